"""The exchange's program: where it lies, how to start it, and which version it is (22.10 at least)."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Version(NamedTuple):
    """An Asterisk version, compared as numbers: 22.9 is older than 22.10."""

    major: int
    minor: int
    patch: int = 0

    def __str__(self) -> str:
        return ".".join(str(part) for part in self)

    @classmethod
    def read(cls, text: str) -> Version | None:
        """The version in `asterisk -V` output or a package version; None when there is none in it."""
        found = re.search(r"(?:^|\s|:)(\d+)\.(\d+)(?:\.(\d+))?", text)
        if found is None:
            return None
        return cls(int(found[1]), int(found[2]), int(found[3] or 0))


OLDEST = Version(22, 10, 0)
"""StasisBroadcast and commands over the outbound WebSocket came with it, and 20 advisories went."""


class ExchangeUnavailable(Exception):
    """No usable exchange could be found, fetched or started; one sentence says why and what to do.

    Nothing half-written is left behind.
    """

    def __init__(self, sentence: str, tried: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.tried = list(tried)
        """What was tried before giving up, one short line each."""


@dataclass(frozen=True, slots=True)
class ExchangeBinary:
    """One Asterisk on this machine's disk: installed, or unpacked into Cordboard's own folder."""

    root: Path
    """The tree it lies in; `/` for the system's own."""
    program: Path
    version: Version
    modules_dir: Path
    data_dir: Path
    """Holds `documentation` and `rest-api`; without the first Asterisk does not start."""
    tools_root: Path | None = None
    """The unpacked tree with espeak-ng, music and sounds; None: look for them in the system."""
    source: str = "configured"
    """Where it came from, as a person would say it (for `doctor`)."""

    def command(self, program: Path | None = None) -> list[str]:
        """The words that start the exchange (or another program of the same tree), without arguments."""
        return command_in(self.root, program or self.program)

    def run_tool(self, name: str, arguments: Sequence[str], *, timeout_s: float = 60) -> str:
        """Run a helper such as `espeak-ng` and return what it printed.

        Raises:
            ExchangeUnavailable: the tool is not there, or it failed.
        """
        root, program = self._tool(name)
        extra = [f"--path={library_dirs(root)[0]}"] if name == "espeak-ng" and root != Path("/") else []
        done = subprocess.run(
            [*command_in(root, program), *extra, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode != 0:
            raise ExchangeUnavailable(f"{name} failed: {done.stderr.strip()[-300:] or done.returncode}.")
        return done.stdout

    def _tool(self, name: str) -> tuple[Path, Path]:
        for root in (self.tools_root, self.root):
            if root is not None and root != Path("/") and (root / "usr/bin" / name).exists():
                return root, root / "usr/bin" / name
        found = shutil.which(name)
        if found is None:
            raise ExchangeUnavailable(f"{name} was not found; install the package {name} and try again.")
        return Path("/"), Path(found)

    def find_data(self, *names: str) -> Path | None:
        """The first of these folders that exists (`sounds/en_US_f_Allison`, `moh`), in either tree."""
        bases = [self.data_dir]
        if self.tools_root is not None:
            bases.append(self.tools_root / "usr/share/asterisk")
        return next((base / name for base in bases for name in names if (base / name).is_dir()), None)


def library_dirs(root: Path) -> list[Path]:
    """Where the unpacked tree keeps its shared libraries; the first is the one with Asterisk's own."""
    loaders = sorted(root.glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        return []
    first = loaders[0].parent
    # espeak-ng's audio library keeps a private part in a folder of its own.
    return [first, *(folder for folder in (first / "pulseaudio",) if folder.is_dir())]


def command_in(root: Path, program: Path) -> list[str]:
    """Start `program` with its own tree's loader, so that nothing of this system's libraries is mixed in."""
    if root == Path("/"):
        return [str(program)]
    loaders = sorted(root.glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        return [str(program)]
    folders = ":".join(str(folder) for folder in library_dirs(root))
    return [str(loaders[0]), "--library-path", folders, str(program)]


def version_of(root: Path, program: Path) -> Version | None:
    """What the program itself says with `-V`; None when it does not run."""
    try:
        done = subprocess.run(
            [*command_in(root, program), "-V"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Version.read(done.stdout) if done.returncode == 0 else None


def describe(root: Path, program: Path, *, tools_root: Path | None, source: str) -> ExchangeBinary:
    """Look at an Asterisk and say what it is.

    Raises:
        ExchangeUnavailable: it does not run, is too old, or a folder that it needs is not there.
    """
    version = version_of(root, program)
    if version is None:
        raise ExchangeUnavailable(f"{program} does not run as an Asterisk on this machine.")
    if version < OLDEST:
        raise ExchangeUnavailable(
            f"{program} is Asterisk {version}, but Cordboard needs {OLDEST.major}.{OLDEST.minor} or newer."
        )
    prefixes = [root] if root != Path("/") else [program.resolve().parents[1], Path("/usr"), Path("/")]
    modules = _first_with(
        "app_stasis.so",
        *(folder for prefix in prefixes for folder in prefix.glob("usr/lib/*/asterisk/modules")),
        *(folder for prefix in prefixes for folder in prefix.glob("lib/*/asterisk/modules")),
        *(
            prefix / part
            for prefix in prefixes
            for part in ("usr/lib/asterisk/modules", "lib/asterisk/modules")
        ),
    )
    data = _first_with(
        "documentation",
        *(
            prefix / part
            for prefix in prefixes
            for part in ("usr/share/asterisk", "share/asterisk", "var/lib/asterisk")
        ),
    )
    if modules is None:
        raise ExchangeUnavailable(f"The modules folder of {program} was not found (no app_stasis.so).")
    if data is None:
        raise ExchangeUnavailable(
            f"{program} has no data folder with `documentation`, without which Asterisk does not start."
        )
    return ExchangeBinary(root, program, version, modules, data, tools_root, source)


def _first_with(name: str, *folders: Path) -> Path | None:
    return next((folder for folder in folders if (folder / name).exists()), None)
