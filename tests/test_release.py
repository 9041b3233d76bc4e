"""R9, the release, as properties over random ledgers and successive releases; each is written down here anew, as product.md B4 has it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from resolvers.release import NOTHING, Part, Place, Table, following

LEAST = 5
STATES = ((), ("GY",), ("JM",), ("TT",), ("JM", "TT"))
DEPARTMENTS = ((), ("CUSTOMS",), ("POLICE",), ("CUSTOMS", "POLICE"))
SEXES = ((), ("FEMALE",), ("MALE",), ("OTHER",))
PARTNERS = ("OAS", "UNODC", "WCO")

places = st.builds(Place, st.sampled_from(STATES), st.sampled_from(DEPARTMENTS), st.sampled_from(SEXES))
counts = st.one_of(st.integers(0, 7), st.integers(0, 60))
parts = st.builds(Part, places, st.sampled_from(PARTNERS), counts)
ledgers = st.lists(parts, max_size=24, unique_by=lambda part: (part.place, part.partner))


@st.composite
def histories(draw: st.DrawFn) -> list[list[Part]]:
    """The ledger of one year at successive releases, of which each differs from the one before in some parts only."""
    found = [draw(ledgers)]
    for _ in range(draw(st.integers(1, 4))):
        changed = draw(st.lists(parts, max_size=6, unique_by=lambda part: (part.place, part.partner)))
        keys = {(part.place, part.partner) for part in changed}
        found.append([part for part in found[-1] if (part.place, part.partner) not in keys] + changed)
    return found


def released(ledgers: Iterable[Sequence[Part]]) -> list[Table]:
    """A release after each ledger."""
    tables, previous = [], NOTHING
    for ledger in ledgers:
        previous = following(previous, ledger)
        tables.append(previous)
    return tables


def may_be_left(count: int) -> bool:
    """Whether nobody learns too much from this number or difference."""
    return count == 0 or abs(count) >= LEAST


def by_owner(parts: Iterable[Part]) -> dict[str, int]:
    """What each partner counts, and each state where it stands alone."""
    found: defaultdict[str, int] = defaultdict(int)
    for part in parts:
        found[f"partner {part.partner}"] += part.count
        if len(part.place.member_states) == 1:
            found[f"state {part.place.member_states[0]}"] += part.count
    return found


def rows(table: Table) -> dict[Place, int]:
    """What is published."""
    return {place: block.count for place, block in table.blocks.items() if block.parts}


@given(ledgers)
def test_no_block_is_small_or_made_of_one(ledger: list[Part]) -> None:
    table = following(NOTHING, ledger)
    for place, count in rows(table).items():
        block = table.blocks[place]
        assert count >= LEAST
        assert all(part.count > 0 for part in block.parts)
        cells = {part.place for part in block.parts}
        assert len(cells) >= 2 or cells == {place}


@given(ledgers)
def test_what_an_owner_can_subtract_leaves_nothing_or_enough(ledger: list[Part]) -> None:
    for block in following(NOTHING, ledger).blocks.values():
        for owned in by_owner(block.parts).values():
            assert may_be_left(block.count - owned)


@given(ledgers)
def test_every_number_is_in_one_block_or_in_none(ledger: list[Part]) -> None:
    table = following(NOTHING, ledger)
    published = [part for block in table.blocks.values() for part in block.parts]
    assert len(published) == len(set(published))
    assert set(published) <= set(ledger)
    withheld = {part for part in ledger if part.count} - set(published)
    assert table.withholds is bool(withheld)
    assert sum(rows(table).values()) == sum(part.count for part in ledger) - sum(part.count for part in withheld)


@given(ledgers)
def test_a_block_stands_where_all_its_parts_do(ledger: list[Part]) -> None:
    for place, block in following(NOTHING, ledger).blocks.items():
        for part in block.parts:
            assert part.place == place or place in (part.place.widened(1), part.place.widened(2), part.place.widened(3))
            assert part.place in block.cells


@given(ledgers)
def test_only_what_can_never_be_shown_is_withheld(ledger: list[Part]) -> None:
    """Of a first release: whatever is withheld could not be published by itself, nor with everything else of the year."""
    table = following(NOTHING, ledger)
    published = {part for block in table.blocks.values() for part in block.parts}
    withheld = [part for part in ledger if part.count and part not in published]
    left = sum(part.count for part in withheld)
    owned = by_owner(withheld)
    assert left < LEAST or any(not may_be_left(left - count) for count in owned.values())


@given(ledgers, st.randoms(use_true_random=False))
def test_the_same_ledger_gives_the_same_release(ledger: list[Part], random: Random) -> None:
    shuffled = list(ledger)
    random.shuffle(shuffled)
    first = following(NOTHING, ledger)
    assert rows(following(NOTHING, shuffled)) == rows(first)
    assert rows(following(first, ledger)) == rows(first)


@given(histories())
def test_every_release_is_safe_by_itself(ledgers: list[list[Part]]) -> None:
    for table in released(ledgers):
        for place, count in rows(table).items():
            block = table.blocks[place]
            cells = {part.place for part in block.parts}
            assert count >= LEAST
            assert len(cells) >= 2 or cells == {place}
            assert all(may_be_left(count - owned) for owned in by_owner(block.parts).values())


@given(histories())
def test_blocks_merge_but_never_split(ledgers: list[list[Part]]) -> None:
    tables = released(ledgers)
    for before, after in pairwise(tables):
        for block in before.blocks.values():
            holders = [later.place for later in after.blocks.values() if block.cells & later.cells]
            assert len(holders) == 1
            assert block.cells <= after.blocks[holders[0]].cells


@given(histories())
def test_blocks_change_by_nothing_or_enough_also_for_who_knows_his_own(ledgers: list[list[Part]]) -> None:
    tables = released(ledgers)
    for before, after in pairwise([NOTHING, *tables]):
        for place in {**before.blocks, **after.blocks}:
            old = before.blocks[place].parts if place in before.blocks else ()
            new = after.blocks[place].parts if place in after.blocks else ()
            change = sum(part.count for part in new) - sum(part.count for part in old)
            assert may_be_left(change)
            was, is_ = by_owner(old), by_owner(new)
            for owner in {**was, **is_}:
                assert may_be_left(change - (is_.get(owner, 0) - was.get(owner, 0)))


@given(histories())
def test_what_a_release_withholds_is_said(ledgers: list[list[Part]]) -> None:
    for ledger, table in zip(ledgers, released(ledgers), strict=True):
        published = {(part.place, part.partner): part.count for block in table.blocks.values() for part in block.parts}
        assert table.withholds is (published != {(part.place, part.partner): part.count for part in ledger if part.count})


class TestByHand:
    """Tables worked out by hand."""

    @staticmethod
    def release(*given: tuple[str, str, str, int], previous: Table = NOTHING, partner: str = "OAS") -> Table:
        return following(previous, [part(*each, partner=partner) for each in given])

    def test_a_small_cell_takes_the_next_smallest_of_its_row(self) -> None:
        table = self.release(("JM", "POLICE", "FEMALE", 2), ("JM", "POLICE", "OTHER", 4), ("JM", "POLICE", "MALE", 30))
        assert rows(table) == {place("JM", "POLICE", ""): 6, place("JM", "POLICE", "MALE"): 30}

    def test_departments_follow_where_sexes_do_not_suffice(self) -> None:
        table = self.release(("JM", "POLICE", "FEMALE", 2), ("JM", "CUSTOMS", "MALE", 9), ("JM", "CUSTOMS", "FEMALE", 8))
        assert rows(table) == {place("JM", "", ""): 10, place("JM", "CUSTOMS", "MALE"): 9}

    def test_states_follow_where_departments_do_not_suffice(self) -> None:
        table = self.release(("TT", "POLICE", "", 2), ("GY", "POLICE", "", 7), ("JM", "POLICE", "", 8))
        assert rows(table) == {place("", "", ""): 9 + 8}

    def test_a_block_of_two_states_leaves_each_enough_when_it_takes_the_other_away(self) -> None:
        table = self.release(("TT", "POLICE", "", 2), ("GY", "POLICE", "", 3), ("BB", "POLICE", "", 3), ("JM", "POLICE", "", 80))
        assert rows(table) == {place("", "", ""): 8, place("JM", "POLICE", ""): 80}

    def test_what_is_unspecified_takes_what_is_merged(self) -> None:
        table = self.release(("JM", "POLICE", "", 50), ("JM", "POLICE", "FEMALE", 2), ("JM", "POLICE", "MALE", 9))
        assert rows(table) == {place("JM", "POLICE", ""): 52, place("JM", "POLICE", "MALE"): 9}

    def test_several_states_together_are_a_value_of_their_own(self) -> None:
        table = self.release(("JM+TT", "POLICE", "FEMALE", 2), ("JM+TT", "POLICE", "MALE", 6), ("JM", "POLICE", "MALE", 6))
        assert rows(table) == {place("JM+TT", "POLICE", ""): 8, place("JM", "POLICE", "MALE"): 6}

    def test_one_cell_of_two_partners_is_no_secret_of_the_smaller_one(self) -> None:
        given = [part("JM", "POLICE", "", 20), part("JM", "POLICE", "", 2, partner="WCO"), part("JM", "TAX", "", 9, partner="WCO")]
        table = following(NOTHING, given)
        assert rows(table) == {place("JM", "", ""): 31}

    def test_what_can_never_be_shown_is_withheld_and_nothing_else(self) -> None:
        table = following(NOTHING, [part("JM", "POLICE", "", 20), part("JM", "POLICE", "", 2, partner="WCO")])
        assert (rows(table), table.withholds) == ({place("JM", "POLICE", ""): 20}, True)
        assert self.release(("JM", "POLICE", "", 4)) == Table({}, withholds=True)

    def test_a_small_correction_waits_until_it_has_grown(self) -> None:
        first = self.release(("JM", "POLICE", "", 20))
        second = self.release(("JM", "POLICE", "", 24), previous=first)
        third = self.release(("JM", "POLICE", "", 25), previous=second)
        assert [rows(table) for table in (first, second, third)] == [{place("JM", "POLICE", ""): count} for count in (20, 20, 25)]
        assert [table.withholds for table in (first, second, third)] == [False, True, False]

    def test_what_falls_under_is_shown_no_more(self) -> None:
        first = self.release(("JM", "POLICE", "", 20), ("JM", "TAX", "", 30))
        assert rows(self.release(("JM", "POLICE", "", 3), ("JM", "TAX", "", 30), previous=first)) == {place("JM", "TAX", ""): 30}

    def test_a_new_small_cell_waits_for_another(self) -> None:
        first = self.release(("JM", "POLICE", "MALE", 20))
        second = self.release(("JM", "POLICE", "MALE", 20), ("JM", "POLICE", "FEMALE", 2), previous=first)
        assert rows(second) == {place("JM", "POLICE", "MALE"): 20}
        third = self.release(("JM", "POLICE", "MALE", 20), ("JM", "POLICE", "FEMALE", 2), ("JM", "POLICE", "OTHER", 3), previous=second)
        assert rows(third) == {place("JM", "POLICE", "MALE"): 20, place("JM", "POLICE", ""): 5}


def place(state: str, department: str, sex: str) -> Place:
    """A place by its members, joined by +; empty means UNSPECIFIED."""
    return Place(*[tuple(filter(None, text.split("+"))) for text in (state, department, sex)])


def part(state: str, department: str, sex: str, count: int, *, partner: str = "OAS") -> Part:
    """A part by its place."""
    return Part(place(state, department, sex), partner, count)
