"""Member states, their memberships, and departments."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, or_, true

from models.places import Department, Membership, MemberState
from models.policies import Door, Predicate, Row
from models.statements import Statement, StatementDepartment, StatementMemberState
from resolvers.compiler.arguments import Arguments, Bound
from resolvers.fields import Column, CompareKey, Connection, Identifier, Many, ObjectType, Planning, columns, comparisons


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
            bind = planning.binds.argument(day, Date())
            terms.append(or_(membership.c.valid_from.is_(None), membership.c.valid_from <= bind))
            terms.append(or_(membership.c.valid_to.is_(None), membership.c.valid_to > bind))
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
    filters={"id": CompareKey(), **comparisons("code", "name")},
)

MEMBERSHIP = ObjectType(
    "Membership",
    table=Membership,
    fields={**columns("body", "status"), "from": Column("valid_from"), "to": Column("valid_to")},
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
    filters={"id": CompareKey(), **comparisons("code", "category", "scope")},
)

QUERIES = {
    "memberStates": Many("MemberState", None, lambda state, link: (state.c.code,), where=in_membership),
    "departments": Many("Department", None, lambda department, link: (department.c.list_order,)),
}

TYPES = (MEMBER_STATE, MEMBERSHIP, DEPARTMENT)
