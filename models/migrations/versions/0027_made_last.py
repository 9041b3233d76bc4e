"""Of two agreements of an agency that started on one day, the one that was made later is in force: by the time, since ids no longer tell.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

IN_FORCE = """
    CREATE OR REPLACE FUNCTION agreement_in_force(of_agency uuid)
    RETURNS TABLE (id uuid, purposes text[], permitted_fields text[], expires_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT id, purposes, permitted_fields, expires_on FROM (
            SELECT * FROM agreement
            WHERE agency_id = of_agency AND starts_on <= (now() AT TIME ZONE 'UTC')::date
                AND (ended_at IS NULL OR (ended_at AT TIME ZONE 'UTC')::date >= starts_on)
            ORDER BY starts_on DESC, created_at DESC, id DESC LIMIT 1
        ) AS newest
        WHERE ended_at IS NULL AND expires_on >= (now() AT TIME ZONE 'UTC')::date
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(IN_FORCE)
