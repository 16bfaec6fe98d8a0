"""Going from call to call in a real browser, with the mouse and with the keyboard alone (manual 5.1, 5.2).

What the screen says is compared with what the telephones hear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.e2e.words import Language
from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    OUTSIDE_HZ,
    SECOND_CALLER_HZ,
    URGENT,
    Worker,
    at_work,
)
from tests.exchange.outside import hears_music, rings_in, talk
from tests.support.chromium import Chromium
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
PIET, JAN = "203", "08000403"
"""Extension of a colleague, and the number of somebody outside."""
TABS_MAX = 120
"""More than there is to tab through on the whole screen."""
BUTTONS = {
    "answer": "Answer",
    "hold": "Hold",
    "resume": "Resume",
    "attended": "Consult",
    "blind": "Direct",
    "hang up": "Hang up",
    "connect": "Connect {}",
}
KEYS = {
    "answer": "F3",
    "hold": "F5",
    "resume": "F5",
    "attended": "F7",
    "hang up": "F4",
    "connect": "F3",
}


@dataclass
class Hands:
    """Somebody at a console page who uses the mouse."""

    desk: OperatorPage

    async def does(self, action: str, call: str) -> None:
        """One of `BUTTONS` on the card of a call."""
        await self.presses(on_card(self.desk, call, action))

    async def presses(self, button: Locator) -> None:
        """A button that need not have a key of its own."""
        await button.click()

    async def dials(self, number: str) -> None:
        """Open the keypad, key in a number, and call it."""
        await key_symbol(self.desk).click()
        keypad = keypad_of(self.desk)
        for digit in number:
            await keypad.get_by_role("button", name=digit, exact=True).click()
        await expect(number_of(self.desk)).to_have_value(number)
        says = self.desk.says
        calls = keypad.get_by_role("button", name=says("Call"), exact=True)
        await calls.or_(keypad.get_by_role("button", name=says("Call the recipient"), exact=True)).click()

    async def chooses(self, typed: str, whom: str) -> None:
        """Find somebody in the list of recipients, and take that line."""
        await recipients(self.desk).press_sequentially(typed)
        await recipient_line(self.desk, whom).click()


class KeysOnly(Hands):
    """The same person without a mouse."""

    async def does(self, action: str, call: str) -> None:
        # The key finds its call by itself; the screen must have it first, as for a click.
        await expect(on_card(self.desk, call, action)).to_be_enabled(timeout=PATIENCE_MS)
        await self.desk.page.keyboard.press(KEYS[action])

    async def presses(self, button: Locator) -> None:
        await expect(button).to_be_visible(timeout=PATIENCE_MS)
        for _ in range(TABS_MAX):
            if await button.evaluate("button => button === document.activeElement"):
                await self.desk.page.keyboard.press("Enter")
                return
            await self.desk.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not come to {button}")

    async def dials(self, number: str) -> None:
        await self.desk.page.keyboard.press("F10")
        await expect(number_of(self.desk)).to_be_focused(timeout=PATIENCE_MS)
        await self.desk.page.keyboard.type(number)
        await expect(number_of(self.desk)).to_have_value(number)
        await self.desk.page.keyboard.press("Enter")

    async def chooses(self, typed: str, whom: str) -> None:
        # The list has the focus by itself.
        await self.desk.page.keyboard.type(typed)
        line = recipient_line(self.desk, whom)
        await expect(line).to_be_visible(timeout=PATIENCE_MS)
        for _ in range(TABS_MAX):
            if await line.get_attribute("aria-selected") == "true":
                await self.desk.page.keyboard.press("Enter")
                return
            await self.desk.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not come to {whom}")


def on_card(desk: OperatorPage, call: str, action: str) -> Locator:
    """The button for it on the card of a call."""
    text = BUTTONS[action]
    begins = desk.says(text, "") if "{}" in text else desk.says(text)
    return desk.card(call=call).get_by_role("button", name=re.compile("^" + re.escape(begins)))


def key_symbol(desk: OperatorPage) -> Locator:
    """What opens the keypad, and closes it."""
    return desk.page.get_by_role("button", name=desk.says("Keypad"), exact=True)


def keypad_of(desk: OperatorPage) -> Locator:
    """The open keypad."""
    return desk.page.get_by_role("region", name=desk.says("Keypad"), exact=True)


def number_of(desk: OperatorPage) -> Locator:
    """What has been keyed in."""
    return keypad_of(desk).get_by_role("textbox", name=desk.says("Number"))


def recipients(desk: OperatorPage) -> Locator:
    """Where the recipient of an armed transfer is looked for."""
    return desk.page.get_by_role("combobox", name=desk.says("Recipient"))


def recipient_line(desk: OperatorPage, whom: str) -> Locator:
    """The line of the list of recipients that begins so."""
    lines = desk.page.get_by_role("listbox", name=desk.says("Recipient"))
    return lines.get_by_role("option", name=re.compile("^" + re.escape(whom)))


async def has_contact(cordboard: Installation, name: str, *numbers: str) -> None:
    """Somebody stands in the address book, once."""
    async with cordboard.stranger() as henk:
        await henk.log_in("henk", cordboard.password("henk"))
        _, known = await henk.request("GET", "/api/contacts", params={"q": name})
        if not known["found"]:
            status, _ = await henk.request(
                "POST", "/api/contacts", json={"name": name, "numbers": list(numbers)}
            )
            assert status == 201


async def is_armed(desk: OperatorPage, call: str, *, on: bool = True) -> None:
    """The button for attended transfer is black, or not any more."""
    pressed = "true" if on else "false"
    await expect(on_card(desk, call, "attended")).to_have_attribute(
        "aria-pressed", pressed, timeout=PATIENCE_MS
    )


async def speaks(desk: OperatorPage, active: str, *held: str) -> None:
    """These are the cards, and one of them is being spoken with."""
    await desk.becomes("active", active)
    for call in held:
        await desk.becomes("held", call)
    await expect(desk.card()).to_have_count(1 + len(held), timeout=PATIENCE_MS)


async def calls_piet(desk: OperatorPage, hands: Hands, piet: Worker) -> str:
    """He is dialled and takes up his telephone; gives his card, when the keypad is gone."""
    await hands.dials(PIET)
    ringing = await piet.phone.rings(within_ms=PATIENCE_MS)
    call = await desk.call_id("dialling")
    await ringing.answer()
    await desk.becomes("active", call)
    await expect(keypad_of(desk)).to_have_count(0, timeout=PATIENCE_MS)
    return call


# The keys are the same in both languages: the second one is read with the mouse alone.
@pytest.mark.parametrize(
    ("hands_of", "language"),
    [
        pytest.param(Hands, "nl", id="mouse-nl"),
        pytest.param(KeysOnly, "nl", id="keyboard-nl"),
        pytest.param(Hands, "en", id="mouse-en"),
    ],
)
@pytest.mark.walk("5.1")
@pytest.mark.rule("5.1-a", "5.1-d", "5.1-e", "5.1-f", "5.1-g", "5.1-i", "5.1-j", "5.1-k")
async def test_a_colleague_is_asked_and_in_the_end_gets_the_caller(
    browser: Chromium, cordboard: Installation, hands_of: type[Hands], language: Language
) -> None:
    """Manual 5.1: held, Piet called, to and fro, the cross, continued; then Piet again and a late transfer."""
    async with (
        at_work(cordboard, "piet", PIET, tone_hz=OTHER_AGENT_HZ) as piet,
        at_desk(browser, cordboard, "chantal", "201", "Algemeen", language=language) as (desk, phone),
        rings_in(cordboard) as caller,
    ):
        hands = hands_of(desk)
        first = await desk.call_id("offered")
        await hands.does("answer", first)
        await speaks(desk, first)
        leg = phone.call
        await talk(leg, AGENT_HZ, caller, CALLER_HZ)

        await hands.does("hold", first)
        await desk.becomes("held", first)
        await hears_music(caller)
        second = await calls_piet(desk, hands, piet)
        await speaks(desk, second, first)
        await talk(leg, AGENT_HZ, piet.phone.call, OTHER_AGENT_HZ)
        await hears_music(caller)

        await hands.does("hold", second)
        await desk.becomes("held", second)
        # The key would bring back who was held last.
        await hands.presses(on_card(desk, first, "resume"))
        await speaks(desk, first, second)
        await talk(leg, AGENT_HZ, caller, CALLER_HZ)
        await hears_music(piet.phone.call)

        await hands.does("hold", first)
        await desk.becomes("held", first)
        await hands.presses(on_card(desk, second, "resume"))
        await speaks(desk, second, first)
        await talk(leg, AGENT_HZ, piet.phone.call, OTHER_AGENT_HZ)

        asked = piet.phone.call
        await hands.does("hang up", second)
        await expect(desk.card(call=second)).to_have_count(0, timeout=PATIENCE_MS)
        await asked.ended(within_ms=PATIENCE_MS)
        await hears_music(caller)
        await desk.becomes("held", first)
        await hands.does("resume", first)
        await speaks(desk, first)
        await talk(leg, AGENT_HZ, caller, CALLER_HZ)

        await hands.does("hold", first)
        await desk.becomes("held", first)
        second = await calls_piet(desk, hands, piet)
        await speaks(desk, second, first)
        await expect(on_card(desk, first, "blind")).to_have_attribute("aria-disabled", "true")
        check = on_card(desk, second, "connect")
        await hands.does("attended", first)
        await is_armed(desk, first)
        await expect(check).to_be_visible(timeout=PATIENCE_MS)
        await hands.does("attended", first)
        await is_armed(desk, first, on=False)
        await expect(check).to_have_count(0, timeout=PATIENCE_MS)
        await speaks(desk, second, first)
        await talk(leg, AGENT_HZ, piet.phone.call, OTHER_AGENT_HZ)

        await hands.does("attended", first)
        await is_armed(desk, first)
        await hands.does("connect", second)
        await desk.no_card()
        asked = piet.phone.call
        await talk(caller, CALLER_HZ, asked, OTHER_AGENT_HZ)
        await caller.hang_up()
        await asked.ended(within_ms=PATIENCE_MS)


@pytest.mark.parametrize(
    ("hands_of", "by", "language"),
    [
        pytest.param(Hands, "number", "nl", id="mouse-number-nl"),
        pytest.param(KeysOnly, "number", "nl", id="keyboard-number-nl"),
        pytest.param(Hands, "contact", "en", id="mouse-contact-en"),
        pytest.param(KeysOnly, "contact", "nl", id="keyboard-contact-nl"),
    ],
)
@pytest.mark.walk("5.2")
@pytest.mark.rule(
    "5.2-a", "5.2-b", "5.2-c", "5.2-d", "5.2-e", "5.2-f", "5.2-g", "5.2-h", "5.2-i", "2.6-h", "5.1-k",
)  # fmt: skip
async def test_an_urgent_caller_is_passed_on_to_somebody_outside(
    browser: Chromium,
    cordboard: Installation,
    outside: SipPhone,
    hands_of: type[Hands],
    by: str,
    language: Language,
) -> None:
    """Manual 5.2: answered in a general call, which waits by itself; announced to a number keyed in or a contact,
    connected, the first resumed."""
    if by == "contact":
        await has_contact(cordboard, "Jürgen Glas", JAN, "+49 30 123456")
    async with (
        at_desk(browser, cordboard, "chantal", "201", "Algemeen", "Urgent", language=language) as (
            desk,
            phone,
        ),
        rings_in(cordboard) as caller,
    ):
        hands = hands_of(desk)
        first = await desk.call_id("offered")
        await hands.does("answer", first)
        await speaks(desk, first)
        leg = phone.call
        await talk(leg, AGENT_HZ, caller, CALLER_HZ)

        async with rings_in(cordboard, URGENT, of="0534800937", tone_hz=SECOND_CALLER_HZ) as alarm:
            urgent = await desk.call_id("offered")
            await expect(desk.card(call=urgent)).to_have_attribute("data-urgent", "")
            await desk.becomes("active", first)
            await hands.does("answer", urgent)
            await speaks(desk, urgent, first)
            await talk(leg, AGENT_HZ, alarm, SECOND_CALLER_HZ)
            await hears_music(caller)

            await hands.does("attended", urgent)
            await is_armed(desk, urgent)
            await expect(recipients(desk)).to_be_focused(timeout=PATIENCE_MS)
            if by == "number":
                await hands.dials(JAN)
            else:
                await hands.chooses("glas jur", "Jürgen Glas 0800 0403")
            jan = await outside.rings(within_ms=PATIENCE_MS)
            third = await desk.call_id("dialling")
            await jan.answer()
            await speaks(desk, third, first, urgent)
            await is_armed(desk, urgent)
            await expect(keypad_of(desk)).to_have_count(0, timeout=PATIENCE_MS)
            await talk(leg, AGENT_HZ, jan, OUTSIDE_HZ)
            await hears_music(caller, alarm)

            await expect(on_card(desk, first, "connect")).to_be_visible(timeout=PATIENCE_MS)
            check = on_card(desk, third, "connect")
            if by == "contact":
                await expect(check).to_have_accessible_name(
                    re.compile(desk.says(" with {}", "Jürgen Glas") + "$")
                )
            await hands.presses(check)
            await expect(desk.card()).to_have_count(1, timeout=PATIENCE_MS)
            await talk(alarm, SECOND_CALLER_HZ, jan, OUTSIDE_HZ)
            await hears_music(caller)
            await desk.becomes("held", first)

            await hands.does("resume", first)
            await speaks(desk, first)
            await talk(leg, AGENT_HZ, caller, CALLER_HZ)
            await talk(alarm, SECOND_CALLER_HZ, jan, OUTSIDE_HZ)
