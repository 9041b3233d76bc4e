"""The records of a submission as drafts, and what they can refer to: what is stored, and each other. Pure.

The content of an entity is the same for one that is stored and for one that is sent, so that the two can be compared (contents.py). A new
entity has its identifier from the beginning, so that records can refer to it before it is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final
from uuid import UUID

from models.access import PersonalField
from models.base import new_id
from models.submissions import OutcomeStatus, RecordKind
from resolvers.submitting.envelopes import STATING, Envelope, kind_of, looks_personal
from resolvers.submitting.issues import Path
from resolvers.submitting.personal import WITHHELD
from resolvers.submitting.rules import Reading, is_blank


class Absent(Enum):
    """Stands for an expectedRevision that was not sent."""

    ABSENT = "ABSENT"


ABSENT: Final = Absent.ABSENT
MAX_SOURCE_REF = 200
PERSONAL: Mapping[str, PersonalField] = {
    "participant": PersonalField.PARTICIPANT,
    "roleLevel": PersonalField.ROLE_LEVEL,
    "result": PersonalField.RESULT,
}
"""The fields of an individual that tell of a person, and what an agreement must permit for each."""

UNSENT = frozenset({"actual", "allowed", "changedFields", "length", "limit", "notCompared", "reason", "recordKind", "state"})
"""The parameters of issues that hold nothing of what was sent."""


@dataclass(slots=True)
class Entity:
    """An agency, course, cohort or statement, stored or of this submission, in which case `index` is its record's.

    `state`, `kind` and the client that sent it are a statement's; `canonical` is the cohort that stands for its population; `ours` says
    whether an agency is the partner or below it.
    """

    id: UUID
    content: dict[str, Any] = field(default_factory=dict)
    revision: int | None = None
    index: int | None = None
    canonical: UUID | None = None
    state: str | None = None
    ours: bool = False
    kind: RecordKind | None = None
    sent_by: UUID | None = None

    @property
    def is_stored(self) -> bool:
        """Whether it was there before this submission."""
        return self.revision is not None


Entities = dict[tuple[str, Any], Entity]
"""Entities of one kind by how a reference names them: ("id", UUID), ("code", code), ("sourceRef", the partner's own)."""


@dataclass(slots=True)
class Known:
    """What the records of one submission can refer to. `makes_all`: the partner is IMPACS itself, which makes everything.

    `permitted_fields` are the personal fields that the sender's agreement permits; `open_fields` are those that he may read, and so compare
    with what another client sent.
    """

    partner_id: UUID
    client_id: UUID
    makes_all: bool = False
    permitted_fields: frozenset[str] = frozenset()
    open_fields: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    agencies: Entities = field(default_factory=dict)
    courses: Entities = field(default_factory=dict)
    cohorts: Entities = field(default_factory=dict)
    statements: Entities = field(default_factory=dict)

    def of(self, kind: RecordKind) -> Entities:
        """The entities that records of a kind make or name."""
        match kind:
            case RecordKind.PROGRAMME:
                return self.agencies
            case RecordKind.COURSE:
                return self.courses
            case RecordKind.COHORT:
                return self.cohorts
            case RecordKind.COUNT | RecordKind.INDIVIDUAL | RecordKind.WITHDRAW:
                return self.statements


@dataclass(slots=True)
class Draft(Reading):
    """One record on its way to its outcome: what was sent, what of it was given in meant values, and the entity that it is about.

    `needs` are the records that it refers to, each with the path of the reference.
    """

    index: int = 0
    kind: RecordKind = RecordKind.COUNT
    source_ref: str = ""
    expected: int | Absent | None = ABSENT
    sent: Mapping[str, Any] = field(default_factory=dict)
    known: Known = field(kw_only=True)
    entity: Entity | None = None
    given: dict[str, Any] = field(default_factory=dict)
    needs: list[tuple[int, Path]] = field(default_factory=list)
    status: OutcomeStatus | None = None

    @property
    def record(self) -> Mapping[str, Any]:
        """The record by what it is called and what it says."""
        return {"sourceRef": self.source_ref, "change": {self.kind.value.lower(): self.sent}}

    @property
    def change(self) -> Path:
        """The path of the record's content."""
        return ("change", self.kind.value.lower())

    def say(self, code: str, path: Path, /, **params: Any) -> None:
        """As Reading has it, but of an individual nothing is repeated: a refused record has no statement to erase its issues with."""
        if self.kind is RecordKind.INDIVIDUAL:
            unsent = UNSENT | {"expected"} if code == "INVALID_NUMBER" else UNSENT
            params = {name: value if name in unsent else WITHHELD for name, value in params.items()}
        Reading.say(self, code, path, **params)


def drafts_of(envelope: Envelope, known: Known) -> list[Draft]:
    """The drafts of the records in their order. From now on the partner's sourceRefs name what is sent rather than what is stored."""
    drafts = [_draft(index, record, known) for index, record in enumerate(envelope.records)]
    for index, paths in envelope.unstorable.items():
        for path in paths:
            drafts[index].say("INVALID_TEXT", path)
    for draft in sorted(drafts, key=lambda draft: draft.kind is RecordKind.WITHDRAW):
        _name(draft, known.of(draft.kind))
    return drafts


def _draft(index: int, record: Mapping[str, Any], known: Known) -> Draft:
    kind, sent = kind_of(record)
    return Draft(
        root=("records", str(index)),
        index=index,
        kind=kind,
        source_ref=record["sourceRef"],
        expected=record.get("expectedRevision", ABSENT),
        sent=sent,
        known=known,
    )


def _name(draft: Draft, entities: Entities) -> None:
    """Gives the draft the entity that its sourceRef names; a new one, unless it withdraws."""
    if is_blank(draft.source_ref):
        draft.say("REQUIRED", ("sourceRef",))
        draft.entity = None if draft.kind is RecordKind.WITHDRAW else Entity(new_id(), index=draft.index)
        return
    if len(draft.source_ref) > MAX_SOURCE_REF:
        draft.say("TOO_LONG", ("sourceRef",), limit=MAX_SOURCE_REF, length=len(draft.source_ref))
    elif found := looks_personal(draft.record):
        draft.say("PERSONAL_DATA_NOT_PERMITTED", ("sourceRef",), reason=f"this looks like {found}")
    key = ("sourceRef", draft.source_ref)
    if draft.kind is RecordKind.WITHDRAW:
        draft.entity = entities.get(key)
        return
    draft.entity = _entity(draft, entities.get(key))
    entities[key] = draft.entity
    entities.setdefault(("id", draft.entity.id), draft.entity)


def _entity(draft: Draft, stored: Entity | None) -> Entity:
    if stored is not None:
        return replace(stored, content=dict(stored.content), index=draft.index)
    made = new_id()
    return Entity(made, index=draft.index, canonical=made, ours=draft.kind is RecordKind.PROGRAMME)


def uuid_of(text_: Any, type_name: str) -> UUID | None:
    """The key of a global identifier of this type; None for any other text."""
    prefix, _, key = str(text_).partition(":")
    try:
        return UUID(key) if prefix == type_name and len(key) == 36 else None
    except ValueError:
        return None


def named(reference: Mapping[str, Any], type_name: str) -> tuple[str, Any]:
    """How a one-of reference names something: ("id", UUID or None), ("code", ...) or ("sourceRef", ...)."""
    ((way, key),) = reference.items()
    return (way, uuid_of(key, type_name)) if way == "id" else (way, key)


@dataclass(slots=True)
class Names:
    """How references name entities of one kind: the identifiers, codes and sourceRefs to look for."""

    ids: set[UUID] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    refs: set[str] = field(default_factory=set)

    def add(self, reference: Mapping[str, Any], type_name: str) -> None:
        """Adds what a reference names, if it can name anything."""
        way, key = named(reference, type_name)
        if key is not None:
            found: dict[str, set[Any]] = {"id": self.ids, "code": self.codes, "sourceRef": self.refs}
            found[way].add(key)

    def binds(self) -> dict[str, list[Any]]:
        """The names as the binds of a statement."""
        return {"ids": list(self.ids), "codes": list(self.codes), "refs": list(self.refs)}


def names_in(records: Sequence[Mapping[str, Any]]) -> Mapping[RecordKind, Names]:
    """What the records name: the sourceRefs of their own, and the targets of their references."""
    names = {kind: Names() for kind in RecordKind}
    agencies, courses, cohorts = names[RecordKind.PROGRAMME], names[RecordKind.COURSE], names[RecordKind.COHORT]
    for record in records:
        kind, sent = kind_of(record)
        names[kind].refs.add(record["sourceRef"])
        for owner in ("parent", "owner"):
            if sent.get(owner):
                agencies.add(sent[owner], "PartnerAgency")
        for role in sent.get("roles") or ():
            agencies.add(role["agency"], "PartnerAgency")
        for course in sent.get("courses") or ():
            courses.add(course, "Course")
        if kind in STATING and sent.get("cohort"):
            cohorts.add(sent["cohort"], "Cohort")
    return names
