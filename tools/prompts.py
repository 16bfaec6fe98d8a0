"""Writes the tables of docs/prompts.md from the texts of the code: `python -m tools.prompts` (a test compares)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cordboard.asterisk.prompts import PROMPTS
from cordboard.asterisk.sentences import STUDIO_TEXTS, TEXTS, number_texts, pieces
from cordboard.core.commands import Phrase, Sentence

PAGE = Path(__file__).parent.parent / "docs" / "prompts.md"

EXAMPLES = (
    *((Sentence.POSITION, number) for number in (1, 2, 21, 121)),
    *((Sentence.EXPECTED_WAIT, number) for number in (0, 1, 3, 100)),
    *((Sentence.CALL_BACK_WHEN, number) for number in (1, 12)),
    (Sentence.CALL_BACK_WHEN_HOURS, 3),
    (Sentence.CALL_BACK_WHEN_DAYS, 4),
    (Sentence.CALL_BACK_AT, 14 * 60 + 30),
    (Sentence.CALL_BACK_TOMORROW, 9 * 60),
)
"""Numbers that take a sentence different ways."""

WITH_DIGITS = (
    (Sentence.CALL_BACK_OFFER, "1"),
    (Sentence.CALL_BACK_INSTEAD, "1"),
    (Sentence.CALL_BACK_NUMBER, "0612345678"),
)

HEAD = "## Sentences\n"
"""Where the tables begin; what stands above it is written by hand."""


def tables() -> str:
    """The page from its tables on."""
    parts = [HEAD, *_table("name", {f"`{name}`": ([name], [name]) for name in TEXTS["nl"]})]
    parts += ["\n## Sentences with a number\n", "Examples; `|` is where one file ends and the next begins.\n"]
    parts += _table(
        "sentence, number",
        {
            f"`{sentence.value}`, {number}": (
                _pieces(sentence, number, "nl"),
                _pieces(sentence, number, "en"),
            )
            for sentence, number in EXAMPLES
        },
    )
    parts += ["\n## Sentences with digits\n", "A key, or a telephone number, digit by digit.\n"]
    parts += _table(
        "sentence, digits",
        {
            f"`{sentence.value}`, {digits}": (
                pieces(Phrase(sentence=sentence, digits=digits), "nl"),
                pieces(Phrase(sentence=sentence, digits=digits), "en"),
            )
            for sentence, digits in WITH_DIGITS
        },
    )
    names = dict.fromkeys([*number_texts("nl"), *number_texts("en")])
    parts += ["\n## Numbers\n", *_table("name", {f"`{name}`": ([name], [name]) for name in names})]
    parts += [
        "\n## Recording on a telephone\n",
        "What an administrator hears; never a recording of your own.\n",
    ]
    parts += [*_table("name", {f"`{name}`": ([name], [name]) for name in STUDIO_TEXTS["nl"]}), ""]
    return "\n".join(parts)


def page() -> str:
    """The whole page, with its first part as it is."""
    return PAGE.read_text().split(HEAD)[0] + tables()


def _pieces(sentence: Sentence, number: int, language: str) -> list[str]:
    return pieces(Phrase(sentence=sentence, number=number), language)


def _table(first: str, rows: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> list[str]:
    """What is in the first column -> the names of the Dutch and of the English recordings, shown by their texts."""
    return [
        f"| {first} | Nederlands | English |",
        "| --- | --- | --- |",
        *(
            f"| {title} | {_texts(dutch, 'nl')} | {_texts(english, 'en')} |"
            for title, (dutch, english) in rows.items()
        ),
    ]


def _texts(names: Sequence[str], language: str) -> str:
    return r" \| ".join(PROMPTS[language].get(name, "–") for name in names)


def main() -> int:
    """Write it."""
    PAGE.write_text(page())
    print(f"prompts: wrote {PAGE.relative_to(PAGE.parent.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
