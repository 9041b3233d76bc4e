"""Access tokens to viewers: `Authorization: Bearer <header>.<claims>.<signature>`, as an OpenID issuer signs them.

A program is a client that was registered with the id by which the issuer knows it; it may do what it was registered with. A person is one
who has signed in here before, by a token that was issued to this server or to a registered program; its own claims must give the role that
the person had when it last signed in. Whatever is wrong with a token, the
caller is told the same; the log tells the reason.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from graph.openid import tokens
from graph.openid.issuer import Issuer
from graph.openid.roles import Role, role_of
from graph.openid.tokens import Rejected
from graph.settings import OpenId
from graph.viewers import AGREEMENT, VIEWER_COLUMNS, end_of, lacks_agreement, viewer_of, with_agreement
from models.access import ApiClient
from models.agencies import PartnerAgency
from models.database import Database, SqlStatement, render
from models.viewer import Viewer
from resolvers.errors import AgreementExpired, Unauthenticated

TRUSTED_SECONDS = 4.0
MAX_KNOWN = 10_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Known:
    """The viewer that a token is, and until when that is trusted (by the monotonic clock)."""

    viewer: Viewer
    until: float


class AccessTokens:
    """Tells who is asking from an access token of the configured issuer."""

    def __init__(
        self,
        database: Database,
        issuer: Issuer,
        openid: OpenId,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._openid = openid
        self._clock = clock
        self._now = now
        self._known: OrderedDict[bytes, Known] = OrderedDict()

    async def viewer(self, token: str) -> Viewer:
        """The viewer that a token names. Raises Unauthenticated, the same for whatever is wrong with it, and AgreementExpired."""
        key = hashlib.sha256(token.encode()).digest()
        known = self._known.get(key)
        if known is not None and known.until > self._clock():
            return known.viewer
        self._known.pop(key, None)
        try:
            known = await self._judge(token)
        except Rejected as rejected:
            log.info("access token refused", reason=str(rejected))
            raise Unauthenticated from None
        self._known[key] = known
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return known.viewer

    async def _judge(self, token: str) -> Known:
        """The viewer of a token that passes every check. What it says is looked at only after its signature."""
        started = self._clock()
        header = tokens.read_header(token, self._openid.algorithms)
        claims = tokens.verified(token, header, await self._issuer.key(header.key))
        audience = self._openid.audience or ""
        tokens.check_access(header, claims, issuer=self._openid.issuer, audience=audience, now=self._now())
        viewer, agreement_ends = await self._client(claims)
        if lacks_agreement(viewer):
            raise AgreementExpired
        left = min(claims["exp"] + tokens.LEEWAY, agreement_ends.timestamp()) - self._now()
        return Known(viewer, started + min(TRUSTED_SECONDS, left))

    async def _client(self, claims: dict[str, Any]) -> tuple[Viewer, datetime]:
        """The viewer that claims name, and when the agreement that it acts under is over."""
        binds = {"issuer": self._openid.issuer, "subject": claims["sub"], "program": claims["client_id"]}
        row = await self._database.read(CLIENT.text, CLIENT.arguments(binds))
        if row is None:
            raise Rejected("unknown subject")
        is_registered, program, agency, last_day, *found = row
        viewer, ends = viewer_of(*found), end_of(last_day)
        if program is not None:
            if program != claims["client_id"]:
                raise Rejected("unknown client")
            return viewer, ends
        if not is_registered and claims["client_id"] != self._openid.client_id:
            raise Rejected("unknown client")
        role = role_of(claims, self._openid.roles, self._openid.role_claim)
        if role is None or not _had(role, viewer, agency):
            raise Rejected("another role than at the last sign-in")
        return replace(viewer, scopes=frozenset(role.scopes)), ends


def _had(role: Role, viewer: Viewer, agency: str | None) -> bool:
    """Whether a role is the one that a person had when it last signed in."""
    return role.kind.value == viewer.kind.value and role.member_state == viewer.member_state_code and role.agency in (None, agency)


def _client() -> SqlStatement:
    """The client that an issuer vouches for by this subject, as one value, if it is not revoked."""
    other = aliased(ApiClient)
    registered = exists().where(
        col(other.issuer) == bindparam("issuer"), col(other.openid_client_id) == bindparam("program"), col(other.revoked_at).is_(None)
    )
    columns = (
        registered,
        ApiClient.openid_client_id,
        PartnerAgency.code,
        AGREEMENT.c.expires_on,
        *VIEWER_COLUMNS,
    )
    agency = col(PartnerAgency.id) == col(ApiClient.agency_id)
    clients = ApiClient.__table__.outerjoin(PartnerAgency.__table__, agency)  # type: ignore[attr-defined]
    return render(
        select(func.row(*columns))
        .select_from(with_agreement(clients))
        .where(
            col(ApiClient.issuer) == bindparam("issuer"),
            col(ApiClient.subject) == bindparam("subject"),
            col(ApiClient.revoked_at).is_(None),
        )
    )


CLIENT = _client()
