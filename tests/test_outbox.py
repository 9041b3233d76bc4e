"""The outbox: positions rise in commit order, so that a reader who asks for what follows its last position misses nothing."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from models import outbox
from models.base import new_id
from models.changes import ActorKind, ChangeOp, ChangeType
from models.database import Database
from models.outbox import EntityChange

pytestmark = pytest.mark.asyncio

WRITERS = 6
TRANSACTIONS = 15


def change(entity: str) -> EntityChange:
    """A change of a department that does not exist: the outbox refers to nothing."""
    return EntityChange(ChangeType.DEPARTMENT, ChangeOp.UPSERT, entity, {"code": entity}, 1, ["title"])


async def following(database: Database, position: int) -> list[tuple[Any, ...]]:
    """The changes after a position, in order, rolled back as a reader's transaction is."""
    async with database.write() as transaction:
        rows = await transaction.fetch(
            text("SELECT position, at, entity_id, group_id FROM change WHERE position > :position ORDER BY position"), position=position
        )
    return [tuple(row) for row in rows]


async def newest(database: Database) -> int:
    """The last position that is given out."""
    async with database.write() as transaction:
        return int(await transaction.value(text("SELECT coalesce(max(position), 0) FROM change")))


async def test_a_group_is_stored_in_its_order(database: Database) -> None:
    group = new_id()
    async with database.write() as transaction:
        transaction.discard()
        await outbox.record(transaction, [change(name) for name in "cab"], actor=ActorKind.STAFF, group_id=group)
        rows = await transaction.fetch(
            text("SELECT entity_id, key, changed_fields, actor, type, op FROM change WHERE group_id = :group ORDER BY position"),
            group=group,
        )
    expected = [(name, f'{{"code": "{name}"}}', ["title"], "STAFF", "DEPARTMENT", "UPSERT") for name in "cab"]
    assert [tuple(row) for row in rows] == expected


async def test_nothing_to_record_takes_no_lock(database: Database) -> None:
    async with database.write() as transaction:
        await outbox.record(transaction, [], actor=ActorKind.SYSTEM, group_id=new_id())
        held = await transaction.value(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"))
    assert held == 0


async def test_no_change_is_inserted_behind_a_position_that_was_read(database: Database) -> None:
    start = await newest(database)
    writing = asyncio.gather(*(write(database, Random(number), number) for number in range(WRITERS)))
    seen: list[tuple[Any, ...]] = []
    finished = False
    while not finished:
        finished = writing.done()
        seen += await following(database, seen[-1][0] if seen else start)
        await asyncio.sleep(0.001)
    written = [entity for entities in await writing for entity in entities]
    stored = await following(database, start)
    assert seen == stored
    assert sorted(entity for _, _, entity, _ in stored) == sorted(written)
    times = list(dict.fromkeys((at, group) for _, at, _, group in stored))
    assert times == sorted(times)
    assert len({at for at, _ in times}) == len({group for _, group in times}) == len(times)


async def test_times_rise_where_the_clock_was_set_back(database: Database) -> None:
    columns = "type, op, entity_id, key, changed_fields, group_id, actor"
    async with database.write() as transaction:
        await outbox.record(transaction, [change("first")], actor=ActorKind.SYSTEM, group_id=new_id())
        await transaction.fetch(text(f"INSERT INTO change ({columns}, at) SELECT {columns}, at + interval '1 hour' FROM change"))
        await outbox.record(transaction, [change("last"), change("too")], actor=ActorKind.SYSTEM, group_id=new_id())
        rows = await transaction.fetch(text("SELECT at - lag(at) OVER (ORDER BY position) AS after FROM change ORDER BY position"))
    assert [row["after"] for row in rows] == [None, timedelta(hours=1), timedelta(microseconds=1), timedelta(0)]


async def write(database: Database, random: Random, number: int) -> list[str]:
    """Some transactions with pauses, of which three in ten are rolled back; the entities of those that were not."""
    written: list[str] = []
    for turn in range(TRANSACTIONS):
        entities = [f"{number}-{turn}-{place}" for place in range(random.randrange(4))]
        async with database.write() as transaction:
            await asyncio.sleep(random.random() / 100)
            await outbox.record(transaction, [change(name) for name in entities], actor=ActorKind.PARTNER, group_id=new_id())
            await asyncio.sleep(random.random() / 200)
            if random.random() < 0.3:
                transaction.discard()
            else:
                written += entities
    return written
