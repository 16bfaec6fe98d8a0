"""Adds up what became of every caller, by the callers' own logs, and holds the history in the database against it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, make_url, text

from tools.faults.callers import Fate, Visit

ALONE_S_MAX = 15.0
"""A caller who was up and heard nothing at all for so long counts as left alone, hence lost; an exchange that is
stopped for eight seconds is silent that long."""
UNHEARD_MS = 1_500
"""A talk may be so short that its caller, who listens five times a second, does not hear of it."""
RANG_S = 20.0
"""Who heard it ring for so long, in an exchange that may have been stopped for eight seconds, was in somebody's hands:
Cordboard's, or those of the exchange alone."""
LONG_GAP_MS = 5_000
"""A gap that is longer than the mark of a death and a start on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call as the history has it."""

    id: str
    number: str
    answered: bool
    talks: tuple[tuple[float, float], ...]
    """From when to when it was with anybody, by the segments, in seconds."""
    ended: bool
    ended_by: str | None
    led_out: bool = False
    """It, or whom it was passed on to, ended by a rule of the house."""
    segments: str = ""
    """Its stretches in order, to read: kind, whose, from when to when, and how each ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The sum."""

    fates: Counter[Fate]
    rows: int
    mistakes: tuple[str, ...]
    """Each says one thing in which the callers and the history do not agree, or who was lost."""
    in_gaps: int = 0
    """How often they do not agree, and the history says itself that it may not have everything of that time."""

    @property
    def calls_in(self) -> int:
        """Calls that reached a living exchange."""
        return self.fates.total() - self.fates[Fate.NO_EXCHANGE]

    @property
    def lost(self) -> int:
        """Callers for whom nothing of what should happen happened."""
        return self.fates[Fate.LOST]

    def __str__(self) -> str:
        """One line."""
        named = ", ".join(f"{self.fates[fate]} {fate.value}" for fate in Fate if fate is not Fate.NO_EXCHANGE)
        return f"{self.calls_in} calls in = {named}"


def history(address: str) -> list[Row]:
    """Every call in of a stopped installation.

    Args:
        address: of its database, SQLite or PostgreSQL.
    """
    with _reading(address) as connection:
        rows = connection.execute(
            # A call between two desks is one out and one in; nobody outside took part.
            text(
                "SELECT c.id, c.number, c.answered_at, c.ended_at, c.ended_by,"
                " c.ended_by = 'exit' OR (c.organisation, c.id) IN ("
                "  SELECT p.organisation, p.partner FROM calls o"
                "  JOIN calls p ON p.organisation = o.organisation AND p.id = o.peer"
                "  WHERE o.ended_by = 'exit' AND p.partner IS NOT NULL"
                ") FROM calls c WHERE c.direction = 'in' AND c.peer IS NULL"
            )
        ).fetchall()
        stretches: dict[str, list[str]] = {}
        talks: dict[str, list[tuple[float, float]]] = {}
        for id_, kind, agent, started, ended, outcome in connection.execute(
            text(
                "SELECT call_id, kind, agent, started_at, ended_at, outcome FROM segments ORDER BY started_at"
            )
        ):
            if kind in ("talk", "conference", "away") and ended is not None:
                talks.setdefault(str(id_), []).append((started / 1000, ended / 1000))
            stretches.setdefault(str(id_), []).append(
                f"{kind} {agent or '-'} {started / 1000:.1f} to {(ended or 0) / 1000:.1f} {outcome}"
            )
    return [
        Row(
            id=str(id_),
            number=str(number),
            answered=answered is not None,
            talks=tuple(talks.get(str(id_), [])),
            ended=ended is not None,
            ended_by=by,
            led_out=bool(led_out),
            segments="; ".join(stretches.get(str(id_), [])),
        )
        for id_, number, answered, ended, by, led_out in rows
    ]


def long_gaps(address: str) -> list[tuple[float, float]]:
    """From when to when, in seconds, the history of a stopped installation says that something may be missing.

    Only where a server died with what it had not been able to write: the mark that every death leaves is about a
    second and a start long, and must hide nothing.
    """
    with _reading(address) as connection:
        rows = connection.execute(text('SELECT since, "until" FROM gaps')).fetchall()
    return [(since / 1000, until / 1000) for since, until in rows if until - since >= LONG_GAP_MS]


@contextmanager
def _reading(address: str) -> Iterator[Connection]:
    url = make_url(address)
    engine = create_engine(
        url.set(drivername="sqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg")
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def add_up(
    visits: Sequence[Visit],
    rows: Sequence[Row],
    gaps: Sequence[tuple[float, float]] = (),
    apart: Sequence[tuple[float, float]] = (),
) -> Ledger:
    """Hold one against the other: every call that was taken up must be there, once.

    Args:
        gaps: as `long_gaps` gives them; what is missing of a call that was up in one of them is marked as missing.
        apart: from when to when Cordboard and the exchange could not hear each other; a talk that begins with a click
            then is heard of only afterwards.
    """
    mistakes: list[str] = []
    in_gaps = 0
    by_number: dict[str, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
    fates: Counter[Fate] = Counter()
    for visit in visits:
        fate = visit.fate if visit.fate is not None else Fate.LOST
        if fate not in (Fate.BROKEN_OFF, Fate.NO_EXCHANGE) and visit.alone_s > ALONE_S_MAX:
            mistakes.append(f"{visit.number} heard nothing at all for {visit.alone_s:.1f} s")
            fate = Fate.LOST
        found = by_number.pop(visit.number, [])
        if fate is Fate.LOST and visit.heard and visit.alone_s <= ALONE_S_MAX:
            fate = _ended_by_the_house(visit, found)
        fates[fate] += 1
        written = " | ".join(row.segments for row in found) or "nothing"
        if fate is Fate.LOST:
            mistakes.append(f"{visit.number} was lost: {_story(visit)}; the history: {written}")
        disagreements = _compared(visit, fate, found, apart)
        if _was_up_in(visit, gaps):
            in_gaps += len(disagreements)
            continue
        mistakes += [
            f"{visit.number}: {wrong}; {_story(visit)}; the history: {written}" for wrong in disagreements
        ]
    mistakes += [f"the history has {number}, who never called" for number in by_number]
    return Ledger(fates=fates, rows=len(rows), mistakes=tuple(mistakes), in_gaps=in_gaps)


def _was_up_in(visit: Visit, gaps: Sequence[tuple[float, float]]) -> bool:
    ended_at = visit.ended_at if visit.ended_at is not None else math.inf
    return any(visit.dialled_at <= until and ended_at >= since for since, until in gaps)


def _ended_by_the_house(visit: Visit, rows: list[Row]) -> Fate:
    """What became of one who was helped, and then cut off without anybody who was heard having hung up."""
    if any(row.led_out for row in rows):
        return Fate.LED_OUT
    if visit.colleagues_card and any(row.ended_by == "agent" for row in rows):
        return Fate.ANSWERED
    return Fate.LOST


def _without(stretch: tuple[float, float], apart: Sequence[tuple[float, float]]) -> float:
    """Its seconds outside of these."""
    began, ended = stretch
    return ended - began - sum(max(0.0, min(ended, until) - max(began, since)) for since, until in apart)


def _compared(visit: Visit, fate: Fate, rows: list[Row], apart: Sequence[tuple[float, float]]) -> list[str]:
    if not rows:
        return ["is not in the history"] if _is_known_later(visit) else []
    if len(rows) > 1:
        return [f"is in the history {len(rows)} times"]
    [row] = rows
    wrong = []
    if not row.ended:
        wrong.append("has not ended in the history")
    talked_ms = round(1000 * sum(_without(talk, apart) for talk in row.talks))
    # Passed on to a colleague who did not answer, one is with that colleague's message box.
    if fate is Fate.ABANDONED and talked_ms > UNHEARD_MS and not visit.heard and not row.led_out:
        wrong.append(f"has talked for {talked_ms} ms in the history, and heard nobody")
    # Who picks up by hand while Cordboard is away may pick up what Cordboard had ringing.
    if fate in (Fate.ANSWERED, Fate.FALLBACK) and visit.heard and not row.answered:
        wrong.append("heard somebody, and was not answered in the history")
    # Of one who vanished the exchange may not know before its own death.
    if row.ended_by == "lost" and not visit.exchange_died and fate is not Fate.VANISHED:
        wrong.append("is in the history as broken off by the exchange, which lived")
    return wrong


def _is_known_later(visit: Visit) -> bool:
    """Whatever became of it and whoever was away, the history has to have it.

    Not of one who gave up, or whose exchange died, before anybody had taken the call or long rung for it. And what the
    exchange does alone it writes to its disk once a second: it may take a call with it of which nobody else knew.
    """
    if not visit.was_connected:
        ended_at = visit.ended_at if visit.ended_at is not None else math.inf
        return ended_at - visit.dialled_at > RANG_S and not visit.exchange_died
    return not (visit.by_hand and visit.exchange_died)


def _story(visit: Visit) -> str:
    heard = (
        f"first heard somebody after {visit.heard_at - visit.dialled_at:.1f} s"
        if visit.heard_at
        else "heard nobody"
    )
    ended = f"ended after {visit.ended_at - visit.dialled_at:.1f} s" if visit.ended_at else "never ended"
    connected = "connected" if visit.was_connected else "not connected"
    return f"dialled at {visit.dialled_at:.1f}, {connected}, {heard}, {ended} by {visit.how or '?'}"
