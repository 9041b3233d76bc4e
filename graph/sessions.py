"""Sessions of people in a browser: a cookie names one, a token that only its page knows must come with every request that it makes.

They are rows under the hash of their secret: every process knows them, an ended one has ended everywhere, and a dump opens none. Each
request looks its session up, in the one SQL statement that also tells the client and what it may do today. So do sign-ins under way.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from graph.viewers import VIEWER_COLUMNS, lacks_agreement, viewer_of, with_agreement
from models import audit
from models.access import ApiClient
from models.audit import Event
from models.database import Database, SqlStatement, render
from models.sessions import Mode, SignIn, Way
from models.sessions import Session as Stored
from models.viewer import Viewer
from resolvers.errors import AgreementExpired

LASTS = timedelta(hours=8)
IDLE = timedelta(minutes=30)
SIGN_IN_LASTS = timedelta(minutes=10)
NOTED_EVERY = timedelta(minutes=1)
"""A session's use is noted this often, so that a request seldom writes."""

MAX_SESSIONS = 20
"""Of one client."""

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: an id to log it by, the client that it acts as, how it was opened, its mode, and when it ends at the latest."""

    id: str
    client_id: UUID
    way: Way
    mode: Mode
    ends_at: datetime


class Sessions:
    """The open sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, viewer: Viewer, way: Way, request_id: str) -> tuple[str, Session]:
        """The secret of a new session of a client, for its cookie, and the session: it reads only. The oldest beyond MAX_SESSIONS end."""
        if viewer.client_id is None:
            raise ValueError("nobody has no session")
        secret, name = new_secret(), secrets.token_hex(4)
        values = {"secret_hash": hash_of(secret), "id": name, "client_id": viewer.client_id, "way": way.value, "mode": Mode.READ.value}
        async with self._database.write(viewer) as transaction:
            await transaction.fetch(CLEAR, client_id=viewer.client_id)
            ends_at = await transaction.value(OPEN, **values)
            await audit.record(transaction, Event("signIn", viewer, request_id))
        return secret, Session(name, viewer.client_id, way, Mode.READ, ends_at)

    async def find(self, secret: str) -> tuple[Session, Viewer] | None:
        """The session of a secret, used now, with its viewer; None if there is none, if its time is over, or if its client is revoked.

        Raises AgreementExpired for a partner's that has no agreement in force.
        """
        row = await self._database.read(FIND.text, FIND.arguments({"secret_hash": hash_of(secret)}))
        if row is None:
            return None
        name, way, mode, ends_at, *client = row
        viewer = viewer_of(*client)
        if lacks_agreement(viewer):
            raise AgreementExpired
        return Session(name, client[1], Way(way), Mode(mode), ends_at), viewer

    async def switch(self, secret: str, session: Session, mode: Mode, viewer: Viewer, request_id: str) -> Session:
        """The session of a secret, in another mode."""
        async with self._database.write(viewer) as transaction:
            await transaction.fetch(SWITCH, secret_hash=hash_of(secret), mode=mode.value)
            await audit.record(transaction, Event("switchSession", viewer, request_id, fields=[mode.value]))
        return replace(session, mode=mode)

    async def close(self, secret: str, viewer: Viewer, request_id: str) -> None:
        """Ends a session of a client."""
        async with self._database.write(viewer) as transaction:
            await transaction.fetch(CLOSE, secret_hash=hash_of(secret))
            await audit.record(transaction, Event("signOut", viewer, request_id))

    async def begin_sign_in(self) -> str:
        """The secret of a sign-in that begins, for its browser's cookie."""
        secret = new_secret()
        async with self._database.write() as transaction:
            await transaction.fetch(FORGET)
            await transaction.fetch(BEGIN, secret_hash=hash_of(secret))
        return secret

    async def end_sign_in(self, secret: str) -> bool:
        """Whether a sign-in was under way under this secret; it is over now, so that nothing of it can be used twice."""
        async with self._database.write() as transaction:
            return bool(await transaction.value(END, secret_hash=hash_of(secret)))


def new_secret() -> str:
    """A secret that nobody guesses."""
    return secrets.token_urlsafe(SECRET_BYTES)


def token_of(secret: str) -> str:
    """The token that belongs to a session's secret, and tells nothing of it."""
    return derived(secret, "csrf token")


def derived(secret: str, use: str) -> str:
    """What follows from a secret for one use, and tells nothing of it or of what follows for others."""
    return hmac.new(secret.encode(), use.encode(), hashlib.sha256).hexdigest()


def hash_of(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


_session: Any = Stored.__table__  # type: ignore[attr-defined]
_sign_in: Any = SignIn.__table__  # type: ignore[attr-defined]
_client: Any = ApiClient.__table__  # type: ignore[attr-defined]
_is_this = _session.c.secret_hash == bindparam("secret_hash")
_is_open = (_session.c.ends_at > func.now()) & (_session.c.used_at > func.now() - IDLE)


def _find() -> SqlStatement:
    """An open session with the columns of its viewer, as one value; that it is used is noted by the way."""
    noted = update(_session).where(_is_this, _is_open, _session.c.used_at < func.now() - NOTED_EVERY).values(used_at=func.now())
    columns = (
        *(_session.c.id, _session.c.way, _session.c.mode, _session.c.ends_at),
        *VIEWER_COLUMNS,
    )
    return render(
        select(func.row(*columns))
        .select_from(with_agreement(_session.join(_client, _client.c.id == _session.c.client_id)))
        .where(_is_this, _is_open, _client.c.revoked_at.is_(None))
        .add_cte(noted.returning(_session.c.id).cte("noted"))
    )


def _clear() -> SqlStatement:
    """Forgets sessions whose time is over, and those of a client that are too many beside a new one."""
    is_mine = _session.c.client_id == bindparam("client_id")
    kept = select(_session.c.secret_hash).where(is_mine).order_by(_session.c.created_at.desc()).limit(MAX_SESSIONS - 1)
    return render(delete(_session).where(or_(~_is_open, is_mine & _session.c.secret_hash.not_in(kept))))


def _open() -> SqlStatement:
    values: dict[str, Any] = {name: bindparam(name) for name in ("secret_hash", "id", "client_id", "way", "mode")}
    return render(insert(_session).values(**values, ends_at=func.now() + LASTS).returning(_session.c.ends_at))


FIND = _find()
CLEAR = _clear()
OPEN = _open()
SWITCH = render(update(_session).where(_is_this).values(mode=bindparam("mode")))
CLOSE = render(delete(_session).where(_is_this))
BEGIN = render(insert(_sign_in).values(secret_hash=bindparam("secret_hash"), ends_at=func.now() + SIGN_IN_LASTS))
END = render(delete(_sign_in).where(_sign_in.c.secret_hash == bindparam("secret_hash")).returning(_sign_in.c.ends_at > func.now()))
FORGET = render(delete(_sign_in).where(_sign_in.c.ends_at < func.now()))
