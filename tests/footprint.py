"""Which parts of the contract one operation reached when it ran: its coordinates, each a section and a name.

sections    the names of the sections, in the order of a report
footprint   the coordinates of one execution, from its trace and the values that its variables were given
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    value_from_ast_untyped,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from tests.trace import Step, Trace

FIELD, ARGUMENT, INPUT, VALUE = "field", "argument", "field of an input", "value of an enum given"
TYPE, DIRECTIVE, FRAGMENT = "type behind a field", "directive", "fragment"
FORM, TOGETHER = "form of an argument", "two arguments together"
OPERATOR, JUDGED, DEPTH, UNDER = "operator", "operator that told rows apart", "operator at a depth", "operator under"
ORDER, PAGE, BESIDE, ANSWER = "order", "order and page", "field beside a directive", "value answered"
VIEWER, EMPTY = "field by viewer", "field that was only null or empty"

Coordinate = tuple[str, str]
LOGIC = ("and", "or", "not")
PAGING = ("after", "before", "last")
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of the document stands: its static type, the fragments around it, what is beside it, the field that it is within."""

    parent: GraphQLNamedType
    fragments: frozenset[str] = frozenset()
    directives: frozenset[str] = frozenset()
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: the filter's field, how deep, and the last of `and`, `or`, `not` above it."""

    field: str | None = None
    depth: int = 0
    under: str | None = None


def footprint(trace: Trace, variables: Mapping[str, Any], viewer: str) -> set[Coordinate]:
    """The coordinates that an execution reached."""
    return set(Footprint(trace, variables).coordinates(viewer)) if trace.info else set()


class Footprint:
    """Reads one execution."""

    def __init__(self, trace: Trace, variables: Mapping[str, Any]) -> None:
        assert trace.info is not None
        self.trace, self.variables = trace, variables
        self.schema, self.fragments = trace.info.schema, trace.info.fragments
        self.operation, self.coerced = trace.info.operation, trace.info.variable_values.coerced
        self.defaults = {one.variable.name.value: one.default_value for one in self.operation.variable_definitions or ()}
        self.places: dict[int, list[Place]] = {}
        self.left_out: list[tuple[int | None, str]] = []
        self.spread: set[tuple[str, Place]] = set()

    def coordinates(self, viewer: str) -> Iterator[Coordinate]:
        """All that was reached; some of it more than once."""
        assert self.schema.query_type is not None
        self.selections(self.operation.selection_set, Place(self.schema.query_type))
        ran = {id(node) for step in self.trace.steps.values() for node in step.nodes} | {None}
        for step in self.trace.steps.values():
            yield from self.step(step, viewer)
        yield from ((DIRECTIVE, name) for within, name in self.left_out if within in ran)
        yield from ((TYPE, f"{where}: {type_name}") for where, type_name in self.trace.types)
        yield from ((JUDGED, f"{name} {'held' if held else 'did not hold'}") for name, held in self.trace.judged)

    # The document.

    def selections(self, selected: SelectionSetNode, place: Place) -> None:
        """Notes where each field stands, but for those that are left out."""
        for node in selected.selections:
            directives = self.directives(node)
            if any(holds for _, holds in directives):
                self.left_out += [(place.within, name) for name, holds in directives if holds]
                continue
            beside = place.directives | {name for name, _ in directives}
            match node:
                case FieldNode():
                    self.places.setdefault(id(node), []).append(replace(place, directives=beside))
                    definition = self.schema.get_field(place.parent, node.name.value)
                    if node.selection_set and definition:
                        self.selections(node.selection_set, Place(get_named_type(definition.type), within=id(node)))
                case InlineFragmentNode():
                    on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else None
                    way = "inline, without a type" if on is None else f"inline, {relation(place.parent, on)}"
                    around = place.fragments | {way}
                    self.selections(node.selection_set, replace(place, parent=on or place.parent, fragments=around, directives=beside))
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    on = self.schema.get_type(fragment.type_condition.name.value)
                    assert on is not None
                    around = place.fragments | {f"named, {relation(place.parent, on)}"}
                    inner = replace(place, parent=on, fragments=around, directives=beside)
                    if (node.name.value, inner) not in self.spread:
                        self.spread.add((node.name.value, inner))
                        self.selections(fragment.selection_set, inner)

    def directives(self, node: SelectionNode) -> list[tuple[str, bool]]:
        """The directives of a part of a document, and whether each leaves it out."""
        found = []
        for directive in node.directives or ():
            value = directive.arguments[0].value
            given = self.coerced[value.name.value] if isinstance(value, VariableNode) else value_from_ast_untyped(value)
            how = "variable" if isinstance(value, VariableNode) else "literal"
            on = "a field" if isinstance(node, FieldNode) else "a spread" if isinstance(node, FragmentSpreadNode) else "an inline fragment"
            name = f"@{directive.name.value} of a {how} that is {str(given).lower()}, on {on}"
            found.append((name, given is (directive.name.value == "skip")))
        return found

    # What ran.

    def step(self, step: Step, viewer: str) -> Iterator[Coordinate]:
        """What the resolving of a field reached."""
        parent = self.schema.get_type(step.parent)
        assert isinstance(parent, GraphQLObjectType)
        places = [place for node in step.nodes for place in self.places.get(id(node), ())]
        names = {f"{on.name}.{step.field}" for on in (parent, *(place.parent for place in places)) if on is parent or is_abstract_type(on)}
        yield from ((FIELD if step.answered else EMPTY, name) for name in names)
        yield from ((ANSWER, f"{step.parent}.{step.field}: {value}") for value in step.values)
        if step.answered:
            yield VIEWER, f"{step.parent}.{step.field} by {viewer}"
            for directive in {one for place in places for one in place.directives}:
                yield DIRECTIVE, directive
                yield BESIDE, f"{step.parent}.{step.field} beside {directive.split()[0]}"
            yield from ((FRAGMENT, one) for place in places for one in place.fragments)
            yield from ((FRAGMENT, "fragments in fragments") for place in places if len(place.fragments) > 1)
            if len(step.nodes) > 1:
                yield FRAGMENT, "fields that merge"
        if step.field in parent.fields:
            yield from self.arguments(f"{step.parent}.{step.field}", parent.fields[step.field], step.nodes[0])

    def arguments(self, where: str, definition: GraphQLField, node: FieldNode) -> Iterator[Coordinate]:
        """What the arguments of a field reached."""
        written = {argument.name.value: argument.value for argument in node.arguments or ()}
        given: list[str] = []
        for name, argument in definition.args.items():
            form, value = self.form(written.get(name))
            yield FORM, f"{where}({name}:) {form}"
            if value is not ABSENT and value is not None:
                given.append(name)
                yield ARGUMENT, f"{where}({name}:)"
                yield from self.value(argument.type, value, Spot())
        yield from ((TOGETHER, f"{where}({one}:, {other}:)") for one, other in combinations(given, 2))
        if "order" in definition.args:
            yield from self.pages(where, definition, written, [name for name in PAGING if name in given])

    def pages(self, where: str, definition: GraphQLField, written: Mapping[str, ValueNode], paging: list[str]) -> Iterator[Coordinate]:
        """The first key of an order with the ways in which its pages were asked for."""
        keys = self.plain(self.form(written.get("order"))[1])
        first = next(iter(keys if isinstance(keys, list) else [keys]), None) if keys is not ABSENT else None
        kind = get_named_type(definition.args["order"].type).name
        order = f"{kind} {first['by']} {first.get('direction', 'ASC')}" if isinstance(first, dict) else f"{kind} by default"
        yield from ((PAGE, f"{order}, {way}") for way in paging or ["first page"])

    def form(self, value: ValueNode | None) -> tuple[str, Any]:
        """In which form an argument is given, and the value that it is given: of the document, or as JSON."""
        match value:
            case None:
                return "absent", ABSENT
            case NullValueNode():
                return "null", None
            case VariableNode():
                given = self.of_variable(value)
                name = value.name.value
                if given is ABSENT:
                    return "by a variable that is absent", ABSENT
                how = "by a variable's default" if name not in self.variables else "by a variable"
                return (f"{how} that is null", None) if given is None or isinstance(given, NullValueNode) else (how, given)
            case _:
                return "by a literal", value

    def of_variable(self, node: VariableNode) -> Any:
        """What a variable stands for."""
        name = node.name.value
        default = self.defaults.get(name)
        return self.variables.get(name, ABSENT if default is None else default)

    # Values.

    def value(self, kind: GraphQLInputType, value: Any, spot: Spot) -> Iterator[Coordinate]:
        """What a value reached: a part of the document, or JSON."""
        if isinstance(value, VariableNode):
            value = self.of_variable(value)
        if value is ABSENT or value is None or isinstance(value, NullValueNode):
            return
        match kind:
            case GraphQLNonNull(of_type=inner):
                yield from self.value(inner, value, spot)
            case GraphQLList(of_type=inner):
                items = value.values if isinstance(value, ListValueNode) else value if isinstance(value, list) else [value]
                for item in items:
                    yield from self.value(inner, item, spot)
            case GraphQLInputObjectType():
                yield from self.members(kind, value, spot)
            case GraphQLEnumType():
                yield VALUE, f"{kind.name}.{value.value if hasattr(value, 'value') else value}"

    def members(self, kind: GraphQLInputObjectType, value: Any, spot: Spot) -> Iterator[Coordinate]:
        """What an input object reached."""
        given = {one.name.value: one.value for one in value.fields} if isinstance(value, ObjectValueNode) else value
        if "by" in kind.fields and "direction" in kind.fields:
            one = self.plain(value)
            order = " ".join(str(one.get(name, coerce_default_value(kind.fields[name]))) for name in kind.fields)
            yield ORDER, f"{kind.name} {order}"
        for name, member in given.items():
            if self.plain(member) in (ABSENT, None):
                continue
            yield INPUT, f"{kind.name}.{name}"
            if is_filter(kind):
                inner = Spot(f"{kind.name}.{name}", spot.depth + 1, name if name in LOGIC else spot.under)
                yield from self.value(kind.fields[name].type, member, inner)
            else:
                if spot.field:
                    yield OPERATOR, f"{spot.field}.{name}"
                    yield DEPTH, f"{kind.name}.{name} at {spot.depth}"
                    yield UNDER, f"{kind.name}.{name} under {spot.under or 'none'}"
                yield from self.value(kind.fields[name].type, member, spot)

    def plain(self, value: Any) -> Any:
        """A value as JSON."""
        match value:
            case VariableNode():
                return self.plain(self.of_variable(value))
            case ListValueNode():
                return [self.plain(one) for one in value.values]
            case ObjectValueNode():
                members = {one.name.value: self.plain(one.value) for one in value.fields}
                return {name: one for name, one in members.items() if one is not ABSENT}
            case ValueNode():
                return value_from_ast_untyped(value)
            case _:
                return value


def relation(parent: GraphQLNamedType, on: GraphQLNamedType) -> str:
    """How the type of a fragment stands to the type around it."""
    if on is parent:
        return "on the same type"
    if is_abstract_type(on):
        return f"on {'an interface' if isinstance(on, GraphQLInterfaceType) else 'a union'} of the type"
    return f"on a type of {'an interface' if isinstance(parent, GraphQLInterfaceType) else 'a union'}"


def is_filter(kind: GraphQLInputObjectType) -> bool:
    """Whether an input object is the filter of a type, or of lists of it, not the operators of a scalar."""
    return any(isinstance(get_named_type(field.type), GraphQLInputObjectType) for field in kind.fields.values())
