"""Forgotten and first passwords, by the link in the mail; second factor; own settings."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pyotp
import pytest

from cordboard.app.mailing import Mailing
from cordboard.app.password_links import (
    ACCOUNTS_PER_MAIL_MAX,
    ERRORS_PER_ADDRESS_MAX,
    INVITATION_MS,
    LETTERS_PER_PERSON_MAX,
    RESET_MS,
    Answer,
    LinkGone,
    NoMailAddress,
    PasswordLinks,
)
from cordboard.app.passwords import Passwords, TooBusy
from cordboard.mail import SmtpPost
from cordboard.web.requests import password as requests
from tests.support.mailserver import link_in, running_mail_server, text_of
from tests.web.administrator import change, code_of
from tests.web.consoles import console, served
from tests.web.rig import (
    BRABANT,
    CHANTAL,
    HOST,
    OWN,
    PASSWORD,
    PIET,
    TWENTE,
    Rig,
    Socket,
    UserId,
    log_in,
    rig,
)

NEW = "een heel ander wachtwoord"
ADDRESS = "Chantal@twente.example"


@pytest.fixture
async def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """Two organisations; answers take no longer than their work."""
    monkeypatch.setattr(requests, "ANSWER_SECONDS", 0.0)
    async with rig(tmp_path) as made:
        yield made


async def forgot(client: httpx.AsyncClient, email: str = ADDRESS) -> httpx.Response:
    """Somebody fills in the form."""
    return await client.post("/api/password/forgotten", json={"email": email}, headers=OWN)


async def choose(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    """The form behind the link."""
    body = {"token": token, "password": password}
    return await client.post("/api/password", json=body, headers=OWN)


def tokens(web: Rig) -> list[str]:
    """Of the links in the letters so far."""
    return [link_in(mail.text).partition("#")[2] for mail in web.letters.mails if "password#" in mail.text]


def with_links(web: Rig, later: Callable[[], int], mailing: Mailing | None = None) -> PasswordLinks:
    """The same links at another time."""
    return PasswordLinks(
        web.database.doors,
        mailing or web.mailing,
        web.services.tenancy,
        url=f"{HOST}/",
        now=later,
        domains=frozenset({"twente.example"}),
    )


@pytest.mark.rule("1.1-h", "1.1-j")
async def test_a_forgotten_password_is_changed_by_the_link_that_a_mail_server_brings(web: Rig) -> None:
    """Over real SMTP; the link opens our page, works once, and whoever was logged in is out (1.1-j)."""
    with running_mail_server() as server:
        mailing = Mailing(SmtpPost(host="127.0.0.1", port=server.port, security="none", sender="a@b.nl"))
        links = with_links(web, web.services.now, mailing)
        assert await links.forgotten(ADDRESS, address="192.0.2.7", browser=None) is Answer.SENT
        await mailing.settle()
    (mail,) = server.mails
    link = link_in(text_of(mail))
    assert mail["Subject"] == "Wachtwoord wijzigen"
    assert link.startswith(f"{HOST}/password#")
    async with web.client() as elsewhere, web.client() as client:
        await log_in(elsewhere)
        tab = Socket(dict(elsewhere.cookies))
        async with served(web.live(), tab):
            await tab.told(t="hello")
            token = link.partition("#")[2]
            whose = await client.post("/api/password/link", json={"token": token}, headers=OWN)
            common = await choose(client, token, "wachtwoord1")
            first, second = await choose(client, token), await choose(client, token)
            await tab.told(t="bye", code="auth")
            await tab.ended()
        old_session = await elsewhere.get("/api/session")
        old_password = await client.post(
            "/api/session", json={"user_name": ADDRESS, "password": PASSWORD}, headers=OWN
        )
        new_password = await client.post(
            "/api/session", json={"user_name": ADDRESS, "password": NEW}, headers=OWN
        )

    assert whose.json() == {
        "purpose": "reset",
        "name": "Chantal",
        "user_name": "Chantal@twente.example",
        "language": "nl",
    }
    assert code_of(common) == (422, "password_too_common")
    assert first.status_code == 204
    assert code_of(second) == (410, "link_gone")
    assert old_session.status_code == 401
    assert code_of(old_password) == (401, "wrong_credentials")
    assert new_password.status_code == 200
    assert [mail.subject for mail in web.letters.mails] == ["Uw wachtwoord is gewijzigd"]


@pytest.mark.rule("1.1-j")
async def test_a_moment_in_which_too_many_log_in_costs_no_link(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says to try again, and the same link still works then."""
    async with web.client() as client:
        await forgot(client)
        await web.mailing.settle()
        token = tokens(web)[0]
        with monkeypatch.context() as busy:
            busy.setattr(Passwords, "hash", _busy)
            refused = await choose(client, token)
        again = await choose(client, token)

    assert code_of(refused) == (401, "too_many_attempts")
    assert again.status_code == 204


async def _busy(_passwords: Passwords, _password: str) -> str:
    raise TooBusy


@pytest.mark.rule("1.1-e")
async def test_who_is_invited_chooses_a_first_password(web: Rig) -> None:
    """Piet has a user name and no password yet; the letter has the name, and a link that works for a week."""
    tenancy = web.services.tenancy
    piet = next(user for user in tenancy.all[TWENTE].users if user.name == "Piet")
    organisation = tenancy.organisation(TWENTE)

    to = await web.services.password_links.invite(organisation, replace(piet, language="en"))
    await web.mailing.settle()

    assert to == "Piet@twente.example"
    (mail,) = web.letters.mails
    assert (mail.to, mail.subject) == (to, "Your user name for Cordboard")
    assert "Your user name is: Piet@twente.example" in mail.text
    assert "support@example.nl" in mail.text
    async with web.client() as client:
        chosen = await choose(client, tokens(web)[0])
        inside = await client.post("/api/session", json={"user_name": to, "password": NEW}, headers=OWN)
    assert (chosen.status_code, inside.status_code) == (204, 200)
    with pytest.raises(NoMailAddress):
        await web.services.password_links.invite(organisation, replace(piet, user_name="piet", email=None))


@pytest.mark.rule("1.1-j")
@pytest.mark.parametrize("lives_ms", [RESET_MS, INVITATION_MS])
async def test_a_link_is_worth_nothing_after_its_time(web: Rig, lives_ms: int) -> None:
    """Twenty minutes for a reset, a week for an invitation; not a moment longer, and stored only as a hash."""
    now = web.services.now()
    links = with_links(web, lambda: now)
    if lives_ms == RESET_MS:
        await links.forgotten(ADDRESS, address="192.0.2.7", browser=None)
    else:
        directory = web.services.tenancy.all[TWENTE]
        await links.invite(directory.organisation, directory.users[0])
    await web.mailing.settle()
    token = tokens(web)[0]

    await links.look(token)
    now += lives_ms - 1
    await links.look(token)
    now += 1
    with pytest.raises(LinkGone):
        await links.use(token)
    assert token.encode() not in Path(web.database.access.engine.url.database or "").read_bytes()


@pytest.mark.rule("1.1-i", "D20")
async def test_an_unknown_address_is_told_so_to_a_colleague_and_not_to_a_stranger(web: Rig) -> None:
    """Of our own mail domain, or from a browser in which somebody logged in before; three times an hour at most."""
    async with web.client() as client:
        stranger = await forgot(client, "somebody@elsewhere.example")
        typing_error = await forgot(client, "Chantall@twente.example")
        await log_in(client)
        known_browser = await forgot(client, "chantal@gmial.example")
        third = await forgot(client, "chantal@gmaill.example")
        fourth = await forgot(client, "chantal@hotmial.example")
        # Once the errors are used up, a right address is not answered differently either.
        right = await forgot(client)
    await web.mailing.settle()

    assert stranger.json() == {"answer": "if_known"}
    assert [code_of(answer) for answer in (typing_error, known_browser, third)] == [
        (404, "unknown_email")
    ] * ERRORS_PER_ADDRESS_MAX
    assert fourth.json() == right.json() == {"answer": "if_known"}
    assert len(tokens(web)) == 1


@pytest.mark.rule("D20")
async def test_set_to_neutral_nobody_is_told_which_addresses_are_known(web: Rig) -> None:
    """Known and unknown get the same sentence, also at home."""
    links = PasswordLinks(
        web.database.doors,
        web.mailing,
        web.services.tenancy,
        url=f"{HOST}/",
        now=web.services.now,
        tells_unknown=False,
        domains=frozenset({"twente.example"}),
    )

    for email in (ADDRESS, "nobody@twente.example"):
        assert await links.forgotten(email, address="192.0.2.7", browser=None) is Answer.NEUTRAL


@pytest.mark.rule("D20", "X-b")
async def test_an_organisation_can_have_nobody_told_which_addresses_are_known(web: Rig) -> None:
    """In its own browsers, and from any browser about addresses where its people have theirs; others are as before."""
    async with web.client() as client, web.client() as other:
        await log_in(client)
        await log_in(other, "Anja@brabant.example")
        assert code_of(await forgot(client, "chantal@gmial.example")) == (404, "unknown_email")
        await change(client, f"organisation/{TWENTE}", reset_unknown="neutral")

        hers, theirs = await forgot(client, "chantal@gmial.example"), await forgot(other, ADDRESS)
        unknown = await forgot(other, "nobody@twente.example")
        assert hers.json() == theirs.json() == unknown.json() == {"answer": "if_known"}
        assert code_of(await forgot(other, "anja@gmial.example")) == (404, "unknown_email")


@pytest.mark.rule("D20", "1.1-i")
async def test_the_errors_of_an_organisation_are_counted_over_all_places(web: Rig) -> None:
    """A stranger with a thousand machines learns twenty facts an hour, and nothing after."""
    links = with_links(web, web.services.now)

    answers = [
        await links.forgotten(f"name{n}@twente.example", address=f"10.0.{n}.1", browser=None)
        for n in range(40)
    ]

    assert answers == [Answer.UNKNOWN] * 20 + [Answer.NEUTRAL] * 20


@pytest.mark.rule("D20")
async def test_the_answer_takes_as_long_for_an_unknown_address(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fixed time, whatever there was to do."""
    monkeypatch.setattr(requests, "ANSWER_SECONDS", 0.2)
    async with web.client() as client:
        took = []
        for email in (ADDRESS, "nobody@elsewhere.example"):
            started = time.perf_counter()
            await forgot(client, email)
            took.append(time.perf_counter() - started)

    assert min(took) >= 0.2
    assert abs(took[0] - took[1]) < 0.1


@pytest.mark.rule("1.1-h")
async def test_nobody_fills_a_colleague_s_mailbox(web: Rig) -> None:
    """Three letters an hour to one person, ten questions an hour from one place."""
    async with web.client() as client:
        answers = [await forgot(client) for _ in range(12)]
    await web.mailing.settle()

    assert len(web.letters.mails) == 3
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


@pytest.mark.rule("1.1-h", "X-c")
async def test_people_of_another_organisation_with_the_same_address_take_nobody_s_link(web: Rig) -> None:
    """However many of them are made there, Chantal's own letter comes; of theirs no more than five."""
    tenancy = web.services.tenancy
    theirs = tenancy.all[BRABANT]
    many = [replace(theirs.users[0], id=UserId(f"u-{n}"), user_name=f"n{n}", email=ADDRESS) for n in range(8)]
    tenancy.take([replace(theirs, users=(*theirs.users, *many))])
    tenancy.all = {BRABANT: tenancy.all[BRABANT]} | tenancy.all
    await web.database.directories.save(replace(theirs, users=(*theirs.users, *many)))

    async with web.client() as client:
        await forgot(client)
    await web.mailing.settle()

    names = [
        whose.user_name for whose in [(await web.services.password_links.look(t))[1] for t in tokens(web)]
    ]
    assert names.count("Chantal@twente.example") == 1 and len(names) == 1 + ACCOUNTS_PER_MAIL_MAX


@pytest.mark.rule("1.1-e")
async def test_an_invitation_is_sent_only_so_often_and_says_when_it_is_not(
    web: Rig, chantal: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three an hour for one person; also when too many letters of this organisation wait."""
    path = f"/api/admin/users/{PIET}/invitation"
    sent = [await chantal.post(path, headers=OWN) for _ in range(LETTERS_PER_PERSON_MAX + 1)]
    await web.mailing.settle()
    assert [answer.status_code for answer in sent] == [204] * LETTERS_PER_PERSON_MAX + [409]
    assert code_of(sent[-1]) == (409, "too_many_letters")
    assert len(web.letters.mails) == LETTERS_PER_PERSON_MAX
    await web.services.password_links.look(tokens(web)[-1])

    monkeypatch.setattr("cordboard.app.mailing.MAILS_WAITING_OF_ONE_MAX", 0)
    refused = await chantal.post(f"/api/admin/users/{CHANTAL}/invitation", headers=OWN)
    assert code_of(refused) == (409, "too_many_letters")
    assert len(web.letters.mails) == LETTERS_PER_PERSON_MAX
    log = (await chantal.get("/api/admin/audit?resource=users")).json()["rows"]
    assert [row["action"] for row in log] == ["invite"] * LETTERS_PER_PERSON_MAX


async def test_a_disabled_person_gets_no_link(web: Rig) -> None:
    """And is answered as if unknown."""
    directory = web.services.tenancy.all[TWENTE]
    gone = replace(directory.users[0], disabled=True)
    web.services.tenancy.all[TWENTE] = replace(directory, users=(gone, *directory.users[1:]))
    links = with_links(web, web.services.now)

    assert await links.forgotten(ADDRESS, address="192.0.2.7", browser=None) is Answer.UNKNOWN
    assert web.letters.mails == []


@pytest.mark.rule("1.1-c")
async def test_a_person_changes_the_password_and_other_places_are_logged_out(web: Rig) -> None:
    """The present password is asked again; this browser stays."""
    async with web.client() as here, web.client() as there:
        await log_in(here)
        await log_in(there)
        wrong = await here.put("/api/password", json={"password": "fout", "new_password": NEW}, headers=OWN)
        weak = await here.put(
            "/api/password", json={"password": PASSWORD, "new_password": "kort"}, headers=OWN
        )
        done = await here.put("/api/password", json={"password": PASSWORD, "new_password": NEW}, headers=OWN)
        after = (await here.get("/api/session")).status_code, (await there.get("/api/session")).status_code

    assert code_of(wrong) == (401, "wrong_credentials")
    assert code_of(weak) == (422, "password_too_short")
    assert done.status_code == 204
    assert after == (200, 401)


async def test_a_second_factor_is_asked_at_log_in_and_counts_once(web: Rig) -> None:
    """Set up with a picture, then: password alone is not enough, a code works once, a recovery code works once."""
    async with web.client() as client:
        await log_in(client)
        sure = {"password": PASSWORD}
        begun = (await client.post("/api/second-factor", json=sure, headers=OWN)).json()
        assert begun["picture"].startswith("data:image/svg+xml")
        totp = pyotp.TOTP(begun["secret"])
        wrong = await client.put("/api/second-factor", json={"code": "000000"}, headers=OWN)
        moment = web.services.now() // 1000
        first = totp.at(moment - 30)
        codes = (await client.put("/api/second-factor", json={"code": first}, headers=OWN)).json()["codes"]

        async def enter(code: str) -> httpx.Response:
            body = {"user_name": ADDRESS, "password": PASSWORD, "code": code}
            return await client.post("/api/session", json=body, headers=OWN)

        answers = [await enter(code) for code in ("", first, totp.at(moment), totp.at(moment))]
        answers += [await enter(codes[0].upper()), await enter(codes[0])]
        left = (await client.get("/api/second-factor")).json()
        again = await client.post("/api/second-factor", json=sure | {"code": codes[1]}, headers=OWN)
        off = await client.post("/api/second-factor/off", json=sure | {"code": codes[2]}, headers=OWN)
        plain = await enter("")

    assert code_of(wrong) == (422, "wrong_code")
    assert len(codes) == len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code) for code in codes)
    said = [answer.json().get("code", "in") for answer in answers]
    assert said == ["code_needed", "wrong_code", "in", "wrong_code", "in", "wrong_code"]
    assert left == {"on": True, "recovery_codes": 9}
    assert code_of(again) == (409, "second_factor_on")
    assert (off.status_code, plain.status_code) == (204, 200)


@pytest.mark.rule("X-b")
async def test_who_administers_shows_a_second_factor_where_the_organisation_wants_it(web: Rig) -> None:
    """From that moment nothing is read or changed without one; it is set up in one's own settings, and stays on."""
    sure = {"password": PASSWORD}
    async with web.client() as client:
        await log_in(client)
        changed = await change(client, f"organisation/{TWENTE}", second_factor_for_administrators=True)
        refused = [
            await client.get("/api/admin"),
            await client.get("/api/admin/users"),
            await client.delete("/api/admin/users/u-piet", headers=OWN | {"If-Match": '"x"'}),
        ]
        begun = (await client.post("/api/second-factor", json=sure, headers=OWN)).json()
        code = pyotp.TOTP(begun["secret"]).at(web.services.now() // 1000)
        codes = (await client.put("/api/second-factor", json={"code": code}, headers=OWN)).json()["codes"]
        allowed = await client.get("/api/admin/users")
        off = await client.post("/api/second-factor/off", json=sure | {"code": codes[0]}, headers=OWN)

    assert changed.status_code == 200
    assert [code_of(answer) for answer in refused] == [(403, "second_factor_needed")] * 3
    assert allowed.status_code == 200
    assert code_of(off) == (409, "second_factor_must")


async def test_a_code_is_guessed_as_slowly_as_a_password(web: Rig) -> None:
    """Asking without a code in between does not wipe the count."""
    await web.services.second_factor.begin(CHANTAL, ADDRESS, "x")
    row = await web.database.doors.factor(CHANTAL)
    assert row is not None
    await web.database.doors.put(replace(row, active=True), [])
    said = []
    async with web.client() as client:
        for number in range(8):
            for code in ("", f"{number:06}"):
                body = {"user_name": ADDRESS, "password": PASSWORD, "code": code}
                answer = await client.post("/api/session", json=body, headers=OWN)
                said.append(answer.json()["code"])

    assert said[:10] == ["code_needed", "wrong_code"] * 5
    assert set(said[10:]) == {"too_many_attempts"}


@pytest.mark.rule("1.1-j")
async def test_a_new_password_by_link_does_not_get_around_the_second_factor(web: Rig) -> None:
    """Who reads the mail of somebody else is still not in (ASVS 6.4.3)."""
    await web.services.second_factor.begin(CHANTAL, ADDRESS, "x")
    row = await web.database.doors.factor(CHANTAL)
    assert row is not None
    await web.database.doors.put(replace(row, active=True), [])
    async with web.client() as client:
        await forgot(client)
        await web.mailing.settle()
        await choose(client, tokens(web)[0])
        answer = await client.post("/api/session", json={"user_name": ADDRESS, "password": NEW}, headers=OWN)

    assert code_of(answer) == (401, "code_needed")


async def test_own_sounds_and_keys_are_kept_for_the_next_desk(web: Rig) -> None:
    """Per person, on the server; nonsense is refused."""
    usual = {"ring_volume": 100, "beeps": True, "keys_on": True, "keys": {}}
    wanted = {"ring_volume": 40, "beeps": False, "keys_on": True, "keys": {"answer": "F12"}}
    async with web.client() as client:
        stranger = await client.get("/api/preferences")
        await log_in(client)
        before = (await client.get("/api/preferences")).json()
        set_ = await client.put("/api/preferences", json=wanted, headers=OWN)
        loud = await client.put("/api/preferences", json=wanted | {"ring_volume": 101}, headers=OWN)
        many = {f"a{n}": "F1" for n in range(31)}
        full = await client.put("/api/preferences", json=wanted | {"keys": many}, headers=OWN)
    async with web.client() as other_desk, web.client() as colleague:
        await log_in(other_desk)
        await log_in(colleague, "Piet@twente.example")
        after = (await other_desk.get("/api/preferences")).json()
        of_piet = (await colleague.get("/api/preferences")).json()

    assert stranger.status_code == 401
    assert before == of_piet == usual
    assert (set_.status_code, loud.status_code, full.status_code) == (204, 400, 400)
    assert after == wanted


@pytest.mark.rule("X-d")
async def test_a_console_that_is_open_hears_of_new_sounds_and_keys(web: Rig) -> None:
    """Changed in one tab, they hold in the other without loading it anew; a colleague hears nothing."""
    async with web.client() as client, web.client() as colleague:
        await log_in(client)
        await log_in(colleague, "Piet@twente.example")
        async with (
            console(web, dict(client.cookies)) as tab,
            console(web, dict(colleague.cookies)) as other,
        ):
            wanted = {"ring_volume": 40, "beeps": False, "keys_on": True, "keys": {"answer": "F12"}}
            assert (await client.put("/api/preferences", json=wanted, headers=OWN)).status_code == 204
            await tab.told(t="ev", code="preferences_changed")
            # What was sent before this answer has come before it.
            await other.told(t="res", id=other.command("chat.send"))

    assert [frame for frame in other.frames if frame["t"] == "ev"] == []
