"""Whether time tells what is hidden from what does not exist: `python -m benchmarks.hidden` (--calls 2000).

A world of the tests is served without HTTP. A partner asks for something of another's and for something that is not there, in random order;
the medians, and by how much they differ, are printed for each way of asking (trust.md, section 2: under 5 %). Then the kinds of viewer that
see the fewest statements ask about an agency and a cohort of which 3,000 are hidden from them, and about others of which there are none.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from random import Random
from statistics import median
from time import perf_counter
from uuid import UUID

import click

from graph.schema import graphql_schema
from models import throwaway
from models.database import Database
from models.provision import Addresses
from models.viewer import Viewer
from resolvers.errors import Refusal
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.hidden import key, seen
from tests.rows import Row, World, store
from tests.worlds import world

SECRET = b"benchmark-secret-that-seals-cursors"
HIDDEN, ABSENT = "hidden", "absent"
WARM = 200
NODE = "query ($it: ID!) { node(id: $it) { __typename id } }"
SUBMISSION = "query ($it: ID!) { submission(by: {id: $it}) { id } }"
KEY = "query ($it: String!) { submission(by: {submissionKey: $it}) { id } }"
FILTER = "query ($it: ID!) { statements(filter: {cohort: {id: {eq: $it}}}) { totalCount nodes { id } } }"
DECIDE = "mutation ($it: ID!) { decide(input: {statements: [$it], verdict: VERIFY}) { decided } }"
CROWD, OTHERS, OF_EACH = 3_000, 8, 1_000
CROWDED, EMPTY = "CROWDED", "EMPTY"
LOOKERS = ("ANONYMOUS", "ADMINISTRATOR", "FOCAL POINT JM", "PARTNER A")
CROWDS = {
    "an agency's": "query ($it: String!) { partnerAgency(by: {code: $it}) { statements(first: 10) { totalCount nodes { id } } } }",
    "agencies with": "query ($it: String!) { partnerAgencies(filter: {code: {eq: $it}, statements: {some: {}}}) { totalCount } }",
    "a cohort's": "query ($it: String!) { cohort(by: {code: $it}) { statements(first: 10) { totalCount nodes { id } } } }",
    "cohorts with": "query ($it: String!) { cohorts(filter: {code: {eq: $it}, statements: {some: {}}}) { totalCount } }",
    "those of an agency": "query ($it: String!) { statements(first: 10, filter: {partner: {code: {eq: $it}}}) { totalCount } }",
    "those of a cohort": "query ($it: String!) { statements(first: 10, filter: {cohort: {code: {eq: $it}}}) { totalCount } }",
    "an agency's of a state": """query ($it: String!) {
      partnerAgency(by: {code: $it}) { statements(first: 10, filter: {memberStates: {some: {code: {eq: "JM"}}}}) { totalCount } }
    }""",
}


def hidden(made: World, viewer: Viewer, table: str) -> list[Row]:
    """The rows of a table that a viewer does not see."""
    visible = seen(made, viewer)[table, None]
    return [row for row in made[table] if key(table, row) not in visible]


def ways(made: World, viewer: Viewer) -> Iterator[tuple[str, str, list[str]]]:
    """What is asked, in words and as a document, with what is hidden from the viewer."""
    ids = {
        name: [f"{name}:{row['id']}" for row in hidden(made, viewer, table)]
        for name, table in (("Statement", "statement"), ("Cohort", "cohort"), ("Receipt", "submission"))
    }
    yield "node, a statement", NODE, ids["Statement"]
    yield "node, a cohort", NODE, ids["Cohort"]
    yield "submission by id", SUBMISSION, ids["Receipt"]
    own = {row["submission_key"] for row in made["submission"] if row["partner_id"] == viewer.agency_id}
    keys = [f"{row['submission_key']}-of-another" for row in hidden(made, viewer, "submission")]
    for row, name in zip(hidden(made, viewer, "submission"), keys, strict=True):
        row["submission_key"] = name
    yield "submission by key", KEY, [name for name in keys if name not in own]
    yield "statements, by a hidden cohort", FILTER, ids["Cohort"]
    yield "decide on a statement", DECIDE, ids["Statement"]


def absent(like: str, random: Random) -> str:
    """What does not exist, and looks like something that does."""
    kind, is_id, _ = like.partition(":")
    return f"{kind}:{new(random)}" if is_id else f"{like[:-4]}{random.randrange(10_000):04}"


def crowd(made: World, random: Random) -> None:
    """Adds agencies and PUBLIC cohorts: one with `CROWD` statements that are shown to IMPACS alone, one with none, and others with some."""
    agency, cohort = made.of("partner_agency", "code", "P-A")[0], made["cohort"][0]
    like = next(row for row in made["statement"] if row["kind"] == "COUNT")
    for code in (CROWDED, EMPTY, *(f"OTHER-{number}" for number in range(OTHERS))):
        sender = {**agency, "id": new(random), "code": code, "accepted_at": agency["created_at"], "parent_id": None}
        course = {**cohort, "id": new(random), "code": code, "accepted_at": cohort["created_at"], "visibility": "PUBLIC"}
        made["partner_agency"].append(sender)
        made["agency_ancestor"].append({"agency_id": sender["id"], "ancestor_id": sender["id"]})
        made["cohort"].append({**course, "submitted_by_id": sender["id"], "source_ref": code})
        for number in range({CROWDED: CROWD, EMPTY: 0}.get(code, OF_EACH)):
            shown = code != CROWDED and random.random() < 0.2
            state = "JM" if shown else "BB"
            one = {"id": new(random), "partner_id": sender["id"], "cohort_id": course["id"], "source_ref": f"{code}-{number}"}
            told = {"visibility": "PUBLIC" if shown else "RESTRICTED", "state": "VERIFIED", "only_member_state_code": state}
            made["statement"].append({**like, **one, **told, "submission_id": None})
            made["statement_member_state"].append({"statement_id": one["id"], "member_state_code": state})


def new(random: Random) -> UUID:
    """A new id."""
    return UUID(int=random.getrandbits(128), version=4)


async def timed(graph: Graph, request: Request, viewer: Viewer) -> float:
    """How many microseconds an answer or a refusal took."""
    start = perf_counter()
    with suppress(Refusal):
        await execute(graph, request, viewer)
    return (perf_counter() - start) * 1e6


def known_or_not(known: Sequence[str], random: Random) -> dict[str, Callable[[], str]]:
    """One of what is hidden, and something like it that is not there."""
    return {HIDDEN: lambda: random.choice(known), ABSENT: lambda: absent(random.choice(known), random)}


async def compare(graph: Graph, text: str, viewer: Viewer, calls: int, ask: Mapping[str, Callable[[], str]], random: Random) -> str:
    """The medians of two ways to ask, in words: the first is told in percent of the second."""
    found: dict[str, list[float]] = {which: [] for which in ask}
    for number in range(-WARM, calls):
        for which in random.sample(list(ask), 2):
            took = await timed(graph, Request(text, None, {"it": ask[which]()}), viewer)
            if number >= 0:
                found[which].append(took)
    one, other = (median(times) for times in found.values())
    told = "   ".join(f"{which} {median(times):7.0f} us" for which, times in found.items())
    return f"{told}   {100 * (one / other - 1):+.1f} %"


async def measure(addresses: Addresses, calls: int) -> None:
    """Prints the medians."""
    made, random = world(1), Random(1)
    viewer = made.viewers["PARTNER A"]
    asked = list(ways(made, viewer))
    crowd(made, Random(2))
    owner, database = await Database.open(addresses.owner, size=1), await Database.open(addresses.server, size=1)
    await store(owner, made)
    await owner.read("ANALYZE", ())
    graph = Graph(graphql_schema, TYPES, database, SECRET)
    for name, text, known in asked:
        print(f"{name:32}", await compare(graph, text, viewer, calls, known_or_not(known, random), random), flush=True)
    for looker in LOOKERS:
        for name, text in CROWDS.items():
            ask = {CROWDED: lambda: CROWDED, EMPTY: lambda: EMPTY}
            print(f"{looker:15} {name:32}", await compare(graph, text, made.viewers[looker], calls, ask, random), flush=True)
    await database.close()
    await owner.close()


@click.command()
@click.option("--calls", default=2000, show_default=True, help="of each kind")
def main(calls: int) -> None:
    """Measures whether time tells what is hidden from what does not exist."""
    with throwaway.database() as addresses:
        asyncio.run(measure(addresses, calls))


if __name__ == "__main__":
    main()
