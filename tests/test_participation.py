"""`participation` by the API equals the plain evaluator's, over random ledgers in a real PostgreSQL.

Some documents are asked about many ledgers, by viewers who see different parts of them, with values drawn from each ledger; others about
one, with literals, one or two questions at a time. What the API must answer is graphql-core's execution of the same document over the
evaluator's tables.

A difference is reported with the smallest ledger that shows it. The gate compares some 3,000 pairs of a ledger and a document, always the
same; thirty times as many, new ones each time, are compared by

    python -m pytest tests/test_participation.py --hypothesis-profile thorough
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from asyncpg import PostgresError, create_pool
from graphql import build_schema, default_field_resolver, execute_sync, parse
from hypothesis import settings

from graph.schema import graphql_schema
from models.agencies import AgencyKind
from models.courses import Role
from models.database import Database
from models.provision import Addresses
from models.statements import Measure, Sex, StatementState
from models.viewer import ANONYMOUS, Viewer, ViewerKind
from resolvers.compiler.limits import Limits
from resolvers.errors import NotPermitted, Refusal
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.book import DAY, Book, book, cells
from tests.evaluator import Dimension, Ledger, Question, participation
from tests.gate import ALL, GATHERED, PARTICIPATION
from tests.ledgers import SCOPES, SLICE, describe, droppable, ledger, store, without
from tests.questions import alike, camel, filtered, question, variables
from tests.trace import Trace, traced

LEDGERS, DOCUMENTS, LITERALS = 30, 6, 1
ROUNDS = range(ALL[PARTICIPATION]) if settings().derandomize else [Random().randrange(1 << 32) for _ in range(500)]
GENEROUS = {kind: Limits(cost=100_000) for kind in ViewerKind}
CONTRACT = build_schema((Path(__file__).parent.parent / "schema.graphql").read_text())
SENTENCES = {name: str(value.description) for name, value in CONTRACT.get_type("ExclusionReason").values.items()}  # type: ignore[union-attr]
DIMENSIONS = {camel(dimension): dimension for dimension in Dimension}
COUNT = "{ value precision suppressed reason }"
COST = "{ amount currency statements }"
KEY = "{ dimension label members { id code label } }"
EXCLUDED = "{ statement { id } reason rule text }"
INDIVIDUALS = "{ statements use reason rule text }"
WHOLE = (
    f"rows {{ key {KEY} count {COUNT} cost {COST} }}",
    f"total {COUNT}",
    f"cost {COST}",
    "measure basis unit includePending pendingDelta",
    "coverage { populations pending notAttributable inconsistent { cohort { id } coarser finer } }",
    "explain(first: 2) { cohort { id } rule partner { id } total unit precision notAttributable alternatives text "
    f"totalStatements rowStatements statements {{ statement {{ id }} use }} excluded {EXCLUDED} individuals {INDIVIDUALS} }}",
    f"omitted(first: 2) {{ cohort {{ id }} rule reason notAttributable text excluded(first: 100) {EXCLUDED} individuals {INDIVIDUALS} }}",
)
PARTS = (
    *WHOLE,
    "rows { count { value } }",
    "parts: rows { of: key { label } }",
    "sum: total { value }",
    "pendingDelta",
    "unit",
    "coverage { notAttributable }",
    "contradictions: coverage { inconsistent { finer } }",
    "all: explain { rule alternatives rowStatements }",
    "none: explain(first: 1) { partner { id } total }",
    "used: explain { statements(first: 1) { use } others: excluded(first: 1) { reason } }",
    "gaps: omitted { reason excluded(first: 2) { text statement { id } } }",
    "people: explain(first: 3) { individuals { statements reason } }",
)
HEAD = "query ($measure: Measure!, $groupBy: [Dimension!]!, $filter: ParticipationFilter, $includePending: Boolean!)"
BY_VARIABLES = "measure: $measure, basis: RECORDS, groupBy: $groupBy, filter: $filter, includePending: $includePending"


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that asks one question or two of one viewer."""

    text: str
    variables: Mapping[str, Any]
    viewer: Viewer


def by_variables(question: Question, parts: Sequence[str]) -> Asked:
    """The question with all arguments as variables."""
    return Asked(f"{HEAD} {{ participation({BY_VARIABLES}) {{ {' '.join(parts)} }} }}", variables(question), question.viewer)


def by_literals(asked: Mapping[str, Question], parts: Sequence[str], viewer: Viewer) -> Asked:
    """Questions by alias, with literal arguments; those that equal their default are left out."""
    fields = [f"{alias}: participation({literals(question)}) {{ {' '.join(parts)} }}" for alias, question in asked.items()]
    return Asked(f"{{ {' '.join(fields)} }}", {}, viewer)


def literals(question: Question) -> str:
    """The arguments as literals."""
    given = [f"measure: {question.measure.value}", "basis: RECORDS"]
    if question.group_by:
        given.append(f"groupBy: [{', '.join(question.group_by)}]")
    if question.filter:
        given.append(f"filter: {{ {', '.join(allowed(*pair) for pair in question.filter.items())} }}")
    if question.include_pending:
        given.append("includePending: true")
    return ", ".join(given)


def allowed(dimension: Dimension, values: Sequence[str | int]) -> str:
    """One dimension of a filter as a literal."""
    bare = dimension in {Dimension.SEX, Dimension.INSTITUTION_TYPE, Dimension.MODE}
    return f"{camel(dimension)}: [{', '.join(str(value) if bare else json.dumps(value) for value in values)}]"


def documents(random: Random, ledgers: Sequence[Ledger], nested: Sequence[Dimension], number: int) -> list[list[Asked]]:
    """What each of the ledgers is asked: the same documents about all, with values of its own; one is about a single ledger.

    That one filters by one dimension alone and groups by another: by others with each number.

    A document with variables is compiled once, and must not depend on their values. The first filters by what coarser sets tell and groups
    by that and what finer ones tell.
    """
    asked: list[list[Asked]] = [[] for _ in ledgers]
    for which in range(DOCUMENTS):
        first = question(random, random.choice(ledgers))
        if which == 0:
            first = replace(first, group_by=(nested[0], random.choice(nested[1:])), filter={nested[0]: ()})
        parts = WHOLE if random.randrange(5) else random.sample(PARTS, random.randint(1, 5))
        for rows, its in zip(ledgers, asked, strict=True):
            its.append(by_variables(alike(random, rows, first), parts))
    for place in random.sample(range(len(ledgers)), LITERALS):
        one, other = question(random, ledgers[place]), question(random, ledgers[place])
        by, grouped = (list(Dimension)[(number + shift) % len(Dimension)] for shift in (0, len(Dimension) // 2))
        one = replace(filtered(random, ledgers[place], one, by), group_by=(grouped,))
        questions = {"one": one, "other": other} if random.randrange(2) else {"participation": one}
        asked[place].append(by_literals(questions, random.sample(PARTS, 3), one.viewer))
    return asked


parsed = lru_cache(parse)


def expected(ledger: Ledger, asked: Asked, trace: Trace) -> Any:
    """What the document must give; the trace keeps what it asked for."""

    def resolve(_: Any, **given: Any) -> dict[str, Any]:
        filtered = {DIMENSIONS[name]: values for name, values in (given.get("filter") or {}).items()}
        grouped = tuple(Dimension(name) for name in given["groupBy"])
        question = Question(Measure(given["measure"]), grouped, filtered, given["includePending"], asked.viewer, 100, SENTENCES)
        return cut(participation(ledger, question))

    answer = execute_sync(
        CONTRACT,
        parsed(asked.text),
        {"participation": resolve},
        variable_values=dict(asked.variables),
        field_resolver=traced(trace, default_field_resolver),
    )
    assert not answer.errors, answer.errors
    return answer.data


def cut(table: dict[str, Any]) -> dict[str, Any]:
    """The table with resolvers for the lists that are asked for with `first`."""

    def listed(objects: list[dict[str, Any]]) -> Any:
        return lambda _, first: objects[:first]

    for one in [*table["explain"], *table["omitted"]]:
        one.update({name: listed(one[name]) for name in ("statements", "excluded") if name in one})
    return {**table, "explain": listed(table["explain"]), "omitted": listed(table["omitted"])}


def differences(given: Any, wanted: Any, path: str = "data") -> Iterator[str]:
    """What is different, with its path. The order of members counts."""
    match wanted:
        case dict() if isinstance(given, dict) and list(given) == list(wanted):
            for name, value in wanted.items():
                yield from differences(given[name], value, f"{path}.{name}")
        case list() if isinstance(given, list) and len(given) == len(wanted):
            for place, value in enumerate(wanted):
                yield from differences(given[place], value, f"{path}[{place}]")
        case _:
            if type(given) is not type(wanted) or given != wanted:
                yield f"{path}: the API says {json.dumps(given)}, the evaluator {json.dumps(wanted)}"


class Comparison:
    """The API over a database in which each ledger takes the place of the one before."""

    def __init__(self, owner_database: Database, graph: Graph) -> None:
        self.owner_database = owner_database
        self.graph = graph

    async def answer(self, asked: Asked) -> Any:
        """The API's answer."""
        return json.loads(await execute(self.graph, Request(asked.text, None, asked.variables), asked.viewer))

    async def found(self, ledger: Ledger, asked: Asked, trace: Trace | None = None) -> list[str]:
        """What is different between the answers."""
        try:
            return list(differences(await self.answer(asked), expected(ledger, asked, trace or Trace())))
        except Refusal as error:
            return [f"{error.code}: {error.message}"]
        except PostgresError as error:
            return [f"{type(error).__name__}: {error}"]

    async def check(self, ledger: Ledger, asked: Asked) -> Trace:
        """What was compared. Fails if the answers differ, with a ledger of which no row can be left out."""
        trace = Trace()
        if not await self.found(ledger, asked, trace):
            return trace
        for row in droppable(ledger):
            fewer = without(ledger, row)
            await store(self.owner_database, fewer)
            if await self.found(fewer, asked):
                ledger = fewer
        await store(self.owner_database, ledger)
        found = await self.found(ledger, asked)
        pytest.fail("\n".join([*found[:8], told(ledger, asked)]), pytrace=False)

    async def table(self, made: Book, question: Question, parts: Sequence[str] = WHOLE) -> Any:
        """The API's table for a ledger written by hand."""
        await store(self.owner_database, made.ledger())
        return (await self.answer(by_variables(question, parts)))["participation"]


def told(ledger: Ledger, asked: Asked) -> str:
    """All that is needed to see who is wrong."""
    viewer = f"{asked.viewer.kind} {asked.viewer.agency_id or ''}"
    return f"{asked.text}\nvariables: {json.dumps(asked.variables)}\nviewer: {viewer}\n{describe(ledger)}"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def comparison(shared_owner_database: Database, shared_addresses: Addresses) -> AsyncIterator[Comparison]:
    """Statements stay prepared and planned on one connection, since planning one takes ten times as long as running it."""
    pool = await create_pool(
        shared_addresses.server,
        min_size=1,
        max_size=1,
        statement_cache_size=2 * DOCUMENTS,
        max_cacheable_statement_size=0,
        server_settings={"jit": "off", "timezone": "UTC", "plan_cache_mode": "force_generic_plan"},
    )
    database = Database(pool, 60)
    yield Comparison(shared_owner_database, Graph(graphql_schema, TYPES, database, b"a secret for tests" * 2, GENEROUS))
    await database.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("number", ROUNDS)
async def test_any_question_about_any_ledger(comparison: Comparison, number: int, pytestconfig: pytest.Config) -> None:
    gathered = pytestconfig.stash[GATHERED]
    random = Random(number)
    nested = random.sample(SLICE, 3)
    ledgers = [ledger(random, nested) for _ in range(LEDGERS)]
    for rows, asked in zip(ledgers, documents(random, ledgers, nested, number), strict=True):
        await store(comparison.owner_database, rows)
        for one in asked:
            gathered.reach.note(await comparison.check(rows, one), one.variables, one.viewer.kind)
    gathered.done(PARTICIPATION)


@pytest.mark.asyncio(loop_scope="session")
async def test_the_arithmetic_of_2020(comparison: Comparison) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 4053)
    made.says("CARICOM-IMPACS", "C", 2218, sex=Sex.MALE, key="sex")
    made.says("CARICOM-IMPACS", "C", 1770, sex=Sex.FEMALE, key="sex")
    answer = await comparison.table(made, made.question(Dimension.SEX))
    assert list(cells(answer).items()) == [("FEMALE", 1770), ("MALE", 2218), ("UNSPECIFIED", 65)]
    assert answer["total"] == {"value": 4053, "precision": "EXACT", "suppressed": False, "reason": None}


@pytest.mark.asyncio(loop_scope="session")
async def test_the_answer_names_its_time(comparison: Comparison) -> None:
    made = book()
    assert (await comparison.table(made, made.question(), ["asOf"]))["asOf"].endswith(("Z", "+00:00"))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("kind", [ViewerKind.ANONYMOUS, ViewerKind.STAFF])
async def test_explanations_are_sentences_that_name_nothing_hidden(comparison: Comparison, kind: ViewerKind) -> None:
    made = book()
    made.agency("HIDDEN", above="UNODC", kind=AgencyKind.PROGRAMME, accepted_at=None, name="Hidden Programme")
    made.cohort("D", roles=[("HIDDEN", Role.CONVENER), ("HIDDEN", Role.FUNDER)])
    made.says("UNODC", "D", 5)
    made.says("HIDDEN", "C", 7)
    viewer = ANONYMOUS if kind is ViewerKind.ANONYMOUS else made.staff
    question = made.question(Dimension.PROGRAMME, Dimension.FUNDER, Dimension.PARTNER, viewer=viewer)
    answer = await comparison.table(made, question, [*WHOLE, "explain(first: 2) { text }"])
    assert [one["total"] for one in answer["explain"]] == [7, 5]
    for one in answer["explain"]:
        assert one["text"].endswith(".")
        assert str(one["total"]) in one["text"]
    assert ("hidden" in json.dumps(answer).lower()) is (kind is ViewerKind.STAFF)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("kind", [ViewerKind.PARTNER, ViewerKind.STAFF])
async def test_a_hidden_member_that_nobody_sent_makes_the_set_unspecified(comparison: Comparison, kind: ViewerKind) -> None:
    made = book()
    for code, accepted in (("SEEN", DAY), ("UNSEEN", None)):
        made.agency(code, kind=AgencyKind.PROGRAMME, accepted_at=accepted)
        made.course(f"{code} course", accepted_at=accepted)
    made.cohort("D", courses=("SEEN course", "UNSEEN course"), roles=[("SEEN", Role.CONVENER), ("UNSEEN", Role.CONVENER)])
    made.says("UNODC", "D", 5)
    viewer = made.viewer(kind, "UNODC")
    answer = await comparison.table(made, made.question(Dimension.PROGRAMME, Dimension.COURSE, viewer=viewer))
    both = ("Seen + Unseen", "Course SEEN course + Course UNSEEN course")
    assert cells(answer) == {both if kind is ViewerKind.STAFF else ("UNSPECIFIED", "UNSPECIFIED"): 5}
    filtered = await comparison.table(made, made.question(programme=[made.id_of("OAS")], viewer=viewer))
    assert filtered["coverage"]["notAttributable"] == (0 if kind is ViewerKind.STAFF else 5)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_value_named_twice_in_a_filter_is_still_the_only_one(comparison: Comparison) -> None:
    made = book()
    made.says("CARICOM-IMPACS", "C", 40, states=["JM"])
    made.says("CARICOM-IMPACS", "C", 10, states=["JM"], sex=Sex.FEMALE, key="sex")
    grouped = (Dimension.MEMBER_STATE, Dimension.SEX)
    once = await comparison.table(made, made.question(*grouped, member_state=("JM",)))
    twice = await comparison.table(made, made.question(*grouped, member_state=("JM", "JM")))
    assert twice == once
    rows = [([value["label"] for value in row["key"]], row["count"]["value"]) for row in twice["rows"]]
    assert rows == [(["JM", "FEMALE"], 10), (["JM", "UNSPECIFIED"], 30)]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("partner", "omitted"), [("OAS", 1), ("UNODC", 0)])
async def test_where_no_partner_is_chosen_a_filter_on_partners_looks_at_all(comparison: Comparison, partner: str, omitted: int) -> None:
    made = book()
    made.says("OAS", "C", 5, state=StatementState.PENDING)
    answer = await comparison.table(made, made.question(partner=[made.id_of(partner)]))
    assert [one["reason"] for one in answer["omitted"]] == ["NO_BASIS"] * omitted


@pytest.mark.asyncio(loop_scope="session")
async def test_a_partner_needs_the_scope(comparison: Comparison) -> None:
    made = book()
    question = made.question(viewer=made.viewer(ViewerKind.PARTNER, "UNODC"))
    without = replace(question.viewer, scopes=SCOPES - {"statements:read"})
    with pytest.raises(NotPermitted, match="statements:read"):
        await comparison.table(made, replace(question, viewer=without))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("include_pending", [False, True])
async def test_a_focal_point_has_what_staff_have_about_its_state(comparison: Comparison, include_pending: bool) -> None:
    made = book()
    for code in ("D", "E"):
        made.cohort(code)
    made.says("CARICOM-IMPACS", "C", 12, states=["JM"], departments=["POLICE"], key="k")
    made.says("CARICOM-IMPACS", "C", 30, states=["TT"], key="k")
    made.says("CARICOM-IMPACS", "C", 3, states=["JM"], sex=Sex.FEMALE, key="k")
    made.says("CARICOM-IMPACS", "C", 50)
    made.says("CARICOM-IMPACS", "D", 8, states=["JM", "TT"])
    made.says("UNODC", "C", 700, states=["JM"])
    made.says("OAS", "E", 4, states=["JM"], state=StatementState.PENDING)
    focal = Viewer(ViewerKind.FOCAL_POINT, scopes=SCOPES, member_state_code="JM")
    asked = made.question(Dimension.DEPARTMENT, Dimension.SEX, viewer=focal)
    asked = replace(asked, include_pending=include_pending)
    ours = await comparison.table(made, asked)
    theirs = await comparison.table(made, replace(asked, viewer=made.staff, filter={Dimension.MEMBER_STATE: ("JM",)}))
    assert [ours[name] for name in ("rows", "total", "unit")] == [theirs[name] for name in ("rows", "total", "unit")]
    assert ours["total"]["value"] == (19 if include_pending else 15)
