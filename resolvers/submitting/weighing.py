"""The counts of a submission, judged together and beside the claims that their partner has made already. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from models.statements import StatementState
from models.submissions import RecordKind
from resolvers.submitting import consistency
from resolvers.submitting.claims import Claim, Population, Slice
from resolvers.submitting.consistency import Finding, Movement
from resolvers.submitting.contents import readable
from resolvers.submitting.outcomes import reject_dependents
from resolvers.submitting.records import Draft

LIVE = frozenset({StatementState.PENDING.value, StatementState.HELD.value, StatementState.VERIFIED.value, StatementState.DISPUTED.value})
CLAIMED = ("cohort", "measure", "count", "unit", "precision", "memberStates", "departments", "sex", "reportingPeriod", "partitionKey")

Reported = tuple[UUID, str]
"""A canonical cohort and a measure."""

PLACES = {
    "UNIT_MIXED": "unit",
    "PARTITION_KEY_REQUIRED": "partitionKey",
    "SLICES_EXCEED_TOTAL": "count",
    "W_SLICES_BELOW_TOTAL": "count",
    "W_LADDER_INVERTED": "count",
}


def claims_of(drafts: Iterable[Draft]) -> dict[int, Claim]:
    """The claims that records would add, and those that they would take back, by the records' indexes; none that cannot be read."""
    claims = {draft.index: _claim(draft) for draft in drafts if _moves(draft)}
    return {index: claim for index, claim in claims.items() if claim is not None}


def reports_of(drafts: Sequence[Draft], claims: Mapping[int, Claim]) -> dict[int, Population]:
    """The populations that new counts and individuals are about, by the records' indexes. An individual is no claim."""
    counted = {index: claim.population for index, claim in claims.items() if drafts[index].kind is RecordKind.COUNT}
    return counted | {draft.index: _population(draft) for draft in drafts if _is_new_individual(draft)}


def _is_new_individual(draft: Draft) -> bool:
    entity = draft.entity
    if draft.kind is not RecordKind.INDIVIDUAL or entity is None or entity.is_stored:
        return False
    return readable(entity.content, "cohort", "measure")


def warn_of_others(drafts: Sequence[Draft], populations: Mapping[int, Population], reported: Collection[Reported]) -> None:
    """Warns of the records about populations that other partners report."""
    for index, population in populations.items():
        if population[1:] in reported:
            drafts[index].say("W_OTHER_PARTNER_REPORTS_THIS", (*drafts[index].change, "cohort"))


def _population(draft: Draft) -> Population:
    """The population that a record makes a statement about, or takes one back from."""
    entity = draft.entity
    if entity is None:
        raise TypeError("a record that makes a statement has its entity")
    cohort = entity.content["cohort"]
    canonical = entity.canonical if entity.is_stored else draft.known.cohorts["id", cohort].canonical
    return Population(draft.known.partner_id, canonical or cohort, entity.content["measure"])


def _moves(draft: Draft) -> bool:
    """Whether the record would add a claim, or take one back."""
    if draft.entity is None or draft.status is not None:
        return False
    if draft.kind is RecordKind.WITHDRAW:
        return draft.entity.state in LIVE
    return draft.kind is RecordKind.COUNT and not draft.entity.is_stored


def _claim(draft: Draft) -> Claim | None:
    entity = draft.entity
    if entity is None or not readable(entity.content, *CLAIMED):
        return None
    content = entity.content
    period = content["reportingPeriod"]
    return Claim(
        population=_population(draft),
        key=content["partitionKey"],
        name=draft.source_ref,
        unit=content["unit"],
        precision=content["precision"],
        slice=Slice(content["memberStates"], content["departments"], content["sex"], period[0] if period else None),
        count=content["count"],
        index=draft.index,
    )


def weigh(drafts: Sequence[Draft], claims: Mapping[int, Claim], stored: Sequence[Claim]) -> None:
    """Judges counts together, beside the partner's stored claims."""
    withdrawals = [draft for draft in drafts if draft.kind is RecordKind.WITHDRAW]
    while findings := [finding for finding in consistency.errors(_movement(drafts, claims, stored)) if _is_news(drafts, finding)]:
        for finding in findings:
            if _is_news(drafts, finding):
                _tell(drafts, finding)
        reject_dependents(withdrawals, drafts)
    for finding in consistency.warnings(_movement(drafts, claims, stored)):
        _tell(drafts, finding)


def _movement(drafts: Sequence[Draft], claims: Mapping[int, Claim], stored: Sequence[Claim]) -> Movement:
    new, gone, doubtful = list[Claim](), list[Claim](), list[Claim]()
    withdrawn = {draft.source_ref for draft in drafts if draft.kind is RecordKind.WITHDRAW and not draft.is_rejected}
    for index, claim in claims.items():
        draft = drafts[index]
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
