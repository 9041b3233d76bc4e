"""A plan becomes one SELECT that gives one JSON value. The only place that writes JSON functions.

An object is `row_to_json` over a subquery whose columns are the response keys: faster than `json_build_object`, and without its limit of
100 arguments. Every subquery correlates to all but its own tables.
"""

from typing import Any, assert_never

from sqlalchemy import JSON, ColumnElement, Integer, Numeric, Select, Text, case, cast, func, literal, literal_column, null, select
from sqlalchemy.ext.compiler import compiles

from models.row_security import identified
from resolvers.compiler.plan import Count, Cursor, Either, Embedded, Field, Many, One, PageInfo, Rows, Scalar, Several

SEAL_BYTES = 16
OBJECT = "SELECT row_to_json(r$) FROM (%s) AS r$"
LIST = "SELECT coalesce(json_agg({item}), '[]'::json) FROM (%s) AS r$"
LIST_BACKWARD = (
    "SELECT coalesce(json_agg(r$.item ORDER BY r$.n DESC), '[]'::json) "
    "FROM (SELECT {item} AS item, row_number() OVER () AS n FROM (%s) AS r$) AS r$"
)
"""Rows as JSON. No response key can be the same as the alias of an object's row, and so be taken for the row by `row_to_json`."""


def statement(fields: tuple[Field, ...], identity: str | None) -> Select[Any]:
    """The SELECT of an operation's `data`: one row, one column, JSON text.

    Before any row is read, it says who asks, by kind and by the bind `identity`, for row-level security: PostgreSQL computes a CASE in its
    order, and FROM in none.
    """
    return select(case((identified(identity), cast(_object(select(*_columns(fields)), ()), Text))))


def _columns(fields: tuple[Field, ...]) -> list[ColumnElement[Any]]:
    return [_value(field).label(field.key) for field in fields]


def _value(field: Field) -> ColumnElement[Any]:
    match field:
        case Scalar():
            return cast(field.expression, Text) if isinstance(field.expression.type, Numeric) else field.expression
        case Embedded():
            value = _object(select(*_columns(field.fields)), ())
            return value if field.present is None else case((field.present, value), else_=null())
        case One():
            return _object(_select(field.rows, _columns(field.fields)), field.rows.tables)
        case Many():
            return _list(_select(field.rows, _columns(field.fields)), field.rows)
        case Either():
            return _first(field.objects)
        case Several():
            return _list(_select(field.rows, [_first(field.objects).label("object")]), field.rows, "r$.object")
        case Count():
            return _select(field.rows, [func.count()]).correlate_except(*field.rows.tables).scalar_subquery()
        case Cursor():
            return _sealed(_place(field), field)
        case PageInfo():
            return _page_info(field)
        case _:
            assert_never(field)


def _select(rows: Rows, columns: list[ColumnElement[Any]]) -> Select[Any]:
    selected = select(*columns).select_from(*rows.tables).where(*rows.where).order_by(*rows.order)
    return selected if rows.limit is None else selected.limit(rows.limit)


class Json(ColumnElement[Any]):
    """Rows as one JSON value, by a text with a place for them. An element of its own: else half of a plan's selects would wrap one."""

    inherit_cache = False
    type = JSON()

    def __init__(self, text: str, rows: Select[Any]) -> None:
        self.text = text
        self.rows = rows

    def self_group(self, against: Any = None) -> "Json":
        """Itself, since it is written in parentheses."""
        return self


@compiles(Json)
def _written(json: Json, compiler: Any, **_: Any) -> str:
    return f"({json.text % compiler.process(json.rows)})"


def _object(inner: Select[Any], own: tuple[Any, ...]) -> ColumnElement[Any]:
    return Json(OBJECT, inner.correlate_except(*own))


def _list(inner: Select[Any], rows: Rows, item: str = "row_to_json(r$)") -> ColumnElement[Any]:
    text = (LIST_BACKWARD if rows.backward else LIST).format(item=item)
    return Json(text, inner.correlate_except(*rows.tables))


def _first(objects: tuple[One, ...]) -> ColumnElement[Any]:
    return func.coalesce(*[_value(one) for one in objects]) if objects else null()


def _place(cursor: Cursor) -> ColumnElement[Any]:
    belongs = literal(cursor.belongs.field, Text), literal(cursor.belongs.order_name, Text)
    return cast(func.json_build_array(*belongs, *[cast(value, Text) for value in cursor.place]), Text)


def _sealed(place: ColumnElement[Any], cursor: Cursor) -> ColumnElement[Any]:
    """The cursor's text, made as `connections.open_cursor` opens it: base64 of the seal and the place.

    The seal is SHA-256 over secret and place, cut to half, so that a longer place cannot be sealed from a shorter one's seal.
    """
    content = func.convert_to(place, literal_column("'UTF8'"))
    seal = func.substr(func.sha256(cursor.secret.op("||")(content)), literal_column("1"), literal_column(str(SEAL_BYTES)))
    return func.translate(func.encode(seal.op("||")(content), literal_column("'base64'")), literal_column(r"E'\n'"), literal_column("''"))


def _page_info(page: PageInfo) -> ColumnElement[Any]:
    """The facts of a page, from its rows and one row more, which are read from the side where the page begins."""
    limited = Rows(page.rows.tables, page.rows.where, page.rows.order, cast(page.size + 1, Integer))
    read = _select(limited, [_place(page.cursor).label("place")]).correlate_except(*limited.tables).subquery()
    numbered = select(read.c.place, func.row_number().over().label("n"), func.count().over().label("total")).select_from(read)
    rows = numbered.correlate_except(read).subquery()
    near, far = (
        func.max(_sealed(rows.c.place, page.cursor)).filter(rows.c.n == func.least(bound, page.size)) for bound in (1, rows.c.total)
    )
    more: ColumnElement[Any] = func.count() > page.size
    continued: ColumnElement[Any] = literal_column("true" if page.continued else "false")
    backward = page.rows.backward
    facts: dict[str, ColumnElement[Any]] = {
        "hasNextPage": continued if backward else more,
        "hasPreviousPage": more if backward else continued,
        "startCursor": far if backward else near,
        "endCursor": near if backward else far,
        "__typename": literal_column("'PageInfo'"),
    }
    columns = [facts[name].label(key) for key, name in page.facts]
    one_row_also_without_aggregates = func.count() >= 0
    return _object(select(*columns).select_from(rows).having(one_row_also_without_aggregates), (rows,))
