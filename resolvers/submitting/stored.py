"""What is stored already: loads what the records of a submission can refer to, and what they are compared with.

The number of SQL statements depends on which kinds of records there are, never on how many. Agencies, courses and cohorts come through the
door of the partner whose records these are; its own statements are read by its own key, without one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, and_, any_, bindparam, column, func, literal_column, or_, select, true

from models.agencies import AgencyAncestor, PartnerAgency
from models.base import Table
from models.courses import Cohort, CohortCost, CohortCourse, CohortRole, Course
from models.database import SqlStatement, Transaction, render
from models.individuals import Individual, Participant
from models.places import Department, MemberState
from models.policies import VIEWER_AGENCY, Door, Predicate, Row
from models.statements import Statement, StatementDepartment, StatementMemberState
from models.submissions import RecordKind
from models.viewer import ViewerKind
from resolvers.submitting.envelopes import OF_STATEMENTS, STATING
from resolvers.submitting.records import Entity, Known, Names
from resolvers.submitting.weighing import LIVE


class Loader(NamedTuple):
    """The statements that load what a partner, or IMPACS itself, can refer to."""

    agencies: SqlStatement
    courses: SqlStatement
    cohorts: SqlStatement


async def load(transaction: Transaction, known: Known, names: Mapping[RecordKind, Names], kinds: Collection[RecordKind]) -> None:
    """Fills `known` with what records of these kinds name."""
    loader = LOADERS[ViewerKind.STAFF if known.makes_all else ViewerKind.PARTNER]
    partner: dict[str, Any] = {"partner_id": known.partner_id, VIEWER_AGENCY: known.partner_id}
    if not MAKE_AGENCIES.isdisjoint(kinds):
        _keep(known, RecordKind.PROGRAMME, await transaction.fetch(loader.agencies, **partner, **names[RecordKind.PROGRAMME].binds()))
    if not MAKE_COURSES.isdisjoint(kinds):
        _keep(known, RecordKind.COURSE, await transaction.fetch(loader.courses, **partner, **names[RecordKind.COURSE].binds()))
    if not MAKE_COHORTS.isdisjoint(kinds):
        _keep(known, RecordKind.COHORT, await transaction.fetch(loader.cohorts, **partner, **names[RecordKind.COHORT].binds()))
        known.states = frozenset([row["code"] for row in await transaction.fetch(STATES)])
        known.departments = frozenset([row["code"] for row in await transaction.fetch(DEPARTMENTS)])
    if RecordKind.COHORT in kinds:
        await _load_parts(transaction, known)
    if not MAKE_STATEMENTS.isdisjoint(kinds):
        refs = list(set().union(*[names[kind].refs for kind in MAKE_STATEMENTS]))
        rows = await transaction.fetch(STATEMENTS, partner_id=known.partner_id, refs=refs)
        known.statements.update({("sourceRef", row["source_ref"]): _statement(row) for row in rows})


def _keep(known: Known, kind: RecordKind, rows: Iterable[Any]) -> None:
    """Enters the rows under every name that a reference can use."""
    entities, made, partner_id = known.of(kind), MADE[kind], known.partner_id
    for row in rows:
        entity = entities["id", row["id"]] = made(row)
        if row["code"] is not None:
            entities["code", row["code"]] = entity
        if row["submitted_by_id"] == partner_id and row["source_ref"] is not None:
            entities["sourceRef", row["source_ref"]] = entity


async def _load_parts(transaction: Transaction, known: Known) -> None:
    """The courses, roles and costs of the partner's own cohorts. Their courses become known, for the titles that a cohort can take."""
    own = {entity.id: entity for (way, _), entity in known.cohorts.items() if way == "sourceRef"}
    ids = list(own)
    courses: dict[UUID, list[UUID]] = {}
    for row in await transaction.fetch(COHORT_COURSES, ids=ids):
        courses.setdefault(row["cohort_id"], []).append(row["course_id"])
        known.courses.setdefault(("id", row["course_id"]), Entity(row["course_id"], {"title": row["title"]}, revision=1))
    roles: dict[UUID, set[tuple[UUID, str]]] = {}
    for row in await transaction.fetch(COHORT_ROLES, ids=ids):
        roles.setdefault(row["cohort_id"], set()).add((row["agency_id"], row["role"]))
    costs: dict[UUID, list[tuple[Any, ...]]] = {}
    for row in await transaction.fetch(COHORT_COSTS, ids=ids):
        costs.setdefault(row["cohort_id"], []).append((row["kind"], row["amount"], row["currency"], row["source"]))
    for id_, entity in own.items():
        entity.content |= {
            "courses": tuple(courses.get(id_, ())),
            "roles": frozenset(roles.get(id_, ())),
            "costs": tuple(costs.get(id_, ())),
        }


def _agency(row: Any) -> Entity:
    content = {"name": row["name"], "labels": tuple(row["labels"]), "parent": row["parent_id"]}
    return Entity(row["id"], content, row["revision"], ours=row["ours"])


def _course(row: Any) -> Entity:
    content = {
        "title": row["title"],
        "subject": row["subject"],
        "owner": row["owner_id"],
        "certified": row["certified"],
        "trainTheTrainer": row["train_the_trainer"],
        "nominalHours": row["nominal_hours"],
        "languages": tuple(row["languages"]),
    }
    return Entity(row["id"], content, row["revision"])


def _cohort(row: Any) -> Entity:
    content = {
        "title": row["title"],
        "startsOn": row["starts_on"],
        "endsOn": row["ends_on"],
        "datePrecision": row["date_precision"],
        "mode": row["mode"],
        "venueType": row["venue_type"],
        "venueState": row["venue_state_code"],
        "location": row["location"],
        "status": row["status"],
        "narrative": row["narrative"],
    }
    return Entity(row["id"], content, row["revision"], canonical=row["same_run_as_id"] or row["id"])


def departments_of(written: Sequence[str] | None) -> frozenset[tuple[str, str]]:
    """The departments that `written` gives as texts."""
    return frozenset((code, institution) for code, _, institution in (each.partition("/") for each in written or ()))


def _statement(row: Any) -> Entity:
    kind = RecordKind(row["kind"])
    content = _individual(row) if kind is RecordKind.INDIVIDUAL else _count(row)
    shared: dict[str, Any] = {"canonical": row["canonical_id"], "state": row["state"], "sent_by": row["created_by_id"]}
    return Entity(row["id"], content, row["revision"], kind=kind, **shared)


def _individual(row: Any) -> dict[str, Any]:
    """The content of a statement about an individual; without a participant if it is erased."""
    result = (row["completed_on"], row["hours"], row["certificate_no"])
    return {
        **_stated(row),
        "participant": None if row["subject"] is None else (row["subject"],),
        "memberState": next(iter(row["states"]), None),
        "department": next(iter(departments_of(row["departments"])), None),
        "roleLevel": row["role_level"],
        "sex": row["sex"],
        "result": result if any(part is not None for part in result) else None,
    }


def _count(row: Any) -> dict[str, Any]:
    return {
        **_stated(row),
        "count": row["count"],
        "unit": row["unit"],
        "precision": row["precision"],
        "memberStates": frozenset(row["states"]),
        "memberStateCount": row["member_state_count"],
        "departments": departments_of(row["departments"]),
        "sex": row["sex"],
        "partitionKey": row["partition_key"],
    }


def _stated(row: Any) -> dict[str, Any]:
    """What any statement says."""
    period = (row["reporting_period_label"], row["reporting_period_from"], row["reporting_period_to"])
    source = (row["source_url"], row["source_title"], row["source_page"], row["source_retrieved_on"])
    return {
        "cohort": row["cohort_id"],
        "measure": row["measure"],
        "reportingPeriod": period if period[0] is not None else None,
        "institution": row["institution"],
        "cost": (row["cost_amount"], row["cost_currency"]) if row["cost_amount"] is not None else None,
        "sourceDoc": source if any(part is not None for part in source) else None,
        "statedOn": row["stated_on"],
    }


MAKE_AGENCIES = {RecordKind.PROGRAMME, RecordKind.COURSE, RecordKind.COHORT}
MAKE_COURSES = {RecordKind.COURSE, RecordKind.COHORT}
MAKE_COHORTS = {RecordKind.COHORT, *STATING}
MAKE_STATEMENTS = OF_STATEMENTS
MADE: Mapping[RecordKind, Callable[[Any], Entity]] = {
    RecordKind.PROGRAMME: _agency,
    RecordKind.COURSE: _course,
    RecordKind.COHORT: _cohort,
}

PARTNER = bindparam("partner_id", type_=Uuid())


def table_of(table: type[Table]) -> Any:
    """The table of a model."""
    return table.__table__  # type: ignore[attr-defined]


def among(column: ColumnElement[Any], name: str) -> Predicate:
    """Whether the column equals one of the values of a bind."""
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def is_live(state: ColumnElement[Any]) -> Predicate:
    """Whether a statement in this state is a claim."""
    return state == any_(bindparam("live", sorted(LIVE), type_=ARRAY(Text())))


def _loader(kind: ViewerKind) -> Loader:
    door = Door(kind)

    def named(table: type[Table]) -> tuple[Row, Select[Any]]:
        row, allowed = door.visible(table)
        own = and_(row.c.submitted_by_id == PARTNER, among(row.c.source_ref, "refs"))
        return row, select(*row.c).where(or_(among(row.c.id, "ids"), among(row.c.code, "codes"), own), allowed)

    agency, agencies = named(PartnerAgency)
    below = door.exists(AgencyAncestor, lambda line: and_(line.c.agency_id == agency.c.id, line.c.ancestor_id == PARTNER))
    agencies = agencies.add_columns(or_(agency.c.id == PARTNER, below).label("ours"))
    return Loader(render(agencies), render(named(Course)[1]), render(named(Cohort)[1]))


def sliced() -> Select[Any]:
    """Statements with their slices, each in order, and their canonical cohorts; to be narrowed."""
    row, cohort, state, department = (table_of(each) for each in (Statement, Cohort, StatementMemberState, StatementDepartment))
    canonical = select(func.coalesce(cohort.c.same_run_as_id, cohort.c.id)).where(cohort.c.id == row.c.cohort_id).correlate(row)
    states = select(state.c.member_state_code).where(state.c.statement_id == row.c.id).order_by(state.c.member_state_code).correlate(row)
    named = select(written(department)).where(department.c.statement_id == row.c.id).correlate(row)
    departments = named.order_by(department.c.department_code, department.c.institution_type)
    return select(
        *row.c,
        canonical.scalar_subquery().label("canonical_id"),
        func.array(states.scalar_subquery()).label("states"),
        func.array(departments.scalar_subquery()).label("departments"),
    )


def for_each(name: str, type_: Any) -> Any:
    """A bind's values as rows, to look each of them up.

    A lookup of many keys is a lateral subquery for each one that PostgreSQL may not rearrange: it knows nothing of tables that are just
    being filled, and keeps the plan that it made when they were empty.
    """
    return func.unnest(bindparam(name, type_=ARRAY(type_))).table_valued(column(name, type_)).render_derived(name=f"given_{name}")


def looked_up(rows: Select[Any], name: str) -> Any:
    """The lateral subquery that finds the rows of one key."""
    return rows.offset(literal_column("0")).lateral(name)


def _statements() -> Select[Any]:
    row, given = table_of(Statement), for_each("refs", Text())
    individual, participant = table_of(Individual), table_of(Participant)
    told = [individual.c[name] for name in ("role_level", "completed_on", "hours", "certificate_no")]
    person = (individual.c.statement_id == row.c.id, participant.c.id == individual.c.participant_id)
    rows = sliced().add_columns(*told, participant.c.subject).outerjoin(individual, person[0]).outerjoin(participant, person[1])
    found = looked_up(rows.where(row.c.partner_id == PARTNER, row.c.source_ref == given.c.refs), "found")
    return select(*found.c).select_from(given.join(found, true()))


def written(department: Any) -> ColumnElement[str]:
    """A department of a slice as one text."""
    text: ColumnElement[str] = department.c.department_code + "/" + department.c.institution_type
    return text


def _part(table: type[Table], order: str, *columns: str) -> SqlStatement:
    part = table_of(table)
    return render(
        select(part.c.cohort_id, *[part.c[name] for name in columns]).where(among(part.c.cohort_id, "ids")).order_by(part.c[order])
    )


def _courses() -> Select[Any]:
    part, course = table_of(CohortCourse), table_of(Course)
    found = select(part.c.cohort_id, part.c.course_id, course.c.title).join_from(part, course, course.c.id == part.c.course_id)
    return found.where(among(part.c.cohort_id, "ids")).order_by(part.c.position)


LOADERS = {kind: _loader(kind) for kind in (ViewerKind.PARTNER, ViewerKind.STAFF)}
STATES, DEPARTMENTS = render(select(table_of(MemberState).c.code)), render(select(table_of(Department).c.code))
COHORT_COURSES = render(_courses())
COHORT_ROLES = _part(CohortRole, "cohort_id", "agency_id", "role")
COHORT_COSTS = _part(CohortCost, "position", "kind", "amount", "currency", "source")
STATEMENTS = render(_statements())
