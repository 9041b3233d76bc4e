"""`submit`: checks a submission, stores it with what it changes, and records the changes (product.md C2, C3).

A submission that is only checked, or of which nothing can be stored, takes the same path and is rolled back after its payload is read; so
its outcomes are those of a commit. Submissions and decisions about one partner's records run one after the other, by an advisory lock that
ends with the transaction: the rules about sums, and the answer to a key, never rest on what another transaction is about to change.
"""

import asyncio
import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Select, Text, Uuid, and_, bindparam, column, func, or_, select, true

from models.access import Scope
from models.agencies import PartnerAgency
from models.base import new_id
from models.changes import ActorKind
from models.database import Transaction, render
from models.policies import VIEWER_AGENCY, Door, tells_of_nobody
from models.releases import ADVISORY_LOCK
from models.submissions import Submission
from models.viewer import Viewer, ViewerKind
from resolvers.errors import InputError, NotPermitted, ScopeNeeded
from resolvers.mutation import MutationResult, Permission
from resolvers.submitting import entries, outcomes, stored, stored_claims, weighing
from resolvers.submitting.entries import Arrival, Sender
from resolvers.submitting.envelopes import Envelope, kind_of, open_envelope, problems
from resolvers.submitting.issues import Issue
from resolvers.submitting.personal import WITHHELD
from resolvers.submitting.records import Draft, Known, drafts_of, named, names_in
from resolvers.submitting.stored import PARTNER, among, table_of

WAIT_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
RETRY_AFTER_MS = 1_000
SUBMITTING = Permission(
    Scope.SUBMIT,
    frozenset({ViewerKind.PARTNER, ViewerKind.STAFF}),
    {ViewerKind.PARTNER: "its own records", ViewerKind.STAFF: "those of any partner, on its behalf"},
)


async def submit(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the submission's id, and whether it is the one that was stored before under this key.

    Raises NotPermitted for a viewer who may not submit, or not for this partner, and InputError where the envelope's form is wrong.
    """
    client_id, agency_id = permitted(viewer, SUBMITTING.scope, SUBMITTING.kinds)
    envelope = open_envelope(input)
    received_at = datetime.now(UTC)
    partner = await _partner(transaction, viewer, agency_id, envelope)
    agreement_id, permitted_fields = await _bound(transaction, viewer, partner["id"])
    handle = partner["code"] or partner["source_ref"]
    sender = Sender(partner["id"], handle, client_id, ActorKind(viewer.kind.value), agreement_id)
    arrival = Arrival(new_id(), sender, received_at)
    found = problems(envelope)
    if not found and not await take_turn(transaction, [sender.partner_id]):
        found = [in_progress()]
    if not found and envelope.commits:
        first = await transaction.fetch(_BY_KEY, partner_id=sender.partner_id, submission_key=envelope.key)
        is_ours = any(row["client_id"] == client_id or (sender.partner_id == agency_id and row["tells_of_nobody"]) for row in first)
        if is_ours and first and first[0]["content_digest"] == envelope.digest:
            return _rolled_back(transaction, first[0]["id"], replayed=True)
        found = [_reused(envelope, row, is_ours=is_ours) for row in first]
    if found:
        await entries.store_refused(transaction, arrival, envelope, found)
        return _rolled_back(transaction, arrival.id, replayed=False)
    makes_all = viewer.kind is ViewerKind.STAFF and sender.partner_id == agency_id
    reads_people = viewer.personal_fields if Scope.PERSONAL_READ in viewer.scopes else frozenset()
    known = Known(sender.partner_id, client_id, makes_all, permitted_fields, open_fields=reads_people)
    drafts = await _considered(transaction, envelope, known, received_at)
    return await _stored(transaction, arrival, envelope, drafts)


async def _considered(transaction: Transaction, envelope: Envelope, known: Known, received_at: datetime) -> list[Draft]:
    """The drafts of all records, each with what it would become alone."""
    kinds = {kind_of(record)[0] for record in envelope.records}
    await stored.load(transaction, known, names_in(envelope.records), kinds)
    drafts = drafts_of(envelope, known)
    outcomes.judge(drafts, received_at.date())
    if not stored.MAKE_STATEMENTS.isdisjoint(kinds):
        claims = weighing.claims_of(drafts)
        cohorts = {claim.population.cohort for claim in claims.values()}
        weighing.weigh(drafts, claims, await stored_claims.claims(transaction, [known.partner_id], cohorts))
        made = weighing.reports_of(drafts, claims)
        weighing.warn_of_others(drafts, made, await stored_claims.reported(transaction, set(made.values())))
    return drafts


async def _stored(transaction: Transaction, arrival: Arrival, envelope: Envelope, drafts: Sequence[Draft]) -> MutationResult:
    """Stores what can be, and says whether it stays."""
    commits = outcomes.settle(drafts, envelope.atomicity) and envelope.commits
    await entries.store_envelope(transaction, arrival, envelope, committed_at=datetime.now(UTC) if commits else None)
    await entries.store_ledger(transaction, arrival, drafts)
    await entries.store_outcomes(transaction, arrival, drafts)
    if not commits:
        return _rolled_back(transaction, arrival.id, replayed=False)
    changed = await entries.record_changes(transaction, arrival, drafts)
    return MutationResult({"submission_id": arrival.id, "replayed": False}, committed=True, objects=[f"Receipt:{arrival.id}", *changed])


def _rolled_back(transaction: Transaction, submission_id: UUID, *, replayed: bool) -> MutationResult:
    transaction.discard()
    return MutationResult({"submission_id": submission_id, "replayed": replayed}, committed=False)


def permitted(viewer: Viewer, scope: Scope, kinds: Collection[ViewerKind]) -> tuple[UUID, UUID]:
    """The client and the agency of a viewer of one of the kinds who has the scope; raises NotPermitted for others."""
    if viewer.kind is not ViewerKind.ANONYMOUS and viewer.kind not in kinds:
        raise NotPermitted(f"This is for callers of the kind {' or '.join(sorted(kinds))}.", kinds=sorted(kinds))
    if viewer.client_id is None or viewer.agency_id is None or scope.value not in viewer.scopes:
        raise ScopeNeeded(scope.value)
    return viewer.client_id, viewer.agency_id


async def _partner(transaction: Transaction, viewer: Viewer, agency_id: UUID, envelope: Envelope) -> Any:
    """The agency whose records these are: the viewer's own, or the one on whose behalf staff enter them."""
    way, key = ("id", agency_id)
    if envelope.on_behalf_of is not None:
        if viewer.kind is not ViewerKind.STAFF:
            raise NotPermitted("Only IMPACS staff submit on behalf of a partner. Leave onBehalfOf out.", path=["input", "onBehalfOf"])
        way, key = named(envelope.on_behalf_of, "PartnerAgency")
    names: dict[str, list[Any]] = {"ids": [], "codes": [], "refs": []}
    names[{"id": "ids", "code": "codes", "sourceRef": "refs"}[way]] = [] if key is None else [key]
    rows = await transaction.fetch(_PARTNERS[viewer.kind], partner_id=agency_id, **{VIEWER_AGENCY: agency_id}, **names)
    if not rows:
        raise InputError("There is no such agency.", path=["input", "onBehalfOf"])
    return rows[0]


async def _bound(transaction: Transaction, viewer: Viewer, partner_id: UUID) -> tuple[UUID | None, frozenset[str]]:
    """The agreement that binds what is sent, and the personal fields that it permits: the partner's, also where staff send it for him.

    Without one nothing may be told of people. Counts of a partner that has none can be entered: IMPACS has what is published of many.
    """
    if partner_id == viewer.agency_id:
        return viewer.agreement_id, viewer.permitted_fields
    rows = await transaction.fetch(_IN_FORCE, partner_id=partner_id)
    return (rows[0]["id"], frozenset(rows[0]["permitted_fields"])) if rows else (None, frozenset())


async def take_turn(transaction: Transaction, partner_ids: Collection[UUID], *, shows: bool = False) -> bool:
    """Whether the transaction is now the only one that changes records of these partners; False if another one goes on for too long.

    If it `shows` something to everybody it is also the only one that does, as a release does.
    It asks again instead of waiting in PostgreSQL, since a wait that times out there would end the transaction, and with it the answer.
    """
    keys = [*[_lock_key(partner_id) for partner_id in sorted(partner_ids)], *([ADVISORY_LOCK] if shows else [])]
    until, pause = time.monotonic() + WAIT_SECONDS, FIRST_PAUSE
    while not await transaction.value(_TAKE_TURN, keys=keys):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    return True


def in_progress() -> Issue:
    """The problem of a request whose turn did not come."""
    return Issue("SUBMISSION_IN_PROGRESS", params={"retryAfterMs": RETRY_AFTER_MS})


def _lock_key(partner_id: UUID) -> int:
    """The advisory lock of a partner's records: 63 bits of a hash, so that no two locks meet by design of their numbers."""
    return int.from_bytes(hashlib.sha256(b"records of " + partner_id.bytes).digest()[:8], signed=True)


def _reused(envelope: Envelope, first: Any, *, is_ours: bool) -> Issue:
    """The problem of a key that is bound. Of what another sent nothing is told, nor whether it was the same: it may be guessed."""
    digests = {"digest": envelope.digest, "firstDigest": first["content_digest"] if is_ours else WITHHELD}
    return Issue("SUBMISSION_KEY_REUSED", params={**digests, "firstReceipt": f"Receipt:{first['id']}"})


def _partners(kind: ViewerKind) -> Select[Any]:
    row, allowed = Door(kind).visible(PartnerAgency)
    own = and_(row.c.submitted_by_id == PARTNER, among(row.c.source_ref, "refs"))
    names = or_(among(row.c.id, "ids"), among(row.c.code, "codes"), own)
    return select(row.c.id, row.c.code, row.c.source_ref).where(names, allowed)


def _by_key() -> Select[Any]:
    row = table_of(Submission)
    key = bindparam("submission_key", type_=Text())
    first = select(row.c.id, row.c.client_id, row.c.content_digest, tells_of_nobody(row).label("tells_of_nobody"))
    return first.where(row.c.partner_id == PARTNER, row.c.submission_key == key)


def _in_force() -> Select[Any]:
    columns = column("id", Uuid()), column("permitted_fields", ARRAY(Text()))
    found = func.agreement_in_force(PARTNER).table_valued(*columns, name="agreement")
    return select(found.c.id, found.c.permitted_fields)


def _turn() -> Select[Any]:
    key = func.unnest(bindparam("keys", type_=ARRAY(BigInteger()))).column_valued("key")
    return select(func.coalesce(func.bool_and(func.pg_try_advisory_xact_lock(key)), true()))


_PARTNERS = {kind: render(_partners(kind)) for kind in (ViewerKind.PARTNER, ViewerKind.STAFF)}
_BY_KEY = render(_by_key())
_IN_FORCE = render(_in_force())
_TAKE_TURN = render(_turn())
