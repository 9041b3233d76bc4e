"""What an identifier tells: the millisecond in which it was made, and nothing of how many were made beside it."""

import time
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from models.base import new_id

MILLISECOND = 1_790_000_000_123


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The identifiers of a thousand rows made in one millisecond."""
    monkeypatch.setattr(time, "time_ns", lambda: MILLISECOND * 1_000_000 + 999_999)
    return [new_id() for _ in range(1_000)]


def chance(identifier: UUID) -> int:
    """The 74 bits behind the time that are neither version nor variant."""
    return (identifier.int >> 64 & 0xFFF) << 62 | identifier.int & (1 << 62) - 1


def test_identifiers_are_of_version_7_and_hold_the_millisecond(drawn: list[UUID]) -> None:
    assert {(each.version, each.variant) for each in drawn} == {(7, RFC_4122)}
    assert {each.int >> 80 for each in drawn} == {MILLISECOND}


def test_neither_the_distance_of_two_identifiers_nor_their_order_tells_what_was_made_between_them(drawn: list[UUID]) -> None:
    """By chance alone two of a thousand are neighbours among 2^74 once in 10^16 runs. Half of them follow a lower one."""
    gaps = [later - earlier for earlier, later in pairwise(sorted(map(chance, drawn)))]
    assert min(gaps) > 1
    rises = sum(one < next_ for one, next_ in pairwise(map(chance, drawn)))
    assert 350 < rises < 650


def test_every_bit_behind_the_time_is_drawn(drawn: list[UUID]) -> None:
    for bit in range(74):
        assert 300 < sum(chance(each) >> bit & 1 for each in drawn) < 700, bit
