"""The floor: what any server must at least do. One bare ASGI function reads the body, runs one SQL through asyncpg, writes bytes.

Reads run the very SQL that the graph runs, which says who asks. A submission, whose sender each connection says once, stores rows that were
checked beforehand, of the same number in the same tables.
"""

import os
import pickle
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from models.database import WORK_MEMORY

Message = MutableMapping[str, Any]
prepared: dict[str, Any] = {}
HEADERS = [(b"content-type", b"application/json")]


async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    """Answers the operation that the body names by its operationName."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    asked = orjson.loads(body)
    answer = await (_store(asked["rows"]) if "rows" in asked else _read(asked["operationName"]))
    headers = [*HEADERS, (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _read(name: str) -> bytes:
    sql, arguments = prepared["reads"][name]
    async with prepared["pool"].acquire() as connection:
        text: str = await connection.fetchval(sql, *arguments)
    return b'{"data":' + text.encode() + b"}"


async def _store(tables: list[tuple[str, list[Any]]]) -> bytes:
    async with prepared["pool"].acquire() as connection, connection.transaction():
        for insertion, rows in tables:
            await connection.execute(insertion, orjson.dumps(rows).decode())
    return b'{"data":{}}'


async def _lifespan(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    await receive()
    prepared["reads"] = pickle.loads(Path(os.environ["FLOOR_READS"]).read_bytes())  # noqa: ASYNC240 - our own file, before anything is served
    prepared["pool"] = await asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=1,
        max_size=10,
        reset=_keep,
        server_settings={"jit": "off", "timezone": "UTC", "work_mem": WORK_MEMORY, "graph.kind": "STAFF"},
    )
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await prepared["pool"].close()
    await send({"type": "lifespan.shutdown.complete"})


async def _keep(connection: asyncpg.Connection) -> None:
    """Leaves a released connection as it is: asyncpg's reset would cost the floor a round trip."""
