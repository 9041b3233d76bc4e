"""What became of each statement about a population: what it gives, or the reason why it gives nothing.

The reason is the first of these that holds, each under its rule:

    REJECTED, WITHDRAWN, ERASED, HELD   R1   the state
    PENDING                             R1   the state, unless PENDING statements are counted
    COHORT_NOT_ACCEPTED                 R0   its cohort, or the one that this is joined to, enters nobody's numbers but its sender's
    INDIVIDUALS_NOT_COMPLETE            R1a  it tells of an individual, and the numbers come from counts
    INDIVIDUALS_COMPLETE                R1a  it is a count, and the numbers come from individuals
    OTHER_PARTNER                       R0   its partner was not chosen
    SAME_PERSON                         R1a  another statement counts the person
    INCONSISTENT                        R2   its set would have answered, but exceeds what it splits
    UNDECIDED                           R2   of the total's or the rows' set: may lie inside the filter or not, as may its whole population
    OUTSIDE_FILTER                      R2   of the total's or the rows' set: outside the filter in one dimension at least
    NO_BASIS                            R1c  would give rows, but no statement of the total's set lies inside the filter
    OTHER_UNIT                          R4   its set counts something else than the set of the whole, and cannot split it
    OTHER_CLAIM_SET                     R1b  other sets of its partner answer

OUTSIDE_FILTER goes before UNDECIDED where both hold, in different dimensions. A statement without a reason gives the TOTAL, the ROWS, or
both. Statements about individuals are told of by their number, never one by one: who may see them may not know that two are about the same
person.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    case,
    cast,
    collate,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.statements import StatementKind, StatementState
from resolvers.counting.cells import raw_inside, raw_outside
from resolvers.counting.dimensions import ZERO, code
from resolvers.counting.filters import judged_slices
from resolvers.counting.ledger import Ledger, counted_state
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
    INDIVIDUALS_NOT_COMPLETE = "INDIVIDUALS_NOT_COMPLETE"
    INDIVIDUALS_COMPLETE = "INDIVIDUALS_COMPLETE"
    OTHER_PARTNER = "OTHER_PARTNER"
    SAME_PERSON = "SAME_PERSON"
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
    ExclusionReason.INDIVIDUALS_NOT_COMPLETE: (
        "R1a",
        "It is about an individual, and the numbers come from counts: IMPACS has not said that the cohort's individuals are complete.",
    ),
    ExclusionReason.INDIVIDUALS_COMPLETE: (
        "R1a",
        "It is a count, and the numbers come from individuals: IMPACS has said that the cohort's are complete.",
    ),
    ExclusionReason.OTHER_PARTNER: ("R0", "Another partner was chosen for this cohort, and what two partners state is never added."),
    ExclusionReason.SAME_PERSON: ("R1a", "Another statement of its partner is about the same person, who is counted once."),
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


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of every statement that the viewer sees about populations: `use` where `reason` is null, and the other way round.

    `counts` are counts one by one [population_id, id, use, reason, rule, text]; `individuals` are statements about individuals by what
    became of them [population_id, position, statements, use, reason, rule, text].
    """

    counts: FromClause
    individuals: FromClause


def fates(ledger: Ledger, found: Levels, populations: CTE, name: str) -> Fates:
    """What became of the statements about populations.

    The populations are rows [population_id, partner_id, by_individuals, unit, total_id, rows_id, finer_total_id, finer_rows_id, decided,
    contributes]: the chosen partner and sets, and the sets that are inconsistent, null where there are none; whether the population surely
    lies inside the filter on cohorts; whether it gives a number.
    """
    judged = _judged(ledger, found, populations)
    of = judged.c
    used = or_(of.in_total, of.in_rows)
    named = [state for state in StatementState if state in ExclusionReason.__members__]
    counted = StatementState.PENDING if ledger.request.include_pending is True else None
    reasons = [(of.state == code(state), ExclusionReason(state)) for state in named if state is not counted]
    reasons += [
        (~of.enters, ExclusionReason.COHORT_NOT_ACCEPTED),
        (and_(of.individual, ~of.by_individuals), ExclusionReason.INDIVIDUALS_NOT_COMPLETE),
        (and_(~of.individual, of.by_individuals), ExclusionReason.INDIVIDUALS_COMPLETE),
        (~of.chosen, ExclusionReason.OTHER_PARTNER),
        (and_(of.individual, ~of.counts_person), ExclusionReason.SAME_PERSON),
        (of.inconsistent, ExclusionReason.INCONSISTENT),
        (and_(used, of.beyond), ExclusionReason.OUTSIDE_FILTER),
        (and_(used, ~of.kept), ExclusionReason.UNDECIDED),
        (and_(used, ~of.contributes), ExclusionReason.NO_BASIS),
        (and_(~used, of.other_unit), ExclusionReason.OTHER_UNIT),
        (~used, ExclusionReason.OTHER_CLAIM_SET),
    ]
    reason = case(*[(condition, code(excluded)) for condition, excluded in reasons])
    told = select(of.population_id, of.id, of.individual, _use(of).label("gives"), reason.label("reason")).select_from(judged).subquery()
    use = case((told.c.reason.is_(None), told.c.gives)).label("use")
    seen = select(told.c.population_id, told.c.id, told.c.individual, use, told.c.reason)
    unseen = [_unseen(ledger, found, populations)] if found.chosen is not None else []
    all_told = ledger.named(f"{name}_told", union_all(seen, *unseen))
    return Fates(ledger.named(name, _of_counts(all_told)), ledger.named(f"{name}_individuals", _of_individuals(all_told)))


def _unseen(ledger: Ledger, found: Levels, populations: CTE) -> Select[Any]:
    """The individuals that give a focal point's numbers, of whom it sees nothing else."""
    judged = judged_slices(ledger, populations, found.chosen)
    of = judged.c
    given = and_(populations.c.by_individuals, populations.c.contributes, of.kept, or_(of.in_total, of.in_rows))
    joined = judged.join(populations, populations.c.population_id == of.population_id)
    return select(of.population_id, cast(null(), Uuid), true(), _use(of), cast(null(), Text)).select_from(joined).where(given)


def _use(of: Any) -> ColumnElement[Any]:
    """What a statement gives that gives something."""
    both = and_(of.in_total, of.in_rows)
    return case((both, code(StatementUse.TOTAL_AND_ROWS)), (of.in_total, code(StatementUse.TOTAL)), else_=code(StatementUse.ROWS))


def _of_counts(told: CTE) -> Select[Any]:
    of = told.c
    return select(of.population_id, of.id, of.use, of.reason, *told_of(of.reason)).where(~of.individual)


def _of_individuals(told: CTE) -> Select[Any]:
    """First those that give something, then the others in the order of the reasons' codes."""
    of = told.c
    own = (of.population_id, of.use, of.reason)
    position = func.row_number().over(partition_by=of.population_id, order_by=[collate(of.reason, "C").asc().nulls_first(), of.use])
    columns = (of.population_id, position.label("position"), func.count().label("statements"), of.use, of.reason)
    return select(*columns, *told_of(of.reason)).where(of.individual).group_by(*own)


def _judged(ledger: Ledger, found: Levels, populations: FromClause) -> Subquery:
    """What the reasons look at, for each statement in any state; never null."""
    run, sets, of = ledger.seen, found.candidates, populations.c
    row, visible = ledger.whole.statements()
    same_set = and_(
        sets.c.population_id == of.population_id,
        sets.c.partner_id == row.c.partner_id,
        has_key(row, sets),
    )
    person = ledger.people
    joined = (
        populations.join(run, run.c.population_id == of.population_id)
        .join(row, and_(row.c.cohort_id == run.c.cohort_id, visible))
        .outerjoin(sets, same_set)
        .outerjoin(person, person.c.id == row.c.id)
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
        "individual": row.c.kind == code(StatementKind.INDIVIDUAL),
        "by_individuals": of.by_individuals,
        "counts_person": person.c.id.is_not(None),
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
    own = (of.population_id, row.c.id, counted_state(row).label("state"))
    return select(*own, *[flag.label(key) for key, flag in flags.items()]).select_from(joined).subquery()


def _is(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.coalesce(one == other, false())


def listed_ids(id_: ColumnElement[Any]) -> Any:
    """The aggregate that lists statements by global identifier."""
    return func.array_agg(aggregate_order_by(func.concat(literal_column("'Statement:'"), cast(id_, Text())), id_))


def chosen_ids(told: Fates) -> Select[Any]:
    """What gives totals and rows: counts by global identifier, and how many statements about individuals.

    [population_id, total_statements, row_statements, total_individuals, row_individuals].
    """
    count, individual = told.counts.c, told.individuals.c
    given = union_all(
        select(count.population_id, count.id, count.use, ZERO.label("individuals")).where(count.use.is_not(None)),
        select(individual.population_id, cast(null(), Uuid), individual.use, individual.statements).where(individual.use.is_not(None)),
    ).subquery()
    columns = []
    for name, level in ((StatementUse.TOTAL, "total"), (StatementUse.ROWS, "row")):
        gives = or_(given.c.use == code(name), given.c.use == code(StatementUse.TOTAL_AND_ROWS))
        listed = listed_ids(given.c.id).filter(gives, given.c.id.is_not(None))
        columns.append(func.coalesce(listed, NO_IDS).label(f"{level}_statements"))
        columns.append(cast(func.coalesce(func.sum(given.c.individuals).filter(gives), ZERO), BigInteger).label(f"{level}_individuals"))
    return select(given.c.population_id, *columns).group_by(given.c.population_id)


def told_of(reason: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The rule and the text of a reason."""
    rule = case(*[(reason == code(excluded), phrase(told[0])) for excluded, told in REASONS.items()])
    text = case(*[(reason == code(excluded), phrase(told[1])) for excluded, told in REASONS.items()])
    return [rule.label("rule"), text.label("text")]
