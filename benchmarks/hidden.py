"""Whether time tells what is hidden from what does not exist: `python -m benchmarks.hidden` (--calls 2000).

A world of the tests is served without HTTP. A partner asks for something of another's and for something that is not there, in random order;
the medians, and by how much they differ, are printed for each way of asking (trust.md, section 2: under 5 %).
"""

import asyncio
from collections.abc import Iterator
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
    return f"{kind}:{UUID(int=random.getrandbits(128), version=4)}" if is_id else f"{like[:-4]}{random.randrange(10_000):04}"


async def timed(graph: Graph, request: Request, viewer: Viewer) -> float:
    """How many microseconds an answer or a refusal took."""
    start = perf_counter()
    with suppress(Refusal):
        await execute(graph, request, viewer)
    return (perf_counter() - start) * 1e6


async def measure(addresses: Addresses, calls: int) -> None:
    """Prints the medians."""
    made, random = world(1), Random(1)
    viewer = made.viewers["PARTNER A"]
    asked = list(ways(made, viewer))
    owner, database = await Database.open(addresses.owner, size=1), await Database.open(addresses.server, size=1)
    await store(owner, made)
    graph = Graph(graphql_schema, TYPES, database, SECRET)
    for name, text, known in asked:
        found: dict[str, list[float]] = {HIDDEN: [], ABSENT: []}
        for number in range(-WARM, calls):
            for which in random.sample((HIDDEN, ABSENT), 2):
                one = random.choice(known)
                took = await timed(graph, Request(text, None, {"it": one if which == HIDDEN else absent(one, random)}), viewer)
                if number >= 0:
                    found[which].append(took)
        one, other = median(found[HIDDEN]), median(found[ABSENT])
        print(f"{name:32} hidden {one:7.0f} us   absent {other:7.0f} us   {100 * (one / other - 1):+.1f} %", flush=True)
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
