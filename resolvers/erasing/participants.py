"""`eraseParticipant`: what is told of one person is destroyed, by the data protection officer or by the partner that told it.

A partner learns nothing of others' people: one that is not its own is as if it did not exist. Nothing is kept that a subject could be
compared with later, so that only an id finds the certificate again.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, select, true

from models import agreements
from models.access import Scope
from models.changes import ActorKind
from models.database import Transaction, render
from models.erasures import ErasureCertificate, ErasureReason
from models.individuals import Participant
from models.policies import VIEWER_AGENCY, viewer_agency
from models.viewer import Viewer, ViewerKind
from resolvers.curating.targets import handle
from resolvers.erasing.certificates import PARTICIPANT, Erased, Erasure, Person, erase
from resolvers.errors import InputError, NotPermitted, Unavailable
from resolvers.mutation import MutationResult, Permission
from resolvers.submitting.issues import Issue, not_stored
from resolvers.submitting.records import uuid_of
from resolvers.submitting.stored import PARTNER, table_of
from resolvers.submitting.submit import permitted, take_turn

ERASING = Permission(
    Scope.ERASE,
    frozenset({ViewerKind.PARTNER, ViewerKind.DATA_PROTECTION_OFFICER}),
    {ViewerKind.PARTNER: "its own participants, of whom no count is retained"},
)


async def erase_participant(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the certificate, made now or by the erasure before. Raises NotPermitted, InputError, Unavailable."""
    _, agency_id = permitted(viewer, ERASING.scope, ERASING.kinds)
    by_partner = viewer.kind is ViewerKind.PARTNER
    keeps_count = bool(input.get("retainAnonymousCount"))
    if keeps_count and by_partner:
        told = "Only IMPACS decides that somebody goes on being counted. Leave retainAnonymousCount out."
        raise NotPermitted(told, path=["input", "retainAnonymousCount"])
    if not by_partner and (wrong := await _misnamed(transaction, input["participant"])):
        transaction.discard()
        return MutationResult({"payload": _payload(None, wrong)}, False)
    person, participant_id = await _named(transaction, viewer, agency_id, input["participant"])
    erased: Erased | None = None
    if person is not None:
        if not await take_turn(transaction, [person.partner_id]):
            raise Unavailable("Another request that changes this partner's records is under way. Send the same again shortly.")
        actor = ActorKind.PARTNER if by_partner else ActorKind.STAFF
        erased = await erase(transaction, Erasure(person, ErasureReason(input["reason"]), actor, keeps_count=keeps_count))
    if erased is not None:
        return MutationResult({"payload": _payload(erased.certificate_id)}, True, erased.objects)
    transaction.discard()
    before = await transaction.value(_CERTIFIED[viewer.kind], participant=f"Participant:{participant_id}", **_identity(viewer))
    issues = () if before else (Issue("PARTICIPANT_NOT_FOUND", ("participant",)),)
    return MutationResult({"payload": _payload(before, *issues)}, False)


async def _misnamed(transaction: Transaction, reference: Mapping[str, Any]) -> Issue | None:
    """What is wrong with the partner that a pseudonym is said to be of. Partners are not told: for them there is no such participant."""
    path = ("participant", "subject", "partner")
    if reference.get("subject") is None:
        return None
    code = reference["subject"].get("partner")
    if code is None:
        return Issue("REQUIRED", path)
    return None if await agreements.agency_named(transaction, code) else not_stored("AGENCY_UNKNOWN", path)


async def _named(
    transaction: Transaction, viewer: Viewer, agency_id: UUID, reference: Mapping[str, Any]
) -> tuple[Person | None, UUID | None]:
    """The participant that a reference names, if it is stored and the viewer's to erase, and its key, as far as that is known."""
    identity = _identity(viewer)
    if reference.get("id") is not None:
        id_ = uuid_of(reference["id"], "Participant")
        if id_ is None:
            told = "This is not the id of a Participant. Send ids exactly as the API gave them."
            raise InputError(told, path=["input", "participant", "id"])
        rows = await transaction.fetch(_BY_ID[viewer.kind], participant_id=id_, **identity)
    else:
        subject, code = reference["subject"]["subject"], reference["subject"].get("partner")
        partner_id = agency_id if code is None else await agreements.agency_named(transaction, code)
        rows, id_ = await transaction.fetch(_BY_SUBJECT[viewer.kind], partner_id=partner_id, subject=subject, **identity), None
    return (Person(*rows[0]), rows[0]["id"]) if rows else (None, id_)


def _payload(id_: UUID | None, *issues: Issue) -> dict[str, object]:
    return {"id": id_ and str(id_), "issues": [issue.row() for issue in issues]}


def _identity(viewer: Viewer) -> dict[str, UUID | None]:
    return {VIEWER_AGENCY: viewer.agency_id} if viewer.kind is ViewerKind.PARTNER else {}


def _found(*conditions: Any) -> Select[Any]:
    row = table_of(Participant)
    return select(row.c.id, row.c.partner_id, handle(row.c.partner_id)).where(*conditions)


_participant, _certificate = table_of(Participant), table_of(ErasureCertificate)
_OWN: Mapping[ViewerKind, Callable[[Any], Any]] = {
    ViewerKind.DATA_PROTECTION_OFFICER: lambda row: true(),
    ViewerKind.PARTNER: lambda row: row.c.partner_id == viewer_agency(),
}
_BY_ID = {kind: render(_found(_participant.c.id == PARTICIPANT, own(_participant))) for kind, own in _OWN.items()}
_BY_SUBJECT = {
    kind: render(
        _found(_participant.c.partner_id == PARTNER, _participant.c.subject == bindparam("subject", type_=Text()), own(_participant))
    )
    for kind, own in _OWN.items()
}
_CERTIFIED = {
    kind: render(
        select(_certificate.c.id)
        .where(_certificate.c.participant == bindparam("participant", type_=Text()), own(_certificate))
        .order_by(_certificate.c.erased_at.desc())
        .limit(1)
    )
    for kind, own in _OWN.items()
}
