"""Statements with their slices, and decisions upon them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from models.access import ApiClient, ClientKind
from models.places import Department
from models.policies import Door, Predicate, Row, of_impacs
from models.statements import Decision, Statement, StatementDepartment, StatementMemberState
from resolvers.fields import (
    Column,
    CompareKey,
    Connection,
    Embedded,
    Expression,
    Identifier,
    Many,
    ObjectType,
    One,
    OneOf,
    Related,
    SortKey,
    Through,
    Within,
    columns,
    compare,
    comparisons,
    joined,
    linked_many,
    one,
    related,
    related_many,
    sort_through,
)


def has_source(statement: Row, door: Door) -> Predicate:
    """Whether the statement names its source document."""
    parts = ("source_url", "source_title", "source_page", "source_retrieved_on")
    return or_(*[statement.c[part].is_not(None) for part in parts])


def actor(column: str) -> OneOf:
    """Who did what the row tells, by the client that its column names: the agency that the client acts for, or a member of staff."""

    def agency(row: Row, other: Row, door: Door) -> Predicate:
        client = door.part(ApiClient)
        partner = select(client.c.agency_id).where(client.c.id == row.c[column], client.c.kind == ClientKind.PARTNER.value)
        return other.c.id == partner.correlate_except(client).scalar_subquery()

    def staff(row: Row, client: Row, door: Door) -> Predicate:
        return and_(client.c.id == row.c[column], of_impacs(client))

    return OneOf("Actor", (One("PartnerAgency", agency), One("Staff", staff)))


def staff_name(client: Row, door: Door) -> ColumnElement[Any]:
    """The client's name, for those who may read it."""
    return door.shown(ApiClient, client, "name")


def has_cost(statement: Row, door: Door) -> Predicate:
    """Whether the statement says what it cost."""
    return statement.c.cost_amount.is_not(None)


STATES_NAMED = Through(
    StatementMemberState,
    near=lambda statement, link: link.c.statement_id == statement.c.id,
    far=lambda link, state: state.c.code == link.c.member_state_code,
)


def receipt_of(statement: Row, submission: Row, door: Door) -> Predicate:
    """The submission, unless it is only checked: then it has no key, and is no receipt."""
    return and_(submission.c.id == statement.c.submission_id, submission.c.submission_key.is_not(None))


STATEMENT = ObjectType(
    "Statement",
    table=Statement,
    fields={
        "id": Identifier(),
        **columns("source_ref", "kind", "measure", "revision", "state", "count", "unit", "precision", "member_state_count", "sex"),
        **columns("partition_key", "institution", "stated_on", "visibility", "withdrawal_reason", "decided_at", "created_at"),
        "memberStates": Many("MemberState", None, lambda state, link: (state.c.code,), STATES_NAMED),
        "departments": Many(
            "StatementDepartment",
            lambda statement, row, door: row.c.statement_id == statement.c.id,
            lambda row, link: (link.c.list_order, row.c.institution_type),
            Through(
                Department,
                near=lambda statement, department: true(),
                far=lambda department, row: department.c.code == row.c.department_code,
            ),
        ),
        "reportingPeriod": Embedded("ReportingPeriod", lambda row, door: row.c.reporting_period_label.is_not(None)),
        "cost": Embedded("Cost", has_cost),
        "sourceDoc": Embedded("SourceDoc", has_source),
        "partner": one("PartnerAgency", "partner_id"),
        "cohort": one("Cohort", "cohort_id"),
        "individual": one("Individual", "id", "statement_id"),
        "submission": One("Receipt", receipt_of),
        "enteredBy": actor("created_by_id"),
        "agreement": one("Agreement", "agreement_id"),
        "decisions": Many(
            "Decision", lambda statement, row, door: row.c.statement_id == statement.c.id, lambda row, _: (row.c.decided_at, row.c.id)
        ),
    },
    filters={
        "id": CompareKey(),
        **comparisons("source_ref", "kind", "measure", "revision", "state", "count", "unit", "precision", "member_state_count", "sex"),
        **comparisons("partition_key", "institution", "stated_on", "visibility", "withdrawal_reason", "decided_at", "created_at"),
        **comparisons("reporting_period_from", "reporting_period_to"),
        "reportingPeriod": compare("reporting_period_label"),
        "cost": Within("Cost", has_cost),
        "sourceDoc": Within("SourceDoc", has_source),
        "partner": related("PartnerAgency", "partner_id"),
        "cohort": related("Cohort", "cohort_id"),
        "submission": Related("Receipt", joined(receipt_of)),
        "memberStates": linked_many("MemberState", STATES_NAMED),
        "departments": related_many("StatementDepartment", "statement_id"),
        "decisions": related_many("Decision", "statement_id"),
    },
    orders={
        "CREATED_AT": SortKey("created_at"),
        "COUNT": SortKey("count"),
        "MEASURE": SortKey("measure"),
        "STATE": SortKey("state"),
        "STATED_ON": SortKey("stated_on", nullable=True),
        "SOURCE_REF": SortKey("source_ref"),
        "COHORT_STARTS_ON": sort_through("cohort", "starts_on"),
        "COHORT_TITLE": sort_through("cohort", "title"),
        "PARTNER_NAME": sort_through("partner", "name"),
        "PARTNER_CODE": sort_through("partner", "code"),
    },
)

STATEMENT_DEPARTMENT = ObjectType(
    "StatementDepartment",
    table=StatementDepartment,
    fields={**columns("institution_type"), "department": one("Department", "department_code", "code")},
    filters={**comparisons("institution_type"), "department": related("Department", "department_code", "code")},
)

REPORTING_PERIOD = ObjectType(
    "ReportingPeriod",
    fields={"label": Column("reporting_period_label"), "from": Column("reporting_period_from"), "to": Column("reporting_period_to")},
)

COST = ObjectType(
    "Cost",
    fields={"amount": Column("cost_amount"), "currency": Column("cost_currency")},
    filters={"amount": compare("cost_amount"), "currency": compare("cost_currency")},
)

SOURCE_DOC = ObjectType(
    "SourceDoc",
    fields={
        "url": Column("source_url"),
        "title": Column("source_title"),
        "page": Column("source_page"),
        "retrievedOn": Column("source_retrieved_on"),
    },
    filters={
        "url": compare("source_url"),
        "title": compare("source_title"),
        "page": compare("source_page"),
        "retrievedOn": compare("source_retrieved_on"),
    },
)

DECISION = ObjectType(
    "Decision",
    table=Decision,
    fields={"id": Identifier(), **columns("revision", "verdict", "reason", "decided_at"), "decidedBy": actor("decided_by_id")},
    filters={"id": CompareKey(), **comparisons("revision", "verdict", "reason", "decided_at")},
)

STAFF = ObjectType("Staff", table=ApiClient, fields={"name": Expression(staff_name)})

QUERIES = {"statements": Connection("Statement")}

TYPES = (STATEMENT, STATEMENT_DEPARTMENT, REPORTING_PERIOD, COST, SOURCE_DOC, DECISION, STAFF)
