"""What the serving role may do to each table. It owns nothing, and may do nothing that is not named here.

The ledger is never deleted from: statements, decisions, submissions, changes, and the agencies, courses and cohorts that they refer to.
Parts of a revised row (its roles, costs, slices) are replaced, so their rows may go. What is told of people goes by a function alone, which
also takes it out of versions, decisions and receipts.
Of a version in a history only the end may be set.
Of a client, a credential or an agreement only the end may be set, which then stays (a trigger), and when a credential was used last.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg

import models.tables  # noqa: F401 - fills the metadata
from models.access import Agreement, ApiClient, Credential
from models.agencies import AgencyAncestor, AgencyOperation, PartnerAgency, PartnerListing, PartnerListingAgency
from models.audit import AuditEvent, AuditSeal
from models.base import Table
from models.changes import Change
from models.courses import Cohort, CohortCost, CohortCourse, CohortRole, Course
from models.deployments import Deployment
from models.erasures import ErasureCertificate
from models.figures import Figure
from models.history import HISTORIES
from models.individuals import Individual, Participant
from models.places import Department, Membership, MemberState
from models.releases import Release, ReleaseBlock, ReleaseCell, ReleasedCohort
from models.sessions import Session, SignIn
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState
from models.submissions import Submission, SubmissionIssue, SubmissionItem

ADVISORY_LOCK = 0x6772616E7473  # "grants": of two that grant at once, PostgreSQL fails one ("tuple concurrently updated")

_READ = ("SELECT",)
_APPEND = ("SELECT", "INSERT")
_REVISE = ("SELECT", "INSERT", "UPDATE")
_REPLACE = ("SELECT", "INSERT", "DELETE")
_PASSING = ("SELECT", "INSERT", "UPDATE", "DELETE")
_KEEP = ("SELECT", "INSERT", "UPDATE (row_end)")

GRANTS: dict[type[Table], tuple[str, ...]] = {
    MemberState: _READ,
    Membership: _READ,
    Department: _READ,
    PartnerListing: _READ,
    PartnerListingAgency: _READ,
    AgencyOperation: _READ,
    Figure: _READ,
    Deployment: _READ,
    Agreement: (*_APPEND, "UPDATE (ended_at)"),
    ApiClient: (*_APPEND, "UPDATE (revoked_at)"),
    Credential: (*_APPEND, "UPDATE (revoked_at, last_used_at)"),
    Session: _PASSING,
    SignIn: _PASSING,
    PartnerAgency: _REVISE,
    Course: _REVISE,
    Cohort: _REVISE,
    Statement: _REVISE,
    Submission: _REVISE,
    Decision: _APPEND,
    SubmissionItem: _APPEND,
    SubmissionIssue: _APPEND,
    Change: _APPEND,
    AuditEvent: _APPEND,
    Release: _APPEND,
    ReleaseBlock: _APPEND,
    ReleaseCell: _APPEND,
    ReleasedCohort: _APPEND,
    AuditSeal: _APPEND,
    ErasureCertificate: _APPEND,
    Participant: _APPEND,
    Individual: _APPEND,
    AgencyAncestor: _REPLACE,
    CohortCourse: _REPLACE,
    CohortRole: _REPLACE,
    CohortCost: _REPLACE,
    StatementMemberState: _REPLACE,
    StatementDepartment: _REPLACE,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A role as PostgreSQL knows it."""

    name: str
    is_superuser: bool
    bypasses_policies: bool
    owns_tables: bool

    @property
    def may_serve(self) -> bool:
        """Whether a bug in the server could do no more than the grants allow."""
        return not (self.is_superuser or self.bypasses_policies or self.owns_tables)


async def current_role(connection: asyncpg.Connection) -> Role:
    """The role of a connection. It owns tables also where it is a member of the role that owns them."""
    return Role(**await connection.fetchrow(_CURRENT_ROLE))


async def grant(connection: asyncpg.Connection, role: str) -> None:
    """Gives a role exactly the privileges above, whatever it had before. Run by the owner; sent as one message, it is one transaction."""
    await connection.execute(";\n".join(_statements(_quoted(role))))


def _statements(role: str) -> Iterator[str]:
    yield f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT ON alembic_version TO {role}"
    yield f"GRANT EXECUTE ON FUNCTION remember_person, agreement_in_force, erase_individuals TO {role}"
    for table, privileges in GRANTS.items():
        yield f"GRANT {', '.join(privileges)} ON {_quoted(str(table.__tablename__))} TO {role}"
    for history in HISTORIES.values():
        yield f"GRANT {', '.join(_KEEP)} ON {_quoted(history.versions.name)} TO {role}"
    yield f"GRANT SELECT ON public_statement, once_public TO {role}"
    yield f"GRANT EXECUTE ON FUNCTION reported_by_others, chosen_statements, chosen_statements_at TO {role}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_CURRENT_ROLE = """
SELECT rolname AS name, rolsuper AS is_superuser, rolbypassrls AS bypasses_policies,
    EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(current_user, relowner, 'MEMBER')
    ) AS owns_tables
FROM pg_roles WHERE rolname = current_user
"""
