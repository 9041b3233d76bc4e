"""The contender: the same part of the graph as a competent developer writes it with Strawberry, SQLAlchemy's ORM and DataLoaders.

A request has one session and one set of loaders; each level of an operation is one SQL statement, lists below parents are cut by a lateral
join, and documents are parsed and validated once. It knows no policies, no prices and no limits, which is in its favour.
"""

import asyncio
import base64
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from enum import Enum
from typing import Any, NewType
from uuid import UUID

import strawberry
from sqlalchemy import Select, Uuid, column, lateral, select, true, values
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from models import agencies, courses, places, statements
from models.courses import CohortMode

Load = Callable[[list[Any]], Awaitable[list[Any]]]
Info = strawberry.Info[Any, None]
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1),
    pool_size=10,
    connect_args={"server_settings": {"jit": "off", "timezone": "UTC", "graph.kind": "STAFF"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Loaders:
    """The session and the loaders of one request; a loader is made when it is first asked for.

    A session runs one statement at a time, and loaders of one level run together: they take turns.
    """

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._turn = asyncio.Lock()
        self._made: dict[Any, DataLoader[Any, Any]] = {}

    def one(self, table: Any) -> DataLoader[Any, Any]:
        """Rows of a table by their id."""

        async def load(keys: list[Any]) -> list[Any]:
            async with self._turn:
                rows = {row.id: row for row in await self.session.scalars(select(table).where(table.id.in_(keys)))}
            return [rows.get(key) for key in keys]

        return self._loader((table,), load)

    def below(self, table: Any, parent: Any, order: Sequence[Any], first: int) -> DataLoader[UUID, list[Any]]:
        """For each value of the column `parent`, the first rows of a table that have it."""
        return self.page(table, select(table).order_by(*order), parent, first)

    def page(self, table: Any, rows: Select[Any], parent: Any, first: int) -> DataLoader[UUID, list[Any]]:
        """For each value of the column `parent`, the first of the selected rows that have it."""

        async def load(keys: list[UUID]) -> list[list[Any]]:
            parents = values(column("key", Uuid), name="parents").data([(key,) for key in keys])
            some = lateral(rows.where(parent == parents.c.key).limit(first).correlate(parents))
            return await self._grouped(keys, select(parents.c.key, aliased(table, some)).join_from(parents, some, true()))

        return self._loader((table, parent, first), load)

    def linked(self, table: Any, far: Any, near: Any, order: Sequence[Any]) -> DataLoader[UUID, list[Any]]:
        """For each value of the column `near` of a table of links, the rows of a table that they lead to by `far`."""

        async def load(keys: list[UUID]) -> list[list[Any]]:
            primary = next(iter(table.__table__.primary_key))
            found = select(near, table).join(near.class_, far == primary).where(near.in_(keys)).order_by(*order)
            return await self._grouped(keys, found)

        return self._loader((table, near), load)

    async def _grouped(self, keys: list[UUID], found: Select[Any]) -> list[list[Any]]:
        groups: dict[UUID, list[Any]] = defaultdict(list)
        async with self._turn:
            for key, row in await self.session.execute(found):
                groups[key].append(row)
        return [groups[key] for key in keys]

    def _loader(self, name: Any, load: Load) -> DataLoader[Any, Any]:
        if name not in self._made:
            self._made[name] = DataLoader(load_fn=load)
        return self._made[name]


def loaders(info: Info) -> Loaders:
    """The loaders of the request."""
    found: Loaders = info.context
    return found


Cursor = strawberry.scalar(NewType("Cursor", str), serialize=str, parse_value=str)


@strawberry.type
class MemberState:
    """A member state."""

    code: str
    name: str


@strawberry.type
class Department:
    """A department."""

    code: str
    name: str


@strawberry.type
class StatementDepartment:
    """A department of a statement."""

    department: Department


@strawberry.type
class Statement:
    """A statement."""

    row: strawberry.Private[statements.Statement]
    id: strawberry.ID
    count: int

    @strawberry.field
    async def member_states(self, info: Info) -> list[MemberState]:
        """The states of its slice."""
        link = statements.StatementMemberState
        loader = loaders(info).linked(places.MemberState, link.member_state_code, link.statement_id, [places.MemberState.code])
        return await loader.load(self.row.id)  # type: ignore[return-value]

    @strawberry.field
    async def departments(self, info: Info) -> list[StatementDepartment]:
        """The departments of its slice."""
        link = statements.StatementDepartment
        loader = loaders(info).linked(places.Department, link.department_code, link.statement_id, [places.Department.list_order])
        return [StatementDepartment(department=row) for row in await loader.load(self.row.id)]


@strawberry.type
class PageInfo:
    """Where a page ends."""

    has_next_page: bool
    end_cursor: Cursor | None  # type: ignore[valid-type]


@strawberry.type
class StatementConnection:
    """A page of statements."""

    nodes: list[Statement]
    page_info: PageInfo | None = None


@strawberry.type
class PartnerAgency:
    """A partner agency."""

    row: strawberry.Private[agencies.PartnerAgency]
    code: str | None
    name: str

    @strawberry.field
    async def courses(self, info: Info, first: int = 25) -> "CourseConnection":
        """Its courses."""
        table = courses.Course
        rows = await loaders(info).below(table, table.owner_id, [table.title, table.id], first).load(self.row.id)
        return CourseConnection(nodes=[course_of(row) for row in rows])


@strawberry.type
class Course:
    """A course."""

    row: strawberry.Private[courses.Course]
    code: str | None
    title: str

    @strawberry.field
    async def cohorts(self, info: Info, first: int = 25) -> "CohortConnection":
        """Its runs."""
        table, link = courses.Cohort, courses.CohortCourse
        runs = select(table).join(link, link.cohort_id == table.id).order_by(table.starts_on, table.id)
        rows = await loaders(info).page(table, runs, link.course_id, first).load(self.row.id)
        return CohortConnection(nodes=[cohort_of(row) for row in rows])


@strawberry.type
class CourseConnection:
    """A page of courses."""

    nodes: list[Course]


@strawberry.type
class Cohort:
    """A cohort."""

    row: strawberry.Private[courses.Cohort]
    id: strawberry.ID
    code: str | None
    title: str
    starts_on: date
    mode: str

    @strawberry.field
    async def courses(self, info: Info) -> list[Course]:
        """The courses that it runs."""
        link = courses.CohortCourse
        rows = await loaders(info).linked(courses.Course, link.course_id, link.cohort_id, [link.position]).load(self.row.id)
        return [course_of(row) for row in rows]

    @strawberry.field
    async def submitted_by(self, info: Info) -> PartnerAgency | None:
        """Who sent it."""
        key = self.row.submitted_by_id
        return None if key is None else agency_of(await loaders(info).one(agencies.PartnerAgency).load(key))

    @strawberry.field
    async def statements(self, info: Info, first: int = 25) -> StatementConnection:
        """What is stated about it."""
        table = statements.Statement
        rows = await loaders(info).below(table, table.cohort_id, [table.id], first).load(self.row.id)
        return StatementConnection(nodes=[statement_of(row) for row in rows])


@strawberry.type
class CohortConnection:
    """A page of cohorts."""

    nodes: list[Cohort]


def statement_of(row: statements.Statement) -> Statement:
    """The object of a row."""
    return Statement(row=row, id=strawberry.ID(f"Statement:{row.id}"), count=row.count)


def agency_of(row: agencies.PartnerAgency) -> PartnerAgency:
    """The object of a row."""
    return PartnerAgency(row=row, code=row.code, name=row.name)


def course_of(row: courses.Course) -> Course:
    """The object of a row."""
    return Course(row=row, code=row.code, title=row.title)


def cohort_of(row: courses.Cohort) -> Cohort:
    """The object of a row."""
    identifier = strawberry.ID(f"Cohort:{row.id}")
    return Cohort(row=row, id=identifier, code=row.code, title=row.title, starts_on=row.starts_on, mode=row.mode)


@strawberry.input
class ByCode:
    """An object named by its code."""

    code: str


@strawberry.input
class DateFilter:
    """Compares a date."""

    gte: date | None = None
    lt: date | None = None


@strawberry.input
class CohortModeFilter:
    """Compares a mode."""

    eq: strawberry.enum(CohortMode) | None = None  # type: ignore[valid-type]


@strawberry.input
class CohortFilter:
    """Keeps cohorts."""

    starts_on: DateFilter | None = None
    mode: CohortModeFilter | None = None

    def applied(self, rows: Select[Any]) -> Select[Any]:
        """The rows that it keeps."""
        table = courses.Cohort
        if self.starts_on and self.starts_on.gte:
            rows = rows.where(table.starts_on >= self.starts_on.gte)
        if self.starts_on and self.starts_on.lt:
            rows = rows.where(table.starts_on < self.starts_on.lt)
        if self.mode and self.mode.eq:
            rows = rows.where(table.mode == self.mode.eq.value)
        return rows


@strawberry.enum
class CohortOrderField(Enum):
    """What cohorts can be ordered by."""

    STARTS_ON = "starts_on"
    TITLE = "title"


@strawberry.enum
class Direction(Enum):
    """Which way."""

    ASC = "asc"
    DESC = "desc"


@strawberry.input
class CohortOrder:
    """A sort key."""

    by: CohortOrderField
    direction: Direction = Direction.ASC


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def partner_agency(self, info: Info, by: ByCode) -> PartnerAgency | None:
        """One agency."""
        table = agencies.PartnerAgency
        row = await loaders(info).session.scalar(select(table).where(table.code == by.code))
        return None if row is None else agency_of(row)

    @strawberry.field
    async def cohort(self, info: Info, by: ByCode) -> Cohort | None:
        """One cohort."""
        table = courses.Cohort
        row = await loaders(info).session.scalar(select(table).where(table.code == by.code))
        return None if row is None else cohort_of(row)

    @strawberry.field
    async def cohorts(
        self, info: Info, filter: CohortFilter | None = None, order: list[CohortOrder] | None = None, first: int = 25
    ) -> CohortConnection:
        """A page of cohorts."""
        table = courses.Cohort
        rows = filter.applied(select(table)) if filter else select(table)
        asked = order or [CohortOrder(by=CohortOrderField.STARTS_ON)]
        keys = [getattr(getattr(table, key.by.value), key.direction.value)() for key in asked]
        found = await loaders(info).session.scalars(rows.order_by(*keys, table.id).limit(first))
        return CohortConnection(nodes=[cohort_of(row) for row in found])

    @strawberry.field
    async def statements(self, info: Info, first: int = 25, after: Cursor | None = None) -> StatementConnection:
        """A page of statements, by id."""
        table = statements.Statement
        rows = select(table).order_by(table.id).limit(first + 1)
        if after is not None:
            rows = rows.where(table.id > UUID(base64.b64decode(after).decode()))
        found = list(await loaders(info).session.scalars(rows))
        page = found[:first]
        end = base64.b64encode(str(page[-1].id).encode()).decode() if page else None
        page_info = PageInfo(has_next_page=len(found) > first, end_cursor=end)
        return StatementConnection(nodes=[statement_of(row) for row in page], page_info=page_info)


class Server(GraphQL[Any, None]):
    """Strawberry's ASGI application, with a session for each request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        async with sessions() as session:
            scope["loaders"] = Loaders(session)
            await super().__call__(scope, receive, send)

    async def get_context(self, request: Request, response: Response) -> Any:
        """The request's loaders."""
        return request.scope["loaders"]


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await engine.dispose()
    await send({"type": "lifespan.shutdown.complete"})


app = Server(strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache]), graphql_ide=None)
