"""Compiles every `requirements*.in` to exact versions with hashes; `--upgrade` takes the newest that fit.

The output names packages only: no index address, no path of this machine, so that it is the same everywhere.
"""

from __future__ import annotations

import subprocess
import sys

from tools.setup import find_uv, pip_environment
from tools.steps import ROOT

LISTS = ("requirements", "requirements-postgres", "requirements-build", "requirements-uv", "requirements-dev")
"""In this order: later ones are held to what earlier ones chose (`-c` in the .in files)."""


def main() -> int:
    """Compile all lists."""
    uv = find_uv()
    if uv is None:
        print("lock: uv could not be had; it is what compiles the lists.", file=sys.stderr)
        return 1
    for name in LISTS:
        command = [
            str(uv),
            "pip",
            "compile",
            "-q",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
        ]
        command += ["--no-emit-index-url", "--no-header", *sys.argv[1:], f"{name}.in", "-o", f"{name}.txt"]
        subprocess.run(command, cwd=ROOT, env=pip_environment(), check=True)
        print(f"lock: {name}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
