"""People outside who call, wait, talk and hang up, and keep a log of their own: what the ledger is made from.

A caller believes its own telephone and its own ears only: who is heard says by their tone who they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from tests.support.sipcall import CallState, EndedBy, SipCall
from tests.support.sipphone import SipPhone
from tests.support.tone import voices_in

LISTEN_S = 0.2
"""How often a caller listens who is there."""
PATIENCE_S = (25.0, 70.0)
"""How long one waits for somebody before giving up."""
TALK_S = (12.0, 30.0)
"""When one has said everything, since somebody was heard first."""
UNANSWERED_S = 45.0
"""So long without any answer from a living exchange is no telephone service."""
CLICK_S = 5.0
"""A click ends a call within so long, or it has not ended it; while Cordboard and the exchange are kept from each
other no time passes."""
LAST_WORD_S = 2.0
"""Who hung up so shortly before the exchange died may still be on the line for it."""
HEARS_S = 1.0
"""Who was heard so lately is being spoken with."""
EXTENSION_DIGITS = 4
CARELESS = 0.03
"""The part of callers whose telephone goes away in the middle without a word."""
FIRST_NUMBER = 20_000_001
"""Behind 06: each caller has a number of their own, by which the history is compared."""


class Fate(Enum):
    """How a visit ended, as its caller knows it."""

    ANSWERED = "answered"
    """Somebody was heard; then either side hung up."""
    ABANDONED = "abandoned"
    """The caller gave up before anybody was heard."""
    FALLBACK = "fallback"
    """Somebody was heard who was rung by the exchange alone, Cordboard being away."""
    BROKEN_OFF = "broken off"
    """The exchange itself died under it."""
    VANISHED = "vanished"
    """The caller's own telephone went away without a word."""
    NO_EXCHANGE = "no exchange"
    """No exchange was there to take the call: it never came in."""
    LED_OUT = "led out"
    """Passed on to a colleague who did not answer: left a message there, after which the house ends the call (D29).
    Of this end alone the history has to tell, for to the caller it is as any other."""
    LOST = "lost"
    """None of these: ended, refused or left alone by us, and nobody had hung up."""


@dataclass(slots=True)
class Visit:
    """One call of one caller, in the caller's own words; times in seconds of the wall clock."""

    number: str
    """As the history writes it."""
    dialled_at: float
    was_connected: bool = False
    """The exchange took the call up (200)."""
    heard: set[int] = field(default_factory=set)
    """Whose tones were heard, in hertz."""
    heard_at: float | None = None
    ended_at: float | None = None
    fate: Fate | None = None
    how: str = ""
    """What ended it, in SIP's words."""
    exchange_died: bool = False
    by_hand: bool = False
    """Somebody picked it up whom the exchange rang by itself, Cordboard being away."""
    hears_now: tuple[int, ...] = ()
    """Whose tones were heard at the last look."""
    heard_last: dict[int, float] = field(default_factory=dict)
    """When each of them was heard last."""
    colleagues_card: bool = False
    """Lost, unless the history says that somebody at a desk ended it: right before, one clicked on the card of a
    colleague, who may have passed this caller on in that very moment."""
    alone_s: float = 0.0
    """The longest time without any sound in it."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Somebody at a desk clicked to end a call."""

    at: float
    voice_hz: int
    """Who."""
    number: str
    """On the card."""

    @property
    def is_on_a_colleague(self) -> bool:
        """The card shows an extension, not a caller from outside."""
        return len(self.number) <= EXTENSION_DIGITS

    def is_meant_for(self, visit: Visit) -> bool:
        """With this caller, or with whoever heard this voice then.

        While a transfer can be undone, the recipient's card shows the colleague who passes on, not the caller.
        """
        return visit.number == self.number or self.at - visit.heard_last.get(self.voice_hz, 0.0) < HEARS_S


class Callers:
    """Keeps a number of people on the line at once.

    Args:
        phone: open, behind the trunk; all of them call with it.
        number: gives which of our numbers the next one dials.
        voices: every tone by which a person can be known.
        chance: of everything that is random here.
    """

    def __init__(
        self,
        phone: SipPhone,
        number: Callable[[], str],
        voices: tuple[int, ...],
        chance: random.Random,
    ) -> None:
        self.phone = phone
        self._number = number
        self._voices = voices
        self._chance = chance
        self.visits: list[Visit] = []
        self.living: dict[str, tuple[Visit, SipCall]] = {}
        """By number: who is on the line now."""
        self.wanted = 0
        """So many are kept on the line."""
        self.hang_ups: list[HangUp] = []
        """Clicks that end a call; without those that were refused."""
        self.apart: list[tuple[float, float]] = []
        """From when until when Cordboard and the exchange could not hear each other."""
        self.pause_s = 0.15
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Have people call until `stop`."""
        while not self._stopping:
            if len(self.living) < self.wanted:
                self._begin()
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) * self.pause_s)

    def _begin(self) -> None:
        digits = str(FIRST_NUMBER + len(self.visits))
        visit = Visit(number=f"316{digits}", dialled_at=time.time())
        self.visits.append(visit)
        task = asyncio.create_task(self._visit(visit, f"06{digits}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _visit(self, visit: Visit, own: str) -> None:
        call = await self.phone.dial(self._number(), from_number=own)
        self.living[visit.number] = (visit, call)
        try:
            await self._live(visit, call)
        finally:
            self.living.pop(visit.number, None)
            visit.ended_at = time.time()
            visit.how = call.end.how if call.end is not None else "?"
            visit.fate = self._fate(visit, call)
            if visit.fate is Fate.LOST:
                last = [
                    f"{one.voice_hz} Hz on {one.number} {visit.ended_at - one.at:.2f} s before"
                    for one in self.hang_ups[-3:]
                ]
                heard = {hz: round(visit.ended_at - at, 1) for hz, at in visit.heard_last.items()}
                visit.how += (
                    f" (heard, seconds before the end: {heard}; now {visit.hears_now}; "
                    f"hang-ups: {', '.join(last)})"
                )

    async def _live(self, visit: Visit, call: SipCall) -> None:
        chance = self._chance
        began = time.monotonic()
        patience, talk = chance.uniform(*PATIENCE_S), chance.uniform(*TALK_S)
        careless = chance.random() < CARELESS
        sounded = began
        while call.state is not CallState.ENDED:
            await asyncio.sleep(LISTEN_S)
            if call.state is CallState.UP:
                visit.was_connected = True
                if self._listen(visit, call):
                    sounded = time.monotonic()
                visit.alone_s = max(visit.alone_s, time.monotonic() - sounded)
            since_heard = time.time() - visit.heard_at if visit.heard_at is not None else None
            if careless and since_heard is not None and since_heard > 2:
                # The plug is pulled: no BYE. The desk hangs up in the end.
                visit.fate = Fate.VANISHED
                call.lost()
            elif (
                (since_heard is not None and since_heard > talk)
                or (since_heard is None and time.monotonic() - began > self._patience(call, patience))
                or (self._stopping and (visit.heard or call.state is not CallState.UP))
            ):
                await call.hang_up()

    @staticmethod
    def _patience(call: SipCall, patience: float) -> float:
        return patience if call.state is CallState.UP else UNANSWERED_S

    def _listen(self, visit: Visit, call: SipCall) -> bool:
        """Whether there is any sound; notes who is heard."""
        packets = call.ear.packets
        if not packets:
            return False
        tones = voices_in(call.ear.samples(len(packets) - 2, len(packets)), self._voices)
        packets.clear()
        # A passage of music now and then has the pitch of somebody; not two times running.
        people = [voice_hz for voice_hz in tones if voice_hz in visit.hears_now]
        visit.hears_now = tones
        if people:
            visit.heard.update(people)
            visit.heard_at = visit.heard_at or time.time()
            visit.heard_last |= dict.fromkeys(people, time.time())
        return True

    def hears(self, number: str | None, voice_hz: int) -> bool | None:
        """Whether this caller hears that voice in this instant; None: not known, or there is no such caller."""
        found = self.living.get(number or "")
        if found is None or found[1].state is not CallState.UP:
            return None
        last = len(found[1].ear.packets)
        # Right after the caller listened there is nothing yet to tell by.
        return (
            voice_hz in voices_in(found[1].ear.samples(last - 2, last), self._voices) if last >= 2 else None
        )

    def _fate(self, visit: Visit, call: SipCall) -> Fate:
        if visit.fate is not None:
            return visit.fate
        assert call.end is not None
        by_us = call.end.by is EndedBy.US
        if visit.exchange_died and call.end.how == "vanished":
            return Fate.BROKEN_OFF if visit.was_connected or call.ringing_us else Fate.NO_EXCHANGE
        if visit.heard and visit.by_hand and by_us:
            return Fate.FALLBACK
        if visit.heard and by_us:
            return Fate.ANSWERED
        if by_us:
            waited = time.time() - visit.dialled_at
            if not visit.was_connected and waited >= UNANSWERED_S:
                return Fate.LOST
            return Fate.ABANDONED
        clicks = [one for one in self.hang_ups if self._in_touch_s(one.at) < CLICK_S]
        if any(one.is_meant_for(visit) for one in clicks):
            # Perhaps answered and put down before the caller had listened.
            return Fate.ANSWERED
        visit.colleagues_card = any(one.is_on_a_colleague for one in clicks)
        return Fate.LOST

    @contextlib.contextmanager
    def kept_apart(self) -> Iterator[None]:
        """While this lasts, a click cannot reach the exchange."""
        began = time.time()
        self.apart.append((began, float("inf")))
        try:
            yield
        finally:
            self.apart[-1] = (began, time.time())

    def _in_touch_s(self, since: float) -> float:
        """So long could a click of then have been carried out by now."""
        now = time.time()
        apart = (max(0.0, min(now, until) - max(since, began)) for began, until in self.apart)
        return now - since - sum(apart)

    def exchange_died(self) -> None:
        """Nothing that was said to it will be answered any more, nor has it taken in what was said last."""
        for visit in self.visits:
            if visit.ended_at is not None and time.time() - visit.ended_at < LAST_WORD_S:
                visit.exchange_died = True
        for visit, call in list(self.living.values()):
            visit.exchange_died = True
            call.lost()

    def hung_up_on(self, number: str | None, voice_hz: int) -> HangUp:
        """Somebody at a desk clicks to end a call."""
        click = HangUp(time.time(), voice_hz, number or "withheld")
        self.hang_ups.append(click)
        return click

    def did_not_hang_up(self, click: HangUp) -> None:
        """It was refused."""
        self.hang_ups.remove(click)

    def picked_up_by_hand(self, number: str | None) -> None:
        """Somebody takes a call that the exchange sent there by itself."""
        if number is not None:
            own = f"31{number[1:]}" if number.startswith("0") else number.removeprefix("+")
            if own in self.living:
                self.living[own][0].by_hand = True

    async def stop(self, within_s: float) -> int:
        """No new ones; who waits goes on waiting until helped or tired. Returns how many were still there."""
        self._stopping = True
        self.wanted = 0
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)
        left = len(self.living)
        for _, call in list(self.living.values()):
            await call.hang_up()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=5)
        return left
