"""Whose word is taken for a focal point is chosen by statements that it may not see, and so by functions that see them.

Each runs as the owner, and gives nothing but what is about the focal point's own member state, to nobody but its focal point. Their body is
in a file of its own: resolvers/counting/choice.py wrote it, and a test compares what stands in the database with what that writes today.
For an older moment the versions that stood then take the places of the tables.

Revision ID: 0026
Revises: 0025
"""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BODY = Path(__file__).with_suffix(".sql").read_text()
GIVEN = """
    population_id uuid, partner_id uuid, rank integer, by_individuals boolean, unit text, total_exceeds boolean, rows_exceed boolean,
    stated_by_id uuid, counts boolean, waits boolean, set_id text, set_unit text, set_partition_key text, set_lone_id uuid,
    as_whole boolean, as_total boolean, as_rows boolean, count integer, "precision" text, member_states text, departments text,
    institution_types text, sex text, reporting_period_label text, cost_amount numeric, cost_currency text
"""
DEFINED = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
KEPT = ("agency_ancestor", "cohort", "cohort_role", "statement", "statement_department", "statement_member_state")
STOOD = ", ".join(f"{table} AS NOT MATERIALIZED (SELECT * FROM {table}_history WHERE row_start <= $5 AND $5 < row_end)" for table in KEPT)  # noqa: S608 - names


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    then = f"WITH {STOOD}, {BODY.removeprefix('WITH ')}"
    arguments = "of_measure text, with_pending boolean, of_total integer, of_rows integer"
    op.execute(f"CREATE FUNCTION chosen_statements({arguments}) RETURNS TABLE ({GIVEN}) {DEFINED} AS $${BODY}$$")
    op.execute(f"CREATE FUNCTION chosen_statements_at({arguments}, at timestamptz) RETURNS TABLE ({GIVEN}) {DEFINED} AS $${then}$$")
    op.execute("REVOKE ALL ON FUNCTION chosen_statements, chosen_statements_at FROM PUBLIC")
