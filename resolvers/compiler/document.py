"""Text to operation: parse, bound, validate, pick the operation, coerce the variables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import graphql
from graphql import (
    DocumentNode,
    FloatValueNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Undefined,
    VariableDefinitionNode,
    type_from_ast,
)
from graphql.utilities import validate_input_value
from graphql.utilities.coerce_input_value import coerce_input_literal, coerce_input_value
from graphql.validation.rules import overlapping_fields_can_be_merged

from resolvers.compiler.extent import check_extent
from resolvers.compiler.limits import Limits
from resolvers.compiler.validation import RULES, WITHOUT_INTROSPECTION
from resolvers.errors import DocumentError, InputError

MAX_ERRORS = 20
MAX_MESSAGE = 300
MAX_JSON_DEPTH = 32
MAX_VALUES = 50_000
"""In all variables together: coercing many more takes a second of one core, and a submission of 500 records has fewer."""

MAX_STRING_BYTES = 64 << 10
MAX_INTEGER = 2**63 - 1
UNUSUAL_LITERAL = re.compile(r"\\u|\0|[0-9]{18}|[0-9][eE]")
"""What a literal beyond the limits must contain: an escape, NUL, many digits, or an exponent."""

# The rule compares every pair of fields with one response key. The budget that graphql-core gives it takes up to 0.9 s of one core.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 10_000


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the operation; `default` is coerced, and Undefined if there is none."""

    name: str
    type: GraphQLInputType
    default: Any


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document, with the operation to execute."""

    text: str
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: tuple[Variable, ...]

    @property
    def is_query(self) -> bool:
        """Whether the operation only reads."""
        return self.operation.operation is OperationType.QUERY


def parse(
    text: str,
    operation_name: str | None,
    schema: GraphQLSchema,
    limits: Limits | None = None,
    *,
    suggestions: bool = True,
    introspection: bool = True,
) -> Document:
    """The document of a text, with the operation of that name; raises a Refusal for a text that cannot be executed.

    Bytes and tokens are bounded before parsing, and depth and number before validation.
    """
    limits = limits or Limits()
    tree = _tree(text, limits)
    operations = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {node.name.value: node for node in tree.definitions if isinstance(node, FragmentDefinitionNode)}
    check_extent(operations, fragments, limits)
    if len(text) > MAX_STRING_BYTES or UNUSUAL_LITERAL.search(text):
        _check_literals(tree)
    operation = _pick(operations, operation_name)
    _validate(tree, schema, suggestions=suggestions, introspection=introspection)
    return Document(text, operation, fragments, tuple(_variables(operation.variable_definitions or (), schema)))


def coerce(document: Document, schema: GraphQLSchema, variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values of the operation's variables, coerced to their types; those that are absent and have no default are absent.

    Raises an InputError for each value that does not fit, with the path to it.
    """
    given = variables or {}
    if given:
        check_number(given)
        check_json(given)
    coerced: dict[str, Any] = {}
    for variable in document.variables:
        value = given.get(variable.name, variable.default)
        if value is Undefined and not isinstance(variable.type, GraphQLNonNull):
            continue
        if variable.name in given or value is Undefined:
            value = coerce_input_value(value, variable.type)
        if value is Undefined:
            raise _misfit(document, given)
        coerced[variable.name] = value
    return coerced


def check_number(given: Mapping[str, Any]) -> None:
    """Raises an InputError if the variables hold too many values, counting the members of objects and lists."""
    waiting: list[Any] = [given]
    count = 0
    while waiting:
        value = waiting.pop()
        count += len(value)
        if count > MAX_VALUES:
            raise InputError(f"Variables may hold at most {MAX_VALUES} values in all. Send several requests.", path=["variables"])
        waiting.extend(item for item in (value.values() if isinstance(value, dict) else value) if isinstance(item, dict | list))


def check_json(value: Mapping[str, Any] | Sequence[Any], path: tuple[str | int, ...] = ("variables",)) -> None:
    """Raises an InputError if a value nests too deeply, a text is too long or holds NUL, or a number has more than 64 bits."""
    if len(path) > MAX_JSON_DEPTH:
        raise InputError(f"Values may nest at most {MAX_JSON_DEPTH} levels deep.", path=path)
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        kind = type(item)
        if kind is str:
            fault = _text_fault(item)
        elif kind is int or kind is float:
            fault = None if -MAX_INTEGER <= item <= MAX_INTEGER else "A number must fit in 64 bits."
        else:
            fault = None
            if kind is dict or kind is list:
                check_json(item, (*path, key))
        if fault or (type(key) is str and (fault := _text_fault(key))):
            raise InputError(fault, path=(*path, key))


def _text_fault(text: str) -> str | None:
    if "\0" in text:
        return "A text must not contain the character NUL."
    if len(text) * 4 > MAX_STRING_BYTES and len(text.encode()) > MAX_STRING_BYTES:
        return f"A text may have at most {MAX_STRING_BYTES} bytes of UTF-8."
    return None


def _tree(text: str, limits: Limits) -> DocumentNode:
    if len(text) > limits.document_bytes or (len(text) * 4 > limits.document_bytes and len(text.encode()) > limits.document_bytes):
        raise DocumentError(f"A document may have at most {limits.document_bytes} bytes.", code="DOCUMENT_TOO_LARGE")
    try:
        return graphql.parse(
            text,
            max_lexical_tokens=limits.document_tokens,
            max_comments=limits.document_tokens,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        code = "DOCUMENT_TOO_LARGE" if error.message.endswith("Parsing aborted.") else "PARSE_ERROR"
        raise _refusal(error, code) from None


def _check_literals(tree: DocumentNode) -> None:
    """Raises an InputError for a literal that no variable could hold either."""
    for node in _nodes(tree):
        match node:
            case StringValueNode():
                fault = _text_fault(node.value)
            case IntValueNode() | FloatValueNode():
                short = len(node.value) <= 30 and abs(float(node.value)) <= MAX_INTEGER
                fault = None if short else "A number must fit in 64 bits."
            case _:
                continue
        if fault:
            raise InputError(fault, locations=_locations(node))


def _nodes(tree: Node) -> Iterator[Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node):
                waiting.append(value)
            elif isinstance(value, list | tuple):
                waiting.extend(item for item in value if isinstance(item, Node))


def _locations(node: Node) -> list[tuple[int, int]]:
    if node.loc is None:
        return []
    at = graphql.get_location(node.loc.source, node.loc.start)
    return [(at.line, at.column)]


def _pick(operations: Sequence[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    named = [operation for operation in operations if name is None or (operation.name and operation.name.value == name)]
    if len(named) == 1:
        return named[0]
    if not operations:
        problem = "This document has no operation."
    elif name is None:
        problem = "This document has several operations. Say by `operationName` which one to run."
    elif named:
        problem = f"Several operations are named `{_short(name)}`. Give each a name of its own."
    else:
        problem = f"This document has no operation named `{_short(name)}`."
    raise DocumentError(problem, code="OPERATION_NOT_FOUND")


def _validate(tree: DocumentNode, schema: GraphQLSchema, *, suggestions: bool, introspection: bool) -> None:
    rules = RULES if introspection else WITHOUT_INTROSPECTION
    errors = graphql.validate(schema, tree, rules, MAX_ERRORS, hide_suggestions=not suggestions, allow_empty_selection_sets=False)
    if errors:
        first, *others = (_refusal(error, "VALIDATION_ERROR") for error in errors)
        first.also = tuple(others)
        raise first


def _refusal(error: GraphQLError, code: str) -> DocumentError:
    locations = [(at.line, at.column) for at in error.locations or ()]
    return DocumentError(_clean(error.message), code=code, locations=locations)


def _clean(message: str) -> str:
    """A message of graphql-core, without what Python said about a value, and without whole objects and lists."""
    message = re.sub(r", but encountered error '.*'; found", ", found", message, flags=re.DOTALL)
    return _short(re.sub(r"(?:[,.] [fF]ound)?: [\[{].*", ".", message, flags=re.DOTALL))


def _short(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "..."


def _variables(nodes: Sequence[VariableDefinitionNode], schema: GraphQLSchema) -> Iterator[Variable]:
    for node in nodes:
        type_: GraphQLInputType = type_from_ast(schema, node.type)  # type: ignore[assignment]
        default = coerce_input_literal(node.default_value, type_) if node.default_value else Undefined
        yield Variable(node.variable.name.value, type_, default)


class _Enough(Exception):
    """Raised to stop looking for more errors."""


def _misfit(document: Document, given: Mapping[str, Any]) -> InputError:
    """What is wrong with the values, the first `MAX_ERRORS` of them."""
    faults: list[InputError] = []
    for variable in document.variables:
        value = given.get(variable.name, variable.default)
        if variable.name not in given and value is not Undefined:
            continue

        def report(error: GraphQLError, path: list[str | int], name: str = variable.name) -> None:
            faults.append(InputError(f"Variable `${name}`: {_clean(error.message)}", path=["variables", name, *path]))
            if len(faults) == MAX_ERRORS:
                raise _Enough

        try:
            validate_input_value(value, variable.type, report)
        except _Enough:
            break
    first, *others = faults or [InputError("The variables do not fit the operation.", path=["variables"])]
    first.also = tuple(others)
    return first
