"""Cells of files that a spreadsheet opens: it must not work out what somebody wrote into a name (CWE-1236)."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for something to work out, were it the beginning of a cell."""


def harmless(text: str) -> str:
    """As it is written: text to a spreadsheet, and the same again for `plain`."""
    return f"'{text}" if text.startswith(_FORMULA) or _is_escaped(text) else text


def plain(cell: str) -> str:
    """What was meant; an apostrophe that belongs to the name, as in `'s-Gravenhage`, stays."""
    return cell[1:] if _is_escaped(cell) else cell


def _is_escaped(text: str) -> bool:
    return text.startswith("'") and text[1:].startswith((*_FORMULA, "'"))
