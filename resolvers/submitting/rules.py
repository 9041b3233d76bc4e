"""What the fields of a submitted record must satisfy. Pure: each reader gives the value that is meant, or says what is wrong with it.

Data is read leniently, so that one bad cell fails one record: a blank text is no value, a number may be a text, and a value that cannot be
read is INVALID with an issue at its path. Texts are kept as they were sent; codes, dates and numbers may have blanks around them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from models.texts import is_empty
from resolvers.submitting.issues import Issue, Path, echo
from resolvers.submitting.personal import Look


class Unreadable:
    """The type of INVALID."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID: Final = Unreadable()
"""Stands for a value that was sent and cannot be read."""

MAX_COUNT = 4_000_000
"""The largest count: 500 of them still add up to a GraphQL Int."""

CALENDAR_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,30}")
CURRENCY = re.compile(r"[A-Z]{3}")
URL = re.compile(r"https?://[^\s]+", re.IGNORECASE)


@dataclass(slots=True)
class Reading:
    """The reading of one record: where it stands in the input, and what is wrong with it so far."""

    root: Path
    issues: list[Issue] = field(default_factory=list)

    def say(self, code: str, path: Path, /, **params: Any) -> None:
        """Adds an issue at a path below the root."""
        self.issues.append(Issue(code, (*self.root, *path), params))

    def wrong(self, code: str, path: Path, /, **params: Any) -> Unreadable:
        """INVALID, after adding the issue."""
        self.say(code, path, **params)
        return INVALID

    @property
    def is_rejected(self) -> bool:
        """Whether an error was found."""
        return any(issue.is_error for issue in self.issues)


Reader = Callable[[Any, Path, Any], Any]
"""(the value sent, which is not blank; its path below the root; the Reading) -> the value meant, or INVALID."""


@dataclass(frozen=True, slots=True)
class Field:
    """How a field is read, what stands for it where it is blank, and whether it must not be."""

    read: Reader
    default: Any = None
    required: bool = False


Fields = Mapping[str, Field]


def read(fields: Fields, given: Mapping[str, Any], path: Path, reading: Reading) -> dict[str, Any]:
    """The values of the fields that were sent; a blank one has its default, or is REQUIRED."""
    content: dict[str, Any] = {}
    for name, value in given.items():
        known = fields[name]
        if not is_blank(value):
            content[name] = known.read(value, (*path, name), reading)
        else:
            content[name] = reading.wrong("REQUIRED", (*path, name)) if known.required else known.default
    return content


def complete(fields: Fields, content: dict[str, Any], path: Path, reading: Reading) -> dict[str, Any]:
    """The content with the defaults of the fields that were not sent; those that are required are missed."""
    for name, known in fields.items():
        if name not in content:
            content[name] = reading.wrong("REQUIRED", (*path, name)) if known.required else known.default
    return content


def is_blank(value: Any) -> bool:
    """Whether a value says nothing."""
    if isinstance(value, str):
        return is_empty(value)
    return value is None or value == []


def text(limit: int) -> Reader:
    """A text of at most `limit` characters."""

    def reader(value: str, path: Path, reading: Reading) -> Any:
        return value if len(value) <= limit else reading.wrong("TOO_LONG", path, limit=limit, length=len(value))

    return reader


def screened(limit: int, look: Look) -> Reader:
    """A text of at most `limit` characters that does not look personal. It is not repeated."""
    measured = text(limit)

    def reader(value: str, path: Path, reading: Reading) -> Any:
        found = look(value) if len(value) <= limit else None
        if found is not None:
            return reading.wrong("PERSONAL_DATA_NOT_PERMITTED", path, reason=f"this looks like {found}")
        return measured(value, path, reading)

    return reader


def day(value: str, path: Path, reading: Reading) -> Any:
    """A calendar date YYYY-MM-DD."""
    stripped = value.strip()
    if CALENDAR_DATE.fullmatch(stripped):
        try:
            return date.fromisoformat(stripped)
        except ValueError:
            pass
    return reading.wrong("INVALID_DATE", path, value=echo(value))


def whole_number(value: Any) -> int | None:
    """The whole number that a value is or holds, if it is no larger than MAX_COUNT, on either side of 0."""
    number = value if isinstance(value, int) else None
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value.strip()):
        number = int(value)
    return number if number is not None and abs(number) <= MAX_COUNT else None


def count(value: Any, path: Path, reading: Reading) -> Any:
    """A whole number from 0."""
    number = whole_number(value)
    if number is None:
        return reading.wrong("INVALID_NUMBER", path, value=echo(value), expected=f"a whole number from 0 to {MAX_COUNT}")
    return number if number >= 0 else reading.wrong("NEGATIVE_COUNT", path, value=number)


def amount(digits: int) -> Reader:
    """A number from 0 with so many digits before the point and at most two after it."""
    form = re.compile(rf"[0-9]{{1,{digits}}}(\.[0-9]{{1,2}})?")
    expected = f"from 0, at most {digits} digits before the decimal point and 2 after it"

    def reader(value: Any, path: Path, reading: Reading) -> Any:
        written = str(value).strip()
        return Decimal(written) if form.fullmatch(written) else reading.wrong("INVALID_NUMBER", path, value=echo(value), expected=expected)

    return reader


def flag(value: bool, path: Path, reading: Reading) -> bool:
    """True or false, which GraphQL has checked."""
    return value


def choice(codes: type[StrEnum]) -> Reader:
    """One of an enum's codes."""
    values = {code.value: code.value for code in codes}

    def reader(value: str, path: Path, reading: Reading) -> Any:
        known = values.get(value.strip())
        return reading.wrong("INVALID_CODE", path, value=echo(value), allowed=list(values)) if known is None else known

    return reader


def currency(value: str, path: Path, reading: Reading) -> Any:
    """A code in the shape of ISO 4217."""
    code = value.strip()
    return code if CURRENCY.fullmatch(code) else reading.wrong("INVALID_CODE", path, value=echo(value), allowed=["ISO 4217, such as USD"])


def url_of(look: Look) -> Reader:
    """A web address of at most 2,000 characters that does not look personal."""
    measured = screened(2_000, look)

    def reader(value: str, path: Path, reading: Reading) -> Any:
        if not URL.fullmatch(value.strip()):
            return reading.wrong("INVALID_URL", path, value=echo(value))
        return measured(value.strip(), path, reading)

    return reader


def many(element: Reader, most: int, gather: Callable[[list[Any]], Any]) -> Reader:
    """A list of at most `most` elements, gathered (tuple, frozenset); INVALID if any element is."""

    def reader(value: list[Any], path: Path, reading: Reading) -> Any:
        if len(value) > most:
            return reading.wrong("TOO_LONG", path, limit=most, length=len(value))
        found = [_element(element, item, (*path, str(place)), reading) for place, item in enumerate(value)]
        return INVALID if any(item is INVALID for item in found) else gather(found)

    return reader


def _element(element: Reader, item: Any, path: Path, reading: Reading) -> Any:
    return reading.wrong("REQUIRED", path) if is_blank(item) else element(item, path, reading)


def parts(fields: Fields, *, may_be_blank: bool = False) -> Reader:
    """An object, as a tuple of its fields' values in their order; no value if it may be blank and every one of them is."""

    def reader(value: Mapping[str, Any], path: Path, reading: Reading) -> Any:
        if may_be_blank and all(is_blank(member) for member in value.values()):
            return None
        content = complete(fields, read(fields, value, path, reading), path, reading)
        found = tuple(content[name] for name in fields)
        return INVALID if INVALID in found else found

    return reader


def in_order(first: Any, last: Any, path: Path, reading: Reading) -> None:
    """Adds DATE_ORDER where the last day lies before the first."""
    if isinstance(first, date) and isinstance(last, date) and last < first:
        reading.say("DATE_ORDER", path, first=first.isoformat(), last=last.isoformat())
