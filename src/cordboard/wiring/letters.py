"""Where letters go, as the configuration says."""

from __future__ import annotations

from pathlib import Path

from cordboard.app.mailing import Mailing
from cordboard.app.settings import MailSettings
from cordboard.mail import FileOutbox, SmtpPost


def make_mailing(settings: MailSettings, data: Path) -> Mailing:
    """To the mail server; without one into the folder `outbox`."""
    if settings.host is None:
        return Mailing(FileOutbox(folder=data / "outbox", sender=settings.sender))
    return Mailing(
        SmtpPost(
            host=settings.host,
            port=settings.port_or_usual(),
            security=settings.security,
            sender=settings.sender,
            user_name=settings.user_name,
            password=settings.password,
        )
    )
