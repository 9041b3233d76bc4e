"""The chosen partner's claim sets, what they state, and which of them answers what (rules R1 and R2)."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Integer, Select, Uuid, and_, case, cast, exists, func, literal_column, or_, select

from models.base import Table
from models.policies import Row
from models.statements import InstitutionType, Statement, StatementDepartment, StatementMemberState
from resolvers.counting.dimensions import OF_STATEMENTS, ONE, ZERO, Dimension, code
from resolvers.counting.ledger import Ledger
from resolvers.counting.sets import belongs

PARTS: dict[Dimension, type[Table]] = {
    Dimension.MEMBER_STATE: StatementMemberState,
    Dimension.DEPARTMENT: StatementDepartment,
    Dimension.INSTITUTION_TYPE: StatementDepartment,
}


def candidates(ledger: Ledger, sets: CTE, chosen: CTE) -> CTE:
    """The chosen partner's claim sets, each with its unit, that of its first statement, and a 1 for each dimension that it states.

    [the columns of claim_sets, rank, alternatives, unit, <dimension> ...]. What a set states is looked for only where there is a choice,
    and in its first statement first, since most sets state the same in each.
    """
    contenders = _contenders(ledger, sets, chosen)
    columns: list[ColumnElement[Any]] = []
    for column in contenders.c:
        if column.key in PARTS:
            later = contenders.c.id.in_(_stated_later(ledger, contenders, Dimension(column.key)))
            columns.append(cast(or_(column, later), Integer).label(column.key))
        elif column.key in OF_STATEMENTS:
            columns.append(cast(column, Integer).label(column.key))
        else:
            columns.append(column)
    return ledger.named("candidates", select(*columns))


def _contenders(ledger: Ledger, sets: CTE, chosen: CTE) -> CTE:
    """The sets with what is known of them at once: [the columns of claim_sets, rank, alternatives, unit, contested, <dimension> ...]."""
    row, visible = ledger.door.visible(Statement)
    is_chosen = and_(chosen.c.population_id == sets.c.population_id, chosen.c.partner_id == sets.c.partner_id)
    joined = sets.join(chosen, is_chosen).join(row, and_(row.c.id == cast(sets.c.id, Uuid()), visible))
    contested = func.count().over(partition_by=sets.c.population_id) > ONE
    found = select(*sets.c, chosen.c.rank, chosen.c.alternatives, row.c.unit, contested.label("contested")).select_from(joined).subquery()
    flags = [and_(found.c.contested, _stated_by(ledger, dimension, found.c.id)).label(dimension) for dimension in PARTS]
    return ledger.named("contenders", select(*found.c, *flags))


def _stated_by(ledger: Ledger, dimension: Dimension, statement_id: ColumnElement[Any]) -> ColumnElement[bool]:
    part = ledger.door.part(PARTS[dimension])
    return exists().where(part.c.statement_id == cast(statement_id, Uuid()), *_stating(dimension, part)).correlate_except(part)


def _stating(dimension: Dimension, part: Row) -> list[ColumnElement[bool]]:
    return [part.c.institution_type != code(InstitutionType.NOT_STATED)] if dimension is Dimension.INSTITUTION_TYPE else []


def _stated_later(ledger: Ledger, contenders: CTE, dimension: Dimension) -> Select[Any]:
    """The sets of which a statement after the first states the dimension."""
    run, part = ledger.runs, ledger.door.part(PARTS[dimension])
    row, counted = ledger.counted_counts()
    joined = (
        contenders.join(run, run.c.population_id == contenders.c.population_id)
        .join(row, and_(row.c.cohort_id == run.c.cohort_id, belongs(row, contenders)))
        .join(part, and_(part.c.statement_id == row.c.id, *_stating(dimension, part)))
    )
    unsure = and_(contenders.c.contested, ~contenders.c[dimension], contenders.c.statements > ONE)
    found = select(contenders.c.id).select_from(joined).where(unsure, counted).distinct()
    return select(ledger.named(f"later_{dimension.lower()}", found).c.id)


Wanted = frozenset[Dimension] | ColumnElement[int]
"""Dimensions that are wanted: known, or a mask that is known once the statement runs."""


def mask(dimensions: Collection[Dimension]) -> int:
    """The mask of some dimensions: a bit for each dimension of statements, the first being the lowest."""
    return sum(1 << OF_STATEMENTS.index(dimension) for dimension in dimensions)


def picks(ledger: Ledger, sets: CTE, of_total: Wanted, of_rows: Wanted) -> CTE:
    """R1, R2: one row for each population: its whole, the set that answers for the total, and the set that answers for the rows.

    [population_id, partner_id, rank, alternatives, by_individuals, unit, total_exceeds, rows_exceed, untold], and for each of whole, total
    and rows <level>_[id, total, precision, pending, partition_key, lone_id]. The two flags say whether a set exceeds the whole; `untold` is
    what the whole exceeds the total's set by. One row and no joins, since PostgreSQL would take the joins' result for one row, and loop.
    """
    nothing: Wanted = frozenset()
    own = sets.c
    first_unit = func.first_value(own.unit).over(partition_by=own.population_id, order_by=_preference(sets, nothing))
    wholes = select(*own, _place(sets, nothing).label("as_whole"), first_unit.label("whole_unit")).subquery()
    in_unit = (wholes.c.unit == wholes.c.whole_unit).desc()
    ranked = select(
        *wholes.c, _place(wholes, of_total, in_unit).label("as_total"), _place(wholes, of_rows, in_unit).label("as_rows")
    ).subquery()
    shared = [func.any_value(ranked.c[name]).label(name) for name in ("partner_id", "rank", "alternatives", "by_individuals")]
    unit = func.any_value(ranked.c.whole_unit).label("unit")
    columns = [
        func.any_value(ranked.c[name]).filter(ranked.c[f"as_{level}"] == ONE).label(f"{level}_{name}")
        for level in ("whole", "total", "rows")
        for name in ("id", "total", "precision", "pending", "partition_key", "lone_id")
    ]
    picked = select(ranked.c.population_id, *shared, unit, *columns).group_by(ranked.c.population_id).subquery()
    exceeds = picked.c.total_total > picked.c.whole_total
    flags = (exceeds.label("total_exceeds"), (picked.c.rows_total > picked.c.whole_total).label("rows_exceed"))
    untold = case((exceeds, ZERO), else_=picked.c.whole_total - picked.c.total_total).label("untold")
    return ledger.named("picks", select(*picked.c, *flags, untold))


def _place(sets: FromClause, wanted: Wanted, *before: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.row_number().over(partition_by=sets.c.population_id, order_by=[*before, *_preference(sets, wanted)])


def _preference(sets: FromClause, wanted: Wanted) -> list[ColumnElement[Any]]:
    """The order of preference: who states the most of what is wanted, then the fewest beyond, then the latest, then the lowest id."""
    inside, beyond = _stated(sets, wanted)
    return [inside.desc(), beyond, sets.c.latest.desc(), sets.c.id]


def _stated(sets: FromClause, wanted: Wanted) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """How many of the wanted dimensions a set states, and how many others.

    What is added to the first 0 is another, since ORDER BY 0 would be a column's number.
    """
    inside: ColumnElement[Any] = ZERO + ZERO
    beyond: ColumnElement[Any] = ZERO + ZERO
    for place, dimension in enumerate(OF_STATEMENTS):
        stated = sets.c[dimension]
        if not isinstance(wanted, frozenset):
            bit = wanted.bitwise_rshift(literal_column(str(place))).bitwise_and(ONE)
            inside, beyond = inside + stated * bit, beyond + stated * (ONE - bit)
        elif dimension in wanted:
            inside = inside + stated
        else:
            beyond = beyond + stated
    return inside, beyond
