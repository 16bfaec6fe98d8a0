"""What Prometheus is told: gauges and counters of one server, in its text form.

Names follow Prometheus's own advice: a prefix, base units, `_total` for what only grows. No number or name of a
person is a label; queues and organisations are named by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """One process, as the kernel counts it."""

    resident_bytes: int
    threads: int
    open_files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFigures:
    """Asterisk's task processors, which its threads empty: a long one is work that it does not get done (F19)."""

    processors: int
    queued: int
    """Waiting in all of them."""
    queued_max: int
    """Waiting in the longest."""
    over_high_water: int
    """Processors that are past their own limit; Asterisk then takes no new calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is told, as it is now."""

    version: str
    exchange_up: bool
    database_ok: bool
    consoles: int
    turns: int
    """Decisions since the start."""
    loop_lag_s: float
    """How late the event loop was last: what everything here has to wait for."""
    records_waiting: int
    """Not in the database yet."""
    records_dropped: int
    """Gaps in the history since the start."""
    commands_waiting: int
    """Sent to the exchange and not answered yet."""
    reconciled: int
    """How often the board was compared with the exchange since the start."""
    disk_free_bytes: int
    calls: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Organisation and state -> calls."""
    waiting: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Organisation and queue -> callers who wait."""
    agents: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Organisation and status -> people."""
    alarms: Mapping[str, int] = field(default_factory=dict)
    """Code -> how many are raised now."""
    processes: Mapping[str, ProcessFigures] = field(default_factory=dict)
    """server, exchange -> its figures; without the exchange where it runs on another machine."""
    tasks: TaskFigures | None = None
    """None: the exchange did not say."""


class _Figures:
    """A collector for one answer."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Every family, each with its help."""
        yield from _plain(self._figures)
        yield from _by_labels(self._figures)
        if self._figures.tasks is not None:
            yield from _tasks(self._figures.tasks)


def as_text(figures: Figures) -> bytes:
    """In Prometheus's text form."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures))
    return generate_latest(registry)


def _plain(figures: Figures) -> Iterator[Metric]:
    info = GaugeMetricFamily("cordboard_info", "1; the version is a label", labels=["version"])
    info.add_metric([figures.version], 1)
    yield info
    for name, text, value in (
        ("exchange_up", "1 while the exchange is connected and known", float(figures.exchange_up)),
        ("database_up", "1 while the database takes records", float(figures.database_ok)),
        ("consoles", "Consoles that are connected", figures.consoles),
        ("loop_lag_seconds", "How late the event loop was last", figures.loop_lag_s),
        ("records_waiting", "Records that are not in the database yet", figures.records_waiting),
        (
            "exchange_commands_waiting",
            "Commands that the exchange has not answered",
            figures.commands_waiting,
        ),
        ("disk_free_bytes", "Room on the disk of the data folder", figures.disk_free_bytes),
    ):
        yield GaugeMetricFamily(f"cordboard_{name}", text, value=value)
    for name, text, value in (
        ("turns", "Decisions since the start", figures.turns),
        ("records_dropped", "Records that could not be kept: gaps in the history", figures.records_dropped),
        ("reconciled", "Comparisons of the board with the exchange", figures.reconciled),
    ):
        yield CounterMetricFamily(f"cordboard_{name}", text, value=value)


def _by_labels(figures: Figures) -> Iterator[Metric]:
    for name, text, label, counted in (
        ("calls", "Calls that have not ended", "state", figures.calls),
        ("waiting", "Callers who wait in a queue", "queue", figures.waiting),
        ("agents", "People, by what they do", "status", figures.agents),
    ):
        family = GaugeMetricFamily(f"cordboard_{name}", text, labels=["organisation", label])
        for labels, number in sorted(counted.items()):
            family.add_metric(list(labels), number)
        yield family
    alarms = GaugeMetricFamily("cordboard_alarms", "Alarms that are raised now", labels=["code"])
    for code, number in sorted(figures.alarms.items()):
        alarms.add_metric([code], number)
    yield alarms
    held: tuple[tuple[str, str, Callable[[ProcessFigures], int]], ...] = (
        ("resident_memory_bytes", "Memory that a process holds", lambda its: its.resident_bytes),
        ("threads", "Threads of a process", lambda its: its.threads),
        ("open_files", "Open file descriptors of a process", lambda its: its.open_files),
    )
    for name, text, read in held:
        family = GaugeMetricFamily(f"cordboard_{name}", text, labels=["process"])
        for process, its in sorted(figures.processes.items()):
            family.add_metric([process], read(its))
        yield family


def _tasks(tasks: TaskFigures) -> Iterator[Metric]:
    for name, text, value in (
        ("task_processors", "Asterisk's task processors", tasks.processors),
        ("tasks_waiting", "Tasks that wait in all of them", tasks.queued),
        ("tasks_waiting_max", "Tasks that wait in the longest", tasks.queued_max),
        ("task_processors_over_limit", "Task processors past their own limit", tasks.over_high_water),
    ):
        yield GaugeMetricFamily(f"cordboard_exchange_{name}", text, value=value)
