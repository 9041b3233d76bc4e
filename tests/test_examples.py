"""A partner's own scripts against a real server: import, kill -9 and go on, control totals, verification, and files with defects."""

import ast
import csv
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from models import clients, provision
from models.access import ClientKind, Scope
from models.provision import Addresses
from tests.edge import agency, agree
from tests.processes import ROOT, serving

EXAMPLES = ROOT / "examples"
DATA = EXAMPLES / "data"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
IMPORT, TOTALS, VERIFY = "foreign_military_training.py", "check_totals.py", "verify_submissions.py"
YEARS = {2007: (735, 48), 2008: (742, 60), 2010: (913, 58), 2011: (475, 63)}
DEFECT = re.compile(r"line (?P<line>\d+)  (?P<record>\S+)  (?P<kind>\w+)  (?P<code>\w+) at (?P<path>\S+): (?P<message>.+)")
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """A script that has ended."""

    status: int
    out: str
    errors: str

    @property
    def defects(self) -> list[dict[str, str]]:
        """What it printed of refused records, in order."""
        return [found.groupdict() for found in map(DEFECT.fullmatch, self.out.splitlines()) if found]

    def said(self, word: str) -> str:
        """The rest of the first line of its summary that begins with a word."""
        return next(line[len(word) :].strip() for line in self.out.splitlines() if line.startswith(word))


@dataclass(frozen=True, slots=True)
class Graph:
    """A served graph with a partner and staff."""

    url: str
    partner: str
    staff: str

    def command(self, script: str, *arguments: str | Path, credential: str | None = None, url: str | None = None) -> dict[str, Any]:
        """How to start a script as its user would, without anything of ours to import."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        variables = {"GRAPH_URL": url or self.url, "GRAPH_CREDENTIAL": self.partner if credential is None else credential}
        return {"args": [sys.executable, EXAMPLES / script, *arguments], "env": {**kept, **variables}, "cwd": "/", "text": True}

    def run(self, script: str, *arguments: str | Path, **other: str) -> Ran:
        """A script, run to its end."""
        done = subprocess.run(**self.command(script, *arguments, **other), capture_output=True, timeout=SECONDS, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    def stored(self, period: str) -> int:
        """How many statements the partner has in a reporting period."""
        document = "query Stored($period: String!) { statements(filter: {reportingPeriod: {eq: $period}}, first: 0) { totalCount } }"
        body = {"query": document, "variables": {"period": period}}
        answer = httpx.post(self.url, json=body, headers={"Authorization": f"Bearer {self.partner}"}, timeout=30).json()
        return int(answer["data"]["statements"]["totalCount"])


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def graph(shared_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Graph]:
    variables = {"DATABASE_URL": shared_addresses.server, "MIGRATION_URL": shared_addresses.owner, "CURSOR_SECRET": "0123456789abcdef" * 2}
    with serving(tmp_path_factory.mktemp("server") / "output", **variables) as server:
        async with provision.owner_transaction(shared_addresses) as transaction:
            of: dict[str, Any] = {"name": "examples", "days": 1}
            await agree(transaction, await agency(transaction, "US-STATE"))
            scopes = [Scope.SUBMIT, Scope.STATEMENTS_READ]
            partner = await clients.create(transaction, agency="US-STATE", kind=ClientKind.PARTNER, scopes=scopes, **of)
            staff = await clients.create(
                transaction, agency=clients.STAFF_AGENCY, kind=ClientKind.STAFF, scopes=clients.SCOPES[ClientKind.STAFF], **of
            )
        yield Graph(f"{server.address}/graphql", partner.credential, staff.credential)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def write(file: Path, rows: list[dict[str, str]]) -> Path:
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return file


def own_file(tmp_path: Path, name: str) -> Path:
    return Path(shutil.copy(DATA / name, tmp_path / name))


def killed_in_the_middle(graph: Graph, file: Path, period: str) -> None:
    with subprocess.Popen(
        **graph.command(IMPORT, file, "--mode", "per-record", "--batch", "100"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + SECONDS
        while not graph.stored(period):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("year", YEARS)
def test_a_year(graph: Graph, tmp_path: Path, year: int) -> None:
    rows, totals = YEARS[year]
    file, period, control = own_file(tmp_path, f"fy{year}.csv"), f"FY{year}", DATA / f"fy{year}_control_totals.csv"
    kept, killed = file.with_name(f"{file.name}.run"), year == 2010
    options = {2007: [], 2008: ["--mode", "per-record"], 2010: ["--mode", "per-record", "--batch", "100"], 2011: ["--mode", "per-record"]}[
        year
    ]
    if killed:
        killed_in_the_middle(graph, file, period)
        assert kept.exists()
        assert 0 < graph.stored(period) < rows

    first = graph.run(IMPORT, file, *options)
    assert first.status == 0, (first.out, first.errors)
    assert first.said("statements") == f"{rows} created"
    assert first.said("rows") == f"{rows}, of which 0 refused"
    assert ("had been stored before" in first.said("submissions")) == killed
    assert first.out.count("end left out") == (2 if year == 2010 else 0)
    assert not kept.exists()
    assert graph.stored(period) == rows
    agree = graph.run(TOTALS, control)
    assert agree.status == 0, (agree.out, agree.errors)
    assert agree.out == f"{totals} of {totals} control totals agree, by verified and pending statements\n"

    second = graph.run(IMPORT, file, "--mode", "per-record")
    assert second.status == 0, second.errors
    assert second.said("statements") == f"{rows} unchanged"
    assert second.said("people") == first.said("people")
    assert "created" not in second.out
    assert graph.stored(period) == rows

    verified = graph.run(VERIFY, "US-STATE", credential=graph.staff)
    assert verified.status == 0, (verified.out, verified.errors)
    agree = graph.run(TOTALS, control, credential=graph.staff)
    assert (agree.status, agree.out) == (0, f"{totals} of {totals} control totals agree, by verified statements\n"), agree


def test_cohorts_in_two_reports(graph: Graph, tmp_path: Path) -> None:
    rows = rows_of(DATA / "fy2011.csv")[:30]
    for year in ("3011", "3012"):
        again = [{**row, "fiscal_year": year, "record": f"FY{year}-{number}"} for number, row in enumerate(rows)]
        file = write(tmp_path / f"fy{year}.csv", again)
        ran = graph.run(IMPORT, file)
        assert ran.said("statements") == "30 created"
    assert "created" not in ran.said("programmes") + ran.said("courses") + ran.said("cohorts")
    for year in ("3011", "3012"):
        lines = {(row["member_state"], row["programme"]): [Decimal(0), Decimal(0)] for row in rows}
        for row in rows:
            for place, column in enumerate(("participants", "cost_usd")):
                lines[row["member_state"], row["programme"]][place] += Decimal(row[column])
        totals = [
            {"fiscal_year": year, "member_state": state, "programme": programme, "participants": str(people), "cost_usd": str(cost)}
            for (state, programme), (people, cost) in lines.items()
        ]
        assert graph.run(TOTALS, write(tmp_path / f"totals{year}.csv", totals)).status == 0


def test_totals_that_differ(graph: Graph, tmp_path: Path) -> None:
    control = own_file(tmp_path, "fy2011_control_totals.csv")
    control.write_text(control.read_text().replace("2011,", "1999,"))
    ran = graph.run(TOTALS, control)
    assert ran.status == 1
    assert ran.out.startswith("AG IMET-1: the report prints 15 people, 123012 USD; the graph counts nothing\n")
    assert ran.out.endswith("\n0 of 63 control totals agree, by verified and pending statements\n")


def test_a_file_with_defects(graph: Graph, tmp_path: Path) -> None:
    file, rejects = own_file(tmp_path, "fy2009_as_scraped.csv"), tmp_path / "rejects.csv"
    whole = graph.run(IMPORT, file)
    assert whole.status == 1, whole.errors
    assert whole.out.endswith("nothing was stored: mend these rows, or send the others by --mode per-record\n")
    assert graph.stored("FY2009") == 0

    parts = graph.run(IMPORT, file, "--mode", "per-record", "--rejects", rejects)
    assert parts.status == 1, parts.errors
    assert graph.stored("FY2009") == 684
    assert parts.said("statements") == "684 created, 96 rejected"
    assert parts.said("rows") == "780, of which 96 refused"
    assert parts.said("end left out").split()[2] == "FY2009-BZ-0085"
    check_defects(parts.defects, file)
    assert of_counts(whole.defects) == of_counts(parts.defects)
    assert len(rows_of(rejects)) == 96

    again = graph.run(IMPORT, file, "--mode", "per-record", "--run", "again")
    assert again.said("statements") == "684 unchanged, 96 rejected"
    mended = graph.run(IMPORT, mend(rejects), "--mode", "per-record")
    assert mended.status == 0, mended.out
    assert mended.said("statements") == "96 created"
    assert graph.stored("FY2009") == 780
    assert "Traceback" not in whole.errors + parts.errors + again.errors + mended.errors


def of_counts(defects: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [tuple(each[name] for name in ("line", "record", "code", "path")) for each in defects if each["kind"] == "count"]


def check_defects(defects: list[dict[str, str]], file: Path) -> None:
    lines = [int(each["line"]) for each in defects]
    assert all(before <= after for before, after in pairwise(lines))
    text = file.read_text().splitlines()
    assert all(text[int(each["line"]) - 1].startswith(each["record"] + ",") for each in defects)
    cohorts = {(each["code"], each["path"]) for each in defects if each["kind"] == "cohort"}
    assert cohorts == {("INVALID_DATE", "cohort.startsOn"), ("REQUIRED", "cohort.startsOn")}
    counts = Counter((code, path) for _, _, code, path in of_counts(defects))
    assert counts["DEPENDENCY_REJECTED", "count.cohort"] == 86
    assert counts["REQUIRED", "count.count"] == 10
    assert {each["kind"] for each in defects} == {"cohort", "count"}


def mend(rejects: Path) -> Path:
    """The refused rows as somebody would mend them: dates and costs put where they belong, head counts found out."""
    rows = rows_of(rejects)
    american = re.compile(r"(\d+)/(\d+)/(\d{4})")
    for row in rows:
        dates = ["{2}-{0:0>2}-{1:0>2}".format(*found) for found in american.findall(row["start_date"] + " " + row["cost_usd"])]
        if dates:
            row["start_date"], row["end_date"] = (dates * 2)[:2] if not row["end_date"] else (dates[0], row["end_date"])
            row["cost_usd"] = american.sub("", row["cost_usd"]).strip()
        row["participants"] = row["participants"] or "1"
    return write(rejects.with_name("mended.csv"), rows)


@pytest.mark.parametrize(
    ("script", "who"), [(TOTALS, "nobody"), (VERIFY, "nobody"), (IMPORT, "nobody"), (VERIFY, "partner"), (IMPORT, "staff")]
)
def test_who_may_not(graph: Graph, tmp_path: Path, script: str, who: str) -> None:
    file, control = own_file(tmp_path, "fy2007.csv"), DATA / "fy2007_control_totals.csv"
    arguments: dict[str, str | Path] = {IMPORT: file, TOTALS: control, VERIFY: "US-STATE"}
    credential = {"nobody": "pg_0000000000000000_nobody", "partner": graph.partner, "staff": graph.staff}[who]
    refused = graph.run(script, arguments[script], credential=credential)
    assert (refused.status, refused.out) == (2, "")
    assert refused.errors.count("\n") == 1
    assert refused.errors.startswith("Error: ")
    assert not list(tmp_path.glob("*.run"))


class Moody(BaseHTTPRequestHandler):
    """Answers: busy, then nothing at all, then a refusal."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        asked: list[str] = self.server.asked  # type: ignore[attr-defined]
        asked.append(self.path)
        if len(asked) == 2:
            self.connection.close()
            return
        body = b'{"errors": [{"message": "Say it\\nshorter.", "extensions": {"code": "COST_LIMIT"}}]}'
        self.send_response(429 if len(asked) == 1 else 400)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def moody() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Moody) as server:
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_what_may_pass_is_tried_again(moody: HTTPServer) -> None:
    nobody = Graph(f"http://127.0.0.1:{moody.server_port}/graphql", "partner", "staff")
    refused = nobody.run(TOTALS, DATA / "fy2007_control_totals.csv")
    assert refused.status == 2
    assert refused.errors.splitlines()[-1] == "Error: HTTP 400 COST_LIMIT Say it shorter."
    assert refused.errors.count("trying again") == 2
    assert moody.asked == ["/graphql"] * 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"record,member_state\nA,JM\n", "lacks the columns"),
        (b"", "lacks the columns"),
        (b"\xff\xfe", "UTF-8"),
        (b"twice", "stands on lines 2, 3"),
        (b"short", "line 3 has not as many cells"),
    ],
)
def test_files_that_cannot_be_sent(tmp_path: Path, text: bytes, says: str) -> None:
    first_row = b"\n".join((DATA / "fy2007.csv").read_bytes().splitlines()[:2]) + b"\n"
    made = {b"twice": first_row + first_row.splitlines()[1], b"short": first_row + b"A,2007\n"}
    file = tmp_path / "file.csv"
    file.write_bytes(made.get(text, text))
    refused = Graph("http://127.0.0.1:1/graphql", "partner", "staff").run(IMPORT, file)
    assert refused.status == 2
    assert says in refused.errors
    assert refused.errors.count("\n") == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_nothing_of_ours_is_imported(script: Path) -> None:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            modules.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").split(".")[0])
    assert modules - sys.stdlib_module_names <= {"httpx", "tqdm", *(path.stem for path in SCRIPTS)}


@pytest.mark.parametrize("year", YEARS)
def test_the_records_of_a_year_add_up_to_its_totals(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    report = importlib.import_module("annual_report")
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    cohorts: dict[str, Any] = {}
    known: set[tuple[str, str]] = set()
    for call in report.calls(report.read_rows(DATA / f"fy{year}.csv"), 500, set()):
        assert len(call.records) <= 500
        for (kind, key), record in zip(call.keys, call.records, strict=True):
            assert record["sourceRef"] == key
            assert (kind, key) not in known
            known.add((kind, key))
            content = record["change"][kind]
            if kind == "cohort":
                cohorts[key] = content
            elif kind == "count":
                programme = cohorts[content["cohort"]["sourceRef"]]["roles"][0]["agency"]["sourceRef"]
                people, cost = found.get((content["memberStates"][0], programme), (0, Decimal(0)))
                cost += Decimal(content.get("cost", {"amount": 0})["amount"])
                found[content["memberStates"][0], programme] = (people + content["count"], cost)
    printed = rows_of(DATA / f"fy{year}_control_totals.csv")
    assert found == {(row["member_state"], row["programme"]): (int(row["participants"]), Decimal(row["cost_usd"])) for row in printed}


def test_keys_tell_apart_and_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    key_of = importlib.import_module("annual_report").key_of
    assert key_of("FMF", "BOATSWAINS MATE A", "") == "FMF | BOATSWAINS MATE A |"
    pairs = [("a | b", "c"), ("a", "b | c"), ("x" * 300, "y"), ("x" * 300, "z")]
    keys = {key_of(*pair) for pair in pairs}
    assert len(keys) == len(pairs)
    assert all(1 <= len(key) <= 200 for key in keys)
