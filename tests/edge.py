"""What tests of the edge share: the application over a database, real or failing, and a client that speaks HTTP to it in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx

from graph.app import create_app
from graph.door import Door
from graph.settings import Settings
from models.access import ClientKind, Scope
from models.agencies import PartnerAgency
from models.base import new_id
from models.clients import Issued, create
from models.database import Database

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


async def issue(owner: Database, kind: ClientKind = ClientKind.PARTNER, scopes: tuple[Scope, ...] = (), code: str | None = None) -> Issued:
    """A new client with its credential, of a new agency."""
    code = code or ("CARICOM-IMPACS" if kind is ClientKind.STAFF else f"AGENCY-{new_id()}")
    async with owner.write() as transaction:
        await transaction.insert(
            PartnerAgency, [{"id": new_id(), "code": code, "name": code, "labels": [], "kind": "REGIONAL_BODY", "revision": 1}]
        )
        return await create(transaction, agency=code, kind=kind, scopes=scopes, name="a client", days=10)
