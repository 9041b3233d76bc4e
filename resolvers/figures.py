"""Published amounts."""

from collections.abc import Sequence

from sqlalchemy import Text

from models.figures import Figure
from models.policies import Predicate, Row
from resolvers.compiler.arguments import Arguments, Bound
from resolvers.fields import Identifier, Many, ObjectType, Planning, columns, one

FIGURE = ObjectType(
    "Figure",
    table=Figure,
    fields={
        "id": Identifier(),
        **columns("code", "key", "value", "unit", "precision", "basis", "period_from", "period_to", "as_of", "label", "source"),
        "supersedes": one("Figure", "supersedes_id"),
    },
)


def chosen(figure: Row, given: Arguments, planning: Planning) -> Sequence[Predicate]:
    """The figures of the key and basis that are asked for."""
    asked = [(figure.c[name], given.get(name)) for name in ("key", "basis")]
    return [column == planning.binds.argument(value, Text()) for column, value in asked if isinstance(value, Bound)]


QUERIES = {"figures": Many("Figure", None, lambda figure, _: (figure.c.key, figure.c.code), where=chosen)}

TYPES = (FIGURE,)
