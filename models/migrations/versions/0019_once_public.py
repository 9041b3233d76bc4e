"""What everybody knows: which cohorts a statement is about that is or was PUBLIC, and on which cohorts a release rests.

The releases that there are already rest on every population that counted then and had no PUBLIC statement. The view runs as the owner.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MEASURES = "'NOMINATED', 'ACCESS_GRANTED', 'ENROLLED', 'ATTENDED', 'COMPLETED', 'CERTIFIED', 'REPORTED_TRAINED'"
ONCE_PUBLIC = """
    CREATE VIEW once_public WITH (security_barrier) AS
    SELECT cohort_id, measure FROM statement WHERE visibility = 'PUBLIC'
    UNION SELECT cohort_id, measure FROM statement_history WHERE visibility = 'PUBLIC'
"""
RELEASED = """
    INSERT INTO released_cohort (measure, cohort_id, release_id)
    WITH stood AS (
        SELECT release.id AS release_id, release.at, statement.measure, statement.visibility, statement.state,
            coalesce(cohort.same_run_as_id, cohort.id) AS population_id
        FROM release
        JOIN statement_history AS statement
            ON statement.row_start <= release.covers_through_at AND statement.row_end > release.covers_through_at
        JOIN cohort_history AS cohort
            ON cohort.id = statement.cohort_id
            AND cohort.row_start <= release.covers_through_at AND cohort.row_end > release.covers_through_at
        WHERE statement.state IN ('VERIFIED', 'DISPUTED')
    ), whole AS (
        SELECT release_id, at, measure, population_id FROM stood
        GROUP BY release_id, at, measure, population_id HAVING NOT bool_or(visibility = 'PUBLIC')
    )
    SELECT DISTINCT ON (whole.measure, cohort.id) whole.measure, cohort.id, whole.release_id
    FROM whole JOIN cohort ON cohort.id = whole.population_id OR cohort.same_run_as_id = whole.population_id
    ORDER BY whole.measure, cohort.id, whole.at
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "released_cohort",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(f"measure IN ({MEASURES})", name=op.f("ck_released_cohort_measure")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_released_cohort_cohort_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_released_cohort_release_id")),
        sa.PrimaryKeyConstraint("measure", "cohort_id", name=op.f("pk_released_cohort")),
    )
    op.execute(ONCE_PUBLIC)
    op.execute(RELEASED)
