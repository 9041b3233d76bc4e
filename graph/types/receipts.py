"""What became of submissions and decisions: payloads, outcomes with their issues, and the receipts that stay."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry
from strawberry.scalars import JSON

from graph.fields import Argument, connection, describe, field, pages
from graph.types.agencies import PartnerAgency
from graph.types.codes import Atomicity, OutcomeStatus, RecordKind, Severity, SubmitMode, Verdict
from graph.types.courses import Cohort, Course
from graph.types.filters import StatementFilter
from graph.types.orders import StatementOrder
from graph.types.pages import Connection, Edge
from graph.types.statements import Statement, StatementConnection


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
    params: JSON = field(
        "The values that the message tells, as an object, for messages of your own; (withheld) where a record about a person held one."
    )
    retryable: bool = field("Whether sending the same again later may succeed.")
    caused_by_index: int | None = field("The index of the record that caused it, from 0; null unless another one did.")


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
        "The SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of records, atomicity, declared and onBehalfOf; "
        "(withheld) where records are about persons, from all but the client that sent them; once one of these is erased, a drawn text."
    )
    partner: PartnerAgency | None = field("The partner whose records these are; null if you may not see that agency.")
    outcomes: OutcomeConnection = field(
        "What became of each record, in the order of the records.",
        *pages("outcomes"),
        Argument("status", list[OutcomeStatus] | None, "Keeps outcomes with one of these statuses; absent keeps all, an empty list none."),
    )
    statements: StatementConnection = connection("The statements that came in it, as they are now.", StatementFilter, StatementOrder)


@strawberry.type(description="A receipt at its place in a list.")
class ReceiptEdge(Edge[Receipt]):
    """A receipt and its cursor."""


@strawberry.type(description="A page of receipts, only of those that you may see.")
class ReceiptConnection(Connection[Receipt, ReceiptEdge]):
    """A page of receipts."""


@strawberry.type(description="An outcome at its place in a receipt.")
class OutcomeEdge(Edge[Outcome]):
    """An outcome and its cursor."""


@strawberry.type(description="A page of the outcomes of one submission.")
class OutcomeConnection(Connection[Outcome, OutcomeEdge]):
    """A page of outcomes."""


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
