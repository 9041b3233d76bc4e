"""Claims to roles: what the configuration says that a value of the role claim gives its bearer."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.access import ClientKind, Scope


class Role(BaseModel):
    """What a person with some claim may do, and for whom: an agency (of a partner), a member state (of a focal point), else IMPACS."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: ClientKind
    scopes: frozenset[Scope] = frozenset()
    agency: str | None = None
    member_state: str | None = Field(None, alias="memberState")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind is ClientKind.FOCAL_POINT) != (self.member_state is not None):
            raise ValueError("memberState is given for FOCAL_POINT, and for no other kind")
        if (self.kind is ClientKind.PARTNER) != (self.agency is not None):
            raise ValueError("agency is given for PARTNER, and for no other kind")
        return self


def role_of(claims: Mapping[str, Any], roles: Mapping[str, Role], claim: str) -> Role | None:
    """The first of the configured roles whose value is in the claim; None if none is."""
    given = values(claims, claim)
    return next((role for value, role in roles.items() if value in given), None)


def values(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The texts in a claim, which is a text or a list of them; a name with points also leads into claims, as `realm_access.roles` does."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return frozenset(each for each in listed if isinstance(each, str))
