"""Attacks that once worked: on memory, on time, and on the error that should have been told. Each is refused, or comes to nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn

from graph import protocol, requests
from graph.endpoint import STATUSES
from graph.protocol import Protocol
from graph.schema import graphql_schema
from models.database import Database, PoolBusy
from models.viewer import ANONYMOUS
from resolvers.compiler.binds import Call
from resolvers.compiler.document import MAX_VALUES
from resolvers.compiler.limits import Limits
from resolvers.errors import DocumentError
from resolvers.execute import Graph, Request, execute, prepare, read, shape, weight
from resolvers.queries import TYPES
from tests.edge import Stub, application, post, speaking_to

COHORTS = "query ($filter: CohortFilter) { cohorts(filter: $filter, first: 1) { totalCount } }"
HEAD = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
ANSWER = b'{"data":{"a":1}}'

pytestmark = pytest.mark.asyncio(loop_scope="session")


def graph() -> Graph:
    stub: Any = Stub('{"a":1}')
    return Graph(graphql_schema, TYPES, stub, b"secret")


def prepared(on: Graph, query: str, variables: dict[str, Any]) -> Any:
    """The statement of a request, and the key that it is kept under."""
    document, priced_by = read(on, Request(query, None, variables), ANONYMOUS)
    call = Call(variables, ANONYMOUS, on.secret, Limits())
    return prepare(on, document, priced_by, call), shape(document, priced_by, call)


class TestKeptStatements:
    @pytest.mark.parametrize(
        ("query", "one", "other"),
        [
            (COHORTS, {"filter": {"id": {"in": ["a" * 60_000] * 9}}}, {"filter": {"id": {"in": ["b"]}}}),
            (COHORTS, {"filter": {"id": {"eq": "a" * 60_000}}}, {"filter": {"id": {"eq": "b" * 65}}}),
            (
                "query ($t: String!) { cohorts(filter: {title: {eq: $t}}, first: 1) { totalCount } }",
                {"t": "a" * 60_000},
                {"t": "b"},
            ),
        ],
        ids=["identifiers", "an identifier", "a text in a filter"],
    )
    async def test_no_value_makes_a_statement_or_a_key_of_its_own(self, query: str, one: dict[str, Any], other: dict[str, Any]) -> None:
        """Once each kept up to a megabyte of variables under a weight of its short SQL, and was compiled anew."""
        on = graph()
        (first, key), (second, same) = prepared(on, query, one), prepared(on, query, other)
        assert first is second
        assert key == same
        assert len(repr(key)) < 1_000

    async def test_the_type_in_an_identifier_still_counts(self) -> None:
        on, query = graph(), "query ($id: ID!) { node(id: $id) { __typename } }"
        assert prepared(on, query, {"id": "MemberState:JM"})[0].sql != prepared(on, query, {"id": "Department:POLICE"})[0].sql

    async def test_a_key_weighs_what_it_holds(self) -> None:
        statuses = ["MEMBER"] * 100_000
        assert weight((("s", ("[]", *statuses)),)) > 1_000_000
        assert weight((("s", "."),)) < 100

    async def test_a_price_never_comes_from_other_conditions(self) -> None:
        """A filter's price depends on its shape alone, so each shape has a key of its own."""
        on = graph()
        filters: list[Any] = [{}, {"or": []}, {"or": [{}]}, {"or": [{}, {}]}, {"and": [{}, {}]}, {"title": {}}, {"title": {"eq": "a"}}]
        assert len({prepared(on, COHORTS, {"filter": given})[1] for given in filters}) == len(filters)


DEAR = "participation(basis: RECORDS, measure: COMPLETED) { pendingDelta cost { amount } explain { text } omitted { text } }"


class TestCompiling:
    async def test_others_are_answered_while_a_dear_operation_is_compiled(self) -> None:
        on, warm = graph(), Request("{ departments { code } }")
        await execute(on, warm, ANONYMOUS)
        dear = asyncio.create_task(execute(on, Request(f"{{ {DEAR} again: {DEAR} }}"), ANONYMOUS))
        await asyncio.sleep(0.01)
        await execute(on, warm, ANONYMOUS)
        assert not dear.done()
        await dear

    async def test_five_dear_fields_cost_too_much_without_a_credential(self) -> None:
        many = " ".join(f"p{n}: {DEAR}" for n in range(5))
        with pytest.raises(DocumentError, match="This operation costs 2530, and at most 2000 is allowed"):
            await execute(graph(), Request(f"{{ {many} }}"), ANONYMOUS)


class TestRefusals:
    @pytest_asyncio.fixture(loop_scope="session")
    async def client(self, database: Database) -> AsyncIterator[httpx.AsyncClient]:
        async with speaking_to(application(database)) as client:
            yield client

    async def test_a_million_empty_conditions_are_refused_before_they_are_read(self, client: httpx.AsyncClient) -> None:
        response = await post(client, COHORTS, variables={"filter": {"or": [{}] * 340_000}})
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["message"] == "Variables may hold at most 50000 values in all. Send several requests."

    async def test_as_many_values_as_are_allowed_are_read_in_time(self, client: httpx.AsyncClient) -> None:
        """Python may collect the garbage of other tests meanwhile: once."""
        taken = []
        for _ in range(2):
            started = time.process_time()
            response = await post(client, COHORTS, variables={"filter": {"or": [{}] * (MAX_VALUES - 2)}})
            taken.append(time.process_time() - started)
            assert response.json()["errors"][0]["extensions"]["code"] == "COST_LIMIT"
        assert min(taken) < 1

    async def test_a_long_alias_is_told(self, client: httpx.AsyncClient) -> None:
        response = await post(client, f"{{ {'a' * 64}: viewer {{ kind }} }}")
        assert response.json()["errors"][0]["extensions"]["code"] == "ALIAS_TOO_LONG"

    @pytest.mark.parametrize("number", ['"' + "9" * 30 + "." + "9" * 30 + '"', "99999999", '"-0.000000000001"'])
    async def test_a_decimal_beyond_its_column_is_compared(self, client: httpx.AsyncClient, number: str) -> None:
        for operators in (f"eq: {number}", f"in: [{number}]"):
            response = await post(client, f"{{ courses(filter: {{nominalHours: {{{operators}}}}}) {{ totalCount }} }}")
            assert response.json() == {"data": {"courses": {"totalCount": 0}}}

    async def test_every_code_has_a_status(self) -> None:
        assert "ALIAS_TOO_LONG" in STATUSES


async def test_transactions_leave_connections_to_readers(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once submissions of one partner that waited for their turn held every connection."""
    monkeypatch.setattr("models.database.ACQUIRE_SECONDS", 0.2)
    ended = asyncio.Event()

    async def change() -> None:
        async with database.write() as transaction:
            await transaction.read("SELECT 1", [])
            await ended.wait()

    changing = [asyncio.create_task(change()) for _ in range(6)]
    await asyncio.sleep(0.4)
    assert await database.read("SELECT 1", []) == 1
    assert sum(task.done() for task in changing) == 4
    ended.set()
    results = await asyncio.gather(*changing, return_exceptions=True)
    assert [type(result) for result in results if result] == [PoolBusy] * 4


class TestConnections:
    """Of a real server: half-open heads and bodies, and heads without end."""

    @pytest.fixture
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HEAD_SECONDS", "MESSAGE_SECONDS", "UNREAD_SECONDS"):
            monkeypatch.setattr(protocol, name, 0.3)

    @asynccontextmanager
    async def serving(self, answer: bytes = b'{"a":1}') -> AsyncIterator[int]:
        """The port of a server of the application over a database that gives this answer."""
        config = uvicorn.Config(application(Stub(answer.decode())), port=0, http=Protocol, ws="none", log_config=None, lifespan="off")
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        yield server.servers[0].sockets[0].getsockname()[1]
        server.force_exit = True
        await server.shutdown()

    @pytest.mark.parametrize(
        "sent",
        [b"", b"POST /graphql", HEAD + b"content-length: 99\r\n\r\n", HEAD + b"content-length: 99\r\n\r\n{"],
        ids=["nothing", "half a head", "no body", "half a body"],
    )
    async def test_what_does_not_come_ends_the_connection(self, short: None, sent: bytes) -> None:
        async with self.serving() as port:
            started = time.monotonic()
            assert await _ended(port, sent)
            assert time.monotonic() - started < 3

    async def test_what_is_no_message_after_an_answer_ends_the_connection(self, short: None) -> None:
        async with self.serving() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            await reader.readuntil(b"live\n")
            writer.write(b"\r\n")
            assert await _rest(reader) == b""
            writer.close()

    @pytest.mark.parametrize("piece", [b"a" * 10_000, b"a: b\r\n" * 1_000], ids=["one header", "many headers"])
    async def test_a_head_without_end_is_refused(self, piece: bytes) -> None:
        async with self.serving() as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + b"x: ")
            sent = 0
            while not writer.is_closing() and sent < 10_000_000:
                writer.write(piece)
                sent += len(piece)
                try:
                    await writer.drain()
                except ConnectionError:
                    break
                await asyncio.sleep(0)
            assert sent < 5_000_000
            writer.close()

    async def test_an_answer_that_nobody_reads_ends_the_connection(self, short: None) -> None:
        async with self.serving(b'{"a":"' + b"x" * 30_000_000 + b'"}') as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
            body = b'{"query":"{ viewer { kind } }"}'
            writer.write(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
            await asyncio.sleep(1.5)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(30_000_000)
            writer.close()

    async def test_slow_bodies_keep_nobody_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Once 500 of them took every place of those under way."""
        monkeypatch.setattr("graph.endpoint.MAX_UNDER_WAY", 2)
        monkeypatch.setattr(requests, "MAX_UNFINISHED", 3)
        async with self.serving() as port:
            slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
            for _, writer in slow:
                writer.write(HEAD + b"content-length: 99\r\n\r\n{")
            await asyncio.sleep(0.2)
            refused = [reader for reader, _ in slow if reader._buffer]  # type: ignore[attr-defined]
            assert len(refused) == 2
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                assert (await post(client, "{ viewer { kind } }")).status_code == 200
            for _, writer in slow:
                writer.close()

    async def test_honest_messages_pass(self, short: None) -> None:
        body = b'{"query":"{ viewer { kind } }","variables":{"x":"' + b"x" * 60_000 + b'"}}'
        async with self.serving() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(3):
                writer.write(HEAD[:30])
                await asyncio.sleep(0.05)
                writer.write(HEAD[30:] + b"content-length: %d\r\n\r\n" % len(body) + body[:50])
                await asyncio.sleep(0.05)
                writer.write(body[50:])
                assert (await reader.readuntil(ANSWER)).startswith(b"HTTP/1.1 200 OK")
                await asyncio.sleep(0.4)  # longer than a head may take: an idle connection is not a half-open one
            writer.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await asyncio.wait_for(reader.read(), 3)
    except ConnectionError:
        return b""


async def _ended(port: int, sent: bytes) -> bool:
    """Whether the server ends a connection on which this was sent, without an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await _rest(reader) == b""
    finally:
        writer.close()
