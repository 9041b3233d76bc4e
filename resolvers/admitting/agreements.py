"""`createAgreement` and `endAgreement`: what opens a partner's access, and ends it at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from models import agreements
from models.access import Agreement, PersonalField
from models.agreements import AgreementError, Terms
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
    """What the payload is read from: the new agreement. Raises NotPermitted for all but administrators."""
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
    return answer("Agreement", made)


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
