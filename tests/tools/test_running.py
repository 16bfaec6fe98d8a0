"""The tools that run things: steps that are done once, jobs with a limit, and the closing count."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools import run_tests, setup, steps
from tools.jobs import LIVE, Job, do, run_all
from tools.lanes_plugin import VARIABLE, claims, failed, order
from tools.run_tests import Count, Lane, count


def test_a_step_is_done_once_while_nothing_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time it is silent; a change does it again."""
    done: list[str] = []
    stamp = tmp_path / "deep" / "stamp"

    for wanted in ("one", "one", "two"):
        steps.step("packages", stamp, wanted, lambda: done.append("made"))

    assert done == ["made", "made"]
    assert capsys.readouterr().out.count("set-up: packages ...") == 2


def test_a_failed_step_is_tried_again_next_time(tmp_path: Path) -> None:
    """No stamp is left behind, so nothing half-made counts as done."""
    stamp = tmp_path / "stamp"

    def fail() -> None:
        raise steps.SetupFailed("It could not be fetched.")

    with pytest.raises(steps.SetupFailed):
        steps.step("packages", stamp, "one", fail)

    assert not stamp.exists()


def test_a_failing_command_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason reaches the person who ran make."""
    with pytest.raises(steps.SetupFailed, match="Trying something: the command exited with 3"):
        steps.run(sys.executable, "-c", "print('the reason'); raise SystemExit(3)", what="Trying something")

    assert "the reason" in capsys.readouterr().err


def test_a_fingerprint_tells_two_parts_from_one(tmp_path: Path) -> None:
    """Moving a byte from one file to the next is a change, and so is a file that appears."""
    assert steps.digest("ab", "c") != steps.digest("a", "bc")

    missing = steps.digest(tmp_path / "file")
    (tmp_path / "file").write_text("now there")
    assert steps.digest(tmp_path / "file") != missing


def test_uv_is_told_of_the_index_that_pip_was_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an index of its own needs no second setting; what was set for uv itself stays."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert setup.pip_environment()["UV_DEFAULT_INDEX"] == "http://127.0.0.1:9/simple"

    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:8/simple")
    assert setup.pip_environment()["UV_DEFAULT_INDEX"] == "http://127.0.0.1:8/simple"


def test_a_job_past_its_limit_is_ended_and_has_failed() -> None:
    """A check that hangs cannot hold the others."""
    outcome = do(
        Job(name="sleeper", command=[sys.executable, "-c", "import time; time.sleep(60)"], limit_s=0.2)
    )

    assert not outcome.passed
    assert "limit" in outcome.said


def test_a_program_that_is_not_there_is_a_failed_job() -> None:
    """A missing tool is not a passed check."""
    assert not do(Job(name="nothing", command=["no-such-program-here"])).passed


def test_every_job_runs_and_a_failed_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """All results come in one go, not one failure a run."""
    good = Job(name="good", command=[sys.executable, "-c", "print('fine')"])
    bad = Job(name="bad", command=[sys.executable, "-c", "raise SystemExit('the bad news')"])

    assert not run_all([bad, good], at_once=2)

    said = capsys.readouterr().out
    assert "good" in said
    assert "the bad news" in said
    assert "fine" not in said


def test_a_report_is_counted_by_outcome(tmp_path: Path) -> None:
    """An error in a fixture is a failure; a missing report is one too."""
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/></testsuites>',
        encoding="utf-8",
    )

    assert count(report) == Count(passed=4, failed=3, skipped=3)
    assert count(tmp_path / "nowhere.xml") == Count(failed=1)
    assert str(Count(passed=4, failed=3, skipped=3)) == "4 passed, 3 failed, 3 skipped"
    assert str(Count(passed=4)) == "4 passed, 0 failed"


def test_the_parts_of_a_full_run_hold_every_test_once() -> None:
    """However a test is marked, exactly one part selects it, also where two parts are played as one."""
    as_one = {"units": run_tests.MARKS["units"], run_tests.SHARED: run_tests.MARKS[run_tests.SHARED]}
    for exchange in (True, False):
        for browser in (True, False):
            marks = {"exchange": exchange, "browser": browser}
            for parts in (run_tests.PARTS, as_one):
                chosen = [name for name, words in parts.items() if eval(words, {}, marks)]
                assert len(chosen) == 1, marks


def test_a_full_run_counts_every_part_whoever_ran_beside_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of a part that is not shown as it goes fails the run as well."""
    ran: list[tuple[str, int | None, Lane]] = []

    def part(
        name: str, words: list[str], env: dict[str, str], lane: Lane = Lane.FIRST, *, half: int | None = None
    ) -> Count:
        ran.append((name, half, lane))
        return Count(failed=1) if name == "units" else Count(passed=1)

    monkeypatch.setattr(run_tests, "run_static", lambda env, lane: Count(passed=1))
    monkeypatch.setattr(run_tests, "run_simulation", lambda env, lane: Count(passed=1))
    monkeypatch.setattr(run_tests, "run_campaign", lambda env: Count(failed=1))
    monkeypatch.setattr(run_tests, "run_part", part)

    assert run_tests.run_full({}) == Count(passed=4, failed=2)
    whole = [
        (run_tests.SHARED, 1, Lane.FIRST),
        (run_tests.SHARED, 2, Lane.SECOND),
        ("units", None, Lane.BESIDE),
    ]
    assert sorted(ran, key=lambda one: one[2].value) == whole


def test_two_runs_take_every_file_once(tmp_path: Path) -> None:
    """Whoever is ready takes the next one, so that neither waits for long."""
    one, other = claims("abcde", tmp_path), claims("abcde", tmp_path)

    taken = [next(one), next(other), next(other), next(one), *other, *one]

    assert taken == ["a", "b", "c", "d", "e"]


def test_files_that_share_an_installation_are_taken_together_and_the_largest_of_them_first() -> None:
    """What a folder has set up stays up until its last file; browsers, which are the slowest, come last."""
    tests = {"b/1": 3, "a/1": 3, "e2e/1": 40, "b/2": 9, "a/2": 4}

    assert order(tests, last="e2e") == ["a/2", "a/1", "b/2", "b/1", "e2e/1"]


def test_two_runs_side_by_side_play_every_test_once(tmp_path: Path) -> None:
    """Each file whole, and what a file has set up is taken down before the next one begins."""
    for name in "abc":
        (tmp_path / f"test_{name}.py").write_text(
            "import os, pytest, time\n"
            f"def say(what): open({str(tmp_path / 'log')!r}, 'a').write(f'{{os.getpid()}} {name} {{what}}\\n')\n"
            "@pytest.fixture(scope='module', autouse=True)\n"
            "def house():\n    say('up'); yield; say('down')\n"
            "def test_one(): say('one'); time.sleep(0.3)\n"
            f"def test_two(): say('two'); assert {name!r} != 'b'\n"
        )
    taken = tmp_path / "taken"
    taken.mkdir()
    words = ["-m", "pytest", "-q", "-p", "tools.lanes_plugin", "-p", "no:cacheprovider", "-c", os.devnull]
    env = dict(os.environ) | {VARIABLE: str(taken), "PYTHONPATH": str(steps.ROOT)}
    runs = [
        subprocess.Popen([sys.executable, *words, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=env)
        for _ in range(2)
    ]
    said = [run.communicate(timeout=60)[0] for run in runs]

    assert sorted(run.returncode for run in runs) == [0, 1], said
    assert failed(taken) == ["test_b.py::test_two"]
    lines = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    of_one = [[what for run, *what in lines if run == which] for which in sorted({run for run, *_ in lines})]
    files = [played[place : place + 4] for played in of_one for place in range(0, len(played), 4)]
    whole = [[[name, what] for what in ("up", "one", "two", "down")] for name in "abc"]
    assert sorted(files) == whole


@pytest.mark.parametrize(
    ("failing", "alone", "sum_of_both"),
    [
        (1, Count(passed=1), Count(passed=10)),
        (3, Count(passed=1, failed=2), Count(passed=10, failed=2)),
        (2, Count(passed=1), Count(passed=10, failed=1)),
        (4, None, Count(passed=9, failed=4)),
        (0, None, Count(passed=9)),
    ],
)
def test_few_that_failed_have_a_second_go(
    failing: int,
    alone: Count | None,
    sum_of_both: Count,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both times are told; who is not heard of again has failed, and so have all where many failed."""
    tests, played = [f"test_a.py::test_{number}" for number in range(failing)], list[list[str]]()

    def play(name: str, words: list[str], env: dict[str, str]) -> Count:
        played.append(words)
        assert alone is not None
        return alone

    monkeypatch.setattr(run_tests, "run_part", play)

    assert run_tests.run_second_go(Count(passed=9, failed=failing), tests, {}) == sum_of_both
    assert played == ([tests] if alone else [])
    assert ("second go, alone: test_a.py::test_0" in capsys.readouterr().out) is (alone is not None)


def test_more_failures_than_tests_have_no_second_go() -> None:
    """Then a run itself has died, and who did not play is not known."""
    first = Count(passed=9, failed=2)

    assert run_tests.run_second_go(first, ["test_a.py::test_one"], {}) == first


def test_what_a_part_beside_said_is_kept_and_its_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its output is shown at its end; one that hangs is ended and says so."""
    words = [sys.executable, "-c", "print('all of it'); raise SystemExit(3)"]
    ended = run_tests.run_command("units", words, dict(os.environ), Lane.BESIDE)
    assert (ended.code, ended.said) == (3, "all of it\n")

    monkeypatch.setattr(run_tests, "PART_LIMIT_S", 0.3)
    hangs = [sys.executable, "-c", "import time; time.sleep(60)"]
    ended = run_tests.run_command("units", hangs, dict(os.environ), Lane.BESIDE)
    assert ended.code
    assert "KeyboardInterrupt" in ended.said
    assert ended.said.endswith("which is the limit")


def test_a_part_that_hears_no_interrupt_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its children, one of which holds the output open."""
    monkeypatch.setattr(run_tests, "PART_LIMIT_S", 0.5)
    monkeypatch.setattr(run_tests, "INTERRUPT_S", 0.3)
    deaf = (
        "import signal, subprocess, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "subprocess.Popen(['sleep', '60']); print('began', flush=True); time.sleep(60)"
    )
    ended = run_tests.run_command("units", [sys.executable, "-c", deaf], dict(os.environ), Lane.BESIDE)
    assert ended.code
    assert ended.said.startswith("began")


@pytest.mark.parametrize("lane", Lane)
def test_an_interrupt_ends_the_part_that_runs(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is for the whole run, and a part has a session of its own, in which nothing hears it."""
    began: list[subprocess.Popen[str]] = []

    def interrupted(self: subprocess.Popen[str], timeout: float | None = None) -> tuple[str, str]:
        began.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_tests.run_command("units", ["sleep", "60"], dict(os.environ), lane)

    (process,) = began
    assert process.wait(timeout=5) == -signal.SIGKILL
    assert process.pid not in LIVE
    if process.stdout is not None:
        process.stdout.close()


def test_ci_runs_the_command_that_people_run() -> None:
    """A green CI means that `make test` is green; there is nothing else in it."""
    said = subprocess.run(
        ["make", "--no-print-directory", "-n", "test"],
        cwd=steps.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "tools.run_tests" in said
    assert (steps.ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec make --no-print-directory test"
