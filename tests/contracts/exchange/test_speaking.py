"""The adapter speaks to callers and records what they say (D21, D29)."""

from __future__ import annotations

import pytest

from cordboard.asterisk import sentences
from cordboard.core.commands import (
    Announce,
    FindMessage,
    ForgetMessage,
    HangUp,
    Join,
    Phrase,
    RecordMessage,
    Sentence,
)
from cordboard.core.events import AnnouncementEnded, LegEnded, MessageRecorded
from cordboard.core.types import CallId, LegId
from tests.contracts.exchange.desk import Desk
from tests.contracts.exchange.rig import Rig, RigCaller
from tests.contracts.exchange.test_passing_on import queue

pytestmark = pytest.mark.asyncio(loop_scope="session")


def say(leg: LegId, *, answer: bool = True) -> Announce:
    """One sentence."""
    return Announce(leg=leg, phrases=(Phrase(sentence=Sentence.CLOSED),), language="nl", answer=answer)


def record(leg: LegId, name: str, *, ms_max: int = 60_000) -> RecordMessage:
    """The core's command."""
    return RecordMessage(leg=leg, call=CallId("c"), name=name, ms_max=ms_max)


def find(leg: LegId, name: str) -> FindMessage:
    """The core's command."""
    return FindMessage(leg=leg, call=CallId("c"), name=name)


async def _waiting(rig: Rig) -> tuple[Desk, RigCaller, LegId]:
    """Somebody who waits with music."""
    desk = Desk(rig)
    await desk.open()
    caller, party = await desk.caller()
    await desk.does(queue(party))
    await caller.hears_music()
    return desk, caller, party


async def test_a_sentence_is_said_in_the_queue_and_music_goes_on(rig: Rig) -> None:
    """Its end is told."""
    desk, caller, party = await _waiting(rig)

    await desk.does(say(party))
    await caller.hears_sound()
    await desk.told(AnnouncementEnded, party, within_ms=10_000)

    await caller.hears_music()


async def test_a_sentence_with_a_number_is_said_whole_and_its_end_told_once(rig: Rig) -> None:
    """D25: it is put together from several recordings, and with it a second sentence."""
    phrases = [
        Phrase(sentence=Sentence.POSITION, number=112),
        Phrase(sentence=Sentence.EXPECTED_WAIT, number=1),
    ]
    desk = Desk(rig, media=sentences.media(phrases, "nl", None))
    await desk.open()
    caller, party = await desk.caller()
    await desk.does(queue(party))
    await caller.hears_music()

    await desk.does(say(party))
    await caller.hears_sound()
    await desk.told(AnnouncementEnded, party, within_ms=15_000)
    await rig.wait(300)

    assert len([fact for fact in desk.facts if isinstance(fact, AnnouncementEnded)]) == 1
    await caller.hears_music()


async def test_a_sentence_that_takes_anothers_place_is_the_only_one_whose_end_is_told(rig: Rig) -> None:
    """Who is led out of the queue while the place in it is said hears the whole reason (D21)."""
    desk, caller, party = await _waiting(rig)
    await desk.does(say(party))
    await caller.hears_sound()

    await desk.does(say(party))
    await rig.wait(500)
    too_soon = [fact for fact in desk.facts if isinstance(fact, AnnouncementEnded)]
    await desk.told(AnnouncementEnded, party, within_ms=10_000)
    await rig.wait(300)

    assert not too_soon
    assert len([fact for fact in desk.facts if isinstance(fact, AnnouncementEnded)]) == 1


async def test_what_cannot_be_said_counts_as_said(rig: Rig) -> None:
    """No file, or no words at all."""
    desk = Desk(rig, media=("sound:cordboard/nl/nothing-of-the-kind",))
    await desk.open()
    _caller, party = await desk.caller()
    await desk.does(queue(party), say(party))
    await desk.told(AnnouncementEnded, party, within_ms=10_000)

    since = len(desk.facts)
    await desk.does(Announce(leg=party, phrases=(), language="nl", answer=True))

    await desk.told(AnnouncementEnded, party, since=since)


async def test_one_who_is_told_something_is_put_through_at_once(rig: Rig) -> None:
    """The sentence is broken off; nobody else waits for its end."""
    desk, caller, party = await _waiting(rig)
    phone = await rig.make_phone("a", answers_after_ms=20)
    line = await desk.line(phone)
    await desk.does(say(party))
    await rig.wait(300)

    await desk.does(Join(line=line, party=party))
    await phone.hears(caller)
    await caller.hears(phone)

    assert [fact for fact in desk.facts if isinstance(fact, AnnouncementEnded)]


async def test_a_caller_who_hangs_up_ends_the_sentence(rig: Rig) -> None:
    """Told before the end of the leg."""
    desk, caller, party = await _waiting(rig)
    await desk.does(say(party))
    await rig.wait(300)

    await caller.hang_up()
    await desk.told(LegEnded, party)

    assert desk.kinds(party)[-2:] == ["AnnouncementEnded", "LegEnded"]


async def test_a_sentence_before_the_answer(rig: Rig) -> None:
    """D25: where the trunk carries that; the caller is not answered by it, and then refused."""
    desk = Desk(rig)
    await desk.open()
    caller, party = await desk.caller()

    await desk.does(say(party, answer=False))
    await desk.told(AnnouncementEnded, party, within_ms=10_000)
    await desk.does(HangUp(leg=party))

    assert await caller.ended() == "603"


async def test_a_message_ends_with_a_key(rig: Rig) -> None:
    """And says how long it is."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(60_000)

    await desk.does(record(party, rig.id("message")))
    await rig.wait(3_000)
    await caller.press("1")
    recorded = await desk.told(MessageRecorded, party)

    assert recorded.name == rig.id("message")
    assert 2_000 <= recorded.ms <= 4_000


async def test_a_message_ends_by_itself_when_nothing_more_is_said(rig: Rig) -> None:
    """After five seconds of silence, which do not count."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(3_000)

    await desk.does(record(party, rig.id("message")))
    recorded = await desk.told(MessageRecorded, party, within_ms=15_000)

    assert 1_000 <= recorded.ms <= 4_000


async def test_a_message_of_a_caller_who_hangs_up_is_kept(rig: Rig) -> None:
    """Told before the end of the leg."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(60_000)
    await desk.does(record(party, rig.id("message")))
    await rig.wait(3_000)

    await caller.hang_up()
    recorded = await desk.told(MessageRecorded, party)

    assert recorded.ms >= 2_000
    assert rig.keeps_message(rig.id("message"))
    await desk.told(LegEnded, party)
    assert desk.kinds(party)[-2:] == ["MessageRecorded", "LegEnded"]


async def test_a_name_is_used_once(rig: Rig) -> None:
    """Nothing is recorded over: what was said first is the message."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(60_000)
    await desk.does(record(party, rig.id("message"), ms_max=2_000))
    await desk.told(MessageRecorded, party)
    await rig.wait(300)
    since = len(desk.facts)

    await desk.does(record(party, rig.id("message")))

    assert 1_500 <= (await desk.told(MessageRecorded, party, since=since)).ms <= 3_500


async def test_a_message_whose_caller_is_gone_is_found_and_thrown_away(rig: Rig) -> None:
    """D16: as the next server does, which was not told of its end; thrown away, it is not found any more."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(60_000)
    name = f"message-c-{rig.id('2')}.13"
    await desk.does(record(party, name))
    await rig.wait(3_000)
    await caller.hang_up()
    await desk.told(LegEnded, party)
    await desk.again()
    since = len(desk.facts)

    await desk.does(find(party, name))
    found = await desk.told(MessageRecorded, party, since=since)
    since = len(desk.facts)
    await desk.does(ForgetMessage(leg=party, name=name), find(party, name))

    assert found.name == name
    assert 2_000 <= found.ms <= 4_000
    assert (await desk.told(MessageRecorded, party, since=since)).ms == 0
    assert not rig.keeps_message(name)


async def test_a_recording_in_which_nobody_speaks_is_no_message(rig: Rig) -> None:
    """Of who hung up without a word; nor is one that was never made."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(0)
    await rig.wait(100)
    await desk.does(record(party, rig.id("message")))
    await rig.wait(2_500)
    await caller.hang_up()
    await desk.told(LegEnded, party)

    for name in (rig.id("message"), rig.id("nothing")):
        since = len(desk.facts)
        await desk.does(find(party, name))
        assert (await desk.told(MessageRecorded, party, since=since)).ms == 0


async def test_a_message_may_be_named_after_its_call(rig: Rig) -> None:
    """Whose name has a full stop: nothing behind it counts as a kind of file."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(60_000)
    name = f"message-c-{rig.id('1')}.12"

    await desk.does(record(party, name, ms_max=2_000))
    recorded = await desk.told(MessageRecorded, party)

    assert recorded.name == name
    assert rig.keeps_message(name)


async def test_a_caller_who_says_nothing_leaves_no_message(rig: Rig) -> None:
    """0, so that nobody is sent an empty one."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(0)
    await rig.wait(100)

    await desk.does(record(party, rig.id("message")))
    recorded = await desk.told(MessageRecorded, party, within_ms=15_000)

    assert recorded.ms == 0


async def test_the_next_server_learns_whose_message_is_being_recorded(rig: Rig) -> None:
    """D16: who is in the middle of it is not asked for it again; who was told to leave one, and who is done, is."""
    desk, caller, party = await _waiting(rig)
    await desk.does(say(party))
    await desk.told(AnnouncementEnded, party, within_ms=10_000)
    assert not (await desk.again())[party].records

    await desk.does(record(party, rig.id("message")))
    await rig.wait(500)
    assert (await desk.again())[party].records

    await caller.press("#")
    await desk.told(MessageRecorded, party, within_ms=10_000)
    assert not (await desk.again())[party].records


@pytest.mark.parametrize("by", ["this server", "the next one"])
async def test_who_is_recorded_is_told_nothing_and_holds_up_nobody(rig: Rig, by: str) -> None:
    """D16: told by mistake, after an answer from before it began, to lead the caller out anew."""
    desk, caller, party = await _waiting(rig)
    _, other = await desk.caller()
    await desk.does(queue(other))
    await caller.speaks_for(60_000)
    await desk.does(record(party, rig.id("message")))
    await rig.wait(1_500)
    if by == "the next one":
        await desk.again()

    await desk.does(say(party), record(party, rig.id("message")), say(other))
    await desk.told(AnnouncementEnded, other, within_ms=10_000)
    await caller.press("#")
    recorded = await desk.told(MessageRecorded, party, within_ms=10_000)

    assert recorded.ms >= 2_000
    assert "AnnouncementEnded" not in desk.kinds(party)


async def test_who_is_recorded_can_be_put_elsewhere(rig: Rig) -> None:
    """What was said until then is the message."""
    desk, caller, party = await _waiting(rig)
    await caller.speaks_for(60_000)
    await desk.does(record(party, rig.id("message")))
    await rig.wait(2_500)

    await desk.does(queue(party))

    assert (await desk.told(MessageRecorded, party)).ms >= 1_500
    await caller.hears_music()
