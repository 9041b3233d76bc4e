"""The evaluator of `participation` against numbers worked out by hand from product.md (B4, B7, S6, S7)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.agencies import AgencyKind
from models.base import Visibility
from models.courses import CountPolicy, Role
from models.statements import CountUnit, InstitutionType, Measure, Precision, Sex, Statement, StatementState
from models.viewer import ANONYMOUS, ViewerKind
from tests.book import DAY, Book, book, cells, precisions
from tests.evaluator import Dimension, participation
from tests.evaluator.explanations import told_of
from tests.evaluator.records import COUNTED
from tests.ledgers import ledger
from tests.questions import question

TRAINING = InstitutionType.TRAINING_INSTITUTION


class TestArithmeticOf2020:
    """S7: 4,053 officers, of whom 2,218 men and 1,770 women are told apart."""

    @staticmethod
    def year(male: int = 2218, female: int = 1770, **given: Any) -> Book:
        made = book()
        made.says("CARICOM-IMPACS", "C", 4053)
        made.says("CARICOM-IMPACS", "C", male, sex=Sex.MALE, key="sex")
        made.says("CARICOM-IMPACS", "C", female, sex=Sex.FEMALE, key="sex", **given)
        return made

    def test_the_remainder_is_a_row(self) -> None:
        answer = self.year().ask(Dimension.SEX)
        assert list(cells(answer).items()) == [("FEMALE", 1770), ("MALE", 2218), ("UNSPECIFIED", 65)]
        assert answer["total"] == {"value": 4053, "precision": "EXACT", "suppressed": False, "reason": None}
        assert precisions(answer) == ["EXACT", "EXACT", "EXACT"]
        assert answer["unit"] == "PEOPLE"
        assert answer["rows"][2]["key"] == [{"dimension": "SEX", "label": "UNSPECIFIED", "members": []}]
        assert answer["rows"][0]["key"][0]["members"] == [{"id": None, "code": "FEMALE", "label": "FEMALE"}]
        assert answer["coverage"] == {"populations": 1, "pending": 0, "notAttributable": 0, "inconsistent": []}

    def test_ungrouped_it_is_one_row_without_key(self) -> None:
        answer = self.year().ask()
        assert [row["key"] for row in answer["rows"]] == [[]]
        assert answer["rows"][0]["count"] == answer["total"]

    def test_a_filter_keeps_its_rows_and_counts_the_rest(self) -> None:
        answer = self.year().ask(sex=["FEMALE"])
        assert answer["total"]["value"] == 1770
        assert answer["coverage"]["notAttributable"] == 65

    def test_a_filter_for_unspecified_keeps_nothing(self) -> None:
        answer = self.year().ask(Dimension.SEX, sex=["UNSPECIFIED"])
        assert (answer["rows"], answer["total"]["value"], answer["total"]["reason"]) == ([], None, "NO_BASIS")
        assert answer["coverage"]["notAttributable"] == 65

    def test_an_empty_filter_keeps_nothing(self) -> None:
        answer = self.year().ask(sex=[])
        assert (answer["rows"], answer["total"]["value"], answer["coverage"]["notAttributable"]) == ([], None, 65)

    def test_a_remainder_by_something_inexact_is_approximate(self) -> None:
        answer = self.year(precision=Precision.AT_LEAST).ask(Dimension.SEX)
        assert precisions(answer) == ["AT_LEAST", "EXACT", "APPROXIMATE"]
        assert answer["total"]["precision"] == "EXACT"

    def test_a_pending_part_makes_the_set_at_least(self) -> None:
        made = self.year(state=StatementState.PENDING)
        answer = made.ask(Dimension.SEX)
        assert cells(answer) == {"MALE": 2218, "UNSPECIFIED": 1835}
        assert precisions(answer) == ["AT_LEAST", "APPROXIMATE"]
        assert answer["coverage"]["pending"] == 1
        assert answer["total"]["precision"] == "EXACT"
        assert answer["pendingDelta"] == 0
        assert made.ask(Dimension.SEX, sex=["MALE"])["coverage"]["pending"] == 1
        included = made.ask(Dimension.SEX, include_pending=True)
        assert cells(included) == {"FEMALE": 1770, "MALE": 2218, "UNSPECIFIED": 65}
        assert (included["coverage"]["pending"], precisions(included)) == (0, ["EXACT"] * 3)

    def test_a_held_part_never_counts(self) -> None:
        answer = self.year(state=StatementState.HELD).ask(Dimension.SEX, include_pending=True)
        assert cells(answer) == {"MALE": 2218, "UNSPECIFIED": 1835}
        assert answer["coverage"]["pending"] == 1

    @pytest.mark.parametrize("state", ["WITHDRAWN", "REJECTED", "ERASED"])
    def test_a_dead_part_leaves_no_trace(self, state: str) -> None:
        answer = self.year(state=state).ask(Dimension.SEX, include_pending=True)
        assert cells(answer) == {"MALE": 2218, "UNSPECIFIED": 1835}
        assert precisions(answer) == ["EXACT", "EXACT"]
        assert answer["coverage"]["pending"] == 0

    def test_slices_above_the_total_contradict_it(self) -> None:
        made = self.year(male=2290)
        ids = [f"Statement:{row.id}" for row in made.rows[Statement]]
        answer = made.ask(Dimension.SEX)
        assert cells(answer) == {"UNSPECIFIED": 4053}
        cohort = {"id": made.id_of("C")}
        assert answer["coverage"]["inconsistent"] == [{"cohort": cohort, "coarser": ids[:1], "finer": ids[1:]}]

    def test_a_contradicted_filter_finds_nothing_and_names_it_once(self) -> None:
        answer = self.year(male=2290).ask(Dimension.SEX, sex=["MALE"])
        assert answer["total"]["value"] is None
        assert answer["coverage"]["notAttributable"] == 4053
        assert len(answer["coverage"]["inconsistent"]) == 1


class TestPublishedPage:
    """B7: the three highlights. 420, 38 and 12 are never added to "470 trained"."""

    @staticmethod
    def page() -> Book:
        made = Book()
        for code in ("CARICOM-IMPACS", "INTERPOL", "UWI-OC", "UTECH", "UNODC"):
            made.agency(code)
        made.agency("IIPCIC", above="INTERPOL", kind=AgencyKind.PROGRAMME)
        for code in ("IIPCIC-IP-INTRO", "IIPCIC-MEDPRODUCTS", "OCDD", "OCDD-ADV"):
            made.course(code, subject="IP crime" if code.startswith("IIPCIC") else None)
        impacs = ("CARICOM-IMPACS", Role.CONVENER)
        two = ("IIPCIC-IP-INTRO", "IIPCIC-MEDPRODUCTS")
        made.cohort("IIPCIC-2020", courses=two, roles=[impacs, ("IIPCIC", Role.PROVIDER)])
        made.cohort("UWI-OCDD-2021", courses=("OCDD",), roles=[impacs, ("UWI-OC", Role.PROVIDER)], starts_on=date(2021, 1, 1))
        made.cohort("UTECH-OCDD-2022", courses=("OCDD-ADV",), roles=[impacs, ("UTECH", Role.PROVIDER)], starts_on=date(2022, 1, 1))
        police = ("POLICE", TRAINING)
        trained = Measure.REPORTED_TRAINED
        made.says("CARICOM-IMPACS", "IIPCIC-2020", 420, measure=Measure.ACCESS_GRANTED, departments=["CUSTOMS", "POLICE"])
        made.says("CARICOM-IMPACS", "UWI-OCDD-2021", 38, measure=trained, departments=[police, "CUSTOMS", "IMMIGRATION"])
        made.says("CARICOM-IMPACS", "UTECH-OCDD-2022", 12, measure=trained, departments=[police])
        return made

    @pytest.mark.parametrize("anonymous", [True, False])
    def test_stages_stand_alone(self, anonymous: bool) -> None:
        made = self.page()
        viewer = ANONYMOUS if anonymous else made.staff
        totals = {measure: made.ask(measure=measure, viewer=viewer)["total"]["value"] for measure in Measure}
        assert {measure: total for measure, total in totals.items() if total is not None} == {"ACCESS_GRANTED": 420, "REPORTED_TRAINED": 50}
        assert made.ask(measure=Measure.COMPLETED, viewer=viewer)["total"]["reason"] == "NO_BASIS"

    def test_units(self) -> None:
        made = self.page()
        assert made.ask(measure=Measure.ACCESS_GRANTED)["unit"] == "PEOPLE"
        assert made.ask(measure=Measure.REPORTED_TRAINED)["unit"] == "PARTICIPATIONS"
        assert made.ask(measure=Measure.COMPLETED)["unit"] is None

    def test_customs_and_police_is_a_row_of_its_own(self) -> None:
        made = self.page()
        answer = made.ask(Dimension.DEPARTMENT, measure=Measure.ACCESS_GRANTED)
        assert cells(answer) == {"CUSTOMS + POLICE": 420}
        assert answer["rows"][0]["key"][0]["members"] == [
            {"id": "Department:CUSTOMS", "code": "CUSTOMS", "label": "Customs"},
            {"id": "Department:POLICE", "code": "POLICE", "label": "Police"},
        ]

    @pytest.mark.parametrize(
        ("allowed", "total", "not_attributable"),
        [(["CUSTOMS"], None, 420), (["POLICE", "CUSTOMS"], 420, 0), (["IMMIGRATION"], None, 0), ([], None, 0)],
    )
    def test_a_set_is_kept_only_as_a_whole(self, allowed: list[str], total: int | None, not_attributable: int) -> None:
        answer = self.page().ask(measure=Measure.ACCESS_GRANTED, department=allowed)
        assert (answer["total"]["value"], answer["coverage"]["notAttributable"]) == (total, not_attributable)

    def test_institution_types(self) -> None:
        made = self.page()
        answer = made.ask(Dimension.INSTITUTION_TYPE, measure=Measure.REPORTED_TRAINED)
        assert list(cells(answer).items()) == [("NOT_STATED + TRAINING_INSTITUTION", 38), ("TRAINING_INSTITUTION", 12)]
        assert cells(made.ask(Dimension.INSTITUTION_TYPE, measure=Measure.ACCESS_GRANTED)) == {"UNSPECIFIED": 420}
        kept = made.ask(measure=Measure.REPORTED_TRAINED, institution_type=["TRAINING_INSTITUTION"])
        assert (kept["total"]["value"], kept["coverage"]["notAttributable"]) == (12, 38)

    def test_cohort_dimensions(self) -> None:
        made = self.page()
        granted, trained = Measure.ACCESS_GRANTED, Measure.REPORTED_TRAINED
        assert cells(made.ask(Dimension.COURSE, measure=granted)) == {"Course IIPCIC-IP-INTRO + Course IIPCIC-MEDPRODUCTS": 420}
        assert cells(made.ask(Dimension.SUBJECT, measure=granted)) == {"IP crime": 420}
        assert cells(made.ask(Dimension.SUBJECT, measure=trained)) == {"UNSPECIFIED": 50}
        assert list(cells(made.ask(Dimension.YEAR, measure=trained)).items()) == [("2021", 38), ("2022", 12)]
        assert cells(made.ask(Dimension.COHORT, Dimension.MODE, measure=trained)) == {
            ("Run UTECH-OCDD-2022", "SELF_PACED"): 12,
            ("Run UWI-OCDD-2021", "SELF_PACED"): 38,
        }
        assert cells(made.ask(Dimension.PARTNER, measure=trained)) == {"Caricom-Impacs": 50}
        assert cells(made.ask(Dimension.FUNDER, measure=trained)) == {"UNSPECIFIED": 50}
        assert cells(made.ask(Dimension.PROGRAMME, measure=trained)) == {"UNSPECIFIED": 50}
        assert made.ask(measure=trained, year=[2021])["total"]["value"] == 38
        assert made.ask(measure=trained, course=[made.id_of("OCDD")])["total"]["value"] == 38
        one_of_two = made.ask(measure=granted, course=[made.id_of("IIPCIC-IP-INTRO")])
        assert (one_of_two["total"]["value"], one_of_two["coverage"]["notAttributable"]) == (None, 420)

    @pytest.mark.parametrize("theirs", [420, 405])
    def test_420_stays_420(self, theirs: int) -> None:
        made = self.page()
        ours = f"Statement:{made.rows[Statement][0].id}"
        interpols = made.says("INTERPOL", "IIPCIC-2020", theirs, measure=Measure.ACCESS_GRANTED, day=9)
        answer = made.ask(measure=Measure.ACCESS_GRANTED)
        assert answer["total"]["value"] == 420
        assert answer["explain"] == [
            {
                "cohort": {"id": made.id_of("IIPCIC-2020")},
                "rule": "R1b",
                "partner": {"id": made.id_of("CARICOM-IMPACS")},
                "total": 420,
                "unit": "PEOPLE",
                "precision": "EXACT",
                "notAttributable": 0,
                "totalStatements": [ours],
                "rowStatements": [ours],
                "alternatives": 1,
                "statements": [{"statement": {"id": ours}, "use": "TOTAL_AND_ROWS"}],
                "excluded": [{"statement": {"id": interpols}, "reason": "OTHER_PARTNER", "rule": "R0", "text": None}],
                "individuals": [],
                "text": "2 partners state this, and they are never added (R0); taken is the convener (R1b). "
                "1 statement gives the total of 420 people.",
            }
        ]
        interpol = made.ask(measure=Measure.ACCESS_GRANTED, viewer=made.viewer(ViewerKind.PARTNER, "INTERPOL"))
        assert (interpol["total"]["value"], interpol["explain"][0]["alternatives"]) == (theirs, 0)

    def test_without_the_convener_the_provider_counts(self) -> None:
        made = self.page()
        made.rows[Statement][0].state = StatementState.WITHDRAWN
        made.says("INTERPOL", "IIPCIC-2020", 405, measure=Measure.ACCESS_GRANTED)
        made.says("UNODC", "IIPCIC-2020", 1, measure=Measure.ACCESS_GRANTED, day=9)
        answer = made.ask(Dimension.PARTNER, measure=Measure.ACCESS_GRANTED)
        assert cells(answer) == {"Interpol": 405}
        assert answer["explain"][0]["alternatives"] == 1


class TestAlternatives:
    """R0 and R1."""

    def test_among_equals_the_latest_partner_then_the_lowest_id(self) -> None:
        made = book()
        made.says("UNODC", "C", 5, day=1)
        made.says("OAS", "C", 7, day=1)
        assert made.ask()["total"]["value"] == 5
        made.says("OAS", "C", 3, day=2, sex=Sex.MALE)
        assert made.ask()["total"]["value"] == 7

    def test_a_convener_below_the_partner_convenes_for_it(self) -> None:
        made = book()
        made.agency("UNODC-GPML", above="UNODC", kind=AgencyKind.PROGRAMME)
        made.cohort("D", roles=[("UNODC-GPML", Role.CONVENER), ("OAS", Role.PROVIDER)])
        made.says("OAS", "D", 7, day=5)
        made.says("UNODC", "D", 5)
        assert cells(made.ask(Dimension.PROGRAMME)) == {"Unodc-Gpml": 5}

    def test_runs_joined_are_one_population(self) -> None:
        made = book()
        made.cohort("TWIN", same_run_as_id=made.cohorts["C"].id, starts_on=date(2021, 1, 1))
        made.says("UNODC", "TWIN", 5)
        made.says("OAS", "C", 7, day=1)
        answer = made.ask(Dimension.COHORT, Dimension.YEAR)
        assert cells(answer) == {("Run C", "2020"): 7}
        assert answer["coverage"]["populations"] == 1

    def test_a_partition_goes_across_joined_runs(self) -> None:
        made = book()
        made.cohort("TWIN", same_run_as_id=made.cohorts["C"].id)
        made.says("UNODC", "TWIN", 5, key="k", states=["JM"])
        made.says("UNODC", "C", 7, key="k", states=["JM"])
        assert cells(made.ask(Dimension.MEMBER_STATE)) == {"JM": 12}

    def test_an_unaccepted_cohort_counts_for_its_sender_only(self) -> None:
        made = book()
        made.cohort("NEW", accepted_at=None, submitted_by_id=made.agencies["UNODC"].id)
        made.says("UNODC", "NEW", 5)
        assert made.ask(viewer=made.viewer(ViewerKind.PARTNER, "UNODC"))["total"]["value"] == 5
        assert made.ask()["total"]["value"] is None
        assert made.ask(viewer=ANONYMOUS)["total"]["value"] is None

    def test_a_hidden_canonical_cohort_hides_its_numbers(self) -> None:
        made = book()
        made.cohort("HIDDEN", visibility=Visibility.RESTRICTED)
        made.cohort("TWIN", same_run_as_id=made.cohorts["HIDDEN"].id)
        made.says("UNODC", "TWIN", 5)
        assert made.ask()["total"]["value"] == 5
        assert made.ask(viewer=ANONYMOUS)["total"]["value"] is None

    def test_callers_see_what_is_theirs(self) -> None:
        made = book()
        made.says("CARICOM-IMPACS", "C", 5, visibility=Visibility.RESTRICTED)
        made.says("UNODC", "C", 7, day=9)
        assert made.ask()["total"]["value"] == 5
        assert made.ask(viewer=ANONYMOUS)["total"]["value"] == 7
        assert made.ask(viewer=made.viewer(ViewerKind.PARTNER, "OAS"))["total"]["value"] is None


class TestPick:
    """Which claim set gives the total, and which the rows."""

    def test_the_fewest_dimensions_then_the_latest_give_the_total(self) -> None:
        made = book()
        made.says("UNODC", "C", 99, sex=Sex.MALE, day=9)
        made.says("UNODC", "C", 40, day=1)
        made.says("UNODC", "C", 50, day=2)
        made.says("UNODC", "C", 60, day=2)
        assert made.ask()["total"]["value"] == 50

    def test_a_set_adds_up_also_where_slices_are_equal(self) -> None:
        made = book()
        made.says("UNODC", "C", 7, key="units", states=["JM"], departments=["POLICE"], institution="one unit")
        made.says("UNODC", "C", 5, key="units", states=["JM"], departments=["POLICE"], institution="another")
        answer = made.ask(Dimension.MEMBER_STATE, Dimension.DEPARTMENT)
        assert cells(answer) == {("JM", "POLICE"): 12}

    def test_the_most_of_the_dimensions_then_the_fewest_beyond_give_the_rows(self) -> None:
        made = book()
        made.says("UNODC", "C", 30)
        made.says("UNODC", "C", 10, key="a", states=["JM"], sex=Sex.MALE, period="FY2020")
        made.says("UNODC", "C", 20, key="b", states=["JM"])
        made.says("UNODC", "C", 15, key="c", states=["TT"], sex=Sex.MALE)
        assert cells(made.ask(Dimension.MEMBER_STATE)) == {"JM": 20, "UNSPECIFIED": 10}
        assert cells(made.ask(Dimension.MEMBER_STATE, Dimension.SEX)) == {("TT", "MALE"): 15, ("UNSPECIFIED", "UNSPECIFIED"): 15}
        assert cells(made.ask(Dimension.REPORTING_PERIOD)) == {"FY2020": 10, "UNSPECIFIED": 20}

    def test_the_rows_come_from_sets_of_the_total_s_unit(self) -> None:
        made = book()
        made.says("UNODC", "C", 30, unit=CountUnit.PARTICIPATIONS)
        made.says("UNODC", "C", 20, states=["JM"])
        answer = made.ask(Dimension.MEMBER_STATE)
        assert (cells(answer), answer["unit"]) == ({"UNSPECIFIED": 30}, "PARTICIPATIONS")

    def test_a_remainder_under_a_filter_of_one_value_has_that_value(self) -> None:
        made = book()
        made.says("UNODC", "C", 30, key="a", states=["JM"])
        made.says("UNODC", "C", 5, key="a", states=["TT"])
        made.says("UNODC", "C", 20, key="b", states=["JM"], sex=Sex.MALE)
        answer = made.ask(Dimension.MEMBER_STATE, Dimension.SEX, member_state=["JM"])
        assert cells(answer) == {("JM", "MALE"): 20, ("JM", "UNSPECIFIED"): 10}
        both = made.ask(Dimension.MEMBER_STATE, Dimension.SEX, member_state=["JM", "TT"])
        assert cells(both) == {("JM", "MALE"): 20, ("UNSPECIFIED", "UNSPECIFIED"): 15}

    def test_rows_above_a_filtered_total_contradict_it(self) -> None:
        made = book()
        whole = made.says("UNODC", "C", 40)
        coarser = [made.says("UNODC", "C", count, key="a", states=[state]) for count, state in ((10, "JM"), (20, "TT"))]
        finer = made.says("UNODC", "C", 15, key="b", states=["JM"], sex=Sex.MALE)
        answer = made.ask(Dimension.SEX, member_state=["JM"])
        assert cells(answer) == {"UNSPECIFIED": 10}
        assert [(event["coarser"], event["finer"]) for event in answer["coverage"]["inconsistent"]] == [(coarser, [finer])]
        assert answer["coverage"]["notAttributable"] == 10
        assert answer["explain"][0]["totalStatements"] == coarser[:1]
        assert whole not in answer["explain"][0]["rowStatements"]

    def test_rows_of_a_set_above_the_whole_contradict_it_whatever_the_filter_keeps(self) -> None:
        made = book()
        made.says("UNODC", "C", 20)
        for count, state in ((10, "JM"), (5, "TT")):
            made.says("UNODC", "C", count, key="a", states=[state])
        for count, state in ((5, "JM"), (30, "TT")):
            made.says("UNODC", "C", count, key="b", states=[state], sex=Sex.MALE)
        answer = made.ask(Dimension.SEX, member_state=["JM"])
        assert (cells(answer), len(answer["coverage"]["inconsistent"])) == ({"UNSPECIFIED": 10}, 1)

    def test_a_count_of_nothing_is_a_number(self) -> None:
        made = book()
        made.says("UNODC", "C", 0, states=["JM"])
        answer = made.ask(Dimension.MEMBER_STATE)
        assert (cells(answer), answer["total"]["value"], answer["coverage"]["populations"]) == ({"JM": 0}, 0, 1)


class TestTable:
    """Units, costs, pending corrections, hidden rows, order."""

    def test_over_cohorts_people_become_participations(self) -> None:
        made = book()
        made.cohort("D")
        made.says("UNODC", "C", 3)
        assert made.ask()["unit"] == "PEOPLE"
        made.says("UNODC", "D", 4)
        assert (made.ask()["total"]["value"], made.ask()["unit"]) == (7, "PARTICIPATIONS")

    def test_costs_by_currency(self) -> None:
        made = book()
        made.cohort("D")
        made.says("UNODC", "C", 10, cost=(Decimal("100.10"), "USD"))
        made.says("UNODC", "C", 4, key="k", states=["JM"], cost=(Decimal("60.05"), "USD"))
        made.says("UNODC", "C", 5, key="k", states=["JM"], cost=(Decimal("0.05"), "USD"))
        made.says("UNODC", "D", 2, cost=(Decimal(7), "XCD"))
        answer = made.ask(Dimension.MEMBER_STATE)
        assert answer["cost"] == [
            {"amount": "100.10", "currency": "USD", "statements": 1},
            {"amount": "7.00", "currency": "XCD", "statements": 1},
        ]
        assert answer["rows"][0]["cost"] == [{"amount": "60.10", "currency": "USD", "statements": 2}]
        assert cells(answer) == {"JM": 9, "UNSPECIFIED": 3}
        assert answer["rows"][1]["cost"] == [{"amount": "7.00", "currency": "XCD", "statements": 1}]

    def test_what_pending_corrections_would_change(self) -> None:
        made = book()
        made.says("UNODC", "C", 10)
        made.says("UNODC", "C", 12, state=StatementState.PENDING, decided_at=None, created_at=DAY + timedelta(days=2))
        for included, total in ((False, 10), (True, 12)):
            answer = made.ask(include_pending=included)
            assert (answer["total"]["value"], answer["pendingDelta"], answer["includePending"]) == (total, 2, included)

    def test_no_basis_counts_as_nothing_in_the_difference(self) -> None:
        made = book()
        assert made.ask()["pendingDelta"] is None
        made.says("UNODC", "C", 12, state=StatementState.PENDING)
        assert made.ask()["pendingDelta"] == 12

    def test_a_disputed_statement_counts(self) -> None:
        made = book()
        made.says("UNODC", "C", 12, state=StatementState.DISPUTED)
        assert made.ask()["total"]["value"] == 12
        assert made.ask(viewer=ANONYMOUS)["total"]["value"] is None

    def test_a_hidden_course_makes_courses_and_subjects_unspecified(self) -> None:
        made = book()
        made.course("SEEN", subject="LAW")
        made.course("HIDDEN", visibility=Visibility.RESTRICTED, subject="TAX")
        made.cohort("D", courses=("SEEN", "HIDDEN"))
        made.says("UNODC", "D", 12)
        assert cells(made.ask(Dimension.COURSE, Dimension.SUBJECT)) == {("Course HIDDEN + Course SEEN", "LAW + TAX"): 12}
        assert cells(made.ask(Dimension.COURSE, Dimension.SUBJECT, viewer=ANONYMOUS)) == {("UNSPECIFIED", "UNSPECIFIED"): 12}
        kept = made.ask(viewer=ANONYMOUS, course=[made.id_of("SEEN")])
        assert (kept["total"]["value"], kept["coverage"]["notAttributable"]) == (None, 12)

    def test_a_hidden_agency_is_unspecified_but_keeps_its_rank(self) -> None:
        made = book()
        made.agency("NEW", above="UNODC", kind=AgencyKind.PROGRAMME, accepted_at=None)
        made.cohort("D", roles=[("NEW", Role.CONVENER), ("NEW", Role.FUNDER), ("OAS", Role.FUNDER)])
        made.says("UNODC", "D", 5)
        made.says("OAS", "D", 7, day=9)
        assert cells(made.ask(Dimension.PROGRAMME, Dimension.FUNDER)) == {("New", "New + Oas"): 5}
        assert cells(made.ask(Dimension.PROGRAMME, Dimension.FUNDER, viewer=ANONYMOUS)) == {("UNSPECIFIED", "UNSPECIFIED"): 5}

    def test_a_cohort_outside_the_filter_leaves_no_trace(self) -> None:
        made = book()
        made.says("UNODC", "C", 5)
        answer = made.ask(Dimension.SEX, partner=[made.id_of("OAS")])
        assert answer["coverage"] == {"populations": 0, "pending": 0, "notAttributable": 0, "inconsistent": []}
        assert made.ask(partner=[made.id_of("UNODC")])["total"]["value"] == 5

    def test_the_order_of_rows(self) -> None:
        made = book()
        for number, states in enumerate((["TT"], ["JM"], ["JM", "BB"], ["JM", "TT"], ["BB"], [])):
            made.says("UNODC", "C", number, key="k", states=states)
        assert list(cells(made.ask(Dimension.MEMBER_STATE))) == ["BB", "BB + JM", "JM", "JM + TT", "TT", "UNSPECIFIED"]

    def test_cohorts_without_code_stand_by_title(self) -> None:
        made = book()
        for code, title in (("b", "x"), ("a", "z"), ("B", "y")):
            made.cohort(code, title=title)
        made.cohorts["b"].code = None
        for code in "abB":
            made.says("UNODC", code, 1)
        answer = made.ask(Dimension.COHORT)
        assert list(cells(answer)) == ["y", "z", "x"]
        assert answer["rows"][2]["key"][0]["members"] == [{"id": made.id_of("b"), "code": None, "label": "x"}]

    def test_explain_is_by_population_and_cut(self) -> None:
        made = book()
        made.cohort("D")
        made.says("UNODC", "D", 4)
        made.says("UNODC", "C", 3)
        explained = made.ask()["explain"]
        assert [one["cohort"]["id"] for one in explained] == [made.id_of("C"), made.id_of("D")]
        assert made.ask(first=1)["explain"] == explained[:1]


def reasons(told: dict[str, Any]) -> dict[str, str]:
    """The reason of each statement that is told to give nothing."""
    return {one["statement"]["id"]: one["reason"] for one in told["excluded"]}


class TestIndividuals:
    """R1a: where IMPACS says that a cohort's individuals are complete, each person of one partner counts, once."""

    @staticmethod
    def listed(policy: CountPolicy = CountPolicy.INDIVIDUALS_COMPLETE) -> Book:
        made = Book()
        for code in ("CARICOM-IMPACS", "UNODC", "OAS"):
            made.agency(code)
        made.cohort("C", roles=[("OAS", Role.PROVIDER)], count_policy=policy)
        made.says("OAS", "C", 40, day=9)
        return made

    def test_they_count_only_where_impacs_says_so(self) -> None:
        for policy, value, rule in ((CountPolicy.COUNTS, 40, "R1b"), (CountPolicy.INDIVIDUALS_COMPLETE, 2, "R1a")):
            made = self.listed(policy)
            for person in ("A", "B"):
                made.tells("OAS", "C", person)
            answer = made.ask()
            assert (answer["total"]["value"], answer["unit"], answer["explain"][0]["rule"]) == (value, "PEOPLE", rule)

    def test_where_none_counts_the_counts_do(self) -> None:
        made = self.listed()
        made.tells("OAS", "C", "A", state=StatementState.PENDING)
        answer = made.ask()
        assert (answer["total"]["value"], answer["pendingDelta"], answer["coverage"]["pending"]) == (40, -39, 0)
        assert made.ask(include_pending=True)["total"]["value"] == 1
        made.tells("OAS", "C", "A", measure=Measure.CERTIFIED)
        assert (made.ask()["total"]["value"], made.ask(measure=Measure.CERTIFIED)["total"]["value"]) == (40, 1)

    def test_a_person_counts_once_by_its_latest_statement(self) -> None:
        made = self.listed()
        made.cohort("TWIN", same_run_as_id=made.cohorts["C"].id, count_policy=CountPolicy.COUNTS)
        made.tells("OAS", "C", "A", day=2, sex=Sex.MALE)
        made.tells("OAS", "TWIN", "A", day=1, sex=Sex.FEMALE)
        made.tells("OAS", "TWIN", "B", states=["JM"])
        made.tells("OAS", "C", "A", day=2, sex=Sex.FEMALE)
        answer = made.ask(Dimension.SEX)
        assert (cells(answer), answer["unit"]) == ({"MALE": 1, "UNSPECIFIED": 1}, "PEOPLE")
        assert [(one["statements"], one["use"], one["reason"]) for one in answer["explain"][0]["individuals"]] == [
            (2, "TOTAL_AND_ROWS", None),
            (2, None, "SAME_PERSON"),
        ]
        kept = made.ask(member_state=["JM"])
        assert (kept["total"]["value"], kept["coverage"]["notAttributable"]) == (1, 1)

    def test_what_waits_makes_them_at_least(self) -> None:
        made = self.listed()
        made.tells("OAS", "C", "A")
        for person, state in (("A", StatementState.PENDING), ("B", StatementState.HELD), ("C", StatementState.ERASED)):
            made.tells("OAS", "C", person, state=state)
        answer = made.ask()
        assert (answer["total"]["value"], answer["total"]["precision"], answer["coverage"]["pending"]) == (1, "AT_LEAST", 2)

    def test_partners_are_alternatives_and_only_those_with_individuals(self) -> None:
        made = self.listed()
        made.tells("UNODC", "C", "A", day=1)
        answer = made.ask(Dimension.PARTNER)
        assert (cells(answer), answer["explain"][0]["alternatives"]) == ({"Unodc": 1}, 0)
        for person in ("A", "B"):
            made.tells("OAS", "C", person)
        answer = made.ask(Dimension.PARTNER)
        assert (cells(answer), answer["explain"][0]["alternatives"]) == ({"Oas": 2}, 1)
        assert made.ask(viewer=made.viewer(ViewerKind.PARTNER, "UNODC"))["total"]["value"] == 1
        assert made.ask(viewer=ANONYMOUS)["total"]["value"] == 40


class TestExplanations:
    """What becomes of every statement."""

    def test_states_that_do_not_count(self) -> None:
        made = book()
        made.says("UNODC", "C", 5)
        told = {made.says("UNODC", "C", 6, state=state): state.value for state in StatementState if state not in COUNTED}
        (explained,) = made.ask()["explain"]
        assert reasons(explained) == told
        (explained,) = made.ask(include_pending=True)["explain"]
        assert "PENDING" not in reasons(explained).values()

    def test_every_statement_of_a_population_is_told_of_once(self) -> None:
        made = book()
        whole = made.says("UNODC", "C", 40)
        older = made.says("UNODC", "C", 39, day=-1)
        kept = made.says("UNODC", "C", 10, key="a", states=["JM"])
        outside = made.says("UNODC", "C", 9, key="a", states=["TT"])
        overlapping = made.says("UNODC", "C", 8, key="a", states=["JM", "TT"])
        finer = made.says("UNODC", "C", 7, key="b", states=["JM"], sex=Sex.MALE)
        unit = made.says("UNODC", "C", 100, states=["JM"], unit=CountUnit.PARTICIPATIONS)
        (explained,) = made.ask(Dimension.SEX, member_state=["JM"])["explain"]
        assert [(one["statement"]["id"], one["use"]) for one in explained["statements"]] == [(kept, "TOTAL"), (finer, "ROWS")]
        assert reasons(explained) == {
            whole: "OTHER_CLAIM_SET",
            older: "OTHER_CLAIM_SET",
            outside: "OUTSIDE_FILTER",
            overlapping: "UNDECIDED",
            unit: "OTHER_UNIT",
        }
        assert explained["text"] == (
            "Only one partner states this: neither convener nor provider. 1 statement gives the total of 10 people. "
            "1 statement gives the groups (R2). The remaining 3 are told apart by none of them (R2). "
            "21 more may lie inside the filter or not, and are left out (R2)."
        )

    def test_sets_that_contradict(self) -> None:
        made = TestArithmeticOf2020.year(male=2290)
        (explained,) = made.ask(Dimension.SEX)["explain"]
        assert set(reasons(explained).values()) == {"INCONSISTENT"}
        assert explained["text"].endswith(
            "The same give the groups. Others that would tell more add up to more than they should split, and are not used (R2)."
        )

    def test_a_cohort_that_is_not_accepted_is_omitted(self) -> None:
        made = book()
        made.cohort("NEW", accepted_at=None, submitted_by_id=made.agencies["UNODC"].id)
        says = made.says("UNODC", "NEW", 5)
        (omitted,) = made.ask()["omitted"]
        assert (omitted["cohort"], omitted["reason"], omitted["rule"]) == ({"id": made.id_of("NEW")}, "NO_BASIS", "R1c")
        assert reasons(omitted) == {says: "COHORT_NOT_ACCEPTED"}
        assert made.ask(viewer=made.viewer(ViewerKind.PARTNER, "UNODC"))["omitted"] == []
        assert made.ask(viewer=ANONYMOUS)["omitted"] == []

    def test_what_a_filter_omits(self) -> None:
        made = book()
        made.cohort("D")
        made.says("UNODC", "C", 5, states=["TT"])
        made.says("UNODC", "D", 6)
        outside, undecided = made.ask(member_state=["JM"])["omitted"]
        assert (outside["reason"], outside["notAttributable"]) == ("OUTSIDE_FILTER", 0)
        assert (undecided["reason"], undecided["notAttributable"]) == ("UNDECIDED", 6)
        assert set(reasons(outside).values()) == {"OUTSIDE_FILTER"}
        assert set(reasons(undecided).values()) == {"UNDECIDED"}
        assert made.ask(year=[2019])["omitted"] == []

    def test_a_filter_on_partners_looks_at_all_where_none_is_chosen(self) -> None:
        made = book()
        made.says("OAS", "C", 5, state=StatementState.PENDING)
        for partner, omitted in (("OAS", 1), ("UNODC", 0)):
            assert len(made.ask(partner=[made.id_of(partner)])["omitted"]) == omitted

    def test_what_is_hidden_is_not_named(self) -> None:
        made = book()
        made.cohort("HIDDEN", visibility=Visibility.RESTRICTED)
        made.says("UNODC", "HIDDEN", 5)
        made.says("UNODC", "C", 6)
        made.says("OAS", "C", 7, visibility=Visibility.RESTRICTED)
        answer = made.ask(viewer=ANONYMOUS)
        assert answer["omitted"] == []
        assert (answer["explain"][0]["excluded"], answer["explain"][0]["alternatives"]) == ([], 0)


@given(st.randoms(use_true_random=True))
def test_every_statement_is_told_of_once_and_gives_its_part(random: Random) -> None:
    rows = ledger(random)
    counts = {f"Statement:{one.id}": one.count for one in rows.statements}
    for _ in range(3):
        asked = replace(question(random, rows), first=100)
        answer = participation(rows, asked)
        populations = [*answer["explain"], *answer["omitted"]]
        ids = [one["statement"]["id"] for told in populations for one in (*told.get("statements", ()), *told["excluded"])]
        assert len(ids) == len(set(ids))
        left_out = sum(told["notAttributable"] for told in populations)
        individuals = sum(one["statements"] for told in populations for one in told["individuals"])
        seen = sum(len(found) for found in told_of(rows, asked).values())
        if asked.viewer.kind is ViewerKind.FOCAL_POINT:
            assert len(ids) <= seen
            assert left_out <= answer["coverage"]["notAttributable"]
        else:
            assert len(ids) + individuals <= seen
            assert left_out == answer["coverage"]["notAttributable"]
        for told in answer["explain"]:
            giving = [counts[one["statement"]["id"]] for one in told["statements"] if one["use"] != "ROWS"]
            people = [one["statements"] for one in told["individuals"] if one["use"] in {"TOTAL", "TOTAL_AND_ROWS"}]
            assert sum(giving) + sum(people) == told["total"]
            assert not (giving and people)
        assert sum(told["total"] for told in answer["explain"]) == (answer["total"]["value"] or 0)


@given(st.randoms(use_true_random=True))
def test_rows_always_add_up_to_the_total(random: Random) -> None:
    rows = ledger(random)
    for _ in range(3):
        answer = participation(rows, question(random, rows))
        assert sum(row["count"]["value"] for row in answer["rows"]) == (answer["total"]["value"] or 0)
        keys = [str(row["key"]) for row in answer["rows"]]
        assert len(keys) == len(set(keys))
