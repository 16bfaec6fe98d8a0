"""Runs commands side by side, with one line for each as it ends, and everything a failed one said."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from tools.steps import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command with a name for people."""

    name: str
    command: Sequence[str | Path]
    folder: Path = ROOT
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    limit_s: float = 300
    """After so many seconds the command and its children are ended, and the job has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended."""

    job: Job
    passed: bool
    took_s: float
    said: str


LIVE: set[int] = set()
"""Process groups of the jobs that run now, so that an interrupt ends them too."""


def end_group(leader: int) -> None:
    """End a process that was started in a session of its own, with its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def interrupt_group(process: subprocess.Popen[str], within_s: float) -> str:
    """Let it say where it hangs (as after Ctrl-C), and end it with its children; what it said, as far as it comes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=within_s)
    # Also when it has ended: a child that it left may hold its output open.
    end_group(process.pid)
    try:
        return process.communicate(timeout=5)[0] or ""
    except subprocess.TimeoutExpired as hangs:
        return hangs.output.decode(errors="replace") if isinstance(hangs.output, bytes) else ""


def do(job: Job) -> Outcome:
    """Run one job to its end."""
    started = time.monotonic()
    try:
        # Its own session, so that at the limit its children go with it, and nobody else's.
        process = subprocess.Popen(
            [str(part) for part in job.command],
            cwd=job.folder,
            env=dict(job.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as problem:
        return Outcome(job=job, passed=False, took_s=0.0, said=f"{problem}\n")
    LIVE.add(process.pid)
    try:
        said, _ = process.communicate(timeout=job.limit_s)
    except subprocess.TimeoutExpired:
        end_group(process.pid)
        said, _ = process.communicate()
        said += f"\nEnded after {job.limit_s:.0f} s: that is this step's limit.\n"
    finally:
        LIVE.discard(process.pid)
    return Outcome(job=job, passed=process.returncode == 0, took_s=time.monotonic() - started, said=said)


def line(name: str, passed: bool, took_s: float) -> str:
    """One line of a report: what, how it ended, how long it took."""
    return f"{name:<24} {'ok' if passed else 'FAILED':<7}{took_s:6.1f} s"


def run_all(jobs: Sequence[Job], at_once: int) -> bool:
    """Run jobs, at most `at_once` at a time; True when all of them passed."""
    failed = []
    with ThreadPoolExecutor(at_once) as workers:
        waiting = [workers.submit(do, job) for job in jobs]
        try:
            for done in as_completed(waiting):
                outcome = done.result()
                print(line(outcome.job.name, outcome.passed, outcome.took_s), flush=True)
                if not outcome.passed:
                    failed.append(outcome)
        except KeyboardInterrupt:
            workers.shutdown(wait=False, cancel_futures=True)
            for leader in list(LIVE):
                end_group(leader)
            raise
    for outcome in failed:
        print(f"\n--- {outcome.job.name} said:\n{outcome.said.rstrip()}", flush=True)
    return not failed
