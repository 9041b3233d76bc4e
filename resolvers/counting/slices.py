"""Single statements, with the values that they are filtered and grouped by."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, collate, func, select

from models.policies import Row
from models.statements import InstitutionType, Sex, StatementDepartment, StatementMemberState
from resolvers.counting.cells import Cells, listed
from resolvers.counting.dimensions import Dimension, code
from resolvers.counting.ledger import Ledger

OF_DEPARTMENTS = {Dimension.DEPARTMENT, Dimension.INSTITUTION_TYPE}
NO_COSTS_NOR_VALUES = Cells((), costs=False)


def slices(
    ledger: Ledger, raw: tuple[Dimension, ...] = (), cells: Cells = NO_COSTS_NOR_VALUES, cohorts: Select[Any] | None = None
) -> Subquery:
    """The statements that give numbers if their set does, of these cohorts if any are given.

    [id, kind, cohort_id, partner_id, partition_key, count, precision, currency, amount], with a raw value, to filter by, of each of the
    dimensions `raw` under its name, and with the keys of `cells`.
    """
    row, counted = ledger.counting()
    state, department = ledger.door.part(StatementMemberState), ledger.door.part(StatementDepartment)
    asked = {*raw, *cells.dimensions}
    joined: FromClause = row
    if Dimension.MEMBER_STATE in asked:
        joined = joined.outerjoin(state, state.c.statement_id == row.c.id)
    if OF_DEPARTMENTS & asked:
        joined = joined.outerjoin(department, department.c.statement_id == row.c.id)
    values = {dimension: _raw_value(dimension, row, state, department) for dimension in asked}
    currency, amount = cost_of(row)
    own = [row.c[name] for name in ("id", "kind", "cohort_id", "partner_id", "partition_key", "count")]
    own += [collate(row.c.precision, "C").label("precision"), currency.label("currency"), amount.label("amount")]
    keys = [*[values[dimension].label(dimension) for dimension in raw], *cells.columns(values, currency)]
    found = select(*own, *keys).select_from(joined).where(counted)
    if cohorts is not None:
        found = found.where(row.c.cohort_id.in_(cohorts))
    return (found if joined is row else found.group_by(*ledger.statement_key(row))).subquery()


def _raw_value(dimension: Dimension, row: Row, state: Row, department: Row) -> ColumnElement[Any]:
    """A raw value: an aggregate over a statement's rows of states and departments, for what is stated there."""
    match dimension:
        case Dimension.MEMBER_STATE:
            return listed(state.c.member_state_code)
        case Dimension.DEPARTMENT:
            return listed(department.c.department_code)
        case Dimension.INSTITUTION_TYPE:
            return stated_types(department)
        case Dimension.SEX:
            return func.nullif(row.c.sex, code(Sex.UNSPECIFIED))
        case _:
            return row.c.reporting_period_label


def stated_types(department: FromClause) -> ColumnElement[Any]:
    """The aggregate of a statement's types of institution: what is NOT_STATED counts only beside a type that is stated."""
    types = department.c.institution_type
    return case((func.bool_or(types != code(InstitutionType.NOT_STATED)), listed(types)))


def cost_of(row: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The currency and the amount of what a statement's people cost, both null where no cost is stated."""
    stated = and_(row.c.cost_amount.is_not(None), row.c.cost_currency.is_not(None))
    return case((stated, row.c.cost_currency)), case((stated, row.c.cost_amount))
