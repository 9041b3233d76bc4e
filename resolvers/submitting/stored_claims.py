"""The claims that are stored already, which a submission or a decision is judged beside. The ledger's own view: no door limits it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, bindparam, case, column, func, literal_column, or_, select, true

from models.courses import Cohort
from models.database import Transaction, render
from models.statements import Sex, Statement, StatementKind
from resolvers.submitting.claims import Claim, Population, Slice
from resolvers.submitting.stored import among, departments_of, for_each, is_live, looked_up, sliced, table_of


async def claims(transaction: Transaction, partner_ids: Collection[UUID], cohort_ids: Collection[UUID]) -> list[Claim]:
    """The live claims of these partners about the populations of these canonical cohorts; those alike in all but their number as one."""
    return [claim for _, claim in await claims_by_cohort(transaction, partner_ids, cohort_ids)]


async def claims_by_cohort(
    transaction: Transaction, partner_ids: Collection[UUID], cohort_ids: Collection[UUID]
) -> list[tuple[UUID, Claim]]:
    """The same claims, each with the cohort that it is about, which is joined to a canonical one or is one itself."""
    rows = await transaction.fetch(CLAIMS, partner_ids=list(partner_ids), cohort_ids=list(cohort_ids))
    return [(row["cohort_id"], _claim(row)) for row in rows]


async def reported(transaction: Transaction, populations: Collection[Population]) -> set[tuple[UUID, str]]:
    """The canonical cohorts, with measures, of those populations that another partner reports, as far as theirs may know."""
    partners, cohorts, measures = ([each[place] for each in populations] for place in range(3))
    rows = await transaction.fetch(REPORTED, partner_ids=partners, cohort_ids=cohorts, measures=measures)
    return {(row["cohort_id"], row["measure"]) for row in rows}


def claim_of_statement(row: Any, index: int) -> Claim:
    """The claim that one stored statement makes (a row of `stored.sliced`)."""
    return Claim(
        population=Population(row["partner_id"], row["canonical_id"], row["measure"]),
        key=row["partition_key"],
        name=row["source_ref"],
        unit=row["unit"],
        precision=row["precision"],
        slice=Slice(frozenset(row["states"]), departments_of(row["departments"]), row["sex"], row["reporting_period_label"]),
        count=row["count"],
        index=index,
    )


def _claim(row: Any) -> Claim:
    return Claim(
        population=Population(row["partner_id"], row["canonical_id"], row["measure"]),
        key=row["partition_key"],
        name=row["name"],
        unit=row["unit"],
        precision=row["precision"],
        slice=Slice(frozenset(row["states"] or ()), departments_of(row["departments"]), row["sex"], row["period"]),
        count=row["sum"],
        statements=row["statements"],
    )


def is_claim(row: Any) -> ColumnElement[bool]:
    """Whether a statement is a count: an individual is never part of a claim set."""
    counts: ColumnElement[bool] = row.c.kind == literal_column(f"'{StatementKind.COUNT.value}'")
    return counts


def _claims() -> Select[Any]:
    """Live statements about canonical cohorts, added up where they agree in cohort, set, unit, precision and slice."""
    row, cohort, given = table_of(Statement), table_of(Cohort), for_each("cohort_ids", Uuid())
    same_run = or_(cohort.c.id == given.c.cohort_ids, cohort.c.same_run_as_id == given.c.cohort_ids)
    run = looked_up(select(cohort.c.id).where(same_run), "run")
    of_run = sliced().where(row.c.cohort_id == run.c.id, among(row.c.partner_id, "partner_ids"), is_live(row.c.state), is_claim(row))
    live = looked_up(of_run, "live")
    sex = func.nullif(live.c.sex, literal_column(f"'{Sex.UNSPECIFIED.value}'")).label("sex")
    alone = case((live.c.partition_key.is_(None), live.c.source_ref))
    same = ("cohort_id", "partner_id", "canonical_id", "measure", "partition_key", "unit", "precision", "states", "departments")
    grouped = [*[live.c[name] for name in same], live.c.reporting_period_label.label("period"), sex]
    sums = (func.sum(live.c.count).label("sum"), func.count().label("statements"), func.min(live.c.source_ref).label("name"))
    return select(*grouped, *sums).select_from(given.join(run, true()).join(live, true())).group_by(*grouped, alone)


def _reported() -> Select[Any]:
    """The populations that another partner than their own reports, as far as that one may know; a function of the owner's answers."""
    given = [bindparam(name, type_=ARRAY(kind)) for name, kind in (("partner_ids", Uuid()), ("cohort_ids", Uuid()), ("measures", Text()))]
    found = func.reported_by_others(*given).table_valued(column("cohort_id", Uuid()), column("measure", Text()))
    return select(found.c.cohort_id, found.c.measure)


CLAIMS = render(_claims())
REPORTED = render(_reported())
