"""Retention and subject access: what is over its time goes, as it was foretold; and a person's own data is given out whole."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from models import audit
from models.access import PersonalField
from models.audit import Event
from models.database import Database
from models.history import HISTORIES
from models.provision import Addresses
from models.statements import Statement
from resolvers.erasing.retention import Report, end
from resolvers.erasing.subject import stored_about
from tests.edge import agree
from tests.parties import Parties, cohort, course, decided, fetch, individual, parties, permitted, sent, submitted
from tests.processes import command

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime.now(UTC)
YEAR = timedelta(days=366)
SUBJECTS = """SELECT subject, array_agg(source_ref ORDER BY source_ref) AS refs FROM participant
JOIN individual ON participant_id = participant.id JOIN statement ON statement.id = statement_id GROUP BY subject"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What OAS keeps for a year, UNODC for ten, and INTERPOL under no agreement; OAS's first statement is two years old."""

    owner: Database
    database: Database
    party: Parties

    async def stored(self) -> dict[str, list[str]]:
        """The subjects, with the sourceRefs that tell of them."""
        found = await fetch(self.database, SUBJECTS)
        return {row["subject"]: row["refs"] for row in found}


@pytest_asyncio.fixture(loop_scope="session")
async def kept(database: Database, owner_database: Database) -> Kept:
    party = await parties(owner_database)
    months = {"OAS": 12, "UNODC": 120, "INTERPOL": None}
    for name, viewer in {"OAS": party.oas, "UNODC": party.unodc, "INTERPOL": party.interpol}.items():
        async with owner_database.write() as transaction:
            made = None if months[name] is None else await agree(transaction, viewer.agency_id, retention_months=months[name])  # type: ignore[arg-type]
        records = [individual(f"{name}-1", "H", f"P-{name}-1"), individual(f"{name}-2", "H", f"P-{name}-2")]
        records.append(individual(f"{name}-3", "H", f"P-{name}-2", measure="CERTIFIED", memberState="JM"))
        sending = replace(permitted(viewer), agreement_id=made)
        answer = await submitted(database, sending, sent(course("C"), cohort("H", "C", convener=name), *records, key=f"key-of-{name}"))
        assert answer.statuses == ["CREATED"] * 5
        await decided(database, party.staff, submission={"id": f"Receipt:{answer.submission['id']}"}, reason="all of them came")
    async with owner_database.write() as transaction:
        old = "UPDATE statement SET created_at = now() - interval '2 years' WHERE source_ref IN ('OAS-1', 'OAS-2', 'UNODC-1', 'INTERPOL-1')"
        await transaction.read(old, [])
    return Kept(owner_database, database, party)


def shares(report: Report) -> dict[str, tuple[int, int, int, dict[str, int]]]:
    return {name: (one.participants, one.statements, one.retained, one.places) for name, one in report.shares.items()}


async def test_a_dry_run_foretells_what_goes_and_changes_nothing(kept: Kept) -> None:
    before = await kept.stored()
    foretold = await end(kept.owner, NOW, applies=False)
    assert await kept.stored() == before
    assert await fetch(kept.database, "SELECT FROM erasure_certificate") == []
    done = await end(kept.owner, NOW, applies=True)
    assert (shares(foretold), foretold.unbounded) == (shares(done), done.unbounded)
    places = {
        "individual": 2,
        "participant": 1,
        "statement": 2,
        "statement_history": 4,
        "decision": 2,
        "decision_history": 2,
        "submission": 2,
    }
    assert shares(done) == {"OAS": (1, 2, 0, places)}
    assert done.unbounded == {"INTERPOL": 3}
    assert (foretold.shares["OAS"].certificates, len(done.shares["OAS"].certificates)) == ([], 2)
    assert await kept.stored() == {subject: refs for subject, refs in before.items() if subject != "P-OAS-1"} | {"P-OAS-2": ["OAS-3"]}
    assert shares(await end(kept.owner, NOW, applies=True)) == {}


async def test_each_erasure_is_certified_and_recorded_as_the_operators(kept: Kept) -> None:
    done = await end(kept.owner, NOW + YEAR, applies=True, keeps_counts=True)
    assert shares(done)["OAS"][:3] == (2, 3, 3)
    certificates = await fetch(kept.database, "SELECT id, reason, statements, retained FROM erasure_certificate ORDER BY statements")
    assert [tuple(row)[1:] for row in certificates] == [("RETENTION_OVER", 1, 1), ("RETENTION_OVER", 2, 2)]
    events = await fetch(kept.database, "SELECT * FROM audit_event WHERE action = 'eraseParticipant'")
    assert {event["objects"][0] for event in events} == {f"ErasureCertificate:{row['id']}" for row in certificates}
    assert {(event["credential"], event["purpose"], event["client_id"], event["result"]) for event in events} == {
        ("operator", "RETENTION", None, "OK")
    }
    actors = await fetch(kept.database, "SELECT DISTINCT actor FROM change WHERE op = 'ERASED'")
    assert [row["actor"] for row in actors] == ["SYSTEM"]


@pytest.mark.parametrize("is_verified", [True, False], ids=["verified", "pending"])
async def test_whoever_is_counted_by_another_statement_is_not_counted_twice(kept: Kept, is_verified: bool) -> None:
    """OAS-2 goes with its time, while a second statement about the same person and measure, in the same run, stays, and may yet count."""
    answer = await submitted(kept.database, permitted(kept.party.oas), sent(individual("OAS-4", "H", "P-OAS-2")))
    if is_verified:
        await decided(kept.database, kept.party.staff, submission={"id": f"Receipt:{answer.submission['id']}"})
    done = await end(kept.owner, NOW, applies=True, keeps_counts=True)
    assert shares(done)["OAS"][:3] == (1, 2, 1)
    retained = await fetch(kept.database, "SELECT source_ref FROM statement WHERE retained")
    assert [row["source_ref"] for row in retained] == ["OAS-1"]


async def keys(kept: Kept, table: str) -> set[tuple[str, UUID]]:
    """By which keys two statements of one measure are about a person."""
    found = await fetch(kept.database, f"SELECT DISTINCT source_ref, person_key FROM {table} WHERE source_ref IN ('OAS-2', 'OAS-5')")
    return {(row["source_ref"], row["person_key"]) for row in found}


@pytest.mark.parametrize("now", [NOW, NOW + YEAR], ids=["one of two goes", "both go"])
async def test_who_goes_on_counting_has_a_key_of_its_own(kept: Kept, now: datetime) -> None:
    """OAS-2 goes, while a statement about the same person and measure in another run stays, or goes too and is retained for itself."""
    records = [cohort("G", "C", convener="OAS"), individual("OAS-5", "G", "P-OAS-2")]
    answer = await submitted(kept.database, permitted(kept.party.oas), sent(*records))
    await decided(kept.database, kept.party.staff, submission={"id": f"Receipt:{answer.submission['id']}"})
    before = await keys(kept, "statement")
    assert len({key for _, key in before}) == 1
    await end(kept.owner, now, applies=True, keeps_counts=True)
    after = await keys(kept, "statement")
    assert len({key for _, key in before | after}) == (2 if now == NOW else 3)
    assert await keys(kept, "statement_history") == after
    retained = await fetch(kept.database, "SELECT 1 FROM statement WHERE retained AND source_ref IN ('OAS-2', 'OAS-5')")
    assert len(retained) == (1 if now == NOW else 2)


async def asked(kept: Kept, partner: str, subject: str) -> dict[str, Any] | None:
    async with kept.owner.write() as transaction:
        return await stored_about(transaction, partner, subject)


async def test_a_person_is_given_all_that_is_stored_about_it(kept: Kept) -> None:
    found = await asked(kept, "OAS", "P-OAS-2")
    assert found is not None
    assert {name: len(rows) for name, rows in found.items()} == {
        "participant": 1,
        "individual": 2,
        "statement": 2,
        "statement_member_state": 1,
        "statement_department": 0,
        "decision": 2,
        "statement_history": 4,
        "statement_member_state_history": 1,
        "statement_department_history": 0,
        "decision_history": 2,
        "submission_item": 2,
        "submission_issue": 0,
        "change": 4,
        "erasure_certificate": 0,
        "audit_event": 0,
    }
    assert sorted(row["source_ref"] for row in found["statement"]) == ["OAS-2", "OAS-3"]
    assert set(found["statement"][0]) == set(Statement.__table__.c.keys())  # type: ignore[attr-defined]
    assert set(found["statement_history"][0]) == set(HISTORIES[Statement].versions.c.keys())
    text = json.dumps(found, default=str)
    assert [name for name in ("P-OAS-2", "all of them came", "JM", "key-of-OAS") if name not in text] == []
    assert [name for name in ("P-OAS-1", "OAS-1", "UNODC", "content_digest") if name in text] == []
    again = await asked(kept, "OAS", "P-OAS-2")
    assert again is not None
    assert [(row["action"], row["credential"], row["purpose"]) for row in again["audit_event"]] == [
        ("exportSubject", "operator", "SUBJECT_ACCESS")
    ]
    assert again["audit_event"][0]["fields"] == sorted(PersonalField)


async def test_what_was_done_to_others_too_is_told_without_their_ids(kept: Kept) -> None:
    """Of a read of two people and a submission, a person is given its own id."""
    ((own, others),) = await fetch(
        kept.database,
        "SELECT min(participant_id::text) FILTER (WHERE subject = 'P-OAS-2'), min(participant_id::text) FILTER (WHERE subject = 'P-OAS-1') "
        "FROM participant JOIN individual ON participant_id = participant.id",
    )
    shared = [f"Participant:{others}", f"Participant:{own}", f"Receipt:{own}"]
    async with kept.owner.write() as transaction:
        await audit.record(transaction, Event("participants", kept.party.oas, object_ids=shared))
    found = await asked(kept, "OAS", "P-OAS-2")
    assert found is not None
    assert {row["action"]: row["objects"] for row in found["audit_event"]} == {"participants": [f"Participant:{own}"]}
    assert others not in json.dumps(found, default=str)


async def test_who_is_not_there_is_told_and_recorded_without_a_name(kept: Kept) -> None:
    for partner, subject in (("OAS", "P-nobody-1"), ("UNODC", "P-OAS-1"), ("no such agency", "P-OAS-1")):
        assert await asked(kept, partner, subject) is None
    events = await fetch(kept.database, "SELECT result, objects, fields FROM audit_event WHERE action = 'exportSubject'")
    assert [tuple(row) for row in events] == [("PARTICIPANT_NOT_FOUND", [], [])] * 3


async def test_the_commands(kept: Kept, addresses: Addresses) -> None:
    urls = {"DATABASE_URL": addresses.server, "MIGRATION_URL": addresses.owner}
    told = command("retention", **urls)
    rows = "2 decision, 2 decision_history, 2 individual, 1 participant, 2 statement, 4 statement_history, 2 submission"
    assert told.stdout.splitlines() == [
        f"OAS: 1 participants and 2 statements would be erased ({rows})",
        "INTERPOL: 3 statements that no agreement says how long to keep; they stay",
    ]
    done = json.loads(command("retention", "--apply", "--json", **urls).stdout)
    assert (done["applied"], done["withoutAgreement"], [one["partner"] for one in done["partners"]]) == (True, {"INTERPOL": 3}, ["OAS"])
    found = command("export-subject", "--partner", "OAS", "--subject", "P-OAS-2", **urls)
    assert [row["source_ref"] for row in json.loads(found.stdout)["statement"]] == ["OAS-3"]
    nowhere = command("export-subject", "--partner", "NOPE", "--subject", "P-OAS-2", **urls)
    assert (nowhere.returncode, "there is no agency with the code NOPE" in nowhere.stderr) == (2, True)
    gone = command("export-subject", "--partner", "OAS", "--subject", "P-OAS-1", **urls)
    assert (gone.returncode, gone.stderr.splitlines()) == (1, ["Error: nothing is stored under this pseudonym of this partner"])
    unread = command("export-subject", "--partner", "OAS", "--subject", "a\udcff", **urls)
    assert (unread.returncode, unread.stdout) == (2, "")
    assert "Error: Invalid value for '--subject': this is no text in UTF-8." in unread.stderr
    assert "Traceback" not in unread.stderr
