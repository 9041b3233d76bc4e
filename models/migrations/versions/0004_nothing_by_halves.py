"""What the contract promises not to be null, held by the tables: an amount has its currency, a bound key its time, no array a null.

Revision ID: 0004
Revises: 0003

Every release wrote it so; a row that breaks it would fail the migration, and name itself.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHECKS = (
    ("statement", "cost", "(cost_amount IS NULL) = (cost_currency IS NULL)"),
    ("submission", "committed", "(submission_key IS NULL) = (committed_at IS NULL)"),
    ("partner_agency", "labels", "array_position(labels, NULL) IS NULL"),
    ("course", "languages", "array_position(languages, NULL) IS NULL"),
    ("submission_issue", "path", "array_position(path, NULL) IS NULL"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for table, name, condition in CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})")
