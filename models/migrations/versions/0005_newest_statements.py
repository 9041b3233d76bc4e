"""Statements by when they were first stored, the newest at one end: a page of them reads that page, however many there are.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_index("ix_statement_created_at_id", "statement", ["created_at", "id"])
