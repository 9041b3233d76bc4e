"""Walking a connection page by page, from either end: all rows, each once, in order; also while rows come and go between the pages.

A walk asks the API and the oracle for each page, and fails where they differ; the cursors are the API's.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLEnumType, GraphQLInputObjectType
from sqlalchemy import delete

from models.database import Database
from models.individuals import Individual
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState
from tests.comparison import SCHEMA, Asked, Comparison
from tests.rows import World, store
from tests.values import Drafts, Style, Values
from tests.worlds import grow, world

PAGE = "{ totalCount nodes { id: %s } edges { cursor node { id: %s } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
PLACES = {
    "partner agencies": ("PartnerAgency", "partnerAgencies", "%s"),
    "courses": ("Course", "courses", "%s"),
    "cohorts": ("Cohort", "cohorts", "%s"),
    "statements": ("Statement", "statements", "%s"),
    "cohorts of an agency": ("Cohort", "cohorts", 'partnerAgency(by: {code: "P-A"}) { %s }'),
    "agencies of a state": ("PartnerAgency", "agencies", 'node(id: "MemberState:JM") { ... on MemberState { %s } }'),
    "statements of a department": ("Statement", "statements", 'node(id: "Department:POLICE") { ... on Department { %s } }'),
    "submissions": ("Receipt", "submissions", "%s"),
    "outcomes": ("Outcome", "outcomes", 'submission(by: {submissionKey: "key-1"}) { %s }'),
}
"""A type, the connection to its rows, and where that stands."""

Keys = list[dict[str, str]]
ORDERS: dict[str, tuple[str, Keys]] = {
    "cohorts": ("cohorts", []),
    "cohorts by equal keys": ("cohorts", [{"by": "STATUS"}, {"by": "ENDS_ON", "direction": "DESC"}]),
    "cohorts by missing keys": ("cohorts", [{"by": "CODE", "direction": "DESC", "nulls": "FIRST"}, {"by": "ENDS_ON"}]),
    "cohorts by text": ("cohorts", [{"by": "TITLE", "direction": "DESC"}]),
    "cohorts by who sent them": ("cohorts", [{"by": "SUBMITTED_BY_NAME", "nulls": "FIRST"}, {"by": "VENUE_STATE_NAME"}]),
    "statements": ("statements", []),
    "statements by number": ("statements", [{"by": "COUNT", "direction": "DESC"}]),
    "statements by day": ("statements", [{"by": "STATED_ON"}, {"by": "MEASURE", "direction": "DESC"}]),
    "statements by moment": ("statements", [{"by": "CREATED_AT", "direction": "DESC"}]),
    "statements by cohort": ("statements", [{"by": "COHORT_TITLE", "direction": "DESC"}, {"by": "COHORT_STARTS_ON"}]),
}
BACKWARD = pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])


@dataclass
class Walk:
    """A walk of one viewer over the pages of a connection."""

    comparison: Comparison
    viewer: str
    place: str
    order: Keys
    filter: dict[str, Any] | None = None
    cursors: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The operation."""
        type_, name, around = PLACES[self.place]
        declared = {"first": "Int", "after": "Cursor", "last": "Int", "before": "Cursor"}
        if f"{type_}Order" in SCHEMA.type_map:
            declared |= {"order": f"[{type_}Order!]", "filter": f"{type_}Filter"}
        arguments = ", ".join(f"{argument}: ${argument}" for argument in declared)
        key = "index" if type_ == "Outcome" else "id"
        listed = ", ".join(f"${argument}: {kind}" for argument, kind in declared.items())
        return f"query ({listed}) {{ {around % f'page: {name}({arguments}) {PAGE % (key, key)}'} }}"

    async def page(self, **arguments: Any) -> dict[str, Any]:
        """A page on which the API and the oracle agree, with the oracle's cursors; one place never has two cursors."""
        variables = {"order": self.order, "filter": self.filter, **arguments}
        viewer = self.comparison.oracle.world.viewers[self.viewer]
        answer = await self.comparison.check(Asked(self.text, variables, None, self.cursors), viewer)
        assert {cursor: self.known.setdefault(cursor, given) for cursor, given in self.cursors.items()} == self.cursors
        return page_of(answer.data)

    def asked(self, **arguments: Any) -> dict[str, Any]:
        """A page, by the oracle alone."""
        variables = {"order": self.order, "filter": self.filter, **arguments}
        return page_of(self.comparison.oracle.execute(self.text, self.comparison.oracle.world.viewers[self.viewer], variables))

    def whole(self) -> list[Any]:
        """The ids of all rows."""
        return ids(self.asked(first=10_000))

    async def pages(self, size: int, *, backward: bool = False) -> AsyncIterator[dict[str, Any]]:
        """The pages of that size, in the order in which they are met."""
        page = await self.page(**({"last": size} if backward else {"first": size}))
        yield page
        while page["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
            ends = page["pageInfo"]
            following = {"last": size, "before": ends["startCursor"]} if backward else {"first": size, "after": ends["endCursor"]}
            page = await self.page(**following)
            yield page

    async def edges(self, size: int, *, backward: bool = False) -> list[tuple[Any, str]]:
        """The ids and the API's cursors of all rows, in order, as the pages give them."""
        met = [page["edges"] async for page in self.pages(size, backward=backward)]
        return [(edge["node"]["id"], self.cursors[edge["cursor"]]) for edges in (met[::-1] if backward else met) for edge in edges]


def page_of(found: Any) -> dict[str, Any]:
    """The page in an answer, which may stand inside other objects; an empty one where those are null."""
    while found is not None and "page" not in found:
        found = next(iter(found.values()))
    return dict(found["page"]) if found else {"edges": [], "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}}


def ids(page: dict[str, Any]) -> list[Any]:
    """The ids of a page's rows."""
    return [edge["node"]["id"] for edge in page["edges"]]


def drawn(random: Random, type_: str, values: Values) -> tuple[Keys, dict[str, Any] | None]:
    """A random order and filter of a type's lists."""
    keys, kind = SCHEMA.type_map.get(f"{type_}OrderField"), SCHEMA.type_map.get(f"{type_}Filter")
    if not (isinstance(keys, GraphQLEnumType) and isinstance(kind, GraphQLInputObjectType)):
        return [], None
    ways = [{}, {"direction": "DESC"}, {"nulls": "FIRST"}, {"direction": "DESC", "nulls": "FIRST"}, {"direction": "ASC", "nulls": "LAST"}]
    order = [{"by": random.choice(list(keys.values)), **random.choice(ways)} for _ in range(random.choice((0, 1, 1, 2, 2, 3)))]
    kept = Drafts(random, Style(), SCHEMA, values).plain(kind, (type_, "filter"), 2) if random.random() < 0.4 else None
    return order, kept


@pytest_asyncio.fixture(loop_scope="session")
async def comparison(owner_database: Database, database: Database) -> Comparison:
    made = world(3)
    await store(owner_database, made)
    return Comparison(database, made)


@pytest.mark.asyncio(loop_scope="session")
async def test_pages_from_both_ends_are_the_whole(comparison: Comparison) -> None:
    values = Values(comparison.oracle.world)
    for place, (type_, _, _) in PLACES.items():
        for viewer in comparison.oracle.world.viewers:
            random = Random(place + viewer)
            orders = [keys for among, keys in ORDERS.values() if among == place]
            for order, kept in [*((keys, None) for keys in orders), *(drawn(random, type_, values) for _ in range(2))]:
                walk, told = Walk(comparison, viewer, place, order, kept), f"{place} for {viewer} by {order} with {kept}"
                forward = await walk.edges(random.choice((3, 8, 13)))
                assert [id for id, _ in forward] == walk.whole(), told
                assert forward == await walk.edges(random.choice((5, 11, 100)), backward=True), told
                await windows(walk, random)


async def windows(walk: Walk, random: Random) -> None:
    """Asks for pages between two places, in either order."""
    known = list(walk.cursors)
    for size in ("first", "last", "none") if known else ():
        asked = {} if size == "none" else {size: random.choice((0, 1, 3, 100))}
        await walk.page(after=random.choice(known), before=random.choice(known), **asked)


@pytest.mark.asyncio(loop_scope="session")
@BACKWARD
@pytest.mark.parametrize("name", ["cohorts by equal keys", "cohorts by missing keys", "cohorts by who sent them", "statements by number"])
async def test_rows_that_come_between_pages_move_no_others(
    comparison: Comparison, owner_database: Database, name: str, backward: bool
) -> None:
    walk, seen, seed = Walk(comparison, "STAFF", *ORDERS[name]), list[Any](), 0
    at_first = walk.whole()
    async for page in walk.pages(6, backward=backward):
        seen = ids(page) + seen if backward else seen + ids(page)
        for seed in range(seed + 1, seed + 4):  # noqa: B020 - counts on
            await store(owner_database, grow(comparison.oracle.world, seed))
    assert len(seen) == len(set(seen))
    assert [id for id in seen if id in at_first] == at_first
    assert len(seen) > len(at_first), "some rows came beyond the page"


@pytest.mark.asyncio(loop_scope="session")
@BACKWARD
@pytest.mark.parametrize("name", ["statements by number", "statements by day", "statements by cohort", "statements"])
async def test_the_row_of_a_cursor_may_go(comparison: Comparison, owner_database: Database, name: str, backward: bool) -> None:
    walk, seen = Walk(comparison, "STAFF", *ORDERS[name]), list[Any]()
    at_first = walk.whole()
    async for page in walk.pages(9, backward=backward):
        seen = ids(page) + seen if backward else seen + ids(page)
        await remove(owner_database, comparison.oracle.world, seen[0] if backward else seen[-1])
    assert seen == at_first


async def remove(database: Database, among: World, id: str) -> None:
    """Removes a statement, from the database and from the world."""
    key = id.partition(":")[2]
    parts = (StatementMemberState, StatementDepartment, Decision, Individual)
    async with database.write() as transaction:
        for table, column in (*((part, "statement_id") for part in parts), (Statement, "id")):
            await transaction.fetch(delete(table).where(getattr(table, column) == key))
            rows = among[str(table.__tablename__)]
            rows[:] = [row for row in rows if str(row[column]) != key]
