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
    CohortMode,
    CohortStatus,
    CountUnit,
    DatePrecision,
    DepartmentCategory,
    DepartmentScope,
    Measure,
    Precision,
    Sex,
    StatementState,
    VenueType,
    Visibility,
)

T = TypeVar("T")

EQUAL = "The value is this one."
AMONG = "The value is one of these; an empty list matches nothing."
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


@strawberry.input(description="Compares a text, letter by letter and in the order of code points: upper and lower case differ.")
class StringFilter(Comparison[str]):
    """The operators of texts."""


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
