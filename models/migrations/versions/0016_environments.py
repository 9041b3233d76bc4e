"""Which environment the database belongs to; what is revoked or ended stays so; and which agreement of an agency is in force.

Who asks is known only once the last is answered, so that it is asked past row-level security, by a function that tells no more.

A database that has clients was served before there were TEST environments, so that it is LIVE's.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STAYS = """
    CREATE FUNCTION stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what is revoked or ended stays so' USING ERRCODE = 'insufficient_privilege';
    END
    $$
"""

IN_FORCE = """
    CREATE FUNCTION agreement_in_force(of_agency uuid)
    RETURNS TABLE (id uuid, purposes text[], permitted_fields text[], expires_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT id, purposes, permitted_fields, expires_on FROM agreement
        WHERE agency_id = of_agency AND ended_at IS NULL AND (now() AT TIME ZONE 'UTC')::date BETWEEN starts_on AND expires_on
        ORDER BY starts_on DESC, id DESC LIMIT 1
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "deployment",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("environment IN ('LIVE', 'TEST')", name=op.f("ck_deployment_environment")),
        sa.CheckConstraint("single", name=op.f("ck_deployment_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_deployment")),
    )
    op.execute("INSERT INTO deployment (single, environment) SELECT true, 'LIVE' WHERE EXISTS (SELECT FROM api_client)")
    op.execute(STAYS)
    op.execute(IN_FORCE)
    op.execute("REVOKE ALL ON FUNCTION agreement_in_force FROM PUBLIC")
    for table, column in (("api_client", "revoked_at"), ("credential", "revoked_at"), ("agreement", "ended_at")):
        op.execute(
            f"CREATE TRIGGER {table}_stays_ended BEFORE UPDATE OF {column} ON {table} FOR EACH ROW "
            f"WHEN (OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION stays_ended()"
        )
