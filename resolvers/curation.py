"""What became of the work of IMPACS's curators: the payloads of its mutations, and the outcomes in them."""

from typing import Any

import orjson
from sqlalchemy import Integer, Text, Uuid, column, func
from sqlalchemy.dialects.postgresql import JSONB

from resolvers.compiler.plan import Rows
from resolvers.curating.accept import accept_cohort
from resolvers.curating.join import join_cohorts, separate_cohorts
from resolvers.curating.policy import set_count_policy
from resolvers.curating.targets import ACCEPTING, CURATING
from resolvers.curating.visibility import set_visibility
from resolvers.fields import Elements, Mutation, ObjectType, Planning, Word, columns, one
from resolvers.receipts import ISSUE_COLUMNS

COUNTS = ("changed", "unchanged", "rejected", "not_attempted")
KEYS = ("cohort_id", "course_id", "statement_id")
OUTCOME_COLUMNS: dict[str, Any] = {"index": Integer(), "status": Text(), **dict.fromkeys(KEYS, Uuid()), "issues": JSONB()}

FIELDS: dict[str, Word] = {
    **columns(*COUNTS),
    "outcomes": Elements("CurationOutcome", lambda payload, door: payload.c.outcomes, OUTCOME_COLUMNS),
    "problems": Elements("Problem", lambda payload, door: payload.c.problems, ISSUE_COLUMNS),
}

CURATION_OUTCOME = ObjectType(
    "CurationOutcome",
    fields={
        **columns("index", "status"),
        "cohort": one("Cohort", "cohort_id"),
        "course": one("Course", "course_id"),
        "statement": one("Statement", "statement_id"),
        "issues": Elements("Issue", lambda outcome, door: outcome.c.issues, ISSUE_COLUMNS),
    },
)


def curated(planning: Planning) -> tuple[Any, Rows]:
    """What a curator did, which no table holds."""
    bind = planning.binds.add(lambda call: orjson.dumps(call.result["payload"]).decode(), JSONB())
    typed: dict[str, Any] = {**dict.fromkeys((*COUNTS, "accepted"), Integer()), "outcomes": JSONB(), "problems": JSONB()}
    members = [column(name, type_) for name, type_ in typed.items()]
    row = func.jsonb_to_record(bind).table_valued(*members).render_derived(with_types=True)
    return row, Rows((row,), ())


MUTATIONS = {
    "acceptCohort": Mutation("AcceptCohortPayload", accept_cohort, curated, ACCEPTING),
    "joinCohorts": Mutation("JoinCohortsPayload", join_cohorts, curated, CURATING),
    "separateCohorts": Mutation("SeparateCohortsPayload", separate_cohorts, curated, CURATING),
    "setCountPolicy": Mutation("SetCountPolicyPayload", set_count_policy, curated, CURATING),
    "setVisibility": Mutation("SetVisibilityPayload", set_visibility, curated, CURATING),
}
QUERIES: dict[str, Word] = {}

TYPES = (
    CURATION_OUTCOME,
    ObjectType("AcceptCohortPayload", fields=FIELDS | columns("accepted")),
    ObjectType("JoinCohortsPayload", fields=FIELDS),
    ObjectType("SeparateCohortsPayload", fields=FIELDS),
    ObjectType("SetCountPolicyPayload", fields=FIELDS),
    ObjectType("SetVisibilityPayload", fields=FIELDS),
)
