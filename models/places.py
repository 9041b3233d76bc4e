"""Member states with their dated memberships, and the departments whose officers are trained."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from models.base import Table, identifier, one_of, text_field
from models.search import codes_found, found_by_words, name_found, words_found


class Body(StrEnum):
    """A body that states are members of."""

    CARICOM = "CARICOM"
    CBSI = "CBSI"
    RSS = "RSS"


class MembershipStatus(StrEnum):
    """How a state belongs to a body."""

    FULL = "FULL"
    ASSOCIATE = "ASSOCIATE"
    OBSERVER = "OBSERVER"
    PARTNER = "PARTNER"


class DepartmentCategory(StrEnum):
    """The kind of work that a department does."""

    LAW_ENFORCEMENT = "LAW_ENFORCEMENT"
    DEFENCE = "DEFENCE"
    BORDER_REVENUE = "BORDER_REVENUE"
    CORRECTIONS = "CORRECTIONS"
    FINANCIAL = "FINANCIAL"
    INTELLIGENCE = "INTELLIGENCE"
    JUSTICE = "JUSTICE"
    POLICY = "POLICY"


class DepartmentScope(StrEnum):
    """Whether a department exists in each state, or once for the region."""

    NATIONAL = "NATIONAL"
    REGIONAL = "REGIONAL"


class MemberState(Table, table=True):
    """A state whose officers are trained; its key is the ISO 3166-1 alpha-2 code."""

    __tablename__ = "member_state"
    __table_args__ = (found_by_words("member_state"),)

    code: str = text_field(primary_key=True)
    iso3: str = text_field(unique=True)
    m49: str = text_field(unique=True)
    name: str = text_field()
    short_name: str = text_field()
    search_name: str = name_found("name")
    search_codes: list[str | None] = codes_found("code", "iso3")
    search_words: str = words_found("code", "iso3", "name", "short_name")


class Membership(Table, table=True):
    """A state's membership of a body, from a day (null: not recorded) until a day (null: still)."""

    __tablename__ = "membership"
    __table_args__ = (one_of("body", Body), one_of("status", MembershipStatus))

    id: UUID = identifier()
    member_state_code: str = text_field(foreign_key="member_state.code", index=True)
    body: str = text_field()
    status: str = text_field()
    valid_from: date | None = None
    valid_to: date | None = None


class Department(Table, table=True):
    """A kind of department; `label` is the published page's, verbatim, and `name` the corrected one."""

    __tablename__ = "department"
    __table_args__ = (one_of("category", DepartmentCategory), one_of("scope", DepartmentScope), found_by_words("department"))

    code: str = text_field(primary_key=True)
    label: str = text_field()
    name: str = text_field()
    category: str = text_field()
    scope: str = text_field()
    list_order: int = Field(unique=True)
    search_name: str = name_found("name")
    search_codes: list[str | None] = codes_found("code")
    search_words: str = words_found("code", "label", "name")
