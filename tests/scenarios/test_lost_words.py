"""Every half minute what we know is held beside what the exchange says: a lost word does no harm for long (F3, F9)."""

from __future__ import annotations

import pytest

from cordboard.asterisk.comparison import COMPARE_MS
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.way_out import WaysOut
from cordboard.core.call import CallState
from cordboard.core.commands import Announce, Phrase, Sentence
from cordboard.core.leaving import MESSAGE_MS_MAX
from cordboard.core.requests import AnswerCall, HoldCall
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.faults import Faults
from cordboard.simulator.hearing import Sound
from tests.asterisk.announced import passed_on_to_piet
from tests.support.answering import answering
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, QUEUES, Office

A_ROUND_MS = COMPARE_MS + 2_000


def lossy(*kinds: str) -> SimulatedExchange:
    """An exchange that can be made to say nothing any more of these kinds (`faults.drop`)."""
    return SimulatedExchange(seed=1, faults=Faults(seed=1, only=frozenset(kinds)))


@pytest.mark.rule("X-h")
async def test_a_caller_whose_end_was_not_heard_is_gone_within_half_a_minute() -> None:
    """Also the card and the agent's line; the call stands in the history once."""
    exchange = lossy("ChannelDestroyed", "StasisEnd", "ChannelHangupRequest", "ChannelLeftBridge")
    async with Office(exchange) as office:
        talker, waiter = office.caller("+31611111111").call(ALGEMEEN), office.caller("+31622222222")
        await office.pass_ms(500)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        await office.pass_ms(4_000)
        waiter.call(ALGEMEEN)
        await office.pass_ms(500)

        exchange.faults.drop = 1.0
        talker.hang_up()
        waiter.hang_up()
        await office.pass_ms(1_000)
        assert len(office.board.calls) == 2
        exchange.faults.drop = 0.0
        await office.pass_ms(A_ROUND_MS)

        assert not office.board.calls
        assert len(office.journal.closed) == 2
        assert office.agent(CHANTAL).line is None
        assert office.exchange.compared >= 1


@pytest.mark.rule("5.1-k")
async def test_who_is_held_in_the_moment_in_which_the_only_listener_leaves_hears_music() -> None:
    """The music ends with its last listener, and the word of that may come after the next one was put there."""
    exchange = lossy("ChannelDestroyed", "StasisEnd", "ChannelHangupRequest", "ChannelLeftBridge")
    async with Office(exchange) as office:
        leaver, stayer = office.caller("+31611111111").call(ALGEMEEN), office.caller("+31622222222")
        await office.pass_ms(500)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        await office.pass_ms(500)
        await office.asks(HoldCall(agent=CHANTAL, call=office.only_call().id))
        stayer.call(ALGEMEEN)
        await office.pass_ms(500)
        second = next(call for call in office.board.calls.values() if call.state is not CallState.HELD)
        await office.asks(AnswerCall(agent=CHANTAL, call=second.id))
        await office.pass_ms(500)

        exchange.faults.drop = 1.0
        leaver.hang_up()
        await office.pass_ms(200)
        await office.asks(HoldCall(agent=CHANTAL, call=second.id))
        await office.pass_ms(500)

        assert stayer.hears().sound is Sound.MUSIC


@pytest.mark.rule("D21")
@pytest.mark.parametrize("lost", ["PlaybackFinished", "RecordingFinished"])
async def test_a_caller_on_the_way_out_whose_sound_ends_unheard_does_not_stay_for_ever(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a sentence, or a message, that is over by any measure, the call ends as it should have."""
    is_message = lost == "RecordingFinished"
    closed = staticmethod(lambda _organisation, _phrases, _language: ["sound:cordboard/nl/closed"])
    monkeypatch.setattr(Office, "media", closed)
    async with Office(lossy(lost)) as office:
        queue = office.board.queues[QUEUES[ALGEMEEN]]
        queue.open = False
        way_out = ExitAction.MESSAGE if is_message else ExitAction.ANNOUNCEMENT
        queue.exits = {ExitReason.CLOSED: Exit(action=way_out)}
        office.pretended.faults.drop = 1.0
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)
        assert office.only_call().state is CallState.LEAVING

        await office.pass_ms(MESSAGE_MS_MAX + 2 * 60_000)

        assert not office.board.calls
        assert caller.hears().sound is Sound.NOTHING


@pytest.mark.rule("D16")
async def test_a_telephone_that_was_picked_up_unheard_is_connected_within_half_a_minute() -> None:
    """It rang, it was lifted, and the word was lost."""
    exchange = lossy("ChannelStateChange", "StasisStart", "Dial")
    async with Office(exchange) as office:
        # A ring that nobody hears of ends by itself after twenty seconds (F9); this one is found before.
        await office.pass_ms(COMPARE_MS - 10_000)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(500)
        exchange.faults.drop = 1.0
        office.phones[CHANTAL].answer()
        await office.pass_ms(1_000)
        assert office.only_call().state is CallState.WAITING
        exchange.faults.drop = 0.0
        await office.pass_ms(12_000)

        assert caller.hears().people == {"chantal"}
        assert not office.phones[PIET].is_ringing


@pytest.mark.rule("D16")
async def test_a_caller_who_came_in_unheard_is_found_within_half_a_minute() -> None:
    """Claimed, and then the word of it was lost."""
    exchange = lossy("StasisStart")
    async with Office(exchange) as office:
        exchange.faults.drop = 1.0
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(2_000)
        assert not office.board.calls
        exchange.faults.drop = 0.0
        await office.pass_ms(2 * A_ROUND_MS)

        assert office.only_call().number == "31612345678"
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("5.1-k", "X-h")
async def test_who_is_in_no_bridge_any_more_hears_again_within_half_a_minute() -> None:
    """In the queue, on hold and in a talk; whoever took the bridges away said nothing of it."""
    async with Office(lossy("ChannelLeftBridge", "BridgeDestroyed")) as office:
        talker, waiter = office.caller("+31611111111").call(ALGEMEEN), office.caller("+31622222222")
        held = office.caller("+31633333333")
        await office.pass_ms(500)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        held.call(ALGEMEEN)
        await office.pass_ms(500)
        second = next(call for call in office.board.calls.values() if call.state is CallState.WAITING)
        await office.asks(AnswerCall(agent=PIET, call=second.id))
        await office.pass_ms(500)
        await office.asks(HoldCall(agent=PIET, call=second.id))
        waiter.call(ALGEMEEN)
        await office.pass_ms(1_000)
        bridging = office.pretended.bridging
        for bridge in list(office.pretended.registry.bridges.values()):
            bridging.destroy(bridge)
        assert {one.hears().sound for one in (talker, waiter, held)} == {Sound.SILENCE}

        await office.pass_ms(A_ROUND_MS)

        assert talker.hears().people == {"chantal"}
        assert {one.hears().sound for one in (waiter, held)} == {Sound.MUSIC}


@pytest.mark.rule("5.1-k", "X-h")
async def test_who_is_in_another_bridge_than_was_meant_is_put_into_that_within_half_a_minute() -> None:
    """Else one who talks hears the music of those on hold, and one on hold hears an agent with nobody knowing of it."""
    async with Office() as office:
        talker, held = office.caller("+31611111111").call(ALGEMEEN), office.caller("+31622222222")
        await office.pass_ms(500)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        held.call(ALGEMEEN)
        await office.pass_ms(500)
        first, second = sorted(office.board.calls.values(), key=lambda call: call.state is CallState.WAITING)
        await office.asks(AnswerCall(agent=PIET, call=second.id))
        await office.pass_ms(500)
        await office.asks(HoldCall(agent=PIET, call=second.id))
        await office.pass_ms(1_000)
        registry, bridging = office.pretended.registry, office.pretended.bridging
        at_line, on_hold = (registry.channels[call.leg] for call in (first, second))
        line, music = (registry.bridges[channel.bridge or ""] for channel in (at_line, on_hold))
        bridging.enter(music, at_line)
        bridging.enter(line, on_hold)
        assert held.hears().people == {"chantal"}

        await office.pass_ms(A_ROUND_MS)

        assert talker.hears().people == {"chantal"}
        assert held.hears().sound is Sound.MUSIC


@pytest.mark.rule("D7", "X-h")
async def test_who_talk_over_a_wire_whose_bridge_was_replaced_are_left_alone() -> None:
    """A bridge that mixes takes the place of the one there was, under the same name: nobody is in a wrong one."""
    async with Office() as office:
        caller, _, _ = await passed_on_to_piet(office)
        await office.pass_ms(15_000)
        moves = list[str]()

        async def note(_method: str, uri: str) -> None:
            if uri.endswith("/addChannel"):
                moves.append(uri)

        answering(office, note)
        compared = office.exchange.compared
        await office.pass_ms(A_ROUND_MS)

        assert office.exchange.compared > compared
        assert not moves
        assert caller.hears().people == {"piet"}


@pytest.mark.rule("2.1.1-m", "X-h")
@pytest.mark.parametrize("is_heard_of", [True, False], ids=["its end is heard of", "its end is not heard of"])
async def test_who_is_in_no_bridge_and_hears_a_sentence_is_put_back_when_that_is_over(
    is_heard_of: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved before, the leg would let that command wait, and with it all others of the connection."""
    spoken_ms = 40_000
    sound = ["sound:cordboard/nl/position"] * (spoken_ms // 1_500)
    monkeypatch.setattr(Office, "media", staticmethod(lambda _organisation, _phrases, _language: sound))
    lost = () if is_heard_of else ("PlaybackFinished",)
    async with Office(lossy("ChannelLeftBridge", "BridgeDestroyed", *lost)) as office:
        compared = office.exchange.compared
        while office.exchange.compared == compared:
            await office.pass_ms(1_000)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(COMPARE_MS - 15_000)
        said = Announce(
            leg=office.only_call().leg,
            phrases=(Phrase(sentence=Sentence.POSITION, number=1),),
            language="nl",
            answer=True,
        )
        office.exchange.post(ORGANISATION, [said])
        await office.pass_ms(1_000)
        office.pretended.faults.drop = 1.0
        for bridge in list(office.pretended.registry.bridges.values()):
            office.pretended.bridging.destroy(bridge)
        moves = list[str]()

        async def note(_method: str, uri: str) -> None:
            if uri.endswith("/addChannel"):
                moves.append(uri)

        answering(office, note)
        await office.pass_ms(20_000)
        assert office.exchange.compared == compared + 2
        assert office.pretended.is_playing(office.only_call().leg)
        assert not moves

        await office.pass_ms(A_ROUND_MS)

        assert caller.hears().sound is Sound.MUSIC


async def test_when_both_agree_nothing_is_told_and_no_telephone_rings_anew() -> None:
    """A look is not noticed: who rings goes on ringing, who talks goes on talking."""
    async with Office() as office:
        talker, waiter = office.caller("+31611111111").call(ALGEMEEN), office.caller("+31622222222")
        await office.pass_ms(500)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        while office.exchange.compared < 1:
            await office.pass_ms(1_000)
        await office.pass_ms(COMPARE_MS - 5_000)
        waiter.call(ALGEMEEN)
        await office.pass_ms(1_000)
        rung = len(office.phones[PIET].calls)
        assert office.phones[PIET].is_ringing
        compared = office.exchange.compared
        await office.pass_ms(6_000)

        assert office.exchange.compared == compared + 1
        assert office.phones[PIET].is_ringing
        assert len(office.phones[PIET].calls) == rung
        assert talker.hears().people == {"chantal"}


@pytest.mark.rule("D28")
async def test_a_call_for_help_takes_a_trunk_that_answers_though_its_fall_was_unheard() -> None:
    """And the first one again when that is back; the alarm says the same at the same time."""
    exchange = lossy("EndpointStateChange", "PeerStatusChange")
    one, two = Trunk(name="one", host="a.example.net"), Trunk(name="two", host="b.example.net")
    ways = WaysOut((one, two), ("112",), lambda _organisation: "NL", for_emergencies=lambda _o: (one, two))
    first, second = exchange.phone(one.endpoint), exchange.phone(two.endpoint)

    def over() -> tuple[str, bool]:
        way = ways.to(ORGANISATION, "112", None)
        assert way is not None
        return way.endpoint.split("/")[1], one.endpoint in office.exchange.offline

    async with Office(exchange, ways_out=ways) as office:
        await office.pass_ms(500)
        assert over() == ("t-one", False)
        exchange.faults.drop = 1.0
        first.unregister()
        await office.pass_ms(1_000)
        assert over() == ("t-one", False)

        await office.pass_ms(A_ROUND_MS)
        assert over() == ("t-two", True)
        first.register()
        second.unregister()
        await office.pass_ms(A_ROUND_MS)
        assert over() == ("t-one", False)
