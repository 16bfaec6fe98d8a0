"""SIPp for load: many callers at random moments, many answering phones, without sound. Scenarios: `sipp/*.xml`.

For one call, and for anything that is heard, use `SipPhone` or `Baresip`. ::

    async with SippPhones(tmp_path, ring_ms=200) as phones:      # static contacts point at phones.address
        report = await call_in(tmp_path, server=exchange, to="0201234567", calls=200, per_second=10)
        assert report.failed == 0
        print(report.percentile_ms(0.99))
"""

import asyncio
import csv
from asyncio.subprocess import DEVNULL, Process
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import processes
from tests.support.siplink import Address

SCENARIOS = Path(__file__).parent / "sipp"
STAYS = (0.2, 0.6, 1.1, 2.1)
"""For how long callers stay, in parts of the mean; each as often as the others."""
MEDIA_PORT = 4
"""Behind its own: in the SDP only, for SIPp sends no sound here, but it wants the port for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SippReport:
    """What became of a load."""

    succeeded: int
    failed: int
    answer_ms: tuple[float, ...]
    """INVITE sent to 200 received, of each answered call, ascending, in milliseconds."""

    def percentile_ms(self, part: float) -> float:
        """The answer time that `part` (0 to 1) of the calls did not exceed.

        Raises:
            ValueError: no call was answered.
        """
        if not self.answer_ms:
            raise ValueError("no call was answered")
        return self.answer_ms[min(len(self.answer_ms) - 1, int(part * len(self.answer_ms)))]


class SippFailed(AssertionError):
    """SIPp did not run at all, or did not end in time; the message has its last lines."""


async def call_in(
    folder: Path,
    *,
    server: Address,
    to: str,
    calls: int,
    per_second: float,
    ip: str = "127.0.0.2",
    from_number: str = "0612345678",
    from_name: str = "Beller",
    talk_ms: int = 1000,
    spread_ms: int = 1000,
    patience_ms: int = 30_000,
    within_s: float = 300,
) -> SippReport:
    """Make so many calls, and wait until the last has ended.

    Args:
        folder: for its files; made when absent.
        to: the number that is dialled.
        per_second: calls started each second.
        ip: own address, by which the exchange knows the trunk.
        talk_ms: mean of the random time between answer, or the last change of the call, and hang-up.
        spread_ms: each call starts up to so much later than its turn, so that starts are at random moments.
        patience_ms: how long a caller waits for an answer; longer counts as failed.
        within_s: everything must be over by then.

    Raises:
        SippFailed: it could not run, or was not done within `within_s` seconds.
    """
    values = {
        "STAYS": _stays(talk_ms),  # first: it has other settings in it
        "SPREAD_MS": str(max(1, spread_ms)),
        "PATIENCE_MS": str(patience_ms),
    }
    scenario = _prepared(folder, "caller", values)
    injected = folder / "callers.csv"
    injected.write_text(f"SEQUENTIAL\n{to};{from_number};{from_name}\n")
    # SIPp takes whole calls per period; a period of 1 s times 100 allows hundredths.
    rate = ["-r", str(max(1, round(per_second * 100))), "-rp", "100000"]
    # By itself it lets three seconds' worth of callers be on the line, not more, and then falls behind its rate.
    count = ["-m", str(calls), "-l", str(calls)]
    command = ["-inf", str(injected), *rate, *count, "-nd", "-default_behaviors", "bye,abortunexp"]
    process = await _start(
        folder, scenario, ip, processes.free_ports(ip), [f"{server[0]}:{server[1]}", *command]
    )
    try:
        code = await asyncio.wait_for(process.wait(), within_s)
    except TimeoutError:
        raise SippFailed(f"not done within {within_s} s; {_last_words(folder, 'caller')}") from None
    finally:
        await processes.end(process)
    # 0: every call succeeded; 1: some failed; anything else is SIPp's own trouble.
    if code not in (0, 1):
        raise SippFailed(f"sipp ended with {code}; {_last_words(folder, 'caller')}")
    return _report(folder)


class SippPhones:
    """Any number of answering phones at one address, until the end of the block.

    Args:
        folder: for its files; made when absent.
        ip: own address.
        ring_ms: each call rings so long before it is answered.
    """

    def __init__(self, folder: Path, *, ip: str = "127.0.0.1", ring_ms: int = 1) -> None:
        self.folder, self.ip, self.ring_ms = folder, ip, ring_ms
        self.address: Address = (ip, 0)
        """Where they are, for static contacts such as `sip:d-1@127.0.0.1:22040`."""
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        self.address = (self.ip, processes.free_ports(self.ip))
        scenario = _prepared(self.folder, "phone", {"RING_MS": str(max(1, self.ring_ms))})
        self._process = await _start(self.folder, scenario, self.ip, self.address[1], ["-nd"])
        # It says nothing when it is ready, so look whether the port is taken.
        for _ in range(100):
            if self._process.returncode is not None:
                raise SippFailed(f"sipp ended at once; {_last_words(self.folder, 'phone')}")
            if not processes.is_free(*self.address):
                return self
            await asyncio.sleep(0.02)
        await processes.end(self._process)
        raise SippFailed(f"sipp does not listen; {_last_words(self.folder, 'phone')}")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            await processes.end(self._process)


def _prepared(folder: Path, name: str, values: dict[str, str]) -> Path:
    """The scenario with its settings filled in: SIPp takes times and chances only as literals."""
    text = (SCENARIOS / f"{name}.xml").read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.xml"
    path.write_text(text)
    return path


def _stays(mean_ms: int) -> str:
    """A choice between the times for which one stays, and the steps of each."""
    left = range(len(STAYS), 1, -1)
    choices = [f'  <nop next="call{at}" chance="{1 / others:.4f}"/>' for at, others in enumerate(left)]
    one = (SCENARIOS / "stay.xml").read_text()
    # The last one follows the choices at once.
    stays = [
        one.replace("@N@", str(at)).replace("@STAY_MS@", str(max(1, round(part * mean_ms))))
        for at, part in reversed([*enumerate(STAYS)])
    ]
    return "\n".join([*choices, *stays])


async def _start(folder: Path, scenario: Path, ip: str, port: int, more: list[str]) -> Process:
    program = processes.program("sipp", "sip-tester")
    name = scenario.stem
    own = ["-sf", str(scenario), "-i", ip, "-p", str(port), "-mi", ip, "-mp", str(port + MEDIA_PORT)]
    # The control port is UDP 8888 by default, which two at once would fight for; -cp takes another.
    own += ["-cp", str(port + 1), "-timer_resol", "1", "-nostdin"]
    own += [
        "-trace_rtt",
        "-rtt_freq",
        "1",
        "-trace_stat",
        "-stf",
        str(folder / f"{name}-stat.csv"),
        "-fd",
        "1",
    ]
    own += ["-trace_err", "-error_file", str(folder / f"{name}-errors.log")]
    with (folder / f"{name}-out.log").open("wb") as out:
        return await asyncio.create_subprocess_exec(
            *processes.mortal(program, *own, *more), stdin=DEVNULL, stdout=out, stderr=out, cwd=folder
        )


def _report(folder: Path) -> SippReport:
    rows = list(csv.DictReader((folder / "caller-stat.csv").read_text().splitlines(), delimiter=";"))
    if not rows:
        raise SippFailed(f"no figures; {_last_words(folder, 'caller')}")
    answers: list[float] = []
    for path in folder.glob("caller_*_rtt.csv"):
        lines = path.read_text().splitlines()[1:]
        answers += [float(line.split(";")[1]) for line in lines if line.count(";") >= 2]
    last = rows[-1]
    return SippReport(
        succeeded=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        answer_ms=tuple(sorted(answers)),
    )


def _last_words(folder: Path, name: str) -> str:
    texts = [folder / f"{name}-errors.log", folder / f"{name}-out.log"]
    return "\n".join(path.read_text(errors="replace")[-1500:] for path in texts if path.exists())
