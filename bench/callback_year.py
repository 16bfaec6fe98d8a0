"""A year of call backs on the virtual clock: none lost, none twice, never too often, too late or at night (3.6, D14).

    bench/run callback-year [--quick] [--calls N] [--seed N]

The real core with the real opening hours of Europe/Amsterdam, put together again from the rows it wrote whenever the
server dies. Customers ask at any hour and twice, appointments are made, cancelled, owned and forgotten; customers do
not answer or call in themselves. Three queues: an office with holidays, one with the same hours that rings its
customers first, and a night desk that is open while the clock changes. What happened is judged by a judge of its own,
from what was dialled, not from what the core says of itself. Exits with 1 when a rule was broken. Call backs that are
repeated by hand are not among these.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from bench import report
from bench.promise_judge import FIRST, HOLIDAYS, NIGHT, OFFICE, OPENING, Judge, instant, within_hours
from cordboard.app.assembly import assemble
from cordboard.app.hours import is_open
from cordboard.app.ports import Directory, Holiday, HoursRow, OpenTime, StoredAgent
from cordboard.core.callback import KEPT_MS
from cordboard.core.commands import Dial
from cordboard.core.events import ConsoleSeen, LegEnd, QueueOpened
from cordboard.core.promise import CallBack
from cordboard.core.records import CallBackRow
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import (
    AcceptCallBack,
    AnswerCall,
    CancelCallBack,
    MakeCallBack,
    RejectCallBack,
)
from cordboard.core.rules import CallBackRules
from cordboard.core.types import (
    CallBackId,
    CallId,
    DeviceId,
    Instant,
    LegId,
    NumberKind,
    QueueId,
    Right,
    UserId,
)
from tests.contracts.storage import samples
from tests.support.desk import World

CALLS, CALLS_QUICK = 10_000, 250
FIRST_DAY = date(2027, 1, 1)
DAYS = 365
CLOCK_CHANGES = (date(2027, 3, 28), date(2027, 10, 31))
DRAIN_DAYS = 14
"""After the year nothing new is asked for; all that is open comes to its end."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
DEATHS_A_DAY = 0.6
QUEUES = (OFFICE, FIRST, NIGHT)
STAFF = tuple(UserId(f"u-{name}") for name in ("anna", "bram", "cora"))


def house(rules: CallBackRules) -> Directory:
    """The three queues with their hours, and three people."""
    base = samples.directory()
    phone = base.devices[0]
    people = [
        replace(samples.user(user), rights=frozenset(Right), groups=frozenset({samples.ENSCHEDE}))
        for user in STAFF
    ]
    queues = [
        replace(
            samples.queue(queue, position=place),
            wrap_up_ms=0,
            rules=replace(
                samples.queue(queue, position=place).rules,
                hours=queue,
                callback=replace(rules, customer_first=queue == FIRST),
            ),
        )
        for place, queue in enumerate(QUEUES)
    ]
    return replace(
        base,
        users=tuple(people),
        queues=tuple(queues),
        devices=tuple(replace(phone, id=_phone(user), extension=str(n)) for n, user in enumerate(STAFF, 201)),
        hours=tuple(_hours(queue) for queue in QUEUES),
    )


def _phone(user: UserId) -> DeviceId:
    return DeviceId(f"{user}-phone")


def _hours(queue: QueueId) -> HoursRow:
    holidays = HOLIDAYS if queue != NIGHT else {}
    return HoursRow(
        id=queue,
        name=queue,
        week=tuple((day, _stretch(s)) for day, stretches in OPENING[queue].items() for s in stretches),
        holidays=tuple(
            Holiday(day=day, name=day, open=tuple(map(_stretch, stretches)))
            for day, stretches in holidays.items()
        ),
    )


def _stretch(stretch: tuple[int, int]) -> OpenTime:
    begin, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in stretch)
    return OpenTime(start=begin, end=end)


# --- the year ---


class Year:
    """The desk, those who ask, and those who serve."""

    def __init__(self, calls: int, seed: int, rules: CallBackRules | None = None) -> None:
        self.chance = random.Random(seed)
        self.judge = Judge()
        self.seen: Counter[str] = Counter()
        self.late: list[float] = []
        """From the moment that was promised to the first card, in seconds; without nights."""
        self.waited: list[float] = []
        """How long a customer who was rung first was on the line before an agent was, in seconds."""
        self._wanted = calls
        self._kept: dict[CallBackId, CallBackRow] = {}
        self._house = house(rules or CallBackRules())
        self._legs = itertools.count(1)
        self._order = itertools.count()
        self._names = itertools.count(1)
        self._agenda: list[tuple[Instant, int, Callable[[], None]]] = []
        self._offered: set[tuple[CallBackId, UserId, Instant]] = set()
        self.begin, self.end = instant(FIRST_DAY), instant(FIRST_DAY + timedelta(days=DAYS))
        self._world = self._start(self.begin)

    def play(self) -> None:
        """From new year to the end of what was promised."""
        self._fill_agenda()
        while self._agenda:
            at, _, deed = heapq.heappop(self._agenda)
            # What falls due in the meantime may bring new deeds, which come first.
            deadline = self._world.desk.next_deadline()
            if deadline is not None and deadline <= at:
                heapq.heappush(self._agenda, (at, next(self._order), deed))
                self._world.reach(deadline)
            else:
                self._world.now = at
                deed()
            self._look()
        self.judge.closes(self._kept, self._world.now)

    def kept(self) -> list[CallBackRow]:
        """As the database has them."""
        return list(self._kept.values())

    def _fill_agenda(self) -> None:
        for _ in range(self._wanted):
            self._at(self.chance.randrange(self.begin, self.end), self._somebody_asks)
        for day in CLOCK_CHANGES:
            for _ in range(max(5, self._wanted // 100)):
                self._at(instant(day) - 2 * HOUR + self.chance.randrange(6 * HOUR), self._somebody_asks)
        stop = self.end + DRAIN_DAYS * DAY
        for at in range(self.begin, stop, HOUR // 2):
            self._at(at, self._look_at_the_clock)
        for _ in range(int(DAYS * DEATHS_A_DAY)):
            self._at(self.chance.randrange(self.begin, self.end), self._server_dies)

    def _at(self, at: Instant, deed: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), deed))

    def _after(self, least_s: float, most_s: float, deed: Callable[[], None]) -> None:
        self._at(self._world.now + int(self.chance.uniform(least_s, most_s) * 1000), deed)

    # --- the server ---

    def _start(self, now: Instant) -> World:
        """As the server does it: from what is configured and what was written."""
        alive = [row for row in self._kept.values() if row.ended_at is None or row.ended_at >= now - KEPT_MS]
        promises = [
            StoredAgent(
                user=user, group=samples.ENSCHEDE, device=_phone(user), signed_in=frozenset(QUEUES),
                wrap_up_kind=None, wrap_up_since=None, wrap_up_until=None, wrap_up_pending_ms=0,
                wrap_up_armed=False, away=False,
            )
            for user in STAFF
        ]  # fmt: skip
        world = World(now)
        world.checks = False
        world.desk = assemble(
            self._house, tuple(promises), (), {}, counted_since=now, now=now,
            new_leg=lambda: LegId(f"leg-{next(self._legs)}"), callbacks=tuple(alive),
        )  # fmt: skip
        world.board = world.desk.board
        for user in STAFF:
            world.exchange.registered.add(_phone(user))
            world.exchange.answer_at_once.add(_phone(user))
            world.tell(ConsoleSeen(agent=user))
        world.exchange_comes_up(fresh=True)
        self._offered.clear()
        return world

    def _server_dies(self) -> None:
        """With all calls, and whatever was not written."""
        busy = bool(self._world.board.calls)
        self.seen["restarts"] += 1
        self.seen["restarts in a call"] += busy
        self._world = self._start(self._world.now)

    def _look_at_the_clock(self) -> None:
        for row in self._house.queues:
            opens = is_open(self._house, row, self._world.now)
            if opens is not self._world.board.queues[row.id].open:
                self._world.tell(QueueOpened(queue=row.id, open=opens))

    def _look(self) -> None:
        """What the last turn did, and how people react to it."""
        world = self._world
        for record in world.records:
            if isinstance(record, CallBackRow):
                if record.id not in self._kept:
                    self.judge.promised(record, world.now)
                self._kept[record.id] = record
                self.judge.written(record, world.now)
        for command in world.commands:
            if isinstance(command, Dial):
                self._somebody_is_dialled(command)
        world.records.clear()
        world.commands.clear()
        for callback in world.board.callbacks_due:
            one = world.board.callbacks[callback]
            for agent, since in one.offers.items():
                if (callback, agent, since) not in self._offered:
                    self._offered.add((callback, agent, since))
                    self.late.append((since - one.row.due_at) / 1000)
                    self._after(2, 100, partial(self._reacts, callback, agent))

    # --- customers ---

    def _somebody_asks(self) -> None:
        """At any hour, for now or for a moment of the next days; sometimes twice, sometimes not any more."""
        chance = self.chance
        number = f"3161{chance.randrange(10_000_000):07}"
        queue = chance.choice((OFFICE, OFFICE, FIRST, FIRST, NIGHT))
        due = None
        if chance.random() < 0.4:
            due = (self._world.now // (10 * MINUTE) + 1 + chance.randrange(432)) * 10 * MINUTE
        made = self._ask_for(number, queue, due, mine=due is not None and chance.random() < 0.3)
        if made is None:
            self.seen["not made"] += 1
            return
        if chance.random() < 0.15:
            self._after(1, 7200, lambda: self._asks_again(number, queue))
        if chance.random() < 0.08:
            # Mostly around its time, when it may be under way.
            self._at(
                max(self._world.now, made + chance.randrange(-HOUR, 2 * MINUTE)),
                lambda: self._cancels(number),
            )
        if chance.random() < 0.05:
            self._at(
                max(self._world.now, made + chance.randrange(-HOUR, 5 * MINUTE)),
                lambda: self._calls_in(number, queue),
            )

    def _ask_for(self, number: str, queue: QueueId, due: Instant | None, *, mine: bool) -> Instant | None:
        """Gives for when it was promised; None: it was not."""
        for _ in range(3):
            try:
                self._world.ask(
                    MakeCallBack(
                        agent=self.chance.choice(STAFF), number=number, kind=NumberKind.NATIONAL, queue=queue,
                        due_at=due, mine=mine,
                    )
                )  # fmt: skip
            except Refused as refused:
                if refused.code is not Code.CALLBACK_CLOSED_HOURS or "at" not in refused.args_:
                    return None
                due = int(refused.args_["at"])
            else:
                return next(one.row.due_at for one in self._of(number))
        return None

    def _asks_again(self, number: str, queue: QueueId) -> None:
        was_open = any(self._of(number))
        made = self._ask_for(number, queue, None, mine=False)
        self.seen["asked twice"] += was_open
        if was_open and made is not None:
            self.judge.broken["a second one was taken"] += 1

    def _cancels(self, number: str) -> None:
        for one in self._of(number):
            self.seen["cancelled under way"] += one.row.call is not None
            try:
                self._world.ask(CancelCallBack(agent=self.chance.choice(STAFF), callback=one.id))
            except Refused:
                # Rung first, and on the line by now.
                self.seen["not cancelled"] += 1
            else:
                self.judge.cancelled(one.id)

    def _calls_in(self, number: str, queue: QueueId) -> None:
        """And is taken by whoever is free."""
        if not within_hours(queue, self._world.now):
            return
        name = f"in-{next(self._names)}"
        self._world.call_arrives(name, queue=queue, number=number)
        board = self._world.board
        free = [user for user in STAFF if board.is_available(board.agents[user])]
        if CallId(name) not in board.calls or not free:
            return
        self.seen["called in"] += 1
        self._world.ask(AnswerCall(agent=free[0], call=CallId(name)))
        self._after(20, 120, lambda: self._hangs_up(CallId(name), LegEnd.HUNG_UP))

    def _somebody_is_dialled(self, dial: Dial) -> None:
        call = self._world.board.calls.get(dial.call)
        # Who was cancelled in the same breath is dialled no longer.
        if call is None or call.callback is None:
            return
        callback = call.callback
        self.judge.dialled(callback, self._world.now)
        self.seen["dialled"] += 1
        if call.rings_customer_first:
            self.seen["rung first"] += 1
            board = self._world.board
            self.judge.rung_first(
                callback, self._world.now,
                customers=sum(c.rings_customer_first and c.agent is None for c in board.calls.values()),
                agents=sum(board.is_available(agent) for agent in board.agents.values()),
            )  # fmt: skip
        if self.chance.random() < 0.03:
            self._after(0, 60, self._server_dies)
        if self.chance.random() < 0.03:
            self._after(0, 20, lambda: self._cancels(dial.number))
        how = self.chance.random()
        if how < 0.5:
            self._after(2, 28, lambda: self._answers(dial.call, callback))
        elif how < 0.75:
            self._after(30, 30, lambda: self._hangs_up(dial.call, LegEnd.NO_ANSWER))
        else:
            why = self.chance.choice((LegEnd.BUSY, LegEnd.UNREACHABLE, LegEnd.REJECTED))
            self._after(1, 20, lambda: self._hangs_up(dial.call, why))

    def _answers(self, call: CallId, callback: CallBackId) -> None:
        if not self._lives(call):
            return
        if self._world.board.calls[call].rings_customer_first:
            self._world.outside_answers(call)
            since = self._world.now
            self._after(1, 20, lambda: self._takes(call, callback, since))
            if self.chance.random() < 0.2:
                self._after(1, 15, lambda: self._gives_up(call))
            if self.chance.random() < 0.02:
                self._after(0, 10, self._server_dies)
            return
        self.judge.spoken(callback)
        self._world.outside_answers(call)
        self._after(10, 240, lambda: self._hangs_up(call, LegEnd.HUNG_UP))

    def _takes(self, call: CallId, callback: CallBackId, since: Instant) -> None:
        """An agent whose telephone rings for a customer who was rung first; with nobody free a little later."""
        waits = self._world.board.calls.get(call)
        if waits is None or waits.agent is not None:
            return
        if not waits.offers:
            self._after(5, 30, lambda: self._takes(call, callback, since))
            return
        self.judge.spoken(callback)
        self.waited.append((self._world.now - since) / 1000)
        self._world.ask(AnswerCall(agent=self.chance.choice(sorted(waits.offers)), call=call))
        self._after(10, 240, lambda: self._hangs_up(call, LegEnd.HUNG_UP))

    def _gives_up(self, call: CallId) -> None:
        if self._lives(call) and self._world.board.calls[call].agent is None:
            self.seen["hung up while waiting"] += 1
            self._hangs_up(call, LegEnd.HUNG_UP)

    def _hangs_up(self, call: CallId, how: LegEnd) -> None:
        if self._lives(call):
            self._world.party_hangs_up(call, how)

    def _lives(self, call: CallId) -> bool:
        """Neither given up nor gone with the server."""
        found = self._world.board.calls.get(call)
        return found is not None and found.leg in self._world.exchange.callers

    def _of(self, number: str) -> list[CallBack]:
        return [b for b in self._world.board.callbacks.values() if b.is_open and b.row.number == number]

    # --- those who serve ---

    def _reacts(self, callback: CallBackId, agent: UserId) -> None:
        """Takes the card, leaves it to others, or does not look."""
        one = self._world.board.callbacks.get(callback)
        if one is None or agent not in one.offers:
            return
        what = self.chance.random()
        if what < 0.6:
            self._world.ask(AcceptCallBack(agent=agent, callback=callback))
        elif what < 0.75:
            self._world.ask(RejectCallBack(agent=agent, callback=callback))
            self.seen["rejected"] += 1


def main(words: Sequence[str] | None = None) -> int:
    """Play the year; 1 when a rule was broken."""
    parser = argparse.ArgumentParser(
        prog="bench/run callback-year", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("--quick", action="store_true", help=f"{CALLS_QUICK} call backs")
    parser.add_argument("--calls", type=int, help="how many are asked for")
    parser.add_argument("--seed", type=int, default=2027)
    asked = parser.parse_args(words)
    calls = asked.calls or (CALLS_QUICK if asked.quick else CALLS)
    machine = report.machine()
    year = Year(calls, asked.seed)
    year.play()
    judge = year.judge
    ended = Counter(
        f"{row.status.value}{'' if row.reason is None else f' ({row.reason.value})'}" for row in year.kept()
    )
    attempts = Counter(len(life.dialled) for life in judge.lives.values())
    report.table(
        ("what", "how many"),
        [
            ("promised", len(judge.lives)),
            *sorted(ended.items()),
            *((f"dialled {n} times", attempts[n]) for n in sorted(attempts)),
            *sorted(year.seen.items()),
        ],
    )
    report.table(("rule broken", "how often"), [*judge.broken.items()] or [("none", 0)])
    for rule, example in judge.examples.items():
        report.say(f"{rule}: {example}")
    report.finish(
        name="callback-year", n=len(judge.lives), dropped=0, seed=asked.seed, ended=dict(ended),
        broken=dict(judge.broken), seen=dict(year.seen), card_after_s=report.spread(year.late),
        waited_s=report.spread(year.waited), machine=machine,
    )  # fmt: skip
    return 1 if judge.broken else 0


if __name__ == "__main__":
    sys.exit(main())
