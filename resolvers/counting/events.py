"""Which sets disagree (rule R2)."""

from typing import Any

from sqlalchemy import FromClause, Select, Subquery, and_, func, literal_column, or_, select, union_all

from resolvers.counting.dimensions import ONE
from resolvers.counting.fates import listed_ids
from resolvers.counting.ledger import Ledger
from resolvers.counting.levels import Levels
from resolvers.counting.sets import belongs


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
    row, counted = ledger.counted_counts()
    same = and_(row.c.cohort_id == run.c.cohort_id, belongs(row, sets))
    concerned = or_(sets.c.id.in_(select(events.c.coarser)), sets.c.id.in_(select(events.c.finer)))
    return (
        select(sets.c.id, listed_ids(row.c.id).label("statements"))
        .select_from(sets.join(run, run.c.population_id == sets.c.population_id).join(row, same))
        .where(concerned, counted)
        .group_by(sets.c.id)
    )
