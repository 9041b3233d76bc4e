"""The contract beside the one last released: what changed, and whether CHANGELOG.md tells what may break a client.

`releases/` holds schema.graphql as each version published it. Changes are found by graphql-core, and named by schema coordinates, such as
`Query.cohorts(first:)`.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)
from graphql.utilities import BreakingChangeType, DangerousChangeType, find_schema_changes

from graph.settings import PROJECT
from models.foreseen import Foreseen

COORDINATE = r"@?\w+(?:\.\w+)?(?:\(\w+:\))?"
PLACES = tuple(
    re.compile(pattern.replace("PLACE", f"({COORDINATE})"))
    for pattern in (
        r"^(?:Enum value|Field|Argument|A required (?:argument|field)|Directive|Standard scalar) PLACE ",
        r"^\w+ was (?:removed from|added to) (?:union type )?PLACE\.$",
        r"^Repeatable flag was removed from PLACE\.$",
        r"^\w+ added to interfaces implemented by PLACE\.$",
        r"^PLACE ",
    )
)
ADDITIONS = {DangerousChangeType.OPTIONAL_ARG_ADDED, DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED}
"""graphql-core's dangerous changes that no client notices: what it does not know, it does not send."""


class ContractError(Foreseen):
    """The contract cannot stand as it is; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that clients may notice, and where."""

    coordinate: str
    text: str
    is_breaking: bool


@dataclass(frozen=True, slots=True)
class Release:
    """The contract that one version published."""

    version: str
    sdl: str


def last_release(folder: Path = PROJECT / "releases") -> Release:
    """The newest release."""
    file = max(folder.glob("*.graphql"), key=lambda file: [int(part) for part in file.stem.split(".")])
    return Release(file.stem, file.read_text())


def changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """What clients of the old schema may notice of the new one: what may break them, and what they should be ready for."""
    answered = {get_named_type(field.type).name for type_ in new.type_map.values() for field in _answers(type_)}
    found = [
        Change(place, change.description, isinstance(change.type, BreakingChangeType))
        for change in find_schema_changes(old, new)
        if isinstance(change.type, BreakingChangeType | DangerousChangeType) and change.type not in ADDITIONS
        for place in [_coordinate(change.description)]
        if change.type is not DangerousChangeType.VALUE_ADDED_TO_ENUM or place.partition(".")[0] in answered
    ]
    return found + [Change(name, f"{name} takes exactly one of its fields now.", True) for name in _narrowed(old, new)]


def unsaid(found: Iterable[Change], changelog: str, released: str) -> list[Change]:
    """The breaking changes that CHANGELOG.md does not name, by `coordinate`, above the heading of the release."""
    above, heading, _ = changelog.partition(f"\n## {released}\n")
    if not heading:
        raise ContractError(f"CHANGELOG.md has no section {released}, which releases/ holds")
    return [change for change in found if change.is_breaking and f"`{change.coordinate}`" not in above]


def checked(sdl: str, changelog: str, released: Release) -> list[Change]:
    """The changes since the release; raises ContractError if one may break clients and the changelog does not say so."""
    found = changes(build_schema(released.sdl), build_schema(sdl))
    if missing := unsaid(found, changelog, released.version):
        told = "; ".join(f"`{change.coordinate}`: {change.text}" for change in missing)
        raise ContractError(f"breaking changes since {released.version} that CHANGELOG.md does not name above that release: {told}")
    return found


def publish(sdl: str, changelog: str, version: str, folder: Path = PROJECT / "releases") -> Path:
    """The file that keeps the contract of a version, written; raises ContractError for one that is published, or not told of."""
    if f"\n## {version}\n" not in changelog:
        raise ContractError(f"CHANGELOG.md has no section {version}: name the unreleased one so")
    file = folder / f"{version}.graphql"
    if file.exists() and file.read_text() != sdl:
        raise ContractError(f"{version} is released, with another contract: raise the version in pyproject.toml")
    checked(sdl, changelog, last_release(folder))
    file.write_text(sdl)
    return file


def printed() -> str:
    """The text of schema.graphql, or none if it is missing."""
    file = PROJECT / "schema.graphql"
    return file.read_text() if file.exists() else ""


def changelog() -> str:
    """The text of CHANGELOG.md."""
    return (PROJECT / "CHANGELOG.md").read_text()


def version() -> str:
    """The version that the project is at."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def _coordinate(description: str) -> str:
    """Where a change is, as its description begins or ends with it."""
    return next(found[1] for pattern in PLACES if (found := pattern.search(description)))


def _answers(type_: GraphQLNamedType) -> Iterable[GraphQLField]:
    """The fields of a type that answers are made of; an enum that none has as its type is only sent."""
    return type_.fields.values() if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else ()


def _narrowed(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """The inputs that have become one-of, which graphql-core does not notice."""
    one_of = [name for name, type_ in new.type_map.items() if isinstance(type_, GraphQLInputObjectType) and type_.is_one_of]
    return [name for name in one_of if isinstance(was := old.type_map.get(name), GraphQLInputObjectType) and not was.is_one_of]
