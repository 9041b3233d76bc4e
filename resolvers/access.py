"""The viewer: who is asking, and within which limits."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Text, Uuid, func, literal_column, select, true

from models.deployments import Deployment, Environment
from models.policies import Door, Row
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.binds import Finder
from resolvers.compiler.plan import Rows
from resolvers.fields import Column, Embedded, Expression, ObjectType, Origin, Planning, Source, camel, columns, one

LIMITS = (
    "page_size",
    "depth",
    "aliases",
    "root_fields",
    "cost",
    "document_bytes",
    "document_tokens",
    "body_bytes",
    "records_per_submission",
)


def limit(name: str) -> Finder:
    """Finds a limit of the call's viewer."""
    return lambda call: getattr(call.limits, name)


def viewer(parent: Any, given: Arguments, planning: Planning, below: frozenset[str]) -> Origin:
    """One row, made of binds alone."""
    binds = planning.binds
    row = {
        "kind": binds.add(lambda call: call.viewer.kind.value, Text()),
        "client_id": binds.add(lambda call: call.viewer.client_id, Uuid()),
        "client_name": binds.add(lambda call: call.viewer.client_name, Text()),
        "agency_id": binds.add(lambda call: call.viewer.agency_id, Uuid()),
        "member_state_code": binds.add(lambda call: call.viewer.member_state_code, Text()),
        "credential_id": binds.add(lambda call: call.viewer.credential_id, Text()),
        "agreement_id": binds.add(lambda call: call.viewer.agreement_id, Uuid()),
        "scopes": binds.add(lambda call: sorted(call.viewer.scopes), ARRAY(Text)),
        **{name: binds.add(limit(name), Integer()) for name in LIMITS},
    }
    return Origin(SimpleNamespace(c=row), Rows((), (true(),)))


def environment(viewer: Row, door: Door) -> ColumnElement[str]:
    """The environment of the database; one that was never served is to be LIVE's."""
    deployment, allowed = door.visible(Deployment)
    recorded = select(deployment.c.environment).where(allowed).correlate_except(deployment).scalar_subquery()
    return func.coalesce(recorded, literal_column(f"'{Environment.LIVE.value}'", Text()))


VIEWER = ObjectType(
    "Viewer",
    fields={
        **columns("kind", "client_name", "scopes"),
        "client": one("Client", "client_id"),
        "agency": one("PartnerAgency", "agency_id"),
        "memberState": one("MemberState", "member_state_code", "code"),
        "environment": Expression(environment),
        "credential": one("Credential", "credential_id"),
        "agreement": one("Agreement", "agreement_id"),
        "limits": Embedded("Limits"),
    },
)

LIMITS_TYPE = ObjectType("Limits", fields={camel(name): Column(name) for name in LIMITS})

QUERIES = {"viewer": Source("Viewer", viewer)}

TYPES = (VIEWER, LIMITS_TYPE)
