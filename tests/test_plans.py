"""A statement serves every viewer whose answers its plan rests on, and no other."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import DateTime, bindparam

from graph.schema import graphql_schema
from models import policies
from models.access import PersonalField, Scope
from models.database import render
from models.policies import POLICIES, WITHHELD, Door, ScopeMissing
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.compiler.binds import Call
from resolvers.compiler.document import coerce
from resolvers.compiler.limits import DEFAULT_LIMITS
from resolvers.errors import NotPermitted, Refusal
from resolvers.execute import Compiled, Graph, Request, prepare, prepared, read
from resolvers.queries import TYPES

SCOPES = frozenset(Scope)
FIELDS = frozenset(PersonalField)
MOMENT = bindparam("moment", type_=DateTime(timezone=True))
PUBLIC, LEDGER, AGENCIES = "{ memberStates { name } }", "{ statements { totalCount } }", "{ partnerAgencies { totalCount } }"
CLIENTS = "{ clients { totalCount } viewer { client { id } } }"
AUDIT, NUMBERS = "{ auditEvents { totalCount } }", "{ participation(measure: COMPLETED, basis: RECORDS) { total { value } } }"
PEOPLE = "{ statements { nodes { individual { result { hours } } } } }"
PARTNER, FOCAL_POINT, PUBLIC_ONLY = ["PARTNER"], ["FOCAL_POINT"], ["ANONYMOUS", "ADMINISTRATOR"]
LEDGER_READERS = ["STAFF", "VERIFIER", "DATA_PROTECTION_OFFICER", "AUDITOR"]


@pytest.fixture
def graph() -> Graph:
    """A graph without a database: here nothing is read."""
    return Graph(graphql_schema, TYPES, None, b"a secret for tests" * 2)  # type: ignore[arg-type]


def viewer(kind: ViewerKind, scopes: frozenset[str] = SCOPES, fields: frozenset[str] = FIELDS) -> Viewer:
    return Viewer(kind, scopes=scopes, purposes=frozenset({"REPORTING"}), purpose="REPORTING", permitted_fields=fields)


def asked(graph: Graph, text: str, by: Viewer) -> tuple[Any, set[str], Call]:
    document, priced_by = read(graph, Request(text), by)
    return document, priced_by, Call(coerce(document, graph.schema, {}), by, graph.secret, graph.limits[by.kind])


def of(graph: Graph, text: str, by: Viewer) -> Compiled:
    """The statement of a document for a viewer, found again without being prepared anew."""
    call = asked(graph, text, by)
    compiled = prepare(graph, *call)
    assert prepared(graph, *call) is compiled
    return compiled


def seen(kind: ViewerKind, table: Any, *, then: bool) -> tuple[str, Any]:
    """The SQL in which a viewer sees a table, today or as it stood, and the answers that it rests on."""
    door = Door(kind, SCOPES, personal_fields=FIELDS)
    _, allowed = (door.at(MOMENT) if then else door).visible(table)
    return render(allowed).text, door.answers


@pytest.mark.parametrize("then", [False, True], ids=["today", "then"])
@pytest.mark.parametrize("table", POLICIES, ids=lambda table: table.__name__)
def test_what_answers_alike_is_the_same_condition(table: Any, then: bool) -> None:
    known = {}
    for kind in ViewerKind:
        try:
            known[kind] = seen(kind, table, then=then)
        except (ScopeMissing, policies.PersonalWithheld):
            continue
    alike = 0
    for one, other in combinations(known, 2):
        if Door(other, SCOPES, personal_fields=FIELDS).agrees(known[one][1]):
            assert known[one][0] == known[other][0]
            alike += 1
    assert alike or len(known) < 2


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, names in WITHHELD.items() for name in names])
def test_a_column_that_answers_alike_is_shown_alike(table: Any, name: str) -> None:
    shown = {}
    for kind in ViewerKind:
        door = Door(kind, SCOPES)
        row, _ = door.visible(table)
        shown[kind] = render(door.shown(table, row, name)).text, door.answers
    for one, other in combinations(shown, 2):
        if Door(other, SCOPES).agrees(shown[one][1]):
            assert shown[one][0] == shown[other][0]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        (PUBLIC, [PARTNER, FOCAL_POINT, [*PUBLIC_ONLY, *LEDGER_READERS]]),
        (AGENCIES, [PARTNER, FOCAL_POINT, ["ANONYMOUS"], ["ADMINISTRATOR", *LEDGER_READERS]]),
        (LEDGER, [PARTNER, FOCAL_POINT, PUBLIC_ONLY, LEDGER_READERS]),
        (AUDIT, [PARTNER, FOCAL_POINT, [*PUBLIC_ONLY, "STAFF", "VERIFIER"], ["AUDITOR", "DATA_PROTECTION_OFFICER"]]),
        (CLIENTS, [PARTNER, FOCAL_POINT, ["ANONYMOUS"], ["ADMINISTRATOR", *LEDGER_READERS]]),
        (NUMBERS, [PARTNER, FOCAL_POINT, *([kind] for kind in (*PUBLIC_ONLY, *LEDGER_READERS))]),
        (PEOPLE, [PARTNER, ["DATA_PROTECTION_OFFICER", "STAFF", "VERIFIER"]]),
    ],
    ids=["public", "agencies", "ledger", "audit", "clients", "numbers", "people"],
)
def test_one_statement_serves_the_kinds_that_see_alike(graph: Graph, text: str, groups: list[list[str]]) -> None:
    served: dict[int, set[str]] = {}
    for kind in ViewerKind:
        try:
            served.setdefault(id(of(graph, text, viewer(kind))), set()).add(kind.value)
        except Refusal:
            assert not any(kind in group for group in groups)
    assert sorted(map(sorted, served.values())) == sorted(map(sorted, groups))


def test_what_is_kept_for_one_opens_nothing_to_another(graph: Graph) -> None:
    staff = viewer(ViewerKind.STAFF)
    partner, without = viewer(ViewerKind.PARTNER), viewer(ViewerKind.PARTNER, frozenset({"submit"}))
    assert of(graph, LEDGER, partner).serves == {partner.shape}
    with pytest.raises(NotPermitted, match="statements:read"):
        of(graph, LEDGER, without)
    assert "individual" in of(graph, PEOPLE, staff).sql
    for closed in (viewer(ViewerKind.AUDITOR), replace(staff, purpose=None), replace(staff, scopes=frozenset())):
        with pytest.raises(NotPermitted):
            of(graph, PEOPLE, closed)
    assert of(graph, PEOPLE, staff).serves == {staff.shape}


def test_who_may_ask_for_less_is_refused_what_is_kept_for_who_may_ask_for_more(graph: Graph) -> None:
    limits = DEFAULT_LIMITS[ViewerKind.ANONYMOUS].cost
    dear = "{ partnerAgencies(first: 100) { nodes { courses(first: 30) { nodes { title } } } } }"
    assert of(graph, dear, viewer(ViewerKind.ADMINISTRATOR)).serves
    with pytest.raises(Refusal) as refused:
        of(graph, dear, ANONYMOUS)
    assert (refused.value.code, refused.value.extensions["limit"]) == ("COST_LIMIT", limits)
