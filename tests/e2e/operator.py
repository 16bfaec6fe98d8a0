"""The console in a browser as a person uses it: reads what stands there, clicks and types.

Nothing here knows more than what is on the screen; what a test wants to know besides, it asks `request`. ::

    operator = await OperatorPage.visit(browser, cordboard, "chantal")
    await operator.begin_work("Enschede", "Toestel 201", "Algemeen")
    await operator.card(state="offered").get_by_role("button", name="Opnemen").click()
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.support.chromium import Chromium
from tests.support.installation import Installation

PATIENCE_MS = 15_000
"""For anything that a person would wait for; generous, for the machine has more to do."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "user": "Gebruikersnaam", "password": "Wachtwoord", "log in": "Inloggen", "phone": "Toestel",
        "on a phone": "Inloggen op een toestel", "choose": "Kies een toestel", "in": "ingelogd",
        "out": "uitgelogd", "answer": "Opnemen", "reject": "Weigeren", "hold": "Wachtstand",
        "resume": "Voortzetten", "hang up": "Ophangen", "history": "Geschiedenis", "queues": "Wachtrijen",
        "wrap-up": "Nawerktijd", "done": "Klaar", "group": "Kies uw groep",
    },
    "en": {
        "user": "User name", "password": "Password", "log in": "Log in", "phone": "Phone",
        "on a phone": "Log in on a phone", "choose": "Choose a phone", "in": "signed in",
        "out": "signed out", "answer": "Answer", "reject": "Reject", "hold": "Hold",
        "resume": "Resume", "hang up": "Hang up", "history": "History", "queues": "Queues",
        "wrap-up": "Wrap-up", "done": "Done", "group": "Choose your group",
    },
}  # fmt: skip
"""What stands on the buttons."""


class OperatorPage:
    """One person's console in a tab of its own."""

    def __init__(self, page: Page, words: Mapping[str, str]) -> None:
        self.page = page
        self.words = words

    @classmethod
    async def visit(cls, browser: Chromium, cordboard: Installation, user_name: str, **look: Any) -> Self:
        """Log in at the portal and open Operator from there; `look` as for `Chromium.session`."""
        session = await browser.session(**look)
        session.set_default_timeout(PATIENCE_MS)
        portal = await log_in(session, cordboard, user_name)
        return await cls.from_portal(portal)

    @classmethod
    async def from_portal(cls, portal: Page, words: str = "nl") -> Self:
        """Click the tile; the console opens in a new tab."""
        async with portal.context.expect_page() as opened:
            await portal.get_by_role("link", name="Operator").click()
        page = await opened.value
        await page.wait_for_load_state()
        return cls(page, WORDS[words])

    async def close(self) -> None:
        """Close all tabs of this person."""
        await self.page.context.close()

    # --- getting to work ---

    async def choose_group(self, group: str) -> None:
        """The choice before the console."""
        await expect(self.page.get_by_role("heading", name=self.words["group"])).to_be_visible()
        await self.page.get_by_role("button", name=group).click()

    async def choose_device(self, device: str) -> None:
        """Button, list, device, button (1.2-b, 1.2-c)."""
        page = self.page
        await page.get_by_role("button", name=self.words["on a phone"]).click()
        await page.get_by_role("option", name=device).click()
        await page.get_by_role("button", name=self.words["log in"], exact=True).click()
        await expect(page.locator("header.top")).to_contain_text(device, timeout=PATIENCE_MS)

    async def sign_in(self, queue: str) -> None:
        """Push the slide button of a queue."""
        await self.switch(queue, on=False).click()
        await expect(self.switch(queue, on=True)).to_be_visible(timeout=PATIENCE_MS)

    async def begin_work(self, group: str, device: str, *queues: str) -> None:
        """All of that; the group is asked only of who has not chosen one yet."""
        chooser = self.page.get_by_role("heading", name=self.words["group"])
        phones = self.page.get_by_role("heading", name=self.words["on a phone"])
        await expect(chooser.or_(phones)).to_be_visible(timeout=PATIENCE_MS)
        if await chooser.is_visible():
            await self.choose_group(group)
        await self.choose_device(device)
        for queue in queues:
            await self.sign_in(queue)

    def switch(self, queue: str, *, on: bool) -> Locator:
        """The slide button of a queue while it stands so."""
        name = f"{queue}: {self.words['in' if on else 'out']}"
        return self.page.locator("label.switch").filter(has=self.page.get_by_role("switch", name=name))

    async def device_is(self, device: str, word: str) -> None:
        """The bar above says this of the device ("verbonden")."""
        shown = self.page.get_by_role("button", name=f"{device} {word}", exact=True)
        await expect(shown).to_be_visible(timeout=PATIENCE_MS)

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

    async def press(self, word: str, state: str | None = None) -> None:
        """Click a button of a card: "answer", "hold", "resume", "hang up" or "reject"."""
        await self.button(word, state).click()

    def button(self, word: str, state: str | None = None) -> Locator:
        """A button of a card by what it does."""
        name = re.compile("^" + re.escape(self.words[word]))
        return self.card(state=state).first.get_by_role("button", name=name)

    async def becomes(self, state: str, call: str | None = None) -> None:
        """Wait until a card is in this state."""
        await expect(self.card(state=state, call=call)).to_be_visible(timeout=PATIENCE_MS)

    async def no_card(self) -> None:
        """Wait until the call field is empty."""
        await expect(self.card()).to_have_count(0, timeout=PATIENCE_MS)

    # --- more ---

    async def open_tab(self, word: str) -> None:
        """ "queues" or "history"."""
        await self.page.get_by_role("tab", name=self.words[word]).click()

    async def request(self, path: str) -> Any:
        """What the server tells this person, asked by the page itself."""
        return await self.page.evaluate(
            "path => fetch(path, { headers: { 'X-Cordboard': '1' } }).then(answer => answer.json())", path
        )


async def log_in(
    session: BrowserContext, cordboard: Installation, user_name: str, *, words: str = "nl"
) -> Page:
    """Fill in the form; gives the portal."""
    portal = await session.new_page()
    await portal.goto(cordboard.url)
    await portal.get_by_label(WORDS[words]["user"]).fill(user_name)
    await portal.get_by_label(WORDS[words]["password"]).fill(cordboard.password(user_name))
    await portal.get_by_role("button", name=WORDS[words]["log in"]).click()
    await expect(portal.get_by_role("link", name="Operator")).to_be_visible(timeout=PATIENCE_MS)
    return portal
