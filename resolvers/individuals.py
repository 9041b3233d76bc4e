"""Individuals: of whom a statement of one person tells, and what, as far as that is open to the request."""

from sqlalchemy import or_

from models.access import PersonalField
from models.individuals import Individual, Participant
from models.policies import Door, Predicate, Row
from resolvers.fields import Column, Embedded, Identifier, ObjectType, Personal, Word, columns, one


def has_result(individual: Row, door: Door) -> Predicate:
    """Whether anything is told of the result."""
    return or_(*[individual.c[part].is_not(None) for part in ("completed_on", "hours", "certificate_no")])


PARTICIPANT = ObjectType(
    "Participant",
    table=Participant,
    fields={
        "id": Personal(PersonalField.PARTICIPANT, Identifier()),
        "subject": Personal(PersonalField.PARTICIPANT, Column("subject")),
    },
)

INDIVIDUAL = ObjectType(
    "Individual",
    table=Individual,
    key="statement_id",
    marked_as="Statement",
    fields={
        "participant": Personal(PersonalField.PARTICIPANT, one("Participant", "participant_id")),
        "roleLevel": Personal(PersonalField.ROLE_LEVEL, Column("role_level")),
        "result": Personal(PersonalField.RESULT, Embedded("Result", has_result)),
    },
)

RESULT = ObjectType("Result", fields=columns("completed_on", "hours", "certificate_no"))

QUERIES: dict[str, Word] = {}

TYPES = (PARTICIPANT, INDIVIDUAL, RESULT)
