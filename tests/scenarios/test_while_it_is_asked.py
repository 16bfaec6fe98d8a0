"""What happens while the exchange is asked what lives in it, or while an answer is on its way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from cordboard.app.clock import pause
from cordboard.asterisk.comparison import COMPARE_MS
from cordboard.asterisk.inventory import Inventory
from cordboard.asterisk.transport import AriTransport
from cordboard.core.call import Call, CallState
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CompleteTransfer,
    HoldCall,
    ResumeCall,
    TransferToNumber,
)
from cordboard.core.types import EndedBy, NumberKind, TransferKind
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Caller
from tests.support.answering import answering
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, Office

LOOK_MS = COMPARE_MS + 2_000


def once_at(office: Office, method: str, end: str, deed: Callable[[], Awaitable[None]]) -> list[bool]:
    """Have this done once, right before the next such question is carried out; True is put in when it was."""
    done = list[bool]()

    async def before(asked: str, uri: str) -> None:
        if not done and asked == method and uri.endswith(end):
            done.append(True)
            await deed()

    answering(office, before)
    return done


async def talking(office: Office, number: str = "+31612345678") -> tuple[Call, Caller]:
    """A caller whom Chantal has answered."""
    before = set(office.board.calls)
    caller = office.caller(number).call(ALGEMEEN)
    await office.pass_ms(500)
    call = next(call for id_, call in office.board.calls.items() if id_ not in before)
    await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
    await office.pass_ms(1_000)
    assert call.state is CallState.ACTIVE
    return call, caller


@pytest.mark.rule("D16")
async def test_who_hangs_up_while_the_two_are_compared_is_not_rung_again() -> None:
    """The end lies in what is gone through afterwards; the answer has the leg no more. It is not a lost one."""
    async with Office() as office:
        await talking(office)

        async def hangs_up() -> None:
            office.phones[CHANTAL].hang_up()
            await pause(office.clock, 20)

        done = once_at(office, "GET", "channels", hangs_up)
        await office.pass_ms(LOOK_MS)

        assert done
        assert not office.board.calls
        assert not office.phones[CHANTAL].is_ringing
        (closed,) = office.journal.closed.values()
        assert closed.ended_by is EndedBy.AGENT


@pytest.mark.rule("5.1-k", "D16")
@pytest.mark.parametrize("is_broken", [True, False], ids=["the connection breaks", "no answer comes"])
async def test_who_is_held_by_a_command_whose_answer_is_lost_hears_music(is_broken: bool) -> None:
    """The only other listener had left unheard, and the music with them; nobody knows that it has to be started."""
    async with Office() as office:
        first, leaver = await talking(office, "+31611111111")
        await office.asks(HoldCall(agent=CHANTAL, call=first.id))
        second, stayer = await talking(office, "+31622222222")

        faults = office.pretended.faults
        faults.drop = faults.lose_response = 1.0
        leaver.hang_up()
        await office.pass_ms(300)
        office.ask(HoldCall(agent=CHANTAL, call=second.id))
        await office.pass_ms(2_500)
        if is_broken:
            office.pretended.disconnect(back_after_ms=500)
        else:
            await office.pass_ms(6_000)
        faults.drop = faults.lose_response = 0.0
        await office.pass_ms(3_000)

        assert second.state is CallState.HELD
        assert stayer.hears().sound is Sound.MUSIC


@pytest.mark.rule("5.1-e", "D16")
async def test_who_hung_up_before_the_answer_to_being_put_through_is_on_no_line() -> None:
    """Else the agent could not go back to the first caller: nobody may hear somebody else's conversation."""
    async with Office() as office:
        first, waiter = await talking(office, "+31611111111")
        await office.asks(HoldCall(agent=CHANTAL, call=first.id))
        leaver = office.caller("+31622222222").call(ALGEMEEN)
        await office.pass_ms(500)
        second = next(call for call in office.board.calls.values() if call is not first)
        office.pretended.faults.delay_response, office.pretended.faults.delay_ms_max = 1.0, 200
        await office.asks(AnswerCall(agent=CHANTAL, call=second.id))
        while not leaver.hears().people:
            await office.pass_ms(1)
        leaver.hang_up()
        await office.pass_ms(1_500)
        office.pretended.faults.delay_response = 0.0

        await office.asks(ResumeCall(agent=CHANTAL, call=first.id))
        await office.pass_ms(500)

        assert waiter.hears().people == {"chantal"}


@pytest.mark.rule("5.1-i", "D7")
async def test_two_who_are_connected_while_the_two_are_compared_stay_together() -> None:
    """Their bridge is there and empty for a moment; it is not one that somebody left behind."""
    async with Office(trunk=True) as office:
        outside = office.pretended.outsider("+31201234567", trunk="t-out")
        call, caller = await talking(office)
        await office.asks(ArmTransfer(agent=CHANTAL, call=call.id, kind=TransferKind.ATTENDED))
        await office.asks(
            TransferToNumber(agent=CHANTAL, call=call.id, number="31201234567", kind=NumberKind.NATIONAL)
        )
        await office.pass_ms(2_000)
        outside.answer()
        await office.pass_ms(1_000)
        recipient = next(one for one in office.board.calls.values() if one is not call)

        async def completes() -> None:
            office.ask(CompleteTransfer(agent=CHANTAL, call=call.id, to=recipient.id, confirmed=True))
            await pause(office.clock, 5)

        async def is_slow() -> None:
            await pause(office.clock, 50)

        slow = once_at(office, "POST", "addChannel", is_slow)
        done = once_at(office, "GET", "bridges", completes)
        await office.pass_ms(LOOK_MS)

        assert slow
        assert done
        assert caller.hears().people == {"+31201234567"}
        assert outside.hears().people == {"+31612345678"}


@pytest.mark.rule("5.1-k", "D16")
async def test_a_click_while_the_exchange_is_asked_anew_is_not_undone() -> None:
    """An answer from before the click knows nothing of it."""
    async with Office() as office:
        call, caller = await talking(office)

        async def clicks() -> None:
            office.ask(HoldCall(agent=CHANTAL, call=call.id))
            await pause(office.clock, 50)

        async def is_slow() -> None:
            await pause(office.clock, 60)

        slow = once_at(office, "POST", "addChannel", is_slow)
        done = once_at(office, "GET", "bridges", clicks)
        office.exchange.look_again(ORGANISATION)
        await office.pass_ms(3_000)

        assert done
        assert slow
        assert call.state is CallState.HELD
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("5.1-k", "D16")
async def test_a_click_while_the_look_waits_for_an_earlier_command_is_not_undone() -> None:
    """It is carried out only after the exchange was asked, so that answer knows nothing of it either."""
    async with Office() as office:
        call, caller = await talking(office)

        async def music_is_slow() -> None:
            await pause(office.clock, 100)

        async def clicks() -> None:
            await pause(office.clock, 20)
            office.ask(HoldCall(agent=CHANTAL, call=call.id))
            once_at(office, "POST", "addChannel", music_is_slow)
            await pause(office.clock, 20)

        waits = once_at(office, "POST", "addChannel", clicks)
        office.caller("+31622222222").call(ALGEMEEN)
        while not waits:
            await office.pass_ms(1)
        office.exchange.look_again(ORGANISATION)
        await office.pass_ms(3_000)

        assert call.state is CallState.HELD
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("5.1-k", "D16")
async def test_a_desk_at_which_something_is_done_all_the_time_is_asked_until_the_answer_holds() -> None:
    """No answer from before a click is believed, however often there was one; nor is the look given up."""
    async with Office() as office:
        call, caller = await talking(office)
        looks = 0

        async def clicks(method: str, uri: str) -> None:
            nonlocal looks
            if (method, uri) == ("GET", "bridges"):
                looks += 1
                if looks <= 5:
                    click = ResumeCall if call.state is CallState.HELD else HoldCall
                    office.ask(click(agent=CHANTAL, call=call.id))
                    await pause(office.clock, 20)
            elif uri.endswith("/addChannel"):
                # Carried out only when the exchange has said what there was before.
                await pause(office.clock, 30)

        answering(office, clicks)
        office.exchange.look_again(ORGANISATION)
        await office.pass_ms(10_000)

        assert looks == 6
        assert call.state is CallState.HELD
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("D16")
async def test_telephones_that_begin_to_ring_while_the_two_are_compared_ring_once() -> None:
    """The comparison waits for an earlier command; who came meanwhile is in the answer, and no stranger."""
    async with Office() as office:
        call, _ = await talking(office)
        rung = len(office.phones[PIET].ended)
        compared = office.exchange.compared

        async def is_slow() -> None:
            await pause(office.clock, 500)

        def comes() -> None:
            office.caller("+31622222222").call(ALGEMEEN)

        while office.exchange.compared == compared:
            await office.pass_ms(10)
        await office.pass_ms(COMPARE_MS - 200)
        slow = once_at(office, "POST", "addChannel", is_slow)
        office.ask(HoldCall(agent=CHANTAL, call=call.id))
        office.clock.call_in(250, comes)
        await office.pass_ms(2_000)

        assert slow
        assert office.exchange.compared == compared + 2
        assert office.phones[PIET].is_ringing
        assert len(office.phones[PIET].ended) == rung


@pytest.mark.rule("2.6-c", "D16")
async def test_a_number_dialled_while_the_exchange_is_asked_is_called_at_once() -> None:
    """That its leg has come lies in what is gone through afterwards: what waits for that is not waited for."""
    async with Office(trunk=True) as office:
        outside = office.pretended.outsider("+31201234567", trunk="t-out")
        call, _ = await talking(office)
        await office.asks(ArmTransfer(agent=CHANTAL, call=call.id, kind=TransferKind.ATTENDED))

        async def dials() -> None:
            office.ask(
                TransferToNumber(agent=CHANTAL, call=call.id, number="31201234567", kind=NumberKind.NATIONAL)
            )
            await pause(office.clock, 20)

        done = once_at(office, "GET", "bridges", dials)
        office.exchange.look_again(ORGANISATION)
        await office.pass_ms(1_000)

        assert done
        assert outside.is_ringing


@pytest.mark.rule("X-h")
async def test_an_exchange_that_could_not_be_prepared_is_prepared_again() -> None:
    """Whatever went wrong: nobody could be served otherwise, and nothing else would notice."""
    troubles = [ValueError("two trunks have the same name"), OSError("no room")]

    async def prepare() -> None:
        if troubles:
            raise troubles.pop()

    async with Office(prepare=prepare) as office:
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(5_000)

        assert not troubles
        assert office.only_call().state is CallState.WAITING
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("X-h")
@pytest.mark.parametrize("when", ["at the beginning", "later on"])
async def test_a_mistake_of_ours_while_it_is_asked_costs_some_seconds(
    monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Nothing else would ask again: events would wait unread, and callers ring at the fallback group, for ever."""
    mistakes = [KeyError("nobody thought of that")]

    async def prepare() -> None:
        if when == "at the beginning" and mistakes:
            raise mistakes.pop()

    async def wrong(_: AriTransport) -> Inventory:
        raise mistakes.pop()

    async with Office(prepare=prepare) as office:
        if when == "later on":
            with monkeypatch.context() as patch:
                patch.setattr("cordboard.asterisk.exchange.take_inventory", wrong)
                await office.pass_ms(COMPARE_MS)
        await office.pass_ms(5_000)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)

        assert not mistakes
        assert office.exchange.up
        assert office.only_call().state is CallState.WAITING
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("2.1.1-h", "D25")
@pytest.mark.parametrize("stays_ms", range(0, 1_000, 50))
async def test_no_music_goes_on_for_a_caller_who_left_while_it_was_begun(stays_ms: int) -> None:
    """At whatever moment: what plays it is a thing in the exchange, and would stay there until somebody else comes."""
    async with Office() as office:
        office.pretended.faults.delay_response, office.pretended.faults.delay_ms_max = 1.0, 200
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(stays_ms)
        caller.hang_up()
        await office.pass_ms(3_000)

        assert not office.board.calls
        assert not any(bridge.has_music for bridge in office.pretended.registry.bridges.values())
