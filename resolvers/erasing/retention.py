"""Retention: what is told of people longer than agreements let it be kept.

A statement about a person is kept for so many months after it was stored as the agreement says under which it was sent; where that is not
known, the partner's agreement that was in force on that day. Without either nobody said how long, so that it is told of, and kept.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, and_, bindparam, cast, func, literal_column, or_, select, true
from sqlalchemy.types import Date

from models import audit
from models.access import Agreement
from models.audit import Event, operator
from models.changes import ActorKind
from models.database import Database, Transaction, render
from models.erasures import ErasureReason
from models.individuals import Individual, Participant
from models.statements import Statement
from resolvers.curating.targets import handle
from resolvers.erasing.certificates import Erased, Erasure, Person, erase
from resolvers.errors import Unavailable
from resolvers.submitting.stored import table_of
from resolvers.submitting.submit import take_turn

PURPOSE = "RETENTION"


@dataclass(frozen=True, slots=True)
class Over:
    """A participant with the statements whose time is over."""

    person: Person
    statements: Sequence[UUID]


@dataclass(slots=True)
class Share:
    """What goes of one partner's, or would go: the rows of `places` are those of the certificates."""

    participants: int = 0
    statements: int = 0
    retained: int = 0
    places: dict[str, int] = field(default_factory=dict)
    certificates: list[str] = field(default_factory=list)

    def add(self, erased: Erased) -> None:
        """Counts one erasure."""
        self.participants += erased.certificate["places"].get("participant", 0)
        self.statements += erased.certificate["statements"]
        self.retained += erased.certificate["retained"]
        for place, count in erased.certificate["places"].items():
            self.places[place] = self.places.get(place, 0) + count
        self.certificates.append(erased.objects[0])


@dataclass(frozen=True, slots=True)
class Report:
    """What goes by partner, and how many statements of each partner nobody said how long to keep."""

    shares: dict[str, Share]
    unbounded: dict[str, int]


async def end(database: Database, now: datetime, *, applies: bool, keeps_counts: bool = False) -> Report:
    """What was erased; or what would be, by the same work, which then is rolled back. Each participant is a transaction of its own."""
    async with database.write() as transaction:
        over, unbounded = await _over(transaction, now)
    shares: dict[str, Share] = {}
    for one in over:
        async with database.write() as transaction:
            erased = await _erased(transaction, one, keeps_counts=keeps_counts)
            if not applies:
                transaction.discard()
        if erased is not None:
            shares.setdefault(one.person.partner, Share()).add(erased)
    if not applies:
        for share in shares.values():
            share.certificates.clear()
    return Report(shares, unbounded)


async def _erased(transaction: Transaction, over: Over, *, keeps_counts: bool) -> Erased | None:
    """What went of a participant, recorded as the operator's work."""
    if not await take_turn(transaction, [over.person.partner_id]):
        raise Unavailable("The records of a partner are being changed. Run it again.")
    erasure = Erasure(over.person, ErasureReason.RETENTION_OVER, ActorKind.SYSTEM, over.statements, keeps_counts)
    erased = await erase(transaction, erasure)
    if erased is not None:
        await audit.record(transaction, Event("eraseParticipant", operator(PURPOSE), object_ids=erased.objects))
    return erased


async def _over(transaction: Transaction, now: datetime) -> tuple[list[Over], dict[str, int]]:
    """The participants of whom something is over its time, by partner, and the statements by partner that have none."""
    found: dict[UUID, tuple[Person, list[UUID]]] = {}
    unbounded: Counter[str] = Counter()
    for row in await transaction.fetch(_OVER, now=now):
        if row["retention_months"] is None:
            unbounded[row["handle"]] += 1
        else:
            person = Person(row["participant_id"], row["partner_id"], row["handle"])
            found.setdefault(row["participant_id"], (person, []))[1].append(row["statement_id"])
    return [Over(*each) for each in found.values()], dict(unbounded)


def _statements() -> Select[Any]:
    row, individual, participant, agreement = (table_of(each) for each in (Statement, Individual, Participant, Agreement))
    day = cast(func.timezone("UTC", row.c.created_at), Date())
    in_force = and_(
        row.c.agreement_id.is_(None),
        agreement.c.agency_id == row.c.partner_id,
        day.between(agreement.c.starts_on, agreement.c.expires_on),
        or_(agreement.c.ended_at.is_(None), agreement.c.ended_at > row.c.created_at),
    )
    months = select(agreement.c.retention_months).where(or_(agreement.c.id == row.c.agreement_id, in_force)).correlate(row)
    kept = months.order_by(agreement.c.starts_on.desc(), agreement.c.created_at.desc(), agreement.c.id.desc()).limit(1).lateral("kept")
    whose = handle(participant.c.partner_id)
    joined = individual.join(row, row.c.id == individual.c.statement_id)
    joined = joined.join(participant, participant.c.id == individual.c.participant_id).outerjoin(kept, true())
    ends = row.c.created_at + func.make_interval(literal_column("0"), kept.c.retention_months)
    return (
        select(individual.c.participant_id, participant.c.partner_id, whose, individual.c.statement_id, kept.c.retention_months)
        .select_from(joined)
        .where(or_(kept.c.retention_months.is_(None), ends <= bindparam("now", type_=DateTime(timezone=True))))
        .order_by(whose, individual.c.participant_id, individual.c.statement_id)
    )


_OVER = render(_statements())
