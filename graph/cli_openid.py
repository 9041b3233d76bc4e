"""The commands about clients that an OpenID issuer vouches for. They are run by the owner of the database."""

import json
from uuid import UUID

import click

from graph.operating import Act, in_transaction
from graph.terminal import Id


@click.group()
def openid() -> None:
    """Programs and people that the OpenID issuer of OIDC_ISSUER vouches for."""


@openid.command("register")
@click.argument("openid_client_id")
@click.option("--subject", help="The sub of its access tokens, where that is not the client's id.")
@click.option("--agency", metavar="CODE", help="The partner agency that the program acts for; without it, CARICOM IMPACS as staff.")
@click.option("--scope", "scopes", multiple=True, help="What it may do beside reading what is public.")
@click.option("--name", help="What it is called in lists.")
def register(openid_client_id: str, subject: str | None, agency: str | None, scopes: tuple[str, ...], name: str | None) -> None:
    """Make a program a client, by its access tokens.

    OPENID_CLIENT_ID is what the issuer knows it as. It needs no credential of this graph.
    """
    from graph.settings import read_settings
    from models import openid as vouching
    from models.access import ClientKind, Scope
    from models.clients import STAFF_AGENCY

    issuer = read_settings().oidc_issuer
    if issuer is None:
        raise click.ClickException("OIDC_ISSUER names no issuer: who would vouch for the program?")
    known = {scope.value for scope in Scope}
    if wrong := sorted(set(scopes) - known):
        raise click.UsageError(f"there is no scope {wrong[0]}: {', '.join(sorted(known))}")
    kind, wanted = ClientKind.PARTNER if agency else ClientKind.STAFF, [Scope(scope) for scope in scopes]
    program = vouching.Vouched(
        issuer, subject or openid_client_id, name or openid_client_id, kind, wanted, agency or STAFF_AGENCY, None, openid_client_id
    )
    given = {"subject": subject, "agency": agency, "scopes": scopes, "name": name}
    fields = ["openidClient", *[field for field, value in given.items() if value]]
    made = in_transaction(
        lambda transaction: vouching.register(transaction, program), lambda client: Act("createClient", [f"Client:{client}"], fields)
    )
    click.echo(f"Client:{made}")


@openid.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(as_json: bool) -> None:
    """List programs and people."""
    from models import openid as vouching

    rows = in_transaction(vouching.listed)
    if as_json:
        click.echo(json.dumps([{**row, "id": f"Client:{row['id']}", "scopes": list(row["scopes"])} for row in rows]))
        return
    for row in rows:
        state = "stopped" if row["is_revoked"] else "live"
        click.echo(f"Client:{row['id']}  {state:7}  {row['kind']:13}  {row['subject']}  {row['name']}")


@openid.command("revoke")
@click.argument("client_id", type=Id("Client"))
def revoke(client_id: UUID) -> None:
    """Shut a program or a person out, for ever. It takes effect within 5 seconds."""
    from models import openid as vouching

    act = Act("revokeCredential", [f"Client:{client_id}"], ["client"])
    if not in_transaction(lambda transaction: vouching.revoke(transaction, client_id), lambda revoked: act if revoked else None):
        raise click.ClickException(f"nothing live has the id {client_id}: see ./run openid list")
    click.echo("shut out")
