"""Who submits and who decides in tests: the published page's agencies with clients, and the words in which tests say what is sent.

parties(owner)      loads the reference data, and makes clients of OAS, UNODC and INTERPOL, and three of IMPACS
sent(...)           the input of `submit`, with its control totals right
submitted(...)      what `submit` answered, read back in the transaction that made it, as its payload is
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import func, select, text

from models.access import ApiClient, ClientKind, PersonalField, Scope
from models.base import new_id
from models.database import Database, Transaction
from models.reference import loader
from models.viewer import Viewer, ViewerKind
from resolvers.submitting.decide import decide
from resolvers.submitting.submit import submit

LEDGER = ("partner_agency", "course", "cohort", "statement", "submission", "submission_item", "submission_issue", "change", "decision")
ONLOOKER = Viewer(ViewerKind.DATA_PROTECTION_OFFICER)
"""Who sees all of the ledger and of people, to look at what became of it."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parties:
    """The viewers of a database."""

    oas: Viewer
    unodc: Viewer
    interpol: Viewer
    staff: Viewer
    other_staff: Viewer
    verifier: Viewer


async def parties(owner: Database) -> Parties:
    """The viewers, each with every scope, after loading the reference data."""
    async with owner.write() as transaction:
        await loader.load(transaction)
        made = {name: await client(transaction, name) for name in ("OAS", "UNODC", "INTERPOL")}
        ours = (ViewerKind.STAFF, ViewerKind.STAFF, ViewerKind.VERIFIER)
        staff = [await client(transaction, "CARICOM-IMPACS", kind) for kind in ours]
    return Parties(made["OAS"], made["UNODC"], made["INTERPOL"], *staff)


async def client(transaction: Transaction, code: str, kind: ViewerKind = ViewerKind.PARTNER) -> Viewer:
    """A new client of an agency."""
    agency_id = await transaction.value(text("SELECT id FROM partner_agency WHERE code = :code"), code=code)
    scopes = [scope.value for scope in Scope]
    row = {"id": new_id(), "name": code, "agency_id": agency_id, "kind": ClientKind(kind.value).value, "scopes": scopes}
    await transaction.insert(ApiClient, [row])
    return Viewer(kind, row["id"], code, agency_id, frozenset(scopes))


def programme(ref: str, **content: Any) -> Record:
    """A record that carries a programme."""
    return {"sourceRef": ref, "change": {"programme": {"name": f"Programme {ref}"} | content}}


def course(ref: str, **content: Any) -> Record:
    """A record that carries a course."""
    return {"sourceRef": ref, "change": {"course": {"title": f"Course {ref}"} | content}}


def cohort(ref: str, *courses: str, convener: str = "OAS", **content: Any) -> Record:
    """A record that carries a cohort of the partner's own courses."""
    basic = {
        "courses": [{"sourceRef": course} for course in courses],
        "startsOn": "2023-03-01",
        "roles": [{"agency": {"code": convener}, "role": "CONVENER"}],
    }
    return {"sourceRef": ref, "change": {"cohort": basic | content}}


def count(ref: str, cohort: str | Mapping[str, str], number: Any = 10, **content: Any) -> Record:
    """A record that counts participations in a cohort, the partner's own by its sourceRef."""
    reference = {"sourceRef": cohort} if isinstance(cohort, str) else cohort
    basic = {"cohort": reference, "measure": "COMPLETED", "count": number, "unit": "PARTICIPATIONS"}
    return {"sourceRef": ref, "change": {"count": basic | content}}


def individual(ref: str, cohort: str | Mapping[str, str], subject: str = "", **content: Any) -> Record:
    """A record about one person in a cohort, the partner's own by its sourceRef; without a subject, about a person of its own."""
    reference = {"sourceRef": cohort} if isinstance(cohort, str) else cohort
    basic = {"cohort": reference, "measure": "COMPLETED", "participant": {"subject": subject or f"P-{ref}-1"}}
    return {"sourceRef": ref, "change": {"individual": basic | content}}


def permitted(viewer: Viewer, *fields: PersonalField, purpose: str | None = None) -> Viewer:
    """The viewer under an agreement that permits these personal fields, or all, for the purpose REPORTING, stating a purpose."""
    permits = frozenset(field.value for field in fields or PersonalField)
    return replace(viewer, permitted_fields=permits, purposes=frozenset({"REPORTING"}), purpose=purpose)


def withdraw(ref: str, reason: str | None = "ENTERED_IN_ERROR", **content: Any) -> Record:
    """A record that withdraws a statement."""
    return {"sourceRef": ref, "change": {"withdraw": {"reason": reason} | content}}


def sent(*records: Record, key: str = "", mode: str = "COMMIT", atomicity: str = "PER_RECORD", **more: Any) -> dict[str, Any]:
    """The input of `submit`; without a key, under a new one."""
    return {
        "submissionKey": key or f"key-{new_id()}",
        "mode": mode,
        "atomicity": atomicity,
        "declared": {"records": len(records)},
        "records": list(records),
    } | more


@dataclass(frozen=True, slots=True)
class Answer:
    """What `submit` answered: its result, and the rows that its payload is made of."""

    result: Mapping[str, Any]
    committed: bool
    submission: Mapping[str, Any]
    items: list[dict[str, Any]]
    problems: list[dict[str, Any]]

    @property
    def statuses(self) -> list[str]:
        """The statuses in the order of the records."""
        return [item["status"] for item in self.items]

    @property
    def codes(self) -> list[list[str]]:
        """The codes said about each record."""
        return [[issue["code"] for issue in item["issues"]] for item in self.items]

    @property
    def issues(self) -> list[tuple[int, str, str]]:
        """Every issue: the record, the code, and the path below the record, with dots."""
        return [(item["index"], issue["code"], ".".join(issue["path"][2:])) for item in self.items for issue in item["issues"]]

    @property
    def outcomes(self) -> list[tuple[Any, ...]]:
        """What a dry run must foretell: all of the outcomes but identifiers."""
        return [
            (*(item[name] for name in ("index", "source_ref", "record_kind", "status", "revision")), item["issues"]) for item in self.items
        ]


async def submitted(database: Database, viewer: Viewer, given: Mapping[str, Any]) -> Answer:
    """The answer to a submission."""
    async with database.write(viewer) as transaction:
        result = await submit(transaction, viewer, given)
        answer = await _read(transaction, result.binds, committed=result.committed)
        assert transaction.discarded is not result.committed
    return answer


async def _read(transaction: Transaction, binds: Mapping[str, Any], *, committed: bool) -> Answer:
    async def rows(table: str, order: str) -> list[dict[str, Any]]:
        found = await transaction.fetch(
            text(f"SELECT * FROM {table} WHERE {'id' if table == 'submission' else 'submission_id'} = :id ORDER BY {order}"),
            id=binds["submission_id"],
        )
        return [dict(row) for row in found]

    (submission,) = await rows("submission", "id")
    items = await rows("submission_item", "index")
    issues = await rows("submission_issue", "index, position")
    for item in items:
        item["issues"] = [_issue(issue) for issue in issues if issue["index"] == item["index"]]
    problems = [_issue(issue) for issue in issues if issue["index"] is None]
    assert [item["index"] for item in items] == list(range(len(items)))
    return Answer(binds, committed, submission, items, problems)


def _issue(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("severity", "code", "message", "path", "caused_by_index")
    return {name: row[name] for name in kept} | {"params": orjson.loads(row["params"])}


async def decided(database: Database, viewer: Viewer, **given: Any) -> dict[str, Any]:
    """The payload of a decision, VERIFY unless another verdict is given."""
    async with database.write(viewer) as transaction:
        result = await decide(transaction, viewer, {"verdict": "VERIFY"} | given)
        assert transaction.discarded is not result.committed
    payload: dict[str, Any] = result.binds["payload"]
    return payload


async def fetch(database: Database, sql: str, **binds: Any) -> list[asyncpg.Record]:
    """The rows of a query."""
    async with database.write(ONLOOKER) as transaction:
        return await transaction.fetch(text(sql), **binds)


async def sizes(database: Database, tables: Iterable[str] = LEDGER) -> dict[str, int]:
    """How many rows each table of the ledger has."""
    async with database.write(ONLOOKER) as transaction:
        return {table: await transaction.value(select(func.count()).select_from(text(table))) for table in tables}


async def statement_ids(database: Database, *refs: str) -> list[UUID]:
    """The identifiers of statements, by sourceRef."""
    rows = await fetch(
        database, "SELECT id FROM statement WHERE source_ref = ANY (:refs) ORDER BY array_position(:refs, source_ref)", refs=list(refs)
    )
    return [row["id"] for row in rows]
