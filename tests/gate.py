"""Gathers what the random operations of a whole test run reached, from all of xdist's workers, and fails the run if it was too little.

It judges only where all batches of operations were compared; a run of some tests says that it did not judge. `--reach` prints the report.
"""

import json
from dataclasses import dataclass, field

import pytest

from tests.comparison import SCHEMA
from tests.oracle import BATCHES
from tests.reach import Reach, unreached

OPERATIONS, PARTICIPATION = "operations", "participation"
ALL = {OPERATIONS: len(BATCHES), PARTICIPATION: 17}
"""How many batches there are of each kind."""
COUNTED = frozenset({"Query.participation"})
"""What `test_participation.py` alone reaches, with all that only it leads to."""
PUBLISHED = "test_publishing.py compares it with the release that is stored"
ELSEWHERE = {
    "field: ParticipationTable.asOf": "a time of its own in every answer: test_participation.py looks at it by itself",
    "argument: Query.participation(asOf:)": "test_as_of.py compares it with the evaluator's tables over the ledger of then",
    "field: ParticipationTable.erasedSince": "test_erasure.py erases, and asks about before",
    "field: ParticipationTable.release": PUBLISHED,
    "field: ParticipationTable.withholds": PUBLISHED,
    "field: Query.release": PUBLISHED,
    "argument: Query.release(id:)": PUBLISHED,
    "value of an enum given: CountBasis.RELEASE": PUBLISHED,
}
"""What is compared, but not here, and where."""


@dataclass(slots=True)
class Gathered:
    """What was reached, and how many batches were compared."""

    reach: Reach = field(default_factory=Reach)
    batches: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ALL, 0))

    def done(self, kind: str) -> None:
        """Counts a batch that was compared whole."""
        self.batches[kind] += 1

    def kept(self) -> str:
        """All of it, for another process."""
        return json.dumps({"reach": self.reach.kept(), "batches": self.batches})

    def add(self, kept: str) -> None:
        """Adds what another process gathered."""
        given = json.loads(kept)
        self.reach.add(Reach.restored(given["reach"]))
        for kind, count in given["batches"].items():
            self.batches[kind] += count

    def unreached(self) -> list[str]:
        """What must be reached and was not; nothing while there are batches that were not compared."""
        if self.batches[OPERATIONS] < ALL[OPERATIONS]:
            return []
        but = COUNTED if self.batches[PARTICIPATION] < ALL[PARTICIPATION] else frozenset()
        return [one for one in unreached(self.reach, SCHEMA, but) if one not in ELSEWHERE]


GATHERED = pytest.StashKey[Gathered]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reach", action="store_true", help="print what the random operations reached")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[GATHERED] = Gathered()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A worker has ended."""
    kept = getattr(node, "workeroutput", {}).get("gathered")
    if kept:
        node.config.stash[GATHERED].add(kept)  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells what it gathered; the process that started it judges."""
    gathered = session.config.stash[GATHERED]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["gathered"] = gathered.kept()
    elif gathered.unreached():
        session.testsfailed += 1
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tells what was not reached, and all that was if it is asked for."""
    gathered = config.stash[GATHERED]
    if config.option.reach:
        terminalreporter.section("reach of the random operations")
        terminalreporter.line(gathered.reach.report(SCHEMA))
        terminalreporter.line(f"batches compared: {gathered.batches} of {ALL}")
    if missing := gathered.unreached():
        terminalreporter.section("FAILED: reached by no operation", red=True)
        for one in missing:
            terminalreporter.line(one)
