"""The audit log as auditors and the data protection officer read it."""

from typing import Any

from sqlalchemy import ColumnElement, select

from models.access import Scope
from models.audit import AuditEvent, AuditSeal
from models.policies import Door, Row
from resolvers.fields import (
    CompareEach,
    CompareKey,
    Connection,
    Expression,
    Identifier,
    ObjectType,
    SortKey,
    Word,
    columns,
    comparisons,
    one,
    related,
)
from resolvers.statements import actor


def sealed_position(event: Row, door: Door) -> ColumnElement[Any]:
    """The event's place in the chain, if it is sealed."""
    seal = door.part(AuditSeal)
    return select(seal.c.position).where(seal.c.event_id == event.c.id).correlate_except(seal).scalar_subquery()


AUDIT_EVENT = ObjectType(
    "AuditEvent",
    table=AuditEvent,
    fields={
        "id": Identifier(),
        **columns("recorded_at", "action", "kind", "credential", "purpose", "operation_hash"),
        **columns("objects", "fields", "result", "request"),
        "actor": actor("client_id"),
        "agency": one("PartnerAgency", "agency_id"),
        "memberState": one("MemberState", "member_state_code", "code"),
        "sealedPosition": Expression(sealed_position),
    },
    filters={
        "id": CompareKey(),
        **comparisons("recorded_at", "action", "kind", "credential", "purpose", "operation_hash", "result", "request"),
        "objects": CompareEach(lambda row, door: row.c.objects),
        "fields": CompareEach(lambda row, door: row.c.fields),
        "agency": related("PartnerAgency", "agency_id"),
        "memberState": related("MemberState", "member_state_code", "code"),
    },
    orders={"RECORDED_AT": SortKey("recorded_at")},
    default_order=("RECORDED_AT",),
)

QUERIES: dict[str, Word] = {"auditEvents": Connection("AuditEvent", scope=Scope.AUDIT_READ)}

TYPES = (AUDIT_EVENT,)
