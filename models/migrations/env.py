"""Alembic's environment: runs the migrations as the owner, through asyncpg, one migrator at a time."""

import asyncio
from typing import Any

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import models.tables  # noqa: F401 - fills the metadata
from models.base import Table

ADVISORY_LOCK = 0x6D696772617465  # "migrate": any number that nothing else locks
WAIT_FOR_OTHERS = "60s"


def _url() -> str:
    url: str | None = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise SystemExit("give the database: alembic -x url=postgresql://...")
    return url


def _migrate(connection: Connection) -> None:
    """Takes the lock, then looks at what is missing: a second migrator waits, and then finds nothing to do."""
    context.configure(connection=connection, target_metadata=Table.metadata, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_FOR_OTHERS}'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        context.run_migrations()


async def _run(url: str) -> None:
    async def connect(*_: Any, **__: Any) -> asyncpg.Connection:
        return await asyncpg.connect(url)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database only")
asyncio.run(_run(_url()))
