"""The only reader of the environment: variables to one frozen record. On a cluster secrets come from it alone, and have no default."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.embedded import default_folder
from models.foreseen import Foreseen

PROJECT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32


class SettingsError(Foreseen):
    """The environment cannot be used; the message names the variable, never its value."""


class Settings(BaseSettings):
    """What can be configured. Each field is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes any that is free.")
    data_dir: Path = Field(
        default_factory=lambda: default_folder(PROJECT), description="The embedded PostgreSQL's folder, and that of its secrets."
    )
    database_url: str | None = Field(None, repr=False, description="A PostgreSQL 18, as the role that serves and owns nothing.")
    migration_url: str | None = Field(None, repr=False, description="The same database, as the role that owns and migrates it.")
    cursor_secret: str = Field("", repr=False, description="Seals cursors; at least 32 characters. Generated on the embedded PostgreSQL.")
    pool_size: int = Field(10, ge=1, le=80, description="How many connections to PostgreSQL the server holds at most.")
    statement_timeout: float = Field(4.0, gt=0, le=60, description="For how many seconds one SQL statement may run.")
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Host names to answer for beside this machine's own, separated by commas."
    )
    introspection: bool = Field(True, description="Whether callers may read the schema.")

    @property
    def is_embedded(self) -> bool:
        """Whether the PostgreSQL that comes with the package is used."""
        return self.database_url is None

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.database_url is None) != (self.migration_url is None):
            missing, given = ("DATABASE_URL", "MIGRATION_URL") if self.database_url is None else ("MIGRATION_URL", "DATABASE_URL")
            raise ValueError(f"{given} is given without {missing}: give both, or neither for the PostgreSQL that comes with the package")
        if self.cursor_secret and len(self.cursor_secret) < SHORTEST_SECRET:
            raise ValueError(f"CURSOR_SECRET must have at least {SHORTEST_SECRET} characters: try `openssl rand -hex 32`")
        return self


def read_settings() -> Settings:
    """The settings that the environment gives. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        name = "".join(f"{part}: ".upper() for part in first["loc"][:1])
        raise SettingsError(f"{name}{first['msg'].removeprefix('Value error, ')}") from None
