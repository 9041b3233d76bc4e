"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ViewerKind(StrEnum):
    """The kinds of viewer that policies tell apart."""

    ANONYMOUS = "ANONYMOUS"
    PARTNER = "PARTNER"
    FOCAL_POINT = "FOCAL_POINT"
    STAFF = "STAFF"
    VERIFIER = "VERIFIER"
    DATA_PROTECTION_OFFICER = "DATA_PROTECTION_OFFICER"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"


IMPACS = frozenset(ViewerKind) - {ViewerKind.ANONYMOUS, ViewerKind.PARTNER, ViewerKind.FOCAL_POINT}
"""The people and programs of CARICOM IMPACS."""

READS_LEDGER = IMPACS - {ViewerKind.ADMINISTRATOR}
"""Who sees every row of the ledger. An administrator gives access to others, and needs none of what they see."""

SETTINGS = ("graph.kind", "graph.agency", "graph.member_state")
"""The settings of PostgreSQL that tell its policies who is asking (row_security.py)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The client that a request's credential names, the agency or member state that it acts for, and what it may do.

    `purposes` and `permitted_fields` are those of the agreement that is in force; `purpose` is the one that the request states. A plan
    depends on `shape` alone; the identifiers are binds of the statement.
    """

    kind: ViewerKind
    client_id: UUID | None = None
    client_name: str | None = None
    agency_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    member_state_code: str | None = None
    credential_id: str | None = None
    agreement_id: UUID | None = None
    purposes: frozenset[str] = frozenset()
    permitted_fields: frozenset[str] = frozenset()
    purpose: str | None = None

    @property
    def personal_fields(self) -> frozenset[str]:
        """The personal fields that an agreement opens to this request: none unless it states one of the agreement's purposes."""
        return self.permitted_fields if self.purpose in self.purposes else frozenset()

    @property
    def settings(self) -> tuple[str, str, str]:
        """The values of `SETTINGS`."""
        return self.kind.value, str(self.agency_id or ""), self.member_state_code or ""

    @property
    def shape(self) -> tuple[ViewerKind, frozenset[str], frozenset[str]]:
        """What a plan may depend on: the kind of viewer, its scopes, and the personal fields open to it; never who it is."""
        return self.kind, self.scopes, self.personal_fields


ANONYMOUS = Viewer(ViewerKind.ANONYMOUS)
