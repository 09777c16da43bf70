"""What a server says of itself: one JSON object a line on standard error, and no personal data in any.

    {"at":"2026-11-26T09:15:00.000125Z","level":"info","logger":"api.request","message":"request","method":"POST",
     "route":"/v1/schools/{school}/lessons","status":201,"ms":12,"school":"1534","role":"teacher",
     "request":"6f00be70-fbe3-44f7-af73-0c1b8c73cdca"}

A request's line has the route's template, never its path or query. What other libraries log may quote what they were
given, so of theirs the template and the place are kept, without what was filled in; of an error its kind and its place,
without its text. Our own lines are written so that they may be kept.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter, filter_by_level
from structlog.typing import EventDict

from api.request_ids import CURRENT

REQUEST: Final = "api.request"
WARMING: Final = "api.warming"
"""The loggers of requests' lines, and of what was counted ahead: at INFO, where all others begin at WARNING."""
_OURS: Final = frozenset({"api", "exports", "ledger", "projections"})
_logger = logging.getLogger(__name__)


def _with_fields(name: str) -> BoundLogger:
    """A logger whose lines have fields of their own."""
    made: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=(filter_by_level, ProcessorFormatter.wrap_for_formatter),
        wrapper_class=BoundLogger,
    )
    return made


requests_log: Final = _with_fields(REQUEST)
warming_log: Final = _with_fields(WARMING)


def set_up_logs(stream: TextIO | None = None) -> None:
    """Have everything that this process logs go to a stream (None: standard error), a JSON line each."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(line_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in (REQUEST, WARMING):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)  # noqa: FBT003 - the library's signature
    logging.raiseExceptions = False  # or a line that cannot be formatted would be printed with its values
    threading.excepthook = _of_thread


def line_formatter() -> logging.Formatter:
    """What makes a line of a record, ours or another library's."""
    return ProcessorFormatter(
        foreign_pre_chain=(_foreign,), processors=(_line,), pass_foreign_args=True, use_get_message=False
    )


def place_of(error: TracebackType | None) -> str:
    """Where an error was raised: files, lines and functions; none of its values."""
    frames = traceback.extract_tb(error)
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))


def _foreign(_: object, __: str, event: EventDict) -> EventDict:
    """A record of the standard library's logging."""
    record: logging.LogRecord = event["_record"]
    text, arguments, error = event["event"], event.pop("positional_args", ()), event.pop("exc_info", None)
    event.pop("stack_info", None)
    if record.name.partition(".")[0] in _OURS:
        event["event"] = text % arguments if arguments else text
    else:
        # Without arguments a text may have been put together from values: its place says which line it is.
        event["event"] = text if arguments else "…"
        event["place"] = f"{record.pathname}:{record.lineno} {record.funcName}"
    if isinstance(error, tuple) and error[0] is not None:
        event["error"], event["place"] = error[0].__name__, place_of(error[2])
    return event


def _line(_: object, __: str, event: EventDict) -> str:
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": event.pop("event"),
        **event,
    }
    request = CURRENT.get()
    if request is not None:
        line["request"] = request
    return orjson.dumps(line).decode()


def _of_thread(ended: threading.ExceptHookArgs) -> None:
    """What a thread died of, where nothing caught it."""
    _logger.critical("a thread ended: %s: %s", ended.exc_type.__name__, place_of(ended.exc_traceback))
