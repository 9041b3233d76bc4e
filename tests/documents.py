"""What a random operation is made of: the document with its variables, what may still be spent on it, and the places it fills.

Whatever merges must agree, so a `Place` remembers what each response key of a selection stands for.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLNamedType


@dataclass(frozen=True, slots=True)
class Operation:
    """A document with one operation to execute; its variables, and other values for them; which of them are cursors of a connection."""

    body: str
    definitions: dict[str, str]
    variables: dict[str, Any]
    others: dict[str, Any] = field(default_factory=dict)
    pages: frozenset[str] = frozenset()
    literal: frozenset[str] = frozenset()
    name: str | None = None
    rest: str = ""

    @property
    def text(self) -> str:
        """The document."""
        listed = ", ".join(f"${name}: {kind}" for name, kind in self.definitions.items())
        head = f"query {self.name or ''}{f'({listed})' if listed else ''} " if listed or self.name else ""
        return f"{head}{self.body}{self.rest}"

    def following(self, cursors: dict[str, str]) -> "Operation":
        """The same operation, with cursors for the `after` or `before` of some connections."""
        body, rest, definitions, variables = self.body, self.rest, dict(self.definitions), dict(self.variables)
        for name, cursor in cursors.items():
            if name in self.literal:
                body, rest = (text.replace(f": ${name}", f": {json.dumps(cursor)}") for text in (body, rest))
                del definitions[name]
                variables.pop(name, None)
            else:
                variables[name] = cursor
        return replace(self, body=body, rest=rest, definitions=definitions, variables=variables)


@dataclass(slots=True)
class Entry:
    """What a response key stands for."""

    parent: GraphQLNamedType
    name: str
    type: str
    arguments: str
    place: "Place"


Place = dict[str, Entry]
SPENT = ("cost", "aliases", "directives", "roots", "counts")


@dataclass(frozen=True, slots=True)
class Room:
    """What may still be spent at a place, or what was spent; `counts` is the cost of numbers of rows, whatever the page."""

    depth: int = 0
    cost: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0
    counts: int = 0

    def less(self, spent: "Room") -> "Room":
        """What is left after spending."""
        rest = (getattr(self, name) - getattr(spent, name) for name in SPENT)
        return Room(self.depth, *rest)

    def plus(self, other: "Room") -> "Room":
        """What two parts of one selection spend together."""
        both = (getattr(self, name) + getattr(other, name) for name in SPENT)
        return Room(max(self.depth, other.depth), *both)

    def holds(self, spent: "Room") -> bool:
        """Whether so much may be spent."""
        return all(getattr(self, name) >= getattr(spent, name) for name in ("depth", *SPENT))


@dataclass(frozen=True, slots=True)
class Fragment:
    """A named fragment, finished."""

    name: str
    on: GraphQLNamedType
    text: str
    place: Place
    spent: Room


def same(entry: Entry, parent: GraphQLNamedType, name: str, type: str) -> bool:
    """Whether a response key may stand for that field too."""
    return entry.name == name and entry.type == type


def agree(place: Place, other: Place) -> bool:
    """Whether two selections can be merged."""
    return all(
        key not in place
        or (
            same(place[key], entry.parent, entry.name, entry.type)
            and place[key].arguments == entry.arguments
            and agree(place[key].place, entry.place)
        )
        for key, entry in other.items()
    )


def merge(place: Place, other: Place) -> None:
    """Adds the response keys of a selection to a place that agrees with it."""
    for key, entry in other.items():
        if key in place:
            merge(place[key].place, entry.place)
        else:
            place[key] = Entry(entry.parent, entry.name, entry.type, entry.arguments, {})
            merge(place[key].place, entry.place)
