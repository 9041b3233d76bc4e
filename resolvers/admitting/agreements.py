"""`createAgreement` and `endAgreement`: what opens a partner's access, and ends it at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from models import agreements
from models.access import Agreement, PersonalField
from models.agreements import Agreed, AgreementError, Standing, Terms, newest
from models.database import Transaction, render
from models.viewer import Viewer
from resolvers.admitting.answers import ADMITTING, answer, naming_people, unchanged
from resolvers.errors import InputError
from resolvers.mutation import MutationResult
from resolvers.submitting import personal
from resolvers.submitting.issues import Issue, not_stored
from resolvers.submitting.records import uuid_of
from resolvers.submitting.stored import table_of
from resolvers.submitting.submit import permitted

LOOKS = {"title": personal.label, "legalBasis": personal.narrative, "transfer": personal.narrative}


async def create_agreement(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the new agreement, with warnings. Raises NotPermitted for all but administrators."""
    client_id, _ = permitted(viewer, ADMITTING.scope, ADMITTING.kinds)
    if issues := naming_people(input, LOOKS):
        return unchanged(transaction, None, *issues)
    agency_id = await agreements.agency_named(transaction, input["agency"])
    if agency_id is None:
        return unchanged(transaction, None, not_stored("AGENCY_UNKNOWN", ("agency",)))
    terms = Terms(
        title=input["title"],
        purposes=input["purposes"],
        retention_months=input["retentionMonths"],
        starts_on=input["startsOn"],
        expires_on=input["expiresOn"],
        permitted_fields=[PersonalField(each) for each in input["permittedFields"]],
        legal_basis=input.get("legalBasis"),
        transfer=input.get("transfer"),
    )
    try:
        made = await agreements.create(transaction, agency_id, terms, client_id)
    except AgreementError as error:
        return unchanged(transaction, None, Issue("AGREEMENT_NOT_ALLOWED", (error.field,), {"reason": str(error)}))
    return answer("Agreement", made, warnings=warnings(made, await agreements.agreements(transaction, agency_id)))


def warnings(made: UUID, known: Sequence[Agreed]) -> list[Issue]:
    """What is said of a new agreement, given all with its agency: that it opens nothing yet or at all, or less than the one before it."""
    new = next(one for one in known if one.agreement_id == made)
    others = [one for one in known if one is not new]
    day = max(new.today, new.starts_on)
    before = newest(others, day)
    found = list(_opens_nothing(new, before))
    if before and before.ended_at is None and before.expires_on >= day and newest(known, day) is new:
        found += _narrows(new, before)
    return found


def _opens_nothing(new: Agreed, before: Agreed | None) -> Iterator[Issue]:
    match new.standing:
        case Standing.NOT_STARTED:
            yield Issue("W_AGREEMENT_NOT_STARTED", ("startsOn",), {"startsOn": str(new.starts_on)})
        case Standing.EXPIRED:
            yield Issue("W_AGREEMENT_OVER", ("expiresOn",), {"expiresOn": str(new.expires_on)})
        case Standing.SUPERSEDED if before:
            yield Issue("W_AGREEMENT_SUPERSEDED", ("startsOn",), {"newer": _named(before)})


def _narrows(new: Agreed, before: Agreed) -> Iterator[Issue]:
    """What the agreement that a new one replaces opened, and the new one does not."""
    for field, had, has in (
        ("purposes", before.purposes, new.purposes),
        ("permittedFields", before.permitted_fields, new.permitted_fields),
    ):
        if missing := [one for one in had if one not in has]:
            yield Issue("W_AGREEMENT_NARROWER", (field,), {"replaced": _named(before), "missing": missing})
    if new.expires_on < before.expires_on:
        yield Issue("W_AGREEMENT_ENDS_EARLIER", ("expiresOn",), {"replaced": _named(before), "expiresOn": str(before.expires_on)})


def _named(one: Agreed) -> str:
    return f"Agreement:{one.agreement_id}"


async def end_agreement(transaction: Transaction, viewer: Viewer, input: Mapping[str, Any]) -> MutationResult:
    """What the payload is read from: the agreement, ended now or before. Raises NotPermitted and InputError."""
    permitted(viewer, ADMITTING.scope, ADMITTING.kinds)
    id_ = uuid_of(input["agreement"], "Agreement")
    if id_ is None:
        raise InputError("This is not the id of an Agreement. Send ids exactly as the API gave them.", path=["input", "agreement"])
    if await agreements.end(transaction, id_):
        return answer("Agreement", id_)
    if not await transaction.fetch(_KNOWN, id=id_):
        return unchanged(transaction, None, Issue("AGREEMENT_NOT_FOUND", ("agreement",)))
    return unchanged(transaction, id_)


_agreement = table_of(Agreement)
_KNOWN = render(select(_agreement.c.id).where(_agreement.c.id == bindparam("id")))
