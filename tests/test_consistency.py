"""What a submission may not do to a partner's claims, and what it is told about them."""

from collections.abc import Sequence
from typing import Any

from resolvers.submitting.claims import Claim
from resolvers.submitting.consistency import Movement, errors, warnings
from tests.test_claims import HERE, claim, slice_of

JM, TT = slice_of("JM"), slice_of("TT")


def new(index: int, *arguments: Any, **more: Any) -> Claim:
    """A claim of a record."""
    return claim(*arguments, **({"name": f"record {index}", "index": index} | more))


def refused(
    stored: Sequence[Claim] = (), added: Sequence[Claim] = (), gone: Sequence[Claim] = (), doubtful: Sequence[Claim] = ()
) -> list[Any]:
    """The records that are refused, with their codes."""
    return sorted((each.record, each.code) for each in errors(Movement(stored, added, gone, doubtful)))


def warned(stored: Sequence[Claim] = (), added: Sequence[Claim] = ()) -> list[Any]:
    """The warnings, with their parameters."""
    return [(each.record, each.code, dict(each.params)) for each in warnings(Movement(stored, added))]


def test_a_second_slice_beside_another_needs_a_key() -> None:
    assert refused(added=[new(0, 5, JM)]) == []
    assert refused([claim(5, JM)], [new(0, 5, TT)]) == [(0, "PARTITION_KEY_REQUIRED")]
    assert refused([claim(5, JM, "k")], [new(0, 5, TT)]) == [(0, "PARTITION_KEY_REQUIRED")]
    assert refused(added=[new(0, 5, JM), new(1, 5, TT)]) == [(0, "PARTITION_KEY_REQUIRED"), (1, "PARTITION_KEY_REQUIRED")]
    assert refused(added=[new(0, 5, JM), new(1, 5, TT, "k")]) == [(0, "PARTITION_KEY_REQUIRED")]
    assert refused([claim(5, JM)], [new(0, 5, TT, "k")]) == []


def test_a_key_is_not_needed_beside_what_contains_or_lies_within() -> None:
    assert refused([claim(50)], [new(0, 5, JM)]) == []
    assert refused([claim(5, JM)], [new(0, 50)]) == []
    assert refused([claim(5, JM)], [new(0, 6, JM)]) == []
    assert refused([claim(5, JM, "k"), claim(5, TT, "k")], [new(0, 50)]) == []


def test_other_populations_need_no_key() -> None:
    assert refused([claim(5, JM, population=HERE._replace(measure="ENROLLED"))], [new(0, 5, TT)]) == []


def test_what_is_withdrawn_in_the_same_call_is_no_neighbour() -> None:
    old = claim(5, JM, name="old")
    assert refused([old], [new(0, 5, TT)], [claim(5, JM, name="old", index=1)]) == []


def test_a_set_has_one_unit() -> None:
    people = {"unit": "PEOPLE"}
    assert refused([claim(5, JM, "k")], [new(0, 5, TT, "k", **people)]) == [(0, "UNIT_MIXED")]
    assert refused(added=[new(3, 5, JM, "k"), new(4, 5, TT, "k", **people), new(5, 5, TT, "k")]) == [(4, "UNIT_MIXED")]
    assert refused([claim(5, JM, "k")], [new(0, 5, TT, "l", **people)]) == []


def test_what_is_refused_already_is_judged_but_judges_nobody() -> None:
    assert refused(added=[new(0, 5, JM)], doubtful=[new(1, 5, TT)]) == [(1, "PARTITION_KEY_REQUIRED")]
    assert refused(added=[new(1, 5, JM, "k")], doubtful=[new(0, 5, TT, "k", unit="PEOPLE")]) == [(0, "UNIT_MIXED")]


def test_what_is_refused_already_hides_no_contradiction() -> None:
    stored, doubtful = [claim(6, JM, "k"), claim(7, TT, "k")], [new(0, 5, slice_of("BB"))]
    assert refused(stored, [new(1, 10)], doubtful=doubtful) == [(0, "PARTITION_KEY_REQUIRED"), (1, "SLICES_EXCEED_TOTAL")]


def test_the_new_parts_are_too_many() -> None:
    stored = [claim(10), claim(6, JM, "k")]
    assert refused(stored, [new(0, 4, TT, "k")]) == []
    assert refused(stored, [new(0, 3, TT, "k"), new(1, 2, slice_of("BB"), "k")]) == [(0, "SLICES_EXCEED_TOTAL"), (1, "SLICES_EXCEED_TOTAL")]


def test_the_new_total_is_too_small() -> None:
    assert refused([claim(6, JM, "k"), claim(6, TT, "k")], [new(0, 11)]) == [(0, "SLICES_EXCEED_TOTAL")]
    assert refused([claim(6, JM, "k"), claim(6, TT, "k")], [new(0, 12)]) == []


def test_of_a_total_and_parts_that_are_both_new_the_parts_are_named() -> None:
    assert refused(added=[new(0, 10), new(1, 6, JM, "k"), new(2, 6, TT, "k")]) == [(1, "SLICES_EXCEED_TOTAL"), (2, "SLICES_EXCEED_TOTAL")]


def test_a_total_is_not_withdrawn_below_its_parts() -> None:
    stored = [claim(10, None, "total", "a"), claim(5, slice_of(sex="MALE"), "sex", "m"), claim(6, slice_of(sex="FEMALE"), "sex", "f")]
    stored.append(claim(1, None, "total", "b"))
    assert refused(stored, gone=[claim(1, None, "total", "b", index=0)]) == [(0, "SLICES_EXCEED_TOTAL")]
    assert refused(stored, gone=[claim(1, None, "total", "b", index=0), claim(10, None, "total", "a", index=1)]) == []
    assert refused(stored, gone=[claim(1, None, "total", "b", index=0), claim(5, slice_of(sex="MALE"), "sex", "m", index=1)]) == []


def test_an_old_contradiction_refuses_nobody_unless_it_grows() -> None:
    stored = [claim(10), claim(6, JM, "k"), claim(6, TT, "k")]
    assert refused(stored, [new(0, 0, slice_of("BB"), "k")]) == []
    assert refused(stored, [new(0, 1, slice_of("BB"), "k")]) == [(0, "SLICES_EXCEED_TOTAL")]
    assert refused(stored, gone=[claim(6, JM, "k", index=0)]) == []


def test_a_set_that_comes_to_state_more_is_measured_by_the_total() -> None:
    stored = [claim(10, JM, name="JM"), claim(7, JM, "k", "a"), claim(6, JM, "k", "b")]
    assert refused(stored, [new(0, 3, slice_of("TT", sex="MALE"), "k")]) == [(0, "SLICES_EXCEED_TOTAL")]


def test_the_remainder_is_told_once() -> None:
    total, men = claim(4_053, name="total"), claim(2_218, slice_of(sex="MALE"), "sex")
    remainder = {"partitionKey": "sex", "total": "total"}
    assert warned([total, men], [new(0, 1_770, slice_of(sex="FEMALE"), "sex")]) == [
        (0, "W_SLICES_BELOW_TOTAL", remainder | {"remainder": 65})
    ]
    assert warned([men], [new(7, 4_053, name="total")]) == [(7, "W_SLICES_BELOW_TOTAL", remainder | {"remainder": 1_835})]
    assert warned([total, men]) == []
    assert warned([total], [new(0, 5, JM)]) == []


def test_more_completed_than_enrolled() -> None:
    enrolled = claim(10, population=HERE._replace(measure="ENROLLED"))
    expected = {"earlier": "ENROLLED", "earlierCount": 10, "later": "COMPLETED", "laterCount": 11}
    assert warned([enrolled], [new(0, 10)]) == []
    assert warned([enrolled], [new(0, 11)]) == [(0, "W_LADDER_INVERTED", expected)]
    assert warned([claim(11)], [new(0, 10, population=enrolled.population)]) == [(0, "W_LADDER_INVERTED", expected)]
    assert warned([enrolled], [new(0, 11, unit="PEOPLE")]) == []
    assert warned([enrolled], [new(0, 11, population=HERE._replace(measure="REPORTED_TRAINED"))]) == []


def test_stages_are_compared_where_the_earlier_one_counts_them_all() -> None:
    enrolled = {"population": HERE._replace(measure="ENROLLED")}
    assert warned([claim(10, JM, **enrolled)], [new(0, 11)]) == []
    assert warned([claim(10, precision="AT_LEAST", **enrolled)], [new(0, 11)]) == []
    assert [each[:2] for each in warned([claim(10, **enrolled)], [new(0, 11, JM)])] == [(0, "W_LADDER_INVERTED")]
