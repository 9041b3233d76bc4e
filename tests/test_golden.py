"""Operations with the SQL that they become and the answer that they must give beside them, over the published page.

A reviewer reads a change of the compiler as a difference of SQL. `./run python -m tests.test_golden` writes the files anew.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from graph.schema import graphql_schema
from models import provision, throwaway
from models.database import Database
from models.reference.loader import load
from models.viewer import ANONYMOUS
from resolvers.execute import Graph, Request, execute
from resolvers.explain import explain
from resolvers.queries import TYPES

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(FOLDER.glob("*/*.graphql"))


def read(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


def graph_over(database: Database) -> Graph:
    return Graph(graphql_schema, TYPES, database, b"a secret of the tests")


async def answered(graph: Graph, case: Path) -> Iterator[tuple[Path, str]]:
    request = Request(read(case))
    answer = orjson.dumps(orjson.loads(await execute(graph, request, ANONYMOUS)), option=orjson.OPT_INDENT_2)
    sql = "\n".join(line.rstrip() for line in explain(graph, request, ANONYMOUS)["sql"].splitlines())
    return iter([(case.with_suffix(".sql"), sql + "\n"), (case.with_suffix(".json"), answer.decode() + "\n")])


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.stem}" for case in CASES])
async def test_operation_gives_its_sql_and_its_answer(shared_database: Database, shared_owner_database: Database, case: Path) -> None:
    async with shared_owner_database.write() as transaction:
        await load(transaction)
    for file, text in await answered(graph_over(shared_database), case):
        assert read(file) == text


async def write_anew(addresses: provision.Addresses) -> None:
    owner = await Database.open(addresses.owner, size=1)
    async with owner.write() as transaction:
        await load(transaction)
    for case in CASES:
        for file, text in await answered(graph_over(owner), case):
            write(file, text)
    await owner.close()


if __name__ == "__main__":
    with throwaway.database() as addresses:
        asyncio.run(write_anew(addresses))
