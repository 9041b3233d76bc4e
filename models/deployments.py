"""The deployment that a database belongs to: LIVE, or a TEST environment of its own. It is recorded at the first start, and stays."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field

from models.base import Table, created, one_of, text_field
from models.database import Transaction, render
from models.foreseen import Foreseen


class Environment(StrEnum):
    """What a deployment is for: LIVE holds what counts, TEST is for partners to try their programs with, and can be emptied."""

    LIVE = "LIVE"
    TEST = "TEST"


class Deployment(Table, table=True):
    """The one row that says which environment the database belongs to."""

    __tablename__ = "deployment"
    __table_args__ = (one_of("environment", Environment), CheckConstraint("single", name="single"))

    single: bool = Field(default=True, primary_key=True)
    environment: str = text_field()
    started_at: datetime = created()


class OtherEnvironment(Foreseen):
    """The database belongs to the other environment."""


async def recorded(transaction: Transaction) -> Environment | None:
    """The environment of the database; None before its first start."""
    found = await transaction.value(_RECORDED)
    return None if found is None else Environment(found)


async def claim(transaction: Transaction, environment: Environment) -> None:
    """Records the environment if none is recorded yet. Raises OtherEnvironment if the other one is."""
    await transaction.fetch(insert(_deployment).values(single=True, environment=environment.value).on_conflict_do_nothing())
    require(await recorded(transaction), environment)


def require(found: Environment | None, environment: Environment) -> None:
    """Raises OtherEnvironment unless the environment that was found is the one that is asked for."""
    if found is not environment:
        raise OtherEnvironment(f"this database belongs to {_NAMES[found]}, not to {_NAMES[environment]}: {_REMEDIES[environment]}")


_deployment: Any = Deployment.__table__  # type: ignore[attr-defined]
_RECORDED = render(select(_deployment.c.environment))
_NAMES = {None: "no environment yet", Environment.LIVE: "the LIVE environment", Environment.TEST: "a TEST environment"}
_REMEDIES = {
    Environment.LIVE: "serve it by `./run serve --test`, or give another database",
    Environment.TEST: "leave --test and ENVIRONMENT out, or give a database of its own by DATA_DIR or DATABASE_URL",
}
