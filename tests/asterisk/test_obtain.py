"""Getting the exchange: which one is chosen, what is said when there is none, and that nothing half remains."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cordboard.asterisk import archive, obtain
from cordboard.asterisk.binary import ExchangeUnavailable, Version
from tests.support.exchange import exchange_binary


def program(folder: Path, name: str, script: str) -> Path:
    """A program of our own in `folder`, as far as a shell script can be one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH holds only what the test puts there; no Asterisk in /usr/sbin is seen either."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: _which(folder, name))
    return folder


def _which(folder: Path, name: str) -> str | None:
    return str(folder / name) if (folder / name).exists() else None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1", Version(22, 10, 1)),
        ("Asterisk 22.9.0", Version(22, 9, 0)),
        ("Asterisk certified/20.7-cert2", None),
        ("1:22.11.0~dfsg-1", Version(22, 11, 0)),
        ("no such thing", None),
    ],
)
def test_a_version_is_read_from_what_the_program_says(text: str, version: Version | None) -> None:
    """Debian's long version strings count as the upstream version that they begin with."""
    assert Version.read(text) == version


def test_versions_compare_as_numbers() -> None:
    """22.9 is older than 22.10."""
    assert Version(22, 9) < Version(22, 10)


def test_without_apt_one_sentence_says_so(bare: Path, tmp_path: Path) -> None:
    """A machine that is not Debian-like hears what was tried and how to point at an Asterisk of its own."""
    with pytest.raises(ExchangeUnavailable) as caught:
        obtain.obtain(tmp_path / "cache")

    assert "no apt-get" in str(caught.value)
    assert "[exchange] binary" in str(caught.value)
    assert caught.value.tried[0] == "No asterisk is installed on this system."
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["lock"]


def test_an_unreachable_archive_is_named_and_leaves_nothing(bare: Path, tmp_path: Path) -> None:
    """The reason that apt gives is in the sentence; no half-written folder stays."""
    program(
        bare, "apt-get", "echo 'Err:1 http://mirror.test/debian forky InRelease'; echo '  Could not connect'"
    )
    program(bare, "apt-cache", "exit 1")
    program(bare, "dpkg-deb", "exit 1")
    program(bare, "apt-config", "exit 0")

    with pytest.raises(ExchangeUnavailable) as caught:
        obtain.obtain(tmp_path / "cache", mirror="http://mirror.test/debian")

    assert "Could not connect" in str(caught.value)
    assert len(caught.value.tried) == 1 + len(archive.RELEASES)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["lock"]


def test_a_full_disk_is_said_before_anything_is_fetched(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the folder, what is free, what is needed and how to choose another disk."""
    monkeypatch.setattr(archive, "NEEDED_BYTES", 2**60)

    with pytest.raises(ExchangeUnavailable, match=r"free disk space.*CORDBOARD_CACHE"):
        obtain.obtain(tmp_path / "cache")


def test_a_named_program_that_is_not_there_is_not_replaced_by_another(tmp_path: Path) -> None:
    """Who names an exchange wants that one."""
    with pytest.raises(ExchangeUnavailable, match="there is no such file"):
        obtain.obtain(tmp_path, tmp_path / "asterisk")


def test_a_named_program_that_is_too_old_is_refused(tmp_path: Path) -> None:
    """The sentence says which version it is and which is needed."""
    old = program(tmp_path, "asterisk", "echo Asterisk 20.6.0")

    with pytest.raises(
        ExchangeUnavailable, match=r"is Asterisk 20\.6\.0, but Cordboard needs 22\.10 or newer"
    ):
        obtain.obtain(tmp_path / "cache", old)


def test_a_half_written_exchange_is_never_used(tmp_path: Path) -> None:
    """A folder without its manifest, or whose program does not run, is passed over."""
    (tmp_path / "asterisk-22.10.1" / "usr/sbin").mkdir(parents=True)
    program(tmp_path / "asterisk-22.11.0" / "usr/sbin", "asterisk", "exit 1")
    (tmp_path / "asterisk-22.11.0" / obtain.MANIFEST).write_text(json.dumps({"source": "a test"}))

    assert obtain.find_kept(tmp_path) is None


def test_the_cache_can_be_put_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CORDBOARD_CACHE moves everything that is fetched."""
    monkeypatch.setenv("CORDBOARD_CACHE", str(tmp_path))

    assert obtain.default_cache() == tmp_path / "exchange"


@pytest.mark.exchange
def test_a_module_that_is_missing_is_named(tmp_path: Path) -> None:
    """An Asterisk that was built without a part is refused by that part's name."""
    real = exchange_binary()
    root = tmp_path / "tree"
    for part in ("usr/lib", "usr/sbin", "usr/share/asterisk"):
        (root / part).mkdir(parents=True)
    for path in real.modules_dir.parents[1].iterdir():
        target = root / "usr/lib" / real.modules_dir.parents[1].name
        target.mkdir(exist_ok=True)
        if path.name != "asterisk":
            (target / path.name).symlink_to(path)
    modules = root / "usr/lib" / real.modules_dir.parents[1].name / "asterisk/modules"
    modules.mkdir(parents=True)
    for path in real.modules_dir.iterdir():
        if path.name != "app_stasis_broadcast.so":
            (modules / path.name).symlink_to(path)
    (root / "usr/sbin/asterisk").symlink_to(real.program)
    (root / "usr/share/asterisk/documentation").mkdir()

    with pytest.raises(ExchangeUnavailable, match="lacks the module app_stasis_broadcast"):
        obtain.obtain(tmp_path / "cache", root / "usr/sbin/asterisk")
