"""`cordboard practice` asks the running Cordboard for callers, through a socket that only its owner may open."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from cordboard.control import NAME, Answer, Control, Question, ServerAway, ask
from tests.cli.command import CANNOT_START, cordboard
from tests.support.installation import Installation


@pytest.mark.exchange
async def test_practice_callers_come_when_asked_for(tmp_path: Path) -> None:
    """Two for the general queue, one for the urgent one by name, and none for a queue that is not there."""
    async with Installation(tmp_path) as installation, installation.desk("henk") as desk:
        await desk.work("Enschede", "demo-206", "Algemeen", "Urgent")
        control = installation.data / NAME

        def run(*words: str) -> tuple[int, str]:
            done = cordboard("practice", "--data", installation.data, *words)
            return done.code, (done.out + done.err).strip()

        two = await asyncio.to_thread(run, "--count", "2")
        await desk.until(lambda: len(desk.calls()) == 2)
        urgent = await asyncio.to_thread(run, "--queue", "urgent")
        await desk.until(lambda: len(desk.calls()) == 3)
        nobody = await asyncio.to_thread(run, "--queue", "Nergens")

        assert two == (0, "cordboard: 2 practice callers call queue Algemeen.")
        assert urgent == (0, "cordboard: 1 practice caller calls queue Urgent.")
        assert nobody[0] == 1
        assert "there are: Algemeen, Urgent, Intercollegiaal" in nobody[1]
        assert stat.S_ISSOCK(control.stat().st_mode)
        assert stat.S_IMODE(control.stat().st_mode) == 0o600


def test_without_a_running_cordboard_it_says_so(tmp_path: Path) -> None:
    """And how to start one."""
    done = cordboard("practice", "--data", tmp_path)

    assert done.code == CANNOT_START
    assert f"No Cordboard runs on the data folder {tmp_path}" in done.complaint
    assert "make run" in done.complaint


async def test_a_question_is_answered_however_long_the_folders_name(tmp_path: Path) -> None:
    """A socket's own name may have 107 characters only; a data folder's may have more."""
    folder = tmp_path / ("d" * 120)
    folder.mkdir()

    async def answer(question: Question) -> Answer:
        return Answer(done=True, sentence=f"{question.count} asked")

    control = Control(folder, answer)
    await control.start()
    try:
        said = await asyncio.to_thread(ask, folder, Question(ask="practice", count=3))
    finally:
        await control.stop()

    assert said == Answer(done=True, sentence="3 asked")
    with pytest.raises(ServerAway):
        ask(folder, Question(ask="health"))


async def test_what_is_no_question_is_answered_too(tmp_path: Path) -> None:
    """An older or a curious program gets a sentence, and the server lives on."""

    async def answer(question: Question) -> Answer:
        return Answer(done=True, sentence="fine")

    control = Control(tmp_path, answer)
    await control.start()
    try:
        for nonsense in (b"hello\n", b'{"ask":"everything"}\n', b"x" * 200_000 + b"\n"):
            reader, writer = await asyncio.open_unix_connection(str(tmp_path / NAME))
            writer.write(nonsense)
            said = await reader.read()
            assert b'"done":true' not in said
            writer.close()
            await writer.wait_closed()
        assert (await asyncio.to_thread(ask, tmp_path, Question(ask="health"))).done
    finally:
        await control.stop()
