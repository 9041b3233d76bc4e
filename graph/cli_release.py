"""The command `release`: publishes what is verified, as the owner. The audit log tells of it, as of `publishRelease`."""

import asyncio
import json
from typing import Any

import click

from graph.terminal import as_json, show


@click.command()
@click.option("--preview", is_flag=True, help="Publish nothing; only tell what it would merge, withhold and change.")
@as_json
def release(preview: bool, as_json: bool) -> None:
    """Publish what is verified, as numbers for everybody.

    At most once a month. The JSON tells what was merged and withheld: numbers that nobody else may learn.
    """
    made = _made(preview)
    if made["problems"] and not preview:
        raise click.ClickException(made["problems"][0]["message"])
    counts = ", ".join(f"{len(made[name])} {name.replace('_', ' ')}" for name in ("merged", "withheld", "left_out", "changes"))
    told = f"release {made['release_id']}" if made["release_id"] else "a preview, nothing was published"
    show(as_json, json.loads(json.dumps(made, default=str)), f"{told}: {made['numbers']} numbers, {counts}")


def _made(preview: bool) -> dict[str, Any]:
    from graph import postgres
    from graph.settings import read_settings
    from models import audit, provision
    from models.audit import OK, ROLLED_BACK, Event, operator
    from models.provision import Addresses
    from resolvers.releasing.publish import publish

    async def run(addresses: Addresses) -> dict[str, Any]:
        async with provision.owner_database(addresses) as database:
            async with database.write() as transaction:
                made = await publish(transaction, None, preview=preview)
                result = OK if made.committed else ROLLED_BACK
                event = Event("publishRelease", operator(), object_ids=made.objects, fields=["preview"], result=result)
                if made.committed:
                    await audit.record(transaction, event)
            if not made.committed:
                async with database.write() as transaction:
                    await audit.record(transaction, event)
            return dict(made.binds["payload"])

    with postgres.migrated(read_settings()) as addresses:
        return asyncio.run(run(addresses))
