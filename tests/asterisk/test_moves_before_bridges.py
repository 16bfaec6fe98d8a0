"""A line's bridge is destroyed only when nobody is on the way out of it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from cordboard.asterisk.transport import AriResponse
from cordboard.core.requests import AnswerCall, TransferToQueue
from cordboard.core.types import QueueId
from cordboard.simulator.hearing import Sound
from tests.asterisk.announced import Ask, passed_on_to_piet, stand_between
from tests.support.office import ALGEMEEN, CHANTAL, PIET, Office


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

        async def slowly(method: str, uri: str, _query: Mapping[str, str], ask: Ask) -> AriResponse:
            asked.append((method, uri))
            answer = await ask()
            if (method, uri) == ("POST", "bridges"):
                await slow.wait()
            return answer

        stand_between(monkeypatch, slowly)
        office.ask(TransferToQueue(agent=CHANTAL, call=call.id, queue=QueueId("urgent")))
        await office.pass_ms(500)
        assert line.leg not in office.pretended.registry.channels
        assert ("DELETE", f"bridges/{bridge}") not in asked

        slow.set()
        await office.pass_ms(500)

        assert asked[-1] == ("DELETE", f"bridges/{bridge}")
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("5.1-j", "D7")
async def test_a_caller_takes_the_place_of_a_wire_that_ends_before_it_was_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Past undoing, both its ends are hung up; the exchange may have done so before it takes one off the line."""
    async with Office() as office:
        caller, call, at_piet = await passed_on_to_piet(office)
        refused = 0

        async def too_late(_method: str, uri: str, query: Mapping[str, str], ask: Ask) -> AriResponse:
            nonlocal refused
            if uri.endswith("/addChannel") and query.get("channel") == at_piet.leg:
                refused += 1
                return AriResponse(status=400, body=b"Channel not found", reason="Bad Request")
            return await ask()

        stand_between(monkeypatch, too_late)
        await office.pass_ms(15_000)

        assert refused
        assert call.agent == PIET
        assert caller.hears().people == {"piet"}
