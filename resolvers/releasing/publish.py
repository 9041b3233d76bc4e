"""`publishRelease`: makes the next release, at least a month after the last one.

A preview takes the same path and is rolled back after its payload is read, so that what it says is what publishing would do.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from models.access import Scope
from models.base import new_id
from models.database import Transaction
from models.viewer import Viewer, ViewerKind
from resolvers.mutation import MutationResult, Permission
from resolvers.release import next_release
from resolvers.releasing import ledger, stored
from resolvers.releasing.report import report
from resolvers.submitting.issues import Issue
from resolvers.submitting.submit import permitted

PUBLISHING = Permission(Scope.PUBLISH, frozenset({ViewerKind.STAFF}))


async def publish_release(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the release's id, and what was merged, withheld and changed.

    Raises NotPermitted for anybody but staff with the scope.
    """
    client_id, _ = permitted(viewer, PUBLISHING.scope, PUBLISHING.kinds)
    return await publish(transaction, client_id, preview=input["preview"])


async def publish(transaction: Transaction, made_by: UUID | None, *, preview: bool) -> MutationResult:
    """The next release, which stays unless it is a preview or comes too soon."""
    last = await stored.last(transaction)
    previous = await stored.tables(transaction, last.id)
    found = await ledger.read(transaction)
    made = next_release(previous, found.parts)
    release = {
        "id": new_id(),
        "at": last.now,
        "covers_through": found.position,
        "covers_through_at": found.at or last.now,
        "previous_id": last.id,
        "made_by_id": made_by,
    }
    problems = [_too_soon(last)] if last.next_at and last.next_at > last.now else []
    is_published = not (preview or problems)
    if is_published:
        await stored.store(transaction, release, made, found.populations)
    else:
        transaction.discard()
    left_out = [asdict(each) for each in await ledger.left_out(transaction)]
    told = {**report(previous, made, found.parts), "left_out": left_out, "problems": [problem.row() for problem in problems]}
    made_id = release["id"] if is_published else None
    objects = (f"Release:{made_id}",) if is_published else ()
    return MutationResult({"payload": {"release_id": made_id, **told}}, is_published, objects)


def _too_soon(last: stored.Last) -> Issue:
    return Issue("RELEASE_TOO_SOON", params={"notBefore": last.next_at.isoformat() if last.next_at else None})
