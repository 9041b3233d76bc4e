"""A client that does nothing but send prepared bytes and read whole answers, over a number of connections that are kept open."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests per second, and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float


def request(port: int, body: bytes, credential: str) -> bytes:
    """The bytes of a POST to /graphql."""
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {credential}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection, with one request under way at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._expected = -1
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Collects the answer, until it is whole."""
        self._received += data
        if self._expected < 0:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._received[:end]).lower()
            length = head.index(b"content-length:") + len(b"content-length:")
            self._expected = end + 4 + int(head[length:].split(b"\r\n", 1)[0])
        if len(self._received) >= self._expected and self._answer:
            answer, self._answer = self._answer, None
            answer.set_result(bytes(self._received))

    def connection_lost(self, error: Exception | None) -> None:
        """Fails the request under way."""
        if self._answer:
            self._answer.set_exception(error or ConnectionError("the server closed the connection"))

    async def send(self, data: bytes) -> bytes:
        """The body of the answer; raises RuntimeError if its status is not 200."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._received.clear()
        self._expected = -1
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        whole = await self._answer
        if not whole.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(whole[:2000].decode(errors="replace"))
        return whole.split(b"\r\n\r\n", 1)[1]


async def connect(port: int) -> Connection:
    """A connection to the server on this port."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


async def once(port: int, body: bytes, credential: str) -> object:
    """The parsed answer to one request."""
    return orjson.loads(await (await connect(port)).send(request(port, body, credential)))


async def measure(port: int, next_body: Callable[[], bytes], credential: str, *, connections: int, seconds: float) -> Measured:
    """What the server does under load from so many connections, in so many seconds, or as long as `FEWEST` answers take.

    The first answer of each connection warms up and does not count.
    """
    latencies: list[float] = []
    open_connections = [await connect(port) for _ in range(connections)]
    await asyncio.gather(*[connection.send(request(port, next_body(), credential)) for connection in open_connections])
    begin = time.perf_counter()

    async def work(connection: Connection) -> None:
        while (start := time.perf_counter()) < begin + seconds or len(latencies) < FEWEST:
            await connection.send(request(port, next_body(), credential))
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*[work(connection) for connection in open_connections])
    elapsed = time.perf_counter() - begin
    latencies.sort()
    return Measured(
        len(latencies) / elapsed,
        latencies[len(latencies) // 2] * 1000,
        latencies[min(int(len(latencies) * 0.99), len(latencies) - 1)] * 1000,
    )
