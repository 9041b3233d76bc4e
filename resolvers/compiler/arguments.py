"""The arguments of a field as a plan sees them: values that are known, and values that a variable will hold.

A `Bound` leaf carries the value of this request and, where a variable gave it, the path to it. A plan may depend on what belongs to the
shape of the variables (which keys are present, nulls, enum values, booleans, the type's name in an ID); any other value it must bind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_leaf_type,
    value_from_ast,
)
from graphql.language import FieldNode
from graphql.utilities.coerce_input_value import coerce_default_value

from resolvers.errors import InputError

Path = tuple[str | int, ...]
MAX_TYPE_NAME = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """A scalar, or a list of scalars; `path` leads to it in the variables, and is None for a literal of the document."""

    value: Any
    path: Path | None = None

    def resolve(self, variables: Mapping[str, Any]) -> Any:
        """The value in a request with these variables."""
        if self.path is None:
            return self.value
        found: Any = variables
        for step in self.path:
            found = found[step]
        return found


Argument = Bound | Sequence["Argument"] | Mapping[str, "Argument"] | None
Arguments = Mapping[str, Argument]


def read(node: FieldNode, definition: GraphQLField, variables: Mapping[str, Any]) -> Arguments:
    """The arguments of a field, defaults included; those that are absent are absent."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    return _members(given, definition.args, variables)


def plain(node: FieldNode, name: str, definition: GraphQLField, variables: Mapping[str, Any]) -> Any:
    """The coerced value of one argument, for a function that changes something; raises InputError where it does not fit."""
    given = next((argument.value for argument in node.arguments or () if argument.name.value == name), None)
    value = Undefined if given is None else value_from_ast(given, definition.args[name].type, dict(variables))
    if value is Undefined:
        raise InputError(f"`{name}` holds a variable that is null or absent where a value is needed.", path=[name])
    return value


def _members(
    given: Mapping[str, ValueNode], declared: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], variables: Mapping[str, Any]
) -> dict[str, Argument]:
    members: dict[str, Argument] = {}
    for name, definition in declared.items():
        node = given.get(name)
        if node is None or (isinstance(node, VariableNode) and node.name.value not in variables):
            default = coerce_default_value(definition)
            if default is not Undefined:
                members[name] = _known(default, definition.type, None)
        else:
            members[name] = _value(node, definition.type, variables)
    return members


def _value(node: ValueNode, type_: GraphQLInputType, variables: Mapping[str, Any]) -> Argument:
    if isinstance(node, VariableNode):
        name = node.name.value
        if variables.get(name) is None and isinstance(type_, GraphQLNonNull):
            raise InputError(f"The variable ${name} is null where a value is needed. Give one, or leave it out.", path=["variables", name])
        return _known(variables.get(name), type_, (name,))
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(node, NullValueNode):
        return None
    if isinstance(type_, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        given = {member.name.value: member.value for member in node.fields}
        return _members(given, type_.fields, variables)
    if isinstance(type_, GraphQLList):
        return _list(node, type_, variables)
    return Bound(value_from_ast(node, type_))


def _list(node: ValueNode, type_: GraphQLList[Any], variables: Mapping[str, Any]) -> Argument:
    nodes = list(node.values) if isinstance(node, ListValueNode) else [node]
    if is_leaf_type(_named(type_)) and not any(isinstance(item, VariableNode) for item in nodes):
        return Bound([value_from_ast(item, type_.of_type) for item in nodes])
    return tuple(_value(item, type_.of_type, variables) for item in nodes)


def _known(value: Any, type_: GraphQLInputType, path: Path | None) -> Argument:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if value is None:
        return None
    if isinstance(type_, GraphQLInputObjectType):
        return {name: _known(member, type_.fields[name].type, _down(path, name)) for name, member in value.items()}
    if isinstance(type_, GraphQLList) and not is_leaf_type(_named(type_)):
        return tuple(_known(item, type_.of_type, _down(path, index)) for index, item in enumerate(value))
    return Bound(value, path)


def _down(path: Path | None, step: str | int) -> Path | None:
    return None if path is None else (*path, step)


def _named(type_: Any) -> Any:
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return type_


def shape(value: Any, type_: GraphQLInputType, *, exact: bool = False) -> Any:
    """What a plan may depend on in a variable's coerced value, as something hashable.

    Enum values and booleans count by value, since they are few; a single ID by its type's name; other scalars only as present. With `exact`
    the value itself counts, of a list its length and the types' names in its IDs: that is for what is priced, page sizes and `ids`.
    """
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if value is None:
        return None
    if isinstance(type_, GraphQLInputObjectType):
        return tuple((name, shape(member, type_.fields[name].type)) for name, member in value.items())
    if isinstance(type_, GraphQLList):
        if not _counts_as_one(type_):
            return ("[]", *(shape(item, type_.of_type) for item in value))
        names = sorted(set(map(_type_name, value))) if _named(type_) is GraphQLID else ()
        return ("[]", len(value), *names) if exact else "[]"
    if exact or type_ is GraphQLBoolean or isinstance(type_, GraphQLEnumType):
        return value
    return _type_name(value) if type_ is GraphQLID else "."


def _type_name(identifier: str) -> str:
    """The type's name in an ID, empty where it is too long to be one: what is kept must not grow with what is sent."""
    name = identifier[: MAX_TYPE_NAME + 1].partition(":")[0]
    return name if len(name) <= MAX_TYPE_NAME else ""


def _counts_as_one(type_: GraphQLList[Any]) -> bool:
    named = _named(type_)
    return is_leaf_type(named) and not isinstance(named, GraphQLEnumType) and named is not GraphQLBoolean
