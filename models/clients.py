"""Makes, lists and revokes clients of the API and their credentials."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update

from models import deployments
from models.access import ApiClient, ClientKind, Credential, Scope
from models.agencies import PartnerAgency
from models.base import new_id
from models.database import Transaction
from models.deployments import Environment
from models.foreseen import Foreseen
from models.places import MemberState
from models.texts import UNWRITABLE, is_empty
from models.viewer import IMPACS

OLD_PREFIX = "pg"
"""Of credentials that were issued before environments had prefixes of their own: they go on working."""

PREFIXES: Mapping[Environment, str] = {Environment.LIVE: "pg_live", Environment.TEST: "pg_test"}
STAFF_AGENCY = "CARICOM-IMPACS"
SANDBOX = "sandbox"
"""The name of the clients that an embedded server makes, to try the graph with."""
MAX_DAYS = 365
MAX_LIVE_CREDENTIALS = 2
MAX_ADDRESSES = 50
MAX_NAME = 200
ID_BYTES = 8
SECRET_BYTES = 32

IMPACS_KINDS = frozenset(ClientKind(kind.value) for kind in IMPACS)

SCOPES: Mapping[ClientKind, frozenset[Scope]] = {
    ClientKind.PARTNER: frozenset({Scope.SUBMIT, Scope.SUBMIT_FORCE, Scope.STATEMENTS_READ, Scope.PERSONAL_READ, Scope.ERASE, Scope.ADMIN}),
    ClientKind.FOCAL_POINT: frozenset({Scope.STATEMENTS_READ}),
    ClientKind.STAFF: frozenset(
        {Scope.SUBMIT, Scope.SUBMIT_FORCE, Scope.STATEMENTS_READ, Scope.PERSONAL_READ, Scope.DECIDE, Scope.CURATE, Scope.PUBLISH}
    ),
    ClientKind.VERIFIER: frozenset({Scope.STATEMENTS_READ, Scope.PERSONAL_READ, Scope.DECIDE, Scope.CURATE}),
    ClientKind.DATA_PROTECTION_OFFICER: frozenset({Scope.STATEMENTS_READ, Scope.PERSONAL_READ, Scope.ERASE, Scope.AUDIT_READ}),
    ClientKind.AUDITOR: frozenset({Scope.STATEMENTS_READ, Scope.AUDIT_READ}),
    ClientKind.ADMINISTRATOR: frozenset({Scope.ADMIN}),
}
"""What clients of each kind can be given: another scope would open nothing to them."""

_client: Any = ApiClient.__table__  # type: ignore[attr-defined]
_credential: Any = Credential.__table__  # type: ignore[attr-defined]
_agency: Any = PartnerAgency.__table__  # type: ignore[attr-defined]
_state: Any = MemberState.__table__  # type: ignore[attr-defined]


class ClientError(Foreseen):
    """A client or credential that there cannot be; `field` is the part of it that is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class NoLiveClient(ClientError):
    """There is no such client, or it is revoked."""


class TooManyCredentials(ClientError):
    """The client has as many credentials as may live at once."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential, whose secret is in no other place."""

    credential: str
    client_id: UUID
    name: str
    agency: str | None
    member_state: str | None
    kind: ClientKind
    scopes: Sequence[str]
    expires_at: datetime

    @property
    def credential_id(self) -> str:
        """What the credential is known by."""
        return id_of(self.credential)


@dataclass(frozen=True, slots=True)
class Listed:
    """A client with one of its credentials."""

    client_id: UUID
    name: str
    agency: str | None
    member_state: str | None
    kind: str
    scopes: Sequence[str]
    credential: str
    addresses: Sequence[str]
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether the credential works now."""
        return self.revoked_at is None and self.expires_at > datetime.now(UTC)


async def create(
    transaction: Transaction,
    *,
    kind: ClientKind,
    scopes: Collection[Scope],
    name: str,
    days: int,
    agency: str | None = None,
    member_state: str | None = None,
    addresses: Collection[str] = (),
) -> Issued:
    """A new client of an agency or of a member state's focal point, with its first credential. Raises ClientError."""
    check(kind, scopes, name)
    agency_id = await _owner(transaction, kind, agency, member_state)
    client: dict[str, Any] = {
        "id": new_id(),
        "name": name,
        "agency_id": agency_id,
        "member_state_code": member_state,
        "kind": kind.value,
        "scopes": sorted(set(scopes)),
    }
    await transaction.insert(ApiClient, [client])
    credential, expires_at = await _issue(transaction, client["id"], days, addresses)
    return Issued(credential, client["id"], name, agency, member_state, kind, client["scopes"], expires_at)


def check(kind: ClientKind, scopes: Collection[Scope], name: str) -> None:
    """Raises ClientError unless there can be a client of this kind with these scopes and this name."""
    if is_empty(name) or len(name) > MAX_NAME or UNWRITABLE.search(name):
        raise ClientError(f"a client has a name of 1 to {MAX_NAME} characters that are seen, none of control", "name")
    if beyond := sorted(set(scopes) - SCOPES[kind]):
        raise ClientError(f"scope {beyond[0]} is not for {kind}: it can have {', '.join(sorted(SCOPES[kind]))}", "scopes")


async def _owner(transaction: Transaction, kind: ClientKind, agency: str | None, member_state: str | None) -> UUID | None:
    """The agency that a client acts for; None for a focal point, which acts for a member state. Raises ClientError."""
    if (kind is ClientKind.FOCAL_POINT) != (member_state is not None):
        raise ClientError("a focal point, and nobody else, acts for a member state: name it, or leave it out", "memberState")
    if kind is ClientKind.FOCAL_POINT:
        if agency is not None:
            raise ClientError("a focal point acts for no agency: leave the agency out", "agency")
        if not await transaction.value(select(func.count()).select_from(_state).where(_state.c.code == member_state)):
            raise ClientError(f"there is no member state {member_state}: ask the graph for memberStates {{ code }}", "memberState")
        return None
    if kind in IMPACS_KINDS and agency != STAFF_AGENCY:
        raise ClientError(f"clients of the kind {kind} belong to {STAFF_AGENCY}: leave the agency out", "agency")
    if kind is ClientKind.PARTNER and agency in (None, STAFF_AGENCY):
        raise ClientError("a partner's client acts for an agency other than IMPACS: give its code", "agency")
    agency_id: UUID | None = await transaction.value(select(_agency.c.id).where(_agency.c.code == agency))
    if agency_id is None:
        raise ClientError(f"there is no agency with the code {agency}: ask the graph for partnerAgencies {{ nodes {{ code }} }}", "agency")
    return agency_id


async def renew(
    transaction: Transaction, client_id: UUID, days: int, addresses: Collection[str] | None = None, *, may_widen: bool = True
) -> Issued:
    """A second credential for a client, so that it can change over without a gap. Raises ClientError.

    Unless addresses are given, it works from those of the newest that the client has; from others only if it may be widened.
    """
    client = await _locked(transaction, client_id)
    if client is None:
        raise NoLiveClient(f"there is no client {client_id}, or it is revoked: see `client list`", "client")
    known = [one for one in await clients(transaction) if one.client_id == client_id]
    if sum(one.is_live for one in known) >= MAX_LIVE_CREDENTIALS:
        raise TooManyCredentials(f"client {client_id} has {MAX_LIVE_CREDENTIALS} credentials: revoke one first", "client")
    last = known[-1] if known else None
    known_from = last.addresses if last else ()
    given = addresses if addresses is not None else known_from
    if not may_widen and not is_within(networks(given), known_from):
        raise ClientError("the client's newest credential does not work from there: only an administrator lets it", "addresses")
    credential, expires_at = await _issue(transaction, client_id, days, given)
    return Issued(
        credential,
        client_id,
        client["name"],
        last.agency if last else None,
        last.member_state if last else None,
        ClientKind(client["kind"]),
        client["scopes"],
        expires_at,
    )


async def _locked(transaction: Transaction, client_id: UUID) -> Any:
    """The row of a client that is not revoked, held until the transaction ends, so that of two renewals each counts the other's."""
    rows = await transaction.fetch(select(_client).where(_client.c.id == client_id, _client.c.revoked_at.is_(None)).with_for_update())
    return rows[0] if rows else None


async def clients(transaction: Transaction) -> list[Listed]:
    """Every client with each of its credentials, oldest first. A credential is shown without its secret."""
    columns = (
        _client.c.id.label("client_id"),
        _client.c.name,
        _agency.c.code.label("agency"),
        _client.c.member_state_code.label("member_state"),
        _client.c.kind,
        _client.c.scopes,
        func.concat(_credential.c.prefix, "_", _credential.c.id).label("credential"),
        _credential.c.addresses,
        _credential.c.expires_at,
        _credential.c.last_used_at,
        func.coalesce(_credential.c.revoked_at, _client.c.revoked_at).label("revoked_at"),
    )
    joined = _client.join(_credential).outerjoin(_agency, _agency.c.id == _client.c.agency_id)
    order = (_client.c.created_at, _client.c.id, _credential.c.created_at, _credential.c.id)
    return [Listed(**row) for row in await transaction.fetch(select(*columns).select_from(joined).order_by(*order))]


async def revoke(transaction: Transaction, which: str) -> list[Listed]:
    """The credentials that stopped working: a client's, given its id; or one, given as it begins, with its secret or without."""
    live = [one for one in await clients(transaction) if one.is_live]
    if which.startswith(f"{OLD_PREFIX}_"):
        stopped = [one for one in live if id_of(one.credential) == id_of(which)]
        if stopped:
            await revoke_credential(transaction, id_of(which))
        return stopped
    stopped = [one for one in live if str(one.client_id) == which.lower()]
    if stopped:
        await revoke_client(transaction, stopped[0].client_id)
    return stopped


async def revoke_credential(transaction: Transaction, credential_id: str) -> None:
    """Stops one credential."""
    is_live = and_(_credential.c.id == credential_id, _credential.c.revoked_at.is_(None))
    await transaction.fetch(update(_credential).where(is_live).values(revoked_at=func.now()))


async def revoke_client(transaction: Transaction, client_id: UUID) -> None:
    """Stops a client with all of its credentials, for ever."""
    is_live = and_(_client.c.id == client_id, _client.c.revoked_at.is_(None))
    await transaction.fetch(update(_client).where(is_live).values(revoked_at=func.now()))


async def exists(transaction: Transaction, name: str, kind: ClientKind) -> bool:
    """Whether a client of that name and kind was ever made."""
    named = and_(_client.c.name == name, _client.c.kind == kind.value)
    return bool(await transaction.value(select(func.count()).select_from(_client).where(named)))


def id_of(credential: str) -> str:
    """The id in a credential, with its secret or without: `pg_live_<id>_<secret>`, `pg_<id>`, or the id alone."""
    for prefix in (*PREFIXES.values(), OLD_PREFIX):
        if credential.startswith(f"{prefix}_"):
            return credential.removeprefix(f"{prefix}_").partition("_")[0]
    return credential.partition("_")[0]


async def _issue(transaction: Transaction, client_id: UUID, days: int, addresses: Collection[str]) -> tuple[str, datetime]:
    """The text of a new credential, and when it expires. Only a hash is stored: 256 random bits need no slow one."""
    if not 1 <= days <= MAX_DAYS:
        raise ClientError(f"a credential lives for 1 to {MAX_DAYS} days", "days")
    prefix = PREFIXES[await deployments.recorded(transaction) or Environment.LIVE]
    key, secret = secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES)  # of digits and letters alone: it splits at _
    expires_at = datetime.now(UTC) + timedelta(days=days)
    row = {
        "id": key,
        "client_id": client_id,
        "prefix": prefix,
        "secret_hash": "\\x" + hashlib.sha256(secret.encode()).hexdigest(),
        "addresses": networks(addresses),
        "expires_at": expires_at,
    }
    await transaction.insert(Credential, [row])
    return f"{prefix}_{key}_{secret}", expires_at


def networks(addresses: Collection[str]) -> list[str]:
    """The networks that a credential works from, as they are stored; none: from everywhere. Raises ClientError."""
    if len(addresses) > MAX_ADDRESSES:
        raise ClientError(f"a credential has at most {MAX_ADDRESSES} addresses", "addresses")
    try:
        return [str(ip_network(each)) for each in dict.fromkeys(addresses)]
    except ValueError:
        raise ClientError("an address is an IP address, or a network such as 192.0.2.0/24", "addresses") from None


def is_within(narrow: Collection[str], wide: Collection[str]) -> bool:
    """Whether networks have no address that others lack, each of them being part of one of those; none: everywhere."""
    if not wide:
        return True
    outer = [_extent(each) for each in wide]
    return bool(narrow) and all(any(_is_part(_extent(each), one) for one in outer) for each in narrow)


def _extent(network: str) -> tuple[int, int, int]:
    """The version of a network, with its first and its last address."""
    known = ip_network(network)
    return known.version, int(known.network_address), int(known.broadcast_address)


def _is_part(inner: tuple[int, int, int], outer: tuple[int, int, int]) -> bool:
    return inner[0] == outer[0] and outer[1] <= inner[1] and inner[2] <= outer[2]
