"""Statements by whom they are shown to, so that what is hidden is not even counted: the time that an answer took told how many those are.

Revision ID: 0028
Revises: 0027
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PUBLIC = "visibility = 'PUBLIC' AND state = 'VERIFIED' AND kind = 'COUNT'"
OF_STATE = "only_member_state_code IS NOT NULL AND kind = 'COUNT'"
INDEXES = {
    "ix_statement_public_partner_id_id": f"(partner_id, id) WHERE {PUBLIC}",
    "ix_statement_public_cohort_id_id": f"(cohort_id, id) WHERE {PUBLIC}",
    "ix_statement_of_state_partner_id": f"(only_member_state_code, partner_id, id) WHERE {OF_STATE}",
    "ix_statement_of_state_cohort_id": f"(only_member_state_code, cohort_id, id) WHERE {OF_STATE}",
    "ix_statement_cohort_id_partner_id_id": "(cohort_id, partner_id, id)",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for name, rows in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON statement {rows}")
    op.drop_index("ix_statement_cohort_id_id", "statement")
