"""Partner agencies, who operates them, and how the published page lists them."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from graph.fields import connection, deprecated, field
from graph.types.codes import AgencyKind
from graph.types.filters import CohortFilter, CourseFilter, PartnerAgencyFilter, StatementFilter
from graph.types.nodes import LazyCohortConnection, LazyCourseConnection, LazyPartnerAgencyConnection, LazyStatementConnection, Node
from graph.types.orders import CohortOrder, CourseOrder, PartnerAgencyOrder, StatementOrder
from graph.types.pages import Connection, Edge
from graph.types.places import Department, MemberState


@strawberry.type(
    description="A body that convenes, funds, provides, hosts or accredits training. "
    "Everybody sees it once IMPACS has accepted it; before that its sender and staff do."
)
class PartnerAgency(Node):
    """An agency."""

    code: str | None = field("Its code, which IMPACS alone assigns and never changes; null for what a partner sent.")
    source_ref: str | None = field("The key that its sender gave it; null for what IMPACS entered.")
    name: str = field("Its name, corrected where the published page errs.")
    labels: list[str] = field("Other names that it goes by, such as those of reports.")
    kind: AgencyKind = field("What sort of body it is.")
    accepted: bool = field("Whether IMPACS has accepted it, so that everybody sees it.")
    accepted_at: datetime | None = field("When IMPACS accepted it; null until then.")
    revision: int = field("How often its sender's record was stored, from 1. Records that are there are not revised yet: it stays 1.")
    created_at: datetime = field("When it was first stored.")
    parent: PartnerAgency | None = field("The agency that it is part of; null for none, or if you may not see that one.")
    submitted_by: PartnerAgency | None = field(
        "The partner that sent it; null for what IMPACS entered, or if that partner is hidden from you."
    )
    member_state: MemberState | None = field("The state that it is a national institution of; null for any other agency.")
    department: Department | None = field("The department that it is an instance of; null for any other agency.")
    children: LazyPartnerAgencyConnection = connection(
        "Agencies that are directly part of it, such as its programmes.", PartnerAgencyFilter, PartnerAgencyOrder
    )
    operated_by: list[AgencyOperation] = field("Who operates it, by first day, an unknown one last; for platforms.")
    operates: list[AgencyOperation] = field("What it operates, by first day, an unknown one last.")
    listings: list[PartnerListing] = field("The entries of the published list that name it, in their order.")
    courses: LazyCourseConnection = connection("Courses that it owns.", CourseFilter, CourseOrder)
    cohorts: LazyCohortConnection = connection("Cohorts in which it, or a descendant of it, has a role.", CohortFilter, CohortOrder)
    statements: LazyStatementConnection = connection(
        "Statements that it made, as far as you may see them.", StatementFilter, StatementOrder
    )


@strawberry.type(description="That one agency operates another, over a time. Everybody sees it, as far as they see both agencies.")
class AgencyOperation:
    """Who operates whom."""

    agency: PartnerAgency | None = field("The agency that is operated, such as a platform; null if you may not see it.")
    operator: PartnerAgency | None = field("The agency that operates it; null if you may not see it.")
    from_: date | None = field("The first day; null where it is not recorded.", name="from")
    to: date | None = field("The day on which it ended, itself no longer part of it; null while it lasts.")


@strawberry.type(description="One entry of the published list of partner agencies. Everybody sees it.")
class PartnerListing:
    """An entry of the list."""

    list_order: int = field("Its place in the published list, from 1.")
    order: int = field("The old name of `listOrder`.", deprecated=deprecated(date(2026, 11, 24), "`listOrder`", date(2027, 6, 1)))
    label: str = field("The entry's words, letter by letter as published; renaming an agency never changes them.")
    agencies: list[PartnerAgency] = field("The agencies that the entry names, in its order: one or more.")


@strawberry.type(description="A partner agency at its place in a list.")
class PartnerAgencyEdge(Edge[PartnerAgency]):
    """An agency and its cursor."""


@strawberry.type(description="A page of partner agencies, only of those that you may see.")
class PartnerAgencyConnection(Connection[PartnerAgency, PartnerAgencyEdge]):
    """A page of agencies."""


@strawberry.input(
    one_of=True, description="Names one partner agency, in exactly one way. One that does not exist and one that you may not see are alike."
)
class PartnerAgencyRef:
    """How an agency is named."""

    id: strawberry.ID | None = field("Its global identifier.")
    code: str | None = field("The code that IMPACS gave it, such as UNODC.")
    source_ref: str | None = field("The key under which your own agency sent it; others' keys are not looked at.")
