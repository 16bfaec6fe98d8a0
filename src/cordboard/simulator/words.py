"""The words and codes that Asterisk 22 puts into its messages, as seen on the wire of 22.10.1."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

JsonObject = dict[str, object]


class ChannelState(Enum):
    """Where a channel is in its life, by Asterisk's own names.

    ::

        called by us:   Down -> Ringing -> Up
        calling us:     Ring -> Up
    """

    DOWN = "Down"
    RING = "Ring"
    RINGING = "Ringing"
    UP = "Up"


class BridgeKind(Enum):
    """What a bridge does with its channels."""

    HOLDING = "holding"
    """Each of them hears the music, and none hears another."""
    MIXING = "mixing"
    """All hear each other; keys pressed do not reach the application."""
    MIXING_DTMF = "mixing,dtmf_events"
    """All hear each other, and keys pressed are reported."""


NORMAL_CLEARING = 16
USER_BUSY = 17
NO_ANSWER = 19
CALL_REJECTED = 21
ANSWERED_ELSEWHERE = 26
SOFT_HANGUP = 32
"""What ChannelHangupRequest says when the application asked for it; the true cause comes with the end."""
CHANNEL_UNAVAILABLE = 44
"""No sound came for longer than the endpoint's rtp_timeout."""
INTERWORKING = 127
"""A caller who gives up before the answer (SIP 487)."""

CAUSE_TEXTS = {
    1: "Unallocated (unassigned) number",
    16: "Normal Clearing",
    17: "User busy",
    18: "No user responding",
    19: "User alerting, no answer",
    21: "Call Rejected",
    26: "Answered elsewhere",
    27: "Destination out of order",
    34: "Circuit/channel congestion",
    38: "Network out of order",
    44: "Requested channel not available",
    127: "Interworking, unspecified",
}
"""Q.850 cause -> what Asterisk calls it; any other is "Unknown"."""

REASONS = {
    "normal": 16,
    "busy": 17,
    "congestion": 34,
    "no_answer": 19,
    "timeout": 102,
    "rejected": 21,
    "unallocated": 1,
    "normal_unspecified": 31,
    "number_incomplete": 28,
    "codec_mismatch": 58,
    "interworking": 127,
    "failure": 38,
    "answered_elsewhere": 26,
}
"""The `reason` of DELETE channels/{id} -> Q.850 cause."""

_SIP_CAUSES = {404: 1, 408: 18, 480: 19, 486: 17, 500: 38, 503: 34, 600: 17, 603: 21, 604: 1, 487: 127}

_REFUSALS = {1: 404, 17: 486, 19: 480, 21: 403, 27: 502, 28: 484, 34: 503, 38: 500, 58: 488, 102: 504}


def refusal_of(cause: int) -> int:
    """The SIP status that an unanswered caller gets for a cause; 603 for those without one of their own."""
    return _REFUSALS.get(cause, 603)


def cause_of(sip_status: int) -> int:
    """The Q.850 cause that Asterisk makes of a phone's refusal; 127 for those it does not know."""
    return _SIP_CAUSES.get(sip_status, INTERWORKING)


def cause_text(cause: int) -> str:
    """The words beside a cause."""
    return CAUSE_TEXTS.get(cause, "Unknown")


def ari_time(instant_ms: int) -> str:
    """An instant as ARI writes it: `2026-01-05T08:00:00.000+0000`."""
    return f"{_second(instant_ms // 1000)}.{instant_ms % 1000:03d}+0000"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"
