"""The address book in a real browser: somebody is added, found while typing, starred and recognised."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.looks import accessible
from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.exchange.office import calling
from tests.support.chromium import Chromium
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


@pytest.mark.rule("3.3-a", "3.3-e", "3.3-m", "3.3-n", "3.3-p", "2.1.2-e")
async def test_a_contact_is_added_found_starred_and_recognised_when_it_calls(
    browser: Chromium, cordboard: Installation
) -> None:
    """Jürgen Yıldız is found by letters without accents; his call comes with his name."""
    henk = await OperatorPage.visit(browser, cordboard, "henk")
    page = henk.page
    page.set_default_timeout(PATIENCE_MS)
    try:
        await henk.choose_group("Enschede")
        await page.get_by_role("button", name="Alleen meekijken").click()
        await page.get_by_role("tab", name="Contacten").click()
        await page.get_by_role("button", name="Nieuw contact").click()
        form = page.get_by_role("dialog")
        await form.get_by_label("Naam").fill("Jürgen Yıldız")
        await form.get_by_label("Nummer 1").fill("06 - 55 44 33 22")
        await form.get_by_role("button", name="Opslaan").click()
        await expect(form).to_have_count(0)

        await page.get_by_role("searchbox").press_sequentially("yildiz jur")
        found = page.locator(".crow")
        await expect(found).to_have_count(1)
        await found.get_by_role("button", name="Favoriet").click()
        await expect(page.get_by_role("heading", name="Favorieten")).to_be_visible()
        await accessible(page, "contacts")
        await page.reload()
        await page.get_by_role("button", name="Alleen meekijken").click()
        await page.get_by_role("tab", name="Contacten").click()
        favourites = page.get_by_role("region", name="Favorieten")
        await expect(favourites).to_contain_text("Jürgen Yıldız")

        await page.get_by_role("tab", name=re.compile("Wachtrijen")).click()
        await page.get_by_role("button", name="Algemeen", exact=True).click()
        async with calling(cordboard, of="0655443322", name="ENSCHEDE"):
            await expect(page.locator("#detail")).to_contain_text("Jürgen Yıldız")
    finally:
        await henk.close()
