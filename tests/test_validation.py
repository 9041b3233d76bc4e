"""Rules that have learnt what they have nothing to do with find what graphql-core's own find, in documents that each break some."""

import pytest
from graphql import NoSchemaIntrospectionCustomRule, parse, specified_rules, validate

from graph.schema import graphql_schema
from resolvers.compiler.validation import RULES, WITHOUT_INTROSPECTION

DOCUMENTS = [
    "{ memberStates { name } }",
    "{ memberStates { nothing } nothing }",
    "{ memberStates }",
    "{ memberStates { name { x } } }",
    "query A { memberStates { name } } query A { departments { name } }",
    "{ departments { name } } query B { departments { name } }",
    "query ($a: Nothing, $a: Int, $b: Cohort) { memberStates { name } }",
    'query ($a: Int = "one") { cohorts(first: $a) { totalCount } }',
    "query ($a: String) { cohorts(first: $a, last: $b) { totalCount } }",
    "{ cohorts(first: 1, first: 2, none: 3) { totalCount } }",
    '{ cohort { id } course(by: {id: "x", code: "y"}) { id } }',
    "{ cohorts(filter: {title: {eq: 1}, title: {eq: null}, none: 2}) { totalCount } }",
    "{ a: memberStates { x: name } a: departments { x: code } }",
    "{ memberStates { name @skip name @include(if: 1) @include(if: true) @nothing } }",
    "{ memberStates { ...A ...B } } fragment A on MemberState { ...A } fragment A on Int { x } fragment C on Nothing { x }",
    "{ memberStates { ...D ... on Cohort { id } } } fragment D on Cohort { id }",
    "fragment E on MemberState { name } { memberStates { name } }",
    "subscription { memberStates { name } }",
    "mutation { submit(input: {}) { nothing } }",
    "type Cohort { id: ID } { memberStates { name } }",
    '{ __schema { types { name } } __type(name: "Cohort") { nothing } }',
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_same_is_found(document: str) -> None:
    tree = parse(document)
    for ours, plain in ((RULES, specified_rules), (WITHOUT_INTROSPECTION, (*specified_rules, NoSchemaIntrospectionCustomRule))):
        found, due = ([str(error) for error in validate(graphql_schema, tree, rules)] for rules in (ours, plain))
        assert found == due


def test_all_but_one_document_break_a_rule() -> None:
    assert [not validate(graphql_schema, parse(document), WITHOUT_INTROSPECTION) for document in DOCUMENTS].count(True) == 1
