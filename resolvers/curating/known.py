"""What everybody knows of a population for ever, and whether it tells of a few people: what is or was PUBLIC, and what is released.

Every change that shows more, or brings together what is shown, asks `judge`, in the turn in which nobody else shows anything. Statements
of any partner count, those that were PUBLIC once too. A release is a sum over populations: what it rests on is never made PUBLIC, and what
is or was PUBLIC is never released.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from models.courses import Cohort
from models.database import Transaction, render
from models.history import HISTORIES
from models.policies import PUBLIC
from models.releases import ReleasedCohort
from models.statements import Statement
from resolvers.curating.populations import population_of
from resolvers.curating.telling import PublicCount, tell_too_much
from resolvers.submitting.claims import Slice
from resolvers.submitting.stored import among, departments_of, sliced, table_of

ALREADY_RELEASED, TELL_TOO_MUCH = "ALREADY_RELEASED", "PUBLIC_COUNTS_TELL_TOO_MUCH"


class Run(NamedTuple):
    """A cohort: the canonical one as which it counts, and whether it is accepted."""

    population: UUID
    is_accepted: bool


async def runs(transaction: Transaction, cohort_ids: Collection[UUID]) -> dict[UUID, Run]:
    """The cohorts of the populations of these cohorts."""
    rows = await transaction.fetch(_RUNS, ids=list(cohort_ids))
    return {row["id"]: Run(row["population_id"], row["is_accepted"]) for row in rows}


async def judge(transaction: Transaction, populations: Mapping[UUID, UUID], shown: Collection[UUID] = ()) -> Mapping[tuple[UUID, str], str]:
    """The codes of what is wrong with what everybody would know, by population and measure.

    `populations` are those of cohorts as they will be; `shown` are statements about these cohorts that will be PUBLIC.
    """
    cohorts = list(populations)
    counts: defaultdict[tuple[UUID, str], list[PublicCount]] = defaultdict(list)
    for row in await transaction.fetch(_KNOWN, cohort_ids=cohorts, ids=list(shown)):
        counts[populations[row["cohort_id"]], row["measure"]].append(_public_count(row))
    released = {(populations[row["cohort_id"]], row["measure"]) for row in await transaction.fetch(_RELEASED, cohort_ids=cohorts)}
    too_much = {each: TELL_TOO_MUCH for each, known in counts.items() if tell_too_much(known)}
    return too_much | {each: ALREADY_RELEASED for each in counts if each in released}


def _public_count(row: Any) -> PublicCount:
    slice_ = Slice(frozenset(row["states"]), departments_of(row["departments"]), row["sex"], row["reporting_period_label"])
    return PublicCount(slice_, row["partition_key"] and (row["partner_id"], row["partition_key"]), row["known_count"])


def _runs() -> Select[Any]:
    row = table_of(Cohort)
    population = func.coalesce(row.c.same_run_as_id, row.c.id)
    found = select(row.c.id, population.label("population_id"), row.c.accepted_at.is_not(None).label("is_accepted"))
    return found.where(population.in_(population_of("ids")))


def _known() -> Select[Any]:
    """Statements with their slices, once for each number that everybody knows of them, or will."""
    row, now, then = table_of(Statement), table_of(Statement).alias("now"), HISTORIES[Statement].versions.alias("version")
    about = [among(each.c.cohort_id, "cohort_ids") for each in (now, then)]
    today = select(now.c.id, now.c.count).where(about[0], (now.c.visibility == PUBLIC) | among(now.c.id, "ids"))
    told = today.union(select(then.c.id, then.c.count).where(about[1], then.c.visibility == PUBLIC)).subquery("told")
    return sliced().add_columns(told.c.count.label("known_count")).join(told, told.c.id == row.c.id)


def _released() -> Select[Any]:
    row = table_of(ReleasedCohort)
    return select(row.c.cohort_id, row.c.measure).where(among(row.c.cohort_id, "cohort_ids"))


_RUNS, _KNOWN, _RELEASED = render(_runs()), render(_known()), render(_released())
