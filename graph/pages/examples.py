"""The operations of docs/examples/: the README prints them, GraphiQL opens with them, and the tests run them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"
TASKS = ("published_page", "trained_where", "waiting_for_verification", "my_submissions", "cohorts_of_an_agency")
"""One file for each task, in the order in which they are shown. Variables lie beside a document, in a file of its name."""


@dataclass(frozen=True, slots=True)
class Example:
    """An operation to begin with: its title is the first line of its document, a comment."""

    name: str
    title: str
    query: str
    variables: str | None


def examples() -> list[Example]:
    """All examples, in order."""
    return [_read(name) for name in TASKS]


def as_json() -> bytes:
    """All examples, as GraphiQL reads them."""
    return json.dumps([asdict(example) for example in examples()], ensure_ascii=False).encode()


def _read(name: str) -> Example:
    query = (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    variables = FOLDER / f"{name}.json"
    title = query.partition("\n")[0].removeprefix("#").strip().rstrip(".")
    return Example(name, title, query, variables.read_text(encoding="utf-8") if variables.exists() else None)
