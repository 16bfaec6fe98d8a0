"""The state machines as tables: which state may follow which. `docs/states.md` is drawn from them (tools/states).

A move that is not in its table is a mistake of ours: `Turn.move` and `transfer` assert it, the diagrams show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from cordboard.core.agent import Agent, AgentStatus, LineState
from cordboard.core.call import CallState, TransferState
from cordboard.core.dialogue import DialogueStep
from cordboard.core.records import CallBackStatus, MissedRow

S, T, L = CallState, TransferState, LineState

CALL: Mapping[CallState, frozenset[CallState]] = {
    S.WAITING: frozenset(
        {
            S.WAITING,
            S.CONNECTING,
            S.ACTIVE,
            S.HELD,
            S.TRANSFERRING,
            S.TRANSFERRED,
            S.LEAVING,
            S.ENDED,
        }
    ),
    S.CONNECTING: frozenset({S.ACTIVE, S.DIALLING, S.HELD, S.WAITING, S.TRANSFERRING, S.LEAVING, S.ENDED}),
    S.DIALLING: frozenset({S.ACTIVE, S.WAITING, S.HELD, S.DIALLING, S.TRANSFERRED, S.ENDED}),
    S.ACTIVE: frozenset(
        {S.HELD, S.CONFERENCE, S.WAITING, S.TRANSFERRING, S.TRANSFERRED, S.LEAVING, S.ACTIVE, S.ENDED}
    ),
    S.CONFERENCE: frozenset({S.ACTIVE, S.HELD, S.WAITING, S.TRANSFERRED, S.ENDED}),
    S.HELD: frozenset(
        {S.ACTIVE, S.CONFERENCE, S.WAITING, S.TRANSFERRING, S.TRANSFERRED, S.LEAVING, S.HELD, S.ENDED}
    ),
    S.TRANSFERRING: frozenset({S.TRANSFERRED, S.HELD, S.WAITING, S.LEAVING, S.ENDED}),
    S.TRANSFERRED: frozenset({S.HELD, S.ACTIVE, S.WAITING, S.LEAVING, S.ENDED}),
    S.LEAVING: frozenset({S.WAITING, S.ACTIVE, S.HELD, S.TRANSFERRING, S.LEAVING, S.ENDED}),
    S.ENDED: frozenset(),
}

TRANSFER: Mapping[TransferState, frozenset[TransferState]] = {
    T.ARMED: frozenset({T.ARMED, T.DIALLING, T.RINGING, T.COMPLETED, T.CLOSED, T.CANCELLED, T.ABANDONED}),
    T.DIALLING: frozenset({T.CONSULTING, T.RINGING, T.ARMED, T.FAILED, T.CANCELLED, T.ABANDONED}),
    T.CONSULTING: frozenset({T.COMPLETED, T.ARMED, T.FAILED, T.CANCELLED, T.ABANDONED}),
    T.RINGING: frozenset({T.COMPLETED, T.CANCELLED, T.RETURNED, T.ABANDONED}),
    T.COMPLETED: frozenset({T.CLOSED, T.CANCELLED, T.FAILED}),
    T.CANCELLED: frozenset(),
    T.FAILED: frozenset(),
    T.ABANDONED: frozenset(),
    T.RETURNED: frozenset(),
    T.CLOSED: frozenset(),
}


class OfferState(Enum):
    """Where one agent's offer of one call is. An open offer is kept on the call; an end is written as a segment."""

    OPEN = "open"
    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"
    REJECTED = "rejected"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"
    LOST = "lost"


OFFER: Mapping[OfferState, frozenset[OfferState]] = {
    OfferState.OPEN: frozenset(OfferState) - {OfferState.OPEN},
} | {state: frozenset() for state in OfferState if state is not OfferState.OPEN}

LINE: Mapping[LineState, frozenset[LineState]] = {
    L.RINGING: frozenset({L.ANSWERING, L.UP, L.CLOSING}),
    L.ANSWERING: frozenset({L.UP, L.CLOSING}),
    L.UP: frozenset({L.CLOSING}),
    L.CLOSING: frozenset(),
}


D = DialogueStep
DIALOGUE: Mapping[DialogueStep, frozenset[DialogueStep]] = {
    D.OFFERED: frozenset({D.CONFIRMING, D.TYPING, D.OVER}),
    D.CONFIRMING: frozenset({D.CONFIRMING, D.TYPING, D.CHOOSING, D.PROMISED, D.OVER}),
    D.TYPING: frozenset({D.TYPING, D.CONFIRMING, D.OVER}),
    D.CHOOSING: frozenset({D.CHOOSING, D.TIMING, D.TYPING, D.PROMISED, D.OVER}),
    D.TIMING: frozenset({D.TIMING, D.AGREEING, D.OVER}),
    D.AGREEING: frozenset({D.AGREEING, D.TIMING, D.TYPING, D.PROMISED, D.OVER}),
    D.PROMISED: frozenset({D.OVER}),
    D.OVER: frozenset(),
}

B = CallBackStatus
CALLBACK: Mapping[CallBackStatus, frozenset[CallBackStatus]] = {
    B.PLANNED: frozenset({B.IN_PROGRESS, B.CANCELLED, B.FAILED}),
    B.IN_PROGRESS: frozenset({B.PLANNED, B.SUCCEEDED, B.FAILED, B.CANCELLED}),
    B.SUCCEEDED: frozenset(),
    # Repeated by hand, and answered.
    B.FAILED: frozenset({B.SUCCEEDED}),
    B.CANCELLED: frozenset({B.SUCCEEDED}),
}


class MissedState(Enum):
    """Where a caller in the list of missed ones is; read from the row by `missed_state`."""

    OPEN = "open"
    CLAIMED = "claimed"
    """Somebody said "I call", or is calling."""
    CLOSED = "closed"
    """Spoken to, closed by hand, or too old; kept, and on no list."""


M = MissedState
MISSED: Mapping[MissedState, frozenset[MissedState]] = {
    M.OPEN: frozenset({M.CLAIMED, M.CLOSED}),
    M.CLAIMED: frozenset({M.OPEN, M.CLOSED}),
    M.CLOSED: frozenset(),
}


def missed_state(row: MissedRow) -> MissedState:
    """Where this caller is."""
    if row.closed_at is not None:
        return M.CLOSED
    return M.OPEN if row.claimed_by is None else M.CLAIMED


class WrapUpState(Enum):
    """Where an agent's wrap-up is; read from the agent by `wrap_up_state`."""

    NONE = "none"
    PENDING = "pending"
    """Earned, and begins when the last live call has ended (D9)."""
    ARMED = "armed"
    """Asked for during a call (2.4-f)."""
    TIMED = "timed"
    OPEN_ENDED = "open_ended"


W = WrapUpState
WRAP_UP: Mapping[WrapUpState, frozenset[WrapUpState]] = {
    W.NONE: frozenset({W.PENDING, W.ARMED, W.TIMED, W.OPEN_ENDED}),
    W.PENDING: frozenset({W.TIMED, W.OPEN_ENDED, W.ARMED, W.NONE}),
    W.ARMED: frozenset({W.OPEN_ENDED, W.NONE, W.PENDING}),
    W.TIMED: frozenset({W.NONE, W.OPEN_ENDED, W.TIMED, W.PENDING, W.ARMED}),
    W.OPEN_ENDED: frozenset({W.NONE, W.PENDING, W.ARMED}),
}

AGENT_ORDER = (
    AgentStatus.IN_CALL,
    AgentStatus.HOLDING,
    AgentStatus.WRAP_UP,
    AgentStatus.PAUSED,
    AgentStatus.NOT_ANSWERED,
    AgentStatus.DEVICE_LOST,
    AgentStatus.RINGING,
    AgentStatus.SIGNED_OUT,
    AgentStatus.PHONE_FREE,
    AgentStatus.UNKNOWN,
    AgentStatus.CONSOLE_GONE,
    AgentStatus.AVAILABLE,
)
"""What colleagues see is the first of these that holds (`Board.status_of`)."""
AGENT: Mapping[AgentStatus, frozenset[AgentStatus]] = {
    # It follows from calls, wrap-up, pause, device and console, so any may follow any other.
    status: frozenset(AgentStatus) - {status}
    for status in AGENT_ORDER
}


def wrap_up_state(agent: Agent) -> WrapUpState:
    """Where this agent's wrap-up is."""
    if agent.wrap_up is not None:
        return W.TIMED if agent.wrap_up.until is not None else W.OPEN_ENDED
    if agent.armed:
        return W.ARMED
    return W.PENDING if agent.pending_wrap_up_ms else W.NONE
