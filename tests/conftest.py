"""What tests stand on: one throwaway PostgreSQL for a whole run, a migrated template in it, and clones of that template.

Fixtures:
    server            the PostgreSQL; xdist's workers share one, the last of them stops it
    addresses         a fresh migrated, empty database: its addresses for the owner and for the serving role
    database          that database, opened as the serving role, as in production
    owner_database    that database, opened as the owner, to arrange what the serving role may not write
    shared_addresses, shared_database, shared_owner_database    the same, one for each test module
    another           gives a further such database when it is entered, for the owner and for the serving role; its plans are made once

Hypothesis makes the same examples in every run; `--hypothesis-profile thorough` makes twenty times as many, new ones each time.
"""

import asyncio
import fcntl
import gc
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings
from sqlalchemy import text

from models import embedded, provision, throwaway
from models.database import Database
from models.embedded import Server
from models.provision import OWNER, SERVER, Addresses
from tests.gate import pytest_addoption, pytest_configure, pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

__all__ = ["pytest_addoption", "pytest_configure", "pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]

settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("gate")

TEMPLATE = "template_migrated"
PREFIX = "partner-graph-tests-"
YOUNG_SECONDS = 120
_numbers = count(1)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: to look through it for garbage again and again took a fifth of the time that statements compile in."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 50)


def _remove_abandoned(parent: Path) -> None:
    """Removes what killed test runs left behind, with their servers. A young folder may be one whose run is just starting."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > YOUNG_SECONDS:
                embedded.discard(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_template(server: Server) -> None:
    addresses = provision.embedded(server, TEMPLATE)
    provision.migrate(addresses)


@pytest.fixture(scope="session")
def server(worker_id: str) -> Iterator[Server]:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    parent = throwaway.parent_folder()
    _remove_abandoned(parent)
    folder = parent / f"{PREFIX}{run}"
    with embedded.running(folder, throwaway=True) as running:
        with _alone(folder):
            _make_template(running)
        yield running
    with suppress(OSError):  # the other worker has removed it
        embedded.discard(folder)


@asynccontextmanager
async def _clone(server: Server, worker: str) -> AsyncIterator[Addresses]:
    name = f"test_{worker}_{next(_numbers)}"
    connection = await asyncpg.connect(server.url())
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy OWNER {OWNER}")
        yield Addresses(server.url(OWNER, name), server.url(SERVER, name))
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@asynccontextmanager
async def _opened(url: str, size: int = 4) -> AsyncIterator[Database]:
    database = await Database.open(url, size=size)
    try:
        yield database
    finally:
        await asyncio.wait_for(database.close(), 10)


@pytest_asyncio.fixture(loop_scope="session")
async def addresses(server: Server, worker_id: str) -> AsyncIterator[Addresses]:
    async with _clone(server, worker_id) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def database(addresses: Addresses) -> AsyncIterator[Database]:
    async with _opened(addresses.server) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def owner_database(addresses: Addresses) -> AsyncIterator[Database]:
    async with _opened(addresses.owner) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shared_addresses(server: Server, worker_id: str) -> AsyncIterator[Addresses]:
    async with _clone(server, worker_id) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shared_database(shared_addresses: Addresses) -> AsyncIterator[Database]:
    async with _opened(shared_addresses.server) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shared_owner_database(shared_addresses: Addresses) -> AsyncIterator[Database]:
    async with _opened(shared_addresses.owner) as opened:
        yield opened


Another = Callable[[], AbstractAsyncContextManager[tuple[Database, Database]]]


@pytest.fixture(scope="session")
def another(server: Server, worker_id: str) -> Another:
    @asynccontextmanager
    async def entered() -> AsyncIterator[tuple[Database, Database]]:
        async with _clone(server, worker_id) as made, _opened(made.owner, 1) as owner:
            async with owner.write() as transaction:
                name = await transaction.value(text("SELECT current_database()"))
                await transaction.fetch(text(f"ALTER DATABASE {name} SET plan_cache_mode = force_generic_plan"))
            async with _opened(made.server, 1) as database:
                yield owner, database

    return entered
