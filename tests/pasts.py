"""Earlier versions of a world's rows: what stood at each of a few moments, as the histories hold it.

Rows come late, were otherwise before, or have none of the past; parts come and go. A world is the same today with a past and without one.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from models import agencies, courses, figures, statements
from models.base import Visibility
from tests.chances import Chances
from tests.rows import Row, Version

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOMENTS = tuple(datetime(2021, 3, 1, 12, 0, 0, 120 * number, UTC) + timedelta(days=100 * number) for number in range(5))
ASKED = (*MOMENTS, *[moment - timedelta(microseconds=1) for moment in MOMENTS], BEGINNING, BEGINNING - timedelta(days=1))


def the_one(named: list[Version], moment: datetime) -> str | None:
    """The one state that stood in a statement's slice at a moment, if it was one."""
    codes = [one.row["member_state_code"] for one in named if one.stood(moment)]
    return codes[0] if len(codes) == 1 else None


class Pasts(Chances):
    """Draws the versions of a world's rows."""

    def everything(self) -> None:
        """The versions of every table that has a history."""
        others: dict[str, Callable[[], Row]] = {
            "partner_agency": self.other_agency,
            "course": self.other_course,
            "cohort": self.other_cohort,
            "statement": self.other_statement,
            "figure": self.other_figure,
            "decision": dict,
        }
        for table, other in others.items():
            for row in self.world[table]:
                self.entity(table, row, other)
        for table, column, rows in (
            ("agency_ancestor", "ancestor_id", "partner_agency"),
            ("cohort_course", "course_id", "course"),
            ("cohort_role", "agency_id", "partner_agency"),
            ("statement_member_state", "member_state_code", "member_state"),
            ("statement_department", "department_code", "department"),
        ):
            self.parts(table, column, [row.get("id", row.get("code")) for row in self.world[rows]])
        self.world.versions[:] = [part for version in self.world.versions for part in self.named(version)]

    def entity(self, table: str, row: Row, other: Callable[[], Row]) -> None:
        """The versions of one row, the last of which is the row of today; a few have none, as rows that were stored past the outbox."""
        if self.random.random() < 0.05:
            return
        bounds = sorted(self.random.sample(MOMENTS, self.random.choice((0, 1, 1, 2, 3))))
        if not bounds or self.random.random() < 0.7:
            bounds = [BEGINNING, *bounds]
        for start, end in pairwise(bounds):
            self.world.versions.append(Version(table, row | other(), start, end))
        self.world.versions.append(Version(table, row, bounds[-1], None))

    def parts(self, table: str, column: str, values: list[object]) -> None:
        """The versions of parts: those of today since some moment, and a few that are gone."""
        today = self.world[table]
        for row in today:
            start, end = self.random.choice((BEGINNING, BEGINNING, *MOMENTS)), None
            self.world.versions.append(Version(table, row, start, end))
        known = [self.key(table, row) for row in today]
        for row in self.some(today, len(today) // 2):
            gone = row | {column: self.random.choice(values)} | ({"position": row["position"] + 50} if "position" in row else {})
            if self.key(table, gone) not in known:
                known.append(self.key(table, gone))
                start, end = sorted(self.random.sample((BEGINNING, *MOMENTS), 2))
                self.world.versions.append(Version(table, gone, start, end))

    def named(self, version: Version) -> list[Version]:
        """The version; that of a statement in as many as the states that it named changed, each with the one state, if it was one."""
        if version.table != "statement":
            return [version]
        named = [
            one for one in self.world.versions if one.table == "statement_member_state" and one.row["statement_id"] == version.row["id"]
        ]
        within = {moment for one in named for moment in (one.start, one.end) if moment and version.start < moment and version.stood(moment)}
        starts = [version.start, *sorted(within)]
        ends = [*starts[1:], version.end]
        return [
            Version("statement", version.row | {"only_member_state_code": the_one(named, start)}, start, end)
            for start, end in zip(starts, ends, strict=True)
        ]

    def key(self, table: str, row: Row) -> tuple[object, ...]:
        """The primary key of a part."""
        return tuple(value for name, value in row.items() if (table, name) != ("cohort_course", "course_id"))

    # What a row may have been before. Who sent it, and about whom it is, never change.

    def other_agency(self) -> Row:
        return {
            "code": None,
            "name": self.word(),
            "labels": [self.word()],
            "kind": self.pick(agencies.AgencyKind),
            "parent_id": self.maybe(self.random.choice(self.world["partner_agency"])["id"]),
            "accepted_at": self.maybe(self.moment(), 0.6),
        }

    def other_course(self) -> Row:
        return {
            "code": None,
            "title": self.word(),
            "subject": self.maybe(self.word()),
            "owner_id": self.maybe(self.random.choice(self.world["partner_agency"])["id"]),
            "visibility": self.pick(Visibility),
            "accepted_at": self.maybe(self.moment(), 0.6),
            "revision": 1,
        }

    def other_cohort(self) -> Row:
        return {
            "code": None,
            "title": self.word(),
            "starts_on": self.day(),
            "status": self.pick(courses.CohortStatus),
            "venue_state_code": self.maybe(self.random.choice(self.world["member_state"])["code"]),
            "same_run_as_id": self.maybe(self.random.choice(self.world["cohort"])["id"], 0.4),
            "visibility": self.pick(Visibility),
            "accepted_at": self.maybe(self.moment(), 0.6),
            "revision": 1,
        }

    def other_statement(self) -> Row:
        return {
            "cohort_id": self.random.choice(self.world["cohort"])["id"],
            "measure": self.pick(statements.Measure),
            "state": self.random.choice(("VERIFIED", self.pick(statements.StatementState))),
            "count": self.random.randrange(30),
            "sex": self.maybe(self.pick(statements.Sex)),
            "visibility": self.pick(Visibility),
            "decided_at": self.maybe(self.moment()),
            "withdrawal_reason": None,
            "revision": 1,
        }

    def other_figure(self) -> Row:
        return {
            "key": self.pick(figures.FigureKey),
            "value": self.random.choice([row["value"] for row in self.world["figure"]]),
            "label": self.word(),
            "supersedes_id": self.maybe(self.random.choice(self.world["figure"])["id"]),
        }
