"""The console in a browser as a person uses it: reads what stands there, clicks and types.

Nothing here knows more than what is on the screen; what a test wants to know besides, it asks `request`. ::

    operator = await OperatorPage.visit(browser, cordboard, "chantal", "en")
    await operator.begin_work("Enschede", "Toestel 201", "Algemeen")
    await operator.press("Answer", "offered")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.e2e.words import Language, Words
from tests.support.chromium import Chromium
from tests.support.installation import Installation

PATIENCE_MS = 15_000
"""For anything that a person would wait for; generous, for the machine has more to do."""

LOCALES: Mapping[Language, str] = {"nl": "nl-NL", "en": "en-GB"}
"""Of a browser whose person speaks it; before log-in that is what counts."""
TONGUES: Mapping[Language, str] = {"nl": "Nederlands", "en": "English"}
"""Each as it is called in itself."""

STATES: Mapping[str, tuple[str, ...]] = {
    "offered": ("Ringing", "Waiting", "Back"),
    "connecting": ("Connecting", "Outgoing"),
    "dialling": ("Outgoing, ringing",),
    "active": ("In a call",),
    "held": ("On hold",),
    "conference": ("Conference",),
    "transferring": ("Transferring",),
}
"""What a card says that is so: colour is not the only sign (2.1.1-z)."""


class OperatorPage:
    """One person's console in a tab of its own."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page = page
        self.says = Words(language)

    @classmethod
    async def visit(
        cls,
        browser: Chromium,
        cordboard: Installation,
        user_name: str,
        language: Language = "nl",
        **look: Any,
    ) -> Self:
        """Log in at the portal and open Operator from there; `look` as for `Chromium.session`."""
        session = await browser.session(locale=LOCALES[language], **look)
        session.set_default_timeout(PATIENCE_MS)
        portal = await log_in(session, cordboard, user_name, language)
        return await cls.from_portal(portal, language)

    @classmethod
    async def from_portal(cls, portal: Page, language: Language = "nl") -> Self:
        """Click the tile; the console opens in a new tab."""
        async with portal.context.expect_page() as opened:
            await portal.get_by_role("link", name="Operator").click()
        page = await opened.value
        await page.wait_for_load_state()
        return cls(page, language)

    async def close(self) -> None:
        """Close all tabs of this person."""
        await self.page.context.close()

    # --- getting to work ---

    async def choose_group(self, group: str) -> None:
        """The choice before the console."""
        await expect(self.page.get_by_role("heading", name=self.says("Choose your group"))).to_be_visible()
        await self.page.get_by_role("button", name=group).click()

    async def choose_device(self, device: str) -> None:
        """Button, list, device, button (1.2-b, 1.2-c)."""
        page = self.page
        await page.get_by_role("button", name=self.says("Log in on a phone")).click()
        await page.get_by_role("option", name=device).click()
        await page.get_by_role("button", name=self.says("Log in"), exact=True).click()
        await expect(page.locator("header.top")).to_contain_text(device, timeout=PATIENCE_MS)

    async def sign_in(self, queue: str) -> None:
        """Push the slide button of a queue."""
        await self.switch(queue, on=False).click()
        await expect(self.switch(queue, on=True)).to_be_visible(timeout=PATIENCE_MS)

    async def begin_work(self, group: str, device: str, *queues: str) -> None:
        """All of that; the group is asked only of who has not chosen one yet."""
        chooser = self.page.get_by_role("heading", name=self.says("Choose your group"))
        phones = self.page.get_by_role("heading", name=self.says("Log in on a phone"))
        await expect(chooser.or_(phones)).to_be_visible(timeout=PATIENCE_MS)
        if await chooser.is_visible():
            await self.choose_group(group)
        await self.choose_device(device)
        for queue in queues:
            await self.sign_in(queue)

    def switch(self, queue: str, *, on: bool) -> Locator:
        """The slide button of a queue while it stands so."""
        name = self.says("{}: signed in" if on else "{}: signed out", queue)
        return self.page.locator("label.switch").filter(has=self.page.get_by_role("switch", name=name))

    async def device_is(self, device: str, text: str) -> None:
        """The bar above says this of the device: "connected" or "not connected"."""
        shown = self.page.get_by_role("button", name=f"{device} {self.says(text)}", exact=True)
        await expect(shown).to_be_visible(timeout=PATIENCE_MS)

    async def asks_to_log_out(self, name: str) -> Locator:
        """Own name at the top right, and the last of its entries; gives the question about the phone (4-a, 4-b)."""
        await self.page.get_by_role("button", name=self.says("Menu of {}", name)).click()
        await self.page.get_by_role("menuitem", name=self.says("Log out"), exact=True).click()
        asked = self.page.get_by_role("alertdialog", name=self.says("Log out on your phone too?"))
        await expect(asked).to_be_visible(timeout=PATIENCE_MS)
        return asked

    # --- calls ---

    def card(self, *, state: str | None = None, call: str | None = None) -> Locator:
        """Cards in the call field: in this state, of this call."""
        of_state = f'[data-state="{state}"]' if state else ""
        of_call = f'[data-call="{call}"]' if call else ""
        return self.page.locator(f"article.card{of_state}{of_call}")

    async def call_id(self, state: str) -> str:
        """Wait for the card in this state; gives the name of its call."""
        card = self.card(state=state).first
        await expect(card).to_be_visible(timeout=PATIENCE_MS)
        return await card.get_attribute("data-call") or ""

    async def press(self, text: str, state: str | None = None) -> None:
        """Click a button of a card: "Answer", "Hold", "Resume", "Hang up" or "Reject"."""
        await self.button(text, state).click()

    def button(self, text: str, state: str | None = None) -> Locator:
        """A button of a card by what it does."""
        name = re.compile("^" + re.escape(self.says(text)))
        return self.card(state=state).first.get_by_role("button", name=name)

    async def becomes(self, state: str, call: str | None = None) -> None:
        """Wait until a card is in this state, and says so."""
        said = re.compile("^(" + "|".join(re.escape(self.says(word)) for word in STATES[state]) + ")")
        word = self.page.locator(".state", has_text=said)
        await expect(self.card(state=state, call=call).filter(has=word)).to_be_visible(timeout=PATIENCE_MS)

    async def no_card(self) -> None:
        """Wait until the call field is empty."""
        await expect(self.card()).to_have_count(0, timeout=PATIENCE_MS)

    # --- more ---

    def tab(self, text: str) -> Locator:
        """The tab of "Queues", "Contacts", "History", "Chat" or "Call back"; a count may stand behind its name."""
        return self.page.get_by_role("tab", name=self.says(text))

    async def open_tab(self, text: str) -> None:
        """Click it."""
        await self.tab(text).click()

    async def request(self, path: str) -> Any:
        """What the server tells this person, asked by the page itself."""
        return await self.page.evaluate(
            "path => fetch(path, { headers: { 'X-Cordboard': '1' } }).then(answer => answer.json())", path
        )


async def log_in(
    session: BrowserContext, cordboard: Installation, user_name: str, language: Language = "nl"
) -> Page:
    """Fill in the form, and choose the language if the last one was another; gives the portal."""
    says = Words(language)
    portal = await session.new_page()
    await portal.goto(cordboard.url)
    await portal.get_by_label(says("User name")).fill(user_name)
    await portal.get_by_label(says("Password")).fill(cordboard.password(user_name))
    await portal.get_by_role("button", name=says("Log in")).click()
    await expect(portal.get_by_role("link", name="Operator")).to_be_visible(timeout=PATIENCE_MS)
    await speak(portal, language)
    return portal


async def speak(page: Page, language: Language) -> None:
    """Choose the language in one's own menu, as a person would; the server keeps it for the next page."""
    if await page.locator("html").get_attribute("lang") == language:
        return
    await page.get_by_role("button", name=re.compile("^Menu (van|of) ")).click()
    async with page.expect_response("**/api/settings"):
        await page.get_by_role("menuitemradio", name=TONGUES[language]).click()
    await expect(page.locator("html")).to_have_attribute("lang", language, timeout=PATIENCE_MS)
    await page.keyboard.press("Escape")
