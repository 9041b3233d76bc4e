"""What tests of the edge share: the application over a database, real or failing, and a client that speaks HTTP to it in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx
from sqlalchemy import text

from graph.app import create_app
from graph.door import Door
from graph.settings import Settings
from models import agreements
from models.access import ClientKind, Scope
from models.agencies import PartnerAgency
from models.agreements import Terms
from models.base import new_id
from models.clients import STAFF_AGENCY, Issued, create
from models.database import Database, Transaction
from models.places import MemberState

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
MEDIA = (JSON, GRAPHQL)
SETTINGS = Settings(cursor_secret="only for tests, and long enough...", allowed_hosts=frozenset({"graph.example"}))


class Stub:
    """A database that answers every read alike: by a value, or by raising; it counts them."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.reads = 0

    async def read(self, sql: str, arguments: Any) -> Any:
        self.reads += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def application(database: Database | Stub, settings: Settings = SETTINGS) -> Door:
    """The application over a database."""
    return create_app(settings, cast("Database", database))


@asynccontextmanager
async def speaking_to(app: Door) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application; an exception that leaves the application fails the test."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client


async def post(client: httpx.AsyncClient, query: Any, media: str = JSON, headers: Any = None, **parameters: Any) -> httpx.Response:
    """The response to an operation sent by POST."""
    return await client.post("/graphql", json={"query": query, **parameters}, headers={"accept": media, **(headers or {})})


async def issue(
    owner: Database, kind: ClientKind = ClientKind.PARTNER, scopes: tuple[Scope, ...] = (), code: str | None = None, **more: Any
) -> Issued:
    """A new client with its credential, of a new agency with an agreement; of IMPACS, or of the focal point of a state with this code."""
    async with owner.write() as transaction:
        of: dict[str, Any] = {"kind": kind, "scopes": scopes, "name": "a client", "days": 10, **more}
        if kind is ClientKind.FOCAL_POINT:
            return await create(transaction, member_state=await state(transaction, code or "JM"), **of)
        code = code or (f"AGENCY-{new_id()}" if kind is ClientKind.PARTNER else STAFF_AGENCY)
        agency_id = await agency(transaction, code)
        if kind is ClientKind.PARTNER:
            await agree(transaction, agency_id)
        return await create(transaction, agency=code, **of)


async def state(transaction: Transaction, code: str) -> str:
    """The code of a member state, made if it is not there."""
    if not await transaction.value(text("SELECT count(*) FROM member_state WHERE code = :code"), code=code):
        await transaction.insert(MemberState, [{"code": code, "iso3": code, "m49": code, "name": code, "short_name": code}])
    return code


async def agency(transaction: Transaction, code: str) -> UUID:
    """The id of the agency with a code, made if it is not there."""
    found = await agreements.agency_named(transaction, code)
    if found is None:
        found = new_id()
        row = {"id": found, "code": code, "name": code, "labels": [], "kind": "REGIONAL_BODY", "revision": 1}
        await transaction.insert(PartnerAgency, [row])
    return found


async def agree(transaction: Transaction, agency_id: UUID, **said: Any) -> UUID:
    """The id of a new agreement with an agency, in force since yesterday unless it says otherwise."""
    today = datetime.now(UTC).date()
    basic: dict[str, Any] = {
        "title": "An agreement",
        "purposes": ["REPORTING"],
        "retention_months": 60,
        "starts_on": today - timedelta(days=1),
        "expires_on": today + timedelta(days=365),
    }
    return await agreements.create(transaction, agency_id, Terms(**basic | said))
