"""Sessions of staff in a browser: a cookie names one, a token that only its page knows must come with every request that it makes.

They are in the memory of the one process that serves the embedded PostgreSQL: nothing of them is in a dump, and a restart ends them. Where
several processes serve, they need a table; `Sessions` is what changes then.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

SECONDS = 8 * 3600.0
IDLE_SECONDS = 30 * 60.0
MAX_SESSIONS = 100
SECRET_BYTES = 32


class Mode(StrEnum):
    """What a session may do with the graph."""

    READ = "READ"
    WRITE = "WRITE"


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: an id to log it by, the client that it acts as, its mode, and its times (by the monotonic clock)."""

    id: str
    client_id: UUID
    mode: Mode
    ends: float
    used: float


class Sessions:
    """The open sessions, each under the hash of its secret."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, Session] = OrderedDict()

    def open(self, client_id: UUID) -> tuple[str, Session]:
        """The secret of a new session, for its cookie, and the session: it reads only. Beyond MAX_SESSIONS the oldest ends."""
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        session = Session(secrets.token_hex(4), client_id, Mode.READ, now + SECONDS, now)
        self._open[_hash(secret)] = session
        while len(self._open) > MAX_SESSIONS:
            self._open.popitem(last=False)
        return secret, session

    def find(self, secret: str) -> Session | None:
        """The session of a secret, used now; None if there is none, or if its time is over."""
        key, now = _hash(secret), self._clock()
        session = self._open.get(key)
        if session is None:
            return None
        if now >= session.ends or now >= session.used + IDLE_SECONDS:
            del self._open[key]
            return None
        self._open[key] = session = replace(session, used=now)
        return session

    def switch(self, secret: str, mode: Mode) -> Session | None:
        """The session of a secret, in another mode; None if there is none."""
        session = self.find(secret)
        if session is None:
            return None
        self._open[_hash(secret)] = session = replace(session, mode=mode)
        return session

    def close(self, secret: str) -> None:
        """Ends a session."""
        self._open.pop(_hash(secret), None)

    def ends_at(self, session: Session) -> datetime:
        """When a session ends at the latest."""
        return datetime.now(UTC) + timedelta(seconds=session.ends - self._clock())


def token_of(secret: str) -> str:
    """The token that belongs to a session's secret, and tells nothing of it."""
    return hmac.new(secret.encode(), b"csrf token", hashlib.sha256).hexdigest()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
