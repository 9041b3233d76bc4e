"""People in a browser: who asks, from the cookie of a session; and which requests may have one.

A session is opened in two ways. Where the embedded PostgreSQL serves, the user of this machine opens one as the sandbox's staff, from a
process of that user (graph/peers.py), under a name of this machine. Where an OpenID issuer is configured, people sign in there
(graph/openid/people.py), and have their sessions under the public address. What holds, and against whom:

other sites' pages       the cookie is not sent with their requests (SameSite); each request needs a header that only a page of this origin
                         can send without being asked first (and who asks is refused), with the session's token, which only such a page can
                         read; Origin and Sec-Fetch-Site are checked. Opening needs the same, or a sign-in that this browser began.
names that are rebound   the Host must be a name of this machine (localhost, 127.0.0.1, [::1]), or that of the public address.
other local users        a session of this machine's user: Linux names the user at the other end; another user is answered nothing, with a
                         stolen cookie neither. Elsewhere every process on the machine counts as its user's: share it with nobody.
other local servers      browsers send a cookie to every port of its host. One that sees it can use it only as a process of the same user,
                         and that could open a session itself.
proxies on this machine  run as another user, or say that they forward.
scripts in our page      cannot read the cookie, and none of another origin is loaded.

A session reads only until it is switched. With an Authorization header the cookie counts for nothing: who sends a credential means it.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlmodel import col
from starlette.types import Scope

from graph import peers
from graph.auth import TRUSTED_SECONDS
from graph.requests import RequestError
from graph.sessions import Session, Sessions, token_of
from graph.settings import OpenId
from graph.sites import Headers, Site, site_of
from graph.viewers import VIEWER_COLUMNS, viewer_of, with_agreement
from models.access import ApiClient, ClientKind
from models.clients import SANDBOX
from models.database import Database, SqlStatement, render
from models.sessions import Mode, Way
from models.viewer import Viewer
from resolvers.errors import NotPermitted, Refusal

TOKEN = b"x-csrf-token"
SESSION = "session"
"""What its cookie is called, behind what its site puts before it."""


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
        self, database: Database, *, is_offered: bool, openid: OpenId | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sessions = Sessions(database)
        self.signs_in = openid is not None and openid.client_id is not None
        self._public_url = openid.public_url if openid else None
        self._database = database
        self._is_offered = is_offered
        self._clock = clock
        self._known: tuple[float, Viewer | None] = (0.0, None)

    def site(self, scope: Scope, headers: Headers) -> Site:
        """Where the browser is that sent a request."""
        return site_of(scope, headers, self._public_url)

    def has_cookie(self, scope: Scope, headers: Headers) -> bool:
        """Whether a request carries a session's cookie that counts: not where none is offered, and not beside a credential."""
        if b"cookie" not in headers or b"authorization" in headers or not (self._is_offered or self.signs_in):
            return False
        return bool(self.site(scope, headers).values(SESSION, headers))

    async def signed(self, scope: Scope, headers: Headers) -> Signed:
        """Who asks by a session's cookie. Raises RequestError if the request is not its page's, or if the session is over."""
        self.check_page(scope, headers)
        signed = await self._find(scope, headers)
        if signed is None:
            raise RequestError("This session has ended. Open another at /graphiql.", code="SESSION_ENDED")
        if not self._may_use(signed.session, scope, headers):
            raise RequestError("A session is for the browser that opened it, where it was opened.", code="SESSION_NOT_OFFERED")
        if not hmac.compare_digest(headers[TOKEN], token_of(signed.secret).encode()):
            raise _not_from_page()
        return signed

    async def open_session(self, scope: Scope, headers: Headers) -> Signed | None:
        """The open session of a request's cookie, whatever else it carries; None if its sender may not use it."""
        signed = await self._find(scope, headers)
        return signed if signed and self._may_use(signed.session, scope, headers) else None

    def may_have_session(self, scope: Scope, headers: Headers) -> bool:
        """Whether whoever sent a request is offered a session without signing in."""
        return self._is_offered and peers.names_this_machine(headers.get(b"host", b"")) and peers.is_own(scope, headers)

    def check_page(self, scope: Scope, headers: Headers) -> None:
        """Raises RequestError unless a request can only have been sent by a page of this origin, or by no browser."""
        origin = self.site(scope, headers).origin.encode()
        if (
            TOKEN not in headers
            or headers.get(b"origin", origin).lower() != origin.lower()
            or headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin"
        ):
            raise _not_from_page()

    async def client(self) -> Viewer | None:
        """The client that sessions act as which nobody signs in for: the first of staff made to try the graph with; None if it is revoked.

        What the database said is trusted for a few seconds, so that a revoked client stops within that time.
        """
        until, viewer = self._known
        if until < (now := self._clock()):
            row = await self._database.read(CLIENT.text, CLIENT.arguments({}))
            viewer = viewer_of(*row) if row else None
            self._known = now + TRUSTED_SECONDS, viewer
        return viewer

    async def _find(self, scope: Scope, headers: Headers) -> Signed | None:
        given = self.site(scope, headers).values(SESSION, headers)
        found = await self.sessions.find(given[0]) if len(given) == 1 else None
        return Signed(given[0], *found) if found else None

    def _may_use(self, session: Session, scope: Scope, headers: Headers) -> bool:
        if session.way is Way.LOCAL:
            return self.may_have_session(scope, headers)
        return self.signs_in and self.site(scope, headers).is_public


def _not_from_page() -> RequestError:
    return RequestError("A request with a session's cookie must come from this server's page, with its X-CSRF-Token.", code="CSRF_REFUSED")


def _client() -> SqlStatement:
    """The columns of a viewer as one value."""
    return render(
        select(func.row(*VIEWER_COLUMNS))
        .select_from(with_agreement(ApiClient.__table__))  # type: ignore[attr-defined]
        .where(
            col(ApiClient.kind) == bindparam("kind", ClientKind.STAFF.value),
            col(ApiClient.name) == bindparam("name", SANDBOX),
            col(ApiClient.revoked_at).is_(None),
        )
        .order_by(col(ApiClient.created_at), col(ApiClient.id))
        .limit(1)
    )


CLIENT = _client()
