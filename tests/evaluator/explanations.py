"""`explain` and `omitted`: where a number comes from, and why there is none. Every statement that the viewer sees is told of once.

What is told of a population: the statements on the measure, in any state, that the viewer sees, about cohorts that it sees and whose
canonical cohort it sees. One that gives something is named with its use; any other with the first reason that holds. Statements about
individuals are not named, but counted: by use, then by reason.

1. its state is not counted: the state, by R1
2. its cohort, or the canonical one, enters no number of this viewer: COHORT_NOT_ACCEPTED, by R0
3. it is about an individual, where counts are counted: INDIVIDUALS_NOT_COMPLETE; or a count, where individuals are: INDIVIDUALS_COMPLETE;
   by R1a
4. its partner was not chosen: OTHER_PARTNER, by R0
5. another statement of its partner counts the person: SAME_PERSON, by R1a
6. its set was named as finer than what it contradicts: INCONSISTENT, by R2
7. its set is the total's or the rows', or the whole of a population that may lie inside the filter or not: OUTSIDE_FILTER if surely
   outside, else UNDECIDED if not kept, by R2; NO_BASIS if kept, but nothing of the total's set is, by R1c
8. its set counts in another unit than the whole: OTHER_UNIT, by R4
9. OTHER_CLAIM_SET, by R1b

Populations without a number: those about which something is told, that do not contribute and are not surely outside the filter on
cohorts. Without a chosen partner, PARTNER has all partners that state something. The reason: NO_BASIS by R1c without a set; UNDECIDED by
R2 if it adds to what is not attributable; else OUTSIDE_FILTER by R2. The sentences of reasons are the contract's descriptions.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from models.statements import Statement, StatementKind
from tests.evaluator.records import STATEMENT_DIMENSIONS, ClaimSet, Dimension, Finding, Ledger, Question, global_id, global_ids, state_of
from tests.evaluator.rules import (
    Placement,
    contributes,
    pick,
    placements,
    population_of,
    rank,
    total_precision,
)
from tests.evaluator.rules import told as cut
from tests.evaluator.values import agency_values, cohort_values, statement_values
from tests.evaluator.visibility import enters, sees_agency, sees_offering, sees_statement

RULES = {
    "COHORT_NOT_ACCEPTED": "R0",
    "INDIVIDUALS_NOT_COMPLETE": "R1a",
    "INDIVIDUALS_COMPLETE": "R1a",
    "OTHER_PARTNER": "R0",
    "SAME_PERSON": "R1a",
    "OTHER_CLAIM_SET": "R1b",
    "NO_BASIS": "R1c",
    "INCONSISTENT": "R2",
    "OUTSIDE_FILTER": "R2",
    "UNDECIDED": "R2",
    "OTHER_UNIT": "R4",
}


def told_of(ledger: Ledger, question: Question) -> dict[UUID, list[Statement]]:
    """The statements to tell of by population, all in the order of their ids."""
    found: dict[UUID, list[Statement]] = {}
    for statement in sorted(ledger.statements, key=lambda one: one.id):
        if statement.measure == question.measure and sees_statement(ledger, question.viewer, statement):
            population = population_of(ledger, statement)
            cohorts = (ledger.cohort(statement.cohort_id), ledger.cohort(population))
            if all(sees_offering(question.viewer, cohort) for cohort in cohorts):
                found.setdefault(population, []).append(statement)
    return dict(sorted(found.items()))


def set_of(found: Finding, statement: Statement) -> ClaimSet:
    """The claim set of the chosen partner to which a counted statement belongs."""
    return next(one for one in found.population.sets if statement.id in {claim.statement.id for claim in one.claims})


def use_of(found: Finding, statement: Statement) -> str | None:
    """What a statement gives to a population that contributes."""
    kept = [{claim.statement.id for claim in selected.kept} for selected in (found.total, found.detail) if selected]
    match [statement.id in ids for ids in kept]:
        case [True, True]:
            return "TOTAL_AND_ROWS"
        case [True, False]:
            return "TOTAL"
        case [False, True]:
            return "ROWS"
    return None


def reason_of(ledger: Ledger, question: Question, found: Finding | None, statement: Statement) -> str:
    """Why a statement gives nothing."""
    if state_of(statement) not in question.counted_states:
        return str(statement.state)
    cohorts = (ledger.cohort(statement.cohort_id), ledger.cohort(population_of(ledger, statement)))
    if not all(enters(question.viewer, cohort) for cohort in cohorts):
        return "COHORT_NOT_ACCEPTED"
    if found is None or is_individual(statement) != (found.population.rule == "R1a"):
        return "INDIVIDUALS_NOT_COMPLETE" if is_individual(statement) else "INDIVIDUALS_COMPLETE"
    if statement.partner_id != found.population.partner:
        return "OTHER_PARTNER"
    if is_individual(statement) and statement.id not in {claim.statement.id for claim in found.population.sets[0].claims}:
        return "SAME_PERSON"
    own, whole = set_of(found, statement), pick(found.population.sets, frozenset())
    if own in [finer for _, finer in found.contradictions]:
        return "INCONSISTENT"
    if own in ([selected.whole for selected in (found.total, found.detail) if selected] or [whole]):
        return filtered_reason(ledger, question, found, statement)
    return "OTHER_CLAIM_SET" if own.unit == whole.unit else "OTHER_UNIT"


def filtered_reason(ledger: Ledger, question: Question, found: Finding, statement: Statement) -> str:
    """Why a statement of a set that answers gives nothing."""
    if found.total is None:
        return "UNDECIDED"
    places = placements(question, statement_values(ledger, statement), STATEMENT_DIMENSIONS & question.filter.keys())
    if Placement.OUTSIDE in places:
        return "OUTSIDE_FILTER"
    return "NO_BASIS" if places <= {Placement.INSIDE} else "UNDECIDED"


def is_individual(statement: Statement) -> bool:
    """Whether a statement is about an individual."""
    return statement.kind == StatementKind.INDIVIDUAL


def fate(ledger: Ledger, question: Question, found: Finding | None, statement: Statement) -> tuple[str | None, str | None]:
    """What a statement gives, or the reason why it gives nothing."""
    use = use_of(found, statement) if found and contributes(found) else None
    return (use, None) if use else (None, reason_of(ledger, question, found, statement))


def worded(question: Question, reason: str | None) -> dict[str, Any]:
    """A reason with its rule and its words."""
    if reason is None:
        return {"reason": None, "rule": None, "text": None}
    return {"reason": reason, "rule": RULES.get(reason, "R1"), "text": question.sentences.get(reason)}


def excluded(ledger: Ledger, question: Question, found: Finding | None, statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """The counts that give nothing, with the reason."""
    table = []
    for statement in statements:
        _, reason = fate(ledger, question, found, statement)
        if reason and not is_individual(statement):
            table.append({"statement": {"id": global_id("Statement", statement.id)}, **worded(question, reason)})
    return table


def individuals(ledger: Ledger, question: Question, found: Finding | None, statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """How many statements about individuals give something, and how many nothing for which reason."""
    fates = Counter(fate(ledger, question, found, statement) for statement in statements if is_individual(statement))
    ordered = sorted(fates, key=lambda one: (one[1] or "", one[0] or ""))
    return [{"statements": fates[use, reason], "use": use, **worded(question, reason)} for use, reason in ordered]


def explanation(ledger: Ledger, question: Question, found: Finding, statements: Sequence[Statement]) -> dict[str, Any]:
    """Whose word was taken for a population that contributes, and what each statement gave."""
    total, detail = found.total, found.detail
    if total is None or detail is None:
        raise ValueError("nothing to explain")
    seen = {statement.id for statement in statements}
    unseen = [claim.statement for claim in (*total.kept, *detail.kept) if claim.is_individual and claim.statement.id not in seen]
    listed = [*statements, *{one.id: one for one in unseen}.values()]
    partner = ledger.agency(found.population.partner)
    uses = [(statement, use) for statement in statements if not is_individual(statement) and (use := use_of(found, statement))]
    return {
        "cohort": {"id": global_id("Cohort", found.population.id)},
        "rule": found.population.rule,
        "partner": {"id": global_id("PartnerAgency", partner.id)} if sees_agency(question.viewer, partner) else None,
        "total": total.count,
        "unit": pick(found.population.sets, frozenset()).unit,
        "precision": total_precision([found]).value,
        "notAttributable": found.not_attributable,
        "totalStatements": global_ids(claim for claim in total.kept if not claim.is_individual),
        "rowStatements": global_ids(claim for claim in detail.kept if not claim.is_individual),
        "alternatives": found.population.alternatives,
        "statements": [{"statement": {"id": global_id("Statement", statement.id)}, "use": use} for statement, use in uses],
        "excluded": excluded(ledger, question, found, statements),
        "individuals": individuals(ledger, question, found, listed),
        "text": " ".join(sentences(ledger, question, found)),
    }


def sentences(ledger: Ledger, question: Question, found: Finding) -> list[str]:
    """The explanation in words."""
    total, detail, population = found.total, found.detail, found.population
    if total is None or detail is None:
        raise ValueError("nothing to explain")
    place = rank(ledger, population.id, population.partner)
    listed = population.rule == "R1a"
    start = ["IMPACS has said that the individuals are complete: each of them is counted, once (R1a)."] if listed else []
    told = [*start, f"Only one partner states this: {('the convener', 'a provider', 'neither convener nor provider')[place]}."]
    if population.alternatives:
        chosen = (
            "the convener",
            "a provider, as no convener states it",
            "the one decided upon last, as neither convener nor provider states it",
        )[place]
        taken = f"{population.alternatives + 1} partners state this, and they are never added (R0); taken is {chosen} ({population.rule})."
        told = [*start, taken]
    unit = pick(population.sets, frozenset()).unit.lower()
    told.append(f"{gives(len(total.kept))} the total of {total.count} {unit}.")
    if STATEMENT_DIMENSIONS & set(question.group_by):
        told += group_sentences(total.count - detail.count, global_ids(total.kept), global_ids(detail.kept))
    if found.not_attributable and question.filter:
        told.append(f"{found.not_attributable} more may lie inside the filter or not, and are left out (R2).")
    pending = sum(one.pending for one in {id(one.whole): one.whole for one in (total, detail)}.values())
    if pending:
        waits = "1 statement of the same sets waits and is" if pending == 1 else f"{pending} statements of the same sets wait and are"
        told.append(f"{waits} not counted yet (R1).")
    if any(cut(question, finer.claims) for _, finer in found.contradictions):
        told.append("Others that would tell more add up to more than they should split, and are not used (R2).")
    return told


def gives(number: int) -> str:
    """So many statements, as a subject with its verb."""
    return "1 statement gives" if number == 1 else f"{number} statements give"


def group_sentences(remainder: int, of_total: Sequence[str], of_rows: Sequence[str]) -> list[str]:
    """How the groups came to be."""
    rest = [f"The remaining {remainder} are told apart by none of them (R2)."] if remainder else []
    if of_total == of_rows:
        return ["The same give the groups.", *rest]
    return [f"{gives(len(of_rows))} the groups (R2)." if of_rows else "None tells the groups apart (R2).", *rest]


def omission(ledger: Ledger, question: Question, found: Finding | None, statements: Sequence[Statement]) -> dict[str, Any]:
    """Why the population of these statements gives no number."""
    lost = found.not_attributable if found else 0
    reason, rule, text = "OUTSIDE_FILTER", "R2", "What it states lies outside the filter (R2)."
    if found is None or not cut(question, (found.total.whole if found.total else pick(found.population.sets, frozenset())).claims):
        reason, rule, text = "NO_BASIS", "R1c", "No statement counts (R1c)."
    elif lost:
        reason, text = "UNDECIDED", f"Nobody knows whether the {lost} that it could add lie inside the filter (R2)."
    return {
        "cohort": {"id": global_id("Cohort", population_of(ledger, statements[0]))},
        "rule": rule,
        "reason": reason,
        "notAttributable": lost,
        "excluded": excluded(ledger, question, found, statements),
        "individuals": individuals(ledger, question, found, statements),
        "text": text,
    }


def may_lie_inside(ledger: Ledger, question: Question, population: UUID, statements: Sequence[Statement]) -> bool:
    """Whether a population without a chosen partner is not surely outside the filter on cohorts."""
    partners = sorted({statement.partner_id for statement in statements})
    values = cohort_values(ledger, question.viewer, population, partners[0])
    values[Dimension.PARTNER] = agency_values(ledger, question.viewer, partners)
    return Placement.OUTSIDE not in placements(question, values, question.filter.keys() - STATEMENT_DIMENSIONS)


def explained(ledger: Ledger, question: Question, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The explanations of all populations that contribute."""
    about = told_of(ledger, question)
    return [explanation(ledger, question, found, about.get(found.population.id, [])) for found in findings if contributes(found)]


def omitted(ledger: Ledger, question: Question, counted: Sequence[UUID], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """All populations without a number; `counted` are those with a claim set, also where they lie outside the filter."""
    known = {found.population.id: found for found in findings}
    table = []
    for population, statements in told_of(ledger, question).items():
        found = known.get(population)
        if found is None and (population in counted or not may_lie_inside(ledger, question, population, statements)):
            continue
        if found is None or not contributes(found):
            table.append(omission(ledger, question, found, statements))
    return table
