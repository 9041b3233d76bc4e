"""The outbox: one row for each change of an entity, written last in the transaction that changes it, in commit order."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Identity, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import Table, created, one_of, text_field


class ChangeType(StrEnum):
    """What kind of entity changed."""

    MEMBER_STATE = "MEMBER_STATE"
    DEPARTMENT = "DEPARTMENT"
    PARTNER_AGENCY = "PARTNER_AGENCY"
    PARTNER_LISTING = "PARTNER_LISTING"
    COURSE = "COURSE"
    COHORT = "COHORT"
    STATEMENT = "STATEMENT"
    FIGURE = "FIGURE"


class ChangeOp(StrEnum):
    """What happened to it."""

    UPSERT = "UPSERT"
    WITHDRAWN = "WITHDRAWN"
    ERASED = "ERASED"


class ActorKind(StrEnum):
    """Who did it."""

    PARTNER = "PARTNER"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"


class Change(Table, table=True):
    """A change. `position` rises in commit order, since it is taken under an advisory lock (product.md D2)."""

    __tablename__ = "change"
    __table_args__ = (one_of("type", ChangeType), one_of("op", ChangeOp), one_of("actor", ActorKind))

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    type: str = text_field()
    op: str = text_field()
    entity_id: str = text_field(index=True)
    key: dict[str, str] = Field(sa_type=JSONB)
    revision: int | None = None
    changed_fields: list[str] = Field(sa_type=ARRAY(Text))
    group_id: UUID = Field(index=True)
    actor: str = text_field()
    at: datetime = created(index=True)
