"""Makes a failing operation smaller: takes parts out of its document, one at a time, for as long as it still fails."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NameNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language.visitor import REMOVE

Fails = Callable[[str, dict[str, Any]], Awaitable[bool]]
REMOVABLE = (FieldNode, InlineFragmentNode, FragmentSpreadNode, ArgumentNode, DirectiveNode, ObjectFieldNode, OperationDefinitionNode)
TYPENAME = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())


@dataclass(slots=True)
class Reducer:
    """Reduces the documents of one schema."""

    schema: GraphQLSchema

    async def smallest(self, text: str, variables: dict[str, Any], fails: Fails) -> tuple[str, dict[str, Any]]:
        """The smallest document found that still fails, with the variables that it uses."""
        text, position = print_ast(parse(text)), 0
        while (smaller := self.without(text, position)) is not None:
            kept = used(smaller, variables)
            if len(smaller) < len(text) and self.valid(smaller) and await fails(smaller, kept):
                text, variables = smaller, kept
            else:
                position += 1
        return text, variables

    def valid(self, text: str) -> bool:
        """Whether the document is valid."""
        try:
            return not validate(self.schema, parse(text))
        except GraphQLError:
            return False

    def without(self, text: str, position: int) -> str | None:
        """The document without the part at that position, in the order of reading; None if there are not so many parts."""
        remover = Remover(position)
        document = visit(parse(text), remover)
        return print_ast(tidied(document)) if remover.position < 0 else None


class Remover(Visitor):
    """Takes out one part, or an inline fragment's shell, or an item of a list."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position

    def counted(self) -> bool:
        """Whether the part now visited is the one."""
        self.position -= 1
        return self.position == -1

    def enter(self, node: Node, *_: Any) -> Any:
        """What becomes of a node."""
        if isinstance(node, REMOVABLE) and self.counted():
            return REMOVE
        if isinstance(node, SelectionSetNode):
            return self.opened(node)
        if isinstance(node, ListValueNode):
            kept = tuple(value for value in node.values if not self.counted())
            return node if len(kept) == len(node.values) else ListValueNode(values=kept)
        return None

    def opened(self, node: SelectionSetNode) -> SelectionSetNode | None:
        """The selections with one inline fragment replaced by what it selects."""
        for index, part in enumerate(node.selections):
            if isinstance(part, InlineFragmentNode) and self.counted():
                selections = (*node.selections[:index], *part.selection_set.selections, *node.selections[index + 1 :])
                return SelectionSetNode(selections=selections)
        return None


def tidied(document: DocumentNode) -> DocumentNode:
    """The document without the fragments and variables that it does not use, and with `__typename` where nothing is selected."""
    spread = names(document, FragmentSpreadNode)
    kept = [one for one in document.definitions if not isinstance(one, FragmentDefinitionNode) or one.name.value in spread]
    document = DocumentNode(definitions=tuple(kept))
    return visit(document, Tidier(names(document, VariableNode, but=VariableDefinitionNode)))  # type: ignore[no-any-return]


class Tidier(Visitor):
    """Fills empty selections and drops unused variables."""

    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self.used = used

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode | None:
        """An empty selection selects the name of its type."""
        return None if node.selections else SelectionSetNode(selections=(TYPENAME,))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        """A variable that is not used is not defined."""
        return None if node.variable.name.value in self.used else REMOVE


def names(document: DocumentNode, kind: type[Any], but: type[Any] | None = None) -> set[str]:
    """The names of all nodes of a kind, but not those directly in another kind."""
    found: set[str] = set()

    class Finder(Visitor):
        def enter(self, node: Node, _key: Any, parent: Any, *_: Any) -> None:
            if isinstance(node, kind) and not (but and isinstance(parent, but)):
                found.add(node.name.value)

    visit(document, Finder())
    return found


def used(text: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The variables that a document defines."""
    return {name: value for name, value in variables.items() if f"${name}:" in text}
