"""Why populations give no number though there are statements about them (rules R1c and R2)."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, any_, case, cast, false, func, literal_column, select, true

from resolvers.counting.cohorts import cohort_values
from resolvers.counting.dimensions import ZERO, Dimension, code, outside
from resolvers.counting.explanations import Explained, first_of
from resolvers.counting.fates import fates
from resolvers.counting.ledger import Ledger
from resolvers.counting.levels import Levels
from resolvers.counting.words import phrase


class OmissionReason(StrEnum):
    """Why a population gives no number."""

    NO_BASIS = "NO_BASIS"
    OUTSIDE_FILTER = "OUTSIDE_FILTER"
    UNDECIDED = "UNDECIDED"


def omissions(ledger: Ledger, found: Levels, first: ColumnElement[Any] | None, number: int) -> Explained:
    """The populations, not surely outside the filter on cohorts, that give no number though the viewer sees statements about them.

    At most `first` of them: [population_id, rule, reason, not_attributable, text].
    """
    populations = ledger.named(f"omitted_{number}", first_of(_omitted(ledger, found), literal_column("population_id"), first))
    of = populations.c
    reason = case(
        (of.total_id.is_(None), code(OmissionReason.NO_BASIS)),
        (of.lost > ZERO, code(OmissionReason.UNDECIDED)),
        else_=code(OmissionReason.OUTSIDE_FILTER),
    )
    undecided = func.concat(phrase("Nobody knows whether the "), of.lost, phrase(" that it could add lie inside the filter (R2)."))
    text = case(
        (of.total_id.is_(None), phrase("No statement counts (R1c).")),
        (of.lost > ZERO, undecided),
        else_=phrase("What it states lies outside the filter (R2)."),
    )
    rule = case((of.total_id.is_(None), phrase("R1c")), else_=phrase("R2"))
    columns = [of.population_id, rule.label("rule"), reason.label("reason"), of.lost.label("not_attributable"), text.label("text")]
    return Explained(select(*columns).subquery(), fates(ledger, found, populations, f"omitted_statements_{number}"))


def _omitted(ledger: Ledger, found: Levels) -> Select[Any]:
    """With the sets picked for them, as `fates` takes them; of those not wholly inside the filter on cohorts the whole is the total's."""
    stated, picked, answers = _stated(ledger), found.picked, found.answers
    decided = answers.c.population_id.is_not(None)
    columns = [
        stated.c.population_id,
        picked.c.partner_id,
        func.coalesce(picked.c.by_individuals, false()).label("by_individuals"),
        picked.c.unit,
        case((decided, answers.c.total_id), else_=picked.c.whole_id).label("total_id"),
        answers.c.rows_id,
        answers.c.finer_total_id,
        answers.c.finer_rows_id,
        decided.label("decided"),
        false().label("contributes"),
        cast(func.coalesce(answers.c.lost, picked.c.whole_total, ZERO), BigInteger).label("lost"),
    ]
    joined = stated.outerjoin(picked, picked.c.population_id == stated.c.population_id).outerjoin(
        answers, answers.c.population_id == stated.c.population_id
    )
    where: list[ColumnElement[bool]] = [func.coalesce(~answers.c.contributes, true())]
    if ledger.narrowing:
        near = cohort_values(ledger.door, stated, ledger.narrowing).subquery()
        joined = joined.join(near, near.c.population_id == stated.c.population_id)
        where += [~outside(near.c[d], ledger.request.allowed(d)) for d in ledger.narrowing]
    if Dimension.PARTNER in ledger.request.filters and found.values is not None:
        values = found.values
        joined = joined.outerjoin(values, values.c.population_id == stated.c.population_id)
        near_enough = ~outside(values.c[Dimension.PARTNER], ledger.request.allowed(Dimension.PARTNER))
        where.append(case((picked.c.population_id.is_(None), stated.c.allowed), else_=near_enough))
    return select(*columns).select_from(joined).where(*where)


def _stated(ledger: Ledger) -> Subquery:
    """The populations about which the viewer sees a statement in any state [population_id, allowed].

    Where no partner is chosen, a filter on PARTNER looks at all partners that state something: `allowed` says whether it allows one.
    """
    run, (row, visible) = ledger.seen, ledger.whole.statements()
    columns = [run.c.population_id]
    if Dimension.PARTNER in ledger.request.filters:
        columns.append(func.bool_or(row.c.partner_id == any_(ledger.request.allowed(Dimension.PARTNER))).label("allowed"))
    joined = run.join(row, and_(row.c.cohort_id == run.c.cohort_id, visible))
    return select(*columns).select_from(joined).group_by(run.c.population_id).subquery()
