"""Stores what became of a submission: its rows, the ledger's, and last the changes. One SQL statement a table, whatever the number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, column, func, select, update

from models import ancestry, outbox
from models.agencies import AgencyKind, PartnerAgency
from models.base import new_id
from models.changes import ActorKind, ChangeOp, ChangeType
from models.courses import Cohort, CohortCost, CohortCourse, CohortRole, Course
from models.database import Transaction, render
from models.individuals import Individual, Participant
from models.outbox import EntityChange
from models.statements import CountUnit, Precision, Statement, StatementDepartment, StatementMemberState, StatementState
from models.submissions import OutcomeStatus, RecordKind, Submission, SubmissionIssue, SubmissionItem
from resolvers.submitting.envelopes import Envelope, kind_of, shown_ref
from resolvers.submitting.issues import Issue
from resolvers.submitting.records import Draft, Entity
from resolvers.submitting.stored import PARTNER, among, table_of

STORED = frozenset({OutcomeStatus.CREATED, OutcomeStatus.WITHDRAWN, OutcomeStatus.UNCHANGED})
CHANGE_TYPES: Mapping[RecordKind, ChangeType] = {
    RecordKind.PROGRAMME: ChangeType.PARTNER_AGENCY,
    RecordKind.COURSE: ChangeType.COURSE,
    RecordKind.COHORT: ChangeType.COHORT,
    RecordKind.COUNT: ChangeType.STATEMENT,
    RecordKind.INDIVIDUAL: ChangeType.STATEMENT,
    RecordKind.WITHDRAW: ChangeType.STATEMENT,
}
WITHDRAWN_FIELDS = ("state", "withdrawalReason")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose records these are, how the partner is told in the changes, who sent them, and the partner's agreement that binds them."""

    partner_id: UUID
    handle: str
    client_id: UUID
    actor: ActorKind
    agreement_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission's identity: its own id, whose it is, when it came."""

    id: UUID
    sender: Sender
    received_at: datetime


async def store_envelope(transaction: Transaction, arrival: Arrival, envelope: Envelope, *, committed_at: datetime | None) -> None:
    """Stores the submission itself; its key is bound if it is committed."""
    row = {
        "id": arrival.id,
        "partner_id": arrival.sender.partner_id,
        "client_id": arrival.sender.client_id,
        "submission_key": envelope.key if committed_at else None,
        "mode": envelope.mode.value,
        "atomicity": envelope.atomicity.value,
        "declared_records": envelope.declared_records,
        "declared_people": envelope.declared_people,
        "content_digest": envelope.digest,
        "purpose_note": envelope.purpose_note,
        "people": envelope.people,
        "received_at": arrival.received_at,
        "committed_at": committed_at,
    }
    await transaction.insert(Submission, [row])


async def store_refused(transaction: Transaction, arrival: Arrival, envelope: Envelope, problems: Sequence[Issue]) -> None:
    """Stores a submission that has problems as a whole, so that its payload can be read: no record was attempted."""
    await store_envelope(transaction, arrival, envelope, committed_at=None)
    status = OutcomeStatus.NOT_ATTEMPTED.value
    items = [_item(arrival, index, *_named(record)) | {"status": status} for index, record in enumerate(envelope.records)]
    await transaction.insert(SubmissionItem, items)
    await transaction.insert(SubmissionIssue, _issues(arrival, None, problems))


def _named(record: Mapping[str, Any]) -> tuple[str, RecordKind]:
    return shown_ref(record), kind_of(record)[0]


async def store_outcomes(transaction: Transaction, arrival: Arrival, drafts: Sequence[Draft]) -> None:
    """Stores what became of each record, and what was said about it."""
    await transaction.insert(SubmissionItem, [_outcome(arrival, draft) for draft in drafts])
    issues = [row for draft in drafts for row in _issues(arrival, draft.index, draft.issues)]
    await transaction.insert(SubmissionIssue, issues)


def _item(arrival: Arrival, index: int, source_ref: str, kind: RecordKind) -> dict[str, Any]:
    return {
        "submission_id": arrival.id,
        "index": index,
        "source_ref": source_ref,
        "record_kind": kind,
        "status": None,
        "entity_id": None,
        "revision": None,
    }


def _outcome(arrival: Arrival, draft: Draft) -> dict[str, Any]:
    row = _item(arrival, draft.index, shown_ref(draft.record), draft.kind)
    if draft.status is None:
        raise TypeError("a draft is settled before it is stored")
    row["status"] = draft.status
    if draft.entity is not None and (draft.entity.is_stored or draft.status in STORED):
        row |= {"entity_id": draft.entity.id, "revision": draft.entity.revision or 1}
    return row


def _issues(arrival: Arrival, index: int | None, issues: Iterable[Issue]) -> list[dict[str, Any]]:
    shared = {"submission_id": arrival.id, "index": index}
    return [{"id": new_id(), **shared, "position": position, **issue.row()} for position, issue in enumerate(issues)]


async def store_ledger(transaction: Transaction, arrival: Arrival, drafts: Sequence[Draft]) -> None:
    """Stores what the records make, in the order in which they refer to each other, and withdraws what they take back."""
    await _store_programmes(transaction, arrival, _made(drafts, RecordKind.PROGRAMME))
    await _store_courses(transaction, arrival, _made(drafts, RecordKind.COURSE))
    await _store_cohorts(transaction, arrival, _made(drafts, RecordKind.COHORT))
    await _store_statements(transaction, arrival, _made(drafts, RecordKind.COUNT))
    individuals = _made(drafts, RecordKind.INDIVIDUAL)
    await _store_statements(transaction, arrival, [(draft, id_, _as_count(content)) for draft, id_, content in individuals])
    await _store_individuals(transaction, arrival, individuals)
    await _withdraw(transaction, [draft for draft in drafts if draft.status is OutcomeStatus.WITHDRAWN])


async def record_changes(transaction: Transaction, arrival: Arrival, drafts: Sequence[Draft]) -> list[str]:
    """The global ids of the entities that were made or withdrawn; writes one change for each, last of all."""
    order = {kind: place for place, kind in enumerate(RecordKind)}
    changed = [draft for draft in drafts if draft.status in (OutcomeStatus.CREATED, OutcomeStatus.WITHDRAWN)]
    changes = [_change(arrival, draft) for draft in sorted(changed, key=lambda draft: order[draft.kind])]
    await outbox.record(transaction, changes, actor=arrival.sender.actor, group_id=arrival.id)
    return [change.global_id for change in changes]


def _change(arrival: Arrival, draft: Draft) -> EntityChange:
    is_withdrawn = draft.kind is RecordKind.WITHDRAW
    entity = _entity(draft)
    return EntityChange(
        type=CHANGE_TYPES[draft.kind],
        op=ChangeOp.WITHDRAWN if is_withdrawn else ChangeOp.UPSERT,
        entity_id=str(entity.id),
        key={"partner": arrival.sender.handle, "sourceRef": draft.source_ref},
        revision=entity.revision or 1,
        changed_fields=WITHDRAWN_FIELDS if is_withdrawn else (),
    )


Made = tuple[Draft, UUID, Mapping[str, Any]]
"""A draft that makes something, the identifier of that, and its content."""


def _made(drafts: Iterable[Draft], kind: RecordKind) -> list[Made]:
    made = [(draft, _entity(draft)) for draft in drafts if draft.kind is kind and draft.status is OutcomeStatus.CREATED]
    return [(draft, entity.id, entity.content) for draft, entity in made]


def _entity(draft: Draft) -> Entity:
    if draft.entity is None:
        raise TypeError("a record that changes something has its entity")
    return draft.entity


def _owned(arrival: Arrival, draft: Draft, id_: UUID) -> dict[str, Any]:
    return {"id": id_, "submitted_by_id": arrival.sender.partner_id, "source_ref": draft.source_ref}


async def _store_programmes(transaction: Transaction, arrival: Arrival, made: Sequence[Made]) -> None:
    rows = [
        {
            **_owned(arrival, draft, id_),
            "name": content["name"],
            "labels": content["labels"],
            "kind": AgencyKind.PROGRAMME.value,
            "parent_id": content["parent"],
        }
        for draft, id_, content in made
    ]
    await transaction.insert(PartnerAgency, rows)
    await ancestry.maintain(transaction, [id_ for _, id_, _ in made])


async def _store_courses(transaction: Transaction, arrival: Arrival, made: Sequence[Made]) -> None:
    rows = [
        {
            **_owned(arrival, draft, id_),
            "title": content["title"],
            "subject": content["subject"],
            "owner_id": content["owner"],
            "certified": content["certified"],
            "train_the_trainer": content["trainTheTrainer"],
            "nominal_hours": content["nominalHours"],
            "languages": content["languages"],
        }
        for draft, id_, content in made
    ]
    await transaction.insert(Course, rows)


async def _store_cohorts(transaction: Transaction, arrival: Arrival, made: Sequence[Made]) -> None:
    rows = [_cohort(content) | _owned(arrival, draft, id_) for draft, id_, content in made]
    await transaction.insert(Cohort, rows)
    courses = [
        {"cohort_id": id_, "position": position, "course_id": course}
        for _, id_, content in made
        for position, course in enumerate(content["courses"])
    ]
    await transaction.insert(CohortCourse, courses)
    roles = [{"cohort_id": id_, "agency_id": agency, "role": role} for _, id_, content in made for agency, role in content["roles"]]
    await transaction.insert(CohortRole, roles)
    costs = [
        {"cohort_id": id_, "position": position, "kind": kind, "amount": amount, "currency": currency, "source": source}
        for _, id_, content in made
        for position, (kind, amount, currency, source) in enumerate(content["costs"])
    ]
    await transaction.insert(CohortCost, costs)


def _cohort(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": content["title"],
        "starts_on": content["startsOn"],
        "ends_on": content["endsOn"],
        "date_precision": content["datePrecision"],
        "mode": content["mode"],
        "venue_type": content["venueType"],
        "venue_state_code": content["venueState"],
        "location": content["location"],
        "status": content["status"],
        "narrative": content["narrative"],
        "count_policy": "COUNTS",
    }


async def _store_statements(transaction: Transaction, arrival: Arrival, made: Sequence[Made]) -> None:
    await transaction.insert(Statement, [_statement(arrival, draft, id_, content) for draft, id_, content in made])
    states = [{"statement_id": id_, "member_state_code": code} for _, id_, content in made for code in content["memberStates"]]
    await transaction.insert(StatementMemberState, states)
    departments = [
        {"statement_id": id_, "department_code": code, "institution_type": institution}
        for _, id_, content in made
        for code, institution in content["departments"]
    ]
    await transaction.insert(StatementDepartment, departments)


def _as_count(content: Mapping[str, Any]) -> dict[str, Any]:
    """What an individual says, as the count of one that its statement is; what it tells of a person is stored apart."""
    state, department = content["memberState"], content["department"]
    counted = {"count": 1, "unit": CountUnit.PEOPLE, "precision": Precision.EXACT, "memberStateCount": None, "partitionKey": None}
    places = {"memberStates": [state] if state else [], "departments": [department] if department else []}
    return {**content, **counted, **places}


async def _store_individuals(transaction: Transaction, arrival: Arrival, made: Sequence[Made]) -> None:
    """Stores whom the statements are about. A subject that the partner has not named before is a new participant."""
    if not made:
        return
    subjects = list({content["participant"][0] for _, _, content in made})
    rows = await transaction.fetch(_PARTICIPANTS, partner_id=arrival.sender.partner_id, subjects=subjects)
    known: dict[str, UUID] = {row["subject"]: row["id"] for row in rows}
    new = {subject: new_id() for subject in subjects if subject not in known}
    shared = {"partner_id": arrival.sender.partner_id}
    await transaction.insert(Participant, [{"id": id_, "subject": subject, **shared} for subject, id_ in new.items()])
    await transaction.insert(Individual, [_individual(id_, content, known | new) for _, id_, content in made])


def _individual(statement_id: UUID, content: Mapping[str, Any], participants: Mapping[str, UUID]) -> dict[str, Any]:
    completed_on, hours, certificate_no = content["result"] or (None, None, None)
    return {
        "statement_id": statement_id,
        "participant_id": participants[content["participant"][0]],
        "role_level": content["roleLevel"],
        "completed_on": completed_on,
        "hours": hours,
        "certificate_no": certificate_no,
    }


def _statement(arrival: Arrival, draft: Draft, id_: UUID, content: Mapping[str, Any]) -> dict[str, Any]:
    label, first, last = content["reportingPeriod"] or (None, None, None)
    amount, currency = content["cost"] or (None, None)
    url, title, page, retrieved_on = content["sourceDoc"] or (None, None, None, None)
    return {
        "id": id_,
        "partner_id": arrival.sender.partner_id,
        "source_ref": draft.source_ref,
        "kind": draft.kind.value,
        "cohort_id": content["cohort"],
        "measure": content["measure"],
        "revision": 1,
        "state": StatementState.PENDING,
        "count": content["count"],
        "unit": content["unit"],
        "precision": content["precision"],
        "member_state_count": content["memberStateCount"],
        "only_member_state_code": next(iter(content["memberStates"])) if len(content["memberStates"]) == 1 else None,
        "sex": content["sex"],
        "reporting_period_label": label,
        "reporting_period_from": first,
        "reporting_period_to": last,
        "partition_key": content["partitionKey"],
        "institution": content["institution"],
        "cost_amount": amount,
        "cost_currency": currency,
        "source_url": url,
        "source_title": title,
        "source_page": page,
        "source_retrieved_on": retrieved_on,
        "stated_on": content["statedOn"],
        "visibility": "RESTRICTED",
        "submission_id": arrival.id,
        "created_by_id": arrival.sender.client_id,
        "agreement_id": arrival.sender.agreement_id,
    }


async def _withdraw(transaction: Transaction, drafts: Sequence[Draft]) -> None:
    if drafts:
        ids = [_entity(draft).id for draft in drafts]
        reasons, notes = ([draft.given[name] for draft in drafts] for name in ("reason", "note"))
        await transaction.fetch(_WITHDRAW, ids=ids, reasons=reasons, notes=notes)


def _withdrawal() -> Any:
    row = table_of(Statement)
    given = func.unnest(*[bindparam(name, type_=ARRAY(kind)) for name, kind in (("ids", Uuid()), ("reasons", Text()), ("notes", Text()))])
    taken = given.table_valued(column("id", Uuid()), column("reason", Text()), column("note", Text())).render_derived(name="taken")
    values = {"state": StatementState.WITHDRAWN.value, "withdrawal_reason": taken.c.reason, "withdrawal_note": taken.c.note}
    return update(row).values(values).where(row.c.id == taken.c.id)


def _participants() -> Any:
    row = table_of(Participant)
    return select(row.c.id, row.c.subject).where(row.c.partner_id == PARTNER, among(row.c.subject, "subjects"))


_PARTICIPANTS = render(_participants())
_WITHDRAW = render(_withdrawal())
