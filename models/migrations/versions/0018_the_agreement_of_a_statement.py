"""The agreement of its partner under which a statement was sent; unknown of those that are stored already.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for table in ("statement", "statement_history"):
        op.add_column(table, sa.Column("agreement_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_statement_agreement_id"), "statement", "agreement", ["agreement_id"], ["id"])
