"""Write Asterisk's configuration syntax without letting a value break out of its line."""

from __future__ import annotations

from collections.abc import Iterable

from cordboard.asterisk.settings import SettingsWrong

Options = Iterable[tuple[str, object]]


def section(name: str, options: Options, *, suffix: str = "") -> str:
    """One `[name]` with its options; an option whose value is None is left out."""
    lines = [f"[{name}]{suffix}"]
    lines += [f"{key}={value_text(key, value)}" for key, value in options if value is not None]
    return "\n".join(lines) + "\n"


def value_text(key: str, value: object) -> str:
    """The value as Asterisk reads it.

    Raises:
        SettingsWrong: it holds a line break or another control character.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise SettingsWrong(f"The value of {key} holds a line break or a control character.")
    # An unescaped semicolon begins a comment: half a password would be read.
    return text.replace(";", "\\;")
