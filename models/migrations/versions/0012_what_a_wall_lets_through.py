"""What row-level security must let through: two questions whose answers rest on rows that the asker does not see.

Each runs as the owner, and gives no more than its answer: the identifiers of PUBLIC statements in whatever state, and whether partners
other than a given one have live statements about given cohorts and measures.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REPORTED = """
    CREATE FUNCTION reported_by_others(partner_ids uuid[], cohort_ids uuid[], measures text[])
    RETURNS TABLE (cohort_id uuid, measure text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT wanted.cohort_id, wanted.measure
        FROM unnest(partner_ids, cohort_ids, measures) AS wanted (partner_id, cohort_id, measure)
        WHERE EXISTS (
            SELECT FROM cohort JOIN statement ON statement.cohort_id = cohort.id
            WHERE (cohort.id = wanted.cohort_id OR cohort.same_run_as_id = wanted.cohort_id)
                AND statement.measure = wanted.measure
                AND statement.partner_id <> wanted.partner_id
                AND statement.state IN ('PENDING', 'HELD', 'VERIFIED', 'DISPUTED')
        )
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("CREATE VIEW public_statement WITH (security_barrier) AS SELECT id FROM statement WHERE visibility = 'PUBLIC'")
    op.execute(REPORTED)
    op.execute("REVOKE ALL ON FUNCTION reported_by_others FROM PUBLIC")
