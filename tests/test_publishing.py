"""Publishing against PostgreSQL: what a release rests on, what is stored of it, and what `participation` answers from it."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from graph.schema import graphql_schema
from models.base import Visibility
from models.database import Database
from models.history import HISTORIES
from models.statements import Measure, Precision, Sex
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.compiler.limits import Limits
from resolvers.errors import InputError, NotPermitted
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from resolvers.release import Place, Whole
from resolvers.releasing import ledger as verified
from resolvers.releasing import stored
from resolvers.releasing.publish import publish
from tests.book import Book, book
from tests.evaluator import Dimension, Ledger, Question, participation
from tests.ledgers import SCOPES, ledger, store
from tests.parties import parties

pytestmark = pytest.mark.asyncio(loop_scope="session")

GENEROUS = {kind: Limits(cost=1_000_000, aliases=1_000, root_fields=1_000) for kind in ViewerKind}
STAFF = Viewer(ViewerKind.STAFF)
BY = (Dimension.YEAR, Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.SEX, Dimension.PARTNER)


class Publishing:
    """Publishes over a database, and asks about it."""

    def __init__(self, database: Database, owner: Database) -> None:
        self.database, self.owner = database, owner
        self.graph = Graph(graphql_schema, TYPES, database, b"a secret for tests" * 2, GENEROUS)

    async def clear(self) -> None:
        """No releases, and no past."""
        async with self.owner.write() as transaction:
            past = [kept.versions.name for kept in HISTORIES.values()]
            for table in ("released_cohort", "release_cell", "release_block", "release", *past):
                await transaction.fetch(text(f"DELETE FROM {table}"))

    async def store(self, ledger: Ledger) -> None:
        """This ledger in the place of any other, and no releases."""
        await self.clear()
        await store(self.owner, ledger)

    async def publish(self, *, preview: bool = False) -> dict[str, Any]:
        """The payload of a release, of which the last one was made long enough ago."""
        async with self.owner.write() as transaction:
            await transaction.fetch(text("UPDATE release SET at = at - interval '40 days'"))
        async with self.database.write(STAFF) as transaction:
            payload: dict[str, Any] = (await publish(transaction, None, preview=preview)).binds["payload"]
            return payload

    async def ask(self, query: str, viewer: Viewer = ANONYMOUS, **variables: Any) -> Any:
        """The data of a query."""
        return json.loads(await execute(self.graph, Request(query, None, variables), viewer))

    async def table(self, given: str = "", viewer: Viewer = ANONYMOUS, measure: str = "COMPLETED") -> Any:
        """The answer of `participation`, with the arguments given."""
        parts = "rows { key { label } count { value reason suppressed precision } } total { value reason suppressed precision } withholds "
        asked = f"{{ participation(measure: {measure}{given}) {{ {parts} unit basis release {{ id }} coverage {{ notAttributable }} }} }}"
        return (await self.ask(asked, viewer))["participation"]

    async def numbers(self, given: str = "") -> dict[str, int | None]:
        """The numbers by the labels of their keys."""
        return {" / ".join(key["label"] for key in row["key"]): row["count"]["value"] for row in (await self.table(given))["rows"]}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def publishing(shared_database: Database, shared_owner_database: Database) -> AsyncIterator[Publishing]:
    made = Publishing(shared_database, shared_owner_database)
    yield made
    await made.clear()


def secret(made: Book, partner: str, number: int, where: str, *, year: int = 2020, **given: Any) -> None:
    """A RESTRICTED count about a cohort of its own; `where` is such as "JM+TT POLICE FEMALE", with - for what is not stated."""
    states, departments, sex = ([] if each == "-" else each.split("+") for each in where.split())
    code = f"R{len(made.cohorts)}"
    made.cohort(code, starts_on=date(year, 5, 1), visibility=Visibility.RESTRICTED)
    sexes = {"sex": Sex(sex[0])} if sex else {}
    made.says(partner, code, number, states=states, departments=departments, visibility=Visibility.RESTRICTED, **sexes, **given)


def expected(rows: Ledger, measure: Measure) -> dict[tuple[Any, ...], tuple[int, str]]:
    """What the evaluator gives staff, without what is public or not accepted."""
    home = {cohort.id: cohort.same_run_as_id or cohort.id for cohort in rows.cohorts}
    accepted = {cohort.id for cohort in rows.cohorts if cohort.accepted_at}
    public = {home[one.cohort_id] for one in rows.statements if one.measure == measure and one.visibility == Visibility.PUBLIC}
    kept = [one for one in rows.statements if {one.cohort_id, home[one.cohort_id]} <= accepted and home[one.cohort_id] not in public]
    staff = Viewer(ViewerKind.STAFF, agency_id=rows.agencies[0].id, scopes=SCOPES)
    answer = participation(replace(rows, statements=kept), Question(measure, BY, {}, False, staff, 100, {}))
    found: dict[tuple[Any, ...], tuple[int, str]] = {}
    for row in answer["rows"]:
        year, states, departments, sex, _ = ([member["code"] or member["id"] for member in each["members"]] for each in row["key"])
        sexes = () if sex == ["UNSPECIFIED"] else tuple(sex)
        key = (int(year[0]), tuple(states), tuple(departments), sexes, row["key"][4]["members"][0]["id"])
        old = found.get(key, (0, "EXACT"))
        found[key] = old[0] + row["count"]["value"], min(old[1], row["count"]["precision"])
    return {key: value for key, value in found.items() if value[0]}


@pytest.mark.parametrize("number", range(60))
async def test_a_release_rests_on_the_numbers_that_staff_choose(publishing: Publishing, number: int) -> None:
    rows = ledger(Random(number), (Dimension.MEMBER_STATE, Dimension.SEX, Dimension.DEPARTMENT))
    random = Random(number)
    for statement in rows.statements:
        statement.visibility = Visibility.PUBLIC if random.randrange(6) == 0 else Visibility.RESTRICTED
    await publishing.store(rows)
    async with publishing.database.write(STAFF) as transaction:
        found = await verified.read(transaction)
    for measure in Measure:
        given = {
            (whole[1], *part.place, f"PartnerAgency:{part.partner}"): (part.count, part.precision)
            for whole, parts in found.parts.items()
            for part in parts
            if whole[0] == measure
        }
        assert given == expected(rows, measure)


@pytest.mark.parametrize("number", range(10))
async def test_what_is_stored_is_what_was_made(publishing: Publishing, number: int) -> None:
    await publishing.store(random_book(Random(number)).ledger())
    for _ in range(2):
        await publishing.publish()
        async with publishing.database.write(STAFF) as transaction:
            last = await stored.last(transaction)
            tables = await stored.tables(transaction, last.id)
        assert tables
        blocks = await rows_of(publishing, last.id)
        shown = {(whole, place): block.count for whole, table in tables.items() for place, block in table.blocks.items() if block.parts}
        assert shown == {(whole, place): count for whole, place, count in blocks if count}


async def rows_of(publishing: Publishing, release_id: Any) -> list[tuple[Whole, Place, int | None]]:
    """The blocks of a release as its table holds them."""
    async with publishing.owner.write() as transaction:
        rows = await transaction.fetch(text("SELECT * FROM release_block WHERE release_id = :id"), id=release_id)
    return [((row["measure"], row["year"]), stored.place_of(row), row["count"]) for row in rows]


def random_book(random: Random, size: int = 40) -> Book:
    """A book of RESTRICTED counts by two partners in a few states, departments and years."""
    made = book()
    for _ in range(size):
        where = " ".join(
            (
                random.choice(("JM", "JM", "TT", "BB", "JM+TT", "-")),
                random.choice(("POLICE", "CUSTOMS", "IMMIGRATION", "-")),
                random.choice(("FEMALE", "MALE", "OTHER", "-")),
            )
        )
        precision = random.choice((Precision.EXACT, Precision.EXACT, Precision.AT_LEAST))
        partner = random.choice(("UNODC", "UNODC", "OAS"))
        secret(made, partner, random.choice((1, 2, 3, 4, 6, 9, 20, 40)), where, year=random.choice((2020, 2021)), precision=precision)
    return made


def answered(blocks: Iterable[tuple[Whole, Place, int | None]], by: tuple[str, ...], allowed: dict[str, list[Any]]) -> dict[Any, Any]:
    """What a question on the measure gives by the definition: the sums of blocks wholly inside the filter, None where all are withheld."""
    found: dict[Any, Any] = {}
    for (_, year), place, count in blocks:
        values = {"YEAR": (year,), "MEMBER_STATE": place.member_states, "DEPARTMENT": place.departments, "SEX": place.sexes}
        if count != 0 and all(values[name] and set(values[name]) <= set(given) for name, given in allowed.items()):
            key = tuple(" + ".join(map(str, values[name])) or "UNSPECIFIED" for name in by)
            found[key] = count if found.get(key) is None else found[key] + (count or 0)
    return found


NAMES = {"YEAR": "year", "MEMBER_STATE": "memberState", "DEPARTMENT": "department", "SEX": "sex"}
VALUES: dict[str, list[Any]] = {
    "YEAR": [2020, 2021, 1999],
    "MEMBER_STATE": ["JM", "TT", "BB"],
    "DEPARTMENT": ["POLICE", "CUSTOMS", "IMMIGRATION"],
    "SEX": ["FEMALE", "MALE", "OTHER"],
}


def random_question(random: Random) -> tuple[str, tuple[str, ...], dict[str, list[Any]]]:
    """The arguments of a random public question: as text, what it groups by, what it allows."""
    by = tuple(random.sample(list(NAMES), random.randrange(5)))
    filtered = random.sample(list(NAMES), random.choice((0, 0, 1, 1, 2, 3)))
    allowed = {name: random.sample(VALUES[name], random.randrange(1, 4)) for name in filtered}
    written = {name: ", ".join(str(one) if name in ("YEAR", "SEX") else f'"{one}"' for one in given) for name, given in allowed.items()}
    filters = ", ".join(f"{NAMES[name]}: [{values}]" for name, values in written.items())
    return f", groupBy: [{', '.join(by)}], filter: {{{filters}}}", by, allowed


@pytest.mark.parametrize("number", range(12))
async def test_every_answer_is_a_sum_of_blocks_and_the_same_for_everybody(publishing: Publishing, number: int) -> None:
    random = Random(number)
    made = random_book(random)
    await publishing.store(made.ledger())
    await publishing.publish()
    async with publishing.database.write(STAFF) as transaction:
        last = await stored.last(transaction)
    blocks = [row for row in await rows_of(publishing, last.id) if row[0][0] == "COMPLETED"]
    partner = Viewer(ViewerKind.PARTNER, agency_id=made.agencies["OAS"].id)
    for _ in range(25):
        given, by, allowed = random_question(random)
        answer = await publishing.table(given)
        assert answer == await publishing.table(given, partner)
        wanted = answered(blocks, by, allowed)
        assert {tuple(key["label"] for key in row["key"]): row["count"]["value"] for row in answer["rows"]} == wanted
        for count in (row["count"] for row in answer["rows"]):
            assert count["suppressed"] is (count["value"] is None)
            assert count["reason"] == ("SUPPRESSED" if count["suppressed"] else None)
        whole = answered(blocks, (), allowed)
        total = whole.get(())
        assert answer["total"]["value"] == total
        assert answer["total"]["reason"] == (None if total is not None else "SUPPRESSED" if whole else "NO_BASIS")
        assert (answer["basis"], answer["release"]["id"]) == ("RELEASE", f"Release:{last.id}")


async def test_the_worked_example(publishing: Publishing) -> None:
    """That of docs/partner_guide.md."""
    made = book()
    given = {"JM POLICE FEMALE": 2, "JM POLICE OTHER": 4, "JM POLICE MALE": 30, "JM CUSTOMS -": 3, "TT POLICE MALE": 12}
    for where, number in given.items():
        secret(made, "UNODC", number, where)
    await publishing.store(made.ledger())
    told = await publishing.publish(preview=True)
    assert (told["release_id"], told["numbers"], told["withheld"], told["problems"]) == (None, 3, [], [])
    assert await publishing.numbers() == {}
    assert (await publishing.table())["total"] == {"value": None, "reason": "NO_BASIS", "suppressed": False, "precision": "EXACT"}
    await publishing.publish()
    by_sex = ", groupBy: [MEMBER_STATE, DEPARTMENT, SEX]"
    assert await publishing.numbers(by_sex) == {
        "JM / POLICE / MALE": 30,
        "JM / UNSPECIFIED / UNSPECIFIED": 9,
        "TT / POLICE / MALE": 12,
    }
    assert await publishing.numbers(", groupBy: [MEMBER_STATE]") == {"JM": 39, "TT": 12}
    assert (await publishing.table())["total"]["value"] == 51
    police = await publishing.table(', filter: { department: ["POLICE"] }')
    assert (police["total"]["value"], police["coverage"]["notAttributable"], police["unit"]) == (42, 9, "PARTICIPATIONS")


async def test_what_is_too_small_for_its_year_is_suppressed(publishing: Publishing) -> None:
    made = book()
    secret(made, "UNODC", 3, "JM POLICE -")
    secret(made, "UNODC", 30, "JM POLICE -", year=2021)
    await publishing.store(made.ledger())
    await publishing.publish()
    answer = await publishing.table(", groupBy: [YEAR]")
    shown = {"value": None, "reason": "SUPPRESSED", "suppressed": True, "precision": "EXACT"}
    assert [(row["key"][0]["label"], row["count"]["value"]) for row in answer["rows"]] == [("2020", None), ("2021", 30)]
    assert (answer["rows"][0]["count"], answer["total"]["value"], answer["withholds"]) == (shown, 30, True)
    assert (await publishing.table(", filter: { year: [2020] }"))["total"] == shown
    of_jamaica = await publishing.table(', filter: { year: [2020], memberState: ["JM"] }')
    assert (of_jamaica["total"]["reason"], of_jamaica["withholds"]) == ("NO_BASIS", True)
    assert not (await publishing.table(", filter: { year: [2021] }"))["withholds"]


async def test_public_statements_stand_on_their_cohorts(publishing: Publishing) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 420)
    made.says("UNODC", "C", 420, visibility=Visibility.RESTRICTED)
    secret(made, "UNODC", 30, "JM POLICE -")
    await publishing.store(made.ledger())
    await publishing.publish()
    assert (await publishing.table())["total"]["value"] == 30
    assert (await publishing.table(", basis: RECORDS"))["total"]["value"] == 420


async def test_only_the_dimensions_of_a_release_are_offered(publishing: Publishing) -> None:
    for dimension in set(Dimension) - {Dimension.YEAR, Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.SEX}:
        with pytest.raises(InputError) as refused:
            await publishing.table(f", groupBy: [{dimension}]")
        assert (refused.value.code, refused.value.extensions["dimension"]) == ("DIMENSION_NOT_RELEASED", dimension)
    with pytest.raises(InputError) as refused:
        await publishing.table(', filter: { cohort: ["Cohort:x"] }')
    assert (refused.value.code, refused.value.path) == ("DIMENSION_NOT_RELEASED", ["participation", "filter"])
    with pytest.raises(InputError) as refused:
        await publishing.table(", includePending: true")
    assert refused.value.path == ["participation", "includePending"]


async def test_old_releases_stay_readable(publishing: Publishing) -> None:
    made = book()
    secret(made, "UNODC", 30, "JM POLICE -")
    await publishing.store(made.ledger())
    first = await publishing.publish()
    async with publishing.owner.write() as transaction:
        await transaction.fetch(text("UPDATE statement SET count = 38"))
    second = await publishing.publish()
    assert second["changes"] == [
        {"measure": "COMPLETED", "year": 2020, "member_states": ["JM"], "departments": ["POLICE"], "sex": None, "before": 30, "after": 38}
    ]
    listed = (await publishing.ask("{ releases { id at coversThrough mergedCells previous { id } } }"))["releases"]
    assert [each["id"] for each in listed] == [f"Release:{each['release_id']}" for each in (second, first)]
    assert [each["previous"] for each in listed] == [{"id": listed[1]["id"]}, None]
    assert (await publishing.table())["total"]["value"] == 38
    then = await publishing.table(f', asOf: "{listed[1]["at"]}"')
    assert (then["total"]["value"], then["release"]["id"]) == (30, listed[1]["id"])
    named = await publishing.ask("query ($id: ID!) { release(id: $id) { at } node(id: $id) { id } }", id=listed[1]["id"])
    assert named == {"release": {"at": listed[1]["at"]}, "node": {"id": listed[1]["id"]}}


async def test_what_rests_on_statements_is_empty(publishing: Publishing) -> None:
    made = book()
    secret(made, "UNODC", 30, "JM POLICE -", cost=("7.00", "USD"))
    await publishing.store(made.ledger())
    await publishing.publish()
    parts = "cost { amount } pendingDelta includePending coverage { populations pending inconsistent { finer } } "
    parts += "explain { text } omitted { text } rows { cost { amount } }"
    assert (await publishing.ask(f"{{ participation(measure: COMPLETED) {{ {parts} }} }}"))["participation"] == {
        "cost": [],
        "pendingDelta": None,
        "includePending": False,
        "coverage": {"populations": 0, "pending": 0, "inconsistent": []},
        "explain": [],
        "omitted": [],
        "rows": [{"cost": []}],
    }


PUBLISH = """mutation ($preview: Boolean!) { publishRelease(input: { preview: $preview }) {
    release { id at } numbers merged { memberStates count cells { sex count } } withheld { partner { code } count } changes { before after }
    problems { code params }
} }"""


async def test_staff_publish_at_most_once_a_month(database: Database, owner_database: Database) -> None:
    publishing, party = Publishing(database, owner_database), await parties(owner_database)
    preview = (await publishing.ask(PUBLISH, party.staff, preview=True))["publishRelease"]
    assert (preview["release"], preview["numbers"], preview["problems"]) == (None, 0, [])
    first = (await publishing.ask(PUBLISH, party.staff, preview=False))["publishRelease"]
    assert first["release"]["id"]
    again = (await publishing.ask(PUBLISH, party.staff, preview=False))["publishRelease"]
    assert (again["release"], [problem["code"] for problem in again["problems"]]) == (None, ["RELEASE_TOO_SOON"])
    assert len((await publishing.ask("{ releases { id } }"))["releases"]) == 1


async def test_nobody_else_publishes(database: Database, owner_database: Database) -> None:
    publishing, party = Publishing(database, owner_database), await parties(owner_database)
    for viewer in (ANONYMOUS, party.oas, replace(party.staff, scopes=party.staff.scopes - {"publish"})):
        with pytest.raises(NotPermitted):
            await publishing.ask(PUBLISH, viewer, preview=True)
    assert (await publishing.ask("{ releases { id } }"))["releases"] == []
