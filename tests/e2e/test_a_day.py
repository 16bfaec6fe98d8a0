"""A morning at the desk in a real browser, in Dutch and in English: manual 1.3, 2.3, 2.4, 3.1, 3.2, 3.4 and 4.

Every text is looked for in the words of its language, so that one which stands on the screen untranslated is not
found.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.e2e.words import Language, in_both
from tests.exchange.office import AGENT_HZ, OTHER_AGENT_HZ, at_work, calling
from tests.exchange.outside import rings_in
from tests.support.chromium import Chromium
from tests.support.installation import Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
CALLER = "0534800937"
PARTS: tuple[tuple[Literal["complementary", "main"], str], ...] = (
    ("complementary", "Personal call field"),
    ("main", "Main screen"),
    ("complementary", "Detail field"),
)
"""Of the screen, from left to right."""
COLUMNS = (
    ("Signed in", "Agents signed in", "Agents signed in, also those in a call"),
    ("Free", "Agents available", "Agents who can be offered a call now"),
    ("Waiting", "Calls waiting", "Callers who wait now"),
    ("Average", "Average waiting time", "Average waiting time of the calls that were answered"),
    ("Longest", "Waiting time of who waits longest", "Waiting time of the caller who waits longest now"),
    ("Handled", "Handled of total", "Answered of all calls that came in"),
    (
        "In / out",
        "Signed in to or out of the queue",
        "Dark: you are signed in and are offered calls. White: you are signed out. Red: you are signed out of an "
        "urgent queue.",
    ),
)
"""Above the queues: the word, what a pointer on it is told, and what the detail field explains."""
STATUSES = (
    "Available", "Ringing", "In a call", "On hold", "Wrap-up", "Paused", "Not answered", "Phone only", "Signed out",
    "Phone free", "Unknown", "Phone not connected",
)  # fmt: skip
"""Of agents, as the detail field explains their signs."""


class Desk:
    """Chantal's screen, read in one language."""

    def __init__(self, operator: OperatorPage) -> None:
        self.operator = operator
        self.says = operator.says
        self.page: Page = operator.page
        self.detail = self.page.locator("#detail")

    def button(self, text: str) -> Locator:
        """The one button of the page with exactly this name."""
        return self.page.get_by_role("button", name=self.says(text), exact=True)

    def row(self, queue: str) -> Locator:
        """A queue's row."""
        return self.page.get_by_role("table").get_by_role("row").filter(has_text=queue)

    async def turn(self, queue: str, *, on: bool) -> None:
        """Click the slide button and see it turned."""
        await self.operator.switch(queue, on=not on).click()
        await expect(self.operator.switch(queue, on=on)).to_be_visible(timeout=PATIENCE_MS)

    async def does(self, action: str) -> None:
        """A button of the only card."""
        await (
            self.page.locator("article.card")
            .get_by_role("button", name=re.compile("^" + re.escape(self.says(action))))
            .first.click()
        )

    async def reads(self, where: Locator, text: str, *values: str) -> None:
        """A text of the console stands there."""
        await expect(where).to_contain_text(self.says(text, *values), timeout=PATIENCE_MS)


@in_both
@pytest.mark.walk("1.3", "2", "2.3", "2.4", "3", "3.1", "3.2", "3.4", "4")
@pytest.mark.rule(
    "1.3-a", "1.3-b", "1.3-c", "1.3-d", "2-a", "2.3-b", "2.3-d", "2.4-b", "2.4-c", "2.4-d", "2.4-h", "2.4-i", "2.4-j",
    "3-a", "3.1-a", "3.1-b", "3.1-h", "3.1-i", "3.1-k", "3.1-l", "3.1-m", "3.1-n", "3.1-p", "3.2-a", "3.2-b",
    "3.2-c", "3.4-d", "3.4-e", "3.4-f", "3.4-h", "3.4-i", "4-a", "4-b", "4-c", "4-e", "D14",
)  # fmt: skip
async def test_a_morning_at_the_desk(browser: Chromium, cordboard: Installation, language: Language) -> None:
    """Queues and their numbers, a colleague in a call, wrap-up by itself and by the clock, history, another group,
    and home."""
    async with (
        at_work(cordboard, "piet", "203", "Algemeen", tone_hz=OTHER_AGENT_HZ) as piet,
        at_desk(browser, cordboard, "chantal", "201", language=language) as (operator, phone),
    ):
        desk = Desk(operator)
        await the_screen(desk)
        await the_queues(desk)
        async with calling(cordboard, of=CALLER) as talking:
            await piet.answer()
            await a_colleague_in_a_call(desk)
            await talking.hang_up()
            await piet.desk.command("queue.sign_out", queue=piet.desk.queue("Algemeen")["id"])
        missed = await a_missed_caller(desk, cordboard)
        async with rings_in(cordboard, of=CALLER) as caller:
            await operator.becomes("offered")
            await desk.does("Answer")
            await operator.becomes("active")
            await expect(missed).to_have_count(0, timeout=PATIENCE_MS)
            await caller.hears(AGENT_HZ, within_ms=PATIENCE_MS)
            # A talk of under three seconds gives no wrap-up (D9).
            await expect(operator.card(state="active")).to_contain_text(
                re.compile("00:0[4-9]"), timeout=PATIENCE_MS
            )
            await desk.does("Hang up")
            await operator.no_card()
        await wrap_up(desk, cordboard)
        await history(desk)
        await another_group(desk)
        await home(desk)
        assert all(call.end is not None for call in phone.calls)
        await piet.until(lambda: piet.desk.entities["device", "demo-201"]["used_by"] is None)


async def the_screen(desk: Desk) -> None:
    """Its three parts side by side, and the five tabs (2-a, 3-a)."""
    page = desk.page
    lefts = []
    for role, name in PARTS:
        part = page.get_by_role(role, name=desk.says(name), exact=True)
        await expect(part).to_be_visible()
        lefts.append(await part.evaluate("part => part.getBoundingClientRect().left"))
    assert lefts == sorted(lefts) and len(set(lefts)) == len(PARTS)
    tabs = [desk.says(name) for name in ("Queues", "Contacts", "History", "Chat", "Call back")]
    for place, tab in enumerate(tabs):
        await expect(page.get_by_role("tab").nth(place)).to_contain_text(tab)
    await expect(page.get_by_role("tab")).to_have_count(len(tabs))


async def the_queues(desk: Desk) -> None:
    """Signed out and in, what the columns mean, and who is signed in where (3.1, 2.4-h to 2.4-j)."""
    general, urgent = desk.row("Algemeen"), desk.row("Urgent")
    await expect(general).not_to_have_attribute("data-in", "")
    name = general.locator(".qname")
    plain = await name.evaluate("name => Number(getComputedStyle(name).fontWeight)")
    await desk.turn("Algemeen", on=True)
    await expect(general).to_have_attribute("data-in", "")
    assert await name.evaluate("name => Number(getComputedStyle(name).fontWeight)") > plain
    await expect(general.get_by_role("cell").first).to_have_text("2", timeout=PATIENCE_MS)

    # Who leaves the urgent queue sees red, not white.
    colour = "slot => getComputedStyle(slot).backgroundColor"
    left = await desk.operator.switch("Urgent", on=False).locator(".track").evaluate(colour)
    white = await desk.operator.switch("Intercollegiaal", on=False).locator(".track").evaluate(colour)
    assert left != white

    await what_the_columns_mean(desk)
    who = desk.button("Agents signed in")
    await expect(who).to_have_attribute("aria-disabled", "true")
    await name.click()
    await urgent.locator(".qname").click()
    await who.click()
    await expect(desk.detail.get_by_role("region", name="Algemeen")).to_contain_text("Piet Jansen")
    await desk.reads(desk.detail.get_by_role("region", name="Urgent"), "nobody")
    await urgent.locator(".qname").click()
    await expect(desk.detail.get_by_role("region", name="Urgent")).to_have_count(0)


async def what_the_columns_mean(desk: Desk) -> None:
    """Shortly under the pointer, and more of it in the detail field, with the signs of agents (3.1-k, 3.1-l, 3.1-p)."""
    heads = desk.page.get_by_role("columnheader").get_by_role("button")
    names = [f"{desk.says(word)}, {desk.says(told)}" for word, told, _ in COLUMNS]
    await expect(heads).to_have_count(len(names))
    for place, (name, (_, told, _)) in enumerate(zip(names, COLUMNS, strict=True)):
        await expect(heads.nth(place)).to_have_accessible_name(name)
        await heads.nth(place).hover()
        tip = desk.page.get_by_role("tooltip").filter(has_text=desk.says(told))
        await expect(tip).to_be_visible(timeout=PATIENCE_MS)
    await heads.last.click()
    await desk.reads(desk.detail, "What the columns mean")
    await desk.reads(desk.detail, "What the signs of agents mean")
    explained = [desk.says(text) for *_, text in COLUMNS] + [desk.says(status) for status in STATUSES]
    await expect(desk.detail.locator("dl.facts dd")).to_have_text(explained)


async def a_colleague_in_a_call(desk: Desk) -> None:
    """How long Piet talks, which way and with whom; call, chat and mail beside his name (3.1-q, 3.2)."""
    piet = desk.detail.locator(".person").filter(has_text="Piet Jansen")
    sign = piet.locator("button.stat")
    await desk.reads(piet, "incoming {}", "053 480 09 37")
    await expect(piet).to_contain_text(re.compile(r"\d:\d\d"))
    await sign.hover()
    # One that is about to go may still be there.
    tip = desk.page.get_by_role("tooltip").filter(has_text=desk.says("incoming {}", "053 480 09 37"))
    await expect(tip).to_contain_text(re.compile(r"\d:\d\d"))
    acts = piet.locator(".person-acts > *")
    for place, text in enumerate(("Call {}", "Chat with {}", "E-mail {}")):
        await expect(acts.nth(place)).to_have_attribute(
            "aria-label", re.compile(re.escape(desk.says(text, "Piet Jansen")))
        )
    await desk.row("Algemeen").locator(".qname").click()
    await expect(piet).to_have_count(0)


async def a_missed_caller(desk: Desk, cordboard: Installation) -> Locator:
    """Who gives up stands in a list, where Chantal puts her name to it with the keyboard; gives the row (D14)."""
    page = desk.page
    async with rings_in(cordboard, of=CALLER) as caller:
        await desk.operator.becomes("offered")
        await caller.hang_up()
        await desk.operator.no_card()
    await page.get_by_role("tab", name=desk.says("Call back")).click()
    await page.get_by_role("button", name=desk.says("Missed calls")).click()
    row = page.get_by_role("list", name=desk.says("Missed calls")).get_by_role("listitem")
    row = row.filter(has_text="053 480 09 37")
    await desk.reads(row, "hung up while waiting")
    later = row.get_by_role("button", name=desk.says("I call {} later", "053 480 09 37"), exact=True)
    await later.focus()
    await page.keyboard.press("Enter")
    await expect(later).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    return row


async def wrap_up(desk: Desk, cordboard: Installation) -> None:
    """The red bar runs by itself and keeps calls away; the clock asks for it during a call, and stops it."""
    page, operator = desk.page, desk.operator
    clock = desk.button("Wrap-up")
    bar = page.get_by_role("progressbar", name=desk.says("Wrap-up"))
    await expect(bar).to_be_visible(timeout=PATIENCE_MS)
    await expect(clock).to_have_attribute("aria-pressed", "true")
    async with rings_in(cordboard, of=CALLER):
        # It waits, and does not ring.
        waiting = page.get_by_role("region", name=desk.says("Waiting"))
        await expect(waiting).to_be_visible(timeout=PATIENCE_MS)
        await expect(operator.card(state="offered")).to_have_count(0)
        await desk.button("Done").click()
        await operator.becomes("offered")
        await desk.does("Answer")
        await operator.becomes("active")
        await clock.click()
        await desk.reads(page.locator(".desk-head"), "wrap-up follows")
        await desk.does("Hang up")
        await operator.no_card()
    await desk.reads(page.locator(".desk-head"), "no end time")
    await expect(bar).to_have_count(0)
    await clock.click()
    await desk.reads(page.locator(".desk-head"), "Available")


async def history(desk: Desk) -> None:
    """Both calls, the newest first, each with its arrow, duration, wait and time (3.4)."""
    page = desk.page
    await page.get_by_role("tab", name=desk.says("History")).click()
    rows = page.locator("button.hrow")
    await expect(rows.first).to_be_visible(timeout=PATIENCE_MS)
    for place in (0, 1):
        row = rows.nth(place)
        await expect(row.locator(".dir")).to_have_attribute("title", desk.says("Incoming"))
        times = row.locator("time")
        for column in (0, 1):
            await expect(times.nth(column)).to_have_text(re.compile(r"^\d+:\d\d$"))
        today = desk.says("Today at {}", "")
        await expect(times.nth(2)).to_have_text(re.compile(f"^{re.escape(today)}" + r"\d\d:\d\d:\d\d$"))
    clocks = [await rows.nth(place).locator("time").nth(2).inner_text() for place in (0, 1)]
    assert clocks == sorted(clocks, reverse=True)
    await rows.first.click()
    await desk.reads(desk.detail, "Talk time")
    await some_of_the_history(desk)
    await desk.operator.open_tab("Queues")


async def some_of_the_history(desk: Desk) -> None:
    """By kind, by what is typed, and what is left of it as a file for a spreadsheet (3.4-h, 3.4-i)."""
    page, says = desk.page, desk.says
    signs = page.locator("button.hrow .dir")
    which = page.get_by_role("combobox", name=says("Which calls"))
    typed = page.get_by_role("searchbox", name=says("Name, queue or number"))
    for kind in ("Missed", "Rejected", "Outgoing"):
        await which.select_option(label=says(kind))
        await expect(page.locator(f'button.hrow .dir[title="{says("Incoming")}"]')).to_have_count(0)
    await which.select_option(label=says("Incoming"))
    await expect(signs.first).to_have_attribute("title", says("Incoming"))
    await typed.press_sequentially("nobody called so")
    await expect(page.get_by_text(says("No such calls"))).to_be_visible()
    await typed.fill("053-480 0937")
    await expect(signs.first).to_have_attribute("title", says("Incoming"))

    async with page.expect_download() as coming:
        await page.get_by_role("link", name=says("Save as file")).click()
    file = Path(await (await coming.value).path())
    lines = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    # A time of which calls may be missing stands among them, whatever is looked for: an earlier test filled the disk.
    missing = says("calls may be missing or incomplete")
    lines = [line for line in lines if missing not in line[says("Kind")]]
    assert len(lines) == await signs.count() >= 2
    # An earlier test may have had this caller in another queue.
    assert "Algemeen" in {line[says("Queue")] for line in lines}
    for line in lines:
        assert (line[says("Kind")], line[says("Number")]) == (says("Incoming"), "31534800937")
        assert line[says("Waiting time (s)")].isdigit() and line[says("Talk time (s)")].isdigit()
    await typed.fill("")
    await which.select_option(label=says("All calls"))


async def another_group(desk: Desk) -> None:
    """In Den Bosch there is no Intercollegiaal; what both have stays signed in (1.3)."""
    page = desk.page
    await desk.turn("Intercollegiaal", on=True)
    await page.get_by_role("button", name=desk.says("Group: {}", "Enschede")).click()
    await page.get_by_role("menuitemradio", name="Den Bosch").click()
    await expect(page.get_by_role("button", name=desk.says("Group: {}", "Den Bosch"))).to_be_visible()
    await expect(desk.row("Intercollegiaal")).to_have_count(0, timeout=PATIENCE_MS)
    await expect(desk.operator.switch("Algemeen", on=True)).to_be_visible()
    await page.get_by_role("button", name=desk.says("Group: {}", "Den Bosch")).click()
    await page.get_by_role("menuitemradio", name="Enschede").click()
    # Nobody is signed in by himself (1.3-e).
    await expect(desk.operator.switch("Intercollegiaal", on=False)).to_be_visible(timeout=PATIENCE_MS)


async def home(desk: Desk) -> None:
    """Own name, log out, the question about the phone, and the form again (4)."""
    page = desk.page
    asked = await desk.operator.asks_to_log_out("Chantal Vos")
    await asked.get_by_role("button", name=desk.says("Yes"), exact=True).click()
    await expect(page.get_by_role("heading", name=desk.says("Log in"))).to_be_visible(timeout=PATIENCE_MS)


@in_both
@pytest.mark.rule("D12")
async def test_the_last_one_for_urgent_calls_is_asked_before_another_group(
    browser: Chromium, cordboard: Installation, language: Language
) -> None:
    """At the top right: no stays in group and queue, yes leaves both. Nothing is asked while Piet is there, and the
    choice when logging in asks in the same way."""
    storing = {"nl": "Storing", "en": "Outage"}[language]
    async with (
        only_in_enschede(cordboard, storing),
        at_work(cordboard, "piet", "203", storing, tone_hz=OTHER_AGENT_HZ) as piet,
        at_desk(browser, cordboard, "chantal", "201", language=language) as (operator, _),
    ):
        desk = Desk(operator)
        await desk.turn(storing, on=True)
        await change_group(desk, "Enschede", "Den Bosch")
        await expect(desk.row(storing)).to_have_count(0, timeout=PATIENCE_MS)
        await change_group(desk, "Den Bosch", "Enschede")
        await desk.turn(storing, on=True)
        await piet.desk.command("queue.sign_out", queue=piet.desk.queue(storing)["id"])

        await change_group(desk, "Enschede", "Den Bosch")
        asked = await asks_about(desk, storing)
        await asked.get_by_role("button", name=desk.says("Stay signed in"), exact=True).click()
        await expect(asked).to_have_count(0)
        await expect(desk.operator.switch(storing, on=True)).to_be_visible()
        await expect(desk.page.get_by_role("button", name=desk.says("Group: {}", "Enschede"))).to_be_visible()

        # A new tab chooses anew, and finds the sign-in that was kept.
        await desk.page.evaluate("sessionStorage.clear()")
        await desk.page.reload()
        await expect(desk.page.get_by_role("heading", name=desk.says("Choose your group"))).to_be_visible()
        await desk.page.get_by_role("button", name="Den Bosch").click()
        asked = await asks_about(desk, storing)
        await asked.get_by_role("button", name=desk.says("Change group anyway"), exact=True).click()
        shown = desk.page.get_by_role("button", name=desk.says("Group: {}", "Den Bosch"))
        await expect(shown).to_be_visible(timeout=PATIENCE_MS)
        await expect(desk.row(storing)).to_have_count(0)
        await change_group(desk, "Den Bosch", "Enschede")
        await expect(desk.operator.switch(storing, on=False)).to_be_visible(timeout=PATIENCE_MS)


@contextlib.asynccontextmanager
async def only_in_enschede(cordboard: Installation, name: str) -> AsyncIterator[None]:
    """An urgent queue that the other group does not have, while the context lasts."""
    async with cordboard.stranger() as henk:
        await henk.log_in("henk", cordboard.password("henk"))
        _, groups = await henk.request("GET", "/api/admin/groups")
        where = [group["id"] for group in groups["rows"] if group["name"] == "Enschede"]
        queue = {"name": name, "urgent": True, "groups": where}
        status, made = await henk.request("POST", "/api/admin/queues", json=queue)
        assert status == 201, made
        yield
        version = {"If-Match": f'"{made["version"]}"'}
        status, gone = await henk.request("DELETE", f"/api/admin/queues/{made['id']}", headers=version)
        assert status < 300, gone


async def change_group(desk: Desk, now: str, then: str) -> None:
    """Two clicks at the top right."""
    await desk.page.get_by_role("button", name=desk.says("Group: {}", now)).click()
    await desk.page.get_by_role("menuitemradio", name=then).click()


async def asks_about(desk: Desk, queue: str) -> Locator:
    """The question that names the queue."""
    asked = desk.page.get_by_role("alertdialog", name=desk.says("Nobody left for urgent calls"))
    text = "You are the last one signed in to {}. Without you these callers reach nobody."
    await desk.reads(asked, text, queue)
    await desk.reads(asked, "{} does not have {}: you would be signed out there.", "Den Bosch", queue)
    return asked
