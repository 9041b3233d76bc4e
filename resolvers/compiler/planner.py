"""Operation and shape of viewer -> plan. The only place that asks for tables to read, always through the door.

The planner decides everything: which rows, under which policy, in which order; `statement` only writes it down. A plan depends on the shape
of the viewer and of the variables; every identity and every value is a bind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

from graphql import FragmentDefinitionNode, GraphQLObjectType, GraphQLSchema, SelectionSetNode, get_named_type
from sqlalchemy import ColumnElement, DateTime, Integer, String, Text, Uuid, and_, cast, column, func, literal_column

from models.access import PersonalField
from models.policies import Door, PersonalWithheld, Predicate, Row, ScopeMissing
from resolvers import fields as words
from resolvers.compiler import arguments, connections, nodes
from resolvers.compiler.arguments import Argument, Arguments, Bound
from resolvers.compiler.binds import Binds, decode_id, past
from resolvers.compiler.filters import Filters
from resolvers.compiler.plan import Belongs, Count, Cursor, Either, Embedded, Field, Many, One, PageInfo, Rows, Scalar, Several
from resolvers.compiler.selections import Selection, collect, names_below
from resolvers.errors import InputError, NotPermitted, ScopeNeeded
from resolvers.fields import ObjectType

Path = tuple[str | int, ...]
Refused = Callable[[PersonalField, Path], NotPermitted]
"""The refusal to a caller of what is told of people. It may tell of who is asking, since no plan comes of it."""

MAX_KEY = 63
PERSON = "@person"
"""The response key of a mark; no alias can be that."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a selection stands: its object's type, the row that the object is made of (None at the root), its response path."""

    type: GraphQLObjectType
    row: Any
    path: Path


class Planner:
    """The planning of one operation; `types` gives the meaning of each object type of the schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        types: Mapping[str, ObjectType],
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        door: Door,
        refused: Refused,
    ) -> None:
        self.schema, self.types, self.fragments, self.variables, self.door = schema, types, fragments, variables, door
        self.refused = refused
        self.binds = Binds()
        self.filters = Filters(types, door, self.binds)

    def fields(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode], row: Any, path: Path) -> tuple[Field, ...]:
        """The planned fields of an object of this type, made of this row."""
        selections = collect(self.schema, type_, sets, self.fragments, self.variables)
        planned = tuple(self.field(selection, Place(type_, row, (*path, selection.key))) for selection in selections)
        return (*self._marks(type_, selections, row), *planned)

    def _marks(self, type_: GraphQLObjectType, selections: Sequence[Selection], row: Any) -> Iterator[Field]:
        """The mark of an object of which something is selected that is told of people; the audit log keeps it, and it never leaves."""
        known = self.types[type_.name]
        told = {each.name for each in selections if isinstance(known.fields.get(each.name), words.Personal)}
        self.binds.personal.update(f"{type_.name}.{name}" for name in told)
        if told:
            yield Scalar(PERSON, global_id(known.marked_as or type_.name, row.c[known.key]))

    def field(self, selection: Selection, place: Place) -> Field:
        """The planned field of one response key. Raises NotPermitted where the viewer's scopes do not reach."""
        if len(selection.key) > MAX_KEY:
            raise InputError(f"An alias is longer than {MAX_KEY} characters.", code="ALIAS_TOO_LONG", path=place.path)
        if selection.name == "__typename":
            return Scalar(selection.key, literal_column(f"'{place.type.name}'", String()))
        word = self.types[place.type.name].fields[selection.name]
        try:
            return self._at_its_moment(selection, place)._planned(word, selection, place)
        except ScopeMissing as missing:
            raise ScopeNeeded(missing.scope.value, path=place.path) from None
        except PersonalWithheld as withheld:
            raise self.refused(withheld.field, place.path) from None

    def _at_its_moment(self, selection: Selection, place: Place) -> "Planner":
        """The planner of a field and of all below it: another one where the field's `asOf` names a moment, which is no day."""
        declared = place.type.fields[selection.name].args.get("asOf")
        if declared is None or get_named_type(declared.type).name != "DateTime":
            return self
        moment = self.arguments(selection, place.type).get("asOf")
        if not isinstance(moment, Bound):
            return self
        path = (*place.path, "asOf") if moment.path is None else ("variables", *moment.path)
        planner = copy(self)
        planner.door = self.door.at(self.binds.argument(moment, DateTime(timezone=True), lambda value: past(value, path)))
        planner.filters = Filters(self.types, planner.door, self.binds)
        return planner

    def _planned(self, word: words.Word, selection: Selection, place: Place) -> Field:
        match word:
            case words.Column():
                return Scalar(selection.key, place.row.c[word.name])
            case words.Expression():
                return Scalar(selection.key, word.build(place.row, self.door))
            case words.Identifier():
                return Scalar(selection.key, self._identifier(place))
            case words.Embedded():
                present = word.present(place.row, self.door) if word.present else None
                return Embedded(selection.key, self.children(word.type, selection, place.row, place), present)
            case words.One():
                return self._one(word, selection, place)
            case words.OneOf():
                return Either(selection.key, self.either(word, selection, place))
            case words.Reference():
                return self._reference(word, selection, place)
            case words.Many():
                return self._many(word, selection, place)
            case words.Connection():
                return self._connection(word, selection, place)
            case words.Elements():
                return self._elements(word, selection, place)
            case words.Source():
                return self._source(word, selection, place)
            case words.AnyNode():
                return self._any_node(selection, place)
            case words.AnyNodes():
                return self._any_nodes(selection, place)
            case words.Personal():
                self.door.require_open(word.field)
                return self._planned(word.word, selection, place)
            case words.Mutation():
                raise TypeError("a mutation is not read")
            case _:
                assert_never(word)

    def mutation(self, word: words.Mutation, selection: Selection) -> Field:
        """The payload of a mutation, read from the row that its function leaves."""
        place = Place(self.object_type(word.type), None, (selection.key,))
        row, rows = word.payload(self)
        return One(selection.key, rows, self.children(word.type, selection, row, place))

    def arguments(self, selection: Selection, type_: GraphQLObjectType) -> Arguments:
        """The arguments of a field."""
        return arguments.read(selection.nodes[0], type_.fields[selection.name], self.variables)

    def object_type(self, name: str) -> GraphQLObjectType:
        type_ = self.schema.get_type(name)
        if not isinstance(type_, GraphQLObjectType):
            raise TypeError(f"{name} is no object type")
        return type_

    def children(self, type_name: str, selection: Selection, row: Any, place: Place) -> tuple[Field, ...]:
        return self.fields(self.object_type(type_name), selection.children, row, place.path)

    def visible(self, type_name: str) -> tuple[ObjectType, Row, Predicate]:
        type_ = self.types[type_name]
        return type_, *type_.visible(self.door)

    def _identifier(self, place: Place) -> ColumnElement[str]:
        type_ = self.types[place.type.name]
        return global_id(type_.name, place.row.c[type_.key])

    def _one(self, word: words.One, selection: Selection, place: Place) -> One:
        return self._found(word.type, lambda type_, row: [word.on(place.row, row, self.door)], selection, place)

    def _found(self, name: str, on: Callable[[ObjectType, Row], Iterable[Predicate]], selection: Selection, place: Place) -> One:
        """The object of a type, made of the one visible row for which all of `on` holds."""
        type_, row, allowed = self.visible(name)
        return One(selection.key, Rows((row,), (*on(type_, row), allowed)), self.children(name, selection, row, place))

    def either(self, word: words.OneOf, selection: Selection, place: Place) -> tuple[One, ...]:
        """The objects of which a field of a union gives the first that there is."""
        return tuple(self._one(one, selection, place) for one in word.objects)

    def _reference(self, word: words.Reference, selection: Selection, place: Place) -> Field:
        self.door.require(word.scope)
        type_, row, allowed = self.visible(word.type)
        given = self.arguments(selection, place.type)[word.argument]
        way, value = self._one_way(given, (*place.path, word.argument))
        named = row.c[word.ways[way]] == self._reference_bind(way, value, type_, row.c[word.ways[way]], (*place.path, word.argument, way))
        own = [row.c[word.own[way]] == self._own_agency()] if way in word.own else []
        return One(selection.key, Rows((row,), (named, *own, allowed)), self.children(word.type, selection, row, place))

    def _one_way(self, given: Argument, path: Path) -> tuple[str, Bound]:
        """The one member of a one-of input: a variable that is absent or null leaves it empty, which no validation sees."""
        ways = list(given.items()) if isinstance(given, Mapping) else []
        match ways:
            case [(way, Bound() as value)]:
                return way, value
            case _:
                raise InputError("Name what you look for in exactly one way, and not by null.", path=path)

    def _own_agency(self) -> ColumnElement[Any]:
        return self.binds.add(lambda call: call.viewer.agency_id, Uuid())

    def _reference_bind(self, way: str, value: Bound, type_: ObjectType, target: ColumnElement[Any], path: Path) -> ColumnElement[Any]:
        if way != "id":
            return self.binds.argument(value, target.type)
        where = path if value.path is None else ("variables", *value.path)
        is_uuid = isinstance(target.type, Uuid)
        return self.binds.argument(value, target.type, lambda text: decode_id(text, type_.name, is_uuid=is_uuid, path=where))

    def _any_node(self, selection: Selection, place: Place) -> Field:
        value = self.arguments(selection, place.type)["id"]
        if not isinstance(value, Bound):
            raise TypeError("an id is expected here")
        path = (*place.path, "id") if value.path is None else ("variables", *value.path)

        def named(type_: ObjectType, row: Row) -> Iterable[Predicate]:
            yield row.c[type_.key] == self._reference_bind("id", value, type_, row.c[type_.key], path)

        return self._found(nodes.type_of(value.value, self.schema, path), named, selection, place)

    def _any_nodes(self, selection: Selection, place: Place) -> Field:
        given, path = self.arguments(selection, place.type)["ids"], (*place.path, "ids")
        found = {nodes.type_of(item, self.schema, where) for item, where in nodes.references(given, self.variables, path)}
        asked = nodes.rows_of(given, self.types, self.binds, path)
        named = [self._found(name, partial(nodes.names, asked), selection, place) for name in sorted(found)]
        return Several(selection.key, Rows((asked,), (), (asked.c.position,)), tuple(named))

    def _many(self, word: words.Many, selection: Selection, place: Place) -> Field:
        type_, row, allowed = self.visible(word.type)
        given = self.arguments(selection, place.type)
        where = [allowed]
        tables: tuple[Row, ...] = (row,)
        link = row
        if word.through:
            link, link_allowed = self.door.link(word.through.table)
            tables = (row, link)
            where += [link_allowed, word.through.near(place.row, link), word.through.far(link, row)]
        if word.on:
            where.append(word.on(place.row, row, self.door))
        if word.where:
            where += word.where(row, given, self)
        if "filter" in given:
            where.append(self.filters.predicate(type_, row, given["filter"], (*place.path, "filter")))
        rows = Rows(tables, tuple(where), tuple(word.order(row, link)))
        return Many(selection.key, rows, self.children(word.type, selection, row, place))

    def _elements(self, word: words.Elements, selection: Selection, place: Place) -> Field:
        array = word.array(place.row, self.door)
        row = (
            func.jsonb_to_recordset(array)
            .table_valued(*[column(name, type_) for name, type_ in word.columns.items()])
            .render_derived(with_types=True)
        )
        return Many(selection.key, Rows((row,), ()), self.children(word.type, selection, row, place))

    def _source(self, word: words.Source, selection: Selection, place: Place) -> Field:
        below = names_below(selection.children, self.fragments)
        source = word.source(place.row, self.arguments(selection, place.type), self, below)
        children = self.children(word.type, selection, source.row, place)
        return Many(selection.key, source.rows, children) if word.many else One(selection.key, source.rows, children)

    def _connection(self, word: words.Connection, selection: Selection, place: Place) -> Field:
        self.door.require(word.scope)
        page = ConnectionPlan(self, word, selection, place)
        connection = get_named_type(place.type.fields[selection.name].type)
        if not isinstance(connection, GraphQLObjectType):
            raise TypeError("a connection is expected here")
        parts = collect(self.schema, connection, selection.children, self.fragments, self.variables)
        planned = tuple(page.part(part, connection, (*place.path, part.key)) for part in parts)
        return Embedded(selection.key, planned)


def global_id(name: str, key: ColumnElement[Any]) -> ColumnElement[str]:
    """The global identifier of the object of a type that has this key."""
    found: ColumnElement[str] = literal_column(f"'{name}:'", Text()).op("||")(cast(key, Text))
    return found


class ConnectionPlan:
    """The planning of one connection: each of its parts reads the same rows, in a subquery of its own."""

    def __init__(self, planner: Planner, word: words.Connection, selection: Selection, place: Place) -> None:
        self._planner, self._word, self._place = planner, word, place
        self._given = planner.arguments(selection, place.type)
        self._type = planner.types[f"{word.type}Edge" if word.source else word.type]
        self._order = connections.order_of(self._type, self._given.get("order"))
        self._page = connections.page_of(self._given)
        self._belongs = Belongs(f"{place.type.name}.{selection.name}", self._order.name)

    def part(self, part: Selection, connection: GraphQLObjectType, path: Path) -> Field:
        """The planned field of a connection."""
        match part.name:
            case "__typename":
                return Scalar(part.key, literal_column(f"'{connection.name}'", String()))
            case "totalCount":
                return Count(part.key, self._rows()[1])
            case "nodes":
                return self._nodes(part, Place(connection, None, path))
            case "edges":
                return self._edges(part, path)
            case _:
                return self._page_info(part)

    def _nodes(self, part: Selection, place: Place) -> Field:
        row, rows, _ = self._paged()
        place = Place(place.type, row, place.path)
        node = self._type.fields["node"] if self._word.source else None
        if isinstance(node, words.OneOf):
            return Several(part.key, rows, self._planner.either(node, part, place))
        return Many(part.key, rows, self._planner.children(self._word.type, part, row, place))

    def _rows(self) -> tuple[Row, Rows]:
        planner, place = self._planner, self._place
        if self._word.source:
            return self._word.source(self._given, planner, place.path)
        type_, row, allowed = planner.visible(self._word.type)
        where = [allowed, planner.filters.predicate(type_, row, self._given.get("filter"), (*place.path, "filter"))]
        if self._word.on:
            where.append(self._word.on(place.row, row, planner.door))
        if self._word.where:
            where += self._word.where(row, self._given, planner)
        return row, Rows((row,), tuple(where))

    def _paged(self) -> tuple[Row, Rows, connections.Values]:
        """The rows of the page with what they are ordered by, and the values that name a row's place."""
        row, rows = self._rows()
        joined, values = self._ordered(row)
        where = list(rows.where)
        for argument, cursor, order in (("after", self._page.after, self._order), ("before", self._page.before, self._order.backward)):
            if cursor is not None:
                marks = connections.marks_of(self._belongs, values, cursor, self._planner.binds, (*self._place.path, argument))
                where.append(connections.beyond(order, values, marks))
        order = self._order.backward if self._page.backward else self._order
        terms = connections.order_by(order, values)
        return row, Rows((joined, *rows.tables[1:]), tuple(where), terms, self._size(), self._page.backward), values

    def _ordered(self, row: Row) -> tuple[Row, connections.Values]:
        """The row, joined to the rows that its sort keys are read from, where the viewer sees them; and the sort keys' values."""
        planner, joined, others = self._planner, row, dict[str | None, Row]({None: row})
        for through in dict.fromkeys(key.sort.through for key in self._order.keys):
            if through is not None:
                word = self._type.fields[through]
                if not isinstance(word, words.One):
                    raise TypeError(f"{self._type.name}.{through} is no relation to one")
                _, other, allowed = planner.visible(word.type)
                joined = joined.outerjoin(other, and_(word.on(row, other, planner.door), allowed))
                others[through] = other
        return joined, tuple(others[key.sort.through].c[key.sort.column] for key in self._order.keys)

    def _size(self) -> ColumnElement[int]:
        return self._planner.binds.argument(self._page.size, Integer())

    def _cursor(self, key: str, values: connections.Values) -> Cursor:
        return Cursor(key, values, self._belongs, self._planner.binds.secret())

    def _edges(self, part: Selection, path: Path) -> Field:
        planner = self._planner
        row, rows, values = self._paged()
        edge = planner.object_type(f"{self._word.type}Edge")
        fields: list[Field] = []
        for selection in collect(planner.schema, edge, part.children, planner.fragments, planner.variables):
            match selection.name:
                case "cursor":
                    fields.append(self._cursor(selection.key, values))
                case _ if self._word.source:
                    fields.append(planner.field(selection, Place(edge, row, (*path, selection.key))))
                case "node":
                    children = planner.children(self._word.type, selection, row, Place(edge, row, (*path, selection.key)))
                    fields.append(Embedded(selection.key, children))
                case _:
                    fields.append(Scalar(selection.key, literal_column(f"'{edge.name}'", String())))
        return Many(part.key, rows, tuple(fields))

    def _page_info(self, part: Selection) -> Field:
        planner = self._planner
        _, rows, values = self._paged()
        type_ = planner.object_type("PageInfo")
        facts = collect(planner.schema, type_, part.children, planner.fragments, planner.variables)
        names = tuple((fact.key, fact.name) for fact in facts)
        return PageInfo(part.key, rows, self._size(), self._page.continued, self._cursor("", values), names)
