"""How many calls one processor second decides: the switchboard alone, from arrival to wrap-up.

    bench/run core [--quick] [--calls N] [--profile]

Offices of 10, 200 and 1,000 agents on a virtual clock, without exchange, database and browsers, with every way of
offering; one more office of 1,000 has three queues only, of 333 agents each. The peer is a bare state machine that
does the least (`bench.bare`), in the same office, in turns. A turn is one event or click decided: where everybody is
rung a call takes more of them, as each telephone that rings and falls silent is one.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import itertools
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from bench import report
from bench.bare import BareDesk
from bench.office import WRAP_UP_MS, Desk, Office, Size, device_of
from cordboard.core.agent import Agent, Device
from cordboard.core.board import Board
from cordboard.core.commands import Command
from cordboard.core.events import Event, ExchangeRestored
from cordboard.core.queue import Queue
from cordboard.core.refusals import Refused
from cordboard.core.requests import AnswerCall
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import (
    AnswerMethod,
    CallId,
    DeviceKind,
    GroupId,
    Instant,
    LegId,
    OrganisationId,
    QueueId,
    Right,
    Strategy,
    UserId,
)

SIZES = (
    Size(agents=10, queues=3),
    Size(agents=200, queues=20),
    Size(agents=1000, queues=100),
    Size(agents=1000, queues=3, queues_each=1),
)
CALLS, CALLS_QUICK = 3000, 200
REPEATS, REPEATS_QUICK = 3, 1
GROUP = GroupId("office")
START: Instant = 1_800_000_000_000


class OurDesk:
    """Cordboard's switchboard as the office knows it."""

    def __init__(self, size: Size, strategy: Strategy) -> None:
        board = Board(organisation=OrganisationId("office"))
        for number in range(size.queues):
            queue = Queue(
                id=QueueId(f"q{number}"), name=f"Queue {number}", strategy=strategy, wrap_up_ms=WRAP_UP_MS,
                groups=frozenset({GROUP}),
            )  # fmt: skip
            queue.numbers.begin(START)
            board.queues[queue.id] = queue
        for number in range(size.agents):
            _furnish(board, UserId(f"a{number}"), size.signed_in(number))
        legs = itertools.count(1)
        self._desk = Switchboard(board, lambda: LegId(f"line-{next(legs)}"))
        self._desk.handle(ExchangeRestored(fresh=True, legs={}, registered=frozenset(board.devices)), START)

    def handle(self, event: Event, now: Instant) -> Sequence[Command]:
        """Take a fact."""
        return self._desk.handle(event, now).commands

    def answer(self, agent: UserId, call: CallId, now: Instant) -> Sequence[Command]:
        """The agent clicks."""
        try:
            return self._desk.ask(AnswerCall(agent=agent, call=call), now).commands
        except Refused:
            return ()

    def deadline(self) -> Instant | None:
        """When something happens by itself."""
        return self._desk.next_deadline()

    def wake(self, now: Instant) -> Sequence[Command]:
        """It is that late now."""
        return self._desk.handle_deadline(now).commands


def _furnish(board: Board, user: UserId, queues: Sequence[QueueId]) -> None:
    device = Device(
        id=device_of(user), name=user, kind=DeviceKind.WEB, answer_method=AnswerMethod.WEB, used_by=user
    )
    agent = Agent(
        id=user, name=user, groups=frozenset({GROUP}), rights=frozenset(Right), group=GROUP, device=device.id,
        signed_in=set(queues), console=True, idle_since=START, status_since=START,
    )  # fmt: skip
    board.devices[device.id], board.agents[user] = device, agent
    for queue in queues:
        board.queues[queue].signed_in.add(user)


def play(size: Size, desk: Callable[[], Desk], calls: int) -> tuple[float, float]:
    """Calls per second of processor time, everything in it, and turns for each call."""
    office = Office(size, desk(), calls=calls, seed=calls)
    gc.collect()
    began = time.process_time()
    office.play()
    return calls / (time.process_time() - began), office.turns / calls


def measure(calls: int, repeats: int) -> list[dict[str, object]]:
    """Every office, ours and the peer in turns; the median of the repeats."""
    rows: list[dict[str, object]] = []
    for size in SIZES:
        ours: dict[Strategy, list[float]] = {
            strategy: [] for strategy in Strategy if _bearable(size, strategy)
        }
        turns: dict[Strategy, float] = {}
        peer: list[float] = []
        for _ in range(repeats):
            peer.append(play(size, lambda size=size: BareDesk(size, START), calls)[0])  # type: ignore[misc]
            for strategy, speeds in ours.items():
                speed, turns[strategy] = play(size, lambda s=size, o=strategy: OurDesk(s, o), calls)  # type: ignore[misc]
                speeds.append(speed)
        for strategy, speeds in ours.items():
            rows.append(
                {
                    "agents": size.agents,
                    "queues": size.queues,
                    "strategy": strategy.value,
                    "ours_calls_per_cpu_s": round(statistics.median(speeds)),
                    "peer_calls_per_cpu_s": round(statistics.median(peer)),
                    "ours_us_per_call": round(1e6 / statistics.median(speeds), 1),
                    "peer_us_per_call": round(1e6 / statistics.median(peer), 1),
                    "turns_per_call": round(turns[strategy], 1),
                    "ours_us_per_turn": round(1e6 / statistics.median(speeds) / turns[strategy], 1),
                    "ratio": round(statistics.median(peer) / statistics.median(speeds), 1),
                }
            )
    return rows


def _bearable(size: Size, strategy: Strategy) -> bool:
    """Ringing a hundred telephones for each call is measured nowhere: nobody would want to sit there."""
    return strategy is not Strategy.RING_ALL or size.agents * size.queues_each / size.queues < 100


def profile(calls: int, strategy: Strategy) -> None:
    """Where the time goes in the middle office."""
    office = Office(SIZES[1], OurDesk(SIZES[1], strategy), calls=calls, seed=calls)
    profiler = cProfile.Profile()
    profiler.runcall(office.play)
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(25)


def main() -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(prog="bench/run core", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{CALLS_QUICK} calls in each office, once")
    parser.add_argument("--calls", type=int)
    ways = [strategy.value for strategy in Strategy]
    parser.add_argument(
        "--profile", choices=ways, nargs="?", const="longest_idle", help="only where the time goes"
    )
    words = parser.parse_args()
    calls = words.calls or (CALLS_QUICK if words.quick else CALLS)
    if words.profile is not None:
        profile(calls, Strategy(words.profile))
        return 0
    facts = report.machine()
    rows = measure(calls, REPEATS_QUICK if words.quick else REPEATS)
    report.table([name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows])
    # The demo's and the manual's own way of offering, in the middle office, stands for all in one number.
    middle = next(row for row in rows if row["agents"] == 200 and row["strategy"] == Strategy.RING_ALL.value)
    report.finish(
        name="core",
        n=calls,
        dropped=0,
        ours_calls_per_cpu_s=middle["ours_calls_per_cpu_s"],
        peer_calls_per_cpu_s=middle["peer_calls_per_cpu_s"],
        ours_p50_ms=None,
        ours_p99_ms=None,
        peer_p50_ms=None,
        ratio=middle["ratio"],
        offices=rows,
        machine=facts,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
