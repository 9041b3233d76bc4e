"""Clients and agreements are listed to whom they may be known, a caller learns its own client, and a new agreement says what it takes away.

That lists, filters, orders and pages are right, and tell nobody of what is hidden, is test_oracle.py's and test_policies.py's.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from models import agreements
from models.access import ClientKind, PersonalField, Scope
from models.agreements import Standing, Terms
from models.database import Database, Transaction
from resolvers.admitting.agreements import warnings
from resolvers.submitting.issues import WARNINGS
from tests.edge import agency, agree, application, issue, post, speaking_to
from tests.test_client_mutations import AGREE, CREATE, ROTATE, done, terms, wish
from tests.test_clients import on_cluster, run

__all__ = ["on_cluster"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

TODAY = datetime.now(UTC).date()
MINE = "{ viewer { client { id name kind scopes agency { code } memberState { code } credentials { id } } } }"
CLIENTS = (
    "query ($filter: ClientFilter, $order: [ClientOrder!]) { clients(filter: $filter, order: $order) { totalCount nodes { id name } } }"
)
AGREEMENTS = "query ($filter: AgreementFilter) { agreements(filter: $filter) { totalCount nodes { title agency { code } } } }"
PARTNER, FOCAL_POINT = ClientKind.PARTNER, ClientKind.FOCAL_POINT
CALLERS: Mapping[str, tuple[ClientKind, str | None, tuple[Scope, ...]]] = {
    "UNODC's administrator": (PARTNER, "UNODC", (Scope.ADMIN,)),
    "UNODC's program": (PARTNER, "UNODC", (Scope.SUBMIT, Scope.STATEMENTS_READ)),
    "OAS's administrator": (PARTNER, "OAS", (Scope.ADMIN,)),
    "Jamaica's": (FOCAL_POINT, "JM", ()),
    "Jamaica's other": (FOCAL_POINT, "JM", (Scope.STATEMENTS_READ,)),
    "Barbados's": (FOCAL_POINT, "BB", ()),
    **{kind.value: (kind, None, ()) for kind in ClientKind if kind not in (PARTNER, FOCAL_POINT)},
}
"""The callers of these tests: kind, agency or member state, and scopes."""

KNOWN = {
    "UNODC's administrator": {"UNODC's administrator", "UNODC's program"},
    "UNODC's program": None,
    "OAS's administrator": {"OAS's administrator"},
    "Jamaica's": {"Jamaica's", "Jamaica's other"},
    "Jamaica's other": {"Jamaica's", "Jamaica's other"},
    "Barbados's": {"Barbados's"},
}
"""Whom each of them knows; None where it is refused, and all where nothing is said."""

AGREED = {"UNODC's administrator": {"UNODC"}, "UNODC's program": {"UNODC"}, "OAS's administrator": {"OAS"}}
"""With whom the agreements are that each of them sees."""


@pytest_asyncio.fixture(loop_scope="session")
async def api(database: Database) -> Any:
    async with speaking_to(application(database)) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def callers(owner_database: Database) -> dict[str, tuple[str, str]]:
    """The ids of the callers' clients, and their credentials."""
    made = {name: await issue(owner_database, kind, scopes, code, name=f"Of {name}") for name, (kind, code, scopes) in CALLERS.items()}
    return {name: (f"Client:{one.client_id}", one.credential) for name, one in made.items()}


async def listed(api: httpx.AsyncClient, credential: str | None, query: str, **variables: Any) -> dict[str, Any]:
    """The answer to a query."""
    headers = {"authorization": f"Bearer {credential}"} if credential else None
    found: dict[str, Any] = (await post(api, query, headers=headers, variables=variables)).json()
    return found


async def test_a_caller_learns_its_own_client(api: httpx.AsyncClient, callers: dict[str, tuple[str, str]]) -> None:
    for name, (kind, code, scopes) in CALLERS.items():
        id_, credential = callers[name]
        assert (await listed(api, credential, MINE))["data"]["viewer"]["client"] == {
            "id": id_,
            "name": f"Of {name}",
            "kind": kind.value,
            "scopes": sorted(scopes),
            "agency": None if kind is FOCAL_POINT else {"code": code or "CARICOM-IMPACS"},
            "memberState": {"code": code} if kind is FOCAL_POINT else None,
            "credentials": [{"id": credential.split("_")[2]}],
        }
    assert await listed(api, None, MINE) == {"data": {"viewer": {"client": None}}}
    mine, credential = callers["UNODC's administrator"]
    assert (await done(api, credential, ROTATE, client=mine))["credential"]


async def test_clients_are_listed_to_whom_they_may_be_known(api: httpx.AsyncClient, callers: dict[str, tuple[str, str]]) -> None:
    for name, (_, credential) in callers.items():
        known, answer = KNOWN.get(name, set(CALLERS)), await listed(api, credential, CLIENTS)
        if known is None:
            (error,) = answer["errors"]
            assert (error["extensions"]["code"], error["extensions"]["scope"], error["path"]) == ("NOT_PERMITTED", "admin", ["clients"])
        else:
            expected = [{"id": callers[one][0], "name": f"Of {one}"} for one in CALLERS if one in known]
            assert sorted(answer["data"]["clients"]["nodes"], key=str) == sorted(expected, key=str), name
            assert answer["data"]["clients"]["totalCount"] == len(known), name
    assert await listed(api, None, CLIENTS) == {"data": {"clients": {"totalCount": 0, "nodes": []}}}


async def test_agreements_are_listed_to_whom_they_may_be_known(
    api: httpx.AsyncClient, owner_database: Database, callers: dict[str, tuple[str, str]]
) -> None:
    async with owner_database.write() as transaction:
        await agree(transaction, await agency(transaction, "CARICOM-IMPACS"), title="Of IMPACS")
        await agree(transaction, await agency(transaction, "OAS"), title="To come", starts_on=TODAY + timedelta(days=9))
    stood = [("An agreement", "UNODC")] * 2 + [("An agreement", "OAS"), ("Of IMPACS", "CARICOM-IMPACS"), ("To come", "OAS")]
    for name, (_, credential) in callers.items():
        is_impacs = CALLERS[name][0] not in (PARTNER, FOCAL_POINT)
        codes = {"UNODC", "OAS", "CARICOM-IMPACS"} if is_impacs else AGREED.get(name, set())
        expected = [{"title": title, "agency": {"code": code}} for title, code in stood if code in codes]
        answer = await listed(api, credential, AGREEMENTS)
        assert sorted(answer["data"]["agreements"]["nodes"], key=str) == sorted(expected, key=str), name
        assert answer["data"]["agreements"]["totalCount"] == len(expected), name
    assert await listed(api, None, AGREEMENTS) == {"data": {"agreements": {"totalCount": 0, "nodes": []}}}


@pytest.mark.usefixtures("callers")
async def test_an_administrator_finds_what_must_be_renewed(api: httpx.AsyncClient, owner_database: Database) -> None:
    boss = (await issue(owner_database, ClientKind.ADMINISTRATOR, (Scope.ADMIN,))).credential
    made = (await done(api, boss, CREATE, **wish(days=3)))["client"]
    soon = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    wanted = {"credentials": {"some": {"revokedAt": {"isNull": True}, "expiresAt": {"lt": soon}}}}
    found = (await listed(api, boss, CLIENTS, filter=wanted))["data"]["clients"]
    assert found == {"totalCount": 1, "nodes": [{"id": made["id"], "name": "A program"}]}
    last = {"kind": {"in": ["PARTNER"]}, "agency": {"code": {"eq": "UNODC"}}}
    order = [{"by": "CREATED_AT", "direction": "DESC"}]
    names = [one["name"] for one in (await listed(api, boss, CLIENTS, filter=last, order=order))["data"]["clients"]["nodes"]]
    assert names == ["A program", "Of UNODC's program", "Of UNODC's administrator"]


LAST = str(TODAY + timedelta(days=99))
BEFORE = {"purposes": ["REPORTING", "STATISTICS"], "permittedFields": ["RESULT", "ROLE_LEVEL"], "expiresOn": LAST}
LATER, GONE = str(TODAY + timedelta(days=7)), str(TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, []),
        ({"purposes": ["STATISTICS", "AUDIT", "REPORTING"], "permittedFields": ["RESULT", "ROLE_LEVEL", "PARTICIPANT"]}, []),
        ({"purposes": ["REPORTING"]}, [("W_AGREEMENT_NARROWER", "purposes", ["STATISTICS"])]),
        ({"permittedFields": []}, [("W_AGREEMENT_NARROWER", "permittedFields", ["RESULT", "ROLE_LEVEL"])]),
        ({"expiresOn": LATER}, [("W_AGREEMENT_ENDS_EARLIER", "expiresOn", LAST)]),
        ({"startsOn": LATER}, [("W_AGREEMENT_NOT_STARTED", "startsOn", LATER)]),
        (
            {"startsOn": LATER, "purposes": ["AUDIT"]},
            [
                ("W_AGREEMENT_NOT_STARTED", "startsOn", LATER),
                ("W_AGREEMENT_NARROWER", "purposes", ["REPORTING", "STATISTICS"]),
            ],
        ),
        ({"startsOn": str(TODAY + timedelta(days=100)), "expiresOn": str(TODAY + timedelta(days=101)), "permittedFields": []}, None),
        (
            {"startsOn": GONE, "expiresOn": GONE},
            [("W_AGREEMENT_OVER", "expiresOn", GONE), ("W_AGREEMENT_ENDS_EARLIER", "expiresOn", LAST)],
        ),
        ({"startsOn": "2020-01-01", "expiresOn": GONE, "purposes": ["AUDIT"]}, [("W_AGREEMENT_OVER", "expiresOn", GONE)]),
        ({"startsOn": "2020-01-01", "purposes": ["AUDIT"]}, [("W_AGREEMENT_SUPERSEDED", "startsOn", "it")]),
    ],
)
async def test_a_new_agreement_says_what_it_does_not_open(
    api: httpx.AsyncClient, owner_database: Database, more: dict[str, Any], said: list[tuple[str, str, Any]] | None
) -> None:
    boss = await issue(owner_database, ClientKind.ADMINISTRATOR, (Scope.ADMIN,))
    async with owner_database.write() as transaction:
        await agency(transaction, "OAS")
    before = await done(api, boss, AGREE, **terms(startsOn=GONE, **BEFORE))
    assert before["issues"] == []
    query = AGREE.replace("code path params", "severity code path params message")
    answer = await done(api, boss, query, **terms(**BEFORE | more))
    assert answer["agreement"]["id"] != before["agreement"]["id"]
    named = {"replaced": before["agreement"]["id"]}
    values = {
        "W_AGREEMENT_NARROWER": lambda value: {"missing": value, **named},
        "W_AGREEMENT_ENDS_EARLIER": lambda value: {"expiresOn": value, **named},
        "W_AGREEMENT_NOT_STARTED": lambda value: {"startsOn": value},
        "W_AGREEMENT_OVER": lambda value: {"expiresOn": value},
        "W_AGREEMENT_SUPERSEDED": lambda value: {"newer": before["agreement"]["id"]},
    }
    told = said if said is not None else [("W_AGREEMENT_NOT_STARTED", "startsOn", more["startsOn"])]
    messages = [one.pop("message") for one in answer["issues"]]
    assert answer["issues"] == [
        {"severity": "WARNING", "code": code, "path": [path], "params": values[code](value)} for code, path, value in told
    ]
    assert all(before["agreement"]["id"] in message for message, (code, *_) in zip(messages, told, strict=True) if "replaced" in message)


async def opened(transaction: Transaction, agency_id: UUID) -> Mapping[str, Any] | None:
    """What PostgreSQL says is in force."""
    rows = await transaction.fetch(text("SELECT * FROM agreement_in_force(:agency)"), agency=agency_id)
    return rows[0] if rows else None


async def test_what_is_said_of_a_new_agreement_is_what_becomes_of_access(owner_database: Database) -> None:
    async with owner_database.write() as transaction:
        await agency(transaction, "OAS")
    said = [await said_of_a_new_one(owner_database, Random(seed)) for seed in range(60)]
    assert {code for codes in said for code in codes} == {code for code in WARNINGS if code.startswith("W_AGREEMENT")}


async def said_of_a_new_one(owner_database: Database, random: Random) -> set[str]:
    """The codes that are said of one more agreement beside some; they are what PostgreSQL says becomes of access."""

    def drawn() -> Terms:
        first = TODAY + timedelta(days=random.randint(-4, 2))
        return Terms(
            title="An agreement",
            purposes=random.sample(["A", "B", "C"], random.randint(1, 3)),
            permitted_fields=random.sample(list(PersonalField), random.randint(0, 3)),
            retention_months=9,
            starts_on=first,
            expires_on=first + timedelta(days=random.randint(0, 6)),
        )

    async with owner_database.write() as transaction:
        agency_id = await agency(transaction, "OAS")
        for _ in range(random.randint(0, 3)):
            made = await agreements.create(transaction, agency_id, drawn())
            if random.random() < 0.3:
                await agreements.end(transaction, made)
        before, new = await opened(transaction, agency_id), drawn()
        made = await agreements.create(transaction, agency_id, new)
        after = await opened(transaction, agency_id)
        known = await agreements.agreements(transaction, agency_id)
        codes = {(one.code, one.path) for one in warnings(made, known)}
        transaction.discard()
    works = after is not None and after["id"] == made
    nothing = {code for code, _ in codes} & {"W_AGREEMENT_NOT_STARTED", "W_AGREEMENT_OVER", "W_AGREEMENT_SUPERSEDED"}
    assert len(nothing) == (0 if works else 1)
    assert (next(one for one in known if one.agreement_id == made).standing is Standing.IN_FORCE) is works
    lost = set()
    if before is not None and (after is None or after["id"] != before["id"]):
        gone = {field for field, had, has in (("purposes", before["purposes"], new.purposes),) if set(had) - set(has)}
        gone |= {"permittedFields"} if set(before["permitted_fields"]) - set(new.permitted_fields) else set()
        lost = {("W_AGREEMENT_NARROWER", (field,)) for field in gone}
        lost |= {("W_AGREEMENT_ENDS_EARLIER", ("expiresOn",))} if new.expires_on < before["expires_on"] else set()
    if new.starts_on <= TODAY:
        assert {one for one in codes if one[0] not in nothing} == lost
    return {code for code, _ in codes}


@pytest.mark.usefixtures("on_cluster")
async def test_the_command_says_the_same_and_the_list_says_why_each_opens_nothing(owner_database: Database) -> None:
    async with owner_database.write() as transaction:
        await agency(transaction, "OAS")

    async def created(title: str, starts: int, expires: int, *more: str) -> Any:
        days = ("--starts", str(TODAY + timedelta(days=starts)), "--expires", str(TODAY + timedelta(days=expires)))
        said = ("--agency", "OAS", "--title", title, "--purpose", "REPORTING", "--retention-months", "12", *days, *more)
        made = await run("agreement", "create", *said)
        assert made.exit_code == 0, made.output
        return made

    first = await created("Older", -9, 30, "--permit", "RESULT")
    assert first.stderr == ""
    older = first.stdout.split()[0]
    over = await created("Over", -20, -10)
    assert over.stderr == f"warning: It opens nothing: its last day was {TODAY - timedelta(days=10)}. (W_AGREEMENT_OVER)\n"
    second = await created("Now", -5, 30)
    assert second.stderr == f"warning: It replaces {older}, which opens what this one does not: RESULT. (W_AGREEMENT_NARROWER)\n"
    stopped = (await created("Stopped", 0, 30)).stdout.split()[0]
    await run("agreement", "end", stopped)
    late = await created("Late", 5, 30, "--json")
    assert (late.stderr, json.loads(late.stdout)["warnings"]) == (
        "",
        [
            {
                "code": "W_AGREEMENT_NOT_STARTED",
                "message": f"It opens nothing yet: its first day is {TODAY + timedelta(days=5)}.",
                "path": ["startsOn"],
                "params": {"startsOn": str(TODAY + timedelta(days=5))},
            }
        ],
    )
    rows = json.loads((await run("agreement", "list", "--json")).stdout)
    assert {row["title"]: (row["standing"], row["isInForce"]) for row in rows} == {
        "Older": ("SUPERSEDED", False),
        "Over": ("EXPIRED", False),
        "Now": ("SUPERSEDED", False),
        "Stopped": ("ENDED", False),
        "Late": ("NOT_STARTED", False),
    }
    await created("In force", 0, 30)
    lines = (await run("agreement", "list")).stdout.splitlines()
    words = ["superseded by a newer one", "expired", "superseded by a newer one", f"ended by hand {TODAY}", "not started yet", "in force"]
    titles = ["Older", "Over", "Now", "Stopped", "Late", "In force"]
    assert [re.split(" {2,}", line)[3:] for line in lines] == [list(pair) for pair in zip(words, titles, strict=True)]
