"""Clients of the API, and their credentials, of which only a hash is stored."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlmodel import Field

from models.base import Table, created, identifier, moment, one_of, text_field


class ClientKind(StrEnum):
    """Whether a client acts for a partner agency, or is IMPACS staff."""

    PARTNER = "PARTNER"
    STAFF = "STAFF"


class Scope(StrEnum):
    """What a client may do, beside reading what is public."""

    SUBMIT = "submit"
    STATEMENTS_READ = "statements:read"
    DECIDE = "decide"


class ApiClient(Table, table=True):
    """A program or a person that calls the API for an agency."""

    __tablename__ = "api_client"
    __table_args__ = (one_of("kind", ClientKind),)

    id: UUID = identifier()
    name: str = text_field()
    agency_id: UUID = Field(foreign_key="partner_agency.id", index=True)
    kind: str = text_field()
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    revoked_at: datetime | None = moment(default=None)
    created_at: datetime = created()


class Credential(Table, table=True):
    """A bearer credential `prefix_id_secret`: looked up by `id`, checked by the SHA-256 hash of its secret."""

    __tablename__ = "credential"

    id: str = text_field(primary_key=True)
    client_id: UUID = Field(foreign_key="api_client.id", index=True)
    prefix: str = text_field()
    secret_hash: bytes
    expires_at: datetime = moment()
    created_at: datetime = created()
