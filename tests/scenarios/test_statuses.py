"""What colleagues see of somebody (D11; 3.1-o, 3.3-h)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.types import QueueId
from tests.support.desk import office


@pytest.mark.rule("D11", "3.1-c")
def test_the_statuses_of_a_morning() -> None:
    """What colleagues see, and whether it counts as available."""
    world = office("chantal", "piet", wrap_up_s=10)
    queue = world.board.queues[QueueId("algemeen")]
    seen = [(world.status("chantal"), world.board.agents_available(queue))]

    def look() -> None:
        seen.append((world.status("chantal"), world.board.agents_available(queue)))

    world.call_arrives("c1")
    look()
    world.click_answer("chantal", "c1")
    look()
    world.wait(5)
    world.click_hold("chantal", "c1")
    look()
    world.click_hang_up("chantal", "c1")
    look()
    world.wait(10)
    world.phone_vanishes("chantal")
    look()
    world.phone_comes_back("chantal")
    world.console_goes("chantal")
    look()

    assert seen == [
        (AgentStatus.AVAILABLE, 2),
        (AgentStatus.RINGING, 2),
        (AgentStatus.IN_CALL, 1),
        (AgentStatus.HOLDING, 1),
        (AgentStatus.WRAP_UP, 1),
        (AgentStatus.DEVICE_LOST, 1),
        (AgentStatus.CONSOLE_GONE, 2),
    ]


@pytest.mark.rule("D11", "3.3-h")
def test_who_has_no_console_is_known_by_the_telephone() -> None:
    """Piet went home from the console and kept the telephone: free, ringing, in a call that comes to it and in one
    that it makes, and unknown when it is not connected. It makes nobody available for a queue."""
    world = office("chantal", "piet")
    world.person("piet").extension = "203"
    world.logs_out("piet")
    assert world.status("piet") is AgentStatus.SIGNED_OUT
    world.console_goes("piet")
    assert world.status("piet") is AgentStatus.PHONE_FREE

    world.direct_call("d1", "piet")
    assert world.status("piet") is AgentStatus.RINGING
    world.phone_answers("piet")
    assert world.status("piet") is AgentStatus.IN_CALL
    world.caller_hangs_up("d1")
    assert world.status("piet") is AgentStatus.PHONE_FREE

    world.phone_dials("piet", "0534800937")
    assert world.status("piet") is AgentStatus.IN_CALL
    world.phone_hangs_up("piet")
    assert world.status("piet") is AgentStatus.PHONE_FREE

    world.phone_vanishes("piet")
    assert world.status("piet") is AgentStatus.UNKNOWN
    world.phone_comes_back("piet")
    assert world.status("piet") is AgentStatus.PHONE_FREE
    assert world.board.agents_available(world.board.queues[QueueId("algemeen")]) == 1

    world.logs_out("piet", device_too=True)
    assert world.status("piet") is AgentStatus.SIGNED_OUT
