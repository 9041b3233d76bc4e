"""Who may see what; and R0: which cohorts enter a number."""

from models.agencies import PartnerAgency
from models.base import Visibility
from models.courses import Cohort, Course
from models.statements import Statement, StatementKind, StatementState
from models.viewer import Viewer, ViewerKind
from tests.evaluator.records import Ledger

READERS = frozenset({ViewerKind.STAFF, ViewerKind.VERIFIER, ViewerKind.DATA_PROTECTION_OFFICER, ViewerKind.AUDITOR})
"""Who sees every row of the ledger."""


def sees_agency(viewer: Viewer, agency: PartnerAgency) -> bool:
    """Accepted agencies are public; others are seen by themselves, their sender and IMPACS."""
    own = viewer.kind is ViewerKind.PARTNER and viewer.agency_id in {agency.id, agency.submitted_by_id}
    return agency.accepted_at is not None or own or viewer.kind in READERS or viewer.kind is ViewerKind.ADMINISTRATOR


def sees_offering(viewer: Viewer, row: Course | Cohort) -> bool:
    """Accepted courses and cohorts are seen by partners and focal points, and by everybody if they are PUBLIC; others by their sender."""
    match viewer.kind:
        case kind if kind in READERS:
            return True
        case ViewerKind.PARTNER:
            return row.accepted_at is not None or row.submitted_by_id == viewer.agency_id
        case ViewerKind.FOCAL_POINT:
            return row.accepted_at is not None
        case _:
            return row.accepted_at is not None and row.visibility == Visibility.PUBLIC


def sees_statement(ledger: Ledger, viewer: Viewer, statement: Statement) -> bool:
    """A partner sees its own, IMPACS all; of counts a focal point sees those about its state alone, others those PUBLIC and VERIFIED."""
    is_count = statement.kind == StatementKind.COUNT
    match viewer.kind:
        case kind if kind in READERS:
            return True
        case ViewerKind.PARTNER:
            return statement.partner_id == viewer.agency_id
        case ViewerKind.FOCAL_POINT:
            named = {row.member_state_code for row in ledger.slice_states if row.statement_id == statement.id}
            return is_count and named == {viewer.member_state_code}
        case _:
            return is_count and statement.visibility == Visibility.PUBLIC and statement.state == StatementState.VERIFIED


def enters(viewer: Viewer, cohort: Cohort) -> bool:
    """A cohort that IMPACS has not accepted enters no number but its sender's own (R0); a hidden one enters none."""
    own = cohort.submitted_by_id is not None and cohort.submitted_by_id == viewer.agency_id
    return (cohort.accepted_at is not None or own) and sees_offering(viewer, cohort)
