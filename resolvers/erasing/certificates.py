"""Destroys what is told of a participant, wherever it is stored, and certifies that.

A function of the database does the work, since the serving role may change neither versions nor decisions nor receipts. What stays of each
statement is its key, its cohort and measure, and its state ERASED.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, Select, Text, Uuid, bindparam, column, func, or_, select
from uuid_utils.compat import uuid8

from models import outbox
from models.base import new_id
from models.changes import ActorKind, ChangeOp, ChangeType
from models.database import Transaction, render
from models.erasures import ErasureCertificate, ErasureReason
from models.individuals import Individual
from models.outbox import EntityChange
from models.statements import Statement
from resolvers.submitting.envelopes import canonical
from resolvers.submitting.stored import among, table_of

RETAINED = "retained"


@dataclass(frozen=True, slots=True)
class Person:
    """A participant, and its partner with the name that changes call it by."""

    participant_id: UUID
    partner_id: UUID
    partner: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """Who is erased and why: with all statements, or those chosen; `keeps_count` goes on counting whoever was counted, as nobody."""

    person: Person
    reason: ErasureReason
    actor: ActorKind
    chosen: Sequence[UUID] | None = None
    keeps_count: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """A certificate, and the global ids of what was erased."""

    certificate_id: UUID
    certificate: dict[str, Any]
    objects: Sequence[str]


async def erase(transaction: Transaction, erasure: Erasure) -> Erased | None:
    """What was erased; None if nothing was left of the participant. The caller has taken the partner's turn."""
    person = erasure.person
    chosen = None if erasure.chosen is None else list(erasure.chosen)
    of = {"participant_id": person.participant_id, "chosen": chosen}
    statements = await transaction.fetch(_STATEMENTS, **of)
    found = await transaction.fetch(_ERASE, partner_id=person.partner_id, keeps_count=erasure.keeps_count, **of)
    places = {row["place"]: row["rows"] for row in found if row["rows"]}
    retained = places.pop(RETAINED, 0)
    if not places:
        return None
    row = _certificate(erasure, len(statements), retained, places)
    await transaction.insert(ErasureCertificate, [row])
    changes = [_change(person, statement) for statement in statements]
    await outbox.record(transaction, changes, actor=erasure.actor, group_id=new_id())
    return Erased(row["id"], row, [f"ErasureCertificate:{row['id']}", *[change.global_id for change in changes]])


def _certificate(erasure: Erasure, statements: int, retained: int, places: dict[str, int]) -> dict[str, Any]:
    """The row of a certificate. Its time is whole seconds, which are written in one way."""
    person, at = erasure.person, datetime.now(UTC).replace(microsecond=0)
    told = {
        "erasedAt": at.isoformat(),
        "participant": f"Participant:{person.participant_id}",
        "partner": f"PartnerAgency:{person.partner_id}",
        "places": places,
        "reason": erasure.reason.value,
        "retained": retained,
        "statements": statements,
    }
    digest = hashlib.sha256(canonical(told)).digest()
    return {
        "id": _named_by(digest),
        "participant": told["participant"],
        "partner_id": person.partner_id,
        "reason": erasure.reason.value,
        "erased_at": at,
        "statements": statements,
        "retained": retained,
        "places": places,
        "hash": digest.hex(),
    }


def _named_by(digest: bytes) -> UUID:
    """The UUID (version 8 of RFC 9562) that holds the first half of a hash, but for the six bits that say what a UUID is."""
    bits = int.from_bytes(digest[:16])
    return uuid8(bits >> 80, bits >> 64 & 0xFFF, bits & (1 << 62) - 1)


def _change(person: Person, row: Any) -> EntityChange:
    key = {"partner": person.partner, "sourceRef": row["source_ref"]}
    return EntityChange(ChangeType.STATEMENT, ChangeOp.ERASED, str(row["id"]), key, row["revision"])


PARTICIPANT = bindparam("participant_id", type_=Uuid())
CHOSEN = bindparam("chosen", type_=ARRAY(Uuid()))


def _statements() -> Select[Any]:
    """The statements that tell of a participant, all or those chosen."""
    row, individual = table_of(Statement), table_of(Individual)
    found = select(row.c.id, row.c.source_ref, row.c.revision).join(individual, individual.c.statement_id == row.c.id)
    return found.where(individual.c.participant_id == PARTICIPANT, or_(CHOSEN.is_(None), among(row.c.id, "chosen"))).order_by(row.c.id)


def _erase() -> Select[Any]:
    partner, keeps_count = bindparam("partner_id", type_=Uuid()), bindparam("keeps_count", type_=Boolean())
    made = func.erase_individuals(partner, PARTICIPANT, CHOSEN, keeps_count)
    return select("*").select_from(made.table_valued(column("place", Text()), column("rows", BigInteger())))


_STATEMENTS, _ERASE = render(_statements()), render(_erase())
