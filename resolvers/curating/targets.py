"""What a request of staff is about: the rows that it names, its turn among those who change them, and what becomes of each.

A request takes the turn of the partners whose rows it names, as `submit` and `decide` do, and of IMPACS: so nothing is judged by what is
just being changed, and nobody's change is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from models import outbox
from models.access import Scope
from models.agencies import PartnerAgency
from models.base import Table, new_id
from models.changes import ActorKind, ChangeOp, ChangeType
from models.courses import Cohort, Course
from models.database import Transaction, render
from models.outbox import EntityChange
from models.statements import Statement
from models.viewer import Viewer, ViewerKind
from resolvers.errors import InputError
from resolvers.mutation import MutationResult, Permission
from resolvers.submitting.issues import Issue, not_stored
from resolvers.submitting.records import uuid_of
from resolvers.submitting.stored import among, table_of
from resolvers.submitting.submit import take_turn

CURATORS = frozenset({ViewerKind.STAFF, ViewerKind.VERIFIER})
CURATING = Permission(Scope.CURATE, CURATORS)
ACCEPTING = Permission(Scope.CURATE, CURATORS, dict.fromkeys(CURATORS, "what the same client did not send"))
MOST = 500


class CurationStatus(StrEnum):
    """What became of one of the things that a request of staff names."""

    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"
    NOT_ATTEMPTED = "NOT_ATTEMPTED"


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be named: its table, the type of its changes, the column of its sender, and the columns that are judged by."""

    table: type[Table]
    change: ChangeType
    sender: str
    judged: tuple[str, ...]


OFFERED = ("code", "source_ref", "accepted_at", "visibility")
STATED = ("source_ref", "state", "visibility", "kind", "count")
KINDS: Mapping[str, Kind] = {
    "Cohort": Kind(Cohort, ChangeType.COHORT, "submitted_by_id", (*OFFERED, "count_policy", "same_run_as_id")),
    "Course": Kind(Course, ChangeType.COURSE, "submitted_by_id", OFFERED),
    "Statement": Kind(Statement, ChangeType.STATEMENT, "partner_id", (*STATED, "measure", "cohort_id")),
}


@dataclass(slots=True)
class Target:
    """One of the things that a request names; `row` is what is stored of it, None if there is none."""

    index: int
    type: str
    id: UUID
    row: Any = None
    issues: list[Issue] = field(default_factory=list)
    is_unchanged: bool = False
    is_held_back: bool = False

    @property
    def status(self) -> CurationStatus:
        """What became of it."""
        if any(issue.is_error for issue in self.issues):
            return CurationStatus.REJECTED
        if self.is_unchanged:
            return CurationStatus.UNCHANGED
        return CurationStatus.NOT_ATTEMPTED if self.is_held_back else CurationStatus.CHANGED

    @property
    def is_changed(self) -> bool:
        """Whether it is to be changed."""
        return self.status is CurationStatus.CHANGED

    def say(self, code: str, **params: Any) -> None:
        """Adds an issue."""
        self.issues.append(Issue(code, params=params))

    def payload(self) -> dict[str, Any]:
        """Its outcome, as the payload holds it."""
        known = None if self.row is None else self.id
        ids = {f"{type_.lower()}_id": known if type_ == self.type else None for type_ in KINDS}
        return {"index": self.index, "status": self.status.value, **ids, "issues": [issue.row() for issue in self.issues]}

    def change(self, fields: Sequence[str]) -> EntityChange:
        """The change of these fields."""
        return changed(KINDS[self.type].change, self.row, fields)


def changed(type_: ChangeType, row: Any, fields: Sequence[str]) -> EntityChange:
    """The change of a row, which has `id`, `revision`, `source_ref`, its sender's `handle`, and `code` where it can have one."""
    code = row["code"] if "code" in row else None  # noqa: SIM401 - a record of asyncpg has no default
    key = {"code": code} if code is not None else {"partner": row["handle"], "sourceRef": row["source_ref"]}
    return EntityChange(type_, ChangeOp.UPSERT, str(row["id"]), key, row["revision"], fields)


def read(texts: Sequence[str], path: str, *types: str) -> list[Target]:
    """The targets that global identifiers name, in order. Raises InputError for one of another type, one named twice, too many or none."""
    if not 1 <= len(texts) <= MOST:
        raise InputError(f"Name 1 to {MOST}.", path=["input", path])
    targets: dict[UUID, Target] = {}
    for index, text in enumerate(texts):
        target = _read(text, index, types, ["input", path, index])
        if target.id in targets:
            raise InputError(f"This is named before, at {targets[target.id].index}.", path=["input", path, index])
        targets[target.id] = target
    return list(targets.values())


def read_one(text: str, path: str, type_: str) -> Target:
    """The target that a global identifier names. Raises InputError for one of another type."""
    return _read(text, 0, (type_,), ["input", path])


def _read(text: str, index: int, types: Sequence[str], path: list[Any]) -> Target:
    for type_ in types:
        id_ = uuid_of(text, type_)
        if id_ is not None:
            return Target(index, type_, id_)
    raise InputError(f"This is not the id of a {' or '.join(types)}. Send ids exactly as the API gave them.", path=path)


def ids_of(targets: Iterable[Target], type_: str) -> list[UUID]:
    """The keys of the targets of one type."""
    return [target.id for target in targets if target.type == type_]


async def begin(transaction: Transaction, viewer: Viewer, targets: Sequence[Target], *, shows: bool = False) -> bool:
    """Whether the turn of the targets' senders came, and the turn to show something if it does; then the targets have their rows."""
    senders = {viewer.agency_id} if viewer.agency_id else set[UUID]()
    types = sorted({target.type for target in targets})
    for type_ in types:
        senders |= {row["sender_id"] for row in await transaction.fetch(_SENDERS[type_], ids=ids_of(targets, type_))}
    if not await take_turn(transaction, senders, shows=shows):
        return False
    for type_ in types:
        await fill(transaction, targets, type_)
    return True


async def fill(transaction: Transaction, targets: Iterable[Target], type_: str) -> None:
    """Gives the targets of a type their rows, as they stand now; those that there are not are told so."""
    of_type = [target for target in targets if target.type == type_]
    rows = {row["id"]: row for row in await transaction.fetch(_ROWS[type_], ids=ids_of(of_type, type_))}
    for target in of_type:
        target.row = rows.get(target.id)
        if target.row is None:
            target.issues.append(not_stored(f"{type_.upper()}_NOT_FOUND"))


async def finish(
    transaction: Transaction, targets: Sequence[Target], fields: Sequence[str], others: Sequence[EntityChange] = ()
) -> MutationResult:
    """Records the changes, those of `others` first, as one group, and gives the payload."""
    changes = [*others, *[target.change(fields) for target in targets if target.is_changed]]
    await outbox.record(transaction, changes, actor=ActorKind.STAFF, group_id=new_id())
    return result(transaction, targets, accepted=len(others), changes=changes)


def result(
    transaction: Transaction,
    targets: Sequence[Target] = (),
    *,
    accepted: int = 0,
    problems: Sequence[Issue] = (),
    changes: Sequence[EntityChange] = (),
) -> MutationResult:
    """The payload; nothing stays if nothing was changed."""
    outcomes = [target.payload() for target in targets]
    counts = {status.value.lower(): sum(outcome["status"] == status.value for outcome in outcomes) for status in CurationStatus}
    payload = {**counts, "accepted": accepted, "outcomes": outcomes, "problems": [problem.row() for problem in problems]}
    if not changes:
        transaction.discard()
    return MutationResult({"payload": payload}, bool(changes), [change.global_id for change in changes])


def handle(sender: Any) -> Any:
    """The code of the agency with this key, or its own sender's key for it."""
    agency = table_of(PartnerAgency).alias()
    return select(func.coalesce(agency.c.code, agency.c.source_ref)).where(agency.c.id == sender).scalar_subquery().label("handle")


def _senders(kind: Kind) -> Select[Any]:
    row = table_of(kind.table)
    sender = row.c[kind.sender]
    return select(sender.label("sender_id")).where(among(row.c.id, "ids"), sender.is_not(None)).distinct()


def _rows(kind: Kind) -> Select[Any]:
    row = table_of(kind.table)
    return select(row.c.id, row.c.revision, *[row.c[name] for name in kind.judged], handle(row.c[kind.sender])).where(
        among(row.c.id, "ids")
    )


_SENDERS = {type_: render(_senders(kind)) for type_, kind in KINDS.items()}
_ROWS = {type_: render(_rows(kind)) for type_, kind in KINDS.items()}
