"""What is said of an operation that costs too much: what costs most, and how many of it would fit. Pure."""

from collections.abc import Callable

from resolvers.errors import DocumentError

SIZES = frozenset({"first", "last", "ids"})
"""The arguments that say how many: each more costs as much as the one before."""


def fitting(cost_of: Callable[[int], int], asked: int, limit: int) -> int | None:
    """The most that cost no more than the limit, where an operation costs `cost_of` so many of an argument; None if not even one does."""
    none, one = cost_of(0), cost_of(1)
    if one > limit or one == none:
        return None
    most = min((limit - none) // (one - none), asked - 1)
    return most if cost_of(most) <= limit else None


def too_expensive(cost: int, limit: int, path: tuple[str, ...], argument: str | None, fits: int | None) -> DocumentError:
    """The refusal of an operation, with the argument that costs most and the path to its field."""
    advice = "Ask for less at once."
    if argument:
        instead = f"{fits} of them would fit" if argument == "ids" else f"{fits} would fit"
        advice = f"Lower `{argument}` of `{'.'.join(path)}`, which costs most{f': {instead}' if fits else ', or ask for less at once'}."
    return DocumentError(
        f"This operation costs {cost}, and at most {limit} is allowed. {advice}",
        code="COST_LIMIT",
        path=path or None,
        cost=cost,
        limit=limit,
        argument=argument,
        fits=fits,
    )
