"""The counts of a submission, judged together and beside the claims that their partner has made already. Pure."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from models.statements import StatementState
from models.submissions import RecordKind
from resolvers import consistency
from resolvers.claims import Claim, Population, Slice
from resolvers.consistency import Finding, Movement
from resolvers.contents import readable
from resolvers.outcomes import reject_dependents
from resolvers.records import Draft

LIVE = frozenset({StatementState.PENDING.value, StatementState.HELD.value, StatementState.VERIFIED.value, StatementState.DISPUTED.value})
CLAIMED = ("cohort", "measure", "count", "unit", "precision", "memberStates", "departments", "sex", "reportingPeriod", "partitionKey")

PLACES = {
    "UNIT_MIXED": "unit",
    "PARTITION_KEY_REQUIRED": "partitionKey",
    "SLICES_EXCEED_TOTAL": "count",
    "W_SLICES_BELOW_TOTAL": "count",
    "W_LADDER_INVERTED": "count",
}


def claim_of(draft: Draft, index: int | None) -> Claim | None:
    """The claim of a count; None if what matters of it could not be read."""
    entity = draft.entity
    if entity is None or not readable(entity.content, *CLAIMED):
        return None
    content = entity.content
    canonical = entity.canonical if entity.is_stored else draft.known.cohorts["id", content["cohort"]].canonical
    period = content["reportingPeriod"]
    return Claim(
        population=Population(draft.known.partner_id, canonical or content["cohort"], content["measure"]),
        key=content["partitionKey"],
        name=draft.source_ref,
        unit=content["unit"],
        precision=content["precision"],
        slice=Slice(content["memberStates"], content["departments"], content["sex"], period[0] if period else None),
        count=content["count"],
        index=index,
    )


def populations(drafts: Iterable[Draft]) -> set[tuple[UUID, str]]:
    """The canonical cohorts, with their measures, about which counts are added or taken back."""
    claims = [claim_of(draft, None) for draft in drafts if _moves(draft)]
    return {(claim.population.cohort, claim.population.measure) for claim in claims if claim is not None}


def _moves(draft: Draft) -> bool:
    """Whether the record would add a claim, or take one back."""
    if draft.entity is None or draft.status is not None:
        return False
    is_new = not draft.entity.is_stored
    return (draft.kind is RecordKind.COUNT and is_new) or (draft.kind is RecordKind.WITHDRAW and draft.entity.state in LIVE)


def weigh(drafts: Sequence[Draft], stored: Sequence[Claim], reported: Collection[tuple[UUID, str]]) -> None:
    """Judges counts together, beside the partner's stored claims; `reported` are the populations that other partners report."""
    withdrawals = [draft for draft in drafts if draft.kind is RecordKind.WITHDRAW]
    while findings := [finding for finding in consistency.errors(_movement(drafts, stored)) if _is_news(drafts, finding)]:
        for finding in findings:
            if _is_news(drafts, finding):
                _tell(drafts, finding)
        reject_dependents(withdrawals, drafts)
    for finding in consistency.warnings(_movement(drafts, stored)):
        _tell(drafts, finding)
    for draft in drafts:
        if draft.kind is RecordKind.COUNT and draft.status is None and not draft.is_rejected:
            claim = claim_of(draft, None)
            if claim is not None and (claim.population.cohort, claim.population.measure) in reported:
                draft.say("W_OTHER_PARTNER_REPORTS_THIS", (*draft.change, "cohort"))


def _movement(drafts: Sequence[Draft], stored: Sequence[Claim]) -> Movement:
    new, gone, doubtful = list[Claim](), list[Claim](), list[Claim]()
    withdrawn = {draft.source_ref for draft in drafts if draft.kind is RecordKind.WITHDRAW and not draft.is_rejected}
    for draft in drafts:
        claim = claim_of(draft, draft.index) if _moves(draft) else None
        if claim is None:
            continue
        if draft.kind is RecordKind.WITHDRAW:
            gone += [] if draft.is_rejected else [claim]
        elif draft.is_rejected:
            doubtful.append(claim)
        elif draft.source_ref not in withdrawn:
            new.append(claim)
    return Movement(stored, new, gone, doubtful)


def _is_news(drafts: Sequence[Draft], finding: Finding) -> bool:
    return all(issue.code != finding.code for issue in drafts[finding.record].issues)


def _tell(drafts: Sequence[Draft], finding: Finding) -> None:
    draft = drafts[finding.record]
    place = (PLACES[finding.code],) if draft.kind is RecordKind.COUNT else ()
    draft.say(finding.code, (*draft.change, *place), **finding.params)
