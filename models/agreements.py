"""Makes, ends and lists agreements. A partner has access only while an agreement of its agency is in force.

The one that started last is, until it is over: those before it open nothing again, since it may have narrowed them.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, and_, cast, column, func, select, true, update

from models.access import Agreement, PersonalField
from models.agencies import PartnerAgency
from models.base import new_id
from models.database import Transaction
from models.foreseen import Foreseen
from models.texts import UNWRITABLE, is_empty

MAX_TEXT = 500
MAX_PURPOSES = 20
PURPOSE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
"""A purpose, as the header of a request can state it."""

MAX_RETENTION_MONTHS = 1_200

_agreement: Any = Agreement.__table__  # type: ignore[attr-defined]
_agency: Any = PartnerAgency.__table__  # type: ignore[attr-defined]


class AgreementError(Foreseen):
    """An agreement that there cannot be; `field` is the part of it that is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says."""

    title: str
    purposes: Sequence[str]
    retention_months: int
    starts_on: date
    expires_on: date
    permitted_fields: Collection[PersonalField] = ()
    legal_basis: str | None = None
    transfer: str | None = None


class Standing(StrEnum):
    """Whether an agreement is in force, or why it opens nothing."""

    IN_FORCE = "IN_FORCE"
    NOT_STARTED = "NOT_STARTED"
    EXPIRED = "EXPIRED"
    ENDED = "ENDED"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement with the code of its agency, as it stands on the day `today`, in UTC."""

    agreement_id: UUID
    agency: str
    title: str
    purposes: Sequence[str]
    permitted_fields: Sequence[str]
    retention_months: int
    starts_on: date
    expires_on: date
    ended_at: datetime | None
    created_at: datetime
    is_in_force: bool
    today: date

    @property
    def standing(self) -> Standing:
        """Whether it is in force, or why not: one that would be, but for another that started later, is superseded for good."""
        if self.is_in_force:
            return Standing.IN_FORCE
        if self.ended_at is not None:
            return Standing.ENDED
        if self.starts_on > self.today:
            return Standing.NOT_STARTED
        return Standing.EXPIRED if self.expires_on < self.today else Standing.SUPERSEDED

    @property
    def ever_began(self) -> bool:
        """Whether it was not ended before its first day."""
        return self.ended_at is None or self.ended_at.astimezone(UTC).date() >= self.starts_on


def newest(known: Iterable[Agreed], day: date) -> Agreed | None:
    """That one of an agency's agreements which started last, up to a day: no other can be in force then."""
    started = [one for one in known if one.starts_on <= day and one.ever_began]
    return max(started, key=lambda one: (one.starts_on, one.created_at, one.agreement_id), default=None)


async def create(transaction: Transaction, agency_id: UUID, terms: Terms, created_by_id: UUID | None = None) -> UUID:
    """The id of a new agreement. Raises AgreementError."""
    check(terms)
    row = {
        "id": new_id(),
        "agency_id": agency_id,
        "title": terms.title,
        "legal_basis": terms.legal_basis,
        "transfer": terms.transfer,
        "purposes": list(dict.fromkeys(terms.purposes)),
        "permitted_fields": sorted({each.value for each in terms.permitted_fields}),
        "retention_months": terms.retention_months,
        "starts_on": terms.starts_on,
        "expires_on": terms.expires_on,
        "created_by_id": created_by_id,
    }
    await transaction.insert(Agreement, [row])
    return row["id"]  # type: ignore[return-value]


def check(terms: Terms) -> None:
    """Raises AgreementError unless an agreement can say this."""
    for name, value in (("title", terms.title), ("legalBasis", terms.legal_basis), ("transfer", terms.transfer)):
        if value is not None and not _is_text(value):
            raise AgreementError(f"{name} must be a text of 1 to {MAX_TEXT} characters that are seen, none of control", name)
    if not 1 <= len(terms.purposes) <= MAX_PURPOSES or not all(map(PURPOSE.fullmatch, terms.purposes)):
        words = "each a capital and up to 63 capitals, digits and underscores, such as REPORTING"
        raise AgreementError(f"an agreement has 1 to {MAX_PURPOSES} purposes, {words}", "purposes")
    if not 1 <= terms.retention_months <= MAX_RETENTION_MONTHS:
        raise AgreementError(f"data is kept for 1 to {MAX_RETENTION_MONTHS} months", "retentionMonths")
    if terms.expires_on < terms.starts_on:
        raise AgreementError("the last day lies before the first", "expiresOn")


def _is_text(value: str) -> bool:
    return not is_empty(value) and len(value) <= MAX_TEXT and not UNWRITABLE.search(value)


async def end(transaction: Transaction, agreement_id: UUID) -> bool:
    """Whether an agreement was ended now; False if there is none, or if it was ended before."""
    live = and_(_agreement.c.id == agreement_id, _agreement.c.ended_at.is_(None))
    return bool(await transaction.fetch(update(_agreement).where(live).values(ended_at=func.now()).returning(_agreement.c.id)))


async def agreements(transaction: Transaction, agency_id: UUID | None = None) -> list[Agreed]:
    """Every agreement, or every one with an agency, oldest first."""
    names = ("title", "purposes", "permitted_fields", "retention_months", "starts_on", "expires_on", "ended_at", "created_at")
    columns = (_agreement.c.id.label("agreement_id"), _agency.c.code.label("agency"), *[_agreement.c[name] for name in names])
    in_force = func.agreement_in_force(_agreement.c.agency_id).table_valued(column("id", Uuid())).lateral("in_force")
    today = cast(func.timezone("UTC", func.now()), Date).label("today")
    columns = (*columns, in_force.c.id.is_not_distinct_from(_agreement.c.id).label("is_in_force"), today)
    joined = _agreement.join(_agency, _agency.c.id == _agreement.c.agency_id).outerjoin(in_force, true())
    order = (_agreement.c.created_at, _agreement.c.id)
    asked = true() if agency_id is None else _agreement.c.agency_id == agency_id
    return [Agreed(**row) for row in await transaction.fetch(select(*columns).select_from(joined).where(asked).order_by(*order))]


async def agency_named(transaction: Transaction, code: str) -> UUID | None:
    """The id of the agency with a code."""
    found: UUID | None = await transaction.value(select(_agency.c.id).where(_agency.c.code == code))
    return found
