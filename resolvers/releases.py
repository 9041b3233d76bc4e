"""Releases, and the payload of `publishRelease`."""

from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Integer, Text, Uuid, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from models.policies import Door, Row
from models.releases import Release, ReleaseBlock
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.binds import decode_id
from resolvers.compiler.plan import Rows
from resolvers.fields import (
    Column,
    Elements,
    Expression,
    Identifier,
    Many,
    Mutation,
    ObjectType,
    Origin,
    Planning,
    Source,
    Word,
    columns,
    one,
)
from resolvers.participation import scalar
from resolvers.receipts import ISSUE_COLUMNS
from resolvers.releasing.publish import PUBLISHING, publish_release

PLACE = {"member_states": JSONB(), "departments": JSONB(), "sex": Text()}
OWN = {"measure": Text(), "year": Integer(), **PLACE}
MERGED = {**OWN, "count": Integer(), "cells": JSONB()}
WITHHELD = {**OWN, "partner_id": Uuid(), "count": Integer()}
CHANGED = {**OWN, "before": Integer(), "after": Integer()}
LEFT_OUT = {"measure": Text(), "cohort_id": Uuid(), "is_public": Boolean()}


def merged_cells(release: Row, door: Door) -> ColumnElement[int]:
    """How many numbers of a release stand for several groups. That of the groups would tell, of a small block, what each of them is."""
    block, visible = door.visible(ReleaseBlock)
    counting = select(func.count()).where(block.c.release_id == release.c.id, block.c.is_merged, visible)
    return counting.correlate_except(block).scalar_subquery()


RELEASE = ObjectType(
    "Release",
    table=Release,
    fields={
        "id": Identifier(),
        "at": Column("at"),
        "coversThrough": Column("covers_through_at"),
        "mergedCells": Expression(merged_cells),
        "previous": one("Release", "previous_id"),
    },
)


def listed(type_: str, name: str, of: dict[str, Any]) -> Elements:
    """A list of the payload."""
    return Elements(type_, lambda payload, door: payload.c[name], of)


PUBLISH_RELEASE_PAYLOAD = ObjectType(
    "PublishReleasePayload",
    fields={
        "release": one("Release", "release_id"),
        "numbers": Column("numbers"),
        "merged": listed("MergedCells", "merged", MERGED),
        "withheld": listed("WithheldPart", "withheld", WITHHELD),
        "leftOut": listed("LeftOutPopulation", "left_out", LEFT_OUT),
        "changes": listed("ReleasedChange", "changes", CHANGED),
        "problems": listed("Problem", "problems", ISSUE_COLUMNS),
    },
)

MERGED_CELLS = ObjectType(
    "MergedCells",
    fields={**columns(*OWN, "count"), "cells": Elements("MergedCell", lambda merged, door: merged.c.cells, {**PLACE, "count": Integer()})},
)


def published(planning: Planning) -> tuple[Any, Rows]:
    """What publishing did or would do, which no table holds."""
    bind = planning.binds.add(lambda call: orjson.dumps(call.result["payload"], default=str).decode(), JSONB())
    lists = ("merged", "withheld", "left_out", "changes", "problems")
    typed: dict[str, Any] = {"release_id": Uuid(), "numbers": Integer(), **dict.fromkeys(lists, JSONB())}
    members = [column(name, type_) for name, type_ in typed.items()]
    row = func.jsonb_to_record(bind).table_valued(*members).render_derived(with_types=True)
    return row, Rows((row,), ())


def named(parent: Any, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """The release with the identifier."""
    row, visible = planning.door.visible(Release)
    key = planning.binds.argument(
        scalar(given["id"]), Uuid(), lambda text: decode_id(text, "Release", is_uuid=True, path=("release", "id"))
    )
    return Origin(row, Rows((row,), (row.c.id == key, visible)))


QUERIES: dict[str, Word] = {
    "release": Source("Release", named),
    "releases": Many("Release", None, lambda release, _: (release.c.at.desc(),)),
}

MUTATIONS = {"publishRelease": Mutation("PublishReleasePayload", publish_release, published, PUBLISHING)}

TYPES = (
    RELEASE,
    PUBLISH_RELEASE_PAYLOAD,
    MERGED_CELLS,
    ObjectType("MergedCell", fields=columns(*PLACE, "count")),
    ObjectType("WithheldPart", fields={**columns(*OWN, "count"), "partner": one("PartnerAgency", "partner_id")}),
    ObjectType("LeftOutPopulation", fields={**columns("measure", "is_public"), "cohort": one("Cohort", "cohort_id")}),
    ObjectType("ReleasedChange", fields=columns(*OWN, "before", "after")),
)
