"""What lives in the exchange is asked anew: in the middle of calls, twice at once, and when no answer comes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from cordboard.asterisk.comparison import COMPARE_MS
from cordboard.asterisk.transport import AriResponse, AriTimeout
from cordboard.core.call import CallState
from cordboard.core.requests import AnswerCall, HangUpCall, HoldCall, ResumeCall, UndoTransfer
from cordboard.core.types import DeviceId
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.faults import Faults
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Caller
from tests.asterisk.announced import passed_on_to_piet
from tests.support.answering import Answer, answering
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, QUEUES, Office


def times(number: int, what: Callable[[], AriResponse], *wanted: str) -> Answer:
    """The first so many commands with these words are answered like this."""
    left = [number]

    async def answer(method: str, uri: str) -> AriResponse | None:
        if left[0] and all(word in f"{method} {uri}" for word in wanted):
            left[0] -= 1
            return what()
        return None

    return answer


def no_answer() -> AriResponse:
    """The exchange is silent."""
    raise AriTimeout("no answer")


def refused() -> AriResponse:
    """The exchange has a fault of its own."""
    return AriResponse(500, b"{}", "Internal Server Error")


def _calls(caller: Caller) -> None:
    caller.call(ALGEMEEN)


def answered(caller: Caller) -> bool:
    """The telephone of the caller has stopped ringing."""
    return caller.answered_ms is not None


@pytest.mark.rule("D16")
@pytest.mark.parametrize("at_ms", range(0, 900, 60))
async def test_a_caller_who_comes_in_while_two_look_is_not_lost(at_ms: int) -> None:
    """The older answer knows nothing of the newer caller, and must not end that call."""
    exchange = SimulatedExchange(seed=at_ms, faults=Faults(seed=at_ms, delay_response=1.0, delay_ms_max=300))
    async with Office(exchange) as office:
        await office.pass_ms(2_000)
        office.exchange.look_again(ORGANISATION)
        caller = office.caller()
        office.clock.call_in(at_ms, partial(_calls, caller))
        office.clock.call_in(at_ms // 2, lambda: office.exchange.look_again(ORGANISATION))
        await office.pass_ms(5_000)

        assert caller.hears().sound is Sound.MUSIC
        assert office.only_call().state is CallState.WAITING


@pytest.mark.rule("D16")
@pytest.mark.parametrize("break_ms", range(0, 1_000, 75))
async def test_a_connection_that_breaks_while_the_exchange_is_asked_loses_nobody(break_ms: int) -> None:
    """F1, F4: down and up again in the middle; who talks goes on talking, who waits goes on waiting."""
    exchange = SimulatedExchange(seed=1, faults=Faults(seed=1, delay_response=1.0, delay_ms_max=150))
    async with Office(exchange) as office:
        talker = office.caller("+31611111111").call(ALGEMEEN)
        await office.pass_ms(3_000)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        await office.pass_ms(3_000)
        waiter = office.caller("+31622222222")

        office.pretended.disconnect(back_after_ms=10)
        office.clock.call_in(break_ms, lambda: office.pretended.disconnect(back_after_ms=50))
        office.clock.call_in(break_ms // 3, partial(_calls, waiter))
        await office.pass_ms(8_000)

        assert talker.hears().people == {"chantal"}
        assert waiter.hears().sound is Sound.MUSIC
        states = sorted(call.state.value for call in office.board.calls.values())
        assert states == ["active", "waiting"]


@pytest.mark.rule("D16")
@pytest.mark.parametrize(("what", "word"), [(refused, "channels"), (no_answer, "endpoints/PJSIP")])
async def test_an_exchange_that_does_not_say_what_lives_in_it_is_asked_again(
    what: Callable[[], AriResponse], word: str
) -> None:
    """One bad answer after a reconnect does not leave the desk without its exchange."""
    async with Office() as office:
        answering(office, times(2, what, "GET", word))
        office.pretended.disconnect(back_after_ms=10)
        await office.pass_ms(5_000)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(2_000)

        assert office.board.exchange_up
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("D13")
async def test_a_command_without_an_answer_leaves_nobody_between_two_places() -> None:
    """F16: nobody knows whether they were connected, so the exchange is asked; screen and exchange agree again."""
    async with Office() as office:
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)
        call = office.only_call()
        answering(office, times(1, no_answer, "POST", "addChannel"))
        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(10_000)

        shown = office.board.calls[call.id]
        if shown.state is CallState.ACTIVE:
            assert caller.hears().people == {shown.agent}
        else:
            assert shown.state is CallState.WAITING
            assert caller.hears().sound is Sound.MUSIC
            await office.asks(AnswerCall(agent=PIET, call=call.id))
            await office.pass_ms(1_000)
            assert caller.hears().people == {"piet"}


@pytest.mark.rule("D16")
async def test_an_event_that_cannot_be_read_costs_a_look_at_the_exchange_and_nothing_else() -> None:
    """The events behind it count, and what it told is found by asking."""
    async with Office() as office:
        office.exchange._on_event(b'{"type":"ChannelDestroyed","channel":7}')
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)

        assert caller.hears().sound is Sound.MUSIC
        assert office.only_call().state is CallState.WAITING


@pytest.mark.rule("D16")
@pytest.mark.parametrize("hours", [-1, 1])
async def test_calls_come_in_when_the_exchange_s_clock_is_set_to_another_time(hours: int) -> None:
    """F14: the clocks of two programs need not agree, and one may be set while both run."""

    class OtherTime:
        def __init__(self, office: Office) -> None:
            self.now = lambda: office.pretended.clock.now() + hours * 3_600_000
            self.call_in = office.pretended.clock.call_in

    async with Office() as office:
        office.exchange._clock = OtherTime(office)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(500)

        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("D16")
async def test_a_telephone_that_registered_anew_while_we_were_away_is_not_lost_afterwards() -> None:
    """It showed offline for an instant before the connection broke; that is old news when we are back."""
    async with Office() as office:
        office.phones[PIET].unregister()
        await office.pass_ms(100)
        office.pretended.disconnect(back_after_ms=50)
        office.phones[PIET].register()
        await office.pass_ms(2_000)

        assert office.board.devices[DeviceId(PIET)].registered


@pytest.mark.rule("D25", "5.2-b")
async def test_a_caller_with_ringing_tone_is_answered_also_by_an_agent_whose_line_is_up() -> None:
    """Ring until answered, taken while another caller is on hold: the second caller's telephone is answered too."""
    async with Office() as office:
        office.board.queues[QUEUES[ALGEMEEN]].ring_until_answered = True
        first = office.caller("+31611111111").call(ALGEMEEN)
        await office.pass_ms(500)
        one = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=one.id))
        await office.pass_ms(500)
        await office.asks(HoldCall(agent=CHANTAL, call=one.id))
        second = office.caller("+31622222222").call(ALGEMEEN)
        await office.pass_ms(500)
        assert not answered(second)
        two = next(call for call in office.board.calls.values() if call is not one)

        await office.asks(AnswerCall(agent=CHANTAL, call=two.id))
        await office.pass_ms(500)

        assert answered(second)
        assert second.hears().people == {"chantal"}
        assert first.hears().sound is Sound.MUSIC


@pytest.mark.rule("5.1-k", "D8")
async def test_a_line_that_missed_its_first_caller_is_on_the_second_call() -> None:
    """The first attempt to connect failed in the exchange; resuming puts caller and line together all the same."""
    async with Office() as office:
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(500)
        call = office.only_call()
        failing = times(1, lambda: AriResponse(422, b"{}", "Channel not in Stasis application"), "addChannel")
        answering(office, failing)
        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(1_000)
        assert office.board.calls[call.id].state is CallState.HELD

        await office.asks(ResumeCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(1_000)

        assert caller.hears().people == {"chantal"}


@pytest.mark.rule("2.1.1-m", "X-h")
async def test_a_caller_whom_the_exchange_did_not_put_in_the_queue_hears_music_all_the_same() -> None:
    """A refusal is no end: the caller lives, and the exchange is asked where."""
    async with Office() as office:
        answering(office, times(1, refused, "POST", "addChannel"))
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(2_000)

        assert office.only_call().state is CallState.WAITING
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("2.1.1-m", "X-h")
async def test_a_leg_that_the_exchange_moves_nowhere_costs_few_looks() -> None:
    """Each look lets telephones ring anew, so what can never be done is not tried every instant."""
    async with Office() as office:
        answering(office, times(10_000, refused, "POST", "addChannel"))
        office.caller().call(ALGEMEEN)
        await office.pass_ms(500)
        rung = len(office.phones[PIET].ended)
        await office.pass_ms(COMPARE_MS)

        assert len(office.phones[PIET].ended) - rung <= 3


@pytest.mark.rule("X-h")
async def test_a_command_that_crashes_does_not_leave_its_caller_in_silence() -> None:
    """A mistake of ours: what the exchange has is looked at, as after a command that it refuses."""

    def crash() -> AriResponse:
        raise KeyError("nobody thought of that")

    async with Office() as office:
        answering(office, times(1, crash, "POST", "addChannel"))
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(2_000)

        assert office.only_call().state is CallState.WAITING
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("D7", "X-h")
async def test_a_hold_that_is_refused_after_an_undo_leaves_nobody_shown_where_they_are_not() -> None:
    """The caller was in no talk with this agent, but with the colleague, so there is none to go on with."""
    async with Office() as office:
        caller, call, _ = await passed_on_to_piet(office)
        answering(office, times(1, refused, "POST", "addChannel"))
        await office.asks(UndoTransfer(agent=CHANTAL, call=call.id))
        await office.pass_ms(3_000)

        hears = caller.hears()
        match call.state:
            case CallState.ACTIVE:
                assert hears.people == {call.agent}
            case CallState.HELD:
                assert hears.sound is Sound.MUSIC
            case _:
                assert call.state is CallState.TRANSFERRED
                assert hears.people == {"piet"}


@pytest.mark.rule("D16")
async def test_legs_that_ended_while_we_were_away_are_forgotten() -> None:
    """Nothing that is no more is kept, however often the connection breaks."""
    async with Office() as office:
        for _ in range(3):
            caller = office.caller().call(ALGEMEEN)
            await office.pass_ms(500)
            office.pretended.disconnect(blind_ms=1_000, back_after_ms=3_000)
            caller.hang_up()
            await office.pass_ms(10_000)
        legs = office.exchange._legs

        assert office.board.calls == {}
        assert not legs._owner
        assert not legs._device
        assert not legs._name
        assert not legs._ringing


@pytest.mark.rule("2.1.1-m")
async def test_a_long_day_leaves_nothing_behind() -> None:
    """After many calls every list of living things is empty again: in the adapter and in the exchange."""
    async with Office() as office:
        for number in range(12):
            caller = office.caller(f"+3161111111{number % 10}").call(ALGEMEEN)
            await office.pass_ms(1_000)
            call = office.only_call()
            match number % 3:
                case 0:
                    caller.hang_up()
                case 1:
                    await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
                    await office.pass_ms(1_000)
                    await office.asks(HangUpCall(agent=CHANTAL, call=call.id))
                case _:
                    await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
                    caller.hang_up()
            await office.pass_ms(20_000)
        exchange = office.exchange

        assert not office.board.calls
        assert not office.board.parties
        assert not office.board.lines
        assert not exchange._legs._owner
        assert not exchange._legs._name
        assert not exchange._bridges._inside
        assert not exchange._bridges._making
        assert not exchange._deeds._talk_when_ringing
        assert not exchange._deeds.lanes._last
        assert len(office.pretended.registry.bridges) <= 2
