"""Member states with their memberships, and departments. Reference data: everybody sees them."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.fields import connection, field
from graph.types.codes import Body, DepartmentCategory, DepartmentScope, MembershipStatus
from graph.types.filters import CohortFilter, PartnerAgencyFilter, StatementFilter
from graph.types.nodes import LazyCohortConnection, LazyPartnerAgencyConnection, LazyStatementConnection, Node
from graph.types.orders import CohortOrder, PartnerAgencyOrder, StatementOrder


@strawberry.type(description="A state's membership of a body, over a time. Everybody sees it.")
class Membership:
    """A dated membership."""

    body: Body = field("The body that the state belongs to.")
    status: MembershipStatus = field("How the state belongs to it.")
    from_: date | None = field("The first day of this membership; null where it is not recorded.", name="from")
    to: date | None = field("The day on which it ended, itself no longer part of it; null while it lasts.")


@strawberry.type(description="A state whose officers are trained. Reference data that everybody sees.")
class MemberState(Node):
    """A state of the region."""

    code: str = field("Its ISO 3166-1 alpha-2 code, such as JM.")
    iso3: str = field("Its ISO 3166-1 alpha-3 code, such as JAM.")
    m49: str = field("Its UN M49 code: three digits as text, such as 388.")
    name: str = field("Its name in full.")
    short_name: str = field("Its name as short as people use it.")
    memberships: list[Membership] = field("Its memberships of bodies, past ones too, by body and then by day of joining.")
    hosted_cohorts: LazyCohortConnection = connection("Cohorts that were held in this state.", CohortFilter, CohortOrder)
    cohorts: LazyCohortConnection = connection(
        "Cohorts about which a statement that you may see names this state.", CohortFilter, CohortOrder
    )
    statements: LazyStatementConnection = connection(
        "Statements that name this state, alone or with others, as far as you may see them.", StatementFilter, StatementOrder
    )
    agencies: LazyPartnerAgencyConnection = connection(
        "National institutions of this state that take part in training.", PartnerAgencyFilter, PartnerAgencyOrder
    )


@strawberry.type(description="A kind of department whose officers are trained. Reference data that everybody sees.")
class Department(Node):
    """A department."""

    code: str = field("Its code, such as POLICE, which never changes.")
    label: str = field("How the published page names it, letter by letter.")
    name: str = field("Its name, corrected where the published page errs.")
    category: DepartmentCategory = field("The kind of work that it does.")
    scope: DepartmentScope = field("Whether each state has one, or the region has one.")
    list_order: int = field("Its place in the published list, from 1.")
    cohorts: LazyCohortConnection = connection(
        "Cohorts about which a statement that you may see names this department.", CohortFilter, CohortOrder
    )
    statements: LazyStatementConnection = connection(
        "Statements that name this department, alone or with others, as far as you may see them.", StatementFilter, StatementOrder
    )
    agencies: LazyPartnerAgencyConnection = connection(
        "Partner agencies that are an instance of this department, such as one state's prison service.",
        PartnerAgencyFilter,
        PartnerAgencyOrder,
    )
