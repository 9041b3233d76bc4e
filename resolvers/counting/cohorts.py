"""The values that a population has in the dimensions of cohorts: those of its canonical cohort, as far as the viewer may see them."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Subquery, Text, and_, cast, extract, func, select

from models.agencies import AgencyKind, PartnerAgency
from models.courses import Cohort, CohortCourse, CohortRole, Course, Role
from models.policies import Door
from resolvers.counting.dimensions import Dimension, code, value

OF_THE_ROW = (Dimension.COHORT, Dimension.MODE, Dimension.YEAR)
OF_COURSES = (Dimension.COURSE, Dimension.SUBJECT)


def cohort_values(door: Door, populations: FromClause, dimensions: tuple[Dimension, ...]) -> Select[Any]:
    """Each population with its value of each dimension under the dimension's name [population_id, <dimension> ...].

    For PARTNER, `populations` must have `partner_id`. What the viewer may not see is as if it did not exist.
    """
    joined: FromClause = populations
    columns: dict[Dimension, ColumnElement[Any]] = {}
    for dimension in dimensions:
        if dimension in OF_THE_ROW or dimension is Dimension.PARTNER or dimension in columns:
            continue
        kin = OF_COURSES if dimension in OF_COURSES else (dimension,)
        found = _of_courses(door, populations) if dimension in OF_COURSES else _of_roles(door, populations, dimension)
        joined = joined.outerjoin(found, found.c.cohort_id == populations.c.population_id)
        columns |= {relative: found.c[relative] for relative in kin}
    if set(OF_THE_ROW) & set(dimensions):
        cohort, visible = door.visible(Cohort)
        joined = joined.outerjoin(cohort, and_(cohort.c.id == populations.c.population_id, visible))
        year = cast(cast(extract("year", cohort.c.starts_on), Integer), Text)
        columns |= {Dimension.COHORT: value(cohort.c.id), Dimension.MODE: value(cohort.c.mode), Dimension.YEAR: value(year)}
    if Dimension.PARTNER in dimensions:
        agency, visible = door.visible(PartnerAgency)
        joined = joined.outerjoin(agency, and_(agency.c.id == populations.c.partner_id, visible))
        columns[Dimension.PARTNER] = value(agency.c.id)
    return select(populations.c.population_id, *[columns[d].label(d) for d in dimensions]).select_from(joined)


def _of_courses(door: Door, populations: FromClause) -> Subquery:
    cohort, cohort_visible = door.visible(Cohort)
    course, course_visible = door.visible(Course)
    link = door.part(CohortCourse)
    subjects = func.array_agg(course.c.subject.distinct()).filter(course.c.subject.is_not(None))
    return (
        select(
            cohort.c.id.label("cohort_id"),
            func.array_agg(course.c.id.distinct()).label(Dimension.COURSE),
            subjects.label(Dimension.SUBJECT),
        )
        .select_from(populations)
        .join(cohort, and_(cohort.c.id == populations.c.population_id, cohort_visible))
        .join(link, link.c.cohort_id == cohort.c.id)
        .join(course, and_(course.c.id == link.c.course_id, course_visible))
        .group_by(cohort.c.id)
        .subquery()
    )


def _of_roles(door: Door, populations: FromClause, dimension: Dimension) -> Subquery:
    """PROGRAMME: the agencies of that kind that convene. FUNDER: those that fund."""
    cohort, cohort_visible = door.visible(Cohort)
    agency, agency_visible = door.visible(PartnerAgency)
    role = door.part(CohortRole)
    held = role.c.role == code(Role.FUNDER)
    if dimension is Dimension.PROGRAMME:
        held = and_(role.c.role == code(Role.CONVENER), agency.c.kind == code(AgencyKind.PROGRAMME))
    return (
        select(cohort.c.id.label("cohort_id"), func.array_agg(agency.c.id.distinct()).label(dimension))
        .select_from(populations)
        .join(cohort, and_(cohort.c.id == populations.c.population_id, cohort_visible))
        .join(role, role.c.cohort_id == cohort.c.id)
        .join(agency, and_(agency.c.id == role.c.agency_id, agency_visible))
        .where(held)
        .group_by(cohort.c.id)
        .subquery()
    )
