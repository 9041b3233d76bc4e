"""The commands: serve, migrate, load, schema, policies, client, explain. Each imports what it needs when it runs, so that help is quick."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from graph.cli_openid import openid
from models.foreseen import Foreseen

if TYPE_CHECKING:
    from models.clients import Issued, Listed
    from models.database import Transaction

Result = TypeVar("Result")
SCOPES = ("submit", "statements:read", "decide")
KINDS = ("ANONYMOUS", "PARTNER", "STAFF")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Commands(click.Group):
    """Commands whose foreseen failures are one line on standard error, and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except Foreseen as error:
            raise click.ClickException(" ".join(str(error).split())) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """The graph of CARICOM IMPACS's training: serves it, and looks after its database and its clients.

    Without DATABASE_URL and MIGRATION_URL everything happens in the PostgreSQL that comes with the package, whose data is in DATA_DIR
    (else in .data); it is started when it does not run, and stopped by its last user.
    """


main.add_command(openid)


@main.command()
@click.option("--host", help="The address to listen on (else HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on; 0 takes any that is free (else PORT, else 8000).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the graph.

    Brings up the database and its reference data, then answers HTTP until SIGTERM or Ctrl-C. On the first start with the PostgreSQL that
    comes with the package, prints credentials to try it with.
    """
    from graph import server
    from graph.settings import read_settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    server.serve(read_settings().model_copy(update=given))


@main.command()
@as_json
def migrate(as_json: bool) -> None:
    """Bring the database up to date.

    Also gives the serving role exactly the privileges that it needs. What is up to date is left alone.
    """
    from graph import postgres
    from graph.settings import read_settings
    from models import migrations, provision

    with postgres.opened(read_settings()) as opened:
        ran = provision.migrate(opened.addresses)
    head = migrations.head()
    _show(as_json, {"head": head, "migrated": ran}, f"migrated to {head}" if ran else f"already at {head}")


@main.command()
@as_json
def load(as_json: bool) -> None:
    """Load the reference data.

    Makes what is stored equal to the data files; what partners made is never touched, and loading twice changes nothing.
    """
    from graph import postgres
    from graph.settings import read_settings

    with postgres.migrated(read_settings()) as addresses:
        report = asdict(asyncio.run(postgres.load(addresses)))
    _show(as_json, report, ", ".join(f"{count} {what}" for what, count in report.items()))


@main.command()
@click.option(
    "--check", is_flag=True, help="Print no contract; exit with status 1 if schema.graphql differs from the code, or breaks clients."
)
@click.option("--release", is_flag=True, help="Keep schema.graphql in releases/ as the contract of pyproject.toml's version.")
def schema(check: bool, release: bool) -> None:
    """Print the public contract (schema.graphql).

    --check also compares it with the last release, and refuses a change that may break clients unless CHANGELOG.md names it, by its
    coordinate in backquotes, above that release: `Query.cohorts(first:)`.
    """
    from graph import contract
    from graph.schema import print_sdl

    text = print_sdl()
    if not (check or release):
        click.echo(text, nl=False)
        return
    if contract.printed() != text:
        raise click.ClickException("schema.graphql differs from the code: ./run schema > schema.graphql")
    if release:
        click.echo(f"kept as {contract.publish(text, contract.changelog(), contract.version())}")
        return
    released = contract.last_release()
    found = contract.checked(text, contract.changelog(), released)
    click.echo(
        "\n".join([f"changes since {released.version} that clients may notice: {len(found)}", *(f"  {each.text}" for each in found)])
    )


@main.command()
def policies() -> None:
    """Print who sees what, and who may change it (docs/who_sees_what.md)."""
    from graph import who_sees_what

    click.echo(who_sees_what.printed(), nl=False)


@main.command()
@click.argument("operation", type=click.File())
@click.option("--variables", default="{}", help="The variables, as a JSON object.")
@click.option("--name", help="Which operation of the document.")
@click.option("--as", "kind", type=click.Choice(KINDS, case_sensitive=False), default="ANONYMOUS", show_default=True, help="Who asks.")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="A scope that the asking client has.")
@as_json
def explain(operation: IO[str], variables: str, name: str | None, kind: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Print the plan and SQL of a query.

    OPERATION is a file, or - for standard input. Nothing is run, and no database is needed.
    """
    found = _explanation(operation.read(), variables, name, kind, scopes)
    _show(as_json, found, "\n".join([*found["plan"], "", found["sql"]]))


@main.group()
def client() -> None:
    """Clients of the API and their credentials."""


@client.command("create")
@click.option("--agency", metavar="CODE", help="The partner agency that the client acts for.")
@click.option("--staff", is_flag=True, help="A client of IMPACS's own staff, which sees every row.")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="What it may do beside reading what is public.")
@click.option("--name", help="What it is called in lists.")
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help="For how long its credential works.")
@as_json
def create_client(agency: str | None, staff: bool, scopes: tuple[str, ...], name: str | None, days: int, as_json: bool) -> None:
    """Make a client, and print its credential.

    The credential is shown only now: no secret is stored.
    """
    from models import clients
    from models.access import ClientKind, Scope

    if not (agency or staff):
        raise click.UsageError("give --agency CODE, or --staff")
    kind = ClientKind.STAFF if staff else ClientKind.PARTNER
    agency = agency or clients.STAFF_AGENCY
    wanted = [Scope(scope) for scope in scopes]

    async def make(transaction: "Transaction") -> clients.Issued:
        return await clients.create(transaction, agency=agency, kind=kind, scopes=wanted, name=name or agency, days=days)

    _show_issued(_in_transaction(make), as_json)


@client.command("renew")
@click.argument("client_id", type=click.UUID)
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help="For how long the credential works.")
@as_json
def renew_client(client_id: Any, days: int, as_json: bool) -> None:
    """Give a client a second credential.

    So it can change over without a gap; revoke the first one afterwards.
    """
    from models import clients

    _show_issued(_in_transaction(lambda transaction: clients.renew(transaction, client_id, days)), as_json)


@client.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """List every client and credential."""
    from models import clients

    rows = [_row(one) for one in _in_transaction(clients.clients)]
    _show(as_json, rows, "\n".join(_table(rows)) or "no clients yet in this database: ./run client create --help")


@client.command("revoke")
@click.argument("which")
@as_json
def revoke_client(which: str, as_json: bool) -> None:
    """Stop credentials from working.

    WHICH is a client's id, for all of its credentials, or one credential, as pg_<id>. It takes effect within 5 seconds.
    """
    from models import clients

    count = _in_transaction(lambda transaction: clients.revoke(transaction, which))
    if not count:
        raise click.ClickException(f"nothing live has the id {'_'.join(which.split('_')[:2])}: see ./run client list")
    _show(as_json, {"revoked": count}, f"revoked {count} credential{'s' if count > 1 else ''}")


@main.group()
def audit() -> None:
    """The audit log: its chain of seals, and what was done to it."""


@audit.command("seal")
@as_json
def seal_audit(as_json: bool) -> None:
    """Seal what is not sealed yet.

    A server does so each second by itself.
    """
    from graph import auditing

    count = auditing.seal()
    _show(as_json, {"sealed": count}, f"sealed {count} event{'' if count == 1 else 's'}")


@audit.command("head")
def audit_head() -> None:
    """Print where the chain ends, signed, as JSON.

    Keep it elsewhere: by it `audit verify --head FILE` finds out later whether the log was cut off or sealed anew.
    """
    from graph import auditing

    click.echo(json.dumps(auditing.head()))


@audit.command("verify")
@click.option("--head", "head", type=click.File(), help="A head that `audit head` printed before.")
@as_json
def verify_audit(head: IO[str] | None, as_json: bool) -> None:
    """Look for events that were edited, deleted, exchanged, inserted or cut off.

    Exit status 1 if there are any.
    """
    from graph import auditing

    found = auditing.verify(head.read() if head else None)
    _show(as_json, found, "\n".join(auditing.told(found)))
    if found["findings"]:
        raise SystemExit(1)


def _in_transaction(work: "Callable[[Transaction], Awaitable[Result]]") -> Result:
    """What the work gives, done as the owner in one transaction. An embedded database is filled first, so that agencies are there."""
    from graph import postgres
    from graph.settings import read_settings
    from models import provision

    settings = read_settings()
    with postgres.migrated(settings) as addresses:

        async def run() -> Result:
            if settings.is_embedded:
                await postgres.load(addresses)
            async with provision.owner_transaction(addresses) as transaction:
                return await work(transaction)

        return asyncio.run(run())


def _explanation(document: str, variables: str, name: str | None, kind: str, scopes: Sequence[str]) -> dict[str, Any]:
    from graph.schema import graphql_schema
    from models.viewer import Viewer, ViewerKind
    from resolvers.errors import Refusal
    from resolvers.execute import Graph, Request
    from resolvers.explain import explain
    from resolvers.queries import TYPES

    try:
        given = json.loads(variables)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--variables") from error
    nothing_is_run: Any = None
    graph = Graph(graphql_schema, TYPES, nothing_is_run, b"explain")
    try:
        return dict(explain(graph, Request(document, name, given), Viewer(ViewerKind(kind), scopes=frozenset(scopes))))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _show_issued(issued: "Issued", as_json: bool) -> None:
    record = {
        "credential": issued.credential,
        "clientId": str(issued.client_id),
        "name": issued.name,
        "agency": issued.agency,
        "kind": issued.kind,
        "scopes": list(issued.scopes),
        "expiresAt": issued.expires_at.isoformat(timespec="seconds"),
    }
    _show(as_json, record, f"{issued.credential}\nclient {issued.client_id}; shown only now, works until {record['expiresAt']}")


def _row(one: "Listed") -> dict[str, Any]:
    return {
        "clientId": str(one.client_id),
        "name": one.name,
        "agency": one.agency,
        "kind": one.kind,
        "scopes": list(one.scopes),
        "credential": one.credential,
        "expiresAt": one.expires_at.isoformat(timespec="seconds"),
        "isLive": one.is_live,
    }


def _table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        state = "until " + row["expiresAt"][:10] if row["isLive"] else "stopped"
        scopes = ",".join(row["scopes"]) or "-"
        yield f"{row['clientId']}  {row['credential']}  {state:16}  {row['kind']:7}  {row['agency']:15}  {scopes}  {row['name']}"


def _show(as_json: bool, record: Any, text: str) -> None:
    click.echo(json.dumps(record) if as_json else text)
