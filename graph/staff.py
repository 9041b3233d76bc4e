"""Staff in a browser on this machine: who asks, from the cookie of a session; and which requests may have one.

Sessions are offered where the embedded PostgreSQL serves, to processes of the same user on this machine (graph/peers.py), under a name of
this machine. What holds, and against whom:

other sites' pages       the cookie is SameSite=Strict; each request needs a header that only a page of this origin can send without being
                         asked first (and who asks is refused), with the session's token, which only such a page can read; Origin and
                         Sec-Fetch-Site are checked. Opening needs the same, so no site can sign a browser in.
names that are rebound   the Host must be a name of this machine: localhost, 127.0.0.1, [::1].
other local users        Linux names the user at the other end; another user is answered nothing, with a stolen cookie neither. Elsewhere
                         every process on the machine counts as its user's: share it with nobody.
other local servers      browsers send a cookie to every port of its host. One that sees it can use it only as a process of the same user,
                         and that could open a session itself.
proxies on this machine  run as another user, or say that they forward.
scripts in our page      cannot read the cookie, and none of another origin is loaded.

A session reads only until it is switched. With an Authorization header the cookie counts for nothing: who sends a credential means it.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlmodel import col
from starlette.types import Scope

from graph import peers
from graph.auth import TRUSTED_SECONDS, viewer_of
from graph.requests import RequestError
from graph.sessions import Mode, Session, Sessions, token_of
from models.access import ApiClient, ClientKind
from models.clients import SANDBOX
from models.database import Database, SqlStatement, render
from models.viewer import Viewer
from resolvers.errors import NotPermitted, Refusal

Headers = Mapping[bytes, bytes]
TOKEN = b"x-csrf-token"


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that a session makes: the session with its secret, and the viewer that it asks as."""

    secret: str
    session: Session
    viewer: Viewer

    @property
    def refusal_of_changes(self) -> Refusal | None:
        """What a mutation is answered: None if the session was switched to changes."""
        if self.session.mode is Mode.WRITE:
            return None
        return NotPermitted("This session reads only. Switch it to changes first, at the top of GraphiQL.", code="SESSION_READ_ONLY")


class Staff:
    """Tells who is asking from the cookie of a request."""

    def __init__(
        self, database: Database, *, is_offered: bool, sessions: Sessions | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sessions = sessions or Sessions(clock)
        self._database = database
        self._is_offered = is_offered
        self._clock = clock
        self._known: tuple[float, Viewer | None] = (0.0, None)

    def has_cookie(self, scope: Scope, headers: Headers) -> bool:
        """Whether a request carries a session's cookie that counts: not where none is offered, and not beside a credential."""
        cookie = headers.get(b"cookie")
        return self._is_offered and cookie is not None and b"authorization" not in headers and bool(_secrets(cookie, cookie_name(scope)))

    async def signed(self, scope: Scope, headers: Headers) -> Signed:
        """Who asks by a session's cookie. Raises RequestError if the request is not its page's, or if the session is over."""
        if not self.may_have_session(scope, headers):
            raise RequestError("Sessions are for this user's browser on this machine.", code="SESSION_NOT_OFFERED")
        check_page(scope, headers)
        signed = await self.open_session(scope, headers)
        if signed is None:
            raise RequestError("This session has ended. Open another at /graphiql.", code="SESSION_ENDED")
        if not hmac.compare_digest(headers[TOKEN], token_of(signed.secret).encode()):
            raise _not_from_page()
        return signed

    async def open_session(self, scope: Scope, headers: Headers) -> Signed | None:
        """The open session of a request's cookie, whatever else it carries."""
        found = _secrets(headers.get(b"cookie", b""), cookie_name(scope))
        session = self.sessions.find(found[0]) if len(found) == 1 else None
        viewer = await self.client() if session else None
        if session is None or viewer is None or viewer.client_id != session.client_id:
            return None
        return Signed(found[0], session, viewer)

    def may_have_session(self, scope: Scope, headers: Headers) -> bool:
        """Whether a session is offered to whoever sent a request."""
        return self._is_offered and peers.names_this_machine(headers.get(b"host", b"")) and peers.is_own(scope, headers)

    async def client(self) -> Viewer | None:
        """The client that sessions act as: the first of staff made to try the graph with; None if it is revoked.

        What the database said is trusted for a few seconds, so that a revoked client stops within that time.
        """
        until, viewer = self._known
        if until < (now := self._clock()):
            row = await self._database.read(CLIENT.text, CLIENT.arguments({}))
            viewer = viewer_of(*row) if row else None
            self._known = now + TRUSTED_SECONDS, viewer
        return viewer


def check_page(scope: Scope, headers: Headers) -> None:
    """Raises RequestError unless a request can only have been sent by a page of this origin, or by no browser."""
    origin = f"{scope['scheme']}://".encode() + headers.get(b"host", b"")
    if (
        TOKEN not in headers
        or headers.get(b"origin", origin).lower() != origin.lower()
        or headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin"
    ):
        raise _not_from_page()


def cookie_name(scope: Scope) -> str:
    """The name of the session's cookie. Browsers do not tell ports apart, so it has the port in it.

    The prefix makes browsers insist on Secure and on no wider host. Over plain HTTP not every browser takes that from this machine either
    (Chromium and Firefox do, Safari does not), so there it is left out: nothing but this machine's own loopback carries the cookie.
    """
    prefix = "__Host-" if scope["scheme"] == "https" else ""
    return f"{prefix}graph-session-{scope['server'][1]}"


def _secrets(cookie: bytes, name: str) -> list[str]:
    pairs = (part.strip().partition("=") for part in cookie.decode("latin-1").split(";"))
    return [value for key, _, value in pairs if key == name]


def _not_from_page() -> RequestError:
    return RequestError("A request with a session's cookie must come from this server's page, with its X-CSRF-Token.", code="CSRF_REFUSED")


def _client() -> SqlStatement:
    """The columns of a viewer as one value."""
    columns = (ApiClient.kind, ApiClient.id, ApiClient.name, ApiClient.agency_id, func.array_to_string(ApiClient.scopes, " "))
    return render(
        select(func.row(*columns))
        .where(
            col(ApiClient.kind) == bindparam("kind", ClientKind.STAFF.value),
            col(ApiClient.name) == bindparam("name", SANDBOX),
            col(ApiClient.revoked_at).is_(None),
        )
        .order_by(col(ApiClient.created_at), col(ApiClient.id))
        .limit(1)
    )


CLIENT = _client()
