"""GraphQL over HTTP: media types, methods, bodies, credentials, faults. The cases of the specification, and of the house."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import update

from graph.auth import Authenticator
from graph.door import Door
from graph.logs import describe_exception
from graph.requests import is_json, negotiate
from models.access import ApiClient, ClientKind, Credential, Scope
from models.clients import SCOPES
from models.database import Database, PoolBusy
from models.viewer import ANONYMOUS, ViewerKind
from resolvers.errors import Unauthenticated
from tests.edge import GRAPHQL, JSON, MEDIA, Stub, application, issue, post, speaking_to

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPENAME = {"query": "{ __typename }"}
PAST = datetime(2020, 1, 1, tzinfo=UTC)
ANSWER = b'{"data":{"__typename":"Query"}}'


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with speaking_to(application(Stub('{"__typename":"Query"}'))) as speaking:
        yield speaking


def code_of(response: httpx.Response) -> str:
    [error, *_] = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return str(error["extensions"]["code"])


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "media"),
        [
            ("", None),
            ("*/*", JSON),
            ("application/*", JSON),
            (JSON, JSON),
            (GRAPHQL, GRAPHQL),
            (f"{GRAPHQL}, {JSON}", GRAPHQL),
            (f"{JSON}, {GRAPHQL}", JSON),
            (f"{GRAPHQL};q=0.5, {JSON};q=0.9", JSON),
            (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
            (f"{GRAPHQL}, {JSON};q=0.9, */*;q=0.1", GRAPHQL),
            (f"{JSON}, multipart/mixed", JSON),
            ("text/event-stream, */*", JSON),
            (f"{JSON}; charset=utf-8", JSON),
            (f"{JSON}; charset=utf-16", None),
            (f"{JSON};q=0", None),
            (f"{JSON};q=0, */*", GRAPHQL),
            (f"{JSON};q=nonsense", None),
            ("text/html", None),
            ("text/event-stream", None),
            ("application/jsonp", None),
            (";;,,=", None),
            (GRAPHQL.upper(), GRAPHQL),
        ],
    )
    async def test_the_preferred_type_is_answered(self, accept: str, media: str | None) -> None:
        assert negotiate(accept.encode()) == media

    async def test_no_preference_means_json(self, client: httpx.AsyncClient) -> None:
        del client.headers["accept"]
        response = await client.post("/graphql", json=TYPENAME)
        assert (response.status_code, response.headers["content-type"]) == (200, "application/json; charset=utf-8")
        assert response.content == ANSWER

    @pytest.mark.parametrize("media", MEDIA)
    async def test_the_type_of_the_answer_is_said(self, client: httpx.AsyncClient, media: str) -> None:
        for query in ("{ __typename }", "{"):
            response = await post(client, query, media)
            assert response.headers["content-type"] == f"{media}; charset=utf-8"
            assert response.headers["vary"] == "accept, authorization"

    async def test_other_types_are_refused(self, client: httpx.AsyncClient) -> None:
        response = await post(client, "{ __typename }", "text/html")
        assert (response.status_code, code_of(response)) == (406, "NOT_ACCEPTABLE")

    @pytest.mark.parametrize(
        ("content_type", "accepted"),
        [
            ("application/json", True),
            ("Application/JSON", True),
            ("application/json; charset=utf-8", True),
            ('application/json;charset="UTF-8"', True),
            ("application/json; charset=utf-16", False),
            ("application/graphql", False),
            ("application/jsonp", False),
            ("text/plain; a=application/json", False),
            ("application/json, text/plain", False),
            ("multipart/form-data; boundary=application/json", False),
            ("application/x-www-form-urlencoded", False),
            ("text/plain", False),
            ("", False),
        ],
    )
    async def test_bodies_are_json(self, client: httpx.AsyncClient, content_type: str, accepted: bool) -> None:
        assert is_json(content_type.encode()) is accepted
        response = await client.post("/graphql", content=orjson.dumps(TYPENAME), headers={"content-type": content_type})
        assert response.status_code == (200 if accepted else 415)
        assert accepted or code_of(response) == "UNSUPPORTED_MEDIA_TYPE"

    async def test_a_body_without_type_or_compressed_is_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/graphql", content=orjson.dumps(TYPENAME))).status_code == 415
        headers = {"content-type": JSON, "content-encoding": "gzip"}
        assert (await client.post("/graphql", content=orjson.dumps(TYPENAME), headers=headers)).status_code == 415


class TestMethods:
    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
    async def test_others_are_refused(self, client: httpx.AsyncClient, method: str) -> None:
        response = await client.request(method, "/graphql")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")

    @pytest.mark.parametrize("media", MEDIA)
    async def test_a_query_may_be_sent_by_get(self, client: httpx.AsyncClient, media: str) -> None:
        parameters = {"query": "query A { __typename @skip(if: false) }", "operationName": "A"}
        for more in ({}, {"variables": '{"n": 1}'}, {"variables": ""}, {"extensions": "{}"}, {"variables": "null"}):
            response = await client.get("/graphql", params=parameters | more, headers={"accept": media})
            assert (response.status_code, response.content) == (200, ANSWER)

    @pytest.mark.parametrize("media", MEDIA)
    async def test_a_mutation_may_not(self, client: httpx.AsyncClient, media: str) -> None:
        response = await client.get("/graphql", params={"query": "mutation { __typename }"}, headers={"accept": media})
        assert (response.status_code, response.headers["allow"], code_of(response)) == (405, "POST", "METHOD_NOT_ALLOWED")

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "variables={}",
            "query={__typename}&query={__typename}",
            "query={__typename}&variables={",
            "query={__typename}&variables=[]",
            "query={__typename}&variables=1",
            "query={__typename}&extensions=1",
            "query=%ff",
            "query=%ed%a0%80",
            "query",
            "query={__typename}&" + "&".join(f"a{i}=1" for i in range(20)),
        ],
    )
    async def test_malformed_parameters_are_refused(self, client: httpx.AsyncClient, query: str) -> None:
        response = await client.get(f"/graphql?{query}")
        assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")

    async def test_a_public_answer_is_revalidated(self, client: httpx.AsyncClient) -> None:
        first = await client.get("/graphql", params=TYPENAME)
        again = await client.get("/graphql", params=TYPENAME, headers={"if-none-match": f'"x", {first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert (await client.get("/graphql", params=TYPENAME, headers={"if-none-match": '"x"'})).status_code == 200
        assert "etag" not in (await client.get("/graphql", params={"query": "{"})).headers


class TestParameters:
    @pytest.mark.parametrize("media", MEDIA)
    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"qeury": "{ __typename }"},
            *({"query": value} for value in ({"a": 1}, 0, False, ["a"], None)),
            *({**TYPENAME, "operationName": value} for value in ({"a": 1}, 0, False, ["a"])),
            *({**TYPENAME, "variables": value} for value in ("a", 0, False, ["a"])),
            *({**TYPENAME, "extensions": value} for value in ("a", 0, False, ["a"])),
            [TYPENAME],
            [TYPENAME, TYPENAME],
            "query",
            1,
            None,
        ],
    )
    async def test_wrong_types_are_refused(self, client: httpx.AsyncClient, media: str, parameters: Any) -> None:
        headers = {"accept": media, "content-type": JSON}
        response = await client.post("/graphql", content=orjson.dumps(parameters), headers=headers)
        assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
        assert "data" not in response.json()

    @pytest.mark.parametrize("media", MEDIA)
    @pytest.mark.parametrize(
        "parameters",
        [
            {"variables": None, "operationName": None, "extensions": None},
            {"variables": {}, "operationName": "", "extensions": {"a": 1}},
            {"variables": {"name": "sometype"}, "unknown": 1},
        ],
    )
    async def test_null_and_absent_are_alike(self, client: httpx.AsyncClient, media: str, parameters: Any) -> None:
        response = await client.post("/graphql", json=TYPENAME | parameters, headers={"accept": media})
        assert (response.status_code, response.content) == (200, ANSWER)

    @pytest.mark.parametrize(
        "query", ["{", "{ missing }", "query ($id: ID!) { node(id: $id) { id } }", "{ cohorts(first: 101) { totalCount } }"]
    )
    async def test_a_well_formed_request_is_200_over_json(self, client: httpx.AsyncClient, query: str) -> None:
        over_json, over_graphql = await post(client, query, JSON), await post(client, query, GRAPHQL)
        assert (over_json.status_code, over_graphql.status_code) == (200, 400)
        assert code_of(over_json) == code_of(over_graphql)
        assert "data" not in over_graphql.json()
        assert "data" not in over_json.json()

    async def test_errors_say_where(self, client: httpx.AsyncClient) -> None:
        [error, *_] = (await post(client, "{\n  missing\n}")).json()["errors"]
        assert error["locations"] == [{"line": 2, "column": 3}]
        [error, *_] = (await post(client, "{ a: cohorts(first: 101) { totalCount } }")).json()["errors"]
        assert error["path"] == ["a"]
        assert error["extensions"]["limit"] == 100


class TestBodies:
    @pytest.mark.parametrize("chunked", [False, True])
    async def test_a_body_beyond_the_limit_is_not_read_whole(self, client: httpx.AsyncClient, chunked: bool) -> None:
        sent = 0

        async def parts() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(50):
                sent += 100_000
                yield b" " * 100_000

        headers = {"content-type": JSON} | ({} if chunked else {"content-length": "5000000"})
        response = await client.post("/graphql", content=parts(), headers=headers)
        assert (response.status_code, code_of(response)) == (413, "BODY_TOO_LARGE")
        assert sent <= 1_300_000

    async def test_a_body_in_parts_is_one_body(self, client: httpx.AsyncClient) -> None:
        async def parts() -> AsyncIterator[bytes]:
            for byte in orjson.dumps(TYPENAME):
                yield bytes([byte])

        response = await client.post("/graphql", content=parts(), headers={"content-type": JSON})
        assert response.content == ANSWER

    async def test_a_client_that_leaves_gets_no_answer(self) -> None:
        sent: list[Any] = []
        messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        }
        await application(Stub(None))(scope, receive, send)
        assert sent == []


class TestDoor:
    PATHS = ("/", "/graphql", "/health/live", "/health/ready", "/missing", "/graphql/", "/graphql?query={__typename}")

    @pytest.mark.parametrize("path", PATHS)
    async def test_every_response_carries_the_security_headers(self, client: httpx.AsyncClient, path: str) -> None:
        response = await client.get(path)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert len(response.headers["x-request-id"]) >= 16
        assert "set-cookie" not in response.headers
        assert "access-control-allow-origin" not in response.headers

    async def test_a_request_id_is_taken_if_it_looks_drawn(self, client: httpx.AsyncClient) -> None:
        for right in ("0af7651916cd43dd8448eb211c80319c", "01890A5D-ac96-774b-bcce-b302099a8057"):
            assert (await client.get("/", headers={"x-request-id": right})).headers["x-request-id"] == right
        for wrong in ("abc-123.DEF", "John.Smith-18765551234", "a" * 31, "a" * 33, "g" * 32, "a" * 32 + "\n", '{"a":"bcdefg"}'):
            found = (await client.get("/", headers={"x-request-id": wrong})).headers["x-request-id"]
            assert (len(found), found == wrong) == (32, False)

    async def test_the_root_says_where_the_graph_is(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/")
        assert response.status_code == 200
        assert "/graphql" in response.text

    @pytest.mark.parametrize(
        "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]", "graph.example", "graph.example:443"]
    )
    async def test_known_hosts_are_answered(self, client: httpx.AsyncClient, host: str) -> None:
        assert (await client.get("/", headers={"host": host})).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "graph.example:evil", "::1", "localhost@evil.example"])
    async def test_other_hosts_are_refused(self, client: httpx.AsyncClient, host: str) -> None:
        response = await client.get("/graphql?query={__typename}", headers={"host": host})
        assert (response.status_code, code_of(response)) == (421, "HOST_NOT_ALLOWED")
        assert (await client.get("/health/live", headers={"host": host})).status_code == 200

    async def test_too_large_a_head_is_refused(self, client: httpx.AsyncClient) -> None:
        for headers in ({"x-large": "x" * 16_384}, {f"x-{i}": "1" for i in range(101)}):
            response = await client.get("/", headers=headers)
            assert (response.status_code, code_of(response)) == (431, "HEADERS_TOO_LARGE")
        assert (await client.get("/graphql", params={"query": "{ __typename }" + " " * 17_000})).status_code == 431

    async def test_strict_transport_is_asked_for_behind_tls_alone(self, client: httpx.AsyncClient) -> None:
        assert "strict-transport-security" not in (await client.get("/")).headers
        assert (await client.get("https://localhost/")).headers["strict-transport-security"] == "max-age=31536000"

    async def test_no_exception_gets_out(self) -> None:
        async def broken(scope: Any, receive: Any, send: Any) -> None:
            raise RuntimeError("a secret")

        transport = httpx.ASGITransport(Door(broken, (), {}))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            response = await client.get("/")
        assert (response.status_code, code_of(response)) == (500, "INTERNAL")
        assert "secret" not in response.text


class TestFaults:
    FAULTS = (
        (asyncpg.QueryCanceledError("canceling statement due to statement timeout"), 503, "TIMEOUT"),
        (TimeoutError(), 503, "TIMEOUT"),
        (PoolBusy(), 503, "BUSY"),
        (asyncpg.LockNotAvailableError("x"), 503, "BUSY"),
        (asyncpg.DeadlockDetectedError("x"), 503, "BUSY"),
        (asyncpg.TooManyConnectionsError("x"), 503, "BUSY"),
        (asyncpg.CannotConnectNowError("x"), 503, "BUSY"),
        (asyncpg.ConnectionDoesNotExistError("x"), 503, "BUSY"),
        (asyncpg.InterfaceError("connection is closed"), 503, "BUSY"),
        (ConnectionRefusedError("/run/postgresql"), 503, "BUSY"),
        (asyncpg.InterfaceError("the server expects 2 arguments"), 500, "INTERNAL"),
        (asyncpg.UndefinedColumnError('column "hidden" does not exist'), 500, "INTERNAL"),
        (ZeroDivisionError("hidden"), 500, "INTERNAL"),
    )

    @pytest.mark.parametrize("media", MEDIA)
    @pytest.mark.parametrize(("error", "status", "code"), FAULTS)
    async def test_each_is_told_by_its_code_alone(self, error: Exception, status: int, code: str, media: str) -> None:
        with structlog.testing.capture_logs() as lines:
            async with speaking_to(application(Stub(error))) as client:
                response = await post(client, "{ viewer { kind } }", media)
        assert (response.status_code, code_of(response)) == (status, code)
        assert status != 503 or int(response.headers["retry-after"]) >= 1
        for hidden in ("hidden", "Traceback", "SELECT", "asyncpg", "postgresql", "column"):
            assert hidden not in response.text
        assert any(line["log_level"] == "error" for line in lines) == (status == 500)

    async def test_a_traceback_is_logged_with_the_request_id(self) -> None:
        with structlog.testing.capture_logs() as lines:
            async with speaking_to(application(Stub(ZeroDivisionError("why")))) as client:
                response = await post(client, "{ viewer { kind } }")
        [line] = [line for line in lines if line["log_level"] == "error"]
        assert line["request_id"] == response.headers["x-request-id"]
        assert isinstance(line["exc_info"], ZeroDivisionError)

    async def test_readiness_tells_whether_the_database_answers(self) -> None:
        async with speaking_to(application(Stub(1))) as client:
            assert (await client.get("/health/ready")).status_code == 200
        async with speaking_to(application(Stub(ConnectionRefusedError()))) as client:
            assert (await client.get("/health/ready")).status_code == 503
            assert (await client.get("/health/live")).status_code == 200

    async def test_readiness_waits_two_seconds_at_most(self) -> None:
        class Silent(Stub):
            async def read(self, sql: str, arguments: Any) -> Any:
                await asyncio.sleep(60)

        started = time.monotonic()
        async with speaking_to(application(Silent(None))) as client:
            response = await client.get("/health/ready")
        assert (response.status_code, code_of(response)) == (503, "BUSY")
        assert time.monotonic() - started < 3

    async def test_too_many_requests_at_once_are_shed(self) -> None:
        gate = asyncio.Event()

        class Slow(Stub):
            async def read(self, sql: str, arguments: Any) -> Any:
                await gate.wait()
                return '{"viewer":{}}'

        async with speaking_to(application(Slow(None))) as client:
            waiting = [asyncio.create_task(post(client, "{ viewer { kind } }")) for _ in range(510)]
            shed, _ = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
            gate.set()
            statuses = sorted([task.result().status_code for task in (await asyncio.wait(waiting))[0]])
        assert shed
        assert statuses == [200] * 500 + [503] * 10


class TestLogs:
    async def test_a_request_is_one_line_without_its_content(self, client: httpx.AsyncClient) -> None:
        with structlog.testing.capture_logs() as lines:
            response = await post(
                client, "query ($id: ID = 1) { __typename }", variables={"id": "personal"}, headers={"authorization": "Bearer x"}
            )
        [line] = [line for line in lines if line["event"] == "request"]
        assert line["request_id"] == response.headers["x-request-id"]
        assert (line["method"], line["status"], line["code"]) == ("POST", 401, "UNAUTHENTICATED")
        for hidden in ("personal", "__typename", "Bearer"):
            assert hidden not in str(line)

    async def test_an_exception_is_told_without_the_values_of_rows(self) -> None:
        error = asyncpg.UniqueViolationError("duplicate key\nDETAIL: Key (name)=(personal) already exists.")
        event = describe_exception(None, "error", {"event": "unexpected", "exc_info": error})
        assert event == {"event": "unexpected", "error": "UniqueViolationError", "reason": "duplicate key", "frames": []}


class TestCredentials:
    async def test_a_credential_names_its_client(self, shared_database: Database, shared_owner_database: Database) -> None:
        issued = await issue(shared_owner_database, scopes=(Scope.SUBMIT, Scope.STATEMENTS_READ))
        authenticator = Authenticator(shared_database)
        viewer = await authenticator.viewer(f"Bearer {issued.credential}".encode())
        assert (viewer.kind, viewer.client_id, viewer.client_name) == (ViewerKind.PARTNER, issued.client_id, "a client")
        assert viewer.scopes == {"submit", "statements:read"}
        assert viewer.agency_id is not None
        assert await authenticator.viewer(f"bearer  {issued.credential}".encode()) == viewer
        assert await authenticator.viewer(None) is ANONYMOUS

    async def test_a_client_without_scopes_has_none(self, shared_database: Database, shared_owner_database: Database) -> None:
        issued = await issue(shared_owner_database)
        assert (await Authenticator(shared_database).viewer(f"Bearer {issued.credential}".encode())).scopes == frozenset()

    async def test_whatever_does_not_work_is_answered_alike(self, shared_database: Database, shared_owner_database: Database) -> None:
        issued, expired, revoked = [await issue(shared_owner_database) for _ in range(3)]
        async with shared_owner_database.write() as transaction:
            key = expired.credential_id
            await transaction.fetch(update(Credential).where(Credential.id == key).values(expires_at=PAST))  # type: ignore[arg-type]
            await transaction.fetch(update(ApiClient).where(ApiClient.id == revoked.client_id).values(revoked_at=issued.expires_at))  # type: ignore[arg-type]
        prefix, key, secret = issued.credential.rsplit("_", 2)
        wrong = [
            f"Bearer {prefix}_{key}_{'A' * len(secret)}",
            f"Bearer {prefix}_{key}_{secret}x",
            f"Bearer {prefix}_{'0' * len(key)}_{secret}",
            f"Bearer xx_{key}_{secret}",
            f"Bearer {expired.credential}",
            f"Bearer {revoked.credential}",
            "Bearer",
            "Bearer ",
            "Bearer nonsense",
            f"Basic {issued.credential}",
            issued.credential,
            f"Bearer {issued.credential} {issued.credential}",
            "",
            "\xff",
        ]
        app = application(shared_database)
        answers = set()
        async with speaking_to(app) as client:
            for header in wrong:
                for media in MEDIA:
                    headers = [(b"authorization", header.encode("latin-1")), (b"accept", media.encode())]
                    response = await client.post("/graphql", json=TYPENAME, headers=headers)
                    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED"), header
                    answers.add(response.text.replace(response.headers["x-request-id"], ""))
                    assert response.headers["www-authenticate"].startswith("Bearer")
                    assert response.headers["cache-control"] == "no-store"
            assert len(answers) == 1
            headers = {"authorization": f"Bearer {issued.credential}"}
            response = await post(client, "{ __typename }", headers=headers)
            assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
            response = await client.get("/graphql", params=TYPENAME, headers=headers)
            assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
            assert "etag" not in response.headers

    async def test_a_credential_is_looked_up_once_in_a_while(self, shared_database: Database, shared_owner_database: Database) -> None:
        issued = await issue(shared_owner_database)
        now, reads = 0.0, 0

        class Counting:
            async def read(self, sql: str, arguments: Any) -> Any:
                nonlocal reads
                reads += 1
                return await shared_database.read(sql, arguments)

        authenticator = Authenticator(Counting(), clock=lambda: now)  # type: ignore[arg-type]
        header = f"Bearer {issued.credential}".encode()
        for _ in range(5):
            await authenticator.viewer(header)
        assert reads == 1
        async with shared_owner_database.write() as transaction:
            await transaction.fetch(update(ApiClient).where(ApiClient.id == issued.client_id).values(revoked_at=issued.expires_at))  # type: ignore[arg-type]
        await authenticator.viewer(header)
        now = 4.9
        with pytest.raises(Unauthenticated):
            await authenticator.viewer(header)
        assert reads == 2

    async def test_a_wrong_secret_is_refused_also_while_the_right_one_is_known(
        self, shared_database: Database, shared_owner_database: Database
    ) -> None:
        issued = await issue(shared_owner_database, ClientKind.STAFF, tuple(SCOPES[ClientKind.STAFF]))
        authenticator = Authenticator(shared_database)
        assert (await authenticator.viewer(f"Bearer {issued.credential}".encode())).kind is ViewerKind.STAFF
        with pytest.raises(Unauthenticated):
            await authenticator.viewer(f"Bearer {issued.credential[:-1]}{'A' if issued.credential[-1] != 'A' else 'B'}".encode())


async def test_no_secret_is_kept_in_memory(shared_owner_database: Database, shared_database: Database) -> None:
    issued = await issue(shared_owner_database)
    authenticator = Authenticator(shared_database)
    await authenticator.viewer(f"Bearer {issued.credential}".encode())
    assert issued.credential.rsplit("_", 1)[1] not in repr(vars(authenticator))
