"""People, as pseudonyms: participants, and what a statement of the kind INDIVIDUAL says of one of them.

What is told of a person stands in these two tables alone: no history keeps it, and neither do changes, receipts, logs or the audit.
A statement's slice, which with its cohort may tell a person too, has a history; erasing one destroys both.
Which statements of a measure are about the same person, their `person_key` tells: kept by a trigger, since numbers rest on it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Numeric, UniqueConstraint
from sqlmodel import Field

from models.base import Table, identifier, one_of, text_field


class RoleLevel(StrEnum):
    """How high a person's post is. Codes, since in a small state a title is a name."""

    OPERATIONAL = "OPERATIONAL"
    SUPERVISORY = "SUPERVISORY"
    MANAGERIAL = "MANAGERIAL"
    EXECUTIVE = "EXECUTIVE"


class Participant(Table, table=True):
    """A person under the pseudonym that one partner gave it: an opaque id of its own, or a keyed hash. Other partners get nothing of it."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("partner_id", "subject"),)

    id: UUID = identifier()
    partner_id: UUID = Field(foreign_key="partner_agency.id")
    subject: str = text_field()


class Individual(Table, table=True):
    """The person whom a statement is about, the level of the post that it had, and its result."""

    __tablename__ = "individual"
    __table_args__ = (one_of("role_level", RoleLevel), CheckConstraint("hours >= 0", name="hours"))

    statement_id: UUID = Field(foreign_key="statement.id", primary_key=True)
    participant_id: UUID = Field(foreign_key="participant.id", index=True)
    role_level: str | None = text_field(default=None)
    completed_on: date | None = None
    hours: Decimal | None = Field(default=None, sa_type=Numeric(8, 2))
    certificate_no: str | None = text_field(default=None)
