"""Passing a caller on (manual 2.1.1, 5.1, 5.2; D7)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState, Note, Reason, TransferState
from cordboard.core.commands import Announce, Sentence
from cordboard.core.events import LegEnd, PairFailed
from cordboard.core.notices import Saying
from cordboard.core.records import CallClosed, Noted, Why
from cordboard.core.refusals import Code
from cordboard.core.requests import Pause
from cordboard.core.rules import Exit, ExitAction, HouseRules, OnHookRinging
from cordboard.core.types import LegId, TransferKind, UserId
from tests.support.desk import World, office

OUTSIDE = "3180004030"
BLIND, ATTENDED = TransferKind.BLIND, TransferKind.ATTENDED


def talking(*others: str) -> World:
    """Chantal talks with c1."""
    world = office("chantal", *others)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    return world


def consulting() -> tuple[World, str]:
    """Chantal has c1 on hold and speaks with the outside recipient of the transfer."""
    world = talking()
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    recipient = world.recipient("c1")
    world.outside_answers(recipient)
    return world, recipient


# --- arming ---


@pytest.mark.rule("D7", "5.2-e")
def test_arming_holds_the_caller_and_dials_nobody() -> None:
    """The button is black, the caller has music."""
    world = talking()
    world.arms("chantal", "c1")

    assert world.transfer("c1") is TransferState.ARMED
    assert world.hears("c1") == "music"
    assert world.agent_hears("chantal") == []


@pytest.mark.rule("5.1-h", "5.1-i", "D7")
@pytest.mark.parametrize("kind", TransferKind)
def test_the_same_button_again_disarms_and_the_caller_is_spoken_with_again(kind: TransferKind) -> None:
    """For either kind."""
    world = talking()
    world.arms("chantal", "c1", kind)
    world.cancels("chantal", "c1")

    assert world.transfer("c1") is None
    assert world.hears("c1") == "chantal"


def test_a_double_click_on_the_button_arms_once() -> None:
    """Arming what is armed changes nothing."""
    world = talking()
    world.arms("chantal", "c1")
    version = world.call("c1").version
    world.arms("chantal", "c1")
    assert world.call("c1").version == version


# --- attended ---


@pytest.mark.rule("2.1.1-n", "5.2-c", "5.2-d", "5.2-f", "5.2-i", "2.6-h")
def test_an_attended_transfer_speaks_with_the_recipient_first_and_then_connects_both() -> None:
    """Caller and recipient hear each other, both cards leave the desk, the telephone is free."""
    world, recipient = consulting()
    assert world.transfer("c1") is TransferState.CONSULTING
    assert world.agent_hears("chantal") == [recipient]
    assert world.hears("c1") == "music"

    world.completes("chantal", "c1", recipient)
    assert world.hears("c1") == recipient
    assert world.person("chantal").calls == []
    assert world.phone_of("chantal") is None
    assert Saying.TRANSFER_DONE in world.said("chantal")


@pytest.mark.rule("5.1-f", "5.1-g")
def test_a_late_transfer_connects_with_whom_one_talks_already() -> None:
    """No dialling is needed, and without announcement is not offered."""
    world = talking("piet")
    call = world.calls_colleague("chantal", "piet")
    world.click_answer("piet", world.there(call))
    with world.refuses(Code.ONLY_ATTENDED):
        world.arms("chantal", "c1", BLIND)

    world.arms("chantal", "c1")
    assert world.agent_hears("chantal") == ["piet"], "the conversation goes on"
    world.completes("chantal", "c1", call)
    assert world.hears("c1") == "piet"


@pytest.mark.rule("5.1-j", "5.1-i")
def test_cancelling_while_consulting_leaves_both_calls_as_they_were() -> None:
    """One active, one on hold, and no check any more."""
    world, recipient = consulting()
    world.cancels("chantal", "c1")

    assert world.transfer("c1") is None
    assert world.agent_hears("chantal") == [recipient]
    assert world.hears("c1") == "music"
    with world.refuses(Code.NOT_ARMED):
        world.completes("chantal", "c1", recipient)


@pytest.mark.rule("5.1-h", "D7")
def test_cancelling_while_the_recipient_rings_stops_the_ringing_and_resumes() -> None:
    """The caller is spoken with again."""
    world = talking()
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    recipient = world.recipient("c1")

    world.cancels("chantal", "c1")
    assert world.state(recipient) is CallState.ENDED
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("5.1-e", "D7")
def test_the_cross_on_the_recipient_ends_that_call_only_and_another_can_be_chosen() -> None:
    """The caller stays on hold and the transfer armed."""
    world, recipient = consulting()
    world.click_hang_up("chantal", recipient)

    assert world.transfer("c1") is TransferState.ARMED
    assert world.hears("c1") == "music"
    world.to_number("chantal", "c1", OUTSIDE)
    world.outside_answers(world.recipient("c1"))
    world.completes("chantal", "c1", world.recipient("c1"))
    assert world.state("c1") is CallState.TRANSFERRED


@pytest.mark.rule("D7")
def test_the_cross_on_the_caller_keeps_the_recipient() -> None:
    """The initiator speaks on with whom he called."""
    world, recipient = consulting()
    world.click_hang_up("chantal", "c1")
    assert world.agent_hears("chantal") == [recipient]


@pytest.mark.rule("D7")
@pytest.mark.parametrize(
    ("how", "reason"),
    [(LegEnd.BUSY, Reason.BUSY), (LegEnd.NO_ANSWER, Reason.NO_ANSWER), (LegEnd.REJECTED, Reason.REJECTED)],
)
def test_a_recipient_who_is_not_reached_brings_the_caller_back_with_the_reason(
    how: LegEnd, reason: Reason
) -> None:
    """Nobody has to click for it, as nobody was spoken with."""
    world = talking()
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    world.party_hangs_up(world.recipient("c1"), how)

    assert world.transfer("c1") is None
    assert world.hears("c1") == "chantal"
    noted = [n for n in world.all(Noted) if n.why is Why.TRANSFER_FAILED]
    assert [n.detail for n in noted] == [reason.value]


@pytest.mark.rule("D7")
def test_a_recipient_who_hangs_up_while_consulted_leaves_the_caller_on_hold() -> None:
    """The card says so; the caller does not go on by itself."""
    world, recipient = consulting()
    world.party_hangs_up(recipient)

    assert world.transfer("c1") is None
    assert world.hears("c1") == "music"
    assert world.call("c1").reason is Reason.HUNG_UP
    assert Saying.RECIPIENT_HUNG_UP in world.said("chantal")


@pytest.mark.rule("D7")
def test_a_caller_who_hangs_up_while_the_recipient_rings_stops_the_ringing() -> None:
    """And while the recipient is spoken with leaves that conversation, with a word on the card."""
    world = talking()
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    recipient = world.recipient("c1")
    world.caller_hangs_up("c1")
    assert world.state(recipient) is CallState.ENDED

    world, recipient = consulting()
    world.caller_hangs_up("c1")
    assert world.agent_hears("chantal") == [recipient]
    assert world.call(recipient).note is Note.CALLER_GONE


@pytest.mark.rule("5.2-g", "D7")
def test_connecting_two_customers_asks_first() -> None:
    """The trap of the manual's example: the urgent caller and the first caller."""
    world = talking()
    world.call_arrives("u1", queue="urgent")
    world.click_answer("chantal", "u1")
    world.arms("chantal", "u1")
    world.to_number("chantal", "u1", OUTSIDE)
    world.outside_answers(world.recipient("u1"))

    with world.refuses(Code.CONFIRM_RECIPIENT):
        world.completes("chantal", "u1", "c1")
    world.completes("chantal", "u1", "c1", confirmed=True)
    assert world.hears("u1") == "c1"


@pytest.mark.rule("5.2-a", "5.2-b", "5.2-e", "5.2-h", "5.2-j", "5.2-i")
def test_the_manuals_second_example_word_for_word() -> None:
    """General call, urgent call answered, transferred with announcement to outside, general call resumed."""
    world = talking()
    world.board.queues[world.call("c1").queue or ""].wrap_up_ms = 10_000  # type: ignore[index]  # it has one
    world.board.queues["urgent"].wrap_up_ms = 30_000  # type: ignore[index]
    world.call_arrives("u1", queue="urgent")
    assert world.who_sees("u1") == ["chantal"]

    world.click_answer("chantal", "u1")
    assert (world.hears("c1"), world.hears("u1")) == ("music", "chantal")
    world.wait(5)

    world.arms("chantal", "u1")
    world.to_number("chantal", "u1", OUTSIDE)
    recipient = world.recipient("u1")
    world.outside_answers(recipient)
    assert {c: world.state(c) for c in ("c1", "u1", recipient)} == {
        "c1": CallState.HELD,
        "u1": CallState.HELD,
        recipient: CallState.ACTIVE,
    }

    world.completes("chantal", "u1", recipient)
    assert world.hears("u1") == recipient
    assert world.person("chantal").calls == ["c1"]
    assert world.hears("c1") == "music"
    assert world.person("chantal").wrap_up is None, "wrap-up waits for the first call"

    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"
    world.click_hang_up("chantal", "c1")
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until == world.now + 30_000, "the longest single one"


@pytest.mark.rule("2.3-k", "D9")
def test_wrap_up_begins_when_the_transfer_is_done() -> None:
    """The agent has left the call then."""
    world = talking()
    world.board.queues[world.call("c1").queue or ""].wrap_up_ms = 10_000  # type: ignore[index]
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    world.outside_answers(world.recipient("c1"))
    assert world.person("chantal").wrap_up is None
    world.completes("chantal", "c1", world.recipient("c1"))
    assert world.status("chantal") is AgentStatus.WRAP_UP


@pytest.mark.rule("D7")
def test_when_either_side_hangs_up_after_a_transfer_both_calls_are_over() -> None:
    """Nobody is left behind in silence."""
    for who in ("c1", "recipient"):
        world, recipient = consulting()
        world.completes("chantal", "c1", recipient)
        world.party_hangs_up(recipient if who == "recipient" else "c1")
        assert not world.board.calls
        assert len(world.all(CallClosed)) == 2


@pytest.mark.rule("D7")
def test_parties_that_cannot_be_joined_stay_the_initiators() -> None:
    """Both are on hold, and the agent is told."""
    world, recipient = consulting()
    world.exchange.pairs = False
    world.completes("chantal", "c1", recipient)

    assert world.state("c1") is world.state(recipient) is CallState.HELD
    assert Saying.TRANSFER_NOT_DONE in world.said("chantal")
    assert sorted(world.person("chantal").calls) == sorted(["c1", recipient])


@pytest.mark.rule("D7", "D16")
def test_word_of_a_failed_connection_that_is_taken_back_already_changes_nothing() -> None:
    """Told late: one of the two is gone, or speaks with somebody else by now."""
    world, recipient = consulting()
    world.call_arrives("c2")
    earlier = (LegId("gone-leg"), world.call("c2").leg)
    world.completes("chantal", "c1", recipient)

    for leg in earlier:
        world.tell(PairFailed(one=leg, other=world.call("c1").leg))

    assert world.call("c1").partner == recipient
    assert world.call(recipient).partner == "c1"
    assert world.hears("c1") == recipient


# --- a colleague as recipient ---


def with_piet() -> tuple[World, str]:
    """Chantal consults Piet about c1."""
    world = talking("piet")
    world.arms("chantal", "c1")
    world.to_colleague("chantal", "c1", "piet")
    recipient = world.recipient("c1")
    world.click_answer("piet", world.there(recipient))
    return world, recipient


@pytest.mark.rule("D7", "D29")
@pytest.mark.parametrize(
    "rule",
    [
        Exit(action=ExitAction.MESSAGE),
        Exit(action=ExitAction.QUEUE, target="algemeen"),
        Exit(action=ExitAction.NUMBER, target=OUTSIDE),
        Exit(action=ExitAction.COLLEAGUE, target="anja"),
        None,
    ],
)
@pytest.mark.parametrize("how", [Saying.RECIPIENT_REJECTED, Saying.RECIPIENT_BUSY])
def test_who_is_consulted_and_does_not_want_is_told_as_such_whatever_the_own_rule(
    rule: Exit | None, how: Saying
) -> None:
    """A message box would answer instead, and the green check would hand it the caller."""
    world = talking("piet", "anja")
    world.person("piet").direct_exit = rule
    if how is Saying.RECIPIENT_BUSY:
        world.board.pause_reasons = ("Lunch",)
        world.ask(Pause(agent=UserId("piet"), reason="Lunch"))
    world.arms("chantal", "c1")
    world.to_colleague("chantal", "c1", "piet")
    if how is Saying.RECIPIENT_REJECTED:
        world.click_reject("piet", world.there(world.recipient("c1")))

    assert world.hears("c1") == "chantal"
    assert world.said("chantal")[-1] is how
    assert world.commanded(Announce) == []
    assert list(world.board.calls) == ["c1"]


def test_a_call_to_a_colleague_that_is_no_consultation_goes_by_the_colleagues_rule() -> None:
    """Who wants Piet may leave him a message."""
    world = office("chantal", "piet")
    world.person("piet").direct_exit = Exit(action=ExitAction.MESSAGE)
    call = world.calls_colleague("chantal", "piet")
    world.click_reject("piet", world.there(call))

    assert world.state(world.there(call)) is CallState.LEAVING
    assert [said.phrases[-1].sentence for said in world.commanded(Announce)] == [Sentence.LEAVE_MESSAGE]


@pytest.mark.rule("D7")
def test_a_colleague_gets_the_caller_with_everything_that_belongs_to_the_call() -> None:
    """After the time for undoing the call is the colleague's, as if he had answered it himself."""
    world, recipient = with_piet()
    world.completes("chantal", "c1", recipient)
    assert world.hears("c1") == "piet"

    world.wait(11)
    assert world.hears("c1") == "piet"
    assert world.call("c1").agent == "piet"
    assert world.state(recipient) is CallState.ENDED
    assert world.person("piet").calls == ["c1"]
    world.click_hold("piet", "c1")
    assert world.hears("c1") == "music"


@pytest.mark.rule("D7")
def test_undoing_within_ten_seconds_brings_caller_and_recipient_back_on_hold() -> None:
    """A transfer to the wrong colleague harms nobody."""
    world, recipient = with_piet()
    world.completes("chantal", "c1", recipient)
    world.wait(9)

    world.undoes("chantal", "c1")
    assert world.state("c1") is world.state(recipient) is CallState.HELD
    assert world.hears("c1") == "music"
    assert world.agent_hears("piet") == ["music"]
    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"


def test_after_ten_seconds_it_cannot_be_undone() -> None:
    """Nobody is taken out of a conversation later."""
    world, recipient = consulting()
    world.completes("chantal", "c1", recipient)
    world.wait(11)
    with world.refuses(Code.NOT_ARMED):
        world.undoes("chantal", "c1")


def test_an_organisation_can_forbid_undoing_towards_the_outside() -> None:
    """Then it is final at once."""
    world, recipient = consulting()
    world.board.rules = HouseRules(undo_outside=False)
    world.completes("chantal", "c1", recipient)
    assert world.transfer("c1") is None
    with world.refuses(Code.NOT_ARMED):
        world.undoes("chantal", "c1")


# --- the telephone put down ---


@pytest.mark.rule("D7", "D27")
def test_the_telephone_put_down_while_consulting_completes_the_transfer() -> None:
    """What people who transfer at the telephone expect."""
    world, recipient = consulting()
    world.phone_hangs_up("chantal")
    assert world.hears("c1") == recipient


@pytest.mark.rule("D7", "D27")
def test_the_telephone_put_down_while_the_recipient_rings_is_no_silent_blind_transfer() -> None:
    """The initiator is rung back; after thirty seconds the caller is first in the queue."""
    world = talking()
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    recipient = world.recipient("c1")
    world.exchange.answer_at_once.clear()
    world.phone_hangs_up("chantal")
    world.wait(0.1)

    assert world.state(recipient) is CallState.ENDED
    assert world.who_hears("c1") == ["chantal"]
    assert world.hears("c1") == "music"
    world.wait(31)
    assert world.state("c1") is CallState.WAITING


@pytest.mark.rule("D7")
def test_an_organisation_can_have_it_go_on_as_a_blind_one() -> None:
    """The setting for who is used to that."""
    world = talking()
    world.board.rules = HouseRules(on_hook_ringing=OnHookRinging.SAFE_BLIND)
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    world.phone_hangs_up("chantal")
    assert world.transfer("c1") is TransferState.RINGING
    assert world.hears("c1") == "ringing"


@pytest.mark.rule("D7", "D13")
def test_a_recipient_given_to_another_caller_is_nobody_elses() -> None:
    """Dialled for c1 and connected with c2: c1's transfer is as before the number, and can go on."""
    world, recipient = consulting()
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.click_hold("chantal", "c2")
    world.arms("chantal", "c2")

    world.completes("chantal", "c2", recipient, confirmed=True)

    waits = world.call("c1").transfer
    assert waits is not None
    assert (waits.state, waits.recipient, waits.recipient_name) == (TransferState.ARMED, None, None)
    world.to_number("chantal", "c1", OUTSIDE)
    assert world.transfer("c1") is TransferState.DIALLING
