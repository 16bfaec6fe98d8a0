"""What callers are told, as they hear it on the real exchange, and what they say when nobody is there.

Each sentence is told from music and from the others by its own samples (`tests.support.speech`).
"""

from __future__ import annotations

import asyncio
import io
import signal
import time
import wave
from collections.abc import AsyncIterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cordboard.app.ports import QueueRow
from tests.exchange.office import ALGEMEEN, CALLER_HZ, PATIENCE_MS, URGENT, calling, configure
from tests.support import speech, tone
from tests.support.g711 import FRAME_SAMPLES
from tests.support.installation import Desk, Installation
from tests.support.rtp import now_us
from tests.support.sipphone import SipCall

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

FIRST_MS = 2_000
HEARD_EARLY_US = 100_000
"""By so much a caller may note late, on a busy machine, that it has dialled."""
PIETS_NUMBER, ANJAS_NUMBER, CHANTALS_NUMBER = "0534800203", "0534800204", "0534800201"
PIECES_MS_MAX = 150
"""Between the end of one recording and the begin of the next in one sentence; longer sounds like a new one."""


def talkative(row: QueueRow) -> QueueRow:
    """Tells callers their place after two seconds, Urgent in English and Algemeen in Dutch."""
    language = "en" if row.urgent else "nl"
    rules = replace(row.rules, announce_first_ms=FIRST_MS, announce_every_ms=60_000)
    return replace(row, language=language, rules=rules)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def announcing(cordboard: Installation) -> AsyncIterator[Installation]:
    """The demo organisation with announcements that come soon, and nobody at work."""
    await configure(cordboard, queue=talkative)
    yield cordboard


def recording(cordboard: Installation, name: str) -> Path:
    """The file that the exchange plays for a name such as `nl/closed`."""
    return cordboard.data / "exchange" / "data" / "sounds" / "cordboard" / f"{name}.wav"


async def hears(caller: SipCall, cordboard: Installation, name: str) -> int:
    """Wait until the caller has heard this recording to its end; returns the sample at which it began."""
    return await speech.hears(caller.ear, recording(cordboard, name), within_ms=PATIENCE_MS)


@pytest.mark.rule("D25", "D28")
async def test_a_waiting_caller_hears_the_place_between_the_music(announcing: Installation) -> None:
    """After the time that the queue gives, in the queue's language; the music goes on afterwards."""
    async with calling(announcing, ALGEMEEN) as caller:
        called_us = now_us()
        await caller.hears_music(within_ms=PATIENCE_MS)

        began = await hears(caller, announcing, "nl/position_first")

        assert caller.ear.packets[began // FRAME_SAMPLES].at_us - called_us > FIRST_MS * 1000 - HEARD_EARLY_US
        await caller.ear.hears_music(for_ms=1_000, within_ms=PATIENCE_MS)
        assert caller.end is None


@pytest.mark.rule("D25", "D28")
async def test_a_number_is_spoken_inside_its_sentence(announcing: Installation) -> None:
    """That of the second in line: three recordings without a pause that one would notice, in English."""
    async with calling(announcing, URGENT) as first:
        # Who dials is in the queue a moment later: two at once would take their places in either order.
        await first.hears_music(within_ms=PATIENCE_MS)
        async with calling(announcing, URGENT, of="0687654321") as second:
            names = ("en/position", "en/number/2", "en/position_after")
            began = [await hears(second, announcing, name) for name in names]
        await hears(first, announcing, "en/position_first")

        for name, start, after in zip(names, began, began[1:], strict=False):
            pause = after - start - speech.length(recording(announcing, name))
            assert abs(pause) < PIECES_MS_MAX * tone.PHONE_RATE / 1000, (name, began)


@pytest.mark.rule("D29")
async def test_who_reaches_nobody_leaves_a_message(announcing: Installation, tmp_path: Path) -> None:
    """Piet is not at work: the caller hears what to do, speaks after the tone, hangs up, and Piet can listen."""
    async with announcing.desk("piet") as piet, announcing.desk("anja") as anja:
        async with calling(announcing, PIETS_NUMBER) as caller:
            await hears(caller, announcing, "nl/leave_message")
            # Two seconds of speech, and half a one for the tone before it.
            await asyncio.sleep(2.5)
            await caller.hang_up()

        row = await left_for(piet)
        assert (row["number"], row["caller_name"], row["queue"]) == ("31612345678", "Mevr. Jansen", None)

        name = row["name"]
        assert (announcing.data / "exchange" / "spool" / "recording" / f"{name}.wav").is_file()
        async with piet.client.get(f"{announcing.url}/api/messages/{name}") as answer:
            assert answer.status == 200
            listened = tmp_path / "listened.wav"
            listened.write_bytes(await answer.read())
        samples, rate = tone.read_wav(listened)
        # The exchange counts in whole seconds.
        assert row["ms"] == pytest.approx(len(samples) * 1000 / rate, abs=1_000)
        spans = tone.describe(samples, (CALLER_HZ,), rate)
        spoken_us = sum(span.end_us - span.start_us for span in spans if span.tones == (CALLER_HZ,))
        assert spoken_us > 1_000_000, spans
        assert (await anja.request("GET", f"/api/messages/{name}"))[0] == 404
        [mail] = await letters_of(announcing)
        assert "piet@" in str(mail["To"])
        assert "+31612345678" in str(mail["Subject"])
        [sound] = mail.iter_attachments()
        assert sound.get_content() == listened.read_bytes()


@pytest.mark.rule("D29", "D16")
async def test_a_message_of_who_hangs_up_while_cordboard_is_dead_is_there_when_it_is_back(
    announcing: Installation,
) -> None:
    """The exchange records on: Anja can listen to what was said, and it is not among the strays."""
    assert announcing.parent is not None
    async with calling(announcing, ANJAS_NUMBER) as caller:
        await hears(caller, announcing, "nl/leave_message")
        await asyncio.sleep(1)
        announcing.parent.send_signal(signal.SIGSTOP)
        try:
            announcing.kill_server()
            await asyncio.sleep(3)
            await caller.hang_up()
            await asyncio.sleep(1)
        finally:
            announcing.parent.send_signal(signal.SIGCONT)
    await asyncio.sleep(1)
    await announcing.healthy()

    async with announcing.desk("anja") as anja:
        row = await left_for(anja)
        async with anja.client.get(f"{announcing.url}/api/messages/{row['name']}") as answer:
            assert answer.status == 200
        assert 2_500 <= row["ms"] <= 5_500


@pytest.mark.rule("D29", "D16")
async def test_a_message_in_which_the_exchange_dies_is_kept_as_far_as_it_came(
    announcing: Installation,
) -> None:
    """The call is broken off, and Chantal can listen to all but the last two seconds before it."""
    async with calling(announcing, CHANTALS_NUMBER) as caller:
        await hears(caller, announcing, "nl/leave_message")
        await asyncio.sleep(6)
        announcing.kill_exchange()
        async with announcing.desk("chantal") as chantal:
            row = await left_for(chantal)
            async with chantal.client.get(f"{announcing.url}/api/messages/{row['name']}") as answer:
                assert answer.status == 200
                with wave.open(io.BytesIO(await answer.read())) as sound:
                    kept_ms = sound.getnframes() * 1_000 / sound.getframerate()
    assert 3_500 <= kept_ms <= 7_000
    assert row["ms"] == pytest.approx(kept_ms, abs=1_000)


async def letters_of(cordboard: Installation) -> list[EmailMessage]:
    """The letters that have left, at least one: there is no mail server, so they are files."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not (files := list((cordboard.data / "outbox").glob("*.eml"))):
        assert time.monotonic() < deadline, "no letter"
        await asyncio.sleep(0.05)
    parser = BytesParser(EmailMessage, policy=policy.default)
    return [parser.parsebytes(file.read_bytes()) for file in files]


async def left_for(desk: Desk) -> dict[str, Any]:
    """Wait for the one message that was left for this person; it is written a moment after its call."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        status, page = await desk.request("GET", "/api/messages")
        assert status == 200, page
        if page["rows"]:
            [row] = page["rows"]
            return dict(row)
        assert time.monotonic() < deadline, "no message"
        await asyncio.sleep(0.1)
