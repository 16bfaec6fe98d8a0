"""Where letters go: to a mail server (RFC 5321), or into a folder when none is set."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path
from secrets import token_hex
from typing import Literal

import aiosmtplib

from cordboard.app.mailing import Mail, MailNotSent

SMTP_SECONDS_MAX = 20
OUTBOX_MAX = 1_000
"""Letters kept in the folder; the oldest go first."""

Security = Literal["starttls", "tls", "none"]


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """The letter as it travels.

    Raises:
        MailNotSent: the address cannot be one.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
    except ValueError as problem:
        raise MailNotSent("the address cannot be one", passing=False, of_address=True) from problem
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("<> ") or "cordboard.invalid")
    # No "I am on holiday" back to a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.recording is not None:
        with suppress(OSError):
            sound = mail.recording.read_bytes()
            message.add_attachment(sound, maintype="audio", subtype="wav", filename=mail.recording.name)
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPost:
    """A mail server."""

    host: str
    port: int
    security: Security
    """starttls: begins in plain text and must change to TLS; tls: from the first byte; none: the same machine only."""
    sender: str
    user_name: str | None = None
    password: str | None = None
    trust: ssl.SSLContext | None = None
    """None: the certificates that the machine trusts."""

    async def send(self, mail: Mail) -> None:
        """Hand it over; the server has taken it when this returns.

        Raises:
            MailNotSent: it has not.
        """
        message = await asyncio.to_thread(message_of, mail, self.sender)
        with _not_sent():
            async with self._line() as line:
                await line.send_message(message)

    async def knock(self) -> None:
        """See that it lets us in; no letter is handed over.

        Raises:
            MailNotSent: it does not.
        """
        with _not_sent():
            async with self._line():
                pass

    def _line(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            username=self.user_name,
            password=self.password,
            timeout=SMTP_SECONDS_MAX,
            tls_context=self.trust if self.security != "none" else None,
        )


@contextmanager
def _not_sent() -> Iterator[None]:
    """What goes wrong with a mail server, as what it means for the letter."""
    try:
        yield
    except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPNotSupported) as problem:
        raise MailNotSent(f"the mail server does not let us in: {_said(problem)}", passing=True) from problem
    except aiosmtplib.SMTPRecipientsRefused as problem:
        codes = [refused.code for refused in problem.recipients]
        raise MailNotSent(
            "the mail server refuses the address",
            passing=any(400 <= code < 500 for code in codes),
            of_address=True,
        ) from problem
    except aiosmtplib.SMTPResponseException as problem:
        raise MailNotSent(_said(problem), passing=400 <= problem.code < 500) from problem
    except (aiosmtplib.SMTPException, OSError, ValueError) as problem:
        raise MailNotSent(f"the mail server cannot be reached: {problem}", passing=True) from problem


def _said(problem: Exception) -> str:
    if isinstance(problem, aiosmtplib.SMTPResponseException):
        return f"the mail server said {problem.code}"
    return "the mail server cannot do what is set"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutbox:
    """A folder that stands for a mail server: for a trial, and until one is set."""

    folder: Path
    sender: str = "cordboard@localhost"

    async def send(self, mail: Mail) -> None:
        """Put it there as a file that mail programs open.

        Raises:
            MailNotSent: it cannot be written.
        """
        message = await asyncio.to_thread(message_of, mail, self.sender)
        try:
            await asyncio.to_thread(self._write, message.as_bytes())
        except OSError as problem:
            raise MailNotSent(f"the outbox cannot be written: {problem.strerror}", passing=True) from problem

    def _write(self, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = sorted(self.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime)
        for old in kept[: max(0, len(kept) + 1 - OUTBOX_MAX)]:
            old.unlink(missing_ok=True)
        path = (
            self.folder
            / f"{formatdate(usegmt=True)[5:25].replace(' ', '-').replace(':', '')}-{token_hex(4)}.eml"
        )
        path.touch(mode=0o600)
        path.write_bytes(content)
