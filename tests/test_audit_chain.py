"""The chain of the audit log: whatever the owner of the database does to a sealed log is found and named."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from models import audit, chain, heads
from models.base import new_id
from models.database import Database
from models.heads import HeadError
from models.provision import Addresses
from models.verification import Expected, Fault, Report, verify
from models.viewer import ANONYMOUS, Viewer, ViewerKind

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = b"k" * 32
EVENTS = 12
SEALED = """
SELECT id, hash, ROW(recorded_at, action, kind, client_id, credential, agency_id, member_state_code, purpose, operation_hash, objects,
    fields, result, request) AS content
FROM audit_event JOIN audit_seal ON event_id = id ORDER BY position
"""
EXCHANGE = """
UPDATE {table} AS here SET ({columns}) = (SELECT {columns} FROM {table} AS there WHERE there.{key} <> here.{key} AND there.{key} = ANY($1))
WHERE {key} = ANY($1)
"""
PUT_IN = "INSERT INTO audit_event (recorded_at, action, kind, result) VALUES ($1, 'submit', 'STAFF', 'OK')"


@pytest_asyncio.fixture(loop_scope="session")
async def owner(owner_database: Database, database: Database) -> AsyncIterator[Database]:
    """A database as its owner sees it, whose log has EVENTS sealed events."""
    await write(database, EVENTS)
    assert await chain.extend(database) == EVENTS
    yield owner_database


async def write(database: Database, count: int) -> None:
    """Records events, each in a transaction of its own."""
    viewer = Viewer(ViewerKind.PARTNER, new_id(), "A", new_id(), credential_id="abc", purpose="TRAINING_STATISTICS")
    for number in range(count):
        who = viewer if number % 2 else ANONYMOUS
        async with database.write(who) as transaction:
            event = audit.Event("submit", who, f"r-{number}", "é" * 3, [f"Cohort:{number}"], ["records"])
            await audit.record(transaction, event)


async def run(owner: Database, sql: str, *arguments: object) -> None:
    """Does something to the log that only its owner can."""
    async with owner.write() as transaction:
        await transaction.read(sql, arguments)


async def event_at(owner: Database, position: int) -> UUID:
    """The event that a seal is of."""
    async with owner.write() as transaction:
        found: UUID = await transaction.value(select(chain.seal.c.event_id).where(chain.seal.c.position == position))
    return found


async def head(owner: Database) -> Expected:
    """Where the chain is now, by way of a signed text."""
    async with owner.write() as transaction:
        return heads.read(json.dumps(await heads.sign(transaction, KEY)), KEY)


def told(report: Report) -> list[tuple[Fault, int | None, int | None]]:
    return [(finding.fault, finding.position, finding.other) for finding in report.findings]


async def test_a_log_that_nobody_touched_is_whole(owner: Database, database: Database) -> None:
    assert await verify(owner, await head(owner)) == Report(sealed=EVENTS)
    await write(database, 3)
    assert await verify(owner, await head(owner)) == Report(sealed=EVENTS, waiting=3)
    assert [await chain.extend(database), await chain.extend(database)] == [3, 0]
    assert await verify(owner, await head(owner)) == Report(sealed=EVENTS + 3)


async def test_each_seal_is_the_hash_of_its_event_and_the_seal_before(owner: Database) -> None:
    async with owner.write() as transaction:
        rows = await transaction.fetch(text(SEALED))
    assert len(rows) == EVENTS
    expected = bytes(32)
    for row in rows:
        written = json.dumps([plain(value) for value in row["content"]], ensure_ascii=False, separators=(",", ":"))
        expected = hashlib.sha256(expected + row["id"].bytes + written.encode()).digest()
        assert row["hash"] == expected


def plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        case UUID():
            return str(value)
    return value


@pytest.mark.parametrize(
    "change",
    [
        "result = 'NOT_PERMITTED'",
        "purpose = 'OTHER'",
        "client_id = NULL",
        "objects = objects || '{Cohort:x}'",
        "objects = '{}', fields = objects",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "credential = ''",
    ],
)
async def test_an_edited_row_is_named(owner: Database, change: str) -> None:
    edited = await event_at(owner, 6)
    await run(owner, f"UPDATE audit_event SET {change} WHERE id = $1", edited)
    report = await verify(owner)
    assert told(report) == [(Fault.EDITED, 6, None)]
    assert report.findings[0].event_id == edited


@pytest.mark.parametrize("position", [1, 7, EVENTS])
async def test_a_deleted_row_is_named(owner: Database, position: int) -> None:
    deleted = await event_at(owner, position)
    await run(owner, "DELETE FROM audit_event WHERE id = $1", deleted)
    report = await verify(owner)
    assert told(report) == [(Fault.DELETED, position, None)]
    assert report.findings[0].event_id == deleted


async def test_a_row_that_is_deleted_with_its_seal_leaves_a_gap(owner: Database) -> None:
    await run(owner, "DELETE FROM audit_event WHERE id = $1", await event_at(owner, 5))
    await run(owner, "DELETE FROM audit_seal WHERE position = 5")
    assert told(await verify(owner)) == [(Fault.SEAL_DELETED, 5, 5)]


async def test_exchanged_contents_are_named(owner: Database) -> None:
    one, other = await event_at(owner, 3), await event_at(owner, 9)
    sql = EXCHANGE.format(table="audit_event", key="id", columns=", ".join(chain.CONTENT))
    await run(owner, sql, [one, other])
    assert told(await verify(owner)) == [(Fault.EXCHANGED, 3, 9)]


@pytest.mark.parametrize("columns", ["event_id", "event_id, hash"])
@pytest.mark.parametrize(("one", "other"), [(3, 9), (4, 5), (1, EVENTS)])
async def test_exchanged_seals_are_named(owner: Database, columns: str, one: int, other: int) -> None:
    await run(owner, "ALTER TABLE audit_seal DROP CONSTRAINT uq_audit_seal_event_id")
    await run(owner, EXCHANGE.format(table="audit_seal", key="position", columns=columns), [one, other])
    assert told(await verify(owner)) == [(Fault.EXCHANGED, one, other)]


@pytest.mark.parametrize("fits", [True, False])
async def test_a_row_put_between_is_named(owner: Database, database: Database, fits: bool) -> None:
    await write(database, 1)
    async with owner.write() as transaction:
        rows = await transaction.fetch(select(chain.event).order_by(chain.event.c.recorded_at.desc()).limit(1))
        before = await transaction.value(select(chain.seal.c.hash).where(chain.seal.c.position == 6))
    hash_ = chain.link(before, rows[0]["id"], chain.content_of(rows[0])) if fits else b"x" * 32
    await run(owner, "UPDATE audit_seal SET position = -position WHERE position > 6")
    await run(owner, "UPDATE audit_seal SET position = 1 - position WHERE position < 0")
    await run(owner, "INSERT INTO audit_seal (position, event_id, hash) VALUES (7, $1, $2)", rows[0]["id"], hash_)
    assert told(await verify(owner)) == [(Fault.INSERTED, 7, None)]


async def test_a_row_with_an_old_time_is_never_sealed(owner: Database, database: Database) -> None:
    await run(
        owner,
        "INSERT INTO audit_event (recorded_at, action, kind, result) VALUES ($1, 'submit', 'STAFF', 'OK')",
        datetime.now(UTC) - timedelta(days=1),
    )
    assert await chain.extend(database) == 0
    report = await verify(owner)
    assert told(report) == [(Fault.NEVER_SEALED, None, None)]
    assert report.waiting == 0


async def test_a_cut_tail_is_found_by_the_head(owner: Database) -> None:
    known = await head(owner)
    await run(owner, "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_seal WHERE position > 9)")
    await run(owner, "DELETE FROM audit_seal WHERE position > 9")
    assert told(await verify(owner)) == []
    assert told(await verify(owner, known)) == [(Fault.CUT, 10, EVENTS)]


async def test_a_log_that_was_sealed_anew_is_found_by_the_head(owner: Database) -> None:
    known = await head(owner)
    await run(owner, "UPDATE audit_event SET result = 'OK', purpose = 'OTHER' WHERE id = $1", await event_at(owner, 4))
    await run(owner, "DELETE FROM audit_seal")
    assert await chain.extend(owner) == EVENTS
    assert told(await verify(owner)) == []
    assert told(await verify(owner, known)) == [(Fault.REWRITTEN, EVENTS, None)]


async def test_a_head_that_another_key_signed_is_refused(owner: Database) -> None:
    async with owner.write() as transaction:
        signed = await heads.sign(transaction, KEY)
    for given in (json.dumps(signed | {"position": 3}), json.dumps(signed | {"signature": "00"}), "{}", "[]", "1", "", "{"):
        with pytest.raises(HeadError):
            heads.read(given, KEY)
    with pytest.raises(HeadError):
        heads.read(json.dumps(signed), b"j" * 32)


async def test_only_one_seals_at_a_time(owner: Database, database: Database) -> None:
    await write(database, 2)
    async with owner.write() as transaction:
        await transaction.read("SELECT pg_advisory_xact_lock($1)", [chain.ADVISORY_LOCK])
        assert await chain.extend(database) == 0
    assert await chain.extend(database) == 2


async def test_what_commits_late_is_sealed_after_what_committed_before(owner: Database, database: Database) -> None:
    async with owner.write() as slow:
        await audit.record(slow, audit.Event("submit", ANONYMOUS, "slow"))
        await write(database, 2)
        assert await chain.extend(database) == 2
    assert await chain.extend(database) == 1
    assert await verify(owner) == Report(sealed=EVENTS + 3)


@pytest.mark.parametrize("sql", ["UPDATE audit_seal SET position = 0", "DELETE FROM audit_seal", "TRUNCATE audit_seal"])
async def test_the_serving_role_only_adds_seals(addresses: Addresses, sql: str) -> None:
    connection = await asyncpg.connect(addresses.server)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    finally:
        await connection.close()
