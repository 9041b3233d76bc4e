"""What the records of each data file become.

A field of a record is a column of the same name, but for references, which a file writes as a code. The files own the columns named here:
a load makes the stored ones equal to them. `initial` columns are given when a row is made, and are staff's from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.agencies import AgencyOperation, PartnerAgency, PartnerListing, PartnerListingAgency
from models.base import Table, Visibility
from models.changes import ChangeType
from models.courses import Cohort, CohortCourse, CohortRole, CountPolicy, Course
from models.figures import Figure
from models.places import Department, Membership, MemberState
from models.reference.comparison import Shape
from models.statements import Statement, StatementDepartment, StatementKind, StatementMemberState, StatementState


@dataclass(frozen=True, slots=True)
class Target:
    """Where a field that holds a code leads: the table it names a row of."""

    field: str
    table: type[Table]


@dataclass(frozen=True, slots=True)
class Part:
    """A list within a record, which becomes rows that belong to the record's row.

    `element` names the column of a list's bare codes; a `position` column is filled with the place in the list.
    """

    name: str
    shape: Shape
    references: Mapping[str, Target] = field(default_factory=dict)
    element: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What one file's records become. `accepted` adds the moment of acceptance to a new row."""

    file: str
    type: ChangeType
    shape: Shape
    references: Mapping[str, Target] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    initial: Mapping[str, Any] = field(default_factory=dict)
    accepted: bool = False


_SUBMITTED = ("submitted_by_id",)
_PUBLIC = {"visibility": Visibility.PUBLIC}

SUBJECTS = (
    Subject(
        "member_states",
        ChangeType.MEMBER_STATE,
        Shape(MemberState, ("code",), ("iso3", "m49", "name", "short_name")),
        parts=(Part("memberships", Shape(Membership, ("member_state_code", "body", "status"), ("valid_from", "valid_to"))),),
    ),
    Subject(
        "departments",
        ChangeType.DEPARTMENT,
        Shape(Department, ("code",), ("label", "name", "category", "scope", "list_order")),
    ),
    Subject(
        "partner_agencies",
        ChangeType.PARTNER_AGENCY,
        Shape(
            PartnerAgency,
            ("code",),
            ("name", "labels", "kind", "parent_id", "member_state_code", "department_code"),
            made_by_partners=_SUBMITTED,
        ),
        references={
            "parent_id": Target("parent", PartnerAgency),
            "member_state_code": Target("member_state", MemberState),
            "department_code": Target("department", Department),
        },
        parts=(
            Part(
                "operated_by",
                Shape(AgencyOperation, ("agency_id", "operator_id"), ("valid_from", "valid_to")),
                {"operator_id": Target("operator", PartnerAgency)},
            ),
        ),
        accepted=True,
    ),
    Subject(
        "partner_listings",
        ChangeType.PARTNER_LISTING,
        Shape(PartnerListing, ("list_order",), ("label",)),
        parts=(
            Part(
                "agencies",
                Shape(PartnerListingAgency, ("list_order", "position", "agency_id")),
                {"agency_id": Target("agency", PartnerAgency)},
                element="agency",
            ),
        ),
    ),
    Subject(
        "courses",
        ChangeType.COURSE,
        Shape(
            Course,
            ("code",),
            ("title", "subject", "owner_id", "certified", "train_the_trainer", "nominal_hours", "languages"),
            made_by_partners=_SUBMITTED,
        ),
        references={"owner_id": Target("owner", PartnerAgency)},
        initial=_PUBLIC,
        accepted=True,
    ),
    Subject(
        "cohorts",
        ChangeType.COHORT,
        Shape(
            Cohort,
            ("code",),
            (
                "title",
                "starts_on",
                "ends_on",
                "date_precision",
                "mode",
                "venue_type",
                "venue_state_code",
                "location",
                "status",
                "narrative",
                "featured_in",
            ),
            made_by_partners=_SUBMITTED,
        ),
        references={"venue_state_code": Target("venue_state", MemberState)},
        parts=(
            Part(
                "courses",
                Shape(CohortCourse, ("cohort_id", "position", "course_id")),
                {"course_id": Target("course", Course)},
                element="course",
            ),
            Part("roles", Shape(CohortRole, ("cohort_id", "agency_id", "role")), {"agency_id": Target("agency", PartnerAgency)}),
        ),
        initial={**_PUBLIC, "count_policy": CountPolicy.COUNTS},
        accepted=True,
    ),
    Subject(
        "statements",
        ChangeType.STATEMENT,
        Shape(
            Statement,
            ("partner_id", "source_ref"),
            (
                "cohort_id",
                "measure",
                "count",
                "unit",
                "precision",
                "member_state_count",
                "sex",
                "source_url",
                "source_title",
                "source_page",
                "source_retrieved_on",
                "stated_on",
            ),
            made_by_partners=("submission_id", "created_by_id"),
        ),
        references={"partner_id": Target("partner", PartnerAgency), "cohort_id": Target("cohort", Cohort)},
        parts=(
            Part(
                "member_states",
                Shape(StatementMemberState, ("statement_id", "member_state_code")),
                {"member_state_code": Target("member_state", MemberState)},
                element="member_state",
            ),
            Part(
                "departments",
                Shape(StatementDepartment, ("statement_id", "department_code", "institution_type")),
                {"department_code": Target("code", Department)},
            ),
        ),
        initial={**_PUBLIC, "kind": StatementKind.COUNT, "state": StatementState.VERIFIED, "revision": 1},
    ),
    Subject(
        "figures",
        ChangeType.FIGURE,
        Shape(
            Figure,
            ("code",),
            (
                "key",
                "value",
                "unit",
                "precision",
                "basis",
                "period_from",
                "period_to",
                "as_of",
                "label",
                "source",
                "supersedes_id",
            ),
        ),
        references={"supersedes_id": Target("supersedes", Figure)},
    ),
)
