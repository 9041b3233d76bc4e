"""When credentials were last used: noted in memory as requests come, written together once a minute, so that no request waits for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncpg
import structlog

from models.database import Database, PoolBusy

SECONDS = 60.0
MAX_NOTED = 100_000

log = structlog.get_logger()


class Uses:
    """The uses since the last writing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[str, datetime] = {}

    def note(self, credential_id: str) -> None:
        """Notes that a credential is used now."""
        if len(self._noted) < MAX_NOTED or credential_id in self._noted:
            self._noted[credential_id] = datetime.now(UTC)

    async def write(self) -> None:
        """Writes what was noted; of a credential whose last use was written less than a minute before this one, nothing.

        What cannot be written now is noted again.
        """
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            await self._database.read(WRITE, [list(noted), list(noted.values())])
        except (PoolBusy, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self._noted = noted | self._noted
            log.warning("uses not written", count=len(noted), exc_info=error)

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """While this lasts, uses are written each minute; those that are left, at its end."""
        writing = asyncio.create_task(self._keep_writing())
        try:
            yield
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            await self.write()

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            await self.write()


WRITE = """
WITH written AS (
    UPDATE credential SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at)
    WHERE credential.id = used.id AND (last_used_at IS NULL OR last_used_at <= used.at - interval '1 minute')
    RETURNING 1
)
SELECT count(*) FROM written
"""
