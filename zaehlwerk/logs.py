"""Logs on stderr: readable on a terminal, one JSON document a line everywhere else."""

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from gateway.legible import legible

_OWN_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_LOUD = (
    "alembic",
    "apscheduler",
    "amqtt",
    "transitions",
    "pymodbus",
    "uvicorn",
    "httpx",
)
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object per record: time, level, logger, message, what was given as `extra`, and the exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        import orjson  # noqa: PLC0415  the commands that log nothing start without it

        document = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": legible(record.getMessage()),
            **{name: value for name, value in record.__dict__.items() if name not in _STANDARD},
        }
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(document, default=str).decode()


def configure_logging(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every record to `stream` (stderr) in the form that suits it; called once, when a process starts."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(_OWN_LINE, "%H:%M:%S") if stream.isatty() else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
