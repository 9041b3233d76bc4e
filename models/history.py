"""The histories: each version of a row that numbers rest on, and the time in which it stood (SQL:2011 calls that a system-versioned table).

A version stands from the time of the change that made it, `row_start`, until that of the change that ended it, `row_end`; the one that
stands today has no end. Times of changes rise strictly from transaction to transaction (outbox.py), so that a moment names a change
position. Versions are written by the outbox alone, and nothing but their end is ever changed. What stands is read from the table itself,
so that a reader of today pays nothing for the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import (
    ARRAY,
    CTE,
    Column,
    ColumnElement,
    DateTime,
    FromClause,
    Index,
    PrimaryKeyConstraint,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    insert,
    literal_column,
    select,
    true,
    tuple_,
    update,
)

from models.agencies import AgencyAncestor, PartnerAgency
from models.base import Table
from models.changes import ChangeType
from models.courses import Cohort, CohortCourse, CohortRole, Course
from models.database import SqlStatement, Transaction, render
from models.figures import Figure
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState

MOMENT = DateTime(timezone=True)
ENDLESS: ColumnElement[datetime] = literal_column("'infinity'::timestamptz", MOMENT)


@dataclass(frozen=True, slots=True)
class History:
    """The history of a table: its versions, and how a change leads to them.

    `owner` is the column that holds the changed entity's id. `shown` are the columns that an entity is known by; they are always shown as
    they stand today, so that an old answer can be read with today's names.
    """

    table: type[Table]
    type: ChangeType
    owner: str
    versions: sqlalchemy.Table
    shown: tuple[str, ...] = ()

    @property
    def rows(self) -> sqlalchemy.Table:
        """The table itself."""
        return self.table.__table__  # type: ignore[attr-defined, no-any-return]

    @property
    def names(self) -> list[str]:
        """The names of the columns that are kept: all but those that are computed from others."""
        return [column.name for column in self.rows.c if column.computed is None]

    @property
    def key(self) -> tuple[str, ...]:
        """The table's primary key."""
        return tuple(column.name for column in self.rows.primary_key)

    def standing(self, moment: ColumnElement[datetime]) -> FromClause:
        """The rows as they stood at a moment, with the table's own columns."""
        version = self.versions.alias()
        stood = and_(version.c.row_start <= moment, version.c.row_end > moment)
        if not self.shown:
            return select(*[version.c[name] for name in self.names]).where(stood).subquery()
        today = self.rows.alias()
        columns = [(today if name in self.shown else version).c[name] for name in self.names]
        return select(*columns).select_from(version.join(today, today.c.id == version.c.id)).where(stood).subquery()


def _history(table: type[Table], type_: ChangeType, owner: str, *indexed: str, shown: tuple[str, ...] = ()) -> History:
    """The history of a table, with an index for each way that leads to its rows. What a row refers to is checked in its table alone."""
    rows = table.__table__  # type: ignore[attr-defined]
    name = f"{rows.name}_history"
    columns = [
        Column(each.name, each.type, nullable=each.nullable, autoincrement=each.autoincrement)
        for each in rows.columns
        if each.computed is None
    ]
    times = (Column("row_start", MOMENT, nullable=False), Column("row_end", MOMENT, nullable=False))
    first, *rest = [column.name for column in rows.primary_key]
    key = PrimaryKeyConstraint(first, "row_start", *rest)  # last, the time would have PostgreSQL skip through another index instead
    indexes = [Index(f"ix_{name}_{names.split()[0]}", *names.split()) for names in indexed]
    versions = sqlalchemy.Table(name, Table.metadata, *columns, *times, key, *indexes)
    return History(table, type_, owner, versions, shown)


HISTORIES: Mapping[type[Table], History] = {
    history.table: history
    for history in (
        _history(PartnerAgency, ChangeType.PARTNER_AGENCY, "id", "parent_id", shown=("code", "name", "labels")),
        _history(AgencyAncestor, ChangeType.PARTNER_AGENCY, "agency_id", "ancestor_id"),
        _history(Course, ChangeType.COURSE, "id", "owner_id", shown=("code", "title")),
        _history(Cohort, ChangeType.COHORT, "id", "starts_on id", "venue_state_code", "same_run_as_id", shown=("code", "title")),
        _history(CohortCourse, ChangeType.COHORT, "cohort_id", "course_id cohort_id"),
        _history(CohortRole, ChangeType.COHORT, "cohort_id", "agency_id cohort_id"),
        _history(Statement, ChangeType.STATEMENT, "id", "cohort_id id", "partner_id id", "measure cohort_id", "submission_id id"),
        _history(StatementMemberState, ChangeType.STATEMENT, "statement_id", "member_state_code statement_id"),
        _history(StatementDepartment, ChangeType.STATEMENT, "statement_id", "department_code statement_id"),
        _history(Decision, ChangeType.STATEMENT, "statement_id", "statement_id id"),
        _history(Figure, ChangeType.FIGURE, "id"),
    )
}

KEPT = frozenset(history.type for history in HISTORIES.values())


async def keep(transaction: Transaction, changed: Mapping[ChangeType, Sequence[UUID]], at: datetime) -> None:
    """Ends the versions that the changed entities no longer have, and begins those that they have now. One SQL statement a type."""
    for type_, ids in changed.items():
        await transaction.fetch(_KEEP[type_], ids=ids, at=at)


async def begin(transaction: Transaction, at: datetime) -> None:
    """Begins the history of every row that has none, as if it had stood since that time: for rows that came by no change of the outbox."""
    for history in HISTORIES.values():
        await transaction.fetch(_BEGIN[history.table], at=at)


AT = bindparam("at", type_=MOMENT)


def _keep(type_: ChangeType) -> SqlStatement:
    """Compares the rows of changed entities with their open versions; every part sees the tables as they were before."""
    kept = [history for history in HISTORIES.values() if history.type is type_]
    return render(select(true()).add_cte(*[part for history in kept for part in (_ended(history), _begun(history))]))


def _ended(history: History) -> CTE:
    version: Any = history.versions.alias()
    stands = exists().where(_same(history, history.rows, version)).correlate(version)
    lost = and_(_changed(history, version), version.c.row_end == ENDLESS, ~stands)
    return update(version).values(row_end=AT).where(lost).returning(true()).cte(f"ended_{history.rows.name}")


def _begun(history: History) -> CTE:
    rows, version = history.rows, history.versions.alias()
    known = exists().where(_same(history, rows, version), version.c.row_end == ENDLESS).correlate(rows)
    inserted: CTE = _insertion(history, _changed(history, rows) & ~known).returning(true()).cte(f"begun_{rows.name}")
    return inserted


def _begin(history: History) -> SqlStatement:
    rows, version = history.rows, history.versions.alias()
    known = exists().where(*[rows.c[name] == version.c[name] for name in history.key]).correlate(rows)
    return render(_insertion(history, ~known))


def _insertion(history: History, where: ColumnElement[bool]) -> Any:
    """Begins the versions of the rows for which `where` holds."""
    rows = history.rows
    kept = [rows.c[name] for name in history.names]
    return insert(history.versions).from_select([*history.names, "row_start", "row_end"], select(*kept, AT, ENDLESS).where(where))


def _changed(history: History, rows: FromClause) -> ColumnElement[bool]:
    """Whether a row is a changed entity's. What changes an agency's line of ancestors changes the lines of all agencies below it."""
    given = any_(bindparam("ids", type_=ARRAY(Uuid())))
    if history.table is not AgencyAncestor:
        return rows.c[history.owner] == given
    line = history.rows.alias()
    return rows.c[history.owner].in_(select(line.c.agency_id).where(line.c.ancestor_id == given))


def _same(history: History, rows: FromClause, version: FromClause) -> ColumnElement[bool]:
    """Whether a version holds what a row holds."""
    values = [name for name in history.names if name not in history.key]
    terms = [rows.c[name] == version.c[name] for name in history.key]
    if values:
        terms.append(tuple_(*[rows.c[name] for name in values]).is_not_distinct_from(tuple_(*[version.c[name] for name in values])))
    return and_(*terms)


_KEEP = {type_: _keep(type_) for type_ in KEPT}
_BEGIN = {history.table: _begin(history) for history in HISTORIES.values()}
