"""What was kept long enough goes, whatever the disk and the database say (3.4-i)."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cordboard.app.history import Forgotten, Place
from cordboard.app.ports import StorageFailure
from cordboard.core.records import MessageLeft, Record
from cordboard.core.types import CallId, Instant, OrganisationId
from cordboard.storage.connection import Access
from cordboard.storage.history import SqlHistory
from cordboard.wiring import keeping as room
from cordboard.wiring.keeping import DAY_MS, Keeping
from cordboard.wiring.sounds import Sounds
from tests.contracts.storage.samples import BRABANT, PIET, answered_call, closed, opened
from tests.web.administrator import change
from tests.web.rig import TWENTE, Rig, log_in, rig

NOON = 1_530_000_000_000
LONG_AFTER = NOON + 2 * 183 * DAY_MS


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    """Three calls of long ago; in each a message was left."""
    async with rig(tmp_path) as made:
        (tmp_path / "messages").mkdir()
        for number in range(3):
            call, at = CallId(f"c{number}"), NOON + number
            left = MessageLeft(call=call, name=f"m{number}", ms=1, to=PIET, queue=None, at=at)
            await made.database.journal.append(TWENTE, [*answered_call(call, at, wait_ms=1, talk_ms=1), left])
            (tmp_path / "messages" / f"m{number}.wav").write_bytes(b"RIFF")
        yield made


def keeping_of(
    web: Rig, sounds: Sounds, history: SqlHistory | None = None, *, days_unwritten: int = 0
) -> Keeping:
    """Long after; the database has been away for some days, or not."""
    return Keeping(
        history or web.database.history,
        web.services.tenancy,
        lambda: LONG_AFTER,
        sounds.forget_message,
        recorded_before=sounds.recorded_before,
        whole_until=lambda: LONG_AFTER - days_unwritten * DAY_MS,
    )


async def left(web: Rig) -> tuple[str, ...]:
    """Messages that the database knows of."""
    return await web.database.history.messages_before(TWENTE, LONG_AFTER, limit=9, after=None)


@pytest.mark.rule("3.4-i", "D29")
async def test_a_message_that_the_disk_keeps_is_tried_again_and_holds_up_no_other(
    web: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The folder may not be ours to write in: the server goes on, says so, and tries at its next look."""
    monkeypatch.setattr(room, "LOOK_S", 0.0)
    monkeypatch.setattr(room, "BATCH", 1)
    looks, taken_away = [0], Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        looks[0] += path.stem == "m0"
        if path.stem == "m0" and looks[0] < 3:
            raise OSError(errno.EROFS, "Read-only file system")
        taken_away(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    running = asyncio.create_task(keeping_of(web, Sounds(tmp_path, tmp_path / "messages")).run())
    kept: list[tuple[str, ...]] = []
    with caplog.at_level(logging.WARNING, logger="cordboard"):
        async with asyncio.timeout(60):
            while not kept or kept[-1]:
                assert not running.done(), running.exception()
                await asyncio.sleep(0.01)
                kept.append(await left(web))
    running.cancel()

    assert looks[0] >= 3 and not [*(tmp_path / "messages").iterdir()]
    assert "an old message is still there" in caplog.messages
    assert not any("m0" in message for message in caplog.messages)


class NoLonger(SqlHistory):
    """Fails when it is told that messages are gone: the server was killed, the database is away."""

    async def forget_messages(self, organisation: OrganisationId, names: object) -> None:
        """Not now."""
        raise StorageFailure("away")


@pytest.mark.rule("3.4-i", "D29")
async def test_no_sound_is_left_that_nobody_knows_of(web: Rig, tmp_path: Path) -> None:
    """Between the sound and its row a server can die: what is left is the row, and the next one takes it."""
    sounds = Sounds(tmp_path, tmp_path / "messages")
    with pytest.raises(StorageFailure):
        await keeping_of(web, sounds, NoLonger(web.database.access)).look(TWENTE)
    sounds_left, rows_left = [*(tmp_path / "messages").iterdir()], await left(web)

    await keeping_of(web, sounds).look(TWENTE)

    assert (sounds_left, rows_left) == ([], ("m0", "m1", "m2"))
    assert await left(web) == ()


@pytest.mark.rule("3.4-i")
async def test_what_was_looked_at_is_not_looked_at_again_until_another_time_is_set(web: Rig) -> None:
    """Each hour begins where the one before ended."""
    history, sounds = Counting(web.database.access), Sounds(Path("none"), Path("none"))
    keeping = keeping_of(web, sounds, history)

    gone = [await keeping.look(TWENTE), await keeping.look(TWENTE)]
    async with web.client() as client:
        await log_in(client)
        await change(client, f"organisation/{TWENTE}", history_days=30)
    await keeping.look(TWENTE)

    assert gone == [3, 0]
    assert [None if after is None else after[1] for after in history.asked] == [None, "c2", None]


class Counting(SqlHistory):
    """Remembers from where it was asked."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.asked: list[Place | None] = []

    async def forget(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: Place | None = None
    ) -> Forgotten:
        """As ever."""
        self.asked.append(after)
        return await super().forget(organisation, before, limit=limit, after=after)


# --- recordings that are nobody's message ---


def recording(folder: Path, name: str, *, hours_old: int) -> None:
    """What somebody said, as the exchange has it."""
    path = folder / f"{name}.wav"
    path.write_bytes(b"RIFF")
    at_s = LONG_AFTER / 1_000 - hours_old * 3_600
    os.utime(path, (at_s, at_s))


async def left_for(web: Rig, organisation: OrganisationId, call: str, *records: Record) -> None:
    """A message of that call, in the database."""
    name = f"message-{call}"
    message = MessageLeft(call=CallId(call), name=name, ms=1, to=PIET, queue=None, at=LONG_AFTER)
    await web.database.journal.append(organisation, [*records, message])


@pytest.mark.rule("3.4-i", "D29")
async def test_a_recording_that_is_nobodys_message_goes_after_a_day(web: Rig, tmp_path: Path) -> None:
    """Fresh ones stay, and those that any organisation has as a message, and what is called otherwise."""
    folder = tmp_path / "messages"
    for call in ("old", "trunk-1.23"):
        recording(folder, f"message-{call}", hours_old=25)
    recording(folder, "message-fresh", hours_old=23)
    for organisation in (TWENTE, BRABANT):
        await left_for(web, organisation, f"of-{organisation}")
        recording(folder, f"message-of-{organisation}", hours_old=25)
    before = {path.stem for path in folder.iterdir()}
    recording(folder, "cb-take-1", hours_old=25)

    gone = await keeping_of(web, Sounds(tmp_path, folder)).look_for_strays()

    assert gone == 2
    after = {path.stem for path in folder.iterdir()}
    assert after == before - {"message-old", "message-trunk-1.23"} | {"cb-take-1"}


@pytest.mark.rule("3.4-i", "D16", "D29")
async def test_a_recording_of_a_call_that_is_not_over_stays(web: Rig, tmp_path: Path) -> None:
    """A server that was away for days looks for it when the exchange is there; when the call is over it goes."""
    folder = tmp_path / "messages"
    await web.database.journal.append(TWENTE, [opened("open", NOON)])
    recording(folder, "message-open", hours_old=25)
    keeping = keeping_of(web, Sounds(tmp_path, folder))

    gone = [await keeping.look_for_strays()]
    await web.database.journal.append(TWENTE, [closed("open", NOON + 1)])
    gone.append(await keeping.look_for_strays())

    assert gone == [0, 1]


@pytest.mark.rule("3.4-i", "D29")
async def test_a_recording_stays_while_its_message_may_not_have_been_written_yet(
    web: Rig, tmp_path: Path
) -> None:
    """The database was away for longer than a day."""
    folder = tmp_path / "messages"
    recording(folder, "message-old", hours_old=25)

    waits = await keeping_of(web, Sounds(tmp_path, folder), days_unwritten=2).look_for_strays()

    assert (waits, await keeping_of(web, Sounds(tmp_path, folder)).look_for_strays()) == (0, 1)


@pytest.mark.rule("3.4-i", "X-a")
async def test_what_an_organisation_left_behind_goes_at_a_look_by_itself(
    web: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its messages have no rows any more; more of them than fit in one look at the database."""
    monkeypatch.setattr(room, "BATCH", 2)
    folder = tmp_path / "messages"
    for number in range(5):
        recording(folder, f"message-d{number}", hours_old=48)

    running = asyncio.create_task(keeping_of(web, Sounds(tmp_path, folder)).run())
    async with asyncio.timeout(60):
        while any(folder.glob("message-*")):
            assert not running.done(), running.exception()
            await asyncio.sleep(0.01)
    running.cancel()
