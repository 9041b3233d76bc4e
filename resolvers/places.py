"""Member states, their memberships, and departments."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, or_, true

from models.places import Department, Membership, MemberState
from models.policies import Door, Predicate, Row
from models.statements import Statement, StatementDepartment, StatementMemberState
from resolvers.compiler.arguments import Arguments, Bound
from resolvers.fields import (
    Between,
    Column,
    CompareKey,
    Connection,
    Identifier,
    Join,
    Many,
    ObjectType,
    Planning,
    RelatedMany,
    Test,
    columns,
    compare,
    comparisons,
    related_many,
)


def about_state(statement: Row, state_code: ColumnElement[Any], door: Door) -> Predicate:
    """Whether the statement's slice names the state."""
    return door.linked(
        StatementMemberState, lambda link: and_(link.c.statement_id == statement.c.id, link.c.member_state_code == state_code)
    )


def about_department(statement: Row, department_code: ColumnElement[Any], door: Door) -> Predicate:
    """Whether the statement's slice names the department."""
    return door.linked(
        StatementDepartment, lambda link: and_(link.c.statement_id == statement.c.id, link.c.department_code == department_code)
    )


def state_of_cohort(state: Row, cohort: Row, door: Door) -> Predicate:
    """Whether a statement that the viewer sees about the cohort names the state."""
    return door.exists(Statement, lambda row: and_(row.c.cohort_id == cohort.c.id, about_state(row, state.c.code, door)))


def department_of_cohort(department: Row, cohort: Row, door: Door) -> Predicate:
    """Whether a statement that the viewer sees about the cohort names the department."""
    return door.exists(Statement, lambda row: and_(row.c.cohort_id == cohort.c.id, about_department(row, department.c.code, door)))


Naming = type[StatementMemberState] | type[StatementDepartment]


def statements_naming(link: Naming, code: str) -> Join:
    """How a state or a department relates to the statements that name it."""

    def join(place: Row, statement: Row, door: Door) -> Between:
        named = door.part(link)
        return Between((named,), and_(named.c.statement_id == statement.c.id, named.c[code] == place.c.code))

    return join


def cohorts_named(link: Naming, code: str) -> Join:
    """How a state or a department relates to a cohort: by statements about the cohort that the viewer sees and that name it."""

    def join(place: Row, cohort: Row, door: Door) -> Between:
        statement, allowed = door.visible(Statement)
        naming = statements_naming(link, code)(place, statement, door)
        return Between((statement, *naming.rows), and_(statement.c.cohort_id == cohort.c.id, allowed, naming.where))

    return join


COHORTS_OF_STATE = cohorts_named(StatementMemberState, "member_state_code")
COHORTS_OF_DEPARTMENT = cohorts_named(StatementDepartment, "department_code")


def in_force(dated: Row, day: ColumnElement[Any]) -> Predicate:
    """Whether a membership, or an operation, is in force on the day; a missing first day is taken as long ago."""
    return and_(
        or_(dated.c.valid_from.is_(None), dated.c.valid_from <= day),
        or_(dated.c.valid_to.is_(None), dated.c.valid_to > day),
    )


def membership_order(membership: Row, link: Row) -> Sequence[ColumnElement[Any]]:
    """By body, then day of joining with unknown days last."""
    return membership.c.body, membership.c.valid_from, membership.c.id


def in_membership(state: Row, given: Arguments, planning: Planning) -> Sequence[Predicate]:
    """The states that have one membership which satisfies all that is asked of it."""
    day, body, statuses = given.get("asOf"), given.get("body"), given.get("status")
    if day is None and body is None and statuses is None:
        return ()

    def asked(membership: Row) -> Predicate:
        terms: list[Predicate] = [membership.c.member_state_code == state.c.code]
        if isinstance(day, Bound):
            terms.append(in_force(membership, planning.binds.argument(day, Date())))
        if isinstance(body, Bound):
            terms.append(membership.c.body == planning.binds.argument(body, Text()))
        if statuses is not None:
            terms.append(planning.binds.among(membership.c.status, statuses))
        return and_(true(), *terms)

    return (planning.door.exists(Membership, asked),)


MEMBER_STATE = ObjectType(
    "MemberState",
    table=MemberState,
    key="code",
    fields={
        "id": Identifier(),
        **columns("code", "iso3", "m49", "name", "short_name"),
        "memberships": Many("Membership", lambda state, row, door: row.c.member_state_code == state.c.code, membership_order),
        "hostedCohorts": Connection("Cohort", lambda state, cohort, door: cohort.c.venue_state_code == state.c.code),
        "cohorts": Connection("Cohort", state_of_cohort),
        "statements": Connection("Statement", lambda state, row, door: about_state(row, state.c.code, door)),
        "agencies": Connection("PartnerAgency", lambda state, agency, door: agency.c.member_state_code == state.c.code),
    },
    filters={
        "id": CompareKey(),
        **comparisons("code", "iso3", "m49", "name", "short_name"),
        "memberships": related_many("Membership", "member_state_code", "code"),
        "hostedCohorts": related_many("Cohort", "venue_state_code", "code"),
        "cohorts": RelatedMany("Cohort", COHORTS_OF_STATE),
        "statements": RelatedMany("Statement", statements_naming(StatementMemberState, "member_state_code")),
        "agencies": related_many("PartnerAgency", "member_state_code", "code"),
    },
)

MEMBERSHIP = ObjectType(
    "Membership",
    table=Membership,
    fields={**columns("body", "status"), "from": Column("valid_from"), "to": Column("valid_to")},
    filters={
        **comparisons("body", "status"),
        "from": compare("valid_from"),
        "to": compare("valid_to"),
        "inForceOn": Test(Date(), in_force),
    },
)

DEPARTMENT = ObjectType(
    "Department",
    table=Department,
    key="code",
    fields={
        "id": Identifier(),
        **columns("code", "label", "name", "category", "scope", "list_order"),
        "cohorts": Connection("Cohort", department_of_cohort),
        "statements": Connection("Statement", lambda department, row, door: about_department(row, department.c.code, door)),
        "agencies": Connection("PartnerAgency", lambda department, agency, door: agency.c.department_code == department.c.code),
    },
    filters={
        "id": CompareKey(),
        **comparisons("code", "label", "name", "category", "scope", "list_order"),
        "cohorts": RelatedMany("Cohort", COHORTS_OF_DEPARTMENT),
        "statements": RelatedMany("Statement", statements_naming(StatementDepartment, "department_code")),
        "agencies": related_many("PartnerAgency", "department_code", "code"),
    },
)

QUERIES = {
    "memberStates": Many("MemberState", None, lambda state, link: (state.c.code,), where=in_membership),
    "departments": Many("Department", None, lambda department, link: (department.c.list_order,)),
}

TYPES = (MEMBER_STATE, MEMBERSHIP, DEPARTMENT)
