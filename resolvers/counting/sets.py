"""Claim sets, and the partner whose sets are used (rules R0 and R1)."""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from models.agencies import AgencyAncestor
from models.courses import Cohort, CohortRole, Role
from models.policies import Row
from models.statements import Precision, StatementKind
from resolvers.counting.dimensions import ONE, ZERO, Dimension, code, one_of
from resolvers.counting.guesses import guessed_half
from resolvers.counting.ledger import Ledger

RANKS = {Role.CONVENER: 0, Role.PROVIDER: 1}
OTHER_RANK = 2
OF_ROWS = (Dimension.SEX, Dimension.REPORTING_PERIOD)


def claim_sets(ledger: Ledger) -> CTE:
    """R1: statements of one partner about one population that share a partition key; one without a key is a set of its own.

    A set is what its counted statements are; `pending` says how many more share its key. Without a counted one there is no set. Where a
    population is counted by individuals and has some that count, each partner's are one set, and there are no others (R1a).
    [population_id, partner_id, partition_key, lone_id, id, total, precision, latest, statements, pending, SEX, REPORTING_PERIOD,
    by_individuals], the two dimensions being whether it states these.
    """
    return ledger.named("claim_sets", union_all(_sets_of_counts(ledger), _sets_of_individuals(ledger)))


def _sets_of_counts(ledger: Ledger) -> Select[Any]:
    batch, run = ledger.batches, ledger.runs
    counted = ledger.is_counted(batch.c.state)
    shared = (run.c.population_id, batch.c.partner_id, batch.c.partition_key, batch.c.lone_id)
    return (
        select(
            *shared,
            func.min(batch.c.first_id).filter(counted).label("id"),
            cast(func.sum(batch.c.total).filter(counted), BigInteger).label("total"),
            func.min(batch.c.precision).filter(counted).label("precision"),
            func.max(batch.c.latest).filter(counted).label("latest"),
            cast(func.sum(batch.c.statements).filter(counted), BigInteger).label("statements"),
            cast(func.coalesce(func.sum(batch.c.statements).filter(~counted), ZERO), BigInteger).label("pending"),
            *[func.bool_or(batch.c[dimension]).filter(counted).label(dimension) for dimension in OF_ROWS],
            false().label("by_individuals"),
        )
        .select_from(batch.join(run, run.c.cohort_id == batch.c.cohort_id))
        .where(or_(~run.c.by_individuals, run.c.population_id.not_in(select(ledger.people.c.population_id))))
        .group_by(*shared)
        .having(func.bool_or(counted))
    )


def _sets_of_individuals(ledger: Ledger) -> Select[Any]:
    """R1a: a set's statements are those that count a person; all others of its partner that live but are not counted yet wait."""
    found, person = ledger.individuals, ledger.people
    shared, people = (found.c.population_id, found.c.partner_id), func.count(person.c.id)
    return (
        select(
            *shared,
            cast(null(), Text),
            cast(null(), Uuid),
            func.min(person.c.text_id),
            people,
            code(Precision.EXACT),
            func.max(person.c.decided),
            people,
            func.count().filter(~ledger.is_counted(found.c.state)),
            *[true() for _ in OF_ROWS],
            true(),
        )
        .select_from(found.outerjoin(person, person.c.id == found.c.id))
        .group_by(*shared)
        .having(people > ZERO)
    )


def partners(ledger: Ledger, sets: CTE) -> CTE:
    """R0, R1b: of the partners with a claim set, the convener before providers before others, then the latest, then the lowest id.

    A role held by an agency is held by its ancestors too. The others are alternatives: never added.
    [population_id, partner_id, rank, alternatives]
    """
    claimants = ledger.named(
        "claimants",
        select(sets.c.population_id, sets.c.partner_id, func.max(sets.c.latest).label("latest"), func.min(sets.c.id).label("id")).group_by(
            sets.c.population_id, sets.c.partner_id
        ),
    )
    ranked = _ranked(ledger, claimants).subquery()
    others = func.count().over(partition_by=ranked.c.population_id) - ONE
    return ledger.named(
        "partners",
        select(ranked.c.population_id, ranked.c.partner_id, ranked.c.rank, others.label("alternatives"))
        .ext(distinct_on(ranked.c.population_id))
        .order_by(ranked.c.population_id, ranked.c.rank, ranked.c.latest.desc(), ranked.c.id),
    )


def _ranked(ledger: Ledger, claimants: CTE) -> Select[Any]:
    cohort, visible = ledger.door.visible(Cohort)
    role, held = ledger.door.part(CohortRole), one_of
    ancestor, known = ledger.door.visible(AgencyAncestor)
    roles = role.join(cohort, and_(cohort.c.id == role.c.cohort_id, visible)).join(
        ancestor, and_(ancestor.c.agency_id == role.c.agency_id, known)
    )
    rank = func.coalesce(func.min(case(*[(role.c.role == code(r), n) for r, n in RANKS.items()])), OTHER_RANK)
    own = (claimants.c.population_id, claimants.c.partner_id, claimants.c.latest, claimants.c.id)
    of_claimant = and_(
        role.c.cohort_id == claimants.c.population_id, ancestor.c.ancestor_id == claimants.c.partner_id, held(role.c.role, *RANKS)
    )
    return select(*own, rank.label("rank")).select_from(claimants.outerjoin(roles, of_claimant)).group_by(*own)


def belongs(row: Row, claim_set: FromClause) -> ColumnElement[bool]:
    """Whether a statement about the set's population is one of the set's; of individuals those that count a person are."""
    return guessed_half(and_(row.c.partner_id == claim_set.c.partner_id, has_key(row, claim_set)))


def has_key(row: Row, claim_set: FromClause, level: str = "") -> ColumnElement[bool]:
    """Whether a statement has a set's partition key, or is the set, or tells of an individual as its set does; may be null for no."""
    of = claim_set.c
    individual = and_(of.by_individuals, row.c.kind == code(StatementKind.INDIVIDUAL))
    return or_(row.c.partition_key == of[f"{level}partition_key"], row.c.id == of[f"{level}lone_id"], individual)


def both_sets(ledger: Ledger, chosen: FromClause) -> FromClause:
    """The cohorts of chosen populations with the keys of the populations' two sets, one row for each cohort.

    [cohort_id, population_id, partner_id, by_individuals, total_partition_key, total_lone_id, rows_partition_key, rows_lone_id]
    """
    run = ledger.runs
    keys = [chosen.c[f"{level}_{name}"] for level in ("total", "rows") for name in ("partition_key", "lone_id")]
    joined = run.join(chosen, chosen.c.population_id == run.c.population_id)
    return select(run.c.cohort_id, run.c.population_id, chosen.c.partner_id, chosen.c.by_individuals, *keys).select_from(joined).subquery()


def of_set(row: FromClause, sets: FromClause, level: str) -> ColumnElement[bool]:
    """Whether a statement about the cohort is one of the level's set; never null."""
    return guessed_half(and_(row.c.partner_id == sets.c.partner_id, has_key(row, sets, f"{level}_")))
