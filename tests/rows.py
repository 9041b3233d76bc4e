"""Rows in memory as the database holds them: a world that both the API and its oracle are asked about."""

from dataclasses import dataclass, field
from typing import Any

from models import access, agencies, courses, figures, places, statements, submissions
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
    courses.Course,
    courses.Cohort,
    courses.CohortCourse,
    courses.CohortRole,
    courses.CohortCost,
    submissions.Submission,
    statements.Statement,
    statements.StatementMemberState,
    statements.StatementDepartment,
    submissions.SubmissionItem,
    submissions.SubmissionIssue,
    statements.Decision,
    figures.Figure,
)
"""The tables of a world, each after those that it refers to."""

BATCH = 1000


@dataclass(frozen=True, slots=True)
class World:
    """The rows of every table, with the viewers that look at them."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {str(table.__tablename__): [] for table in TABLES})
    viewers: dict[str, Viewer] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]


async def store(database: Database, world: World) -> None:
    """Stores all rows of a world in one transaction; the tables must be empty."""
    async with database.write() as transaction:
        for table in TABLES:
            rows = world[str(table.__tablename__)]
            for start in range(0, len(rows), BATCH):
                await transaction.insert(table, rows[start : start + BATCH])
