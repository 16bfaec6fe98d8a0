"""The personal call pane and the detail field in a real browser (manual 2.1, 2.1.2, 2.2): every card and every icon."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.looks import PICTURES
from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.e2e.words import Language, in_both
from tests.exchange.office import AGENT_HZ, URGENT, both_hear
from tests.exchange.outside import rings_in
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
NUMBER = "088 480 09 43"
ICONS = (
    ("Hold", "Hold"),
    ("Consult", "Transfer (with announcement)"),
    ("Direct", "Transfer (without announcement)"),
    ("Hang up", "Disconnect"),
)
"""What stands on the four buttons of an answered card, in this order, and what a pointer on them is told."""


@in_both
@pytest.mark.walk("2.1", "2.1.2", "2.2", "4")
@pytest.mark.rule(
    "2.1.1-a", "2.1.1-b", "2.1.1-c", "2.1.1-e", "2.1.1-f", "2.1.1-g", "2.1.1-h", "2.1.1-l", "2.1.1-m", "2.1.1-p",
    "2.1.1-q", "2.1.2-a", "2.1.2-b", "2.1.2-d", "2.1.2-f", "2.1.2-g", "2.1.2-h", "2.2-a", "2.2-b", "2.2-c", "4-f",
    "D13",
)  # fmt: skip
async def test_callers_are_refused_taken_from_the_queue_held_and_ended(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """A refused caller waits on, and is taken out of the queue by who has signed out of it; then the four icons, what
    is said to who would log out now, and an urgent caller, whom nobody can refuse."""
    async with at_desk(browser, cordboard, "chantal", "201", "Algemeen", "Urgent", language=language) as (
        desk,
        phone,
    ):
        page, says = desk.page, desk.says
        detail = page.locator("#detail")
        async with rings_in(cordboard) as caller:
            await desk.becomes("offered")
            await expect(desk.card(state="offered")).to_contain_text("Algemeen")
            await expect(desk.card(state="offered")).to_contain_text(NUMBER)
            await tells(desk, "Reject", "Reject", "offered")
            await desk.press("Reject", "offered")
            await desk.no_card()
            waiting = page.get_by_role("region", name=says("Waiting"))
            await expect(waiting).to_contain_text(NUMBER)

            await desk.switch("Algemeen", on=True).click()
            await expect(waiting).to_have_count(0)
            await page.get_by_role("button", name="Algemeen", exact=True).click()
            await expect(detail).to_contain_text(says("You are signed out."))
            await detail.get_by_role("button", name=says("Take {}", NUMBER)).click()
            await desk.becomes("active")
            await both_hear(caller, phone.call)
            await expect(detail).to_contain_text("Chantal Vos")
            await expect(detail).to_contain_text(says("talk time"))
            waited = re.escape(f"Chantal Vos, {says('waited {}', '')}")
            await expect(detail).to_contain_text(re.compile(waited + r"\d\d:\d\d"))

            buttons = desk.card(state="active").locator(".card-acts").get_by_role("button")
            await expect(buttons).to_have_text([re.compile("^" + says(word)) for word, _ in ICONS])
            for word, told in ICONS:
                await tells(desk, word, told, "active")
            await screenshot(page, PICTURES / f"card-{language}.png")
            warning = "These calls go on at your phone; here you can no longer reach them:"
            await stays(desk, warning, may_go=True)
            await desk.press("Hold", "active")
            await desk.becomes("held")
            await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
            await tells(desk, "Resume", "Resume call", "held")
            stop = "On hold, and nobody could resume them. First take them off hold or end them:"
            await stays(desk, stop, may_go=False)
            await desk.press("Resume", "held")
            await desk.becomes("active")

            async with rings_in(cordboard, URGENT, of="0534800937") as alarm:
                urgent = await desk.call_id("offered")
                await expect(desk.card(call=urgent)).to_have_attribute("data-urgent", "")
                await expect(desk.card(call=urgent)).to_contain_text("Urgent")
                await expect(desk.button("Reject", "offered")).to_have_count(0)
                await screenshot(page, PICTURES / f"urgent-{language}.png")
                await desk.press("Answer", "offered")
                await desk.becomes("active", urgent)
                await desk.becomes("held")
                await desk.press("Hang up", "active")
                await alarm.ended()
            await desk.press("Resume", "held")
            await desk.becomes("active")
            await desk.press("Hang up", "active")
            await desk.no_card()


async def stays(desk: OperatorPage, told: str, *, may_go: bool) -> None:
    """Who would log out with this caller is told so, and thinks better of it (4-f)."""
    asked = await desk.asks_to_log_out("Chantal Vos")
    await expect(asked).to_contain_text(desk.says(told))
    await expect(asked).to_contain_text(NUMBER)
    for answer in ("Yes", "No"):
        await expect(asked.get_by_role("button", name=desk.says(answer), exact=True)).to_be_enabled(
            enabled=may_go
        )
    await asked.get_by_role("button", name=desk.says("Cancel"), exact=True).click()
    await expect(asked).to_have_count(0)


async def tells(desk: OperatorPage, word: str, told: str, state: str) -> None:
    """A pointer on the button is told what it does."""
    # One that stood there before the button changed is not told anew.
    await desk.page.mouse.move(0, 0)
    await desk.button(word, state).hover()
    await expect(desk.page.get_by_role("tooltip")).to_contain_text(desk.says(told))
