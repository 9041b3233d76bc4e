"""Statements: what a partner says about a cohort, sliced by state, department, sex and reporting period; and staff's decisions."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Table, Visibility, created, identifier, moment, money, one_of, text_field, together


class StatementKind(StrEnum):
    """What a statement is about."""

    COUNT = "COUNT"
    INDIVIDUAL = "INDIVIDUAL"


class Measure(StrEnum):
    """The stage that the counted people reached; REPORTED_TRAINED stands outside the ladder (rule R5)."""

    NOMINATED = "NOMINATED"
    ACCESS_GRANTED = "ACCESS_GRANTED"
    ENROLLED = "ENROLLED"
    ATTENDED = "ATTENDED"
    COMPLETED = "COMPLETED"
    CERTIFIED = "CERTIFIED"
    REPORTED_TRAINED = "REPORTED_TRAINED"


class StatementState(StrEnum):
    """Where the current revision of a statement stands."""

    PENDING = "PENDING"
    HELD = "HELD"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"
    DISPUTED = "DISPUTED"
    WITHDRAWN = "WITHDRAWN"
    ERASED = "ERASED"


class CountUnit(StrEnum):
    """What a count counts (rule R4): people once each, or a person once a course."""

    PEOPLE = "PEOPLE"
    PARTICIPATIONS = "PARTICIPATIONS"


class Precision(StrEnum):
    """How exact a number is (rule R6)."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    APPROXIMATE = "APPROXIMATE"


class Sex(StrEnum):
    """UNSPECIFIED: nobody said; UNDISCLOSED: asked, declined."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"
    UNDISCLOSED = "UNDISCLOSED"
    UNSPECIFIED = "UNSPECIFIED"


class InstitutionType(StrEnum):
    """The kind of institution within a department."""

    TRAINING_INSTITUTION = "TRAINING_INSTITUTION"
    NOT_STATED = "NOT_STATED"


class WithdrawalReason(StrEnum):
    """Why a partner takes a statement back."""

    DUPLICATE = "DUPLICATE"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    NOT_OURS = "NOT_OURS"
    OTHER = "OTHER"


class Verdict(StrEnum):
    """What staff decide about a statement."""

    VERIFY = "VERIFY"
    REJECT = "REJECT"


IS_PUBLIC = text("visibility = 'PUBLIC' AND state = 'VERIFIED' AND kind = 'COUNT'")
"""What everybody may see (policies.py): found without a look at what is hidden, time does not tell how much that is."""

IS_OF_STATE = text("only_member_state_code IS NOT NULL AND kind = 'COUNT'")
"""What a focal point may see, of its own state."""


class Statement(Table, table=True):
    """A partner's statement, at its current revision; its slice's sets are StatementMemberState and StatementDepartment.

    One of the kind INDIVIDUAL counts one of PEOPLE: whom, stands in models/individuals.py. Those of one measure that are about the same
    person have the same `person_key`, a drawn one that tells nothing else: whoever may not know whom they are about still counts it once.
    Once that is ERASED, it says nothing of the person, nor of place, time and sex; `retained` says that it goes on counting one, whom
    nobody knows: by a key of its own, which leads to no other statement.
    A null `sex` or reporting period, and a set without rows, mean "over all, or not stated". `only_member_state_code` is the one state of a
    set of one: what a focal point sees, as a column that row-level security can compare and index.
    """

    __tablename__ = "statement"
    __table_args__ = (
        one_of("kind", StatementKind),
        one_of("measure", Measure),
        one_of("state", StatementState),
        one_of("unit", CountUnit),
        one_of("precision", Precision),
        one_of("sex", Sex),
        one_of("visibility", Visibility),
        one_of("withdrawal_reason", WithdrawalReason),
        CheckConstraint("count >= 0", name="count"),
        CheckConstraint("retained IS NULL OR state = 'ERASED'", name="retained"),
        together("cost", "cost_amount", "cost_currency"),
        UniqueConstraint("partner_id", "source_ref"),
        Index("ix_statement_cohort_id_partner_id_id", "cohort_id", "partner_id", "id"),
        Index("ix_statement_partner_id_id", "partner_id", "id"),
        Index("ix_statement_measure_cohort_id", "measure", "cohort_id"),
        Index("ix_statement_submission_id_id", "submission_id", "id"),
        Index("ix_statement_created_at_id", "created_at", "id"),
        Index("ix_statement_only_member_state_code_id", "only_member_state_code", "id"),
        Index("ix_statement_public_partner_id_id", "partner_id", "id", postgresql_where=IS_PUBLIC),
        Index("ix_statement_public_cohort_id_id", "cohort_id", "id", postgresql_where=IS_PUBLIC),
        Index("ix_statement_of_state_partner_id", "only_member_state_code", "partner_id", "id", postgresql_where=IS_OF_STATE),
        Index("ix_statement_of_state_cohort_id", "only_member_state_code", "cohort_id", "id", postgresql_where=IS_OF_STATE),
    )

    id: UUID = identifier()
    partner_id: UUID = Field(foreign_key="partner_agency.id")
    source_ref: str = text_field()
    kind: str = text_field()
    cohort_id: UUID = Field(foreign_key="cohort.id")
    measure: str = text_field()
    revision: int = Field(default=1)
    state: str = text_field()
    count: int
    unit: str = text_field()
    precision: str = text_field()
    member_state_count: int | None = None
    only_member_state_code: str | None = text_field(default=None, foreign_key="member_state.code")
    sex: str | None = text_field(default=None)
    reporting_period_label: str | None = text_field(default=None)
    reporting_period_from: date | None = None
    reporting_period_to: date | None = None
    partition_key: str | None = text_field(default=None)
    person_key: UUID | None = None
    institution: str | None = text_field(default=None)
    cost_amount: Decimal | None = money(default=None)
    cost_currency: str | None = text_field(default=None)
    source_url: str | None = text_field(default=None)
    source_title: str | None = text_field(default=None)
    source_page: str | None = text_field(default=None)
    source_retrieved_on: date | None = None
    stated_on: date | None = None
    visibility: str = text_field(default=Visibility.RESTRICTED)
    submission_id: UUID | None = Field(default=None, foreign_key="submission.id")
    created_by_id: UUID | None = Field(default=None, foreign_key="api_client.id")
    agreement_id: UUID | None = Field(default=None, foreign_key="agreement.id")
    decided_at: datetime | None = moment(default=None)
    withdrawal_reason: str | None = text_field(default=None)
    withdrawal_note: str | None = text_field(default=None)
    retained: bool | None = None
    created_at: datetime = created()


class StatementMemberState(Table, table=True):
    """A member state of a statement's slice. Rows, not an array: comparing arrays is not leakproof under row-level security."""

    __tablename__ = "statement_member_state"
    __table_args__ = (Index("ix_statement_member_state_member_state_code_statement_id", "member_state_code", "statement_id"),)

    statement_id: UUID = Field(foreign_key="statement.id", primary_key=True)
    member_state_code: str = text_field(foreign_key="member_state.code", primary_key=True)


class StatementDepartment(Table, table=True):
    """A department of a statement's slice, and the kind of institution within it."""

    __tablename__ = "statement_department"
    __table_args__ = (
        one_of("institution_type", InstitutionType),
        Index("ix_statement_department_department_code_statement_id", "department_code", "statement_id"),
    )

    statement_id: UUID = Field(foreign_key="statement.id", primary_key=True)
    department_code: str = text_field(foreign_key="department.code", primary_key=True)
    institution_type: str = text_field(primary_key=True, default=InstitutionType.NOT_STATED)


class Decision(Table, table=True):
    """Staff's decision on one revision of a statement."""

    __tablename__ = "decision"
    __table_args__ = (one_of("verdict", Verdict), Index("ix_decision_statement_id_id", "statement_id", "id"))

    id: UUID = identifier()
    statement_id: UUID = Field(foreign_key="statement.id")
    revision: int
    verdict: str = text_field()
    reason: str | None = text_field(default=None)
    decided_by_id: UUID = Field(foreign_key="api_client.id")
    decided_at: datetime = created()
