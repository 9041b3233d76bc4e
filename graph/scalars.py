"""The scalars of the schema beside GraphQL's own: how their values are read from requests and written in answers."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, IntValueNode, ValueNode, value_from_ast_untyped
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
Numeral = NewType("Numeral", object)

CALENDAR_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})")
DECIMAL_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
MAX_DIGITS = 30


def parse_date(value: Any) -> date:
    """The calendar date that a text YYYY-MM-DD names."""
    try:
        if isinstance(value, str) and CALENDAR_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError("not a calendar date: YYYY-MM-DD")


def parse_moment(value: Any) -> datetime:
    """The moment that a text names, in UTC; its offset is required."""
    try:
        if isinstance(value, str) and MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("not a moment with its offset: YYYY-MM-DDThh:mm:ssZ")


def parse_decimal(value: Any) -> Decimal:
    """The exact number that a text, or a whole number, holds."""
    text = str(value) if is_whole(value) else value
    if isinstance(text, str) and DECIMAL_NUMBER.fullmatch(text):
        return Decimal(text)
    raise GraphQLError('not a decimal number: write it as text, such as "1250.50", with at most 30 digits on either side of the point')


def parse_cursor(value: Any) -> str:
    """The text of a cursor; whether it is one of this API's is for the connection to say."""
    if isinstance(value, str):
        return value
    raise GraphQLError("not a cursor: send it as text, exactly as the API gave it")


def parse_numeral(value: Any) -> int | str:
    """The number or text, as it was sent; whether the text holds a number is a rule for its record."""
    if isinstance(value, str):
        return value
    if is_whole(value):
        return int(value)
    raise GraphQLError(f'not a whole number of at most {MAX_DIGITS} digits, nor a text that holds a number, such as "12.5"')


def parse_nothing(value: Any) -> Any:
    """Never returns, since no argument of the schema is of this type."""
    raise GraphQLError("JSON is for answers only")


def is_whole(value: Any) -> bool:
    """Whether this is a whole number, of no more digits than anything here can need."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_DIGITS


def literal(parse: Callable[[Any], Any]) -> Callable[..., Any]:
    """The reader of a value written in the document: it takes what `parse` takes in variables."""

    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        is_endless = isinstance(node, IntValueNode) and len(node.value) > MAX_DIGITS + 1
        return parse(None if is_endless else value_from_ast_untyped(node, variables))

    return parse_literal


def write_date(value: date | str) -> str:
    """The date or moment in ISO 8601."""
    return value if isinstance(value, str) else value.isoformat()


def write_decimal(value: Decimal | str) -> str:
    """The number as text, with the decimal places that it is stored with."""
    return value if isinstance(value, str) else format(value, "f")


def write_as_is(value: Any) -> Any:
    """The value itself."""
    return value


def _scalar(name: str, parse: Callable[[Any], Any], write: Callable[[Any], Any], description: str) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, parse_value=parse, parse_literal=literal(parse), serialize=write)


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar("Date", parse_date, write_date, "A calendar date without a time (ISO 8601), such as 2023-02-28."),
    datetime: _scalar(
        "DateTime",
        parse_moment,
        write_date,
        "A moment with its offset from UTC (ISO 8601), such as 2023-02-28T14:30:00Z. "
        "Input must give the offset, and may give up to 6 digits of a second's fraction.",
    ),
    Decimal: _scalar(
        "Decimal",
        parse_decimal,
        write_decimal,
        'An exact decimal number, written as text so that no digit is lost, such as "36451638.00". '
        "Input may be a whole number too, never a float, with at most 30 digits on either side of the point.",
    ),
    Cursor: _scalar(
        "Cursor",
        parse_cursor,
        write_as_is,
        "An item's place in a list, as text. It is opaque and sealed: send it as it came, to the field that gave it, with the same order; "
        "filters and page sizes may change.",
    ),
    Numeral: _scalar(
        "Numeral",
        parse_numeral,
        write_as_is,
        'For submitted numbers: a whole number of at most 30 digits, or a text that holds a number, such as 420, "420" or "12.5". '
        "A text that holds none is refused by a rule of its record, so that it fails that record alone.",
    ),
    JSON: _scalar(
        "JSON",
        parse_nothing,
        write_as_is,
        "Any JSON value, here an object of texts, numbers and lists: the parameters of a message, or numbers by what they count.",
    ),
}
