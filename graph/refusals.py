"""Puts credentials that were refused into the audit log, a limited number of them: whoever guesses many must not fill it."""

import re
from dataclasses import replace

import structlog

from graph.auth import HEADER
from models import audit
from models.database import Database
from models.viewer import ANONYMOUS
from resolvers.recording import Allowance

ISSUED = re.compile(rb"[0-9a-f]{16}")
"""What the id of a credential looks like; anything else that stands in its place could be a secret."""

log = structlog.get_logger()


class Refusals:
    """Records refused credentials as far as an allowance goes; the others are in the log of requests alone."""

    def __init__(self, database: Database, allowance: Allowance) -> None:
        self._database = database
        self._allowance = allowance

    async def record(self, header: bytes | None, code: str, request_id: str) -> None:
        """Records that the credential of a header was refused; where the database is away, it is only logged."""
        if header is None or not self._allowance.take():
            return
        viewer = replace(ANONYMOUS, credential_id=id_of(header))
        try:
            async with self._database.write(viewer) as transaction:
                await audit.record(transaction, audit.Event("credentialRefused", viewer, request_id, result=code))
        except Exception as error:
            log.warning("refused credential not recorded", request_id=request_id, reason=type(error).__name__)


def id_of(header: bytes) -> str | None:
    """The id of the credential in an Authorization header, if it can be one."""
    match = HEADER.fullmatch(header)
    return match[2].decode() if match and ISSUED.fullmatch(match[2]) else None
