"""`python -m cordboard.asterisk.speak VOICE FILE`: speaks the text of the standard input into that file.

A process of its own: the conversion for the telephone takes a second of processor time, in which nobody's console
should stand still.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cordboard.asterisk.binary import ExchangeUnavailable
from cordboard.asterisk.obtain import default_cache, find_kept
from cordboard.asterisk.prompts import synthesise


def main(words: list[str]) -> int:
    """0: the file is there."""
    voice, out = words
    binary = find_kept(default_cache())
    if binary is None:
        return 3
    try:
        synthesise(binary, sys.stdin.read(), voice, Path(out))
    except ExchangeUnavailable:
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
