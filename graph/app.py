"""The one composition point: settings and a database to an ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.auth import Authenticator
from graph.door import Door
from graph.endpoint import Endpoint
from graph.openid.access import AccessTokens
from graph.openid.flow import Flow
from graph.openid.issuer import Issuer
from graph.openid.people import People
from graph.pages.graphiql import Graphiql
from graph.peers import networks_of
from graph.schema import graphql_schema
from graph.settings import Settings
from graph.signin import SignIn
from graph.staff import Staff
from graph.uses import Uses
from models.database import Database
from models.deployments import Environment
from resolvers.errors import Unavailable
from resolvers.execute import Graph
from resolvers.queries import TYPES

READY_SECONDS = 2.0
WELCOME = """\
CARICOM IMPACS: member states, partner agencies, training courses and participation, as one GraphQL graph.

Send queries to /graphql: POST {"query": "{ memberStates { code name } }"} as application/json.
The schema can be introspected there, and /graphiql is a page to ask it from. /health/live and /health/ready tell how the server is.
"""


def create_app(settings: Settings, database: Database) -> Door:
    """The application that serves the graph from this database: the door, and behind it the endpoint, and Starlette for all else."""
    graph = Graph(graphql_schema, TYPES, database, settings.cursor_secret.encode(), introspection=settings.introspection)

    async def ready(scope: Scope, receive: Receive, send: Send) -> None:
        response = await readiness(database)
        await response(scope, receive, send)

    openid = settings.openid
    issuer = Issuer(openid.issuer) if openid else None
    staff = Staff(database, is_offered=settings.is_embedded, openid=openid)
    flow = Flow(issuer, openid) if issuer and openid and openid.client_id else None
    sign_in = SignIn(staff, flow)
    judge = AccessTokens(database, issuer, openid).viewer if issuer and openid and openid.audience else None
    uses, is_test = Uses(database), settings.environment is Environment.TEST
    authenticator = Authenticator(database, judge, uses=uses, environment=settings.environment)
    direct: dict[str, ASGIApp] = {
        "/graphql": Endpoint(graph, authenticator, staff, networks_of(settings.trusted_proxies)),
        "/health/ready": ready,
        "/session": sign_in,
        "/session/mode": sign_in,
    }
    if flow and openid:
        direct["/signin"] = direct["/signin/callback"] = People(staff, flow, openid, database)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with uses.written():
            yield

    others = Starlette(routes=[Route("/", welcome), Route("/health/live", live), *Graphiql(is_test=is_test).routes], lifespan=lifespan)
    return Door(others, allowed_hosts=settings.hosts, direct=direct, is_test=is_test)


async def welcome(request: Request) -> Response:
    """A page that says where the graph is."""
    return PlainTextResponse(WELCOME)


async def live(request: Request) -> Response:
    """Says that the process answers."""
    return PlainTextResponse("live\n")


async def readiness(database: Database) -> Response:
    """Says that the database answers; raises Unavailable if it does not do so in time."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await database.read("SELECT 1", [])
    except TimeoutError:
        raise Unavailable("The database does not answer.") from None
    return PlainTextResponse("ready\n")
