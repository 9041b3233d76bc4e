"""Receipts of submissions: their outcomes, the issues of each, and the payloads of `submit` and `decide`."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, Boolean, ColumnElement, Integer, Text, Uuid, and_, any_, column, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from models.access import Scope
from models.policies import Door, Predicate, Row
from models.submissions import OutcomeStatus, RecordKind, Submission, SubmissionIssue, SubmissionItem
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.plan import Rows
from resolvers.fields import (
    Column,
    CompareKey,
    Connection,
    Elements,
    Embedded,
    Expression,
    Identifier,
    Many,
    Mutation,
    ObjectType,
    One,
    Planning,
    Reference,
    SortKey,
    Word,
    camel,
    columns,
    comparisons,
    one,
    related,
    related_many,
)
from resolvers.submitting.decide import DECIDING, decide
from resolvers.submitting.issues import RETRYABLE
from resolvers.submitting.personal import WITHHELD
from resolvers.submitting.submit import SUBMITTING, submit

ISSUE_COLUMNS = {
    "severity": Text(),
    "code": Text(),
    "message": Text(),
    "path": JSONB(),
    "params": JSONB(),
    "caused_by_index": Integer(),
}


def counted(status: OutcomeStatus) -> Expression:
    """How many records of the submission came to this."""

    def build(submission: Row, door: Door) -> ColumnElement[int]:
        item = door.part(SubmissionItem)
        counting = select(func.count()).where(item.c.submission_id == submission.c.id, item.c.status == status.value)
        return counting.correlate_except(item).scalar_subquery()

    return Expression(build)


def entity(type_: str, kind: RecordKind) -> One:
    """The row that a record of this kind made or named."""
    return One(type_, lambda item, other, door: and_(other.c.id == item.c.entity_id, item.c.record_kind == kind.value))


def statement_of(item: Row, statement: Row, door: Door) -> Predicate:
    """The statement that a count, an individual or a withdrawal is about."""
    kinds = [RecordKind.COUNT.value, RecordKind.INDIVIDUAL.value, RecordKind.WITHDRAW.value]
    return and_(statement.c.id == item.c.entity_id, item.c.record_kind == any_(literal(kinds, ARRAY(Text))))


def retryable(row: Row, door: Door) -> ColumnElement[bool]:
    """Whether the same request may succeed later as it is."""
    return row.c.code == any_(literal(sorted(RETRYABLE), ARRAY(Text)))  # not in_: its binds are numbered only when it is run


def digest(submission: Row, door: Door) -> ColumnElement[str]:
    """The digest of what was sent, for those who may have it."""
    return func.coalesce(door.shown(Submission, submission, "content_digest"), WITHHELD)


def with_status(item: Row, given: Arguments, planning: Planning) -> Sequence[Predicate]:
    """The outcomes of the statuses that are asked for."""
    statuses = given.get("status")
    return () if statuses is None else (planning.binds.among(item.c.status, statuses),)


OUTCOME_FIELDS: dict[str, Word] = {
    **columns("index", "source_ref", "record_kind", "status", "revision"),
    "statement": One("Statement", statement_of),
    "cohort": entity("Cohort", RecordKind.COHORT),
    "course": entity("Course", RecordKind.COURSE),
    "programme": entity("PartnerAgency", RecordKind.PROGRAMME),
    "issues": Many(
        "Issue",
        lambda item, issue, door: and_(issue.c.submission_id == item.c.submission_id, issue.c.index == item.c.index),
        lambda issue, _: (issue.c.position,),
    ),
}

OUTCOME = ObjectType("Outcome", table=SubmissionItem, key="index", fields=OUTCOME_FIELDS)

ISSUE_FIELDS: dict[str, Word] = {
    **columns("severity", "code", "message", "path", "params", "caused_by_index"),
    "retryable": Expression(retryable),
}

ISSUE = ObjectType("Issue", table=SubmissionIssue, fields=ISSUE_FIELDS)

PROBLEM = ObjectType("Problem", table=SubmissionIssue, fields={**columns("code", "message", "params"), "retryable": Expression(retryable)})

OUTCOME_COUNTS = ObjectType("OutcomeCounts", fields={camel(status.value.lower()): counted(status) for status in OutcomeStatus})

RECEIPT = ObjectType(
    "Receipt",
    table=Submission,
    fields={
        "id": Identifier(),
        **columns("submission_key", "mode", "atomicity", "received_at", "committed_at", "people"),
        "contentDigest": Expression(digest),
        "replayed": Expression(lambda row, door: row.c.replayed if "replayed" in row.c else literal_column("false")),
        "counts": Embedded("OutcomeCounts"),
        "partner": one("PartnerAgency", "partner_id"),
        "outcomes": Connection("Outcome", lambda receipt, item, door: item.c.submission_id == receipt.c.id, where=with_status),
        "statements": Connection("Statement", lambda receipt, row, door: row.c.submission_id == receipt.c.id),
    },
    filters={
        "id": CompareKey(),
        **comparisons("submission_key", "mode", "atomicity", "received_at", "committed_at", "people"),
        "partner": related("PartnerAgency", "partner_id"),
        "statements": related_many("Statement", "submission_id"),
    },
    orders={
        "RECEIVED_AT": SortKey("received_at"),
        "COMMITTED_AT": SortKey("committed_at"),
        "SUBMISSION_KEY": SortKey("submission_key"),
        "PEOPLE": SortKey("people", nullable=True),
    },
    default_order=("RECEIVED_AT",),
)

SUBMIT_PAYLOAD = ObjectType(
    "SubmitPayload",
    table=Submission,
    fields={
        "receipt": Embedded("Receipt", lambda submission, door: submission.c.submission_key.is_not(None)),
        "counts": Embedded("OutcomeCounts"),
        "people": Column("people"),
        "outcomes": Many(
            "Outcome", lambda submission, item, door: item.c.submission_id == submission.c.id, lambda item, _: (item.c.index,)
        ),
        "problems": Many(
            "Problem",
            lambda submission, issue, door: and_(issue.c.submission_id == submission.c.id, issue.c.index.is_(None)),
            lambda issue, _: (issue.c.position,),
        ),
    },
)

DECIDE_PAYLOAD = ObjectType(
    "DecidePayload",
    fields={
        **columns("verdict", "decided", "unchanged", "rejected", "accepted"),
        "outcomes": Elements(
            "DecisionOutcome",
            lambda payload, door: payload.c.outcomes,
            {"index": Integer(), "status": Text(), "statement_id": Uuid(), "issues": JSONB()},
        ),
        "problems": Elements("Problem", lambda payload, door: payload.c.problems, ISSUE_COLUMNS),
    },
)

DECISION_OUTCOME = ObjectType(
    "DecisionOutcome",
    fields={
        **columns("index", "status"),
        "statement": one("Statement", "statement_id"),
        "issues": Elements("Issue", lambda outcome, door: outcome.c.issues, ISSUE_COLUMNS),
    },
)


def submitted(planning: Planning) -> tuple[Any, Rows]:
    """The stored submission, and whether it is a replay."""
    row, allowed = planning.door.visible(Submission)
    found = select(*row.c, planning.binds.result("replayed", Boolean()).label("replayed"))
    made = found.where(row.c.id == planning.binds.result("submission_id", Uuid()), allowed).subquery()
    return made, Rows((made,), ())


def decided(planning: Planning) -> tuple[Any, Rows]:
    """What was decided, which no table holds."""
    bind = planning.binds.add(lambda call: orjson.dumps(call.result["payload"], default=str).decode(), JSONB())
    texts, numbers, lists = ("verdict",), ("decided", "unchanged", "rejected", "accepted"), ("outcomes", "problems")
    typed: dict[str, Any] = {**dict.fromkeys(texts, Text()), **dict.fromkeys(numbers, Integer()), **dict.fromkeys(lists, JSONB())}
    members = [column(name, type_) for name, type_ in typed.items()]
    row = func.jsonb_to_record(bind).table_valued(*members).render_derived(with_types=True)
    return row, Rows((row,), ())


RECEIPT_KEYS = {"id": "id", "submissionKey": "submission_key"}
QUERIES: dict[str, Word] = {
    "submission": Reference("Receipt", "by", RECEIPT_KEYS, own={"submissionKey": "partner_id"}, scope=Scope.STATEMENTS_READ),
    "submissions": Connection("Receipt", scope=Scope.STATEMENTS_READ),
}

MUTATIONS = {
    "submit": Mutation("SubmitPayload", submit, submitted, SUBMITTING),
    "decide": Mutation("DecidePayload", decide, decided, DECIDING),
}

TYPES = (RECEIPT, OUTCOME, ISSUE, PROBLEM, OUTCOME_COUNTS, SUBMIT_PAYLOAD, DECIDE_PAYLOAD, DECISION_OUTCOME)
