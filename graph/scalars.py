"""The scalars of the schema beside GraphQL's own: how their values are read from requests and written in answers."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, IntValueNode, StringValueNode, ValueNode, value_from_ast_untyped
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

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


def parse_numeral(value: Any) -> int | str:
    """The number or text, as it was sent; whether the text holds a number is a rule for its record."""
    if isinstance(value, str) or is_whole(value):
        return value  # type: ignore[no-any-return]
    raise GraphQLError(f'not a whole number of at most {MAX_DIGITS} digits, nor a text that holds a number, such as "12.5"')


def parse_nothing(value: Any) -> Any:
    """Nothing: raises, since the schema has no argument of this type."""
    raise GraphQLError("JSON is for answers only")


def is_whole(value: Any) -> bool:
    """Whether this is a whole number, of no more digits than anything here can need."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_DIGITS


def literal(parse: Callable[[Any], Any]) -> Callable[[ValueNode, dict[str, Any] | None], Any]:
    """The reader of a value written in the document, which accepts what `parse` accepts in variables."""

    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        match node:
            case StringValueNode():
                return parse(node.value)
            case IntValueNode() if len(node.value) <= MAX_DIGITS:
                return parse(int(node.value))
            case _:
                return parse(value_from_ast_untyped(node, variables) if not isinstance(node, IntValueNode) else None)

    return parse_literal


def write_date(value: date | str) -> str:
    """The date as YYYY-MM-DD."""
    return value if isinstance(value, str) else value.isoformat()


def write_decimal(value: Decimal | str) -> str:
    """The number as text, with the decimal places that it is stored with."""
    return value if isinstance(value, str) else format(value, "f")


def _scalar(
    name: str, description: str, parse: Callable[[Any], Any], write: Callable[[Any], Any], url: str | None = None
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, parse_value=parse, parse_literal=literal(parse), serialize=write, specified_by_url=url
    )


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar("Date", "A calendar date without a time: YYYY-MM-DD (ISO 8601), such as 2023-02-28.", parse_date, write_date),
    datetime: _scalar(
        "DateTime",
        "A moment with its offset from UTC (ISO 8601), such as 2023-02-28T14:30:00Z. An offset is required in input; fractions have up to 6 digits.",
        parse_moment,
        write_date,
    ),
    Decimal: _scalar(
        "Decimal",
        'An exact decimal number, written as text so that no digit is lost, such as "36451638.00". In input a whole number is taken too, a float never.',
        parse_decimal,
        write_decimal,
    ),
    Numeral: _scalar(
        "Numeral",
        'For submitted numbers: a whole number of at most 30 digits, or a text that holds a number, such as 420, "420" or "12.5". '
        "A text that holds none is refused by a rule of its record, so that it fails that record alone.",
        parse_numeral,
        lambda value: value,
    ),
    JSON: _scalar(
        "JSON",
        "Any JSON value; used for the parameters of messages, which are an object of texts and numbers.",
        parse_nothing,
        lambda value: value,
    ),
}
