"""The compiler against its oracle: for every kind of viewer, the API's answer equals the interpreter's.

Each operation is asked by two viewers, at least one of them a partner; then by the last of them, at times with other variables (the
cached statement must not depend on them), and from a cursor that the answer gave. See `comparison.py`.

    python -m pytest tests/test_oracle.py --hypothesis-profile thorough
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from models.database import Database
from resolvers.errors import NotPermitted
from tests.comparison import SCHEMA, Asked, Comparison
from tests.documents import Operation
from tests.operations import operations
from tests.rows import store
from tests.semantics import NODES, Item, place_of
from tests.values import Style, Values
from tests.worlds import world

WORLD = world(1)
VALUES = Values(WORLD)

EXAMPLES = settings(max_examples=5 * settings().max_examples // 2, deadline=None, phases=[Phase.explicit, Phase.generate])


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Comparison]:
    await store(shared_owner_database, WORLD)
    yield Comparison(shared_database, WORLD)


async def compared(comparison: Comparison, operation: Operation) -> None:
    """Compares one operation for two viewers; with other variables and from a cursor for the last of them."""
    random = Random(operation.text)
    asked = Asked(operation.text, operation.variables, operation.name)
    names = random.sample(["PARTNER A", "PARTNER B", random.choice(["ANONYMOUS", "STAFF"])], 2)
    for name in names:
        asked.cursors.clear()
        pages = await comparison.check(asked, WORLD.viewers[name])
    if operation.definitions and random.random() < 0.3:
        await comparison.check(Asked(operation.text, operation.others, operation.name), WORLD.viewers[name])
    known = {page: [cursor for cursor in pages.get(page, ()) if cursor in asked.cursors] for page in sorted(operation.pages)}
    alone = {page: cursors for page, cursors in known.items() if len({place_of(cursor) for cursor in pages.get(page, ())}) == 1}
    after = {page: random.choice(cursors) for page, cursors in alone.items() if cursors}
    if after:
        following = operation.following(after)
        await comparison.check(Asked(following.text, following.variables, following.name, asked.cursors), WORLD.viewers[name])


def drawn(**style: int) -> st.SearchStrategy[Operation]:
    """Operations in a style."""
    return operations(SCHEMA, VALUES, Style(**style))


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn())
async def test_any_operation(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn(fragments=60, directives=25, aliases=35, arguments=15, pages=10))
async def test_documents(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn(fragments=5, directives=2, aliases=8, arguments=75, variables=25, objects=70))
async def test_filters_and_orders(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn(fragments=8, directives=2, aliases=8, objects=75, pages=90))
async def test_pages(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


FOUND: dict[str, tuple[str, dict[str, Any]]] = {
    "an alias that SQL uses for the row": ("{ r: departments { r: code anon_1: label ctid: name } }", {}),
    "a number finer or larger than its column": (
        '{ a: courses(filter: {nominalHours: {gt: "8.499"}}) { totalCount } '
        'b: courses(filter: {nominalHours: {in: ["8.501", "8.5"], lt: "12345678901234567890.5"}}) { totalCount } }',
        {},
    ),
    "a name of introspection that changes": ("query ($name: String!) { __type(name: $name) { name kind } }", {"name": "Cohort"}),
    "the same name once more": ("query ($name: String!) { __type(name: $name) { name kind } }", {"name": "Body"}),
    "introspection beside a variable that is no JSON any more": (
        "query ($day: DateFilter!) { cohorts(filter: {startsOn: $day}) { totalCount } __schema { queryType { name } } }",
        {"day": {"gte": "2020-01-01"}},
    ),
    "what a withdrawal is about": ('{ submission(by: {submissionKey: "key-1"}) { outcomes { nodes { statement { id } } } } }', {}),
}


ONE_KEY = """{ node(id: "%s") { __typename id
    ... on Cohort { x: title } ... on Course { x: title z: owner { x: name } } ... on PartnerAgency { x: name z: parent { y: name } }
    ... on MemberState { x: name y: m49 } ... on Department { x: label y: name }
    ... on Figure { x: label } ... on Statement { x: sourceRef } } }"""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("type_name", NODES)
async def test_one_response_key_for_fields_of_several_types(comparison: Comparison, type_name: str) -> None:
    for row in WORLD[NODES[type_name]][:8]:
        for viewer in WORLD.viewers.values():
            await comparison.check(Asked(ONE_KEY % Item(type_name, row).id, {}, None), viewer)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", FOUND)
async def test_faults_found_before(comparison: Comparison, name: str) -> None:
    text, variables = FOUND[name]
    for viewer in WORLD.viewers.values():
        await comparison.check(Asked(text, variables, None), viewer)


@pytest.mark.asyncio(loop_scope="session")
async def test_limits_are_told_to_who_asks(comparison: Comparison) -> None:
    asked = "pageSize depth aliases rootFields cost documentBytes documentTokens recordsPerSubmission"
    told = {"pageSize": 100, "depth": 12, "aliases": 30, "rootFields": 20, "cost": 10_000}
    told |= {"documentBytes": 100_000, "documentTokens": 4_000, "recordsPerSubmission": 500}
    for name, viewer in WORLD.viewers.items():
        data = await comparison.answer(f"{{ viewer {{ limits {{ {asked} }} }} }}", viewer, {})
        assert data["viewer"]["limits"] == told | ({"cost": 2_000} if name == "ANONYMOUS" else {})


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "text",
    [
        "{ statements { totalCount } }",
        '{ submission(by: {submissionKey: "key-0"}) { id } }',
        "{ submissions { totalCount } }",
        "{ memberStates { statements { totalCount } } }",
        "{ cohorts { nodes { statements { nodes { id } } } } }",
    ],
)
async def test_statements_are_refused_to_a_partner_without_the_scope(comparison: Comparison, text: str) -> None:
    viewer = replace(WORLD.viewers["PARTNER A"], scopes=frozenset({"submit"}))
    with pytest.raises(NotPermitted, match="statements:read"):
        await comparison.answer(text, viewer, {})
