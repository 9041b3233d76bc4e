"""Whether PUBLIC counts tell of a few people, against trying everything (tests/telling.py), and the cases that are easily forgotten."""

from random import Random

import pytest

from resolvers.curating.telling import PublicCount, tell_too_much
from resolvers.submitting.claims import Slice
from tests.telling import Said, tells_too_much

NOBODY: frozenset[str] = frozenset()


def said(number: int, states: str = "", departments: str = "", sex: str | None = None, period: str | None = None, key: str = "") -> Said:
    """A count of states such as "JM TT", departments such as "POLICE POLICE/TRAINING_INSTITUTION"."""
    places = frozenset((code, kind or "NOT_STATED") for code, _, kind in (each.partition("/") for each in departments.split()))
    return Said(frozenset(states.split()), places, sex, period, key or None, number)


def tell(counts: list[Said]) -> bool:
    """What is said of them, whatever their order."""
    found = {
        tell_too_much([PublicCount(Slice(each.states, each.departments, each.sex, each.period), each.key, each.number) for each in order])
        for order in (counts, counts[::-1])
    }
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([said(31)], False),
        ([said(31), said(29, sex="MALE")], True),
        ([said(31), said(31, sex="MALE")], False),
        ([said(31), said(26, sex="MALE")], False),
        ([said(31), said(20, sex="MALE", key="k"), said(9, sex="FEMALE", key="k")], True),
        ([said(31), said(20, sex="MALE"), said(11, sex="FEMALE")], False),
        ([said(31), said(20, sex="MALE"), said(9, sex="FEMALE")], True),
        ([said(31), said(31)], False),
        ([said(31), said(29)], True),
        ([said(20, key="k"), said(9, key="k")], False),
        ([said(20), said(9, key="k"), said(9, key="k")], True),
        ([said(40), said(20, "JM TT"), said(9, "JM"), said(9, "TT")], True),
        ([said(40), said(20, "JM TT"), said(15, "JM"), said(5, "TT")], False),
        ([said(40), said(20, "JM"), said(20, "TT")], False),
        ([said(20, "JM TT"), said(20, "TT BB")], True),
        ([said(20, sex="MALE"), said(20, "JM")], True),
        ([said(20, departments="POLICE"), said(17, departments="POLICE/TRAINING_INSTITUTION")], True),
        ([said(20, departments="POLICE CUSTOMS"), said(10, departments="POLICE")], False),
        ([said(20, "JM", key="k"), said(10, "JM", "POLICE", key="k")], True),
        ([said(20, period="Q1"), said(12, period="Q2")], True),
        ([said(30, period="Q1"), said(20, "JM", period="Q1")], False),
        ([said(0), said(0, sex="MALE")], False),
        ([said(31), said(0, sex="MALE")], False),
        ([said(12), said(9, sex="MALE"), said(8, sex="FEMALE")], True),
        ([said(5, sex="UNSPECIFIED"), said(5)], False),
    ],
)
def test_cases(counts: list[Said], expected: bool) -> None:
    assert tells_too_much(counts) is expected
    assert tell(counts) is expected


@pytest.mark.parametrize("seed", range(8))
def test_against_trying_everything(seed: int) -> None:
    random = Random(seed)
    found = {True: 0, False: 0}
    for _ in range(250):
        counts = random_counts(random)
        expected = tells_too_much(counts)
        assert tell(counts) is expected, counts
        found[expected] += 1
    assert min(found.values()) > 25


def random_counts(random: Random) -> list[Said]:
    """A few counts, nested more often than chance would have it, of numbers that often leave little."""
    states = random.choice([("", "JM", "TT", "BB"), ("", "JM TT", "JM", "TT"), ("",)])
    departments = random.choice([("",), ("",), ("POLICE", "POLICE/TRAINING_INSTITUTION", "CUSTOMS"), ("", "POLICE CUSTOMS", "CUSTOMS")])
    sexes = random.choice([(None,), (None, "MALE", "FEMALE"), ("MALE", "UNSPECIFIED")])
    periods = random.choice([(None,), (None,), (None, "Q1"), ("Q1", "Q2")])
    return [
        said(
            random.choice((0, 5, 6, 9, 10, 12, 15, 20, 31, 40)),
            random.choice(states),
            random.choice(departments),
            random.choice(sexes),
            random.choice(periods),
            random.choice(("", "", "k", "l")),
        )
        for _ in range(random.choice((1, 2, 2, 3, 4, 6)))
    ]


def test_many_counts_are_judged_at_once() -> None:
    """200 parts of a total, of large numbers."""
    parts = [said(20_000, f"S{number}", key="k") for number in range(200)]
    assert not tell([said(4_000_005), *parts])
    assert tell([said(4_000_004), *parts])
