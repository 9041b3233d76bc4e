"""The compiler against its oracle: for every kind of viewer, the API's answer equals the interpreter's.

3,000 random operations, the same in every run (`oracle.py`), and the files of `operations/`, each named for a fault that it once showed;
a file of JSON beside it lists the variables that it is asked with in turn. `./run oracle` compares 100,000 other operations.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

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

FOLDER = Path(__file__).parent / "operations"
FILES = sorted(FOLDER.glob("*/*"))
CASES = [file for file in FILES if file.suffix == ".graphql"]
WORLD = world(1)
VALUES = Values(WORLD)


def read(file: Path) -> str:
    return file.read_text()


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


ONE_KEY = """{ node(id: "%s") { __typename id
    ... on Cohort { x: title } ... on Course { x: title z: owner { x: name } } ... on PartnerAgency { x: name z: parent { y: name } }
    ... on MemberState { x: name y: m49 } ... on Department { x: label y: name }
    ... on Figure { x: label } ... on Statement { x: sourceRef } } }"""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("type_name", sorted(NODES.keys() - {"Participant"}))
async def test_one_response_key_for_fields_of_several_types(comparison: Comparison, type_name: str) -> None:
    for row in WORLD[NODES[type_name]][:8]:
        for viewer in WORLD.viewers.values():
            await comparison.check(Asked(ONE_KEY % Item(type_name, row).id, {}, None), viewer)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.stem}" for case in CASES])
async def test_operations_that_once_showed_a_fault(comparison: Comparison, case: Path) -> None:
    text, variables = read(case), case.with_suffix(".json")
    for viewer in WORLD.viewers.values():
        for given in json.loads(read(variables)) if variables in FILES else [{}]:
            await comparison.check(Asked(text, given, None), viewer)


@pytest.mark.asyncio(loop_scope="session")
async def test_limits_are_told_to_who_asks(comparison: Comparison) -> None:
    asked = "pageSize depth aliases rootFields cost documentBytes documentTokens recordsPerSubmission"
    told = {"pageSize": 100, "depth": 12, "aliases": 30, "rootFields": 20, "cost": 10_000}
    told |= {"documentBytes": 100_000, "documentTokens": 4_000, "recordsPerSubmission": 500}
    for name, viewer in WORLD.viewers.items():
        data = await comparison.answer(f"{{ viewer {{ limits {{ {asked} }} }} }}", viewer, {})
        assert data["viewer"]["limits"] == told | ({"cost": 2_000} if name == "ANONYMOUS" else {})


OWN_ACCESS = """{ viewer { kind clientName scopes environment memberState { code } agency { code }
    credential { id prefix addresses expiresAt revokedAt lastUsedAt createdAt }
    agreement { id title legalBasis transfer purposes permittedFields retentionMonths startsOn expiresOn endedAt createdAt } } }"""


@pytest.mark.asyncio(loop_scope="session")
async def test_viewers_learn_of_their_own_access(comparison: Comparison) -> None:
    for viewer in WORLD.viewers.values():
        await comparison.check(Asked(OWN_ACCESS, {}, None), viewer)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "text",
    [
        "{ statements { totalCount } }",
        '{ submission(by: {submissionKey: "key-0"}) { id } }',
        "{ submissions { totalCount } }",
        "{ memberStates { statements { totalCount } } }",
        "{ cohorts { nodes { statements { nodes { id } } } } }",
        "{ cohorts { nodes { costs { amount } } } }",
        "{ cohorts(filter: {costs: {some: {amount: {gt: 1}}}}) { totalCount } }",
    ],
)
async def test_statements_are_refused_to_a_partner_without_the_scope(comparison: Comparison, text: str) -> None:
    viewer = replace(WORLD.viewers["PARTNER A"], scopes=frozenset({"submit"}))
    with pytest.raises(NotPermitted, match="statements:read"):
        await comparison.answer(text, viewer, {})
