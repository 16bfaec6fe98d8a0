"""Fetch packages from a Debian archive without root and without touching the system.

apt-get works with a state, cache and status of its own; the signature is checked with the keyring that is
installed on this machine; `dpkg-deb -x` unpacks into one folder. Proven: `docs` page on the exchange.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cordboard.asterisk.binary import OLDEST, ExchangeUnavailable, Version

RELEASES = ("forky", "sid")
"""Debian releases that carry Asterisk 22, the calmer one first; Debian 12 and 13 carry none."""

NEEDED_BYTES = 700 * 1024 * 1024
"""Packages, unpacked tree and apt's lists together, with room to spare (measured: 450 MB)."""

MIRRORS_MAX = 3
"""How many addresses of the machine's own configuration are tried."""

_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One place to fetch from."""

    name: str
    """As a person would say it: "this machine's own archive", "Debian forky"."""
    line: str | None
    """The sources.list line; None: the machine's own configuration as it stands."""


class Archive:
    """apt-get with a private state, for one download."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.folder = folder.resolve()
        self.source = source
        for part in ("state/lists/partial", "cache/archives/partial", "etc/parts"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        if source.line is not None:
            (self.folder / "etc/sources.list").write_text(source.line + "\n")

    def update(self) -> None:
        """Fetch the list of packages; the signature is verified here.

        Raises:
            ExchangeUnavailable: not reachable, or not signed by a key that this machine trusts.
        """
        self._run(["apt-get", "update"], timeout_s=180, what="its list of packages could not be fetched")

    def candidate(self, package: str) -> Version | None:
        """Which version this source would give; None: it does not have the package."""
        return _candidate(
            self._run(["apt-cache", "policy", package], timeout_s=60, what="it could not be read")
        )

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetch the packages and everything that they need; returns the files."""
        words = ["apt-get", "install", "--yes", "--download-only", "--no-install-recommends", *packages]
        self._run(words, timeout_s=900, what="its packages could not be fetched")
        return sorted((self.folder / "cache/archives").glob("*.deb"))

    def _run(self, words: list[str], *, timeout_s: float, what: str) -> str:
        try:
            done = subprocess.run(
                [words[0], *self._options(), *words[1:]],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout_s,
                check=False,
                env=self._environment(),
            )
        except subprocess.TimeoutExpired:
            raise ExchangeUnavailable(f"{self.source.name}: {what} within {timeout_s:.0f} s.") from None
        # apt-get update succeeds with a mere warning when a mirror is away, and so does a bad signature.
        output = done.stdout + done.stderr
        warned = words[1] == "update" and re.search(r"^(Err:|W: (Failed|GPG|Some index))", output, re.M)
        if done.returncode != 0 or warned:
            raise ExchangeUnavailable(f"{self.source.name}: {what} ({_reason(output)}).")
        return done.stdout

    def _options(self) -> list[str]:
        here = self.folder
        pairs = {
            "Dir::State": here / "state",
            "Dir::State::status": here / "status",
            "Dir::Cache": here / "cache",
            "Debug::NoLocking": "1",
            "APT::Sandbox::User": "root",  # the _apt user may not read our folder, and we are not root anyway
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "20",
            "Acquire::Check-Valid-Until": "false",  # a frozen mirror is still signed
            "APT::Get::List-Cleanup": "0",
        }
        if self.source.line is not None:
            pairs["Dir::Etc::sourcelist"] = here / "etc/sources.list"
            pairs["Dir::Etc::sourceparts"] = here / "etc/parts"
        return [word for key, value in pairs.items() for word in ("-o", f"{key}={value}")]

    def _environment(self) -> dict[str, str]:
        """The machine's settings for fetching (proxies, certificates), but none of its after-update scripts.

        Those scripts clean and notify the system's own apt, which is none of our business.
        """
        settings = self.folder / "etc/apt.conf"
        if not settings.exists():
            kept = [
                line
                for line in _output(["apt-config", "dump"]).splitlines()
                if line.startswith(("Acquire::", "APT::Architecture"))
                and not line.startswith(
                    ("Acquire::IndexTargets", "Acquire::Languages", "Acquire::Changelogs")
                )
            ]
            blank = [
                f'Dir::Etc::parts "{self.folder}/etc/parts";',
                f'Dir::Etc::main "{self.folder}/etc/none";',
            ]
            settings.write_text("\n".join([*kept, *blank]) + "\n")
        home = os.environ.get("HOME") or str(self.folder)
        return {**os.environ, "APT_CONFIG": str(settings), "LC_ALL": "C", "HOME": home}


def sources(mirror: str | None) -> list[Source]:
    """Where to look, in order: the machine's own archive if it is new enough, then newer releases.

    Args:
        mirror: the address of a Debian mirror that the operator named; None: those of the machine's own apt.

    Raises:
        ExchangeUnavailable: this machine has no apt-get.
    """
    for program in ("apt-get", "apt-cache", "dpkg-deb"):
        if shutil.which(program) is None:
            raise ExchangeUnavailable(f"This machine has no {program}, so no exchange can be fetched.")
    own = _candidate(_output(["apt-cache", "policy", "asterisk"]))
    found = [Source("this machine's own archive", None)] if own is not None and own >= OLDEST else []
    keyring = next((path for path in _KEYRINGS if Path(path).exists()), None)
    options = f"[signed-by={keyring}] " if keyring else ""
    for release in RELEASES:
        for address in [mirror] if mirror else mirrors():
            found.append(Source(f"Debian {release} at {address}", f"deb {options}{address} {release} main"))
    return found


def mirrors() -> list[str]:
    """The Debian mirrors that this machine's apt is configured with, never an address of our own."""
    listed = _output(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]).split()
    if not listed:
        # No lists fetched yet (a fresh container): apt still tells what it would fetch.
        listed = re.findall(r"'(https?://[^']+?)/dists/", _output(["apt-get", "--print-uris", "update"]))
    debian = [address.rstrip("/") for address in listed if re.search(r"debian/?$", address)]
    return list(dict.fromkeys(debian))[:MIRRORS_MAX]


def unpack(files: Sequence[Path], into: Path, report: Callable[[str], None]) -> None:
    """Lay the packages out in one folder, as they would lie in a system.

    Raises:
        ExchangeUnavailable: the disk is full or a package is damaged; the caller removes the folder.
    """
    into.mkdir(parents=True)

    def one(file: Path) -> None:
        done = subprocess.run(
            ["dpkg-deb", "-x", str(file), str(into)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ExchangeUnavailable(f"{file.name} could not be unpacked ({_reason(done.stderr)}).")
        file.unlink()

    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for count, _ in enumerate(pool.map(one, files), start=1):
            if count % 60 == 0:
                report(f"unpacked {count} of {len(files)} packages")


def require_space(folder: Path) -> None:
    """Stop before the disk fills.

    Raises:
        ExchangeUnavailable: less than `NEEDED_BYTES` free; nothing was written.
    """
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise ExchangeUnavailable(
            f"{folder} has {free // 2**20} MB of free disk space, but fetching the exchange takes "
            f"{NEEDED_BYTES // 2**20} MB; free some, or set CORDBOARD_CACHE to a folder on a larger disk."
        )


def _candidate(policy: str) -> Version | None:
    found = re.search(r"^\s*Candidate:\s*(\S+)", policy, re.M)
    return Version.read(re.sub(r"^\d+:", "", found[1])) if found else None


def _output(words: list[str]) -> str:
    """What a harmless question prints; empty when it fails."""
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout if done.returncode == 0 else ""


def _reason(text: str) -> str:
    """The one line of a program's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line, following in itertools.pairwise(lines):
        # apt names the address on the line "Err:1 …" and gives the reason on the next.
        if line.startswith("Err:"):
            return following.removeprefix("E: ").rstrip(".")[:300]
    errors = [line for line in lines if line.startswith(("E:", "W:", "dpkg-deb: error"))]
    return (errors or lines or ["no reason given"])[0].removeprefix("E: ").rstrip(".")[:300]
