"""Stories through all layers, from the exchange's messages to the records, on the virtual clock."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cordboard.app.engine import Accepted, NotDone
from cordboard.asterisk.transport import AriResponse
from cordboard.core.call import CallState
from cordboard.core.notices import Saying
from cordboard.core.records import SegmentKind
from cordboard.core.requests import AnswerCall, HangUpCall, HoldCall, ResumeCall, SignOut
from cordboard.core.types import EndedBy, QueueId
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.faults import Faults
from cordboard.simulator.hearing import Sound
from tests.support.office import ALGEMEEN, CHANTAL, PIET, URGENT, Office


@pytest.mark.rule("2.1-b", "2.1.1-w", "2.1.1-m", "5.1-a", "5.1-k", "D25")
async def test_a_call_is_answered_held_resumed_and_ended() -> None:
    """The main job: wait with music, answer by one click, hold, resume, hang up, one record."""
    async with Office() as office:
        caller = office.caller(name="Mevr. Jansen").call(ALGEMEEN)
        await office.pass_ms(3_000)
        assert caller.hears().sound is Sound.MUSIC
        call = office.only_call()

        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(500)
        assert caller.hears().people == {"chantal"}
        assert not office.phones[PIET].is_ringing

        await office.asks(HoldCall(agent=CHANTAL, call=call.id))
        assert caller.hears().sound is Sound.MUSIC
        await office.asks(ResumeCall(agent=CHANTAL, call=call.id))
        assert caller.hears().people == {"chantal"}
        await office.pass_ms(4_000)
        await office.asks(HangUpCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(200)

        assert caller.hears().sound is Sound.NOTHING
        assert office.phones[CHANTAL].hears().sound is Sound.NOTHING
        (closed,) = office.journal.closed.values()
        assert (closed.answered, closed.ended_by, closed.agent) == (True, EndedBy.AGENT, CHANTAL)
        kinds = [s.kind for s in office.journal.segments if s.kind is not SegmentKind.OFFER]
        assert kinds == [SegmentKind.WAIT, SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.TALK]
        assert office.agent(CHANTAL).wrap_up is not None


@pytest.mark.rule("5.1-k", "5.1-a")
async def test_music_plays_for_every_caller_who_is_held_after_another() -> None:
    """A holding bridge falls silent when its last caller leaves; the next one hears music all the same."""
    async with Office() as office:
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(100)
        call = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(500)

        for _ in range(3):
            await office.asks(HoldCall(agent=CHANTAL, call=call.id))
            assert caller.hears().sound is Sound.MUSIC
            await office.asks(ResumeCall(agent=CHANTAL, call=call.id))
            assert caller.hears().people == {"chantal"}


@pytest.mark.rule("2.1.1-v", "2.1.1-t")
async def test_of_two_who_click_at_once_one_has_the_call_and_the_other_is_told_who() -> None:
    """Never both, never neither."""
    async with Office() as office:
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)
        call = office.only_call()

        first = office.ask(AnswerCall(agent=CHANTAL, call=call.id))
        second = office.ask(AnswerCall(agent=PIET, call=call.id))
        await office.pass_ms(500)

        assert isinstance(first[0], Accepted)
        assert second[0] == NotDone("answered_by", {"name": "Chantal"})
        assert caller.hears().people == {"chantal"}
        assert not office.phones[PIET].is_ringing


@pytest.mark.rule("5.2-a", "5.2-b", "2.2-a", "D6")
async def test_an_urgent_call_is_answered_while_the_first_caller_hears_music() -> None:
    """The first call is held by itself; the phone is not rung a second time."""
    async with Office() as office:
        await office.asks(SignOut(agent=PIET, queue=QueueId("urgent"), confirmed=True))
        general = office.caller("+31611111111").call(ALGEMEEN)
        await office.pass_ms(1_000)
        first = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=first.id))
        await office.pass_ms(500)

        urgent = office.caller("+31622222222").call(URGENT)
        await office.pass_ms(500)
        second = next(c for c in office.board.calls.values() if c.urgent)
        assert CHANTAL in second.offers
        await office.asks(AnswerCall(agent=CHANTAL, call=second.id))
        await office.pass_ms(100)

        assert urgent.hears().people == {"chantal"}
        assert general.hears().sound is Sound.MUSIC
        assert first.state is CallState.HELD


@pytest.mark.rule("D16", "X-h")
async def test_a_killed_server_takes_up_every_call_where_it_stands() -> None:
    """Waiting, talking and held callers hear no difference, and all can be handled afterwards."""
    async with Office() as office:
        talking, held, waiting = (office.caller(f"+3161111111{n}") for n in range(3))
        held.call(ALGEMEEN)
        await office.pass_ms(1_000)
        first = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=first.id))
        await office.pass_ms(500)
        await office.asks(HoldCall(agent=CHANTAL, call=first.id))
        talking.call(ALGEMEEN)
        await office.pass_ms(1_000)
        second = next(c for c in office.board.calls.values() if c is not first)
        await office.asks(AnswerCall(agent=PIET, call=second.id))
        await office.pass_ms(500)
        waiting.call(ALGEMEEN)
        await office.pass_ms(500)

        await office.restart()
        await office.pass_ms(500)

        assert talking.hears().people == {"piet"}
        assert held.hears().sound is Sound.MUSIC
        assert waiting.hears().sound is Sound.MUSIC
        states = sorted(c.state.value for c in office.board.calls.values())
        assert states == ["active", "held", "waiting"]
        await office.asks(HangUpCall(agent=PIET, call=second.id))
        await office.asks(ResumeCall(agent=CHANTAL, call=first.id))
        await office.pass_ms(500)
        assert held.hears().people == {"chantal"}
        assert len(office.journal.closed) == 1


@pytest.mark.rule("D16")
async def test_calls_that_died_with_the_exchange_are_closed_as_lost() -> None:
    """No ghost card, one record each, and the next caller is handled."""
    async with Office() as office:
        office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)
        call = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(500)

        office.pretended.die()
        await office.pass_ms(10_000)

        assert not office.board.calls
        (closed,) = office.journal.closed.values()
        assert closed.ended_by is EndedBy.LOST
        again = office.caller("+31633333333").call(ALGEMEEN)
        await office.pass_ms(1_000)
        assert again.hears().sound is Sound.MUSIC
        assert office.agent(PIET).id in office.only_call().offers


@pytest.mark.rule("D16")
@pytest.mark.parametrize("seed", range(8))
async def test_doubled_and_late_events_and_slow_answers_change_nothing(seed: int) -> None:
    """The exchange repeats itself and answers late; every caller is served and recorded once all the same."""
    faults = Faults(seed=seed, duplicate=0.2, late=0.3, delay_response=0.3)
    async with Office(SimulatedExchange(seed=seed, faults=faults)) as office:
        callers = []
        for number in range(6):
            caller = office.caller(f"+3161111111{number}").call(ALGEMEEN, talks_for_ms=5_000)
            callers.append(caller)
            await office.pass_ms(2_000)
            for agent in (CHANTAL, PIET):
                offered = next((c for c in office.board.calls.values() if agent in c.offers), None)
                if offered is not None and not office.agent(agent).calls:
                    await office.asks(AnswerCall(agent=agent, call=offered.id))
                    await office.pass_ms(1_000)
            await office.pass_ms(6_000)
        for _ in range(40):
            for agent in (CHANTAL, PIET):
                offered = next((c for c in office.board.calls.values() if agent in c.offers), None)
                if offered is not None and not office.agent(agent).calls:
                    await office.asks(AnswerCall(agent=agent, call=offered.id))
            await office.pass_ms(5_000)

        assert not office.board.calls
        assert len(office.journal.opened) == len(office.journal.closed) == 6
        assert all(closed.answered for closed in office.journal.closed.values())
        assert not any(caller.is_connected for caller in callers)


@pytest.mark.rule("5.1-k")
async def test_two_callers_never_hear_each_other_when_a_hold_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange does not take the first caller off the line: the second one is not put on it."""
    async with Office() as office:
        general = office.caller("+31611111111").call(ALGEMEEN)
        await office.pass_ms(1_000)
        first = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=first.id))
        await office.pass_ms(500)
        urgent = office.caller("+31622222222").call(URGENT)
        await office.pass_ms(500)
        second = next(c for c in office.board.calls.values() if c.urgent)
        carry_out = office.pretended.handle

        def breaks(
            method: str,
            uri: str,
            query: Mapping[str, str] | None = None,
            body: Mapping[str, object] | None = None,
        ) -> AriResponse:
            to_hold = uri.endswith("/addChannel") and (query or {}).get("channel") == first.leg
            return AriResponse(500) if to_hold else carry_out(method, uri, query, body)

        monkeypatch.setattr(office.pretended, "handle", breaks)
        await office.asks(AnswerCall(agent=CHANTAL, call=second.id))
        await office.pass_ms(500)

        assert general.hears().people == {"chantal"}
        assert urgent.hears().sound is Sound.MUSIC
        assert {s.saying for s in office.screens.sayings} >= {Saying.HOLD_FAILED}
