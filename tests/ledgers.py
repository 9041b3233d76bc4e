"""Random ledgers for `participation`.

Everything is drawn from small domains, so that what is rare in life is common here: two partners on one population, sets that
contradict each other, equal times, equal names, hidden parents, slices of several states. The ids are spread over the whole range, since
ties are broken by id.

    ledger(random)    a ledger: agencies, courses, cohorts, claim sets of statements about them, and individuals
    store(...)        a ledger put in place of whatever the database held
    describe(...)     a ledger as text

They come from a plain `Random`, which is as uniform as Hypothesis, made for other ends, is not; its seed is what Hypothesis draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete

from models.access import Scope
from models.agencies import AgencyAncestor, AgencyKind, PartnerAgency
from models.base import Table, Visibility
from models.courses import Cohort, CohortCourse, CohortMode, CohortRole, CountPolicy, Course, Role
from models.database import Database
from models.individuals import Individual, Participant
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
from tests.evaluator import Dimension, Ledger

T = TypeVar("T")

STATES = (("TT", "TTO", "780", "Trinidad"), ("JM", "JAM", "388", "Jamaica"), ("CW", "CUW", "531", "Curaçao"))
DEPARTMENTS = (("POLICE", "Police"), ("CUSTOMS", "Customs and Excise"), ("TAX", "Tax Offices"))
STATE_CODES = ("JM", "JM", "TT", "CW")
START = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
MOMENTS = (START, START + timedelta(microseconds=1), START + timedelta(days=1))
NAMES = ("Alpha", "alpha", "Ärger", "Zulu", "😀", "\ue000")
CODES = (None, None, "A-1", "a-1", "Z", "É")
REFERENCES = ("1", "2", "ref")
PERIODS = ("FY2020", "FY2021")
SUBJECTS = ("LAW", "BORDER", "law", None)
PARTITIONS = ("k", "l", "m", "n", "", None)
COSTS = (None, None, (Decimal("10.10"), "USD"), (Decimal("0.05"), "USD"), (Decimal(7), "XCD"), (Decimal(0), "XCD"))
POLICIES = (CountPolicy.INDIVIDUALS_COMPLETE, CountPolicy.INDIVIDUALS_COMPLETE, CountPolicy.COUNTS)
MEASURES = (Measure.COMPLETED,) * 7 + (Measure.ATTENDED,)
PRECISIONS = (Precision.EXACT,) * 4 + (Precision.AT_LEAST, Precision.APPROXIMATE)
COUNTED = (StatementState.VERIFIED,) * 6 + (StatementState.DISPUTED,)
UNCOUNTED = (StatementState.PENDING,) * 4 + (StatementState.HELD,) * 2 + tuple(state for state in StatementState if state not in COUNTED)
SEXES = (Sex.FEMALE, Sex.FEMALE, Sex.FEMALE, Sex.MALE, Sex.UNDISCLOSED, Sex.UNSPECIFIED)
TYPES = tuple(InstitutionType)
SLICE = (Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.INSTITUTION_TYPE, Dimension.SEX, Dimension.REPORTING_PERIOD)
SIZES = ((), (1,), (2,), (3,), (1, 1), (1, 2), (1, 2), (2, 1), (1, 3), (2, 3), (1, 2, 3), (2, 2, 1))
"""By how many dimensions the claim sets tell apart what a partner says about a cohort."""

COUNTS = ((60, 70, 80, 90, 10, 0), (5, 6, 8, 12, 1), (2, 3, 4, 7, 0), (0, 1, 2, 3, 9))
"""By how many dimensions are stated: what tells more apart mostly counts less, so that most sets agree with the whole."""
UNKNOWN = UUID(int=1)
SCOPES = frozenset(scope.value for scope in Scope)


def row_id(table: int, place: int) -> UUID:
    """An id, unlike any other of its table and of other tables; the first bytes of the ids are spread over the whole range."""
    return UUID(int=(place * 11 + 5) % 256 << 120 | table << 64 | place)


def ledger(random: Random, nested: Sequence[Dimension] = ()) -> Ledger:
    """A ledger: always the same for the same state of `random`.

    Most claim sets tell the first, the first two, or more of the `nested` dimensions apart; without any, of some that are drawn.
    """
    return _Maker(random, nested).ledger()


class _Maker:
    """Draws a ledger, table by table."""

    def __init__(self, random: Random, nested: Sequence[Dimension]) -> None:
        self.random, self.nested = random, nested
        self.agencies: list[PartnerAgency] = []
        self.courses: list[Course] = []
        self.cohorts: list[Cohort] = []
        self.cohort_courses: list[CohortCourse] = []
        self.cohort_roles: list[CohortRole] = []
        self.statements: list[Statement] = []
        self.slice_states: list[StatementMemberState] = []
        self.slice_departments: list[StatementDepartment] = []
        self.participants: list[Participant] = []
        self.individuals: list[Individual] = []

    def ledger(self) -> Ledger:
        """The ledger."""
        self.make_agencies()
        self.make_courses()
        self.make_cohorts()
        self.make_statements()
        self.make_individuals()
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
            participants=self.participants,
            individuals=self.individuals,
        )

    def one(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def some(self, options: Sequence[T], size: int) -> list[T]:
        """So many different ones."""
        return self.random.sample(options, size)

    def seldom(self, often: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(often) == 0

    def ids(self, table: int, size: int) -> list[UUID]:
        return [row_id(table, place) for place in self.some(range(size), size)]

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
                accepted_at=None if self.seldom(12 if known else 4) else START,
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
                count_policy=self.one(POLICIES),
                same_run_as_id=self.one(canonical) if canonical and self.seldom(3) else None,
                **self.offering(),
            )
            self.cohorts.append(cohort)
            taught = enumerate(self.some(self.courses, self.one((0, 1, 2, 2))))
            self.cohort_courses.extend(CohortCourse(cohort_id=id_, position=place, course_id=course.id) for place, course in taught)
            roles = [(agency.id, role) for agency in self.agencies for role in (Role.CONVENER, Role.PROVIDER, Role.FUNDER)]
            self.cohort_roles.extend(
                CohortRole(cohort_id=id_, agency_id=agency, role=role) for agency, role in self.some(roles, self.one((1, 2, 3, 5, 7)))
            )

    def make_statements(self) -> None:
        """What partners say about cohorts, as far as there are ids: up to four times one about one cohort."""
        ids = self.ids(4, 40)
        for _ in range(self.one((1, 2, 3, 3, 4))):
            said = {
                "partner_id": self.one((self.agencies[1], *self.agencies[:4])).id,
                "cohort_id": self.one(self.cohorts).id,
                "measure": self.one(MEASURES),
                "unit": self.one((CountUnit.PEOPLE, CountUnit.PEOPLE, CountUnit.PARTICIPATIONS)),
            }
            whole = None
            if ids and not self.seldom(5):
                whole = self.make_statement(ids.pop(), (), {**said, "partition_key": self.one((None, None, None, "k"))})
            self.make_splits(ids, said, whole)

    def make_splits(self, ids: list[UUID], said: Mapping[str, Any], whole: Statement | None) -> None:
        """Claim sets: statements that tell the same dimensions apart; mostly, one set tells those of another and more.

        The whole is at times just what a set adds up to, or one more or less.
        """
        nested = self.some(SLICE, 3) if not self.nested or self.seldom(6) else self.nested
        for size in self.one(SIZES):
            stated = self.some(SLICE, size) if self.seldom(4) else nested[:size]
            key, total = self.one(PARTITIONS), 0
            for _ in range(min(len(ids), self.one((2, 3, 4, 5)) if key is not None else 1)):
                unit = CountUnit.PARTICIPATIONS if self.seldom(15) else said["unit"]
                total += self.make_statement(ids.pop(), stated, {**said, "partition_key": key, "unit": unit}).count
            if whole and self.seldom(4):
                whole.count = max(0, total + self.one((-1, 0, 1)))

    def make_statement(self, id_: UUID, stated: Sequence[Dimension], shared: Mapping[str, Any]) -> Statement:
        """One statement, which says most of the dimensions that its claim set states."""
        said = {dimension for dimension in stated if not self.seldom(8)}
        amount, currency = self.one(COSTS) or (None, None)
        statement = Statement(
            id=id_,
            source_ref=str(id_),
            kind=StatementKind.COUNT,
            state=self.one(UNCOUNTED) if self.seldom(6) else self.one(COUNTED),
            count=self.one(COUNTS[min(len(stated), 3)]),
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
        return statement

    def make_individuals(self) -> None:
        """In half of the ledgers, what partners say of a few people each: of one several times, also in cohorts that are one run."""
        if self.seldom(2):
            return
        partners = self.some(self.agencies[:4], self.one((1, 1, 2)))
        people = [(partner, self.ids(6 + number, self.one((1, 2, 3)))) for number, partner in enumerate(partners)]
        for partner, ids in people:
            self.participants.extend(Participant(id=id_, partner_id=partner.id, subject=str(id_)) for id_ in ids)
        about, measure = self.one(self.cohorts), self.one(MEASURES)
        run = [one for one in self.cohorts if (one.same_run_as_id or one.id) == (about.same_run_as_id or about.id)]
        stated = self.some(SLICE, self.one((0, 2, 5)))
        for id_ in self.ids(5, self.one((2, 4, 6, 8))):
            partner, ids = self.one(people)
            cohort = self.one(self.cohorts if self.seldom(6) else run)
            self.make_individual(id_, stated, {"partner_id": partner.id, "cohort_id": cohort.id, "measure": measure})
            if self.statements[-1].retained is None:
                self.individuals.append(Individual(statement_id=id_, participant_id=self.one(ids)))

    def make_individual(self, id_: UUID, stated: Sequence[Dimension], shared: Mapping[str, Any]) -> None:
        """A statement about one person, in one state and one department at most."""
        statement = self.make_statement(id_, stated, {**shared, "unit": CountUnit.PEOPLE})
        statement.kind, statement.count, statement.precision = StatementKind.INDIVIDUAL, 1, Precision.EXACT
        if statement.state == StatementState.ERASED or self.seldom(8):
            statement.state, statement.retained, statement.person_key = StatementState.ERASED, self.seldom(2), id_
        for parts in (self.slice_states, self.slice_departments):
            own = [part for part in parts if part.statement_id == id_]  # type: ignore[attr-defined]
            for part in own[1:]:
                parts.remove(part)  # type: ignore[attr-defined]

    def make_slice(self, id_: UUID, said: set[Dimension]) -> None:
        """The sets of a statement's slice."""
        if Dimension.MEMBER_STATE in said:
            codes = set(self.random.choices(STATE_CODES, k=self.one((1, 1, 2))))
            self.slice_states.extend(StatementMemberState(statement_id=id_, member_state_code=code) for code in sorted(codes))
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
        (Participant, ledger.participants),
        (Individual, ledger.individuals),
    ]


async def store(owner_database: Database, ledger: Ledger) -> None:
    """Puts the ledger in the place of all rows that the database holds in its tables."""
    async with owner_database.write() as transaction:
        for table, _ in reversed(tables(ledger)):
            await transaction.fetch(delete(table))
        for table, rows in tables(ledger):
            names = [column.name for column in table.__table__.columns if column.computed is None]  # type: ignore[attr-defined]
            await transaction.insert(table, [{name: getattr(row, name) for name in names} for row in rows])


def droppable(ledger: Ledger) -> list[Table]:
    """The rows that a ledger can do without, those first that matter most."""
    return [*ledger.statements, *ledger.slice_states, *ledger.slice_departments, *ledger.cohort_roles, *ledger.cohort_courses]


def without(ledger: Ledger, row: Table) -> Ledger:
    """The ledger without a row, and without the slice if it is a statement."""

    def kept(rows: Sequence[T]) -> list[T]:
        return [other for other in rows if other is not row and getattr(other, "statement_id", ...) != getattr(row, "id", None)]

    return replace(
        ledger,
        statements=kept(ledger.statements),
        slice_states=kept(ledger.slice_states),
        slice_departments=kept(ledger.slice_departments),
        individuals=kept(ledger.individuals),
        cohort_roles=kept(ledger.cohort_roles),
        cohort_courses=kept(ledger.cohort_courses),
    )


def describe(ledger: Ledger) -> str:
    """The ledger in a line for each row, without what no rule looks at."""
    unused = {"labels", "languages", "revision", "date_precision", "venue_type", "status"}
    lines = []
    for table, rows in tables(ledger)[2:]:
        for row in rows:
            shown = {name: value for name, value in row.model_dump(mode="json").items() if value is not None and name not in unused}
            lines.append(f"{table.__name__}: {' '.join(f'{name}={value}' for name, value in shown.items())}")
    return "\n".join(lines)
