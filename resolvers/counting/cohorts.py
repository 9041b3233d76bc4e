"""The values of populations in the dimensions of cohorts, which are those of their canonical cohorts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Subquery, Text, and_, cast, extract, false, func, select

from models.agencies import AgencyKind, PartnerAgency
from models.courses import Cohort, CohortCourse, CohortRole, Course, Role
from models.policies import Door, Predicate, Row
from resolvers.counting.dimensions import Dimension, code, value

OF_THE_ROW = (Dimension.COHORT, Dimension.MODE, Dimension.YEAR)
OF_COURSES = (Dimension.COURSE, Dimension.SUBJECT)


def cohort_values(door: Door, populations: FromClause, dimensions: tuple[Dimension, ...]) -> Select[Any]:
    """Each population with its value of each dimension under the dimension's name [population_id, <dimension> ...].

    For PARTNER, `populations` must have `partner_id`. Where any member is hidden from the viewer, the whole value is UNSPECIFIED: without
    that member, its people would be shown as the other members' (rule R3).
    """
    joined: FromClause = populations
    columns: dict[Dimension, ColumnElement[Any]] = {}
    if set(OF_THE_ROW) & set(dimensions):
        cohort, visible = door.visible(Cohort)
        joined = joined.join(cohort, and_(cohort.c.id == populations.c.population_id, visible))
        year = cast(cast(extract("year", cohort.c.starts_on), Integer), Text)
        columns |= {Dimension.COHORT: value(cohort.c.id), Dimension.MODE: value(cohort.c.mode), Dimension.YEAR: value(year)}
    if Dimension.PARTNER in dimensions:
        agency, visible = door.visible(PartnerAgency)
        joined = joined.outerjoin(agency, and_(agency.c.id == populations.c.partner_id, visible))
        columns[Dimension.PARTNER] = value(agency.c.id)
    for dimension in dimensions:
        if dimension not in columns:
            found = _of_courses(door, populations) if dimension in OF_COURSES else _of_roles(door, populations, dimension)
            joined = joined.outerjoin(found, found.c.cohort_id == populations.c.population_id)
            columns |= {name: found.c[name] for name in Dimension if name in found.c}
    return select(populations.c.population_id, *[columns[d].label(d) for d in dimensions]).select_from(joined)


def _of_courses(door: Door, populations: FromClause) -> Subquery:
    link = door.part(CohortCourse)
    course, visible = door.visible(Course)
    columns = {Dimension.COURSE: course.c.id, Dimension.SUBJECT: course.c.subject}
    return _members(populations, link, course, course.c.id == link.c.course_id, columns, visible)


def _of_roles(door: Door, populations: FromClause, dimension: Dimension) -> Subquery:
    """PROGRAMME: the agencies of that kind that convene. FUNDER: those that fund."""
    role = door.part(CohortRole)
    agency, visible = door.visible(PartnerAgency)
    held = role.c.role == code(Role.FUNDER)
    if dimension is Dimension.PROGRAMME:
        held = and_(role.c.role == code(Role.CONVENER), agency.c.kind == code(AgencyKind.PROGRAMME))
    return _members(populations, role, agency, and_(agency.c.id == role.c.agency_id, held), {dimension: agency.c.id}, visible)


def _members(
    populations: FromClause, link: Row, member: Row, linked: Predicate, columns: Mapping[Dimension, ColumnElement[Any]], visible: Predicate
) -> Subquery:
    """The sets of a population's members [cohort_id, <dimension> ...], of those populations of which the viewer may see every member."""
    sets = [func.array_agg(column.distinct()).filter(column.is_not(None)).label(dimension) for dimension, column in columns.items()]
    return (
        select(link.c.cohort_id, *sets)
        .select_from(populations.join(link, link.c.cohort_id == populations.c.population_id).join(member, linked))
        .group_by(link.c.cohort_id)
        .having(func.bool_and(func.coalesce(visible, false())))  # null where nobody sent the member, and bool_and skips nulls
        .subquery()
    )
