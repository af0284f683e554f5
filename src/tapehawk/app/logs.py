"""Log lines: JSON with the field names of the Elastic Common Schema, to standard output or into four files.

    logging.getLogger("tapehawk.…") ─┐                                  scanner_app.log          everything
                                     ├─► who and what for ─► no secret ─► scanner_api.log          requests
    uvicorn, alembic, …             ─┘                                  scanner_performance.log  what took how long
                                                                        scanner_errors.log       errors

The rest of the program knows nothing of this: it logs with the standard library, facts in `extra`. `about` names what a
line is for: every line of a request has its id, every line of a scan has the scan's.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
from ecs_logging import StructlogFormatter
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_logger_name

from tapehawk.app.log_files import SharedFile
from tapehawk.app.redaction import strike
from tapehawk.app.sections import Api
from tapehawk.core.errors import TapehawkError

about = bound_contextvars
"""`with about(request_id=…, scan_id=…):` every line logged meanwhile says so."""

ACCESS: Final = "tapehawk.api.access"
PERFORMANCE: Final = ("tapehawk.performance", "tapehawk.records", ACCESS)
SIZE: Final = 20_000_000  # bytes of a file
KEPT: Final = 5

_ECS: Final[Mapping[str, str]] = {
    "logger": "log.logger",
    "request_id": "http.request.id",
    "method": "http.request.method",
    "path": "url.path",
    "status": "http.response.status_code",
    "address": "client.ip",
    "user_id": "user.id",
    "duration": "event.duration",
    "statement": "db.statement",
    "worker": "process.thread.name",
}
"""Our names for what the schema has a name for; all others stand under `labels`."""
_ECS_LINE: Final = StructlogFormatter(ensure_ascii=False)
_KEPT: Final = frozenset({"event", "exception", "level", "error.type", "error.message"})


@contextmanager
def logging_of(api: Api) -> Iterator[None]:
    """Send every log line where the settings say, meanwhile."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    handlers = list(_handlers(api.log_dir))
    for handler in handlers:
        handler.setFormatter(_formatter())
    root.handlers[:] = handlers
    root.setLevel(api.log_level.upper())
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        for handler in handlers:
            handler.close()


def _handlers(folder: str) -> Iterator[logging.Handler]:
    if not folder:
        yield logging.StreamHandler(sys.stdout)
        return
    there = Path(folder).expanduser()
    there.mkdir(parents=True, exist_ok=True)
    yield _file(there, "scanner_app.log")
    api = _file(there, "scanner_api.log")
    api.addFilter(lambda record: record.name.startswith("tapehawk.api"))
    yield api
    performance = _file(there, "scanner_performance.log")
    performance.addFilter(lambda record: record.name in PERFORMANCE)
    yield performance
    errors = _file(there, "scanner_errors.log")
    errors.setLevel(logging.ERROR)
    yield errors


def _file(folder: Path, name: str) -> SharedFile:
    return SharedFile(folder / name, size=SIZE, kept=KEPT)


def _formatter() -> ProcessorFormatter:
    shared: list[Any] = [merge_contextvars, add_logger_name, ExtraAdder()]
    return ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            _failed,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            strike,
            _named,
            _written,
        ],
    )


def _written(logger: object, method: str, line: MutableMapping[str, Any]) -> str:
    return _ECS_LINE(logger, method, dict(line))


def _failed(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name what was raised, and when the line was written."""
    record: logging.LogRecord = line["_record"]
    raised = (line.get("exc_info") or (None, None))[1]
    if isinstance(raised, BaseException):
        line["error.type"] = type(raised).__name__
        line["error.message"] = raised.in_full if isinstance(raised, TapehawkError) else str(raised)
    line["level"] = record.levelname.lower()
    line["@timestamp"] = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", {})["timestamp"]
    line["process.pid"], line["color_message"] = record.process, None
    return line


def _named(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Give facts the schema's names."""
    shown: dict[str, Any] = {"log.level": line.pop("level", "info")}
    for key, value in line.items():
        if value is None:
            continue
        if key in _KEPT or key.startswith(("@", "process.")):
            shown[key] = value
        elif key in _ECS:
            shown[_ECS[key]] = value
        else:
            shown[f"labels.{key}"] = value if isinstance(value, str | int | float | bool) else str(value)
    return shown
