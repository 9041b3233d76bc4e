"""The release under attack (trust.md, section 6): from the answers to 1,000 random public queries, and of two successive releases.

The attacker is stronger than any: he knows which cells each answer adds up, and, of the second release, which of them changed; what he does
not know is how many people are in them. Each row of an answer is then a linear equation, solved exactly, in whole numbers that are not
below zero: which cells it fixes, and between which numbers it leaves the others. He asks through the API, as an anonymous caller.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.release import Block, Part, Place, Tables, Whole, next_release
from resolvers.releasing import stored
from tests.test_publishing import NAMES, STAFF, Publishing, publishing, random_book, random_question

__all__ = ["publishing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLACES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("JM",), ("JM",), ("TT",), ("BB",), ("JM", "TT"), ()),
    (("POLICE",), ("CUSTOMS",), ("IMMIGRATION",), ()),
    (("FEMALE",), ("MALE",), ("OTHER",), ()),
)
LEAST, QUERIES = 5, 1_000
ASKED = """query ($by: [Dimension!]!, $filter: ParticipationFilter) {
    participation(measure: COMPLETED, groupBy: $by, filter: $filter) { rows { key { label } count { value } } }
}"""
Unknown = tuple[Any, ...]
Question = tuple[Sequence[str], Mapping[str, Sequence[Any]]]
Equation = tuple[frozenset[Unknown], int]


async def standing(publishing: Publishing) -> Tables:
    """What the last release is made of."""
    async with publishing.database.write(STAFF) as transaction:
        last = await stored.last(transaction)
        return await stored.tables(transaction, last.id)


def cells(tables: Tables) -> dict[Unknown, int]:
    """How many people each cell counts in a release."""
    found: defaultdict[Unknown, int] = defaultdict(int)
    for whole, table in tables.items():
        for block in table.blocks.values():
            for part in block.parts:
                found[whole, part.place] += part.count
    return found


def key_of(whole: Whole, place: Place, by: Sequence[str]) -> tuple[str, ...]:
    """The labels of the row that a block is in."""
    values = {"YEAR": (str(whole[1]),), "MEMBER_STATE": place.member_states, "DEPARTMENT": place.departments, "SEX": place.sexes}
    return tuple(" + ".join(values[name]) or "UNSPECIFIED" for name in by)


def lies(whole: Whole, block: Block, allowed: Mapping[str, Sequence[Any]]) -> bool:
    """Whether a block is wholly inside a filter."""
    place = block.place
    values = {"YEAR": (whole[1],), "MEMBER_STATE": place.member_states, "DEPARTMENT": place.departments, "SEX": place.sexes}
    return all(values[name] and set(values[name]) <= set(given) for name, given in allowed.items())


def summed(tables: Tables, by: Sequence[str], allowed: Mapping[str, Sequence[Any]]) -> dict[tuple[str, ...], set[Unknown]]:
    """The cells that each row of an answer adds up."""
    found: defaultdict[tuple[str, ...], set[Unknown]] = defaultdict(set)
    for whole, table in tables.items():
        for block in table.blocks.values():
            if block.parts and lies(whole, block, allowed):
                found[key_of(whole, block.place, by)] |= {(whole, part.place) for part in block.parts}
    return found


async def overheard(publishing: Publishing, asked: Sequence[Question], tables: Tables) -> set[Equation]:
    """What the answers say of the cells. Filters are variables and groups come in one order, so that some 200 documents do."""
    found: set[Equation] = set()
    for by, allowed in asked:
        adds_up = summed(tables, by, allowed)
        given = {NAMES[name]: values for name, values in allowed.items()}
        for row in (await publishing.ask(ASKED, by=by, filter=given))["participation"]["rows"]:
            if row["count"]["value"] is not None:
                found.add((frozenset(adds_up[tuple(key["label"] for key in row["key"])]), row["count"]["value"]))
    return found


def questions(random: Random) -> list[Question]:
    """1,000 random public questions: what each groups by, and what it allows."""
    drawn = [random_question(random) for _ in range(QUERIES)]
    return [(sorted(by, key=list(NAMES).index), allowed) for _, by, allowed in drawn]


class Solved:
    """A system of equations in reduced row echelon form, over exact fractions; unknowns that always occur together are one."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        listed = sorted(equations, key=lambda equation: (len(equation[0]), equation[1], sorted(map(str, equation[0]))))
        occurs: defaultdict[Unknown, list[int]] = defaultdict(list)
        for number, (unknowns, _) in enumerate(listed):
            for unknown in unknowns:
                occurs[unknown].append(number)
        together: defaultdict[tuple[int, ...], list[Unknown]] = defaultdict(list)
        for unknown, numbers in occurs.items():
            together[tuple(numbers)].append(unknown)
        self.groups = list(together.values())
        matrix = [[Fraction(number in numbers) for numbers in together] + [Fraction(listed[number][1])] for number in range(len(listed))]
        self.rows = reduced(matrix)

    def candidates(self, group: Sequence[Unknown]) -> int | None:
        """How many numbers one cell of a group may hold; None where the equations leave the group's sum open."""
        column = self.groups.index(list(group))
        for row in self.rows:
            if [place for place, value in enumerate(row[:-1]) if value] == [column]:
                return 1 if len(group) == 1 else int(row[-1] / row[column]) + 1
        return None


def reduced(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """The reduced row echelon form, without rows that are nothing."""
    done = 0
    for column in range(len(matrix[0]) - 1 if matrix else 0):
        pivot = next((number for number in range(done, len(matrix)) if matrix[number][column]), None)
        if pivot is None:
            continue
        matrix[done], matrix[pivot] = matrix[pivot], matrix[done]
        matrix[done] = [value / matrix[done][column] for value in matrix[done]]
        for number, row in enumerate(matrix):
            if number != done and row[column]:
                factor = row[column]
                matrix[number] = [value - factor * above for value, above in zip(row, matrix[done], strict=True)]
        done += 1
    assert not any(row[-1] for row in matrix[done:]), "answers contradict each other"
    return matrix[:done]


def exposed(solved: Solved, truth: Mapping[Unknown, int]) -> list[tuple[Unknown, int]]:
    """Small cells that are left with fewer than three numbers."""
    found = []
    for group in solved.groups:
        left = solved.candidates(group)
        small = [unknown for unknown in group if 0 < truth[unknown] < LEAST]
        if small and left is not None and left < 3:
            found += [(unknown, left) for unknown in small]
    return found


async def test_no_small_cell_is_recovered_from_two_releases(publishing: Publishing) -> None:
    random = Random(5)
    made = random_book(random, size=70)
    await publishing.store(made.ledger())
    await publishing.publish()
    before = await standing(publishing)
    asked = questions(random)
    first = await overheard(publishing, asked, before)
    then = cells(before)
    assert not exposed(Solved(first), then)
    await revise(publishing, random)
    await publishing.publish()
    after = await standing(publishing)
    now = cells(after)
    changed = {cell for cell in {*then, *now} if then.get(cell) != now.get(cell)}
    second = await overheard(publishing, asked, after)
    truth = {**now, **then, **{("changed", *cell): now.get(cell, 0) for cell in changed}}
    both = first | {(frozenset(as_new(unknowns, changed)), value) for unknowns, value in second}
    assert changed
    assert not exposed(Solved(both), truth)


def as_new(unknowns: Iterable[Unknown], changed: set[Unknown]) -> Iterable[Unknown]:
    """The unknowns of the second release: those of the first, but for cells that changed."""
    return (("changed", *unknown) if unknown in changed else unknown for unknown in unknowns)


@pytest.mark.parametrize("number", range(12))
async def test_nor_from_those_of_many_other_ledgers(number: int) -> None:
    """The same without the API, whose answers are sums of blocks (test_publishing.py)."""
    random = Random(number)
    parts = random_parts(random)
    before = next_release({}, parts)
    after = next_release(before, {whole: changed_parts(random, some) for whole, some in parts.items()})
    then, now = cells(before), cells(after)
    changed = {cell for cell in {*then, *now} if then.get(cell) != now.get(cell)}
    asked = questions(random)
    first = {(frozenset(row), sum(then[cell] for cell in row)) for by, given in asked for row in summed(before, by, given).values()}
    second = {(frozenset(row), sum(now[cell] for cell in row)) for by, given in asked for row in summed(after, by, given).values()}
    truth = {**now, **then, **{("changed", *cell): now.get(cell, 0) for cell in changed}}
    assert not exposed(Solved(first), truth)
    assert not exposed(Solved(first | {(frozenset(as_new(row, changed)), value) for row, value in second}), truth)


def random_parts(random: Random) -> dict[Whole, list[Part]]:
    """What two partners count in two years."""
    found: dict[Whole, dict[tuple[Place, str], Part]] = {("COMPLETED", 2020): {}, ("COMPLETED", 2021): {}}
    for _ in range(80):
        place = Place(*[random.choice(options) for options in PLACES])
        partner, count = random.choice(("UNODC", "UNODC", "OAS")), random.choice((1, 2, 3, 4, 6, 9, 20, 40))
        found[random.choice(list(found))][place, partner] = Part(place, partner, count)
    return {whole: list(parts.values()) for whole, parts in found.items()}


def changed_parts(random: Random, parts: Sequence[Part]) -> list[Part]:
    """The parts with some changed, by little and by much, and some new ones."""
    moves = {part: random.choice((0, 0, 0, -30, -3, -1, 1, 2, 7, 12)) for part in parts}
    kept = [replace(part, count=part.count + move) for part, move in moves.items() if part.count + move > 0]
    places = {part.place for part in kept}
    more = {Place(*[random.choice(options) for options in PLACES]) for _ in range(8)} - places
    return [*kept, *[Part(place, "UNODC", random.choice((1, 2, 3, 8))) for place in sorted(more)]]


async def revise(publishing: Publishing, random: Random) -> None:
    """Changes some counts, by little and by much, and verifies what waited."""
    async with publishing.owner.write() as transaction:
        for row in await transaction.fetch(text("SELECT id, count FROM statement")):
            if random.randrange(3) == 0:
                count = max(0, row["count"] + random.choice((-30, -3, -1, 1, 2, 4, 7, 12, 25)))
                await transaction.fetch(text("UPDATE statement SET count = :count WHERE id = :id"), count=count, id=row["id"])


async def test_an_attack_that_should_succeed_does(publishing: Publishing) -> None:
    """The same attack on the ledger's own cells, each in a block of its own, finds all of them: so it can fail."""
    made = random_book(Random(1), size=30)
    await publishing.store(made.ledger())
    await publishing.publish()
    small = {((("COMPLETED", 2020), Place(("JM",), ("POLICE",), ("MALE",)))): 3, ((("COMPLETED", 2020), Place(("JM",), ("TAX",), ()))): 9}
    naive: set[Equation] = {(frozenset({cell}), count) for cell, count in small.items()} | {(frozenset(small), 12)}
    assert exposed(Solved(naive), small) == [((("COMPLETED", 2020), Place(("JM",), ("POLICE",), ("MALE",))), 1)]
