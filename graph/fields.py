"""How fields, arguments and codes are declared: a name, a type and a description for the caller.

Strawberry never runs a field of this schema: the compiler reads the schema, and `resolvers/` holds what each field means.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NoReturn

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from graph.scalars import Cursor
from resolvers.compiler.limits import DEFAULT_PAGE


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field; without a default it may be absent, or is required where its type is not nullable."""

    name: str
    type: Any
    description: str
    default: Any = strawberry.UNSET
    deprecated: str | None = None

    def declared(self) -> StrawberryArgument:
        """The argument as Strawberry holds it."""
        return StrawberryArgument(
            python_name=self.name,
            graphql_name=self.name,
            type_annotation=StrawberryAnnotation(self.type),
            description=self.description,
            default=self.default,
            deprecation_reason=self.deprecated,
        )


def unanswered() -> NoReturn:
    """The resolver of every field that has arguments: the compiler answers the field instead."""
    raise NotImplementedError("Fields are answered by resolvers.execute, not by Strawberry.")


def field(description: str, *arguments: Argument, name: str | None = None, default: Any = MISSING, deprecated: str | None = None) -> Any:
    """A field of a type or an input, named in camel case after its attribute unless a name is given."""
    if not arguments:
        return strawberry.field(description=description, name=name, default=default, deprecation_reason=deprecated)
    declared: Any = strawberry.field(description=description, name=name, resolver=unanswered, deprecation_reason=deprecated)
    declared.arguments = [argument.declared() for argument in arguments]
    return declared


def deprecated(since: date, use: str, gone: date) -> str:
    """What is said of a field or an argument that clients should leave: since when, what to use instead, and how long it stays."""
    return f"Since {since}: use {use}. Gone not before {gone}."


def filter_of(filter: type) -> Argument:
    """The argument that says which items of a list to keep."""
    return Argument("filter", filter | None, "Keeps only the items for which this holds; absent or {} keeps all that you may see.")


def connection(description: str, filter: type, order: Any, *more: Argument) -> Any:
    """A field that is a Relay connection, with the six arguments that every connection takes, and maybe more."""
    return field(
        description,
        filter_of(filter),
        Argument("order", list[order] | None, "Sort keys, the foremost first, of which each costs 5; ties follow by id."),
        *pages(),
        *more,
    )


def as_of(things: str) -> Argument:
    """The argument that asks for what stood at a moment."""
    return Argument(
        "asOf",
        datetime | None,
        f"Gives {things}, and all that is selected below, as at the last change at or before this moment, which must have passed; names, "
        "and what you may see, are today's. Absent: as of now.",
    )


def pages(items: str = "items") -> tuple[Argument, ...]:
    """The arguments that ask for a page of a list."""
    return (
        Argument(
            "first",
            int | None,
            f"How many {items} to give at most from the start of the list, or from `after`: 0 to 100, which the price counts. "
            f"{DEFAULT_PAGE} if neither `first` nor `last` is given; null counts as absent.",
        ),
        Argument("after", Cursor | None, "The cursor after which the page starts: the endCursor of the page before, with the same order."),
        Argument(
            "last",
            int | None,
            f"How many {items} to give at most from the end of the list, or up to `before`: 0 to 100, which the price counts. "
            "They come in the same order as with `first`; give one of the two.",
        ),
        Argument("before", Cursor | None, "The cursor before which the page ends: the startCursor of the page after, with the same order."),
    )


def first_of(things: str) -> Argument:
    """The argument that says how long a list may be."""
    return Argument("first", int, f"How many {things} to give at most, 0 to 100; the price counts that many, whatever is found.", 25)


def describe(codes: type[StrEnum], description: str, values: Mapping[str, str]) -> None:
    """Declare an enum of the schema; raises if a code is left without a description, or a description without its code."""
    if set(values) != set(codes):
        raise LookupError(f"{codes.__name__} is described by other codes than its own: {sorted(set(values) ^ set(codes))}")
    declared: Any = strawberry.enum(codes, description=description)
    for value in declared.__strawberry_definition__.values:
        value.description = values[value.name]
