"""Partner agencies, who operates them, and how the published page lists them."""

from sqlalchemy import Date, and_

from models.agencies import AgencyAncestor, AgencyOperation, PartnerAgency, PartnerListing, PartnerListingAgency
from models.courses import CohortRole
from models.policies import Door, Predicate, Row
from resolvers.fields import (
    Between,
    Column,
    Compare,
    CompareEach,
    CompareKey,
    Connection,
    Expression,
    Identifier,
    Many,
    ObjectType,
    Reference,
    Related,
    RelatedMany,
    SortKey,
    Test,
    Through,
    columns,
    compare,
    comparisons,
    linked_many,
    one,
    related,
    related_many,
    sort_through,
)
from resolvers.places import in_force


def takes_part(agency: Row, cohort: Row, door: Door) -> Predicate:
    """Whether the agency, or a descendant of it, holds a role in the cohort (product.md B2)."""

    def held(role: Row) -> Predicate:
        return and_(
            role.c.cohort_id == cohort.c.id,
            door.exists(AgencyAncestor, lambda line: and_(line.c.agency_id == role.c.agency_id, line.c.ancestor_id == agency.c.id)),
        )

    return door.linked(CohortRole, held)


def cohorts_of_agency(agency: Row, cohort: Row, door: Door) -> Between:
    """How an agency relates to the cohorts in which it takes part: by a role, and by the line from who holds it."""
    role = door.part(CohortRole)
    line, allowed = door.visible(AgencyAncestor)
    held = and_(role.c.cohort_id == cohort.c.id, line.c.agency_id == role.c.agency_id, line.c.ancestor_id == agency.c.id)
    return Between((role, line), and_(held, allowed))


def self_or_ancestor(agency: Row, above: Row, door: Door) -> Between:
    """How an agency relates to itself and to those above it."""
    line, allowed = door.visible(AgencyAncestor)
    return Between((line,), and_(line.c.agency_id == agency.c.id, line.c.ancestor_id == above.c.id, allowed))


def operations(key: str) -> Many:
    """The operations in which the agency stands in one column, by first day, an unknown one last."""
    return Many(
        "AgencyOperation",
        lambda agency, row, door: row.c[key] == agency.c.id,
        lambda row, link: (row.c.valid_from, row.c.id),
    )


LISTINGS = Through(
    PartnerListingAgency,
    near=lambda agency, link: link.c.agency_id == agency.c.id,
    far=lambda link, listing: listing.c.list_order == link.c.list_order,
)

LISTED = Through(
    PartnerListingAgency,
    near=lambda listing, link: link.c.list_order == listing.c.list_order,
    far=lambda link, agency: agency.c.id == link.c.agency_id,
)

PARTNER_AGENCY = ObjectType(
    "PartnerAgency",
    table=PartnerAgency,
    fields={
        "id": Identifier(),
        **columns("code", "source_ref", "name", "labels", "kind", "accepted_at", "revision", "created_at"),
        "accepted": Expression(lambda agency, door: agency.c.accepted_at.is_not(None)),
        "parent": one("PartnerAgency", "parent_id"),
        "submittedBy": one("PartnerAgency", "submitted_by_id"),
        "memberState": one("MemberState", "member_state_code", "code"),
        "department": one("Department", "department_code", "code"),
        "children": Connection("PartnerAgency", lambda agency, child, door: child.c.parent_id == agency.c.id),
        "operatedBy": operations("agency_id"),
        "operates": operations("operator_id"),
        "listings": Many("PartnerListing", None, lambda listing, link: (listing.c.list_order,), LISTINGS),
        "courses": Connection("Course", lambda agency, course, door: course.c.owner_id == agency.c.id),
        "cohorts": Connection("Cohort", takes_part),
        "statements": Connection("Statement", lambda agency, row, door: row.c.partner_id == agency.c.id),
    },
    filters={
        "id": CompareKey(),
        **comparisons("code", "source_ref", "name", "kind", "accepted_at", "revision", "created_at"),
        "labels": CompareEach(lambda agency, door: agency.c.labels),
        "accepted": Compare(lambda agency, door: agency.c.accepted_at.is_not(None)),
        "parent": related("PartnerAgency", "parent_id"),
        "submittedBy": related("PartnerAgency", "submitted_by_id"),
        "memberState": related("MemberState", "member_state_code", "code"),
        "department": related("Department", "department_code", "code"),
        "selfOrAncestor": Related("PartnerAgency", self_or_ancestor),
        "children": related_many("PartnerAgency", "parent_id"),
        "operatedBy": related_many("AgencyOperation", "agency_id"),
        "operates": related_many("AgencyOperation", "operator_id"),
        "listings": linked_many("PartnerListing", LISTINGS),
        "courses": related_many("Course", "owner_id"),
        "cohorts": RelatedMany("Cohort", cohorts_of_agency),
        "statements": related_many("Statement", "partner_id"),
    },
    orders={
        "NAME": SortKey("name"),
        "CODE": SortKey("code", nullable=True),
        "KIND": SortKey("kind"),
        "CREATED_AT": SortKey("created_at"),
        "PARENT_NAME": sort_through("parent", "name"),
        "MEMBER_STATE_NAME": sort_through("memberState", "name"),
    },
    default_order=("NAME",),
)

AGENCY_OPERATION = ObjectType(
    "AgencyOperation",
    table=AgencyOperation,
    fields={
        "agency": one("PartnerAgency", "agency_id"),
        "operator": one("PartnerAgency", "operator_id"),
        "from": Column("valid_from"),
        "to": Column("valid_to"),
    },
    filters={
        "agency": related("PartnerAgency", "agency_id"),
        "operator": related("PartnerAgency", "operator_id"),
        "from": compare("valid_from"),
        "to": compare("valid_to"),
        "inForceOn": Test(Date(), in_force),
    },
)

PARTNER_LISTING = ObjectType(
    "PartnerListing",
    table=PartnerListing,
    key="list_order",
    fields={
        "listOrder": Column("list_order"),
        "order": Column("list_order"),
        "label": Column("label"),
        "agencies": Many("PartnerAgency", None, lambda agency, link: (link.c.position,), LISTED),
    },
    filters={"listOrder": compare("list_order"), "label": compare("label"), "agencies": linked_many("PartnerAgency", LISTED)},
)

QUERIES = {
    "partnerListings": Many("PartnerListing", None, lambda listing, link: (listing.c.list_order,)),
    "partnerAgency": Reference(
        "PartnerAgency", "by", {"id": "id", "code": "code", "sourceRef": "source_ref"}, own={"sourceRef": "submitted_by_id"}
    ),
    "partnerAgencies": Connection("PartnerAgency"),
}

TYPES = (PARTNER_AGENCY, AGENCY_OPERATION, PARTNER_LISTING)
