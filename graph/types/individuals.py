"""Individuals: what is told of the person whom a statement is about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from graph.fields import field
from graph.types.codes import RoleLevel
from graph.types.nodes import Node

OPEN = "It needs the scope personal:read, and an agreement that permits {field} for the purpose in the header Purpose."


@strawberry.type(
    description="The person whom a statement of the kind INDIVIDUAL is about. "
    "Each read of a field is recorded with its purpose, never with its value."
)
class Individual:
    """A person in a statement."""

    participant: Participant | None = field(f"Who it is; null if you may not see that. {OPEN.format(field='PARTICIPANT')}")
    role_level: RoleLevel | None = field(f"How high the person's post is; null if nobody said. {OPEN.format(field='ROLE_LEVEL')}")
    result: Result | None = field(f"What came of it; null if nobody said. {OPEN.format(field='RESULT')}")


@strawberry.type(
    description="A person, under the pseudonym that one partner gave it; nothing links it to what others call the same person. "
    "That partner sees it, and those of IMPACS that deal with people."
)
class Participant(Node):
    """A pseudonym."""

    subject: str = field("The pseudonym: an opaque id of its partner's, or a keyed hash.")


@strawberry.type(description="What came of a person's training.")
class Result:
    """A result."""

    completed_on: date | None = field("The day on which the person completed it; null if nobody said.")
    hours: Decimal | None = field("How many hours the person attended; null if nobody said.")
    certificate_no: str | None = field("The number of the person's certificate; null if nobody said.")
