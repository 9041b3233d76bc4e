"""What the contract says is never null cannot be null: proven from the tables' metadata and from the words of each field.

A column is NOT NULL, or a check ties it to one that the way to its object requires; an expression is made of what is never null; the row
that an edge leads to must exist, and everybody sees it. What is computed by relations that no metadata describes has its reason in
COMPUTED, and the comparison with the oracle in test_oracle.py, where graphql-core refuses a null in its place.
"""

import json
import re
from collections.abc import Iterator

import pytest
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLOutputType
from sqlalchemy import ARRAY, CheckConstraint, ColumnElement, FromClause, null
from sqlalchemy.sql import elements, functions, operators
from sqlalchemy.sql.selectable import ScalarSelect

from graph.schema import graphql_schema
from models.database import Database
from models.history import HISTORIES
from models.policies import EVERYBODY, POLICIES, Door
from models.viewer import ViewerKind
from resolvers.execute import Graph, Request, execute
from resolvers.fields import (
    AnyNodes,
    Column,
    Connection,
    Elements,
    Embedded,
    Expression,
    Identifier,
    Many,
    Mutation,
    ObjectType,
    One,
    OneOf,
    Personal,
    Reference,
    Source,
    Word,
)
from resolvers.queries import TYPES
from tests.parties import cohort, count, course, parties, sent

FIELDS = {name: type_.fields for name, type_ in graphql_schema.type_map.items() if isinstance(type_, GraphQLObjectType) and name in TYPES}
DOOR = Door(ViewerKind.STAFF)
DOORS = [Door(kind) for kind in ViewerKind]
LISTS = (Many, Connection, Elements, AnyNodes)
"""Words that give a list of the rows that are there: an empty one is a list too."""

COMPUTED = {
    "Viewer": "binds of the call: a viewer has a kind and scopes",
    "SearchEdge": "a hit: its kind and rank are constants, and its node is read through the door that it came by, in one statement",
    "Limits": "binds of the call: numbers of a frozen record",
    "ParticipationTable": "one row for each use: its measure and asOf are binds, its basis and includePending constants",
    "DimensionValue": "made together with its label; UNSPECIFIED is a label too",
    "DimensionMember": "made of a value that a statement names: its label is the value itself, if it is nothing else",
    "CountValue": "the worst precision of its parts is EXACT if there are none",
    "CostValue": "a sum over costs of one currency, which exist",
    "Coverage": "counts, 0 if there is nothing to count",
    "InconsistentSets": "arrays of identifiers of statements, which exist",
    "Explanation": "one for each population with a number, which a rule chose",
    "ExplainedStatement": "made of a statement, whose use its cell says",
    "ExcludedStatement": "made of a statement, whose reason the last branch of a CASE gives if no other does",
    "ExplainedIndividuals": "a group of statements, of which there is one at least",
    "LikelyTwin": "made of a cohort that is seen; its score and reasons are constants chosen by conditions",
    "Omission": "one for each population without a number, for which a rule is the reason",
    "DecidePayload": "numbers and lists that `decide` fills in, with its argument's verdict",
    **dict.fromkeys(
        (f"{name}Payload" for name in ("AcceptCohort", "JoinCohorts", "SeparateCohorts", "SetCountPolicy", "SetVisibility")),
        "numbers and lists that a curator's mutation fills in",
    ),
    "CurationOutcome": "an element for each thing named, with its index and status",
    "PublishReleasePayload": "numbers and lists that `publishRelease` fills in",
    "MergedCells": "made of a block, which has a place and a count",
    "MergedCell": "made of a part of a block, which has a place and a count",
    "WithheldPart": "made of a part, which has a place and a count",
    "LeftOutPopulation": "made of a row of the view, which has a measure, and of whether a statement is PUBLIC",
    "ReleasedChange": "made of a block's place",
    "DecisionOutcome": "an element for each statement asked about, with its index and status",
}
"""Types whose rows no table holds, and why what they promise is there."""


def never_null(value: ColumnElement[object]) -> bool:
    """Whether an expression is proven to have a value."""
    match value:
        case elements.BinaryExpression(operator=operators.is_ | operators.is_not):
            return True
        case elements.BinaryExpression():
            return never_null(value.left) and never_null(value.right)
        case ScalarSelect():
            return all(isinstance(column, functions.count) for column in value.element.selected_columns)
        case functions.coalesce():
            return any(never_null(each) for each in value.clauses)
        case elements.CollectionAggregate() | elements.Grouping():
            return never_null(value.element)
        case elements.BindParameter():
            return value.value is not None
        case elements.ColumnClause(is_literal=True):
            return re.fullmatch(r"true|false|'[^']*'", value.name) is not None
        case elements.ColumnClause():
            return not getattr(value, "nullable", True)
    return False


def required(condition: ColumnElement[bool]) -> set[str]:
    """The columns that must be there for a condition to hold."""
    if isinstance(condition, elements.BooleanClauseList) and condition.operator is operators.and_:
        return set().union(*map(required, condition.clauses))
    if isinstance(condition, elements.BinaryExpression) and condition.operator is operators.is_not:
        return {condition.left.name}
    return set()


def tied(table: FromClause, names: set[str]) -> set[str]:
    """The columns that are there together with these, by a check of the table."""
    checks = [str(check.sqltext) for check in getattr(table, "constraints", ()) if isinstance(check, CheckConstraint)]
    pairs = [found.groups() for check in checks if (found := re.fullmatch(r"\((\w+) IS NULL\) = \((\w+) IS NULL\)", check))]
    return names | {name for pair in pairs if set(pair) & names for name in pair}


def ways_to(name: str) -> Iterator[tuple[FromClause, set[str]]]:
    """Each way to an object of a table's row: the row, and the columns that this way requires to be there."""
    for parent in TYPES.values():
        for word in parent.fields.values():
            match word:
                case Embedded(type=to) if to == name:
                    for row, given in rows_of(parent):
                        yield row, given | (required(word.present(row, DOOR)) if word.present else set())
                case One(type=to) if to == name and parent.table and TYPES[name].table:
                    row = TYPES[name].stored.__table__
                    yield row, required(word.on(parent.stored.__table__, row, DOOR))
                case Reference(type=to) if to == name and "submissionKey" in word.ways:
                    yield TYPES[name].stored.__table__, {"submission_key"}  # one without is never committed, nor seen by a query


def rows_of(type_: ObjectType) -> list[tuple[FromClause, set[str]]]:
    """The tables that objects of a type are rows of, and for each what is there beside what can never be null."""
    if type_.table and type_.name != "Receipt":
        return [(type_.stored.__table__, set())]
    return list(ways_to(type_.name))


def proven(type_: ObjectType, word: Word) -> bool:
    """Whether a field of an object always has a value."""
    match word:
        case Identifier() | Mutation() | Source():
            return True
        case Column(name=name):
            rows = rows_of(type_)
            return bool(rows) and all(not row.c[name].nullable or name in tied(row, given) for row, given in rows)
        case Expression(build=build):
            return bool(rows_of(type_)) and all(never_null(build(row, door)) for row, _ in rows_of(type_) for door in DOORS)
        case Embedded(present=present):
            return present is None
        case One():
            return leads_to_reference_data(type_, word)
        case OneOf() | Reference():
            return False
        case Personal(word=inner):
            return proven(type_, inner)
    return isinstance(word, LISTS)


def leads_to_reference_data(type_: ObjectType, word: One) -> bool:
    """Whether an edge follows a foreign key that is never null to a row that everybody sees."""
    if not type_.table:
        return False
    row, other = type_.stored.__table__, TYPES[word.type].stored.__table__
    on = word.on(row, other, DOOR)
    if POLICIES[TYPES[word.type].stored] is not EVERYBODY or not isinstance(on, elements.BinaryExpression):
        return False
    near, far = (on.right, on.left) if on.left.table is other else (on.left, on.right)
    return not near.nullable and any(key.column is far for key in near.foreign_keys)


def promises() -> Iterator[tuple[str, str, GraphQLOutputType]]:
    """Each field that the contract says is never null, with the type inside."""
    for name, fields in FIELDS.items():
        for field_name, field in fields.items():
            if isinstance(field.type, GraphQLNonNull) and field_name in TYPES[name].fields:  # the planner itself gives an edge its cursor
                yield name, field_name, field.type.of_type


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, field, _ in promises()])
def test_what_is_promised_is_there(name: str, field: str) -> None:
    assert proven(TYPES[name], TYPES[name].fields[field]) or name in COMPUTED


def test_no_reason_is_given_for_what_is_proven() -> None:
    without_a_table = {name for name, field, _ in promises() if not proven(TYPES[name], TYPES[name].fields[field])}
    assert without_a_table == set(COMPUTED)


def test_what_may_be_null_could_not_be_promised() -> None:
    nullable = [
        (name, field)
        for name, type_ in TYPES.items()
        for field, word in type_.fields.items()
        if not isinstance(FIELDS[name][field].type, GraphQLNonNull) and proven(type_, word)
    ]
    assert nullable == [("Query", "release")]  # its rows are of an identifier, which may be nobody's


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Statement", Column("sex")),
        ("Statement", One("Cohort", TYPES["Statement"].fields["cohort"].on)),  # type: ignore[union-attr]
        ("Statement", Embedded("Cost", lambda row, door: row.c.cost_amount.is_not(None))),
        ("Statement", Expression(lambda row, door: row.c.count + row.c.member_state_count)),
        ("Staff", Expression(lambda row, door: row.c.name if door.kind is ViewerKind.STAFF else null())),
        ("ReportingPeriod", Column("reporting_period_from")),
        ("Receipt", Column("people")),
    ],
)
def test_what_is_not_proven(name: str, word: Word) -> None:
    assert not proven(TYPES[name], word)


@pytest.mark.parametrize(("name", "field", "inner"), [promise for promise in promises() if isinstance(promise[2], GraphQLList)])
def test_no_item_of_a_list_is_null(name: str, field: str, inner: GraphQLList[GraphQLOutputType]) -> None:
    assert isinstance(inner.of_type, GraphQLNonNull) or (name, field) == ("Query", "nodes")  # null in the place of an id that names nothing
    word, table = TYPES[name].fields[field], TYPES[name].table
    if isinstance(word, Column) and table and isinstance(table.__table__.c[word.name].type, ARRAY):
        checks = [str(check.sqltext) for check in table.__table__.constraints if isinstance(check, CheckConstraint)]
        assert f"array_position({word.name}, NULL) IS NULL" in checks


def test_versions_hold_what_their_rows_held() -> None:
    for history in HISTORIES.values():
        kept = [column for column in history.rows.c if column.computed is None]
        assert [history.versions.c[column.name].nullable for column in kept] == [column.nullable for column in kept]


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["VALIDATE", "COMMIT"])
async def test_a_submission_that_is_only_checked_is_no_receipt(database: Database, owner_database: Database, mode: str) -> None:
    party = await parties(owner_database)
    records = [course("C", title="One"), cohort("H", "C"), count("S", "H")]
    document = """mutation ($input: SubmitInput!) {
        submit(input: $input) { receipt { id } outcomes { statement { state submission { id submissionKey committedAt } } } }
    }"""
    graph = Graph(graphql_schema, TYPES, database, b"a secret for tests" * 2)
    answer = json.loads(await execute(graph, Request(document, None, {"input": sent(*records, mode=mode)}), party.oas))["submit"]
    submission = answer["outcomes"][2]["statement"]["submission"]
    if mode == "VALIDATE":
        assert (submission, answer["receipt"]) == (None, None)
    else:
        assert submission["id"] == answer["receipt"]["id"]
        assert submission["submissionKey"].startswith("key-")
        assert submission["committedAt"]
