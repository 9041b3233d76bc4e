"""The plan of an operation: frozen records that say what to read, complete enough to be printed. No behaviour.

A plan holds SQL expressions, since a field's meaning is one; how they become JSON is the business of `statement`.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, joined to others, that satisfy conditions, in an order, at most `limit` of them.

    `backward` rows are read from the end of a list: what they become is listed the other way round.
    """

    tables: tuple[FromClause, ...]
    where: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...] = ()
    limit: ColumnElement[int] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value under a response key."""

    key: str
    expression: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object made of the same row; null where `present` does not hold."""

    key: str
    fields: "tuple[Field, ...]"
    present: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class One:
    """The one row that there is, as an object, or null."""

    key: str
    rows: Rows
    fields: "tuple[Field, ...]"


@dataclass(frozen=True, slots=True)
class Many:
    """The rows, as a list of objects."""

    key: str
    rows: Rows
    fields: "tuple[Field, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """An object of one of several types: the first of `objects` that there is, or null."""

    key: str
    objects: tuple[One, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """The rows, as a list in which each is an object of one of several types: the first of `objects` that there is, or null."""

    key: str
    rows: Rows
    objects: tuple[One, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """The number of rows."""

    key: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Belongs:
    """What a cursor belongs to: a field, as its type and name, and the name of an order."""

    field: str
    order_name: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sealed text of a row's place; `place` is the list of its sort keys' values."""

    key: str
    place: tuple[ColumnElement[Any], ...]
    belongs: Belongs
    secret: ColumnElement[bytes]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Facts about a page of at most `size` rows: pairs of a response key and the name of a fact. `rows` are read without their limit.

    `continued` says whether a cursor bounds the side of the list from which the page is read.
    """

    key: str
    rows: Rows
    size: ColumnElement[int]
    continued: bool
    cursor: Cursor
    facts: tuple[tuple[str, str], ...]


Field = Scalar | Embedded | One | Many | Either | Several | Count | Cursor | PageInfo
