"""`setVisibility`: IMPACS makes courses, cohorts and statements PUBLIC, or RESTRICTED again (product.md B3).

Only what is accepted can be PUBLIC, and of statements only a verified count about an accepted cohort: a person is never public, nor a count
so small that it may be known who is meant (rule R9's threshold, below which no number is published).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, Update, bindparam, select, update

from models.base import Visibility
from models.courses import Cohort
from models.database import Transaction, render
from models.statements import StatementKind, StatementState
from models.viewer import Viewer
from resolvers.curating.targets import CURATING, KINDS, Kind, Target, begin, finish, ids_of, read, result
from resolvers.mutation import MutationResult
from resolvers.submitting.stored import among, table_of
from resolvers.submitting.submit import in_progress, permitted

SMALLEST_PUBLIC = 5


async def set_visibility(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: an outcome for each thing, each by itself.

    Raises NotPermitted for anybody but IMPACS's curators, and InputError where the request's form is wrong.
    """
    permitted(viewer, CURATING.scope, CURATING.kinds)
    targets = read(input["nodes"], "nodes", *KINDS)
    visibility = Visibility(input["visibility"])
    if not await begin(transaction, viewer, targets):
        return result(transaction, problems=[in_progress()])
    cohorts = {target.row["cohort_id"] for target in targets if target.type == "Statement" and target.row is not None}
    accepted = {row["id"] for row in await transaction.fetch(_ACCEPTED, ids=list(cohorts))}
    for target in targets:
        if target.row is not None:
            _judge(target, visibility, has_accepted_cohort=target.type != "Statement" or target.row["cohort_id"] in accepted)
    for type_, statement in _SET.items():
        ids = ids_of([target for target in targets if target.is_changed], type_)
        if ids:
            await transaction.fetch(statement, ids=ids, visibility=visibility.value)
    return await finish(transaction, targets, ("visibility",))


def _judge(target: Target, visibility: Visibility, *, has_accepted_cohort: bool) -> None:
    if target.row["visibility"] == visibility.value:
        target.is_unchanged = True
    elif visibility is Visibility.PUBLIC:
        reason = _statement(target.row) if target.type == "Statement" else _offering(target.row)
        if reason is None and not has_accepted_cohort:
            reason = "its cohort is not accepted"
        if reason is not None:
            target.say("VISIBILITY_NOT_ALLOWED", reason=reason)


def _offering(row: Any) -> str | None:
    return "it is not accepted" if row["accepted_at"] is None else None


def _statement(row: Any) -> str | None:
    if row["kind"] != StatementKind.COUNT.value:
        return "it is about one person"
    if row["state"] != StatementState.VERIFIED.value:
        return f"it is {row['state']}, not VERIFIED"
    if 0 < row["count"] < SMALLEST_PUBLIC:
        return f"it counts fewer than {SMALLEST_PUBLIC}"
    return None


def _set(kind: Kind) -> Update:
    row = table_of(kind.table)
    return update(row).values(visibility=bindparam("visibility", type_=Text())).where(among(row.c.id, "ids"))


_cohort = table_of(Cohort)
_ACCEPTED = render(select(_cohort.c.id).where(among(_cohort.c.id, "ids"), _cohort.c.accepted_at.is_not(None)))
_SET = {type_: render(_set(kind)) for type_, kind in KINDS.items()}
