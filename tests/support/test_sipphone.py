"""Two test phones call each other directly: what they say of a call is what happened."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.exchange.office import unbroken
from tests.support.rtp import now_us
from tests.support.siplink import NotSeen, SipFailure
from tests.support.sipphone import CallState, EndedBy, SipPhone

NOWHERE = ("127.0.0.1", 9)
BUSY = "486 Busy Here"


@pytest.fixture
async def desk() -> AsyncIterator[SipPhone]:
    """A desk phone that sends 600 Hz."""
    async with SipPhone(server=NOWHERE, user="desk", tone_hz=600) as phone:
        yield phone


@pytest.fixture
async def outside(desk: SipPhone) -> AsyncIterator[SipPhone]:
    """A caller that sends 800 Hz, connected straight to the desk phone."""
    async with SipPhone(server=desk.address, user="outside", ip="127.0.0.2", tone_hz=800) as phone:
        yield phone


async def test_two_phones_hear_each_other(desk: SipPhone, outside: SipPhone) -> None:
    """The caller's name is shown, both tones arrive, hanging up ends both sides."""
    call = await outside.dial("desk", from_number="0612345678", from_name='Mevr. "J" Jansen')
    ringing = await desk.rings()

    assert (ringing.caller_name, ringing.caller_number) == ('Mevr. "J" Jansen', "0612345678")
    assert await call.ringing() >= call.invited_us

    await ringing.answer()
    answered = await call.answered()
    assert await call.hears(600) >= answered
    await ringing.hears(800)

    await call.hang_up()
    end = await ringing.ended()
    assert (end.by, end.how) == (EndedBy.THEM, "BYE")
    assert call.end is not None
    assert call.end.by is EndedBy.US


async def test_a_phone_that_vanished_is_not_up_again_by_an_answer_that_comes_late(
    desk: SipPhone, outside: SipPhone
) -> None:
    """The answer was on its way."""
    call = await outside.dial("desk")
    ringing = await desk.rings()

    call.lost()
    answering = asyncio.create_task(ringing.answer())
    await asyncio.sleep(0.5)
    answering.cancel()

    assert call.state is CallState.ENDED
    assert not outside.seen("ACK")


async def test_a_withheld_number_is_anonymous(desk: SipPhone, outside: SipPhone) -> None:
    """RFC 3323: neither name nor number."""
    call = await outside.dial("desk", from_number=None)
    ringing = await desk.rings()

    assert (ringing.caller_name, ringing.caller_number) == ("Anonymous", "anonymous")
    assert ringing.invite is not None
    assert ringing.invite.header("Privacy") == "id"
    await call.hang_up()


async def test_a_caller_who_gives_up_stops_the_ringing(desk: SipPhone, outside: SipPhone) -> None:
    """CANCEL, and the INVITE ends with 487 on both sides."""
    call = await outside.dial("desk")
    ringing = await desk.rings()

    await call.hang_up()

    assert (await ringing.ended()).how == "CANCEL"
    assert (await call.ended()).how == "CANCEL"
    assert len(outside.seen("487")) == 1


@pytest.mark.parametrize("status", [BUSY, "603 Decline"])
async def test_a_rejected_call_ends_with_the_status(desk: SipPhone, outside: SipPhone, status: str) -> None:
    """The caller learns which refusal it was."""
    call = await outside.dial("desk")
    await (await desk.rings()).reject(status)

    end = await call.ended()

    assert (end.by, end.how) == (EndedBy.THEM, status)


async def test_a_phone_can_reject_every_call_by_itself(desk: SipPhone, outside: SipPhone) -> None:
    """As a phone with do-not-disturb on."""
    desk.rejects_with = BUSY

    end = await (await outside.dial("desk")).ended()

    assert end.how == BUSY
    assert desk.seen("180") == []


@pytest.mark.parametrize(
    "header",
    [
        ("Call-Info", "<sip:x>;answer-after=0"),
        ("Alert-Info", "<http://127.0.0.1>;info=alert-autoanswer;delay=0"),
        ("Alert-Info", "Auto Answer"),
    ],
)
async def test_a_phone_answers_by_itself_when_the_header_asks(
    desk: SipPhone, outside: SipPhone, header: tuple[str, str]
) -> None:
    """The ways that desk phones document."""
    call = await outside.dial("desk", headers=(header,))

    await call.answered(within_ms=500)
    await call.hears(600)


async def test_a_phone_that_does_not_obey_the_header_goes_on_ringing(
    desk: SipPhone, outside: SipPhone
) -> None:
    """A person must pick it up."""
    desk.obeys_auto_answer = False
    call = await outside.dial("desk", headers=(("Call-Info", "<sip:x>;answer-after=0"),))
    await call.ringing()

    with pytest.raises(NotSeen):
        await call.answered(within_ms=200)


async def test_the_handsets_own_hold_silences_both_and_resume_brings_back(
    desk: SipPhone, outside: SipPhone
) -> None:
    """A re-INVITE with sendonly, then with sendrecv."""
    desk.answers_after_ms = 0
    call = await outside.dial("desk")
    await call.answered()
    held = await desk.rings()
    await held.hears(800)

    await held.hold()
    assert (call.is_held_by_them, held.is_held_by_us) == (True, True)
    await call.hears_silence(for_ms=200)
    await held.hears_silence(for_ms=200)

    await held.resume()
    assert (call.is_held_by_them, held.is_held_by_us) == (False, False)
    await call.hears(600)
    await held.hears(800)


@pytest.mark.parametrize("what", ["the tests stand still", "nobody speaks"])
async def test_a_gap_in_which_the_tests_stood_still_is_nobodys(
    desk: SipPhone, outside: SipPhone, what: str
) -> None:
    """The phones' own process speaks and listens; one in which the other side is silent is told."""
    desk.answers_after_ms = 0
    call = await outside.dial("desk")
    await call.answered()
    await call.hears(600)
    since = now_us()

    if what == "nobody speaks":
        sound = await desk.calls[0].sound()
        sound.tone_hz = None
        await asyncio.sleep(0.7)
        sound.tone_hz = 600
    else:
        time.sleep(0.7)  # noqa: ASYNC251 -- that is what is tried
    await call.hears(600)

    if what == "nobody speaks":
        with pytest.raises(AssertionError, match="gaps in 600 Hz"):
            unbroken(call, 600, since)
    else:
        unbroken(call, 600, since)


async def test_a_dead_peer_is_noticed_by_who_waits(desk: SipPhone, outside: SipPhone) -> None:
    """A phone whose plug is pulled says nothing: the call seems up, and requests get no answer."""
    desk.answers_after_ms = 0
    call = await outside.dial("desk")
    await call.answered()
    await call.hears(600)

    desk.vanish()
    await call.hears_silence(for_ms=200)
    assert call.state is CallState.UP

    with pytest.raises(NotSeen, match="no response"):
        await outside.register(within_ms=300)


async def test_an_unanswered_invite_is_repeated_and_rings_once(outside: SipPhone, desk: SipPhone) -> None:
    """A deaf phone that recovers sees one call, however often the INVITE was repeated."""
    desk.deaf = True
    await outside.dial("desk")
    await asyncio.sleep(0.6)
    desk.deaf = False

    await desk.rings(within_ms=3000)

    assert len([e for e in outside.log if e.message.method == "INVITE" and e.repeated]) >= 1
    assert len(desk.calls) == 1


async def test_a_registration_nobody_takes_fails_clearly(desk: SipPhone, outside: SipPhone) -> None:
    """The desk phone is no registrar."""
    with pytest.raises(SipFailure, match="481"):
        await outside.register()


async def test_fifty_phones_talk_in_one_loop() -> None:
    """Twenty-five conversations at once, every one heard both ways."""
    async with asyncio.timeout(30):
        desks = [SipPhone(server=NOWHERE, user=f"d{n}", tone_hz=600, answers_after_ms=0) for n in range(25)]
        for phone in desks:
            await phone.open()
        callers = [SipPhone(server=desk.address, user=f"c{n}", tone_hz=800) for n, desk in enumerate(desks)]
        for phone in callers:
            await phone.open()

        calls = await asyncio.gather(*(phone.dial("x") for phone in callers))
        await asyncio.gather(*(call.answered() for call in calls))
        await asyncio.gather(*(call.hears(600) for call in calls))
        await asyncio.gather(*(phone.call.hears(800) for phone in desks))

        await asyncio.gather(*(phone.close() for phone in [*callers, *desks]))
