"""Whoever goes on counting once it is erased can be led back to nobody, and what may tell of a person goes from where it still stood.

A retained statement has a key of its own, in its versions too: the key of the person would be that of its other statements, also of those
that stay and tell who it is. So nobody is retained of whom a statement that may yet be verified stays in the same population and measure.
The note of a submission goes with what it was about. What issues repeated of records about persons, which are stored for nobody if they
are refused, is withheld, as that of new ones is.

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ERASE = """
    CREATE OR REPLACE FUNCTION erase_individuals(of_partner uuid, of_participant uuid, chosen uuid[], keeps_count boolean)
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
            WHERE participant_id = of_participant
                AND (state IN ('VERIFIED', 'DISPUTED') OR state IN ('PENDING', 'HELD') AND NOT statement.id = ANY (gone))
            ORDER BY coalesce(same_run_as_id, cohort_id), measure, statement.id = ANY (gone), statement.id
        ) AS counted WHERE goes AND keeps_count;
        kept := coalesce(kept, '{}');
        SELECT string_agg(quote_ident(attname), ', '), string_agg(format('%I = NULL', attname), ', ') FILTER (
            WHERE NOT attnotnull AND attname <> ALL ('{submission_id,created_by_id,agreement_id,decided_at,retained,person_key}')
        )
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
        EXECUTE format('
            UPDATE statement SET state = ''ERASED'', retained = id = ANY ($2), person_key = CASE WHEN id = ANY ($2) THEN gen_random_uuid() END,
                %s WHERE id = ANY ($1)', blank) USING gone, kept;
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'statement_history';
        EXECUTE format('
            UPDATE statement_history AS version SET person_key = statement.person_key, %s FROM statement
            WHERE statement.id = version.id AND version.id = ANY ($1)', blank) USING gone;
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
        UPDATE submission SET content_digest = encode(sha256(uuid_send(gen_random_uuid())), 'hex'), purpose_note = NULL
        WHERE id IN (SELECT about.submission_id FROM records_about(of_partner, gone) AS about);
        GET DIAGNOSTICS rows = ROW_COUNT; RETURN NEXT;
        place := 'retained';
        rows := cardinality(kept); RETURN NEXT;
    END
    $$
"""
RETAINED_BEFORE = "UPDATE statement SET person_key = gen_random_uuid() WHERE retained"
STOOD_BEFORE = """
    UPDATE statement_history AS version SET person_key = statement.person_key FROM statement
    WHERE statement.id = version.id AND statement.retained
"""
REPEATED = """
    WITH told AS (
        SELECT issue.id, jsonb_object_agg(key, CASE
            WHEN key = ANY ('{value,id,code,sourceRef,first,last}') OR key = 'expected' AND issue.code = 'REVISION_STALE'
            THEN '"(withheld)"' ELSE value END) AS params
        FROM submission_issue AS issue, jsonb_each(issue.params)
        WHERE EXISTS (
            SELECT FROM submission_item AS item WHERE item.submission_id = issue.submission_id AND item.record_kind = 'INDIVIDUAL'
                AND (item.index = issue.index OR issue.code = 'DUPLICATE_SOURCE_REF_IN_SUBMISSION')
        )
        GROUP BY issue.id
    )
    UPDATE submission_issue AS issue SET params = told.params, message = 'What this repeated is withheld.' FROM told
    WHERE told.id = issue.id AND told.params <> issue.params
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("ALTER TABLE submission ALTER COLUMN purpose_note SET STATISTICS 0")
    op.execute("SELECT pg_clear_attribute_stats('public', 'submission', 'purpose_note', false)")
    op.execute(ERASE)
    op.execute(RETAINED_BEFORE)
    op.execute(STOOD_BEFORE)
    op.execute(REPEATED)
