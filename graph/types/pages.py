"""Pages of lists, as the Relay cursor connections specification has them, and the direction of an order."""

from enum import StrEnum
from typing import Generic, TypeVar

import strawberry

from graph.fields import describe, field
from graph.scalars import Cursor

NodeType = TypeVar("NodeType")
EdgeType = TypeVar("EdgeType")
Key = TypeVar("Key")


class Direction(StrEnum):
    """Which way an order runs."""

    ASC = "ASC"
    DESC = "DESC"


class Nulls(StrEnum):
    """Where items without a value come."""

    FIRST = "FIRST"
    LAST = "LAST"


describe(
    Direction,
    "Which way a sort key runs.",
    {"ASC": "From the least to the greatest.", "DESC": "From the greatest to the least."},
)
describe(
    Nulls,
    "Where items come that have no value to sort by, whichever way the sort key runs.",
    {"FIRST": "Before all items that have a value.", "LAST": "After all items that have a value."},
)


@strawberry.input(description="One sort key of a list.")
class Order(Generic[Key]):
    """A sort key and its direction."""

    by: Key = field("The value to sort by.")
    direction: Direction = field("Which way to sort.", default=Direction.ASC)
    nulls: Nulls = field(
        "Where items without a value come; a related item that you may not see counts as a missing one.", default=Nulls.LAST
    )


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands."""

    has_next_page: bool = field(
        "Whether items follow after this page, up to `before` if that is given; with `last`: whether `before` is given."
    )
    has_previous_page: bool = field(
        "With `last`: whether items come before this page, from `after` on if that is given; else whether `after` is given."
    )
    start_cursor: Cursor | None = field("The cursor of the page's first item, for the `before` of the page before; null on an empty page.")
    end_cursor: Cursor | None = field("The cursor of the page's last item, for the `after` of the next page; null on an empty page.")


@strawberry.type(description="An item of a page, with its place in the list.")
class Edge(Generic[NodeType]):
    """An item and its cursor."""

    cursor: Cursor = field("The item's place in the list: opaque, valid as `after` or `before` of the same field with the same order.")
    node: NodeType = field("The item at this place of the list.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeType, EdgeType]):
    """A page of items."""

    edges: list[EdgeType] = field("The items of this page with their cursors, in order.")
    nodes: list[NodeType] = field("The items of this page without their cursors, in the same order.")
    page_info: PageInfo = field("Where this page stands, and the cursor to go on from.")
    total_count: int = field(
        "How many items the whole list has that you may see and that the filter keeps, over all pages. It reads each of them, and costs 10."
    )
