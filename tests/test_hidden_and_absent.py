"""What is hidden and what does not exist are answered alike: the same bytes, but for the id that was sent."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from graph.schema import graphql_schema
from models.database import Database, render
from models.policies import Door
from models.provision import Addresses
from models.statements import Statement
from models.viewer import Viewer, ViewerKind
from resolvers.compiler.binds import Call
from resolvers.compiler.document import coerce
from resolvers.execute import Graph, Request, execute, prepare, read
from resolvers.queries import TYPES
from tests.hidden import key, seen
from tests.parties import Record, cohort, count, course, sent
from tests.rows import store
from tests.semantics import NODES
from tests.worlds import world

WORLD = world(1)
ABSENT = "0190ffff-0000-7000-8000-00000000dead"
KINDS = ("PartnerAgency", "Course", "Cohort", "Statement")
BY_ID = {"PartnerAgency": "partnerAgency", "Course": "course", "Cohort": "cohort"}
SUBMIT = """mutation ($input: SubmitInput!) { submit(input: $input) {
    problems { code message params } outcomes { status sourceRef issues { code message path params } }
} }"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def graph(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Graph]:
    await store(shared_owner_database, WORLD)
    yield Graph(graphql_schema, TYPES, shared_database, b"a secret for tests" * 2)


def hidden(viewer: Viewer, kind: str) -> list[UUID]:
    """The ids of the rows of a type that a viewer does not see."""
    table = NODES[kind]
    visible = seen(WORLD, viewer)[table, None]
    return [row["id"] for row in WORLD[table] if key(table, row) not in visible]


async def answer(graph: Graph, viewer: Viewer, text: str, variables: dict[str, object], named: str) -> str:
    """The answer as text, with a word in the place of the id that was sent."""
    return (await execute(graph, Request(text, None, variables), viewer)).decode().replace(named, "IT")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", WORLD.viewers)
async def test_an_id(graph: Graph, name: str) -> None:
    viewer = WORLD.viewers[name]
    for kind in KINDS:
        texts = ["query ($id: ID!) { node(id: $id) { id } }", "query ($id: ID!) { nodes(ids: [$id, $id]) { id } }"]
        if kind in BY_ID:
            texts.append(f"query ($id: ID!) {{ {BY_ID[kind]}(by: {{id: $id}}) {{ id }} }}")
        for text in texts:
            absent = await answer(graph, viewer, text, {"id": f"{kind}:{ABSENT}"}, ABSENT)
            for one in hidden(viewer, kind)[:20]:
                assert await answer(graph, viewer, text, {"id": f"{kind}:{one}"}, str(one)) == absent, (text, one)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", WORLD.viewers)
async def test_a_receipt(graph: Graph, name: str) -> None:
    viewer, text = WORLD.viewers[name], "query ($id: ID!) { submission(by: {id: $id}) { id } }"
    visible = seen(WORLD, viewer)["submission", None]
    absent = await answer(graph, viewer, text, {"id": f"Receipt:{ABSENT}"}, ABSENT)
    for row in WORLD["submission"]:
        if (row["id"],) not in visible:
            assert await answer(graph, viewer, text, {"id": f"Receipt:{row['id']}"}, str(row["id"])) == absent


FILTERED = (("cohort", "Cohort"), ("course", "Course"), ("partner", "PartnerAgency"))
COUNTED = """query ($filter: ParticipationFilter) {
    participation(measure: COMPLETED, basis: RECORDS, includePending: true, filter: $filter) {
    total { value precision reason } unit pendingDelta coverage { pending notAttributable } rows { count { value } }
} }"""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", ["ANONYMOUS", "PARTNER A"])
async def test_a_filter_of_numbers(graph: Graph, name: str) -> None:
    viewer = WORLD.viewers[name]
    for member, kind in FILTERED:
        absent = await answer(graph, viewer, COUNTED, {"filter": {member: [f"{kind}:{ABSENT}"]}}, ABSENT)
        assert json.loads(absent)["participation"]["total"] == {"value": None, "precision": "EXACT", "reason": "NO_BASIS"}
        for one in hidden(viewer, kind)[:3]:
            found = await answer(graph, viewer, COUNTED, {"filter": {member: [f"{kind}:{one}"]}}, str(one))
            assert found == absent, (member, one)


def referring(kind: str, one: object) -> list[Record]:
    """Records that refer to something of a type."""
    reference = {"id": f"{kind}:{one}"}
    match kind:
        case "Cohort":
            return [count("new-count", reference)]
        case "Course":
            return [cohort("new-cohort") | {"change": {"cohort": {**cohort("new-cohort")["change"]["cohort"], "courses": [reference]}}}]
        case _:
            return [course("new-course", owner=reference)]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("kind", ["Cohort", "Course", "PartnerAgency"])
@pytest.mark.parametrize("name", ["PARTNER A", "PARTNER B"])
async def test_a_reference_in_a_submission(graph: Graph, name: str, kind: str) -> None:
    viewer = WORLD.viewers[name]

    async def submitted(one: object) -> str:
        given = sent(*referring(kind, one), key="the-same-key", mode="VALIDATE")
        return await answer(graph, viewer, SUBMIT, {"input": given}, str(one))

    absent = await submitted(ABSENT)
    assert json.loads(absent)["submit"]["outcomes"][0]["issues"]
    for one in hidden(viewer, kind)[:5]:
        assert await submitted(one) == absent, one


@pytest.mark.parametrize("kind", ["ANONYMOUS", "ADMINISTRATOR"])
def test_no_bind_keeps_a_plan_from_the_index_of_what_everybody_sees(kind: str) -> None:
    _, allowed = Door(ViewerKind(kind)).visible(Statement)
    assert render(allowed).binds == ()


OF_AGENCY = 'query { partnerAgency(by: {code: "P-A"}) { statements(first: 10) { totalCount nodes { id } } } }'
OF_COHORT = 'query { cohort(by: {code: "none"}) { statements(first: 10) { totalCount nodes { id } } } }'
AGENCIES_WITH = 'query { partnerAgencies(filter: {code: {eq: "P-A"}, statements: {some: {}}}) { totalCount } }'
COHORTS_WITH = 'query { cohorts(filter: {code: {eq: "none"}, statements: {some: {}}}) { totalCount } }'
BY_AGENCY = {"ANONYMOUS": "ix_statement_public_partner_id_id", "FOCAL POINT JM": "ix_statement_of_state_partner_id"}
BY_COHORT = {
    "ANONYMOUS": "ix_statement_public_cohort_id_id",
    "FOCAL POINT JM": "ix_statement_of_state_cohort_id",
    "PARTNER A": "ix_statement_cohort_id_partner_id_id",
}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("text", "name", "index"),
    [
        *((text, name, index) for text in (OF_AGENCY, AGENCIES_WITH) for name, index in BY_AGENCY.items()),
        *((text, name, index) for text in (OF_COHORT, COHORTS_WITH) for name, index in BY_COHORT.items()),
    ],
    ids=lambda value: value if not value.startswith("query") else value[8:].split("(")[0],
)
async def test_hidden_statements_are_not_even_counted(
    graph: Graph, shared_addresses: Addresses, shared_owner_database: Database, text: str, name: str, index: str
) -> None:
    viewer, request = WORLD.viewers[name], Request(text)
    document, priced_by = read(graph, request, viewer)
    call = Call(coerce(document, graph.schema, {}), viewer, graph.secret, graph.limits[viewer.kind])
    compiled = prepare(graph, document, priced_by, call)
    await shared_owner_database.read("ANALYZE statement, partner_agency, cohort", ())
    connection = await asyncpg.connect(shared_addresses.server)
    try:
        await connection.execute("SET enable_seqscan = off")
        lines = [row[0] for row in await connection.fetch(f"EXPLAIN {compiled.sql}", *compiled.arguments(call))]
    finally:
        await connection.close()
    used = {word for line in lines if "ndex Scan" in line for word in line.split() if word.startswith(("ix_statement_", "pk_statement"))}
    assert used == {index}
