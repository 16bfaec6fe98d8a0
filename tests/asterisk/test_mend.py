"""The exchange's modules as it loads them, and telephones that send any REFER they like."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.asterisk import mend
from cordboard.asterisk.binary import Version
from tests.support.exchange import exchange_binary, running_exchange
from tools.faults.transfer_keys import FORMS, press

pytestmark = pytest.mark.exchange


def test_only_one_letter_of_one_module_is_another(tmp_path: Path) -> None:
    """All others are the package's own."""
    binary = replace(exchange_binary(), version=Version(22, 10, 1))
    mend.lay_out(binary, tmp_path)

    folder = mend.modules_dir(binary, tmp_path)
    names = {path.name for path in binary.modules_dir.glob("*.so")}
    assert {path.name for path in folder.iterdir()} == names
    assert {path.name for path in folder.iterdir() if not path.is_symlink()} == {mend.MODULE}
    before, after = (path / mend.MODULE for path in (binary.modules_dir, folder))
    changed = [(a, b) for a, b in zip(before.read_bytes(), after.read_bytes(), strict=True) if a != b]
    assert changed == [(ord("S"), ord("Z"))]


def test_modules_of_an_older_package_do_not_stay(tmp_path: Path) -> None:
    """A link to what is gone would be loaded with the new ones."""
    binary = replace(exchange_binary(), version=Version(22, 10, 1))
    mend.lay_out(binary, tmp_path)
    (tmp_path / "modules/res_old.so").symlink_to(tmp_path / "gone")

    mend.lay_out(binary, tmp_path)

    assert not (tmp_path / "modules/res_old.so").is_symlink()


def test_an_exchange_that_its_makers_mended_is_left_alone(tmp_path: Path) -> None:
    """It loads the package's modules."""
    binary = replace(exchange_binary(), version=Version(22, 11, 0))
    mend.lay_out(binary, tmp_path)

    assert mend.modules_dir(binary, tmp_path) == binary.modules_dir
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", [b"nothing of it", b"\0Refer-Sub\0 and \0Refer-Sub\0"])
def test_a_module_that_is_built_otherwise_stays_as_it_is(module: bytes) -> None:
    """A guess could do more harm than the header."""
    assert mend.mended(module) == module


@pytest.mark.rule("D27", "D7")
@pytest.mark.parametrize("form", FORMS)
async def test_no_press_of_a_transfer_key_ends_the_exchange(form: str) -> None:
    """Whatever REFER a telephone sends, calls go on."""
    pressed = await press(form, "barrier", presses=6, phones=2, limit_s=20)

    assert pressed["deaths"] == 0
    assert int(str(pressed["presses"])) >= 6


async def test_the_exchange_loads_the_mended_module(tmp_path: Path) -> None:
    """And the folder is that of the run, beside its settings."""
    async with running_exchange(tmp_path) as exchange:
        maps = Path(f"/proc/{exchange.process.pid}/maps").read_text()
        assert f"{exchange.settings.run_dir}/modules/{mend.MODULE}" in maps
