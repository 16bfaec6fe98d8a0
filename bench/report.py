"""What every bench says at its end: a table for people, then one line of JSON for programs."""

from __future__ import annotations

import json
import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOUND_FROM = {99: 1000, 95: 200}
"""From so many samples on a percentile can be relied on; from fewer it is an outlier's value."""


def percentile(values: Sequence[float], rank: float) -> float:
    """The value below which `rank` percent of the samples lie (nearest rank).

    Raises:
        ValueError: there are no samples.
    """
    if not values:
        raise ValueError("no samples")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * rank / 100) - 1)]


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float | int]:
    """Count, median, 95th and 99th percentile, smallest and largest."""
    return {
        "n": len(values),
        "p50": round(percentile(values, 50), digits),
        "p95": round(percentile(values, 95), digits),
        "p99": round(percentile(values, 99), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print it, first column to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for number, row in enumerate(cells):
        first, *others = (
            cell.ljust(w) if not i else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)).rstrip())
        if not number:
            print("  ".join("-" * width for width in widths))


def spread_table(rows: Mapping[str, Sequence[float]], unit: str = "ms") -> None:
    """One row for each thing that was measured."""
    table(
        (unit, "n", "p50", "p95", "p99", "min", "max"),
        [(name, *spread(values).values()) for name, values in rows.items() if values],
    )


def machine(**versions: str | None) -> dict[str, object]:
    """What the figures were measured on, with the load that was there at the start."""
    return {
        "cores": os.cpu_count(),
        "cpu": _processor(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_at_start": [round(load, 2) for load in os.getloadavg()],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        **{name: version for name, version in versions.items() if version is not None},
    }


def package(name: str) -> str | None:
    """The version of an installed package; None when it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def finish(**result: object) -> None:
    """Print the last line."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """What is going on, for whoever waits."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
