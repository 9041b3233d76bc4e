"""The verified numbers that a release is made of: staff's chosen numbers by R0 to R8, without what is known to everybody already."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from models.changes import Change
from models.courses import Cohort
from models.database import SqlStatement, Transaction, render
from models.policies import ONCE_PUBLIC, PUBLIC, Door
from models.statements import Measure, Statement
from models.viewer import ViewerKind
from resolvers.counting import Dimension, Request, participation
from resolvers.counting.dimensions import ZERO, code, one_of
from resolvers.counting.ledger import COUNTED
from resolvers.release import Part, Whole, added
from resolvers.releasing.stored import Population, place_of
from resolvers.submitting.stored import table_of

DIMENSIONS = (Dimension.YEAR, Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.SEX, Dimension.PARTNER)
KEY = (Text(), Text(), ARRAY(Text()), ARRAY(Text()), Text(), Uuid())
PATIENCE = literal_column("'12s'", Text())


@dataclass(frozen=True, slots=True)
class Ledger:
    """The verified numbers, by measure and year, and the change position that they rest on, with its time.

    `populations` are the measures and canonical cohorts that give these numbers.
    """

    parts: Mapping[Whole, Sequence[Part]]
    populations: Sequence[Population]
    position: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A population whose numbers are in no release, since a statement about it is PUBLIC, or was once."""

    measure: str
    cohort_id: UUID
    is_public: bool


async def read(transaction: Transaction) -> Ledger:
    """The ledger as it stands. It may take longer than other statements, whose own limit stands again with the next transaction."""
    await transaction.fetch(_BE_PATIENT)
    parts: defaultdict[Whole, list[Part]] = defaultdict(list)
    populations: list[Population] = []
    position, at = 0, None
    for row in await transaction.fetch(await asyncio.to_thread(_ledger)):
        if row["measure"] is None:
            position, at = row["count"] or 0, row["at"]
        elif row["population_id"] is not None:
            populations.append((row["measure"], row["population_id"]))
        else:
            part = Part(place_of(row), row["partner_id"], row["count"], row["precision"])
            parts[row["measure"], int(row["year"])].append(part)
    return Ledger({whole: added(found) for whole, found in parts.items()}, populations, position, at)


async def left_out(transaction: Transaction) -> list[LeftOut]:
    """What is verified and left out because everybody knows something of it, by measure and cohort."""
    return [LeftOut(**row) for row in await transaction.fetch(_LEFT_OUT)]


def _counted(measure: Measure, number: int) -> tuple[Select[Any], Select[Any]]:
    """The numbers of a measure, and the populations that give them."""
    request = Request(code(measure), DIMENSIONS, costs=False, for_release=True, name=f"released_{number}")
    answer = participation(request, Door(ViewerKind.STAFF))
    rows, giving = answer.groups.c, answer.populations
    year, partner, sex = (rows[dimension][1] for dimension in (Dimension.YEAR, Dimension.PARTNER, Dimension.SEX))
    place = (rows[Dimension.MEMBER_STATE].label("member_states"), rows[Dimension.DEPARTMENT].label("departments"), sex.label("sex"))
    named = (code(measure).label("measure"), year.label("year"), *place, partner.label("partner_id"))
    counted = (rows.value.label("count"), rows.precision.label("precision"), cast(null(), DateTime(timezone=True)).label("at"))
    numbers = select(*named, *counted, cast(null(), Uuid).label("population_id")).where(rows.value > ZERO, year.is_not(None))
    nothing = [cast(null(), type_) for type_ in (*KEY[1:], BigInteger(), Text(), DateTime(timezone=True))]
    columns: list[ColumnElement[Any]] = [code(measure), *nothing, giving.c.population_id]
    return numbers, select(*columns).select_from(giving)


def _all_counted() -> CompoundSelect[Any]:
    """One SQL statement, and so one moment; the change position is in a row of its own, which has no measure."""
    change: Any = Change.__table__  # type: ignore[attr-defined]
    nothing = [cast(null(), type_) for type_ in KEY]
    latest = (cast(func.max(change.c.position), BigInteger), cast(null(), Text()), func.max(change.c.at), cast(null(), Uuid))
    return union_all(*[each for number, measure in enumerate(Measure) for each in _counted(measure, number)], select(*nothing, *latest))


def _left_out() -> Select[Any]:
    row, cohort = table_of(Statement), table_of(Cohort)
    population = func.coalesce(cohort.c.same_run_as_id, cohort.c.id)
    known = ONCE_PUBLIC.join(cohort, cohort.c.id == ONCE_PUBLIC.c.cohort_id)
    closed = select(ONCE_PUBLIC.c.measure, population.label("population_id")).select_from(known).distinct().subquery()
    run = table_of(Cohort).alias("run")
    is_of = or_(run.c.id == closed.c.population_id, run.c.same_run_as_id == closed.c.population_id)
    counted = and_(row.c.cohort_id == run.c.id, row.c.measure == closed.c.measure, one_of(row.c.state, *COUNTED))
    key = (closed.c.measure, closed.c.population_id)
    found = select(key[0], key[1].label("cohort_id"), func.bool_or(row.c.visibility == PUBLIC).label("is_public"))
    return found.select_from(closed.join(run, is_of).join(row, counted)).group_by(*key).order_by(*key)


@cache
def _ledger() -> SqlStatement:
    """The numbers of all measures. To make it takes a fifth of a server's start, and few servers publish: it is made when it is needed."""
    return render(_all_counted())


_LEFT_OUT = render(_left_out())
_BE_PATIENT = render(select(func.set_config(literal_column("'statement_timeout'", Text()), PATIENCE, literal_column("true"))))
