"""`acceptCohort`: IMPACS accepts cohorts, with the courses and programmes that they need (product.md B2, rule R0).

From then on they are seen by others than their sender, and what is stated about them enters other numbers than its own. As in `decide`,
what the same client made waits for another one.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, Update, Uuid, bindparam, exists, or_, select, update

from models.agencies import AgencyAncestor, PartnerAgency
from models.base import Table
from models.changes import ChangeType
from models.courses import Cohort, CohortCourse, CohortRole, Course
from models.database import Transaction, render
from models.outbox import EntityChange
from models.submissions import OutcomeStatus, RecordKind, Submission, SubmissionItem
from models.viewer import Viewer
from resolvers.curating.targets import ACCEPTING, begin, changed, finish, handle, ids_of, read, result
from resolvers.mutation import MutationResult
from resolvers.submitting.rulings import ACCEPTED_FIELDS, not_own
from resolvers.submitting.stored import among, table_of
from resolvers.submitting.submit import in_progress, permitted


async def accept_cohort(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: an outcome for each cohort, each by itself.

    Raises NotPermitted for anybody but IMPACS's curators, and InputError where the request's form is wrong.
    """
    client_id, _ = permitted(viewer, ACCEPTING.scope, ACCEPTING.kinds)
    targets = read(input["cohorts"], "cohorts", "Cohort")
    if not await begin(transaction, viewer, targets):
        return result(transaction, problems=[in_progress()])
    made = {row["id"] for row in await transaction.fetch(_MADE, ids=ids_of(targets, "Cohort"), client_id=client_id)}
    for target in targets:
        target.is_unchanged = target.row is not None and target.row["accepted_at"] is not None
        if target.id in made and not target.is_unchanged:
            target.issues.append(not_own())
    at = datetime.now(UTC)
    standing = [target for target in targets if target.row is not None and not target.issues]
    others = await _accept_needed(transaction, ids_of(standing, "Cohort"), client_id, at)
    accepted = ids_of([target for target in targets if target.is_changed], "Cohort")
    await transaction.fetch(_ACCEPT, ids=accepted, client_id=client_id, at=at)
    return await finish(transaction, targets, ACCEPTED_FIELDS, others)


async def _accept_needed(transaction: Transaction, cohort_ids: Sequence[UUID], client_id: UUID, at: datetime) -> list[EntityChange]:
    """The changes of the programmes and courses that these cohorts need and that are accepted with them."""
    changes: list[EntityChange] = []
    for type_, statement in _ACCEPT_NEEDED.items():
        rows = await transaction.fetch(statement, ids=list(cohort_ids), client_id=client_id, at=at)
        changes += [changed(type_, row, ACCEPTED_FIELDS) for row in rows]
    return changes


CLIENT = bindparam("client_id", type_=Uuid())
AT = bindparam("at", type_=DateTime(timezone=True))


def _made_by_client(row: Any, kind: RecordKind) -> Any:
    """Whether the client made the row, in whichever submission."""
    item, submission = table_of(SubmissionItem).alias(), table_of(Submission).alias()
    made = (item.c.entity_id == row.c.id) & (item.c.record_kind == kind.value) & (item.c.status == OutcomeStatus.CREATED.value)
    return exists().where(made, submission.c.id == item.c.submission_id, submission.c.client_id == CLIENT).correlate(row)


def _made() -> Select[Any]:
    row = table_of(Cohort)
    return select(row.c.id).where(among(row.c.id, "ids"), _made_by_client(row, RecordKind.COHORT))


def _accept() -> Update:
    row = table_of(Cohort)
    return update(row).values(accepted_at=AT, accepted_by_id=CLIENT).where(among(row.c.id, "ids"), row.c.accepted_at.is_(None))


def _accept_each(table: type[Table], kind: RecordKind, needed: Select[Any]) -> Update:
    row = table_of(table)
    where = (row.c.id.in_(needed), row.c.accepted_at.is_(None), ~_made_by_client(row, kind))
    known = (row.c.id, row.c.code, row.c.source_ref, row.c.revision, handle(row.c.submitted_by_id))
    return update(row).values(accepted_at=AT).where(*where).returning(*known)


def _courses() -> Select[Any]:
    """The courses that the cohorts run."""
    link = table_of(CohortCourse)
    return select(link.c.course_id).where(among(link.c.cohort_id, "ids"))


def _agencies() -> Select[Any]:
    """The agencies that have a role in the cohorts or own their courses, and those that they are part of."""
    line, role, course = table_of(AgencyAncestor), table_of(CohortRole), table_of(Course).alias("owned")
    roles = select(role.c.agency_id).where(among(role.c.cohort_id, "ids"))
    owners = select(course.c.owner_id).where(course.c.id.in_(_courses()))
    return select(line.c.ancestor_id).where(or_(line.c.agency_id.in_(roles), line.c.agency_id.in_(owners)))


_MADE, _ACCEPT = render(_made()), render(_accept())
_ACCEPT_NEEDED = {
    ChangeType.PARTNER_AGENCY: render(_accept_each(PartnerAgency, RecordKind.PROGRAMME, _agencies())),
    ChangeType.COURSE: render(_accept_each(Course, RecordKind.COURSE, _courses())),
}
