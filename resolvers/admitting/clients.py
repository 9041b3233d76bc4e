"""`createClient`, `rotateCredential` and `revokeCredential`: programs and people get access, and lose it.

A partner's own administrator sees of this no other agency's clients: one that is not its own is as if it did not exist. It
renews no client with a scope that it lacks, and lets none in from networks that the client did not work from.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select, true

from models import clients
from models.access import ApiClient, ClientKind, Credential, Scope
from models.clients import MAX_LIVE_CREDENTIALS, STAFF_AGENCY, ClientError, NoLiveClient, TooManyCredentials
from models.database import Transaction, render
from models.policies import VIEWER_AGENCY, viewer_agency
from models.viewer import Viewer, ViewerKind
from resolvers.admitting.answers import ADMITTING, RENEWING, REVOKING, answer, naming_people, unchanged
from resolvers.errors import InputError
from resolvers.mutation import MutationResult
from resolvers.submitting import personal
from resolvers.submitting.issues import Issue, echo
from resolvers.submitting.records import uuid_of
from resolvers.submitting.stored import table_of
from resolvers.submitting.submit import permitted

DAYS = 90
"""For how many days a credential works unless the request says otherwise."""


async def create_client(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the new client, with its first credential. Raises NotPermitted for all but administrators."""
    permitted(viewer, ADMITTING.scope, ADMITTING.kinds)
    if issues := naming_people(input, {"name": personal.label}):
        return unchanged(transaction, None, *issues)
    kind, scopes = ClientKind(input["kind"]), set(input["scopes"])
    if unknown := sorted(scopes - set(Scope)):
        return unchanged(transaction, None, _not_allowed(f"there is no scope {echo(unknown[0])}", "scopes"))
    try:
        issued = await clients.create(
            transaction,
            kind=kind,
            scopes={Scope(scope) for scope in scopes},
            name=input["name"],
            days=_days(input),
            agency=input.get("agency") or (STAFF_AGENCY if kind in clients.IMPACS_KINDS else None),
            member_state=input.get("memberState"),
            addresses=input.get("addresses") or (),
        )
    except ClientError as error:
        return unchanged(transaction, None, _not_allowed(str(error), error.field))
    return answer("Client", issued.client_id, issued.credential)


async def rotate_credential(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the client, with the text of its second credential. Raises NotPermitted and InputError."""
    permitted(viewer, RENEWING.scope, RENEWING.kinds)
    client = await _client_named(transaction, viewer, input["client"], "client")
    if client is None or client["revoked_at"] is not None:
        return unchanged(transaction, None, Issue("CLIENT_NOT_FOUND" if client is None else "CLIENT_IS_REVOKED", ("client",)))
    is_partner = viewer.kind is ViewerKind.PARTNER
    if is_partner and (beyond := sorted(set(client["scopes"]) - viewer.scopes)):
        reason = f"the client has the scope {beyond[0]}, which your credential lacks; ask an administrator of IMPACS"
        return unchanged(transaction, client["id"], Issue("NOT_PERMITTED", ("client",), {"reason": reason}))
    try:
        issued = await clients.renew(transaction, client["id"], _days(input), input.get("addresses"), may_widen=not is_partner)
    except NoLiveClient:  # revoked since it was read above
        return unchanged(transaction, client["id"], Issue("CLIENT_IS_REVOKED", ("client",)))
    except TooManyCredentials:
        return unchanged(transaction, client["id"], Issue("TOO_MANY_CREDENTIALS", ("client",), {"limit": MAX_LIVE_CREDENTIALS}))
    except ClientError as error:
        return unchanged(transaction, client["id"], _not_allowed(str(error), error.field))
    return answer("Client", client["id"], issued.credential)


async def revoke_credential(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the client, of which one credential, or all access, has ended. Raises NotPermitted and InputError."""
    permitted(viewer, REVOKING.scope, REVOKING.kinds)
    if input.get("client") is not None:
        client = await _client_named(transaction, viewer, input["client"], "client")
        if client is None:
            return unchanged(transaction, None, Issue("CLIENT_NOT_FOUND", ("client",)))
        if client["revoked_at"] is None:
            await clients.revoke_client(transaction, client["id"])
    else:
        rows = await transaction.fetch(_BY_CREDENTIAL[viewer.kind], credential_id=input["credential"], **_identity(viewer))
        if not rows:
            return unchanged(transaction, None, Issue("CREDENTIAL_NOT_FOUND", ("credential",)))
        client = rows[0]
        if client["revoked_at"] is None:
            await clients.revoke_credential(transaction, input["credential"])
    was_so = client["revoked_at"] is not None
    return unchanged(transaction, client["id"]) if was_so else answer("Client", client["id"])


async def _client_named(transaction: Transaction, viewer: Viewer, text: str, path: str) -> Any:
    """The row of a client that the viewer may change; None if there is none. Raises InputError for the id of another type."""
    id_ = uuid_of(text, "Client")
    if id_ is None:
        raise InputError("This is not the id of a Client. Send ids exactly as the API gave them.", path=["input", path])
    rows = await transaction.fetch(_BY_ID[viewer.kind], id=id_, **_identity(viewer))
    return rows[0] if rows else None


def _days(input: Mapping[str, Any]) -> int:
    """For how many days a credential is to work."""
    given: int | None = input.get("days")
    return DAYS if given is None else given


def _not_allowed(reason: str, field: str) -> Issue:
    return Issue("CLIENT_NOT_ALLOWED", (field,), {"reason": reason})


def _identity(viewer: Viewer) -> dict[str, UUID | None]:
    return {VIEWER_AGENCY: viewer.agency_id} if viewer.kind is ViewerKind.PARTNER else {}


_client, _credential = table_of(ApiClient), table_of(Credential)
_WHOSE = {
    ViewerKind.ADMINISTRATOR: true(),
    ViewerKind.PARTNER: and_(_client.c.agency_id == viewer_agency(), _client.c.kind == ClientKind.PARTNER.value),
}
_BY_ID = {
    kind: render(select(_client.c.id, _client.c.revoked_at, _client.c.scopes).where(_client.c.id == bindparam("id"), whose))
    for kind, whose in _WHOSE.items()
}
_BY_CREDENTIAL = {
    kind: render(
        select(_client.c.id, _credential.c.revoked_at)
        .select_from(_client.join(_credential, _credential.c.client_id == _client.c.id))
        .where(_credential.c.id == bindparam("credential_id"), whose)
    )
    for kind, whose in _WHOSE.items()
}
