"""The turn: due deadlines, one event, decide, hand out the effects. One inbox, one at a time, never waiting.

Commands go to the exchange, records to the writer, notices to the consoles. An organisation whose turn crashes is
rebuilt from the database and the exchange, as after a restart; a half-done turn is never built upon.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cordboard.app.about import about, say_later
from cordboard.app.clock import Alarm, Clock
from cordboard.app.steps import say_steps
from cordboard.app.writer import Writer
from cordboard.core.board import Board
from cordboard.core.commands import Command
from cordboard.core.events import Event
from cordboard.core.notices import Changed, Say
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import (
    CancelCallBack,
    ChooseGroup,
    ClaimMissed,
    CloseMissed,
    ExtendWrapUp,
    LogOut,
    MakeCallBack,
    PairDevice,
    Pause,
    ReleaseMissed,
    Request,
    ReturnToWork,
    SignIn,
    SignOut,
    StartWrapUp,
    StopWrapUp,
    UnpairDevice,
)
from cordboard.core.switchboard import Switchboard
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, DeviceId, Instant, OrganisationId

log = logging.getLogger(__name__)

PROMISES = (
    SignIn,
    SignOut,
    PairDevice,
    UnpairDevice,
    ChooseGroup,
    StartWrapUp,
    StopWrapUp,
    ExtendWrapUp,
    Pause,
    ReturnToWork,
    LogOut,
    MakeCallBack,
    CancelCallBack,
    ClaimMissed,
    ReleaseMissed,
    CloseMissed,
)
"""What people rely on after a yes: confirmed only when it is in the database."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Carried out; the consoles have been told or will be in this instant."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """Refused, with nothing changed."""

    code: str
    args: Mapping[str, str]


Reply = Callable[[Accepted | NotDone], None]


class Exchange(Protocol):
    """Does what the core commands."""

    def post(self, organisation: OrganisationId, commands: Sequence[Command]) -> None:
        """Never waits, never raises."""


class Screens(Protocol):
    """Shows what changed."""

    def changed(self, organisation: OrganisationId, things: Iterable[Changed]) -> None:
        """These things may look different now."""

    def say(self, organisation: OrganisationId, sayings: Iterable[Say]) -> None:
        """Tell these agents something once."""


@dataclass(frozen=True, slots=True)
class _Asked:
    decide: Callable[[Switchboard, Instant], Turn]
    promise: bool
    """Confirmed only when it is in the database."""
    reply: Reply
    request: Request | None = None
    """None: it comes from an administrator."""


class Engine:
    """Runs the switchboards of all organisations."""

    def __init__(
        self,
        clock: Clock,
        exchange: Exchange,
        writer: Writer,
        screens: Screens,
        rebuild: Callable[[OrganisationId], None],
    ) -> None:
        """`rebuild` is told of an organisation whose turn crashed; until it is put back its events wait."""
        self._clock = clock
        self._exchange = exchange
        self._writer = writer
        self._screens = screens
        self._rebuild = rebuild
        self.desks: dict[OrganisationId, Switchboard] = {}
        self._inbox: deque[tuple[OrganisationId, Event | _Asked]] = deque()
        self._broken: dict[OrganisationId, list[Event]] = {}
        self._aside: dict[OrganisationId, tuple[Switchboard, list[Event]]] = {}
        self._running = False
        self._timer: Alarm | None = None
        self.turns = 0

    def put(self, organisation: OrganisationId, desk: Switchboard) -> None:
        """Take this organisation's switchboard into service; events that waited for it come first."""
        self.desks[organisation] = desk
        for event in self._broken.pop(organisation, []):
            self._inbox.append((organisation, event))
        self._drain()

    def is_broken(self, organisation: OrganisationId) -> bool:
        """It crashed, and waits to be put back."""
        return organisation in self._broken

    def set_aside(self, organisation: OrganisationId) -> None:
        """Take it out of service: what happens waits until it is put back, or is nothing to anybody any more."""
        self._aside[organisation] = (self.desks.pop(organisation), [])

    def put_back(self, organisation: OrganisationId) -> None:
        """It goes on from where it was set aside."""
        self.desks[organisation], waiting = self._aside.pop(organisation)
        self._inbox.extend((organisation, event) for event in waiting)
        self._drain()

    def forget(self, organisation: OrganisationId) -> None:
        """It was set aside, and is no more."""
        del self._aside[organisation]

    def tell(self, organisation: OrganisationId, event: Event) -> None:
        """A fact happened."""
        self._inbox.append((organisation, event))
        self._drain()

    def ask(
        self, organisation: OrganisationId, request: Request, reply: Reply, expected: int | None = None
    ) -> None:
        """Somebody asks for something; `reply` is called once, at once or after the commit."""
        self._inbox.append(
            (
                organisation,
                _Asked(
                    lambda desk, now: desk.ask(request, now, expected),
                    isinstance(request, PROMISES),
                    reply,
                    request,
                ),
            )
        )
        self._drain()

    def configure(self, organisation: OrganisationId, wanted: Board, reply: Reply) -> None:
        """An administrator changed something; answered in this instant, refused with nothing changed."""
        self._inbox.append(
            (organisation, _Asked(lambda desk, now: desk.configure(wanted, now), False, reply))
        )
        self._drain()

    def release(self, organisation: OrganisationId, device: DeviceId, reply: Reply) -> None:
        """An administrator ends a pairing (1.2-j); answered after the commit."""
        self._inbox.append((organisation, _Asked(lambda desk, now: desk.release(device, now), True, reply)))
        self._drain()

    def remember_all(self, organisation: OrganisationId, open_calls: Collection[CallId]) -> None:
        """Records of this organisation were given up: write anew what goes on, and close what does not.

        Args:
            open_calls: those without an end in the database.
        """
        desk = self.desks.get(organisation)
        if desk is not None:
            self._decide(organisation, lambda: desk.remember_all(open_calls, self._clock.now()), None)
            self._drain()

    @property
    def at_rest(self) -> bool:
        """Nothing is being timed at any desk, and none is being rebuilt or set aside."""
        return not self._broken and not self._aside and all(desk.at_rest for desk in self.desks.values())

    def clock_was_set(self, step_ms: int) -> None:
        """The clock made a step, while every desk was at rest; what is due by it now happens now."""
        for desk in self.desks.values():
            desk.set_clock(step_ms)
        self._drain()

    def _drain(self) -> None:
        # A turn may put something in the inbox (a refused ring, say); it waits for its own turn.
        if self._running:
            return
        self._running = True
        try:
            self._let_deadlines_happen()
            while self._inbox:
                organisation, item = self._inbox.popleft()
                self._turn(organisation, item)
                self._let_deadlines_happen()
        finally:
            self._running = False
        self._set_timer()

    def _turn(self, organisation: OrganisationId, item: Event | _Asked) -> None:
        desk = self.desks.get(organisation)
        if desk is None:
            if isinstance(item, _Asked):
                item.reply(NotDone(Code.EXCHANGE_DOWN.value, {}))
            elif organisation in self._aside:
                self._aside[organisation][1].append(item)
            elif organisation in self._broken:
                self._broken[organisation].append(item)
            # Of one that is no more something may still be told: a console that went, half a minute ago.
            return
        now = self._clock.now()
        with about(_call_of(desk, item.request if isinstance(item, _Asked) else item)):
            if isinstance(item, _Asked):
                self._decide(organisation, lambda: item.decide(desk, now), item)
            else:
                self._decide(organisation, lambda: desk.handle(item, now), None)

    def _let_deadlines_happen(self) -> None:
        for organisation, desk in list(self.desks.items()):
            deadline = desk.next_deadline()
            now = self._clock.now()
            if deadline is not None and deadline <= now:
                self._decide(organisation, partial(desk.handle_deadline, now), None)

    def _decide(self, organisation: OrganisationId, decide: Callable[[], Turn], asked: _Asked | None) -> None:
        self.turns += 1
        try:
            self._hand_out(organisation, decide(), asked)
        except Refused as refused:
            if asked is not None:
                if asked.request is not None:
                    log.info("refused", extra=_click(organisation, asked.request, refused.code.value))
                asked.reply(NotDone(refused.code.value, refused.args_))
        except Exception:  # the one place: a bug costs one organisation a rebuild, nobody a call
            self._crashed(organisation, asked)

    def _hand_out(self, organisation: OrganisationId, turn: Turn, asked: _Asked | None) -> None:
        self._carry_out(organisation, turn, asked)
        if asked is not None and asked.request is not None:
            say_later(partial(log.info, "asked", extra=_click(organisation, asked.request)))
        if turn.records:
            say_later(partial(say_steps, organisation, turn.records))

    def _carry_out(self, organisation: OrganisationId, turn: Turn, asked: _Asked | None) -> None:
        if turn.commands:
            self._exchange.post(organisation, turn.commands)
        if asked is not None and asked.promise and turn.records:
            self._writer.add(
                organisation, turn.records, lambda kept: self._kept(organisation, turn, asked, kept)
            )
            return
        if turn.once_kept:
            # Said also where it could not be written: it stands on the board, and is kept unless we die now.
            self._writer.add(organisation, turn.records, lambda _kept: self._tell_all(organisation, turn))
        else:
            self._writer.add(organisation, turn.records)
        self._show(organisation, turn)
        if asked is not None:
            asked.reply(Accepted())

    def _tell_all(self, organisation: OrganisationId, turn: Turn) -> None:
        for event in turn.once_kept:
            self.tell(organisation, event)

    def _kept(self, organisation: OrganisationId, turn: Turn, asked: _Asked, kept: bool) -> None:
        self._show(organisation, turn)
        asked.reply(Accepted() if kept else NotDone("not_saved", {}))

    def _show(self, organisation: OrganisationId, turn: Turn) -> None:
        if turn.changed:
            self._screens.changed(organisation, turn.changed)
        if turn.sayings:
            self._screens.say(organisation, turn.sayings)

    def _crashed(self, organisation: OrganisationId, asked: _Asked | None) -> None:
        log.exception("a turn crashed; the organisation is rebuilt", extra={"organisation": organisation})
        self.desks.pop(organisation, None)
        self._broken.setdefault(organisation, [])
        if asked is not None:
            asked.reply(NotDone("internal_error", {}))
        self._rebuild(organisation)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadlines = [d for d in (desk.next_deadline() for desk in self.desks.values()) if d is not None]
        if deadlines:
            wait_ms = max(0, min(deadlines) - self._clock.now())
            self._timer = self._clock.call_in(wait_ms, self._drain)

    def stop(self) -> None:
        """No more deadlines."""
        if self._timer is not None:
            self._timer.cancel()


def _call_of(desk: Switchboard, what: Event | Request | None) -> CallId | None:
    """Which call it is about; None: about none, or one that is not known here (any more)."""
    call = getattr(what, "call", None)
    if call is not None:
        return CallId(call)
    leg = getattr(what, "leg", None)
    if leg is None:
        return None
    board = desk.board
    if leg in board.parties:
        return board.parties[leg]
    agent = board.agents.get(board.lines[leg]) if leg in board.lines else None
    return agent.line.call if agent is not None and agent.line is not None else None


def _click(organisation: OrganisationId, request: Request, refused: str | None = None) -> dict[str, object]:
    """What stands in the log of a click."""
    said: dict[str, object] = {
        "organisation": organisation,
        "request": type(request).__name__,
        "agent": request.agent,
    }
    return said if refused is None else said | {"code": refused}
