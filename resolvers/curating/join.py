"""`joinCohorts` and `separateCohorts`: which cohorts are one run, and so one population of the count rules (rule R0).

A cohort that is joined counts as its canonical one, which is accepted and itself not joined: no chains, no circles. Joined cohorts move
together or not at all; a request changes all that it names, or nothing. What partners count must be as consistent afterwards as if it had
been sent so. Since that rests on everybody's statements about these cohorts, the request takes the turn of every partner that can submit:
none of them is judging what it sends by the populations of before. Nor does a join bring together what tells of a few people (known.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, Uuid, bindparam, func, select, union, update

from models.access import ApiClient
from models.courses import Cohort
from models.database import Transaction, render
from models.statements import Statement
from models.viewer import Viewer
from resolvers.curating import known, populations
from resolvers.curating.targets import CURATING, Target, fill, finish, ids_of, read, read_one, result
from resolvers.errors import InputError
from resolvers.mutation import MutationResult
from resolvers.submitting.issues import Issue
from resolvers.submitting.stored import among, table_of
from resolvers.submitting.submit import in_progress, permitted, take_turn

JOINED_FIELDS = ("sameRunAs",)


async def join_cohorts(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: an outcome for each cohort. One that is joined to another already moves.

    Raises NotPermitted for anybody but IMPACS's curators, and InputError where the request's form is wrong.
    """
    permitted(viewer, CURATING.scope, CURATING.kinds)
    canonical = read_one(input["canonical"], "canonical", "Cohort")
    targets = read(input["cohorts"], "cohorts", "Cohort")
    for target in targets:
        if target.id == canonical.id:
            raise InputError("A cohort is not joined to itself.", path=["input", "cohorts", target.index])
    if not await _begin(transaction, viewer, [*targets, canonical]):
        return result(transaction, problems=[in_progress()])
    problems = canonical.issues or _unfit(canonical.row)
    if problems:
        return result(transaction, problems=problems)
    return await _move(transaction, targets, canonical.id)


async def separate_cohorts(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: an outcome for each cohort, which counts for itself again.

    Raises NotPermitted for anybody but IMPACS's curators, and InputError where the request's form is wrong.
    """
    permitted(viewer, CURATING.scope, CURATING.kinds)
    targets = read(input["cohorts"], "cohorts", "Cohort")
    if not await _begin(transaction, viewer, targets):
        return result(transaction, problems=[in_progress()])
    return await _move(transaction, targets, None)


def _unfit(canonical: Any) -> list[Issue]:
    """Why nothing can be joined to this cohort."""
    if canonical["same_run_as_id"] is not None:
        return [Issue("COHORT_IS_JOINED", params={"canonical": f"Cohort:{canonical['same_run_as_id']}"})]
    return [Issue("COHORT_NOT_ACCEPTED")] if canonical["accepted_at"] is None else []


async def _begin(transaction: Transaction, viewer: Viewer, targets: Sequence[Target]) -> bool:
    """Whether the turn of all partners came; then the targets have their rows."""
    rows = await transaction.fetch(_PARTNERS, ids=ids_of(targets, "Cohort"))
    if not await take_turn(transaction, {row["agency_id"] for row in rows}, shows=True):
        return False
    await fill(transaction, targets, "Cohort")
    return True


async def _move(transaction: Transaction, targets: Sequence[Target], canonical_id: UUID | None) -> MutationResult:
    """Moves all targets to a population, their own if there is no canonical cohort; or none, if one of them cannot."""
    for target in targets:
        target.is_unchanged = target.row is not None and target.row["same_run_as_id"] == canonical_id
    moved = [target for target in targets if target.is_changed]
    if canonical_id is not None:
        await _refuse_followed(transaction, moved)
    for index, code, params in await populations.errors(transaction, {target.id: target.index for target in moved}, canonical_id):
        targets[index].say(code, **params)
    if canonical_id is not None and moved:
        await _refuse_telling(transaction, moved, canonical_id)
    if any(target.issues for target in targets):
        for target in moved:
            target.is_held_back = True
    elif moved:
        await transaction.fetch(_MOVE, ids=ids_of(moved, "Cohort"), canonical_id=canonical_id)
    return await finish(transaction, targets, JOINED_FIELDS)


async def _refuse_telling(transaction: Transaction, moved: Sequence[Target], canonical_id: UUID) -> None:
    """Refuses all that move, if what everybody knows of them tells of a few people once it is about one population."""
    ids = ids_of(moved, "Cohort")
    runs = await known.runs(transaction, [*ids, canonical_id])
    stays = [cohort for cohort, run in runs.items() if run.population == canonical_id]
    found = await known.judge(transaction, dict.fromkeys([*stays, *ids], canonical_id))
    for target in moved:
        for code in sorted(set(found.values())):
            target.say(code)


async def _refuse_followed(transaction: Transaction, moved: Sequence[Target]) -> None:
    """Refuses the cohorts as which others count that stay behind: those would be joined to a joined one."""
    ids = ids_of(moved, "Cohort")
    followers: dict[UUID, list[str]] = {}
    for row in await transaction.fetch(_FOLLOWERS, ids=ids):
        if row["id"] not in ids:
            followers.setdefault(row["same_run_as_id"], []).append(f"Cohort:{row['id']}")
    for target in moved:
        if target.id in followers:
            target.say("COHORT_HAS_JOINED", joined=followers[target.id])


def _partners() -> CompoundSelect[Any]:
    """The agencies that have clients or statements about these cohorts, or that sent one of them."""
    client, cohort, statement = table_of(ApiClient), table_of(Cohort), table_of(Statement)
    clients = select(client.c.agency_id).where(client.c.agency_id.is_not(None))
    senders = select(cohort.c.submitted_by_id).where(among(cohort.c.id, "ids"), cohort.c.submitted_by_id.is_not(None))
    run = select(cohort.c.id).where(func.coalesce(cohort.c.same_run_as_id, cohort.c.id).in_(populations.population_of("ids")))
    partners = select(statement.c.partner_id).where(statement.c.cohort_id.in_(run))
    return union(clients, senders, partners)


def _followers() -> Select[Any]:
    row = table_of(Cohort)
    return select(row.c.id, row.c.same_run_as_id).where(among(row.c.same_run_as_id, "ids")).order_by(row.c.id)


_cohort = table_of(Cohort)
_PARTNERS, _FOLLOWERS = render(_partners()), render(_followers())
_MOVE = render(update(_cohort).values(same_run_as_id=bindparam("canonical_id", type_=Uuid())).where(among(_cohort.c.id, "ids")))
