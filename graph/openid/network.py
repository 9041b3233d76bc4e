"""Asks the issuer over HTTP: in bounded time, for a bounded answer, where nobody can listen on the way, and without following redirects."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from graph.openid.addresses import is_safe

SECONDS = 5.0
MAX_BYTES = 256 << 10


class Unreachable(Exception):
    """The issuer did not answer, or with what cannot be an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, and the JSON object that it holds; empty if it holds another thing."""

    status: int
    content: dict[str, Any]

    @property
    def is_ok(self) -> bool:
        """Whether the issuer did what it was asked."""
        return self.status == httpx.codes.OK and bool(self.content)


async def ask(method: str, address: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Answer:
    """What the issuer answers. Raises Unreachable."""
    if not is_safe(address):
        raise Unreachable("the address is neither https nor this machine's")
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
            told = {"accept": "application/json", **(headers or {})}
            async with client.stream(method, address, data=form, headers=told) as response:
                body = await _bounded(response)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise Unreachable(type(error).__name__) from None
    try:
        found = orjson.loads(body)
    except ValueError:
        found = None
    return Answer(response.status_code, found if isinstance(found, dict) else {})


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise Unreachable("the answer is too large")
    return body
