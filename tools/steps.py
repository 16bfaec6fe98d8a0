"""The words that set-up is written in: run a command, do a step once, say in seconds what it took."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"


class SetupFailed(Exception):
    """Set-up cannot go on; the text is one sentence that says what was tried and what to do."""


def digest(*parts: bytes | str | Path) -> str:
    """One fingerprint of texts and files; a missing file counts as empty."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            part = part.read_bytes() if part.is_file() else b""
        total.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return total.hexdigest()


def run(*command: str | Path, what: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command quietly; when it fails, its output is shown and `what` says what was tried.

    Raises:
        SetupFailed: the command is missing or exited non-zero.
    """
    log = CACHE / "setup.log"
    log.parent.mkdir(exist_ok=True)
    try:
        with log.open("wb") as output:
            done = subprocess.run(
                [str(part) for part in command], cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
    except OSError as problem:
        raise SetupFailed(f"{what}: {problem}.") from problem
    if done.returncode:
        said = log.read_text(errors="replace").splitlines()
        # The reason stands at the start (npm) or at the end (everybody else).
        shown = said if len(said) <= 40 else [*said[:10], "...", *said[-25:]]
        print("", *(f"    {line}" for line in shown), sep="\n", file=sys.stderr, flush=True)
        raise SetupFailed(f"{what}: the command exited with {done.returncode} (what it said is above).")


def step(name: str, stamp: Path, wanted: str, make: Callable[[], None]) -> None:
    """Do a part of set-up unless its stamp says that it is done; one line with seconds if not."""
    if stamp.is_file() and stamp.read_text().strip() == wanted:
        return
    started = time.monotonic()
    print(f"set-up: {name} ...", end="", flush=True)
    try:
        make()
    except SetupFailed:
        print(f"set-up: {name} failed after {time.monotonic() - started:.1f} s", flush=True)
        raise
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted + "\n")
    print(f" {time.monotonic() - started:.1f} s", flush=True)
