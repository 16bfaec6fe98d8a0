"""A backup: everything that makes a data folder this installation, in one file, made while calls run.

What is not in it is made anew by a start: the exchange's own files, logs, letters that have not been sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tarfile
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import msgspec

from cordboard.app.ports import StorageFailure
from cordboard.launch import CannotStart
from cordboard.storage.copies import copy_in, copy_out, left_beside, look_into
from cordboard.storage.look import look_at_database, revision_in

SQLITE = b"SQLite format 3\0"
"""With which such a database begins."""
FORM = 1
"""Of the archive; another one is refused."""
MANIFEST, DATABASE = "manifest.json", "cordboard.db"
PARTS = (
    "ports.json", "network.json", "tls", "recordings", "demo-logins.txt", "no-demo",
    "exchange/secrets.json", "exchange/spool/recording",
)  # fmt: skip
"""Files and folders of the data folder besides the database; those that are not there are left out."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    form: int
    cordboard: str
    """Version that made it."""
    tables: str
    """Version of the database's tables."""
    made_at: int
    """Milliseconds UTC."""
    database: str
    """What the database was: `sqlite` or `postgresql`; it can be put back into either."""


async def make_backup(data: Path, database_url: str, target: Path) -> Manifest:
    """Write a backup to `target`, whole or not at all, readable by its owner alone.

    Raises:
        StorageFailure: there is no database, or it cannot be read.
        CannotStart: the file cannot be written.
    """
    if await look_at_database(database_url) is None:
        raise StorageFailure("there is no database yet, so there is nothing to keep")
    half = target.with_name(f"{target.name}.half")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            copy = Path(folder) / DATABASE
            tables = await copy_out(database_url, copy)
            manifest = Manifest(
                form=FORM,
                cordboard=version("cordboard"),
                tables=tables,
                made_at=time.time_ns() // 1_000_000,
                database=database_url.partition(":")[0],
            )
            (Path(folder) / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
            await asyncio.to_thread(_pack, Path(folder), data, half)
        half.replace(target)
    except OSError as problem:
        raise CannotStart(
            f"The backup {target} cannot be written: {problem.strerror or problem}."
        ) from problem
    finally:
        half.unlink(missing_ok=True)
    return manifest


def _pack(folder: Path, data: Path, half: Path) -> None:
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
        archive.add(folder / MANIFEST, MANIFEST)
        archive.add(folder / DATABASE, DATABASE)
        for name in PARTS:
            _add(archive, data / name, name)
        archive.close()
        raw.flush()
        os.fsync(raw.fileno())


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    """A file, or a folder with what lies in it; a message that goes meanwhile is no reason to keep nothing."""
    with contextlib.suppress(FileNotFoundError):
        archive.add(path, name, recursive=False)
        if path.is_dir():
            for inside in sorted(path.iterdir()):
                _add(archive, inside, f"{name}/{inside.name}")


async def restore_backup(archive: Path, data: Path, database_url: str) -> Manifest:
    """Make an installation from a backup, in a data folder and a database that hold none.

    Raises:
        CannotStart: it is no backup of ours, is damaged, or there is an installation already; nothing has changed.
        StorageFailure: the database cannot be written.
    """
    if await _has_tables(database_url):
        raise CannotStart(
            "There is an installation already. Move its data folder (and its database) out of the way first; "
            "`cordboard backup` keeps it."
        )
    _require_nothing_left(database_url)
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as folder:
            await asyncio.to_thread(_unpack, archive, Path(folder))
            manifest = _manifest(archive, Path(folder))
            for name in PARTS:
                _put(Path(folder) / name, data / name)
            # Last: it makes the installation. One that ends before it is begun again, and nothing is missing unseen.
            await copy_in(Path(folder) / DATABASE, database_url)
    except OSError as problem:
        raise CannotStart(
            f"{problem.filename or data} cannot be used: {problem.strerror or problem}."
        ) from problem
    return manifest


def is_copy(file: Path) -> bool:
    """It is a database alone, as a start copies it before it changes the tables; a backup is an archive."""
    with file.open("rb") as opened:
        return opened.read(len(SQLITE)) == SQLITE


async def restore_copy(file: Path, database_url: str) -> str:
    """Put such a copy in the place of a database that was moved away, of either kind; returns its tables' version.

    The rest of the data folder is not touched: it was not changed when the copy was made.

    Raises:
        CannotStart: there is a database already; nothing has changed.
        StorageFailure: the copy is damaged or of a newer Cordboard, or the database cannot be written.
    """
    if await _has_tables(database_url):
        raise CannotStart(
            "There is a database already. Move it out of the way first (SQLite: cordboard.db and the files beside "
            "it whose names begin so; PostgreSQL: rename it and create an empty one); `cordboard backup` keeps it."
        )
    _require_nothing_left(database_url)
    revision = await asyncio.to_thread(look_into, file)
    await copy_in(file, database_url)
    return revision


async def _has_tables(database_url: str) -> bool:
    return await revision_in(database_url) is not None


def _require_nothing_left(database_url: str) -> None:
    """
    Raises:
        CannotStart: something is left of a SQLite database that was moved away; nothing has changed.
    """
    left = left_beside(database_url)
    if left is not None:
        raise CannotStart(
            f"{left} belongs to a database that was moved away, and would damage the one that takes its place. "
            "Move it to where that one is now, with every file whose name begins so."
        )


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as packed:
            for member in packed:
                _unpack_one(packed, member, folder)
    except (tarfile.TarError, EOFError, OSError) as problem:
        if isinstance(problem, FileNotFoundError):
            raise
        raise CannotStart(f"{archive} is not a whole Cordboard backup: {problem}.") from problem


def _unpack_one(packed: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Only files that a backup of ours has, in their own places: an archive may come from anywhere."""
    ours = member.name in (MANIFEST, DATABASE) or any(
        member.name == part or member.name.startswith(f"{part}/") for part in PARTS
    )
    if not ours or ".." in Path(member.name).parts or not (member.isreg() or member.isdir()):
        raise tarfile.TarError(f"{member.name!r} does not belong in one")
    place = folder / member.name
    if member.isdir():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = packed.extractfile(member)
    assert content is not None, "only a file without content has none, and it is a regular one"
    with content, open(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)


def _manifest(archive: Path, folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        look_into(folder / DATABASE)
    except (OSError, msgspec.MsgspecError, StorageFailure) as problem:
        raise CannotStart(f"{archive} is not a whole Cordboard backup: {problem}.") from problem
    if manifest.form != FORM:
        raise CannotStart(
            f"{archive} was made by Cordboard {manifest.cordboard}, which writes another kind of backup than this one."
        )
    return manifest


def _put(kept: Path, place: Path) -> None:
    """Into the data folder, in the place of what a start may have made there meanwhile."""
    if not kept.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if place.is_dir():
        shutil.rmtree(place)
    kept.replace(place)
