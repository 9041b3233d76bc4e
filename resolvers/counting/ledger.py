"""What the viewer's numbers can rest on (rule R0): statements and cohorts behind the door, and sums over them.

Identifiers of statements are texts here, which sort as their uuids do: PostgreSQL 18 has no min(uuid). Precisions compare as texts:
by luck, APPROXIMATE < AT_LEAST < EXACT, so that the least is the worst (rule R6; a test holds it).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    collate,
    false,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from models.courses import Cohort, CountPolicy
from models.policies import ONCE_PUBLIC, Door, Predicate, Row, viewer_agency
from models.statements import Precision, Sex, Statement, StatementKind, StatementState
from models.viewer import ViewerKind
from resolvers.counting.cells import Cells
from resolvers.counting.cohorts import cohort_values
from resolvers.counting.dimensions import OF_STATEMENTS, ONE, Dimension, allowed_members, code, one_of, outside
from resolvers.counting.guesses import guessed_rare

COUNTED = (StatementState.VERIFIED, StatementState.DISPUTED)
EXACT = code(Precision.EXACT)
LIVE = (*COUNTED, StatementState.PENDING, StatementState.HELD)
USED = (
    *("kind", "cohort_id", "partner_id", "partition_key", "count", "precision"),
    *("sex", "reporting_period_label", "cost_amount", "cost_currency"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    `measure` and the arrays of `filters` are SQL expressions, binds as a rule: text[] of codes, uuid[] of rows, integer[] of years.
    `costs` says whether any costs are wanted, since they are dear. `for_release` leaves out what is not accepted, whoever asks, and
    populations that a statement is about which is PUBLIC or ever was, since everybody knows it for ever (rule R9). `about` is the code of
    the one member state that is asked for, whoever asks: what is not accepted is left out, and so are populations that no statement is
    about which is about this state alone. `name` begins the names of the common table expressions: two requests in one SQL statement need
    two names, of at most 30 characters.
    """

    measure: ColumnElement[Any]
    group_by: tuple[Dimension, ...] = ()
    filters: Mapping[Dimension, ColumnElement[Any]] = field(default_factory=dict)
    include_pending: bool | ColumnElement[bool] = False
    costs: bool = True
    for_release: bool = False
    about: ColumnElement[Any] | None = None
    name: str = "participation"

    def grouped(self, *, of_statements: bool) -> tuple[Dimension, ...]:
        """The dimensions grouped by: those of statements, or those of cohorts."""
        return tuple(d for d in self.group_by if (d in OF_STATEMENTS) is of_statements)

    def filtered(self, *, of_statements: bool) -> tuple[Dimension, ...]:
        """The dimensions filtered by: those of statements, or those of cohorts."""
        return tuple(d for d in Dimension if d in self.filters and (d in OF_STATEMENTS) is of_statements)

    @property
    def cells(self) -> Cells:
        """How the statements are told apart that give the rows."""
        return Cells(self.grouped(of_statements=True), self.costs)

    def allowed(self, dimension: Dimension) -> ColumnElement[Any]:
        """The members that the filter on a dimension allows."""
        return allowed_members(dimension, self.filters[dimension])


class Ledger:
    """The statements of one measure on which a viewer's numbers can rest, and the request that is answered from them."""

    def __init__(self, request: Request, door: Door, shared: "Ledger | None" = None) -> None:
        self.request = request
        self.door = door
        self._shared = shared

    def is_counted(self, state: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether statements in a state are counted."""
        pending = self.request.include_pending
        if isinstance(pending, bool):
            return one_of(state, *COUNTED, *([StatementState.PENDING] if pending else []))
        return or_(one_of(state, *COUNTED), and_(state == code(StatementState.PENDING), pending))

    def counterpart(self) -> "Ledger":
        """The same ledger with PENDING statements counted if they were not, and the other way round (rule R8); without groups."""
        request = self.request
        other = replace(request, include_pending=request.include_pending is False, group_by=(), costs=False, name=f"{request.name}_other")
        return Ledger(other, self.door, self)

    def named(self, name: str, selected: Any) -> CTE:
        """A common table expression under the request's name.

        Materialized, so that PostgreSQL plans each step by itself: beside the cost of the statements' pass, it would take a loop over
        thousands for as cheap as a hash.
        """
        expression: CTE = selected.cte(f"{self.request.name}_{name}").prefix_with("MATERIALIZED")
        return expression

    @cached_property
    def runs(self) -> CTE:
        """R0: the cohorts whose statements can enter the numbers, with their populations [cohort_id, population_id, by_individuals].

        `by_individuals` says whether the population's canonical cohort is counted by individuals, where there are any (rule R1a).
        A cohort that IMPACS has not accepted enters no number but its sender's own; joined cohorts are one population, into which a
        canonical cohort that is not accepted, or hidden, lets none of them. Those that lie outside the filter are left out here already,
        so that a question about one cohort reads that cohort's statements only.
        """
        if self._shared:
            return self._shared.runs
        cohort, enters = self._cohorts()
        canonical, canonical_enters = self._cohorts()
        population = func.coalesce(cohort.c.same_run_as_id, cohort.c.id)
        joined = cohort.join(canonical, and_(canonical.c.id == population, canonical_enters))
        by_individuals = (canonical.c.count_policy == code(CountPolicy.INDIVIDUALS_COMPLETE)).label("by_individuals")
        found = select(cohort.c.id.label("cohort_id"), population.label("population_id"), by_individuals).select_from(joined)
        bounds = [population.not_in(self._public())] if self.request.for_release else []
        if self.request.about is not None:
            bounds.append(population.in_(self._about(self.request.about)))
        runs = self.named("runs", found.where(enters, *bounds))
        return self._near(runs) if self.narrowing else runs

    def _cohorts(self) -> tuple[Row, Predicate]:
        cohort, visible = self.door.visible(Cohort)
        accepted: ColumnElement[bool] = cohort.c.accepted_at.is_not(None)
        if self.door.kind is not ViewerKind.ANONYMOUS and not self.request.for_release and self.request.about is None:
            accepted = or_(accepted, cohort.c.submitted_by_id == viewer_agency())
        return cohort, and_(visible, accepted)

    def _public(self) -> Select[Any]:
        """The populations that a statement on this measure is about which is or was PUBLIC."""
        cohort, visible = self.door.visible(Cohort)
        joined = ONCE_PUBLIC.join(cohort, cohort.c.id == ONCE_PUBLIC.c.cohort_id)
        found = select(func.coalesce(cohort.c.same_run_as_id, cohort.c.id)).select_from(joined)
        return found.where(visible, ONCE_PUBLIC.c.measure == self.request.measure)

    def _about(self, member_state: ColumnElement[Any]) -> Select[Any]:
        """The populations that a statement on this measure is about which is about this member state alone."""
        row, visible = self.door.visible(Statement)
        cohort, cohort_visible = self.door.visible(Cohort)
        found = select(func.coalesce(cohort.c.same_run_as_id, cohort.c.id)).select_from(row.join(cohort, cohort.c.id == row.c.cohort_id))
        return found.where(visible, cohort_visible, row.c.measure == self.request.measure, row.c.only_member_state_code == member_state)

    @cached_property
    def seen(self) -> CTE:
        """The cohorts that the viewer sees, of populations that it sees, whatever the filter [cohort_id, population_id, enters].

        `enters` says whether their statements can enter the numbers.
        """
        entering = self.whole.runs
        cohort, visible = self.door.visible(Cohort)
        canonical, canonical_visible = self.door.visible(Cohort)
        population = func.coalesce(cohort.c.same_run_as_id, cohort.c.id)
        joined = cohort.join(canonical, and_(canonical.c.id == population, canonical_visible)).outerjoin(
            entering, entering.c.cohort_id == cohort.c.id
        )
        enters = entering.c.cohort_id.is_not(None).label("enters")
        return self.named(
            "seen", select(cohort.c.id.label("cohort_id"), population.label("population_id"), enters).select_from(joined).where(visible)
        )

    @cached_property
    def whole(self) -> "Ledger":
        """The same ledger without the filter, which tells of what the filter leaves out."""
        if not self.narrowing:
            return self
        return Ledger(replace(self.request, filters={}, name=f"{self.request.name}_whole"), self.door)

    @property
    def narrowing(self) -> tuple[Dimension, ...]:
        """The dimensions filtered by that are known before a partner is chosen."""
        return tuple(d for d in self.request.filtered(of_statements=False) if d is not Dimension.PARTNER)

    def _near(self, runs: CTE) -> CTE:
        populations = self.named("populations", select(runs.c.population_id).distinct())
        values = cohort_values(self.door, populations, self.narrowing).subquery()
        far = or_(*[outside(values.c[d], self.request.allowed(d)) for d in self.narrowing])
        found = select(*runs.c).select_from(runs.join(values, values.c.population_id == runs.c.population_id))
        return self.named("near_runs", found.where(guessed_rare(~far)))

    def statements(self, *states: StatementState) -> tuple[Row, Predicate]:
        """A new alias of the statements, and the condition under which those in one of the states, or in any, can enter the numbers."""
        row, visible = self.door.visible(Statement)
        asked = [row.c.measure == self.request.measure, *([one_of(row.c.state, *states)] if states else [])]
        is_narrow = self.narrowing or self.request.about is not None
        near = [row.c.cohort_id.in_(select(self.runs.c.cohort_id))] if is_narrow else []
        return row, and_(visible, *asked, *near)

    def counts(self, *states: StatementState) -> tuple[Row, Predicate]:
        """As `statements`, of those that count people."""
        row, asked = self.statements(*states)
        return row, and_(row.c.kind == code(StatementKind.COUNT), asked)

    def counted_counts(self) -> tuple[Row, Predicate]:
        """As `counts`, of those that are counted."""
        row, asked = self.counts()
        return row, and_(asked, self.is_counted(row.c.state))

    def counting(self) -> tuple[Row, Predicate]:
        """As `statements`, of those that give numbers if their set does: counts that are counted, and one statement for each person."""
        row, asked = self.statements()
        counted = and_(row.c.kind == code(StatementKind.COUNT), self.is_counted(row.c.state))
        return row, and_(asked, or_(counted, row.c.id.in_(select(self.people.c.id))))

    @cached_property
    def individuals(self) -> CTE:
        """R1a: live statements about individuals, of populations that are counted by individuals.

        [id, population_id, partner_id, person_key, state, decided, text_id].
        """
        if self._shared:
            return self._shared.individuals
        run, (row, asked) = self.runs, self.statements()
        state = counted_state(row)
        live = and_(row.c.kind == code(StatementKind.INDIVIDUAL), one_of(state, *LIVE), asked)
        own = (row.c.id, run.c.population_id, row.c.partner_id, row.c.person_key, state.label("state"))
        joined = run.join(row, and_(row.c.cohort_id == run.c.cohort_id, live))
        found = select(*own, decided(row).label("decided"), text_id(row).label("text_id")).select_from(joined)
        return self.named("individuals", found.where(guessed_rare(run.c.by_individuals)))

    @cached_property
    def people(self) -> CTE:
        """R1a: of each partner's counted statements about one person, the latest, then the one with the lowest id, counts it.

        [id, population_id, partner_id, decided, text_id].
        """
        of = self.individuals.c
        person = (of.population_id, of.partner_id, of.person_key)
        return self.named(
            "people",
            select(of.id, of.population_id, of.partner_id, of.decided, of.text_id)
            .ext(distinct_on(*person))
            .where(self.is_counted(of.state))
            .order_by(*person, of.decided.desc(), of.text_id),
        )

    def statement_key(self, row: Row) -> list[ColumnElement[Any]]:
        """The columns to group statements by so that all others used here are known: of old versions PostgreSQL knows no key."""
        return [row.c.id] if self.door.moment is None else [row.c[name] for name in ("id", *USED)]

    @cached_property
    def batches(self) -> CTE:
        """Live statements added up where cohort, partner, partition key and state agree.

        [cohort_id, partner_id, partition_key, lone_id, state, total, precision, latest, first_id, statements, SEX, REPORTING_PERIOD],
        the last two being whether one of them states these. A statement without a partition key is a batch of its own, whose `lone_id`
        is its id. One pass over the statements, which much of the rest does without.
        """
        return self._shared.batches if self._shared else self.named("batches", union_all(self._keyed(), self._lone()))

    def _keyed(self) -> Select[Any]:
        row, live = self.counts(*LIVE)
        shared = (row.c.cohort_id, row.c.partner_id, row.c.partition_key)
        return (
            select(
                *shared,
                cast(null(), Uuid).label("lone_id"),
                row.c.state,
                func.sum(row.c.count).label("total"),
                func.min(collate(row.c.precision, "C")).label("precision"),
                func.max(decided(row)).label("latest"),
                func.min(text_id(row)).label("first_id"),
                func.count().label("statements"),
                func.bool_or(_states_sex(row)).label(Dimension.SEX),
                func.bool_or(row.c.reporting_period_label.is_not(None)).label(Dimension.REPORTING_PERIOD),
            )
            .where(row.c.partition_key.is_not(None), live)
            .group_by(*shared, row.c.state)
        )

    def _lone(self) -> Select[Any]:
        row, live = self.counts(*LIVE)
        own = (row.c.cohort_id, row.c.partner_id, row.c.partition_key, row.c.id, row.c.state, row.c.count, row.c.precision)
        stated = (_states_sex(row), row.c.reporting_period_label.is_not(None))
        return select(*own, decided(row), text_id(row), cast(ONE, BigInteger), *stated).where(row.c.partition_key.is_(None), live)


def counted_state(row: Row) -> ColumnElement[Any]:
    """The state; VERIFIED of one that is ERASED and goes on counting one."""
    return case((row.c.retained.is_(True), code(StatementState.VERIFIED)), else_=row.c.state)


def decided(row: Row) -> ColumnElement[Any]:
    """When a statement came to count as it does."""
    return func.coalesce(row.c.decided_at, row.c.created_at)


def text_id(row: Row) -> ColumnElement[Any]:
    """A statement's id as a text that sorts as the id does."""
    return collate(cast(row.c.id, Text), "C")


def _states_sex(row: Row) -> ColumnElement[bool]:
    return func.coalesce(row.c.sex != code(Sex.UNSPECIFIED), false())
