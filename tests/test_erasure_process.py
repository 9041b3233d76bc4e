"""After a person was erased, neither what a server printed nor its folder, outside PostgreSQL's own files, tells of the person."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import embedded, throwaway
from models.embedded import MAJOR
from tests.parties import cohort, course, individual, sent
from tests.processes import serving

MARK = "marker-zz"
SUBMIT = """mutation ($input: SubmitInput!) { submit(input: $input) { outcomes {
    status issues { code } statement { id individual { participant { id subject } result { certificateNo } } }
} } }"""
ERASE = """mutation ($input: EraseParticipantInput!) { eraseParticipant(input: $input) { certificate { id } issues { code } } }"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of its own."""
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-erasure-"))
    made.chmod(0o711)
    yield made
    embedded.discard(made)
    shutil.rmtree(made, ignore_errors=True)


def holding(folder: Path) -> list[str]:
    """The files outside PostgreSQL's own that hold the mark."""
    data = folder / f"postgresql-{MAJOR}"
    files = [path for path in folder.rglob("*") if path.is_file() and data not in path.parents]
    assert files
    return [path.name for path in files if MARK.encode() in path.read_bytes()]


def test_neither_logs_nor_files_tell_of_whoever_was_erased(folder: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "printed", DATA_DIR=str(folder)) as server:

        def ask(who: str, query: str, given: dict[str, Any]) -> Any:
            headers = {"authorization": f"Bearer {server.credential(who)}", "purpose": "REPORTING"}
            body = {"query": query, "variables": {"input": given}}
            return httpx.post(f"{server.address}/graphql", json=body, headers=headers, timeout=30).json()

        person = individual("1", "H", f"{MARK}-0071", result={"certificateNo": f"{MARK}-c", "hours": f"{MARK}-h"})
        right = individual("1", "H", f"{MARK}-0071", result={"certificateNo": f"{MARK}-c"})
        basis = (course("C"), cohort("H", "C", convener="US-STATE"))
        refused = ask("partner", SUBMIT, sent(*basis, person, key="the-first"))["data"]["submit"]["outcomes"]
        assert [outcome["status"] for outcome in refused] == ["CREATED", "CREATED", "REJECTED"]
        (stored,) = ask("partner", SUBMIT, sent(right, key="the-second"))["data"]["submit"]["outcomes"]
        assert stored["statement"]["individual"]["participant"]["subject"] == f"{MARK}-0071"
        broken = ask("partner", SUBMIT.replace("input: $input", f'input: $input, "{MARK}"'), sent(right))
        assert broken["errors"][0]["extensions"]["code"] == "PARSE_ERROR"
        unknown = {"subject": f"{MARK}-0072", "partner": "US-STATE"}
        nobody = ask("data_protection_officer", ERASE, {"participant": {"subject": unknown}, "reason": "REQUESTED"})
        assert nobody["data"]["eraseParticipant"]["issues"] == [{"code": "PARTICIPANT_NOT_FOUND"}]
        participant = {"id": stored["statement"]["individual"]["participant"]["id"]}
        done = ask("data_protection_officer", ERASE, {"participant": participant, "reason": "REQUESTED"})
        assert done["data"]["eraseParticipant"]["issues"] == []
        printed = server.printed
    assert MARK not in printed
    assert holding(folder) == []
