"""The commands about who has access: client and agreement. They are run by the owner of the database."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from graph.operating import Act, in_transaction
from graph.terminal import Id, as_json, show

if TYPE_CHECKING:
    from models.clients import Issued, Listed
    from models.database import Transaction

SCOPES = (
    "submit",
    "submit:force",
    "statements:read",
    "personal:read",
    "decide",
    "curate",
    "publish",
    "erase",
    "audit:read",
    "admin",
)
CLIENT_KINDS = ("PARTNER", "FOCAL_POINT", "STAFF", "VERIFIER", "DATA_PROTECTION_OFFICER", "AUDITOR", "ADMINISTRATOR")
PERSONAL_FIELDS = ("PARTICIPANT", "ROLE_LEVEL", "RESULT")


@click.group()
def client() -> None:
    """Clients of the API and their credentials."""


@client.command("create")
@click.option("--kind", type=click.Choice(CLIENT_KINDS, case_sensitive=False), help="Its kind; PARTNER unless you say otherwise.")
@click.option("--agency", metavar="CODE", help="The partner agency that the client acts for.")
@click.option("--member-state", metavar="CODE", help="The member state whose focal point it is; then its kind is FOCAL_POINT.")
@click.option("--staff", is_flag=True, help="A client of IMPACS's own staff: the same as --kind STAFF.")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="What it may do beside reading what is public.")
@click.option("--name", help="What it is called in lists.")
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help="For how long its credential works.")
@click.option("--address", "addresses", multiple=True, help="An address or network that its credential works from; none: from everywhere.")
@as_json
def create_client(
    kind: str | None, agency: str | None, member_state: str | None, staff: bool, scopes: tuple[str, ...], as_json: bool, **more: Any
) -> None:
    """Make a client, and print its credential.

    The credential is shown only now: no secret is stored. A partner's works while an agreement of its agency is in force.
    """
    from models import clients
    from models.access import ClientKind, Scope

    if not (kind or agency or member_state or staff):
        raise click.UsageError("give --agency CODE, --member-state CODE, --staff, or --kind KIND")
    of = ClientKind(kind or ("STAFF" if staff else "FOCAL_POINT" if member_state else "PARTNER"))
    owner = agency or (clients.STAFF_AGENCY if of in clients.IMPACS_KINDS else None)
    wanted, name = [Scope(scope) for scope in scopes], more.pop("name") or owner or member_state or of.value
    given = {"agency": owner, "memberState": member_state, "addresses": more["addresses"]}
    fields = ["kind", "name", "scopes", "days", *[field for field, value in given.items() if value]]

    async def make(transaction: "Transaction") -> clients.Issued:
        return await clients.create(transaction, agency=owner, member_state=member_state, kind=of, scopes=wanted, name=name, **more)

    _show_issued(in_transaction(make, lambda made: Act("createClient", [f"Client:{made.client_id}"], fields), issues=True), as_json)


@client.command("renew")
@click.argument("client_id", type=Id("Client"))
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help="For how long the credential works.")
@as_json
def renew_client(client_id: Any, days: int, as_json: bool) -> None:
    """Give a client a second credential.

    So it can change over without a gap; revoke the first one afterwards.
    """
    from models import clients

    act = Act("rotateCredential", [f"Client:{client_id}"], ["client", "days"])
    _show_issued(in_transaction(lambda transaction: clients.renew(transaction, client_id, days), lambda _: act, issues=True), as_json)


@client.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """List every client and credential."""
    from models import clients

    rows = [_row(one) for one in in_transaction(clients.clients)]
    show(as_json, rows, "\n".join(_table(rows)) or "no clients yet in this database: ./run client create --help")


@client.command("revoke")
@click.argument("which")
@as_json
def revoke_client(which: str, as_json: bool) -> None:
    """Stop credentials from working.

    WHICH is a client's id, for all of its credentials, or one credential, as pg_live_<id>. It takes effect within 5 seconds.
    """
    from models import clients

    which = which.removeprefix("Client:")

    def told(stopped: Sequence[clients.Listed]) -> Act | None:
        field = "client" if stopped and str(stopped[0].client_id) == which.lower() else "credential"
        return Act("revokeCredential", [f"Client:{stopped[0].client_id}"], [field]) if stopped else None

    count = len(in_transaction(lambda transaction: clients.revoke(transaction, which), told))
    if not count:
        raise click.ClickException(f"nothing live has the id {clients.id_of(which)}: see ./run client list")
    show(as_json, {"revoked": count}, f"revoked {count} credential{'s' if count > 1 else ''}")


@click.group()
def agreement() -> None:
    """Agreements with agencies: a partner has access while one of its agency is in force."""


@agreement.command("create")
@click.option("--agency", metavar="CODE", required=True, help="The agency.")
@click.option("--title", required=True, help="What it is called.")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    required=True,
    help="What data about people may be used for, such as REPORTING; repeat it for several.",
)
@click.option("--permit", "permitted", type=click.Choice(PERSONAL_FIELDS), multiple=True, help="A fact about people that it opens.")
@click.option("--retention-months", type=int, required=True, help="For how long data about people is kept.")
@click.option("--starts", type=click.DateTime(["%Y-%m-%d"]), help="Its first day; today unless you say otherwise.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Its last day, in UTC.")
@click.option("--legal-basis", help="The law or the treaty that it rests on.")
@click.option("--transfer", help="Where data may be taken to, and under what safeguards.")
@as_json
def create_agreement(
    agency: str, permitted: tuple[str, ...], starts: datetime | None, expires: datetime, as_json: bool, **said: Any
) -> None:
    """Make an agreement, and print its id.

    Where it opens nothing now, or less than the one that it replaces, warnings on standard error say so.
    """
    from models import agreements
    from models.access import PersonalField
    from models.agreements import AgreementError, Terms
    from resolvers.admitting.agreements import warnings

    first = (starts or datetime.now(UTC)).date()
    fields = [PersonalField(each) for each in permitted]
    terms = Terms(starts_on=first, expires_on=expires.date(), permitted_fields=fields, **said)

    async def make(transaction: "Transaction") -> Any:
        agency_id = await agreements.agency_named(transaction, agency)
        if agency_id is None:
            raise AgreementError(
                f"there is no agency with the code {agency}: ask the graph for partnerAgencies {{ nodes {{ code }} }}", "agency"
            )
        key = await agreements.create(transaction, agency_id, terms)
        return key, [one.row() for one in warnings(key, await agreements.agreements(transaction, agency_id))]

    given = {"legalBasis": terms.legal_basis, "transfer": terms.transfer}
    more = [field for field, value in given.items() if value]
    told = ["agency", "title", "purposes", "permittedFields", "retentionMonths", "startsOn", "expiresOn", *more]
    key, issues = in_transaction(make, lambda made: Act("createAgreement", [f"Agreement:{made[0]}"], told))
    made = {"agreementId": f"Agreement:{key}", "agency": agency}
    warned = [{name: one[name] for name in ("code", "message", "path", "params")} for one in issues]
    show(as_json, made | {"warnings": warned}, f"{made['agreementId']} with {agency}, from {first} to {expires.date()}")
    for one in () if as_json else warned:
        click.echo(f"warning: {one['message']} ({one['code']})", err=True)


@agreement.command("end")
@click.argument("agreement_id", type=Id("Agreement"))
@as_json
def end_agreement(agreement_id: Any, as_json: bool) -> None:
    """End an agreement now.

    Its agency's credentials are refused within 5 seconds, unless another one started later: those before it open nothing again.
    """
    from models import agreements

    ended = f"Agreement:{agreement_id}"
    act = Act("endAgreement", [ended], ["agreement"])
    if not in_transaction(lambda transaction: agreements.end(transaction, agreement_id), lambda is_over: act if is_over else None):
        raise click.ClickException(f"there is no {ended}, or it was ended before: see ./run agreement list")
    show(as_json, {"ended": ended}, f"ended {ended}")


@agreement.command("list")
@as_json
def list_agreements(as_json: bool) -> None:
    """List every agreement."""
    from models import agreements

    found = in_transaction(agreements.agreements)
    rows = [
        {
            "agreementId": f"Agreement:{one.agreement_id}",
            "agency": one.agency,
            "title": one.title,
            "purposes": list(one.purposes),
            "permittedFields": list(one.permitted_fields),
            "retentionMonths": one.retention_months,
            "startsOn": one.starts_on.isoformat(),
            "expiresOn": one.expires_on.isoformat(),
            "endedAt": one.ended_at and one.ended_at.isoformat(timespec="seconds"),
            "isInForce": one.is_in_force,
            "standing": one.standing.value,
        }
        for one in found
    ]
    lines = [
        f"{row['agreementId']}  {row['agency']:15}  {row['startsOn']} to {row['expiresOn']}  {_standing(row):25}  {row['title']}"
        for row in rows
    ]
    show(as_json, rows, "\n".join(lines) or "no agreements yet in this database: ./run agreement create --help")


def _standing(row: dict[str, Any]) -> str:
    """Whether an agreement is in force, or why not."""
    said = {"IN_FORCE": "in force", "NOT_STARTED": "not started yet", "EXPIRED": "expired", "SUPERSEDED": "superseded by a newer one"}
    return f"ended by hand {row['endedAt'][:10]}" if row["standing"] == "ENDED" else said[row["standing"]]


def _show_issued(issued: "Issued", as_json: bool) -> None:
    record = {
        "credential": issued.credential,
        "clientId": f"Client:{issued.client_id}",
        "name": issued.name,
        "agency": issued.agency,
        "memberState": issued.member_state,
        "kind": issued.kind,
        "scopes": list(issued.scopes),
        "expiresAt": issued.expires_at.isoformat(timespec="seconds"),
    }
    show(as_json, record, f"{issued.credential}\n{record['clientId']}; shown only now, works until {record['expiresAt']}")


def _row(one: "Listed") -> dict[str, Any]:
    return {
        "clientId": f"Client:{one.client_id}",
        "name": one.name,
        "agency": one.agency,
        "memberState": one.member_state,
        "kind": one.kind,
        "scopes": list(one.scopes),
        "credential": one.credential,
        "addresses": list(one.addresses),
        "expiresAt": one.expires_at.isoformat(timespec="seconds"),
        "lastUsedAt": one.last_used_at and one.last_used_at.isoformat(timespec="seconds"),
        "isLive": one.is_live,
    }


def _table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        state = "until " + row["expiresAt"][:10] if row["isLive"] else "stopped"
        scopes, owner = ",".join(row["scopes"]) or "-", row["agency"] or row["memberState"]
        used = f"used {row['lastUsedAt'][:10]}" if row["lastUsedAt"] else "never used"
        yield f"{row['clientId']}  {row['credential']}  {state:16}  {used:15}  {row['kind']:11}  {owner:15}  {scopes}  {row['name']}"
