"""The doorway: a request and who is asking -> the JSON text of its `data`.

A query is one SQL statement, found in a cache or compiled. Each field of a mutation is one transaction: what it changes, then the payload,
read by a statement of the same compiler. Introspection is answered by graphql-core and put into the statement as a value.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

import orjson
import structlog
from graphql import DocumentNode, GraphQLSchema, OperationType, SelectionSetNode, print_ast
from graphql.execution import execute_sync
from sqlalchemy.dialects.postgresql import JSON

from models import audit
from models.database import Database, SqlStatement, render
from models.policies import Aliases, Door, Question
from models.viewer import Viewer, ViewerKind
from resolvers import recording
from resolvers.admitting import standing
from resolvers.compiler import arguments
from resolvers.compiler.binds import Call, Finder
from resolvers.compiler.document import Document, coerce, parse
from resolvers.compiler.limits import DEFAULT_LIMITS, Limits, check
from resolvers.compiler.plan import Field, Scalar
from resolvers.compiler.planner import Place, Planner
from resolvers.compiler.selections import Selection, collect
from resolvers.compiler.statement import statement
from resolvers.errors import Refusal
from resolvers.failures import UNEXPECTED, refusal_of
from resolvers.fields import Mutation, ObjectType
from resolvers.people import withheld

INTROSPECTION = ("__schema", "__type")
INTROSPECTING = ("String", "Boolean")
DOCUMENT_CHARACTERS = 200_000  # a parsed document takes some 200 times its text
STATEMENT_CHARACTERS = 8_000_000

log = structlog.get_logger()

Kept = TypeVar("Kept")
Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller sends: a document, the name of its operation, the values of its variables, its id, and the purpose that it states.

    A purpose that is none of the caller's agreement counts as not stated: it opens nothing, and is a text of the caller's in no record.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    request_id: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement ready to run, where a call finds its binds in order, and which fields about people it reads.

    It depends on nothing of a viewer but the `answers` that its plan was given; `serves` are the shapes that gave them, each priced.
    """

    sql: str
    finders: tuple[Finder, ...]
    personal: frozenset[str]
    answers: Mapping[Question, Hashable]
    serves: set[Hashable] = field(default_factory=set)

    def arguments(self, call: Call) -> list[Any]:
        """The values of the binds."""
        return [find(call) for find in self.finders]


class Cache(Generic[Kept]):
    """The most recently used values, of at most `capacity` in weight together; one of over a tenth of that is not kept."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._kept: OrderedDict[Any, tuple[Kept, int]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Any) -> Kept | None:
        """The value of the key, if it is there."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: Any, value: Kept, weight: int) -> Kept:
        """The value, kept under the key if it is not too heavy."""
        if weight <= self._capacity // 10:
            with self._lock:
                self._weight += weight - self._kept.pop(key, (value, 0))[1]
                self._kept[key] = value, weight
                while self._weight > self._capacity:
                    self._weight -= self._kept.popitem(last=False)[1][1]
        return value


@dataclass(frozen=True, slots=True)
class Graph:
    """What answers operations: the schema, the meaning of its types, the database, the secret that seals cursors, the limits."""

    schema: GraphQLSchema
    types: Mapping[str, ObjectType]
    database: Database
    secret: bytes
    limits: Mapping[ViewerKind, Limits] = field(default_factory=lambda: DEFAULT_LIMITS)
    introspection: bool = True
    documents: "Cache[tuple[Document, set[str]]]" = field(default_factory=lambda: Cache(DOCUMENT_CHARACTERS))
    statements: Cache[tuple[Compiled, ...]] = field(default_factory=lambda: Cache(STATEMENT_CHARACTERS))
    aliases: Aliases = field(default_factory=Aliases)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    refusals: recording.Allowance = field(default_factory=recording.Allowance)

    async def aside(self, compiling: Callable[Given, Made], *arguments: Given.args, **named: Given.kwargs) -> Made:
        """What a function of the compiler gives, run in a thread, one at a time: it may take a while, and others are answered."""
        async with self.turn:
            return await asyncio.to_thread(compiling, *arguments, **named)


async def execute(graph: Graph, request: Request, viewer: Viewer, *, only_query: Refusal | None = None) -> bytes:
    """The JSON text of the operation's `data`. Raises a Refusal if it cannot be executed: `only_query`, if given, for a mutation."""
    found = known(graph, request)
    document, priced_by = found if found else await graph.aside(read, graph, request, viewer)
    if only_query and not document.is_query:
        raise only_query
    variables = coerce(document, graph.schema, request.variables)
    viewer = replace(viewer, purpose=request.purpose) if request.purpose in viewer.purposes else viewer
    call = Call(variables, viewer, graph.secret, graph.limits[viewer.kind], request_id=request.request_id)
    if not document.is_query:
        return await mutate(graph, document, call)
    kept = prepared(graph, document, priced_by, call)
    compiled = kept if kept else await graph.aside(prepare, graph, document, priced_by, call)
    if compiled.personal:
        return await read_personal(graph, document, compiled, call)
    text: str = await graph.database.read(compiled.sql, compiled.arguments(call))
    return text.encode()


async def read_personal(graph: Graph, document: Document, compiled: Compiled, call: Call) -> bytes:
    """The JSON text of `data` that tells of people: it is read and recorded in one transaction, or not answered."""
    async with graph.database.write(call.viewer) as transaction:
        marked: str = await transaction.read(compiled.sql, compiled.arguments(call))
        text, people = recording.unmarked(marked)
        await audit.record(transaction, recording.told(document, compiled.personal, people, call))
    return text.encode()


def known(graph: Graph, request: Request) -> tuple[Document, set[str]] | None:
    """As `read`, if the document is kept."""
    return graph.documents.find((request.query, request.operation_name))


def read(graph: Graph, request: Request, viewer: Viewer) -> tuple[Document, set[str]]:
    """The document of a request, and the variables that its price depends on as far as they are known."""
    found = known(graph, request)
    if found is None:
        limits = graph.limits[viewer.kind]
        document = parse(request.query, request.operation_name, graph.schema, limits, introspection=graph.introspection)
        found = graph.documents.keep((request.query, request.operation_name), (document, set()), len(request.query))
    return found


def prepared(graph: Graph, document: Document, priced_by: set[str], call: Call) -> Compiled | None:
    """The statement of a query for this shape of viewer and variables, if it is kept and was priced for them."""
    kept = graph.statements.find(shape(document, priced_by, call)) or ()
    return next((one for one in kept if call.viewer.shape in one.serves), None)


def prepare(graph: Graph, document: Document, priced_by: set[str], call: Call) -> Compiled:
    """The statement of a query for this shape of viewer and variables, priced: one that is kept for others if this viewer's plan is theirs.

    It is kept under the exact values of all variables that its price depends on, so that no other values find it unpriced.
    """
    compiled = prepared(graph, document, priced_by, call)
    if compiled is None:
        priced_by.update(check(document, graph.schema, call.variables, graph.limits[call.viewer.kind]).depends_on)
        key, door = shape(document, priced_by, call), door_of(graph, call)
        kept = graph.statements.find(key) or ()
        compiled = next((one for one in kept if door.agrees(one.answers)), None)
        if compiled is None:
            compiled = compiled_of(*plan(graph, document, call))
            kept = (*kept, compiled)
            graph.statements.keep(key, kept, sum(len(one.sql) for one in kept) + len(document.text) + weight(key[-1]))
        compiled.serves.add(call.viewer.shape)
    return compiled


def shape(document: Document, priced_by: set[str], call: Call) -> Any:
    """What a statement and its price depend on, beside the viewer."""
    values = [
        (variable.name, arguments.shape(call.variables[variable.name], variable.type, exact=variable.name in priced_by))
        for variable in document.variables
        if variable.name in call.variables
    ]
    name = document.operation.name
    return document.text, name.value if name else None, tuple(values)


def weight(values: Any) -> int:
    """About how many characters the memory of a key's values is worth."""
    count, waiting = 0, [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple):
            count += 10 + 10 * len(value)
            waiting.extend(value)
    return count


def plan(graph: Graph, document: Document, call: Call) -> tuple[tuple[Field, ...], Planner]:
    """The planned fields of a query, and their planner, which has their binds."""
    planner = planner_of(graph, document, call)
    root = graph.schema.query_type
    if root is None:
        raise TypeError("the schema has no query type")
    fields: list[Field] = []
    for selection in collect(graph.schema, root, [document.operation.selection_set], document.fragments, call.variables):
        if selection.name in INTROSPECTION:
            fields.append(introspected(graph, document, selection, planner))
        else:
            fields.append(planner.field(selection, Place(root, None, (selection.key,))))
    return tuple(fields), planner


def planner_of(graph: Graph, document: Document, call: Call) -> Planner:
    """A planner for the call's shape of viewer."""
    refused = partial(withheld, call.viewer)
    return Planner(graph.schema, graph.types, document.fragments, call.variables, door_of(graph, call), refused)


def door_of(graph: Graph, call: Call) -> Door:
    """A door for the call's shape of viewer."""
    return Door(call.viewer.kind, call.viewer.scopes, graph.aliases, call.viewer.personal_fields)


def introspected(graph: Graph, document: Document, selection: Selection, planner: Planner) -> Scalar:
    """A field of introspection, answered by graphql-core: once for the plan, or at each call if it has variables.

    Only variables of `INTROSPECTING` types can occur in one.
    """
    definitions = document.operation.variable_definitions or ()
    asked = document.operation.__class__(
        operation=OperationType.QUERY,
        selection_set=SelectionSetNode(selections=selection.nodes),
        variable_definitions=tuple(one for one in definitions if print_ast(one.type).rstrip("!") in INTROSPECTING),
    )
    tree = DocumentNode(definitions=(asked, *document.fragments.values()))

    def answer(variables: Mapping[str, Any]) -> str:
        answered = execute_sync(graph.schema, tree, variable_values=dict(variables))
        return orjson.dumps((answered.data or {}).get(selection.key)).decode()

    if asked.variable_definitions:
        return Scalar(selection.key, planner.binds.add(lambda call: answer(call.variables), JSON()))
    known = answer({})
    return Scalar(selection.key, planner.binds.add(lambda call: known, JSON()))


def compiled_of(fields: tuple[Field, ...], planner: Planner) -> Compiled:
    """The statement of planned fields."""
    sql: SqlStatement = render(statement(fields, planner.door.identity()))
    known = {name: (lambda call, value=value: value) for name, value in sql.values.items()}
    finders = tuple(planner.binds.finders.get(name) or known[name] for name in sql.binds)
    return Compiled(sql.text, finders, frozenset(planner.binds.personal), planner.door.answers)


async def mutate(graph: Graph, document: Document, call: Call) -> bytes:
    """The JSON text of a mutation's `data`: its fields in order, each a transaction of its own.

    A refusal says which response keys were answered before it, since what they changed stays changed.
    """
    check(document, graph.schema, call.variables, graph.limits[call.viewer.kind])
    root = graph.schema.mutation_type
    if root is None:
        raise TypeError("the schema has no mutation type")
    answers: dict[str, bytes] = {}
    for selection in collect(graph.schema, root, [document.operation.selection_set], document.fragments, call.variables):
        typename = f'"{selection.key}":"{root.name}"'.encode()
        try:
            answers[selection.key] = typename if selection.name == "__typename" else await change(graph, document, selection, call)
        except Refusal as refusal:
            refusal.extensions["answeredBefore"] = list(answers) or None
            raise
    return b"{" + b",".join(answers.values()) + b"}"


def payload_of(graph: Graph, document: Document, selection: Selection, word: Mutation, call: Call) -> Compiled:
    """The statement of a mutation's payload."""
    planner = planner_of(graph, document, call)
    return compiled_of((planner.mutation(word, selection),), planner)


async def change(graph: Graph, document: Document, selection: Selection, call: Call) -> bytes:
    """One member of a mutation's `data`, in one transaction: the change, then its payload.

    The payload is planned first, so that a selection that is refused changes nothing. What was done is recorded in the same transaction;
    what was refused, failed or was rolled back, in one of its own.
    """
    word = graph.types["Mutation"].fields[selection.name]
    if not isinstance(word, Mutation) or graph.schema.mutation_type is None:
        raise TypeError(f"{selection.name} is no mutation")
    given = arguments.plain(selection.nodes[0], "input", graph.schema.mutation_type.fields[selection.name], call.variables)
    try:
        compiled = await graph.aside(payload_of, graph, document, selection, word, call)
        async with graph.database.write(call.viewer) as transaction:
            if word.permission and word.permission.scope in standing.ASKED_AGAIN:
                await standing.require(transaction, call.viewer)
            result = await word.call(transaction, call.viewer, given)
            marked: str = await transaction.read(compiled.sql, compiled.arguments(replace(call, result=result.binds)))
            text, people = recording.unmarked(marked) if compiled.personal else (marked, [])
            events = [recording.changed(document, selection.name, given, call, result)]
            if compiled.personal:
                events.append(recording.told(document, compiled.personal, people, call))
            if not transaction.discarded:
                await audit.record(transaction, *events)
    except Refusal as refusal:
        if call.viewer.client_id or graph.refusals.take():
            await note(graph, recording.refused(document, selection.name, call, refusal.code))
        raise
    except Exception as error:
        if call.viewer.client_id or graph.refusals.take():
            foreseen = refusal_of(error)
            await try_to_note(graph, recording.refused(document, selection.name, call, foreseen.code if foreseen else UNEXPECTED))
        raise
    if transaction.discarded:
        await note(graph, *events)
    return text[1:-1].encode()


async def note(graph: Graph, *events: audit.Event) -> None:
    """Records what changed nothing, in a transaction of its own; all of it was done by one viewer, who alone may say so."""
    async with graph.database.write(events[0].viewer) as transaction:
        await audit.record(transaction, *events)


async def try_to_note(graph: Graph, event: audit.Event) -> None:
    """As `note`, of what failed: where the database is away, it is only logged, and the failure is what the caller is told."""
    try:
        await note(graph, event)
    except Exception as error:
        log.warning("failure not recorded", request_id=event.request_id, action=event.action, reason=type(error).__name__)
