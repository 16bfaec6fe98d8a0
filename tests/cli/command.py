"""The command line as a person uses it: words in, an exit code and lines out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from cordboard.__main__ import main
from cordboard.asterisk.runtime import find

ROOT = Path(__file__).resolve().parents[2]
CANNOT_START = 78


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that says what is wrong; without a stack trace, and without a promise before it."""
        lines = [line for line in self.err.splitlines() if not line.startswith("  tried: ")]
        assert "Traceback" not in self.err, self.err
        assert "Cordboard is at" not in self.out, self.out
        assert lines, "it ended without a word"
        return lines[-1]


def cordboard(
    *words: str | Path,
    env: Mapping[str, str] | None = None,
    within_s: float = 60,
) -> Done:
    """Run `python -m cordboard WORDS` until it ends by itself."""
    done = subprocess.run(
        [sys.executable, "-m", "cordboard", *map(str, words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=dict(os.environ) | dict(env or {}),
        timeout=within_s,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def within(*words: str | Path) -> Done:
    """The same in this process: for what needs many commands, each of which is slow to start.

    Not from a test that runs on an event loop: commands begin their own.
    """
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def nothing_half_done(data: Path) -> None:
    """No exchange lives, and every file that there is, is whole."""
    assert find(data / "exchange") is None
    halves = [
        path for path in data.rglob("*") if path.suffix in (".new", ".half") or path.name == ".writable"
    ]
    assert halves == []
