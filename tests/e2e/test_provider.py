"""The provider in a browser: an organisation from its making to its end, and its first administrator meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.catalogue import Catalogue
from tests.e2e.looks import PICTURES, accessible
from tests.e2e.operator import LOCALES, PATIENCE_MS, log_in
from tests.e2e.words import Language, Words, in_both
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation
from tests.support.letters import link_of_letter

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

NAME, MAIL, PASSWORD = "Zorg Almelo", "marije@almelo.example", "groene olifant op zolder"
ORGANISATION = "[name] is in [country] (time zone [time_zone]) and speaks [language]."
NUMBERS = "It may use [numbers]. A number belongs to one organisation."
FIRST = (
    "[administrator_name] sets up everything else, and is invited at [administrator_email]. "
    "The user name is [administrator_user_name]."
)
SERVICE = "This organisation [disabled]. Out of service, nobody logs in and its numbers lead nowhere."
ALL_OF_IT = "All of it goes: people, calls, recordings, contacts and telephones. Nothing brings it back."


class ProviderPage:
    """The page of an organisation, as its provider reads it."""

    def __init__(self, page: Page, words: Catalogue) -> None:
        self.page, self.words = page, words

    async def fill(self, title: str, sentence: str, name: str, text: str) -> None:
        """Type into a sentence."""
        await self.page.get_by_label(self.words.field(title, sentence, name), exact=True).fill(text)

    async def choose(self, title: str, sentence: str, name: str, value: str) -> None:
        """Choose in a sentence."""
        place = self.page.get_by_label(self.words.field(title, sentence, name), exact=True)
        await place.select_option(value)

    async def press(self, text: str) -> None:
        """A button by what it says."""
        await self.page.get_by_role("button", name=self.words(text), exact=True).click()

    async def save(self) -> None:
        """Until it holds."""
        await self.press("Save")
        nothing_left = self.page.get_by_text(self.words("Changes hold at once for everybody who works."))
        await expect(nothing_left).to_be_visible()

    async def switch(self, module: str) -> None:
        """A module on or off."""
        modules = self.page.get_by_role("button", name=self.words("Modules"))
        await modules.press("Enter")
        await self.page.get_by_role("dialog").get_by_label(self.words(module), exact=True).click()
        await self.page.keyboard.press("Escape")
        await self.save()


async def invited(session: BrowserContext, cordboard: Installation, language: Language) -> Page:
    """The first administrator chooses a password by the letter, and comes to the portal."""
    words = Catalogue(language)
    page = await session.new_page()
    await page.goto(await link_of_letter(cordboard.data / "outbox", MAIL))
    await page.get_by_label(words("New password")).fill(PASSWORD)
    await page.get_by_role("button", name=words("Save")).click()
    await page.get_by_role("button", name=words("To log in")).click()
    await page.get_by_label(Words(language)("User name")).fill(MAIL)
    await page.get_by_label(Words(language)("Password")).fill(PASSWORD)
    await page.get_by_role("button", name=Words(language)("Log in")).click()
    await expect(page.get_by_role("link", name=words("Administration"))).to_be_visible()
    return page


async def in_the_exchange(cordboard: Installation, telephone: str, *, there: bool) -> None:
    """Wait until it knows that telephone, or knows nothing of it any more."""
    [known] = cordboard.data.rglob("astdb.sqlite3")
    for _ in range(PATIENCE_MS // 50):
        if _keys(known, telephone) is there:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{telephone} is {'not ' if there else ''}in the exchange")


def _keys(known: Path, telephone: str) -> bool:
    # Opened for reading alone: it is the exchange's.
    database = sqlite3.connect(f"file:{known}?mode=ro", uri=True)
    try:
        found = database.execute("SELECT 1 FROM astdb WHERE key LIKE ? LIMIT 1", (f"%/d-{telephone}%",))
        return found.fetchone() is not None
    finally:
        database.close()


@pytest.mark.rule("X-a", "X-d", "1.1-c", "1.1-e", "1.1-l")
@in_both
async def test_an_organisation_is_made_served_taken_out_of_service_and_deleted(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """Its first administrator gets the letter and sees at once what the provider gives and takes; in the end nothing
    of it is left, and the second time the same name and number are free."""
    words = Catalogue(language)
    locale = LOCALES[language]
    henks, marijes = await browser.session(locale=locale), await browser.session(locale=locale)
    for session in (henks, marijes):
        session.set_default_timeout(PATIENCE_MS)
    try:
        page = await log_in(henks, cordboard, "henk", language)
        await page.goto(f"{cordboard.url}/admin/organisations")
        provider = ProviderPage(page, words)
        await page.get_by_role("link", name=words("New organisation")).press("Enter")
        await provider.fill("Organisation", ORGANISATION, "name", NAME)
        await provider.choose("Organisation", ORGANISATION, "language", language)
        await provider.fill("Numbers", NUMBERS, "numbers", "0546 80 00 00")
        await provider.fill("First administrator", FIRST, "administrator_name", "Marije Bosma")
        await provider.fill("First administrator", FIRST, "administrator_email", MAIL)
        await provider.press("Make")
        await expect(page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
        await expect(
            page.get_by_text(words("Once it is out of service it can be deleted here."))
        ).to_be_visible()

        marije = await invited(marijes, cordboard, language)
        call_back = marije.get_by_role("link", name=words("Call back"))
        await expect(call_back).not_to_have_attribute("aria-disabled", "true")
        await provider.switch("Call back")
        await marije.evaluate(COMES_BACK)
        await expect(call_back).to_have_attribute("aria-disabled", "true")
        await provider.switch("Call back")
        await marije.evaluate(COMES_BACK)
        await expect(call_back).not_to_have_attribute("aria-disabled", "true")

        await provider.fill("Numbers", NUMBERS, "numbers", "0546 80 00 00, 053 480 09 00")
        await provider.press("Save")
        refused = words("{number} belongs to {by}.", "053 480 09 00", "Zorggroep Twente")
        await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text(refused)
        await provider.fill("Numbers", NUMBERS, "numbers", "0546 80 00 00, 0546 80 00 01")
        await provider.save()
        made = await marije.evaluate(MAKE, ["devices", {"name": "Balie", "kind": "sip", "extension": "1"}])
        number = await marije.evaluate(
            MAKE, ["numbers", {"number": "0546800001", "person": "zorg-almelo-administrator"}]
        )
        trunk = await marije.evaluate(MAKE, ["trunks", {"name": "Lijn", "host": "192.0.2.77"}])
        assert number == "31546800001"
        lines = cordboard.data / "exchange/etc/pjsip.conf"
        await in_the_exchange(cordboard, made, there=True)
        assert f"[t-{trunk}]" in lines.read_text()

        await provider.choose("Service", SERVICE, "disabled", "true")
        await provider.save()
        await marije.reload()
        await expect(marije.get_by_label(Words(language)("User name"))).to_be_visible()

        await delete(provider, language)

        await in_the_exchange(cordboard, made, there=False)
        assert trunk not in lines.read_text()
        found = await page.evaluate("fetch('/api/provider/organisations').then(answer => answer.json())")
        assert [row["id"] for row in found["rows"]] == ["demo"]
        await marije.get_by_label(Words(language)("User name")).fill(MAIL)
        await marije.get_by_label(Words(language)("Password")).fill(PASSWORD)
        await marije.get_by_role("button", name=Words(language)("Log in")).click()
        await expect(marije.get_by_role("main").get_by_role("alert")).to_be_visible()
        for letter in (cordboard.data / "outbox").iterdir():
            letter.unlink()
    finally:
        await henks.close()
        await marijes.close()


COMES_BACK = "dispatchEvent(new Event('focus'))"
"""Somebody turns to a tab again."""
MAKE = """([resource, row]) => fetch("/api/admin/" + resource, { method: "POST", body: JSON.stringify(row),
    headers: { "X-Cordboard": "1", "Content-Type": "application/json" } })
    .then(answer => answer.json()).then(made => made.id)"""


async def delete(provider: ProviderPage, language: Language) -> None:
    """With the keyboard: the wrong name is told, Escape means no and gives the focus back, the right one is the end."""
    page, words = provider.page, provider.words
    button = page.get_by_role("button", name=words("Delete this organisation"))
    await button.press("Enter")
    question = page.get_by_role("alertdialog", name=words("Delete {name}?", NAME))
    await expect(question).to_contain_text(words(ALL_OF_IT))
    name = question.get_by_label(words("Name of the organisation"))
    await expect(name).to_be_focused()
    await expect(name).to_have_accessible_description(
        words("Type {name}, so that no other one is deleted than you mean.", NAME)
    )
    await name.press_sequentially("Zorg")
    await name.press("Enter")
    await expect(question.get_by_role("alert")).to_have_text(
        words("That is not the name of this organisation.")
    )
    await accessible(page, "deleting an organisation")
    await screenshot(page, PICTURES / f"admin-organisation-delete-{language}.png")
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(name).to_have_value("")
    await name.press_sequentially(NAME)
    await name.press("Enter")
    await expect(page.locator(".toast").last).to_contain_text(words("{name} has been deleted.", NAME))
    await expect(page.get_by_role("heading", name=words("Organisations"), level=1)).to_be_visible()
    listed = page.get_by_role("main").get_by_role("listitem")
    await expect(listed).to_have_count(1)
    here = page.get_by_role("navigation").get_by_role("link", name=words("Organisations"), exact=True)
    await expect(here).to_be_focused()
