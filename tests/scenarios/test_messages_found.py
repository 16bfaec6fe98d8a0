"""A message whose end nobody told: the exchange has it, so it is looked for when its caller is gone (D16, D29, D14)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.leaving import MESSAGE_MS_MAX
from cordboard.core.records import MissedRow, MissedWhy
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import EndedBy
from cordboard.simulator.people import Caller
from tests.scenarios.test_lost_words import A_ROUND_MS, lossy
from tests.support.office import ALGEMEEN, ORGANISATION, QUEUES, Office

SPOKEN_MS = 4_000
ENDS = ("ChannelDestroyed", "StasisEnd", "ChannelHangupRequest", "RecordingFinished")


async def leaves_a_message(office: Office, *, speaks_ms: int = 60_000) -> Caller:
    """Somebody who calls a closed queue and has spoken for four seconds."""
    queue = office.board.queues[QUEUES[ALGEMEEN]]
    queue.open, queue.exits = False, {ExitReason.CLOSED: Exit(action=ExitAction.MESSAGE)}
    caller = office.caller()
    caller.speaks_for_ms = speaks_ms
    caller.call(ALGEMEEN)
    await office.pass_ms(SPOKEN_MS)
    assert office.only_call().state is CallState.LEAVING
    return caller


async def returns(office: Office, how: str) -> None:
    """The server is there again: the same one, or a new one."""
    if how == "reconnects":
        office.pretended.connect()
    else:
        await office.restart()
    await office.pass_ms(1_000)


async def only_missed(office: Office) -> MissedRow:
    """The one entry of the list."""
    (row,) = await office.journal.missed(ORGANISATION)
    return row


def kept(office: Office) -> list[str]:
    """Names of the recordings on the exchange's disk."""
    return list(office.pretended.calls.recordings.kept)


@pytest.mark.rule("D16", "D29", "D14")
@pytest.mark.parametrize("how", ["restarts", "reconnects"])
async def test_a_message_of_who_hangs_up_while_the_server_is_away_is_there_at_its_return(how: str) -> None:
    """The exchange recorded on; the message stands in the list, once."""
    async with Office() as office:
        caller = await leaves_a_message(office)
        office.pretended.disconnect()
        caller.hang_up()
        await office.pass_ms(1_000)

        await returns(office, how)

        (message,) = office.journal.messages
        assert message.queue == QUEUES[ALGEMEEN]
        assert SPOKEN_MS - 500 <= message.ms <= SPOKEN_MS
        row = await only_missed(office)
        assert (row.why, row.message, row.times) == (MissedWhy.MESSAGE, message.name, 1)
        assert len(office.journal.closed) == 1
        assert not office.board.calls
        assert not office.board.messages
        assert kept(office) == [message.name]


@pytest.mark.rule("D16", "D29")
async def test_a_message_is_found_also_when_the_exchange_died_as_well() -> None:
    """The caller was broken off, but what was said until then lies on the disk."""
    async with Office() as office:
        caller = await leaves_a_message(office)
        office.pretended.disconnect()
        caller.hang_up()
        await office.pass_ms(500)
        office.pretended.connect()
        office.pretended.die()
        await office.pass_ms(5_000)

        (message,) = office.journal.messages
        assert (await only_missed(office)).message == message.name


@pytest.mark.rule("D16", "D14")
@pytest.mark.parametrize("how", ["restarts", "reconnects"])
async def test_who_said_nothing_while_the_server_was_away_is_missed_without_a_message(how: str) -> None:
    """And the empty recording is not kept."""
    async with Office() as office:
        caller = await leaves_a_message(office, speaks_ms=0)
        office.pretended.disconnect()
        caller.hang_up()
        await office.pass_ms(1_000)

        await returns(office, how)

        assert not office.journal.messages
        row = await only_missed(office)
        assert (row.why, row.message) == (MissedWhy.CLOSED, None)
        assert [one.ended_by for one in office.journal.closed.values()] == [EndedBy.UNKNOWN]
        assert not office.board.messages
        assert kept(office) == []


@pytest.mark.rule("D16", "D29")
async def test_a_message_that_was_over_before_a_restart_is_kept_though_the_caller_is_still_there() -> None:
    """Asked for once more it cannot be recorded over: what was said is the message."""
    async with Office() as office:
        caller = await leaves_a_message(office)
        office.pretended.disconnect()
        caller.press("#")
        await office.pass_ms(1_000)

        await returns(office, "restarts")

        (message,) = office.journal.messages
        assert (await only_missed(office)).message == message.name
        assert kept(office) == [message.name]


@pytest.mark.rule("D29", "D14")
async def test_a_message_of_who_is_gone_unheard_is_found_within_half_a_minute() -> None:
    """No restart: only the words of the ends were lost, and nothing is waited for afterwards."""
    exchange = lossy(*ENDS)
    async with Office(exchange) as office:
        caller = await leaves_a_message(office)
        exchange.faults.drop = 1.0
        caller.hang_up()
        await office.pass_ms(500)
        exchange.faults.drop = 0.0
        await office.pass_ms(A_ROUND_MS)

        (message,) = office.journal.messages
        row = await only_missed(office)
        assert (row.why, row.message, row.times) == (MissedWhy.MESSAGE, message.name, 1)
        assert not office.board.messages
        assert not office.board.calls


@pytest.mark.rule("D29")
async def test_a_message_whose_end_alone_was_lost_is_found_when_it_is_over_by_any_measure() -> None:
    """The caller said nothing more and holds the line."""
    exchange = lossy("RecordingFinished")
    async with Office(exchange) as office:
        exchange.faults.drop = 1.0
        await leaves_a_message(office, speaks_ms=SPOKEN_MS)
        await office.pass_ms(MESSAGE_MS_MAX + 2 * 60_000)

        (message,) = office.journal.messages
        assert (await only_missed(office)).message == message.name
        assert not office.board.calls
