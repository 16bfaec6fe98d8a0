"""The address book in a real browser: somebody is added, found while typing, starred and recognised, and a file of
people is looked at, taken and given back (manual 3.3)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.e2e.looks import PICTURES, accessible
from tests.e2e.operator import OperatorPage
from tests.e2e.test_console import visiting
from tests.e2e.words import Language, Words, in_both
from tests.exchange.office import calling
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def open_the_book(henk: OperatorPage) -> Page:
    """Without a telephone; gives the page with the contacts in front."""
    await henk.page.get_by_role("button", name=henk.says("Look on only")).click()
    await henk.open_tab("Contacts")
    return henk.page


@in_both
@pytest.mark.walk("3.3")
@pytest.mark.rule(
    "3.3-a", "3.3-b", "3.3-c", "3.3-d", "3.3-e", "3.3-f", "3.3-h", "3.3-j", "3.3-k", "3.3-m", "3.3-n", "3.3-p",
    "2.1.2-e",
)  # fmt: skip
async def test_a_contact_is_added_found_starred_and_recognised_when_it_calls(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """Jürgen is found by letters without accents and put on top; his call comes with his name; then he is deleted."""
    async with visiting(browser, cordboard, "henk", language) as henk:
        says = henk.says
        await henk.choose_group("Enschede")
        page = await open_the_book(henk)
        search = page.get_by_placeholder(says("Search (at least {} characters)", "3"))
        for bar, chips in (("Group", ("All",)), ("Show", ("Signed in", "Signed out", "External"))):
            for chip in chips:
                await expect(
                    page.get_by_role("group", name=says(bar)).get_by_role(
                        "button", name=says(chip), exact=True
                    )
                ).to_have_attribute("aria-pressed", "true")

        await both_bars(page, says)

        await page.get_by_role("button", name=says("New contact")).click()
        form = page.get_by_role("dialog", name=says("New contact"))
        await form.get_by_label(says("Name"), exact=True).fill("Jürgen Yıldız")
        await form.get_by_label(says("Number {}", "1")).fill("06 - 55 44 33 22")
        await form.get_by_label(says("Address {}", "1")).fill("jurgen@yildiz.example")
        await expect(form.get_by_text(says("primary"))).to_have_count(2)
        await form.get_by_role("button", name=says("Save")).click()
        await expect(form).to_have_count(0)

        await search.press_sequentially("yildiz jur")
        found = page.locator(".crow")
        await expect(found).to_have_count(1)
        await expect(found).to_contain_text(says("External"))
        for act in ("Call {}", "E-mail {}"):
            await expect(
                found.get_by_role("button", name=says(act, "Jürgen Yıldız")).or_(
                    found.get_by_role("link", name=says(act, "Jürgen Yıldız"))
                )
            ).to_be_visible()
        chat = found.get_by_role("button", name=says("Chat with {}", "Jürgen Yıldız"))
        await expect(chat).to_have_attribute("aria-disabled", "true")
        await found.get_by_role("button", name=says("Favourite: {}", "Jürgen Yıldız")).click()
        favourites = page.get_by_role("region", name=says("Favourites"))
        await expect(favourites).to_contain_text("Jürgen Yıldız")
        # What the pointer is told lies outside of everything.
        await page.mouse.move(0, 0)
        await expect(page.get_by_role("tooltip")).to_have_count(0)
        await accessible(page, "contacts")
        await page.reload()
        page = await open_the_book(henk)
        await expect(favourites).to_contain_text("Jürgen Yıldız")
        await expect(page.get_by_role("heading", name=says("Others"))).to_be_visible()
        await screenshot(page, PICTURES / f"contacts-{language}.png")

        await henk.open_tab("Queues")
        await page.get_by_role("button", name="Algemeen", exact=True).click()
        async with calling(cordboard, of="0655443322", name="ENSCHEDE"):
            await expect(page.locator("#detail")).to_contain_text("Jürgen Yıldız")

        await henk.open_tab("Contacts")
        await favourites.get_by_role("button", name="Jürgen Yıldız").first.click()
        await page.get_by_role("button", name=says("Change"), exact=True).click()
        await page.get_by_role("button", name=says("Delete"), exact=True).click()
        sure = page.get_by_role("alertdialog", name=says("Delete {}?", "Jürgen Yıldız"))
        await sure.get_by_role("button", name=says("Delete"), exact=True).click()
        await expect(favourites).to_have_count(0)


async def both_bars(page: Page, says: Words) -> None:
    """Anja, who is not at work, is found with her status while something is on in both bars, and where not it is said
    what to turn on (3.3-d)."""
    search = page.get_by_placeholder(says("Search (at least {} characters)", "3"))
    found, nobody = page.locator(".crow"), page.get_by_role("main").get_by_role("status")

    async def turns(bar: str, chip: str) -> None:
        await (
            page.get_by_role("group", name=says(bar))
            .get_by_role("button", name=says(chip), exact=True)
            .click()
        )

    await search.press_sequentially("smit an")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("Anja Smit")
    await expect(found).to_contain_text(says("Signed out"))
    await turns("Show", "Signed out")
    await expect(nobody).to_contain_text(says('Nobody found for "{}"', "smit an"))
    await expect(nobody).to_contain_text(says("Turn on {} to look further.", says("Signed out")))
    await turns("Show", "Signed out")
    await expect(found).to_have_count(1)
    await page.get_by_role("group", name=says("Group")).get_by_role("button", name="Rotterdam").click()
    await expect(nobody).to_contain_text(says("Turn on All to look in every group."))
    await page.get_by_role("group", name=says("Group")).get_by_role("button", name="Enschede").click()
    await expect(found).to_have_count(1)
    await turns("Group", "All")
    await search.fill("")


@in_both
@pytest.mark.walk("3.3")
@pytest.mark.rule("3.3-p")
async def test_a_file_of_contacts_is_looked_at_taken_and_given_back(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """Nothing is changed before it is seen what would be: two new ones, and by its line what cannot be taken. Taken,
    they are found and stand in the file that is fetched; the same file again is the same."""
    # Others in each language: what one run has taken, the other would find there.
    anna, bram, number = {
        "nl": ("Anna Appel", "Bram Beuk", "06-44332211"),
        "en": ("Carla Citroen", "Daan Dorp", "06-44332212"),
    }[language]
    file: FilePayload = {
        "name": "people.csv",
        "mimeType": "text/csv",
        "buffer": (
            f"Naam;Nummer;E-mail;Functie\r\n{anna};053 480 12 12;anna@appel.example;Inkoop\r\n"
            f"Wim Zonder;toestel van Truus;;\r\n{bram};{number};;Verkoop\r\n"
        ).encode(),
    }
    async with visiting(browser, cordboard, "henk", language) as henk:
        says = henk.says
        await henk.choose_group("Enschede")
        page = await open_the_book(henk)
        await page.get_by_role("button", name=says("File"), exact=True).click()
        window = page.get_by_role("dialog", name=says("Import and export contacts"))
        choose = window.get_by_label(says("Choose a file (CSV or vCard); nothing is changed yet"))
        told = window.get_by_role("status")

        await choose.set_input_files(file)
        await expect(told).to_contain_text(
            says("This would become: {} new, {} changed, {} the same.", "2", "0", "0")
        )
        await expect(told).to_contain_text(says("{} cannot be taken and is left out:", "1"))
        await expect(told).to_contain_text(says("Line {}: a number is no telephone number", "3"))
        await accessible(page, "a file that was looked at")
        await screenshot(page, PICTURES / f"contacts-file-{language}.png")
        assert anna not in await fetched(page, window.get_by_role("link", name=says("as CSV")))

        await window.get_by_role("button", name=says("Import {} contacts", "2")).click()
        await expect(told).to_contain_text(says("Done: {} new, {} changed, {} the same.", "2", "0", "0"))
        await choose.set_input_files(file)
        await expect(told).to_contain_text(
            says("This would become: {} new, {} changed, {} the same.", "0", "0", "2")
        )
        rows = list(
            csv.DictReader(await fetched_lines(page, window.get_by_role("link", name=says("as CSV"))))
        )
        assert {anna, bram} <= {row["name"] for row in rows}
        card = await fetched(page, window.get_by_role("link", name=says("as vCard")))
        assert f"FN:{anna}" in card
        await window.get_by_role("button", name=says("Close")).click()

        await page.get_by_role("searchbox", name=says("Search contacts")).press_sequentially(number)
        await expect(page.locator(".crow")).to_have_count(1)
        await expect(page.locator(".crow")).to_contain_text(bram)


async def fetched(page: Page, link: Locator) -> str:
    """What is in the file that a click on it brings."""
    async with page.expect_download() as coming:
        await link.click()
    return Path(await (await coming.value).path()).read_text("utf-8-sig")


async def fetched_lines(page: Page, link: Locator) -> list[str]:
    """The same, line by line."""
    return (await fetched(page, link)).splitlines()
