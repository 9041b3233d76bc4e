"""`decide` against PostgreSQL: who decides, what can be decided, what verifying a submission accepts, what is recorded."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text

from models.base import new_id
from models.database import Database
from models.viewer import ANONYMOUS, Viewer
from resolvers.errors import InputError, NotPermitted
from resolvers.submitting import submit as submissions
from resolvers.submitting.decide import decide
from tests.parties import (
    Parties,
    cohort,
    count,
    course,
    decided,
    fetch,
    parties,
    programme,
    sent,
    sizes,
    statement_ids,
    submitted,
    withdraw,
)
from tests.test_submissions import Counting

pytestmark = pytest.mark.asyncio

FOUNDATION = (programme("P"), course("C"), cohort("H", "C"))
Reference = dict[str, str]


@pytest_asyncio.fixture(loop_scope="session")
async def party(owner_database: Database) -> Parties:
    return await parties(owner_database)


async def sending(database: Database, viewer: Viewer, *records: Any, **more: Any) -> Reference:
    """Submits the records; how a decision names the submission."""
    answer = await submitted(database, viewer, sent(*records, **more))
    assert answer.committed
    return {"id": f"Receipt:{answer.submission['id']}"}


async def named(database: Database, *refs: str) -> list[str]:
    """The global identifiers of statements, by sourceRef."""
    return [f"Statement:{id_}" for id_ in await statement_ids(database, *refs)]


async def states(database: Database) -> dict[str, str]:
    """The states of the partners' statements."""
    rows = await fetch(database, "SELECT source_ref, state FROM statement WHERE submission_id IS NOT NULL")
    return {row["source_ref"]: row["state"] for row in rows}


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The statuses and codes of the outcomes."""
    assert [outcome["index"] for outcome in payload["outcomes"]] == list(range(len(payload["outcomes"])))
    return [(outcome["status"], [issue["code"] for issue in outcome["issues"]]) for outcome in payload["outcomes"]]


def counts(payload: dict[str, Any]) -> tuple[int, ...]:
    """How many were decided, unchanged, rejected, accepted."""
    return tuple(payload[name] for name in ("decided", "unchanged", "rejected", "accepted"))


DECIDED, UNCHANGED = ("DECIDED", list[str]()), ("UNCHANGED", list[str]())


async def test_only_staff_with_the_scope_decide(database: Database, party: Parties) -> None:
    submission = await sending(database, party.oas, *FOUNDATION, count("S", "H"))
    before = await sizes(database)
    for viewer in (ANONYMOUS, party.oas, party.unodc, replace(party.staff, scopes=frozenset({"submit"}))):
        async with database.write(viewer) as transaction:
            with pytest.raises(NotPermitted):
                await decide(transaction, viewer, {"verdict": "VERIFY", "submission": submission})
    assert await sizes(database) == before
    assert await states(database) == {"S": "PENDING"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ["input"]),
        ({"submission": None, "statements": None}, ["input"]),
        ({"submission": {"id": f"Receipt:{new_id()}"}, "statements": []}, ["input"]),
        ({"submission": {"id": "Receipt:x"}}, ["input", "submission", "id"]),
        ({"submission": {"id": f"Statement:{new_id()}"}}, ["input", "submission", "id"]),
        ({"submission": {"submissionKey": "some-long-key"}}, ["input", "submission", "submissionKey"]),
        ({"statements": []}, ["input", "statements"]),
        ({"statements": [f"Statement:{new_id()}" for _ in range(501)]}, ["input", "statements"]),
        ({"statements": [f"Statement:{new_id()}", "S"]}, ["input", "statements", 1]),
        ({"statements": [f"Statement:{'0' * 8}-{'0' * 4}-7000-8000-{'0' * 12}"] * 2}, ["input", "statements", 1]),
        ({"statements": [f"Statement:{new_id()}"], "reason": "x" * 1_001}, ["input", "reason"]),
        ({"statements": [f"Statement:{new_id()}"], "reason": "a\0b"}, ["input", "reason"]),
    ],
)
async def test_a_request_of_another_form_is_refused(shared_database: Database, given: dict[str, Any], path: list[Any]) -> None:
    staff = Viewer(kind=submissions.ViewerKind.STAFF, client_id=new_id(), agency_id=new_id(), scopes=frozenset({"decide"}))
    async with shared_database.write(staff) as transaction:
        with pytest.raises(InputError) as refusal:
            await decide(transaction, staff, {"verdict": "VERIFY"} | given)
    assert (refusal.value.code, refusal.value.path) == ("BAD_USER_INPUT", path)


async def test_what_is_not_there_is_said(database: Database, party: Parties) -> None:
    payload = await decided(database, party.staff, submission={"id": f"Receipt:{new_id()}"})
    assert ([problem["code"] for problem in payload["problems"]], payload["outcomes"]) == (["SUBMISSION_NOT_FOUND"], [])
    payload = await decided(database, party.staff, statements=[f"Statement:{new_id()}"])
    assert (codes(payload), payload["problems"]) == ([("REJECTED", ["STATEMENT_NOT_FOUND"])], [])
    assert payload["outcomes"][0]["statement_id"] is None


async def test_verifying_a_submission_accepts_what_it_brought(database: Database, party: Parties) -> None:
    records = [*FOUNDATION, count("S", "H"), count("T", "H", measure="ATTENDED"), count("bad", "H", "x"), course("worse", title="")]
    submission = await sending(database, party.oas, *records)
    payload = await decided(database, party.staff, submission=submission, reason="as reported")
    assert (codes(payload), counts(payload), payload["problems"]) == ([DECIDED, DECIDED], (2, 0, 0, 3), [])
    assert [outcome["statement_id"] for outcome in payload["outcomes"]] == await statement_ids(database, "S", "T")
    assert await states(database) == {"S": "VERIFIED", "T": "VERIFIED"}
    rows = await fetch(
        database,
        "SELECT d.verdict, d.reason, d.revision, d.decided_by_id, d.decided_at = s.decided_at AS same"
        " FROM decision d JOIN statement s ON s.id = d.statement_id",
    )
    assert [tuple(row) for row in rows] == [("VERIFY", "as reported", 1, party.staff.client_id, True)] * 2
    (run,) = await fetch(database, "SELECT accepted_at, accepted_by_id, revision FROM cohort WHERE source_ref = 'H'")
    assert (run["accepted_at"] is None, run["accepted_by_id"], run["revision"]) == (False, party.staff.client_id, 1)
    for table, ref in (("course", "C"), ("partner_agency", "P")):
        assert (await fetch(database, f"SELECT accepted_at FROM {table} WHERE source_ref = :ref", ref=ref))[0][0] is not None
    after = await sizes(database)
    again = await decided(database, party.other_staff, submission=submission)
    assert (codes(again), counts(again)) == ([UNCHANGED, UNCHANGED], (0, 2, 0, 0))
    assert await sizes(database) == after


async def test_each_decision_is_recorded_once(database: Database, party: Parties) -> None:
    submission = await sending(database, party.oas, count("S", "H"), *FOUNDATION)
    before = (await fetch(database, "SELECT max(position) FROM change"))[0][0]
    await decided(database, party.staff, submission=submission)
    rows = await fetch(database, "SELECT * FROM change WHERE position > :before ORDER BY position", before=before)
    assert [(row["type"], row["op"], orjson.loads(row["key"]), row["changed_fields"], row["revision"], row["actor"]) for row in rows] == [
        *[
            (type_, "UPSERT", {"partner": "OAS", "sourceRef": ref}, ["accepted", "acceptedAt"], 1, "STAFF")
            for type_, ref in (("PARTNER_AGENCY", "P"), ("COURSE", "C"), ("COHORT", "H"))
        ],
        ("STATEMENT", "UPSERT", {"partner": "OAS", "sourceRef": "S"}, ["state", "decidedAt", "decisions"], 1, "STAFF"),
    ]
    assert len({row["group_id"] for row in rows}) == 1
    ids = [
        (await fetch(database, f"SELECT id FROM {table} WHERE source_ref = :ref", ref=ref))[0][0]
        for table, ref in (("cohort", "H"), ("statement", "S"))
    ]
    assert [rows[2]["entity_id"], rows[3]["entity_id"]] == [str(id_) for id_ in ids]


async def test_a_submission_verified_later_accepts_what_it_named_again(database: Database, party: Parties) -> None:
    await sending(database, party.oas, *FOUNDATION, count("S", "H"))
    again = await sending(database, party.oas, *FOUNDATION, count("S", "H"), count("T", "H", measure="ATTENDED"))
    payload = await decided(database, party.staff, submission=again)
    assert (codes(payload), counts(payload)) == ([DECIDED, DECIDED], (2, 0, 0, 3))


async def test_rejecting_a_submission_accepts_nothing(database: Database, party: Parties) -> None:
    submission = await sending(database, party.oas, *FOUNDATION, count("S", "H"))
    payload = await decided(database, party.staff, submission=submission, verdict="REJECT", reason="no source")
    assert (codes(payload), counts(payload), payload["verdict"]) == ([DECIDED], (1, 0, 0, 0), "REJECT")
    assert await states(database) == {"S": "REJECTED"}
    assert (await fetch(database, "SELECT accepted_at FROM cohort WHERE source_ref = 'H'"))[0][0] is None


async def test_a_submission_without_statements_is_accepted_too(database: Database, party: Parties) -> None:
    payload = await decided(database, party.staff, submission=await sending(database, party.oas, *FOUNDATION))
    assert (codes(payload), counts(payload)) == ([], (0, 0, 0, 3))


async def test_statements_are_decided_in_the_order_asked(database: Database, party: Parties) -> None:
    await sending(database, party.oas, *FOUNDATION, *[count(ref, "H", measure=measure) for ref, measure in MEASURES.items()])
    await sending(database, party.oas, withdraw("c"))
    await decided(database, party.staff, statements=await named(database, "b"), verdict="REJECT")
    ids = await named(database, "d", "b", "a", "c")
    payload = await decided(database, party.staff, statements=[ids[0], f"Statement:{new_id()}", *ids[1:]])
    refused = ("REJECTED", ["DECISION_NOT_ALLOWED"])
    assert codes(payload) == [DECIDED, ("REJECTED", ["STATEMENT_NOT_FOUND"]), refused, DECIDED, refused]
    assert counts(payload) == (2, 0, 3, 0)
    assert [outcome["issues"][0]["params"] for outcome in payload["outcomes"][2::2]] == [{"state": "REJECTED"}, {"state": "WITHDRAWN"}]
    assert await states(database) == {"a": "VERIFIED", "b": "REJECTED", "c": "WITHDRAWN", "d": "VERIFIED"}
    assert (await fetch(database, "SELECT accepted_at FROM cohort WHERE source_ref = 'H'"))[0][0] is None


MEASURES = {"a": "NOMINATED", "b": "ENROLLED", "c": "ATTENDED", "d": "COMPLETED"}


async def test_nobody_decides_what_its_own_client_sent(database: Database, party: Parties) -> None:
    submission = await sending(database, party.staff, *FOUNDATION, count("S", "H"), onBehalfOf={"code": "OAS"})
    before = await sizes(database)
    for verdict in ("VERIFY", "REJECT"):
        payload = await decided(database, party.staff, submission=submission, verdict=verdict)
        assert codes(payload) == [("REJECTED", ["NOT_PERMITTED"])]
        assert ([problem["code"] for problem in payload["problems"]], counts(payload)) == (["NOT_PERMITTED"], (0, 0, 1, 0))
        payload = await decided(database, party.staff, statements=await named(database, "S"), verdict=verdict)
        assert (codes(payload), payload["problems"]) == ([("REJECTED", ["NOT_PERMITTED"])], [])
    assert await sizes(database) == before
    assert await states(database) == {"S": "PENDING"}
    payload = await decided(database, party.other_staff, submission=submission)
    assert (codes(payload), counts(payload)) == ([DECIDED], (1, 0, 0, 3))


async def test_nobody_accepts_what_its_own_client_made_in_another_submission(database: Database, party: Parties) -> None:
    await sending(database, party.staff, *FOUNDATION, count("S", "H"), onBehalfOf={"code": "OAS"})
    later = await sending(database, party.oas, *FOUNDATION, count("S", "H"), count("T", "H", measure="ATTENDED"), course("D"))
    payload = await decided(database, party.staff, submission=later)
    assert (codes(payload), counts(payload)) == ([("REJECTED", ["NOT_PERMITTED"]), DECIDED], (1, 0, 1, 1))
    assert (await fetch(database, "SELECT accepted_at FROM cohort WHERE source_ref = 'H'"))[0][0] is None


async def test_nobody_decides_what_its_own_client_sent_again(database: Database, party: Parties) -> None:
    await sending(database, party.oas, *FOUNDATION, count("S", "H"))
    again = await sending(database, party.staff, *FOUNDATION, count("S", "H"), onBehalfOf={"code": "OAS"})
    payload = await decided(database, party.staff, submission=again)
    assert (codes(payload), counts(payload)) == ([("REJECTED", ["NOT_PERMITTED"])], (0, 0, 1, 0))
    assert await states(database) == {"S": "PENDING"}
    assert codes(await decided(database, party.staff, statements=await named(database, "S"))) == [DECIDED]


async def test_what_contradicts_a_total_is_not_verified(database: Database, party: Parties, owner_database: Database) -> None:
    parts = [count(ref, "I", number, memberStates=[state], partitionKey="k") for ref, number, state in (("jm", 6, "JM"), ("tt", 6, "TT"))]
    submission = await sending(database, party.oas, *FOUNDATION, cohort("I", "C"), count("total", "H", 10), *parts)
    async with owner_database.write() as transaction:
        await transaction.fetch(
            text("UPDATE cohort SET same_run_as_id = (SELECT id FROM cohort WHERE source_ref = 'H') WHERE source_ref = 'I'")
        )
    payload = await decided(database, party.staff, submission=submission)
    assert codes(payload) == [("REJECTED", ["SLICES_EXCEED_TOTAL"])] * 3
    assert payload["outcomes"][0]["issues"][0]["params"] == {"slices": "partitionKey k", "sum": 12, "total": "total", "exactly": 10}
    rejected = await decided(database, party.staff, statements=await named(database, "tt"), verdict="REJECT")
    assert codes(rejected) == [DECIDED]
    assert codes(await decided(database, party.staff, statements=await named(database, "total", "jm"))) == [DECIDED, DECIDED]


async def test_a_total_is_not_rejected_below_its_parts(database: Database, party: Parties) -> None:
    await sending(
        database,
        party.oas,
        *FOUNDATION,
        count("t1", "H", 10, partitionKey="total"),
        count("t2", "H", 5, partitionKey="total"),
        count("men", "H", 12, sex="MALE", partitionKey="sex"),
    )
    alone = await decided(database, party.staff, statements=await named(database, "t2"), verdict="REJECT")
    assert codes(alone) == [("REJECTED", ["SLICES_EXCEED_TOTAL"])]
    both = await decided(database, party.staff, statements=await named(database, "t2", "men"), verdict="REJECT")
    assert codes(both) == [DECIDED, DECIDED]


async def test_two_who_decide_at_once_decide_once(database: Database, party: Parties) -> None:
    submission = await sending(database, party.oas, *FOUNDATION, *[count(ref, "H", measure=measure) for ref, measure in MEASURES.items()])
    payloads = await asyncio.gather(
        decided(database, party.staff, submission=submission),
        decided(database, party.other_staff, submission=submission, verdict="REJECT"),
        decided(database, party.other_staff, submission=submission),
    )
    assert sum(payload["decided"] for payload in payloads) == 4
    assert len(set((await states(database)).values())) == 1
    assert (await sizes(database))["decision"] == 4


async def test_a_decision_waits_for_its_turn(database: Database, party: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "WAIT_SECONDS", 0.05)
    submission = await sending(database, party.oas, *FOUNDATION, count("S", "H"))
    agency_id = party.oas.agency_id
    assert agency_id
    async with database.write(party.staff) as running:
        assert await submissions.take_turn(running, [agency_id])
        payload = await decided(database, party.staff, submission=submission)
        assert [problem["code"] for problem in payload["problems"]] == ["SUBMISSION_IN_PROGRESS"]
    assert counts(await decided(database, party.staff, submission=submission)) == (1, 0, 0, 3)


@pytest.mark.parametrize("whole", [True, False])
async def test_the_number_of_statements_is_fixed(database: Database, party: Parties, whole: bool) -> None:
    numbers = []
    for number in (1, 50, 400):
        records = [count(f"{number}-{n}", f"H{number}", n, partitionKey="k", memberStates=["JM"]) for n in range(number)]
        submission = await sending(database, party.oas, course(f"C{number}"), cohort(f"H{number}", f"C{number}"), *records)
        asked = {"submission": submission} if whole else {"statements": await named(database, *[record["sourceRef"] for record in records])}
        async with database.write(party.staff) as transaction:
            counting = Counting(transaction)
            result = await decide(counting, party.staff, {"verdict": "VERIFY"} | asked)
            assert result.binds["payload"]["decided"] == number
            numbers.append(counting.statements)
    assert len(set(numbers)) == 1
    assert numbers[0] <= 16
