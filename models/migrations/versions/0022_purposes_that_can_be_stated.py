"""Purposes are words that the header Purpose can state: capitals, digits and underscores.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STATED = r"""
    UPDATE agreement SET purposes = ARRAY(
        SELECT left(trim(BOTH '_' FROM upper(regexp_replace(purpose, '[^A-Za-z0-9]+', '_', 'g'))), 64)
        FROM unnest(purposes) WITH ORDINALITY AS given (purpose, place) ORDER BY place
    )
    WHERE EXISTS (SELECT FROM unnest(purposes) AS purpose WHERE purpose !~ '^[A-Z][A-Z0-9_]{0,63}$')
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(STATED)
