"""Relay pages by keyset: the order of a connection, the page of it, the place that a cursor names, and the rows beyond it.

An order ends with the row's key, so that it is total. The rows before a cursor are those beyond it in the opposite order, in which the last
rows are read too. A cursor is the sealed list of its row's sort values, with its field and the order's name: it stays true while rows come
and go, and is refused in another field, in another order, or when it was changed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, false, or_, tuple_
from sqlalchemy.sql.elements import Grouping

from models.policies import Predicate
from resolvers.compiler.arguments import Argument, Arguments, Bound, Path
from resolvers.compiler.binds import Binds
from resolvers.compiler.limits import DEFAULT_PAGE
from resolvers.compiler.plan import Belongs
from resolvers.compiler.statement import SEAL_BYTES
from resolvers.errors import InputError
from resolvers.fields import ObjectType, SortKey

Values = tuple[ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A sort key with its direction; missing values come last unless first."""

    sort: SortKey
    descending: bool = False
    nulls_first: bool = False

    @property
    def backward(self) -> "Key":
        """The same key the other way round."""
        return Key(self.sort, not self.descending, not self.nulls_first)


@dataclass(frozen=True, slots=True)
class Order:
    """The sort keys of a connection, and a name that tells it from any other order."""

    keys: tuple[Key, ...]
    name: str

    @property
    def backward(self) -> "Order":
        """The opposite order, of the same name: a cursor names the same place in both."""
        return replace(self, keys=tuple(key.backward for key in self.keys))


@dataclass(frozen=True, slots=True)
class Page:
    """At most `size` rows from the start of a list, or `backward` from its end; only those between two cursors."""

    size: Bound
    backward: bool
    after: Bound | None
    before: Bound | None

    @property
    def continued(self) -> bool:
        """Whether a cursor bounds the side from which the page is read."""
        return (self.before if self.backward else self.after) is not None


def order_of(type_: ObjectType, argument: Argument) -> Order:
    """The order that the argument asks for, else the type's default; each sort key at most once, and the row's key last."""
    asked = argument if isinstance(argument, Sequence) else ()
    keys: dict[str, Key] = {}
    for item in asked:
        name = _text(item, "by")
        keys.setdefault(name, Key(type_.orders[name], _text(item, "direction") == "DESC", _text(item, "nulls") == "FIRST"))
    if not keys:
        keys = {name: Key(type_.orders[name]) for name in type_.default_order}
    return Order((*keys.values(), Key(SortKey(type_.key))), ", ".join(_named(name, key) for name, key in keys.items()) or "ID ASC")


def _text(item: Any, name: str) -> str:
    return str(item[name].value)


def _named(name: str, key: Key) -> str:
    return f"{name} {'DESC' if key.descending else 'ASC'}{' NULLS FIRST' if key.nulls_first else ''}"


def page_of(given: Arguments) -> Page:
    """The page that the arguments ask for; null counts as absent, and `limits` refuses `first` and `last` together."""
    first, last, after, before = (_bound(given.get(name)) for name in ("first", "last", "after", "before"))
    return Page(last or first or Bound(DEFAULT_PAGE), last is not None, after, before)


def _bound(argument: Argument) -> Bound | None:
    return argument if isinstance(argument, Bound) else None


def order_by(order: Order, values: Values) -> Values:
    """The ORDER BY of the order. PostgreSQL takes a missing value for the greatest, as its indexes do."""
    return tuple(_term(key, value) for key, value in zip(order.keys, values, strict=True))


def _term(key: Key, value: ColumnElement[Any]) -> ColumnElement[Any]:
    term = value.desc() if key.descending else value.asc()
    if not key.sort.nullable or key.nulls_first == key.descending:
        return term
    return term.nulls_first() if key.nulls_first else term.nulls_last()


def marks_of(belongs: Belongs, values: Values, cursor: Bound, binds: Binds, path: Path) -> Values:
    """The sort values of the row that the cursor names, each of the type of its sort key."""
    where = path if cursor.path is None else ("variables", *cursor.path)
    bind = binds.add(lambda call: open_cursor(cursor.resolve(call.variables), belongs, call.secret, where), ARRAY(Text))
    opened = Grouping(bind)  # without parentheses PostgreSQL reads the index as part of the bind's type: $1::text[][1]
    return tuple(cast(opened[index], value.type) for index, value in enumerate(values, 1))


def beyond(order: Order, values: Values, marks: Values) -> Predicate:
    """Whether a row comes after the marks in the order.

    The leading keys that run one way and are never missing are compared as one row, which an index on them answers by a range.
    """
    leading = list(takewhile(lambda key: not key.sort.nullable and key.descending == order.keys[0].descending, order.keys))
    start, place = tuple_(*values[: len(leading)]), tuple_(*marks[: len(leading)])
    descending = order.keys[0].descending
    if len(leading) == len(order.keys):
        return start < place if descending else start > place
    later: list[Predicate] = []
    for index, key in enumerate(order.keys):
        equal = [_equal(order.keys[i], values[i], marks[i]) for i in range(index)]
        later.append(and_(*equal, _beyond(key, values[index], marks[index])))
    within = or_(false(), *later)
    if not leading:
        return within
    return and_(start <= place if descending else start >= place, within)


def _equal(key: Key, value: ColumnElement[Any], mark: ColumnElement[Any]) -> Predicate:
    return value.is_not_distinct_from(mark) if key.sort.nullable else value == mark


def _beyond(key: Key, value: ColumnElement[Any], mark: ColumnElement[Any]) -> Predicate:
    further = value < mark if key.descending else value > mark
    if not key.sort.nullable:
        return further
    if key.nulls_first:
        return or_(further, and_(mark.is_(None), value.is_not(None)))
    return and_(mark.is_not(None), or_(further, value.is_(None)))


def open_cursor(text: Any, belongs: Belongs, secret: bytes, path: Path) -> list[str | None]:
    """The sort values in a cursor of this field and order; raises InputError for a text that is no such cursor.

    `statement` seals what this opens: base64 of the first half of SHA-256(secret + place), and the place.
    """
    try:
        content = base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    seal, place = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if not place or not hmac.compare_digest(hashlib.sha256(secret + place).digest()[:SEAL_BYTES], seal):
        raise _refused("This is not a cursor that the API gave. Send it as it came, or leave it out.", path)
    field, order_name, *values = orjson.loads(place)
    if field != belongs.field:
        raise _refused(f"This cursor is one of {field}, not of {belongs.field}. Send it to the field that gave it, or leave it out.", path)
    if order_name != belongs.order_name:
        told = f"This cursor belongs to the order {order_name}, not to {belongs.order_name}."
        raise _refused(f"{told} Send it with the order that it came with, or start again without it.", path)
    return list(values)


def _refused(message: str, path: Path) -> InputError:
    return InputError(message, code="CURSOR_INVALID", path=path)
