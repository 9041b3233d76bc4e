"""`setCountPolicy`: whether a cohort's numbers come from counts, or from individuals known to be complete (rule R1)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, bindparam, update

from models.courses import Cohort, CountPolicy
from models.database import Transaction, render
from models.viewer import Viewer
from resolvers.curating.targets import CURATING, begin, finish, read_one, result
from resolvers.mutation import MutationResult
from resolvers.submitting.stored import among, table_of
from resolvers.submitting.submit import in_progress, permitted


async def set_count_policy(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the cohort's outcome. Of joined cohorts the policy is that of the one that they count as.

    Raises NotPermitted for anybody but IMPACS's curators, and InputError where the request's form is wrong.
    """
    permitted(viewer, CURATING.scope, CURATING.kinds)
    target = read_one(input["cohort"], "cohort", "Cohort")
    policy = CountPolicy(input["policy"])
    if not await begin(transaction, viewer, [target]):
        return result(transaction, problems=[in_progress()])
    if target.row is not None:
        if target.row["same_run_as_id"] is not None:
            target.say("COHORT_IS_JOINED", canonical=f"Cohort:{target.row['same_run_as_id']}")
        target.is_unchanged = target.row["count_policy"] == policy.value
    if target.is_changed:
        await transaction.fetch(_SET, ids=[target.id], policy=policy.value)
    return await finish(transaction, [target], ("countPolicy",))


_row = table_of(Cohort)
_SET = render(update(_row).values(count_policy=bindparam("policy", type_=Text())).where(among(_row.c.id, "ids")))
