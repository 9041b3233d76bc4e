"""What staff are told of a release: what was merged, what is in no number, and what changes in years that were published."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from resolvers.release import Part, Place, Table, Tables, Whole, withheld
from resolvers.releasing.stored import columns_of

Record = dict[str, Any]


def report(previous: Tables, made: Tables, parts: Mapping[Whole, Sequence[Part]]) -> Record:
    """The members of the payload that tell of the numbers."""
    return {
        "numbers": sum(bool(block.parts) for table in made.values() for block in table.blocks.values()),
        "merged": [_named(whole, each) for whole, table in made.items() for each in _merged(table)],
        "withheld": [_named(whole, each) for whole, table in made.items() for each in _withheld(table, parts.get(whole, ()))],
        "changes": [_named(whole, each) for whole in previous for each in _changes(previous[whole], made[whole])],
    }


def _named(whole: Whole, record: Record) -> Record:
    return {"measure": whole[0], "year": whole[1], **record}


def _merged(table: Table) -> Iterator[Record]:
    for block in table.blocks.values():
        if block.is_merged:
            yield {**columns_of(block.place), "count": block.count, "cells": _cells(block.parts)}


def _cells(parts: Sequence[Part]) -> list[Record]:
    counts: defaultdict[Place, int] = defaultdict(int)
    for part in parts:
        counts[part.place] += part.count
    return [{**columns_of(place), "count": count} for place, count in sorted(counts.items())]


def _withheld(table: Table, parts: Sequence[Part]) -> Iterator[Record]:
    for part in withheld(table, parts):
        yield {**columns_of(part.place), "partner_id": part.partner, "count": part.count}


def _changes(before: Table, after: Table) -> Iterator[Record]:
    for place in sorted({*before.blocks, *after.blocks}):
        old, new = _shown(before, place), _shown(after, place)
        if old != new:
            yield {**columns_of(place), "before": old, "after": new}


def _shown(table: Table, place: Place) -> int | None:
    block = table.blocks.get(place)
    return block.count if block and block.parts else None
