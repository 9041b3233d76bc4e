"""The schema: the root types put together, and its public contract in print."""

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, print_schema
from strawberry.schema.config import StrawberryConfig

from graph.mutations import Mutation
from graph.queries import Query
from graph.scalars import SCALARS


def print_sdl() -> str:
    """The text of schema.graphql."""
    return print_schema(graphql_schema) + "\n"


def _compiled(declared: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core sees it, its one-of inputs marked so that graphql-core itself checks, prints and introspects them."""
    graphql: GraphQLSchema = declared._schema
    for type_ in graphql.type_map.values():
        if isinstance(type_, GraphQLInputObjectType) and type_.extensions["strawberry-definition"].is_one_of:
            type_.is_one_of = True
            type_.out_type = GraphQLInputObjectType.out_type  # type: ignore[method-assign]
    return graphql


schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
graphql_schema = _compiled(schema)
