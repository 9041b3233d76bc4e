"""What all commands share: how they fail, and how they print."""

import json
from typing import Any
from uuid import UUID

import click

from models.foreseen import Foreseen

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Id(click.ParamType[UUID]):
    """A global identifier of a type, as the API writes it or without the type's name; gives its key."""

    name = "id"

    def __init__(self, type_: str) -> None:
        self._type = type_

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        """The key."""
        if isinstance(value, UUID):
            return value
        try:
            return UUID(str(value).removeprefix(f"{self._type}:"))
        except ValueError:
            self.fail(f"{value} is not the id of a {self._type}: give it as {self._type}:...", param, ctx)


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
