"""Messages that callers leave, mailed to whom they are for (D29)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cordboard.app.history import History, StoredMessage
from cordboard.app.jobs import Jobs
from cordboard.app.letters import letter
from cordboard.app.mailing import Mail, Mailing
from cordboard.app.numbers import is_outside
from cordboard.app.ports import Directory, StorageFailure
from cordboard.app.tenancy import Tenancy
from cordboard.core.records import MessageLeft, Record
from cordboard.core.types import OrganisationId

log = logging.getLogger(__name__)

_WITHHELD = {"nl": "een anonieme beller", "en": "a caller whose number is withheld"}


class MessageLetters:
    """Watches what is written, and has a letter sent for each message."""

    def __init__(
        self,
        tenancy: Tenancy,
        history: History,
        mailing: Mailing,
        recording: Callable[[str], Path | None],
        url: str,
    ) -> None:
        """
        Args:
            recording: where the sound of a message is; None: not on this machine.
            url: of the console.
        """
        self._tenancy, self._history, self._mailing = tenancy, history, mailing
        self._recording, self._url = recording, url
        self.jobs = Jobs()

    def written(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        """These stand in the database now. Never waits."""
        for record in records:
            if isinstance(record, MessageLeft):
                self.jobs.spawn(self._send(organisation, record))

    async def _send(self, organisation: OrganisationId, record: MessageLeft) -> None:
        directory = self._tenancy.all.get(organisation)
        if directory is None or (receiver := _receiver(directory, record)) is None:
            return
        to, name, language = receiver
        try:
            message = await self._history.message(organisation, record.name)
        except StorageFailure:
            log.warning("a message is not mailed: the database did not say from whom it is")
            return
        if message is not None:
            mail = self._letter(directory, message, to=to, name=name, language=language)
            self._mailing.put(mail, organisation)

    def _letter(
        self, directory: Directory, message: StoredMessage, *, to: str, name: str, language: str
    ) -> Mail:
        zone = ZoneInfo(directory.organisation.time_zone)
        parties = [one for one in (message.caller_name, _written(message.number)) if one]
        sound = self._recording(message.name)
        written = letter(
            "message" if sound is not None else "message_without_sound",
            language,
            to,
            name=name,
            caller=" ".join(parties) or _WITHHELD["en" if language == "en" else "nl"],
            at=f"{datetime.fromtimestamp(message.at / 1000, zone):%d-%m-%Y %H:%M}",
            seconds=max(1, round(message.ms / 1000)),
            link=self._url,
        )
        return replace(written, recording=sound)


def _written(number: str | None) -> str | None:
    """As people write it; an extension or a short number has no country."""
    return f"+{number}" if number is not None and is_outside(number) else number


def _receiver(directory: Directory, record: MessageLeft) -> tuple[str, str, str] | None:
    """Address, name and language; None: nobody wants it mailed."""
    if record.to is not None:
        user = next((one for one in directory.users if one.id == record.to and not one.disabled), None)
        if user is None or user.email is None or not directory.organisation.settings.mail_messages:
            return None
        return user.email, user.name, user.language
    queue = next((one for one in directory.queues if one.id == record.queue), None)
    if queue is None or queue.rules.message_mail is None:
        return None
    return queue.rules.message_mail, queue.name, queue.language
