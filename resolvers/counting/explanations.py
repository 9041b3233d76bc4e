"""Why populations give what they give: the choice, in figures and in words; and why others give no number.

Both are relations of populations, to be ordered by `population_id`, beside the statements about them (`fates`).

The text of an explanation: that individuals are counted, where they are (R1a); how many partners state it and which was taken (R0, R1a,
R1b); how many statements give the total, and the groups, and what of the total the groups do not tell (R2); then, where there are such,
what is left out of the filter, how many statements wait, and that finer ones exceed the total.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
    true,
)

from models.statements import CountUnit
from resolvers.counting.dimensions import ONE, ZERO, code
from resolvers.counting.fates import Fates, chosen_ids, fates
from resolvers.counting.ledger import Ledger
from resolvers.counting.levels import Levels
from resolvers.counting.words import counted, phrase, when


@dataclass(frozen=True, slots=True)
class Explained:
    """Populations, and what became of the statements about them (`fates.fates`)."""

    populations: Subquery
    fates: Fates


def explanations(ledger: Ledger, found: Levels, first: ColumnElement[Any] | None, number: int) -> Explained:
    """The populations that give a number, at most `first` of them.

    [population_id, rule, partner_id, unit, total, precision, not_attributable, alternatives, total_statements, row_statements, text];
    statements are counts, by global identifier.
    """
    answers = found.answers.c
    given = (answers.contributes, answers.total, answers.precision, answers.rank, answers.alternatives, answers.remainder, answers.pending)
    chosen = select(*_sets(answers), true().label("decided"), answers.lost, *given).where(answers.contributes)
    populations = ledger.named(f"explained_{number}", first_of(chosen, answers.population_id, first))
    told = fates(ledger, found, populations, f"explained_statements_{number}")
    ids, of = chosen_ids(told).subquery(), populations.c
    columns = [
        of.population_id,
        _rule(of.by_individuals).label("rule"),
        *[of[name] for name in ("partner_id", "unit", "total", "precision", "alternatives")],
        of.lost.label("not_attributable"),
        ids.c.total_statements,
        ids.c.row_statements,
        func.concat(*_sentences(ledger, populations, ids)).label("text"),
    ]
    joined = populations.join(ids, ids.c.population_id == of.population_id)
    return Explained(select(*columns).select_from(joined).subquery(), told)


def _sets(answers: Any) -> list[ColumnElement[Any]]:
    names = ("population_id", "partner_id", "by_individuals", "unit", "total_id", "rows_id", "finer_total_id", "finer_rows_id")
    return [answers[name] for name in names]


def first_of(chosen: Select[Any], key: ColumnElement[Any], first: ColumnElement[Any] | None) -> Select[Any]:
    ordered = chosen.order_by(key)
    return ordered if first is None else ordered.limit(first)


def _sentences(ledger: Ledger, populations: FromClause, ids: FromClause) -> Iterator[ColumnElement[Any]]:
    of = populations.c
    given = func.cardinality(ids.c.total_statements) + ids.c.total_individuals
    groups = func.cardinality(ids.c.row_statements) + ids.c.row_individuals
    same = and_(ids.c.total_statements == ids.c.row_statements, ids.c.total_individuals == ids.c.row_individuals)
    yield when(of.by_individuals, phrase("IMPACS has said that the individuals are complete: each of them is counted, once (R1a). "))
    yield _choice(of.alternatives, of.rank, of.by_individuals)
    people = case((of.unit == code(CountUnit.PEOPLE), phrase(" people.")), else_=phrase(" participations."))
    yield func.concat(phrase(" "), counted(given, "statement gives", "statements give"), phrase(" the total of "), of.total, people)
    if ledger.request.grouped(of_statements=True):
        yield case(
            (same, phrase(" The same give the groups.")),
            (groups == ZERO, phrase(" None tells the groups apart (R2).")),
            else_=func.concat(phrase(" "), counted(groups, "statement gives", "statements give"), phrase(" the groups (R2).")),
        )
        yield when(of.remainder > ZERO, phrase(" The remaining "), of.remainder, phrase(" are told apart by none of them (R2)."))
    if ledger.request.filters:
        yield when(of.lost > ZERO, phrase(" "), of.lost, phrase(" more may lie inside the filter or not, and are left out (R2)."))
    waiting = counted(of.pending, "statement of the same sets waits and is", "statements of the same sets wait and are")
    yield when(of.pending > ZERO, phrase(" "), waiting, phrase(" not counted yet (R1)."))
    exceeded = or_(of.finer_total_id.is_not(None), of.finer_rows_id.is_not(None))
    yield when(exceeded, phrase(" Others that would tell more add up to more than they should split, and are not used (R2)."))


def _rule(by_individuals: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((by_individuals, phrase("R1a")), else_=phrase("R1b"))


def _choice(alternatives: ColumnElement[Any], rank: ColumnElement[Any], by_individuals: ColumnElement[Any]) -> ColumnElement[Any]:
    kind = case((rank == ZERO, phrase("the convener")), (rank == ONE, phrase("a provider")), else_=phrase("neither convener nor provider"))
    first = case(
        (rank == ZERO, phrase("the convener")),
        (rank == ONE, phrase("a provider, as no convener states it")),
        else_=phrase("the one decided upon last, as neither convener nor provider states it"),
    )
    taken = (phrase(" partners state this, and they are never added (R0); taken is "), first)
    among = (alternatives + ONE, *taken, phrase(" ("), _rule(by_individuals), phrase(")."))
    return case((alternatives == ZERO, func.concat(phrase("Only one partner states this: "), kind, phrase("."))), else_=func.concat(*among))
