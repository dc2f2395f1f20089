"""Decide what may be written to the log: an action word, and words and numbers from an allow-list.

A calendar holds health data, and so does every text that comes from one: titles, places, UIDs and hrefs of
others, and the messages of exceptions. None of it is logged (FAILURES G23, H6). A field that is not on the
list, or whose value is not one plain word or number, is dropped and counted; an exception is its class, and
the sentence only where it is our own. Libraries may say that they have something to say, never what.
"""

import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TextIO, cast
from uuid import UUID

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from adapters.config.schema import LogSection
from model.errors import DomainError
from sync.errors import SyncError

_OURS = ("job", "link", "run", "series", "session", "change")
_OUTCOME = ("code", "reason_code", "result", "state", "verdict", "verb", "warnings")
_WIRE = ("host", "method", "status", "requests", "attempt", "wait_s", "duration_ms", "failures")
_COUNTS = (
    "count",
    "counts",
    "links",
    "sessions",
    "planned",
    "sent",
    "applied",
    "held",
    "refused",
    "quarantined",
)
_PROCESS = ("library", "signal", "thread", "version")
_WEB = ("request", "operation", "token")
ALLOWED = frozenset((*_OURS, *_OUTCOME, *_WIRE, *_COUNTS, *_PROCESS, *_WEB))

_ACTION = re.compile(r"[a-z][a-z_]{1,39}")
_WORD = re.compile(r"[A-Za-z0-9_.:+-]{0,80}")
_TELLING = re.compile(
    r'"[^"]*"|\S*[/@]\S*'
)  # quoted text, paths, addresses: what a sentence may have picked up

Fields = dict[str, object]


def configure(section: LogSection, *, stream: TextIO | None = None) -> FilteringBoundLogger:
    """Begin to log, and silence everything else in this process that would; call it once per command."""
    out = stream or sys.stderr
    level = getattr(logging, section.level.upper())
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        cast("Processor", allow_listed),
        _renderer(section.format, out),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    log = get_log()
    _muffle_libraries(log)
    threading.excepthook = lambda args: log.error("thread_failed", error=args.exc_value)
    return log


def get_log() -> FilteringBoundLogger:
    """The log: `log.info("run_ended", link=ref, result="ok", duration_ms=12)`; exceptions as `error=`."""
    return cast("FilteringBoundLogger", structlog.get_logger())


def _renderer(format_: Literal["auto", "console", "json"], out: TextIO) -> Processor:
    if format_ == "json" or (format_ == "auto" and not out.isatty()):
        return structlog.processors.JSONRenderer(sort_keys=False)
    return structlog.dev.ConsoleRenderer(colors=out.isatty(), event_key="action", timestamp_key="at")


def allow_listed(_logger: object, _method: str, fields: Fields) -> Fields:
    """Build the line anew from what may be in it; whatever else was given is only counted."""
    action = str(fields.pop("event", ""))
    line: Fields = {"at": fields.pop("at", ""), "level": fields.pop("level", "")}
    line["action"] = action if _ACTION.fullmatch(action) else "unnamed"
    line |= _error_fields(fields.pop("error", None))
    kept = {name: _plain(value) for name, value in fields.items() if name in ALLOWED and _is_plain(value)}
    dropped = len(fields) - len(kept) + (line["action"] == "unnamed")
    return line | kept | ({"dropped": dropped} if dropped else {})


def _is_plain(value: object) -> bool:
    """One word, one number, or a few numbers by name."""
    if isinstance(value, Mapping):
        return all(isinstance(n, int) and _WORD.fullmatch(str(name)) for name, n in value.items())
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float | UUID | datetime)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | str) else value


def _error_fields(error: object) -> Fields:
    """The class of an exception, and what it says where we wrote that sentence ourselves."""
    if not isinstance(error, BaseException):
        return {} if error is None else {"error": "unknown"}
    found: Fields = {"error": type(error).__name__}
    if isinstance(error, SyncError | DomainError):
        found["said"] = _TELLING.sub("…", _without_hrefs(error))
    return found


def _without_hrefs(error: SyncError | DomainError) -> str:
    """Its sentence, less the hrefs and addresses it carries: another app's may hold a name."""
    sentence = str(error)
    for value in vars(error).values():
        if isinstance(value, str) and "/" in value and value != sentence:
            sentence = sentence.replace(value, "…")
    return sentence


def _muffle_libraries(log: FilteringBoundLogger) -> None:
    """Libraries log bodies and headers (LIBRARIES 3); all that is left of it is who spoke."""
    root = logging.getLogger()
    root.handlers = [_Muffler(log)]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


class _Muffler(logging.Handler):
    """Turns a library's record into one line without its text."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._log.warning("library_spoke", library=record.name.partition(".")[0], error=error)
