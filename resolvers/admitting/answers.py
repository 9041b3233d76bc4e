"""What a change of access answers, and whom it is for."""

from dataclasses import replace
from uuid import UUID

from models.access import Scope
from models.database import Transaction
from models.viewer import ViewerKind
from resolvers.mutation import MutationResult, Permission
from resolvers.submitting.issues import Issue

ADMINISTRATORS = frozenset({ViewerKind.ADMINISTRATOR})
ADMITTING = Permission(Scope.ADMIN, ADMINISTRATORS)
REVOKING = Permission(Scope.ADMIN, ADMINISTRATORS | {ViewerKind.PARTNER}, {ViewerKind.PARTNER: "clients of its own agency"})
RENEWING = replace(REVOKING, bounds={ViewerKind.PARTNER: "its own agency's clients with no scope that it lacks, from no more networks"})


def answer(type_: str, id_: UUID, credential: str | None = None) -> MutationResult:
    """The answer to a change of a client or an agreement; a new credential is in it, and nowhere else."""
    return MutationResult({"payload": _payload(id_, credential)}, True, (f"{type_}:{id_}",))


def unchanged(transaction: Transaction, id_: UUID | None = None, *issues: Issue) -> MutationResult:
    """The answer where nothing is changed: it was so already, or the issues say why not."""
    transaction.discard()
    return MutationResult({"payload": _payload(id_, None, *issues)}, False)


def _payload(id_: UUID | None, credential: str | None, *issues: Issue) -> dict[str, object]:
    return {"id": id_ and str(id_), "credential": credential, "issues": [issue.row() for issue in issues]}
