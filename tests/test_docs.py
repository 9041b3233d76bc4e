"""The documentation against the graph: every example is run in the order in which it stands, and answers what is printed beside it.

README.md   each `sh` block runs in one shell, against a server as it is deployed; a `json` or `text` block after it is what it prints.
docs/*.md   a `graphql` block says who asks (anonymous, staff, or an agency by its code), and for which purpose, if one is stated;
            `json variables` gives the variables, and `json answer` is the answer. An answer without a new operation is that of the
            operation before it, sent again.

A printed word that ends in … stands for one that differs from one server to the next, an identifier or a cursor. It is bound to the first
word that is found in its place, and stands for that word from then on.

What a reader looks up must be complete: error codes with their statuses, issue codes, settings, limits; paths and functions that are named.
"""

import ast
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graph import door, endpoint, protocol, requests
from graph.endpoint import STATUSES
from graph.schema import graphql_schema
from graph.settings import Settings
from models import clients, database, provision
from models.access import ClientKind, PersonalField, Scope
from models.database import Database
from models.provision import Addresses
from models.reference import loader
from models.viewer import ViewerKind
from resolvers import errors, search
from resolvers.compiler import conditions, filters
from resolvers.compiler import document as parsing
from resolvers.compiler.limits import DEFAULT_LIMITS, check
from resolvers.curating import targets
from resolvers.errors import AgreementExpired, OnlyQueries, Refusal, Unauthenticated, Unavailable
from resolvers.fields import camel
from resolvers.submitting import decide, envelopes, issues, rules, submit
from tests.edge import JSON, agency, agree, application, speaking_to
from tests.processes import ROOT, environment, serving

README, GUIDE, ERRORS = (ROOT / name for name in ("README.md", "docs/partner_guide.md", "docs/errors.md"))
DOCUMENTS = (README, GUIDE, ERRORS)
FENCE = re.compile(r"^```(?P<words>[^\n`]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^`([^`]+)`$")
NOT_RUN = ("git clone", "./run serve", "./run test", "./run bench", "DATABASE_URL=")
"""How shell blocks begin that are for a terminal of their own, or for a cluster."""
OTHER_LIMITS = {
    "a count": rules.MAX_COUNT,
    "a `purposeNote`": envelopes.MAX_NOTE,
    "statements in one `decide`": decide.MOST,
    "things in one mutation of a curator": targets.MOST,
    "a text to `search` for": search.MAX_CHARACTERS,
    "words in it": search.MAX_WORDS,
    "a `reason`": decide.MAX_REASON,
    "texts in variables and in the document": parsing.MAX_STRING_BYTES,
    "nesting of variables": parsing.MAX_JSON_DEPTH,
    "values in all variables together, members of objects and lists counted": parsing.MAX_VALUES,
    "the request line with its headers": door.MAX_HEAD_BYTES,
    "headers": door.MAX_HEADERS,
    "sending the head": protocol.HEAD_SECONDS,
    "sending the body": requests.BODY_SECONDS,
    "reading the answer, while nothing of it is taken": protocol.UNREAD_SECONDS,
    "relations in a filter, one inside the other": conditions.MAX_RELATIONS,
    "a text of `contains` or `startsWith`": filters.MAX_TEXT,
    "one SQL statement": Settings.model_fields["statement_timeout"].default,
    "one mutation": database.WRITE_SECONDS,
    "waiting for a connection to the database": database.ACQUIRE_SECONDS,
    "waiting for your agency's turn to submit": submit.WAIT_SECONDS,
    "requests under way in one process": endpoint.MAX_UNDER_WAY,
    "bodies that come in parts, at a time in one process": requests.MAX_UNFINISHED,
}
ADDRESS = "http://127.0.0.1:8000"
SHORTENED = "…"
MARK = "--- end of block ---"
RUN = """#!/usr/bin/env bash
if [ "$1" = python ]; then shift; exec "{python}" "$@"; fi
exec "{python}" -P -m graph "$@"
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words after its fence, its text, and where it stands."""

    words: tuple[str, ...]
    text: str
    place: str


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a document, in order."""
    text = document.read_text(encoding="utf-8")
    return [
        Block(tuple(found["words"].split()), found["text"], f"{document.name}:{text.count(chr(10), 0, found.start()) + 1}")
        for found in FENCE.finditer(text)
    ]


class Bound:
    """What the shortened words of a document stand for."""

    def __init__(self) -> None:
        self._actual: dict[str, str] = {}

    def agrees(self, printed: Any, actual: Any) -> bool:
        """Whether a value is the printed one."""
        match printed, actual:
            case dict(), dict():
                return printed.keys() == actual.keys() and all(self.agrees(printed[name], actual[name]) for name in printed)
            case list(), list():
                return len(printed) == len(actual) and all(map(self.agrees, printed, actual))
            case str(), str() if printed.endswith(SHORTENED):
                return self._is(printed, actual)
        return type(printed) is type(actual) and bool(printed == actual)

    def _is(self, printed: str, actual: str) -> bool:
        kind, colon, _ = printed.partition(":")
        if colon and not actual.startswith(f"{kind}:"):
            return False
        return self._actual.setdefault(printed, actual) == actual

    def whole(self, value: Any) -> Any:
        """A value to send, its shortened words replaced by what they stand for."""
        match value:
            case dict():
                return {name: self.whole(member) for name, member in value.items()}
            case list():
                return [self.whole(item) for item in value]
            case str() if value.endswith(SHORTENED):
                return self._actual[value]
        return value

    def lines_agree(self, printed: str, actual: str) -> bool:
        """Whether a text is the printed one, word by word."""
        return self.agrees([line.split() for line in printed.splitlines()], [line.split() for line in actual.splitlines()])


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A shell block of the README, and the block that shows what it prints, if it shows it."""

    block: Block
    answer: Block | None


def commands(document: Path) -> Iterator[Command]:
    """The shell blocks of a document that are run."""
    found = blocks(document)
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.words == ("sh",) and not block.text.startswith(NOT_RUN):
            yield Command(block, after if after and after.words in (("json",), ("text",)) else None)


def laid_out(folder: Path) -> Path:
    """A folder that looks like a clone to the README's commands: its ./run starts them by this Python."""
    for name in ("examples", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.run"))
    run = folder / "run"
    run.write_text(RUN.format(python=sys.executable))
    run.chmod(0o755)
    return folder


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="the README's commands are for bash, with curl")
def test_readme(shared_addresses: Addresses, tmp_path: Path) -> None:
    found = list(commands(README))
    variables = {"DATABASE_URL": shared_addresses.server, "MIGRATION_URL": shared_addresses.owner, "CURSOR_SECRET": "0123456789abcdef" * 2}
    with serving(tmp_path / "output", **variables) as server:
        script = "".join(f"{command.block.text}\necho; echo '{MARK}'\n" for command in found).replace(ADDRESS, server.address)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env={**environment(**variables), "PATH": path},
            cwd=laid_out(tmp_path),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    printed = ran.stdout.split(f"{MARK}\n")
    assert (ran.returncode, len(printed)) == (0, len(found) + 1), (
        found[min(len(printed), len(found)) - 1].block.place,
        ran.stderr,
        printed[-1],
    )
    bound = Bound()
    for command, text in zip(found, printed, strict=False):
        if command.answer is None:
            continue
        if command.answer.words == ("json",):
            agrees = bound.agrees(json.loads(command.answer.text), json.loads(text))
        else:
            agrees = bound.lines_agree(command.answer.text.strip(), text.strip())
        assert agrees, f"{command.answer.place}\n{text}"


@dataclasses.dataclass(slots=True)
class Exchange:
    """An operation of a guide as it is sent, and the answer that is printed; `place` is that of the answer."""

    place: str
    who: str
    purpose: Sequence[str]
    query: str
    variables: Any
    answer: Any


def exchanges(document: Path) -> Iterator[Exchange]:
    """What a guide sends, in order."""
    who, purpose, query, variables = "", [], "", None
    for block in blocks(document):
        match block.words:
            case ("graphql", who, *purpose):
                query, variables = block.text, None
            case ("json", "variables"):
                variables = json.loads(block.text)
            case ("json", "answer"):
                yield Exchange(block.place, who, purpose, query, variables, json.loads(block.text))
            case ("sh",) | ("http",) | ("text",):
                pass
            case _:
                pytest.fail(f"{block.place}: a block of {block.words} is neither run nor a command")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def credentials(shared_addresses: Addresses) -> AsyncIterator[Mapping[str, str]]:
    """The Authorization headers of those who ask in the guides; the reference data is loaded."""
    async with provision.owner_transaction(shared_addresses) as transaction:
        await loader.load(transaction)
        of: dict[str, Any] = {"name": "guide", "days": 1}
        for code, fields in {"UNODC": (), "OAS": PersonalField}.items():
            await agree(transaction, await agency(transaction, code), permitted_fields=tuple(fields))
        scopes = [Scope.SUBMIT, Scope.STATEMENTS_READ]
        unodc, oas = [
            await clients.create(transaction, agency=code, kind=ClientKind.PARTNER, scopes=[*scopes, *more], **of)
            for code, more in {"UNODC": (), "OAS": (Scope.PERSONAL_READ, Scope.ERASE)}.items()
        ]
        staff = await clients.create(
            transaction, agency=clients.STAFF_AGENCY, kind=ClientKind.STAFF, scopes=clients.SCOPES[ClientKind.STAFF], **of
        )
        administrator = await clients.create(
            transaction, agency=clients.STAFF_AGENCY, kind=ClientKind.ADMINISTRATOR, scopes=[Scope.ADMIN], **of
        )
    yield {"administrator": administrator.credential, "UNODC": unodc.credential, "OAS": oas.credential, "staff": staff.credential}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("document", [GUIDE, ERRORS], ids=lambda path: path.name)
async def test_guide(document: Path, credentials: Mapping[str, str], shared_database: Database) -> None:
    bound = Bound()
    async with speaking_to(application(shared_database)) as client:
        for sent in exchanges(document):
            headers = [("authorization", f"Bearer {credentials[sent.who]}")] if sent.who != "anonymous" else []
            headers += [("purpose", purpose) for purpose in sent.purpose]
            body = {"query": sent.query, "variables": bound.whole(sent.variables)}
            answer = (await client.post("/graphql", json=body, headers=headers)).json()
            assert bound.agrees(sent.answer, answer), f"{sent.place}\n{json.dumps(answer, ensure_ascii=False)}"


@pytest.mark.asyncio(loop_scope="session")
async def test_the_published_page_is_one_query(credentials: Mapping[str, str], shared_database: Database) -> None:
    query, answer = (
        (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("examples/published_page.graphql", "published_page.json")
    )
    async with speaking_to(application(shared_database)) as client:
        response = await client.get("/graphql", params={"query": query})
        assert response.json() == json.loads(answer)
        again = await client.get("/graphql", params={"query": query}, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    data = response.json()["data"]
    page = (ROOT / "tests" / "data" / "capacity_building_page.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.removeprefix("  • ") for line in page if line.startswith("  • ")]
    assert [each["label"] for each in (*data["departments"], *data["partnerListings"])] == listed
    assert [each["narrative"] in page for each in data["highlights"]["nodes"]] == [True, True, True]


def test_the_published_page_costs_what_the_readme_says() -> None:
    limits = DEFAULT_LIMITS[ViewerKind.ANONYMOUS]
    text = (ROOT / "docs" / "examples" / "published_page.graphql").read_text(encoding="utf-8")
    query = parsing.parse(text, None, graphql_schema, limits)
    price = check(query, graphql_schema, {}, limits)
    assert f"It costs {price.cost} of the {limits.cost:,}" in README.read_text(encoding="utf-8")


def rows(document: Path) -> dict[str, list[str]]:
    """The rows of a document's tables by their first cell, the first of those that are alike; the other cells."""
    found: dict[str, list[str]] = {}
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            first, *others = [cell.strip() for cell in line.strip("|").split(" | ")]
            found.setdefault(CODE.sub(r"\1", first), others)
    return found


def representative(code: str) -> Refusal:
    """A refusal of the class that has this code."""
    if code in {"TIMEOUT", "BUSY"}:
        return Unavailable("", code=code)
    if code == "METHOD_NOT_ALLOWED":
        return OnlyQueries()
    if code == "UNAUTHENTICATED":
        return Unauthenticated()
    if code == "AGREEMENT_EXPIRED":
        return AgreementExpired()
    if code != "BAD_USER_INPUT" and re.search(rf"\b{code}\b", requests.RequestError.__doc__ or ""):
        return requests.RequestError("", code=code)
    return Refusal("", code=code)


def test_every_error_code_stands_there_with_its_statuses() -> None:
    told = rows(ERRORS)
    known = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b|\b(?:TIMEOUT|BUSY|UNAUTHENTICATED)\b", errors.__doc__ or ""))
    assert known <= set(STATUSES)
    for code, status in STATUSES.items():
        assert code in told, code
        assert told[code][:2] == [str(status.value), str(endpoint.failed(representative(code), JSON, "id").status)], code


def test_every_issue_code_stands_there() -> None:
    told = rows(ERRORS)
    assert [code for code in issues.MESSAGES if code not in told] == []
    assert [code for code in told if code.isupper() and code not in {*issues.MESSAGES, *STATUSES}] == []


def test_every_setting_stands_there() -> None:
    told = rows(README)
    assert {name.upper() for name in Settings.model_fields} == {name for name in told if name.isupper()}
    for name, of in Settings.model_fields.items():
        if isinstance(of.default, bool | str) and of.default != "":
            assert told[name.upper()][0] == f"`{of.default}`", name
        elif isinstance(of.default, int | float):
            assert told[name.upper()][0] == f"`{of.default:g}`", name


def test_every_limit_stands_there() -> None:
    anonymous, partner = DEFAULT_LIMITS[ViewerKind.ANONYMOUS], DEFAULT_LIMITS[ViewerKind.PARTNER]
    assert DEFAULT_LIMITS[ViewerKind.STAFF] == partner
    told = rows(GUIDE)
    for field in dataclasses.fields(anonymous):
        numbers = [f"{getattr(limits, field.name):,}" for limits in (anonymous, partner)]
        assert told[camel(field.name)][:2] == numbers, field.name
    for what, limit in OTHER_LIMITS.items():
        assert told[what][0].split()[0] == f"{limit:,.12g}", what


def test_paths_and_functions_that_are_named_are_there() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for path in re.findall(r"(?<![\w/.])(?:graph|resolvers|models|tests|examples|docs|benchmarks)/[\w./]*\w", text):
            assert (ROOT / path).exists(), f"{document.name}: {path}"
        for path, names in re.findall(r"`([a-z_/]+\.py)`\s+((?:`[A-Za-z_.]+`(?:,\s+)?)+)", text):
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
            for name in re.findall(r"[A-Za-z_]+", names):
                assert name in defined, f"{document.name}: {name} in {path}"
