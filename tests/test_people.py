"""Reading what is told of people: who may, what is missing for others, and what each read leaves in the audit log."""

from dataclasses import replace
from itertools import product
from typing import Any

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text

from graph.schema import graphql_schema
from models.access import PersonalField
from models.base import new_id
from models.database import Database
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.errors import NotPermitted
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from resolvers.submitting.envelopes import open_envelope
from tests.parties import Parties, cohort, count, course, fetch, individual, parties, permitted, sent, submitted

pytestmark = pytest.mark.asyncio

PURPOSE = "REPORTING"
WHOLE = """{ statements(filter: {kind: {eq: INDIVIDUAL}}, order: [{by: SOURCE_REF}]) { nodes { sourceRef individual {
    participant { id subject } roleLevel result { completedOn hours certificateNo } } } } }"""
FIELDS = {"PARTICIPANT": "participant { subject }", "ROLE_LEVEL": "roleLevel", "RESULT": "result { hours }"}
MADE_PUBLIC = text(
    "UPDATE statement SET state = 'VERIFIED', visibility = 'PUBLIC', only_member_state_code = 'JM' WHERE kind = 'INDIVIDUAL'"
)
TOLD = ("Individual.participant", "Individual.result", "Individual.roleLevel", "Participant.id", "Participant.subject")


class People:
    """A partner with two individuals, of whom one has everything told; and whoever else asks."""

    def __init__(self, graph: Graph, made: Parties, database: Database, given: dict[str, Any]) -> None:
        self.graph, self.made, self.database, self.given = graph, made, database, given

    async def ask(self, query: str, viewer: Viewer, **variables: Any) -> Any:
        return orjson.loads(await execute(self.graph, Request(query, variables=variables, request_id="R"), viewer))

    async def reads(self) -> list[tuple[Any, ...]]:
        """The recorded reads [who, purpose, objects, fields], oldest first."""
        sql = "SELECT client_id, purpose, objects, fields FROM audit_event WHERE action = 'readPersonal' ORDER BY id"
        return [(row["client_id"], row["purpose"], sorted(row["objects"]), row["fields"]) for row in await fetch(self.database, sql)]

    async def ids(self, table: str) -> list[Any]:
        sql = {
            "participant": "SELECT id FROM participant ORDER BY subject",
            "statement": "SELECT id FROM statement WHERE kind = 'INDIVIDUAL' ORDER BY source_ref",
        }
        return [row["id"] for row in await fetch(self.database, sql[table])]


@pytest_asyncio.fixture(loop_scope="session")
async def people(database: Database, owner_database: Database) -> People:
    made = await parties(owner_database)
    result = {"completedOn": "2023-03-10", "hours": "12.5", "certificateNo": "2023-17"}
    whole = individual("I1", "H", "P-17", roleLevel="EXECUTIVE", result=result)
    given = sent(course("C"), cohort("H", "C"), whole, individual("I2", "H", "P-18"), count("N", "H"))
    await submitted(database, permitted(made.oas), given)
    return People(Graph(graphql_schema, TYPES, database, b"a secret of the tests"), made, database, given)


def asking(viewer: Viewer, *fields: PersonalField, purpose: str | None = PURPOSE) -> Viewer:
    return permitted(viewer, *fields, purpose=purpose)


async def test_a_partner_reads_its_own_people_for_a_purpose_and_that_is_recorded(people: People) -> None:
    answer = await people.ask(WHOLE, asking(people.made.oas))
    (one, other), statements = await people.ids("participant"), await people.ids("statement")
    whole = {"completedOn": "2023-03-10", "hours": "12.50", "certificateNo": "2023-17"}
    assert answer["statements"]["nodes"] == [
        {
            "sourceRef": "I1",
            "individual": {"participant": {"id": f"Participant:{one}", "subject": "P-17"}, "roleLevel": "EXECUTIVE", "result": whole},
        },
        {
            "sourceRef": "I2",
            "individual": {"participant": {"id": f"Participant:{other}", "subject": "P-18"}, "roleLevel": None, "result": None},
        },
    ]
    named = sorted([f"Participant:{one}", f"Participant:{other}", *[f"Statement:{id_}" for id_ in statements]])
    assert await people.reads() == [(people.made.oas.client_id, PURPOSE, named, list(TOLD))]


async def test_only_whom_the_answer_tells_of_is_recorded(people: People) -> None:
    (one, _) = await people.ids("statement")
    query = "query ($id: ID!) { node(id: $id) { ... on Statement { individual { level: roleLevel } again: individual { roleLevel } } } }"
    answer = await people.ask(query, asking(people.made.staff), id=f"Statement:{one}")
    assert answer["node"] == {"individual": {"level": "EXECUTIVE"}, "again": {"roleLevel": "EXECUTIVE"}}
    assert await people.reads() == [(people.made.staff.client_id, PURPOSE, [f"Statement:{one}"], ["Individual.roleLevel"])]


async def test_what_is_not_told_of_people_needs_no_purpose_and_is_not_recorded(people: People) -> None:
    query = "{ statements(filter: {kind: {eq: INDIVIDUAL}}) { nodes { kind count unit individual { __typename } } } }"
    for viewer in (people.made.oas, people.made.staff, Viewer(ViewerKind.AUDITOR)):
        nodes = (await people.ask(query, viewer))["statements"]["nodes"]
        seen = None if viewer.kind is ViewerKind.AUDITOR else {"__typename": "Individual"}
        assert nodes == [{"kind": "INDIVIDUAL", "count": 1, "unit": "PEOPLE", "individual": seen}] * 2
    assert await people.reads() == []


@pytest.mark.parametrize("field", PersonalField)
@pytest.mark.parametrize("name", ["oas", "staff"])
async def test_each_field_needs_the_scope_the_agreement_and_a_purpose(people: People, name: str, field: PersonalField) -> None:
    viewer = getattr(people.made, name)
    query = f"{{ statements {{ nodes {{ individual {{ {FIELDS[field.value]} }} }} }} }}"
    others = [other for other in PersonalField if other is not field]
    path = ["statements", "nodes", "individual", FIELDS[field.value].split()[0]]
    without = asking(replace(viewer, scopes=viewer.scopes - {"personal:read"}))
    await refused(people, query, without, path, scope="personal:read")
    agreed = f"State one of {PURPOSE}, STATISTICS in the header Purpose."
    for purpose, said in ((None, agreed), ("OTHER", f"OTHER is no purpose of your agreement: s{agreed[1:]}")):
        stating = replace(asking(viewer, purpose=purpose), purposes=frozenset({PURPOSE, "STATISTICS"}))
        assert await refused(people, query, stating, path, personalField=field.value, header="Purpose") == said
    wish = f"{field.value}: leave the field out, or ask IMPACS."
    lacking = (
        (asking(viewer, *others), f"Your agreement does not permit {wish}"),
        (viewer, f"You have no agreement in force that permits {wish}"),
    )
    for other, said in lacking:
        assert await refused(people, query, other, path, personalField=field.value) == said
    assert await people.ask(query, asking(viewer, field))
    assert [(row[0], row[1]) for row in await people.reads()] == [(viewer.client_id, PURPOSE)]


async def refused(people: People, query: str, viewer: Viewer, path: list[str], **extensions: Any) -> str:
    """The message of a refusal."""
    with pytest.raises(NotPermitted) as raised:
        await people.ask(query, viewer)
    assert raised.value.path == path
    assert raised.value.extensions == extensions
    return raised.value.message


@pytest.mark.parametrize("kind", [ViewerKind.ANONYMOUS, ViewerKind.FOCAL_POINT, ViewerKind.AUDITOR, ViewerKind.ADMINISTRATOR])
async def test_people_are_not_for_other_kinds(people: People, kind: ViewerKind) -> None:
    viewer = asking(replace(people.made.staff, kind=kind, agency_id=None, member_state_code="JM"))
    path = ["statements", "nodes", "individual", "roleLevel"]
    await refused(people, "{ statements { nodes { individual { roleLevel } } } }", viewer, path, kind=kind.value)


async def test_statements_of_one_person_are_hidden_from_the_public_and_from_focal_points(people: People, owner_database: Database) -> None:
    async with owner_database.write() as transaction:
        await transaction.fetch(MADE_PUBLIC)
    focal = Viewer(ViewerKind.FOCAL_POINT, scopes=frozenset({"statements:read"}), member_state_code="JM")
    for viewer in (ANONYMOUS, focal, Viewer(ViewerKind.ADMINISTRATOR)):
        query = "{ statements(filter: {kind: {eq: INDIVIDUAL}}) { totalCount } }"
        assert (await people.ask(query, viewer))["statements"]["totalCount"] == 0
        (one, _) = await people.ids("statement")
        assert (await people.ask("query ($id: ID!) { node(id: $id) { id } }", viewer, id=f"Statement:{one}"))["node"] is None


@pytest.mark.parametrize("name", ["unodc", "interpol"])
async def test_a_participant_of_another_partner_answers_as_one_that_is_not(people: People, name: str) -> None:
    viewer, (one, _) = asking(getattr(people.made, name)), await people.ids("participant")
    absent = "01900000-0000-7000-8000-000000000000"
    query = "query ($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { __typename } }"
    for id_ in (one, absent):
        answer = await people.ask(query, viewer, id=f"Participant:{id_}", ids=[f"Participant:{id_}"])
        assert answer == {"node": None, "nodes": [None]}
    for id_ in (one, absent):
        with pytest.raises(NotPermitted):
            await people.ask(query, getattr(people.made, name), id=f"Participant:{id_}", ids=[])


async def test_a_participant_is_answered_alike_by_node_and_by_nodes(people: People) -> None:
    known = [*await people.ids("participant"), "01900000-0000-7000-8000-000000000000"]

    async def answered(query: str, id_: Any, viewer: Viewer) -> Any:
        try:
            found = (await people.ask(f"query ($id: ID!) {{ one: {query} {{ id }} }}", viewer, id=f"Participant:{id_}"))["one"]
        except NotPermitted as refusal:
            return refusal.code, refusal.path, refusal.extensions
        return found[0] if isinstance(found, list) else found

    for kind, purpose, id_ in product(ViewerKind, (PURPOSE, None), known):
        agency = people.made.unodc.agency_id if kind is ViewerKind.PARTNER else None
        viewer = replace(asking(people.made.staff, purpose=purpose), kind=kind, agency_id=agency)
        assert await answered("node(id: $id)", id_, viewer) == await answered("nodes(ids: [$id])", id_, viewer)


async def test_the_digest_of_what_tells_of_people_is_their_senders(people: People) -> None:
    """`roleLevel` is one of four: whoever had the digest could try them all."""
    counts = sent(count("N2", "H"))
    await submitted(people.database, people.made.oas, counts)
    made = people.made
    digests = [open_envelope(given).digest for given in (people.given, counts)]
    colleague = replace(asking(made.oas), client_id=new_id())
    others = (colleague, asking(made.staff), made.verifier, Viewer(ViewerKind.DATA_PROTECTION_OFFICER), Viewer(ViewerKind.AUDITOR))
    for viewer in (asking(made.oas), made.oas, *others):
        answer = await people.ask("{ submissions { nodes { contentDigest } } }", viewer)
        shown = digests if viewer not in others else ["(withheld)", digests[1]]
        assert [node["contentDigest"] for node in answer["submissions"]["nodes"]] == shown


async def test_its_own_participant_is_found_again_by_its_id(people: People) -> None:
    (one, other) = await people.ids("participant")
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Participant { subject } } }"
    answer = await people.ask(query, asking(people.made.oas), ids=[f"Participant:{other}", f"Participant:{one}"])
    assert answer["nodes"] == [{"subject": "P-18"}, {"subject": "P-17"}]
    assert [row[2:] for row in await people.reads()] == [(sorted([f"Participant:{one}", f"Participant:{other}"]), ["Participant.subject"])]


async def test_a_text_cannot_pass_for_a_trace(people: People) -> None:
    """A certificate's number may hold anything but a name: it is told as it was sent, and nobody else is recorded."""
    number = '"@":"Statement:1",'
    oas = asking(people.made.oas)
    await submitted(people.database, oas, sent(individual("I3", "H", "P-19", result={"certificateNo": number})))
    query = '{ statements(filter: {sourceRef: {eq: "I3"}}) { nodes { individual { result { certificateNo } } } } }'
    answer = await people.ask(query, oas)
    assert answer["statements"]["nodes"][0]["individual"]["result"]["certificateNo"] == number
    (row,) = await people.reads()
    assert row[2] == [f"Statement:{(await people.ids('statement'))[2]}"]


@pytest.mark.parametrize("mode", ["VALIDATE", "COMMIT"])
async def test_a_payload_that_tells_of_people_is_recorded_even_where_nothing_stays(people: People, mode: str) -> None:
    query = """mutation ($input: SubmitInput!) { submit(input: $input) { outcomes { statement { individual { result { hours } } } } } }"""
    record = {"sourceRef": "I1", "change": {"individual": {"roleLevel": "EXECUTIVE"}}}
    answer = await people.ask(query, asking(people.made.oas), input=sent(record, mode=mode))
    assert answer["submit"]["outcomes"] == [{"statement": {"individual": {"result": {"hours": "12.50"}}}}]
    (one, _) = await people.ids("statement")
    assert [row[2:] for row in await people.reads()] == [([f"Statement:{one}"], ["Individual.result"])]
