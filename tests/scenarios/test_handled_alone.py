"""Calls that the exchange handled by itself while Cordboard was away: each in the history once, as it was (F2).

The whole chain on the virtual clock: the dialplan's entries in astdb, their reading, the core, the journal.
"""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.records import (
    CallClosed,
    MissedWhy,
    SegmentClosed,
    SegmentKind,
    SegmentOutcome,
    Why,
)
from cordboard.core.types import CallId, DeviceId, EndedBy
from cordboard.simulator.dialplan import ALONE_FAMILY, FALLBACK_FAMILY, FALLBACK_RING_MS, TRIES
from cordboard.simulator.dialplan import BROADCAST_MS as TRY_MS
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Caller
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, QUEUES, Office

TRIED_MS = TRIES * TRY_MS
LOOK_MS = 35_000
"""In so long the exchange is asked again what lives in it."""


def written(office: Office) -> dict[str, str]:
    """What the exchange has in its book."""
    database = office.pretended.registry.database
    return {key: value for (family, key), value in database.items() if family == ALONE_FAMILY}


def call_of(caller: Caller) -> CallId:
    """As it would be called had it been claimed."""
    assert caller.channel is not None
    return CallId(f"c-{caller.channel.id}")


def closed(office: Office) -> dict[CallId, CallClosed]:
    """By call; each once."""
    ends = [record for record in office.journal.records if isinstance(record, CallClosed)]
    assert len(ends) == len({end.call for end in ends})
    return {end.call: end for end in ends}


def stretches(office: Office, call: CallId) -> list[tuple[SegmentKind, str | None, int, SegmentOutcome]]:
    """Kind, whose, how many milliseconds, and how it ended."""
    return [
        (one.kind, one.agent, one.ended_at - one.started_at, one.outcome)
        for one in office.journal.records
        if isinstance(one, SegmentClosed) and one.call == call
    ]


def story(office: Office, call: CallId) -> list[tuple[Why, str | None, str | None]]:
    """The call's log."""
    return [(line.why, line.agent, line.detail) for line in office.journal.log if line.call == call]


async def away(office: Office) -> None:
    """The server dies, and nobody starts another one; the exchange knows whom to ring."""
    office.pretended.registry.database[FALLBACK_FAMILY, ALGEMEEN] = "PJSIP/d-chantal&PJSIP/d-piet"
    office.pretended.disconnect()
    office.engine.stop()
    await office.writer.stop()


async def back(office: Office) -> None:
    """Another server; what it finds is written by now."""
    await office._start()
    await office.pass_ms(2_000)


@pytest.mark.rule("D15", "D24")
async def test_who_was_answered_by_the_exchange_alone_is_in_the_history_with_whom_and_how_long() -> None:
    """Waited, answered on Piet's telephone, put down there; nothing is left in the exchange's book."""
    async with Office() as office:
        await away(office)
        began = office.clock.now()
        caller = office.caller().call(ALGEMEEN)
        call = call_of(caller)
        await office.pass_ms(TRIED_MS + 3_000)
        office.phones[PIET].answer()
        await office.pass_ms(20_000)
        office.phones[PIET].hang_up()
        await office.pass_ms(5_000)

        await back(office)

        opened = office.journal.opened[call]
        assert (opened.queue, opened.number, opened.dialled, opened.at) == (
            "algemeen",
            "31612345678",
            ALGEMEEN,
            began,
        )
        end = closed(office)[call]
        assert (end.answered, end.agent, end.ended_by) == (True, PIET, EndedBy.AGENT)
        [wait, talk] = stretches(office, call)
        assert wait[:2] == (SegmentKind.WAIT, None)
        assert wait[2] == pytest.approx(TRIED_MS + 3_000, abs=50)
        assert (talk[0], talk[1], talk[3]) == (SegmentKind.TALK, PIET, SegmentOutcome.ENDED)
        assert talk[2] == pytest.approx(20_000, abs=50)
        assert story(office, call) == [
            (Why.ENTERED, None, "algemeen"),
            (Why.FALLBACK, None, None),
            (Why.FALLBACK_ANSWERED, PIET, "Toestel piet"),
            (Why.ENDED, PIET, "agent"),
        ]
        numbers = office.board.queues[QUEUES[ALGEMEEN]].numbers
        assert (numbers.total, numbers.handled, numbers.answered_by) == (1, 1, {PIET: 1})
        assert not office.board.missed
        assert written(office) == {}


@pytest.mark.rule("D14", "D15")
async def test_whom_nobody_answered_is_missed_and_the_list_says_why() -> None:
    """Gave up while the telephones rang; heard the sentence to its end; gave up before they rang."""
    async with Office() as office:
        await away(office)
        rang = office.caller("+31611111111").call(ALGEMEEN, gives_up_after_ms=TRIED_MS + 5_000)
        early = office.caller("+31622222222").call(ALGEMEEN, gives_up_after_ms=1_500)
        calls = [call_of(one) for one in (rang, early)]
        await office.pass_ms(60_000)
        for phone in office.phones.values():
            phone.unregister()
        shut = office.caller("+31633333333").call(ALGEMEEN)
        calls.append(call_of(shut))
        await office.pass_ms(60_000)

        await back(office)

        ends = [closed(office)[call] for call in calls]
        assert [end.ended_by for end in ends] == [EndedBy.CALLER, EndedBy.CALLER, EndedBy.EXIT]
        assert not any(end.answered for end in ends)
        assert [stretches(office, call)[0][3] for call in calls] == [
            SegmentOutcome.ABANDONED,
            SegmentOutcome.ABANDONED,
            SegmentOutcome.ENDED,
        ]
        assert [story(office, call)[1:] for call in calls] == [
            [(Why.FALLBACK, None, None), (Why.ENDED, None, "caller")],
            [(Why.FALLBACK, None, "early"), (Why.ENDED, None, "caller")],
            [(Why.FALLBACK, None, None), (Why.ENDED, None, "nobody")],
        ]
        rows = sorted(office.board.missed.values(), key=lambda row: row.number or "")
        assert [(row.number, row.why, row.last_call) for row in rows] == [
            ("31611111111", MissedWhy.FALLBACK, calls[0]),
            ("31622222222", MissedWhy.FALLBACK, calls[1]),
            ("31633333333", MissedWhy.FALLBACK, calls[2]),
        ]
        numbers = office.board.queues[rows[0].queue].numbers
        assert (numbers.total, numbers.handled, numbers.short) == (3, 0, 1)
        assert written(office) == {}


async def test_a_call_that_goes_on_is_written_when_it_is_over() -> None:
    """Cordboard is back in the middle of the talk: it is in nobody's hands, and in the history after its end."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN)
        call = call_of(caller)
        await office.pass_ms(TRIED_MS + 1_000)
        office.phones[CHANTAL].answer()
        await office.pass_ms(10_000)
        await back(office)
        await office.pass_ms(LOOK_MS)
        assert call not in office.journal.opened

        caller.hang_up()
        await office.pass_ms(LOOK_MS)

        end = closed(office)[call]
        assert (end.answered, end.agent, end.ended_by) == (True, CHANTAL, EndedBy.CALLER)
        assert written(office) == {}


async def test_a_server_that_dies_between_writing_and_forgetting_leaves_one_record() -> None:
    """The next one finds the call in the database: it forgets the entry and counts nothing twice."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN, gives_up_after_ms=TRIED_MS + 2_000)
        call = call_of(caller)
        await office.pass_ms(20_000)
        kept = written(office)
        await back(office)
        before = list(office.journal.records)

        # As if the first had died before it forgot: everything stands in the book again.
        for key, value in kept.items():
            office.pretended.registry.database[ALONE_FAMILY, key] = value
        await office.restart()
        await office.pass_ms(2_000)

        assert office.journal.records == before
        assert closed(office)[call].ended_by is EndedBy.CALLER
        assert len(office.board.missed) == 1
        assert written(office) == {}


async def test_while_the_database_is_away_nothing_is_forgotten_and_nothing_is_told_twice() -> None:
    """Told once and kept in memory; the entry goes when the database has it."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN, gives_up_after_ms=TRIED_MS + 2_000)
        call = call_of(caller)
        await office.pass_ms(20_000)
        office.journal.away = True
        await back(office)
        await office.pass_ms(2 * LOOK_MS)
        assert written(office)
        assert office.board.queues[next(iter(office.board.missed.values())).queue].numbers.total == 1

        office.journal.away = False
        await office.writer.flushed()
        await office.pass_ms(2 * LOOK_MS)

        assert closed(office)[call].call == call
        assert [row.times for row in office.board.missed.values()] == [1]
        assert written(office) == {}


@pytest.mark.rule("D16")
async def test_a_call_under_which_the_exchange_died_is_closed_as_broken_off() -> None:
    """Its end was not written any more; who called is on the missed list."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN)
        call = call_of(caller)
        await office.pass_ms(TRIED_MS + 1_000)
        office.phones[CHANTAL].answer()
        await office.pass_ms(10_000)
        office.pretended.die()
        await office.pass_ms(10_000)

        await back(office)

        end = closed(office)[call]
        assert (end.answered, end.agent, end.ended_by) == (True, CHANTAL, EndedBy.LOST)
        assert stretches(office, call)[1][3] is SegmentOutcome.LOST
        assert [row.why for row in office.board.missed.values()] == [MissedWhy.INTERRUPTED]
        assert written(office) == {}


async def test_a_call_whose_end_nobody_saw_is_closed_as_unknown() -> None:
    """The exchange lived on, and the end is not in its book."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN, gives_up_after_ms=TRIED_MS + 2_000)
        call = call_of(caller)
        await office.pass_ms(20_000)
        channel = call.removeprefix("c-")
        del office.pretended.registry.database[ALONE_FAMILY, f"{channel}/ended"]

        await back(office)

        assert closed(office)[call].ended_by is EndedBy.UNKNOWN
        assert [row.why for row in office.board.missed.values()] == [MissedWhy.FALLBACK]
        assert written(office) == {}


async def test_a_call_that_was_taken_after_some_tries_is_cordboards_alone() -> None:
    """A server that is back within the tries claims it; the exchange writes nothing of it."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(2_000)
        await back(office)
        assert office.only_call().state is CallState.WAITING

        caller.hang_up()
        await office.pass_ms(LOOK_MS)

        assert list(closed(office)) == [call_of_only(office)]
        assert written(office) == {}


async def test_whom_no_telephone_took_waits_in_the_queue_when_cordboard_is_back_by_then() -> None:
    """It came back while they rang: nobody is told that there is nobody. One record, as of any call."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(TRIED_MS + 20_000)
        await back(office)

        await office.pass_ms(FALLBACK_RING_MS - 20_000)
        assert office.only_call().state is CallState.WAITING
        assert caller.hears().sound is Sound.MUSIC
        assert written(office), "its beginning"

        caller.hang_up()
        await office.pass_ms(LOOK_MS)
        assert list(closed(office)) == [call_of(caller)]
        assert written(office) == {}


async def test_who_gives_up_while_cordboard_is_asked_once_more_is_missed_once() -> None:
    """As who gives up while the telephones ring."""
    async with Office() as office:
        await away(office)
        caller = office.caller().call(ALGEMEEN, gives_up_after_ms=TRIED_MS + FALLBACK_RING_MS + TRY_MS // 2)
        call = call_of(caller)
        await office.pass_ms(TRIED_MS + FALLBACK_RING_MS + 5_000)

        await back(office)

        assert closed(office)[call].ended_by is EndedBy.CALLER
        assert [row.why for row in office.board.missed.values()] == [MissedWhy.FALLBACK]


def call_of_only(office: Office) -> CallId:
    """The one call that there was."""
    [call] = office.journal.opened
    return call


async def test_an_unreadable_entry_and_a_number_that_is_nobodys_are_forgotten() -> None:
    """They make no record, and nobody else's is kept up by them."""
    async with Office() as office:
        await away(office)
        office.caller().call("31880000", gives_up_after_ms=TRIED_MS + 1_000)
        caller = office.caller().call(ALGEMEEN, gives_up_after_ms=TRIED_MS + 1_000)
        call = call_of(caller)
        await office.pass_ms(20_000)
        office.pretended.registry.database[ALONE_FAMILY, "1.1/begun"] = "rubbish"

        await back(office)

        assert list(closed(office)) == [call]
        assert written(office) == {}


async def test_a_caller_of_whom_only_the_telephone_is_known_was_spoken_with_on_it() -> None:
    """Nobody has it paired: the log names the telephone, and the caller is not missed."""
    async with Office() as office:
        office.board.devices[DeviceId(PIET)].used_by = None
        office.agent(PIET).device = None
        promised = office.journal._agent(PIET)
        office.journal.promised[PIET] = type(promised)(
            **{name: getattr(promised, name) for name in promised.__slots__} | {"device": None}
        )
        await away(office)
        caller = office.caller().call(ALGEMEEN)
        call = call_of(caller)
        await office.pass_ms(TRIED_MS + 1_000)
        office.phones[PIET].answer()
        await office.pass_ms(10_000)
        caller.hang_up()
        await office.pass_ms(1_000)

        await back(office)

        end = closed(office)[call]
        assert (end.answered, end.agent, end.ended_by) == (True, None, EndedBy.CALLER)
        assert stretches(office, call)[1][:2] == (SegmentKind.AWAY, None)
        assert (Why.FALLBACK_ANSWERED, None, "Toestel piet") in story(office, call)
        assert not await office.journal.missed(ORGANISATION)
