"""Every click as a request of the core; what is typed is read first (D23, 2.6-c, 2.6-h)."""

from __future__ import annotations

from typing import get_args

import pytest

from cordboard.app.dialling import DialPlan
from cordboard.app.engine import NotDone
from cordboard.core.requests import (
    ArmTransfer,
    CallColleague,
    CallMissed,
    CallNumber,
    ClaimMissed,
    CompleteTransfer,
    ExtendWrapUp,
    Pause,
    Request,
    SendKeys,
    StartConference,
    TransferToColleague,
    TransferToNumber,
    TransferToQueue,
    UndoTransfer,
)
from cordboard.core.types import CallId, MissedId, NumberKind, QueueId, TransferKind, UserId
from cordboard.web import wire
from cordboard.web.commands import request_of

ME, PIET, C1 = UserId("me"), UserId("piet"), CallId("c1")
PLAN = DialPlan(country="NL", colleagues={"203": PIET})
COMPLETE = {
    "call": "c1",
    "callback": "b1",
    "missed": "c1",
    "to": "c2",
    "queue": "q",
    "user": "piet",
    "number": "053 480 09 37",
    "digits": "12#",
    "kind": "blind",
    "reason": "Lunch",
    "device": "d",
    "group": "g",
}


def asked(op: wire.CommandName, **args: str) -> Request | NotDone:
    """What this click asks of the core."""
    return request_of(ME, wire.Command(id="1", op=op, args=args), PLAN)


@pytest.mark.rule("D23")
@pytest.mark.parametrize("op", get_args(wire.CommandName))
def test_every_command_of_the_console_is_a_request_and_refused_without_its_arguments(
    op: wire.CommandName,
) -> None:
    """But practice callers and chat, which are none of the core's."""
    command = request_of(ME, wire.Command(id="1", op=op, args=COMPLETE), PLAN)
    bare = asked(op)

    if op == "practice.call" or op.startswith("chat."):
        assert isinstance(command, NotDone)
        return
    assert not isinstance(command, NotDone)
    assert command.agent == ME
    needs_nothing = {"device.unpair", "wrap_up.start", "wrap_up.stop", "wrap_up.extend", "agent.return"}
    assert isinstance(bare, NotDone) == (op not in needs_nothing)
    if isinstance(bare, NotDone):
        assert bare.code == "bad_command"


@pytest.mark.rule("2.6-c", "2.6-g", "D28")
def test_a_number_that_is_dialled_is_read_first() -> None:
    """A colleague's extension calls the colleague; the rest goes out with its kind, or is refused with itself."""
    assert asked("call.dial", number="203") == CallColleague(agent=ME, colleague=PIET)
    assert asked("call.dial", number="053-4800937", name="Jansen") == CallNumber(
        agent=ME, number="31534800937", kind=NumberKind.NATIONAL, name="Jansen"
    )
    assert asked("call.dial", number="0900-8844") == CallNumber(
        agent=ME, number="319008844", kind=NumberKind.PREMIUM
    )
    assert asked("call.dial", number="x" * 90) == NotDone("bad_number", {"number": "x" * 32})


@pytest.mark.rule("2.6-h", "5.2-d")
def test_the_recipient_of_a_transfer_is_read_in_the_same_way() -> None:
    """The keypad, while a transfer is armed."""
    assert asked("transfer.number", call="c1", number="203") == TransferToColleague(
        agent=ME, call=C1, colleague=PIET
    )
    assert asked("transfer.number", call="c1", number="112") == TransferToNumber(
        agent=ME, call=C1, number="112", kind=NumberKind.EMERGENCY
    )
    assert asked("transfer.number", call="c1", number="") == NotDone("bad_number", {"number": ""})


def test_what_is_clicked_reaches_the_core_with_its_arguments() -> None:
    """One of each shape."""
    assert asked("transfer.arm", call="c1", kind="attended") == ArmTransfer(
        agent=ME, call=C1, kind=TransferKind.ATTENDED
    )
    assert asked("transfer.arm", call="c1", kind="warm") == NotDone("bad_command", {})
    assert asked("transfer.complete", call="c1", to="c2") == CompleteTransfer(
        agent=ME, call=C1, to=CallId("c2"), confirmed=False
    )
    assert asked("transfer.complete", call="c1", to="c2", confirmed="true") == CompleteTransfer(
        agent=ME, call=C1, to=CallId("c2"), confirmed=True
    )
    assert asked("transfer.queue", call="c1", queue="q") == TransferToQueue(
        agent=ME, call=C1, queue=QueueId("q")
    )
    assert asked("transfer.undo", call="c1") == UndoTransfer(agent=ME, call=C1)
    assert asked("call.conference", call="c1") == StartConference(agent=ME, call=C1)
    assert asked("missed.claim", missed="m1") == ClaimMissed(agent=ME, missed=MissedId("m1"))
    assert asked("missed.call", missed="m1", confirmed="true") == CallMissed(
        agent=ME, missed=MissedId("m1"), confirmed=True
    )
    assert asked("call.keys", digits="1#") == SendKeys(agent=ME, digits="1#")
    assert asked("agent.pause", reason="Lunch") == Pause(agent=ME, reason="Lunch")
    assert asked("wrap_up.extend") == ExtendWrapUp(agent=ME)
