"""A throwaway migrated database on a server of its own, for tests and for trying things by hand.

    python -m models.throwaway COMMAND ARGUMENTS

runs a command with DATABASE_URL (the serving role) and MIGRATION_URL (the owner) set to it; without a command, a shell.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models import embedded, provision
from models.provision import Addresses

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder is made in it that is ours alone


def parent_folder() -> Path:
    """The folder for throwaway data: in memory where the system has such a place."""
    return MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())


@contextmanager
def database() -> Iterator[Addresses]:
    """The addresses of a migrated, otherwise empty database, which is gone after the block."""
    with tempfile.TemporaryDirectory(dir=parent_folder(), prefix="partner-graph-") as folder:
        Path(folder).chmod(0o711)
        with embedded.running(Path(folder), throwaway=True) as server:
            addresses = provision.embedded(server)
            provision.migrate(addresses)
            yield addresses


def _main(command: list[str]) -> int:
    with database() as addresses:
        variables = [f"DATABASE_URL={addresses.server}", f"MIGRATION_URL={addresses.owner}"]
        return subprocess.run(["/usr/bin/env", *variables, *(command or ["/bin/sh"])], check=False).returncode  # noqa: S603 - the caller's


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
