"""The architecture as assertions: rules of the house that no type checker sees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import False_
from sqlmodel import SQLModel

from models import policies, tables
from models.changes import Change
from models.history import HISTORIES
from models.policies import Door
from models.viewer import ViewerKind

PROJECT = Path(__file__).parent.parent
FLOORS = ("graph", "resolvers", "models")
MODULES = sorted(path for floor in FLOORS for path in (PROJECT / floor).rglob("*.py"))
UNREADABLE = {"change", "release_cell", "released_cohort", "session", "sign_in"}
STATUSES = {400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 503}
WRITES_JSON = {"row_to_json", "json_agg", "jsonb_agg", "json_build_object", "jsonb_build_object", "json_build_array", "to_json", "to_jsonb"}


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def attributes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr


def outside(*allowed: str) -> list[Path]:
    return [path for path in MODULES if name_of(path) not in allowed and "migrations" not in path.parts]


def test_every_module_says_what_it_is() -> None:
    assert [name_of(path) for path in MODULES if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_every_table_has_a_policy_or_is_never_read() -> None:
    assert tables.__all__
    with_policy = {table.__table__.name for table in policies.POLICIES}
    assert with_policy | UNREADABLE | histories() == set(SQLModel.metadata.tables)
    assert with_policy & UNREADABLE == set()


def histories() -> set[str]:
    """The tables of versions: their rows are read under the policy of the table whose history they are."""
    assert set(HISTORIES) <= set(policies.POLICIES)
    return {kept.versions.name for kept in HISTORIES.values()}


@pytest.mark.parametrize("kind", ViewerKind)
def test_a_table_without_a_policy_yields_no_rows(kind: ViewerKind) -> None:
    assert isinstance(Door(kind).visible(Change)[1], False_)


def test_a_table_that_is_no_part_is_not_reached_as_one() -> None:
    with pytest.raises(LookupError):
        Door(ViewerKind.STAFF).part(Change)


def test_only_settings_read_the_environment() -> None:
    readers = [name_of(path) for path in outside("graph/settings.py") if {"environ", "getenv"} & set(attributes(path))]
    assert readers == []


def test_only_the_database_commits() -> None:
    assert [name_of(path) for path in outside("models/database.py") if {"commit", "rollback"} & set(attributes(path))] == []


def test_only_the_statement_writes_json() -> None:
    exceptions = ("resolvers/counting/rows.py", "resolvers/counting/labels.py")  # their docstrings say why
    assert [name_of(path) for path in outside("resolvers/compiler/statement.py", *exceptions) if WRITES_JSON & set(attributes(path))] == []


def test_the_floors_below_know_no_status_codes() -> None:
    for path in outside():
        if path.parts[len(PROJECT.parts)] != "graph":
            constants = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
            assert [value for value in constants if type(value) is int and value in STATUSES] == [], name_of(path)
