"""What a filter on the dimensions of statements makes of them (rule R2): kept, lost since nobody knows, or outside."""

from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Select, Subquery, and_, case, cast, false, func, or_, select, true

from resolvers.counting.cells import raw_inside, raw_outside
from resolvers.counting.chosen import chosen_slices
from resolvers.counting.dimensions import ZERO
from resolvers.counting.ledger import EXACT, Ledger
from resolvers.counting.sets import both_sets, of_set
from resolvers.counting.slices import slices

LEVELS = ("total", "rows")


def filtered_cells(ledger: Ledger, picked: CTE, chosen: CTE | None) -> CTE:
    """The statements of both levels' sets, summed by population, by whether they are kept, and if so by key.

    A focal point's are those that were chosen for it.

    [population_id, kept, <key> ..., lost], and for both levels <level>_[statements, total, precision, amount, priced].
    """
    judged = judged_slices(ledger, picked, chosen)
    shared = [judged.c[name] for name in ("population_id", "kept", *ledger.request.cells.keys)]
    sums = [_whole(func.sum(judged.c.count).filter(judged.c.in_total, judged.c.lost)).label("lost")]
    for level in LEVELS:
        used = judged.c[f"in_{level}"]
        sums += [
            func.count().filter(used).label(f"{level}_statements"),
            _whole(func.sum(judged.c.count).filter(used)).label(f"{level}_total"),
            func.coalesce(func.min(judged.c.precision).filter(used), EXACT).label(f"{level}_precision"),
        ]
        if ledger.request.costs:
            sums.append(func.sum(judged.c.amount).filter(used).label(f"{level}_amount"))
            sums.append(func.count(judged.c.amount).filter(used).label(f"{level}_priced"))
    return ledger.named("cells", select(*shared, *sums).where(or_(judged.c.in_total, judged.c.in_rows)).group_by(*shared))


def judged_slices(ledger: Ledger, picked: CTE, chosen: CTE | None) -> Subquery:
    """The statements about the cohorts of both sets, and whether they are kept, or lost since nobody knows.

    [population_id, in_total, in_rows, kept, lost, <key> ..., count, precision, amount]. The OFFSET keeps PostgreSQL from judging them anew
    for each of their sums.
    """
    request, cells = ledger.request, ledger.request.cells
    filtered = request.filtered(of_statements=True)
    if chosen is None:
        row, sets = slices(ledger, filtered, cells), both_sets(ledger, picked)
        joined = row.join(sets, sets.c.cohort_id == row.c.cohort_id)
        places = [of_set(row, sets, level).label(f"in_{level}") for level in LEVELS]
    else:
        row, sets = chosen_slices(ledger, chosen, filtered, cells), picked
        joined = row.join(sets, sets.c.population_id == row.c.population_id)
        places = [func.coalesce(row.c.set_id == sets.c[f"{level}_id"], false()).label(f"in_{level}") for level in LEVELS]
    kept = and_(true(), *[raw_inside(d, row.c[d], request.allowed(d)) for d in filtered])
    beyond = or_(false(), *[raw_outside(d, row.c[d], request.allowed(d)) for d in filtered])
    verdict = (kept.label("kept"), and_(~kept, ~beyond).label("lost"))
    keys = [case((kept, row.c[name])).label(name) for name in cells.keys]
    judged = select(sets.c.population_id, *places, *verdict, *keys, row.c.count, row.c.precision, row.c.amount).select_from(joined)
    return judged.offset(ZERO).subquery()


def tallied(cells: CTE) -> Select[Any]:
    """What is kept of each population's sets [population_id, lost], and for both levels <level>_[statements, total, precision]."""
    sums = [_whole(func.sum(cells.c.lost)).label("lost")]
    for level in LEVELS:
        statements, total, precision = (cells.c[f"{level}_{name}"] for name in ("statements", "total", "precision"))
        sums += [
            _whole(func.sum(statements).filter(cells.c.kept)).label(statements.key),
            _whole(func.sum(total).filter(cells.c.kept)).label(total.key),
            func.coalesce(func.min(precision).filter(cells.c.kept), EXACT).label(precision.key),
        ]
    return select(cells.c.population_id, *sums).group_by(cells.c.population_id)


def _whole(total: ColumnElement[Any]) -> ColumnElement[Any]:
    """A sum as a whole number, 0 over no rows."""
    return func.coalesce(cast(total, BigInteger), ZERO)
