"""The console in a real browser, on the running product with real telephones."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.e2e.operator import LOCALES, PATIENCE_MS, OperatorPage, speak
from tests.e2e.words import Language, Words, in_both
from tests.exchange.office import AGENT_HZ, CALLER_HZ, both_hear, calling
from tests.support import chromium
from tests.support.chromium import Chromium
from tests.support.installation import Installation
from tests.support.sipphone import CallState, SipPhone

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
SIGNED_OUT_BY_GROUP = (
    "NOTE: you are signed out automatically of the queues that are not available for the group you choose "
    "next."
)


@contextlib.asynccontextmanager
async def at_desk(
    browser: Chromium,
    cordboard: Installation,
    user: str,
    extension: str,
    *queues: str,
    language: Language = "nl",
) -> AsyncIterator[tuple[OperatorPage, SipPhone]]:
    """Somebody behind a real console page with a desk phone; logs out of both afterwards."""
    async with await cordboard.phone(f"demo-{extension}", tone_hz=AGENT_HZ) as phone:
        await phone.register(within_ms=PATIENCE_MS)
        async with visiting(browser, cordboard, user, language) as operator:
            await operator.begin_work("Enschede", f"Toestel {extension}", *queues)
            await operator.device_is(f"Toestel {extension}", "connected")
            yield operator, phone


@contextlib.asynccontextmanager
async def visiting(
    browser: Chromium, cordboard: Installation, user: str, language: Language = "nl"
) -> AsyncIterator[OperatorPage]:
    """Somebody's console page, before anything is chosen; logs out afterwards."""
    operator = await OperatorPage.visit(browser, cordboard, user, language)
    try:
        yield operator
    finally:
        await go_home(operator)


async def go_home(operator: OperatorPage) -> None:
    """Log out of console and phone, also with a call."""
    await operator.page.evaluate(
        """async () => {
            for (let tries = 0; tries < 50; tries++) {
                const answer = await fetch('/api/session?device=true&confirmed=true',
                    { method: 'DELETE', headers: { 'X-Cordboard': '1' } }).catch(() => null);
                if (answer?.ok || answer?.status === 401) return;
                await new Promise(resolve => setTimeout(resolve, 100));
            }
        }"""
    )
    await operator.close()


@in_both
@pytest.mark.walk("1.1")
@pytest.mark.rule("1.1-b", "1.1-f", "1.1-g", "1.1-k", "1.1-l")
async def test_logging_in_opens_the_modules(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """Where a name and password are to be had is said; a wrong password without saying what was wrong, and the name
    stays; then the modules are shown, those that are not taken dimmed."""
    says = Words(language)
    page = await browser.page(cordboard.url, locale=LOCALES[language])
    page.set_default_timeout(PATIENCE_MS)
    await expect(page.get_by_role("heading", name=says("Log in"))).to_be_visible()
    await expect(page.get_by_role("link", name=says("Forgotten password"))).to_be_visible()
    whom_to_ask = says("The log-ins of this demo are in the window where Cordboard was started.")
    await expect(page.get_by_role("contentinfo")).to_contain_text(whom_to_ask)
    password = page.get_by_label(says("Password"))
    assert await password.get_attribute("type") == "password"
    await page.get_by_label(says("User name")).fill("chantal")
    await password.fill("not that one")
    await password.press("Enter")
    wrong = "This combination of user name and password is not right. Check both and try again."
    await expect(page.get_by_text(says(wrong))).to_be_visible()
    await expect(page.get_by_label(says("User name"))).to_have_value("chantal")
    await expect(password).to_have_value("")
    await expect(password).to_be_focused()
    assert await page.evaluate("document.documentElement.lang") == language
    await password.fill(cordboard.password("chantal"))
    await password.press("Enter")
    await expect(page.get_by_role("link", name="Operator")).to_be_visible()
    # From here on the person's own language counts.
    await speak(page, language)
    await expect(page.locator(".mod")).to_have_count(5)
    closed = page.get_by_role("link", name=says("Administration"))
    await expect(closed).to_have_attribute("aria-disabled", "true")
    await expect(closed).to_contain_text(says("Not activated"))
    await page.context.close()


@in_both
@pytest.mark.walk("1.2", "4")
@pytest.mark.rule("1.1-o", "1.1-q", "1.1-t", "1.2-a", "1.2-b", "1.2-e", "1.2-f", "1.2-h", "1.2-i")
async def test_a_group_and_a_phone_are_chosen_before_work(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """The warning before the choice of a group, a phone that a colleague has, one that is not connected, and
    looking on without any; who then logs out but not on the phone finds it again."""
    async with (
        cordboard.desk("piet") as piet,
        visiting(browser, cordboard, "chantal", language) as operator,
    ):
        await piet.command("device.pair", device="demo-203")
        page, says = operator.page, operator.says
        await expect(page.get_by_text(says(SIGNED_OUT_BY_GROUP))).to_be_visible()
        await operator.choose_group("Enschede")
        await expect(page.get_by_text(says("You are not logged in on a phone yet"))).to_be_visible()
        await page.get_by_role("button", name=says("Log in on a phone")).click()
        await page.get_by_role("option", name="Toestel 203").click()
        await expect(page.get_by_text(says("{} is already using this phone.", "Piet Jansen"))).to_be_visible()
        choose = page.get_by_role("button", name=says("Log in"), exact=True)
        await expect(choose).to_have_attribute("aria-disabled", "true")
        await page.get_by_role("button", name=re.compile("^" + says("Phone"))).last.click()
        await page.get_by_role("option", name="Toestel 205").click()
        await expect(page.get_by_text(says("This phone is not connected now."))).to_be_visible()
        await page.get_by_role("button", name=says("Look on only")).click()
        await expect(page.get_by_text(says("Looking on")).first).to_be_visible()
        # Somebody who is paired already finds the console at once (1.2-f).
        await page.get_by_role("button", name=says("No phone")).click()
        await page.get_by_role("option", name="Toestel 205").click()
        await choose.click()
        await operator.device_is("Toestel 205", "not connected")
        await page.reload()
        await operator.device_is("Toestel 205", "not connected")

        asked = await operator.asks_to_log_out("Chantal Vos")
        told = (
            "Yes: you also leave {}. No: you stay logged in there, and direct calls still reach you. Either way you "
            "are signed out of your queues."
        )
        await expect(asked).to_contain_text(says(told, "Toestel 205"))
        await asked.get_by_role("button", name=says("No"), exact=True).click()
        await page.get_by_label(says("User name")).fill("chantal")
        await page.get_by_label(says("Password")).fill(cordboard.password("chantal"))
        await page.get_by_role("button", name=says("Log in")).click()
        await operator.choose_group("Enschede")
        await operator.device_is("Toestel 205", "not connected")
        await piet.command("device.unpair")


@pytest.mark.rule("2.1.1-m", "2.1.1-p")
async def test_a_call_is_handled_by_keys_alone(browser: Chromium, cordboard: Installation) -> None:
    """F3 answers, F5 holds and resumes and does not reload the page, F4 hangs up."""
    async with (
        at_desk(browser, cordboard, "chantal", "201", "Algemeen") as (operator, phone),
        calling(cordboard) as caller,
    ):
        keys = operator.page.keyboard
        await operator.page.evaluate("window.sameVisit = true")
        await operator.becomes("offered")
        await keys.press("F3")
        await operator.becomes("active")
        await both_hear(caller, phone.call)
        await keys.press("F5")
        await operator.becomes("held")
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        await keys.press("F5")
        await operator.becomes("active")
        await both_hear(caller, phone.call)
        await keys.press("F4")
        await operator.no_card()
        await caller.ended(within_ms=PATIENCE_MS)
        assert await operator.page.evaluate("window.sameVisit") is True


@pytest.mark.rule("2.1.1-r")
async def test_a_double_click_on_answer_answers_once(browser: Chromium, cordboard: Installation) -> None:
    """And what appears under the pointer is not pressed by the second click."""
    async with (
        at_desk(browser, cordboard, "chantal", "201", "Algemeen") as (operator, phone),
        calling(cordboard) as caller,
    ):
        await operator.becomes("offered")
        await phone.rings(within_ms=PATIENCE_MS)
        await operator.button("Answer").dblclick()
        await operator.becomes("active")
        await both_hear(caller, phone.call)
        # One ring, and one call that asked to be answered at once.
        assert len(phone.calls) == 2
        await operator.becomes("active")


async def test_a_reload_in_a_call_changes_nothing_for_a_desk_phone(
    browser: Chromium, cordboard: Installation
) -> None:
    """The call goes on without a gap, and the screen is right again and in control."""
    async with (
        at_desk(browser, cordboard, "chantal", "201", "Algemeen") as (operator, phone),
        calling(cordboard) as caller,
    ):
        call = await operator.call_id("offered")
        await operator.press("Answer", "offered")
        await operator.becomes("active", call)
        leg = phone.call
        await both_hear(caller, leg)

        await operator.page.reload()

        await operator.becomes("active", call)
        assert phone.call is leg and leg.state is CallState.UP
        await both_hear(caller, leg)
        await operator.press("Hold", "active")
        await operator.becomes("held", call)
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)


async def test_a_reload_in_a_call_on_the_browsers_phone_gives_music_and_rings_back(
    browser: Chromium, cordboard: Installation
) -> None:
    """The page is the telephone: while it is away the caller hears music, then the call is there by itself."""
    async with visiting(browser, cordboard, "chantal") as operator, calling(cordboard) as caller:
        await operator.begin_work("Enschede", "Browser van Chantal", "Algemeen")
        call = await operator.call_id("offered")
        await operator.press("Answer", "offered")
        await operator.becomes("active", call)
        await caller.hears(AGENT_HZ, within_ms=PATIENCE_MS)
        await chromium.hears(operator.page, CALLER_HZ, within_ms=PATIENCE_MS)
        page, address = operator.page, operator.page.url
        # Chromium asks whether one really wants to leave; somebody who reloads says yes.
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))

        await page.reload()

        await operator.becomes("active", call)
        await caller.hears(AGENT_HZ, within_ms=PATIENCE_MS)
        await chromium.hears(page, CALLER_HZ, within_ms=PATIENCE_MS)

        await page.goto("about:blank")
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        await page.goto(address)

        await operator.becomes("active", call)
        await caller.hears(AGENT_HZ, within_ms=PATIENCE_MS)
        await chromium.hears(page, CALLER_HZ, within_ms=PATIENCE_MS)


async def test_a_page_whose_server_dies_says_so_and_finds_back(
    browser: Chromium, cordboard: Installation
) -> None:
    """A banner that the call goes on, greyed data, no call buttons; then all is as it was."""
    async with (
        at_desk(browser, cordboard, "chantal", "201", "Algemeen") as (operator, phone),
        calling(cordboard) as caller,
    ):
        call = await operator.call_id("offered")
        await operator.press("Answer", "offered")
        await operator.becomes("active", call)
        await both_hear(caller, phone.call)
        banner = operator.page.get_by_text("Verbinding verbroken, uw gesprek loopt door.")
        # The page must see the banner however quickly the server is back.
        await operator.page.evaluate(
            """() => {
                window.seen = [];
                new MutationObserver(() => {
                    const text = document.querySelector('.banner')?.textContent ?? '';
                    if (text) window.seen.push(text);
                }).observe(document.body, { childList: true, subtree: true });
            }"""
        )

        cordboard.kill_server()

        # Asked again and again from here: waiting in the page would need eval, which its policy forbids.
        for _ in range(PATIENCE_MS // 50):
            if await operator.page.evaluate("window.seen.length"):
                break
            await asyncio.sleep(0.05)
        await cordboard.healthy()
        await expect(banner).to_have_count(0, timeout=60_000)
        seen = await operator.page.evaluate("window.seen")
        assert "Verbinding verbroken, uw gesprek loopt door." in seen[0]
        await operator.becomes("active", call)
        await operator.press("Hold", "active")
        await operator.becomes("held", call)
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)


@pytest.mark.rule("1.1-p")
async def test_a_newcomer_with_a_browser_answers_a_practice_caller(
    browser: Chromium, cordboard: Installation
) -> None:
    """No group to choose when there is one; a phone, a queue, one button, and somebody calls and speaks."""
    async with visiting(browser, cordboard, "piet") as operator:
        await operator.choose_device("Browser van Piet")
        await operator.sign_in("Algemeen")
        await operator.page.get_by_role("button", name="Laat een oefenbeller bellen").click()
        await operator.becomes("offered")
        await operator.press("Answer", "offered")
        await operator.becomes("active")
        await chromium.hears_music(operator.page, within_ms=PATIENCE_MS)
        await operator.press("Hang up", "active")
        await operator.no_card()


async def test_the_pages_log_no_errors(browser: Chromium) -> None:
    """In all the tests above; the questions that the portal asks before the log-in apart."""
    known = re.compile("status of 401|WebSocket connection|ERR_CONNECTION_REFUSED|Failed to load resource")
    assert [text for text in browser.errors if not known.search(text)] == []
