"""The oracle of the compiler: the same operations, answered by graphql-core's own executor from rows in memory.

It is slow and plain on purpose, and shares no code with `resolvers/` or `graph/`: its schema is built from the printed contract, and
every field is a Python function over the rows. What it answers is right by reading; what the compiler answers must be equal.

semantics    what the rows mean to one viewer: visibility, filters, orders, pages
meanings     what each field of the contract means
trace        what an execution really did, for the report of what the operations reached
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLResolveInfo, GraphQLSchema, build_schema, execute_sync, get_named_type, parse, validate

from models.viewer import Viewer
from tests.meanings import FIELDS
from tests.rows import World
from tests.semantics import RELATIONS, Graph, Seen, related, snake
from tests.trace import Trace, traced


class WrongOperation(Exception):
    """The operation is not valid, or its execution reported errors: a fault of who generates operations, or of this oracle."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The `data` of an answer; the cursors of each connection whose `after` is a variable, by the variable's name; what was done."""

    data: dict[str, Any]
    cursors: dict[str, list[str]]
    trace: Trace


class Interpreter:
    """Executes operations over the rows of a world; what a viewer sees is kept if the world is `still`, whose rows never change."""

    def __init__(self, sdl: str, world: World, *, still: bool = False) -> None:
        self.schema: GraphQLSchema = build_schema(sdl)
        self.world, self.still = world, still
        self.seen: dict[Viewer, Seen] = {}
        self.document = lru_cache(maxsize=1024)(self.parsed)
        self.errors = lru_cache(maxsize=64)(self.found)

    def parsed(self, text: str) -> DocumentNode:
        """The document."""
        return parse(text)

    def found(self, text: str) -> str:
        """What makes a document invalid, a line each."""
        return "\n".join(map(str, validate(self.schema, self.document(text))))

    def validate(self, text: str) -> None:
        """Raises WrongOperation if a document is not valid."""
        if errors := self.errors(text):
            raise WrongOperation(errors)

    def execute(
        self, text: str, viewer: Viewer, variables: dict[str, Any] | None = None, operation_name: str | None = None
    ) -> dict[str, Any]:
        """The `data` of the answer; raises WrongOperation for anything else."""
        self.validate(text)
        return self.ask(text, viewer, variables, operation_name).data

    def ask(self, text: str, viewer: Viewer, variables: dict[str, Any] | None = None, operation_name: str | None = None) -> Answer:
        """The answer to a valid operation: to see whether it is one takes longer than to answer it. Raises WrongOperation for errors."""
        graph = Graph(self.world, viewer, self.world, self.seen.setdefault(viewer, Seen()) if self.still else Seen())
        result = execute_sync(
            self.schema,
            self.document(text),
            context_value=graph,
            variable_values=variables,
            operation_name=operation_name,
            field_resolver=traced(graph.trace, resolve),
            type_resolver=lambda item, info, _type: graph.trace.found(info, item.type),
        )
        if result.errors or result.data is None:
            raise WrongOperation("\n".join(f"{error!r} {error.original_error!r}" for error in result.errors or ()))
        return Answer(result.data, graph.cursors, graph.trace)


def resolve(source: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
    """The value of any field: its entry in FIELDS, its relation to one, or its column."""
    graph = standing(info, args.get("asOf"))
    named = FIELDS.get(f"{info.parent_type.name}.{info.field_name}")
    if named is not None:
        return written(named(graph, source, info, args))
    if isinstance(source, dict):
        return written(source[info.field_name])
    if info.field_name == "id":
        return source.id
    if info.field_name in RELATIONS:
        return related(graph, source, info.field_name)
    if info.field_name == "accepted":
        return source.row["accepted_at"] is not None
    return written(source.row[snake(info.field_name)])


def standing(info: GraphQLResolveInfo[Any], moment: str | None) -> Graph:
    """The graph that a field is asked of: as at a moment, where its own `asOf` names one, or that of a field around it."""
    graph: Graph = info.context
    path = info.path.as_list()
    if moment is not None and get_named_type(info.parent_type.fields[info.field_name].args["asOf"].type).name == "DateTime":
        graph.moments[tuple(path)] = graph.at(datetime.fromisoformat(moment))
    return graph.within(path) if graph.moments else graph


def written(value: Any) -> Any:
    """A value of a row as JSON shows it: amounts with two decimals, moments as PostgreSQL writes them in UTC."""
    match value:
        case Decimal():
            return f"{value:.2f}"
        case datetime():
            moment = value.astimezone(UTC)
            fraction = f"{moment.microsecond / 1_000_000:.6f}".lstrip("0").rstrip("0").rstrip(".")
            return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}+00:00"
        case date():
            return value.isoformat()
        case _:
            return value
