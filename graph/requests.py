"""HTTP messages to requests: the media types, the body within its limit, and its parameters (GraphQL over HTTP). Raises RequestError."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message, Receive

from models.agreements import PURPOSE
from resolvers.errors import Refusal, Unavailable
from resolvers.execute import Request

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
OFFERED = (JSON, GRAPHQL_RESPONSE)
BODY_SECONDS = 30.0
MAX_PARAMETERS = 10
MAX_UNFINISHED = 200


class RequestError(Refusal):
    """The message is no GraphQL request. Codes: BAD_REQUEST, BAD_USER_INPUT, BODY_TOO_LARGE, CSRF_REFUSED,
    HEADERS_TOO_LARGE, HOST_NOT_ALLOWED, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, NOT_FOUND, SESSION_ENDED, SESSION_NOT_OFFERED,
    SIGN_IN_FAILED, SIGN_IN_REFUSED, UNSUPPORTED_MEDIA_TYPE.
    """

    code = "BAD_REQUEST"


class ClientGone(Exception):
    """The client left before its request was whole."""


@lru_cache(maxsize=256)
def negotiate(accept: bytes) -> str | None:
    """The media type to answer with, of those that an Accept header allows; None if there is none.

    The higher quality wins, then the one that is named, then the one listed first; else application/json, which older clients expect.
    """
    ranges: dict[str, tuple[float, int]] = {}
    for index, listed in enumerate(accept.decode("latin-1").lower().split(",")):
        name, *parameters = (part.strip() for part in listed.split(";"))
        given = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        if given.get("charset", "utf-8").strip('"') == "utf-8":
            ranges.setdefault(name, (_quality(given.get("q", "1")), -index))
    found = [(*_match(ranges, media), media) for media in OFFERED]
    quality, _, _, media = max(found, key=lambda each: each[:3])
    return media if quality > 0 else None


def _match(ranges: Mapping[str, tuple[float, int]], media: str) -> tuple[float, int, int]:
    for named, specific in ((media, 2), ("application/*", 1), ("*/*", 0)):
        if named in ranges:
            quality, order = ranges[named]
            return quality, specific, order
    return 0.0, 0, 0


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


@lru_cache(maxsize=256)
def is_json(content_type: bytes) -> bool:
    """Whether a Content-Type header says JSON in UTF-8."""
    name, *parameters = (part.strip() for part in content_type.decode("latin-1").lower().split(";"))
    given = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
    return name == JSON and given.get("charset", "utf-8").strip('"') in ("utf-8", "utf8")


class Bodies:
    """Reads the bodies of messages, a limited number of unfinished ones at a time, so that their parts cannot fill the memory."""

    def __init__(self) -> None:
        self._unfinished = 0

    async def read(self, headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
        """The body of a message of at most `limit` bytes; a larger one is refused before it is read whole."""
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared[:20]) > limit:
            raise _too_large(limit)
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body: bytes = message.get("body", b"")
            if len(body) > limit:
                raise _too_large(limit)
            return body
        if self._unfinished >= MAX_UNFINISHED:
            raise Unavailable("Too many bodies are on their way.")
        self._unfinished += 1
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await _read_on(message, receive, limit)
        except TimeoutError:
            raise ClientGone from None
        finally:
            self._unfinished -= 1


async def _read_on(message: Message, receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


def purpose(headers: Mapping[bytes, bytes]) -> str | None:
    """The purpose that a request states in its header, for which it asks for data about people."""
    given = headers.get(b"purpose")
    if given is None:
        return None
    if not PURPOSE.fullmatch(given.decode("latin-1")):
        raise RequestError("The header Purpose is one of your agreement's purposes: capitals, digits and underscores, at most 64.")
    return given.decode()


def from_json(body: bytes) -> Request:
    """The request in a JSON body."""
    given = _loads(body, "The body")
    if type(given) is not dict:
        raise RequestError("The body must be one JSON object with `query`. Batches of several are not taken.")
    return _request(given)


def from_query_string(text: bytes) -> Request:
    """The request in the parameters of a URL, of which `variables` is JSON."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except (ValueError, UnicodeError):
        raise RequestError("The parameters of the URL cannot be read. Send `query` and `variables` percent-encoded, in UTF-8.") from None
    given: dict[str, Any] = dict(pairs)
    if len(given) < len(pairs):
        raise RequestError("Each parameter of the URL may be given once.")
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _loads(given[name].encode(), f"`{name}`")
        else:
            given.pop(name, None)
    return _request(given)


def _request(given: Mapping[str, Any]) -> Request:
    query, name = given.get("query"), given.get("operationName")
    if type(query) is not str:
        raise RequestError("`query` must be a text: the GraphQL document to execute.")
    if name is not None and type(name) is not str:
        raise RequestError("`operationName` must be a text, or null.")
    for parameter in ("variables", "extensions"):
        if type(given.get(parameter)) not in (dict, type(None)):
            raise RequestError(f"`{parameter}` must be a JSON object, or null.")
    return Request(query, name or None, given.get("variables"))


def _loads(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = error.msg
        if "UTF-8" in reason:
            raise RequestError(f"{what} is not valid UTF-8.") from None
        if "surrogate" in reason:
            raise RequestError(f"{what} has half of a surrogate pair at character {error.pos}.", code="BAD_USER_INPUT") from None
        if "infinity" in reason:
            raise RequestError(f"{what} has a number beyond 64 bits at character {error.pos}.", code="BAD_USER_INPUT") from None
        raise RequestError(f"{what} is not JSON: {reason} (character {error.pos}).") from None


def _too_large(limit: int) -> RequestError:
    return RequestError(f"The body may have at most {limit} bytes here.", code="BODY_TOO_LARGE", limit=limit)
