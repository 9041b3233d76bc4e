"""Figures: amounts that are published, each with its source and period."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from models.base import Table, created, identifier, money, one_of, text_field
from models.statements import Precision


class FigureKey(StrEnum):
    """What a figure states."""

    TRAVEL_SAVINGS = "TRAVEL_SAVINGS"
    CBSI_FUNDING = "CBSI_FUNDING"
    OFFICERS_REACHED = "OFFICERS_REACHED"


class FigureBasis(StrEnum):
    """Whether a figure was published by somebody, or computed here."""

    ASSERTED = "ASSERTED"
    COMPUTED = "COMPUTED"


class Figure(Table, table=True):
    """A published amount; several may share a key. `code` names one for ever."""

    __tablename__ = "figure"
    __table_args__ = (one_of("key", FigureKey), one_of("basis", FigureBasis), one_of("precision", Precision))

    id: UUID = identifier()
    code: str = text_field(unique=True)
    key: str = text_field(index=True)
    value: Decimal = money()
    unit: str = text_field()
    precision: str = text_field(default=Precision.EXACT)
    basis: str = text_field()
    period_from: date | None = None
    period_to: date | None = None
    as_of: date | None = None
    label: str = text_field()
    source: str = text_field()
    supersedes_id: UUID | None = Field(default=None, foreign_key="figure.id")
    created_at: datetime = created()
