"""What rows are found by: columns that are computed from their texts, and an index of their words; receipts by when they arrived.

Revision ID: 0006
Revises: 0005

`search_text(x)` is the words of fold(x) with one space between; a word is letters and digits as Unicode has them, whatever the cluster's
locale. `search_split` lists them, cut to 200 characters, since an index takes none of over 2,046 bytes. `search_words` holds the words of
several texts, `search_query` finds those that have a word which begins with each word of a text, and `search_beginnings` says the same in
patterns for LIKE.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODED = "ARRAY[search_text(code), search_text(source_ref)]"
COLUMNS = {
    "member_state": ("name", "ARRAY[search_text(code), search_text(iso3)]", "ARRAY[code, iso3, name, short_name]"),
    "department": ("name", "ARRAY[search_text(code)]", "ARRAY[code, label, name]"),
    "partner_agency": ("name", CODED, "ARRAY[code, source_ref, name] || labels"),
    "course": ("title", CODED, "ARRAY[code, source_ref, title, subject]"),
    "cohort": ("title", CODED, "ARRAY[code, source_ref, title, location, narrative]"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("""
        CREATE FUNCTION search_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN btrim(regexp_replace(fold(value) COLLATE pg_unicode_fast, '[^[:alnum:]]+', ' ', 'g'))
    """)
    op.execute("""
        CREATE FUNCTION search_split(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ARRAY(SELECT left(word, 200) FROM string_to_table(search_text(value), ' ') AS word WHERE word <> '')
    """)
    op.execute("""
        CREATE FUNCTION search_words(texts text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN array_to_tsvector(ARRAY(SELECT word FROM unnest(texts) AS value, unnest(search_split(value)) AS word))
    """)
    op.execute("""
        CREATE FUNCTION search_query(value text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN (SELECT string_agg(quote_literal(word) || ':*', ' & ') FROM unnest(search_split(value)) AS word)::tsquery
    """)
    op.execute("""
        CREATE FUNCTION search_beginnings(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ARRAY(SELECT '% ' || word || '%' FROM unnest(search_split(value)) AS word)
    """)
    for table, (name, codes, texts) in COLUMNS.items():
        op.execute(f"""
            ALTER TABLE {table}
            ADD search_name text NOT NULL GENERATED ALWAYS AS (search_text({name})) STORED,
            ADD search_codes text[] NOT NULL GENERATED ALWAYS AS ({codes}) STORED,
            ADD search_words tsvector NOT NULL GENERATED ALWAYS AS (search_words({texts})) STORED
        """)
        op.execute(f"CREATE INDEX ix_{table}_search_words ON {table} USING gin (search_words) WITH (fastupdate = off)")
    for table in ("course", "cohort"):
        op.execute(f"""
            CREATE INDEX ix_{table}_search_words_public ON {table} USING gin (search_words) WITH (fastupdate = off)
            WHERE accepted_at IS NOT NULL AND visibility = 'PUBLIC'
        """)
    op.create_index("ix_submission_received_at_id", "submission", ["received_at", "id"], unique=False)
