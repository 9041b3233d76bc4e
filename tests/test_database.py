"""The pool: what it does when connections are few, dead, or slow."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from models.database import Database, PoolBusy
from models.embedded import Server
from models.provision import Addresses

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLEEP = "SELECT count(pg_sleep($1))"


@pytest_asyncio.fixture(loop_scope="session")
async def narrow(addresses: Addresses) -> AsyncIterator[Database]:
    """A pool of one connection, whose statements may run for three seconds."""
    database = await Database.open(addresses.server, size=1, statement_timeout=3)
    yield database
    await database.close()


async def test_a_read_is_repeated_on_a_new_connection_if_its_own_is_dead(narrow: Database, server: Server) -> None:
    process = await narrow.read("SELECT pg_backend_pid()", [])
    superuser = await asyncpg.connect(server.url())
    await superuser.execute(f"SELECT pg_terminate_backend({process})")
    await superuser.close()
    assert await narrow.read("SELECT pg_backend_pid()", []) != process


async def test_a_statement_runs_for_a_limited_time(narrow: Database) -> None:
    with pytest.raises(asyncpg.QueryCanceledError):
        await narrow.read(SLEEP, [30.0])
    assert await narrow.read("SELECT 1", []) == 1


async def test_nobody_waits_for_ever(narrow: Database) -> None:
    slow = asyncio.create_task(narrow.read(SLEEP, [2.8]))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    with pytest.raises(PoolBusy):
        await narrow.read("SELECT 1", [])
    assert 1.5 < time.monotonic() - started < 2.6
    await slow
    assert await narrow.read("SELECT 1", []) == 1


async def test_those_beyond_the_queue_are_refused_at_once(narrow: Database) -> None:
    slow = asyncio.create_task(narrow.read(SLEEP, [0.5]))
    await asyncio.sleep(0.1)
    waiting = [asyncio.create_task(narrow.read("SELECT 1", [])) for _ in range(30)]
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(each, PoolBusy) for each in done) == 10
    await slow
    assert await asyncio.gather(*(narrow.read("SELECT 1", []) for _ in range(15))) == [1] * 15


async def test_a_connection_comes_back_after_a_block_that_raised(narrow: Database) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with narrow.write():
                raise ZeroDivisionError
    assert await narrow.read("SELECT 1", []) == 1
