"""The audit log's columns have the names of the API, and its arrays hold no null.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RENAMED = {"at": "recorded_at", "credential_id": "credential", "object_ids": "objects", "request_id": "request"}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for before, after in RENAMED.items():
        op.alter_column("audit_event", before, new_column_name=after)
    for before, after in (("at", "recorded_at"), ("object_ids", "objects")):
        op.execute(f"ALTER TABLE audit_event RENAME CONSTRAINT audit_event_{before}_not_null TO audit_event_{after}_not_null")
    op.execute("ALTER INDEX ix_audit_event_at RENAME TO ix_audit_event_recorded_at")
    for column in ("objects", "fields"):
        op.create_check_constraint(op.f(f"ck_audit_event_{column}"), "audit_event", f"array_position({column}, NULL) IS NULL")
