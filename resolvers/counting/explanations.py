"""Why an answer is what it is: which statements were chosen by which rule, and which sets disagree."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from resolvers.counting.cells import raw_inside
from resolvers.counting.dimensions import ONE, ZERO
from resolvers.counting.ledger import Ledger
from resolvers.counting.levels import Levels
from resolvers.counting.sets import belongs, both_sets, of_set
from resolvers.counting.slices import slices

RULE: ColumnElement[Any] = literal_column("'R1b'", Text())
NO_IDS: ColumnElement[Any] = literal_column("'{}'::text[]", ARRAY(Text()))


def explanations(ledger: Ledger, found: Levels, first: ColumnElement[Any] | None = None) -> Subquery:
    """One row for each population that contributes, at most `first`, to be ordered by `population_id`.

    [population_id, rule, partner_id, total, total_statements, row_statements, alternatives, text]; statements are global identifiers.
    """
    answers = found.answers
    chosen = select(answers).where(answers.c.contributes).order_by(answers.c.population_id)
    explained = (chosen if first is None else chosen.limit(first)).subquery()
    kept = _kept_statements(ledger, found, explained).subquery()
    rows = func.coalesce(kept.c.row_statements, NO_IDS)
    return (
        select(
            explained.c.population_id,
            RULE.label("rule"),
            explained.c.partner_id,
            explained.c.total,
            kept.c.total_statements,
            rows.label("row_statements"),
            explained.c.alternatives,
            _sentence(explained, kept.c.total_statements, rows).label("text"),
        )
        .select_from(explained.join(kept, kept.c.population_id == explained.c.population_id))
        .subquery()
    )


def _kept_statements(ledger: Ledger, found: Levels, explained: FromClause) -> Select[Any]:
    """The statements that give totals and rows [population_id, total_statements, row_statements]."""
    request, run = ledger.request, ledger.runs
    filtered = request.filtered(of_statements=True)
    cohorts = select(run.c.cohort_id).join(explained, explained.c.population_id == run.c.population_id)
    row, sets = slices(ledger, filtered, cohorts=cohorts), both_sets(ledger, explained)
    inside = and_(true(), *[raw_inside(d, row.c[d], request.allowed(d)) for d in filtered])
    either = or_(of_set(row, sets, "total"), of_set(row, sets, "rows"))
    return (
        select(
            sets.c.population_id,
            _ids(row).filter(of_set(row, sets, "total")).label("total_statements"),
            _ids(row).filter(of_set(row, sets, "rows")).label("row_statements"),
        )
        .select_from(row.join(sets, sets.c.cohort_id == row.c.cohort_id))
        .where(inside, either)
        .group_by(sets.c.population_id)
    )


def _ids(row: Any) -> Any:
    """The aggregate that lists statements by global identifier."""
    return func.array_agg(aggregate_order_by(func.concat(literal_column("'Statement:'"), cast(row.c.id, Text())), row.c.id))


def _sentence(explained: FromClause, total_statements: ColumnElement[Any], row_statements: ColumnElement[Any]) -> ColumnElement[Any]:
    """The choice in one English sentence."""
    rank = case(
        (explained.c.rank == ZERO, literal_column("'the convener'")),
        (explained.c.rank == ONE, literal_column("'a provider'")),
        else_=literal_column("'neither convener nor provider'"),
    )
    others = explained.c.alternatives
    choice = case(
        (others == ZERO, func.concat(literal_column("'Only one partner states this ('"), rank, literal_column("')'"))),
        else_=func.concat(
            literal_column("'Of '"),
            others + ONE,
            literal_column("' partners that state this, never added, '"),
            rank,
            literal_column("' was chosen'"),
        ),
    )
    given = func.concat(
        literal_column("'; '"),
        func.cardinality(total_statements),
        literal_column("' of its statements give the total of '"),
        explained.c.total,
    )
    groups = func.concat(literal_column("', and '"), func.cardinality(row_statements), literal_column("' give the groups.'"))
    return func.concat(choice, given, case((row_statements == total_statements, literal_column("'.'")), else_=groups))


def inconsistencies(ledger: Ledger, found: Levels) -> Subquery:
    """R2: the sets that exceed what they split, to be ordered by `position` [position, population_id, coarser, finer].

    The coarser one was used. Both are arrays of the global identifiers of the sets' statements.
    """
    answers = found.answers.c
    found_events = union_all(
        select(answers.population_id, ONE.label("level"), answers.whole_id.label("coarser"), answers.finer_total_id.label("finer")).where(
            answers.finer_total_id.is_not(None)
        ),
        select(answers.population_id, literal_column("2"), answers.total_id, answers.finer_rows_id).where(
            answers.finer_rows_id.is_not(None)
        ),
    )
    events = ledger.named("events", found_events)
    members = ledger.named("disagreeing", _members(ledger, found, events))
    coarser, finer = members.alias(), members.alias()
    return (
        select(
            func.row_number().over(order_by=[events.c.population_id, events.c.level]).label("position"),
            events.c.population_id,
            coarser.c.statements.label("coarser"),
            finer.c.statements.label("finer"),
        )
        .select_from(events.join(coarser, coarser.c.id == events.c.coarser).join(finer, finer.c.id == events.c.finer))
        .subquery()
    )


def _members(ledger: Ledger, found: Levels, events: FromClause) -> Select[Any]:
    """The counted statements of the sets of events [id, statements]."""
    run, sets = ledger.runs, found.candidates
    row, counted = ledger.statements(*ledger.counted)
    same = and_(row.c.cohort_id == run.c.cohort_id, belongs(row, sets))
    concerned = or_(sets.c.id.in_(select(events.c.coarser)), sets.c.id.in_(select(events.c.finer)))
    return (
        select(sets.c.id, _ids(row).label("statements"))
        .select_from(sets.join(run, run.c.population_id == sets.c.population_id).join(row, same))
        .where(concerned, counted)
        .group_by(sets.c.id)
    )
