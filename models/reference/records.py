"""One record -> the columns of one row; and the API's names for what a record holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY

from models.base import Table
from models.reference.comparison import Row, Shape
from models.reference.files import Record
from models.reference.subjects import Part, Subject, Target

Identifiers = dict[tuple[type[Table], Any], Any]


def key_columns(subject: Subject, record: Record, identifiers: Identifiers) -> dict[str, Any]:
    """The natural key of a record. Raises ValueError for a field that nothing reads, which would be a fact silently lost."""
    shape = subject.shape
    _expect(subject.file, record, _fields((*shape.natural, *shape.values), subject.references) | {part.name for part in subject.parts})
    return _columns(shape, shape.natural, record, subject.references, identifiers)


def row_columns(subject: Subject, record: Record, identifiers: Identifiers) -> dict[str, Any]:
    """All columns that a record gives."""
    shape = subject.shape
    return _columns(shape, (*shape.natural, *shape.values), record, subject.references, identifiers)


def part_rows(part: Part, owner: Any, record: Record, identifiers: Identifiers) -> list[Row]:
    """The rows that the record of an owner, given by its identity, holds for a part."""
    parent, *names = (*part.shape.natural, *part.shape.values)
    elements = [{part.element: element} if part.element else element for element in record.get(part.name, [])]
    rows: list[Row] = []
    for position, element in enumerate(elements):
        _expect(part.name, element, _fields(names, part.references))
        columns = _columns(part.shape, names, {**element, "position": position}, part.references, identifiers)
        rows.append({parent: owner, **columns})
    return rows


def handle(subject: Subject, record: Record) -> dict[str, str]:
    """The consumer's own handle of an entity: its natural key as the file writes it, by the API's names."""
    fields = {api_name(name, subject.references): _field(name, subject.references) for name in subject.shape.natural}
    return {name: str(record[field]) for name, field in fields.items()}


def api_name(column: str, references: Mapping[str, Target]) -> str:
    """The API's name of a column."""
    if column.startswith("source_") and column != "source_ref":
        return "sourceDoc"
    return camel(_field(column, references))


def camel(name: str) -> str:
    """snake_case -> camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _columns(
    shape: Shape, names: Sequence[str], record: Record, references: Mapping[str, Target], identifiers: Identifiers
) -> dict[str, Any]:
    """The named columns as a record gives them: references resolved, a list empty and any other column null where it says nothing."""
    columns: dict[str, Any] = {}
    for name in names:
        given = record.get(_field(name, references))
        if name in references and given is not None:
            given = _identified(given, references[name], identifiers)
        elif given is None and isinstance(shape.columns[name].type, ARRAY):
            given = []
        columns[name] = given
    return columns


def _identified(code: str, target: Target, identifiers: Identifiers) -> Any:
    """The identity of the row that a code names."""
    if (target.table, code) not in identifiers:
        raise ValueError(f"{target.field}: nothing is called {code!r}")
    return identifiers[target.table, code]


def _expect(where: str, record: Record, allowed: set[str]) -> None:
    if unknown := set(record) - allowed:
        raise ValueError(f"{where}: unknown fields {', '.join(sorted(unknown))}")


def _fields(names: Sequence[str], references: Mapping[str, Target]) -> set[str]:
    """The fields of a record that give these columns."""
    return {_field(name, references) for name in names}


def _field(column: str, references: Mapping[str, Target]) -> str:
    """The field of a record that gives a column."""
    return references[column].field if column in references else column
