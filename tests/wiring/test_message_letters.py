"""A message that a caller leaves is mailed to whom it is for (D29)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from cordboard.app.mailing import Mailing
from cordboard.app.message_letters import MessageLetters
from cordboard.app.ports import QueueRules
from cordboard.app.tenancy import Tenancy
from cordboard.app.writer import Writer
from cordboard.core.records import MessageLeft
from cordboard.core.types import CallId, QueueId, UserId
from cordboard.mail import FileOutbox
from cordboard.storage.open import Database, open_database
from tests.contracts.storage.samples import ALGEMEEN, CHANTAL, PIET, TWENTE, closed, directory, opened

NOON = 1_530_000_000_000
"""26 June 2018, 10:00 in Amsterdam."""
URL = "https://cordboard.example.net/"


class House:
    """A database, a writer and an outbox."""

    def __init__(self, folder: Path, database: Database, tenancy: Tenancy) -> None:
        self.database, self.tenancy = database, tenancy
        self.sounds = folder / "sounds"
        self.sounds.mkdir()
        self.outbox = folder / "outbox"
        self.mailing = Mailing(FileOutbox(folder=self.outbox))
        self.letters = MessageLetters(tenancy, database.history, self.mailing, self._sound, URL)
        self.writer = Writer(database.journal, lambda: NOON)
        self.writer.written = self.letters.written
        self.writer.start()

    def _sound(self, name: str) -> Path | None:
        path = self.sounds / f"{name}.wav"
        return path if path.is_file() else None

    async def is_left(
        self,
        *,
        to: UserId | None = None,
        queue: QueueId | None = None,
        sound: bytes | None = b"RIFF",
        number: str = "31884800943",
    ) -> list[EmailMessage]:
        """A caller speaks for four seconds and hangs up; gives the letters that left."""
        if sound is not None:
            (self.sounds / "m1.wav").write_bytes(sound)
        message = MessageLeft(call=CallId("c1"), name="m1", ms=4_200, to=to, queue=queue, at=NOON)
        self.writer.add(TWENTE, [replace(opened("c1", NOON), number=number), message, closed("c1", NOON)])
        await self.writer.flushed()
        await self.letters.jobs.settle()
        await self.mailing.settle()
        parser = BytesParser(EmailMessage, policy=policy.default)
        return [parser.parsebytes(file.read_bytes()) for file in sorted(self.outbox.glob("*.eml"))]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = await open_database(f"sqlite:///{tmp_path / 'cordboard.db'}", backups=None)
    people = tuple(
        replace(user, email=f"{user.id}@example.net", language="en" if user.id == PIET else "nl")
        for user in directory().users
    )
    queues = tuple(
        replace(queue, rules=QueueRules(message_mail="balie@example.net")) if queue.id == ALGEMEEN else queue
        for queue in directory().queues
    )
    await database.directories.save(replace(directory(), users=people, queues=queues))
    tenancy = Tenancy(database.directories)
    await tenancy.load()
    made = House(tmp_path, database, tenancy)
    yield made
    await made.writer.stop()
    await database.close()


@pytest.mark.rule("D29")
async def test_a_message_for_somebody_is_mailed_with_its_sound(house: House) -> None:
    """In that person's language; who called, when in the organisation's time, and how long."""
    [mail] = await house.is_left(to=CHANTAL, queue=ALGEMEEN)

    assert (mail["To"], mail["Subject"]) == (f"{CHANTAL}@example.net", "Bericht van +31884800943")
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    assert "Op 26-06-2018 10:00 heeft +31884800943 een bericht ingesproken van 4 s." in text
    assert URL in text
    [sound] = mail.iter_attachments()
    assert (sound.get_content_type(), sound.get_filename()) == ("audio/wav", "m1.wav")
    assert sound.get_content() == b"RIFF"


@pytest.mark.rule("D29", "D28")
async def test_a_colleague_who_leaves_a_message_has_an_extension_and_no_country(house: House) -> None:
    """A plus would make another number of it."""
    [mail] = await house.is_left(to=CHANTAL, number="203")
    assert mail["Subject"] == "Bericht van 203"


@pytest.mark.rule("D29")
async def test_a_message_for_a_queue_goes_to_the_queues_address(house: House) -> None:
    """Nobody in particular is meant."""
    [mail] = await house.is_left(queue=ALGEMEEN)
    assert mail["To"] == "balie@example.net"


@pytest.mark.rule("D29")
async def test_a_message_without_a_sound_here_is_told_of(house: House) -> None:
    """An exchange on another machine keeps its sounds to itself; Piet reads English."""
    [mail] = await house.is_left(to=PIET, sound=None)
    body = mail.get_body()
    assert body is not None
    assert "You can hear it in Cordboard" in body.get_content()
    assert list(mail.iter_attachments()) == []


@pytest.mark.rule("D29", "X-b")
@pytest.mark.parametrize("off", ["organisation", "no address", "disabled", "queue"])
async def test_nothing_is_mailed_where_nobody_wants_it(house: House, off: str) -> None:
    """The organisation has switched it off, nobody has an address, or the person is not there any more."""
    was = house.tenancy.all[TWENTE]
    quiet = replace(was.organisation, settings=replace(was.organisation.settings, mail_messages=False))
    now = {
        "organisation": replace(was, organisation=quiet),
        "no address": replace(was, users=tuple(replace(user, email=None) for user in was.users)),
        "disabled": replace(was, users=tuple(replace(user, disabled=True) for user in was.users)),
        "queue": replace(was, queues=tuple(replace(queue, rules=QueueRules()) for queue in was.queues)),
    }
    house.tenancy.take([now[off]])
    found = await house.is_left(to=None if off == "queue" else CHANTAL, queue=ALGEMEEN)
    assert found == []
