"""Filter, split and remainder (rules R2 and R6): what each population gives to the total and to the rows.

Level F is the set that answers the filter and gives the total; level D is the set that answers filter and groups together and gives the
rows. Each falls back to the coarser one where it exceeds it. Relations, with their columns:

    picked     populations wholly inside the filter on cohorts, with the sets picked for the two levels
    answers    what each population gives
               [population_id, partner_id, rank, alternatives, by_individuals, unit, total_id, rows_id, contributes, total, precision,
                fell_back, remainder, remainder_precision, pending, rows_pending, lost, finer_total_id, whole_id, finer_rows_id]
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    true,
)

from models.statements import Precision
from models.viewer import ViewerKind
from resolvers.counting.candidates import candidates, picks
from resolvers.counting.chosen import chosen_picks, chosen_sets, chosen_statements
from resolvers.counting.cohorts import cohort_values
from resolvers.counting.dimensions import ONE, ZERO, code, inside, outside
from resolvers.counting.filters import filtered_cells, tallied
from resolvers.counting.ledger import EXACT, Ledger
from resolvers.counting.sets import claim_sets, partners

AT_LEAST, APPROXIMATE = code(Precision.AT_LEAST), code(Precision.APPROXIMATE)


@dataclass(frozen=True, slots=True)
class Levels:
    """What the populations give.

    `values` are the populations' values in the cohort dimensions asked for, None where none are; `withheld` is the sum of the
    populations of which nobody knows whether they lie inside the filter; `cells` is None without a filter on statements. `chosen` is what
    was chosen for a focal point, whose implicit filter is its own member state.
    """

    chosen: CTE | None
    candidates: CTE
    picked: CTE
    values: CTE | None
    withheld: ColumnElement[Any]
    cells: CTE | None
    answers: CTE


def levels(ledger: Ledger) -> Levels:
    """Chooses and measures, population by population."""
    grouped, filtered = ledger.request.grouped(of_statements=True), ledger.request.filtered(of_statements=True)
    chosen = chosen_statements(ledger) if ledger.door.kind is ViewerKind.FOCAL_POINT else None
    if chosen is None:
        sets = claim_sets(ledger)
        found = candidates(ledger, sets, partners(ledger, sets))
        picked = picks(ledger, found, frozenset(filtered), frozenset((*grouped, *filtered)))
    else:
        found, picked = chosen_sets(ledger, chosen), chosen_picks(ledger, chosen)
    values = _values(ledger, picked)
    inside_filter = _inside(ledger, picked, values)
    cells = filtered_cells(ledger, inside_filter, chosen) if filtered or chosen is not None else None
    is_cut = chosen is not None
    answers = _answers(ledger, inside_filter) if cells is None else _filtered_answers(ledger, inside_filter, cells, is_cut=is_cut)
    return Levels(chosen, found, picked, values, _withheld(ledger, picked, values), cells, answers)


def _values(ledger: Ledger, picked: CTE) -> CTE | None:
    """The populations' values; populations that agree in the dimensions grouped by share a number, which is quick to group by."""
    grouped, filtered = ledger.request.grouped(of_statements=False), ledger.request.filtered(of_statements=False)
    if not grouped and not filtered:
        return None
    values = cohort_values(ledger.door, picked, tuple(dict.fromkeys((*grouped, *filtered)))).subquery()
    number = func.dense_rank().over(order_by=[values.c[d] for d in grouped]) if grouped else ONE
    return ledger.named("values", select(*values.c, number.label("number")))


def _inside(ledger: Ledger, picked: CTE, values: CTE | None) -> CTE:
    """The picks of the populations wholly inside the filter on cohorts.

    R2: where the total's set exceeds the whole, the whole takes its place, and both are named as inconsistent.
    """
    source: FromClause = picked
    where: list[ColumnElement[bool]] = []
    if values is not None:
        source = picked.join(values, values.c.population_id == picked.c.population_id)
        where = [inside(values.c[d], ledger.request.allowed(d)) for d in ledger.request.filtered(of_statements=False)]
    exceeds = picked.c.total_exceeds
    columns: list[ColumnElement[Any]] = [case((exceeds, picked.c.total_id)).label("finer_total_id")]
    for column in picked.c:
        level, _, name = column.key.partition("_")
        is_level = level == "total" and f"whole_{name}" in picked.c
        columns.append(case((exceeds, picked.c[f"whole_{name}"]), else_=column).label(column.key) if is_level else column)
    return ledger.named("inside", select(*columns).select_from(source).where(*where))


def _withheld(ledger: Ledger, picked: CTE, values: CTE | None) -> ColumnElement[Any]:
    """R2: what populations count of which nobody knows whether they lie inside the filter, as they overlap it or say nothing."""
    filtered = ledger.request.filtered(of_statements=False)
    if values is None or not filtered:
        return ZERO
    possible = [~outside(values.c[d], ledger.request.allowed(d)) for d in filtered]
    certain = and_(true(), *[inside(values.c[d], ledger.request.allowed(d)) for d in filtered])
    return (
        select(func.coalesce(cast(func.sum(picked.c.whole_total), BigInteger), ZERO))
        .select_from(picked.join(values, values.c.population_id == picked.c.population_id))
        .where(*possible, ~certain)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """What is kept of a population's two sets."""

    kept: ColumnElement[bool]
    total: ColumnElement[Any]
    rows_total: ColumnElement[Any]
    precision: ColumnElement[Any]
    rows_precision: ColumnElement[Any]
    lost: ColumnElement[Any]


def _answers(ledger: Ledger, picked: CTE) -> CTE:
    """Without a filter on statements all of a set is kept, so that the sets' own sums do."""
    of = picked.c
    measured = _Measured(true(), of.total_total, of.rows_total, of.total_precision, of.rows_precision, ZERO)
    return ledger.named("answers", _settled(picked, measured))


def _filtered_answers(ledger: Ledger, picked: CTE, cells: CTE, *, is_cut: bool) -> CTE:
    """Where statements are cut to a state, a population's sets may have none; else each has some, and an inner join is planned well."""
    kept = tallied(cells).subquery()

    def told(name: str, nothing: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(kept.c[name], nothing)

    measured = _Measured(
        told("total_statements", ZERO) > ZERO,
        told("total_total", ZERO),
        told("rows_total", ZERO),
        told("total_precision", EXACT),
        told("rows_precision", EXACT),
        told("lost", ZERO) + picked.c.untold,
    )
    joined = picked.join(kept, kept.c.population_id == picked.c.population_id, isouter=is_cut)
    return ledger.named("answers", _settled(picked, measured).select_from(joined))


def _settled(picked: CTE, measured: _Measured) -> Select[Any]:
    """R2: the rows' set falls back to the total's where it exceeds the whole or the total; a remainder is never dropped or spread."""
    of = picked.c
    fell_back = or_(of.rows_exceed, measured.rows_total > measured.total)
    precision, rows_precision = worst(measured.precision, of.total_pending), worst(measured.rows_precision, of.rows_pending)
    exact = and_(precision == EXACT, rows_precision == EXACT)
    names = (
        *("population_id", "partner_id", "rank", "alternatives", "by_individuals", "unit"),
        *("whole_id", "total_id", "total_partition_key", "total_lone_id"),
    )
    used = [
        case((fell_back, of[f"total_{n}"]), else_=of[f"rows_{n}"]).label(f"rows_{n}") for n in ("id", "partition_key", "lone_id", "pending")
    ]
    differs = and_(~fell_back, of.rows_id.is_distinct_from(of.total_id))
    return select(
        *[of[name] for name in names],
        *used,
        measured.kept.label("contributes"),
        measured.total.label("total"),
        precision.label("precision"),
        fell_back.label("fell_back"),
        case((fell_back, ZERO), else_=measured.total - measured.rows_total).label("remainder"),
        case((exact, EXACT), else_=APPROXIMATE).label("remainder_precision"),
        (of.total_pending + case((differs, of.rows_pending), else_=ZERO)).label("pending"),
        measured.lost.label("lost"),
        of.finer_total_id,
        case((and_(fell_back, of.rows_id.is_distinct_from(of.finer_total_id)), of.rows_id)).label("finer_rows_id"),
    )


def worst(precision: ColumnElement[Any], pending: ColumnElement[Any]) -> ColumnElement[Any]:
    """R6: the precision, at least AT_LEAST where statements of the set are not counted yet."""
    return func.least(precision, case((pending > ZERO, AT_LEAST), else_=EXACT))
