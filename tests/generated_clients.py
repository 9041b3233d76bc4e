"""Clients generated from schema.graphql, compiled and run against a served graph: by Relay, graphql-codegen and ariadne-codegen.

No part of `./run test`, since they need Node: `./run test-clients` installs what they are made with into .tools/clients, and runs this.
There examples/clients/ and schema.graphql are copied side by side, as a partner has them.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models import embedded, throwaway
from tests.processes import ROOT, command, serving

WORKSHOP = ROOT / ".tools" / "clients"
CLIENTS = WORKSHOP / "examples" / "clients"
PYTHON = WORKSHOP / "python" / "bin"
MADE = ("relay/src/__generated__", "relay/built", "typescript/src/generated.ts", "typescript/built", "python/graph_client")
SECONDS = 300

FOUND = {
    "pages": [
        ["UTECH-OCDD-2022", "2022-01-01", "NOT_STATED"],
        ["IIPCIC-2020", "2020-01-01", "SELF_PACED"],
        ["UWI-OCDD-2021", "2021-01-01", "NOT_STATED"],
        ["BORDER-2018-11", "2018-11-01", "NOT_STATED"],
    ],
    "pagesAgree": [True, True],
    "figures": ["2800000.00", "35000000.00", "36451638.00"],
    "issues": ["INVALID_CODE at records.1.change.count.unit", "INVALID_CODE at records.2.change.count.unit"],
    "stored": [3, 31, False, True],
    "decided": [2, 1],
    "node": [19, "VERIFIED", "2024-01-01", "1250.50"],
    "participation": [31, [["JM", 19], ["TT", 12]]],
    "refusals": ["PAGE_SIZE at cohorts", "NOT_PERMITTED at ", "UNAUTHENTICATED at "],
}
"""What a partner and staff find, by whichever client."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The data folder of the served graph."""
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-clients-"))
    made.chmod(0o711)
    yield made
    embedded.discard(made)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the graph is served."""
    with serving(tmp_path_factory.mktemp("serve") / "output", DATA_DIR=str(folder)) as server:
        yield f"{server.address}/graphql"


@pytest.fixture(scope="module", autouse=True)
def sources() -> None:
    """The clients as they are now, with nothing that an earlier run generated."""
    for made in MADE:
        shutil.rmtree(CLIENTS / made, ignore_errors=True)
    shutil.copytree(ROOT / "examples" / "clients", CLIENTS, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", *MADE))
    shutil.copy(ROOT / "schema.graphql", WORKSHOP)


def credential(folder: Path, *arguments: str) -> str:
    """The credential of a new client."""
    made = command("client", "create", *arguments, "--json", DATA_DIR=str(folder))
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["credential"])


def partner(folder: Path, agency: str) -> str:
    """The credential of a new client of an agency, with a new agreement."""
    said = ("--title", "Clients", "--purpose", "REPORTING", "--retention-months", "12", "--expires", "2099-12-31")
    command("agreement", "create", "--agency", agency, *said, DATA_DIR=str(folder))
    return credential(folder, "--agency", agency, "--scope", "submit", "--scope", "statements:read")


def run(*arguments: str | Path, within: str = "", **variables: str) -> str:
    """What a program prints; it must succeed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        arguments, cwd=CLIENTS / within, env={**kept, **variables}, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found_by(folder: Path, address: str, agency: str, *program: str | Path, within: str = "") -> Any:
    """What a client's program found, as that agency and as staff."""
    staff = credential(folder, "--staff", "--scope", "decide")
    variables = {"GRAPH_URL": address, "GRAPH_CREDENTIAL": partner(folder, agency), "STAFF_CREDENTIAL": staff}
    return json.loads(run(*program, agency, within=within, **variables))


def test_relay(folder: Path, address: str) -> None:
    run("npm", "run", "relay")
    found = run("node", "relay/built/main.js", GRAPH_URL=address, GRAPH_CREDENTIAL=partner(folder, "UNODC"))
    assert json.loads(found) == {"forwards": [2, 4], "backwards": [2, 4], "different": 4, "agree": True}


def test_typescript(folder: Path, address: str) -> None:
    run("npm", "run", "typescript")
    found = found_by(folder, address, "UNODC", "node", "typescript/built/main.js")
    assert found == {"caller": ["PARTNER", "UNODC", ["statements:read", "submit"]], "enteredBy": "UNODC", **FOUND}


def test_python(folder: Path, address: str) -> None:
    run(PYTHON / "ariadne-codegen", within="python")
    run(PYTHON / "mypy", "--cache-dir", "/dev/null", ".", within="python")
    found = found_by(folder, address, "OAS", PYTHON / "python", "main.py", within="python")
    assert found == {"caller": ["PARTNER", "OAS", ["statements:read", "submit"]], "enteredBy": "OAS", **FOUND}
