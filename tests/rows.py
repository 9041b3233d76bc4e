"""Rows in memory as the database holds them: a world that both the API and its oracle are asked about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from models import access, agencies, audit, courses, erasures, figures, individuals, places, releases, statements, submissions
from models.base import Table
from models.database import Database
from models.viewer import Viewer

Row = dict[str, Any]

TABLES: tuple[type[Table], ...] = (
    places.MemberState,
    places.Department,
    places.Membership,
    agencies.PartnerAgency,
    agencies.AgencyAncestor,
    agencies.AgencyOperation,
    agencies.PartnerListing,
    agencies.PartnerListingAgency,
    access.ApiClient,
    access.Credential,
    access.Agreement,
    courses.Course,
    courses.Cohort,
    courses.CohortCourse,
    courses.CohortRole,
    courses.CohortCost,
    submissions.Submission,
    statements.Statement,
    statements.StatementMemberState,
    statements.StatementDepartment,
    individuals.Participant,
    individuals.Individual,
    submissions.SubmissionItem,
    submissions.SubmissionIssue,
    statements.Decision,
    figures.Figure,
    audit.AuditEvent,
    audit.AuditSeal,
    erasures.ErasureCertificate,
    releases.Release,
    releases.ReleaseBlock,
)
"""The tables of a world, each after those that it refers to."""

BATCH = 1000
SHOWN = {"partner_agency": ("code", "name", "labels"), "course": ("code", "title"), "cohort": ("code", "title")}
"""By what things are known: old versions are shown with those of today."""


@dataclass(frozen=True, slots=True)
class Version:
    """A row of a table as it stood from one moment until another; without an end it still does."""

    table: str
    row: Row
    start: datetime
    end: datetime | None

    def stood(self, moment: datetime) -> bool:
        """Whether it stood at the moment."""
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True)
class World:
    """The rows of every table, with the viewers that look at them."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {str(table.__tablename__): [] for table in TABLES})
    viewers: dict[str, Viewer] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def of(self, table: str, column: str, value: Any) -> list[Row]:
        """The rows of a table with that value in a column."""
        return [row for row in self[table] if row[column] == value]

    def at(self, moment: datetime) -> "World":
        """The world as it stood at a moment, with today's names; what has no history is as it is today."""
        tables = dict(self.tables)
        for table in {version.table for version in self.versions}:
            today = {row["id"]: row for row in self[table]} if table in SHOWN else {}
            stood = [version.row for version in self.versions if version.table == table and version.stood(moment)]
            tables[table] = [row | {name: today[row["id"]][name] for name in SHOWN.get(table, ())} for row in stood]
        return World(tables, self.viewers)


async def store(database: Database, world: World) -> None:
    """Stores all rows of a world in one transaction; the tables must be empty."""
    async with database.write() as transaction:
        for table in TABLES:
            rows = world[str(table.__tablename__)]
            for start in range(0, len(rows), BATCH):
                await transaction.insert(table, rows[start : start + BATCH])
        for table in {version.table for version in world.versions}:
            rows = [
                version.row | {"row_start": version.start, "row_end": version.end or "infinity"}
                for version in world.versions
                if version.table == table
            ]
            sql = f"INSERT INTO {table}_history SELECT * FROM json_populate_recordset(NULL::{table}_history, $1)"
            await transaction.read(sql, [orjson.dumps(rows, default=str).decode()])
