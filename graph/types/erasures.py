"""Erasures: whom to erase and why, and the certificate that stays."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from graph.fields import describe, field
from graph.types.agencies import PartnerAgency
from graph.types.nodes import Node
from graph.types.receipts import Issue
from models.erasures import ErasureReason

describe(
    ErasureReason,
    "Why what is told of a person is destroyed.",
    {
        "REQUESTED": "The person asked for it.",
        "CONSENT_WITHDRAWN": "The person withdrew the consent that it rested on.",
        "NOT_LAWFUL": "There was no basis for it, or none any more.",
        "RETENTION_OVER": "It was kept as long as the partner's agreement lets it be kept.",
    },
)


@strawberry.type(
    description="That what was told of a person is destroyed: where, how much, when and why, never what it was. "
    "The partner that told it sees it (with the scope erase), the data protection officer and auditors all."
)
class ErasureCertificate(Node):
    """A certificate."""

    participant: str = field("The global identifier that the participant had here; once all of it is erased, nothing leads from it.")
    partner: PartnerAgency | None = field("The partner that told of the person; null if you may not see that agency.")
    reason: ErasureReason = field("Why it was destroyed.")
    erased_at: datetime = field("When it was destroyed, to the second.")
    statements: int = field("How many statements are ERASED by it.")
    retained: int = field("For how many of them one goes on being counted, of whom nothing else is known.")
    places: JSON = field("The tables in which something was destroyed, each with its number of rows.")
    hash: str = field(
        "The SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of erasedAt, participant, partner (its id), places, reason, "
        "retained and statements. The certificate's id is made of it, so that the audit log, which names the id, seals it."
    )


@strawberry.input(one_of=True, description="Names one participant, in exactly one way. One that is not there and another's are alike.")
class ParticipantRef:
    """How a participant is named."""

    id: strawberry.ID | None = field("Its global identifier, by which an erased one's certificate is found again.")
    subject: SubjectInput | None = field("Its pseudonym. Once it is erased, nothing is known of it any more.")


@strawberry.input(description="A pseudonym, as its partner knows it.")
class SubjectInput:
    """A pseudonym of a partner."""

    subject: str = field("The pseudonym, as it was sent.")
    partner: str | None = field("The code of the partner that it is of; absent: your own agency. The data protection officer gives it.")


@strawberry.input(description="A participant to erase, with all statements about it, for good.")
class EraseParticipantInput:
    """Whom to erase."""

    participant: ParticipantRef = field("The one who is to be erased.")
    reason: ErasureReason = field("Why it is done, as the certificate will tell.")
    retain_anonymous_count: bool | None = field(
        "Whether whoever was verified goes on counting as one of whom nothing else is known, so that published sums stay; absent: no. "
        "For the data protection officer to decide, not for partners."
    )


@strawberry.type(description="The certificate of an erasure.")
class EraseParticipantPayload:
    """The answer to an erasure."""

    certificate: ErasureCertificate | None = field(
        "The certificate of this erasure, or of the one before, which changed nothing more; null where an issue says that there is nobody."
    )
    issues: list[Issue] = field("What stands against it, with its place in the input; if there is anything, nothing was changed.")
