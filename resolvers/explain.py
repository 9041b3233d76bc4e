"""An operation's plan and SQL as text, for people: `python -m graph explain`."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import FromClause, Join

from models.viewer import Viewer
from resolvers.compiler.binds import Call
from resolvers.compiler.document import coerce
from resolvers.compiler.plan import Count, Cursor, Either, Embedded, Field, Many, One, PageInfo, Rows, Scalar, Several
from resolvers.execute import Graph, Request, plan, prepare, read


def explain(graph: Graph, request: Request, viewer: Viewer) -> Mapping[str, Any]:
    """The plan of a query as indented lines, its price, its one SQL statement and the number of its binds."""
    document, priced_by = read(graph, request, viewer)
    call = Call(coerce(document, graph.schema, request.variables), viewer, graph.secret, graph.limits[viewer.kind])
    compiled = prepare(graph, document, priced_by, call)
    fields, _ = plan(graph, document, call)
    return {"plan": list(lines(fields, 0)), "sql": compiled.sql, "binds": len(compiled.finders)}


def lines(fields: tuple[Field, ...], depth: int) -> Iterator[str]:
    """One line for each planned field, indented by its depth."""
    for field in fields:
        yield "  " * depth + line(field)
        if isinstance(field, Embedded | One | Many):
            yield from lines(field.fields, depth + 1)
        elif isinstance(field, Either | Several):
            yield from lines(field.objects, depth + 1)


def line(field: Field) -> str:
    """What a planned field reads."""
    match field:
        case Scalar():
            return f"{field.key}: value"
        case Embedded():
            return f"{field.key}: object of the same row"
        case One():
            return f"{field.key}: one of {tables(field.rows)}"
        case Many():
            return f"{field.key}: {'page' if field.rows.limit is not None else 'list'} of {tables(field.rows)}"
        case Either():
            return f"{field.key}: the first of these"
        case Several():
            return f"{field.key}: {'page' if field.rows.limit is not None else 'list'} of the first of these"
        case Count():
            return f"{field.key}: count of {tables(field.rows)}"
        case Cursor():
            return f"{field.key}: cursor of {field.belongs.field} in the order {field.belongs.order_name}"
        case PageInfo():
            return f"{field.key}: page info of {tables(field.rows)}"


def tables(rows: Rows) -> str:
    """The names of the tables that are read."""
    return ", ".join(map(named, rows.tables)) or "values"


def named(table: FromClause) -> str:
    """The name of a table, or the names of those that it is joined of."""
    if isinstance(table, Join):
        return f"{named(table.left)}, {named(table.right)}"
    return str(getattr(getattr(table, "element", table), "name", "values"))
