"""Search: things of several kinds, found by words."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.fields import describe, field
from graph.scalars import Cursor
from graph.types.agencies import PartnerAgency
from graph.types.courses import Cohort, Course
from graph.types.pages import PageInfo
from graph.types.places import Department, MemberState
from resolvers.search import SearchKind

describe(
    SearchKind,
    "What sort of thing a search finds, and by which of its texts.",
    {
        "MEMBER_STATE": "A member state, by its codes and names.",
        "DEPARTMENT": "A department, by its code, name and published label.",
        "PARTNER_AGENCY": "A partner agency, by its code, sourceRef, name and labels.",
        "COURSE": "A course, by its code, sourceRef, title and subject.",
        "COHORT": "A cohort, by its code, sourceRef, title, location and narrative.",
    },
)

SearchResult = Annotated[
    MemberState | Department | PartnerAgency | Course | Cohort,
    strawberry.union("SearchResult", description="What a search finds. `kind` of the edge says which of these it is."),
]


@strawberry.type(description="A thing that a search found, at its place in the list.")
class SearchEdge:
    """A hit and its cursor."""

    cursor: Cursor = field("The item's place in this list: opaque, valid for `search` alone.")
    node: SearchResult = field("What was found; `kind` says of which type it is.")
    kind: SearchKind = field("What sort of thing was found.")
    rank: int = field(
        "How well it fits: 1 the text is one of its codes, 2 its whole name, 3 how its name starts; 4 its name has all words; 5 elsewhere."
    )


@strawberry.type(description="A page of what a search found, only of what you may see.")
class SearchConnection:
    """A page of hits."""

    edges: list[SearchEdge] = field("What was found, with cursors, kinds and ranks: by rank, then name, then kind, then id.")
    nodes: list[SearchResult] = field("What was found, without its cursors, in the same order.")
    page_info: PageInfo = field("Where this page stands, and the cursor to go on from.")
    total_count: int = field("How many things were found that you may see, over all pages.")
