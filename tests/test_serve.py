"""The server's life: first start, later starts, kill -9 of it and of PostgreSQL, the end; and each foreseen failure is one line."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.sandbox import keep
from graph.server import welcome
from graph.settings import Settings
from models import embedded, throwaway
from models.access import ClientKind
from models.base import new_id
from models.clients import Issued
from models.embedded import Server
from models.provision import Addresses
from tests.processes import command, serving

SECRET = "0123456789abcdef0123456789abcdef"
SANDBOX = [
    ["partner", "US-STATE"],
    ["focal_point", "JM"],
    *([kind, "CARICOM-IMPACS"] for kind in ("staff", "verifier", "data_protection_officer", "auditor", "administrator")),
]
NOBODY_LISTENS = "postgresql://somebody@127.0.0.1:1/graph"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that servers of this module use one after another; no PostgreSQL is left when they are done."""
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-serve-"))
    made.chmod(0o711)
    yield made
    embedded.discard(made)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


def postgres(folder: Path) -> int | None:
    """The id of the process of a folder's PostgreSQL."""
    return Server(folder).process()


def kill(process: int | None) -> None:
    assert process
    os.kill(process, signal.SIGKILL)


def one_line(printed: str, *words: str) -> None:
    assert printed.startswith("Error: "), printed
    assert printed.count("\n") == 1, printed
    for word in words:
        assert word in printed


def test_first_start_and_second(tmp_path: Path, output: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-serve-"))
    folder.chmod(0o711)
    try:
        with serving(output, DATA_DIR=str(folder)) as first:
            assert first.answers()
            sandbox = folder / "sandbox.credentials"
            assert sandbox.stat().st_mode & 0o777 == 0o600
            kept_credentials = sandbox.read_text()
            issued = [line.split() for line in kept_credentials.splitlines()]
            assert [each[:2] for each in issued] == SANDBOX
            assert "pg_" not in first.printed
            assert f"are in {sandbox}, which only you may read." in first.printed
            partner = issued[0]
            assert first.viewer(partner[2]) == (200, '{"data":{"viewer":{"kind":"PARTNER","agency":{"code":"US-STATE"}}}}')
            assert first.viewer(partner[2] + "x")[0] == 401
            assert first.stop() == 0
        assert postgres(folder) is None
        secret = folder / "cursor.secret"
        assert secret.stat().st_mode & 0o777 == 0o600
        kept = secret.read_text()
        assert sandbox.read_text() == kept_credentials
        started = time.monotonic()
        with serving(output, DATA_DIR=str(folder)) as second:
            assert second.answers()
            assert time.monotonic() - started < 20  # 2 s on an idle machine; this only bounds a hang
            assert "pg_" not in second.printed
            assert second.stop(signal.SIGINT) == 0
        assert postgres(folder) is None
        assert secret.read_text() == kept
    finally:
        embedded.discard(folder)
        shutil.rmtree(folder, ignore_errors=True)


def test_credentials_are_shown_at_a_terminal_alone(tmp_path: Path) -> None:
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    issued = [Issued("pg_live_id_secret", new_id(), "sandbox", "US-STATE", None, ClientKind.PARTNER, (), datetime.now(UTC))]
    keep(folder / "sandbox.credentials", issued)
    settings = Settings(data_dir=folder)
    shown, logged = (welcome("http://localhost", settings, issued, is_read=is_read).splitlines() for is_read in (True, False))
    assert shown[4].split() == ["partner", "US-STATE", "pg_live_id_secret"]
    assert [*shown[:3], shown[3][:-1] + ".", *shown[5:]] == logged
    assert "secret" not in str(logged)
    (header,) = re.findall('-H ("Auth.*") ', "\n".join(logged))
    assert subprocess.check_output(["/bin/sh", "-c", f"echo {header}"], text=True) == "Authorization: Bearer pg_live_id_secret\n"


def test_killed_server_leaves_a_postgresql_that_the_next_adopts(folder: Path, output: Path) -> None:
    with serving(output, DATA_DIR=str(folder)) as killed:
        running = postgres(folder)
        killed.process.kill()
        killed.process.wait()
    assert postgres(folder) == running
    with serving(output, DATA_DIR=str(folder)) as next_one:
        assert next_one.answers()
        assert postgres(folder) == running
        assert next_one.stop() == 0
    assert postgres(folder) is None


def test_killed_postgresql_is_started_again(folder: Path, output: Path) -> None:
    with serving(output, DATA_DIR=str(folder)) as server:
        kill(killed := postgres(folder))
        assert server.answers(seconds=5)
        assert postgres(folder) not in {None, killed}
        assert server.stop() == 0
    assert postgres(folder) is None


def test_both_killed(folder: Path, output: Path) -> None:
    with serving(output, DATA_DIR=str(folder)) as server:
        server.process.kill()
        kill(postgres(folder))
        server.process.wait()
    with serving(output, DATA_DIR=str(folder)) as again:
        assert again.answers()
        assert again.stop() == 0
    assert postgres(folder) is None


def test_clients_are_made_beside_a_running_server(folder: Path, output: Path) -> None:
    with serving(output, DATA_DIR=str(folder)) as server:
        made = command("client", "create", "--agency", "UNODC", "--scope", "submit", "--json", DATA_DIR=str(folder))
        assert made.returncode == 0, made.stderr
        credential = made.stdout.split('"')[3]
        assert server.viewer(credential)[0] == 401
        said = ("--title", "Of UNODC", "--purpose", "REPORTING", "--retention-months", "12", "--expires", "2099-12-31")
        agreed = command("agreement", "create", "--agency", "UNODC", *said, DATA_DIR=str(folder))
        assert agreed.returncode == 0, agreed.stderr
        assert server.answers_with(200, credential)
        assert server.viewer(credential)[0] == 200
        assert server.answers(), "the client command must not stop the server's PostgreSQL"
        assert server.stop() == 0
    listed = command("client", "list", DATA_DIR=str(folder))
    assert credential.rpartition("_")[0] in listed.stdout
    assert credential not in listed.stdout
    assert postgres(folder) is None


def test_a_second_server_on_a_folder_and_on_a_port(folder: Path, output: Path) -> None:
    with serving(output, DATA_DIR=str(folder)) as server:
        second = command("serve", "--port", "0", DATA_DIR=str(folder))
        assert second.returncode == 1
        one_line(second.stderr, "another server runs on", "DATA_DIR")
        assert server.answers()


def test_taken_port(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = command("serve", "--port", port, DATA_DIR=str(folder))
    assert refused.returncode == 1
    one_line(refused.stderr, f"port {port} is taken", "--port")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"DATABASE_URL": NOBODY_LISTENS}, ["MIGRATION_URL", "both"]),
        ({"DATABASE_URL": NOBODY_LISTENS, "MIGRATION_URL": NOBODY_LISTENS}, ["CURSOR_SECRET"]),
        ({"DATABASE_URL": NOBODY_LISTENS, "MIGRATION_URL": NOBODY_LISTENS, "CURSOR_SECRET": SECRET}, ["MIGRATION_URL", "Connect"]),
        ({"DATA_DIR": "/dev/null"}, ["/dev/null", "DATA_DIR"]),
        ({"DATA_DIR": "/proc/partner-graph"}, ["/proc/partner-graph", "DATA_DIR"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_served_from(variables: dict[str, str], words: list[str]) -> None:
    refused = command("serve", "--port", "0", **variables)
    assert refused.returncode == 1
    one_line(refused.stderr, *words)


def test_a_cluster(addresses: Addresses, server: Server, output: Path) -> None:
    variables = {"DATABASE_URL": addresses.server, "MIGRATION_URL": addresses.owner, "CURSOR_SECRET": SECRET}
    with serving(output, **variables) as started:
        assert started.answers()
        assert "pg_" not in started.printed, "credentials to try it with are for the embedded PostgreSQL only"
        assert started.stop() == 0
    assert server.process(), "somebody else's PostgreSQL is left running"
    made = command("client", "create", "--staff", "--json", **variables)
    assert '"credential": "pg_' in made.stdout


def test_a_cluster_as_the_role_that_owns_it(addresses: Addresses) -> None:
    refused = command("serve", "--port", "0", DATABASE_URL=addresses.owner, MIGRATION_URL=addresses.owner, CURSOR_SECRET=SECRET)
    assert refused.returncode == 1
    one_line(refused.stderr, "owns the tables", "DATABASE_URL")
