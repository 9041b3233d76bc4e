"""What a viewer could ask about rows that it does not see: their identifiers, keys, values and places, in every argument that takes any.

Chain       how a filter gets from one type to another, by its relations; the contract says which there are
Guesser     the guesses of one viewer
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, get_named_type

from models.viewer import Viewer, ViewerKind
from tests.hidden import key, seen
from tests.interpreter import written
from tests.matching import COLUMNS
from tests.pasts import MOMENTS
from tests.rows import Row, World
from tests.semantics import NODES, TABLES, Item, snake
from tests.two_worlds import Asked

CONNECTIONS = {
    "partnerAgencies": "PartnerAgency",
    "courses": "Course",
    "cohorts": "Cohort",
    "statements": "Statement",
    "submissions": "Receipt",
    "clients": "Client",
    "agreements": "Agreement",
    "auditEvents": "AuditEvent",
}
LISTS = {"memberStates": "MemberState", "departments": "Department"}
REFERENCES = {
    "partnerAgency": ("PartnerAgency", "PartnerAgencyRef", ("id", "code", "sourceRef")),
    "course": ("Course", "CourseRef", ("id", "code", "sourceRef")),
    "cohort": ("Cohort", "CohortRef", ("id", "code", "sourceRef")),
    "submission": ("Receipt", "SubmissionRef", ("id", "submissionKey")),
}
NAMES = {"PartnerAgency": "name", "Course": "title", "Cohort": "title"}
DIMENSIONS = {"cohort": "Cohort", "course": "Course", "partner": "PartnerAgency", "programme": "PartnerAgency", "funder": "PartnerAgency"}
QUANTIFIERS = ("some", "none", "every")
PEOPLE = frozenset({"Participant"})


Places = dict[tuple[str, str, str], dict[str, tuple[str, str]]]
"""For each connection, its type and sort key, the cursors of all its rows by id: as the API gives them, and in the interpreter's words."""


def orders(schema: GraphQLSchema) -> Iterator[tuple[str, str, str]]:
    """Each connection, its type, and each of its sort keys."""
    for field, type_name in CONNECTIONS.items():
        keys = schema.type_map[f"{type_name.replace('Receipt', 'Submission')}OrderField"]
        assert isinstance(keys, GraphQLEnumType)
        yield from ((field, type_name, name) for name in keys.values)


def after(field: str, type_name: str, selection: str) -> str:
    """The document that asks for the rows after a cursor, or all, in an order."""
    kind = f"{type_name.replace('Receipt', 'Submission')}Order"
    return f"query ($order: [{kind}!], $after: Cursor) {{ {field}(order: $order, first: 100, after: $after) {{ {selection} }} }}"


@dataclass(frozen=True, slots=True)
class Chain:
    """The members of a filter that lead from one type to another, with a quantifier where there are many of the other."""

    members: tuple[tuple[str, str | None], ...]
    end: str

    def filter(self, inner: dict[str, Any]) -> dict[str, Any]:
        """The filter that asks `inner` of what is at the end."""
        for name, quantifier in reversed(self.members):
            inner = {name: {quantifier: inner} if quantifier else inner}
        return inner


def type_of(kind: GraphQLInputObjectType) -> str:
    """The type whose objects a filter is about."""
    return kind.name.removesuffix("Filter").replace("Submission", "Receipt")


def filter_of(schema: GraphQLSchema, type_name: str) -> GraphQLInputObjectType:
    """The filter of a type."""
    kind = schema.type_map[f"{type_name.replace('Receipt', 'Submission')}Filter"]
    assert isinstance(kind, GraphQLInputObjectType)
    return kind


def relations(kind: GraphQLInputObjectType) -> Iterator[tuple[str, GraphQLInputObjectType, bool]]:
    """The members of a filter that lead to another type, and whether to many of it."""
    for name, given in kind.fields.items():
        other = get_named_type(given.type)
        if isinstance(other, GraphQLInputObjectType) and name not in ("and", "or", "not"):
            inner = get_named_type(other.fields["some"].type) if "some" in other.fields else other
            if isinstance(inner, GraphQLInputObjectType) and "and" in inner.fields:
                yield name, inner, inner is not other


def chains(schema: GraphQLSchema, type_name: str, length: int) -> Iterator[Chain]:
    """All ways of a filter of so many relations; of one with every quantifier, of more with one that is drawn."""

    def from_(kind: GraphQLInputObjectType, before: tuple[tuple[str, str | None], ...]) -> Iterator[Chain]:
        for name, inner, many in relations(kind):
            quantifiers: Sequence[str | None] = QUANTIFIERS if many else (None,)
            if length > 1:
                quantifiers = [Random(f"{type_name} {before} {name}").choice(quantifiers)]
            for quantifier in quantifiers:
                members = (*before, (name, quantifier))
                if len(members) == length:
                    yield Chain(members, type_of(inner))
                else:
                    yield from from_(inner, members)

    return from_(filter_of(schema, type_name), ())


def leaves(schema: GraphQLSchema, type_name: str) -> dict[str, GraphQLInputObjectType]:
    """The members of a type's filter that compare a value."""
    found = {name: get_named_type(given.type) for name, given in filter_of(schema, type_name).fields.items()}
    return {name: kind for name, kind in found.items() if isinstance(kind, GraphQLInputObjectType) and "eq" in kind.fields}


class Guesser:
    """Makes the guesses of a viewer about rows that it does not see; of one that sees all rows of a type, about any."""

    def __init__(self, schema: GraphQLSchema, world: World, viewer: Viewer, random: Random) -> None:
        self.schema, self.world, self.viewer, self.random = schema, world, viewer, random
        self.seen = seen(world, viewer)

    def hidden(self, type_name: str) -> list[Row]:
        """The rows of a type that the viewer does not see, or all."""
        table = TABLES[type_name]
        visible = self.seen[table, None]
        return [row for row in self.world[table] if key(table, row) not in visible] or self.world[table]

    def some(self, type_name: str, size: int) -> list[Row]:
        """Some of the rows that are not seen."""
        rows = self.hidden(type_name)
        return self.random.sample(rows, min(size, len(rows)))

    def ids(self, type_name: str, size: int = 4) -> list[str]:
        """The ids of some rows that are not seen, and of one that is any."""
        any_row = self.random.choice(self.world[TABLES[type_name]])
        return [Item(type_name, row).id for row in [*self.some(type_name, size), any_row]]

    def known(self, type_name: str, size: int, random: Random) -> list[str]:
        """The ids of some rows that are seen, of which more is known than of others."""
        rows = list(self.seen[TABLES[type_name], None].values())
        drawn = random.sample(rows, min(4 * size, len(rows)))
        drawn.sort(key=lambda row: -sum(value is not None for value in row.values()))
        return [Item(type_name, row).id for row in drawn[:size]]

    def all(self) -> Iterator[Asked]:
        """Every guess that needs no cursor."""
        yield from self.nodes()
        yield from self.references()
        for field, type_name in (CONNECTIONS | LISTS).items():
            yield from self.filters(field, type_name)
        yield from self.orders()
        yield from self.related()
        yield from self.searches()
        yield from self.numbers()

    def nodes(self) -> Iterator[Asked]:
        """By id: one, and some together."""
        for type_name in sorted(NODES.keys() - PEOPLE):
            for row in self.some(type_name, 30):
                yield Asked("query ($id: ID!) { node(id: $id) { __typename id } }", {"id": Item(type_name, row).id})
            yield Asked("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": self.ids(type_name)})
        yield Asked("{ statements(first: 100) { nodes { id individual { __typename } } } }")

    def references(self) -> Iterator[Asked]:
        """By the ways that name one thing."""
        for field, (type_name, kind, ways) in REFERENCES.items():
            for way in ways:
                for row in self.some(type_name, 20):
                    value = Item(type_name, row).id if way == "id" else row[snake(way)]
                    if value is not None:
                        yield Asked(f"query ($by: {kind}!) {{ {field}(by: $by) {{ id }} }}", {"by": {way: value}})

    def filters(self, field: str, type_name: str) -> Iterator[Asked]:
        """By the values of a type's rows, and by what is related to them, over one relation and over two."""
        kind = filter_of(self.schema, type_name).name
        page = "{ totalCount nodes { id } }" if field in CONNECTIONS else "{ id }"
        size = ", first: 60" if field in CONNECTIONS else ""
        text = f"query ($filter: {kind}) {{ {field}(filter: $filter{size}) {page} }}"
        for given in self.values(type_name):
            yield Asked(text, {"filter": given})
        for length in (1, 2):
            for chain in chains(self.schema, type_name, length):
                for _ in range(2):
                    inner = {"id": {"in": self.ids(chain.end)}} if chain.end in TABLES and chain.end != "Outcome" else {}
                    yield Asked(text, {"filter": chain.filter(inner)})

    def values(self, type_name: str) -> Iterator[dict[str, Any]]:
        """Filters by one value of a row that is not seen."""
        for name, kind in leaves(self.schema, type_name).items():
            for row in self.some(type_name, 2):
                item = Item(type_name, row)
                value = item.id if name == "id" else written(row.get(COLUMNS.get((type_name, name), snake(name))))
                operators = [one for one in ("eq", "in", "lte", "gte", "contains", "startsWith") if one in kind.fields]
                operator = Random(f"{type_name} {name}").choice(operators)
                if value is None or name == "accepted":
                    yield {name: {"isNull": name != "accepted"}}
                else:
                    yield {name: {operator: [value] if operator == "in" else value}}

    def orders(self) -> Iterator[Asked]:
        """By every sort key, both ways."""
        for field, type_name, name in orders(self.schema):
            for direction in ("ASC", "DESC"):
                order = [{"by": name, "direction": direction}]
                yield Asked(after(field, type_name, "edges { cursor node { id } }"), {"order": order}, twice=True)

    def cursors(self, places: Places) -> Iterator[Asked]:
        """From the places of rows that are not seen, as others are given them."""
        for (field, type_name, order), cursors in places.items():
            text = after(field, type_name, "totalCount nodes { id }")
            known = [cursors[one] for one in (Item(type_name, row).id for row in self.hidden(type_name)) if one in cursors]
            for given, meant in self.random.sample(known, min(3, len(known))):
                variables = {"order": [{"by": order}]}
                yield Asked(text, variables | {"after": given}, meant=variables | {"after": meant})

    def related(self) -> Iterator[Asked]:
        """In the connections of an object, as they are and as they stood."""
        for type_name in sorted(NODES.keys() - PEOPLE):
            for name, given in self.schema.type_map[type_name].fields.items():  # type: ignore[attr-defined]
                if not get_named_type(given.type).name.endswith("Connection"):
                    continue
                end = get_named_type(get_named_type(given.type).fields["nodes"].type).name
                moments: list[str | None] = [None, *([one.isoformat() for one in MOMENTS[:2]] if "asOf" in given.args else [])]
                for moment in moments:
                    at = f', asOf: "{moment}"' if moment else ""
                    field = f"{name}(filter: {{id: {{in: $ids}}}}, first: 60{at}) {{ totalCount nodes {{ id }} }}"
                    text = f"query ($on: [ID!]!, $ids: [ID!]) {{ nodes(ids: $on) {{ ... on {type_name} {{ {field} }} }} }}"
                    for _ in range(2):
                        yield Asked(
                            text, {"on": [Item(type_name, row).id for row in self.world[TABLES[type_name]]], "ids": self.ids(end, 9)}
                        )

    def searches(self) -> Iterator[Asked]:
        """By what things are known by."""
        text = "query ($text: String!) { search(text: $text, first: 60) { totalCount edges { rank kind node { __typename } } } }"
        for type_name, column in NAMES.items():
            for row in self.some(type_name, 12):
                words = [row[column], row["code"], row["source_ref"]]
                yield from (Asked(text, {"text": word}) for word in words if word)

    def numbers(self) -> Iterator[Asked]:
        """By what numbers can be limited to and split by."""
        text = """query ($groupBy: [Dimension!]!, $filter: ParticipationFilter, $measure: Measure!) {
            participation(measure: $measure, basis: RECORDS, groupBy: $groupBy, filter: $filter, includePending: true) {
                total { value } rows { key { label members { id code } } count { value precision } } } }"""
        if self.viewer.kind is ViewerKind.FOCAL_POINT:
            return
        measures = self.schema.type_map["Measure"].values  # type: ignore[attr-defined]
        for name, type_name in DIMENSIONS.items():
            for measure in measures:
                given = {"measure": measure, "groupBy": ["COHORT"], "filter": {name: self.ids(type_name)}}
                yield Asked(text, given, interpreted=False)
        for dimensions in (["COURSE"], ["PROGRAMME"], ["PARTNER", "FUNDER"], ["MEMBER_STATE", "DEPARTMENT"]):
            for measure in measures:
                yield Asked(text, {"measure": measure, "groupBy": dimensions, "filter": {}}, interpreted=False)
