"""The verified numbers that a release is made of: staff's chosen numbers by R0 to R8, without what is known to everybody already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CompoundSelect,
    DateTime,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from models.changes import Change
from models.database import Transaction, render
from models.policies import Door
from models.statements import Measure
from models.viewer import ViewerKind
from resolvers.counting import Dimension, Request, participation
from resolvers.counting.dimensions import ZERO, code
from resolvers.release import Part, Whole, added
from resolvers.releasing.stored import place_of

DIMENSIONS = (Dimension.YEAR, Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.SEX, Dimension.PARTNER)
PATIENCE = literal_column("'12s'", Text())


@dataclass(frozen=True, slots=True)
class Ledger:
    """The verified numbers, by measure and year, and the change position that they rest on, with its time."""

    parts: Mapping[Whole, Sequence[Part]]
    position: int
    at: datetime | None


async def read(transaction: Transaction) -> Ledger:
    """The ledger as it stands. It may take longer than other statements, whose own limit stands again with the next transaction."""
    await transaction.fetch(_BE_PATIENT)
    parts: defaultdict[Whole, list[Part]] = defaultdict(list)
    position, at = 0, None
    for row in await transaction.fetch(_LEDGER):
        if row["measure"] is None:
            position, at = row["count"] or 0, row["at"]
        else:
            part = Part(place_of(row), row["partner_id"], row["count"], row["precision"])
            parts[row["measure"], int(row["year"])].append(part)
    return Ledger({whole: added(found) for whole, found in parts.items()}, position, at)


def _counted(measure: Measure, number: int) -> Select[Any]:
    request = Request(code(measure), DIMENSIONS, costs=False, for_release=True, name=f"released_{number}")
    rows = participation(request, Door(ViewerKind.STAFF)).groups.c
    year, partner, sex = (rows[dimension][1] for dimension in (Dimension.YEAR, Dimension.PARTNER, Dimension.SEX))
    place = (rows[Dimension.MEMBER_STATE].label("member_states"), rows[Dimension.DEPARTMENT].label("departments"), sex.label("sex"))
    named = (code(measure).label("measure"), year.label("year"), *place, partner.label("partner_id"))
    no_time = cast(null(), DateTime(timezone=True)).label("at")
    return select(*named, rows.value.label("count"), rows.precision.label("precision"), no_time).where(rows.value > ZERO, year.is_not(None))


def _all_counted() -> CompoundSelect[Any]:
    """One SQL statement, and so one moment; the change position is in a row of its own, which has no measure."""
    change: Any = Change.__table__  # type: ignore[attr-defined]
    nothing = [cast(null(), type_) for type_ in (Text(), Text(), ARRAY(Text()), ARRAY(Text()), Text(), Uuid())]
    position = select(*nothing, cast(func.max(change.c.position), BigInteger), cast(null(), Text()), func.max(change.c.at))
    return union_all(*[_counted(measure, number) for number, measure in enumerate(Measure)], position)


_LEDGER = render(_all_counted())
_BE_PATIENT = render(select(func.set_config(literal_column("'statement_timeout'", Text()), PATIENCE, literal_column("true"))))
