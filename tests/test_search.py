"""Search beside the oracle: what is found, how it is ranked, page by page, by whom; and the texts that mean something elsewhere."""

import sys
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from models.database import Database
from models.provision import Addresses
from resolvers.errors import InputError, Refusal
from resolvers.search import SearchKind
from tests.comparison import Asked, Comparison
from tests.rows import store
from tests.semantics import words
from tests.values import Values
from tests.worlds import world

WORLD = world(5)
PARTS = "totalCount edges { cursor kind rank node { __typename ... on Node { id } } } pageInfo { hasNextPage startCursor endCursor }"
FOUND = f"{{ {PARTS} }}"
FRAGMENT = f"fragment F on SearchConnection {{ {PARTS.replace('hasNextPage', 'hasNextPage hasPreviousPage')} }}"
SEARCH = f"query ($text: String!, $kinds: [SearchKind!]) {{ search(text: $text, kinds: $kinds, first: 100) {FOUND} }}"

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_database: Database) -> AsyncIterator[Comparison]:
    await store(shared_owner_database, WORLD)
    yield Comparison(shared_database, WORLD)


async def found(comparison: Comparison, text: str, viewer: str = "STAFF", **variables: Any) -> Any:
    data = await comparison.answer(SEARCH, WORLD.viewers[viewer], {"text": text, **variables})
    return data["search"]


async def refusal(comparison: Comparison, operation: str, **variables: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await comparison.answer(operation, WORLD.viewers["STAFF"], variables)
    return caught.value


async def test_every_text_of_the_world_is_found_as_the_oracle_finds_it(comparison: Comparison) -> None:
    viewers = list(WORLD.viewers.values())
    for number, text in enumerate(Values(WORLD).of("String", ("Search", "text"))):
        for viewer in viewers[number % 2 :: 2]:
            await comparison.check(Asked(SEARCH, {"text": text}, None), viewer)


@pytest.mark.parametrize("kind", SearchKind)
async def test_each_kind_alone(comparison: Comparison, kind: str) -> None:
    for text in ("a", "zulu", "port au", "x 1", "ref 1", "N-1"):
        for viewer in WORLD.viewers.values():
            await comparison.check(Asked(SEARCH, {"text": text, "kinds": [str(kind)]}, None), viewer)


async def test_kinds(comparison: Comparison) -> None:
    assert (await found(comparison, "a", kinds=[]))["totalCount"] == 0
    assert (await found(comparison, "a", kinds=["COHORT", "COHORT"])) == (await found(comparison, "a", kinds=["COHORT"]))
    every = await found(comparison, "a")
    assert every["totalCount"] == (await found(comparison, "a", kinds=list(SearchKind)))["totalCount"] > 10
    text = (
        f'query ($kind: SearchKind!) {{ a: search(text: "a", kinds: [$kind, COURSE]) {FOUND} b: search(text: "a", kinds: COHORT) {FOUND} }}'
    )
    for kind in SearchKind:
        for viewer in WORLD.viewers.values():
            await comparison.check(Asked(text, {"kind": str(kind)}, None), viewer)


@pytest.mark.parametrize("text", ["?!", "%", "_", "\\", "'", '"', "()&|!:*<->", "\u0301", "😀", " ", "\t\n", "—", "()", "\u00a0"])
async def test_a_text_without_letters_and_digits_finds_nothing(comparison: Comparison, text: str) -> None:
    nothing = {"totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None}}
    assert await found(comparison, text) == nothing


@pytest.mark.parametrize(
    ("one", "other"), [("Café", "Cafe\u0301"), ("PORT AU", "port-au"), ("ﬀ", "FF"), ("éclair", "ECLAIR"), ("10%", "10")]
)
async def test_spellings_that_are_one(comparison: Comparison, one: str, other: str) -> None:
    assert await found(comparison, one) == await found(comparison, other)
    assert (await found(comparison, one))["totalCount"] > 0


@pytest.mark.parametrize("text", ["_", "10%", "p_rt", "a%", "zul\\", "port'; DROP TABLE cohort; --", "zulu:*", "zulu & !zulu", "<zulu>"])
async def test_signs_of_patterns_and_queries_mean_nothing(comparison: Comparison, text: str) -> None:
    for viewer in WORLD.viewers.values():
        await comparison.check(Asked(SEARCH, {"text": text}, None), viewer)
    assert (await found(comparison, "p_rt"))["totalCount"] == 0


@pytest.mark.parametrize(
    ("text", "limit"),
    [("", 200), ("a" * 201, 200), (" " * 201, 200), ("a b c d e f g h i j k", 10), ("a-b-c-d-e-f-g-h-i-j-k", 10), ("\ufdfa" * 4, 10)],
)
async def test_texts_that_are_refused(comparison: Comparison, text: str, limit: int) -> None:
    refused = await refusal(comparison, SEARCH, text=text)
    assert (type(refused), refused.code, refused.path, refused.extensions["limit"]) == (
        InputError,
        "BAD_USER_INPUT",
        ["variables", "text"],
        limit,
    )
    if text.isascii():
        refused = await refusal(comparison, f'{{ s: search(text: "{text}") {{ totalCount }} }}')
        assert refused.path == ["s", "text"]


@pytest.mark.parametrize("text", ["a" * 200, "é" * 200, "ﬃ" * 200, "a b c d e f g h i j", "\ufdfa" * 2, "😀" * 200])
async def test_texts_that_are_not(comparison: Comparison, text: str) -> None:
    await comparison.check(Asked(SEARCH, {"text": text}, None), WORLD.viewers["STAFF"])


async def test_a_text_with_nul_is_refused(comparison: Comparison) -> None:
    assert (await refusal(comparison, SEARCH, text="a\0b")).code == "BAD_USER_INPUT"
    assert (await refusal(comparison, '{ search(text: "a\\u0000b") { totalCount } }')).code == "BAD_USER_INPUT"


async def test_pages_together_are_the_whole(comparison: Comparison) -> None:
    forward = f'query ($cursor: Cursor) {{ search(text: "a", first: 7, after: $cursor) {{ nodes {{ __typename }} ...F }} }} {FRAGMENT}'
    backward = f'query ($cursor: Cursor) {{ search(text: "a", last: 7, before: $cursor) {{ nodes {{ __typename }} ...F }} }} {FRAGMENT}'
    for name, viewer in WORLD.viewers.items():
        whole = (await found(comparison, "a", name))["edges"]
        for text, more, end in ((forward, "hasNextPage", -1), (backward, "hasPreviousPage", 0)):
            cursors: dict[str, str] = {}
            cursor, seen, going_on = None, list[Any](), True
            while going_on:
                given = await comparison.check(Asked(text, {"cursor": cursor}, None, cursors), viewer)
                page = (await comparison.answer(text, viewer, {"cursor": cursors.get(cursor or "")}))["search"]
                seen = [*seen, *page["edges"]] if end else [*page["edges"], *seen]
                going_on = page["pageInfo"][more]
                cursor = given.cursors["cursor"][end]
            assert seen == whole
            assert len(seen) == page["totalCount"]


async def test_a_cursor_of_another_list_is_refused(comparison: Comparison) -> None:
    data = await comparison.answer("{ cohorts(first: 1) { edges { cursor } } }", WORLD.viewers["STAFF"], {})
    cursor = data["cohorts"]["edges"][0]["cursor"]
    refused = await refusal(
        comparison, 'query ($after: Cursor) { search(text: "a", after: $after) { nodes { __typename } } }', after=cursor
    )
    assert refused.code == "CURSOR_INVALID"


async def test_fields_of_what_is_found(comparison: Comparison) -> None:
    text = """query ($yes: Boolean!) { search(text: "a") { nodes { __typename ...C @include(if: $yes)
        ... on PartnerAgency { name parent { code } cohorts(first: 1) { totalCount } } ... on MemberState { name }
        ... on Node @skip(if: $yes) { id } } edges { node { ... on Department { label } ...C } } } }
        fragment C on SearchResult { ... on Cohort { title courses { title } } ... on Course { title owner { name } } }"""
    for viewer in WORLD.viewers.values():
        for yes in (True, False):
            await comparison.check(Asked(text, {"yes": yes}, None), viewer)


async def test_words_are_the_same_in_postgresql_as_in_the_oracle(shared_addresses: Addresses) -> None:
    """PostgreSQL takes as letters also signs of vowels, which the oracle does not know, and what is made of them; and circled letters."""
    letters = [letter for code in range(1, sys.maxunicode + 1) if unicodedata.category(letter := chr(code)) not in ("Cn", "Co", "Cs")]
    plain = [
        letter for letter in letters if not any(unicodedata.category(part)[0] == "M" for part in unicodedata.normalize("NFKD", letter))
    ]
    connection = await asyncpg.connect(shared_addresses.server)
    rows = await connection.fetch("SELECT value, search_text('a' || value || 'b') AS text FROM unnest($1::text[]) AS value", plain)
    await connection.close()
    different = {row["value"] for row in rows if row["text"] != " ".join(words(f"a{row['value']}b"))}
    assert {unicodedata.category(letter) for letter in different} <= {"So"}
    assert all("NEGATIVE" in unicodedata.name(letter) for letter in different)
