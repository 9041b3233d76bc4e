"""Courses, and cohorts: the runs of courses, with the roles of agencies in them and their cost lines."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Index, Numeric, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import Table, Visibility, created, identifier, moment, money, none_missing, one_of, text_field
from models.search import codes_found, found_by_everybody, found_by_words, name_found, words_found


class DatePrecision(StrEnum):
    """How much of a cohort's dates is known."""

    YEAR = "YEAR"
    MONTH = "MONTH"
    DAY = "DAY"


class CohortMode(StrEnum):
    """How a cohort was taught."""

    IN_PERSON = "IN_PERSON"
    VIRTUAL_LIVE = "VIRTUAL_LIVE"
    SELF_PACED = "SELF_PACED"
    BLENDED = "BLENDED"
    NOT_STATED = "NOT_STATED"


class VenueType(StrEnum):
    """Where a cohort was taught, seen from its participants."""

    IN_COUNTRY = "IN_COUNTRY"
    THIRD_COUNTRY = "THIRD_COUNTRY"
    REGIONAL = "REGIONAL"
    US = "US"
    ONLINE = "ONLINE"
    NOT_STATED = "NOT_STATED"


class CohortStatus(StrEnum):
    """How far a cohort has come."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class CountPolicy(StrEnum):
    """Whether a cohort's numbers come from counts, or from individuals known to be complete (rule R1)."""

    COUNTS = "COUNTS"
    INDIVIDUALS_COMPLETE = "INDIVIDUALS_COMPLETE"


class Role(StrEnum):
    """What an agency does in a cohort."""

    CONVENER = "CONVENER"
    PROVIDER = "PROVIDER"
    FUNDER = "FUNDER"
    ACCREDITOR = "ACCREDITOR"
    PLATFORM = "PLATFORM"
    HOST = "HOST"


class CostKind(StrEnum):
    """What a cost line pays for."""

    INSTRUCTION = "INSTRUCTION"
    PARTICIPANT = "PARTICIPANT"
    TRAVEL = "TRAVEL"
    OVERHEAD = "OVERHEAD"


class Course(Table, table=True):
    """A course. A null fact (`certified`, `nominal_hours`) is one that nobody stated."""

    __tablename__ = "course"
    __table_args__ = (
        one_of("visibility", Visibility),
        none_missing("languages"),
        UniqueConstraint("submitted_by_id", "source_ref"),
        Index("ix_course_title_id", "title", "id"),
        found_by_words("course"),
        found_by_everybody("course"),
    )

    id: UUID = identifier()
    code: str | None = text_field(default=None, unique=True)
    submitted_by_id: UUID | None = Field(default=None, foreign_key="partner_agency.id")
    source_ref: str | None = text_field(default=None)
    title: str = text_field()
    subject: str | None = text_field(default=None)
    owner_id: UUID | None = Field(default=None, foreign_key="partner_agency.id", index=True)
    certified: bool | None = None
    train_the_trainer: bool | None = None
    nominal_hours: Decimal | None = Field(default=None, sa_type=Numeric(8, 2))
    languages: list[str] = Field(default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": text("'{}'")})
    visibility: str = text_field(default=Visibility.RESTRICTED, sa_column_kwargs={"server_default": Visibility.RESTRICTED})
    accepted_at: datetime | None = moment(default=None)
    revision: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    created_at: datetime = created()
    search_name: str = name_found("title")
    search_codes: list[str | None] = codes_found("code", "source_ref")
    search_words: str = words_found("code", "source_ref", "title", "subject")


class Cohort(Table, table=True):
    """One run of one or more courses. Until IMPACS accepts it, it enters no number but its sender's own (rule R0)."""

    __tablename__ = "cohort"
    __table_args__ = (
        one_of("date_precision", DatePrecision),
        one_of("mode", CohortMode),
        one_of("venue_type", VenueType),
        one_of("status", CohortStatus),
        one_of("count_policy", CountPolicy),
        one_of("visibility", Visibility),
        UniqueConstraint("submitted_by_id", "source_ref"),
        Index("ix_cohort_starts_on_id", "starts_on", "id"),
        found_by_words("cohort"),
        found_by_everybody("cohort"),
    )

    id: UUID = identifier()
    code: str | None = text_field(default=None, unique=True)
    submitted_by_id: UUID | None = Field(default=None, foreign_key="partner_agency.id")
    source_ref: str | None = text_field(default=None)
    title: str = text_field()
    starts_on: date
    ends_on: date | None = None
    date_precision: str = text_field(default=DatePrecision.DAY)
    mode: str = text_field(default=CohortMode.NOT_STATED)
    venue_type: str = text_field(default=VenueType.NOT_STATED)
    venue_state_code: str | None = text_field(default=None, foreign_key="member_state.code", index=True)
    location: str | None = text_field(default=None)
    status: str = text_field(default=CohortStatus.COMPLETED)
    narrative: str | None = text_field(default=None)
    featured_in: str | None = text_field(default=None)
    count_policy: str = text_field(default=CountPolicy.COUNTS)
    same_run_as_id: UUID | None = Field(default=None, foreign_key="cohort.id", index=True)
    visibility: str = text_field(default=Visibility.RESTRICTED, sa_column_kwargs={"server_default": Visibility.RESTRICTED})
    accepted_at: datetime | None = moment(default=None)
    accepted_by_id: UUID | None = Field(default=None, foreign_key="api_client.id")
    revision: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    created_at: datetime = created()
    search_name: str = name_found("title")
    search_codes: list[str | None] = codes_found("code", "source_ref")
    search_words: str = words_found("code", "source_ref", "title", "location", "narrative")


class CohortCourse(Table, table=True):
    """The courses that a cohort runs, in their order."""

    __tablename__ = "cohort_course"
    __table_args__ = (UniqueConstraint("course_id", "cohort_id"),)

    cohort_id: UUID = Field(foreign_key="cohort.id", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    course_id: UUID = Field(foreign_key="course.id")


class CohortRole(Table, table=True):
    """The role that an agency has in a cohort."""

    __tablename__ = "cohort_role"
    __table_args__ = (one_of("role", Role), Index("ix_cohort_role_agency_id_cohort_id", "agency_id", "cohort_id"))

    cohort_id: UUID = Field(foreign_key="cohort.id", primary_key=True)
    agency_id: UUID = Field(foreign_key="partner_agency.id", primary_key=True)
    role: str = text_field(primary_key=True)


class CohortCost(Table, table=True):
    """One cost line of a cohort."""

    __tablename__ = "cohort_cost"
    __table_args__ = (one_of("kind", CostKind),)

    cohort_id: UUID = Field(foreign_key="cohort.id", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = text_field()
    amount: Decimal = money()
    currency: str = text_field()
    source: str | None = text_field(default=None)
