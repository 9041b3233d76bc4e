"""The claims that are stored already, which a submission or a decision is judged beside. The ledger's own view: no door limits it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CTE, ColumnElement, Select, Text, Uuid, bindparam, case, column, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.courses import Cohort
from models.database import Transaction, render
from models.statements import Sex, Statement, StatementDepartment, StatementMemberState
from resolvers.claims import Claim, Population, Slice
from resolvers.stored import PARTNER, among, canonical, departments_of, is_live, table_of, written


async def claims(transaction: Transaction, partner_ids: Collection[UUID], cohort_ids: Collection[UUID]) -> list[Claim]:
    """The live claims of these partners about the populations of these canonical cohorts; those alike in all but their number as one."""
    rows = await transaction.fetch(CLAIMS, partner_ids=list(partner_ids), cohort_ids=list(cohort_ids))
    return [_claim(row) for row in rows]


async def reported(transaction: Transaction, partner_id: UUID, populations: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of the populations about which another partner has a live statement."""
    cohorts, measures = [cohort for cohort, _ in populations], [measure for _, measure in populations]
    rows = await transaction.fetch(REPORTED, partner_id=partner_id, cohort_ids=cohorts, measures=measures)
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


def _claims() -> Select[Any]:
    """Live statements about canonical cohorts, added up where they agree in set, unit, precision and slice."""
    row, cohort, state, department = (table_of(each) for each in (Statement, Cohort, StatementMemberState, StatementDepartment))
    sex = func.nullif(row.c.sex, Sex.UNSPECIFIED.value).label("sex")
    columns = [row.c[name] for name in ("id", "partner_id", "measure", "partition_key", "source_ref", "unit", "precision", "count")]
    live = (
        select(*columns, sex, row.c.reporting_period_label.label("period"), canonical(cohort).label("canonical_id"))
        .join_from(row, cohort, cohort.c.id == row.c.cohort_id)
        .where(among(row.c.partner_id, "partner_ids"), is_live(row.c.state))
        .where(or_(among(cohort.c.id, "cohort_ids"), among(cohort.c.same_run_as_id, "cohort_ids")))
        .cte("live")
    )
    states = _gathered(live, state, state.c.member_state_code, "states")
    departments = _gathered(live, department, written(department), "departments")
    alone = case((live.c.partition_key.is_(None), live.c.source_ref))
    same = ("partner_id", "canonical_id", "measure", "partition_key", "unit", "precision", "sex", "period")
    grouped = [*[live.c[name] for name in same], states.c.states, departments.c.departments]
    sums = (func.sum(live.c.count).label("sum"), func.count().label("statements"), func.min(live.c.source_ref).label("name"))
    joined = live.outerjoin(states, states.c.id == live.c.id).outerjoin(departments, departments.c.id == live.c.id)
    return select(*grouped, *sums).select_from(joined).group_by(*grouped, alone)


def _gathered(live: CTE, part: Any, value: ColumnElement[Any], name: str) -> CTE:
    """The values of the parts of each live statement, in order."""
    values = func.array_agg(aggregate_order_by(value, value)).label(name)
    return select(live.c.id, values).join_from(live, part, part.c.statement_id == live.c.id).group_by(live.c.id).cte(name)


def _reported() -> Select[Any]:
    """The populations about which another partner has a live statement."""
    row, cohort = table_of(Statement), table_of(Cohort)
    pairs = func.unnest(bindparam("cohort_ids", type_=ARRAY(Uuid())), bindparam("measures", type_=ARRAY(Text())))
    wanted = pairs.table_valued(column("cohort_id", Uuid()), column("measure", Text())).render_derived(name="wanted")
    same_run = or_(cohort.c.id == wanted.c.cohort_id, cohort.c.same_run_as_id == wanted.c.cohort_id)
    others = exists().where(row.c.measure == wanted.c.measure, row.c.cohort_id == cohort.c.id, row.c.partner_id != PARTNER)
    return select(wanted.c.cohort_id, wanted.c.measure).where(others.where(same_run, is_live(row.c.state)).correlate(wanted))


CLAIMS = render(_claims())
REPORTED = render(_reported())
