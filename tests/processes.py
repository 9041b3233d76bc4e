"""The server as a process of its own, on a data folder of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 20.0
ADDRESS = re.compile(r"answers at (http://\S+)/graphql")


def environment(**variables: str) -> dict[str, str]:
    """The environment of a process: only what the system needs, the project, and these variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of the graph, run to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "graph", *arguments],
        env=environment(**variables),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


class Serving:
    """`serve` as a process on a port, else a free one, answering."""

    def __init__(self, output: Path, port: int = 0, **variables: str) -> None:
        with output.open("w") as file:
            arguments = [sys.executable, "-P", "-m", "graph", "serve", "--port", str(port)]
            self.process = subprocess.Popen(arguments, env=environment(**variables), cwd="/", stdout=file, stderr=subprocess.STDOUT)
        self._output, self._folder = output, variables.get("DATA_DIR", "")
        self.address = self._wait()

    def _wait(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while not (found := ADDRESS.search(self.printed)):
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.01)
        return found[1]

    @property
    def printed(self) -> str:
        """What it printed so far."""
        return self._output.read_text()

    def credential(self, kind: str) -> str:
        """The sandbox's credential of a kind of viewer."""
        kept = Path(self._folder, "sandbox.credentials").read_text()
        return next(line.split()[-1] for line in kept.splitlines() if line.startswith(kind))

    def answers(self, seconds: float = 0.0) -> bool:
        """Whether it answers from its database, at the latest after some seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if httpx.get(f"{self.address}/health/ready", timeout=5).status_code == 200:
                    return True
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)

    def viewer(self, credential: str) -> tuple[int, str]:
        """The status and the text with which it answers who is asking."""
        headers = {"Authorization": f"Bearer {credential}"}
        response = httpx.post(f"{self.address}/graphql", json={"query": "{ viewer { kind agency { code } } }"}, headers=headers, timeout=10)
        return response.status_code, response.text

    def answers_with(self, status: int, credential: str, seconds: float = 6.0) -> bool:
        """Whether it answers who is asking with this status, at the latest after the seconds for which a credential is trusted."""
        deadline = time.monotonic() + seconds
        while self.viewer(credential)[0] != status:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def stop(self, order: int = signal.SIGTERM) -> int:
        """Its exit status, after a signal."""
        self.process.send_signal(order)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def serving(output: Path, port: int = 0, **variables: str) -> Iterator[Serving]:
    """A server that is gone after the block, however the block ends."""
    started = Serving(output, port, **variables)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()
