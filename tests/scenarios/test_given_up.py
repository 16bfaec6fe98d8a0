"""Records were given up while the database was away; what goes on is remembered anew (F20)."""

from __future__ import annotations

import pytest

from cordboard.app import writer as writer_
from cordboard.app.gaps import GapReason
from cordboard.core.call import CallState
from cordboard.core.requests import AnswerCall, HangUpCall, HoldCall, SignOut
from cordboard.core.types import EndedBy, QueueId
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, Office


async def test_after_a_gap_the_next_server_knows_what_goes_on_and_what_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One call ended and another began and was held while nothing was kept; somebody signed out."""
    async with Office() as office:
        over = office.caller("+31612345678").call(ALGEMEEN)
        await office.pass_ms(500)
        first = office.only_call().id
        await office.asks(AnswerCall(agent=CHANTAL, call=first))
        await office.pass_ms(1_000)

        office.journal.away = True
        monkeypatch.setattr(writer_, "BACKLOG_MAX", 0)
        await office.asks(HangUpCall(agent=CHANTAL, call=first))
        over.hang_up()
        await office.pass_ms(20_000)
        office.caller("+31687654321").call(ALGEMEEN)
        await office.pass_ms(500)
        second = office.only_call()
        await office.asks(AnswerCall(agent=PIET, call=second.id))
        await office.pass_ms(1_000)
        await office.asks(HoldCall(agent=PIET, call=second.id))
        await office.asks(SignOut(agent=CHANTAL, queue=QueueId("algemeen"), confirmed=True))
        monkeypatch.undo()
        office.journal.away = False
        await office.writer.flushed()
        assert {gap.reason for gap in office.journal.gaps} == {GapReason.OVERFLOW}
        assert second.id not in office.journal.opened, "it is not known there"
        before = (second.entered_at, second.answered_at, second.number)

        open_calls = [call.id for call in await office.journal.open_calls(ORGANISATION)]
        assert open_calls == [first], "it goes on there although it is over"
        office.engine.remember_all(ORGANISATION, open_calls)
        await office.writer.flushed()
        await office.restart()
        await office.pass_ms(500)

        assert office.journal.closed[first].ended_by is EndedBy.UNKNOWN
        again = office.only_call()
        assert (again.id, again.state, again.agent) == (second.id, CallState.HELD, PIET)
        assert (again.entered_at, again.answered_at, again.number) == before
        assert QueueId("algemeen") not in office.agent(CHANTAL).signed_in
        assert QueueId("urgent") in office.agent(CHANTAL).signed_in
        assert QueueId("algemeen") in office.agent(PIET).signed_in
