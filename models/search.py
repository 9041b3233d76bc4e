"""What a row is found by: columns that PostgreSQL computes from the row's texts whenever it is stored.

search_name    its name, as words: in small letters and without accents, a space between words
search_codes   the codes that name it, each as words
search_words   all words of its texts, each of which an index finds by its beginning

The functions are made by a migration. Whatever is neither letter nor digit is between words.
"""

from typing import Any

from sqlalchemy import ARRAY, Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from models.base import Visibility


def name_found(column: str) -> Any:
    """The field `search_name`, from the column of the name."""
    return _computed(Text, f"search_text({column})")


def codes_found(*columns: str) -> Any:
    """The field `search_codes`, from the columns of codes."""
    return _computed(ARRAY(Text), f"ARRAY[{', '.join(f'search_text({column})' for column in columns)}]")


def words_found(*columns: str, labels: str | None = None) -> Any:
    """The field `search_words`, from columns of texts, and one of a list of texts."""
    texts = f"ARRAY[{', '.join(columns)}]"
    return _computed(TSVECTOR, f"search_words({texts} || {labels})" if labels else f"search_words({texts})")


def found_by_words(table: str) -> Index:
    """The index of `search_words`. Without a list of what waits to be put into it, a search after a large submission is as fast as ever."""
    return Index(f"ix_{table}_search_words", "search_words", postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def found_by_everybody(table: str) -> Index:
    """The same for the rows that everybody sees, which are few: a search without a credential never comes near the others."""
    public = text(f"accepted_at IS NOT NULL AND visibility = '{Visibility.PUBLIC.value}'")
    name = f"ix_{table}_search_words_public"
    return Index(name, "search_words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}, postgresql_where=public)


def _computed(type_: Any, expression: str) -> Any:
    return Field(default=None, sa_type=type_, sa_column_args=[Computed(expression, persisted=True)])
