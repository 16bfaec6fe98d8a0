"""A start that cannot succeed: one sentence that says what was tried and what to do, and nothing half-done."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cordboard.asterisk.ports import pick
from tests.cli.command import CANNOT_START, ROOT, cordboard, nothing_half_done
from tests.support.exchange import exchange_binary
from tests.support.taken import taken

pytestmark = pytest.mark.exchange


def configured(folder: Path, text: str) -> Path:
    """A configuration file."""
    path = folder / "cordboard.toml"
    path.write_text(text)
    return path


def test_the_consoles_port_is_taken(tmp_path: Path) -> None:
    """The port, what it is for, and the option to choose another."""
    with taken() as port:
        done = cordboard("run", "--data", tmp_path / "d", "--port", str(port))

    assert done.code == CANNOT_START
    assert f"Port {port} on 127.0.0.1" in done.complaint
    assert "--port" in done.complaint
    nothing_half_done(tmp_path / "d")
    assert not (tmp_path / "d" / "cordboard.db").exists()


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("sip", socket.SOCK_DGRAM),
        ("sip", socket.SOCK_STREAM),
        ("http", socket.SOCK_STREAM),
        ("ami", socket.SOCK_STREAM),
        ("ari", socket.SOCK_STREAM),
    ],
)
def test_a_port_of_the_exchange_is_taken(tmp_path: Path, setting: str, kind: socket.SocketKind) -> None:
    """Asterisk itself would start deaf; Cordboard names the port and the setting, and starts nothing."""
    with taken(kind) as port:
        file = configured(tmp_path, f"[exchange.ports]\n{setting} = {port}\n")
        done = cordboard("run", "--config", file, "--data", tmp_path / "d")

    assert done.code == CANNOT_START
    assert f"Port {port} on 127.0.0.1" in done.complaint
    assert f"[exchange.ports] {setting} to a free one" in done.complaint
    nothing_half_done(tmp_path / "d")


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    """192.0.2.1 is nobody's."""
    done = cordboard("run", "--data", tmp_path / "d", "--listen", "192.0.2.1")

    assert done.code == CANNOT_START
    assert "192.0.2.1" in done.complaint
    assert "cannot be listened on" in done.complaint
    nothing_half_done(tmp_path / "d")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[web]\nport = "high"\n', "web.port must be a whole number"),
        ("[webb]\nport = 1\n", "webb is not a setting; did you mean web?"),
        ('[exchange]\nkind = "existing"\n', "exchange.ari_url is needed"),
        ('[web]\ncertificate = "/no/such.pem"\nkey = "/no/such.key"\n', "web.certificate names /no/such.pem"),
    ],
)
def test_a_wrong_configuration(tmp_path: Path, text: str, says: str) -> None:
    """The file, the setting, the value; nothing has been started."""
    done = cordboard("run", "--config", configured(tmp_path, text), "--data", tmp_path / "d")

    assert done.code == CANNOT_START
    assert says in done.complaint
    nothing_half_done(tmp_path / "d")
    assert not (tmp_path / "d" / "cordboard.db").exists()


def test_a_number_that_leads_to_no_queue(tmp_path: Path) -> None:
    """The queues stand in the database, so the server says it; the exchange is ended again."""
    file = configured(tmp_path, '[[numbers]]\nnumber = "+31 53 480 09 00"\nqueue = "Algemien"\n')

    done = cordboard("run", "--config", file, "--data", tmp_path / "d", "--port", str(pick(1)[0]))

    assert done.code == CANNOT_START
    assert (
        f'{file}: numbers 1.queue is "Algemien"; write one of: Algemeen, Urgent, Intercollegiaal.' in done.err
    )
    assert "Traceback" not in done.err
    assert "Cordboard is at" not in done.out
    nothing_half_done(tmp_path / "d")


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own on `folder`; the test is skipped where that is not allowed."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a file system can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def unwritable(folder: Path) -> Iterator[Path]:
    """A folder in which nothing can be made: read-only for everybody, as root may write in any other."""
    if os.geteuid() == 0:
        with mounted(folder, "ro"):
            yield folder
    else:
        folder.mkdir(mode=0o500)
        yield folder


def test_a_data_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """Said with the system's reason, and the option to name another folder."""
    with unwritable(tmp_path / "d") as folder:
        done = cordboard("run", "--data", folder)

        assert done.code == CANNOT_START
        assert re.search(
            f"{folder} cannot be written: (Read-only file system|Permission denied)", done.complaint
        )
        assert "--data" in done.complaint
        assert list(folder.iterdir()) == []


def test_no_room_on_the_disk(tmp_path: Path) -> None:
    """A disk of one megabyte: said before anything is begun."""
    with mounted(tmp_path / "small", "size=1m") as folder:
        done = cordboard("run", "--data", folder / "d")

        assert done.code == CANNOT_START
        assert re.search("has [01] MB left", done.complaint)
        assert "Make room" in done.complaint
        assert list((folder / "d").iterdir()) == []


def test_no_package_archive_can_be_reached(tmp_path: Path) -> None:
    """The archive that was tried is named, and how to go on; the cache holds nothing of the attempt."""
    cache = tmp_path / "cache"
    env = {"CORDBOARD_CACHE": str(cache), "CORDBOARD_DEBIAN_MIRROR": "http://127.0.0.1:9/debian"}

    done = cordboard("run", "--data", tmp_path / "d", "--port", str(pick(1)[0]), env=env)

    assert done.code == CANNOT_START
    assert "127.0.0.1:9" in done.complaint
    assert "[exchange] binary" in done.complaint
    assert [path.name for path in (cache / "exchange").iterdir()] == ["lock"]
    nothing_half_done(tmp_path / "d")


def asterisk(root: Path, version: str, *modules: str) -> Path:
    """An installed Asterisk, as far as the way in which it is looked at can tell."""
    program = root / "usr/sbin/asterisk"
    for folder in ("usr/sbin", "usr/lib/asterisk/modules", "usr/share/asterisk/documentation"):
        (root / folder).mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho Asterisk {version}\n")
    program.chmod(0o755)
    for name in ("app_stasis", *modules):
        (root / "usr/lib/asterisk/modules" / f"{name}.so").touch()
    return program


@pytest.mark.parametrize(
    ("version", "modules", "says"),
    [
        ("22.9.0", (), "22.9.0"),
        ("20.7.0", (), "20.7.0"),
        ("22.10.1", (), "app_stasis_broadcast"),
    ],
)
def test_an_asterisk_that_will_not_do(
    tmp_path: Path, version: str, modules: tuple[str, ...], says: str
) -> None:
    """The one that the configuration names is too old, or lacks a module: no other is taken in its place."""
    program = asterisk(tmp_path / "own", version, *modules)
    file = configured(tmp_path, f'[exchange]\nbinary = "{program}"\n')

    done = cordboard("run", "--config", file, "--data", tmp_path / "d", "--port", str(pick(1)[0]))

    assert done.code == CANNOT_START
    assert str(program) in done.complaint
    assert says in done.complaint
    nothing_half_done(tmp_path / "d")


def test_another_cordboard_runs_on_the_same_data(tmp_path: Path) -> None:
    """Its process is named; it is not disturbed."""
    exchange_binary()
    data = tmp_path / "d"
    data.mkdir()
    with (data / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()

        done = cordboard("run", "--data", data)

    assert done.code == CANNOT_START
    assert "Another Cordboard (process 4711) runs" in done.complaint
    assert (data / "lock").read_text() == "4711"


def test_the_console_is_not_built(tmp_path: Path) -> None:
    """A copy of the program without the browser's part."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))

    done = cordboard("run", "--data", tmp_path / "d", env={"PYTHONPATH": str(tmp_path / "src")})

    assert done.code == CANNOT_START
    assert f"{tmp_path / 'console' / 'dist' / 'index.html'} is missing" in done.complaint
    assert "make setup" in done.complaint


def test_a_database_of_a_newer_cordboard(tmp_path: Path) -> None:
    """It is left as it is."""
    data = tmp_path / "d"
    data.mkdir()
    with sqlite3.connect(data / "cordboard.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()

    done = cordboard("run", "--data", data, "--port", str(pick(1)[0]))

    assert done.code == CANNOT_START
    assert "another version of Cordboard" in done.complaint
    nothing_half_done(data)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Said with the database's own word for it."""
    data = tmp_path / "d"
    data.mkdir()
    (data / "cordboard.db").write_bytes(os.urandom(8192))

    done = cordboard("run", "--data", data, "--port", str(pick(1)[0]))

    assert done.code == CANNOT_START
    assert "not a database" in done.complaint
    nothing_half_done(data)
