"""Passing callers on in a real browser, with the keyboard alone (manual 5.2; D7)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.exchange.office import AGENT_HZ, CALLER_HZ, OTHER_AGENT_HZ, Worker, at_work, calling
from tests.exchange.outside import hears_only, talk
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
    return desk.page.get_by_role(
        "button", name=re.compile("^Verbind (?!zonder te wachten).* met Piet Jansen")
    )


async def choose(desk: OperatorPage, typed: str) -> None:
    """Find the recipient by typing, in the list that the armed button opened."""
    await expect(desk.page.get_by_role("combobox", name="Ontvanger")).to_be_focused(timeout=PATIENCE_MS)
    await desk.page.keyboard.type(typed)


async def asks_piet(desk: OperatorPage, piet: Worker) -> None:
    """The caller on the line is to go to him: found by name, dialled, and spoken with."""
    await desk.page.keyboard.press("F7")
    await choose(desk, "piet")
    await desk.page.keyboard.press("Enter")
    await desk.becomes("dialling")
    await piet_answers(piet)
    await expect(check_on_piet(desk)).to_be_visible(timeout=PATIENCE_MS)


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

        await asks_piet(desk, piet)

        await keys.press("F3")
        undo = desk.page.get_by_role("button", name=re.compile("^Ongedaan maken"))
        await expect(undo).to_be_visible(timeout=PATIENCE_MS)
        await caller.hears(OTHER_AGENT_HZ)

        await keys.press("F2")
        await expect(desk.card(state="held")).to_have_count(2, timeout=PATIENCE_MS)
        # Who has callers on hold cannot log out; the next person needs the telephone.
        await desk.page.get_by_role("button", name="Ophangen, Verbinding verbreken, Piet Jansen").click()
        await expect(desk.card(state="held")).to_have_count(1, timeout=PATIENCE_MS)


@pytest.mark.rule("2.1.1-o", "5.1-h", "D7")
async def test_a_blind_transfer_is_pulled_back_and_another_comes_back_with_the_reason(
    browser: Chromium, cordboard: Installation
) -> None:
    """By keys: pulled back while it rings, and heard again; then refused by the colleague, and answered again."""
    async with (
        at_work(cordboard, "piet", PIET, tone_hz=OTHER_AGENT_HZ) as piet,
        at_desk(browser, cordboard, "chantal", "201", "Algemeen", "Urgent") as (desk, _),
        calling(cordboard) as caller,
    ):
        keys = desk.page.keyboard
        await desk.becomes("offered")
        await keys.press("F3")
        await desk.becomes("active")

        await keys.press("F8")
        await choose(desk, "piet")
        await keys.press("Enter")
        await desk.becomes("transferring")
        await keys.press("F2")
        await desk.becomes("active")
        await caller.hears(AGENT_HZ)

        await keys.press("F8")
        await choose(desk, "piet")
        await keys.press("Enter")
        await desk.becomes("transferring")
        await piet.does("reject", (await piet.offered())["id"])
        await desk.becomes("offered")
        await expect(desk.card(state="offered")).to_contain_text("Piet Jansen heeft het gesprek geweigerd.")
        await keys.press("F3")
        await desk.becomes("active")
        await caller.hears(AGENT_HZ)


@pytest.mark.rule("D8", "2.1.1-n")
async def test_a_caller_and_a_colleague_speak_together_with_the_agent(
    browser: Chromium, cordboard: Installation
) -> None:
    """Asked for advice, then all three; who leaves by the check leaves the two together."""
    async with (
        at_work(cordboard, "piet", PIET, tone_hz=OTHER_AGENT_HZ) as piet,
        at_desk(browser, cordboard, "chantal", "201", "Algemeen", "Urgent") as (desk, _),
        calling(cordboard) as caller,
    ):
        keys = desk.page.keyboard
        await desk.becomes("offered")
        await keys.press("F3")
        await desk.becomes("active")
        await asks_piet(desk, piet)

        await desk.page.get_by_role("button", name=re.compile("^Conferentie")).click()
        await expect(desk.card(state="conference")).to_have_count(2, timeout=PATIENCE_MS)
        await hears_only(caller, *sorted((AGENT_HZ, OTHER_AGENT_HZ)))

        await check_on_piet(desk).click()
        await desk.no_card()
        await talk(caller, CALLER_HZ, piet.phone.call, OTHER_AGENT_HZ)


@pytest.mark.rule("D11")
async def test_who_pauses_is_not_rung_and_the_call_comes_with_the_return(
    browser: Chromium, cordboard: Installation
) -> None:
    """With a reason, from the user menu; the screen says so until the return."""
    async with at_desk(browser, cordboard, "chantal", "201", "Algemeen") as (desk, phone):
        await desk.page.get_by_role("button", name="Menu van Chantal Vos").click()
        await desk.page.get_by_role("menuitemradio", name="Lunch").click()
        await expect(desk.page.get_by_role("status").filter(has_text="Pauze")).to_be_visible()
        async with calling(cordboard):
            await expect(desk.page.get_by_role("region", name="Wachtend")).to_be_visible(timeout=PATIENCE_MS)
            assert not phone.calls

            await desk.page.get_by_role("button", name="Ik ben er weer").click()
            await desk.becomes("offered")
            await phone.rings(within_ms=PATIENCE_MS)
