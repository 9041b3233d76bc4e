"""Writes the outbox: the rows that say what a transaction changed, in commit order (product.md D2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, func, literal_column, select, true

from models import history
from models.changes import ActorKind, Change, ChangeOp, ChangeType
from models.database import Transaction, render
from models.history import MOMENT

ADVISORY_LOCK = 0x6F7574626F78  # "outbox": any number that nothing else locks


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One change of one entity.

    `entity_id` is the entity's primary key as text (a UUID, or a code), without the type's name. `key` is the consumer's own
    handle: {"code": ...}, or {"partner": code of the partner, "sourceRef": ...}. `changed_fields` are the API's names of the fields
    that differ from before; none for a new entity, which had no before.
    """

    type: ChangeType
    op: ChangeOp
    entity_id: str
    key: Mapping[str, str]
    revision: int | None = None
    changed_fields: Sequence[str] = ()

    @property
    def global_id(self) -> str:
        """The entity's identifier in the API, with the type's name: PARTNER_AGENCY is PartnerAgency there."""
        return f"{self.type.value.title().replace('_', '')}:{self.entity_id}"


async def record(transaction: Transaction, changes: Sequence[EntityChange], *, actor: ActorKind, group_id: UUID) -> None:
    """Stores the changes as one group, in their order; call it once, after all other writes of the transaction.

    The lock is held until the transaction ends, so positions and times rise in commit order; it is a statement of its own, since those
    after it must see what was committed before it. A group has one time, later than any other's, since nobody ever sees a part of it; so
    a time names a position, also where the clock was set back. Nothing to record takes no lock.
    """
    if not changes:
        return
    await transaction.fetch(_LOCK)
    at = await transaction.value(_TIME)
    shared = {"actor": actor, "group_id": group_id, "at": at}
    await transaction.insert(Change, [_row(change) | shared for change in changes])
    await history.keep(transaction, _entities(changes), at)


def _entities(changes: Sequence[EntityChange]) -> dict[ChangeType, list[UUID]]:
    """The identifiers of the changed entities whose history is kept."""
    entities: dict[ChangeType, list[UUID]] = {}
    for change in changes:
        if change.type in history.KEPT:
            entities.setdefault(change.type, []).append(UUID(change.entity_id))
    return entities


def _row(change: EntityChange) -> dict[str, object]:
    """The columns of a change that are its own."""
    return {
        "type": change.type,
        "op": change.op,
        "entity_id": change.entity_id,
        "key": dict(change.key),
        "revision": change.revision,
        "changed_fields": list(change.changed_fields),
    }


_lock = func.pg_advisory_xact_lock(ADVISORY_LOCK).table_valued("locked")
_LOCK = render(select(true()).select_from(_lock))
_clock = func.clock_timestamp(type_=MOMENT)
_change: Any = Change.__table__  # type: ignore[attr-defined]
_after = select(func.max(_change.c.at) + literal_column("interval '1 microsecond'", Interval())).scalar_subquery()
_TIME = render(select(func.greatest(_clock, _after, type_=MOMENT)))
