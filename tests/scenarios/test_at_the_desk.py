"""Telephone, queues, group and leaving (manual 1.1 to 1.3, 2.4, 4; D11, D12, D16, D17)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.events import CountsBegan
from cordboard.core.notices import Changed, Saying, Thing
from cordboard.core.records import DevicePaired, GroupChosen, QueueSignInChanged
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import AnswerCall, PairDevice, SignOut
from cordboard.core.types import CallId, DeviceId, DeviceKind, QueueId, Right, UserId
from tests.support.desk import World, office
from tests.support.pretend_exchange import Phone


def two_groups() -> World:
    """Queues of Enschede, of Hengelo and of both; Chantal works in either, Piet in Enschede."""
    world = World()
    world.queue("algemeen", groups=("enschede", "hengelo"))
    world.queue("balie", groups=("enschede",))
    world.queue("magazijn", groups=("hengelo",))
    world.agent("chantal", queues=("algemeen", "balie"), groups=("enschede", "hengelo"))
    world.agent("piet", queues=("algemeen",), groups=("enschede",))
    world.exchange_comes_up()
    return world


@pytest.mark.rule("1.2-c", "1.2-d")
def test_pairing_a_device_makes_ready_to_work() -> None:
    """Without one nothing rings; after choosing one the waiting caller is offered."""
    world = office("chantal")
    world.device("balie-phone")
    world.unpairs("chantal")
    world.call_arrives("c1")
    assert world.who_sees("c1") == []

    world.pairs("chantal", "balie-phone")

    assert world.who_hears("c1") == ["chantal"]
    assert [(r.agent, r.device) for r in world.all(DevicePaired)] == [
        ("chantal", None),
        ("chantal", "balie-phone"),
    ]


@pytest.mark.rule("1.2-d", "1.2-e", "1.2-g")
def test_of_two_who_choose_a_device_one_gets_it_and_the_other_hears_who() -> None:
    """No silent take-over: the message names the colleague."""
    world = office("chantal", "piet")
    world.device("balie-phone")
    world.pairs("chantal", "balie-phone")

    with world.refuses(Code.DEVICE_TAKEN):
        world.pairs("piet", "balie-phone")
    with pytest.raises(Refused) as refused:
        world.desk.ask(PairDevice(agent=UserId("piet"), device=DeviceId("balie-phone")), world.now)

    assert refused.value.args_ == {"name": "Chantal"}
    assert world.person("chantal").device == "balie-phone"


@pytest.mark.rule("1.2-e", "D16")
def test_a_telephone_is_taken_over_only_by_right_and_never_during_a_call() -> None:
    """Its user hears by whom; what rang there is offered to others; a call on it goes on."""
    world = office("chantal", "piet")
    world.device("balie-phone")
    world.pairs("piet", "balie-phone")
    chantal = world.person("chantal")
    chantal.rights -= {Right.TAKE_OVER_DEVICE}
    request = PairDevice(agent=UserId("chantal"), device=DeviceId("balie-phone"), take_over=True)

    with world.refuses(Code.NO_RIGHT):
        world.ask(request)
    assert world.person("piet").device == "balie-phone"

    chantal.rights |= {Right.TAKE_OVER_DEVICE}
    world.call_arrives("c1")
    world.phone_answers("piet")
    with world.refuses(Code.DEVICE_IN_CALL):
        world.ask(request)
    assert world.hears("c1") == "piet"
    world.caller_hangs_up("c1")

    world.ask(request)
    assert chantal.device == "balie-phone"
    assert world.person("piet").device is None
    assert Saying.DEVICE_TAKEN_OVER in world.said("piet")


@pytest.mark.rule("1.2-k", "D16")
def test_choosing_another_device_moves_the_agent_and_its_ring() -> None:
    """The old one falls silent and is free for others."""
    world = office("chantal", "piet")
    world.device("balie-phone")
    world.call_arrives("c1")

    world.pairs("chantal", "balie-phone")

    assert world.exchange.line_of(DeviceId("chantal-phone")) is None
    assert world.exchange.line_of(DeviceId("balie-phone")) is not None
    world.pairs("piet", "chantal-phone")
    assert world.person("piet").device == "chantal-phone"


@pytest.mark.rule("1.2-k", "D16")
def test_a_device_is_not_changed_during_a_call() -> None:
    """Neither for another nor for none."""
    world = office("chantal")
    world.device("balie-phone")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    with world.refuses(Code.LIVE_CALL):
        world.pairs("chantal", "balie-phone")
    with world.refuses(Code.LIVE_CALL):
        world.unpairs("chantal")


def test_a_device_that_does_not_exist_is_refused_and_an_unregistered_one_is_not() -> None:
    """It may register later."""
    world = office("chantal")
    world.device("balie-phone")
    world.exchange.registered.discard(DeviceId("balie-phone"))
    world.exchange_comes_up()
    with world.refuses(Code.NO_DEVICE):
        world.pairs("chantal", "nergens")

    world.pairs("chantal", "balie-phone")

    assert world.status("chantal") is AgentStatus.DEVICE_LOST


@pytest.mark.rule("1.3-c", "1.3-d", "1.3-e", "1.1-s", "D12")
def test_changing_group_keeps_what_both_have_ends_the_rest_and_adds_nothing() -> None:
    """Algemeen stays, Balie goes, Magazijn is not signed in to."""
    world = two_groups()

    world.chooses_group("chantal", "hengelo")

    assert world.person("chantal").signed_in == {"algemeen"}
    assert [(r.queue, r.signed_in) for r in world.all(QueueSignInChanged)] == [("balie", False)]
    assert [r.group for r in world.all(GroupChosen)] == ["hengelo"]


@pytest.mark.rule("1.3-f", "D12")
def test_changing_group_leaves_calls_alone_and_withdraws_lost_offers() -> None:
    """She goes on talking with a caller of Balie; at the next change of group a card goes."""
    world = two_groups()
    world.call_arrives("c1", "balie")
    world.click_answer("chantal", "c1")
    world.chooses_group("chantal", "hengelo")
    assert world.hears("c1") == "chantal"
    world.caller_hangs_up("c1")
    world.signs_in("chantal", "magazijn")
    world.call_arrives("c2", "magazijn")
    assert world.who_hears("c2") == ["chantal"]

    world.chooses_group("chantal", "enschede")

    assert world.who_sees("c2") == []
    assert world.phone_of("chantal") is None


@pytest.mark.rule("D12", "D6")
def test_the_last_one_of_an_urgent_queue_is_asked_before_the_group_changes() -> None:
    """The queues are named; nothing has changed until it is confirmed. A colleague there is enough, and so is a group
    that has the queue too."""
    world = two_groups()
    world.queue("storing", urgent=True, groups=("enschede",))
    world.queue("alarm", urgent=True, groups=("enschede",))
    world.queue("urgent", urgent=True, groups=("enschede", "hengelo"))
    for queue in ("storing", "alarm", "urgent"):
        world.signs_in("chantal", queue)
    world.signs_in("piet", "alarm")

    with pytest.raises(Refused) as refused:
        world.chooses_group("chantal", "hengelo")
    assert (refused.value.code, refused.value.args_) == (Code.LAST_IN_URGENT, {"queue": "storing"})
    assert world.person("chantal").group == "enschede"
    assert world.person("chantal").signed_in == {"algemeen", "balie", "storing", "alarm", "urgent"}
    assert not world.all(GroupChosen)

    world.signs_out("piet", "alarm")
    with pytest.raises(Refused) as refused:
        world.chooses_group("chantal", "hengelo")
    assert refused.value.args_ == {"queue": "alarm, storing"}

    world.signs_in("piet", "storing")
    world.chooses_group("chantal", "hengelo", confirmed=True)
    assert world.person("chantal").signed_in == {"algemeen", "urgent"}


@pytest.mark.rule("D12", "D6")
def test_of_two_who_change_group_together_the_second_is_asked() -> None:
    """Neither was the last one when they clicked."""
    world = two_groups()
    world.queue("storing", urgent=True, groups=("enschede",))
    world.agent("anja", queues=("storing",), groups=("enschede", "hengelo"))
    world.signs_in("chantal", "storing")

    world.chooses_group("anja", "hengelo")
    with world.refuses(Code.LAST_IN_URGENT):
        world.chooses_group("chantal", "hengelo")

    assert world.board.queues[QueueId("storing")].signed_in == {"chantal"}


@pytest.mark.rule("1.1-r")
def test_only_the_groups_queues_can_be_signed_in_to_and_only_ones_own_groups_chosen() -> None:
    """Everything else is refused."""
    world = two_groups()

    with world.refuses(Code.QUEUE_NOT_AVAILABLE):
        world.signs_in("chantal", "magazijn")
    with world.refuses(Code.QUEUE_NOT_AVAILABLE):
        world.signs_in("chantal", "nergens")
    with world.refuses(Code.QUEUE_NOT_AVAILABLE):
        world.chooses_group("piet", "hengelo")


@pytest.mark.rule("1.3-h")
def test_a_change_of_group_is_shown_to_everybody_in_the_same_turn() -> None:
    """The agent and both queues look different."""
    world = two_groups()

    world.chooses_group("chantal", "hengelo")

    assert {Changed(Thing.AGENT, "chantal"), Changed(Thing.QUEUE, "balie")} <= world.changed


@pytest.mark.rule("2.4-h", "3.1-j", "3.1-b")
def test_signing_out_ends_the_offers_of_that_queue() -> None:
    """The card goes, the telephone falls silent, the count of signed-in agents falls."""
    world = office("chantal", "piet")
    world.call_arrives("c1")

    world.signs_out("piet", "algemeen")
    world.signs_out("piet", "algemeen")

    assert world.who_sees("c1") == ["chantal"]
    assert world.phone_of("piet") is None
    assert world.board.queues[QueueId("algemeen")].signed_in == {"chantal"}
    assert len(world.all(QueueSignInChanged)) == 1


@pytest.mark.rule("3.1-t")
def test_a_locked_queue_cannot_be_signed_out_of() -> None:
    """The administrator wants everybody there; logging out of the console still ends it."""
    world = World()
    world.queue("balie", locked=True)
    world.agent("chantal", queues=("balie",))
    world.exchange_comes_up()

    with world.refuses(Code.QUEUE_LOCKED):
        world.signs_out("chantal", "balie", confirmed=True)
    world.logs_out("chantal")

    assert world.person("chantal").signed_in == set()


@pytest.mark.rule("D6")
def test_the_last_one_in_an_urgent_queue_is_asked_before_signing_out() -> None:
    """Refused at first; with the confirmation it is done. Not asked while a colleague is there."""
    world = office("chantal", "piet")
    world.signs_out("piet", "urgent")

    with world.refuses(Code.LAST_IN_URGENT):
        world.signs_out("chantal", "urgent")
    world.signs_out("chantal", "urgent", confirmed=True)

    assert world.board.queues[QueueId("urgent")].signed_in == set()


@pytest.mark.rule("4-d", "1.2-h", "D17")
def test_logging_out_ends_sign_ins_and_wrap_up_and_keeps_the_device() -> None:
    """With No to the device: it stays paired and is found again."""
    world = office("chantal", wrap_up_s=60)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(10)
    world.caller_hangs_up("c1")

    world.logs_out("chantal")

    agent = world.person("chantal")
    assert (agent.signed_in, agent.wrap_up, agent.device) == (set(), None, "chantal-phone")
    assert agent.status is AgentStatus.SIGNED_OUT


@pytest.mark.rule("4-d", "D17", "D16")
def test_where_the_organisation_wants_it_a_desk_phone_goes_on_for_its_queues_without_the_console() -> None:
    """No to the phone: still signed in and rung after an hour without a console; the admin's log-out ends it."""
    world = office("chantal")
    world.board.rules = replace(world.board.rules, keep_sign_ins=True)

    world.logs_out("chantal", phone_stays=True, confirmed=False)
    world.console_goes("chantal")
    world.wait(3_600)
    world.call_arrives("c1")

    assert world.person("chantal").signed_in == {"algemeen", "urgent"}
    world.phone_answers("chantal")
    world.caller_hangs_up("c1")
    world.logs_out("chantal")
    assert world.person("chantal").signed_in == set()


@pytest.mark.rule("4-d", "D17")
@pytest.mark.parametrize(("wanted", "kind"), [(False, DeviceKind.SIP), (True, DeviceKind.WEB)])
def test_without_that_setting_or_with_a_browser_as_phone_no_one_goes_on(
    wanted: bool, kind: DeviceKind
) -> None:
    """An unattended console is not rung."""
    world = office("chantal", kind=kind)
    world.board.rules = replace(world.board.rules, keep_sign_ins=wanted)

    world.logs_out("chantal", phone_stays=True)

    assert world.person("chantal").signed_in == set()


@pytest.mark.rule("4-c", "D17")
def test_logging_out_of_the_device_too_frees_it() -> None:
    """With Yes a colleague can take it."""
    world = office("chantal", "piet")

    world.logs_out("chantal", device_too=True)
    world.pairs("piet", "chantal-phone")

    assert world.person("chantal").device is None


@pytest.mark.rule("4-f", "D17")
def test_a_conversation_goes_on_after_logging_out_but_a_held_caller_is_not_left() -> None:
    """What is on hold must be resumed or ended first; what is talked in goes on at the telephone."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    with world.refuses(Code.LIVE_CALL):
        world.logs_out("chantal")

    world.click_resume("chantal", "c1")
    world.logs_out("chantal")

    assert world.hears("c1") == "chantal"
    world.phone_hangs_up("chantal")
    assert world.hears("c1") == "gone"


@pytest.mark.rule("D17")
def test_the_last_one_for_urgent_calls_is_asked_before_logging_out() -> None:
    """As when signing out of that queue; nothing has changed until it is confirmed. A colleague there is enough."""
    world = office("chantal", "piet")
    world.logs_out("piet")

    with world.refuses(Code.LAST_IN_URGENT):
        world.logs_out("chantal", device_too=True, confirmed=False)
    assert world.person("chantal").device is not None
    assert world.board.queues[QueueId("urgent")].signed_in == {"chantal"}

    world.logs_out("chantal")
    assert world.board.queues[QueueId("urgent")].signed_in == set()


@pytest.mark.rule("D3", "D17")
def test_who_is_set_away_and_logs_out_is_signed_out() -> None:
    """Colleagues do not see "not answered" of somebody who went home."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.wait(20 + 5 + 20 + 5 + 20)
    assert world.status("chantal") is AgentStatus.NOT_ANSWERED

    world.logs_out("chantal")

    assert world.status("chantal") is AgentStatus.SIGNED_OUT


@pytest.mark.rule("D15", "3.1-e", "3.1-g")
def test_the_numbers_of_a_queue() -> None:
    """Two answered after 4 and 8 seconds, one gave up, one waits: 2/4 and 6 seconds on average."""
    world = office("chantal")
    queue = world.board.queues[QueueId("algemeen")]
    for name, wait in (("c1", 4), ("c2", 8)):
        world.call_arrives(name)
        world.wait(wait)
        world.click_answer("chantal", name)
        world.wait(5)
        world.click_hang_up("chantal", name)
    world.call_arrives("c3")
    world.caller_hangs_up("c3")
    world.call_arrives("c4")

    assert (queue.numbers.handled, queue.numbers.total) == (2, 4)
    assert queue.numbers.average_wait_ms() == 6_000


@pytest.mark.rule("D15")
def test_the_numbers_begin_anew_at_midnight() -> None:
    """A caller of yesterday who is answered today gives a wait, and is not one of today's."""
    world = office("chantal")
    queue = world.board.queues[QueueId("algemeen")]
    world.call_arrives("c1")
    world.wait(60)

    world.tell(CountsBegan(since=world.now))
    world.checks = False
    assert queue.numbers.average_wait_ms() is None
    world.click_answer("chantal", "c1")

    assert (queue.numbers.handled, queue.numbers.total, queue.numbers.average_wait_ms()) == (0, 0, 60_000)


@pytest.mark.rule("D15")
def test_who_hangs_up_within_five_seconds_unanswered_is_counted_apart() -> None:
    """Not who was answered that quickly, not who waited longer, and not who was put off by us."""
    world = office("chantal")
    queue = world.board.queues[QueueId("algemeen")]
    for number, seconds in enumerate((4, 5)):
        world.call_arrives(f"c{number}")
        world.wait(seconds)
        world.caller_hangs_up(f"c{number}")
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.caller_hangs_up("c2")

    assert (queue.numbers.total, queue.numbers.short, queue.numbers.handled) == (3, 1, 1)


@pytest.mark.rule("D23", "2.1.1-r")
def test_a_command_for_an_older_version_of_the_card_is_refused() -> None:
    """The call was answered, lost and returned meanwhile; the console has to look again first."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    seen = world.call("c1").version
    world.exchange.answer_at_once.clear()
    world.click_answer("piet", "c1")
    world.wait(8)
    assert world.order() == ["c1"]

    with world.refuses(Code.OUT_OF_DATE):
        world.ask(AnswerCall(agent=UserId("chantal"), call=CallId("c1")), expected=seen)


@pytest.mark.rule("D23")
def test_offers_to_others_do_not_make_a_card_old() -> None:
    """A colleague signs in or out and the telephone rings; a click on the card I saw still counts."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    seen = world.call("c1").version
    world.ask(SignOut(agent=UserId("piet"), queue=QueueId("algemeen"), confirmed=False))
    world.wait(20)

    world.ask(AnswerCall(agent=UserId("chantal"), call=CallId("c1")), expected=seen)

    assert world.hears("c1") == "chantal"
    assert world.phone_of("chantal") is Phone.UP
