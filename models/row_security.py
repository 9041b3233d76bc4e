"""Row-level security, the second wall: a statement that lost its policy on the way still gets no row that is not its viewer's.

PostgreSQL's policies are generated from those of policies.py. Each is one CASE over the kind of viewer, so that what IMPACS reads costs one
comparison a row, and the planner's estimates stay near the truth. A part asks its parent, whose own policy answers. Settings of PostgreSQL
say who asks; they end with the transaction that set them, and unset they match nothing: `current_setting` is read in a subquery of its own,
which PostgreSQL computes once a statement. The settings guard against a mistake in a statement, not against a foreign one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, Uuid, and_, cast, func, literal_column, select, true
from sqlalchemy.sql.visitors import replacement_traverse

from models.access import Agreement
from models.audit import AuditEvent, AuditSeal
from models.base import Table
from models.courses import CohortCost
from models.database import DIALECT
from models.erasures import ErasureCertificate
from models.history import HISTORIES
from models.individuals import Individual, Participant
from models.policies import (
    POLICIES,
    VIEWER_AGENCY,
    VIEWER_MEMBER_STATE,
    AsIts,
    Predicate,
    still_public,
    viewer_agency,
    viewer_kind,
    viewer_member_state,
)
from models.policy import ALL
from models.releases import ReleaseCell, ReleasedCohort
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState
from models.submissions import Submission, SubmissionIssue, SubmissionItem
from models.viewer import READS_LEDGER, SETTINGS, ViewerKind

KIND, AGENCY, MEMBER_STATE = SETTINGS
SENDERS = frozenset({ViewerKind.PARTNER, ViewerKind.STAFF})
DECIDERS = frozenset({ViewerKind.STAFF, ViewerKind.VERIFIER})
LEDGER = SENDERS | DECIDERS | {ViewerKind.DATA_PROTECTION_OFFICER}

SECURED: Mapping[type[Table], frozenset[ViewerKind]] = {
    CohortCost: SENDERS,
    Statement: LEDGER,
    StatementMemberState: LEDGER,
    StatementDepartment: LEDGER,
    Decision: DECIDERS,
    Participant: SENDERS,
    Individual: SENDERS,
    ErasureCertificate: frozenset({ViewerKind.PARTNER, ViewerKind.DATA_PROTECTION_OFFICER}),
    Submission: LEDGER,
    SubmissionItem: LEDGER,
    SubmissionIssue: LEDGER,
    Agreement: frozenset({ViewerKind.ADMINISTRATOR}),
    AuditEvent: frozenset(ViewerKind),
    AuditSeal: frozenset({ViewerKind.AUDITOR}),
}
"""The tables behind the wall, and the kinds of viewer that may change rows there: of those that they see, if GRANTS lets them at all."""

UNREAD: Mapping[type[Table], frozenset[ViewerKind]] = {
    ReleaseCell: frozenset({ViewerKind.STAFF}),
    ReleasedCohort: frozenset({ViewerKind.STAFF}),
}
"""The tables behind the wall to which no field leads, and who may change them; who sees the whole ledger may read them."""

OWN_STATE: ColumnElement[Any] = literal_column(f"(SELECT nullif(current_setting('{MEMBER_STATE}', true), ''))", Text())
"""The member state whose focal point asks, as the settings tell."""

_SETTINGS = {
    VIEWER_AGENCY: literal_column(f"(SELECT nullif(current_setting('{AGENCY}', true), '')::uuid)", Uuid()),
    VIEWER_MEMBER_STATE: OWN_STATE,
}
_ARMS = {"true": "true", "false": "NULL"}
_KIND = f"(SELECT current_setting('{KIND}', true))"


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands around one table: who reads which rows, and who changes which; both are SQL over the table's columns."""

    table: str
    reads: str
    changes: str


def walls() -> Iterator[Wall]:
    """The walls of all secured tables and of their histories."""
    for table, writers in UNREAD.items():
        yield Wall(str(table.__tablename__), _case(dict.fromkeys(READS_LEDGER, "true")), _case(dict.fromkeys(writers, "true")))
    for table, writers in SECURED.items():
        rows: Any = table.__table__  # type: ignore[attr-defined]
        yield Wall(rows.name, _reads(table, rows), _changes(table, rows, writers))
        if table in HISTORIES:
            versions = HISTORIES[table].versions
            yield Wall(versions.name, _reads_versions(table, versions), _changes(table, versions, writers))


def identified(by: str | None) -> ColumnElement[bool]:
    """Whether the settings were made that policies read about a viewer who is known by this bind; to be computed before any row is read."""
    made = [_set(KIND, viewer_kind())]
    if by == VIEWER_AGENCY:
        made.append(_set(AGENCY, func.coalesce(cast(viewer_agency(), Text), literal_column("''"))))
    if by == VIEWER_MEMBER_STATE:
        made.append(_set(MEMBER_STATE, func.coalesce(viewer_member_state(), literal_column("''"))))
    return and_(*made)


def _set(name: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.set_config(literal_column(f"'{name}'", Text()), value, true()).is_not(None)


def _reads(table: type[Table], rows: Any) -> str:
    policy = POLICIES[table]
    if isinstance(policy, AsIts):
        return _case(_by_kind(table, policy.hidden_from), _parent_of(rows, policy, policy.parent.__tablename__))
    return _case({kind: _sql(rows, policy(rows, kind)) for kind in ViewerKind})


def _reads_versions(table: type[Table], versions: Any) -> str:
    """Of a part that stood at some moment with its parent, as far as the viewer sees the parent as it stood then."""
    policy = POLICIES[table]
    if isinstance(policy, AsIts):
        above = HISTORIES[policy.parent].versions.name
        together = f" AND above.row_start < {versions.name}.row_end AND above.row_end > {versions.name}.row_start LIMIT 1"
        return _case(_by_kind(table, policy.hidden_from), _parent_of(versions, policy, above, together))
    return _case({kind: _sql(versions, and_(policy(versions, kind), still_public(table, versions, kind))) for kind in ViewerKind})


def _changes(table: type[Table], rows: Any, writers: frozenset[ViewerKind]) -> str:
    """As `_reads`, for those who may change rows. A version is its row's writer's: the parent's version may be made only now."""
    if table is AuditEvent:
        return _of_who_writes(rows)
    policy = POLICIES[table]
    if not isinstance(policy, AsIts):
        return _case({kind: _sql(rows, policy(rows, kind)) for kind in writers})
    part = _parent_of(rows, policy, policy.parent.__tablename__)
    open_to = _by_kind(table, policy.hidden_from)
    return _case({kind: open_to.get(kind, part) for kind in writers})


def _of_who_writes(events: Any) -> str:
    """Whether an event tells of nobody but who writes it."""
    told = {KIND: events.c.kind, AGENCY: events.c.agency_id, MEMBER_STATE: events.c.member_state_code}
    return " AND ".join(f"coalesce({column.name}::text, '') = (SELECT current_setting('{name}', true))" for name, column in told.items())


def _by_kind(table: type[Table], hidden_from: frozenset[ViewerKind]) -> dict[ViewerKind, str]:
    """What needs no look at the parent: the kinds that see all of it, and those from whom all is hidden."""
    return {kind: "true" for kind in ViewerKind if _sees_all(table, kind)} | dict.fromkeys(sorted(hidden_from), "false")


def _sees_all(table: type[Table], kind: ViewerKind) -> bool:
    policy = POLICIES[table]
    return _sees_all(policy.parent, kind) if isinstance(policy, AsIts) else policy.rules.get(kind) is ALL


def _parent_of(rows: Any, policy: AsIts, above: Any, more: str = "") -> str:
    """Whether the viewer sees the parent, true or null: no EXISTS, since PostgreSQL would rather read all parents than look each one up.

    A function in its place, which looks cheap, made partners read the slices of everybody: their statistics took forty times as long.
    """
    return f"(SELECT true FROM {above} AS above WHERE above.id = {rows.name}.{policy.key}{more})"  # noqa: S608 - names


def _case(by_kind: Mapping[ViewerKind, str], otherwise: str = "NULL") -> str:
    """The CASE, true or null, first the kinds that see all. `otherwise` also answers where no identity is set.

    PostgreSQL expects of `IS NOT NULL` that nearly all rows pass, of a bare CASE that half of them do: the plans of those who see all, who
    read most, would be made for a fraction of their rows. Whose rows are few has a condition of the compiler's beside it.
    """
    told = {kind: sql for kind, sql in by_kind.items() if sql not in {"false", otherwise} or otherwise != "NULL"}
    branches = sorted(told.items(), key=lambda branch: (branch[1] != "true", list(ViewerKind).index(branch[0])))
    arms = [f"WHEN '{kind.value}' THEN {_ARMS.get(sql) or f'nullif({sql}, false)'}" for kind, sql in branches]
    return " ".join([f"(CASE {_KIND}", *arms, f"ELSE {otherwise} END) IS NOT NULL"])


def _sql(rows: Any, predicate: Predicate) -> str:
    """The SQL of a predicate about rows, with settings in the place of the viewer's binds.

    No `SELECT *` is left: PostgreSQL would let none of the table's columns be dropped.
    """
    told: Predicate = replacement_traverse(predicate, {}, _told)  # type: ignore[call-overload]
    chosen = select(told.label("allowed")).select_from(rows)
    text = str(chosen.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    return text.removeprefix("SELECT ").rpartition(" AS allowed")[0].replace("\n", "").replace("SELECT * FROM", "SELECT FROM")


def _told(part: Any, **_: Any) -> Any:
    return _SETTINGS.get(part.key) if isinstance(part, BindParameter) else None
