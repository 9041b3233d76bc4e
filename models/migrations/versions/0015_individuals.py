"""Participants, and what statements about individuals say of them.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RECORD_KINDS = "'PROGRAMME', 'COURSE', 'COHORT', 'COUNT', 'INDIVIDUAL', 'WITHDRAW'"
ROLE_LEVELS = "'OPERATIONAL', 'SUPERVISORY', 'MANAGERIAL', 'EXECUTIVE'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner_agency.id"], name=op.f("fk_participant_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("partner_id", "subject", name=op.f("uq_participant_partner_id_subject")),
    )
    op.create_table(
        "individual",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("role_level", sa.Text(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.Numeric(8, 2), nullable=True),
        sa.Column("certificate_no", sa.Text(), nullable=True),
        sa.CheckConstraint(f"role_level IN ({ROLE_LEVELS})", name=op.f("ck_individual_role_level")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_individual_hours")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_individual_statement_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_individual_participant_id")),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_individual")),
    )
    op.create_index(op.f("ix_individual_participant_id"), "individual", ["participant_id"])
    for table, column, values in (("statement", "kind", "'COUNT', 'INDIVIDUAL'"), ("submission_item", "record_kind", RECORD_KINDS)):
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({values})")
