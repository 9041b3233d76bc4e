"""What counts as reached: what ran and showed something; and the gate fails where a part of the contract was reached by nothing."""

import json
from typing import Any

import pytest
from graphql import build_schema

from models.viewer import ViewerKind
from tests import footprint
from tests.comparison import SCHEMA, SDL
from tests.gate import ALL, ELSEWHERE, OPERATIONS, PARTICIPATION, Gathered
from tests.interpreter import Interpreter
from tests.reach import REQUIRED, Reach, possibilities, query_side, unreached
from tests.worlds import world

WORLD = world(1)
CURATED = {f"{name}Payload" for name in ("AcceptCohort", "JoinCohorts", "SeparateCohorts", "SetCountPolicy", "SetVisibility")}
RELEASED = {"PublishReleasePayload", "MergedCells", "MergedCell", "WithheldPart", "LeftOutPopulation", "ReleasedChange"}
ADMITTED = {f"{name}Payload" for name in ("CreateClient", "RotateCredential", "RevokeCredential", "CreateAgreement", "EndAgreement")}
NOT_ASKED = {
    "Mutation",
    "SubmitPayload",
    "Problem",
    "DecidePayload",
    "DecisionOutcome",
    "CurationOutcome",
    *CURATED,
    *RELEASED,
    *ADMITTED,
    "EraseParticipantPayload",
}
"""What only mutations answer: test_submissions.py, test_decisions.py, test_curation.py, test_publishing.py, test_client_mutations.py and
test_erasure.py. The rest queries reach.
"""


def reached(text: str, viewer: str = "STAFF", **variables: Any) -> set[tuple[str, str]]:
    answer = Interpreter(SDL, WORLD).ask(text, WORLD.viewers[viewer], variables)
    return footprint.footprint(answer.trace, variables, viewer)


def names(section: str, found: set[tuple[str, str]]) -> set[str]:
    return {name for one, name in found if one == section}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{ departments { code label @skip(if: true) name @include(if: true) } }", {"code", "name"}),
        ("{ departments { ...F @include(if: false) } } fragment F on Department { code }", set()),
        ("{ departments { ...F @skip(if: false) ... { name } } } fragment F on Department { label }", {"label", "name"}),
    ],
)
def test_what_is_left_out_is_not_reached(text: str, fields: set[str]) -> None:
    found = names(footprint.FIELD, reached(text))
    assert {name for name in found if name.startswith("Department.")} == {f"Department.{name}" for name in fields}


def test_what_shows_nothing_is_not_reached() -> None:
    found = reached('{ cohorts(filter: {title: {in: []}}) { nodes { code } totalCount } cohort(by: {code: "none"}) { title } }')
    assert names(footprint.FIELD, found) == {"CohortConnection.totalCount"}
    assert names(footprint.EMPTY, found) == {"Query.cohorts", "CohortConnection.nodes", "Query.cohort"}
    assert "CohortFilter.title" in names(footprint.INPUT, found)


def test_types_behind_interfaces_and_unions() -> None:
    found = reached('{ nodes(ids: ["MemberState:JM", "Department:FIU"]) { id ... on Department { code } } }')
    assert names(footprint.TYPE, found) == {"Query.nodes: MemberState", "Query.nodes: Department"}
    assert names(footprint.FIELD, found) == {"Query.nodes", "Node.id", "MemberState.id", "Department.id", "Department.code"}
    assert names(footprint.FRAGMENT, found) == {"inline, on a type of an interface"}


@pytest.mark.parametrize(
    ("text", "variables", "form"),
    [
        ("{ courses { totalCount } }", {}, "absent"),
        ("{ courses(filter: null) { totalCount } }", {}, "null"),
        ("{ courses(filter: {}) { totalCount } }", {}, "by a literal"),
        ("query ($f: CourseFilter) { courses(filter: $f) { totalCount } }", {}, "by a variable that is absent"),
        ("query ($f: CourseFilter) { courses(filter: $f) { totalCount } }", {"f": None}, "by a variable that is null"),
        ("query ($f: CourseFilter) { courses(filter: $f) { totalCount } }", {"f": {}}, "by a variable"),
        ("query ($f: CourseFilter = {}) { courses(filter: $f) { totalCount } }", {}, "by a variable's default"),
        ("query ($f: CourseFilter = null) { courses(filter: $f) { totalCount } }", {}, "by a variable's default that is null"),
    ],
)
def test_the_form_of_an_argument(text: str, variables: dict[str, Any], form: str) -> None:
    found = reached(text, **variables)
    assert f"Query.courses(filter:) {form}" in names(footprint.FORM, found)
    given = form in {"by a literal", "by a variable", "by a variable's default"}
    assert ("Query.courses(filter:)" in names(footprint.ARGUMENT, found)) is given


def test_filters_count_by_operator_depth_and_what_is_above_them() -> None:
    text = "query ($code: String) { courses(filter: {not: {owner: {code: {eq: $code, isNull: false}}}}) { totalCount } }"
    found = reached(text, code="P-A")
    assert names(footprint.OPERATOR, found) == {"PartnerAgencyFilter.code.eq", "PartnerAgencyFilter.code.isNull"}
    assert names(footprint.DEPTH, found) == {"StringFilter.eq at 3", "StringFilter.isNull at 3"}
    assert names(footprint.UNDER, found) == {"StringFilter.eq under not", "StringFilter.isNull under not"}
    assert names(footprint.OPERATOR, reached(text)) == {"PartnerAgencyFilter.code.isNull"}


def test_an_operator_tells_rows_apart_where_it_held_for_some_and_not_for_others() -> None:
    found = reached('{ partnerAgencies(filter: {code: {eq: "P-A"}}) { totalCount } }')
    assert names(footprint.JUDGED, found) == {f"PartnerAgencyFilter.code.eq {how}" for how in ("held", "did not hold")}


def test_orders_and_pages() -> None:
    found = reached("{ courses(order: [{by: TITLE, direction: DESC}], last: 2) { totalCount } }")
    assert names(footprint.ORDER, found) == {"CourseOrder TITLE DESC LAST"}
    assert names(footprint.PAGE, found) == {"CourseOrder TITLE DESC, last"}
    assert names(footprint.VALUE, found) == {"CourseOrderField.TITLE", "Direction.DESC"}


def full(schema: Any = SCHEMA) -> Gathered:
    """As after a run that compared and reached everything."""
    gathered = Gathered()
    gathered.batches = dict(ALL)
    gathered.reach.counts.update({(section, name): 1 for section, some in possibilities(schema).items() for name in some})
    return gathered


def test_the_gate_passes_where_all_was_reached_and_fails_where_one_part_was_not() -> None:
    assert full().unreached() == []
    for section in REQUIRED:
        gathered, (name, *_) = full(), possibilities(SCHEMA)[section]
        del gathered.reach.counts[section, name]
        assert gathered.unreached() == [f"{section}: {name}"]


def test_a_new_field_is_reached_by_nothing_at_first() -> None:
    grown = build_schema(SDL.replace("type Staff {", "type Staff {\n  novelty(of: Sex): String\n"))
    assert unreached(full().reach, grown) == ["field: Staff.novelty", "argument: Staff.novelty(of:)"]


def test_a_part_of_the_batches_is_not_judged() -> None:
    gathered = full()
    gathered.reach.counts.clear()
    gathered.batches[OPERATIONS] -= 1
    assert gathered.unreached() == []
    gathered.batches |= {OPERATIONS: ALL[OPERATIONS], PARTICIPATION: 0}
    left = gathered.unreached()
    assert "field: Cohort.title" in left
    assert not [name for name in left if "articipation" in name or "Explanation" in name]


def test_what_workers_gathered_adds_up() -> None:
    one, other = full(), full()
    one.add(other.kept())
    assert set(one.reach.counts.values()) == {2}
    assert one.batches == {kind: 2 * count for kind, count in ALL.items()}
    assert Reach.restored(json.loads(json.dumps(one.reach.kept()))).counts == one.reach.counts


def test_what_is_not_asked_for_is_named() -> None:
    outputs = {name for name, kind in SCHEMA.type_map.items() if hasattr(kind, "interfaces") and not name.startswith("__")}
    assert outputs - {kind.name for kind in query_side(SCHEMA)} == NOT_ASKED
    everything = {f"{section}: {name}" for section, some in possibilities(SCHEMA).items() for name in some}
    assert set(ELSEWHERE) <= everything


def test_the_viewers_kind_is_told() -> None:
    assert ("field by viewer", f"Department.code by {ViewerKind.STAFF.value}") in reached("{ departments { code } }", "STAFF")
