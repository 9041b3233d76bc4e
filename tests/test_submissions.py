"""`submit` against PostgreSQL: who may send what, keys and retries, atomicity, references, every code, what is stored and recorded."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text

from models.base import new_id
from models.database import Database, Transaction
from models.viewer import ANONYMOUS, Viewer
from resolvers.errors import InputError, NotPermitted
from resolvers.submitting import submit as submissions
from resolvers.submitting.submit import submit
from tests.parties import (
    Answer,
    Parties,
    Record,
    cohort,
    count,
    course,
    decided,
    fetch,
    parties,
    programme,
    sent,
    sizes,
    submitted,
    withdraw,
)

pytestmark = pytest.mark.asyncio

FOUNDATION = (course("C"), cohort("H", "C"))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def settled(shared_database: Database, shared_owner_database: Database) -> Parties:
    """The parties of the shared database, in which OAS has a course C and the cohorts H and CANCELLED; only dry runs come after."""
    made = await parties(shared_owner_database)
    await found(shared_database, made.oas, cohort("CANCELLED", "C", status="CANCELLED"))
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def party(owner_database: Database) -> Parties:
    return await parties(owner_database)


async def found(database: Database, viewer: Viewer, *records: Record, convener: str = "OAS") -> None:
    """Stores a course C and a cohort H, and the records."""
    answer = await submitted(database, viewer, sent(course("C"), cohort("H", "C", convener=convener), *records))
    assert set(answer.statuses) == {"CREATED"}


# Who may submit


@pytest.mark.parametrize("mode", ["VALIDATE", "COMMIT"])
async def test_only_a_client_with_the_scope_submits(database: Database, party: Parties, mode: str) -> None:
    before = await sizes(database)
    for viewer in (
        ANONYMOUS,
        replace(party.oas, scopes=frozenset({"statements:read", "decide"})),
        replace(party.staff, scopes=frozenset()),
    ):
        async with database.write(viewer) as transaction:
            with pytest.raises(NotPermitted) as refusal:
                await submit(transaction, viewer, sent(course("C"), mode=mode))
        assert refusal.value.extensions == {"scope": "submit"}
    assert await sizes(database) == before


async def test_only_staff_submit_on_behalf_of_a_partner(database: Database, party: Parties) -> None:
    async with database.write(party.staff) as transaction:
        with pytest.raises(NotPermitted) as refusal:
            await submit(transaction, party.oas, sent(course("C"), onBehalfOf={"code": "OAS"}))
        assert refusal.value.path == ["input", "onBehalfOf"]
        for nobody in ({"code": "NOBODY"}, {"id": "PartnerAgency:x"}, {"sourceRef": "OAS"}, {"code": "O\0AS"}):
            with pytest.raises(InputError):
                await submit(transaction, party.staff, sent(course("C"), onBehalfOf=nobody))
    answer = await submitted(database, party.staff, sent(*FOUNDATION, onBehalfOf={"code": "OAS"}))
    assert answer.statuses == ["CREATED", "CREATED"]
    assert (answer.submission["partner_id"], answer.submission["client_id"]) == (party.oas.agency_id, party.staff.client_id)
    assert (await submitted(database, party.oas, sent(*FOUNDATION))).statuses == ["UNCHANGED", "UNCHANGED"]
    assert (await fetch(database, "SELECT DISTINCT actor FROM change WHERE group_id = :id", id=answer.submission["id"]))[0][0] == "STAFF"


# Keys (product.md C3)


async def test_a_key_is_answered_once_and_replayed_for_good(database: Database, party: Parties) -> None:
    given = sent(*FOUNDATION, count("S", "H"), key="first-key")
    first = await submitted(database, party.oas, given)
    after = await sizes(database)
    again = await submitted(database, party.oas, given)
    assert (first.committed, first.result["replayed"]) == (True, False)
    assert (again.committed, again.result["replayed"]) == (False, True)
    assert again.result["submission_id"] == first.result["submission_id"]
    assert (again.submission, again.items) == (first.submission, first.items)
    assert first.submission["submission_key"] == "first-key"
    assert first.submission["committed_at"] >= first.submission["received_at"]
    assert await sizes(database) == after


async def test_a_replay_keeps_its_outcomes_when_the_ledger_goes_on(database: Database, party: Parties) -> None:
    given = sent(*FOUNDATION, count("S", "H"))
    first = await submitted(database, party.oas, given)
    await submitted(database, party.oas, sent(withdraw("S")))
    assert (await submitted(database, party.oas, given)).items == first.items


async def test_a_key_with_other_content_is_refused_with_both_digests(database: Database, party: Parties) -> None:
    first = await submitted(database, party.oas, sent(*FOUNDATION, key="first-key"))
    after = await sizes(database)
    other = await submitted(database, party.oas, sent(*FOUNDATION, count("S", "H"), key="first-key"))
    assert [problem["code"] for problem in other.problems] == ["SUBMISSION_KEY_REUSED"]
    assert other.problems[0]["params"] == {
        "digest": other.submission["content_digest"],
        "firstDigest": first.submission["content_digest"],
        "firstReceipt": f"Receipt:{first.submission['id']}",
    }
    assert (other.committed, other.submission["submission_key"], other.statuses) == (False, None, ["NOT_ATTEMPTED"] * 3)
    assert await sizes(database) == after


async def test_staff_are_told_nothing_of_what_another_sender_sent_under_a_key(database: Database, party: Parties) -> None:
    """What is told of a person is one of few values: whoever has its digest, or an answer to the same again, could try them all."""
    given = sent(*FOUNDATION, key="first-key", onBehalfOf={"code": "OAS"})
    first = await submitted(database, party.staff, given)
    again = await submitted(database, party.staff, given)
    assert again.result == first.result | {"replayed": True}
    for viewer in (party.other_staff, party.oas):
        other = await submitted(database, viewer, given if viewer is party.other_staff else sent(*FOUNDATION, key="first-key"))
        assert [problem["code"] for problem in other.problems] == ["SUBMISSION_KEY_REUSED"]
        digest = "(withheld)" if viewer is party.other_staff else first.submission["content_digest"]
        assert (other.problems[0]["params"]["firstDigest"], other.statuses) == (digest, ["NOT_ATTEMPTED"] * 2)


async def test_keys_are_each_partners_own(database: Database, party: Parties) -> None:
    for viewer, code in ((party.oas, "OAS"), (party.unodc, "UNODC")):
        answer = await submitted(database, viewer, sent(course("C"), cohort("H", "C", convener=code), key="the-same-key"))
        assert (answer.committed, answer.statuses) == (True, ["CREATED", "CREATED"])


@pytest.mark.parametrize("atomicity", ["PER_RECORD", "ALL_OR_NOTHING"])
async def test_a_key_is_free_while_nothing_was_committed(database: Database, party: Parties, atomicity: str) -> None:
    before = await sizes(database)
    rejected = await submitted(database, party.oas, sent(course("C", title=""), key="first-key", atomicity=atomicity))
    assert (rejected.committed, rejected.statuses, rejected.submission["submission_key"]) == (False, ["REJECTED"], None)
    mistaken = await submitted(database, party.oas, sent(course("C"), key="first-key", declared={"records": 9}))
    assert (mistaken.committed, mistaken.statuses) == (False, ["NOT_ATTEMPTED"])
    assert await sizes(database) == before
    fixed = await submitted(database, party.oas, sent(course("C"), key="first-key", atomicity=atomicity))
    assert (fixed.committed, fixed.statuses, fixed.submission["submission_key"]) == (True, ["CREATED"], "first-key")


async def test_a_key_is_free_after_a_crash_before_the_commit(database: Database, party: Parties) -> None:
    before, given = await sizes(database), sent(*FOUNDATION, count("S", "H"), key="first-key")
    with pytest.raises(ConnectionError):
        await cut_off(database, party.oas, given)
    assert await sizes(database) == before
    assert (await submitted(database, party.oas, given)).statuses == ["CREATED"] * 3


async def cut_off(database: Database, viewer: Viewer, given: Mapping[str, Any]) -> None:
    async with database.write(viewer) as transaction:
        assert (await submit(transaction, viewer, given)).committed
        raise ConnectionError


async def test_unchanged_records_bind_a_key(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H"))
    before = await sizes(database)
    again = await submitted(database, party.oas, sent(*FOUNDATION, count("S", "H"), key="second-key"))
    assert (again.committed, again.statuses, again.submission["submission_key"]) == (True, ["UNCHANGED"] * 3, "second-key")
    assert await sizes(database) == before | {"submission": before["submission"] + 1, "submission_item": before["submission_item"] + 3}


async def test_a_dry_run_ignores_keys_and_stores_nothing(database: Database, party: Parties) -> None:
    await submitted(database, party.oas, sent(*FOUNDATION, key="first-key"))
    before = await sizes(database)
    other = await submitted(database, party.oas, sent(*FOUNDATION, count("S", "H"), key="first-key", mode="VALIDATE"))
    assert (other.problems, other.statuses) == ([], ["UNCHANGED", "UNCHANGED", "CREATED"])
    assert (other.committed, other.result["replayed"]) == (False, False)
    assert (other.submission["submission_key"], other.submission["committed_at"]) == (None, None)
    assert await sizes(database) == before


async def test_a_storm_of_retries_stores_one_set_of_rows(database: Database, party: Parties) -> None:
    records = [course("C"), cohort("H", "C"), *[count(f"S{n}", "H", n, partitionKey="k", memberStates=["JM"]) for n in range(100)]]
    given = sent(*records, key="stormy-key")
    answers = await asyncio.gather(*[submitted(database, party.oas, given) for _ in range(50)])
    assert sorted(answer.result["replayed"] for answer in answers) == [False] + [True] * 49
    assert len({answer.result["submission_id"] for answer in answers}) == 1
    assert all(answer.items == answers[0].items for answer in answers)
    assert {name: size for name, size in (await sizes(database)).items() if name in ("submission", "submission_item")} == {
        "submission": 1,
        "submission_item": 102,
    }
    (row,) = await fetch(database, "SELECT count(*), sum(count) FROM statement WHERE partner_id = :id", id=party.oas.agency_id)
    assert tuple(row) == (100, sum(range(100)))
    changed = await submitted(database, party.oas, sent(*records[:-1], count("S99", "H", 1), key="stormy-key"))
    assert [problem["code"] for problem in changed.problems] == ["SUBMISSION_KEY_REUSED"]
    assert (await submitted(database, party.oas, sent(*records))).statuses == ["UNCHANGED"] * 102


async def test_parallel_calls_under_many_keys_store_one_set_of_rows(database: Database, party: Parties) -> None:
    given = [sent(*FOUNDATION, count("S", "H")) for _ in range(12)]
    answers = await asyncio.gather(*[submitted(database, party.oas, each) for each in given])
    assert sorted(set(answer.statuses).pop() for answer in answers) == ["CREATED"] + ["UNCHANGED"] * 11
    assert [tuple(row) for row in await fetch(database, "SELECT count FROM statement WHERE source_ref = 'S'")] == [(10,)]


async def test_a_call_whose_turn_does_not_come_can_be_sent_again(
    database: Database, party: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submissions, "WAIT_SECONDS", 0.05)
    given = sent(*FOUNDATION)
    agency_id = party.oas.agency_id
    assert agency_id
    async with database.write(party.oas) as running:
        assert await submissions.take_turn(running, [agency_id])
        late = await submitted(database, party.oas, given)
        assert [(problem["code"], problem["params"]) for problem in late.problems] == [("SUBMISSION_IN_PROGRESS", {"retryAfterMs": 1_000})]
        assert (late.committed, late.statuses) == (False, ["NOT_ATTEMPTED"] * 2)
        other = await submitted(database, party.unodc, sent(course("C")))
        assert other.statuses == ["CREATED"]
        await submit(running, party.oas, given)
    assert (await submitted(database, party.oas, given)).result["replayed"]


# The envelope


async def test_totals_that_disagree_refuse_before_any_work(database: Database, party: Parties) -> None:
    before = await sizes(database)
    given = sent(*FOUNDATION, count("S", "H"), declared={"records": 3, "people": 11})
    answer = await submitted(database, party.oas, given)
    assert [(problem["code"], problem["params"]) for problem in answer.problems] == [
        ("CONTROL_TOTAL_MISMATCH", {"total": "people", "declared": 11, "found": 10})
    ]
    assert answer.problems[0]["message"] == "declared.people is 11, but 10 arrived. Nothing was considered."
    assert (answer.committed, answer.statuses, answer.submission["people"]) == (False, ["NOT_ATTEMPTED"] * 3, 10)
    assert await sizes(database) == before


async def test_source_refs_are_unique_in_a_submission(database: Database, party: Parties) -> None:
    answer = await submitted(database, party.oas, sent(course("X"), course("X"), cohort("X", "X")))
    assert [problem["code"] for problem in answer.problems] == ["DUPLICATE_SOURCE_REF_IN_SUBMISSION"]
    assert answer.statuses == ["NOT_ATTEMPTED"] * 3


async def test_too_many_records_are_refused(database: Database, party: Parties) -> None:
    answer = await submitted(database, party.oas, sent(*[withdraw(f"S{n}") for n in range(501)]))
    assert ([problem["code"] for problem in answer.problems], len(answer.items)) == (["TOO_MANY_RECORDS"], 501)
    answer = await submitted(database, party.oas, sent())
    assert ([problem["code"] for problem in answer.problems], answer.items) == (["TOO_MANY_RECORDS"], [])


async def test_a_source_ref_has_1_to_200_characters(database: Database, party: Parties) -> None:
    answer = await submitted(database, party.oas, sent(course(""), course(" \u200b"), course("x" * 201), course("x" * 200), withdraw("")))
    assert answer.issues == [
        (0, "REQUIRED", "sourceRef"),
        (1, "REQUIRED", "sourceRef"),
        (2, "TOO_LONG", "sourceRef"),
        (4, "REQUIRED", "sourceRef"),
    ]
    assert answer.statuses == ["REJECTED", "REJECTED", "REJECTED", "CREATED", "REJECTED"]


async def test_what_no_text_may_hold_fails_its_record_alone(database: Database, party: Parties) -> None:
    answer = await submitted(
        database, party.oas, sent(course("A", title="a\0b"), course("B\x1b", title="B"), withdraw("C", note="\u202e"), course("D"))
    )
    assert answer.issues == [
        (0, "INVALID_TEXT", "change.course.title"),
        (1, "INVALID_TEXT", "sourceRef"),
        (2, "INVALID_TEXT", "change.withdraw.note"),
    ]
    assert answer.statuses == ["REJECTED", "REJECTED", "REJECTED", "CREATED"]


# What is stored


async def test_all_that_was_sent_is_stored(database: Database, party: Parties) -> None:
    answer = await submitted(
        database,
        party.oas,
        sent(
            count(
                "S",
                "H",
                "12",
                memberStates=["JM", "TT"],
                memberStateCount="2",
                departments=[{"code": "POLICE", "institutionType": "TRAINING_INSTITUTION"}, {"code": "CUSTOMS"}],
                sex="FEMALE",
                reportingPeriod={"label": "FY2023", "from": "2022-10-01", "to": "2023-09-30"},
                partitionKey="k",
                institution=" The unit ",
                cost={"amount": "1250.5", "currency": "USD"},
                sourceDoc={"url": "https://example.org/r.pdf", "title": "Report", "page": "7", "retrievedOn": "2024-01-02"},
                statedOn="2023-10-05",
            ),
            cohort(
                "H",
                "C",
                "D",
                title="A run",
                endsOn="2023-03-05",
                datePrecision="MONTH",
                mode="BLENDED",
                venueType="REGIONAL",
                venueState="BB",
                location="Bridgetown",
                status="ACTIVE",
                narrative="It went well.",
                roles=[{"agency": {"sourceRef": "P"}, "role": "CONVENER"}, {"agency": {"code": "EU"}, "role": "FUNDER"}],
                costs=[{"kind": "TRAVEL", "amount": 100, "currency": "EUR", "source": "ledger"}],
            ),
            course("D"),
            course(
                "C",
                subject="Safety",
                certified=True,
                trainTheTrainer=False,
                nominalHours="12.5",
                languages=["en", "es"],
                owner={"sourceRef": "P"},
            ),
            programme("Q", parent={"sourceRef": "P"}),
            programme("P", labels=["A label"]),
        ),
    )
    assert (answer.statuses, answer.codes) == (["CREATED"] * 6, [[]] * 6)
    ids = {(item["record_kind"], item["source_ref"]): item["entity_id"] for item in answer.items}
    (statement,) = await fetch(database, "SELECT * FROM statement WHERE source_ref = 'S'")
    assert {name: value for name, value in statement.items() if value is not None and name not in ("created_at",)} == {
        "id": ids["COUNT", "S"],
        "partner_id": party.oas.agency_id,
        "source_ref": "S",
        "kind": "COUNT",
        "cohort_id": ids["COHORT", "H"],
        "measure": "COMPLETED",
        "revision": 1,
        "state": "PENDING",
        "count": 12,
        "unit": "PARTICIPATIONS",
        "precision": "EXACT",
        "member_state_count": 2,
        "sex": "FEMALE",
        "reporting_period_label": "FY2023",
        "reporting_period_from": statement["reporting_period_from"].replace(2022, 10, 1),
        "reporting_period_to": statement["reporting_period_to"].replace(2023, 9, 30),
        "partition_key": "k",
        "institution": " The unit ",
        "cost_amount": statement["cost_amount"].from_float(1250.5),
        "cost_currency": "USD",
        "source_url": "https://example.org/r.pdf",
        "source_title": "Report",
        "source_page": "7",
        "source_retrieved_on": statement["source_retrieved_on"].replace(2024, 1, 2),
        "stated_on": statement["stated_on"].replace(2023, 10, 5),
        "visibility": "RESTRICTED",
        "submission_id": answer.submission["id"],
        "created_by_id": party.oas.client_id,
    }
    states = await fetch(
        database, "SELECT member_state_code FROM statement_member_state WHERE statement_id = :id ORDER BY 1", id=statement["id"]
    )
    assert [row[0] for row in states] == ["JM", "TT"]
    departments = await fetch(
        database,
        "SELECT department_code, institution_type FROM statement_department WHERE statement_id = :id ORDER BY 1",
        id=statement["id"],
    )
    assert [tuple(row) for row in departments] == [("CUSTOMS", "NOT_STATED"), ("POLICE", "TRAINING_INSTITUTION")]
    (run,) = await fetch(database, "SELECT * FROM cohort WHERE id = :id", id=ids["COHORT", "H"])
    kept = (
        "title",
        "code",
        "submitted_by_id",
        "date_precision",
        "mode",
        "venue_type",
        "venue_state_code",
        "location",
        "status",
        "narrative",
    )
    assert [run[name] for name in kept] == [
        *("A run", None, party.oas.agency_id, "MONTH", "BLENDED", "REGIONAL", "BB", "Bridgetown", "ACTIVE", "It went well."),
    ]
    assert (str(run["starts_on"]), str(run["ends_on"])) == ("2023-03-01", "2023-03-05")
    assert (run["visibility"], run["accepted_at"], run["count_policy"], run["revision"]) == ("RESTRICTED", None, "COUNTS", 1)
    courses = await fetch(database, "SELECT course_id FROM cohort_course WHERE cohort_id = :id ORDER BY position", id=run["id"])
    assert [row[0] for row in courses] == [ids["COURSE", "C"], ids["COURSE", "D"]]
    roles = await fetch(
        database,
        "SELECT role, coalesce(code, source_ref) FROM cohort_role JOIN partner_agency ON id = agency_id WHERE cohort_id = :id ORDER BY 1",
        id=run["id"],
    )
    assert [tuple(row) for row in roles] == [("CONVENER", "P"), ("FUNDER", "EU")]
    costs = await fetch(database, "SELECT kind, amount::text, currency, source FROM cohort_cost WHERE cohort_id = :id", id=run["id"])
    assert [tuple(row) for row in costs] == [("TRAVEL", "100.00", "EUR", "ledger")]
    (made,) = await fetch(database, "SELECT * FROM course WHERE id = :id", id=ids["COURSE", "C"])
    assert [made[name] for name in ("subject", "certified", "train_the_trainer", "languages", "owner_id", "code")] == [
        *("Safety", True, False, ["en", "es"], ids["PROGRAMME", "P"], None),
    ]
    assert str(made["nominal_hours"]) == "12.50"
    (owner,) = await fetch(database, "SELECT owner_id FROM course WHERE id = :id", id=ids["COURSE", "D"])
    assert owner[0] == party.oas.agency_id
    agencies = await fetch(database, "SELECT * FROM partner_agency WHERE submitted_by_id = :id ORDER BY source_ref", id=party.oas.agency_id)
    assert [(row["source_ref"], row["kind"], row["parent_id"], row["labels"], row["accepted_at"]) for row in agencies] == [
        ("P", "PROGRAMME", party.oas.agency_id, ["A label"], None),
        ("Q", "PROGRAMME", ids["PROGRAMME", "P"], [], None),
    ]
    lines = await fetch(database, "SELECT ancestor_id FROM agency_ancestor WHERE agency_id = :id", id=ids["PROGRAMME", "Q"])
    assert {row[0] for row in lines} == {ids["PROGRAMME", "Q"], ids["PROGRAMME", "P"], party.oas.agency_id}


async def test_a_cohort_without_a_title_takes_that_of_its_first_course(database: Database, party: Parties) -> None:
    await submitted(database, party.oas, sent(course("C", title="One"), course("D", title="Two"), cohort("H", "D", "C")))
    assert [row[0] for row in await fetch(database, "SELECT title FROM cohort WHERE source_ref = 'H'")] == ["Two"]
    again = await submitted(database, party.oas, sent({"sourceRef": "H", "change": {"cohort": {"title": None}}}))
    assert again.statuses == ["UNCHANGED"]


# Authorization


async def test_a_programme_is_made_under_the_partner_or_its_programmes(database: Database, party: Parties) -> None:
    answer = await submitted(
        database,
        party.unodc,
        sent(
            programme("A", parent={"code": "UNODC"}),
            programme("B", parent={"code": "UNODC-GPML"}),
            programme("C", parent={"sourceRef": "B"}),
            programme("D", parent={"code": "OAS"}),
            programme("E", parent={"code": "NOBODY"}),
        ),
    )
    assert answer.statuses == ["CREATED", "CREATED", "CREATED", "REJECTED", "REJECTED"]
    assert answer.issues == [(3, "NOT_PERMITTED", "change.programme.parent"), (4, "AGENCY_UNKNOWN", "change.programme.parent")]


async def test_programmes_are_no_part_of_themselves(database: Database, party: Parties) -> None:
    answer = await submitted(
        database,
        party.oas,
        sent(
            programme("A", parent={"sourceRef": "B"}),
            programme("B", parent={"sourceRef": "C"}),
            programme("C", parent={"sourceRef": "B"}),
            programme("D", parent={"sourceRef": "D"}),
            programme("E"),
        ),
    )
    assert answer.statuses == ["REJECTED"] * 4 + ["CREATED"]
    assert [codes[0] for codes in answer.codes[:4]] == ["DEPENDENCY_REJECTED", "CIRCULAR_PARENT", "CIRCULAR_PARENT", "CIRCULAR_PARENT"]


async def test_a_course_belongs_to_the_partner_or_its_programmes(database: Database, party: Parties) -> None:
    answer = await submitted(
        database, party.unodc, sent(course("A", owner={"code": "UNODC-GFP"}), course("B", owner={"code": "OAS"}), course("C", owner=None))
    )
    assert answer.statuses == ["CREATED", "REJECTED", "CREATED"]
    assert answer.issues == [(1, "NOT_PERMITTED", "change.course.owner")]


async def test_a_cohort_is_convened_or_provided_by_the_partner_or_its_programmes(database: Database, party: Parties) -> None:
    def roles(*pairs: tuple[str, str]) -> dict[str, Any]:
        return {"roles": [{"agency": {"code": code}, "role": role} for code, role in pairs]}

    answer = await submitted(
        database,
        party.unodc,
        sent(
            course("C"),
            cohort("A", "C", **roles(("UNODC", "PROVIDER"), ("OAS", "CONVENER"))),
            cohort("B", "C", **roles(("UNODC-AIRCOP", "CONVENER"))),
            cohort("D", "C", **roles(("UNODC", "HOST"), ("OAS", "CONVENER"))),
            cohort("E", "C", roles=[]),
            cohort("F", "C", **roles(("NOBODY", "CONVENER"))),
        ),
    )
    assert answer.statuses == ["CREATED"] * 3 + ["REJECTED"] * 3
    assert answer.issues == [
        (3, "NOT_PERMITTED", "change.cohort.roles"),
        (4, "NOT_PERMITTED", "change.cohort.roles"),
        (5, "AGENCY_UNKNOWN", "change.cohort.roles.0.agency"),
    ]


async def test_impacs_itself_makes_everything(database: Database, party: Parties) -> None:
    answer = await submitted(
        database,
        party.staff,
        sent(programme("P", parent={"code": "OAS"}), course("C", owner={"code": "EU"}), cohort("H", "C", convener="OAS"), count("S", "H")),
    )
    assert answer.statuses == ["CREATED"] * 4


async def test_what_a_partner_cannot_see_is_not_found(database: Database, party: Parties) -> None:
    await found(database, party.oas, programme("P"))
    ids = {
        table: (await fetch(database, f"SELECT id FROM {table} WHERE source_ref = :ref", ref=ref))[0][0]
        for table, ref in (("course", "C"), ("cohort", "H"), ("partner_agency", "P"))
    }
    hidden = [
        cohort("X", convener="UNODC", courses=[{"id": f"Course:{ids['course']}"}]),
        count("Y", {"id": f"Cohort:{ids['cohort']}"}),
        course("Z", owner={"id": f"PartnerAgency:{ids['partner_agency']}"}),
    ]
    absent = [
        cohort("X", convener="UNODC", courses=[{"id": f"Course:{new_id()}"}]),
        count("Y", {"id": f"Cohort:{new_id()}"}),
        course("Z", owner={"id": f"PartnerAgency:{new_id()}"}),
    ]
    answers = [await submitted(database, party.unodc, sent(*records)) for records in (hidden, absent)]
    assert answers[0].issues == answers[1].issues
    assert answers[0].codes == [["COURSE_NOT_FOUND"], ["COHORT_NOT_FOUND"], ["AGENCY_UNKNOWN"]]
    messages = [[item["issues"][0]["message"] for item in answer.items] for answer in answers]
    assert messages[0] == messages[1]
    assert (await submitted(database, party.unodc, sent(count("Y", "H")))).codes == [["COHORT_NOT_FOUND"]]


async def test_an_accepted_cohort_is_counted_by_others_who_learn_that_they_are_not_alone(database: Database, party: Parties) -> None:
    first = await submitted(database, party.oas, sent(*FOUNDATION, count("S", "H", 420)))
    await decided(database, party.staff, submission={"id": f"Receipt:{first.submission['id']}"})
    cohort_id = f"Cohort:{first.items[1]['entity_id']}"
    second = await submitted(database, party.interpol, sent(count("S", {"id": cohort_id}, 405)))
    assert (second.statuses, second.codes) == (["CREATED"], [["W_OTHER_PARTNER_REPORTS_THIS"]])
    issue = second.items[0]["issues"][0]
    assert (issue["severity"], issue["path"], issue["params"]) == ("WARNING", ["records", "0", "change", "count", "cohort"], {})
    assert "420" not in issue["message"]
    other_measure = await submitted(database, party.interpol, sent(count("T", {"id": cohort_id}, 405, measure="ENROLLED")))
    assert (other_measure.statuses, other_measure.codes) == (["CREATED"], [[]])
    waiting = await submitted(database, party.unodc, sent(count("T", {"id": cohort_id}, 400, measure="ENROLLED")))
    assert waiting.codes == [[]]
    ours = await submitted(database, party.staff, sent(count("T", {"id": cohort_id}, 400, measure="ENROLLED")))
    assert ours.codes == [["W_OTHER_PARTNER_REPORTS_THIS"]]
    await submitted(database, party.oas, sent(withdraw("S")))
    alone = await submitted(database, party.unodc, sent(count("S", {"id": cohort_id}, 5, measure="ATTENDED")))
    assert alone.codes == [[]]


async def test_runs_joined_by_impacs_are_one_population(database: Database, party: Parties, owner_database: Database) -> None:
    await found(database, party.oas, count("S", "H", 5, memberStates=["JM"]), cohort("I", "C"))
    async with owner_database.write() as transaction:
        joined = "UPDATE cohort SET same_run_as_id = (SELECT id FROM cohort WHERE source_ref = 'H') WHERE source_ref = 'I'"
        await transaction.fetch(text(joined))
    answer = await submitted(database, party.oas, sent(count("T", "I", 5, memberStates=["TT"])))
    assert answer.codes == [["PARTITION_KEY_REQUIRED"]]


# References and dependencies


async def test_references_point_forward_and_back_and_to_what_is_stored(database: Database, party: Parties) -> None:
    await found(database, party.oas)
    cohort_id = (await fetch(database, "SELECT id FROM cohort WHERE source_ref = 'H'"))[0][0]
    answer = await submitted(
        database,
        party.oas,
        sent(
            count("A", "NEW", 1),
            count("B", "H", 1),
            cohort("NEW", "C", "D"),
            count("E", {"id": f"Cohort:{cohort_id}"}, 1, measure="ATTENDED"),
            course("D"),
            count("F", {"code": "IIPCIC-2020"}, 1),
        ),
    )
    assert answer.statuses == ["CREATED"] * 6


async def test_what_depends_on_a_rejected_record_falls_with_it(database: Database, party: Parties) -> None:
    answer = await submitted(
        database,
        party.oas,
        sent(
            count("S", "H", -1),
            withdraw("S"),
            cohort("H", "C", "D", roles=[{"agency": {"sourceRef": "Q"}, "role": "CONVENER"}]),
            course("C", title=None),
            course("D"),
            programme("Q", parent={"sourceRef": "P"}),
            programme("P", name=""),
        ),
    )
    assert answer.statuses == ["REJECTED"] * 4 + ["CREATED", "REJECTED", "REJECTED"]
    assert [(index, code, path) for index, code, path in answer.issues] == [
        (0, "NEGATIVE_COUNT", "change.count.count"),
        (0, "DEPENDENCY_REJECTED", "change.count.cohort"),
        (1, "DEPENDENCY_REJECTED", "sourceRef"),
        (2, "DEPENDENCY_REJECTED", "change.cohort.courses.0"),
        (2, "DEPENDENCY_REJECTED", "change.cohort.roles.0.agency"),
        (3, "REQUIRED", "change.course.title"),
        (5, "DEPENDENCY_REJECTED", "change.programme.parent"),
        (6, "REQUIRED", "change.programme.name"),
    ]
    causes = [issue["caused_by_index"] for item in answer.items for issue in item["issues"]]
    assert causes == [None, 2, 0, 3, 5, None, 6, None]


@pytest.mark.parametrize("atomicity", ["PER_RECORD", "ALL_OR_NOTHING"])
async def test_a_mixed_batch(database: Database, party: Parties, atomicity: str) -> None:
    """S4: of 250 records six are wrong in six ways, one of them a cohort that three others refer to."""
    await found(database, party.oas)
    before = await sizes(database)
    good = [count(f"S{n}", "H", n, partitionKey="k", memberStates=["JM"], institution=f"unit {n}") for n in range(241)]
    wrong = [
        cohort("BAD", "C", startsOn="2023-02-30"),
        count("W1", "H", "many", partitionKey="k"),
        count("W2", "H", 1, partitionKey="k", memberStates=["XX"]),
        count("W3", "H", 1, partitionKey="k", departments=[{"code": "NAVY"}]),
        count("W4", "H", -1, partitionKey="k"),
        count("W5", "H", 1, partitionKey="k", sex="F"),
        *[count(f"D{n}", "BAD", n, partitionKey="k") for n in range(3)],
    ]
    answer = await submitted(database, party.oas, sent(*good[:100], *wrong, *good[100:], atomicity=atomicity))
    problems = [codes for codes in answer.codes if codes]
    assert problems == [
        ["INVALID_DATE"],
        ["INVALID_NUMBER"],
        ["STATE_UNKNOWN"],
        ["DEPARTMENT_UNKNOWN"],
        ["NEGATIVE_COUNT"],
        ["INVALID_CODE"],
        *[["DEPENDENCY_REJECTED"]] * 3,
    ]
    assert [item["issues"][0]["caused_by_index"] for item in answer.items[106:109]] == [100] * 3
    rest = "CREATED" if atomicity == "PER_RECORD" else "NOT_ATTEMPTED"
    assert answer.statuses == [rest] * 100 + ["REJECTED"] * 9 + [rest] * 141
    assert answer.committed is (atomicity == "PER_RECORD")
    after = await sizes(database)
    assert after["statement"] - before["statement"] == (241 if answer.committed else 0)
    assert answer.committed or after == before


async def test_others_keep_their_issues_when_one_refuses_all(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H"))
    warned = count("T", "H", 5, measure="ATTENDED", memberStates=["JM"], memberStateCount=2)
    answer = await submitted(database, party.oas, sent(count("S", "H"), warned, course("X", title=""), atomicity="ALL_OR_NOTHING"))
    assert answer.statuses == ["NOT_ATTEMPTED", "NOT_ATTEMPTED", "REJECTED"]
    assert answer.codes == [[], ["W_COUNT_LIST_MISMATCH"], ["REQUIRED"]]
    assert [(item["entity_id"] is None, item["revision"]) for item in answer.items] == [(False, 1), (True, None), (True, None)]


# Each code


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (cohort("X", "C", startsOn=""), [("REQUIRED", "change.cohort.startsOn")]),
        (cohort("X", courses=[]), [("REQUIRED", "change.cohort.courses")]),
        (cohort("X", "C", endsOn="2023-02-28"), [("DATE_ORDER", "change.cohort.endsOn")]),
        (cohort("X", "C", mode="REMOTE"), [("INVALID_CODE", "change.cohort.mode")]),
        (cohort("X", "C", venueState="Jamaica"), [("STATE_UNKNOWN", "change.cohort.venueState")]),
        (cohort("X", "C", narrative="x" * 5_001), [("TOO_LONG", "change.cohort.narrative")]),
        (cohort("X", "nowhere"), [("COURSE_NOT_FOUND", "change.cohort.courses.0")]),
        (cohort("X", "C", startsOn="2999-01-01"), [("W_FUTURE_DATE", "change.cohort.startsOn")]),
        (cohort("X", "C", startsOn="2999-01-01", status="PLANNED"), []),
        (course("X", nominalHours="1.234"), [("INVALID_NUMBER", "change.course.nominalHours")]),
        (count("X", "nowhere"), [("COHORT_NOT_FOUND", "change.count.cohort")]),
        (count("X", "CANCELLED"), [("COHORT_CANCELLED", "change.count.cohort")]),
        (count("X", "H", ""), [("REQUIRED", "change.count.count")]),
        (count("X", "H", "x"), [("INVALID_NUMBER", "change.count.count")]),
        (count("X", "H", 5, memberStates=["JM", "TT"], memberStateCount=13), [("W_COUNT_LIST_MISMATCH", "change.count.memberStateCount")]),
        (count("X", "H", 5, memberStateCount=13), []),
        (count("X", "H", 5, statedOn="2999-01-01"), [("W_FUTURE_DATE", "change.count.statedOn")]),
        (count("X", "H", 5, sourceDoc={"retrievedOn": "2999-01-01"}), [("W_FUTURE_DATE", "change.count.sourceDoc.retrievedOn")]),
        (withdraw("X", None), [("REQUIRED", "change.withdraw.reason")]),
        (withdraw("X", "BORED"), [("INVALID_CODE", "change.withdraw.reason")]),
        (course("X") | {"expectedRevision": 1}, [("REVISION_STALE", "expectedRevision")]),
        (course("X") | {"expectedRevision": None}, [("FORCE_NOT_PERMITTED", "expectedRevision")]),
    ],
)
async def test_each_code_stands_at_its_path(
    shared_database: Database, settled: Parties, record: Record, expected: list[tuple[str, str]]
) -> None:
    answer = await submitted(shared_database, settled.oas, sent(record, mode="VALIDATE"))
    assert [(code, path) for _, code, path in answer.issues] == expected
    is_rejected = any(not code.startswith("W_") for code, _ in expected)
    assert answer.statuses == ["REJECTED" if is_rejected else "CREATED"]
    for item in answer.items:
        assert [issue["severity"] for issue in item["issues"]] == ["ERROR" if is_rejected else "WARNING"] * len(expected)
        assert all("{" not in issue["message"] for issue in item["issues"])


async def test_a_count_of_a_cohort_that_is_cancelled_in_the_same_call(database: Database, party: Parties) -> None:
    answer = await submitted(database, party.oas, sent(course("C"), cohort("H", "C", status="CANCELLED"), count("S", "H")))
    assert answer.codes == [[], [], ["COHORT_CANCELLED"]]


# Counts beside each other


async def test_the_arithmetic_of_2020(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("total", "H", 4_053), count("men", "H", 2_218, sex="MALE", partitionKey="sex"))
    women = await submitted(database, party.oas, sent(count("women", "H", 1_770, sex="FEMALE", partitionKey="sex")))
    assert [(code, path) for _, code, path in women.issues] == [("W_SLICES_BELOW_TOTAL", "change.count.count")]
    assert women.items[0]["issues"][0]["params"] == {"partitionKey": "sex", "total": "total", "remainder": 65}
    other = await submitted(database, party.oas, sent(count("other", "H", 72, sex="OTHER", partitionKey="sex")))
    assert [(code, path) for _, code, path in other.issues] == [("SLICES_EXCEED_TOTAL", "change.count.count")]
    assert other.items[0]["issues"][0]["params"] == {"slices": "partitionKey sex", "sum": 4_060, "total": "total", "exactly": 4_053}
    assert (await submitted(database, party.oas, sent(count("other", "H", 65, sex="OTHER", partitionKey="sex")))).codes == [[]]


async def test_a_rejected_sum_leaves_the_other_records(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("total", "H", 10))
    answer = await submitted(
        database,
        party.oas,
        sent(
            count("a", "H", 6, memberStates=["JM"], partitionKey="k"),
            count("b", "H", 5, memberStates=["TT"], partitionKey="k"),
            count("c", "H", 5, memberStates=["JM"], measure="ATTENDED"),
        ),
    )
    assert answer.statuses == ["REJECTED", "REJECTED", "CREATED"]


async def test_keys_and_units_of_sets(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("a", "H", 6, memberStates=["JM"], partitionKey="k"))
    answer = await submitted(
        database,
        party.oas,
        sent(
            count("b", "H", 5, memberStates=["TT"]),
            count("c", "H", 5, memberStates=["BB"], partitionKey="k", unit="PEOPLE"),
            count("d", "H", 5, memberStates=["GD"], partitionKey="k"),
            count("e", "H", 5, memberStates=["LC"], statedOn="x"),
        ),
    )
    assert answer.issues == [
        (0, "PARTITION_KEY_REQUIRED", "change.count.partitionKey"),
        (1, "UNIT_MIXED", "change.count.unit"),
        (3, "INVALID_DATE", "change.count.statedOn"),
        (3, "PARTITION_KEY_REQUIRED", "change.count.partitionKey"),
    ]
    assert answer.statuses == ["REJECTED", "REJECTED", "CREATED", "REJECTED"]


async def test_more_completed_than_enrolled_is_noticed(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("e", "H", 10, measure="ENROLLED"))
    answer = await submitted(database, party.oas, sent(count("c", "H", 12)))
    assert (answer.statuses, answer.issues) == (["CREATED"], [(0, "W_LADDER_INVERTED", "change.count.count")])


# Sending again, and taking back


@pytest.mark.parametrize(
    ("record", "other"),
    [
        (programme("P", labels=["a"]), {"labels": ["b"]}),
        (course("X", subject="a", languages=["en"], certified=True), {"certified": None}),
        (
            cohort("X", "C", costs=[{"kind": "TRAVEL", "amount": "5", "currency": "USD"}]),
            {"costs": [{"kind": "TRAVEL", "amount": "6", "currency": "USD"}]},
        ),
        (cohort("X", "C", endsOn="2023-03-05"), {"endsOn": ""}),
        (cohort("X", "C"), {"roles": [{"agency": {"code": "OAS"}, "role": "PROVIDER"}]}),
        (cohort("X", "C"), {"courses": [{"sourceRef": "C"}, {"sourceRef": "C2"}]}),
        (count("X", "H", 5, memberStates=["JM", "TT"]), {"memberStates": ["JM"]}),
        (
            count("X", "H", 5, departments=[{"code": "POLICE"}]),
            {"departments": [{"code": "POLICE", "institutionType": "TRAINING_INSTITUTION"}]},
        ),
        (count("X", "H", 5, reportingPeriod={"label": "FY1"}), {"reportingPeriod": None}),
        (count("X", "H", 5, cost={"amount": "5.00", "currency": "USD"}), {"cost": {"amount": "5.01", "currency": "USD"}}),
        (count("X", "H", 5), {"count": "6"}),
        (count("X", "H", 5), {"cohort": {"sourceRef": "H2"}}),
    ],
)
async def test_the_same_is_unchanged_and_other_content_needs_a_revision(
    database: Database, party: Parties, record: Record, other: dict[str, Any]
) -> None:
    await found(database, party.oas, course("C2"), cohort("H2", "C"), record)
    ((kind, content),) = record["change"].items()
    before = await sizes(database)

    async def answer(**more: Any) -> Answer:
        return await submitted(database, party.oas, sent({"sourceRef": record["sourceRef"], **more}, mode="VALIDATE"))

    for expected in ({}, {"expectedRevision": 1}, {"expectedRevision": 7}):
        assert (await answer(**expected, change=record["change"])).statuses == ["UNCHANGED"]
    assert (await answer(change={kind: {}})).statuses == ["UNCHANGED"]
    changed = {"change": {kind: content | other}}
    required = await answer(**changed)
    assert required.issues == [(0, "REVISION_REQUIRED", "expectedRevision")]
    assert "Corrections are not offered yet" in required.items[0]["issues"][0]["message"]
    assert required.items[0]["issues"][0]["params"].items() >= {"actual": 1, "changedFields": list(other)}.items()
    assert (required.items[0]["revision"], required.items[0]["entity_id"] is None) == (1, False)
    assert (await answer(**changed, expectedRevision=1)).codes == [["CORRECTION_NOT_OFFERED_YET"]]
    stale = await answer(**changed, expectedRevision=2)
    assert stale.codes == [["REVISION_STALE"]]
    assert stale.items[0]["issues"][0]["params"].items() >= {"expected": 2, "actual": 1}.items()
    assert (await answer(**changed, expectedRevision=None)).codes == [["FORCE_NOT_PERMITTED"]]
    assert (await answer(change={kind: other})).codes == [["REVISION_REQUIRED"]]
    assert await sizes(database) == before


async def test_the_same_written_otherwise_is_unchanged(database: Database, party: Parties) -> None:
    await found(
        database,
        party.oas,
        count(
            "X", "H", 5, memberStates=["JM", "TT"], cost={"amount": 5, "currency": "USD"}, departments=[{"code": "TAX"}, {"code": "POLICE"}]
        ),
    )
    cohort_id = (await fetch(database, "SELECT id FROM cohort WHERE source_ref = 'H'"))[0][0]
    again = count(
        "X",
        {"id": f"Cohort:{cohort_id}"},
        " 5",
        memberStates=["TT", "JM", "TT"],
        cost={"amount": "5.00", "currency": " USD"},
        departments=[{"code": "POLICE", "institutionType": "NOT_STATED"}, {"code": "TAX"}],
        sex="",
    )
    assert (await submitted(database, party.oas, sent(again))).statuses == ["UNCHANGED"]


async def test_a_withdrawal(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H"), count("T", "H", measure="ATTENDED"))
    answer = await submitted(database, party.oas, sent(withdraw("S", "DUPLICATE", note="twice"), withdraw("unknown")))
    assert answer.statuses == ["WITHDRAWN", "UNCHANGED"]
    assert [(item["entity_id"] is None, item["revision"]) for item in answer.items] == [(False, 1), (True, None)]
    rows = await fetch(
        database,
        "SELECT state, withdrawal_reason, withdrawal_note, revision FROM statement WHERE source_ref IN ('S', 'T') ORDER BY source_ref",
    )
    assert [tuple(row) for row in rows] == [("WITHDRAWN", "DUPLICATE", "twice", 1), ("PENDING", None, None, 1)]
    after = await sizes(database)
    again = await submitted(database, party.oas, sent(withdraw("S", "OTHER") | {"expectedRevision": 9}))
    assert again.statuses == ["UNCHANGED"]
    assert (await sizes(database))["change"] == after["change"]
    assert tuple((await fetch(database, "SELECT withdrawal_reason FROM statement WHERE source_ref = 'S'"))[0]) == ("DUPLICATE",)


async def test_a_withdrawal_can_expect_a_revision(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H"))
    assert (await submitted(database, party.oas, sent(withdraw("S") | {"expectedRevision": 2}))).codes == [["REVISION_STALE"]]
    assert (await submitted(database, party.oas, sent(withdraw("S") | {"expectedRevision": None}))).codes == [["FORCE_NOT_PERMITTED"]]
    assert (await submitted(database, party.oas, sent(withdraw("S") | {"expectedRevision": 1}))).statuses == ["WITHDRAWN"]


async def test_what_is_withdrawn_is_not_unchanged_when_it_is_sent_again(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H"))
    await submitted(database, party.oas, sent(withdraw("S")))
    again = await submitted(database, party.oas, sent(count("S", "H")))
    assert again.codes == [["REVISION_REQUIRED"]]
    assert again.items[0]["issues"][0]["params"] == {"actual": 1, "changedFields": [], "state": "WITHDRAWN"}
    assert (await submitted(database, party.oas, sent(count("S", "H") | {"expectedRevision": 1}))).codes == [["CORRECTION_NOT_OFFERED_YET"]]


async def test_others_statements_cannot_be_withdrawn_or_told_apart_from_none(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H"))
    answer = await submitted(database, party.unodc, sent(withdraw("S"), withdraw("nothing")))
    assert answer.outcomes[0][3:] == answer.outcomes[1][3:]
    assert (await fetch(database, "SELECT state FROM statement WHERE source_ref = 'S'"))[0][0] == "PENDING"


async def test_a_count_can_be_replaced_in_one_call(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("S", "H", memberStates=["JM"]))
    answer = await submitted(database, party.oas, sent(withdraw("S"), count("T", "H", memberStates=["TT"])))
    assert answer.statuses == ["WITHDRAWN", "CREATED"]


async def test_a_count_made_and_withdrawn_in_one_call(database: Database, party: Parties) -> None:
    await found(database, party.oas, count("total", "H", 5))
    given = sent(withdraw("S"), count("S", "H", 9, memberStates=["JM"], partitionKey="k"))
    answer = await submitted(database, party.oas, given)
    assert (answer.statuses, answer.codes) == (["WITHDRAWN", "CREATED"], [[], []])
    assert (await fetch(database, "SELECT state FROM statement WHERE source_ref = 'S'"))[0][0] == "WITHDRAWN"
    changes = await fetch(database, "SELECT op FROM change WHERE group_id = :id ORDER BY position", id=answer.submission["id"])
    assert [row[0] for row in changes] == ["UPSERT", "WITHDRAWN"]


async def test_a_total_is_not_withdrawn_below_its_parts(database: Database, party: Parties) -> None:
    await found(
        database,
        party.oas,
        count("t1", "H", 10, partitionKey="total", institution="a"),
        count("t2", "H", 5, partitionKey="total", institution="b"),
        count("men", "H", 12, sex="MALE", partitionKey="sex"),
    )
    alone = await submitted(database, party.oas, sent(withdraw("t2")))
    assert alone.issues == [(0, "SLICES_EXCEED_TOTAL", "change.withdraw")]
    both = await submitted(database, party.oas, sent(withdraw("t2"), withdraw("men")))
    assert both.statuses == ["WITHDRAWN", "WITHDRAWN"]


# Changes, receipts, and how much SQL it takes


async def test_each_change_of_the_ledger_is_recorded_once(database: Database, party: Parties) -> None:
    first = await submitted(
        database, party.oas, sent(count("S", "H"), cohort("H", "C"), course("C"), programme("P"), course("bad", title=""))
    )
    second = await submitted(database, party.oas, sent(count("S", "H"), withdraw("S"), course("C"), course("D")))
    assert second.statuses == ["UNCHANGED", "WITHDRAWN", "UNCHANGED", "CREATED"]

    async def recorded(answer: Answer) -> list[Any]:
        rows = await fetch(database, "SELECT * FROM change WHERE group_id = :id ORDER BY position", id=answer.submission["id"])
        return [
            (row["type"], row["op"], row["entity_id"], orjson.loads(row["key"]), row["revision"], row["changed_fields"], row["actor"])
            for row in rows
        ]

    def of(answer: Answer, index: int, type_: str, op: str = "UPSERT", fields: tuple[str, ...] = ()) -> tuple[Any, ...]:
        item = answer.items[index]
        return type_, op, str(item["entity_id"]), {"partner": "OAS", "sourceRef": item["source_ref"]}, 1, list(fields), "PARTNER"

    assert await recorded(first) == [
        of(first, 3, "PARTNER_AGENCY"),
        of(first, 2, "COURSE"),
        of(first, 1, "COHORT"),
        of(first, 0, "STATEMENT"),
    ]
    assert await recorded(second) == [
        of(second, 3, "COURSE"),
        of(second, 1, "STATEMENT", "WITHDRAWN", ("state", "withdrawalReason")),
    ]


class Counting(Transaction):
    """A transaction that counts its SQL statements."""

    def __init__(self, inner: Transaction) -> None:
        super().__init__(inner._connection)
        self.statements = 0

    async def fetch(self, statement: Any, **binds: Any) -> Any:
        self.statements += 1
        return await super().fetch(statement, **binds)

    async def insert(self, table: Any, rows: Any) -> None:
        self.statements += bool(rows)
        await super().insert(table, rows)


async def statements_of(database: Database, viewer: Viewer, given: Mapping[str, Any]) -> int:
    async with database.write(viewer) as transaction:
        counting = Counting(transaction)
        result = await submit(counting, viewer, given)
        assert result.committed
        assert not transaction.discarded
        return counting.statements


@pytest.mark.parametrize("kinds", ["all", "counts", "withdrawals", "unchanged"])
async def test_the_number_of_statements_is_fixed(database: Database, party: Parties, kinds: str) -> None:
    await found(database, party.oas, *[count(f"old{n}", "H", partitionKey="old", measure="ATTENDED") for n in range(498)])

    def records(number: int) -> list[Record]:
        names = [f"{number}-{n}" for n in range(number)]
        cost = [{"kind": "TRAVEL", "amount": 1, "currency": "USD"}]
        match kinds:
            case "counts":
                more = {"measure": "REPORTED_TRAINED", "memberStates": ["JM"], "departments": [{"code": "TAX"}]}
                return [count(n, "H", partitionKey="k", **more) for n in names]
            case "withdrawals":
                return [withdraw(f"old{n if number == 400 else 497 - n}") for n in range(number)]
            case "unchanged":
                return [count(f"old{n}", "H", partitionKey="old", measure="ATTENDED") for n in range(number)]
            case _:
                each = [
                    (
                        programme(n),
                        course(n),
                        cohort(n, n, costs=cost),
                        count(n, n, memberStates=["JM", "TT"], departments=[{"code": "TAX"}]),
                    )
                    for n in names[: max(1, number // 5)]
                ]
                return [withdraw(f"old{number - 1}"), *[record for records in each for record in records]]

    sizes_ = (1, 50, 400) if kinds == "withdrawals" else (1, 50, 498)
    numbers = [await statements_of(database, party.oas, sent(*records(number))) for number in sizes_]
    assert len(set(numbers)) == 1
    assert numbers[0] <= 37


async def test_a_receipt_says_what_the_ledger_has(database: Database, party: Parties) -> None:
    before = await sizes(database)
    answer = await submitted(
        database,
        party.oas,
        sent(*FOUNDATION, programme("P"), count("S", "H", 4), count("T", "H", 5, measure="ATTENDED"), count("U", "H", "x"), withdraw("T")),
    )
    after = await sizes(database)
    made = {
        kind: [item["record_kind"] for item in answer.items if item["status"] == "CREATED"].count(kind)
        for kind in ("PROGRAMME", "COURSE", "COHORT", "COUNT")
    }
    tables = {"PROGRAMME": "partner_agency", "COURSE": "course", "COHORT": "cohort", "COUNT": "statement"}
    assert {kind: after[table] - before[table] for kind, table in tables.items()} == made
    assert after["change"] - before["change"] == answer.statuses.count("CREATED") + answer.statuses.count("WITHDRAWN")
    assert answer.submission["people"] == 9
