"""Relay pages by keyset: the order of a connection, the place that a cursor names, and the rows after it.

An order ends with the row's key, so that it is total; missing values come last in both directions. A cursor is the sealed list of its row's
sort values together with the order's name: it stays true while rows are inserted, and is refused in another order or when it was changed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, false, or_, tuple_
from sqlalchemy.sql.elements import Grouping

from models.policies import Predicate, Row
from resolvers.compiler.arguments import Argument, Bound, Path
from resolvers.compiler.binds import Binds
from resolvers.compiler.statement import SEAL_BYTES
from resolvers.errors import InputError
from resolvers.fields import ObjectType, SortKey


@dataclass(frozen=True, slots=True)
class Order:
    """The sort keys of a connection with their directions, and a name that tells it from any other order."""

    keys: tuple[tuple[SortKey, bool], ...]
    name: str


def order_of(type_: ObjectType, argument: Argument) -> Order:
    """The order that the argument asks for, else the type's default; each sort key at most once, and the row's key last."""
    asked = argument if isinstance(argument, Sequence) and argument else ()
    named: dict[str, bool] = {}
    for item in asked:
        named.setdefault(_text(item, "by"), _text(item, "direction") == "DESC")
    if not named:
        named = dict.fromkeys(type_.default_order, False)
    keys = [(type_.orders[name], descending) for name, descending in named.items()]
    name = ",".join(f"{name}.DESC" if descending else name for name, descending in named.items())
    return Order((*keys, (SortKey(type_.key), False)), f"{type_.name}:{name}")


def _text(item: Any, name: str) -> str:
    return str(item[name].value)


def order_by(order: Order, row: Row) -> tuple[ColumnElement[Any], ...]:
    """The ORDER BY of the order."""
    terms: list[ColumnElement[Any]] = []
    for key, descending in order.keys:
        column = row.c[key.column]
        term = column.desc() if descending else column.asc()
        terms.append(term.nulls_last() if key.nullable and descending else term)
    return tuple(terms)


def place_of(order: Order, row: Row) -> tuple[ColumnElement[Any], ...]:
    """The values that name a row's place in the order."""
    return tuple(row.c[key.column] for key, _ in order.keys)


def after(order: Order, row: Row, cursor: Bound, binds: Binds, path: Path) -> Predicate:
    """Whether a row comes after the one that the cursor names."""
    where = path if cursor.path is None else ("variables", *cursor.path)
    bind = binds.add(lambda call: open_cursor(cursor.resolve(call.variables), order.name, call.secret, where), ARRAY(Text))
    values = Grouping(bind)  # without parentheses PostgreSQL reads the index as part of the bind's type: $1::text[][1]
    columns = place_of(order, row)
    marks = [cast(values[index + 1], column.type) for index, column in enumerate(columns)]
    if all(not key.nullable and not descending for key, descending in order.keys):
        return tuple_(*columns) > tuple_(*marks)
    later: list[Predicate] = []
    for index, (key, descending) in enumerate(order.keys):
        equal = [_equal(order.keys[i][0], columns[i], marks[i]) for i in range(index)]
        later.append(and_(*equal, _beyond(key, descending, columns[index], marks[index])))
    return or_(false(), *later)


def _equal(key: SortKey, column: ColumnElement[Any], mark: ColumnElement[Any]) -> Predicate:
    return column.is_not_distinct_from(mark) if key.nullable else column == mark


def _beyond(key: SortKey, descending: bool, column: ColumnElement[Any], mark: ColumnElement[Any]) -> Predicate:
    beyond = column < mark if descending else column > mark
    return and_(mark.is_not(None), or_(beyond, column.is_(None))) if key.nullable else beyond


def open_cursor(text: Any, order_name: str, secret: bytes, path: Path) -> list[str | None]:
    """The sort values in a cursor of this order; raises InputError for a text that is no such cursor.

    `statement` seals what this opens: base64 of the first half of SHA-256(secret + place), and the place.
    """
    try:
        content = base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    seal, place = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if not place or not hmac.compare_digest(hashlib.sha256(secret + place).digest()[:SEAL_BYTES], seal):
        raise InputError("This is not a cursor that the API gave. Send it as it came, or leave it out.", code="CURSOR_INVALID", path=path)
    name, *values = orjson.loads(place)
    if name != order_name:
        raise InputError("This cursor belongs to another order. Start again without it.", code="CURSOR_INVALID", path=path)
    return list(values)
