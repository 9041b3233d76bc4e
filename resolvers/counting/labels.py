"""Values of dimensions, as they are shown: members with id, code and label, in the order of the count rules."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Text, and_, cast, collate, func, literal_column, null, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.agencies import PartnerAgency
from models.base import Table
from models.courses import Cohort, Course
from models.places import Department, MemberState
from models.policies import Door
from resolvers.counting.dimensions import Dimension, unnested

TABLES: dict[Dimension, type[Table]] = {
    Dimension.MEMBER_STATE: MemberState,
    Dimension.DEPARTMENT: Department,
    Dimension.COHORT: Cohort,
    Dimension.COURSE: Course,
    Dimension.PROGRAMME: PartnerAgency,
    Dimension.FUNDER: PartnerAgency,
    Dimension.PARTNER: PartnerAgency,
}
NAMES: dict[type[Table], str] = {MemberState: "short_name", Department: "name", Cohort: "title", Course: "title", PartnerAgency: "name"}
KEYS: dict[type[Table], str] = {MemberState: "code", Department: "code"}
SHOWN_BY_CODE = (Dimension.MEMBER_STATE, Dimension.DEPARTMENT)


def labels(door: Door, dimension: Dimension, values: FromClause) -> Subquery:
    """Each distinct value of [value], with its members in order and what it is sorted by [value, members, label, codes, ids]."""
    member = _members(door, dimension, values).subquery()
    order = (collate(member.c.code, "C").asc().nulls_last(), collate(member.c.id, "C"))
    fields = ("id", member.c.id, "code", member.c.code, "label", member.c.label)
    shown = member.c.code if dimension in SHOWN_BY_CODE else member.c.label

    def ordered(aggregate: Any, *arguments: Any) -> ColumnElement[Any]:
        aggregated: ColumnElement[Any] = aggregate(*arguments[:-1], aggregate_order_by(arguments[-1], *order))
        return aggregated

    return (
        select(
            member.c.value,
            func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*fields), *order)).label("members"),
            func.string_agg(shown, aggregate_order_by(literal_column("' + '"), *order)).label("label"),
            func.array_agg(aggregate_order_by(collate(func.coalesce(member.c.code, member.c.label), "C"), *order)).label("codes"),
            func.array_agg(aggregate_order_by(collate(member.c.id, "C"), *order)).label("ids"),
        )
        .group_by(member.c.value)
        .subquery()
    )


def _members(door: Door, dimension: Dimension, values: FromClause) -> Select[Any]:
    """The members of each value [value, id, code, label]."""
    member = unnested(values.c.value)
    table = TABLES.get(dimension)
    if table is None:
        shown = cast(member.c.member, Text())
        columns = (values.c.value, cast(null(), Text()).label("id"), shown.label("code"), shown.label("label"))
        return select(*columns).select_from(values.join(member, true()))
    row, visible = door.visible(table)
    key = row.c[KEYS.get(table, "id")]
    found = row.c.code if table is not PartnerAgency else func.coalesce(row.c.code, row.c.source_ref)
    identifier = func.concat(literal_column(f"'{table.__name__}:'"), cast(key, Text()))
    return select(values.c.value, identifier.label("id"), found.label("code"), row.c[NAMES[table]].label("label")).select_from(
        values.join(member, true()).join(row, and_(key == member.c.member, visible))
    )
