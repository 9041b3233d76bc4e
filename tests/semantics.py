"""What the rows mean to one viewer, in plain Python: the half of the oracle that knows nothing of GraphQL documents.

Graph       the rows that a viewer may see; `matching.py` says which of them a filter matches
POLICIES    who may see a row of each table
fold        a text without case and accents
Order       the order of rows, ties by id; the cursor of a row is the text of its place and sort keys
paged       the page of a connection
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cmp_to_key, lru_cache
from typing import Any, TypeVar
from unicodedata import category, normalize
from uuid import UUID

from models.viewer import Viewer, ViewerKind
from tests.rows import Row, World
from tests.trace import Trace

CURSOR = "cursor_"
Told = TypeVar("Told")
LEDGER_READERS = ("STAFF", "VERIFIER", "DATA_PROTECTION_OFFICER", "AUDITOR")
NODES = {
    "MemberState": "member_state",
    "Department": "department",
    "PartnerAgency": "partner_agency",
    "Course": "course",
    "Cohort": "cohort",
    "Statement": "statement",
    "Figure": "figure",
    "Release": "release",
    "Participant": "participant",
    "ErasureCertificate": "erasure_certificate",
}
TABLES = NODES | {
    "Receipt": "submission",
    "Decision": "decision",
    "Outcome": "submission_item",
    "AuditEvent": "audit_event",
    "Individual": "individual",
    "Client": "api_client",
    "Credential": "credential",
    "Agreement": "agreement",
}
KEYS = {"member_state": "code", "department": "code", "individual": "statement_id"}


@dataclass(frozen=True, slots=True)
class Item:
    """A row, as an object of a GraphQL type."""

    type: str
    row: Row

    @property
    def id(self) -> str:
        """The global id; that of a credential is a part of it."""
        key = key_of(TABLES[self.type], self.row)
        return str(key) if self.type == "Credential" else f"{self.type}:{key}"


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows that one viewer sees, by table; by the value of a column, as far as they were looked for; and as at other moments.

    `told` is what was found out from them, by its name and the key of the row that it is about.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    found: dict[tuple[str, str], dict[Any, list[Row]]] = field(default_factory=dict)
    pasts: "dict[datetime, Graph]" = field(default_factory=dict)
    told: dict[tuple[str, Any], Any] = field(default_factory=dict)

    def by(self, table: str, column: str) -> dict[Any, list[Row]]:
        """The rows of a table by the value of a column, in their order."""
        if (table, column) not in self.found:
            values: dict[Any, list[Row]] = {}
            for row in self.rows[table]:
                values.setdefault(row[column], []).append(row)
            self.found[table, column] = values
        return self.found[table, column]


@dataclass(frozen=True, slots=True)
class Graph:
    """The rows, as one viewer sees them during one operation, and the cursors given out for each variable of a page."""

    world: World
    viewer: Viewer
    today: World
    seen: Seen = field(default_factory=Seen)
    cursors: dict[str, list[str]] = field(default_factory=dict)
    closed: frozenset[Any] = frozenset()
    trace: Trace = field(default_factory=Trace)
    moments: dict[tuple[str | int, ...], "Graph"] = field(default_factory=dict)

    def at(self, moment: datetime) -> "Graph":
        """The same graph as it stood at a moment; what everybody may no longer see today is closed to everybody then too."""
        if moment not in self.seen.pasts:
            today = [row for table in ("course", "cohort", "statement") for row in self.today[table]]
            closed = frozenset(row["id"] for row in today if row["visibility"] != "PUBLIC")
            self.seen.pasts[moment] = replace(self, world=self.today.at(moment), seen=Seen(), closed=closed)
        return replace(self.seen.pasts[moment], cursors=self.cursors, trace=self.trace, moments=self.moments)

    def within(self, path: list[str | int]) -> "Graph":
        """The graph that is asked at a place of the answer: as at the moment that the nearest `asOf` above it names."""
        for length in range(len(path), 0, -1):
            if tuple(path[:length]) in self.moments:
                return self.moments[tuple(path[:length])]
        return self

    def rows(self, table: str, **equal: Any) -> list[Row]:
        """The rows of a table that this viewer may see and whose columns equal the given values."""
        if table not in self.seen.rows:
            self.seen.rows[table] = [row for row in self.world[table] if self.visible(table, row)]
        if not equal:
            return list(self.seen.rows[table])
        (column, value), *others = equal.items()
        found = self.seen.by(table, column).get(value, ())
        return [row for row in found if all(row[column] == value for column, value in others)]

    def one(self, table: str, key: Any) -> Row | None:
        """The row with that key, if there is one and this viewer may see it."""
        if key is None:
            return None
        return next(iter(self.rows(table, **{KEYS.get(table, "id"): key})), None)

    def item(self, type: str, key: Any) -> Item | None:
        """The object with that key, if there is one and this viewer may see it."""
        row = self.one(TABLES[type], key)
        return None if row is None else Item(type, row)

    def items(self, type: str, **equal: Any) -> list[Item]:
        """The objects that this viewer may see and whose columns equal the given values."""
        return [Item(type, row) for row in self.rows(TABLES[type], **equal)]

    def once(self, name: str, key: Any, find: Callable[[], Told]) -> Told:
        """What is to be found out about a row, found out once for as long as the rows are the same."""
        if (name, key) not in self.seen.told:
            self.seen.told[name, key] = find()
        return self.seen.told[name, key]  # type: ignore[no-any-return]

    # Who may see a row: PLAN's table of policies, line by line.

    def visible(self, table: str, row: Row) -> bool:
        """Whether this viewer may see the row."""
        rule = POLICIES.get(table)
        if rule is None:
            return table in OPEN
        try:
            return rule(self, row)
        except StopIteration:  # a part of what did not stand then
            return False

    def impacs(self) -> bool:
        """Whether this viewer is one of IMPACS's own."""
        return self.viewer.kind in LEDGER_READERS or self.viewer.kind == "ADMINISTRATOR"

    def owner(self, agency_id: Any) -> bool:
        """Whether this viewer is a client of that partner agency."""
        return self.viewer.kind == ViewerKind.PARTNER and agency_id == self.viewer.agency_id

    def reads_ledger(self) -> bool:
        """Whether this viewer sees every row of the ledger."""
        return self.viewer.kind in LEDGER_READERS

    def everybody(self) -> bool:
        """Whether this viewer sees of the ledger what everybody sees."""
        return self.viewer.kind in ("ANONYMOUS", "ADMINISTRATOR")

    def own_state(self, statement: Row) -> bool:
        """Whether this viewer is the focal point of the one state that a statement's slice names."""
        named = [row["member_state_code"] for row in self.world.of("statement_member_state", "statement_id", statement["id"])]
        return self.viewer.kind == "FOCAL_POINT" and named == [self.viewer.member_state_code]

    def reads_audit(self) -> bool:
        """Whether this viewer sees what was done."""
        return self.viewer.kind in ("AUDITOR", "DATA_PROTECTION_OFFICER")

    def stored(self, table: str, key: Any) -> Row:
        """A row, whoever asks: for the policies of the rows that belong to it."""
        return next(row for row in self.world[table] if row["id"] == key)

    def sees_agency(self, row: Row) -> bool:
        """Accepted; or the partner's own, or the partner itself; or anybody of IMPACS asks."""
        return self.impacs() or row["accepted_at"] is not None or self.owner(row["submitted_by_id"]) or self.owner(row["id"])

    def sees_training(self, row: Row) -> bool:
        """A course or cohort: everybody sees what is accepted and public; focal points and partners what is accepted; its sender too."""
        accepted = row["accepted_at"] is not None
        if self.everybody():
            return accepted and row["visibility"] == "PUBLIC" and row["id"] not in self.closed
        return self.reads_ledger() or accepted or self.owner(row["submitted_by_id"])

    def knows_count_policy(self, cohort: Row) -> bool:
        """Whether this viewer may know where a cohort's numbers come from."""
        return self.reads_ledger() or self.owner(cohort["submitted_by_id"])

    def sees_statement(self, row: Row) -> bool:
        """Everybody sees counts that are public and verified; partners their own only, focal points counts about their state alone."""
        is_count = row.get("kind") != "INDIVIDUAL"
        if self.everybody():
            return bool(row["visibility"] == "PUBLIC" and row["state"] == "VERIFIED" and row["id"] not in self.closed) and is_count
        return self.reads_ledger() or self.owner(row["partner_id"]) or (self.own_state(row) and is_count)

    def sees_person(self, partner_id: Any) -> bool:
        """What is told of a person: its partner sees it, and those of IMPACS that deal with people."""
        return self.viewer.kind in ("STAFF", "VERIFIER", "DATA_PROTECTION_OFFICER") or self.owner(partner_id)

    def sees_submission(self, row: Row) -> bool:
        """Partners see their own."""
        return self.reads_ledger() or self.owner(row["partner_id"])

    def sees_client(self, row: Row) -> bool:
        """Partners see those of their agency, focal points those of their state."""
        own = self.viewer.kind == "FOCAL_POINT" and row["member_state_code"] == self.viewer.member_state_code
        return self.impacs() or self.owner(row["agency_id"]) or own


OPEN = {
    "member_state",
    "membership",
    "department",
    "partner_listing",
    "partner_listing_agency",
    "agency_operation",
    "agency_ancestor",
    "figure",
    "release",
    "release_block",
}
POLICIES: dict[str, Callable[[Graph, Row], bool]] = {
    "partner_agency": Graph.sees_agency,
    "course": Graph.sees_training,
    "cohort": Graph.sees_training,
    "cohort_role": lambda graph, row: graph.sees_training(graph.stored("cohort", row["cohort_id"])),
    "cohort_course": lambda graph, row: graph.sees_training(graph.stored("cohort", row["cohort_id"])),
    "cohort_cost": lambda graph, row: graph.reads_ledger() or graph.owner(graph.stored("cohort", row["cohort_id"])["submitted_by_id"]),
    "statement": Graph.sees_statement,
    "statement_member_state": lambda graph, row: graph.sees_statement(graph.stored("statement", row["statement_id"])),
    "statement_department": lambda graph, row: graph.sees_statement(graph.stored("statement", row["statement_id"])),
    "audit_event": lambda graph, row: graph.reads_audit(),
    "audit_seal": lambda graph, row: graph.reads_audit(),
    "erasure_certificate": lambda graph, row: graph.reads_audit() or graph.owner(row["partner_id"]),
    "decision": lambda graph, row: not graph.everybody() and graph.sees_statement(graph.stored("statement", row["statement_id"])),
    "participant": lambda graph, row: graph.sees_person(row["partner_id"]),
    "individual": lambda graph, row: graph.sees_person(graph.stored("statement", row["statement_id"])["partner_id"]),
    "submission": Graph.sees_submission,
    "api_client": Graph.sees_client,
    "credential": lambda graph, row: graph.sees_client(graph.stored("api_client", row["client_id"])),
    "agreement": lambda graph, row: graph.impacs() or graph.owner(row["agency_id"]),
    "submission_item": lambda graph, row: graph.sees_submission(graph.stored("submission", row["submission_id"])),
    "submission_issue": lambda graph, row: graph.sees_submission(graph.stored("submission", row["submission_id"])),
}


def key_of(table: str, row: Row) -> Any:
    """The key of a row."""
    return row[KEYS.get(table, "id")]


def snake(name: str) -> str:
    """The column that has the name of a GraphQL field."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


# The relations to one: field -> type, column of the key.
RELATIONS = {
    "parent": ("PartnerAgency", "parent_id"),
    "submittedBy": ("PartnerAgency", "submitted_by_id"),
    "memberState": ("MemberState", "member_state_code"),
    "department": ("Department", "department_code"),
    "participant": ("Participant", "participant_id"),
    "owner": ("PartnerAgency", "owner_id"),
    "venueState": ("MemberState", "venue_state_code"),
    "sameRunAs": ("Cohort", "same_run_as_id"),
    "partner": ("PartnerAgency", "partner_id"),
    "cohort": ("Cohort", "cohort_id"),
    "submission": ("Receipt", "submission_id"),
    "supersedes": ("Figure", "supersedes_id"),
    "previous": ("Release", "previous_id"),
    "agency": ("PartnerAgency", "agency_id"),
    "agreement": ("Agreement", "agreement_id"),
    "operator": ("PartnerAgency", "operator_id"),
}


def related(graph: Graph, item: Item, name: str) -> Item | None:
    """The object that a relation to one leads to, if there is one and the viewer may see it."""
    type_name, column = RELATIONS[name]
    return graph.item(type_name, item.row[column])


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text in small letters and without accents; letter by letter, so that a sigma is the same at a word's end."""
    return "".join(letter.lower() for letter in normalize("NFKD", text) if not "\u0300" <= letter <= "\u036f")


@lru_cache(maxsize=4096)
def words(text: str | None) -> tuple[str, ...]:
    """The words of a text: what is neither letter nor digit is between them."""
    letters = [letter if category(letter)[0] == "L" or category(letter) in ("Nd", "Nl") else " " for letter in fold(text or "")]
    return tuple("".join(letters).split())


def found_rank(asked: str, name: str, codes: list[str | None], texts: list[str | None]) -> int | None:
    """The rank of what a search finds; None of what it does not find."""
    looked_for = words(asked)

    def begun(among: Sequence[str]) -> bool:
        return all(any(word.startswith(beginning) for word in among) for beginning in looked_for)

    if not looked_for or not begun([word for text in [name, *codes, *texts] for word in words(text)]):
        return None
    if any(words(code) == looked_for for code in codes):
        return 1
    if words(name) == looked_for:
        return 2
    if " ".join(words(name)).startswith(" ".join(looked_for)):
        return 3
    return 4 if begun(words(name)) else 5


# Sort keys. Python compares texts by code point and UUIDs by their number, which is bytewise.


def precedes(first: Any, second: Any, direction: str = "ASC", nulls: str = "LAST") -> int:
    """Negative if the first value comes before the second, 0 if they are equal; missing values come at one end, in both directions."""
    if first is None or second is None:
        return (int(first is None) - int(second is None)) * (1 if nulls == "LAST" else -1)
    if first == second:
        return 0
    return -1 if (first < second) == (direction == "ASC") else 1


def compare(first: list[Any], second: list[Any], ways: list[tuple[str, str]]) -> int:
    """Negative if the row with the first sort keys comes before the row with the second; a way is a direction and where nulls go."""
    for left, right, way in zip(first, second, ways, strict=True):
        compared = precedes(left, right, *way)
        if compared:
            return compared
    return 0


def in_order(rows: Iterable[Row], *columns: str) -> list[Row]:
    """The rows ascending by the columns, missing values last."""
    ways = [("ASC", "LAST")] * len(columns)

    def compared(left: Row, right: Row) -> int:
        return compare([left[column] for column in columns], [right[column] for column in columns], ways)

    return sorted(rows, key=cmp_to_key(compared))


# Connections.


RELATED_KEYS = {
    "PARENT_NAME": ("parent", "name"),
    "MEMBER_STATE_NAME": ("memberState", "name"),
    "OWNER_NAME": ("owner", "name"),
    "VENUE_STATE_NAME": ("venueState", "name"),
    "SUBMITTED_BY_NAME": ("submittedBy", "name"),
    "COHORT_STARTS_ON": ("cohort", "starts_on"),
    "COHORT_TITLE": ("cohort", "title"),
    "PARTNER_NAME": ("partner", "name"),
    "PARTNER_CODE": ("partner", "code"),
    "AGENCY_NAME": ("agency", "name"),
}
"""The sort keys that are a column of a related object."""


def sort_key(graph: Graph, item: Item, name: str) -> Any:
    """The value of a sort key; that of a related object is missing if the viewer may not see the object."""
    if name not in RELATED_KEYS:
        return item.row[name.lower()]
    relation, column = RELATED_KEYS[name]
    other = related(graph, item, relation)
    return None if other is None else other.row[column]


@dataclass(frozen=True, slots=True)
class Order:
    """The names of the sort keys that rows are ordered by, and the way of each; the last key is unique."""

    names: list[str]
    ways: list[tuple[str, str]]

    def keys(self, graph: Graph, item: Item) -> list[Any]:
        """The sort keys of a row."""
        return [sort_key(graph, item, name) for name in self.names]

    def cursor(self, graph: Graph, item: Item, place: str) -> str:
        """The cursor of a row of the connection at that place, a type and a field."""
        keys = [None if key is None else [type(key).__name__, str(key)] for key in self.keys(graph, item)]
        return CURSOR + json.dumps([place, self.names, self.ways, keys]).encode().hex()


READERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "UUID": UUID,
}


def place_of(cursor: str) -> str:
    """The type and field of the connection that gave a cursor."""
    return str(json.loads(bytes.fromhex(cursor.removeprefix(CURSOR)))[0])


def keys_in(cursor: str) -> list[Any]:
    """The sort keys that a cursor stands for."""
    keys = json.loads(bytes.fromhex(cursor.removeprefix(CURSOR)))[3]
    return [None if key is None else READERS[key[0]](key[1]) for key in keys]


def paged(graph: Graph, items: list[Item], order: Order, args: dict[str, Any], place: str) -> dict[str, Any]:
    """The connection of the page that `first`, `after`, `last` and `before` ask for: the Relay specification's section 4, word by word."""
    keyed = [(order.keys(graph, item), item) for item in items]
    keyed.sort(key=cmp_to_key(lambda left, right: compare(left[0], right[0], order.ways)))
    first, after, last, before = (args.get(name) for name in ("first", "after", "last", "before"))
    start, end = (None if cursor is None else keys_in(cursor) for cursor in (after, before))
    if start is not None:
        keyed = [(keys, item) for keys, item in keyed if compare(keys, start, order.ways) > 0]
    if end is not None:
        keyed = [(keys, item) for keys, item in keyed if compare(keys, end, order.ways) < 0]
    found = [item for _, item in keyed]
    if last is None:
        page = found[: 25 if first is None else first]
        more = {"hasNextPage": len(found) > len(page), "hasPreviousPage": after is not None}
    else:
        page = found[max(len(found) - last, 0) :]
        more = {"hasNextPage": before is not None, "hasPreviousPage": len(found) > len(page)}
    edges = [{"cursor": order.cursor(graph, item, place), "node": item} for item in page]
    ends = {"startCursor": edges[0]["cursor"] if edges else None, "endCursor": edges[-1]["cursor"] if edges else None}
    return {"edges": edges, "nodes": page, "totalCount": len(items), "pageInfo": more | ends}
