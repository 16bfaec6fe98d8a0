"""Recording an announcement on a telephone: it rings, one speaks, hears it back, and keeps it or not (D25).

It is no call: nobody waits for it, no history has it, and the telephone is offered nothing meanwhile. What was heard
before is heard until the new recording is kept, with a key of the telephone or in the browser.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from cordboard.app.administration.administration import Actor, Conflict, NoRight, NotThere
from cordboard.app.administration.announcements import RIGHT, Announcements
from cordboard.app.administration.fields import Invalid, Row
from cordboard.app.administration.take import (
    TAKE_MS_MAX,
    Booth,
    Prompt,
    Take,
    TakeState,
    Wrong,
    spoken_ms,
)
from cordboard.app.clock import Clock
from cordboard.app.ports import StorageFailure
from cordboard.core.agent import Device
from cordboard.core.board import Board
from cordboard.core.events import (
    AnnouncementEnded,
    DeviceEngaged,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    MessageRecorded,
)
from cordboard.core.types import DeviceId, DeviceKind, LegId, OrganisationId, UserId

log = logging.getLogger(__name__)

RECORD_MS_MAX = 120_000
"""An announcement is no longer than this on a telephone; a file may be."""
CHOICE_MS = 20_000
"""After having heard it back one has so long to press a key; then the telephone is hung up, and the browser decides."""
FILE_MS = 2_000
"""How soon after the end of the line the exchange has told of its recording."""
TRIES_MAX = 3
"""So often nothing is heard before the telephone is hung up."""
TAKES_MAX = 50
"""Of all organisations, those that wait for a decision in the browser included; the oldest of those is thrown away."""
KEEP, AGAIN = "1", "2"
_ENDS = {
    LegEnd.BUSY: Wrong.BUSY,
    LegEnd.REJECTED: Wrong.REJECTED,
    LegEnd.NO_ANSWER: Wrong.NO_ANSWER,
    LegEnd.HUNG_UP: Wrong.NO_ANSWER,
    LegEnd.UNREACHABLE: Wrong.NOT_REACHED,
    LegEnd.LOST: Wrong.LOST,
}
"""What became of a telephone that was not picked up."""


class Studio:
    """All takes of this server; none outlives it."""

    def __init__(
        self,
        announcements: Announcements,
        booth: Booth,
        *,
        board: Callable[[OrganisationId], Board | None],
        tell: Callable[[OrganisationId, Event], None],
        clock: Clock,
        new_leg: Callable[[], LegId],
        sound: Callable[[str], Path | None],
        forget: Callable[[str], None],
    ) -> None:
        """
        Args:
            tell: has an organisation's desk know of something.
            new_leg: a name that was never used before.
            sound: where the recording of that name is; None: not here.
            forget: nobody is to hear the recording of that name any more; may raise OSError.
        """
        self._announcements, self._booth = announcements, booth
        self._board, self._tell, self._clock, self._new_leg = board, tell, clock, new_leg
        self._sound, self._forget_file = sound, forget
        self._takes: dict[LegId, Take] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what an administrator does ---

    def shown(self, actor: Actor, id_: str) -> Row:
        """How his recording of this announcement is, and on which telephones he can make one.

        Raises:
            NoRight, NotThere: nothing to show.
        """
        actor.require(RIGHT)
        self._announcements.row(actor, id_)
        take = self._take_of(actor)
        if take is not None and take.announcement != id_:
            take = None
        own, choices = self._telephones(actor)
        return {
            "state": take.state.value if take is not None else None,
            "wrong": take.wrong.value if take is not None and take.wrong is not None else None,
            "device": take.device_name if take is not None else None,
            "take": take.name if take is not None and take.ms is not None else None,
            "ms": take.ms if take is not None else None,
            "on_the_line": take is not None and not take.over,
            "own": own.id if own is not None else None,
            "telephones": [{"id": one.id, "name": one.name} for one in choices],
        }

    def begin(self, actor: Actor, id_: str, device: str | None) -> Row:
        """Ring his telephone.

        Args:
            device: another one of the organisation, that nobody has; None: the one that he is paired with.

        Raises:
            NoRight, NotThere: nothing rings.
            Conflict: `exchange_down`, `recording_already`, `no_device`, `is_softphone`, `device_not_registered`,
                `device_taken` or `device_busy`; nothing rings.
        """
        actor.require(RIGHT)
        language = str(self._announcements.row(actor, id_)["language"])
        chosen = self._free_telephone(actor, device)
        before = self._take_of(actor)
        if before is not None and not before.over:
            raise Conflict("recording_already")
        if before is not None:
            self._throw(before)
        self._make_room()
        take = Take(
            leg=self._new_leg(),
            actor=actor,
            announcement=id_,
            language=language,
            device=chosen.id,
            device_name=chosen.name,
        )
        self._takes[take.leg] = take
        self._tell(actor.organisation, DeviceEngaged(device=chosen.id, engaged=True))
        self._booth.ring(take.leg, chosen.id)
        self._clock.call_in(TAKE_MS_MAX, lambda: self._time_is_up(take))
        return self.shown(actor, id_)

    def sound(self, actor: Actor, id_: str) -> Path:
        """His recording, to listen to.

        Raises:
            NoRight, NotThere: nothing to hear.
        """
        path = self._sound(self._recorded(actor, id_).name or "")
        if path is None:
            raise NotThere
        return path

    async def keep(self, actor: Actor, id_: str) -> Row:
        """It is heard from the next announcement on.

        Raises:
            NoRight, NotThere, Invalid, Conflict: nothing has changed.
        """
        take = self._recorded(actor, id_)
        row = await self._keep(take, actor)
        if not take.over:
            self._booth.hang_up(take.leg)
        return row

    def throw_away(self, actor: Actor, id_: str) -> None:
        """The recording is gone, and a telephone that is on it is hung up.

        Raises:
            NoRight, NotThere: there is nothing to throw away.
        """
        actor.require(RIGHT)
        take = self._take_of(actor)
        if take is None or take.announcement != id_:
            raise NotThere
        if take.over:
            self._throw(take)
            return
        # Until its end is heard the telephone is not free.
        self._fail(take, None)
        self._booth.hang_up(take.leg)

    def forget(self, organisation: OrganisationId) -> None:
        """It is no more, nor is what was recorded in it and not kept."""
        for take in [take for take in self._takes.values() if take.actor.organisation == organisation]:
            if take.over:
                self._throw(take)
            else:
                self._fail(take, None)
                self._booth.hang_up(take.leg)

    def put_back(self, organisation: OrganisationId) -> None:
        """Its desk is a new one, which does not know that a telephone is being spoken into."""
        for take in self._takes.values():
            if take.actor.organisation == organisation and not take.over:
                self._tell(organisation, DeviceEngaged(device=take.device, engaged=True))

    # --- what the exchange tells ---

    def told(self, event: Event) -> None:
        """Something became of what the booth was asked."""
        match event:
            case (
                LegAnswered(leg=leg)
                | AnnouncementEnded(leg=leg)
                | MessageRecorded(leg=leg)
                | KeyPressed(leg=leg)
                | LegEnded(leg=leg)
            ) if (take := self._takes.get(leg)) is not None:
                self._step(take, event)
            case _:
                pass

    def _step(self, take: Take, event: Event) -> None:
        match event:
            case LegAnswered() if take.state is TakeState.RINGING:
                take.state = TakeState.RECORDING
                self._booth.say(take.leg, take.language, Prompt.SPEAK)
            case AnnouncementEnded() if take.leaves:
                self._booth.hang_up(take.leg)
            case AnnouncementEnded() if take.state is TakeState.RECORDING and take.name is None:
                self._record(take)
            case AnnouncementEnded() if take.state is TakeState.LISTENING:
                name = take.name
                self._clock.call_in(CHOICE_MS, lambda: self._no_choice(take, name))
            case MessageRecorded(name=name, ms=ms) if take.is_making(name):
                take.told_ms = ms
                self._spawn(self._look(take, name))
            case KeyPressed(key=key) if take.state is TakeState.LISTENING and not take.leaves:
                self._pressed(take, key)
            case LegEnded(how=how) if not take.over:
                self._ended(take, how)
            case _:
                pass

    def _record(self, take: Take) -> None:
        take.made += 1
        take.state, take.name = TakeState.RECORDING, f"{take.leg}-{take.made}"
        take.ms, take.told_ms = None, 0
        self._booth.record(take.leg, take.name, RECORD_MS_MAX)

    async def _look(self, take: Take, name: str, *, late: bool = False) -> None:
        """Is there a voice in what was recorded? `late`: if it is not here now it never will be."""
        if not take.is_making(name):
            return
        ms = await asyncio.to_thread(spoken_ms, self._sound(name))
        if not take.is_making(name):
            # Told twice, or thrown away meanwhile.
            return
        if ms:
            take.ms, take.silent = ms, 0
            if take.over:
                take.state = TakeState.DONE
            else:
                take.state = TakeState.LISTENING
                self._booth.say(take.leg, take.language, Prompt.CHOOSE, name)
        elif ms is None and not late:
            # Who hung up before the tone has not recorded either, and that is told a moment later.
            self._look_later(take, name)
        elif ms is None or take.over or take.silent + 1 >= TRIES_MAX:
            lacks = ms is None and (take.told_ms > 0 or not take.over)
            self._fail(take, Wrong.NOT_HERE if lacks else Wrong.NOTHING_SAID)
            if not take.over:
                self._booth.hang_up(take.leg)
        else:
            self._forget(name)
            take.name, take.silent = None, take.silent + 1
            self._booth.say(take.leg, take.language, Prompt.NOTHING)

    def _look_later(self, take: Take, name: str) -> None:
        self._clock.call_in(FILE_MS, lambda: self._spawn(self._look(take, name, late=True)))

    def _pressed(self, take: Take, key: str) -> None:
        if key == KEEP:
            take.leaves = True
            self._spawn(self._kept_by_key(take))
        elif key == AGAIN and take.name is not None:
            self._forget(take.name)
            self._record(take)

    async def _kept_by_key(self, take: Take) -> None:
        try:
            await self._keep(take, take.actor)
        except (NoRight, NotThere, Invalid, Conflict):
            log.warning("a recording on a telephone could not be kept", exc_info=True)
            # The browser says what is wrong, when it is kept there.
            self._booth.hang_up(take.leg)
        else:
            self._booth.say(take.leg, take.language, Prompt.KEPT)

    async def _keep(self, take: Take, actor: Actor) -> Row:
        name = take.name or ""
        path = self._sound(name)
        try:
            sound = await asyncio.to_thread(path.read_bytes) if path is not None else b""
        except OSError:
            raise NotThere from None
        try:
            row = await self._announcements.record(actor, take.announcement, sound)
        except StorageFailure:
            # Callers hear it already: to be told that it is not kept, and keep it again, would help nobody.
            log.exception("an announcement was replaced, and the log of changes has no line of it")
            row = self._announcements.row(actor, take.announcement)
        take.state = TakeState.KEPT
        self._forget(name)
        return row

    def _no_choice(self, take: Take, name: str | None) -> None:
        if take.state is TakeState.LISTENING and take.name == name and not take.leaves:
            self._booth.hang_up(take.leg)

    def _ended(self, take: Take, how: LegEnd) -> None:
        take.over = True
        self._tell(take.actor.organisation, DeviceEngaged(device=take.device, engaged=False))
        match take.state:
            case TakeState.RINGING:
                self._fail(take, _ENDS[how])
            case TakeState.RECORDING if (name := take.name) is not None:
                # The recording ends with the line, and is told of a moment before or after it.
                self._look_later(take, name)
            case TakeState.RECORDING:
                self._fail(take, Wrong.LOST if how is LegEnd.LOST else Wrong.NOTHING_SAID)
            case TakeState.LISTENING:
                take.state = TakeState.DONE
            case TakeState.DONE | TakeState.KEPT | TakeState.FAILED:
                if take.wrong is None and take.state is TakeState.FAILED:
                    self._throw(take)

    def _time_is_up(self, take: Take) -> None:
        if not take.over:
            self._booth.hang_up(take.leg)
            self._ended(take, LegEnd.LOST)

    def _fail(self, take: Take, wrong: Wrong | None) -> None:
        """`wrong` None: it was thrown away."""
        take.state, take.wrong, take.ms = TakeState.FAILED, wrong, None
        if take.name is not None:
            self._forget(take.name)

    # --- telephones and takes ---

    def _take_of(self, actor: Actor) -> Take | None:
        """His latest."""
        same = (actor.organisation, actor.user)
        mine = [t for t in self._takes.values() if (t.actor.organisation, t.actor.user) == same]
        return mine[-1] if mine else None

    def _recorded(self, actor: Actor, id_: str) -> Take:
        actor.require(RIGHT)
        take = self._take_of(actor)
        if take is None or take.announcement != id_ or take.ms is None or take.state is TakeState.KEPT:
            raise NotThere
        return take

    def _telephones(self, actor: Actor) -> tuple[Device | None, list[Device]]:
        """His own, and those that he may have rung instead."""
        board = self._board(actor.organisation)
        if board is None:
            return None, []
        there = [one for one in board.devices.values() if one.kind is DeviceKind.SIP and one.registered]
        own = _paired(board, actor.user)
        choices = [one for one in there if one.used_by is None]
        return (own if own in there else None), sorted(choices, key=lambda one: (one.name, one.id))

    def _free_telephone(self, actor: Actor, wanted: str | None) -> Device:
        board = self._board(actor.organisation)
        if board is None or not board.exchange_up or not self._booth.connected:
            raise Conflict("exchange_down")
        device = board.devices.get(DeviceId(wanted)) if wanted is not None else _paired(board, actor.user)
        if device is None and wanted is not None:
            raise NotThere
        if device is None:
            raise Conflict("no_device")
        if device.kind is DeviceKind.WEB:
            raise Conflict("is_softphone")
        if not device.registered:
            raise Conflict("device_not_registered", device=device.name)
        user = board.agents.get(device.used_by) if device.used_by is not None else None
        if user is not None and user.id != actor.user:
            raise Conflict("device_taken", name=user.name)
        if device.engaged or (user is not None and (user.line is not None or user.aside or user.calls)):
            raise Conflict("device_busy", device=device.name)
        return device

    def _make_room(self) -> None:
        waiting = [take for take in self._takes.values() if take.over]
        for take in waiting[: max(0, len(self._takes) - TAKES_MAX + 1)]:
            self._throw(take)

    def _throw(self, take: Take) -> None:
        self._takes.pop(take.leg, None)
        if take.name is not None:
            self._forget(take.name)

    def _forget(self, name: str) -> None:
        try:
            self._forget_file(name)
        except OSError:
            log.warning("a recording could not be deleted", extra={"recording": name})

    async def settle(self) -> None:
        """Wait until nothing is under way (for tests)."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _spawn(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _paired(board: Board, user: UserId | None) -> Device | None:
    agent = board.agents.get(user) if user is not None else None
    return board.device_of(agent) if agent is not None else None
