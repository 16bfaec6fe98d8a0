"""The campaign's ledger: what callers say of themselves, held against the history."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from tests.support.sipcall import CallEnd, EndedBy, SipCall
from tests.support.sipphone import SipPhone
from tools.faults.callers import Callers, Fate, HangUp, Visit
from tools.faults.ledger import Row, add_up, long_gaps


def visit(number: str, fate: Fate, **more: Any) -> Visit:
    """Somebody who called, was connected, and is done."""
    given: dict[str, Any] = {"was_connected": True, "ended_at": 20.0, "how": "BYE"} | more
    if fate in (Fate.ANSWERED, Fate.FALLBACK):
        given = {"heard": {2550}, "heard_at": 5.0} | given
    return Visit(number=number, dialled_at=0.0, fate=fate, **given)


def row(
    number: str,
    *,
    answered: bool = True,
    talks: tuple[tuple[float, float], ...] = ((5.0, 14.0),),
    **more: Any,
) -> Row:
    """Its row of the history."""
    given: dict[str, Any] = {"ended": True, "ended_by": "caller"} | more
    return Row(id=f"c-{number}", number=number, answered=answered, talks=talks, **given)


def test_a_day_on_which_all_went_well_adds_up() -> None:
    """Answered, given up, by the exchange alone, died with it: each where it belongs."""
    ledger = add_up(
        [
            visit("1", Fate.ANSWERED),
            visit("2", Fate.ABANDONED),
            visit("3", Fate.FALLBACK, by_hand=True),
            visit("4", Fate.BROKEN_OFF, exchange_died=True),
            visit("5", Fate.NO_EXCHANGE, was_connected=False, exchange_died=True),
        ],
        [
            row("1"),
            row("2", answered=False, talks=()),
            row("3"),
            row("4", ended_by="lost"),
        ],
    )

    assert ledger.mistakes == ()
    assert (ledger.calls_in, ledger.lost) == (4, 0)
    assert str(ledger) == (
        "4 calls in = 1 answered, 1 abandoned, 1 fallback, 1 broken off, 0 vanished, 0 led out, 0 lost"
    )


def test_a_caller_who_is_cut_off_or_left_alone_counts_as_lost() -> None:
    """Whatever the history says of it."""
    ledger = add_up(
        [visit("1", Fate.LOST), visit("2", Fate.ABANDONED, alone_s=30.0), visit("3", Fate.ANSWERED)],
        [row("1"), row("2", answered=False, talks=()), row("3")],
    )

    assert (ledger.calls_in, ledger.lost) == (3, 2)
    assert [mistake[0] for mistake in ledger.mistakes] == ["1", "2", "2"]


def test_what_the_history_has_wrongly_is_told() -> None:
    """Not at all, twice, without an end, answered by nobody, lost with an exchange that lived, and a ghost."""
    ledger = add_up(
        [
            visit("1", Fate.ANSWERED),
            visit("2", Fate.ANSWERED),
            visit("3", Fate.ANSWERED),
            visit("4", Fate.ABANDONED),
            visit("5", Fate.ANSWERED),
            visit("6", Fate.ANSWERED),
        ],
        [
            row("2"),
            row("2"),
            row("3", ended=False),
            row("4"),
            row("5", ended_by="lost"),
            row("6", answered=False),
            row("7"),
        ],
    )

    told = " / ".join(ledger.mistakes)
    assert len(ledger.mistakes) == 7
    for words in (
        "1: is not in the history",
        "2: is in the history 2 times",
        "3: has not ended",
        "4: has talked for 9000 ms",
        "5: is in the history as broken off",
        "6: heard somebody, and was not answered",
        "the history has 7, who never called",
    ):
        assert words in told


def test_who_gives_up_at_a_colleagues_message_box_heard_nobody_and_needs_not() -> None:
    """The one who passed the caller on had that box on the line, and did not wait."""
    visits = [visit("1", Fate.ABANDONED), visit("2", Fate.ABANDONED)]
    ledger = add_up(visits, [row("1", led_out=True), row("2")])
    assert [mistake[0] for mistake in ledger.mistakes] == ["2"]


def test_who_was_led_out_by_a_rule_was_helped_before() -> None:
    """Heard by the caller itself: the history alone makes nobody's loss good."""
    visits = [
        visit("1", Fate.LOST, heard={2550}),
        visit("2", Fate.LOST),
        visit("3", Fate.LOST, heard={2550}, alone_s=16.0),
    ]
    ledger = add_up(visits, [row(number, led_out=True) for number in "123"])

    assert (ledger.fates[Fate.LED_OUT], ledger.lost) == (1, 2)


def test_who_was_passed_on_while_the_recipient_hung_up_was_answered() -> None:
    """The click was on the card of the colleague who passed on; the history says that somebody at a desk ended it."""
    visits = [visit(number, Fate.LOST, heard={2550}, colleagues_card=number != "3") for number in "123"]
    ledger = add_up(
        visits, [row("1", ended_by="agent"), row("2", ended_by="caller"), row("3", ended_by="agent")]
    )

    assert (ledger.fates[Fate.ANSWERED], ledger.lost) == (1, 2)


class PutDown:
    """A call that somebody else ended."""

    end = CallEnd(by=EndedBy.THEM, how="BYE", reason=None, at_us=0)


def test_a_hang_up_at_a_desk_ends_a_call_only_when_it_was_meant_for_it_and_not_long_ago() -> None:
    """One that was refused, or lies far behind, or was meant for another, explains nothing."""
    callers = Callers(cast("SipPhone", None), str, (2550, 2630), random.Random(1))
    now = time.time()

    def fate(**said: Any) -> Fate:
        one = Visit(number="31620000001", dialled_at=now - 30, was_connected=True, heard={2550}, **said)
        return callers._fate(one, cast("SipCall", PutDown()))

    assert fate() is Fate.LOST
    click = callers.hung_up_on("31620000001", 2630)
    assert fate() is Fate.ANSWERED
    callers.did_not_hang_up(click)
    assert fate() is Fate.LOST
    callers.hang_ups.append(HangUp(now - 6, 2630, "31620000001"))
    assert fate() is Fate.LOST
    callers.hung_up_on("31620000002", 2550)
    assert fate() is Fate.LOST
    assert fate(heard_last={2550: now - 0.2}) is Fate.ANSWERED


def test_a_hang_up_that_could_not_reach_the_exchange_counts_from_when_it_could() -> None:
    """A half-open connection of six seconds lies in between; one that lasts still; one that was over before."""
    callers = Callers(cast("SipPhone", None), str, (2550, 2630), random.Random(1))
    now = time.time()
    visit = Visit(number="31620000001", dialled_at=now - 30, was_connected=True, heard={2550})
    callers.hang_ups.append(HangUp(now - 8, 2630, "31620000001"))
    callers.apart.append((now - 20, now - 9))
    assert callers._fate(visit, cast("SipCall", PutDown())) is Fate.LOST
    callers.apart.append((now - 8.5, now - 2))
    assert callers._fate(visit, cast("SipCall", PutDown())) is Fate.ANSWERED
    callers.apart[-1] = (now - 1, now)
    assert callers._fate(visit, cast("SipCall", PutDown())) is Fate.LOST
    with callers.kept_apart():
        callers.hang_ups[-1] = HangUp(now - 5, 2630, "31620000001")
        callers.apart[0] = (now - 3, now)
        assert callers._fate(visit, cast("SipCall", PutDown())) is Fate.ANSWERED


def test_what_is_missing_in_a_gap_that_the_history_marks_is_counted_and_is_no_mistake() -> None:
    """Only of calls that were up in it; who was cut off is lost all the same."""
    visits = [
        visit("1", Fate.ANSWERED),
        visit("2", Fate.ANSWERED, ended_at=3.0),
        visit("3", Fate.LOST),
    ]
    ledger = add_up(visits, [row("3")], [(4.0, 12.0)])

    assert ledger.in_gaps == 1
    assert [mistake.partition(":")[0] for mistake in ledger.mistakes] == ["2", "3 was lost"]


def test_the_mark_of_an_ordinary_death_hides_nothing(tmp_path: Path) -> None:
    """It is about a second long, and every kill of a campaign leaves one."""
    with closing(sqlite3.connect(tmp_path / "cordboard.db")) as connection:
        connection.execute('CREATE TABLE gaps (since INTEGER, "until" INTEGER)')
        connection.executemany("INSERT INTO gaps VALUES (?, ?)", [(1_000, 3_000), (10_000, 22_000)])
        connection.commit()

    assert long_gaps(f"sqlite:///{tmp_path / 'cordboard.db'}") == [(10.0, 22.0)]


def test_a_talk_that_could_not_reach_the_exchange_need_not_be_heard() -> None:
    """Answered on a connection that stood still for two seconds, and put down by the caller meanwhile."""
    talked = row("1", talks=((5.0, 6.0), (8.0, 9.4)))
    unheard = visit("1", Fate.ABANDONED, heard=set(), heard_at=None)

    assert not add_up([unheard], [talked], apart=[(4.5, 6.5)]).mistakes
    [mistake] = add_up([unheard], [talked], apart=[(1.0, 4.9), (6.0, 8.0), (9.4, 30.0)]).mistakes
    assert "has talked for 2400 ms" in mistake


def test_who_hung_up_right_before_the_exchange_died_may_be_on_the_line_for_it() -> None:
    """The history has the call as broken off, and the next exchange may take in what the one before was sent."""
    callers = Callers(cast("SipPhone", None), str, (2550,), random.Random(1))
    now = time.time()
    long_ago = Visit(number="1", dialled_at=now - 60, ended_at=now - 30)
    just_now = Visit(number="2", dialled_at=now - 60, ended_at=now - 0.5)
    callers.visits += [long_ago, just_now]

    callers.exchange_died()

    assert (long_ago.exchange_died, just_now.exchange_died) == (False, True)


def test_what_the_exchange_did_alone_must_be_in_the_history_once() -> None:
    """Picked up by hand while nobody else was there, or rung for long; only an exchange that dies takes one along."""
    ledger = add_up(
        [
            visit("1", Fate.FALLBACK, by_hand=True),
            visit("2", Fate.FALLBACK, by_hand=True),
            visit("3", Fate.FALLBACK, by_hand=True),
            visit("4", Fate.BROKEN_OFF, by_hand=True, exchange_died=True),
            visit("5", Fate.ABANDONED, was_connected=False, ended_at=30.0),
            visit("6", Fate.ABANDONED, was_connected=False, ended_at=3.0),
        ],
        [row("2"), row("2"), row("3", answered=False)],
    )

    assert [mistake.partition(";")[0] for mistake in ledger.mistakes] == [
        "1: is not in the history",
        "2: is in the history 2 times",
        "3: heard somebody, and was not answered in the history",
        "5: is not in the history",
    ]
