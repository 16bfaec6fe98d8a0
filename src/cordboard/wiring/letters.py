"""Where letters go, as the configuration says."""

from __future__ import annotations

from pathlib import Path

from cordboard.app.mailing import Mailing
from cordboard.app.settings import MailSettings
from cordboard.mail import FileOutbox, SmtpPost


def make_mailing(settings: MailSettings, data: Path) -> Mailing:
    """To the mail server; without one into the folder `outbox`."""
    return Mailing(mail_server(settings) or FileOutbox(folder=outbox(data), sender=settings.sender))


def mail_server(settings: MailSettings) -> SmtpPost | None:
    """As it is set; None: there is none."""
    if settings.host is None:
        return None
    return SmtpPost(
        host=settings.host,
        port=settings.port_or_usual(),
        security=settings.security,
        sender=settings.sender,
        user_name=settings.user_name,
        password=settings.password,
    )


def outbox(data: Path) -> Path:
    """Where letters are files when there is no mail server."""
    return data / "outbox"
