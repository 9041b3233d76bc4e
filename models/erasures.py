"""Certificates of erasure: that what was told of a person was destroyed, where, how much of it, when and why; never what it was."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import Table, moment, one_of, text_field


class ErasureReason(StrEnum):
    """Why what is told of a person is destroyed. A code, since a text could tell of the person again."""

    REQUESTED = "REQUESTED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    NOT_LAWFUL = "NOT_LAWFUL"
    RETENTION_OVER = "RETENTION_OVER"


class ErasureCertificate(Table, table=True):
    """What was destroyed: `places` holds the number of rows by table.

    `id` is made of the first half of `hash`, so that the audit event that names it seals the whole. `participant` is a global id: the row
    that it named is gone, unless only some of the participant's statements were over their time.
    """

    __tablename__ = "erasure_certificate"
    __table_args__ = (
        one_of("reason", ErasureReason),
        Index("ix_erasure_certificate_participant_erased_at", "participant", "erased_at"),
        Index("ix_erasure_certificate_partner_id", "partner_id"),
    )

    id: UUID = Field(primary_key=True)
    participant: str = text_field()
    partner_id: UUID = Field(foreign_key="partner_agency.id")
    reason: str = text_field()
    erased_at: datetime = moment()
    statements: int
    retained: int
    places: dict[str, Any] = Field(sa_type=JSONB)
    hash: str = text_field()
