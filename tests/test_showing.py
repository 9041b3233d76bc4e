"""What is PUBLIC and what is released never tell together of a few people, whichever way the one or the other changes.

Each way by which more is shown, or by which what is shown comes to be about the same people, is tried against PostgreSQL: `setVisibility`,
`joinCohorts`, `publishRelease`, and what may happen between them.
"""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from models.database import Database
from models.releases import ADVISORY_LOCK
from models.viewer import Viewer
from resolvers.curating import known
from resolvers.curating.join import join_cohorts, separate_cohorts
from resolvers.curating.visibility import set_visibility
from resolvers.submitting import submit as submissions
from tests.parties import Parties, Record, cohort, count, course, decided, parties, sent, submitted, withdraw
from tests.test_curation import CHANGED, UNCHANGED, codes, curated, named, row_of
from tests.test_publishing import PUBLISH, Publishing

pytestmark = pytest.mark.asyncio

TOO_MUCH, RELEASED = ("REJECTED", ["PUBLIC_COUNTS_TELL_TOO_MUCH"]), ("REJECTED", ["ALREADY_RELEASED"])
MEN: dict[str, Any] = {"sex": "MALE"}


class Showing:
    """A database with parties, in which staff show and release what partners state."""

    def __init__(self, database: Database, owner: Database, party: Parties) -> None:
        self.database, self.party = database, party
        self.publishing = Publishing(database, owner)

    async def state(self, sender: Viewer, *records: Record) -> None:
        """Sends records, verifies what they state, and accepts their cohorts."""
        answer = await submitted(self.database, sender, sent(*records))
        assert answer.committed
        await decided(self.database, self.party.staff, submission={"id": f"Receipt:{answer.submission['id']}"})

    async def run(self, sender: Viewer, ref: str, *records: Record) -> str:
        """A cohort of a sender, with what it states; its global identifier."""
        await self.state(sender, course(f"C-{ref}"), cohort(ref, f"C-{ref}", convener=sender.client_name or ""), *records)
        return (await named(self.database, "cohort", ref))[0]

    async def set(self, visibility: str, *refs: str) -> list[tuple[str, list[str]]]:
        """What becomes of statements whose visibility is set."""
        nodes = await named(self.database, "statement", *refs)
        return codes(await curated(self.database, self.party.staff, set_visibility, nodes=nodes, visibility=visibility))

    async def join(self, canonical: str, *cohorts: str) -> list[tuple[str, list[str]]]:
        """What becomes of cohorts that are joined."""
        return codes(await curated(self.database, self.party.staff, join_cohorts, canonical=canonical, cohorts=list(cohorts)))

    async def left_out(self) -> list[tuple[str, str, bool]]:
        """What a preview says is left out: measure, cohort, whether it is PUBLIC now."""
        query = PUBLISH.replace("numbers", "leftOut { measure cohort { id } isPublic } numbers")
        told = (await self.publishing.ask(query, self.party.staff, preview=True))["publishRelease"]["leftOut"]
        return [(each["measure"], each["cohort"]["id"], each["isPublic"]) for each in told if each["measure"] in ("COMPLETED", "ATTENDED")]

    async def released(self) -> int | None:
        """The total of a new release."""
        await self.publishing.publish()
        total: int | None = (await self.publishing.table())["total"]["value"]
        return total


@pytest_asyncio.fixture(loop_scope="session")
async def showing(database: Database, owner_database: Database) -> Showing:
    return Showing(database, owner_database, await parties(owner_database))


# Public counts together.


async def test_a_total_and_a_part_that_leaves_two(showing: Showing) -> None:
    party = showing.party
    police = count("police", "a", 20, departments=[{"code": "POLICE"}], partitionKey="p")
    await showing.run(party.oas, "a", count("all", "a", 31), count("men", "a", 29, partitionKey="m", **MEN), police)
    assert await showing.set("PUBLIC", "all", "men") == [TOO_MUCH] * 2
    assert await showing.set("PUBLIC", "all") == [CHANGED]
    assert await showing.set("PUBLIC", "men") == [TOO_MUCH]
    assert await showing.set("RESTRICTED", "all") == [CHANGED]
    assert await showing.set("PUBLIC", "men") == [TOO_MUCH]
    assert await showing.set("PUBLIC", "all", "police") == [CHANGED] * 2
    assert await showing.set("PUBLIC", "all", "men") == [UNCHANGED, TOO_MUCH]
    assert (await row_of(showing.database, "statement", "men"))["visibility"] == "RESTRICTED"


async def test_what_leaves_enough_or_nobody_is_shown(showing: Showing) -> None:
    parts = [count(sex, "a", number, sex=sex, partitionKey="sexes") for sex, number in (("MALE", 20), ("FEMALE", 11))]
    await showing.run(showing.party.oas, "a", count("all", "a", 31), *parts, count("others", "a", 29, measure="ATTENDED"))
    assert await showing.set("PUBLIC", "all", "MALE", "FEMALE", "others") == [CHANGED] * 4


async def test_counts_of_other_partners_and_of_joined_cohorts_count(showing: Showing) -> None:
    party = showing.party
    a = await showing.run(party.oas, "a", count("all", "a", 31))
    b = await showing.run(party.unodc, "b", count("men", "b", 29, **MEN), count("women", "b", 5, sex="FEMALE", measure="ATTENDED"))
    await showing.state(party.interpol, count("most", {"id": a}, 28, **MEN))
    assert await showing.set("PUBLIC", "all") == [CHANGED]
    assert await showing.set("PUBLIC", "most") == [TOO_MUCH]
    assert await showing.join(a, b) == [CHANGED]
    assert await showing.set("PUBLIC", "men", "women") == [TOO_MUCH, CHANGED]


async def test_a_join_brings_nothing_together_that_tells_too_much(showing: Showing) -> None:
    party = showing.party
    a = await showing.run(party.oas, "a", count("all", "a", 31))
    b = await showing.run(party.unodc, "b", count("men", "b", 29, **MEN))
    c = await showing.run(party.interpol, "c", count("some", "c", 26, **MEN))
    assert await showing.set("PUBLIC", "all", "men", "some") == [CHANGED] * 3
    assert await showing.join(a, b) == [TOO_MUCH]
    assert await showing.join(a, c, b) == [TOO_MUCH] * 2
    assert await showing.set("RESTRICTED", "men") == [CHANGED]
    assert await showing.join(a, b) == [TOO_MUCH]
    assert (await row_of(showing.database, "cohort", "b"))["same_run_as_id"] is None
    assert await showing.join(a, c) == [CHANGED]
    assert codes(await curated(showing.database, party.staff, separate_cohorts, cohorts=[c])) == [CHANGED]


# Public counts and releases.


async def test_what_a_release_rests_on_is_never_made_public(showing: Showing) -> None:
    """Else 60 less 29 of one run and 29 of the other would be 2: the women of the first."""
    party = showing.party
    a = await showing.run(party.oas, "a", count("all", "a", 31), count("men", "a", 29, **MEN), count("seen", "a", 40, measure="ATTENDED"))
    b = await showing.run(party.unodc, "b", count("more", "b", 29))
    await showing.state(party.interpol, count("theirs", {"id": a}, 30))
    assert await showing.released() == 60
    assert await showing.set("PUBLIC", "all") == [RELEASED]
    assert await showing.set("PUBLIC", "men", "theirs", "seen") == [RELEASED] * 3
    await submitted(showing.database, party.oas, sent(withdraw("all"), withdraw("men")))
    assert await showing.set("PUBLIC", "theirs") == [RELEASED]
    c = await showing.run(party.interpol, "c", count("new", "c", 50))
    assert await showing.set("PUBLIC", "new") == [CHANGED]
    assert await showing.join(c, b) == [RELEASED]
    assert await showing.join(b, c) == [RELEASED]
    assert await showing.join(a, b) == [CHANGED]


async def test_another_measure_is_another_population(showing: Showing) -> None:
    await showing.run(showing.party.oas, "a", count("all", "a", 31))
    assert await showing.released() == 31
    (run,) = await named(showing.database, "cohort", "a")
    await showing.state(showing.party.oas, count("seen", {"id": run}, 40, measure="ATTENDED"))
    assert await showing.set("PUBLIC", "seen", "all") == [CHANGED, RELEASED]


async def test_what_was_public_once_is_never_released(showing: Showing) -> None:
    party = showing.party
    a = await showing.run(party.oas, "a", count("all", "a", 31), count("men", "a", 26, **MEN))
    await showing.run(party.unodc, "b", count("more", "b", 40))
    assert await showing.set("PUBLIC", "men") == [CHANGED]
    assert await showing.left_out() == [("COMPLETED", a, True)]
    assert await showing.released() == 40
    assert await showing.set("RESTRICTED", "men") == [CHANGED]
    assert await showing.left_out() == [("COMPLETED", a, False)]
    assert await showing.released() == 40
    await submitted(showing.database, party.oas, sent(withdraw("men")))
    await showing.state(party.interpol, count("theirs", {"id": a}, 33))
    assert await showing.released() == 40
    c = await showing.run(party.interpol, "c", count("twin", "c", 60))
    assert await showing.join(c, a) == [CHANGED]
    assert await showing.left_out() == [("COMPLETED", c, False)]
    assert await showing.released() == 40
    assert await showing.set("PUBLIC", "all") == [CHANGED]


async def test_a_public_count_that_is_withdrawn_stays_known(showing: Showing) -> None:
    a = await showing.run(showing.party.oas, "a", count("all", "a", 31), count("men", "a", 29, **MEN))
    assert await showing.set("PUBLIC", "men") == [CHANGED]
    await submitted(showing.database, showing.party.oas, sent(withdraw("men")))
    assert await showing.left_out() == [("COMPLETED", a, False)]
    assert await showing.released() is None
    assert await showing.set("PUBLIC", "all") == [TOO_MUCH]


async def test_the_published_page_stays_public(showing: Showing) -> None:
    async with showing.database.write(showing.party.staff) as transaction:
        cohorts = [row["id"] for row in await transaction.fetch(text("SELECT id FROM cohort"))]
        assert await known.judge(transaction, {id_: id_ for id_ in cohorts}) == {}
    for _ in range(2):
        await showing.released()
    for measure, number, reason in (("ACCESS_GRANTED", 420, None), ("REPORTED_TRAINED", 50, None), ("COMPLETED", None, "NO_BASIS")):
        total = (await showing.publishing.table(", basis: RECORDS", measure=measure))["total"]
        assert (total["value"], total["reason"]) == (number, reason)
        assert (await showing.publishing.table(measure=measure))["total"]["reason"] == "NO_BASIS"


async def test_nothing_is_shown_while_a_release_is_made(showing: Showing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "WAIT_SECONDS", 0.05)
    party, database = showing.party, showing.database
    a = await showing.run(party.oas, "a", count("all", "a", 31))
    b = await showing.run(party.unodc, "b", count("more", "b", 31))
    nodes = await named(database, "statement", "all")
    async with database.write(party.verifier) as running:
        await running.fetch(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        for curate, given in (
            (set_visibility, {"nodes": nodes, "visibility": "PUBLIC"}),
            (join_cohorts, {"canonical": a, "cohorts": [b]}),
            (separate_cohorts, {"cohorts": [b]}),
        ):
            payload = await curated(database, party.staff, curate, **given)
            assert [problem["code"] for problem in payload["problems"]] == ["SUBMISSION_IN_PROGRESS"]
        assert await showing.set("RESTRICTED", "all") == [UNCHANGED]
    assert await showing.set("PUBLIC", "all") == [CHANGED]
