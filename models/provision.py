"""Makes a database fit to serve from: its roles, its tables, the serving role's privileges."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.exc import DBAPIError

from models import grants, migrations, walls
from models.database import Database, Transaction
from models.embedded import MAJOR, Server
from models.foreseen import Foreseen
from models.migrations import Standing

OWNER = "partner_graph_owner"
SERVER = "partner_graph"
DATABASE = "partner_graph"
CONNECT_SECONDS = 10.0
OWNER_STATEMENT_SECONDS = 60.0


class Unfit(Foreseen):
    """The database cannot be served from."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How the owner reaches a database, who migrates it, and how the server does, who owns nothing in it."""

    owner: str
    server: str


def embedded(server: Server, database: str = DATABASE) -> Addresses:
    """The addresses of a database of the embedded server, made with its two roles if it is not there yet."""
    asyncio.run(_create(server, database))
    return Addresses(server.url(OWNER, database), server.url(SERVER, database))


def check_cluster(addresses: Addresses) -> None:
    """Raises Unfit unless both roles reach a new enough PostgreSQL, and the serving one is another, with no special rights."""
    asyncio.run(_check_cluster(addresses))


def migrate(addresses: Addresses) -> bool:
    """Whether migrations ran. Afterwards the database is up to date, and the serving role has its privileges. Raises Unfit."""
    ran = asyncio.run(_needs_migrations(addresses))
    if ran:
        try:
            migrations.upgrade(addresses.owner)
        except DBAPIError as error:
            raise Unfit(f"the migrations failed, and changed nothing: {_first_line(error.orig)}") from error
    asyncio.run(_grant(addresses))
    return ran


def require_current(addresses: Addresses) -> None:
    """Raises Unfit unless the database is up to date."""
    if asyncio.run(_needs_migrations(addresses)):
        raise Unfit("the database lacks migrations: run `./run migrate` first")
    if not asyncio.run(_walls_stand(addresses)):
        raise Unfit("the database lacks this release's row-level security: run `./run migrate` first")


async def serving_role(addresses: Addresses) -> str:
    """The name of the role that serves."""
    async with _connected(addresses.server, "DATABASE_URL") as serving:
        return (await grants.current_role(serving)).name


@asynccontextmanager
async def owner_transaction(addresses: Addresses) -> AsyncIterator[Transaction]:
    """One transaction of the owner's."""
    async with owner_database(addresses) as database, database.write() as transaction:
        yield transaction


@asynccontextmanager
async def owner_database(addresses: Addresses) -> AsyncIterator[Database]:
    """The database as the owner sees it, by one connection, closed after the block."""
    database = await Database.open(addresses.owner, size=1, statement_timeout=OWNER_STATEMENT_SECONDS)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _connected(url: str, name: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        reason = _first_line(error) or f"no answer within {CONNECT_SECONDS:.0f} s"
        raise Unfit(f"{name} does not lead to a database: {reason}; correct it, or start that PostgreSQL") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _create(server: Server, database: str) -> None:
    async with _connected(server.url(), "the embedded server's address") as connection:
        for role in (OWNER, SERVER):
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
                await connection.execute(f"CREATE ROLE {role} LOGIN")
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database):
            await connection.execute(f"CREATE DATABASE {database} OWNER {OWNER}")


async def _check_cluster(addresses: Addresses) -> None:
    async with _connected(addresses.owner, "MIGRATION_URL") as connection:
        owner = await grants.current_role(connection)
        if connection.get_server_version().major < MAJOR:
            raise Unfit(f"PostgreSQL {connection.get_server_version().major} is too old: give a PostgreSQL {MAJOR} or newer")
    async with _connected(addresses.server, "DATABASE_URL") as connection:
        _refuse_powerful(await grants.current_role(connection), owner)


async def _needs_migrations(addresses: Addresses) -> bool:
    async with _connected(addresses.owner, "MIGRATION_URL") as connection:
        match await migrations.standing(connection):
            case Standing.CURRENT:
                return False
            case Standing.EMPTY | Standing.BEHIND:
                return True
            case Standing.AHEAD:
                raise Unfit("the database was migrated by a newer release: start that release, or restore a backup made before it")
            case Standing.BROKEN:
                raise Unfit("the database is half migrated (its tables are not those it records): restore a backup, or give an empty one")


async def _walls_stand(addresses: Addresses) -> bool:
    async with _connected(addresses.owner, "MIGRATION_URL") as connection:
        return await walls.stand(connection)


async def _grant(addresses: Addresses) -> None:
    """Puts up the walls, grants, and then looks through the serving role's eyes."""
    async with _connected(addresses.server, "DATABASE_URL") as serving, _connected(addresses.owner, "MIGRATION_URL") as owning:
        role, owner = await grants.current_role(serving), await grants.current_role(owning)
        _refuse_powerful(role, owner)
        try:
            await walls.put_up(owning)
        except asyncpg.LockNotAvailableError as error:
            raise Unfit("the tables are in use, so that their row-level security cannot be put up: run it again") from error
        await grants.grant(owning, role.name)
        if await migrations.standing(serving) is not Standing.CURRENT:
            raise Unfit("DATABASE_URL and MIGRATION_URL lead to different databases: give the same one, as two roles")


def _refuse_powerful(role: grants.Role, owner: grants.Role) -> None:
    if role.is_superuser:
        power = "is a superuser"
    elif role.bypasses_policies:
        power = "bypasses row security"
    elif role.owns_tables or role.name == owner.name:
        power = "owns the tables"
    else:
        return
    raise Unfit(f"role {role.name} of DATABASE_URL {power}: give one that owns nothing; it is granted what it needs")


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), "")
