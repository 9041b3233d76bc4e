"""The rules about the counts of one partner on one population, which are claims about the same people (product.md B3, B4). Pure.

A claim set is a statement without a partition key, or all statements that share one. A set is coarser than another if it states fewer
dimensions, all of them among the other's; the parts of the finer set that lie within a slice of the coarser one must not add up to more
than that slice allows. A slice allows what all claims that meet it add up to, if all of them are EXACT.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

from models.statements import InstitutionType, Precision, Sex

STATE, DEPARTMENT, INSTITUTION, SEX, PERIOD = 1, 2, 4, 8, 16
ANY_INSTITUTION, NO_SEX, EXACT = InstitutionType.NOT_STATED.value, Sex.UNSPECIFIED.value, Precision.EXACT.value


class Population(NamedTuple):
    """Whom a partner counts: the canonical cohort, and the stage that they reached."""

    partner: UUID
    cohort: UUID
    measure: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a population is counted; a missing dimension means over all, or not stated."""

    states: frozenset[str] = frozenset()
    departments: frozenset[tuple[str, str]] = frozenset()
    sex: str | None = None
    period: str | None = None
    dimensions: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        institutions = any(institution != ANY_INSTITUTION for _, institution in self.departments)
        sex = self.sex is not None and self.sex != NO_SEX
        places = STATE * bool(self.states) + DEPARTMENT * bool(self.departments) + INSTITUTION * institutions
        object.__setattr__(self, "dimensions", places + SEX * sex + PERIOD * bool(self.period))
        object.__setattr__(self, "sex", self.sex if sex else None)

    @property
    def is_single(self) -> bool:
        """Whether it names at most one value of each dimension."""
        return len(self.states) <= 1 and len(self.departments) <= 1

    def contains(self, other: "Slice") -> bool:
        """Whether all people of the other slice are of this one."""
        return (
            (not self.states or (bool(other.states) and other.states <= self.states))
            and (not self.departments or (bool(other.departments) and all(self._has(each) for each in other.departments)))
            and (self.sex is None or other.sex == self.sex)
            and (self.period is None or other.period == self.period)
        )

    def meets(self, other: "Slice") -> bool:
        """Whether anybody can be of both slices."""
        return (
            (not self.states or not other.states or not self.states.isdisjoint(other.states))
            and (not self.departments or not other.departments or self._shares(other) or other._shares(self))
            and (self.sex is None or other.sex is None or other.sex == self.sex)
            and (self.period is None or other.period is None or other.period == self.period)
        )

    def within(self, dimensions: int) -> "Slice":
        """The slice with these dimensions alone."""
        departments = self.departments if dimensions & DEPARTMENT else frozenset()
        if not dimensions & INSTITUTION:
            departments = frozenset((code, ANY_INSTITUTION) for code, _ in departments)
        return Slice(
            self.states if dimensions & STATE else frozenset(),
            departments,
            self.sex if dimensions & SEX else None,
            self.period if dimensions & PERIOD else None,
        )

    def _has(self, department: tuple[str, str]) -> bool:
        return department in self.departments or (department[0], ANY_INSTITUTION) in self.departments

    def _shares(self, other: "Slice") -> bool:
        return any(self._has(each) for each in other.departments)


@dataclass(frozen=True, slots=True)
class Claim:
    """A count; or several that agree in all but their number. `index` is the record of one that is not stored yet."""

    population: Population
    key: str | None
    name: str
    unit: str
    precision: str
    slice: Slice
    count: int
    statements: int = 1
    index: int | None = None

    @property
    def set(self) -> tuple[Population, str | None, str | None]:
        """The claim set that it belongs to."""
        return self.population, self.key, None if self.key is not None else self.name

    @property
    def title(self) -> str:
        """How its set is told to its partner."""
        return f"partitionKey {self.key}" if self.key is not None else self.name


def without(claims: Sequence[Claim], gone: Sequence[Claim]) -> list[Claim]:
    """The claims less those that are taken back."""
    if not gone:
        return list(claims)
    left: dict[Any, Claim] = {}
    for claim in claims:
        known = left.get(_alike(claim))
        left[_alike(claim)] = claim if known is None else _plus(known, claim.count, claim.statements)
    for claim in gone:
        known = left.get(_alike(claim))
        if known is not None:
            left[_alike(claim)] = _plus(known, -claim.count, -claim.statements)
    return [claim for claim in left.values() if claim.statements > 0]


def _plus(claim: Claim, count: int, statements: int) -> Claim:
    return replace(claim, count=claim.count + count, statements=claim.statements + statements)


def _alike(claim: Claim) -> Any:
    return claim.set, claim.unit, claim.precision, claim.slice


class ClaimSet:
    """Claims about different people: their dimensions, their sums by slice, and what their slices allow."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.title = claims[0].title
        self.unit = claims[0].unit
        self.dimensions = 0
        self.sums: dict[Slice, int] = {}
        for claim in claims:
            self.dimensions |= claim.slice.dimensions
            self.sums[claim.slice] = self.sums.get(claim.slice, 0) + claim.count
        self.total = sum(self.sums.values())
        self.is_exact = all(claim.precision == EXACT for claim in claims)
        self.is_plain = all(each.is_single and each.dimensions == self.dimensions for each in self.sums)

    @property
    def newest(self) -> int | None:
        """The last record of the submission that adds to it."""
        return max((claim.index for claim in self.claims if claim.index is not None), default=None)

    def is_coarser(self, other: "ClaimSet") -> bool:
        """Whether it states fewer dimensions, all of them the other's."""
        return self.dimensions != other.dimensions and self.dimensions & other.dimensions == self.dimensions

    def covers(self, other: "ClaimSet") -> bool:
        """Whether every part of the other set lies within a slice of this one."""
        if self.is_plain and other.is_plain:
            return all(each.within(self.dimensions) in self.sums for each in other.sums)
        return all(any(mine.contains(each) for mine in self.sums) for each in other.sums)

    def allows(self, part: Slice) -> int | None:
        """How many people there can be within one of its slices; None if it does not say exactly."""
        if self.is_plain:
            return self.sums[part] if self.is_exact else None
        meeting = [claim for claim in self.claims if part.meets(claim.slice)]
        return sum(claim.count for claim in meeting) if all(claim.precision == EXACT for claim in meeting) else None

    def parts_within(self, coarser: "ClaimSet") -> dict[Slice, int]:
        """The sums of its parts within each slice of a coarser set."""
        within: dict[Slice, int] = {}
        if self.is_plain and coarser.is_plain:
            for each, count in self.sums.items():
                projected = each.within(coarser.dimensions)
                if projected in coarser.sums:
                    within[projected] = within.get(projected, 0) + count
            return within
        for part in coarser.sums:
            within[part] = sum(count for each, count in self.sums.items() if part.contains(each))
        return within


def sets_of(claims: Iterable[Claim]) -> dict[Any, ClaimSet]:
    """The claim sets."""
    grouped: dict[Any, list[Claim]] = {}
    for claim in claims:
        grouped.setdefault(claim.set, []).append(claim)
    return {key: ClaimSet(members) for key, members in grouped.items()}


def by_population(sets: Iterable[ClaimSet]) -> dict[tuple[Population, str], list[ClaimSet]]:
    """The sets that can be compared: those of one population in one unit."""
    grouped: dict[tuple[Population, str], list[ClaimSet]] = {}
    for each in sets:
        grouped.setdefault((each.claims[0].population, each.unit), []).append(each)
    return grouped


class Excess(NamedTuple):
    """Parts of a finer set add up to more than a slice of a coarser one allows; a `part` of None is the coarser set as a whole."""

    coarser: ClaimSet
    finer: ClaimSet
    part: Slice | None
    sum: int
    allowed: int

    @property
    def key(self) -> Any:
        """What it is about, to find it again in another state of the claims."""
        return self.coarser.claims[0].set, self.finer.claims[0].set, self.part

    def concerns(self, claim: Claim) -> bool:
        """Whether the claim is among the parts that are too many, or among those that allow too few."""
        if claim.set == self.finer.claims[0].set:
            return self.part is None or self.part.contains(claim.slice)
        return claim.set == self.coarser.claims[0].set and (self.part is None or self.part.meets(claim.slice))


def excesses(sets: Iterable[ClaimSet]) -> Iterator[Excess]:
    """All contradictions among the sets."""
    for comparable in by_population(sets).values():
        for finer in comparable:
            for coarser in comparable:
                if coarser.is_coarser(finer):
                    yield from _excesses(coarser, finer)


def _excesses(coarser: ClaimSet, finer: ClaimSet) -> Iterator[Excess]:
    if len(coarser.sums) == 1 and coarser.total >= finer.total:
        return
    for part, count in finer.parts_within(coarser).items():
        allowed = coarser.allows(part) if count else None
        if allowed is not None and count > allowed:
            yield Excess(coarser, finer, part, count, allowed)
    if coarser.is_exact and not coarser.is_plain and finer.total > coarser.total and coarser.covers(finer):
        yield Excess(coarser, finer, None, finer.total, coarser.total)
