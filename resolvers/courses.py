"""Courses and cohorts, with the roles and cost lines of cohorts."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from models.courses import Cohort, CohortCost, CohortCourse, CohortRole, Course
from models.policies import Door, Predicate, Row
from resolvers.fields import (
    Compare,
    CompareEach,
    CompareKey,
    Connection,
    Expression,
    Identifier,
    Many,
    ObjectType,
    Reference,
    RelatedMany,
    SortKey,
    Source,
    Through,
    columns,
    comparisons,
    linked_many,
    one,
    related,
    related_many,
    sort_through,
)
from resolvers.places import COHORTS_OF_DEPARTMENT, COHORTS_OF_STATE, department_of_cohort, state_of_cohort
from resolvers.twins import LIKELY_TWIN, likely_twins


def runs(course: Row, cohort: Row, door: Door) -> Predicate:
    """Whether the cohort runs the course."""
    return door.linked(CohortCourse, lambda link: and_(link.c.course_id == course.c.id, link.c.cohort_id == cohort.c.id))


def count_policy(cohort: Row, door: Door) -> ColumnElement[Any]:
    """Where the cohort's numbers come from, for those who may know it."""
    return door.shown(Cohort, cohort, "count_policy")


RUNS = Through(
    CohortCourse,
    near=lambda course, link: link.c.course_id == course.c.id,
    far=lambda link, cohort: cohort.c.id == link.c.cohort_id,
)

COURSES_RUN = Through(
    CohortCourse,
    near=lambda cohort, link: link.c.cohort_id == cohort.c.id,
    far=lambda link, course: course.c.id == link.c.course_id,
)

COURSE = ObjectType(
    "Course",
    table=Course,
    fields={
        "id": Identifier(),
        **columns("code", "source_ref", "title", "subject", "certified", "train_the_trainer", "nominal_hours", "languages"),
        **columns("visibility", "accepted_at", "revision", "created_at"),
        "accepted": Expression(lambda course, door: course.c.accepted_at.is_not(None)),
        "owner": one("PartnerAgency", "owner_id"),
        "submittedBy": one("PartnerAgency", "submitted_by_id"),
        "cohorts": Connection("Cohort", runs),
    },
    filters={
        "id": CompareKey(),
        **comparisons("code", "source_ref", "title", "subject", "certified", "train_the_trainer", "nominal_hours"),
        **comparisons("visibility", "accepted_at", "revision", "created_at"),
        "languages": CompareEach(lambda course, door: course.c.languages),
        "accepted": Compare(lambda course, door: course.c.accepted_at.is_not(None)),
        "owner": related("PartnerAgency", "owner_id"),
        "submittedBy": related("PartnerAgency", "submitted_by_id"),
        "cohorts": linked_many("Cohort", RUNS),
    },
    orders={
        "TITLE": SortKey("title"),
        "CODE": SortKey("code", nullable=True),
        "SUBJECT": SortKey("subject", nullable=True),
        "NOMINAL_HOURS": SortKey("nominal_hours", nullable=True),
        "CREATED_AT": SortKey("created_at"),
        "OWNER_NAME": sort_through("owner", "name"),
    },
    default_order=("TITLE",),
)

COHORT = ObjectType(
    "Cohort",
    table=Cohort,
    fields={
        "id": Identifier(),
        **columns("code", "source_ref", "title", "starts_on", "ends_on", "date_precision", "mode", "venue_type", "location", "status"),
        **columns("narrative", "featured_in", "visibility", "accepted_at", "revision", "created_at"),
        "countPolicy": Expression(count_policy),
        "accepted": Expression(lambda cohort, door: cohort.c.accepted_at.is_not(None)),
        "venueState": one("MemberState", "venue_state_code", "code"),
        "submittedBy": one("PartnerAgency", "submitted_by_id"),
        "sameRunAs": one("Cohort", "same_run_as_id"),
        "sameRuns": Connection("Cohort", lambda cohort, twin, door: twin.c.same_run_as_id == cohort.c.id),
        "likelyTwins": Source("LikelyTwin", likely_twins, many=True),
        "courses": Many("Course", None, lambda course, link: (link.c.position,), COURSES_RUN),
        "roles": Many(
            "CohortRole", lambda cohort, role, door: role.c.cohort_id == cohort.c.id, lambda role, _: (role.c.role, role.c.agency_id)
        ),
        "costs": Many("CohortCost", lambda cohort, cost, door: cost.c.cohort_id == cohort.c.id, lambda cost, _: (cost.c.position,)),
        "statements": Connection("Statement", lambda cohort, row, door: row.c.cohort_id == cohort.c.id),
        "memberStates": Many(
            "MemberState", lambda cohort, state, door: state_of_cohort(state, cohort, door), lambda state, _: (state.c.code,)
        ),
        "departments": Many(
            "Department",
            lambda cohort, department, door: department_of_cohort(department, cohort, door),
            lambda department, _: (department.c.list_order,),
        ),
    },
    filters={
        "id": CompareKey(),
        **comparisons("code", "source_ref", "title", "location", "starts_on", "ends_on", "date_precision", "mode", "venue_type", "status"),
        **comparisons("narrative", "featured_in", "visibility", "accepted_at", "revision", "created_at"),
        "countPolicy": Compare(count_policy),
        "accepted": Compare(lambda cohort, door: cohort.c.accepted_at.is_not(None)),
        "venueState": related("MemberState", "venue_state_code", "code"),
        "submittedBy": related("PartnerAgency", "submitted_by_id"),
        "sameRunAs": related("Cohort", "same_run_as_id"),
        "sameRuns": related_many("Cohort", "same_run_as_id"),
        "courses": linked_many("Course", COURSES_RUN),
        "roles": related_many("CohortRole", "cohort_id"),
        "costs": related_many("CohortCost", "cohort_id"),
        "statements": related_many("Statement", "cohort_id"),
        "memberStates": RelatedMany("MemberState", lambda cohort, state, door: COHORTS_OF_STATE(state, cohort, door)),
        "departments": RelatedMany("Department", lambda cohort, department, door: COHORTS_OF_DEPARTMENT(department, cohort, door)),
    },
    orders={
        "STARTS_ON": SortKey("starts_on"),
        "ENDS_ON": SortKey("ends_on", nullable=True),
        "TITLE": SortKey("title"),
        "CODE": SortKey("code", nullable=True),
        "STATUS": SortKey("status"),
        "CREATED_AT": SortKey("created_at"),
        "VENUE_STATE_NAME": sort_through("venueState", "name"),
        "SUBMITTED_BY_NAME": sort_through("submittedBy", "name"),
    },
    default_order=("STARTS_ON",),
)

COHORT_ROLE = ObjectType(
    "CohortRole",
    table=CohortRole,
    fields={**columns("role"), "agency": one("PartnerAgency", "agency_id")},
    filters={**comparisons("role"), "agency": related("PartnerAgency", "agency_id")},
)

COHORT_COST = ObjectType(
    "CohortCost",
    table=CohortCost,
    fields=columns("kind", "amount", "currency", "source"),
    filters=comparisons("kind", "amount", "currency", "source"),
)

WAYS = {"id": "id", "code": "code", "sourceRef": "source_ref"}
OWN = {"sourceRef": "submitted_by_id"}

QUERIES = {
    "course": Reference("Course", "by", WAYS, own=OWN),
    "courses": Connection("Course"),
    "cohort": Reference("Cohort", "by", WAYS, own=OWN),
    "cohorts": Connection("Cohort"),
}

TYPES = (COURSE, COHORT, COHORT_ROLE, COHORT_COST, LIKELY_TWIN)
