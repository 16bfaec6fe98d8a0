"""One practice caller: what it does when it waits, is answered, is held, is taken back and is left alone.

Knows no exchange and no clock: it is told what happens, and tells its `Line` what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from itertools import cycle
from typing import Literal, Protocol

from cordboard.practice.people import PracticePerson, Saying

PATIENCE_MS = 90_000
"""After so long without an agent the caller gives up."""

TALK_MS_MAX = 120_000
"""After so long with an agent, hold included, the caller has said enough."""

BREATH_MS = 700
"""Between being connected and beginning to speak."""

AFTER_RESUMED_MS = 1_200
"""Between "there you are" and the question."""

PAUSES_MS = (2_500, 4_000, 3_200)
"""Between the end of a sentence and its repetition, in turns: as irregular as somebody who waits for a reply."""

AFTER_END_MS = 500
"""When Cordboard says that the call is over and the exchange does not, the caller hangs up after this."""


class CallerState(Enum):
    """Where a practice caller is.

    ::

        waiting -> talking <-> held       (any -> gone)
    """

    WAITING = "waiting"
    """No agent yet; it hears ringing or music."""
    TALKING = "talking"
    HELD = "held"
    GONE = "gone"


CallSeen = Literal["active", "held", "ended"]
"""What Cordboard says of the call: an agent talks with the caller, has put it on hold, or it is over."""


class Timer(Protocol):
    """Something that will happen unless it is called off."""

    def cancel(self) -> None: ...


Later = Callable[[int, Callable[[], None]], Timer]
"""Let something happen after so many milliseconds."""


class Line(Protocol):
    """The caller's telephone. Nothing here waits or raises."""

    def say(self, saying: Saying) -> None:
        """Speak; `Caller.said` is called when the sentence is over, or could not be said."""
        ...

    def be_silent(self) -> None:
        """Stop speaking in the middle of a word; `said` is not called for what was cut off."""
        ...

    def hang_up(self) -> None:
        """Put the telephone down."""
        ...


class Caller:
    """Somebody who calls to practise with."""

    def __init__(self, person: PracticePerson, line: Line, later: Later, *, urgent: bool) -> None:
        self.person = person
        self.state = CallerState.WAITING
        self._line = line
        self._later = later
        self._message = Saying.URGENT if urgent else Saying.QUESTION
        self._pauses = cycle(PAUSES_MS)
        self._connected = False
        self._speaking: Saying | None = None
        self._next: Timer | None = None
        """What it says next."""
        self._limit = later(PATIENCE_MS, self._enough)
        """Patience, then talking time."""

    def connected(self) -> None:
        """The exchange has taken the call: sound can travel."""
        self._connected = True
        if self.state is CallerState.TALKING:
            self._speak_in(BREATH_MS, self._message)

    def observe(self, seen: CallSeen) -> None:
        """Cordboard says what became of the call. Told twice, nothing happens the second time."""
        match seen, self.state:
            case "active", CallerState.WAITING:
                self.state = CallerState.TALKING
                self._limit.cancel()
                self._limit = self._later(TALK_MS_MAX, self._enough)
                if self._connected:
                    self._speak_in(BREATH_MS, self._message)
            case "active", CallerState.HELD:
                self.state = CallerState.TALKING
                self._speak_in(BREATH_MS, Saying.RESUMED)
            case "held", CallerState.WAITING | CallerState.TALKING:
                if self.state is CallerState.WAITING:
                    self._limit.cancel()
                    self._limit = self._later(TALK_MS_MAX, self._enough)
                self.state = CallerState.HELD
                self._hush()
            case "ended", CallerState.WAITING | CallerState.TALKING | CallerState.HELD:
                self._hush()
                self._limit.cancel()
                self._limit = self._later(AFTER_END_MS, self._enough)
            case _:
                pass

    def said(self) -> None:
        """The sentence is over."""
        spoken, self._speaking = self._speaking, None
        if self.state is CallerState.TALKING:
            pause = AFTER_RESUMED_MS if spoken is Saying.RESUMED else next(self._pauses)
            self._speak_in(pause, self._message)

    def gone(self) -> None:
        """The connection has ended, whoever ended it."""
        self.state = CallerState.GONE
        self._limit.cancel()
        if self._next is not None:
            self._next.cancel()

    def hang_up(self) -> None:
        """Put the telephone down now; `gone` follows when the exchange says so."""
        self._hush()
        self._limit.cancel()
        self._line.hang_up()

    def _enough(self) -> None:
        self.hang_up()

    def _speak_in(self, delay_ms: int, saying: Saying) -> None:
        if self._next is not None:
            self._next.cancel()
        self._next = self._later(delay_ms, lambda: self._speak(saying))

    def _speak(self, saying: Saying) -> None:
        self._speaking = saying
        self._line.say(saying)

    def _hush(self) -> None:
        if self._next is not None:
            self._next.cancel()
        if self._speaking is not None:
            self._speaking = None
            self._line.be_silent()
