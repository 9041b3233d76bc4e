"""The PostgreSQL that the settings name: the embedded one, kept running meanwhile, or somebody's cluster."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from graph.settings import Settings, SettingsError
from models import deployments, embedded, provision
from models import reset as emptying
from models.deployments import Environment
from models.embedded import Server
from models.provision import Addresses
from models.reference import loader
from models.reference.loader import LoadReport


@dataclass(frozen=True, slots=True)
class Postgres:
    """Its addresses; and the embedded server, if it is that."""

    addresses: Addresses
    server: Server | None = None


@contextmanager
def opened(settings: Settings) -> Iterator[Postgres]:
    """The PostgreSQL of the settings, reachable, in whatever state its database is. Raises Unavailable or Unfit."""
    if settings.database_url and settings.migration_url:
        addresses = Addresses(owner=settings.migration_url, server=settings.database_url)
        provision.check_cluster(addresses)
        yield Postgres(addresses)
    else:
        with embedded.running(settings.data_dir) as server:
            yield Postgres(provision.embedded(server), server)


@contextmanager
def migrated(settings: Settings) -> Iterator[Addresses]:
    """The addresses of a migrated database: the embedded one is migrated for the caller, a cluster is left as it is."""
    with opened(settings) as postgres:
        if postgres.server:
            provision.migrate(postgres.addresses)
        else:
            provision.require_current(postgres.addresses)
        yield postgres.addresses


async def check_environment(addresses: Addresses, environment: Environment) -> None:
    """Raises OtherEnvironment if the database is known to belong to the other one: before anything in it is touched."""
    async with provision.owner_transaction(addresses) as transaction:
        if await transaction.value(text("SELECT to_regclass('public.deployment') IS NOT NULL")):
            found = await deployments.recorded(transaction)
            if found is not None:
                deployments.require(found, environment)


async def reset(addresses: Addresses) -> LoadReport:
    """What was loaded after everything was removed. Raises CannotReset for all but a TEST environment that nobody serves from."""
    role = await provision.serving_role(addresses)
    async with provision.owner_transaction(addresses) as transaction:
        await emptying.empty(transaction, role)
        return await loader.load(transaction)


async def load(addresses: Addresses) -> LoadReport:
    """What the load of the reference data inserted and changed."""
    async with provision.owner_transaction(addresses) as transaction:
        return await loader.load(transaction)


def with_secrets(settings: Settings) -> Settings:
    """The settings with every secret: on a cluster they must be given, for the embedded server they are made once and kept."""
    if settings.cursor_secret:
        return settings
    if not settings.is_embedded:
        raise SettingsError("CURSOR_SECRET is not given, and a cluster needs it: set it to the output of `openssl rand -hex 32`")
    with embedded.explained(settings.data_dir):
        return settings.model_copy(update={"cursor_secret": _kept(settings.data_dir / "cursor.secret")})


def audit_key(settings: Settings) -> bytes:
    """The key that signs heads of the audit log: given on a cluster, made once and kept for the embedded server. Raises SettingsError."""
    if settings.audit_key:
        return bytes.fromhex(settings.audit_key)
    if not settings.is_embedded:
        raise SettingsError("AUDIT_KEY is not given, and a cluster needs it here: set it to the output of `openssl rand -hex 32`")
    with embedded.explained(settings.data_dir):
        return bytes.fromhex(_kept(settings.data_dir / "audit.key"))


def _kept(file: Path) -> str:
    """The secret of a file, which only its owner may read; made whole, under another name, if it is not there."""
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened_file:
            opened_file.write(secrets.token_hex(32))
        unfinished.rename(file)
    return file.read_text().strip()
