"""What callers hear: our voice, or in its place a recording or another text of the organisation's own (D25, D28)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from cordboard.app.administration.administration import (
    Actor,
    Administration,
    Conflict,
    NotThere,
    OutOfDate,
    version_of,
)
from cordboard.app.administration.audit import Action
from cordboard.app.administration.fields import Context, Field, FieldProblem, Invalid, Row, read_row, text
from cordboard.app.administration.own_announcements import OWN_ANNOUNCEMENTS
from cordboard.app.ports import Directory
from cordboard.core.types import OrganisationId, Right

NAME = "announcements"
RIGHT = Right.ADMIN_QUEUES
TEXT_MAX = 600
FIELDS = (Field(name="text", read=text(TEXT_MAX)),)


OWN = "own"
"""In the place of the language, in the ids of those that are an organisation's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One sentence in one language, as an organisation's callers hear it."""

    language: str
    name: str
    ours: str
    """Our own text."""
    source: Literal["ours", "spoken", "recorded", "none"]
    """`none`: nobody hears it, for there is neither a recording nor a voice that has spoken it."""
    text: str
    """What is said; of a recording: what it stands for."""
    ms: int | None
    """How long; None: it is not there (yet)."""
    title: str | None = None
    """Name of one that is the organisation's own (`AnnouncementRow`); None: it is one of our sentences."""

    @property
    def id(self) -> str:
        """`nl.closed`, `own.a-welcome`."""
        return f"{OWN if self.title is not None else self.language}.{self.name}"


class BadSound(Exception):
    """It is not what a telephone line carries; nothing has changed."""


class CannotSpeak(Exception):
    """There is no speech engine, or it failed; nothing has changed."""


class Voices(Protocol):
    """The sounds of every organisation."""

    def all(self, organisation: OrganisationId) -> list[Announcement]:
        """Our sentences, in every language."""

    def one(self, organisation: OrganisationId, id_: str) -> Announcement | None:
        """Of this id, also one of the organisation's own; None: there is no such sentence."""

    def sound(self, organisation: OrganisationId, one: Announcement) -> Path | None:
        """What is played; None: it is not there."""

    async def record(self, organisation: OrganisationId, one: Announcement, sound: bytes) -> None:
        """Have this WAV file of 8000 samples a second, 16 bits, one channel be played.

        Raises:
            BadSound, OSError: nothing has changed.
        """

    async def speak(self, organisation: OrganisationId, one: Announcement, text: str) -> None:
        """Have this text be said.

        Raises:
            CannotSpeak: nothing has changed.
        """

    async def forget(self, organisation: OrganisationId, one: Announcement) -> None:
        """Our voice again.

        Raises:
            OSError: nothing has changed.
        """


class Announcements:
    """What an administrator does with them."""

    def __init__(self, voices: Voices, administration: Administration) -> None:
        self._voices, self._administration = voices, administration
        self._locks: dict[tuple[OrganisationId, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def rows(self, actor: Actor) -> list[Row]:
        """All of them.

        Raises:
            NoRight: nothing to show.
        """
        actor.may_read()
        # Every sound is opened to see how long it is; nobody's console stands still for that.
        return [_shown(one) for one in await asyncio.to_thread(self._voices.all, actor.organisation)]

    def row(self, actor: Actor, id_: str) -> Row:
        """One of them.

        Raises:
            NoRight, NotThere: nothing to show.
        """
        actor.may_read()
        return _shown(self._find(actor, id_))

    def sound(self, actor: Actor, id_: str) -> Path:
        """To listen to.

        Raises:
            NoRight, NotThere: nothing to hear.
        """
        actor.may_read()
        path = self._voices.sound(actor.organisation, self._find(actor, id_))
        if path is None:
            raise NotThere
        return path

    async def change(
        self, actor: Actor, directory: Directory, id_: str, sent: Row, version: str, *, check: bool
    ) -> Row:
        """Another text is said from the next announcement on; ours brings our voice back.

        Raises:
            NoRight, NotThere, OutOfDate, Invalid, Conflict: nothing has changed.
            StorageFailure: it is said, and the log has no line of it.
        """
        actor.require(RIGHT)
        async with self._alone(actor, id_):
            return await self._change(actor, directory, id_, sent, version, check=check)

    async def _change(
        self, actor: Actor, directory: Directory, id_: str, sent: Row, version: str, *, check: bool
    ) -> Row:
        one = self._find(actor, id_)
        if one.title is not None:
            # Its text stands with its name and numbers.
            raise NotThere
        if _shown(one)["version"] != version:
            raise OutOfDate
        fields = {name: value for name, value in sent.items() if name == "text"}
        wanted = str(read_row(FIELDS, fields, {"text": one.text}, Context(directory=directory))["text"])
        if check or wanted == one.text:
            return _shown(one)
        if wanted == one.ours:
            await self._forget(actor, one)
        else:
            await self._speak(actor, one, wanted)
        return await self._changed(actor, one)

    async def _speak(self, actor: Actor, one: Announcement, text: str) -> None:
        try:
            await self._voices.speak(actor.organisation, one, text)
        except CannotSpeak as no:
            raise Conflict("cannot_speak") from no

    async def record(self, actor: Actor, id_: str, sound: bytes) -> Row:
        """A recording is played from the next announcement on.

        Raises:
            NoRight, NotThere, Invalid, Conflict: nothing has changed.
            StorageFailure: it is played, and the log has no line of it.
        """
        actor.require(RIGHT)
        async with self._alone(actor, id_):
            one = self._find(actor, id_)
            try:
                await self._voices.record(actor.organisation, one, sound)
            except BadSound as bad:
                raise Invalid([FieldProblem(field="sound", code="bad_sound")]) from bad
            except OSError as wrong:
                raise Conflict("not_saved") from wrong
            return await self._changed(actor, one)

    async def forget(self, actor: Actor, id_: str) -> Row:
        """Our voice again; of one of the organisation's own that has no text: nothing.

        Raises:
            NoRight, NotThere, Conflict: nothing has changed.
            StorageFailure: it is ours, and the log has no line of it.
        """
        actor.require(RIGHT)
        async with self._alone(actor, id_):
            one = self._find(actor, id_)
            if one.title is not None and one.text:
                await self._speak(actor, one, one.text)
            else:
                await self._forget(actor, one)
            return await self._changed(actor, one)

    async def _forget(self, actor: Actor, one: Announcement) -> None:
        try:
            await self._voices.forget(actor.organisation, one)
        except OSError as wrong:
            raise Conflict("not_saved") from wrong

    async def _changed(self, actor: Actor, before: Announcement) -> Row:
        after = self._find(actor, before.id)
        told = [{"source": one.source, "text": one.text} for one in (before, after)]
        # One's own is found in the log where the rest of it is.
        own = before.title is not None
        name, thing = (OWN_ANNOUNCEMENTS.name, before.name) if own else (NAME, before.id)
        await self._administration.done(
            actor, Action.CHANGE, name, thing, before.title or before.ours, before=told[0], after=told[1]
        )
        return _shown(after)

    def _alone(self, actor: Actor, id_: str) -> asyncio.Lock:
        """From what was seen to what is kept, one at a time: of two who saw the same, the second is told."""
        return self._locks[actor.organisation, self._find(actor, id_).id]

    def _find(self, actor: Actor, id_: str) -> Announcement:
        one = self._voices.one(actor.organisation, id_)
        if one is None:
            raise NotThere
        return one


def _shown(one: Announcement) -> Row:
    row: Row = {
        "id": one.id,
        "name": one.title or one.ours,
        "language": one.language,
        "text": one.text,
        "source": one.source,
        "ms": one.ms,
    }
    return row | {"version": version_of(row)}
