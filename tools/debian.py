"""Debian packages that only the tests use: a browser, SIP phones nobody here wrote, and a sound tool.

`make run` never comes here. Installing needs root or sudo; without either, one sentence says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from tools.setup import CACHE, SetupFailed, run

PROGRAMS = {"chromium": "chromium", "baresip": "baresip", "sipp": "sip-tester", "sox": "sox"}
"""Program that must be there -> the Debian package that brings it."""


def install() -> None:
    """Install what is missing; nothing when all programs are there.

    Raises:
        SetupFailed: neither root nor sudo is to be had, or apt-get failed.
    """
    missing = sorted(package for program, package in PROGRAMS.items() if shutil.which(program) is None)
    if not missing:
        return
    names = " ".join(missing)
    by_hand = f"The tests use Debian's {names}: install them with `apt-get install {names}` and try again."
    if shutil.which("apt-get") is None:
        raise SetupFailed(f"{by_hand} (There is no apt-get here to do it with.)")
    sudo: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], check=False).returncode:
            raise SetupFailed(f"{by_hand} (It needs root, and this user may not use sudo without a password.)")
        sudo = ["sudo", "-n"]
    started = time.monotonic()
    print(f"set-up: Debian packages for the tests ({names}) ...", end="", flush=True)
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    run(*sudo, "apt-get", "update", what="apt-get update", env=env)
    run(
        *sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", *missing,
        what=f"apt-get install {names}", env=env,
    )  # fmt: skip
    (CACHE / "stamps").mkdir(parents=True, exist_ok=True)
    print(f" {time.monotonic() - started:.1f} s", flush=True)
