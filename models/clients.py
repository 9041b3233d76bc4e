"""Makes, lists and revokes clients of the API and their credentials. Run by the owner: the serving role may only read them."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from models.access import ApiClient, ClientKind, Credential, Scope
from models.agencies import PartnerAgency
from models.base import new_id
from models.database import Transaction
from models.foreseen import Foreseen
from models.viewer import IMPACS

PREFIX = "pg"
STAFF_AGENCY = "CARICOM-IMPACS"
SANDBOX = "sandbox"
"""The name of the clients that an embedded server makes, to try the graph with."""
MAX_DAYS = 365
MAX_LIVE_CREDENTIALS = 2
ID_BYTES = 8
SECRET_BYTES = 32

IMPACS_KINDS = frozenset(ClientKind(kind.value) for kind in IMPACS)

_client: Any = ApiClient.__table__  # type: ignore[attr-defined]
_credential: Any = Credential.__table__  # type: ignore[attr-defined]
_agency: Any = PartnerAgency.__table__  # type: ignore[attr-defined]


class ClientError(Foreseen):
    """A client or credential that there cannot be."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential, whose secret is in no other place."""

    credential: str
    client_id: UUID
    name: str
    agency: str
    kind: ClientKind
    scopes: Sequence[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A client with one of its credentials."""

    client_id: UUID
    name: str
    agency: str
    kind: str
    scopes: Sequence[str]
    credential: str
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether the credential works now."""
        return self.revoked_at is None and self.expires_at > datetime.now(UTC)


async def create(transaction: Transaction, *, agency: str, kind: ClientKind, scopes: Collection[Scope], name: str, days: int) -> Issued:
    """A new client of an agency, with its first credential. Raises ClientError."""
    if kind in IMPACS_KINDS and agency != STAFF_AGENCY:
        raise ClientError(f"staff belong to {STAFF_AGENCY}: leave the agency out")
    if kind not in IMPACS_KINDS and Scope.DECIDE in scopes:
        raise ClientError(f"scope {Scope.DECIDE} is for staff")
    agency_id = await transaction.value(select(_agency.c.id).where(_agency.c.code == agency))
    if agency_id is None:
        raise ClientError(f"there is no agency with the code {agency}: ask the graph for partnerAgencies {{ code }}")
    client = {"id": new_id(), "name": name, "agency_id": agency_id, "kind": kind, "scopes": sorted(set(scopes))}
    await transaction.insert(ApiClient, [client])
    credential, expires_at = await _issue(transaction, client["id"], days)
    return Issued(credential, client["id"], name, agency, kind, client["scopes"], expires_at)


async def renew(transaction: Transaction, client_id: UUID, days: int) -> Issued:
    """A second credential for a client, so that it can change over without a gap. Raises ClientError."""
    listed = [one for one in await clients(transaction) if one.client_id == client_id]
    if not listed or listed[0].revoked_at:
        raise ClientError(f"there is no client {client_id}, or it is revoked: see `client list`")
    if sum(one.is_live for one in listed) >= MAX_LIVE_CREDENTIALS:
        raise ClientError(f"client {client_id} has {MAX_LIVE_CREDENTIALS} credentials: revoke one first")
    credential, expires_at = await _issue(transaction, client_id, days)
    client = listed[0]
    return Issued(credential, client_id, client.name, client.agency, ClientKind(client.kind), client.scopes, expires_at)


async def clients(transaction: Transaction) -> list[Listed]:
    """Every client with each of its credentials, oldest first. A credential is shown without its secret."""
    columns = (
        _client.c.id.label("client_id"),
        _client.c.name,
        _agency.c.code.label("agency"),
        _client.c.kind,
        _client.c.scopes,
        func.concat(_credential.c.prefix, "_", _credential.c.id).label("credential"),
        _credential.c.expires_at,
        _client.c.revoked_at,
    )
    joined = _client.join(_credential).join(_agency, _agency.c.id == _client.c.agency_id)
    order = (_client.c.created_at, _client.c.id, _credential.c.created_at, _credential.c.id)
    return [Listed(**row) for row in await transaction.fetch(select(*columns).select_from(joined).order_by(*order))]


async def revoke(transaction: Transaction, which: str) -> int:
    """The number of credentials that stopped working: a client's, given its id; or one, given as `pg_<id>`, with its secret or without."""
    live = [one for one in await clients(transaction) if one.is_live]
    prefix, _, rest = which.partition("_")
    if prefix == PREFIX:
        key = rest.partition("_")[0]
        stopped = [one for one in live if one.credential == f"{PREFIX}_{key}"]
        if stopped:
            await transaction.fetch(update(_credential).where(_credential.c.id == key).values(expires_at=func.now()))
        return len(stopped)
    stopped = [one for one in live if str(one.client_id) == which.lower()]
    if stopped:
        await transaction.fetch(update(_client).where(_client.c.id == stopped[0].client_id).values(revoked_at=func.now()))
    return len(stopped)


async def exists(transaction: Transaction, name: str) -> bool:
    """Whether a client of that name was ever made."""
    return bool(await transaction.value(select(func.count()).select_from(_client).where(_client.c.name == name)))


async def _issue(transaction: Transaction, client_id: UUID, days: int) -> tuple[str, datetime]:
    """The text of a new credential, and when it expires. Only a hash is stored: 256 random bits need no slow one."""
    if not 1 <= days <= MAX_DAYS:
        raise ClientError(f"a credential lives for 1 to {MAX_DAYS} days")
    key, secret = secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES)  # of digits and letters alone: it splits at _
    expires_at = datetime.now(UTC) + timedelta(days=days)
    await transaction.insert(
        Credential,
        [
            {
                "id": key,
                "client_id": client_id,
                "prefix": PREFIX,
                "secret_hash": "\\x" + hashlib.sha256(secret.encode()).hexdigest(),
                "expires_at": expires_at,
            }
        ],
    )
    return f"{PREFIX}_{key}_{secret}", expires_at
