"""The migrated database and the declared metadata differ by nothing; the serving role may do what is granted, and no more."""

import asyncio

import asyncpg
import pytest

from models import grants, migrations
from models.base import Table
from models.database import Database
from models.migrations import Standing
from models.provision import Addresses

pytestmark = pytest.mark.asyncio


async def test_the_migrated_database_equals_the_metadata(shared_addresses: Addresses) -> None:
    await asyncio.to_thread(migrations.check, shared_addresses.owner)


async def test_serving_role_cannot_delete_statements(shared_database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shared_database.read("DELETE FROM statement", ())


async def test_every_table_has_grants() -> None:
    assert {table.__tablename__ for table in grants.GRANTS} == set(Table.metadata.tables)


async def test_a_clone_is_current(shared_addresses: Addresses) -> None:
    connection = await asyncpg.connect(shared_addresses.owner)
    assert await migrations.standing(connection) is Standing.CURRENT
    await connection.close()
