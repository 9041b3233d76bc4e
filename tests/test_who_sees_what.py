"""docs/who_sees_what.md tells what the policies and the mutations do: what it is printed from is what is enforced."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.sql.elements import False_, True_

from graph import who_sees_what
from models.access import Scope
from models.policies import POLICIES, AsIts
from models.policy import ALL, NONE
from models.viewer import Viewer, ViewerKind
from resolvers.errors import NotPermitted
from resolvers.fields import Mutation
from resolvers.queries import TYPES

MUTATIONS = {name: word for name, word in TYPES["Mutation"].fields.items() if isinstance(word, Mutation)}
CLIENT, AGENCY = UUID(int=1), UUID(int=2)


def test_the_page_is_as_printed() -> None:
    assert who_sees_what.FILE.read_text() == who_sees_what.printed(), "./run policies > docs/who_sees_what.md"


@pytest.mark.parametrize("kind", ViewerKind)
def test_all_and_none_are_what_the_words_say(kind: ViewerKind) -> None:
    narrower = [(one.stored, one.policy) for one in TYPES.values() if one.policy]
    for table, policy in [*POLICIES.items(), *narrower]:
        if not isinstance(policy, AsIts):
            condition, words = policy(table.__table__.alias(), kind), policy.words(kind)  # type: ignore[attr-defined]
            assert (isinstance(condition, True_), isinstance(condition, False_)) == (words == ALL.words, words == NONE.words), table


def viewer(kind: ViewerKind, scopes: frozenset[str]) -> Viewer:
    """A viewer of a kind as authentication makes it."""
    match kind:
        case ViewerKind.ANONYMOUS:
            return Viewer(kind)
        case ViewerKind.FOCAL_POINT:
            return Viewer(kind, CLIENT, "a client", None, scopes, "JM")
        case _:
            return Viewer(kind, CLIENT, "a client", AGENCY, scopes)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_mutation_is_refused_to_whom_its_permission_does_not_name(name: str) -> None:
    word = MUTATIONS[name]
    assert word.permission, f"{name} declares no permission"
    for kind, scope in product(ViewerKind, [None, *Scope]):
        given = frozenset[str]() if scope is None else frozenset({scope.value})
        allowed = kind in word.permission.kinds and scope is word.permission.scope
        assert await refused(word, viewer(kind, given)) is not allowed, (kind, scope)


async def refused(word: Mutation, viewer: Viewer) -> bool:
    """Whether a viewer may not call a mutation at all; without a transaction and an input, others come no further than that."""
    nothing: Any = None
    try:
        await word.call(nothing, viewer, {})
    except NotPermitted:
        return True
    except Exception:
        return False
    raise AssertionError("it changed something without a transaction")
