"""The chain of the audit log: each committed event is sealed by a hash of itself and of the seal before it.

It is not made by the writers, which it would force into a row: a sealer follows them. What it has sealed can no longer be edited, taken
away, put between or exchanged without its being seen; models/verification.py looks, and models/heads.py tells where the chain ended.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Interval, func, literal_column, select, true

from models.audit import AuditEvent, AuditSeal
from models.database import Database, Transaction, render
from models.viewer import Viewer, ViewerKind

ADVISORY_LOCK = 0x7365616C6572  # "sealer"
START = bytes(hashlib.sha256().digest_size)
"""What stands before the first seal."""

SEALER = Viewer(ViewerKind.AUDITOR)
"""As whom events are sealed: an auditor sees all of them, and nobody else behind the wall (row_security.py) may seal."""

AT_ONCE = 5_000
LATE = literal_column("interval '10 minutes'", Interval())
"""How much older than the newest sealed event one that is still to be sealed may be: far longer than a transaction may take."""

event: Any = AuditEvent.__table__  # type: ignore[attr-defined]
seal: Any = AuditSeal.__table__  # type: ignore[attr-defined]
CONTENT = tuple(column.name for column in event.c if column.name != "id")
_values = itemgetter(*CONTENT)


def content_of(row: Mapping[str, Any]) -> bytes:
    """An event without its id, as one text that no other content has: a JSON array of its columns, moments in UTC to the microsecond."""
    return orjson.dumps(_values(row), default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def link(before: bytes, event_id: UUID, content: bytes) -> bytes:
    """The hash that seals an event after the seal that has the hash `before`."""
    return hashlib.sha256(before + event_id.bytes + content).digest()


async def extend(database: Database) -> int:
    """How many events were sealed now: those that are committed, oldest first, AT_ONCE at most; none while another process seals."""
    async with database.write(SEALER) as transaction:
        if not await transaction.value(_LOCK):
            return 0
        rows = await transaction.fetch(_UNSEALED)
        if rows:
            await transaction.insert(AuditSeal, list(_seals(rows, await _last(transaction))))
        return len(rows)


async def _last(transaction: Transaction) -> tuple[int, bytes]:
    rows = await transaction.fetch(_LAST)
    return (rows[0]["position"], rows[0]["hash"]) if rows else (0, START)


def _seals(rows: Iterable[Mapping[str, Any]], last: tuple[int, bytes]) -> Iterator[dict[str, Any]]:
    position, hash_ = last
    for row in rows:
        position, hash_ = position + 1, link(hash_, row["id"], content_of(row))
        yield {"position": position, "event_id": row["id"], "hash": "\\x" + hash_.hex()}


def _plain(value: Any) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case UUID():
            return str(value)
    raise TypeError(f"a column of an event holds {type(value).__name__}, which has no form yet")


def newest() -> Any:
    """The time of the event that was sealed last; null if there is none."""
    last = select(seal.c.event_id).order_by(seal.c.position.desc()).limit(1).scalar_subquery()
    return select(event.c.recorded_at).where(event.c.id == last).scalar_subquery()


def unsealed() -> Any:
    """Whether an event is in no seal."""
    return ~select(true()).where(seal.c.event_id == event.c.id).exists()


_lock = func.pg_try_advisory_xact_lock(ADVISORY_LOCK)
_LOCK = render(select(_lock))
_LAST = render(select(seal.c.position, seal.c.hash).order_by(seal.c.position.desc()).limit(1))
_recent = event.c.recorded_at > func.coalesce(newest() - LATE, literal_column("'-infinity'::timestamptz"))
_UNSEALED = render(select(event).where(_recent, unsealed()).order_by(event.c.recorded_at, event.c.id).limit(AT_ONCE))
