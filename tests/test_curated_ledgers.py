"""After random work of curators, `participation` equals the plain evaluator's over the ledger that a plain reading of that work gives.

The ledgers are random, with joined cohorts among them. What a mutation says it changed is repeated on the rows in memory; then viewers of
several kinds ask, as of now and as at before the first change. Whether a mutation may refuse is held against rules as plain.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text

from graph.schema import graphql_schema
from models import history
from models.access import ApiClient
from models.base import Visibility, new_id
from models.courses import CountPolicy
from models.database import Database
from models.statements import StatementState
from models.viewer import Viewer, ViewerKind
from resolvers.curating.accept import accept_cohort
from resolvers.curating.join import join_cohorts, separate_cohorts
from resolvers.curating.policy import set_count_policy
from resolvers.curating.visibility import set_visibility
from resolvers.execute import Graph, Request, execute
from resolvers.queries import TYPES
from tests.evaluator import Ledger
from tests.ledgers import SCOPES, describe, ledger, store
from tests.questions import alike, question, variables
from tests.telling import Said, tells_too_much
from tests.test_participation import BY_VARIABLES, GENEROUS, HEAD, WHOLE, Asked, differences, expected
from tests.trace import Trace

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
LEDGERS, STEPS, QUESTIONS = 12, 5, 3
TEXT = HEAD.replace(")", ", $at: DateTime)") + f" {{ participation({BY_VARIABLES}, asOf: $at) {{ {' '.join(WHOLE)} }} }}"
MUTATIONS = {"accept": accept_cohort, "join": join_cohorts, "separate": separate_cohorts, "show": set_visibility, "count": set_count_policy}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def graph(shared_database: Database) -> AsyncIterator[Graph]:
    """The API, whose limits are no part of this."""
    yield Graph(graphql_schema, TYPES, shared_database, b"a secret for tests" * 2, GENEROUS)


@dataclass
class Curators:
    """Random work on one ledger, in the database and on the rows in memory."""

    database: Database
    random: Random
    rows: Ledger
    staff: Viewer
    moved: int = 0
    untold: int = 0
    once: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.once = {row.id for row in self.rows.statements if row.visibility == Visibility.PUBLIC}

    async def step(self) -> None:
        """One mutation, and the same in memory."""
        name = self.random.choice(["accept", "join", "join", "join", "separate", "show", "count"])
        given = getattr(self, f"{name}_input")()
        async with self.database.write(self.staff) as transaction:
            result = await MUTATIONS[name](transaction, self.staff, given)
        payload = result.binds["payload"]
        statuses = [outcome["status"] for outcome in payload["outcomes"]]
        getattr(self, f"after_{name}")(given, statuses, payload)
        self.moved += name in ("join", "separate") and "CHANGED" in statuses
        self.check_chains()

    def cohorts(self) -> list[str]:
        """Some cohorts."""
        some = self.random.sample(self.rows.cohorts, self.random.randint(1, len(self.rows.cohorts)))
        return [f"Cohort:{row.id}" for row in some]

    def found(self, rows: Any, text_: str) -> Any:
        return next(row for row in rows if text_.endswith(str(row.id)))

    def accept_input(self) -> dict[str, Any]:
        return {"cohorts": self.cohorts()}

    def after_accept(self, given: dict[str, Any], statuses: list[str], payload: dict[str, Any]) -> None:
        """Cohorts, their courses, and the agencies above whoever has a role in them or owns a course of theirs."""
        for text_, status in zip(given["cohorts"], statuses, strict=True):
            cohort = self.found(self.rows.cohorts, text_)
            assert status == ("UNCHANGED" if cohort.accepted_at else "CHANGED")
            courses = {link.course_id for link in self.rows.cohort_courses if link.cohort_id == cohort.id}
            near = {role.agency_id for role in self.rows.cohort_roles if role.cohort_id == cohort.id}
            near |= {course.owner_id for course in self.rows.courses if course.id in courses and course.owner_id}
            above = {line.ancestor_id for line in self.rows.ancestors if line.agency_id in near}
            needed = [row for row in self.rows.courses if row.id in courses] + [row for row in self.rows.agencies if row.id in above]
            for row in (cohort, *needed):
                row.accepted_at = row.accepted_at or BEGINNING  # type: ignore[attr-defined]

    def count_input(self) -> dict[str, Any]:
        return {"cohort": f"Cohort:{self.random.choice(self.rows.cohorts).id}", "policy": self.random.choice(list(CountPolicy)).value}

    def after_count(self, given: dict[str, Any], statuses: list[str], payload: dict[str, Any]) -> None:
        """The policy of a cohort, unless it counts as another one."""
        cohort = self.found(self.rows.cohorts, given["cohort"])
        if cohort.same_run_as_id:
            assert statuses == ["REJECTED"]
            return
        assert statuses == ["UNCHANGED" if cohort.count_policy == given["policy"] else "CHANGED"]
        cohort.count_policy = given["policy"]

    def join_input(self) -> dict[str, Any]:
        canonical, *cohorts = self.cohorts()
        return {"canonical": canonical, "cohorts": cohorts or [f"Cohort:{new_id()}"]}

    def after_join(self, given: dict[str, Any], statuses: list[str], payload: dict[str, Any]) -> None:
        canonical = self.found(self.rows.cohorts, given["canonical"])
        if canonical.accepted_at is None or canonical.same_run_as_id:
            code = "COHORT_IS_JOINED" if canonical.same_run_as_id else "COHORT_NOT_ACCEPTED"
            assert ([problem["code"] for problem in payload["problems"]], statuses) == ([code], [])
            return
        self.move(given["cohorts"], statuses, payload, canonical.id)

    def separate_input(self) -> dict[str, Any]:
        return {"cohorts": self.cohorts()}

    def after_separate(self, given: dict[str, Any], statuses: list[str], payload: dict[str, Any]) -> None:
        self.move(given["cohorts"], statuses, payload, None)

    def move(self, cohorts: list[str], statuses: list[str], payload: dict[str, Any], canonical: UUID | None) -> None:
        """All or none; one that has others joined to it does not leave them behind."""
        assert payload["problems"] == []
        moving = [row for row in self.rows.cohorts if f"Cohort:{row.id}" in cohorts and row.same_run_as_id != canonical]
        left = {row.same_run_as_id for row in self.rows.cohorts if row not in moving}
        too_much = canonical is not None and self.joined_tell(moving, canonical)
        codes = [{issue["code"] for issue in outcome["issues"]} for outcome in payload["outcomes"]]
        for text_, status, said in zip(cohorts, statuses, codes, strict=True):
            row = next((row for row in self.rows.cohorts if text_.endswith(str(row.id))), None)
            assert ("COHORT_NOT_FOUND" in said) == (row is None)
            assert ("COHORT_HAS_JOINED" in said) == (canonical is not None and row in moving and row is not None and row.id in left)
            assert ("PUBLIC_COUNTS_TELL_TOO_MUCH" in said) == (row in moving and too_much)
            assert (status == "UNCHANGED") == (row is not None and row not in moving)
        if "REJECTED" in statuses:
            assert "CHANGED" not in statuses
            return
        for row in moving:
            row.same_run_as_id = canonical

    def show_input(self) -> dict[str, Any]:
        said = [f"Statement:{row.id}" for row in self.random.sample(self.rows.statements, min(3, len(self.rows.statements)))]
        lessons = [f"Course:{row.id}" for row in self.random.sample(self.rows.courses, 1)]
        return {"nodes": [*self.cohorts(), *lessons, *said], "visibility": self.random.choice(list(Visibility)).value}

    def after_show(self, given: dict[str, Any], statuses: list[str], payload: dict[str, Any]) -> None:
        """Accepted cohorts and courses; verified counts of 0, or of 5 and more, about accepted cohorts, that tell no smaller number."""
        accepted = {row.id for row in self.rows.cohorts if row.accepted_at}
        home = {row.id: row.same_run_as_id or row.id for row in self.rows.cohorts}
        named = [row for row in self.rows.statements if f"Statement:{row.id}" in given["nodes"]]
        shown = [row for row in named if row.visibility == Visibility.RESTRICTED and self.may_show(row, accepted)]
        known = [row for row in self.rows.statements if row.id in self.once or row in shown]
        about = {row.id: (home[row.cohort_id], row.measure) for row in self.rows.statements}
        too_much = [row for row in shown if self.tell([each for each in known if about[each.id] == about[row.id]])]
        for text_, status in zip(given["nodes"], statuses, strict=True):
            row = self.found((*self.rows.cohorts, *self.rows.courses, *self.rows.statements), text_)
            if row.visibility == given["visibility"]:
                assert status == "UNCHANGED"
            elif given["visibility"] == "PUBLIC" and (row in too_much or not self.may_show(row, accepted)):
                assert status == "REJECTED"
            else:
                assert status == "CHANGED"
                row.visibility = Visibility(given["visibility"])
                self.once |= {row.id} if row.visibility == Visibility.PUBLIC else set()
        self.untold += given["visibility"] == "PUBLIC" and bool(too_much)

    def joined_tell(self, moving: list[Any], canonical: UUID) -> bool:
        """Whether what is or was PUBLIC tells too much once these cohorts are joined to another one."""
        run = {row.id for row in self.rows.cohorts if row in moving or canonical in (row.id, row.same_run_as_id)}
        known = [row for row in self.rows.statements if row.id in self.once and row.cohort_id in run]
        found = any(self.tell([row for row in known if row.measure == measure]) for measure in {row.measure for row in known})
        self.untold += found
        return found

    def tell(self, statements: list[Any]) -> bool:
        """Whether these tell too much."""
        states = {row.id: frozenset(s.member_state_code for s in self.rows.slice_states if s.statement_id == row.id) for row in statements}
        found = {
            row.id: frozenset((d.department_code, d.institution_type) for d in self.rows.slice_departments if d.statement_id == row.id)
            for row in statements
        }
        return tells_too_much(
            [
                Said(
                    states[row.id],
                    found[row.id],
                    row.sex,
                    row.reporting_period_label,
                    row.partition_key and (row.partner_id, row.partition_key),
                    row.count,
                )
                for row in statements
            ]
        )

    def may_show(self, row: Any, accepted: set[UUID]) -> bool:
        if not hasattr(row, "state"):
            return row.accepted_at is not None
        return row.state == StatementState.VERIFIED and row.cohort_id in accepted and row.count not in range(1, 5)

    def check_chains(self) -> None:
        """No joined cohort has others joined to it, beside those of the ledger as it was drawn, where there are none either."""
        canonical = {row.same_run_as_id for row in self.rows.cohorts} - {None}
        assert not [row for row in self.rows.cohorts if row.id in canonical and row.same_run_as_id]


async def begun(owner: Database, rows: Ledger) -> Viewer:
    """Stores a ledger with its history; a curator of IMPACS."""
    async with owner.write() as transaction:
        for kept in history.HISTORIES.values():
            await transaction.fetch(text(f"DELETE FROM {kept.versions.name}"))
        for statement in ("UPDATE cohort SET accepted_by_id = NULL", "DELETE FROM api_client", "DELETE FROM change"):
            await transaction.fetch(text(statement))
    await store(owner, rows)
    impacs = next(row.id for row in rows.agencies if row.code == "CARICOM-IMPACS")
    client = {"id": new_id(), "name": "A curator", "agency_id": impacs, "kind": "STAFF", "scopes": ["curate"]}
    async with owner.write() as transaction:
        await history.begin(transaction, BEGINNING)
        await transaction.insert(ApiClient, [client])
    return Viewer(ViewerKind.STAFF, client["id"], "A curator", impacs, SCOPES)


def copied(rows: Ledger) -> Ledger:
    """The ledger with rows of its own."""
    tables = {name: [row.model_copy() for row in getattr(rows, name)] for name in ("cohorts", "courses", "agencies", "statements")}
    return replace(rows, **tables)


@pytest.mark.parametrize("seed", [0, 3])
async def test_numbers_after_the_work_of_curators(graph: Graph, shared_owner_database: Database, seed: int) -> None:
    random, moved, different, untold = Random(seed), 0, 0, 0
    first = question(random, ledger(random))
    for _ in range(LEDGERS):
        before = ledger(random)
        for statement in before.statements:
            statement.visibility = statement.visibility if random.randrange(8) == 0 else Visibility.RESTRICTED
        staff = await begun(shared_owner_database, before)
        curators = Curators(graph.database, random, copied(before), staff)
        for _ in range(STEPS):
            await curators.step()
        for _ in range(QUESTIONS):
            asked = alike(random, before, first)
            times: list[tuple[Ledger, datetime | None]] = [(curators.rows, None)]
            if asked.viewer.kind is not ViewerKind.ANONYMOUS:  # who sees it is as of today
                times.append((before, BEGINNING + timedelta(days=1)))
            tables = []
            for rows, at in times:
                given = {**variables(asked), "at": at and at.isoformat()}
                answer = json.loads(await execute(graph, Request(TEXT, None, given), asked.viewer))
                found = list(differences(answer, expected(rows, Asked(TEXT, given, asked.viewer), Trace())))
                assert not found, "\n".join([*found[:8], json.dumps(given), describe(before), "AFTER", describe(curators.rows)])
                tables.append(answer)
            different += tables[0] != tables[-1]
        moved += curators.moved
        untold += curators.untold
    assert moved > LEDGERS // 4
    assert different > LEDGERS // 4
    assert untold
