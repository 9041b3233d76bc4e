"""Erasure: nothing that was told of a person is left anywhere, its statements say no more than that they were, and who may do it."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from graph.schema import graphql_schema
from models.access import Scope
from models.base import new_id
from models.database import Database
from models.embedded import SUPERUSER
from models.provision import OWNER, Addresses
from models.statements import Statement
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.errors import InputError, NotPermitted
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.dumps import dump
from tests.edge import agree
from tests.parties import (
    Answer,
    Parties,
    Record,
    client,
    cohort,
    count,
    course,
    decided,
    fetch,
    individual,
    parties,
    permitted,
    sent,
    submitted,
    withdraw,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

ERASE = """mutation ($input: EraseParticipantInput!) { eraseParticipant(input: $input) {
    certificate { id participant partner { id } reason erasedAt statements retained places hash } issues { code path message }
} }"""
READ = "query ($id: ID!) { node(id: $id) { ... on ErasureCertificate { id hash } } }"
KEPT = {"id", "partner_id", "source_ref", "kind", "cohort_id", "measure", "revision", "state", "count", "unit", "precision", "visibility"}
KEPT |= {"submission_id", "created_by_id", "agreement_id", "decided_at", "created_at", "retained"}


@dataclass(frozen=True, slots=True)
class Told:
    """A database in which OAS tells of people, and who may act there."""

    graph: Graph
    party: Parties
    oas: Viewer
    unodc: Viewer
    officer: Viewer
    auditor: Viewer
    database: Database
    owner: Database

    async def ask(self, viewer: Viewer, text: str, **variables: Any) -> Any:
        """The data of an operation."""
        return json.loads(await execute(self.graph, Request(text, None, variables), viewer))

    async def erase(self, viewer: Viewer, participant: dict[str, Any], **more: Any) -> Any:
        """The payload of an erasure."""
        answer = await self.ask(viewer, ERASE, input={"participant": participant, "reason": "REQUESTED"} | more)
        return answer["eraseParticipant"]

    async def send(self, key: str, *records: Record, **more: Any) -> Answer:
        """What became of records of OAS."""
        return await submitted(self.database, self.oas, sent(*records, key=key, **more))

    async def verify(self, key: str, **more: Any) -> None:
        """Has IMPACS verify all that came in a submission."""
        ((id_,),) = await fetch(self.database, "SELECT id FROM submission WHERE submission_key = :key", key=key)
        payload = await decided(self.database, self.party.staff, submission={"id": f"Receipt:{id_}"}, **more)
        assert (payload["rejected"], payload["problems"]) == (0, [])

    async def participant(self, person: "Person") -> str:
        """The global id of a participant."""
        ((id_,),) = await fetch(self.database, "SELECT id FROM participant WHERE subject = :subject", subject=person.subject)
        return f"Participant:{id_}"


MEASURES = ("COMPLETED", "CERTIFIED", "ATTENDED")


@dataclass(frozen=True, slots=True)
class Person:
    """A person of whom OAS tells, with a mark in every text."""

    mark: str

    @property
    def subject(self) -> str:
        return f"{self.mark}-0071"

    @property
    def refs(self) -> list[str]:
        return [f"key-{self.mark[-2:]}-{number}" for number in range(3)]

    @property
    def named(self) -> dict[str, Any]:
        """How IMPACS names the person."""
        return {"subject": {"subject": self.subject, "partner": "OAS"}}

    @property
    def texts(self) -> list[str]:
        """The texts that tell of the person and are stored: not those that were refused."""
        kinds = ("c", "i", "u", "t", "g", "n", "note", "seen", "0071")
        return [f"{self.mark}-{kind}" for kind in kinds]

    def record(self, number: int, **more: Any) -> Record:
        """A record about the person."""
        told = {
            "measure": MEASURES[number],
            "memberState": "MS",
            "department": {"code": "NIU"},
            "roleLevel": "EXECUTIVE",
            "sex": "UNDISCLOSED",
            "result": {"completedOn": "1931-07-11", "hours": "713.21", "certificateNo": f"{self.mark}-c"},
            "reportingPeriod": {"label": f"{self.mark}-p", "from": "1932-07-11", "to": "1933-07-11"},
            "institution": f"{self.mark}-i unit",
            "cost": {"amount": "98765.43", "currency": "XTS"},
            "sourceDoc": {
                "url": f"https://example.org/{self.mark}-u",
                "title": f"{self.mark}-t",
                "page": f"{self.mark}-g",
                "retrievedOn": "1934-07-11",
            },
            "statedOn": "1935-07-11",
        }
        return individual(self.refs[number], "H", self.subject, **told | more)


CODES = ("UNDISCLOSED", "EXECUTIVE", "XTS", "1931-07", "1932-07", "1933-07", "1934-07", "1935-07", "713.21", "98765.43")
"""What is told of every person here, and of nothing else."""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def told(shared_database: Database, shared_owner_database: Database) -> Told:
    return await founded(shared_database, shared_owner_database)


@pytest_asyncio.fixture(loop_scope="session")
async def alone(database: Database, owner_database: Database) -> Told:
    return await founded(database, owner_database)


async def founded(database: Database, owner: Database) -> Told:
    """A cohort with a count of twelve and one person, all verified."""
    party = await parties(owner)
    async with owner.write() as transaction:
        kinds = (ViewerKind.DATA_PROTECTION_OFFICER, ViewerKind.AUDITOR)
        officer, auditor = [await client(transaction, "CARICOM-IMPACS", kind) for kind in kinds]
        for partner in (party.oas, party.unodc):
            await agree(transaction, partner.agency_id or new_id())
    graph = Graph(graphql_schema, TYPES, database, b"a secret for tests" * 2)
    told = Told(graph, party, permitted(party.oas), permitted(party.unodc), officer, auditor, database, owner)
    other = individual("other", "H", "P-other-1", memberState="JM")
    await told.send("the-basis", course("C"), cohort("H", "C", startsOn="1931-01-01"), count("N", "H", 12), other)
    await told.verify("the-basis")
    return told


async def person(told: Told, mark: str) -> Person:
    """A person of whom three statements were made, in two tries, verified, and one taken back; with a record that was refused later."""
    made = Person(mark)
    first = await told.send(f"sent-{mark[-2:]}-1", made.record(0, statedOn=f"{mark}-day"), course(f"{mark[-2:]}-a"))
    second = await told.send(f"sent-{mark[-2:]}-2", *[made.record(number) for number in range(3)], purposeNote=f"{mark}-note")
    await told.verify(f"sent-{mark[-2:]}-2", reason=f"{mark}-seen")
    third = await told.send(f"sent-{mark[-2:]}-3", withdraw(made.refs[2], note=f"{mark}-n"))
    fourth = await told.send(f"sent-{mark[-2:]}-4", made.record(0, memberState=f"{mark}-land"), course(f"{mark[-2:]}-b"))
    statuses = [answer.statuses for answer in (first, second, third, fourth)]
    assert statuses == [["REJECTED", "CREATED"], ["CREATED"] * 3, ["WITHDRAWN"], ["REJECTED", "CREATED"]]
    return made


async def sampled(addresses: Addresses) -> str:
    """The samples that PostgreSQL takes of values to plan by, taken now."""
    connection = await asyncpg.connect(addresses.owner.replace(OWNER, SUPERUSER))
    await connection.execute("ANALYZE")
    found = await connection.fetchval("SELECT string_agg(pg_stats::text, ' ') FROM pg_stats WHERE schemaname = 'public'")
    await connection.close()
    return str(found)


def left(text: str, *values: str) -> list[str]:
    return [value for value in values if value in text]


async def test_nothing_of_the_person_is_left(alone: Told, addresses: Addresses) -> None:
    """In no table, version, decision or receipt; nor was it ever among the samples that PostgreSQL takes of what is stored."""
    marked = await person(alone, "marker-me")
    samples, before = await sampled(addresses), await dump(addresses)
    assert left(before, "marker-me-day", "marker-me-land") == []
    assert left(before, *marked.texts, *CODES) == [*marked.texts, *CODES]
    assert "INTERPOL" in samples
    assert left(samples, *marked.texts) == []
    payload = await alone.erase(alone.officer, marked.named)
    assert payload["issues"] == []
    assert left(await dump(addresses), marked.mark, *CODES) == []


async def statement(told: Told, ref: str) -> dict[str, Any]:
    """The row of a statement of OAS."""
    (row,) = await fetch(told.database, "SELECT * FROM statement WHERE source_ref = :ref", ref=ref)
    return dict(row)


async def parts(told: Told) -> dict[str, int]:
    """How many rows each table has that an erasure takes from."""
    sql = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in PLACES)
    return dict((await fetch(told.database, sql))[0])


PLACES = (
    *("participant", "individual", "statement", "statement_history"),
    *("statement_member_state", "statement_member_state_history", "statement_department", "statement_department_history"),
    *("decision", "decision_history", "submission_item", "submission_issue"),
)


async def test_a_statement_says_no_more_than_that_it_was_there(told: Told) -> None:
    one = await person(told, "marker-aa")
    kept = {ref: await statement(told, ref) for ref in (*one.refs, "other", "N")}
    before = await parts(told)
    await told.erase(told.officer, one.named)
    for ref in one.refs:
        row = await statement(told, ref)
        assert {name for name, value in row.items() if value is not None} <= KEPT
        same = KEPT - {"state", "retained"} & set(row)
        assert {name: row[name] for name in same} == {name: kept[ref][name] for name in same}
        assert (row["state"], row["retained"]) == ("ERASED", False)
        assert set(row) == set(Statement.__table__.c.keys())  # type: ignore[attr-defined]
    assert (await statement(told, "other"), await statement(told, "N")) == (kept["other"], kept["N"])
    after = await parts(told)
    gone = {"participant": 1, "individual": 3, "statement_history": 4} | dict.fromkeys(PLACES[4:8], 3)
    assert {table: before[table] - after[table] for table in PLACES if before[table] != after[table]} == gone


async def test_the_certificate_tells_what_was_destroyed_and_its_hash_seals_it(told: Told) -> None:
    one = await person(told, "marker-bb")
    participant = await told.participant(one)
    certificate = (await told.erase(told.officer, {"id": participant}, reason="CONSENT_WITHDRAWN"))["certificate"]
    assert certificate["places"] == {
        "participant": 1,
        "individual": 3,
        "statement": 3,
        "statement_history": 7,
        "statement_member_state": 3,
        "statement_member_state_history": 3,
        "statement_department": 3,
        "statement_department_history": 3,
        "decision": 3,
        "decision_history": 3,
        "submission_issue": 2,
        "submission": 4,
    }
    assert (certificate["statements"], certificate["retained"], certificate["reason"]) == (3, 0, "CONSENT_WITHDRAWN")
    assert certificate["participant"] == participant
    sealed = {name: value for name, value in certificate.items() if name not in ("id", "hash")} | {"partner": certificate["partner"]["id"]}
    digest = hashlib.sha256(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode())
    assert certificate["hash"] == digest.hexdigest()
    id_ = UUID(certificate["id"].removeprefix("ErasureCertificate:"))
    assert (id_.version, id_.hex[:12], id_.hex[-15:]) == (8, certificate["hash"][:12], certificate["hash"][17:32])
    (event,) = await fetch(told.database, "SELECT * FROM audit_event WHERE :id = ANY (objects)", id=certificate["id"])
    erased = sorted([f"Statement:{(await statement(told, ref))['id']}" for ref in one.refs])
    assert (event["action"], event["objects"], event["result"]) == ("eraseParticipant", [certificate["id"], *erased], "OK")
    assert event["fields"] == ["participant", "reason"]


async def test_the_certificate_is_read_by_whom_it_concerns(told: Told) -> None:
    id_ = (await told.erase(told.oas, {"id": await told.participant(await person(told, "marker-cc"))}))["certificate"]["id"]
    none = await told.ask(told.officer, READ, id=f"ErasureCertificate:{UUID(int=1)}")
    party = told.party
    for viewer, sees in ((told.officer, True), (told.auditor, True), (told.oas, True), (told.unodc, False), (party.staff, False)):
        answer = await told.ask(viewer, READ, id=id_)
        assert (answer["node"]["id"] == id_) if sees else (answer == none), viewer.kind
    with pytest.raises(NotPermitted):
        await told.ask(replace(told.oas, scopes=told.oas.scopes - {Scope.ERASE}), READ, id=id_)


async def test_erasing_twice_gives_the_same_certificate(told: Told, shared_addresses: Addresses) -> None:
    one = await person(told, "marker-dd")
    participant = await told.participant(one)
    first = await told.erase(told.oas, {"id": participant})
    before = await dump(shared_addresses)
    for viewer in (told.oas, told.officer):
        assert await told.erase(viewer, {"id": participant}, reason="NOT_LAWFUL") == first
    by_subject = await told.erase(told.officer, one.named)
    assert (by_subject["certificate"], [issue["code"] for issue in by_subject["issues"]]) == (None, ["PARTICIPANT_NOT_FOUND"])
    added = set(rows(await dump(shared_addresses))) - set(rows(before))
    assert [line.split()[2] for line in added] == ["public.audit_event"] * 3


async def test_two_at_once_erase_once(told: Told) -> None:
    one = await person(told, "marker-pp")
    by_id = {"id": await told.participant(one)}
    asking = [(told.oas, by_id), (told.officer, one.named), (told.officer, by_id), (told.oas, by_id)]
    answers = await asyncio.gather(*[told.erase(viewer, name) for viewer, name in asking])
    certificates = {answer["certificate"]["id"] for answer in answers if answer["certificate"]}
    assert len(certificates) == 1
    found = await fetch(told.database, "SELECT FROM erasure_certificate WHERE participant = :id", id=by_id["id"])
    assert len(found) == 1


def rows(dumped: str) -> list[str]:
    """The rows of a dump."""
    return sorted(line for line in dumped.splitlines() if line.startswith("INSERT"))


async def test_who_is_anothers_and_who_is_nobody_are_answered_alike(told: Told, shared_addresses: Addresses) -> None:
    one = await person(told, "marker-ee")
    participant, before = await told.participant(one), await parts(told)
    names = [{"id": participant}, {"id": f"Participant:{UUID(int=7)}"}, one.named]
    names += [{"subject": {"subject": one.subject} | more} for more in ({}, {"partner": "no such agency"}, {"partner": "UNODC"})]
    names += [{"subject": {"subject": "none", "partner": code}} for code in ("OAS", "UNODC")]
    hidden = {json.dumps(await told.erase(told.unodc, name)) for name in names}
    assert await parts(told) == before
    await told.erase(told.oas, {"id": participant})
    hidden |= {json.dumps(await told.erase(told.unodc, name)) for name in names}
    assert len(hidden) == 1
    for more, code in (({}, "REQUIRED"), ({"partner": "no such agency"}, "AGENCY_UNKNOWN")):
        slip = await told.erase(told.officer, {"subject": {"subject": one.subject} | more})
        assert [(issue["code"], issue["path"]) for issue in slip["issues"]] == [(code, ["participant", "subject", "partner"])]
    assert one.subject not in await dump(shared_addresses)


async def test_who_may_not_changes_nothing(told: Told) -> None:
    participant = {"id": await told.participant(await person(told, "marker-ff"))}
    before, party = await parts(told), told.party
    for viewer in (party.staff, party.verifier, told.auditor, replace(told.oas, scopes=frozenset({Scope.SUBMIT}))):
        with pytest.raises(NotPermitted):
            await told.erase(viewer, participant)
    with pytest.raises(NotPermitted) as refused:
        await told.erase(told.oas, participant, retainAnonymousCount=True)
    assert refused.value.path == ["input", "retainAnonymousCount"]
    with pytest.raises(InputError):
        await told.erase(told.oas, {"id": f"Statement:{UUID(int=7)}"})
    assert await parts(told) == before


async def test_the_second_wall_erases_for_nobody_else(told: Told, shared_addresses: Addresses) -> None:
    """Also where a statement of the server's asked for it, and no count is retained for a partner."""
    id_ = UUID((await told.participant(await person(told, "marker-gg"))).removeprefix("Participant:"))
    before, connection = await parts(told), await asyncpg.connect(shared_addresses.server)
    unodc, oas = str(told.unodc.agency_id), str(told.oas.agency_id)
    asking = [(kind.value, "") for kind in ViewerKind if kind is not ViewerKind.DATA_PROTECTION_OFFICER] + [("", ""), ("PARTNER", unodc)]
    for kind, agency, keeps_count in [(*one, False) for one in asking] + [("PARTNER", oas, True)]:
        await connection.execute("SELECT set_config('graph.kind', $1, false), set_config('graph.agency', $2, false)", kind, agency)
        found = await connection.fetch("SELECT * FROM erase_individuals($1, $2, NULL, $3)", told.oas.agency_id, id_, keeps_count)
        assert (found, await parts(told)) == ([], before), kind
    await connection.close()


@pytest.mark.parametrize("mode", ["VALIDATE", "COMMIT"])
async def test_nothing_is_sent_under_an_erased_key(told: Told, mode: str) -> None:
    one = await person(told, "marker-hh" if mode == "COMMIT" else "marker-ii")
    await told.erase(told.officer, one.named)
    patch = {"sourceRef": one.refs[1], "expectedRevision": 1, "change": {"individual": {"sex": "FEMALE"}}}
    records = [one.record(0), patch, count(one.refs[2], "H", 5), course(f"E-{mode}")]
    answer = await submitted(told.database, told.oas, sent(*records, mode=mode))
    assert answer.issues == [(number, "ERASED", "sourceRef") for number in range(3)]
    assert [item["issues"][0]["params"] for item in answer.items[:3]] == [{}] * 3
    force = await submitted(told.database, told.oas, sent({**records[0], "expectedRevision": None}, mode=mode))
    assert force.codes == [["ERASED"]]
    gone = await submitted(told.database, told.oas, sent(withdraw(one.refs[0]), mode=mode))
    assert gone.statuses == ["UNCHANGED"]
    assert (await statement(told, one.refs[0]))["state"] == "ERASED"


async def test_a_receipt_keeps_what_became_of_each_record_and_no_more(told: Told) -> None:
    one = await person(told, "marker-jj")
    digests = {row["submission_key"]: row["content_digest"] for row in await fetch(told.database, "SELECT * FROM submission")}
    items = [tuple(row) for row in await fetch(told.database, ITEMS)]
    await told.erase(told.officer, one.named)
    assert [tuple(row) for row in await fetch(told.database, ITEMS)] == items
    found = await fetch(told.database, ISSUES, like="sent-jj-%")
    assert [tuple(row) for row in found] == [("INVALID_DATE", "Erased.", "{}"), ("STATE_UNKNOWN", "Erased.", "{}")]
    after = {row["submission_key"]: row["content_digest"] for row in await fetch(told.database, "SELECT * FROM submission")}
    assert {key for key in digests if digests[key] != after[key]} == {f"sent-jj-{number}" for number in (1, 2, 3, 4)}
    assert {len(digest) for digest in after.values()} == {64}
    again = await told.send("sent-jj-2", *[one.record(number) for number in range(3)])
    assert [problem["code"] for problem in again.problems] == ["SUBMISSION_KEY_REUSED"]


ITEMS = "SELECT submission_id, index, source_ref, record_kind, status, entity_id, revision FROM submission_item ORDER BY 1, 2"
ISSUES = """SELECT code, message, params::text FROM submission_issue JOIN submission ON submission.id = submission_id
WHERE submission_key LIKE :like ORDER BY code"""


async def test_consumers_are_told_the_key_and_nothing_else(told: Told) -> None:
    one = await person(told, "marker-kk")
    ids = [str((await statement(told, ref))["id"]) for ref in one.refs]
    await told.erase(told.officer, one.named)
    found = await fetch(told.database, "SELECT * FROM change WHERE op = 'ERASED' AND entity_id = ANY (:ids) ORDER BY position", ids=ids)
    told_of = [(row["type"], row["entity_id"], json.loads(row["key"]), row["changed_fields"], row["actor"]) for row in found]
    keys = {id_: {"partner": "OAS", "sourceRef": ref} for id_, ref in zip(ids, one.refs, strict=True)}
    assert told_of == [("STATEMENT", id_, keys[id_], [], "STAFF") for id_ in sorted(ids)]
    assert len({row["group_id"] for row in found}) == 1


AS_OF = """query ($at: DateTime, $refs: [String!]) { statements(asOf: $at, filter: {sourceRef: {in: $refs}}, order: [{by: SOURCE_REF}]) {
    nodes { state sex institution memberStates { code } departments { department { code } } decisions { reason } } } }"""
BLANK = {"sex": None, "institution": None, "memberStates": [], "departments": [], "decisions": [{"reason": None}]}


async def stood(told: Told, one: Person, at: datetime | None = None) -> list[dict[str, Any]]:
    """A person's statements, as they stood at a moment."""
    answer = await told.ask(told.oas, AS_OF, at=at and at.isoformat(), refs=one.refs)
    nodes: list[dict[str, Any]] = answer["statements"]["nodes"]
    return nodes


async def latest(told: Told) -> datetime:
    """When something was changed last."""
    at: datetime = (await fetch(told.database, "SELECT max(at) FROM change"))[0][0]
    return at


async def test_the_past_tells_nothing_either(told: Told) -> None:
    one = await person(told, "marker-ll")
    at = await latest(told)
    assert [row["sex"] for row in await stood(told, one, at)] == ["UNDISCLOSED"] * 3
    await told.erase(told.oas, {"id": await told.participant(one)})
    assert await stood(told, one, at) == [{"state": "ERASED", **BLANK}] * 3
    assert await stood(told, one) == [{"state": "ERASED", **BLANK}] * 3


async def test_impacs_may_go_on_counting_somebody_whom_nobody_knows(told: Told) -> None:
    """What was verified counts on, today and in the past; what was withdrawn does not."""
    one = await person(told, "marker-mm")
    at = await latest(told)
    payload = await told.erase(told.officer, one.named, retainAnonymousCount=True)
    assert payload["certificate"]["retained"] == 2
    assert [(await statement(told, ref))["retained"] for ref in one.refs] == [True, True, False]
    assert await stood(told, one, at) == [{"state": state, **BLANK} for state in ("VERIFIED", "VERIFIED", "ERASED")]
    assert await stood(told, one) == [{"state": "ERASED", **BLANK}] * 3


TOTAL = "query { participation(measure: COMPLETED, basis: RECORDS) { total { value } } }"


COUNTED = """query ($at: DateTime) { participation(measure: ENROLLED, basis: RECORDS, groupBy: [SEX], asOf: $at) {
    total { value } erasedSince rows { key { label } count { value } } } }"""
SET_POLICY = "mutation ($input: SetCountPolicyInput!) { setCountPolicy(input: $input) { changed } }"


async def counted(told: Told, at: datetime | None = None) -> tuple[int | None, dict[str, int]]:
    """How many individuals are counted, in all and by sex, today or at a moment."""
    table = (await told.ask(told.party.staff, COUNTED, at=at and at.isoformat()))["participation"]
    return table["total"]["value"], {row["key"][0]["label"]: row["count"]["value"] for row in table["rows"]}


async def erased_since(told: Told, viewer: Viewer, at: datetime | None) -> int | None:
    """How many numbers of the past the viewer is told to have been lost since a moment."""
    answer = await told.ask(viewer, COUNTED, at=at and at.isoformat())
    since: int | None = answer["participation"]["erasedSince"]
    return since


async def test_numbers_lose_whoever_is_erased_or_keep_one_whom_nobody_knows(told: Told) -> None:
    """Four people are complete: one is erased, one is erased and goes on being counted, of whom no sex is known any more.

    Sent again, that one counts twice, since nothing tells that it is the same.
    """
    people = [
        individual(f"K-{number}", "K", f"P-000{number}", measure="ENROLLED", sex=sex)
        for number, sex in enumerate(("FEMALE", "FEMALE", "MALE", "MALE"))
    ]
    await told.send("the-enrolled", course("KC"), cohort("K", "KC"), *people)
    await told.verify("the-enrolled")
    ((id_,),) = await fetch(told.database, "SELECT id FROM cohort WHERE source_ref = 'K'")
    answer = await told.ask(told.party.staff, SET_POLICY, input={"cohort": f"Cohort:{id_}", "policy": "INDIVIDUALS_COMPLETE"})
    assert answer == {"setCountPolicy": {"changed": 1}}
    at = await latest(told)
    whole = (4, {"FEMALE": 2, "MALE": 2})
    assert (await counted(told), await counted(told, at)) == (whole, whole)
    await told.erase(told.officer, {"subject": {"subject": "P-0000", "partner": "OAS"}}, retainAnonymousCount=True)
    unknown = (4, {"FEMALE": 1, "MALE": 2, "UNSPECIFIED": 1})
    assert (await counted(told), await counted(told, at)) == (unknown, unknown)
    await told.erase(told.officer, {"subject": {"subject": "P-0002", "partner": "OAS"}})
    fewer = (3, {"FEMALE": 1, "MALE": 1, "UNSPECIFIED": 1})
    assert (await counted(told), await counted(told, at)) == (fewer, fewer)
    asked = ((told.party.staff, at), (told.oas, at), (told.unodc, at), (ANONYMOUS, at), (told.party.staff, None))
    assert [await erased_since(told, viewer, moment) for viewer, moment in asked] == [1, 1, 0, 0, None]
    assert await erased_since(told, told.party.staff, await latest(told)) == 0
    await told.send("sent-again", individual("K-again", "K", "P-0000", measure="ENROLLED", sex="FEMALE"))
    await told.verify("sent-again")
    assert await counted(told) == (4, {"FEMALE": 2, "MALE": 1, "UNSPECIFIED": 1})


async def test_counts_stay(told: Told) -> None:
    before = await told.ask(told.party.staff, TOTAL)
    assert before["participation"]["total"]["value"] == 12
    await told.erase(told.officer, (await person(told, "marker-nn")).named)
    assert await told.ask(told.party.staff, TOTAL) == before


async def test_an_erasure_that_fails_half_way_leaves_everything(
    told: Told, shared_addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await person(told, "marker-oo")
    before = await dump(shared_addresses)

    async def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr("models.outbox.record", fails)
    with pytest.raises(RuntimeError):
        await told.erase(told.officer, one.named)
    (noted,) = set(rows(await dump(shared_addresses))) ^ set(rows(before))
    assert "public.audit_event" in noted
    assert "'{}', '{}', 'INTERNAL'" in noted
