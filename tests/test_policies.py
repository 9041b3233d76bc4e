"""Nobody learns of a row that is not his: not by what is returned, counted, ordered by, filtered by or found.

Each operation is asked by each kind of viewer, of two partners and two focal points, in two worlds that differ in nothing but what this
viewer may not see. The answers must be the same bytes, and what the interpreter says, which knows the plain rules and all rows.
"""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from models.policies import READS_PEOPLE
from models.viewer import ViewerKind
from tests.comparison import SCHEMA
from tests.conftest import Another
from tests.hidden import otherwise
from tests.paths import Asking, Contract, Path, operations, paths
from tests.rows import store
from tests.semantics import TABLES, Item
from tests.two_worlds import Asked, TwoWorlds
from tests.worlds import world

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORLD = world(1)
CONTRACT = Contract(SCHEMA)
DEPTH = 4
PATHS = operations(CONTRACT, DEPTH)
NOT_INTERPRETED = {"participation", "release"}
"""What only the two worlds are compared in; test_participation.py and test_publishing.py say what is right."""

BEGINNINGS = ["a", "b", "j", "t", "p", "c"]
NO_RECORDS = {ViewerKind.FOCAL_POINT}
"""Who is refused numbers by RECORDS."""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def worlds(another: Another) -> AsyncIterator[TwoWorlds]:
    async with another() as (owner, database):
        await store(owner, WORLD)
        yield TwoWorlds(database, WORLD)


def variables(asking: Asking, random: Random) -> list[dict[str, Any]]:
    """What an operation is asked with in turn: identifiers of rows, seen or not."""
    ids = [Item(asking.root.type, row).id for row in WORLD[TABLES[asking.root.type]]] if "$id" in asking.text else []
    if "$ids" in asking.text:
        return [{"ids": random.sample(ids, min(8, len(ids)))}]
    if "$id" in asking.text:
        return [{"id": one} for one in random.sample(ids, min(2, len(ids)))]
    if "$text" in asking.text:
        return [{"text": random.choice(BEGINNINGS)}]
    return [{"measure": "COMPLETED"}] if "$measure" in asking.text else [{}]


def refusal(asking: Asking, kind: ViewerKind) -> str | None:
    """The code of the refusal that is due to a kind of viewer."""
    if asking.tells_of_people and kind not in READS_PEOPLE:
        return "NOT_PERMITTED"
    return "BASIS_NOT_AVAILABLE" if asking.root.field == "participation" and kind in NO_RECORDS else None


@pytest.mark.parametrize("kind", list(ViewerKind))
async def test_no_path_leads_to_what_is_hidden(worlds: TwoWorlds, another: Another, kind: ViewerKind) -> None:
    for name, viewer in WORLD.viewers.items():
        if viewer.kind is kind:
            asked: set[Path] = set()
            async with another() as (owner, database):
                await store(owner, otherwise(WORLD, viewer, Random(name)))
                there = worlds.there(database)
                for asking in PATHS:
                    for given in variables(asking, Random(f"{name} {asking.text}")):
                        known = asking.root.field not in NOT_INTERPRETED
                        await worlds.ask(Asked(asking.text, given, refusal(asking, kind), known), viewer, there)
                    asked.update(asking.paths)
            assert asked == set(paths(CONTRACT, DEPTH))
