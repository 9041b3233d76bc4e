"""The rows that the files give beside the rows that are stored, for one table at a time; and the writing of what differs.

Reading, inserting, updating and deleting are one SQL statement each, whatever the number of rows, and none where there is nothing to do.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ARRAY, JSON, TableValuedAlias, and_, any_, bindparam, column, delete, func, select, update

from models.base import Table
from models.database import Transaction

Key = tuple[Any, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a table that the files own.

    `natural` names a row for ever, `values` are compared. A row in which a column of `made_by_partners` is not null is not the files' to
    change. The first natural column of a part is its parent.
    """

    table: type[Table]
    natural: tuple[str, ...]
    values: tuple[str, ...] = ()
    made_by_partners: tuple[str, ...] = ()

    @property
    def columns(self) -> Any:
        """The table's columns."""
        return self.table.__table__.c  # type: ignore[attr-defined]

    @property
    def identity(self) -> str:
        """The column that other tables refer to; of a part without one, its parent."""
        return "id" if "id" in self.columns else self.natural[0]

    @property
    def revised(self) -> bool:
        """Whether the table counts the revisions of its rows."""
        return "revision" in self.columns

    def key(self, row: Row) -> Key:
        """The natural key of a row."""
        return tuple(row[name] for name in self.natural)

    def differing(self, stored: Row, given: Row) -> list[str]:
        """The compared columns in which two rows differ."""
        return [name for name in self.values if stored[name] != given[name]]


async def stored(transaction: Transaction, shape: Shape, names: Sequence[str], keys: Collection[Key]) -> dict[Key, Row]:
    """The stored rows by natural key, found by the given columns, which lead the natural key."""
    if not keys:
        return {}
    columns = shape.columns
    found = {name: list({key[place] for key in keys}) for place, name in enumerate(names)}
    wanted = [columns[name] == any_(bindparam(f"{name}_given", type_=ARRAY(columns[name].type))) for name in names]
    shown = {*shape.natural, *shape.values, *shape.made_by_partners, shape.identity, *(["revision"] if shape.revised else [])}
    statement = select(*(columns[name] for name in sorted(shown))).where(*wanted)
    rows = await transaction.fetch(statement, **{f"{name}_given": values for name, values in found.items()})
    return {shape.key(row): row for row in rows}


async def change(transaction: Transaction, shape: Shape, rows: Sequence[Row]) -> None:
    """Sets the compared columns of the stored rows that have the natural keys of these; a counted revision rises by one."""
    if not rows:
        return
    given = _given(shape, (*shape.natural, *shape.values))
    values: dict[str, Any] = {name: given.c[name] for name in shape.values}
    if shape.revised:
        values["revision"] = shape.columns["revision"] + 1
    statement = update(shape.table).values(values).where(_same(shape, given))
    await transaction.fetch(statement, rows=_json(rows, (*shape.natural, *shape.values)))


async def remove(transaction: Transaction, shape: Shape, rows: Sequence[Row]) -> None:
    """Deletes the rows that have the natural keys of these; the database's role needs the privilege only where there are any."""
    if rows:
        statement = delete(shape.table).where(_same(shape, _given(shape, shape.natural)))
        await transaction.fetch(statement, rows=_json(rows, shape.natural))


def _given(shape: Shape, names: Sequence[str]) -> TableValuedAlias:
    """The rows of the bind `rows`, a JSON array, as a table."""
    columns = [column(name, shape.columns[name].type) for name in names]
    return func.json_to_recordset(bindparam("rows", type_=JSON())).table_valued(*columns, name="given").render_derived(with_types=True)


def _same(shape: Shape, given: TableValuedAlias) -> Any:
    """Whether a stored and a given row have the same natural key."""
    return and_(*(shape.columns[name] == given.c[name] for name in shape.natural))


def _json(rows: Sequence[Row], names: Sequence[str]) -> str:
    """The named columns of the rows as a JSON array."""
    return orjson.dumps([{name: row[name] for name in names} for row in rows], default=str).decode()
