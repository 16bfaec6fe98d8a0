"""One call's story can be read in the log by its id: what was decided, asked of the exchange, and written."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from cordboard.app.about import about, current_call
from cordboard.asterisk.lanes import Lanes
from cordboard.core.requests import AnswerCall, HangUpCall, HoldCall, ResumeCall
from cordboard.core.types import CallId, LegId
from cordboard.logs import log_to
from cordboard.storage.open import open_database
from tests.support.office import ALGEMEEN, CHANTAL, ORGANISATION, PIET, Office


class Full(io.StringIO):
    """A file on a disk without a byte left."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Where the server logs to, as long as the test runs."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    log_to(tmp_path / "server.log")
    yield tmp_path / "server.log"
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


def lines_about(file: Path, call: str) -> list[dict[str, Any]]:
    """Every line with this call's id, in order."""
    lines = (json.loads(line) for line in file.read_text().splitlines())
    return [line for line in lines if line.get("call") == call]


async def test_a_calls_story_is_read_by_its_id(log_file: Path, tmp_path: Path) -> None:
    """Through decisions, commands and commits, while another call goes on beside it; without anybody's number."""
    office = Office()
    async with office:
        office.caller("+31612345678", "Jansen").call(ALGEMEEN)
        await office.pass_ms(500)
        call = office.only_call().id
        await office.asks(AnswerCall(agent=CHANTAL, call=call))
        await office.pass_ms(500)
        office.caller("+31687654321").call(ALGEMEEN)
        await office.pass_ms(500)
        other = next(each for each in office.board.calls if each != call)
        await office.asks(HoldCall(agent=CHANTAL, call=call))
        await office.asks(ResumeCall(agent=CHANTAL, call=call))
        await office.asks(AnswerCall(agent=PIET, call=other))
        await office.asks(AnswerCall(agent=PIET, call=call))
        await office.asks(HangUpCall(agent=CHANTAL, call=call))
        await office.pass_ms(200)
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    await database.journal.append(ORGANISATION, office.journal.records)
    await database.close()

    story = lines_about(log_file, call)
    assert {line["logger"] for line in story} >= {
        "cordboard.app.engine",
        "cordboard.app.steps",
        "cordboard.asterisk.deeds",
        "cordboard.storage.journal",
    }
    assert [line["state"] for line in story if line["event"] == "a call moved"][-3:] == [
        "active",
        "held",
        "active",
    ]
    commands = [line["command"] for line in story if line["event"] == "asked of the exchange"]
    assert commands[0] == "PlaceInQueue"
    assert commands.index("RingDevice") < commands.index("Join") < commands.index("Hold")
    assert [(line["request"], line.get("code")) for line in story if line["event"] == "refused"] != []
    words = [line["event"] for line in story]
    assert words.index("a call began") < words.index("a call ended") < words.index("written")
    (written,) = [line for line in story if line["event"] == "written"]
    assert written["records"] == sum(
        getattr(record, "call", None) == call for record in office.journal.records
    )
    assert len(lines_about(log_file, other)) > 5
    assert all(number not in log_file.read_text() for number in ("612345678", "687654321", "Jansen"))


def test_a_log_that_cannot_be_written_is_told_once_and_says_later_what_it_lost(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a full disk every call still logs; a stack trace for each line would cost more than the line (F20)."""
    log = logging.getLogger("cordboard.test")
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, logging.FileHandler)]
    log.info("before")
    kept, handler.stream = handler.stream, cast(Any, Full())
    for number in range(50):
        log.info("nowhere", extra={"number": number})
    told = capsys.readouterr().err

    handler.stream = kept
    log.info("after")

    assert told.count("\n") == 1
    assert "cannot be written: [Errno 28] No space left on device" in told
    events = [json.loads(line)["event"] for line in log_file.read_text().splitlines()]
    assert events == ["before", "after", "lines of the log were lost"]


async def test_what_is_begun_for_a_call_and_crashes_later_is_told_as_that_calls(log_file: Path) -> None:
    """A command runs long after the turn that gave it; the next call's do not take its name."""

    async def crash() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("a bug")

    lanes = Lanes()
    with about(CallId("c1")):
        lanes.post([LegId("l1")], crash)
    with about(CallId("c2")):
        assert current_call() == "c2"
        await lanes.settle()
        # The lane is told of it in its own time.
        await asyncio.sleep(0)
    assert current_call() is None

    (line,) = lines_about(log_file, "c1")
    assert (line["event"], line["level"]) == ("a command to the exchange crashed", "error")
    assert lines_about(log_file, "c2") == []
