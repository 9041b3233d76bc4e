"""What curators do, against PostgreSQL: who may, what becomes of each thing named, what is recorded, and what it does to numbers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
import pytest_asyncio

from graph.schema import graphql_schema
from models.base import new_id
from models.database import Database, Transaction
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.curating.accept import accept_cohort
from resolvers.curating.join import join_cohorts, separate_cohorts
from resolvers.curating.policy import set_count_policy
from resolvers.curating.visibility import set_visibility
from resolvers.errors import InputError, NotPermitted
from resolvers.execute import Graph, Request, execute
from resolvers.mutation import MutationResult
from resolvers.queries import TYPES
from resolvers.submitting import submit as submissions
from tests.parties import Parties, Record, cohort, count, course, decided, fetch, parties, programme, sent, sizes, submitted
from tests.test_submissions import Counting

pytestmark = pytest.mark.asyncio

Curate = Callable[[Transaction, Viewer, Mapping[str, Any]], Awaitable[MutationResult]]
FOUNDATION = (programme("P"), course("C", owner={"sourceRef": "P"}), cohort("H", "C"))
SOMETHING = f"Cohort:{new_id()}"
INPUTS: list[tuple[Curate, dict[str, Any]]] = [
    (accept_cohort, {"cohorts": [SOMETHING]}),
    (join_cohorts, {"canonical": f"Cohort:{new_id()}", "cohorts": [SOMETHING]}),
    (separate_cohorts, {"cohorts": [SOMETHING]}),
    (set_count_policy, {"cohort": SOMETHING, "policy": "COUNTS"}),
    (set_visibility, {"nodes": [SOMETHING], "visibility": "PUBLIC"}),
]
OTHERS = set(ViewerKind) - {ViewerKind.ANONYMOUS, ViewerKind.STAFF, ViewerKind.VERIFIER}
NUMBERS = """query ($at: DateTime) {
    participation(measure: COMPLETED, basis: RECORDS, groupBy: [COHORT], asOf: $at) { asOf total { value } rows { count { value } } } }"""


@pytest_asyncio.fixture(loop_scope="session")
async def party(owner_database: Database) -> Parties:
    return await parties(owner_database)


async def curated(database: Database, viewer: Viewer, curate: Curate, **given: Any) -> dict[str, Any]:
    """The payload of a curator's mutation."""
    async with database.write(viewer) as transaction:
        result = await curate(transaction, viewer, given)
        assert transaction.discarded is not result.committed
    payload: dict[str, Any] = result.binds["payload"]
    return payload


async def stored(database: Database, viewer: Viewer, *records: Record, **more: Any) -> str:
    """Submits the records; the submission's global identifier."""
    answer = await submitted(database, viewer, sent(*records, **more))
    assert answer.committed
    return f"Receipt:{answer.submission['id']}"


async def named(database: Database, table: str, *refs: str) -> list[str]:
    """The global identifiers of rows, by sourceRef."""
    rows = await fetch(database, f"SELECT id, source_ref FROM {table} WHERE source_ref = ANY (:refs)", refs=list(refs))
    found = {row["source_ref"]: row["id"] for row in rows}
    return [f"{table.capitalize()}:{found[ref]}" for ref in refs]


async def row_of(database: Database, table: str, ref: str) -> Mapping[str, Any]:
    return (await fetch(database, f"SELECT * FROM {table} WHERE source_ref = :ref", ref=ref))[0]


async def changes(database: Database, after: int = 0) -> list[Mapping[str, Any]]:
    """The changes after a position."""
    return list(await fetch(database, "SELECT * FROM change WHERE position > :after ORDER BY position", after=after))


async def last_position(database: Database) -> int:
    position: int = (await fetch(database, "SELECT max(position) FROM change"))[0][0]
    return position


async def numbers(database: Database, viewer: Viewer, at: str | None = None) -> tuple[Any, list[int], str]:
    """The total and the rows by cohort that a viewer gets, and the time that they are of."""
    graph = Graph(graphql_schema, TYPES, database, b"a secret for tests" * 2)
    answer = json.loads(await execute(graph, Request(NUMBERS, None, {"at": at}), viewer))["participation"]
    return answer["total"]["value"], sorted(row["count"]["value"] for row in answer["rows"]), answer["asOf"]


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The statuses and codes of the outcomes."""
    assert [outcome["index"] for outcome in payload["outcomes"]] == list(range(len(payload["outcomes"])))
    counted = {name: sum(outcome["status"] == name.upper() for outcome in payload["outcomes"]) for name in COUNTED}
    assert {name: payload[name] for name in COUNTED} == counted
    return [(outcome["status"], [issue["code"] for issue in outcome["issues"]]) for outcome in payload["outcomes"]]


COUNTED = ("changed", "unchanged", "rejected", "not_attempted")
CHANGED, UNCHANGED = ("CHANGED", list[str]()), ("UNCHANGED", list[str]())


@pytest.mark.parametrize(("curate", "given"), INPUTS)
async def test_only_curators_with_the_scope_may(database: Database, party: Parties, curate: Curate, given: dict[str, Any]) -> None:
    await stored(database, party.oas, *FOUNDATION, count("S", "H"))
    (run,) = await named(database, "cohort", "H")
    before = await sizes(database), dict(await row_of(database, "cohort", "H"))
    others = [replace(party.staff, kind=kind) for kind in OTHERS]
    unscoped = [replace(viewer, scopes=viewer.scopes - {"curate"}) for viewer in (party.staff, party.verifier)]
    asked = {name: run if value == SOMETHING else [run] if value == [SOMETHING] else value for name, value in given.items()}
    for viewer in (ANONYMOUS, party.oas, party.unodc, *others, *unscoped):
        async with database.write(viewer) as transaction:
            counting = Counting(transaction)
            with pytest.raises(NotPermitted):
                await curate(counting, viewer, asked)
            assert counting.statements == 0
    assert (await sizes(database), dict(await row_of(database, "cohort", "H"))) == before


@pytest.mark.parametrize("curate", [accept_cohort, join_cohorts, separate_cohorts, set_visibility])
@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ([], []),
        ([SOMETHING] * 501, []),
        ([SOMETHING, "x"], [1]),
        ([SOMETHING, f"Figure:{new_id()}"], [1]),
        ([SOMETHING, SOMETHING], [1]),
        (["Cohort:x"], [0]),
    ],
)
async def test_a_request_of_another_form_is_refused(shared_database: Database, curate: Curate, texts: list[str], place: list[int]) -> None:
    staff = Viewer(kind=ViewerKind.STAFF, client_id=new_id(), agency_id=new_id(), scopes=frozenset({"curate"}))
    name = "nodes" if curate is set_visibility else "cohorts"
    async with shared_database.write(staff) as transaction:
        with pytest.raises(InputError) as refusal:
            await curate(transaction, staff, {name: texts, "visibility": "PUBLIC", "canonical": f"Cohort:{new_id()}"})
    assert (refusal.value.code, refusal.value.path) == ("BAD_USER_INPUT", ["input", name, *place])


async def test_what_is_not_there_is_said(database: Database, party: Parties) -> None:
    missing = [f"{type_}:{new_id()}" for type_ in ("Cohort", "Course", "Statement")]
    assert codes(await curated(database, party.staff, accept_cohort, cohorts=missing[:1])) == [("REJECTED", ["COHORT_NOT_FOUND"])]
    payload = await curated(database, party.staff, set_visibility, nodes=missing, visibility="RESTRICTED")
    assert codes(payload) == [("REJECTED", [f"{type_}_NOT_FOUND"]) for type_ in ("COHORT", "COURSE", "STATEMENT")]
    assert not [issue for outcome in payload["outcomes"] for issue in outcome["issues"] if "submission" in issue["message"]]
    assert [payload["outcomes"][0][f"{type_}_id"] for type_ in ("cohort", "course", "statement")] == [None] * 3
    payload = await curated(database, party.staff, set_count_policy, cohort=missing[0], policy="COUNTS")
    assert codes(payload) == [("REJECTED", ["COHORT_NOT_FOUND"])]


# Acceptance.


@pytest.mark.parametrize("who", ["staff", "verifier"])
async def test_accepting_a_cohort_accepts_what_it_needs(database: Database, party: Parties, who: str) -> None:
    await stored(database, party.oas, *FOUNDATION, programme("unused"), course("D"), count("S", "H"))
    position = await last_position(database)
    payload = await curated(database, getattr(party, who), accept_cohort, cohorts=await named(database, "cohort", "H"))
    assert (codes(payload), payload["accepted"], payload["problems"]) == ([CHANGED], 2, [])
    run = await row_of(database, "cohort", "H")
    assert (run["accepted_by_id"], run["revision"], run["visibility"]) == (getattr(party, who).client_id, 1, "RESTRICTED")
    found = [
        (row["type"], row["op"], orjson.loads(row["key"])["sourceRef"], row["changed_fields"], row["actor"])
        for row in await changes(database, position)
    ]
    assert found == [
        (type_, "UPSERT", ref, ["accepted", "acceptedAt"], "STAFF")
        for type_, ref in (("PARTNER_AGENCY", "P"), ("COURSE", "C"), ("COHORT", "H"))
    ]
    for table, ref in (("partner_agency", "unused"), ("course", "D")):
        assert (await row_of(database, table, ref))["accepted_at"] is None
    assert (await row_of(database, "statement", "S"))["state"] == "PENDING"
    after = await sizes(database)
    again = await curated(database, party.other_staff, accept_cohort, cohorts=await named(database, "cohort", "H"))
    assert (codes(again), again["accepted"]) == ([UNCHANGED], 0)
    assert await sizes(database) == after


async def test_nobody_accepts_what_its_own_client_made(database: Database, party: Parties) -> None:
    await stored(database, party.staff, *FOUNDATION, onBehalfOf={"code": "OAS"})
    await stored(database, party.oas, cohort("I", "C"))
    runs = await named(database, "cohort", "H", "I")
    payload = await curated(database, party.staff, accept_cohort, cohorts=runs)
    assert (codes(payload), payload["accepted"]) == ([("REJECTED", ["NOT_PERMITTED"]), CHANGED], 0)
    assert (await row_of(database, "cohort", "H"))["accepted_at"] is None
    payload = await curated(database, party.verifier, accept_cohort, cohorts=runs)
    assert (codes(payload), payload["accepted"]) == ([CHANGED, UNCHANGED], 2)


async def test_numbers_rest_on_what_is_accepted(database: Database, party: Parties) -> None:
    submission = await stored(database, party.oas, *FOUNDATION, count("S", "H", 7))
    await decided(database, party.staff, statements=await named(database, "statement", "S"))
    total, rows, before = await numbers(database, party.staff)
    assert (total, rows) == (None, [])
    assert (await numbers(database, party.oas))[:2] == (7, [7])
    await curated(database, party.staff, accept_cohort, cohorts=await named(database, "cohort", "H"))
    assert (await numbers(database, party.staff))[:2] == (7, [7])
    assert (await numbers(database, party.staff, before))[:2] == (None, [])
    payload = await decided(database, party.staff, submission={"id": submission})
    assert (payload["unchanged"], payload["accepted"]) == (1, 0)


# Joined cohorts.


async def two_reports(database: Database, party: Parties) -> list[str]:
    """OAS and UNODC each report a run, 420 and 405; both are verified and accepted. The runs."""
    for viewer, ref, number in ((party.oas, "oas", 420), (party.unodc, "unodc", 405)):
        code = viewer.client_name or ""
        records = (course(f"{ref}-C"), cohort(ref, f"{ref}-C", convener=code), count(f"{ref}-S", ref, number))
        submission = await stored(database, viewer, *records)
        await decided(database, party.staff, submission={"id": submission})
    return await named(database, "cohort", "oas", "unodc")


async def test_joined_cohorts_are_counted_once(database: Database, party: Parties) -> None:
    oas, unodc = await two_reports(database, party)
    total, rows, before = await numbers(database, party.staff)
    assert (total, rows) == (825, [405, 420])
    position = await last_position(database)
    payload = await curated(database, party.verifier, join_cohorts, canonical=oas, cohorts=[unodc])
    assert (codes(payload), payload["problems"]) == ([CHANGED], [])
    assert (await row_of(database, "cohort", "unodc"))["same_run_as_id"] == (await row_of(database, "cohort", "oas"))["id"]
    recorded = [(row["type"], orjson.loads(row["key"]), row["changed_fields"], row["actor"]) for row in await changes(database, position)]
    assert recorded == [("COHORT", {"partner": "UNODC", "sourceRef": "unodc"}, ["sameRunAs"], "STAFF")]
    total, rows, joined = await numbers(database, party.staff)
    assert (total, rows) == (420, [420])
    assert (await numbers(database, party.oas))[:2] == (420, [420])
    assert (await numbers(database, party.unodc))[:2] == (405, [405])
    assert (await numbers(database, party.staff, before))[:2] == (825, [405, 420])
    after = await sizes(database)
    assert codes(await curated(database, party.staff, join_cohorts, canonical=oas, cohorts=[unodc])) == [UNCHANGED]
    assert await sizes(database) == after
    assert codes(await curated(database, party.staff, separate_cohorts, cohorts=[unodc, oas])) == [CHANGED, UNCHANGED]
    assert (await numbers(database, party.staff))[:2] == (825, [405, 420])
    assert (await numbers(database, party.staff, joined))[:2] == (420, [420])


async def test_there_are_no_chains(database: Database, party: Parties) -> None:
    await stored(database, party.oas, course("C"), *[cohort(ref, "C") for ref in "abcd"])
    a, b, c, d = await named(database, "cohort", *"abcd")
    payload = await curated(database, party.staff, join_cohorts, canonical=a, cohorts=[b])
    assert ([problem["code"] for problem in payload["problems"]], payload["outcomes"]) == (["COHORT_NOT_ACCEPTED"], [])
    payload = await curated(database, party.staff, join_cohorts, canonical=f"Cohort:{new_id()}", cohorts=[b])
    assert [problem["code"] for problem in payload["problems"]] == ["COHORT_NOT_FOUND"]
    await curated(database, party.staff, accept_cohort, cohorts=[a, c])
    assert codes(await curated(database, party.staff, join_cohorts, canonical=a, cohorts=[b])) == [CHANGED]
    payload = await curated(database, party.staff, join_cohorts, canonical=b, cohorts=[d])
    assert [(problem["code"], problem["params"]) for problem in payload["problems"]] == [("COHORT_IS_JOINED", {"canonical": a})]
    with pytest.raises(InputError) as refusal:
        await curated(database, party.staff, join_cohorts, canonical=a, cohorts=[b, a])
    assert refusal.value.path == ["input", "cohorts", 1]
    before = await sizes(database)
    payload = await curated(database, party.staff, join_cohorts, canonical=c, cohorts=[d, a, f"Cohort:{new_id()}"])
    assert codes(payload) == [("NOT_ATTEMPTED", []), ("REJECTED", ["COHORT_HAS_JOINED"]), ("REJECTED", ["COHORT_NOT_FOUND"])]
    assert payload["outcomes"][1]["issues"][0]["params"] == {"joined": [b]}
    assert await sizes(database) == before
    assert codes(await curated(database, party.staff, join_cohorts, canonical=c, cohorts=[a, d, b])) == [CHANGED] * 3
    canonical = {(await row_of(database, "cohort", ref))["same_run_as_id"] for ref in "abd"}
    assert canonical == {(await row_of(database, "cohort", "c"))["id"]}
    payload = await curated(database, party.staff, set_count_policy, cohort=a, policy="INDIVIDUALS_COMPLETE")
    assert codes(payload) == [("REJECTED", ["COHORT_IS_JOINED"])]


def part(ref: str, run: str, state: str) -> Record:
    """Nine of one state."""
    return count(ref, run, 9, memberStates=[state], partitionKey="k")


TWINS = "query ($id: ID!) { node(id: $id) { ... on Cohort { likelyTwins { score reasons cohort { id } } } } }"


async def twins(database: Database, viewer: Viewer, run: str) -> list[tuple[str, int, list[str]]]:
    """The likely twins of a cohort."""
    graph = Graph(graphql_schema, TYPES, database, b"a secret for tests" * 2)
    answer = json.loads(await execute(graph, Request(TWINS, None, {"id": run}), viewer))
    return [(twin["cohort"]["id"], twin["score"], twin["reasons"]) for twin in answer["node"]["likelyTwins"]]


async def test_what_two_partners_sent_of_one_run_are_likely_twins(database: Database, party: Parties) -> None:
    titles = [course(ref, title=title) for ref, title in (("C", "Port Sécurity"), ("D", "port security"), ("E", "Canines"))]
    jamaica = {"memberStates": ["JM"]}
    await stored(
        database,
        party.oas,
        *titles,
        cohort("a", "C", venueState="JM", location="Kingston"),
        cohort("later", "C", startsOn="2023-03-05"),
        cohort("year", "D", startsOn="2023-12-31", datePrecision="YEAR"),
        cohort("elsewhere", "E", venueState="TT"),
        count("A", "a", 9, **jamaica),
    )
    await stored(
        database,
        party.unodc,
        *titles,
        cohort("b", "D", convener="UNODC", startsOn="2023-03-04", location="KINGSTON"),
        cohort("other", "E", convener="UNODC", venueState="JM"),
        count("B", "b", 9, **jamaica),
    )
    a, b, year, other = await named(database, "cohort", "a", "b", "year", "other")
    found = [
        (b, 9, ["COURSE", "DATES", "PLACE", "STATES", "SENDER"]),
        (year, 5, ["COURSE", "DATES"]),
        (other, 5, ["DATES", "PLACE", "SENDER"]),
    ]
    assert await twins(database, party.staff, a) == found
    assert await twins(database, party.oas, a) == [found[1]]
    await curated(database, party.staff, accept_cohort, cohorts=[a, b])
    assert await twins(database, party.oas, a) == [(b, 8, ["COURSE", "DATES", "PLACE", "SENDER"]), found[1]]
    await curated(database, party.staff, join_cohorts, canonical=b, cohorts=[a])
    assert await twins(database, party.staff, a) == found[1:]


KEYED: dict[str, Any] = {"partitionKey": "k"}
MOVES: list[tuple[list[Record], list[str]]] = [
    ([count("one", "a", 9), count("two", "b", 9)], []),
    ([count("one", "a", 9), count("two", "b", 9, memberStates=["JM"])], []),
    ([count("one", "a", 8), count("two", "b", 9, memberStates=["JM"])], ["SLICES_EXCEED_TOTAL"]),
    ([count("one", "a", 9, sex="MALE"), count("two", "b", 8)], ["SLICES_EXCEED_TOTAL"]),
    ([count("one", "a", 9, memberStates=["JM"]), count("two", "b", 9, memberStates=["TT"])], ["PARTITION_KEY_REQUIRED"]),
    ([count("one", "a", 9, memberStates=["JM"]), part("two", "b", "TT")], ["PARTITION_KEY_REQUIRED"]),
    ([part("one", "a", "JM"), count("two", "b", 9, memberStates=["TT"])], ["PARTITION_KEY_REQUIRED"]),
    ([count("one", "a", 9, **KEYED), count("two", "b", 9, **KEYED)], []),
    ([count("one", "a", 9, **KEYED), count("two", "b", 9, unit="PEOPLE", **KEYED)], ["UNIT_MIXED"]),
    ([count("one", "a", 9, **KEYED), count("two", "b", 9, unit="PEOPLE", measure="ATTENDED", **KEYED)], []),
    (
        [part("one", "a", "JM"), count("w", "a", 9), count("two", "b", 1, memberStates=["TT"], **KEYED)],
        ["SLICES_EXCEED_TOTAL"],
    ),
    ([count("one", "a", 9, memberStates=["JM"]), part("two", "a", "TT"), count("w", "b", 18)], []),
]


@pytest.mark.parametrize(("said", "refused"), MOVES)
async def test_counts_are_consistent_after_a_join(database: Database, party: Parties, said: list[Record], refused: list[str]) -> None:
    """Whichever of the two moves; another partner's counts are no part of it."""
    runs = [cohort(ref, "C", convener="OAS") for ref in "abc"]
    await stored(database, party.oas, course("C"), *runs)
    for record in said:
        assert (await submitted(database, party.oas, sent(record))).statuses == ["CREATED"]
    a, b, c = await named(database, "cohort", *"abc")
    await curated(database, party.staff, accept_cohort, cohorts=[a, b, c])
    await stored(database, party.unodc, count("other", {"id": a}, 1), count("another", {"id": b}, 5))
    before = await sizes(database)
    for canonical, cohorts in ((a, [b]), (b, [a]), (c, [a, b]), (c, [b, a])):
        payload = await curated(database, party.staff, join_cohorts, canonical=canonical, cohorts=cohorts)
        if refused:
            found = [code for _, issues in codes(payload) for code in issues]
            assert set(found) == set(refused)
            assert await sizes(database) == before
            assert payload["changed"] == 0
        else:
            assert codes(payload) == [CHANGED] * len(cohorts)
            assert codes(await curated(database, party.staff, separate_cohorts, cohorts=cohorts)) == [CHANGED] * len(cohorts)


async def test_what_a_total_needs_is_not_taken_away(database: Database, party: Parties) -> None:
    runs = [cohort(ref, "C") for ref in "ab"]
    await stored(database, party.oas, course("C"), *runs, count("t1", "a", 6, partitionKey="t"), count("t2", "b", 6, partitionKey="t"))
    a, b = await named(database, "cohort", *"ab")
    await curated(database, party.staff, accept_cohort, cohorts=[a, b])
    assert codes(await curated(database, party.staff, join_cohorts, canonical=a, cohorts=[b])) == [CHANGED]
    await stored(database, party.oas, count("men", "a", 12, sex="MALE"))
    payload = await curated(database, party.staff, separate_cohorts, cohorts=[b])
    assert codes(payload) == [("REJECTED", ["SLICES_EXCEED_TOTAL"])]
    assert payload["outcomes"][0]["issues"][0]["params"] == {"slices": "men", "sum": 12, "total": "partitionKey t", "exactly": 6}


# Visibility and count policy.


async def test_only_what_is_accepted_and_verified_is_made_public(database: Database, party: Parties) -> None:
    await stored(
        database, party.oas, *FOUNDATION, count("S", "H", 7), count("T", "H", 4, measure="ATTENDED"), count("Z", "H", 0, measure="ENROLLED")
    )
    (run,), (lesson,) = await named(database, "cohort", "H"), await named(database, "course", "C")
    said = await named(database, "statement", "S", "T", "Z")
    before = await sizes(database)
    payload = await curated(database, party.staff, set_visibility, nodes=[run, lesson, *said], visibility="PUBLIC")
    assert codes(payload) == [("REJECTED", ["VISIBILITY_NOT_ALLOWED"])] * 5
    assert await sizes(database) == before
    await decided(database, party.staff, statements=said)
    payload = await curated(database, party.staff, set_visibility, nodes=said, visibility="PUBLIC")
    reasons = [outcome["issues"][0]["params"]["reason"] for outcome in payload["outcomes"]]
    assert reasons == ["its cohort is not accepted", "it counts fewer than 5", "its cohort is not accepted"]
    await curated(database, party.staff, accept_cohort, cohorts=[run])
    assert (await numbers(database, ANONYMOUS))[0] is None
    position = await last_position(database)
    payload = await curated(database, party.verifier, set_visibility, nodes=[said[0], run, said[1], lesson, said[2]], visibility="PUBLIC")
    assert codes(payload) == [CHANGED, CHANGED, ("REJECTED", ["VISIBILITY_NOT_ALLOWED"]), CHANGED, CHANGED]
    recorded = [(row["type"], row["changed_fields"], row["revision"]) for row in await changes(database, position)]
    assert recorded == [(type_, ["visibility"], 1) for type_ in ("STATEMENT", "COHORT", "COURSE", "STATEMENT")]
    total, rows, at = await numbers(database, ANONYMOUS)
    assert (total, rows) == (7, [7])
    payload = await curated(database, party.staff, set_visibility, nodes=[run, said[0]], visibility="RESTRICTED")
    assert codes(payload) == [CHANGED, CHANGED]
    assert (await numbers(database, ANONYMOUS))[0] is None
    assert (await numbers(database, ANONYMOUS, at))[0] is None
    assert (await numbers(database, party.staff, at))[0] == 7
    payload = await curated(database, party.staff, set_visibility, nodes=[run], visibility="RESTRICTED")
    assert codes(payload) == [UNCHANGED]


async def test_the_count_policy_is_set_once(database: Database, party: Parties) -> None:
    await stored(database, party.oas, *FOUNDATION)
    (run,) = await named(database, "cohort", "H")
    position = await last_position(database)
    payload = await curated(database, party.staff, set_count_policy, cohort=run, policy="INDIVIDUALS_COMPLETE")
    assert codes(payload) == [CHANGED]
    payload = await curated(database, party.staff, set_count_policy, cohort=run, policy="INDIVIDUALS_COMPLETE")
    assert codes(payload) == [UNCHANGED]
    assert [(row["type"], row["changed_fields"]) for row in await changes(database, position)] == [("COHORT", ["countPolicy"])]
    assert (await row_of(database, "cohort", "H"))["count_policy"] == "INDIVIDUALS_COMPLETE"
    history = await fetch(database, "SELECT count_policy FROM cohort_history WHERE source_ref = 'H' ORDER BY row_start")
    assert [row["count_policy"] for row in history] == ["COUNTS", "INDIVIDUALS_COMPLETE"]


# Turns, and the number of statements.


@pytest.mark.parametrize(("curate", "given"), INPUTS)
async def test_a_curator_waits_for_its_turn(
    database: Database, party: Parties, monkeypatch: pytest.MonkeyPatch, curate: Curate, given: dict[str, Any]
) -> None:
    monkeypatch.setattr(submissions, "WAIT_SECONDS", 0.05)
    await stored(database, party.oas, *FOUNDATION)
    (run,) = await named(database, "cohort", "H")
    asked = {name: run if value == SOMETHING else [run] if value == [SOMETHING] else value for name, value in given.items()}
    assert party.oas.agency_id
    before = await sizes(database)
    async with database.write(party.staff) as running:
        assert await submissions.take_turn(running, [party.oas.agency_id])
        payload = await curated(database, party.staff, curate, **asked)
        assert [problem["code"] for problem in payload["problems"]] == ["SUBMISSION_IN_PROGRESS"]
        assert payload["outcomes"] == []
    assert await sizes(database) == before


async def test_the_number_of_statements_is_fixed(database: Database, party: Parties) -> None:
    found: list[tuple[int, ...]] = []
    for number in (1, 40, 200):
        runs = [cohort(f"{number}-{n}", f"C{number}") for n in range(number)]
        said = [count(f"{number}-{n}", f"{number}-{n}", 9) for n in range(number)]
        await stored(database, party.oas, course(f"C{number}"), *runs, *said)
        refs = [record["sourceRef"] for record in runs]
        cohorts, statements = await named(database, "cohort", *refs), await named(database, "statement", *refs)
        await decided(database, party.staff, statements=statements)
        async with database.write(party.staff) as transaction:
            counting = Counting(transaction)
            assert (await accept_cohort(counting, party.staff, {"cohorts": cohorts})).binds["payload"]["changed"] == number
        (main,) = await main_run(database, party, str(number))
        async with database.write(party.staff) as transaction:
            joining = Counting(transaction)
            given = {"canonical": main, "cohorts": cohorts}
            assert (await join_cohorts(joining, party.staff, given)).binds["payload"]["changed"] == number
        async with database.write(party.staff) as transaction:
            other = Counting(transaction)
            given = {"nodes": [*cohorts, *statements], "visibility": "PUBLIC"}
            assert (await set_visibility(other, party.staff, given)).binds["payload"]["changed"] == 2 * number
        found.append((counting.statements, joining.statements, other.statements))
    assert len(set(found)) == 1
    assert max(found[0]) <= 16


async def main_run(database: Database, party: Parties, ref: str) -> list[str]:
    """An accepted cohort of UNODC."""
    await stored(database, party.unodc, course(f"main-{ref}"), cohort(f"main-{ref}", f"main-{ref}", convener="UNODC"))
    runs = await named(database, "cohort", f"main-{ref}")
    await curated(database, party.staff, accept_cohort, cohorts=runs)
    return runs
