"""Clients that an OpenID issuer vouches for: registers programs, and remembers people who sign in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.access import ApiClient, ClientKind, Scope
from models.agencies import PartnerAgency
from models.base import new_id
from models.database import Transaction
from models.foreseen import Foreseen
from models.viewer import Viewer, ViewerKind

_client: Any = ApiClient.__table__  # type: ignore[attr-defined]
_agency: Any = PartnerAgency.__table__  # type: ignore[attr-defined]

REMEMBER = "SELECT remember_person($1, $2, $3, $4, $5, $6, $7, $8)"  # as the owner: the serving role may not change clients


class OpenIdError(Foreseen):
    """A client that no issuer can vouch for."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom an issuer vouches for, and what that client may do, for an agency (by its code) or a member state."""

    issuer: str
    subject: str
    name: str
    kind: ClientKind
    scopes: Collection[Scope]
    agency: str | None = None
    member_state: str | None = None
    openid_client_id: str | None = None


async def register(transaction: Transaction, program: Vouched) -> UUID:
    """The id of a new client for a program. Raises OpenIdError."""
    values = await _values(transaction, program)
    statement = insert(_client).values(id=new_id(), **values).on_conflict_do_nothing().returning(_client.c.id)
    made = await transaction.value(statement)
    if made is None:
        raise OpenIdError(f"there is a client whose tokens have the subject {program.subject} already: see `client list`")
    return UUID(str(made))


async def remember(transaction: Transaction, person: Vouched) -> Viewer | None:
    """The client that a person is, with what it may do from now on; None if it was revoked, or if the subject is a program's."""
    values = await _values(transaction, person)
    names = ("issuer", "subject", "name", "kind", "scopes", "agency_id", "member_state_code")
    found = await transaction.read(REMEMBER, [new_id(), *(values[name] for name in names)])
    if found is None:
        return None
    kind, scopes = ViewerKind(person.kind.value), frozenset(scope.value for scope in person.scopes)
    return Viewer(kind, UUID(str(found)), person.name, values["agency_id"], scopes, person.member_state)


async def listed(transaction: Transaction) -> list[dict[str, Any]]:
    """Every client that an issuer vouches for, oldest first."""
    columns = (_client.c.id, _client.c.name, _client.c.kind, _client.c.scopes, _client.c.subject, _client.c.openid_client_id)
    statement = select(*columns, _client.c.revoked_at.is_not(None).label("is_revoked")).where(_client.c.issuer.is_not(None))
    return [dict(row) for row in await transaction.fetch(statement.order_by(_client.c.created_at, _client.c.id))]


async def revoke(transaction: Transaction, client_id: UUID) -> bool:
    """Whether a client that an issuer vouched for was shut out now; its sessions and its access tokens stop working."""
    is_live = (_client.c.id == client_id) & _client.c.issuer.is_not(None) & _client.c.revoked_at.is_(None)
    return bool(await transaction.value(update(_client).where(is_live).values(revoked_at=func.now()).returning(_client.c.id)))


async def _values(transaction: Transaction, vouched: Vouched) -> dict[str, Any]:
    agency_id = None
    if vouched.agency is not None:
        agency_id = await transaction.value(select(_agency.c.id).where(_agency.c.code == vouched.agency))
        if agency_id is None:
            raise OpenIdError(
                f"there is no agency with the code {vouched.agency}: ask the graph for partnerAgencies {{ nodes {{ code }} }}"
            )
    return {
        "issuer": vouched.issuer,
        "subject": vouched.subject,
        "openid_client_id": vouched.openid_client_id,
        "name": vouched.name,
        "kind": vouched.kind.value,
        "scopes": sorted(scope.value for scope in vouched.scopes),
        "agency_id": agency_id,
        "member_state_code": vouched.member_state,
    }
