"""Whose word is taken, for a focal point: staff's choice, cut to one member state (product.md B4).

What a focal point's numbers come from is chosen by statements that it may not see (R1, R2). So the choice is made in the database, by
functions that run as the owner of the ledger: they choose as for IMPACS, and give rows about none but the focal point's own member state.
Their body is made here of the rules that make all other numbers, and stands in a migration: `chosen_statements` chooses by the ledger as
it stands, `chosen_statements_at` as it stood at a moment.
"""

from typing import Any

from sqlalchemy import CTE, Boolean, ColumnElement, Integer, Select, Text, and_, cast, literal_column, or_, select

from models.database import DIALECT
from models.policies import Door
from models.row_security import KIND, OWN_STATE
from models.statements import StatementDepartment, StatementKind
from models.viewer import ViewerKind
from resolvers.counting.candidates import candidates, picks
from resolvers.counting.cells import listed
from resolvers.counting.chosen import CHOSEN
from resolvers.counting.dimensions import code, one_of
from resolvers.counting.ledger import LIVE, Ledger, Request, counted_state
from resolvers.counting.sets import claim_sets, has_key, partners
from resolvers.counting.slices import stated_types

MEASURE, PENDING = literal_column("$1", Text()), literal_column("$2", Boolean())
OF_TOTAL, OF_ROWS = literal_column("$3", Integer()), literal_column("$4", Integer())
ASKING: ColumnElement[Any] = literal_column(f"(SELECT current_setting('{KIND}', true))", Text())
SAID = ("count", "precision", "sex", "reporting_period_label", "cost_amount", "cost_currency")
OF_POPULATIONS = ("population_id", "partner_id", "rank", "by_individuals", "unit", "total_exceeds", "rows_exceed")


def sql() -> str:
    """The body of the functions, which read the tables as they stand, or what stands under the tables' names in their place."""
    return str(_chosen(Door(ViewerKind.STAFF)).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def _chosen(door: Door) -> Select[Any]:
    """Live statements about the own state alone, of every population that has a number, as `chosen.CHOSEN` tells."""
    ledger = Ledger(Request(MEASURE, include_pending=PENDING, about=OWN_STATE, name="chosen"), door)
    sets = claim_sets(ledger)
    found = candidates(ledger, sets, partners(ledger, sets))
    picked = picks(ledger, found, OF_TOTAL, OF_ROWS)
    row, person = _own(ledger), ledger.people
    is_individual = row.c.kind == code(StatementKind.INDIVIDUAL)
    is_asked = is_individual == picked.c.by_individuals
    counted = ledger.is_counted(row.c.state)
    of_partner = and_(found.c.population_id == row.c.population_id, found.c.partner_id == row.c.partner_id)
    values: dict[str, ColumnElement[Any]] = {
        **{name: picked.c[name] for name in OF_POPULATIONS},
        "stated_by_id": row.c.partner_id,
        "counts": and_(is_asked, counted, or_(~is_individual, person.c.id.is_not(None))),
        "waits": and_(is_asked, ~counted),
        **{f"set_{name}": found.c[name] for name in ("id", "unit", "partition_key", "lone_id")},
        **{f"as_{level}": found.c.id == picked.c[f"{level}_id"] for level in ("whole", "total", "rows")},
        "member_states": row.c.only_member_state_code,
        **{name: row.c[name] for name in SAID},
        **_departments(door, row),
    }
    joined = (
        row.join(picked, picked.c.population_id == row.c.population_id)
        .outerjoin(found, and_(of_partner, has_key(row, found)))
        .outerjoin(person, person.c.id == row.c.id)
    )
    columns = [cast(values[each.name], each.type).label(each.name) for each in CHOSEN]
    return select(*columns).select_from(joined).where(code(ViewerKind.FOCAL_POINT) == ASKING)


def _own(ledger: Ledger) -> CTE:
    """Live statements about the own state alone [id, population_id, partner_id, partition_key, kind, state, what it says].

    A step of its own, of which PostgreSQL knows how many rows it has: beside the choice, of which it knows nothing, it would loop.
    """
    run, (row, asked) = ledger.runs, ledger.statements()
    state = counted_state(row)
    names = ("id", "partner_id", "partition_key", "kind", "only_member_state_code", *SAID)
    joined = row.join(run, run.c.cohort_id == row.c.cohort_id)
    found = select(run.c.population_id, state.label("state"), *[row.c[name] for name in names]).select_from(joined)
    return ledger.named("own", found.where(asked, row.c.only_member_state_code == OWN_STATE, one_of(state, *LIVE)))


def _departments(door: Door, row: CTE) -> dict[str, ColumnElement[Any]]:
    """The raw values of a statement's departments and their types."""
    part = door.part(StatementDepartment)
    told = {"departments": listed(part.c.department_code), "institution_types": stated_types(part)}
    of_row = part.c.statement_id == row.c.id
    return {name: select(value).where(of_row).correlate_except(part).scalar_subquery() for name, value in told.items()}
