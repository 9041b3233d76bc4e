"""What a random operation would like to reach: one part of the contract, and a way to it.

Left to chance alone, operations pass the near and the common many times before they find the far and the rare. An operation therefore
has a wish, among those that were met least so far, and prefers what leads to it wherever it has a choice.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
)

from tests.footprint import ARGUMENT, FIELD, INPUT, JUDGED, OPERATOR, TYPE, VALUE, Coordinate, is_filter
from tests.reach import Reach

Part = tuple[str, str]
"""A type and a member of it (a field, a value of an enum, a type behind an interface or union), or `Type.field` and an argument."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The part to prefer of each type on the way, and of each field its argument."""

    parts: dict[str, str] = field(default_factory=dict)

    def of(self, where: object, among: Iterable[object]) -> str | None:
        """The part to prefer there, if it is one of those that can be had."""
        part = self.parts.get(str(where))
        return part if part is not None and part in map(str, among) else None

    def leads_to(self, where: object) -> bool:
        """Whether the way passes there."""
        return str(where) in self.parts


@dataclass(frozen=True, slots=True)
class Target:
    """What can be wished for: a coordinate, and the parts that make it."""

    coordinate: Coordinate
    parts: tuple[Part, ...]


class Ways:
    """The parts of a contract that a query reaches, each with what leads to it."""

    def __init__(self, schema: GraphQLSchema, skipped: frozenset[str]) -> None:
        assert schema.query_type is not None
        self.schema, self.skipped = schema, skipped
        self.leading: defaultdict[str, list[Part]] = defaultdict(list)
        self.distance: dict[str, int] = {schema.query_type.name: 0}
        self.measure([schema.query_type.name])
        self.targets = [target for where in self.distance for name in self.members(where) for target in self.targets_of(where, name)]
        self.parts = [target for target in self.targets if target.coordinate[0] != JUDGED]

    def measure(self, waiting: list[str]) -> None:
        """Finds how far each type and each field with arguments is, and what leads to it."""
        for where in waiting:
            for name in self.members(where):
                for found in self.ends(where, name):
                    self.leading[found].append((where, name))
                    if found not in self.distance:
                        self.distance[found] = self.distance[where] + 1
                        waiting.append(found)

    def field(self, where: str) -> GraphQLField:
        """A field by its coordinate."""
        type_name, _, name = where.partition(".")
        kind = self.schema.get_type(type_name)
        assert isinstance(kind, GraphQLObjectType)
        return kind.fields[name]

    def members(self, where: str) -> list[str]:
        """The parts of a type, or of a field with arguments."""
        if "." in where:
            return list(self.field(where).args)
        match self.schema.get_type(where):
            case GraphQLObjectType(fields=fields) | GraphQLInputObjectType(fields=fields):
                return [name for name in fields if f"{where}.{name}" not in self.skipped]
            case GraphQLEnumType(values=values):
                return list(values)
            case GraphQLNamedType() as kind if is_abstract_type(kind):
                return [one.name for one in self.schema.get_possible_types(kind)]
        return []

    def ends(self, where: str, name: str) -> list[str]:
        """What is behind a part; the values of an enum that is answered cannot be wished for."""
        if "." in where:
            return [get_named_type(self.field(where).args[name].type).name]
        match self.schema.get_type(where):
            case GraphQLObjectType(fields=fields):
                kind = get_named_type(fields[name].type)
                return [*([] if is_enum_type(kind) else [kind.name]), *([f"{where}.{name}"] if fields[name].args else [])]
            case GraphQLInputObjectType(fields=fields):
                return [get_named_type(fields[name].type).name]
            case GraphQLNamedType() as kind if is_abstract_type(kind):
                return [name]
        return []

    def targets_of(self, where: str, name: str) -> list[Target]:
        """What can be wished for at a part: itself, and each operator of a filter's field, with rows for which it holds or does not."""
        part = (where, name)
        if "." in where:
            return [Target((ARGUMENT, f"{where}({name}:)"), (part,))]
        match self.schema.get_type(where):
            case GraphQLObjectType():
                return [Target((FIELD, f"{where}.{name}"), (part,))]
            case GraphQLEnumType():
                return [Target((VALUE, f"{where}.{name}"), (part,))]
            case GraphQLInputObjectType(fields=fields) as kind:
                operators = get_named_type(fields[name].type)
                found = [Target((INPUT, f"{where}.{name}"), (part,))]
                if is_filter(kind) and isinstance(operators, GraphQLInputObjectType) and not is_filter(operators):
                    chains = [(f"{where}.{name}.{operator}", (part, (operators.name, operator))) for operator in operators.fields]
                    found += [Target((OPERATOR, one), chain) for one, chain in chains]
                    found += [Target((JUDGED, f"{one} {how}"), chain) for one, chain in chains for how in ("held", "did not hold")]
                return found
            case _:
                return [Target((TYPE, f"{parent}.{field}: {name}"), (part, (parent, field))) for parent, field in self.leading[where]]

    def wish(self, random: Random, reach: Reach, among: int, *, operators: bool) -> Wish:
        """A wish for the one that was reached least, among so many that chance offers; operators come first or last."""
        all_, counted = self.targets if random.random() < 0.15 else self.parts, reach.counts.get
        target = min(
            random.sample(all_, min(among, len(all_))),
            key=lambda one: (counted(one.coordinate, 0), (one.coordinate[0] == OPERATOR) is not operators),
        )
        parts, (where, _) = dict(target.parts), target.parts[-1 if target.coordinate[0] == TYPE else 0]
        while self.distance[where]:
            where, name = random.choice([part for part in self.leading[where] if self.distance[part[0]] < self.distance[where]])
            parts.setdefault(where, name)
        return Wish(parts)

    def missed(self, reach: Reach) -> bool:
        """Whether anything was not reached but operators, of which there are too many."""
        return any(not reach.counts[target.coordinate] for target in self.parts if target.coordinate[0] != OPERATOR)


@lru_cache(maxsize=2)
def ways(schema: GraphQLSchema, skipped: frozenset[str]) -> Ways:
    """The ways of a contract, found once."""
    return Ways(schema, skipped)
