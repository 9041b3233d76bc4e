"""Makes the stored reference data equal to the data files. Loading twice changes nothing; what partners made is never touched.

The order is that of the references between the files. Each subject is compared as a whole, parts included, before it is written, so that
an entity that differs in several places still rises by one revision and says so by one Change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from models import ancestry, outbox
from models.agencies import PartnerAgency
from models.base import new_id
from models.changes import ActorKind, ChangeOp
from models.database import Transaction, render
from models.outbox import EntityChange
from models.reference import comparison, records
from models.reference.comparison import Key, Row, Shape
from models.reference.files import Record, Reference, read
from models.reference.records import Identifiers
from models.reference.subjects import SUBJECTS, Part, Subject

ADVISORY_LOCK = 0x7265666572656E63  # "referenc": two processes that start at once must not both insert


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many entities a load inserted, changed, and found as the files say; a part counts with its entity."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "LoadReport") -> "LoadReport":
        return LoadReport(self.inserted + other.inserted, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass(slots=True)
class Entity:
    """One record, its row, the stored row, whether that is a partner's, and the API's names of the fields in which they differ."""

    record: Record
    row: Row
    identity: Any
    stored: Row | None
    foreign: bool
    differs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PartRows:
    """What is to be written of one part."""

    shape: Shape
    new: list[Row]
    changed: list[Row]
    gone: list[Row]


async def load(transaction: Transaction, reference: Reference | None = None) -> LoadReport:
    """How many entities were inserted, changed and left alone; each inserted or changed one is one row of the outbox.

    Raises ValueError for files that do not fit: an unknown field, an unknown code, a key given twice.
    """
    given = read() if reference is None else reference
    moment = await transaction.value(_LOCK)
    identifiers: Identifiers = {}
    changes: list[EntityChange] = []
    report = LoadReport()
    for subject in SUBJECTS:
        entities = await _compare(transaction, subject, given[subject.file], identifiers)
        parts = [await _compare_part(transaction, part, entities, identifiers) for part in subject.parts]
        await _write(transaction, subject, entities, parts, moment)
        changes += [_change(subject, entity) for entity in entities if entity.stored is None or entity.differs]
        report += _report(entities)
    await outbox.record(transaction, changes, actor=ActorKind.SYSTEM, group_id=new_id())
    return report


async def _compare(transaction: Transaction, subject: Subject, given: Sequence[Record], identifiers: Identifiers) -> list[Entity]:
    """The records beside what is stored. Identifiers are known before other references are looked up: a file may refer to itself."""
    shape = subject.shape
    keys = [shape.key(records.key_columns(subject, record, identifiers)) for record in given]
    if len(set(keys)) < len(keys):
        raise ValueError(f"{subject.file}: a key is given twice")
    found = await comparison.stored(transaction, shape, shape.natural, keys)
    for key, drawn in zip(keys, _drawn(len(keys)), strict=True):
        identifiers[shape.table, key[-1]] = _identity(shape, key, found.get(key), drawn)
    return [_entity(subject, record, key, found.get(key), identifiers) for record, key in zip(given, keys, strict=True)]


def _entity(subject: Subject, record: Record, key: Key, stored: Row | None, identifiers: Identifiers) -> Entity:
    """One record beside its stored row, compared in its own columns."""
    shape = subject.shape
    row = records.row_columns(subject, record, identifiers)
    foreign = stored is not None and any(stored[name] is not None for name in shape.made_by_partners)
    columns = [] if stored is None or foreign else shape.differing(stored, row)
    differs = list(dict.fromkeys(records.api_name(name, subject.references) for name in columns))
    return Entity(record, row, identifiers[shape.table, key[-1]], stored, foreign, differs)


async def _compare_part(transaction: Transaction, part: Part, entities: Sequence[Entity], identifiers: Identifiers) -> PartRows:
    """What is to be written of one part; the entities in whose part something differs are told so."""
    shape = part.shape
    owners = {entity.identity: entity for entity in entities if not entity.foreign}
    rows = [row for entity in owners.values() for row in records.part_rows(part, entity.identity, entity.record, identifiers)]
    given = {shape.key(row): row for row in rows}
    if len(given) < len(rows):
        raise ValueError(f"{part.name}: a key is given twice")
    known = [(identity,) for identity, entity in owners.items() if entity.stored is not None]
    found = await comparison.stored(transaction, shape, shape.natural[:1], known)
    new = [row for key, row in given.items() if key not in found]
    changed = [row for key, row in given.items() if key in found and shape.differing(found[key], row)]
    gone = [row for key, row in found.items() if key not in given]
    for identity in {row[shape.natural[0]] for row in (*new, *changed, *gone)}:
        if owners[identity].stored is not None:
            owners[identity].differs.append(records.camel(part.name))
    return PartRows(shape, new, changed, gone)


async def _write(
    transaction: Transaction, subject: Subject, entities: Sequence[Entity], parts: Sequence[PartRows], moment: datetime
) -> None:
    """Writes what differs. A part is removed before it is added to, since a place in a list may pass to another row."""
    new = [entity for entity in entities if entity.stored is None]
    differing = [entity for entity in entities if entity.stored is not None and entity.differs]
    await transaction.insert(subject.shape.table, [_new_row(subject, entity, moment) for entity in new])
    await comparison.change(transaction, subject.shape, [entity.row for entity in differing])
    for part in parts:
        await comparison.remove(transaction, part.shape, part.gone)
        await comparison.change(transaction, part.shape, part.changed)
        rows = [_new_part(part.shape, row, drawn) for row, drawn in zip(part.new, _drawn(len(part.new)), strict=True)]
        await transaction.insert(part.shape.table, rows)
    if subject.shape.table is PartnerAgency:
        await ancestry.maintain(transaction, [entity.identity for entity in new + differing])


def _drawn(count: int) -> list[UUID]:
    """New identifiers, rising: lists by id are in the order of the files, of which anybody may know how much they hold."""
    return sorted(new_id() for _ in range(count))


def _identity(shape: Shape, key: Key, stored: Row | None, drawn: UUID) -> Any:
    """The identity of an entity: the stored one for ever; else its key where that is the primary key, else the one drawn for it."""
    if stored is not None:
        return stored[shape.identity]
    return drawn if shape.identity == "id" else key[0]


def _new_row(subject: Subject, entity: Entity, moment: datetime) -> Row:
    """The row of a new entity."""
    accepted = {"accepted_at": moment} if subject.accepted else {}
    return {**entity.row, subject.shape.identity: entity.identity, **subject.initial, **accepted}


def _new_part(shape: Shape, row: Row, drawn: UUID) -> Row:
    """A new row of a part, with the identifier drawn for it where the table has one."""
    return {**row, "id": drawn} if shape.identity == "id" else row


def _change(subject: Subject, entity: Entity) -> EntityChange:
    """What the outbox says about an inserted or changed entity."""
    revision = None
    if subject.shape.revised:
        revision = 1 if entity.stored is None else entity.stored["revision"] + 1
    handle = records.handle(subject, entity.record)
    return EntityChange(subject.type, ChangeOp.UPSERT, str(entity.identity), handle, revision, entity.differs)


def _report(entities: Sequence[Entity]) -> LoadReport:
    inserted = sum(entity.stored is None for entity in entities)
    changed = sum(entity.stored is not None and bool(entity.differs) for entity in entities)
    return LoadReport(inserted, changed, len(entities) - inserted - changed)


_locked = func.pg_advisory_xact_lock(ADVISORY_LOCK).table_valued("locked")
_LOCK = render(select(func.now()).select_from(_locked))
