"""Filters where a rule has an edge, over a few rows by hand: empty relations, nulls, hidden rows, marks that patterns give a meaning to.

Partner A may see the cohorts C1 to C3 and its own statements; the statement of B about C2 and the cohort C4 of B are hidden from it.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text

from graph.schema import graphql_schema
from models import agencies, courses, places, statements
from models.access import Scope
from models.database import Database
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.compiler.conditions import MAX_RELATIONS
from resolvers.compiler.filters import MAX_TEXT
from resolvers.errors import InputError, NotPermitted, Refusal
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES

pytestmark = pytest.mark.asyncio(loop_scope="session")

THEN = datetime(2026, 11, 24, tzinfo=UTC)


def key(number: int) -> UUID:
    return UUID(int=number)


A, B, PROGRAMME, DRAFT = key(1), key(2), key(3), key(4)
SCOPES = frozenset({Scope.SUBMIT.value, Scope.STATEMENTS_READ.value})
PARTNER = Viewer(ViewerKind.PARTNER, key(90), "A", A, SCOPES)
STAFF = Viewer(ViewerKind.STAFF, key(91), "staff", B, SCOPES)
VIEWERS = {"partner": PARTNER, "staff": STAFF, "anonymous": ANONYMOUS}


def agency(id_: UUID, code: str, **columns: Any) -> dict[str, Any]:
    return {"id": id_, "code": code, "name": code, "kind": "NGO", "labels": [], "parent_id": None, "accepted_at": THEN} | columns


def cohort(number: int, title: str, **columns: Any) -> dict[str, Any]:
    row = {"id": key(number), "code": f"C{number - 10}", "title": title, "starts_on": date(2024, 1, number), "ends_on": None}
    row |= {"date_precision": "DAY", "mode": "BLENDED", "venue_type": "REGIONAL", "status": "COMPLETED", "count_policy": "COUNTS"}
    return row | {"visibility": "PUBLIC", "accepted_at": THEN, "submitted_by_id": A, "same_run_as_id": None} | columns


def statement(number: int, partner: UUID, about: int, **columns: Any) -> dict[str, Any]:
    row = {"id": key(number), "partner_id": partner, "source_ref": f"s{number}", "kind": "COUNT", "cohort_id": key(about)}
    row |= {"measure": "COMPLETED", "revision": 1, "state": "VERIFIED", "count": number, "unit": "PEOPLE", "precision": "EXACT"}
    return row | {"visibility": "RESTRICTED", "cost_amount": None, "cost_currency": None, "source_title": None} | columns


ROWS: list[tuple[Any, list[dict[str, Any]]]] = [
    (places.MemberState, [{"code": code, "iso3": code, "m49": code, "name": code, "short_name": code} for code in ("JM", "TT")]),
    (
        places.Membership,
        [
            {"id": key(n), "member_state_code": code, "body": body, "status": "FULL", "valid_from": start, "valid_to": end}
            for n, code, body, start, end in (
                (51, "JM", "CARICOM", date(1973, 8, 1), None),
                (52, "JM", "RSS", None, date(2000, 1, 1)),
                (53, "TT", "CARICOM", None, date(1990, 1, 1)),
            )
        ],
    ),
    (
        agencies.PartnerAgency,
        [
            agency(A, "A", labels=["Curaçao Office", "the A"]),
            agency(B, "B"),
            agency(PROGRAMME, "AP", parent_id=A, labels=["100%"]),
            agency(DRAFT, "BD", parent_id=B, accepted_at=None),
        ],
    ),
    (
        agencies.AgencyAncestor,
        [
            {"agency_id": low, "ancestor_id": high}
            for low, high in ((A, A), (B, B), (PROGRAMME, PROGRAMME), (PROGRAMME, A), (DRAFT, DRAFT), (DRAFT, B))
        ],
    ),
    (
        courses.Cohort,
        [
            cohort(11, "Curaçao: 100% of it"),
            cohort(12, "CURACAO: 100x of_it", ends_on=date(2024, 2, 1)),
            cohort(13, "a\\b", same_run_as_id=key(14)),
            cohort(14, "hidden", accepted_at=None, submitted_by_id=B),
        ],
    ),
    (
        courses.CohortRole,
        [
            {"cohort_id": key(c), "agency_id": a, "role": role}
            for c, a, role in ((11, PROGRAMME, "PROVIDER"), (12, DRAFT, "HOST"), (14, A, "HOST"))
        ],
    ),
    (
        statements.Statement,
        [
            statement(21, A, 11, cost_amount=Decimal("5.00"), cost_currency="USD"),
            statement(22, A, 11, state="PENDING", source_title="Report"),
            statement(23, B, 12),
            statement(24, B, 14, state="PENDING"),
        ],
    ),
    (statements.StatementMemberState, [{"statement_id": key(s), "member_state_code": c} for s, c in ((21, "JM"), (23, "TT"), (24, "TT"))]),
]
HIDDEN_FROM_PARTNER = (
    f"DELETE FROM statement_member_state WHERE statement_id IN (SELECT id FROM statement WHERE partner_id <> '{A}')",
    f"DELETE FROM statement WHERE partner_id <> '{A}'",
    "UPDATE cohort SET same_run_as_id = null",
    "DELETE FROM cohort_role WHERE cohort_id IN (SELECT id FROM cohort WHERE accepted_at IS NULL)",
    "DELETE FROM cohort WHERE accepted_at IS NULL",
)


async def store(owner: Database) -> None:
    async with owner.write() as transaction:
        for table, rows in ROWS:
            await transaction.insert(table, rows)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def graph(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Graph]:
    await store(shared_owner_database)
    yield Graph(graphql_schema, TYPES, shared_database, b"a secret of the tests")


async def found(graph: Graph, viewer: Viewer, type_: str, given: str, variables: dict[str, Any] | None = None) -> str:
    """The codes, or the source references, of what matches, in one text."""
    listed, selected = LISTS[type_]
    declared = f"query ({', '.join(f'${name}: String' for name in variables)}) " if variables else ""
    answer = orjson.loads(
        await execute(graph, Request(f"{declared}{{ {listed}(filter: {given}) {selected} }}", variables=variables), viewer)
    )[listed]
    rows = answer["nodes"] if isinstance(answer, dict) else answer
    return " ".join(sorted(value for row in rows for value in row.values()))


LISTS = {
    "cohort": ("cohorts", "{ nodes { code } }"),
    "statement": ("statements", "{ nodes { sourceRef } }"),
    "agency": ("partnerAgencies", "{ nodes { code } }"),
    "state": ("memberStates", "{ code }"),
}

CASES = [
    # Relations to many: an empty one has none, and all of none; what is hidden is not there.
    ("partner", "cohort", "{statements: {some: {}}}", "C1"),
    ("partner", "cohort", "{statements: {none: {}}}", "C2 C3"),
    ("partner", "cohort", "{statements: {every: {state: {eq: VERIFIED}}}}", "C2 C3"),
    ("partner", "cohort", "{not: {statements: {every: {state: {eq: VERIFIED}}}}}", "C1"),
    ("partner", "cohort", "{statements: {none: {state: {eq: REJECTED}}, some: {state: {eq: PENDING}}}}", "C1"),
    ("partner", "cohort", "{statements: {every: {or: []}}}", "C2 C3"),
    ("partner", "cohort", "{statements: {some: {or: []}}}", ""),
    ("partner", "cohort", "{statements: {some: {not: {}}}}", ""),
    ("partner", "cohort", "{statements: {}}", "C1 C2 C3"),
    ("partner", "cohort", "{not: {statements: {}}}", ""),
    ("partner", "cohort", "{statements: {some: null}}", "C1 C2 C3"),
    ("partner", "cohort", "{statements: null}", "C1 C2 C3"),
    ("partner", "cohort", '{memberStates: {some: {code: {eq: "TT"}}}}', ""),
    ("partner", "cohort", '{memberStates: {every: {code: {eq: "JM"}}}}', "C1 C2 C3"),
    ("staff", "cohort", "{statements: {some: {}}}", "C1 C2 C4"),
    ("staff", "cohort", "{statements: {none: {state: {eq: VERIFIED}}}}", "C3 C4"),
    ("staff", "cohort", '{memberStates: {some: {code: {eq: "TT"}}}}', "C2 C4"),
    ("anonymous", "cohort", "{statements: {some: {}}}", ""),
    ("anonymous", "cohort", "{statements: {none: {}}}", "C1 C2 C3"),
    ("partner", "state", "{statements: {some: {}}}", "JM"),
    ("partner", "state", "{cohorts: {none: {}}}", "TT"),
    ("anonymous", "state", "{cohorts: {none: {}}}", "JM TT"),
    # A relation to one: {} asks that there is one that the viewer may see.
    ("partner", "cohort", "{sameRunAs: {}}", ""),
    ("staff", "cohort", "{sameRunAs: {}}", "C3"),
    ("partner", "cohort", "{not: {sameRunAs: {}}}", "C1 C2 C3"),
    ("partner", "cohort", "{not: {sameRunAs: {not: {}}}}", "C1 C2 C3"),
    ("partner", "cohort", "{roles: {some: {agency: {}}}}", "C1"),
    ("partner", "cohort", "{roles: {some: {not: {agency: {}}}}}", "C2"),
    ("partner", "agency", "{parent: {}}", "AP"),
    ("staff", "agency", "{not: {parent: {}}}", "A B"),
    # Objects of the same row.
    ("partner", "statement", "{cost: {}}", "s21"),
    ("partner", "statement", "{not: {cost: {}}}", "s22"),
    ("partner", "statement", '{cost: {amount: {gte: "5"}, currency: {eq: "USD"}}}', "s21"),
    ("partner", "statement", '{not: {cost: {amount: {gt: "5"}}}}', "s21 s22"),
    ("partner", "statement", '{sourceDoc: {title: {contains: "REP"}, url: {isNull: true}}}', "s22"),
    # Things of an agency or its programmes.
    ("partner", "agency", '{selfOrAncestor: {code: {eq: "A"}}}', "A AP"),
    ("staff", "agency", '{selfOrAncestor: {code: {eq: "B"}}}', "B BD"),
    ("partner", "agency", '{selfOrAncestor: {code: {eq: "BD"}}}', ""),
    ("partner", "agency", '{not: {selfOrAncestor: {code: {eq: "A"}}}}', "B"),
    ("partner", "cohort", '{roles: {some: {agency: {selfOrAncestor: {code: {eq: "A"}}}}}}', "C1"),
    ("partner", "agency", "{cohorts: {some: {}}}", "A AP B"),
    ("partner", "agency", "{cohorts: {none: {}}}", ""),
    # Members of a body on a day: from the first day, until before the last; unknown is long ago.
    ("anonymous", "state", '{memberships: {some: {body: {eq: CARICOM}, inForceOn: "1973-08-01"}}}', "JM TT"),
    ("anonymous", "state", '{memberships: {some: {body: {eq: CARICOM}, inForceOn: "1973-07-31"}}}', "TT"),
    ("anonymous", "state", '{memberships: {some: {body: {eq: CARICOM}, inForceOn: "1990-01-01"}}}', "JM"),
    ("anonymous", "state", '{memberships: {every: {inForceOn: "1995-01-01"}}}', "JM"),
    ("anonymous", "state", '{memberships: {some: {not: {inForceOn: "1995-01-01"}}}}', "TT"),
    # Missing values: a comparison is false, its negation true.
    ("partner", "cohort", '{endsOn: {gt: "2020-01-01"}}', "C2"),
    ("partner", "cohort", '{not: {endsOn: {gt: "2020-01-01"}}}', "C1 C3"),
    ("partner", "cohort", '{not: {location: {contains: "x"}}}', "C1 C2 C3"),
    ("partner", "cohort", '{location: {contains: ""}}', ""),
    # Texts without case and accents; no letter of a pattern has a meaning.
    ("partner", "cohort", '{title: {contains: "curacao"}}', "C1 C2"),
    ("partner", "cohort", '{title: {startsWith: "CURAÇ"}}', "C1 C2"),
    ("partner", "cohort", '{title: {startsWith: "100"}}', ""),
    ("partner", "cohort", '{title: {contains: "0%"}}', "C1"),
    ("partner", "cohort", '{title: {contains: "0\\uff05"}}', "C1"),
    ("partner", "cohort", '{title: {contains: "f_i"}}', "C2"),
    ("partner", "cohort", '{title: {contains: "\\\\"}}', "C3"),
    ("partner", "cohort", '{title: {contains: ""}}', "C1 C2 C3"),
    ("partner", "cohort", '{title: {contains: "curacao", eq: "CURACAO"}}', ""),
    ("partner", "agency", '{labels: {some: {contains: "CURAC"}}}', "A"),
    ("partner", "agency", '{labels: {every: {startsWith: "100%"}}}', "AP B"),
    ("partner", "agency", "{labels: {none: {}}}", "B"),
    ("partner", "agency", '{not: {labels: {none: {eq: "the A"}}}}', "A"),
]


@pytest.mark.parametrize(("viewer", "type_", "given", "expected"), CASES)
async def test_a_filter_keeps(graph: Graph, viewer: str, type_: str, given: str, expected: str) -> None:
    assert await found(graph, VIEWERS[viewer], type_, given) == expected


async def test_a_hidden_row_and_an_absent_one_answer_alike(owner_database: Database, database: Database, graph: Graph) -> None:
    """Every filter above, around `not` and without, over the same rows without those that the partner may not see."""
    await store(owner_database)
    async with owner_database.write() as transaction:
        for sql in HIDDEN_FROM_PARTNER:
            await transaction.fetch(text(sql))
    bare = Graph(graphql_schema, TYPES, database, b"a secret of the tests")
    for viewer, type_, given, _ in CASES:
        if viewer == "partner":
            for filter_ in (given, f"{{not: {given}}}"):
                assert await found(bare, PARTNER, type_, filter_) == await found(graph, PARTNER, type_, filter_), filter_


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("{statements: {some: {state: {eq: null}}}}", ["cohorts", "filter", "statements", "some", "state", "eq"]),
        ("{memberStates: {some: {memberships: {every: {inForceOn: null}}}}}", None),
        ("{title: {contains: null}}", ["cohorts", "filter", "title", "contains"]),
        (f'{{title: {{contains: "{"x" * (MAX_TEXT + 1)}"}}}}', ["cohorts", "filter", "title", "contains"]),
    ],
)
async def test_what_is_refused(graph: Graph, given: str, path: list[str] | None) -> None:
    with pytest.raises(InputError) as caught:
        await found(graph, PARTNER, "cohort", given)
    assert caught.value.code == "BAD_USER_INPUT"
    assert path is None or caught.value.path == path


async def test_a_text_has_a_bound_in_a_variable_too(graph: Graph) -> None:
    given = "{title: {startsWith: $t}}"
    assert await found(graph, PARTNER, "cohort", given, {"t": "x" * MAX_TEXT}) == ""
    with pytest.raises(InputError) as caught:
        await found(graph, PARTNER, "cohort", given, {"t": "x" * (MAX_TEXT + 1)})
    assert caught.value.path == ["variables", "t"]


async def test_relations_go_to_a_depth(graph: Graph) -> None:
    def nested(depth: int) -> str:
        return "{sameRunAs: " * depth + "{}" + "}" * depth

    assert await found(graph, STAFF, "cohort", nested(MAX_RELATIONS)) == ""
    with pytest.raises(Refusal) as caught:
        await found(graph, STAFF, "cohort", nested(MAX_RELATIONS + 1))
    assert (caught.value.code, caught.value.path) == ("TOO_DEEP", ["cohorts", "filter"])


@pytest.mark.parametrize("type_", ["cohort", "state", "agency"])
async def test_a_filter_by_statements_needs_the_scope(graph: Graph, type_: str) -> None:
    without = Viewer(ViewerKind.PARTNER, key(90), "A", A, frozenset({Scope.SUBMIT.value}))
    with pytest.raises(NotPermitted, match="statements:read"):
        await found(graph, without, type_, "{statements: {none: {}}}")
