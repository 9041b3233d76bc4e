"""The list of submissions: whose receipts are seen by whom, and what they are filtered and ordered by, beside the oracle."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from models.database import Database
from tests.comparison import Asked, Comparison
from tests.rows import store
from tests.worlds import world

WORLD = world(4)
SENT = {"PARTNER A": 4, "PARTNER B": 4, "STAFF": 12, "ANONYMOUS": 0}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Comparison]:
    await store(shared_owner_database, WORLD)
    yield Comparison(shared_database, WORLD)


async def test_a_partner_sees_its_own_submissions_and_staff_all(comparison: Comparison) -> None:
    for name, count in SENT.items():
        data = await comparison.answer("{ submissions { totalCount nodes { partner { code } } } }", WORLD.viewers[name], {})
        assert data["submissions"]["totalCount"] == len(data["submissions"]["nodes"]) == count, name


@pytest.mark.parametrize(
    "arguments",
    [
        '(filter: {submissionKey: {eq: "key-1"}})',
        '(filter: {partner: {code: {eq: "P-A"}}})',
        "(filter: {statements: {some: {state: {eq: PENDING}}}})",
        "(filter: {statements: {none: {state: {eq: PENDING}}}, people: {isNull: false}})",
        "(filter: {not: {statements: {some: {state: {eq: PENDING}}}}}, order: [{by: PEOPLE, direction: DESC}])",
        '(filter: {receivedAt: {gte: "2024-03-01T00:00:00Z"}}, order: [{by: SUBMISSION_KEY}, {by: COMMITTED_AT, direction: DESC}])',
        "(first: 2, order: [{by: RECEIVED_AT, direction: DESC}])",
    ],
)
async def test_filters_and_orders_of_submissions(comparison: Comparison, arguments: str) -> None:
    page = "{ totalCount edges { cursor node { submissionKey statements { totalCount } } } pageInfo { hasNextPage endCursor } }"
    for viewer in WORLD.viewers.values():
        await comparison.check(Asked(f"{{ submissions{arguments} {page} }}", {}, None), viewer)


async def test_what_waits_is_told_of_both_kinds(comparison: Comparison) -> None:
    found: list[Any] = []
    for quantity in ("some", "none"):
        text = f"{{ submissions(filter: {{statements: {{{quantity}: {{state: {{eq: PENDING}}}}}}}}) {{ nodes {{ id }} }} }}"
        data = await comparison.answer(text, WORLD.viewers["STAFF"], {})
        found.append({node["id"] for node in data["submissions"]["nodes"]})
    assert found[0]
    assert found[1]
    assert not found[0] & found[1]
    assert len(found[0] | found[1]) == SENT["STAFF"]
