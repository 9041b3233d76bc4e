"""The binds of a statement: each has a name, an SQL type, and a function that finds its value in a call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, Numeric, any_, bindparam, false, or_
from sqlalchemy.sql.elements import BindParameter

from models.policies import VIEWER_AGENCY, VIEWER_CLIENT, VIEWER_KIND, VIEWER_MEMBER_STATE
from models.viewer import Viewer
from resolvers.compiler.arguments import Argument, Bound, Path
from resolvers.compiler.limits import Limits
from resolvers.errors import InputError

CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much the clock of the database, which dates the changes, may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Call:
    """What one execution of a statement brings: the variables, who asks, the secret that seals cursors, what a mutation gave.

    `request_id` names the request in the audit log.
    """

    variables: Mapping[str, Any]
    viewer: Viewer
    secret: bytes
    limits: Limits
    result: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None


Finder = Callable[[Call], Any]


class Binds:
    """The binds of one plan; `personal` names the fields about people that it reads, which the audit log tells."""

    def __init__(self) -> None:
        self.personal: set[str] = set()
        self.finders: dict[str, Finder] = {
            VIEWER_KIND: lambda call: call.viewer.kind.value,
            VIEWER_AGENCY: lambda call: call.viewer.agency_id,
            VIEWER_CLIENT: lambda call: call.viewer.client_id,
            VIEWER_MEMBER_STATE: lambda call: call.viewer.member_state_code,
        }

    def add(self, finder: Finder, type_: Any) -> BindParameter[Any]:
        """A bind of this SQL type whose value the function finds."""
        name = f"bind_{len(self.finders)}"
        self.finders[name] = finder
        return bindparam(name, type_=type_)

    def argument(self, bound: Bound, type_: Any, convert: Callable[[Any], Any] = lambda value: value) -> BindParameter[Any]:
        """A bind that holds an argument's value, converted."""
        return self.add(lambda call: convert(bound.resolve(call.variables)), comparable(type_))

    def among(self, left: ColumnElement[Any], value: Argument, convert: Callable[[Any], Any] = lambda item: item) -> ColumnElement[bool]:
        """Whether a value equals one of an argument's list."""
        if isinstance(value, Bound):
            return left == any_(self.argument(value, ARRAY(comparable(left.type)), lambda items: [convert(item) for item in items]))
        items = value if isinstance(value, Sequence) else ()
        return or_(false(), *[left == self.argument(item, left.type, convert) for item in items if isinstance(item, Bound)])

    def secret(self) -> BindParameter[Any]:
        """The bind of the secret that seals cursors."""
        self.finders["cursor_secret"] = lambda call: call.secret
        return bindparam("cursor_secret", type_=LargeBinary())

    def result(self, name: str, type_: Any) -> BindParameter[Any]:
        """A bind that holds what a mutation gave under a name."""
        key = f"result_{name}"
        self.finders[key] = lambda call: call.result[name]
        return bindparam(key, type_=type_)


def comparable(type_: Any) -> Any:
    """The type of what a column of this type is compared with: the precision of a column would round it, or overflow."""
    return Numeric() if isinstance(type_, Numeric) else type_


def decode_id(text: Any, type_name: str, *, is_uuid: bool, path: Path) -> Any:
    """The key in a global identifier of this type; raises InputError for any other text."""
    prefix, _, key = str(text).partition(":")
    if prefix == type_name and key:
        if not is_uuid:
            return key
        try:
            return UUID(key)
        except ValueError:
            pass
    raise InputError(f"This is not the id of a {type_name}. Send ids exactly as the API gave them.", path=path)


def past(moment: datetime, path: Path) -> datetime:
    """The moment; raises InputError for one that is still to come, since its answer could not be asked for again."""
    if moment > datetime.now(UTC) + CLOCKS_DIFFER:
        raise InputError("`asOf` is a moment in the future. Give one that has passed, or leave it out for the present.", path=path)
    return moment
