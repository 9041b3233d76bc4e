"""Staff sessions over a socket: who gets one, what a request with its cookie must carry, what it may do, when it ends."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from graph import peers
from graph.openid.flow import Attempt
from graph.sessions import MAX_SESSIONS, Sessions, hash_of, token_of
from graph.sites import site_of
from models import embedded, throwaway
from models.access import ClientKind, Scope
from models.database import Database
from models.provision import Addresses
from models.sessions import Mode, Way
from models.viewer import Viewer, ViewerKind
from resolvers.errors import AgreementExpired
from tests.edge import issue
from tests.processes import Serving, command, serving

OPEN = {"x-csrf-token": "none", "content-type": "application/json"}
WHO = {"query": "{ viewer { kind clientName } }"}
STATES = {"query": '{ statements(filter: {partner: {code: {eq: "US-STATE"}}}) { nodes { id state } } }'}
REJECT = 'mutation { decide(input: {verdict: REJECT, reason: "a test", statements: ["%s"]}) { decided problems { code } } }'
SUBMIT = """mutation { submit(input: {
  submissionKey: "sent-by-a-partner", mode: COMMIT, atomicity: ALL_OR_NOTHING, declared: {records: 2}, records: [
    {sourceRef: "run", change: {cohort: {
      courses: [{code: "OCDD"}], startsOn: "2024-03-04", roles: [{agency: {code: "US-STATE"}, role: "CONVENER"}]}}}
    {sourceRef: "run/all", change: {count: {cohort: {sourceRef: "run"}, measure: "COMPLETED", count: 24, unit: "PEOPLE"}}}
  ]}) { counts { created } } }"""
CHANGE = {"query": "mutation { __typename }"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder for the servers of this module, one after another."""
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-sessions-"))
    made.chmod(0o711)
    yield made
    embedded.discard(made)


@pytest.fixture(scope="module")
def running(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("output") / "output", DATA_DIR=str(folder), ALLOWED_HOSTS="graph.example") as started:
        yield started


@pytest.fixture
def browser(running: Serving) -> Iterator[httpx.Client]:
    """A client that keeps cookies, as a browser does."""
    with httpx.Client(base_url=running.address, timeout=10) as client:
        yield client


def opened(browser: httpx.Client) -> dict[str, str]:
    """The headers that the requests of a new session carry."""
    response = browser.post("/session", content="{}", headers=OPEN)
    assert response.status_code == 200, response.text
    return {"x-csrf-token": response.json()["session"]["csrfToken"]}


def refused(response: httpx.Response, status: int, code: str) -> None:
    """Asserts that nothing is answered but this."""
    assert (response.status_code, [error["extensions"]["code"] for error in response.json()["errors"]]) == (status, [code]), response.text
    assert set(response.json()) == {"errors"}
    assert "set-cookie" not in response.headers


def cookie_of(browser: httpx.Client) -> str:
    """The header with the cookie that a browser keeps, for when it no longer does."""
    [(name, value)] = browser.cookies.items()
    return f"{name}={value}"


class TestOpening:
    def test_one_request_opens_a_session_of_staff(self, browser: httpx.Client, running: Serving) -> None:
        assert browser.get("/session", headers=OPEN).json() == {"offered": True, "session": None}
        response = browser.post("/session", content="{}", headers=OPEN)
        told = response.json()["session"]
        assert (told["client"], told["mode"]) == ("sandbox", "READ")
        cookie = response.headers["set-cookie"]
        name, *attributes = cookie.split("; ")
        assert attributes == ["Path=/", "Max-Age=28800", "HttpOnly", "SameSite=Strict"]
        assert name.startswith(f"graph-session-{running.address.rsplit(':')[-1]}=")
        assert response.headers["cache-control"] == "no-store"
        assert browser.get("/session", headers=OPEN).json()["session"]["csrfToken"] == told["csrfToken"]
        viewer = browser.post("/graphql", json=WHO, headers={"x-csrf-token": told["csrfToken"]})
        assert viewer.json() == {"data": {"viewer": {"kind": "STAFF", "clientName": "sandbox"}}}
        assert viewer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "headers",
        [
            {"content-type": "application/json"},
            {**OPEN, "origin": "https://evil.example"},
            {**OPEN, "origin": "null"},
            {**OPEN, "origin": "http://127.0.0.1:1"},
            {**OPEN, "sec-fetch-site": "cross-site"},
            {**OPEN, "sec-fetch-site": "same-site"},
            {**OPEN, "sec-fetch-site": "none"},
        ],
    )
    def test_no_other_page_opens_one(self, browser: httpx.Client, headers: dict[str, str]) -> None:
        refused(browser.post("/session", content="{}", headers=headers), 403, "CSRF_REFUSED")
        refused(browser.get("/session", headers=headers), 403, "CSRF_REFUSED")

    def test_a_form_opens_none(self, browser: httpx.Client) -> None:
        refused(browser.post("/session", data={"a": "b"}, headers={"x-csrf-token": "none"}), 415, "UNSUPPORTED_MEDIA_TYPE")
        response = browser.options("/session", headers={"origin": "https://evil.example", "access-control-request-method": "POST"})
        refused(response, 405, "METHOD_NOT_ALLOWED")
        assert [name for name in response.headers if name.startswith("access-control")] == []

    @pytest.mark.parametrize(
        "header",
        [
            *("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-original-forwarded-for", "via", "cdn-loop"),
            *("x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip"),
            *("fastly-client-ip", "x-azure-clientip"),
            *("x-envoy-external-address", "x-envoy-expected-rq-timeout-ms", "cloudfront-viewer-address", "x-remote-addr"),
        ],
    )
    def test_what_was_forwarded_opens_none(self, browser: httpx.Client, header: str) -> None:
        refused(browser.post("/session", content="{}", headers={**OPEN, header: "127.0.0.1"}), 403, "SESSION_NOT_OFFERED")
        assert browser.get("/session", headers={**OPEN, header: "127.0.0.1"}).json()["offered"] is False

    def test_names_of_elsewhere_open_none(self, browser: httpx.Client) -> None:
        refused(browser.post("/session", content="{}", headers={**OPEN, "host": "rebound.example"}), 421, "HOST_NOT_ALLOWED")
        refused(browser.post("/session", content="{}", headers={**OPEN, "host": "graph.example"}), 403, "SESSION_NOT_OFFERED")

    def test_a_cluster_offers_none(self, shared_addresses: Addresses, tmp_path: Path) -> None:
        urls = {"DATABASE_URL": shared_addresses.server, "MIGRATION_URL": shared_addresses.owner, "CURSOR_SECRET": "0123456789abcdef" * 2}
        with serving(tmp_path / "output", **urls) as cluster, httpx.Client(base_url=cluster.address, timeout=10) as browser:
            assert browser.get("/session", headers=OPEN).json() == {"offered": False, "session": None}
            refused(browser.post("/session", content="{}", headers=OPEN), 403, "SESSION_NOT_OFFERED")
            cookie = f"graph-session-{cluster.address.rsplit(':')[-1]}=x"
            answer = browser.post("/graphql", json=WHO, headers={"cookie": cookie})
            assert answer.json() == {"data": {"viewer": {"kind": "ANONYMOUS", "clientName": None}}}


class TestRequests:
    @pytest.mark.parametrize(
        "change",
        [
            {"x-csrf-token": None},
            {"x-csrf-token": ""},
            {"x-csrf-token": "none"},
            {"x-csrf-token": "0" * 64},
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "none"},
        ],
    )
    def test_a_cookie_without_its_page_is_answered_nothing(self, browser: httpx.Client, change: dict[str, str | None]) -> None:
        headers = {name: value for name, value in {**opened(browser), **change}.items() if value is not None}
        refused(browser.post("/graphql", json=WHO, headers=headers), 403, "CSRF_REFUSED")
        refused(browser.get("/graphql", params=WHO, headers=headers), 403, "CSRF_REFUSED")
        refused(browser.post("/session/mode", json={"mode": "WRITE"}, headers=headers), 403, "CSRF_REFUSED")
        refused(browser.delete("/session", headers=headers), 403, "CSRF_REFUSED")

    def test_the_token_of_another_session_is_none(self, browser: httpx.Client, running: Serving) -> None:
        opened(browser)
        with httpx.Client(base_url=running.address) as other:
            headers = opened(other)
        refused(browser.post("/graphql", json=WHO, headers=headers), 403, "CSRF_REFUSED")

    def test_its_page_may_ask_by_get_too(self, browser: httpx.Client) -> None:
        headers = {**opened(browser), "sec-fetch-site": "same-origin", "origin": str(browser.base_url).rstrip("/")}
        response = browser.get("/graphql", params=WHO, headers=headers)
        assert response.json()["data"]["viewer"]["kind"] == "STAFF"
        assert "etag" not in response.headers

    def test_what_was_forwarded_is_answered_nothing(self, browser: httpx.Client) -> None:
        headers = {**opened(browser), "x-forwarded-for": "127.0.0.1"}
        refused(browser.post("/graphql", json=WHO, headers=headers), 403, "SESSION_NOT_OFFERED")

    def test_another_name_is_answered_nothing(self, browser: httpx.Client) -> None:
        headers = opened(browser)
        sent = {**headers, "host": "graph.example", "cookie": cookie_of(browser)}
        refused(browser.post("/graphql", json=WHO, headers=sent), 403, "SESSION_NOT_OFFERED")

    def test_a_credential_wins_over_the_cookie(self, browser: httpx.Client, running: Serving) -> None:
        headers = opened(browser)
        answer = browser.post("/graphql", json=WHO, headers={"authorization": f"Bearer {running.credential('partner')}"})
        assert answer.json()["data"]["viewer"]["kind"] == "PARTNER"
        refused(browser.post("/graphql", json=WHO, headers={**headers, "authorization": "Bearer wrong"}), 401, "UNAUTHENTICATED")

    @pytest.mark.parametrize("cookie", ["{name}=unknown", "{name}=", "{name}={value}; {name}={value}", "{name}=\xff"])
    def test_a_cookie_of_no_session_is_not_nobody(self, browser: httpx.Client, cookie: str) -> None:
        headers = opened(browser)
        [(name, value)] = browser.cookies.items()
        sent = cookie.format(name=name, value=value).encode("latin-1")
        browser.cookies.clear()
        refused(browser.post("/graphql", json=WHO, headers=[*headers.items(), (b"cookie", sent)]), 401, "SESSION_ENDED")

    def test_other_cookies_are_none_of_ours(self, browser: httpx.Client) -> None:
        answer = browser.post("/graphql", json=WHO, headers={"cookie": "theme=dark; graph-session-1=x"})
        assert answer.json()["data"]["viewer"]["kind"] == "ANONYMOUS"


class TestModes:
    def test_it_reads_only_until_it_is_switched(self, browser: httpx.Client, running: Serving) -> None:
        headers = opened(browser)
        over_graphql = {**headers, "accept": "application/graphql-response+json"}
        submitted = browser.post("/graphql", json={"query": SUBMIT}, headers={"authorization": f"Bearer {running.credential('partner')}"})
        assert submitted.json() == {"data": {"submit": {"counts": {"created": 2}}}}
        before = browser.post("/graphql", json=STATES, headers=headers).json()
        assert [each["state"] for each in before["data"]["statements"]["nodes"]] == ["PENDING"]
        reject = {"query": REJECT % before["data"]["statements"]["nodes"][0]["id"]}
        refused(browser.post("/graphql", json=reject, headers=over_graphql), 403, "SESSION_READ_ONLY")
        refused(browser.post("/graphql", json=reject, headers=headers), 200, "SESSION_READ_ONLY")
        refused(browser.post("/graphql", json=CHANGE, headers=headers), 200, "SESSION_READ_ONLY")
        assert browser.post("/graphql", json=STATES, headers=headers).json() == before
        switched = browser.post("/session/mode", json={"mode": "WRITE"}, headers=headers)
        assert switched.json()["session"]["mode"] == "WRITE"
        assert browser.post("/graphql", json=reject, headers=headers).json() == {"data": {"decide": {"decided": 1, "problems": []}}}
        refused(browser.get("/graphql", params=CHANGE, headers=headers), 405, "METHOD_NOT_ALLOWED")
        after = browser.post("/graphql", json=STATES, headers=headers).json()
        assert [each["state"] for each in after["data"]["statements"]["nodes"]] == ["REJECTED"]
        assert browser.post("/session/mode", json={"mode": "READ"}, headers=headers).json()["session"]["mode"] == "READ"
        refused(browser.post("/graphql", json=CHANGE, headers=over_graphql), 403, "SESSION_READ_ONLY")

    @pytest.mark.parametrize(
        "body", ["", "{", "[]", "null", "{}", '{"mode": "write"}', '{"mode": null}', '{"mode": ["WRITE"]}', '{"mode": 1}']
    )
    def test_other_modes_are_none(self, browser: httpx.Client, body: str) -> None:
        headers = {**OPEN, **opened(browser)}
        refused(browser.post("/session/mode", content=body, headers=headers), 400, "BAD_REQUEST")
        assert browser.get("/session", headers=OPEN).json()["session"]["mode"] == "READ"

    def test_what_is_done_is_logged_without_what_opens_it(self, browser: httpx.Client, running: Serving) -> None:
        responses = [browser.post("/session", content="{}", headers=OPEN)]
        headers = {"x-csrf-token": responses[0].json()["session"]["csrfToken"]}
        secret = next(iter(browser.cookies.values()))
        responses.append(browser.post("/session/mode", json={"mode": "WRITE"}, headers=headers))
        responses.append(browser.post("/graphql", json=WHO, headers=headers))
        responses.append(browser.delete("/session", headers=headers))
        ids = [response.headers["x-request-id"] for response in responses]
        told = [next(line for line in running.printed.splitlines() if each in line) for each in ids]
        for line, event in zip(told, ("session opened", "session switched", "request", "session ended"), strict=True):
            assert f'"event":"{event}"' in line
        sessions = {line.split('"session":"')[1][:8] for line in told}
        assert len(sessions) == 1
        assert '"mode":"WRITE"' in told[1]
        assert secret not in running.printed
        assert headers["x-csrf-token"] not in running.printed


class TestEnds:
    def test_by_its_user(self, browser: httpx.Client) -> None:
        headers = opened(browser)
        kept = cookie_of(browser)
        response = browser.delete("/session", headers=headers)
        assert response.json() == {"offered": True, "session": None}
        assert "Max-Age=0" in response.headers["set-cookie"]
        assert dict(browser.cookies) == {}
        refused(browser.post("/graphql", json=WHO, headers={**headers, "cookie": kept}), 401, "SESSION_ENDED")

    def test_when_its_browser_opens_another(self, browser: httpx.Client) -> None:
        headers, kept = opened(browser), cookie_of(browser)
        assert opened(browser) != headers
        browser.cookies.clear()
        refused(browser.post("/graphql", json=WHO, headers={**headers, "cookie": kept}), 401, "SESSION_ENDED")

    def test_not_when_the_server_does_but_when_its_client_is_revoked(
        self, folder: Path, running: Serving, browser: httpx.Client, tmp_path: Path
    ) -> None:
        headers, kept = opened(browser), cookie_of(browser)
        port = running.address.rsplit(":")[-1]
        assert running.stop() == 0
        with serving(tmp_path / "output", DATA_DIR=str(folder)) as again, httpx.Client(base_url=again.address, timeout=10) as client:
            cookie = kept.replace(f"-{port}=", f"-{again.address.rsplit(':')[-1]}=")
            answer = client.post("/graphql", json=WHO, headers={**headers, "cookie": cookie})
            assert answer.json()["data"]["viewer"]["kind"] == "STAFF"
            headers = opened(client)
            listed = [line.split() for line in command("client", "list", DATA_DIR=str(folder)).stdout.splitlines()]
            [staff] = [words[0] for words in listed if "STAFF" in words]
            assert command("client", "revoke", staff, DATA_DIR=str(folder)).returncode == 0
            time.sleep(4.5)
            refused(client.post("/graphql", json=WHO, headers=headers), 401, "SESSION_ENDED")
            assert client.get("/session", headers=OPEN).json() == {"offered": False, "session": None}
            refused(client.post("/session", content="{}", headers=OPEN), 403, "SESSION_NOT_OFFERED")


class TestStore:
    """Rows under the hash of their secret, whose clock is PostgreSQL's: the tests move the rows back in time."""

    @pytest_asyncio.fixture(loop_scope="session")
    async def viewer(self, owner_database: Database) -> Viewer:
        issued = await issue(owner_database, ClientKind.STAFF, (Scope.DECIDE,))
        return Viewer(ViewerKind.STAFF, issued.client_id, issued.name)

    async def aged(self, owner: Database, secret: str, column: str, interval: str) -> None:
        async with owner.write() as transaction:
            await transaction.read(f"UPDATE session SET {column} = now() - interval '{interval}' WHERE secret_hash = $1", [hash_of(secret)])

    @pytest.mark.asyncio
    async def test_every_process_knows_them_and_their_ends(self, database: Database, viewer: Viewer) -> None:
        one, other = Sessions(database), Sessions(database)
        secret, session = await one.open(viewer, Way.LOCAL, "request-1")
        found = await other.find(secret)
        assert found is not None
        assert found[0] == session
        assert (found[1].kind, found[1].client_id, found[1].scopes) == (ViewerKind.STAFF, viewer.client_id, {"decide"})
        await other.switch(secret, session, Mode.WRITE, viewer, "request-3")
        assert (await one.find(secret) or [None])[0] == replace(session, mode=Mode.WRITE)
        await other.close(secret, viewer, "request-2")
        assert await one.find(secret) is None

    @pytest.mark.parametrize(
        ("column", "interval", "lives"),
        [
            ("used_at", "29 minutes", True),
            ("used_at", "31 minutes", False),
            ("ends_at", "-1 minute", True),
            ("ends_at", "1 second", False),
        ],
    )
    @pytest.mark.asyncio
    async def test_they_end_after_half_an_hour_without_use_and_after_eight_hours(
        self, database: Database, owner_database: Database, viewer: Viewer, column: str, interval: str, lives: bool
    ) -> None:
        sessions = Sessions(database)
        secret, session = await sessions.open(viewer, Way.OPENID, "request-1")
        left = session.ends_at - datetime.now(UTC)
        assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8, minutes=1)
        await self.aged(owner_database, secret, column, interval)
        assert (await sessions.find(secret) is not None) is lives

    @pytest.mark.asyncio
    async def test_use_is_noted_so_that_a_session_in_use_goes_on(
        self, database: Database, owner_database: Database, viewer: Viewer
    ) -> None:
        sessions = Sessions(database)
        secret, _ = await sessions.open(viewer, Way.OPENID, "request-1")
        for _ in range(3):
            await self.aged(owner_database, secret, "used_at", "29 minutes")
            assert await sessions.find(secret) is not None
            idle = await database.read(
                "SELECT now() - used_at < interval '1 minute' FROM session WHERE secret_hash = $1", [hash_of(secret)]
            )
            assert idle is True

    @pytest.mark.asyncio
    async def test_a_revoked_client_has_none(self, database: Database, owner_database: Database, viewer: Viewer) -> None:
        sessions = Sessions(database)
        secret, _ = await sessions.open(viewer, Way.OPENID, "request-1")
        async with owner_database.write() as transaction:
            await transaction.read("UPDATE api_client SET revoked_at = now() WHERE id = $1", [viewer.client_id])
        assert await sessions.find(secret) is None

    @pytest.mark.asyncio
    async def test_a_partners_ends_with_its_agreement(self, database: Database, owner_database: Database) -> None:
        sessions, partner = Sessions(database), Viewer(ViewerKind.PARTNER, (await issue(owner_database)).client_id)
        secret, _ = await sessions.open(partner, Way.OPENID, "request-1")
        assert await sessions.find(secret) is not None
        async with owner_database.write() as transaction:
            await transaction.read("UPDATE agreement SET expires_on = current_date - 1, starts_on = current_date - 1", [])
        with pytest.raises(AgreementExpired):
            await sessions.find(secret)

    @pytest.mark.asyncio
    async def test_the_oldest_of_a_client_ends_where_it_has_too_many(
        self, database: Database, owner_database: Database, viewer: Viewer
    ) -> None:
        sessions, other = Sessions(database), Viewer(ViewerKind.STAFF, (await issue(owner_database)).client_id)
        kept, _ = await sessions.open(other, Way.OPENID, "request-1")
        secrets = [(await sessions.open(viewer, Way.OPENID, "request-1"))[0] for _ in range(MAX_SESSIONS + 1)]
        assert [await sessions.find(secret) is None for secret in secrets] == [True] + [False] * MAX_SESSIONS
        assert await sessions.find(kept) is not None

    @pytest.mark.asyncio
    async def test_a_sign_in_ends_once_and_in_time(self, database: Database, owner_database: Database) -> None:
        sessions = Sessions(database)
        secret, late = await sessions.begin_sign_in(), await sessions.begin_sign_in()
        assert not await sessions.end_sign_in("another")
        assert await sessions.end_sign_in(secret)
        assert not await sessions.end_sign_in(secret)
        async with owner_database.write() as transaction:
            await transaction.read("UPDATE sign_in SET ends_at = now() - interval '1 second'", [])
        assert not await sessions.end_sign_in(late)

    @pytest.mark.asyncio
    async def test_a_dump_opens_none(self, database: Database, owner_database: Database, viewer: Viewer) -> None:
        sessions = Sessions(database)
        secret, _ = await sessions.open(viewer, Way.OPENID, "request-1")
        begun = await sessions.begin_sign_in()
        tables = await owner_database.read("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'", [])
        dumped = [
            await owner_database.read(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {name} AS t", []) for name in tables.split()
        ]
        text = " ".join(dumped)
        assert hash_of(secret).hex() in text
        assert hash_of(begun).hex() in text
        attempt = Attempt(begun)
        for usable in (secret, token_of(secret), begun, attempt.state, attempt.nonce, attempt.verifier, attempt.challenge):
            assert usable not in text
            assert usable.encode().hex() not in text
            assert (bytes.fromhex(usable) if len(usable) == 64 else usable.encode()).hex() not in text

    @pytest.mark.asyncio
    async def test_opening_switching_and_ending_are_audited(self, database: Database, owner_database: Database, viewer: Viewer) -> None:
        sessions = Sessions(database)
        secret, session = await sessions.open(viewer, Way.OPENID, "request-1")
        await sessions.switch(secret, session, Mode.WRITE, viewer, "request-3")
        await sessions.close(secret, viewer, "request-2")
        sql = "SELECT string_agg(concat_ws(' ', action, kind, client_id, result, request), ', ' ORDER BY id) FROM audit_event"
        who = f"STAFF {viewer.client_id} OK"
        assert await owner_database.read(sql, []) == f"signIn {who} request-1, switchSession {who} request-3, signOut {who} request-2"


def connected(host: str, family: socket.AddressFamily) -> Iterator[dict[str, Any]]:
    """The scope of a connection to this process, while it is open; `near` is the client's end."""
    with (
        closing(socket.create_server((host, 0), family=family)) as listener,
        closing(socket.create_connection(listener.getsockname()[:2])) as near,
        closing(listener.accept()[0]),
    ):
        yield {"client": near.getsockname()[:2], "server": listener.getsockname()[:2], "near": near}


class TestPeers:
    @pytest.fixture
    def scope(self) -> Iterator[dict[str, Any]]:
        """The scope of a connection to this process."""
        yield from connected("127.0.0.1", socket.AF_INET)

    def test_a_process_of_this_user_is_its_own(self, scope: dict[str, Any]) -> None:
        assert peers.is_own(scope, {})

    def test_a_process_of_another_user_is_not(self, scope: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(peers, "ROOT", os.getuid() + 1)  # tests may run as root, whom the rule lets in
        assert not peers.is_own(scope, {}, user=os.getuid() + 2)

    def test_an_end_that_nobody_holds_is_not(self, scope: dict[str, Any]) -> None:
        scope["near"].close()
        assert not peers.is_own(scope, {})

    @pytest.mark.parametrize("client", [None, ("192.0.2.1", 1), ("::ffff:192.0.2.1", 1), ("2001:db8::1", 1), ("", 1), ("localhost", 1)])
    def test_another_machine_is_not(self, scope: dict[str, Any], client: Any) -> None:
        assert not peers.is_own({**scope, "client": client}, {})

    def test_over_ipv6_it_is_found_as_well(self) -> None:
        for scope in connected("::1", socket.AF_INET6):
            assert peers.is_own(scope, {})


def test_over_tls_the_cookie_has_the_prefix_that_browsers_enforce() -> None:
    scope = {"scheme": "http", "server": ("127.0.0.1", 8000)}
    public = site_of(scope, {b"host": b"graph.example"}, "https://graph.example")
    assert public.cookie("session", "x", 60, "Lax")[1] == b"__Host-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    assert public.origin == "https://graph.example"
    here = site_of(scope, {b"host": b"localhost:8000"}, "https://graph.example")
    assert here.cookie("session", "x", 60, "Lax")[1] == b"graph-session-8000=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
    assert (public.is_public, here.is_public) == (True, False)
