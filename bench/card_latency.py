"""From a caller's INVITE to the card on the screen, and from the click to the voice in the caller's ear.

    bench/run card-latency [--quick] [--calls N] [--consoles N] [--pictures N] [--talk]

The whole product, as `make run` starts it: exchange, server, database, 48 consoles in a process of their own, one
here, and the fiftieth in Chromium, where the keys are really clicked. Calls come at random moments over a trunk.
After each one, in the same run: Asterisk alone, which connects an emergency call by its dialplan without Cordboard
(INVITE in, INVITE out); a call that is answered by a console without a browser; and the screen's own frame clock
(from a change that the page makes to its second frame).
A sample that fails ends the run without a result: none is dropped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import report
from bench.consoles import consoles
from bench.screen import FRAME_US, Film, Painted, Screen, milliseconds, wall_clock_is_steady
from tests.support.chromium import Chromium
from tests.support.installation import Desk, Installation
from tests.support.rtp import now_us
from tests.support.sipphone import Logged, SipCall, SipPhone

CALLS, CALLS_QUICK = 1000, 30
LIMIT_S_PER_CALL, LIMIT_S_START = 6, 120
TRUNK = "127.0.0.7"
TRUNK_PORT = 5067
CONFIGURATION = f"""
[[trunks]]
name = "bench"
host = "{TRUNK}"
port = {TRUNK_PORT}
match = ["{TRUNK}"]
"""
NUMBER, EMERGENCY = "31534800900", "112"
AGENT_HZ, CALLER_HZ = 2750, 800
"""A tone that music does not hold on to, so that the first sound of the agent cannot be mistaken."""
REACTION_S = (0.1, 0.4)
"""Between the card and the click."""
PAUSE_S = (0.1, 0.5)
"""Between the calls: a random moment of the frame clock and of everything else."""
HEARD_MS = 350
CLOCK_EVERY = 25
PICTURE_ALIKE = 0.7
"""The part of the key that looks as in the end; the card still travels its last pixels then."""


@dataclass(slots=True)
class Samples:
    """Milliseconds of each call, one list for each thing."""

    told: list[float] = field(default_factory=list)
    """Until the page got word of the call."""
    added: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    rings: list[float] = field(default_factory=list)
    """Caller's INVITE sent to the desk phone's first INVITE: the exchange and the server, without the browser."""
    click_to_sip: list[float] = field(default_factory=list)
    click_to_invite: list[float] = field(default_factory=list)
    click_to_heard: list[float] = field(default_factory=list)
    command_to_sip: list[float] = field(default_factory=list)
    """The part of it after the page sent the command: the browser's network, the server, the exchange."""
    server_to_sip: list[float] = field(default_factory=list)
    """The same for a console without a browser: the server and the exchange."""
    peer: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    clock_us: list[int] = field(default_factory=list)
    pictures_ms: list[float] = field(default_factory=list)
    """First picture with the card, before (-) or after (+) the moment that counts as painted."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """Who takes part."""

    screen: Screen
    desk: SipPhone
    """The agent's telephone."""
    colleague: SipPhone
    """The telephone that dials the emergency number."""
    outside: SipPhone
    """The caller, and who is reached over the trunk."""
    console: Desk
    """The agent's second console, without a browser."""
    numbers: int = 0

    def next_number(self) -> str:
        """A caller's number that nobody had before."""
        self.numbers += 1
        return f"06{20_000_000 + self.numbers}"


async def our_call(stage: Stage, samples: Samples) -> Painted:
    """One call through everything; adds its times."""
    screen, desk = stage.screen, stage.desk
    number = stage.next_number()
    call = await stage.outside.dial(NUMBER, from_number=number)
    card = await screen.card()
    assert number in card.digits.replace(" ", ""), (number, card)
    first = await desk.rings()
    await asyncio.sleep(random.uniform(*REACTION_S))
    seen = len(desk.link.log)
    clicked = await screen.click_answer(card)
    second = first if first.answered_us is not None else await desk.rings()
    await second.answered()
    await call.answered()
    await asyncio.sleep(HEARD_MS / 1000)
    # Only now, for the analysis takes time in which nothing else is seen here.
    heard_us = await call.hears(AGENT_HZ, since_us=clicked.taken_us)
    told = [entry for entry in desk.link.log[seen:] if is_new_request(entry)]
    await call.hang_up()
    await second.ended()
    await screen.gone(card.call)

    samples.told.append(milliseconds(card.told_us, call.invited_us))
    samples.added.append(milliseconds(card.added_us, call.invited_us))
    samples.painted.append(milliseconds(card.painted_us, call.invited_us))
    samples.rings.append(milliseconds(first.invited_us, call.invited_us))
    samples.command_to_sip.append(milliseconds(told[0].at_us, clicked.asked_us))
    samples.click_to_sip.append(milliseconds(told[0].at_us, clicked.taken_us))
    if second is not first:
        samples.click_to_invite.append(milliseconds(second.invited_us, clicked.taken_us))
    samples.click_to_heard.append(milliseconds(heard_us, clicked.taken_us))
    return card


def is_new_request(entry: Logged) -> bool:
    """Something that the exchange tells the phone to do, for the first time."""
    return not entry.sent and not entry.repeated and entry.message.method in ("CANCEL", "INVITE", "NOTIFY")


async def plain_call(stage: Stage, samples: Samples) -> None:
    """One call that is answered by a console without a browser: what of the click's way is ours alone."""
    desk = stage.desk
    call = await stage.outside.dial(NUMBER, from_number=stage.next_number())
    card = await stage.screen.card()
    first = await desk.rings()
    await asyncio.sleep(random.uniform(*REACTION_S))
    seen, asked_us = len(desk.link.log), now_us()
    await stage.console.command("call.answer", call=card.call)
    second = first if first.answered_us is not None else await desk.rings()
    await second.answered()
    told = [entry for entry in desk.link.log[seen:] if is_new_request(entry)]
    samples.server_to_sip.append(milliseconds(told[0].at_us, asked_us))
    await call.hang_up()
    await second.ended()
    await stage.screen.gone(card.call)


async def peer_call(stage: Stage, samples: Samples) -> None:
    """One call that Asterisk connects by itself."""
    call = await stage.colleague.dial(EMERGENCY)
    there: SipCall = await stage.outside.rings()
    samples.peer.append(milliseconds(there.invited_us, call.invited_us))
    await call.hang_up()
    await there.ended()


async def look_at_pictures(stage: Stage, samples: Samples) -> None:
    """Check against the browser's pictures that a card which counts as painted really was on the screen by then.

    Raises:
        AssertionError: a picture of more than one frame after that moment is without the card.
    """
    screen = stage.screen
    number = stage.next_number()

    async def until_painted() -> tuple[SipCall, Painted, bytes]:
        call = await stage.outside.dial(NUMBER, from_number=number)
        card = await screen.card()
        await asyncio.sleep(0.4)
        return call, card, await screen.page.screenshot(animations="allow")

    (call, card, wanted), film = await screen.film(until_painted)
    await call.hang_up()
    await (await stage.desk.rings()).ended()
    await screen.gone(card.call)
    without, with_card = await edge(screen, film, wanted, card.box)
    # A picture bears the time at which it should be on the glass, a frame or two after it was drawn.
    late_ms = milliseconds(without, card.painted_us)
    assert late_ms <= FRAME_US / 1000, (
        f"{late_ms:.1f} ms after it was painted the card was not in the picture"
    )
    samples.pictures_ms.append(milliseconds(with_card, card.painted_us))


async def edge(screen: Screen, film: Film, wanted: bytes, box: dict[str, float]) -> tuple[int, int]:
    """When the last picture without the green key was made, and the first with it."""
    moments: dict[bool, list[int]] = {False: [], True: []}
    for shot in film.shots:
        shows = await screen.is_in(shot, wanted, box) >= PICTURE_ALIKE
        moments[shows].append(shot.at_us)
    assert all(moments.values()), f"{len(film.shots)} pictures show no change"
    return max(moments[False]), min(moments[True])


async def rehearse(stage: Stage, samples: Samples, calls: int, pictures: int) -> None:
    """All calls, ours and the peer's in turns."""
    warm_up = Samples()
    for _ in range(3):
        await our_call(stage, warm_up)
        await peer_call(stage, warm_up)
    for _ in range(pictures):
        await look_at_pictures(stage, samples)
    if pictures:
        # Some frames are left out of the film, so the soonest counts.
        soonest = min(samples.pictures_ms)
        assert soonest <= 2 * FRAME_US / 1000, (
            f"no picture shows a card sooner than {soonest:.1f} ms after 'painted'"
        )
    for number in range(calls):
        if number % CLOCK_EVERY == 0:
            samples.clock_us.append((await stage.screen.clock_error_us())[0])
            report.say(f"call {number + 1} of {calls}")
        await asyncio.sleep(random.uniform(*PAUSE_S))
        await our_call(stage, samples)
        await asyncio.sleep(random.uniform(0.05, 0.1))
        await peer_call(stage, samples)
        await plain_call(stage, samples)
        samples.frames.append(await stage.screen.frames_ms())


async def measure(words: argparse.Namespace, folder: Path) -> Samples:
    """Set the stage and play."""
    samples = Samples()
    async with AsyncExitStack() as stack:
        # There before the exchange is, which looks at once whether the trunk's other end can be reached.
        outside = await stack.enter_async_context(
            SipPhone(server=("127.0.0.1", 0), ip=TRUNK, port=TRUNK_PORT, tone_hz=CALLER_HZ)
        )
        cordboard = await stack.enter_async_context(Installation(folder / "c", configuration=CONFIGURATION))
        await stack.enter_async_context(consoles(cordboard, words.consoles - 2))
        browser = await stack.enter_async_context(Chromium(folder / "chromium", tone_hz=None))
        desk = await stack.enter_async_context(
            await cordboard.phone("demo-201", tone_hz=AGENT_HZ, talk_event=words.talk)
        )
        colleague = await stack.enter_async_context(await cordboard.phone("demo-205", tone_hz=None))
        outside.server = cordboard.sip
        await desk.register()
        await colleague.register()
        # Nearly last, so that among fifty it is told late.
        screen = await Screen.open(
            browser, cordboard, user="chantal", group="Enschede", device="Toestel 201", queue="Algemeen"
        )
        console = await stack.enter_async_context(cordboard.desk("chantal"))
        stage = Stage(screen=screen, desk=desk, colleague=colleague, outside=outside, console=console)
        began, began_us = time.monotonic_ns(), now_us()
        browser.messages.clear()
        try:
            await rehearse(stage, samples, words.calls, words.pictures)
        except Exception:
            report.say(cordboard.terminal()[-1000:] + cordboard.log())
            raise
        moved = wall_clock_is_steady(began, began_us)
        report.say(f"the wall clock was moved by {moved:.2f} ms meanwhile")
        assert not browser.errors, browser.errors
    return samples


def tell(samples: Samples, words: argparse.Namespace, facts: dict[str, object]) -> None:
    """Table and last line."""
    rows = {
        "INVITE sent -> card painted": samples.painted,
        "INVITE sent -> card in the page": samples.added,
        "INVITE sent -> word of it in the page": samples.told,
        "INVITE sent -> desk phone's INVITE": samples.rings,
        "peer: Asterisk alone, INVITE in -> out": samples.peer,
        "limit: local change -> second frame": samples.frames,
        "click -> first SIP message out": samples.click_to_sip,
        "command sent -> first SIP message out": samples.command_to_sip,
        "the same, a console without a browser": samples.server_to_sip,
        "click -> INVITE that answers itself": samples.click_to_invite,
        "click -> caller hears the agent": samples.click_to_heard,
    }
    report.spread_table(rows)
    limit = report.percentile(samples.peer, 50) + report.percentile(samples.frames, 50)
    ours = report.percentile(samples.painted, 50)
    print(f"the wall clock and the page's differ by {min(samples.clock_us)} to {max(samples.clock_us)} us;")
    shown = ", ".join(f"{ms:+.1f}" for ms in samples.pictures_ms)
    print(f"first picture with the card, from the moment that counts as painted: {shown} ms")
    figures: dict[str, Any] = {
        key: report.spread(values) for key, values in {
            "painted_ms": samples.painted, "told_ms": samples.told, "added_ms": samples.added,
            "rings_ms": samples.rings,
            "peer_ms": samples.peer, "frames_ms": samples.frames, "click_to_sip_ms": samples.click_to_sip,
            "command_to_sip_ms": samples.command_to_sip,
            "server_to_sip_ms": samples.server_to_sip,
            "click_to_invite_ms": samples.click_to_invite, "click_to_heard_ms": samples.click_to_heard,
        }.items() if values
    }  # fmt: skip
    report.finish(
        name="card-latency",
        ours_p50_ms=round(ours, 1),
        ours_p95_ms=round(report.percentile(samples.painted, 95), 1),
        ours_p99_ms=round(report.percentile(samples.painted, 99), 1),
        peer_p50_ms=round(limit, 1),
        peer="Asterisk alone (INVITE in to INVITE out) plus two frames of the screen",
        ratio=round(ours / limit, 2),
        n=len(samples.painted),
        dropped=0,
        p99_is_sound=len(samples.painted) >= report.SOUND_FROM[99],
        consoles=words.consoles,
        answers_by="NOTIFY talk" if words.talk else "auto-answer header",
        pictures_ms=[round(ms, 1) for ms in samples.pictures_ms],
        clock_us=[min(samples.clock_us), max(samples.clock_us)],
        **figures,
        machine=facts,
    )


def main() -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(prog="bench/run card-latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{CALLS_QUICK} calls instead of {CALLS}")
    parser.add_argument("--calls", type=int)
    parser.add_argument("--consoles", type=int, default=50)
    parser.add_argument("--pictures", type=int, default=5, help="calls that are checked against pictures")
    parser.add_argument("--talk", action="store_true", help="the desk phone answers on NOTIFY talk")
    parser.add_argument("--samples", type=Path, help="also write every sample to this file (JSON)")
    words = parser.parse_args()
    words.calls = words.calls or (CALLS_QUICK if words.quick else CALLS)
    facts = report.machine(playwright=report.package("playwright"))
    limit_s = LIMIT_S_START + LIMIT_S_PER_CALL * words.calls
    with tempfile.TemporaryDirectory(prefix="cordboard-bench-") as folder:
        samples = asyncio.run(asyncio.wait_for(measure(words, Path(folder)), limit_s))
    if words.samples is not None:
        words.samples.write_text(json.dumps({name: getattr(samples, name) for name in samples.__slots__}))
    tell(samples, words, facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
