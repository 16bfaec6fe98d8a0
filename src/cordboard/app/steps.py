"""One log line for each step of a call that the core wants remembered; who and what, never a number or a name."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cordboard.core.records import (
    CallBackRow,
    CallClosed,
    CallMoved,
    CallOpened,
    MessageLeft,
    Noted,
    Record,
    TransferMoved,
    Why,
)
from cordboard.core.types import OrganisationId

log = logging.getLogger(__name__)

_NOT_SAID = frozenset(
    {
        Why.SKIPPED_BUSY,
        Why.SKIPPED_WRAP_UP,
        Why.SKIPPED_PAUSED,
        Why.SKIPPED_AWAY,
        Why.SKIPPED_NO_DEVICE,
    }
)
"""One for each agent who does not ring: they stand in the call's own log, which the console shows."""


def say_steps(organisation: OrganisationId, records: Sequence[Record]) -> None:
    """Those of these records that are steps of a call."""
    if not log.isEnabledFor(logging.INFO):
        return
    for record in records:
        step = _step(record)
        if step is not None:
            text, values = step
            log.info(text, extra={"organisation": organisation, **values})


def _step(record: Record) -> tuple[str, dict[str, object]] | None:
    """What is said, and with what; None: nothing."""
    match record:
        case CallOpened():
            return "a call began", {
                "call": record.call,
                "leg": record.leg,
                "direction": record.direction.value,
                "queue": record.queue,
                "agent": record.agent or record.to,
            }
        case CallMoved():
            return "a call moved", {
                "call": record.call,
                "state": record.state.value,
                "queue": record.queue,
                "agent": record.agent,
            }
        case Noted() if record.why not in _NOT_SAID:
            return "a call's log", {"call": record.call, "why": record.why.value, "agent": record.agent}
        case TransferMoved():
            return "a transfer moved", {
                "call": record.call,
                "state": record.state,
                "kind": record.kind.value,
                "agent": record.initiator,
                "recipient": record.recipient,
                "reason": record.reason,
            }
        case MessageLeft():
            return "a message was left", {"call": record.call, "recording": record.name}
        case CallBackRow() if record.call is not None:
            return "a call back moved", {
                "call": record.call,
                "call_back": record.id,
                "state": record.status.value,
            }
        case CallClosed():
            return "a call ended", {"call": record.call, "by": record.ended_by.value, "agent": record.agent}
        case _:
            return None
