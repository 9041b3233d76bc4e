"""The compiler against its oracle: for every kind of viewer, the API's answer equals the interpreter's.

3,000 random operations, the same in every run (`oracle.py`), and the files of `operations/`, each named for a fault that it once showed.
`./run oracle` compares 100,000 others.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from models.database import Database
from resolvers.errors import NotPermitted
from tests.comparison import Asked, Comparison
from tests.gate import GATHERED, OPERATIONS
from tests.oracle import BATCHES, batch
from tests.rows import store
from tests.semantics import NODES, Item
from tests.values import Values
from tests.worlds import world

WORLD = world(1)
VALUES = Values(WORLD)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Comparison]:
    await store(shared_owner_database, WORLD)
    yield Comparison(shared_database, WORLD, still=True)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("style", "number", "size"), BATCHES)
async def test_random_operations(comparison: Comparison, style: str, number: int, size: int, pytestconfig: pytest.Config) -> None:
    gathered = pytestconfig.stash[GATHERED]
    gathered.reach.add(await batch(comparison, VALUES, style, str(number), size))
    gathered.done(OPERATIONS)


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
