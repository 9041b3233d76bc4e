"""Whether PUBLIC counts about one population tell of 1 to 4 people by subtraction (rule R9's threshold). Pure.

Their slices must be nested in each other or have nobody in common: what overlapping counts tell together is found by inclusion and
exclusion, and nobody could say so at a glance. Then all that can be found is what a count leaves when counts of different people within its
slice are taken away, and each such difference is 0 or at least the threshold. Counts of two claim sets with the same slice are compared as
if one lay in the other, since one of them may have left people out. Units and precisions are not looked at: they hide nothing for sure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

from resolvers.release import THRESHOLD
from resolvers.submitting.claims import Slice

SMALLEST_SHOWN = THRESHOLD
Counts = tuple[int, ...]


class PublicCount(NamedTuple):
    """A count that everybody knows. Counts with the same key are of different people; one without a key stands alone."""

    slice: Slice
    key: Any
    number: int


def tell_too_much(counts: Iterable[PublicCount]) -> bool:
    """Whether these counts tell of a group too small to be shown, or cannot be judged."""
    known = list(counts)
    return _overlap(known) or _leave_few(_words(known))


def _overlap(known: Iterable[PublicCount]) -> bool:
    """Whether two slices share people though neither is within the other, or though their counts are of different people.

    Reporting periods are told apart by their names alone, so that two of them may share people.
    """
    keys: dict[Slice, set[Any]] = {}
    for slice_, key, _ in known:
        keys.setdefault(slice_, set()).add(key)
    at_any_time = {each: replace(each, period=None) for each in keys}
    return any(
        at_any_time[one].meets(at_any_time[other])
        and (not (one.contains(other) or other.contains(one)) or bool((keys[one] & keys[other]) - {None}))
        for one, other in combinations(keys, 2)
    )


def _words(known: Iterable[PublicCount]) -> dict[Slice, set[Counts]]:
    """What is said of each slice: for each claim set its counts, which add up. What is said twice is known once."""
    keyed: dict[tuple[Slice, Any], list[int]] = {}
    words: dict[Slice, set[Counts]] = {}
    for slice_, key, count in known:
        if key is None:
            words.setdefault(slice_, set()).add((count,))
        else:
            keyed.setdefault((slice_, key), []).append(count)
    for (slice_, _), counts in keyed.items():
        words.setdefault(slice_, set()).add(tuple(sorted(counts)))
    return words


def _leave_few(words: Mapping[Slice, set[Counts]]) -> bool:
    """Whether a count, or those of a claim set that have one slice, leave a few people."""
    slices, ends = _nested(list(words))
    said = [words[each] for each in slices]
    for place, alternatives in enumerate(said):
        largest = max(sum(word) for word in alternatives)
        inside = _sums(said, ends, place, largest)
        for word in alternatives:
            beside = inside
            for other in alternatives - {word}:
                beside |= _added(1, other)
            if any(_has_few_more(beside, count) for count in {*word, sum(word)}):
                return True
    return False


def _nested(slices: Sequence[Slice]) -> tuple[list[Slice], list[int]]:
    """The slices in such an order that those within each one come right after it, and for each one the place at which they end."""
    around = {each: [other for other in slices if other != each and other.contains(each)] for each in slices}
    numbers = {each: number for number, each in enumerate(slices)}

    def path(each: Slice) -> list[int]:
        return [numbers[outer] for outer in (*sorted(around[each], key=lambda outer: len(around[outer])), each)]

    ordered = sorted(slices, key=path)
    return ordered, [place + 1 + sum(each in around[inner] for inner in slices) for place, each in enumerate(ordered)]


def _sums(said: Sequence[set[Counts]], ends: Sequence[int], place: int, largest: int) -> int:
    """What counts of different people within a slice add up to, up to a number: bit n for the sum n."""
    end, limit = ends[place], (1 << (largest + 1)) - 1
    sums = dict.fromkeys(range(place + 1, end + 1), 0) | {place + 1: 1}
    for inner in range(place + 1, end):
        sums[inner + 1] |= sums[inner]
        for word in said[inner]:
            sums[ends[inner]] |= _added(sums[inner], word) & limit
    return sums[end]


def _added(sums: int, word: Counts) -> int:
    """The sums, with any of these counts added."""
    for count in word:
        sums |= sums << count
    return sums


def _has_few_more(sums: int, count: int) -> bool:
    """Whether a count is above one of the sums by less than the threshold."""
    return any(sums >> (count - few) & 1 for few in range(1, min(SMALLEST_SHOWN, count + 1)))
