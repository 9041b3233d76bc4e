"""The refusals: errors that the caller can do something about. No HTTP here; graph/endpoint.py maps them to status codes.

Refusal
├── DocumentError        the document cannot be executed
│   ├── PARSE_ERROR, VALIDATION_ERROR, OPERATION_NOT_FOUND, DOCUMENT_TOO_LARGE
│   └── TOO_DEEP, TOO_MANY_ALIASES, TOO_MANY_ROOT_FIELDS, TOO_MANY_DIRECTIVES, COST_LIMIT
├── InputError           a value is wrong
│   └── BAD_USER_INPUT, PAGE_SIZE, CURSOR_INVALID
├── NotPermitted         the viewer lacks a scope or may not do this
│   └── NOT_PERMITTED
└── Unavailable          try again later
    └── TIMEOUT, BUSY
"""

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """An error with a stable code, the response or input path at fault, and what to do next."""

    code = "REFUSED"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        path: Sequence[str | int] | None = None,
        locations: Sequence[tuple[int, int]] = (),
        **extensions: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.path = list(path) if path is not None else None
        self.locations = list(locations)
        self.extensions = extensions


class DocumentError(Refusal):
    """The document cannot be executed, whatever its variables."""

    code = "VALIDATION_ERROR"


class InputError(Refusal):
    """A value of the request is wrong; `path` names it."""

    code = "BAD_USER_INPUT"


class NotPermitted(Refusal):
    """The viewer may not do this; the message names the scope that is missing."""

    code = "NOT_PERMITTED"


class Unavailable(Refusal):
    """The request could not be served now; `retry_after` is in seconds."""

    code = "BUSY"
