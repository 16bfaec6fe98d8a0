"""`make smoke`: the main job on real input, twice, with one line per step and its milliseconds.

Everything is real: Cordboard as `make run` starts it (parent, server, Asterisk, database, the built console) on
free ports in a temporary folder; Debian's baresip calls in from outside and is once the desk phone too; headless
Chromium shows the console and is the other time the phone itself. Each party speaks with a tone of its own, so
that who hears whom is a measurement. Exits non-zero at the first step that does not hold.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.support import chromium
from tests.support.baresip import Baresip
from tests.support.chromium import Chromium
from tests.support.installation import TRUNK_ADDRESS, Installation

AGENT_HZ, CALLER_HZ = 600, 800
NUMBER, NAME = "0534800900", "Mevr. Jansen"
CALLER = "0612345678"
TALK_S = 2.0
TOLERANCE_MS = 1_000
"""How far the history may be from our own clock, which reads a screen."""
LIMIT_S = 240
ASKED_BEFORE_LOG_IN = "status of 401"
"""Chromium's own note on the portal's question whether somebody is logged in already."""


class Failed(Exception):
    """A step did not hold; the reason is printed already."""


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class Steps:
    """Prints what is done and how long it took."""

    say: Callable[[str], None] = _print
    done: list[tuple[str, float]] = field(default_factory=list)
    """Name and milliseconds of each step that held."""
    title: str = ""

    @contextlib.asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """One step; what goes wrong inside ends everything.

        Raises:
            Failed: it did not hold.
        """
        began = time.monotonic()
        try:
            yield
        except Exception as problem:
            took = (time.monotonic() - began) * 1000
            self.say(f"FAILED {took:8.0f} ms  {self.title}{name}")
            self.say("".join(traceback.format_exception(problem)))
            raise Failed(name) from problem
        took = (time.monotonic() - began) * 1000
        self.done.append((name, took))
        self.say(f"ok     {took:8.0f} ms  {self.title}{name}")


@dataclass
class Clock:
    """When the parts of the call were, by our own clock, in seconds."""

    entered: float = 0.0
    answered: float = 0.0
    held: float = 0.0
    resumed: float = 0.0
    ended: float = 0.0

    def agrees(self, row: dict[str, Any]) -> None:
        """The history's row tells the same; the time on hold is not talked.

        Raises:
            AssertionError: it differs by more than the tolerance.
        """
        waited = (self.answered - self.entered) * 1000
        talked = (self.ended - self.resumed + self.held - self.answered) * 1000
        for what, ours, theirs in (("wait", waited, row["wait_ms"]), ("talk", talked, row["talk_ms"])):
            assert abs(ours - theirs) <= TOLERANCE_MS, f"{what}: {theirs} ms, our clock says {ours:.0f} ms"


class Party:
    """The agent's ear and what belongs to the device that is used."""

    def __init__(self, operator: OperatorPage, desk: Baresip | None) -> None:
        self._operator, self._desk = operator, desk

    async def hears_caller(self) -> None:
        """The caller's tone arrives at the agent's device."""
        if self._desk is None:
            await chromium.hears(self._operator.page, CALLER_HZ, within_ms=PATIENCE_MS)
        else:
            await self._desk.ear.hears(CALLER_HZ, within_ms=PATIENCE_MS)


async def main_job(
    steps: Steps,
    cordboard: Installation,
    browser: Chromium,
    folder: Path,
    user: str,
    device: str,
    desk: Baresip | None,
) -> None:
    """A caller waits, is answered, hears and is heard, is held, resumed, ended, wrapped up, and found again."""
    clock = Clock()
    async with steps.step(f"{user} logs in at the portal and opens Operator in a new tab"):
        operator = await OperatorPage.visit(browser, cordboard, user)
    agent = Party(operator, desk)
    try:
        async with steps.step("chooses a group"):
            await operator.choose_group("Enschede")
        async with steps.step(f"chooses {device}"):
            await operator.choose_device(device)
        async with steps.step("the phone is connected"):
            await operator.device_is(device, "connected")
        async with steps.step("signs in to queue Algemeen"):
            await operator.sign_in("Algemeen")

        async with Baresip(
            folder / f"caller-{user}", server=cordboard.sip, user=CALLER, registers=False,
            display_name=NAME, ip=TRUNK_ADDRESS, tone_hz=CALLER_HZ,
        ) as caller:  # fmt: skip
            async with steps.step("a caller dials and appears as an offered card"):
                await caller.dial(NUMBER)
                call = await operator.call_id("offered")
                clock.entered = time.monotonic()
                card = operator.card(call=call)
                await expect(card).to_contain_text(NAME)
                await expect(card).to_contain_text("06 12 34 56 78")
                await expect(card).to_contain_text("Algemeen")
            async with steps.step("the caller waits with music"):
                await caller.ear.hears_music(within_ms=PATIENCE_MS)
            async with steps.step("one click on the green key connects"):
                await operator.press("Answer", "offered")
                await operator.becomes("active", call)
                clock.answered = time.monotonic()
            async with steps.step("the caller hears the agent"):
                await caller.ear.hears(AGENT_HZ, within_ms=PATIENCE_MS)
            async with steps.step("the agent hears the caller"):
                await agent.hears_caller()
            async with steps.step("hold gives the caller music"):
                await operator.press("Hold", "active")
                await operator.becomes("held", call)
                clock.held = time.monotonic()
                await caller.ear.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
            async with steps.step("resume: both hear each other again"):
                await operator.press("Resume", "held")
                await operator.becomes("active", call)
                clock.resumed = time.monotonic()
                await caller.ear.hears(AGENT_HZ, within_ms=PATIENCE_MS)
                await agent.hears_caller()
            # Long enough to be told apart from nothing in the history.
            await asyncio.sleep(TALK_S)
            async with steps.step("hang up ends the call at both sides"):
                await operator.press("Hang up", "active")
                await operator.no_card()
                clock.ended = time.monotonic()
                await caller.event("CALL_CLOSED", within_ms=PATIENCE_MS)
                if desk is not None:
                    await desk.event("CALL_CLOSED", within_ms=PATIENCE_MS)
        async with steps.step("wrap-up begins, with its red bar"):
            bar = operator.page.get_by_role("progressbar", name="Nawerktijd")
            await expect(bar).to_be_visible(timeout=PATIENCE_MS)
        async with steps.step("the same call stands in the history, with its wait and talk time"):
            await operator.open_tab("History")
            await expect(operator.page.locator(".hrow").first).to_contain_text(NAME, timeout=PATIENCE_MS)
            rows = (await operator.request("/api/history"))["rows"]
            assert [row["call"] for row in rows] == [call], f"not one row of {call}: {rows}"
            row = rows[0]
            expected = {"kind": "answered", "number": "31612345678", "name": NAME, "queue": "Algemeen"}
            assert {key: row[key] for key in expected} == expected, row
            clock.agrees(row)
            times = operator.page.locator(".hrow").first.locator("time")
            assert (await times.all_inner_texts())[:2] == [shown(row["talk_ms"]), shown(row["wait_ms"])]
        async with steps.step("wrap-up is ended by hand"):
            await operator.page.get_by_role("button", name="Klaar").click()
            await expect(bar).to_have_count(0, timeout=PATIENCE_MS)
    finally:
        await operator.close()


def shown(ms: int) -> str:
    """A length as it stands on the screen."""
    return f"{ms // 60_000:02}:{ms // 1000 % 60:02}"


async def smoke(folder: Path, say: Callable[[str], None] = _print) -> Steps:
    """All of it.

    Raises:
        Failed: a step did not hold.
    """
    steps = Steps(say)
    cordboard = Installation(folder / "cordboard")
    try:
        async with contextlib.AsyncExitStack() as stack:
            async with steps.step("Cordboard starts in an empty folder"):
                await stack.enter_async_context(cordboard)
            async with steps.step("Chromium starts"):
                browser = await stack.enter_async_context(Chromium(folder / "chromium", tone_hz=AGENT_HZ))
            steps.title = "browser phone: "
            await main_job(steps, cordboard, browser, folder, "chantal", "Browser van Chantal", None)
            steps.title = "desk phone: "
            async with steps.step("baresip registers as Toestel 202"):
                desk = await stack.enter_async_context(
                    Baresip(
                        folder / "desk", server=cordboard.sip, user="d-demo-202",
                        password=await cordboard.device_password("demo-202"), tone_hz=AGENT_HZ,
                    )
                )  # fmt: skip
            await main_job(steps, cordboard, browser, folder, "henk", "Toestel 202", desk)
            steps.title = ""
            async with steps.step("no page has logged an error"):
                errors = [text for text in browser.errors if ASKED_BEFORE_LOG_IN not in text]
                assert errors == [], errors
    except Failed:
        say(f"--- terminal ---\n{cordboard.terminal()[-2000:]}\n--- server.log ---\n{cordboard.log(40)}")
        raise
    return steps


def main() -> int:
    """Run it; the exit code says whether all steps held."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cordboard-smoke-") as folder:
        try:
            steps = asyncio.run(asyncio.wait_for(smoke(Path(folder)), LIMIT_S))
        except Failed as problem:
            _print(f"smoke: FAILED at: {problem}")
            return 1
        except TimeoutError:
            _print(f"smoke: FAILED: not done within {LIMIT_S} s")
            return 1
    _print(f"smoke: {len(steps.done)} steps held in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
