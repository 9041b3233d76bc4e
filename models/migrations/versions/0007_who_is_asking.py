"""Viewer kinds, agreements, and the one state that a statement is about, which a focal point sees.

A trigger keeps `only_member_state_code` equal to the rows of the slice, whoever writes them, the release before this one too.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import ARRAY, Text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = "'PARTNER', 'FOCAL_POINT', 'STAFF', 'VERIFIER', 'DATA_PROTECTION_OFFICER', 'AUDITOR', 'ADMINISTRATOR'"
ONLY_STATE = """
    CREATE FUNCTION statement_only_member_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE statement SET only_member_state_code = named.code
        FROM (
            SELECT changed.statement_id, CASE WHEN count(DISTINCT state.member_state_code) = 1 THEN min(state.member_state_code) END AS code
            FROM (SELECT DISTINCT statement_id FROM changed_rows) AS changed
            LEFT JOIN statement_member_state AS state ON state.statement_id = changed.statement_id
            GROUP BY changed.statement_id
        ) AS named
        WHERE statement.id = named.statement_id AND statement.only_member_state_code IS DISTINCT FROM named.code;
        RETURN NULL;
    END $$
"""
STATED_BEFORE = """
    UPDATE statement_history AS version SET only_member_state_code = (
        SELECT CASE WHEN count(*) = 1 THEN min(state.member_state_code) END
        FROM statement_member_state_history AS state
        WHERE state.statement_id = version.id AND state.row_start <= version.row_start AND state.row_end > version.row_start
    )
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("transfer", sa.Text(), nullable=True),
        sa.Column("purposes", ARRAY(Text()), nullable=False),
        sa.Column("permitted_fields", ARRAY(Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("starts_on <= expires_on", name=op.f("ck_agreement_dates")),
        sa.CheckConstraint("retention_months > 0", name=op.f("ck_agreement_retention")),
        sa.ForeignKeyConstraint(["agency_id"], ["partner_agency.id"], name=op.f("fk_agreement_agency_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["api_client.id"], name=op.f("fk_agreement_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_agency_id"), "agreement", ["agency_id"])

    op.alter_column("api_client", "agency_id", nullable=True)
    op.add_column("api_client", sa.Column("member_state_code", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_api_client_member_state_code"), "api_client", "member_state", ["member_state_code"], ["code"])
    op.create_index(op.f("ix_api_client_member_state_code"), "api_client", ["member_state_code"])
    op.drop_constraint(op.f("ck_api_client_kind"), "api_client")
    op.create_check_constraint(op.f("ck_api_client_kind"), "api_client", f"kind IN ({KINDS})")
    op.create_check_constraint(op.f("ck_api_client_member_state"), "api_client", "(kind = 'FOCAL_POINT') = (member_state_code IS NOT NULL)")
    op.create_check_constraint(op.f("ck_api_client_agency"), "api_client", "(kind = 'FOCAL_POINT') = (agency_id IS NULL)")
    op.add_column("credential", sa.Column("addresses", ARRAY(Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("credential", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("credential", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column("statement", sa.Column("only_member_state_code", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_statement_only_member_state_code"), "statement", "member_state", ["only_member_state_code"], ["code"])
    op.create_index("ix_statement_only_member_state_code_id", "statement", ["only_member_state_code", "id"])
    op.add_column("statement_history", sa.Column("only_member_state_code", sa.Text(), nullable=True))
    op.execute(
        "UPDATE statement SET only_member_state_code = "
        "(SELECT CASE WHEN count(*) = 1 THEN min(member_state_code) END FROM statement_member_state WHERE statement_id = statement.id)"
    )
    op.execute(STATED_BEFORE)
    op.execute(ONLY_STATE)
    for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER statement_only_member_state_{event.lower()} AFTER {event} ON statement_member_state "
            f"REFERENCING {rows} TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION statement_only_member_state()"
        )
