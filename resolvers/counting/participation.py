"""`participation`, basis RECORDS: the whole answer as relations of one SQL statement."""

from functools import cached_property
from itertools import count
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Subquery, Text, case, cast, func, literal_column, select

from models.policies import Door
from models.statements import CountUnit
from resolvers.counting.dimensions import ONE, ZERO, code
from resolvers.counting.events import inconsistencies
from resolvers.counting.explanations import Explained, explanations
from resolvers.counting.ledger import EXACT, Ledger, Request
from resolvers.counting.levels import Levels, levels
from resolvers.counting.omissions import omissions
from resolvers.counting.rows import EMPTY_LIST, cost_list, grouped_rows, keyed, spent

NO_BASIS: ColumnElement[Any] = literal_column("'NO_BASIS'", Text())


class Participation:
    """The relations of one answer. None is correlated to anything, and what is not selected from is not computed.

    `cost` is a JSON array of {amount, currency, statements}; it is missing where the request has `costs=False`.
    """

    def __init__(self, request: Request, door: Door) -> None:
        self.request = request
        self._ledger = Ledger(request, door)
        self._numbers = count(1)

    @cached_property
    def _levels(self) -> Levels:
        return levels(self._ledger)

    @cached_property
    def table(self) -> Subquery:
        """Exactly one row [value, precision, reason, unit, populations, pending, not_attributable, cost].

        R4: PEOPLE only where a single population's statements count people; sums over populations are PARTICIPATIONS.
        """
        answers = self._levels.answers.c
        gives = answers.contributes
        populations = func.count().filter(gives)
        people = func.bool_and(answers.unit == code(CountUnit.PEOPLE)).filter(gives)
        single = case((people, code(CountUnit.PEOPLE)), else_=code(CountUnit.PARTICIPATIONS))
        lost = func.coalesce(cast(func.sum(answers.lost), BigInteger), ZERO)
        columns = [
            cast(func.sum(answers.total).filter(gives), BigInteger).label("value"),
            func.coalesce(func.min(answers.precision).filter(gives), EXACT).label("precision"),
            case((populations == ZERO, NO_BASIS)).label("reason"),
            case((populations == ONE, single), (populations > ONE, code(CountUnit.PARTICIPATIONS))).label("unit"),
            populations.label("populations"),
            func.coalesce(cast(func.sum(answers.pending).filter(gives), BigInteger), ZERO).label("pending"),
            (lost + self._levels.withheld).label("not_attributable"),
        ]
        if self.request.costs:
            columns.append(self._cost().label("cost"))
        return select(*columns).subquery()

    def _cost(self) -> ColumnElement[Any]:
        cost = self._spent.c
        summed = (
            select(cost.currency, func.sum(cost.amount).label("amount"), cast(func.sum(cost.priced), BigInteger).label("priced"))
            .group_by(cost.currency)
            .subquery()
        )
        return select(cost_list(summed)).scalar_subquery()

    @cached_property
    def _spent(self) -> CTE:
        return spent(self._ledger, self._levels)

    @cached_property
    def rows(self) -> Subquery:
        """The rows, to be ordered by `position` [position, key, value, precision, cost].

        `key` is a JSON array of {dimension, label, members: [{id, code, label}]}, in the order of the dimensions grouped by; without
        any it is empty, and the one row is the total's.
        """
        if self.request.group_by:
            return grouped_rows(self._ledger, self._levels, self._spent if self.request.costs else None)
        total = self.table.c
        cost = [total.cost] if self.request.costs else []
        columns = (ONE.label("position"), EMPTY_LIST.label("key"), total.value, total.precision, *cost)
        return select(*columns).where(total.value.is_not(None)).subquery()

    @cached_property
    def groups(self) -> CTE:
        """The rows by the values of their keys, without names [<dimension> ..., value, precision]; costs are not given."""
        return keyed(self._ledger, self._levels, None)

    @cached_property
    def populations(self) -> Subquery:
        """The populations that give a number [population_id]."""
        answers = self._levels.answers.c
        return select(answers.population_id).where(answers.contributes).subquery()

    @cached_property
    def pending_delta(self) -> ColumnElement[Any]:
        """R8: what counting PENDING statements adds to the total; null where there is no number either way. One value."""
        counterpart = levels(self._ledger.counterpart()).answers
        here, there = _total(self._levels.answers), _total(counterpart)
        added = func.coalesce(there, ZERO) - func.coalesce(here, ZERO)
        signed = -added if self.request.include_pending else added
        return select(case((func.coalesce(here, there).is_not(None), signed))).scalar_subquery()

    @cached_property
    def inconsistencies(self) -> Subquery:
        """Sets that disagree, to be ordered by `position` [position, population_id, coarser, finer]."""
        return inconsistencies(self._ledger, self._levels)

    def explain(self, first: ColumnElement[Any] | None = None) -> Explained:
        """Why each population gives what it gives, for at most `first` of them."""
        return explanations(self._ledger, self._levels, first, next(self._numbers))

    def omitted(self, first: ColumnElement[Any] | None = None) -> Explained:
        """Why other populations give no number, for at most `first` of them."""
        return omissions(self._ledger, self._levels, first, next(self._numbers))


def _total(answers: FromClause) -> ColumnElement[Any]:
    return select(cast(func.sum(answers.c.total).filter(answers.c.contributes), BigInteger)).scalar_subquery()


def participation(request: Request, door: Door) -> Participation:
    """The answer to a request through a viewer's door, as relations for one SQL statement."""
    return Participation(request, door)
