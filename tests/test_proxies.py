"""Whose address counts: through a real socket, as the server itself is set up; what decides something is sent once, and in the head."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from graph.app import create_app
from graph.server import UVICORN
from models.access import ClientKind
from models.database import Database
from tests.edge import SETTINGS, application, issue, speaking_to

pytestmark = pytest.mark.asyncio

ALLOWED, OTHER = "192.0.2.7", "203.0.113.9"
WHO = {"query": "{ viewer { kind } }"}


class Started(uvicorn.Server):
    """Uvicorn, that can be waited for."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


@asynccontextmanager
async def listening(database: Database, *proxies: str) -> AsyncIterator[str]:
    """The address of a server with these proxies before it."""
    app = create_app(SETTINGS.model_copy(update={"trusted_proxies": frozenset(proxies)}), database)
    server = Started(uvicorn.Config(app, **UVICORN))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.answers.wait()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await serving


CASES: list[tuple[tuple[str, ...], list[tuple[list[str], int]]]] = [
    ((), [([ALLOWED], 401), ([], 401)]),
    (("198.51.100.0/24",), [([ALLOWED], 401)]),
    (
        ("127.0.0.1",),
        [([ALLOWED], 200), ([OTHER, ALLOWED], 200), ([ALLOWED, OTHER], 401), ([ALLOWED, f"{OTHER}, 127.0.0.1"], 401), ([], 401)],
    ),
]
"""The proxies that are trusted; then what a request has in X-Forwarded-For, and the status that answers it."""


async def test_what_a_caller_says_of_its_address_is_believed_from_trusted_proxies_alone(
    database: Database, owner_database: Database
) -> None:
    issued = await issue(owner_database, ClientKind.STAFF, addresses=["192.0.2.0/24"])
    for proxies, requests in CASES:
        async with listening(database, *proxies) as address, httpx.AsyncClient(trust_env=False) as client:
            for forwarded, status in requests:
                headers = [("authorization", f"Bearer {issued.credential}"), *(("x-forwarded-for", each) for each in forwarded)]
                response = await client.post(address, json=WHO, headers=headers)
                assert (response.status_code, proxies, forwarded) == (status, proxies, forwarded)
                assert response.json().get("data") == ({"viewer": {"kind": "STAFF"}} if status == 200 else None)


async def test_a_header_that_decides_something_is_sent_once(database: Database, owner_database: Database) -> None:
    issued = await issue(owner_database, ClientKind.STAFF)
    given = {
        "Authorization": f"Bearer {issued.credential}",
        "Purpose": "REPORTING",
        "Content-Type": "application/json",
        "Host": "localhost",
    }
    async with speaking_to(application(database)) as client:
        whole = [*given.items()]
        assert (await client.post("/graphql", json=WHO, headers=whole)).status_code == 200
        for name, value in given.items():
            response = await client.post("/graphql", json=WHO, headers=[*whole, (name.lower(), value)])
            assert response.status_code == 400
            (error,) = response.json()["errors"]
            assert (error["extensions"]["code"], error["message"]) == ("BAD_REQUEST", f"The header {name} may be sent once.")


CHUNKED = (
    b"POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
)


async def answer_of(port: int, *heads: str, trailers: tuple[str, ...] = ()) -> tuple[int, Any]:
    """The status and the data that answer WHO, sent by chunks and in one segment, with these fields before the body and these after it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(WHO).encode()
    head, tail = ("".join(f"{line}\r\n" for line in lines).encode() for lines in (heads, trailers))
    writer.write(CHUNKED + head + b"\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n" + tail + b"\r\n")
    told, _, rest = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(told.split()[1]), json.loads(rest).get("data")


async def test_what_comes_after_the_body_is_no_header(database: Database, owner_database: Database) -> None:
    """Once a trailer in the segment of its body was one: by it a credential worked from an address that is not its own."""
    free = await issue(owner_database, ClientKind.STAFF)
    bound = await issue(owner_database, ClientKind.STAFF, addresses=["192.0.2.0/24"])
    own = f"Authorization: Bearer {bound.credential}"
    allowed, other = f"X-Forwarded-For: {ALLOWED}", f"X-Forwarded-For: {OTHER}"
    trailers = (f"Authorization: Bearer {free.credential}", allowed, other, "Purpose: none", "Host: elsewhere.example")
    cases: dict[tuple[str, ...], tuple[int, Any]] = {
        (): (200, {"viewer": {"kind": "ANONYMOUS"}}),
        (other, own): (401, None),
        (allowed, own): (200, {"viewer": {"kind": "STAFF"}}),
    }
    async with listening(database, "127.0.0.1") as address:
        port = httpx.URL(address).port or 0
        for added in ((), *[(trailer,) for trailer in trailers], trailers):
            assert {heads: await answer_of(port, *heads, trailers=added) for heads in cases} == cases, added
