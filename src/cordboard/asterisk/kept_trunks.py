"""The trunks that were set up in the browser, kept beside the exchange so that its next start has them.

The parent starts the exchange before any server has opened the database; so the server leaves them here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from cordboard.asterisk import config
from cordboard.asterisk.settings import ExchangeSettings, Trunk

log = logging.getLogger(__name__)

FILE = "trunks.json"


def keep(run_dir: Path, trunks: Sequence[Trunk]) -> None:
    """Write them down, readable by nobody else: passwords are among them.

    Raises:
        OSError: the folder cannot be written.
    """
    config.write(run_dir, {FILE: msgspec.json.encode(tuple(trunks)).decode() + "\n"})


def with_kept(settings: ExchangeSettings) -> ExchangeSettings:
    """The settings with the trunks of the browser as they are now; of equal names the configuration file's stays."""
    of_file = tuple(trunk for trunk in settings.trunks if not trunk.made_in_browser)
    return replace(settings, trunks=beside_kept(of_file, settings.run_dir))


def beside_kept(of_file: tuple[Trunk, ...], run_dir: Path) -> tuple[Trunk, ...]:
    """Those of the configuration file, and then those of the browser that have no name of theirs."""
    names = {trunk.name for trunk in of_file}
    return (*of_file, *(trunk for trunk in kept(run_dir) if trunk.name not in names))


def kept(run_dir: Path) -> tuple[Trunk, ...]:
    """Those of the last time; none when there is no such file, or one that cannot be read."""
    try:
        return msgspec.json.decode((run_dir / FILE).read_bytes(), type=tuple[Trunk, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError):
        # The server writes it anew when it has opened the database.
        log.exception("the kept trunks cannot be read")
        return ()
