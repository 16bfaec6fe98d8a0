"""Debian packages for set-up: those that only the tests use, and pip's wheel where Python comes without pip.

`make run` installs nothing in the system. The tests want a browser, SIP phones that nobody here wrote, and a
sound tool: installing those needs root or sudo; without either, one sentence says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.steps import CACHE, SetupFailed, run, step

PROGRAMS = {"chromium": "chromium", "baresip": "baresip", "sipp": "sip-tester", "sox": "sox"}
"""Program that must be there -> the Debian package that brings it."""


def install() -> None:
    """Install what the tests miss; nothing when all programs are there.

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
        may = shutil.which("sudo") and subprocess.run(
            ["sudo", "-n", "true"], capture_output=True, check=False
        )
        if not may or may.returncode:
            raise SetupFailed(
                f"{by_hand} (It needs root, and this user may not use sudo without a password.)"
            )
        sudo = ["sudo", "-n"]

    def apt() -> None:
        env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
        run(*sudo, "apt-get", "update", what="apt-get update", env=env)
        words = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
        run(*sudo, *words, what=f"apt-get install {names}", env=env)

    stamp = CACHE / "stamps" / "debian"
    stamp.unlink(missing_ok=True)  # Whether a program is there says more than what was done before.
    step(f"Debian packages for the tests ({names})", stamp, names, apt)


def pip_wheel() -> Path | None:
    """Pip from Debian's python3-pip-whl, unpacked in `.cache` without root; None when it cannot be had."""
    return _unpacked(CACHE / "pip", "usr/share/python-wheels/pip-*.whl", ["download", "python3-pip-whl"])


def slapd() -> Path | None:
    """Debian's LDAP server, unpacked in `.cache` without root and never started by set-up; None when it cannot be had.

    Installed, it would serve this machine's network from then on.
    """
    words = ["install", "--download-only", "-y", "-q", "--no-install-recommends", "--reinstall", "slapd"]
    return _unpacked(CACHE / "slapd", "usr/sbin/slapd", words)


def _unpacked(folder: Path, wanted: str, words: list[str]) -> Path | None:
    """What Debian's packages bring, in this folder.

    The machine's package lists are used if there are any; else lists of our own are fetched.

    Args:
        wanted: the file that counts.
        words: with which apt-get fetches the packages and installs nothing.
    """
    if found := next(folder.glob(wanted), None):
        return found
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    lists, archives = folder / "lists", folder / "cache" / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    here = ["-o", f"Dir::Cache={folder}/cache", "-o", "Debug::NoLocking=1"]
    for update, options in ((False, here), (True, [*here, "-o", f"Dir::State::lists={lists}"])):
        if update:
            (lists / "partial").mkdir(parents=True, exist_ok=True)
            subprocess.run(["apt-get", *options, "update"], cwd=folder, capture_output=True, check=False)
        subprocess.run(["apt-get", *options, *words], cwd=folder, capture_output=True, check=False)
        for package in [*folder.glob("*.deb"), *archives.glob("*.deb")]:
            subprocess.run(["dpkg-deb", "-x", package, folder], capture_output=True, check=False)
        if found := next(folder.glob(wanted), None):
            return found
    return None
