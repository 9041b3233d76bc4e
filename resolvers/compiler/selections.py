"""The selected fields of an object, merged: aliases, fragments and directives are resolved here, before anything is planned.

GraphQL specification, section 6.3.2 (CollectFields): fields with one response key are one field, whose selections are joined.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_abstract_type,
)

from resolvers.errors import InputError


@dataclass(frozen=True, slots=True)
class Selection:
    """The fields that share a response key."""

    key: str
    nodes: tuple[FieldNode, ...]

    @property
    def name(self) -> str:
        """The name of the field in the schema."""
        return self.nodes[0].name.value

    @property
    def children(self) -> tuple[SelectionSetNode, ...]:
        """The selection sets below this key, in order."""
        return tuple(node.selection_set for node in self.nodes if node.selection_set)


def collect(
    schema: GraphQLSchema,
    type_: GraphQLObjectType,
    sets: Sequence[SelectionSetNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> tuple[Selection, ...]:
    """The selections on an object of this type, in the order of their first appearance."""
    merged: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    for selection_set in sets:
        for node in _fields(schema, type_, selection_set, fragments, variables, seen):
            merged.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    return tuple(Selection(key, tuple(nodes)) for key, nodes in merged.items())


def _fields(
    schema: GraphQLSchema,
    type_: GraphQLObjectType,
    selection_set: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    seen: set[str],
) -> Iterator[FieldNode]:
    for node in selection_set.selections:
        if not _included(node.directives or (), variables):
            continue
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode() if _applies(schema, type_, node):
                yield from _fields(schema, type_, node.selection_set, fragments, variables, seen)
            case FragmentSpreadNode(name=name) if name.value not in seen:
                seen.add(name.value)
                if _applies(schema, type_, fragments[name.value]):
                    yield from _fields(schema, type_, fragments[name.value].selection_set, fragments, variables, seen)


def _applies(schema: GraphQLSchema, type_: GraphQLObjectType, fragment: FragmentDefinitionNode | InlineFragmentNode) -> bool:
    if fragment.type_condition is None:
        return True
    condition = schema.get_type(fragment.type_condition.name.value)
    return condition is type_ or (is_abstract_type(condition) and schema.is_sub_type(condition, type_))


def _included(directives: Sequence[DirectiveNode], variables: Mapping[str, Any]) -> bool:
    for directive in directives:
        if directive.name.value in ("skip", "include"):
            value = directive.arguments[0].value  # type: ignore[index]
            if _holds(value, variables) == (directive.name.value == "skip"):
                return False
    return True


def _holds(value: ValueNode, variables: Mapping[str, Any]) -> bool:
    if isinstance(value, BooleanValueNode):
        return value.value
    name = value.name.value if isinstance(value, VariableNode) else ""
    if variables.get(name) is None:
        raise InputError(f"The variable ${name} of @include or @skip is null. Give true or false.", path=["variables", name])
    return bool(variables[name])


def names_below(sets: Sequence[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[str]:
    """The names of all fields in these selection sets and below, whatever their directives say."""
    names: set[str] = set()
    seen: set[str] = set()
    waiting = list(sets)
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FragmentSpreadNode):
                if node.name.value not in seen:
                    seen.add(node.name.value)
                    waiting.append(fragments[node.name.value].selection_set)
                continue
            if isinstance(node, FieldNode):
                names.add(node.name.value)
            below = getattr(node, "selection_set", None)
            if below:
                waiting.append(below)
    return frozenset(names)
