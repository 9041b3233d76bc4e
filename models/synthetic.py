"""Deterministic data at a chosen scale, for people, tests and benchmarks alike: the same scale gives the same rows, ids included.

Twenty partners, each with ten courses; a cohort for every 250 statements; each statement counts participations of one state and one
department. All is accepted and verified, and has stood so since `MADE`. States and departments must be loaded before.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from models import history
from models.agencies import AgencyAncestor, AgencyKind, PartnerAgency
from models.base import Table, Visibility
from models.courses import Cohort, CohortCourse, CohortMode, CohortRole, CohortStatus, Course, Role, VenueType
from models.database import Transaction
from models.statements import (
    CountUnit,
    Measure,
    Precision,
    Statement,
    StatementDepartment,
    StatementKind,
    StatementMemberState,
    StatementState,
)

PARTNERS, COURSES, STATEMENTS_PER_COHORT = 20, 200, 250
START = date(2015, 1, 1)
MADE = datetime(2026, 1, 1, tzinfo=UTC)
DEPARTMENTS = (
    "POLICE",
    "MILITARY",
    "CUSTOMS",
    "IMMIGRATION",
    "PRISONS",
    "FIU",
    "NIU",
    "JUDICIARY",
    "AG_OFFICE",
    "DPP",
    "TAX",
    "COMPLIANCE",
)
STATES = ("AG", "BB", "BS", "BZ", "DM", "DO", "GD", "GY", "HT", "JM", "KN", "LC", "MS", "SR", "TT", "VC")
TABLES = {"partner": 1, "course": 2, "cohort": 3, "statement": 4}

Row = tuple[Any, ...]


def identifier(table: str, number: int) -> UUID:
    """The id of a table's row with this number: a version 7 UUID, rising with the number."""
    return UUID(int=(0x0190_0000_0000 + number << 80) | (7 << 76) | (2 << 62) | (TABLES[table] << 48) | number)


def scattered(number: int, choices: int) -> int:
    """One of so many choices, evenly spread and without a pattern that the tables' orders share (Knuth's multiplicative hash)."""
    return (number * 2654435761 % 2**32) * choices >> 32


async def seed(connection: asyncpg.Connection, statements: int) -> None:
    """Stores so many statements, with all that they refer to, by COPY."""
    cohorts = max(1, statements // STATEMENTS_PER_COHORT)
    await _copy(connection, PartnerAgency, ("id", "code", "name", "kind", "accepted_at"), partners())
    await _copy(connection, AgencyAncestor, ("agency_id", "ancestor_id"), [(row[0], row[0]) for row in partners()])
    await _copy(connection, Course, ("id", "code", "title", "owner_id", "visibility", "accepted_at"), courses())
    await _copy(connection, Cohort, COHORT_COLUMNS, cohort_rows(cohorts))
    await _copy(connection, CohortCourse, ("cohort_id", "position", "course_id"), cohort_courses(cohorts))
    await _copy(connection, CohortRole, ("cohort_id", "agency_id", "role"), cohort_roles(cohorts))
    await _copy(connection, Statement, STATEMENT_COLUMNS, statement_rows(statements, cohorts))
    await _copy(connection, StatementMemberState, ("statement_id", "member_state_code"), states_of(statements))
    await _copy(connection, StatementDepartment, ("statement_id", "department_code", "institution_type"), departments_of(statements))
    await history.begin(Transaction(connection), MADE)
    await connection.execute("VACUUM ANALYZE")


async def _copy(connection: asyncpg.Connection, table: type[Table], columns: Sequence[str], rows: Iterator[Row] | list[Row]) -> None:
    name = table.__table__.name  # type: ignore[attr-defined]
    await connection.copy_records_to_table(name, records=rows, columns=list(columns), timeout=600)


def partners() -> list[Row]:
    """The partners' rows."""
    return [
        (identifier("partner", n), f"SYN-{n:02}", f"Synthetic partner {n:02}", AgencyKind.INTERGOVERNMENTAL.value, MADE)
        for n in range(PARTNERS)
    ]


def courses() -> list[Row]:
    """The courses' rows."""
    return [
        (
            identifier("course", n),
            f"SYN-COURSE-{n:03}",
            f"Synthetic course {n:03}",
            identifier("partner", n % PARTNERS),
            Visibility.RESTRICTED.value,
            MADE,
        )
        for n in range(COURSES)
    ]


COHORT_COLUMNS = (
    *("id", "code", "title", "submitted_by_id", "starts_on", "ends_on", "date_precision", "mode", "venue_type", "status", "count_policy"),
    *("visibility", "accepted_at"),
)


def cohort_rows(cohorts: int) -> Iterator[Row]:
    """The cohorts' rows: each of the course with its number, and of that course's partner."""
    modes, venues = list(CohortMode), list(VenueType)
    for n in range(cohorts):
        day = START + timedelta(days=scattered(n, 3650))
        yield (
            identifier("cohort", n),
            f"SYN-COHORT-{n:06}",
            f"Synthetic cohort {n:06}",
            identifier("partner", n % PARTNERS),
            day,
            day + timedelta(days=5),
            "DAY",
            modes[n % len(modes)].value,
            venues[n % len(venues)].value,
            CohortStatus.COMPLETED.value,
            "COUNTS",
            Visibility.RESTRICTED.value,
            MADE,
        )


def cohort_courses(cohorts: int) -> Iterator[Row]:
    """The links of cohorts to their courses."""
    return ((identifier("cohort", n), 0, identifier("course", n % COURSES)) for n in range(cohorts))


def cohort_roles(cohorts: int) -> Iterator[Row]:
    """Each cohort's convener."""
    return ((identifier("cohort", n), identifier("partner", n % PARTNERS), Role.CONVENER.value) for n in range(cohorts))


STATEMENT_COLUMNS = (
    *("id", "partner_id", "source_ref", "kind", "cohort_id", "measure", "revision", "state", "count", "unit", "precision", "sex"),
    *("reporting_period_label", "partition_key", "cost_amount", "cost_currency", "visibility", "decided_at", "created_at"),
)


def statement_rows(statements: int, cohorts: int) -> Iterator[Row]:
    """The statements' rows: the partner of a cohort says one claim set about it."""
    for n in range(statements):
        cohort = n % cohorts
        yield (
            identifier("statement", n),
            identifier("partner", cohort % PARTNERS),
            f"SYN-{n:08}",
            StatementKind.COUNT.value,
            identifier("cohort", cohort),
            Measure.REPORTED_TRAINED.value,
            1,
            StatementState.VERIFIED.value,
            1 + scattered(n, 30),
            CountUnit.PARTICIPATIONS.value,
            Precision.EXACT.value,
            None,
            f"FY{2015 + scattered(cohort, 10)}",
            "ROWS",
            Decimal(100 + scattered(n, 900)),
            "USD",
            Visibility.RESTRICTED.value,
            MADE,
            MADE - timedelta(seconds=statements - n),
        )


def states_of(statements: int) -> Iterator[Row]:
    """The state of each statement."""
    return ((identifier("statement", n), STATES[scattered(n + 7, len(STATES))]) for n in range(statements))


def departments_of(statements: int) -> Iterator[Row]:
    """The department of each statement."""
    return ((identifier("statement", n), DEPARTMENTS[scattered(n + 13, len(DEPARTMENTS))], "NOT_STATED") for n in range(statements))
