"""Debian's baresip and the test phone understand each other: what one proves does not rest on it."""

from pathlib import Path

import pytest

from tests.support.baresip import Baresip
from tests.support.siplink import NotSeen
from tests.support.sipphone import EndedBy, SipPhone

NOWHERE = ("127.0.0.1", 9)


async def test_baresip_calls_is_heard_held_and_resumed(tmp_path: Path) -> None:
    """baresip is the caller that is not ours."""
    async with (
        SipPhone(server=NOWHERE, user="desk", tone_hz=600) as desk,
        Baresip(
            tmp_path, server=desk.address, user="0612345678", registers=False, display_name="Mevr. Jansen",
            ip="127.0.0.2", tone_hz=800,
        ) as caller,
    ):  # fmt: skip
        await caller.dial("desk")
        ringing = await desk.rings()
        assert (ringing.caller_name, ringing.caller_number) == ("Mevr. Jansen", "0612345678")

        await ringing.answer()
        await caller.event("CALL_ESTABLISHED")
        await ringing.hears(800)
        await caller.ear.hears(600)

        await ringing.hold()
        await caller.ear.hears_silence()
        await ringing.resume()
        await ringing.hears(800)

        await caller.hang_up()
        assert (await ringing.ended()).by is EndedBy.THEM


async def test_baresip_answers_by_itself_when_the_header_asks(tmp_path: Path) -> None:
    """The header that a click on "answer" sends."""
    async with (
        Baresip(tmp_path, server=NOWHERE, user="d1", registers=False, tone_hz=600) as desk,
        SipPhone(server=desk.address, user="outside", ip="127.0.0.2", tone_hz=800) as caller,
    ):
        call = await caller.dial("d1", headers=(("Call-Info", "<sip:x>;answer-after=0"),))

        await call.answered(within_ms=1000)
        await call.hears(600)
        await desk.ear.hears(800)

        await desk.hold()
        await call.hears_silence()
        await desk.resume()
        await call.hears(600)

        await call.hang_up()
        await desk.event("CALL_CLOSED")


async def test_baresip_goes_on_ringing_without_the_header(tmp_path: Path) -> None:
    """Until somebody accepts, or rejects."""
    async with (
        Baresip(tmp_path, server=NOWHERE, user="d1", registers=False) as desk,
        SipPhone(server=desk.address, user="outside", ip="127.0.0.2") as caller,
    ):
        call = await caller.dial("d1")
        await desk.event("CALL_INCOMING")
        with pytest.raises(NotSeen):
            await call.answered(within_ms=300)

        await desk.hang_up()

        assert (await call.ended()).how.startswith("4")
