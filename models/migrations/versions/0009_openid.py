"""Clients that an OpenID issuer vouches for: people by their subject, programs by the client that their tokens were issued to.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that may be null, so that the release before this one goes on beside it."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("api_client", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("api_client", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("api_client", sa.Column("openid_client_id", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_api_client_openid"), "api_client", "(issuer IS NULL) = (subject IS NULL)")
    op.create_check_constraint(op.f("ck_api_client_openid_client"), "api_client", "openid_client_id IS NULL OR issuer IS NOT NULL")
    op.create_unique_constraint(op.f("uq_api_client_issuer_subject"), "api_client", ["issuer", "subject"])
