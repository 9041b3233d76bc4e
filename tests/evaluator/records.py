"""What goes into the evaluator, and the records that its rules make of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.agencies import AgencyAncestor, PartnerAgency
from models.courses import Cohort, CohortCourse, CohortRole, Course, Role
from models.individuals import Individual, Participant
from models.places import Department, MemberState
from models.statements import Measure, Precision, Statement, StatementDepartment, StatementKind, StatementMemberState, StatementState
from models.viewer import ANONYMOUS, Viewer


class Dimension(StrEnum):
    """What a table can be grouped and filtered by. The first five are said by statements, the others known of their cohorts."""

    MEMBER_STATE = "MEMBER_STATE"
    DEPARTMENT = "DEPARTMENT"
    INSTITUTION_TYPE = "INSTITUTION_TYPE"
    SEX = "SEX"
    REPORTING_PERIOD = "REPORTING_PERIOD"
    COHORT = "COHORT"
    COURSE = "COURSE"
    SUBJECT = "SUBJECT"
    MODE = "MODE"
    YEAR = "YEAR"
    PROGRAMME = "PROGRAMME"
    FUNDER = "FUNDER"
    PARTNER = "PARTNER"


STATEMENT_DIMENSIONS = frozenset(list(Dimension)[:5])
JOINED_BY_CODE = frozenset({Dimension.MEMBER_STATE, Dimension.DEPARTMENT})
COUNTED = frozenset({StatementState.VERIFIED, StatementState.DISPUTED})
WAITING = frozenset({StatementState.PENDING, StatementState.HELD})
WORST_LAST = (Precision.EXACT, Precision.AT_LEAST, Precision.APPROXIMATE)

Value = str | int
Values = frozenset[Value]
Key = tuple[Values, ...]
NOTHING: Values = frozenset()


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rows that `participation` reads."""

    member_states: Sequence[MemberState] = ()
    departments: Sequence[Department] = ()
    agencies: Sequence[PartnerAgency] = ()
    ancestors: Sequence[AgencyAncestor] = ()
    courses: Sequence[Course] = ()
    cohorts: Sequence[Cohort] = ()
    cohort_courses: Sequence[CohortCourse] = ()
    cohort_roles: Sequence[CohortRole] = ()
    statements: Sequence[Statement] = ()
    slice_states: Sequence[StatementMemberState] = ()
    slice_departments: Sequence[StatementDepartment] = ()
    participants: Sequence[Participant] = ()
    individuals: Sequence[Individual] = ()

    def agency(self, id_: UUID) -> PartnerAgency:
        """The agency with this id."""
        return next(agency for agency in self.agencies if agency.id == id_)

    def course(self, id_: UUID) -> Course:
        """The course with this id."""
        return next(course for course in self.courses if course.id == id_)

    def cohort(self, id_: UUID) -> Cohort:
        """The cohort with this id."""
        return next(cohort for cohort in self.cohorts if cohort.id == id_)

    def person(self, statement: Statement) -> UUID:
        """The participant whom a statement of the kind INDIVIDUAL is about; somebody unknown to others once that is erased."""
        return next((row.participant_id for row in self.individuals if row.statement_id == statement.id), statement.id)

    def roles(self, cohort: UUID, role: Role) -> list[UUID]:
        """The agencies that hold this role in a cohort."""
        return [row.agency_id for row in self.cohort_roles if row.cohort_id == cohort and row.role == role]


@dataclass(frozen=True, slots=True)
class Question:
    """The arguments of `participation`, and who asks. A filter's values are written as the API takes them.

    `sentences` are the contract's words for the reasons why statements give nothing.
    """

    measure: Measure
    group_by: tuple[Dimension, ...] = ()
    filter: Mapping[Dimension, Sequence[Value]] = field(default_factory=dict)
    include_pending: bool = False
    viewer: Viewer = ANONYMOUS
    first: int = 25
    sentences: Mapping[str, str] = field(default_factory=dict)

    @property
    def counted_states(self) -> frozenset[StatementState]:
        """The states whose statements are counted."""
        return COUNTED | {StatementState.PENDING} if self.include_pending else COUNTED


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """One statement, its population, and what its slice says on each statement dimension."""

    statement: Statement
    population: UUID
    values: Mapping[Dimension, Values]

    @property
    def is_individual(self) -> bool:
        """Whether it tells of one person."""
        return self.statement.kind == StatementKind.INDIVIDUAL

    @property
    def counted_at(self) -> datetime:
        """When it began to count."""
        return self.statement.decided_at or self.statement.created_at


@dataclass(frozen=True, slots=True, eq=False)
class ClaimSet:
    """Statements of one partner on one population that count different people; `pending` more of the set are not counted yet."""

    claims: tuple[Claim, ...]
    pending: int

    @property
    def id(self) -> UUID:
        """The lowest id of its statements."""
        return min(claim.statement.id for claim in self.claims)

    @property
    def unit(self) -> str:
        """The unit of the statement with that id."""
        return next(claim.statement.unit for claim in self.claims if claim.statement.id == self.id)

    @property
    def latest(self) -> datetime:
        """When the last of its statements began to count."""
        return max(claim.counted_at for claim in self.claims)

    @property
    def total(self) -> int:
        """The sum of its counts."""
        return sum(claim.statement.count for claim in self.claims)

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """The dimensions that any of its statements states."""
        return frozenset(dimension for claim in self.claims for dimension, values in claim.values.items() if values)

    @property
    def statement_ids(self) -> list[str]:
        """The global ids of its statements, ascending."""
        return global_ids(self.claims)


@dataclass(frozen=True, slots=True)
class Selected:
    """A claim set, and those of its claims that the filter keeps."""

    whole: ClaimSet
    kept: tuple[Claim, ...]

    @property
    def count(self) -> int:
        """The sum of the kept counts."""
        return sum(claim.statement.count for claim in self.kept)


@dataclass(frozen=True, slots=True)
class Population:
    """A canonical cohort, the partner whose word is taken for it, that partner's claim sets, and how many other partners have some.

    The rule is R1a where the claim sets are made of individuals, else R1b.
    """

    id: UUID
    partner: UUID
    sets: tuple[ClaimSet, ...]
    alternatives: int
    values: Mapping[Dimension, Values]
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one population gives: T comes from `total`, the rows from `detail`; both are None where its cohort leaves it out."""

    population: Population
    total: Selected | None = None
    detail: Selected | None = None
    not_attributable: int = 0
    contradictions: tuple[tuple[ClaimSet, ClaimSet], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What one population adds to one row of the table."""

    key: Key
    count: int
    precision: Precision
    claims: tuple[Claim, ...] = ()


def state_of(statement: Statement) -> StatementState:
    """The state of a statement; one that is erased and goes on counting one stands as if it were verified."""
    return StatementState.VERIFIED if statement.retained else StatementState(statement.state)


def global_id(type_: str, key: object) -> str:
    """The global id of a row."""
    return f"{type_}:{key}"


def global_ids(claims: Iterable[Claim]) -> list[str]:
    """The global ids of the statements, ascending."""
    return [global_id("Statement", id_) for id_ in sorted(claim.statement.id for claim in claims)]
