"""Courses, and cohorts: the runs of courses, with the roles of agencies in them and their cost lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

from graph.fields import as_of, connection, describe, field
from graph.types.agencies import PartnerAgency
from graph.types.codes import CohortMode, CohortStatus, CostKind, CountPolicy, DatePrecision, Role, VenueType, Visibility
from graph.types.filters import CohortFilter, StatementFilter
from graph.types.nodes import LazyCohortConnection, LazyStatementConnection, Node
from graph.types.orders import CohortOrder, StatementOrder
from graph.types.pages import Connection, Edge
from graph.types.places import Department, MemberState
from resolvers.twins import TwinReason

describe(
    TwinReason,
    "What speaks for two cohorts being the same run.",
    {
        "COURSE": "Both run a course of the same title. It weighs 3.",
        "DATES": "Both begin together, as exactly as both are known; up to 3 days apart. It weighs 2, and every twin has it.",
        "PLACE": "Both are held in the same member state, or at the same location in words. It weighs 2.",
        "STATES": "Statements about both name the same member state. It weighs 1.",
        "SENDER": "They come from different senders. It weighs 1.",
    },
)


@strawberry.type(
    description="A course, which is run as cohorts. "
    "Everybody sees an accepted PUBLIC one; partners see every accepted one and their own, staff all."
)
class Course(Node):
    """A course."""

    code: str | None = field("Its code, which IMPACS alone assigns and never changes; null for what a partner sent.")
    source_ref: str | None = field("The key that its sender gave it; null for what IMPACS entered.")
    title: str = field("What it is called, as its sender wrote it.")
    subject: str | None = field("The subject that it teaches; null where nobody stated it.")
    certified: bool | None = field("Whether it leads to a certificate; null where nobody stated it.")
    train_the_trainer: bool | None = field("Whether it trains trainers; null where nobody stated it.")
    nominal_hours: Decimal | None = field("How many hours it is meant to take; null where nobody stated it.")
    languages: list[str] = field("The languages that it is taught in, as its sender named them; empty where nobody stated them.")
    visibility: Visibility = field("Who may see it beside its sender and staff, once it is accepted.")
    accepted: bool = field("Whether IMPACS has accepted it.")
    accepted_at: datetime | None = field("When IMPACS accepted it; null until then.")
    revision: int = field("How often its sender's record was stored, from 1. Records that are there are not revised yet: it stays 1.")
    created_at: datetime = field("When it was first stored.")
    owner: PartnerAgency | None = field("The agency whose course it is; null where nobody stated it, or if you may not see that agency.")
    submitted_by: PartnerAgency | None = field(
        "The partner that sent it; null for what IMPACS entered, or if that partner is hidden from you."
    )
    cohorts: LazyCohortConnection = connection("The runs of this course.", CohortFilter, CohortOrder)


@strawberry.type(
    description="One run of one or more courses. "
    "Everybody sees an accepted PUBLIC one; partners see every accepted one and their own, staff all."
)
class Cohort(Node):
    """A run of courses."""

    code: str | None = field("Its code, which IMPACS alone assigns and never changes; null for what a partner sent.")
    source_ref: str | None = field("The key that its sender gave it; null for what IMPACS entered.")
    title: str = field("What it is called; of a partner's cohort often the title of its course.")
    starts_on: date = field("Its first day, known as exactly as `datePrecision` says.")
    ends_on: date | None = field("Its last day, known as exactly as `datePrecision` says; null where nobody stated it.")
    date_precision: DatePrecision = field("How much of its two dates is known.")
    mode: CohortMode = field("How it was taught.")
    venue_type: VenueType = field("Where it was taught, as seen by its participants.")
    venue_state: MemberState | None = field("The member state in which it was held; null for any other place.")
    location: str | None = field("The place in its sender's words; null where nobody stated it.")
    status: CohortStatus = field("How far it has come.")
    narrative: str | None = field("What the published page, or its sender, tells of it; null where nobody told anything.")
    featured_in: str | None = field("Where it is featured, such as the highlights of the published page; null for most.")
    count_policy: CountPolicy | None = field(
        "Where its numbers come from (rule R1); null for callers other than its sender and IMPACS, administrators aside."
    )
    visibility: Visibility = field("Who may see it beside its sender and staff, once it is accepted.")
    accepted: bool = field("Whether IMPACS has accepted it; until then it enters no number but its sender's own (rule R0).")
    accepted_at: datetime | None = field("When IMPACS accepted it; null until then.")
    revision: int = field("How often its sender's record was stored, from 1. Records that are there are not revised yet: it stays 1.")
    created_at: datetime = field("When it was first stored.")
    submitted_by: PartnerAgency | None = field(
        "The partner that sent it; null for what IMPACS entered, or if that partner is hidden from you."
    )
    courses: list[Course] = field("The courses that it runs and that you may see, in its sender's order.")
    roles: list[CohortRole] = field("What agencies do in it, by role and then by agency.")
    costs: list[CohortCost] = field(
        "Its cost lines in its sender's order, who needs the scope statements:read to see them; empty for callers other than it and staff."
    )
    same_run_as: Cohort | None = field(
        "The cohort that IMPACS counts instead, as both are the same run; null for none, or if you may not see it."
    )
    same_runs: LazyCohortConnection = connection(
        "Cohorts that IMPACS joined to this one as the same run; they are counted once.", CohortFilter, CohortOrder
    )
    likely_twins: list[LikelyTwin] = field(
        "The five likeliest of the other cohorts that you may see and that may be the same run, but for those joined already. It costs 20."
    )
    statements: LazyStatementConnection = connection(
        "What is stated about it, as far as you may see it. Statements of different partners are alternatives: never add them.",
        StatementFilter,
        StatementOrder,
        as_of("the statements"),
    )
    member_states: list[MemberState] = field("The states that the statements you may see about it name, by code.")
    departments: list[Department] = field("The departments that the statements you may see about it name, in the order of their list.")


@strawberry.type(description="A cohort that may be the same run as another one. Rules find it; only people can tell.")
class LikelyTwin:
    """A likely twin."""

    cohort: Cohort | None = field("The other cohort; null if you may not see it.")
    score: int = field("How much speaks for it, 5 to 9: the weights of its reasons added up.")
    reasons: list[TwinReason] = field("What speaks for it.")


@strawberry.type(description="What one agency does in a cohort. Whoever sees the cohort sees it.")
class CohortRole:
    """A role in a cohort."""

    agency: PartnerAgency | None = field("The agency that has the role; null if you may not see it.")
    role: Role = field("What the agency does.")


@strawberry.type(description="One cost line of a cohort. Only the cohort's sender and staff see it.")
class CohortCost:
    """A cost line."""

    kind: CostKind = field("What it pays for.")
    amount: Decimal = field("How much, with two decimal places, in its own currency.")
    currency: str = field("The currency's ISO 4217 code, such as USD.")
    source: str | None = field("Where the amount comes from; null where nobody stated it.")


@strawberry.type(description="A course at its place in a list.")
class CourseEdge(Edge[Course]):
    """A course and its cursor."""


@strawberry.type(description="A page of courses, only of those that you may see.")
class CourseConnection(Connection[Course, CourseEdge]):
    """A page of courses."""


@strawberry.type(description="A cohort at its place in a list.")
class CohortEdge(Edge[Cohort]):
    """A cohort and its cursor."""


@strawberry.type(description="A page of cohorts, only of those that you may see.")
class CohortConnection(Connection[Cohort, CohortEdge]):
    """A page of cohorts."""


@strawberry.input(
    one_of=True, description="Names one course, in exactly one way. One that does not exist and one that you may not see are alike."
)
class CourseRef:
    """How a course is named."""

    id: strawberry.ID | None = field("Its global identifier.")
    code: str | None = field("The code that IMPACS gave it.")
    source_ref: str | None = field("The key under which your own agency sent it, or sends it in this submission.")


@strawberry.input(
    one_of=True, description="Names one cohort, in exactly one way. One that does not exist and one that you may not see are alike."
)
class CohortRef:
    """How a cohort is named."""

    id: strawberry.ID | None = field("Its global identifier.")
    code: str | None = field("The code that IMPACS gave it.")
    source_ref: str | None = field("The key under which your own agency sent it, or sends it in this submission.")
