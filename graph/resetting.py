"""`reset`: empties a TEST environment while nobody serves from it, and loads the reference data anew."""

import asyncio
from contextlib import ExitStack

from graph import postgres, sandbox
from graph.server import only_server
from graph.settings import Settings
from models import provision
from models.reference.loader import LoadReport


def reset(settings: Settings) -> LoadReport:
    """What was loaded. Raises Foreseen where there is no TEST environment, or where a server runs on it."""
    with ExitStack() as stack:
        if settings.is_embedded:
            stack.enter_context(only_server(settings.data_dir))
        opened = stack.enter_context(postgres.opened(settings))
        asyncio.run(postgres.check_environment(opened.addresses, settings.environment))
        provision.migrate(opened.addresses)
        report = asyncio.run(postgres.reset(opened.addresses))
        if settings.is_embedded:
            (settings.data_dir / sandbox.FILE).unlink(missing_ok=True)
    return report
