"""Statement × test: which statement of docs/behaviour.md is proven by which test of the last full run.

    tools/rules              every id, with the tests that carry it
    tools/rules --missing    the ids without a proof, one a line, and how many on the last line
    tools/rules --sample 5   five random ids with their words and their tests' words, for a reader to judge

An id is proven when a test that carries it, and says in its docstring what it checks, passed in the last full
`make test`. A failed, skipped or unrun test proves nothing.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

from tools import proofs
from tools.proofs import Proof


def order(statement: str) -> tuple[bool, list[int], str]:
    """Sort key: chapters as in the manual, then the implied ones (X), then decisions by number."""
    numbers = [int(each) for each in re.findall(r"[0-9]+", statement)]
    return statement.startswith("D"), numbers or [99], statement


def table(known: dict[str, str], tests: Sequence[Proof]) -> dict[str, list[Proof]]:
    """Every known id with the tests that carry it, whether they count or not."""
    return {each: [test for test in tests if each in test.ids] for each in sorted(known, key=order)}


def verdict(test: Proof) -> str:
    """Why a test does or does not count, in one word or two."""
    if "failed" in test.outcomes:
        return "failed"
    if "passed" not in test.outcomes:
        return "skipped"
    return "passed" if test.says else "says nothing"


def missing(rows: dict[str, list[Proof]]) -> list[str]:
    """The ids that no test proves."""
    return [each for each, tests in rows.items() if not any(test.counts for test in tests)]


def show_table(rows: dict[str, list[Proof]]) -> None:
    """Print every id with its tests; a test that does not count says why."""
    for each, tests in rows.items():
        print(f"{each:<9}{'' if tests else '-'}", end="")
        for place, test in enumerate(tests):
            print(f"{' ' * 9 if place else ''}{test.test}{'' if test.counts else f'  ({verdict(test)})'}")
        if not tests:
            print()


def show_sample(rows: dict[str, list[Proof]], known: dict[str, str], ids: Sequence[str]) -> None:
    """Print ids with what they say beside what their tests say they check."""
    for each in ids:
        print(textwrap.fill(f"{each}  {known[each]}", 108, subsequent_indent=" " * 4))
        for test in rows[each]:
            print(f"    {test.test}  ({verdict(test)})")
            print(textwrap.indent(textwrap.fill(test.says or "(no docstring)", 100), " " * 8))
        if not rows[each]:
            print("    no test carries it")
        print()


def main(words: Sequence[str] | None = None, record: Path = proofs.RECORD) -> int:
    """Print what was asked; exit code 1 when there is no full run to speak of."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--missing", action="store_true", help="ids without a proof, and their count")
    asked.add_argument("--sample", type=int, metavar="N", help="random ids with their tests, to judge")
    parser.add_argument("--seed", type=int, help="the same sample again")
    chosen = parser.parse_args(words)
    known = proofs.known_ids()
    content = proofs.read(record)
    rows = table(known, proofs.proofs(content))
    if chosen.missing:
        gaps = missing(rows)
        print(*gaps, len(gaps), sep="\n")
    elif chosen.sample is not None:
        pick = random.Random(chosen.seed).sample(list(rows), min(chosen.sample, len(rows)))
        show_sample(rows, known, sorted(pick, key=order))
    else:
        show_table(rows)
        print(f"{len(rows) - len(missing(rows))} of {len(rows)} ids proven")
    if not content.get("closed"):
        print("rules: there is no finished full run: `make test` makes one", file=sys.stderr)
        return 1
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(content["begun_at"] / 1000))
    print(f"rules: by the full run of {when} on {content['commit'] or 'no commit'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
