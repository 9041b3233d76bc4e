"""The published page, loaded: byte for byte, once, and never over what partners made."""

import asyncio
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pycountry
import pytest
import pytest_asyncio
from sqlalchemy import text

from models import ancestry, reference
from models.base import new_id
from models.database import Database, Transaction
from models.provision import SERVER
from models.reference import LoadReport
from models.reference.comparison import Shape
from models.viewer import Viewer, ViewerKind

pytestmark = pytest.mark.asyncio

STAFF = Viewer(ViewerKind.STAFF)
PAGE = (Path(__file__).parent / "data" / "capacity_building_page.txt").read_text(encoding="utf-8")
BULLETS = [line.strip().removeprefix("•").strip() for line in PAGE.splitlines() if line.strip().startswith("•")]
PARAGRAPHS = PAGE.splitlines()
ENTITIES = {
    "MEMBER_STATE": 23,
    "DEPARTMENT": 17,
    "PARTNER_AGENCY": 25,
    "PARTNER_LISTING": 15,
    "COURSE": 4,
    "COHORT": 4,
    "STATEMENT": 3,
    "FIGURE": 5,
}

Rows = list[tuple[Any, ...]]


@pytest_asyncio.fixture
async def transaction(shared_owner_database: Database) -> AsyncIterator[Transaction]:
    """A transaction upon empty tables, rolled back at the end."""
    async with shared_owner_database.write() as opened:
        opened.discard()
        yield opened


@pytest_asyncio.fixture
async def loaded(transaction: Transaction) -> Transaction:
    """A transaction in which the reference data is loaded, and the outbox of that load is forgotten."""
    await reference.load(transaction)
    await select(transaction, "DELETE FROM change")
    return transaction


async def select(transaction: Transaction, sql: str, **binds: Any) -> Rows:
    """The rows of one SQL statement, as tuples."""
    return [tuple(row) for row in await transaction.fetch(text(sql), **binds)]


async def everything(transaction: Transaction) -> dict[str, Rows]:
    """Every row of every table that the loader writes."""
    tables = (
        "member_state membership department partner_agency agency_ancestor agency_operation partner_listing partner_listing_agency "
        "course cohort cohort_course cohort_role statement statement_department statement_member_state figure change"
    )
    return {table: await select(transaction, f"SELECT * FROM {table} ORDER BY {table}::text") for table in tables.split()}


def records(name: str) -> list[dict[str, Any]]:
    """The records of one data file, to be edited."""
    return [dict(deepcopy(record)) for record in reference.read()[name]]


# The page


async def test_departments_are_the_bullets_of_the_page_in_order(loaded: Transaction) -> None:
    rows = await select(loaded, "SELECT label, list_order FROM department ORDER BY list_order")
    assert rows == list(zip(BULLETS[:17], range(1, 18), strict=True))


async def test_listings_are_the_bullets_of_the_page_in_order(loaded: Transaction) -> None:
    rows = await select(loaded, "SELECT label, list_order FROM partner_listing ORDER BY list_order")
    assert rows == list(zip(BULLETS[17:], range(1, 16), strict=True))
    assert sum("United Nationals" in label for label, _ in rows) == 2


async def test_listings_name_sixteen_agencies(loaded: Transaction) -> None:
    rows = await select(
        loaded,
        "SELECT list_order, array_agg(code ORDER BY position) FROM partner_listing_agency "
        "JOIN partner_agency ON partner_agency.id = agency_id GROUP BY 1 ORDER BY 1",
    )
    named = [codes for _, codes in rows]
    assert named == [
        ["EU"],
        ["UNODC-AIRCOP"],
        ["UNODC-GPML"],
        ["UNODC-GFP"],
        ["OAS"],
        ["IOM", "PDD"],
        ["INTERPOL"],
        ["COE"],
        ["WCO"],
        ["CARPHA"],
        ["GIZ"],
        ["NCSC"],
        ["COMSEC"],
        ["TT-PRISON"],
        ["INCB"],
    ]
    assert len({code for codes in named for code in codes}) == 16


async def test_agencies_beside_the_bullets(loaded: Transaction) -> None:
    rows = await select(
        loaded,
        "SELECT agency.code, agency.kind, parent.code FROM partner_agency agency LEFT JOIN partner_agency parent "
        "ON parent.id = agency.parent_id WHERE agency.id NOT IN (SELECT agency_id FROM partner_listing_agency) ORDER BY 1",
    )
    assert rows == [
        ("CARICOM-IMPACS", "REGIONAL_BODY", None),
        ("CBSI", "PROGRAMME", None),
        ("CBSI-CONNECT", "PLATFORM", None),
        ("IIPCIC", "PROGRAMME", "INTERPOL"),
        ("INL", "FUNDER", "US-STATE"),
        ("UNODC", "INTERGOVERNMENTAL", None),
        ("US-STATE", "FUNDER", None),
        ("UTECH", "ACADEMIC", None),
        ("UWI-OC", "ACADEMIC", None),
    ]
    assert await select(loaded, "SELECT count(*) FROM partner_agency WHERE accepted_at IS NULL OR submitted_by_id IS NOT NULL") == [(0,)]


async def test_every_label_of_an_agency_is_the_pages(loaded: Transaction) -> None:
    rows = await select(loaded, "SELECT unnest(labels) FROM partner_agency")
    assert len(rows) >= 24
    assert [label for (label,) in rows if label not in PAGE] == []


async def test_names_are_right_where_labels_are_wrong(loaded: Transaction) -> None:
    names: dict[str, str] = dict(await select(loaded, "SELECT code, name FROM partner_agency"))
    assert names["UNODC-GPML"] == "United Nations Office on Drugs and Crime Global Programme Against Money Laundering"
    assert names["UNODC-GFP"] == "United Nations Office on Drugs and Crime Global Firearms Programme"
    assert names["OAS"] == "Organization of American States"
    assert names["PDD"] == "Platform on Disaster Displacement"
    assert not any("Nationals" in name or "Disaster Development" in name for name in names.values())
    corrected = await select(loaded, "SELECT code, name FROM department WHERE name <> label")
    assert corrected == [("DPP", "Director of Public Prosecutions")]


async def test_unodc_stands_above_three_agencies_and_every_agency_above_itself(loaded: Transaction) -> None:
    lines = await select(
        loaded,
        "SELECT agency.code, above.code FROM agency_ancestor JOIN partner_agency agency ON agency.id = agency_id "
        "JOIN partner_agency above ON above.id = ancestor_id ORDER BY 1, 2",
    )
    codes = {code for (code,) in await select(loaded, "SELECT code FROM partner_agency")}
    assert {agency for agency, above in lines if agency == above} == codes
    assert [line for line in lines if line[0] != line[1]] == [
        ("IIPCIC", "INTERPOL"),
        ("INL", "US-STATE"),
        ("UNODC-AIRCOP", "UNODC"),
        ("UNODC-GFP", "UNODC"),
        ("UNODC-GPML", "UNODC"),
    ]


async def test_the_platform_passes_from_inl_to_impacs(loaded: Transaction) -> None:
    rows = await select(
        loaded,
        "SELECT platform.code, operator.code, valid_from, valid_to FROM agency_operation JOIN partner_agency platform "
        "ON platform.id = agency_id JOIN partner_agency operator ON operator.id = operator_id ORDER BY valid_from NULLS FIRST",
    )
    assert rows == [("CBSI-CONNECT", "INL", None, date(2020, 12, 31)), ("CBSI-CONNECT", "CARICOM-IMPACS", date(2020, 1, 1), None)]


async def test_the_prison_service_is_a_department_of_its_state(loaded: Transaction) -> None:
    rows = await select(loaded, "SELECT code, member_state_code FROM partner_agency WHERE department_code = 'PRISONS'")
    assert rows == [("TT-PRISON", "TT")]


async def test_three_highlights_in_the_words_of_the_page(loaded: Transaction) -> None:
    rows = await select(loaded, "SELECT code, narrative, featured_in FROM cohort WHERE featured_in IS NOT NULL ORDER BY starts_on")
    assert [code for code, _, _ in rows] == ["IIPCIC-2020", "UWI-OCDD-2021", "UTECH-OCDD-2022"]
    assert [narrative for _, narrative, _ in rows] == [line for line in PARAGRAPHS if re.match(r"In 20(20|21|22), ", line)]
    assert {heading for _, _, heading in rows} == {"CAPACITY BUILDING HIGHLIGHTS 2018 - 2022"} <= set(PARAGRAPHS)


async def test_cohorts_with_their_courses_and_roles(loaded: Transaction) -> None:
    rows = await select(
        loaded,
        "SELECT code, starts_on, date_precision, mode, venue_type, "
        "ARRAY(SELECT course.code FROM cohort_course JOIN course ON course.id = course_id WHERE cohort_id = cohort.id ORDER BY position), "
        "ARRAY(SELECT role || ' ' || agency.code FROM cohort_role JOIN partner_agency agency ON agency.id = agency_id "
        "WHERE cohort_id = cohort.id ORDER BY 1) FROM cohort ORDER BY starts_on",
    )
    impacs = "CONVENER CARICOM-IMPACS"
    assert rows == [
        ("BORDER-2018-11", date(2018, 11, 1), "MONTH", "NOT_STATED", "ONLINE", [], [impacs, "PLATFORM CBSI-CONNECT"]),
        (
            "IIPCIC-2020",
            date(2020, 1, 1),
            "YEAR",
            "SELF_PACED",
            "ONLINE",
            ["IIPCIC-IP-INTRO", "IIPCIC-MEDPRODUCTS"],
            [impacs, "PROVIDER IIPCIC"],
        ),
        ("UWI-OCDD-2021", date(2021, 1, 1), "YEAR", "NOT_STATED", "NOT_STATED", ["OCDD"], [impacs, "PROVIDER UWI-OC"]),
        ("UTECH-OCDD-2022", date(2022, 1, 1), "YEAR", "NOT_STATED", "NOT_STATED", ["OCDD-ADV"], [impacs, "PROVIDER UTECH"]),
    ]


async def test_courses_and_cohorts_are_public_and_accepted(loaded: Transaction) -> None:
    for table in ("course", "cohort"):
        rows = await select(loaded, f"SELECT DISTINCT visibility, accepted_at IS NOT NULL, submitted_by_id, revision FROM {table}")
        assert rows == [("PUBLIC", True, None, 1)]
    titles = [title for (title,) in await select(loaded, "SELECT title FROM course")]
    assert [title for title in titles if title not in PAGE] == []
    assert await select(loaded, "SELECT code, certified, train_the_trainer FROM course WHERE certified ORDER BY code") == [
        ("OCDD", True, True),
        ("OCDD-ADV", True, None),
    ]


async def test_statements_are_those_of_the_page(loaded: Transaction) -> None:
    rows = await select(
        loaded,
        "SELECT cohort.code, measure, count, unit, precision, member_state_count, state, statement.visibility, partner.code, "
        "ARRAY(SELECT department_code || ' ' || institution_type FROM statement_department WHERE statement_id = statement.id ORDER BY 1) "
        "FROM statement JOIN cohort ON cohort.id = cohort_id JOIN partner_agency partner ON partner.id = partner_id ORDER BY count DESC",
    )
    common = ("PEOPLE", "EXACT")
    state = ("VERIFIED", "PUBLIC", "CARICOM-IMPACS")
    police = "POLICE TRAINING_INSTITUTION"
    assert rows == [
        ("IIPCIC-2020", "ACCESS_GRANTED", 420, *common, 14, *state, ["CUSTOMS NOT_STATED", "POLICE NOT_STATED"]),
        ("UWI-OCDD-2021", "REPORTED_TRAINED", 38, *common, None, *state, ["CUSTOMS NOT_STATED", "IMMIGRATION NOT_STATED", police]),
        ("UTECH-OCDD-2022", "REPORTED_TRAINED", 12, *common, None, *state, [police]),
    ]
    assert await select(loaded, "SELECT count(*) FROM statement_member_state") == [(0,)]
    sources = await select(loaded, "SELECT DISTINCT source_url, source_title, kind, revision FROM statement")
    assert sources == [("https://caricomimpacs.org/capacity-building", "CARICOM IMPACS CAPACITY BUILDING", "COUNT", 1)]
    assert "CARICOM IMPACS CAPACITY BUILDING" in PARAGRAPHS


async def test_figures_are_those_that_somebody_published(loaded: Transaction) -> None:
    rows = await select(
        loaded, "SELECT key, value, precision, period_from, period_to, as_of FROM figure WHERE unit = 'USD' AND basis = 'ASSERTED'"
    )
    assert sorted(rows, key=lambda row: row[1]) == [
        ("TRAVEL_SAVINGS", Decimal("2800000.00"), "APPROXIMATE", date(2012, 10, 1), None, None),
        ("TRAVEL_SAVINGS", Decimal("35000000.00"), "AT_LEAST", None, None, date(2024, 12, 2)),
        ("TRAVEL_SAVINGS", Decimal("36451638.00"), "EXACT", date(2018, 1, 1), date(2023, 12, 31), None),
        ("CBSI_FUNDING", Decimal("437000000.00"), "EXACT", date(2010, 1, 1), None, None),
        ("CBSI_FUNDING", Decimal("560000000.00"), "AT_LEAST", date(2010, 1, 1), date(2018, 12, 31), date(2019, 2, 27)),
    ]
    labels = await select(loaded, "SELECT label FROM figure WHERE code IN ('TRAVEL-SAVINGS-2018-2023', 'CBSI-FUNDING-SINCE-2010')")
    assert [label for (label,) in labels if label not in PAGE] == []
    assert ("Saved $36,451,638 USD",) in labels


# The states


async def test_codes_of_member_states_are_those_of_iso_3166(loaded: Transaction) -> None:
    rows = await select(loaded, "SELECT code, iso3, m49 FROM member_state")
    assert len(rows) == 23
    for code, iso3, m49 in rows:
        country = pycountry.countries.get(alpha_2=code)
        assert country is not None
        assert (country.alpha_3, country.numeric) == (iso3, m49)


@pytest.mark.parametrize(
    ("body", "status", "states"),
    [
        ("CARICOM", "FULL", "AG BB BS BZ DM GD GY HT JM KN LC MS SR TT VC"),
        ("CARICOM", "ASSOCIATE", "AI BM CW KY TC VG"),
        ("CBSI", "PARTNER", "AG BB BS DM DO GD GY JM KN LC SR TT VC"),
        ("RSS", "FULL", "AG BB DM GD GY KN LC VC"),
    ],
)
async def test_memberships(loaded: Transaction, body: str, status: str, states: str) -> None:
    rows = await select(
        loaded,
        "SELECT member_state_code FROM membership WHERE body = :body AND status = :status AND valid_to IS NULL ORDER BY 1",
        body=body,
        status=status,
    )
    assert [code for (code,) in rows] == states.split()


async def test_an_applicant_is_no_member(loaded: Transaction) -> None:
    assert await select(loaded, "SELECT 1 FROM membership WHERE member_state_code = 'MQ'") == []
    assert await select(loaded, "SELECT valid_from FROM membership WHERE member_state_code = 'CW'") == [(date(2024, 7, 28),)]


# Loading again


async def test_each_insertion_is_one_change(transaction: Transaction) -> None:
    report = await reference.load(transaction)
    changes = await select(transaction, "SELECT type, count(*) FROM change WHERE op = 'UPSERT' AND actor = 'SYSTEM' GROUP BY 1")
    assert dict(changes) == ENTITIES
    assert report == LoadReport(inserted=sum(ENTITIES.values()))
    assert await select(transaction, "SELECT count(DISTINCT group_id), count(DISTINCT at) FROM change") == [(1, 1)]
    assert await select(transaction, "SELECT key FROM change WHERE type = 'STATEMENT' ORDER BY position LIMIT 1") == [
        ('{"partner": "CARICOM-IMPACS", "sourceRef": "capacity-building/IIPCIC-2020"}',)
    ]


async def test_loading_twice_changes_nothing(transaction: Transaction) -> None:
    await reference.load(transaction)
    before = await everything(transaction)
    assert await reference.load(transaction) == LoadReport(unchanged=sum(ENTITIES.values()))
    assert await everything(transaction) == before


async def test_the_number_of_statements_does_not_grow_with_the_rows(transaction: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    await reference.load(transaction)
    run = 0
    fetch = Transaction.fetch

    async def counted(self: Transaction, *arguments: Any, **binds: Any) -> Any:
        nonlocal run
        run += 1
        return await fetch(self, *arguments, **binds)

    monkeypatch.setattr(Transaction, "fetch", counted)
    await reference.load(transaction)
    assert run <= 16  # the lock, and one for each table and list of parts


async def test_a_changed_label_is_one_change(loaded: Transaction) -> None:
    edited = records("departments")
    edited[8]["label"] = "Office of the Attorney-General"
    report = await reference.load(loaded, {**reference.read(), "departments": edited})
    assert report == LoadReport(changed=1, unchanged=sum(ENTITIES.values()) - 1)
    assert await select(loaded, "SELECT label FROM department WHERE code = 'AG_OFFICE'") == [("Office of the Attorney-General",)]
    changes = await select(loaded, "SELECT type, op, entity_id, key, revision, changed_fields, actor FROM change")
    assert changes == [("DEPARTMENT", "UPSERT", "AG_OFFICE", '{"code": "AG_OFFICE"}', None, ["label"], "SYSTEM")]


async def test_an_entity_that_differs_in_many_places_is_one_change_and_one_revision(loaded: Transaction) -> None:
    edited = records("cohorts")
    edited[1] |= {"title": "Renamed", "courses": ["IIPCIC-MEDPRODUCTS", "IIPCIC-IP-INTRO"], "roles": edited[1]["roles"][:1]}
    before = await select(loaded, "SELECT id FROM cohort ORDER BY code")
    report = await reference.load(loaded, {**reference.read(), "cohorts": edited})
    assert report.changed == 1
    assert await select(loaded, "SELECT key, revision, changed_fields FROM change") == [
        ('{"code": "IIPCIC-2020"}', 2, ["title", "courses", "roles"])
    ]
    assert await select(loaded, "SELECT revision FROM cohort WHERE code = 'IIPCIC-2020'") == [(2,)]
    assert await select(loaded, "SELECT id FROM cohort ORDER BY code") == before
    assert await select(
        loaded,
        "SELECT course.code FROM cohort_course JOIN course ON course.id = course_id JOIN cohort ON cohort.id = cohort_id "
        "WHERE cohort.code = 'IIPCIC-2020' ORDER BY position",
    ) == [("IIPCIC-MEDPRODUCTS",), ("IIPCIC-IP-INTRO",)]


async def test_a_corrected_membership_keeps_its_identifier(loaded: Transaction) -> None:
    before = await select(loaded, "SELECT id FROM membership WHERE member_state_code = 'GY' AND body = 'RSS'")
    edited = records("member_states")
    state = next(record for record in edited if record["code"] == "GY")
    next(membership for membership in state["memberships"] if membership["body"] == "RSS")["valid_from"] = date(2022, 9, 6)
    await reference.load(loaded, {**reference.read(), "member_states": edited})
    rows = await select(loaded, "SELECT id, valid_from FROM membership WHERE member_state_code = 'GY' AND body = 'RSS'")
    assert rows == [(*before[0], date(2022, 9, 6))]
    assert await select(loaded, "SELECT type, entity_id, changed_fields FROM change") == [("MEMBER_STATE", "GY", ["memberships"])]


async def test_a_new_parent_moves_the_line_of_ancestors(loaded: Transaction) -> None:
    edited = records("partner_agencies")
    for record in edited:
        if record["code"] == "INTERPOL":
            record["parent"] = "EU"
        if record["code"] == "INL":
            del record["parent"]
    await reference.load(loaded, {**reference.read(), "partner_agencies": edited})
    lines = await select(
        loaded,
        "SELECT above.code FROM agency_ancestor JOIN partner_agency agency ON agency.id = agency_id "
        "JOIN partner_agency above ON above.id = ancestor_id WHERE agency.code IN ('IIPCIC', 'INL') ORDER BY agency.code, above.code",
    )
    assert [code for (code,) in lines] == ["EU", "IIPCIC", "INTERPOL", "INL"]


# Who loads


async def test_a_role_that_may_not_delete_can_load(owner_database: Database, database: Database) -> None:
    async with owner_database.write() as transaction:
        await select(transaction, f"REVOKE DELETE ON ALL TABLES IN SCHEMA public FROM {SERVER}")
        await select(transaction, f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {SERVER}")
    async with database.write(STAFF) as transaction:
        assert (await reference.load(transaction)).inserted == sum(ENTITIES.values())
    edited = records("departments")
    edited[0]["name"] = "Police forces"
    async with database.write(STAFF) as transaction:
        assert (await reference.load(transaction, {**reference.read(), "departments": edited})).changed == 1


async def test_processes_that_start_at_once_load_once(owner_database: Database) -> None:
    async def load() -> LoadReport:
        async with owner_database.write() as transaction:
            return await reference.load(transaction)

    reports = await asyncio.gather(load(), load(), load())
    assert sorted(report.inserted for report in reports) == [0, 0, sum(ENTITIES.values())]


async def test_the_serving_role_finds_nothing_to_do_after_the_owner(owner_database: Database, database: Database) -> None:
    async with owner_database.write() as transaction:
        await reference.load(transaction)
    async with database.write(STAFF) as transaction:
        assert await reference.load(transaction) == LoadReport(unchanged=sum(ENTITIES.values()))


# What is not the loader's


async def test_what_partners_made_is_not_touched(loaded: Transaction) -> None:
    unodc = (await select(loaded, "SELECT id FROM partner_agency WHERE code = 'UNODC'"))[0][0]
    await loaded.fetch(text("UPDATE course SET submitted_by_id = :unodc, title = 'Theirs' WHERE code = 'OCDD'"), unodc=unodc)
    await loaded.fetch(
        text(
            "INSERT INTO partner_agency (submitted_by_id, source_ref, name, kind, parent_id) VALUES (:unodc, 'p', 'P', 'PROGRAMME', :unodc)"
        ),
        unodc=unodc,
    )
    before = await everything(loaded)
    assert await reference.load(loaded) == LoadReport(unchanged=sum(ENTITIES.values()))
    assert await everything(loaded) == before


async def test_what_staff_decided_is_not_undone(loaded: Transaction) -> None:
    for sql in (
        "UPDATE cohort SET count_policy = 'INDIVIDUALS_COMPLETE', visibility = 'RESTRICTED' WHERE code = 'IIPCIC-2020'",
        "UPDATE statement SET state = 'REJECTED', visibility = 'RESTRICTED'",
    ):
        await select(loaded, sql)
    before = await everything(loaded)
    assert await reference.load(loaded) == LoadReport(unchanged=sum(ENTITIES.values()))
    assert await everything(loaded) == before


async def test_ancestry_of_new_programmes_at_any_depth(loaded: Transaction) -> None:
    unodc = (await select(loaded, "SELECT id FROM partner_agency WHERE code = 'UNODC'"))[0][0]
    child, grandchild = new_id(), new_id()
    insert = text("INSERT INTO partner_agency (id, name, kind, parent_id) VALUES (:id, 'P', 'PROGRAMME', :parent)")
    await loaded.fetch(insert, id=child, parent=unodc)
    await loaded.fetch(insert, id=grandchild, parent=child)
    await ancestry.maintain(loaded, [grandchild, child])
    rows = await select(loaded, "SELECT ancestor_id FROM agency_ancestor WHERE agency_id = :id", id=grandchild)
    assert {ancestor for (ancestor,) in rows} == {unodc, child, grandchild}


async def test_a_circle_of_parents_does_not_run_for_ever(loaded: Transaction) -> None:
    child = "(SELECT id FROM partner_agency WHERE code = 'IIPCIC')"
    await select(loaded, f"UPDATE partner_agency SET parent_id = {child} WHERE code = 'INTERPOL'")
    ids = [row[0] for row in await select(loaded, "SELECT id FROM partner_agency WHERE code IN ('INTERPOL', 'IIPCIC')")]
    await ancestry.maintain(loaded, ids)
    rows = await select(loaded, "SELECT count(*) FROM agency_ancestor WHERE agency_id = ANY (CAST(:ids AS uuid[]))", ids=ids)
    assert rows == [(4,)]


# Files that do not fit


@pytest.mark.parametrize(
    ("name", "field", "value", "message"),
    [
        ("departments", "lable", "Police", "departments: unknown fields lable"),
        ("departments", "code", "MILITARY", "departments: a key is given twice"),
        ("courses", "owner", "NOBODY", "owner: nothing is called 'NOBODY'"),
        ("member_states", "memberships", [{"body": "CBSI", "status": "FULL", "since": 2010}], "memberships: unknown fields since"),
        ("cohorts", "roles", [{"agency": "EU", "role": "HOST"}] * 2, "roles: a key is given twice"),
    ],
)
async def test_files_that_do_not_fit_are_refused(transaction: Transaction, name: str, field: str, value: Any, message: str) -> None:
    edited = records(name)
    edited[0][field] = value
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        await reference.load(transaction, {**reference.read(), name: edited})


async def test_a_shape_names_columns_of_its_table() -> None:
    from models.reference.subjects import SUBJECTS

    shapes: list[Shape] = [shape for subject in SUBJECTS for shape in (subject.shape, *(part.shape for part in subject.parts))]
    for shape in shapes:
        assert {*shape.natural, *shape.values, *shape.made_by_partners} <= set(shape.columns.keys())
