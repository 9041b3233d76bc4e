"""The audit log: who did what, for which purpose, and what came of it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.fields import field
from graph.types.agencies import PartnerAgency
from graph.types.codes import ViewerKind
from graph.types.pages import Connection, Edge
from graph.types.places import MemberState
from graph.types.statements import Actor


@strawberry.type(
    description="One event of the audit log: a change, a change that was refused, a read of personal data, a sign-in, or a credential "
    "that was refused. It holds no value of what was sent or read."
)
class AuditEvent:
    """An event."""

    id: strawberry.ID = field("Its global identifier: opaque, never given to another object.")
    recorded_at: datetime = field("When its transaction began.")
    action: str = field(
        "What was done: the name of a mutation, such as submit, or signIn, signOut, readPersonal, exportSubject, credentialRefused."
    )
    kind: ViewerKind = field("What sort of caller did it.")
    actor: Actor | None = field("Who did it: the agency, or a member of IMPACS staff; null for a focal point, and without a credential.")
    credential: str | None = field(
        "The id of the credential that was used, its second part; `operator` for a command on the server, null where there was none."
    )
    agency: PartnerAgency | None = field("The agency that the caller acted for; null for a focal point, and without a credential.")
    member_state: MemberState | None = field("The member state that a focal point acted for; null for others.")
    purpose: str | None = field("The purpose that the request stated in its header Purpose; null if its agreement names no such purpose.")
    operation_hash: str | None = field(
        "The SHA-256, in hexadecimal, of the GraphQL operation without its values; null for what is no operation."
    )
    objects: list[str] = field("The global identifiers of what was changed, or of the statements of the persons that were read about.")
    fields: list[str] = field("Which fields were given, or which personal fields were read.")
    result: str = field("OK, ROLLED_BACK for what was only checked, could not be stored or was done before, or the code of the refusal.")
    request: str | None = field("The id of the request, as its answer had it in X-Request-Id; null for what no request did.")
    sealed_position: int | None = field("Its place in the chain of seals; null for a second or two, until it is sealed.")


@strawberry.type(description="An event of the audit log at its place in a list.")
class AuditEventEdge(Edge[AuditEvent]):
    """An event and its cursor."""


@strawberry.type(description="A page of the audit log; empty for all but auditors and the data protection officer.")
class AuditEventConnection(Connection[AuditEvent, AuditEventEdge]):
    """A page of events."""
