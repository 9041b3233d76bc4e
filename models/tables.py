"""Every module that declares tables: importing this fills `Table.metadata`."""

from models import (
    access,
    agencies,
    audit,
    changes,
    courses,
    deployments,
    erasures,
    figures,
    history,
    individuals,
    places,
    releases,
    sessions,
    statements,
    submissions,
)

__all__ = [
    "access",
    "agencies",
    "audit",
    "changes",
    "courses",
    "deployments",
    "erasures",
    "figures",
    "history",
    "individuals",
    "places",
    "releases",
    "sessions",
    "statements",
    "submissions",
]
