"""docs/who_sees_what.md: the policies and the permissions of mutations in words, as `./run policies` prints them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from graph.settings import PROJECT
from models.base import Table
from models.policies import NEEDED_BY, POLICIES, SCOPED, SCOPES, WITHHELD
from models.policy import ALL, NONE, Policy
from models.viewer import ViewerKind
from resolvers.fields import Connection, Mutation, Reference
from resolvers.mutation import Permission
from resolvers.queries import TYPES

FILE = PROJECT / "docs" / "who_sees_what.md"
Cell = Callable[[ViewerKind], str]
HEAD = """# Who sees what, and who may change it

Printed by `./run policies` from `models/policies.py` and from what each mutation declares. A row that you may not see is as if it did not
exist: in lists, by its id, in filters, orders, counts, cursors, searches and numbers. ANONYMOUS is who sends no credential.
One number rests on more than its reader sees: a focal point's by `basis: RECORDS` are those of staff, cut to its member state, so that
individuals count in them whom it sees nothing else of.

## Rows

A table that stands nowhere here is seen by nobody. "as cohort" means: where the cohort that the row belongs to is seen. Of an "api_client"
no more is seen than that it did something, but for its "api_client as Client".
"""
COLUMNS = """
## Columns

Withheld from who may not read them, though the row is seen: null, or "(withheld)" where a text is promised. To read what is told of a
person takes the scope `personal:read`, and a purpose of the agreement of the reader's own agency:
for staff that of IMPACS, not the partner's.
"""
SCOPES_NEEDED = """
## Scopes

What credentials of these kinds need to read what is not public ({kinds}); those of IMPACS read by their kind.
"""
QUERIES = """
Some fields at the root of a query need a scope too, where these ask for them.
"""
MUTATIONS = """
## Mutations

The kind of caller and the scope are needed, both.
"""


def printed() -> str:
    """The page."""
    kinds = " and ".join(kind.value for kind in ViewerKind if kind in SCOPED)
    parts = (
        (HEAD, table("table", rows())),
        (COLUMNS, table("column", {f"{table_name(one)}.{name}": words(rules.words) for one, name, rules in withheld()})),
        (SCOPES_NEEDED.format(kinds=kinds), scopes()),
        (QUERIES, queries()),
        (MUTATIONS, mutations()),
    )
    return "".join("\n".join([head, *lines, ""]) for head, lines in parts)


def rows() -> dict[str, tuple[str, ...]]:
    """What each kind sees of each table, and as objects of a type of which fewer see any."""
    told = {table_name(one): words(POLICIES[one].words) for one in POLICIES}
    narrower = {f"{table_name(one.stored)} as {one.name}": words(one.policy.words) for one in TYPES.values() if one.policy}
    return told | narrower


def table_name(one: type[Table]) -> str:
    """The name of a table."""
    return str(one.__tablename__)


def words(of: Cell) -> tuple[str, ...]:
    """What each kind sees, in the order of the kinds; nothing is a dash."""
    return tuple("-" if of(kind) == NONE.words else of(kind) for kind in ViewerKind)


def withheld() -> Iterator[tuple[type[Table], str, Policy]]:
    """The columns that not everybody reads who sees their row."""
    for one, names in WITHHELD.items():
        for name, rules in names.items():
            yield one, name, rules


def table(what: str, rows: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The lines of a table; kinds for whom all rows say the same share a column, and rows that say the same a line."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for kind, cells in zip(ViewerKind, zip(*rows.values(), strict=True), strict=True):
        columns.setdefault(cells, []).append(kind.value)
    lines: dict[tuple[str, ...], list[str]] = {}
    for name, cells in zip(rows, zip(*columns, strict=True), strict=True):
        lines.setdefault(cells, []).append(name)
    yield from markdown([what, *("<br>".join(names) for names in columns.values())], ((", ".join(lines[one]), *one) for one in lines))


def markdown(head: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def scopes() -> Iterator[str]:
    """The scopes that tables need."""
    needed: dict[str, list[str]] = {}
    for one, scope in SCOPES.items():
        needed.setdefault(scope.value, []).append(table_name(one))
    return markdown(["scope", "table"], ((f"`{scope}`", ", ".join(names)) for scope, names in needed.items()))


def queries() -> Iterator[str]:
    """The scopes that fields at the root of a query need, and of whom."""
    needed = {name: word.scope for name, word in TYPES["Query"].fields.items() if isinstance(word, Connection | Reference) and word.scope}
    whose = {scope: ", ".join(kind.value for kind in ViewerKind if kind in NEEDED_BY.get(scope, SCOPED)) for scope in needed.values()}
    return markdown(["query", "scope", "callers"], ((f"`{name}`", f"`{one}`", whose[one]) for name, one in sorted(needed.items())))


def mutations() -> Iterator[str]:
    """Who may call each mutation."""
    declared = {name: word.permission for name, word in TYPES["Mutation"].fields.items() if isinstance(word, Mutation)}
    return markdown(["mutation", "scope", "callers"], (permitted(name, one) for name, one in sorted(declared.items()) if one))


def permitted(name: str, permission: Permission) -> Sequence[str]:
    """The line of a mutation."""
    callers = [f"{kind.value}: {permission.bounds.get(kind, ALL.words)}" for kind in ViewerKind if kind in permission.kinds]
    return f"`{name}`", f"`{permission.scope.value}`", "; ".join(callers)
