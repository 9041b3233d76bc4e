"""The release and what is PUBLIC under attack together, over random ledgers whose statements are shown, hidden, joined and released.

The attacker keeps all that was ever PUBLIC, and the blocks of every release, of which every answer is a sum (test_publishing.py). He knows
whom each counts, by runs and groups; what he does not know is how many they are. Each is a linear equation then, solved exactly as in
test_release_attack.py. Work that is refused changes nothing; that all of it together would tell of a few people is tested too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from models.base import Visibility
from models.statements import Sex
from models.viewer import Viewer
from resolvers.curating import known
from resolvers.curating.join import join_cohorts
from resolvers.curating.visibility import set_visibility
from resolvers.release import Place
from tests.book import Book, book
from tests.test_curated_ledgers import begun
from tests.test_publishing import Publishing, publishing
from tests.test_release_attack import reduced, standing

__all__ = ["publishing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

GROUPS = [Place(("JM",), (), ("MALE",)), Place(("JM",), (), ("FEMALE",)), Place(("TT",), (), ("MALE",)), Place(("TT",), (), ("FEMALE",))]
NUMBERS = (0, 1, 2, 3, 6, 9, 20, 31)
STEPS = 14
Equation = tuple[Counter[Any], int]


class Told(NamedTuple):
    """A statement: its identifier, the run that it is about, and the groups that it counts."""

    id: str
    run: str
    groups: tuple[Place, ...]
    number: int


@dataclass
class World:
    """Runs, each reported truly by two partners in cohorts of their own, and what the attacker has heard so far."""

    publishing: Publishing
    random: Random
    staff: Viewer
    made: Book
    told: list[Told]
    truth: dict[str, dict[Place, int]]
    joined: set[str] = field(default_factory=set)
    public: set[str] = field(default_factory=set)
    once: set[str] = field(default_factory=set)
    heard: list[tuple[list[tuple[str, Place]], int]] = field(default_factory=list)
    parts: defaultdict[Any, dict[int, list[tuple[str, Place]]]] = field(default_factory=lambda: defaultdict(dict))
    released: set[str] = field(default_factory=set)
    refused: int = 0

    async def step(self) -> None:
        """Something that staff do."""
        await getattr(self, self.random.choice(("show", "show", "show", "hide", "join", "publish")))()

    async def show(self) -> None:
        about = self.random.choice(self.told).run
        chosen = self.random.sample([each for each in self.told if each.run == about], self.random.choice((1, 1, 2, 3)))
        for each, status in zip(chosen, await self.set(Visibility.PUBLIC, [each.id for each in chosen]), strict=True):
            self.refused += status == "REJECTED" and each.number not in range(1, 5)
            if status != "REJECTED":
                self.public.add(each.id)
                self.once.add(each.id)
                self.heard.append(([(each.run, group) for group in each.groups], each.number))

    async def hide(self) -> None:
        for id_ in sorted(self.public)[:2]:
            assert await self.set(Visibility.RESTRICTED, [id_]) == ["CHANGED"]
            self.public.remove(id_)

    async def join(self) -> None:
        """Two reports that were both released stay apart: that they agree in a number, which the attacker cannot know, would tell more."""
        run = self.random.choice(sorted(self.truth))
        if {f"{run}-UNODC", f"{run}-OAS"} <= self.released:
            return
        first, second = (f"Cohort:{self.made.cohorts[f'{run}-{partner}'].id}" for partner in ("UNODC", "OAS"))
        (status,) = await self.curate(join_cohorts, {"canonical": first, "cohorts": [second]})
        self.refused += status == "REJECTED"
        self.joined |= {run} if status != "REJECTED" else set()

    async def publish(self) -> None:
        """A release. The numbers of the parts that it is made of are those of the ledger now, or those of an earlier release."""
        for partner in ("UNODC", "OAS"):
            for group in GROUPS:
                counted = [(f"{run}-{partner}", group) for run in self.truth if self.counts(run, partner) and self.truth[run][group]]
                number = sum(self.truth[run.partition("-")[0]][group] for run, _ in counted)
                self.parts[group, self.made.agencies[partner].id][number] = counted
                self.released |= {cohort for cohort, _ in counted}
        await self.publishing.publish()
        for table in (await standing(self.publishing)).values():
            for block in table.blocks.values():
                counted = [each for part in block.parts for each in self.parts[part.place, part.partner][part.count]]
                self.heard.append((counted, block.count))

    def counts(self, run: str, partner: str) -> bool:
        """Whether the cohort of a partner is to give numbers to a release: it is not left out, nor is another one chosen of its run."""
        about = {each.run for each in self.told if each.id in self.once}
        cohorts = {f"{run}-UNODC", f"{run}-OAS"} if run in self.joined else {f"{run}-{partner}"}
        return about.isdisjoint(cohorts) and not (run in self.joined and partner == "OAS")

    def equations(self) -> list[Equation]:
        """What was heard, of people: cohorts that are joined in the end are known to be of the same."""
        return [
            (Counter((run.partition("-")[0] if run.partition("-")[0] in self.joined else run, group) for run, group in counted), number)
            for counted, number in self.heard
            if counted
        ]

    async def set(self, visibility: Visibility, ids: list[str]) -> list[str]:
        return await self.curate(set_visibility, {"nodes": ids, "visibility": visibility.value})

    async def curate(self, curate: Any, given: dict[str, Any]) -> list[str]:
        """The statuses of the outcomes."""
        async with self.publishing.database.write(self.staff) as transaction:
            payload = (await curate(transaction, self.staff, given)).binds["payload"]
        assert payload["problems"] == []
        return [outcome["status"] for outcome in payload["outcomes"]]


async def world(publishing: Publishing, random: Random) -> World:
    """Four runs, each reported by both partners: each group under one key, and by themselves the total, the men, and those of a state."""
    made, told, truth = book(), [], {}
    for run in "abcd":
        truth[run] = {group: random.choice(NUMBERS) for group in GROUPS}
        for day, partner in enumerate(("OAS", "UNODC")):
            code = f"{run}-{partner}"
            made.cohort(code, starts_on=date(2020, 5, 1), visibility=Visibility.RESTRICTED)
            for groups, slice_ in SLICES:
                number = sum(truth[run][group] for group in groups)
                id_ = made.says(partner, code, number, visibility=Visibility.RESTRICTED, day=day, **slice_)
                told.append(Told(id_, code, groups, number))
    await publishing.clear()
    return World(publishing, random, await begun(publishing.owner, made.ledger()), made, told, truth)


SLICES: list[tuple[tuple[Place, ...], dict[str, Any]]] = [
    *[((group,), {"states": group.member_states, "sex": Sex(group.sexes[0]), "key": "k"}) for group in GROUPS],
    (tuple(GROUPS), {}),
    ((GROUPS[0], GROUPS[2]), {"sex": Sex.MALE}),
    ((GROUPS[0], GROUPS[1]), {"states": ["JM"]}),
]


def few(equations: Iterable[Equation]) -> list[Fraction]:
    """The sums of a few people that the equations tell."""
    listed = list(equations)
    unknowns = sorted({unknown for counted, _ in listed for unknown in counted})
    matrix = [[Fraction(counted[unknown]) for unknown in unknowns] + [Fraction(number)] for counted, number in listed]
    return [row[-1] for row in reduced(matrix) if 0 < row[-1] < 5 and set(row[:-1]) <= {0, 1}]


async def played(publishing: Publishing, seed: int) -> World:
    made = await world(publishing, Random(seed))
    for _ in range(STEPS):
        await made.step()
    return made


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_small_is_recovered_from_all_that_was_ever_shown(publishing: Publishing, seed: int) -> None:
    made = await played(publishing, seed)
    assert made.heard
    assert made.refused
    assert few(made.equations()) == []


async def test_what_is_refused_would_tell(publishing: Publishing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same work, had nobody judged it."""

    async def nothing(*_: Any) -> dict[tuple[UUID, str], str]:
        return {}

    monkeypatch.setattr(known, "judge", nothing)
    found = [few((await played(publishing, seed)).equations()) for seed in range(4)]
    assert sum(map(bool, found)) > 1
