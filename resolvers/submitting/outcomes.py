"""What becomes of each record. Pure: drafts and what is known go in, statuses and issues come out.

`judge` reads every record and compares it with what is stored; then weighing.py looks at counts together; `settle` gives the final
statuses. A record that is rejected takes with it the records that refer to it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from models.access import PersonalField
from models.courses import CohortStatus, Role
from models.statements import StatementState
from models.submissions import Atomicity, OutcomeStatus, RecordKind
from resolvers.submitting.contents import FIELDS, readable
from resolvers.submitting.issues import Issue, Path
from resolvers.submitting.records import ABSENT, PERSONAL, Draft, Entity
from resolvers.submitting.rules import INVALID, complete, in_order, read

OVER = frozenset({StatementState.WITHDRAWN.value, StatementState.ERASED.value})
LEADING = frozenset({Role.CONVENER.value, Role.PROVIDER.value})
BEGUN = frozenset({CohortStatus.ACTIVE.value, CohortStatus.COMPLETED.value})
NO_PLACE: Path = ()
UNPERMITTED = "Personal data that may not stand here: {reason}. Ask IMPACS for an agreement that permits it"


def judge(drafts: Sequence[Draft], today: date) -> None:
    """Reads the records kind by kind, in the order in which they can refer to each other."""
    for kind in RecordKind:
        of_kind = [draft for draft in drafts if draft.kind is kind]
        for draft in of_kind:
            if kind is RecordKind.WITHDRAW:
                _withdraw(draft)
            else:
                _read(draft, today)
        if kind is RecordKind.PROGRAMME:
            _find_circles(of_kind)
        reject_dependents(of_kind, drafts)


def _read(draft: Draft, today: date) -> None:
    entity = draft.entity
    if entity is None:
        raise TypeError("a record that makes something has its entity")
    if entity.state == StatementState.ERASED.value:
        draft.say("ERASED", ("sourceRef",))
        return
    fields = FIELDS[draft.kind]
    before = entity.content
    draft.given = read(fields, draft.sent, draft.change, draft)
    _permit(draft)
    if entity.kind not in (None, draft.kind):
        draft.say("SOURCE_REF_IN_USE", ("sourceRef",), recordKind=entity.kind)
        return
    entity.content = before | draft.given
    if not entity.is_stored:
        complete(fields, entity.content, draft.change, draft)
    for content in (entity.content, draft.given):
        _fill(draft, content)
    if draft.expected is None:
        draft.say("FORCE_NOT_PERMITTED", ("expectedRevision",))
    if entity.is_stored:
        _compare(draft, before)
    else:
        if isinstance(draft.expected, int):
            draft.say("REVISION_STALE", ("expectedRevision",), expected=draft.expected, actual=0)
        _create(draft, today)


def _permit(draft: Draft) -> None:
    """Refuses what is told of a person unless the sender's agreement permits it."""
    for name, needed in PERSONAL.items() if draft.kind is RecordKind.INDIVIDUAL else ():
        if name in draft.given and needed.value not in draft.known.permitted_fields:
            reason = f"no agreement in force permits {needed.value}"
            words = UNPERMITTED if needed is PersonalField.PARTICIPANT else f"{UNPERMITTED}, or leave it out"
            draft.issues.append(
                Issue("PERSONAL_DATA_NOT_PERMITTED", (*draft.root, *draft.change, name), {"reason": reason}, words=f"{words}.")
            )


def _fill(draft: Draft, content: dict[str, Any]) -> None:
    """Puts in place of a blank what depends on the sender, or on other records."""
    for owner in ("parent", "owner"):
        if owner in content and content[owner] is None:
            content[owner] = draft.known.partner_id
    if draft.kind is RecordKind.COHORT and "title" in content and content["title"] is None and draft.entity is not None:
        courses = draft.entity.content["courses"]
        content["title"] = draft.known.courses["id", courses[0]].content["title"] if isinstance(courses, tuple) and courses else INVALID


def _closed(draft: Draft, entity: Entity) -> list[str]:
    """What is given of a person and not compared with what another client sent: the answer would tell whether a guess is right."""
    if draft.kind is not RecordKind.INDIVIDUAL or entity.sent_by == draft.known.client_id:
        return []
    return [name for name, needed in PERSONAL.items() if name in draft.given and needed.value not in draft.known.open_fields]


def _compare(draft: Draft, before: dict[str, Any]) -> None:
    """UNCHANGED where nothing that was given differs from what is stored, unless that was withdrawn, or may not all be compared."""
    entity = draft.entity
    if entity is None:
        return
    hidden = _closed(draft, entity)
    changed = sorted(name for name, value in draft.given.items() if value is not INVALID and name not in hidden and value != before[name])
    if not changed and not hidden and entity.state not in OVER:
        draft.status = OutcomeStatus.UNCHANGED
        return
    if draft.kind is RecordKind.COHORT:
        in_order(entity.content["startsOn"], entity.content["endsOn"], (*draft.change, "endsOn"), draft)
    params: dict[str, Any] = {"actual": entity.revision, "changedFields": changed}
    if entity.state is not None:
        params["state"] = entity.state
    if hidden:
        params["notCompared"] = hidden
    if draft.expected is ABSENT:
        draft.say("REVISION_REQUIRED", ("expectedRevision",), **params)
    elif draft.expected == entity.revision:
        draft.say("CORRECTION_NOT_OFFERED_YET", NO_PLACE, **params)
    elif draft.expected is not None:
        draft.say("REVISION_STALE", ("expectedRevision",), expected=draft.expected, **params)


def _create(draft: Draft, today: date) -> None:
    """The rules for what is new."""
    content = draft.entity.content if draft.entity else {}
    match draft.kind:
        case RecordKind.PROGRAMME:
            _own(draft, "parent", "a programme of yours is part of your agency, or of a programme of yours")
        case RecordKind.COURSE:
            _own(draft, "owner", "a course that you make belongs to your agency, or to a programme of yours")
        case RecordKind.COHORT:
            in_order(content["startsOn"], content["endsOn"], (*draft.change, "endsOn"), draft)
            _lead(draft, content)
            if content["status"] in BEGUN:
                _warn_of_future(draft, today, startsOn=content["startsOn"])
        case RecordKind.COUNT:
            _state(draft, content, today)
            _count_states(draft, content)
        case RecordKind.INDIVIDUAL:
            _state(draft, content, today)
            if isinstance(content["result"], tuple):
                _warn_of_future(draft, today, "result", completedOn=content["result"][0])


def _own(draft: Draft, name: str, reason: str) -> None:
    content = draft.entity.content if draft.entity else {}
    if readable(content, name) and not _is_ours(draft, content[name]):
        draft.say("NOT_PERMITTED", (*draft.change, name), reason=reason)


def _is_ours(draft: Draft, agency: UUID) -> bool:
    known = draft.known
    return known.makes_all or agency == known.partner_id or known.agencies["id", agency].ours


def _lead(draft: Draft, content: dict[str, Any]) -> None:
    if readable(content, "roles") and not any(role in LEADING and _is_ours(draft, agency) for agency, role in content["roles"]):
        if draft.known.makes_all:
            return
        reason = "a cohort that you make is convened or provided by your agency, or by a programme of yours"
        draft.say("NOT_PERMITTED", (*draft.change, "roles"), reason=reason)


def _state(draft: Draft, content: dict[str, Any], today: date) -> None:
    """The rules for what any statement says."""
    if readable(content, "cohort"):
        status = draft.known.cohorts["id", content["cohort"]].content.get("status")
        if status == CohortStatus.CANCELLED.value:
            draft.say("COHORT_CANCELLED", (*draft.change, "cohort"))
    _warn_of_future(draft, today, statedOn=content["statedOn"])
    if isinstance(content["sourceDoc"], tuple):
        _warn_of_future(draft, today, "sourceDoc", retrievedOn=content["sourceDoc"][-1])


def _count_states(draft: Draft, content: dict[str, Any]) -> None:
    if readable(content, "memberStates", "memberStateCount"):
        listed, stated = len(content["memberStates"]), content["memberStateCount"]
        if listed and stated is not None and stated != listed:
            draft.say("W_COUNT_LIST_MISMATCH", (*draft.change, "memberStateCount"), stated=stated, listed=listed)


def _warn_of_future(draft: Draft, today: date, *above: str, **days: Any) -> None:
    for name, value in days.items():
        if isinstance(value, date) and value > today:
            draft.say("W_FUTURE_DATE", (*draft.change, *above, name), value=value.isoformat())


def _withdraw(draft: Draft) -> None:
    """Reads a withdrawal. What is unknown, or withdrawn already, is UNCHANGED: an error would stall its sender for ever."""
    draft.given = complete(FIELDS[draft.kind], read(FIELDS[draft.kind], draft.sent, draft.change, draft), draft.change, draft)
    target = draft.entity
    if draft.expected is None:
        draft.say("FORCE_NOT_PERMITTED", ("expectedRevision",))
    if target is None or target.state in OVER:
        draft.status = OutcomeStatus.UNCHANGED
        return
    if target.index is not None:
        draft.needs.append((target.index, (*draft.root, "sourceRef")))
    actual = target.revision or 1
    if isinstance(draft.expected, int) and draft.expected != actual:
        draft.say("REVISION_STALE", ("expectedRevision",), expected=draft.expected, actual=actual)


def _find_circles(programmes: Sequence[Draft]) -> None:
    """Rejects the new programmes that would be part of themselves."""
    parents = {draft.entity.id: draft.entity.content["parent"] for draft in programmes if draft.entity and not draft.entity.is_stored}
    for draft in programmes:
        if draft.entity is None or draft.entity.id not in parents:
            continue
        above, seen = parents[draft.entity.id], set[Any]()
        while above in parents and above not in seen and above != draft.entity.id:
            seen.add(above)
            above = parents[above]
        if above == draft.entity.id:
            draft.say("CIRCULAR_PARENT", (*draft.change, "parent"))


def reject_dependents(candidates: Sequence[Draft], drafts: Sequence[Draft]) -> None:
    """Rejects the candidates that refer to a rejected record. Programmes refer to programmes, hence the repetition."""
    waiting = [draft for draft in candidates if draft.needs]
    found = True
    while found:
        found = False
        for draft in waiting:
            found |= _blame(draft, drafts)


def _blame(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether the draft was told anew that a record which it refers to is rejected."""
    culprits = [need for need in draft.needs if drafts[need[0]].is_rejected]
    for index, path in culprits:
        draft.issues.append(Issue("DEPENDENCY_REJECTED", path, {}, index))
        draft.needs.remove((index, path))
    return bool(culprits)


def settle(drafts: Sequence[Draft], atomicity: Atomicity) -> bool:
    """Whether anything is to be stored. Gives each draft its final status."""
    refused = atomicity is Atomicity.ALL_OR_NOTHING and any(draft.is_rejected for draft in drafts)
    for draft in drafts:
        if draft.is_rejected:
            draft.status = OutcomeStatus.REJECTED
        elif refused:
            draft.status = OutcomeStatus.NOT_ATTEMPTED
        elif draft.status is None:
            draft.status = OutcomeStatus.WITHDRAWN if draft.kind is RecordKind.WITHDRAW else OutcomeStatus.CREATED
    return not refused and any(draft.status is not OutcomeStatus.REJECTED for draft in drafts)
