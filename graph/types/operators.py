"""The operators of filters: what a value, an identifier or a code can be compared with.

All operators are optional, and all that are given must hold. A comparison with a missing value is false.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

import strawberry

from graph.fields import field
from graph.types.codes import (
    AgencyKind,
    Atomicity,
    Body,
    ClientKind,
    CohortMode,
    CohortStatus,
    CostKind,
    CountPolicy,
    CountUnit,
    DatePrecision,
    DepartmentCategory,
    DepartmentScope,
    InstitutionType,
    Measure,
    MembershipStatus,
    Precision,
    Role,
    Sex,
    StatementKind,
    StatementState,
    SubmitMode,
    VenueType,
    Verdict,
    ViewerKind,
    Visibility,
    WithdrawalReason,
)

T = TypeVar("T")
F = TypeVar("F")

EQUAL = "The value is this one."
AMONG = "The value is one of these; an empty list matches nothing."
FOLDED = "case and accents folded"
SHORT = "At most 200 characters, none of which has a special meaning; an empty text is in every value."
MISSING = "true: the value is missing; false: it is there."


@strawberry.input(description="Compares a value that has an order; an explicit null for an operator is refused.")
class Comparison(Generic[T]):
    """The operators of ordered values."""

    eq: T | None = field(EQUAL)
    in_: list[T] | None = field(AMONG, name="in")
    lt: T | None = field("The value is less than this one.")
    lte: T | None = field("The value is this one or less.")
    gt: T | None = field("The value is greater than this one.")
    gte: T | None = field("The value is this one or greater.")
    is_null: bool | None = field(MISSING)


@strawberry.input(description="Compares a code; an explicit null for an operator is refused.")
class CodeFilter(Generic[T]):
    """The operators of codes."""

    eq: T | None = field("The code is this one.")
    in_: list[T] | None = field("The code is one of these; an empty list matches nothing.", name="in")
    is_null: bool | None = field("true: no code is given; false: one is given.")


@strawberry.input(
    description="Compares a text. `contains` and `startsWith` fold case and accents: small letters, after Unicode NFKD without the marks "
    "U+0300 to U+036F; the others compare letter by letter, in the order of code points."
)
class StringFilter(Comparison[str]):
    """The operators of texts."""

    contains: str | None = field(f"The value has this text in it, {FOLDED}: `curacao` finds Curaçao. {SHORT}")
    starts_with: str | None = field(f"The value starts with this text, {FOLDED}. {SHORT}")


@strawberry.input(description="Compares the texts of a list; all members that are given must hold.")
class StringListFilter:
    """The operators of lists of texts."""

    some: StringFilter | None = field("At least one of the texts satisfies this.")
    none: StringFilter | None = field("None of the texts satisfies this; an empty list always holds.")
    every: StringFilter | None = field("All of the texts satisfy this; an empty list always holds.")


@strawberry.input(description="Looks at the related objects that you may see; all members that are given must hold.")
class ListFilter(Generic[F]):
    """The operators of relations to many."""

    some: F | None = field("At least one that you may see satisfies this; {} asks only that there is one.")
    none: F | None = field("None that you may see satisfies this; {} asks that there is none.")
    every: F | None = field("All that you may see satisfy this, also where there is none.")


@strawberry.input(description="Compares a whole number.")
class IntFilter(Comparison[int]):
    """The operators of whole numbers."""


@strawberry.input(description="Compares an exact decimal number.")
class DecimalFilter(Comparison[Decimal]):
    """The operators of decimal numbers."""


@strawberry.input(description="Compares a calendar date; a later date is the greater.")
class DateFilter(Comparison[date]):
    """The operators of dates."""


@strawberry.input(description="Compares a moment, whatever offset it is written with; a later moment is the greater.")
class DateTimeFilter(Comparison[datetime]):
    """The operators of moments."""


@strawberry.input(
    name="IDFilter", description="Compares a global identifier. One that names nothing matches nothing; one of another type is refused."
)
class IDFilter:
    """The operators of identifiers."""

    eq: strawberry.ID | None = field("The identifier is this one.")
    in_: list[strawberry.ID] | None = field("The identifier is one of these; an empty list matches nothing.", name="in")


@strawberry.input(description="Compares a truth value, which may be missing where nobody stated it.")
class BooleanFilter:
    """The operators of truth values."""

    eq: bool | None = field(EQUAL)
    is_null: bool | None = field(MISSING)


@strawberry.input(description="Compares the kind of an agency.")
class AgencyKindFilter(CodeFilter[AgencyKind]):
    """The operators of AgencyKind."""


@strawberry.input(description="Compares the category of a department.")
class DepartmentCategoryFilter(CodeFilter[DepartmentCategory]):
    """The operators of DepartmentCategory."""


@strawberry.input(description="Compares the scope of a department.")
class DepartmentScopeFilter(CodeFilter[DepartmentScope]):
    """The operators of DepartmentScope."""


@strawberry.input(description="Compares the visibility of a course, a cohort or a statement.")
class VisibilityFilter(CodeFilter[Visibility]):
    """The operators of Visibility."""


@strawberry.input(description="Compares how much of a cohort's dates is known.")
class DatePrecisionFilter(CodeFilter[DatePrecision]):
    """The operators of DatePrecision."""


@strawberry.input(description="Compares how a cohort was taught.")
class CohortModeFilter(CodeFilter[CohortMode]):
    """The operators of CohortMode."""


@strawberry.input(description="Compares where a cohort was taught.")
class VenueTypeFilter(CodeFilter[VenueType]):
    """The operators of VenueType."""


@strawberry.input(description="Compares how far a cohort has come.")
class CohortStatusFilter(CodeFilter[CohortStatus]):
    """The operators of CohortStatus."""


@strawberry.input(description="Compares the stage that a statement counts.")
class MeasureFilter(CodeFilter[Measure]):
    """The operators of Measure."""


@strawberry.input(description="Compares where a statement stands.")
class StatementStateFilter(CodeFilter[StatementState]):
    """The operators of StatementState."""


@strawberry.input(description="Compares what a statement counts, people or participations.")
class CountUnitFilter(CodeFilter[CountUnit]):
    """The operators of CountUnit."""


@strawberry.input(description="Compares how exact a statement's count is.")
class PrecisionFilter(CodeFilter[Precision]):
    """The operators of Precision."""


@strawberry.input(description="Compares the sex that a statement is limited to.")
class SexFilter(CodeFilter[Sex]):
    """The operators of Sex."""


@strawberry.input(description="Compares the body that a membership is of.")
class BodyFilter(CodeFilter[Body]):
    """The operators of Body."""


@strawberry.input(description="Compares how a state belongs to a body.")
class MembershipStatusFilter(CodeFilter[MembershipStatus]):
    """The operators of MembershipStatus."""


@strawberry.input(description="Compares where a cohort's numbers come from.")
class CountPolicyFilter(CodeFilter[CountPolicy]):
    """The operators of CountPolicy."""


@strawberry.input(description="Compares what an agency does in a cohort.")
class RoleFilter(CodeFilter[Role]):
    """The operators of Role."""


@strawberry.input(description="Compares what a cost line pays for.")
class CostKindFilter(CodeFilter[CostKind]):
    """The operators of CostKind."""


@strawberry.input(description="Compares what a statement is about.")
class StatementKindFilter(CodeFilter[StatementKind]):
    """The operators of StatementKind."""


@strawberry.input(description="Compares the kind of institution within a department.")
class InstitutionTypeFilter(CodeFilter[InstitutionType]):
    """The operators of InstitutionType."""


@strawberry.input(description="Compares why a statement was taken back.")
class WithdrawalReasonFilter(CodeFilter[WithdrawalReason]):
    """The operators of WithdrawalReason."""


@strawberry.input(description="Compares what staff decided.")
class VerdictFilter(CodeFilter[Verdict]):
    """The operators of Verdict."""


@strawberry.input(description="Compares whether a submission was only checked, or stored.")
class SubmitModeFilter(CodeFilter[SubmitMode]):
    """The operators of SubmitMode."""


@strawberry.input(description="Compares whom a client acts for.")
class ClientKindFilter(CodeFilter[ClientKind]):
    """The operators of ClientKind."""


@strawberry.input(description="Compares what sort of caller it was.")
class ViewerKindFilter(CodeFilter[ViewerKind]):
    """The operators of ViewerKind."""


@strawberry.input(description="Compares what one rejected record did to the rest of its submission.")
class AtomicityFilter(CodeFilter[Atomicity]):
    """The operators of Atomicity."""
