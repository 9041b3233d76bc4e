"""Scenario S6: two partners report one course, then one of them sends its individuals. All by documents, as clients send them."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import pytest_asyncio

from graph.schema import graphql_schema
from models.database import Database
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.parties import Parties, Record, client, count, fetch, individual, parties, permitted, sent

pytestmark = pytest.mark.asyncio

RUN = {"code": "IIPCIC-2020"}
SUBMIT = """mutation ($input: SubmitInput!) { submit(input: $input) {
    receipt { id } outcomes { status issues { code message params } statement { id } } problems { code } } }"""
VERIFY = "mutation ($id: ID!) { decide(input: {verdict: VERIFY, submission: {id: $id}}) { decided rejected } }"
POLICY = """mutation ($id: ID!, $policy: CountPolicy!) {
    setCountPolicy(input: {cohort: $id, policy: $policy}) { changed problems { code } } }"""
PUBLISH = "mutation { publishRelease(input: {preview: false}) { numbers problems { code } } }"
ERASE = "mutation ($input: EraseParticipantInput!) { eraseParticipant(input: $input) { issues { code } } }"
NUMBERS = """query ($measure: Measure!, $pending: Boolean = false, $at: DateTime) {
    participation(measure: $measure, basis: RECORDS, groupBy: [SEX], includePending: $pending, asOf: $at) {
        asOf unit pendingDelta total { value precision reason } rows { key { label } count { value } } coverage { pending }
        explain(first: 1) {
            rule partner { code } total alternatives text totalStatements statements(first: 5) { statement { id } use }
            excluded(first: 5) { statement { id } reason } individuals { statements use reason }
        }
        omitted(first: 1) { reason individuals { statements reason rule } }
    } }"""
RELEASED = """query ($measure: Measure!) { participation(measure: $measure, groupBy: [SEX]) {
    total { value } rows { key { label } count { value } } explain(first: 1) { rule } } }"""


@dataclass(frozen=True, slots=True)
class Course:
    """The course of the published page, of which IMPACS has stated 420, and who has to do with it."""

    graph: Graph
    database: Database
    made: Parties

    @property
    def interpol(self) -> Viewer:
        """INTERPOL under an agreement about people."""
        return permitted(self.made.interpol)

    async def ask(self, document: str, viewer: Viewer, **variables: Any) -> Any:
        """The data of a document with one field."""
        (data,) = orjson.loads(await execute(self.graph, Request(document, variables=variables, request_id="R"), viewer)).values()
        return data

    async def table(self, viewer: Viewer, measure: str = "ENROLLED", **variables: Any) -> Any:
        """The numbers that rest on what a viewer sees."""
        return await self.ask(NUMBERS, viewer, measure=measure, **variables)

    async def total(self, viewer: Viewer, measure: str = "ENROLLED") -> int | None:
        """The number that rests on what a viewer sees."""
        value: int | None = (await self.table(viewer, measure))["total"]["value"]
        return value

    async def submit(self, *records: Record) -> Any:
        """What INTERPOL is answered."""
        answer = await self.ask(SUBMIT, self.interpol, input=sent(*records))
        assert {outcome["status"] for outcome in answer["outcomes"]} == {"CREATED"}
        return answer

    async def verify(self, answer: Any) -> int:
        """How many statements staff verify."""
        decided: int = (await self.ask(VERIFY, self.made.staff, id=answer["receipt"]["id"]))["decided"]
        return decided

    async def set_policy(self, policy: str) -> None:
        """Says how the course is counted."""
        (row,) = await fetch(self.database, "SELECT id FROM cohort WHERE code = 'IIPCIC-2020'")
        answer = await self.ask(POLICY, self.made.verifier, id=f"Cohort:{row['id']}", policy=policy)
        assert answer == {"changed": 1, "problems": []}


@pytest_asyncio.fixture(loop_scope="session")
async def course(database: Database, owner_database: Database) -> Course:
    return Course(Graph(graphql_schema, TYPES, database, b"a secret of the tests"), database, await parties(owner_database))


def enrolled(*subjects: str, of: str = "I", **content: Any) -> list[Record]:
    """Individuals who enrolled, the first of each five a woman, the second a man, of the others the sex is not stated."""
    sexes = [{"sex": "FEMALE"}, {"sex": "MALE"}, {}, {}, {}]
    return [
        individual(f"{of}-{subject}", RUN, subject, measure="ENROLLED", **sexes[number % 5] | content)
        for number, subject in enumerate(subjects)
    ]


def cells(table: Any) -> dict[str, int]:
    """The rows of an answer by label."""
    return {row["key"][0]["label"]: row["count"]["value"] for row in table["rows"]}


async def test_two_partners_on_one_course_and_later_its_individuals(course: Course) -> None:
    made = course.made
    onlookers = [made.staff, made.verifier, Viewer(ViewerKind.AUDITOR), Viewer(ViewerKind.DATA_PROTECTION_OFFICER)]
    (ours,) = await fetch(course.database, "SELECT id FROM statement WHERE measure = 'ACCESS_GRANTED'")

    counted = await course.submit(count("420", RUN, 420, measure="ACCESS_GRANTED", unit="PEOPLE"))
    (outcome,) = counted["outcomes"]
    assert [issue["code"] for issue in outcome["issues"]] == ["W_OTHER_PARTNER_REPORTS_THIS"]
    assert "420" not in orjson.dumps(outcome["issues"]).decode()
    assert await course.verify(counted) == 1
    for viewer in (ANONYMOUS, *onlookers):
        assert await course.total(viewer, "ACCESS_GRANTED") == 420
    (told,) = (await course.table(made.staff, "ACCESS_GRANTED"))["explain"]
    assert (told["rule"], told["partner"]["code"], told["total"], told["alternatives"]) == ("R1b", "CARICOM-IMPACS", 420, 1)
    assert told["totalStatements"] == [f"Statement:{ours['id']}"]
    assert told["excluded"] == [{"statement": outcome["statement"], "reason": "OTHER_PARTNER"}]
    assert told["individuals"] == []

    people = await course.submit(*enrolled(*[f"{number:03}" for number in range(405)]))
    waiting = await course.table(made.staff)
    assert (waiting["total"]["value"], waiting["pendingDelta"]) == (None, None)
    assert await course.verify(people) == 405
    listed = await course.table(made.staff)
    assert (listed["total"]["value"], listed["explain"]) == (None, [])
    told = {"statements": 405, "reason": "INDIVIDUALS_NOT_COMPLETE", "rule": "R1a"}
    assert listed["omitted"] == [{"reason": "NO_BASIS", "individuals": [told]}]

    await course.set_policy("INDIVIDUALS_COMPLETE")
    for viewer in onlookers:
        table = await course.table(viewer)
        assert table["total"] == {"value": 405, "precision": "EXACT", "reason": None}
        assert cells(table) == {"FEMALE": 81, "MALE": 81, "UNSPECIFIED": 243}
        (told,) = table["explain"]
        assert (table["unit"], told["rule"], told["partner"]["code"], told["alternatives"]) == ("PEOPLE", "R1a", "INTERPOL", 0)
        assert (told["totalStatements"], told["statements"], told["excluded"]) == ([], [], [])
        assert told["individuals"] == [{"statements": 405, "use": "TOTAL_AND_ROWS", "reason": None}]
        assert told["text"] == (
            "IMPACS has said that the individuals are complete: each of them is counted, once (R1a). Only one partner states this: "
            "a provider. 405 statements give the total of 405 people. The same give the groups."
        )
        assert await course.total(viewer, "ACCESS_GRANTED") == 420
    assert await course.total(course.interpol) == 405
    assert (await course.total(made.oas), await course.total(ANONYMOUS)) == (None, None)
    assert await course.total(ANONYMOUS, "ACCESS_GRANTED") == 420

    assert (await course.ask(PUBLISH, made.staff))["problems"] == []
    for viewer in (ANONYMOUS, made.oas, Viewer(ViewerKind.FOCAL_POINT, member_state_code="JM")):
        released = await course.ask(RELEASED, viewer, measure="ENROLLED")
        assert (released["total"]["value"], released["explain"]) == (405, [])
        assert cells(released) == {"FEMALE": 81, "MALE": 81, "UNSPECIFIED": 243}


async def test_a_person_is_counted_once_and_by_the_latest_statement(course: Course) -> None:
    staff = course.made.staff
    await course.verify(await course.submit(*enrolled("P-1", "P-2")))
    await course.set_policy("INDIVIDUALS_COMPLETE")
    before = await course.table(staff)
    assert cells(before) == {"FEMALE": 1, "MALE": 1}
    again = await course.submit(*enrolled("P-1", of="again", sex="MALE"))
    waiting = await course.table(staff)
    assert (cells(waiting), waiting["pendingDelta"], waiting["coverage"]["pending"]) == ({"FEMALE": 1, "MALE": 1}, 0, 1)
    assert waiting["total"] == {"value": 2, "precision": "AT_LEAST", "reason": None}
    counted = await course.table(staff, pending=True)
    assert (cells(counted), counted["coverage"]["pending"], counted["total"]["precision"]) == ({"MALE": 2}, 0, "EXACT")
    await course.verify(again)
    after = await course.table(Viewer(ViewerKind.AUDITOR))
    assert cells(after) == {"MALE": 2}
    assert after["explain"][0]["individuals"] == [
        {"statements": 2, "use": "TOTAL_AND_ROWS", "reason": None},
        {"statements": 1, "use": None, "reason": "SAME_PERSON"},
    ]
    assert await course.table(staff, at=before["asOf"]) == before


async def test_individuals_are_of_one_partner_and_take_the_place_of_counts(course: Course) -> None:
    staff = course.made.staff
    await course.verify(await course.submit(*enrolled("P-1", "P-2"), count("N", RUN, 99, measure="ENROLLED", unit="PEOPLE", sex="FEMALE")))
    assert cells(await course.table(staff)) == {"FEMALE": 99}
    oas = permitted(course.made.oas)
    theirs = await course.ask(SUBMIT, oas, input=sent(*enrolled("P-1", "P-7", "P-8", of="OAS")))
    await course.verify(theirs)
    await course.set_policy("INDIVIDUALS_COMPLETE")
    table = await course.table(staff)
    assert cells(table) == {"FEMALE": 1, "MALE": 1}
    (told,) = table["explain"]
    assert (told["rule"], told["partner"]["code"], told["alternatives"]) == ("R1a", "INTERPOL", 1)
    assert [one["reason"] for one in told["excluded"]] == ["INDIVIDUALS_COMPLETE"]
    assert told["individuals"][1:] == [{"statements": 3, "use": None, "reason": "OTHER_PARTNER"}]
    assert "2 partners state this, and they are never added (R0); taken is a provider, as no convener states it (R1a)." in told["text"]
    assert (await course.total(course.interpol), await course.total(oas)) == (2, 3)
    await course.set_policy("COUNTS")
    assert cells(await course.table(staff)) == {"FEMALE": 99}


async def test_a_key_tells_of_one_person_on_one_measure_and_stays_where_the_count_does(course: Course, owner_database: Database) -> None:
    staff = course.made.staff
    other = individual("done", RUN, "P-1", measure="COMPLETED")
    await course.verify(await course.submit(*enrolled("P-1", "P-2", "P-3"), *enrolled("P-1", of="again")))
    await course.verify(await course.submit(*enrolled("P-1", of="later"), other))
    await course.set_policy("INDIVIDUALS_COMPLETE")
    rows = await fetch(course.database, "SELECT source_ref, person_key FROM statement WHERE kind = 'INDIVIDUAL'")
    keys = {row["source_ref"]: row["person_key"] for row in rows}
    assert keys["I-P-1"] == keys["again-P-1"] == keys["later-P-1"]
    assert len({*keys.values(), None}) == 5
    before = await course.table(staff)
    assert cells(before) == {"FEMALE": 1, "MALE": 1, "UNSPECIFIED": 1}

    async with owner_database.write() as transaction:
        officer = await client(transaction, "CARICOM-IMPACS", ViewerKind.DATA_PROTECTION_OFFICER)
    for subject, retains in (("P-1", True), ("P-2", True), ("P-3", False)):
        person = {"subject": {"partner": "INTERPOL", "subject": subject}}
        given = {"participant": person, "reason": "REQUESTED", "retainAnonymousCount": retains}
        assert (await course.ask(ERASE, officer, input=given))["issues"] == []
    for at in (None, before["asOf"]):
        after = await course.table(staff, at=at)
        assert (cells(after), after["total"]["precision"]) == ({"UNSPECIFIED": 2}, "EXACT")
