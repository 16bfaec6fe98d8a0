"""A line's bridge is destroyed only when nobody is on the way out of it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from cordboard.asterisk.transport import AriResponse
from cordboard.core.requests import AnswerCall, TransferToQueue
from cordboard.core.types import QueueId
from cordboard.simulator.hearing import Sound
from cordboard.simulator.socket import SimulatedSocket
from tests.support.office import ALGEMEEN, CHANTAL, Office


@pytest.mark.rule("5.1-k", "D7")
async def test_a_caller_is_out_of_the_line_before_its_bridge_is_destroyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The queue's first use makes its bridge, slowly; meanwhile the agent's telephone is gone already."""
    async with Office() as office:
        caller = office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)
        call = office.only_call()
        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(1_000)
        line = office.agent(CHANTAL).line
        assert line is not None
        bridge = office.pretended.registry.channels[line.leg].bridge
        asked: list[tuple[str, str]] = []
        slow = asyncio.Event()
        request = SimulatedSocket.request

        async def slowly(
            self: SimulatedSocket,
            method: str,
            uri: str,
            *,
            query: Mapping[str, str] | None = None,
            body: Mapping[str, object] | None = None,
        ) -> AriResponse:
            asked.append((method, uri))
            answer = await request(self, method, uri, query=query, body=body)
            if (method, uri) == ("POST", "bridges"):
                await slow.wait()
            return answer

        monkeypatch.setattr(SimulatedSocket, "request", slowly)
        office.ask(TransferToQueue(agent=CHANTAL, call=call.id, queue=QueueId("urgent")))
        await office.pass_ms(500)
        assert line.leg not in office.pretended.registry.channels
        assert ("DELETE", f"bridges/{bridge}") not in asked

        slow.set()
        await office.pass_ms(500)

        assert asked[-1] == ("DELETE", f"bridges/{bridge}")
        assert caller.hears().sound is Sound.MUSIC
