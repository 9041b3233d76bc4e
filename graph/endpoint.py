"""/graphql over HTTP: a message to a request, bytes or a refusal to a response. The only map to status codes.

Over application/json a well-formed request is answered 200 even if its GraphQL is refused; over application/graphql-response+json a
refusal has a status of its own. What stands before GraphQL (credentials, methods, sizes, availability) has its status over both.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from graph.auth import Authenticator
from graph.peers import Networks, peer_of
from graph.refusals import Refusals
from graph.requests import (
    GRAPHQL_RESPONSE,
    JSON,
    Bodies,
    ClientGone,
    RequestError,
    from_json,
    from_query_string,
    is_json,
    negotiate,
    purpose,
)
from graph.staff import Staff
from models.viewer import ANONYMOUS, Viewer
from resolvers.errors import AgreementExpired, OnlyQueries, Refusal, Unauthenticated, Unavailable
from resolvers.execute import Graph, Request, execute
from resolvers.failures import UNEXPECTED, is_unreachable, refusal_of

MAX_UNDER_WAY = 500
SUBMITS = re.compile(r"\bsubmit\b")

STATUSES: Mapping[str, HTTPStatus] = {
    "PARSE_ERROR": HTTPStatus.BAD_REQUEST,
    "VALIDATION_ERROR": HTTPStatus.BAD_REQUEST,
    "OPERATION_NOT_FOUND": HTTPStatus.BAD_REQUEST,
    "DOCUMENT_TOO_LARGE": HTTPStatus.BAD_REQUEST,
    "TOO_DEEP": HTTPStatus.BAD_REQUEST,
    "TOO_MANY_FIELDS": HTTPStatus.BAD_REQUEST,
    "TOO_MANY_ALIASES": HTTPStatus.BAD_REQUEST,
    "TOO_MANY_ROOT_FIELDS": HTTPStatus.BAD_REQUEST,
    "TOO_MANY_DIRECTIVES": HTTPStatus.BAD_REQUEST,
    "ALIAS_TOO_LONG": HTTPStatus.BAD_REQUEST,
    "COST_LIMIT": HTTPStatus.BAD_REQUEST,
    "BAD_USER_INPUT": HTTPStatus.BAD_REQUEST,
    "PAGE_SIZE": HTTPStatus.BAD_REQUEST,
    "CURSOR_INVALID": HTTPStatus.BAD_REQUEST,
    "DIMENSION_NOT_RELEASED": HTTPStatus.BAD_REQUEST,
    "BAD_REQUEST": HTTPStatus.BAD_REQUEST,
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
    "AGREEMENT_EXPIRED": HTTPStatus.UNAUTHORIZED,
    "NOT_PERMITTED": HTTPStatus.FORBIDDEN,
    "SESSION_READ_ONLY": HTTPStatus.FORBIDDEN,
    "SESSION_ENDED": HTTPStatus.UNAUTHORIZED,
    "SESSION_NOT_OFFERED": HTTPStatus.FORBIDDEN,
    "CSRF_REFUSED": HTTPStatus.FORBIDDEN,
    "SIGN_IN_FAILED": HTTPStatus.BAD_REQUEST,
    "SIGN_IN_REFUSED": HTTPStatus.FORBIDDEN,
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "METHOD_NOT_ALLOWED": HTTPStatus.METHOD_NOT_ALLOWED,
    "NOT_ACCEPTABLE": HTTPStatus.NOT_ACCEPTABLE,
    "BODY_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "UNSUPPORTED_MEDIA_TYPE": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "HOST_NOT_ALLOWED": HTTPStatus.MISDIRECTED_REQUEST,
    "HEADERS_TOO_LARGE": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "INTERNAL": HTTPStatus.INTERNAL_SERVER_ERROR,
    "BUSY": HTTPStatus.SERVICE_UNAVAILABLE,
    "TIMEOUT": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Each code that an error can carry, with its status over application/graphql-response+json."""

BEFORE_GRAPHQL = (RequestError, OnlyQueries, Unauthenticated, AgreementExpired, Unavailable)
CONTENT_TYPES = {JSON: b"application/json; charset=utf-8", GRAPHQL_RESPONSE: b"application/graphql-response+json; charset=utf-8"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its status, its headers, its body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    async def send(self, send: Send) -> None:
        """Sends the answer whole."""
        length = (b"content-length", str(len(self.body)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]})
        await send({"type": "http.response.body", "body": self.body})


class Endpoint:
    """The ASGI application at /graphql."""

    def __init__(self, graph: Graph, authenticator: Authenticator, staff: Staff, proxies: Networks = ()) -> None:
        self._graph = graph
        self._authenticator = authenticator
        self._staff = staff
        self._refusals = Refusals(graph.database, graph.refusals)
        self._proxies = proxies
        self._bodies = Bodies()
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id: str = scope["state"]["request_id"]
        media = negotiate(headers.get(b"accept", b"*/*"))
        viewer, session, code = ANONYMOUS, None, None
        try:
            if media is None:
                raise RequestError(f"The answer can be {JSON} or {GRAPHQL_RESPONSE}.", code="NOT_ACCEPTABLE")
            only_query: Refusal | None = OnlyQueries() if scope["method"] == "GET" else None
            if self._staff.has_cookie(scope, headers):
                signed = await self._staff.signed(scope, headers)
                viewer, session = signed.viewer, signed.session.id
                only_query = only_query or signed.refusal_of_changes
            else:
                viewer = await self._authenticator.viewer(headers.get(b"authorization"), peer_of(scope, self._proxies))
            request = await self._read(scope, headers, receive, viewer)
            request = replace(request, request_id=request_id, purpose=purpose(headers))
            response = succeeded(await self._execute(request, viewer, only_query), media, viewer)
            if scope["method"] == "GET" and viewer is ANONYMOUS:
                response = revalidated(response, headers.get(b"if-none-match"))
        except ClientGone:
            return
        except Exception as error:
            refusal = refused(error, request_id)
            code = refusal.code
            if isinstance(refusal, Unauthenticated | AgreementExpired):
                await self._refusals.record(headers.get(b"authorization"), code, request_id)
            response = failed(refusal, media or JSON, request_id)
        await response.send(send)
        log.info(
            "request",
            request_id=request_id,
            method=scope["method"],
            status=response.status,
            code=code,
            client=str(viewer.client_id) if viewer.client_id else None,
            session=session,
            bytes=len(response.body),
            ms=round((time.perf_counter() - started) * 1000, 2),
        )

    async def _execute(self, request: Request, viewer: Viewer, only_query: Refusal | None) -> bytes:
        """The operation's data. Only requests that are whole are under way: bodies that never end must not keep others out."""
        self._under_way += 1
        try:
            if self._under_way > MAX_UNDER_WAY:
                raise Unavailable("Too many requests are under way.")
            return await execute(self._graph, request, viewer, only_query=only_query)
        finally:
            self._under_way -= 1

    async def _read(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, viewer: Viewer) -> Request:
        if scope["method"] == "GET":
            return from_query_string(scope["query_string"])
        if scope["method"] != "POST":
            raise RequestError("Send a GraphQL request by POST, or a query by GET.", code="METHOD_NOT_ALLOWED")
        if not is_json(headers.get(b"content-type", b"")) or headers.get(b"content-encoding", b"identity") != b"identity":
            raise RequestError(f"The body must be {JSON} in UTF-8, not compressed.", code="UNSUPPORTED_MEDIA_TYPE")
        limits = self._graph.limits[viewer.kind]
        body = await self._bodies.read(headers, receive, limits.body_bytes)
        request = from_json(body)
        if len(body) > limits.body_bytes_without_submit and not SUBMITS.search(request.query):
            limit = limits.body_bytes_without_submit
            raise RequestError(f"The body of such an operation may have at most {limit} bytes.", code="BODY_TOO_LARGE", limit=limit)
        return request


def succeeded(data: bytes, media: str, viewer: Viewer) -> Response:
    """The answer that holds an operation's data."""
    return Response(HTTPStatus.OK.value, OK_HEADERS[media], b'{"data":' + data + b"}")


def revalidated(response: Response, known: bytes | None) -> Response:
    """The answer of a public query with its entity tag; without a body if the caller knows that one already."""
    tag = b'W/"' + hashlib.sha256(response.body).hexdigest()[:32].encode() + b'"'
    content_type = response.headers[0]
    headers = (content_type, (b"etag", tag), (b"cache-control", b"no-cache"), (b"vary", b"accept, authorization"))
    if known and tag in (each.strip() for each in known.split(b",")):
        return Response(HTTPStatus.NOT_MODIFIED.value, headers[1:], b"")
    return replace(response, headers=headers)


def failed(refusal: Refusal, media: str, request_id: str) -> Response:
    """The answer that holds the errors of a request, and no data."""
    status = STATUSES[refusal.code]
    if media == JSON and status < 500 and not isinstance(refusal, BEFORE_GRAPHQL):
        status = HTTPStatus.OK
    headers = OK_HEADERS[media]
    if status == HTTPStatus.UNAUTHORIZED:
        headers += ((b"www-authenticate", b'Bearer realm="graph", error="invalid_token"'),)
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers += ((b"allow", b"POST" if isinstance(refusal, OnlyQueries) else b"GET, POST"),)
    elif isinstance(refusal, Unavailable):
        headers += ((b"retry-after", str(refusal.retry_after).encode()),)
    errors = [_error(each, request_id) for each in (refusal, *refusal.also)]
    return Response(status.value, headers, orjson.dumps({"errors": errors}))


def _error(refusal: Refusal, request_id: str) -> dict[str, Any]:
    error: dict[str, Any] = {"message": refusal.message}
    if refusal.locations:
        error["locations"] = [{"line": line, "column": column} for line, column in refusal.locations]
    if refusal.path is not None:
        error["path"] = refusal.path
    known = {name: value for name, value in refusal.extensions.items() if value is not None}
    error["extensions"] = {"code": refusal.code, "requestId": request_id, **known}
    return error


def refused(error: Exception, request_id: str) -> Refusal:
    """The refusal that an exception amounts to; what nobody expected is logged, and told by the request's id alone."""
    refusal = refusal_of(error)
    if refusal is not None:
        if refusal.code == "BUSY" and is_unreachable(error):
            log.warning("database unavailable", request_id=request_id, exc_info=error)
        return refusal
    log.error("unexpected", request_id=request_id, exc_info=error)
    return Refusal(f"Something went wrong here. If it happens again, report the request id {request_id}.", code=UNEXPECTED)


OK_HEADERS: Mapping[str, tuple[tuple[bytes, bytes], ...]] = {
    media: ((b"content-type", content_type), (b"cache-control", b"no-store"), (b"vary", b"accept, authorization"))
    for media, content_type in CONTENT_TYPES.items()
}
