"""/signin and /signin/callback: a browser signs in at the OpenID issuer, and its person gets a session.

The person becomes a client of the API, with what the claims give by the configuration at each sign-in. Whoever has no role there, or was
revoked here, gets no session but a page that says so. A sign-in ends once, in the browser that began it, within ten minutes.
"""

import hmac
from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.types import Receive, Scope, Send

from graph.endpoint import STATUSES, Response
from graph.openid.flow import AFTER, Attempt, Flow
from graph.openid.roles import Role, role_of
from graph.openid.tokens import Rejected
from graph.requests import RequestError
from graph.sessions import LASTS, SIGN_IN_LASTS
from graph.settings import OpenId
from graph.signin import replaced, request_id_of, told
from graph.sites import Headers, Site
from graph.staff import SESSION, Staff
from models import audit, openid
from models.audit import Event
from models.clients import IMPACS_KINDS, STAFF_AGENCY
from models.database import Database
from models.openid import Vouched
from models.sessions import Way
from models.viewer import ANONYMOUS, Viewer
from resolvers.errors import Refusal

SIGN_IN = "signin"
MAX_NAME = 200
NO_STORE = (b"cache-control", b"no-store")
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signing in did not work</title></head>
<body><h1>Signing in did not work</h1><p>{message}</p><p><a href="/signin">Sign in again</a> or <a href="/graphiql">go on without</a>.</p>
<p>Request {request_id}, {code}</p></body>
</html>
"""

log = structlog.get_logger()


class People:
    """The ASGI application at /signin and /signin/callback."""

    def __init__(self, staff: Staff, flow: Flow, configured: OpenId, database: Database) -> None:
        self._staff = staff
        self._flow = flow
        self._configured = configured
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request: a refusal by a page where the browser wants one. Raises Refusal."""
        headers = dict(scope["headers"])
        site = self._staff.site(scope, headers)
        try:
            if scope["method"] != "GET":
                raise RequestError("Signing in is by GET, in a browser.", code="METHOD_NOT_ALLOWED")
            if scope["path"] == "/signin":
                response = await self._begin(site)
            else:
                response = await self._end(scope, headers, site)
        except Refusal as refusal:
            log.info("sign-in refused", request_id=request_id_of(scope), code=refusal.code)
            if b"text/html" not in headers.get(b"accept", b""):
                raise
            response = refusing(refusal, request_id_of(scope))
        await response.send(send)

    async def _begin(self, site: Site) -> Response:
        if not site.is_public:  # where the issuer sends the browser back to, it must find its cookie
            return leading(f"{self._configured.public_url}/signin")
        secret = await self._staff.sessions.begin_sign_in()
        cookie = site.cookie(SIGN_IN, secret, SIGN_IN_LASTS.total_seconds(), "Lax")
        return leading(await self._flow.begin(Attempt(secret)), cookie)

    async def _end(self, scope: Scope, headers: Headers, site: Site) -> Response:
        given = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        attempt = await self._attempt(site, headers, given)
        try:
            claims = await self._flow.finish(attempt, given)
        except Rejected as rejected:
            log.info("sign-in rejected", request_id=request_id_of(scope), reason=str(rejected))
            raise RequestError("The issuer did not sign you in. Begin again.", code="SIGN_IN_FAILED") from None
        viewer = await self._client(scope, claims)
        await replaced(self._staff, scope, headers)
        secret, session = await self._staff.sessions.open(viewer, Way.OPENID, request_id_of(scope))
        told("session opened", scope, session)
        return leading(AFTER, site.cookie(SESSION, secret, LASTS.total_seconds(), "Lax"), site.cookie(SIGN_IN, "", 0, "Lax"))

    async def _attempt(self, site: Site, headers: Headers, given: Mapping[str, str]) -> Attempt:
        """The sign-in that this browser began, which is over now. What is not its own does not end it."""
        secrets = site.values(SIGN_IN, headers)
        attempt = Attempt(secrets[0]) if site.is_public and len(secrets) == 1 else None
        is_its_own = attempt is not None and hmac.compare_digest(given.get("state", "").encode(), attempt.state.encode())
        if attempt is None or not is_its_own or not await self._staff.sessions.end_sign_in(attempt.secret):
            raise RequestError("This sign-in was not begun in this browser, is over, or took too long. Begin again.", code="SIGN_IN_FAILED")
        return attempt

    async def _client(self, scope: Scope, claims: Mapping[str, Any]) -> Viewer:
        """The client that a person is. Raises RequestError, after noting that."""
        role = role_of(claims, self._configured.roles, self._configured.role_claim)
        viewer = None
        async with self._database.write(ANONYMOUS) as transaction:
            if role is not None:
                viewer = await openid.remember(transaction, self._vouched(claims, role))
            if viewer is None:
                await audit.record(transaction, Event("signIn", ANONYMOUS, request_id_of(scope), result="SIGN_IN_REFUSED"))
        if viewer is None:
            raise RequestError(
                "The issuer knows you, but gives you no role that opens this graph, or you were shut out here. Ask CARICOM IMPACS.",
                code="SIGN_IN_REFUSED",
            )
        return viewer

    def _vouched(self, claims: Mapping[str, Any], role: Role) -> Vouched:
        agency = STAFF_AGENCY if role.kind in IMPACS_KINDS else role.agency
        return Vouched(self._configured.issuer, claims["sub"], name_of(claims), role.kind, role.scopes, agency, role.member_state)


def name_of(claims: Mapping[str, Any]) -> str:
    """What a person is called in lists and beside decisions."""
    given = (claims.get(name) for name in ("name", "preferred_username", "sub"))
    found = next(each for each in given if isinstance(each, str) and each.strip())
    return "".join(character for character in found if character.isprintable()).strip()[:MAX_NAME]


def leading(address: str, *cookies: tuple[bytes, bytes]) -> Response:
    """The answer that leads a browser to an address."""
    return Response(HTTPStatus.SEE_OTHER.value, ((b"location", address.encode()), NO_STORE, *cookies), b"")


def refusing(refusal: Refusal, request_id: str) -> Response:
    """The page that says why there is no session."""
    page = PAGE.format(message=escape(refusal.message), request_id=escape(request_id), code=refusal.code)
    return Response(STATUSES[refusal.code].value, ((b"content-type", b"text/html; charset=utf-8"), NO_STORE), page.encode())
