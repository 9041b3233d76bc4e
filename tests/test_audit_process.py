"""The audit log of a served graph: rows equal committed writes after kill -9; and what the commands about it say."""

import asyncio
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
from typing import Any

import asyncpg
import httpx
import pytest

from models import embedded, provision, throwaway
from tests.processes import Serving, command, serving

WRITERS, ACKNOWLEDGED = 3, 12
SUBMIT = """mutation ($key: String!) { submit(input: {
  submissionKey: $key, mode: COMMIT, atomicity: ALL_OR_NOTHING, declared: {records: 1}, records: [
    {sourceRef: $key, change: {course: {title: "A course"}}}
  ]}) { receipt { id } } }"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that servers of this module use one after another."""
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-audit-"))
    made.chmod(0o711)
    yield made
    embedded.discard(made)
    shutil.rmtree(made, ignore_errors=True)


def ask(folder: Path, sql: str) -> list[asyncpg.Record]:
    """What the owner of a folder's database is answered."""

    async def answer(url: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql)
            return found
        finally:
            await connection.close()

    with embedded.running(folder) as server:
        return asyncio.run(answer(server.url(provision.OWNER, provision.DATABASE)))


def audit(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit status and the output of a command about the log."""
    ended = command("audit", *arguments, DATA_DIR=str(folder))
    return ended.returncode, ended.stdout or ended.stderr


def write(server: Serving, credential: str, writer: int, enough: Event, receipts: list[str], lock: Lock) -> None:
    """Submits until the server is gone, and keeps what it acknowledged."""
    with httpx.Client(headers={"authorization": f"Bearer {credential}"}, timeout=10) as client:
        for number in range(10_000):
            variables = {"key": f"written-{writer}-{number}"}
            try:
                answer: Any = client.post(f"{server.address}/graphql", json={"query": SUBMIT, "variables": variables}).json()
            except (httpx.HTTPError, ValueError):
                return
            with lock:
                receipts.append(answer["data"]["submit"]["receipt"]["id"])
                if len(receipts) >= ACKNOWLEDGED:
                    enough.set()


@pytest.fixture(scope="module")
def receipts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a server acknowledged that was then killed under writes."""
    receipts: list[str] = []
    enough, lock, output = Event(), Lock(), tmp_path_factory.mktemp("killed") / "output"
    with serving(output, DATA_DIR=str(folder)) as server, ThreadPoolExecutor(WRITERS) as pool:
        credential = server.credential("partner")
        writing = [pool.submit(write, server, credential, writer, enough, receipts, lock) for writer in range(WRITERS)]
        while not enough.wait(0.1):
            assert not any(each.done() for each in writing), [each.result() for each in writing]
        server.process.kill()
        server.process.wait()
        for each in writing:
            each.result()
    return receipts


def test_after_kill_9_rows_equal_committed_writes(folder: Path, receipts: list[str], tmp_path: Path) -> None:
    with serving(tmp_path / "next", DATA_DIR=str(folder)) as following:
        assert following.answers(10)
        stored = {f"Receipt:{row['id']}" for row in ask(folder, "SELECT id FROM submission WHERE submission_key IS NOT NULL")}
        recorded = [row["objects"][0] for row in ask(folder, "SELECT objects FROM audit_event WHERE action = 'submit' AND result = 'OK'")]
    assert set(receipts) <= stored
    assert sorted(recorded) == sorted(stored)
    assert audit(folder, "seal")[0] == 0
    status, found = audit(folder, "verify", "--json")
    assert (status, json.loads(found)) == (0, {"sealed": len(recorded), "waiting": 0, "findings": []})


def test_a_head_finds_the_tail_that_was_cut(folder: Path, receipts: list[str], tmp_path: Path) -> None:
    assert audit(folder, "seal")[0] == 0
    status, printed = audit(folder, "head")
    assert status == 0
    head = tmp_path / "head.json"
    head.write_text(printed)
    position = json.loads(printed)["position"]
    assert position >= len(receipts) >= ACKNOWLEDGED
    assert stat.S_IMODE(os.stat(folder / "audit.key").st_mode) == 0o600
    assert audit(folder, "verify", "--head", str(head)) == (0, f"the log is whole: {position} sealed events, 0 still to be sealed\n")
    ask(folder, f"DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_seal WHERE position = {position})")
    ask(folder, f"DELETE FROM audit_seal WHERE position = {position}")
    assert audit(folder, "verify")[0] == 0
    status, told = audit(folder, "verify", "--head", str(head), "--json")
    assert status == 1
    assert [(each["fault"], each["position"]) for each in json.loads(told)["findings"]] == [("cut off", position)]
    head.write_text(printed.replace(f'"position": {position}', f'"position": {position - 1}'))
    status, told = audit(folder, "verify", "--head", str(head))
    assert (status, told) == (1, "Error: this is no head that this graph's key signed: give what `audit head` printed, as it was\n")
