"""Every name of the contract has a meaning, and every meaning a name: the schema and the registry of resolvers agree."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLUnionType, get_named_type

from graph.schema import graphql_schema
from resolvers.fields import (
    Connection,
    Elements,
    Embedded,
    Many,
    Mutation,
    ObjectType,
    One,
    OneOf,
    Reference,
    Related,
    RelatedMany,
    Source,
    Within,
)
from resolvers.queries import TYPES

STRUCTURAL = {"PageInfo"}
"""Types of the Relay specification, which the planner itself answers; connections and edges are too."""

OBJECTS = {
    name: type_
    for name, type_ in graphql_schema.type_map.items()
    if isinstance(type_, GraphQLObjectType)
    and not name.startswith("__")
    and (not name.endswith(("Connection", "Edge")) or name in TYPES)
    and name not in STRUCTURAL
}
LOGIC = {"and", "or", "not"}
INPUTS = {"Receipt": "Submission"}
"""Types whose inputs, filter and order, have another name."""
TO_OTHERS = (One, OneOf, Reference, Many, Connection, Elements, Embedded, Source, Mutation)


def members(name: str) -> Mapping[str, Any]:
    """The members of an input of the schema, or the codes of an enum; none where there is no such type."""
    type_ = graphql_schema.type_map.get(name)
    if isinstance(type_, GraphQLInputObjectType):
        return {member: field for member, field in type_.fields.items() if member not in LOGIC}
    return type_.values if isinstance(type_, GraphQLEnumType) else {}


def test_every_object_type_has_a_meaning() -> None:
    assert set(TYPES) == set(OBJECTS)
    assert all(type_.name == name for name, type_ in TYPES.items())


@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_has_a_word_and_every_word_a_field(name: str) -> None:
    assert set(TYPES[name].fields) == set(OBJECTS[name].fields) - ({"cursor"} if name.endswith("Edge") else set())


@pytest.mark.parametrize("name", OBJECTS)
def test_words_lead_to_the_types_that_the_contract_promises(name: str) -> None:
    for field, word in TYPES[name].fields.items():
        if isinstance(word, TO_OTHERS):
            promised = get_named_type(OBJECTS[name].fields[field].type).name
            assert promised.removesuffix("Connection") == word.type, field
            assert promised.endswith("Connection") == isinstance(word, Connection), field


def test_a_union_gives_objects_of_all_its_types() -> None:
    for type_ in TYPES.values():
        for word in type_.fields.values():
            if isinstance(word, OneOf):
                union = graphql_schema.type_map[word.type]
                assert isinstance(union, GraphQLUnionType)
                assert {one.type for one in word.objects} == {member.name for member in union.types}


def leads_to(name: str, member: str) -> tuple[str, bool]:
    """The type that a member of a filter is about, and whether it is asked of many."""
    promised = get_named_type(members(f"{INPUTS.get(name, name)}Filter")[member].type).name.removesuffix("Filter")
    about = promised.removesuffix("List")
    return {"Submission": "Receipt"}.get(about, about), promised != about


@pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES)
def test_filters_and_orders_are_those_of_the_contract(type_: ObjectType) -> None:
    inputs = INPUTS.get(type_.name, type_.name)
    assert set(type_.filters) == set(members(f"{inputs}Filter"))
    for name, word in type_.filters.items():
        if isinstance(word, Related | RelatedMany | Within):
            assert leads_to(type_.name, name) == (word.type, isinstance(word, RelatedMany)), name
    assert set(type_.orders) == set(members(f"{inputs}OrderField")) or type_.name.endswith("Edge")
    assert set(type_.default_order) <= set(type_.orders)
