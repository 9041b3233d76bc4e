"""Compares many more random operations than the gate: `./run oracle`.

The work is cut into chunks, which processes take in turn, each with a PostgreSQL of its own; every chunk has a world of its own. What a
chunk found is kept in `.oracle/SEED`, so that the same command with the same `--seed` goes on where it was stopped. A fault is told with
the smallest operation that shows it, and does not stop the others. At the end stands the report of what was reached.
"""

import asyncio
import gc
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest
from tqdm import tqdm

from models import throwaway
from models.database import Database
from models.provision import Addresses
from tests.comparison import SCHEMA, Comparison
from tests.interpreter import WrongOperation
from tests.operations import operation
from tests.oracle import STYLES, compared
from tests.reach import Reach
from tests.rows import store
from tests.values import Values
from tests.worlds import world

CHUNK = 250
FOLDER = Path(__file__).parent.parent / ".oracle"
POLL_SECONDS = 0.5
EMPTY = """DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' CASCADE'
    FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
); END $$"""


@click.command()
@click.option("--operations", default=100_000, show_default=True, help="how many")
@click.option("--seed", type=int, help="that of a run that was stopped goes on with it; another one each time without it")
@click.option("--processes", default=2, show_default=True)
def main(operations: int, seed: int | None, processes: int) -> None:
    """Compares random operations of the API with the interpreter's answers."""
    seed = secrets.randbelow(1 << 32) if seed is None else seed
    folder = FOLDER / str(seed)
    folder.mkdir(parents=True, exist_ok=True)
    chunks = range(-(-operations // CHUNK))
    print(f"seed {seed}: {len(chunks) * CHUNK} operations; stopped, ./run oracle --operations {operations} --seed {seed} goes on")
    run(seed, folder, chunks, processes)
    sys.exit(told(folder, chunks))


def run(seed: int, folder: Path, chunks: range, processes: int) -> None:
    """Compares the chunks that are not done."""
    waiting = [number for number in chunks if not file(folder, number).exists()]
    context = get_context("spawn")
    workers = [context.Process(target=work, args=(seed, folder, waiting[first::processes])) for first in range(processes)]
    for worker in workers:
        worker.start()
    with tqdm(total=len(chunks) * CHUNK, unit=" operations") as bar:
        while any(worker.is_alive() for worker in workers):
            time.sleep(POLL_SECONDS)
            bar.update(CHUNK * sum(file(folder, number).exists() for number in chunks) - bar.n)


def work(seed: int, folder: Path, numbers: list[int]) -> None:
    """Compares some chunks, in a process of its own."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    with throwaway.database() as addresses:
        for number in numbers:
            found = asyncio.run(chunk(addresses, f"{seed} {number}"))
            unfinished = file(folder, number).with_suffix(".unfinished")
            unfinished.write_text(json.dumps(found))
            unfinished.rename(file(folder, number))


async def chunk(addresses: Addresses, name: str) -> dict[str, Any]:
    """What the comparison of a chunk found: its faults, and what it reached."""
    made, reach, faults = world(Random(name).getrandbits(32)), Reach(), list[str]()
    random, values = Random(name), Values(made)
    async with opened(addresses.owner) as owner, opened(addresses.server) as database:
        async with owner.write() as transaction:
            await transaction.read(EMPTY, [])
        await store(owner, made)
        comparison = Comparison(database, made, still=True)
        for number in range(CHUNK):
            style = list(STYLES)[number % len(STYLES)]
            asked = operation(Random(random.getrandbits(64)), SCHEMA, values, STYLES[style], reach)
            try:
                await compared(comparison, asked, reach)
            except (pytest.fail.Exception, WrongOperation) as fault:
                faults.append(f"chunk {name}, operation {number} ({style}): {fault}")
    return {"reach": reach.kept(), "faults": faults}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database."""
    database = await Database.open(url, size=2)
    try:
        yield database
    finally:
        await database.close()


def file(folder: Path, number: int) -> Path:
    """Where a chunk's findings are kept."""
    return folder / f"{number}.json"


def findings(folder: Path, chunks: range) -> Iterator[dict[str, Any]]:
    """What the chunks found."""
    return (json.loads(file(folder, number).read_text()) for number in chunks if file(folder, number).exists())


def told(folder: Path, chunks: range) -> int:
    """Prints what was reached and what is wrong; 0 if all was compared and nothing is."""
    reach, faults, done = Reach(), list[str](), 0
    for found in findings(folder, chunks):
        reach.add(Reach.restored(found["reach"]))
        faults += found["faults"]
        done += 1
    print(reach.report(SCHEMA))
    print(*faults, sep="\n\n")
    print(f"{done * CHUNK} of {len(chunks) * CHUNK} operations compared, {len(faults)} with a difference")
    return int(bool(faults) or done < len(chunks))


if __name__ == "__main__":
    main()
