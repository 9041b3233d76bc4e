"""R9: verified numbers and the previous release -> the next release. Pure; each measure and year stands for itself.

A part is what one partner's chosen statements count at one place: a set of member states, a set of departments and a sex. Parts become
blocks, each known by the place that is published for it. A block is safe if it counts at least `THRESHOLD`, if two cells or more of it are
not zero unless it is a single cell at that cell's own place, and if what is left after taking away what any one partner, or any one state,
counts in it is 0 or at least the threshold. Sums of safe blocks are safe, and a safe block added to another makes a safe one: so what
changes from release to release is made safe by itself, and added.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

THRESHOLD = 5
Members = tuple[str, ...]


class Place(NamedTuple):
    """Where a number stands. Without members a dimension is UNSPECIFIED; with several it stands for these together, split unknown."""

    member_states: Members = ()
    departments: Members = ()
    sexes: Members = ()

    def widened(self, width: int) -> "Place":
        """The place with the sex left open, or the department too, or the state too: widths 1, 2 and 3."""
        return Place(*self[: 3 - width])


@dataclass(frozen=True, slots=True)
class Part:
    """What one partner's chosen statements count at a place."""

    place: Place
    partner: Hashable
    count: int
    precision: str = "EXACT"


@dataclass(frozen=True, slots=True)
class Block:
    """The number that is published for a place. `cells` are the places that stand in it for ever, also those that count nothing now.

    Without parts nothing is published.
    """

    place: Place
    cells: frozenset[Place]
    parts: tuple[Part, ...] = ()

    @property
    def count(self) -> int:
        """The number."""
        return sum(part.count for part in self.parts)

    @property
    def precision(self) -> str:
        """How exact the number is: the worst of its parts, which is the least of these words."""
        return min((part.precision for part in self.parts), default="EXACT")

    @property
    def is_merged(self) -> bool:
        """Whether it stands for other places than its own."""
        return any(part.place != self.place for part in self.parts)


@dataclass(frozen=True, slots=True)
class Table:
    """What is published of one measure and one year, by place. `withholds` says whether something verified is not in it."""

    blocks: Mapping[Place, Block]
    withholds: bool


NOTHING = Table({}, withholds=False)
Whole = tuple[str, int]
Tables = Mapping[Whole, Table]


def next_release(previous: Tables, parts: Mapping[Whole, Collection[Part]]) -> Tables:
    """The tables of the next release, by measure and year."""
    wholes = sorted({*previous, *parts})
    return {whole: following(previous.get(whole, NOTHING), parts.get(whole, ())) for whole in wholes}


def added(parts: Iterable[Part]) -> list[Part]:
    """One part for each partner and place: the sum of those given, as exact as the least exact of them."""
    found: dict[tuple[Place, Hashable], Part] = {}
    for part in parts:
        same = found.get((part.place, part.partner), replace(part, count=0))
        found[part.place, part.partner] = replace(part, count=part.count + same.count, precision=min(part.precision, same.precision))
    return list(found.values())


def withheld(table: Table, parts: Iterable[Part]) -> list[Part]:
    """What is verified and in no block, as parts; below zero where a block still shows more than is verified now."""
    return _moves([part for block in table.blocks.values() for part in block.parts], parts)


def following(previous: Table, parts: Collection[Part]) -> Table:
    """The next table of a measure and a year: what changed in each block, and blocks of what is new."""
    blocks = {block.place: _settled(block, [part for part in parts if part.place in block.cells]) for block in previous.blocks.values()}
    known = {place for block in previous.blocks.values() for place in block.cells}
    for new in _new_blocks([part for part in parts if part.count and part.place not in known]):
        old = blocks.get(new.place, Block(new.place, frozenset()))
        joined = Block(new.place, old.cells | new.cells, (*old.parts, *new.parts))
        before = previous.blocks[new.place].parts if new.place in previous.blocks else ()
        if _is_even(_moves(before, joined.parts)):
            blocks[new.place] = joined
    table = Table(dict(sorted(blocks.items())), withholds=False)
    return replace(table, withholds=bool(withheld(table, parts)))


def _settled(block: Block, parts: Sequence[Part]) -> Block:
    """A published block as it is published next: with what of its changes can be shown; with nothing where it is safe no more."""
    shown = {(move.place, move.partner) for move in _showable(_moves(block.parts, parts))}
    old, now = _by_owner(block.parts), _by_owner(parts)
    stays = {key: part for key, part in old.items() if key not in shown}
    comes = {key: part for key, part in now.items() if key in shown or (key in old and part.count == old[key].count)}
    found = tuple(part for _, part in sorted({**stays, **comes}.items(), key=str) if part.count)
    return replace(block, parts=found if is_safe(block.place, found) else ())


def _new_blocks(parts: Sequence[Part]) -> list[Block]:
    """Safe blocks of parts, as many as can be made; what is in none of them is withheld."""
    blocks: list[Block] = []
    while kept := _showable(parts):
        blocks += _merged(kept)
        shown = set(kept)
        parts = [part for part in parts if part not in shown]
    return _united(blocks)


def _united(blocks: Iterable[Block]) -> list[Block]:
    found: dict[Place, Block] = {}
    for block in blocks:
        same = found.get(block.place, Block(block.place, frozenset()))
        found[block.place] = Block(block.place, same.cells | block.cells, (*same.parts, *block.parts))
    return list(found.values())


def _showable(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts that can be shown at all, if only in one sum.

    Where taking away what one owner counts leaves too little, all that is not his is withheld, and the rest is looked at again.
    """
    while parts and not _is_even(parts):
        whole = sum(part.count for part in parts)
        owned = _owned(parts)
        owners = [owner for owner, count in owned.items() if _is_small(whole - count)]
        if _is_small(whole) or not owners:
            return ()
        largest = max(owners, key=lambda owner: (abs(owned[owner]), str(owner)))
        parts = [part for part in parts if largest in _owners(part)]
    return parts


def _merged(parts: Iterable[Part]) -> list[Block]:
    """Safe blocks of parts that are safe in one sum: as they stand, or along sex, then department, then state, the smallest first."""
    gathered: defaultdict[Place, list[Part]] = defaultdict(list)
    for part in parts:
        gathered[part.place].append(part)
    blocks = {place: Block(place, frozenset({place}), tuple(found)) for place, found in gathered.items()}
    for width in (1, 2, 3):
        unsafe = {block.place.widened(width) for block in blocks.values() if not is_safe(block.place, block.parts)}
        for target in sorted(unsafe):
            _merge(blocks, target, width)
    return list(blocks.values())


def _merge(blocks: dict[Place, Block], target: Place, width: int) -> None:
    """Puts what is unsafe within the target into one block with the smallest of the others, if that can be safe."""
    within = sorted(
        (block for place, block in blocks.items() if place.widened(width) == target), key=lambda block: (block.count, block.place)
    )
    pool = [block for block in within if block.place == target or not is_safe(block.place, block.parts)]
    others = [block for block in within if block not in pool]
    while not is_safe(target, merged := tuple(part for block in pool for part in block.parts)):
        if not others:
            return
        pool.append(others.pop(0))
    for block in pool:
        del blocks[block.place]
    blocks[target] = Block(target, frozenset(place for block in pool for place in block.cells), merged)


def is_safe(place: Place, parts: Sequence[Part]) -> bool:
    """Whether a block of these parts, which are above zero, may be published for the place."""
    cells = {part.place for part in parts}
    return sum(part.count for part in parts) >= THRESHOLD and (len(cells) > 1 or cells == {place}) and _is_even(parts)


def _is_even(parts: Sequence[Part]) -> bool:
    """Whether the sum, and what of it is not any one owner's, are nothing or not small; parts may be below zero."""
    whole = sum(part.count for part in parts)
    return not _is_small(whole) and not any(_is_small(whole - count) for count in _owned(parts).values())


def _is_small(count: int) -> bool:
    return 0 < abs(count) < THRESHOLD


def _owned(parts: Iterable[Part]) -> Mapping[Hashable, int]:
    """What each partner and each state counts of the parts."""
    found: defaultdict[Hashable, int] = defaultdict(int)
    for part in parts:
        for owner in _owners(part):
            found[owner] += part.count
    return found


def _owners(part: Part) -> list[Hashable]:
    """Who knows the part: its partner, and its state if it has only one. Several states together are no state's own."""
    state = [("state", *part.place.member_states)] if len(part.place.member_states) == 1 else []
    return [("partner", part.partner), *state]


def _by_owner(parts: Iterable[Part]) -> dict[tuple[Place, Hashable], Part]:
    return {(part.place, part.partner): part for part in parts}


def _moves(old: Iterable[Part], new: Iterable[Part]) -> list[Part]:
    """What changes, as parts that may be below zero; none that are zero."""
    before, after = _by_owner(old), _by_owner(new)
    keys = sorted({**before, **after}, key=str)
    moved = [(key, (after[key].count if key in after else 0) - (before[key].count if key in before else 0)) for key in keys]
    return [Part(*key, count) for key, count in moved if count]
