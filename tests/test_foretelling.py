"""A dry run foretells a commit, and both atomicities say the same: over random submissions, wrong in every way, one after the other."""

from random import Random
from typing import Any

import pytest

from models.database import Database
from resolvers.submitting.claims import excesses, sets_of
from resolvers.submitting.stored_claims import claims
from tests.parties import Answer, Record, cohort, count, course, fetch, parties, programme, sent, sizes, submitted, withdraw

pytestmark = pytest.mark.asyncio

ROUNDS = 60


def some(random: Random, choices: list[Any], wrong: list[Any]) -> Any:
    """One of the right values, seldom a wrong one."""
    return random.choice(wrong if random.random() < 0.06 else choices)


def a_count(random: Random, ref: str) -> Record:
    content: dict[str, Any] = {
        "measure": some(random, ["COMPLETED", "ENROLLED"], ["REPORTED_TRAINED", "DONE", None]),
        "unit": some(random, ["PARTICIPATIONS"], ["PEOPLE", ""]),
        "precision": some(random, ["EXACT"], ["AT_LEAST", "ABOUT"]),
        "partitionKey": some(random, ["a", "b", "c"], [None]),
    }
    for name, values, wrong in (
        ("memberStates", [["JM"], ["TT"], ["JM", "TT"], []], [["XX"], [""]]),
        ("sex", ["MALE", "FEMALE", None], ["UNSPECIFIED", "M"]),
        ("departments", [[{"code": "POLICE"}], [{"code": "POLICE", "institutionType": "TRAINING_INSTITUTION"}]], [[{"code": "NAVY"}]]),
        ("memberStateCount", [1], [2, -1]),
        ("statedOn", ["2023-01-01"], ["2999-01-01", "2023-02-30"]),
    ):
        if random.random() < 0.4:
            content[name] = some(random, values, wrong)
    reference = some(
        random, [{"sourceRef": f"H{random.randrange(3)}"}], [{"sourceRef": "nowhere"}, {"id": "Cohort:x"}, {"code": "IIPCIC-2020"}]
    )
    return count(ref, reference, some(random, list(range(12)), ["x", "", -1]), **content)


def a_record(random: Random) -> Record:
    number = random.randrange(3)
    match random.randrange(12):
        case 0:
            return programme(f"P{number}", parent=some(random, [None, {"sourceRef": f"P{random.randrange(3)}"}], [{"code": "EU"}]))
        case 1:
            return course(f"C{number}", title=some(random, ["One"], ["", "Two"]))
        case 2:
            starts = some(random, ["2023-03-01"], ["2023-13-01", "2024-01-01"])
            return cohort(f"H{number}", f"C{random.randrange(3)}", startsOn=starts, convener=some(random, ["OAS"], ["EU", "XX"]))
        case 3 | 4:
            return withdraw(f"S{random.randrange(40)}", some(random, ["OTHER"], [None]))
        case _:
            return a_count(random, f"S{random.randrange(40)}")


def records_of(random: Random) -> list[Record]:
    drawn = [a_record(random) for _ in range(random.randrange(1, 14))]
    for record in drawn:
        if random.random() < 0.1:
            record["expectedRevision"] = random.choice([1, 2, None])
    return list({(next(iter(record["change"])), record["sourceRef"]): record for record in drawn}.values())


def said(answer: Answer) -> list[Any]:
    """What was said of each record, and whether it was rejected."""
    return [(status == "REJECTED", item["issues"]) for status, item in zip(answer.statuses, answer.items, strict=True)]


async def test_a_dry_run_foretells_the_commit_and_the_ledger_stays_sound(database: Database, owner_database: Database) -> None:
    party = await parties(owner_database)
    await submitted(
        database, party.oas, sent(*[course(f"C{n}", title="One") for n in range(2)], *[cohort(f"H{n}", "C0") for n in range(2)])
    )
    random = Random(20)
    seen: set[str] = set()
    for _ in range(ROUNDS):
        before, records = await sizes(database), records_of(random)
        whole = await submitted(database, party.oas, sent(*records, mode="VALIDATE", atomicity="ALL_OR_NOTHING"))
        dry = await submitted(database, party.oas, sent(*records, mode="VALIDATE"))
        assert await sizes(database) == before
        done = await submitted(database, party.oas, sent(*records))
        assert dry.outcomes == done.outcomes
        assert said(whole) == said(done)
        assert (dry.problems, whole.problems, done.problems) == ([], [], [])
        assert set(whole.statuses) <= (
            {"REJECTED", "NOT_ATTEMPTED"} if "REJECTED" in done.statuses else {"CREATED", "UNCHANGED", "WITHDRAWN"}
        )
        assert done.committed is (set(done.statuses) != {"REJECTED"})
        again = await submitted(database, party.oas, sent(*records, mode="VALIDATE"))
        assert "CREATED" not in again.statuses
        after = await sizes(database)
        changes = done.statuses.count("CREATED") + done.statuses.count("WITHDRAWN")
        assert after["change"] - before["change"] == changes
        assert after["submission_item"] - before["submission_item"] == (len(records) if done.committed else 0)
        seen |= {code for codes in done.codes for code in codes} | set(done.statuses)
    assert party.oas.agency_id
    async with database.write(party.oas) as transaction:
        cohorts = [row["id"] for row in await fetch(database, "SELECT id FROM cohort")]
        stored = await claims(transaction, [party.oas.agency_id], cohorts)
    assert stored
    assert list(excesses(sets_of(stored).values())) == []
    assert len(seen) >= 20, sorted(seen)
