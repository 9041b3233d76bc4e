"""Subject access: all that is stored about a person, given out by the pseudonym that its partner knows it by."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, select

from models import audit
from models.access import PersonalField
from models.agencies import PartnerAgency
from models.audit import AuditEvent, Event, operator
from models.base import Table
from models.changes import Change
from models.database import Transaction, render
from models.erasures import ErasureCertificate
from models.history import HISTORIES
from models.individuals import Individual, Participant
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState
from models.submissions import Submission, SubmissionIssue, SubmissionItem
from resolvers.submitting.stored import among, table_of

PURPOSE = "SUBJECT_ACCESS"
Rows = list[dict[str, Any]]


async def stored_about(transaction: Transaction, partner: str, subject: str) -> dict[str, Rows] | None:
    """The rows about a person, by table; None if there are none. That it was asked for is recorded."""
    found = await transaction.fetch(_PARTICIPANT, partner=partner, subject=subject)
    if not found:
        await audit.record(transaction, Event("exportSubject", operator(PURPOSE), result="PARTICIPANT_NOT_FOUND"))
        return None
    participant = f"Participant:{found[0]['id']}"
    told: dict[str, Rows] = {"participant": [dict(found[0])]}
    told["individual"] = _rows(await transaction.fetch(_INDIVIDUALS, id=found[0]["id"]))
    ids: list[UUID] = [row["statement_id"] for row in told["individual"]]
    named = [participant, *[f"Statement:{id_}" for id_ in ids]]
    for name, statement in _STATEMENTS.items():
        told[name] = _rows(await transaction.fetch(statement, ids=ids))
    told["change"] = _rows(await transaction.fetch(_CHANGES, ids=[str(id_) for id_ in ids]))
    told["erasure_certificate"] = _rows(await transaction.fetch(_CERTIFICATES, participant=participant))
    told["audit_event"] = [_only(named, event) for event in await transaction.fetch(_EVENTS, named=named)]
    fields = sorted(each.value for each in PersonalField)
    await audit.record(transaction, Event("exportSubject", operator(PURPOSE), object_ids=named, fields=fields))
    return told


def _rows(found: Sequence[Any]) -> Rows:
    return [dict(row) for row in found]


def _only(named: Sequence[str], event: Any) -> dict[str, Any]:
    """An event without the objects that are about others."""
    return {**event, "objects": [each for each in event["objects"] if each in named]}


def _about(rows: Any, key: str) -> Select[Any]:
    """The rows of a table about statements, with all that they hold."""
    return select(*rows.c).where(among(rows.c[key], "ids")).order_by(*rows.primary_key)


def _records() -> Select[Any]:
    """What was sent about statements, and when: of the receipt only what is not about others too."""
    item, submission = table_of(SubmissionItem), table_of(Submission)
    named = [submission.c[name] for name in ("submission_key", "client_id", "received_at")]
    joined = item.join(submission, submission.c.id == item.c.submission_id)
    return select(*item.c, *named).select_from(joined).where(among(item.c.entity_id, "ids")).order_by(item.c.submission_id, item.c.index)


def _issues() -> Select[Any]:
    """What was said of those records."""
    item, issue = table_of(SubmissionItem), table_of(SubmissionIssue)
    joined = issue.join(item, (item.c.submission_id == issue.c.submission_id) & (item.c.index == issue.c.index))
    order = (issue.c.submission_id, issue.c.index, issue.c.position)
    return select(*issue.c).select_from(joined).where(among(item.c.entity_id, "ids")).order_by(*order)


def _participant() -> Select[Any]:
    row, agency = table_of(Participant), table_of(PartnerAgency)
    named = (agency.c.code == bindparam("partner", type_=Text()), row.c.subject == bindparam("subject", type_=Text()))
    return select(*row.c).join(agency, agency.c.id == row.c.partner_id).where(*named)


TABLES: dict[type[Table], str] = {
    Statement: "id",
    StatementMemberState: "statement_id",
    StatementDepartment: "statement_id",
    Decision: "statement_id",
}
_individual, _change, _certificate, _event = (table_of(each) for each in (Individual, Change, ErasureCertificate, AuditEvent))
_PARTICIPANT = render(_participant())
_INDIVIDUALS = render(
    select(*_individual.c).where(_individual.c.participant_id == bindparam("id", type_=Uuid())).order_by(_individual.c.statement_id)
)
_STATEMENTS = {
    **{table_of(table).name: render(_about(table_of(table), key)) for table, key in TABLES.items()},
    **{HISTORIES[table].versions.name: render(_about(HISTORIES[table].versions, key)) for table, key in TABLES.items()},
    "submission_item": render(_records()),
    "submission_issue": render(_issues()),
}
_CHANGES = render(_about(_change, "entity_id"))
_CERTIFICATES = render(select(*_certificate.c).where(_certificate.c.participant == bindparam("participant", type_=Text())))
_EVENTS = render(
    select(*_event.c)
    .where(_event.c.objects.bool_op("&&")(bindparam("named", type_=ARRAY(Text()))))
    .order_by(_event.c.recorded_at, _event.c.id)
)
