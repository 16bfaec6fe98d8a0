"""What needs no telephone: coming in when that fails or should be safer (manual 1.1), and chat (manual 3.5)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.e2e.looks import PICTURES, accessible
from tests.e2e.office import as_set
from tests.e2e.operator import LOCALES, PATIENCE_MS, OperatorPage
from tests.e2e.words import Language, Words, in_both
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation
from tests.support.mailserver import link_in, text_of

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]


@in_both
@pytest.mark.walk("1.1")
@pytest.mark.rule("1.1-c", "1.1-h", "1.1-j")
async def test_who_forgot_a_password_comes_in_again_and_turns_on_a_second_step(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """The letter's link opens our page; the new password opens the door. Then the authenticator is set up from the
    key beside the picture, and log-in asks its code; with a recovery code it is turned off again."""
    # Letter and page speak the language of who has forgotten it.
    async with as_set(cordboard, "users", "Fatima Yıldız", language=language):
        await forgotten_and_found(browser, cordboard, language)


async def forgotten_and_found(browser: Chromium, cordboard: Installation, language: Language) -> None:
    """The steps of it."""
    says = Words(language)
    outbox = cordboard.data / "outbox"
    for read in outbox.glob("*.eml"):
        read.unlink()
    session = await browser.session(locale=LOCALES[language])
    session.set_default_timeout(PATIENCE_MS)
    page = await session.new_page()
    await page.goto(cordboard.url)
    await page.get_by_role("link", name=says("Forgotten password")).click()
    await page.get_by_label(says("E-mail address")).fill("fatima@zorggroeptwente.example")
    await accessible(page, "forgotten password")
    await screenshot(page, PICTURES / "forgotten.png")
    await page.get_by_role("button", name=says("Send the link")).click()
    # A browser in which nobody has logged in yet is told no more than that (D20).
    await expect(
        page.get_by_text(says("If this address is known here, an e-mail is on its way."))
    ).to_be_visible()

    await page.goto(link_in(text_of(await letter(outbox))))
    await expect(page.get_by_label(says("User name"))).to_have_value("fatima")
    await accessible(page, "choose a password")
    await screenshot(page, PICTURES / "choose-password.png")
    password = cordboard.password("fatima")
    await page.get_by_label(says("New password")).fill(password)
    await page.get_by_role("button", name=says("Save")).click()
    await page.get_by_role("button", name=says("To log in")).click()
    await fill_in(page, says, password)
    await expect(page.get_by_role("link", name="Operator")).to_be_visible()

    await menu(page, says("My settings"))
    await page.get_by_role("button", name=says("Turn on")).click()
    await page.get_by_label(says("Present password")).last.fill(password)
    await page.get_by_role("button", name=says("Go on")).click()
    authenticator = pyotp.TOTP((await page.locator(".own-key").inner_text()).replace(" ", ""))
    await page.get_by_label("Code").fill(authenticator.now())
    await accessible(page, "the picture for an authenticator")
    await screenshot(page, PICTURES / "second-step.png")
    await page.get_by_role("button", name=says("Turn on")).click()
    code = await page.locator(".own-codes li").first.inner_text()
    await page.get_by_role("button", name=says("I have kept them")).click()
    await expect(page.get_by_text(says("{} recovery codes are left.", "10"))).to_be_visible()
    await accessible(page, "own settings")
    await screenshot(page, PICTURES / "own-settings.png")

    await menu(page, says("Log out"))
    await page.get_by_role("alertdialog").get_by_role("button", name=says("Log out")).click()
    await fill_in(page, says, password)
    await expect(page.get_by_role("heading", name=says("Second step"))).to_be_visible()
    await accessible(page, "second step")
    await page.get_by_label("Code").fill("000000")
    await page.get_by_role("button", name=says("Log in")).click()
    await expect(page.get_by_text(says("This code is not right"))).to_be_visible()
    # The code that turned it on counted already, so the next half minute's.
    await page.get_by_label("Code").fill(authenticator.at(time.time() + 30))
    await page.get_by_role("button", name=says("Log in")).click()
    await menu(page, says("My settings"))
    await page.get_by_role("button", name=says("Turn off")).click()
    await page.get_by_label(says("Present password")).last.fill(password)
    await page.get_by_label("Code").last.fill(code)
    await page.get_by_role("button", name=says("Turn off")).click()
    await expect(page.get_by_role("button", name=says("Turn on"))).to_be_visible()
    await session.close()


@in_both
@pytest.mark.walk("3.5")
@pytest.mark.rule(
    "1.2-l", "3.5-b", "3.5-c", "3.5-d", "3.5-e", "3.5-f", "3.5-g", "3.5-h", "3.5-i", "3.5-j", "3.5-k", "3.5-l",
    "3.5-m", "3.5-n", "3.5-p", "D18",
)  # fmt: skip
async def test_people_chat_and_nothing_is_left_of_it(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """A random word goes from one screen to the other and back, while a third person writes. Afterwards it is in no
    file of the installation, no log, no database and no store of a browser; a page that is loaded anew does not know
    it either."""
    says = Words(language)
    canary, answer = secrets.token_hex(16), secrets.token_hex(16)
    async with looking_on(browser, cordboard, "chantal", language) as chantal:
        async with looking_on(browser, cordboard, "piet", language) as piet:
            await chantal.get_by_role("tab", name="Chat").click()
            notice = "Messages in this chat are not stored. You cannot read them again later."
            await expect(chantal.get_by_text(says(notice)).first).to_be_visible()
            await chantal.get_by_role("button", name=says("New chat")).click()
            await chantal.get_by_role("menuitem", name="Piet Jansen").click()
            await chantal.get_by_role("textbox", name=says("Message to {}", "Piet Jansen")).fill(
                f"<b>{canary}</b>"
            )
            await chantal.keyboard.press("Enter")
            popup = piet.locator(".toast").filter(has_text=canary)
            await expect(popup).to_contain_text("Chantal Vos")
            await expect(piet.get_by_role("tab", name="Chat")).to_have_text("Chat1")
            await screenshot(piet, PICTURES / "chat-popup.png")
            await popup.get_by_role("button", name=says("Reply")).click()
            await expect(piet.get_by_role("log")).to_contain_text(f"<b>{canary}</b>")
            await expect(piet.get_by_role("tab", name="Chat")).to_have_text("Chat")
            await piet.get_by_role("textbox", name=says("Message to {}", "Chantal Vos")).fill(answer)
            await piet.get_by_role("button", name=says("Send")).click()
            lines = chantal.get_by_role("log").locator(".msg")
            await expect(lines).to_have_text([f"<b>{canary}</b>", answer])
            await accessible(chantal, "chat")
            await screenshot(chantal, PICTURES / "chat.png")
            await from_one_to_another(cordboard, piet, says, f"<b>{canary}</b>", answer)
            assert not await kept(piet, canary, answer)
        await chantal.get_by_role("textbox", name=says("Message to {}", "Piet Jansen")).fill(canary)
        await chantal.keyboard.press("Enter")
        await expect(
            chantal.get_by_text(says("Not delivered. {} is not there any more.", "Piet Jansen"))
        ).to_be_visible()
        assert not await kept(chantal, canary, answer)

        await chantal.reload()

        await chantal.get_by_role("button", name=says("Look on only")).click()
        await chantal.get_by_role("tab", name="Chat").click()
        await expect(chantal.get_by_text(says("No conversation is open")).first).to_be_visible()
        await expect(chantal.get_by_text(canary)).to_have_count(0)
    files = [path for path in cordboard.data.rglob("*") if path.is_file()]
    assert any(path.name == "server.log" for path in files) and any(path.suffix == ".db" for path in files)
    for word in (canary, answer):
        assert [str(path) for path in files if word.encode() in path.read_bytes()] == []


async def from_one_to_another(cordboard: Installation, piet: Page, says: Words, *known: str) -> None:
    """Henk writes too: who is unread stands at the left and on the tab, who is open is green, and the conversation
    with Chantal is still there."""
    name, word = "Henk van Dijk", secrets.token_hex(16)
    people = piet.get_by_role("navigation", name=says("Conversations"))
    chantals = people.get_by_role("button", name=re.compile("^Chantal Vos"))
    henks = people.get_by_role("button", name=re.compile(f"^{name}"))
    shown, lines = piet.get_by_role("tab", name="Chat"), piet.get_by_role("log").locator(".msg")
    async with cordboard.desk("henk") as henk:
        await henk.command("group.select", group=henk.group("Enschede"))
        await henk.command("chat.send", to="demo-piet", message=secrets.token_hex(16), text=word)
        unread = re.compile(f"^{name}, .+, {says('{} unread', '1')}$")
        await expect(henks).to_have_accessible_name(unread)
        await expect(shown).to_have_text("Chat1")
        await expect(lines).to_have_text(list(known))
        await expect(chantals).to_have_attribute("aria-current", "true")
        colour = "row => getComputedStyle(row).backgroundColor"
        green, plain = await chantals.evaluate(colour), await henks.evaluate(colour)
        assert green != plain

        await henks.click()

        await expect(lines).to_have_text([word])
        await expect(henks).to_have_attribute("aria-current", "true")
        # The pointer rests on it.
        await piet.mouse.move(0, 0)
        await expect(henks).to_have_css("background-color", green)
        await expect(shown).to_have_text("Chat")
        await chantals.click()
        await expect(lines).to_have_text(list(known))


@contextlib.asynccontextmanager
async def looking_on(
    browser: Chromium, cordboard: Installation, user: str, language: Language = "nl"
) -> AsyncIterator[Page]:
    """Somebody's console without a telephone (1.2-l); logs out afterwards."""
    operator = await OperatorPage.visit(browser, cordboard, user, language)
    page, says = operator.page, operator.says
    without = page.get_by_role("button", name=says("Look on only"))
    group = page.get_by_role("button", name="Enschede")
    await expect(without.or_(group).first).to_be_visible(timeout=PATIENCE_MS)
    if await group.is_visible():
        await group.click()
    await without.click()
    await expect(page.get_by_role("tab", name="Chat")).to_be_visible()
    try:
        yield page
    finally:
        await page.evaluate("fetch('/api/session', { method: 'DELETE', headers: { 'X-Cordboard': '1' } })")
        await operator.close()


async def kept(page: Page, *words: str) -> list[str]:
    """Which of these words the browser keeps anywhere: cookies, both storages, databases, caches."""
    stored = str(await page.context.storage_state(indexed_db=True))
    stored += await page.evaluate(
        """async () => JSON.stringify([sessionStorage, await caches.keys(),
            (await indexedDB.databases()).map(one => one.name), location.href, history.state])"""
    )
    return [word for word in words if word in stored]


async def fill_in(page: Page, says: Words, password: str) -> None:
    """Name and password."""
    await page.get_by_label(says("User name")).fill("fatima")
    await page.get_by_label(says("Password")).fill(password)
    await page.get_by_role("button", name=says("Log in")).click()


async def menu(page: Page, item: str) -> None:
    """Choose something from the menu with one's name."""
    await page.get_by_role("button", name=re.compile("^Menu (van|of) ")).click()
    await page.get_by_role("menuitem", name=item).click()


async def letter(outbox: Path) -> EmailMessage:
    """The newest letter; without a mail server they are files."""
    for _ in range(PATIENCE_MS // 50):
        # One that is being written is there before its words are.
        whole = [path for path in outbox.glob("*.eml") if path.stat().st_size]
        found = sorted(whole, key=lambda path: path.stat().st_mtime)
        if found:
            read = message_from_bytes(found[-1].read_bytes(), policy=policy.default)
            assert isinstance(read, EmailMessage)
            return read
        await asyncio.sleep(0.05)
    raise AssertionError("no letter came")
