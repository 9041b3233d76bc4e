"""The compiler against its oracle: for every kind of viewer, the API's answer equals the interpreter's.

Each operation is asked by an anonymous viewer, two partners and staff; then once more with other variables (the cached statement must
not depend on them), and once more from a cursor that the first answer gave. A difference is reduced before it is reported.

    python -m pytest tests/test_oracle.py --hypothesis-profile thorough
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from graphql import build_schema
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.schema import graphql_schema
from models.database import Database
from models.viewer import Viewer
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.interpreter import Interpreter, Json, WrongOperation
from tests.operations import Operation, operations
from tests.reduction import Reducer
from tests.rows import store, world
from tests.semantics import CURSOR
from tests.values import Style, Values

SDL = (Path(__file__).parent.parent / "schema.graphql").read_text()
SCHEMA = build_schema(SDL)
WORLD = world(1)
VALUES = Values(WORLD)
VIEWERS = sorted(WORLD.viewers)

EXAMPLES = settings(max_examples=3 * settings.default.max_examples, deadline=None, phases=[Phase.explicit, Phase.generate])


@dataclass(frozen=True, slots=True)
class Asked:
    """One request in the oracle's words; `cursors` says which cursor of the API each of the oracle's stands for."""

    text: str
    variables: dict[str, Any]
    name: str | None
    cursors: dict[str, str] = field(default_factory=dict)

    def spelt(self, text: str) -> str:
        """A text with the API's cursors."""
        return re.sub(rf"{CURSOR}\w+", lambda found: self.cursors[found[0]], text)


class Comparison:
    """The API and the oracle over the same rows. No dataclass: Hypothesis would print all that it holds."""

    def __init__(self, graph: Graph, oracle: Interpreter) -> None:
        self.graph = graph
        self.oracle = oracle

    async def answer(self, text: str, viewer: Viewer, variables: dict[str, Any], name: str | None = None) -> Any:
        """The API's answer, parsed; no member of an object may occur twice."""
        answered = await execute(self.graph, Request(text, name, variables), viewer)
        return json.loads(answered, object_pairs_hook=once)

    async def differs(self, asked: Asked, viewer: Viewer) -> tuple[str | None, dict[str, list[str]]]:
        """What is different between the answers, if anything is; and the oracle's cursors by the variable of their connection's `after`."""
        expected, pages = self.oracle.ask(asked.text, viewer, asked.variables, asked.name)
        try:
            given = await self.answer(asked.spelt(asked.text), viewer, json.loads(asked.spelt(json.dumps(asked.variables))), asked.name)
        except Exception as error:
            return f"{type(error).__name__}: {error}", pages
        return next(differences(given, expected, asked.cursors), None), pages

    async def check(self, asked: Asked, viewer: Viewer) -> dict[str, list[str]]:
        """Fails if the answers differ, with the smallest operation that shows a difference of the same kind."""
        found, pages = await self.differs(asked, viewer)
        if found is None:
            return pages
        kind = found.split(":")[0]

        async def fails(text: str, variables: dict[str, Any]) -> bool:
            try:
                different, _ = await self.differs(replace(asked, text=text, variables=variables), viewer)
            except WrongOperation:
                return False
            return different is not None and different.split(":")[0] == kind

        text, variables = await Reducer(SCHEMA).smallest(asked.text, asked.variables, fails)
        found, _ = await self.differs(replace(asked, text=text, variables=variables), viewer)
        pytest.fail(f"{viewer.client_name or 'ANONYMOUS'}: {found}\n{text}\nvariables: {json.dumps(variables)}", pytrace=False)


def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object, each once."""
    names = [name for name, _ in members]
    assert len(names) == len(set(names)), f"a member occurs twice: {names}"
    return dict(members)


def differences(given: Any, expected: Any, cursors: dict[str, str], path: str = "data") -> Iterator[str]:
    """What is different, with its path. Cursors are opaque: for each of the oracle's, notes which one the API gave."""
    match expected:
        case Json():
            if given != expected:
                yield f"{path}: {given!r} instead of {dict(expected)!r}"
        case dict() if isinstance(given, dict) and list(given) == list(expected):
            for name, value in expected.items():
                yield from differences(given[name], value, cursors, f"{path}.{name}")
        case list() if isinstance(given, list) and len(given) == len(expected):
            for index, value in enumerate(expected):
                yield from differences(given[index], value, cursors, f"{path}[{index}]")
        case str() if expected.startswith(CURSOR) and isinstance(given, str) and given:
            cursors[expected] = given
        case _:
            if type(given) is not type(expected) or given != expected:
                yield f"{path}: {json.dumps(given)} instead of {json.dumps(expected)}"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Comparison]:
    await store(shared_owner_database, WORLD)
    yield Comparison(Graph(graphql_schema, TYPES, shared_database, b"a secret for tests" * 2), Interpreter(SDL, WORLD))


async def compared(comparison: Comparison, operation: Operation) -> None:
    """Compares one operation for every viewer; with other variables and from a cursor for one of them."""
    random = Random(operation.text)
    asked = Asked(operation.text, operation.variables, operation.name)
    for name in random.sample(VIEWERS, len(VIEWERS)):
        asked.cursors.clear()
        pages = await comparison.check(asked, WORLD.viewers[name])
    if operation.definitions:
        await comparison.check(Asked(operation.text, operation.others, operation.name), WORLD.viewers[random.choice(VIEWERS)])
    known = {page: [cursor for cursor in pages.get(page, ()) if cursor in asked.cursors] for page in sorted(operation.pages)}
    after = {page: random.choice(cursors) for page, cursors in known.items() if cursors}
    if after:
        following = operation.following(after)
        await comparison.check(Asked(following.text, following.variables, following.name, asked.cursors), WORLD.viewers[name])


def drawn(**style: int) -> st.SearchStrategy[Operation]:
    """Operations in a style."""
    return operations(SCHEMA, VALUES, Style(**style))


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn())
async def test_any_operation(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn(fragments=60, directives=25, aliases=35, arguments=15, pages=10))
async def test_documents(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn(fragments=5, directives=2, aliases=8, arguments=75, variables=25, objects=70))
async def test_filters_and_orders(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)


@pytest.mark.asyncio(loop_scope="session")
@EXAMPLES
@given(drawn(fragments=8, directives=2, aliases=8, objects=75, pages=90))
async def test_pages(comparison: Comparison, operation: Operation) -> None:
    await compared(comparison, operation)
