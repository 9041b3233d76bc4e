"""The second wall alone: with the compiler's policies switched off, row-level security lets no foreign row through, nor any change of one.

What each kind of viewer may see is told here once more, in plain Python over all rows, and compared with what the serving role reads.
Random operations are answered the same with the compiler's policies and without them; the interpreter agrees with the latter.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import true

from graph.schema import graphql_schema
from models import policies, provision, walls
from models.access import ApiClient, Credential
from models.agencies import PartnerAgency
from models.base import Table
from models.courses import Cohort, CohortCourse, CohortRole, Course
from models.database import DIALECT, IDENTIFY, Database
from models.history import HISTORIES
from models.policies import EVERYBODY, POLICIES
from models.policy import ALL
from models.provision import OWNER, SERVER, Addresses
from models.row_security import SECURED
from models.viewer import ANONYMOUS, READS_LEDGER, Viewer, ViewerKind
from resolvers.counting import choice
from resolvers.counting.chosen import CHOSEN
from resolvers.errors import Refusal
from resolvers.execute import STATEMENT_CHARACTERS, Cache, Graph, Request, execute
from resolvers.queries import TYPES
from tests.comparison import SCHEMA, Asked, Comparison, Unwritten
from tests.operations import operation
from tests.oracle import STYLES
from tests.reach import Reach
from tests.rows import Row, store
from tests.values import Values
from tests.worlds import world

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORLD = world(5)
VALUES = Values(WORLD)
TABLES = [wall.table for wall in walls.walls()]
SEARCHED = "search by @@ is not leakproof: behind row-level security its index would be lost"
AUTHENTICATES = "who asks is known only once it is read; one row by its key, and the end of it, are all that requests read or change"
OPEN = {
    **dict.fromkeys((PartnerAgency, Course, Cohort), SEARCHED),
    **dict.fromkeys((CohortCourse, CohortRole), "which of these is shown follows from its cohort, which is open"),
    **dict.fromkeys((ApiClient, Credential), AUTHENTICATES),
}
"""Whose rows are not all public, which stand before the wall, and why."""

UNWALLED = {
    "change": "it tells ids and names of fields, no values, and times are read from it for everybody's answers",
    "session": AUTHENTICATES,
    "sign_in": AUTHENTICATES,
}
"""To which no field of the graph leads, which stand before the wall, and why."""

OPERATIONS = 60


def states_of(statement: Row) -> list[str]:
    return [row["member_state_code"] for row in WORLD["statement_member_state"] if row["statement_id"] == statement["id"]]


COUNTED = [states_of(row) for row in WORLD["statement"] if row["kind"] == "COUNT"]
STATES = sorted({code for codes in COUNTED if len(codes) == 1 for code in codes})


def viewers() -> dict[str, Viewer]:
    """A viewer of each kind, and two of those who see different rows."""
    shared = WORLD.viewers["STAFF"]
    made = {kind.value: replace(shared, kind=kind, client_name=kind.value) for kind in ViewerKind if kind in policies.IMPACS}
    focal = {
        f"FOCAL_POINT {code}": replace(shared, kind=ViewerKind.FOCAL_POINT, client_name=code, agency_id=None, member_state_code=code)
        for code in STATES[:2]
    }
    return made | focal | {"ANONYMOUS": ANONYMOUS} | {name: WORLD.viewers[name] for name in ("PARTNER A", "PARTNER B")}


VIEWERS = viewers()


def sees_statement(viewer: Viewer, row: Row) -> bool:
    """Whether the viewer may see a statement."""
    counts = row["kind"] == "COUNT"
    match viewer.kind:
        case ViewerKind.PARTNER:
            return bool(row["partner_id"] == viewer.agency_id)
        case ViewerKind.FOCAL_POINT:
            return counts and states_of(row) == [viewer.member_state_code]
        case ViewerKind.ANONYMOUS | ViewerKind.ADMINISTRATOR:
            return counts and bool(row["visibility"] == "PUBLIC" and row["state"] == "VERIFIED")
        case _:
            return True


def sees_submission(viewer: Viewer, row: Row) -> bool:
    """Whether the viewer may see a submission."""
    return viewer.kind in READS_LEDGER or (viewer.kind is ViewerKind.PARTNER and row["partner_id"] == viewer.agency_id)


def sees_costs(viewer: Viewer, row: Row) -> bool:
    """Whether the viewer may see what a cohort cost."""
    return viewer.kind in READS_LEDGER or (viewer.kind is ViewerKind.PARTNER and row["submitted_by_id"] == viewer.agency_id)


def sees_agreement(viewer: Viewer, row: Row) -> bool:
    """Whether the viewer may see an agreement."""
    return viewer.kind in policies.IMPACS or (viewer.kind is ViewerKind.PARTNER and row["agency_id"] == viewer.agency_id)


def keys(viewer: Viewer, table: str, sees: Callable[[Viewer, Row], bool]) -> set[Any]:
    return {row["id"] for row in WORLD[table] if sees(viewer, row)}


def expected(viewer: Viewer) -> dict[str, int]:
    """How many rows of each table the viewer may see."""
    statements = keys(viewer, "statement", sees_statement)
    submissions = keys(viewer, "submission", sees_submission)
    cohorts = keys(viewer, "cohort", sees_costs)
    public_only = viewer.kind in {ViewerKind.ANONYMOUS, ViewerKind.ADMINISTRATOR}
    above = {
        "statement_member_state": ("statement_id", statements),
        "statement_department": ("statement_id", statements),
        "decision": ("statement_id", set() if public_only else statements),
        "submission_item": ("submission_id", submissions),
        "submission_issue": ("submission_id", submissions),
        "cohort_cost": ("cohort_id", cohorts),
    }
    parts = {table: sum(row[key] in seen for row in WORLD[table]) for table, (key, seen) in above.items()}
    agreements = keys(viewer, "agreement", sees_agreement)
    reads_audit = viewer.kind in policies.READS_AUDIT
    parts |= {table: len(WORLD[table]) * reads_audit for table in ("audit_event", "audit_seal")}
    return parts | {"statement": len(statements), "submission": len(submissions), "agreement": len(agreements)}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def filled(shared_owner_database: Database, shared_addresses: Addresses) -> Addresses:
    await store(shared_owner_database, WORLD)
    return shared_addresses


@pytest_asyncio.fixture(loop_scope="session")
async def serving(filled: Addresses) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(filled.server)
    yield connection
    await connection.close()


@pytest.fixture
def off(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Switches the compiler's policies off, for the tables behind the wall."""
    for table in SECURED:
        monkeypatch.setitem(POLICIES, table, EVERYBODY)  # type: ignore[arg-type]
    still_public = policies.still_public
    monkeypatch.setattr(policies, "still_public", lambda table, *row: true() if table in SECURED else still_public(table, *row))
    return monkeypatch


async def counted(connection: asyncpg.Connection, tables: list[str]) -> dict[str, int]:
    return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


@pytest.mark.parametrize("name", VIEWERS)
async def test_each_kind_of_viewer_reads_its_own_rows(serving: asyncpg.Connection, name: str) -> None:
    viewer = VIEWERS[name]
    async with serving.transaction():
        await serving.fetchval(IDENTIFY, *viewer.settings)
        known = expected(viewer)
        assert await counted(serving, list(known)) == known


async def test_some_rows_are_seen_by_each_kind_and_some_are_not() -> None:
    """The test above could not fail if nothing were there to be seen, or to be hidden."""
    everything = expected(VIEWERS["AUDITOR"])
    assert all(everything.values())
    for name in ("PARTNER A", "PARTNER B", f"FOCAL_POINT {STATES[0]}", "ANONYMOUS"):
        assert 0 < expected(VIEWERS[name])["statement"] < everything["statement"], name


async def test_without_an_identity_there_are_no_rows(serving: asyncpg.Connection) -> None:
    assert await counted(serving, TABLES) == dict.fromkeys(TABLES, 0)
    async with serving.transaction():
        await serving.fetchval(IDENTIFY, *VIEWERS["STAFF"].settings)
        assert (await counted(serving, ["statement"]))["statement"] == len(WORLD["statement"])
    assert await counted(serving, TABLES) == dict.fromkeys(TABLES, 0)
    async with serving.transaction():
        await serving.fetchval(IDENTIFY, "", "", "")
        assert await counted(serving, TABLES) == dict.fromkeys(TABLES, 0)


async def answers(graph: Graph, asked: list[Any], viewer: Viewer) -> list[Any]:
    """The answer to each operation, or the code of its refusal."""
    found: list[Any] = []
    for one in asked:
        try:
            found.append(json.loads(await execute(graph, Request(one.text, one.name, one.variables), viewer)))
        except Refusal as refusal:
            found.append(refusal.code)
    return found


@pytest.mark.parametrize("name", VIEWERS)
async def test_operations_are_answered_alike_without_the_compilers_policies(
    filled: Addresses, shared_database: Database, request: pytest.FixtureRequest, name: str
) -> None:
    viewer, random, reach = VIEWERS[name], Random(name), Reach()
    chosen = [style for style in STYLES for _ in range(OPERATIONS // len(STYLES))]
    asked = [operation(Random(random.getrandbits(64)), SCHEMA, VALUES, STYLES[style], reach) for style in chosen]
    graph = Graph(graphql_schema, TYPES, Unwritten(shared_database), b"a secret for tests" * 2)
    right = await answers(graph, asked, viewer)
    request.getfixturevalue("off")
    recompiling = replace(graph, statements=Cache(STATEMENT_CHARACTERS))
    for one, before, after in zip(asked, right, await answers(recompiling, asked, viewer), strict=True):
        assert after == before, one.text


@pytest.mark.parametrize("name", ["PARTNER A", "PARTNER B", "ANONYMOUS", "STAFF"])
async def test_the_interpreter_agrees_without_the_compilers_policies(
    filled: Addresses, shared_database: Database, off: pytest.MonkeyPatch, name: str
) -> None:
    random, comparison = Random(f"interpreted {name}"), Comparison(shared_database, WORLD, still=True)
    for style in STYLES:
        for _ in range(OPERATIONS // len(STYLES)):
            asked = operation(Random(random.getrandbits(64)), SCHEMA, VALUES, STYLES[style], Reach())
            if name == "ANONYMOUS" and re.search("individual|Participant", f"{asked.text} {asked.variables}"):
                continue  # what is told of people is refused to it as a whole
            await comparison.check(Asked(asked.text, asked.variables, asked.name), WORLD.viewers[name])


async def test_without_both_walls_foreign_rows_are_read(
    filled: Addresses, shared_database: Database, shared_owner_database: Database, off: pytest.MonkeyPatch
) -> None:
    """What the tests above would say if there were no second wall."""
    graph = Graph(graphql_schema, TYPES, shared_database, b"a secret for tests" * 2)

    async def total() -> int:
        answer = json.loads(await execute(graph, Request("{ statements { totalCount } }"), VIEWERS["PARTNER A"]))
        return int(answer["data"]["statements"]["totalCount"] if "data" in answer else answer["statements"]["totalCount"])

    assert await total() == expected(VIEWERS["PARTNER A"])["statement"]
    async with shared_owner_database.write() as transaction:
        await transaction.read("ALTER TABLE statement DISABLE ROW LEVEL SECURITY", [])
    assert await total() == len(WORLD["statement"])
    off.undo()  # the walls are made of the policies, while the graph keeps the statement that it made without them
    assert await asyncio.to_thread(provision.migrate, filled) is False
    assert await total() == expected(VIEWERS["PARTNER A"])["statement"]


NEW = """INSERT INTO statement (partner_id, source_ref, kind, cohort_id, measure, revision, state, count, unit, precision, visibility)
SELECT '{}', 'a new one', 'COUNT', id, 'COMPLETED', 1, 'PENDING', 1, 'PEOPLE', 'EXACT', 'RESTRICTED' FROM cohort LIMIT 1"""


async def test_nobody_changes_what_is_not_his(serving: asyncpg.Connection) -> None:
    """A statement that changes foreign rows finds none."""
    for name, viewer in VIEWERS.items():
        changes = viewer.kind in {ViewerKind.PARTNER, ViewerKind.STAFF, ViewerKind.VERIFIER, ViewerKind.DATA_PROTECTION_OFFICER}
        transaction = serving.transaction()
        await transaction.start()
        await serving.fetchval(IDENTIFY, *viewer.settings)
        done = await serving.execute("UPDATE statement SET count = count")
        assert done == f"UPDATE {expected(viewer)['statement'] if changes else 0}", name
        done = await serving.execute("DELETE FROM statement_member_state")
        assert done == f"DELETE {expected(viewer)['statement_member_state'] if changes else 0}", name
        await transaction.rollback()


def others() -> Row:
    """A statement of partner B's."""
    return next(row for row in WORLD["statement"] if row["partner_id"] == VIEWERS["PARTNER B"].agency_id)


def own() -> Row:
    """A statement of partner A's."""
    return next(row for row in WORLD["statement"] if row["partner_id"] == VIEWERS["PARTNER A"].agency_id)


DECIDE = "INSERT INTO decision (statement_id, revision, verdict, decided_by_id) VALUES ('{}', 1, 'VERIFY', '{}')"
EVENT = "INSERT INTO audit_event (action, kind, agency_id, member_state_code, result) VALUES ('submit', '{}', {}, {}, 'OK')"
A, B = (f"'{VIEWERS[name].agency_id}'" for name in ("PARTNER A", "PARTNER B"))
CELL = """INSERT INTO release_cell (release_id, block_number, member_states, departments, partner_id, count, precision)
SELECT release_id, number, '{}', '{}', NULL, 3, 'EXACT' FROM release_block LIMIT 1"""
REFUSED = [
    ("PARTNER A", CELL),
    ("VERIFIER", CELL),
    ("ANONYMOUS", CELL),
    ("PARTNER A", "INSERT INTO released_cohort SELECT 'COMPLETED', cohort.id, release.id FROM cohort, release LIMIT 1"),
    ("PARTNER A", EVENT.format("PARTNER", B, "NULL")),
    ("PARTNER A", EVENT.format("PARTNER", "NULL", "NULL")),
    ("PARTNER A", EVENT.format("STAFF", A, "NULL")),
    ("ANONYMOUS", EVENT.format("PARTNER", A, "NULL")),
    (f"FOCAL_POINT {STATES[0]}", EVENT.format("FOCAL_POINT", "NULL", f"'{STATES[1]}'")),
    ("STAFF", "INSERT INTO audit_seal (position, event_id, hash) VALUES (1000, uuidv7(), '')"),
    ("PARTNER A", NEW.format(VIEWERS["PARTNER B"].agency_id)),
    ("PARTNER A", f"UPDATE statement SET partner_id = '{VIEWERS['PARTNER B'].agency_id}' WHERE id = '{own()['id']}'"),
    ("PARTNER A", f"INSERT INTO statement_department VALUES ('{others()['id']}', 'XX', 'NOT_STATED')"),
    ("PARTNER A", DECIDE.format(own()["id"], VIEWERS["PARTNER A"].client_id)),
    ("DATA_PROTECTION_OFFICER", DECIDE.format(own()["id"], VIEWERS["STAFF"].client_id)),
    ("ANONYMOUS", NEW.format(VIEWERS["PARTNER B"].agency_id)),
    ("AUDITOR", NEW.format(VIEWERS["PARTNER B"].agency_id)),
    ("ADMINISTRATOR", NEW.format(VIEWERS["PARTNER B"].agency_id)),
    (f"FOCAL_POINT {STATES[0]}", NEW.format(VIEWERS["PARTNER B"].agency_id)),
]


@pytest.mark.parametrize(("name", "sql"), REFUSED)
async def test_no_row_is_made_for_another(serving: asyncpg.Connection, name: str, sql: str) -> None:
    async with serving.transaction():
        await serving.fetchval(IDENTIFY, *VIEWERS[name].settings)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with serving.transaction():
                await serving.execute(sql)


@pytest.mark.parametrize("name", VIEWERS)
async def test_what_a_release_is_made_of_is_read_by_who_sees_the_ledger(serving: asyncpg.Connection, name: str) -> None:
    transaction = serving.transaction()
    await transaction.start()
    await serving.fetchval(IDENTIFY, *VIEWERS["STAFF"].settings)
    assert await serving.execute(CELL) == "INSERT 0 1"
    await serving.fetchval(IDENTIFY, *VIEWERS[name].settings)
    assert await serving.fetchval("SELECT count(*) FROM release_cell") == (VIEWERS[name].kind in READS_LEDGER)
    await transaction.rollback()


@pytest.mark.parametrize("name", VIEWERS)
async def test_everybody_writes_down_what_he_did_and_reads_none_of_it_unless_he_may(serving: asyncpg.Connection, name: str) -> None:
    viewer = VIEWERS[name]
    transaction = serving.transaction()
    await transaction.start()
    await serving.fetchval(IDENTIFY, *viewer.settings)
    agency, state = (f"'{each}'" if each else "NULL" for each in (viewer.agency_id, viewer.member_state_code))
    assert await serving.execute(EVENT.format(viewer.kind.value, agency, state)) == "INSERT 0 1"
    seen = len(WORLD["audit_event"]) + 1 if viewer.kind in policies.READS_AUDIT else 0
    assert await serving.fetchval("SELECT count(*) FROM audit_event") == seen
    await transaction.rollback()


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE statement DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE statement NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY reading ON statement",
        "ALTER POLICY reading ON statement USING (true)",
        "CREATE POLICY mine ON statement USING (true)",
        "CREATE OR REPLACE VIEW public_statement AS SELECT id FROM statement",
        "DROP FUNCTION reported_by_others",
        "ALTER FUNCTION chosen_statements RESET ALL",
        "TRUNCATE statement CASCADE",
        "DELETE FROM statement",
        "UPDATE decision SET reason = ''",
        "SET row_security = off; SELECT count(*) FROM statement",
        f"SET ROLE {OWNER}",
        "SET SESSION AUTHORIZATION postgres",
        f"ALTER ROLE {SERVER} BYPASSRLS",
        f"GRANT {OWNER} TO {SERVER}",
        f"ALTER TABLE statement OWNER TO {SERVER}",
    ],
)
async def test_the_serving_role_cannot_take_the_wall_down(filled: Addresses, sql: str) -> None:
    connection = await asyncpg.connect(filled.server)
    try:
        await connection.fetchval(IDENTIFY.replace("true", "false"), *VIEWERS["STAFF"].settings)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    finally:
        await connection.close()


async def test_what_others_report_is_told_and_no_more(serving: asyncpg.Connection) -> None:
    """The one question about foreign statements that a submission asks."""
    told = [row for row in WORLD["statement"] if row["kind"] == "COUNT" and row["state"] in {"VERIFIED", "DISPUTED"}]
    viewer, runs = VIEWERS["PARTNER A"], {row["id"]: {row["id"], row["same_run_as_id"]} for row in WORLD["cohort"]}
    asked = sorted({(cohort["id"], row["measure"]) for cohort in WORLD["cohort"] for row in WORLD["statement"]})
    others = [row for row in told if row["partner_id"] != viewer.agency_id]
    reported = {(cohort_id, row["measure"]) for row in others for cohort_id in runs[row["cohort_id"]] - {None}}
    assert 0 < len(reported) < len(asked)
    await serving.fetchval(IDENTIFY, *viewer.settings)
    arguments = [viewer.agency_id] * len(asked), [cohort for cohort, _ in asked], [measure for _, measure in asked]
    found = await serving.fetch("SELECT * FROM reported_by_others($1, $2, $3)", *arguments)
    assert {tuple(row) for row in found} == reported


NOW = "SELECT * FROM chosen_statements($1, true, 1, 31)"
LATER = f"SELECT * FROM chosen_statements_at($1, true, 1, 31, '{datetime(2100, 1, 1, tzinfo=UTC)}')"
LIVE = {"VERIFIED", "DISPUTED", "PENDING", "HELD"}
MARKED = ("stated_by_id", "count", "sex", "reporting_period_label", "cost_amount", "cost_currency")


@pytest.mark.parametrize("name", sorted(VIEWERS))
async def test_what_is_chosen_is_told_to_focal_points_of_their_own_state(serving: asyncpg.Connection, name: str) -> None:
    """Live statements about the one state, counts and individuals, of populations that IMPACS has accepted and somebody counts."""
    viewer, cohorts = VIEWERS[name], {row["id"]: row for row in WORLD["cohort"]}
    found_any = False
    for measure in sorted({row["measure"] for row in WORLD["statement"]}):
        live = [row for row in WORLD["statement"] if row["measure"] == measure and row["state"] in LIVE]
        runs = {row["id"]: cohorts[cohorts[row["cohort_id"]]["same_run_as_id"] or row["cohort_id"]] for row in live}
        entering = [row for row in live if cohorts[row["cohort_id"]]["accepted_at"] and runs[row["id"]]["accepted_at"]]
        numbered = {runs[row["id"]]["id"] for row in entering if row["state"] != "HELD" and counts(row, runs[row["id"]])}
        own = [row for row in entering if states_of(row) == [viewer.member_state_code] and runs[row["id"]]["id"] in numbered]
        expected, counted = (
            Counter(str([row["partner_id" if each == "stated_by_id" else each] for each in MARKED]) for row in some)
            for some in (own, [row for row in own if row["kind"] == "COUNT"])
        )
        async with serving.transaction():
            await serving.fetchval(IDENTIFY, *viewer.settings)
            now, later = [Counter(str([row[each] for each in MARKED]) for row in await serving.fetch(sql, measure)) for sql in (NOW, LATER)]
        if viewer.kind is ViewerKind.FOCAL_POINT:
            assert now == expected
            assert counted <= later <= expected, "of the past some individuals of this world have no state of their own"
        else:
            assert (now, later) == (Counter(), Counter())
        found_any |= bool(now)
    assert found_any is (viewer.kind is ViewerKind.FOCAL_POINT)


def counts(row: Row, population: Row) -> bool:
    """Whether a counted statement can give its population a number."""
    return row["kind"] == "COUNT" or population["count_policy"] == "INDIVIDUALS_COMPLETE"


async def test_the_choice_is_made_by_todays_rules(serving: asyncpg.Connection) -> None:
    """What stands in the database is what the rules write today: a new rule needs a new migration."""
    body = await serving.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'chosen_statements'")
    assert body == choice.sql()
    then = await serving.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'chosen_statements_at'")
    assert then.endswith(choice.sql().removeprefix("WITH "))
    arguments, given = await serving.fetchrow(
        "SELECT pg_get_function_arguments(oid), pg_get_function_result(oid) FROM pg_proc WHERE proname = 'chosen_statements'"
    )
    columns = ", ".join(f"{each.name} {each.type.compile(dialect=DIALECT).lower()}" for each in CHOSEN)
    assert (arguments, given.replace('"', "")) == (
        "of_measure text, with_pending boolean, of_total integer, of_rows integer",
        f"TABLE({columns})",
    )


POLICIES_HELD = "SELECT tablename, policyname, cmd, roles::text, qual, with_check FROM pg_policies ORDER BY 1, 2"


async def test_every_secured_table_has_the_generated_policies(addresses: Addresses) -> None:
    """What is there equals what is generated now; a wall that was changed by hand is seen, and put up again just as it was."""
    owner = await asyncpg.connect(addresses.owner)
    forced = await owner.fetch("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1")
    assert [row[0] for row in forced] == sorted(TABLES)
    before = [tuple(row) for row in await owner.fetch(POLICIES_HELD)]
    assert len(before) == 5 * len(TABLES)
    for change in (
        "ALTER POLICY reading ON statement USING (true)",
        "ALTER TABLE decision NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY another ON submission USING (true)",
        "DROP POLICY updating ON agreement",
    ):
        assert await walls.stand(owner)
        await owner.execute(change)
        assert not await walls.stand(owner)
        with pytest.raises(provision.Unfit, match="row-level security"):
            await asyncio.to_thread(provision.require_current, addresses)
        assert await walls.put_up(owner) == 1
    assert [tuple(row) for row in await owner.fetch(POLICIES_HELD)] == before
    for table in TABLES:
        await owner.execute(f"DROP POLICY reading ON {table}")
    assert await walls.put_up(owner) == len(TABLES)
    assert [tuple(row) for row in await owner.fetch(POLICIES_HELD)] == before
    assert await walls.put_up(owner) == 0
    await owner.close()


def hides_rows(table: type[Table]) -> bool:
    """Whether somebody does not see all rows of a table."""
    policy = POLICIES[table]
    while isinstance(policy, policies.AsIts):
        if policy.hidden_from:
            return True
        policy = POLICIES[policy.parent]
    return any(policy.rules.get(kind) is not ALL for kind in ViewerKind)


async def test_every_table_with_hidden_rows_is_secured() -> None:
    assert {table for table in POLICIES if hides_rows(table)} == set(SECURED) | set(OPEN)
    assert set(SECURED).isdisjoint(OPEN)
    walled = {*TABLES, *[history.versions.name for history in HISTORIES.values()]}
    assert set(Table.metadata.tables) - walled - {str(table.__tablename__) for table in POLICIES} == set(UNWALLED)
