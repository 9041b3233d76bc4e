"""The words that a field's meaning is declared with.

Each object type of the schema is an `ObjectType`: the table behind it, a word for each field, and what its lists can be filtered and
ordered by. A word holds plan-time functions from rows to SQL expressions; nothing here runs for a request.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_

from models.access import PersonalField, Scope
from models.base import Table
from models.database import Transaction
from models.policies import Door, Predicate, Row
from models.policy import Policy
from models.viewer import Viewer
from resolvers.compiler.arguments import Arguments, Path
from resolvers.compiler.binds import Binds
from resolvers.compiler.plan import Rows
from resolvers.mutation import MutationResult, Permission

On = Callable[[Row, Row, Door], Predicate]
Build = Callable[[Row, Door], ColumnElement[Any]]


class Planning(Protocol):
    """What a word's function may use of the planner: the way to the tables, and binds for arguments."""

    door: Door
    binds: Binds


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row."""

    name: str


@dataclass(frozen=True, slots=True)
class Expression:
    """A value computed from the row."""

    build: Build


@dataclass(frozen=True, slots=True)
class Identifier:
    """The global identifier of the row: the type's name, a colon, and the row's key."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object of the same row; null where `present` does not hold."""

    type: str
    present: Build | None = None


@dataclass(frozen=True, slots=True)
class One:
    """The row of another type for which `on(row, other, door)` holds; null if there is none, or if the viewer may not see it."""

    type: str
    on: On


@dataclass(frozen=True, slots=True)
class Reference:
    """The row of a type that the field's one-of argument `by` names; `ways` maps each of its fields to a column.

    `scope` is what a partner needs beside the scope of the table: one who may only submit reads its receipt in the payload, not later.
    """

    type: str
    argument: str
    ways: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Through:
    """A table of links between the two rows of a Many, whose own order can be used."""

    table: type[Table]
    near: Callable[[Row, Row], Predicate]
    far: Callable[[Row, Row], Predicate]


@dataclass(frozen=True, slots=True)
class Many:
    """A short list of rows of another type, ordered by `order(other, link)`."""

    type: str
    on: On | None
    order: Callable[[Row, Row], Sequence[ColumnElement[Any]]]
    through: Through | None = None
    where: Callable[[Row, Arguments, Planning], Sequence[Predicate]] | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A Relay connection of rows of another type; `scope` is what a partner needs beside the scope of the table.

    Items of several types come from rows that `source` computes, given the path of the field; its edges are then declared as a type.
    """

    type: str
    on: On | None = None
    where: Callable[[Row, Arguments, Planning], Sequence[Predicate]] | None = None
    scope: Scope | None = None
    source: Callable[[Arguments, Planning, Path], tuple[Row, Rows]] | None = None


@dataclass(frozen=True, slots=True)
class Elements:
    """A list of objects that stand in a JSON array; `columns` names what each element holds, with its SQL type."""

    type: str
    array: Build
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Rows that are no table's, and what their objects are made of: anything whose `c` has their columns."""

    row: Any
    rows: Rows


@dataclass(frozen=True, slots=True)
class Source:
    """The object, or the list of objects, of rows that `source` computes.

    It is given the parent's row, the arguments, the planning, and the names of all fields that are selected below.
    """

    type: str
    source: Callable[[Any, Arguments, Planning, frozenset[str]], Origin]
    many: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """An object of one of the types of a union: the first of `objects` that there is and that the viewer may see, or null."""

    type: str
    objects: tuple[One, ...]


@dataclass(frozen=True, slots=True)
class AnyNode:
    """The row of whichever type the argument `id` names."""


@dataclass(frozen=True, slots=True)
class AnyNodes:
    """The rows of whichever types the argument `ids` names, in its order; null for each that there is not."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change: `call` makes it in a transaction, for whom `permission` allows it; `payload` is the row that its payload is read from."""

    type: str
    call: Callable[[Transaction, Viewer, Mapping[str, Any]], Awaitable[MutationResult]]
    payload: Callable[[Planning], tuple[Any, Rows]]
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class Personal:
    """What is told of a person, withheld unless an agreement opens it to the request (`Door.open_to`); reading it is recorded."""

    field: PersonalField
    word: "Column | Identifier | Embedded | One"


Word = (
    Column
    | Expression
    | Identifier
    | Embedded
    | One
    | OneOf
    | Reference
    | Many
    | Connection
    | Elements
    | Source
    | AnyNode
    | AnyNodes
    | Mutation
    | Personal
)


@dataclass(frozen=True, slots=True)
class Between:
    """What relates two rows: the rows that stand between them, and the condition that joins them all."""

    rows: tuple[Row, ...]
    where: Predicate


Join = Callable[[Row, Row, Door], Between]


@dataclass(frozen=True, slots=True)
class Compare:
    """A filter that compares a value of the row."""

    build: Build


@dataclass(frozen=True, slots=True)
class CompareKey:
    """A filter that compares the row's global identifier."""


@dataclass(frozen=True, slots=True)
class CompareEach:
    """A filter that compares the texts of an array, by `some`, `none` and `every`."""

    build: Build


@dataclass(frozen=True, slots=True)
class Test:
    """A filter by one value: whether `build(row, value)` holds."""

    type: Any
    build: Callable[[Row, ColumnElement[Any]], Predicate]


@dataclass(frozen=True, slots=True)
class Within:
    """A filter on an object of the same row; it holds only where there is one."""

    type: str
    present: Build


@dataclass(frozen=True, slots=True)
class Related:
    """A filter on the row of another type to which the row is related; it holds only where the viewer sees one."""

    type: str
    join: Join


@dataclass(frozen=True, slots=True)
class RelatedMany:
    """A filter on the rows of another type that the viewer sees related to the row, by `some`, `none` and `every`.

    Where the other type's table holds parts of a row, `join` must join it to that row, which came through the door.
    """

    type: str
    join: Join


Filter = Compare | CompareKey | CompareEach | Test | Within | Related | RelatedMany


@dataclass(frozen=True, slots=True)
class SortKey:
    """A value that lists can be ordered by: a column of the row, or of the one row to which the field `through` leads.

    A row that is not there, or that the viewer may not see, gives a missing value.
    """

    column: str
    nullable: bool = False
    through: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectType:
    """What an object type of the schema means: its table, its fields, and what lists of it can be filtered and ordered by.

    `policy` says who may see its objects, where that is fewer than see the rows of its table: of a client of IMPACS everybody may know
    that it did something, and no more. `marked_as` is the type whose global id, with this one's key, the audit log keeps of an object of
    which something is read that is told of people; its own unless given.
    """

    name: str
    fields: Mapping[str, Word]
    table: type[Table] | None = None
    key: str = "id"
    filters: Mapping[str, Filter] = field(default_factory=dict)
    orders: Mapping[str, SortKey] = field(default_factory=dict)
    default_order: tuple[str, ...] = ()
    policy: Policy | None = None
    marked_as: str | None = None

    @property
    def stored(self) -> type[Table]:
        """The table; raises LookupError where there is none."""
        if self.table is None:
            raise LookupError(f"{self.name} has no table")
        return self.table

    def visible(self, door: Door) -> tuple[Row, Predicate]:
        """A new row of the table, and whether the viewer sees it as an object of this type. Raises as the door does."""
        return self._among(door, *door.visible(self.stored))

    def link(self, door: Door) -> tuple[Row, Predicate]:
        """As `visible`; where the table holds parts of a row, the caller joins it to that one."""
        return self._among(door, *door.link(self.stored))

    def _among(self, door: Door, row: Row, allowed: Predicate) -> tuple[Row, Predicate]:
        return row, allowed if self.policy is None else and_(allowed, door.among(self.policy, row))


def columns(*names: str) -> dict[str, Word]:
    """A Column for each name, under the name in camel case."""
    return {camel(name): Column(name) for name in names}


def comparisons(*names: str) -> dict[str, Filter]:
    """A Compare for each column, under its name in camel case."""
    return {camel(name): compare(name) for name in names}


def compare(name: str) -> Compare:
    """The filter that compares one column."""
    return Compare(lambda row, door: row.c[name])


def one(type_: str, near: str, far: str = "id") -> One:
    """The row of another type whose column `far` equals this row's column `near`."""
    return One(type_, lambda row, other, door: other.c[far] == row.c[near])


def joined(on: On) -> Join:
    """The relation of two rows with none between them."""
    return lambda row, other, door: Between((), on(row, other, door))


def related(type_: str, near: str, far: str = "id") -> Related:
    """The filter through a relation to one."""
    return Related(type_, joined(lambda row, other, door: other.c[far] == row.c[near]))


def related_many(type_: str, far: str, near: str = "id") -> RelatedMany:
    """The filter through the rows of another type whose column `far` equals this row's column `near`."""
    return RelatedMany(type_, joined(lambda row, other, door: other.c[far] == row.c[near]))


def linked_many(type_: str, link: Through) -> RelatedMany:
    """The filter through a table of links."""

    def join(row: Row, other: Row, door: Door) -> Between:
        between, allowed = door.link(link.table)
        return Between((between,), and_(allowed, link.near(row, between), link.far(between, other)))

    return RelatedMany(type_, join)


def sort_through(field: str, column: str) -> SortKey:
    """The sort key that is a column of the row to which a field leads."""
    return SortKey(column, nullable=True, through=field)


def camel(name: str) -> str:
    """The GraphQL name of a column: member_state_count -> memberStateCount."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
