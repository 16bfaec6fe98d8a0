"""What an administrator changes holds at once for those who work (X-b, X-d)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from cordboard.app.administration.audit import AuditEntry
from cordboard.app.administration.rights import PROTECTED
from cordboard.app.clock import SteadyClock
from cordboard.app.engine import Accepted
from cordboard.app.hours import midnight
from cordboard.app.ports import Directory
from cordboard.core.requests import ChooseGroup, PairDevice, SignIn
from cordboard.core.types import QueueId, Right, UserId
from cordboard.storage.directories import SqlDirectories
from cordboard.wiring.calendar import Calendar
from tests.contracts.storage.samples import DEN_BOSCH, DESK, ENSCHEDE, URGENT
from tests.web.administrator import PIET_IN, apply, asked, change, code_of, delete, errors_of, make, one
from tests.web.consoles import console
from tests.web.rig import ALGEMEEN, CHANTAL, OWN, PIET, TWENTE, Rig, Socket, log_in


@pytest.mark.rule("2.1.1-k", "1.1-u", "X-d")
async def test_a_new_queue_is_there_at_once_for_those_who_work(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Chantal's console shows it in the same breath; she signs in, and its number leads to it."""
    async with console(web, dict(chantal.cookies)) as socket:
        await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))

        answer = await make(
            chantal,
            "queues",
            id="verkoop",
            name="Verkoop",
            groups=[ENSCHEDE],
            numbers=["053 480 09 50"],
            wrap_up_ms=20_000,
            exits={"closed": {"action": "message"}},
        )

        assert answer.status_code == 201, answer.text
        assert answer.json()["numbers"] == ["31534800950"]
        assert answer.json()["exits"] == {"closed": {"action": "message", "target": None}}
        async with asyncio.timeout(5):
            while not any("verkoop" in str(f) for f in socket.frames if f["t"] == "snap"):
                socket.news.clear()
                await socket.news.wait()
        assert isinstance(await asked(web, SignIn(agent=CHANTAL, queue=QueueId("verkoop"))), Accepted)
        found = web.services.tenancy.destination(device=None, dialled="0534800950", caller=None)
        assert found is not None and found.queue == "verkoop"


@pytest.mark.rule("X-b")
async def test_a_right_that_is_taken_is_gone_in_the_same_instant(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Piet's console is told, and the server refuses."""
    async with web.client() as client:
        await log_in(client, PIET_IN)
        assert (await client.get("/api/history")).status_code == 200
        rights = [r.value for r in Right if r is not Right.HISTORY and r not in PROTECTED]
        role = (await make(chantal, "roles", name="Balie", rights=rights)).json()["id"]
        async with console(web, dict(client.cookies)) as tab:
            tab.frames.clear()
            changed = await change(chantal, f"users/{PIET}", rights=[], role=role)
            await tab.told(t="snap")
        assert changed.status_code == 200, changed.text
        assert changed.json()["all_rights"] == sorted(rights)

        assert code_of(await client.get("/api/history")) == (403, "no_right")
        assert web.services.engine.desks[TWENTE].board.agents[PIET].rights == {Right(r) for r in rights}


@pytest.mark.rule("1.3-d")
async def test_a_queue_that_leaves_a_group_is_signed_out_of(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Without a restart, and the database knows."""
    await asked(web, ChooseGroup(agent=PIET, group=ENSCHEDE))
    await asked(web, SignIn(agent=PIET, queue=ALGEMEEN))

    assert (await change(chantal, f"queues/{ALGEMEEN}", groups=["g-denbosch"])).status_code == 200

    board = web.services.engine.desks[TWENTE].board
    assert board.agents[PIET].signed_in == set() == board.queues[ALGEMEEN].signed_in
    await web.writer.flushed()
    assert not any(agent.signed_in for agent in await web.database.journal.agents(TWENTE))


@pytest.mark.rule("1.1-c", "1.1-e")
async def test_a_new_person_is_invited_chooses_a_password_and_works(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Made, invited by mail, and not known anywhere else before."""
    made = (
        await make(
            chantal,
            "users",
            user_name="anouk@twente.example",
            name="Anouk",
            groups=[ENSCHEDE],
            rights=["queue.pick"],
        )
    ).json()
    assert made["has_password"] is False

    assert (await chantal.post(f"/api/admin/users/{made['id']}/invitation", headers=OWN)).status_code == 204
    await web.mailing.settle()
    mail = web.letters.mails[-1]
    assert mail.to == "anouk@twente.example"
    token = mail.text.partition("password#")[2].split()[0]
    async with web.client() as client:
        chosen = await client.post(
            "/api/password", json={"token": token, "password": "een lang wachtwoord"}, headers=OWN
        )
        assert chosen.status_code == 204, chosen.text
        await log_in(client, "anouk@twente.example")

    assert (await one(chantal, f"users/{made['id']}"))["has_password"] is True
    assert UserId(made["id"]) in web.services.engine.desks[TWENTE].board.agents
    log = (await chantal.get("/api/admin/audit?resource=users")).json()["rows"]
    assert [(row["action"], row["name"]) for row in log] == [("invite", "Anouk"), ("create", "Anouk")]


@pytest.mark.rule("4-g")
async def test_who_is_disabled_is_out_and_who_is_logged_out_may_come_back(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Every tab of Piet ends, and no password helps until he is enabled again."""
    async with web.client() as client:
        await log_in(client, PIET_IN)
        await asked(web, ChooseGroup(agent=PIET, group=ENSCHEDE))
        # He is the last one for urgent calls: an administrator's word counts all the same.
        for queue in (ALGEMEEN, URGENT):
            await asked(web, SignIn(agent=PIET, queue=queue))
        async with console(web, dict(client.cookies)) as tab:
            assert (await chantal.post(f"/api/admin/users/{PIET}/log_out", headers=OWN)).status_code == 204
            await tab.told(t="bye", code="auth")
        assert code_of(await client.get("/api/session")) == (401, "no_session")
        assert web.services.engine.desks[TWENTE].board.agents[PIET].signed_in == set()

        await log_in(client, PIET_IN)
        assert (await change(chantal, f"users/{PIET}", disabled=True)).status_code == 200
        assert code_of(await client.get("/api/session")) == (401, "no_session")
        assert PIET not in web.services.engine.desks[TWENTE].board.agents
        assert (await change(chantal, f"users/{PIET}", disabled=False)).status_code == 200
        await log_in(client, PIET_IN)


async def test_who_is_in_a_call_is_not_taken_from_it(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Neither the person nor the telephone."""
    await asked(web, ChooseGroup(agent=PIET, group=ENSCHEDE))
    await asked(web, PairDevice(agent=PIET, device=DESK))
    await asked(web, SignIn(agent=PIET, queue=ALGEMEEN))
    web.arrives("caller")
    assert web.services.engine.desks[TWENTE].board.agents[PIET].line is not None

    assert code_of(await change(chantal, f"users/{PIET}", disabled=True)) == (409, "user_in_call")
    assert code_of(await delete(chantal, f"devices/{DESK}")) == (409, "device_in_call")
    assert PIET in web.services.engine.desks[TWENTE].board.agents


@pytest.mark.rule("1.2-j")
async def test_an_administrator_ends_the_pairing_of_a_telephone(web: Rig, chantal: httpx.AsyncClient) -> None:
    """She sees who has it; afterwards it is free for somebody else, and Piet was told."""
    async with web.client() as client:
        await log_in(client, PIET_IN)
        async with console(web, dict(client.cookies)) as socket:
            await asked(web, PairDevice(agent=PIET, device=DESK))
            seen = await one(chantal, f"devices/{DESK}")
            assert (seen["used_by"], seen["used_by_name"], seen["registered"]) == (PIET, "Piet", True)

            answer = await chantal.post(f"/api/admin/devices/{DESK}/release", headers=OWN)

            assert answer.status_code == 204, answer.text
            await socket.told(t="ev", code="device_released")
            assert (await one(chantal, f"devices/{DESK}"))["used_by"] is None
            assert isinstance(await asked(web, PairDevice(agent=CHANTAL, device=DESK)), Accepted)
    await web.writer.flushed()
    stored = {agent.user: agent.device for agent in await web.database.journal.agents(TWENTE)}
    assert stored.get(PIET) is None and stored[CHANTAL] == DESK
    log = (await chantal.get("/api/admin/audit?resource=devices")).json()["rows"]
    assert [row["action"] for row in log] == ["release"]


@pytest.mark.rule("D22")
async def test_callers_of_a_linked_organisation_come_in_by_their_own_queue(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """With its name on the card; who dials a person or Urgent is not led away."""
    made = await make(chantal, "queues", id="intercollegiaal", name="Intercollegiaal", groups=[ENSCHEDE])
    assert made.status_code == 201
    numbers = ["0546 12*", "06 12345678"]
    await make(chantal, "links", name="Zorg Almelo", numbers=numbers, queue="intercollegiaal")
    await change(chantal, "queues/q-urgent", numbers=["0534800911"])
    await change(chantal, f"users/{PIET}", numbers=["0534800201"])

    def goes(dialled: str, caller: str) -> tuple[str | None, str | None, str | None]:
        found = web.services.tenancy.destination(device=None, dialled=dialled, caller=caller)
        assert found is not None
        return found.queue, found.to, found.name

    assert goes("0534800937", "0546123456") == ("intercollegiaal", None, "Zorg Almelo")
    assert goes("0534800937", "+31612345678") == ("intercollegiaal", None, "Zorg Almelo")
    assert goes("0534800937", "0546223456") == (ALGEMEEN, None, None)
    assert goes("0534800911", "0546123456") == ("q-urgent", None, None)
    assert goes("0534800201", "0546123456") == (None, PIET, None)
    assert code_of(await delete(chantal, "queues/intercollegiaal")) == (409, "still_used")


async def test_opening_hours_open_and_close_a_queue(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Closed every hour of the week: new callers are led out; the exit is the queue's own."""
    closed = (await make(chantal, "hours", name="Nooit", week=[])).json()
    assert closed["open_now"] is False
    exits = {"closed": {"action": "message"}}

    assert (await change(chantal, f"queues/{ALGEMEEN}", hours=closed["id"], exits=exits)).status_code == 200

    assert web.services.engine.desks[TWENTE].board.queues[ALGEMEEN].open is False
    week = [{"day": day, "from": "00:00", "to": "24:00"} for day in range(1, 8)]
    assert (await change(chantal, f"hours/{closed['id']}", week=week)).json()["open_now"] is True
    assert web.services.engine.desks[TWENTE].board.queues[ALGEMEEN].open is True
    assert code_of(await delete(chantal, f"hours/{closed['id']}")) == (409, "still_used")


async def test_a_number_is_led_elsewhere(web: Rig, chantal: httpx.AsyncClient) -> None:
    """From a queue to a person and away; the number itself is fixed."""
    path = "numbers/31534800937"
    assert (await change(chantal, path, queue=None, person=PIET)).status_code == 200
    found = web.services.tenancy.destination(device=None, dialled="0534800937", caller=None)
    assert found is not None and (found.queue, found.to) == (None, PIET)
    assert errors_of(await change(chantal, path, number="0534800999")) == {"number": "fixed"}
    assert errors_of(await make(chantal, "numbers", number="0534800937", person=PIET)) == {"number": "taken"}

    assert (await delete(chantal, path)).status_code == 204

    assert web.services.tenancy.destination(device=None, dialled="0534800937", caller=None) is None
    assert (await chantal.get(f"/api/admin/{path}")).status_code == 404


@pytest.mark.rule("1.1-o", "1.1-p", "X-d")
async def test_whether_a_group_is_chosen_before_the_console_opens_is_the_organisations_to_say(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Consoles are told at once; another group can be chosen all the same, also by a file."""

    def told(socket: Socket) -> bool:
        shown = [frame for frame in socket.frames if frame["t"] == "snap"][-1]["ents"]
        return bool(next(one for one in shown if one["k"] == "me")["choose_group"])

    assert (await one(chantal, f"organisation/{TWENTE}"))["choose_group"] is True
    async with console(web, dict(chantal.cookies)) as socket:
        assert told(socket)
        socket.frames.clear()

        assert (await change(chantal, f"organisation/{TWENTE}", choose_group=False)).status_code == 200

        await socket.told(t="snap")
        assert not told(socket)
        chosen = socket.command("group.select", group=ENSCHEDE)
        assert (await socket.told(t="res", id=chosen))["ok"]
        socket.frames.clear()
        done = await apply(web, "[organisation]\nchoose_group = true\n")
        assert "    choose_group: false -> true" in done.lines
        await socket.told(t="snap")
        assert told(socket)


@pytest.mark.rule("D12", "X-d")
async def test_sign_ins_are_remembered_per_group_as_soon_as_the_organisation_wants_it(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """Off at first. Switched on by a file: what she had in a group before she left it comes back, and is stored."""
    agent = web.services.engine.desks[TWENTE].board.agents[CHANTAL]
    assert (await one(chantal, f"organisation/{TWENTE}"))["remember_sign_ins"] is False
    async with console(web, dict(chantal.cookies)) as socket:

        async def does(op: str, **args: str) -> None:
            assert (await socket.told(t="res", id=socket.command(op, **args)))["ok"]

        await does("group.select", group=ENSCHEDE)
        await does("queue.sign_in", queue=ALGEMEEN)
        await does("group.select", group=DEN_BOSCH)
        await does("group.select", group=ENSCHEDE)
        assert agent.signed_in == set()
        done = await apply(web, "[organisation]\nremember_sign_ins = true\n")
        assert "    remember_sign_ins: false -> true" in done.lines

        await does("group.select", group=DEN_BOSCH)
        await does("group.select", group=ENSCHEDE)

    assert agent.signed_in == {ALGEMEEN}
    await web.writer.flushed()
    (stored,) = await web.database.journal.agents(TWENTE)
    assert stored.signed_in == {ALGEMEEN}
    assert stored.remembered == {(ENSCHEDE, ALGEMEEN)}


@pytest.mark.rule("D15", "X-d")
async def test_another_window_of_the_numbers_counts_at_once(web: Rig, chantal: httpx.AsyncClient) -> None:
    """The last twenty-four hours, and today again; a time that no clock shows is none."""
    queue, now = web.services.engine.desks[TWENTE].board.queues[ALGEMEEN], web.services.now()
    queue.numbers.entered(now)
    queue.numbers.entered(now - 23 * 3_600_000)
    calendar = Calendar(SteadyClock(), web.services.engine, web.services.hub, web.services.tenancy)

    async def total(**fields: Any) -> int:
        assert (await change(chantal, f"organisation/{TWENTE}", **fields)).status_code == 200
        looks = asyncio.create_task(calendar.run())
        await asyncio.sleep(0)
        looks.cancel()
        # What was told before is done before this.
        await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
        return queue.numbers.total

    assert await total(count_window="last_24_hours") == 2
    today = 1 + (now - 23 * 3_600_000 >= midnight(now, web.services.tenancy.organisation(TWENTE).time_zone))
    assert await total(count_window="day") == today
    late = await change(chantal, f"organisation/{TWENTE}", count_from="24:10")
    assert errors_of(late) == {"count_from": "bad_time"}


@pytest.mark.rule("X-d", "X-b")
async def test_what_somebody_chooses_while_another_administers_is_kept(
    web: Rig, chantal: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chantal renames a queue; Piet takes English while that is being stored."""
    save, begun, goes_on = SqlDirectories.save, asyncio.Event(), asyncio.Event()

    async def slowly(self: SqlDirectories, directory: Directory, log: Sequence[AuditEntry] = ()) -> None:
        begun.set()
        await goes_on.wait()
        await save(self, directory, log)

    monkeypatch.setattr(SqlDirectories, "save", slowly)
    async with web.client() as piet, asyncio.timeout(20):
        await log_in(piet, PIET_IN)
        renamed = asyncio.create_task(change(chantal, f"queues/{ALGEMEEN}", name="Receptie"))
        await begun.wait()
        chosen = asyncio.create_task(piet.put("/api/settings", json={"language": "en"}, headers=OWN))
        await asyncio.wait({chosen}, timeout=0.5)
        goes_on.set()
        assert ((await renamed).status_code, (await chosen).status_code) == (200, 204)

    stored = await web.database.directories.directory(TWENTE)
    assert {user.id: user.language for user in stored.users}[PIET] == "en"
    assert stored.queues[0].name == "Receptie"
