"""`cordboard backup` and `cordboard restore`, as somebody uses them whose machine has died."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cordboard.__main__ import main
from cordboard.storage.copies import copy_out
from cordboard.storage.open import open_database
from tests.cli.command import CANNOT_START
from tests.contracts.storage.samples import directory
from tests.support.postgres import running_postgres

KEPT = {
    "ports.json": '{"web": 8123}',
    "exchange/secrets.json": '{"ari": "a", "ami": "b", "practice": "c"}',
    "exchange/spool/recording/m-1.wav": "a voice",
    "recordings/demo/closed.wav": "a sentence of our own",
    "tls/key.pem": "a key",
}
LEFT_OUT = ("log/server.log", "outbox/letter.eml", "exchange/etc/pjsip.conf")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of an installation that has run."""
    folder = tmp_path / "data"
    for name, content in KEPT.items() | {(name, "made anew") for name in LEFT_OUT}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)

    async def fill() -> None:
        database = await open_database(f"sqlite:///{folder / 'cordboard.db'}", backups=None)
        await database.directories.save(directory())
        await database.close()

    asyncio.run(fill())
    return folder


def run(*words: str | Path) -> Result:
    """The command, in this process: what it does is what counts here, not how a process starts."""
    return CliRunner().invoke(main, [str(word) for word in words])


def people(data: Path) -> list[tuple[str, str]]:
    """Who may log in there."""
    with sqlite3.connect(data / "cordboard.db") as database:
        return list(database.execute("SELECT id, user_name FROM users ORDER BY id"))


def test_a_backup_makes_the_same_installation_elsewhere(data: Path, tmp_path: Path) -> None:
    """People, passwords, recordings, messages, ports: all of it, readable by its owner alone."""
    file = tmp_path / "kept.tar.gz"

    made = run("backup", "--data", data, file)

    assert made.exit_code == 0, made.output
    assert "passwords" in made.output
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kept.tar.gz"]

    there = tmp_path / "there"
    restored = run("restore", "--data", there, file)

    assert restored.exit_code == 0, restored.output
    assert people(there) == people(data)
    assert {name: (there / name).read_text() for name in KEPT} == KEPT
    assert not any((there / name).exists() for name in LEFT_OUT)
    assert (there / "exchange" / "secrets.json").stat().st_mode & 0o077 == 0
    assert not list(there.glob(".restore-*"))


def test_without_a_name_it_lies_in_the_data_folder(data: Path) -> None:
    """Under `backups`, and a second one leaves the first alone."""
    assert run("backup", "--data", data).exit_code == 0
    [kept] = (data / "backups").iterdir()
    assert kept.name.startswith("cordboard-")
    assert kept.name.endswith(".tar.gz")


def test_an_installation_is_never_overwritten(data: Path, tmp_path: Path) -> None:
    """One that is there, and one that runs; both stay as they are."""
    file = tmp_path / "kept.tar.gz"
    assert run("backup", "--data", data, file).exit_code == 0
    before = people(data)

    refused = run("restore", "--data", data, file)
    assert refused.exit_code == CANNOT_START
    assert "There is an installation already" in refused.stderr

    there = tmp_path / "there"
    there.mkdir()
    with (there / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = run("restore", "--data", there, file)
    assert refused.exit_code == CANNOT_START
    assert "Another Cordboard" in refused.stderr
    assert people(data) == before
    assert not (there / "cordboard.db").exists()


@pytest.mark.parametrize("harm", ["half", "nonsense", "newer", "stranger", "outside"])
def test_what_is_no_whole_backup_is_refused(data: Path, tmp_path: Path, harm: str) -> None:
    """In one sentence; nothing is made of it, and nothing is written outside of the folder."""
    file, there = tmp_path / "kept.tar.gz", tmp_path / "there"
    assert run("backup", "--data", data, file).exit_code == 0
    whole = file.read_bytes()
    match harm:
        case "half":
            file.write_bytes(whole[: len(whole) // 2])
        case "nonsense":
            file.write_bytes(b"nonsense" * 100)
        case "newer":
            repack(file, of_form_99)
        case "stranger":
            repack(file, lambda contents: contents.update({"etc/passwd": b"evil"}))
        case _:
            repack(file, lambda contents: contents.update({"tls/../../evil": b"evil"}))

    refused = run("restore", "--data", there, file)

    assert refused.exit_code == CANNOT_START
    said = "another kind of backup" if harm == "newer" else "is not a whole Cordboard backup"
    assert said in refused.stderr
    assert not (there / "cordboard.db").exists()
    assert not list(tmp_path.rglob("evil"))
    file.write_bytes(whole)
    assert run("restore", "--data", there, file).exit_code == 0


def test_the_copy_of_before_a_change_of_the_tables_is_put_back(data: Path, tmp_path: Path) -> None:
    """It is a database alone: everything beside it stays, and a database that is there is not overwritten."""
    copy = tmp_path / "before-0020-tables-0019.db"
    asyncio.run(copy_out(f"sqlite:///{data / 'cordboard.db'}", copy))
    before = people(data)

    refused = run("restore", "--data", data, copy)
    for file in data.glob("cordboard.db*"):
        file.rename(tmp_path / f"moved-{file.name}")
    restored = run("restore", "--data", data, copy)

    assert refused.exit_code == CANNOT_START
    assert "There is a database already" in refused.stderr
    assert restored.exit_code == 0, restored.output
    assert copy.name in restored.output
    assert people(data) == before
    assert {name: (data / name).read_text() for name in KEPT} == KEPT


def test_half_such_a_copy_is_not_put_back(data: Path, tmp_path: Path) -> None:
    """In one sentence, with nothing made of it."""
    copy, there = tmp_path / "copy.db", tmp_path / "there"
    asyncio.run(copy_out(f"sqlite:///{data / 'cordboard.db'}", copy))
    copy.write_bytes(copy.read_bytes()[:10_000])

    refused = run("restore", "--data", there, copy)

    assert refused.exit_code == CANNOT_START
    assert "copy.db" in refused.stderr
    assert not (there / "cordboard.db").exists()


@pytest.mark.parametrize("kind", ["a backup", "a copy"])
def test_what_a_dead_server_left_beside_its_database_does_not_get_into_the_restored_one(
    data: Path, tmp_path: Path, kind: str
) -> None:
    """SQLite would take it for part of that one, and damage it: it is said what else has to be moved."""
    file = tmp_path / "kept"
    if kind == "a backup":
        assert run("backup", "--data", data, file).exit_code == 0
    else:
        asyncio.run(copy_out(f"sqlite:///{data / 'cordboard.db'}", file))
    (data / "cordboard.db").rename(tmp_path / "damaged.db")
    (left := data / "cordboard.db-wal").write_bytes(b"what was not in it yet")

    refused = run("restore", "--data", data, file)
    left.rename(tmp_path / "damaged.db-wal")
    restored = run("restore", "--data", data, file)

    assert refused.exit_code == CANNOT_START
    assert "cordboard.db-wal" in refused.stderr
    assert restored.exit_code == 0, restored.output


def test_a_restore_that_ends_half_way_is_begun_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full before the messages are there: it does not look like an installation that has none."""
    file, there = tmp_path / "kept.tar.gz", tmp_path / "there"
    assert run("backup", "--data", data, file).exit_code == 0

    def full(_kept: Path, place: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(place))

    with monkeypatch.context() as patch:
        patch.setattr("cordboard.backup._put", full)
        ended = run("restore", "--data", there, file)
    again = run("restore", "--data", there, file)

    assert ended.exit_code == CANNOT_START
    assert again.exit_code == 0, again.output
    assert {name: (there / name).read_text() for name in KEPT} == KEPT


def test_a_message_that_is_deleted_meanwhile_does_not_spoil_a_backup(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callers hang up without a word all day: what they recorded goes while a large backup is made."""
    messages, add = data / "exchange" / "spool" / "recording", tarfile.TarFile.add
    (messages / "m-0.wav").write_text("nobody speaks")

    def added(self: tarfile.TarFile, name: str | Path, *args: Any, **more: Any) -> None:
        if str(name).endswith("m-0.wav"):
            (messages / "m-0.wav").unlink()
        add(self, name, *args, **more)

    monkeypatch.setattr(tarfile.TarFile, "add", added)
    made = run("backup", "--data", data, tmp_path / "kept.tar.gz")

    assert made.exit_code == 0, made.output
    with tarfile.open(tmp_path / "kept.tar.gz") as archive:
        kept = [name for name in archive.getnames() if "recording/" in name]
    assert kept == ["exchange/spool/recording/m-1.wav"]


@pytest.mark.postgres
def test_the_copy_of_before_is_put_back_into_postgresql(data: Path, tmp_path: Path) -> None:
    """The file is the same whichever database it was made of."""
    copy, there = tmp_path / "before.db", tmp_path / "there"
    asyncio.run(copy_out(f"sqlite:///{data / 'cordboard.db'}", copy))
    with running_postgres() as server:
        url = server.new_database()
        config = tmp_path / "cordboard.toml"
        config.write_text(f'database = "{url}"\n')

        restored = run("restore", "--config", config, "--data", there, copy)

        assert restored.exit_code == 0, restored.output
        asyncio.run(copy_out(url, tmp_path / "again.db"))
        again = run("restore", "--config", config, "--data", there, copy)
    with sqlite3.connect(tmp_path / "again.db") as database:
        rows = list(database.execute("SELECT id, user_name FROM users ORDER BY id"))
    assert rows == people(data)
    assert again.exit_code == CANNOT_START


def test_without_an_installation_there_is_nothing_to_keep(tmp_path: Path) -> None:
    """It says so, and leaves no file that looks like a backup."""
    refused = run("backup", "--data", tmp_path / "data", tmp_path / "kept.tar.gz")
    assert refused.exit_code == CANNOT_START
    assert "no database yet" in refused.stderr
    assert not (tmp_path / "kept.tar.gz").exists()


def of_form_99(contents: dict[str, bytes]) -> None:
    """As a Cordboard of later would write it."""
    manifest = json.loads(contents["manifest.json"])
    contents["manifest.json"] = json.dumps(manifest | {"form": 99}).encode()


def repack(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The same archive with other contents."""
    with tarfile.open(file) as old:
        contents = {member.name: _content(old, member) for member in old if member.isreg()}
    change(contents)
    with tarfile.open(file, "w:gz") as new:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = archive.extractfile(member)
    assert found is not None
    return found.read()
