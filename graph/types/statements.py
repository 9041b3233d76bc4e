"""Statements: what a partner says about a cohort, with its slice, its source, and staff's decisions about it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from graph.fields import field
from graph.types.agencies import PartnerAgency
from graph.types.codes import (
    CountUnit,
    InstitutionType,
    Measure,
    Precision,
    Sex,
    StatementKind,
    StatementState,
    Verdict,
    Visibility,
    WithdrawalReason,
)
from graph.types.courses import Cohort
from graph.types.individuals import Individual
from graph.types.nodes import LazyAgreement, LazyReceipt, Node
from graph.types.pages import Connection, Edge
from graph.types.places import Department, MemberState


@strawberry.type(description="A member of IMPACS staff. Whoever sees what staff did sees that it was staff.")
class Staff:
    """A member of staff."""

    name: str | None = field("The name that the credential was issued under; null for callers other than staff.")


Actor = Annotated[
    PartnerAgency | Staff,
    strawberry.union("Actor", description="Who did something: a partner agency, by one of its programs, or a member of IMPACS staff."),
]


@strawberry.type(
    description="What one partner says about one cohort, at its current revision. "
    "Its partner sees it (with the scope statements:read), staff all, everybody those that are PUBLIC and VERIFIED."
)
class Statement(Node):
    """A partner's statement."""

    source_ref: str = field("The key that its partner gave it, unique among that partner's statements.")
    kind: StatementKind = field("What it is about.")
    measure: Measure = field("The stage that the counted people reached.")
    revision: int = field("Its current revision, from 1 without gaps. Statements are not revised yet: it stays 1.")
    state: StatementState = field("Where this revision stands.")
    count: int = field("How many people or participations it states, 0 or more; `unit` says which.")
    unit: CountUnit = field("Whether `count` counts people or participations.")
    precision: Precision = field("How exact `count` is.")
    member_states: list[MemberState] = field(
        "The states that it counts, by code; several mean these together, none means over all or not stated."
    )
    member_state_count: int | None = field(
        "How many states it says that it covers, which may differ from those it lists (rule R7); null if unsaid."
    )
    departments: list[StatementDepartment] = field(
        "The departments that it counts, in the order of their list; several mean these together, none means over all or not stated."
    )
    sex: Sex | None = field("The sex that it is limited to; null means over all, or not stated.")
    reporting_period: ReportingPeriod | None = field("The reporting period that it belongs to; null where nobody stated it.")
    partition_key: str | None = field(
        "Its sender's statements on one cohort and measure that share this key count different people and add up; null stands alone."
    )
    institution: str | None = field("The unit or institution that it counts, in its sender's words; null where nobody stated one.")
    cost: Cost | None = field("What the training of the counted people cost; null where nobody stated it.")
    source_doc: SourceDoc | None = field("The document that it rests on; null where none is given.")
    stated_on: date | None = field("The day on which its source stated it; null where nobody said.")
    visibility: Visibility = field("Who may see it beside its partner and staff, once it is verified.")
    withdrawal_reason: WithdrawalReason | None = field("Why it was taken back; null unless it is WITHDRAWN.")
    decided_at: datetime | None = field("When staff last decided about it; null if they never did.")
    created_at: datetime = field("When it was first stored.")
    partner: PartnerAgency | None = field("The agency that says it; null if you may not see that agency.")
    cohort: Cohort | None = field("The cohort that it is about; null if you may not see that cohort.")
    individual: Individual | None = field("The person whom it is about, if it is an INDIVIDUAL; null for a count, and once it is erased.")
    submission: LazyReceipt | None = field(
        "The submission that it came in; null for what IMPACS entered, in a VALIDATE, and for callers other than its partner and staff."
    )
    entered_by: Actor | None = field(
        "Who sent it: its partner, or staff on the partner's behalf; null for reference data, or if you may not see that agency."
    )
    agreement: LazyAgreement | None = field(
        "The agreement of its partner that was in force when it was sent; null if there was none, or for callers other than both."
    )
    decisions: list[Decision] = field("What staff decided about it, newest last; empty for callers without a credential.")


@strawberry.type(description="A department that a statement counts. Whoever sees the statement sees it.")
class StatementDepartment:
    """A department of a slice."""

    department: Department = field("The department that is counted.")
    institution_type: InstitutionType = field("The kind of institution within the department.")


@strawberry.type(description="The period of a report. Whoever sees the statement sees it.")
class ReportingPeriod:
    """A report's period."""

    label: str = field("Its name in the report, such as FY2019.")
    from_: date | None = field("Its first day; null where nobody stated it.", name="from")
    to: date | None = field("Its last day, itself part of it; null where nobody stated it.")


@strawberry.type(description="An amount of money in one currency. Whoever sees the statement sees it.")
class Cost:
    """An amount."""

    amount: Decimal = field("How much, with two decimal places.")
    currency: str = field("The currency's ISO 4217 code, such as USD.")


@strawberry.type(description="The document that a statement rests on. Whoever sees the statement sees it.")
class SourceDoc:
    """A source document."""

    url: str | None = field("Its address on the web; null where none is given.")
    title: str | None = field("What the document is called; null where nobody said.")
    page: str | None = field("The page or section, as its sender wrote it; null where nobody said.")
    retrieved_on: date | None = field("The day on which it was read; null where nobody said.")


@strawberry.type(
    description="What staff decided about one revision of a statement. The statement's partner and staff see it, everybody else does not."
)
class Decision:
    """A decision of staff."""

    id: strawberry.ID = field("Its global identifier: opaque, never given to another object.")
    revision: int = field("The statement's revision that was decided about.")
    verdict: Verdict = field("What was decided.")
    reason: str | None = field("The reason that staff gave; null if they gave none.")
    decided_at: datetime = field("When it was decided.")
    decided_by: Actor | None = field(
        "Who decided it: a member of staff, whose name only staff see; null if that client is hidden from you."
    )


@strawberry.type(description="A statement at its place in a list.")
class StatementEdge(Edge[Statement]):
    """A statement and its cursor."""


@strawberry.type(description="A page of statements, only of those that you may see.")
class StatementConnection(Connection[Statement, StatementEdge]):
    """A page of statements."""
