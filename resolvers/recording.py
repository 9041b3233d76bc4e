"""What a call leaves in the audit log, beside the change itself: the events of mutations."""

import hashlib
from collections.abc import Mapping
from typing import Any

from graphql import print_ast
from graphql.language import FloatValueNode, IntValueNode, Node, StringValueNode, Visitor, visit

from models.audit import OK, ROLLED_BACK, Event
from resolvers.compiler.binds import Call
from resolvers.compiler.document import Document
from resolvers.errors import Refusal
from resolvers.mutation import MutationResult


class Blank(Visitor):
    """Takes the texts and numbers out of a document, since a hash of few possible values tells which one it was."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Node:
        """An empty text."""
        return StringValueNode(value="")

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Node:
        """Nought."""
        return IntValueNode(value="0")

    def enter_float_value(self, node: FloatValueNode, *_: Any) -> Node:
        """Nought."""
        return FloatValueNode(value="0")


def operation_hash(document: Document) -> str:
    """The SHA-256 of the operation and its fragments, printed without the values that stand in it."""
    parts = [print_ast(visit(node, Blank())) for node in (document.operation, *document.fragments.values())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def changed(document: Document, action: str, given: Mapping[str, Any], call: Call, result: MutationResult) -> Event:
    """The event of a mutation that was answered."""
    outcome = OK if result.committed else ROLLED_BACK
    return Event(action, call.viewer, call.request_id, operation_hash(document), result.objects, sorted(given), outcome)


def refused(document: Document, action: str, call: Call, refusal: Refusal) -> Event:
    """The event of a mutation that was refused."""
    return Event(action, call.viewer, call.request_id, operation_hash(document), result=refusal.code)
