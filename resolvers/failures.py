"""What an exception of the database amounts to: a refusal that says to try again, or nothing that anybody foresaw."""

import asyncpg

from models.database import PoolBusy
from resolvers.errors import Refusal, Unavailable

UNEXPECTED = "INTERNAL"
"""The code of what nobody foresaw."""


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal that an exception amounts to; None for one that nobody foresaw."""
    match error:
        case Refusal():
            return error
        case asyncpg.QueryCanceledError() | TimeoutError():
            return Unavailable("The operation took too long. Ask for less at once, or try again.", code="TIMEOUT", retry_after=5)
        case asyncpg.LockNotAvailableError() | asyncpg.DeadlockDetectedError() | asyncpg.SerializationError():
            return Unavailable("Another request holds what this one needs. Try again.")
        case PoolBusy():
            return Unavailable("No connection to the database was free in time. Try again.")
    return Unavailable("The database cannot be reached. Try again.", retry_after=5) if is_unreachable(error) else None


def is_unreachable(error: Exception) -> bool:
    """Whether an exception means that the database is away, starting, stopping or full, rather than that a statement is wrong."""
    kinds = (asyncpg.PostgresConnectionError, asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError, OSError)
    return isinstance(error, kinds) or (isinstance(error, asyncpg.InterfaceError) and "clos" in str(error))
