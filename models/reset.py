"""Empties a TEST environment's database, as its owner. What says which environment it is, and which migrations ran, stays."""

import asyncpg
from sqlalchemy import text

from models import deployments
from models.database import Transaction
from models.deployments import Environment
from models.foreseen import Foreseen

KEPT = ("alembic_version", "deployment")


class CannotReset(Foreseen):
    """The database cannot be emptied."""


async def empty(transaction: Transaction, serving: str) -> None:
    """Removes every row, unless the database is not a TEST environment's, or is served from. Raises CannotReset.

    `serving` is the role that serves: its sessions tell whether a server runs. Positions of changes go on rising, so that a client that
    knew an old one never takes a new change for it.
    """
    if await deployments.recorded(transaction) is not Environment.TEST:
        raise CannotReset("only a TEST environment can be reset, and this database belongs to none: nothing was removed")
    if await transaction.value(text(_SESSIONS), role=serving):
        raise CannotReset("a server runs on this database: stop it first; nothing was removed")
    tables = await transaction.value(text(_TABLES), kept=list(KEPT))
    try:
        await transaction.fetch(text(f"TRUNCATE {tables}"))
    except asyncpg.LockNotAvailableError:
        raise CannotReset("somebody uses this database: try again when nobody does; nothing was removed") from None


_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = :role AND pid <> pg_backend_pid()"
_TABLES = """
SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL (:kept)
"""
