"""Rows of one of several types: `node`, `nodes` and unions, with fragments of every kind, beside the oracle; and ids that are none."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from models.database import Database
from resolvers.errors import InputError, NotPermitted, Refusal
from tests.comparison import Asked, Comparison
from tests.rows import store
from tests.semantics import LEDGER_READERS, NODES, Item
from tests.values import MISSING
from tests.worlds import world

WORLD = world(2)
NAMES = """{ __typename id
    ... on Cohort { x: title } ... on Course { x: title } ... on PartnerAgency { x: name } ... on MemberState { x: name }
    ... on Department { x: label } ... on Figure { x: label } ... on Statement { x: sourceRef } }"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Comparison]:
    await store(shared_owner_database, WORLD)
    yield Comparison(shared_database, WORLD)


def ids(type_name: str) -> list[str]:
    return [Item(type_name, row).id for row in WORLD[NODES[type_name]]]


async def same(comparison: Comparison, text: str, **variables: Any) -> None:
    for viewer in WORLD.viewers.values():
        await comparison.check(Asked(text, variables, None), viewer)


async def refusal(comparison: Comparison, text: str, viewer: str = "STAFF", **variables: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await comparison.answer(text, WORLD.viewers[viewer], variables)
    return caught.value


async def test_nodes_of_all_types_come_in_the_order_asked(comparison: Comparison) -> None:
    mixed = [each for four in zip(*[ids(name)[:8] * 2 for name in NODES if name != "Participant"], strict=False) for each in four]
    asked = [*mixed[:60], *mixed[:3], f"Cohort:{MISSING}", "MemberState:XX", *ids("Statement")[:30]]
    await same(comparison, f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {NAMES} }}", ids=asked)


async def test_one_statement_serves_other_ids_of_the_same_types(comparison: Comparison) -> None:
    text = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {NAMES} }}"
    cohorts, courses = ids("Cohort"), ids("Course")
    await same(comparison, text, ids=[cohorts[0], courses[0]])
    kept = len(comparison.graph.statements._kept)
    await same(comparison, text, ids=[courses[1], cohorts[1]])
    assert len(comparison.graph.statements._kept) == kept
    await same(comparison, text, ids=["MemberState:JM", cohorts[1]])
    await same(comparison, text, ids=[cohorts[1]])
    await same(comparison, text, ids=[])


async def test_ids_in_literals_and_in_variables(comparison: Comparison) -> None:
    cohort, course = ids("Cohort")[0], ids("Course")[0]
    await same(
        comparison, f'{{ nodes(ids: ["{cohort}", "{course}"]) {NAMES} one: nodes(ids: "{cohort}") {{ id }} none: nodes(ids: []) {{ id }} }}'
    )
    await same(comparison, f'query ($a: ID!, $b: ID = "{course}") {{ nodes(ids: [$a, "{cohort}", $b, $a]) {NAMES} }}', a=course)
    await same(comparison, f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {NAMES} }}", ids=cohort)


@pytest.mark.parametrize(
    "bad", ["", "Cohort", "Cohort:", "Cohort:7", "Nothing:7", "Query:7", "SearchResult:1", "Receipt:7", "😀", "x" * 5000, ":"]
)
async def test_an_id_that_is_none_is_named_by_its_place(comparison: Comparison, bad: str) -> None:
    good = ids("Cohort")[0]
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    found = await refusal(comparison, text, ids=[good, good, bad])
    assert (type(found), found.code, found.path) == (InputError, "BAD_USER_INPUT", ["variables", "ids", 2])
    found = await refusal(comparison, "query ($bad: ID!, $good: ID!) { n: nodes(ids: [$good, $bad]) { id } }", good=good, bad=bad)
    assert (found.code, found.path) == ("BAD_USER_INPUT", ["variables", "bad"])
    found = await refusal(comparison, f'{{ n: nodes(ids: ["{good}", "{bad}"]) {{ id }} }}')
    assert (found.code, found.path) == ("BAD_USER_INPUT", ["n", "ids", 1])
    known = "A Receipt is no Node, and is found by no id here. Read it by the field that gave you this id."
    assert found.message == known if bad == "Receipt:7" else found.message.endswith("Send ids exactly as the API gave them.")


async def test_a_bad_id_is_refused_also_by_a_statement_that_is_kept(comparison: Comparison) -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    await same(comparison, text, ids=ids("Cohort")[:2])
    found = await refusal(comparison, text, ids=[ids("Cohort")[0], "Cohort:7"])
    assert found.path == ["variables", "ids", 1]


async def test_at_most_100_ids(comparison: Comparison) -> None:
    text = "query ($ids: [ID!]!) { a: nodes(ids: $ids) { id } }"
    await same(comparison, text, ids=["MemberState:JM"] * 100)
    found = await refusal(comparison, text, ids=["MemberState:JM"] * 101)
    assert (found.code, found.path, found.extensions["limit"]) == ("BAD_USER_INPUT", ["a", "ids"], 100)
    found = await refusal(comparison, text, ids=None)
    assert found.path == ["variables", "ids"]


async def test_nodes_cost_what_is_asked_for(comparison: Comparison) -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Course { cohorts(first: 100) { nodes { id } } } } }"
    found = await refusal(comparison, text, ids=ids("Course")[:1] * 99)
    assert (found.code, found.extensions["argument"], found.path) == ("COST_LIMIT", "first", ["nodes", "cohorts"])


async def test_a_statement_among_nodes_needs_the_scope(comparison: Comparison) -> None:
    viewer = WORLD.viewers["PARTNER A"]
    without = type(viewer)(viewer.kind, viewer.client_id, viewer.client_name, viewer.agency_id, frozenset({"submit"}))
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    await comparison.answer(text, without, {"ids": ids("Cohort")[:1]})
    with pytest.raises(NotPermitted):
        await comparison.answer(text, without, {"ids": [*ids("Cohort")[:1], *ids("Statement")[:1]]})


ACTORS = """query ($yes: Boolean!, $no: Boolean!) { statements(first: 100) { nodes { enteredBy %s decisions { decidedBy %s } } } }"""


@pytest.mark.parametrize(
    "selection",
    [
        "{ __typename }",
        "{ ... on Staff { name } }",
        "{ ... on Node { id } }",
        "{ t: __typename ... on Node { __typename ... on PartnerAgency { name } } ... on Staff { who: name } }",
        "{ ...P ... @include(if: $no) { __typename } ... on Staff @skip(if: $no) { name name @include(if: $yes) } }",
        "{ ...A @include(if: $yes) ...A @skip(if: $no) }",
        "{ ... on Actor { ... on Actor { ...A } } }",
        "{ ... on Staff { who: name ...A } ... on PartnerAgency { name parent { ...P } ...A } }",
    ],
)
async def test_fragments_on_a_union(comparison: Comparison, selection: str) -> None:
    text = ACTORS % (selection, selection)
    fragments = {"...A": " fragment A on Actor { __typename ...P }", "...P": " fragment P on PartnerAgency { id code }"}
    used = [name for name in fragments if name in text or (name == "...P" and "...A" in text)]
    text += "".join(fragments[name] for name in used)
    if "$yes" in selection or "$no" in selection:
        for yes, no in ((True, False), (False, True)):
            await same(comparison, text, yes=yes, no=no)
    else:
        await same(comparison, text.replace("query ($yes: Boolean!, $no: Boolean!) ", ""))


async def test_names_of_staff_are_for_who_reads_the_ledger(comparison: Comparison) -> None:
    text = "{ statements(first: 100) { nodes { enteredBy { __typename ... on Staff { name } } } } }"
    for name, viewer in WORLD.viewers.items():
        data = await comparison.answer(text, viewer, {})
        names = {
            node["enteredBy"]["name"] for node in data["statements"]["nodes"] if (node["enteredBy"] or {}).get("__typename") == "Staff"
        }
        assert names == {*LEDGER_READERS, "ADMINISTRATOR"} if name in LEDGER_READERS else names <= {None}, name
