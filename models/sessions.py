"""Sessions of people in browsers, and sign-ins under way. Of what a browser holds only a hash is stored, so that a dump opens nothing.

They are in the database, so that every process knows them, and one that ended has ended everywhere. The clock is PostgreSQL's.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from models.base import Table, created, moment, one_of, text_field


class Mode(StrEnum):
    """What a session may do with the graph."""

    READ = "READ"
    WRITE = "WRITE"


class Way(StrEnum):
    """How a session was opened: by the user of this machine, or by signing in at the OpenID issuer."""

    LOCAL = "LOCAL"
    OPENID = "OPENID"


class Session(Table, table=True):
    """An open session, under the hash of its secret; `id` is for logs."""

    __tablename__ = "session"
    __table_args__ = (one_of("mode", Mode), one_of("way", Way))

    secret_hash: bytes = Field(primary_key=True)
    id: str = text_field()
    client_id: UUID = Field(foreign_key="api_client.id", index=True)
    way: str = text_field()
    mode: str = text_field()
    ends_at: datetime = moment()
    used_at: datetime = created()
    created_at: datetime = created()


class SignIn(Table, table=True):
    """A sign-in that was begun in a browser, under the hash of that browser's secret: it can be ended once."""

    __tablename__ = "sign_in"

    secret_hash: bytes = Field(primary_key=True)
    ends_at: datetime = moment(index=True)
