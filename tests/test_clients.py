"""Clients and credentials: made by the owner, shown once, found by the serving role, stopped at once."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from sqlalchemy import text

from graph.auth import Authenticator
from graph.cli import main
from graph.uses import Uses
from models import clients
from models.access import ClientKind, Scope
from models.clients import ClientError, Issued
from models.database import Database
from models.deployments import Environment
from models.provision import Addresses
from models.reference import loader
from models.viewer import ViewerKind
from resolvers.errors import AgreementExpired, Unauthenticated
from tests.edge import agency, agree

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def owner(owner_database: Database) -> Database:
    """The owner's database, with the reference data, and an agreement with US-STATE."""
    async with owner_database.write() as transaction:
        await loader.load(transaction)
        await agree(transaction, await agency(transaction, "US-STATE"))
    return owner_database


async def make(owner: Database, *scopes: Scope, agency: str = "US-STATE", kind: ClientKind = ClientKind.PARTNER, days: int = 30) -> Issued:
    async with owner.write() as transaction:
        return await clients.create(transaction, agency=agency, kind=kind, scopes=scopes, name="a client", days=days)


def header(issued: Issued) -> bytes:
    return f"Bearer {issued.credential}".encode()


async def test_a_new_credential_is_known_to_the_server(owner: Database, database: Database) -> None:
    issued = await make(owner, Scope.SUBMIT, Scope.SUBMIT)
    viewer = await Authenticator(database).viewer(header(issued))
    assert (viewer.kind, viewer.client_id, viewer.scopes) == (ViewerKind.PARTNER, issued.client_id, {"submit"})


async def test_only_a_hash_is_stored(owner: Database) -> None:
    issued = await make(owner)
    prefix, key, secret = issued.credential.rsplit("_", 2)
    assert prefix == "pg_live"
    assert len(bytes.fromhex(secret)) * 8 == 256
    async with owner.write() as transaction:
        stored = (await transaction.fetch(clients.select(clients._credential)))[0]
    assert (stored["prefix"], stored["id"]) == (prefix, key)
    assert stored["secret_hash"] == hashlib.sha256(secret.encode()).digest()
    assert secret not in str(dict(stored))


async def test_the_list_shows_the_beginning_of_a_credential(owner: Database) -> None:
    issued = await make(owner, Scope.SUBMIT)
    async with owner.write() as transaction:
        (listed,) = await clients.clients(transaction)
    assert listed.credential == issued.credential.rpartition("_")[0]
    assert listed.is_live
    assert (listed.agency, listed.kind, listed.scopes, listed.name) == ("US-STATE", "PARTNER", ["submit"], "a client")


@pytest.mark.parametrize("by_client", [True, False])
async def test_revoked_credentials_stop(owner: Database, database: Database, *, by_client: bool) -> None:
    issued = await make(owner)
    other = await make(owner)
    async with owner.write() as transaction:
        assert len(await clients.revoke(transaction, str(issued.client_id) if by_client else issued.credential)) == 1
        assert len(await clients.revoke(transaction, str(issued.client_id) if by_client else issued.credential)) == 0
    with pytest.raises(Unauthenticated):
        await Authenticator(database).viewer(header(issued))
    assert (await Authenticator(database).viewer(header(other))).client_id == other.client_id


@pytest.mark.parametrize("which", ["", "pg_", "pg_0", "nothing", "00000000-0000-7000-8000-000000000000"])
async def test_revoking_what_is_not_there(owner: Database, which: str) -> None:
    await make(owner)
    async with owner.write() as transaction:
        assert len(await clients.revoke(transaction, which)) == 0


async def test_a_client_changes_over_with_two_credentials_and_no_third(owner: Database, database: Database) -> None:
    first = await make(owner, Scope.SUBMIT)
    async with owner.write() as transaction:
        second = await clients.renew(transaction, first.client_id, 30)
        with pytest.raises(ClientError, match="revoke one first"):
            await clients.renew(transaction, first.client_id, 30)
    for each in (first, second):
        assert (await Authenticator(database).viewer(header(each))).client_id == first.client_id
    async with owner.write() as transaction:
        assert len(await clients.revoke(transaction, first.credential)) == 1
        await clients.renew(transaction, first.client_id, 30)
    with pytest.raises(Unauthenticated):
        await Authenticator(database).viewer(header(first))


@pytest.mark.parametrize(("environment", "other"), [(Environment.TEST, "pg_live"), (Environment.LIVE, "pg_test")])
async def test_a_credential_of_another_environment_is_told_by_its_prefix(
    owner: Database, database: Database, environment: Environment, other: str
) -> None:
    gate = Authenticator(database, environment=environment)
    secret = (await make(owner)).credential.rpartition("_")[2]
    own = {"pg_live": "pg_test", "pg_test": "pg_live"}[other]
    foreign = f"This is a {environment.value} environment: its credentials begin with {own}_."
    for prefix, said in ((other, foreign), (own, "This credential does not work"), ("pg", "This credential does not work")):
        with pytest.raises(Unauthenticated, match=said):
            await gate.viewer(f"Bearer {prefix}_0123456789abcdef_{secret}".encode())


async def test_its_last_use_is_recorded_once_a_minute(owner: Database, database: Database) -> None:
    used, tried = await make(owner), await make(owner)
    uses = Uses(database)
    gate = Authenticator(database, uses=uses)

    async def last() -> list[datetime | None]:
        async with owner.write() as transaction:
            known = {one.client_id: one.last_used_at for one in await clients.clients(transaction)}
        return [known[used.client_id], known[tried.client_id]]

    before = datetime.now(UTC)
    await gate.viewer(header(used))
    with pytest.raises(Unauthenticated):
        await gate.viewer(header(tried) + b"x")
    assert await last() == [None, None]
    await uses.write()
    first = await last()
    assert first[1] is None
    assert first[0] is not None
    assert before <= first[0] <= datetime.now(UTC)
    await gate.viewer(header(used))
    await uses.write()
    assert await last() == first
    async with owner.write() as transaction:
        await transaction.fetch(text("UPDATE credential SET last_used_at = last_used_at - interval '2 minutes'"))
    await gate.viewer(header(used))
    await uses.write()
    again = (await last())[0]
    assert again is not None
    assert again > first[0]


async def test_nobody_is_trusted_past_the_last_midnight_of_an_agreement(owner: Database, database: Database) -> None:
    issued = await make(owner)
    today = datetime.now(UTC).date()
    async with owner.write() as transaction:
        await transaction.fetch(text("UPDATE agreement SET expires_on = :today"), today=today)
    midnight = datetime.combine(today + timedelta(days=1), time(), UTC).timestamp()
    clock = 0.0
    gate = Authenticator(database, clock=lambda: clock, now=lambda: midnight - 1)
    assert (await gate.viewer(header(issued))).client_id == issued.client_id
    async with owner.write() as transaction:
        await transaction.fetch(text("UPDATE agreement SET starts_on = :day, expires_on = :day"), day=today - timedelta(days=1))
    clock = 0.999
    assert (await gate.viewer(header(issued))).client_id == issued.client_id
    clock = 1.001
    with pytest.raises(AgreementExpired):
        await gate.viewer(header(issued))


async def test_nobody_is_trusted_past_the_end_of_a_credential(owner: Database, database: Database) -> None:
    issued = await make(owner, agency=clients.STAFF_AGENCY, kind=ClientKind.STAFF)
    clock = 0.0
    gate = Authenticator(database, clock=lambda: clock, now=lambda: issued.expires_at.timestamp() - 1)
    assert (await gate.viewer(header(issued))).client_id == issued.client_id
    async with owner.write() as transaction:
        await transaction.fetch(text("UPDATE credential SET expires_at = now()"))
    clock = 0.999
    assert (await gate.viewer(header(issued))).client_id == issued.client_id
    clock = 1.001
    with pytest.raises(Unauthenticated):
        await gate.viewer(header(issued))


async def test_a_credential_expires(owner: Database) -> None:
    issued = await make(owner, days=365)
    assert abs(issued.expires_at - datetime.now(UTC) - timedelta(days=365)) < timedelta(minutes=1)


@pytest.mark.parametrize("days", [0, 366])
async def test_no_credential_lives_longer_than_a_year(owner: Database, days: int) -> None:
    with pytest.raises(ClientError, match="1 to 365 days"):
        await make(owner, days=days)
    async with owner.write() as transaction:
        assert await clients.clients(transaction) == []


async def test_what_there_cannot_be(owner: Database) -> None:
    with pytest.raises(ClientError, match="no agency with the code NOBODY"):
        await make(owner, agency="NOBODY")
    with pytest.raises(ClientError, match="decide is not for PARTNER"):
        await make(owner, Scope.DECIDE)
    with pytest.raises(ClientError, match="kind STAFF belong to CARICOM-IMPACS"):
        await make(owner, kind=ClientKind.STAFF)
    async with owner.write() as transaction:
        with pytest.raises(ClientError, match="there is no client"):
            await clients.renew(transaction, uuid4(), 30)


async def test_staff(owner: Database, database: Database) -> None:
    issued = await make(owner, Scope.DECIDE, agency=clients.STAFF_AGENCY, kind=ClientKind.STAFF)
    assert (await Authenticator(database).viewer(header(issued))).kind is ViewerKind.STAFF


async def run(*arguments: str) -> Result:
    """A command, run in this process but outside its event loop."""
    return await asyncio.to_thread(CliRunner().invoke, main, arguments)


@pytest.fixture
def on_cluster(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a cluster; beside a running server the commands are run in test_serve."""
    monkeypatch.setenv("DATABASE_URL", addresses.server)
    monkeypatch.setenv("MIGRATION_URL", addresses.owner)


@pytest.mark.usefixtures("on_cluster", "owner")
async def test_commands_print_json(database: Database) -> None:
    created = await run("client", "create", "--agency", "US-STATE", "--scope", "submit", "--scope", "statements:read", "--json")
    assert created.exit_code == 0, created.output
    issued = json.loads(created.stdout)
    assert issued["scopes"] == ["statements:read", "submit"]
    viewer = await Authenticator(database).viewer(f"Bearer {issued['credential']}".encode())
    assert f"Client:{viewer.client_id}" == issued["clientId"]
    renewed = json.loads((await run("client", "renew", issued["clientId"], "--json")).stdout)
    assert renewed["clientId"] == issued["clientId"]
    listed = json.loads((await run("client", "list", "--json")).stdout)
    assert [each["isLive"] for each in listed] == [True, True]
    assert issued["credential"] not in str(listed)
    assert {each["clientId"] for each in listed} == {issued["clientId"]}
    revoked = await run("client", "revoke", issued["clientId"].removeprefix("Client:"), "--json")
    assert json.loads(revoked.stdout) == {"revoked": 2}
    again = await run("client", "revoke", issued["clientId"])
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)


@pytest.mark.usefixtures("on_cluster")
async def test_what_commands_change_is_in_the_audit_log(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "https://issuer.example")
    monkeypatch.setenv("OIDC_AUDIENCE", "the-graph")
    issued = json.loads(
        (await run("client", "create", "--agency", "US-STATE", "--scope", "submit", "--address", "192.0.2.1", "--json")).stdout
    )
    await run("client", "renew", issued["clientId"].removeprefix("Client:"))
    await run("client", "revoke", issued["credential"])
    await run("client", "revoke", issued["clientId"])
    said = ("--title", "Secret", "--purpose", "STATISTICS", "--retention-months", "12", "--expires", "2030-01-01", "--json")
    agreed = json.loads((await run("agreement", "create", "--agency", "US-STATE", *said)).stdout)["agreementId"]
    await run("agreement", "end", agreed)
    program = (await run("openid", "register", "a-program", "--agency", "US-STATE", "--scope", "submit")).stdout.strip()
    await run("openid", "revoke", program)
    for refused in (
        ("client", "revoke", issued["clientId"]),
        ("client", "create", "--agency", "NOBODY"),
        ("agreement", "end", agreed),
        ("openid", "revoke", program),
        ("client", "list"),
    ):
        await run(*refused)
    of_client, of_agreement, of_program = issued["clientId"], agreed, program
    assert [each.partition(":")[0] for each in (of_client, of_agreement, of_program)] == ["Client", "Agreement", "Client"]
    terms = ["agency", "expiresOn", "permittedFields", "purposes", "retentionMonths", "startsOn", "title"]
    assert await acts(owner) == [
        ("createClient", of_client, ["addresses", "agency", "days", "kind", "name", "scopes"]),
        ("rotateCredential", of_client, ["client", "days"]),
        ("revokeCredential", of_client, ["credential"]),
        ("revokeCredential", of_client, ["client"]),
        ("createAgreement", of_agreement, terms),
        ("endAgreement", of_agreement, ["agreement"]),
        ("createClient", of_program, ["agency", "openidClient", "scopes"]),
        ("revokeCredential", of_program, ["client"]),
    ]


async def acts(owner: Database) -> list[tuple[str, str, list[str]]]:
    """What the audit log tells of the operator, oldest first; nobody else did anything."""
    async with owner.write() as transaction:
        rows = await transaction.fetch(text("SELECT * FROM audit_event ORDER BY recorded_at"))
    assert {(row["kind"], row["client_id"], row["credential"], row["result"], row["request"]) for row in rows} == {
        ("ADMINISTRATOR", None, "operator", "OK", None)
    }
    return [(row["action"], *row["objects"], row["fields"]) for row in rows]


@pytest.mark.usefixtures("on_cluster")
async def test_a_release_at_the_operators_word_is_in_the_audit_log(owner: Database) -> None:
    assert json.loads((await run("release", "--preview", "--json")).stdout)["release_id"] is None
    made = json.loads((await run("release", "--json")).stdout)["release_id"]
    assert (await run("release")).exit_code == 1
    async with owner.write() as transaction:
        rows = await transaction.fetch(text("SELECT * FROM audit_event ORDER BY recorded_at"))
    assert [(row["action"], row["credential"], row["objects"], row["fields"], row["result"]) for row in rows] == [
        ("publishRelease", "operator", [], ["preview"], "ROLLED_BACK"),
        ("publishRelease", "operator", [f"Release:{made}"], ["preview"], "OK"),
        ("publishRelease", "operator", [], ["preview"], "ROLLED_BACK"),
    ]


@pytest.mark.usefixtures("on_cluster", "owner")
async def test_commands_print_text() -> None:
    created = await run("client", "create", "--staff", "--scope", "decide", "--name", "A person")
    credential = created.stdout.splitlines()[0]
    assert credential.startswith("pg_live_")
    listed = await run("client", "list")
    assert "A person" in listed.stdout
    assert credential not in listed.stdout
    revoked = await run("client", "revoke", credential)
    assert revoked.stdout == "revoked 1 credential\n"


@pytest.mark.usefixtures("on_cluster")
@pytest.mark.parametrize(
    "arguments",
    [
        ["create"],
        ["create", "--agency", "US-STATE", "--days", "366"],
        ["create", "--scope", "all"],
        ["renew", "1"],
        ["renew", "Agreement:01900000-0000-7000-8000-000000000000"],
    ],
)
async def test_commands_refuse_what_they_do_not_understand(arguments: list[str]) -> None:
    assert (await run("client", *arguments)).exit_code == 2


@pytest.mark.usefixtures("on_cluster")
async def test_commands_on_a_database_without_agencies() -> None:
    refused = await run("client", "create", "--agency", "US-STATE")
    assert refused.exit_code == 1
    assert "no agency with the code US-STATE" in refused.stderr
