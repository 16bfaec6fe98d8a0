"""The console's page as the bench watches it: when cards are painted, when keys are clicked, what it looks like.

Moments are microseconds UTC on the machine's clock, as in the phones' logs.
"""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Page

from tests.e2e.operator import OperatorPage, log_in
from tests.support.chromium import Chromium
from tests.support.installation import Installation
from tests.support.rtp import now_us

T = TypeVar("T")
PROBE = Path(__file__).with_name("page_probe.js")
PATIENCE_S = 10
ASIDE = (760, 420)
"""Where the pointer rests between clicks: over the main screen, where there is nothing to press."""
CLOCK_TOLERANCE_US = 1_500
FRAME_US = 1_000_000 // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A card came onto the screen."""

    call: str
    digits: str
    told_us: int
    """When the page got word of it."""
    added_us: int
    """When it was in the page."""
    painted_us: int
    """Its second animation frame."""
    box: dict[str, float]
    """Where the green key is, in CSS pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """A key of a card was clicked."""

    call: str
    taken_us: int
    """When the browser took the click in."""
    asked_us: int
    """When the page sent the command."""


@dataclass(slots=True)
class Shot:
    """One picture that the browser made of the page."""

    at_us: int
    """When that frame was handed to the screen, as the browser says."""
    jpeg: str


@dataclass(slots=True)
class Film:
    """All pictures from a call on."""

    shots: list[Shot] = field(default_factory=list)


class Screen:
    """One operator's page with the probe in it."""

    def __init__(self, operator: OperatorPage) -> None:
        self.operator = operator
        self.page: Page = operator.page
        self._cards: asyncio.Queue[Painted] = asyncio.Queue()
        self._clicks: asyncio.Queue[Clicked] = asyncio.Queue()
        self._gone: asyncio.Queue[str] = asyncio.Queue()

    @classmethod
    async def open(
        cls, browser: Chromium, cordboard: Installation, *, user: str, group: str, device: str, queue: str
    ) -> Screen:
        """Log in, open Operator, choose group and device, sign in; the portal's tab is closed."""
        session = await browser.session()
        screens: list[Screen] = []
        early: dict[str, Callable[[Any], None]] = {
            "__benchCard": lambda said: screens[0]._card(said),
            "__benchClick": lambda said: screens[0]._click(said),
            "__benchGone": lambda said: screens[0]._gone.put_nowait(said),
        }
        for name, hear in early.items():
            await session.expose_function(name, hear)
        await session.add_init_script(PROBE.read_text())
        portal = await log_in(session, cordboard, user)
        operator = await OperatorPage.from_portal(portal)
        screens.append(cls(operator))
        await portal.close()
        await operator.choose_group(group)
        await operator.choose_device(device)
        await operator.sign_in(queue)
        await operator.page.mouse.move(*ASIDE)
        return screens[0]

    def _card(self, said: dict[str, Any]) -> None:
        self._cards.put_nowait(
            Painted(
                call=said["call"],
                digits=said["digits"],
                told_us=round(said["told"] * 1000),
                added_us=round(said["added"] * 1000),
                painted_us=round(said["painted"] * 1000),
                box=said["box"],
            )
        )

    def _click(self, said: dict[str, Any]) -> None:
        self._clicks.put_nowait(
            Clicked(
                call=said["call"],
                taken_us=round(said["taken"] * 1000),
                asked_us=round(said["asked"] * 1000),
            )
        )

    async def card(self) -> Painted:
        """The next card that is painted.

        Raises:
            TimeoutError: none is.
        """
        return await asyncio.wait_for(self._cards.get(), PATIENCE_S)

    async def click_answer(self, card: Painted) -> Clicked:
        """Press the green key of this card with the mouse, and take the hand away."""
        mouse = self.page.mouse
        await mouse.click(
            card.box["x"] + card.box["width"] / 2, card.box["y"] + card.box["height"] / 2, delay=0
        )
        await mouse.move(*ASIDE)
        clicked = await asyncio.wait_for(self._clicks.get(), PATIENCE_S)
        assert clicked.call == card.call, (clicked, card)
        return clicked

    async def gone(self, call: str) -> None:
        """Wait until the card has left the page."""
        went = await asyncio.wait_for(self._gone.get(), PATIENCE_S)
        assert went == call, (went, call)

    async def frames_ms(self) -> float:
        """What the screen's own frame clock takes for a change that the page makes by itself."""
        after = random.uniform(20, 80)
        return float(await self.page.evaluate("ms => window.__benchFrames(ms)", after))

    async def clock_error_us(self) -> tuple[int, int]:
        """How far the page's clock is from ours, and how exactly that can be known: both in microseconds.

        Raises:
            AssertionError: further than `CLOCK_TOLERANCE_US` beyond what the question itself takes.
        """
        best: tuple[int, int] | None = None
        for _ in range(10):
            before = now_us()
            there = round(await self.page.evaluate("() => window.__benchClock()") * 1000)
            after = now_us()
            # The clock is read at the end of its question, after up to three milliseconds of waiting for the edges.
            reading = (there - (before + after) // 2, (after - before) // 2)
            if best is None or reading[1] < best[1]:
                best = reading
            await asyncio.sleep(0.02)
        assert best is not None
        assert abs(best[0]) <= best[1] + CLOCK_TOLERANCE_US, f"the page's clock is {best[0]} us off"
        return best

    # --- pictures ---

    async def film(self, during: Callable[[], Any]) -> tuple[Any, Film]:
        """Do something while every frame that the browser hands to the screen is kept."""
        session = await self.page.context.new_cdp_session(self.page)
        film = Film()
        acknowledging: set[asyncio.Task[Any]] = set()

        def take(event: dict[str, Any]) -> None:
            film.shots.append(Shot(round(event["metadata"]["timestamp"] * 1_000_000), event["data"]))
            answer = session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
            task = asyncio.get_running_loop().create_task(answer)
            acknowledging.add(task)
            task.add_done_callback(acknowledging.discard)

        session.on("Page.screencastFrame", take)
        # JPEG is made sooner than PNG, and while a picture is being made the next frames are left out.
        how = {"format": "jpeg", "quality": 80, "everyNthFrame": 1}
        await session.send("Page.startScreencast", how)
        try:
            result = await during()
        finally:
            await session.send("Page.stopScreencast")
            await session.detach()
        return result, film

    async def is_in(self, shot: Shot, wanted: bytes, box: dict[str, float]) -> float:
        """Which part of this place looks as in the wanted picture, 0 to 1; a page of its own decodes them."""
        page = await self.page.context.new_page()
        try:
            alike = await page.evaluate(
                _ALIKE, {"shot": shot.jpeg, "wanted": base64.b64encode(wanted).decode(), "box": box}
            )
        finally:
            await page.close()
        return float(alike)


_ALIKE = """
async ({ shot, wanted, box }) => {
  const pixels = async (data) => {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(Math.ceil(box.x), Math.ceil(box.y), Math.floor(box.width) - 1,
      Math.floor(box.height) - 1).data;
  };
  const [one, other] = [await pixels(shot), await pixels(wanted)];
  let same = 0;
  for (let i = 0; i < one.length; i += 4) {
    const apart = Math.abs(one[i] - other[i]) + Math.abs(one[i + 1] - other[i + 1])
      + Math.abs(one[i + 2] - other[i + 2]);
    if (apart < 48) same += 1;
  }
  return same / (one.length / 4);
}
"""


def milliseconds(later_us: int, earlier_us: int) -> float:
    """The time between two moments."""
    return (later_us - earlier_us) / 1000


def wall_clock_is_steady(began_monotonic_ns: int, began_us: int) -> float:
    """By how many milliseconds the wall clock was moved since then; it should not be, during a measurement."""
    return (now_us() - began_us) / 1000 - (time.monotonic_ns() - began_monotonic_ns) / 1_000_000
