"""The root of mutations."""

from __future__ import annotations

import strawberry

from graph.fields import Argument, field
from graph.types.receipts import DecidePayload, SubmitPayload
from graph.types.submissions import DecideInput, SubmitInput


@strawberry.type(description="What can be changed. Fields run in order, each in a transaction of its own.")
class Mutation:
    """The fields at the root of a mutation."""

    submit: SubmitPayload = field(
        "Sends programmes, courses, cohorts, counts and withdrawals, to check or to store them. Needs the scope submit.",
        Argument("input", SubmitInput, "The submission: at most 500 records in one envelope."),
    )
    decide: DecidePayload = field(
        "Verifies or rejects statements, for staff with the scope decide; never those that the same client sent.",
        Argument("input", DecideInput, "What is decided, and about which statements."),
    )
