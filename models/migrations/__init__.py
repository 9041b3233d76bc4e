"""Alembic's migrations, and the two things that programs ask of them: where a database stands, and to bring it up to date.

By hand, with a throwaway database that stands at the newest migration:
    python -m models.throwaway sh -c 'python -m alembic -x url=$MIGRATION_URL revision --autogenerate --rev-id 0002 -m "what for"'
"""

import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

import models.tables  # noqa: F401 - fills the metadata
from models.base import Table

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
_FILE = re.compile(r"(\d{4})_\w+\.py")


class Standing(Enum):
    """Where a database stands, seen from this release."""

    EMPTY = "it has no tables of ours"
    BEHIND = "migrations are missing"
    CURRENT = "it is up to date"
    AHEAD = "a newer release has migrated it"
    BROKEN = "its tables are not those that its record of migrations says"


def head() -> str:
    """The newest migration. Its number is read from the files' names, since importing Alembic would cost each start half a second."""
    return max(found[1] for path in (FOLDER / "versions").iterdir() if (found := _FILE.fullmatch(path.name)))


async def standing(connection: asyncpg.Connection) -> Standing:
    """Where the database of the connection stands."""
    tables = list(Table.metadata.tables)
    found = await connection.fetchval("SELECT count(to_regclass(quote_ident(name))) FROM unnest($1::text[]) AS name", tables)
    recorded = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
    version = await connection.fetchval("SELECT max(version_num) FROM alembic_version") if recorded else None
    if version is None:
        return Standing.BROKEN if found else Standing.EMPTY
    if version == head():
        return Standing.CURRENT if found == len(tables) else Standing.BROKEN
    return Standing.AHEAD if version > head() else Standing.BEHIND


def upgrade(url: str) -> None:
    """Runs the missing migrations, all of them in one transaction. Not to be called from inside an event loop."""
    from alembic import command

    command.upgrade(_config(url), "head")


def check(url: str) -> None:
    """Raises Alembic's CommandError, which names the differences, unless the migrated database equals the declared tables."""
    from alembic import command

    command.check(_config(url))


def _config(url: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["url"] = url
    return config
