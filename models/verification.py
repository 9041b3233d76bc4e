"""Looks through the chain of the audit log for what was done to it: rows that were edited, deleted, exchanged, put in, or cut off.

Every seal is compared with its event and with the seal before it, in one pass that holds a few rows at a time. Whoever may rewrite the
whole chain after the place that he changed is found by a head that was exported before (models/heads.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.chain import LATE, START, content_of, event, link, newest, seal, unsealed
from models.database import Database

MOST_SUSPECTS = 500
MOST_FINDINGS = 1_000


class Fault(StrEnum):
    """What was done to the log."""

    EDITED = "edited, or something before it was taken away"
    DELETED = "deleted"
    EXCHANGED = "exchanged"
    INSERTED = "inserted"
    NEVER_SEALED = "inserted with a time long past"
    SEAL_DELETED = "its seal was deleted"
    CUT = "cut off"
    REWRITTEN = "sealed anew, or something before it was"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, the place in the chain, and the event if it is known; `other` is the one that it was exchanged with, or the last one cut."""

    fault: Fault
    position: int | None
    event_id: UUID | None = None
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a chain was when its head was exported."""

    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Suspect:
    """A seal that does not follow from its event and the seal before it, with the hashes of the two seals before it."""

    position: int
    event_id: UUID
    content: bytes
    hash: bytes
    before: bytes
    earlier: bytes

    def fits(self, before: bytes, event_id: UUID, content: bytes) -> bool:
        """Whether its hash is that of an event after a seal."""
        return link(before, event_id, content) == self.hash


@dataclass(slots=True)
class Report:
    """What a look through the chain found; `waiting` events are younger than the last seal, and not sealed yet."""

    sealed: int = 0
    waiting: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """The state of a pass over the chain."""

    expected: Expected | None
    report: Report = field(default_factory=Report)
    suspects: list[Suspect] = field(default_factory=list)
    position: int = 0
    hash: bytes = START
    earlier: bytes = START

    def step(self, row: Any) -> None:
        """Takes the next seal with its event."""
        position, before = row["position"], self.hash
        if position != self.position + 1:
            self.say(Finding(Fault.SEAL_DELETED, self.position + 1, other=position - 1))
            before = b""
        if row["id"] is None:
            self.say(Finding(Fault.DELETED, position, row["event_id"]))
        elif before:
            content = content_of(row)
            if link(before, row["event_id"], content) != row["hash"]:
                self.suspect(Suspect(position, row["event_id"], content, row["hash"], before, self.earlier))
        if self.expected and self.expected.position == position and self.expected.hash != row["hash"]:
            self.say(Finding(Fault.REWRITTEN, position, row["event_id"]))
        self.position, self.hash, self.earlier = position, row["hash"], before
        self.report.sealed += 1

    def suspect(self, found: Suspect) -> None:
        """Keeps a suspect, to be explained by the others; those beyond MOST_SUSPECTS are told as edited."""
        if len(self.suspects) < MOST_SUSPECTS:
            self.suspects.append(found)
        else:
            self.say(Finding(Fault.EDITED, found.position, found.event_id))

    def say(self, finding: Finding) -> None:
        """Adds a finding, up to MOST_FINDINGS."""
        if len(self.report.findings) < MOST_FINDINGS:
            self.report.findings.append(finding)


async def verify(database: Database, expected: Expected | None = None) -> Report:
    """What was done to the log, as far as it can be seen; more with the head of an earlier time."""
    walk = _Walk(expected)
    async for row in database.stream(CHAIN):
        walk.step(row)
    for finding in explained(walk.suspects):
        walk.say(finding)
    if expected and walk.position < expected.position:
        walk.say(Finding(Fault.CUT, walk.position + 1, other=expected.position))
    async for row in database.stream(UNSEALED):
        if row["is_late"]:
            walk.say(Finding(Fault.NEVER_SEALED, None, row["id"]))
        else:
            walk.report.waiting += 1
    walk.report.findings.sort(key=lambda finding: finding.position or 0)
    return walk.report


def explained(suspects: Sequence[Suspect]) -> Iterator[Finding]:
    """What explains each suspect."""
    told: set[int] = set()
    for one, other in combinations(suspects, 2):
        if told.isdisjoint({one.position, other.position}) and _are_exchanged(one, other):
            yield Finding(Fault.EXCHANGED, one.position, one.event_id, other.position)
            told |= {one.position, other.position, *_displaced(suspects, one, other)}
    for one in suspects:
        if one.position in told:
            continue
        if one.fits(one.earlier, one.event_id, one.content):
            yield Finding(Fault.INSERTED, one.position - 1)
            told |= {one.position, one.position - 1}
    for one in suspects:
        if one.position not in told:
            yield Finding(Fault.EDITED, one.position, one.event_id)


def _are_exchanged(one: Suspect, other: Suspect) -> bool:
    """Whether two places have each other's content, event, or whole seal."""
    between = other.hash if other.position == one.position + 1 else other.before
    return (
        (one.fits(one.before, one.event_id, other.content) and other.fits(other.before, other.event_id, one.content))
        or (one.fits(one.before, other.event_id, other.content) and other.fits(other.before, one.event_id, one.content))
        or (other.fits(one.before, other.event_id, other.content) and one.fits(between, one.event_id, one.content))
    )


def _displaced(suspects: Sequence[Suspect], one: Suspect, other: Suspect) -> Iterator[int]:
    """The places after two exchanged seals that are suspect only since they follow the wrong one."""
    for place, before in ((one.position + 1, other.hash), (other.position + 1, one.hash)):
        for after in suspects:
            if after.position == place and after.fits(before, after.event_id, after.content):
                yield place


CHAIN = (
    select(seal.c.position, seal.c.event_id, seal.c.hash, event)
    .select_from(seal.outerjoin(event, event.c.id == seal.c.event_id))
    .order_by(seal.c.position)
)
UNSEALED = select(event.c.id, (event.c.recorded_at <= newest() - LATE).label("is_late")).where(unsealed())
