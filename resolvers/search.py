"""Search: what is found by words, whatever its kind.

A row is found if every word of the text begins a word of the row's own texts (models/search.py). It has a rank by plain rules. The rows of
all kinds, each through its own door, are one list of hits; a hit names the object that it leads to, which is read through its door again.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal_column,
    select,
    union_all,
)

from models.policies import Door, Predicate, Row
from resolvers.agencies import PARTNER_AGENCY
from resolvers.compiler import nodes
from resolvers.compiler.arguments import Argument, Arguments, Bound, Path
from resolvers.compiler.plan import Rows
from resolvers.courses import COHORT, COURSE
from resolvers.errors import InputError
from resolvers.fields import Connection, ObjectType, One, OneOf, Planning, SortKey, columns
from resolvers.places import DEPARTMENT, MEMBER_STATE

MAX_CHARACTERS = 200
MAX_WORDS = 10
MARKS = re.compile("[\u0300-\u036f]+")
WORD = re.compile(r"[^\W_]+")


class SearchKind(StrEnum):
    """What can be found."""

    MEMBER_STATE = "MEMBER_STATE"
    DEPARTMENT = "DEPARTMENT"
    PARTNER_AGENCY = "PARTNER_AGENCY"
    COURSE = "COURSE"
    COHORT = "COHORT"


KINDS: dict[SearchKind, tuple[ObjectType, str]] = {
    SearchKind.MEMBER_STATE: (MEMBER_STATE, "name"),
    SearchKind.DEPARTMENT: (DEPARTMENT, "name"),
    SearchKind.PARTNER_AGENCY: (PARTNER_AGENCY, "name"),
    SearchKind.COURSE: (COURSE, "title"),
    SearchKind.COHORT: (COHORT, "title"),
}
"""The type of each kind, and the column of its name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for. Each is a subquery of its own, which PostgreSQL computes once; a call would be computed for every row."""

    text: ColumnElement[str]
    query: ColumnElement[Any]
    beginnings: ColumnElement[Any]


def hits(given: Arguments, planning: Planning, path: Path) -> tuple[Row, Rows]:
    """The rows of the kinds asked for that are found by the text, as hits."""
    text = _text(given["text"], planning, (*path, "text"))
    asked = Asked(*[select(made(text)).scalar_subquery() for made in (func.search_text, func.search_query, func.search_beginnings)])
    kinds = _kinds(given.get("kinds"))
    found = [_found(kind, asked, planning.door) for kind in kinds]
    row = (union_all(*found) if found else _found(SearchKind.COHORT, asked, planning.door).where(false())).subquery()
    return row, Rows((row,), ())


def _found(kind: SearchKind, asked: Asked, door: Door) -> Select[Any]:
    type_, name = KINDS[kind]
    row, allowed = door.visible(type_.stored)
    key, code = row.c[type_.key], literal_column("NULL", Text())
    columns = {
        "rank": _rank(row, asked),
        "name": row.c[name],
        "kind": literal_column(f"'{kind.value}'", Text()),
        "key": cast(key, Text),
        "type": literal_column(f"'{type_.name}'", Text()),
        "uuid": key if nodes.has_uuid(type_) else cast(literal_column("NULL"), Uuid()),
        "code": cast(code, Text) if nodes.has_uuid(type_) else key,
    }
    return select(*[value.label(label) for label, value in columns.items()]).where(allowed, row.c.search_words.op("@@")(asked.query))


def _rank(row: Row, asked: Asked) -> ColumnElement[int]:
    """How well a row that is found fits, 1 to 5, as the contract says."""
    name = row.c.search_name
    return case(
        (asked.text == any_(row.c.search_codes), _number(1)),
        (name == asked.text, _number(2)),
        (func.starts_with(name, asked.text), _number(3)),
        ((literal_column("' '", Text()) + name).like(all_(cast(asked.beginnings, ARRAY(Text)))), _number(4)),
        else_=_number(5),
    )


def _number(rank: int) -> ColumnElement[int]:
    return literal_column(str(rank), Integer())


def _text(argument: Argument, planning: Planning, path: Path) -> ColumnElement[str]:
    if not isinstance(argument, Bound):
        raise TypeError("a text is expected here")
    where = path if argument.path is None else ("variables", *argument.path)
    return planning.binds.argument(argument, Text(), lambda text: checked(text, where))


def checked(text: str, path: Path) -> str:
    """The text, if it is one that can be looked for; raises InputError for any other."""
    if not 1 <= len(text) <= MAX_CHARACTERS:
        raise InputError(f"A text to look for has 1 to {MAX_CHARACTERS} characters.", path=path, limit=MAX_CHARACTERS)
    if len(WORD.findall(MARKS.sub("", normalize("NFKD", text)))) > MAX_WORDS:
        raise InputError(f"A text to look for has at most {MAX_WORDS} words. Leave the less telling ones out.", path=path, limit=MAX_WORDS)
    return text


def _kinds(argument: Argument) -> list[SearchKind]:
    """The kinds asked for, each once; all if none is named."""
    match argument:
        case None:
            return list(SearchKind)
        case Bound(value=values):
            return list(dict.fromkeys(map(SearchKind, values)))
        case _:
            return list(dict.fromkeys(SearchKind(item.value) for item in argument if isinstance(item, Bound)))


def _leads_to(type_: ObjectType) -> One:
    def on(hit: Row, row: Row, door: Door) -> Predicate:
        return and_(*nodes.names(hit, type_, row))

    return One(type_.name, on)


SEARCH_EDGE = ObjectType(
    "SearchEdge",
    fields={"node": OneOf("SearchResult", tuple(_leads_to(type_) for type_, _ in KINDS.values())), **columns("kind", "rank")},
    key="key",
    orders={"RANK": SortKey("rank"), "NAME": SortKey("name"), "KIND": SortKey("kind")},
    default_order=("RANK", "NAME", "KIND"),
)

QUERIES = {"search": Connection("Search", source=hits)}

TYPES = (SEARCH_EDGE,)
