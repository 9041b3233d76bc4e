"""Stored clients to viewers: the columns that a viewer is made of, with the agreement of its agency that is in force."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ARRAY, Date, Text, Uuid, column, func, true
from sqlmodel import col

from models.access import ApiClient
from models.viewer import Viewer, ViewerKind

AGREEMENT: Any = (
    func.agreement_in_force(col(ApiClient.agency_id))
    .table_valued(
        column("id", Uuid()), column("purposes", ARRAY(Text)), column("permitted_fields", ARRAY(Text)), column("expires_on", Date())
    )
    .lateral("agreement")
)


def viewer_of(
    kind: str,
    client_id: Any,
    name: str,
    agency_id: Any,
    scopes: str,
    member_state_code: str | None = None,
    agreement_id: Any = None,
    purposes: str | None = None,
    permitted_fields: str | None = None,
    credential_id: str | None = None,
) -> Viewer:
    """The viewer that a client is, under the agreement of its agency that is in force."""
    return Viewer(
        ViewerKind(kind),
        client_id,
        name,
        agency_id,
        frozenset(scopes.split()),
        member_state_code=member_state_code,
        credential_id=credential_id,
        agreement_id=agreement_id,
        purposes=frozenset(purposes.split() if purposes else ()),
        permitted_fields=frozenset(permitted_fields.split() if permitted_fields else ()),
    )


VIEWER_COLUMNS = (
    ApiClient.kind,
    ApiClient.id,
    ApiClient.name,
    ApiClient.agency_id,
    func.array_to_string(ApiClient.scopes, " "),
    ApiClient.member_state_code,
    AGREEMENT.c.id,
    func.array_to_string(AGREEMENT.c.purposes, " "),
    func.array_to_string(AGREEMENT.c.permitted_fields, " "),
)
"""What a viewer is made of, but for its credential."""


def with_agreement(clients: Any) -> Any:
    """A join that ends in the clients, with the newest agreement that is in force for each one's agency beside it, if there is any."""
    return clients.outerjoin(AGREEMENT, true())


def lacks_agreement(viewer: Viewer) -> bool:
    """Whether the viewer acts for a partner that has no agreement in force, and so may not come in."""
    return viewer.kind is ViewerKind.PARTNER and viewer.agreement_id is None


def end_of(last_day: date | None) -> datetime:
    """The moment at which an agreement with this last day is over; never, without one."""
    if last_day is None or last_day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(last_day + timedelta(days=1), time(), UTC)
