"""`setVisibility`: IMPACS makes courses, cohorts and statements PUBLIC, or RESTRICTED again (product.md B3).

Only what is accepted can be PUBLIC, and of statements only a verified count about an accepted cohort: a person is never public, nor a count
so small that it may be known who is meant (rule R9's threshold, below which no number is published). Nor is one that tells such a number
together with what everybody knows already (known.py). The counts of one population that a request names are judged together: all or none.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Update, bindparam, update

from models.base import Visibility
from models.database import Transaction, render
from models.statements import StatementKind, StatementState
from models.viewer import Viewer
from resolvers.curating import known
from resolvers.curating.known import Run
from resolvers.curating.targets import CURATING, KINDS, Kind, Target, begin, finish, ids_of, read, result
from resolvers.curating.telling import SMALLEST_SHOWN
from resolvers.mutation import MutationResult
from resolvers.submitting.stored import among, table_of
from resolvers.submitting.submit import in_progress, permitted


async def set_visibility(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: an outcome for each thing, each by itself.

    Raises NotPermitted for anybody but IMPACS's curators, and InputError where the request's form is wrong.
    """
    permitted(viewer, CURATING.scope, CURATING.kinds)
    targets = read(input["nodes"], "nodes", *KINDS)
    visibility = Visibility(input["visibility"])
    shows = visibility is Visibility.PUBLIC
    if not await begin(transaction, viewer, targets, shows=shows):
        return result(transaction, problems=[in_progress()])
    about = {target.row["cohort_id"] for target in targets if target.type == "Statement" and target.row is not None}
    runs = await known.runs(transaction, about)
    for target in targets:
        if target.row is not None:
            _judge(target, visibility, has_accepted_cohort=target.type != "Statement" or runs[target.row["cohort_id"]].is_accepted)
    if shows:
        await _refuse_telling(transaction, [target for target in targets if target.type == "Statement" and target.is_changed], runs)
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


async def _refuse_telling(transaction: Transaction, shown: Sequence[Target], runs: Mapping[UUID, Run]) -> None:
    """Refuses the statements that would tell of a few people, by what everybody knows of their populations."""
    populations = {cohort: run.population for cohort, run in runs.items()}
    found = await known.judge(transaction, populations, [target.id for target in shown])
    for target in shown:
        code = found.get((populations[target.row["cohort_id"]], target.row["measure"]))
        if code is not None:
            target.say(code)


def _offering(row: Any) -> str | None:
    return "it is not accepted" if row["accepted_at"] is None else None


def _statement(row: Any) -> str | None:
    if row["kind"] != StatementKind.COUNT.value:
        return "it is about one person"
    if row["state"] != StatementState.VERIFIED.value:
        return f"it is {row['state']}, not VERIFIED"
    if 0 < row["count"] < SMALLEST_SHOWN:
        return f"it counts fewer than {SMALLEST_SHOWN}"
    return None


def _set(kind: Kind) -> Update:
    row = table_of(kind.table)
    return update(row).values(visibility=bindparam("visibility", type_=Text())).where(among(row.c.id, "ids"))


_SET = {type_: render(_set(kind)) for type_, kind in KINDS.items()}
