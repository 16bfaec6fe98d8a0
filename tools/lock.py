"""Compiles every `requirements*.in` to exact versions with hashes, and the console's lock file.

`--upgrade` takes the newest Python packages that fit. The output names packages only: no index address, no
path of this machine, so that it is the same everywhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.setup import CONSOLE, find_uv, node_environment, npm, pip_environment
from tools.steps import ROOT

LISTS = ("requirements", "requirements-postgres", "requirements-build", "requirements-uv", "requirements-dev")
"""In this order: later ones are held to what earlier ones chose (`-c` in the .in files)."""

PLATFORMS = {
    "cpu": {"arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"},
    "libc": {"musl"},
    "os": {"aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32"},
}
"""Words in the name of a package that is for one platform, by the lock file's field for them."""


def add_other_platforms(lock: dict[str, Any]) -> list[str]:
    """Name the optional packages of other platforms that the lock file lacks; returns what was added.

    npm leaves a package out when the registry at hand does not carry it, and `npm ci` then refuses the whole
    lock file everywhere. They are never installed here; elsewhere they come without a checksum from us.
    """
    packages = lock["packages"]
    added = []
    for path, about in list(packages.items()):
        for name, version in about.get("optionalDependencies", {}).items():
            place = f"node_modules/{name}"
            if place in packages or f"{path}/{place}" in packages:
                continue
            words = set(name.rpartition("/")[2].split("-"))
            entry: dict[str, Any] = {"version": version, "optional": True}
            entry |= {field: sorted(words & known) for field, known in PLATFORMS.items() if words & known}
            packages[place] = entry | ({"dev": True} if about.get("dev") else {})
            added.append(name)
    lock["packages"] = dict(sorted(packages.items()))
    return added


def lock_console() -> None:
    """Bring `console/package-lock.json` up to its package.json, without addresses."""
    path: Path = CONSOLE / "package-lock.json"
    subprocess.run(
        [
            *npm(
                "install",
                "--package-lock-only",
                "--omit-lockfile-registry-resolved",
                "--no-audit",
                "--no-fund",
            )
        ],
        cwd=CONSOLE,
        env=node_environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    lock = json.loads(path.read_text())
    added = add_other_platforms(lock)
    path.write_text(json.dumps(lock, indent=2) + "\n")
    print(f"lock: console/package-lock.json ({len(added)} packages of other platforms named)")


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
    if (CONSOLE / "package.json").is_file():
        lock_console()
    return 0


if __name__ == "__main__":
    sys.exit(main())
