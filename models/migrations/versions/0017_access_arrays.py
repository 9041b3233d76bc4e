"""What is shown of clients, credentials and agreements holds no null in its arrays.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ARRAYS = {"agreement": ("purposes", "permitted_fields"), "api_client": ("scopes",), "credential": ("addresses",)}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for table, columns in ARRAYS.items():
        for column in columns:
            op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"array_position({column}, NULL) IS NULL")
