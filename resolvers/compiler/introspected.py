"""What the lists of introspection hold on average, for their price. Pure."""

from math import ceil

from graphql import GraphQLNamedType, GraphQLSchema, is_enum_type, is_input_object_type, is_interface_type, is_object_type

VALUES = 20
"""Values of an introspection that cost as much as one object: graphql-core resolves them one by one, without the database."""


def is_introspective(type_: GraphQLNamedType) -> bool:
    """Whether a type is one of introspection's own."""
    return type_.name.startswith("__")


def mean_length(schema: GraphQLSchema, name: str) -> int:
    """The mean length of a list that introspection answers with, rounded up."""
    types = schema.type_map.values()
    fields = [field for type_ in types if is_object_type(type_) or is_interface_type(type_) for field in type_.fields.values()]
    match name:
        case "types":
            return len(types)
        case "directives":
            return len(schema.directives)
        case "fields":
            return ceil(len(fields) / len(types))
        case "args":
            return ceil(sum(len(field.args) for field in fields) / len(fields))
        case "inputFields":
            return ceil(sum(len(type_.fields) for type_ in types if is_input_object_type(type_)) / len(types))
        case "enumValues":
            return ceil(sum(len(type_.values) for type_ in types if is_enum_type(type_)) / len(types))
    return 1
