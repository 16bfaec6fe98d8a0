"""The red cross, and the calls that have none (manual 2.1.1, 2.2, 5.2; D4, D6)."""

from __future__ import annotations

import pytest

from cordboard.core import offer
from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState, Note
from cordboard.core.commands import RingDevice
from cordboard.core.events import LegEnd
from cordboard.core.records import SegmentClosed, SegmentKind, SegmentOutcome
from cordboard.core.refusals import Code
from cordboard.core.types import Strategy
from tests.support.desk import World, office
from tests.support.pretend_exchange import Phone


def outcomes(world: World, agent: str) -> list[SegmentOutcome]:
    """How this agent's offers ended."""
    closed = world.all(SegmentClosed)
    return [s.outcome for s in closed if s.kind is SegmentKind.OFFER and s.agent == agent]


@pytest.mark.rule("2.1.1-c", "D4", "2.3-i")
def test_rejecting_ends_my_offer_and_nothing_else() -> None:
    """The caller keeps the place, the colleague keeps the card, and I get no wrap-up."""
    world = office("chantal", "piet", wrap_up_s=30)
    world.call_arrives("c1")
    world.call_arrives("c2")

    world.click_reject("chantal", "c1")

    assert world.who_sees("c1") == ["piet"]
    assert world.who_hears("c1") == ["piet"]
    assert world.who_hears("c2") == ["chantal"]
    assert world.order() == ["c1", "c2"]
    assert outcomes(world, "chantal") == [SegmentOutcome.REJECTED]
    assert world.person("chantal").misses == 0
    assert world.status("chantal") is AgentStatus.RINGING


@pytest.mark.rule("D4")
def test_a_rejected_call_comes_back_when_nobody_else_is_left() -> None:
    """Piet is busy: after thirty seconds the call is offered to Chantal again, and says why."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("piet", "c1")
    world.call_arrives("c2")
    world.click_reject("chantal", "c2")

    world.wait(29.9)
    assert world.who_sees("c2") == []
    world.wait(0.1)

    assert world.who_hears("c2") == ["chantal"]
    assert offer.note_of(world.call("c2"), world.person("chantal")) is Note.NOBODY_ELSE


@pytest.mark.rule("D4")
def test_a_rejected_call_stays_away_while_somebody_else_can_take_it() -> None:
    """As long as Piet has the card it does not return to Chantal."""
    world = office("chantal", "piet")
    world.call_arrives("c1")

    world.click_reject("chantal", "c1")
    world.wait(45)

    assert world.who_sees("c1") == ["piet"]


@pytest.mark.rule("D4", "2.1.1-x")
@pytest.mark.parametrize("how", [LegEnd.REJECTED, LegEnd.BUSY])
def test_the_red_key_on_the_handset_is_the_red_cross(how: LegEnd) -> None:
    """486 and 603 mean the same as the click."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    line = world.person("chantal").line
    assert line is not None

    world.events.extend(world.exchange.end(line.leg, how))
    world.settle()

    assert world.who_sees("c1") == ["piet"]
    assert outcomes(world, "chantal") == [SegmentOutcome.REJECTED]


@pytest.mark.rule("2.1.1-r")
def test_a_second_click_on_the_cross_changes_nothing() -> None:
    """The offer is gone already."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_reject("chantal", "c1")

    with world.refuses(Code.NOT_OFFERED):
        world.click_reject("chantal", "c1")


@pytest.mark.rule("2.2-c", "D6")
def test_an_urgent_call_cannot_be_rejected() -> None:
    """The request is refused and it goes on ringing."""
    world = office("chantal")
    world.call_arrives("c1", "urgent")

    with world.refuses(Code.URGENT_CANNOT_BE_REJECTED):
        world.click_reject("chantal", "c1")

    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("2.2-c", "D6")
def test_the_red_key_only_silences_an_urgent_call_for_three_seconds() -> None:
    """It is not a reject: the offer returns and the telephone rings again."""
    world = office("chantal")
    world.call_arrives("c1", "urgent")

    world.phone_rejects("chantal")
    assert world.who_hears("c1") == []
    world.wait(2.9)
    assert world.who_sees("c1") == []
    world.wait(0.1)

    assert world.who_hears("c1") == ["chantal"]
    assert outcomes(world, "chantal") == [SegmentOutcome.MISSED]


@pytest.mark.rule("5.2-a", "D6", "D5")
def test_an_urgent_call_is_offered_to_who_is_in_a_call_without_ringing() -> None:
    """The card comes, the telephone is left alone; a general call is not offered."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    rings = len(world.commanded(RingDevice))

    world.call_arrives("c2", "urgent")
    world.call_arrives("c3")

    assert world.who_sees("c2") == ["chantal"]
    assert world.who_sees("c3") == []
    assert len(world.commanded(RingDevice)) == rings
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("5.2-b", "D6", "2.1.1-s", "D27", "D8")
def test_answering_the_urgent_call_holds_the_first_until_it_is_resumed() -> None:
    """On the same leg, in this order; the first caller is not taken back by itself."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.call_arrives("c2", "urgent")

    world.click_answer("chantal", "c2")
    assert (world.hears("c1"), world.hears("c2")) == ("music", "chantal")

    world.click_hang_up("chantal", "c2")
    assert world.hears("c1") == "music"
    assert world.status("chantal") is AgentStatus.HOLDING
    assert world.phone_of("chantal") is Phone.UP

    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D6")
def test_of_two_urgent_calls_the_longer_waiting_is_first_and_the_other_stays() -> None:
    """The second card remains while the first is talked to."""
    world = office("chantal")
    world.call_arrives("c1", "urgent")
    world.wait(1)
    world.call_arrives("c2", "urgent")
    assert world.who_hears("c1") == ["chantal"]

    world.phone_answers("chantal")

    assert world.hears("c1") == "chantal"
    assert world.who_sees("c2") == ["chantal"]


@pytest.mark.rule("D6", "2.2-d")
def test_urgent_calls_go_to_everybody_whatever_the_queues_strategy() -> None:
    """Urgent is the queue's property, and one at a time would lose time."""
    world = World()
    world.queue("nood", urgent=True, strategy=Strategy.LONGEST_IDLE)
    world.queue("brand", urgent=True)
    world.agent("chantal", queues=("nood", "brand"))
    world.agent("piet", queues=("nood", "brand"))
    world.exchange_comes_up()

    world.call_arrives("c1", "nood")
    world.call_arrives("c2", "brand")

    assert world.who_hears("c1") == ["chantal", "piet"]
    assert world.who_sees("c2") == ["chantal", "piet"]
    assert world.call("c2").urgent


@pytest.mark.rule("D6", "2.4-c")
def test_in_wrap_up_an_urgent_call_is_not_offered_but_can_be_taken() -> None:
    """Taking it ends the wrap-up."""
    world = office("chantal")
    world.click_clock("chantal")

    world.call_arrives("c1", "urgent")
    assert world.who_sees("c1") == []
    world.click_answer("chantal", "c1")

    assert world.hears("c1") == "chantal"
    assert world.person("chantal").wrap_up is None


@pytest.mark.rule("D6")
def test_an_urgent_call_reaches_who_has_all_callers_on_hold() -> None:
    """The line is up with nobody on it; the click puts the urgent caller there."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.call_arrives("c2", "urgent")

    world.click_answer("chantal", "c2")

    assert world.hears("c2") == "chantal"
    assert world.state("c1") is CallState.HELD
