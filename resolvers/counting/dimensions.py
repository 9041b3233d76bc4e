"""The dimensions that participation is grouped and filtered by, and how their values are written in SQL.

A value is a set of members (rule R3): an array without duplicates, in one order, and null for the empty set, UNSPECIFIED. Members are
codes, but for the dimensions of BY_ID, whose members are identifiers of rows.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, FromClause, Text, Uuid, any_, case, cast, false, func, literal_column, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.types import TypeEngine


class Dimension(StrEnum):
    """What numbers can be grouped and filtered by; the names of the schema."""

    MEMBER_STATE = "MEMBER_STATE"
    DEPARTMENT = "DEPARTMENT"
    INSTITUTION_TYPE = "INSTITUTION_TYPE"
    SEX = "SEX"
    REPORTING_PERIOD = "REPORTING_PERIOD"
    COHORT = "COHORT"
    COURSE = "COURSE"
    SUBJECT = "SUBJECT"
    MODE = "MODE"
    YEAR = "YEAR"
    PROGRAMME = "PROGRAMME"
    FUNDER = "FUNDER"
    PARTNER = "PARTNER"


OF_STATEMENTS = (Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.INSTITUTION_TYPE, Dimension.SEX, Dimension.REPORTING_PERIOD)
SET_VALUED = (Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.INSTITUTION_TYPE)
BY_ID = (Dimension.COHORT, Dimension.COURSE, Dimension.PROGRAMME, Dimension.FUNDER, Dimension.PARTNER)

ZERO: ColumnElement[int] = literal_column("0")
ONE: ColumnElement[int] = literal_column("1")


def value_type(dimension: Dimension) -> TypeEngine[Any]:
    """The SQL type of a value."""
    return ARRAY(Uuid()) if dimension in BY_ID else ARRAY(Text())


def code(member: StrEnum) -> ColumnElement[str]:
    """A code as a constant of the statement: the rules' own words are no input, and PostgreSQL plans better when it sees them."""
    return literal_column(f"'{member.value}'", Text())


def one_of(column: ColumnElement[Any], *members: StrEnum) -> ColumnElement[bool]:
    """Whether a column holds one of the codes. Not by `in_`, whose list is written only where SQLAlchemy executes."""
    return column == any_(array([code(member) for member in members]))


def value(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value whose only member is the column's; null for null."""
    return case((column.is_not(None), array([column])))


def inside(found: ColumnElement[Any], allowed: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a value lies wholly inside a filter; never null."""
    return func.coalesce(found.op("<@", is_comparison=True)(allowed), false())


def outside(found: ColumnElement[Any], allowed: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a value has members, none of them inside a filter; never null."""
    return func.coalesce(~found.op("&&", is_comparison=True)(allowed), false())


def allowed_members(dimension: Dimension, given: ColumnElement[Any]) -> ColumnElement[Any]:
    """The members that a filter allows, as an array of the value's type; years come as integers."""
    return cast(given, ARRAY(Text())) if dimension is Dimension.YEAR else given


def only_member(given: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value made of the one code that a filter allows; null where it allows none or several."""
    members = unnested(given)
    first, last = func.min(members.c.member), func.max(members.c.member)
    return select(case((first == last, array([first])))).select_from(members).scalar_subquery()


def unnested(values: ColumnElement[Any]) -> FromClause:
    """The members of an array, as rows [member]."""
    return func.unnest(values).table_valued("member").render_derived()
