"""GraphiQL in headless Chromium, against a server as it is deployed. `./run test-browser` installs what this needs, or says what to do.

Whatever a test does, the browser may ask no other host, and no page may log an error or break its policy: the fixtures see to that.
"""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from graph.pages import examples
from models import embedded, throwaway
from tests.processes import ROOT, Serving, environment, serving

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = (
    "window.broken = []; addEventListener('securitypolicyviolation', (event) => broken.push(event.violatedDirective + event.blockedURI))"
)
STORED = "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, history.state, document.documentElement.outerHTML])"
CONTRAST = """(selector) => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const element = document.querySelector(selector);
  let behind = element;
  while (/rgba\\(.*, 0(\\.\\d+)?\\)/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const [one, other] = [light(getComputedStyle(element).color), light(getComputedStyle(behind).backgroundColor)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}"""
SECONDS = 1000.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server on a new data folder, which holds the published page and nothing else."""
    folder = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-browser-"))
    folder.chmod(0o711)
    try:
        with serving(tmp_path_factory.mktemp("output") / "output", DATA_DIR=str(folder)) as started:
            yield started
            assert started.stop() == 0
    finally:
        embedded.discard(folder)


@pytest.fixture(scope="module")
def browser(server: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium; when it is closed, its own log of the network must name nothing but this machine."""
    log = tmp_path_factory.mktemp("network") / "log.json"
    with sync_playwright() as playwright:
        path = os.environ["CHROMIUM"]
        launched = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, f"--log-net-log={log}"])
        yield launched
        launched.close()
    assert hosts_of(log) == {"127.0.0.1"}


def hosts_of(log: Path) -> set[str | None]:
    """The hosts that a browser asked on behalf of pages, by its own log. What it asks for itself has no page behind it."""
    asked = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    return {urlsplit(each["url"]).hostname for each in asked if str(each.get("initiator", "")).startswith("http") and "url" in each}


@contextmanager
def opened(browser: Browser, server: Serving, **options: Any) -> Iterator[Page]:
    """The page, open in a browser of its own, with the editor ready."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
    try:
        yield from watched(context, server)
    finally:
        context.close()


def watched(context: BrowserContext, server: Serving) -> Iterator[Page]:
    asked: list[str] = []
    wrong: list[str] = []
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.set_default_timeout(20 * SECONDS)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(f"{server.address}/graphiql")
    page.wait_for_selector(".graphiql-query-editor .view-line")
    yield page
    assert page.evaluate("broken") == []
    assert [text for text in wrong if not is_told(text)] == []
    assert [url for url in asked if not url.startswith((f"{server.address}/", "data:", "blob:"))] == []


def is_told(text: str) -> bool:
    """Whether an error on the console only says that a request was refused, as a test wanted it."""
    return text.startswith("Failed to load resource: the server responded with a status of 40")


@pytest.fixture
def page(browser: Browser, server: Serving) -> Iterator[Page]:
    with opened(browser, server) as shown:
        yield shown


def is_typed(response: Response) -> bool:
    """Whether a response answers an operation from the editor, and none that the page asks by itself."""
    own = ("WhoAmI", "IntrospectionQuery")
    return response.url.endswith("/graphql") and not any(name in (response.request.post_data or "") for name in own)


def run(page: Page) -> Any:
    """The answer to the operation in the editor; it must be on the screen, too."""
    with page.expect_response(is_typed) as answered:
        page.click(".graphiql-execute-button")
    answer = answered.value.json()
    word = "errors" if "errors" in answer else "data"
    expect(page.locator(".graphiql-response .view-lines")).to_contain_text(f'"{word}"')
    return answer


def write(page: Page, query: str) -> None:
    """Puts an operation into the editor of a new tab."""
    page.click(".graphiql-tab-add")
    page.click(".graphiql-query-editor .view-lines")
    page.keyboard.insert_text(query)
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text(query[:20].replace(" ", "\u00a0"))


class TestPage:
    def test_it_opens_with_the_examples_and_each_of_them_answers(self, page: Page) -> None:
        tabs = page.get_by_role("tab")
        for index, example in enumerate(examples.examples()):
            name = re.search(r"^query (\w+)", example.query, re.MULTILINE)
            assert name
            expect(tabs.nth(index)).to_contain_text(name[1])
            tabs.nth(index).click()
            answer = run(page)  # at once: the operation is that of this tab, not of the one before
            assert "errors" not in answer, answer
            expect(page.locator(".answered")).to_contain_text("HTTP 200")

    def test_the_answer_is_on_the_screen(self, page: Page) -> None:
        run(page)
        expect(page.locator(".graphiql-response .view-lines")).to_contain_text("Customs and Excise".replace(" ", "\u00a0"))

    def test_an_example_comes_back_from_the_menu(self, page: Page) -> None:
        tabs = page.get_by_role("tab")
        for _ in examples.TASKS[1:]:
            tabs.first.click()
            page.locator(".graphiql-tab").first.get_by_label("Close Tab").click()
        expect(tabs).to_have_count(1)
        titles = [example.title for example in examples.examples()]
        page.get_by_label("Examples").select_option(label=titles[1])
        expect(tabs).to_have_count(2)
        expect(tabs.nth(1)).to_contain_text("WhoWasTrainedWhere")
        assert run(page)["data"]["numbers"]["total"]["value"] == 50
        page.get_by_label("Examples").select_option(label=titles[4])
        expect(tabs).to_have_count(2)

    def test_variables_are_sent(self, page: Page) -> None:
        page.get_by_role("tab", name="CohortsOfAnAgency").click()
        page.locator(".graphiql-editor-tool .view-lines").get_by_text("INTERPOL").dblclick()
        page.keyboard.type("UNODC")
        assert run(page)["data"]["partnerAgency"]["name"] == "United Nations Office on Drugs and Crime"

    def test_the_documentation_describes_a_field(self, page: Page) -> None:
        page.get_by_label("Show Documentation Explorer").click()
        page.locator(".graphiql-doc-explorer").get_by_text("Query", exact=True).click()
        page.locator(".graphiql-doc-explorer").get_by_text("departments", exact=True).click()
        expect(page.locator(".graphiql-doc-explorer")).to_contain_text("epartments, in the order of the published list.")

    def test_the_explorer_adds_a_field(self, page: Page) -> None:
        page.get_by_label("Show GraphiQL Explorer").click()
        write(page, "query Mine { departments { code } }")
        page.locator('.graphiql-explorer-departments [data-field-name="name"]').click()
        expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("name")
        assert set(run(page)["data"]["departments"][0]) == {"code", "name"}

    def test_it_is_used_by_keyboard(self, page: Page) -> None:
        order = []
        for _ in range(14):
            page.keyboard.press("Tab")
            order.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText"))
        wanted = [
            "Credential",
            "Open a staff session",
            "Show Documentation Explorer",
            "Show History",
            "Show GraphiQL Explorer",
            "PublishedPage",
        ]
        assert [each for each in order if each in wanted] == wanted
        page.click(".graphiql-query-editor .view-lines")
        with page.expect_response("**/graphql") as answered:
            page.keyboard.press("Control+Enter")
        assert answered.value.ok

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_is_readable(self, browser: Browser, server: Serving, scheme: str) -> None:
        with opened(browser, server, color_scheme=scheme) as page:
            run(page)
            page.get_by_role("button", name="Open a staff session").click()
            for mode in ("read", "write"):
                page.wait_for_selector(f".who[data-may={mode}]")
                for selector in (
                    ".who h1",
                    ".who .host",
                    ".who .viewer",
                    ".who label",
                    ".who button",
                    ".answered",
                    ".graphiql-logo select",
                ):
                    assert page.evaluate(CONTRAST, selector) >= 4.5, selector
                page.get_by_role("switch").click()
            brightness = page.evaluate("getComputedStyle(document.querySelector('.who')).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", brightness)[:3])) > 382) == (scheme == "light")


class TestCredential:
    def test_it_says_who_asks_and_is_kept_nowhere(self, page: Page, server: Serving) -> None:
        secret = server.credential("partner")
        field = page.get_by_label("Credential")
        assert field.get_attribute("type") == "password"
        field.fill(secret)
        field.press("Enter")
        expect(page.locator(".viewer")).to_contain_text("US-STATE")
        write(page, "{ viewer { kind } }")
        assert run(page) == {"data": {"viewer": {"kind": "PARTNER"}}}
        page.wait_for_timeout(1000)  # GraphiQL stores what changed half a second later
        stored = page.evaluate(STORED)
        assert secret not in stored
        assert secret.rsplit("_", 1)[1] not in stored
        assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
        assert page.context.cookies() == []
        page.reload()
        page.wait_for_selector(".graphiql-query-editor .view-line")
        expect(page.locator(".viewer")).to_contain_text("Nobody")

    def test_it_can_be_forgotten(self, page: Page, server: Serving) -> None:
        page.get_by_label("Credential").fill(server.credential("staff"))
        page.get_by_role("button", name="Use").click()
        expect(page.locator(".viewer")).to_contain_text("Staff")
        page.get_by_role("button", name="Forget the credential").click()
        expect(page.locator(".viewer")).to_contain_text("Nobody")
        write(page, "{ viewer { kind } }")
        assert run(page) == {"data": {"viewer": {"kind": "ANONYMOUS"}}}

    def test_one_that_does_not_work_is_told(self, page: Page) -> None:
        page.get_by_label("Credential").fill("pg_0_nonsense")
        page.get_by_role("button", name="Use").click()
        expect(page.locator(".notice")).to_contain_text("does not work")

    def test_answers_are_kept_nowhere(self, page: Page) -> None:
        run(page)
        page.wait_for_timeout(1000)
        assert "Customs and Excise" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert page.evaluate("localStorage.length") == 0


class TestSession:
    def test_one_click_opens_it_and_it_reads_only_until_switched(self, page: Page, server: Serving) -> None:
        page.get_by_role("button", name="Open a staff session").click()
        expect(page.locator(".viewer")).to_contain_text("Staff")
        expect(page.locator(".who")).to_have_attribute("data-may", "read")
        [cookie] = page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"], cookie["domain"]) == (True, "Strict", "/", "127.0.0.1")
        assert page.evaluate("document.cookie") == ""
        assert cookie["value"] not in page.evaluate(STORED)
        page.get_by_role("tab", name="WaitingForVerification").click()
        assert run(page)["data"]["viewer"]["kind"] == "STAFF"
        write(page, "mutation Change { __typename }")
        assert run(page)["errors"][0]["extensions"]["code"] == "SESSION_READ_ONLY"
        page.get_by_role("switch").click()
        expect(page.locator(".who")).to_have_attribute("data-may", "write")
        assert run(page) == {"data": {"__typename": "Mutation"}}
        page.reload()
        page.wait_for_selector(".graphiql-query-editor .view-line")
        expect(page.locator(".who")).to_have_attribute("data-may", "write")
        page.get_by_role("button", name="End the session").click()
        expect(page.locator(".viewer")).to_contain_text("Nobody")
        assert page.context.cookies() == []
        assert [event for event in ("opened", "switched", "ended") if f'"event":"session {event}"' not in server.printed] == []

    def test_one_that_has_ended_elsewhere_is_told(self, page: Page) -> None:
        page.get_by_role("button", name="Open a staff session").click()
        expect(page.locator(".viewer")).to_contain_text("Staff")
        page.context.clear_cookies()
        other = page.context.new_page()
        other.goto(page.url)
        other.get_by_role("button", name="Open a staff session").click()
        expect(other.locator(".viewer")).to_contain_text("Staff")
        assert run(page)["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"

    def test_a_page_of_another_server_gets_nothing(self, page: Page, server: Serving, elsewhere: str) -> None:
        page.get_by_role("button", name="Open a staff session").click()
        expect(page.locator(".viewer")).to_contain_text("Staff")
        attacker = page.context.new_page()
        answers: list[tuple[str, str, int]] = []
        attacker.on("response", lambda response: answers.append((response.request.method, urlsplit(response.url).path, response.status)))
        attacker.goto(elsewhere)
        attack = """async (target) => {
          const simple = { credentials: 'include', mode: 'no-cors' };
          const told = [];
          for (const [path, options] of [
            ['/graphql?query={viewer{kind}}', simple],
            ['/graphql', { ...simple, method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: '{"query": "{ __typename }"}' }],
            ['/session', { ...simple }],
            ['/session', { ...simple, method: 'POST', body: '{}' }],
            ['/session', { credentials: 'include', headers: { 'X-CSRF-Token': 'none' } }],
            ['/session', { credentials: 'include', method: 'POST', body: '{}',
                           headers: { 'X-CSRF-Token': 'none', 'Content-Type': 'application/json' } }],
          ]) {
            try { told.push(await (await fetch(target + path, options)).text()); } catch (error) { told.push(''); }
          }
          return told.join('');
        }"""
        assert attacker.evaluate(attack, server.address) == ""
        assert {status for _, path, status in answers if path in ("/graphql", "/session")} <= {403, 405, 415}
        assert not [one for one in answers if one[2] == 200 and one[1] != "/"]
        assert run(page)["data"], "the session that was attacked is as it was"

    def test_another_page_cannot_show_it_in_a_frame(self, browser: Browser, server: Serving, elsewhere: str) -> None:
        context = browser.new_context()
        attacker = context.new_page()
        attacker.goto(f"{elsewhere}?{server.address}/graphiql")
        attacker.wait_for_timeout(1500)
        assert attacker.frames[1].evaluate("document.querySelector('#root')") is None
        context.close()


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of another server on this machine, whose page frames what its query names."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            framed = urlsplit(self.path).query
            self.wfile.write(f"<link rel=icon href='data:,'><iframe src='{framed or 'about:blank'}'></iframe>".encode())

        def log_message(self, *given: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as attacking:
        threading.Thread(target=attacking.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{attacking.server_port}/"
        attacking.shutdown()


@pytest.mark.skipif(not shutil.which("npm"), reason="whether the archive is what the sources build is seen only with Node and npm")
def test_the_archive_is_what_the_sources_build() -> None:
    command = [sys.executable, "-m", "web.build", "--check"]
    done = subprocess.run(command, env={**os.environ, **environment()}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
