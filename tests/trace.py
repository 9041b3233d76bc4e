"""What one execution of an operation really did, as graphql-core's resolvers saw it.

A field that @skip or @include leaves out is never resolved, and leaves no step. A field of the objects of an empty list leaves none either.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLEnumType, GraphQLResolveInfo, get_named_type

Resolver = Callable[..., Any]


@dataclass(slots=True)
class Step:
    """A field of one type that was resolved, once or often; `answered` if it ever gave a value that is neither null nor empty."""

    parent: str
    field: str
    nodes: list[FieldNode]
    answered: bool = False
    values: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Trace:
    """The steps of one execution, the types behind interfaces and unions, and which operators of filters held for a row or did not."""

    steps: dict[tuple[str, int], Step] = field(default_factory=dict)
    types: set[tuple[str, str]] = field(default_factory=set)
    judged: set[tuple[str, bool]] = field(default_factory=set)
    info: GraphQLResolveInfo[Any] | None = None

    def resolved(self, info: GraphQLResolveInfo[Any], value: Any) -> None:
        """Notes that a field gave a value."""
        key = info.parent_type.name, id(info.field_nodes[0])
        step = self.steps.get(key)
        if step is None:
            step = self.steps[key] = Step(info.parent_type.name, info.field_name, info.field_nodes)
            self.info = info
        if not is_empty(value):
            step.answered = True
            if isinstance(value, bool) or (isinstance(value, str) and isinstance(get_named_type(info.return_type), GraphQLEnumType)):
                step.values.add(str(value))

    def found(self, info: GraphQLResolveInfo[Any], type_name: str) -> str:
        """The type of an object behind an interface or union; it is noted with the field that led to it."""
        self.types.add((f"{info.parent_type.name}.{info.field_name}", type_name))
        return type_name


def traced(trace: Trace, resolver: Resolver) -> Resolver:
    """A resolver of any field, which leaves steps."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
        value = resolver(source, info, **args)
        trace.resolved(info, value)
        return value

    return resolve


def is_empty(value: Any) -> bool:
    """Whether a value shows nothing: null, a list without items, or a page without rows."""
    if isinstance(value, dict) and "edges" in value:
        return not value["edges"]
    return value is None or value == []
