"""A ringing tone that outlives the server which began it: until it is ended its leg does nothing else (22.10, seen)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    ResumeCall,
    TransferToNumber,
)
from cordboard.core.types import Direction, NumberKind, TransferKind
from cordboard.simulator.people import Habits
from tests.support.office import CHANTAL, PIET, Office

NUMBER = "31201234567"


@pytest.mark.rule("D7", "D16")
@pytest.mark.parametrize("dies", ["server", "connection"])
async def test_a_colleague_whose_recipient_went_unseen_comes_back_to_who_passed_on(dies: str) -> None:
    """Answered long ago, the end of the wire hears the tone that the one before had played, and is moved at once."""
    async with Office(trunk=True) as office:
        busy = Habits(rejects_after_ms=2_500, knows_talk=False)
        office.pretended.outsider(f"+{NUMBER}", habits=busy, trunk="t-out")
        await office.asks(CallColleague(agent=CHANTAL, colleague=PIET))
        await office.pass_ms(500)
        [call] = [c for c in office.board.calls.values() if c.direction is Direction.IN]
        await office.asks(AnswerCall(agent=PIET, call=call.id))
        await office.pass_ms(1_000)
        assert office.phones[CHANTAL].hears().people == {PIET}
        await office.asks(ArmTransfer(agent=PIET, call=call.id, kind=TransferKind.BLIND))
        await office.asks(TransferToNumber(agent=PIET, call=call.id, number=NUMBER, kind=NumberKind.NATIONAL))
        await office.pass_ms(1_000)
        assert office.board.calls[call.id].state is CallState.TRANSFERRING

        if dies == "server":
            office.pretended.disconnect(back_after_ms=60_000)
            await office.pass_ms(2_500)
            await office.restart()
        else:
            office.pretended.disconnect(back_after_ms=2_500)
            await office.pass_ms(2_500)
        await office.pass_ms(1_000)
        await office.asks(ResumeCall(agent=PIET, call=call.id))
        await office.pass_ms(3_000)

        assert office.board.calls[call.id].state is CallState.ACTIVE
        assert office.phones[CHANTAL].hears().people == {PIET}
