"""Pools; `read` runs one statement; `write` is one transaction. Nobody else commits."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg
import orjson
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from models.base import Table
from models.viewer import SETTINGS, Viewer

WORK_MEMORY = "64MB"  # with the default of 4 MB, statistics over a million statements sort on disk and take twice as long
DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
ACQUIRE_SECONDS = 2.0
WRITE_SECONDS = 15.0
ANSWER_SECONDS = 0.5
DEAD = (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.InternalClientError, ConnectionError)
WAITING_PER_CONNECTION = 20
IDENTIFY = "SELECT " + ", ".join(f"set_config('{name}', ${place}, true)" for place, name in enumerate(SETTINGS, 1))


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """The text of an SQL statement, and the names of its binds in the order of $1, $2, ..."""

    text: str
    binds: tuple[str, ...]
    values: Mapping[str, Any]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """The values of the binds in order: those given, else those that the statement was built with."""
        return [given[name] if name in given else self.values[name] for name in self.binds]


def render(statement: Executable) -> SqlStatement:
    """The SQL text of a SQLAlchemy statement, with numbered binds."""
    compiled = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]
    return SqlStatement(compiled.string, tuple(compiled.positiontup or ()), dict(compiled.params))


class PoolBusy(Exception):
    """No connection to the database became free in time."""


class Transaction:
    """One transaction. It commits when its block ends, unless it was discarded or an exception left the block."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.discarded = False

    async def fetch(self, statement: Executable | SqlStatement, **binds: Any) -> list[asyncpg.Record]:
        """The rows of one SQL statement."""
        sql = statement if isinstance(statement, SqlStatement) else render(statement)
        rows: list[asyncpg.Record] = await self._connection.fetch(sql.text, *sql.arguments(binds))
        return rows

    async def value(self, statement: Executable | SqlStatement, **binds: Any) -> Any:
        """The first column of the first row of one SQL statement; None if there is no row."""
        rows = await self.fetch(statement, **binds)
        return rows[0][0] if rows else None

    async def read(self, sql: str, arguments: Sequence[Any]) -> Any:
        """The one value of one SQL statement."""
        return await self._connection.fetchval(sql, *arguments)

    async def insert(self, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
        """Stores the rows by one SQL statement, whatever their number; all must have the same keys, which are columns of the table."""
        if rows:
            await self._connection.execute(insertion(table, tuple(rows[0])), orjson.dumps(rows, default=str).decode())

    def discard(self) -> None:
        """Rolls the transaction back when its block ends."""
        self.discarded = True


@lru_cache(maxsize=256)
def insertion(table: type[Table], columns: tuple[str, ...]) -> str:
    """The INSERT of any number of rows, given as one JSON array of objects."""
    name = DIALECT.identifier_preparer.format_table(table.__table__)  # type: ignore[attr-defined]
    listed = ", ".join(DIALECT.identifier_preparer.quote(column) for column in columns)
    return f"INSERT INTO {name} ({listed}) SELECT {listed} FROM json_populate_recordset(NULL::{name}, $1::json)"  # noqa: S608 - names of columns


class Database:
    """A pool of connections to PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool, read_seconds: float) -> None:
        self._pool = pool
        self._read_seconds = read_seconds
        self._size = pool.get_max_size()
        self._writers = asyncio.Semaphore(max(1, self._size * 6 // 10))
        self._leased = 0
        self._idle: list[Any] = []

    @classmethod
    async def open(cls, dsn: str, *, size: int = 10, statement_timeout: float = 4.0) -> "Database":
        """A database whose pool holds at most `size` connections; `statement_timeout` is in seconds."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            reset=_keep,
            timeout=ACQUIRE_SECONDS,
            server_settings={
                "application_name": "partner-graph",
                "timezone": "UTC",
                "statement_timeout": str(int(statement_timeout * 1000)),
                "lock_timeout": "1000",
                "idle_in_transaction_session_timeout": "10000",
                "jit": "off",
                "work_mem": WORK_MEMORY,
            },
        )
        return cls(pool, statement_timeout + ANSWER_SECONDS)

    async def close(self) -> None:
        """Closes every connection."""
        for kept in filter(_lives, self._idle):
            await self._pool.release(kept)
        self._idle.clear()
        await self._pool.close()

    async def stream(self, statement: Executable, *, at_once: int = 1000) -> AsyncIterator[asyncpg.Record]:
        """The rows of one SQL statement, however many, of which few are in memory; they are those of one moment."""
        sql = render(statement)
        connection = await self._acquire()
        try:
            async with connection.transaction(readonly=True):
                cursor = await connection.cursor(sql.text, *sql.arguments({}))
                while rows := await cursor.fetch(at_once):
                    for row in rows:
                        yield row
        finally:
            await self._give_back(connection)

    async def read(self, sql: str, arguments: Sequence[Any]) -> Any:
        """The one value of one SQL statement, run outside any transaction; once more if its connection turns out to be dead."""
        try:
            return await self._read(sql, arguments)
        except DEAD:
            return await self._read(sql, arguments)

    async def _read(self, sql: str, arguments: Sequence[Any]) -> Any:
        connection = await self._acquire()
        try:
            value = await connection.fetchval(sql, *arguments, timeout=self._read_seconds)
        except BaseException:
            await self._give_back(connection)
            raise
        await self._release(connection)
        return value

    async def _acquire(self) -> Any:
        """A connection; raises PoolBusy if none becomes free in time, or if too many wait already.

        The pool's own acquiring and releasing cost some 40 us, so that connections are kept here between their uses, and go back to the
        pool when somebody waits there. A timer costs 5 us, so that it runs only when all are in use; connecting has a limit of its own.
        """
        self._leased += 1
        while self._idle:
            if _lives(kept := self._idle.pop()):
                return kept
        try:
            if self._leased <= self._size:
                return await self._pool.acquire()
            if self._leased > (1 + WAITING_PER_CONNECTION) * self._size:
                raise PoolBusy
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await self._pool.acquire()
        except TimeoutError:
            self._leased -= 1
            raise PoolBusy from None
        except BaseException:
            self._leased -= 1
            raise

    async def _release(self, connection: Any) -> None:
        """Keeps a connection that is ready for its next use, unless somebody waits for one."""
        if self._leased > self._size:
            await self._give_back(connection)
        else:
            self._leased -= 1
            self._idle.append(connection)

    async def _give_back(self, connection: Any) -> None:
        """Gives a connection to the pool, which ends what is still under way on it."""
        self._leased -= 1
        await self._pool.release(connection)

    @asynccontextmanager
    async def write(self, viewer: Viewer | None = None) -> AsyncIterator[Transaction]:
        """One transaction: committed at the end of the block, rolled back if it was discarded or if the block raised.

        It sees and changes what is the viewer's; without a viewer nothing that is secured (row_security.py), unless the owner runs it.
        Transactions wait for each other while they hold connections, so that some are left to readers.
        """
        await self._enter()
        try:
            async with self._transaction() as transaction:
                if viewer is not None:
                    await transaction.read(IDENTIFY, viewer.settings)
                yield transaction
        finally:
            self._writers.release()

    async def _enter(self) -> None:
        """Waits until another transaction may begin; raises PoolBusy if none may in time."""
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                await self._writers.acquire()
        except TimeoutError:
            raise PoolBusy from None

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        connection = await self._acquire()
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                started = connection.transaction()
                await started.start()
                transaction = Transaction(connection)
                try:
                    yield transaction
                except BaseException:
                    await started.rollback()
                    raise
                if transaction.discarded:
                    await started.rollback()
                else:
                    await started.commit()
        except BaseException:
            await self._give_back(connection)
            raise
        await self._release(connection)


def _lives(connection: Any) -> bool:
    """Whether a connection that was kept is still open; the pool takes one back by itself when it closes, which makes it unusable here."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False


async def _keep(connection: asyncpg.Connection) -> None:
    """Leaves a released connection as it is: nothing here changes a session, and asyncpg's reset costs a round trip."""
