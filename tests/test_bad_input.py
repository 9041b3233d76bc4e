"""Whatever is sent: an error with its code and status over either media type, a request id, and nothing of what went on inside."""

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from models.base import new_id
from models.courses import Course
from models.database import Database
from tests.edge import JSON, MEDIA, application, speaking_to

pytestmark = pytest.mark.asyncio(loop_scope="session")

COURSES = "query ($after: Cursor, $first: Int! = 1, $order: [CourseOrder!]) { courses(first: $first, after: $after, order: $order) { %s } }"
PAGE = COURSES % "nodes { id } pageInfo { endCursor }"
DOUBLED = "{ cohorts { nodes { ...f0 } } } " + " ".join(f"fragment f{i} on Cohort {{ ...f{i + 1} ...f{i + 1} }}" for i in range(60))
INSIDE = ("Traceback", 'File "', ".py", "asyncpg", "graphql-core", "SELECT", "sqlalchemy", "Error(", "NoneType", "object at 0x")


@dataclass(frozen=True, slots=True)
class Case:
    """A message, the code of its first error, and its status over application/json and application/graphql-response+json."""

    code: str
    status: int
    graphql_status: int
    body: bytes | None = None
    query_string: str = ""

    @property
    def statuses(self) -> Mapping[str, int]:
        return dict(zip(MEDIA, (self.status, self.graphql_status), strict=True))


def malformed(code: str, body: bytes, status: int = 400) -> Case:
    """A message that is no GraphQL request: its status is the same over both media types."""
    return Case(code, status, status, body)


def refused(code: str, query: str, status: int = 400, **parameters: Any) -> Case:
    """A well-formed request whose GraphQL is refused."""
    return Case(code, 200, status, orjson.dumps({"query": query, **parameters}))


def text_in_variables(raw: bytes) -> bytes:
    return b'{"query": "query ($code: String) { course(by: {code: $code}) { id } }", "variables": {"code": "' + raw + b'"}}'


DATE = "query ($on: Date) { cohorts(filter: {startsOn: {eq: $on}}) { totalCount } }"

CASES = {
    "malformed JSON": malformed("BAD_REQUEST", b'{"query": "{ __typename }'),
    "not JSON at all": malformed("BAD_REQUEST", b"query { __typename }"),
    "an empty body": malformed("BAD_REQUEST", b""),
    "NaN": malformed("BAD_REQUEST", b'{"query": "{ __typename }", "variables": {"a": NaN}}'),
    "JSON nested 100,000 levels deep": malformed("BAD_REQUEST", b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 100_000),
    "a byte order mark": malformed("BAD_REQUEST", b'\xef\xbb\xbf{"query": "{ __typename }"}'),
    "a batch": malformed("BAD_REQUEST", b'[{"query": "{ __typename }"}]'),
    "invalid UTF-8": malformed("BAD_REQUEST", text_in_variables(b"\xff\xfe")),
    "UTF-8 cut short": malformed("BAD_REQUEST", text_in_variables(b"\xe2\x82")),
    "a lone surrogate in bytes": malformed("BAD_REQUEST", text_in_variables(b"\xed\xa0\x80")),
    "a lone surrogate escaped": malformed("BAD_USER_INPUT", text_in_variables(b"\\ud800")),
    "a lone low surrogate escaped": malformed("BAD_USER_INPUT", text_in_variables(b"\\udc00")),
    "a lone surrogate in the document": malformed("BAD_USER_INPUT", b'{"query": "{ course(by: {code: \\"\\ud800\\"}) { id } }"}'),
    "a lone surrogate escaped in a literal": refused("PARSE_ERROR", r'{ course(by: {code: "\ud800"}) { id } }'),
    "a number beyond every double": malformed("BAD_USER_INPUT", b'{"query": "{ __typename }", "variables": {"a": 1e999}}'),
    "a body of 5 MB": malformed("BODY_TOO_LARGE", b'{"query": "' + b" " * 5_000_000 + b'{ __typename }"}', 413),
    "a mutation over GET": Case("METHOD_NOT_ALLOWED", 405, 405, None, "query=mutation{__typename}"),
    "invalid UTF-8 in a URL": Case("BAD_REQUEST", 400, 400, None, "query=%7B__typename%7D%ff"),
    "a NUL character": refused("BAD_USER_INPUT", "query ($code: String) { course(by: {code: $code}) { id } }", variables={"code": "a\0b"}),
    "a NUL character in a literal": refused("BAD_USER_INPUT", r'{ course(by: {code: "a\u0000b"}) { id } }'),
    "a NUL character in the document": refused("PARSE_ERROR", "{ __typename \0 }"),
    "a NUL character in a filter": refused(
        "BAD_USER_INPUT", "query ($f: CourseFilter) { courses(filter: $f) { totalCount } }", variables={"f": {"title": {"in": ["\0"]}}}
    ),
    "an unknown field": refused("VALIDATION_ERROR", "{ missing }"),
    "an unknown argument": refused("VALIDATION_ERROR", "{ courses(offset: 1) { totalCount } }"),
    "a wrong type in a literal": refused("VALIDATION_ERROR", '{ courses(first: "x") { totalCount } }'),
    "a wrong type in a variable": refused("BAD_USER_INPUT", PAGE, variables={"first": "x"}),
    "an object for a scalar": refused("BAD_USER_INPUT", PAGE, variables={"after": {"a": 1}}),
    "a fraction for a whole number": refused("BAD_USER_INPUT", PAGE, variables={"first": 1.5}),
    "an unknown enum value": refused("BAD_USER_INPUT", PAGE, variables={"order": [{"by": "SECRET"}]}),
    "an unknown member": refused("BAD_USER_INPUT", PAGE, variables={"order": [{"by": "TITLE", "x": 1}]}),
    "a missing variable": refused("BAD_USER_INPUT", "query ($by: CourseRef!) { course(by: $by) { id } }"),
    "two of one": refused(
        "BAD_USER_INPUT", "query ($by: CourseRef!) { course(by: $by) { id } }", variables={"by": {"id": "Course:x", "code": "x"}}
    ),
    "no operation of that name": refused("OPERATION_NOT_FOUND", "query A { __typename }", operationName="B"),
    "an operation name with NUL": refused("OPERATION_NOT_FOUND", "query A { __typename }", operationName="A\0"),
    "several operations without a name": refused("OPERATION_NOT_FOUND", "query A { __typename } query B { __typename }"),
    "a subscription": refused("VALIDATION_ERROR", "subscription { viewer { kind } }"),
    "a page of -1": refused("PAGE_SIZE", PAGE, variables={"first": -1}),
    "a page of 10,000": refused("PAGE_SIZE", PAGE, variables={"first": 10_000}),
    "a page of 101 from the end": refused("PAGE_SIZE", "{ courses(last: 101) { totalCount } }"),
    "a page from both ends": refused("PAGE_SIZE", "{ courses(first: 1, last: 1) { totalCount } }"),
    "a page of 10,000 in a literal": refused("PAGE_SIZE", "{ courses(first: 10000) { totalCount } }"),
    "a page of -1 in a list": refused("PAGE_SIZE", "{ memberStates { statements(first: -1) { totalCount } } }"),
    "a depth of 60": refused("TOO_DEEP", "{ cohorts { nodes " + "{ sameRunAs " * 58 + "{ id }" + " }" * 60),
    "braces 10,000 deep": refused("DOCUMENT_TOO_LARGE", "{a" * 10_000),
    "lists 10,000 deep": refused("DOCUMENT_TOO_LARGE", "{ courses(filter: " + "[" * 10_000),
    "60 nested doubled fragments": refused("TOO_MANY_FIELDS", DOUBLED + " fragment f60 on Cohort { id }"),
    "fragments in a circle": refused("VALIDATION_ERROR", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
    "a document of 200 KB": refused("DOCUMENT_TOO_LARGE", "{ __typename } #" + "x" * 200_000),
    "500 guesses by alias": refused("TOO_MANY_ALIASES", "{ " + " ".join(f"a{i}: viewer {{ kind }}" for i in range(500)) + " }"),
    "too high a cost": refused(
        "COST_LIMIT", "{ cohorts(first: 100) { nodes { statements(first: 100) { nodes { memberStates { code } } } } } }"
    ),
    "the 30th of February": refused("BAD_USER_INPUT", DATE, variables={"on": "2023-02-30"}),
    "the 30th of February in a literal": refused("VALIDATION_ERROR", '{ cohorts(filter: {startsOn: {eq: "2023-02-30"}}) { totalCount } }'),
    "a date beyond the calendar": refused("BAD_USER_INPUT", DATE, variables={"on": "10000-01-01"}),
    "an integer of 30 digits": malformed("", b""),
    "an integer of 30 digits in a literal": refused("BAD_USER_INPUT", "{ courses(first: " + "9" * 30 + ") { totalCount } }"),
    "a text of 70,000 characters": refused("BAD_USER_INPUT", PAGE, variables={"after": "x" * 70_000}),
    "variables 40 levels deep": refused("BAD_USER_INPUT", PAGE, variables={"x": orjson.loads(b"[" * 40 + b"]" * 40)}),
    "a malformed id": refused("BAD_USER_INPUT", "query ($id: ID!) { course(by: {id: $id}) { id } }", variables={"id": "Course:not-a-uuid"}),
    "an id of another type": refused("BAD_USER_INPUT", "query ($id: ID!) { course(by: {id: $id}) { id } }", variables={"id": "Cohort:x"}),
    "a text that is no cursor": refused("CURSOR_INVALID", PAGE, variables={"after": "nonsense"}),
    "an empty cursor": refused("CURSOR_INVALID", PAGE, variables={"after": ""}),
    "null for an operator": refused(
        "BAD_USER_INPUT", "query ($t: String) { courses(filter: {title: {eq: $t}}) { totalCount } }", variables={"t": None}
    ),
}
CASES["an integer of 30 digits"] = Case(
    "BAD_USER_INPUT", 200, 400, orjson.dumps({"query": PAGE, "variables": {"first": 7}}).replace(b"7}", b"123456789012345678901234567890}")
)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def client(shared_database: Database, shared_owner_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with shared_owner_database.write() as transaction:
        row = {"visibility": "PUBLIC", "accepted_at": "2024-01-01T00:00:00Z", "languages": [], "revision": 1}
        await transaction.insert(Course, [row | {"id": new_id(), "code": f"C-{i}", "title": f"Course {i}"} for i in range(4)])
    async with speaking_to(application(shared_database)) as speaking:
        yield speaking


def assert_refused(response: httpx.Response, case: Case, media: str) -> None:
    assert response.headers["content-type"] == f"{media}; charset=utf-8"
    answer = response.json()
    first, *_ = answer["errors"]
    assert (first["extensions"]["code"], response.status_code) == (case.code, case.statuses[media]), first["message"]
    assert set(answer) == {"errors"}
    for error in answer["errors"]:
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]
        assert 10 < len(error["message"]) < 400
        assert set(error) <= {"message", "locations", "path", "extensions"}
    for hidden in INSIDE:
        assert hidden not in response.text


@pytest.mark.parametrize("media", MEDIA)
@pytest.mark.parametrize("name", CASES)
async def test_bad_input_is_refused(client: httpx.AsyncClient, name: str, media: str) -> None:
    case = CASES[name]
    headers = {"accept": media, "content-type": JSON}
    if case.body is None:
        response = await client.get(f"/graphql?{case.query_string}", headers=headers)
    else:
        response = await client.post("/graphql", content=case.body, headers=headers)
    assert_refused(response, case, media)


class TestCursors:
    async def ask(self, client: httpx.AsyncClient, media: str = JSON, **variables: Any) -> httpx.Response:
        return await client.post("/graphql", json={"query": PAGE, "variables": variables}, headers={"accept": media})

    async def cursor(self, client: httpx.AsyncClient) -> str:
        return str((await self.ask(client)).json()["data"]["courses"]["pageInfo"]["endCursor"])

    async def test_a_cursor_leads_on(self, client: httpx.AsyncClient) -> None:
        after, seen = None, []
        for _ in range(4):
            page = (await self.ask(client, after=after)).json()["data"]["courses"]
            seen.append(page["nodes"][0]["id"])
            after = page["pageInfo"]["endCursor"]
        assert len(set(seen)) == 4

    @pytest.mark.parametrize("media", MEDIA)
    @pytest.mark.parametrize(
        "order",
        [
            [{"by": "CODE"}],
            [{"by": "TITLE", "direction": "DESC"}],
            [{"by": "TITLE", "nulls": "FIRST"}],
            [{"by": "SUBJECT"}, {"by": "TITLE"}],
        ],
    )
    async def test_a_cursor_of_another_order_is_refused(self, client: httpx.AsyncClient, order: Any, media: str) -> None:
        response = await self.ask(client, media, after=await self.cursor(client), order=order)
        assert_refused(response, refused("CURSOR_INVALID", PAGE), media)
        assert "belongs to the order TITLE ASC, not to " in response.json()["errors"][0]["message"]

    @pytest.mark.parametrize("media", MEDIA)
    @pytest.mark.parametrize("page", ["after: $cursor", "before: $cursor", "last: 2, before: $cursor"])
    @pytest.mark.parametrize(
        ("field", "owner"),
        [
            ("partnerAgencies(%s) { nodes { id } }", "Query.partnerAgencies"),
            ('partnerAgency(by: {code: "US-STATE"}) { courses(%s) { totalCount nodes { id } } }', "PartnerAgency.courses"),
        ],
    )
    async def test_a_cursor_of_another_field_is_refused(
        self, client: httpx.AsyncClient, field: str, owner: str, page: str, media: str
    ) -> None:
        body = {"query": f"query ($cursor: Cursor) {{ {field % page} }}", "variables": {"cursor": await self.cursor(client)}}
        response = await client.post("/graphql", json=body, headers={"accept": media})
        assert_refused(response, refused("CURSOR_INVALID", PAGE), media)
        error = response.json()["errors"][0]
        assert f"one of Query.courses, not of {owner}" in error["message"]
        assert error["path"] == ["variables", "cursor"]

    @pytest.mark.parametrize("media", MEDIA)
    async def test_a_cursor_that_was_changed_is_refused(self, client: httpx.AsyncClient, media: str) -> None:
        cursor = await self.cursor(client)
        shifted = {cursor[:-1], cursor + "A", cursor[1:], cursor[: len(cursor) // 2], cursor.swapcase(), cursor + "\n", f" {cursor}"}
        edited = {cursor[:index] + ("A" if letter != "A" else "B") + cursor[index + 1 :] for index, letter in enumerate(cursor)}
        same = {each for each in edited if base64.b64decode(each) == base64.b64decode(cursor)}  # the last letter has spare bits
        assert len(same) <= 1
        for each in shifted | edited - same:
            response = await self.ask(client, media, after=each)
            assert_refused(response, refused("CURSOR_INVALID", PAGE), media)
