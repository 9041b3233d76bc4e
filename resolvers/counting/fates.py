"""What became of each statement about a population: what it gives, or the reason why it gives nothing.

The reason is the first of these that holds, each under its rule:

    REJECTED, WITHDRAWN, ERASED, HELD   R1   the state
    PENDING                             R1   the state, unless PENDING statements are counted
    COHORT_NOT_ACCEPTED                 R0   its cohort, or the one that this is joined to, enters nobody's numbers but its sender's
    OTHER_PARTNER                       R0   its partner was not chosen
    INCONSISTENT                        R2   its set would have answered, but exceeds what it splits
    UNDECIDED                           R2   of the total's or the rows' set: may lie inside the filter or not, as may its whole population
    OUTSIDE_FILTER                      R2   of the total's or the rows' set: outside the filter in one dimension at least
    NO_BASIS                            R1c  would give rows, but no statement of the total's set lies inside the filter
    OTHER_UNIT                          R4   its set counts something else than the set of the whole, and cannot split it
    OTHER_CLAIM_SET                     R1b  other sets of its partner answer

OUTSIDE_FILTER goes before UNDECIDED where both hold, in different dimensions. A statement without a reason gives the TOTAL, the ROWS, or
both.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.statements import StatementState
from resolvers.counting.cells import raw_inside, raw_outside
from resolvers.counting.dimensions import code
from resolvers.counting.ledger import Ledger
from resolvers.counting.levels import Levels
from resolvers.counting.sets import has_key
from resolvers.counting.slices import slices
from resolvers.counting.words import phrase

NO_IDS: ColumnElement[Any] = literal_column("'{}'::text[]", ARRAY(Text()))


class StatementUse(StrEnum):
    """What a chosen statement gives."""

    TOTAL = "TOTAL"
    ROWS = "ROWS"
    TOTAL_AND_ROWS = "TOTAL_AND_ROWS"


class ExclusionReason(StrEnum):
    """Why a statement gives nothing."""

    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    ERASED = "ERASED"
    HELD = "HELD"
    PENDING = "PENDING"
    COHORT_NOT_ACCEPTED = "COHORT_NOT_ACCEPTED"
    OTHER_PARTNER = "OTHER_PARTNER"
    OTHER_CLAIM_SET = "OTHER_CLAIM_SET"
    OTHER_UNIT = "OTHER_UNIT"
    INCONSISTENT = "INCONSISTENT"
    OUTSIDE_FILTER = "OUTSIDE_FILTER"
    UNDECIDED = "UNDECIDED"
    NO_BASIS = "NO_BASIS"


REASONS: dict[ExclusionReason, tuple[str, str]] = {
    ExclusionReason.REJECTED: ("R1", "IMPACS rejected it."),
    ExclusionReason.WITHDRAWN: ("R1", "Its partner withdrew it."),
    ExclusionReason.ERASED: ("R1", "Its content was erased."),
    ExclusionReason.HELD: ("R1", "IMPACS holds it back for now; it is counted once IMPACS releases and verifies it."),
    ExclusionReason.PENDING: ("R1", "It waits for IMPACS to verify it; `includePending` counts it where its cohort is accepted, or yours."),
    ExclusionReason.COHORT_NOT_ACCEPTED: (
        "R0",
        "IMPACS has not accepted its cohort, or the run that this is joined to: until then it counts for the cohort's sender only.",
    ),
    ExclusionReason.OTHER_PARTNER: ("R0", "Another partner was chosen for this cohort, and what two partners state is never added."),
    ExclusionReason.OTHER_CLAIM_SET: (
        "R1b",
        "Its partner has statements that answer this better: they tell more of what is asked, or less beside it, or are later.",
    ),
    ExclusionReason.OTHER_UNIT: ("R4", "It counts people where the total counts participations, or the other way round."),
    ExclusionReason.INCONSISTENT: ("R2", "It would tell more of what is asked, but adds up to more than the total that it should split."),
    ExclusionReason.OUTSIDE_FILTER: ("R2", "It lies outside the filter."),
    ExclusionReason.UNDECIDED: ("R2", "Nobody knows whether it lies inside the filter: it covers more than that, or does not say."),
    ExclusionReason.NO_BASIS: ("R1c", "It would give groups, but no statement that gives the total lies inside the filter."),
}
"""The rule of each reason, and the reason in a sentence for people."""


def fates(ledger: Ledger, found: Levels, populations: FromClause, name: str) -> CTE:
    """What became of every statement that the viewer sees about populations: `use` where `reason` is null, and the other way round.

    [population_id, id, use, reason, rule, text]. The populations are rows [population_id, partner_id, unit, total_id, rows_id,
    finer_total_id, finer_rows_id, decided, contributes]: the chosen partner and sets, and the sets that are inconsistent, null where there
    are none; whether the population surely lies inside the filter on cohorts; whether it gives a number.
    """
    judged = _judged(ledger, found, populations)
    of, states = judged.c, ledger.counted
    used = or_(of.in_total, of.in_rows)
    reasons = [(of.state == code(state), ExclusionReason(state)) for state in StatementState if state in ExclusionReason.__members__]
    reasons = [(condition, reason) for condition, reason in reasons if StatementState(reason) not in states]
    reasons += [
        (~of.enters, ExclusionReason.COHORT_NOT_ACCEPTED),
        (~of.chosen, ExclusionReason.OTHER_PARTNER),
        (of.inconsistent, ExclusionReason.INCONSISTENT),
        (and_(used, of.beyond), ExclusionReason.OUTSIDE_FILTER),
        (and_(used, ~of.kept), ExclusionReason.UNDECIDED),
        (and_(used, ~of.contributes), ExclusionReason.NO_BASIS),
        (and_(~used, of.other_unit), ExclusionReason.OTHER_UNIT),
        (~used, ExclusionReason.OTHER_CLAIM_SET),
    ]
    both = and_(of.in_total, of.in_rows)
    gives = case((both, code(StatementUse.TOTAL_AND_ROWS)), (of.in_total, code(StatementUse.TOTAL)), else_=code(StatementUse.ROWS))
    reason = case(*[(condition, code(excluded)) for condition, excluded in reasons])
    told = select(of.population_id, of.id, gives.label("gives"), reason.label("reason")).select_from(judged).subquery()
    use = case((told.c.reason.is_(None), told.c.gives)).label("use")
    return ledger.named(name, select(told.c.population_id, told.c.id, use, told.c.reason, *told_of(told.c.reason)))


def _judged(ledger: Ledger, found: Levels, populations: FromClause) -> Subquery:
    """What the reasons look at, for each statement in any state; never null."""
    run, sets, of = ledger.seen, found.candidates, populations.c
    row, visible = ledger.whole.statements(*StatementState)
    same_set = and_(
        sets.c.population_id == of.population_id,
        sets.c.partner_id == row.c.partner_id,
        has_key(row, sets.c.partition_key, sets.c.lone_id),
    )
    joined = (
        populations.join(run, run.c.population_id == of.population_id)
        .join(row, and_(row.c.cohort_id == run.c.cohort_id, visible))
        .outerjoin(sets, same_set)
    )
    kept: ColumnElement[bool] = of.decided
    beyond: ColumnElement[bool] = false()
    if filtered := ledger.request.filtered(of_statements=True):
        cohorts = select(run.c.cohort_id).join(populations, of.population_id == run.c.population_id)
        slice_ = slices(ledger, filtered, cohorts=cohorts)
        joined = joined.outerjoin(slice_, slice_.c.id == row.c.id)
        allowed = ledger.request.allowed
        kept = and_(of.decided, *[raw_inside(d, slice_.c[d], allowed(d)) for d in filtered])
        beyond = and_(of.decided, or_(*[raw_outside(d, slice_.c[d], allowed(d)) for d in filtered]))
    inconsistent = or_(_is(sets.c.id, of.finer_total_id), _is(sets.c.id, of.finer_rows_id))
    flags = {
        "enters": run.c.enters,
        "chosen": _is(row.c.partner_id, of.partner_id),
        "inconsistent": inconsistent,
        "in_total": _is(sets.c.id, of.total_id),
        "in_rows": _is(sets.c.id, of.rows_id),
        "kept": kept,
        "beyond": beyond,
        "contributes": of.contributes,
        "other_unit": func.coalesce(sets.c.unit != of.unit, false()),
    }
    return select(of.population_id, row.c.id, row.c.state, *[flag.label(key) for key, flag in flags.items()]).select_from(joined).subquery()


def _is(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.coalesce(one == other, false())


def listed_ids(id_: ColumnElement[Any]) -> Any:
    """The aggregate that lists statements by global identifier."""
    return func.array_agg(aggregate_order_by(func.concat(literal_column("'Statement:'"), cast(id_, Text())), id_))


def chosen_ids(told: CTE) -> Select[Any]:
    """The statements that give totals and rows, by global identifier [population_id, total_statements, row_statements]."""
    columns = []
    for name, other in ((StatementUse.TOTAL, "total_statements"), (StatementUse.ROWS, "row_statements")):
        gives = or_(told.c.use == code(name), told.c.use == code(StatementUse.TOTAL_AND_ROWS))
        columns.append(func.coalesce(listed_ids(told.c.id).filter(gives), NO_IDS).label(other))
    return select(told.c.population_id, *columns).group_by(told.c.population_id)


def told_of(reason: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The rule and the text of a reason."""
    rule = case(*[(reason == code(excluded), phrase(told[0])) for excluded, told in REASONS.items()])
    text = case(*[(reason == code(excluded), phrase(told[1])) for excluded, told in REASONS.items()])
    return [rule.label("rule"), text.label("text")]
