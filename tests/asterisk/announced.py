"""A caller passed on with announcement, and somebody between server and exchange: for tests with an `Office`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import pytest

from cordboard.asterisk.transport import AriResponse
from cordboard.core.call import Call
from cordboard.core.requests import AnswerCall, ArmTransfer, CompleteTransfer, SignOut, TransferToColleague
from cordboard.core.types import QueueId, TransferKind
from cordboard.simulator.people import Caller
from cordboard.simulator.socket import SimulatedSocket
from tests.support.office import ALGEMEEN, CHANTAL, PIET, Office

Ask = Callable[[], Awaitable[AriResponse]]
"""Puts the command to the exchange."""


async def passed_on_to_piet(office: Office) -> tuple[Caller, Call, Call]:
    """Chantal speaks with Piet first and connects them; it can be undone still.

    Returns:
        The caller, the caller's call, and Piet's own with Chantal.
    """
    office.agent(CHANTAL).extension, office.agent(PIET).extension = "201", "202"
    await office.asks(SignOut(agent=PIET, queue=QueueId("algemeen"), confirmed=True))
    caller = office.caller().call(ALGEMEEN)
    await office.pass_ms(500)
    call = office.only_call()
    await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
    await office.pass_ms(500)
    await office.asks(ArmTransfer(agent=CHANTAL, call=call.id, kind=TransferKind.ATTENDED))
    await office.asks(TransferToColleague(agent=CHANTAL, call=call.id, colleague=PIET))
    await office.pass_ms(500)
    office.phones[PIET].answer()
    await office.pass_ms(500)
    hers = next(c for c in office.board.calls.values() if c.agent == CHANTAL and c is not call)
    his = next(c for c in office.board.calls.values() if c.agent == PIET)
    await office.asks(CompleteTransfer(agent=CHANTAL, call=call.id, to=hers.id))
    await office.pass_ms(500)
    return caller, call, his


def stand_between(
    patch: pytest.MonkeyPatch,
    answer: Callable[[str, str, Mapping[str, str], Ask], Awaitable[AriResponse]],
) -> None:
    """From now on each command is answered by this: method, address, query, and how to put it to the exchange."""
    request = SimulatedSocket.request

    async def instead(
        self: SimulatedSocket,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        return await answer(
            method, uri, query or {}, lambda: request(self, method, uri, query=query, body=body)
        )

    patch.setattr(SimulatedSocket, "request", instead)
