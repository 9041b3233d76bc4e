"""Credentials to viewers: `Authorization: Bearer <prefix>_<id>_<secret>`.

A credential is looked up by its id and checked by the SHA-256 of its secret; what was found is trusted for a few seconds, so that a request
costs no SQL of its own, and a revoked credential stops within that time in every process. A bearer that is an access token of a configured
OpenID issuer is judged by graph/openid/access.py.
"""

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.access import ApiClient, Credential
from models.database import Database, SqlStatement, render
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.errors import Unauthenticated

TRUSTED_SECONDS = 4.0
MAX_KNOWN = 10_000
HEADER = re.compile(rb"bearer +([a-z]{1,16})_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{16,128})", re.IGNORECASE)
TOKEN = re.compile(rb"bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.IGNORECASE)
NO_SECRET = b"\0" * hashlib.sha256().digest_size

TokenJudge = Callable[[str], Awaitable[Viewer]]
"""Gives the viewer that an access token names, or raises Unauthenticated."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database said about a credential, and until when that is trusted (by the monotonic clock)."""

    secret_hash: bytes
    viewer: Viewer
    until: float


class Authenticator:
    """Tells who is asking from the header of a request."""

    def __init__(
        self,
        database: Database,
        tokens: TokenJudge | None = None,
        *,
        trusted_seconds: float = TRUSTED_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._trusted_seconds = trusted_seconds
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()

    async def viewer(self, header: bytes | None) -> Viewer:
        """The viewer that an Authorization header names; ANONYMOUS without one. Raises Unauthenticated if it does not work."""
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
            raise Unauthenticated
        return known.viewer

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
        secret_hash, expires_at, *client = row
        left = (expires_at - datetime.now(UTC)).total_seconds()
        known = self._known[key] = Known(secret_hash, viewer_of(*client), now + min(self._trusted_seconds, left))
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return known


def viewer_of(kind: str, client_id: Any, name: str, agency_id: Any, scopes: str) -> Viewer:
    """The viewer that a client is."""
    return Viewer(ViewerKind(kind), client_id, name, agency_id, frozenset(scopes.split()))


def _look_up() -> SqlStatement:
    """The credential with its client as one value, if it has not expired and its client is not revoked."""
    columns = (
        Credential.secret_hash,
        Credential.expires_at,
        ApiClient.kind,
        ApiClient.id,
        ApiClient.name,
        ApiClient.agency_id,
        func.array_to_string(ApiClient.scopes, " "),
    )
    return render(
        select(func.row(*columns))
        .join_from(Credential, ApiClient, col(ApiClient.id) == Credential.client_id)
        .where(
            col(Credential.id) == bindparam("id"),
            col(Credential.prefix) == bindparam("prefix"),
            col(Credential.expires_at) > func.now(),
            col(ApiClient.revoked_at).is_(None),
        )
    )


LOOK_UP = _look_up()
