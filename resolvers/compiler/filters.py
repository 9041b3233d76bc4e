"""The inputs `filter` become predicates, through the planner's door.

A comparison with a missing value is false and `not` is its plain negation; {} holds for every row, an empty `or` or `in` for none. Null is
no value to compare with: it is refused, so that no number is read over more rows than were meant.
"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Numeric, Uuid, and_, exists, false, or_, true, type_coerce

from models.policies import Door, Predicate, Row
from resolvers.compiler.arguments import Argument, Bound, Path
from resolvers.compiler.binds import Binds, decode_id
from resolvers.errors import InputError
from resolvers.fields import Compare, CompareKey, Filter, ObjectType, Related


class Filters:
    """The predicates of one plan's filters."""

    def __init__(self, types: Mapping[str, ObjectType], door: Door, binds: Binds) -> None:
        self._types, self._door, self._binds = types, door, binds

    def predicate(self, type_: ObjectType, row: Row, argument: Argument, path: Path) -> Predicate:
        """Whether a row of the type satisfies the filter; a filter that is null or absent holds for every row."""
        if argument is None:
            return true()
        terms = [self._member(type_, row, name, value, (*path, name)) for name, value in _members(argument).items()]
        return and_(true(), *terms)

    def _member(self, type_: ObjectType, row: Row, name: str, value: Argument, path: Path) -> Predicate:
        if value is None:
            return true()
        if name == "not":
            return self.predicate(type_, row, value, path).is_not(true())
        if name in ("and", "or"):
            terms = [self.predicate(type_, row, item, (*path, index)) for index, item in enumerate(_items(value))]
            return and_(true(), *terms) if name == "and" else or_(false(), *terms)
        return self._filter(type_, type_.filters[name], row, value, path)

    def _filter(self, type_: ObjectType, word: Filter, row: Row, value: Argument, path: Path) -> Predicate:
        match word:
            case Compare():
                left = comparable(word.build(row, self._door))
                return and_(true(), *[self._operator(left, name, item, (*path, name)) for name, item in _members(value).items()])
            case CompareKey():
                return and_(true(), *[self._key(type_, row, name, item, (*path, name)) for name, item in _members(value).items()])
            case Related():
                other_type = self._types[word.type]
                other, allowed = self._door.visible(other_type.stored)
                inner = self.predicate(other_type, other, value, path)
                return exists().where(word.on(row, other, self._door), allowed, inner).correlate_except(other)
            case _:
                assert_never(word)

    def _operator(self, left: ColumnElement[Any], name: str, value: Argument, path: Path) -> Predicate:
        if value is None:
            raise _null(name, path)
        if name == "in":
            return self._binds.among(left, value)
        right = _bound(value)
        if name == "isNull":
            return left.is_(None) if right.value else left.is_not(None)
        mark = self._binds.argument(right, left.type)
        operators = {"eq": left.__eq__, "lt": left.__lt__, "lte": left.__le__, "gt": left.__gt__, "gte": left.__ge__}
        return operators[name](mark)

    def _key(self, type_: ObjectType, row: Row, name: str, value: Argument, path: Path) -> Predicate:
        if value is None:
            raise _null(name, path)
        column = row.c[type_.key]
        is_uuid = isinstance(column.type, Uuid)

        def decode(item: Any) -> Any:
            return decode_id(item, type_.name, is_uuid=is_uuid, path=path)

        if name == "in":
            return self._binds.among(column, value, decode)
        return column == self._binds.argument(_bound(value), column.type, decode)


def comparable(left: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value, of a type without precision where it is a number: a bind is cast to it, which must neither round nor overflow."""
    return type_coerce(left, Numeric()) if isinstance(left.type, Numeric) else left


def _null(name: str, path: Path) -> InputError:
    return InputError(f"null is no value for `{name}`: leave the operator out, or use isNull.", path=path)


def _members(value: Argument) -> Mapping[str, Argument]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Argument) -> Sequence[Argument]:
    return value if isinstance(value, Sequence) else (value,)


def _bound(value: Argument) -> Bound:
    if not isinstance(value, Bound):
        raise TypeError("a scalar argument is expected here")
    return value
