"""`asOf`: what was answered at a moment is answered again, byte for byte, by whoever asks for that moment later.

A random history is made by the functions that the API has for it: submissions of three partners, decisions with their acceptances,
withdrawals, and loads of changed reference data. After every change each kind of viewer asks all that takes `asOf`; at the end all of
it is asked again, as at each change and as at a moment between two.
"""

import importlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from graph.schema import graphql_schema
from models.database import Database
from models.history import HISTORIES
from models.reference import loader
from models.reference.files import Reference, read
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.compiler.limits import Limits
from resolvers.errors import InputError
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.parties import Parties, Record, cohort, count, course, decided, fetch, parties, programme, sent, submitted, withdraw

pytestmark = pytest.mark.asyncio

STEPS = 12
ADDED_TO_STATEMENTS = ("only_member_state_code", "agreement_id", "person_key", "retained")
GENEROUS = {kind: Limits(cost=1_000_000, aliases=100) for kind in ViewerKind}
PUBLISHED = ("IIPCIC-2020", "UWI-OCDD-2021", "UTECH-OCDD-2022")
MEASURES = ("COMPLETED", "COMPLETED", "ACCESS_GRANTED", "REPORTED_TRAINED")

STATEMENTS = """{ totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
    id sourceRef measure revision state count unit precision memberStateCount sex visibility withdrawalReason decidedAt createdAt
    memberStates { code } departments { department { code } institutionType } partner { code acceptedAt revision }
    cohort { id acceptedAt revision countPolicy sameRunAs { id } roles { role agency { code } } courses { id accepted subject }
        statements(first: 2) { totalCount nodes { id state } } memberStates { code } }
    submission { id statements { totalCount nodes { state } } }
    decisions { id verdict reason decidedAt } } } }"""
TABLE = """{ rows { key { dimension label members { id code } } count { value precision } cost { amount currency statements } }
    total { value precision reason } cost { amount currency statements } unit pendingDelta asOf
    coverage { populations pending notAttributable inconsistent { cohort { id } coarser finer } }
    explain { cohort { id acceptedAt } rule partner { code } total totalStatements rowStatements alternatives text } }"""
LISTS = f"""query ($at: DateTime) {{
    all: statements(asOf: $at, first: 100) {STATEMENTS}
    last: statements(asOf: $at, first: 2, order: [{{by: STATE}}, {{by: COUNT, direction: DESC}}]) {STATEMENTS}
    some: statements(asOf: $at, filter: {{not: {{state: {{in: [PENDING, WITHDRAWN]}}}}, cohort: {{accepted: {{eq: true}}}}}}) {STATEMENTS}
    cohort(by: {{code: "IIPCIC-2020"}}) {{ statements(asOf: $at, filter: {{decidedAt: {{isNull: false}}}}) {STATEMENTS} }}
    figures(asOf: $at) {{ id code value label precision supersedes {{ code value }} }}
}}"""
NUMBERS = f"""query ($at: DateTime) {{
    slices: participation(basis: RECORDS, measure: COMPLETED, groupBy: [MEMBER_STATE, DEPARTMENT], includePending: true, asOf: $at) {TABLE}
    whole: participation(basis: RECORDS, measure: ACCESS_GRANTED, groupBy: [COHORT, SUBJECT, PARTNER], asOf: $at) {TABLE}
    roles: participation(basis: RECORDS, measure: COMPLETED, groupBy: [PROGRAMME, FUNDER], asOf: $at) {TABLE}
    few: participation(basis: RECORDS, measure: REPORTED_TRAINED, filter: {{memberState: ["JM"], year: [2020, 2023]}}, asOf: $at) {TABLE}
}}"""


@dataclass(slots=True)
class Past:
    """A history in the making: who makes it, what was sent, and what was answered after each change, by the time of the change."""

    graph: Graph
    owner: Database
    party: Parties
    random: Random
    reference: Reference
    cohorts: dict[str, list[str]] = field(default_factory=dict)
    submissions: list[str] = field(default_factory=list)
    answers: dict[datetime, list[bytes]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The database that it is made in."""
        return self.graph.database

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """One viewer of each kind, and a second partner."""
        return ANONYMOUS, self.party.oas, self.party.unodc, self.party.staff

    async def ask(self, at: datetime | None) -> list[bytes]:
        """Every answer to every viewer, as at a moment or as of now."""
        given = {} if at is None else {"at": at.isoformat()}
        return [
            await execute(self.graph, Request(document, None, given), viewer) for viewer in self.viewers for document in (LISTS, NUMBERS)
        ]

    async def newest(self) -> datetime:
        """The time of the last change."""
        return (await fetch(self.database, "SELECT max(at) AS at FROM change"))[0]["at"]  # type: ignore[no-any-return]

    # What may happen.

    async def step(self) -> None:
        """One change, or an attempt at one; what is answered then is kept."""
        await self.random.choice(
            (self.submit, self.submit, self.submit, self.decide, self.decide, self.decide_some, self.withdraw, self.load)
        )()
        at = await self.newest()
        if at not in self.answers:
            self.answers[at] = await self.ask(None)

    def partner(self) -> Viewer:
        """A partner."""
        return self.random.choice((self.party.oas, self.party.unodc, self.party.interpol))

    async def submit(self) -> None:
        """A partner sends a cohort with its course and programme, or counts of a cohort that is there."""
        viewer, number = self.partner(), len(self.submissions)
        name = str(viewer.client_name)
        records: list[Record] = []
        known = self.cohorts.setdefault(name, [])
        if not known or self.random.random() < 0.5:
            ref = f"H{number}"
            roles = [{"agency": {"sourceRef": f"P{number}"}, "role": "CONVENER"}, {"agency": {"code": "INL"}, "role": "FUNDER"}]
            subject = self.random.choice(("LAW", "BORDER"))
            made = cohort(ref, f"C{number}", roles=[*roles, {"agency": {"code": name}, "role": "PROVIDER"}])
            records = [programme(f"P{number}"), course(f"C{number}", subject=subject), made]
            known.append(ref)
        for place in range(self.random.randint(1, 4)):
            own = self.random.random() < 0.6
            about: str | dict[str, str] = self.random.choice(known) if own else {"code": self.random.choice(PUBLISHED)}
            records.append(count(f"S{number}-{place}", about, self.random.randint(1, 40), **self.content()))
        answer = await submitted(self.database, viewer, sent(*records))
        if answer.committed:
            self.submissions.append(f"Receipt:{answer.submission['id']}")

    def content(self) -> dict[str, Any]:
        """What a count says beside its number."""
        given: dict[str, Any] = {"measure": self.random.choice(MEASURES), "partitionKey": self.random.choice(("a", "b"))}
        given["memberStates"] = self.random.sample(("JM", "TT", "BB"), self.random.randint(0, 2))
        given["departments"] = [{"code": code} for code in self.random.sample(("POLICE", "CUSTOMS"), self.random.randint(0, 2))]
        if self.random.random() < 0.4:
            given["cost"] = {"amount": self.random.randint(1, 900), "currency": "USD"}
        return given

    async def decide(self) -> None:
        """Staff decide about a whole submission, and accept what it made."""
        if self.submissions:
            verdict = self.random.choice(("VERIFY", "VERIFY", "REJECT"))
            await decided(self.database, self.party.staff, submission={"id": self.random.choice(self.submissions)}, verdict=verdict)

    async def decide_some(self) -> None:
        """Staff decide about a few statements."""
        rows = await fetch(self.database, "SELECT id FROM statement WHERE state = 'PENDING' ORDER BY source_ref, created_at")
        if rows:
            chosen = self.random.sample([f"Statement:{row['id']}" for row in rows], min(2, len(rows)))
            verdict = self.random.choice(("VERIFY", "REJECT"))
            await decided(self.database, self.party.staff, statements=chosen, verdict=verdict, reason="for the test")

    async def withdraw(self) -> None:
        """A partner takes a statement back, or IMPACS one that it published."""
        viewer = self.random.choice((self.party.oas, self.party.unodc, self.party.interpol, self.party.other_staff))
        rows = await fetch(self.database, "SELECT source_ref FROM statement WHERE partner_id = :id ORDER BY 1", id=viewer.agency_id)
        if rows:
            reason = self.random.choice(("ENTERED_IN_ERROR", "DUPLICATE", "NOT_OURS"))
            await submitted(self.database, viewer, sent(withdraw(self.random.choice(rows)["source_ref"], reason)))

    async def load(self) -> None:
        """The reference data is loaded with other facts: amounts, counts, slices, subjects, roles. Names stay: those are always today's."""
        changed = {name: list(records) for name, records in self.reference.items()}
        number = self.random.randint(1, 999)
        changed["figures"][0] = {**changed["figures"][0], "value": number}
        place = self.random.randrange(len(changed["statements"]))
        states = self.random.sample(("JM", "TT", "BB", "AG"), self.random.randint(1, 3))
        changed["statements"][place] = {**changed["statements"][place], "count": number, "member_states": states}
        changed["courses"] = [{**record, "subject": f"subject {number % 3}"} for record in changed["courses"]]
        roles = self.random.choice(([], [{"agency": "UNODC", "role": "CONVENER"}], [{"agency": "INL", "role": "FUNDER"}]))
        changed["cohorts"] = [{**record, "roles": roles} for record in changed["cohorts"]]
        async with self.owner.write() as transaction:
            await loader.load(transaction, changed)


async def past(database: Database, owner: Database, seed: int) -> Past:
    """The history of a seed, before its first step."""
    graph = Graph(graphql_schema, TYPES, database, b"secret" * 8, limits=GENEROUS)
    return Past(graph, owner, await parties(owner), Random(seed), read())


async def test_what_was_answered_is_answered_again(database: Database, owner_database: Database) -> None:
    made = await past(database, owner_database, 0)
    made.answers[await made.newest()] = await made.ask(None)
    for _ in range(STEPS):
        await made.step()
    times = sorted(made.answers)
    assert len(times) > STEPS // 2
    assert len({tuple(answers) for answers in made.answers.values()}) == len(times)
    for at in times:
        assert await made.ask(at) == made.answers[at], at
    for at, following in made.random.sample(list(pairwise(times)), 3):
        assert await made.ask(following - timedelta(microseconds=1)) == made.answers[at]


async def test_before_the_first_change_there_is_nothing(database: Database, owner_database: Database) -> None:
    made = await past(database, owner_database, 0)
    asked = '{ participation(basis: RECORDS, measure: REPORTED_TRAINED, asOf: "1999-12-31T23:00:00-01:00") { total { reason } asOf } '
    asked += 'figures(asOf: "1999-12-31T23:00:00-01:00") { code } statements(asOf: "1999-12-31T23:00:00-01:00") { totalCount } }'
    answer = await execute(made.graph, Request(asked), made.party.staff)
    for part in (b'"figures":[]', b'"totalCount":0', b'"reason":"NO_BASIS"', b'"asOf":"2000-01-01T00:00:00+00:00"'):
        assert part in answer


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ('{ statements(asOf: "%s") { totalCount } }', ["statements", "asOf"]),
        ('{ cohorts { nodes { s: statements(asOf: "%s") { totalCount } } } }', ["cohorts", "nodes", "s", "asOf"]),
        ("query ($at: DateTime) { figures(asOf: $at) { code } }", ["variables", "at"]),
        ('{ participation(basis: RECORDS, measure: COMPLETED, asOf: "%s") { asOf } }', ["participation", "asOf"]),
    ],
)
async def test_the_future_is_refused(database: Database, document: str, path: list[Any]) -> None:
    graph = Graph(graphql_schema, TYPES, database, b"secret" * 8)
    soon = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    with pytest.raises(InputError, match="future") as refusal:
        await execute(graph, Request(document.replace("%s", soon), None, {"at": soon}), replace(ANONYMOUS, kind=ViewerKind.STAFF))
    assert (refusal.value.code, refusal.value.path) == ("BAD_USER_INPUT", path)


async def test_what_was_closed_since_is_not_shown(database: Database, owner_database: Database) -> None:
    """A statement or cohort that IMPACS made RESTRICTED is hidden from everybody, also as at a moment at which it was PUBLIC."""
    made = await past(database, owner_database, 0)
    at = (await made.newest()).isoformat()
    asked = f'{{ statements(asOf: "{at}") {{ nodes {{ cohort {{ code }} }} }} '
    asked += f'participation(basis: RECORDS, measure: REPORTED_TRAINED, asOf: "{at}") {{ total {{ value }} }} }}'

    async def answered(viewer: Viewer) -> str:
        return (await execute(made.graph, Request(asked), viewer)).decode()

    before, of_staff = await answered(ANONYMOUS), await answered(made.party.staff)
    for part in ('"value":50', *[f'"code":"{code}"' for code in PUBLISHED]):
        assert part in before
    await fetch(owner_database, "UPDATE statement SET visibility = 'RESTRICTED' WHERE count = 38")
    closed = await answered(ANONYMOUS)
    assert '"value":12' in closed
    assert "UWI-OCDD-2021" not in closed
    await fetch(owner_database, "UPDATE cohort SET visibility = 'RESTRICTED' WHERE code = 'UTECH-OCDD-2022'")
    closed = await answered(ANONYMOUS)
    assert '"value":null' in closed
    assert '"cohort":null' in closed
    assert await answered(made.party.staff) == of_staff


async def test_what_was_taken_back_since_is_shown_whole(database: Database, owner_database: Database) -> None:
    """A published statement that is WITHDRAWN today is shown with its slice, as at a moment at which it counted."""
    made = await past(database, owner_database, 0)
    at, before = await made.newest(), await made.ask(None)
    rows = await fetch(database, "SELECT source_ref FROM statement")
    answer = await submitted(database, made.party.other_staff, sent(*[withdraw(row["source_ref"]) for row in rows]))
    assert set(answer.statuses) == {"WITHDRAWN"}
    assert (await made.ask(None))[0] != before[0]
    assert await made.ask(at) == before


async def test_names_are_those_of_today(database: Database, owner_database: Database) -> None:
    made = await past(database, owner_database, 0)
    at = (await made.newest()).isoformat()
    renamed = {name: list(records) for name, records in made.reference.items()}
    renamed["cohorts"] = [{**record, "title": "A new title", "status": "CANCELLED"} for record in renamed["cohorts"]]
    async with owner_database.write() as transaction:
        await loader.load(transaction, renamed)
    asked = f'{{ statements(asOf: "{at}", first: 1) {{ nodes {{ cohort {{ title status }} }} }} }}'
    answer = await execute(made.graph, Request(asked), made.party.staff)
    assert answer == b'{"statements":{"nodes":[{"cohort":{"title":"A new title","status":"COMPLETED"}}]}}'


async def test_a_migration_begins_the_histories_that_were_not_kept(database: Database, owner_database: Database) -> None:
    """What the migration makes of the changes and decisions of a past equals what was written as it went on."""
    made = await past(database, owner_database, 7)
    for _ in range(3 * STEPS):  # without a load: what one replaced is told nowhere
        await made.random.choice((made.submit, made.submit, made.decide, made.decide_some, made.withdraw))()
    kept = await versions(owner_database)
    assert {row["state"] for row in kept["statement_history"]} == {"PENDING", "VERIFIED", "REJECTED", "WITHDRAWN"}
    migration = importlib.import_module("models.migrations.versions.0003_histories")
    for name in kept:
        await fetch(owner_database, f"DELETE FROM {name}")
    for history in HISTORIES.values():  # columns that later migrations add
        for added in [column.name for column in history.rows.c if column.computed is not None]:
            await fetch(owner_database, f"ALTER TABLE {history.rows.name} DROP COLUMN {added}")
    for column in ADDED_TO_STATEMENTS:
        for name in ("statement", "statement_history"):
            await fetch(owner_database, f"ALTER TABLE {name} DROP COLUMN {column} CASCADE")
        kept["statement_history"] = [{name: value for name, value in row.items() if name != column} for row in kept["statement_history"]]
    async with owner_database.write() as transaction:
        for sql in migration.BACKFILL:
            await transaction.fetch(text(sql.replace(":", r"\:")))
    begun = await versions(owner_database)
    for name, rows in kept.items():
        assert begun[name] == rows, name


async def versions(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All versions of all histories."""
    names = [kept.versions.name for kept in HISTORIES.values()]
    rows = {name: await fetch(database, f"SELECT to_jsonb(kept) FROM {name} AS kept ORDER BY to_jsonb(kept)") for name in names}
    return {name: [orjson.loads(row[0]) for row in found] for name, found in rows.items()}
