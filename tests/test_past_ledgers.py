"""`participation(asOf:)` by the API equals the plain evaluator's over the ledger as it was, while another ledger has taken its place.

The second ledger is the first with other facts: states, counts, slices, roles, acceptances, joined runs, count policies; of a person who
is erased nothing is told any more. The versions are written by the functions that write them, and each of the two ledgers is asked for by
moments of its own time.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from sqlalchemy import text

from graph.schema import graphql_schema
from models import history
from models.base import Table, Visibility
from models.changes import ChangeType
from models.courses import CohortMode, CountPolicy
from models.database import Database
from models.statements import StatementKind, StatementState
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.evaluator import Ledger
from tests.ledgers import describe, ledger, store
from tests.questions import alike, question, variables
from tests.test_participation import BY_VARIABLES, GENEROUS, HEAD, WHOLE, Asked, differences, expected
from tests.trace import Trace

THEN, LATER = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, 0, 0, 0, 1, tzinfo=UTC)
PAIRS = 15
TEXT = HEAD.replace(")", ", $at: DateTime)") + f" {{ participation({BY_VARIABLES}, asOf: $at) {{ {' '.join(WHOLE)} }} }}"
T = TypeVar("T", bound=Table)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def graph(shared_database: Database) -> AsyncIterator[Graph]:
    """The API, whose limits are no part of this."""
    yield Graph(graphql_schema, TYPES, shared_database, b"a secret for tests" * 2, GENEROUS)


def changed(random: Random, before: Ledger) -> Ledger:
    """The ledger with other facts; names stay, as they are always today's, and nothing is hidden that was not."""

    def some(rows: Sequence[T], **values: Any) -> list[T]:
        """The rows, of which each third has another of the values in each column."""
        return [
            row.model_copy(update={name: random.choice(options) for name, options in values.items() if random.random() < 0.3})
            for row in rows
        ]

    def fewer(rows: Sequence[T]) -> list[T]:
        return [row for row in rows if random.random() < 0.8]

    moments = [THEN - timedelta(days=days) for days in (1, 2, 3)]
    starts = [row.starts_on for row in before.cohorts]
    cohorts = some(before.cohorts, starts_on=starts, mode=list(CohortMode), count_policy=list(CountPolicy))
    for cohort in cohorts:
        cohort.accepted_at = cohort.accepted_at or random.choice((None, *moments))
        if cohort.same_run_as_id is None and random.random() < 0.3:
            cohort.same_run_as_id = random.choice([row.id for row in cohorts])
        if random.random() < 0.5:
            cohort.visibility = Visibility.PUBLIC
    statements = some(before.statements, state=list(StatementState), count=range(20), decided_at=[None, *moments])
    for statement in statements:
        statement.count = 1 if statement.kind == StatementKind.INDIVIDUAL else statement.count
        statement.retained = statement.retained if statement.state == StatementState.ERASED else None
    erased = {statement.id for statement in statements if statement.state == StatementState.ERASED}
    return replace(
        before,
        cohorts=cohorts,
        courses=some(before.courses, subject=["LAW", "new"], accepted_at=moments),
        agencies=some(before.agencies, accepted_at=moments),
        statements=statements,
        individuals=[row for row in before.individuals if row.statement_id not in erased],
        slice_states=fewer(before.slice_states),
        slice_departments=fewer(before.slice_departments),
        cohort_roles=fewer(before.cohort_roles),
        cohort_courses=fewer(before.cohort_courses),
    )


async def stored(owner: Database, before: Ledger, after: Ledger) -> None:
    """Stores one ledger and then the other, with the histories of both."""
    async with owner.write() as transaction:
        for kept in history.HISTORIES.values():
            await transaction.fetch(text(f"DELETE FROM {kept.versions.name}"))
    await store(owner, before)
    async with owner.write() as transaction:
        await history.begin(transaction, THEN)
    await store(owner, after)
    rows = {ChangeType.PARTNER_AGENCY: after.agencies, ChangeType.COURSE: after.courses, ChangeType.COHORT: after.cohorts}
    ids = {type_: [row.id for row in found] for type_, found in rows.items()}
    async with owner.write() as transaction:
        await history.keep(transaction, {**ids, ChangeType.STATEMENT: [row.id for row in after.statements]}, LATER)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("seed", range(2))
async def test_a_ledger_that_was_is_counted_as_it_was(graph: Graph, shared_owner_database: Database, seed: int) -> None:
    random, different = Random(seed), 0
    first = question(random, ledger(random))
    for _ in range(PAIRS):
        before = ledger(random)
        after = changed(random, before)
        await stored(shared_owner_database, before, after)
        asked = alike(random, before, first)
        tables = []
        for rows, at in ((before, LATER - timedelta(microseconds=1)), (before, THEN), (after, LATER), (after, None)):
            given = {**variables(asked), "at": at and at.isoformat()}
            one = Asked(TEXT, given, asked.viewer)
            answer = json.loads(await execute(graph, Request(TEXT, None, given), asked.viewer))
            found = list(differences(answer, expected(rows, one, Trace())))
            assert not found, "\n".join([*found[:8], json.dumps(given), describe(before), "AFTER", describe(after)])
            tables.append(answer)
        different += tables[0] != tables[-1]
    assert different > PAIRS // 4
