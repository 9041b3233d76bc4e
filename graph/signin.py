"""/session: opens, switches and ends a session. Each is logged with the session's id, none with what would let someone use it.

GET     /session         what is offered, and the session of the cookie with its token; null if there is none
POST    /session         opens one for the user of this machine, and ends the one before
POST    /session/mode    {"mode": "WRITE"} or {"mode": "READ"}
DELETE  /session         ends it, and says where the browser signs out at the OpenID issuer too

Every request carries X-CSRF-Token: the session's token, or any word where there is none yet.
"""

from http import HTTPStatus
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from graph.endpoint import Response
from graph.openid.flow import Flow
from graph.requests import JSON, Bodies, RequestError, is_json
from graph.sessions import LASTS, Session, token_of
from graph.sites import Headers
from graph.staff import SESSION, Signed, Staff
from models.sessions import Mode, Way

BODY_BYTES = 1024
HEADERS = ((b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store"))

log = structlog.get_logger()


class SignIn:
    """The ASGI application at /session and /session/mode."""

    def __init__(self, staff: Staff, flow: Flow | None = None) -> None:
        self._staff = staff
        self._flow = flow
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises RequestError."""
        headers = dict(scope["headers"])
        match scope["method"], scope["path"]:
            case "GET", "/session":
                response = await self._look(scope, headers)
            case "POST", "/session":
                await self._read(headers, receive)
                response = await self._open(scope, headers)
            case "POST", "/session/mode":
                response = await self._switch(scope, headers, await self._read(headers, receive))
            case "DELETE", "/session":
                response = await self._end(scope, headers)
            case _:
                raise RequestError("GET, POST or DELETE /session; POST /session/mode.", code="METHOD_NOT_ALLOWED")
        await response.send(send)

    async def _look(self, scope: Scope, headers: Headers) -> Response:
        self._staff.check_page(scope, headers)
        offered = self._staff.may_have_session(scope, headers) and await self._staff.client() is not None
        asked = b"cookie" in headers and (offered or self._staff.signs_in)
        return self._state(await self._staff.open_session(scope, headers) if asked else None, offered=offered)

    async def _open(self, scope: Scope, headers: Headers) -> Response:
        self._staff.check_page(scope, headers)
        viewer = await self._staff.client() if self._staff.may_have_session(scope, headers) else None
        if viewer is None or viewer.client_id is None:
            raise RequestError(
                "A session is opened from a browser on the machine of an embedded server, by its user.", code="SESSION_NOT_OFFERED"
            )
        await replaced(self._staff, scope, headers)
        secret, session = await self._staff.sessions.open(viewer, Way.LOCAL, request_id_of(scope))
        told("session opened", scope, session)
        cookie = self._staff.site(scope, headers).cookie(SESSION, secret, LASTS.total_seconds(), "Strict")
        return self._state(Signed(secret, session, viewer), cookie=cookie)

    async def _switch(self, scope: Scope, headers: Headers, body: bytes) -> Response:
        signed = await self._staff.signed(scope, headers)
        session = await self._staff.sessions.switch(signed.secret, signed.session, _mode(body), signed.viewer, request_id_of(scope))
        told("session switched", scope, session, mode=session.mode.value)
        return self._state(Signed(signed.secret, session, signed.viewer))

    async def _end(self, scope: Scope, headers: Headers) -> Response:
        signed = await self._staff.signed(scope, headers)
        await closed(self._staff, scope, signed, "by its user")
        leads = await self._flow.sign_out() if self._flow and signed.session.way is Way.OPENID else None
        return self._state(None, cookie=self._staff.site(scope, headers).cookie(SESSION, "", 0, "Strict"), sign_out_url=leads)

    def _state(
        self,
        signed: Signed | None,
        *,
        offered: bool = True,
        cookie: tuple[bytes, bytes] | None = None,
        sign_out_url: str | None = None,
    ) -> Response:
        """The answer to every request: what is offered, and the session."""
        session = signed and {
            "client": signed.viewer.client_name,
            "mode": signed.session.mode.value,
            "csrfToken": token_of(signed.secret),
            "endsAt": signed.session.ends_at.isoformat(timespec="seconds"),
        }
        content: dict[str, Any] = {"offered": offered, "session": session}
        if self._staff.signs_in:
            content["signIn"] = "/signin"
        if sign_out_url:
            content["signOut"] = sign_out_url
        return Response(HTTPStatus.OK.value, (*HEADERS, cookie) if cookie else HEADERS, orjson.dumps(content))

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        if not is_json(headers.get(b"content-type", b"")):
            raise RequestError(f"The body must be {JSON}.", code="UNSUPPORTED_MEDIA_TYPE")
        return await self._bodies.read(headers, receive, BODY_BYTES)


async def replaced(staff: Staff, scope: Scope, headers: Headers) -> None:
    """Ends the session that a browser has, since it is about to have another."""
    if before := await staff.open_session(scope, headers):
        await closed(staff, scope, before, "replaced")


async def closed(staff: Staff, scope: Scope, signed: Signed, why: str) -> None:
    """Ends a session."""
    await staff.sessions.close(signed.secret, signed.viewer, request_id_of(scope))
    told("session ended", scope, signed.session, why=why)


def request_id_of(scope: Scope) -> str:
    """The id of a request."""
    return str(scope["state"]["request_id"])


def told(event: str, scope: Scope, session: Session, **more: str) -> None:
    """Logs what becomes of a session."""
    log.info(event, request_id=request_id_of(scope), session=session.id, client=str(session.client_id), **more)


def _mode(body: bytes) -> Mode:
    try:
        return Mode(orjson.loads(body)["mode"])
    except (ValueError, TypeError, KeyError):
        raise RequestError('The body must be {"mode": "READ"} or {"mode": "WRITE"}.') from None
