"""Documents are bounded before they are parsed, measured before they are validated, priced before they are planned."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from graphql import get_introspection_query

from graph.schema import graphql_schema
from models.viewer import ViewerKind
from resolvers.compiler.document import Document, coerce, parse
from resolvers.compiler.limits import DEFAULT_LIMITS, Limits, Price, check
from resolvers.errors import DocumentError, InputError, Refusal

LIMITS = Limits()
DOUBLED = " ".join(f"fragment f{i} on Cohort {{ ...f{i + 1} ...f{i + 1} }}" for i in range(60)) + " fragment f60 on Cohort { id }"


def read(text: str, name: str | None = None, **options: Any) -> Document:
    return parse(text, name, graphql_schema, **options)


def price(text: str, variables: dict[str, Any] | None = None, limits: Limits = LIMITS) -> Price:
    document = read(text)
    return check(document, graphql_schema, coerce(document, graphql_schema, variables), limits)


def refusal(text: str, variables: dict[str, Any] | None = None, limits: Limits = LIMITS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        price(text, variables, limits)
    return caught.value


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ __typename }", 0),
        ("{ viewer { kind } }", 1),
        ("{ memberStates { code name } }", 5),
        ("{ cohorts { totalCount } }", 1 + 10),
        ("{ cohorts(first: 100) { totalCount again: totalCount } }", 1 + 2 * 10),
        ("{ memberStates { cohorts(first: 3) { totalCount nodes { id } } } }", 5 * (1 + 1 + 10 + 3)),
        ("{ cohorts { nodes { id title } } }", 1 + 25),
        ("{ cohorts(first: 100) { nodes { id } } }", 1 + 100),
        ("{ cohorts(first: 100) { edges { cursor node { id } } } }", 1 + 100),
        ("{ cohorts(last: 40) { edges { node { id } } } }", 1 + 40),
        ("{ cohorts(first: null, last: 40) { nodes { id } } }", 1 + 40),
        ("{ cohorts(first: null, last: null) { nodes { id } } }", 1 + 25),
        ("{ cohorts(order: {by: TITLE}) { nodes { id } } }", 1 + 5 + 25),
        ("{ cohorts(order: [{by: TITLE, nulls: FIRST}, {by: CODE}], last: 2) { nodes { id } } }", 1 + 5 * 2 + 2),
        ("{ cohorts(first: 10) { nodes { courses { id } } } }", 1 + 10 * (1 + 5)),
        ("{ cohorts(first: 10) { nodes { statements(first: 4) { nodes { id } } } } }", 1 + 10 * (1 + 1 + 4)),
        ("{ ...a } fragment a on Query { cohorts(first: 10) { ...b } } fragment b on CohortConnection { nodes { id } }", 1 + 10),
        ("{ participation(measure: TRAINED) { total { value } } }", 10 + 1 + 1),
        ("{ participation(measure: TRAINED, basis: RELEASE, groupBy: [SEX, YEAR]) { total { value } } }", 10 * 9 + 1 + 1),
        ("{ participation(measure: TRAINED, basis: RECORDS) { total { value } } }", 60 + 40 + 1 + 1),
        ("{ participation(measure: TRAINED, basis: RECORDS, groupBy: [SEX, YEAR]) { total { value } } }", 60 * 9 + 40 + 1 + 1),
        ("{ participation(measure: TRAINED, basis: RECORDS, groupBy: SEX) { explain(first: 7) { text } } }", 60 * 3 + 40 + 1 + 100 + 7),
        ("{ participation(measure: TRAINED, basis: RECORDS) { pendingDelta also: pendingDelta unit } }", 60 + 40 + 1 + 2 * 100),
        ("{ participation(measure: TRAINED, basis: RECORDS, filter: {sex: [MALE]}) { unit } }", 60 + 40 + 1 + 50 + 2 * 5),
        ("{ cohorts(filter: {title: {in: [1, 2, 3]}}) { totalCount } }".replace("1, 2, 3", '"a", "b", "c"'), 1 + 5 * 3 + 10),
        ("query { cohorts(first: 100) @skip(if: true) { nodes { id } } viewer { kind } }", 1),
    ],
)
def test_a_price_counts_objects(text: str, cost: int) -> None:
    assert price(text.replace("TRAINED", _measure())).cost == cost


def _measure() -> str:
    return str(next(iter(graphql_schema.type_map["Measure"].values)))  # type: ignore[attr-defined]


def test_a_price_depends_on_the_variables_that_it_names() -> None:
    text = "query ($n: Int! = 25, $all: Boolean = false) { cohorts(first: $n) { nodes { id } } courses @include(if: $all) { totalCount } }"
    assert price(text) == Price(26, frozenset({"n", "all"}))
    assert price(text, {"n": 50}).cost == price(text).cost + 25
    assert price(text, {"all": True}).cost == price(text).cost + 1 + 10


@pytest.mark.parametrize("size", ["-1", "101", "10000"])
def test_a_page_has_at_most_a_hundred_rows(size: str) -> None:
    assert_page_size(refusal(f"{{ all: cohorts(first: {size}) {{ nodes {{ id }} }} }}"), ["all"])
    assert_page_size(refusal("query ($n: Int!) { cohorts(first: $n) { totalCount } }", {"n": int(size)}), ["cohorts"])
    assert_page_size(refusal(f"{{ ...a }} fragment a on Query {{ cohorts(first: {size}) {{ nodes {{ id }} }} }}"), ["cohorts"])
    assert_page_size(refusal(f"{{ all: cohorts(last: {size}) {{ nodes {{ id }} }} }}"), ["all"], "last")
    assert_page_size(refusal("query ($n: Int) { cohorts(first: null, last: $n) { totalCount } }", {"n": int(size)}), ["cohorts"], "last")


def test_a_page_size_that_is_null_counts_as_absent() -> None:
    text = "query ($first: Int = 7, $last: Int) { cohorts(first: $first, last: $last) { nodes { id } } }"
    assert price(text) == Price(1 + 7, frozenset({"first", "last"}))
    assert price(text, {"first": None}).cost == 1 + 25
    assert price(text, {"first": None, "last": 3}).cost == 1 + 3
    assert price("{ cohorts(first: null) { nodes { id } } }").cost == 1 + 25


def test_a_page_is_read_from_one_end() -> None:
    text = "query ($first: Int, $last: Int) { cohorts(first: $first, last: $last) { nodes { id } } }"
    for found in (refusal(text, {"first": 3, "last": 3}), refusal("{ cohorts(first: 3, last: 0) { totalCount } }")):
        assert_page_size(found, ["cohorts"], "last")
        assert "not both" in found.message


def test_a_page_inside_a_list_is_named_by_its_path() -> None:
    text = "{ memberStates { mine: statements(first: 101) { nodes { id } } } }"
    assert_page_size(refusal(text), ["memberStates", "mine"])


def assert_page_size(found: Refusal, path: list[str], argument: str = "first") -> None:
    extensions = found.extensions
    assert (found.code, found.path, extensions["argument"], extensions["limit"]) == ("PAGE_SIZE", path, argument, 100)


def test_too_high_a_cost_names_the_argument_that_costs_most() -> None:
    found = refusal("{ viewer { kind } cohorts(first: 90) { nodes { statements(first: 100) { nodes { memberStates { id } } } } } }")
    assert (found.code, found.path) == ("COST_LIMIT", ["cohorts", "nodes", "statements"])
    assert found.extensions["argument"] == "first"
    assert found.extensions["cost"] > found.extensions["limit"] == 10_000


def test_too_high_a_cost_is_found_in_fragments_and_variables() -> None:
    text = "query ($n: Int!) { ...a } fragment a on Query { c: cohorts(first: $n) { ...b } } fragment b on CohortConnection "
    found = refusal(text + "{ nodes { statements(first: 50) { nodes { memberStates { id } } } } }", {"n": 100})
    assert (found.code, found.path) == ("COST_LIMIT", ["c"])


INSIDE = "query ($n: Int) { viewer { kind } cohorts(first: 90) { nodes { statements(%s: $n) { nodes { memberStates { id } } } } } }"
OUTSIDE = "query ($n: Int) { ...a } fragment a on Query { cohorts(first: $n) { nodes { statements { nodes { memberStates { id } } } } } }"
STATED = "query ($n: Int) { courses(first: $n) { nodes { owner { id } cohorts(first: 24) { nodes { courses { owner { id } } } } } } }"


@pytest.mark.parametrize(
    ("text", "asked", "path"),
    [
        (INSIDE % "first", 100, "cohorts.nodes.statements"),
        (INSIDE % "last", 100, "cohorts.nodes.statements"),
        (OUTSIDE, 100, "cohorts"),
        (STATED, 60, "courses"),
    ],
)
def test_too_high_a_cost_says_how_many_would_fit(text: str, asked: int, path: str) -> None:
    found = refusal(text, {"n": asked})
    fits = found.extensions["fits"]
    assert found.message.endswith(f"Lower `{found.extensions['argument']}` of `{path}`, which costs most: {fits} would fit.")
    assert price(text, {"n": fits}).cost <= 10_000
    assert refusal(text, {"n": fits + 1}).code == "COST_LIMIT"


def test_of_identifiers_too_it_is_said_how_many_would_fit() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Course { cohorts(first: 90) { nodes { courses { id } } } } } }"
    found = refusal(text, {"ids": ["Course:1"] * 99})
    assert (found.path, found.extensions["argument"], found.extensions["fits"]) == (["nodes"], "ids", 18)
    assert price(text, {"ids": ["Course:1"] * 18}).cost <= 10_000
    assert refusal(text, {"ids": ["Course:1"] * 19}).code == "COST_LIMIT"


def test_where_not_even_one_would_fit_no_number_is_said() -> None:
    found = refusal(INSIDE % "first", {"n": 100}, replace(LIMITS, cost=700))
    assert (found.path, found.extensions["fits"]) == (["cohorts", "nodes", "statements"], None)
    assert "which costs most, or ask for less at once." in found.message


def test_anonymous_callers_may_spend_less() -> None:
    text = "{ cohorts(first: 50) { nodes { statements(first: 50) { nodes { id } } } } }"
    assert price(text).cost > 2_000
    assert refusal(text, limits=DEFAULT_LIMITS[ViewerKind.ANONYMOUS]).code == "COST_LIMIT"


def test_filters_cost_as_much_in_variables() -> None:
    text = "query ($f: CohortFilter!, $g: [CohortFilter!]) { cohorts(filter: {and: [$f], or: $g}) { totalCount } }"
    condition = {"title": {"eq": "a"}}
    assert price(text, {"f": condition, "g": [condition]}).cost == 1 + 10 + 5 * (1 + 1 + 3 + 1 + 3)
    assert refusal(text, {"f": {}, "g": [condition] * 1_000}).code == "COST_LIMIT"
    assert refusal(text, {"f": {}, "g": [{}] * 3_000}).code == "COST_LIMIT"
    assert price(text, {"f": {"code": {"in": ["a"] * 5_000}}, "g": []}).cost < 100


def test_sort_keys_cost_as_much_in_variables() -> None:
    page = "{ nodes { id } }"
    text = f"query ($o: [CohortOrder!], $p: CohortOrder!) {{ a: cohorts(order: $o) {page} b: cohorts(order: [$p, $p]) {page} }}"
    key = {"by": "TITLE"}
    assert price(text, {"o": [key] * 3, "p": key}).cost == 2 * (1 + 25) + 5 * (3 + 2)
    assert price(text, {"p": key}).cost == 2 * (1 + 25) + 5 * 2
    assert refusal(text, {"o": [key] * 2_000, "p": key}).code == "COST_LIMIT"


def test_dimensions_multiply() -> None:
    text = "query ($by: [Dimension!]!) { participation(measure: TRAINED, basis: RECORDS, groupBy: $by) { total { value } } }"
    dimensions = list(graphql_schema.type_map["Dimension"].values)  # type: ignore[attr-defined]
    found = refusal(text.replace("TRAINED", _measure()), {"by": dimensions[:6]})
    assert (found.code, found.extensions["argument"], found.path) == ("COST_LIMIT", "groupBy", ["participation"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ " + "node(id: 1) { " * 13 + "id" + " }" * 14, "TOO_DEEP"),
        ("{ cohorts { nodes { ...a } } } fragment a on Cohort " + "{ sameRunAs " * 10 + "{ id }" + " }" * 10, "TOO_DEEP"),
        ("{ __schema { types { fields { type " + "{ ofType " * 12 + "{ name }" + " }" * 16, "TOO_DEEP"),
        ("{ " + " ".join(f"a{i}: __typename" for i in range(31)) + " }", "TOO_MANY_ALIASES"),
        ("{ " + "...a " * 16 + "} fragment a on Query { a: __typename b: __typename }", "TOO_MANY_ALIASES"),
        ("{ " + "viewer { kind } " * 21 + "}", "TOO_MANY_ROOT_FIELDS"),
        ("{ viewer " + "@skip(if: false) " * 4 + "{ kind } }", "TOO_MANY_DIRECTIVES"),
        ("{ " + "... @skip(if: false) { viewer { kind } } " * 11 + "viewer { kind " + "@skip(if: false) " * 1 + "}" * 2, None),
        ("{ viewer { " + "kind @skip(if: false) " * 21 + "} }", "TOO_MANY_DIRECTIVES"),
        ("{ viewer { " + "kind " * 1_001 + "} }", "TOO_MANY_FIELDS"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "VALIDATION_ERROR"),
        ("{ ...a } fragment a on Query { ...a ...a }", "VALIDATION_ERROR"),
        ("{ ...missing }", "VALIDATION_ERROR"),
        ("{ missing }", "VALIDATION_ERROR"),
        ("subscription { viewer { kind } }", "VALIDATION_ERROR"),
        ("type A { a: Int }", "OPERATION_NOT_FOUND"),
        ("{ viewer { } }", "PARSE_ERROR"),
        ("", "PARSE_ERROR"),
        ("{", "PARSE_ERROR"),
        ("{a" * 10_000, "DOCUMENT_TOO_LARGE"),
        ("{ node(id: " + "[" * 10_000, "DOCUMENT_TOO_LARGE"),
        ("{ node(id: " + "{a:" * 10_000, "DOCUMENT_TOO_LARGE"),
        ("query ($a: " + "[" * 10_000, "DOCUMENT_TOO_LARGE"),
        ("{ a " * 3 + "b " * 4_000, "DOCUMENT_TOO_LARGE"),
        ("#\n" * 4_001 + "{ __typename }", "DOCUMENT_TOO_LARGE"),
        ("{ __typename } #" + "x" * 100_000, "DOCUMENT_TOO_LARGE"),
        ("{ __typename } #" + "é" * 50_000, "DOCUMENT_TOO_LARGE"),
        ('{ node(id: "\\u0000") { id } }', "BAD_USER_INPUT"),
        ('{ node(id: "\\u{0}") { id } }', "BAD_USER_INPUT"),
        ('{ node(id: "' + "x" * (64 * 1024 + 1) + '") { id } }', "BAD_USER_INPUT"),
        ("{ cohorts(first: " + "9" * 30 + ") { totalCount } }", "BAD_USER_INPUT"),
        ("{ cohorts(first: " + "9" * 5_000 + ") { totalCount } }", "BAD_USER_INPUT"),
        ("{ cohorts(first: 1e999999999) { totalCount } }", "BAD_USER_INPUT"),
        ("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "VALIDATION_ERROR"),
    ],
)
def test_a_document_beyond_a_limit_is_refused(text: str, code: str | None) -> None:
    if code is None:
        read(text)
        return
    with pytest.raises(Refusal) as caught:
        read(text)
    assert caught.value.code == code
    assert len(caught.value.message) < 400


def test_limits_hold_for_every_operation_of_a_document() -> None:
    with pytest.raises(DocumentError, match="aliases"):
        read("query A { viewer { kind } } query B { " + " ".join(f"a{i}: __typename" for i in range(31)) + " }", "A")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("query A { __typename }", "B"),
        ("query A { __typename } query B { __typename }", None),
        ("query A { __typename } query A { __typename }", "A"),
        ("fragment a on Query { __typename }", None),
    ],
)
def test_an_operation_is_found_by_its_name(text: str, name: str | None) -> None:
    with pytest.raises(DocumentError) as caught:
        read(text, name)
    assert caught.value.code == "OPERATION_NOT_FOUND"
    assert read("query A { __typename } query B { viewer { kind } }", "B").operation.name.value == "B"  # type: ignore[union-attr]


def test_introspection_by_the_usual_tools_fits() -> None:
    text = get_introspection_query(
        input_value_deprecation=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True
    )
    assert price(text, limits=DEFAULT_LIMITS[ViewerKind.ANONYMOUS]).cost > 100
    assert refusal(f"{{ {' '.join(f'a{i}: {_body(text)}' for i in range(10))} }} {_fragments(text)}").code in (
        "COST_LIMIT",
        "TOO_MANY_FIELDS",
    )


def _body(text: str) -> str:
    return text[text.index("__schema") : text.index("fragment FullType")].rstrip().removesuffix("}")


def _fragments(text: str) -> str:
    return text[text.index("fragment FullType") :]


def test_introspection_can_be_closed() -> None:
    with pytest.raises(DocumentError, match="introspection"):
        read("{ __schema { queryType { name } } }", introspection=False)
    read("{ __typename }", introspection=False)


def test_suggestions_can_be_hidden() -> None:
    with pytest.raises(DocumentError, match="Did you mean 'cohort' or 'cohorts'"):
        read("{ cohortz { totalCount } }")
    with pytest.raises(DocumentError) as caught:
        read("{ cohortz { totalCount } }", suggestions=False)
    assert "mean" not in caught.value.message


def test_errors_are_many_but_not_endless() -> None:
    with pytest.raises(DocumentError) as caught:
        read("{ viewer { " + " ".join(f"missing{i}" for i in range(500)) + " } }")
    assert 20 <= len(caught.value.also) <= 21
    assert caught.value.locations


def test_sixty_doubled_fragments_are_refused_at_once() -> None:
    text = "{ cohorts { nodes { ...f0 } } } " + DOUBLED
    seconds = []
    for _ in range(5):
        started = time.process_time()
        with pytest.raises(DocumentError) as caught:
            read(text)
        seconds.append(time.process_time() - started)
    assert caught.value.code == "TOO_MANY_FIELDS"
    assert min(seconds) < 0.010


NASTY = {
    "one field many times": "{ viewer { " + "kind " * 990 + "} }",
    "pairs to compare": "{ " + "cohorts { nodes { courses { id } } } " * 20 + "}",
    "nested pairs": "{ cohorts { nodes { " + "sameRunAs { sameRunAs { sameRunAs { id } } } " * 240 + "} } }",
    "pairs of fragments": "{ cohorts { nodes { "
    + " ".join(f"...f{i}" for i in range(150))
    + " } } } "
    + " ".join(f"fragment f{i} on Cohort {{ sameRunAs {{ id code title }} }}" for i in range(150)),
    "unused doubled fragments": "{ __typename } " + DOUBLED,
    "a long chain of fragments": "{ ...f0 } "
    + " ".join(f"fragment f{i} on Query {{ ...f{i + 1} }}" for i in range(440))
    + " fragment f440 on Query { __typename }",
    "many operations": " ".join(f"query q{i} {{ viewer {{ kind }} }}" for i in range(500)),
    "many variables": "query (" + " ".join(f"$v{i}: Int = {i}" for i in range(660)) + ") { __typename }",
    "a long list": "{ participation(measure: TRAINED, basis: RECORDS, groupBy: [" + "SEX " * 3_900 + "]) { total { value } } }",
    "a wide filter": "{ cohorts(filter: {or: [" + '{title: {eq: "a"}} ' * 400 + "]}) { totalCount } }",
    "a deep filter": "{ cohorts(filter: " + "{not: " * 90 + "{}" + "}" * 90 + ") { totalCount } }",
    "unknown names": "{ " + " ".join(f"cohorts{i}" for i in range(20)) + " viewer { " + " ".join(f"kin{i}" for i in range(900)) + " } }",
    "aliased introspection": "{ "
    + " ".join(f"a{i}: __schema {{ types {{ fields {{ args {{ name type {{ name }} }} }} }} }}" for i in range(20))
    + " }",
    "a long name": "{ " + "a" * 99_000 + " }",
    "a long text": '{ node(id: "' + "\\n" * 30_000 + '") { id } }',
    "a long block text": '{ node(id: """' + "x\n" * 30_000 + '""") { id } }',
}


@pytest.mark.parametrize("name", NASTY)
def test_no_document_holds_the_server_up(name: str) -> None:
    """None takes a second of a core: what must hold, not how fast it is. Python may collect the garbage of other tests meanwhile: once."""
    assert min(_seconds(NASTY[name].replace("TRAINED", _measure())) for _ in range(2)) < 1


def _seconds(text: str) -> float:
    """The time of the processor that it takes to read and price a document, or to refuse it."""
    started = time.process_time()
    with suppress(Refusal):
        document = read(text)
        check(document, graphql_schema, coerce(document, graphql_schema, None), LIMITS)
    return time.process_time() - started


class TestVariables:
    TEXT = "query ($id: ID!, $first: Int = 7, $filter: CohortFilter) " + (
        "{ cohort(by: {id: $id}) { id } cohorts(first: $first, filter: $filter) { totalCount } }"
    )

    def coerce(self, **variables: Any) -> dict[str, Any]:
        return coerce(read(self.TEXT), graphql_schema, variables)

    def refusal(self, **variables: Any) -> InputError:
        with pytest.raises(InputError) as caught:
            self.coerce(**variables)
        return caught.value

    def test_absent_values_stay_absent_and_defaults_hold(self) -> None:
        assert self.coerce(id="a") == {"id": "a", "first": 7}
        assert self.coerce(id="a", first=None, filter=None) == {"id": "a", "first": None, "filter": None}
        assert self.coerce(id="a", unknown=1) == {"id": "a", "first": 7}

    def test_each_misfit_is_named_by_its_path(self) -> None:
        found = self.refusal(id=None, first="x", filter={"titel": {}, "title": {"eq": 5}})
        paths = [error.path for error in (found, *found.also)]
        assert paths == [
            ["variables", "id"],
            ["variables", "first"],
            ["variables", "filter", "title", "eq"],
            ["variables", "filter"],
        ]
        assert {error.code for error in (found, *found.also)} == {"BAD_USER_INPUT"}

    def test_a_missing_variable_is_named(self) -> None:
        assert self.refusal().path == ["variables", "id"]

    def test_values_are_not_echoed_at_length(self) -> None:
        secret = "private " * 1_000
        assert len(self.refusal(id="a", first=secret).message) < 400
        assert "private" not in self.refusal(id="a", filter={"title": {"eq": {"x": secret}}, "x": secret}).message

    @pytest.mark.parametrize("value", ["a\0b", "x" * (64 * 1024 + 1), "é" * (32 * 1024 + 1)])
    def test_texts_have_bounds(self, value: str) -> None:
        assert self.refusal(id=value).path == ["variables", "id"]
        assert self.refusal(id="a", filter={"title": {"in": ["b", value]}}).path == ["variables", "filter", "title", "in", 1]
        assert self.refusal(id="a", ignored={value: 1}).code == "BAD_USER_INPUT"

    @pytest.mark.parametrize("value", [2**63, -(2**64), 1e30, 10**30])
    def test_numbers_have_64_bits(self, value: float) -> None:
        assert self.refusal(id="a", first=value).path == ["variables", "first"]

    def test_values_nest_at_most_32_levels(self) -> None:
        value: Any = {}
        for _ in range(30):
            value = {"not": value}
        assert self.coerce(id="a", filter=value)["filter"]
        for _ in range(900):
            value = [value]
        assert self.refusal(id="a", filter=value).code == "BAD_USER_INPUT"

    def test_dates_exist(self) -> None:
        for on in ("2023-02-30", "2023-02-29T00:00:00Z", "today", "9" * 30):
            found = self.refusal(id="a", filter={"startsOn": {"eq": on}})
            assert found.path == ["variables", "filter", "startsOn", "eq"]
            assert "Traceback" not in found.message


def test_the_limits_are_the_callers_own() -> None:
    document = "{ viewer { kind } }"
    assert read(document, limits=LIMITS)
    with pytest.raises(DocumentError, match="levels"):
        read(document, limits=replace(LIMITS, depth=1))
