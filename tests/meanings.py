"""What each field of the contract means, as functions over the rows: the half of the oracle that reads like the contract.

FIELDS lists the fields that are more than a column of their row or a relation to one.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from graphql import GraphQLResolveInfo, VariableNode

from models.viewer import ViewerKind
from tests.matching import matches
from tests.rows import Row
from tests.semantics import KEYS, LEDGER_READERS, TABLES, Graph, Item, Order, fold, found_rank, in_order, key_of, paged, snake

DEFAULT_ORDERS = {"PartnerAgency": "NAME", "Course": "TITLE", "Cohort": "STARTS_ON", "Receipt": "RECEIVED_AT", "AuditEvent": "RECORDED_AT"}
DEFAULT_ORDERS |= {"Client": "CREATED_AT", "Agreement": "CREATED_AT"}


class Json(dict[str, Any]):
    """A value of the scalar JSON: the order of its keys means nothing."""


def connection(type_name: str, among: Callable[[Graph, Any], list[Item]]) -> Callable[..., Any]:
    """The resolver of a connection to the rows that `among` gives."""

    def connected(graph: Graph, source: Any, info: GraphQLResolveInfo[Any], args: dict[str, Any]) -> dict[str, Any]:
        found = [item for item in among(graph, source) if matches(graph, item, args.get("filter"))]
        return noted(graph, info, paged(graph, found, ordered_by(type_name, args.get("order")), args, place(info)))

    return connected


def place(info: GraphQLResolveInfo[Any]) -> str:
    """The type and field that a cursor belongs to."""
    return f"{info.parent_type.name}.{info.field_name}"


def noted(graph: Graph, info: GraphQLResolveInfo[Any], page: dict[str, Any]) -> dict[str, Any]:
    """The page; its cursors are noted where `after` or `before` is a variable, so that other pages can be asked for."""
    for argument in info.field_nodes[0].arguments or ():
        if argument.name.value in ("after", "before") and isinstance(argument.value, VariableNode):
            graph.cursors.setdefault(argument.value.name.value, []).extend(edge["cursor"] for edge in page["edges"])
    return page


def ordered_by(type_name: str, order: list[dict[str, str]] | None) -> Order:
    """The order that `order` asks for; the type's own if it asks for none. Of two sort keys with one name the second decides nothing."""
    default = [{"by": DEFAULT_ORDERS[type_name]}] if type_name in DEFAULT_ORDERS else []
    chosen = order or default
    ways = [(one.get("direction", "ASC"), one.get("nulls", "LAST")) for one in chosen]
    return Order([*(one["by"] for one in chosen), "ID"], [*ways, ("ASC", "LAST")])


def outcomes(graph: Graph, source: Item, info: GraphQLResolveInfo[Any], args: dict[str, Any]) -> dict[str, Any]:
    """The outcomes of a receipt, by index."""
    status = args.get("status")
    found = graph.items("Outcome", submission_id=source.row["id"])
    found = [item for item in found if status is None or item.row["status"] in status]
    return noted(graph, info, paged(graph, found, Order(["INDEX"], [("ASC", "LAST")]), args, place(info)))


# Relations to many.


def agencies_below(graph: Graph, source: Item) -> set[Any]:
    """The keys of an agency and of all that descend from it, seen or not: the line of ancestors is public."""
    return {row["agency_id"] for row in graph.rows("agency_ancestor", ancestor_id=source.row["id"])}


def cohorts_of_agency(graph: Graph, source: Item) -> list[Item]:
    """The cohorts in which an agency, or one that descends from it, holds a role."""
    below = agencies_below(graph, source)
    return [
        item
        for item in graph.items("Cohort")
        if any(role["agency_id"] in below for role in graph.rows("cohort_role", cohort_id=item.row["id"]))
    ]


def statements_of_state(graph: Graph, source: Item) -> list[Item]:
    """The statements whose slice names a state."""
    named = {row["statement_id"] for row in graph.rows("statement_member_state", member_state_code=source.row["code"])}
    return [item for item in graph.items("Statement") if item.row["id"] in named]


def statements_of_department(graph: Graph, source: Item) -> list[Item]:
    """The statements whose slice names a department."""
    named = {row["statement_id"] for row in graph.rows("statement_department", department_code=source.row["code"])}
    return [item for item in graph.items("Statement") if item.row["id"] in named]


def cohorts_about(statements: Callable[[Graph, Item], list[Item]]) -> Callable[[Graph, Item], list[Item]]:
    """The cohorts that any of the statements is about."""

    def about(graph: Graph, source: Item) -> list[Item]:
        cohorts = {item.row["cohort_id"] for item in statements(graph, source)}
        return [item for item in graph.items("Cohort") if item.row["id"] in cohorts]

    return about


def cohorts_of_course(graph: Graph, source: Item) -> list[Item]:
    """The cohorts that run a course."""
    running = {row["cohort_id"] for row in graph.rows("cohort_course", course_id=source.row["id"])}
    return [item for item in graph.items("Cohort") if item.row["id"] in running]


def named_by_statements(type_name: str, table: str, column: str, order: str) -> Callable[..., list[Item]]:
    """The resolver of the states or departments that the visible statements about a cohort name."""

    def named(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
        about = {row["id"] for row in graph.rows("statement", cohort_id=source.row["id"])}
        codes = {row[column] for row in graph.rows(table) if row["statement_id"] in about}
        return [Item(type_name, row) for row in in_order(graph.rows(TABLES[type_name]), order) if row["code"] in codes]

    return named


def rows_of(type_name: str, table: str, column: str, *order: str, key: str = "id") -> Callable[..., list[Item]]:
    """The resolver of a plain list: the rows of a table that refer to the source, in order."""

    def listed(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
        return [Item(type_name, row) for row in in_order(graph.rows(table, **{column: source.row[key]}), *order)]

    return listed


def through(type_name: str, table: str, column: str, target: str, *order: str, key: str = "id") -> Callable[..., list[Item]]:
    """The resolver of a plain list of what the rows of a table between lead to, without what is hidden."""

    def listed(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
        between = in_order(graph.rows(table, **{column: source.row[key]}), *order)
        return [item for row in between if (item := graph.item(type_name, row[target])) is not None]

    return listed


def states_of_statement(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
    """The states of a statement's slice."""
    codes = {row["member_state_code"] for row in graph.rows("statement_member_state", statement_id=source.row["id"])}
    return [Item("MemberState", row) for row in in_order(graph.rows("member_state"), "code") if row["code"] in codes]


def departments_of_statement(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
    """The departments of a statement's slice, by list order, then kind of institution."""
    rows = graph.rows("statement_department", statement_id=source.row["id"])
    places = {row["code"]: row["list_order"] for row in graph.rows("department")}
    rows = in_order([row | {"order": places[row["department_code"]]} for row in rows], "order", "institution_type")
    return [Item("StatementDepartment", row) for row in rows]


def listings_of_agency(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
    """The listings that name an agency, by their order."""
    orders = {row["list_order"] for row in graph.rows("partner_listing_agency", agency_id=source.row["id"])}
    return [Item("PartnerListing", row) for row in in_order(graph.rows("partner_listing"), "list_order") if row["list_order"] in orders]


def likely_twins(graph: Graph, source: Item, _info: Any, _args: Any) -> list[dict[str, Any]]:
    """Cohorts that begin when this one does, with what else speaks for them: the five heaviest, then by id."""
    found = []
    for other in graph.items("Cohort"):
        reasons = twin_reasons(graph, source.row, other.row)
        score = sum({"COURSE": 3, "DATES": 2, "PLACE": 2, "STATES": 1, "SENDER": 1}[reason] for reason in reasons)
        apart = (other.row["same_run_as_id"] or other.row["id"]) != (source.row["same_run_as_id"] or source.row["id"])
        if apart and "DATES" in reasons and score >= 5:
            found.append({"cohort": other, "score": score, "reasons": reasons})
    return sorted(found, key=lambda twin: (-twin["score"], twin["cohort"].row["id"]))[:5]


def twin_reasons(graph: Graph, one: Row, two: Row) -> list[str]:
    """What speaks for two cohorts being one run, in the order of the contract: nothing, unless they begin together."""
    precisions = {one["date_precision"], two["date_precision"]}
    first, other = one["starts_on"], two["starts_on"]
    if "YEAR" in precisions:
        together = first.year == other.year
    elif "MONTH" in precisions:
        together = (first.year, first.month) == (other.year, other.month)
    else:
        together = abs((first - other).days) <= 3
    if not together:
        return []
    places = [(fold(row["location"]) if row["location"] is not None else None, row["venue_state_code"]) for row in (one, two)]
    holds = {
        "COURSE": not titles_run(graph, one).isdisjoint(titles_run(graph, two)),
        "DATES": together,
        "PLACE": any(mine is not None and mine == theirs for mine, theirs in zip(*places, strict=True)),
        "STATES": not states_about(graph, one).isdisjoint(states_about(graph, two)),
        "SENDER": one["submitted_by_id"] != two["submitted_by_id"],
    }
    return [reason for reason, held in holds.items() if held]


def titles_run(graph: Graph, cohort: Row) -> set[str]:
    """The titles of the courses that a cohort runs, without case and accents."""

    def found() -> set[str]:
        courses = {row["course_id"] for row in graph.rows("cohort_course", cohort_id=cohort["id"])}
        return {fold(row["title"]) for row in graph.rows("course") if row["id"] in courses}

    return graph.once("titles", cohort["id"], found)


def states_about(graph: Graph, cohort: Row) -> set[str]:
    """The states that the visible statements about a cohort name."""

    def found() -> set[str]:
        about = {row["id"] for row in graph.rows("statement", cohort_id=cohort["id"])}
        return {row["member_state_code"] for row in graph.rows("statement_member_state") if row["statement_id"] in about}

    return graph.once("states", cohort["id"], found)


# Root fields.


def viewer_object(graph: Graph, _source: Any, _info: Any, _args: Any) -> dict[str, Any]:
    """Who asks."""
    viewer = graph.viewer
    agency = graph.item("PartnerAgency", viewer.agency_id)
    admitted = {
        "client": graph.item("Client", viewer.client_id),
        "memberState": graph.item("MemberState", viewer.member_state_code),
        "environment": "LIVE",
        "credential": graph.item("Credential", viewer.credential_id),
        "agreement": graph.item("Agreement", viewer.agreement_id),
    }
    return admitted | {"kind": str(viewer.kind), "clientName": viewer.client_name, "agency": agency, "scopes": sorted(viewer.scopes)}


def limits(graph: Graph, *_: Any) -> dict[str, int]:
    """What one request may ask for: anonymous callers less."""
    anonymous = graph.viewer.kind == ViewerKind.ANONYMOUS
    sizes = {"pageSize": 100, "depth": 12, "aliases": 30, "rootFields": 20, "cost": 2_000 if anonymous else 10_000}
    bodies = {"bodyBytes": 1 << 20 if anonymous else 2 << 20, "documentBytes": 100_000, "documentTokens": 4_000}
    return sizes | bodies | {"recordsPerSubmission": 500}


def split(global_id: str) -> tuple[str, Any]:
    """The type and the key that a global id names."""
    type_name, _, key = global_id.partition(":")
    return type_name, key if TABLES[type_name] in KEYS else UUID(key)


def node(graph: Graph, _source: Any, _info: Any, args: dict[str, Any]) -> Item | None:
    """The object with a global id."""
    return graph.item(*split(args["id"]))


def nodes(graph: Graph, _source: Any, _info: Any, args: dict[str, Any]) -> list[Item | None]:
    """The objects with global ids, in the order asked."""
    return [graph.item(*split(one)) for one in args["ids"]]


def actor(column: str) -> Callable[..., Item | None]:
    """The resolver of who did something: the agency of a partner's client, or the client of IMPACS, seen by everybody."""

    def acting(graph: Graph, source: Item, _info: Any, _args: Any) -> Item | None:
        client = next((row for row in graph.world["api_client"] if row["id"] == source.row[column]), None)
        if client is None:
            return None
        if client["kind"] in (*LEDGER_READERS, "ADMINISTRATOR"):
            return Item("Staff", client)
        return graph.item("PartnerAgency", client["agency_id"])

    return acting


FOUND_BY = {
    "MEMBER_STATE": ("MemberState", "name", ("code", "iso3"), ("short_name",)),
    "DEPARTMENT": ("Department", "name", ("code",), ("label",)),
    "PARTNER_AGENCY": ("PartnerAgency", "name", ("code", "source_ref"), ()),
    "COURSE": ("Course", "title", ("code", "source_ref"), ("subject",)),
    "COHORT": ("Cohort", "title", ("code", "source_ref"), ("location", "narrative")),
}
"""What each kind is found by: its type, its name, its codes, its other texts; and the labels of an agency."""


def search(graph: Graph, _source: Any, info: GraphQLResolveInfo[Any], args: dict[str, Any]) -> dict[str, Any]:
    """What a search finds, by rank, name, kind and id."""
    hits = []
    for kind in FOUND_BY if args.get("kinds") is None else set(args["kinds"]):
        type_name, name, codes, texts = FOUND_BY[kind]
        for item in graph.items(type_name):
            named = [item.row[column] for column in codes]
            rank = found_rank(args["text"], item.row[name], named, [*(item.row[each] for each in texts), *item.row.get("labels", ())])
            if rank is not None:
                key = str(key_of(TABLES[type_name], item.row))
                hits.append(Item("SearchEdge", {"rank": rank, "name": item.row[name], "kind": kind, "key": key, "node": item}))
    page = paged(graph, hits, Order(["RANK", "NAME", "KIND", "KEY"], [("ASC", "LAST")] * 4), args, place(info))
    edges = [edge | {name: edge["node"].row[name] for name in ("node", "kind", "rank")} for edge in page["edges"]]
    return noted(graph, info, page | {"edges": edges, "nodes": [edge["node"] for edge in edges]})


def referred(type_name: str, sender: str, **columns: str) -> Callable[..., Item | None]:
    """The resolver of `by`: an id, a code for everybody, or the caller's own key among what its agency sent."""

    def found(graph: Graph, _source: Any, _info: Any, args: dict[str, Any]) -> Item | None:
        ((name, value),) = args["by"].items()
        if name == "id":
            return graph.item(*split(value))
        own = {} if name == "code" else {sender: graph.viewer.agency_id}
        if None in own.values():
            return None
        return next(iter(graph.items(type_name, **{columns.get(name, snake(name)): value}, **own)), None)

    return found


def member_states(graph: Graph, _source: Any, _info: Any, args: dict[str, Any]) -> list[Item]:
    """All states that match the filter; or those of them with a membership that satisfies all else that is given."""
    given = {name: value for name, value in args.items() if value is not None and name != "filter"}
    rows = in_order(graph.rows("member_state"), "code")
    if given:
        rows = [row for row in rows if any(belongs(one, given) for one in graph.rows("membership", member_state_code=row["code"]))]
    return [item for row in rows if matches(graph, item := Item("MemberState", row), args.get("filter"))]


def departments(graph: Graph, _source: Any, _info: Any, args: dict[str, Any]) -> list[Item]:
    """The departments that match the filter, by their list."""
    found = [Item("Department", row) for row in in_order(graph.rows("department"), "list_order")]
    return [item for item in found if matches(graph, item, args.get("filter"))]


def belongs(membership: Row, given: dict[str, Any]) -> bool:
    """Whether a membership satisfies all that is given."""
    if "asOf" in given:
        day = date.fromisoformat(given["asOf"])
        started = membership["valid_from"] is None or membership["valid_from"] <= day
        if not (started and (membership["valid_to"] is None or membership["valid_to"] > day)):
            return False
    if "body" in given and membership["body"] != given["body"]:
        return False
    return "status" not in given or membership["status"] in given["status"]


def figures(graph: Graph, _source: Any, _info: Any, args: dict[str, Any]) -> list[Item]:
    """The figures, of a key or basis if given."""
    equal = {name: args[name] for name in ("key", "basis") if args.get(name) is not None}
    return [Item("Figure", row) for row in in_order(graph.rows("figure", **equal), "key", "code")]


def releases(graph: Graph, *_: Any) -> list[Item]:
    """All releases, the newest first."""
    return [Item("Release", row) for row in sorted(graph.rows("release"), key=lambda row: row["at"], reverse=True)]


def merged_cells(graph: Graph, source: Item, _info: Any, _args: Any) -> int:
    """How many blocks of a release are merged."""
    return sum(row["is_merged"] for row in graph.rows("release_block", release_id=source.row["id"]))


# Objects inside a row.


def reporting_period(_graph: Graph, source: Item, _info: Any, _args: Any) -> dict[str, Any] | None:
    """The reporting period, if it has a label."""
    row = source.row
    if row["reporting_period_label"] is None:
        return None
    return {"label": row["reporting_period_label"], "from": row["reporting_period_from"], "to": row["reporting_period_to"]}


def cost(_graph: Graph, source: Item, _info: Any, _args: Any) -> dict[str, Any] | None:
    """The cost, if its amount is stated."""
    row = source.row
    return None if row["cost_amount"] is None else {"amount": row["cost_amount"], "currency": row["cost_currency"]}


def source_doc(_graph: Graph, source: Item, _info: Any, _args: Any) -> dict[str, Any] | None:
    """The source document, if anything is stated of it."""
    found = {name: source.row[f"source_{snake(name)}"] for name in ("url", "title", "page", "retrievedOn")}
    return found if any(value is not None for value in found.values()) else None


def individual(graph: Graph, source: Item, _info: Any, _args: Any) -> Item | None:
    """What is told of the person whom a statement is about."""
    return graph.item("Individual", source.row["id"])


def result(_graph: Graph, source: Item, _info: Any, _args: Any) -> dict[str, Any] | None:
    """The result, if anything is stated of it."""
    found = {name: source.row[snake(name)] for name in ("completedOn", "hours", "certificateNo")}
    return found if any(value is not None for value in found.values()) else None


def content_digest(graph: Graph, source: Item, *_: Any) -> str:
    """The digest of what was sent, which tells whoever did not send it nothing about people."""
    kinds = {row["record_kind"] for row in graph.rows("submission_item", submission_id=source.row["id"])}
    shown = source.row["client_id"] == graph.viewer.client_id or "INDIVIDUAL" not in kinds
    return str(source.row["content_digest"]) if shown else "(withheld)"


def outcome_counts(graph: Graph, source: Item, _info: Any, _args: Any) -> dict[str, int]:
    """How many records met each outcome."""
    statuses = [row["status"] for row in graph.rows("submission_item", submission_id=source.row["id"])]
    names = {"created", "revised", "unchanged", "withdrawn", "held", "rejected", "notAttempted"}
    return {name: statuses.count(snake(name).upper()) for name in names}


def made(type_name: str, *kinds: str) -> Callable[..., Item | None]:
    """The resolver of what a record of one of the kinds made, if the viewer may see it."""

    def entity(graph: Graph, source: Item, _info: Any, _args: Any) -> Item | None:
        return graph.item(type_name, source.row["entity_id"]) if source.row["record_kind"] in kinds else None

    return entity


def issues(graph: Graph, source: Item, _info: Any, _args: Any) -> list[Item]:
    """What there is to say about a record."""
    rows = graph.rows("submission_issue", submission_id=source.row["submission_id"], index=source.row["index"])
    return [Item("Issue", row) for row in in_order(rows, "position")]


def equal_to(type_name: str, column: str) -> Callable[[Graph, Item], list[Item]]:
    """The rows of a type whose column is the source's key."""
    return lambda graph, source: graph.items(type_name, **{column: key_of(TABLES[source.type], source.row)})


def sealed_position(graph: Graph, source: Item, *_: Any) -> int | None:
    """The place of an event in the chain."""
    return next((row["position"] for row in graph.rows("audit_seal", event_id=source.row["id"])), None)


def everything(type_name: str) -> Callable[[Graph, Any], list[Item]]:
    """All rows of a type."""
    return lambda graph, _source: graph.items(type_name)


def column(name: str) -> Callable[..., Any]:
    """The resolver of a column that is named otherwise than its field."""
    return lambda _graph, source, _info, _args: source.row[name]


FIELDS: dict[str, Callable[..., Any]] = {
    "Query.viewer": viewer_object,
    "Viewer.limits": limits,
    "Client.credentials": rows_of("Credential", "credential", "client_id", "created_at", "id"),
    "Query.node": node,
    "Query.nodes": nodes,
    "Query.search": search,
    "Query.memberStates": member_states,
    "Query.departments": departments,
    "Query.partnerListings": lambda graph, *_: [
        Item("PartnerListing", row) for row in in_order(graph.rows("partner_listing"), "list_order")
    ],
    "Query.partnerAgency": referred("PartnerAgency", "submitted_by_id"),
    "Query.course": referred("Course", "submitted_by_id"),
    "Query.cohort": referred("Cohort", "submitted_by_id"),
    "Query.submission": referred("Receipt", "partner_id"),
    "Query.partnerAgencies": connection("PartnerAgency", everything("PartnerAgency")),
    "Query.courses": connection("Course", everything("Course")),
    "Query.cohorts": connection("Cohort", everything("Cohort")),
    "Query.statements": connection("Statement", everything("Statement")),
    "Query.submissions": connection("Receipt", everything("Receipt")),
    "Query.clients": connection("Client", everything("Client")),
    "Query.agreements": connection("Agreement", everything("Agreement")),
    "Query.auditEvents": connection("AuditEvent", everything("AuditEvent")),
    "Query.figures": figures,
    "Query.releases": releases,
    "Release.coversThrough": column("covers_through_at"),
    "Release.mergedCells": merged_cells,
    "MemberState.memberships": rows_of("Membership", "membership", "member_state_code", "body", "valid_from", "id", key="code"),
    "MemberState.hostedCohorts": connection("Cohort", equal_to("Cohort", "venue_state_code")),
    "MemberState.cohorts": connection("Cohort", cohorts_about(statements_of_state)),
    "MemberState.statements": connection("Statement", statements_of_state),
    "MemberState.agencies": connection("PartnerAgency", equal_to("PartnerAgency", "member_state_code")),
    "Membership.from": column("valid_from"),
    "Membership.to": column("valid_to"),
    "Department.cohorts": connection("Cohort", cohorts_about(statements_of_department)),
    "Department.statements": connection("Statement", statements_of_department),
    "Department.agencies": connection("PartnerAgency", equal_to("PartnerAgency", "department_code")),
    "PartnerListing.listOrder": column("list_order"),
    "PartnerListing.order": column("list_order"),
    "PartnerListing.agencies": through("PartnerAgency", "partner_listing_agency", "list_order", "agency_id", "position", key="list_order"),
    "PartnerAgency.children": connection("PartnerAgency", equal_to("PartnerAgency", "parent_id")),
    "PartnerAgency.operatedBy": rows_of("AgencyOperation", "agency_operation", "agency_id", "valid_from", "id"),
    "PartnerAgency.operates": rows_of("AgencyOperation", "agency_operation", "operator_id", "valid_from", "id"),
    "PartnerAgency.listings": listings_of_agency,
    "PartnerAgency.courses": connection("Course", equal_to("Course", "owner_id")),
    "PartnerAgency.cohorts": connection("Cohort", cohorts_of_agency),
    "PartnerAgency.statements": connection("Statement", equal_to("Statement", "partner_id")),
    "AgencyOperation.from": column("valid_from"),
    "AgencyOperation.to": column("valid_to"),
    "Course.cohorts": connection("Cohort", cohorts_of_course),
    "Cohort.courses": through("Course", "cohort_course", "cohort_id", "course_id", "position"),
    "Cohort.roles": rows_of("CohortRole", "cohort_role", "cohort_id", "role", "agency_id"),
    "Cohort.countPolicy": lambda graph, source, *_: source.row["count_policy"] if graph.knows_count_policy(source.row) else None,
    "Cohort.costs": rows_of("CohortCost", "cohort_cost", "cohort_id", "position"),
    "Cohort.likelyTwins": likely_twins,
    "Cohort.sameRuns": connection("Cohort", equal_to("Cohort", "same_run_as_id")),
    "Cohort.statements": connection("Statement", equal_to("Statement", "cohort_id")),
    "Cohort.memberStates": named_by_statements("MemberState", "statement_member_state", "member_state_code", "code"),
    "Cohort.departments": named_by_statements("Department", "statement_department", "department_code", "list_order"),
    "Statement.memberStates": states_of_statement,
    "Statement.departments": departments_of_statement,
    "Statement.reportingPeriod": reporting_period,
    "Statement.cost": cost,
    "Statement.sourceDoc": source_doc,
    "Statement.individual": individual,
    "Individual.result": result,
    "Statement.decisions": rows_of("Decision", "decision", "statement_id", "decided_at", "id"),
    "Statement.enteredBy": actor("created_by_id"),
    "Decision.decidedBy": actor("decided_by_id"),
    "AuditEvent.actor": actor("client_id"),
    "AuditEvent.sealedPosition": sealed_position,
    "Staff.name": lambda graph, source, *_: source.row["name"] if graph.reads_ledger() else None,
    "Receipt.replayed": lambda *_: False,
    "Receipt.contentDigest": content_digest,
    "Receipt.counts": outcome_counts,
    "Receipt.outcomes": outcomes,
    "Receipt.statements": connection("Statement", equal_to("Statement", "submission_id")),
    "Outcome.statement": made("Statement", "COUNT", "INDIVIDUAL", "WITHDRAW"),
    "Outcome.cohort": made("Cohort", "COHORT"),
    "Outcome.course": made("Course", "COURSE"),
    "Outcome.programme": made("PartnerAgency", "PROGRAMME"),
    "Outcome.issues": issues,
    "Issue.retryable": lambda *_: False,
    "Issue.params": lambda _graph, source, *_: Json(source.row["params"]),
    "ErasureCertificate.participant": column("participant"),
    "ErasureCertificate.places": lambda _graph, source, *_: Json(source.row["places"]),
}
