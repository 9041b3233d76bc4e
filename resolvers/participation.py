"""`participation`: the count rules' relations as objects of the graph."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Integer, Text, Uuid, cast, false, func, literal_column, null, select, true
from sqlalchemy.dialects.postgresql import JSONB

from models.changes import Change, ChangeOp, ChangeType
from models.policies import Door, Row
from models.statements import Statement
from resolvers.compiler.arguments import Argument, Arguments, Bound
from resolvers.compiler.binds import decode_id
from resolvers.compiler.plan import Rows
from resolvers.counting import Dimension, Explained, Participation, Request, participation
from resolvers.counting.dimensions import code
from resolvers.errors import InputError
from resolvers.fields import Elements, Embedded, Expression, ObjectType, Origin, Planning, Source, camel, columns, one
from resolvers.released import DIMENSIONS as RELEASED
from resolvers.released import Released


class CountBasis(StrEnum):
    """What numbers rest on."""

    RELEASE = "RELEASE"
    RECORDS = "RECORDS"


OF_TYPE = {
    Dimension.COHORT: "Cohort",
    Dimension.COURSE: "Course",
    Dimension.PROGRAMME: "PartnerAgency",
    Dimension.FUNDER: "PartnerAgency",
    Dimension.PARTNER: "PartnerAgency",
}
COST_COLUMNS = {"amount": Text(), "currency": Text(), "statements": BigInteger()}


class Answer:
    """One use of the field: the rules' relations, and the row that its object is made of."""

    def __init__(self, rules: Participation | Released, **asked: ColumnElement[Any]) -> None:
        self.rules = rules
        self.c = {**dict(rules.table.c.items()), **asked}


def answer(parent: Any, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The one row of the field, by the basis that is asked for."""
    answered = released if scalar(given["basis"]).value == CountBasis.RELEASE else recorded
    made = answered(given, planning, below)
    return Origin(made, Rows((made.rules.table,), ()))


def recorded(given: Arguments, planning: Planning, below: frozenset[str]) -> Answer:
    """The answer from the statements that the viewer may see; for a focal point from what is chosen for it."""
    pending = bool(scalar(given["includePending"]).value)
    request = Request(
        measure=planning.binds.argument(scalar(given["measure"]), Text()),
        group_by=grouped(given["groupBy"]),
        filters=filtered(given.get("filter"), planning),
        include_pending=pending,
        costs="cost" in below,
        name=f"participation_{len(planning.binds.finders)}",
    )
    return Answer(
        participation(request, planning.door),
        measure=request.measure,
        basis=literal_column("'RECORDS'"),
        include_pending=literal_column("true" if pending else "false"),
        as_of=planning.door.included(),
        release_id=cast(null(), Uuid()),
        withholds=false(),
        erased_since=erased_since(planning.door, request.measure),
    )


def erased_since(door: Door, measure: ColumnElement[Any]) -> ColumnElement[Any]:
    """How many statements on the measure count no more since they were erased after the moment; null without a moment."""
    if door.moment is None:
        return cast(null(), Integer())
    change: Any = Change.__table__.alias()  # type: ignore[attr-defined]
    row, visible = door.today().visible(Statement)
    joined = row.join(change, change.c.entity_id == cast(row.c.id, Text()))
    erased = (change.c.op == code(ChangeOp.ERASED), change.c.type == code(ChangeType.STATEMENT), change.c.at > door.moment)
    counted = select(cast(func.count(), Integer())).select_from(joined)
    return counted.where(*erased, row.c.measure == measure, row.c.retained.is_not(true()), visible).scalar_subquery()


def released(given: Arguments, planning: Planning, below: frozenset[str]) -> Answer:
    """The answer from a release. Raises InputError for what no release tells."""
    if scalar(given["includePending"]).value:
        raise InputError("A release rests on verified numbers alone. Ask with `basis: RECORDS`.", path=["participation", "includePending"])
    measure = planning.binds.argument(scalar(given["measure"]), Text())
    group_by, filters = grouped(given["groupBy"]), filtered(given.get("filter"), planning)
    only_released("groupBy", group_by)
    only_released("filter", filters)
    rules = Released(planning.door, measure, group_by, filters, f"released_{len(planning.binds.finders)}")
    last = rules.release.c
    return Answer(
        rules,
        measure=measure,
        basis=literal_column("'RELEASE'"),
        include_pending=literal_column("false"),
        as_of=func.coalesce(select(last.at).scalar_subquery(), planning.door.included()),
        release_id=select(last.id).scalar_subquery(),
        erased_since=cast(null(), Integer()),
    )


def only_released(argument: str, dimensions: Iterable[Dimension]) -> None:
    """Raises InputError where a dimension is none of the release's."""
    for dimension in dimensions:
        if dimension not in RELEASED:
            raise InputError(
                f"The release does not tell {dimension.value} apart. Use {', '.join(RELEASED)}, or ask with `basis: RECORDS`.",
                code="DIMENSION_NOT_RELEASED",
                path=["participation", argument],
                dimension=dimension.value,
                allowed=list(RELEASED),
            )


def scalar(argument: Argument) -> Bound:
    """An argument that the schema makes a scalar which is not null."""
    if not isinstance(argument, Bound):
        raise TypeError("a scalar argument is expected here")
    return argument


def grouped(argument: Argument) -> tuple[Dimension, ...]:
    """The dimensions, in the order asked for; raises InputError if one is named twice."""
    names = argument.value if isinstance(argument, Bound) else [scalar(item).value for item in listed(argument)]
    dimensions = tuple(Dimension(str(name)) for name in names)
    if len(set(dimensions)) < len(dimensions):
        raise InputError("`groupBy` names a dimension twice. Name each once.", path=["participation", "groupBy"])
    return dimensions


def listed(argument: Argument) -> tuple[Argument, ...]:
    """The items of a list argument."""
    return tuple(argument) if isinstance(argument, list | tuple) else ()


def filtered(argument: Argument, planning: Planning) -> dict[Dimension, ColumnElement[Any]]:
    """A bind of the allowed values for each dimension that the filter names."""
    given = argument if isinstance(argument, Mapping) else {}
    filters: dict[Dimension, ColumnElement[Any]] = {}
    for dimension in Dimension:
        values = given.get(camel(dimension.value.lower()))
        if values is not None:
            filters[dimension] = allowed(dimension, values, planning)
    return filters


def allowed(dimension: Dimension, values: Argument, planning: Planning) -> ColumnElement[Any]:
    """The bind of the values that a filter allows."""
    of_type = OF_TYPE.get(dimension)
    item_type = Uuid() if of_type else Integer() if dimension is Dimension.YEAR else Text()
    path = ("participation", "filter", camel(dimension.value.lower()))

    def convert(item: Any) -> Any:
        return decode_id(item, of_type, is_uuid=True, path=path) if of_type else item

    if isinstance(values, Bound):
        return planning.binds.argument(values, ARRAY(item_type), lambda items: [convert(item) for item in items])
    bounds = [scalar(item) for item in listed(values)]
    return planning.binds.add(lambda call: [convert(bound.resolve(call.variables)) for bound in bounds], ARRAY(item_type))


def rows(parent: Answer, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The rows of the answer."""
    return ordered(parent.rules.rows, "position")


def inconsistencies(parent: Answer, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The sets that disagree."""
    return ordered(parent.rules.inconsistencies, "position")


class Choice:
    """One use of `explain` or `omitted`: the populations that its objects are made of, and the statements about them."""

    def __init__(self, explained: Explained) -> None:
        self.c = explained.populations.c
        self.fates = explained.fates


def explanations(parent: Answer, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """What was chosen for the first populations that give a number."""
    return chosen(parent.rules.explain(limit(given, planning)))


def omissions(parent: Answer, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The first populations that give none."""
    return chosen(parent.rules.omitted(limit(given, planning)))


def chosen(explained: Explained) -> Origin:
    """The populations in the order of their ids."""
    return Origin(Choice(explained), ordered(explained.populations, "population_id").rows)


def used(parent: Choice, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The first counts that give the population's numbers."""
    return fates(parent, given, planning, "use")


def excluded(parent: Choice, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The first counts about the population that give nothing."""
    return fates(parent, given, planning, "reason")


def individuals(parent: Choice, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The statements about individuals, by what became of them."""
    row = parent.fates.individuals.alias()
    return Origin(row, Rows((row,), (row.c.population_id == parent.c.population_id,), (row.c.position,)))


def fates(parent: Choice, given: Arguments, planning: Planning, mark: str) -> Origin:
    """The first counts about the population that have a use, or a reason."""
    row = parent.fates.counts.alias()
    where = (row.c.population_id == parent.c.population_id, row.c[mark].is_not(None))
    return Origin(row, Rows((row,), where, (row.c.id,), limit(given, planning)))


def limit(given: Arguments, planning: Planning) -> ColumnElement[Any]:
    """The bind of `first`."""
    return planning.binds.argument(scalar(given["first"]), Integer())


def ordered(relation: Row, key: str) -> Origin:
    """A relation in the order of one of its columns."""
    return Origin(relation, Rows((relation,), (), (relation.c[key],)))


def costs(row: Any, door: Any) -> ColumnElement[Any]:
    """The JSON array of costs."""
    value: ColumnElement[Any] = row.c["cost"]
    return value


PARTICIPATION_TABLE = ObjectType(
    "ParticipationTable",
    fields={
        "rows": Source("ParticipationRow", rows, many=True),
        "total": Embedded("CountValue"),
        "cost": Elements("CostValue", costs, COST_COLUMNS),
        **columns("measure", "basis", "unit", "include_pending", "as_of", "withholds", "erased_since"),
        "release": one("Release", "release_id"),
        "pendingDelta": Expression(lambda answer, door: answer.rules.pending_delta),  # type: ignore[attr-defined]
        "coverage": Embedded("Coverage"),
        "explain": Source("Explanation", explanations, many=True),
        "omitted": Source("Omission", omissions, many=True),
    },
)

PARTICIPATION_ROW = ObjectType(
    "ParticipationRow",
    fields={
        "key": Elements("DimensionValue", lambda row, door: row.c.key, {"dimension": Text(), "label": Text(), "members": JSONB()}),
        "count": Embedded("CountValue"),
        "cost": Elements("CostValue", costs, COST_COLUMNS),
    },
)

DIMENSION_VALUE = ObjectType(
    "DimensionValue",
    fields={
        **columns("dimension", "label"),
        "members": Elements("DimensionMember", lambda row, door: row.c.members, {"id": Text(), "code": Text(), "label": Text()}),
    },
)

COUNT_VALUE = ObjectType(
    "CountValue",
    fields={
        **columns("value", "precision"),
        "suppressed": Expression(lambda row, door: row.c["suppressed"] if "suppressed" in row.c else literal_column("false")),
        "reason": Expression(lambda row, door: row.c["reason"] if "reason" in row.c else literal_column("NULL::text")),
    },
)

COVERAGE = ObjectType(
    "Coverage",
    fields={
        **columns("populations", "pending", "not_attributable"),
        "inconsistent": Source("InconsistentSets", inconsistencies, many=True),
    },
)

INCONSISTENT_SETS = ObjectType("InconsistentSets", fields={"cohort": one("Cohort", "population_id"), **columns("coarser", "finer")})

EXPLANATION = ObjectType(
    "Explanation",
    fields={
        **columns("rule", "total", "unit", "precision", "not_attributable", "total_statements", "row_statements", "alternatives", "text"),
        "cohort": one("Cohort", "population_id"),
        "partner": one("PartnerAgency", "partner_id"),
        "statements": Source("ExplainedStatement", used, many=True),
        "excluded": Source("ExcludedStatement", excluded, many=True),
        "individuals": Source("ExplainedIndividuals", individuals, many=True),
    },
)

OMISSION = ObjectType(
    "Omission",
    fields={
        **columns("rule", "reason", "not_attributable", "text"),
        "cohort": one("Cohort", "population_id"),
        "excluded": Source("ExcludedStatement", excluded, many=True),
        "individuals": Source("ExplainedIndividuals", individuals, many=True),
    },
)

EXPLAINED_STATEMENT = ObjectType("ExplainedStatement", fields={"statement": one("Statement", "id"), **columns("use")})

EXCLUDED_STATEMENT = ObjectType("ExcludedStatement", fields={"statement": one("Statement", "id"), **columns("reason", "rule", "text")})

EXPLAINED_INDIVIDUALS = ObjectType("ExplainedIndividuals", fields=columns("statements", "use", "reason", "rule", "text"))

QUERIES = {"participation": Source("ParticipationTable", answer)}

TYPES = (
    PARTICIPATION_TABLE,
    PARTICIPATION_ROW,
    DIMENSION_VALUE,
    ObjectType("DimensionMember", fields=columns("id", "code", "label")),
    COUNT_VALUE,
    ObjectType("CostValue", fields=columns("amount", "currency", "statements")),
    COVERAGE,
    INCONSISTENT_SETS,
    EXPLANATION,
    EXPLAINED_STATEMENT,
    EXCLUDED_STATEMENT,
    EXPLAINED_INDIVIDUALS,
    OMISSION,
)
