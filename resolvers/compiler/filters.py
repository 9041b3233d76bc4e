"""The inputs `filter` become predicates, through the planner's door.

A comparison with a missing value is false and `not` is its plain negation; {} holds for every row, an empty `or` or `in` for none. Null is
no value to compare with: it is refused, so that no number is read over more rows than were meant.

A negation is pushed down to what it negates, so that PostgreSQL meets EXISTS and NOT EXISTS alone, which it joins, never inside an
expression, which it would run for each row. Rows of a relation are those that the viewer sees: to others `none` is true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Numeric, Text, Uuid, and_, column, exists, false, func, literal_column, or_, select, true, type_coerce

from models.policies import Door, Predicate, Row
from resolvers.compiler.arguments import Argument, Bound, Path
from resolvers.compiler.binds import Binds, decode_id
from resolvers.errors import InputError
from resolvers.fields import Compare, CompareEach, CompareKey, Filter, ObjectType, Related, RelatedMany, Test, Within

MAX_TEXT = 200
SPECIAL = literal_column(r"'([\\%_])'", Text())
ESCAPED = literal_column(r"'\\\1'", Text())
ANY = literal_column("'%'", Text())


@dataclass(frozen=True, slots=True)
class Subject:
    """A row that a filter is asked about, and whether the filter shall hold for it, or shall not."""

    type: ObjectType
    row: Row
    holds: bool = True

    def constant(self) -> Predicate:
        """What a filter is that says nothing."""
        return true() if self.holds else false()

    def all(self, terms: Sequence[Predicate]) -> Predicate:
        """All of the terms; where the filter shall not hold each is negated, and one suffices."""
        return and_(true(), *terms) if self.holds else or_(false(), *terms)

    def any(self, terms: Sequence[Predicate]) -> Predicate:
        """Any of the terms; where the filter shall not hold each is negated, and all are needed."""
        return or_(false(), *terms) if self.holds else and_(true(), *terms)

    def tested(self, term: Predicate) -> Predicate:
        """A comparison, which may be null."""
        return term if self.holds else term.is_not(true())


class Filters:
    """The predicates of one plan's filters."""

    def __init__(self, types: Mapping[str, ObjectType], door: Door, binds: Binds) -> None:
        self._types, self._door, self._binds = types, door, binds

    def predicate(self, type_: ObjectType, row: Row, argument: Argument, path: Path) -> Predicate:
        """Whether a row of the type satisfies the filter; a filter that is null or absent holds for every row."""
        return self._predicate(Subject(type_, row), argument, path)

    def _predicate(self, subject: Subject, argument: Argument, path: Path) -> Predicate:
        return subject.all([self._member(subject, name, value, (*path, name)) for name, value in _members(argument).items()])

    def _member(self, subject: Subject, name: str, value: Argument, path: Path) -> Predicate:
        if name == "not":
            return subject.constant() if value is None else self._predicate(replace(subject, holds=not subject.holds), value, path)
        if name in ("and", "or"):
            if value is None:
                return subject.constant()
            terms = [self._predicate(subject, item, (*path, index)) for index, item in enumerate(_items(value))]
            return subject.all(terms) if name == "and" else subject.any(terms)
        return self._filter(subject, subject.type.filters[name], value, path)

    def _filter(self, subject: Subject, word: Filter, value: Argument, path: Path) -> Predicate:
        if isinstance(word, Test):
            return self._test(subject, word, value, path)
        if value is None:
            return subject.constant()
        match word:
            case Compare():
                return subject.tested(self._operators(word.build(subject.row, self._door), value, path))
            case CompareKey():
                terms = [self._key(subject.type, subject.row, name, item, (*path, name)) for name, item in _members(value).items()]
                return subject.tested(and_(true(), *terms))
            case CompareEach():
                return subject.all([self._each(subject, word, name, item, (*path, name)) for name, item in _members(value).items()])
            case Within():
                present = subject.tested(word.present(subject.row, self._door))
                return subject.all([present, self._predicate(replace(subject, type=self._types[word.type]), value, path)])
            case Related():
                return self._exists(subject, word, value, path, matching=True, wanted=subject.holds)
            case RelatedMany():
                return subject.all([self._quantified(subject, word, name, item, (*path, name)) for name, item in _members(value).items()])
            case _:
                assert_never(word)

    def _test(self, subject: Subject, word: Test, value: Argument, path: Path) -> Predicate:
        if value is None:
            raise InputError(f"null is no value for `{path[-1]}`: leave it out.", path=path)
        bound = _bound(value)
        return subject.tested(word.build(subject.row, self._binds.argument(bound, word.type)))

    def _quantified(self, subject: Subject, word: RelatedMany, name: str, value: Argument, path: Path) -> Predicate:
        """`some`: one that matches is there; `none`: it is not; `every`: none is there that does not match."""
        if value is None:
            return subject.constant()
        return self._exists(subject, word, value, path, matching=name != "every", wanted=(name == "some") is subject.holds)

    def _exists(
        self, subject: Subject, word: Related | RelatedMany, value: Argument, path: Path, *, matching: bool, wanted: bool
    ) -> Predicate:
        """Whether the viewer sees no related row, or one, for which the filter holds, or does not."""
        other_type = self._types[word.type]
        other, allowed = other_type.link(self._door) if isinstance(word, RelatedMany) else other_type.visible(self._door)
        between = word.join(subject.row, other, self._door)
        inner = self._predicate(Subject(other_type, other, matching), value, path)
        found = exists().where(between.where, allowed, inner).correlate_except(other, *between.rows)
        return found if wanted else ~found

    def _each(self, subject: Subject, word: CompareEach, name: str, value: Argument, path: Path) -> Predicate:
        if value is None:
            return subject.constant()
        texts = func.unnest(word.build(subject.row, self._door)).table_valued(column("value", Text())).render_derived()
        inner = Subject(subject.type, subject.row, name != "every").tested(self._operators(texts.c.value, value, path))
        found = exists(select(literal_column("1")).select_from(texts).where(inner).correlate_except(texts))
        return found if (name == "some") is subject.holds else ~found

    def _operators(self, value: ColumnElement[Any], given: Argument, path: Path) -> Predicate:
        left = comparable(value)
        return and_(true(), *[self._operator(left, name, item, (*path, name)) for name, item in _members(given).items()])

    def _operator(self, left: ColumnElement[Any], name: str, value: Argument, path: Path) -> Predicate:
        if value is None:
            raise _null(name, path)
        if name == "in":
            return self._binds.among(left, value)
        right = _bound(value)
        if name == "isNull":
            return left.is_(None) if right.value else left.is_not(None)
        if name in ("contains", "startsWith"):
            return func.fold(left).like(self._pattern(right, path, anywhere=name == "contains"))
        mark = self._binds.argument(right, left.type)
        operators = {"eq": left.__eq__, "lt": left.__lt__, "lte": left.__le__, "gt": left.__gt__, "gte": left.__ge__}
        return operators[name](mark)

    def _pattern(self, text: Bound, path: Path, *, anywhere: bool) -> ColumnElement[str]:
        """The pattern of a text, as a subquery, so that it is made once. What folds to % or _ is escaped, hence only after folding."""
        where = path if text.path is None else ("variables", *text.path)
        folded = func.fold(self._binds.argument(text, Text(), lambda given: _short(given, where)))
        escaped = func.regexp_replace(folded, SPECIAL, ESCAPED, literal_column("'g'", Text()))
        return select(func.concat(ANY, escaped, ANY) if anywhere else func.concat(escaped, ANY)).scalar_subquery()

    def _key(self, type_: ObjectType, row: Row, name: str, value: Argument, path: Path) -> Predicate:
        if value is None:
            raise _null(name, path)
        key = row.c[type_.key]
        is_uuid = isinstance(key.type, Uuid)

        def decode(item: Any) -> Any:
            return decode_id(item, type_.name, is_uuid=is_uuid, path=path)

        if name == "in":
            return self._binds.among(key, value, decode)
        return key == self._binds.argument(_bound(value), key.type, decode)


def comparable(left: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value, of a type without precision where it is a number: a bind is cast to it, which must neither round nor overflow."""
    return type_coerce(left, Numeric()) if isinstance(left.type, Numeric) else left


def _short(text: str, path: Path) -> str:
    if len(text) > MAX_TEXT:
        raise InputError(f"`{path[-1]}` takes at most {MAX_TEXT} characters. Give fewer.", path=path)
    return text


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
