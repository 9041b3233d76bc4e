"""The inputs `filter`: what lists can be filtered by, one for each subject.

All members of a filter that are given must hold, and {} holds for everything. A relation to one holds only where there is an object that
the caller may see, so that {} under it asks for that alone; a relation to many is asked by `some`, `none` and `every`.
"""

from __future__ import annotations

from datetime import date

import strawberry

from graph.fields import field
from graph.types.operators import (
    AgencyKindFilter,
    AtomicityFilter,
    BodyFilter,
    BooleanFilter,
    ClientKindFilter,
    CohortModeFilter,
    CohortStatusFilter,
    CostKindFilter,
    CountPolicyFilter,
    CountUnitFilter,
    DateFilter,
    DatePrecisionFilter,
    DateTimeFilter,
    DecimalFilter,
    DepartmentCategoryFilter,
    DepartmentScopeFilter,
    IDFilter,
    InstitutionTypeFilter,
    IntFilter,
    ListFilter,
    MeasureFilter,
    MembershipStatusFilter,
    PrecisionFilter,
    RoleFilter,
    SexFilter,
    StatementKindFilter,
    StatementStateFilter,
    StringFilter,
    StringListFilter,
    SubmitModeFilter,
    VenueTypeFilter,
    VerdictFilter,
    ViewerKindFilter,
    VisibilityFilter,
    WithdrawalReasonFilter,
)

AND = "All of these hold; an empty list always does."
OR = "At least one of these holds; an empty list never does."
NOT = "This does not hold; what a missing value leaves undecided counts as not holding, so that `not` keeps it."
MANY = "that are related and that you may see; all members that are given must hold."
SOURCE_REF = "Compares its sender's own key; keys of two senders may be alike."
IDENTIFIER = "Compares its global identifier."


@strawberry.input(description="Keeps memberships; all members that are given must hold.")
class MembershipFilter:
    """What memberships are filtered by."""

    and_: list[MembershipFilter] | None = field(AND, name="and")
    or_: list[MembershipFilter] | None = field(OR, name="or")
    not_: MembershipFilter | None = field(NOT, name="not")
    body: BodyFilter | None = field("Compares the body that the state belongs to.")
    status: MembershipStatusFilter | None = field("Compares how the state belongs to it.")
    from_: DateFilter | None = field("Compares its first day, which may be missing.", name="from")
    to: DateFilter | None = field("Compares the day on which it ended, which is missing while it lasts.")
    in_force_on: date | None = field("It is in force on this day; a first day that is missing is taken as long ago. null is refused.")


@strawberry.input(description="Keeps member states; all members that are given must hold.")
class MemberStateFilter:
    """What member states are filtered by."""

    and_: list[MemberStateFilter] | None = field(AND, name="and")
    or_: list[MemberStateFilter] | None = field(OR, name="or")
    not_: MemberStateFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares its ISO 3166-1 alpha-2 code, such as JM.")
    iso3: StringFilter | None = field("Compares its ISO 3166-1 alpha-3 code, such as JAM.")
    m49: StringFilter | None = field("Compares its UN M49 code, such as 388, as text.")
    name: StringFilter | None = field("Compares its name in full.")
    short_name: StringFilter | None = field("Compares its name as short as people use it.")
    memberships: MembershipListFilter | None = field("Looks at its memberships of bodies, past ones too.")
    hosted_cohorts: CohortListFilter | None = field("Looks at the cohorts that were held in it.")
    cohorts: CohortListFilter | None = field("Looks at the cohorts about which a statement that you may see names it.")
    statements: StatementListFilter | None = field("Looks at the statements that name it.")
    agencies: PartnerAgencyListFilter | None = field("Looks at its national institutions.")


@strawberry.input(description="Keeps departments; all members that are given must hold.")
class DepartmentFilter:
    """What departments are filtered by."""

    and_: list[DepartmentFilter] | None = field(AND, name="and")
    or_: list[DepartmentFilter] | None = field(OR, name="or")
    not_: DepartmentFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares its code, such as POLICE.")
    label: StringFilter | None = field("Compares how the published page names it.")
    name: StringFilter | None = field("Compares its name.")
    category: DepartmentCategoryFilter | None = field("Compares the kind of work that it does.")
    scope: DepartmentScopeFilter | None = field("Compares whether it is national or regional.")
    list_order: IntFilter | None = field("Compares its place in the published list, from 1.")
    cohorts: CohortListFilter | None = field("Looks at the cohorts about which a statement that you may see names it.")
    statements: StatementListFilter | None = field("Looks at the statements that name it.")
    agencies: PartnerAgencyListFilter | None = field("Looks at the agencies that are an instance of it.")


@strawberry.input(description="Keeps partner agencies; all members that are given must hold.")
class PartnerAgencyFilter:
    """What partner agencies are filtered by."""

    and_: list[PartnerAgencyFilter] | None = field(AND, name="and")
    or_: list[PartnerAgencyFilter] | None = field(OR, name="or")
    not_: PartnerAgencyFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares the code that IMPACS gave it, such as UNODC-AIRCOP.")
    source_ref: StringFilter | None = field(SOURCE_REF)
    name: StringFilter | None = field("Compares its name.")
    labels: StringListFilter | None = field("Looks at the other names that it goes by.")
    kind: AgencyKindFilter | None = field("Compares what sort of body it is.")
    accepted: BooleanFilter | None = field("Compares whether IMPACS has accepted it.")
    accepted_at: DateTimeFilter | None = field("Compares when IMPACS accepted it.")
    revision: IntFilter | None = field("Compares how often its sender's record was stored.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    parent: PartnerAgencyFilter | None = field("It is part of an agency that you may see, and this holds for that agency.")
    self_or_ancestor: PartnerAgencyFilter | None = field(
        'This holds for it, or for an agency above it that you may see: `{code: {eq: "UNODC"}}` keeps UNODC and its programmes.'
    )
    member_state: MemberStateFilter | None = field("It belongs to one member state, and this holds for that state.")
    department: DepartmentFilter | None = field("It is an instance of a department, and this holds for that department.")
    submitted_by: PartnerAgencyFilter | None = field("A partner that you may see sent it, and this holds for that partner.")
    children: PartnerAgencyListFilter | None = field("Looks at the agencies that are directly part of it.")
    operated_by: AgencyOperationListFilter | None = field("Looks at who operates it, past operators too.")
    operates: AgencyOperationListFilter | None = field("Looks at what it operates, past operations too.")
    listings: PartnerListingListFilter | None = field("Looks at the entries of the published list that name it.")
    courses: CourseListFilter | None = field("Looks at the courses that it owns.")
    cohorts: CohortListFilter | None = field("Looks at the cohorts in which it, or a descendant of it, has a role.")
    statements: StatementListFilter | None = field("Looks at the statements that it made.")


@strawberry.input(description="Keeps operations of agencies by others; all members that are given must hold.")
class AgencyOperationFilter:
    """What operations are filtered by."""

    and_: list[AgencyOperationFilter] | None = field(AND, name="and")
    or_: list[AgencyOperationFilter] | None = field(OR, name="or")
    not_: AgencyOperationFilter | None = field(NOT, name="not")
    agency: PartnerAgencyFilter | None = field("You may see the agency that is operated, and this holds for it.")
    operator: PartnerAgencyFilter | None = field("You may see the agency that operates it, and this holds for that one.")
    from_: DateFilter | None = field("Compares its first day, which may be missing.", name="from")
    to: DateFilter | None = field("Compares the day on which it ended, which is missing while it lasts.")
    in_force_on: date | None = field("It is in force on this day; a first day that is missing is taken as long ago. null is refused.")


@strawberry.input(description="Keeps entries of the published list; all members that are given must hold.")
class PartnerListingFilter:
    """What entries of the list are filtered by."""

    and_: list[PartnerListingFilter] | None = field(AND, name="and")
    or_: list[PartnerListingFilter] | None = field(OR, name="or")
    not_: PartnerListingFilter | None = field(NOT, name="not")
    list_order: IntFilter | None = field("Compares its place in the published list, from 1.")
    label: StringFilter | None = field("Compares the entry's words as published.")
    agencies: PartnerAgencyListFilter | None = field("Looks at the agencies that it names.")


@strawberry.input(description="Keeps courses; all members that are given must hold.")
class CourseFilter:
    """What courses are filtered by."""

    and_: list[CourseFilter] | None = field(AND, name="and")
    or_: list[CourseFilter] | None = field(OR, name="or")
    not_: CourseFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares the code that IMPACS gave it.")
    source_ref: StringFilter | None = field(SOURCE_REF)
    title: StringFilter | None = field("Compares its title.")
    subject: StringFilter | None = field("Compares the subject that it teaches.")
    certified: BooleanFilter | None = field("Compares whether it leads to a certificate.")
    train_the_trainer: BooleanFilter | None = field("Compares whether it trains trainers.")
    nominal_hours: DecimalFilter | None = field("Compares how many hours it is meant to take.")
    languages: StringListFilter | None = field("Looks at the languages that it is taught in.")
    visibility: VisibilityFilter | None = field("Compares who may see it.")
    accepted: BooleanFilter | None = field("Compares whether IMPACS has accepted it.")
    accepted_at: DateTimeFilter | None = field("Compares when IMPACS accepted it.")
    revision: IntFilter | None = field("Compares how often its sender's record was stored.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    owner: PartnerAgencyFilter | None = field("An agency that you may see owns it, and this holds for that agency.")
    submitted_by: PartnerAgencyFilter | None = field("A partner that you may see sent it, and this holds for that partner.")
    cohorts: CohortListFilter | None = field("Looks at the cohorts that run it.")


@strawberry.input(description="Keeps roles in cohorts; all members that are given must hold.")
class CohortRoleFilter:
    """What roles are filtered by."""

    and_: list[CohortRoleFilter] | None = field(AND, name="and")
    or_: list[CohortRoleFilter] | None = field(OR, name="or")
    not_: CohortRoleFilter | None = field(NOT, name="not")
    role: RoleFilter | None = field("Compares what the agency does in the cohort.")
    agency: PartnerAgencyFilter | None = field("You may see the agency that holds it, and this holds for that agency.")


@strawberry.input(description="Keeps cost lines of cohorts; all members that are given must hold.")
class CohortCostFilter:
    """What cost lines are filtered by."""

    and_: list[CohortCostFilter] | None = field(AND, name="and")
    or_: list[CohortCostFilter] | None = field(OR, name="or")
    not_: CohortCostFilter | None = field(NOT, name="not")
    kind: CostKindFilter | None = field("Compares what it pays for.")
    amount: DecimalFilter | None = field("Compares how much, in its own currency.")
    currency: StringFilter | None = field("Compares the currency's ISO 4217 code.")
    source: StringFilter | None = field("Compares where the amount comes from.")


@strawberry.input(description="Keeps cohorts; all members that are given must hold.")
class CohortFilter:
    """What cohorts are filtered by."""

    and_: list[CohortFilter] | None = field(AND, name="and")
    or_: list[CohortFilter] | None = field(OR, name="or")
    not_: CohortFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    code: StringFilter | None = field("Compares the code that IMPACS gave it.")
    source_ref: StringFilter | None = field(SOURCE_REF)
    title: StringFilter | None = field("Compares its title.")
    location: StringFilter | None = field("Compares the place where it was taught, as its sender wrote it.")
    starts_on: DateFilter | None = field("Compares its first day; mind `datePrecision`.")
    ends_on: DateFilter | None = field("Compares its last day, which may be missing; mind `datePrecision`.")
    date_precision: DatePrecisionFilter | None = field("Compares how much of its dates is known.")
    mode: CohortModeFilter | None = field("Compares how it was taught.")
    venue_type: VenueTypeFilter | None = field("Compares where it was taught, as seen by its participants.")
    status: CohortStatusFilter | None = field("Compares how far it has come.")
    narrative: StringFilter | None = field("Compares what is told about it.")
    featured_in: StringFilter | None = field(
        "Compares the address of the page that features it; `{isNull: false}` keeps those that are featured."
    )
    count_policy: CountPolicyFilter | None = field("Compares where its numbers come from, of cohorts of which you may know it.")
    visibility: VisibilityFilter | None = field("Compares who may see it.")
    accepted: BooleanFilter | None = field("Compares whether IMPACS has accepted it.")
    accepted_at: DateTimeFilter | None = field("Compares when IMPACS accepted it.")
    revision: IntFilter | None = field("Compares how often its sender's record was stored.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    venue_state: MemberStateFilter | None = field("It was held in a member state, and this holds for that state.")
    submitted_by: PartnerAgencyFilter | None = field("A partner that you may see sent it, and this holds for that partner.")
    same_run_as: CohortFilter | None = field(
        "IMPACS joined it to a cohort that you may see as the same run, and this holds for that cohort."
    )
    same_runs: CohortListFilter | None = field("Looks at the cohorts that IMPACS joined to it as the same run.")
    courses: CourseListFilter | None = field("Looks at the courses that it runs.")
    roles: CohortRoleListFilter | None = field("Looks at the roles of agencies in it.")
    costs: CohortCostListFilter | None = field("Looks at its cost lines, which its sender and staff see.")
    statements: StatementListFilter | None = field(
        "Looks at what is stated about it: `{none: {state: {eq: VERIFIED}}}` keeps cohorts without a verified statement that you see."
    )
    member_states: MemberStateListFilter | None = field("Looks at the states that statements about it name, as far as you may see these.")
    departments: DepartmentListFilter | None = field("Looks at the departments that statements about it name, as far as you may see these.")


@strawberry.input(description="Compares an amount of money; all members that are given must hold.")
class CostFilter:
    """What amounts are filtered by."""

    and_: list[CostFilter] | None = field(AND, name="and")
    or_: list[CostFilter] | None = field(OR, name="or")
    not_: CostFilter | None = field(NOT, name="not")
    amount: DecimalFilter | None = field("Compares how much, in its own currency.")
    currency: StringFilter | None = field("Compares the currency's ISO 4217 code.")


@strawberry.input(description="Compares the document that a statement rests on; all members that are given must hold.")
class SourceDocFilter:
    """What source documents are filtered by."""

    and_: list[SourceDocFilter] | None = field(AND, name="and")
    or_: list[SourceDocFilter] | None = field(OR, name="or")
    not_: SourceDocFilter | None = field(NOT, name="not")
    url: StringFilter | None = field("Compares its address on the web.")
    title: StringFilter | None = field("Compares what it is called.")
    page: StringFilter | None = field("Compares the page or section, as its sender wrote it.")
    retrieved_on: DateFilter | None = field("Compares the day on which it was read.")


@strawberry.input(description="Keeps departments of statements; all members that are given must hold.")
class StatementDepartmentFilter:
    """What departments of a slice are filtered by."""

    and_: list[StatementDepartmentFilter] | None = field(AND, name="and")
    or_: list[StatementDepartmentFilter] | None = field(OR, name="or")
    not_: StatementDepartmentFilter | None = field(NOT, name="not")
    institution_type: InstitutionTypeFilter | None = field("Compares the kind of institution within the department.")
    department: DepartmentFilter | None = field("This holds for the department.")


@strawberry.input(description="Keeps decisions of staff; all members that are given must hold.")
class DecisionFilter:
    """What decisions are filtered by."""

    and_: list[DecisionFilter] | None = field(AND, name="and")
    or_: list[DecisionFilter] | None = field(OR, name="or")
    not_: DecisionFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    revision: IntFilter | None = field("Compares the statement's revision that was decided about.")
    verdict: VerdictFilter | None = field("Compares what was decided.")
    reason: StringFilter | None = field("Compares the reason that staff gave.")
    decided_at: DateTimeFilter | None = field("Compares when it was decided.")


@strawberry.input(description="Keeps clients; all members that are given must hold.")
class ClientFilter:
    """What clients are filtered by."""

    and_: list[ClientFilter] | None = field(AND, name="and")
    or_: list[ClientFilter] | None = field(OR, name="or")
    not_: ClientFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    name: StringFilter | None = field("Compares what it is called.")
    kind: ClientKindFilter | None = field("Compares whom it acts for.")
    scopes: StringListFilter | None = field('Looks at what it may do: `{some: {eq: "submit"}}`.')
    revoked_at: DateTimeFilter | None = field("Compares when it lost all access, which is missing while it was not revoked.")
    created_at: DateTimeFilter | None = field("Compares when it was registered.")
    agency: PartnerAgencyFilter | None = field("It acts for an agency, and this holds for that agency.")
    member_state: MemberStateFilter | None = field("It is a focal point, and this holds for its member state.")
    credentials: CredentialListFilter | None = field(
        "Looks at what it was ever given: `{some: {revokedAt: {isNull: true}, expiresAt: {lt: ...}}}` finds what must be renewed."
    )


@strawberry.input(description="Keeps credentials; all members that are given must hold.")
class CredentialFilter:
    """What credentials are filtered by."""

    and_: list[CredentialFilter] | None = field(AND, name="and")
    or_: list[CredentialFilter] | None = field(OR, name="or")
    not_: CredentialFilter | None = field(NOT, name="not")
    id: StringFilter | None = field("Compares what it is known by, its part after the prefix.")
    prefix: StringFilter | None = field("Compares what it begins with.")
    addresses: StringListFilter | None = field("Looks at the networks that it works from; from everywhere, where there is none.")
    expires_at: DateTimeFilter | None = field("Compares when it stops working by itself.")
    revoked_at: DateTimeFilter | None = field("Compares when it was revoked, which is missing while it was not.")
    last_used_at: DateTimeFilter | None = field("Compares when it was used last, which is missing if it never was.")
    created_at: DateTimeFilter | None = field("Compares when it was issued.")


@strawberry.input(description="Keeps agreements; all members that are given must hold.")
class AgreementFilter:
    """What agreements are filtered by."""

    and_: list[AgreementFilter] | None = field(AND, name="and")
    or_: list[AgreementFilter] | None = field(OR, name="or")
    not_: AgreementFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    title: StringFilter | None = field("Compares what it is called.")
    legal_basis: StringFilter | None = field("Compares the law that it rests on, which may be missing.")
    transfer: StringFilter | None = field("Compares on what terms data may leave the country, which may be missing.")
    purposes: StringListFilter | None = field("Looks at what data about people may be used for.")
    permitted_fields: StringListFilter | None = field('Looks at the facts about people that it opens: `{some: {eq: "RESULT"}}`.')
    retention_months: IntFilter | None = field("Compares for how many months data about people is kept.")
    starts_on: DateFilter | None = field("Compares its first day.")
    expires_on: DateFilter | None = field("Compares its last day.")
    ended_at: DateTimeFilter | None = field("Compares when it was ended before its last day, which is missing where it was not.")
    created_at: DateTimeFilter | None = field("Compares when it was entered here.")
    agency: PartnerAgencyFilter | None = field("You may see the agency that it is with, and this holds for that agency.")


@strawberry.input(description="Keeps events of the audit log; all members that are given must hold.")
class AuditEventFilter:
    """What the audit log is filtered by."""

    and_: list[AuditEventFilter] | None = field(AND, name="and")
    or_: list[AuditEventFilter] | None = field(OR, name="or")
    not_: AuditEventFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    recorded_at: DateTimeFilter | None = field("Compares when it happened.")
    action: StringFilter | None = field("Compares what was done.")
    kind: ViewerKindFilter | None = field("Compares what sort of caller did it.")
    credential: StringFilter | None = field("Compares the id of the credential.")
    purpose: StringFilter | None = field("Compares the purpose that was stated.")
    operation_hash: StringFilter | None = field("Compares the hash of the operation.")
    result: StringFilter | None = field("Compares what came of it.")
    request: StringFilter | None = field("Compares the id of the request.")
    objects: StringListFilter | None = field('Looks at the identifiers of the objects: `{some: {eq: "Statement:..."}}`.')
    fields: StringListFilter | None = field("Looks at the names of the fields.")
    agency: PartnerAgencyFilter | None = field("This holds for the agency that the caller acted for.")
    member_state: MemberStateFilter | None = field("This holds for the member state that a focal point acted for.")


@strawberry.input(description="Keeps submissions; all members that are given must hold.")
class SubmissionFilter:
    """What submissions are filtered by."""

    and_: list[SubmissionFilter] | None = field(AND, name="and")
    or_: list[SubmissionFilter] | None = field(OR, name="or")
    not_: SubmissionFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    submission_key: StringFilter | None = field("Compares the key that its sender gave it.")
    mode: SubmitModeFilter | None = field("Compares whether it was only checked, or stored.")
    atomicity: AtomicityFilter | None = field("Compares what one rejected record did to the rest.")
    received_at: DateTimeFilter | None = field("Compares when it arrived.")
    committed_at: DateTimeFilter | None = field("Compares when it was stored.")
    people: IntFilter | None = field("Compares the sum of its counts.")
    partner: PartnerAgencyFilter | None = field("This holds for the partner that sent it.")
    statements: StatementListFilter | None = field(
        "Looks at the statements that came in it: `{some: {state: {eq: PENDING}}}` keeps those of which some still wait."
    )


@strawberry.input(description="Keeps statements; all members that are given must hold.")
class StatementFilter:
    """What statements are filtered by."""

    and_: list[StatementFilter] | None = field(AND, name="and")
    or_: list[StatementFilter] | None = field(OR, name="or")
    not_: StatementFilter | None = field(NOT, name="not")
    id: IDFilter | None = field(IDENTIFIER)
    source_ref: StringFilter | None = field("Compares the key that its partner gave it.")
    kind: StatementKindFilter | None = field("Compares what it is about.")
    measure: MeasureFilter | None = field("Compares the stage that it counts.")
    revision: IntFilter | None = field("Compares its current revision.")
    state: StatementStateFilter | None = field("Compares where its current revision stands.")
    count: IntFilter | None = field("Compares the number that it states.")
    unit: CountUnitFilter | None = field("Compares whether it counts people or participations.")
    precision: PrecisionFilter | None = field("Compares how exact its count is.")
    member_state_count: IntFilter | None = field("Compares how many member states it says that it covers.")
    sex: SexFilter | None = field("Compares the sex that it is limited to.")
    reporting_period: StringFilter | None = field("Compares the label of its reporting period, such as FY2019.")
    reporting_period_from: DateFilter | None = field("Compares the first day of its reporting period, which may be missing.")
    reporting_period_to: DateFilter | None = field("Compares the last day of its reporting period, which may be missing.")
    partition_key: StringFilter | None = field("Compares the key of the set that it belongs to.")
    institution: StringFilter | None = field("Compares the unit or institution that it names.")
    stated_on: DateFilter | None = field("Compares the day on which its source stated it.")
    visibility: VisibilityFilter | None = field("Compares who may see it.")
    withdrawal_reason: WithdrawalReasonFilter | None = field("Compares why it was taken back.")
    decided_at: DateTimeFilter | None = field("Compares when staff last decided about it.")
    created_at: DateTimeFilter | None = field("Compares when it was first stored.")
    cost: CostFilter | None = field("It states a cost, and this holds for that cost.")
    source_doc: SourceDocFilter | None = field("It names its source document, and this holds for that document.")
    partner: PartnerAgencyFilter | None = field("You may see the partner that states it, and this holds for that partner.")
    cohort: CohortFilter | None = field("You may see its cohort, and this holds for it.")
    submission: SubmissionFilter | None = field("You may see the submission that it came in, and this holds for it.")
    member_states: MemberStateListFilter | None = field("Looks at the states that it names.")
    departments: StatementDepartmentListFilter | None = field("Looks at the departments that it names.")
    decisions: DecisionListFilter | None = field("Looks at what staff decided about it, as far as you may see it.")


@strawberry.input(description=f"Looks at the memberships {MANY}")
class MembershipListFilter(ListFilter[MembershipFilter]):
    """What lists of memberships are filtered by."""


@strawberry.input(description=f"Looks at the member states {MANY}")
class MemberStateListFilter(ListFilter[MemberStateFilter]):
    """What lists of member states are filtered by."""


@strawberry.input(description=f"Looks at the departments {MANY}")
class DepartmentListFilter(ListFilter[DepartmentFilter]):
    """What lists of departments are filtered by."""


@strawberry.input(description=f"Looks at the partner agencies {MANY}")
class PartnerAgencyListFilter(ListFilter[PartnerAgencyFilter]):
    """What lists of partner agencies are filtered by."""


@strawberry.input(description=f"Looks at the operations of agencies {MANY}")
class AgencyOperationListFilter(ListFilter[AgencyOperationFilter]):
    """What lists of operations of agencies are filtered by."""


@strawberry.input(description=f"Looks at the entries of the published list {MANY}")
class PartnerListingListFilter(ListFilter[PartnerListingFilter]):
    """What lists of entries of the published list are filtered by."""


@strawberry.input(description=f"Looks at the courses {MANY}")
class CourseListFilter(ListFilter[CourseFilter]):
    """What lists of courses are filtered by."""


@strawberry.input(description=f"Looks at the roles in cohorts {MANY}")
class CohortRoleListFilter(ListFilter[CohortRoleFilter]):
    """What lists of roles in cohorts are filtered by."""


@strawberry.input(description=f"Looks at the cost lines of cohorts {MANY}")
class CohortCostListFilter(ListFilter[CohortCostFilter]):
    """What lists of cost lines of cohorts are filtered by."""


@strawberry.input(description=f"Looks at the cohorts {MANY}")
class CohortListFilter(ListFilter[CohortFilter]):
    """What lists of cohorts are filtered by."""


@strawberry.input(description=f"Looks at the departments of statements {MANY}")
class StatementDepartmentListFilter(ListFilter[StatementDepartmentFilter]):
    """What lists of departments of statements are filtered by."""


@strawberry.input(description=f"Looks at the credentials {MANY}")
class CredentialListFilter(ListFilter[CredentialFilter]):
    """What lists of credentials are filtered by."""


@strawberry.input(description=f"Looks at the decisions of staff {MANY}")
class DecisionListFilter(ListFilter[DecisionFilter]):
    """What lists of decisions of staff are filtered by."""


@strawberry.input(description=f"Looks at the statements {MANY}")
class StatementListFilter(ListFilter[StatementFilter]):
    """What lists of statements are filtered by."""
