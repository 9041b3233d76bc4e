"""Slices and claim sets, beside a slow and plain way to the same contradictions."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.submitting.claims import (
    DEPARTMENT,
    INSTITUTION,
    PERIOD,
    SEX,
    STATE,
    Claim,
    ClaimSet,
    Population,
    Slice,
    excesses,
    sets_of,
    without,
)

HERE = Population(UUID(int=1), UUID(int=2), "COMPLETED")


def slice_of(states: str = "", departments: str = "", sex: str | None = None, period: str | None = None) -> Slice:
    """A slice; departments are written as `POLICE/TRAINING_INSTITUTION`, the institution type left out if not stated."""
    pairs = [each.partition("/")[::2] for each in departments.split()]
    return Slice(frozenset(states.split()), frozenset((code, kind or "NOT_STATED") for code, kind in pairs), sex, period)


def claim(count: int, part: Slice | None = None, key: str | None = None, name: str = "", **more: object) -> Claim:
    """A claim of an exact number of participations."""
    basic = {"population": HERE, "key": key, "name": name or f"{count}", "unit": "PARTICIPATIONS", "precision": "EXACT"}
    return Claim(**(basic | {"slice": part or Slice(), "count": count} | more))


@pytest.mark.parametrize(
    ("part", "dimensions"),
    [
        (slice_of(), 0),
        (slice_of("JM"), STATE),
        (slice_of("", "POLICE"), DEPARTMENT),
        (slice_of("", "POLICE/TRAINING_INSTITUTION"), DEPARTMENT | INSTITUTION),
        (slice_of("", "", "UNSPECIFIED"), 0),
        (slice_of("", "", "UNDISCLOSED", "FY2019"), SEX | PERIOD),
    ],
)
def test_a_slice_states_dimensions(part: Slice, dimensions: int) -> None:
    assert part.dimensions == dimensions


def test_nobody_said_is_not_stated() -> None:
    assert slice_of("JM", sex="UNSPECIFIED") == slice_of("JM")


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (slice_of(), slice_of("JM", "POLICE", "MALE", "FY2019")),
        (slice_of("JM TT"), slice_of("JM")),
        (slice_of("JM"), slice_of("JM", "POLICE")),
        (slice_of("", "POLICE"), slice_of("", "POLICE/TRAINING_INSTITUTION")),
        (slice_of("", "POLICE CUSTOMS"), slice_of("TT", "CUSTOMS POLICE/TRAINING_INSTITUTION")),
        (slice_of("", "", "MALE"), slice_of("JM", "", "MALE")),
    ],
)
def test_a_slice_contains_what_is_narrower(wide: Slice, narrow: Slice) -> None:
    assert wide.contains(narrow)
    assert not narrow.contains(wide)
    assert wide.meets(narrow)
    assert narrow.meets(wide)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (slice_of("JM"), slice_of("TT")),
        (slice_of("", "POLICE"), slice_of("", "CUSTOMS")),
        (slice_of("", "", "MALE"), slice_of("JM", "", "FEMALE")),
        (slice_of("", "", None, "FY2019"), slice_of("", "", None, "FY2020")),
    ],
)
def test_slices_of_different_people_do_not_meet(one: Slice, other: Slice) -> None:
    assert not one.meets(other)
    assert not other.meets(one)
    assert not one.contains(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (slice_of("JM"), slice_of("", "POLICE")),
        (slice_of("JM TT"), slice_of("TT BB")),
        (slice_of("", "POLICE CUSTOMS"), slice_of("", "POLICE/TRAINING_INSTITUTION TAX")),
    ],
)
def test_slices_that_overlap_meet(one: Slice, other: Slice) -> None:
    assert one.meets(other)
    assert other.meets(one)
    assert not one.contains(other)
    assert not other.contains(one)


def found(*claims: Claim) -> list[tuple[str, str, int, int]]:
    """The contradictions: the finer set, the coarser one, the sum and what is allowed."""
    return [(each.finer.title, each.coarser.title, each.sum, each.allowed) for each in excesses(sets_of(claims).values())]


TOTAL = claim(4_053, name="total")
MEN, WOMEN = (claim(number, slice_of(sex=sex), "sex") for number, sex in ((2_218, "MALE"), (1_770, "FEMALE")))


def test_the_arithmetic_of_2020() -> None:
    assert found(TOTAL, MEN, WOMEN) == []
    assert found(TOTAL, MEN, WOMEN, claim(65, slice_of(sex="OTHER"), "sex")) == []
    assert found(TOTAL, MEN, WOMEN, claim(72, slice_of(sex="OTHER"), "sex")) == [("partitionKey sex", "total", 4_060, 4_053)]


def test_what_nobody_stated_belongs_to_the_sum() -> None:
    assert found(TOTAL, MEN, WOMEN, claim(66, key="sex")) == [("partitionKey sex", "total", 4_054, 4_053)]


def test_only_exact_totals_of_the_unit_and_population_bind() -> None:
    parts = (claim(20, slice_of("JM"), "k"), claim(30, slice_of("TT"), "k"))
    assert found(claim(40), *parts) == [("partitionKey k", "40", 50, 40)]
    assert found(claim(40, precision="AT_LEAST"), *parts) == []
    assert found(claim(40, unit="PEOPLE"), *parts) == []
    assert found(claim(40, population=HERE._replace(measure="ENROLLED")), *parts) == []
    assert found(claim(40, population=HERE._replace(partner=UUID(int=9))), *parts) == []


def test_a_slice_of_the_coarser_set_binds_what_lies_within_it() -> None:
    states = (claim(10, slice_of("JM"), "states"), claim(20, slice_of("TT"), "states"))
    men = claim(8, slice_of("JM", sex="MALE"), "both")
    assert found(*states, men, claim(2, slice_of("JM", sex="FEMALE"), "both")) == []
    assert found(*states, men, claim(3, slice_of("JM", sex="FEMALE"), "both")) == [("partitionKey both", "partitionKey states", 11, 10)]
    assert found(claim(10, slice_of("JM")), men, claim(30, slice_of("TT", sex="MALE"), "both")) == []


def test_units_of_one_slice_add_up_on_both_sides() -> None:
    units = (claim(10, slice_of("JM"), "units", "a"), claim(5, slice_of("JM"), "units", "b"))
    assert found(*units, claim(15, slice_of("JM", sex="MALE"))) == []
    assert found(*units, claim(16, slice_of("JM", sex="MALE"))) == [("16", "partitionKey units", 16, 15)]


def test_a_rest_without_a_state_may_hold_anybody() -> None:
    states = (claim(10, slice_of("JM"), "states"), claim(5, None, "states"))
    assert found(*states, claim(15, slice_of("JM", sex="MALE"))) == []
    assert {each[2:] for each in found(*states, claim(16, slice_of("JM", sex="MALE")))} == {(16, 15)}


def test_sets_that_state_as_much_do_not_bind_each_other() -> None:
    assert found(claim(10, slice_of("JM TT")), claim(8, slice_of("JM"), "k"), claim(8, slice_of("TT"), "k")) == []


def test_what_is_taken_back_leaves_its_set() -> None:
    stored = claim(30, slice_of("JM"), "k", "a", statements=3)
    gone = claim(12, slice_of("JM"), "k", "b", index=0)
    assert without([stored], [gone]) == [claim(18, slice_of("JM"), "k", "a", statements=2)]
    assert without([stored], [gone, gone, claim(6, slice_of("JM"), "k", "c", index=2)]) == []
    assert without([stored], [claim(12, slice_of("TT"), "k", "b", index=0)]) == [stored]
    assert without([stored], []) == [stored]


slices = st.builds(
    Slice,
    st.frozensets(st.sampled_from(["JM", "TT", "BB"]), max_size=2),
    st.frozensets(st.tuples(st.sampled_from(["POLICE", "TAX"]), st.sampled_from(["NOT_STATED", "TRAINING_INSTITUTION"])), max_size=2),
    st.sampled_from([None, "MALE", "FEMALE", "UNSPECIFIED"]),
    st.sampled_from([None, "FY1", "FY2"]),
)
singles = st.builds(
    slice_of,
    st.sampled_from(["", "JM", "TT"]),
    st.sampled_from(["", "POLICE", "TAX", "POLICE/TRAINING_INSTITUTION"]),
    st.sampled_from([None, "MALE", "FEMALE"]),
)
claims = st.builds(
    lambda count, part, key, name, precision: claim(count, part, key, str(name), precision=precision),
    st.integers(0, 9),
    slices | singles,
    st.sampled_from([None, "a", "b"]),
    st.integers(0, 3),
    st.sampled_from(["EXACT", "EXACT", "EXACT", "AT_LEAST"]),
)


def plainly(coarser: ClaimSet, finer: ClaimSet) -> Iterator[tuple[Slice | None, int, int]]:
    """The contradictions of two sets, by asking each claim about each slice."""

    def allowed_by(part: Slice | None) -> int | None:
        meeting = [each for each in coarser.claims if part is None or part.meets(each.slice)]
        return sum(each.count for each in meeting) if all(each.precision == "EXACT" for each in meeting) else None

    for part in {each.slice for each in coarser.claims}:
        total, allowed = sum(each.count for each in finer.claims if part.contains(each.slice)), allowed_by(part)
        if allowed is not None and total > allowed:
            yield part, total, allowed
    whole = all(any(mine.slice.contains(each.slice) for mine in coarser.claims) for each in finer.claims)
    allowed = allowed_by(None)
    if whole and allowed is not None and finer.total > allowed:
        yield None, finer.total, allowed


@given(st.lists(claims, max_size=12))
def test_contradictions_are_those_that_are_found_plainly(drawn: list[Claim]) -> None:
    sets = list(sets_of(drawn).values())
    quick = {(each.coarser.title, each.finer.title, each.part): (each.sum, each.allowed) for each in excesses(sets)}
    slow = {
        (coarser.title, finer.title, part): (total, allowed)
        for finer in sets
        for coarser in sets
        if coarser.is_coarser(finer)
        for part, total, allowed in plainly(coarser, finer)
    }
    assert {key: value for key, value in quick.items() if key[2] is not None} == {
        key: value for key, value in slow.items() if key[2] is not None
    }
    assert {key[:2] for key in quick} == {key[:2] for key in slow}


@given(slices | singles, slices | singles, slices | singles)
def test_containing_is_an_order_and_implies_meeting(one: Slice, two: Slice, three: Slice) -> None:
    assert one.contains(one)
    assert not (one.contains(two) and two.contains(three)) or one.contains(three)
    assert not one.contains(two) or one.meets(two)
    assert one.meets(two) == two.meets(one)
