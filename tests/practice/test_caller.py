"""One practice caller, on the virtual clock."""

from __future__ import annotations

from cordboard.practice.caller import (
    AFTER_END_MS,
    AFTER_RESUMED_MS,
    BREATH_MS,
    PATIENCE_MS,
    PAUSES_MS,
    TALK_MS_MAX,
    Caller,
    CallerState,
)
from cordboard.practice.people import PEOPLE, Saying
from cordboard.simulator.clock import VirtualClock


class Phone:
    """Writes down what the caller does with it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def say(self, saying: Saying) -> None:
        self.done.append(saying.value)

    def be_silent(self) -> None:
        self.done.append("silent")

    def hang_up(self) -> None:
        self.done.append("hung up")


class Story:
    """A caller with a telephone and a clock."""

    def __init__(self, *, urgent: bool = False) -> None:
        self.clock, self.phone = VirtualClock(), Phone()
        self.caller = Caller(PEOPLE[0], self.phone, self.clock.call_in, urgent=urgent)

    @property
    def done(self) -> list[str]:
        return self.phone.done

    def wait(self, ms: int) -> None:
        self.clock.advance(ms)


def test_a_caller_says_nothing_while_waiting_and_gives_up_in_the_end() -> None:
    """Ninety seconds of music is enough."""
    story = Story()
    story.caller.connected()

    story.wait(PATIENCE_MS - 1)
    assert story.done == []

    story.wait(1)
    assert story.done == ["hung up"]


def test_an_answered_caller_asks_takes_a_pause_and_asks_again() -> None:
    """Breath, question, pauses of different length: as somebody who waits for a reply."""
    story = Story()
    story.caller.connected()
    story.caller.observe("active")

    story.wait(BREATH_MS - 1)
    assert story.done == []
    story.wait(1)
    assert story.done == ["question"]

    for turn, pause in enumerate(PAUSES_MS, start=1):
        story.caller.said()
        story.wait(pause - 1)
        assert len(story.done) == turn
        story.wait(1)
        assert len(story.done) == turn + 1


def test_a_caller_in_need_says_what_is_urgent() -> None:
    """Not the ordinary question."""
    story = Story(urgent=True)
    story.caller.connected()
    story.caller.observe("active")

    story.wait(BREATH_MS)

    assert story.done == ["urgent"]


def test_a_caller_whose_call_is_taken_up_only_by_the_agent_speaks_when_sound_travels() -> None:
    """A queue that lets it ring answers no earlier than the agent; Cordboard may say so first."""
    story = Story()
    story.caller.observe("active")
    story.wait(5_000)
    assert story.done == []

    story.caller.connected()
    story.wait(BREATH_MS)

    assert story.done == ["question"]


def test_a_held_caller_falls_silent_and_greets_when_taken_back() -> None:
    """In the middle of a word; then "there you are", and the question again."""
    story = Story()
    story.caller.connected()
    story.caller.observe("active")
    story.wait(BREATH_MS)

    story.caller.observe("held")
    story.wait(30_000)
    assert story.done == ["question", "silent"]

    story.caller.observe("active")
    story.wait(BREATH_MS)
    assert story.done == ["question", "silent", "resumed"]

    story.caller.said()
    story.wait(AFTER_RESUMED_MS)
    assert story.done == ["question", "silent", "resumed", "question"]


def test_a_caller_held_between_two_sentences_does_not_begin_another() -> None:
    """Nothing is cut off, and nothing is said."""
    story = Story()
    story.caller.connected()
    story.caller.observe("active")
    story.wait(BREATH_MS)
    story.caller.said()

    story.caller.observe("held")
    story.wait(60_000)

    assert story.done == ["question"]


def test_being_told_twice_is_being_told_once() -> None:
    """Notices repeat whenever anything about the call changes."""
    story = Story()
    story.caller.connected()
    for _ in range(3):
        story.caller.observe("active")
    story.wait(BREATH_MS)
    for _ in range(3):
        story.caller.observe("active")
    story.wait(TALK_MS_MAX - BREATH_MS - 1)
    assert story.done == ["question"]

    story.wait(1)
    assert story.done == ["question", "silent", "hung up"]


def test_a_caller_who_has_talked_long_enough_hangs_up_also_when_held() -> None:
    """Two minutes from the answer, however often it was held."""
    story = Story()
    story.caller.connected()
    story.wait(PATIENCE_MS - 1)
    story.caller.observe("active")
    story.wait(60_000)
    story.caller.observe("held")

    story.wait(TALK_MS_MAX - 60_000)

    assert story.done[-1] == "hung up"


def test_a_caller_whose_call_is_over_hangs_up_soon() -> None:
    """Should the exchange not have ended it by then."""
    story = Story()
    story.caller.connected()
    story.caller.observe("active")
    story.wait(BREATH_MS)

    story.caller.observe("ended")
    story.wait(AFTER_END_MS)

    assert story.done == ["question", "silent", "hung up"]


def test_a_caller_who_has_gone_does_nothing_any_more() -> None:
    """Whatever was planned, and whatever still comes in."""
    story = Story()
    story.caller.connected()
    story.caller.observe("active")
    story.wait(BREATH_MS)

    story.caller.gone()
    story.caller.observe("held")
    story.caller.observe("active")
    story.caller.said()
    story.wait(300_000)

    assert story.caller.state is CallerState.GONE
    assert story.done == ["question"]
