"""Statements about individuals: what is stored of them and where, what their sender's agreement permits, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from graphql import GraphQLInputObjectType, GraphQLList, get_named_type, get_nullable_type

from graph.schema import graphql_schema
from models import agreements
from models.access import PersonalField, Scope
from models.agreements import Terms
from models.base import new_id
from models.database import Database
from models.viewer import Viewer
from resolvers.errors import InputError
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
    statement_ids,
    submitted,
    withdraw,
)

pytestmark = pytest.mark.asyncio

FOUNDATION = (course("C"), cohort("H", "C"))
WHOLE: dict[str, Any] = {
    "measure": "CERTIFIED",
    "memberState": "JM",
    "department": {"code": "POLICE", "institutionType": "TRAINING_INSTITUTION"},
    "roleLevel": "SUPERVISORY",
    "sex": "FEMALE",
    "result": {"completedOn": "2023-03-10", "hours": "12.5", "certificateNo": "2023-0017"},
    "reportingPeriod": {"label": "FY2023", "from": "2022-10-01", "to": "2023-09-30"},
    "institution": "Royal Police Force",
    "cost": {"amount": 120, "currency": "USD"},
    "sourceDoc": {"title": "Final report"},
    "statedOn": "2023-05-01",
}


@pytest_asyncio.fixture(loop_scope="session")
async def party(owner_database: Database) -> Parties:
    return await parties(owner_database)


async def stored(database: Database) -> dict[str, int]:
    """How many statements came by a submission, participants and individuals there are."""
    counted = "SELECT count(*) FROM"
    sql = f"SELECT ({counted} statement WHERE submission_id IS NOT NULL), ({counted} participant), ({counted} individual)"
    return dict(zip(("statement", "participant", "individual"), (await fetch(database, sql))[0], strict=True))


async def founded(database: Database, viewer: Viewer, *records: Record) -> Answer:
    """The answer to the records, with a course and a cohort before them."""
    return await submitted(database, viewer, sent(*FOUNDATION, *records))


async def test_an_individual_is_stored_as_one_person_and_apart_what_is_told_of_it(database: Database, party: Parties) -> None:
    answer = await founded(database, permitted(party.oas), individual("I", "H", "P-17", **WHOLE))
    assert answer.statuses == ["CREATED"] * 3
    assert answer.submission["people"] == 1
    (row,) = await fetch(database, "SELECT * FROM statement WHERE submission_id IS NOT NULL")
    expected = {
        "kind": "INDIVIDUAL",
        "measure": "CERTIFIED",
        "state": "PENDING",
        "count": 1,
        "unit": "PEOPLE",
        "precision": "EXACT",
        "member_state_count": None,
        "only_member_state_code": "JM",
        "sex": "FEMALE",
        "reporting_period_label": "FY2023",
        "partition_key": None,
        "institution": "Royal Police Force",
        "cost_amount": Decimal("120.00"),
        "source_title": "Final report",
    }
    assert {name: row[name] for name in expected} == expected
    parts = (("statement_member_state", "member_state_code"), ("statement_department", "department_code || '/' || institution_type"))
    slices = [await fetch(database, f"SELECT {code} FROM {part} WHERE statement_id = :id", id=row["id"]) for part, code in parts]
    assert [[found[0] for found in rows] for rows in slices] == [["JM"], ["POLICE/TRAINING_INSTITUTION"]]
    (told,) = await fetch(
        database,
        "SELECT statement_id, partner_id, subject, role_level, completed_on::text, hours, certificate_no "
        "FROM individual JOIN participant ON participant.id = participant_id",
    )
    person = ("P-17", "SUPERVISORY", "2023-03-10", Decimal("12.50"), "2023-0017")
    assert tuple(told) == (row["id"], party.oas.agency_id, *person)


async def test_one_person_may_be_in_many_statements_and_is_of_one_partner(database: Database, party: Parties) -> None:
    oas, unodc = permitted(party.oas), permitted(party.unodc)
    records = (individual("1", "H", "P-17"), individual("2", "H", "P-17", measure="CERTIFIED"), individual("3", "H", "P-18"))
    await founded(database, oas, *records)
    await submitted(database, oas, sent(individual("4", "H", "P-17", measure="ATTENDED")))
    await submitted(database, unodc, sent(course("C"), cohort("H", "C", convener="UNODC"), individual("1", "H", "P-17")))
    rows = await fetch(
        database,
        "SELECT partner_id, subject, count(*) FROM individual JOIN participant ON participant.id = participant_id "
        "GROUP BY partner_id, subject ORDER BY count(*) DESC, subject",
    )
    assert [tuple(row) for row in rows] == [(oas.agency_id, "P-17", 3), (unodc.agency_id, "P-17", 1), (oas.agency_id, "P-18", 1)]
    assert await stored(database) == {"statement": 5, "participant": 3, "individual": 5}


async def test_the_same_again_is_unchanged_and_other_content_needs_a_revision(database: Database, party: Parties) -> None:
    oas = permitted(party.oas)
    await founded(database, oas, individual("I", "H", "P-17", **WHOLE))
    again = await submitted(database, oas, sent(individual("I", "H", "P-17", **WHOLE)))
    part = await submitted(database, oas, sent({"sourceRef": "I", "change": {"individual": {"sex": "FEMALE"}}}))
    assert (again.statuses, part.statuses) == (["UNCHANGED"], ["UNCHANGED"])
    for changed in ({"participant": {"subject": "P-18"}}, {"result": None}, {"memberState": "TT"}, {"department": None}):
        answer = await submitted(database, oas, sent(individual("I", "H", "P-17", **WHOLE | changed)))
        assert answer.issues == [(0, "REVISION_REQUIRED", "expectedRevision")]
        assert answer.items[0]["issues"][0]["params"]["changedFields"] == list(changed)


TOLD: dict[str, Any] = {"participant": {"subject": "P-17"}, "roleLevel": "EXECUTIVE", "result": {"hours": "12.5"}}
GUESSED: dict[str, Any] = {"participant": {"subject": "P-18"}, "roleLevel": "OPERATIONAL", "result": None}
READS_PEOPLE = frozenset({Scope.SUBMIT.value, Scope.PERSONAL_READ.value})


def submitting(viewer: Viewer) -> Viewer:
    """The viewer with the scope to submit alone, under an agreement that permits all, for a stated purpose of it."""
    return replace(permitted(viewer, purpose="REPORTING"), scopes=frozenset({Scope.SUBMIT.value}))


async def colleague(owner_database: Database) -> Viewer:
    """Another client of OAS, with the scope to submit alone."""
    async with owner_database.write() as transaction:
        return submitting(await client(transaction, "OAS"))


@pytest.mark.parametrize("mode", ["VALIDATE", "COMMIT"])
@pytest.mark.parametrize("expected", [{}, {"expectedRevision": 1}, {"expectedRevision": 7}, {"expectedRevision": None}])
async def test_guesses_of_what_another_client_of_the_agency_told_are_all_answered_alike(
    database: Database, owner_database: Database, party: Parties, mode: str, expected: dict[str, Any]
) -> None:
    await founded(database, permitted(party.oas), individual("I", "H", **TOLD))
    other = await colleague(owner_database)

    async def answered(guess: dict[str, Any]) -> list[tuple[Any, ...]]:
        record = {"sourceRef": "I", "change": {"individual": guess}} | expected
        return (await submitted(database, other, sent(record, mode=mode))).outcomes

    for name, told in TOLD.items():
        first = await answered({name: told})
        assert (first[0][3], await answered({name: GUESSED[name]})) == ("REJECTED", first)
    whole = await answered(TOLD)
    assert all([await answered(TOLD | {name: guess}) == whole for name, guess in GUESSED.items()])
    codes = {(): "REVISION_REQUIRED", (1,): "CORRECTION_NOT_OFFERED_YET", (7,): "REVISION_STALE", (None,): "FORCE_NOT_PERMITTED"}
    (issue,) = whole[0][-1]
    assert issue["code"] == codes[tuple(expected.values())]
    assert issue["params"].get("notCompared", []) == ([] if expected.get("expectedRevision", 0) is None else list(TOLD))
    assert (await answered({"measure": "COMPLETED"}))[0][3] == ("REJECTED" if None in expected.values() else "UNCHANGED")


async def test_who_may_read_what_another_client_told_is_told_whether_it_is_the_same(
    database: Database, owner_database: Database, party: Parties
) -> None:
    await founded(database, permitted(party.oas), individual("I", "H", **TOLD))
    other = await colleague(owner_database)
    answers = [
        await submitted(database, viewer, sent(individual("I", "H", **told)))
        for viewer in (replace(other, scopes=READS_PEOPLE), replace(other, scopes=READS_PEOPLE, purpose=None))
        for told in (TOLD, TOLD | {"roleLevel": "OPERATIONAL"})
    ]
    assert [answer.statuses for answer in answers] == [["UNCHANGED"], ["REJECTED"], ["REJECTED"], ["REJECTED"]]
    said = [answer.items[0]["issues"][0]["params"] for answer in answers[1:]]
    assert said == [
        {"actual": 1, "changedFields": ["roleLevel"], "state": "PENDING"},
        *[{"actual": 1, "changedFields": [], "state": "PENDING", "notCompared": list(TOLD)}] * 2,
    ]


async def test_a_clients_own_import_is_unchanged_when_it_runs_again_with_the_scope_to_submit_alone(
    database: Database, party: Parties
) -> None:
    oas = submitting(party.oas)
    await founded(database, oas, individual("I", "H", **TOLD))
    again = await founded(database, oas, individual("I", "H", **TOLD))
    assert again.statuses == ["UNCHANGED"] * 3


async def test_whether_a_key_of_another_client_has_the_same_content_is_told_of_counts_alone(
    database: Database, owner_database: Database, party: Parties
) -> None:
    oas, other = permitted(party.oas), await colleague(owner_database)
    for key, record in (("with-count", count("N", "H")), ("with-person", individual("I", "H", **TOLD))):
        given = sent(*FOUNDATION, record, key=key)
        first = await submitted(database, oas, given)
        again = await submitted(database, oas, given)
        assert again.result == first.result | {"replayed": True}
        theirs = await submitted(database, other, given)
        if key == "with-count":
            assert theirs.result == again.result
        else:
            assert theirs.problems[0]["code"] == "SUBMISSION_KEY_REUSED"
            digest = theirs.submission["content_digest"]
            told = {"digest": digest, "firstDigest": "(withheld)", "firstReceipt": f"Receipt:{first.submission['id']}"}
            assert theirs.problems[0]["params"] == told


async def test_a_partner_that_sends_again_what_staff_have_corrected_is_told(
    database: Database, owner_database: Database, party: Parties
) -> None:
    """Staff correct a record by withdrawing it, and sending the right one; nothing of that is UNCHANGED to the partner, nor the reverse."""
    await agreed(owner_database, party.oas, *PersonalField)
    oas, staff, behalf = submitting(party.oas), submitting(party.staff), {"onBehalfOf": {"code": "OAS"}}
    await founded(database, oas, individual("I", "H", **TOLD))
    by_staff = await submitted(database, staff, sent(individual("I", "H", **TOLD | {"roleLevel": "OPERATIONAL"}), **behalf))
    assert by_staff.issues == [(0, "REVISION_REQUIRED", "expectedRevision")]
    await submitted(database, staff, sent(withdraw("I"), **behalf))
    corrected = await submitted(database, staff, sent(individual("J", "H", **TOLD | {"roleLevel": "OPERATIONAL"}), **behalf))
    assert corrected.statuses == ["CREATED"]
    again = await submitted(database, oas, sent(individual("I", "H", **TOLD), individual("J", "H", **TOLD)))
    assert again.issues == [(index, "REVISION_REQUIRED", "expectedRevision") for index in (0, 1)]
    assert [item["issues"][0]["params"] for item in again.items] == [
        {"actual": 1, "changedFields": [], "state": "WITHDRAWN"},
        {"actual": 1, "changedFields": [], "state": "PENDING", "notCompared": list(TOLD)},
    ]


@pytest.mark.parametrize("mode", ["VALIDATE", "COMMIT"])
async def test_counts_and_individuals_share_their_source_refs(database: Database, party: Parties, mode: str) -> None:
    oas = permitted(party.oas)
    await founded(database, oas, count("N", "H"), individual("I", "H"))
    answer = await submitted(database, oas, sent(individual("N", "H"), count("I", "H"), mode=mode))
    assert answer.issues == [(0, "SOURCE_REF_IN_USE", "sourceRef"), (1, "SOURCE_REF_IN_USE", "sourceRef")]
    both = await submitted(database, oas, sent(individual("X", "H"), count("X", "H"), mode=mode))
    assert [problem["code"] for problem in both.problems] == ["DUPLICATE_SOURCE_REF_IN_SUBMISSION"]
    assert await stored(database) == {"statement": 2, "participant": 1, "individual": 1}


async def test_what_is_missing_or_unknown_is_said_where_it_is(database: Database, party: Parties) -> None:
    record = {"sourceRef": "I", "change": {"individual": {"memberState": "XX", "roleLevel": "CAPTAIN", "result": {"hours": -1}}}}
    answer = await founded(database, permitted(party.oas), record)
    assert answer.issues == [
        (2, "STATE_UNKNOWN", "change.individual.memberState"),
        (2, "INVALID_CODE", "change.individual.roleLevel"),
        (2, "INVALID_NUMBER", "change.individual.result.hours"),
        (2, "REQUIRED", "change.individual.cohort"),
        (2, "REQUIRED", "change.individual.measure"),
        (2, "REQUIRED", "change.individual.participant"),
    ]
    assert await stored(database) == {"statement": 0, "participant": 0, "individual": 0}


@pytest.mark.parametrize("missing", PersonalField)
async def test_what_the_agreement_does_not_permit_is_refused(database: Database, party: Parties, missing: PersonalField) -> None:
    viewer = permitted(party.oas, *[field for field in PersonalField if field is not missing])
    answer = await founded(database, viewer, individual("I", "H", "P-17", **WHOLE))
    place = {"PARTICIPANT": "participant", "ROLE_LEVEL": "roleLevel", "RESULT": "result"}[missing.value]
    assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", f"change.individual.{place}")]
    (issue,) = answer.items[2]["issues"]
    assert issue["params"] == {"reason": f"no agreement in force permits {missing.value}"}
    instead = "." if missing is PersonalField.PARTICIPANT else ", or leave it out."
    assert issue["message"].endswith(f"{missing.value}. Ask IMPACS for an agreement that permits it{instead}")
    assert await stored(database) == {"statement": 0, "participant": 0, "individual": 0}


MARKED = [
    ({"participant": {"subject": "maria.lopez@example.org"}}, "participant.subject"),
    ({"participant": {"subject": "Maria Lopez"}}, "participant.subject"),
    ({"result": {"certificateNo": "Maria Lopez 17"}}, "result.certificateNo"),
    ({"institution": "Sgt. Maria Lopez"}, "institution"),
    ({"sourceDoc": {"title": "ask maria.lopez@example.org"}}, "sourceDoc.title"),
    ({"sourceDoc": {"page": "+1 868 555 0123"}}, "sourceDoc.page"),
]


@pytest.mark.parametrize(("content", "path"), MARKED)
async def test_what_looks_personal_is_refused_and_kept_nowhere(
    database: Database, party: Parties, content: dict[str, Any], path: str
) -> None:
    answer = await founded(database, permitted(party.oas), individual("I", "H", **content))
    assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", f"change.individual.{path}")]
    assert answer.statuses == ["CREATED", "CREATED", "REJECTED"]
    assert await marked(database) == []


NO_FREE_TEXT = frozenset(
    {"measure", "unit", "precision", "memberStates", "memberState", "venueState", "sex", "mode", "venueType", "status", "datePrecision"}
    | {"kind", "currency", "code", "institutionType", "role", "roleLevel", "startsOn", "endsOn", "statedOn", "retrievedOn", "completedOn"}
    | {"from", "to", "reason"}
)
"""Codes and dates: what is none of them is refused."""


def free_texts(type_: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Where an input takes free text: the path to each, and the input with an e-mail address there; references name what is stored."""
    for name, field in type_.fields.items():
        of = get_named_type(field.type)
        is_list = isinstance(get_nullable_type(field.type), GraphQLList)
        if isinstance(of, GraphQLInputObjectType) and not of.is_one_of:
            inner = list(free_texts(of))
        else:
            inner = [((), "https://example.org/?of=maria.lopez@example.org")] if of.name == "String" and name not in NO_FREE_TEXT else []
        for path, value in inner:
            yield (name, *(["0"] if is_list else []), *path), {name: [value] if is_list else value}


FREE_TEXTS = [
    (kind, path, content)
    for kind, field in sorted(graphql_schema.type_map["RecordChangeInput"].fields.items())  # type: ignore[attr-defined]
    for path, content in free_texts(get_named_type(field.type))
]


async def test_no_free_text_of_any_record_takes_an_address(database: Database, party: Parties) -> None:
    records = [{"sourceRef": f"R{number}", "change": {kind: content}} for number, (kind, _, content) in enumerate(FREE_TEXTS)]
    answer = await submitted(database, permitted(party.oas), sent(*records, mode="VALIDATE"))
    found = {(index, path) for index, code, path in answer.issues if code == "PERSONAL_DATA_NOT_PERMITTED"}
    assert found == {(number, ".".join(("change", kind, *path))) for number, (kind, path, _) in enumerate(FREE_TEXTS)}
    assert {path[-1] for _, path, _ in FREE_TEXTS if path[-1] != "0"} == {
        *("name", "title", "subject", "location", "narrative", "source", "url", "page", "label", "institution", "partitionKey"),
        *("certificateNo", "note"),
    }
    assert {path[-2] for _, path, _ in FREE_TEXTS if path[-1] == "0"} == {"labels", "languages"}


@pytest.mark.parametrize("part", [{"purposeNote": "for Sgt Maria Lopez"}, {"key": "from-maria@example.org"}])
async def test_an_envelope_names_nobody_either(database: Database, party: Parties, part: dict[str, Any]) -> None:
    with pytest.raises(InputError) as raised:
        await submitted(database, party.oas, sent(*FOUNDATION, **part))
    assert raised.value.path == ["input", "purposeNote" if "purposeNote" in part else "submissionKey"]
    assert "maria" not in str(raised.value).lower()


async def test_a_decision_gives_no_name_as_its_reason(database: Database, party: Parties) -> None:
    with pytest.raises(InputError) as raised:
        await decided(database, party.staff, statements=[], reason="says Insp. J. Brown, +1 868 555 0123")
    assert raised.value.path == ["input", "reason"]


@pytest.mark.parametrize("content", [{"sex": "Maria Lopez"}, {"memberState": "maria.lopez@example.org"}, {"statedOn": "+1 868 555 0123"}])
async def test_what_looks_personal_is_not_repeated_where_it_does_not_belong(
    database: Database, party: Parties, content: dict[str, Any]
) -> None:
    answer = await founded(database, permitted(party.oas), individual("I", "H", **content))
    assert answer.items[2]["issues"][0]["params"]["value"] == "(withheld)"
    assert await marked(database) == []


async def test_what_is_told_of_a_person_is_not_repeated_even_where_it_cannot_be_read(database: Database, party: Parties) -> None:
    told = {"roleLevel": "marker-1", "result": {"completedOn": "marker-2", "hours": "marker-3"}}
    answer = await founded(database, permitted(party.oas), individual("I", "H", **told))
    assert [issue["params"]["value"] for issue in answer.items[2]["issues"]] == ["(withheld)"] * 3
    assert await marked(database, "marker") == []


MISPLACED: list[tuple[dict[str, Any], str, str]] = [
    ({"department": {"code": "marker-1"}}, "DEPARTMENT_UNKNOWN", "department.code"),
    ({"department": {"code": "POLICE", "institutionType": "marker-2"}}, "INVALID_CODE", "department.institutionType"),
    ({"memberState": "marker-3"}, "STATE_UNKNOWN", "memberState"),
    ({"measure": "marker-4"}, "INVALID_CODE", "measure"),
    ({"sex": "marker-5"}, "INVALID_CODE", "sex"),
    ({"statedOn": "marker-6"}, "INVALID_DATE", "statedOn"),
    ({"statedOn": "9999-12-31"}, "W_FUTURE_DATE", "statedOn"),
    ({"reportingPeriod": {"label": "2023", "from": "marker-7"}}, "INVALID_DATE", "reportingPeriod.from"),
    ({"reportingPeriod": {"label": "2023", "from": "9999-12-31", "to": "9999-12-30"}}, "DATE_ORDER", "reportingPeriod.to"),
    ({"cost": {"amount": "marker-8", "currency": "USD"}}, "INVALID_NUMBER", "cost.amount"),
    ({"cost": {"amount": 1, "currency": "marker-9"}}, "INVALID_CODE", "cost.currency"),
    ({"sourceDoc": {"url": "marker-10"}}, "INVALID_URL", "sourceDoc.url"),
    ({"sourceDoc": {"retrievedOn": "marker-11"}}, "INVALID_DATE", "sourceDoc.retrievedOn"),
    ({"cohort": {"code": "marker-12"}}, "COHORT_NOT_FOUND", "cohort"),
    ({"cohort": {"sourceRef": "marker-13"}}, "COHORT_NOT_FOUND", "cohort"),
    ({"cohort": {"id": "marker-14"}}, "COHORT_NOT_FOUND", "cohort"),
]
"""What stands in a wrong field of a record about a person, and what is said of it where."""


async def test_nothing_sent_about_a_person_is_repeated_wherever_it_stands(database: Database, party: Parties) -> None:
    oas = permitted(party.oas)
    records = [individual(f"I{number}", "H", f"P-{number}") for number in range(len(MISPLACED))]
    for record, (content, _, _) in zip(records, MISPLACED, strict=True):
        record["change"]["individual"] |= content
    stale = individual("stale", "H", "P-99") | {"expectedRevision": 99991231}
    answer = await founded(database, oas, *records, stale)
    assert answer.issues == [
        *((number + 2, code, f"change.individual.{path}") for number, (_, code, path) in enumerate(MISPLACED)),
        (len(MISPLACED) + 2, "REVISION_STALE", "expectedRevision"),
    ]
    twice = await submitted(database, oas, sent(individual("marker-15", "H"), individual("marker-15", "H")))
    assert twice.problems[0]["params"] == {"recordKind": "COUNT", "sourceRef": "(withheld)", "indexes": [0, 1]}
    repeated = "SELECT count(*) FROM submission_issue WHERE concat(message, params) ~ 'marker|9999'"
    assert [tuple(row) for row in await fetch(database, repeated)] == [(0,)]
    again = await submitted(database, oas, sent(count("N", "H", memberStates=["marker-16"])))
    assert again.items[0]["issues"][0]["params"] == {"value": "marker-16"}


@pytest.mark.parametrize(
    "record", [individual("maria.lopez@example.org", "H", "P-1"), count("maria.lopez.17", "H"), withdraw("Maria Lopez")]
)
async def test_a_source_ref_that_looks_personal_is_refused_and_kept_nowhere(database: Database, party: Parties, record: Record) -> None:
    answer = await founded(database, permitted(party.oas), record)
    assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", "sourceRef")]
    assert answer.items[2]["source_ref"] == "(withheld)"
    twice = await submitted(database, permitted(party.oas), sent(record, record))
    assert twice.problems[0]["params"]["sourceRef"] == "(withheld)"
    assert await marked(database) == []


@pytest.mark.parametrize(("ref", "subject"), [("oas/a-0017/2023", "A-0017"), ("x-B2C4", " b2c4 "), ("B17", "b17"), ("7", "7")])
async def test_a_source_ref_holds_no_subject_of_its_own(database: Database, party: Parties, ref: str, subject: str) -> None:
    answer = await founded(database, permitted(party.oas), individual(ref, "H", subject), individual("N-P-1", "H", "P-1"))
    assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", "sourceRef")]
    assert [item["source_ref"] for item in answer.items[2:]] == ["(withheld)", "N-P-1"]
    assert [tuple(row) for row in await fetch(database, "SELECT subject FROM participant")] == [("P-1",)]
    kept = f"SELECT count(*) FROM submission_item WHERE source_ref = '{ref}'"
    assert [tuple(row) for row in await fetch(database, kept)] == [(0,)]
    twice = await submitted(database, permitted(party.oas), sent(individual(ref, "H", subject), individual(ref, "H", subject)))
    assert twice.problems[0]["params"]["sourceRef"] == "(withheld)"
    assert twice.items[0]["source_ref"] == "(withheld)"


@pytest.mark.parametrize("content", [{"institution": "Sgt. Maria Lopez"}, {"partitionKey": "maria.lopez@example.org"}])
async def test_a_count_holds_no_names_either(database: Database, party: Parties, content: dict[str, Any]) -> None:
    answer = await founded(database, party.oas, count("N", "H", **content))
    assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", f"change.count.{next(iter(content))}")]
    assert await marked(database) == []


async def marked(database: Database, *markers: str) -> list[str]:
    """The tables in which a row holds a marker, in any column."""
    tables = await fetch(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'credential'")
    found = []
    for table in sorted(row["tablename"] for row in tables):
        if not await readable(database, table):
            continue
        sql = f"SELECT count(*) FROM {table} AS t WHERE t::text ~* ANY (:markers)"
        if (await fetch(database, sql, markers=list(markers or ("maria", "lopez", "555.0123"))))[0][0]:
            found.append(table)
    return found


async def readable(database: Database, table: str) -> bool:
    """Whether the serving role may read all of a table."""
    return bool((await fetch(database, "SELECT has_table_privilege(:table, 'SELECT')", table=table))[0][0])


async def test_individuals_are_verified_as_counts_are(database: Database, party: Parties) -> None:
    answer = await founded(database, permitted(party.oas), individual("1", "H"), individual("2", "H"), count("N", "H", 1))
    payload = await decided(database, party.staff, submission={"id": f"Receipt:{answer.submission['id']}"})
    assert (payload["decided"], payload["rejected"], payload["accepted"]) == (3, 0, 2)
    (one,) = await statement_ids(database, "1")
    again = await decided(database, party.staff, statements=[f"Statement:{one}"])
    assert [outcome["status"] for outcome in again["outcomes"]] == ["UNCHANGED"]


async def test_an_individual_is_withdrawn_as_a_count_is(database: Database, party: Parties) -> None:
    oas = permitted(party.oas)
    await founded(database, oas, individual("I", "H"))
    answer = await submitted(database, oas, sent(withdraw("I")))
    assert answer.statuses == ["WITHDRAWN"]
    (row,) = await fetch(database, "SELECT state, withdrawal_reason FROM statement WHERE source_ref = 'I'")
    assert tuple(row) == ("WITHDRAWN", "ENTERED_IN_ERROR")


async def test_individuals_stand_beside_no_claim(database: Database, party: Parties) -> None:
    """Ten people and a total of one: an individual is never part of a set, so that nothing is exceeded, and no key is wanted."""
    total = count("N", "H", 1, unit="PEOPLE")
    answer = await founded(database, permitted(party.oas), total, *[individual(f"I{number}", "H") for number in range(10)])
    assert answer.issues == []
    payload = await decided(database, party.staff, submission={"id": f"Receipt:{answer.submission['id']}"})
    assert (payload["decided"], payload["rejected"]) == (11, 0)


async def test_nobody_is_told_of_another_partners_people(database: Database, party: Parties) -> None:
    """Not even that there are any; IMPACS sees them anyway, and is told that its own count is an alternative."""
    answer = await founded(database, permitted(party.oas), individual("I", "H"))
    await decided(database, party.staff, submission={"id": f"Receipt:{answer.submission['id']}"})
    (cohort_id,) = [row["id"] for row in await fetch(database, "SELECT id FROM cohort WHERE source_ref = 'H'")]
    for record in (individual("J", {"id": f"Cohort:{cohort_id}"}), count("N", {"id": f"Cohort:{cohort_id}"})):
        for more in ({}, {"onBehalfOf": {"code": "UNODC"}}):
            viewer = permitted(party.staff if more else party.unodc)
            other = await submitted(database, viewer, sent(record, mode="VALIDATE", **more))
            assert "W_OTHER_PARTNER_REPORTS_THIS" not in [code for _, code, _ in other.issues]
        ours = await submitted(database, permitted(party.staff), sent(record, mode="VALIDATE"))
        assert ours.issues == [(0, "W_OTHER_PARTNER_REPORTS_THIS", f"change.{next(iter(record['change']))}.cohort")]


async def test_control_totals_count_each_individual_once(database: Database, party: Parties) -> None:
    records = (*FOUNDATION, individual("1", "H"), individual("2", "H"), count("N", "H", 5))
    wrong = await submitted(database, permitted(party.oas), sent(*records, declared={"records": 5, "people": 5}))
    assert wrong.problems[0]["params"] == {"total": "people", "declared": 5, "found": 7}
    right = await submitted(database, permitted(party.oas), sent(*records, declared={"records": 5, "people": 7}))
    assert right.statuses == ["CREATED"] * 5


async def agreed(owner_database: Database, viewer: Viewer, *fields: PersonalField, starts: int = -1, expires: int = 1) -> UUID:
    """A new agreement of a viewer's agency, in force from and to these days after today."""
    today = datetime.now(UTC).date()
    days = {"starts_on": today + timedelta(days=starts), "expires_on": today + timedelta(days=expires)}
    async with owner_database.write() as transaction:
        terms = Terms("An agreement", ["REPORTING"], 12, permitted_fields=fields, **days)
        return await agreements.create(transaction, viewer.agency_id or new_id(), terms)


async def bound_by(database: Database) -> list[tuple[Any, ...]]:
    """The statements that were sent, each with the agreement that it was sent under."""
    rows = await fetch(database, "SELECT source_ref, agreement_id FROM statement WHERE submission_id IS NOT NULL ORDER BY source_ref")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("days", [None, (-9, -1), (1, 9)], ids=["none", "over", "not yet"])
async def test_staff_tell_nothing_of_people_on_behalf_of_a_partner_without_an_agreement(
    database: Database, owner_database: Database, party: Parties, days: tuple[int, int] | None
) -> None:
    if days:
        await agreed(owner_database, party.oas, *PersonalField, starts=days[0], expires=days[1])
    records = (*FOUNDATION, individual("I", "H", "P-17"), count("N", "H"))
    answer = await submitted(database, permitted(party.staff), sent(*records, onBehalfOf={"code": "OAS"}))
    assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", "change.individual.participant")]
    assert await bound_by(database) == [("N", None)]


async def test_staff_send_on_behalf_of_a_partner_what_that_partners_agreement_permits(
    database: Database, owner_database: Database, party: Parties
) -> None:
    await agreed(owner_database, party.unodc, *PersonalField)
    theirs = await agreed(owner_database, party.oas, PersonalField.PARTICIPANT, PersonalField.RESULT)
    for mode in ("VALIDATE", "COMMIT"):
        records = (*FOUNDATION, individual("I", "H", "P-17", **WHOLE), individual("J", "H", "P-18"), count("N", "H"))
        answer = await submitted(database, party.staff, sent(*records, onBehalfOf={"code": "OAS"}, mode=mode))
        assert answer.issues == [(2, "PERSONAL_DATA_NOT_PERMITTED", "change.individual.roleLevel")]
    assert await bound_by(database) == [("J", theirs), ("N", theirs)]


async def test_a_partners_own_statements_name_the_agreement_that_opened_its_access(
    database: Database, owner_database: Database, party: Parties
) -> None:
    ours = await agreed(owner_database, party.oas, *PersonalField)
    await founded(database, replace(permitted(party.oas), agreement_id=ours), individual("I", "H"), count("N", "H"))
    assert await bound_by(database) == [("I", ours), ("N", ours)]
