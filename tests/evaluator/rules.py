"""The rules, in the order in which they apply to a population.

R0, R8   relevant, population_of: which statements, about whom
R1a      by_individuals, people: each person once, where IMPACS says that the individuals are complete
R1b      claim_sets, rank, chosen_partner, pick: whose word is taken, and which of it
R2       placement, keep, finding, whole_of, detail_of, cells_of: filter, split and remainder
R4       unit
R6       worst, precision_of, remainder_precision
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from uuid import UUID

from models.courses import CountPolicy, Role
from models.statements import CountUnit, Precision, Statement, StatementState
from models.viewer import Viewer, ViewerKind
from tests.evaluator.records import (
    NOTHING,
    STATEMENT_DIMENSIONS,
    WAITING,
    WORST_LAST,
    Cell,
    Claim,
    ClaimSet,
    Dimension,
    Finding,
    Key,
    Ledger,
    Population,
    Question,
    Selected,
    Value,
    Values,
    state_of,
)
from tests.evaluator.values import cohort_values, statement_values
from tests.evaluator.visibility import enters, sees_statement


def population_of(ledger: Ledger, statement: Statement) -> UUID:
    """The canonical cohort: cohorts joined by `sameRunAs` are one population (R0)."""
    cohort = ledger.cohort(statement.cohort_id)
    return cohort.same_run_as_id or cohort.id


def chooser(viewer: Viewer) -> Viewer:
    """Whose statements the choice rests on: the viewer's; for a focal point all that IMPACS sees and has accepted (product.md B4)."""
    return Viewer(ViewerKind.STAFF) if viewer.kind is ViewerKind.FOCAL_POINT else viewer


def told(question: Question, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that the viewer's numbers are made of: a focal point's are those about its state alone, individuals too."""
    state = question.viewer.member_state_code
    is_cut = question.viewer.kind is ViewerKind.FOCAL_POINT
    return tuple(claim for claim in claims if not is_cut or claim.values[Dimension.MEMBER_STATE] == {state})


def wanted_of(question: Question, dimensions: Iterable[Dimension]) -> frozenset[Dimension]:
    """The dimensions of statements among these; for a focal point its state besides, which it asks for without saying so."""
    implied = {Dimension.MEMBER_STATE} if question.viewer.kind is ViewerKind.FOCAL_POINT else set()
    return STATEMENT_DIMENSIONS & set(dimensions) | implied


def relevant(ledger: Ledger, question: Question, states: frozenset[StatementState]) -> list[Claim]:
    """The statements on the measure, in one of the states, that the viewer sees and whose cohorts enter."""
    found = []
    for statement in ledger.statements:
        weighed = sees_statement(ledger, chooser(question.viewer), statement)
        if statement.measure == question.measure and state_of(statement) in states and weighed:
            population = population_of(ledger, statement)
            cohorts = (ledger.cohort(statement.cohort_id), ledger.cohort(population))
            if all(enters(chooser(question.viewer), cohort) for cohort in cohorts):
                found.append(Claim(statement, population, statement_values(ledger, statement)))
    return found


def claim_sets(counted: Sequence[Claim], waiting: Sequence[Claim]) -> list[ClaimSet]:
    """The claim sets of one partner on one population: statements that share a partition key, or one without a key alone."""
    keys = {claim.statement.partition_key for claim in counted} - {None}
    alone = [ClaimSet((claim,), 0) for claim in counted if claim.statement.partition_key is None]
    shared = [ClaimSet(_with_key(counted, key), len(_with_key(waiting, key))) for key in keys]
    return alone + shared


def _with_key(claims: Sequence[Claim], key: str | None) -> tuple[Claim, ...]:
    return tuple(claim for claim in claims if claim.statement.partition_key == key)


def rank(ledger: Ledger, population: UUID, partner: UUID) -> int:
    """0 for a convener, 1 for a provider, 2 for others. A role held by an agency is held by its ancestors too (product.md B2)."""
    for place, role in enumerate((Role.CONVENER, Role.PROVIDER)):
        for holder in ledger.roles(population, role):
            if any(row.agency_id == holder and row.ancestor_id == partner for row in ledger.ancestors):
                return place
    return 2


def chosen_partner(ledger: Ledger, population: UUID, sets: Mapping[UUID, Sequence[ClaimSet]]) -> UUID:
    """Among the partners with a claim set: the convener before providers before others, then the latest, then the lowest id (R1)."""
    return min(
        sets,
        key=lambda partner: (
            rank(ledger, population, partner),
            -max(claim_set.latest for claim_set in sets[partner]).timestamp(),
            min(claim_set.id for claim_set in sets[partner]),
        ),
    )


def pick(sets: Sequence[ClaimSet], wanted: frozenset[Dimension]) -> ClaimSet:
    """The claim set that states the most of the wanted dimensions, then the fewest beyond, then the latest, then the lowest id (R1, R2)."""
    if wanted:
        unit = pick(sets, frozenset()).unit
        sets = [claim_set for claim_set in sets if claim_set.unit == unit]
    return min(
        sets,
        key=lambda claim_set: (
            -len(claim_set.dimensions & wanted),
            len(claim_set.dimensions - wanted),
            -claim_set.latest.timestamp(),
            claim_set.id,
        ),
    )


def by_individuals(ledger: Ledger, population: UUID, counted: Sequence[Claim]) -> bool:
    """Whether IMPACS says that the canonical cohort's individuals are complete, and one of them counts on the measure (R1a)."""
    is_said = ledger.cohort(population).count_policy == CountPolicy.INDIVIDUALS_COMPLETE
    return is_said and any(claim.is_individual for claim in counted if claim.population == population)


def people(ledger: Ledger, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """One partner's statements about individuals without those about a person of whom a later one tells; of two at a time the lower id."""
    best: dict[UUID, Claim] = {}
    for claim in sorted(claims, key=lambda one: one.statement.id):
        person = ledger.person(claim.statement)
        if person not in best or claim.counted_at > best[person].counted_at:
            best[person] = claim
    return tuple(best.values())


def populations_of(ledger: Ledger, question: Question) -> list[Population]:
    """The populations on which the viewer has a statement that counts, by id, each with the partner whose word is taken."""
    counted = relevant(ledger, question, question.counted_states)
    waiting = relevant(ledger, question, WAITING - question.counted_states)
    found = []
    known = {claim.population for claim in told(question, (*counted, *waiting))}
    for id_ in sorted({claim.population for claim in counted} & known):
        listed = by_individuals(ledger, id_, counted)
        here = [claim for claim in counted if claim.population == id_ and claim.is_individual is listed]
        waits = [claim for claim in waiting if claim.population == id_ and claim.is_individual is listed]
        if here:
            found.append(population_from(ledger, question, here, waits))
    return found


def population_from(ledger: Ledger, question: Question, counted: Sequence[Claim], waiting: Sequence[Claim]) -> Population:
    """One population, out of what counts of it, all counts or all individuals, and what waits of the same kind."""
    id_, listed = counted[0].population, counted[0].is_individual
    sets = {}
    for partner in {claim.statement.partner_id for claim in counted}:
        theirs = [claim for claim in counted if claim.statement.partner_id == partner]
        waits = told(question, [claim for claim in waiting if claim.statement.partner_id == partner])
        sets[partner] = [ClaimSet(people(ledger, theirs), len(waits))] if listed else claim_sets(theirs, waits)
    chosen = chosen_partner(ledger, id_, sets)
    values = cohort_values(ledger, question.viewer, id_, chosen)
    telling = {partner for partner in sets if any(told(question, one.claims) for one in sets[partner])}
    return Population(id_, chosen, tuple(sets[chosen]), len(telling - {chosen}), values, "R1a" if listed else "R1b")


class Placement(Enum):
    """How a set of values lies to the values that a filter allows."""

    INSIDE = auto()
    OVERLAPPING = auto()
    OUTSIDE = auto()
    UNSPECIFIED = auto()


def placement(values: Values, allowed: Iterable[Value]) -> Placement:
    """How a set of values lies to those allowed. A set that is partly allowed is not split (R3)."""
    if not values:
        return Placement.UNSPECIFIED
    if values <= set(allowed):
        return Placement.INSIDE
    return Placement.OVERLAPPING if values & set(allowed) else Placement.OUTSIDE


def placements(question: Question, values: Mapping[Dimension, Values], dimensions: Iterable[Dimension]) -> set[Placement]:
    """How the values lie to the filter on each of these dimensions."""
    return {placement(values[dimension], question.filter[dimension]) for dimension in dimensions}


def keep(question: Question, claim_set: ClaimSet, filtered: frozenset[Dimension]) -> Selected:
    """The claim set, with its claims that lie inside the filter on every filtered statement dimension."""
    kept = [claim for claim in told(question, claim_set.claims) if placements(question, claim.values, filtered) <= {Placement.INSIDE}]
    return Selected(claim_set, tuple(kept))


def unattributable(question: Question, selected: Selected, filtered: frozenset[Dimension]) -> int:
    """The sum of the claims that are neither kept nor surely outside the filter."""
    left = [claim for claim in told(question, selected.whole.claims) if claim not in selected.kept]
    return sum(claim.statement.count for claim in left if Placement.OUTSIDE not in placements(question, claim.values, filtered))


def finding(question: Question, population: Population) -> Finding | None:
    """What a population gives; None if its cohort is surely outside the filter."""
    places = placements(question, population.values, question.filter.keys() - STATEMENT_DIMENSIONS)
    if Placement.OUTSIDE in places:
        return None
    if places - {Placement.INSIDE}:
        whole = pick(population.sets, frozenset())
        return Finding(population, not_attributable=sum(claim.statement.count for claim in told(question, whole.claims)))
    return detail_of(question, whole_of(question, population))


def whole_of(question: Question, population: Population) -> Finding:
    """T: the kept claims of the set that tells the filter's dimensions apart; where it exceeds the whole, of the whole itself (R2)."""
    filtered = STATEMENT_DIMENSIONS & question.filter.keys()
    coarsest = pick(population.sets, frozenset())
    finer = pick(population.sets, wanted_of(question, filtered))
    contradictions = ((coarsest, finer),) if finer.total > coarsest.total else ()
    selected = keep(question, coarsest if contradictions else finer, filtered)
    remainder = 0 if question.viewer.kind is ViewerKind.FOCAL_POINT else coarsest.total - selected.whole.total
    return Finding(
        population,
        total=selected,
        not_attributable=unattributable(question, selected, filtered) + remainder,
        contradictions=contradictions,
    )


def detail_of(question: Question, found: Finding) -> Finding:
    """The rows come from the set that tells most of the asked dimensions apart; where it contradicts the total, from the total's (R2)."""
    grouped, filtered = STATEMENT_DIMENSIONS & set(question.group_by), STATEMENT_DIMENSIONS & question.filter.keys()
    total = found.total
    if total is None:
        return found
    finer = pick(found.population.sets, wanted_of(question, grouped | filtered))
    if finer in [known for _, known in found.contradictions]:
        return replace(found, detail=total)
    detail = keep(question, finer, filtered)
    whole = pick(found.population.sets, frozenset()).total
    if finer.total > whole or detail.count > total.count:
        return replace(found, detail=total, contradictions=(*found.contradictions, (total.whole, finer)))
    return replace(found, detail=detail)


def contributes(found: Finding) -> bool:
    """Whether the population's number comes from a statement at all."""
    return found.total is not None and bool(found.total.kept)


def cells_of(question: Question, found: Finding) -> list[Cell]:
    """What a contributing population adds to the rows: its kept claims by their values, and the remainder as UNSPECIFIED (R2)."""
    if found.total is None or found.detail is None:
        return []
    keys = {key_of(question, found, claim.values) for claim in found.detail.kept}
    cells = []
    for key in keys:
        claims = tuple(claim for claim in found.detail.kept if key_of(question, found, claim.values) == key)
        count = sum(claim.statement.count for claim in claims)
        cells.append(Cell(key, count, precision_of(claims, found.detail.whole), claims))
    remainder = found.total.count - found.detail.count
    if remainder > 0:
        cells.append(Cell(key_of(question, found, remainder_values(question)), remainder, remainder_precision(found.total, found.detail)))
    return cells


def key_of(question: Question, found: Finding, values: Mapping[Dimension, Values]) -> Key:
    """The row to which values on the statement dimensions belong; on the cohort dimensions it is the population's."""
    return tuple((values if dimension in STATEMENT_DIMENSIONS else found.population.values)[dimension] for dimension in question.group_by)


def remainder_values(question: Question) -> dict[Dimension, Values]:
    """What is known of a remainder: nothing, but where the filter allows one value only."""
    known = {
        dimension: frozenset(question.filter[dimension])
        if dimension in question.filter and len(set(question.filter[dimension])) == 1
        else NOTHING
        for dimension in STATEMENT_DIMENSIONS
    }
    if question.viewer.kind is ViewerKind.FOCAL_POINT and question.viewer.member_state_code:
        known[Dimension.MEMBER_STATE] = frozenset({question.viewer.member_state_code})
    return known


def unit(findings: Sequence[Finding]) -> CountUnit | None:
    """PEOPLE only where a single population's PEOPLE statements gave the number (R4)."""
    if not findings:
        return None
    units = [pick(found.population.sets, frozenset()).unit for found in findings]
    return CountUnit.PEOPLE if units == [CountUnit.PEOPLE] else CountUnit.PARTICIPATIONS


def worst(precisions: Iterable[str]) -> Precision:
    """APPROXIMATE over AT_LEAST over EXACT (R6)."""
    return max((Precision(precision) for precision in precisions), key=WORST_LAST.index, default=Precision.EXACT)


def precision_of(claims: Iterable[Claim], whole: ClaimSet) -> Precision:
    """The worst of the claims' own, and AT_LEAST where others of their set are not counted yet (R1)."""
    return worst([*(claim.statement.precision for claim in claims), Precision.AT_LEAST if whole.pending else Precision.EXACT])


def remainder_precision(total: Selected, detail: Selected) -> Precision:
    """A remainder after subtracting from or by something not EXACT is APPROXIMATE (R6)."""
    both = worst([precision_of(total.kept, total.whole), precision_of(detail.kept, detail.whole)])
    return Precision.EXACT if both is Precision.EXACT else Precision.APPROXIMATE


def total_of(findings: Sequence[Finding]) -> int | None:
    """The sum of T over the contributing populations; None without one (NO_BASIS)."""
    return sum(found.total.count for found in findings if found.total) if findings else None


def total_precision(findings: Sequence[Finding]) -> Precision:
    """The worst precision of the T's."""
    return worst(precision_of(found.total.kept, found.total.whole) for found in findings if found.total)


def findings_of(question: Question, populations: Sequence[Population]) -> list[Finding]:
    """What each population gives that is not surely outside the filter."""
    findings = [finding(question, population) for population in populations]
    return [found for found in findings if found is not None]
