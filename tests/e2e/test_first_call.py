"""From an empty installation to a first call through a trunk, by the browser alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cli.command import cordboard
from tests.e2e.looks import PICTURES, accessible
from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation
from tests.support.letters import link_of_letter
from tests.support.provider import ACCOUNT, ANSWERS, PASSWORD, SUBSCRIBER, provider
from tests.support.sipphone import SipPhone

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]

CHOSEN = "zeven groene fietsen rijden"


class Administrator:
    """Somebody at the pages of the administration, in English."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def begin(self, place: str, new: str) -> None:
        """Open the list and the form for a new one."""
        await self.page.get_by_role("navigation").get_by_role("link", name=place, exact=True).click()
        await self.page.get_by_role("link", name=new).click()

    async def say(self, **values: str) -> None:
        """Type into sentences: title of the sentence, underscores for spaces, and what to type; `|` for more blanks."""
        for title, text in values.items():
            rule = self.page.locator(".adm-rule").filter(
                has=self.page.get_by_role("heading", name=title.replace("_", " "), exact=True)
            )
            for at, part in enumerate(text.split("|")):
                if part:
                    await rule.locator("input").nth(at).fill(part)

    async def tick(self, button: str, name: str) -> None:
        """One of a list that a word opens."""
        await self.page.get_by_role("button", name=button).click()
        await self.page.get_by_role("dialog").get_by_label(name).check()
        await self.page.keyboard.press("Escape")

    async def made(self, name: str) -> None:
        """It is made, and its page opens."""
        await self.page.get_by_role("button", name="Make", exact=True).click()
        await expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def log_in(page: Page, url: str, user_name: str, password: str) -> None:
    """At the portal, in whatever language it is."""
    await page.goto(url)
    await page.locator("input[autocomplete=username]").fill(user_name)
    await page.locator("input[type=password]").fill(password)
    await page.locator("form button[type=submit]").click()
    await expect(page.get_by_role("link", name="Operator")).to_be_visible()


@pytest.mark.rule("X-d", "1.1-c", "D28")
async def test_from_nothing_to_a_first_call_through_a_trunk(browser: Chromium, tmp_path: Path) -> None:
    """The first administrator makes queue, number, phone, person and trunk; a call comes in and is answered.

    Two commands come before: one that makes the organisation, and one that takes the demo away with its passwords.
    """
    about = ("--user-name", "marije", "--person", "Marije Bosma", "--language", "en")
    told = cordboard("new-organisation", "Zorg Almelo", *about, "--data", tmp_path / "data")
    assert cordboard("remove-demo", "--yes", "--data", tmp_path / "data").code == 0
    first = next(line.split()[1] for line in told.out.splitlines() if line.startswith("    marije"))
    session = await browser.session(locale="en-GB")
    session.set_default_timeout(PATIENCE_MS)
    async with provider() as port, Installation(tmp_path, configuration="") as installation:
        portal = await session.new_page()
        await log_in(portal, installation.url, "marije", first)
        await portal.goto(f"{installation.url}/admin/groups")
        admin = Administrator(portal)

        await admin.begin("Groups", "New group")
        await admin.say(Name="Reception")
        await admin.made("Reception")
        await admin.begin("Queues", "New queue")
        await admin.say(Name="General")
        await admin.tick("no group", "Reception")
        await admin.made("General")
        await admin.begin("Phones", "New phone")
        await admin.say(Name="Desk|201")
        await admin.made("Desk")
        facts = portal.locator(".adm-facts dd")
        server, user, password = [await facts.nth(at).inner_text() for at in range(3)]
        await admin.begin("Users", "New user")
        await admin.say(Person="Piet Vos|piet|piet@almelo.example")
        await portal.get_by_label("Language: The console speaks").select_option("en")
        await admin.tick("no group", "Reception")
        await admin.made("Piet Vos")
        await portal.get_by_role("button", name="Send an invitation").click()

        await admin.begin("Trunks", "New trunk")
        await admin.say(Name="KPN", Provider=f"127.0.0.1|{port}", Account=f"{ACCOUNT}|{PASSWORD}")
        await portal.get_by_label("Writing numbers: The provider wants numbers written as").select_option(
            "national"
        )
        await admin.made("KPN")
        await expect(portal.get_by_text("and Cordboard is registered there")).to_be_visible(timeout=30_000)
        assert PASSWORD not in await portal.content()
        await portal.get_by_label("Number to ring").fill(ANSWERS)
        await portal.get_by_role("button", name="Ring this number").click()
        await expect(portal.get_by_text("calling out works")).to_be_visible()
        await accessible(portal, "a trunk")
        await screenshot(portal, PICTURES / "admin-trunk.png")
        await admin.begin("Numbers", "New number")
        await admin.say(Number="020 123 45 67")
        await portal.get_by_label("Routing: Calls go to", exact=True).select_option(label="General")
        await portal.get_by_role("button", name="Make", exact=True).click()
        await expect(portal.get_by_role("heading", level=1)).to_contain_text("020")

        other = await browser.session(locale="en-GB")
        other.set_default_timeout(PATIENCE_MS)
        page = await other.new_page()
        await page.goto(await link_of_letter(installation.data / "outbox"))
        await page.locator("input[type=password]").fill(CHOSEN)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Your password is set")).to_be_visible()
        await log_in(page, installation.url, "piet", CHOSEN)
        host, _, sip = server.partition(":")
        async with (
            SipPhone(server=(host, int(sip)), user=user, password=password) as phone,
            SipPhone(server=("127.0.0.1", port), ip=SUBSCRIBER) as caller,
        ):
            await phone.register(within_ms=PATIENCE_MS)
            piet = await OperatorPage.from_portal(page, "en")
            await piet.begin_work("Reception", "Desk", "General")
            call = await caller.dial("0201234567", from_number="0612345678")
            await piet.becomes("offered")
            await piet.press("Answer", "offered")
            await piet.becomes("active")
            await call.answered()
            await call.hang_up()
        await other.close()
    await session.close()
