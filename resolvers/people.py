"""What is told of people, refused: what is missing, and what the caller can do about it."""

from collections.abc import Sequence

from models.access import PersonalField, Scope
from models.policies import READS_PEOPLE
from models.viewer import Viewer
from resolvers.errors import NotPermitted, ScopeNeeded


def withheld(viewer: Viewer, field: PersonalField, path: Sequence[str | int]) -> NotPermitted:
    """The refusal of a field about people to a viewer to whom it is not open."""
    if viewer.kind not in READS_PEOPLE:
        return NotPermitted("What is told of people is not for callers of your kind.", path=path, kind=viewer.kind.value)
    if Scope.PERSONAL_READ not in viewer.scopes:
        return ScopeNeeded(Scope.PERSONAL_READ.value, path=path)
    if field not in viewer.permitted_fields:
        whose = "Your agreement does not permit" if viewer.purposes else "You have no agreement in force that permits"
        return NotPermitted(f"{whose} {field.value}: leave the field out, or ask IMPACS.", path=path, personalField=field.value)
    return NotPermitted(_purpose(viewer), path=path, personalField=field.value, header="Purpose")


def _purpose(viewer: Viewer) -> str:
    choice = f"{'one of ' if len(viewer.purposes) > 1 else ''}{', '.join(sorted(viewer.purposes))} in the header Purpose."
    return f"State {choice}" if viewer.purpose is None else f"{viewer.purpose} is no purpose of your agreement: state {choice}"
