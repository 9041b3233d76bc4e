"""The rules of single fields: what is read from what was sent, or the code and the path of what is wrong with it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from models.courses import CohortMode
from models.submissions import RecordKind
from resolvers.submitting.contents import FIELDS
from resolvers.submitting.personal import address
from resolvers.submitting.records import Draft, Entity, Known
from resolvers.submitting.rules import (
    INVALID,
    MAX_COUNT,
    Field,
    Reading,
    amount,
    choice,
    complete,
    count,
    currency,
    day,
    many,
    parts,
    read,
    text,
    url_of,
)

read_url = url_of(address)
COHORT = UUID("0190a000-0000-7000-8000-000000000001")
COURSE = UUID("0190a000-0000-7000-8000-000000000002")
AGENCY = UUID("0190a000-0000-7000-8000-000000000003")
PARTNER = UUID("0190a000-0000-7000-8000-000000000004")
CLIENT = UUID("0190a000-0000-7000-8000-000000000005")


def reading() -> Reading:
    return Reading(("records", "0"))


def codes(found: Reading) -> list[str]:
    return [issue.code for issue in found.issues]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [("2023-02-28", date(2023, 2, 28)), (" 2024-02-29 ", date(2024, 2, 29)), ("0001-01-01", date(1, 1, 1))],
)
def test_a_calendar_date_is_read(sent: str, meant: date) -> None:
    assert day(sent, ("x",), reading()) == meant


@pytest.mark.parametrize(
    "sent",
    [
        "2023-02-30",
        "2023-2-3",
        "20230203",
        "03/02/2023",
        "2023-02-03T00:00",
        "0000-01-01",
        "2023-W01-1",
        "२०२३-०१-०१",
        "09/08/200809/12/2008",
    ],
)
def test_anything_else_is_no_date(sent: str) -> None:
    found = reading()
    assert day(sent, ("x",), found) is INVALID
    assert [(issue.code, issue.path, issue.params) for issue in found.issues] == [("INVALID_DATE", ("records", "0", "x"), {"value": sent})]


@pytest.mark.parametrize(("sent", "meant"), [(0, 0), (420, 420), ("420", 420), (" 7 ", 7), ("+5", 5), ("007", 7), (MAX_COUNT, MAX_COUNT)])
def test_a_count_is_a_number_or_a_text_that_holds_one(sent: Any, meant: int) -> None:
    assert count(sent, ("x",), reading()) == meant


@pytest.mark.parametrize("sent", ["4,053", "4.0", "1e3", "twelve", "12 officers", "٣", MAX_COUNT + 1, 10**29, "9" * 31, -MAX_COUNT - 1])
def test_anything_else_is_no_count(sent: Any) -> None:
    found = reading()
    assert count(sent, ("x",), found) is INVALID
    assert codes(found) == ["INVALID_NUMBER"]


@pytest.mark.parametrize("sent", [-1, "-12"])
def test_a_count_is_not_negative(sent: Any) -> None:
    found = reading()
    assert count(sent, ("x",), found) is INVALID
    assert [(issue.code, issue.params) for issue in found.issues] == [("NEGATIVE_COUNT", {"value": int(sent)})]


@pytest.mark.parametrize(("sent", "meant"), [(7, "7"), ("7", "7"), (" 12.5 ", "12.5"), ("0.05", "0.05"), ("999999.99", "999999.99")])
def test_an_amount_has_two_decimal_places(sent: Any, meant: str) -> None:
    assert amount(6)(sent, ("x",), reading()) == Decimal(meant)


@pytest.mark.parametrize("sent", ["$", "1.234", "-1", -1, "1,000", ".5", "1.", "1000000", "NaN", "1e2"])
def test_anything_else_is_no_amount(sent: Any) -> None:
    found = reading()
    assert amount(6)(sent, ("x",), found) is INVALID
    assert codes(found) == ["INVALID_NUMBER"]


def test_codes_are_taken_as_they_are_but_for_blanks() -> None:
    found = reading()
    mode = choice(CohortMode)
    assert mode(" BLENDED ", ("x",), found) == "BLENDED"
    assert found.issues == []
    assert mode("blended", ("x",), found) is INVALID
    assert mode("0", ("x",), found) is INVALID
    assert codes(found) == ["INVALID_CODE", "INVALID_CODE"]
    assert found.issues[0].params == {"value": "blended", "allowed": [code.value for code in CohortMode]}


def test_a_currency_has_the_shape_of_iso_4217() -> None:
    found = reading()
    assert currency(" USD", ("x",), found) == "USD"
    assert [currency(wrong, ("x",), found) for wrong in ("usd", "US$", "USDD")] == [INVALID] * 3
    assert codes(found) == ["INVALID_CODE"] * 3


def test_an_address_leads_to_the_web() -> None:
    found = reading()
    assert read_url("https://example.org/a?b", ("x",), found) == "https://example.org/a?b"
    assert [read_url(wrong, ("x",), found) for wrong in ("javascript:alert(1)", "example.org", "https://a b", "ftp://x")] == [INVALID] * 4
    assert codes(found) == ["INVALID_URL"] * 4
    assert read_url("https://" + "x" * 2_000, ("x",), found) is INVALID
    assert codes(found)[-1] == "TOO_LONG"


def test_a_text_is_kept_as_it_was_sent_up_to_its_length() -> None:
    found = reading()
    assert text(5)(" a b ", ("x",), found) == " a b "
    assert text(5)("123456", ("x",), found) is INVALID
    assert [(issue.code, issue.params) for issue in found.issues] == [("TOO_LONG", {"limit": 5, "length": 6})]


def test_what_an_issue_repeats_is_cut() -> None:
    found = reading()
    day("x" * 5_000, ("x",), found)
    assert len(found.issues[0].params["value"]) == 80


def test_each_element_of_a_list_is_named_by_its_place() -> None:
    found = reading()
    assert many(day, 5, tuple)(["2023-01-01", "x", "", " ", "y"], ("days",), found) is INVALID
    assert [(issue.code, issue.path[2:]) for issue in found.issues] == [
        ("INVALID_DATE", ("days", "1")),
        ("REQUIRED", ("days", "2")),
        ("REQUIRED", ("days", "3")),
        ("INVALID_DATE", ("days", "4")),
    ]


def test_a_list_that_is_too_long_is_not_looked_into() -> None:
    found = reading()
    assert many(day, 2, tuple)(["x"] * 3, ("days",), found) is INVALID
    assert [(issue.code, issue.path[2:], issue.params) for issue in found.issues] == [("TOO_LONG", ("days",), {"limit": 2, "length": 3})]


FIELDS_OF_TWO = {"a": Field(day, required=True), "b": Field(text(3), "none")}


def test_absent_keeps_and_blank_clears() -> None:
    found = reading()
    assert read(FIELDS_OF_TWO, {}, (), found) == {}
    assert read(FIELDS_OF_TWO, {"b": None}, (), found) == {"b": "none"}
    assert read(FIELDS_OF_TWO, {"b": " \u200b\ufe0f\u2800"}, (), found) == {"b": "none"}
    assert found.issues == []
    assert read(FIELDS_OF_TWO, {"a": ""}, ("x",), found) == {"a": INVALID}
    assert [(issue.code, issue.path[2:]) for issue in found.issues] == [("REQUIRED", ("x", "a"))]


def test_what_is_new_is_completed_and_missed() -> None:
    found = reading()
    assert complete(FIELDS_OF_TWO, {}, ("x",), found) == {"a": INVALID, "b": "none"}
    assert [(issue.code, issue.path[2:]) for issue in found.issues] == [("REQUIRED", ("x", "a"))]


def test_an_object_is_blank_if_all_of_it_is() -> None:
    found = reading()
    assert parts(FIELDS_OF_TWO, may_be_blank=True)({"a": "", "b": None}, ("x",), found) is None
    assert parts(FIELDS_OF_TWO, may_be_blank=True)({}, ("x",), found) is None
    assert found.issues == []
    assert parts(FIELDS_OF_TWO)({}, ("x",), found) is INVALID
    assert parts(FIELDS_OF_TWO)({"a": "2023-01-01"}, ("x",), found) == (date(2023, 1, 1), "none")
    assert codes(found) == ["REQUIRED"]


def known() -> Known:
    return Known(
        partner_id=PARTNER,
        client_id=CLIENT,
        states=frozenset({"JM", "TT", "BB"}),
        departments=frozenset({"POLICE", "CUSTOMS"}),
        agencies={("code", "OAS"): Entity(AGENCY, revision=1)},
        courses={("sourceRef", "C"): Entity(COURSE, revision=1), ("sourceRef", "NEW"): Entity(COURSE, index=4)},
        cohorts={("id", COHORT): Entity(COHORT, revision=1)},
    )


def read_as(kind: RecordKind, **sent: Any) -> tuple[dict[str, Any], list[tuple[str, str]], Draft]:
    """What is read of a record's content, the issues with their paths, and the draft."""
    draft = Draft(("records", "3"), index=3, kind=kind, known=known())
    content = read(FIELDS[kind], sent, draft.change, draft)
    return content, [(issue.code, ".".join(issue.path)) for issue in draft.issues], draft


def test_a_count_is_read_whole() -> None:
    content, issues, _ = read_as(
        RecordKind.COUNT,
        cohort={"id": f"Cohort:{COHORT}"},
        measure="COMPLETED",
        count="12",
        unit="PEOPLE",
        memberStates=["JM", "TT", "JM"],
        memberStateCount="13",
        departments=[
            {"code": "POLICE", "institutionType": "TRAINING_INSTITUTION"},
            {"code": "POLICE"},
            {"code": "POLICE", "institutionType": None},
        ],
        reportingPeriod={"label": "FY2019", "from": "2018-10-01", "to": "2019-09-30"},
        cost={"amount": "1250.50", "currency": "USD"},
        sourceDoc={"title": "Report", "page": "7"},
        institution="",
    )
    assert issues == []
    assert content == {
        "cohort": COHORT,
        "measure": "COMPLETED",
        "count": 12,
        "unit": "PEOPLE",
        "memberStates": frozenset({"JM", "TT"}),
        "memberStateCount": 13,
        "departments": frozenset({("POLICE", "TRAINING_INSTITUTION"), ("POLICE", "NOT_STATED")}),
        "reportingPeriod": ("FY2019", date(2018, 10, 1), date(2019, 9, 30)),
        "cost": (Decimal("1250.50"), "USD"),
        "sourceDoc": (None, "Report", "7", None),
        "institution": None,
    }


def test_everything_that_is_wrong_with_a_count_is_said_at_once() -> None:
    _, issues, _ = read_as(
        RecordKind.COUNT,
        cohort={"sourceRef": "nowhere"},
        measure="Completed",
        count="-1",
        unit=None,
        memberStates=["JM", "Jamaica", "us"],
        departments=[{"code": "POLICE"}, {"code": "Police", "institutionType": "SCHOOL"}, {"code": ""}],
        sex="F",
        reportingPeriod={"from": "2019-10-01", "to": "2018-09-30"},
        cost={"amount": "$"},
        sourceDoc={"retrievedOn": "yesterday"},
        partitionKey="x" * 201,
        statedOn="2023-02-30",
    )
    at = "records.3.change.count"
    assert issues == [
        ("COHORT_NOT_FOUND", f"{at}.cohort"),
        ("INVALID_CODE", f"{at}.measure"),
        ("NEGATIVE_COUNT", f"{at}.count"),
        ("REQUIRED", f"{at}.unit"),
        ("STATE_UNKNOWN", f"{at}.memberStates.1"),
        ("STATE_UNKNOWN", f"{at}.memberStates.2"),
        ("DEPARTMENT_UNKNOWN", f"{at}.departments.1.code"),
        ("INVALID_CODE", f"{at}.departments.1.institutionType"),
        ("REQUIRED", f"{at}.departments.2.code"),
        ("INVALID_CODE", f"{at}.sex"),
        ("REQUIRED", f"{at}.reportingPeriod.label"),
        ("INVALID_NUMBER", f"{at}.cost.amount"),
        ("REQUIRED", f"{at}.cost.currency"),
        ("INVALID_DATE", f"{at}.sourceDoc.retrievedOn"),
        ("TOO_LONG", f"{at}.partitionKey"),
        ("INVALID_DATE", f"{at}.statedOn"),
    ]


def test_a_period_ends_after_it_begins() -> None:
    _, issues, _ = read_as(RecordKind.COUNT, reportingPeriod={"label": "FY", "from": "2019-10-01", "to": "2019-09-30"})
    assert issues == [("DATE_ORDER", "records.3.change.count.reportingPeriod.to")]


def test_a_cohort_is_read_whole() -> None:
    content, issues, draft = read_as(
        RecordKind.COHORT,
        courses=[{"sourceRef": "C"}, {"sourceRef": "NEW"}],
        roles=[{"agency": {"code": "OAS"}, "role": "HOST"}, {"agency": {"code": "OAS"}, "role": "HOST"}],
        costs=[{"kind": "TRAVEL", "amount": 5, "currency": "USD"}],
        venueState="BB",
    )
    assert issues == []
    assert content["courses"] == (COURSE,)
    assert content["roles"] == frozenset({(AGENCY, "HOST")})
    assert content["costs"] == (("TRAVEL", Decimal(5), "USD", None),)
    assert content["venueState"] == "BB"
    assert draft.needs == [(4, ("records", "3", "change", "cohort", "courses", "1"))]


def test_references_that_name_nothing_are_not_found_whatever_they_name() -> None:
    wrong = [{"id": "Course:x"}, {"id": f"Cohort:{COURSE}"}, {"id": f"Course:{AGENCY}"}, {"code": "C"}, {"sourceRef": "D"}]
    _, issues, draft = read_as(RecordKind.COHORT, courses=wrong, roles=[{"agency": {"id": "OAS"}, "role": "HOST"}], costs=[{}])
    at = "records.3.change.cohort"
    assert issues == [
        *[("COURSE_NOT_FOUND", f"{at}.courses.{place}") for place in range(5)],
        ("AGENCY_UNKNOWN", f"{at}.roles.0.agency"),
        *[("REQUIRED", f"{at}.costs.0.{name}") for name in ("kind", "amount", "currency")],
    ]
    assert len({issue.row()["message"] for issue in draft.issues[:5]}) == 1
