"""Submissions: what partners send and staff decide, what became of each record, and the receipts that stay."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry
from strawberry.scalars import JSON

from graph.fields import Argument, connection, describe, field, first_of
from graph.scalars import Numeral
from graph.types.agencies import PartnerAgency, PartnerAgencyRef
from graph.types.codes import Atomicity, OutcomeStatus, RecordKind, Severity, SubmitMode, Verdict
from graph.types.courses import Cohort, CohortRef, Course, CourseRef
from graph.types.filters import StatementFilter, StatementOrder
from graph.types.pages import Connection, Edge
from graph.types.statements import Statement, StatementConnection

KEEP = "Absent keeps what is stored, null clears it."


@strawberry.input(one_of=True, description="Names one submission, in exactly one way.")
class SubmissionRef:
    """How a submission is named."""

    id: strawberry.ID | None = field("Its global identifier.")
    submission_key: str | None = field("The key that your own agency sent it under; others' keys are not looked at.")


@strawberry.input(
    description="A submission: records in one envelope. Give the same key and records again after a failure, and nothing is stored twice."
)
class SubmitInput:
    """The envelope of a submission."""

    submission_key: str = field("Your key for this submission, 8 to 128 visible ASCII characters; it is bound once something is stored.")
    mode: SubmitMode = field("Whether to store, or only to check.")
    atomicity: Atomicity = field("What one rejected record does to the others.")
    declared: ControlTotalsInput = field("What you believe you send; if it is not what arrives, nothing is considered.")
    records: list[RecordInput] = field("The records, 1 to 500, in any order; they may refer to each other by `sourceRef`.")
    on_behalf_of: PartnerAgencyRef | None = field("The partner whose records these are, if staff enter them; refused from a partner.")
    purpose_note: str | None = field("What this submission is for, kept with it.")


@strawberry.input(description="Control totals, to notice what was lost or doubled on the way.")
class ControlTotalsInput:
    """What the sender counted."""

    records: int = field("How many records there are.")
    people: int | None = field("The sum of `count` over the records that carry a readable one; absent is not checked.")


@strawberry.input(description="One record of a submission.")
class RecordInput:
    """A record."""

    source_ref: str = field(
        "Your key for what the record is about, 1 to 200 characters, unique among yours of its kind; a withdrawal gives its target's."
    )
    expected_revision: int | None = field(
        "Absent, it must be new; a number, it must stand at that revision. null overwrites what is there, which needs a scope of its own."
    )
    change: RecordChangeInput = field("What the record carries.")


@strawberry.input(one_of=True, description="What a record carries, exactly one of these.")
class RecordChangeInput:
    """The content of a record."""

    programme: ProgrammeInput | None = field("A programme of yours, under your agency or under another programme of yours.")
    course: CourseInput | None = field("A course of yours.")
    cohort: CohortInput | None = field("A run of courses that you or a programme of yours convenes or provides.")
    count: CountInput | None = field("A statement: how many people or participations you count.")
    withdraw: WithdrawInput | None = field("Takes your statement of this `sourceRef` back.")


@strawberry.input(description=f"A programme, stored as a partner agency of kind PROGRAMME. {KEEP}")
class ProgrammeInput:
    """A programme."""

    name: str | None = field("Its name; required when it is new.")
    labels: list[str] | None = field("Other names that it goes by; the list replaces what is stored.")
    parent: PartnerAgencyRef | None = field(
        "The agency that it is part of: yours, or a programme of yours; yours unless you say otherwise."
    )


@strawberry.input(description=f"A course. {KEEP}")
class CourseInput:
    """A course."""

    title: str | None = field("What it is called; required when it is new.")
    subject: str | None = field("The subject that it teaches.")
    owner: PartnerAgencyRef | None = field("The agency whose course it is.")
    certified: bool | None = field("Whether it leads to a certificate; null where you do not know.")
    train_the_trainer: bool | None = field("Whether it trains trainers; null where you do not know.")
    nominal_hours: Numeral | None = field("How many hours it is meant to take, with at most two decimal places.")
    languages: list[str] | None = field("The languages that it is taught in; the list replaces what is stored.")


@strawberry.input(description=f"A run of one or more courses. {KEEP}")
class CohortInput:
    """A run of courses."""

    courses: list[CourseRef] | None = field(
        "The courses that it runs, in your order; required when it is new. They may be in this submission."
    )
    title: str | None = field("What it is called.")
    starts_on: str | None = field("Its first day, YYYY-MM-DD; required when it is new.")
    ends_on: str | None = field("Its last day, YYYY-MM-DD, not before the first.")
    date_precision: str | None = field("How much of the dates is known: YEAR, MONTH or DAY; DAY unless you say otherwise.")
    mode: str | None = field("How it was taught, a code of CohortMode; NOT_STATED unless you say otherwise.")
    venue_type: str | None = field("Where it was taught, a code of VenueType; NOT_STATED unless you say otherwise.")
    venue_state: str | None = field("The member state in which it was held, by its ISO 3166-1 alpha-2 code, such as JM.")
    location: str | None = field("The place in your own words.")
    status: str | None = field("How far it has come, a code of CohortStatus; COMPLETED unless you say otherwise.")
    narrative: str | None = field("What you tell of it, without names of people.")
    roles: list[CohortRoleInput] | None = field("What agencies do in it; the list replaces what is stored.")
    costs: list[CohortCostInput] | None = field("Its cost lines, which other partners never see; the list replaces what is stored.")


@strawberry.input(description="What one agency does in a cohort.")
class CohortRoleInput:
    """A role."""

    agency: PartnerAgencyRef = field("The agency that has the role; it may be a programme of this submission.")
    role: str = field("What it does, a code of Role, such as CONVENER.")


@strawberry.input(description="One cost line of a cohort.")
class CohortCostInput:
    """A cost line."""

    kind: str | None = field("What it pays for, a code of CostKind.")
    amount: Numeral | None = field("How much, 0 or more, with at most two decimal places.")
    currency: str | None = field("The currency's ISO 4217 code, such as USD.")
    source: str | None = field("Where the amount comes from.")


@strawberry.input(description=f"A statement: a count of people or participations in one cohort, with the slice that it is over. {KEEP}")
class CountInput:
    """A count."""

    cohort: CohortRef | None = field("The cohort that it is about; required when it is new, and may be in this submission.")
    measure: str | None = field("The stage that the counted people reached, a code of Measure; required when it is new.")
    count: Numeral | None = field("How many, 0 or more; required when it is new.")
    unit: str | None = field("PEOPLE or PARTICIPATIONS; required when it is new.")
    precision: str | None = field("How exact the count is: EXACT, AT_LEAST or APPROXIMATE; EXACT unless you say otherwise.")
    member_states: list[str] | None = field(
        "The states that it counts together, by ISO 3166-1 alpha-2 code; none: over all, or not stated."
    )
    member_state_count: Numeral | None = field(
        "How many states it covers, if you know the number; where it differs from the list, both are kept."
    )
    departments: list[DepartmentInput] | None = field("The departments that it counts together; none: over all, or not stated.")
    sex: str | None = field("The sex that it is limited to, a code of Sex; absent: over all, or not stated.")
    reporting_period: ReportingPeriodInput | None = field("The reporting period that it belongs to.")
    partition_key: str | None = field(
        "Give the counts of one cohort and measure the same key to declare that they count different people, so that they add up."
    )
    institution: str | None = field("The unit or institution that it counts, in your words, without names of people.")
    cost: CostInput | None = field("What the training of the counted people cost.")
    source_doc: SourceDocInput | None = field("The document that it rests on.")
    stated_on: str | None = field("The day on which the source stated it, YYYY-MM-DD.")


@strawberry.input(description="A department that a count is over.")
class DepartmentInput:
    """A department of a slice."""

    code: str = field("The department's code, such as POLICE.")
    institution_type: str | None = field("The kind of institution within it, a code of InstitutionType; absent means NOT_STATED.")


@strawberry.input(description="The period of the report that a count comes from.")
class ReportingPeriodInput:
    """A report's period."""

    label: str | None = field("Its name in the report, such as FY2019; required.")
    from_: str | None = field("Its first day, YYYY-MM-DD.", name="from")
    to: str | None = field("Its last day, YYYY-MM-DD, not before the first.")


@strawberry.input(description="An amount of money in one currency.")
class CostInput:
    """An amount."""

    amount: Numeral | None = field("How much, 0 or more, with at most two decimal places; required.")
    currency: str | None = field("The currency's ISO 4217 code, such as USD; required.")


@strawberry.input(description="The document that a count rests on.")
class SourceDocInput:
    """A source document."""

    url: str | None = field("Its address on the web.")
    title: str | None = field("What the document is called.")
    page: str | None = field("The page or section, in your words.")
    retrieved_on: str | None = field("The day on which you read it, YYYY-MM-DD.")


@strawberry.input(
    description="Takes back the statement that the record's `sourceRef` names. It leaves all numbers at once, and can be revised back."
)
class WithdrawInput:
    """A withdrawal."""

    reason: str | None = field("Why, a code of WithdrawalReason; required.")
    note: str | None = field("More about the reason, without names of people.")


@strawberry.type(description="What became of a submission. Errors of records are here, never among the errors of GraphQL.")
class SubmitPayload:
    """The answer to a submission."""

    receipt: Receipt | None = field("The receipt of a COMMIT that stored something, or stored it before under this key; null otherwise.")
    counts: OutcomeCounts = field("How many records had which outcome.")
    people: int | None = field("The sum of the counts that could be read in the records; null if there is none.")
    outcomes: list[Outcome] = field("One outcome for each record, in the order of the records.")
    problems: list[Problem] = field("What is wrong with the submission as a whole; if there is one, no record was considered.")


@strawberry.type(description="How many records had which outcome; together they are all records.")
class OutcomeCounts:
    """Outcomes counted."""

    created: int = field("How many were stored as new.")
    revised: int = field("How many were stored as a next revision.")
    unchanged: int = field("How many were stored already, just the same.")
    withdrawn: int = field("How many statements were taken back.")
    held: int = field("How many were stored and wait for a person.")
    rejected: int = field("How many were refused.")
    not_attempted: int = field("How many were not stored because of other records.")


@strawberry.type(description="What became of one record. The submission's partner and staff see it.")
class Outcome:
    """A record's outcome."""

    index: int = field("The record's place in the submission, from 0.")
    source_ref: str = field("The key that the record was sent with.")
    record_kind: RecordKind = field("What the record carried.")
    status: OutcomeStatus = field("What became of it; fixed at that time, also in later replays.")
    revision: int | None = field("The revision that it was stored as, or already stands at; null if it is not stored.")
    statement: Statement | None = field("The statement as it is now; null if none is stored, for another kind of record, or if hidden.")
    cohort: Cohort | None = field("The cohort as it is now; null if none is stored, for another kind of record, or if hidden.")
    course: Course | None = field("The course as it is now; null if none is stored, for another kind of record, or if hidden.")
    programme: PartnerAgency | None = field("The programme as it is now; null if none is stored, for another kind of record, or if hidden.")
    issues: list[Issue] = field("What there is to say about the record, errors and warnings; empty if nothing.")


@strawberry.type(description="Something to say about one record.")
class Issue:
    """An error or a warning."""

    severity: Severity = field("Whether it refuses the record.")
    code: str = field("What it is, such as REVISION_STALE: stable, to be handled by programs.")
    message: str = field("What is wrong and what to do, in English, for people; its wording may change.")
    path: list[str] = field('Where it is in the input, such as ["records", "17", "change", "count", "measure"].')
    params: JSON = field("The values that the message tells, as an object, for messages of your own.")
    retryable: bool = field("Whether sending the same again later may succeed.")
    caused_by_index: int | None = field("The index of the record that caused it, if another one did.")


@strawberry.type(description="What is wrong with a request as a whole.")
class Problem:
    """A problem of the whole."""

    code: str = field("What it is, such as CONTROL_TOTAL_MISMATCH: stable, to be handled by programs.")
    message: str = field("What is wrong and what to do, in English, for people; its wording may change.")
    params: JSON = field("The values that the message tells, as an object, for messages of your own.")
    retryable: bool = field("Whether sending the same again later may succeed.")


@strawberry.type(
    description="The receipt of a submission that stored something; it does not expire. "
    "The partner that sent it and staff see it, nobody else does."
)
class Receipt:
    """A receipt."""

    id: strawberry.ID = field("Its global identifier: opaque, never given to another object.")
    submission_key: str = field("The key that it was sent under.")
    mode: SubmitMode = field("Whether it was stored; of a receipt always COMMIT.")
    atomicity: Atomicity = field("What one rejected record did to the others.")
    replayed: bool = field("Whether this answers a submission that was sent again: then nothing was stored by it.")
    received_at: datetime = field("When the submission arrived.")
    committed_at: datetime = field("When it was stored.")
    counts: OutcomeCounts = field("How many records had which outcome.")
    people: int | None = field("The sum of the counts that could be read in the records; null if there is none.")
    content_digest: str = field(
        "The SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of records, atomicity, declared and onBehalfOf."
    )
    partner: PartnerAgency | None = field("The partner whose records these are; null if you may not see that agency.")
    outcomes: OutcomeConnection = field(
        "What became of each record, in the order of the records.",
        first_of("outcomes"),
        Argument("after", str | None, "The endCursor of the page before; absent starts at the first record."),
        Argument("status", list[OutcomeStatus] | None, "Keeps outcomes with one of these statuses; absent keeps all, an empty list none."),
    )
    statements: StatementConnection = connection("The statements that came in it, as they are now.", StatementFilter, StatementOrder)


@strawberry.type(description="An outcome at its place in a receipt.")
class OutcomeEdge(Edge[Outcome]):
    """An outcome and its cursor."""


@strawberry.type(description="A page of the outcomes of one submission.")
class OutcomeConnection(Connection[Outcome, OutcomeEdge]):
    """A page of outcomes."""


@strawberry.input(description="A decision of staff about a whole submission, or about some statements: give exactly one of the two.")
class DecideInput:
    """What to decide."""

    submission: SubmissionRef | None = field(
        "The submission, named by its `id`; verifying it also accepts the programmes, courses and cohorts that it brought."
    )
    statements: list[strawberry.ID] | None = field("The statements' global identifiers, 1 to 500.")
    verdict: Verdict = field("What you decide about all of them.")
    reason: str | None = field("Why; the statements' partners can read it.")


@strawberry.type(description="What became of a decision.")
class DecidePayload:
    """The answer to a decision."""

    verdict: Verdict = field("What was asked for.")
    decided: int = field("How many statements were decided now.")
    unchanged: int = field("How many statements had that state already.")
    rejected: int = field("How many statements could not be decided; their issues say why.")
    accepted: int = field("How many programmes, courses and cohorts were accepted by it.")
    outcomes: list[DecisionOutcome] = field("One outcome for each statement, in the order asked.")
    problems: list[Problem] = field("What is wrong with the request as a whole; if there is one, nothing was decided.")


class DecisionStatus(StrEnum):
    """What became of a decision about one statement."""

    DECIDED = "DECIDED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"


describe(
    DecisionStatus,
    "What became of a decision about one statement.",
    {
        "DECIDED": "The statement has its new state.",
        "UNCHANGED": "The statement had that state already.",
        "REJECTED": "It could not be decided; its issues say why.",
    },
)


@strawberry.type(description="What became of a decision about one statement.")
class DecisionOutcome:
    """A statement's outcome."""

    index: int = field("Its place among the statements asked about, from 0.")
    status: DecisionStatus = field("Whether it was decided.")
    statement: Statement | None = field("The statement as it is now; null if there is none that you may see.")
    issues: list[Issue] = field("What there is to say about it; empty if nothing.")
