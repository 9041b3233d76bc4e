"""Access tokens of a configured issuer: what works, every one that is refused, and how its keys are fetched.

The keys are those of the test, published by a real HTTP server on loopback (tests/issuing.py).
"""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey
from sqlalchemy import text

from graph.openid import network
from graph.openid.access import TRUSTED_SECONDS, AccessTokens
from graph.openid.issuer import Issuer, keys_of
from graph.openid.network import Unreachable
from graph.openid.roles import Role, values
from graph.settings import ALGORITHMS, OpenId, Settings
from models import openid
from models.access import ClientKind, Scope
from models.agencies import PartnerAgency
from models.base import new_id
from models.database import Database
from models.openid import Vouched
from models.viewer import Viewer, ViewerKind
from resolvers.errors import AgreementExpired, Unauthenticated, Unavailable
from tests.edge import SETTINGS, agree, application, post, speaking_to
from tests.issuing import AUDIENCE, CLIENT, KEYS, Issuing, by_hand, issuing

VERIFIER = Role(kind=ClientKind.VERIFIER, scopes=frozenset({Scope.DECIDE, Scope.CURATE}))
ROLES = {"verifiers": VERIFIER, "focal-bb": Role(kind=ClientKind.FOCAL_POINT, member_state="BB", scopes=frozenset({Scope.STATEMENTS_READ}))}
WHO = "{ viewer { kind clientName scopes } }"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Judged:
    """What judges tokens, with the issuer that signs them, and the clock."""

    tokens: AccessTokens
    issuing: Issuing
    clock: Clock

    async def refuses(self, token: str) -> None:
        with pytest.raises(Unauthenticated):
            await self.tokens.viewer(token)


@pytest.fixture
def signer() -> Iterator[Issuing]:
    with issuing() as started:
        yield started


async def register(owner: Database, address: str) -> None:
    """A program and a person that an issuer vouches for."""
    async with owner.write() as transaction:
        agency: dict[str, Any] = {"id": new_id(), "code": "US-STATE", "name": "x", "labels": [], "kind": "FUNDER", "revision": 1}
        impacs = {**agency, "id": new_id(), "code": "CARICOM-IMPACS"}
        await transaction.insert(PartnerAgency, [agency, impacs])
        await agree(transaction, agency["id"])
        await openid.register(
            transaction,
            Vouched(address, "importer", "the importer", ClientKind.PARTNER, [Scope.SUBMIT], "US-STATE", openid_client_id="importer"),
        )
        await openid.remember(transaction, Vouched(address, "u-1", "Ann", ClientKind.VERIFIER, VERIFIER.scopes, "CARICOM-IMPACS"))


@pytest_asyncio.fixture(loop_scope="session")
async def judged(signer: Issuing, database: Database, owner_database: Database) -> AsyncIterator[Judged]:
    await register(owner_database, signer.address)
    clock = Clock()
    configured = OpenId(signer.address, CLIENT, None, AUDIENCE, ROLES, "roles", "openid", ALGORITHMS, None)
    yield Judged(AccessTokens(database, Issuer(signer.address, clock), configured, clock=clock), signer, clock)


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.asyncio
async def test_a_program_is_the_client_that_was_registered(judged: Judged, algorithm: str) -> None:
    viewer = await judged.tokens.viewer(judged.issuing.token(algorithm))
    assert (viewer.kind, viewer.client_name, viewer.scopes) == (ViewerKind.PARTNER, "the importer", {"submit"})
    assert viewer.client_id is not None
    assert viewer.agency_id is not None


@pytest.mark.asyncio
async def test_a_person_has_the_role_that_the_token_gives(judged: Judged) -> None:
    token = judged.issuing.token(sub="u-1", client_id=CLIENT, roles=["others", "verifiers"])
    viewer = await judged.tokens.viewer(token)
    assert (viewer.kind, viewer.client_name, viewer.scopes) == (ViewerKind.VERIFIER, "Ann", {"decide", "curate"})


@pytest.mark.parametrize("changed", [{"aud": [AUDIENCE, "another"]}, {"nbf": int(time.time())}, {"exp": time.time() + 86_400.5}])
@pytest.mark.asyncio
async def test_other_forms_of_a_token_that_works(judged: Judged, changed: dict[str, Any]) -> None:
    assert (await judged.tokens.viewer(judged.issuing.token(**changed))).client_name == "the importer"


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt"])
@pytest.mark.asyncio
async def test_how_a_token_says_what_it_is(judged: Judged, kind: str) -> None:
    assert (await judged.tokens.viewer(judged.issuing.token(header={"typ": kind}))).client_name == "the importer"


NOW = int(time.time())


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": None},
        {"iss": "https://evil.example"},
        {"iss": ["http://127.0.0.1"]},
        {"aud": None},
        {"aud": CLIENT},
        {"aud": "https://graph.example"},
        {"aud": [CLIENT, "another"]},
        {"aud": {AUDIENCE: 1}},
        {"exp": None},
        {"exp": NOW - 11},
        {"exp": str(NOW + 90_000)},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": NOW + 90_000},
        {"nbf": "soon"},
        {"iat": None},
        {"iat": NOW + 90_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"client_id": None},
        {"client_id": "another"},
        {"sub": "nobody"},
        {"sub": "u-1"},
        {"sub": "u-1", "client_id": CLIENT},
        {"sub": "u-1", "client_id": CLIENT, "roles": "others"},
        {"sub": "u-1", "client_id": CLIENT, "roles": ["focal-bb"]},
        {"sub": "u-1", "client_id": CLIENT, "roles": ["focal-bb", "verifiers", "VERIFIERS"][2:]},
        {"sub": "u-1", "client_id": "unregistered", "roles": ["verifiers"]},
    ],
    ids="-".join,
)
@pytest.mark.asyncio
async def test_claims_that_are_refused(judged: Judged, changed: dict[str, Any]) -> None:
    await judged.refuses(judged.issuing.token(**changed))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": None},
        {"typ": "JWT"},
        {"typ": "id_token+jwt"},
        {"typ": "at+jwt "},
        {"typ": 7},
        {"kid": None},
        {"kid": "another"},
        {"kid": ["rsa"]},
        {"alg": "none"},
        {"alg": "None"},
        {"alg": None},
        {"alg": ["RS256"]},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": "PS256"},
        {"alg": "RS512"},
        {"crit": ["exp"], "exp": 1},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
    ],
    ids=str,
)
@pytest.mark.asyncio
async def test_headers_that_are_refused(judged: Judged, header: dict[str, Any]) -> None:
    whole = {"alg": "RS256", "kid": "rsa", "typ": "at+jwt"}
    assert await judged.tokens.viewer(by_hand(whole, judged.issuing.claims()))
    changed: dict[str, Any] = {name: value for name, value in {**whole, **header}.items() if value is not None}
    await judged.refuses(by_hand(changed, judged.issuing.claims()))


@pytest.mark.asyncio
async def test_a_key_in_the_header_leads_nowhere(judged: Judged) -> None:
    mine = RSAKey.generate_key(2048, {"kid": "rsa"})
    elsewhere = f"{judged.issuing.address}/mine"
    lures = {"jku": elsewhere, "x5u": elsewhere, "alg": "RS256", "kid": "rsa", "typ": "at+jwt"}
    await judged.refuses(by_hand(lures, judged.issuing.claims(), mine))
    await judged.refuses(by_hand({**lures, "kid": "mine"}, judged.issuing.claims(), mine))
    await judged.refuses(by_hand({**lures, "jwk": mine.as_dict(private=False)}, judged.issuing.claims(), mine))
    assert elsewhere.rpartition("/")[2] not in "".join(judged.issuing.asked)
    assert (await judged.tokens.viewer(by_hand(lures, judged.issuing.claims()))).client_name == "the importer"


@pytest.mark.asyncio
async def test_the_public_key_is_no_secret_to_sign_by(judged: Judged) -> None:
    pem = KEYS["RS256"].as_pem(private=False)
    for secret in (pem, pem.strip()):
        header, claims = ({"alg": "HS256", "kid": "rsa", "typ": "at+jwt"}, judged.issuing.claims())
        message = by_hand(header, claims).rpartition(".")[0]
        signature = base64.urlsafe_b64encode(hmac.digest(secret, message.encode(), "sha256")).rstrip(b"=").decode()
        await judged.refuses(f"{message}.{signature}")


@pytest.mark.asyncio
async def test_every_changed_character_is_refused(judged: Judged) -> None:
    token = judged.issuing.token("ES256")
    header, claims, signature = token.split(".")
    for broken in (
        f"{header}.{claims}.",
        f"{header}.{claims}.{signature[:-4]}",
        f"{header}.{claims}.{signature}.{signature}",
        f"{header}..{signature}",
        f".{claims}.{signature}",
        f"{header}.{claims[:-3]}{'A' * 3}.{signature}",
        f"{'A' * 9000}.{claims}.{signature}",
        token.replace(".", "!"),
    ):
        await judged.refuses(broken)


@pytest.mark.asyncio
async def test_a_client_that_is_revoked_stops(judged: Judged, owner_database: Database) -> None:
    token = judged.issuing.token()
    await judged.tokens.viewer(token)
    async with owner_database.write() as transaction:
        await transaction.read("UPDATE api_client SET revoked_at = now() WHERE subject = 'importer'", [])
    judged.clock.now += 4.5
    await judged.refuses(token)


@pytest.mark.asyncio
async def test_a_token_is_not_trusted_beyond_its_end(judged: Judged) -> None:
    token = judged.issuing.token(exp=time.time() - 9)
    known = await judged.tokens.viewer(token)
    assert isinstance(known, Viewer)
    judged.clock.now += 1.5
    judged.tokens._now = lambda: time.time() + 1.5
    await judged.refuses(token)


@pytest.mark.parametrize("ends", ["midnight", "now"])
@pytest.mark.asyncio
async def test_a_token_is_not_trusted_beyond_the_agreement(judged: Judged, owner_database: Database, ends: str) -> None:
    today = datetime.now(UTC).date()
    async with owner_database.write() as transaction:
        await transaction.fetch(text("UPDATE agreement SET expires_on = :today"), today=today)
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC).timestamp()
    judged.tokens._now = lambda: midnight - 1 if ends == "midnight" else time.time()
    token = judged.issuing.token(exp=midnight + 3_600)
    assert (await judged.tokens.viewer(token)).client_name == "the importer"
    async with owner_database.write() as transaction:
        await transaction.fetch(text("UPDATE agreement SET ended_at = now()"))
    judged.clock.now += 1.001 if ends == "midnight" else TRUSTED_SECONDS + 0.001
    with pytest.raises(AgreementExpired):
        await judged.tokens.viewer(token)


class TestKeys:
    @pytest.mark.asyncio
    async def test_they_are_fetched_once(self, judged: Judged) -> None:
        tokens = [judged.issuing.token(algorithm, jti=str(number)) for number in range(20) for algorithm in KEYS]
        await asyncio.gather(*map(judged.tokens.viewer, tokens))
        assert judged.issuing.asked == ["/.well-known/openid-configuration", "/keys"]

    @pytest.mark.asyncio
    async def test_a_new_key_works_and_unknown_ones_are_asked_for_once_in_five_seconds(self, judged: Judged) -> None:
        await judged.tokens.viewer(judged.issuing.token())
        new = RSAKey.generate_key(2048, {"kid": "new"})
        token = judged.issuing.token(key=new)
        judged.issuing.published.append(new.as_dict(private=False))
        judged.clock.now += 4.9
        await judged.refuses(token)
        assert judged.issuing.asked.count("/keys") == 1
        judged.clock.now += 0.1
        assert (await judged.tokens.viewer(token)).client_name == "the importer"
        for number in range(50):
            await judged.refuses(judged.issuing.token(header={"kid": f"unknown-{number}"}))
        assert judged.issuing.asked.count("/keys") == 2

    @pytest.mark.asyncio
    async def test_a_withdrawn_key_stops(self, judged: Judged) -> None:
        await judged.tokens.viewer(judged.issuing.token())
        judged.issuing.published = judged.issuing.published[1:]
        judged.clock.now += 61
        await judged.tokens.viewer(judged.issuing.token(jti="2"))
        await eventually(lambda: judged.issuing.asked.count("/keys") == 2)
        await eventually(lambda: "rsa" not in judged.tokens._issuer._published.keys)  # type: ignore[union-attr]
        await judged.refuses(judged.issuing.token(jti="3"))

    @pytest.mark.asyncio
    async def test_who_is_known_waits_for_no_fetch(self, judged: Judged) -> None:
        await judged.tokens.viewer(judged.issuing.token())
        judged.issuing.may_answer.clear()
        judged.clock.now += 10
        unknown = asyncio.create_task(judged.refuses(judged.issuing.token(header={"kid": "unknown"})))
        await eventually(lambda: judged.issuing.asked.count("/.well-known/openid-configuration") == 2)
        assert (await judged.tokens.viewer(judged.issuing.token(jti="2"))).client_name == "the importer"
        assert not unknown.done()
        judged.issuing.may_answer.set()
        await unknown

    @pytest.mark.asyncio
    async def test_who_leaves_ends_no_fetch_of_others(self, judged: Judged) -> None:
        judged.issuing.may_answer.clear()
        waiting = [asyncio.create_task(judged.tokens.viewer(judged.issuing.token(jti=str(number)))) for number in range(2)]
        await eventually(lambda: bool(judged.issuing.asked))
        waiting[0].cancel()
        judged.issuing.may_answer.set()
        assert (await waiting[1]).client_name == "the importer"
        assert judged.issuing.asked.count("/keys") == 1

    @pytest.mark.asyncio
    async def test_an_issuer_that_is_away(self, judged: Judged) -> None:
        judged.issuing.status = 500
        for _ in range(3):
            with pytest.raises(Unavailable):
                await judged.tokens.viewer(judged.issuing.token())
        assert len(judged.issuing.asked) == 1
        judged.issuing.status = 200
        judged.clock.now += 5
        token = judged.issuing.token()
        await judged.tokens.viewer(token)
        judged.issuing.status = 500
        judged.clock.now += 3000
        assert (await judged.tokens.viewer(token)).client_name == "the importer"
        judged.clock.now += 1000
        with pytest.raises(Unavailable):
            await judged.tokens.viewer(token)

    @pytest.mark.parametrize(
        "change",
        [
            {"issuer": "https://another.example"},
            {"jwks_uri": None},
            {"jwks_uri": "http://keys.example/keys"},
            {"jwks_uri": "file:///etc/passwd"},
            {"jwks_uri": "ftp://127.0.0.1/keys"},
            {"jwks_uri": "keys"},
            {"jwks_uri": ["http://127.0.0.1/keys"]},
            {"filler": "x" * (network.MAX_BYTES + 1)},
        ],
        ids=lambda change: str(change)[:60],
    )
    @pytest.mark.asyncio
    async def test_metadata_that_are_not_believed(self, judged: Judged, change: dict[str, Any]) -> None:
        judged.issuing.metadata.update(change)
        with pytest.raises(Unavailable):
            await judged.tokens.viewer(judged.issuing.token())
        assert judged.issuing.asked == ["/.well-known/openid-configuration"]

    @pytest.mark.asyncio
    async def test_no_redirect_is_followed(self, judged: Judged) -> None:
        judged.issuing.status = 302
        with pytest.raises(Unavailable):
            await judged.tokens.viewer(judged.issuing.token())
        assert judged.issuing.asked == ["/.well-known/openid-configuration"]

    def test_which_keys_are_taken(self) -> None:
        rsa, short = KEYS["RS256"].as_dict(private=False), {**KEYS["RS256"].as_dict(private=False), "n": "AQAB" * 64, "kid": "short"}
        others = [
            {**rsa, "kid": "e", "use": "enc"},
            {"kty": "oct", "k": "AAAA", "kid": "o"},
            {"kty": "RSA", "kid": "x"},
            {**rsa, "kid": 7},
            7,
        ]
        assert list(keys_of({"keys": [short, *others, rsa]})) == ["rsa"]
        for wrong in ({}, {"keys": None}, {"keys": {}}):
            with pytest.raises(Unreachable, match="no keys"):
                keys_of(wrong)


@pytest.mark.asyncio
async def test_over_http(signer: Issuing, database: Database, owner_database: Database) -> None:
    await register(owner_database, signer.address)
    settings = Settings.model_validate({**SETTINGS.model_dump(), "oidc_issuer": signer.address, "oidc_audience": AUDIENCE})
    async with speaking_to(application(database, settings)) as client:

        async def asked(token: str) -> httpx.Response:
            return await post(client, WHO, headers={"authorization": f"Bearer {token}"})

        works = await asked(signer.token())
        assert works.json() == {"data": {"viewer": {"kind": "PARTNER", "clientName": "the importer", "scopes": ["submit"]}}}
        answers = [
            await asked(token) for token in (signer.token(aud="x"), signer.token(exp=1), signer.token(header={"typ": "JWT"}), "a.b.c", "x")
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.json()["errors"][0]["message"] for answer in answers}) == 1
        assert {answer.json()["errors"][0]["extensions"]["code"] for answer in answers} == {"UNAUTHENTICATED"}
    async with speaking_to(application(database)) as client:
        assert (await asked(signer.token())).status_code == 401


@pytest.mark.parametrize(
    ("claims", "claim", "found"),
    [
        ({"roles": "a"}, "roles", {"a"}),
        ({"roles": ["a", "b", 7, None]}, "roles", {"a", "b"}),
        ({"roles": {"a": 1}}, "roles", set()),
        ({}, "roles", set()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://graph.example/roles": ["a"]}, "https://graph.example/roles", {"a"}),
        ({"realm_access": ["roles"]}, "realm_access.roles", set()),
    ],
)
def test_what_a_claim_holds(claims: dict[str, Any], claim: str, found: set[str]) -> None:
    assert values(claims, claim) == found


async def eventually(holds: Any) -> None:
    """Waits until something holds that others do meanwhile."""
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never held")
