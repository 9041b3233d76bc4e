"""Makes a database fit to serve from: its roles, its tables, the serving role's privileges."""

import asyncio
from dataclasses import dataclass

import asyncpg

from models import grants, migrations
from models.embedded import Server
from models.migrations import Standing

OWNER = "partner_graph_owner"
SERVER = "partner_graph"
DATABASE = "partner_graph"


class Unfit(Exception):
    """The database cannot be served from; the message says why, and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How the owner reaches a database, who migrates it, and how the server does, who owns nothing in it."""

    owner: str
    server: str


def embedded(server: Server, database: str = DATABASE) -> Addresses:
    """The addresses of a database of the embedded server, made with its two roles if it is not there yet."""
    asyncio.run(_create(server, database))
    return Addresses(server.url(OWNER, database), server.url(SERVER, database))


def migrate(owner: str, server_role: str) -> bool:
    """Whether migrations ran. Afterwards the database is up to date, and the serving role has its privileges."""
    ran = asyncio.run(_needs_migrations(owner))
    if ran:
        migrations.upgrade(owner)
    asyncio.run(_grant(owner, server_role))
    return ran


async def _create(server: Server, database: str) -> None:
    connection = await asyncpg.connect(server.url())
    try:
        for role in (OWNER, SERVER):
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
                await connection.execute(f"CREATE ROLE {role} LOGIN")
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database):
            await connection.execute(f'CREATE DATABASE "{database}" OWNER {OWNER}')
    finally:
        await connection.close()


async def _needs_migrations(owner: str) -> bool:
    connection = await asyncpg.connect(owner)
    try:
        match await migrations.standing(connection):
            case Standing.CURRENT:
                return False
            case Standing.EMPTY | Standing.BEHIND:
                return True
            case Standing.AHEAD:
                raise Unfit("the database was migrated by a newer release: start that release, or restore a backup made before it")
            case Standing.BROKEN:
                raise Unfit("the database has tables but no record of their migrations: restore a whole backup, or give an empty database")
    finally:
        await connection.close()


async def _grant(owner: str, server_role: str) -> None:
    connection = await asyncpg.connect(owner)
    try:
        await grants.grant(connection, server_role)
    finally:
        await connection.close()
