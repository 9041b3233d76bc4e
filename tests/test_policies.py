"""Nobody learns of a row that is not his: not by what is returned, counted, ordered by, filtered by or found.

Each operation is asked by each kind of viewer, of two partners and two focal points, in two worlds that differ in nothing but what this
viewer may not see. The answers must be the same bytes, and what the interpreter says, which knows the plain rules and all rows.
"""

import re
from collections.abc import AsyncIterator, Iterable
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from models.policies import READS_PEOPLE
from models.viewer import ViewerKind
from tests.comparison import SCHEMA
from tests.conftest import Another
from tests.guesses import Guesser, Places, after, orders
from tests.hidden import otherwise
from tests.paths import Asking, Contract, operations, paths
from tests.rows import store
from tests.semantics import snake
from tests.test_row_security import off
from tests.two_worlds import Asked, TwoWorlds
from tests.worlds import world

__all__ = ["off"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORLD = world(1)
CONTRACT = Contract(SCHEMA)
DEPTH = 4
PATHS = operations(CONTRACT, DEPTH)
NOT_INTERPRETED = {"participation", "release"}
"""What only the two worlds are compared in; test_participation.py and test_publishing.py say what is right."""

BEGINNINGS = ["a", "p"]
CHOSEN_FOR = ViewerKind.FOCAL_POINT
"""Whose numbers by RECORDS rest on what is hidden from it, by rule (product.md B4): test_participation.py and test_row_security.py."""


SEES_ALL = "AUDITOR"
"""Who is given cursors of all rows, which others then try."""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def worlds(another: Another) -> AsyncIterator[TwoWorlds]:
    async with another() as (owner, database):
        await store(owner, WORLD)
        yield TwoWorlds(database, WORLD)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def places(worlds: TwoWorlds) -> Places:
    return {
        (field, kind, name): await worlds.cursors(
            after(field, kind, "edges { cursor node { id } }"), {"order": [{"by": name}]}, field, WORLD.viewers[SEES_ALL]
        )
        for field, kind, name in orders(SCHEMA)
    }


def variables(asking: Asking, guesser: Guesser) -> list[dict[str, Any]]:
    """What an operation is asked with in turn: identifiers of rows that are seen, of which much is known, and of rows that are not."""
    random, of_type = Random(asking.text), asking.root.type
    if "$ids" in asking.text:
        return [{"ids": [*guesser.known(of_type, 8, random), *guesser.ids(of_type, 3)]}]
    if "$id" in asking.text:
        return [{"id": one} for one in [*guesser.known(of_type, 1, random), guesser.ids(of_type, 1)[0]]]
    if "$text" in asking.text:
        return [{"text": text, "kinds": [snake(of_type).strip("_").upper()]} for text in BEGINNINGS]
    return [{"measure": "COMPLETED"}] if "$measure" in asking.text else [{}]


def refusal(asking: Asking, kind: ViewerKind) -> str | None:
    """The code of the refusal that is due to a kind of viewer."""
    return "NOT_PERMITTED" if asking.tells_of_people and kind not in READS_PEOPLE else None


def path_operations(name: str) -> list[Asked]:
    """What a viewer asks along the paths."""
    kind, guesser = WORLD.viewers[name].kind, guesses(name)
    return [
        Asked(asking.text, given, refusal(asking, kind), asking.root.field not in NOT_INTERPRETED)
        for asking in PATHS
        if asking.root.field != "participation" or kind is not CHOSEN_FOR
        for given in variables(asking, guesser)
    ]


def guesses(name: str) -> Guesser:
    """What a viewer guesses."""
    return Guesser(SCHEMA, WORLD, WORLD.viewers[name], Random(name))


async def compare(worlds: TwoWorlds, another: Another, name: str, asked: Iterable[Asked]) -> None:
    """Asks what a viewer asks, in a world in which what is hidden from it is otherwise."""
    viewer = WORLD.viewers[name]
    async with another() as (owner, database):
        await store(owner, otherwise(WORLD, viewer, Random(name)))
        there = worlds.there(database)
        for one in asked:
            await worlds.ask(one, viewer, there)


def of(kind: ViewerKind) -> list[str]:
    """The viewers of a kind."""
    return [name for name, viewer in WORLD.viewers.items() if viewer.kind is kind]


@pytest.mark.parametrize("kind", list(ViewerKind))
async def test_what_is_hidden_makes_no_difference(worlds: TwoWorlds, places: Places, another: Another, kind: ViewerKind) -> None:
    for name in of(kind):
        await compare(worlds, another, name, [*path_operations(name), *guesses(name).all(), *guesses(name).cursors(places)])


BEHIND_THE_WALL = re.compile("(?i)statement|submission|decision|costs")
WALLED = [ViewerKind.PARTNER, ViewerKind.FOCAL_POINT, ViewerKind.ANONYMOUS]


def walled(name: str) -> list[Asked]:
    """The guesses of a viewer that reach tables behind the second wall."""
    return [one for one in guesses(name).all() if BEHIND_THE_WALL.search(f"{one.text} {one.variables}")]


@pytest.mark.parametrize("kind", WALLED)
async def test_nor_with_the_second_wall_alone(worlds: TwoWorlds, another: Another, off: pytest.MonkeyPatch, kind: ViewerKind) -> None:
    """The compiler's policies are switched off."""
    alone = worlds.recompiling()
    for name in of(kind):
        await compare(alone, another, name, walled(name))


async def test_every_path_is_asked() -> None:
    """A field that is new is on paths of its own, which the operations then ask."""
    assert {path for asking in PATHS for path in asking.paths} == set(paths(CONTRACT, DEPTH))
    assert {asking.text for asking in PATHS} == {asked.text for asked in path_operations("STAFF")}
    assert {viewer.kind for viewer in WORLD.viewers.values()} == set(ViewerKind)


async def test_pairs_of_operation_and_viewer_are_many() -> None:
    assert sum(len(path_operations(name)) + len(list(guesses(name).all())) for name in WORLD.viewers) >= 20_000
    assert sum(len(walled(name)) for kind in WALLED for name in of(kind)) >= 2_000
