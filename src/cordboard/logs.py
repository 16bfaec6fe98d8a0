"""Logs: one line of JSON per transition, fixed text, values as fields (style: personal data only under `pii`)."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

import structlog

from cordboard.app.about import current_call

LOG_BYTES_MAX = 20 * 2**20
LOGS_KEPT = 3


class _Sentence(logging.Formatter):
    """What happened, in one line; where it came from stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        """Without a stack trace."""
        return f"cordboard: {record.getMessage()}"


class _File(logging.handlers.RotatingFileHandler):
    """The log file; on a full disk calls go on without it, and the terminal is told once."""

    _lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # the name is logging's
        """Not a stack trace for each line, which would cost calls more than the disk does."""
        if self._lost == 0:
            sys.stderr.write(
                f"cordboard: the log {self.baseFilename} cannot be written: {sys.exc_info()[1]}\n"
            )
        self._lost += 1

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, and say how many were lost before it."""
        lost = self._lost
        super().emit(record)
        if lost and self._lost == lost:
            self._lost = 0
            logging.getLogger(__name__).warning("lines of the log were lost", extra={"lines": lost})


def _with_call(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The call that something was done for, where the line does not name one itself."""
    call = current_call()
    if call is not None:
        line.setdefault("call", call)
    return line


def log_to(path: Path) -> None:
    """Write this process's log to a file; what somebody should look at also to the terminal."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _with_call,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
    ]
    to_file = _File(path, maxBytes=LOG_BYTES_MAX, backupCount=LOGS_KEPT, encoding="utf-8", delay=True)
    to_file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(logging.ERROR)
    to_terminal.setFormatter(_Sentence())
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(to_file)
    root.addHandler(to_terminal)
    for noisy in ("aiosqlite", "alembic", "uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
