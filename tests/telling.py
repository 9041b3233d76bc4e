"""What PUBLIC counts tell by subtraction, by trying everything: the oracle for resolvers/curating/telling.py, which knows nothing of it."""

from collections.abc import Sequence
from itertools import chain, combinations
from typing import Any, NamedTuple


class Said(NamedTuple):
    """One PUBLIC count. Nothing stated in a dimension: over all, or not known."""

    states: frozenset[str]
    departments: frozenset[tuple[str, str]]
    sex: str | None
    period: str | None
    key: Any
    number: int


def tells_too_much(said: Sequence[Said]) -> bool:
    """Whether two of them overlap in part, or one, less no others or some of different people within it, is 1 to 4."""
    if any(overlap(one, other) for one, other in combinations(said, 2)):
        return True
    groups = {(each[:4], each.key) for each in said if each.key is not None}
    sums = [[each for each in said if (each[:4], each.key) == group] for group in groups]
    wholes = [[each] for each in said] + sums
    return any(left in range(1, 5) for whole in wholes for left in what_is_left(whole, said))


def what_is_left(whole: Sequence[Said], said: Sequence[Said]) -> set[int]:
    """The whole less each choice of others, none too, that are of different people, and all within it."""
    first = whole[0]
    own = [each for each in said if each is first or (first.key is not None and (each[:4], each.key) == (first[:4], first.key))]
    others = [each for each in said if not any(each is one for one in own) and within(each, first)]
    choices = chain.from_iterable(combinations(others, size) for size in range(len(others) + 1))
    found = {sum(each.number for each in chosen) for chosen in choices if all(apart(*pair) for pair in combinations(chosen, 2))}
    return {sum(each.number for each in whole) - taken for taken in found}


def apart(one: Said, other: Said) -> bool:
    """Whether two counts are surely of different people."""
    is_one_set = one.key is not None and one.key == other.key
    return is_one_set or not may_share(one, other) or (one.period is not None and other.period is not None and one.period != other.period)


def overlap(one: Said, other: Said) -> bool:
    """Whether two counts may share people and neither is within the other, or are in one set but not of the same slice."""
    if not may_share(one, other) or (one[:4] == other[:4]):
        return False
    return not (within(one, other) or within(other, one)) or (one.key is not None and one.key == other.key)


def may_share(one: Said, other: Said) -> bool:
    """Whether somebody can be of both, whatever the period."""
    pairs = [(mine, theirs) for mine in one.departments for theirs in other.departments]
    places = not one.departments or not other.departments or any(same(*pair) for pair in pairs)
    states = not one.states or not other.states or bool(one.states & other.states)
    sexes = stated(one.sex) is None or stated(other.sex) is None or one.sex == other.sex
    return states and places and sexes


def same(mine: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Whether somebody can be of both departments."""
    return mine[0] == theirs[0] and (mine[1] == theirs[1] or "NOT_STATED" in (mine[1], theirs[1]))


def within(inner: Said, outer: Said) -> bool:
    """Whether all of the one are of the other."""
    states = not outer.states or (bool(inner.states) and inner.states <= outer.states)
    covered = all((code, kind) in outer.departments or (code, "NOT_STATED") in outer.departments for code, kind in inner.departments)
    places = not outer.departments or (bool(inner.departments) and covered)
    sexes = stated(outer.sex) is None or inner.sex == outer.sex
    return states and places and sexes and (outer.period is None or inner.period == outer.period)


def stated(sex: str | None) -> str | None:
    """The sex, if anybody said one."""
    return None if sex == "UNSPECIFIED" else sex
