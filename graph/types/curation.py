"""The work of IMPACS's curators: what they ask for, and what became of it."""

from __future__ import annotations

import strawberry

from graph.fields import describe, field
from graph.types.codes import CountPolicy, Visibility
from graph.types.courses import Cohort, Course
from graph.types.receipts import Issue, Problem
from graph.types.statements import Statement
from resolvers.curating.targets import CurationStatus

describe(
    CurationStatus,
    "What became of one of the things that a request of staff names.",
    {
        "CHANGED": "It is now as asked.",
        "UNCHANGED": "It was so already; nothing was written.",
        "REJECTED": "It is as it was; its issues say why.",
        "NOT_ATTEMPTED": "In order by itself, but left as it was because of others in the request.",
    },
)


@strawberry.input(description="Which cohorts IMPACS accepts.")
class AcceptCohortInput:
    """What to accept."""

    cohorts: list[strawberry.ID] = field("The cohorts' global identifiers, 1 to 500.")


@strawberry.input(description="Which cohorts are one run, and so are counted once.")
class JoinCohortsInput:
    """What to join."""

    canonical: strawberry.ID = field("The global identifier of the cohort that they count as: an accepted one that is not joined itself.")
    cohorts: list[strawberry.ID] = field(
        "The global identifiers of the cohorts to join to it, 1 to 500; those that are joined to another one move. All are joined, or none."
    )


@strawberry.input(description="Which cohorts are runs of their own after all.")
class SeparateCohortsInput:
    """What to separate."""

    cohorts: list[strawberry.ID] = field("The global identifiers of joined cohorts, 1 to 500. All are separated, or none.")


@strawberry.input(description="Where a cohort's numbers are to come from.")
class SetCountPolicyInput:
    """What to count by."""

    cohort: strawberry.ID = field("The cohort's global identifier; of joined cohorts, that of the one that they count as.")
    policy: CountPolicy = field("The policy (rule R1).")


@strawberry.input(description="Who may see courses, cohorts and statements.")
class SetVisibilityInput:
    """What to show to whom."""

    nodes: list[strawberry.ID] = field("The global identifiers of courses, cohorts and statements, 1 to 500.")
    visibility: Visibility = field(
        "PUBLIC only for what is accepted; of statements for verified counts, not from 1 to 4, about accepted cohorts on which no release "
        "rests, if no group of 1 to 4 can be found from them by subtraction. Of one cohort and measure all are shown, or none."
    )


@strawberry.type(description="What became of one of the things that a request of staff names.")
class CurationOutcome:
    """An outcome."""

    index: int = field("Its place in the request, from 0.")
    status: CurationStatus = field("What became of it.")
    cohort: Cohort | None = field("The cohort as it is now; null if there is none, or for another kind of thing.")
    course: Course | None = field("The course as it is now; null if there is none, or for another kind of thing.")
    statement: Statement | None = field("The statement as it is now; null if there is none, or for another kind of thing.")
    issues: list[Issue] = field("What there is to say about it, errors and warnings; empty if nothing.")


@strawberry.type
class Curated:
    """What all payloads of curators hold."""

    changed: int = field("How many were changed.")
    unchanged: int = field("How many were so already.")
    rejected: int = field("How many could not be changed; their issues say why.")
    not_attempted: int = field("How many were left as they were because of others.")
    outcomes: list[CurationOutcome] = field("One outcome for each thing named, in the order named.")
    problems: list[Problem] = field("What is wrong with the request as a whole; if there is one, nothing was changed.")


@strawberry.type(description="What became of the acceptance of cohorts.")
class AcceptCohortPayload(Curated):
    """The answer to an acceptance."""

    accepted: int = field("How many courses and programmes were accepted with them, as they need them.")


@strawberry.type(description="What became of the joining of cohorts.")
class JoinCohortsPayload(Curated):
    """The answer to a joining."""


@strawberry.type(description="What became of the separation of cohorts.")
class SeparateCohortsPayload(Curated):
    """The answer to a separation."""


@strawberry.type(description="What became of a change of the count policy.")
class SetCountPolicyPayload(Curated):
    """The answer to a count policy."""


@strawberry.type(description="What became of a change of visibility.")
class SetVisibilityPayload(Curated):
    """The answer to a visibility."""
