"""Music on hold: the installation's own, and what organisations have put in its place (D25)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cordboard.asterisk.conffile import section
from cordboard.asterisk.settings import ExchangeSettings

FILE = "music.conf"
"""Beside the exchange's configuration, which includes it: what a running server writes there, the next start finds."""
READ_AGAIN = "moh reload"
"""Whoever hears music meanwhile goes on hearing it (22.10, seen)."""


def musiconhold_conf(settings: ExchangeSettings) -> str:
    """The usual music, for everybody who has no other."""
    return (
        section("default", [("mode", "files"), ("directory", settings.run_dir / "moh")])
        + f'#tryinclude "{FILE}"\n'
    )


def class_of(sound: Path) -> str:
    """The name of the class that plays this file: of one length, for Asterisk cuts names at eighty characters."""
    return f"cb-{hashlib.blake2b(str(sound).encode(), digest_size=10).hexdigest()}"


def music_conf(sounds: Iterable[Path]) -> str:
    """A class for each of these WAV files, over and over.

    Source: `musiconhold.conf.sample` of Asterisk 22: an entry is a path without its ending.

    Raises:
        SettingsWrong: a path holds a control character.
    """
    return "\n".join(
        section(class_of(sound), [("mode", "playlist"), ("entry", sound.with_suffix(""))])
        for sound in sorted(set(sounds))
    )
