"""Whether what partners count stays consistent if cohorts move from one population to another (product.md B3, B4).

Claims that did not stand together before must not contradict each other: UNIT_MIXED, PARTITION_KEY_REQUIRED and SLICES_EXCEED_TOTAL refuse
the cohorts that bring them together, or that take a part of a total away. What was contradictory before, and gets no worse, refuses nobody.
No order of arrival speaks for a count without a partition key here: it cannot stand beside another one, with a key or without.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from models.courses import Cohort
from models.database import Transaction, render
from models.statements import Statement
from resolvers.submitting import stored_claims
from resolvers.submitting.claims import Claim, Population, excesses, sets_of
from resolvers.submitting.consistency import Finding, blamed, told
from resolvers.submitting.stored import among, table_of


class Moving(NamedTuple):
    """A claim as it will be, with the index of its cohort in the request, if that moves; and the population that it was about before."""

    claim: Claim
    before: Population


async def errors(transaction: Transaction, indexes: Mapping[UUID, int], canonical_id: UUID | None) -> list[Finding]:
    """What refuses the move of these cohorts, by their indexes, to a canonical cohort's population, or to their own."""
    ids = list(indexes) if canonical_id is None else [*indexes, canonical_id]
    concerned = await transaction.fetch(_CONCERNED, ids=ids)
    partners = {row["partner_id"] for row in concerned if row["partner_id"] is not None}
    found = await stored_claims.claims_by_cohort(transaction, partners, {row["population_id"] for row in concerned})
    return judge([_moving(cohort, claim, indexes, canonical_id) for cohort, claim in found])


def _moving(cohort: UUID, claim: Claim, indexes: Mapping[UUID, int], canonical_id: UUID | None) -> Moving:
    if cohort not in indexes:
        return Moving(claim, claim.population)
    after = claim.population._replace(cohort=canonical_id or cohort)
    return Moving(replace(claim, population=after, index=indexes[cohort]), claim.population)


def judge(claims: Sequence[Moving]) -> list[Finding]:
    """What refuses moves, each code once for a cohort. Sums are looked at once units and keys are right."""
    told_once: dict[tuple[int, str], Finding] = {}
    for finding in list(_unlike(claims)) or _exceeding(claims):
        told_once.setdefault((finding.record, finding.code), finding)
    return list(told_once.values())


def _unlike(claims: Sequence[Moving]) -> Iterator[Finding]:
    """Claims that are brought together though they have different units, or no partition key."""
    by_population: dict[Population, list[Moving]] = {}
    for each in claims:
        by_population.setdefault(each.claim.population, []).append(each)
    for members in by_population.values():
        if len({each.before for each in members}) > 1:
            yield from _mixed_units(members)
            yield from _missing_keys(members)


def _mixed_units(members: Sequence[Moving]) -> Iterator[Finding]:
    units: dict[str, dict[str, set[Population]]] = {}
    for claim, before in members:
        if claim.key is not None:
            units.setdefault(claim.key, {}).setdefault(claim.unit, set()).add(before)
    for claim, before in members:
        if claim.index is not None and claim.key is not None:
            others = (unit for unit, from_ in units[claim.key].items() if unit != claim.unit and from_ - {before})
            for unit in others:
                yield Finding(claim.index, "UNIT_MIXED", {"partitionKey": claim.key, "expected": unit})


def _missing_keys(members: Sequence[Moving]) -> Iterator[Finding]:
    for lone in members:
        for other in members if lone.claim.key is None else ():
            if other.before != lone.before and not _nested(lone.claim, other.claim):
                for claim, beside in ((lone.claim, other.claim), (other.claim, lone.claim)):
                    if claim.index is not None:
                        yield Finding(claim.index, "PARTITION_KEY_REQUIRED", {"other": beside.title})


def _nested(one: Claim, other: Claim) -> bool:
    return one.slice.contains(other.slice) or other.slice.contains(one.slice)


def _exceeding(claims: Sequence[Moving]) -> Iterator[Finding]:
    found = list(excesses(sets_of(each.claim for each in claims).values()))
    if not found:
        return
    known = _known(claims)
    gone = [replace(claim, population=before) for claim, before in claims if claim.index is not None and claim.population != before]
    for excess in found:
        if excess.sum - excess.allowed > known.get(excess.key, 0):
            for index in blamed(excess, gone):
                yield Finding(index, "SLICES_EXCEED_TOTAL", told(excess))


def _known(claims: Sequence[Moving]) -> dict[Any, int]:
    """By how much parts were too many already, under the populations in which that can be found now."""
    after: dict[Population, set[Population]] = {}
    for claim, before in claims:
        after.setdefault(before, {before}).add(claim.population)
    known: dict[Any, int] = {}
    for excess in excesses(sets_of(replace(claim, population=before) for claim, before in claims).values()):
        (population, *coarser), (_, *finer), part = excess.key
        for place in after[population]:
            key = (place, *coarser), (place, *finer), part
            known[key] = max(known.get(key, 0), excess.sum - excess.allowed)
    return known


def population_of(ids: str) -> Select[Any]:
    """The canonical cohorts of some cohorts."""
    row = table_of(Cohort).alias("asked")
    return select(func.coalesce(row.c.same_run_as_id, row.c.id)).where(among(row.c.id, ids))


def _concerned() -> Select[Any]:
    """The populations of some cohorts, each with every partner that states something about it."""
    run, statement = table_of(Cohort), table_of(Statement)
    population = func.coalesce(run.c.same_run_as_id, run.c.id)
    joined = run.outerjoin(statement, statement.c.cohort_id == run.c.id)
    found = select(population.label("population_id"), statement.c.partner_id).select_from(joined)
    return found.where(population.in_(population_of("ids"))).distinct()


_CONCERNED = render(_concerned())
