"""The portal's requests on a real database: log in, log out, settings, history, the browser phone, files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from cordboard.app.engine import Accepted, NotDone
from cordboard.app.ports import StorageFailure
from cordboard.app.tokens import hash_of
from cordboard.core.call import CallState
from cordboard.core.commands import RingDevice
from cordboard.core.events import LegAnswered
from cordboard.core.requests import AnswerCall, ChooseGroup, PairDevice, Request, SignIn
from cordboard.core.types import CallId, DeviceId, GroupId, QueueId, UserId
from cordboard.web import live
from tests.contracts.storage.samples import BROWSER, DESK, ENSCHEDE, URGENT, answered_call
from tests.web.administrator import asked, code_of
from tests.web.consoles import served
from tests.web.rig import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    HOST,
    OWN,
    PASSWORD,
    PIET,
    TWENTE,
    Rig,
    Socket,
    log_in,
    rig,
)

ANJA = UserId("u-anja")


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    """Two organisations; the console's files in a folder beside a secret."""
    console = tmp_path / "console"
    (console / "assets").mkdir(parents=True)
    (console / "index.html").write_text("<!doctype html><title>console</title>")
    (console / "assets" / "a-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("not for browsers")
    async with rig(tmp_path, console=console) as made:
        yield made


async def piet_answers(web: Rig) -> CallId:
    """Piet sits down, and has a caller."""
    for request in (
        ChooseGroup(agent=PIET, group=ENSCHEDE),
        PairDevice(agent=PIET, device=DESK),
        SignIn(agent=PIET, queue=ALGEMEEN),
    ):
        assert isinstance(await asked(web, request), Accepted)
    call = web.arrives("caller")
    assert isinstance(await asked(web, AnswerCall(agent=PIET, call=call)), Accepted)
    return call


@pytest.mark.rule("1.1-f", "1.1-b")
async def test_a_person_logs_in_is_known_and_logs_out(web: Rig) -> None:
    """The cookie is the session: http-only, same-site, and worth nothing after the log-out."""
    async with web.client() as client:
        assert code_of(await client.get("/api/session")) == (401, "no_session")
        answer = await log_in(client)
        cookie = answer.headers["set-cookie"]
        token = client.cookies["cordboard"]
        known = await client.get("/api/session")
        left = await client.delete("/api/session", headers=OWN)
        client.cookies.set("cordboard", token)
        after = await client.get("/api/session")

    assert (known.json()["name"], known.json()["organisation"]) == ("Chantal", "Twente")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert left.status_code == 204
    assert code_of(after) == (401, "no_session")


@pytest.mark.rule("1.1-f")
async def test_an_unknown_name_and_a_wrong_password_get_one_answer(web: Rig) -> None:
    """Nobody learns which of both was wrong, and after some tries nobody is answered at all for a while."""
    async with web.client() as client:
        answers = []
        for name in ("Chantal@twente.example", "nobody"):
            body = {"user_name": name, "password": "wrong"}
            answers.append(await client.post("/api/session", json=body, headers=OWN))
        body = {"user_name": "Piet@twente.example", "password": "wrong"}
        tries = [await client.post("/api/session", json=body, headers=OWN) for _ in range(7)]

    assert {answer.text for answer in answers} == {'{"code":"wrong_credentials","args":{}}'}
    assert code_of(tries[-1]) == (401, "too_many_attempts")
    assert int(tries[-1].json()["args"]["seconds"]) >= 1


async def test_over_https_only_the_cookie_that_no_other_page_can_set_counts(tmp_path: Path) -> None:
    """A neighbouring page could put a plain cookie into the browser; `__Host-` it cannot."""
    async with rig(tmp_path, secure=True) as web, web.client() as client:
        body = {"user_name": "Chantal@twente.example", "password": PASSWORD}
        answer = await client.post("/api/session", json=body, headers=OWN)
        cookie = answer.headers["set-cookie"]
        token = cookie.partition("=")[2].partition(";")[0]
        client.cookies.clear()
        planted = await client.get("/api/session", headers={"Cookie": f"cordboard={token}"})
        real = await client.get("/api/session", headers={"Cookie": f"__Host-cordboard={token}"})

    assert cookie.startswith("__Host-cordboard=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert planted.status_code == 401
    assert real.status_code == 200
    assert real.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Cordboard": "1", "Origin": "https://evil.example"},
        {"X-Cordboard": "1", "Origin": "null"},
        {"X-Cordboard": "1", "Origin": "http://testserver.local.evil.example"},
        {"X-Cordboard": "1", "Origin": "http://testserver.local:81"},
        {"Origin": HOST},
    ],
)
async def test_another_page_changes_nothing(web: Rig, headers: dict[str, str]) -> None:
    """Without our own header or from another origin: refused before anything is looked at (CSRF)."""
    async with web.client() as client:
        await log_in(client)
        answers = [
            await client.put("/api/settings", json={"theme": "dark"}, headers=headers),
            await client.delete("/api/session", headers=headers),
            await client.post("/api/softphone", headers=headers),
        ]
        known = await client.get("/api/session")

    assert {code_of(answer) for answer in answers} == {(403, "foreign_page")}
    assert known.json()["theme"] == "system"


async def test_a_host_that_cannot_be_one_is_no_crash(web: Rig) -> None:
    """A malformed Host is refused like any other foreign page."""
    async with web.client() as client:
        headers = OWN | {"Host": "[::", "Origin": "http://[::"}
        answer = await client.put("/api/settings", json={"theme": "dark"}, headers=headers)

    assert code_of(answer) == (403, "foreign_page")


@pytest.mark.rule("X-d")
async def test_own_settings_hold_at_once_and_after_the_next_start(web: Rig) -> None:
    """Language and theme are the user's, in the session and in the database."""
    async with web.client() as client:
        await log_in(client)
        answer = await client.put("/api/settings", json={"theme": "dark", "language": "en"}, headers=OWN)
        known = (await client.get("/api/session")).json()
        wrong = await client.put("/api/settings", json={"theme": "pink"}, headers=OWN)
        other = await client.put("/api/settings", json={"rights": ["pick"]}, headers=OWN)
    stored = await web.database.directories.directory(TWENTE)

    assert answer.status_code == 204
    assert (known["theme"], known["language"]) == ("dark", "en")
    assert (wrong.status_code, other.status_code) == (400, 400)
    row = next(user for user in stored.users if user.id == CHANTAL)
    assert (row.theme, row.language) == ("dark", "en")


@pytest.mark.rule("4-b", "4-e", "D17")
async def test_who_logs_out_is_signed_out_of_the_queues_and_keeps_the_telephone_or_not(web: Rig) -> None:
    """No: the device stays paired. Yes: it is let go too."""
    for device_too, device in (("0", DESK), ("1", None)):
        await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
        await asked(web, PairDevice(agent=CHANTAL, device=DESK))
        await asked(web, SignIn(agent=CHANTAL, queue=ALGEMEEN))
        async with web.client() as client:
            await log_in(client)
            answer = await client.delete(f"/api/session?device={device_too}", headers=OWN)
        agent = web.services.engine.desks[TWENTE].board.agents[CHANTAL]

        assert answer.status_code == 204
        assert agent.signed_in == set()
        assert agent.device == device


@pytest.mark.rule("4-b", "4-f")
async def test_what_a_log_out_would_end_is_asked_where_there_is_no_live_connection(web: Rig) -> None:
    """In the portal and the administration: one's own telephone and calls, and nobody else's."""
    async with web.client() as client:
        assert code_of(await client.get("/api/session/desk")) == (401, "no_session")
        await log_in(client, "Piet@twente.example")
        nothing = await client.get("/api/session/desk")
        call = await piet_answers(web)
        own = (await client.get("/api/session/desk")).json()
    async with web.client() as client:
        await log_in(client)
        chantals = (await client.get("/api/session/desk")).json()

    assert nothing.json() == chantals == {"device": None, "keeps": False, "calls": []}
    board = web.services.engine.desks[TWENTE].board
    assert own["device"] == board.devices[DESK].name
    assert own["calls"] == [
        {
            "id": call,
            "state": "connecting",
            "number": board.calls[call].number,
            "name": board.calls[call].name,
            "queue_name": board.queues[ALGEMEEN].name,
        }
    ]


@pytest.mark.rule("4-h")
async def test_a_session_that_expires_cuts_no_call(web: Rig) -> None:
    """The shift was long: Piet has to log in again, and his caller goes on talking with him."""
    async with web.client() as client:
        await log_in(client, "Piet@twente.example")
        call = await piet_answers(web)
        before, told = repr(web.services.engine.desks[TWENTE].board), len(web.exchange.told)
        token = client.cookies["cordboard"]
        await web.database.accounts.touch_session(hash_of(token), 0, 1)

        assert code_of(await client.get("/api/session")) == (401, "no_session")

        assert repr(web.services.engine.desks[TWENTE].board) == before
        assert web.services.engine.desks[TWENTE].board.agents[PIET].calls == [call]
        assert len(web.exchange.told) == told


@pytest.mark.rule("D17")
async def test_the_last_one_for_urgent_calls_logs_out_only_when_he_knows_it(web: Rig) -> None:
    """Refused with the queue's name, still logged in; with the confirmation it is done."""
    await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
    await asked(web, SignIn(agent=CHANTAL, queue=URGENT))
    async with web.client() as client:
        await log_in(client)
        refused = await client.delete("/api/session", headers=OWN)
        still = await client.get("/api/session")
        done = await client.delete("/api/session?confirmed=1", headers=OWN)

    assert refused.json() == {"code": "last_in_urgent", "args": {"queue": "Urgent"}}
    assert (refused.status_code, still.status_code, done.status_code) == (409, 200, 204)
    assert web.services.engine.desks[TWENTE].board.agents[CHANTAL].signed_in == set()


@pytest.mark.rule("4-h")
async def test_a_console_is_logged_out_and_the_conversation_goes_on(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The console is logged out in the middle of a conversation; the exchange is told nothing, and telephone and
    sign-ins stay as they were."""
    monkeypatch.setattr(live, "SESSION_CHECK_MS", 5)
    await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
    await asked(web, PairDevice(agent=CHANTAL, device=DESK))
    await asked(web, SignIn(agent=CHANTAL, queue=ALGEMEEN))
    call = web.arrives("c1")
    await web.writer.flushed()
    [leg] = [command.leg for _, command in web.exchange.told if isinstance(command, RingDevice)]
    web.services.engine.tell(TWENTE, LegAnswered(leg=leg))
    async with web.client() as client:
        await log_in(client)
        tab = Socket(dict(client.cookies))
    async with served(web.live(), tab):
        await tab.told(t="hello")
        await web.writer.flushed()
        told = len(web.exchange.told)
        async with web.database.access.writing() as connection:
            await connection.execute(text("UPDATE sessions SET expires_at = 1"))
        await tab.told(t="bye", code="auth")
        await tab.ended()

    board = web.services.engine.desks[TWENTE].board
    agent = board.agents[CHANTAL]
    assert board.calls[call].state is CallState.ACTIVE
    assert web.exchange.told[told:] == []
    assert (agent.device, agent.signed_in) == (DESK, {ALGEMEEN})


@pytest.mark.rule("3.4-a", "D24", "X-c")
async def test_own_history_is_own_and_comes_in_pages(web: Rig) -> None:
    """Nobody sees another person's or another organisation's calls, whatever is asked."""
    for number in range(5):
        await web.database.journal.append(
            TWENTE, answered_call(f"c{number}", 1_000_000 * (number + 1), wait_ms=4_000, talk_ms=9_000)
        )
    await web.database.journal.append(
        TWENTE, answered_call("piets", 9_000_000, wait_ms=1, talk_ms=1, agent=PIET)
    )
    await web.database.journal.append(
        BRABANT, answered_call("theirs", 9_000_000, wait_ms=1, talk_ms=1, agent=ANJA)
    )
    async with web.client() as client:
        assert code_of(await client.get("/api/history")) == (401, "no_session")
        await log_in(client)
        first = (await client.get("/api/history?limit=3")).json()
        second = (await client.get(f"/api/history?limit=3&before={first['before']}")).json()
        bad = await client.get("/api/history?before=nonsense")
        huge = await client.get("/api/history?limit=999999999")

    assert [row["call"] for row in first["rows"] + second["rows"]] == ["c4", "c3", "c2", "c1", "c0"]
    assert (first["rows"][0]["wait_ms"], first["rows"][0]["talk_ms"]) == (4_000, 9_000)
    assert second["before"] is None
    assert code_of(bad) == (400, "bad_page")
    assert len(huge.json()["rows"]) == 5


@pytest.mark.rule("1.2-f")
async def test_the_browser_phone_s_password_is_given_to_who_has_it_paired_and_to_nobody_else(
    web: Rig,
) -> None:
    """Not without a device, not for a desk phone, not to a colleague, and never kept by a cache."""
    async with web.client() as client:
        assert code_of(await client.post("/api/softphone", headers=OWN)) == (401, "no_session")
        await log_in(client)
        none = await client.post("/api/softphone", headers=OWN)
        await asked(web, PairDevice(agent=CHANTAL, device=DESK))
        desk = await client.post("/api/softphone", headers=OWN)
        await asked(web, PairDevice(agent=CHANTAL, device=BROWSER))
        browser = await client.post("/api/softphone", headers=OWN)
    async with web.client() as client:
        await log_in(client, "Piet@twente.example")
        piet = await client.post("/api/softphone", headers=OWN)

    assert code_of(none) == code_of(desk) == code_of(piet) == (409, "no_device")
    assert browser.json()["password"] == "geheim"
    assert browser.json()["auth_user"] == "d-d-2"
    assert browser.headers["cache-control"] == "no-store"


@pytest.mark.rule("X-c")
async def test_ids_of_another_organisation_are_ids_of_nothing(web: Rig) -> None:
    """Group, queue and device of Twente, asked for by somebody of Brabant."""
    requests: list[Request] = [
        ChooseGroup(agent=ANJA, group=GroupId(ENSCHEDE)),
        SignIn(agent=ANJA, queue=QueueId(ALGEMEEN)),
        PairDevice(agent=ANJA, device=DeviceId(DESK)),
    ]
    answers = [await asked(web, request, BRABANT) for request in requests]

    codes = [answer.code for answer in answers if isinstance(answer, NotDone)]
    assert codes == ["queue_not_available", "queue_not_available", "no_device"]
    assert web.services.engine.desks[TWENTE].board.devices[DESK].used_by is None


async def test_the_database_away_is_said_without_a_stack_trace(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is in stays in when only writing fails; a request that cannot be carried out says so."""

    async def full(*_: object, **__: object) -> None:
        raise StorageFailure("the disk is full: INSERT INTO secrets VALUES (31612345678)")

    async with web.client() as client:
        await log_in(client)
        for name in ("touch_session", "add_session", "end_session"):
            monkeypatch.setattr(web.database.accounts, name, full)
        monkeypatch.setattr(web.database.directories, "set_user_settings", full)
        later = web.services.now() + 3_600_000
        monkeypatch.setattr(web.services.log_ins, "_throttle", web.services.log_ins._throttle)
        session = await web.services.log_ins.check(client.cookies["cordboard"], later)
        settings = await client.put("/api/settings", json={"theme": "dark"}, headers=OWN)
        body = {"user_name": "Piet@twente.example", "password": PASSWORD}
        new = await client.post("/api/session", json=body, headers=OWN)

    assert session is not None
    assert code_of(settings) == code_of(new) == (503, "not_saved")
    assert "31612345678" not in settings.text + new.text


async def test_a_bug_of_ours_shows_nothing_of_itself(web: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stable code for the browser; the stack trace is for the log."""

    async def bug(*_: object, **__: object) -> None:
        raise KeyError("31612345678")

    monkeypatch.setattr(web.database.history, "of_user", bug)
    async with web.client() as client:
        await log_in(client)
        answer = await client.get("/api/history")

    assert (answer.status_code, answer.text) == (500, '{"code":"internal_error","args":{}}')


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/..%5csecret.txt",
    ],
)
async def test_no_path_leads_out_of_the_console_s_folder(web: Rig, path: str) -> None:
    """Whatever way it is written, a file outside is not shown."""
    async with web.client() as client:
        answer = await client.get(path)

    assert "not for browsers" not in answer.text
    assert "root:" not in answer.text
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("path", ["/a%00b", "/" + "x" * 5_000, "/" + "y/" * 2_000, "/assets/nothing.js"])
async def test_names_that_no_file_can_have_are_not_found(web: Rig, path: str) -> None:
    """A refusal, no crash."""
    async with web.client() as client:
        answer = await client.get(path)

    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert "<title>console</title>" in answer.text


@pytest.mark.parametrize("path", ["/", "/assets/a-1.js", "/api/portal", "/api/session", "/api/nothing"])
async def test_every_answer_says_what_a_browser_may_do_with_it(web: Rig, path: str) -> None:
    """Also the refusals: no scripts of others, no framing, no guessing of types."""
    async with web.client() as client:
        answer = await client.get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    if path.startswith("/api"):
        assert answer.headers["cache-control"] == "no-store"


async def test_a_request_larger_than_any_of_ours_is_refused(web: Rig) -> None:
    """Before it is read."""
    async with web.client() as client:
        body = {"user_name": "x", "password": "y" * 100_000}
        answer = await client.post("/api/session", json=body, headers=OWN)

    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
