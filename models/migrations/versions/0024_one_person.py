"""Which statements about individuals are about one person, so that it is counted once: without telling about whom.

A trigger keeps `person_key`, whoever stores an individual, the release before this one too. Keys are drawn, one for each participant and
measure: those who see a statement's row, but not whom it is about, could at most see that two of one measure are about the same person.
A key goes with what is told of the person, but where somebody whom nobody knows goes on counting.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PERSON_KEY = """
    CREATE FUNCTION statement_person_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        WITH added AS (
            SELECT added_rows.statement_id, added_rows.participant_id, statement.measure
            FROM added_rows JOIN statement ON statement.id = added_rows.statement_id
        ), person AS (
            SELECT added.participant_id, added.measure, coalesce((
                SELECT known.person_key FROM individual JOIN statement AS known ON known.id = individual.statement_id
                WHERE individual.participant_id = added.participant_id AND known.measure = added.measure AND known.person_key IS NOT NULL
                    AND individual.statement_id NOT IN (SELECT added_rows.statement_id FROM added_rows)
                LIMIT 1
            ), gen_random_uuid()) AS key
            FROM added GROUP BY added.participant_id, added.measure
        )
        UPDATE statement SET person_key = person.key
        FROM added JOIN person ON person.participant_id = added.participant_id AND person.measure = added.measure
        WHERE statement.id = added.statement_id;
        RETURN NULL;
    END $$
"""
STATED_BEFORE = """
    WITH person AS MATERIALIZED (
        SELECT participant_id, measure, gen_random_uuid() AS key
        FROM individual JOIN statement ON statement.id = statement_id GROUP BY participant_id, measure
    )
    UPDATE statement SET person_key = person.key FROM individual JOIN person ON person.participant_id = individual.participant_id
    WHERE individual.statement_id = statement.id AND person.measure = statement.measure
"""
ERASED_BEFORE = "UPDATE statement SET person_key = gen_random_uuid() WHERE retained"
STOOD_BEFORE = """
    UPDATE statement_history AS version SET person_key = statement.person_key FROM statement
    WHERE statement.id = version.id AND statement.person_key IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for table in ("statement", "statement_history"):
        op.add_column(table, sa.Column("person_key", sa.Uuid(), nullable=True))
    op.execute(STATED_BEFORE)
    op.execute(ERASED_BEFORE)
    op.execute(STOOD_BEFORE)
    op.execute(PERSON_KEY)
    op.execute(
        "CREATE TRIGGER individual_person_key AFTER INSERT ON individual "
        "REFERENCING NEW TABLE AS added_rows FOR EACH STATEMENT EXECUTE FUNCTION statement_person_key()"
    )
