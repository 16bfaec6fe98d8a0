"""SIPp's callers and phones do what a load needs: talk at random, take changes, end, and are counted."""

import asyncio
from pathlib import Path

from tests.support.sipp import SippPhones, call_in
from tests.support.sipphone import SipPhone

NOWHERE = ("127.0.0.1", 9)


async def test_callers_are_answered_take_changes_and_hang_up_by_themselves(tmp_path: Path) -> None:
    """Ten calls; each is put on hold and resumed while it lasts, and none fails."""
    async with SipPhone(server=NOWHERE, user="desk", answers_after_ms=20) as desk:
        load = asyncio.create_task(
            call_in(
                tmp_path,
                server=desk.address,
                to="desk",
                calls=10,
                per_second=20,
                talk_ms=2_000,
                spread_ms=200,
            )
        )
        first = await desk.rings(within_ms=20_000)
        await first.answered()
        await first.resume()
        report = await load

    assert (report.succeeded, report.failed, len(report.answer_ms)) == (10, 0, 10)
    assert 20 <= report.percentile_ms(0.5) < 500
    assert len({call.call_id for call in desk.calls}) == 10


async def test_a_caller_whose_call_is_ended_or_refused_is_counted(tmp_path: Path) -> None:
    """Hanging up on them is a success, refusing them a failure."""
    async with SipPhone(server=NOWHERE, user="desk", rejects_with="486 Busy Here") as desk:
        report = await call_in(tmp_path, server=desk.address, to="desk", calls=3, per_second=20, spread_ms=1)

    assert (report.succeeded, report.failed) == (0, 3)


async def test_phones_ring_answer_and_may_be_cancelled(tmp_path: Path) -> None:
    """Two calls at once to one address: one is answered and ended, the other is given up while it rings."""
    async with (
        SippPhones(tmp_path, ring_ms=300) as phones,
        SipPhone(server=phones.address, user="outside") as caller,
    ):
        one, other = await caller.dial("d-1"), await caller.dial("d-2")
        await one.ringing()
        await other.ringing()
        await other.hang_up()
        await one.answered()
        await one.hold()
        await one.resume()
        await one.hang_up()

        assert (await other.ended()).how == "CANCEL"
        assert (await one.ended()).how == "BYE"
