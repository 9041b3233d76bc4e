"""Who may see what; and R0: which cohorts enter a number."""

from models.agencies import PartnerAgency
from models.base import Visibility
from models.courses import Cohort, Course
from models.statements import Statement, StatementState
from models.viewer import Viewer, ViewerKind


def sees_agency(viewer: Viewer, agency: PartnerAgency) -> bool:
    """Accepted agencies are public; others are seen by themselves, their sender and staff."""
    own = viewer.kind is ViewerKind.PARTNER and viewer.agency_id in {agency.id, agency.submitted_by_id}
    return agency.accepted_at is not None or own or viewer.kind is ViewerKind.STAFF


def sees_offering(viewer: Viewer, row: Course | Cohort) -> bool:
    """Accepted courses and cohorts are seen by partners, and by everybody if they are PUBLIC; others by their sender and staff."""
    match viewer.kind:
        case ViewerKind.STAFF:
            return True
        case ViewerKind.PARTNER:
            return row.accepted_at is not None or row.submitted_by_id == viewer.agency_id
        case _:
            return row.accepted_at is not None and row.visibility == Visibility.PUBLIC


def sees_statement(viewer: Viewer, statement: Statement) -> bool:
    """A partner sees its own, staff all, others those that are PUBLIC and VERIFIED."""
    match viewer.kind:
        case ViewerKind.STAFF:
            return True
        case ViewerKind.PARTNER:
            return statement.partner_id == viewer.agency_id
        case _:
            return statement.visibility == Visibility.PUBLIC and statement.state == StatementState.VERIFIED


def enters(viewer: Viewer, cohort: Cohort) -> bool:
    """A cohort that IMPACS has not accepted enters no number but its sender's own (R0); a hidden one enters none."""
    own = cohort.submitted_by_id is not None and cohort.submitted_by_id == viewer.agency_id
    return (cohort.accepted_at is not None or own) and sees_offering(viewer, cohort)
