"""Whether a caller still has the access that its request came in with, asked in the transaction of what outlives that access.

Who a credential is, is trusted for a few seconds (graph/auth.py). Within them one that was stolen, and revoked for that, could make another
for itself, or destroy what nobody can bring back.
"""

from typing import Any

from sqlalchemy import Select, Text, Uuid, bindparam, column, exists, func, or_, select, true

from models.access import ApiClient, Credential, Scope
from models.database import Transaction, render
from models.viewer import Viewer, ViewerKind
from resolvers.errors import AgreementExpired, Unauthenticated
from resolvers.submitting.stored import table_of

ASKED_AGAIN = frozenset({Scope.ADMIN, Scope.ERASE})
"""The scopes of the mutations that ask."""


async def require(transaction: Transaction, viewer: Viewer) -> None:
    """Raises Unauthenticated or AgreementExpired where authentication would refuse this viewer by now."""
    if viewer.client_id is None:
        return
    rows = await transaction.fetch(_STANDING, client_id=viewer.client_id, kind=viewer.kind.value, credential_id=viewer.credential_id)
    if not rows:
        raise Unauthenticated
    if viewer.kind is ViewerKind.PARTNER and rows[0]["agreement_id"] is None:
        raise AgreementExpired


def _standing() -> Select[Any]:
    """One row, with the agreement of the client's agency that is in force, if any; none where the client or its credential ended."""
    client, credential = table_of(ApiClient), table_of(Credential)
    named = bindparam("credential_id", type_=Text())
    works = exists().where(
        credential.c.id == named,
        credential.c.client_id == client.c.id,
        credential.c.revoked_at.is_(None),
        credential.c.expires_at > func.now(),
    )
    in_force = func.agreement_in_force(client.c.agency_id).table_valued(column("id", Uuid())).lateral("in_force")
    return (
        select(in_force.c.id.label("agreement_id"))
        .select_from(client.outerjoin(in_force, true()))
        .where(
            client.c.id == bindparam("client_id", type_=Uuid()),
            client.c.kind == bindparam("kind", type_=Text()),
            client.c.revoked_at.is_(None),
            or_(named.is_(None), works),
        )
    )


_STANDING = render(_standing())
