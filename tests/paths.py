"""Every way through the contract: the paths of fields that give objects, from each root down to a depth, and the operations that ask them.

Path          the steps from the root; the contract itself says which there are, so that a new field is on a path by itself
paths         all paths to a depth; depth counts fields, as the limit of depth does: a connection and its nodes are two
operations    for each path that leads further, one operation that asks for all that comes next: the values of what is there, and its number
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from random import Random

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from tests.pasts import MOMENTS

CONNECTION = "Connection"
DEAR = frozenset({"participation"})
"""The roots whose whole tree one operation asks for, since to compile it once takes longer than all that is below."""

UNSETTLED = ("ParticipationTable", "asOf")
"""A time of its own in every answer."""

A_VALUE, AN_ORDER, EDGES, A_MOMENT = 0.3, 0.5, 0.1, 0.3
"""How often an operation asks for one more value, another order, edges instead of nodes, and a moment of the past."""

TELLS_OF_PEOPLE = frozenset({"Individual", "Participant", "Result"})
OWN_LIMITS = frozenset({"cost", "aliases"})
"""What of its limits a viewer is told otherwise in this proof, which asks dear operations."""

ROOTS = {
    "node": ("$id: ID!", "id: $id"),
    "nodes": ("$ids: [ID!]!", "ids: $ids"),
    "search": ("$text: String!, $kinds: [SearchKind!]", "text: $text, kinds: $kinds, first: 4"),
    "memberStates": ("$ids: [ID!]", "filter: {id: {in: $ids}}"),
    "departments": ("$ids: [ID!]", "filter: {id: {in: $ids}}"),
    "partnerAgency": ("$id: ID!", "by: {id: $id}"),
    "course": ("$id: ID!", "by: {id: $id}"),
    "cohort": ("$id: ID!", "by: {id: $id}"),
    "submission": ("$id: ID!", "by: {id: $id}"),
    "release": ("$id: ID!", "id: $id"),
    "participation": ("$measure: Measure!", "measure: $measure, basis: RECORDS, groupBy: [COHORT, PARTNER]"),
}
"""The variables and arguments of the roots that need some; a connection may also be limited to some identifiers."""

LIMITED = frozenset({"partnerAgencies", "courses", "cohorts", "statements", "submissions", "clients", "agreements", "auditEvents"})


@dataclass(frozen=True, slots=True)
class Step:
    """A field that gives objects, and the type of those that it gives on this path."""

    field: str
    type: str

    def __str__(self) -> str:
        return f"{self.field} {self.type}"


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """An operation, its root, the type of what the root gives, and the paths that it asks."""

    text: str
    root: Step
    paths: tuple[Path, ...]

    @property
    def tells_of_people(self) -> bool:
        """Whether it is refused to those to whom nothing is told of people."""
        return any(step.type in TELLS_OF_PEOPLE for path in self.paths for step in path)


class Contract:
    """The types of a schema, as far as paths lead through them."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema

    def fields(self, type_name: str) -> dict[str, GraphQLField]:
        """The fields of an object type."""
        type_ = self.schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        return type_.fields

    def given(self, type_name: str, field: str) -> str:
        """The name of the type that a field gives."""
        return get_named_type(self.fields(type_name)[field].type).name

    def objects(self, type_name: str) -> list[str]:
        """The types of the objects that may stand where a type is declared: a connection's nodes, the types behind an interface."""
        type_ = self.schema.type_map[type_name]
        if type_name.endswith(CONNECTION):
            return self.objects(self.given(type_name, "nodes"))
        return sorted(one.name for one in self.schema.get_possible_types(type_)) if is_abstract_type(type_) else [type_name]

    def leaves(self, type_name: str) -> list[str]:
        """The fields of a type that give values."""
        fields = self.fields(type_name).items()
        leaves = [name for name, field in fields if is_leaf_type(get_named_type(field.type))]
        return [name for name in leaves if not (type_name == "Limits" and name in OWN_LIMITS) and (type_name, name) != UNSETTLED]

    def steps(self, type_name: str) -> list[Step]:
        """The fields of a type that give objects, once for each type of those."""
        fields = self.fields(type_name).items()
        inner = [name for name, field in fields if not is_leaf_type(get_named_type(field.type))]
        return [Step(name, found) for name in inner for found in self.objects(self.given(type_name, name))]


def paths(contract: Contract, depth: int) -> list[Path]:
    """All paths whose last field is at most so deep."""

    def below(path: Path, type_name: str, left: int) -> Iterator[Path]:
        for step in contract.steps(type_name) if left > 0 else ():
            yield (*path, step)
            weight = 2 if contract.given(type_name, step.field).endswith(CONNECTION) else 1
            yield from below((*path, step), step.type, left - weight)

    return list(below((), "Query", depth))


def operations(contract: Contract, depth: int) -> list[Asking]:
    """The operations that ask all paths to a depth, each once: one for each beginning, and one more where something is told of people."""

    def beginning(path: Path) -> tuple[str, ...]:
        start = path[:1] if path[0].field in DEAR else (path[:-1] or path)
        return (*map(str, start), str(path[-1].type in TELLS_OF_PEOPLE))

    known = sorted(paths(contract, depth), key=beginning)
    return [asking(contract, tuple(group)) for _, group in groupby(known, beginning)]


def asking(contract: Contract, asked: tuple[Path, ...]) -> Asking:
    """The operation that asks some paths with the same root."""
    root = asked[0][0]
    variables, arguments = ROOTS.get(root.field, ("$ids: [ID!]", "filter: {id: {in: $ids}}") if root.field in LIMITED else ("", ""))
    text = Writer(contract, Random(" > ".join(map(str, asked[0])))).selection("Query", asked, arguments)
    return Asking(f"query ({variables}) {text}" if variables else text, root, asked)


class Writer:
    """Writes the text of one operation; its orders, pages, moments, and some of its values are drawn."""

    def __init__(self, contract: Contract, random: Random) -> None:
        self.contract, self.random = contract, random

    def selection(self, type_name: str, asked: Iterable[Path], arguments: str = "", before: Iterable[str] = ()) -> str:
        """A selection on a type: what stands before, and the next steps of the paths."""
        parts = list(before)
        for name, group in grouped(asked, lambda path: path[0].field):
            parts.append(self.field(type_name, name, group, arguments))
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def field(self, type_name: str, name: str, asked: list[Path], arguments: str) -> str:
        """A field, with what the paths through it ask."""
        given = self.contract.given(type_name, name)
        drawn = ", ".join(filter(None, [arguments, *self.drawn(self.contract.fields(type_name)[name], arguments)]))
        written = f"{name}({drawn})" if drawn else name
        if not given.endswith(CONNECTION):
            return f"{written} {self.objects(given, asked)}"
        inner = self.objects(self.contract.given(given, "nodes"), asked)
        edges = self.contract.given(given, "edges")
        values = " ".join(name for name in self.contract.leaves(edges) if name != "cursor")
        counts = "totalCount " if any(len(path) == 1 for path in asked) else ""
        if self.random.random() < EDGES:
            return f"{written} {{ {counts}pageInfo {{ hasNextPage }} edges {{ {values} node {inner} }} }}"
        return f"{written} {{ {counts}nodes {inner} }}"

    def objects(self, declared: str, asked: list[Path]) -> str:
        """The selection on the objects that a field gives: values where a path ends, the next steps of others."""
        abstract = is_abstract_type(self.contract.schema.type_map[declared])
        parts = []
        for type_name, group in grouped(asked, lambda path: path[0].type):
            onward = [path[1:] for path in group if len(path) > 1]
            values = self.values(type_name, aliased=abstract) if len(onward) < len(group) else []
            parts.append((f"... on {type_name} " if abstract else "") + self.selection(type_name, onward, before=values))
        return f"{{ {' '.join(parts)} }}" if abstract else parts[0]

    def values(self, type_name: str, *, aliased: bool) -> list[str]:
        """A value of an object or two, the first among them; under keys of their own where objects of other types may stand."""
        first, *others = self.contract.leaves(type_name) or ["__typename"]
        chosen = [first, *([self.random.choice(others)] if others and self.random.random() < A_VALUE else [])]
        return [f"{type_name}_{name}: {name}" for name in chosen] if aliased else chosen

    def drawn(self, declared: GraphQLField, arguments: str) -> Iterator[str]:
        """The page, the order and at times the moment that a field is asked for."""
        if "first" in declared.args and "after" in declared.args and "first" not in arguments:
            yield f"{self.random.choice(('first', 'last'))}: {self.random.randint(2, 4)}"
        if "order" in declared.args and self.random.random() < AN_ORDER:
            keys = get_named_type(get_named_type(declared.args["order"].type).fields["by"].type).values
            ways = self.random.choice(("ASC", "DESC")), self.random.choice(("FIRST", "LAST"))
            yield f"order: [{{by: {self.random.choice(list(keys))}, direction: {ways[0]}, nulls: {ways[1]}}}]"
        if "asOf" in declared.args and self.random.random() < A_MOMENT and get_named_type(declared.args["asOf"].type).name == "DateTime":
            yield f'asOf: "{self.random.choice(MOMENTS).isoformat()}"'


def grouped(asked: Iterable[Path], by: Callable[[Path], str]) -> list[tuple[str, list[Path]]]:
    """The paths that are alike, in order of what they are alike in."""
    return [(key, list(group)) for key, group in groupby(sorted(asked, key=by), by)]
