"""What lists can be filtered by, and ordered by: one filter and one order for each subject.

All members of a filter that are given must hold, and {} holds for everything.
"""

from __future__ import annotations

from enum import StrEnum

import strawberry

from graph.fields import describe, field
from graph.types.operators import (
    AgencyKindFilter,
    BooleanFilter,
    CohortModeFilter,
    CohortStatusFilter,
    CountUnitFilter,
    DateFilter,
    DatePrecisionFilter,
    DateTimeFilter,
    DecimalFilter,
    DepartmentCategoryFilter,
    DepartmentScopeFilter,
    IDFilter,
    IntFilter,
    MeasureFilter,
    PrecisionFilter,
    SexFilter,
    StatementStateFilter,
    StringFilter,
    VenueTypeFilter,
    VisibilityFilter,
)
from graph.types.pages import Order

AND = "All of these hold; an empty list always does."
OR = "At least one of these holds; an empty list never does."
NOT = "This does not hold; what a missing value leaves undecided counts as not holding, so that `not` keeps it."
IDENTIFIER = "Compares its global identifier."


@strawberry.input(description="Keeps member states; all members that are given must hold.")
class MemberStateFilter:
    """What member states are filtered by."""

    and_: list[MemberStateFilter] | None = field(AND, name="and")
    or_: list[MemberStateFilter] | None = field(OR, name="or")
    not_: MemberStateFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares its ISO 3166-1 alpha-2 code, such as JM.")
    name: StringFilter | None = field("Compares its name in full.")


@strawberry.input(description="Keeps departments; all members that are given must hold.")
class DepartmentFilter:
    """What departments are filtered by."""

    and_: list[DepartmentFilter] | None = field(AND, name="and")
    or_: list[DepartmentFilter] | None = field(OR, name="or")
    not_: DepartmentFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares its code, such as POLICE.")
    category: DepartmentCategoryFilter | None = field("Compares the kind of work that it does.")
    scope: DepartmentScopeFilter | None = field("Compares whether it is national or regional.")


@strawberry.input(description="Keeps partner agencies; all members that are given must hold.")
class PartnerAgencyFilter:
    """What partner agencies are filtered by."""

    and_: list[PartnerAgencyFilter] | None = field(AND, name="and")
    or_: list[PartnerAgencyFilter] | None = field(OR, name="or")
    not_: PartnerAgencyFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares the code that IMPACS gave it, such as UNODC-AIRCOP.")
    source_ref: StringFilter | None = field("Compares its sender's own key; keys of two senders may be alike.")
    name: StringFilter | None = field("Compares its name.")
    kind: AgencyKindFilter | None = field("Compares what sort of body it is.")
    accepted: BooleanFilter | None = field("Compares whether IMPACS has accepted it.")
    parent: PartnerAgencyFilter | None = field("Its parent is there, and this holds for it.")
    member_state: MemberStateFilter | None = field("It belongs to one member state, and this holds for that state.")
    department: DepartmentFilter | None = field("It is an instance of a department, and this holds for that department.")
    submitted_by: PartnerAgencyFilter | None = field("A partner sent it, and this holds for that partner.")


@strawberry.input(description="Keeps courses; all members that are given must hold.")
class CourseFilter:
    """What courses are filtered by."""

    and_: list[CourseFilter] | None = field(AND, name="and")
    or_: list[CourseFilter] | None = field(OR, name="or")
    not_: CourseFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares the code that IMPACS gave it.")
    source_ref: StringFilter | None = field("Compares its sender's own key; keys of two senders may be alike.")
    title: StringFilter | None = field("Compares its title.")
    subject: StringFilter | None = field("Compares the subject that it teaches.")
    certified: BooleanFilter | None = field("Compares whether it leads to a certificate.")
    train_the_trainer: BooleanFilter | None = field("Compares whether it trains trainers.")
    accepted: BooleanFilter | None = field("Compares whether IMPACS has accepted it.")
    nominal_hours: DecimalFilter | None = field("Compares how many hours it is meant to take.")
    visibility: VisibilityFilter | None = field("Compares who may see it.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    owner: PartnerAgencyFilter | None = field("An agency owns it, and this holds for that agency.")
    submitted_by: PartnerAgencyFilter | None = field("A partner sent it, and this holds for that partner.")


@strawberry.input(description="Keeps cohorts; all members that are given must hold.")
class CohortFilter:
    """What cohorts are filtered by."""

    and_: list[CohortFilter] | None = field(AND, name="and")
    or_: list[CohortFilter] | None = field(OR, name="or")
    not_: CohortFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares the code that IMPACS gave it.")
    source_ref: StringFilter | None = field("Compares its sender's own key; keys of two senders may be alike.")
    title: StringFilter | None = field("Compares its title.")
    location: StringFilter | None = field("Compares the place where it was taught, as its sender wrote it.")
    starts_on: DateFilter | None = field("Compares its first day; mind `datePrecision`.")
    ends_on: DateFilter | None = field("Compares its last day, which may be missing; mind `datePrecision`.")
    date_precision: DatePrecisionFilter | None = field("Compares how much of its dates is known.")
    mode: CohortModeFilter | None = field("Compares how it was taught.")
    venue_type: VenueTypeFilter | None = field("Compares where it was taught, as seen by its participants.")
    status: CohortStatusFilter | None = field("Compares how far it has come.")
    visibility: VisibilityFilter | None = field("Compares who may see it.")
    accepted: BooleanFilter | None = field("Compares whether IMPACS has accepted it.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    venue_state: MemberStateFilter | None = field("It was held in a member state, and this holds for that state.")
    submitted_by: PartnerAgencyFilter | None = field("A partner sent it, and this holds for that partner.")
    same_run_as: CohortFilter | None = field("IMPACS joined it to another cohort as the same run, and this holds for that cohort.")


@strawberry.input(description="Keeps statements; all members that are given must hold.")
class StatementFilter:
    """What statements are filtered by."""

    and_: list[StatementFilter] | None = field(AND, name="and")
    or_: list[StatementFilter] | None = field(OR, name="or")
    not_: StatementFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    source_ref: StringFilter | None = field("Compares the key that its partner gave it.")
    measure: MeasureFilter | None = field("Compares the stage that it counts.")
    state: StatementStateFilter | None = field("Compares where its current revision stands.")
    unit: CountUnitFilter | None = field("Compares whether it counts people or participations.")
    precision: PrecisionFilter | None = field("Compares how exact its count is.")
    sex: SexFilter | None = field("Compares the sex that it is limited to.")
    visibility: VisibilityFilter | None = field("Compares who may see it.")
    count: IntFilter | None = field("Compares the number that it states.")
    member_state_count: IntFilter | None = field("Compares how many member states it says that it covers.")
    reporting_period: StringFilter | None = field("Compares the label of its reporting period, such as FY2019.")
    partition_key: StringFilter | None = field("Compares the key of the set that it belongs to.")
    institution: StringFilter | None = field("Compares the unit or institution that it names.")
    stated_on: DateFilter | None = field("Compares the day on which its source stated it.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    decided_at: DateTimeFilter | None = field("Compares when staff last decided about it.")
    partner: PartnerAgencyFilter | None = field("This holds for the partner that states it.")
    cohort: CohortFilter | None = field("You may see its cohort, and this holds for it.")


class PartnerAgencyOrderField(StrEnum):
    """What agencies can be ordered by."""

    NAME = "NAME"
    CODE = "CODE"
    KIND = "KIND"
    CREATED_AT = "CREATED_AT"


class CourseOrderField(StrEnum):
    """What courses can be ordered by."""

    TITLE = "TITLE"
    CODE = "CODE"
    SUBJECT = "SUBJECT"
    NOMINAL_HOURS = "NOMINAL_HOURS"
    CREATED_AT = "CREATED_AT"


class CohortOrderField(StrEnum):
    """What cohorts can be ordered by."""

    STARTS_ON = "STARTS_ON"
    ENDS_ON = "ENDS_ON"
    TITLE = "TITLE"
    CODE = "CODE"
    STATUS = "STATUS"
    CREATED_AT = "CREATED_AT"


class StatementOrderField(StrEnum):
    """What statements can be ordered by."""

    CREATED_AT = "CREATED_AT"
    COUNT = "COUNT"
    MEASURE = "MEASURE"
    STATE = "STATE"
    STATED_ON = "STATED_ON"
    SOURCE_REF = "SOURCE_REF"


describe(
    PartnerAgencyOrderField,
    "What partner agencies can be ordered by; without an order they come by name.",
    {
        "NAME": "By name, in the order of code points.",
        "CODE": "By the code that IMPACS gave; those without one come last.",
        "KIND": "By kind, in the order of its letters.",
        "CREATED_AT": "By when they were first stored.",
    },
)
describe(
    CourseOrderField,
    "What courses can be ordered by; without an order they come by title.",
    {
        "TITLE": "By title, in the order of code points.",
        "CODE": "By the code that IMPACS gave; those without one come last.",
        "SUBJECT": "By subject, in the order of its letters; those without one come last.",
        "NOMINAL_HOURS": "By how long they are meant to take; unknown ones come last.",
        "CREATED_AT": "By when they were first stored.",
    },
)
describe(
    CohortOrderField,
    "What cohorts can be ordered by; without an order they come by their first day.",
    {
        "STARTS_ON": "By their first day.",
        "ENDS_ON": "By their last day; those without one come last.",
        "TITLE": "By title, in the order of code points.",
        "CODE": "By the code that IMPACS gave; those without one come last.",
        "STATUS": "By status, in the order of its letters.",
        "CREATED_AT": "By when they were first stored.",
    },
)
describe(
    StatementOrderField,
    "What statements can be ordered by; without an order they come as they were stored.",
    {
        "CREATED_AT": "By when they were first stored.",
        "COUNT": "By the number that they state.",
        "MEASURE": "By measure, in the order of its letters.",
        "STATE": "By state, in the order of its letters.",
        "STATED_ON": "By the day on which their source stated them; unknown ones come last.",
        "SOURCE_REF": "By the key that their partner gave, in the order of code points.",
    },
)


@strawberry.input(description="One sort key of a list of partner agencies.")
class PartnerAgencyOrder(Order[PartnerAgencyOrderField]):
    """A sort key of agencies."""


@strawberry.input(description="One sort key of a list of courses.")
class CourseOrder(Order[CourseOrderField]):
    """A sort key of courses."""


@strawberry.input(description="One sort key of a list of cohorts.")
class CohortOrder(Order[CohortOrderField]):
    """A sort key of cohorts."""


@strawberry.input(description="One sort key of a list of statements.")
class StatementOrder(Order[StatementOrderField]):
    """A sort key of statements."""
