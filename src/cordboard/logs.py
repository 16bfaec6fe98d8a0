"""Logs: one line of JSON per transition, fixed text, values as fields (style: personal data only under `pii`)."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

import structlog

LOG_BYTES_MAX = 20 * 2**20
LOGS_KEPT = 3


class _Sentence(logging.Formatter):
    """What happened, in one line; where it came from stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        """Without a stack trace."""
        return f"cordboard: {record.getMessage()}"


def log_to(path: Path) -> None:
    """Write this process's log to a file; what somebody should look at also to the terminal."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
    ]
    to_file = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES_MAX, backupCount=LOGS_KEPT, encoding="utf-8", delay=True
    )
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
