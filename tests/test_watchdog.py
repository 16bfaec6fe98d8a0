"""When silence becomes an alarm, and when it becomes a death; on a clock of the test's own."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable

import pytest

from cordboard.watchdog import LOOK_EVERY_MS, Duties, Patience, Said, watch

PATIENCE = Patience(alarm_ms=10_000, act_ms=30_000)


class Watched:
    """A process that answers as the test says, and what was told of it."""

    def __init__(self, answers: Callable[[int], bool | Said], until_ms: int = 200_000) -> None:
        self.now = 0
        self.jump_at: int | None = None
        self.told: list[tuple[str, int]] = []
        self._answers = answers
        self._until = until_ms

    async def run(self, patience: Patience = PATIENCE) -> list[tuple[str, int]]:
        """Watch until it counts as dead, or until the test's time is over; what was told, with when."""
        with contextlib.suppress(StopAsyncIteration):
            await watch(
                Duties(
                    answers=self._ask,
                    alarm=lambda _: self.told.append(("alarm", self.now)),
                    relief=lambda: self.told.append(("relief", self.now)),
                    act=lambda: self.told.append(("dead", self.now)),
                ),
                patience,
                now=lambda: self.now,
                sleep=self._sleep,
            )
        return self.told

    async def _ask(self) -> Said:
        said = self._answers(self.now)
        return said if isinstance(said, Said) else Said.by(said)

    async def _sleep(self, seconds: float) -> None:
        self.now += int(seconds * 1000)
        if self.jump_at is not None and self.now >= self.jump_at:
            self.now, self.jump_at = self.now + 3_600_000, None
        if self.now > self._until:
            raise StopAsyncIteration


async def test_who_answers_is_left_in_peace() -> None:
    """For as long as it likes."""
    assert await Watched(lambda _: True).run() == []


async def test_silence_is_told_within_ten_seconds_and_ends_after_thirty() -> None:
    """Once each; the watch ends with the death."""
    told = await Watched(lambda now: now < 60_000).run()
    assert [word for word, _ in told] == ["alarm", "dead"]
    (_, alarmed), (_, died) = told
    assert 68_000 <= alarmed <= 70_000
    assert 88_000 <= died <= 90_000


async def test_a_pause_that_ends_in_time_costs_nothing() -> None:
    """Told when it has lasted, and told that it is over; a second one is counted from its own begin."""
    told = await Watched(lambda now: not (60_000 < now < 85_000 or 90_000 < now < 115_000)).run()
    assert [word for word, _ in told] == ["alarm", "relief", "alarm", "relief"]


async def test_a_slow_start_is_no_silence() -> None:
    """A database that is being changed for a newer version takes as long as it takes."""
    assert await Watched(lambda now: now > 120_000).run() == []


async def test_who_should_be_quick_to_start_counts_as_dead_when_it_is_not() -> None:
    """One that takes a dead one's place hangs when it says nothing at all."""
    told = await Watched(lambda _: False).run(Patience(alarm_ms=10_000, act_ms=10_000, start_ms=30_000))
    assert told == [("dead", 30_000)]


async def test_who_says_that_it_starts_may_take_any_time_over_it() -> None:
    """A successor with a large database to change; should it fall silent over it, it hangs like any other."""
    patience = Patience(alarm_ms=10_000, act_ms=10_000, start_ms=30_000)

    def works_at_last(now: int) -> Said:
        return Said.NOTHING if now < 5_000 else Said.STARTING if now < 150_000 else Said.WORKS

    def falls_silent(now: int) -> Said:
        return Said.STARTING if now < 150_000 else Said.NOTHING

    assert await Watched(works_at_last).run(patience) == []
    [(told, at)] = await Watched(falls_silent).run(patience)
    assert told == "dead"
    assert 179_000 <= at <= 180_000


async def test_one_that_hangs_a_moment_after_its_first_answer_is_noticed_as_well() -> None:
    """The first answer is looked for several times a second."""
    told = await Watched(lambda now: 1_000 <= now < 1_300).run()
    assert [word for word, _ in told] == ["alarm", "dead"]


async def test_who_is_never_to_be_ended_is_only_told_about() -> None:
    """The policy of an operator who would rather look himself."""
    told = await Watched(lambda now: now < 60_000).run(Patience(alarm_ms=10_000, act_ms=None))
    assert [word for word, _ in told] == ["alarm"]


async def test_who_could_not_be_asked_is_not_blamed_for_it(caplog: pytest.LogCaptureFixture) -> None:
    """We ourselves had no file left to ask with; the watch goes on, and notices who hangs afterwards."""

    def ours(now: int) -> bool:
        if 30_000 < now < 90_000:
            raise OSError(errno.EMFILE, "Too many open files")
        return now < 120_000

    told = await Watched(ours).run()

    assert [word for word, _ in told] == ["alarm", "dead"]
    assert told[0][1] >= 128_000
    assert "could not ask" in caplog.text


async def test_an_alarm_is_not_over_because_nobody_could_ask() -> None:
    """Relief is told by an answer."""

    def then_ours(now: int) -> bool:
        if 75_000 < now < 85_000:
            raise RuntimeError("can't start new thread")
        return now < 60_000

    assert [word for word, _ in await Watched(then_ours).run()] == ["alarm", "dead"]


async def test_a_machine_that_slept_has_nobody_to_blame() -> None:
    """An hour passes between two looks: that is our own hour; one look later everybody answers."""
    watched = Watched(
        lambda now: not 3_600_000 < now < 3_600_000 + 60_000 + LOOK_EVERY_MS, until_ms=3_700_000
    )
    watched.jump_at = 60_000
    assert await watched.run() == []
