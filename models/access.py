"""Agreements with partners, clients of the API, and their credentials, of which only a hash is stored."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import Table, created, identifier, moment, none_missing, one_of, text_field, together


class ClientKind(StrEnum):
    """Whom a client acts for: a partner agency, a member state's focal point, or one of IMPACS's own offices."""

    PARTNER = "PARTNER"
    FOCAL_POINT = "FOCAL_POINT"
    STAFF = "STAFF"
    VERIFIER = "VERIFIER"
    DATA_PROTECTION_OFFICER = "DATA_PROTECTION_OFFICER"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"


class Scope(StrEnum):
    """What a client may do, beside reading what is public."""

    SUBMIT = "submit"
    SUBMIT_FORCE = "submit:force"
    STATEMENTS_READ = "statements:read"
    PERSONAL_READ = "personal:read"
    DECIDE = "decide"
    CURATE = "curate"
    PUBLISH = "publish"
    ERASE = "erase"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


class PersonalField(StrEnum):
    """The facts about a person that an agreement can open to a partner, and let it submit."""

    PARTICIPANT = "PARTICIPANT"
    ROLE_LEVEL = "ROLE_LEVEL"
    RESULT = "RESULT"


class Agreement(Table, table=True):
    """What an agency may do with data about people: legal basis, purposes, fields, retention, and from when to when.

    It is in force from `starts_on` to the end of `expires_on` (UTC), unless it was ended before. Member states have laws of their own, so
    that the basis, the retention and the transfer are data, not code.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("starts_on <= expires_on", name="dates"),
        CheckConstraint("retention_months > 0", name="retention"),
        none_missing("purposes"),
        none_missing("permitted_fields"),
    )

    id: UUID = identifier()
    agency_id: UUID = Field(foreign_key="partner_agency.id", index=True)
    title: str = text_field()
    legal_basis: str | None = text_field(default=None)
    transfer: str | None = text_field(default=None)
    purposes: list[str] = Field(sa_type=ARRAY(Text))
    permitted_fields: list[str] = Field(sa_type=ARRAY(Text), default_factory=list, sa_column_kwargs={"server_default": text("'{}'")})
    retention_months: int
    starts_on: date
    expires_on: date
    ended_at: datetime | None = moment(default=None)
    created_by_id: UUID | None = Field(default=None, foreign_key="api_client.id")
    created_at: datetime = created()


class ApiClient(Table, table=True):
    """A program or a person that calls the API for an agency, or as a member state's focal point.

    An OpenID issuer may vouch for it: for a person by `subject` alone, for a program by `subject` in tokens of `openid_client_id`.
    """

    __tablename__ = "api_client"
    __table_args__ = (
        one_of("kind", ClientKind),
        CheckConstraint("(kind = 'FOCAL_POINT') = (member_state_code IS NOT NULL)", name="member_state"),
        CheckConstraint("(kind = 'FOCAL_POINT') = (agency_id IS NULL)", name="agency"),
        together("openid", "issuer", "subject"),
        CheckConstraint("openid_client_id IS NULL OR issuer IS NOT NULL", name="openid_client"),
        UniqueConstraint("issuer", "subject"),
        none_missing("scopes"),
    )

    id: UUID = identifier()
    name: str = text_field()
    agency_id: UUID | None = Field(default=None, foreign_key="partner_agency.id", index=True)
    member_state_code: str | None = text_field(default=None, foreign_key="member_state.code", index=True)
    kind: str = text_field()
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    issuer: str | None = text_field(default=None)
    subject: str | None = text_field(default=None)
    openid_client_id: str | None = text_field(default=None)
    revoked_at: datetime | None = moment(default=None)
    created_at: datetime = created()


class Credential(Table, table=True):
    """A bearer credential: looked up by `id`, checked by its secret's SHA-256 hash; it works from the networks in `addresses`, if any."""

    __tablename__ = "credential"
    __table_args__ = (none_missing("addresses"),)

    id: str = text_field(primary_key=True)
    client_id: UUID = Field(foreign_key="api_client.id", index=True)
    prefix: str = text_field()
    secret_hash: bytes
    addresses: list[str] = Field(sa_type=ARRAY(Text), default_factory=list, sa_column_kwargs={"server_default": text("'{}'")})
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None)
    last_used_at: datetime | None = moment(default=None)
    created_at: datetime = created()
