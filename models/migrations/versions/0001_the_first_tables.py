"""The tables of the first release.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "change",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("changed_fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("actor IN ('PARTNER', 'STAFF', 'SYSTEM')", name=op.f("ck_change_actor")),
        sa.CheckConstraint("op IN ('UPSERT', 'WITHDRAWN')", name=op.f("ck_change_op")),
        sa.CheckConstraint(
            "type IN ('MEMBER_STATE', 'DEPARTMENT', 'PARTNER_AGENCY', 'PARTNER_LISTING', 'COURSE', 'COHORT', 'STATEMENT', 'FIGURE')",
            name=op.f("ck_change_type"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_entity_id"), "change", ["entity_id"], unique=False)
    op.create_index(op.f("ix_change_group_id"), "change", ["group_id"], unique=False)
    op.create_table(
        "department",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("list_order", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "category IN ('LAW_ENFORCEMENT', 'DEFENCE', 'BORDER_REVENUE', 'CORRECTIONS', 'FINANCIAL', 'INTELLIGENCE', 'JUSTICE', 'POLICY')",
            name=op.f("ck_department_category"),
        ),
        sa.CheckConstraint("scope IN ('NATIONAL', 'REGIONAL')", name=op.f("ck_department_scope")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
        sa.UniqueConstraint("list_order", name=op.f("uq_department_list_order")),
    )
    op.create_table(
        "figure",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
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
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("basis IN ('ASSERTED', 'COMPUTED')", name=op.f("ck_figure_basis")),
        sa.CheckConstraint("key IN ('TRAVEL_SAVINGS', 'CBSI_FUNDING', 'OFFICERS_REACHED')", name=op.f("ck_figure_key")),
        sa.CheckConstraint("precision IN ('EXACT', 'AT_LEAST', 'APPROXIMATE')", name=op.f("ck_figure_precision")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["figure.id"], name=op.f("fk_figure_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
        sa.UniqueConstraint("code", name=op.f("uq_figure_code")),
    )
    op.create_index(op.f("ix_figure_key"), "figure", ["key"], unique=False)
    op.create_table(
        "member_state",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("m49", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_member_state")),
        sa.UniqueConstraint("iso3", name=op.f("uq_member_state_iso3")),
        sa.UniqueConstraint("m49", name=op.f("uq_member_state_m49")),
    )
    op.create_table(
        "partner_listing",
        sa.Column("list_order", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list_order", name=op.f("pk_partner_listing")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("member_state_code", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("body IN ('CARICOM', 'CBSI', 'RSS')", name=op.f("ck_membership_body")),
        sa.CheckConstraint("status IN ('FULL', 'ASSOCIATE', 'OBSERVER', 'PARTNER')", name=op.f("ck_membership_status")),
        sa.ForeignKeyConstraint(["member_state_code"], ["member_state.code"], name=op.f("fk_membership_member_state_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_member_state_code"), "membership", ["member_state_code"], unique=False)
    op.create_table(
        "partner_agency",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("member_state_code", sa.Text(), nullable=True),
        sa.Column("department_code", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('INTERGOVERNMENTAL', 'PROGRAMME', 'PLATFORM', 'ACADEMIC', 'FUNDER', 'REGIONAL_BODY', 'NATIONAL_INSTITUTION', 'NGO', 'DEVELOPMENT_AGENCY')",
            name=op.f("ck_partner_agency_kind"),
        ),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_partner_agency_department_code")),
        sa.ForeignKeyConstraint(["member_state_code"], ["member_state.code"], name=op.f("fk_partner_agency_member_state_code")),
        sa.ForeignKeyConstraint(["parent_id"], ["partner_agency.id"], name=op.f("fk_partner_agency_parent_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["partner_agency.id"], name=op.f("fk_partner_agency_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_agency_code")),
        sa.UniqueConstraint("submitted_by_id", "source_ref", name=op.f("uq_partner_agency_submitted_by_id_source_ref")),
    )
    op.create_index(op.f("ix_partner_agency_department_code"), "partner_agency", ["department_code"], unique=False)
    op.create_index(op.f("ix_partner_agency_member_state_code"), "partner_agency", ["member_state_code"], unique=False)
    op.create_index(op.f("ix_partner_agency_parent_id"), "partner_agency", ["parent_id"], unique=False)
    op.create_table(
        "agency_ancestor",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["partner_agency.id"], name=op.f("fk_agency_ancestor_agency_id")),
        sa.ForeignKeyConstraint(["ancestor_id"], ["partner_agency.id"], name=op.f("fk_agency_ancestor_ancestor_id")),
        sa.PrimaryKeyConstraint("agency_id", "ancestor_id", name=op.f("pk_agency_ancestor")),
    )
    op.create_index(op.f("ix_agency_ancestor_ancestor_id"), "agency_ancestor", ["ancestor_id"], unique=False)
    op.create_table(
        "agency_operation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["partner_agency.id"], name=op.f("fk_agency_operation_agency_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["partner_agency.id"], name=op.f("fk_agency_operation_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_operation")),
    )
    op.create_index(op.f("ix_agency_operation_agency_id"), "agency_operation", ["agency_id"], unique=False)
    op.create_index(op.f("ix_agency_operation_operator_id"), "agency_operation", ["operator_id"], unique=False)
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('PARTNER', 'STAFF')", name=op.f("ck_api_client_kind")),
        sa.ForeignKeyConstraint(["agency_id"], ["partner_agency.id"], name=op.f("fk_api_client_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
    )
    op.create_index(op.f("ix_api_client_agency_id"), "api_client", ["agency_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=True),
        sa.Column("train_the_trainer", sa.Boolean(), nullable=True),
        sa.Column("nominal_hours", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="RESTRICTED", nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("visibility IN ('PUBLIC', 'RESTRICTED')", name=op.f("ck_course_visibility")),
        sa.ForeignKeyConstraint(["owner_id"], ["partner_agency.id"], name=op.f("fk_course_owner_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["partner_agency.id"], name=op.f("fk_course_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
        sa.UniqueConstraint("submitted_by_id", "source_ref", name=op.f("uq_course_submitted_by_id_source_ref")),
    )
    op.create_index(op.f("ix_course_owner_id"), "course", ["owner_id"], unique=False)
    op.create_index("ix_course_title_id", "course", ["title", "id"], unique=False)
    op.create_table(
        "partner_listing_agency",
        sa.Column("list_order", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["partner_agency.id"], name=op.f("fk_partner_listing_agency_agency_id")),
        sa.ForeignKeyConstraint(["list_order"], ["partner_listing.list_order"], name=op.f("fk_partner_listing_agency_list_order")),
        sa.PrimaryKeyConstraint("list_order", "position", name=op.f("pk_partner_listing_agency")),
    )
    op.create_index(op.f("ix_partner_listing_agency_agency_id"), "partner_listing_agency", ["agency_id"], unique=False)
    op.create_table(
        "cohort",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
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
        sa.Column("visibility", sa.Text(), server_default="RESTRICTED", nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("count_policy IN ('COUNTS', 'INDIVIDUALS_COMPLETE')", name=op.f("ck_cohort_count_policy")),
        sa.CheckConstraint("date_precision IN ('YEAR', 'MONTH', 'DAY')", name=op.f("ck_cohort_date_precision")),
        sa.CheckConstraint("mode IN ('IN_PERSON', 'VIRTUAL_LIVE', 'SELF_PACED', 'BLENDED', 'NOT_STATED')", name=op.f("ck_cohort_mode")),
        sa.CheckConstraint("status IN ('PLANNED', 'OPEN', 'ACTIVE', 'COMPLETED', 'CANCELLED')", name=op.f("ck_cohort_status")),
        sa.CheckConstraint(
            "venue_type IN ('IN_COUNTRY', 'THIRD_COUNTRY', 'REGIONAL', 'US', 'ONLINE', 'NOT_STATED')", name=op.f("ck_cohort_venue_type")
        ),
        sa.CheckConstraint("visibility IN ('PUBLIC', 'RESTRICTED')", name=op.f("ck_cohort_visibility")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["api_client.id"], name=op.f("fk_cohort_accepted_by_id")),
        sa.ForeignKeyConstraint(["same_run_as_id"], ["cohort.id"], name=op.f("fk_cohort_same_run_as_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["partner_agency.id"], name=op.f("fk_cohort_submitted_by_id")),
        sa.ForeignKeyConstraint(["venue_state_code"], ["member_state.code"], name=op.f("fk_cohort_venue_state_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("code", name=op.f("uq_cohort_code")),
        sa.UniqueConstraint("submitted_by_id", "source_ref", name=op.f("uq_cohort_submitted_by_id_source_ref")),
    )
    op.create_index(op.f("ix_cohort_same_run_as_id"), "cohort", ["same_run_as_id"], unique=False)
    op.create_index("ix_cohort_starts_on_id", "cohort", ["starts_on", "id"], unique=False)
    op.create_index(op.f("ix_cohort_venue_state_code"), "cohort", ["venue_state_code"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_credential_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index(op.f("ix_credential_client_id"), "credential", ["client_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("submission_key", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("atomicity", sa.Text(), nullable=False),
        sa.Column("declared_records", sa.Integer(), nullable=False),
        sa.Column("declared_people", sa.Integer(), nullable=True),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("purpose_note", sa.Text(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("atomicity IN ('ALL_OR_NOTHING', 'PER_RECORD')", name=op.f("ck_submission_atomicity")),
        sa.CheckConstraint("mode IN ('VALIDATE', 'COMMIT')", name=op.f("ck_submission_mode")),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_submission_client_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner_agency.id"], name=op.f("fk_submission_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("partner_id", "submission_key", name=op.f("uq_submission_partner_id_submission_key")),
    )
    op.create_index("ix_submission_partner_id_id", "submission", ["partner_id", "id"], unique=False)
    op.create_table(
        "cohort_cost",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('INSTRUCTION', 'PARTICIPANT', 'TRAVEL', 'OVERHEAD')", name=op.f("ck_cohort_cost_kind")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_cost_cohort_id")),
        sa.PrimaryKeyConstraint("cohort_id", "position", name=op.f("pk_cohort_cost")),
    )
    op.create_table(
        "cohort_course",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_course_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_cohort_course_course_id")),
        sa.PrimaryKeyConstraint("cohort_id", "position", name=op.f("pk_cohort_course")),
        sa.UniqueConstraint("course_id", "cohort_id", name=op.f("uq_cohort_course_course_id_cohort_id")),
    )
    op.create_table(
        "cohort_role",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('CONVENER', 'PROVIDER', 'FUNDER', 'ACCREDITOR', 'PLATFORM', 'HOST')", name=op.f("ck_cohort_role_role")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["partner_agency.id"], name=op.f("fk_cohort_role_agency_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_role_cohort_id")),
        sa.PrimaryKeyConstraint("cohort_id", "agency_id", "role", name=op.f("pk_cohort_role")),
    )
    op.create_index("ix_cohort_role_agency_id_cohort_id", "cohort_role", ["agency_id", "cohort_id"], unique=False)
    op.create_table(
        "statement",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
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
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('COUNT')", name=op.f("ck_statement_kind")),
        sa.CheckConstraint(
            "measure IN ('NOMINATED', 'ACCESS_GRANTED', 'ENROLLED', 'ATTENDED', 'COMPLETED', 'CERTIFIED', 'REPORTED_TRAINED')",
            name=op.f("ck_statement_measure"),
        ),
        sa.CheckConstraint("precision IN ('EXACT', 'AT_LEAST', 'APPROXIMATE')", name=op.f("ck_statement_precision")),
        sa.CheckConstraint("sex IN ('FEMALE', 'MALE', 'OTHER', 'UNDISCLOSED', 'UNSPECIFIED')", name=op.f("ck_statement_sex")),
        sa.CheckConstraint(
            "state IN ('PENDING', 'HELD', 'VERIFIED', 'REJECTED', 'DISPUTED', 'WITHDRAWN', 'ERASED')", name=op.f("ck_statement_state")
        ),
        sa.CheckConstraint("unit IN ('PEOPLE', 'PARTICIPATIONS')", name=op.f("ck_statement_unit")),
        sa.CheckConstraint("visibility IN ('PUBLIC', 'RESTRICTED')", name=op.f("ck_statement_visibility")),
        sa.CheckConstraint(
            "withdrawal_reason IN ('DUPLICATE', 'ENTERED_IN_ERROR', 'CONSENT_WITHDRAWN', 'NOT_OURS', 'OTHER')",
            name=op.f("ck_statement_withdrawal_reason"),
        ),
        sa.CheckConstraint("count >= 0", name=op.f("ck_statement_count")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_statement_cohort_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["api_client.id"], name=op.f("fk_statement_created_by_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner_agency.id"], name=op.f("fk_statement_partner_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_statement_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("partner_id", "source_ref", name=op.f("uq_statement_partner_id_source_ref")),
    )
    op.create_index("ix_statement_cohort_id_id", "statement", ["cohort_id", "id"], unique=False)
    op.create_index("ix_statement_measure_cohort_id", "statement", ["measure", "cohort_id"], unique=False)
    op.create_index("ix_statement_partner_id_id", "statement", ["partner_id", "id"], unique=False)
    op.create_index("ix_statement_submission_id_id", "statement", ["submission_id", "id"], unique=False)
    op.create_table(
        "submission_item",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "record_kind IN ('PROGRAMME', 'COURSE', 'COHORT', 'COUNT', 'WITHDRAW')", name=op.f("ck_submission_item_record_kind")
        ),
        sa.CheckConstraint(
            "status IN ('CREATED', 'REVISED', 'UNCHANGED', 'WITHDRAWN', 'HELD', 'REJECTED', 'NOT_ATTEMPTED')",
            name=op.f("ck_submission_item_status"),
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_item_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "index", name=op.f("pk_submission_item")),
    )
    op.create_index("ix_submission_item_entity_id", "submission_item", ["entity_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("verdict IN ('VERIFY', 'REJECT')", name=op.f("ck_decision_verdict")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["api_client.id"], name=op.f("fk_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_decision_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_statement_id_id", "decision", ["statement_id", "id"], unique=False)
    op.create_table(
        "statement_department",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", sa.Text(), nullable=False),
        sa.Column("institution_type", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "institution_type IN ('TRAINING_INSTITUTION', 'NOT_STATED')", name=op.f("ck_statement_department_institution_type")
        ),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_statement_department_department_code")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_department_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "department_code", "institution_type", name=op.f("pk_statement_department")),
    )
    op.create_index(
        "ix_statement_department_department_code_statement_id", "statement_department", ["department_code", "statement_id"], unique=False
    )
    op.create_table(
        "statement_member_state",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("member_state_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member_state_code"], ["member_state.code"], name=op.f("fk_statement_member_state_member_state_code")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_member_state_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "member_state_code", name=op.f("pk_statement_member_state")),
    )
    op.create_index(
        "ix_statement_member_state_member_state_code_statement_id",
        "statement_member_state",
        ["member_state_code", "statement_id"],
        unique=False,
    )
    op.create_table(
        "submission_issue",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("path", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("caused_by_index", sa.Integer(), nullable=True),
        sa.CheckConstraint("severity IN ('ERROR', 'WARNING')", name=op.f("ck_submission_issue_severity")),
        sa.ForeignKeyConstraint(
            ["submission_id", "index"], ["submission_item.submission_id", "submission_item.index"], name="fk_submission_issue_item"
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_issue_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_issue")),
    )
    op.create_index(
        "ix_submission_issue_submission_id_index_position", "submission_issue", ["submission_id", "index", "position"], unique=True
    )
