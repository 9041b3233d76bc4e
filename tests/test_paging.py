"""Walking a connection page by page: all rows, each once, in order; also while rows come and go between the pages."""

from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio
from sqlalchemy import delete

from models.database import Database
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState
from tests.comparison import Asked, Comparison
from tests.rows import World, store
from tests.worlds import grow, world

COHORT = "$order: [CohortOrder!], $filter: CohortFilter"
STATEMENT = "$order: [StatementOrder!], $filter: StatementFilter"
ASKED = "(first: $first, after: $after, order: $order, filter: $filter)"
PAGE = "{ totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"

WALKS = {
    "cohorts": ("cohorts", COHORT, []),
    "cohorts by equal keys": ("cohorts", COHORT, [{"by": "STATUS"}, {"by": "ENDS_ON", "direction": "DESC"}]),
    "cohorts by missing keys": ("cohorts", COHORT, [{"by": "CODE", "direction": "DESC"}, {"by": "ENDS_ON"}]),
    "cohorts by text": ("cohorts", COHORT, [{"by": "TITLE", "direction": "DESC"}]),
    "statements": ("statements", STATEMENT, []),
    "statements by number": ("statements", STATEMENT, [{"by": "COUNT", "direction": "DESC"}]),
    "statements by day": ("statements", STATEMENT, [{"by": "STATED_ON"}, {"by": "MEASURE", "direction": "DESC"}]),
    "statements by moment": ("statements", STATEMENT, [{"by": "CREATED_AT", "direction": "DESC"}]),
}


class Walk:
    """A walk of one viewer over the pages of a connection, compared with the oracle's at each page."""

    def __init__(self, comparison: Comparison, viewer: str, walk: str) -> None:
        self.comparison = comparison
        self.viewer = comparison.oracle.world.viewers[viewer]
        self.field, declared, self.order = WALKS[walk]
        self.text = f"query ($first: Int!, $after: String, {declared}) {{ {self.field}{ASKED} {PAGE} }}"
        self.cursors: dict[str, str] = {}

    def whole(self) -> list[str]:
        """The ids of all rows, by the oracle."""
        data = self.comparison.oracle.execute(self.text, self.viewer, {"first": 10_000, "order": self.order})
        return [node["id"] for node in data[self.field]["nodes"]]

    async def pages(self, size: int) -> AsyncIterator[list[str]]:
        """The ids of the rows of each page."""
        after: str | None = None
        while True:
            asked = Asked(self.text, {"first": size, "after": after, "order": self.order}, None, self.cursors)
            given = (await self.comparison.check(asked, self.viewer)).get("after", [])
            data = self.comparison.oracle.execute(self.text, self.viewer, asked.variables)
            yield [node["id"] for node in data[self.field]["nodes"]]
            if not data[self.field]["pageInfo"]["hasNextPage"]:
                return
            after = given[-1]


@pytest_asyncio.fixture(loop_scope="session")
async def comparison(owner_database: Database, database: Database) -> Comparison:
    made = world(3)
    await store(owner_database, made)
    return Comparison(database, made)


@pytest.mark.asyncio(loop_scope="session")
async def test_pages_together_are_the_whole(comparison: Comparison) -> None:
    for name in WALKS:
        for viewer in comparison.oracle.world.viewers:
            walk = Walk(comparison, viewer, name)
            seen = [id for size in [Random(name + viewer).choice((4, 7, 11))] async for page in walk.pages(size) for id in page]
            assert seen == walk.whole(), f"{name} for {viewer}"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", ["cohorts by equal keys", "cohorts by missing keys", "statements by number"])
async def test_rows_that_come_between_pages_move_no_others(comparison: Comparison, owner_database: Database, name: str) -> None:
    walk, seen, seed = Walk(comparison, "STAFF", name), list[str](), 0
    at_first = walk.whole()
    async for page in walk.pages(6):
        seen += page
        for seed in range(seed + 1, seed + 4):  # noqa: B020 - counts on
            await store(owner_database, grow(comparison.oracle.world, seed))
    assert len(seen) == len(set(seen))
    assert [id for id in seen if id in at_first] == at_first
    assert len(seen) > len(at_first), "some rows came behind the page"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", ["statements by number", "statements by day", "statements"])
async def test_the_row_of_a_cursor_may_go(comparison: Comparison, owner_database: Database, name: str) -> None:
    walk, seen = Walk(comparison, "STAFF", name), list[str]()
    at_first = walk.whole()
    async for page in walk.pages(9):
        seen += page
        await remove(owner_database, comparison.oracle.world, page[-1])
    assert seen == at_first


async def remove(database: Database, among: World, id: str) -> None:
    """Removes a statement, from the database and from the world."""
    key = id.partition(":")[2]
    parts = (StatementMemberState, StatementDepartment, Decision)
    async with database.write() as transaction:
        for table, column in (*((part, "statement_id") for part in parts), (Statement, "id")):
            await transaction.fetch(delete(table).where(getattr(table, column) == key))
            rows = among[str(table.__tablename__)]
            rows[:] = [row for row in rows if str(row[column]) != key]
