"""What is told of a person can be destroyed, and what that leaves.

Of a statement all columns that may be null are blanked but those that the function names, so that a new one is blanked too. Its versions
become one, in which it is ERASED from the beginning; if it goes on counting, they stay, blanked, and with them the numbers of the past. So do
decisions, without their reasons. A receipt's digest becomes a drawn one of the same form, since the hash of a record whose values can be
guessed tells which one it was.

The serving role may change no version, no decision and no receipt. What it may do of that is what this function does: about the people of
one partner, for that partner and for the data protection officer. So the tables of people lose its privilege to delete from them, too.
PostgreSQL keeps no statistics of texts that may tell of a person, since statistics are samples of values, which would outlive them.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

REASONS = "'REQUESTED', 'CONSENT_WITHDRAWN', 'NOT_LAWFUL', 'RETENTION_OVER'"
TEXTS = ("institution", "source_url", "source_title", "source_page", "withdrawal_note")
SAMPLED = {
    "participant": ("subject",),
    "individual": ("role_level", "completed_on", "hours", "certificate_no"),
    "statement": TEXTS,
    "statement_history": TEXTS,
    "decision": ("reason",),
    "decision_history": ("reason",),
    "submission_issue": ("message", "params"),
}

ERASE = """
    CREATE FUNCTION erase_individuals(of_partner uuid, of_participant uuid, chosen uuid[], keeps_count boolean)
    RETURNS TABLE (place text, rows bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        kind text := current_setting('graph.kind', true);
        gone uuid[];
        kept uuid[];
        blank text;
        named text;
    BEGIN
        IF NOT (session_user = current_user OR kind = 'DATA_PROTECTION_OFFICER'
                OR (kind = 'PARTNER' AND current_setting('graph.agency', true) = of_partner::text AND NOT keeps_count)) IS TRUE
            OR NOT EXISTS (SELECT FROM participant WHERE id = of_participant AND partner_id = of_partner)
        THEN
            RETURN;
        END IF;
        SELECT array_agg(statement_id) INTO gone FROM individual
        WHERE participant_id = of_participant AND (chosen IS NULL OR statement_id = ANY (chosen));
        SELECT array_agg(id) INTO kept FROM (
            SELECT DISTINCT ON (coalesce(same_run_as_id, cohort_id), measure) statement.id, statement.id = ANY (gone) AS goes
            FROM individual JOIN statement ON statement.id = statement_id JOIN cohort ON cohort.id = cohort_id
            WHERE participant_id = of_participant AND state IN ('VERIFIED', 'DISPUTED')
            ORDER BY coalesce(same_run_as_id, cohort_id), measure, statement.id = ANY (gone), statement.id
        ) AS counted WHERE goes AND keeps_count;
        kept := coalesce(kept, '{}');
        SELECT string_agg(quote_ident(attname), ', '), string_agg(
            CASE WHEN attname = 'person_key' THEN 'person_key = CASE WHEN id = ANY ($2) THEN person_key END'
                ELSE format('%I = NULL', attname) END, ', '
        ) FILTER (WHERE NOT attnotnull AND attname <> ALL ('{submission_id,created_by_id,agreement_id,decided_at,retained}'))
        INTO named, blank FROM pg_attribute
        WHERE attrelid = 'statement'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';

        place := 'individual';
        DELETE FROM individual WHERE statement_id = ANY (gone);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'participant';
        DELETE FROM participant
        WHERE id = of_participant AND NOT EXISTS (SELECT FROM individual WHERE participant_id = of_participant);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'statement';
        EXECUTE format('UPDATE statement SET state = %L, retained = id = ANY ($2), %s WHERE id = ANY ($1)', 'ERASED', blank)
        USING gone, kept;
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'statement_history';
        EXECUTE format('UPDATE statement_history SET %s WHERE id = ANY ($1)', blank) USING gone, kept;
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        EXECUTE format('
            WITH old AS (DELETE FROM statement_history WHERE id = ANY ($1) AND id <> ALL ($2) RETURNING id, row_start)
            INSERT INTO statement_history (%1$s, row_start, row_end)
            SELECT %1$s, (SELECT min(row_start) FROM old WHERE old.id = statement.id), ''infinity'' FROM statement
            WHERE id IN (SELECT old.id FROM old)', named) USING gone, kept;
        place := 'statement_member_state';
        DELETE FROM statement_member_state WHERE statement_id = ANY (gone);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'statement_member_state_history';
        DELETE FROM statement_member_state_history WHERE statement_id = ANY (gone);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'statement_department';
        DELETE FROM statement_department WHERE statement_id = ANY (gone);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'statement_department_history';
        DELETE FROM statement_department_history WHERE statement_id = ANY (gone);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'decision';
        UPDATE decision SET reason = NULL WHERE statement_id = ANY (gone) AND reason IS NOT NULL;
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'decision_history';
        UPDATE decision_history SET reason = NULL WHERE statement_id = ANY (gone) AND reason IS NOT NULL;
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'submission_issue';
        UPDATE submission_issue SET message = 'Erased.', params = '{}' FROM records_about(of_partner, gone) AS about
        WHERE submission_issue.submission_id = about.submission_id AND submission_issue.index = about.index;
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'submission';
        UPDATE submission SET content_digest = encode(sha256(uuid_send(gen_random_uuid())), 'hex')
        WHERE id IN (SELECT about.submission_id FROM records_about(of_partner, gone) AS about);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'retained';
        rows := cardinality(kept); RETURN NEXT;
    END
    $$
"""
ABOUT = """
    CREATE FUNCTION records_about(of_partner uuid, statements uuid[]) RETURNS TABLE (submission_id uuid, index integer)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
        SELECT item.submission_id, item.index FROM submission_item AS item WHERE entity_id = ANY (statements)
        UNION
        SELECT item.submission_id, item.index FROM statement JOIN submission_item AS item USING (source_ref)
        JOIN submission ON submission.id = item.submission_id
        WHERE statement.id = ANY (statements) AND entity_id IS NULL AND record_kind IN ('COUNT', 'INDIVIDUAL', 'WITHDRAW')
            AND submission.partner_id = of_partner
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    for table in ("statement", "statement_history"):
        op.add_column(table, sa.Column("retained", sa.Boolean(), nullable=True))
    op.create_check_constraint(op.f("ck_statement_retained"), "statement", "retained IS NULL OR state = 'ERASED'")
    op.create_index("ix_submission_item_source_ref", "submission_item", ["source_ref"], postgresql_where=sa.text("entity_id IS NULL"))
    op.drop_constraint(op.f("ck_change_op"), "change")
    op.create_check_constraint(op.f("ck_change_op"), "change", "op IN ('UPSERT', 'WITHDRAWN', 'ERASED')")
    for table, columns in SAMPLED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
            op.execute(f"SELECT pg_clear_attribute_stats('public', '{table}', '{column}', false)")
    op.create_table(
        "erasure_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("retained", sa.Integer(), nullable=False),
        sa.Column("places", JSONB(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_erasure_certificate_reason")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner_agency.id"], name=op.f("fk_erasure_certificate_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_certificate")),
    )
    op.create_index("ix_erasure_certificate_participant_erased_at", "erasure_certificate", ["participant", "erased_at"])
    op.create_index("ix_erasure_certificate_partner_id", "erasure_certificate", ["partner_id"])
    op.execute(ABOUT)
    op.execute(ERASE)
    op.execute("REVOKE ALL ON FUNCTION erase_individuals, records_about FROM PUBLIC")
