"""A caller asks by keys to be called back, while waiting and as a way out (3.6-t, 3.6-u, D14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.assembly import _promise_again
from cordboard.app.dialling import DialPlan
from cordboard.core.call import CallState
from cordboard.core.commands import Announce, HangUp, Hush, Phrase, RecordMessage, Sentence
from cordboard.core.events import CallBackKept, KeyPressed, QueueOpened
from cordboard.core.records import CallBackRow, CallBackStatus, CallClosed, Noted, RequestedBy, Why
from cordboard.core.rules import CallBackRules, Exit, ExitAction, ExitReason
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import EndedBy, LegId, QueueId
from tests.support.desk import World, office

HER, OTHER = "31612345678", "31534800111"
QUEUE = QueueId("algemeen")
C = Sentence


def offering(*agents: str, **rules: object) -> World:
    """The general queue offers a call back after half a minute; numbers are read as in the Netherlands."""
    world = office(*agents)
    wanted: dict[str, object] = {"caller_first_ms": 30_000, **rules}
    world.board.queues[QUEUE].callback = replace(CallBackRules(), **wanted)  # type: ignore[arg-type]
    world.board.reads = DialPlan(country="NL").outside
    return world


def press(world: World, keys: str, call: str = "c1") -> None:
    """One after the other."""
    for key in keys:
        world.tell(KeyPressed(leg=LegId(f"{call}-leg"), key=key))


def said(world: World) -> list[Sentence]:
    """The last that a caller was told."""
    return [phrase.sentence for phrase in world.commanded(Announce)[-1].phrases]


def offered(world: World, number: str | None = HER) -> World:
    """Somebody waits for half a minute, and hears that a key asks for a call back."""
    world.call_arrives("c1", number=number)
    world.wait(30)
    assert said(world)[-1] is C.CALL_BACK_OFFER
    return world


def lose_word_of_the_commit(world: World) -> None:
    """What else the exchange has to tell is told."""
    kept = [event for event in world.events if not isinstance(event, CallBackKept)]
    world.events.clear()
    world.events.extend(kept)
    world.tells = True
    world.settle()


def promised(world: World) -> list[CallBackRow]:
    """What was written down."""
    return world.all(CallBackRow)


@pytest.mark.rule("3.6-t", "D14")
def test_one_key_and_a_yes_are_a_promise() -> None:
    """The number is read back, the caller hears when, and the call ends as what it is: not abandoned."""
    world = offered(offering("chantal"))
    entered = world.call("c1").entered_at
    press(world, "1")
    assert world.commanded(Announce)[-1].phrases == (Phrase(sentence=C.CALL_BACK_NUMBER, digits=HER),)
    assert world.who_hears("c1") == ["chantal"]
    press(world, "1")

    assert said(world) == [C.CALL_BACK_THANKS, C.CALL_BACK_WHEN]
    assert world.hears("c1") == "gone"
    assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.CALL_BACK]
    assert Why.CALL_BACK in [n.why for n in world.all(Noted)]
    [row] = promised(world)
    assert (row.number, row.requested_by, row.entered_at) == (HER, RequestedBy.CALLER, entered)
    assert world.phone_of("chantal") is None


@pytest.mark.rule("3.6-t", "D21")
@pytest.mark.parametrize("keys", ["2***", "2*12*34*"])
def test_who_wants_another_number_again_and_again_waits_on_as_before(keys: str) -> None:
    """Nobody is kept from the queue's way out by a key."""
    world = offered(offering("chantal"))
    press(world, f"1{keys}")
    assert said(world)[-1] is C.CALL_BACK_STAYS
    assert world.call("c1").dialogue is None
    assert not promised(world)


@pytest.mark.rule("3.6-t")
def test_the_promise_is_said_when_it_is_kept_and_not_before() -> None:
    """Who hangs up before hearing it is called back all the same; if nothing is told, it is said in the end."""
    for hangs_up in (True, False):
        world = offered(offering("chantal"))
        world.tells = False
        press(world, "11")
        assert C.CALL_BACK_THANKS not in said(world)
        assert world.state("c1") is CallState.LEAVING
        lose_word_of_the_commit(world)
        if hangs_up:
            world.caller_hangs_up("c1")
        else:
            world.wait(61)
            assert said(world)[0] is C.CALL_BACK_THANKS
        assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.CALL_BACK]
        assert len(promised(world)) == 1


@pytest.mark.rule("3.6-p", "3.6-t")
def test_the_call_back_is_planned_by_the_callers_own_place() -> None:
    """Neither the caller nor who came later is waited for."""
    world = offering()
    numbers = world.board.queues[QUEUE].numbers
    numbers.answered, numbers.waited_ms = 2, 180_000
    world.call_arrives("first", number=None)
    world.wait(1)
    world.call_arrives("c1", number=HER)
    world.wait(1)
    world.call_arrives("later", number=None)
    world.wait(30)
    press(world, "11")
    assert world.commanded(Announce)[-1].phrases[-1] == Phrase(sentence=C.CALL_BACK_WHEN, number=3)
    assert [row.due_at - world.now for row in promised(world)] == [180_000]


@pytest.mark.rule("3.6-t")
@pytest.mark.parametrize("number", [None, "203"])
def test_who_has_no_number_to_show_types_one(number: str | None) -> None:
    """As it is dialled here; a star begins anew, a hash ends it, and so does silence."""
    for ends in ("#", ""):
        world = offered(offering("chantal"), number)
        press(world, "1")
        assert said(world) == [C.CALL_BACK_TYPE]
        press(world, "0612*0")
        press(world, "534800111" + ends)
        world.wait(0 if ends else 9)
        assert world.commanded(Announce)[-1].phrases == (Phrase(sentence=C.CALL_BACK_NUMBER, digits=OTHER),)
        press(world, "1")
        assert [row.number for row in promised(world)] == [OTHER]


@pytest.mark.rule("3.6-t")
def test_another_number_can_be_typed() -> None:
    """The first digit ends what is being said."""
    world = offered(offering("chantal"))
    press(world, "12")
    hushed = len(world.commanded(Hush))
    press(world, "05")
    assert len(world.commanded(Hush)) == hushed + 1
    press(world, "34800111#1")
    assert [row.number for row in promised(world)] == [OTHER]


@pytest.mark.rule("3.6-t", "D14")
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("004930123456#", C.CALL_BACK_FOREIGN),
        ("09001234#", C.CALL_BACK_PAID),
        ("112#", C.CALL_BACK_NO_NUMBER),
        ("14053#", C.CALL_BACK_NO_NUMBER),
        ("99#", C.CALL_BACK_NO_NUMBER),
        ("#", C.CALL_BACK_NO_NUMBER),
    ],
)
def test_a_refused_number_is_refused_with_its_reason(typed: str, why: Sentence) -> None:
    """And another one may be typed, three times in all; the place is kept, and the key works again."""
    world = offered(offering("chantal"), None)
    world.call_arrives("c2")
    press(world, "1" + typed)
    assert said(world) == [why, C.CALL_BACK_TYPE]
    press(world, typed)
    assert said(world) == [why, C.CALL_BACK_TYPE]
    press(world, typed)
    assert said(world) == [why, C.CALL_BACK_STAYS]
    assert (world.order(), world.hears("c1")) == (["c1", "c2"], "music")
    assert promised(world) == []
    press(world, "1" + "0534800111#1")
    assert len(promised(world)) == 1


@pytest.mark.rule("3.6-t")
def test_a_caller_from_abroad_is_asked_for_a_number_here() -> None:
    """With the reason first."""
    world = offered(offering("chantal"), "4930123456789")
    press(world, "1")
    assert said(world) == [C.CALL_BACK_FOREIGN, C.CALL_BACK_TYPE]


@pytest.mark.rule("3.6-t")
def test_silence_asks_again_and_then_lets_the_caller_wait_on() -> None:
    """Eight seconds each time; a minute later it is offered again."""
    world = offered(offering("chantal"))
    press(world, "1")
    for _ in range(2):
        world.wait(8)
        assert said(world) == [C.CALL_BACK_NUMBER]
    world.wait(8)
    assert said(world) == [C.CALL_BACK_STAYS]
    assert world.state("c1") is CallState.WAITING
    world.wait(60)
    assert said(world) == [C.CALL_BACK_OFFER]


@pytest.mark.rule("3.6-u", "D14")
def test_who_is_called_back_already_hears_when_and_waits_on() -> None:
    """One number has one open call back in a queue."""
    world = offered(offering("chantal"))
    press(world, "11")
    world.call_arrives("c2")
    world.wait(30)
    press(world, "11", "c2")
    assert said(world) == [C.CALL_BACK_OPEN, C.CALL_BACK_WHEN, C.CALL_BACK_STAYS]
    assert world.state("c2") is CallState.WAITING
    assert len(promised(world)) == 1


@pytest.mark.rule("3.6-t")
@pytest.mark.parametrize("keys", ["1", "12", "1205"])
def test_an_agent_who_answers_meanwhile_talks_with_the_caller(keys: str) -> None:
    """The dialogue stops where it is; nothing was promised."""
    world = offered(offering("chantal"))
    press(world, keys)
    world.click_answer("chantal", "c1")
    assert world.agent_hears("chantal") == ["c1"]
    assert isinstance(world.commanded(Hush)[-1], Hush)
    assert world.call("c1").dialogue is None
    press(world, "111")
    world.wait(60)
    assert (promised(world), world.state("c1")) == ([], CallState.ACTIVE)


@pytest.mark.rule("3.6-t")
def test_hanging_up_in_the_dialogue_is_hanging_up_in_the_queue() -> None:
    """Nothing was promised."""
    world = offered(offering("chantal"))
    press(world, "12053")
    world.caller_hangs_up("c1")
    assert ([c.ended_by for c in world.all(CallClosed)], promised(world)) == ([EndedBy.CALLER], [])


@pytest.mark.rule("3.6-t", "D14")
def test_it_is_offered_only_where_it_can_be_kept() -> None:
    """Not to an urgent caller, not outside the hours, not where the queue does not; and the key is only a key."""
    world = offering("chantal")
    world.board.queues[QueueId("urgent")].callback = CallBackRules(caller_first_ms=1_000)
    world.call_arrives("u1", queue="urgent")
    world.tell(QueueOpened(queue=QUEUE, open=False))
    world.call_arrives("c1")
    world.wait(120)
    press(world, "1")
    press(world, "1", "u1")
    assert (world.commanded(Announce), world.call("c1").dialogue) == ([], None)

    world = offering("chantal", caller_first_ms=None)
    world.call_arrives("c1")
    world.wait(120)
    press(world, "1")
    assert (world.commanded(Announce), world.call("c1").dialogue) == ([], None)


@pytest.mark.rule("3.6-t", "D14", "D25")
def test_place_and_offer_are_one_announcement_and_never_cut_each_other_off() -> None:
    """Ten seconds lie between two; the key and the rhythm are the queue's."""
    world = offering("chantal", caller_key="7", caller_every_ms=90_000)
    queue = world.board.queues[QUEUE]
    queue.announce_first_ms, queue.announce_every_ms, queue.announce_wait = 30_000, 85_000, False
    world.call_arrives("c1")
    world.wait(30)
    place, offer = Phrase(sentence=C.POSITION, number=1), Phrase(sentence=C.CALL_BACK_OFFER, digits="7")
    assert [a.phrases for a in world.commanded(Announce)] == [(place, offer)]
    world.wait(94)
    assert [a.phrases for a in world.commanded(Announce)][1:] == [(place,)]
    world.wait(1)
    assert [a.phrases for a in world.commanded(Announce)][2:] == [(offer,)]
    press(world, "17")
    assert said(world) == [C.CALL_BACK_NUMBER]


@pytest.mark.rule("3.6-t")
def test_a_limit_of_the_wait_leads_out_after_the_dialogue() -> None:
    """Nobody is cut off in the middle of a number."""
    world = offering("chantal")
    queue = world.board.queues[QUEUE]
    queue.exits[ExitReason.TIMEOUT], queue.wait_ms_max = Exit(action=ExitAction.ANNOUNCEMENT), 33_000
    offered(world)
    press(world, "12")
    world.wait(5)
    assert world.state("c1") is CallState.WAITING
    world.wait(60)
    assert (said(world), world.state("c1")) == ([C.LATER], CallState.ENDED)


# --- as a way out ---


def led_out(reason: ExitReason, target: str | None = None) -> World:
    """Somebody comes to a queue whose way out for this reason is a call back."""
    world = offering("chantal", caller_first_ms=None)
    queue = world.board.queues[QUEUE]
    queue.exits[reason] = Exit(action=ExitAction.CALL_BACK, target=target)
    match reason:
        case ExitReason.CLOSED:
            world.tell(QueueOpened(queue=QUEUE, open=False))
        case ExitReason.FULL:
            queue.calls_max = 0
        case ExitReason.JOIN_EMPTY:
            world.signs_out("chantal", "algemeen")
        case _:
            queue.wait_ms_max = 20_000
    world.tells = True
    world.call_arrives("c1", number=HER)
    if reason is ExitReason.TIMEOUT:
        world.wait(20)
    assert said(world) == [C.CALL_BACK_INSTEAD]
    return world


@pytest.mark.rule("3.6-t", "D21")
@pytest.mark.parametrize(
    "reason", [ExitReason.CLOSED, ExitReason.FULL, ExitReason.JOIN_EMPTY, ExitReason.TIMEOUT]
)
def test_a_call_back_is_a_way_out(reason: ExitReason) -> None:
    """Offered at once; nobody is offered the caller any more, who ends as called back."""
    world = led_out(reason)
    assert (world.who_sees("c1"), world.hears("c1")) == ([], "music")
    press(world, "11")
    assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.CALL_BACK]
    assert [row.status for row in promised(world)] == [CallBackStatus.PLANNED]


@pytest.mark.rule("3.6-t", "D14", "D21")
def test_who_calls_outside_the_hours_is_called_back_at_the_next_opening() -> None:
    """And hears that."""
    world = led_out(ExitReason.CLOSED)
    opening = world.now + 12 * 3_600_000
    world.board.opens = lambda _queue, at: max(at, opening)
    press(world, "11")
    assert said(world) == [C.CALL_BACK_THANKS, C.CALL_BACK_OPENING]
    assert [row.due_at for row in promised(world)] == [opening]


@pytest.mark.rule("3.6-t", "D21", "D29")
@pytest.mark.parametrize("target", [None, "message"])
@pytest.mark.parametrize("keys", ["", "1"])
def test_who_does_not_want_it_is_led_on(target: str | None, keys: str) -> None:
    """A goodbye that says why, or a message; also who says nothing any more in the middle."""
    world = led_out(ExitReason.FULL, target)
    press(world, keys)
    world.wait(30)
    if target is None:
        assert said(world) == [C.FULL]
        assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.EXIT]
    else:
        assert said(world) == [C.LEAVE_MESSAGE]
        assert len(world.commanded(RecordMessage)) == 1
    assert promised(world) == []


@pytest.mark.rule("3.6-u", "D21")
def test_on_the_way_out_who_is_called_back_already_hears_when() -> None:
    """And the call ends: the promise stands."""
    world = led_out(ExitReason.FULL)
    press(world, "11")
    world.call_arrives("c2", number=HER)
    press(world, "11", "c2")
    assert said(world) == [C.CALL_BACK_OPEN, C.CALL_BACK_WHEN]
    assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.CALL_BACK] * 2
    assert len(promised(world)) == 1


@pytest.mark.rule("3.6-t", "D21")
def test_a_queue_that_never_opens_again_offers_none() -> None:
    """The goodbye comes at once."""
    world = offering("chantal")
    world.board.queues[QUEUE].exits[ExitReason.CLOSED] = Exit(action=ExitAction.CALL_BACK, target="message")
    world.board.opens = lambda _queue, _at: None
    world.tell(QueueOpened(queue=QUEUE, open=False))
    world.call_arrives("c1")
    assert (said(world), world.hears("c1")) == ([C.CLOSED], "gone")


# --- after a restart ---


def server_dies(world: World) -> World:
    """A new server on the same exchange, with what was written."""
    after = offering("chantal")
    after.now, after.exchange = world.now, world.exchange
    after.board.queues = world.board.queues
    for call in world.board.calls.values():
        kept = replace(
            call, dialogue=None, offers={}, offered_back_at=None, announced_at=None, quiet_until=0, until=None
        )
        after.board.add(kept)
    for row in {row.id: row for row in promised(world)}.values():
        _promise_again(after.board, row)
    for queue in after.board.queues.values():
        queue.signed_in = {a.id for a in after.board.agents.values() if queue.id in a.signed_in}
    after.desk = Switchboard(after.board, after._new_leg)
    after.records, after.exchange.lines = [], {}
    after.exchange_comes_up()
    return after


@pytest.mark.rule("3.6-t", "D16")
def test_a_server_that_dies_in_the_dialogue_loses_nothing() -> None:
    """The caller waits as before, is offered a call back anew, and gets exactly one."""
    world = offered(offering("chantal"))
    entered = world.call("c1").entered_at
    press(world, "12053")
    after = server_dies(world)
    assert (after.hears("c1"), after.state("c1")) == ("music", CallState.WAITING)
    assert after.call("c1").entered_at == entered
    after.wait(1)
    assert said(after) == [C.CALL_BACK_OFFER]
    press(after, "11")
    assert [row.entered_at for row in promised(after)] == [entered]


@pytest.mark.rule("3.6-t", "D16")
def test_a_server_that_dies_after_the_yes_has_promised_once() -> None:
    """It was written: the caller hears it from the next one, and the call ends."""
    world = offered(offering("chantal"))
    world.tells = False
    press(world, "11")
    lose_word_of_the_commit(world)
    [row] = promised(world)
    after = server_dies(world)
    assert said(after)[0] is C.CALL_BACK_THANKS
    assert [c.ended_by for c in after.all(CallClosed)] == [EndedBy.CALL_BACK]
    assert promised(after) == []
    assert list(after.board.callbacks) == [row.id]


@pytest.mark.rule("3.6-t", "D16", "D21")
def test_a_server_that_dies_on_the_way_out_offers_it_again() -> None:
    """The caller hears music between the sentences, which tells it from a message."""
    world = led_out(ExitReason.FULL)
    press(world, "12")
    after = server_dies(world)
    assert said(after) == [C.CALL_BACK_INSTEAD]
    press(after, "11")
    assert len(promised(after)) == 1


@pytest.mark.rule("3.6-t", "D16")
def test_a_connection_that_is_lost_for_a_moment_leaves_the_dialogue_as_it_is() -> None:
    """The same server goes on; a key that was pressed meanwhile is simply not there."""
    world = offered(offering("chantal"))
    press(world, "1")
    world.exchange_goes_away()
    world.wait(20)
    world.exchange_comes_up()
    world.wait(1)
    press(world, "1")
    assert len(promised(world)) == 1


def test_word_that_comes_late_or_twice_does_nothing() -> None:
    """Of a caller who is gone, or who was told already."""
    world = offered(offering("chantal"))
    call = world.call("c1").id
    press(world, "11")
    before = (list(world.commands), list(world.records))
    world.tell(CallBackKept(call=call))
    press(world, "1")
    assert (world.commands, world.records) == before
    assert len(world.commanded(HangUp)) == 1
