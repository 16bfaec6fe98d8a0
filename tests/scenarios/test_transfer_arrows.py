"""Every arrow of the transfer machine, and everything that can happen at it, through all layers (D7).

The rows are generated: each arrow of `transitions.TRANSFER`, towards somebody outside and towards a colleague, times
each of five happenings, once in the middle of the step (asked for, and not yet carried out by the exchange) and once
after it. The engine, the core, the translation and the reconciliation are the product's own; the exchange is the
simulator. An arrow without a walk, or without a word about what is heard afterwards, fails.
"""

from __future__ import annotations

from itertools import product

import pytest

from cordboard.core.call import TransferState as S
from cordboard.core.transitions import TRANSFER
from cordboard.core.types import UserId
from tests.support import desk_checks
from tests.support.transfer_walks import (
    HAPPENINGS,
    WALKS,
    Happening,
    TransferDesk,
    agent_hangs_up,
    caller_hangs_up,
    device_lost,
    heard,
    restarted,
    target_hangs_up,
)

Arrow = tuple[S, S]
Ends = tuple[str, str]
"""What the caller hears, and what the recipient."""

ARROWS = [(one, other) for one, others in TRANSFER.items() for other in sorted(others, key=lambda s: s.value)]
SOON_MS, LOST_MS = 1_000, 15_000
"""When it is listened: soon, or after the ten seconds for which a telephone may be missed (D16)."""
LATER = (5_000, 5_000, 10_000, 30_000)

NOBODY: Ends = ("gone", "gone")
MUSIC: Ends = ("music", "gone")
HELD: Ends = ("music", "music")
TALKING: Ends = ("target", "caller")
AGENT: Ends = ("chantal", "gone")


async def _nothing(desk: TransferDesk) -> None:
    """All goes on."""


def _then(
    now: Ends,
    *,
    caller: Ends | None,
    agent: Ends | None,
    target: Ends | None,
    device: Ends,
    restart: Ends | None = None,
) -> dict[Happening, Ends | None]:
    """What is heard in this situation, and what when one of these happens. None: there is nobody who could.

    Without a word about it a restart changes nothing.
    """
    return {
        _nothing: now,
        caller_hangs_up: caller,
        agent_hangs_up: agent,
        target_hangs_up: target,
        device_lost: device,
        restarted: restart or now,
    }


RINGS: Ends = ("music", "rings")
CONSULTED: Ends = ("music", "chantal")
KEPT: Ends = ("gone", "chantal")
"""The caller has gone, the agent keeps the recipient."""

_ARMED = _then(MUSIC, caller=NOBODY, agent=MUSIC, target=None, device=MUSIC)
_DIALLING = _then(RINGS, caller=NOBODY, agent=MUSIC, target=AGENT, device=MUSIC)
_CONSULTING = _then(CONSULTED, caller=KEPT, agent=TALKING, target=MUSIC, device=HELD)
_RINGING = _then(("ringing", "rings"), caller=NOBODY, agent=None, target=MUSIC, device=("ringing", "rings"))
_CONNECTED = _then(TALKING, caller=NOBODY, agent=None, target=NOBODY, device=TALKING)
_WITH_THE_AGENT = _then(AGENT, caller=NOBODY, agent=NOBODY, target=None, device=MUSIC)
_WAITING = _then(MUSIC, caller=NOBODY, agent=MUSIC, target=None, device=MUSIC)
_BOTH_HELD = _then(HELD, caller=("gone", "music"), agent=None, target=MUSIC, device=HELD)
_ALL_GONE = _then(NOBODY, caller=None, agent=None, target=None, device=NOBODY)
AFTER: dict[S | Arrow, dict[Happening, Ends | None]] = {
    # By the state that is reached; where it depends on the one before, by the arrow.
    S.ARMED: _ARMED,
    S.DIALLING: _DIALLING,
    S.CONSULTING: _CONSULTING,
    S.RINGING: _RINGING,
    S.COMPLETED: _CONNECTED,
    S.CANCELLED: _WITH_THE_AGENT,
    # Only disarmed: one is spoken with, one is on hold, and neither is the other's (5.1-h to 5.1-j).
    (S.CONSULTING, S.CANCELLED): _then(CONSULTED, caller=KEPT, agent=MUSIC, target=MUSIC, device=HELD),
    (S.COMPLETED, S.CANCELLED): _BOTH_HELD,
    (S.DIALLING, S.FAILED): _WITH_THE_AGENT,
    (S.CONSULTING, S.FAILED): _ARMED,
    (S.COMPLETED, S.FAILED): _BOTH_HELD,
    S.RETURNED: _WAITING,
    S.ABANDONED: _ALL_GONE,
    (S.CONSULTING, S.ABANDONED): _then(
        KEPT, caller=None, agent=NOBODY, target=NOBODY, device=("gone", "music")
    ),
    (S.ARMED, S.CLOSED): _WAITING,
    (S.COMPLETED, S.CLOSED): _CONNECTED,
}
CAUGHT_IN_BETWEEN: dict[tuple[Arrow, Happening], Ends] = {
    # Killed in the middle of a step, and found neither as before it nor as after it.
    # Nobody was dialled yet: the agent, who listens, has the caller again.
    ((S.ARMED, S.DIALLING), restarted): AGENT,
    # The recipient was spoken with before anything was armed.
    ((S.ARMED, S.COMPLETED), restarted): CONSULTED,
    # The recipient is let go, the caller not yet put through; the agent's telephone is up and the card is there.
    ((S.DIALLING, S.CANCELLED), restarted): MUSIC,
    # The same, with a telephone that is down: it is rung back after ten seconds (D27).
    ((S.RINGING, S.CANCELLED), restarted): MUSIC,
}


def _after(arrow: Arrow) -> dict[Happening, Ends | None]:
    found = AFTER.get(arrow) or AFTER.get(arrow[1])
    assert found is not None, f"nobody has said what is heard after {arrow}"
    return found


def _can(desk: TransferDesk, happening: Happening) -> bool:
    if happening is caller_hangs_up:
        return desk.customer.is_connected
    if happening is agent_hangs_up:
        return bool(desk.phones[UserId("chantal")].calls)
    return happening is not target_hangs_up or bool(desk.there.calls)


def _ends(desk: TransferDesk) -> Ends:
    return heard(desk, desk.customer), heard(desk, desk.there)


def _nobody_is_lost(desk: TransferDesk) -> None:
    """Whoever has a call hears somebody or something, and every call is in somebody's hands (I1, I2, I5)."""
    assert "silence" not in _ends(desk)
    board = desk.board
    desk_checks.maps_agree(board)
    for agent in board.agents.values():
        desk_checks.agent_is_sound(board, agent)
    for call in board.calls.values():
        desk_checks.call_is_sound(board, call)
    living = {c.id for c in desk.pretended.registry.channels.values()}
    assert {c.leg for c in board.calls.values() if not c.is_undialled} <= living


async def _nothing_is_left(desk: TransferDesk) -> None:
    """Everybody hangs up: no orphan in the exchange, and each call has its one record (I6, I8)."""
    desk.customer.hang_up()
    for phone in (desk.outsider, *desk.phones.values()):
        if not phone.is_there:
            phone.come_back()
        while phone.calls:
            phone.hang_up()
            await desk.pass_ms(10)
    await desk.pass_ms(60_000)
    assert not desk.board.calls
    assert not desk.pretended.registry.channels
    bridges = [bridge.name for bridge in desk.pretended.registry.bridges.values()]
    assert all(name.startswith(("cb|queue|", "cb|hold|")) for name in bridges), bridges
    assert len(bridges) == len(set(bridges)), bridges
    assert desk.ledger.openings
    assert desk.ledger.openings == desk.ledger.endings
    assert set(desk.ledger.openings.values()) == {1}


def _named(part: Arrow | Happening | str) -> str:
    if isinstance(part, str):
        return part
    return "-".join(state.value for state in part) if isinstance(part, tuple) else part.__name__


@pytest.mark.rule("D7", "X-h")
def test_every_arrow_of_the_transfer_machine_is_walked() -> None:
    """A new one falls under this test at once."""
    assert set(WALKS) == set(ARROWS)


@pytest.mark.rule("D7", "D16", "D27", "5.1-h", "5.2-i")
@pytest.mark.parametrize(
    ("arrow", "to", "happening"),
    list(product(ARROWS, ("outside", "colleague"), HAPPENINGS)),
    ids=_named,
)
async def test_whatever_happens_at_an_arrow_nobody_is_lost(
    arrow: Arrow, to: str, happening: Happening
) -> None:
    """Nobody in silence, nobody left behind, the caller's end as it should be, one record per call."""
    for in_the_middle in (False, True):
        async with TransferDesk(to) as desk:
            await desk.begin()
            await WALKS[arrow](desk)
            if not in_the_middle:
                await desk.pass_ms(600)
                steps = desk.ledger.steps
                assert ((steps[-2] if len(steps) > 1 else S.ARMED), steps[-1]) == arrow
            can = _can(desk, happening)
            before, after = AFTER[arrow[0]], _after(arrow)
            if in_the_middle:
                # As if it had come just before the step, or just after it.
                expected = {before[happening], after[happening], CAUGHT_IN_BETWEEN.get((arrow, happening))}
            else:
                expected = {after[happening]}
                assert can == (expected != {None})
            if None in expected:
                expected.add(after[_nothing])
            await happening(desk)
            await desk.pass_ms(LOST_MS if happening is device_lost else SOON_MS)
            assert _ends(desk) in expected
            _nobody_is_lost(desk)
            for ms in LATER:
                await desk.pass_ms(ms)
                _nobody_is_lost(desk)
            await _nothing_is_left(desk)
