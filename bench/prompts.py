"""What callers hear of us beside what was recorded: every sentence and number, in both languages.

    bench/run prompts [--quick] [--callers N] [--seed N]

Callers side by side listen to all recordings on the real exchange, each to its share, half of them in A-law and half
in µ-law. What arrived is compared with its source: as long to within a tenth of a second, and the same sound
(normalised correlation of at least 0.9 at the best lag, the source put through the same codec). A recording that
differs is named, and the command ends with 1. `--quick` plays a tenth, drawn by the seed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import report
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.prompts import PROMPTS
from tests.support.exchange import running_exchange
from tests.support.g711 import Codec
from tests.support.listening import TRUNK, Heard, Listeners, shares
from tests.support.recordings import LENGTH_MS_MAX, Verdict, judge
from tests.support.tone import PHONE_RATE, read_wav

CALLERS = 32
"""All recordings together last seven and a half minutes; so many listen for a quarter of one."""
QUICK_SHARE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One recording."""

    name: str
    codec: Codec
    verdict: Verdict

    @property
    def kind(self) -> str:
        """Its row in the table."""
        language, _, name = self.name.partition("/")
        return f"{language}, {'numbers' if name.startswith('number/') else 'sentences'}"


def recordings() -> dict[str, array[int]]:
    """Every recording of ours, by its name as in `nl/closed`."""
    folder = default_sounds() / "cordboard"
    names = [f"{language}/{name}" for language, texts in PROMPTS.items() for name in texts]
    return {name: read_wav(folder / f"{name}.wav")[0] for name in names}


async def listen(sources: dict[str, array[int]], callers: int) -> dict[str, Heard]:
    """Have them played on an exchange of their own; gives what was heard of each."""
    parts = shares({name: len(samples) for name, samples in sources.items()}, callers)
    with tempfile.TemporaryDirectory(prefix="cb-", dir="/tmp") as folder:
        async with running_exchange(Path(folder), trunks=(TRUNK,)) as exchange:
            return await Listeners(exchange).listen(parts)


def compare(sources: dict[str, array[int]], heard: dict[str, Heard]) -> list[Compared]:
    """Each recording with its verdict; one that nobody heard has no sound in common with its source."""
    return [
        Compared(name=name, codec=one.codec, verdict=judge(source, one.samples, one.codec))
        for name, source in sources.items()
        for one in [heard.get(name, Heard(samples=array("h"), codec=Codec.PCMA))]
    ]


def show(found: Sequence[Compared]) -> None:
    """A row for each language, and the recordings that differ."""
    rows = []
    for kind in dict.fromkeys(one.kind for one in found):
        of_kind = [one.verdict for one in found if one.kind == kind]
        longest = max(of_kind, key=lambda verdict: abs(verdict.difference_ms))
        least = min(verdict.alike for verdict in of_kind)
        seconds = sum(verdict.source_ms for verdict in of_kind) / 1000
        rows.append((kind, len(of_kind), f"{seconds:.1f}", f"{longest.difference_ms:+.1f}", f"{least:.4f}"))
    report.table(("recordings", "n", "seconds", "largest difference ms", "least alike"), rows)
    for one in found:
        if not one.verdict.holds:
            report.say(f"{one.name}: {one.verdict}")


def main(words: Sequence[str] | None = None) -> int:
    """Listen; 1 when a recording is not heard as it is."""
    parser = argparse.ArgumentParser(
        prog="bench/run prompts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of them")
    parser.add_argument("--callers", type=int, default=CALLERS, help="how many listen at once")
    parser.add_argument("--seed", type=int, help="of --quick; drawn and shown when left out")
    asked = parser.parse_args(words)
    seed = asked.seed if asked.seed is not None else secrets.randbelow(1_000_000)
    machine, sources = report.machine(), recordings()
    if asked.quick:
        drawn = random.Random(seed).sample(sorted(sources), len(sources) // QUICK_SHARE)
        sources = {name: sources[name] for name in sorted(drawn)}
    began = time.monotonic()
    found = compare(sources, asyncio.run(listen(sources, asked.callers)))
    took = time.monotonic() - began
    show(found)
    verdicts = [one.verdict for one in found]
    report.finish(
        name="prompts",
        n=len(found),
        dropped=0,
        seed=seed if asked.quick else None,
        callers=asked.callers,
        seconds_of_sound=round(sum(map(len, sources.values())) / PHONE_RATE, 1),
        took_s=round(took, 1),
        codecs=sorted({one.codec.name for one in found}),
        length_ms_max=LENGTH_MS_MAX,
        largest_difference_ms=max(abs(verdict.difference_ms) for verdict in verdicts),
        alike=report.spread([verdict.alike for verdict in verdicts], digits=4),
        differ={one.name: str(one.verdict) for one in found if not one.verdict.holds},
        machine=machine,
    )
    return 0 if all(verdict.holds for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
