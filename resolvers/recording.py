"""What a call leaves in the audit log, beside the change itself: the events of mutations, and of reads about people."""

import hashlib
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graphql import print_ast
from graphql.language import FloatValueNode, IntValueNode, Node, StringValueNode, Visitor, visit

from models.audit import OK, ROLLED_BACK, Event
from resolvers.compiler.binds import Call
from resolvers.compiler.document import Document
from resolvers.compiler.planner import PERSON
from resolvers.mutation import MutationResult

MARK = re.compile(rf'"{PERSON}":"([^"]*)",?')


AT_ONCE = 60.0
A_SECOND = 1.0


class Allowance:
    """How many refusals of callers whom nobody knows may still be recorded: AT_ONCE, and A_SECOND more each second.

    Whoever asks in vain a million times must not fill the log.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = AT_ONCE
        self._since = clock()

    def take(self) -> bool:
        """Whether another may be recorded now."""
        now = self._clock()
        self._left = min(AT_ONCE, self._left + (now - self._since) * A_SECOND)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


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


def refused(document: Document, action: str, call: Call, code: str) -> Event:
    """The event of a mutation that was refused, or failed, with the code of that."""
    return Event(action, call.viewer, call.request_id, operation_hash(document), result=code)


def told(document: Document, fields: Collection[str], people: Sequence[str], call: Call) -> Event:
    """The event of data about people that was read: which fields, and of whom, by the global ids of their statements."""
    return Event("readPersonal", call.viewer, call.request_id, operation_hash(document), people, sorted(fields))


def unmarked(text: str) -> tuple[str, list[str]]:
    """The JSON text without the planner's marks of persons, and the global ids in them, each once, in their order.

    No text of a value looks like a mark: JSON escapes its quotation marks.
    """
    return MARK.sub("", text), list(dict.fromkeys(MARK.findall(text)))
