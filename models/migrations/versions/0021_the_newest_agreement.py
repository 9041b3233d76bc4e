"""Of an agency's agreements the one that started last is in force, or none: when it is over, those before it open nothing again.

One that was ended before its first day was never in force.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
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
            ORDER BY starts_on DESC, id DESC LIMIT 1
        ) AS newest
        WHERE ended_at IS NULL AND expires_on >= (now() AT TIME ZONE 'UTC')::date
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(IN_FORCE)
