"""Global identifiers, each of whichever type it names: the arguments `id` and `ids` become types, and rows that name their objects.

The names of the types shape the plan; the keys are binds. Each type that is named is looked for in its own table, through the door.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from sqlalchemy import ARRAY, Text, Uuid, column, func, literal_column

from models.policies import Predicate, Row
from resolvers.compiler.arguments import Argument, Bound, Path
from resolvers.compiler.binds import Binds, Call, decode_id
from resolvers.errors import InputError
from resolvers.fields import ObjectType

Reference = tuple[Any, Path]
"""An identifier, and the path to it in the response or in the variables."""


def type_of(identifier: Any, schema: GraphQLSchema, path: Path) -> str:
    """The name of the type of node that an identifier names; raises InputError if it names none."""
    name = str(identifier).partition(":")[0]
    named, node = schema.get_type(name), schema.get_type("Node")
    if isinstance(named, GraphQLObjectType) and isinstance(node, GraphQLInterfaceType) and schema.is_sub_type(node, named):
        return name
    if isinstance(named, GraphQLObjectType) and "id" in named.fields:
        raise InputError(f"A {name} is no Node, and is found by no id here. Read it by the field that gave you this id.", path=path)
    raise InputError("This is not an id of this API. Send ids exactly as the API gave them.", path=path)


def references(argument: Argument, variables: Mapping[str, Any], path: Path) -> list[Reference]:
    """The identifiers in an argument `ids` with these variables, in order."""
    if isinstance(argument, Bound):
        where = path if argument.path is None else ("variables", *argument.path)
        return [(item, (*where, index)) for index, item in enumerate(argument.resolve(variables))]
    items = argument if isinstance(argument, Sequence) else ()
    return [found for index, item in enumerate(items) if isinstance(item, Bound) for found in [_single(item, variables, (*path, index))]]


def _single(item: Bound, variables: Mapping[str, Any], path: Path) -> Reference:
    return item.resolve(variables), path if item.path is None else ("variables", *item.path)


def rows_of(argument: Argument, types: Mapping[str, ObjectType], binds: Binds, path: Path) -> Row:
    """One row for each identifier: its `type`, its key as `uuid` or as `code`, and its `position`."""

    def part(pick: Callable[[str, Any], Any]) -> Callable[[Call], list[Any]]:
        return lambda call: [pick(*_key(found, types)) for found in references(argument, call.variables, path)]

    names = binds.add(part(lambda name, key: name), ARRAY(Text))
    uuids = binds.add(part(lambda name, key: None if isinstance(key, str) else key), ARRAY(Uuid()))
    codes = binds.add(part(lambda name, key: key if isinstance(key, str) else None), ARRAY(Text))
    columns = column("type", Text()), column("uuid", Uuid()), column("code", Text())
    return func.unnest(names, uuids, codes).table_valued(*columns, with_ordinality="position").render_derived()


def _key(reference: Reference, types: Mapping[str, ObjectType]) -> tuple[str, Any]:
    """The type's name and the key in an identifier whose type is known."""
    identifier, path = reference
    name = str(identifier).partition(":")[0]
    return name, decode_id(identifier, name, is_uuid=has_uuid(types[name]), path=path)


def has_uuid(type_: ObjectType) -> bool:
    """Whether the keys of a type are UUIDs, and not codes."""
    return isinstance(type_.stored.__table__.c[type_.key].type, Uuid)  # type: ignore[attr-defined]


def names(reference: Row, type_: ObjectType, row: Row) -> Sequence[Predicate]:
    """Whether a row that has `type`, `uuid` and `code` names this row of the type."""
    key = reference.c.uuid if has_uuid(type_) else reference.c.code
    return reference.c.type == literal_column(f"'{type_.name}'", Text()), row.c[type_.key] == key
