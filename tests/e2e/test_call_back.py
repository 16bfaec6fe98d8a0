"""The planning of call backs in a real browser (manual 3.6): planned from a card, looked up, cancelled, called in vain
and called again, with somebody outside who is really dialled."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.looks import PICTURES, accessible
from tests.e2e.office import answers, as_set
from tests.e2e.operator import PATIENCE_MS, OperatorPage
from tests.e2e.test_console import at_desk
from tests.e2e.words import Language, in_both
from tests.exchange.outside import rings_in
from tests.support.chromium import Chromium, screenshot
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
STAMP = re.compile(r"^\d\d-\d\d-\d{4} \d\d:\d\d:\d\d$")


class Planning:
    """The tab and what stands beside it."""

    def __init__(self, desk: OperatorPage, number: str) -> None:
        self.desk, self.says, self.number = desk, desk.says, number
        self.grid = desk.page.get_by_role("grid", name=desk.says("Planning of call backs"))
        self.chosen = desk.page.get_by_role("region", name=desk.says("Chosen call back"))
        self.toast = desk.page.locator(".toast").last

    def cell(self, status: str) -> Locator:
        """The first ten minutes in which a dot of this number is so."""
        dot = f"{self.says(status)} {self.number}"
        return self.grid.get_by_role("gridcell", name=re.compile(re.escape(dot))).first

    def listed(self, head: str) -> Locator:
        """This number's line in a list beside the planning."""
        return (
            self.desk.page.get_by_role("region", name=self.says(head))
            .locator(".dcall")
            .filter(has_text=self.number)
        )

    async def is_called_again(self, head: str, outside: SipPhone) -> None:
        """The handset behind the number in a list: answered, ended, and it stands there no longer."""
        await self.listed(head).get_by_role("button", name=self.says("Call {} again", self.number)).click()
        await answers(outside)
        await self.desk.becomes("active")
        await self.desk.press("Hang up")
        await self.desk.no_card()
        await expect(self.listed(head)).to_have_count(0)


@in_both
@pytest.mark.walk("3.6")
@pytest.mark.rule(
    "3.6-a", "3.6-b", "3.6-c", "3.6-e", "3.6-f", "3.6-g", "3.6-h", "3.6-i", "3.6-j", "3.6-k", "3.6-l", "3.6-m",
    "3.6-n", "3.6-o", "3.6-p", "D14",
)  # fmt: skip
async def test_call_backs_are_planned_kept_cancelled_and_tried_again(
    browser: Chromium, cordboard: Installation, outside: SipPhone, language: Language
) -> None:
    """An appointment from the card of a call is blue, cancelled it is grey and listed; one that is called in vain is
    red and listed; the handset in both lists calls again."""
    caller, number = {"nl": ("0534809371", "053 480 93 71"), "en": ("0534809382", "053 480 93 82")}[language]
    async with (
        # One attempt is enough to see the end of it; no wrap-up between the steps.
        as_set(cordboard, "queues", "Algemeen", callback_attempts=1, wrap_up_ms=0),
        at_desk(browser, cordboard, "chantal", "201", "Algemeen", language=language) as (desk, _),
    ):
        planning = Planning(desk, number)
        due = (datetime.now(AMSTERDAM) + timedelta(hours=2)).replace(minute=30)
        async with rings_in(cordboard, of=caller):
            await desk.becomes("offered")
            await desk.press("Answer")
            await desk.becomes("active")
            await plans(planning, due)
            await desk.press("Hang up")
            await desk.no_card()

        await desk.open_tab("Call back")
        await the_planning(planning, due)
        await screenshot(desk.page, PICTURES / f"call-back-{language}.png")
        await cancelled(planning)
        await planning.is_called_again("Cancelled calls", outside)

        await desk.open_tab("History")
        await desk.page.locator("button.hrow").filter(has_text=number).first.click()
        await plans(planning, None)
        card = desk.page.locator("article.card[data-callback]")
        await expect(card).to_contain_text(number, timeout=PATIENCE_MS)
        await card.get_by_role("button", name=f"{desk.says('Call back')}, {number}").click()
        await (await outside.rings(within_ms=PATIENCE_MS)).reject()
        await desk.no_card()
        await desk.open_tab("Call back")
        await searched(planning)
        await expect(planning.cell("Not succeeded")).to_be_visible()
        await accessible(desk.page, "planning of call backs")
        await screenshot(desk.page, PICTURES / f"call-back-failed-{language}.png")
        await planning.is_called_again("Calls that did not succeed", outside)
        await expect(planning.cell("Not succeeded")).to_have_count(0)
        await expect(planning.cell("Succeeded")).to_be_visible()


async def plans(planning: Planning, due: datetime | None) -> None:
    """With the form that the button at the number opens; None: as soon as it is their turn."""
    desk, says, number = planning.desk, planning.says, planning.number
    await desk.page.get_by_role("button", name=says("Plan a call back to {}", number)).last.click()
    form = desk.page.get_by_role("dialog", name=says("Plan a call back"))
    await expect(form.get_by_label(says("Number"))).to_have_value(number)
    await form.get_by_label(says("Queue")).select_option(label="Algemeen")
    if due is None:
        await form.get_by_role("radio", name=says("As soon as it is their turn")).check()
        said = says("{} will be called back as soon as it is their turn.", number)
    else:
        await form.get_by_role("radio", name=says("At a chosen moment")).check()
        await form.get_by_label(says("Day")).fill(f"{due:%Y-%m-%d}")
        await form.get_by_label(says("Time")).fill(f"{due:%H:%M}")
        said = says("{} will be called back on {}.", number, f"{due:%d-%m-%Y %H:%M}")
    await form.get_by_role("button", name=says("Plan"), exact=True).click()
    await expect(planning.toast).to_contain_text(said)
    await expect(form).to_have_count(0)


async def the_planning(planning: Planning, due: datetime) -> None:
    """Sixteen hours of six columns, a blue dot, the legend, two sums, and the dot's details."""
    page, says = planning.desk.page, planning.says
    await expect(planning.grid.get_by_role("row")).to_have_count(1 + 16)
    heads = planning.grid.get_by_role("columnheader")
    await expect(heads).to_have_text([says("Hour"), ":00", ":10", ":20", ":30", ":40", ":50"])
    legend = page.get_by_role("list", name=says("What the signs mean"))
    signs = ("Future", "In progress", "Succeeded", "Not succeeded", "Cancelled")
    await expect(legend.get_by_role("listitem")).to_have_text([says(sign) for sign in signs])
    for name in ("Open", "Handled"):
        await expect(page.locator(".cb-stats > div").filter(has_text=says(name))).to_contain_text(
            re.compile(r"\d")
        )

    cell = planning.cell("Future")
    await expect(cell).to_have_accessible_name(
        re.compile("^" + says("{} to {}", f"{due:%H:%M}", f"{due + timedelta(minutes=10):%H:%M}"))
    )
    await cell.locator(".cb-dot").click()
    facts = planning.chosen.locator("dl.facts > div")
    expected = (
        ("Request made", STAMP),
        ("Planned call back", re.compile(f"{due:%d-%m-%Y %H:%M}:00")),
        ("Last attempt", re.compile(says("none"))),
        ("Number of attempts", re.compile("0")),
        ("Status", re.compile(says("Future"))),
    )
    for place, (name, value) in enumerate(expected):
        await expect(facts.nth(place).locator("dt")).to_have_text(says(name))
        await expect(facts.nth(place).locator("dd")).to_have_text(value)
    await expect(planning.chosen.get_by_role("heading")).to_have_text(planning.number)


async def cancelled(planning: Planning) -> None:
    """Asked first, and told afterwards."""
    page, says = planning.desk.page, planning.says
    cancel = planning.chosen.get_by_role("button", name=says("Cancel call back"))
    await cancel.click()
    asked = page.get_by_role("alertdialog", name=says("Cancel this call back?"))
    await asked.get_by_role("button", name=says("Do not cancel")).click()
    await expect(asked).to_have_count(0)
    await cancel.click()
    await asked.get_by_role("button", name=says("Yes, cancel it")).click()
    await expect(planning.toast).to_contain_text(
        says("The call back to {} has been cancelled.", planning.number)
    )
    await expect(planning.cell("Cancelled")).to_be_visible()
    await expect(planning.listed("Cancelled calls")).to_be_visible()


async def searched(planning: Planning) -> None:
    """Only the dots and lines of a number stay, however it is typed."""
    page, says = planning.desk.page, planning.says
    failed = planning.listed("Calls that did not succeed")
    await expect(failed).to_be_visible()
    search = page.get_by_role("searchbox", name=says("Search by phone number"))
    await search.fill("0201234567")
    await expect(page.get_by_text(says("No call backs of this number in these hours"))).to_be_visible()
    await expect(failed).to_have_count(0)
    await search.fill(planning.number.replace(" ", "-"))
    await expect(failed).to_be_visible()
