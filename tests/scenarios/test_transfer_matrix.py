"""Every state of a transfer, and everything that can happen to it: who hears whom then, and that nobody is lost (D7).

The rows are generated: each state, reached with a recipient outside and with a colleague, times each event. What is
expected stands in one table. Afterwards the day goes on for five minutes with everybody silent, and at its end every
call has its one record and no telephone is up.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from cordboard.app.cards import card
from cordboard.core.call import CallState
from cordboard.core.events import LegEnd
from cordboard.core.refusals import Code
from cordboard.core.rules import HouseRules
from cordboard.core.types import CallId, TransferKind, UserId
from tests.support import desk_checks
from tests.support.day import Day

OUTSIDE = "31880009988"
CHANTAL, PIET = UserId("chantal"), UserId("piet")


class Desk(Day):
    """Two people with desk phones and one queue; nothing is random."""

    def _furnish(self) -> None:
        self.board.rules = HouseRules()
        self.queue("algemeen")
        for name in ("chantal", "piet"):
            agent = self.agent(name, queues=("algemeen",))
            agent.extension = {"chantal": "201", "piet": "202"}[name]
            self._promise(agent.id)

    def begin(self) -> None:
        """Chantal talks with c1; Piet is in wrap-up, so that nothing of the queue is offered to him."""
        self.call_arrives("c1")
        self.click_answer("chantal", "c1")
        self.wait(5)


def _consult(desk: Desk, to: str) -> str:
    desk.arms("chantal", "c1")
    if to == "outside":
        desk.to_number("chantal", "c1", OUTSIDE)
    else:
        desk.to_colleague("chantal", "c1", "piet")
    return desk.recipient("c1")


def _answer(desk: Desk, recipient: str, to: str) -> None:
    if to == "outside":
        desk.outside_answers(recipient)
    else:
        desk.click_answer("piet", desk.there(recipient))


def armed(desk: Desk, to: str) -> str:
    """The button is black."""
    desk.arms("chantal", "c1")
    return ""


def dialling(desk: Desk, to: str) -> str:
    """The recipient rings, the initiator listens."""
    return _consult(desk, to)


def consulting(desk: Desk, to: str) -> str:
    """Initiator and recipient speak."""
    recipient = _consult(desk, to)
    _answer(desk, recipient, to)
    return recipient


def ringing(desk: Desk, to: str) -> str:
    """Blind: the recipient rings, the caller hears it."""
    desk.arms("chantal", "c1", TransferKind.BLIND)
    if to == "outside":
        desk.to_number("chantal", "c1", OUTSIDE)
        return desk.recipient("c1")
    desk.to_colleague("chantal", "c1", "piet")
    return ""


def completed(desk: Desk, to: str) -> str:
    """Caller and recipient speak, and it can be undone."""
    recipient = consulting(desk, to)
    desk.completes("chantal", "c1", recipient)
    return recipient


def caller_hangs_up(desk: Desk, recipient: str) -> None:
    """The caller has had enough."""
    desk.party_hangs_up("c1")


def agent_hangs_up(desk: Desk, recipient: str) -> None:
    """The initiator puts the handset down."""
    desk.phone_hangs_up("chantal")


def target_hangs_up(desk: Desk, recipient: str) -> None:
    """The recipient hangs up, is busy, or rejects."""
    if recipient:
        desk.party_hangs_up(recipient, LegEnd.BUSY)
    else:
        desk.click_reject("piet", "c1")


def device_lost(desk: Desk, recipient: str) -> None:
    """The initiator's telephone is gone, and comes back only after a while."""
    if desk.phone_of("chantal") is not None:
        desk.phone_vanishes("chantal")
        desk.phone_breaks("chantal")
    else:
        desk.phone_vanishes("chantal")


def restarted(desk: Desk, recipient: str) -> None:
    """The server is killed; its successor reads journal and exchange."""
    desk.restarts()


STATES: tuple[Callable[[Desk, str], str], ...] = (armed, dialling, consulting, ringing, completed)
EVENTS: tuple[Callable[[Desk, str], None], ...] = (
    caller_hangs_up,
    agent_hangs_up,
    target_hangs_up,
    device_lost,
    restarted,
)
_GONE = ("gone", "gone")
EXPECTED: dict[tuple[str, str], tuple[str, str] | None] = {
    # What the caller hears, and what the recipient hears ("other": the other of the two). None: it cannot happen.
    ("armed", "caller_hangs_up"): _GONE,
    ("armed", "agent_hangs_up"): ("music", "gone"),
    ("armed", "target_hangs_up"): None,
    ("armed", "device_lost"): ("music", "gone"),
    ("armed", "restarted"): ("music", "gone"),
    ("dialling", "caller_hangs_up"): _GONE,
    ("dialling", "agent_hangs_up"): ("music", "gone"),
    ("dialling", "target_hangs_up"): ("chantal", "gone"),
    ("dialling", "device_lost"): ("music", "gone"),
    ("dialling", "restarted"): ("music", "chantal"),
    ("consulting", "caller_hangs_up"): ("gone", "chantal"),
    ("consulting", "agent_hangs_up"): ("other", "other"),
    ("consulting", "target_hangs_up"): ("music", "gone"),
    ("consulting", "device_lost"): ("music", "music"),
    ("consulting", "restarted"): ("music", "chantal"),
    ("ringing", "caller_hangs_up"): _GONE,
    ("ringing", "agent_hangs_up"): None,
    ("ringing", "target_hangs_up"): ("music", "gone"),
    ("ringing", "device_lost"): ("ringing", "nothing"),
    ("ringing", "restarted"): ("ringing", "nothing"),
    ("completed", "caller_hangs_up"): _GONE,
    ("completed", "agent_hangs_up"): None,
    ("completed", "target_hangs_up"): _GONE,
    ("completed", "device_lost"): ("other", "other"),
    ("completed", "restarted"): ("other", "other"),
}
CELLS = [
    (state, to, event)
    for state, to, event in product(STATES, ("outside", "colleague"), EVENTS)
    if EXPECTED[state.__name__, event.__name__] is not None
]


def _hears(desk: Desk, call: str) -> str:
    return desk.hears(call) if call and call in desk.board.calls else "gone"


@pytest.mark.rule("D7", "5.1-h", "5.2-i")
@pytest.mark.parametrize(
    ("state", "to", "event"), CELLS, ids=[f"{s.__name__}-{t}-{e.__name__}" for s, t, e in CELLS]
)
def test_whoever_goes_nobody_is_lost_and_everybody_hears_whom_they_should(
    state: Callable[[Desk, str], str], to: str, event: Callable[[Desk, str], None]
) -> None:
    """The generated matrix of states, recipients and events."""
    desk = Desk(1)
    desk.begin()
    recipient = state(desk, to)

    event(desk, recipient)
    desk.wait(0.2)

    expected = EXPECTED[state.__name__, event.__name__]
    assert expected is not None
    caller, there = expected
    if caller == "other":
        assert _hears(desk, "c1") == ("piet" if to == "colleague" else recipient)
        assert _hears(desk, recipient) == "c1"
    else:
        assert _hears(desk, "c1") == caller
        if state is ringing and to == "colleague":
            rings = desk.who_hears("c1") if "c1" in desk.board.calls else []
            assert ("piet" in rings) == (there == "nothing")
        else:
            assert _hears(desk, recipient) == there

    # Five minutes in which nobody does anything: nobody is left in silence.
    for _ in range(30):
        desk.wait(10)
        for call in desk.board.calls.values():
            if call.state is not CallState.DIALLING and not call.is_undialled:
                assert desk.hears(call.id) != "nothing", call
    desk._end_of_the_day()
    desk_checks.one_record_each(desk)


@pytest.mark.rule("D7", "5.1-h")
def test_when_agent_and_colleague_hang_up_at_once_the_caller_stays() -> None:
    """The colleague was a moment earlier: there is nobody any more with whom the caller could be connected."""
    desk = Desk(1)
    desk.begin()
    recipient = consulting(desk, "colleague")
    desk.tells = False

    desk.phone_hangs_up("piet")
    desk.tell(desk.events.popleft())
    of_the_wire = list(desk.events)
    desk.events.clear()
    assert recipient in desk.board.calls
    with desk.refuses(Code.CALL_GONE):
        desk.completes("chantal", "c1", recipient)
    desk.phone_hangs_up("chantal")
    desk.events.extend(of_the_wire)
    desk.tells = True
    desk.settle()

    assert desk.hears("c1") == "music"
    desk.wait(11)
    assert desk.phone_of("chantal") is not None, "rung back for the caller who is on hold"


@pytest.mark.rule("D7", "D16", "X-h")
@pytest.mark.parametrize("state", [ringing, consulting])
def test_the_card_says_who_was_not_reached_also_after_a_restart(state: Callable[[Desk, str], str]) -> None:
    """Back from Piet, who rejected; or on hold since he hung up."""
    desk = Desk(1)
    desk.begin()
    recipient = state(desk, "colleague")
    target_hangs_up(desk, recipient)

    for _ in range(2):
        found = card(desk.board, desk.board.agents[CHANTAL], CallId("c1"))
        assert found is not None
        assert (found.reason is not None, found.not_reached) == (True, desk.board.agents[PIET].name)
        desk.restarts()
