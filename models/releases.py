"""Releases: the numbers for everybody (rule R9), as they were published, and what each of them is made of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from models.base import Table, identifier, moment, one_of, text_field
from models.statements import Measure, Precision, Sex

ADVISORY_LOCK = 0x72656C65617365  # "release": while it is held nobody else releases anything, makes it PUBLIC, or joins cohorts


class Release(Table, table=True):
    """What was published at one moment. It rests on the ledger as it stood at a change position, and on the release before."""

    __tablename__ = "release"

    id: UUID = identifier()
    at: datetime = moment(unique=True)
    covers_through: int = Field(sa_type=BigInteger)
    covers_through_at: datetime = moment()
    previous_id: UUID | None = Field(default=None, foreign_key="release.id", unique=True)
    made_by_id: UUID | None = Field(default=None, foreign_key="api_client.id")


class ReleaseBlock(Table, table=True):
    """A number of a release. Without members a dimension is UNSPECIFIED.

    Where the count is null, something of the measure and year is too small to be in any number. Where it is 0, a block of an earlier
    release stands for nothing now, and is kept so that it is never split.
    """

    __tablename__ = "release_block"
    __table_args__ = (
        one_of("measure", Measure),
        one_of("precision", Precision),
        one_of("sex", Sex),
        CheckConstraint("count = 0 OR count >= 5", name="count"),
        Index("ix_release_block_release_id_measure_year", "release_id", "measure", "year"),
    )

    release_id: UUID = Field(foreign_key="release.id", primary_key=True)
    number: int = Field(primary_key=True)
    measure: str = text_field()
    year: int
    member_states: list[str] = Field(sa_type=ARRAY(Text))
    departments: list[str] = Field(sa_type=ARRAY(Text))
    sex: str | None = text_field(default=None)
    count: int | None = None
    precision: str = text_field()
    is_merged: bool = False


class ReleaseCell(Table, table=True):
    """What one partner's chosen statements count of a block at one place; without a partner, a place that stands in the block for nothing.

    The next release is made from it. No field of the graph leads here.
    """

    __tablename__ = "release_cell"
    __table_args__ = (
        one_of("precision", Precision),
        one_of("sex", Sex),
        ForeignKeyConstraint(
            ["release_id", "block_number"], ["release_block.release_id", "release_block.number"], name="fk_release_cell_release_id"
        ),
        Index("ix_release_cell_release_id_block_number", "release_id", "block_number"),
    )

    id: UUID = identifier()
    release_id: UUID
    block_number: int
    member_states: list[str] = Field(sa_type=ARRAY(Text))
    departments: list[str] = Field(sa_type=ARRAY(Text))
    sex: str | None = text_field(default=None)
    partner_id: UUID | None = Field(default=None, foreign_key="partner_agency.id")
    count: int
    precision: str = text_field()


class ReleasedCohort(Table, table=True):
    """A cohort that was of a population on whose statements of a measure a release rests, with the first such release.

    What a release shows of it can be subtracted from for ever, so that nothing about it is made PUBLIC. No field of the graph leads here.
    """

    __tablename__ = "released_cohort"
    __table_args__ = (one_of("measure", Measure),)

    measure: str = text_field(primary_key=True)
    cohort_id: UUID = Field(foreign_key="cohort.id", primary_key=True)
    release_id: UUID = Field(foreign_key="release.id")
