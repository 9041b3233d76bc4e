"""What a release may change: each breaking change is found and named, and refused until CHANGELOG.md names it too."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from graphql import build_schema, parse, validate
from graphql.utilities import BreakingChangeType

from graph import contract
from graph.cli import main
from graph.contract import ContractError, Release, changes, checked, last_release, publish
from graph.schema import graphql_schema, print_sdl
from tests.processes import ROOT

OLD = """
directive @of(it: Int, its: Int) repeatable on FIELD | QUERY
directive @gone on FIELD
interface Named { name: String }
type State implements Named { name: String, code: String!, cohorts(first: Int! = 25, after: String): [String!]! }
type Agency { name: String, when: Float }
union Actor = State | Agency
enum Mode { ONLINE IN_PERSON }
enum Unit { HOURS }
input By { id: ID, code: String }
input Count { count: Int, unit: String }
input Dropped { id: ID }
type Query { state(by: By, dropped: Dropped): State, actor: Actor, mode(count: Count, unit: Unit): Mode }
"""

BREAKING = [
    ("input Dropped { id: ID }", "scalar Dropped", "TYPE_CHANGED_KIND", "Dropped"),
    ("type Agency { name: String, when: Float }", "type Agency { name: String }", "TYPE_REMOVED FIELD_REMOVED", "Float Agency.when"),
    ("union Actor = State | Agency", "union Actor = State", "TYPE_REMOVED_FROM_UNION", "Actor"),
    ("ONLINE IN_PERSON", "ONLINE", "VALUE_REMOVED_FROM_ENUM", "Mode.IN_PERSON"),
    ("unit: String }", "unit: String, measure: String! }", "REQUIRED_INPUT_FIELD_ADDED", "Count.measure"),
    ("type State implements Named", "type State", "IMPLEMENTED_INTERFACE_REMOVED", "State"),
    ("code: String!,", "", "FIELD_REMOVED", "State.code"),
    ("unit: String }", "}", "FIELD_REMOVED", "Count.unit"),
    ("code: String!,", "code: String,", "FIELD_CHANGED_KIND", "State.code"),
    ("count: Int,", "count: Int!,", "FIELD_CHANGED_KIND", "Count.count"),
    ("after: String)", "after: String, last: Int!)", "REQUIRED_ARG_ADDED", "State.cohorts(last:)"),
    (", after: String)", ")", "ARG_REMOVED", "State.cohorts(after:)"),
    ("after: String)", "after: String!)", "ARG_CHANGED_KIND", "State.cohorts(after:)"),
    ("directive @gone on FIELD", "", "DIRECTIVE_REMOVED", "@gone"),
    ("it: Int,", "", "DIRECTIVE_ARG_REMOVED", "@of(it:)"),
    ("it: Int,", "it: Int, now: Int!,", "REQUIRED_DIRECTIVE_ARG_ADDED", "@of(now:)"),
    (" repeatable", "", "DIRECTIVE_REPEATABLE_REMOVED", "@of"),
    ("FIELD | QUERY", "FIELD", "DIRECTIVE_LOCATION_REMOVED", "@of"),
    ("input By {", "input By @oneOf {", "ONE_OF", "By"),
]

NOTICED = [
    ("first: Int! = 25", "first: Int", "State.cohorts(first:)"),
    ("ONLINE IN_PERSON", "ONLINE IN_PERSON BLENDED", "Mode.BLENDED"),
    ("type Agency {", "type Agency implements Named {", "Agency"),
    ("union Actor = State | Agency", "type Staff { name: String } union Actor = State | Agency | Staff", "Actor"),
    ("count: Int,", "count: Int = 1, ", None),
    ("enum Unit { HOURS }", "enum Unit { HOURS DAYS }", None),
    ("after: String)", "after: String, last: Int)", None),
    ("unit: String }", "unit: String, measure: String }", None),
    ("code: String!,", "code: String!, iso3: String!,", None),
    ("name: String, code", "name: String!, code", None),
]

CHANGELOG = "# Changelog\n\n## Unreleased\n\n- {}\n\n## 0.1.0\n\nThe first: `State.code`.\n"


def changed(old: str, new: str) -> str:
    assert old in OLD or old == new
    return OLD.replace(old, new)


def test_every_kind_of_breaking_change_is_tried() -> None:
    assert {kind for _, _, kinds, _ in BREAKING for kind in kinds.split()} - {"ONE_OF"} == {kind.name for kind in BreakingChangeType}


@pytest.mark.parametrize(("old", "new", "kinds", "coordinates"), BREAKING)
def test_breaking_changes_are_refused_until_the_changelog_names_them(old: str, new: str, kinds: str, coordinates: str) -> None:
    sdl, released = changed(old, new), Release("0.1.0", OLD)
    found = [change for change in changes(build_schema(OLD), build_schema(sdl)) if change.is_breaking]
    assert [change.coordinate for change in found] == coordinates.split()
    assert len(kinds.split()) == len(found)
    with pytest.raises(ContractError, match=r"breaking changes since 0\.1\.0"):
        checked(sdl, CHANGELOG.format("Better."), released)
    assert checked(sdl, CHANGELOG.format(" ".join(f"`{place}` is another thing." for place in coordinates.split())), released) == found


@pytest.mark.parametrize(("old", "new", "coordinate"), NOTICED)
def test_other_changes_need_no_word_but_are_told_where_clients_notice_them(old: str, new: str, coordinate: str | None) -> None:
    found = checked(changed(old, new), CHANGELOG.format("Better."), Release("0.1.0", OLD))
    assert [(change.coordinate, change.is_breaking) for change in found] == ([(coordinate, False)] if coordinate else [])


def test_what_an_earlier_release_said_does_not_count() -> None:
    with pytest.raises(ContractError, match=r"`State\.code`"):
        checked(changed("code: String!,", ""), CHANGELOG.format("`State.codes` and `Astate.code` are gone."), Release("0.1.0", OLD))


def test_a_changelog_without_the_release() -> None:
    with pytest.raises(ContractError, match=r"no section 0\.2\.0"):
        checked(OLD, CHANGELOG, Release("0.2.0", OLD))


def test_the_newest_release_is_the_last(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0", "0.1.0"):
        (tmp_path / f"{version}.graphql").write_text(version)
    assert last_release(tmp_path) == Release("0.10.0", "0.10.0")


def test_a_release_is_kept_once_it_is_told_of_and_never_changed(tmp_path: Path) -> None:
    (tmp_path / "0.1.0.graphql").write_text(OLD)
    sdl, told = changed("code: String!,", ""), CHANGELOG.format("`State.code` is gone.").replace("Unreleased", "0.2.0")
    with pytest.raises(ContractError, match=r"no section 0\.2\.0"):
        publish(sdl, CHANGELOG, "0.2.0", tmp_path)
    with pytest.raises(ContractError, match="does not name"):
        publish(sdl, told.replace("State.code` is gone", "Mode`"), "0.2.0", tmp_path)
    assert publish(sdl, told, "0.2.0", tmp_path).read_text() == sdl
    assert last_release(tmp_path) == Release("0.2.0", sdl)
    assert publish(sdl, told, "0.2.0", tmp_path).read_text() == sdl
    with pytest.raises(ContractError, match="raise the version"):
        publish(OLD, told, "0.2.0", tmp_path)


def test_what_generated_clients_ask_is_valid() -> None:
    operations = parse("\n".join(file.read_text() for file in sorted((ROOT / "examples" / "clients" / "operations").glob("*.graphql"))))
    assert operations.definitions
    assert validate(graphql_schema, operations) == []


def test_generated_clients_say_that_they_need_node() -> None:
    run = subprocess.run([sys.executable, ROOT / "run", "test-clients"], env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert run.stderr.startswith("Error: test-clients needs Node 20 or newer with npm, and found no Node")


def test_the_command_of_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(main, ["schema", "--check"])
    assert (told.exit_code, told.stdout.startswith(f"changes since {last_release().version}")) == (0, True)
    monkeypatch.setattr(contract, "last_release", lambda: Release(last_release().version, f"{print_sdl()}\nscalar Gone\n"))
    refused = CliRunner().invoke(main, ["schema", "--check"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "`Gone`: Gone was removed." in refused.stderr
    monkeypatch.setattr(contract, "printed", lambda: "")
    assert "./run schema > schema.graphql" in CliRunner().invoke(main, ["schema", "--check"]).stderr
