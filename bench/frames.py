"""Frames per second of the operator's page in a large and busy office, on a slow computer.

    bench/run frames [--quick] [--rate N] [--picture FILE] [--profile FOLDER] [--trace FOLDER]

The whole product with 40 queues, 500 people and 60 callers (`bench.crowd`), and one operator's page in Chromium at
1920x1080 whose processor is made four times slower (CDP). Every queue is on the screen and chosen, the detail field has
everybody who is signed in to each of them, the call field all callers. Fifteen times a second somebody's status
changes, three times a second a caller hangs up and another one comes. Frames are counted by the page's own animation
frames while nobody touches it, while the three lists are scrolled, and while somebody types a recipient's name and goes
through the list with the arrow keys. The limit beside them is an empty page in the same browser, as slow, in the same
office, before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page, expect

from bench import report
from bench.crowd import AGENTS, CALLS, QUEUES, QUEUES_EACH, crowd, enlarge
from tests.e2e.operator import OperatorPage
from tests.support.chromium import Chromium
from tests.support.installation import Installation

SECONDS, SECONDS_QUICK = 20, 5
LIMIT_S = 420
"""The whole run; and people without a console are signed out after ten minutes."""
WIDTH, HEIGHT = 1920, 1080
RATE = 4
FPS_AIM, FRAME_MS_AIM = 55, 50
WHEEL_PX, WHEEL_EVERY_S, TURN_S = 120, 0.03, 1.0
"""A notch of a mouse wheel, some thirty a second, a second down and a second up."""
KEY_EVERY_S = 0.12
"""Somebody who types quickly."""
TYPED = ("jan", "fatima", "berg", "wacht", "willem")
NICENESS = 10
"""Of server, exchange and the whole office: in life these are other machines."""
GROUP, DEVICE, PHONE = "Enschede", "Toestel 201", "demo-201"

RECORDER = """
() => {
  const tasks = [], moments = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)));
  observer.observe({ type: 'longtask' });
  let going = true;
  const frame = (at) => {
    moments.push(at);
    if (going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.__benchStop = () => {
    going = false;
    tasks.push(...observer.takeRecords().map((one) => one.duration));
    observer.disconnect();
    return { frames: moments.slice(1).map((at, index) => at - moments[index]), tasks };
  };
}
"""


SHOWN = """
() => {
  const count = (found) => document.querySelectorAll(found).length;
  const number = (element) => Number.parseInt(element.textContent, 10) || 0;
  return {
    queues: count('.qrow:not(.qsum)'),
    people: [...document.querySelectorAll('.detail .group-head .right')].reduce((sum, one) => sum + number(one), 0),
    people_drawn: count('.person'),
    calls: count('article.card') + number(document.querySelector('.waiting-head .count')),
    calls_drawn: count('article.card, .wait'),
    elements: count('*'),
  };
}
"""
"""How much the screen shows; of long lists the console draws what is in sight."""

TRACED = ("cc", "viz", "blink", "toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline")
"""What a trace tells of: the page's own work, and drawing, which other threads do."""

BUSY = {
    "TaskDuration": "all",
    "ScriptDuration": "script",
    "RecalcStyleDuration": "style",
    "LayoutDuration": "layout",
}
"""What the page's main thread does, as CDP counts it in processor time: what others do on the machine is not in it."""


@dataclass(slots=True)
class Seen:
    """What a stretch of time was like on the screen."""

    frames: list[float] = field(default_factory=list)
    """Milliseconds from each frame to the next."""
    tasks: list[float] = field(default_factory=list)
    """Milliseconds of each task over 50 ms."""
    busy: dict[str, int] = field(default_factory=dict)
    """Milliseconds of processor time of the page's main thread in each second."""

    @property
    def per_second(self) -> float:
        """Frames."""
        return 1000 * len(self.frames) / sum(self.frames)

    @property
    def late(self) -> int:
        """Frames that took too long."""
        return sum(ms > FRAME_MS_AIM for ms in self.frames)

    def figures(self) -> dict[str, Any]:
        """For the last line."""
        return {
            "fps": round(self.per_second, 1),
            "frame_ms": report.spread(self.frames),
            "over_50_ms": self.late,
            "long_tasks": len(self.tasks),
            "longest_task_ms": round(max(self.tasks, default=0)),
            "busy_ms_per_s": self.busy,
            "met": self.per_second >= FPS_AIM and not self.late,
        }


async def recorded(page: Page, session: CDPSession, during: Callable[[], Awaitable[object]]) -> Seen:
    """The frames of this page while something is done."""
    before = await metrics(session)
    await page.evaluate(RECORDER)
    await during()
    said = await page.evaluate("() => window.__benchStop()")
    after = await metrics(session)
    seconds = after["Timestamp"] - before["Timestamp"]
    busy = {word: round(1000 * (after[name] - before[name]) / seconds) for name, word in BUSY.items()}
    return Seen(frames=said["frames"], tasks=said["tasks"], busy=busy)


async def metrics(session: CDPSession) -> dict[str, float]:
    """Seconds that the page has spent on this and that."""
    told = await session.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in told["metrics"]}


async def slowed(page: Page, rate: float) -> CDPSession:
    """Make this page's processor slower, and have its time counted."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    await session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    return session


async def limit(browser: Chromium, words: argparse.Namespace) -> Seen:
    """A page with nothing on it."""
    page = await browser.page("about:blank", width=WIDTH, height=HEIGHT)
    session = await slowed(page, words.rate)
    seen = await recorded(page, session, lambda: asyncio.sleep(words.seconds / 2))
    await page.context.close()
    return seen


# --- what the operator does ---


async def fill_the_screen(operator: OperatorPage) -> dict[str, int]:
    """Choose every queue, show who is signed in and all who wait; gives how much is shown."""
    page = operator.page
    names = page.locator(".qrow .qname")
    await expect(names).to_have_count(QUEUES)
    for place in range(QUEUES):
        await names.nth(place).click()
    await page.locator(".pane-head").get_by_role("button", name="Ingelogde medewerkers").click()
    await page.locator(".waiting .more").click()
    return dict(await page.evaluate(SHOWN))


async def scroll(page: Page, seconds: float) -> None:
    """Turn the wheel over the queues, the people and the waiting callers in turns."""
    until = time.monotonic() + seconds
    while True:
        for place in (".tab-panel", ".detail", ".waiting .rows"):
            box = await page.locator(place).bounding_box()
            assert box is not None
            await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            for way in (1, -1):
                turned = time.monotonic() + TURN_S
                while time.monotonic() < turned:
                    await page.mouse.wheel(0, way * WHEEL_PX)
                    await asyncio.sleep(WHEEL_EVERY_S)
                    if time.monotonic() > until:
                        return


async def press_keys(page: Page, seconds: float) -> None:
    """Type names into the search and go through what is found, over and over."""
    until = time.monotonic() + seconds
    while True:
        for word in TYPED:
            for key in (*word, *["ArrowDown"] * 12, *["ArrowUp"] * 6, *["Backspace"] * len(word)):
                await page.keyboard.press(key)
                await asyncio.sleep(KEY_EVERY_S)
                if time.monotonic() > until:
                    return


async def send_somebody_on(page: Page) -> None:
    """Open the search for a recipient of the caller who waits longest."""
    await page.locator(".waiting .wait:not([data-urgent]) .send").first.click()
    await expect(page.get_by_role("combobox", name="Ontvanger")).to_be_focused()


@dataclass(slots=True)
class Stage:
    """The page, and what was seen of it."""

    page: Page
    session: CDPSession
    profiles: Path | None
    traces: Path | None
    seen: dict[str, Seen] = field(default_factory=dict)

    async def watch(self, what: str, during: Callable[[], Awaitable[object]]) -> None:
        """Record frames, and where a folder for it is given a profile, meanwhile."""
        report.say(f"frames while it is {what}")
        if self.profiles is not None:
            await self.session.send("Profiler.enable")
            await self.session.send("Profiler.start")
        browser = self.page.context.browser
        assert browser is not None
        if self.traces is not None:
            await browser.start_tracing(
                path=self.traces / f"{what.replace(' ', '-')}.json", categories=list(TRACED)
            )
        self.seen[what] = await recorded(self.page, self.session, during)
        if self.traces is not None:
            await browser.stop_tracing()
        if self.profiles is not None:
            told = await self.session.send("Profiler.stop")
            file = self.profiles / f"{what.replace(' ', '-')}.cpuprofile"
            file.write_text(json.dumps(told["profile"]))


async def play(
    browser: Chromium, cordboard: Installation, words: argparse.Namespace
) -> tuple[dict[str, Seen], dict[str, int]]:
    """Open the page in the full office and use it."""
    operator = await OperatorPage.visit(browser, cordboard, "chantal", width=WIDTH, height=HEIGHT)
    page = operator.page
    for other in page.context.pages:
        if other is not page:
            await other.close()
    await operator.begin_work(GROUP, DEVICE)
    # Who is in a call is rung for nobody else. By the key: under the mouse callers come and go.
    await expect(operator.card(state="offered").first).to_be_visible()
    await page.keyboard.press("F3")
    await operator.becomes("active")
    shown = await fill_the_screen(operator)
    report.say(f"on the screen: {shown}")
    assert shown["calls"] > CALLS - 5 and shown["people"] > QUEUES_EACH * (AGENTS - 10), shown
    if words.picture is not None:
        await page.screenshot(path=words.picture)
    # That nobody was logged in at first stands there too.
    browser.messages.clear()
    stage = Stage(page, await slowed(page, words.rate), words.profile, words.trace)
    await page.mouse.move(WIDTH / 2, 20)
    await stage.watch("left alone", lambda: asyncio.sleep(words.seconds))
    await stage.watch("scrolled", lambda: scroll(page, words.seconds))
    await send_somebody_on(page)
    await stage.watch("typed into", lambda: press_keys(page, words.seconds))
    await operator.close()
    return stage.seen, shown


async def measure(words: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Build the office, fill it, look."""
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(Chromium(folder / "chromium", tone_hz=None))
        # What is started from here on has the processor only when the browser does not want it.
        os.nice(NICENESS)
        cordboard = await stack.enter_async_context(Installation(folder / "c"))
        await cordboard.stop()
        await enlarge(cordboard.data)
        await cordboard.start()
        desk = await stack.enter_async_context(await cordboard.phone(PHONE, tone_hz=None))
        await desk.register()
        report.say("the office fills")
        async with crowd(cordboard) as did:
            seen = {"empty page, before": await limit(browser, words)}
            played, shown = await play(browser, cordboard, words)
            seen |= played
            seen["empty page, after"] = await limit(browser, words)
        assert not browser.errors, browser.errors
        return {"seen": seen, "shown": shown, "office": did}


def tell(found: dict[str, Any], words: argparse.Namespace, facts: dict[str, object]) -> None:
    """Table and last line."""
    seen: dict[str, Seen] = found["seen"]
    rows = []
    for name, one in seen.items():
        frame = report.spread(one.frames)
        times = (frame["p50"], frame["p95"], frame["p99"], frame["max"])
        tasks = (len(one.tasks), round(max(one.tasks, default=0)), one.busy["all"])
        rows.append((name, round(one.per_second, 1), *times, one.late, *tasks))
    head = (
        "frames",
        "a second",
        "p50 ms",
        "p95",
        "p99",
        "max",
        "> 50 ms",
        "long tasks",
        "longest",
        "busy ms/s",
    )
    report.table(head, rows)
    empty = [one.per_second for name, one in seen.items() if name.startswith("empty")]
    ours = min(one.per_second for name, one in seen.items() if not name.startswith("empty"))
    report.finish(
        name="frames",
        throttle=words.rate,
        seconds=words.seconds,
        fps_worst=round(ours, 1),
        fps_limit=round(min(empty), 1),
        ratio=round(ours / min(empty), 2),
        **{name.replace(", ", "_").replace(" ", "_"): one.figures() for name, one in seen.items()},
        on_screen=found["shown"],
        office=found["office"],
        machine=facts,
    )


def main() -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(prog="bench/run frames", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{SECONDS_QUICK} s each instead of {SECONDS}")
    parser.add_argument("--rate", type=float, default=RATE, help="how many times slower the processor is")
    parser.add_argument("--picture", type=Path, help="write what is on the screen to this PNG")
    parser.add_argument("--profile", type=Path, help="also write CPU profiles to this folder; slows the page")
    parser.add_argument("--trace", type=Path, help="also write the browser's traces to this folder; slows it")
    words = parser.parse_args()
    words.seconds = SECONDS_QUICK if words.quick else SECONDS
    facts = report.machine(playwright=report.package("playwright"))
    with tempfile.TemporaryDirectory(prefix="cordboard-bench-") as folder:
        found = asyncio.run(asyncio.wait_for(measure(words, Path(folder)), LIMIT_S))
    tell(found, words, facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
