"""The command `release`: publishes what is verified, as the owner. What is done through the graph is in the audit log besides."""

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
    from models import provision
    from models.provision import Addresses
    from resolvers.releasing.publish import publish

    async def run(addresses: Addresses) -> dict[str, Any]:
        async with provision.owner_transaction(addresses) as transaction:
            return dict((await publish(transaction, None, preview=preview)).binds["payload"])

    with postgres.migrated(read_settings()) as addresses:
        return asyncio.run(run(addresses))
