"""The contract reads as if one hand had written it: names, nullability, moments, limits and deprecations are alike everywhere."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLType,
    get_named_type,
    is_specified_scalar_type,
)

from graph.fields import Argument, deprecated, field
from graph.schema import graphql_schema
from models import agreements, clients
from models.base import Table
from models.submissions import RecordKind
from resolvers.admitting import clients as admitting
from resolvers.compiler.limits import DEFAULT_LIMITS
from resolvers.curating import targets
from resolvers.submitting import decide, envelopes, records, rules
from resolvers.submitting.contents import FIELDS
from resolvers.submitting.rules import Fields, Reading

OWN = {name: type_ for name, type_ in graphql_schema.type_map.items() if not name.startswith("__") and not is_specified_scalar_type(type_)}
OBJECTS = {name: type_ for name, type_ in OWN.items() if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)}
INPUTS = {name: type_ for name, type_ in OWN.items() if isinstance(type_, GraphQLInputObjectType)}
ENUMS = {name: type_ for name, type_ in OWN.items() if isinstance(type_, GraphQLEnumType)}
PASCAL, CAMEL, UPPER = r"[A-Z][A-Za-z0-9]*", r"[a-z][A-Za-z0-9]*", r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*"
DAYS = re.compile(r".*On|.*From|.*To|from|to|asOf|inForceOn")
MOMENTS = re.compile(r".*At|at|asOf|coversThrough")
DEPRECATION = re.compile(r"Since (\d{4}-\d\d-\d\d): use (.+)\. Gone not before (\d{4}-\d\d-\d\d)\.")
SHORTEST_NOTICE = timedelta(days=180)
"""How long a partner has to change over."""

OUTPUTS = [(name, field_name, field_) for name, type_ in OBJECTS.items() for field_name, field_ in type_.fields.items()]
ARGUMENTS = [(f"{name}.{of}", argument, declared) for name, of, field_ in OUTPUTS for argument, declared in field_.args.items()]
MEMBERS = [(name, member, declared) for name, type_ in INPUTS.items() for member, declared in type_.fields.items()]


def inside(type_: GraphQLType) -> Iterator[GraphQLType]:
    """A type without its own NonNull, then what it is a list of, and so on."""
    while isinstance(type_, GraphQLList | GraphQLNonNull):
        if isinstance(type_, GraphQLList):
            yield type_.of_type
        type_ = type_.of_type


def test_names() -> None:
    for name in OWN:
        assert re.fullmatch(PASCAL, name), name
    for place, name, _ in [*OUTPUTS, *ARGUMENTS, *MEMBERS]:
        assert re.fullmatch(CAMEL, name), f"{place}.{name}"
    for name, type_ in ENUMS.items():
        assert [code for code in type_.values if not re.fullmatch(UPPER, code)] == [], name


def test_an_inputs_name_says_what_it_is_for() -> None:
    for name, type_ in INPUTS.items():
        ending = re.search(r"(Filter|Order|Ref|Input)$", name)
        assert ending, name
        match ending[1]:
            case "Order":
                assert set(type_.fields) >= {"by", "direction"}, name
                assert str(type_.fields["by"].type) == f"{name}Field!"
            case "Ref":
                assert type_.is_one_of, name


def test_filters_and_orders_are_asked_for_by_those_names() -> None:
    for place, argument, declared in ARGUMENTS:
        named = get_named_type(declared.type).name
        assert (argument == "filter") == named.endswith("Filter"), f"{place}({argument}:)"
        assert (argument == "order") == named.endswith("Order"), f"{place}({argument}:)"
        assert (argument == "by") == named.endswith("Ref"), f"{place}({argument}:)"


def test_a_mutation_takes_an_input_and_gives_a_payload() -> None:
    for name, declared in OBJECTS["Mutation"].fields.items():
        pascal = name[0].upper() + name[1:]
        assert {argument: str(given.type) for argument, given in declared.args.items()} == {"input": f"{pascal}Input!"}
        assert str(declared.type) == f"{pascal}Payload!"


def test_an_edge_or_connection_is_named_after_its_items() -> None:
    for name, type_ in OBJECTS.items():
        if {"edges", "pageInfo"} <= set(type_.fields):
            assert name.endswith("Connection")
            assert str(type_.fields["edges"].type) == f"[{name.removesuffix('Connection')}Edge!]!"
        if {"node", "cursor"} <= set(type_.fields):
            assert name.endswith("Edge")


def test_no_description_tells_how_tables_and_columns_are_called() -> None:
    stored = {name for table in Table.metadata.tables.values() for name in (table.name, *table.c.keys()) if "_" in name}
    said = [*((name, "", type_) for name, type_ in OWN.items()), *OUTPUTS, *ARGUMENTS, *MEMBERS]
    for place, name, declared in said:
        words = set(re.findall(r"\w+", declared.description or ""))
        assert not words & stored, f"{place}.{name}"
        assert not [word for word in words if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", word)], f"{place}.{name}"


def test_descriptions_begin_like_sentences() -> None:
    for place, name, declared in [*OUTPUTS, *ARGUMENTS, *MEMBERS]:
        assert re.match(r"[A-Z0-9`\"]|true: ", declared.description or ""), f"{place}.{name}"


def test_what_may_be_null_says_when() -> None:
    for place, name, declared in OUTPUTS:
        if not isinstance(declared.type, GraphQLNonNull):
            assert re.search(r"\bnull\b", declared.description or "", re.IGNORECASE), f"{place}.{name}"


def test_lists_hold_no_null() -> None:
    for place, name, declared in [*OUTPUTS, *ARGUMENTS, *MEMBERS]:
        if (place, name) != ("Query", "nodes"):  # null stands in the place of an id that names nothing
            assert all(isinstance(item, GraphQLNonNull) for item in inside(declared.type)), f"{place}.{name}"


def test_identifiers() -> None:
    for place, name, declared in OUTPUTS:
        if name == "id" and place != "DimensionMember":  # a year has none
            assert str(declared.type) == "ID!", place
        if get_named_type(declared.type).name == "ID" and name != "id":
            assert "by global identifier" in (declared.description or ""), f"{place}.{name}"
        assert not re.search(r"(Id|Ids|ID|Code|Key)s?$", name) or name in {"id", "submissionKey", "partitionKey"}, f"{place}.{name}"


def test_days_and_moments() -> None:
    for place, name, declared in OUTPUTS:
        match get_named_type(declared.type).name:
            case "Date":
                assert DAYS.fullmatch(name), f"{place}.{name}"
            case "DateTime":
                assert MOMENTS.fullmatch(name), f"{place}.{name}"
            case other:
                assert not re.search(r"[a-z](At|On)$", name), f"{place}.{name}: {other}"


def test_amounts_have_a_unit() -> None:
    for name, type_ in OBJECTS.items():
        for amount in ("amount", "value"):
            if amount in type_.fields and get_named_type(type_.fields[amount].type).name == "Decimal":
                assert {"currency", "unit"} & set(type_.fields), name


LONG = "https://" + "x" * 10_000


def limits_of(input_: str, fields: Fields) -> set[tuple[str, int]]:
    """Each member of a record's content, and of what it is made of, whose length is limited: found by sending what is much too long."""
    found: set[tuple[str, int]] = set()
    for name, known in fields.items():
        within = get_named_type(INPUTS[input_].fields[name].type)
        whole = dict.fromkeys(within.fields, LONG) if isinstance(within, GraphQLInputObjectType) else LONG
        for value in (whole, [whole], [whole] * 10_000):
            reading = Reading(())
            with suppress(AttributeError, TypeError, ValueError):  # the reader is for another type
                known.read(value, (name,), reading)
            for issue in reading.issues:
                if issue.code == "TOO_LONG" and (len(issue.path) == 1 or isinstance(within, GraphQLInputObjectType)):
                    place = (input_, name) if len(issue.path) == 1 else (within.name, issue.path[-1])
                    found.add((".".join(place), issue.params["limit"]))
    return found


CONTENTS: Mapping[RecordKind, str] = {kind: f"{kind.value.capitalize()}Input" for kind in RecordKind}
LIMITS: list[tuple[str, int]] = [
    *sorted(set().union(*(limits_of(CONTENTS[kind], fields) for kind, fields in FIELDS.items()))),
    ("CountInput.count", rules.MAX_COUNT),
    ("CountInput.memberStateCount", rules.MAX_COUNT),
    ("RecordInput.sourceRef", records.MAX_SOURCE_REF),
    ("SubmitInput.records", envelopes.MAX_RECORDS),
    ("SubmitInput.purposeNote", envelopes.MAX_NOTE),
    ("SubmitInput.submissionKey", 128),
    ("DecideInput.statements", decide.MOST),
    ("DecideInput.reason", decide.MAX_REASON),
    ("AcceptCohortInput.cohorts", targets.MOST),
    ("JoinCohortsInput.cohorts", targets.MOST),
    ("SeparateCohortsInput.cohorts", targets.MOST),
    ("SetVisibilityInput.nodes", targets.MOST),
    ("CreateClientInput.name", clients.MAX_NAME),
    ("CreateClientInput.days", clients.MAX_DAYS),
    ("CreateClientInput.days", admitting.DAYS),
    ("CreateClientInput.addresses", clients.MAX_ADDRESSES),
    ("RotateCredentialInput.days", clients.MAX_DAYS),
    ("RotateCredentialInput.days", admitting.DAYS),
    ("CreateAgreementInput.title", agreements.MAX_TEXT),
    ("CreateAgreementInput.purposes", agreements.MAX_PURPOSES),
    ("CreateAgreementInput.retentionMonths", agreements.MAX_RETENTION_MONTHS),
    ("CreateAgreementInput.legalBasis", agreements.MAX_TEXT),
    ("CreateAgreementInput.transfer", agreements.MAX_TEXT),
]


def test_every_limited_text_and_list_is_found() -> None:
    assert set(LIMITS) > {
        ("CohortInput.narrative", 5_000),
        ("CohortInput.roles", 100),
        ("CohortCostInput.source", 500),
        ("ReportingPeriodInput.label", 100),
        ("SourceDocInput.url", 2_000),
    }


@pytest.mark.parametrize(("place", "limit"), LIMITS, ids=[place for place, _ in LIMITS])
def test_a_limit_is_told(place: str, limit: int) -> None:
    name, _, member = place.partition(".")
    assert f"{limit:,}" in (INPUTS[name].fields[member].description or "")


def test_how_many_a_list_may_give_is_told() -> None:
    (most,) = {limits.page_size for limits in DEFAULT_LIMITS.values()}
    for place, argument, declared in ARGUMENTS:
        if argument in {"first", "last"}:
            assert f"0 to {most}" in (declared.description or ""), f"{place}({argument}:)"


def reasons() -> Iterator[tuple[str, str]]:
    """What is deprecated, and what is said of it."""
    values = [(name, code, declared) for name, type_ in ENUMS.items() for code, declared in type_.values.items()]
    for place, name, declared in [*OUTPUTS, *ARGUMENTS, *MEMBERS, *values]:
        if declared.deprecation_reason:
            yield f"{place}.{name}", declared.deprecation_reason


def fault(reason: str) -> str | None:
    """What is wrong with what is said of something deprecated."""
    found = DEPRECATION.fullmatch(reason)
    if not found:
        return "not of the form"
    since, _, gone = found.groups()
    return None if date.fromisoformat(gone) - date.fromisoformat(since) >= SHORTEST_NOTICE else "too soon gone"


def test_what_is_deprecated_says_since_when_and_what_to_use() -> None:
    assert {place: said for place, reason in reasons() if (said := fault(reason))} == {}


def test_how_something_is_deprecated() -> None:
    reason = deprecated(date(2027, 1, 2), "`other`", date(2027, 7, 1))
    assert reason == "Since 2027-01-02: use `other`. Gone not before 2027-07-01."
    assert fault(reason) is None
    assert fault(deprecated(date(2027, 1, 2), "`other`", date(2027, 6, 30))) == "too soon gone"
    assert fault("Use `other`.") == "not of the form"

    @strawberry.type
    class Query:
        old: str = field("What it was.", Argument("of", str | None, "Of what it was.", deprecated=reason), deprecated=reason)

    assert str(strawberry.Schema(Query)).count(f'@deprecated(reason: "{reason}")') == 2
