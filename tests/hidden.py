"""What a viewer may not see, and worlds in which just that is otherwise: what must make no difference to any answer.

seen        the rows that a viewer sees, by the plain rules of semantics.py
otherwise   the world with the rows that a viewer sees, today and at every moment, and all others deleted, changed or doubled
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

from models.base import Table
from models.viewer import Viewer
from tests.pasts import BEGINNING, MOMENTS
from tests.rows import SHOWN, TABLES, Row, Version, World
from tests.semantics import Graph

Key = tuple[Any, ...]
Seen = dict[tuple[str, Any], dict[Key, Row]]
COLUMNS = {str(table.__tablename__): table.__table__.c for table in TABLES}  # type: ignore[attr-defined]
KEYS = {name: tuple(column.name for column in columns if column.primary_key) for name, columns in COLUMNS.items()}
ASKED = (BEGINNING, *MOMENTS)
UNIQUE = {"code", "source_ref", "submission_key", "subject"}
DOUBLED = {"partner_agency", "course", "cohort", "statement", "submission", "decision", "api_client", "agreement"}
OWNERS = {"statement_id": "statement", "cohort_id": "cohort", "submission_id": "submission"}
"""The columns by which a part names what it belongs to."""

UNCHANGED = {"kind", "member_state_code", "agency_id", "record_kind", "submission_id", "index", "position", "event_id"}
UNCHANGED |= {"department_code", "hash"}
"""What checks of the database tie together."""


def key(table: str, row: Row) -> Key:
    """The primary key of a row."""
    return tuple(row[name] for name in KEYS[table])


def seen(world: World, viewer: Viewer) -> Seen:
    """The rows that a viewer sees, by table and moment; None is today."""
    graph = Graph(world, viewer, world)
    graphs: dict[Any, Graph] = {None: graph, **{moment: graph.at(moment) for moment in ASKED}}
    kept = {version.table for version in world.versions}
    return {
        (table, moment): {key(table, row): row for row in one.rows(table)}
        for moment, one in graphs.items()
        for table in world.tables
        if moment is None or table in kept
    }


def otherwise(world: World, viewer: Viewer, random: Random) -> World:
    """The world in which all that a viewer does not see is otherwise; what he sees is the same, which is checked."""
    before = seen(world, viewer)
    fixed: set[tuple[str, Key]] = set()
    while True:
        changed = Otherwise(world, before, fixed, random).world()
        wrong = set(differing(before, seen(changed, viewer)))
        if not wrong:
            return changed
        assert not wrong <= fixed, wrong
        fixed |= wrong


def differing(before: Seen, after: Seen) -> Iterator[tuple[str, Key]]:
    """The rows that are seen otherwise, and what they belong to."""
    for place, rows in before.items():
        table, _ = place
        for one in rows.keys() | after[place].keys():
            if rows.get(one) != after[place].get(one):
                row = rows.get(one) or after[place][one]
                yield table, one
                yield from ((owner, (row[column],)) for column, owner in OWNERS.items() if column in row)


class Otherwise:
    """Changes what is hidden. Rows that are fixed, and what belongs to them, stay as they are."""

    def __init__(self, world: World, before: Seen, fixed: set[tuple[str, Key]], random: Random) -> None:
        self.before, self.fixed, self.random = before, fixed, random
        self.old = world
        self.shown = {(table, one) for (table, _), rows in before.items() for one in rows}
        self.new = World({table: [] for table in world.tables}, world.viewers)

    def world(self) -> World:
        """The changed world."""
        for table in TABLES:
            self.table(table)
        for table in reversed(TABLES):
            self.deleted(str(table.__tablename__))
        today = {(table, key(table, row)) for table, rows in self.new.tables.items() for row in rows}
        self.new.versions.extend(self.version(one) for one in self.old.versions if one.table not in SHOWN or self.named(one) in today)
        return self.new

    def named(self, version: Version) -> tuple[str, Key]:
        """What a version is a version of."""
        return version.table, key(version.table, version.row)

    def hidden(self, table: str, row: Row) -> bool:
        """Whether a row may be changed: it is hidden today, and nothing that it belongs to is fixed."""
        owners = [(owner, (row[column],)) for column, owner in OWNERS.items() if column in row]
        one = key(table, row)
        return one not in self.before[table, None] and self.fixed.isdisjoint([(table, one), *owners])

    def table(self, table: type[Table]) -> None:
        """The rows of a table: those that are hidden changed, and some of them twice."""
        name = str(table.__tablename__)
        for row in self.old[name]:
            changed = self.changed(name, row) if self.hidden(name, row) else row
            self.new[name].append(changed)
            if changed is not row and "id" in row and self.random.random() < 0.3:
                self.doubled(name, changed)

    def doubled(self, table: str, row: Row) -> None:
        """Adds another row like a hidden one, with what belongs to it alike."""
        twin = {**row, "id": self.id(), **{column: self.other(column) for column in sorted(UNIQUE & row.keys()) if row[column] is not None}}
        if table in DOUBLED and ("cohort", (row.get("cohort_id"),)) not in self.fixed:
            self.new[table].append(twin)

    def changed(self, table: str, row: Row) -> Row:
        """A hidden row with the values of another, under its own key; how things are shown stays where an old version of them is seen."""
        donor = self.random.choice(self.old[table])
        kept = {*KEYS[table], *UNCHANGED, *self.tied(table)}
        if (table, key(table, row)) in self.shown:
            kept |= set(SHOWN.get(table, ()))
        values = {name: row[name] if name in kept else donor[name] for name in row}
        return values | {name: row[name] and self.other(name) for name in sorted(UNIQUE & row.keys() - kept)}

    def tied(self, table: str) -> tuple[str, ...]:
        """The columns that say who sees a row, most of the time: changed, they would often make it seen."""
        ties = ("partner_id", "submitted_by_id", "accepted_at", "visibility", "state")
        return ties if self.random.random() < 0.5 else ties[:2]

    def deleted(self, table: str) -> None:
        """Takes some of the hidden rows away, to which nothing refers."""
        referred = set(self.references(table))
        rows = self.new[table]
        rows[:] = [row for row in rows if not self.goes(table, row, referred)]

    def goes(self, table: str, row: Row, referred: set[Any]) -> bool:
        """Whether a row is taken away."""
        one = key(table, row)
        free = self.hidden(table, row) and (table, one) not in self.shown and one[0] not in referred
        return free and table not in ("api_client", "agency_ancestor") and self.random.random() < 0.5

    def references(self, table: str) -> Iterator[Any]:
        """The keys in a table that rows of others, or of its own, refer to."""
        for other, columns in COLUMNS.items():
            for column in columns:
                if any(foreign.column.table.name == table for foreign in column.foreign_keys):
                    yield from (row.get(column.name) for row in self.new[other])

    def version(self, version: Version) -> Version:
        """A version; one that is never seen while it stood has the values of another of its table."""
        one = key(version.table, version.row)
        seen_then = any(version.stood(moment) and one in self.before[version.table, moment] for moment in ASKED)
        owners = [(owner, (version.row[column],)) for column, owner in OWNERS.items() if column in version.row]
        if seen_then or not self.fixed.isdisjoint([(version.table, one), *owners]) or version.table == "statement_member_state":
            return version
        donor = self.random.choice([other.row for other in self.old.versions if other.table == version.table])
        kept = {*KEYS[version.table], *UNCHANGED, *UNIQUE, "only_member_state_code", *self.tied(version.table)}
        return replace(version, row={name: value if name in kept else donor[name] for name, value in version.row.items()})

    def id(self) -> UUID:
        """A new id."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def other(self, column: str) -> str:
        """A new unique value."""
        return f"{column}-{self.random.getrandbits(40):x}"
