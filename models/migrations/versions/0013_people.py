"""Sessions of people in browsers, sign-ins that are under way, and the one way in which the server makes a person a client.

The serving role may not change clients. What it may do is what this function does: to a client that an issuer vouches for as a person.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REMEMBER = """
    CREATE FUNCTION remember_person(
        new_id uuid, by_issuer text, by_subject text, its_name text, its_kind text, its_scopes text[], of_agency uuid, of_state text
    ) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        INSERT INTO api_client (id, issuer, subject, name, kind, scopes, agency_id, member_state_code)
        VALUES (new_id, by_issuer, by_subject, its_name, its_kind, its_scopes, of_agency, of_state)
        ON CONFLICT (issuer, subject) DO UPDATE SET
            name = excluded.name, kind = excluded.kind, scopes = excluded.scopes,
            agency_id = excluded.agency_id, member_state_code = excluded.member_state_code
        WHERE api_client.openid_client_id IS NULL AND api_client.revoked_at IS NULL
        RETURNING id
    $$
"""


def upgrade() -> None:
    """New tables and a function. A lock not given within 2 s fails it, so that no reader queues behind it."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "session",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("mode IN ('READ', 'WRITE')", name=op.f("ck_session_mode")),
        sa.CheckConstraint("way IN ('LOCAL', 'OPENID')", name=op.f("ck_session_way")),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_session_client_id")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_client_id"), "session", ["client_id"])
    op.create_table(
        "sign_in",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_ends_at"), "sign_in", ["ends_at"])
    op.execute(REMEMBER)
    op.execute("REVOKE ALL ON FUNCTION remember_person FROM PUBLIC")
