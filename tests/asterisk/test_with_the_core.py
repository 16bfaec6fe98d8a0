"""Calling out and passing on through the core, the adapter and the exchange's own messages, on the virtual clock."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cordboard.asterisk import sentences
from cordboard.asterisk.transport import AriResponse
from cordboard.core.call import Call, CallState
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallNumber,
    HangUpCall,
    HoldCall,
    ResumeCall,
    TransferToNumber,
)
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import NumberKind, QueueId, TransferKind, UserId
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Habits, Phone
from tests.asterisk.announced import passed_on_to_piet
from tests.support.office import ALGEMEEN, CHANTAL, PIET, Office

NUMBER = "31698765432"


@pytest.fixture(autouse=True)
def with_a_trunk_and_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every office can call outside, and speaks."""
    offices = Office.__init__.__kwdefaults__
    assert offices is not None
    monkeypatch.setitem(offices, "trunk", True)
    spoken = staticmethod(lambda _organisation, phrases, language: sentences.media(phrases, language, None))
    monkeypatch.setattr(Office, "media", spoken)


def _outsider(office: Office) -> Phone:
    """Somebody outside, who answers after a second."""
    habits = Habits(answers_after_ms=1_000, knows_talk=False)
    return office.pretended.outsider(f"+{NUMBER}", habits=habits, trunk="t-out")


def _call_of(office: Office, user: UserId) -> Call:
    return next(c for c in office.board.calls.values() if c.agent == user)


def _with_extensions(office: Office) -> None:
    office.agent(CHANTAL).extension, office.agent(PIET).extension = "201", "202"


@pytest.mark.rule("2.6-c", "D8", "D16")
async def test_an_outside_number_is_called_held_and_found_after_a_restart() -> None:
    """Ringing in the ear, then the person; music for the called one on hold."""
    async with Office() as office:
        outside = _outsider(office)
        await office.asks(CallNumber(agent=CHANTAL, number=NUMBER, kind=NumberKind.NATIONAL))
        await office.pass_ms(500)
        assert office.only_call().state is CallState.DIALLING
        assert office.phones[CHANTAL].hears().sound is Sound.RINGING

        await office.pass_ms(1_500)
        call = office.only_call()
        assert outside.hears().people == {"chantal"}
        await office.asks(HoldCall(agent=CHANTAL, call=call.id))
        assert outside.hears().sound is Sound.MUSIC
        await office.asks(ResumeCall(agent=CHANTAL, call=call.id))

        await office.restart()
        await office.pass_ms(500)
        assert outside.hears().people == {"chantal"}
        assert office.only_call().state is CallState.ACTIVE
        outside.hang_up()
        await office.pass_ms(500)
        assert not office.board.calls


@pytest.mark.rule("2.6-c", "D16", "D29")
async def test_colleagues_call_hold_and_survive_a_restart() -> None:
    """One wire, two calls; either end can be held, and either ends both."""
    async with Office() as office:
        _with_extensions(office)
        await office.asks(CallColleague(agent=CHANTAL, colleague=PIET))
        await office.pass_ms(1_000)
        assert office.phones[CHANTAL].hears().sound is Sound.RINGING
        office.phones[PIET].answer()
        await office.pass_ms(500)
        assert office.phones[CHANTAL].hears().people == {"piet"}
        assert office.phones[PIET].hears().people == {"chantal"}

        his = _call_of(office, PIET)
        await office.asks(HoldCall(agent=PIET, call=his.id))
        await office.restart()
        await office.pass_ms(300)
        assert office.phones[CHANTAL].hears().sound is Sound.MUSIC
        await office.asks(ResumeCall(agent=PIET, call=his.id))
        assert office.phones[CHANTAL].hears().people == {"piet"}

        await office.asks(HangUpCall(agent=PIET, call=his.id))
        await office.pass_ms(500)
        assert not office.board.calls


@pytest.mark.rule("5.1-f", "5.2-f", "2.1.1-o", "D7", "D16")
async def test_a_caller_is_passed_on_to_a_colleague_and_by_the_colleague_outside() -> None:
    """With announcement, then without; nothing is left in the exchange."""
    async with Office() as office:
        caller, _, _ = await passed_on_to_piet(office)
        assert caller.hears().people == {"piet"}
        await office.restart()
        # Past undoing the wire is taken out, and the caller is on the colleague's own line.
        await office.pass_ms(15_000)
        assert caller.hears().people == {"piet"}
        assert len(office.pretended.registry.channels) == 2

        _outsider(office)
        his = _call_of(office, PIET)
        await office.asks(ArmTransfer(agent=PIET, call=his.id, kind=TransferKind.BLIND))
        await office.asks(TransferToNumber(agent=PIET, call=his.id, number=NUMBER, kind=NumberKind.NATIONAL))
        await office.pass_ms(600)
        assert caller.hears().sound is Sound.RINGING
        await office.pass_ms(1_500)
        assert caller.hears().people == {f"+{NUMBER}"}
        caller.hang_up()
        await office.pass_ms(500)
        assert not office.board.calls
        assert not office.pretended.registry.channels


@pytest.mark.rule("D27", "D29")
async def test_a_colleagues_extension_dialled_on_the_telephone_is_the_same_call() -> None:
    """Without the console."""
    async with Office() as office:
        _with_extensions(office)
        office.phones[CHANTAL].dial("202")
        await office.pass_ms(500)
        assert office.phones[PIET].is_ringing
        assert office.phones[CHANTAL].hears().sound is Sound.RINGING
        office.phones[PIET].answer()
        await office.pass_ms(300)
        assert office.phones[CHANTAL].hears().people == {"piet"}

        office.phones[CHANTAL].hang_up()
        await office.pass_ms(500)

        assert not office.board.calls


@pytest.mark.rule("D21", "D29")
async def test_a_caller_leaves_a_message() -> None:
    """The sentence to its end, then the tone; what is said is kept, and the call is over."""
    async with Office() as office:
        queue = office.board.queues[QueueId("algemeen")]
        queue.exits[ExitReason.CLOSED] = Exit(action=ExitAction.MESSAGE)
        queue.open = False
        caller = office.caller()
        caller.speaks_for_ms = 4_000

        caller.call(ALGEMEEN)
        await office.pass_ms(500)
        assert caller.hears().media == "sound:cordboard/nl/leave_message"
        await office.pass_ms(3_000)
        assert caller.hears().sound is not Sound.NOTHING
        await office.pass_ms(10_000)

        assert not caller.is_connected
        (message,) = office.journal.messages
        assert office.pretended.calls.recordings.kept[message.name] == message.ms == 4_000


@pytest.mark.rule("2.1.2-h")
async def test_who_is_told_something_when_the_server_dies_is_put_through_at_once() -> None:
    """The next server ends what it did not begin: the exchange would connect the caller only when it is over."""
    async with Office() as office:
        office.board.queues[QueueId("algemeen")].announce_first_ms = 1_000
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_200)
        assert caller.hears().media == "sound:cordboard/nl/position_first"

        await office.restart()
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        await office.pass_ms(300)

        assert caller.hears().people == {"chantal"}


class _Listened(SimulatedExchange):
    """Remembers what it was asked."""

    def __init__(self, *, seed: int) -> None:
        super().__init__(seed=seed)
        self.asked: list[str] = []
        self.moved: list[str] = []
        """Legs that were put somewhere."""

    def handle(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """Do it, and remember it."""
        self.asked.append(uri.rpartition("/")[2])
        if uri.endswith("/addChannel") and query is not None:
            self.moved += query["channel"].split(",")
        return super().handle(method, uri, query, body)


@pytest.mark.rule("D29", "D16")
@pytest.mark.parametrize("restarts", [False, True])
async def test_who_calls_a_colleague_stays_where_the_ringing_is_heard(restarts: bool) -> None:
    """Moved while the far end is answered, the exchange lets one of them hear nothing, now and then (0003)."""
    listened = _Listened(seed=1)
    async with Office(listened) as office:
        _with_extensions(office)
        await office.asks(CallColleague(agent=CHANTAL, colleague=PIET))
        await office.pass_ms(1_000)
        if restarts:
            await office.restart()
            await office.pass_ms(1_000)
        assert office.phones[CHANTAL].hears().sound is Sound.RINGING
        hers = office.agent(CHANTAL).line
        assert hers is not None
        listened.moved.clear()

        office.phones[PIET].answer()
        await office.pass_ms(500)

        assert hers.leg not in listened.moved
        assert office.phones[CHANTAL].hears().people == {"piet"}
        assert office.phones[PIET].hears().people == {"chantal"}


@pytest.mark.rule("D21", "D25")
@pytest.mark.parametrize("action", [ExitAction.MESSAGE, ExitAction.ANNOUNCEMENT])
async def test_nothing_is_asked_of_a_leg_while_it_is_told_something(action: ExitAction) -> None:
    """Whose it is was written on it before; else the exchange answers nobody until the sentence is over."""
    listened = _Listened(seed=1)
    async with Office(listened) as office:
        queue = office.board.queues[QueueId("algemeen")]
        queue.exits[ExitReason.CLOSED] = Exit(action=action)
        queue.open = False
        office.caller().call(ALGEMEEN)

        await office.pass_ms(500)

        assert listened.asked[-1] == "play"
        # Whose it is, in four words, and what it hears.
        assert listened.asked.count("variable") == 5


@pytest.mark.rule("D21", "D25")
async def test_a_caller_who_is_led_out_while_the_place_is_said_hears_why() -> None:
    """The end of the one sentence is not taken for the end of the other."""
    async with Office() as office:
        queue = office.board.queues[QueueId("algemeen")]
        queue.exits[ExitReason.TIMEOUT] = Exit(action=ExitAction.ANNOUNCEMENT)
        queue.announce_first_ms, queue.wait_ms_max = 1_000, 2_000
        caller = office.caller().call(ALGEMEEN)

        await office.pass_ms(1_500)
        assert caller.hears().media == "sound:cordboard/nl/position_first"
        await office.pass_ms(1_000)
        assert caller.hears().media == "sound:cordboard/nl/later"
        await office.pass_ms(500)
        assert caller.hears().media == "sound:cordboard/nl/later"
        await office.pass_ms(3_000)

        assert not caller.is_connected
