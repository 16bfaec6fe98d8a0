"""Letters on their way: to a real mail server over SMTP, and into the folder that stands for one."""

from __future__ import annotations

import email
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest

from cordboard.app.letters import letter
from cordboard.app.mailing import Mail, Mailing, MailNotSent
from cordboard.app.settings import MailSettings, Settings
from cordboard.doctor import Level, _mail
from cordboard.mail import OUTBOX_MAX, FileOutbox, SmtpPost
from tests.support.mailserver import PASSWORD, USER, MailServer, running_mail_server, text_of

HELLO = Mail(to="chantal@vtel.nl", subject="Één onderwerp", text="Beste Zoë,\n.\nGroet\n")


def post(server: MailServer, **words: object) -> SmtpPost:
    """The adapter, set for this server."""
    known: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "sender": "Cordboard <telefoon@vtel.nl>",
    }
    return SmtpPost(**(known | words))  # type: ignore[arg-type]


async def test_a_letter_arrives_at_a_mail_server_as_it_was_written() -> None:
    """Sender, receiver, accents, and a line with only a dot."""
    with running_mail_server() as server:
        await post(server).send(HELLO)

    (mail,) = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "chantal@vtel.nl",
        "Cordboard <telefoon@vtel.nl>",
        "Één onderwerp",
    )
    assert text_of(mail).replace("\r\n", "\n") == HELLO.text
    assert mail["Auto-Submitted"] == "auto-generated"


async def test_a_letter_goes_over_tls_with_a_log_in(tmp_path: Path) -> None:
    """A server that takes nothing in plain text and nothing of strangers."""
    with running_mail_server(tmp_path) as server:
        known = {"security": "starttls", "trust": server.trust}
        with pytest.raises(MailNotSent):
            await post(server, **known, user_name=USER, password="verkeerd").send(HELLO)
        with pytest.raises(MailNotSent):
            # A certificate that nobody vouches for: the password is not said.
            await post(server, security="starttls", user_name=USER, password=PASSWORD).send(HELLO)
        assert (server.mails, server.logged_in) == ([], [])
        await post(server, **known, user_name=USER, password=PASSWORD).send(HELLO)

    assert len(server.mails) == 1
    assert server.logged_in == [USER]


async def test_a_letter_that_is_refused_for_now_is_brought_again_and_one_for_good_is_not() -> None:
    """The server is full (4xx): later. There is no such mailbox (5xx): never."""
    with running_mail_server() as server:
        mailing = Mailing(post(server), again_after_s=(0.0, 0.0))
        server.refuse = ["451 later", "451 later"]
        assert mailing.put(HELLO)
        await mailing.settle()
        assert len(server.mails) == 1
        server.refuse = ["550 nobody", "550 nobody"]
        mailing.put(HELLO)
        await mailing.settle()

    assert len(server.mails) == 1
    assert len(server.refuse) == 1


async def test_a_mail_server_that_is_away_holds_nobody_up() -> None:
    """Whoever asked for the letter has gone on; after the last try it is given up."""
    mailing = Mailing(SmtpPost(host="127.0.0.1", port=1, security="none", sender="a@b.nl"), (0.0,))

    assert mailing.put(HELLO)
    await mailing.settle()


async def test_letters_that_wait_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of requests does not fill the memory."""
    monkeypatch.setattr("cordboard.app.mailing.MAILS_WAITING_MAX", 3)
    mailing = Mailing(SmtpPost(host="127.0.0.1", port=1, security="none", sender="a@b.nl"), (60.0,))

    assert [mailing.put(HELLO) for _ in range(5)] == [True, True, True, False, False]
    await mailing.stop()


async def test_one_organisation_leaves_place_for_the_letters_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And has place again when its own have gone."""
    monkeypatch.setattr("cordboard.app.mailing.MAILS_WAITING_OF_ONE_MAX", 2)
    with running_mail_server() as server:
        mailing = Mailing(post(server))
        assert [mailing.put(HELLO, of) for of in ("a", "a", "a", "b", "")] == [True, True, False, True, True]
        await mailing.settle()
        assert mailing.put(HELLO, "a")
        await mailing.settle()


async def test_without_a_mail_server_letters_are_files_that_only_we_read(tmp_path: Path) -> None:
    """A mail program opens them; the oldest go when there are too many."""
    outbox = FileOutbox(folder=tmp_path / "outbox")
    await outbox.send(HELLO)

    (file,) = (tmp_path / "outbox").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    mail = email.message_from_bytes(file.read_bytes(), policy=default)
    assert (mail["To"], mail["Subject"]) == ("chantal@vtel.nl", "Één onderwerp")
    for number in range(OUTBOX_MAX):
        (tmp_path / "outbox" / f"{number}.eml").touch()
    await outbox.send(HELLO)
    assert len(list((tmp_path / "outbox").iterdir())) == OUTBOX_MAX


async def test_a_name_cannot_smuggle_a_header_into_a_letter() -> None:
    """Line ends in what the text names become spaces; in an address or a subject they are refused."""
    made = letter("changed", "nl", "a@b.nl", name="Jansen\r\nBcc: all@b.nl", user_name="jansen", contact="")
    smuggled = "x\r\nBcc: all@b.nl"

    assert "Beste Jansen Bcc: all@b.nl," in made.text
    with running_mail_server() as server:
        for wrong in (
            Mail(to=smuggled, subject="x", text="x"),
            Mail(to="a@b.nl", subject=smuggled, text="x"),
        ):
            with pytest.raises(MailNotSent) as refused:
                await post(server).send(wrong)
            assert not refused.value.passing
        await post(server).send(made)
    (mail,) = server.mails
    assert mail["Bcc"] is None


async def test_letters_that_do_not_leave_are_told_until_one_has_left() -> None:
    """The server is away, or refuses everybody; one address that it does not know is only that address's."""
    with running_mail_server() as server:
        mailing = Mailing(post(server), again_after_s=())

        async def fails(answer: str, to: str = "chantal@vtel.nl") -> bool:
            server.refuse = [answer] if answer else []
            mailing.put(replace(HELLO, to=to))
            await mailing.settle()
            return mailing.fails

        assert not mailing.fails
        assert await fails("451 later")
        assert not await fails("")
        assert not await fails("550 nobody")
        assert not await fails("550 nobody", "Chantal@vtel.nl")
        assert await fails("554 no relaying", "piet@vtel.nl")
        assert not await fails("")
        away = Mailing(SmtpPost(host="127.0.0.1", port=1, security="none", sender="a@b.nl"), ())
        away.put(HELLO)
        await away.settle()
        assert away.fails


async def test_a_mail_server_is_asked_whether_it_lets_us_in_without_a_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the doctor asks: reached, over TLS, with the log-in that is set."""
    # This one says nothing more to who has the wrong password.
    monkeypatch.setattr("cordboard.mail.SMTP_SECONDS_MAX", 2)
    with running_mail_server(tmp_path) as server:
        known = {"security": "starttls", "trust": server.trust, "user_name": USER}
        await post(server, **known, password=PASSWORD).knock()
        with pytest.raises(MailNotSent):
            await post(server, **known, password="verkeerd").knock()
    with pytest.raises(MailNotSent, match="cannot be reached"):
        await SmtpPost(host="127.0.0.1", port=1, security="none", sender="a@b.nl").knock()

    assert (server.mails, server.logged_in) == ([], [USER])


async def test_the_doctor_says_whether_letters_can_leave(tmp_path: Path) -> None:
    """The server answers, does not, or there is none."""
    with running_mail_server() as server:
        there = MailSettings(host="127.0.0.1", port=server.port, security="none")
        found = [
            await _mail(Settings(data=str(tmp_path), mail=mail))
            for mail in (there, MailSettings(host="127.0.0.1", port=1, security="none"), MailSettings())
        ]
    assert [one.level for one in found] == [Level.OK, Level.WRONG, Level.NOTE]
    assert "cannot be reached" in found[1].said and str(tmp_path / "outbox") in found[2].said
    assert not server.mails
