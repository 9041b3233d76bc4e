"""Likely twins: cohorts that may be the same run as another one, reported by somebody else or twice. Only people can tell; rules find them.

Each reason has a weight, and the sum is the score. A twin begins when the other does, and it runs the same course, or is held at the same
place and either is somebody else's or names the same states: 5 or more. What a viewer may not see gives no twin and no reason.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.selectable import LateralFromClause

from models.courses import Cohort, CohortCourse, Course, DatePrecision
from models.policies import Door, Predicate, Row
from models.statements import Statement, StatementMemberState
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.plan import Rows
from resolvers.fields import ObjectType, Origin, Planning, columns, one

NEAR_DAYS = 3
MOST = 5
NOTHING: ColumnElement[str] = literal_column("NULL", Text())


class TwinReason(StrEnum):
    """Why a cohort is a likely twin."""

    COURSE = "COURSE"
    DATES = "DATES"
    PLACE = "PLACE"
    STATES = "STATES"
    SENDER = "SENDER"


WEIGHTS = {TwinReason.COURSE: 3, TwinReason.DATES: 2, TwinReason.PLACE: 2, TwinReason.STATES: 1, TwinReason.SENDER: 1}


class Twins:
    """The likely twins of a cohort: the relation, and the columns that their objects are made of [twin_id, score, reasons]."""

    def __init__(self, cohort: Row, door: Door) -> None:
        self.rows = _stated(cohort, door)
        of = self.rows.c
        holds = [(reason, literal_column("true") if reason is TwinReason.DATES else of[reason]) for reason in TwinReason]
        scores = [case((held, _number(WEIGHTS[reason])), else_=_number(0)) for reason, held in holds]
        names = array([case((held, literal_column(f"'{reason.value}'", Text())), else_=NOTHING) for reason, held in holds])
        score: ColumnElement[Any] = scores[0]
        for each in scores[1:]:
            score = score + each
        self.where = or_(of[TwinReason.COURSE], of[TwinReason.SENDER], of[TwinReason.STATES])
        self.order = (score.desc(), of.twin_id)
        self.c = {"twin_id": of.twin_id, "score": score, "reasons": func.array_remove(names, NOTHING, type_=ARRAY(Text))}


def likely_twins(cohort: Row, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The likeliest twins of the cohort."""
    twins = Twins(cohort, planning.door)
    return Origin(twins, Rows((twins.rows,), (twins.where,), twins.order, _number(MOST)))


def _stated(cohort: Row, door: Door) -> LateralFromClause:
    """Those that run the same course or are held at the same place, and whether statements about both name the same state."""
    near = _near(cohort, door)
    found = select(near, _same_states(cohort, near.c.twin_id, door).label(TwinReason.STATES))
    return _fenced(found.where(or_(near.c[TwinReason.COURSE], near.c[TwinReason.PLACE])), cohort)


def _near(cohort: Row, door: Door) -> LateralFromClause:
    """The cohorts of other populations that begin when this one does, and what else speaks for them."""
    other, visible = door.visible(Cohort)
    found = select(
        other.c.id.label("twin_id"),
        _same_course(cohort, other, door).label(TwinReason.COURSE),
        func.coalesce(_same_place(cohort, other), literal_column("false")).label(TwinReason.PLACE),
        other.c.submitted_by_id.is_distinct_from(cohort.c.submitted_by_id).label(TwinReason.SENDER),
    )
    apart = func.coalesce(other.c.same_run_as_id, other.c.id) != func.coalesce(cohort.c.same_run_as_id, cohort.c.id)
    return _fenced(found.where(visible, apart, *_begin_together(cohort, other)), cohort)


def _fenced(rows: Select[Any], cohort: Row) -> LateralFromClause:
    """The rows, each computed once: PostgreSQL would compute a condition wherever it is used."""
    return rows.correlate(cohort).offset(literal_column("0")).lateral()


def _begin_together(cohort: Row, other: Row) -> tuple[Predicate, ...]:
    """Whether the first days agree, as exactly as both are known; those known to the day may be a few days apart.

    An index finds those of the same year, which all of them are but for those few days.
    """
    one, two = cohort.c.starts_on, other.c.starts_on
    year = cast(func.date_trunc(literal_column("'year'"), cast(one, DateTime())), Date)
    within = two.between(year - _number(NEAR_DAYS), year + _number(365 + NEAR_DAYS))
    same_year = extract("year", one) == extract("year", two)
    same_month = and_(same_year, extract("month", one) == extract("month", two))
    days = and_(two - one <= _number(NEAR_DAYS), one - two <= _number(NEAR_DAYS))
    coarse = [(_either(cohort, other, code), same) for code, same in ((DatePrecision.YEAR, same_year), (DatePrecision.MONTH, same_month))]
    return within, case(*coarse, else_=days)


def _either(cohort: Row, other: Row, precision: DatePrecision) -> Predicate:
    code = literal_column(f"'{precision.value}'", Text())
    return or_(cohort.c.date_precision == code, other.c.date_precision == code)


def _same_course(cohort: Row, other: Row, door: Door) -> Predicate:
    """Whether both run a course of one title, whatever its case and accents."""
    links, courses = (door.part(CohortCourse), door.part(CohortCourse)), (door.visible(Course), door.visible(Course))
    runs = [
        and_(link.c.cohort_id == run.c.id, course.c.id == link.c.course_id, visible)
        for link, (course, visible), run in zip(links, courses, (cohort, other), strict=True)
    ]
    (one, _), (two, _) = courses
    return exists().where(*runs, func.fold(one.c.title) == func.fold(two.c.title)).correlate_except(*links, one, two)


def _same_place(cohort: Row, other: Row) -> Predicate:
    state = cohort.c.venue_state_code == other.c.venue_state_code
    return or_(state, func.fold(cohort.c.location) == func.fold(other.c.location))


def _same_states(cohort: Row, other_id: ColumnElement[Any], door: Door) -> Predicate:
    """Whether statements about both name the same state."""
    (one, sees_one), (two, sees_two) = door.visible(Statement), door.visible(Statement)
    state_of_one, state_of_two = door.part(StatementMemberState), door.part(StatementMemberState)
    about = and_(one.c.cohort_id == cohort.c.id, two.c.cohort_id == other_id, sees_one, sees_two)
    named = and_(state_of_one.c.statement_id == one.c.id, state_of_two.c.statement_id == two.c.id)
    same = state_of_one.c.member_state_code == state_of_two.c.member_state_code
    return exists().where(about, named, same).correlate_except(one, two, state_of_one, state_of_two)


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer())


LIKELY_TWIN = ObjectType("LikelyTwin", fields={**columns("score", "reasons"), "cohort": one("Cohort", "twin_id")})
