"""The count rules' relations against numbers worked out by hand (product.md B4, scenarios S6 and S7)."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, func, select

from models.agencies import AgencyKind
from models.courses import Role
from models.database import Database, render
from models.policies import Door
from models.statements import CountUnit, InstitutionType, Measure, Precision, Sex, StatementState
from models.viewer import ANONYMOUS, Viewer
from resolvers.counting import Dimension, Request, participation
from tests.book import Book, book
from tests.ledgers import store

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPES = {Dimension.YEAR: Integer(), Dimension.COHORT: Uuid(), Dimension.COURSE: Uuid(), Dimension.PARTNER: Uuid(), Dimension.FUNDER: Uuid()}
TRAINING = InstitutionType.TRAINING_INSTITUTION


@dataclass(frozen=True, slots=True)
class Answer:
    """All relations of an answer."""

    table: Any
    rows: list[Any]
    explained: list[Any]
    inconsistent: list[Any]
    pending_delta: int | None

    @property
    def cells(self) -> dict[str, int]:
        """The values by the labels of their keys, in order."""
        return {" / ".join(value["label"] for value in json.loads(row["key"])): row["value"] for row in self.rows}

    @property
    def precisions(self) -> list[str]:
        """The precisions of the rows, in order."""
        return [row["precision"] for row in self.rows]


class Asking:
    """Asks about books, each of which takes the place of the one before."""

    def __init__(self, database: Database, owner_database: Database) -> None:
        self.database = database
        self.owner_database = owner_database

    async def __call__(
        self, made: Book, *group_by: Dimension, viewer: Viewer | None = None, pending: bool = False, **allowed: Any
    ) -> Answer:
        """The answer to staff or another viewer; `allowed` are the filter's values by dimension in small letters."""
        await store(self.owner_database, made.ledger())
        filters = {Dimension(name.upper()): values for name, values in allowed.items()}
        binds = {dimension: bindparam(f"allowed_{dimension}", type_=ARRAY(TYPES.get(dimension, Text()))) for dimension in filters}
        given = {f"allowed_{dimension}": values for dimension, values in filters.items()}
        asking = viewer or made.staff
        request = Request(bindparam("measure", type_=Text()), group_by, binds, pending)
        answer = participation(request, Door(asking.kind, asking.scopes))
        given |= {"measure": Measure.COMPLETED.value, "viewer_agency_id": asking.agency_id}
        async with self.database.write(asking) as transaction:
            explained, inconsistent = answer.explain().populations, answer.inconsistencies
            (table,) = await transaction.fetch(select(answer.table), **given)
            return Answer(
                table,
                await transaction.fetch(select(answer.rows).order_by(answer.rows.c.position), **given),
                await transaction.fetch(select(explained).order_by(explained.c.population_id), **given),
                await transaction.fetch(select(inconsistent).order_by(inconsistent.c.position), **given),
                await transaction.value(select(answer.pending_delta), **given),
            )


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def asking(shared_database: Database, shared_owner_database: Database) -> Asking:
    return Asking(shared_database, shared_owner_database)


async def test_the_remainder_of_2020_is_a_row(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 4053)
    male = made.says("CARICOM-IMPACS", "C", 2218, sex=Sex.MALE, key="sex")
    female = made.says("CARICOM-IMPACS", "C", 1770, sex=Sex.FEMALE, key="sex")
    answer = await asking(made, Dimension.SEX)
    assert list(answer.cells.items()) == [("FEMALE", 1770), ("MALE", 2218), ("UNSPECIFIED", 65)]
    assert answer.precisions == ["EXACT", "EXACT", "EXACT"]
    assert (answer.table["value"], answer.table["unit"], answer.table["populations"]) == (4053, "PEOPLE", 1)
    assert json.loads(answer.rows[2]["key"]) == [{"dimension": "SEX", "label": "UNSPECIFIED", "members": []}]
    assert answer.explained[0]["row_statements"] == sorted([male, female])


async def test_slices_alone_give_their_sum(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 2218, sex=Sex.MALE, key="sex")
    made.says("CARICOM-IMPACS", "C", 1770, sex=Sex.FEMALE, key="sex")
    assert (await asking(made)).table["value"] == 3988


async def test_two_partners_on_one_course_never_add(asking: Asking) -> None:
    made = book()
    chosen = made.says("CARICOM-IMPACS", "C", 420)
    made.says("UNODC", "C", 420, day=5)
    made.says("OAS", "C", 421, day=9)
    answer = await asking(made)
    assert answer.cells == {"": 420}
    (explained,) = answer.explained
    assert (explained["rule"], explained["alternatives"], explained["total_statements"]) == ("R1b", 2, [chosen])
    assert explained["partner_id"] == made.agencies["CARICOM-IMPACS"].id


async def test_a_provider_goes_before_others_and_speaks_for_its_ancestors(asking: Asking) -> None:
    made = book()
    made.agency("AIRCOP", above="UNODC", kind=AgencyKind.PROGRAMME)
    made.cohort("D", roles=[("AIRCOP", Role.PROVIDER)])
    made.says("UNODC", "D", 7)
    made.says("OAS", "D", 9, day=9)
    assert (await asking(made, Dimension.PARTNER)).cells == {"Unodc": 7}


async def test_the_latest_of_equals_is_chosen(asking: Asking) -> None:
    made = book()
    made.cohort("D")
    made.says("UNODC", "D", 7, day=1)
    made.says("OAS", "D", 9, day=2)
    assert (await asking(made)).table["value"] == 9


async def test_departments_together_are_a_row_of_their_own(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 420, departments=["CUSTOMS", "POLICE"])
    answer = await asking(made, Dimension.DEPARTMENT)
    assert answer.cells == {"CUSTOMS + POLICE": 420}
    assert [member["label"] for member in json.loads(answer.rows[0]["key"])[0]["members"]] == ["Customs", "Police"]
    assert (await asking(made, department=["CUSTOMS", "POLICE"])).table["value"] == 420
    overlapping = await asking(made, department=["CUSTOMS"])
    assert (overlapping.table["value"], overlapping.table["reason"], overlapping.table["not_attributable"]) == (None, "NO_BASIS", 420)
    outside = await asking(made, department=["IMMIGRATION"])
    assert (outside.table["value"], outside.table["not_attributable"], outside.rows) == (None, 0, [])


async def test_kinds_of_institution_are_a_set_with_what_is_not_stated(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 38, departments=[("POLICE", TRAINING), "CUSTOMS", "IMMIGRATION"])
    answer = await asking(made, Dimension.INSTITUTION_TYPE, Dimension.DEPARTMENT)
    assert answer.cells == {"NOT_STATED + TRAINING_INSTITUTION / CUSTOMS + IMMIGRATION + POLICE": 38}
    made = book()
    made.says("CARICOM-IMPACS", "C", 12, departments=["POLICE", "CUSTOMS"])
    assert (await asking(made, Dimension.INSTITUTION_TYPE)).cells == {"UNSPECIFIED": 12}


async def test_equal_slices_of_one_partition_add(asking: Asking) -> None:
    made = book()
    for count in (3, 4):
        made.says("CARICOM-IMPACS", "C", count, states=["JM"], departments=["POLICE"], key="rows", institution=f"Unit {count}")
    made.says("CARICOM-IMPACS", "C", 5, states=["JM", "TT"], departments=["POLICE"], key="rows")
    answer = await asking(made, Dimension.MEMBER_STATE, Dimension.DEPARTMENT)
    assert answer.cells == {"JM / POLICE": 7, "JM + TT / POLICE": 5}
    assert answer.table["value"] == 12


async def test_joined_cohorts_are_one_population(asking: Asking) -> None:
    made = book()
    made.cohort("TWIN", same_run_as_id=made.cohorts["C"].id)
    made.says("UNODC", "TWIN", 30, day=3)
    made.says("OAS", "C", 31)
    answer = await asking(made, Dimension.COHORT)
    assert answer.cells == {"Run C": 30}
    assert answer.explained[0]["population_id"] == made.cohorts["C"].id
    assert answer.explained[0]["alternatives"] == 1


async def test_people_over_cohorts_are_participations(asking: Asking) -> None:
    made = book()
    made.cohort("D", starts_on=date(2021, 5, 1))
    made.says("CARICOM-IMPACS", "C", 5)
    assert (await asking(made)).table["unit"] == "PEOPLE"
    made.says("CARICOM-IMPACS", "D", 6)
    answer = await asking(made, Dimension.YEAR)
    assert (answer.table["value"], answer.table["unit"]) == (11, "PARTICIPATIONS")
    assert answer.cells == {"2020": 5, "2021": 6}
    assert (await asking(made, year=[2021])).table["value"] == 6


async def test_what_is_pending_or_held_makes_a_set_at_least(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 10, states=["JM"], key="k")
    made.says("CARICOM-IMPACS", "C", 4, states=["TT"], key="k", state=StatementState.PENDING)
    made.says("CARICOM-IMPACS", "C", 1, states=["BB"], key="k", state=StatementState.HELD)
    answer = await asking(made, Dimension.MEMBER_STATE)
    assert (answer.cells, answer.precisions, answer.table["pending"], answer.pending_delta) == ({"JM": 10}, ["AT_LEAST"], 2, 4)
    answer = await asking(made, Dimension.MEMBER_STATE, pending=True)
    assert (answer.cells, answer.table["pending"], answer.pending_delta) == ({"JM": 10, "TT": 4}, 1, 4)


async def test_a_pending_correction_may_take_away(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 10)
    made.says("CARICOM-IMPACS", "C", 8, day=1, state=StatementState.PENDING)
    answer = await asking(made)
    assert (answer.table["value"], answer.table["precision"], answer.pending_delta) == (10, "EXACT", -2)


async def test_no_number_is_not_zero(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 3, state=StatementState.REJECTED)
    made.says("CARICOM-IMPACS", "C", 3, measure=Measure.ATTENDED)
    answer = await asking(made)
    assert (answer.table["value"], answer.table["reason"], answer.table["unit"], answer.table["precision"]) == (
        None,
        "NO_BASIS",
        None,
        "EXACT",
    )
    assert (answer.rows, answer.pending_delta, answer.table["cost"]) == ([], None, "[]")
    made.says("CARICOM-IMPACS", "C", 0)
    answer = await asking(made)
    assert (answer.table["value"], answer.table["reason"], answer.cells, answer.pending_delta) == (0, None, {"": 0}, 0)


async def test_sets_that_exceed_the_whole_are_named_and_not_used(asking: Asking) -> None:
    made = book()
    whole = made.says("CARICOM-IMPACS", "C", 10)
    finer = [made.says("CARICOM-IMPACS", "C", 6, sex=sex, key="k") for sex in (Sex.MALE, Sex.FEMALE)]
    answer = await asking(made, Dimension.SEX)
    assert (answer.cells, answer.table["value"]) == ({"UNSPECIFIED": 10}, 10)
    (event,) = answer.inconsistent
    assert (event["coarser"], event["finer"]) == ([whole], finer)
    filtered = await asking(made, sex=["MALE"])
    assert (filtered.table["value"], filtered.table["not_attributable"]) == (None, 10)
    assert [event["finer"] for event in filtered.inconsistent] == [finer]


async def test_a_filter_keeps_its_own_total_and_the_remainder_its_one_value(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 100)
    for count, states in ((40, ["JM"]), (20, ["TT"]), (25, ["JM", "TT"])):
        made.says("CARICOM-IMPACS", "C", count, states=states, key="states")
    for count, sex in ((9, Sex.MALE), (11, Sex.FEMALE)):
        made.says("CARICOM-IMPACS", "C", count, states=["JM"], sex=sex, key="both")
    answer = await asking(made, Dimension.SEX, Dimension.MEMBER_STATE, member_state=["JM"])
    assert answer.cells == {"FEMALE / JM": 11, "MALE / JM": 9, "UNSPECIFIED / JM": 20}
    assert (answer.table["value"], answer.table["not_attributable"]) == (40, 25 + 15)
    assert (await asking(made, member_state=["JM", "TT"])).table["value"] == 85
    assert (await asking(made, Dimension.MEMBER_STATE)).cells == {"JM": 40, "JM + TT": 25, "TT": 20, "UNSPECIFIED": 15}
    nothing = await asking(made, member_state=[])
    assert (nothing.table["value"], nothing.table["not_attributable"]) == (None, 15)


async def test_a_filter_on_cohorts_leaves_out_what_is_undecided(asking: Asking) -> None:
    made = book()
    made.course("X")
    made.course("Y")
    for code, courses, count in (("D", ["X"], 1), ("E", ["X", "Y"], 2), ("F", ["Y"], 4), ("G", [], 8)):
        made.cohort(code, courses=courses)
        made.says("CARICOM-IMPACS", code, count)
    answer = await asking(made, Dimension.COURSE)
    assert answer.cells == {"Course X": 1, "Course X + Course Y": 2, "Course Y": 4, "UNSPECIFIED": 8}
    answer = await asking(made, Dimension.COURSE, course=[made.courses["X"].id])
    assert (answer.cells, answer.table["value"], answer.table["not_attributable"]) == ({"Course X": 1}, 1, 10)
    partner = await asking(made, partner=[made.agencies["OAS"].id])
    assert (partner.table["value"], partner.table["not_attributable"]) == (None, 0)


async def test_a_remainder_of_what_is_not_exact_is_approximate(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 50, precision=Precision.AT_LEAST)
    made.says("CARICOM-IMPACS", "C", 20, states=["JM"])
    answer = await asking(made, Dimension.MEMBER_STATE)
    assert (answer.cells, answer.precisions) == ({"JM": 20, "UNSPECIFIED": 30}, ["EXACT", "APPROXIMATE"])
    assert answer.table["precision"] == "AT_LEAST"


async def test_costs_are_added_by_currency(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 1, states=["JM"], key="k", cost=(Decimal("10.10"), "USD"))
    made.says("CARICOM-IMPACS", "C", 2, states=["JM"], key="k", cost=(Decimal("0.05"), "USD"))
    made.says("CARICOM-IMPACS", "C", 3, states=["JM"], key="k", cost=(Decimal(7), "XCD"))
    made.says("CARICOM-IMPACS", "C", 4, states=["TT"], key="k")
    answer = await asking(made, Dimension.MEMBER_STATE)
    costs = [
        {"amount": "10.15", "currency": "USD", "statements": 2},
        {"amount": "7.00", "currency": "XCD", "statements": 1},
    ]
    assert answer.cells == {"JM": 6, "TT": 4}
    assert [json.loads(row["cost"]) for row in answer.rows] == [costs, []]
    assert json.loads(answer.table["cost"]) == costs
    for dimensions in ((), (Dimension.COHORT,), (Dimension.PARTNER, Dimension.MODE)):
        (row,) = (await asking(made, *dimensions)).rows
        assert (row["value"], json.loads(row["cost"])) == (10, costs)
    filtered = await asking(made, member_state=["JM"])
    assert json.loads(filtered.table["cost"]) == json.loads(filtered.rows[0]["cost"]) == costs


async def test_sets_in_another_unit_do_not_split_a_whole(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 10)
    made.says("CARICOM-IMPACS", "C", 9, states=["JM"], unit=CountUnit.PARTICIPATIONS)
    assert (await asking(made, Dimension.MEMBER_STATE)).cells == {"UNSPECIFIED": 10}


async def test_an_unaccepted_cohort_enters_no_number_but_its_senders(asking: Asking) -> None:
    made = book()
    made.cohort("NEW", accepted_at=None, submitted_by_id=made.agencies["UNODC"].id)
    made.says("UNODC", "NEW", 6)
    assert (await asking(made)).table["value"] is None
    assert (await asking(made, viewer=made.viewer(made.staff.kind.PARTNER, "UNODC"))).table["value"] == 6
    assert (await asking(made, viewer=ANONYMOUS)).table["value"] is None


async def test_a_partner_sees_its_own_alternative(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 420)
    made.says("UNODC", "C", 405)
    answer = await asking(made, Dimension.PARTNER, viewer=made.viewer(made.staff.kind.PARTNER, "UNODC"))
    assert (answer.cells, answer.explained[0]["alternatives"]) == ({"Unodc": 405}, 0)


async def test_what_is_hidden_is_unspecified(asking: Asking) -> None:
    made = book()
    made.agency("HIDDEN", kind=AgencyKind.PROGRAMME, accepted_at=None)
    made.agency("SEEN", kind=AgencyKind.PROGRAMME)
    made.cohort("D", roles=[("HIDDEN", Role.CONVENER)])
    made.cohort("E", roles=[("HIDDEN", Role.CONVENER), ("SEEN", Role.CONVENER)])
    made.says("OAS", "D", 1)
    made.says("OAS", "E", 2)
    assert (await asking(made, Dimension.PROGRAMME, viewer=ANONYMOUS)).cells == {"UNSPECIFIED": 3}
    assert (await asking(made, Dimension.PROGRAMME)).cells == {"Hidden": 1, "Hidden + Seen": 2}


async def test_the_answer_is_one_statement(asking: Asking) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 4053)
    made.says("CARICOM-IMPACS", "C", 2218, sex=Sex.MALE)
    await store(asking.owner_database, made.ledger())
    answers = [
        participation(Request(bindparam("measure", type_=Text()), (Dimension.SEX,), name=name), Door(made.staff.kind)) for name in "ab"
    ]
    counted = [
        select(func.count()).select_from(relation).scalar_subquery()
        for a in answers
        for relation in (a.table, a.rows, a.explain().populations)
    ]
    sql = render(select(*counted, answers[0].pending_delta))
    async with asking.database.write(made.staff) as transaction:
        (row,) = await transaction.fetch(sql, measure="COMPLETED", viewer_agency_id=made.staff.agency_id)
    assert tuple(row) == (1, 2, 1, 1, 2, 1, 0)


async def test_the_worst_precision_is_the_least_text() -> None:
    assert sorted(Precision) == [Precision.APPROXIMATE, Precision.AT_LEAST, Precision.EXACT]
