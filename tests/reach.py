"""How far the random operations reach: a count of the coordinates of `footprint.py`, held against all that the contract has.

What `REQUIRED` lists must be reached, or the gate fails; the other sections are told, with what is missing. `python -m tests.oracle` and
`./run test --reach` print the report.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

from models.viewer import ViewerKind
from tests import footprint
from tests.footprint import Coordinate, is_filter
from tests.trace import Trace

REQUIRED = (footprint.FIELD, footprint.ARGUMENT, footprint.INPUT, footprint.VALUE, footprint.TYPE, footprint.DIRECTIVE)
TOLD = (
    footprint.OPERATOR,
    footprint.JUDGED,
    footprint.DEPTH,
    footprint.UNDER,
    footprint.ORDER,
    footprint.PAGE,
    footprint.FORM,
    footprint.TOGETHER,
    footprint.BESIDE,
    footprint.FRAGMENT,
    footprint.ANSWER,
    footprint.VIEWER,
)
DEPTHS = 3
MISSING_SHOWN = 12


class Reach:
    """Counts in how many executions each coordinate was reached."""

    def __init__(self) -> None:
        self.counts: Counter[Coordinate] = Counter()
        self.executions = 0

    def note(self, trace: Trace, variables: Mapping[str, Any], viewer: ViewerKind) -> None:
        """Counts what an execution reached; its answer was compared."""
        self.executions += 1
        self.counts.update(footprint.footprint(trace, variables, viewer.value))

    def add(self, other: "Reach") -> None:
        """Adds what others reached."""
        self.executions += other.executions
        self.counts.update(other.counts)

    def kept(self) -> dict[str, Any]:
        """All counts, as JSON."""
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (section, name), count in self.counts.items():
            counts[section][name] = count
        return {"executions": self.executions, "counts": counts}

    @staticmethod
    def restored(kept: Mapping[str, Any]) -> "Reach":
        """The counts that were kept as JSON."""
        reach = Reach()
        reach.executions = kept["executions"]
        reach.counts.update({(section, name): count for section, counted in kept["counts"].items() for name, count in counted.items()})
        return reach

    def missing(self, section: str, possible: Iterable[str]) -> list[str]:
        """What was not reached."""
        return [name for name in possible if not self.counts[section, name]]

    def report(self, schema: GraphQLSchema) -> str:
        """What was reached, section by section: how much of what there is, the least reached, what is missing."""
        lines = [f"{self.executions} executions compared"]
        for section, possible in possibilities(schema).items():
            lines += self.told(section, possible)
        return "\n".join(lines)

    def told(self, section: str, possible: list[str]) -> Iterator[str]:
        """The lines of a section."""
        found = {name: count for (one, name), count in self.counts.items() if one == section}
        missing = self.missing(section, possible)
        reached = f"{len(possible) - len(missing)} of {len(possible)}" if possible else f"{len(found)} different"
        least = sorted((count, name) for name, count in found.items())[:3]
        seldom = "; least: " + ", ".join(f"{name} ({count})" for count, name in least) if least else ""
        yield f"{section}: {reached}{seldom}"
        for name in missing[:MISSING_SHOWN]:
            often = self.counts[footprint.EMPTY, name]
            yield f"    not reached: {name}" + (f" (null or empty {often} times)" if section == footprint.FIELD and often else "")
        if len(missing) > MISSING_SHOWN:
            yield f"    and {len(missing) - MISSING_SHOWN} more"


def unreached(reach: Reach, schema: GraphQLSchema, but: frozenset[str] = frozenset()) -> list[str]:
    """What must be reached and was not, without the fields that `but` names and what only they lead to."""
    possible = possibilities(schema, but)
    return [f"{section}: {name}" for section in REQUIRED for name in reach.missing(section, possible[section])]


def possibilities(schema: GraphQLSchema, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """All that the query side of a contract has, by section; nothing for sections that have no bounds."""
    contract = Contract(schema, but)
    return {section: sorted(set(contract.possible(section))) for section in (*REQUIRED, *TOLD)}


class Contract:
    """The query side of a schema: what a query can reach, without some fields."""

    def __init__(self, schema: GraphQLSchema, but: frozenset[str]) -> None:
        self.schema = schema
        self.types = query_side(schema, but)
        self.inputs = [one for one in self.types if isinstance(one, GraphQLInputObjectType)]
        self.fields = {
            f"{one.name}.{name}": given
            for one in self.types
            if isinstance(one, GraphQLObjectType)
            for name, given in one.fields.items()
            if f"{one.name}.{name}" not in but
        }
        self.arguments = [(where, name, given) for where, field in self.fields.items() for name, given in field.args.items()]
        self.compared = [
            (f"{one.name}.{name}", kind)
            for one in self.inputs
            if is_filter(one)
            for name, given in one.fields.items()
            if isinstance(kind := get_named_type(given.type), GraphQLInputObjectType) and not is_filter(kind)
        ]

    def possible(self, section: str) -> Iterable[str]:
        """All names of a section."""
        operators = [(where, kind, name) for where, kind in self.compared for name in kind.fields]
        match section:
            case footprint.FIELD:
                interfaces = [one for one in self.types if isinstance(one, GraphQLInterfaceType)]
                return [*self.fields, *(f"{one.name}.{name}" for one in interfaces for name in one.fields)]
            case footprint.ARGUMENT:
                return [f"{where}({name}:)" for where, name, _ in self.arguments]
            case footprint.INPUT:
                return [f"{one.name}.{name}" for one in self.inputs for name in one.fields]
            case footprint.VALUE:
                given = [given.type for _, _, given in self.arguments] + [
                    given.type for one in self.inputs for given in one.fields.values()
                ]
                enums = {kind for one in given if isinstance(kind := get_named_type(one), GraphQLEnumType)}
                return [f"{kind.name}.{value}" for kind in enums for value in kind.values]
            case footprint.TYPE:
                leading = [(where, kind) for where, given in self.fields.items() if is_abstract_type(kind := get_named_type(given.type))]
                return [f"{where}: {one.name}" for where, kind in leading for one in self.schema.get_possible_types(kind)]
            case footprint.DIRECTIVE:
                return directives()
            case footprint.OPERATOR:
                return [f"{where}.{name}" for where, _, name in operators]
            case footprint.JUDGED:
                return [f"{where}.{name} {how}" for where, _, name in operators for how in ("held", "did not hold")]
            case footprint.DEPTH:
                return [f"{kind.name}.{name} at {depth}" for _, kind, name in operators for depth in range(1, DEPTHS + 1)]
            case footprint.ORDER:
                orders = [one for one in self.inputs if "direction" in one.fields]
                return [f"{one.name} {' '.join(keys)}" for one in orders for keys in product(*map(named_values, one.fields.values()))]
            case footprint.FORM:
                return [f"{where}({name}:) {form}" for where, name, _ in self.arguments for form in ("by a literal", "by a variable")]
            case footprint.TOGETHER:
                return [f"{where}({one}:, {other}:)" for where, given in self.fields.items() for one, other in combinations(given.args, 2)]
            case footprint.BESIDE:
                return [f"{where} beside @{name}" for where in self.fields for name in ("include", "skip")]
        return []


def query_side(schema: GraphQLSchema, but: frozenset[str] = frozenset()) -> list[GraphQLNamedType]:
    """The types that a query reaches without some fields, by fields, arguments and what implements or unites."""
    assert schema.query_type is not None
    found: dict[str, GraphQLNamedType] = {}
    waiting: list[GraphQLNamedType] = [schema.query_type]
    while waiting:
        one = waiting.pop()
        if one.name in found:
            continue
        found[one.name] = one
        if is_abstract_type(one):
            waiting += schema.get_possible_types(one)
        if isinstance(one, GraphQLObjectType):
            waiting += one.interfaces
        fields: dict[str, Any] = getattr(one, "fields", {})
        for given in [given for name, given in fields.items() if f"{one.name}.{name}" not in but]:
            waiting += [get_named_type(given.type), *(get_named_type(argument.type) for argument in getattr(given, "args", {}).values())]
    return list(found.values())


def directives() -> list[str]:
    """Both directives, each way."""
    ways = product(("include", "skip"), ("literal", "variable"), ("true", "false"), ("a field", "an inline fragment", "a spread"))
    return [f"@{name} of a {how} that is {value}, on {on}" for name, how, value, on in ways]


def named_values(field: GraphQLInputField) -> list[str]:
    """The values of a field that is an enum."""
    kind = get_named_type(field.type)
    return list(kind.values) if isinstance(kind, GraphQLEnumType) else []
