"""Serves the graph: brings up PostgreSQL, its tables and its reference data, then HTTP, and takes all of it down again."""

import asyncio
import errno
import fcntl
import gc
import importlib
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import click
import structlog
import uvicorn
import uvloop

from graph import logs, postgres, sandbox
from graph.postgres import Postgres
from graph.protocol import Protocol
from graph.settings import Settings
from models import chain, deployments, embedded, provision
from models.clients import Issued
from models.database import Database
from models.deployments import Environment
from models.embedded import Server, Unavailable
from models.foreseen import Foreseen
from models.provision import Addresses
from models.reference import loader

SIGNALS = (signal.SIGTERM, signal.SIGINT)
UVICORN: dict[str, Any] = {
    "http": Protocol,
    "ws": "none",
    "lifespan": "on",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": 15,
}
BACKLOG = 2048
LOOK_SECONDS = 0.5
SEAL_SECONDS = 1.0
FIRST_QUERY = '{"query": "{ viewer { kind agency { code name } scopes } }"}'


class CannotServe(Foreseen):
    """The server cannot start."""


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or Ctrl-C, and then exits with status 0. Raises Foreseen."""
    _exit_on_signals()
    logs.configure()
    with ExitStack() as stack:
        if settings.is_embedded:
            stack.enter_context(only_server(settings.data_dir))
        settings = postgres.with_secrets(settings)
        listener = stack.enter_context(_listening(settings.host, settings.port))
        with ThreadPoolExecutor(1) as importer:
            importing = importer.submit(importlib.import_module, "graph.app")  # meanwhile PostgreSQL starts
            opened = stack.enter_context(postgres.opened(settings))
            asyncio.run(postgres.check_environment(opened.addresses, settings.environment))
            provision.migrate(opened.addresses)
            issued = asyncio.run(_fill(opened.addresses, settings))
            application = importing.result()
        gc.freeze()  # what is loaded stays: collections need not look at it
        gc.enable()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_answer(settings, application, listener, opened, issued))


async def _fill(addresses: Addresses, settings: Settings) -> list[Issued]:
    """Records the environment, and loads the reference data; on the embedded server, makes credentials to try the graph with."""
    async with provision.owner_transaction(addresses) as transaction:
        await deployments.claim(transaction, settings.environment)
        await loader.load(transaction)
        return await sandbox.make(transaction, settings.data_dir) if settings.is_embedded else []


async def _answer(settings: Settings, module: ModuleType, listener: socket.socket, opened: Postgres, issued: list[Issued]) -> None:
    """Answers requests until told to stop; the embedded server is started again whenever it dies."""
    database = await Database.open(opened.addresses.server, size=settings.pool_size, statement_timeout=settings.statement_timeout)
    said = welcome(address(listener), settings, issued, is_read=sys.stderr.isatty())
    web = Web(uvicorn.Config(module.create_app(settings, database), **UVICORN), said)
    beside = [asyncio.create_task(_seal(database))]
    if opened.server:
        beside.append(asyncio.create_task(_revive(opened.server)))
    try:
        await web.serve(sockets=[listener])
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await database.close()


async def _seal(database: Database) -> None:
    """Seals the audit log each second, whichever process comes first; while the database is away, later."""
    log = structlog.get_logger()
    while True:
        await asyncio.sleep(SEAL_SECONDS)
        try:
            while await chain.extend(database) == chain.AT_ONCE:
                pass
        except Exception as error:
            log.warning("audit not sealed", reason=type(error).__name__)


async def _revive(server: Server) -> None:
    """Starts the embedded server again when its process is gone."""
    log = structlog.get_logger()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            if server.process() is None and await asyncio.to_thread(server.revive):
                log.warning("postgresql_restarted")
        except Unavailable as error:
            log.error("postgresql_down", reason=str(error))


class Web(uvicorn.Server):
    """Uvicorn, saying so when it answers."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then says so."""
        await super().startup(sockets)
        if self.started:
            click.echo(self._welcome, err=True)


def address(listener: socket.socket) -> str:
    """The address of a listening socket, as a caller on this machine writes it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def welcome(base: str, settings: Settings, issued: list[Issued], *, is_read: bool) -> str:
    """What is said once the graph answers: where new credentials are, this once, with a request to paste.

    The credentials themselves are shown where somebody reads it, at a terminal: a log is kept where others read it too.
    """
    mark = "TEST environment: the graph" if settings.environment is Environment.TEST else "The graph"
    lines = [f"{mark} answers at {base}/graphql (Ctrl-C stops it)."]
    if settings.is_embedded:
        lines.append(f"Its data is in {settings.data_dir}.")
    if issued:
        file = settings.data_dir / sandbox.FILE
        lines += ["", f"Credentials to try it with are in {file}, which only you may read{':' if is_read else '.'}"]
        lines += [f"  {line}" for line in sandbox.lines(issued) if is_read]
        credential = f"$(awk '$1 == \"{issued[0].kind.lower()}\" {{print $3}}' {shlex.quote(str(file))})"
        lines += [
            "",
            f"curl -s {base}/graphql -H 'Content-Type: application/json' \\",
            f'  -H "Authorization: Bearer {credential}" \\',
            f"  -d '{FIRST_QUERY}'",
        ]
    return "\n".join(lines)


@contextmanager
def only_server(folder: Path) -> Iterator[None]:
    """While this process is the only server on a folder; the kernel lets go of the lock even after kill -9."""
    with embedded.explained(folder):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        lock = (folder / "server.lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(f"another server runs on {folder}: stop it, or choose another folder by DATA_DIR") from None
        yield


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens already, so that a port in use is known before anything is started."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"port {port} is taken: stop what listens there, or choose another by --port") from None
        reason = (error.strerror or "").partition(" (while")[0]
        raise CannotServe(f"cannot listen on {host} port {port} ({reason}): choose others by --host and --port") from None
    with listener:
        yield listener


def _exit_on_signals() -> None:
    """Makes the first SIGTERM or Ctrl-C end the process by SystemExit, so that PostgreSQL is stopped; later ones must not disturb that.

    While Uvicorn serves, it has handlers of its own; when it has finished, it raises the signal that it got once more, for these.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(0)

    for each in SIGNALS:
        signal.signal(each, leave)
