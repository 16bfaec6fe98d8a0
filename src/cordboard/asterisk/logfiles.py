"""The exchange's logs, put aside before they fill the disk.

It lives for months, over every new version of ours, and opens them at its start; whoever tries passwords on it from
outside makes it write without end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from cordboard.asterisk.ami import AmiClient

LOG_BYTES_MAX = 20 * 2**20
"""A log larger than this is put aside; one old one is kept."""
OPENED = ("messages", "security")
"""What it opens by itself."""
REOPEN = "logger reload"
"""It then makes those that are not there (22.10, seen)."""


def put_aside(run_dir: Path, names: Iterable[str] = ("exchange.log", *OPENED)) -> None:
    """Those of them that are too large.

    Raises:
        OSError: one is still there.
    """
    for name in names:
        path = run_dir / "log" / name
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LOG_BYTES_MAX:
                path.replace(path.with_name(f"{name}.old"))


async def keep_short(run_dir: Path, ami: AmiClient) -> None:
    """The same while the exchange lives, which is told to begin new ones.

    Raises:
        OSError: one is still there.
        AmiFailed: it may write into the old ones still; the next time it is told again.
    """
    folder = run_dir / "log"
    if not folder.is_dir():
        # An exchange that is not ours keeps its logs elsewhere.
        return
    put_aside(run_dir, OPENED)
    if not all((folder / name).exists() for name in OPENED):
        await ami.action("Command", Command=REOPEN)
