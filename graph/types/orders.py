"""The inputs `order`: what each list can be ordered by."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from graph.fields import describe
from graph.types.pages import Order


class PartnerAgencyOrderField(StrEnum):
    """What agencies can be ordered by."""

    NAME = "NAME"
    CODE = "CODE"
    KIND = "KIND"
    CREATED_AT = "CREATED_AT"
    PARENT_NAME = "PARENT_NAME"
    MEMBER_STATE_NAME = "MEMBER_STATE_NAME"


class CourseOrderField(StrEnum):
    """What courses can be ordered by."""

    TITLE = "TITLE"
    CODE = "CODE"
    SUBJECT = "SUBJECT"
    NOMINAL_HOURS = "NOMINAL_HOURS"
    CREATED_AT = "CREATED_AT"
    OWNER_NAME = "OWNER_NAME"


class CohortOrderField(StrEnum):
    """What cohorts can be ordered by."""

    STARTS_ON = "STARTS_ON"
    ENDS_ON = "ENDS_ON"
    TITLE = "TITLE"
    CODE = "CODE"
    STATUS = "STATUS"
    CREATED_AT = "CREATED_AT"
    VENUE_STATE_NAME = "VENUE_STATE_NAME"
    SUBMITTED_BY_NAME = "SUBMITTED_BY_NAME"


class StatementOrderField(StrEnum):
    """What statements can be ordered by."""

    CREATED_AT = "CREATED_AT"
    COUNT = "COUNT"
    MEASURE = "MEASURE"
    STATE = "STATE"
    STATED_ON = "STATED_ON"
    SOURCE_REF = "SOURCE_REF"
    COHORT_STARTS_ON = "COHORT_STARTS_ON"
    COHORT_TITLE = "COHORT_TITLE"
    PARTNER_NAME = "PARTNER_NAME"
    PARTNER_CODE = "PARTNER_CODE"


class SubmissionOrderField(StrEnum):
    """What receipts can be ordered by."""

    RECEIVED_AT = "RECEIVED_AT"
    COMMITTED_AT = "COMMITTED_AT"
    SUBMISSION_KEY = "SUBMISSION_KEY"
    PEOPLE = "PEOPLE"


class ClientOrderField(StrEnum):
    """What clients can be ordered by."""

    CREATED_AT = "CREATED_AT"
    NAME = "NAME"
    KIND = "KIND"
    REVOKED_AT = "REVOKED_AT"
    AGENCY_NAME = "AGENCY_NAME"
    MEMBER_STATE_NAME = "MEMBER_STATE_NAME"


class AgreementOrderField(StrEnum):
    """What agreements can be ordered by."""

    CREATED_AT = "CREATED_AT"
    TITLE = "TITLE"
    STARTS_ON = "STARTS_ON"
    EXPIRES_ON = "EXPIRES_ON"
    ENDED_AT = "ENDED_AT"
    AGENCY_NAME = "AGENCY_NAME"


class AuditEventOrderField(StrEnum):
    """What the audit log can be ordered by."""

    RECORDED_AT = "RECORDED_AT"


describe(AuditEventOrderField, "What the audit log can be ordered by.", {"RECORDED_AT": "By when it happened, as it is without an order."})
describe(
    ClientOrderField,
    "What clients can be ordered by; without an order they come as they were registered.",
    {
        "CREATED_AT": "By when they were registered.",
        "NAME": "By name, in the order of code points.",
        "KIND": "By kind, in the order of its letters.",
        "REVOKED_AT": "By when they lost all access, missing where they did not.",
        "AGENCY_NAME": "By the name of the agency that they act for, missing for focal points.",
        "MEMBER_STATE_NAME": "By the name of the member state that they act for, missing for all but focal points.",
    },
)
describe(
    AgreementOrderField,
    "What agreements can be ordered by; without an order they come as they were entered.",
    {
        "CREATED_AT": "By when they were entered here.",
        "TITLE": "By title, in the order of code points.",
        "STARTS_ON": "By their first day.",
        "EXPIRES_ON": "By their last day.",
        "ENDED_AT": "By when they were ended before their last day, missing where they were not.",
        "AGENCY_NAME": "By the name of the agency that they are with, missing where you may not see it.",
    },
)
describe(
    PartnerAgencyOrderField,
    "What partner agencies can be ordered by; without an order they come by name.",
    {
        "NAME": "By name, in the order of code points.",
        "CODE": "By the code that IMPACS gave, which may be missing.",
        "KIND": "By kind, in the order of its letters.",
        "CREATED_AT": "By when they were first stored.",
        "PARENT_NAME": "By the name of their parent, missing where there is none that you may see.",
        "MEMBER_STATE_NAME": "By the name of the one member state that they belong to, missing where there is none.",
    },
)
describe(
    CourseOrderField,
    "What courses can be ordered by; without an order they come by title.",
    {
        "TITLE": "By title, in the order of code points.",
        "CODE": "By the code that IMPACS gave, which may be missing.",
        "SUBJECT": "By subject, in the order of its letters; it may be missing.",
        "NOMINAL_HOURS": "By how long they are meant to take, which may be missing.",
        "CREATED_AT": "By when they were first stored.",
        "OWNER_NAME": "By the name of the agency that owns them, missing where there is none that you may see.",
    },
)
describe(
    CohortOrderField,
    "What cohorts can be ordered by; without an order they come by their first day.",
    {
        "STARTS_ON": "By their first day.",
        "ENDS_ON": "By their last day, which may be missing.",
        "TITLE": "By title, in the order of code points.",
        "CODE": "By the code that IMPACS gave, which may be missing.",
        "STATUS": "By status, in the order of its letters.",
        "CREATED_AT": "By when they were first stored.",
        "VENUE_STATE_NAME": "By the name of the member state where they were held, missing where there is none.",
        "SUBMITTED_BY_NAME": "By the name of the partner that sent them, missing where there is none that you may see.",
    },
)
describe(
    StatementOrderField,
    "What statements can be ordered by; without an order they come as they were stored.",
    {
        "CREATED_AT": "By when they were first stored.",
        "COUNT": "By the number that they state.",
        "MEASURE": "By measure, in the order of its letters.",
        "STATE": "By state, in the order of its letters.",
        "STATED_ON": "By the day on which their source stated them, which may be missing.",
        "SOURCE_REF": "By the key that their partner gave, in the order of code points.",
        "COHORT_STARTS_ON": "By the first day of their cohort, missing where you may not see it.",
        "COHORT_TITLE": "By the title of their cohort, missing where you may not see it.",
        "PARTNER_NAME": "By the name of the partner that states them, missing where you may not see it.",
        "PARTNER_CODE": "By the code of the partner that states them, missing where it has none or you may not see it.",
    },
)


describe(
    SubmissionOrderField,
    "What receipts can be ordered by; without an order they come as they arrived.",
    {
        "RECEIVED_AT": "By when the submission arrived.",
        "COMMITTED_AT": "By when it was stored.",
        "SUBMISSION_KEY": "By the key that it was sent under, in the order of code points.",
        "PEOPLE": "By the sum of the counts in it; those without one come last.",
    },
)


@strawberry.input(description="One sort key of a list of partner agencies.")
class PartnerAgencyOrder(Order[PartnerAgencyOrderField]):
    """A sort key of agencies."""


@strawberry.input(description="One sort key of a list of courses.")
class CourseOrder(Order[CourseOrderField]):
    """A sort key of courses."""


@strawberry.input(description="One sort key of a list of cohorts.")
class CohortOrder(Order[CohortOrderField]):
    """A sort key of cohorts."""


@strawberry.input(description="One sort key of a list of statements.")
class StatementOrder(Order[StatementOrderField]):
    """A sort key of statements."""


@strawberry.input(description="One sort key of a list of receipts.")
class SubmissionOrder(Order[SubmissionOrderField]):
    """A sort key of receipts."""


@strawberry.input(description="One sort key of a list of clients.")
class ClientOrder(Order[ClientOrderField]):
    """A sort key of clients."""


@strawberry.input(description="One sort key of a list of agreements.")
class AgreementOrder(Order[AgreementOrderField]):
    """A sort key of agreements."""


@strawberry.input(description="One sort key of the audit log.")
class AuditEventOrder(Order[AuditEventOrderField]):
    """A sort key of events."""
