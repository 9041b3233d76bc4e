"""The histories of the tables that numbers rest on, begun from what is known of the past.

Revision ID: 0003
Revises: 0002

What `change` and `decision` say of acceptances, decisions and withdrawals is put back into versions. What they do not say, the content that
the reference data had before a load changed it, is gone: its present content stands from its first change on. A row of which no change
tells stands from the beginning of time. The release before this one keeps no history, so that it must not serve any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OUTBOX_LOCK = 0x6F7574626F78
KNOWN = """
    CREATE TEMPORARY TABLE known ON COMMIT DROP AS
    SELECT type, entity_id::uuid AS id, min(at) AS began,
        min(at) FILTER (WHERE 'accepted' = ANY (changed_fields)) AS accepted,
        min(at) FILTER (WHERE 'decisions' = ANY (changed_fields)) AS decided,
        min(at) FILTER (WHERE op = 'WITHDRAWN') AS withdrawn
    FROM change WHERE type IN ('PARTNER_AGENCY', 'COURSE', 'COHORT', 'STATEMENT', 'FIGURE') GROUP BY type, entity_id
"""
ACCEPTED = """
    WITH told AS (
        SELECT entity, coalesce(began, '-infinity') AS began, accepted
        FROM {table} AS entity LEFT JOIN known ON known.type = '{type}' AND known.id = entity.id
    )
    INSERT INTO {table}_history
    SELECT before.*, began, accepted
    FROM told, LATERAL jsonb_populate_record(entity, '{{"accepted_at": null, "accepted_by_id": null}}') AS before
    WHERE accepted IS NOT NULL
    UNION ALL SELECT (entity).*, coalesce(accepted, began), 'infinity' FROM told
"""
STATEMENTS = """
    WITH told AS (
        SELECT entity, coalesce(began, '-infinity') AS began, decided, withdrawn, (
            SELECT CASE verdict WHEN 'VERIFY' THEN 'VERIFIED' ELSE 'REJECTED' END
            FROM decision WHERE statement_id = entity.id ORDER BY id DESC LIMIT 1
        ) AS state
        FROM statement AS entity LEFT JOIN known ON known.type = 'STATEMENT' AND known.id = entity.id
    )
    INSERT INTO statement_history
    SELECT before.*, began, coalesce(decided, withdrawn)
    FROM told, LATERAL jsonb_populate_record(entity, jsonb_build_object(
        'state', CASE WHEN (entity).submission_id IS NULL THEN 'VERIFIED' ELSE 'PENDING' END,
        'decided_at', CASE WHEN (entity).submission_id IS NULL THEN (entity).decided_at END,
        'withdrawal_reason', NULL, 'withdrawal_note', NULL
    )) AS before
    WHERE coalesce(decided, withdrawn) IS NOT NULL
    UNION ALL SELECT before.*, decided, withdrawn
    FROM told, LATERAL jsonb_populate_record(entity, jsonb_build_object(
        'state', state, 'withdrawal_reason', NULL, 'withdrawal_note', NULL
    )) AS before
    WHERE decided IS NOT NULL AND withdrawn IS NOT NULL
    UNION ALL SELECT (entity).*, coalesce(withdrawn, decided, began), 'infinity' FROM told
"""
OTHERS = """
    INSERT INTO {table}_history SELECT entity.*, coalesce({since}, '-infinity'), 'infinity'
    FROM {table} AS entity LEFT JOIN known ON known.type = '{type}' AND known.id = entity.{owner}
"""
PARTS = (
    ("agency_ancestor", "PARTNER_AGENCY", "agency_id", "began"),
    ("cohort_course", "COHORT", "cohort_id", "began"),
    ("cohort_role", "COHORT", "cohort_id", "began"),
    ("statement_member_state", "STATEMENT", "statement_id", "began"),
    ("statement_department", "STATEMENT", "statement_id", "began"),
    ("decision", "STATEMENT", "statement_id", "decided"),
    ("figure", "FIGURE", "id", "began"),
)
BACKFILL = (
    KNOWN,
    *(ACCEPTED.format(table=name, type=name.upper()) for name in ("partner_agency", "course", "cohort")),
    STATEMENTS,
    *(OTHERS.format(table=table, type=type_, owner=owner, since=since) for table, type_, owner, since in PARTS),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(f"SELECT pg_advisory_xact_lock({OUTBOX_LOCK})")
    op.create_table(
        "agency_ancestor_history",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "row_start", "ancestor_id", name=op.f("pk_agency_ancestor_history")),
    )
    op.create_index("ix_agency_ancestor_history_ancestor_id", "agency_ancestor_history", ["ancestor_id"], unique=False)
    op.create_table(
        "cohort_course_history",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", "row_start", "position", name=op.f("pk_cohort_course_history")),
    )
    op.create_index("ix_cohort_course_history_course_id", "cohort_course_history", ["course_id", "cohort_id"], unique=False)
    op.create_table(
        "cohort_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("date_precision", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("venue_type", sa.Text(), nullable=False),
        sa.Column("venue_state_code", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=True),
        sa.Column("featured_in", sa.Text(), nullable=True),
        sa.Column("count_policy", sa.Text(), nullable=False),
        sa.Column("same_run_as_id", sa.Uuid(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "row_start", name=op.f("pk_cohort_history")),
    )
    op.create_index("ix_cohort_history_same_run_as_id", "cohort_history", ["same_run_as_id"], unique=False)
    op.create_index("ix_cohort_history_starts_on", "cohort_history", ["starts_on", "id"], unique=False)
    op.create_index("ix_cohort_history_venue_state_code", "cohort_history", ["venue_state_code"], unique=False)
    op.create_table(
        "cohort_role_history",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", "row_start", "agency_id", "role", name=op.f("pk_cohort_role_history")),
    )
    op.create_index("ix_cohort_role_history_agency_id", "cohort_role_history", ["agency_id", "cohort_id"], unique=False)
    op.create_table(
        "course_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=True),
        sa.Column("train_the_trainer", sa.Boolean(), nullable=True),
        sa.Column("nominal_hours", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "row_start", name=op.f("pk_course_history")),
    )
    op.create_index("ix_course_history_owner_id", "course_history", ["owner_id"], unique=False)
    op.create_table(
        "decision_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "row_start", name=op.f("pk_decision_history")),
    )
    op.create_index("ix_decision_history_statement_id", "decision_history", ["statement_id", "id"], unique=False)
    op.create_table(
        "figure_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "row_start", name=op.f("pk_figure_history")),
    )
    op.create_table(
        "partner_agency_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("member_state_code", sa.Text(), nullable=True),
        sa.Column("department_code", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "row_start", name=op.f("pk_partner_agency_history")),
    )
    op.create_index("ix_partner_agency_history_parent_id", "partner_agency_history", ["parent_id"], unique=False)
    op.create_table(
        "statement_department_history",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", sa.Text(), nullable=False),
        sa.Column("institution_type", sa.Text(), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "statement_id", "row_start", "department_code", "institution_type", name=op.f("pk_statement_department_history")
        ),
    )
    op.create_index(
        "ix_statement_department_history_department_code", "statement_department_history", ["department_code", "statement_id"], unique=False
    )
    op.create_table(
        "statement_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("member_state_count", sa.Integer(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("reporting_period_label", sa.Text(), nullable=True),
        sa.Column("reporting_period_from", sa.Date(), nullable=True),
        sa.Column("reporting_period_to", sa.Date(), nullable=True),
        sa.Column("partition_key", sa.Text(), nullable=True),
        sa.Column("institution", sa.Text(), nullable=True),
        sa.Column("cost_amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("source_title", sa.Text(), nullable=True),
        sa.Column("source_page", sa.Text(), nullable=True),
        sa.Column("source_retrieved_on", sa.Date(), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "row_start", name=op.f("pk_statement_history")),
    )
    op.create_index("ix_statement_history_cohort_id", "statement_history", ["cohort_id", "id"], unique=False)
    op.create_index("ix_statement_history_measure", "statement_history", ["measure", "cohort_id"], unique=False)
    op.create_index("ix_statement_history_partner_id", "statement_history", ["partner_id", "id"], unique=False)
    op.create_index("ix_statement_history_submission_id", "statement_history", ["submission_id", "id"], unique=False)
    op.create_table(
        "statement_member_state_history",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("member_state_code", sa.Text(), nullable=False),
        sa.Column("row_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "row_start", "member_state_code", name=op.f("pk_statement_member_state_history")),
    )
    op.create_index(
        "ix_statement_member_state_history_member_state_code",
        "statement_member_state_history",
        ["member_state_code", "statement_id"],
        unique=False,
    )
    op.create_index(op.f("ix_change_at"), "change", ["at"], unique=False)
    for statement in BACKFILL:
        op.execute(statement)
