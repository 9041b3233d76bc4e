"""GraphiQL as a client without a browser sees it: what the archive holds, how it is sent, and the operations that it opens with."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio

from graph.pages import archive, examples
from graph.pages.graphiql import ARCHIVE, POLICY
from models import clients, provision
from models.access import ClientKind, Scope
from models.database import Database
from models.provision import Addresses
from models.reference import loader
from tests.edge import Stub, agency, agree, application, speaking_to
from tests.processes import ROOT
from web import build

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOCK = ROOT / "web" / "graphiql" / "package-lock.json"
EXACT = re.compile(r"\d+\.\d+\.\d+")
ASSET = re.compile(r'(?:src|href)="(/graphiql/assets/[^"]+)"')


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with speaking_to(application(Stub("{}"))) as speaking:
        yield speaking


class TestArchive:
    async def test_it_was_built_from_these_sources(self) -> None:
        told = build.contents(ARCHIVE)[build.DIGEST].decode().strip()
        assert told == build.digest_of_sources(), "web/graphiql/ has changed: run ./run build-graphiql"

    async def test_it_is_the_same_whenever_it_is_written(self, tmp_path: Any) -> None:
        build.write(tmp_path / "again.zip", build.contents(ARCHIVE))
        assert build.differences(build.contents(tmp_path / "again.zip"), build.contents(ARCHIVE)) == []
        with ZipFile(ARCHIVE) as opened:
            assert {member.date_time for member in opened.infolist()} == {build.FIRST_MOMENT}

    async def test_its_members_are_sent_as_they_lie_in_it(self) -> None:
        contents = build.contents(ARCHIVE)
        for name, file in archive.read(ARCHIVE).items():
            assert gzip.decompress(file.compressed) == file.content == contents[name], name

    async def test_the_licences_of_what_is_in_it_are_in_it(self) -> None:
        told = build.contents(ARCHIVE)["THIRD_PARTY_LICENSES.md"].decode()
        for package in ("graphiql", "@graphiql/react", "@graphiql/plugin-explorer", "graphql", "react", "react-dom", "monaco-editor"):
            assert re.search(rf"^## {re.escape(package)} - ", told, re.MULTILINE), package

    async def test_every_version_is_pinned_and_no_host_is_named(self) -> None:
        package = json.loads(LOCK.with_name("package.json").read_text())
        assert all(EXACT.fullmatch(version) for kind in ("dependencies", "devDependencies") for version in package[kind].values())
        lock = LOCK.read_text()
        assert "://" not in lock
        assert [name for name, one in json.loads(lock)["packages"].items() if name and "integrity" not in one] == []


class TestPage:
    async def test_it_may_load_nothing_from_elsewhere(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/graphiql")
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers.get_list("content-security-policy") == [POLICY]
        assert "default-src 'none'" in POLICY
        assert "http" not in POLICY
        assert "unsafe-eval" not in POLICY
        assert "script-src 'self';" in POLICY
        assert "frame-ancestors 'none'" in POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert re.findall(r'(?:src|href)="(?!/graphiql/assets/)', response.text) == []
        assert "<script>" not in response.text

    async def test_the_page_is_asked_for_again_and_its_assets_never(self, client: httpx.AsyncClient) -> None:
        page = await client.get("/graphiql")
        assert page.headers["cache-control"] == "no-cache"
        again = await client.get("/graphiql", headers={"if-none-match": page.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "content-security-policy" in again.headers
        kinds = set()
        for path in ASSET.findall(page.text):
            asset = await client.get(path)
            assert (asset.status_code, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable"), path
            kinds.add(asset.headers["content-type"])
        assert kinds == {"text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml"}

    @pytest.mark.parametrize(
        ("accept", "compressed"),
        [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.0, br", False)],
    )
    async def test_it_is_compressed_for_who_takes_that(self, client: httpx.AsyncClient, accept: str, compressed: bool) -> None:
        [path, *_] = ASSET.findall((await client.get("/graphiql")).text)
        response = await client.get(path, headers={"accept-encoding": accept})
        assert ("content-encoding" in response.headers) == compressed
        assert response.headers["vary"] == "accept-encoding"
        assert response.content == build.contents(ARCHIVE)[path.removeprefix("/graphiql/")]

    @pytest.mark.parametrize(
        "path", ["index.html", "SOURCES", "assets/", "assets/none.js", "../settings.py", "%2e%2e/settings.py", "assets/../index.html"]
    )
    async def test_nothing_else_is_there(self, client: httpx.AsyncClient, path: str) -> None:
        assert (await client.get(f"/graphiql/{path}")).status_code == 404

    async def test_it_is_only_read(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/graphiql")).status_code == 405
        assert (await client.head("/graphiql")).status_code == 200


ASKED_BY = {
    "published_page": "anonymous",
    "trained_where": "anonymous",
    "waiting_for_verification": "staff",
    "my_submissions": "partner",
    "cohorts_of_an_agency": "anonymous",
}
"""Who each example is meant for. The others get an answer too."""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def asking(shared_addresses: Addresses) -> dict[str, dict[str, str]]:
    """The headers of each kind of viewer, of a graph that holds only what a new server holds."""
    async with provision.owner_transaction(shared_addresses) as transaction:
        await loader.load(transaction)
        of: dict[str, Any] = {"name": "example", "days": 1}
        await agree(transaction, await agency(transaction, "US-STATE"))
        reading = [Scope.SUBMIT, Scope.STATEMENTS_READ]
        partner = await clients.create(transaction, agency="US-STATE", kind=ClientKind.PARTNER, scopes=reading, **of)
        staff = await clients.create(
            transaction, agency=clients.STAFF_AGENCY, kind=ClientKind.STAFF, scopes=clients.SCOPES[ClientKind.STAFF], **of
        )
    return {
        "anonymous": {},
        **{who: {"authorization": f"Bearer {one.credential}"} for who, one in (("partner", partner), ("staff", staff))},
    }


async def answer(database: Database, headers: dict[str, str], name: str) -> Any:
    [example] = [each for each in examples.examples() if each.name == name]
    async with speaking_to(application(database)) as client:
        body = {"query": example.query, "variables": json.loads(example.variables or "{}")}
        response = (await client.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in response, response
    return response["data"]


class TestExamples:
    async def test_the_page_opens_with_all_of_them(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/graphiql/examples.json")
        assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
        sent = response.json()
        assert tuple(each["name"] for each in sent) == examples.TASKS == tuple(ASKED_BY)
        assert {path.stem for path in examples.FOLDER.iterdir()} == set(examples.TASKS)
        for each in sent:
            assert each["query"] == (examples.FOLDER / f"{each['name']}.graphql").read_text(encoding="utf-8")
            assert each["query"].startswith(f"# {each['title']}")

    @pytest.mark.parametrize("who", ["anonymous", "partner", "staff"])
    @pytest.mark.parametrize("name", examples.TASKS)
    async def test_everybody_is_answered(self, shared_database: Database, asking: dict[str, dict[str, str]], name: str, who: str) -> None:
        await answer(shared_database, asking[who], name)

    async def test_what_a_new_server_shows(self, shared_database: Database, asking: dict[str, dict[str, str]]) -> None:
        shown = {name: await answer(shared_database, asking[who], name) for name, who in ASKED_BY.items()}
        assert len(shown["published_page"]["departments"]) == 17
        trained = shown["trained_where"]
        assert trained["numbers"]["total"] == {"value": 50, "precision": "EXACT", "reason": None}
        assert {row["key"][0]["label"] for row in trained["numbers"]["rows"]} == {"UNSPECIFIED"}
        assert [cohort["startsOn"][:4] for cohort in trained["cohorts"]["nodes"]] == ["2022", "2021", "2020", "2018"]
        waiting = shown["waiting_for_verification"]
        assert waiting["viewer"]["kind"] == "STAFF"
        assert [waiting[name]["totalCount"] for name in ("statements", "verified", "cohorts", "programmes")] == [0, 3, 0, 0]
        assert shown["my_submissions"]["viewer"]["agency"] == {"code": "US-STATE"}
        assert shown["my_submissions"]["submissions"]["totalCount"] == 0
        agency = shown["cohorts_of_an_agency"]["partnerAgency"]
        assert (agency["name"], [each["code"] for each in agency["programmes"]["nodes"]]) == (
            "International Criminal Police Organization",
            ["IIPCIC"],
        )
        assert [cohort["code"] for cohort in agency["cohorts"]["nodes"]] == ["IIPCIC-2020"]
