"""Credentials to viewers: `Authorization: Bearer pg_live_<id>_<secret>`.

A credential is looked up by its id and checked by the SHA-256 of its secret; what was found is trusted for a few seconds, so that a request
costs no SQL of its own, and a revoked credential, or one whose agreement has ended, stops within that time in every process. A bearer that
is an access token of a configured OpenID issuer is judged by graph/openid/access.py.
"""

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import col

from graph.peers import Networks, is_within, networks_of
from graph.uses import Uses
from graph.viewers import AGREEMENT, VIEWER_COLUMNS, end_of, lacks_agreement, viewer_of, with_agreement
from models.access import ApiClient, Credential
from models.clients import PREFIXES
from models.database import Database, SqlStatement, render
from models.deployments import Environment
from models.viewer import ANONYMOUS, Viewer
from resolvers.errors import AgreementExpired, Unauthenticated

TRUSTED_SECONDS = 4.0
MAX_KNOWN = 10_000
HEADER = re.compile(rb"bearer +([a-z]{1,16}(?:_(?:live|test))?)_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{16,128})", re.IGNORECASE)
TOKEN = re.compile(rb"bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.IGNORECASE)
NO_SECRET = b"\0" * hashlib.sha256().digest_size

TokenJudge = Callable[[str], Awaitable[Viewer]]
"""Gives the viewer that an access token names, or raises Unauthenticated."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database said about a credential, and until when that is trusted (by the monotonic clock)."""

    secret_hash: bytes
    viewer: Viewer
    networks: Networks
    until: float


class Authenticator:
    """Tells who is asking from the header of a request."""

    def __init__(
        self,
        database: Database,
        tokens: TokenJudge | None = None,
        *,
        uses: Uses | None = None,
        environment: Environment = Environment.LIVE,
        trusted_seconds: float = TRUSTED_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._environment = environment
        self._now = now
        self._uses = uses or Uses(database)
        self._trusted_seconds = trusted_seconds
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()

    async def viewer(self, header: bytes | None, peer: str | None = None) -> Viewer:
        """The viewer that an Authorization header names, sent from the address of `peer`; ANONYMOUS without a header.

        Raises Unauthenticated if the credential does not work, and AgreementExpired if it is a partner's whose agreement is over.
        """
        if header is None:
            return ANONYMOUS
        match = HEADER.fullmatch(header)
        if match is None:
            return await self._by_token(header)
        key = match[1].decode(), match[2].decode()
        known = self._known.get(key)
        if known is None or known.until < self._clock():
            known = await self._look_up(key)
        given = hashlib.sha256(match[3]).digest()
        if not hmac.compare_digest(given, known.secret_hash if known else NO_SECRET) or known is None:
            raise self._refused(key[0])
        if known.networks and not is_within(peer, known.networks):
            raise self._refused(key[0])
        self._uses.note(key[1])
        if lacks_agreement(known.viewer):
            raise AgreementExpired
        return known.viewer

    def _refused(self, prefix: str) -> Unauthenticated:
        """The refusal of a credential, which says no more than its prefix tells by itself."""
        own = PREFIXES[self._environment]
        if prefix == own or prefix not in PREFIXES.values():
            return Unauthenticated()
        return Unauthenticated(f"This is a {self._environment} environment: its credentials begin with {own}_.")

    async def _by_token(self, header: bytes) -> Viewer:
        match = TOKEN.fullmatch(header)
        if match is None or self._tokens is None:
            raise Unauthenticated
        return await self._tokens(match[1].decode())

    async def _look_up(self, key: tuple[str, str]) -> Known | None:
        now = self._clock()
        row = await self._database.read(LOOK_UP.text, LOOK_UP.arguments({"prefix": key[0], "id": key[1]}))
        self._known.pop(key, None)
        if row is None:
            return None
        secret_hash, expires_at, addresses, agreement_ends, *found = row
        left = min(expires_at, end_of(agreement_ends)).timestamp() - self._now()
        known = Known(secret_hash, viewer_of(*found), networks_of(addresses.split()), now + min(self._trusted_seconds, left))
        self._known[key] = known
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return known


def _look_up() -> SqlStatement:
    """The credential with its client as one value, if it lives and its client is not revoked."""
    columns = (
        Credential.secret_hash,
        Credential.expires_at,
        func.array_to_string(Credential.addresses, " "),
        AGREEMENT.c.expires_on,
        *VIEWER_COLUMNS,
        Credential.id,
    )
    clients = Credential.__table__.join(ApiClient.__table__, col(ApiClient.id) == Credential.client_id)  # type: ignore[attr-defined]
    return render(
        select(func.row(*columns))
        .select_from(with_agreement(clients))
        .where(
            and_(col(Credential.id) == bindparam("id"), col(Credential.prefix) == bindparam("prefix")),
            col(Credential.expires_at) > func.now(),
            col(Credential.revoked_at).is_(None),
            col(ApiClient.revoked_at).is_(None),
        )
    )


LOOK_UP = _look_up()
