"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ViewerKind(StrEnum):
    """The kinds of viewer that policies tell apart."""

    ANONYMOUS = "ANONYMOUS"
    PARTNER = "PARTNER"
    STAFF = "STAFF"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The client that a request's credential names, with the agency that it acts for and its scopes.

    A plan depends on `shape` alone; the identifiers are binds of the statement.
    """

    kind: ViewerKind
    client_id: UUID | None = None
    client_name: str | None = None
    agency_id: UUID | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def shape(self) -> tuple[ViewerKind, frozenset[str]]:
        """What a plan may depend on: the kind of viewer and its scopes, never who it is."""
        return self.kind, self.scopes


ANONYMOUS = Viewer(ViewerKind.ANONYMOUS)
