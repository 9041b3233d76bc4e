"""The only reader of the environment: variables to one frozen record. On a cluster secrets come from it alone, and have no default."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.openid.addresses import is_safe
from graph.openid.roles import Role
from models.deployments import Environment
from models.embedded import default_folder
from models.foreseen import Foreseen

PROJECT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA", "Ed25519"})
ASYMMETRIC = ALGORITHMS | {"RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512"}
"""The algorithms that can be allowed: by none of them does a public key make a signature."""


class SettingsError(Foreseen):
    """The environment cannot be used; the message names the variable, never its value."""


@dataclass(frozen=True, slots=True)
class OpenId:
    """The OpenID issuer that is trusted, and what for: signing people in (`client_id`), access tokens (`audience`), or both."""

    issuer: str
    client_id: str | None
    client_secret: str | None
    audience: str | None
    roles: Mapping[str, Role]
    role_claim: str
    scopes: str
    algorithms: frozenset[str]
    public_url: str | None


class Settings(BaseSettings):
    """What can be configured. Each field is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    environment: Environment = Field(Environment.LIVE, description="LIVE, or TEST for a deployment to try programs with.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes any that is free.")
    data_dir: Path = Field(
        default_factory=lambda known: folder_of(known.get("environment")),
        description="The embedded PostgreSQL's folder, and that of its secrets.",
    )
    database_url: str | None = Field(None, repr=False, description="A PostgreSQL 18, as the role that serves and owns nothing.")
    migration_url: str | None = Field(None, repr=False, description="The same database, as the role that owns and migrates it.")
    cursor_secret: str = Field("", repr=False, description="Seals cursors; at least 32 characters. Generated on the embedded PostgreSQL.")
    audit_key: str = Field("", repr=False, description="Signs heads of the audit log: 64 hexadecimal digits. Generated as that.")
    pool_size: int = Field(10, ge=1, le=80, description="How many connections to PostgreSQL the server holds at most.")
    statement_timeout: float = Field(4.0, gt=0, le=60, description="For how many seconds one SQL statement may run.")
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Host names to answer for beside this machine's own, separated by commas."
    )
    trusted_proxies: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas."
    )
    introspection: bool = Field(True, description="Whether callers may read the schema.")
    public_url: str | None = Field(None, description="Where browsers reach the graph, as `https://graph.example`; needed for signing in.")
    oidc_issuer: str | None = Field(None, description="The OpenID issuer whose people and access tokens are accepted, as it calls itself.")
    oidc_client_id: str | None = Field(None, description="What the issuer knows this server as; people can sign in with it.")
    oidc_client_secret: str | None = Field(None, repr=False, description="The secret of that client; without it, a public client.")
    oidc_audience: str | None = Field(
        None, description="What access tokens for this server name as their audience; they are accepted with it."
    )
    oidc_roles: Annotated[dict[str, Role], NoDecode] = Field(
        default_factory=dict, description="What a value of the role claim gives: JSON, the first that a person has counts."
    )
    oidc_role_claim: str = Field("roles", description="The claim that holds a person's roles; points lead into claims.")
    oidc_scopes: str = Field("openid profile", description="The scopes that are asked for when a person signs in.")
    oidc_algorithms: Annotated[frozenset[str], NoDecode] = Field(
        ALGORITHMS, description="The algorithms that tokens may be signed by, separated by commas."
    )

    @property
    def is_said_to_be_live(self) -> bool:
        """Whether LIVE was given, and is not only what nobody said."""
        return "environment" in self.model_fields_set and self.environment is Environment.LIVE

    @property
    def is_embedded(self) -> bool:
        """Whether the PostgreSQL that comes with the package is used."""
        return self.database_url is None

    @property
    def hosts(self) -> frozenset[str]:
        """The host names to answer for beside this machine's own: those that are allowed, and that of the public address."""
        name = urlsplit(self.public_url).hostname if self.public_url else None
        return self.allowed_hosts | {name} if name else self.allowed_hosts

    @property
    def openid(self) -> OpenId | None:
        """The OpenID issuer, if one is configured."""
        if self.oidc_issuer is None:
            return None
        return OpenId(
            self.oidc_issuer,
            self.oidc_client_id,
            self.oidc_client_secret,
            self.oidc_audience,
            self.oidc_roles,
            self.oidc_role_claim,
            self.oidc_scopes,
            self.oidc_algorithms,
            self.public_url and self.public_url.rstrip("/"),
        )

    @field_validator("allowed_hosts", "trusted_proxies", "oidc_algorithms", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _decoded(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError("this is no JSON") from None

    @field_validator("oidc_algorithms")
    @classmethod
    def _asymmetric(cls, value: frozenset[str]) -> frozenset[str]:
        if not value or not value <= ASYMMETRIC:
            raise ValueError(f"these algorithms can be allowed: {', '.join(sorted(ASYMMETRIC))}")
        return value

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _safe(cls, value: str | None) -> str | None:
        if value is not None and (not is_safe(value) or "?" in value or "#" in value):
            raise ValueError("give an https address, or one of this machine, without query or fragment")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: frozenset[str]) -> frozenset[str]:
        return frozenset(str(ip_network(each)) for each in value)

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
        self._check_openid()
        if self.audit_key and not re.fullmatch("[0-9a-fA-F]{64}", self.audit_key):
            raise ValueError("AUDIT_KEY must be 64 hexadecimal digits: try `openssl rand -hex 32`")
        return self

    def _check_openid(self) -> None:
        if self.oidc_issuer is None and (self.oidc_client_id or self.oidc_audience):
            raise ValueError("OIDC_CLIENT_ID or OIDC_AUDIENCE is given without OIDC_ISSUER: give the issuer that knows them")
        if self.oidc_issuer is not None and not (self.oidc_client_id or self.oidc_audience):
            raise ValueError("OIDC_ISSUER is given alone: add OIDC_CLIENT_ID to sign people in, OIDC_AUDIENCE to accept access tokens")
        if self.oidc_client_id and not (self.public_url and self.oidc_roles):
            raise ValueError("OIDC_CLIENT_ID is given without PUBLIC_URL or OIDC_ROLES: nobody could come back, or would have a role")
        if self.oidc_client_id and self.oidc_client_id == self.oidc_audience:
            raise ValueError("OIDC_AUDIENCE is OIDC_CLIENT_ID: give the API an audience of its own, so that no id token has it")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("OIDC_SCOPES must hold openid")


def folder_of(environment: Environment | None) -> Path:
    """The folder for the data of this checkout; a TEST environment has one of its own."""
    folder = default_folder(PROJECT)
    return folder.with_name(f"{folder.name}-test") if environment is Environment.TEST else folder


def read_settings(**given: Any) -> Settings:
    """The settings that the environment gives, and before them those given here. Raises SettingsError."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        name = "".join(f"{part}: ".upper() for part in first["loc"][:1])
        raise SettingsError(f"{name}{first['msg'].removeprefix('Value error, ')}") from None
