"""Cells: one text for the codes that a statement is grouped by, since a million statements are summed by one text in half the time that
several texts take, or arrays. What a cell stands for is read afterwards, from the few that are left.

    JM <31> TT <29> POLICE <29> FEMALE <29> USD

A part is a raw value: the members of a value (rule R3) in any order, also repeated. There are parts for the dimensions asked for, and for
the currency of costs. <29> and <31> are ASCII's separators of groups and units, which no code contains; the label of a reporting period
might, so that it has a column of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, any_, case, false, func, literal_column, select

from resolvers.counting.dimensions import SET_VALUED, ZERO, Dimension, inside, outside, unnested, value

PART, MEMBER = (literal_column(rf"E'\x{number}'", Text()) for number in ("1d", "1f"))
NOTHING: ColumnElement[str] = literal_column("''", Text())
CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Cells:
    """How statements are told apart: by dimensions of statements, and by the currency of their costs."""

    dimensions: tuple[Dimension, ...]
    costs: bool

    @property
    def _parts(self) -> tuple[str, ...]:
        coded = tuple(dimension.value for dimension in self.dimensions if dimension is not Dimension.REPORTING_PERIOD)
        return (*coded, CURRENCY) if self.costs else coded

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that statements are grouped by."""
        label = ("label",) if Dimension.REPORTING_PERIOD in self.dimensions else ()
        return ("cell", *label) if self._parts else label

    def columns(self, raw: Mapping[Dimension, ColumnElement[Any]], currency: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """The keys of a statement, of its raw values."""
        found: dict[str, ColumnElement[Any]] = {dimension.value: text for dimension, text in raw.items()} | {CURRENCY: currency}
        columns: list[ColumnElement[Any]] = []
        if self._parts:
            columns.append(_joined([func.coalesce(found[name], NOTHING) for name in self._parts]).label("cell"))
        if Dimension.REPORTING_PERIOD in self.dimensions:
            columns.append(found[Dimension.REPORTING_PERIOD].label("label"))
        return columns

    def currency(self, rows: FromClause) -> ColumnElement[Any]:
        """The currency of a key; null where no cost is stated."""
        return self._part(rows, CURRENCY)

    def value(self, rows: FromClause, dimension: Dimension) -> ColumnElement[Any]:
        """The value of a key in one of its dimensions."""
        if dimension is Dimension.REPORTING_PERIOD:
            return value(rows.c.label)
        return read(dimension, self._part(rows, dimension))

    def _part(self, rows: FromClause, name: str) -> ColumnElement[Any]:
        return func.nullif(func.split_part(rows.c.cell, PART, literal_column(str(self._parts.index(name) + 1))), NOTHING)


def _joined(texts: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    joined = texts[0]
    for text in texts[1:]:
        joined = joined.concat(PART).concat(text)
    return joined


def listed(members: ColumnElement[Any]) -> ColumnElement[Any]:
    """The aggregate that makes a raw value of rows of members."""
    return func.string_agg(members, MEMBER)


def read(dimension: Dimension, raw: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value of a raw value."""
    if dimension not in SET_VALUED:
        return value(raw)
    members = unnested(func.string_to_array(raw, MEMBER))
    distinct = select(func.array_agg(members.c.member.distinct())).select_from(members).correlate_except(members).scalar_subquery()
    return case((_several(raw), distinct), else_=value(raw))


def raw_inside(dimension: Dimension, raw: ColumnElement[Any], allowed: ColumnElement[Any]) -> ColumnElement[bool]:
    """As `inside`, of a raw value."""
    single = func.coalesce(raw == any_(allowed), false())
    if dimension not in SET_VALUED:
        return single
    return case((_several(raw), inside(func.string_to_array(raw, MEMBER), allowed)), else_=single)


def raw_outside(dimension: Dimension, raw: ColumnElement[Any], allowed: ColumnElement[Any]) -> ColumnElement[bool]:
    """As `outside`, of a raw value."""
    single = raw.is_not(None) & ~(raw == any_(allowed))
    if dimension not in SET_VALUED:
        return single
    return case((_several(raw), outside(func.string_to_array(raw, MEMBER), allowed)), else_=single)


def _several(raw: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.strpos(raw, MEMBER) > ZERO
