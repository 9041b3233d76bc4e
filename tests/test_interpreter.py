"""The oracle by itself: operations over a few rows written by hand, with the answers that the contract asks for, worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from models.viewer import ANONYMOUS, Viewer, ViewerKind
from tests.comparison import SDL
from tests.interpreter import Interpreter, WrongOperation
from tests.rows import Row, World


def key(number: int) -> UUID:
    return UUID(int=number)


def moment(microsecond: int = 0) -> datetime:
    return datetime(2026, 11, 24, 10, 0, 0, microsecond, UTC)


def agency(number: int, name: str, **columns: Any) -> Row:
    row = {"id": key(number), "name": name, "code": f"A{number}", "parent_id": None, "submitted_by_id": None, "accepted_at": moment()}
    return row | {"member_state_code": None, "department_code": None, "kind": "NGO"} | columns


def cohort(number: int, title: str, **columns: Any) -> Row:
    row = {"id": key(number), "title": title, "code": None, "submitted_by_id": None, "source_ref": None, "visibility": "PUBLIC"}
    times = {"accepted_at": moment(), "starts_on": date(2026, 1, number % 10), "ends_on": None, "created_at": moment(120_000)}
    return row | times | {"venue_state_code": None, "same_run_as_id": None} | columns


def statement(number: int, partner: int, about: int, **columns: Any) -> Row:
    row = {
        "id": key(number),
        "partner_id": key(partner),
        "cohort_id": key(about),
        "visibility": "PUBLIC",
        "state": "VERIFIED",
        "count": number,
    }
    return row | {"cost_amount": None, "cost_currency": None, "sex": None, "submission_id": None} | columns


def place(code: str, name: str) -> Row:
    return {"code": code, "name": name}


def membership(number: int, state: str, body: str, status: str, start: date | None, end: date | None) -> Row:
    return {"id": key(number), "member_state_code": state, "body": body, "status": status, "valid_from": start, "valid_to": end}


TABLES: dict[str, list[Row]] = {
    "member_state": [place("TT", "Trinidad and Tobago"), place("JM", "Jamaica"), place("BM", "Bermuda")],
    "membership": [
        membership(1, "JM", "RSS", "FULL", None, date(2020, 1, 1)),
        membership(3, "JM", "CARICOM", "FULL", None, None),
        membership(2, "JM", "CARICOM", "OBSERVER", date(2001, 1, 1), None),
        membership(4, "BM", "CARICOM", "ASSOCIATE", date(2003, 7, 2), None),
    ],
    "partner_agency": [
        agency(1, "zeta"),
        agency(2, "Zeta", accepted_at=None),
        agency(3, "Éa", accepted_at=None, submitted_by_id=key(1), parent_id=key(1)),
        agency(4, "Alpha", parent_id=key(2)),
        agency(5, "Alpha", parent_id=key(3), kind="FUNDER"),
    ],
    "agency_ancestor": [{"agency_id": key(a), "ancestor_id": key(b)} for a, b in ((1, 1), (3, 3), (3, 1), (5, 5), (5, 3), (5, 1))],
    "cohort": [
        cohort(11, "open", ends_on=date(2026, 2, 1)),
        cohort(12, "restricted", visibility="RESTRICTED", same_run_as_id=key(14)),
        cohort(13, "sent by 1", submitted_by_id=key(1), source_ref="mine", accepted_at=None, same_run_as_id=key(11)),
        cohort(14, "sent by 2", submitted_by_id=key(2), source_ref="mine", accepted_at=None),
        cohort(15, "open too", same_run_as_id=key(13), venue_state_code="JM"),
    ],
    "cohort_role": [
        {"cohort_id": key(c), "agency_id": key(a), "role": r} for c, a, r in ((11, 5, "FUNDER"), (11, 1, "HOST"), (12, 2, "HOST"))
    ],
    "cohort_cost": [{"cohort_id": key(13), "position": 1, "kind": "TRAVEL", "amount": Decimal("10"), "currency": "USD", "source": None}],
    "statement": [
        statement(21, 1, 11, cost_amount=Decimal("0.5"), cost_currency="USD"),
        statement(22, 2, 11, visibility="RESTRICTED", sex="MALE"),
        statement(23, 1, 13, state="PENDING", sex="FEMALE"),
    ],
    "statement_member_state": [
        {"statement_id": key(s), "member_state_code": c} for s, c in ((21, "TT"), (21, "JM"), (22, "BM"), (23, "TT"))
    ],
    "decision": [{"id": key(31), "statement_id": key(21), "verdict": "VERIFY"}],
}
PARTNER = Viewer(ViewerKind.PARTNER, key(91), "Partner", key(1), frozenset({"submit", "statements:read"}))
OTHER = Viewer(ViewerKind.PARTNER, key(92), "Other", key(2), frozenset({"statements:read"}))
STAFF = Viewer(ViewerKind.STAFF, key(93), "Staff", key(4), frozenset({"decide"}))


def ask(text: str, viewer: Viewer = STAFF, **variables: Any) -> Any:
    world = World()
    for table, rows in TABLES.items():
        world[table].extend(rows)
    return Interpreter(SDL, world).execute(text, viewer, variables)


def numbers(text: str, viewer: Viewer = STAFF, **variables: Any) -> list[int]:
    """The numbers of the nodes of the one connection that is asked for."""
    data = ask(text, viewer, **variables)
    while "nodes" not in data:
        (data,) = data.values()
    return [UUID(node["id"].partition(":")[2]).int for node in data["nodes"]]


@pytest.mark.parametrize(
    ("viewer", "cohorts", "agencies", "statements"),
    [
        (ANONYMOUS, [11, 15], [4, 5, 1], [21]),
        (PARTNER, [11, 12, 13, 15], [4, 5, 1, 3], [21, 23]),
        (OTHER, [11, 12, 14, 15], [4, 5, 2, 1], [22]),
        (STAFF, [11, 12, 13, 14, 15], [4, 5, 2, 1, 3], [21, 22, 23]),
    ],
)
def test_who_sees_which_rows(viewer: Viewer, cohorts: list[int], agencies: list[int], statements: list[int]) -> None:
    assert numbers("{ cohorts { nodes { id } } }", viewer) == cohorts
    assert numbers("{ partnerAgencies { nodes { id } } }", viewer) == agencies
    assert numbers("{ statements { nodes { id } } }", viewer) == statements


@pytest.mark.parametrize(
    ("viewer", "costs", "decisions", "states", "same"),
    [
        (ANONYMOUS, None, [], ["JM", "TT"], None),
        (PARTNER, [{"amount": "10.00", "currency": "USD"}], ["VERIFY"], ["JM", "TT"], {"title": "sent by 1"}),
        (OTHER, None, None, ["BM"], None),
        (STAFF, [{"amount": "10.00", "currency": "USD"}], ["VERIFY"], ["BM", "JM", "TT"], {"title": "sent by 1"}),
    ],
)
def test_what_hangs_on_a_row_is_seen_by_its_own_rule(viewer: Viewer, costs: Any, decisions: Any, states: Any, same: Any) -> None:
    data = ask(
        f"""{{
            sent: cohort(by: {{id: "Cohort:{key(13)}"}}) {{ costs {{ amount currency }} }}
            open: cohort(by: {{id: "Cohort:{key(11)}"}}) {{ memberStates {{ code }} }}
            run: cohort(by: {{id: "Cohort:{key(15)}"}}) {{ sameRunAs {{ title }} }}
            node(id: "Statement:{key(21)}") {{ ... on Statement {{ decisions {{ verdict }} }} }}
        }}""",
        viewer,
    )
    assert data == {
        "sent": None if costs is None else {"costs": costs},
        "open": {"memberStates": [{"code": code} for code in states]},
        "run": {"sameRunAs": same},
        "node": None if decisions is None else {"decisions": [{"verdict": verdict} for verdict in decisions]},
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("{}", [11, 12, 13, 14, 15]),
        ("null", [11, 12, 13, 14, 15]),
        ("{and: []}", [11, 12, 13, 14, 15]),
        ("{or: []}", []),
        ("{title: {in: []}}", []),
        ("{title: {}, venueState: null}", [11, 12, 13, 14, 15]),
        ('{title: {gt: "open", lte: "open too"}}', [15]),
        ('{endsOn: {gte: "2000-01-01"}}', [11]),
        ('{not: {endsOn: {gte: "2000-01-01"}}}', [12, 13, 14, 15]),
        ("{endsOn: {isNull: true}, accepted: {eq: true}}", [12, 15]),
        ('{or: [{title: {eq: "open"}}, {not: {accepted: {eq: true}}}]}', [11, 13, 14]),
        ("{sameRunAs: {}}", [12, 13, 15]),
        ("{not: {sameRunAs: {accepted: {eq: true}}}}", [11, 12, 14, 15]),
        ('{venueState: {code: {eq: "JM"}}}', [15]),
        ('{createdAt: {eq: "2026-11-24T06:00:00.12-04:00"}}', [11, 12, 13, 14, 15]),
    ],
)
def test_what_filters_say(given: str, found: list[int]) -> None:
    assert numbers(f"{{ cohorts(filter: {given}) {{ nodes {{ id }} }} }}") == found


def test_a_relation_to_a_hidden_row_matches_no_filter() -> None:
    text = "query ($filter: CohortFilter!) { cohorts(filter: $filter) { nodes { id } } }"
    assert numbers(text, STAFF, filter={"sameRunAs": {}}) == [12, 13, 15]
    assert numbers(text, PARTNER, filter={"sameRunAs": {}}) == [13, 15]
    assert numbers(text, ANONYMOUS, filter={"not": {"sameRunAs": {}}}) == [11, 15]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("[]", [11, 12, 13, 14, 15]),
        ("[{by: ENDS_ON}]", [11, 12, 13, 14, 15]),
        ("[{by: ENDS_ON, direction: DESC}, {by: TITLE, direction: DESC}]", [11, 14, 13, 12, 15]),
        ("[{by: TITLE}]", [11, 15, 12, 13, 14]),
        ("[{by: CREATED_AT, direction: DESC}]", [11, 12, 13, 14, 15]),
    ],
)
def test_orders(order: str, found: list[int]) -> None:
    assert numbers(f"{{ cohorts(order: {order}) {{ nodes {{ id }} }} }}") == found


def test_pages() -> None:
    page = "{ totalCount nodes { title } pageInfo { hasNextPage hasPreviousPage endCursor } }"
    text = f"query ($after: Cursor) {{ cohorts(first: 2, after: $after) {page} }}"
    first = ask(text)["cohorts"]
    assert [node["title"] for node in first["nodes"]] == ["open", "restricted"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (5, True, False)
    second = ask(text, after=first["pageInfo"]["endCursor"])["cohorts"]
    assert [node["title"] for node in second["nodes"]] == ["sent by 1", "sent by 2"]
    last = ask(text, after=second["pageInfo"]["endCursor"])["cohorts"]
    assert [node["title"] for node in last["nodes"]] == ["open too"]
    assert (last["totalCount"], last["pageInfo"]["hasNextPage"], last["pageInfo"]["hasPreviousPage"]) == (5, False, True)
    beyond = ask(text, after=last["pageInfo"]["endCursor"])["cohorts"]
    assert beyond == {"totalCount": 5, "nodes": [], "pageInfo": {"hasNextPage": False, "hasPreviousPage": True, "endCursor": None}}
    none = ask("{ cohorts(first: 0) { pageInfo { hasNextPage startCursor } nodes { id } } }")["cohorts"]
    assert none == {"pageInfo": {"hasNextPage": True, "startCursor": None}, "nodes": []}


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ("", ["BM", "JM", "TT"]),
        ("(body: null)", ["BM", "JM", "TT"]),
        ("(body: CARICOM)", ["BM", "JM"]),
        ("(status: [])", []),
        ("(body: RSS, status: [OBSERVER])", []),
        ('(asOf: "2003-07-01")', ["JM"]),
        ('(asOf: "2003-07-02", body: CARICOM)', ["BM", "JM"]),
        ('(asOf: "2019-12-31", body: RSS)', ["JM"]),
        ('(asOf: "2020-01-01", body: RSS)', []),
    ],
)
def test_member_states(arguments: str, codes: list[str]) -> None:
    assert ask(f"{{ memberStates{arguments} {{ code }} }}")["memberStates"] == [{"code": code} for code in codes]


def test_memberships_without_a_day_come_last() -> None:
    data = ask('{ node(id: "MemberState:JM") { ... on MemberState { memberships { body from } } } }')
    assert data["node"]["memberships"] == [
        {"body": "CARICOM", "from": "2001-01-01"},
        {"body": "CARICOM", "from": None},
        {"body": "RSS", "from": None},
    ]


def test_a_role_is_held_by_the_ancestors_too_and_a_cohort_comes_once() -> None:
    text = f'{{ partnerAgency(by: {{id: "PartnerAgency:{key(1)}"}}) {{ cohorts {{ nodes {{ id }} totalCount }} }} }}'
    assert numbers(text, ANONYMOUS) == [11]
    assert ask(text, ANONYMOUS)["partnerAgency"]["cohorts"]["totalCount"] == 1


def test_a_source_ref_is_the_callers_own() -> None:
    text = '{ cohort(by: {sourceRef: "mine"}) { title } }'
    titles = [(ask(text, viewer)["cohort"] or {}).get("title") for viewer in (ANONYMOUS, PARTNER, OTHER, STAFF)]
    assert titles == [None, "sent by 1", "sent by 2", None]


def test_how_values_are_written() -> None:
    data = ask(
        f'{{ node(id: "Statement:{key(21)}") {{ ... on Statement {{ cost {{ amount }} cohort {{ startsOn createdAt acceptedAt }} }} }} }}'
    )
    assert data["node"]["cost"] == {"amount": "0.50"}
    assert data["node"]["cohort"] == {
        "startsOn": "2026-01-01",
        "createdAt": "2026-11-24T10:00:00.12+00:00",
        "acceptedAt": "2026-11-24T10:00:00+00:00",
    }


def test_who_asks() -> None:
    text = "{ viewer { kind clientName agency { name } scopes } }"
    assert ask(text, ANONYMOUS)["viewer"] == {"kind": "ANONYMOUS", "clientName": None, "agency": None, "scopes": []}
    assert ask(text, OTHER)["viewer"] == {
        "kind": "PARTNER",
        "clientName": "Other",
        "agency": {"name": "Zeta"},
        "scopes": ["statements:read"],
    }


def test_an_operation_that_is_not_valid_is_no_answer() -> None:
    with pytest.raises(WrongOperation):
        ask("{ cohorts { nothing } }")
