"""Credentials to try an embedded server with: one for each kind of client, kept in a file of its folder that only its user may read."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models import agreements, clients
from models.access import ClientKind, PersonalField
from models.agreements import Terms
from models.clients import SANDBOX, STAFF_AGENCY, Issued
from models.database import Transaction

FILE = "sandbox.credentials"
PARTNER = "US-STATE"
MEMBER_STATE = "JM"
DAYS = 90
AGREEMENT_DAYS = 3_650
RETENTION_MONTHS = 60
PURPOSES: Mapping[str, tuple[str, ...]] = {
    PARTNER: ("REPORTING", "EVALUATION"),
    STAFF_AGENCY: ("REPORTING", "EVALUATION", "VERIFICATION", "DATA_PROTECTION"),
}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a client acts for."""

    agency: str | None = None
    member_state: str | None = None


async def make(transaction: Transaction, folder: Path) -> list[Issued]:
    """New credentials of the kinds for which none was ever made, which are also in the file once this returns."""
    for agency in PURPOSES:
        await _agree(transaction, agency)
    issued = []
    for kind in ClientKind:
        if not await clients.exists(transaction, SANDBOX, kind):
            owner = owner_of(kind)
            issued.append(
                await clients.create(
                    transaction,
                    kind=kind,
                    scopes=clients.SCOPES[kind],
                    name=SANDBOX,
                    days=DAYS,
                    agency=owner.agency,
                    member_state=owner.member_state,
                )
            )
    if issued:
        keep(folder / FILE, issued)
    return issued


def owner_of(kind: ClientKind) -> Owner:
    """Whom the client of a kind acts for."""
    match kind:
        case ClientKind.PARTNER:
            return Owner(agency=PARTNER)
        case ClientKind.FOCAL_POINT:
            return Owner(member_state=MEMBER_STATE)
        case _:
            return Owner(agency=STAFF_AGENCY)


async def _agree(transaction: Transaction, agency: str) -> None:
    """Makes an agreement with an agency that never had one."""
    agency_id = await agreements.agency_named(transaction, agency)
    if agency_id is None or any(one.agency == agency for one in await agreements.agreements(transaction)):
        return
    today = datetime.now(UTC).date()
    terms = Terms(
        title="To try the graph with",
        purposes=PURPOSES[agency],
        retention_months=RETENTION_MONTHS,
        starts_on=today,
        expires_on=today + timedelta(days=AGREEMENT_DAYS),
        permitted_fields=tuple(PersonalField),
    )
    await agreements.create(transaction, agency_id, terms)


def keep(file: Path, issued: Sequence[Issued]) -> None:
    """Adds the credentials to a file that only its owner may read."""
    before = file.read_text() if file.exists() else ""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(before + "".join(f"{line}\n" for line in lines(issued)))
    unfinished.rename(file)


def lines(issued: Sequence[Issued]) -> Iterator[str]:
    """A line for each credential: its kind, whom it acts for, and what is sent."""
    for one in issued:
        yield f"{one.kind.lower():23} {one.agency or one.member_state:15} {one.credential}"
