"""Which rows a filter matches, in plain Python: every member of every filter, by its name in the contract.

matches     whether an object satisfies a filter
OPERATORS   what a filter compares
MANY        the relations to many: what a filter's `some`, `none` and `every` look at
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.semantics import RELATIONS, TABLES, Graph, Item, fold, key_of, related, snake

Filter = dict[str, Any]


def matches(graph: Graph, item: Item, given: Filter | None) -> bool:
    """Whether the object satisfies a filter; what is null or absent in it says nothing."""
    return all(noted(graph, item, name, value) for name, value in (given or {}).items() if value is not None)


def noted(graph: Graph, item: Item, name: str, value: Any) -> bool:
    """Whether the object satisfies one member of a filter; the trace keeps the verdict where the member has one operator."""
    held = satisfies(graph, item, name, value)
    if isinstance(value, dict) and len(value) == 1:
        graph.trace.judged.add((f"{item.type}Filter.{name}.{next(iter(value))}", held))
    return held


def satisfies(graph: Graph, item: Item, name: str, value: Any) -> bool:
    """Whether the object satisfies one member of a filter."""
    if name == "and":
        return all(matches(graph, item, part) for part in value)
    if name == "or":
        return any(matches(graph, item, part) for part in value)
    if name == "not":
        return not matches(graph, item, value)
    if name == "inForceOn":
        return in_force(item, date.fromisoformat(value))
    if name in ("cost", "sourceDoc") and item.type == "Statement":
        return inside(graph, item, name, value)
    if name in ("labels", "languages", "objects", "fields", "scopes", "purposes", "permittedFields", "addresses"):
        return quantified(item.row[snake(name)], value, compares)
    if (item.type, name) in MANY:
        return quantified(MANY[item.type, name](graph, item), value, lambda other, asked: matches(graph, other, asked))
    if name == "countPolicy" and not graph.knows_count_policy(item.row):
        return compares(None, value)
    if name == "selfOrAncestor":
        return any(matches(graph, above, value) for above in self_and_ancestors(graph, item))
    if name in RELATIONS:
        other = related(graph, item, name)
        return other is not None and matches(graph, other, value)
    return compares(compared(item, name), value)


def quantified(things: list[Any], given: Filter, test: Callable[[Any, Any], bool]) -> bool:
    """Whether `some`, `none` and `every`, as far as they are given, hold for the things."""
    asked = {name: value for name, value in given.items() if value is not None}
    return (
        ("some" not in asked or any(test(thing, asked["some"]) for thing in things))
        and ("none" not in asked or not any(test(thing, asked["none"]) for thing in things))
        and ("every" not in asked or all(test(thing, asked["every"]) for thing in things))
    )


def in_force(item: Item, day: date) -> bool:
    """Whether a membership or an operation is in force on a day: from its first day, until before the day on which it ended."""
    start, end = item.row["valid_from"], item.row["valid_to"]
    return (start is None or start <= day) and (end is None or day < end)


def inside(graph: Graph, item: Item, name: str, given: Filter) -> bool:
    """Whether a statement has a cost, or a source document, and it satisfies the filter."""
    prefix, names = {"cost": ("cost", ("amount", "currency")), "sourceDoc": ("source", ("url", "title", "page", "retrieved_on"))}[name]
    values = {one: item.row[f"{prefix}_{one}"] for one in names}
    there = values["amount"] is not None if name == "cost" else any(value is not None for value in values.values())
    return there and matches(graph, Item("Inside", values), given)


# Values.

COLUMNS = {
    ("Membership", "from"): "valid_from",
    ("Membership", "to"): "valid_to",
    ("AgencyOperation", "from"): "valid_from",
    ("AgencyOperation", "to"): "valid_to",
    ("Statement", "reportingPeriod"): "reporting_period_label",
}
"""The columns that are named otherwise than what a filter compares."""


def compared(item: Item, name: str) -> Any:
    """The value that a filter compares."""
    if name == "id":
        return item.id
    if name == "accepted":
        return item.row["accepted_at"] is not None
    return item.row[COLUMNS.get((item.type, name), snake(name))]


def compares(value: Any, given: Filter) -> bool:
    """Whether a value satisfies all of the operators."""
    return all(OPERATORS[operator](value, operand) for operator, operand in given.items())


def operand(value: Any, given: Any) -> Any:
    """What was given to an operator, as a value of the kind that it is compared with."""
    match value:
        case datetime():
            return datetime.fromisoformat(given)
        case date():
            return date.fromisoformat(given)
        case Decimal():
            return Decimal(str(given))
        case _:
            return given


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, given: value is not None and value == operand(value, given),
    "in": lambda value, given: value is not None and any(value == operand(value, one) for one in given),
    "lt": lambda value, given: value is not None and value < operand(value, given),
    "lte": lambda value, given: value is not None and value <= operand(value, given),
    "gt": lambda value, given: value is not None and value > operand(value, given),
    "gte": lambda value, given: value is not None and value >= operand(value, given),
    "isNull": lambda value, given: (value is None) == given,
    "contains": lambda value, given: value is not None and fold(given) in fold(value),
    "startsWith": lambda value, given: value is not None and fold(value).startswith(fold(given)),
}


# Relations to many, each by the rows that the viewer sees.

Related = Callable[[Graph, Item], list[Item]]


def self_and_ancestors(graph: Graph, item: Item) -> list[Item]:
    """An agency and those above it; the line is public, an agency on it may be hidden."""
    above = {row["ancestor_id"] for row in graph.rows("agency_ancestor", agency_id=item.row["id"])}
    return [agency for agency in graph.items("PartnerAgency") if agency.row["id"] in above]


def referring(type_name: str, column: str) -> Related:
    """The objects of a type that refer to this one."""
    return lambda graph, item: graph.items(type_name, **{column: key_of(TABLES[item.type], item.row)})


def parts(type_name: str, table: str, column: str, key: str = "id") -> Related:
    """The rows of a table that refer to this object, as objects of a type that is no node."""
    return lambda graph, item: [Item(type_name, row) for row in graph.rows(table, **{column: item.row[key]})]


def linked(type_name: str, table: str, near: str, far: str, key: str = "id") -> Related:
    """The objects that rows of a table lead to from this one."""

    def found(graph: Graph, item: Item) -> list[Item]:
        keys = {row[far] for row in graph.rows(table, **{near: item.row[key]})}
        return [other for other in graph.items(type_name) if key_of(TABLES[type_name], other.row) in keys]

    return found


def named(type_name: str, table: str, code: str) -> Related:
    """The states or departments that statements about a cohort name."""

    def found(graph: Graph, item: Item) -> list[Item]:
        about = {row["id"] for row in graph.rows("statement", cohort_id=item.row["id"])}
        codes = {row[code] for row in graph.rows(table) if row["statement_id"] in about}
        return [other for other in graph.items(type_name) if other.row["code"] in codes]

    return found


def naming(table: str, code: str) -> Related:
    """The cohorts about which statements name this state or department."""

    def found(graph: Graph, item: Item) -> list[Item]:
        statements = {row["statement_id"] for row in graph.rows(table, **{code: item.row["code"]})}
        cohorts = {row["cohort_id"] for row in graph.rows("statement") if row["id"] in statements}
        return [cohort for cohort in graph.items("Cohort") if cohort.row["id"] in cohorts]

    return found


def cohorts_of_agency(graph: Graph, item: Item) -> list[Item]:
    """The cohorts in which an agency, or one below it, has a role."""
    below = {row["agency_id"] for row in graph.rows("agency_ancestor", ancestor_id=item.row["id"])}
    cohorts = {row["cohort_id"] for row in graph.rows("cohort_role") if row["agency_id"] in below}
    return [cohort for cohort in graph.items("Cohort") if cohort.row["id"] in cohorts]


def listings_of_agency(graph: Graph, item: Item) -> list[Item]:
    """The entries of the published list that name an agency."""
    orders = {row["list_order"] for row in graph.rows("partner_listing_agency", agency_id=item.row["id"])}
    return [Item("PartnerListing", row) for row in graph.rows("partner_listing") if row["list_order"] in orders]


STATES = ("statement_member_state", "member_state_code")
DEPARTMENTS = ("statement_department", "department_code")

MANY: dict[tuple[str, str], Related] = {
    ("MemberState", "memberships"): parts("Membership", "membership", "member_state_code", "code"),
    ("MemberState", "hostedCohorts"): referring("Cohort", "venue_state_code"),
    ("MemberState", "cohorts"): naming(*STATES),
    ("MemberState", "statements"): linked("Statement", "statement_member_state", "member_state_code", "statement_id", "code"),
    ("MemberState", "agencies"): referring("PartnerAgency", "member_state_code"),
    ("Department", "cohorts"): naming(*DEPARTMENTS),
    ("Department", "statements"): linked("Statement", "statement_department", "department_code", "statement_id", "code"),
    ("Department", "agencies"): referring("PartnerAgency", "department_code"),
    ("PartnerAgency", "children"): referring("PartnerAgency", "parent_id"),
    ("PartnerAgency", "operatedBy"): parts("AgencyOperation", "agency_operation", "agency_id"),
    ("PartnerAgency", "operates"): parts("AgencyOperation", "agency_operation", "operator_id"),
    ("PartnerAgency", "listings"): listings_of_agency,
    ("PartnerAgency", "courses"): referring("Course", "owner_id"),
    ("PartnerAgency", "cohorts"): cohorts_of_agency,
    ("PartnerAgency", "statements"): referring("Statement", "partner_id"),
    ("PartnerListing", "agencies"): linked("PartnerAgency", "partner_listing_agency", "list_order", "agency_id", "list_order"),
    ("Course", "cohorts"): linked("Cohort", "cohort_course", "course_id", "cohort_id"),
    ("Cohort", "courses"): linked("Course", "cohort_course", "cohort_id", "course_id"),
    ("Cohort", "roles"): parts("CohortRole", "cohort_role", "cohort_id"),
    ("Cohort", "costs"): parts("CohortCost", "cohort_cost", "cohort_id"),
    ("Cohort", "sameRuns"): referring("Cohort", "same_run_as_id"),
    ("Cohort", "statements"): referring("Statement", "cohort_id"),
    ("Cohort", "memberStates"): named("MemberState", *STATES),
    ("Cohort", "departments"): named("Department", *DEPARTMENTS),
    ("Statement", "memberStates"): linked("MemberState", "statement_member_state", "statement_id", "member_state_code"),
    ("Statement", "departments"): parts("StatementDepartment", "statement_department", "statement_id"),
    ("Statement", "decisions"): parts("Decision", "decision", "statement_id"),
    ("Client", "credentials"): referring("Credential", "client_id"),
    ("Receipt", "statements"): referring("Statement", "submission_id"),
}
