"""Get Asterisk 22.10 or newer, without root and without changing the system.

Order of choice: the one that the configuration names, the system's own, this machine's archive, a newer
Debian release. The same run brings espeak-ng, which speaks the prompts and the practice callers.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cordboard.asterisk.archive import Archive, Source, require_space, sources, unpack
from cordboard.asterisk.binary import OLDEST, ExchangeBinary, ExchangeUnavailable, describe

TOOLS = ("asterisk-core-sounds-en", "asterisk-moh-opsound-wav", "espeak-ng")
PACKAGES = ("asterisk", *TOOLS)
MANIFEST = "cordboard-exchange.json"
"""Written last, inside the folder: says what the folder holds, and that it is whole."""

NEEDED_MODULES = (
    "app_stasis_broadcast.so",
    "res_websocket_client.so",
    "res_ari_channels.so",
    "chan_pjsip.so",
)
"""Checked before an Asterisk is accepted; the full list stands in `config.MODULES`."""


def default_cache() -> Path:
    """Where fetched exchanges live: CORDBOARD_CACHE, else `.cache` of the project, else the user's cache."""
    named = os.environ.get("CORDBOARD_CACHE")
    if named:
        return Path(named).absolute() / "exchange"
    project = Path(__file__).resolve().parents[3]
    if (project / "pyproject.toml").exists():
        return project / ".cache" / "exchange"
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "cordboard" / "exchange"


def default_sounds() -> Path:
    """Where the prompts that `prompts.prepare_prompts` speaks are kept for every run."""
    return default_cache() / "sounds"


def obtain(
    cache: Path,
    configured: Path | None = None,
    report: Callable[[str], None] = lambda _line: None,
    *,
    mirror: str | None = None,
    fetch: bool = True,
) -> ExchangeBinary:
    """The exchange to use, fetched if it has to be; the second call returns at once.

    Args:
        cache: the folder that fetched exchanges are kept in.
        configured: the `asterisk` program that the operator named; None when none is named.
        report: told one line per step.
        mirror: a Debian mirror to use instead of those of this machine's apt (CORDBOARD_DEBIAN_MIRROR).
        fetch: False: only look, change nothing.

    Raises:
        ExchangeUnavailable: none could be had; says what was tried, and nothing half-written remains.
    """
    if configured is not None:
        return _named(configured)
    tried: list[str] = []
    system = shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if system is not None:
        try:
            binary = describe(Path("/"), Path(system), tools_root=None, source="installed on this system")
            _require_modules(binary)
            return binary
        except ExchangeUnavailable as problem:
            tried.append(str(problem))
    else:
        tried.append("No asterisk is installed on this system.")
    if not fetch:
        kept = find_kept(cache)
        if kept is None:
            raise ExchangeUnavailable(
                "There is no usable Asterisk yet; run `cordboard exchange obtain`.", tried
            )
        return kept
    return _fetch(cache, report, tried, mirror or os.environ.get("CORDBOARD_DEBIAN_MIRROR"))


def _named(program: Path) -> ExchangeBinary:
    """The operator's own choice: it must be right, nothing else is tried in its place."""
    if not program.exists():
        raise ExchangeUnavailable(
            f"The configuration names {program} as the exchange, but there is no such file."
        )
    absolute = program.absolute()
    root = absolute.parents[2] if len(absolute.parents) > 2 else Path("/")
    unpacked = any(root.glob("usr/lib/*/ld-linux*.so.*")) and root != Path("/")
    binary = describe(
        root if unpacked else Path("/"),
        absolute,
        tools_root=root if unpacked else None,
        source="named in the configuration",
    )
    _require_modules(binary)
    return binary


def _require_modules(binary: ExchangeBinary) -> None:
    missing = [name for name in NEEDED_MODULES if not (binary.modules_dir / name).exists()]
    if missing:
        raise ExchangeUnavailable(
            f"{binary.program} (Asterisk {binary.version}) lacks the module {', '.join(missing)}."
        )


def find_kept(cache: Path) -> ExchangeBinary | None:
    """The newest whole exchange in the cache; None when there is none."""
    for manifest in sorted(cache.glob(f"asterisk-*/{MANIFEST}"), reverse=True):
        root = manifest.parent
        try:
            source = str(json.loads(manifest.read_text())["source"])
            binary = describe(root, root / "usr/sbin/asterisk", tools_root=root, source=source)
            _require_modules(binary)
        except (ExchangeUnavailable, ValueError, KeyError, OSError):
            continue
        return binary
    return None


def _fetch(
    cache: Path, report: Callable[[str], None], tried: list[str], mirror: str | None
) -> ExchangeBinary:
    try:
        kept = find_kept(cache) if cache.exists() else None
        if kept is not None:
            return kept
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache, report):
            # Somebody else may have fetched it while we waited for our turn.
            kept = find_kept(cache)
            if kept is not None:
                return kept
            for leftover in cache.glob("half-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            require_space(cache)
            return _from_archives(cache, report, tried, mirror)
    except ExchangeUnavailable as problem:
        problem.tried = problem.tried or tried
        raise
    except OSError as problem:
        raise ExchangeUnavailable(f"{cache} cannot be written ({problem.strerror}).", tried) from problem


def _from_archives(
    cache: Path, report: Callable[[str], None], tried: list[str], mirror: str | None
) -> ExchangeBinary:
    try:
        places = sources(mirror)
    except ExchangeUnavailable as problem:
        tried.append(str(problem))
        places = []
    for source in places:
        half = Path(tempfile.mkdtemp(prefix="half-", dir=cache))
        try:
            return _from_one(cache, half, source, report)
        except ExchangeUnavailable as problem:
            tried.append(str(problem))
            report(str(problem))
        finally:
            shutil.rmtree(half, ignore_errors=True)
    raise ExchangeUnavailable(
        f"No Asterisk {OLDEST.major}.{OLDEST.minor} or newer could be had: {' '.join(tried)} "
        "Install one and name it in the configuration ([exchange] binary), "
        "or set CORDBOARD_DEBIAN_MIRROR to a Debian mirror that this machine reaches.",
        tried,
    )


def _from_one(cache: Path, half: Path, source: Source, report: Callable[[str], None]) -> ExchangeBinary:
    started = time.monotonic()
    report(f"looking for Asterisk in {source.name}")
    archive = Archive(half / "apt", source)
    archive.update()
    version = archive.candidate("asterisk")
    if version is None or version < OLDEST:
        raise ExchangeUnavailable(f"{source.name} has Asterisk {version}, which is too old or absent.")
    report(f"fetching Asterisk {version} and what it needs")
    files = archive.download(PACKAGES)
    report(f"unpacking {len(files)} packages ({sum(file.stat().st_size for file in files) // 2**20} MB)")
    root = half / "root"
    unpack(files, root, report)
    fetched = describe(root, root / "usr/sbin/asterisk", tools_root=root, source=source.name)
    _require_modules(fetched)
    manifest = {"source": source.name, "version": str(version), "packages": len(files)}
    (root / MANIFEST).write_text(json.dumps(manifest) + "\n")
    final = cache / f"asterisk-{version}"
    # A folder of that name without a whole exchange in it is refused by `find_kept`: move it out of the way.
    shutil.rmtree(final, ignore_errors=True)
    root.rename(final)
    report(f"Asterisk {version} is ready in {final} ({time.monotonic() - started:.0f} s)")
    kept = find_kept(cache)
    assert kept is not None, final
    return kept


@contextlib.contextmanager
def _alone(cache: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Only one process fetches at a time; a dead one lets go of the lock by itself."""
    with (cache / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another process is fetching the exchange; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """`python -m cordboard.asterisk.obtain`: fetch the exchange and say where it is."""

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    try:
        binary = obtain(default_cache(), None, say)
    except ExchangeUnavailable as problem:
        say(str(problem))
        return 1
    sys.stdout.write(f"{binary.program} (Asterisk {binary.version}, {binary.source})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
