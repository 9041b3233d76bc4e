"""Random ledgers and questions for `participation`, as Hypothesis strategies.

Everything is drawn from small domains, so that what is rare in life is common here: two partners on one population, sets that
contradict each other, equal times, equal names, hidden parents, slices of several states. The ids are spread over the whole range, since
ties are broken by id.

    ledgers()            a ledger: agencies, courses, cohorts, and claim sets of statements about them
    questions(ledger)    the arguments of `participation`, and who asks
    alike(ledger, ...)   another question of the same shape
    store(...)           a ledger put in place of whatever the database held
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import delete

from models.access import Scope
from models.agencies import AgencyAncestor, AgencyKind, PartnerAgency
from models.base import Table, Visibility
from models.courses import Cohort, CohortCourse, CohortMode, CohortRole, Course, Role
from models.database import Database
from models.places import Department, DepartmentCategory, DepartmentScope, MemberState
from models.statements import (
    CountUnit,
    InstitutionType,
    Measure,
    Precision,
    Sex,
    Statement,
    StatementDepartment,
    StatementKind,
    StatementMemberState,
    StatementState,
)
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from tests.evaluator import Dimension, Ledger, Question
from tests.evaluator.records import Values
from tests.evaluator.rules import population_of
from tests.evaluator.values import cohort_values, statement_values

T = TypeVar("T")

STATES = (("TT", "TTO", "780", "Trinidad"), ("JM", "JAM", "388", "Jamaica"), ("CW", "CUW", "531", "Curaçao"))
DEPARTMENTS = (("POLICE", "Police"), ("CUSTOMS", "Customs and Excise"), ("TAX", "Tax Offices"))
START = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
MOMENTS = (START, START + timedelta(microseconds=1), START + timedelta(days=1))
NAMES = ("Alpha", "alpha", "Ärger", "Zulu", "😀", "\ue000")
CODES = (None, None, "A-1", "a-1", "Z", "É")
REFERENCES = ("1", "2", "ref")
PERIODS = ("FY2020", "FY2021")
SUBJECTS = ("LAW", "BORDER", "law", None)
PARTITIONS = ("k", "k", "l", "l", "", None)
COSTS = (None, None, (Decimal("10.10"), "USD"), (Decimal("0.05"), "USD"), (Decimal(7), "XCD"), (Decimal(0), "XCD"))
MEASURES = (Measure.COMPLETED,) * 7 + (Measure.ATTENDED,)
PRECISIONS = (Precision.EXACT,) * 4 + (Precision.AT_LEAST, Precision.APPROXIMATE)
COUNTED = (StatementState.VERIFIED,) * 6 + (StatementState.DISPUTED,)
UNCOUNTED = (StatementState.PENDING,) * 4 + (StatementState.HELD,) * 2 + tuple(state for state in StatementState if state not in COUNTED)
SEXES = (Sex.FEMALE, Sex.MALE, Sex.FEMALE, Sex.MALE, Sex.UNDISCLOSED, Sex.UNSPECIFIED)
TYPES = tuple(InstitutionType)
SLICE = (Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.INSTITUTION_TYPE, Dimension.SEX, Dimension.REPORTING_PERIOD)
WHOLES = (30, 40, 25, 8, 0)
PARTS = (1, 2, 3, 5, 8, 0)
UNKNOWN = UUID(int=1)
SCOPES = frozenset(scope.value for scope in Scope)


def row_id(table: int, place: int) -> UUID:
    """An id, unlike any other of its table and of other tables; the first bytes of the ids are spread over the whole range."""
    return UUID(int=(place * 11 + 5) % 256 << 120 | table << 64 | place)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A ledger."""
    return _Maker(draw).ledger()


@st.composite
def questions(draw: st.DrawFn, ledger: Ledger) -> Question:
    """A question about the ledger: mostly one that some statement has an answer to."""
    about = draw(st.sampled_from([*ledger.statements, None]))
    values = _values(ledger, about) if about else {}
    filtered = draw(_dimensions(values, (0, 0, 1, 1, 2)))
    return Question(
        measure=Measure(about.measure) if about and draw(st.sampled_from((True, True, False))) else draw(st.sampled_from(MEASURES)),
        group_by=tuple(draw(_dimensions(values, (0, 1, 1, 2, 2, 3)))),
        filter={dimension: draw(_allowed(ledger, dimension, values.get(dimension, ()))) for dimension in filtered},
        include_pending=draw(st.booleans()),
        viewer=draw(st.sampled_from(viewers(ledger, about))),
    )


@st.composite
def alike(draw: st.DrawFn, ledger: Ledger, question: Question) -> Question:
    """A question with the same dimensions, by a viewer of the same kind."""
    return replace(
        question,
        measure=draw(st.sampled_from(MEASURES)),
        filter={dimension: draw(_allowed(ledger, dimension, ())) for dimension in question.filter},
        include_pending=draw(st.booleans()),
        viewer=draw(st.sampled_from([viewer for viewer in viewers(ledger) if viewer.kind is question.viewer.kind])),
    )


def viewers(ledger: Ledger, about: Statement | None = None) -> list[Viewer]:
    """Staff and the partner that made a statement (more often), other partners, and an anonymous caller."""
    impacs, *partners = [agency.id for agency in ledger.agencies[:4]]
    asking = [*[about.partner_id if about else impacs] * 3, *partners]
    staff = Viewer(ViewerKind.STAFF, agency_id=impacs, scopes=SCOPES)
    partners_asking = [Viewer(ViewerKind.PARTNER, agency_id=partner, scopes=SCOPES) for partner in asking]
    return [staff, staff, staff, *partners_asking, ANONYMOUS, ANONYMOUS]


def _values(ledger: Ledger, statement: Statement) -> dict[Dimension, Values]:
    """What the ledger tells of a statement, on the dimensions where it tells something."""
    staff = Viewer(ViewerKind.STAFF)
    known = cohort_values(ledger, staff, population_of(ledger, statement), statement.partner_id)
    return {dimension: values for dimension, values in (statement_values(ledger, statement) | known).items() if values}


@st.composite
def _dimensions(draw: st.DrawFn, known: Iterable[Dimension], sizes: Sequence[int]) -> list[Dimension]:
    """Different dimensions; those of slices, and of these the known ones, more often."""
    size = draw(st.sampled_from(sizes))
    one = st.sampled_from([*Dimension, *SLICE, *([dimension for dimension in SLICE if dimension in known] * 4)])
    return draw(st.lists(one, unique=True, min_size=size, max_size=size))


@st.composite
def _allowed(draw: st.DrawFn, ledger: Ledger, dimension: Dimension, known: Iterable[str | int]) -> list[str | int]:
    """Values that a filter allows: mostly the known ones and some more; at times others, all, none, or one twice."""
    domain = _domain(ledger, dimension)
    size = draw(st.sampled_from((0, 0, 1, 1, 2, 3, len(domain))))
    start = sorted(known, key=str) if draw(st.sampled_from((True, True, True, False))) else []
    return [*start, *draw(st.lists(st.sampled_from(domain), min_size=size, max_size=size))]


def _domain(ledger: Ledger, dimension: Dimension) -> Sequence[str | int]:
    """Values that a filter may name, one of them of nothing that is there."""
    match dimension:
        case Dimension.MEMBER_STATE:
            return [code for code, *_ in STATES] + ["XX"]
        case Dimension.DEPARTMENT:
            return [code for code, _ in DEPARTMENTS] + ["NONE"]
        case Dimension.INSTITUTION_TYPE:
            return [type_.value for type_ in InstitutionType]
        case Dimension.SEX:
            return [sex.value for sex in Sex]
        case Dimension.REPORTING_PERIOD:
            return [*PERIODS, "FY1900"]
        case Dimension.SUBJECT:
            return [*filter(None, SUBJECTS), "nothing"]
        case Dimension.MODE:
            return [mode.value for mode in list(CohortMode)[:3]]
        case Dimension.YEAR:
            return [2020, 2021, 1900]
        case Dimension.COHORT:
            return _ids("Cohort", ledger.cohorts)
        case Dimension.COURSE:
            return _ids("Course", ledger.courses)
        case Dimension.PROGRAMME | Dimension.FUNDER | Dimension.PARTNER:
            return _ids("PartnerAgency", ledger.agencies)


def _ids(type_: str, rows: Iterable[Any]) -> list[str]:
    return [f"{type_}:{id_}" for id_ in [*(row.id for row in rows), UNKNOWN]]


class _Maker:
    """Draws a ledger, table by table."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.agencies: list[PartnerAgency] = []
        self.courses: list[Course] = []
        self.cohorts: list[Cohort] = []
        self.cohort_courses: list[CohortCourse] = []
        self.cohort_roles: list[CohortRole] = []
        self.statements: list[Statement] = []
        self.slice_states: list[StatementMemberState] = []
        self.slice_departments: list[StatementDepartment] = []

    def ledger(self) -> Ledger:
        """The ledger."""
        self.make_agencies()
        self.make_courses()
        self.make_cohorts()
        self.make_statements()
        return Ledger(
            member_states=_member_states(),
            departments=_departments(),
            agencies=self.agencies,
            ancestors=_ancestors(self.agencies),
            courses=self.courses,
            cohorts=self.cohorts,
            cohort_courses=self.cohort_courses,
            cohort_roles=self.cohort_roles,
            statements=self.statements,
            slice_states=self.slice_states,
            slice_departments=self.slice_departments,
        )

    def one(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))

    def some(self, options: Sequence[T], size: int) -> list[T]:
        """So many different ones."""
        chosen = self.draw(st.lists(st.integers(0, len(options) - 1), min_size=size, max_size=size, unique=True))
        return [options[place] for place in chosen]

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def seldom(self, often: int) -> bool:
        """True once in so many times."""
        return self.number(1, often) == often

    def ids(self, table: int, size: int) -> list[UUID]:
        return [row_id(table, place) for place in self.draw(st.permutations(range(size)))]

    def code(self, rows: Iterable[Any]) -> str | None:
        """A code that no other row has."""
        code = self.one(CODES)
        return None if code in {row.code for row in rows} else code

    def make_agencies(self) -> None:
        """IMPACS, two partners (the second at times under the first), and programmes, funders and others, mostly below them."""
        for place, id_ in enumerate(self.ids(1, 7)):
            known = place < 3
            parents = [None, *(agency.id for agency in self.agencies[1:])]
            agency = PartnerAgency(
                id=id_,
                code=("CARICOM-IMPACS", "UNODC", "OAS")[place] if known else self.code(self.agencies),
                name=self.one(NAMES),
                kind=AgencyKind.INTERGOVERNMENTAL if known else self.one((AgencyKind.PROGRAMME, AgencyKind.PROGRAMME, AgencyKind.FUNDER)),
                parent_id=None if known and not self.seldom(4) else self.one(parents),
                accepted_at=None if self.seldom(12 if known else 5) else START,
                created_at=START,
            )
            if not known and agency.code is None and not self.seldom(5):
                agency.submitted_by_id, agency.source_ref = self.reference()
            self.agencies.append(agency)

    def reference(self) -> tuple[UUID | None, str | None]:
        """A sender and its own key, which no other agency has."""
        sender, reference = self.one(self.agencies[:3]).id, self.one(REFERENCES)
        taken = (sender, reference) in {(agency.submitted_by_id, agency.source_ref) for agency in self.agencies}
        return sender, None if taken else reference

    def offering(self) -> dict[str, Any]:
        """What courses and cohorts have in common."""
        return {
            "submitted_by_id": self.one((None, *(agency.id for agency in self.agencies[:3]))),
            "title": self.one(NAMES),
            "visibility": Visibility.RESTRICTED if self.seldom(5) else Visibility.PUBLIC,
            "accepted_at": None if self.seldom(10) else START,
            "created_at": START,
        }

    def make_courses(self) -> None:
        """Three courses."""
        for id_ in self.ids(2, 3):
            self.courses.append(Course(id=id_, code=self.code(self.courses), subject=self.one(SUBJECTS), **self.offering()))

    def make_cohorts(self) -> None:
        """Up to four cohorts; some are the same run as one before."""
        for id_ in self.ids(3, self.one((1, 2, 2, 3))):
            canonical = [cohort.id for cohort in self.cohorts if cohort.same_run_as_id is None]
            cohort = Cohort(
                id=id_,
                code=self.code(self.cohorts),
                starts_on=date(self.one((2020, 2021)), self.one((1, 12)), self.one((1, 31))),
                mode=self.one(list(CohortMode)[:2]),
                same_run_as_id=self.one(canonical) if canonical and self.seldom(3) else None,
                **self.offering(),
            )
            self.cohorts.append(cohort)
            taught = enumerate(self.some(self.courses, self.one((0, 1, 1, 2))))
            self.cohort_courses.extend(CohortCourse(cohort_id=id_, position=place, course_id=course.id) for place, course in taught)
            roles = [(agency.id, role) for agency in self.agencies for role in (Role.CONVENER, Role.PROVIDER, Role.FUNDER)]
            self.cohort_roles.extend(
                CohortRole(cohort_id=id_, agency_id=agency, role=role) for agency, role in self.some(roles, self.one((0, 1, 2, 3, 5)))
            )

    def make_statements(self) -> None:
        """What partners say about cohorts, as far as there are ids: up to four times one about one cohort."""
        ids = self.ids(4, 32)
        for _ in range(self.one((1, 2, 3, 3, 4))):
            said = {
                "partner_id": self.one((self.agencies[1], *self.agencies[:4])).id,
                "cohort_id": self.one(self.cohorts).id,
                "measure": self.one(MEASURES),
                "unit": self.one((CountUnit.PEOPLE, CountUnit.PEOPLE, CountUnit.PARTICIPATIONS)),
            }
            if ids and not self.seldom(4):
                self.make_statement(ids.pop(), (), {**said, "partition_key": self.one((None, None, None, "k"))})
            for _ in range(self.one((1, 1, 2, 2, 3, 0))):
                self.make_split(ids, said)

    def make_split(self, ids: list[UUID], said: Mapping[str, Any]) -> None:
        """A claim set: statements that tell the same dimensions apart."""
        stated = self.some(SLICE, self.one((1, 1, 2, 2, 3)))
        key = self.one(PARTITIONS)
        for _ in range(min(len(ids), self.one((2, 3, 4, 5)) if key else 1)):
            unit = CountUnit.PARTICIPATIONS if self.seldom(15) else said["unit"]
            self.make_statement(ids.pop(), stated, {**said, "partition_key": key, "unit": unit})

    def make_statement(self, id_: UUID, stated: Sequence[Dimension], shared: Mapping[str, Any]) -> None:
        """One statement, which says most of the dimensions that its claim set states."""
        said = {dimension for dimension in stated if not self.seldom(8)}
        amount, currency = self.one(COSTS) or (None, None)
        statement = Statement(
            id=id_,
            source_ref=str(id_),
            kind=StatementKind.COUNT,
            state=self.one(UNCOUNTED) if self.seldom(6) else self.one(COUNTED),
            count=self.one(PARTS) if stated else self.one(WHOLES),
            precision=self.one(PRECISIONS),
            sex=self.one(SEXES) if Dimension.SEX in said else self.one((None, None, Sex.UNSPECIFIED)),
            reporting_period_label=self.one(PERIODS) if Dimension.REPORTING_PERIOD in said else None,
            cost_amount=amount,
            cost_currency=currency,
            visibility=Visibility.RESTRICTED if self.seldom(6) else Visibility.PUBLIC,
            decided_at=self.one((None, *MOMENTS)),
            created_at=self.one(MOMENTS),
            **shared,
        )
        self.statements.append(statement)
        self.make_slice(id_, said)

    def make_slice(self, id_: UUID, said: set[Dimension]) -> None:
        """The sets of a statement's slice."""
        if Dimension.MEMBER_STATE in said:
            codes = self.some([code for code, *_ in STATES], self.one((1, 1, 1, 2)))
            self.slice_states.extend(StatementMemberState(statement_id=id_, member_state_code=code) for code in codes)
        if {Dimension.DEPARTMENT, Dimension.INSTITUTION_TYPE} & said:
            types = TYPES if Dimension.INSTITUTION_TYPE in said else (InstitutionType.NOT_STATED,)
            pairs = self.some([(code, type_) for code, _ in DEPARTMENTS for type_ in types], self.one((1, 1, 2)))
            self.slice_departments.extend(
                StatementDepartment(statement_id=id_, department_code=code, institution_type=type_) for code, type_ in pairs
            )


def _member_states() -> list[MemberState]:
    return [MemberState(code=code, iso3=iso3, m49=m49, name=f"State of {name}", short_name=name) for code, iso3, m49, name in STATES]


def _departments() -> list[Department]:
    kind = {"category": DepartmentCategory.POLICY, "scope": DepartmentScope.NATIONAL}
    return [
        Department(code=code, label=f"The {name}", name=name, list_order=order, **kind) for order, (code, name) in enumerate(DEPARTMENTS, 1)
    ]


def _ancestors(agencies: Sequence[PartnerAgency]) -> list[AgencyAncestor]:
    """Each agency's line of parents, itself included. A parent always comes before its children."""
    lines: dict[UUID, list[UUID]] = {}
    for agency in agencies:
        lines[agency.id] = [agency.id, *(lines[agency.parent_id] if agency.parent_id else [])]
    return [AgencyAncestor(agency_id=agency, ancestor_id=above) for agency, line in lines.items() for above in line]


# The database.


def tables(ledger: Ledger) -> list[tuple[type[Table], Sequence[Table]]]:
    """The rows of a ledger by table, each after those that it refers to."""
    return [
        (MemberState, ledger.member_states),
        (Department, ledger.departments),
        (PartnerAgency, ledger.agencies),
        (AgencyAncestor, ledger.ancestors),
        (Course, ledger.courses),
        (Cohort, ledger.cohorts),
        (CohortCourse, ledger.cohort_courses),
        (CohortRole, ledger.cohort_roles),
        (Statement, ledger.statements),
        (StatementMemberState, ledger.slice_states),
        (StatementDepartment, ledger.slice_departments),
    ]


async def store(owner_database: Database, ledger: Ledger) -> None:
    """Puts the ledger in the place of all rows that the database holds in its tables."""
    async with owner_database.write() as transaction:
        for table, _ in reversed(tables(ledger)):
            await transaction.fetch(delete(table))
        for table, rows in tables(ledger):
            names = [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]
            await transaction.insert(table, [{name: getattr(row, name) for name in names} for row in rows])


def variables(question: Question) -> dict[str, Any]:
    """The question as GraphQL variables."""
    return {
        "measure": question.measure.value,
        "groupBy": [dimension.value for dimension in question.group_by],
        "filter": {camel(dimension): list(values) for dimension, values in question.filter.items()},
        "includePending": question.include_pending,
    }


def camel(dimension: Dimension) -> str:
    """The name of a dimension in the filter: MEMBER_STATE -> memberState."""
    head, *rest = dimension.value.lower().split("_")
    return head + "".join(part.capitalize() for part in rest)


def describe(ledger: Ledger) -> str:
    """The ledger in a line for each row, without what no rule looks at."""
    unused = {"labels", "languages", "revision", "date_precision", "venue_type", "status", "count_policy"}
    lines = []
    for table, rows in tables(ledger)[2:]:
        for row in rows:
            shown = {name: value for name, value in row.model_dump(mode="json").items() if value is not None and name not in unused}
            lines.append(f"{table.__name__}: {' '.join(f'{name}={value}' for name, value in shown.items())}")
    return "\n".join(lines)
