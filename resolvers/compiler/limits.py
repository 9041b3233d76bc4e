"""What one request may ask for, and the price of an operation, from the page sizes that it declares.

A price counts objects: 1 for each, times the page size in a connection, times `LIST` in any other list; besides, `CONDITION` for each sort
key and for `asOf`, what `conditions` says for a filter, and `COUNT` for a number of rows. Values of a row cost nothing. Numbers by the
count rules cost what it takes to compile and to read them.
Each fragment is priced once and remembered by name, and prices saturate, so that the work is linear in the document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from graphql import (
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from models.viewer import ViewerKind
from resolvers.compiler import conditions, introspected
from resolvers.compiler.advice import SIZES, fitting, too_expensive
from resolvers.compiler.conditions import CONDITION
from resolvers.compiler.introspected import is_introspective, mean_length
from resolvers.errors import InputError

CEILING = 1_000_000_000
DEFAULT_PAGE = 25
LIST = 5
COUNT = 10
"""What `totalCount` costs, since it reads all rows that match, whatever the page."""

MUTATION = 100
STATISTICS = 60
STEPS = 40
"""What the count rules' steps cost beside the numbers themselves: compiling them takes longer than most answers."""

RELEASED = 10
"""What numbers of a release cost instead, where each dimension triples the price too: they are sums over a small table."""

FURTHER_STEPS = {
    ("ParticipationTable", "cost"): 50,
    ("ParticipationTable", "pendingDelta"): 100,
    ("ParticipationTable", "explain"): 100,
    ("ParticipationTable", "omitted"): 100,
    ("Coverage", "inconsistent"): 100,
    ("Cohort", "likelyTwins"): 20,
}
FILTERED_DIMENSION = 50
"""What each dimension that numbers are limited to costs, for the same reason."""

SEARCH = 20
DIMENSION = 3
MAX_DIMENSIONS = 15


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for. Shown to callers as `viewer.limits`."""

    page_size: int = 100
    depth: int = 12
    introspection_depth: int = 15
    fields: int = 1_000
    aliases: int = 30
    root_fields: int = 20
    directives: int = 20
    directives_on_one: int = 3
    cost: int = 10_000
    document_bytes: int = 100_000
    document_tokens: int = 4_000
    body_bytes: int = 2 << 20
    body_bytes_without_submit: int = 1 << 20
    records_per_submission: int = 500


DEFAULT_LIMITS: Mapping[ViewerKind, Limits] = {
    **{kind: Limits() for kind in ViewerKind},
    ViewerKind.ANONYMOUS: Limits(cost=2_000, body_bytes=1 << 20),
}


@dataclass(frozen=True, slots=True)
class Price:
    """What an operation costs, and the names of the variables that the cost depends on."""

    cost: int
    depends_on: frozenset[str]


class Priced(Protocol):
    """The parts of a document that have a price."""

    @property
    def operation(self) -> OperationDefinitionNode:
        """The operation to execute."""

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The document's fragments by name."""


def check(document: Priced, schema: GraphQLSchema, variables: Mapping[str, Any], limits: Limits) -> Price:
    """The price of a valid document with these coerced variables; raises PAGE_SIZE or COST_LIMIT beyond the limits."""
    selected = document.operation.selection_set
    pricer = _Pricer(schema, document.fragments, variables, limits)
    root = schema.get_root_type(document.operation.operation)
    cost = pricer.selections(selected, root, 1, ())
    if cost <= limits.cost:
        return Price(cost, frozenset(pricer.depends_on))
    path, terms, node = pricer.heaviest(selected)

    def lowered(size: int) -> int:
        other = _Pricer(schema, document.fragments, variables, limits, (node, size))
        return other.selections(selected, root, 1, ())

    fits = fitting(lowered, terms.size, limits.cost) if terms.argument in SIZES else None
    raise too_expensive(cost, limits.cost, path, terms.argument, fits)


def response_key(node: FieldNode) -> str:
    """The name under which a field is answered."""
    return node.alias.value if node.alias else node.name.value


class _Terms(NamedTuple):
    """A field costs `base + times * (own + its selection)`; `page` is the page size that counts inside, `argument` what can be lowered."""

    base: int = 0
    times: int = 1
    own: int = 1
    page: int = 1
    argument: str | None = None

    @property
    def weight(self) -> int:
        return max(self.base, self.times, self.page)

    @property
    def size(self) -> int:
        """How many its argument asks for."""
        return max(self.times, self.page)

    def of(self, size: int) -> "_Terms":
        """The same where the argument asks for so many."""
        return self._replace(page=size) if self.page > 1 else self._replace(times=size)


class _Heaviest(NamedTuple):
    """The field whose argument costs most: its path, its terms, and its place in the document."""

    path: tuple[str, ...] = ()
    terms: _Terms = _Terms()
    node: FieldNode | None = None


class _Pricer:
    """Prices the selections of one operation; `depends_on` collects the variables that it asked for.

    `instead` is a field, and how many it is to ask for instead.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        limits: Limits,
        instead: tuple[FieldNode | None, int] = (None, 0),
    ) -> None:
        self.depends_on: set[str] = set()
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._limits = limits
        self._instead = instead
        self._by_fragment: dict[tuple[str, int], int] = {}
        self._by_node: dict[int, tuple[int, _Terms]] = {}

    def selections(self, selected: SelectionSetNode, parent: Any, page: int, path: tuple[str, ...]) -> int:
        """The price of a selection set on a type, within a page of that size; `path` leads to where it was first met."""
        total = 0
        for node in selected.selections:
            if self._included(node):
                total += self._field(node, parent, page, path) if isinstance(node, FieldNode) else self._spread(node, parent, page, path)
        return min(total, CEILING)

    def heaviest(self, selected: SelectionSetNode) -> _Heaviest:
        """The field whose argument costs most. It is the largest along the dearest fields."""
        path: tuple[str, ...] = ()
        found = _Heaviest()
        following: SelectionSetNode | None = selected
        while following is not None:
            priced = [(node, *self._by_node[id(node)]) for node in following.selections if id(node) in self._by_node]
            if not priced:
                break
            node, _, terms = max(priced, key=lambda each: each[1])
            if isinstance(node, FieldNode):
                path = (*path, response_key(node))
                found = _Heaviest(path, terms, node) if terms.argument and terms.weight > found.terms.weight else found
            following = self._selected(node)
        return found

    def _selected(self, node: SelectionNode) -> SelectionSetNode | None:
        match node:
            case FragmentSpreadNode():
                return self._fragments[node.name.value].selection_set
            case FieldNode() | InlineFragmentNode():
                return node.selection_set
        return None

    def _spread(self, node: SelectionNode, parent: Any, page: int, path: tuple[str, ...]) -> int:
        price = 0
        if isinstance(node, InlineFragmentNode):
            on = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            price = self.selections(node.selection_set, on, page, path)
        elif isinstance(node, FragmentSpreadNode):
            key = node.name.value, page
            if key not in self._by_fragment:
                fragment = self._fragments[node.name.value]
                on = self._schema.get_type(fragment.type_condition.name.value)
                self._by_fragment[key] = self.selections(fragment.selection_set, on, page, path)
            price = self._by_fragment[key]
        self._by_node[id(node)] = price, _Terms()
        return price

    def _field(self, node: FieldNode, parent: Any, page: int, path: tuple[str, ...]) -> int:
        definition = self._schema.get_field(parent, node.name.value)
        if definition is None or node.selection_set is None:
            further = FURTHER_STEPS.get((parent.name, node.name.value), 0)
            return COUNT if _is_connection(parent) and node.name.value == "totalCount" else further + int(is_introspective(parent))
        path = (*path, response_key(node))
        named = get_named_type(definition.type)
        terms = self._terms(node, definition, parent, page, path)
        if node is self._instead[0]:
            terms = terms.of(self._instead[1])
        price = (
            self._filter(node, definition, path)
            + CONDITION * (self._sort_keys(node) + _names_moment(node, definition))
            + terms.base
            + terms.times * (terms.own + self.selections(node.selection_set, named, terms.page, path))
        )
        if is_introspective(named) and not is_introspective(parent):
            price = 1 + price // introspected.VALUES
        elif node.name.value == "ofType":
            price //= 2  # every other type wraps another, so that a long chain of them is mostly nulls
        self._by_node[id(node)] = min(price, CEILING), terms
        return min(price, CEILING)

    def _terms(self, node: FieldNode, definition: GraphQLField, parent: Any, page: int, path: tuple[str, ...]) -> _Terms:
        named = get_named_type(definition.type)
        size, argument = self._page(node, definition.args, path)
        if _is_connection(named):
            return _Terms(base=SEARCH if "text" in definition.args else 0, page=size or 0, argument=argument)
        if "ids" in definition.args:
            return _Terms(times=self._identifiers(node, definition.args["ids"], path), argument="ids")
        if "groupBy" in definition.args:
            return _Terms(base=self._numbers(node, definition), argument="groupBy")
        if further := FURTHER_STEPS.get((parent.name, node.name.value)):
            return _Terms(base=further, times=LIST if size is None else size, argument=argument if size is not None else None)
        if parent is self._schema.mutation_type:
            return _Terms(base=MUTATION)
        if not is_list_type(get_nullable_type(definition.type)):
            return _Terms()
        if size is not None:
            return _Terms(times=size, argument=argument)
        if _is_connection(parent):
            return _Terms(times=page, own=0 if node.name.value == "edges" else 1)
        return _Terms(times=mean_length(self._schema, node.name.value) if is_introspective(parent) else LIST)

    def _page(self, node: FieldNode, declared: Mapping[str, GraphQLArgument], path: tuple[str, ...]) -> tuple[int | None, str]:
        """The size of the page that a field asks for, if it has pages, and the argument that says it; null counts as absent."""
        asked = {name: self._value(node, name, declared[name]) for name in ("first", "last") if name in declared}
        given = {name: size for name, size in asked.items() if size not in (None, Undefined)}
        if len(given) > 1:
            raise self._page_size("Give `first` or `last`, not both: a page is read from one end of the list.", "last", path)
        for name, size in given.items():
            if isinstance(size, int) and 0 <= size <= self._limits.page_size:
                return size, name
            following = "before" if name == "last" else "after"
            told = f"`{name}` must be a whole number from 0 to {self._limits.page_size}."
            raise self._page_size(f"{told} Ask for the next page with `{following}`.", name, path)
        return (DEFAULT_PAGE if asked else None), "first"

    def _page_size(self, message: str, argument: str, path: tuple[str, ...]) -> InputError:
        return InputError(message, code="PAGE_SIZE", path=path, argument=argument, limit=self._limits.page_size)

    def _identifiers(self, node: FieldNode, argument: GraphQLArgument, path: tuple[str, ...]) -> int:
        value = self._value(node, "ids", argument)
        count = len(value) if isinstance(value, Sequence) else 0
        if count > self._limits.page_size:
            raise InputError(
                f"`ids` may hold at most {self._limits.page_size} identifiers. Ask for the others in another request.",
                path=(*path, "ids"),
                limit=self._limits.page_size,
            )
        return count

    def _numbers(self, node: FieldNode, definition: GraphQLField) -> int:
        grouped: int = DIMENSION ** self._dimensions(node, definition.args["groupBy"])
        match self._value(node, "basis", definition.args["basis"]):
            case "RELEASE" | (EnumValueNode(value="RELEASE"),):
                return RELEASED * grouped
        return STATISTICS * grouped + STEPS + FILTERED_DIMENSION * self._members(node, "filter")

    def _dimensions(self, node: FieldNode, argument: GraphQLArgument) -> int:
        value = self._value(node, "groupBy", argument)
        return min(len(value), MAX_DIMENSIONS) if isinstance(value, Sequence) else int(value is not None)

    def _filter(self, node: FieldNode, definition: GraphQLField, path: tuple[str, ...]) -> int:
        given = next((each.value for each in node.arguments or () if each.name.value == "filter"), None)
        return conditions.price(given, definition.args["filter"].type, self._variables, path) if given else 0

    def _sort_keys(self, node: FieldNode) -> int:
        """The number of sort keys that the field is given; as that of conditions, it follows from the shape of the variables."""
        match self._shape(node, "order"):
            case ListValueNode(values=items) | list(items):
                return len(items)
            case ObjectValueNode() | dict():
                return 1
        return 0

    def _members(self, node: FieldNode, name: str) -> int:
        """The number of members of an argument that is an object."""
        match self._shape(node, name):
            case ObjectValueNode(fields=members) | dict(members):
                return len(members)
        return 0

    def _shape(self, node: FieldNode, name: str) -> Any:
        """An argument as it is written, or as its variable holds it."""
        given = next((each.value for each in node.arguments or () if each.name.value == name), None)
        return self._variables.get(given.name.value) if isinstance(given, VariableNode) else given

    def _value(self, node: FieldNode, name: str, argument: GraphQLArgument) -> Any:
        """An argument's value as far as a price depends on it: a number, or the items of a list."""
        given = next((each.value for each in node.arguments or () if each.name.value == name), None)
        match given:
            case None:
                return coerce_default_value(argument)
            case VariableNode():
                self.depends_on.add(given.name.value)
                return self._variables.get(given.name.value, coerce_default_value(argument))
            case IntValueNode():
                return int(given.value)
            case ListValueNode():
                return given.values
            case NullValueNode():
                return None
        return (given,)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include") and directive.arguments:
                condition = directive.arguments[0].value
                if isinstance(condition, VariableNode):
                    self.depends_on.add(condition.name.value)
                    holds = self._variables.get(condition.name.value)
                else:
                    holds = getattr(condition, "value", None)
                if holds is (directive.name.value == "skip"):
                    return False
        return True


def _is_connection(type_: GraphQLNamedType) -> bool:
    return type_.name.endswith("Connection") and "pageInfo" in getattr(type_, "fields", {})


def _names_moment(node: FieldNode, definition: GraphQLField) -> bool:
    """Whether the field asks for what stood at a moment; its `asOf` is no day then."""
    declared = definition.args.get("asOf")
    given = any(each.name.value == "asOf" for each in node.arguments or ())
    return given and declared is not None and get_named_type(declared.type).name == "DateTime"
