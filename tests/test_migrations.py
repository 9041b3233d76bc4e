"""Migrations give the declared tables; the serving role may do what is granted and no more; what is unfit is refused in one line."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.schema import CreateIndex, CreateTable

from models import grants, migrations, provision
from models.base import Table
from models.database import DIALECT, Database
from models.embedded import SUPERUSER, Server
from models.history import HISTORIES
from models.migrations import Standing
from models.provision import OWNER, SERVER, Addresses, Unfit
from tests.edge import issue
from tests.processes import command

pytestmark = pytest.mark.asyncio

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
LEDGER = ("statement", "decision", "submission", "submission_item", "submission_issue", "change", "cohort", "course", "partner_agency")
EMPTY = "empty_for_migrations"
VERSIONS = {kept.versions.name for kept in HISTORIES.values()}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def constraints(connection: asyncpg.Connection) -> set[tuple[str, ...]]:
    """Each constraint and index as PostgreSQL writes it: Alembic's own comparison leaves out the checks."""
    rows = await connection.fetch("""
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
        UNION ALL
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    """)
    return {tuple(row) for row in rows}


async def test_the_migrated_database_equals_the_declared_tables(shared_addresses: Addresses) -> None:
    await asyncio.to_thread(migrations.check, shared_addresses.owner)


async def test_checks_and_indexes_equal_those_of_the_declared_tables(shared_addresses: Addresses, addresses: Addresses) -> None:
    async with connected(shared_addresses.owner) as migrated, connected(addresses.owner) as declared:
        names = ", ".join(f'"{name}"' for name in Table.metadata.tables)
        await declared.execute(f"DROP TABLE {names} CASCADE")
        for table in Table.metadata.sorted_tables:
            await declared.execute(str(CreateTable(table).compile(dialect=DIALECT)))  # type: ignore[no-untyped-call]
            for index in table.indexes:
                await declared.execute(str(CreateIndex(index).compile(dialect=DIALECT)))  # type: ignore[no-untyped-call]
        assert await constraints(migrated) == await constraints(declared)


async def test_the_newest_file_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.head()]


async def test_every_migration_limits_its_wait_for_locks() -> None:
    for path in (migrations.FOLDER / "versions").glob("*.py"):
        assert re.search(r"def upgrade\(\) -> None:\n(?:    \"\"\".*\n)?    op\.execute\(\"SET LOCAL lock_timeout", path.read_text()), path


async def test_every_table_has_grants() -> None:
    assert {table.__tablename__ for table in grants.GRANTS} | VERSIONS == set(Table.metadata.tables)


async def test_the_serving_role_has_the_granted_privileges_and_no_others(shared_addresses: Addresses) -> None:
    async with connected(shared_addresses.server) as connection:
        for table, granted in grants.GRANTS.items():
            name = str(table.__tablename__)
            has = [each for each in PRIVILEGES if await connection.fetchval("SELECT has_table_privilege($1, $2)", f'"{name}"', each)]
            assert set(has) == {each for each in granted if "(" not in each}, name
            named = {column for each in granted if "(" in each for column in each.partition("(")[2].strip(")").split(", ")}
            columns = [str(column.name) for column in Table.metadata.tables[name].columns]
            asked = "SELECT has_column_privilege($1, $2, 'UPDATE')"
            changed = {each for each in columns if await connection.fetchval(asked, f'"{name}"', each)}
            assert changed == (set(columns) if "UPDATE" in granted else named), name


async def test_what_is_ended_stays_so(shared_addresses: Addresses, shared_owner_database: Database) -> None:
    issued = await issue(shared_owner_database)
    keys = {"api_client": "id", "credential": "client_id", "agreement": "agency_id"}
    async with connected(shared_addresses.server) as connection:
        await connection.execute("SELECT set_config('graph.kind', 'ADMINISTRATOR', false)")
        agency = await connection.fetchval("SELECT agency_id FROM api_client WHERE id = $1", issued.client_id)
        for table, key in keys.items():
            column, value = "ended_at" if table == "agreement" else "revoked_at", agency if table == "agreement" else issued.client_id
            update = f"UPDATE {table} SET {column} = %s WHERE {key} = $1"
            await connection.execute(update % "now()", value)
            for change in ("null", "now() + interval '1 day'"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="stays so"):
                    await connection.execute(update % change, value)


async def test_of_a_version_only_its_end_may_be_changed(shared_addresses: Addresses) -> None:
    async with connected(shared_addresses.server) as connection:
        for name in VERSIONS:
            has = [each for each in PRIVILEGES if await connection.fetchval("SELECT has_table_privilege($1, $2)", f'"{name}"', each)]
            assert set(has) == {"SELECT", "INSERT"}, name
            columns = [str(column.name) for column in Table.metadata.tables[name].columns]
            asked = "SELECT has_column_privilege($1, $2, 'UPDATE')"
            assert [each for each in columns if await connection.fetchval(asked, f'"{name}"', each)] == ["row_end"], name


async def test_the_serving_role_owns_nothing(shared_addresses: Addresses) -> None:
    async with connected(shared_addresses.server) as connection:
        assert await grants.current_role(connection) == grants.Role(SERVER, is_superuser=False, bypasses_policies=False, owns_tables=False)
        assert not await connection.fetchval("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")


@pytest.mark.parametrize(
    "sql",
    [
        *(f"DELETE FROM {name}" for name in LEDGER),
        *(f"TRUNCATE {name} CASCADE" for name in LEDGER),
        "DELETE FROM statement_history",
        "UPDATE statement_history SET state = 'VERIFIED'",
        "UPDATE change SET at = now()",
        "UPDATE decision SET reason = ''",
        "UPDATE submission_item SET status = 'CREATED'",
        "UPDATE credential SET expires_at = now()",
        "UPDATE credential SET secret_hash = ''",
        "UPDATE api_client SET scopes = '{admin}'",
        "UPDATE agreement SET expires_on = 'infinity'",
        "UPDATE deployment SET environment = 'TEST'",
        "DELETE FROM credential",
        "UPDATE figure SET value = 0",
        "UPDATE alembic_version SET version_num = '0'",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE statement ADD mine int",
        "DROP TABLE statement",
        "ALTER TABLE statement DISABLE TRIGGER ALL",
        f"SET ROLE {OWNER}",
        f"ALTER ROLE {SERVER} SUPERUSER",
    ],
)
async def test_the_serving_role_is_refused(shared_addresses: Addresses, sql: str) -> None:
    async with connected(shared_addresses.server) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)


async def test_granting_takes_away_what_is_not_named(addresses: Addresses) -> None:
    async with connected(addresses.owner) as connection:
        await connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {SERVER}")
    assert not await asyncio.to_thread(provision.migrate, addresses)
    async with connected(addresses.server) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM statement")


async def test_migrators_that_start_at_once(server: Server) -> None:
    """All of them end with a migrated database: the second waits for the first, and then finds nothing to do."""
    async with connected(server.url()) as connection:
        await connection.execute(f"CREATE DATABASE {EMPTY} OWNER {OWNER}")
        addresses = Addresses(server.url(OWNER, EMPTY), server.url(SERVER, EMPTY))
        try:
            urls = {"DATABASE_URL": addresses.server, "MIGRATION_URL": addresses.owner}
            ended = await asyncio.gather(*(asyncio.to_thread(command, "migrate", "--json", **urls) for _ in range(2)))
            assert [each.returncode for each in ended] == [0, 0], [each.stderr for each in ended]
        finally:
            await connection.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


async def test_a_newer_schema(addresses: Addresses) -> None:
    async with connected(addresses.owner) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        assert await migrations.standing(connection) is Standing.AHEAD
    with pytest.raises(Unfit, match="newer release"):
        await asyncio.to_thread(provision.migrate, addresses)


@pytest.mark.parametrize("sql", ["DROP TABLE alembic_version", "DELETE FROM alembic_version", "DROP TABLE change"])
async def test_a_half_migrated_schema(addresses: Addresses, sql: str) -> None:
    async with connected(addresses.owner) as connection:
        await connection.execute(sql)
        assert await migrations.standing(connection) is Standing.BROKEN
    with pytest.raises(Unfit, match="half migrated"):
        await asyncio.to_thread(provision.migrate, addresses)


async def test_a_migration_that_fails(addresses: Addresses) -> None:
    """All of it is rolled back, and one line says why. Here a type of somebody else has the name of a table."""
    async with connected(addresses.owner) as connection:
        names = ", ".join(f'"{name}"' for name in Table.metadata.tables)
        await connection.execute(f"DROP TABLE {names}, alembic_version CASCADE; CREATE DOMAIN statement AS int")
        with pytest.raises(Unfit, match="changed nothing") as refused:
            await asyncio.to_thread(provision.migrate, addresses)
        assert "\n" not in str(refused.value)
        assert await migrations.standing(connection) is Standing.EMPTY


async def test_powerful_roles(addresses: Addresses, server: Server) -> None:
    superuser = Addresses(addresses.owner, addresses.owner.replace(OWNER, SUPERUSER))
    with pytest.raises(Unfit, match="role postgres of DATABASE_URL is a superuser"):
        await asyncio.to_thread(provision.check_cluster, superuser)
    with pytest.raises(Unfit, match="owns the tables"):
        await asyncio.to_thread(provision.check_cluster, Addresses(addresses.owner, addresses.owner))


async def test_a_member_of_the_owner_is_as_powerful(addresses: Addresses, server: Server) -> None:
    async with connected(server.url()) as connection:
        await connection.execute(f"CREATE ROLE a_member LOGIN IN ROLE {OWNER}")
        try:
            member = Addresses(addresses.owner, addresses.server.replace(f"//{SERVER}@", "//a_member@"))
            with pytest.raises(Unfit, match="owns the tables"):
                await asyncio.to_thread(provision.check_cluster, member)
        finally:
            await connection.execute("DROP ROLE a_member")


async def test_an_old_postgresql(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "MAJOR", 99)
    with pytest.raises(Unfit, match="too old: give a PostgreSQL 99"):
        await asyncio.to_thread(provision.check_cluster, addresses)


async def test_two_databases(addresses: Addresses, server: Server) -> None:
    elsewhere = Addresses(addresses.owner, server.url(SERVER, "postgres"))
    with pytest.raises(Unfit, match="different databases"):
        await asyncio.to_thread(provision.migrate, elsewhere)
