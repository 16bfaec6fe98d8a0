"""How the screens look and read: an accessibility check of each, and pictures for people in `.cache/screenshots`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.e2e.looks import PICTURES, accessible
from tests.e2e.operator import PATIENCE_MS, OperatorPage, log_in
from tests.exchange.office import ALGEMEEN, INTERCOLLEGIAAL, URGENT
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]

SIZES = ((1280, 800), (1920, 1080))
WAITING = 40

Theme = Literal["light", "dark"]
PEOPLE = (
    ("0612345678", "Mevr. Jansen"), ("0534800937", "Bakkerij Van den Heuvel-Oosterbeek"), ("0201234567", ""),
    ("0884800943", "Huisartsenpraktijk De Linde"), ("0687654321", "P. de Wit"),
)  # fmt: skip


@contextlib.asynccontextmanager
async def queue_of_callers(cordboard: Installation, count: int) -> AsyncIterator[SipPhone]:
    """So many people who wait, two of them with something urgent."""
    async with cordboard.caller(tone_hz=None) as phone:
        for index in range(count):
            number, name = PEOPLE[index % len(PEOPLE)]
            to = URGENT if index % 20 == 7 else INTERCOLLEGIAAL if index % 6 == 5 else ALGEMEEN
            await phone.dial(to, from_number=number[:-2] + f"{index:02}", from_name=name)
            await asyncio.sleep(0.02)  # people do not call in the same instant
        yield phone
        for call in list(phone.calls):
            await call.hang_up()


async def go_home(operator: OperatorPage) -> None:
    """Log out of console and phone once the calls have ended."""
    await operator.page.evaluate(
        """async () => {
            for (let tries = 0; tries < 100; tries++) {
                const answer = await fetch('/api/session?device=true&confirmed=true',
                    { method: 'DELETE', headers: { 'X-Cordboard': '1' } }).catch(() => null);
                if (answer?.ok || answer?.status === 401) return;
                await new Promise(resolve => setTimeout(resolve, 100));
            }
        }"""
    )
    await operator.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_screen_is_accessible(browser: Chromium, cordboard: Installation, theme: Theme) -> None:
    """From the log-in to a call in progress, a menu and the history, with names, roles and contrast in order."""
    session = await browser.session(theme=theme)
    session.set_default_timeout(PATIENCE_MS)
    outside = await session.new_page()
    await outside.goto(cordboard.url)
    await expect(outside.get_by_role("button", name="Inloggen")).to_be_visible()
    await accessible(outside, "log-in")
    await screenshot(outside, PICTURES / f"login-{theme}.png")
    await outside.close()
    user = "chantal" if theme == "light" else "henk"
    portal = await log_in(session, cordboard, user)
    await accessible(portal, "modules")
    await screenshot(portal, PICTURES / f"modules-{theme}.png")
    operator = await OperatorPage.from_portal(portal)
    page = operator.page
    try:
        await expect(page.get_by_role("heading", name="Kies uw groep")).to_be_visible()
        await accessible(page, "group")
        await screenshot(page, PICTURES / f"group-{theme}.png")
        await operator.choose_group("Enschede")
        await page.get_by_role("button", name="Inloggen op een toestel").click()
        await expect(page.get_by_role("option").first).to_be_visible()
        await accessible(page, "device list")
        await screenshot(page, PICTURES / f"device-{theme}.png")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Alleen meekijken").last.click()
        await accessible(page, "looking on")
        await page.get_by_role("button", name="Geen toestel").click()
        await page.get_by_role("option", name="Browser van").first.click()
        await page.get_by_role("button", name="Inloggen", exact=True).click()
        await operator.sign_in("Algemeen")
        await accessible(page, "at rest")
        await screenshot(page, PICTURES / f"rest-{theme}.png")
        async with queue_of_callers(cordboard, 8):
            await expect(operator.card(state="offered").first).to_be_visible(timeout=PATIENCE_MS)
            await accessible(page, "callers wait")
            await operator.press("Answer", "offered")
            await operator.becomes("active")
            await page.get_by_role("button", name="Algemeen", exact=True).click()
            await accessible(page, "in a call, with a queue's detail")
            await screenshot(page, PICTURES / f"call-{theme}.png")
            await page.get_by_role("button", name="Ingelogde medewerkers").first.click()
            await operator.press("Hold", "active")
            await operator.becomes("held")
            await accessible(page, "on hold, with the agents")
            await screenshot(page, PICTURES / f"held-{theme}.png")
        await operator.no_card()
        await operator.open_tab("History")
        await page.locator(".hrow").first.click()
        await accessible(page, "history")
        await screenshot(page, PICTURES / f"history-{theme}.png")
        await page.get_by_role("button", name="Menu van").click()
        await accessible(page, "user menu")
        await screenshot(page, PICTURES / f"menu-{theme}.png")
        await page.keyboard.press("Escape")
        await page.keyboard.press("?")
        await accessible(page, "keys")
        await screenshot(page, PICTURES / f"keys-{theme}.png")
    finally:
        await go_home(operator)


async def test_forty_waiting_callers_fit_every_size(browser: Chromium, cordboard: Installation) -> None:
    """Nothing is pushed off the screen or laid over something else, in both languages, themes and sizes."""
    operator = await OperatorPage.visit(browser, cordboard, "anja", width=1280, height=800)
    page = operator.page
    try:
        await operator.begin_work("Enschede", "Browser van Anja", "Algemeen", "Urgent", "Intercollegiaal")
        async with queue_of_callers(cordboard, WAITING):
            await expect(operator.tab("Queues")).to_contain_text(str(WAITING), timeout=60_000)
            await page.get_by_role("button", name="Algemeen", exact=True).click()
            for language in ("nl", "en"):
                if language == "en":
                    await page.get_by_role("button", name="Menu van").click()
                    await page.get_by_role("menuitemradio", name="English").click()
                    await expect(page.get_by_role("tab", name="Queues")).to_be_visible()
                    await page.keyboard.press("Escape")
                for theme in ("light", "dark"):
                    await page.emulate_media(color_scheme=theme)
                    for width, height in SIZES:
                        await page.set_viewport_size({"width": width, "height": height})
                        await _fits(page, f"{language} {theme} {width}")
                        name = f"forty-{language}-{theme}-{width}x{height}.png"
                        await screenshot(page, PICTURES / name)
            await accessible(page, "forty callers")
    finally:
        await page.evaluate(
            "fetch('/api/settings', { method: 'PUT', body: JSON.stringify({ language: 'nl' }), "
            "headers: { 'X-Cordboard': '1', 'Content-Type': 'application/json' } })"
        )
        await go_home(operator)


async def _fits(page: Page, what: str) -> None:
    """The page itself does not scroll, and no button's text is cut where it may not be."""
    sizes = await page.evaluate(
        "() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )
    assert max(sizes) <= 0, f"{what}: the page is larger than the window by {sizes}"
    cut = await page.evaluate(
        """() => [...document.querySelectorAll('button, .state, time, [role=cell]')]
            .filter(e => e.offsetParent !== null && e.scrollWidth > e.clientWidth + 1
                && getComputedStyle(e).overflow !== 'visible' && !e.matches('.cut, .cut *, .vh'))
            .map(e => e.textContent)"""
    )
    assert not cut, f"{what}: cut off are {cut}"
