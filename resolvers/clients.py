"""Clients, credentials and agreements as the graph shows them: never a secret, but in the payload that makes one."""

from typing import Any

import orjson
from sqlalchemy import Text, Uuid, and_, column, func
from sqlalchemy.dialects.postgresql import JSONB

from models.access import Agreement, ApiClient, Credential
from models.policies import KNOWN_CLIENTS, Door, Predicate, Row
from resolvers.admitting.agreements import create_agreement, end_agreement
from resolvers.admitting.answers import ADMITTING, RENEWING, REVOKING
from resolvers.admitting.clients import create_client, revoke_credential, rotate_credential
from resolvers.compiler.plan import Rows
from resolvers.fields import Column, Elements, Identifier, Many, Mutation, ObjectType, One, Planning, Word, columns, one
from resolvers.receipts import ISSUE_COLUMNS


def changed_client(payload: Row, client: Row, door: Door) -> Predicate:
    """The client that a change was about, for those who may know of it as a client."""
    return and_(client.c.id == payload.c.id, KNOWN_CLIENTS(client, door.kind))


CLIENT = ObjectType(
    "Client",
    table=ApiClient,
    fields={
        "id": Identifier(),
        **columns("name", "kind", "scopes", "revoked_at", "created_at"),
        "agency": one("PartnerAgency", "agency_id"),
        "memberState": one("MemberState", "member_state_code", "code"),
        "credentials": Many(
            "Credential",
            lambda client, credential, door: credential.c.client_id == client.c.id,
            lambda credential, _: (credential.c.created_at, credential.c.id),
        ),
    },
)

CREDENTIAL = ObjectType(
    "Credential",
    table=Credential,
    fields=columns("id", "prefix", "addresses", "expires_at", "revoked_at", "last_used_at", "created_at"),
)

AGREEMENT = ObjectType(
    "Agreement",
    table=Agreement,
    fields={
        "id": Identifier(),
        "agency": one("PartnerAgency", "agency_id"),
        **columns("title", "legal_basis", "transfer", "purposes", "permitted_fields", "retention_months"),
        **columns("starts_on", "expires_on", "ended_at", "created_at"),
    },
)


def admitted(planning: Planning) -> tuple[Any, Rows]:
    """What was changed, and the text of a new credential, which no table holds."""
    bind = planning.binds.add(lambda call: orjson.dumps(call.result["payload"]).decode(), JSONB())
    typed: dict[str, Any] = {"id": Uuid(), "credential": Text(), "issues": JSONB()}
    members = [column(name, type_) for name, type_ in typed.items()]
    row = func.jsonb_to_record(bind).table_valued(*members).render_derived(with_types=True)
    return row, Rows((row,), ())


ISSUES: dict[str, Word] = {"issues": Elements("Issue", lambda payload, door: payload.c.issues, ISSUE_COLUMNS)}
OF_CLIENT: dict[str, Word] = {"client": One("Client", changed_client), **ISSUES}
OF_AGREEMENT: dict[str, Word] = {"agreement": one("Agreement", "id"), **ISSUES}

QUERIES: dict[str, Word] = {}
MUTATIONS = {
    "createClient": Mutation("CreateClientPayload", create_client, admitted, ADMITTING),
    "rotateCredential": Mutation("RotateCredentialPayload", rotate_credential, admitted, RENEWING),
    "revokeCredential": Mutation("RevokeCredentialPayload", revoke_credential, admitted, REVOKING),
    "createAgreement": Mutation("CreateAgreementPayload", create_agreement, admitted, ADMITTING),
    "endAgreement": Mutation("EndAgreementPayload", end_agreement, admitted, ADMITTING),
}

TYPES = (
    CLIENT,
    CREDENTIAL,
    AGREEMENT,
    ObjectType("CreateClientPayload", fields={"credential": Column("credential"), **OF_CLIENT}),
    ObjectType("RotateCredentialPayload", fields={"credential": Column("credential"), **OF_CLIENT}),
    ObjectType("RevokeCredentialPayload", fields=OF_CLIENT),
    ObjectType("CreateAgreementPayload", fields=OF_AGREEMENT),
    ObjectType("EndAgreementPayload", fields=OF_AGREEMENT),
)
