"""Calling out in a real browser (manual 2.5, 2.6): by the keypad, from the contacts and from the history; and the
wrap-up that follows."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.office import answers, as_set
from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.e2e.test_switching import (
    JAN,
    Hands,
    KeysOnly,
    has_contact,
    key_symbol,
    keypad_of,
    number_of,
)
from tests.e2e.words import Language, in_both
from tests.exchange.office import AGENT_HZ, OUTSIDE_HZ
from tests.exchange.outside import talk
from tests.support.chromium import Chromium
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
ORGANISATION = "Zorggroep Twente"


@in_both
@pytest.mark.walk("2.6")
@pytest.mark.rule("2.6-a", "2.6-b", "2.6-c", "2.6-d", "2.6-e", "2.6-f")
async def test_the_keypad_calls_and_goes_away(
    browser: Chromium, cordboard: Installation, outside: SipPhone, language: Language
) -> None:
    """Digits clicked and typed, and the symbol that opens it at the right of the call field and closes it."""
    async with at_desk(browser, cordboard, "chantal", "201", language=language) as (desk, phone):
        keypad, number = keypad_of(desk), number_of(desk)
        pane = await desk.page.locator("#calls").bounding_box()
        symbol = await key_symbol(desk).bounding_box()
        assert pane is not None and symbol is not None
        assert symbol["x"] + symbol["width"] > pane["x"] + 0.8 * pane["width"]
        assert symbol["y"] < pane["y"] + 0.2 * pane["height"]
        await expect(keypad).to_have_count(0)

        for hands, dialled in ((Hands(desk), JAN), (KeysOnly(desk), "0612345679")):
            await hands.dials(dialled)
            jan = await outside.rings(within_ms=PATIENCE_MS)
            await desk.becomes("dialling")
            await expect(number).to_have_value(dialled)
            await jan.answer()
            await desk.becomes("active")
            await expect(keypad).to_have_count(0, timeout=PATIENCE_MS)
            await talk(phone.call, AGENT_HZ, jan, OUTSIDE_HZ)
            await desk.page.keyboard.press("F4")
            await desk.no_card()

            await key_symbol(desk).click()
            await expect(number).to_have_value("")
            opened, symbol = await keypad.bounding_box(), await key_symbol(desk).bounding_box()
            assert opened is not None and symbol is not None
            assert opened["x"] >= symbol["x"] + symbol["width"]
            await key_symbol(desk).click()
            await expect(keypad).to_have_count(0)


@in_both
@pytest.mark.walk("2.5", "3.3", "3.4")
@pytest.mark.rule("2.5-a", "2.5-b", "2.5-c", "3.3-g", "3.3-l", "3.4-b", "3.4-g", "3.4-h")
async def test_wrap_up_follows_a_call_that_one_made(
    browser: Chromium, cordboard: Installation, outside: SipPhone, language: Language
) -> None:
    """By itself when the administrator has set it, and by the clock that is clicked before the call ends; of who is
    signed in to no queue the clock says so. One call is made from the contacts, and one from the history."""
    await has_contact(cordboard, "Jürgen Glas", JAN, "+49 30 123456")
    async with at_desk(browser, cordboard, "chantal", "201", language=language) as (desk, _):
        page, says = desk.page, desk.says
        clock = page.get_by_role("button", name=says("Wrap-up"), exact=True)
        bar = page.get_by_role("progressbar", name=says("Wrap-up"))
        head = page.locator(".desk-head")

        async with as_set(cordboard, "organisation", ORGANISATION, outbound_wrap_up_ms=60_000):
            await calls_contact(desk, "Jürgen Glas")
            await answers(outside)
            await desk.becomes("active")
            await clock.click()
            needed = says("For wrap-up after this call you have to be signed in to a queue.")
            await expect(page.locator(".toast").last).to_contain_text(needed)
            await desk.press("Hang up")
            await desk.no_card()
            await expect(bar).to_have_count(0)

            await desk.open_tab("Queues")
            await desk.sign_in("Algemeen")
            await calls_jan(desk, outside)
            # A talk of under three seconds gives no wrap-up (D9).
            talked = re.compile("00:0[4-9]")
            await expect(desk.card(state="active")).to_contain_text(talked, timeout=PATIENCE_MS)
            await desk.press("Hang up")
            await desk.no_card()
            await expect(bar).to_be_visible()
            await page.get_by_role("button", name=says("Done"), exact=True).click()
            await expect(bar).to_have_count(0)

        await calls_back(desk)
        await answers(outside)
        await desk.becomes("active")
        await clock.click()
        await expect(head).to_contain_text(says("wrap-up follows"))
        await desk.press("Hang up")
        await desk.no_card()
        await expect(head).to_contain_text(says("no end time"))
        await clock.click()
        await expect(head).to_contain_text(says("Available"))


async def calls_contact(desk: OperatorPage, name: str) -> None:
    """The handset behind somebody who is found by typing: the primary number is called (3.3-g, 3.3-l)."""
    await desk.open_tab("Contacts")
    await desk.page.get_by_role("searchbox", name=desk.says("Search contacts")).press_sequentially(name[-4:])
    await desk.page.get_by_role("button", name=desk.says("Call {}", name), exact=True).click()
    await desk.becomes("dialling")
    await expect(desk.card()).to_contain_text("0800 0403")


async def calls_back(desk: OperatorPage) -> None:
    """The handset behind a call that one made: an arrow up, a talk and no waiting time (3.4)."""
    says = desk.says
    await desk.open_tab("History")
    outgoing = (
        desk.page.locator(".hline").filter(has=desk.page.get_by_title(says("Outgoing"), exact=True)).first
    )
    await expect(outgoing.locator("time").nth(0)).to_have_text(re.compile(r"^\d+:\d\d$"))
    await expect(outgoing.locator("time").nth(1)).to_have_text("")
    before, after = (re.escape(part) for part in says("Call {} back", "|").split("|"))
    await outgoing.get_by_role("button", name=re.compile(f"^{before}.+{after}$")).click()


async def calls_jan(desk: OperatorPage, outside: SipPhone) -> None:
    """By keypad, until he has answered."""
    await Hands(desk).dials(JAN)
    await answers(outside)
    await desk.becomes("active")
