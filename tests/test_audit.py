"""The audit log: what each change, refused change and dry run leaves in it, and that it never holds a value."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from graph.schema import graphql_schema
from models import audit, chain
from models.access import ClientKind, Scope
from models.database import Database
from models.provision import Addresses
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers import recording
from resolvers.errors import NotPermitted
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from resolvers.submitting import submit as submitting
from tests.edge import application, issue, post, speaking_to
from tests.parties import Parties, cohort, count, fetch, parties, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBMIT = "mutation($input: SubmitInput!) { submit(input: $input) { receipt { id } outcomes { statement { id } cohort { id } } } }"
COUNTED = "mutation($input: SubmitInput!) { submit(input: $input) { people } }"
DECIDE = 'mutation { decide(input: {verdict: VERIFY, reason: "MARKER-7", statements: ["%s"]}) { decided } }'
HASH_OF_DECIDE = 'mutation { decide(input: {verdict: VERIFY, reason: "another", statements: [""]}) { decided } }'

REQUEST = "0af7651916cd43dd8448eb211c80319c"
PURPOSES = frozenset({"REPORTING", "TRAINING_STATISTICS"})


@pytest_asyncio.fixture(loop_scope="session")
async def party(owner_database: Database) -> AsyncIterator[Parties]:
    yield await parties(owner_database)


@pytest.fixture
def graph(database: Database) -> Graph:
    return Graph(graphql_schema, TYPES, database, b"secret")


async def ask(graph: Graph, viewer: Viewer, text: str, variables: Any = None) -> Any:
    """The answer to a request with an id and a purpose."""
    request = Request(text, None, variables, REQUEST, "TRAINING_STATISTICS")
    return json.loads(await execute(graph, request, replace(viewer, purposes=PURPOSES)))


async def events(owner: Database) -> list[dict[str, Any]]:
    """Every event, without its id and time."""
    rows = await fetch(owner, "SELECT * FROM audit_event ORDER BY recorded_at, id")
    return [{name: value for name, value in row.items() if name not in {"id", "recorded_at"}} for row in rows]


async def test_a_change_is_recorded_with_its_objects(graph: Graph, owner_database: Database, party: Parties) -> None:
    viewer = replace(party.oas, credential_id="abc")
    given = sent(cohort("run", courses=[{"code": "OCDD"}]), count("all", "run"))
    answer = (await ask(graph, viewer, SUBMIT, {"input": given}))["submit"]
    made = [answer["outcomes"][0]["cohort"]["id"], answer["outcomes"][1]["statement"]["id"]]
    [event] = await events(owner_database)
    operation_hash = event.pop("operation_hash")
    assert len(operation_hash) == 64
    assert event == {
        "action": "submit",
        "kind": "PARTNER",
        "client_id": viewer.client_id,
        "credential": "abc",
        "agency_id": viewer.agency_id,
        "member_state_code": None,
        "purpose": "TRAINING_STATISTICS",
        "objects": [answer["receipt"]["id"], *made],
        "fields": sorted(given),
        "result": "OK",
        "request": REQUEST,
    }
    await ask(graph, party.staff, DECIDE % made[1])
    decided = (await events(owner_database))[1]
    assert (decided["action"], decided["kind"], decided["result"]) == ("decide", "STAFF", "OK")
    assert decided["objects"] == [made[1]]
    assert decided["fields"] == ["reason", "statements", "verdict"]
    assert "MARKER-7" not in str(decided)


async def test_what_changed_nothing_is_recorded_too(graph: Graph, owner_database: Database, party: Parties) -> None:
    given = sent(cohort("run", courses=[{"code": "OCDD"}]), mode="VALIDATE")
    assert (await ask(graph, party.oas, SUBMIT, {"input": given}))["submit"]["receipt"] is None
    with pytest.raises(NotPermitted):
        await ask(graph, party.oas, DECIDE % "Statement:1")
    with pytest.raises(NotPermitted):
        await ask(graph, ANONYMOUS, HASH_OF_DECIDE)
    rolled_back, refused, anonymous = await events(owner_database)
    assert (rolled_back["result"], rolled_back["objects"]) == ("ROLLED_BACK", [])
    assert (refused["action"], refused["result"], refused["client_id"]) == ("decide", "NOT_PERMITTED", party.oas.client_id)
    assert (anonymous["kind"], anonymous["client_id"], anonymous["result"]) == ("ANONYMOUS", None, "NOT_PERMITTED")
    assert refused["operation_hash"] == anonymous["operation_hash"] != rolled_back["operation_hash"]
    assert await fetch(owner_database, "SELECT * FROM cohort WHERE source_ref = 'run'") == []


async def test_a_query_is_not_recorded(graph: Graph, owner_database: Database, party: Parties) -> None:
    await ask(graph, party.oas, "{ statements { totalCount } }")
    assert await events(owner_database) == []


@pytest.mark.parametrize("sql", ["UPDATE audit_event SET result = 'OK'", "DELETE FROM audit_event", "TRUNCATE audit_event"])
async def test_the_serving_role_only_adds(addresses: Addresses, sql: str) -> None:
    connection = await asyncpg.connect(addresses.server)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    finally:
        await connection.close()


ASKED = "{ auditEvents(%s) { totalCount nodes { action kind result objects fields request sealedPosition actor { __typename } } } }"


async def test_auditors_and_the_data_protection_officer_read_the_log(graph: Graph, party: Parties, database: Database) -> None:
    answer = (await ask(graph, party.oas, SUBMIT, {"input": sent(cohort("run", courses=[{"code": "OCDD"}]))}))["submit"]
    await chain.extend(database)
    with pytest.raises(NotPermitted):
        await ask(graph, party.oas, DECIDE % "Statement:1")
    everything = {
        "action": "submit",
        "kind": "PARTNER",
        "result": "OK",
        "objects": [answer["receipt"]["id"], answer["outcomes"][0]["cohort"]["id"]],
        "fields": ["atomicity", "declared", "mode", "records", "submissionKey"],
        "request": REQUEST,
        "sealedPosition": 1,
        "actor": {"__typename": "PartnerAgency"},
    }
    for kind in ViewerKind:
        viewer = Viewer(kind, party.staff.client_id, "X", party.staff.agency_id, frozenset({"audit:read", "statements:read"}))
        page = (await ask(graph, viewer, ASKED % "filter: {result: {eq: OK}}".replace("OK", '"OK"')))["auditEvents"]
        reads = kind in {ViewerKind.AUDITOR, ViewerKind.DATA_PROTECTION_OFFICER}
        assert page == {"totalCount": int(reads), "nodes": [everything] if reads else []}, kind
        newest = (await ask(graph, viewer, ASKED % "first: 1, order: [{by: RECORDED_AT, direction: DESC}]"))["auditEvents"]
        assert [node["result"] for node in newest["nodes"]] == ["NOT_PERMITTED"] * reads


@pytest.mark.parametrize("kind", ["AUDITOR", "DATA_PROTECTION_OFFICER"])
async def test_reading_the_log_needs_its_scope(graph: Graph, party: Parties, kind: str) -> None:
    viewer = Viewer(ViewerKind(kind), party.staff.client_id, "X", party.staff.agency_id, party.staff.scopes - {"audit:read"})
    with pytest.raises(NotPermitted) as refused:
        await ask(graph, viewer, ASKED % "first: 1")
    assert refused.value.extensions["scope"] == "audit:read"


async def test_a_payload_that_may_not_be_read_is_recorded_as_refused(graph: Graph, owner_database: Database, party: Parties) -> None:
    text = "mutation($input: SubmitInput!) { submit(input: $input) { outcomes { statement { id } } } }"
    with pytest.raises(NotPermitted):
        await ask(graph, replace(party.oas, scopes=frozenset({"submit"})), text, {"input": sent(cohort("run", courses=[{"code": "OCDD"}]))})
    assert [(event["action"], event["result"]) for event in await events(owner_database)] == [("submit", "NOT_PERMITTED")]


@pytest.mark.parametrize(
    ("place", "error", "code"),
    [
        ("change", RuntimeError("Sgt Maria Lopez"), "INTERNAL"),
        ("change", asyncpg.QueryCanceledError("too long"), "TIMEOUT"),
        ("payload", asyncpg.UniqueViolationError("Key (name)=(Maria Lopez) already exists."), "INTERNAL"),
    ],
)
async def test_a_change_that_failed_is_recorded_with_what_its_caller_was_told(
    database: Database, owner_database: Database, party: Parties, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, place: str
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    broken: dict[str, tuple[Any, str]] = {"change": (submitting, "drafts_of"), "payload": (recording, "changed")}
    monkeypatch.setattr(*broken[place], fail)
    issued = await issue(owner_database, ClientKind.STAFF, (Scope.SUBMIT,))
    headers = {"authorization": f"Bearer {issued.credential}", "x-request-id": REQUEST}
    async with speaking_to(application(database)) as client:
        with capture_logs() as logged:
            response = await post(client, COUNTED, headers=headers, variables={"input": sent(cohort("run", courses=[{"code": "OCDD"}]))})
    assert [each["event"] for each in logged] == [*["unexpected"] * (code == "INTERNAL"), "request"]
    (told,) = response.json()["errors"]
    assert (told["extensions"]["code"], told["extensions"]["requestId"]) == (code, REQUEST)
    found = await events(owner_database)
    assert [(event["action"], event["result"], event["client_id"], event["request"]) for event in found] == [
        ("submit", code, issued.client_id, REQUEST)
    ]
    assert "Maria" not in str(found)


async def test_a_failure_that_cannot_be_recorded_is_told_as_it_is(graph: Graph, party: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(submitting, "_considered", fail)
    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(ConnectionRefusedError):
        await ask(graph, party.oas, COUNTED, {"input": sent(cohort("run", courses=[{"code": "OCDD"}]))})


async def test_refusals_of_callers_whom_nobody_knows_are_limited(graph: Graph, owner_database: Database, party: Parties) -> None:
    now = [0.0]
    limited = replace(graph, refusals=recording.Allowance(lambda: now[0]))
    for _ in range(int(recording.AT_ONCE) + 5):
        with pytest.raises(NotPermitted):
            await ask(limited, ANONYMOUS, HASH_OF_DECIDE)
    assert len(await events(owner_database)) == recording.AT_ONCE
    now[0] = 2.0
    for _ in range(5):
        with pytest.raises(NotPermitted):
            await ask(limited, ANONYMOUS, HASH_OF_DECIDE)
        with pytest.raises(NotPermitted):
            await ask(limited, party.oas, HASH_OF_DECIDE)
    assert len(await events(owner_database)) == recording.AT_ONCE + 2 + 5


async def test_a_refused_credential_is_recorded_by_its_id(database: Database, owner_database: Database) -> None:
    secret = "s" * 64
    given = [f"pg_{'ab' * 8}_{secret}", f"pg_{secret}_{secret}", f"pg_{secret[:40]}_{secret}", "nonsense"]
    async with speaking_to(application(database)) as client:
        for credential in given:
            headers = {"authorization": f"Bearer {credential}", "x-request-id": REQUEST}
            assert (await post(client, "{ __typename }", headers=headers)).status_code == 401
        assert (await post(client, "{ __typename }")).status_code == 200
    found = await events(owner_database)
    assert [(event["action"], event["result"], event["credential"], event["request"]) for event in found] == [
        ("credentialRefused", "UNAUTHENTICATED", "ab" * 8, REQUEST),
        *[("credentialRefused", "UNAUTHENTICATED", None, REQUEST)] * 3,
    ]
    assert secret[:16] not in str(found)


@pytest.mark.parametrize("stated", ["training", "A B", "A" * 65, "", "É"])
async def test_a_purpose_is_a_word_in_capitals(database: Database, stated: str) -> None:
    async with speaking_to(application(database)) as client:
        response = await post(client, "{ __typename }", headers={"purpose": stated.encode()})
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("purpose", "request_id"),
    [
        ("JOHN_SMITH_BORN_19800101", "John.Smith-18765551234"),
        ("TRAINING_STATISTICS", "deadbeef-18765551234"),
        ("REPORTING_", "0" * 31),
        ("R", "john" + "0" * 28),
        ("AGREEMENT", "01890a5d-ac96-774b-bcce-b302099a805G"),
    ],
)
async def test_no_text_of_a_callers_own_gets_into_the_log(
    database: Database, owner_database: Database, purpose: str, request_id: str
) -> None:
    """The agreement's one purpose is REPORTING."""
    callers = [await issue(owner_database, scopes=(Scope.SUBMIT,)), await issue(owner_database, ClientKind.STAFF, (Scope.SUBMIT,))]
    bearers = [*({"authorization": f"Bearer {one.credential}"} for one in callers), {"authorization": "Bearer nonsense"}, {}]
    answered = []
    async with speaking_to(application(database)) as client:
        for bearer in bearers:
            headers = {"purpose": purpose, "x-request-id": request_id} | bearer
            variables = {"input": sent(cohort("run", courses=[{"code": "OCDD"}]))}
            response = await post(client, COUNTED, headers=headers, variables=variables)
            answered.append(response.headers["x-request-id"])
        headers = {"authorization": f"Bearer {callers[0].credential}", "x-request-id": REQUEST.upper(), "purpose": "REPORTING"}
        await post(client, COUNTED, headers=headers, variables=variables)
    found = await events(owner_database)
    assert [(event["action"], event["purpose"], event["request"]) for event in found] == [
        *zip(("submit", "submit", "credentialRefused", "submit"), (None,) * 4, answered, strict=True),
        ("submit", "REPORTING", REQUEST.upper()),
    ]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in answered)
    assert not {purpose, request_id} & {value for event in found for value in event.values() if isinstance(value, str)}


async def test_what_never_became_an_operation_is_not_in_the_log(database: Database, owner_database: Database) -> None:
    issued = await issue(owner_database, scopes=(Scope.SUBMIT,))
    headers = {"authorization": f"Bearer {issued.credential}"}
    wide = f"mutation($input: SubmitInput!) {{ {' '.join(f'a{n}: submit(input: $input) {{ people }}' for n in range(25))} }}"
    given = {"input": sent(cohort("run", courses=[{"code": "OCDD"}]))}
    async with speaking_to(application(database)) as client:
        asked = {"query": COUNTED, "variables": json.dumps(given)}
        by_get = await client.get("/graphql", params=asked, headers=headers)
        unknown = await post(client, "mutation { submitted { people } }", headers=headers)
        misfit = await post(client, COUNTED, headers=headers, variables={"input": 7})
        beyond = await post(client, wide, headers=headers, variables=given)
    codes = [each.json()["errors"][0]["extensions"]["code"] for each in (by_get, unknown, misfit, beyond)]
    assert codes == ["METHOD_NOT_ALLOWED", "VALIDATION_ERROR", "BAD_USER_INPUT", "TOO_MANY_ROOT_FIELDS"]
    assert await events(owner_database) == []


async def test_marks_of_persons_never_leave_the_server() -> None:
    one, other = (f"Statement:0199{number}f-0000-7000-8000-000000000000" for number in "ab")
    values = {"roleLevel": '"@person":"x",', "result": ',"@person":"'}
    there = [{"@person": one, **values}, {"@person": other, "b": 1.50}]
    marked = json.dumps({"a": there, "c": {"@person": one, "d": None}}, separators=(",", ":"))
    text, people = recording.unmarked(marked)
    assert json.loads(text) == {"a": [values, {"b": 1.5}], "c": {"d": None}}
    assert people == [one, other]


async def test_a_credential_without_an_agreement_is_recorded(database: Database, owner_database: Database) -> None:
    issued = await issue(owner_database)
    async with owner_database.write() as transaction:
        await transaction.read("UPDATE agreement SET ended_at = now()", [])
    async with speaking_to(application(database)) as client:
        headers = {"authorization": f"Bearer {issued.credential}"}
        assert (await post(client, "{ __typename }", headers=headers)).status_code == 401
    key = issued.credential.split("_")[-2]
    assert [(event["action"], event["result"], event["credential"]) for event in await events(owner_database)] == [
        ("credentialRefused", "AGREEMENT_EXPIRED", key)
    ]
