"""/session: opens, switches and ends a session of staff. Each is logged with the session's id, none with what would let someone use it.

GET     /session         what is offered, and the session of the cookie with its token; null if there is none
POST    /session         opens one, and ends the one before
POST    /session/mode    {"mode": "WRITE"} or {"mode": "READ"}
DELETE  /session         ends it

Every request carries X-CSRF-Token: the session's token, or any word where there is none yet.
"""

from http import HTTPStatus

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from graph.endpoint import Response
from graph.requests import JSON, Bodies, RequestError, is_json
from graph.sessions import SECONDS, Mode, Session, token_of
from graph.staff import Headers, Signed, Staff, check_page, cookie_name

BODY_BYTES = 1024
HEADERS = ((b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store"))

log = structlog.get_logger()


class SignIn:
    """The ASGI application at /session and /session/mode."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
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
        check_page(scope, headers)
        offered = self._staff.may_have_session(scope, headers) and await self._staff.client() is not None
        return self._state(await self._staff.open_session(scope, headers) if offered else None, offered=offered)

    async def _open(self, scope: Scope, headers: Headers) -> Response:
        check_page(scope, headers)
        viewer = await self._staff.client() if self._staff.may_have_session(scope, headers) else None
        if viewer is None or viewer.client_id is None:
            raise RequestError(
                "A session is opened from a browser on the machine of an embedded server, by its user.", code="SESSION_NOT_OFFERED"
            )
        if before := await self._staff.open_session(scope, headers):
            self._close(scope, before, "replaced")
        secret, session = self._staff.sessions.open(viewer.client_id)
        _log("session opened", scope, session)
        cookie = f"{cookie_name(scope)}={secret}; Path=/; Max-Age={SECONDS:.0f}; HttpOnly; SameSite=Strict"
        return self._state(Signed(secret, session, viewer), cookie=cookie + ("; Secure" if scope["scheme"] == "https" else ""))

    async def _switch(self, scope: Scope, headers: Headers, body: bytes) -> Response:
        signed = await self._staff.signed(scope, headers)
        session = self._staff.sessions.switch(signed.secret, _mode(body))
        if session is None:
            raise RequestError("This session has ended. Open another at /graphiql.", code="SESSION_ENDED")
        _log("session switched", scope, session, mode=session.mode.value)
        return self._state(Signed(signed.secret, session, signed.viewer))

    async def _end(self, scope: Scope, headers: Headers) -> Response:
        self._close(scope, await self._staff.signed(scope, headers), "by its user")
        return self._state(None, cookie=f"{cookie_name(scope)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")

    def _close(self, scope: Scope, signed: Signed, why: str) -> None:
        self._staff.sessions.close(signed.secret)
        _log("session ended", scope, signed.session, why=why)

    def _state(self, signed: Signed | None, *, offered: bool = True, cookie: str | None = None) -> Response:
        """The answer to every request: what is offered, and the session."""
        session = signed and {
            "client": signed.viewer.client_name,
            "mode": signed.session.mode.value,
            "csrfToken": token_of(signed.secret),
            "endsAt": self._staff.sessions.ends_at(signed.session).isoformat(timespec="seconds"),
        }
        headers = (*HEADERS, (b"set-cookie", cookie.encode())) if cookie else HEADERS
        return Response(HTTPStatus.OK.value, headers, orjson.dumps({"offered": offered, "session": session}))

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        if not is_json(headers.get(b"content-type", b"")):
            raise RequestError(f"The body must be {JSON}.", code="UNSUPPORTED_MEDIA_TYPE")
        return await self._bodies.read(headers, receive, BODY_BYTES)


def _mode(body: bytes) -> Mode:
    try:
        return Mode(orjson.loads(body)["mode"])
    except (ValueError, TypeError, KeyError):
        raise RequestError('The body must be {"mode": "READ"} or {"mode": "WRITE"}.') from None


def _log(event: str, scope: Scope, session: Session, **more: str) -> None:
    log.info(event, request_id=scope["state"]["request_id"], session=session.id, client=str(session.client_id), **more)
