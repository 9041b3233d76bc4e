"""Submissions: what was sent, by whom, and what became of each record. They are the receipts, and do not expire."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import Table, identifier, moment, none_missing, one_of, text_field, together


class SubmitMode(StrEnum):
    """Whether a submission is only checked, or stored."""

    VALIDATE = "VALIDATE"
    COMMIT = "COMMIT"


class Atomicity(StrEnum):
    """Whether one rejected record refuses the whole submission, or only itself and what depends on it."""

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    PER_RECORD = "PER_RECORD"


class RecordKind(StrEnum):
    """What a record carries."""

    PROGRAMME = "PROGRAMME"
    COURSE = "COURSE"
    COHORT = "COHORT"
    COUNT = "COUNT"
    INDIVIDUAL = "INDIVIDUAL"
    WITHDRAW = "WITHDRAW"


class OutcomeStatus(StrEnum):
    """What became of a record."""

    CREATED = "CREATED"
    REVISED = "REVISED"
    UNCHANGED = "UNCHANGED"
    WITHDRAWN = "WITHDRAWN"
    HELD = "HELD"
    REJECTED = "REJECTED"
    NOT_ATTEMPTED = "NOT_ATTEMPTED"


class Severity(StrEnum):
    """An ERROR refuses its record; a WARNING never blocks."""

    ERROR = "ERROR"
    WARNING = "WARNING"


class Submission(Table, table=True):
    """One call of `submit`. The key is bound when, and only when, something was committed: it is null in any other row.

    Rows with a null key exist only inside transactions that are rolled back (a VALIDATE, a refusal), so that one path answers both.
    """

    __tablename__ = "submission"
    __table_args__ = (
        one_of("mode", SubmitMode),
        one_of("atomicity", Atomicity),
        together("committed", "submission_key", "committed_at"),
        UniqueConstraint("partner_id", "submission_key"),
        Index("ix_submission_partner_id_id", "partner_id", "id"),
        Index("ix_submission_received_at_id", "received_at", "id"),
    )

    id: UUID = identifier()
    partner_id: UUID = Field(foreign_key="partner_agency.id")
    client_id: UUID = Field(foreign_key="api_client.id")
    submission_key: str | None = text_field(default=None)
    mode: str = text_field()
    atomicity: str = text_field()
    declared_records: int
    declared_people: int | None = None
    content_digest: str = text_field()
    purpose_note: str | None = text_field(default=None)
    people: int | None = None
    received_at: datetime = moment()
    committed_at: datetime | None = moment(default=None)


class SubmissionItem(Table, table=True):
    """The outcome of one record, at its index in the request."""

    __tablename__ = "submission_item"
    __table_args__ = (
        one_of("record_kind", RecordKind),
        one_of("status", OutcomeStatus),
        Index("ix_submission_item_entity_id", "entity_id"),
        Index("ix_submission_item_source_ref", "source_ref", postgresql_where=text("entity_id IS NULL")),
    )

    submission_id: UUID = Field(foreign_key="submission.id", primary_key=True)
    index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    source_ref: str = text_field()
    record_kind: str = text_field()
    status: str = text_field()
    entity_id: UUID | None = None
    revision: int | None = None


class SubmissionIssue(Table, table=True):
    """Something to say about a record, or (with a null `index`) about the whole submission."""

    __tablename__ = "submission_issue"
    __table_args__ = (
        one_of("severity", Severity),
        none_missing("path"),
        Index("ix_submission_issue_submission_id_index_position", "submission_id", "index", "position", unique=True),
        ForeignKeyConstraint(
            ["submission_id", "index"],
            ["submission_item.submission_id", "submission_item.index"],
            name="fk_submission_issue_item",
        ),
    )

    id: UUID = identifier()
    submission_id: UUID = Field(foreign_key="submission.id")
    index: int | None = None
    position: int
    severity: str = text_field()
    code: str = text_field()
    message: str = text_field()
    path: list[str] = Field(sa_type=ARRAY(Text))
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    caused_by_index: int | None = None
