"""The console's texts as they stand in its catalogues, for pages of which the manual says nothing. ::

words = Catalogue("nl")
words("Save")                                 # "Opslaan"
words("{name} has been deleted.", "Zorg")     # "Zorg is verwijderd."

What the manual does name, a test looks for in words of its own: `tests/e2e/words.py`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Literal

CATALOGUES = Path(__file__).resolve().parents[2] / "console" / "src" / "text" / "catalogues"
ENTRY = re.compile(
    r'^(?:msgctxt (?P<context>".*")\n)?msgid (?P<id>".+")\nmsgstr (?P<text>".*")$', re.MULTILINE
)


class Catalogue:
    """One language's texts by their English ones."""

    def __init__(self, language: Literal["nl", "en"]) -> None:
        self.language = language
        page = (CATALOGUES / f"{language}.po").read_text(encoding="utf-8")
        self._texts: dict[tuple[str, str], str] = {
            (ast.literal_eval(entry["context"] or '""'), ast.literal_eval(entry["id"])): ast.literal_eval(
                entry["text"]
            )
            for entry in ENTRY.finditer(page)
        }

    def __call__(self, text: str, *values: str, context: str = "") -> str:
        """A text in this language; values take the places in it, from left to right in the English one.

        Raises:
            KeyError: the console has no such text any more.
        """
        said = self._texts[context, text]
        for place, value in zip(re.findall(r"\{\w+\}", text), values, strict=True):
            said = said.replace(place, value)
        return said

    def field(self, title: str, sentence: str, name: str) -> str:
        """How a setting of the administration is called for who listens: its title, and the words before its place.

        As `label` in `features/administration/Editor.tsx` makes it.
        """
        before = re.sub(r"\[[a-z_.]+\]", "…", self(sentence).split(f"[{name}]")[0])
        return f"{self(title)}: {re.split('[.;]', before)[-1].strip()}".removesuffix(": ")
