"""A partner is told of others' counts that are verified, and of nothing else: not of what waits, nor of what is told of people.

IMPACS, about its own records, is told of all that is live: it sees that anyway.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

REPORTED = """
    CREATE OR REPLACE FUNCTION reported_by_others(partner_ids uuid[], cohort_ids uuid[], measures text[])
    RETURNS TABLE (cohort_id uuid, measure text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT wanted.cohort_id, wanted.measure
        FROM unnest(partner_ids, cohort_ids, measures) AS wanted (partner_id, cohort_id, measure)
        WHERE EXISTS (
            SELECT FROM cohort JOIN statement ON statement.cohort_id = cohort.id
            WHERE (cohort.id = wanted.cohort_id OR cohort.same_run_as_id = wanted.cohort_id)
                AND statement.measure = wanted.measure
                AND statement.partner_id <> wanted.partner_id
                AND (
                    statement.kind = 'COUNT' AND statement.state IN ('VERIFIED', 'DISPUTED')
                    OR statement.state IN ('PENDING', 'HELD', 'VERIFIED', 'DISPUTED')
                        AND current_setting('graph.kind', true) = 'STAFF'
                        AND current_setting('graph.agency', true) = wanted.partner_id::text
                )
        )
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(REPORTED)
