"""Puts up the policies of row_security.py in a database, and tells whether they stand. Run by the owner, at `migrate`.

A policy's comment holds a hash of what was to be put up and of what PostgreSQL then held. So a wall that stands as it should costs no lock,
and one that somebody changed by hand is put up again.
"""

import hashlib
from collections.abc import Iterator, Sequence

import asyncpg

from models.grants import ADVISORY_LOCK
from models.row_security import Wall, walls

READING = "reading"
LOCK_SECONDS = 2


async def stand(connection: asyncpg.Connection) -> bool:
    """Whether every secured table has the policies of this release."""
    return not await _missing(connection)


async def put_up(connection: asyncpg.Connection) -> int:
    """The number of tables whose policies were put up, all in one transaction; those that have them already are not touched.

    A table is locked for that moment, against readers too. Raises asyncpg.LockNotAvailableError if it is in use for too long.
    """
    if await stand(connection):
        return 0
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK}); SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        missing = await _missing(connection)
        for wall in missing:
            await connection.execute(";\n".join(_statements(wall, await connection.fetch(_NAMES, wall.table))))
        held = await _held(connection)
        for wall in missing:
            await connection.execute(f"COMMENT ON POLICY {READING} ON {wall.table} IS '{_mark(wall, held[wall.table])}'")
    return len(missing)


async def _missing(connection: asyncpg.Connection) -> Sequence[Wall]:
    held = await _held(connection)
    marks = {row["table"]: row["mark"] for row in await connection.fetch(_MARKS, READING)}
    return [wall for wall in walls() if marks.get(wall.table) != _mark(wall, held.get(wall.table))]


async def _held(connection: asyncpg.Connection) -> dict[str, str]:
    """What PostgreSQL holds about each table, as text."""
    return {row["table"]: row["held"] for row in await connection.fetch(_HELD)}


def _mark(wall: Wall, held: str | None) -> str:
    return hashlib.sha256(f"{wall}\n{held}".encode()).hexdigest()


def _statements(wall: Wall, before: Sequence[asyncpg.Record]) -> Iterator[str]:
    """What puts up a wall in the place of the policies before. The owner goes through: it migrates, and loads the reference data."""
    for (name,) in before:
        yield f"DROP POLICY {name} ON {wall.table}"
    yield f"ALTER TABLE {wall.table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY owning ON {wall.table} TO CURRENT_USER USING (true) WITH CHECK (true)"
    yield f"CREATE POLICY {READING} ON {wall.table} FOR SELECT USING ({wall.reads})"
    yield f"CREATE POLICY inserting ON {wall.table} FOR INSERT WITH CHECK ({wall.changes})"
    yield f"CREATE POLICY updating ON {wall.table} FOR UPDATE USING ({wall.changes}) WITH CHECK ({wall.changes})"
    yield f"CREATE POLICY deleting ON {wall.table} FOR DELETE USING ({wall.changes})"


_NAMES = "SELECT quote_ident(polname) FROM pg_policy WHERE polrelid = $1::text::regclass"
_MARKS = """
SELECT relname AS table, obj_description(pg_policy.oid, 'pg_policy') AS mark
FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
WHERE relnamespace = 'public'::regnamespace AND polname = $1
"""
_HELD = """
SELECT relname AS table, concat_ws(E'\\n', pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity, string_agg(
    concat_ws(' ', policyname, permissive, roles, cmd, qual, with_check), E'\\n' ORDER BY policyname)) AS held
FROM pg_class JOIN pg_policies ON schemaname = 'public' AND tablename = relname
WHERE relnamespace = 'public'::regnamespace
GROUP BY pg_class.oid
"""
