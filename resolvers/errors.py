"""The refusals: errors that the caller can do something about. No HTTP here; graph/endpoint.py maps them to status codes.

Refusal
├── DocumentError        the document cannot be executed
│   ├── PARSE_ERROR, VALIDATION_ERROR, OPERATION_NOT_FOUND, DOCUMENT_TOO_LARGE
│   ├── TOO_DEEP, TOO_MANY_FIELDS, TOO_MANY_ALIASES, TOO_MANY_ROOT_FIELDS, TOO_MANY_DIRECTIVES, COST_LIMIT
│   └── OnlyQueries      METHOD_NOT_ALLOWED: a mutation where only a query may run
├── InputError           a value is wrong
│   └── BAD_USER_INPUT, PAGE_SIZE, CURSOR_INVALID, TOO_DEEP (a filter), DIMENSION_NOT_RELEASED
├── Unauthenticated      UNAUTHENTICATED: the credential is not one that works
├── AgreementExpired     AGREEMENT_EXPIRED: the partner has no agreement in force
├── NotPermitted         the viewer lacks a scope or may not do this
│   └── NOT_PERMITTED, SESSION_READ_ONLY
└── Unavailable          try again later
    └── TIMEOUT, BUSY

graph/requests.py adds RequestError, for requests that are no GraphQL request at all.
"""

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """An error with a stable code, the response or input path at fault, and what to do next; `also` holds others of the same request."""

    code = "REFUSED"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        path: Sequence[str | int] | None = None,
        locations: Sequence[tuple[int, int]] = (),
        also: Sequence["Refusal"] = (),
        **extensions: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.path = list(path) if path is not None else None
        self.locations = list(locations)
        self.also = tuple(also)
        self.extensions = extensions


class DocumentError(Refusal):
    """The document cannot be executed, whatever its variables."""

    code = "VALIDATION_ERROR"


class OnlyQueries(DocumentError):
    """The operation changes data, and came in a way that may only read."""

    code = "METHOD_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("Only a query may be sent by GET. Send a mutation by POST.")


class InputError(Refusal):
    """A value of the request is wrong; `path` names it."""

    code = "BAD_USER_INPUT"


class Unauthenticated(Refusal):
    """The credential is unknown, expired or revoked, or the header is malformed: the same words for each.

    `why` is what the form of what was sent tells by itself.
    """

    code = "UNAUTHENTICATED"

    def __init__(self, why: str | None = None) -> None:
        super().__init__(
            why or "This credential does not work. Send `Authorization: Bearer pg_live_...` as it was issued, or ask for a new one."
        )


class AgreementExpired(Refusal):
    """The credential is a partner's that has no agreement in force: none yet, or no more."""

    code = "AGREEMENT_EXPIRED"

    def __init__(self) -> None:
        super().__init__("Your agency has no agreement in force, so that its credentials open nothing. Ask IMPACS for a new one.")


class NotPermitted(Refusal):
    """The viewer may not do this; the message names the scope that is missing."""

    code = "NOT_PERMITTED"


class ScopeNeeded(NotPermitted):
    """The viewer's client lacks a scope."""

    def __init__(self, scope: str, *, path: Sequence[str | int] | None = None) -> None:
        super().__init__(f"This needs the scope {scope}. Ask IMPACS for a client that has it.", path=path, scope=scope)


class Unavailable(Refusal):
    """The request could not be served now; `retry_after` is in seconds."""

    code = "BUSY"

    def __init__(self, message: str, *, code: str | None = None, retry_after: int = 1) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
