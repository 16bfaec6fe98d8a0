"""What a soak and a campaign judge by at their end, without the hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.support.sipp import SippReport
from tools.faults.callers import Fate
from tools.faults.ending import in_book, read
from tools.faults.ledger import Ledger, Row
from tools.soak import GROWTH_MAX, JUDGED_FROM_S, OTHERS_KEPT, WARM_S, Look, _close, slope_per_hour

CHANNELS = "PJSIP/t-test-00000001!cordboard-in!s!1!Up!Stasis!cordboard!31612345678!!!3!10!!1\n\n"
BRIDGES = """Bridge-ID                            Name            Chans Type            Technology Duration
7a1e                                 cb|queue|twente|algemeen  0 stasis          simple_bridge 00:10:00
7a1f                                 cb|hold|twente  1 stasis          simple_bridge 00:10:00
7a20                                 cb|line|x       0 stasis          simple_bridge 00:00:03
"""


BOOK = """/cordboard-alone/1795854175.2/begun               : 1795854175894 0 +31201234567 t-test n0612 na
/cordboard-alone/1795854175.2/ended               : 1795854175999 PJSIP/t:x
/cordboard-alone/1795854177.4/begun               : 1795854177894 0 +31201234567 t-test n0612 n
3 results found.
"""


def ledger(*mistakes: str) -> Ledger:
    """One caller who was answered."""
    return Ledger(fates=Counter({Fate.ANSWERED: 1}), rows=1, mistakes=mistakes)


def looks(*, lasts_s: float = 2 * JUDGED_FROM_S, **grows: float) -> list[Look]:
    """One every half minute; `grows`: by how much an hour, of the server or the exchange."""

    def at(at_s: float, who: str) -> dict[str, float]:
        names = [name.removeprefix(f"{who} ") for name in GROWTH_MAX if name.startswith(who)]
        return {name: 100.0 + grows.get(f"{who}_{name}", 0.0) * at_s / 3_600 for name in names}

    return [
        Look(at_s=at_s, server=at(at_s, "server"), exchange=at(at_s, "exchange"))
        for at_s in range(0, int(lasts_s) + 1, 30)
    ]


def others(count: int) -> list[Row]:
    """Of those without a ledger, in the history."""
    return [
        Row(id=f"c-{number}", number=OTHERS_KEPT, answered=False, talks=(), ended=True, ended_by="caller")
        for number in range(count)
    ]


def report(*, failed: int = 0) -> SippReport:
    """Three of the others."""
    return SippReport(succeeded=3 - failed, failed=failed, answer_ms=())


def test_the_slope_is_that_of_the_straight_line_through_all_of_it() -> None:
    """Per hour; nothing when there is nothing to draw it through."""
    assert slope_per_hour([]) == slope_per_hour([(0.0, 5.0)]) == slope_per_hour([(9.0, 1.0), (9.0, 2.0)]) == 0
    assert slope_per_hour([(0.0, 1.0), (1_800.0, 2.0), (3_600.0, 3.0)]) == 2.0
    assert slope_per_hour([(0.0, 1.0), (1_800.0, 9.0), (3_600.0, 1.0)]) == 0.0


def test_hours_in_which_nothing_grows_and_nobody_is_lost_are_good() -> None:
    """What grows until it is warm is warming up, no longer; and a run that is too short is not judged by growth."""

    def growing_until(warm_s: float) -> list[Look]:
        return [
            replace(look, server=look.server | {"MB": 60.0 + min(look.at_s, warm_s) / 60}) for look in looks()
        ]

    assert _close(growing_until(WARM_S), ledger(), report(), others(3), (), 1) == 0
    assert _close(growing_until(WARM_S * 1.5), ledger(), report(), others(3), (), 1) == 1
    short = looks(lasts_s=JUDGED_FROM_S - 60, server_MB=50.0)
    assert _close(short, ledger(), report(), others(3), (), 1) == 0


def test_whatever_grows_past_its_limit_makes_the_exit_code_1() -> None:
    """Each of them by itself, and not when it stays just below."""
    for name, most in GROWTH_MAX.items():
        grows = name.replace(" ", "_", 1)
        assert _close(looks(**{grows: most * 0.9}), ledger(), report(), others(3), (), 1) == 0, name
        assert _close(looks(**{grows: most * 1.1}), ledger(), report(), others(3), (), 1) == 1, name


def test_whoever_is_lost_makes_the_exit_code_1() -> None:
    """Of those with sound and of the others, to the caller and in the history; and so does any complaint."""
    unended = [
        *others(2),
        Row(id="c", number=OTHERS_KEPT, answered=False, talks=(), ended=False, ended_by=None),
    ]

    assert _close(looks(), ledger("316 was lost"), report(), others(3), (), 1) == 1
    assert _close(looks(), ledger(), report(failed=1), others(3), (), 1) == 1
    assert _close(looks(), ledger(), report(), others(2), (), 1) == 1
    assert _close(looks(), ledger(), report(), unended, (), 1) == 1
    assert _close(looks(), ledger(), report(), others(3), ("the channel x is left",), 1) == 1


def test_what_belongs_to_somebody_is_left_behind_and_the_music_that_is_kept_is_not() -> None:
    """As Asterisk's command line tells it: a channel, a line, and a music in which somebody still is."""
    up = read(CHANNELS, BRIDGES)

    assert (len(up.channels), len(up.bridges)) == (1, 3)
    assert list(up.left()) == [
        "the channel PJSIP/t-test-00000001 is left in the exchange",
        "the bridge cb|hold|twente is left in the exchange with 1 in it",
        "the bridge cb|line|x is left in the exchange with 0 in it",
    ]
    assert not list(read("", BRIDGES.splitlines()[0]).left())


def test_calls_that_stand_in_the_exchange_s_book_at_the_end_were_not_taken_up() -> None:
    """As Asterisk 22.10 lists its entries; each call once."""
    assert in_book(BOOK) == ["1795854175.2", "1795854177.4"]
    assert in_book("0 results found.\n") == []
