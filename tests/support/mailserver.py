"""A real mail server for tests: takes letters over SMTP, with TLS and a log-in when asked, and keeps them."""

from __future__ import annotations

import email
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from cordboard.asterisk.ports import pick
from cordboard.certificate import certificate_for

USER, PASSWORD = "cordboard", "brievenbus"


@dataclass
class MailServer:
    """What it was handed, and how it answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: list[str] = field(default_factory=list)
    """Answers for the next recipients, such as `451 later`; empty: they are taken."""
    logged_in: list[str] = field(default_factory=list)
    trust: ssl.SSLContext | None = None
    """How a client knows it, when it speaks TLS."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient."""
        if self.refuse:
            return self.refuse.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The letter."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Who hands letters in."""
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if right:
            self.logged_in.append(USER)
        return AuthResult(success=right)


def text_of(message: EmailMessage) -> str:
    """What the letter says."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(text: str) -> str:
    """The one link in it."""
    found: list[str] = re.findall(r"https?://\S+", text)
    assert len(found) == 1, text
    return found[0]


@contextmanager
def running_mail_server(tls: Path | None = None) -> Iterator[MailServer]:
    """Serve on a free port of this machine until the end.

    Args:
        tls: a folder for its certificate: it demands STARTTLS and a log-in then; None: plain.
    """
    server = MailServer()
    words: dict[str, Any] = {}
    if tls is not None:
        certificate, key = certificate_for(tls, ["localhost", "127.0.0.1"])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.trust = ssl.create_default_context(cafile=certificate)
        words = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": server.authenticate,
        }
    controller = Controller(server, hostname="127.0.0.1", port=pick(1)[0], **words)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()
