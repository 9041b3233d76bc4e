"""The outermost layer: what every response carries, and what no request gets past."""

import re
import secrets
from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph import peers
from graph.endpoint import failed, refused
from graph.requests import JSON, RequestError

MAX_HEADERS = 100
MAX_HEAD_BYTES = 16 << 10
REQUEST_ID = re.compile(rb"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""A UUID, or 32 hexadecimal digits, as trace ids are: no text in which a caller writes words, since the id stands in the audit log."""

HEALTH = "/health/"
SINGLE = (b"host", b"authorization", b"purpose", b"content-type")
"""The headers that decide something: of two, each party on the way could go by another one."""

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
TEST_ENVIRONMENT = (b"x-environment", b"TEST")
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


class Door:
    """Gives each request an id, checks its head, adds the security headers to its response, and lets no exception out.

    A response that brings one of these headers keeps its own: a page needs a policy that lets it load its scripts.

    In a TEST environment each response says so.

    `direct` names applications by path that are reached without `app`: Starlette's routing and middleware cost some 20 us.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Iterable[str], direct: Mapping[str, ASGIApp], *, is_test: bool = False) -> None:
        self._app = app
        self._direct = direct
        self._always = [*SECURITY_HEADERS, TEST_ENVIRONMENT] if is_test else SECURITY_HEADERS
        self._allowed_hosts = peers.NAMES | {host.lower() for host in allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        added = [*self._always, (b"x-request-id", request_id.encode())]
        if scope["scheme"] == "https":
            added.append(STRICT_TRANSPORT)
        has_started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                given = {name for name, _ in message["headers"]}
                message["headers"].extend(header for header in added if header[0] not in given)
            await send(message)

        try:
            self._check(scope)
            await self._direct.get(scope["path"], self._app)(scope, receive, send_with_headers)
        except Exception as error:
            if has_started:
                raise
            await failed(refused(error, request_id), JSON, request_id).send(send_with_headers)

    def _check(self, scope: Scope) -> None:
        headers = scope["headers"]
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        host = b""
        for name, value in headers:
            size += len(name) + len(value)
            if name == b"host":
                host = value
        if size > MAX_HEAD_BYTES or len(headers) > MAX_HEADERS:
            raise RequestError(
                f"The request line and headers may have at most {MAX_HEAD_BYTES} bytes and {MAX_HEADERS} headers.", code="HEADERS_TOO_LARGE"
            )
        names = [name for name, _ in headers]
        for name in SINGLE:
            if names.count(name) > 1:
                raise RequestError(f"The header {name.decode().title()} may be sent once.")
        if peers.without_port(host) not in self._allowed_hosts and not scope["path"].startswith(HEALTH):
            raise RequestError("This server does not answer for that host.", code="HOST_NOT_ALLOWED")


def _request_id(scope: Scope) -> str:
    """The id that the caller gave, if it has the form of one that was drawn; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return secrets.token_hex(16)
