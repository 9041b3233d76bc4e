"""`decide`: staff verify or reject statements; verifying a whole submission accepts its programmes, courses and cohorts (product.md B3, C).

It takes its turn as `submit` does, so that nothing is decided about what is just being changed. The number of SQL statements is fixed. What
can be decided, and what is stored of it, is in rulings.py.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from models import outbox
from models.access import Scope
from models.base import new_id
from models.changes import ActorKind
from models.database import Transaction
from models.outbox import EntityChange
from models.statements import Verdict
from models.texts import UNWRITABLE
from models.viewer import Viewer, ViewerKind
from resolvers.errors import InputError
from resolvers.mutation import MutationResult, Permission
from resolvers.submitting import personal, rulings
from resolvers.submitting.issues import Issue
from resolvers.submitting.records import uuid_of
from resolvers.submitting.rulings import Request, Ruling
from resolvers.submitting.submit import in_progress, permitted, take_turn

MOST = 500
MAX_REASON = 1_000
DECIDERS = frozenset({ViewerKind.STAFF, ViewerKind.VERIFIER})
DECIDING = Permission(Scope.DECIDE, DECIDERS, dict.fromkeys(DECIDERS, "what the same client did not send"))


async def decide(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the outcomes themselves, since no table holds them.

    Raises NotPermitted for anybody but staff with the scope, and InputError where the request's form is wrong.
    """
    client_id, _ = permitted(viewer, DECIDING.scope, DECIDING.kinds)
    request = read_request(input, client_id)
    targets = await rulings.find(transaction, request)
    if targets is None:
        return _result(transaction, request, problems=[Issue("SUBMISSION_NOT_FOUND")])
    if not await take_turn(transaction, targets.partner_ids):
        return _result(transaction, request, problems=[in_progress()])
    ruled = await rulings.judge(transaction, request, targets)
    if targets.sent_by == client_id:
        return _result(transaction, request, ruled, problems=[rulings.not_own()])
    decided = [ruling for ruling in ruled if ruling.is_decided]
    at = datetime.now(UTC)
    await rulings.store(transaction, request, decided, at)
    accepted = await rulings.accept(transaction, request, targets, at)
    changes = [*accepted, *[ruling.change() for ruling in decided]]
    await outbox.record(transaction, changes, actor=ActorKind.STAFF, group_id=new_id())
    return _result(transaction, request, ruled, accepted=len(accepted), changes=changes)


def _result(
    transaction: Transaction,
    request: Request,
    ruled: Sequence[Ruling] = (),
    *,
    accepted: int = 0,
    problems: Sequence[Issue] = (),
    changes: Sequence[EntityChange] = (),
) -> MutationResult:
    """The payload; nothing stays if nothing was changed."""
    outcomes = [ruling.payload() for ruling in ruled]
    counts = {status.lower(): sum(outcome["status"] == status for outcome in outcomes) for status in ("DECIDED", "UNCHANGED", "REJECTED")}
    payload = {
        "verdict": request.verdict.value,
        **counts,
        "accepted": accepted,
        "outcomes": outcomes,
        "problems": [problem.row() for problem in problems],
    }
    is_committed = not problems and (counts["decided"] > 0 or accepted > 0)
    if not is_committed:
        transaction.discard()
    return MutationResult({"payload": payload}, is_committed, [change.global_id for change in changes] if is_committed else ())


def read_request(given: Mapping[str, Any], client_id: UUID) -> Request:
    """The request of a coerced DecideInput. Raises InputError where its form is wrong."""
    submission, statements, reason = given.get("submission"), given.get("statements"), given.get("reason")
    if (submission is None) == (statements is None):
        raise InputError("Give exactly one of submission and statements.", path=["input"])
    if reason is not None and (len(reason) > MAX_REASON or UNWRITABLE.search(reason)):
        raise InputError(f"A reason has at most {MAX_REASON} characters, none of them of control.", path=["input", "reason"])
    if found := personal.narrative(reason or ""):
        raise InputError(f"A reason names no people: this looks like {found}.", path=["input", "reason"])
    return Request(
        submission_id=None if submission is None else _submission_id(submission),
        statement_ids=() if statements is None else _statement_ids(statements),
        verdict=Verdict(given["verdict"]),
        reason=reason or None,
        client_id=client_id,
    )


def _submission_id(reference: Mapping[str, Any]) -> UUID:
    found = uuid_of(reference.get("id"), "Receipt")
    if found is None:
        raise InputError("Name the submission by the `id` of its receipt.", path=["input", "submission", *reference])
    return found


def _statement_ids(statements: Sequence[str]) -> list[UUID]:
    if not 1 <= len(statements) <= MOST:
        raise InputError(f"Name 1 to {MOST} statements.", path=["input", "statements"])
    found: dict[UUID, int] = {}
    for index, text in enumerate(statements):
        id_ = uuid_of(text, "Statement")
        if id_ is None:
            raise InputError(
                "This is not the id of a Statement. Send ids exactly as the API gave them.", path=["input", "statements", index]
            )
        if id_ in found:
            raise InputError(f"This statement is named before, at {found[id_]}.", path=["input", "statements", index])
        found[id_] = index
    return list(found)
