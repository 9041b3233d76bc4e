"""A TEST environment is a deployment of its own: it says so everywhere, is refused to LIVE and LIVE to it, and alone can be emptied."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from graph.pages.graphiql import POLICY
from models import embedded, throwaway
from models.database import Database
from models.deployments import Environment, OtherEnvironment, claim, recorded
from models.reset import CannotReset, empty
from tests.edge import SETTINGS, Stub, application, issue, post, speaking_to
from tests.parties import sizes
from tests.processes import command, serving

TEST = SETTINGS.model_copy(update={"environment": Environment.TEST})
NOBODY = "nobody_serves"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/", "/nothing", "/health/live", "/health/ready", "/graphql", "/graphiql", "/session"])
async def test_every_answer_of_a_test_environment_says_so(path: str) -> None:
    for settings, expected in ((TEST, "TEST"), (SETTINGS, None)):
        async with speaking_to(application(Stub("1"), settings)) as client:
            answers = [await client.get(path), await client.get(path, headers={"host": "foreign.example"}), await client.put(path)]
            answers.append(await post(client, "{ nonsense }", headers={"authorization": "Bearer x"}))
        assert [each.headers.get("x-environment") for each in answers] == [expected] * 4


@pytest.mark.asyncio
async def test_graphiql_is_marked_under_the_same_policy() -> None:
    async with speaking_to(application(Stub("1"), TEST)) as client:
        page = await client.get("/graphiql", headers={"accept-encoding": "identity"})
    async with speaking_to(application(Stub("1"))) as client:
        live = await client.get("/graphiql", headers={"accept-encoding": "identity"})
    assert page.headers["content-security-policy"] == live.headers["content-security-policy"] == POLICY
    assert "<title>TEST: GraphiQL" in page.text
    assert page.text.count("TEST environment") == 1
    assert "TEST" not in live.text
    assert page.headers["etag"] != live.headers["etag"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("mine", "other"), [(Environment.TEST, Environment.LIVE), (Environment.LIVE, Environment.TEST)])
async def test_a_database_belongs_to_the_environment_of_its_first_start(
    owner_database: Database, mine: Environment, other: Environment
) -> None:
    async with owner_database.write() as transaction:
        assert await recorded(transaction) is None
        await claim(transaction, mine)
        await claim(transaction, mine)
        assert await recorded(transaction) is mine
        with pytest.raises(OtherEnvironment, match=f"belongs to (a|the) {mine} environment, not to (a|the) {other} environment"):
            await claim(transaction, other)
    assert (await issue(owner_database)).credential.startswith(f"pg_{mine.value.lower()}_")


@pytest.mark.asyncio
@pytest.mark.parametrize("environment", [None, Environment.LIVE])
async def test_only_a_test_environment_is_emptied(owner_database: Database, environment: Environment | None) -> None:
    await issue(owner_database)
    async with owner_database.write() as transaction:
        if environment:
            await claim(transaction, environment)
        with pytest.raises(CannotReset, match="only a TEST environment"):
            await empty(transaction, NOBODY)
    assert await sizes(owner_database, ["api_client", "credential", "agreement"]) == {"api_client": 1, "credential": 1, "agreement": 1}


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir=throwaway.parent_folder(), prefix="partner-graph-serve-"))
    made.chmod(0o711)
    yield made
    embedded.discard(made)
    shutil.rmtree(made, ignore_errors=True)


def test_serve_and_reset(folder: Path, tmp_path: Path) -> None:
    output, of = tmp_path / "output", {"DATA_DIR": str(folder)}
    with serving(output, ENVIRONMENT="TEST", **of) as server:
        assert "TEST environment" in server.printed
        assert "pg_test_" in (folder / "sandbox.credentials").read_text()
        assert httpx.get(f"{server.address}/health/live").headers["x-environment"] == "TEST"
        running = command("reset", **of)
        assert (running.returncode, "another server runs" in running.stderr) == (1, True)
        assert server.stop() == 0
    live = command("serve", "--port", "0", **of)
    assert (live.returncode, live.stderr.count("\n")) == (1, 1)
    assert "belongs to a TEST environment, not to the LIVE environment" in live.stderr
    refused = command("reset", ENVIRONMENT="LIVE", **of)
    assert (refused.returncode, "nothing was removed" in refused.stderr) == (1, True)
    assert (folder / "sandbox.credentials").exists()
    done = command("reset", **of)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"the TEST environment in {folder} is emptied, and loaded: ")
    assert not (folder / "sandbox.credentials").exists()
    assert command("client", "list", **of).stdout.startswith("no clients yet")
