"""Releases: the numbers for everybody, and how staff publish them (rule R9)."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.fields import field
from graph.types.agencies import PartnerAgency
from graph.types.codes import Measure, Sex
from graph.types.courses import Cohort
from graph.types.nodes import Node
from graph.types.receipts import Problem


@strawberry.type(
    description="The numbers that IMPACS published at one time. Everybody sees it, and it never changes: "
    "`participation(asOf:)` at its time gives its numbers."
)
class Release(Node):
    """A release."""

    at: datetime = field("When it was made.")
    covers_through: datetime = field("The time of the last change of the ledger that it rests on.")
    merged_cells: int = field("How many of its numbers stand for several groups that would be too small alone.")
    previous: Release | None = field("The release before it; null for the first.")


@strawberry.input(description="What is to be published: all that is verified now.")
class PublishReleaseInput:
    """A release to make."""

    preview: bool = field("Whether only to tell what publishing would do; otherwise it publishes, at most once a month.")


@strawberry.type(description="What a release merges, withholds and changes. Only staff see it, as nobody else may learn its numbers.")
class PublishReleasePayload:
    """The answer to a publication."""

    release: Release | None = field("The release that was published; null for a preview, or where there is a problem.")
    numbers: int = field("How many numbers it has.")
    merged: list[MergedCells] = field("Its numbers that stand for several groups.")
    withheld: list[WithheldPart] = field("What is verified and in no number, as it would tell too much.")
    left_out: list[LeftOutPopulation] = field("What is verified and left out, as a statement about it is PUBLIC or was once.")
    changes: list[ReleasedChange] = field("What changes in the years that the release before had.")
    problems: list[Problem] = field("What stands against publishing; if there is one, nothing was published.")


@strawberry.type(description="A number that stands for several groups.")
class MergedCells:
    """A merged block."""

    measure: Measure = field("The stage that is counted.")
    year: int = field("The year in which the cohorts began.")
    member_states: list[str] = field("The states that it is published for, by code; none: UNSPECIFIED, two or more: these together.")
    departments: list[str] = field("The departments that it is published for, by code; none: UNSPECIFIED, two or more: these together.")
    sex: Sex | None = field("The sex that it is published for; null: UNSPECIFIED.")
    count: int = field("The number that is published.")
    cells: list[MergedCell] = field("The groups that it stands for.")


@strawberry.type(description="One of the groups that a number stands for.")
class MergedCell:
    """A cell of a merged block."""

    member_states: list[str] = field("The group's states, by code; none: UNSPECIFIED, two or more: these together.")
    departments: list[str] = field("The group's departments, by code; none: UNSPECIFIED, two or more: these together.")
    sex: Sex | None = field("The group's sex; null: UNSPECIFIED.")
    count: int = field("How many are verified.")


@strawberry.type(description="What one partner's verified statements count and no number shows.")
class WithheldPart:
    """A part that is withheld."""

    measure: Measure = field("The stage that is counted.")
    year: int = field("The year in which the cohorts began.")
    member_states: list[str] = field("Its states, by code; none: UNSPECIFIED, two or more: these together.")
    departments: list[str] = field("Its departments, by code; none: UNSPECIFIED, two or more: these together.")
    sex: Sex | None = field("Its sex; null: UNSPECIFIED.")
    partner: PartnerAgency | None = field("The partner whose statements were chosen; null if you may not see that agency.")
    count: int = field("How many are not shown; less than 0 where a number still shows more than is verified now.")


@strawberry.type(
    description="What is stated of one measure about a cohort, with those joined to it, and is in no release: everybody knows a part of "
    "it, which could be subtracted. It is left out for ever, also once nothing of it is PUBLIC any more."
)
class LeftOutPopulation:
    """A population that is left out."""

    measure: Measure = field("The stage that is counted.")
    cohort: Cohort | None = field("The cohort, of joined ones that which they count as; null if you may not see it.")
    is_public: bool = field("Whether a statement about it is PUBLIC now; otherwise one was once.")


@strawberry.type(description="A number of a year that was published, before and after.")
class ReleasedChange:
    """A change."""

    measure: Measure = field("The stage that is counted.")
    year: int = field("The year in which the cohorts began.")
    member_states: list[str] = field("The states that it is published for, by code; none: UNSPECIFIED, two or more: these together.")
    departments: list[str] = field("The departments that it is published for, by code; none: UNSPECIFIED, two or more: these together.")
    sex: Sex | None = field("The sex that it is published for; null: UNSPECIFIED.")
    before: int | None = field("The number in the release before; null if there was none.")
    after: int | None = field("The number now; null if there is none.")
