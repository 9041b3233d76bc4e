"""Releases: the numbers for everybody, and what they are made of.

Revision ID: 0010
Revises: 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import ARRAY, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MEASURES = "'NOMINATED', 'ACCESS_GRANTED', 'ENROLLED', 'ATTENDED', 'COMPLETED', 'CERTIFIED', 'REPORTED_TRAINED'"
PRECISIONS = "'EXACT', 'AT_LEAST', 'APPROXIMATE'"
SEXES = "'FEMALE', 'MALE', 'OTHER', 'UNDISCLOSED', 'UNSPECIFIED'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covers_through", sa.BigInteger(), nullable=False),
        sa.Column("covers_through_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["previous_id"], ["release.id"], name=op.f("fk_release_previous_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["api_client.id"], name=op.f("fk_release_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("at", name=op.f("uq_release_at")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_release_previous_id")),
    )
    op.create_table(
        "release_block",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("is_merged", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"measure IN ({MEASURES})", name=op.f("ck_release_block_measure")),
        sa.CheckConstraint(f"precision IN ({PRECISIONS})", name=op.f("ck_release_block_precision")),
        sa.CheckConstraint(f"sex IN ({SEXES})", name=op.f("ck_release_block_sex")),
        sa.CheckConstraint("count = 0 OR count >= 5", name=op.f("ck_release_block_count")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_block_release_id")),
        sa.PrimaryKeyConstraint("release_id", "number", name=op.f("pk_release_block")),
    )
    op.create_index("ix_release_block_release_id_measure_year", "release_block", ["release_id", "measure", "year"])
    op.create_table(
        "release_cell",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("block_number", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.CheckConstraint(f"precision IN ({PRECISIONS})", name=op.f("ck_release_cell_precision")),
        sa.CheckConstraint(f"sex IN ({SEXES})", name=op.f("ck_release_cell_sex")),
        sa.ForeignKeyConstraint(
            ["release_id", "block_number"], ["release_block.release_id", "release_block.number"], name="fk_release_cell_release_id"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner_agency.id"], name=op.f("fk_release_cell_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_cell")),
    )
    op.create_index("ix_release_cell_release_id_block_number", "release_cell", ["release_id", "block_number"])


def _place() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("member_states", ARRAY(Text()), nullable=False),
        sa.Column("departments", ARRAY(Text()), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
    )
