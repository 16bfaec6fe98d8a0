"""Own calls over HTTP: some of them, all as a file, and whom to call back (3.4)."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.app.contacts import Contact, ContactId
from cordboard.app.gaps import Gap, GapReason
from cordboard.app.numbers import read_number
from cordboard.app.ports import OfficeSettings
from cordboard.core.types import CallId, Right
from cordboard.wiring.keeping import DAY_MS, Keeping
from tests.contracts.storage.samples import answered_call, closed, opened
from tests.web.administrator import change, code_of, errors_of, give
from tests.web.rig import BRABANT, CHANTAL, PIET, TWENTE, Rig, log_in, rig

NOON = 1_530_000_000_000


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    """Chantal has answered one call and missed one."""
    async with rig(tmp_path) as made:
        await made.database.journal.append(
            TWENTE,
            [
                replace(opened("c1", NOON), name='=HYPERLINK("x")', number="31612345678"),
                *answered_call("c1", NOON, wait_ms=4_000, talk_ms=61_000)[1:],
            ],
        )
        missed = replace(opened("c2", NOON + 60_000, queue=None), to=CHANTAL, number="203", name="Piet")
        await made.database.journal.append(TWENTE, [missed, closed("c2", NOON + 70_000)])
        yield made


@pytest.mark.rule("3.4-i")
async def test_a_filter_and_a_word_leave_only_some_of_the_own_calls(web: Rig) -> None:
    """What no kind of call is called is refused."""
    async with web.client() as client:
        await log_in(client)
        missed = (await client.get("/api/history?kind=missed")).json()
        typed = (await client.get("/api/history?q=06 12 34")).json()
        wrong = await client.get("/api/history?kind=all")

    assert [row["call"] for row in missed["rows"]] == ["c2"]
    assert [row["call"] for row in typed["rows"]] == ["c1"]
    assert code_of(wrong) == (400, "bad_page")


@pytest.mark.rule("3.4-i", "3.4-a")
async def test_the_own_calls_are_a_file_in_the_own_language(web: Rig) -> None:
    """With the filter that is set, in the organisation's time; a name that is a formula is only read."""
    async with web.client() as client:
        await log_in(client)
        answer = await client.get("/api/history/file")
        some = await client.get("/api/history/file?kind=missed")
    await give(web, PIET, Right.CHAT)
    async with web.client() as client:
        await log_in(client, "Piet@twente.example")
        refused = await client.get("/api/history/file")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    lines = answer.text.splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("Tijdstip;Soort;Nummer;Naam;Wachtrij")
    assert lines[1].startswith("2018-06-26 10:01:") and ";Gemist;203;Piet;" in lines[1]
    assert lines[2].endswith(';Inkomend;31612345678;"\'=HYPERLINK(""x"")";Algemeen;4;61;')
    assert len(some.text.splitlines()) == 2
    assert code_of(refused) == (403, "no_right")


async def test_a_caller_who_is_no_number_cannot_put_a_formula_into_the_file(web: Rig) -> None:
    """A trunk brings whatever stands before the @ of a SIP address."""
    number = read_number('=HYPERLINK("x")', "NL")
    call = replace(opened("c3", NOON + 80_000, queue=None), to=CHANTAL, number=number)
    await web.database.journal.append(TWENTE, [call, closed("c3", NOON + 90_000)])
    async with web.client() as client:
        await log_in(client)
        file = (await client.get("/api/history/file")).text

    cells = next(csv.reader(file.splitlines()[1:], delimiter=";"))
    assert cells[2] == '\'=HYPERLINK"x"'


async def test_the_own_calls_say_where_some_may_be_missing(web: Rig) -> None:
    """Each mark on the page on which it would be, also with a filter, and in the file; never another house's (F20)."""
    journal = web.database.journal
    late = Gap(since=NOON + 61_000, until=NOON + 90_000, reason=GapReason.DIED, records=None)
    early = Gap(since=NOON - 90_000, until=NOON - 60_000, reason=GapReason.OVERFLOW, records=9)
    for gap in (late, early):
        await journal.mark(TWENTE, gap)
    await journal.mark(BRABANT, Gap(since=NOON, until=NOON + 5, reason=GapReason.REFUSED, records=1))
    async with web.client() as client:
        await log_in(client)
        first = (await client.get("/api/history?limit=1")).json()
        second = (await client.get(f"/api/history?limit=1&before={first['before']}")).json()
        missed = (await client.get("/api/history?kind=missed")).json()
        file = (await client.get("/api/history/file")).text.splitlines()

    in_first = {"since": NOON + 61_000, "until": NOON + 90_000, "reason": "died"}
    in_second = {"since": NOON - 90_000, "until": NOON - 60_000, "reason": "overflow"}
    assert (first["gaps"], second["gaps"]) == ([in_first], [in_second])
    assert missed["gaps"] == [in_first, in_second]
    assert [line.split(";")[1].partition(" ")[0] for line in file[1:]] == [
        "Tussen",
        "Gemist",
        "Inkomend",
        "Tussen",
    ]
    assert "2018-06-26 10:01:01 en 2018-06-26 10:01:30 kunnen gesprekken ontbreken" in file[1]


@pytest.mark.rule("3.4-g")
async def test_a_contact_is_called_back_at_the_primary_number(web: Rig) -> None:
    """Whoever calls from the second number of a contact; who is no contact is called at the number of the call.

    Of two with one number it is the one whose name stands on the card, and a number that only begins so is not his.
    """
    people = (
        ("k1", "Zoë", "31534800937", "31612345678"),
        ("k2", "Zus", "31534800938", "31612345678"),
        *((f"k-{n}", f"Anne {n:03}", f"31534801{n:03}", f"31612345678{n:03}") for n in range(60)),
    )
    await web.database.contacts.save_many(
        TWENTE, [Contact(id=ContactId(id), name=name, numbers=(*numbers,)) for id, name, *numbers in people]
    )
    async with web.client() as client:
        await log_in(client)
        primary = (await client.get("/api/history/c1/back")).json()
        colleague = (await client.get("/api/history/c2/back")).json()
    async with web.client() as client:
        await log_in(client, "Piet@twente.example")
        others = await client.get("/api/history/c1/back")

    assert primary == {"number": "31534800937"}
    assert colleague == {"number": "203"}
    assert code_of(others) == (404, "not_found")


@pytest.mark.rule("3.4-i")
async def test_how_long_calls_are_kept_is_the_organisation_s_setting(web: Rig) -> None:
    """After that many days their parties are gone; without an end nothing goes."""
    taken: list[str] = []
    clock = [NOON + 31 * DAY_MS]
    keeping = Keeping(web.database.history, web.services.tenancy, lambda: clock[0], taken.append)
    async with web.client() as client:
        await log_in(client)
        forever = await change(client, f"organisation/{TWENTE}", history_days=None)
        none = await keeping.look(TWENTE)
        wrong = await change(client, f"organisation/{TWENTE}", history_days=0)
        month = await change(client, f"organisation/{TWENTE}", history_days=30)
        gone = await keeping.look(TWENTE)
        left = (await client.get("/api/history")).json()["rows"]

    assert forever.json()["history_days"] is None and none == 0
    assert errors_of(wrong) == {"history_days": "too_small"}
    assert month.json()["history_days"] == 30 and gone == 2
    assert left == []
    assert OfficeSettings().history_days == 183
    assert await web.database.history.number_of(TWENTE, CHANTAL, CallId("c1")) is None
