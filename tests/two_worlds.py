"""Operations asked of two databases that differ in nothing but what a viewer may not see.

What the second answers must be what the interpreter, which knows the plain rules, says of all rows of the first: an answer that depends on
a hidden row is another one there. Operations that the interpreter does not know, and guesses, are asked of both: the answers must be the
same bytes.
"""

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from graph.schema import graphql_schema
from models.database import Database
from models.viewer import Viewer
from resolvers.compiler.limits import DEFAULT_LIMITS
from resolvers.errors import Refusal
from resolvers.execute import Cache, Graph, Request, execute
from resolvers.queries import TYPES
from tests.comparison import SDL, Unwritten, differences
from tests.interpreter import Interpreter
from tests.rows import World

SECRET = b"a secret for tests" * 2
ANY_COST = 10**9
"""What is asked here is who sees what, not how much one may ask."""

KEPT = 100_000_000
"""What all kinds of viewers ask is parsed and compiled once: a smaller memory had forgotten what one asked before the next asks it."""

REFUSED = b"refused: "


@dataclass(frozen=True, slots=True)
class Asked:
    """A document and its variables; the refusal that is due; whether the interpreter knows it; whether it is asked in both worlds.

    `meant` are the variables in the interpreter's words, where they are others.
    """

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    refused: str | None = None
    interpreted: bool = True
    twice: bool = False
    meant: Mapping[str, Any] | None = None


class TwoWorlds:
    """A world, and for each viewer what it would be if all that he does not see were otherwise."""

    def __init__(self, database: Database, world: World) -> None:
        limits = {kind: replace(known, cost=ANY_COST, aliases=ANY_COST) for kind, known in DEFAULT_LIMITS.items()}
        self.here = Graph(graphql_schema, TYPES, Unwritten(database), SECRET, limits, documents=Cache(KEPT), statements=Cache(KEPT))
        self.oracle = Interpreter(SDL, world, still=True)

    def there(self, database: Database) -> Graph:
        """The graph over another world; what was compiled for the first serves it too."""
        return replace(self.here, database=Unwritten(database))

    def recompiling(self) -> "TwoWorlds":
        """The same worlds, with nothing compiled."""
        again = copy(self)
        again.here = replace(self.here, statements=Cache(KEPT))
        return again

    async def ask(self, asked: Asked, viewer: Viewer, there: Graph) -> None:
        """Asks in the other world, and fails unless the interpreter says the same of this one; in both if it does not know, or `twice`."""
        found = await answer(there, asked, viewer)
        wrong = self.wrong(asked, viewer, found)
        if wrong is None and (asked.twice or not asked.interpreted):
            wrong = different(await answer(self.here, asked, viewer), found)
        if wrong:
            told = f"{viewer.client_name or viewer.kind}: {wrong}\n{asked.text}\nvariables: {json.dumps(asked.variables)}"
            pytest.fail(told, pytrace=False)

    async def cursors(self, text: str, variables: Mapping[str, Any], field: str, viewer: Viewer) -> dict[str, tuple[str, str]]:
        """The cursors of a connection's rows by id, as the API and as the interpreter give them."""
        given = json.loads(await answer(self.here, Asked(text, variables), viewer))[field]["edges"]
        meant = self.oracle.ask(text, viewer, dict(variables)).data[field]["edges"]
        return {one["node"]["id"]: (one["cursor"], other["cursor"]) for one, other in zip(given, meant, strict=True)}

    def wrong(self, asked: Asked, viewer: Viewer, found: bytes) -> str | None:
        """What the interpreter, or the refusal that is due, says otherwise than an answer."""
        if asked.refused or found.startswith(REFUSED):
            due = REFUSED + str(asked.refused).encode()
            return None if found == due else f"{found!r} instead of {due!r}"
        if not asked.interpreted:
            return None
        meant = asked.variables if asked.meant is None else asked.meant
        return next(differences(json.loads(found), self.oracle.ask(asked.text, viewer, dict(meant)).data, {}), None)


def different(here: bytes, there: bytes) -> str | None:
    """How the answers in both worlds differ, if they do."""
    if here == there:
        return None
    if REFUSED in (here[: len(REFUSED)], there[: len(REFUSED)]):
        return f"{here!r} in this world, {there!r} in the other"
    return next(differences(json.loads(there), json.loads(here), {}), "spelt otherwise in the other world")


async def answer(graph: Graph, asked: Asked, viewer: Viewer) -> bytes:
    """The answer, or the code of the refusal."""
    try:
        return await execute(graph, Request(asked.text, None, asked.variables), viewer)
    except Refusal as refusal:
        return REFUSED + refusal.code.encode()
