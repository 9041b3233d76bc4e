"""The one command of the benchmark: `./run bench` (--statements 1000000 --seconds 5 --connections 16).

Seeds a database of its own by COPY, starts the graph as it is deployed and the floor, one process each; checks that both answer each
operation alike; measures them in turn; prints a table with the ratios, and writes it as JSON.
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
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import click
import orjson

from benchmarks import load, operations
from benchmarks.operations import Operation
from graph.schema import graphql_schema
from models import embedded, provision, synthetic, throwaway
from models.access import ClientKind, Scope
from models.base import new_id
from models.clients import STAFF_AGENCY, create
from models.database import Database, insertion
from models.provision import Addresses
from models.reference.loader import load as load_reference
from models.statements import Statement, StatementDepartment, StatementMemberState
from models.viewer import Viewer, ViewerKind
from resolvers.compiler.binds import Call
from resolvers.compiler.document import coerce
from resolvers.execute import Graph, Request, prepare, read
from resolvers.queries import TYPES

SECRET = "benchmark-secret-that-seals-cursors-only-here"
STATEMENT_SECONDS = "30"  # statistics over a million statements come near the default of 4 s where the cores are busy
RESULTS = Path(__file__).parent / "results"
Row = dict[str, Any]


@click.command(help="Measures the graph beside the floor, on loopback only.")
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
        partner = await create(transaction, agency="SYN-03", kind=ClientKind.PARTNER, scopes=scopes, name="benchmark partner", days=1)
    await owner.close()
    return {"staff": staff.credential, "partner": partner.credential}


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
    """One row of figures for each operation, the graph's and the floor's."""
    graph_port, floor_port = free_port(), free_port()
    reads_file = RESULTS / "reads.pickle"
    RESULTS.mkdir(exist_ok=True)
    reads_file.write_bytes(pickle.dumps({operation.name: prepared(operation) for operation in operations.READS}))
    shared = {"DATABASE_URL": addresses.server, "MIGRATION_URL": addresses.owner}
    configured = {**shared, "CURSOR_SECRET": SECRET, "STATEMENT_TIMEOUT": STATEMENT_SECONDS}
    graph_process = process(["-m", "graph", "serve", "--port", str(graph_port)], graph_port, configured)
    floor_arguments = ["-m", "uvicorn", "benchmarks.floor:app", "--port", str(floor_port), "--no-access-log", "--log-level", "warning"]
    with graph_process as graph, process(floor_arguments, floor_port, {**shared, "FLOOR_READS": str(reads_file)}):
        rows = [
            await measure_read(operation, graph_port, floor_port, credentials["staff"], seconds, connections)
            for operation in operations.READS
        ]
        rows.append(await measure_submissions(graph_port, floor_port, credentials["partner"], seconds))
        rows.append({"operation": "memory of the graph's process, MB", "graph": resident_megabytes(graph.pid)})
    reads_file.unlink()
    return rows


def prepared(operation: Operation) -> tuple[str, list[Any]]:
    """The SQL that the graph runs for a read, and its binds."""
    viewer = Viewer(ViewerKind.STAFF, agency_id=new_id(), scopes=frozenset({Scope.STATEMENTS_READ.value}))
    graph = Graph(graphql_schema, TYPES, None, SECRET.encode())  # type: ignore[arg-type]  # nothing is run here
    document, priced_by = read(graph, Request(operation.query), viewer)
    call = Call(coerce(document, graph.schema, operation.variables), viewer, graph.secret, graph.limits[viewer.kind])
    compiled = prepare(graph, document, priced_by, call)
    return compiled.sql, compiled.arguments(call)


async def measure_read(operation: Operation, graph_port: int, floor_port: int, credential: str, seconds: float, connections: int) -> Row:
    """The figures of one read; raises RuntimeError if the two answers differ."""
    asked = orjson.dumps({"query": operation.query, "variables": operation.variables})
    named = orjson.dumps({"operationName": operation.name})
    answers = await load.once(graph_port, asked, credential), await load.once(floor_port, named, credential)
    if answers[0] != answers[1]:
        raise RuntimeError(f"the graph and the floor answer differently: {operation.name}")
    together = operation.connections or connections
    return await compared(operation.name, graph_port, lambda: asked, floor_port, lambda: named, credential, seconds, together)


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


def report(rows: list[Row], statements: int, connections: int) -> None:
    """Prints the table, and writes it as JSON."""
    click.echo(f"\n{statements:,} statements, {connections} connections, {os.cpu_count()} cores; requests per second\n")
    click.echo("| operation | graph | floor | graph / floor | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        cells = [row["operation"], *[str(row.get(key, "")) for key in ("graph", "floor", "ratio", "p50_ms", "p99_ms")]]
        click.echo(f"| {' | '.join(cells)} |")
    (RESULTS / "latest.json").write_text(json.dumps({"statements": statements, "connections": connections, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
