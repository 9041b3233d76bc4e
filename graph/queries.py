"""The root of queries."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.fields import Argument, as_of, connection, deprecated, field, filter_of, pages
from graph.types.access import Viewer
from graph.types.agencies import PartnerAgency, PartnerAgencyConnection, PartnerAgencyRef, PartnerListing
from graph.types.audit import AuditEventConnection
from graph.types.clients import AgreementConnection, ClientConnection
from graph.types.codes import Body, FigureBasis, FigureKey, Measure, MembershipStatus
from graph.types.courses import Cohort, CohortConnection, CohortRef, Course, CourseConnection, CourseRef
from graph.types.figures import Figure
from graph.types.filters import (
    AgreementFilter,
    AuditEventFilter,
    ClientFilter,
    CohortFilter,
    CourseFilter,
    DepartmentFilter,
    MemberStateFilter,
    PartnerAgencyFilter,
    StatementFilter,
    SubmissionFilter,
)
from graph.types.nodes import Node
from graph.types.orders import (
    AgreementOrder,
    AuditEventOrder,
    ClientOrder,
    CohortOrder,
    CourseOrder,
    PartnerAgencyOrder,
    StatementOrder,
    SubmissionOrder,
)
from graph.types.participation import ParticipationFilter, ParticipationTable
from graph.types.places import Department, MemberState
from graph.types.receipts import Receipt, ReceiptConnection
from graph.types.releases import Release
from graph.types.search import SearchConnection
from graph.types.statements import StatementConnection
from graph.types.submissions import SubmissionRef
from resolvers.counting.dimensions import Dimension
from resolvers.participation import CountBasis
from resolvers.search import SearchKind

BY_DAY = deprecated(date(2026, 11, 24), "`inForceOn` of `filter.memberships`", date(2027, 6, 1))
"""Elsewhere `asOf` is a moment of the ledger, not a day of a membership."""


@strawberry.type(description="What can be read. Rows that you may not see are left out, as if they did not exist.")
class Query:
    """The fields at the root of a query."""

    viewer: Viewer = field("Who you are to this graph, with your scopes and limits.")
    node: Node | None = field(
        "The object with this global identifier; null if there is none, or if you may not see it.",
        Argument("id", strawberry.ID, "The object's global identifier, as some `id` field gave it."),
    )
    nodes: list[Node | None] = field(
        "The objects with these global identifiers, in the order asked; null in the place of each that there is not, or that is hidden.",
        Argument("ids", list[strawberry.ID], "Global identifiers, 100 at most, repeated as you like; the price counts each."),
    )
    search: SearchConnection = field(
        "What you may see that has all these words, each at the start of a word of it; accents, case and punctuation make no difference.",
        Argument(
            "text",
            str,
            "The words, such as `port sec`: 1 to 200 characters, at most 10 words; text without letters and digits finds nothing.",
        ),
        Argument("kinds", list[SearchKind] | None, "Keeps things of these kinds; absent keeps all, an empty list none."),
        *pages(),
    )
    member_states: list[MemberState] = field(
        "Member states by code: those with one membership that satisfies `asOf`, `body` and `status`, and for which `filter` holds.",
        Argument("asOf", date | None, "Keeps states with a membership in force on this day; absent: at any time.", deprecated=BY_DAY),
        Argument("body", Body | None, "Keeps states with a membership of this body; absent: of any."),
        Argument("status", list[MembershipStatus] | None, "Keeps states with a membership of one of these statuses; absent: of any."),
        filter_of(MemberStateFilter),
    )
    departments: list[Department] = field("Departments, in the order of the published list.", filter_of(DepartmentFilter))
    partner_listings: list[PartnerListing] = field("The published list of partner agencies, in its order and in its own words.")
    partner_agency: PartnerAgency | None = field(
        "One partner agency; null if there is none, or if you may not see it.",
        Argument("by", PartnerAgencyRef, "How the agency is named: in exactly one way."),
    )
    partner_agencies: PartnerAgencyConnection = connection(
        "The partner agencies that you may see, by name unless you order them.", PartnerAgencyFilter, PartnerAgencyOrder
    )
    course: Course | None = field(
        "One course; null if there is none, or if you may not see it.",
        Argument("by", CourseRef, "How the course is named: in exactly one way."),
    )
    courses: CourseConnection = connection("The courses that you may see, by title unless you order them.", CourseFilter, CourseOrder)
    cohort: Cohort | None = field(
        "One cohort; null if there is none, or if you may not see it.",
        Argument("by", CohortRef, "How the cohort is named: in exactly one way."),
    )
    cohorts: CohortConnection = connection(
        "The cohorts that you may see, by their first day unless you order them.", CohortFilter, CohortOrder
    )
    statements: StatementConnection = connection(
        "The statements that you may see: a partner its own, with the scope statements:read; staff all; others those PUBLIC and VERIFIED.",
        StatementFilter,
        StatementOrder,
        as_of("the statements"),
    )
    figures: list[Figure] = field(
        "Published figures, all of them or those that satisfy every argument given.",
        Argument("key", FigureKey | None, "Keeps figures that state this; absent keeps all."),
        Argument("basis", FigureBasis | None, "Keeps figures that come from there; absent keeps all."),
        as_of("the figures"),
    )
    submission: Receipt | None = field(
        "The receipt of one submission; null if there is none, or if you may not see it. A partner needs the scope statements:read.",
        Argument("by", SubmissionRef, "How the submission is named: in exactly one way."),
    )
    submissions: ReceiptConnection = connection(
        "Receipts of submissions: a partner's own, with the scope statements:read; of all partners for staff; none for others.",
        SubmissionFilter,
        SubmissionOrder,
    )
    clients: ClientConnection = connection(
        "Clients of the API: all for IMPACS, a focal point's state's, a partner's own agency's with the scope admin; none for others. "
        "Without an order they come as they were registered.",
        ClientFilter,
        ClientOrder,
    )
    agreements: AgreementConnection = connection(
        "Agreements with agencies: all for IMPACS, a partner's own, past and future ones too; none for others.",
        AgreementFilter,
        AgreementOrder,
    )
    audit_events: AuditEventConnection = connection(
        "The audit log, for auditors and the data protection officer, with the scope audit:read; empty for all others.",
        AuditEventFilter,
        AuditEventOrder,
    )
    participation: ParticipationTable = field(
        "How many took part, by the count rules: from the last release (R9), the same for everybody; or from the statements that you see "
        "(R0 to R8), for which partners and focal points need the scope statements:read. A focal point's are staff's, cut to its state.",
        Argument("measure", Measure, "The stage to count; stages are never added to each other."),
        Argument("basis", CountBasis, "What the numbers rest on.", CountBasis.RELEASE),
        Argument(
            "groupBy",
            list[Dimension],
            "What to group by, in this order; none gives one row. Each dimension triples the price.",
            [],
        ),
        Argument("filter", ParticipationFilter | None, "What to limit the numbers to, of a release by its dimensions; absent: nothing."),
        Argument(
            "includePending",
            bool,
            "Whether PENDING statements count as if they were verified; about a cohort that is not accepted still for its sender alone. "
            "A release has none.",
            False,
        ),
        as_of("the numbers, or those of the release that was the last one then"),
    )
    release: Release | None = field(
        "One release; null if there is none.", Argument("id", strawberry.ID, "The release's global identifier.")
    )
    releases: list[Release] = field("All releases, the newest first.")
