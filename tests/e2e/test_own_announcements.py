"""An administrator writes what callers hear, and a caller hears it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.looks import PICTURES, accessible
from tests.e2e.office import as_set
from tests.e2e.operator import PATIENCE_MS, log_in
from tests.exchange.office import ALGEMEEN, calling
from tests.support import speech
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

TEXT = "Welkom bij Zorggroep de Linde."


async def choose(page: Page, place: str, thing: str) -> None:
    """Open something from its list."""
    await page.get_by_role("navigation").get_by_role("link", name=place, exact=True).click()
    await page.get_by_role("link", name=thing).click()


@pytest.mark.rule("D25", "X-b")
async def test_a_caller_hears_on_entering_what_an_administrator_has_written(
    browser: Chromium, cordboard: Installation
) -> None:
    """Henk writes a text, sees how long it takes to say, and has Algemeen greet with it; it cannot be deleted then."""
    session = await browser.session()
    session.set_default_timeout(PATIENCE_MS)
    # The greeting goes when the test has ended, and so do the call and the page before it.
    async with as_set(cordboard, "queues", "Algemeen", greeting=None), session:
        page = await log_in(session, cordboard, "henk")
        await page.goto(f"{cordboard.url}/admin/own_announcements")
        await expect(page.get_by_role("heading", name="Eigen meldteksten", level=1)).to_be_visible(
            timeout=PATIENCE_MS
        )
        await accessible(page, "no announcements")
        await page.get_by_role("link", name="Nieuwe meldtekst").press("Enter")
        await page.get_by_label("Naam: De meldtekst heet", exact=True).fill("Welkom")
        await page.get_by_label("Tekst: Bellers horen, in het …:", exact=True).fill(TEXT)
        await page.get_by_role("button", name="Maken").press("Enter")
        await expect(page.get_by_role("heading", name="Welkom", level=1)).to_be_visible(timeout=PATIENCE_MS)
        await expect(
            page.get_by_text(
                re.compile(r"De stem van Cordboard spreekt de tekst uit\. Het duurt \d seconden\.")
            )
        ).to_be_visible(timeout=PATIENCE_MS)
        recording = cordboard.data / "recordings/demo/own" / f"{page.url.rsplit('/', 1)[1]}.wav"

        await choose(page, "Wachtrijen", "Algemeen")
        await page.get_by_label("Begroeting: Bellers horen bij binnenkomst:", exact=True).select_option(
            "Welkom"
        )
        await page.get_by_role("button", name="Opslaan").click()
        await expect(page.get_by_text("Opgeslagen").first).to_be_visible(timeout=PATIENCE_MS)

        async with calling(cordboard, ALGEMEEN) as caller:
            await speech.hears(caller.ear, recording, within_ms=PATIENCE_MS)
            assert caller.end is None

        await choose(page, "Eigen meldteksten", "Welkom begroeting van Algemeen")
        await accessible(page, "an own announcement")
        await screenshot(page, PICTURES / "admin-own-announcement-light.png")
        await page.get_by_role("button", name="Verwijderen").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Verwijderen").click()
        await expect(page.get_by_text("Het wordt nog gebruikt door Algemeen.")).to_be_visible(
            timeout=PATIENCE_MS
        )
