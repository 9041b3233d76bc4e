"""Who may call a mutation, and what it leaves for its payload to be read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.access import Scope
from models.viewer import ViewerKind


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may call a mutation: viewers of some kinds whose credential has a scope, each as far as `bounds` says in words.

    `bounds` is for docs/who_sees_what.md; the mutation itself keeps to it.
    """

    scope: Scope
    kinds: frozenset[ViewerKind]
    bounds: Mapping[ViewerKind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MutationResult:
    """The values that the payload's statement binds by name, whether anything will be committed, and the global ids of what was changed."""

    binds: Mapping[str, Any]
    committed: bool
    objects: Sequence[str] = ()
