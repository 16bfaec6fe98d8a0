"""What an organisation says to callers in its own words: a greeting, what a number or a way out says (D21, D25)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRow:
    """One of them; the sound itself is a file (`wiring.voices`)."""

    id: str
    name: str
    language: str
    """Of the voice that speaks the text."""
    text: str = ""
    """What is said, by our voice unless there is a recording of it; empty: there is only a recording."""
    numbers: frozenset[str] = frozenset()
    """Our numbers at which it is heard, whereupon the call ends; E.164 without plus or as dialled."""
