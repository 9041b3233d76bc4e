"""What statements and cohorts say on each dimension. It is always a set, whose split is unknown (R3); an empty one is UNSPECIFIED."""

from collections.abc import Sequence
from uuid import UUID

from models.agencies import AgencyKind
from models.courses import Course, Role
from models.statements import InstitutionType, Sex, Statement
from models.viewer import Viewer
from tests.evaluator.records import NOTHING, Dimension, Ledger, Values, global_id
from tests.evaluator.visibility import sees_agency, sees_offering


def statement_values(ledger: Ledger, statement: Statement) -> dict[Dimension, Values]:
    """What a statement's slice says on each statement dimension."""
    departments = [row for row in ledger.slice_departments if row.statement_id == statement.id]
    types = {str(row.institution_type) for row in departments}
    period = statement.reporting_period_label
    return {
        Dimension.MEMBER_STATE: frozenset(row.member_state_code for row in ledger.slice_states if row.statement_id == statement.id),
        Dimension.DEPARTMENT: frozenset(row.department_code for row in departments),
        Dimension.INSTITUTION_TYPE: frozenset(types) if types - {InstitutionType.NOT_STATED} else NOTHING,
        Dimension.SEX: NOTHING if statement.sex in (None, Sex.UNSPECIFIED) else frozenset({str(statement.sex)}),
        Dimension.REPORTING_PERIOD: NOTHING if period is None else frozenset({period}),
    }


def cohort_values(ledger: Ledger, viewer: Viewer, population: UUID, partner: UUID) -> dict[Dimension, Values]:
    """What is known of a population on each cohort dimension; partner is the one that R1 chose."""
    cohort = ledger.cohort(population)
    courses = courses_of(ledger, viewer, population)
    conveners = ledger.roles(population, Role.CONVENER)
    programmes = [agency for agency in conveners if ledger.agency(agency).kind == AgencyKind.PROGRAMME]
    return {
        Dimension.COHORT: frozenset({global_id("Cohort", population)}),
        Dimension.COURSE: frozenset(global_id("Course", course.id) for course in courses),
        Dimension.SUBJECT: frozenset(course.subject for course in courses if course.subject is not None),
        Dimension.MODE: frozenset({str(cohort.mode)}),
        Dimension.YEAR: frozenset({cohort.starts_on.year}),
        Dimension.PROGRAMME: agency_values(ledger, viewer, programmes),
        Dimension.FUNDER: agency_values(ledger, viewer, ledger.roles(population, Role.FUNDER)),
        Dimension.PARTNER: agency_values(ledger, viewer, [partner]),
    }


def courses_of(ledger: Ledger, viewer: Viewer, cohort: UUID) -> list[Course]:
    """The courses of a cohort; none if one is hidden, since the others alone would get all of the people."""
    courses = [ledger.course(row.course_id) for row in ledger.cohort_courses if row.cohort_id == cohort]
    return courses if all(sees_offering(viewer, course) for course in courses) else []


def agency_values(ledger: Ledger, viewer: Viewer, ids: Sequence[UUID]) -> Values:
    """The agencies as values; none if one is hidden."""
    seen = all(sees_agency(viewer, ledger.agency(id_)) for id_ in ids)
    return frozenset(global_id("PartnerAgency", id_) for id_ in ids) if seen else NOTHING
