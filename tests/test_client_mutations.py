"""Access given and taken through the graph: who may, what works from when to when, and that a secret is in one answer and nowhere else."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from graph.auth import TRUSTED_SECONDS, Authenticator
from models import agreements, clients
from models.access import ClientKind, Scope
from models.clients import Issued
from models.database import Database
from models.provision import Addresses
from models.viewer import ViewerKind
from resolvers.errors import AgreementExpired, Unauthenticated
from tests.dumps import dump
from tests.edge import agency, agree, application, issue, post, speaking_to
from tests.parties import fetch

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLES = ("agreement", "api_client", "credential")
TODAY = datetime.now(UTC).date()
PERSONAL_TEXTS = ("Maria Lopez", "M. Lopez Garcia", "Sgt. Maria Lopez", "maria.lopez@example.org", "868-555-0123")
UNSEEN = (" ", "\u200b\u2800", "bell \x07", "turned \u202e round")
"""Texts of which nothing is seen, or that hold what none may."""

UNSPEAKABLE = ("", "reporting", "DATA PROTECTION", "DATA-PROTECTION", "1ST", "REPORTING\n", "R" * 65, "É")
"""Purposes that no header could state."""

CLIENT = "client { id name kind scopes revokedAt agency { code } memberState { code } credentials { id prefix addresses revokedAt } }"
ISSUES = "issues { code path params }"
CREATE = f"mutation ($input: CreateClientInput!) {{ answer: createClient(input: $input) {{ credential {CLIENT} {ISSUES} }} }}"
ROTATE = f"mutation ($input: RotateCredentialInput!) {{ answer: rotateCredential(input: $input) {{ credential {CLIENT} {ISSUES} }} }}"
REVOKE = f"mutation ($input: RevokeCredentialInput!) {{ answer: revokeCredential(input: $input) {{ {CLIENT} {ISSUES} }} }}"
TERMS = "agreement { id title purposes permittedFields retentionMonths startsOn expiresOn endedAt agency { code } }"
AGREE = f"mutation ($input: CreateAgreementInput!) {{ answer: createAgreement(input: $input) {{ {TERMS} {ISSUES} }} }}"
END = f"mutation ($input: EndAgreementInput!) {{ answer: endAgreement(input: $input) {{ {TERMS} {ISSUES} }} }}"
VIEWER = """{ viewer { kind environment memberState { code } credential { id expiresAt }
    agreement { title purposes permittedFields expiresOn } } }"""


@pytest_asyncio.fixture(loop_scope="session")
async def server(database: Database, owner_database: Database) -> Any:
    """A client of the application, over a database where UNODC has an agreement and OAS has none."""
    async with owner_database.write() as transaction:
        await agree(transaction, await agency(transaction, "UNODC"))
        await agency(transaction, "OAS")
    async with speaking_to(application(database)) as client:
        yield client


def bearer(credential: str | Issued) -> dict[str, str]:
    return {"authorization": f"Bearer {credential if isinstance(credential, str) else credential.credential}"}


async def asked(server: httpx.AsyncClient, who: str | Issued, query: str, **given: Any) -> httpx.Response:
    return await post(server, query, headers=bearer(who), variables={"input": given} if given else None)


async def done(server: httpx.AsyncClient, who: str | Issued, query: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation."""
    answered = (await asked(server, who, query, **given)).json()
    assert "errors" not in answered, answered
    payload: dict[str, Any] = answered["data"]["answer"]
    return payload


async def administrator(owner: Database) -> Issued:
    return await issue(owner, ClientKind.ADMINISTRATOR, (Scope.ADMIN,))


def wish(**more: Any) -> dict[str, Any]:
    return {"kind": "PARTNER", "name": "A program", "agency": "UNODC", "scopes": ["submit"]} | more


def terms(**more: Any) -> dict[str, Any]:
    said = {"agency": "OAS", "title": "A memorandum", "purposes": ["REPORTING"], "permittedFields": ["ROLE_LEVEL"], "retentionMonths": 24}
    return said | {"startsOn": str(TODAY), "expiresOn": str(TODAY + timedelta(days=30))} | more


async def stored(owner: Database) -> list[list[Mapping[str, Any]]]:
    """The rows of clients, credentials and agreements, but for when they were used."""
    return [[{**row, "last_used_at": None} for row in await fetch(owner, f"SELECT * FROM {table} ORDER BY id")] for table in TABLES]


async def test_a_new_client_works_at_once_and_only_its_hash_is_stored(server: httpx.AsyncClient, owner_database: Database) -> None:
    made = await asked(server, await administrator(owner_database), CREATE, **wish(scopes=["submit", "statements:read"]))
    assert made.headers["cache-control"] == "no-store"
    answer = made.json()["data"]["answer"]
    prefix, id_, secret = answer["credential"].rsplit("_", 2)
    shown = {"id": id_, "prefix": prefix, "addresses": [], "revokedAt": None}
    assert answer["issues"] == []
    assert answer["client"] | {"id": ""} == {
        "id": "",
        "name": "A program",
        "kind": "PARTNER",
        "scopes": ["statements:read", "submit"],
        "revokedAt": None,
        "agency": {"code": "UNODC"},
        "memberState": None,
        "credentials": [shown],
    }
    (row,) = await fetch(owner_database, "SELECT * FROM credential WHERE id = :id", id=id_)
    assert row["secret_hash"] == hashlib.sha256(secret.encode()).digest()
    assert (await asked(server, answer["credential"], VIEWER)).json()["data"]["viewer"]["kind"] == "PARTNER"


async def test_viewers_learn_their_credential_and_agreement(server: httpx.AsyncClient, owner_database: Database) -> None:
    issued = await issue(owner_database, code="UNODC")
    viewer = (await asked(server, issued, VIEWER)).json()["data"]["viewer"]
    assert viewer == {
        "kind": "PARTNER",
        "environment": "LIVE",
        "memberState": None,
        "credential": {"id": issued.credential_id, "expiresAt": viewer["credential"]["expiresAt"]},
        "agreement": {
            "title": "An agreement",
            "purposes": ["REPORTING"],
            "permittedFields": [],
            "expiresOn": str(TODAY + timedelta(days=365)),
        },
    }
    assert abs(datetime.fromisoformat(viewer["credential"]["expiresAt"]) - issued.expires_at) < timedelta(milliseconds=1)
    focal = await issue(owner_database, ClientKind.FOCAL_POINT, code="JM")
    viewer = (await asked(server, focal, VIEWER)).json()["data"]["viewer"]
    assert (viewer["memberState"], viewer["credential"]["id"], viewer["agreement"]) == ({"code": "JM"}, focal.credential_id, None)
    nobody = (await post(server, VIEWER)).json()["data"]["viewer"]
    assert nobody == {"kind": "ANONYMOUS", "environment": "LIVE", "memberState": None, "credential": None, "agreement": None}


@pytest.mark.parametrize("kind", [kind for kind in ClientKind if kind is not ClientKind.ADMINISTRATOR])
@pytest.mark.parametrize("scoped", [True, False])
async def test_others_change_nothing(server: httpx.AsyncClient, owner_database: Database, kind: ClientKind, *, scoped: bool) -> None:
    other = await issue(owner_database)
    (agreement,) = (await fetch(owner_database, "SELECT id FROM agreement LIMIT 1"))[0]
    caller = await issue(owner_database, kind, (Scope.ADMIN,) if scoped and kind is ClientKind.PARTNER else ())
    before = await stored(owner_database)
    allowed = scoped and kind is ClientKind.PARTNER
    refused = [(CREATE, wish()), (AGREE, terms()), (END, {"agreement": f"Agreement:{agreement}"})]
    hidden = [(ROTATE, {"client": f"Client:{other.client_id}"}), (REVOKE, {"client": f"Client:{other.client_id}"})]
    hidden.append((REVOKE, {"credential": other.credential_id}))
    for query, given in refused + hidden * (not allowed):
        (error,) = (await asked(server, caller, query, **given)).json()["errors"]
        assert error["extensions"]["code"] == "NOT_PERMITTED"
    for query, given in hidden * allowed:
        answer = await done(server, caller, query, **given)
        assert answer["client"] is None
        assert [issue["code"] for issue in answer["issues"]] == ["CREDENTIAL_NOT_FOUND" if "credential" in given else "CLIENT_NOT_FOUND"]
    assert await stored(owner_database) == before


async def test_an_administrator_without_the_scope_changes_nothing(server: httpx.AsyncClient, owner_database: Database) -> None:
    caller = await issue(owner_database, ClientKind.ADMINISTRATOR)
    before = await stored(owner_database)
    for query, given in ((CREATE, wish()), (AGREE, terms())):
        (error,) = (await asked(server, caller, query, **given)).json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["scope"]) == ("NOT_PERMITTED", "admin")
    assert await stored(owner_database) == before


async def test_a_partner_changes_over_by_itself(server: httpx.AsyncClient, owner_database: Database) -> None:
    first = await issue(owner_database, scopes=(Scope.ADMIN,), addresses=("127.0.0.0/8",))
    client = f"Client:{first.client_id}"
    answer = await done(server, first, ROTATE, client=client)
    second = answer["credential"]
    assert [one["addresses"] for one in answer["client"]["credentials"]] == [["127.0.0.0/8"]] * 2
    for each in (first, second):
        assert (await asked(server, each, VIEWER)).status_code == 200
    third = await done(server, second, ROTATE, client=client)
    assert third["credential"] is None
    assert third["issues"] == [{"code": "TOO_MANY_CREDENTIALS", "path": ["client"], "params": {"limit": 2}}]
    assert len(third["client"]["credentials"]) == 2
    revoked = await done(server, second, REVOKE, credential=first.credential_id)
    assert [one["revokedAt"] is None for one in revoked["client"]["credentials"]] == [False, True]
    assert (await done(server, second, ROTATE, client=client))["credential"]
    again = await done(server, second, REVOKE, credential=first.credential_id)
    assert (again["issues"], again["client"]["revokedAt"]) == ([], None)


async def test_a_partner_renews_no_client_that_can_do_more_than_it(server: httpx.AsyncClient, owner_database: Database) -> None:
    scopes = (Scope.ERASE, Scope.PERSONAL_READ, Scope.STATEMENTS_READ)
    other = await issue(owner_database, scopes=scopes, code="UNODC")
    asks = {"client": f"Client:{other.client_id}"}
    for held, lacked in (((), Scope.ERASE), (scopes[:1], Scope.PERSONAL_READ), (scopes[:2], Scope.STATEMENTS_READ)):
        caller = await issue(owner_database, scopes=(Scope.ADMIN, *held), code="UNODC")
        before = await stored(owner_database)
        answer = await done(server, caller, ROTATE, **asks)
        reason = f"the client has the scope {lacked}, which your credential lacks; ask an administrator of IMPACS"
        assert answer["issues"] == [{"code": "NOT_PERMITTED", "path": ["client"], "params": {"reason": reason}}]
        assert (answer["credential"], len(answer["client"]["credentials"])) == (None, 1)
        assert await stored(owner_database) == before
    caller = await issue(owner_database, scopes=(Scope.ADMIN, *scopes), code="UNODC")
    assert (await done(server, caller, ROTATE, **asks))["credential"]


NETWORKS = ("127.0.0.0/8", "2001:db8::/32")
WIDER = ([], ["0.0.0.0/0"], ["126.0.0.0/7"], ["127.0.0.0/8", "192.0.2.1"], ["::/0"], ["2001:db9::/32"], ["::7f00:0/104"])
NARROWER = (None, list(NETWORKS), ["127.0.0.1"], ["127.128.0.0/9", "2001:db8:1::/48"])


@pytest.mark.parametrize("given", WIDER, ids=str)
async def test_a_partner_lets_no_client_in_from_elsewhere(server: httpx.AsyncClient, owner_database: Database, given: list[str]) -> None:
    caller = await issue(owner_database, scopes=(Scope.ADMIN,), addresses=NETWORKS)
    client = f"Client:{caller.client_id}"
    answer = await done(server, caller, ROTATE, client=client, addresses=given)
    assert [(issue["code"], issue["path"]) for issue in answer["issues"]] == [("CLIENT_NOT_ALLOWED", ["addresses"])]
    assert (answer["credential"], len(answer["client"]["credentials"])) == (None, 1)
    renewed = await done(server, await administrator(owner_database), ROTATE, client=client, addresses=given)
    assert renewed["client"]["credentials"][1]["addresses"] == list(clients.networks(given))


@pytest.mark.parametrize("given", NARROWER, ids=str)
async def test_a_partner_narrows_where_a_client_is_let_in_from(
    server: httpx.AsyncClient, owner_database: Database, given: list[str] | None
) -> None:
    caller = await issue(owner_database, scopes=(Scope.ADMIN,), addresses=NETWORKS)
    answer = await done(server, caller, ROTATE, client=f"Client:{caller.client_id}", addresses=given)
    expected = list(NETWORKS) if given is None else clients.networks(given)
    assert (answer["issues"], answer["client"]["credentials"][1]["addresses"]) == ([], expected)


@pytest.mark.parametrize("whole", [True, False])
async def test_what_is_revoked_stops_in_time(
    server: httpx.AsyncClient, owner_database: Database, database: Database, *, whole: bool
) -> None:
    boss, issued = await administrator(owner_database), await issue(owner_database)
    now = 0.0
    elsewhere = Authenticator(database, clock=lambda: now)
    header = f"Bearer {issued.credential}".encode()
    assert (await elsewhere.viewer(header)).client_id == issued.client_id
    given = {"client": f"Client:{issued.client_id}"} if whole else {"credential": issued.credential_id}
    answer = await done(server, boss, REVOKE, **given)
    assert (answer["client"]["revokedAt"] is not None, answer["client"]["credentials"][0]["revokedAt"] is not None) == (whole, not whole)
    now = TRUSTED_SECONDS + 0.001
    with pytest.raises(Unauthenticated):
        await elsewhere.viewer(header)
    renewed = await done(server, boss, ROTATE, client=f"Client:{issued.client_id}")
    assert [issue["code"] for issue in renewed["issues"]] == (["CLIENT_IS_REVOKED"] if whole else [])


ERASE = "mutation ($input: EraseParticipantInput!) { answer: eraseParticipant(input: $input) { issues { code } } }"
ENDS = {
    "credential revoked": ("UPDATE credential SET revoked_at = now() WHERE client_id = :client", "UNAUTHENTICATED"),
    "client revoked": ("UPDATE api_client SET revoked_at = now() WHERE id = :client", "UNAUTHENTICATED"),
    "agreement ended": (
        "UPDATE agreement SET ended_at = now() WHERE agency_id = (SELECT agency_id FROM api_client WHERE id = :client)",
        "AGREEMENT_EXPIRED",
    ),
}
"""How access ends, and what refuses the caller then."""


@pytest.mark.parametrize(
    ("kind", "way"),
    [(kind, way) for kind in ("ADMINISTRATOR", "PARTNER") for way in ENDS if (kind, way) != ("ADMINISTRATOR", "agreement ended")],
)
async def test_access_that_ended_makes_no_other_while_who_it_was_is_still_known(
    server: httpx.AsyncClient, owner_database: Database, kind: str, way: str
) -> None:
    """Once a revoked credential renewed its siblings for up to four seconds, and their credentials outlived it."""
    caller = await issue(owner_database, ClientKind(kind), (Scope.ADMIN,) if kind == "ADMINISTRATOR" else (Scope.ADMIN, Scope.ERASE))
    sibling = await issue(owner_database, ClientKind(kind), code="CARICOM-IMPACS" if kind == "ADMINISTRATOR" else None)
    agreed = (await fetch(owner_database, "SELECT id FROM agreement LIMIT 1"))[0]["id"]
    mutations: list[tuple[str, dict[str, Any]]] = [
        (ROTATE, {"client": f"Client:{caller.client_id}"}),
        (ROTATE, {"client": f"Client:{sibling.client_id}"}),
        (REVOKE, {"credential": sibling.credential_id}),
        (ERASE, {"participant": {"id": f"Participant:{sibling.client_id}"}, "reason": "REQUESTED"}),
        (CREATE, wish()),
        (AGREE, terms()),
        (END, {"agreement": f"Agreement:{agreed}"}),
    ]
    assert (await asked(server, caller, VIEWER)).status_code == 200
    sql, code = ENDS[way]
    await fetch(owner_database, sql, client=caller.client_id)
    before = await stored(owner_database)
    for query, given in mutations:
        refused = await asked(server, caller, query, **given)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, code)
        assert await stored(owner_database) == before


async def test_what_a_newer_agreement_narrowed_stays_so_when_it_is_over(
    server: httpx.AsyncClient, owner_database: Database, database: Database
) -> None:
    boss = await administrator(owner_database)
    header = f"Bearer {(await done(server, boss, CREATE, **wish(agency='OAS')))['credential']}".encode()

    async def made(**more: Any) -> str:
        return str((await done(server, boss, AGREE, **terms(**more)))["agreement"]["id"])

    async def opened() -> set[str] | None:
        """What the agreement in force permits; None if there is none."""
        try:
            return set((await Authenticator(database).viewer(header)).permitted_fields)
        except AgreementExpired:
            return None

    await made(startsOn="2020-01-01", permittedFields=["PARTICIPANT", "RESULT"])
    assert await opened() == {"PARTICIPANT", "RESULT"}
    future = await made(startsOn=str(TODAY + timedelta(days=2)), permittedFields=[])
    await done(server, boss, END, agreement=future)
    assert await opened() == {"PARTICIPANT", "RESULT"}
    narrow = await made(startsOn="2021-01-01", permittedFields=["RESULT"])
    assert await opened() == {"RESULT"}
    await done(server, boss, END, agreement=narrow)
    assert await opened() is None
    await made(startsOn="2020-06-01", permittedFields=["PARTICIPANT"])
    assert await opened() is None
    await made(startsOn="2021-01-02", expiresOn=str(TODAY - timedelta(days=1)), permittedFields=[])
    assert await opened() is None
    await made(startsOn=str(TODAY), permittedFields=["ROLE_LEVEL"])
    assert await opened() == {"ROLE_LEVEL"}
    async with owner_database.write() as transaction:
        listed = [one for one in await agreements.agreements(transaction) if one.agency == "OAS"]
    assert [one.is_in_force for one in listed] == [False] * 5 + [True]


async def test_an_agreement_opens_access_and_its_end_closes_it(
    server: httpx.AsyncClient, owner_database: Database, database: Database
) -> None:
    boss = await administrator(owner_database)
    partner = (await done(server, boss, CREATE, **wish(agency="OAS")))["credential"]
    now = 0.0
    gate = Authenticator(database, clock=lambda: now)
    header = f"Bearer {partner}".encode()
    with pytest.raises(AgreementExpired):
        await gate.viewer(header)
    made = (await done(server, boss, AGREE, **terms()))["agreement"]
    assert made | {"id": ""} == {"id": "", "endedAt": None, **terms(), "agency": {"code": "OAS"}}
    now += TRUSTED_SECONDS + 0.001
    viewer = await gate.viewer(header)
    assert (viewer.purposes, viewer.permitted_fields) == ({"REPORTING"}, {"ROLE_LEVEL"})
    assert (await done(server, boss, END, agreement=made["id"]))["agreement"]["endedAt"]
    now += TRUSTED_SECONDS + 0.001
    with pytest.raises(AgreementExpired):
        await gate.viewer(header)
    ended = await done(server, boss, END, agreement=made["id"])
    assert ended["issues"] == []
    past = await done(server, boss, AGREE, **terms(startsOn="2020-01-01", expiresOn=str(TODAY - timedelta(days=1))))
    over = str(TODAY - timedelta(days=1))
    assert past["issues"] == [{"code": "W_AGREEMENT_OVER", "path": ["expiresOn"], "params": {"expiresOn": over}}]
    now += TRUSTED_SECONDS + 0.001
    with pytest.raises(AgreementExpired):
        await gate.viewer(header)


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"agency": "NOBODY"}, "CLIENT_NOT_ALLOWED", "agency"),
        ({"agency": None}, "CLIENT_NOT_ALLOWED", "agency"),
        ({"kind": "STAFF"}, "CLIENT_NOT_ALLOWED", "agency"),
        ({"memberState": "JM"}, "CLIENT_NOT_ALLOWED", "memberState"),
        ({"kind": "FOCAL_POINT", "agency": None, "memberState": "XX", "scopes": []}, "CLIENT_NOT_ALLOWED", "memberState"),
        ({"scopes": ["decide"]}, "CLIENT_NOT_ALLOWED", "scopes"),
        ({"scopes": ["everything"]}, "CLIENT_NOT_ALLOWED", "scopes"),
        *(({"name": name}, "PERSONAL_DATA_NOT_PERMITTED", "name") for name in PERSONAL_TEXTS),
        *(({"name": name}, "CLIENT_NOT_ALLOWED", "name") for name in UNSEEN),
        ({"days": 366}, "CLIENT_NOT_ALLOWED", "days"),
        ({"addresses": ["192.0.2.300"]}, "CLIENT_NOT_ALLOWED", "addresses"),
    ],
)
async def test_a_client_that_there_cannot_be(
    server: httpx.AsyncClient, owner_database: Database, more: dict[str, Any], code: str, path: str
) -> None:
    boss = await administrator(owner_database)
    before = await stored(owner_database)
    given = wish(**more)
    if more.get("kind") == "STAFF":
        given["scopes"] = []
    answer = await done(server, boss, CREATE, **given)
    assert (answer["credential"], answer["client"]) == (None, None)
    assert [(issue["code"], issue["path"]) for issue in answer["issues"]] == [(code, [path])]
    assert await stored(owner_database) == before


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"agency": "NOBODY"}, "AGENCY_UNKNOWN", "agency"),
        ({"title": ""}, "AGREEMENT_NOT_ALLOWED", "title"),
        *(({"title": text}, "PERSONAL_DATA_NOT_PERMITTED", "title") for text in PERSONAL_TEXTS),
        *(({"title": text}, "AGREEMENT_NOT_ALLOWED", "title") for text in UNSEEN),
        ({"legalBasis": "as Insp. Maria Lopez says"}, "PERSONAL_DATA_NOT_PERMITTED", "legalBasis"),
        ({"transfer": "ask maria.lopez@example.org"}, "PERSONAL_DATA_NOT_PERMITTED", "transfer"),
        ({"legalBasis": ""}, "AGREEMENT_NOT_ALLOWED", "legalBasis"),
        ({"transfer": "x" * 501}, "AGREEMENT_NOT_ALLOWED", "transfer"),
        ({"purposes": []}, "AGREEMENT_NOT_ALLOWED", "purposes"),
        *(({"purposes": ["REPORTING", purpose]}, "AGREEMENT_NOT_ALLOWED", "purposes") for purpose in UNSPEAKABLE),
        ({"retentionMonths": 0}, "AGREEMENT_NOT_ALLOWED", "retentionMonths"),
        ({"expiresOn": "2020-01-01"}, "AGREEMENT_NOT_ALLOWED", "expiresOn"),
    ],
)
async def test_an_agreement_that_there_cannot_be(
    server: httpx.AsyncClient, owner_database: Database, more: dict[str, Any], code: str, path: str
) -> None:
    boss = await administrator(owner_database)
    before = await stored(owner_database)
    answer = await done(server, boss, AGREE, **terms(**more))
    assert [(issue["code"], issue["path"]) for issue in answer["issues"]] == [(code, [path])]
    assert answer["agreement"] is None
    assert await stored(owner_database) == before


async def test_what_is_not_there(server: httpx.AsyncClient, owner_database: Database) -> None:
    boss = await administrator(owner_database)
    nothing = "00000000-0000-7000-8000-000000000000"
    asks = [(ROTATE, "client", "Client"), (REVOKE, "client", "Client"), (END, "agreement", "Agreement")]
    for query, member, type_ in asks:
        answer = await done(server, boss, query, **{member: f"{type_}:{nothing}"})
        assert [(issue["code"], issue["path"]) for issue in answer["issues"]] == [(f"{type_.upper()}_NOT_FOUND", [member])]
        (error,) = (await asked(server, boss, query, **{member: f"Cohort:{nothing}"})).json()["errors"]
        assert (error["extensions"]["code"], error["path"]) == ("BAD_USER_INPUT", ["input", member])
    answer = await done(server, boss, REVOKE, credential="0000")
    assert [(issue["code"], issue["path"]) for issue in answer["issues"]] == [("CREDENTIAL_NOT_FOUND", ["credential"])]


async def test_a_credential_works_from_its_networks_alone(server: httpx.AsyncClient, owner_database: Database, database: Database) -> None:
    boss = await administrator(owner_database)
    made = await done(server, boss, CREATE, **wish(addresses=["192.0.2.0/24", "2001:db8::1"]))
    header = f"Bearer {made['credential']}".encode()
    assert made["client"]["credentials"][0]["addresses"] == ["192.0.2.0/24", "2001:db8::1/128"]
    gate = Authenticator(database)
    for peer in ("192.0.2.7", "2001:db8::1"):
        assert (await gate.viewer(header, peer)).kind is ViewerKind.PARTNER
    for peer in ("192.0.3.7", "2001:db8::2", "127.0.0.1", None):
        with pytest.raises(Unauthenticated):
            await gate.viewer(header, peer)


async def test_a_credential_of_the_old_form_goes_on_working(server: httpx.AsyncClient, owner_database: Database) -> None:
    issued = await issue(owner_database, scopes=(Scope.ADMIN,))
    async with owner_database.write() as transaction:
        await transaction.fetch(
            clients.update(clients._credential).values(prefix="pg").where(clients._credential.c.id == issued.credential_id)
        )
    old = "pg_" + issued.credential.removeprefix("pg_live_")
    assert (await asked(server, old, VIEWER)).json()["data"]["viewer"]["credential"]["id"] == issued.credential_id
    renewed = await done(server, old, ROTATE, client=f"Client:{issued.client_id}")
    assert renewed["credential"].startswith("pg_live_")
    assert [one["prefix"] for one in renewed["client"]["credentials"]] == ["pg", "pg_live"]


async def test_a_secret_is_in_its_answer_and_nowhere_else(
    server: httpx.AsyncClient, owner_database: Database, addresses: Addresses, capfd: pytest.CaptureFixture[str]
) -> None:
    boss = await administrator(owner_database)
    made = await done(server, boss, CREATE, **wish(scopes=["admin"]))
    second = await done(server, made["credential"], ROTATE, client=made["client"]["id"])
    assert (await asked(server, second["credential"], VIEWER)).status_code == 200
    secrets = [credential.rsplit("_", 1)[1] for credential in (boss.credential, made["credential"], second["credential"])]
    audited = await fetch(owner_database, "SELECT action, objects, fields, result FROM audit_event ORDER BY recorded_at, id")
    assert [(row["action"], row["objects"], row["result"]) for row in audited] == [
        ("createClient", [made["client"]["id"]], "OK"),
        ("rotateCredential", [made["client"]["id"]], "OK"),
    ]
    logged = capfd.readouterr()
    assert second["client"]["id"].removeprefix("Client:") in logged.out
    dumped = await dump(addresses)
    assert hashlib.sha256(secrets[1].encode()).hexdigest() in dumped
    for secret in secrets:
        assert secret not in dumped
        assert secret not in logged.out + logged.err


async def test_a_client_that_is_revoked_meanwhile_is_not_renewed(server: httpx.AsyncClient, owner_database: Database) -> None:
    boss, issued = await administrator(owner_database), await issue(owner_database)
    async with owner_database.write() as transaction:
        await clients.revoke_client(transaction, issued.client_id)
        renewing = asyncio.create_task(done(server, boss, ROTATE, client=f"Client:{issued.client_id}"))
        while not await owner_database.read("SELECT count(*) FROM pg_locks WHERE NOT granted", ()):
            assert not renewing.done()
            await asyncio.sleep(0.01)
    renewed = await renewing
    assert renewed["credential"] is None
    assert renewed["issues"] == [{"code": "CLIENT_IS_REVOKED", "path": ["client"], "params": {}}]
