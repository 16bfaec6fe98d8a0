"""The benches run to their end and say what they found in a form that a program can read.

Short: what is measured here is not to be believed, only that measuring works. `bench/run NAME` is for figures.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bench import report
from bench.bare import BareDesk
from bench.core import START, OurDesk
from bench.office import Office, Size
from cordboard.core.types import Strategy

PATIENCE_S = 110
FACTS = {"cores", "cpu", "memory_mb", "kernel", "python", "load_at_start", "at", "commit"}


async def bench(*words: str) -> dict[str, Any]:
    """Run one; gives its last line."""
    process = await asyncio.create_subprocess_exec(
        report.ROOT / "bench" / "run", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=report.ROOT,
    )  # fmt: skip
    try:
        output, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    lines = output.decode().splitlines()
    assert len(lines) > 3, "a table comes before the last line"
    result: dict[str, Any] = json.loads(lines[-1])
    assert set(result["machine"]) >= FACTS
    assert result["dropped"] == 0
    return result


async def test_bench_core_ends_with_its_figures() -> None:
    """Offices of 10, 200 and 1,000 agents and every way of offering, each beside the bare state machine."""
    result = await bench("core", "--calls", "40")

    assert (result["name"], result["n"]) == ("core", 40)
    offices = {(row["agents"], row["strategy"]) for row in result["offices"]}
    assert offices >= {(size, strategy.value) for size in (10, 200, 1_000) for strategy in Strategy}
    assert all(row["ours_calls_per_cpu_s"] > 0 and row["ratio"] > 0 for row in result["offices"])


@pytest.mark.exchange
async def test_bench_rest_cost_ends_with_its_figures() -> None:
    """Each process of the product with its memory and its share of a processor."""
    result = await bench("rest-cost", "--quick", "--seconds", "2")

    assert result["name"] == "rest-cost"
    assert {"parent", "server", "exchange (Asterisk)"} <= set(result["processes"])
    assert all(cost["pss_mb"] > 1 for cost in result["processes"].values())


@pytest.mark.exchange
@pytest.mark.browser
async def test_bench_card_latency_ends_with_its_figures() -> None:
    """Calls through everything, with the exchange alone and the screen's clock beside them."""
    result = await bench("card-latency", "--calls", "3", "--consoles", "5", "--pictures", "0")

    assert (result["name"], result["n"]) == ("card-latency", 3)
    assert result["peer_p50_ms"] > 0
    assert result["ours_p50_ms"] <= result["ours_p99_ms"]


async def test_an_unknown_bench_is_told_which_there_are() -> None:
    """A wrong name starts nothing."""
    process = await asyncio.create_subprocess_exec(
        report.ROOT / "bench" / "run", "nonsense", stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert b"card-latency" in errors


@pytest.mark.parametrize("strategy", Strategy)
def test_in_the_office_both_desks_help_every_caller(strategy: Strategy) -> None:
    """The bench compares like with like: ours and the bare one finish the same calls."""
    size = Size(agents=6, queues=3)
    ours = Office(size, OurDesk(size, strategy), calls=60, seed=7)
    bare = Office(size, BareDesk(size, START), calls=60, seed=7)

    ours.play()
    bare.play()

    assert ours.done == bare.done == 60


def test_percentiles_are_values_that_were_measured() -> None:
    """Nearest rank: no value is made up between two samples."""
    values = [float(n) for n in range(1, 101)]

    assert [report.percentile(values, rank) for rank in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert report.percentile([7.0], 99) == 7.0
    with pytest.raises(ValueError, match="no samples"):
        report.percentile([], 50)
