"""What a policy is: the rows of a table that each kind of viewer sees, as conditions in SQL and in the words of docs/who_sees_what.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, false, true

from models.viewer import ViewerKind

Row = FromClause
Predicate = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of a table are seen: in words, and as a condition on a row, in which the viewer's identity is a bind."""

    words: str
    holds: Callable[[Row], Predicate]


ALL = Rule("all", lambda row: true())
NONE = Rule("none", lambda row: false())


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Who sees which rows of a table, by kind of viewer; a kind without a rule sees none. It equals itself alone, to be asked about."""

    rules: Mapping[ViewerKind, Rule]

    def __call__(self, row: Row, kind: ViewerKind) -> Predicate:
        """Whether a viewer of the kind sees the row."""
        return self.rules.get(kind, NONE).holds(row)

    def words(self, kind: ViewerKind) -> str:
        """Which rows a viewer of the kind sees."""
        return self.rules.get(kind, NONE).words


def policy(rules: Mapping[frozenset[ViewerKind], Rule]) -> Policy:
    """The policy that has a rule for several kinds at once; of a kind that is named twice, the first counts."""
    return Policy({kind: rule for kinds, rule in reversed(list(rules.items())) for kind in kinds})
