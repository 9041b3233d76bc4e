"""The audit log: one row for each change, each change that was refused, and each read of personal data. It never holds a value.

Rows are only ever inserted. Nothing refers to another table, so that a row stands by itself whatever becomes of what it names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, text
from sqlmodel import Field

from models.base import Table, created, identifier, none_missing, text_field
from models.database import Transaction
from models.viewer import Viewer, ViewerKind

OK = "OK"
OPERATOR = "operator"
ROLLED_BACK = "ROLLED_BACK"


def names() -> list[str]:
    """A field stored as an array of texts, empty unless given."""
    field: list[str] = Field(sa_type=ARRAY(Text), default_factory=list, sa_column_kwargs={"server_default": text("'{}'")})
    return field


class AuditEvent(Table, table=True):
    """What somebody did: who, for which purpose, to which objects, with which fields, and what came of it."""

    __tablename__ = "audit_event"
    __table_args__ = (none_missing("objects"), none_missing("fields"))

    id: UUID = identifier()
    recorded_at: datetime = created(index=True)
    action: str = text_field()
    kind: str = text_field()
    client_id: UUID | None = Field(default=None, index=True)
    credential: str | None = text_field(default=None)
    agency_id: UUID | None = None
    member_state_code: str | None = text_field(default=None)
    purpose: str | None = text_field(default=None)
    operation_hash: str | None = text_field(default=None)
    objects: list[str] = names()
    fields: list[str] = names()
    result: str = text_field()
    request: str | None = text_field(default=None)


class AuditSeal(Table, table=True):
    """A committed event's place in the chain: `hash` is the SHA-256 of the hash before it and of the event (models/chain.py).

    It refers to its event without a foreign key, since it is there to tell that the event is gone.
    """

    __tablename__ = "audit_seal"

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    event_id: UUID = Field(unique=True)
    hash: bytes
    sealed_at: datetime = created()


@dataclass(frozen=True, slots=True)
class Event:
    """An event to be recorded.

    `object_ids` are global ids, `fields` names of the API; `result` is OK, ROLLED_BACK, or the code of an error.
    """

    action: str
    viewer: Viewer
    request_id: str | None = None
    operation_hash: str | None = None
    object_ids: Sequence[str] = ()
    fields: Sequence[str] = ()
    result: str = OK


def operator(purpose: str | None = None) -> Viewer:
    """Whoever runs a command on the database as its owner: an administrator without a client."""
    return Viewer(ViewerKind.ADMINISTRATOR, credential_id=OPERATOR, purpose=purpose)


async def record(transaction: Transaction, *events: Event) -> None:
    """Stores the events; they stay if the transaction commits."""
    await transaction.insert(AuditEvent, [row(event) for event in events])


def row(event: Event) -> dict[str, object]:
    """The columns of an event; PostgreSQL adds its id and its time."""
    viewer = event.viewer
    return {
        "action": event.action,
        "kind": viewer.kind.value,
        "client_id": viewer.client_id,
        "credential": viewer.credential_id,
        "agency_id": viewer.agency_id,
        "member_state_code": viewer.member_state_code,
        "purpose": viewer.purpose,
        "operation_hash": event.operation_hash,
        "objects": list(event.object_ids),
        "fields": list(event.fields),
        "result": event.result,
        "request": event.request_id,
    }
