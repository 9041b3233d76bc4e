"""What a focal point's numbers are made of: what `choice` gives of staff's choice, cut to the focal point's own member state."""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Numeric,
    Subquery,
    Text,
    Uuid,
    and_,
    cast,
    collate,
    column,
    false,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnClause

from models.policies import SCOPES
from models.statements import Sex, Statement
from resolvers.counting.candidates import mask
from resolvers.counting.cells import Cells
from resolvers.counting.dimensions import ZERO, Dimension, code
from resolvers.counting.ledger import EXACT, Ledger
from resolvers.counting.slices import cost_of

CHOSEN: tuple[ColumnClause[Any], ...] = (
    column("population_id", Uuid()),
    column("partner_id", Uuid()),
    column("rank", Integer()),
    column("by_individuals", Boolean()),
    column("unit", Text()),
    column("total_exceeds", Boolean()),
    column("rows_exceed", Boolean()),
    column("stated_by_id", Uuid()),
    column("counts", Boolean()),
    column("waits", Boolean()),
    column("set_id", Text()),
    column("set_unit", Text()),
    column("set_partition_key", Text()),
    column("set_lone_id", Uuid()),
    column("as_whole", Boolean()),
    column("as_total", Boolean()),
    column("as_rows", Boolean()),
    column("count", Integer()),
    column("precision", Text()),
    column("member_states", Text()),
    column("departments", Text()),
    column("institution_types", Text()),
    column("sex", Text()),
    column("reporting_period_label", Text()),
    column("cost_amount", Numeric()),
    column("cost_currency", Text()),
)
"""A row for each live statement about the focal point's own state alone, of a population that has a number; without its id.

Of the population: whose word is taken (`partner_id`, `rank`), its unit, whether individuals count, whether the set picked for the total or
for the rows exceeds the whole. Of the statement: who states it, whether it counts or waits, and what it says. Of its claim set, null
unless it is one of the chosen partner's: its key, and whether it is the population's whole, or picked for the total or for the rows.
"""


def chosen_statements(ledger: Ledger) -> CTE:
    """The rows of `CHOSEN` for a request. Raises ScopeMissing where the credential may not read statements."""
    request = ledger.request
    ledger.door.require(SCOPES.get(Statement))
    filtered = {Dimension.MEMBER_STATE, *request.filtered(of_statements=True)}
    told = filtered | set(request.grouped(of_statements=True))
    masks: list[ColumnElement[int]] = [literal_column(str(mask(dimensions))) for dimensions in (filtered, told)]
    moment = [] if ledger.door.moment is None else [ledger.door.moment]
    called = func.chosen_statements_at if moment else func.chosen_statements
    rows = called(request.measure, true() if request.include_pending else false(), *masks, *moment).table_valued(*CHOSEN)
    return ledger.named("chosen", select(*rows.c))


def chosen_sets(ledger: Ledger, chosen: CTE) -> CTE:
    """As `candidates`, the sets that say something of the state.

    [population_id, partner_id, by_individuals, id, unit, partition_key, lone_id].
    """
    of = chosen.c
    keys = (of.set_unit.label("unit"), of.set_partition_key.label("partition_key"), of.set_lone_id.label("lone_id"))
    found = select(of.population_id, of.partner_id, of.by_individuals, of.set_id.label("id"), *keys).where(of.set_id.is_not(None))
    return ledger.named("chosen_sets", found.distinct())


def chosen_picks(ledger: Ledger, chosen: CTE) -> CTE:
    """As `picks`, with sums over what the sets count of the state. A set that counts nothing of it has no id."""
    of = chosen.c
    others = func.count(of.stated_by_id.distinct()).filter(of.counts, of.stated_by_id != of.partner_id)
    shared = ("partner_id", "rank", "by_individuals", "unit", "total_exceeds", "rows_exceed")
    columns = [*[func.any_value(of[name]).label(name) for name in shared], others.label("alternatives"), ZERO.label("untold")]
    for level in ("whole", "total", "rows"):
        counts, waits = and_(of[f"as_{level}"], of.counts), and_(of[f"as_{level}"], of.waits)
        values = {
            **{name: func.any_value(of[f"set_{name}"]).filter(counts) for name in ("id", "partition_key", "lone_id")},
            "total": func.coalesce(cast(func.sum(of["count"]).filter(counts), BigInteger), ZERO),
            "precision": func.coalesce(func.min(of.precision).filter(counts), EXACT),
            "pending": func.count().filter(waits),
        }
        columns += [value.label(f"{level}_{name}") for name, value in values.items()]
    return ledger.named("picks", select(of.population_id, *columns).group_by(of.population_id))


def chosen_slices(ledger: Ledger, chosen: CTE, raw: tuple[Dimension, ...], cells: Cells) -> Subquery:
    """As `slices`, what the chosen partners' sets count of the state [population_id, set_id, count, precision, currency, amount]."""
    of = chosen.c
    values = {
        Dimension.MEMBER_STATE: of.member_states,
        Dimension.DEPARTMENT: of.departments,
        Dimension.INSTITUTION_TYPE: of.institution_types,
        Dimension.SEX: func.nullif(of.sex, code(Sex.UNSPECIFIED)),
        Dimension.REPORTING_PERIOD: of.reporting_period_label,
    }
    currency, amount = cost_of(chosen)
    own = (of.population_id, of.set_id, of["count"], collate(of.precision, "C").label("precision"))
    keys = [*[values[dimension].label(dimension) for dimension in raw], *cells.columns(values, currency)]
    found = select(*own, currency.label("currency"), amount.label("amount"), *keys)
    return found.where(of.counts, of.set_id.is_not(None)).subquery()
