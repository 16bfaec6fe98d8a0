"""Passing callers on in a real browser, with the keyboard alone (manual 5.2; D7)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.exchange.office import OTHER_AGENT_HZ, Worker, at_work, calling
from tests.support.chromium import Chromium
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
PIET = "203"


async def piet_answers(piet: Worker) -> None:
    """He clicks his card."""
    card = await piet.offered()
    await piet.desk.command("call.answer", call=card["id"])


def check_on_piet(desk: OperatorPage) -> Locator:
    """The green check that would connect the caller with Piet; it names both."""
    return desk.page.get_by_role("button", name=re.compile("^Verbind (?!zonder te wachten).* met Piet Jansen"))


async def choose(desk: OperatorPage, typed: str) -> None:
    """Find the recipient by typing, in the list that the armed button opened."""
    await expect(desk.page.get_by_role("combobox", name="Ontvanger")).to_be_focused(timeout=PATIENCE_MS)
    await desk.page.keyboard.type(typed)


@pytest.mark.rule("2.1.1-n", "5.1-i", "5.2-f", "D7")
async def test_a_caller_is_passed_on_with_announcement_and_taken_back(
    browser: Chromium, cordboard: Installation
) -> None:
    """Attended by keys: recipient by name, connected with the check, heard, undone, and spoken with again."""
    async with (
        at_work(cordboard, "piet", PIET, tone_hz=OTHER_AGENT_HZ) as piet,
        at_desk(browser, cordboard, "chantal", "201", "Algemeen", "Urgent") as (desk, _),
        calling(cordboard) as caller,
    ):
        keys = desk.page.keyboard
        await desk.becomes("offered")
        await keys.press("F3")
        await desk.becomes("active")

        await keys.press("F7")
        await choose(desk, "piet")
        await keys.press("Enter")
        await desk.becomes("dialling")
        await piet_answers(piet)
        await expect(check_on_piet(desk)).to_be_visible(timeout=PATIENCE_MS)

        await keys.press("F3")
        undo = desk.page.get_by_role("button", name=re.compile("^Ongedaan maken"))
        await expect(undo).to_be_visible(timeout=PATIENCE_MS)
        await caller.hears(OTHER_AGENT_HZ)

        await keys.press("F2")
        await expect(desk.card(state="held")).to_have_count(2, timeout=PATIENCE_MS)
