"""`participation`, basis RELEASE: every answer is a function of one release, and the same for everybody (rule R9)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Subquery,
    Text,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)

from models.policies import Door
from models.releases import Release, ReleaseBlock
from models.statements import CountUnit
from resolvers.counting import Dimension, Explained
from resolvers.counting.dimensions import ONE, ZERO, allowed_members, code, inside, outside, value
from resolvers.counting.fates import Fates
from resolvers.counting.ledger import EXACT
from resolvers.counting.rows import EMPTY_LIST, labelled

DIMENSIONS = (Dimension.YEAR, Dimension.MEMBER_STATE, Dimension.DEPARTMENT, Dimension.SEX)
NO_BASIS, SUPPRESSED = (literal_column(f"'{name}'", Text()) for name in ("NO_BASIS", "SUPPRESSED"))
EXPLAINED = {
    "population_id": Uuid(),
    "rule": Text(),
    "partner_id": Uuid(),
    "unit": Text(),
    "total": BigInteger(),
    "precision": Text(),
    "not_attributable": BigInteger(),
    "alternatives": BigInteger(),
    "total_statements": ARRAY(Text()),
    "row_statements": ARRAY(Text()),
    "reason": Text(),
    "text": Text(),
}
FATES = {"population_id": Uuid(), "use": Text(), "reason": Text(), "rule": Text(), "text": Text()}
OF_COUNTS, OF_INDIVIDUALS = FATES | {"id": Uuid()}, FATES | {"position": BigInteger(), "statements": BigInteger()}
INCONSISTENT = {"position": BigInteger(), "population_id": Uuid(), "coarser": ARRAY(Text()), "finer": ARRAY(Text())}


class Released:
    """The relations of one answer, as those of `Participation`; what rests on statements is empty, since no release tells of any."""

    def __init__(
        self,
        door: Door,
        measure: ColumnElement[Any],
        group_by: tuple[Dimension, ...],
        filters: Mapping[Dimension, ColumnElement[Any]],
        name: str,
    ) -> None:
        self._door, self._measure, self._group_by, self._filters, self._name = door, measure, group_by, filters, name

    @cached_property
    def release(self) -> Subquery:
        """The last release, of those until the moment asked about; no row where there is none [id, at]."""
        release, visible = self._door.visible(Release)
        until = true() if self._door.moment is None else release.c.at <= self._door.moment
        return select(release.c.id, release.c.at).where(visible, until).order_by(release.c.at.desc()).limit(ONE).subquery()

    @cached_property
    def _blocks(self) -> FromClause:
        """The published blocks of the measure [<dimension> ..., count, precision, kept, lost]; `lost` may lie in the filter (R2)."""
        block, visible = self._door.visible(ReleaseBlock)
        values = {
            Dimension.YEAR: value(cast(block.c.year, Text())),
            Dimension.MEMBER_STATE: func.nullif(block.c.member_states, literal_column("'{}'::text[]", ARRAY(Text()))),
            Dimension.DEPARTMENT: func.nullif(block.c.departments, literal_column("'{}'::text[]", ARRAY(Text()))),
            Dimension.SEX: value(block.c.sex),
        }
        allowed = {dimension: allowed_members(dimension, given) for dimension, given in self._filters.items()}
        kept = and_(true(), *[inside(values[dimension], given) for dimension, given in allowed.items()])
        beyond = or_(false(), *[outside(values[dimension], given) for dimension, given in allowed.items()])
        columns = [*[each.label(dimension) for dimension, each in values.items()], block.c.count, block.c.precision]
        marks = (kept.label("kept"), and_(~kept, ~beyond).label("lost"))
        joined = block.join(self.release, self.release.c.id == block.c.release_id)
        published = (visible, block.c.measure == self._measure, block.c.count.is_distinct_from(ZERO))
        return select(*columns, *marks).select_from(joined).where(*published).cte(f"{self._name}_blocks").prefix_with("MATERIALIZED")

    @cached_property
    def table(self) -> Subquery:
        """Exactly one row [value, precision, reason, suppressed, unit, populations, pending, not_attributable, withholds, cost].

        Sums over cohorts are PARTICIPATIONS (rule R4). `withholds` says whether something that may lie in the filter is in no number.
        """
        of = self._blocks.c
        columns = [
            *self._number(of),
            case((func.count(of.count).filter(of.kept) > ZERO, code(CountUnit.PARTICIPATIONS))).label("unit"),
            ZERO.label("populations"),
            ZERO.label("pending"),
            func.coalesce(cast(func.sum(of.count).filter(of.lost), BigInteger), ZERO).label("not_attributable"),
            func.coalesce(func.bool_or(of.count.is_(None)).filter(or_(of.kept, of.lost)), false()).label("withholds"),
            EMPTY_LIST.label("cost"),
        ]
        return select(*columns).select_from(self._blocks).subquery()

    @staticmethod
    def _number(of: Any) -> list[ColumnElement[Any]]:
        """The sum of kept blocks; too small where there is none but something is withheld."""
        counted, found = func.count(of.count).filter(of.kept), func.count().filter(of.kept)
        suppressed = and_(counted == ZERO, found > ZERO)
        return [
            cast(func.sum(of.count).filter(of.kept), BigInteger).label("value"),
            func.coalesce(func.min(of.precision).filter(of.kept), EXACT).label("precision"),
            case((suppressed, SUPPRESSED), (counted == ZERO, NO_BASIS)).label("reason"),
            suppressed.label("suppressed"),
        ]

    @cached_property
    def rows(self) -> Subquery:
        """The rows, to be ordered by `position` [position, key, value, precision, reason, suppressed, cost]."""
        of = self._blocks.c
        if not self._group_by:
            total = self.table.c
            columns = (
                ONE.label("position"),
                EMPTY_LIST.label("key"),
                total.value,
                total.precision,
                total.reason,
                total.suppressed,
                total.cost,
            )
            return select(*columns).where(or_(total.value.is_not(None), total.suppressed)).subquery()
        keys = [of[dimension] for dimension in self._group_by]
        summed = select(*keys, *self._number(of), EMPTY_LIST.label("cost")).select_from(self._blocks).where(of.kept).group_by(*keys)
        return labelled(self._door, self._group_by, summed.cte(f"{self._name}_keyed"))

    @property
    def pending_delta(self) -> ColumnElement[Any]:
        """Nothing: a release does not tell of what waits."""
        return cast(null(), BigInteger)

    @property
    def inconsistencies(self) -> Subquery:
        """None."""
        return nothing(INCONSISTENT)

    def explain(self, first: ColumnElement[Any] | None = None) -> Explained:
        """Nothing: what a number rests on is not everybody's to see."""
        return Explained(nothing(EXPLAINED), Fates(nothing(OF_COUNTS), nothing(OF_INDIVIDUALS)))

    omitted = explain


def nothing(columns: Mapping[str, Any]) -> Subquery:
    """No rows, of columns of these types."""
    return select(*[cast(null(), type_).label(name) for name, type_ in columns.items()]).where(false()).subquery()
