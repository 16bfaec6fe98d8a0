"""A directory in a browser: set up on its page, tried, imported, and its people found by whoever looks for them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.catalogue import Catalogue
from tests.e2e.looks import PICTURES, accessible
from tests.e2e.operator import PATIENCE_MS, OperatorPage, log_in
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation
from tests.support.slapd import ADMIN, PASSWORD, PEOPLE, Slapd, running_slapd

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

ACCOUNT = "Cordboard logs in there as [bind_dn]; the password is [password]."
words = Catalogue("nl")


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    """With two people whom anybody can call, and one whom nobody can."""
    with tempfile.TemporaryDirectory(prefix="cordboard-slapd-") as folder, running_slapd(Path(folder)) as one:
        one.add("jan", cn="Jan Jansen", telephoneNumber=["053-480 09 00"], title="Inkoper")
        one.add("truus", cn="Truus de Mier", mobile=["0612345678"])
        one.add("wrong", cn="Wim Zonder", telephoneNumber=["toestel van Truus"])
        yield one


@pytest.mark.rule("3.3-p", "X-d")
async def test_a_directory_is_set_up_tried_and_imported_and_its_people_are_found(
    browser: Chromium, cordboard: Installation, slapd: Slapd
) -> None:
    """A certificate that nobody knows and a wrong password are told, and so is the entry that cannot be taken; then
    Jan stands in the contacts of somebody at work, with a number that can be called."""
    session = await browser.session()
    session.set_default_timeout(PATIENCE_MS)
    try:
        page = await log_in(session, cordboard, "henk")
        await page.goto(f"{cordboard.url}/admin/ldap")
        await page.get_by_role("link", name=words("New directory")).press("Enter")
        for title, sentence, name, value in (
            ("Name", "The directory is called [name].", "name", "Gids"),
            (
                "Server",
                "It is asked at [url] (ldaps://server, or ldap://server, which then goes over to TLS).",
                "url",
                slapd.secure,
            ),
            ("Account", ACCOUNT, "bind_dn", ADMIN),
            ("Account", ACCOUNT, "password", "geraden"),
            ("Who is in it", "Contacts are the entries below [base] that fit [filter].", "base", PEOPLE),
        ):
            await page.get_by_label(words.field(title, sentence, name), exact=True).fill(value)
        await page.get_by_role("button", name=words("Make"), exact=True).click()
        await expect(page.get_by_text(words("It has not been imported yet."))).to_be_visible()
        look = page.get_by_role("button", name=words("Try it"))
        take = page.get_by_role("button", name=words("Import"), exact=True)
        told = page.get_by_role("main").get_by_role("alert")

        await look.click()
        unknown = words(
            "The directory could not prove that it is this server: fill in the certificate of its authority, and its "
            "name as the certificate has it."
        )
        await expect(told).to_have_text(unknown)
        certificate = words.field(
            "Certificate", "The server proves who it is with the certificate [certificate]", "certificate"
        )
        await page.get_by_label(certificate, exact=True).fill(slapd.certificate)
        await save(page)
        await look.click()
        await expect(told).to_have_text(words("The directory does not know this account with this password."))
        await expect(take).to_have_attribute("aria-disabled", "true")
        await accessible(page, "a directory with a wrong password")
        await page.get_by_label(words.field("Account", ACCOUNT, "password"), exact=True).fill(PASSWORD)
        await save(page)

        await look.click()
        outcome = page.get_by_role("status").filter(has_text="2 nieuw")
        counts = ("2", "0", "0", "0")
        await expect(outcome).to_contain_text(
            words(
                "This would become: {added} new, {changed} changed, {removed} removed, {same} the same.",
                *counts,
            )
        )
        await expect(outcome).to_contain_text(
            f"uid=wrong,{PEOPLE}: {words('a number is no telephone number')}"
        )
        await accessible(page, "a directory that was tried")
        await screenshot(page, PICTURES / "admin-ldap-tried.png")
        await take.click()
        await expect(outcome).to_contain_text(
            words("Done: {added} new, {changed} changed, {removed} removed, {same} the same.", *counts)
        )
        await expect(page.get_by_text("2 nieuw, 0 gewijzigd, 0 verwijderd, 0 gelijk, 1 ")).to_be_visible()
    finally:
        await session.close()

    chantal = await OperatorPage.visit(browser, cordboard, "chantal")
    chantal.page.set_default_timeout(PATIENCE_MS)
    try:
        await chantal.choose_group("Enschede")
        await chantal.page.get_by_role("button", name="Alleen meekijken").click()
        await chantal.page.get_by_role("tab", name="Contacten").click()
        await chantal.page.get_by_role("searchbox").press_sequentially("jan inkoper")
        found = chantal.page.locator(".crow")
        await expect(found).to_have_count(1)
        await expect(found).to_contain_text("Jan Jansen")
        await expect(found).to_contain_text("Inkoper")
    finally:
        await chantal.close()


async def save(page: Page) -> None:
    """Until it holds."""
    await page.get_by_role("button", name=words("Save"), exact=True).click()
    await expect(page.get_by_text(words("Changes hold at once for everybody who works."))).to_be_visible()
