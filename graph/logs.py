"""Logging: JSON lines on standard output, each with its request's id. No line holds a document, a variable's value, or a secret."""

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

MAX_REASON = 200


def configure(*, level: int = logging.INFO) -> None:
    """Sends every log line of this process, those of libraries too, to standard output as JSON."""
    shared: list[Processor] = [structlog.processors.add_log_level, stamp, describe_exception]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=orjson.dumps, default=str)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer(serializer=lambda *given, **options: orjson.dumps(*given, **options).decode(), default=str)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def stamp(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event with the moment at which it was logged."""
    event["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return event


def describe_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event with its exception's type, first line and frames.

    Further lines are left out: PostgreSQL puts the values of rows there (DETAIL).
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["reason"] = next(iter(str(error).splitlines()), "")[:MAX_REASON]
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return event
