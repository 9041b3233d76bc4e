"""The rows of an answer: what populations give, grouped by key (rules R2, R3 and R6), each key with its labels and its place in order.

JSON functions are written here and in `labels`, although only compiler/statement.py should: keys and costs are lists within lists whose
order is part of the count rules, and which are made once for each distinct value.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, array, distinct_on

from models.policies import Door, viewer_member_state
from resolvers.counting.dimensions import ONE, ZERO, Dimension, code, only_member, value_type
from resolvers.counting.labels import labels
from resolvers.counting.ledger import EXACT, Ledger
from resolvers.counting.levels import Levels, worst
from resolvers.counting.sets import belongs, both_sets, of_set
from resolvers.counting.slices import slices

EMPTY_LIST: ColumnElement[Any] = literal_column("'[]'::jsonb", JSONB())
UNSPECIFIED: ColumnElement[Any] = literal_column("'UNSPECIFIED'", Text())


def spent(ledger: Ledger, found: Levels) -> CTE:
    """What the statements that give the totals say their people cost [population_id, currency, amount, priced]."""
    if found.cells is None:
        row, sets = slices(ledger), both_sets(ledger, found.answers)
        same = and_(sets.c.cohort_id == row.c.cohort_id, of_set(row, sets, "total"), row.c.currency.is_not(None))
        costs = select(sets.c.population_id, row.c.currency, row.c.amount, ONE.label("priced")).select_from(row.join(sets, same)).subquery()
    else:
        kept, currency = found.cells.c, ledger.request.cells.currency(found.cells).label("currency")
        amount, priced = kept.total_amount.label("amount"), kept.total_priced.label("priced")
        costs = select(kept.population_id, currency, amount, priced).where(kept.kept, kept.total_priced > ZERO).subquery()
    shared = (costs.c.population_id, costs.c.currency)
    sums = (func.sum(costs.c.amount).label("amount"), cast(func.sum(costs.c.priced), BigInteger).label("priced"))
    return ledger.named("spent", select(*shared, *sums).group_by(*shared))


def cost_list(rows: FromClause) -> ColumnElement[Any]:
    """The aggregate that makes a JSON array of [currency, amount, priced]: one object for each currency, in their order."""
    amount = cast(func.round(rows.c.amount, literal_column("2")), Text())
    cost = func.jsonb_build_object("amount", amount, "currency", rows.c.currency, "statements", rows.c.priced)
    listed = func.jsonb_agg(aggregate_order_by(cost, collate(rows.c.currency, "C"))).filter(rows.c.currency.is_not(None))
    return func.coalesce(listed, EMPTY_LIST)


def grouped_rows(ledger: Ledger, found: Levels, cost: CTE | None) -> Subquery:
    """The rows of an answer that is grouped [position, key, value, precision, cost]; `cost` only where costs were asked for."""
    return labelled(ledger.door, ledger.request.group_by, keyed(ledger, found, cost))


def labelled(door: Door, dimensions: Sequence[Dimension], keyed: FromClause) -> Subquery:
    """Rows with their keys as they are shown, and their places in order: [position, key, and the columns that are no dimension's]."""
    joined: FromClause = keyed
    values, order = [], []
    for dimension in dimensions:
        distinct = select(keyed.c[dimension].label("value")).where(keyed.c[dimension].is_not(None)).distinct().subquery()
        shown = labels(door, dimension, distinct)
        joined = joined.outerjoin(shown, shown.c.value == keyed.c[dimension])
        order += [shown.c.codes.asc().nulls_last(), shown.c.ids]
        values.append(_dimension_value(dimension, shown))
    position = func.row_number().over(order_by=order).label("position")
    key = func.jsonb_build_array(*values).label("key")
    others = [column for column in keyed.c if column.key not in set(dimensions)]
    return select(position, key, *others).select_from(joined).subquery()


def _dimension_value(dimension: Dimension, shown: FromClause) -> ColumnElement[Any]:
    label, members = func.coalesce(shown.c.label, UNSPECIFIED), func.coalesce(shown.c.members, EMPTY_LIST)
    return func.jsonb_build_object("dimension", code(dimension), "label", label, "members", members)


def keyed(ledger: Ledger, found: Levels, cost: CTE | None) -> CTE:
    """Rows with the values of their keys [<dimension> ..., value, precision, cost]."""
    request = ledger.request
    tallied = _tallied(ledger, found, cost)
    own = [tallied.c[name] for name in _key_names(ledger)]
    sums = [cast(func.sum(tallied.c.total), BigInteger).label("value"), func.min(tallied.c.precision).label("precision")]
    if request.costs:
        sums.append(cost_list(tallied).label("cost"))
    rows = select(*own, *sums).group_by(*own).subquery()
    of_cohorts = request.grouped(of_statements=False)
    columns = [column for column in rows.c if column.key != "number"]
    if found.values is None or not of_cohorts:
        return ledger.named("keyed", select(*columns))
    numbered = select(found.values.c.number, *[found.values.c[d] for d in of_cohorts]).ext(distinct_on(found.values.c.number)).subquery()
    shown = [numbered.c[d] for d in of_cohorts]
    return ledger.named("keyed", select(*columns, *shown).select_from(rows.join(numbered, numbered.c.number == rows.c.number)))


def _key_names(ledger: Ledger) -> list[str]:
    """The columns of a key while it is summed: one number stands for all dimensions of cohorts."""
    number = ["number"] if ledger.request.grouped(of_statements=False) else []
    return [*number, *ledger.request.grouped(of_statements=True)]


def _tallied(ledger: Ledger, found: Levels, cost: CTE | None) -> Subquery:
    """What populations give, summed by key and currency."""
    of_statements = ledger.request.grouped(of_statements=True)
    given = [_of_statements(ledger, found), _remainders(ledger, found)] if of_statements else _wholes(ledger, found, cost)
    parts = union_all(*given).subquery()
    shared = [parts.c[name] for name in _key_names(ledger)]
    sums = [func.sum(parts.c.total).label("total"), func.min(parts.c.precision).label("precision")]
    if ledger.request.costs:
        shared.append(parts.c.currency)
        sums += [func.sum(parts.c.amount).label("amount"), cast(func.sum(parts.c.priced), BigInteger).label("priced")]
    return select(*shared, *sums).group_by(*shared).subquery()


def _costs_of(ledger: Ledger, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The columns of a cost, or nulls, or nothing where no costs were asked for."""
    if not ledger.request.costs:
        return []
    given = columns or (cast(null(), Text()), cast(null(), Numeric()), cast(null(), BigInteger))
    return [column.label(name) for column, name in zip(given, ("currency", "amount", "priced"), strict=True)]


def _numbers(
    ledger: Ledger, found: Levels, population_id: ColumnElement[Any], rows: FromClause
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """The rows joined to the number of their population's values, where cohorts' dimensions are grouped by."""
    if found.values is None or not ledger.request.grouped(of_statements=False):
        return rows, []
    return rows.join(found.values, found.values.c.population_id == population_id), [found.values.c.number]


def _wholes(ledger: Ledger, found: Levels, cost: CTE | None) -> list[Select[Any]]:
    """The totals themselves, where no dimension of statements is grouped by: the two levels are then one."""
    answers = found.answers
    rows, number = _numbers(ledger, found, answers.c.population_id, answers)
    totals = select(*number, answers.c.total, answers.c.precision, *_costs_of(ledger)).select_from(rows).where(answers.c.contributes)
    if cost is None:
        return [totals]
    rows, number = _numbers(ledger, found, cost.c.population_id, cost)
    columns = (ZERO.label("total"), EXACT.label("precision"), *_costs_of(ledger, cost.c.currency, cost.c.amount, cost.c.priced))
    return [totals, select(*number, *columns).select_from(rows)]


def _of_statements(ledger: Ledger, found: Levels) -> Select[Any]:
    """R2, R3: the kept statements of the rows' sets, by their values; a set of several members is one key."""
    cells = ledger.request.cells
    sums = ledger.named("sums", _of_slices(ledger, found) if found.cells is None else _of_cells(ledger, found, found.cells))
    number = [sums.c.number] if "number" in sums.c else []
    values = [cells.value(sums, dimension).label(dimension) for dimension in cells.dimensions]
    cost = _costs_of(ledger, cells.currency(sums), sums.c.amount, sums.c.priced) if cells.costs else []
    return select(*number, *values, sums.c.total, sums.c.precision, *cost)


def _of_slices(ledger: Ledger, found: Levels) -> Select[Any]:
    """Summed before any value is read: one pass over the statements of the chosen sets."""
    answers, run = found.answers, ledger.runs
    rows, number = _numbers(ledger, found, answers.c.population_id, answers)
    key = (
        *(answers.c.partner_id, answers.c.by_individuals),
        *(answers.c.rows_partition_key.label("partition_key"), answers.c.rows_lone_id.label("lone_id")),
    )
    floor = worst(EXACT, answers.c.rows_pending).label("floor")
    joined = rows.join(run, run.c.population_id == answers.c.population_id)
    sets = select(run.c.cohort_id, *key, *number, floor).select_from(joined).subquery()
    cells = ledger.request.cells
    row = slices(ledger, cells=cells)
    shared = [*([sets.c.number] if number else []), *[row.c[name] for name in cells.keys]]
    sums = [func.sum(row.c.count).label("total"), func.min(func.least(row.c.precision, sets.c.floor)).label("precision")]
    if ledger.request.costs:
        sums += [func.sum(row.c.amount).label("amount"), func.count(row.c.amount).label("priced")]
    same = and_(sets.c.cohort_id == row.c.cohort_id, belongs(row, sets))
    return select(*shared, *sums).select_from(row.join(sets, same)).group_by(*shared)


def _of_cells(ledger: Ledger, found: Levels, cells: CTE) -> Select[Any]:
    """What the filter kept of the rows' set, or of the total's where that took its place."""
    answers = found.answers
    joined = cells.join(answers, answers.c.population_id == cells.c.population_id)
    rows, number = _numbers(ledger, found, cells.c.population_id, joined)

    def used(name: str) -> ColumnElement[Any]:
        return case((answers.c.fell_back, cells.c[f"total_{name}"]), else_=cells.c[f"rows_{name}"])

    sums = [used("total").label("total"), worst(used("precision"), answers.c.rows_pending).label("precision")]
    if ledger.request.costs:
        sums += [used("amount").label("amount"), used("priced").label("priced")]
    keys = [cells.c[name] for name in ledger.request.cells.keys]
    return select(*number, *keys, *sums).select_from(rows).where(answers.c.contributes, cells.c.kept, used("statements") > ZERO)


def _remainders(ledger: Ledger, found: Levels) -> Select[Any]:
    """R2: what a total exceeds its rows by: UNSPECIFIED, but where the filter allows one member only."""
    request, answers = ledger.request, found.answers
    rows, number = _numbers(ledger, found, answers.c.population_id, answers)
    values = [_of_remainder(ledger, found, d).label(d) for d in request.grouped(of_statements=True)]
    columns = (*number, *values, answers.c.remainder, answers.c.remainder_precision, *_costs_of(ledger))
    return select(*columns).select_from(rows).where(answers.c.remainder > ZERO)


def _of_remainder(ledger: Ledger, found: Levels, dimension: Dimension) -> ColumnElement[Any]:
    """What is known of a remainder in a dimension."""
    if found.chosen is not None and dimension is Dimension.MEMBER_STATE:
        return array([viewer_member_state()])
    if dimension in ledger.request.filters:
        return only_member(ledger.request.allowed(dimension))
    return cast(null(), value_type(dimension))
