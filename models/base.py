"""The table base: constraint names, identifiers, column types and codes that every table shares."""

import os
import time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Numeric, Text, text
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


_FIXED_BITS = 0xF << 76 | 0b11 << 62
_VERSION_AND_VARIANT = 7 << 76 | 0b10 << 62


class Table(SQLModel):
    """The base of every table."""


def new_id() -> UUID:
    """A new identifier: a version 7 UUID, which sorts by the millisecond in which it was made (RFC 9562).

    Behind that it is chance alone, without the counter that the RFC allows: two that one sees would tell how many were made between them.
    So those of one millisecond have no order, and what must keep one keeps it in a column.
    """
    millisecond = time.time_ns() // 1_000_000
    return UUID(int=millisecond << 80 | int.from_bytes(os.urandom(10)) & ~_FIXED_BITS | _VERSION_AND_VARIANT)


def identifier() -> Any:
    """The field of a primary key that is a version 7 UUID."""
    return Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})


def one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    """The check that a text column holds one of an enum's codes, or null.

    PostgreSQL's own enums are not used: they cannot drop a value, and comparing them is not leakproof under row-level security.
    """
    values = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def none_missing(column: str) -> CheckConstraint:
    """The check that an array holds no null."""
    return CheckConstraint(f"array_position({column}, NULL) IS NULL", name=column)


def together(name: str, one: str, other: str) -> CheckConstraint:
    """The check that two columns are both given, or both null."""
    return CheckConstraint(f"({one} IS NULL) = ({other} IS NULL)", name=name)


def text_field(**arguments: Any) -> Any:
    """A field stored as text."""
    return Field(sa_type=Text, **arguments)


def moment(**arguments: Any) -> Any:
    """A field stored as a moment in time, with its zone."""
    return Field(sa_type=DateTime(timezone=True), **arguments)


def created(**arguments: Any) -> Any:
    """The moment at which the row was made, given by PostgreSQL."""
    return moment(default=None, nullable=False, sa_column_kwargs={"server_default": text("now()")}, **arguments)


def money(**arguments: Any) -> Any:
    """A field stored as an amount of money, with two decimal places."""
    return Field(sa_type=Numeric(18, 2), **arguments)


class Visibility(StrEnum):
    """Who may see a row beside its sender and staff."""

    PUBLIC = "PUBLIC"
    RESTRICTED = "RESTRICTED"
