"""Killed at every wait of every click (F7, F16): nobody is lost, nothing is left over, and each click acts once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from cordboard.asterisk.translate import BridgeName
from cordboard.core.call import Call, CallState, TransferState
from cordboard.core.events import Place
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallMissed,
    CallNumber,
    CancelTransfer,
    CompleteTransfer,
    ConnectWithoutWaiting,
    HangUpCall,
    HoldCall,
    RejectCall,
    Request,
    ResumeCall,
    SignOut,
    StartConference,
    StartWrapUp,
    TransferToColleague,
    TransferToNumber,
    UndoTransfer,
)
from cordboard.core.types import Direction, NumberKind, QueueId, TransferKind
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Habits
from tests.support.mortal import Moment, MortalOffice
from tests.support.office import ALGEMEEN, CHANTAL, PIET

NUMBER, OTHER = "31698765432", "31611111111"
A_MINUTE_MS = 60_000


class Story:
    """An office in which a caller waits, and somebody outside who can be called."""

    def __init__(self, office: MortalOffice) -> None:
        self.office = office
        self.outside = office.pretended.outsider(
            f"+{NUMBER}", habits=Habits(answers_after_ms=1_000, knows_talk=False), trunk="t-out"
        )
        self.caller = office.caller(f"+{OTHER}")
        self.was_chosen_again = False

    @property
    def call(self) -> Call:
        """The caller's call.

        Raises:
            StopIteration: it is over.
        """
        return next(c for c in self.office.board.calls.values() if c.number == OTHER)

    def has_call(self) -> bool:
        """It is not over."""
        return any(c.number == OTHER for c in self.office.board.calls.values())

    def dialled(self) -> list[Call]:
        """Calls to somebody outside, or to a colleague."""
        return [c for c in self.office.board.calls.values() if c.direction is Direction.OUT]

    async def waits(self) -> None:
        """The caller is in the queue, and everybody's telephone rings."""
        self.caller.call(ALGEMEEN)
        await self.office.pass_ms(500)

    async def talks(self) -> None:
        """Chantal has the caller."""
        await self.waits()
        await self.office.asks(AnswerCall(agent=CHANTAL, call=self.call.id))
        await self.office.pass_ms(4_000)

    async def is_held(self) -> None:
        """Chantal has the caller on hold."""
        await self.talks()
        await self.office.asks(HoldCall(agent=CHANTAL, call=self.call.id))
        await self.office.pass_ms(200)

    async def is_armed(self, kind: TransferKind = TransferKind.ATTENDED) -> None:
        """The transfer button is black."""
        await self.talks()
        await self.office.asks(ArmTransfer(agent=CHANTAL, call=self.call.id, kind=kind))
        await self.office.pass_ms(200)

    async def recipient_rings(self) -> None:
        """The recipient outside is called, and lets it ring."""
        self.outside.habits = Habits(answers_after_ms=12_000, knows_talk=False)
        await self.is_armed()
        request = TransferToNumber(agent=CHANTAL, call=self.call.id, number=NUMBER, kind=NumberKind.NATIONAL)
        await self.office.asks(request)
        await self.office.pass_ms(300)

    async def consults(self) -> None:
        """Chantal speaks with the recipient."""
        await self.recipient_rings()
        await self.office.pass_ms(13_000)

    async def is_passed_on(self) -> None:
        """Caller and recipient speak; it can still be undone."""
        await self.consults()
        await self.office.asks(self.complete())
        await self.office.pass_ms(500)

    async def rings_blind(self) -> None:
        """Passed on to Piet without a word."""
        await self.is_armed(TransferKind.BLIND)
        await self.office.asks(TransferToColleague(agent=CHANTAL, call=self.call.id, colleague=PIET))
        await self.office.pass_ms(300)

    async def has_another(self) -> None:
        """The caller on hold, and somebody outside on the line."""
        await self.is_held()
        await self.office.asks(CallNumber(agent=CHANTAL, number=NUMBER, kind=NumberKind.NATIONAL))
        await self.office.pass_ms(2_500)

    async def missed_one(self) -> None:
        """The caller on hold, and somebody else has called in vain."""
        await self.is_held()
        other = self.office.caller(f"+{NUMBER}")
        other.call(ALGEMEEN)
        await self.office.pass_ms(1_000)
        other.hang_up()
        await self.office.pass_ms(500)

    def call_missed(self) -> Request:
        """The only entry of the list, which is still there as long as nobody has spoken to that caller."""
        [entry] = self.office.board.missed
        return CallMissed(agent=CHANTAL, missed=entry)

    def connect(self) -> Request:
        """Without waiting, as long as there is somebody to wait for."""
        transfer = self.call.transfer
        if transfer is not None and transfer.state is TransferState.ARMED:
            self.was_chosen_again = True
            return TransferToNumber(agent=CHANTAL, call=self.call.id, number=NUMBER, kind=NumberKind.NATIONAL)
        return ConnectWithoutWaiting(agent=CHANTAL, call=self.call.id)

    def complete(self) -> Request:
        """The green check."""
        transfer = self.call.transfer
        assert transfer is not None
        assert transfer.recipient is not None
        return CompleteTransfer(agent=CHANTAL, call=self.call.id, to=transfer.recipient, confirmed=True)


@dataclass(frozen=True, kw_only=True)
class Click:
    """One click: what was before it, and how one sees that it acted."""

    before: Callable[[Story], Awaitable[None]]
    request: Callable[[Story], Request]
    acted: Callable[[Story], bool]
    """It has acted, once."""
    may_end: bool = False
    """The caller's call may be over when it has acted."""


def _state(*states: CallState) -> Callable[[Story], bool]:
    return lambda story: story.has_call() and story.call.state in states


def _on_call(make: Callable[..., Request], **more: object) -> Callable[[Story], Request]:
    return lambda story: make(agent=CHANTAL, call=story.call.id, **more)


CLICKS: dict[str, Click] = {
    "answer": Click(
        before=Story.waits,
        request=_on_call(AnswerCall),
        acted=lambda s: s.caller.hears().people == {"chantal"},
    ),
    "reject": Click(
        before=Story.waits,
        request=_on_call(RejectCall),
        acted=lambda s: CHANTAL not in s.call.offers and s.caller.hears().sound is Sound.MUSIC,
    ),
    "hold": Click(
        before=Story.talks, request=_on_call(HoldCall), acted=lambda s: s.caller.hears().sound is Sound.MUSIC
    ),
    "resume": Click(
        before=Story.is_held,
        request=_on_call(ResumeCall),
        acted=lambda s: s.caller.hears().people == {"chantal"},
    ),
    "hang up": Click(
        before=Story.talks, request=_on_call(HangUpCall), acted=lambda s: not s.has_call(), may_end=True
    ),
    "call a number": Click(
        before=Story.is_held,
        request=lambda s: CallNumber(agent=CHANTAL, number=NUMBER, kind=NumberKind.NATIONAL),
        acted=lambda s: len(s.dialled()) == 1 and s.outside.hears().people == {"chantal"},
    ),
    "call a missed caller": Click(
        before=Story.missed_one,
        request=Story.call_missed,
        acted=lambda s: (
            len(s.dialled()) == 1 and s.outside.hears().people == {"chantal"} and not s.office.board.missed
        ),
    ),
    "call a colleague": Click(
        before=Story.is_held,
        request=lambda s: CallColleague(agent=CHANTAL, colleague=PIET),
        acted=lambda s: len(s.dialled()) == 1,
    ),
    "conference": Click(
        before=Story.has_another,
        # Whoever of the two is on hold now.
        request=lambda s: StartConference(
            agent=CHANTAL, call=next(c.id for c in s.office.board.calls.values() if c.state is CallState.HELD)
        ),
        acted=lambda s: s.caller.hears().people == {"chantal", f"+{NUMBER}"},
    ),
    "arm a transfer": Click(
        before=Story.talks,
        request=_on_call(ArmTransfer, kind=TransferKind.ATTENDED),
        acted=lambda s: s.call.transfer is not None and s.caller.hears().sound is Sound.MUSIC,
    ),
    "consult": Click(
        before=Story.is_armed,
        request=_on_call(TransferToNumber, number=NUMBER, kind=NumberKind.NATIONAL),
        acted=lambda s: len(s.dialled()) == 1 and s.outside.hears().people == {"chantal"},
    ),
    "pass on blind": Click(
        before=lambda s: s.is_armed(TransferKind.BLIND),
        request=_on_call(TransferToColleague, colleague=PIET),
        acted=lambda s: s.call.transfer is not None and s.call.transfer.state is TransferState.RINGING,
    ),
    "pull back": Click(
        before=Story.rings_blind,
        request=_on_call(CancelTransfer),
        acted=lambda s: s.call.agent == CHANTAL and s.call.state in (CallState.ACTIVE, CallState.HELD),
    ),
    "complete": Click(
        before=Story.consults,
        request=Story.complete,
        acted=lambda s: s.caller.hears().people == {f"+{NUMBER}"},
    ),
    "connect without waiting": Click(
        before=Story.recipient_rings,
        request=Story.connect,
        # Between the two a recipient who rings for nobody any more is given up, and is chosen once more.
        acted=lambda s: (
            len(s.dialled()) == 1
            and (s.call.state in (CallState.TRANSFERRING, CallState.TRANSFERRED) or s.was_chosen_again)
        ),
    ),
    "undo": Click(
        before=Story.is_passed_on,
        request=_on_call(UndoTransfer),
        acted=lambda s: s.call.agent == CHANTAL and s.call.state in (CallState.ACTIVE, CallState.HELD),
    ),
    "wrap-up": Click(
        before=Story.talks,
        request=lambda _s: StartWrapUp(agent=CHANTAL),
        acted=lambda s: s.office.agent(CHANTAL).armed,
    ),
    "sign out": Click(
        before=Story.talks,
        request=lambda _s: SignOut(agent=CHANTAL, queue=QueueId("algemeen"), confirmed=True),
        acted=lambda s: QueueId("algemeen") not in s.office.agent(CHANTAL).signed_in,
    ),
}


async def waits_of(click: Click) -> list[str]:
    """For what the server waits when nothing goes wrong, until it has acted."""
    async with MortalOffice() as office:
        story = Story(office)
        await click.before(story)
        office.arm(None)
        await office.asks(click.request(story))
        await office.pass_ms(1_500)
        assert click.acted(story), "it does not act at all"
        return list(office.fate.waits)


def furniture(office: MortalOffice) -> list[str]:
    """Lines in the exchange whose telephone is gone, pairs that nobody is in, and bridges that are there twice."""
    registry = office.pretended.registry
    names = [bridge.name for bridge in registry.bridges.values()]
    left = [name for name in set(names) if names.count(name) > 1]
    for bridge in registry.bridges.values():
        name = BridgeName.parse(bridge.name)
        assert name is not None, bridge.name
        line_is_gone = name.place is Place.LINE and name.subject not in registry.channels
        if line_is_gone or (name.place is Place.PAIR and not bridge.channels):
            left.append(bridge.name)
    return left


async def killed_at(click: Click, at: int, moment: Moment, *, again: bool) -> bool:
    """Die there, come back, click again if it has not acted; then all go home, and nothing is left.

    False: it did not come to that wait this time.
    """
    async with MortalOffice() as office:
        story = Story(office)
        await click.before(story)
        request = click.request(story)
        office.arm(at, moment)
        office.ask(request)
        await office.pass_ms(1_500)
        if not office.fate.is_dead:
            return False

        await office.bury(again_at=3 if again else None)
        if again:
            await office.pass_ms(500)
            assert office.fate.is_dead, "its successor did not die"
            await office.bury()
        await office.pass_ms(2_500)

        assert click.may_end or story.has_call(), "the caller was lost"
        if not click.acted(story):
            await office.asks(click.request(story))
            await office.pass_ms(2_500)
        assert click.acted(story), f"it does not act any more: {office.board.calls}"

        await office.pass_ms(A_MINUTE_MS)
        assert not furniture(office)
        await everybody_goes_home(story)
        return True


async def everybody_goes_home(story: Story) -> None:
    """All hang up, and the exchange is as empty as at the beginning; one record of each caller."""
    office = story.office
    for end in (story.caller.hang_up, story.outside.hang_up):
        if end is story.caller.hang_up and not story.has_call():
            continue
        end()
    for phone in office.phones.values():
        phone.hang_up()
    await office.pass_ms(A_MINUTE_MS)
    channels = [c.name for c in office.pretended.registry.channels.values()]
    assert not channels
    assert not furniture(office)
    assert not office.board.calls
    mine = [o.call for o in office.journal.opened.values() if o.number == OTHER]
    assert len(mine) == 1
    assert mine[0] in office.journal.closed


@pytest.mark.rule("2.1.1-r", "D16", "X-h")
@pytest.mark.parametrize("name", CLICKS)
async def test_a_server_that_dies_in_any_moment_of_a_click_loses_nobody_and_acts_once(name: str) -> None:
    """At each of its waits, before and after, and once more while its successor looks around."""
    click = CLICKS[name]
    waits = await waits_of(click)
    assert waits, "it waits for nothing"
    deaths = 0
    for at, what in enumerate(waits, start=1):
        for moment in Moment:
            try:
                deaths += await killed_at(click, at, moment, again=moment is Moment.AFTER)
            except AssertionError as problem:
                problem.add_note(
                    f"killed {moment.value} wait {at} of {len(waits)}: {what} ({', '.join(waits)})"
                )
                raise
    # Which waits there are depends on the moment a little.
    assert deaths >= 2 * len(waits) - 2, f"only {deaths} deaths at {len(waits)} waits"
