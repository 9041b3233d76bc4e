"""The commands `retention` and `export-subject`, about what is told of people. They are run by the owner of the database."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import click

from graph.terminal import as_json, show

if TYPE_CHECKING:
    from models.database import Database
    from resolvers.erasing.retention import Report

Result = TypeVar("Result")


@click.command()
@click.option("--apply", "applies", is_flag=True, help="Erase it; without this, nothing is changed.")
@click.option("--keep-counts", "keeps_counts", is_flag=True, help="Go on counting whoever was verified, as one of whom nothing is known.")
@as_json
def retention(applies: bool, keeps_counts: bool, as_json: bool) -> None:
    """Erase what is told of people longer than agreements let it be kept.

    Without --apply, tells what that would erase. Statements that no agreement says how long to keep are told of, and never erased.
    """
    from resolvers.erasing.retention import end

    report = _as_owner(lambda database: end(database, datetime.now(UTC), applies=applies, keeps_counts=keeps_counts))
    partners = [{"partner": partner, **asdict(share)} for partner, share in report.shares.items()]
    record = {"applied": applies, "partners": partners, "withoutAgreement": report.unbounded}
    show(as_json, record, "\n".join(_lines(report, applies=applies)))


def _lines(report: "Report", *, applies: bool) -> Iterator[str]:
    verb = "erased" if applies else "would be erased"
    for partner, share in report.shares.items():
        rows = ", ".join(f"{count} {table}" for table, count in sorted(share.places.items()))
        yield f"{partner}: {share.participants} participants and {share.statements} statements {verb} ({rows})"
    for partner, count in report.unbounded.items():
        yield f"{partner}: {count} statements that no agreement says how long to keep; they stay"
    if not report.shares:
        yield "nothing is over its time"


def _readable(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The text of an option. Raises BadParameter where its bytes are none."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("this is no text in UTF-8. Give it as the partner sent it.") from None
    return value


@click.command("export-subject")
@click.option("--partner", metavar="CODE", required=True, callback=_readable, help="The partner whose pseudonym it is.")
@click.option("--subject", metavar="ID", required=True, callback=_readable, help="The pseudonym.")
def export_subject(partner: str, subject: str) -> None:
    """Print all that is stored about a person, as JSON: rows by table.

    That it was asked for is recorded in the audit log.
    """
    from models import agreements
    from resolvers.erasing.subject import Rows, stored_about

    async def read(database: "Database") -> dict[str, Rows] | None:
        async with database.write() as transaction:
            if await agreements.agency_named(transaction, partner) is None:
                told = f"there is no agency with the code {partner}: ask the graph for partnerAgencies {{ nodes {{ code }} }}"
                raise click.BadParameter(told, param_hint="--partner")
            return await stored_about(transaction, partner, subject)

    found = _as_owner(read)
    if found is None:
        raise click.ClickException("nothing is stored under this pseudonym of this partner")
    click.echo(json.dumps(found, default=str, indent=2, ensure_ascii=False))


def _as_owner(work: "Callable[[Database], Awaitable[Result]]") -> Result:
    from graph import postgres
    from graph.settings import read_settings
    from models import provision

    with postgres.migrated(read_settings()) as addresses:

        async def run() -> Result:
            async with provision.owner_database(addresses) as database:
                return await work(database)

        return asyncio.run(run())
