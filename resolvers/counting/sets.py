"""Claim sets, the partner whose sets are used, and which of them answers what (rules R0 and R1).

Relations, with their columns:

    claim_sets    [population_id, partner_id, partition_key, lone_id, id, total, precision, latest, pending]
    partners      the partner chosen for each population [population_id, partner_id, rank, alternatives]
    candidates    that partner's claim sets: the columns of claim_sets, and [rank, alternatives, unit, <dimension> ...], a 1 for each
                  dimension that the set states
"""

from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Integer, Select, Uuid, and_, case, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from models.agencies import AgencyAncestor
from models.courses import Cohort, CohortRole, Role
from models.policies import Row
from models.statements import InstitutionType, Sex, Statement, StatementDepartment, StatementMemberState
from resolvers.counting.dimensions import OF_STATEMENTS, ONE, ZERO, Dimension, code, one_of
from resolvers.counting.guesses import guessed_half
from resolvers.counting.ledger import Ledger

RANKS = {Role.CONVENER: 0, Role.PROVIDER: 1}
OTHER_RANK = 2
SET_COLUMNS = ("population_id", "partner_id", "partition_key", "lone_id", "id", "total", "precision", "latest", "pending")


def claim_sets(ledger: Ledger) -> CTE:
    """R1: statements of one partner about one population that share a partition key; one without a key is a set of its own.

    A set is what its counted statements are; `pending` says how many more share its key. Without a counted one there is no set.
    """
    batch, run = ledger.batches, ledger.runs
    counted = one_of(batch.c.state, *ledger.counted)
    shared = (run.c.population_id, batch.c.partner_id, batch.c.partition_key, batch.c.lone_id)
    return ledger.named(
        "claim_sets",
        select(
            *shared,
            func.min(batch.c.first_id).filter(counted).label("id"),
            cast(func.sum(batch.c.total).filter(counted), BigInteger).label("total"),
            func.min(batch.c.precision).filter(counted).label("precision"),
            func.max(batch.c.latest).filter(counted).label("latest"),
            cast(func.coalesce(func.sum(batch.c.statements).filter(~counted), ZERO), BigInteger).label("pending"),
        )
        .select_from(batch.join(run, run.c.cohort_id == batch.c.cohort_id))
        .group_by(*shared)
        .having(func.bool_or(counted)),
    )


def partners(ledger: Ledger, sets: CTE) -> CTE:
    """R0, R1b: of the partners with a claim set, the convener before providers before others, then the latest, then the lowest id.

    A role held by an agency is held by its ancestors too. The others are alternatives: never added.
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


def candidates(ledger: Ledger, sets: CTE, chosen: CTE) -> CTE:
    """The chosen partner's claim sets, each with its unit, that of its first statement, and with the dimensions that it states."""
    row, visible = ledger.door.visible(Statement)
    is_chosen = and_(chosen.c.population_id == sets.c.population_id, chosen.c.partner_id == sets.c.partner_id)
    contenders = ledger.named(
        "contenders",
        select(
            *[sets.c[name] for name in SET_COLUMNS],
            chosen.c.rank,
            chosen.c.alternatives,
            row.c.unit,
            func.count().over(partition_by=sets.c.population_id).label("contenders"),
        ).select_from(sets.join(chosen, is_chosen).join(row, and_(row.c.id == cast(sets.c.id, Uuid()), visible))),
    )
    stated = _stated(ledger, contenders).subquery()
    own = [contenders.c[name] for name in (*SET_COLUMNS, "rank", "alternatives", "unit")]
    flags = [func.coalesce(stated.c[dimension], ZERO).label(dimension) for dimension in OF_STATEMENTS]
    return ledger.named("candidates", select(*own, *flags).select_from(contenders.outerjoin(stated, stated.c.id == contenders.c.id)))


def _stated(ledger: Ledger, contenders: CTE) -> Select[Any]:
    """The dimensions that a set's statements state, 1 or 0 each; only where there is a choice, since this reads every statement."""
    run = ledger.runs
    row, counted = ledger.statements(*ledger.counted)
    state, department = ledger.door.part(StatementMemberState), ledger.door.part(StatementDepartment)
    facts: dict[Dimension, ColumnElement[bool]] = {
        Dimension.MEMBER_STATE: state.c.statement_id.is_not(None),
        Dimension.DEPARTMENT: department.c.statement_id.is_not(None),
        Dimension.INSTITUTION_TYPE: department.c.institution_type != code(InstitutionType.NOT_STATED),
        Dimension.SEX: row.c.sex != code(Sex.UNSPECIFIED),
        Dimension.REPORTING_PERIOD: row.c.reporting_period_label.is_not(None),
    }
    return (
        select(contenders.c.id, *[cast(func.coalesce(func.bool_or(fact), false()), Integer).label(name) for name, fact in facts.items()])
        .select_from(
            contenders.join(run, run.c.population_id == contenders.c.population_id)
            .join(row, and_(row.c.cohort_id == run.c.cohort_id, belongs(row, contenders)))
            .outerjoin(state, state.c.statement_id == row.c.id)
            .outerjoin(department, department.c.statement_id == row.c.id)
        )
        .where(contenders.c.contenders > ONE, counted)
        .group_by(contenders.c.id)
    )


def belongs(row: Row, claim_set: FromClause) -> ColumnElement[bool]:
    """Whether a statement about the set's population is one of the set's."""
    same = and_(row.c.partner_id == claim_set.c.partner_id, has_key(row, claim_set.c.partition_key, claim_set.c.lone_id))
    return guessed_half(same)


def has_key(row: Row, partition_key: ColumnElement[Any], lone_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a statement has a set's partition key, or is the set; may be null for no."""
    return or_(row.c.partition_key == partition_key, row.c.id == lone_id)


def picks(ledger: Ledger, sets: CTE, of_total: frozenset[Dimension], of_rows: frozenset[Dimension]) -> CTE:
    """R1, R2: one row for each population: its whole, the set that answers for the total, and the set that answers for the rows.

    [population_id, partner_id, rank, alternatives, unit], and for each of whole, total and rows <level>_[id, total, precision, pending,
    partition_key, lone_id]. One row and no joins, since PostgreSQL would take the joins' result for one row, and loop.
    """
    nothing: frozenset[Dimension] = frozenset()
    own = sets.c
    first_unit = func.first_value(own.unit).over(partition_by=own.population_id, order_by=_preference(sets, nothing))
    wholes = select(*own, _place(sets, nothing).label("as_whole"), first_unit.label("whole_unit")).subquery()
    in_unit = (wholes.c.unit == wholes.c.whole_unit).desc()
    ranked = select(
        *wholes.c, _place(wholes, of_total, in_unit).label("as_total"), _place(wholes, of_rows, in_unit).label("as_rows")
    ).subquery()
    shared = [func.any_value(ranked.c[name]).label(name) for name in ("partner_id", "rank", "alternatives")]
    unit = func.any_value(ranked.c.whole_unit).label("unit")
    columns = [
        func.any_value(ranked.c[name]).filter(ranked.c[f"as_{level}"] == ONE).label(f"{level}_{name}")
        for level in ("whole", "total", "rows")
        for name in ("id", "total", "precision", "pending", "partition_key", "lone_id")
    ]
    return ledger.named("picks", select(ranked.c.population_id, *shared, unit, *columns).group_by(ranked.c.population_id))


def _place(sets: FromClause, wanted: frozenset[Dimension], *before: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.row_number().over(partition_by=sets.c.population_id, order_by=[*before, *_preference(sets, wanted)])


def _preference(sets: FromClause, wanted: frozenset[Dimension]) -> list[ColumnElement[Any]]:
    """The order of preference: who states the most of what is wanted, then the fewest beyond, then the latest, then the lowest id."""
    beyond = frozenset(OF_STATEMENTS) - wanted
    return [_stated_of(sets, wanted).desc(), _stated_of(sets, beyond), sets.c.latest.desc(), sets.c.id]


def _stated_of(sets: FromClause, dimensions: frozenset[Dimension]) -> ColumnElement[Any]:
    """How many of the dimensions a set states. What is added to the first 0 is another, since ORDER BY 0 would be a column's number."""
    total: ColumnElement[Any] = ZERO + ZERO
    for dimension in OF_STATEMENTS:
        if dimension in dimensions:
            total = total + sets.c[dimension]
    return total
