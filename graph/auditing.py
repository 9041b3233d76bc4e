"""What the commands `audit ...` do, as the owner of the database."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

from graph import postgres
from graph.settings import read_settings
from models import chain, heads, provision
from models.database import Database
from models.verification import Finding
from models.verification import verify as verified

Result = TypeVar("Result")


def seal() -> int:
    """How many events were sealed now."""

    async def work(database: Database) -> int:
        count = 0
        while found := await chain.extend(database):
            count += found
        return count

    return _as_owner(work)


def head() -> dict[str, Any]:
    """The signed head of the chain."""
    key = postgres.audit_key(read_settings())

    async def work(database: Database) -> dict[str, Any]:
        async with database.write() as transaction:
            return await heads.sign(transaction, key)

    return _as_owner(work)


def verify(text: str | None) -> dict[str, Any]:
    """What a look through the chain found, as a record; `text` is a head of before. Raises HeadError."""
    expected = heads.read(text, postgres.audit_key(read_settings())) if text is not None else None
    report = _as_owner(lambda database: verified(database, expected))
    return {"sealed": report.sealed, "waiting": report.waiting, "findings": [_record(finding) for finding in report.findings]}


def told(report: Mapping[str, Any]) -> Iterator[str]:
    """The report in lines for a terminal."""
    for one in report["findings"]:
        place = f"position {one['position']}" if one["position"] else "no position"
        until = f" (to or with {one['other']})" if one["other"] else ""
        yield f"{place}{until}, event {one['event'] or 'unknown'}: {one['fault']}"
    state = f"{len(report['findings'])} faults" if report["findings"] else "the log is whole"
    yield f"{state}: {report['sealed']} sealed events, {report['waiting']} still to be sealed"


def _record(finding: Finding) -> dict[str, Any]:
    event = str(finding.event_id) if finding.event_id else None
    return {"fault": finding.fault.value, "position": finding.position, "event": event, "other": finding.other}


def _as_owner(work: Callable[[Database], Awaitable[Result]]) -> Result:
    with postgres.migrated(read_settings()) as addresses:

        async def run() -> Result:
            async with provision.owner_database(addresses) as database:
                return await work(database)

        return asyncio.run(run())
