"""The exchange's life: started once, adopted when alive, noticed when dead, ended only when told to."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cordboard.asterisk import logfiles, runtime
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.existing import check_live
from cordboard.asterisk.settings import ExchangeSettings, Ports
from tests.support.exchange import exchange_binary, running_exchange
from tests.support.waiting import until

pytestmark = pytest.mark.exchange


async def test_a_living_exchange_is_adopted_and_never_doubled(tmp_path: Path) -> None:
    """A restarted server finds it by its run folder."""
    async with running_exchange(tmp_path) as exchange:
        again = runtime.ensure(exchange.binary, exchange.settings)
        again.close()

        assert again.adopted
        assert not again.outdated
        assert again.pid == exchange.process.pid


async def test_a_living_exchange_that_hangs_is_adopted_as_well(tmp_path: Path) -> None:
    """Whoever watches it ends it when it hangs for too long; until then it may have calls."""
    async with running_exchange(tmp_path) as exchange:
        os.kill(exchange.process.pid, signal.SIGSTOP)
        try:
            again = await asyncio.wait_for(runtime.started_exchange(exchange.binary, exchange.settings), 5)
        finally:
            os.kill(exchange.process.pid, signal.SIGCONT)
        again.close()

        assert again.adopted
        assert again.pid == exchange.process.pid


async def test_its_logs_do_not_fill_the_disk_while_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on in new ones, also when it could not be told at once; one old one of each is kept."""
    monkeypatch.setattr(logfiles, "LOG_BYTES_MAX", 1_000)
    async with running_exchange(tmp_path) as exchange:
        settings = exchange.settings
        ami = AmiClient(settings.ports.ami, settings.ami_password)
        log = settings.run_dir / "log" / "security"
        with log.open("a") as file:
            file.write("somebody tries a password\n" * 100)

        with pytest.raises(AmiFailed):
            await logfiles.keep_short(settings.run_dir, AmiClient(settings.ports.ami, "not the password"))
        assert not log.exists()
        assert "somebody" in log.with_name("security.old").read_text()

        await logfiles.keep_short(settings.run_dir, ami)
        before = log.read_text()
        assert "somebody" not in before
        with pytest.raises(AmiFailed):
            await AmiClient(settings.ports.ami, "wrong").action("Ping")
        await until(lambda: log.read_text() != before)
        await logfiles.keep_short(settings.run_dir, ami)
        assert "InvalidPassword" in log.read_text()
        await ami.close()


async def test_an_adopted_exchange_with_older_settings_says_so(tmp_path: Path) -> None:
    """They count from its next start; its calls are not touched for it."""
    async with running_exchange(tmp_path) as exchange:
        changed = ExchangeSettings(
            run_dir=exchange.settings.run_dir,
            ports=exchange.settings.ports,
            ari_password=exchange.settings.ari_password,
            emergency_numbers=("911",),
        )
        again = runtime.ensure(exchange.binary, changed)
        again.close()

        assert again.adopted
        assert again.outdated


async def test_the_exchange_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    """A server is killed with all its children's group: the exchange is in a session of its own."""
    async with running_exchange(tmp_path) as exchange:
        settings, binary = exchange.settings, exchange.binary
        await exchange.process.stop()
        script = (
            "import sys, time\n"
            "from pathlib import Path\n"
            "from cordboard.asterisk import runtime\n"
            "from cordboard.asterisk.settings import ExchangeSettings, Ports\n"
            "from tests.support.exchange import exchange_binary\n"
            f"settings = ExchangeSettings(run_dir=Path({str(settings.run_dir)!r}), ports={settings.ports!r},\n"
            f"    ari_password={settings.ari_password!r})\n"
            "print(runtime.ensure(exchange_binary(), settings).pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        starter = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            script,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": "src:."},
        )
        assert starter.stdout is not None
        pid = int(await starter.stdout.readline())

        os.killpg(starter.pid, signal.SIGKILL)
        await starter.wait()

        adopted = runtime.ensure(binary, settings)
        assert adopted.adopted
        assert adopted.pid == pid
        await adopted.ready()
        await exchange.link.up()
        await adopted.stop()
        assert runtime.find(settings.run_dir) is None


async def test_a_killed_exchange_is_noticed_at_once_and_can_be_started_anew(tmp_path: Path) -> None:
    """Within the two seconds that a person may wait: noticed, started, connected."""
    async with running_exchange(tmp_path) as exchange:
        watching = asyncio.create_task(exchange.process.ended())
        await asyncio.sleep(0)
        started = time.monotonic()
        os.kill(exchange.process.pid, signal.SIGKILL)

        await watching
        noticed_ms = (time.monotonic() - started) * 1000
        exchange.process.close()
        exchange.process = runtime.ensure(exchange.binary, exchange.settings)
        await exchange.process.ready()
        await exchange.link.up()
        back_ms = (time.monotonic() - started) * 1000
        await exchange.process.stop()

        assert noticed_ms < 500
        assert back_ms < 5000, "shared machine; alone it takes about half a second"


async def test_its_files_are_private_and_its_folder_is_whole(tmp_path: Path) -> None:
    """Passwords, recordings and logs are nobody else's."""
    async with running_exchange(tmp_path) as exchange:
        run = exchange.settings.run_dir

        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (run / "etc").iterdir())
        assert sorted(path.name for path in (run / "data").iterdir()) == [
            "documentation",
            "rest-api",
            "sounds",
        ]
        assert len(list((run / "moh").glob("*.wav"))) >= 5
        assert "ERROR" not in exchange.log_text()


async def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    """By default nobody outside this machine can reach it."""
    async with running_exchange(tmp_path) as exchange:
        inodes = {
            link[8:-1]
            for path in Path(f"/proc/{exchange.process.pid}/fd").iterdir()
            if (link := os.readlink(path)).startswith("socket:[")
        }
        listening: set[str] = set()
        for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                words = line.split()
                address, port = words[1].split(":")
                # SIP's own library holds two sockets for asking the name server; nobody is served on them.
                served = table.startswith("tcp") or int(port, 16) == exchange.settings.ports.sip
                if words[9] in inodes and words[3] == state and served:
                    listening.add(address)

        assert listening == {f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"}


async def test_a_ready_exchange_passes_the_check_for_existing_ones(tmp_path: Path) -> None:
    """Version, modules and channel variables are what Cordboard needs."""
    async with running_exchange(tmp_path) as exchange:
        ami = AmiClient(exchange.settings.ports.ami, exchange.settings.ami_password)

        assert await check_live(exchange.link, ami) == []
        await ami.close()


async def test_an_exchange_that_cannot_start_says_its_last_words(tmp_path: Path) -> None:
    """Here: a configuration that somebody spoilt after it was written."""
    async with running_exchange(tmp_path, server=False) as exchange:
        await exchange.process.stop()
        settings = exchange.settings
        pid = runtime._spawn(_broken(exchange.binary, settings), settings)
        process = runtime.RunningExchange(pid, settings, adopted=False, outdated=False)

        with pytest.raises(ExchangeUnavailable, match="ended while starting"):
            await process.ready()
        process.close()


async def test_want_of_our_own_is_no_silence_of_the_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be ended for it, with every call. While it starts it is asked again."""
    async with running_exchange(tmp_path) as exchange:
        ask, wants = asyncio.open_connection, iter([errno.EMFILE, errno.ENOMEM, errno.ECONNREFUSED])

        async def in_want(*where: Any, **how: Any) -> Any:
            if (want := next(wants, None)) is not None:
                raise OSError(want, os.strerror(want))
            return await ask(*where, **how)

        monkeypatch.setattr(asyncio, "open_connection", in_want)
        with pytest.raises(OSError, match="Too many open files"):
            await exchange.process.answers()
        await exchange.process.ready()

        assert await exchange.process.answers()


def _broken(binary: ExchangeBinary, settings: ExchangeSettings) -> ExchangeBinary:
    (settings.run_dir / "etc/modules.conf").write_text("[modules]\nautoload=no\nrequire=nonsense.so\n")
    return binary


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """One sentence with the folder in it."""
    (tmp_path / "file").write_text("")
    settings = ExchangeSettings(run_dir=tmp_path / "file" / "run", ports=Ports())

    with pytest.raises(ExchangeUnavailable, match="cannot be used"):
        runtime.ensure(exchange_binary(), settings)


def test_passwords_are_kept_for_the_run_folder(tmp_path: Path) -> None:
    """Otherwise a restarted server could not speak to the exchange that it adopts."""
    first = runtime.secrets_for(tmp_path / "run")

    assert runtime.secrets_for(tmp_path / "run") == first
    assert stat.S_IMODE((tmp_path / "run/secrets.json").stat().st_mode) == 0o600
    assert len(first.ari) == 32
