"""What all commands share: how they fail, and how they print."""

import json
from typing import Any

import click

from models.foreseen import Foreseen

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Commands(click.Group):
    """Commands whose foreseen failures are one line on standard error, and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except Foreseen as error:
            raise click.ClickException(" ".join(str(error).split())) from error


def show(as_json: bool, record: Any, text: str) -> None:
    """Prints a record as JSON, or its text."""
    click.echo(json.dumps(record) if as_json else text)
