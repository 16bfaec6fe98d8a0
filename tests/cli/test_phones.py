"""`cordboard phones` says what to type into a desk phone, and it is right."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.cli.command import CANNOT_START, cordboard
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone


@pytest.mark.exchange
async def test_a_desk_phone_registers_with_what_is_shown(tmp_path: Path) -> None:
    """Server, user name and password, typed over."""
    async with Installation(tmp_path) as installation:
        done = await asyncio.to_thread(
            cordboard, "phones", "--data", installation.data, "--port", str(installation.port)
        )
        assert done.code == 0, done.err
        host, port = re.findall(r"^Server +(\S+):(\d+)$", done.out, re.M)[0]
        user, password = re.findall(r"Toestel 204 .*\n.* (d-\S+)\n +Password +(\S+)", done.out)[0]
        assert "this machine only" in done.out

        async with SipPhone(server=(host, int(port)), user=user, password=password) as phone:
            await phone.register()


def test_before_the_first_start_there_are_no_phones(tmp_path: Path) -> None:
    """And no database is made for looking."""
    done = cordboard("phones", "--data", tmp_path / "d")

    assert done.code == CANNOT_START
    assert "make run" in done.complaint
    assert not (tmp_path / "d" / "cordboard.db").exists()
