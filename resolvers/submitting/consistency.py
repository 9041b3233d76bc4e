"""Whether a partner's counts can stand beside each other: what a submission would break, and what it leaves to be noticed. Pure.

UNIT_MIXED, PARTITION_KEY_REQUIRED and SLICES_EXCEED_TOTAL refuse the records that break something; what was contradictory before, and gets
no worse, refuses nobody. Which record of several is wrong cannot be known, so all that take part are named: new parts of the finer set,
else the new total, else the withdrawals that made the total smaller.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from models.statements import Measure, Precision
from resolvers.submitting.claims import Claim, ClaimSet, Excess, Population, Slice, by_population, excesses, sets_of, without

LADDER = tuple(measure.value for measure in Measure if measure is not Measure.REPORTED_TRAINED)


class Finding(NamedTuple):
    """What is to be said about the record with this number."""

    record: int
    code: str
    params: Mapping[str, Any]


class Movement(NamedTuple):
    """What a submission does to the claims: those before it, those that it adds, those that it takes back.

    `doubtful` are claims of records that are rejected already: they are judged too, so that their sender learns everything at once, but
    nobody is judged by them. The index of a claim in `gone` is that of its withdrawal.
    """

    stored: Sequence[Claim]
    new: Sequence[Claim]
    gone: Sequence[Claim] = ()
    doubtful: Sequence[Claim] = ()

    @property
    def after(self) -> list[Claim]:
        """The claims as they would be: what is stored first, then what is new in the order of the records."""
        return [*without(self.stored, self.gone), *self.new]


def errors(movement: Movement) -> list[Finding]:
    """What refuses records. Sums are looked at once units and keys are right: ask again without the records that were refused."""
    after = movement.after
    sets = sets_of(after)
    found = [*_mixed_units(sets, movement), *_missing_keys(after, movement)]
    undecided = {claim.index for claim in movement.new}
    if any(finding.record in undecided for finding in found):
        return found
    return [*found, *_exceeding(sets, movement)]


def _mixed_units(sets: Mapping[Any, ClaimSet], movement: Movement) -> Iterator[Finding]:
    """Claims in another unit than their set's: that of what is stored, else of its first record."""
    units: dict[Any, str] = {}
    for claim in (*movement.new, *movement.doubtful):
        if claim.key is not None:
            found = sets.get(claim.set)
            expected = units.setdefault(claim.set, found.unit if found else claim.unit)
            if claim.unit != expected:
                yield Finding(claim.index or 0, "UNIT_MIXED", {"partitionKey": claim.key, "expected": expected})


def _missing_keys(after: Iterable[Claim], movement: Movement) -> Iterator[Finding]:
    slices: dict[Population, dict[Slice, str]] = {}
    for claim in after:
        slices.setdefault(claim.population, {}).setdefault(claim.slice, claim.title)
    for claim in (*movement.new, *movement.doubtful):
        if claim.key is None:
            for other, title in slices.get(claim.population, {}).items():
                if not (claim.slice.contains(other) or other.contains(claim.slice)):
                    yield Finding(claim.index or 0, "PARTITION_KEY_REQUIRED", {"other": title})
                    break


def _exceeding(sets: Mapping[Any, ClaimSet], movement: Movement) -> Iterator[Finding]:
    found = list(excesses(sets.values()))
    if not found:
        return
    before = {excess.key: excess.sum - excess.allowed for excess in excesses(sets_of(movement.stored).values())}
    for excess in found:
        if excess.sum - excess.allowed > before.get(excess.key, 0):
            for index in blamed(excess, movement.gone):
                yield Finding(index, "SLICES_EXCEED_TOTAL", told(excess))


def told(excess: Excess) -> dict[str, Any]:
    """The parameters of SLICES_EXCEED_TOTAL."""
    return {"slices": excess.finer.title, "sum": excess.sum, "total": excess.coarser.title, "exactly": excess.allowed}


def blamed(excess: Excess, gone: Iterable[Claim]) -> list[int]:
    """The indexes of the claims that take part in a contradiction, of the first sort of which there is one."""
    part, both = excess.part, {excess.coarser.claims[0].set, excess.finer.claims[0].set}
    choices = (
        [claim for claim in excess.finer.claims if part is None or part.contains(claim.slice)],
        [claim for claim in excess.coarser.claims if part is None or part.meets(claim.slice)],
        [claim for claim in gone if claim.set in both],
        [*excess.finer.claims, *excess.coarser.claims],
    )
    indexes = ([claim.index for claim in choice if claim.index is not None] for choice in choices)
    return next((found for found in indexes if found), [])


def warnings(movement: Movement) -> Iterator[Finding]:
    """What is to be noticed in the claims as they will be, each said of the last record that takes part."""
    sets = list(sets_of(movement.after).values())
    for comparable in by_population(sets).values():
        for finer in comparable:
            if finer.claims[0].key is not None:
                yield from _below_total(finer, comparable)
    yield from _inverted_ladders(sets)


def _below_total(finer: ClaimSet, comparable: Iterable[ClaimSet]) -> Iterator[Finding]:
    totals = [each for each in comparable if each.is_exact and each.is_coarser(finer) and each.total > finer.total and each.covers(finer)]
    if not totals:
        return
    total = min(totals, key=lambda each: (each.dimensions.bit_count(), each.total, each.title))
    newest = _newest(total, finer)
    if newest is not None:
        params = {"partitionKey": finer.claims[0].key, "total": total.title, "remainder": total.total - finer.total}
        yield Finding(newest, "W_SLICES_BELOW_TOTAL", params)


def _inverted_ladders(sets: Iterable[ClaimSet]) -> Iterator[Finding]:
    """Later stages that more people reached than an earlier one that counts them all."""
    stages: dict[Any, dict[str, ClaimSet]] = {}
    for each in sets:
        partner, cohort, measure = each.claims[0].population
        known = stages.setdefault((partner, cohort, each.unit), {})
        if measure in LADDER and (measure not in known or _totality(each) < _totality(known[measure])):
            known[measure] = each
    for totals in stages.values():
        for earlier, later in combinations([measure for measure in LADDER if measure in totals], 2):
            yield from _inverted(earlier, totals[earlier], later, totals[later])


def _totality(each: ClaimSet) -> tuple[int, int, str]:
    """A sort key by which the set that speaks for the whole comes first: the fewest dimensions, then the newest."""
    return each.dimensions.bit_count(), -1 if each.newest is None else -2 - each.newest, each.title


def _inverted(earlier: str, before: ClaimSet, later: str, after: ClaimSet) -> Iterator[Finding]:
    at_least = any(claim.precision == Precision.AT_LEAST.value for claim in before.claims)
    newest = _newest(before, after)
    if newest is not None and after.total > before.total and not at_least and before.covers(after):
        params = {"earlier": earlier, "earlierCount": before.total, "later": later, "laterCount": after.total}
        yield Finding(newest, "W_LADDER_INVERTED", params)


def _newest(one: ClaimSet, other: ClaimSet) -> int | None:
    return max((each.newest for each in (one, other) if each.newest is not None), default=None)
