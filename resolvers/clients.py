"""Clients, credentials and agreements as the graph shows them: never a secret, but in the payload that makes one."""

from typing import Any

import orjson
from sqlalchemy import Text, Uuid, column, func
from sqlalchemy.dialects.postgresql import JSONB

from models.access import Agreement, ApiClient, Credential, Scope
from models.policies import KNOWN_CLIENTS
from resolvers.admitting.agreements import create_agreement, end_agreement
from resolvers.admitting.answers import ADMITTING, RENEWING, REVOKING
from resolvers.admitting.clients import create_client, revoke_credential, rotate_credential
from resolvers.compiler.plan import Rows
from resolvers.fields import (
    Column,
    CompareEach,
    CompareKey,
    Connection,
    Elements,
    Identifier,
    Many,
    Mutation,
    ObjectType,
    Planning,
    SortKey,
    Word,
    columns,
    comparisons,
    one,
    related,
    related_many,
    sort_through,
)
from resolvers.receipts import ISSUE_COLUMNS

CLIENT = ObjectType(
    "Client",
    table=ApiClient,
    policy=KNOWN_CLIENTS,
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
    filters={
        "id": CompareKey(),
        "credentials": related_many("Credential", "client_id"),
        **comparisons("name", "kind", "revoked_at", "created_at"),
        "scopes": CompareEach(lambda client, door: client.c.scopes),
        "agency": related("PartnerAgency", "agency_id"),
        "memberState": related("MemberState", "member_state_code", "code"),
    },
    orders={
        "CREATED_AT": SortKey("created_at"),
        "NAME": SortKey("name"),
        "KIND": SortKey("kind"),
        "REVOKED_AT": SortKey("revoked_at", nullable=True),
        "AGENCY_NAME": sort_through("agency", "name"),
        "MEMBER_STATE_NAME": sort_through("memberState", "name"),
    },
    default_order=("CREATED_AT",),
)

CREDENTIAL = ObjectType(
    "Credential",
    table=Credential,
    fields=columns("id", "prefix", "addresses", "expires_at", "revoked_at", "last_used_at", "created_at"),
    filters={
        **comparisons("id", "prefix", "expires_at", "revoked_at", "last_used_at", "created_at"),
        "addresses": CompareEach(lambda credential, door: credential.c.addresses),
    },
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
    filters={
        "id": CompareKey(),
        **comparisons("title", "legal_basis", "transfer", "retention_months", "starts_on", "expires_on", "ended_at", "created_at"),
        "purposes": CompareEach(lambda agreement, door: agreement.c.purposes),
        "permittedFields": CompareEach(lambda agreement, door: agreement.c.permitted_fields),
        "agency": related("PartnerAgency", "agency_id"),
    },
    orders={
        "CREATED_AT": SortKey("created_at"),
        "TITLE": SortKey("title"),
        "STARTS_ON": SortKey("starts_on"),
        "EXPIRES_ON": SortKey("expires_on"),
        "ENDED_AT": SortKey("ended_at", nullable=True),
        "AGENCY_NAME": sort_through("agency", "name"),
    },
    default_order=("CREATED_AT",),
)


def admitted(planning: Planning) -> tuple[Any, Rows]:
    """What was changed, and the text of a new credential, which no table holds."""
    bind = planning.binds.add(lambda call: orjson.dumps(call.result["payload"]).decode(), JSONB())
    typed: dict[str, Any] = {"id": Uuid(), "credential": Text(), "issues": JSONB()}
    members = [column(name, type_) for name, type_ in typed.items()]
    row = func.jsonb_to_record(bind).table_valued(*members).render_derived(with_types=True)
    return row, Rows((row,), ())


ISSUES: dict[str, Word] = {"issues": Elements("Issue", lambda payload, door: payload.c.issues, ISSUE_COLUMNS)}
OF_CLIENT: dict[str, Word] = {"client": one("Client", "id"), **ISSUES}
OF_AGREEMENT: dict[str, Word] = {"agreement": one("Agreement", "id"), **ISSUES}

QUERIES: dict[str, Word] = {"clients": Connection("Client", scope=Scope.ADMIN), "agreements": Connection("Agreement")}
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
