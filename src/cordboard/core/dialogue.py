"""Where a caller is who asks by keys to be called back (3.6-t, D14); what is done at each step stands in `asking`.

Nothing of it is kept: after a restart the caller is in the queue as before, with the music.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.core.commands import Sentence
from cordboard.core.types import Instant, QueueId


class DialogueStep(Enum):
    """What the caller is asked. The moves are in `transitions`."""

    OFFERED = "offered"
    """As a way out: whether to be called back at all."""
    CONFIRMING = "confirming"
    """Whether the number that was read back is right."""
    TYPING = "typing"
    """For another number."""
    CHOOSING = "choosing"
    """Whether to be called at the own turn, or at a moment."""
    TIMING = "timing"
    """For the moment."""
    AGREEING = "agreeing"
    """Whether the moment that was read back is right."""
    PROMISED = "promised"
    """Nothing more: it is kept, the caller hears when, and the call ends."""
    OVER = "over"
    """Back among those who wait, on to the next way out, or taken by an agent; never kept."""


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """One caller's asking."""

    step: DialogueStep
    queue: QueueId
    """For which queue."""
    until: Instant
    """What counts as silence when no key came by then."""
    way_out: str | None = None
    """Why the caller is led out; None: the caller waits, keeps the place and can be taken at any moment."""
    leaves_message: bool = False
    """As a way out: who declines may leave a message; False: hears a goodbye."""
    number: str | None = None
    """To be called; E.164 digits. None: not known yet."""
    typed: str = ""
    """So far, of a number or of a time."""
    at: Instant | None = None
    """The moment that was chosen; None: the caller's own turn."""
    tries: int = 0
    """How often an answer was of no use."""
    because: tuple[Sentence, ...] = ()
    """As a way out: why the last number was refused, which is said before what comes instead."""
    due_at: Instant = 0
    """When the call back is planned; 0: nothing was promised yet."""
    told: bool = False
    """The promise is being said."""
