"""How deep and how wide a document is with its fragments expanded: counted on the bare syntax tree, before validation spends time on it.

Each fragment is measured once, after those that it spreads, and every number saturates: the work is linear in the document. A fragment
that is missing counts nothing, and one that spreads itself counts once; validation reports both.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

from resolvers.compiler.limits import CEILING, Limits
from resolvers.errors import DocumentError

INTROSPECTION = ("__schema", "__type")


class Extent(NamedTuple):
    """The size of a selection set, fragments expanded; `roots` is the number of fields directly in it."""

    depth: int = 0
    introspection_depth: int = 0
    roots: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    directives_on_one: int = 0

    def __or__(self, other: "Extent") -> "Extent":
        return Extent(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            min(self.roots + other.roots, CEILING),
            min(self.fields + other.fields, CEILING),
            min(self.aliases + other.aliases, CEILING),
            min(self.directives + other.directives, CEILING),
            max(self.directives_on_one, other.directives_on_one),
        )


def check_extent(operations: Sequence[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> None:
    """Raises a DocumentError if an operation goes beyond the limits of depth and number."""
    known: dict[str, Extent] = {}
    for fragment in _inner_first(fragments):
        known[fragment.name.value] = _with_directives(fragment, measure(fragment.selection_set, known))
    for operation in operations:
        _compare(_with_directives(operation, measure(operation.selection_set, known)), limits)


def measure(selected: SelectionSetNode, known: Mapping[str, Extent]) -> Extent:
    """The extent of a selection set, given the extents of the fragments that it spreads."""
    total = Extent()
    for node in selected.selections:
        if isinstance(node, FragmentSpreadNode):
            inner = known.get(node.name.value, Extent())
        elif isinstance(node, FieldNode):
            inner = _field(node, measure(node.selection_set, known) if node.selection_set else Extent())
        elif isinstance(node, InlineFragmentNode):
            inner = measure(node.selection_set, known)
        total |= _with_directives(node, inner)
    return total


def _field(node: FieldNode, inner: Extent) -> Extent:
    deep = 1 + max(inner.depth, inner.introspection_depth)
    introspective = node.name.value in INTROSPECTION
    return inner._replace(
        depth=0 if introspective else deep,
        introspection_depth=deep if introspective else 0,
        roots=1,
        fields=inner.fields + 1,
        aliases=inner.aliases + (node.alias is not None),
    )


def _with_directives(node: Node, extent: Extent) -> Extent:
    count = len(getattr(node, "directives", None) or ())
    if not count:
        return extent
    return extent._replace(directives=extent.directives + count, directives_on_one=max(extent.directives_on_one, count))


def _inner_first(fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FragmentDefinitionNode]:
    """The fragments, each after those that it spreads, found without recursion."""
    entered: set[str] = set()
    for root in fragments:
        waiting = [(root, False)]
        while waiting:
            name, done = waiting.pop()
            if done:
                yield fragments[name]
            elif name in fragments and name not in entered:
                entered.add(name)
                waiting.append((name, True))
                waiting.extend((spread, False) for spread in _spreads(fragments[name].selection_set))


def _spreads(selected: SelectionSetNode) -> Iterator[str]:
    waiting = [selected]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FragmentSpreadNode):
                yield node.name.value
            elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                waiting.append(node.selection_set)


def _compare(extent: Extent, limits: Limits) -> None:
    bounds = (
        ("TOO_DEEP", "levels of fields", extent.depth, limits.depth),
        ("TOO_DEEP", "levels of introspection", extent.introspection_depth, limits.introspection_depth),
        ("TOO_MANY_ALIASES", "aliases", extent.aliases, limits.aliases),
        ("TOO_MANY_ROOT_FIELDS", "root fields", extent.roots, limits.root_fields),
        ("TOO_MANY_DIRECTIVES", "directives", extent.directives, limits.directives),
        ("TOO_MANY_DIRECTIVES", "directives in one place", extent.directives_on_one, limits.directives_on_one),
        ("TOO_MANY_FIELDS", "fields", extent.fields, limits.fields),
    )
    for code, what, found, limit in bounds:
        if found > limit:
            raise DocumentError(
                f"With its fragments expanded, this operation has more than {limit} {what}. Send several requests.", code=code, limit=limit
            )
