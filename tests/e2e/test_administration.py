"""An administrator at work in the browser, and a colleague whose console follows at once."""

from __future__ import annotations

import io
import wave
from array import array
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.e2e.looks import PICTURES, accessible
from tests.e2e.operator import LOCALES, PATIENCE_MS, log_in
from tests.e2e.test_console import visiting
from tests.e2e.words import Language, Words, in_both
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

PLACES = (
    "queues",
    "hours",
    "organisation",
    "queues/demo-urgent",
    "users/demo-piet",
    "devices/demo-201",
    "trunks/new",
    "network",
    "announcements",
    "announcements/nl.closed",
    "own_announcements",
    "own_announcements/new",
    "hours/new",
)


@in_both
@pytest.mark.walk("administration")
@pytest.mark.rule("X-d", "2.1.1-k", "1.1-u")
async def test_a_new_queue_is_on_a_colleagues_screen_as_soon_as_it_is_saved(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """Henk makes Verkoop with mouse and keyboard; Paul signs in to it without having touched anything, and it is gone
    from his screen when Henk deletes it."""
    says = Words(language)
    session = await browser.session(locale=LOCALES[language])
    session.set_default_timeout(PATIENCE_MS)
    portal = await log_in(session, cordboard, "henk", language)
    async with session.expect_page() as opened:
        await portal.get_by_role("link", name=says("Administration")).click()
    page = await opened.value
    async with visiting(browser, cordboard, "paul") as paul:
        await paul.choose_device("Toestel 205")

        await page.get_by_role("link", name=says("New queue")).click()
        await page.get_by_label(says("Name: The queue is called"), exact=True).fill("Verkoop")
        await page.get_by_label(says("Callers: Calls to"), exact=True).fill("053 480 09 50")
        await page.get_by_role("button", name=says("no group")).press("Enter")
        await page.get_by_role("dialog").get_by_label("Amsterdam").check()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name=says("Make")).press("Enter")
        await expect(page.get_by_role("heading", name="Verkoop", level=1)).to_be_visible()

        await paul.sign_in("Verkoop")

        ring = page.get_by_label(says("Offering: a phone rings for"), exact=True)
        await page.get_by_label(says("Wrap-up: After a call the agent gets"), exact=True).fill("1")
        await ring.fill("1")
        await page.get_by_role("button", name=says("Save")).click()
        too_small = says("This is too small: at least {}.", says("{} seconds", "5"))
        await expect(page.get_by_text(too_small)).to_be_visible()
        await ring.fill("25")
        await page.get_by_role("button", name=says("Save")).click()
        trail = page.get_by_role("complementary", name=says("Changes"))
        await expect(trail.get_by_text("Henk van Dijk").first).to_be_visible()
        await expect(trail).to_contain_text("20 25")

        await page.get_by_role("button", name=says("Delete"), exact=True).click()
        sure = page.get_by_role("alertdialog", name=says("Delete {}?", "Verkoop"))
        await sure.get_by_role("button", name=says("Delete"), exact=True).click()
        await expect(page.locator(".toast").last).to_contain_text(says("{} has been deleted.", "Verkoop"))
        await expect(paul.switch("Verkoop", on=True)).to_have_count(0)
    await session.close()


@pytest.mark.parametrize(("theme", "width", "height"), [("light", 1280, 800), ("dark", 1920, 1080)])
async def test_every_page_of_the_administration_is_accessible(
    browser: Chromium, cordboard: Installation, theme: Literal["light", "dark"], width: int, height: int
) -> None:
    """Lists and sentences, with pictures for people."""
    session = await browser.session(theme=theme, width=width, height=height)
    session.set_default_timeout(PATIENCE_MS)
    try:
        page = await log_in(session, cordboard, "henk")
        for place in PLACES:
            await page.goto(f"{cordboard.url.rstrip('/')}/admin/{place}")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await accessible(page, place)
            await screenshot(page, PICTURES / f"admin-{place.replace('/', '-')}-{theme}.png")
    finally:
        await session.close()


@pytest.mark.rule("D25", "X-b")
async def test_an_announcement_is_heard_recorded_and_spoken_otherwise(
    browser: Chromium, cordboard: Installation
) -> None:
    """A stereo file of 44100 samples a second becomes one for a telephone; then another text is spoken."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(44_100 * 4))
    session = await browser.session()
    session.set_default_timeout(PATIENCE_MS)
    try:
        page = await log_in(session, cordboard, "henk")
        await page.goto(f"{cordboard.url}/admin/announcements")
        await page.get_by_role("link", name="Gesloten Nederlands").click()
        await expect(page.get_by_label("Beluisteren")).to_be_visible()
        await page.get_by_label("Een eigen opname").set_input_files(
            {"name": "x.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound"}
        )
        await expect(page.get_by_text("Dit is geen geluid dat bruikbaar is").first).to_be_visible()
        await page.get_by_label("Een eigen opname").set_input_files(
            {"name": "x.wav", "mimeType": "audio/wav", "buffer": made.getvalue()}
        )
        await expect(page.get_by_text("Het is een eigen opname.")).to_be_visible()
        kept = cordboard.data / "recordings/demo/nl/closed.wav"
        with wave.open(str(kept)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (8_000, 1, 8_000)
        await session.grant_permissions(["microphone"])
        await page.get_by_role("button", name="Opnemen met de microfoon").click()
        await page.wait_for_timeout(600)
        await page.get_by_role("button", name="Opname stoppen").click()
        await expect(page.get_by_label("De nieuwe opname")).to_be_visible()
        await page.get_by_role("button", name="Deze opname bewaren").click()
        await expect(page.get_by_label("De nieuwe opname")).to_have_count(0)
        await expect(
            page.get_by_role("complementary", name="Wijzigingen")
            .get_by_text("eigen opname")
            .or_(page.get_by_text("Het is een eigen opname."))
            .first
        ).to_be_visible()
        with wave.open(str(kept)) as sound:
            assert max(map(abs, array("h", sound.readframes(sound.getnframes())))) > 1_000
        await page.get_by_label("Tekst: Bellers horen:").fill("Wij zijn morgen weer bereikbaar.")
        await page.get_by_role("button", name="Opslaan").click()
        await expect(page.get_by_text("Het is uw eigen tekst")).to_be_visible()
        assert kept.with_suffix(".said").read_text() == "Wij zijn morgen weer bereikbaar."
        await page.get_by_role("button", name="Weer de eigen stem van Cordboard").click()
        await expect(page.get_by_text("De eigen stem van Cordboard spreekt het uit.")).to_be_visible()
        assert not kept.exists()
    finally:
        await session.close()
