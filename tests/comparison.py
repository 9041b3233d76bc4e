"""Compares the API's answers with the oracle's, over the same rows. A difference is reduced before it is reported."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from graph.schema import graphql_schema
from models.database import Database, Transaction
from models.viewer import Viewer
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.interpreter import Answer, Interpreter, WrongOperation
from tests.meanings import Json
from tests.reduction import Reducer
from tests.rows import World
from tests.semantics import CURSOR

SDL = (Path(__file__).parent.parent / "schema.graphql").read_text()
SCHEMA = build_schema(SDL)


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


class Unwritten(Database):
    """A database in which no transaction stays: what reading about people leaves in the audit log is no part of the oracle's world."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def read(self, sql: str, arguments: Sequence[Any]) -> Any:
        """As the database."""
        return await self.database.read(sql, arguments)

    @asynccontextmanager
    async def write(self, viewer: Viewer | None = None) -> AsyncIterator[Transaction]:
        """As the database, rolled back in the end."""
        async with self.database.write(viewer) as transaction:
            yield transaction
            transaction.discard()


class Comparison:
    """The API and the oracle over the same rows. No dataclass: Hypothesis would print all that it holds."""

    def __init__(self, database: Database, world: World, *, still: bool = False) -> None:
        self.graph = Graph(graphql_schema, TYPES, Unwritten(database), b"a secret for tests" * 2)
        self.oracle = Interpreter(SDL, world, still=still)

    async def answer(self, text: str, viewer: Viewer, variables: dict[str, Any], name: str | None = None) -> Any:
        """The API's answer, parsed; no member of an object may occur twice."""
        answered = await execute(self.graph, Request(text, name, variables), viewer)
        return json.loads(answered, object_pairs_hook=once)

    async def differs(self, asked: Asked, viewer: Viewer) -> tuple[str | None, Answer]:
        """What is different between the answers, if anything is; and the oracle's answer."""
        expected = self.oracle.ask(asked.text, viewer, asked.variables, asked.name)
        try:
            given = await self.answer(asked.spelt(asked.text), viewer, json.loads(asked.spelt(json.dumps(asked.variables))), asked.name)
        except Exception as error:
            self.oracle.validate(asked.text)
            return f"{type(error).__name__}: {error}", expected
        return next(differences(given, expected.data, asked.cursors), None), expected

    async def check(self, asked: Asked, viewer: Viewer) -> Answer:
        """The oracle's answer. Fails if the API's differs, with the smallest operation that shows a difference of the same kind."""
        found, answer = await self.differs(asked, viewer)
        if found is None:
            return answer
        kind = found.split(":")[0]

        async def fails(text: str, variables: dict[str, Any]) -> bool:
            try:
                different, _ = await self.differs(replace(asked, text=text, variables=variables), viewer)
            except WrongOperation:
                return False
            return different is not None and different.split(":")[0] == kind

        text, variables = await Reducer(SCHEMA).smallest(asked.text, asked.variables, fails)
        reduced, _ = await self.differs(replace(asked, text=text, variables=variables), viewer)
        if reduced is None:  # as when a statement in the cache was to blame
            text, variables, reduced = asked.text, asked.variables, f"{found} (at first, then no more)"
        pytest.fail(f"{viewer.client_name or 'ANONYMOUS'}: {reduced}\n{text}\nvariables: {json.dumps(variables)}", pytrace=False)


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
