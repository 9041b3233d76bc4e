"""What can be decided about statements, and what a decision changes.

Only PENDING statements are decided, and never by the client that sent them. No statement is verified whose counts contradict an exact total
of its partner, on either side, until one side is rejected or withdrawn; none is rejected where that makes a contradiction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Select, Text, Update, Uuid, any_, bindparam, exists, func, select, update

from models.agencies import PartnerAgency
from models.base import Table, new_id
from models.changes import ChangeOp, ChangeType
from models.courses import Cohort, Course
from models.database import Transaction, render
from models.outbox import EntityChange
from models.statements import Decision, Statement, StatementKind, StatementState, Verdict
from models.submissions import OutcomeStatus, RecordKind, Submission, SubmissionItem
from resolvers.errors import Unavailable
from resolvers.submitting import consistency, stored_claims
from resolvers.submitting.claims import Claim, excesses, sets_of
from resolvers.submitting.consistency import Movement, told
from resolvers.submitting.entries import CHANGE_TYPES
from resolvers.submitting.envelopes import STATING
from resolvers.submitting.issues import Issue
from resolvers.submitting.stored import among, sliced, table_of

DECIDED = {Verdict.VERIFY: StatementState.VERIFIED.value, Verdict.REJECT: StatementState.REJECTED.value}
DECIDED_FIELDS = ("state", "decidedAt", "decisions")
ACCEPTED_FIELDS = ("accepted", "acceptedAt")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be decided: a whole submission, or some statements; how, why, and by which client."""

    submission_id: UUID | None
    statement_ids: Sequence[UUID]
    verdict: Verdict
    reason: str | None
    client_id: UUID


@dataclass(frozen=True, slots=True)
class Targets:
    """The statements asked about, in order, their partners, and the client that sent the submission, if one was named."""

    statement_ids: Sequence[UUID]
    partner_ids: Collection[UUID]
    sent_by: UUID | None = None


@dataclass(slots=True)
class Ruling:
    """What becomes of one statement; `row` is what is stored of it, None if there is none."""

    index: int
    row: Any
    issues: list[Issue] = field(default_factory=list)
    is_unchanged: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether its state changes."""
        return not self.issues and not self.is_unchanged

    @property
    def claims(self) -> list[Claim]:
        """The claim that it makes, if it is a count."""
        is_claim = self.row["kind"] == StatementKind.COUNT.value
        return [stored_claims.claim_of_statement(self.row, self.index)] if is_claim else []

    def payload(self) -> dict[str, Any]:
        """Its outcome, as the payload holds it."""
        status = "REJECTED" if self.issues else "UNCHANGED" if self.is_unchanged else "DECIDED"
        statement_id = None if self.row is None else self.row["id"]
        return {"index": self.index, "status": status, "statement_id": statement_id, "issues": [issue.row() for issue in self.issues]}

    def change(self) -> EntityChange:
        """The change of its state."""
        return EntityChange(
            ChangeType.STATEMENT,
            ChangeOp.UPSERT,
            str(self.row["id"]),
            {"partner": self.row["handle"], "sourceRef": self.row["source_ref"]},
            self.row["revision"],
            DECIDED_FIELDS,
        )


def not_own() -> Issue:
    """The refusal to decide what one's own client sent."""
    return Issue("NOT_PERMITTED", params={"reason": "what your own client sent is for another client of IMPACS to decide"})


async def find(transaction: Transaction, request: Request) -> Targets | None:
    """What is asked about; None if there is no such submission."""
    if request.submission_id is None:
        rows = await transaction.fetch(_PARTNERS, ids=list(request.statement_ids))
        return Targets(request.statement_ids, {row["partner_id"] for row in rows})
    found = await transaction.fetch(_SUBMISSION, submission_id=request.submission_id)
    if not found:
        return None
    rows = await transaction.fetch(_ITEMS, submission_id=request.submission_id)
    return Targets([row["entity_id"] for row in rows], {found[0]["partner_id"]}, found[0]["client_id"])


async def judge(transaction: Transaction, request: Request, targets: Targets) -> list[Ruling]:
    """What becomes of each statement, in the order asked."""
    rows = {row["id"]: row for row in await transaction.fetch(_STATEMENTS, ids=list(targets.statement_ids))}
    rulings = [Ruling(index, rows.get(id_)) for index, id_ in enumerate(targets.statement_ids)]
    for ruling in rulings:
        _rule(ruling, request, targets)
    cohorts = {row["canonical_id"] for row in rows.values()}
    stored = await stored_claims.claims(transaction, targets.partner_ids, cohorts)
    if request.verdict is Verdict.VERIFY:
        _refuse_contradictions(rulings, stored)
    else:
        _refuse_new_contradictions(rulings, stored)
    return rulings


def _rule(ruling: Ruling, request: Request, targets: Targets) -> None:
    """What can be said of one statement alone."""
    row = ruling.row
    if row is None:
        ruling.issues.append(Issue("STATEMENT_NOT_FOUND"))
    elif request.client_id in (row["created_by_id"], row["sent_by"], targets.sent_by):
        ruling.issues.append(not_own())
    elif row["state"] == DECIDED[request.verdict]:
        ruling.is_unchanged = True
    elif row["state"] != StatementState.PENDING.value:
        ruling.issues.append(Issue("DECISION_NOT_ALLOWED", params={"state": row["state"]}))


def _refuse_contradictions(rulings: Iterable[Ruling], stored: Sequence[Claim]) -> None:
    """Refuses to verify what takes part in a contradiction, on either side."""
    found = list(excesses(sets_of(stored).values()))
    for ruling in rulings:
        if ruling.is_decided and found:
            against = next((excess for claim in ruling.claims for excess in found if excess.concerns(claim)), None)
            if against is not None:
                ruling.issues.append(Issue("SLICES_EXCEED_TOTAL", params=told(against)))


def _refuse_new_contradictions(rulings: Sequence[Ruling], stored: Sequence[Claim]) -> None:
    """Refuses to reject what would leave the parts of other statements above a total."""
    while findings := consistency.errors(Movement(stored, (), _claims(rulings))):
        for finding in findings:
            if rulings[finding.record].is_decided:
                rulings[finding.record].issues.append(Issue(finding.code, params=finding.params))


def _claims(rulings: Iterable[Ruling]) -> list[Claim]:
    """The claims of the statements that are decided."""
    return [claim for ruling in rulings if ruling.is_decided for claim in ruling.claims]


async def store(transaction: Transaction, request: Request, decided: Sequence[Ruling], at: datetime) -> None:
    """Stores the decisions, and the states that the statements have by them."""
    ids = [ruling.row["id"] for ruling in decided]
    if not ids:
        return
    changed = await transaction.fetch(_DECIDE, ids=ids, state=DECIDED[request.verdict], at=at)
    if len(changed) != len(ids):
        raise Unavailable("Statements were changed meanwhile. Try again.")
    shared = {"verdict": request.verdict.value, "reason": request.reason, "decided_by_id": request.client_id, "decided_at": at}
    rows = [{"id": new_id(), "statement_id": ruling.row["id"], "revision": ruling.row["revision"], **shared} for ruling in decided]
    await transaction.insert(Decision, rows)


async def accept(transaction: Transaction, request: Request, targets: Targets, at: datetime) -> list[EntityChange]:
    """The changes of the programmes, courses and cohorts that a verified submission made or named and that are accepted by it.

    What the deciding client itself made, in whichever submission, waits for another client.
    """
    if request.submission_id is None or request.verdict is not Verdict.VERIFY:
        return []
    changes: list[EntityChange] = []
    for kind, statement in _ACCEPT.items():
        rows = await transaction.fetch(statement, submission_id=request.submission_id, client_id=request.client_id, at=at)
        changes += [_acceptance(kind, row) for row in rows]
    return changes


def _acceptance(kind: RecordKind, row: Any) -> EntityChange:
    key = {"partner": row["handle"], "sourceRef": row["source_ref"]} if row["code"] is None else {"code": row["code"]}
    return EntityChange(CHANGE_TYPES[kind], ChangeOp.UPSERT, str(row["id"]), key, row["revision"], ACCEPTED_FIELDS)


SUBMISSION = bindparam("submission_id", type_=Uuid())
CLIENT = bindparam("client_id", type_=Uuid())
AT = bindparam("at", type_=DateTime(timezone=True))


def _handle(agency: Any) -> Any:
    return func.coalesce(agency.c.code, agency.c.source_ref).label("handle")


def _partners() -> Select[Any]:
    row = table_of(Statement)
    return select(row.c.partner_id).where(among(row.c.id, "ids")).distinct()


def _submission() -> Select[Any]:
    row = table_of(Submission)
    return select(row.c.partner_id, row.c.client_id).where(row.c.id == SUBMISSION)


def _touches(item: Any, *kinds: RecordKind) -> Any:
    """Whether an item made or named an entity of one of these kinds."""
    touched = bindparam("touched", [OutcomeStatus.CREATED.value, OutcomeStatus.UNCHANGED.value], type_=ARRAY(Text()))
    named = bindparam("kinds", [kind.value for kind in kinds], type_=ARRAY(Text()))
    return (item.c.record_kind == any_(named)) & (item.c.status == any_(touched))


def _items() -> Select[Any]:
    """The statements that a submission made or named, in its order."""
    item = table_of(SubmissionItem)
    return select(item.c.entity_id).where(item.c.submission_id == SUBMISSION, _touches(item, *STATING)).order_by(item.c.index)


def _statements() -> Select[Any]:
    row, submission, agency = table_of(Statement), table_of(Submission), table_of(PartnerAgency)
    return (
        sliced()
        .add_columns(submission.c.client_id.label("sent_by"), _handle(agency))
        .join(agency, agency.c.id == row.c.partner_id)
        .outerjoin(submission, submission.c.id == row.c.submission_id)
        .where(among(row.c.id, "ids"))
    )


def _decide() -> Update:
    row = table_of(Statement)
    pending = row.c.state == StatementState.PENDING.value
    values = {"state": bindparam("state", type_=Text()), "decided_at": AT}
    return update(row).values(values).where(among(row.c.id, "ids"), pending).returning(row.c.id)


def _accept(kind: RecordKind, table: type[Table]) -> Update:
    row, agency = table_of(table), table_of(PartnerAgency).alias()
    item, made, submission = table_of(SubmissionItem).alias(), table_of(SubmissionItem).alias(), table_of(Submission).alias()
    named = select(item.c.entity_id).where(item.c.submission_id == SUBMISSION, _touches(item, kind))
    made_by_client = exists().where(
        made.c.entity_id == row.c.id,
        made.c.record_kind == kind.value,
        made.c.status == OutcomeStatus.CREATED.value,
        submission.c.id == made.c.submission_id,
        submission.c.client_id == CLIENT,
    )
    handle = select(_handle(agency)).where(agency.c.id == row.c.submitted_by_id).scalar_subquery().label("handle")
    values = {"accepted_at": AT} | ({"accepted_by_id": CLIENT} if "accepted_by_id" in row.c else {})
    return (
        update(row)
        .values(values)
        .where(row.c.id.in_(named), row.c.accepted_at.is_(None), ~made_by_client)
        .returning(row.c.id, row.c.code, row.c.source_ref, row.c.revision, handle)
    )


_ENTITIES: Mapping[RecordKind, type[Table]] = {
    RecordKind.PROGRAMME: PartnerAgency,
    RecordKind.COURSE: Course,
    RecordKind.COHORT: Cohort,
}
_PARTNERS, _SUBMISSION, _ITEMS = render(_partners()), render(_submission()), render(_items())
_STATEMENTS, _DECIDE = render(_statements()), render(_decide())
_ACCEPT = {kind: render(_accept(kind, table)) for kind, table in _ENTITIES.items()}
