"""The rules that a document must satisfy: those of graphql-core, each of which learns with what kinds of nodes it has nothing to do.

A rule looks for its methods by the name of each kind of node, anew for each document: for all rules, a third of what validating takes.
"""

from typing import Any

from graphql import NoSchemaIntrospectionCustomRule, specified_rules
from graphql.language.visitor import EnterLeaveVisitor
from graphql.validation import ASTValidationRule

NOTHING = EnterLeaveVisitor(None, None)


def learning(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    """The rule, which looks no more for methods that it was found not to have; there are as many kinds of nodes as in the grammar."""
    idle: set[str] = set()

    def methods(self: Any, kind: str) -> EnterLeaveVisitor:
        if kind in idle:
            return NOTHING
        found = rule.get_enter_leave_for_kind(self, kind)
        if found == NOTHING:
            idle.add(kind)
        return found

    return type(rule.__name__, (rule,), {"get_enter_leave_for_kind": methods})


RULES = tuple(map(learning, specified_rules))
WITHOUT_INTROSPECTION = (*RULES, learning(NoSchemaIntrospectionCustomRule))
