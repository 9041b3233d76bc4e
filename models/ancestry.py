"""Keeps the table of ancestors true: each agency's line of parents, itself included (AgencyAncestor)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CTE, ColumnElement, Uuid, and_, any_, bindparam, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from models.agencies import AgencyAncestor, PartnerAgency
from models.database import Transaction, render

_agency: Any = PartnerAgency.__table__  # type: ignore[attr-defined]
_ancestor: Any = AgencyAncestor.__table__  # type: ignore[attr-defined]


async def maintain(transaction: Transaction, agency_ids: Collection[UUID]) -> None:
    """Rebuilds the lines of these agencies and of all below them; call it after agencies are stored, or get another parent.

    Two SQL statements, whatever the number of agencies; a third, which needs the privilege to delete, only where a line lost an ancestor.
    """
    if not agency_ids:
        return
    ids = list(agency_ids)
    await transaction.fetch(_ADD, agency_ids=ids)
    if await transaction.value(_ANY_STALE, agency_ids=ids):
        await transaction.fetch(_REMOVE, agency_ids=ids)


def _affected() -> CTE:
    """The given agencies and their descendants. UNION, not UNION ALL: a circle of parents must not run for ever."""
    given = bindparam("agency_ids", type_=ARRAY(Uuid()))
    affected = select(_agency.c.id).where(_agency.c.id == any_(given)).cte("affected", recursive=True)
    child = _agency.alias()
    return affected.union(select(child.c.id).join(affected, child.c.parent_id == affected.c.id))


def _lines(affected: CTE) -> CTE:
    """The pairs (agency_id, ancestor_id) of the affected agencies, as their parents say they should be."""
    lines = select(affected.c.id.label("agency_id"), affected.c.id.label("ancestor_id")).cte("lines", recursive=True)
    above = _agency.alias()
    step = select(lines.c.agency_id, above.c.parent_id).join(above, above.c.id == lines.c.ancestor_id)
    return lines.union(step.where(above.c.parent_id.is_not(None)))


def _stale(affected: CTE, lines: CTE) -> ColumnElement[bool]:
    """Whether a stored pair of an affected agency holds no longer."""
    holds = exists().where(lines.c.agency_id == _ancestor.c.agency_id, lines.c.ancestor_id == _ancestor.c.ancestor_id)
    return and_(_ancestor.c.agency_id.in_(select(affected.c.id)), ~holds)


_AFFECTED = _affected()
_LINES = _lines(_AFFECTED)
_STALE = _stale(_AFFECTED, _LINES)
_PAIRS = select(_LINES.c.agency_id, _LINES.c.ancestor_id)
_ADD = render(insert(_ancestor).from_select(["agency_id", "ancestor_id"], _PAIRS).on_conflict_do_nothing())
_ANY_STALE = render(select(_ancestor.c.agency_id).where(_STALE).limit(1))
_REMOVE = render(delete(_ancestor).where(_STALE))
