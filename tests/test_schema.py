"""The contract: schema.graphql is what the code prints, says what everything means, and keeps its shape."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    Undefined,
    build_client_schema,
    get_named_type,
    introspection_from_schema,
    is_specified_scalar_type,
    parse,
    parse_value,
    print_schema,
    validate,
    validate_schema,
    value_from_ast,
)
from graphql.execution.values import get_variable_values

from graph.fields import describe, unanswered
from graph.scalars import write_date, write_decimal
from graph.schema import graphql_schema, print_sdl

CONTRACT = Path(__file__).parent.parent / "schema.graphql"
WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)
OWN_TYPES = {
    name: type_ for name, type_ in graphql_schema.type_map.items() if not name.startswith("__") and not is_specified_scalar_type(type_)
}
SHORTEST, LONGEST = 15, 280
ABBREVIATIONS = {
    "PAGE": "first: Int, after: Cursor, last: Int, before: Cursor",
    "COUNTING": "measure: Measure!, basis: CountBasis! = RELEASE, groupBy: [Dimension!]! = [], filter: ParticipationFilter, "
    "includePending: Boolean! = false, asOf: DateTime",
}

SHAPES = {
    "Query": """
        viewer: Viewer!
        node(id: ID!): Node
        nodes(ids: [ID!]!): [Node]!
        search(text: String!, kinds: [SearchKind!], PAGE): SearchConnection!
        memberStates(asOf: Date, body: Body, status: [MembershipStatus!], filter: MemberStateFilter): [MemberState!]!
        departments(filter: DepartmentFilter): [Department!]!
        partnerListings: [PartnerListing!]!
        partnerAgency(by: PartnerAgencyRef!): PartnerAgency
        partnerAgencies(filter: PartnerAgencyFilter, order: [PartnerAgencyOrder!], PAGE): PartnerAgencyConnection!
        course(by: CourseRef!): Course
        courses(filter: CourseFilter, order: [CourseOrder!], PAGE): CourseConnection!
        cohort(by: CohortRef!): Cohort
        cohorts(filter: CohortFilter, order: [CohortOrder!], PAGE): CohortConnection!
        statements(filter: StatementFilter, order: [StatementOrder!], PAGE, asOf: DateTime): StatementConnection!
        figures(key: FigureKey, basis: FigureBasis, asOf: DateTime): [Figure!]!
        submission(by: SubmissionRef!): Receipt
        submissions(filter: SubmissionFilter, order: [SubmissionOrder!], PAGE): ReceiptConnection!
        clients(filter: ClientFilter, order: [ClientOrder!], PAGE): ClientConnection!
        agreements(filter: AgreementFilter, order: [AgreementOrder!], PAGE): AgreementConnection!
        auditEvents(filter: AuditEventFilter, order: [AuditEventOrder!], PAGE): AuditEventConnection!
        participation(COUNTING): ParticipationTable!
        release(id: ID!): Release
        releases: [Release!]!
    """,
    "Mutation": """
        submit(input: SubmitInput!): SubmitPayload!
        decide(input: DecideInput!): DecidePayload!
        acceptCohort(input: AcceptCohortInput!): AcceptCohortPayload!
        joinCohorts(input: JoinCohortsInput!): JoinCohortsPayload!
        separateCohorts(input: SeparateCohortsInput!): SeparateCohortsPayload!
        setCountPolicy(input: SetCountPolicyInput!): SetCountPolicyPayload!
        setVisibility(input: SetVisibilityInput!): SetVisibilityPayload!
        publishRelease(input: PublishReleaseInput!): PublishReleasePayload!
        createClient(input: CreateClientInput!): CreateClientPayload!
        rotateCredential(input: RotateCredentialInput!): RotateCredentialPayload!
        revokeCredential(input: RevokeCredentialInput!): RevokeCredentialPayload!
        createAgreement(input: CreateAgreementInput!): CreateAgreementPayload!
        endAgreement(input: EndAgreementInput!): EndAgreementPayload!
        eraseParticipant(input: EraseParticipantInput!): EraseParticipantPayload!
    """,
    "CohortConnection": """
        edges: [CohortEdge!]!
        nodes: [Cohort!]!
        pageInfo: PageInfo!
        totalCount: Int!
    """,
    "CohortEdge": """
        cursor: Cursor!
        node: Cohort!
    """,
    "PageInfo": """
        hasNextPage: Boolean!
        hasPreviousPage: Boolean!
        startCursor: Cursor
        endCursor: Cursor
    """,
    "Statement": """
        id: ID!
        sourceRef: String!
        kind: StatementKind!
        measure: Measure!
        revision: Int!
        state: StatementState!
        count: Int!
        unit: CountUnit!
        precision: Precision!
        memberStates: [MemberState!]!
        memberStateCount: Int
        departments: [StatementDepartment!]!
        sex: Sex
        reportingPeriod: ReportingPeriod
        partitionKey: String
        institution: String
        cost: Cost
        sourceDoc: SourceDoc
        statedOn: Date
        visibility: Visibility!
        withdrawalReason: WithdrawalReason
        decidedAt: DateTime
        createdAt: DateTime!
        partner: PartnerAgency
        cohort: Cohort
        individual: Individual
        submission: Receipt
        enteredBy: Actor
        agreement: Agreement
        decisions: [Decision!]!
    """,
    "Receipt": """
        id: ID!
        submissionKey: String!
        mode: SubmitMode!
        atomicity: Atomicity!
        replayed: Boolean!
        receivedAt: DateTime!
        committedAt: DateTime!
        counts: OutcomeCounts!
        people: Int
        contentDigest: String!
        partner: PartnerAgency
        outcomes(PAGE, status: [OutcomeStatus!]): OutcomeConnection!
        statements(filter: StatementFilter, order: [StatementOrder!], PAGE): StatementConnection!
    """,
    "ParticipationTable": """
        rows: [ParticipationRow!]!
        total: CountValue!
        cost: [CostValue!]!
        measure: Measure!
        basis: CountBasis!
        release: Release
        withholds: Boolean!
        unit: CountUnit
        includePending: Boolean!
        pendingDelta: Int
        coverage: Coverage!
        asOf: DateTime!
        erasedSince: Int
        explain(first: Int! = 25): [Explanation!]!
        omitted(first: Int! = 25): [Omission!]!
    """,
    "Explanation": """
        cohort: Cohort
        rule: String!
        partner: PartnerAgency
        total: Int!
        unit: CountUnit!
        precision: Precision!
        notAttributable: Int!
        totalStatements: [ID!]!
        rowStatements: [ID!]!
        alternatives: Int!
        statements(first: Int! = 25): [ExplainedStatement!]!
        excluded(first: Int! = 25): [ExcludedStatement!]!
        individuals: [ExplainedIndividuals!]!
        text: String!
    """,
    "ExplainedStatement": """
        statement: Statement
        use: StatementUse!
    """,
    "ExcludedStatement": """
        statement: Statement
        reason: ExclusionReason!
        rule: String!
        text: String!
    """,
    "ExplainedIndividuals": """
        statements: Int!
        use: StatementUse
        reason: ExclusionReason
        rule: String
        text: String
    """,
    "Omission": """
        cohort: Cohort
        rule: String!
        reason: OmissionReason!
        notAttributable: Int!
        excluded(first: Int! = 25): [ExcludedStatement!]!
        individuals: [ExplainedIndividuals!]!
        text: String!
    """,
    "SubmitInput": """
        submissionKey: String!
        mode: SubmitMode!
        atomicity: Atomicity!
        declared: ControlTotalsInput!
        records: [RecordInput!]!
        onBehalfOf: PartnerAgencyRef
        purposeNote: String
    """,
    "RecordInput": """
        sourceRef: String!
        expectedRevision: Int
        change: RecordChangeInput!
    """,
    "CountInput": """
        cohort: CohortRef
        measure: String
        count: Numeral
        unit: String
        precision: String
        memberStates: [String!]
        memberStateCount: Numeral
        departments: [DepartmentInput!]
        sex: String
        reportingPeriod: ReportingPeriodInput
        partitionKey: String
        institution: String
        cost: CostInput
        sourceDoc: SourceDocInput
        statedOn: String
    """,
    "MemberStateFilter": """
        and: [MemberStateFilter!]
        or: [MemberStateFilter!]
        not: MemberStateFilter
        id: IDFilter
        code: StringFilter
        iso3: StringFilter
        m49: StringFilter
        name: StringFilter
        shortName: StringFilter
        memberships: MembershipListFilter
        hostedCohorts: CohortListFilter
        cohorts: CohortListFilter
        statements: StatementListFilter
        agencies: PartnerAgencyListFilter
    """,
    "StatementListFilter": """
        some: StatementFilter
        none: StatementFilter
        every: StatementFilter
    """,
    "StringFilter": """
        eq: String
        in: [String!]
        lt: String
        lte: String
        gt: String
        gte: String
        isNull: Boolean
        contains: String
        startsWith: String
    """,
    "CohortModeFilter": """
        eq: CohortMode
        in: [CohortMode!]
        isNull: Boolean
    """,
    "CohortOrder": """
        by: CohortOrderField!
        direction: Direction! = ASC
        nulls: Nulls! = LAST
    """,
}

ONE_OF = {"PartnerAgencyRef", "CourseRef", "CohortRef", "SubmissionRef", "RecordChangeInput", "RevokeCredentialInput", "ParticipantRef"}
NODES = {"MemberState", "Department", "PartnerAgency", "Course", "Cohort", "Statement", "Figure", "Release", "Participant"}
NODES |= {"ErasureCertificate"}
GUARDED = {"PartnerAgency", "Course", "Cohort", "Statement", "Receipt", "Individual", "Participant", "ErasureCertificate"}
GUARDED |= {"Client", "Agreement", "Credential"}
"""The types behind which a table stands whose rows may be hidden."""


def described() -> Iterator[tuple[str, str | None]]:
    """Everything that has a description, by its place in the contract."""
    for name, type_ in OWN_TYPES.items():
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{value}", declared.description) for value, declared in type_.values.items())
        if isinstance(type_, WITH_FIELDS):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field.description
                yield from (
                    (f"{name}.{field_name}({argument})", declared.description) for argument, declared in getattr(field, "args", {}).items()
                )


def words(text: str) -> set[str]:
    """The words of a name or a description, without the smallest ones."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return set(re.findall(r"[a-z]+", spaced.lower())) - {"a", "an", "the", "of", "its", "is", "in", "to"}


def coerced(type_: str, value: Any) -> Any:
    """The value of a variable of this type; raises the error of a value that is refused."""
    operation = parse(f"query ($value: {type_}) {{ viewer {{ kind }} }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    result = get_variable_values(graphql_schema, operation.variable_definitions or (), {"value": value})
    if isinstance(result, list):
        raise result[0]
    return result.coerced["value"]


def written(type_: str, text: str) -> Any:
    """The value of a literal of this type; Undefined for one that is refused."""
    named: Any = graphql_schema.type_map[type_]
    return value_from_ast(parse_value(text), named)


def test_contract_is_what_the_code_prints() -> None:
    assert CONTRACT.read_text() == print_sdl(), "print it anew: python -m graph schema > schema.graphql"


def test_schema_is_valid() -> None:
    assert validate_schema(graphql_schema) == []


def test_introspection_tells_all_that_the_contract_tells() -> None:
    assert print_schema(build_client_schema(introspection_from_schema(graphql_schema))) + "\n" == print_sdl()


def fault(place: str, description: str | None) -> str | None:
    """What is wrong with a description."""
    if not description or len(description) < SHORTEST:
        return "says too little"
    if len(description) > LONGEST or len(re.findall(r"[.?!](?:\s|$)", description)) > 2:
        return "says too much: two sentences at most"
    if not description.endswith("."):
        return "does not end"
    if not words(description) - words(place.rpartition(".")[2]):
        return "says no more than the name"
    return None


def test_everything_is_described_for_its_caller() -> None:
    faults = {place: found for place, description in described() if (found := fault(place, description))}
    assert faults == {}


def test_no_two_fields_of_a_type_say_the_same() -> None:
    for name, type_ in OWN_TYPES.items():
        if isinstance(type_, WITH_FIELDS) and not name.endswith("Ref"):
            said = [field.description for field in type_.fields.values()]
            assert len(said) == len(set(said)), name


def test_every_type_is_reachable() -> None:
    met: set[str] = set()
    ahead = ["Query", "Mutation"]
    while ahead:
        name = ahead.pop()
        if name in met:
            continue
        met.add(name)
        type_ = OWN_TYPES.get(name)
        ahead += [member.name for member in getattr(type_, "types", ())]
        for field in getattr(type_, "fields", {}).values():
            ahead.append(get_named_type(field.type).name)
            ahead += [get_named_type(argument.type).name for argument in getattr(field, "args", {}).values()]
    missing = set(OWN_TYPES) - met
    assert not missing


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name: str) -> None:
    shape = reduce(lambda text, short: text.replace(*short), ABBREVIATIONS.items(), SHAPES[name])
    expected = [line.strip() for line in shape.strip().splitlines()]
    printed = re.search(rf"^(?:type|input) {name}\b[^{{]*{{\n(.*?)^}}", bare(print_sdl()), re.MULTILINE | re.DOTALL)
    assert printed
    assert [line.strip() for line in printed[1].strip().splitlines()] == expected


def bare(sdl: str) -> str:
    """The contract without its descriptions and deprecations, each field on one line."""
    undescribed = re.sub(r'^ *"""(.*?)"""\n| @deprecated\(.*?\)$', "", sdl, flags=re.MULTILINE | re.DOTALL)
    lines = re.sub(r"\n\n(?= )", "\n", undescribed)
    return re.sub(
        r"\(\n(.*?)\n  \)",
        lambda given: f"({', '.join(part.strip() for part in given[1].splitlines() if part.strip())})",
        lines,
        flags=re.DOTALL,
    )


def test_edges_to_rows_that_may_be_hidden_are_nullable() -> None:
    for name, type_ in OWN_TYPES.items():
        if isinstance(type_, GraphQLObjectType) and not name.endswith("Edge"):
            for field_name, field in type_.fields.items():
                if isinstance(field.type, GraphQLNonNull) and not isinstance(field.type.of_type, GraphQLList):
                    assert field.type.of_type.name not in GUARDED, f"{name}.{field_name}"


def test_connections_are_all_alike() -> None:
    connections = [name for name in OWN_TYPES if name.endswith("Connection")]
    assert sorted(connections) == [
        "AgreementConnection",
        "AuditEventConnection",
        "ClientConnection",
        "CohortConnection",
        "CourseConnection",
        "OutcomeConnection",
        "PartnerAgencyConnection",
        "ReceiptConnection",
        "SearchConnection",
        "StatementConnection",
    ]
    for name in connections:
        thing, type_ = name.removesuffix("Connection"), OWN_TYPES[name]
        assert isinstance(type_, GraphQLObjectType)
        assert {key: str(field.type) for key, field in type_.fields.items()} == {
            "edges": f"[{thing}Edge!]!",
            "nodes": f"[{'SearchResult' if thing == 'Search' else thing}!]!",
            "pageInfo": "PageInfo!",
            "totalCount": "Int!",
        }


NOT_FILTERED = {
    "Statement": {"individual", "agreement"},
    "Receipt": {"replayed", "contentDigest", "counts", "outcomes"},
    "AuditEvent": {"sealedPosition"},
    "Cohort": {"likelyTwins"},
}
"""What a list is not filtered by: what is told of people or binds it, what is computed, and the outcomes of single records."""


def test_every_value_and_every_edge_can_be_filtered_by() -> None:
    for name, type_ in OWN_TYPES.items():
        filter_ = OWN_TYPES.get({"Receipt": "SubmissionFilter"}.get(name, f"{name}Filter"))
        if isinstance(type_, GraphQLObjectType) and isinstance(filter_, GraphQLInputObjectType):
            lasting = {each: field for each, field in type_.fields.items() if not field.deprecation_reason}
            fields = {each for each, field in lasting.items() if not isinstance(get_named_type(field.type), GraphQLUnionType)}
            left = fields - set(filter_.fields) - NOT_FILTERED.get(name, set())
            assert left == set(), name


def test_every_connection_takes_the_same_arguments() -> None:
    for type_ in OWN_TYPES.values():
        for name_, field in getattr(type_, "fields", {}).items():
            named = get_named_type(field.type).name
            if named.endswith("Connection") and named not in ("OutcomeConnection", "SearchConnection"):
                thing = named.removesuffix("Connection").replace("Receipt", "Submission")
                arguments = {name: str(argument.type) for name, argument in field.args.items()}
                page = {"first": "Int", "after": "Cursor", "last": "Int", "before": "Cursor"}
                moment = {"asOf": "DateTime"} if f"{type_}.{name_}" in {"Query.statements", "Cohort.statements"} else {}
                assert arguments == {"filter": f"{thing}Filter", "order": f"[{thing}Order!]", **page, **moment}
                assert all(argument.default_value is Undefined for argument in field.args.values())


def test_nodes() -> None:
    node = graphql_schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {type_.name for type_ in graphql_schema.get_possible_types(node)} == NODES


def test_optional_members_of_inputs_have_no_default() -> None:
    for name, type_ in OWN_TYPES.items():
        if isinstance(type_, GraphQLInputObjectType):
            for field_name, field in type_.fields.items():
                assert field.default_value is Undefined or field_name in ("direction", "nulls"), f"{name}.{field_name}"


def test_every_input_with_one_member_is_marked() -> None:
    assert {name for name, type_ in OWN_TYPES.items() if isinstance(type_, GraphQLInputObjectType) and type_.is_one_of} == ONE_OF
    assert set(re.findall(r"input (\w+) @oneOf", print_sdl())) == ONE_OF


@pytest.mark.parametrize("name", [name for name, type_ in OWN_TYPES.items() if isinstance(type_, GraphQLEnumType)])
def test_codes_arrive_as_the_texts_that_tables_hold(name: str) -> None:
    type_ = OWN_TYPES[name]
    assert isinstance(type_, GraphQLEnumType)
    for code, declared in type_.values.items():
        assert declared.value == code
        for value in (coerced(name, code), written(name, code)):
            assert isinstance(value, str)
            assert value == code
            assert f"{value}" == code
    with pytest.raises(Exception, match="does not exist"):
        coerced(name, "NO_SUCH_CODE")


def test_the_defaults_of_an_order_are_texts() -> None:
    assert coerced("CohortOrder!", {"by": "TITLE"}) == {"by": "TITLE", "direction": "ASC", "nulls": "LAST"}
    assert written("CohortOrder", "{by: TITLE}") == {"by": "TITLE", "direction": "ASC", "nulls": "LAST"}


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("Date", "2024-02-29", date(2024, 2, 29)),
        ("Date", "0001-01-01", date(1, 1, 1)),
        ("DateTime", "2023-02-28T10:00:00+04:00", datetime(2023, 2, 28, 6, tzinfo=UTC)),
        ("DateTime", "2023-02-28T10:00Z", datetime(2023, 2, 28, 10, tzinfo=UTC)),
        ("DateTime", "2023-02-28T10:00:00.000001-00:30", datetime(2023, 2, 28, 10, 30, 0, 1, tzinfo=UTC)),
        ("Decimal", "1250.50", Decimal("1250.50")),
        ("Decimal", "-0.10", Decimal("-0.10")),
        ("Decimal", 7, Decimal(7)),
        ("Numeral", 420, 420),
        ("Numeral", -1, -1),
        ("Numeral", "420", "420"),
        ("Numeral", "forty", "forty"),
        ("Cursor", "b3BhcXVl", "b3BhcXVl"),
        ("ID", "Cohort:1", "Cohort:1"),
        ("CohortRef", {"sourceRef": "a"}, {"sourceRef": "a"}),
        ("[Sex!]", ["FEMALE"], ["FEMALE"]),
        ("CohortFilter", {"startsOn": {"gte": "2020-01-01"}, "code": None}, {"startsOn": {"gte": date(2020, 1, 1)}, "code": None}),
    ],
)
def test_values_that_are_taken(type_: str, value: Any, expected: Any) -> None:
    taken = coerced(type_, value)
    assert taken == expected
    assert type(taken) is type(expected)
    assert isinstance(taken, dict | list) or repr(taken) == repr(expected)


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        ("Date", "2023-02-30", "not a calendar date: YYYY-MM-DD"),
        ("Date", "20230228", "not a calendar date: YYYY-MM-DD"),
        ("Date", "2023-W09-2", "not a calendar date: YYYY-MM-DD"),
        ("Date", "2023-02-28T00:00:00Z", "not a calendar date: YYYY-MM-DD"),
        ("Date", "٢٠٢٣-٠٢-٢٨", "not a calendar date: YYYY-MM-DD"),
        ("Date", 20230228, "not a calendar date: YYYY-MM-DD"),
        ("Date", "", "not a calendar date: YYYY-MM-DD"),
        ("DateTime", "2023-02-28", "not a moment with its offset"),
        ("DateTime", "2023-02-28T10:00:00", "not a moment with its offset"),
        ("DateTime", "2023-02-30T10:00:00Z", "not a moment with its offset"),
        ("DateTime", "0001-01-01T00:00:00+14:00", "not a moment with its offset"),
        ("DateTime", 1677578400, "not a moment with its offset"),
        ("Decimal", 1.5, "not a decimal number"),
        ("Decimal", True, "not a decimal number"),
        ("Decimal", "NaN", "not a decimal number"),
        ("Decimal", "1e5", "not a decimal number"),
        ("Decimal", "1,5", "not a decimal number"),
        ("Decimal", "9" * 31, "not a decimal number"),
        ("Cursor", 7, "not a cursor"),
        ("Cursor", ["b3BhcXVl"], "not a cursor"),
        ("Numeral", 1.0, "not a whole number"),
        ("Numeral", True, "not a whole number"),
        ("Numeral", {"count": 1}, "not a whole number"),
        ("Numeral", 10**30, "not a whole number"),
        ("JSON", {}, "answers only"),
        ("Int", 2**31, "32-bit"),
        ("CohortRef", {}, "exactly one field"),
        ("CohortRef", {"id": "a", "code": "b"}, "exactly one field"),
        ("CohortRef", {"id": None}, "exactly one field"),
    ],
)
def test_values_that_are_refused(type_: str, value: Any, message: str) -> None:
    with pytest.raises(Exception, match=message):
        coerced(type_, value)


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("Date", '"2024-02-29"', date(2024, 2, 29)),
        ("Date", '"2023-02-30"', Undefined),
        ("Date", "2023", Undefined),
        ("DateTime", '"2023-02-28T10:00:00Z"', datetime(2023, 2, 28, 10, tzinfo=UTC)),
        ("Decimal", '"1.50"', Decimal("1.50")),
        ("Decimal", "3", Decimal(3)),
        ("Decimal", "1.5", Undefined),
        ("Numeral", "420", 420),
        ("Numeral", '"420"', "420"),
        ("Numeral", "420.0", Undefined),
        ("Numeral", "true", Undefined),
        ("Numeral", "[1]", Undefined),
        ("Numeral", "{a: 1}", Undefined),
        ("Numeral", "9" * 5000, Undefined),
        ("CohortRef", '{code: "X"}', {"code": "X"}),
        ("CohortRef", '{code: "X", id: "Y"}', Undefined),
    ],
)
def test_values_written_in_the_document(type_: str, text: str, expected: Any) -> None:
    value = written(type_, text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{ memberStates(asOf: "2023-02-30") { code } }', "not a calendar date: YYYY-MM-DD"),
        ('{ course(by: {id: "a", code: "b"}) { id } }', "exactly one field"),
        ("{ course(by: {}) { id } }", "exactly one field"),
        ("{ cohorts(order: [{by: TITEL}]) { totalCount } }", "does not exist"),
        ("{ cohorts(order: [{direction: DESC}]) { totalCount } }", "by"),
        ("{ participation(basis: RELEASE) { asOf } }", "measure"),
    ],
)
def test_documents_that_are_not_valid(document: str, message: str) -> None:
    assert message in validate(graphql_schema, parse(document))[0].message


def test_how_values_are_written_in_answers() -> None:
    assert write_date(date(2023, 2, 28)) == "2023-02-28"
    assert write_date("2023-02-28T00:00:00+00:00") == "2023-02-28T00:00:00+00:00"
    assert write_decimal(Decimal("1E+3")) == "1000"
    assert write_decimal("12.00") == "12.00"


def test_strawberry_answers_no_field() -> None:
    with pytest.raises(NotImplementedError):
        unanswered()


def test_a_code_without_a_description_is_noticed() -> None:
    class Colour(StrEnum):
        RED = "RED"
        BLUE = "BLUE"

    with pytest.raises(LookupError, match="BLUE"):
        describe(Colour, "A colour of the rainbow.", {"RED": "Like blood and roses."})
