"""A release's tables as rows, and back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Interval, Select, Text, Uuid, and_, bindparam, column, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert

from models.base import Table as Stored
from models.base import new_id
from models.changes import Change
from models.courses import Cohort
from models.database import Transaction, render
from models.history import MOMENT
from models.releases import ADVISORY_LOCK, Release, ReleaseBlock, ReleaseCell, ReleasedCohort
from models.statements import Precision, Sex
from resolvers.release import Block, Members, Part, Place, Table, Tables, Whole

Population = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Last:
    """The release that the next one follows, the moment before which there must be no other, and the moment that it is."""

    now: datetime
    id: UUID | None = None
    next_at: datetime | None = None


async def last(transaction: Transaction) -> Last:
    """The last release. Until the transaction ends, no other one follows it."""
    await transaction.fetch(_LOCK)
    row = (await transaction.fetch(_LAST))[0]
    return Last(**row)


async def tables(transaction: Transaction, release_id: UUID | None) -> Tables:
    """The tables of a release; none of no release."""
    found: defaultdict[Whole, defaultdict[Place, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in await transaction.fetch(_CELLS, release_id=release_id):
        block = Place(tuple(row["block_states"]), tuple(row["block_departments"]), _sexes(row["block_sex"]))
        found[row["measure"], row["year"]][block].append(row)
    return {
        whole: Table({place: _block(place, cells) for place, cells in sorted(blocks.items())}, False) for whole, blocks in found.items()
    }


def _block(place: Place, cells: Sequence[Any]) -> Block:
    parts = [Part(place_of(row), row["partner_id"], row["count"], row["precision"]) for row in cells if row["count"]]
    return Block(place, frozenset(place_of(row) for row in cells), tuple(parts))


def place_of(row: Any) -> Place:
    """The place that a row's columns name."""
    return Place(tuple(row["member_states"] or ()), tuple(row["departments"] or ()), _sexes(row["sex"]))


def _sexes(sex: str | None) -> Members:
    return () if sex is None or sex == Sex.UNSPECIFIED else (sex,)


def columns_of(place: Place) -> dict[str, Any]:
    """The columns that name a place."""
    sex = place.sexes[0] if place.sexes else None
    return {"member_states": list(place.member_states), "departments": list(place.departments), "sex": sex}


async def store(transaction: Transaction, release: Mapping[str, Any], made: Tables, populations: Sequence[Population]) -> None:
    """Stores a release: its blocks, what each is made of, a block without a count where something is withheld; and on what it rests."""
    await transaction.insert(Release, [release])
    measures, cohorts = ([each[place] for each in populations] for place in range(2))
    await transaction.fetch(_REST, release_id=release["id"], measures=measures, cohorts=cohorts)
    blocks: list[dict[str, Any]] = []
    cells: list[dict[str, Any]] = []
    for (measure, year), table in made.items():
        own = {"release_id": release["id"], "measure": measure, "year": year}
        for block in table.blocks.values():
            cells += [{"release_id": release["id"], "block_number": len(blocks), **cell} for cell in _cells(block)]
            value = {"count": block.count, "precision": block.precision, "is_merged": block.is_merged}
            blocks.append({**own, "number": len(blocks), **columns_of(block.place), **value})
        if table.withholds:
            nothing = {"count": None, "precision": Precision.EXACT, "is_merged": False}
            blocks.append({**own, "number": len(blocks), **columns_of(Place()), **nothing})
    await transaction.insert(ReleaseBlock, blocks)
    await transaction.insert(ReleaseCell, cells)


def _cells(block: Block) -> list[dict[str, Any]]:
    empty = sorted(block.cells - {part.place for part in block.parts})
    parts = [*block.parts, *[Part(place, None, 0) for place in empty]]
    return [
        {"id": new_id(), **columns_of(part.place), "partner_id": part.partner, "count": part.count, "precision": part.precision}
        for part in parts
    ]


def _last() -> Select[Any]:
    """One row: the last release, if there is one, and a moment that is after it and after all that is in the ledger."""
    release, change = _rows(Release), _rows(Change)
    tick = literal_column("interval '1 microsecond'", Interval())
    latest = [select(func.max(each.c.at) + tick).scalar_subquery() for each in (release, change)]
    now = select(func.greatest(func.clock_timestamp(type_=MOMENT), *latest, type_=MOMENT).label("now")).subquery()
    newest = select(release.c.id, release.c.at).order_by(release.c.at.desc()).limit(literal_column("1")).subquery()
    next_at = newest.c.at + literal_column("interval '1 month'", Interval())
    return select(now.c.now, newest.c.id, next_at.label("next_at")).select_from(now.outerjoin(newest, literal_column("true")))


def _release_cells() -> Select[Any]:
    block, cell = _rows(ReleaseBlock), _rows(ReleaseCell)
    named = [
        block.c[name].label(f"block_{short}")
        for name, short in (("member_states", "states"), ("departments", "departments"), ("sex", "sex"))
    ]
    own = [cell.c[name] for name in ("member_states", "departments", "sex", "partner_id", "count", "precision")]
    joined = cell.join(block, and_(block.c.release_id == cell.c.release_id, block.c.number == cell.c.block_number))
    asked = cell.c.release_id == bindparam("release_id", type_=Uuid())
    return select(block.c.measure, block.c.year, *named, *own).select_from(joined).where(asked)


def _rest() -> Insert:
    """Remembers all cohorts of populations on which no release rested before."""
    cohort, rests = _rows(Cohort), ReleasedCohort.__table__  # type: ignore[attr-defined]
    given = func.unnest(bindparam("measures", type_=ARRAY(Text())), bindparam("cohorts", type_=ARRAY(Uuid())))
    named = given.table_valued(column("measure", Text()), column("population_id", Uuid())).render_derived(name="given")
    joined = named.join(cohort, or_(cohort.c.id == named.c.population_id, cohort.c.same_run_as_id == named.c.population_id))
    found = select(named.c.measure, cohort.c.id, bindparam("release_id", type_=Uuid())).select_from(joined)
    return insert(rests).from_select(["measure", "cohort_id", "release_id"], found).on_conflict_do_nothing()


def _rows(table: type[Stored]) -> Any:
    return table.__table__.alias()  # type: ignore[attr-defined]


_LOCK = render(select(literal_column("true")).select_from(func.pg_advisory_xact_lock(ADVISORY_LOCK).table_valued("locked")))
_LAST = render(_last())
_CELLS = render(_release_cells())
_REST = render(_rest())
