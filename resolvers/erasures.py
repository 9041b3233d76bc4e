"""Erasures: the certificate that what was told of a person is destroyed, and the payload of `eraseParticipant`."""

from typing import Any

import orjson
from sqlalchemy import Uuid, column, func
from sqlalchemy.dialects.postgresql import JSONB

from models.erasures import ErasureCertificate
from resolvers.compiler.plan import Rows
from resolvers.erasing.participants import ERASING, erase_participant
from resolvers.fields import Elements, Identifier, Mutation, ObjectType, Planning, Word, columns, one
from resolvers.receipts import ISSUE_COLUMNS

ERASURE_CERTIFICATE = ObjectType(
    "ErasureCertificate",
    table=ErasureCertificate,
    fields={
        "id": Identifier(),
        "partner": one("PartnerAgency", "partner_id"),
        **columns("participant", "reason", "erased_at", "statements", "retained", "places", "hash"),
    },
)


def erased(planning: Planning) -> tuple[Any, Rows]:
    """Which certificate is the answer, and what stands against it, which no table holds."""
    bind = planning.binds.add(lambda call: orjson.dumps(call.result["payload"]).decode(), JSONB())
    row = func.jsonb_to_record(bind).table_valued(column("id", Uuid()), column("issues", JSONB())).render_derived(with_types=True)
    return row, Rows((row,), ())


QUERIES: dict[str, Word] = {}
MUTATIONS = {"eraseParticipant": Mutation("EraseParticipantPayload", erase_participant, erased, ERASING)}

TYPES = (
    ERASURE_CERTIFICATE,
    ObjectType(
        "EraseParticipantPayload",
        fields={
            "certificate": one("ErasureCertificate", "id"),
            "issues": Elements("Issue", lambda payload, door: payload.c.issues, ISSUE_COLUMNS),
        },
    ),
)
