"""What a change of access answers, and whom it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from models.access import Scope
from models.database import Transaction
from models.viewer import ViewerKind
from resolvers.mutation import MutationResult, Permission
from resolvers.submitting.issues import Issue
from resolvers.submitting.personal import Look

ADMINISTRATORS = frozenset({ViewerKind.ADMINISTRATOR})
ADMITTING = Permission(Scope.ADMIN, ADMINISTRATORS)
REVOKING = Permission(Scope.ADMIN, ADMINISTRATORS | {ViewerKind.PARTNER}, {ViewerKind.PARTNER: "clients of its own agency"})
RENEWING = replace(REVOKING, bounds={ViewerKind.PARTNER: "its own agency's clients with no scope that it lacks, from no more networks"})
NAMING = "Personal data that may not stand here: {reason}. Name a program, an office or a document, not a person."


def naming_people(input: Mapping[str, Any], looks: Mapping[str, Look]) -> list[Issue]:
    """An issue for each text of the input that looks personal."""
    found = {name: look(input.get(name) or "") for name, look in looks.items()}
    reasons = {name: {"reason": f"this looks like {what}"} for name, what in found.items() if what}
    return [Issue("PERSONAL_DATA_NOT_PERMITTED", (name,), reason, words=NAMING) for name, reason in reasons.items()]


def answer(type_: str, id_: UUID, credential: str | None = None, warnings: Sequence[Issue] = ()) -> MutationResult:
    """The answer to a change of a client or an agreement; a new credential is in it, and nowhere else."""
    return MutationResult({"payload": _payload(id_, credential, *warnings)}, True, (f"{type_}:{id_}",))


def unchanged(transaction: Transaction, id_: UUID | None = None, *issues: Issue) -> MutationResult:
    """The answer where nothing is changed: it was so already, or the issues say why not."""
    transaction.discard()
    return MutationResult({"payload": _payload(id_, None, *issues)}, False)


def _payload(id_: UUID | None, credential: str | None, *issues: Issue) -> dict[str, object]:
    return {"id": id_ and str(id_), "credential": credential, "issues": [issue.row() for issue in issues]}
