"""People sign in, and programs get access tokens, at the certified OpenID provider of the npm registry, on loopback.

No part of `./run test`, since it needs Node: `./run test-signin` installs the provider into .tools/signin, and runs this. The browser is
httpx, which follows the provider's own pages; where Chromium is there, one sign-in is done by it.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from models import embedded, throwaway
from tests.processes import ROOT, Serving, command, serving

WORKSHOP = ROOT / ".tools" / "signin"
AUDIENCE = "https://graph.example/graphql"
ROLES = {
    "verifiers": {"kind": "VERIFIER", "scopes": ["decide", "statements:read"]},
    "focal-bb": {"kind": "FOCAL_POINT", "scopes": ["statements:read"], "memberState": "BB"},
}
PEOPLE = {"ann": ["verifiers"], "fay": ["others", "focal-bb"], "bob": ["others"], "eve": []}
WHO = {"query": "{ viewer { kind clientName scopes } }"}
SECRET = "a secret of +/% and: more"
OPEN = {"x-csrf-token": "none"}
SECONDS = 30.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Signing:
    """The provider as a process, with its keys; started anew, it has others."""

    def __init__(self, graph: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        common = {"token_endpoint_auth_method": "client_secret_basic", "client_secret": SECRET}
        after = {"redirect_uris": [f"{graph}/signin/callback"], "post_logout_redirect_uris": [f"{graph}/graphiql"]}
        program = {"grant_types": ["client_credentials"], "redirect_uris": [], "response_types": []}
        app = {"client_id": "app", "redirect_uris": ["http://127.0.0.1:1/back"], **common}
        self.clients = [
            {"client_id": "the-graph", **common, **after},
            {"client_id": "importer", **common, **program},
            {"client_id": "stranger", **common, **program},
            app,
        ]
        self.start("first")

    def start(self, key: str) -> None:
        """Starts it with keys of this name."""
        rsa = RSAKey.generate_key(2048, {"kid": f"{key}-rsa", "use": "sig"})
        others = [
            ECKey.generate_key("P-256", {"kid": f"{key}-ec", "use": "sig"}),
            OKPKey.generate_key("Ed25519", {"kid": f"{key}-ed", "use": "sig"}),
        ]
        keys = [each.as_dict(private=True) for each in (rsa, *others)]
        told = {"port": self.port, "jwks": {"keys": keys}, "clients": self.clients, "roles": PEOPLE, "audience": AUDIENCE}
        environment = {**os.environ, "PROVIDER": json.dumps(told), "NODE_ENV": "test"}
        shutil.copy(ROOT / "tests" / "signin" / "provider.mjs", WORKSHOP)
        with (WORKSHOP / "output").open("w") as output:
            self._process = subprocess.Popen(
                ["node", "provider.mjs"], cwd=WORKSHOP, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + SECONDS
        while "listening" not in (printed := (WORKSHOP / "output").read_text()):
            assert self._process.poll() is None, printed
            assert time.monotonic() < deadline, printed
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops it."""
        self._process.kill()
        self._process.wait()

    def token(self, client: str = "importer", **parameters: str) -> dict[str, Any]:
        """What the token endpoint answers."""
        form = {"grant_type": "client_credentials", "resource": AUDIENCE, "scope": "graph", **parameters}
        pair = tuple(httpx.QueryParams({"x": part}).__str__()[2:] for part in (client, SECRET))
        answer = httpx.post(f"{self.address}/token", data=form, auth=(pair[0], pair[1]))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(port: int) -> Iterator[Signing]:
    started = Signing(f"http://127.0.0.1:{port}")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def configured(port: int, provider: Signing) -> Iterator[dict[str, str]]:
    """The variables of a server that trusts the provider."""
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-signin-"))
    made.chmod(0o711)
    yield {
        "DATA_DIR": str(made),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OIDC_ISSUER": provider.address,
        "OIDC_CLIENT_ID": "the-graph",
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_ROLES": json.dumps(ROLES),
    }
    embedded.discard(made)


@pytest.fixture(scope="module")
def server(configured: dict[str, str], port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("serve") / "output", port, **configured) as started:
        yield started


@pytest.fixture
def browser(server: Serving) -> Iterator[httpx.Client]:
    with opened(server) as client:
        yield client


@contextmanager
def opened(server: Serving) -> Iterator[httpx.Client]:
    """A browser of its own."""
    with httpx.Client(base_url=server.address, timeout=SECONDS, headers={"accept": "text/html, */*;q=0.8"}) as client:
        yield client


def goes(browser: httpx.Client, response: httpx.Response, person: str, until: str = "/signin/callback") -> str:
    """Through the provider's pages, as this person, to the address that it sends the browser back to."""
    for _ in range(20):
        if response.is_redirect:
            address = urljoin(str(response.url), response.headers["location"])
            if urlsplit(address).path == until:
                return address
            response = browser.get(address)
            continue
        assert response.status_code == 200, response.text
        action = re.search(r'<form[^>]* action="([^"]+)"', response.text)
        assert action, response.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.text))
        if 'name="login"' in response.text:
            fields |= {"login": person, "password": "any"}
        response = browser.post(urljoin(str(response.url), unescape(action[1])), data=fields)
    raise AssertionError("the provider's pages have no end")


def signed_in(browser: httpx.Client, person: str) -> dict[str, str]:
    """The headers that a request of the person's page carries."""
    callback = goes(browser, browser.get("/signin"), person)
    response = browser.get(callback)
    assert (response.status_code, response.headers.get("location")) == (303, "/graphiql"), response.text
    told = browser.get("/session", headers=OPEN).json()
    return {"x-csrf-token": told["session"]["csrfToken"]}


def codes(response: httpx.Response) -> tuple[int, list[str]]:
    return response.status_code, [error["extensions"]["code"] for error in response.json()["errors"]]


def cookies_of(browser: httpx.Client, name: str) -> dict[str, str]:
    """The cookies whose names begin so."""
    return {cookie.name: cookie.value or "" for cookie in browser.cookies.jar if cookie.name.startswith(name)}


class TestPeople:
    def test_a_person_signs_in_and_is_who_the_claims_say(self, browser: httpx.Client) -> None:
        first = browser.get("/signin")
        asked = parse_qs(urlsplit(first.headers["location"]).query)
        assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == (["code"], ["S256"], ["openid profile"])
        assert {"state", "nonce", "code_challenge"} <= set(asked)
        callback = goes(browser, first, "ann")
        response = browser.get(callback)
        cookies = response.headers.get_list("set-cookie")
        port = browser.base_url.port
        assert re.fullmatch(rf"graph-session-{port}=\S+; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax", cookies[0])
        assert cookies[1] == f"graph-signin-{port}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        told = browser.get("/session", headers=OPEN).json()
        assert (told["session"]["client"], told["session"]["mode"], told["signIn"]) == ("Person ann", "READ", "/signin")
        headers = {"x-csrf-token": told["session"]["csrfToken"]}
        viewer = browser.post("/graphql", json=WHO, headers=headers).json()["data"]["viewer"]
        assert viewer == {"kind": "VERIFIER", "clientName": "Person ann", "scopes": ["decide", "statements:read"]}

    def test_a_focal_point_is_of_its_state(self, browser: httpx.Client) -> None:
        headers = signed_in(browser, "fay")
        viewer = browser.post("/graphql", json=WHO, headers=headers).json()["data"]["viewer"]
        assert (viewer["kind"], viewer["clientName"]) == ("FOCAL_POINT", "Person fay")

    @pytest.mark.parametrize("person", ["bob", "eve"])
    def test_who_has_no_role_gets_a_page_and_no_session(self, browser: httpx.Client, person: str) -> None:
        response = browser.get(goes(browser, browser.get("/signin"), person))
        assert response.status_code == 403
        assert "gives you no role that opens this graph" in response.text
        assert "set-cookie" not in response.headers
        assert browser.get("/session", headers=OPEN).json()["session"] is None

    def test_a_page_of_another_site_can_do_nothing(self, browser: httpx.Client) -> None:
        headers = signed_in(browser, "ann")
        write = {"query": "mutation { __typename }"}
        assert codes(browser.post("/graphql", json=write)) == (403, ["CSRF_REFUSED"])
        for changed in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"x-csrf-token": "0" * 64}):
            assert codes(browser.post("/graphql", json=write, headers={**headers, **changed})) == (403, ["CSRF_REFUSED"])
            assert codes(browser.delete("/session", headers={**headers, **changed})) == (403, ["CSRF_REFUSED"])
        assert browser.get("/session", headers=OPEN).json()["session"] is not None

    def test_signing_out_ends_it_here_and_leads_to_the_provider(self, browser: httpx.Client, provider: Signing) -> None:
        headers = signed_in(browser, "ann")
        kept = cookies_of(browser, "graph-session")
        response = browser.delete("/session", headers=headers)
        assert response.json()["session"] is None
        leads = response.json()["signOut"]
        assert leads.startswith(f"{provider.address}/session/end?")
        cookie = "; ".join(f"{name}={value}" for name, value in kept.items())
        assert codes(httpx.post(f"{browser.base_url}/graphql", json=WHO, headers={**headers, "cookie": cookie})) == (401, ["SESSION_ENDED"])
        page = browser.get(leads)
        action = re.search(r'action="([^"]+)"', page.text)
        xsrf = re.search(r'name="xsrf" value="([^"]+)"', page.text)
        assert action
        assert xsrf
        ended = browser.post(unescape(action[1]), data={"xsrf": xsrf[1], "logout": "yes"})
        assert ended.headers["location"] == f"{str(browser.base_url).rstrip('/')}/graphiql"
        assert (
            'name="login"'
            in browser.get(urljoin(provider.address, browser.get(browser.get("/signin").headers["location"]).headers["location"])).text
        )

    def test_a_state_and_a_code_work_once(self, browser: httpx.Client) -> None:
        callback = goes(browser, browser.get("/signin"), "ann")
        kept = cookies_of(browser, "graph-signin")
        assert browser.get(callback).status_code == 303
        browser.cookies.update(kept)
        again = browser.get(callback)
        assert again.status_code == 400
        assert "SIGN_IN_FAILED" in again.text
        with httpx.Client(base_url=browser.base_url, timeout=SECONDS) as other:
            state = parse_qs(urlsplit(other.get("/signin").headers["location"]).query)["state"][0]
            code = parse_qs(urlsplit(callback).query)
            replay = {"code": code["code"][0], "state": state, "iss": code["iss"][0]}
            assert codes(other.get("/signin/callback", params=replay)) == (400, ["SIGN_IN_FAILED"])

    def test_a_code_of_another_browser_signs_nobody_in(self, browser: httpx.Client, server: Serving) -> None:
        """Neither with the attacker's state, which this browser did not begin, nor with its own, to which the code does not belong."""
        with opened(server) as attacker:
            callback = goes(attacker, attacker.get("/signin"), "ann")
        theirs = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
        state = parse_qs(urlsplit(browser.get("/signin").headers["location"]).query)["state"][0]
        assert browser.get(callback).status_code == 400
        assert browser.get("/signin/callback", params={**theirs, "state": state}).status_code == 400
        assert browser.get("/session", headers=OPEN).json()["session"] is None

    @pytest.mark.parametrize(
        "changed", [{"iss": "https://evil.example"}, {"iss": None}, {"code": None}, {"error": "access_denied"}, {"state": "x"}]
    )
    def test_what_comes_back_otherwise_signs_nobody_in(self, browser: httpx.Client, changed: dict[str, str | None]) -> None:
        callback = goes(browser, browser.get("/signin"), "ann")
        given = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
        sent = {name: value for name, value in {**given, **changed}.items() if value is not None}
        response = browser.get("/signin/callback", params=sent, headers={"accept": "application/json"})
        assert codes(response) == (400, ["SIGN_IN_FAILED"])
        assert "set-cookie" not in response.headers

    def test_it_begins_where_it_can_end(self, browser: httpx.Client) -> None:
        port = browser.base_url.port
        response = browser.get("/signin", headers={"host": f"localhost:{port}"})
        assert (response.status_code, response.headers["location"]) == (303, f"http://127.0.0.1:{port}/signin")
        assert "set-cookie" not in response.headers

    def test_who_was_shut_out_stays_out(self, browser: httpx.Client, configured: dict[str, str]) -> None:
        headers = signed_in(browser, "fay")
        data = {"DATA_DIR": configured["DATA_DIR"]}
        listed = [line.split() for line in command("openid", "list", **data).stdout.splitlines() if "Person fay" in line]
        assert listed, "people stand in the list"
        assert command("openid", "revoke", listed[0][0], **data).returncode == 0
        assert codes(browser.post("/graphql", json=WHO, headers=headers)) == (401, ["SESSION_ENDED"])
        response = browser.get(goes(browser, browser.get("/signin"), "fay"))
        assert response.status_code == 403


def person_token(provider: Signing, person: str, client: str = "the-graph", **more: str) -> dict[str, Any]:
    """What a program gets that signs a person in by itself."""
    [redirect] = [each["redirect_uris"][0] for each in provider.clients if each["client_id"] == client]
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": redirect,
        "scope": "openid graph",
        "resource": AUDIENCE,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }
    with httpx.Client(timeout=SECONDS) as browser:
        back = goes(browser, browser.get(f"{provider.address}/auth?{urlencode(asked)}"), person, urlsplit(redirect).path)
    code = parse_qs(urlsplit(back).query)["code"][0]
    return provider.token(client, grant_type="authorization_code", code=code, redirect_uri=redirect, code_verifier=verifier)


@pytest.fixture(scope="module")
def registered(server: Serving, configured: dict[str, str]) -> None:
    """A program that the graph knows."""
    made = command("openid", "register", "importer", "--scope", "decide", "--name", "The importer", **configured)
    assert made.returncode == 0, made.stderr


@pytest.mark.usefixtures("registered")
class TestAccessTokens:
    def asked(self, server: Serving, token: str) -> httpx.Response:
        return httpx.post(f"{server.address}/graphql", json=WHO, headers={"authorization": f"Bearer {token}"}, timeout=SECONDS)

    def test_of_a_registered_program(self, server: Serving, provider: Signing) -> None:
        answer = self.asked(server, provider.token()["access_token"])
        assert answer.json()["data"]["viewer"] == {"kind": "STAFF", "clientName": "The importer", "scopes": ["decide"]}

    def test_of_a_person_who_has_signed_in(self, server: Serving, provider: Signing, browser: httpx.Client) -> None:
        signed_in(browser, "ann")
        answer = self.asked(server, person_token(provider, "ann")["access_token"])
        assert answer.json()["data"]["viewer"] == {"kind": "VERIFIER", "clientName": "Person ann", "scopes": ["decide", "statements:read"]}

    def test_others_are_refused_alike(self, server: Serving, provider: Signing, browser: httpx.Client) -> None:
        signed_in(browser, "ann")
        given = person_token(provider, "ann")
        tokens = {
            "id token": given["id_token"],
            "unregistered program": provider.token("stranger")["access_token"],
            "other audience": provider.token(resource="https://other.example/")["access_token"],
            "person who never signed in": person_token(provider, "eve")["access_token"],
            "person by an unregistered program": person_token(provider, "ann", "app")["access_token"],
            "cut": given["access_token"][:-8],
        }
        answers = {name: self.asked(server, token) for name, token in tokens.items()}
        assert {name: codes(answer) for name, answer in answers.items()} == dict.fromkeys(tokens, (401, ["UNAUTHENTICATED"]))
        assert len({answer.json()["errors"][0]["message"] for answer in answers.values()}) == 1

    def test_keys_are_rotated(self, server: Serving, provider: Signing, browser: httpx.Client) -> None:
        old = provider.token()["access_token"]
        assert self.asked(server, old).status_code == 200
        provider.stop()
        provider.start("second")
        time.sleep(5)  # an unknown key is asked for at most once in five seconds
        assert self.asked(server, provider.token()["access_token"]).status_code == 200
        time.sleep(4.5)  # for so long a token that worked is trusted
        assert codes(self.asked(server, old)) == (401, ["UNAUTHENTICATED"])
        signed_in(browser, "ann")


@pytest.mark.skipif("CHROMIUM" not in os.environ, reason="there is no Chromium")
def test_in_a_browser(server: Serving) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"{server.address}/graphiql")
        page.get_by_role("link", name="Sign in").click()
        page.fill("input[name=login]", "ann")
        page.fill("input[name=password]", "any")
        page.click("button[type=submit]")
        page.click("button[type=submit]")
        page.wait_for_url(f"{server.address}/graphiql")
        expect(page.locator(".viewer")).to_contain_text("Person ann")
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="End the session").click()
        page.wait_for_url(re.compile("/session/end"))
        chromium.close()
