"""Partner agencies: every body that convenes, funds, provides, hosts or accredits training; and how the published page lists them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import Table, created, identifier, moment, none_missing, one_of, text_field
from models.search import codes_found, found_by_words, name_found, words_found


class AgencyKind(StrEnum):
    """What sort of body an agency is."""

    INTERGOVERNMENTAL = "INTERGOVERNMENTAL"
    PROGRAMME = "PROGRAMME"
    PLATFORM = "PLATFORM"
    ACADEMIC = "ACADEMIC"
    FUNDER = "FUNDER"
    REGIONAL_BODY = "REGIONAL_BODY"
    NATIONAL_INSTITUTION = "NATIONAL_INSTITUTION"
    NGO = "NGO"
    DEVELOPMENT_AGENCY = "DEVELOPMENT_AGENCY"


class PartnerAgency(Table, table=True):
    """An agency. IMPACS assigns `code`; a partner's own programme has instead `submitted_by_id` and the partner's `source_ref`.

    Until IMPACS accepts it (`accepted_at`), only its sender and staff see it.
    """

    __tablename__ = "partner_agency"
    __table_args__ = (
        one_of("kind", AgencyKind),
        none_missing("labels"),
        UniqueConstraint("submitted_by_id", "source_ref"),
        found_by_words("partner_agency"),
    )

    id: UUID = identifier()
    code: str | None = text_field(default=None, unique=True)
    submitted_by_id: UUID | None = Field(default=None, foreign_key="partner_agency.id")
    source_ref: str | None = text_field(default=None)
    name: str = text_field()
    labels: list[str] = Field(default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": text("'{}'")})
    kind: str = text_field()
    parent_id: UUID | None = Field(default=None, foreign_key="partner_agency.id", index=True)
    member_state_code: str | None = text_field(default=None, foreign_key="member_state.code", index=True)
    department_code: str | None = text_field(default=None, foreign_key="department.code", index=True)
    accepted_at: datetime | None = moment(default=None)
    revision: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    created_at: datetime = created()
    search_name: str = name_found("name")
    search_codes: list[str | None] = codes_found("code", "source_ref")
    search_words: str = words_found("code", "source_ref", "name", labels="labels")


class AgencyAncestor(Table, table=True):
    """An agency's line of ancestors, itself included: a role held by an agency is held by its ancestors too (product.md B2)."""

    __tablename__ = "agency_ancestor"

    agency_id: UUID = Field(foreign_key="partner_agency.id", primary_key=True)
    ancestor_id: UUID = Field(foreign_key="partner_agency.id", primary_key=True, index=True)


class AgencyOperation(Table, table=True):
    """Who operates an agency (a platform), from a day until a day."""

    __tablename__ = "agency_operation"

    id: UUID = identifier()
    agency_id: UUID = Field(foreign_key="partner_agency.id", index=True)
    operator_id: UUID = Field(foreign_key="partner_agency.id", index=True)
    valid_from: date | None = None
    valid_to: date | None = None


class PartnerListing(Table, table=True):
    """One bullet of the published page's list of partner agencies, its label verbatim; a rename never rewrites it."""

    __tablename__ = "partner_listing"

    list_order: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    label: str = text_field()


class PartnerListingAgency(Table, table=True):
    """The agencies that one bullet names, in its order."""

    __tablename__ = "partner_listing_agency"

    list_order: int = Field(foreign_key="partner_listing.list_order", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    agency_id: UUID = Field(foreign_key="partner_agency.id", index=True)
