"""The one command of the benchmark: `./run bench` (--statements 1000000 --seconds 5 --connections 16).

Seeds a database of its own by COPY; starts the graph as it is deployed, the floor (the graph's SQL through bare asyncpg behind a bare ASGI
function) and the contender (Strawberry, ORM and DataLoader), one process each; checks that all answer each operation alike; measures them
in turn; prints a table with the ratios, and writes it as JSON.
"""

import asyncio
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import click
import orjson

from benchmarks import load, operations
from benchmarks.operations import Operation
from graph.schema import graphql_schema
from models import agreements, embedded, provision, synthetic, throwaway
from models.access import ClientKind, Scope
from models.agreements import Terms
from models.base import new_id
from models.clients import STAFF_AGENCY, create
from models.database import Database, insertion
from models.provision import Addresses
from models.reference.loader import load as load_reference
from models.statements import Statement, StatementDepartment, StatementMemberState
from models.viewer import Viewer, ViewerKind
from resolvers.compiler.binds import Call
from resolvers.compiler.document import coerce
from resolvers.execute import Compiled, Graph, Request, prepare, read
from resolvers.queries import TYPES

SENDER = "SYN-03"
SECRET = "benchmark-secret-that-seals-cursors-only-here"
STATEMENT_SECONDS = "30"  # statistics over a million statements come near the default of 4 s where the cores are busy
RESULTS = Path(__file__).parent / "results"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the three servers listen."""

    graph: int
    floor: int
    contender: int


@click.command(help="Measures the graph beside the floor and the contender, on loopback only.")
@click.option("--statements", default=1_000_000, show_default=True, help="How many statements are seeded.")
@click.option("--seconds", default=5.0, show_default=True, help="How long each measurement lasts.")
@click.option("--connections", default=16, show_default=True, help="How many requests are under way at once.")
def main(statements: int, seconds: float, connections: int) -> None:
    """Runs the whole benchmark."""
    parent = throwaway.parent_folder() / f"partner-graph-benchmark-{os.getpid()}"
    parent.mkdir(mode=0o711)
    try:
        with embedded.running(parent, throwaway=True) as server:
            addresses = provision.embedded(server)
            provision.migrate(addresses)
            begin = time.perf_counter()
            credentials = asyncio.run(seed(server.url(database=provision.DATABASE), addresses, statements))
            click.echo(f"{statements:,} statements seeded in {time.perf_counter() - begin:.0f} s")
            rows = asyncio.run(measure_all(addresses, credentials, seconds, connections))
    finally:
        embedded.discard(parent)
    report(rows, statements, connections)


async def seed(superuser: str, addresses: Addresses, statements: int) -> Mapping[str, str]:
    """The credentials of a staff client and of a partner, in a database seeded with reference and synthetic data."""
    owner = await Database.open(addresses.owner, size=1, statement_timeout=600)
    async with owner.write() as transaction:
        await load_reference(transaction)
    connection = await asyncpg.connect(superuser)
    await connection.execute("SET session_replication_role = replica")
    await synthetic.seed(connection, statements)
    await connection.close()
    async with owner.write() as transaction:
        staff = await create(
            transaction, agency=STAFF_AGENCY, kind=ClientKind.STAFF, scopes=[Scope.STATEMENTS_READ], name="benchmark staff", days=1
        )
        scopes = [Scope.SUBMIT, Scope.STATEMENTS_READ]
        partner = await create(transaction, agency=SENDER, kind=ClientKind.PARTNER, scopes=scopes, name="benchmark partner", days=1)
        if agency_id := await agreements.agency_named(transaction, SENDER):
            await agreements.create(transaction, agency_id, terms())
    await owner.close()
    return {"staff": staff.credential, "partner": partner.credential}


def terms() -> Terms:
    """An agreement for the days on which the benchmark may run, which opens no personal field."""
    today = datetime.now(UTC).date()
    return Terms("Benchmark", ["BENCHMARK"], retention_months=1, starts_on=today, expires_on=today + timedelta(days=2))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(arguments: list[str], port: int, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that listens on the port, ended after the block."""
    started = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield started
    finally:
        started.terminate()
        started.wait(30)


async def measure_all(addresses: Addresses, credentials: Mapping[str, str], seconds: float, connections: int) -> list[Row]:
    """One row of figures for each operation, the graph's beside the floor's and the contender's."""
    ports = Ports(free_port(), free_port(), free_port())
    reads_file = RESULTS / "reads.pickle"
    RESULTS.mkdir(exist_ok=True)
    shared = {"DATABASE_URL": addresses.server, "MIGRATION_URL": addresses.owner}
    configured = {**shared, "CURSOR_SECRET": SECRET, "STATEMENT_TIMEOUT": STATEMENT_SECONDS}
    with process(["-m", "graph", "serve", "--port", str(ports.graph)], ports.graph, configured) as graph:
        reads = [await walked(operation, ports.graph, credentials["staff"]) for operation in operations.READS]
        reads_file.write_bytes(pickle.dumps({operation.name: prepared(operation) for operation in reads}))
        floor = process(uvicorn("benchmarks.floor:app", ports.floor), ports.floor, {**shared, "FLOOR_READS": str(reads_file)})
        contender = process(uvicorn("benchmarks.dataloader:app", ports.contender), ports.contender, shared)
        with floor, contender as dataloader:
            rows = [await measure_read(operation, ports, credentials["staff"], seconds, connections) for operation in reads]
            rows.append(await measure_submissions(ports.graph, ports.floor, credentials["partner"], seconds))
            memory = {"graph": resident_megabytes(graph.pid), "contender": resident_megabytes(dataloader.pid)}
            rows.append({"operation": "memory of the process, MB", **memory})
    reads_file.unlink()
    rows.append({"operation": "compiling a cold operation of 40 fields, ms", "p50_ms": cold_milliseconds()})
    return rows


def uvicorn(application: str, port: int) -> list[str]:
    """What runs an ASGI application as the graph is run: one process, uvloop, no log of requests."""
    return ["-m", "uvicorn", application, "--port", str(port), "--no-access-log", "--log-level", "warning"]


async def walked(operation: Operation, port: int, credential: str) -> Operation:
    """The operation, with the cursor of the page that it is about."""
    if not operation.walked:
        return operation
    return replace(operation, variables={**operation.variables, "after": await cursor_after(operation.walked * 50, port, credential)})


async def cursor_after(rows: int, port: int, credential: str) -> str | None:
    """The cursor of the statement with so many before and including it, as a server gives it page after page."""
    connection = await load.connect(port)
    after = None
    for done in range(0, rows, 100):
        asked = orjson.dumps({"query": operations.WALK, "variables": {"first": min(100, rows - done), "after": after}})
        answer = orjson.loads(await connection.send(load.request(port, asked, credential)))
        after = answer["data"]["statements"]["pageInfo"]["endCursor"]
    return after


def compiling() -> Graph:
    """What compiles operations as the graph does, and runs none."""
    return Graph(graphql_schema, TYPES, None, SECRET.encode())  # type: ignore[arg-type]


def compiled(graph: Graph, operation: Operation) -> tuple[Compiled, Call]:
    """What the graph runs for a read of staff, and the call that it runs it for."""
    viewer = Viewer(ViewerKind.STAFF, agency_id=new_id(), scopes=frozenset({Scope.STATEMENTS_READ.value}))
    document, priced_by = read(graph, Request(operation.query), viewer)
    call = Call(coerce(document, graph.schema, operation.variables), viewer, graph.secret, graph.limits[viewer.kind])
    return prepare(graph, document, priced_by, call), call


def prepared(operation: Operation) -> tuple[str, list[Any]]:
    """The SQL that the graph runs for a read, and its binds."""
    found, call = compiled(compiling(), operation)
    return found.sql, found.arguments(call)


def cold_milliseconds(times: int = 50) -> float:
    """The median time from the text of an operation of 40 fields to its SQL, each text seen for the first time."""
    graph = compiling()
    taken = []
    for number in range(times):
        begin = time.perf_counter()
        compiled(graph, Operation("cold", operations.COLD % number, operations.COLD_VARIABLES))
        taken.append(time.perf_counter() - begin)
    return round(sorted(taken)[times // 2] * 1000, 2)


async def measure_read(operation: Operation, ports: Ports, credential: str, seconds: float, connections: int) -> Row:
    """The figures of one read; raises RuntimeError if the answers differ."""
    asked = orjson.dumps({"query": operation.query, "variables": operation.variables})
    named = orjson.dumps({"operationName": operation.name})
    click.echo(f"measuring: {operation.name}", err=True)
    answers = [await load.once(ports.graph, asked, credential), await load.once(ports.floor, named, credential)]
    contended = asked
    if operation.contended and operation.walked:
        after = await cursor_after(operation.walked * 50, ports.contender, credential)
        contended = orjson.dumps({"query": operation.query, "variables": {**operation.variables, "after": after}})
    if operation.contended:
        answers.append(await load.once(ports.contender, contended, credential))
    if any(answer != answers[0] for answer in answers):
        raise RuntimeError(f"the servers answer differently: {operation.name}\n{[str(answer)[:500] for answer in answers]}")
    together = operation.connections or connections
    row = await compared(operation.name, ports.graph, lambda: asked, ports.floor, lambda: named, credential, seconds, together)
    if operation.contended:
        other = await load.measure(ports.contender, lambda: contended, credential, connections=together, seconds=seconds)
        row |= {"contender": round(other.per_second, 1), "times": round(row["graph"] / other.per_second, 1)}
    return row


async def measure_submissions(graph_port: int, floor_port: int, credential: str, seconds: float) -> Row:
    """The figures of submissions of 500 records, one after the other; each checked to have stored all of them."""
    numbers = count()

    def submitted() -> bytes:
        return orjson.dumps({"query": operations.SUBMIT, "variables": {"input": operations.submission(next(numbers))}})

    answer: Any = await load.once(graph_port, submitted(), credential)
    counts = answer.get("data", {}).get("submit", {}).get("counts")
    if counts != {"created": 500, "rejected": 0}:
        raise RuntimeError(f"a submission was not stored whole: {answer}")
    name = "a submission of 500 records (floor: its rows inserted unchecked)"
    return await compared(name, graph_port, submitted, floor_port, stored, credential, seconds, 1)


def stored() -> bytes:
    """The rows of 500 records for the floor to insert: the ledger's, and the outcomes'."""
    statements = [
        {
            "id": new_id(),
            "partner_id": synthetic.identifier("partner", 3),
            "source_ref": str(new_id()),
            "kind": "COUNT",
            "cohort_id": synthetic.identifier("cohort", 3),
            "measure": "REPORTED_TRAINED",
            "revision": 1,
            "state": "PENDING",
            "count": n % 30,
            "unit": "PARTICIPATIONS",
            "precision": "EXACT",
            "partition_key": "FLOOR",
            "visibility": "RESTRICTED",
            "institution": f"Unit {n}",
            "cost_amount": "100.00",
            "cost_currency": "USD",
            "created_at": "2026-01-01T00:00:00Z",
        }
        for n in range(500)
    ]
    states = [{"statement_id": row["id"], "member_state_code": "JM"} for row in statements]
    departments = [{"statement_id": row["id"], "department_code": "POLICE", "institution_type": "NOT_STATED"} for row in statements]
    tables = [(Statement, statements), (StatementMemberState, states), (StatementDepartment, departments)]
    return orjson.dumps({"rows": [(insertion(table, tuple(rows[0])), rows) for table, rows in tables]}, default=str)


async def compared(
    name: str,
    graph_port: int,
    graph_body: Callable[[], bytes],
    floor_port: int,
    floor_body: Callable[[], bytes],
    credential: str,
    seconds: float,
    connections: int,
) -> Row:
    """The figures of both servers, measured in turn: the floor before and after the graph, of which the better counts."""
    before = await load.measure(floor_port, floor_body, credential, connections=connections, seconds=seconds / 2)
    graph = await load.measure(graph_port, graph_body, credential, connections=connections, seconds=seconds)
    behind = await load.measure(floor_port, floor_body, credential, connections=connections, seconds=seconds / 2)
    floor = max(before, behind, key=lambda measured: measured.per_second)
    return {
        "operation": name,
        "graph": round(graph.per_second, 1),
        "floor": round(floor.per_second, 1),
        "ratio": round(graph.per_second / floor.per_second, 2),
        "p50_ms": round(graph.p50, 2),
        "p99_ms": round(graph.p99, 2),
        "floor_p50_ms": round(floor.p50, 2),
    }


def resident_megabytes(process_id: int) -> float:
    """The memory that a process holds, in MB (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


COLUMNS = {
    "operation": "operation",
    "graph": "graph",
    "floor": "floor",
    "ratio": "graph / floor",
    "contender": "DataLoader",
    "times": "graph / DataLoader",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
}


def report(rows: list[Row], statements: int, connections: int) -> None:
    """Prints the table, and writes it as JSON."""
    click.echo(f"\n{statements:,} statements, {connections} connections, {os.cpu_count()} cores; requests per second\n")
    click.echo(f"| {' | '.join(COLUMNS.values())} |\n| --- |{' ---: |' * (len(COLUMNS) - 1)}")
    for row in rows:
        click.echo(f"| {' | '.join(str(row.get(key, '')) for key in COLUMNS)} |")
    (RESULTS / "latest.json").write_text(json.dumps({"statements": statements, "connections": connections, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
