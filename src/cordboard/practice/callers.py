"""Callers that the exchange sends to itself, so that a newcomer has somebody to talk with.

Each dials a queue's number over the loopback trunk and comes in as any caller from outside. The calling side is
driven here, through an ARI application of its own. That side learns nothing of hold and pick-up from SIP (the
exchange re-bridges within), so `observe` tells it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Sequence
from itertools import islice
from typing import Any

import msgspec

from cordboard.app.jobs import Jobs
from cordboard.asterisk import messages as ari
from cordboard.asterisk import operations
from cordboard.asterisk.settings import PRACTICE_APPLICATION, PRACTICE_TRUNK, event_filter
from cordboard.asterisk.transport import AriTransport, AriUnavailable, send
from cordboard.practice.caller import PATIENCE_MS, Caller, CallSeen, Later, Timer
from cordboard.practice.people import PEOPLE, PracticePerson, Saying

log = logging.getLogger(__name__)

CALLERS_MAX_PER_REQUEST = 5
CALLERS_MAX = 12
"""Alive at once, for all organisations together."""


class TooManyCallers(Exception):
    """More at once than allowed; nobody was called."""


class PracticeCallers:
    """All practice callers of one exchange."""

    def __init__(
        self,
        link: AriTransport,
        *,
        new_id: Callable[[], str],
        people: Sequence[PracticePerson] = PEOPLE,
        later: Later | None = None,
    ) -> None:
        """
        Args:
            link: application `cordboard-practice`'s connection.
            new_id: a name for a leg or a sound that was never used before.
            people: who calls; each is on the telephone once at a time.
            later: lets something happen after so many milliseconds; None: on the running event loop.
        """
        self._link = link
        self._new_id = new_id
        self._people = list(people)
        self._later = later if later is not None else _on_the_loop
        self._lines: dict[str, _PracticeLine] = {}
        """By leg: everybody alive, those being dialled too."""
        self._jobs = Jobs()

    def start(self) -> None:
        """Listen to the exchange from now on; callers that an earlier server left behind are hung up."""
        self._link.set_listener(self._on_event, self._on_up, lambda: None)

    @property
    def alive(self) -> int:
        """How many there are, waiting ones and those being dialled included."""
        return len(self._lines)

    async def call(self, number: str, *, count: int = 1, urgent: bool = False) -> int:
        """Let people call one of our numbers, all at the same moment.

        Args:
            number: digits, with or without plus, as the exchange's dialplan takes it.
            count: how many, 1 to `CALLERS_MAX_PER_REQUEST`.
            urgent: they call about something that cannot wait. Whether the call counts as urgent is up to the
                queue that the number leads to.

        Returns:
            How many were started: fewer than asked, down to 0, when the exchange is away or refuses.

        Raises:
            TooManyCallers: more than one request or all together may have; nobody was called.
        """
        assert re.fullmatch(r"\+?[0-9]{1,20}", number), "a queue's number is digits"
        assert count >= 1, count
        if count > CALLERS_MAX_PER_REQUEST:
            raise TooManyCallers(f"At most {CALLERS_MAX_PER_REQUEST} practice callers at once.")
        busy = {line.caller.person.number for line in self._lines.values()}
        free = list(islice((person for person in self._people if person.number not in busy), count))
        if self.alive + count > CALLERS_MAX or len(free) < count:
            raise TooManyCallers(f"{self.alive} practice callers are on the telephone already.")
        lines = [self._new_line(person, urgent=urgent) for person in free]
        for person in free:
            # Next time somebody else comes first.
            self._people.remove(person)
            self._people.append(person)
        started = await asyncio.gather(*(self._dial(line, number) for line in lines))
        log.info("practice callers started", extra={"asked": count, "started": sum(started)})
        return sum(started)

    def observe(self, caller_number: str, state: CallSeen) -> None:
        """A call's state as Cordboard has it; calls of other people are no concern of ours.

        Args:
            caller_number: in any form: `+31690010101`, `31690010101`, `0690010101`.
            state: an agent talks with the caller, holds it, or the call is over.
        """
        wanted = _subscriber(caller_number)
        for line in list(self._lines.values()):
            if _subscriber(line.caller.person.number) == wanted:
                line.caller.observe(state)

    async def hang_up_all(self) -> None:
        """Everybody puts the telephone down; returns when the exchange has been told."""
        for line in list(self._lines.values()):
            line.caller.hang_up()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self._jobs.settle()

    # --- calling ---

    def _new_line(self, person: PracticePerson, *, urgent: bool) -> _PracticeLine:
        line = _PracticeLine(self, self._new_id())
        line.caller = Caller(person, line, self._later, urgent=urgent)
        self._lines[line.leg] = line
        return line

    async def _dial(self, line: _PracticeLine, number: str) -> bool:
        person = line.caller.person
        command = operations.channels_originate(
            endpoint=f"PJSIP/{number}@{PRACTICE_TRUNK}",
            app=PRACTICE_APPLICATION,
            channel_id=line.leg,
            # Longer than its patience, which ends the call by itself.
            timeout=PATIENCE_MS // 1000 + 10,
            # The far side's view of us: `callerId=` would show the person to themselves.
            variables={"CONNECTEDLINE(all,i)": f'"{person.name}" <{person.number}>'},
        )
        try:
            answer = await send(self._link, command)
        except AriUnavailable:
            # It may have been dialled all the same: what is found at the next connect is hung up.
            self._forget(line.leg)
            return False
        if not answer.is_done:
            log.warning("a practice caller could not call", extra={"status": answer.status})
            self._forget(line.leg)
            return False
        line.is_dialled = True
        return True

    def _forget(self, leg: str) -> None:
        line = self._lines.pop(leg, None)
        if line is not None:
            line.caller.gone()

    # --- what the exchange tells ---

    def _on_event(self, data: bytes) -> None:
        match ari.decode_event(data):
            case ari.StasisStart(channel=channel) if channel.id in self._lines:
                self._lines[channel.id].caller.connected()
            case ari.ChannelDestroyed(channel=channel):
                self._forget(channel.id)
            case ari.PlaybackFinished(playback=playback):
                line = self._lines.get(playback.target_uri.removeprefix("channel:"))
                if line is not None:
                    line.heard_out(playback.id)
            case _:
                pass

    def _on_up(self) -> None:
        self.spawn(self._reconcile())

    async def _reconcile(self) -> None:
        """Compare with what lives in the exchange: ours that have gone, and strangers of an earlier server."""
        dialled = {leg for leg, line in self._lines.items() if line.is_dialled}
        try:
            wanted = operations.applications_filter(
                application_name=PRACTICE_APPLICATION, filter=event_filter()
            )
            await send(self._link, wanted)
            answer = await send(self._link, operations.channels_list())
            if not answer.is_done:
                return
            channels = msgspec.json.decode(answer.body, type=list[ari.Channel])
            living = {c.id for c in channels if c.name.startswith(f"PJSIP/{PRACTICE_TRUNK}-")}
            for leg in dialled - living:
                self._forget(leg)
            for leg in living - self._lines.keys():
                await send(self._link, operations.channels_hangup(channel_id=leg))
        except AriUnavailable:
            log.warning("exchange went away while practice callers were looked up")

    # --- what a caller's telephone does ---

    async def play(self, line: _PracticeLine, playback: str, saying: Saying) -> None:
        """Play a sentence; one that cannot be played counts as said."""
        command = operations.channels_play_with_id(
            channel_id=line.leg, playback_id=playback, media=f"sound:{line.caller.person.sound(saying)}"
        )
        if not await self.quietly(command):
            line.heard_out(playback)

    async def hang_up(self, leg: str) -> None:
        """End this leg; its end is an event."""
        if not await self.quietly(operations.channels_hangup(channel_id=leg)):
            # Away, or gone already: its end may have been told to an earlier connection.
            self._forget(leg)

    async def quietly(self, command: operations.Command) -> bool:
        """Whether it was done; the exchange may be away."""
        try:
            return (await send(self._link, command)).is_done
        except AriUnavailable:
            return False

    def new_id(self) -> str:
        """A name that was never used before."""
        return self._new_id()

    def spawn(self, job: Coroutine[Any, Any, None]) -> None:
        """Have this done without waiting for it."""
        self._jobs.spawn(job)


class _PracticeLine:
    """A practice caller's telephone: the calling leg in the exchange."""

    caller: Caller

    def __init__(self, owner: PracticeCallers, leg: str) -> None:
        self._owner = owner
        self.leg = leg
        self.is_dialled = False
        """The exchange has said that it dials."""
        self._playback: str | None = None

    def say(self, saying: Saying) -> None:
        """See `Line`."""
        self._playback = self._owner.new_id()
        self._owner.spawn(self._owner.play(self, self._playback, saying))

    def be_silent(self) -> None:
        """See `Line`."""
        playback, self._playback = self._playback, None
        if playback is not None:
            self._owner.spawn(self._stop(playback))

    def hang_up(self) -> None:
        """See `Line`."""
        self._owner.spawn(self._owner.hang_up(self.leg))

    def heard_out(self, playback: str) -> None:
        """A sound is over; only the one that is being said counts."""
        if playback == self._playback:
            self._playback = None
            self.caller.said()

    async def _stop(self, playback: str) -> None:
        await self._owner.quietly(operations.playbacks_stop(playback_id=playback))


def _subscriber(number: str) -> str:
    """The digits that are the same in every form of a Dutch number."""
    return re.sub(r"\D", "", number)[-9:]


def _on_the_loop(delay_ms: int, action: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(delay_ms / 1000, action)
