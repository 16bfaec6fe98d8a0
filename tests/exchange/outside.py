"""An office that can also be called out of: people outside who are dialled, and who hears whom.

::

    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, rings_in(cordboard) as caller:
        card = await chantal.answer()
        await only_these_talk(caller, chantal.phone.call)
        await chantal.desk.command("call.dial", number="08000403")
        jan = await outside.rings()
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.exchange.conftest import INSTALLATION
from tests.exchange.office import (
    AGENT_HZ,
    ALGEMEEN,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    OUTSIDE_HZ,
    PATIENCE_MS,
    SECOND_CALLER_HZ,
    Worker,
    tell,
)
from tests.support import tone
from tests.support.installation import Installation
from tests.support.rtp import now_us
from tests.support.sipphone import SipCall
from tests.support.tone import Span

EVERYBODY_HZ = (AGENT_HZ, OTHER_AGENT_HZ, CALLER_HZ, OUTSIDE_HZ, SECOND_CALLER_HZ)
SILENCE_MS_MAX = 300
"""D7: of what caller and recipient hear when they are joined."""
STEADY_US = 300_000
"""Who hears the same for so long hears that; one look is 100 ms."""
LOOK_S = 0.05


@pytest.fixture(scope="module")
def cordboard(request: pytest.FixtureRequest, calling_out: Installation) -> Installation:
    """In place of the other modules' Cordboard: one for all of these, whose trunk also leads out."""
    request.config.stash[INSTALLATION] = calling_out
    return calling_out


@contextlib.asynccontextmanager
async def rings_in(
    cordboard: Installation, number: str = ALGEMEEN, *, of: str = "0884800943", tone_hz: int = CALLER_HZ
) -> AsyncIterator[SipCall]:
    """Somebody outside who dials and waits, with a voice of their own."""
    async with cordboard.caller(tone_hz=tone_hz) as phone:
        yield await phone.dial(number, from_number=of)


# --- at the desk ---


async def calls_piet(chantal: Worker, piet: Worker, *, number: str | None = None) -> dict[str, Any]:
    """A click on the telephone behind a colleague's name, or a number of his, and he answers; gives the card."""
    if number is None:
        await chantal.desk.command("call.colleague", user=str(piet.desk.me["id"]))
    else:
        await chantal.desk.command("call.dial", number=number)
    card = await chantal.shows(name=str(piet.desk.me["name"]), state="dialling", internal=True)
    await piet.answer()
    return await chantal.shows(id=card["id"], state="active")


async def arms(worker: Worker, call: str, kind: str) -> None:
    """Click on one of the two transfer buttons, and wait until it is black."""
    await worker.desk.command("transfer.arm", call=call, kind=kind)
    await worker.until(lambda: transfer_of(worker, call) == (kind, "armed"))


def transfer_of(worker: Worker, call: str) -> tuple[str, str] | None:
    """Kind and state of the transfer on a card; None: there is no transfer, or no card."""
    card = worker.desk.call(id=call)
    if card is None or card["transfer"] is None:
        return None
    return card["transfer"]["kind"], card["transfer"]["state"]


async def transfer_becomes(worker: Worker, call: str, kind: str, state: str) -> dict[str, Any]:
    """Wait until the transfer on a card is that far; gives the card."""
    await worker.until(lambda: transfer_of(worker, call) == (kind, state))
    return await worker.shows(id=call)


def states(worker: Worker, *calls: str) -> list[str | None]:
    """Of these cards, in this order; None: it is not in the pane."""
    cards = [worker.desk.call(id=call) for call in calls]
    return [str(card["state"]) if card is not None else None for card in cards]


def in_pane(worker: Worker) -> set[str]:
    """The cards in the personal call pane: own calls, and offered ones."""
    return {card["id"] for card in worker.desk.calls() if card["mine"] or card["offer"] is not None}


# --- who hears whom ---


async def hears_only(listener: SipCall, *voices_hz: int) -> None:
    """Wait until exactly these voices are heard, steadily; none means silence, music or a tone.

    Raises:
        AssertionError: it did not come; says what was heard.
    """
    since = now_us()
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        spans = listener.ear.heard_between(since, now_us(), EVERYBODY_HZ)
        if spans and spans[-1].tones == voices_hz and spans[-1].end_us - spans[-1].start_us >= STEADY_US:
            return
        assert time.monotonic() < deadline, f"not only {voices_hz} but {_account(spans)}"
        await asyncio.sleep(LOOK_S)


async def talk(one: SipCall, one_hz: int, other: SipCall, other_hz: int) -> None:
    """Wait until these two hear each other and nobody else."""
    await asyncio.gather(hears_only(one, other_hz), hears_only(other, one_hz))


async def hears_music(*listeners: SipCall) -> None:
    """Wait until these hear music and nobody's voice (5.1-k)."""
    for listener in listeners:
        await listener.hears_music(without=EVERYBODY_HZ, within_ms=PATIENCE_MS)


def silence_ms(listener: SipCall, before_us: int, voice_hz: int) -> int:
    """The longest time without any sound between a moment and the first of a voice, from the recorded packets.

    Raises:
        AssertionError: the voice was never heard.
    """
    heard = listener.ear.first_heard(voice_hz, before_us)
    assert heard is not None, f"never heard {voice_hz} Hz"
    return longest_silence_ms(listener, before_us, heard)


def longest_silence_ms(listener: SipCall, from_us: int, to_us: int) -> int:
    """The longest time without any sound between two moments, from the recorded packets."""
    ear = listener.ear
    longest, loud_us = 0, from_us
    for at, packet in enumerate(ear.packets):
        if from_us <= packet.at_us <= to_us and not tone.is_silent(ear.samples(at, at + 1)):
            longest, loud_us = max(longest, packet.at_us - loud_us), packet.at_us
    return longest // 1000


def connected_without_a_gap(clicked_us: int, **who: tuple[SipCall, int]) -> None:
    """After this click each of these came to hear that voice, without a silence that one notices (D7).

    Raises:
        AssertionError: there was one.
    """
    gaps = {name: silence_ms(listener, clicked_us, hz) for name, (listener, hz) in who.items()}
    tell(f"silence at completion (ms): {gaps}")
    assert max(gaps.values()) < SILENCE_MS_MAX, gaps


def _account(spans: list[Span]) -> str:
    return ", ".join(
        f"{(s.end_us - s.start_us) // 1000} ms {'silence' if s.silent else s.tones or 'music'}" for s in spans
    )
