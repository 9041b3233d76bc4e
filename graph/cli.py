"""The commands; those about access are in cli_access.py. Each imports what it needs when it runs, so that help is quick."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any

import click

from graph.cli_access import CLIENT_KINDS, SCOPES, agreement, client
from graph.cli_openid import openid
from graph.cli_privacy import export_subject, retention
from graph.cli_release import release as release_command
from graph.terminal import Commands, as_json, show

KINDS = ("ANONYMOUS", *CLIENT_KINDS)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """The graph of CARICOM IMPACS's training: serves it, and looks after its database and its clients.

    Without DATABASE_URL and MIGRATION_URL everything happens in the PostgreSQL that comes with the package, whose data is in DATA_DIR
    (else in .data); it is started when it does not run, and stopped by its last user.
    """


main.add_command(openid)
main.add_command(release_command)
main.add_command(retention)
main.add_command(export_subject)


@main.command()
@click.option("--host", help="The address to listen on (else HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on; 0 takes any that is free (else PORT, else 8000).")
@click.option("--test", is_flag=True, help="Serve a TEST environment, a deployment of its own (else ENVIRONMENT, else LIVE).")
def serve(host: str | None, port: int | None, test: bool) -> None:
    """Serve the graph.

    Brings up the database and its reference data, then answers HTTP until SIGTERM or Ctrl-C. On the first start with the PostgreSQL that
    comes with the package, makes credentials to try it with, and shows them if it writes to a terminal.
    """
    from graph import server
    from graph.settings import read_settings

    given = {"host": host, "port": port, "environment": "TEST" if test else None}
    server.serve(read_settings(**{name: value for name, value in given.items() if value is not None}))


@main.command()
@as_json
def reset(as_json: bool) -> None:
    """Empty a TEST environment, and load the reference data anew.

    Everything else in it is lost: records, clients, agreements. A LIVE environment is never reset, and none from which a server runs.
    """
    from graph import resetting
    from graph.settings import read_settings

    if read_settings().is_said_to_be_live:
        raise click.ClickException("ENVIRONMENT is LIVE, and only a TEST environment is emptied: unset it or set TEST; nothing was removed")
    settings = read_settings(environment="TEST")
    report = asdict(resetting.reset(settings))
    where = f"in {settings.data_dir}" if settings.is_embedded else "that MIGRATION_URL names"
    loaded = ", ".join(f"{count} {what}" for what, count in report.items())
    show(as_json, report, f"the TEST environment {where} is emptied, and loaded: {loaded}")


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
    show(as_json, {"head": head, "migrated": ran}, f"migrated to {head}" if ran else f"already at {head}")


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
    show(as_json, report, ", ".join(f"{count} {what}" for what, count in report.items()))


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
    show(as_json, found, "\n".join([*found["plan"], "", found["sql"]]))


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
    show(as_json, {"sealed": count}, f"sealed {count} event{'' if count == 1 else 's'}")


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
    show(as_json, found, "\n".join(auditing.told(found)))
    if found["findings"]:
        raise SystemExit(1)


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


main.add_command(client)
main.add_command(agreement)
