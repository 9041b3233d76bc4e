"""What the commands do as the owner of the database. What they change is in the audit log, as the doing of the operator."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from models.database import Transaction

Result = TypeVar("Result")


class Act(NamedTuple):
    """What was done, as the audit log tells it: the mutation's name, the global ids of what was changed, the names of what was given."""

    action: str
    objects: Sequence[str]
    fields: Sequence[str] = ()


def in_transaction(
    work: "Callable[[Transaction], Awaitable[Result]]", tells: Callable[[Result], Act | None] = lambda _: None, *, issues: bool = False
) -> Result:
    """What the work gives, done as the owner in one transaction with the event that `tells` of it, if it changed anything.

    An embedded database is filled first, so that agencies are there. A database that was never served belongs to the environment of the
    settings once it `issues` a credential, which tells it.
    """
    from graph import postgres
    from graph.settings import read_settings
    from models import audit, deployments, provision
    from models.audit import Event, operator

    settings = read_settings()
    with postgres.migrated(settings) as addresses:

        async def run() -> Result:
            if settings.is_embedded:
                await postgres.load(addresses)
            async with provision.owner_transaction(addresses) as transaction:
                if issues and await deployments.recorded(transaction) is None:
                    await deployments.claim(transaction, settings.environment)
                result = await work(transaction)
                if act := tells(result):
                    await audit.record(transaction, Event(act.action, operator(), object_ids=act.objects, fields=sorted(act.fields)))
            return result

        return asyncio.run(run())
