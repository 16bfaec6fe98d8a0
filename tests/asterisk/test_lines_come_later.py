"""A line of the log costs more than a turn of the core: no telephone waits for one."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from cordboard.asterisk.transport import AriResponse
from cordboard.core.requests import AnswerCall
from tests.asterisk.announced import Ask, stand_between
from tests.support.office import ALGEMEEN, CHANTAL, Office


class Heard(logging.Handler):
    """Notes when lines are written."""

    def __init__(self, happened: list[str]) -> None:
        super().__init__(logging.INFO)
        self._happened = happened

    def emit(self, record: logging.LogRecord) -> None:
        """Its text."""
        self._happened.append(record.getMessage())


async def test_a_command_is_sent_before_its_lines_are_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the click, of the turn and of the command itself."""
    happened: list[str] = []

    async def noted(method: str, uri: str, _query: Mapping[str, str], ask: Ask) -> AriResponse:
        happened.append(f"{method} {uri}")
        return await ask()

    async with Office() as office:
        office.caller().call(ALGEMEEN)
        await office.pass_ms(1_000)
        call = office.only_call()
        stand_between(monkeypatch, noted)
        caplog.set_level(logging.INFO, "cordboard")
        heard = Heard(happened)
        logging.getLogger("cordboard").addHandler(heard)
        await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
        logging.getLogger("cordboard").removeHandler(heard)

    written = ("asked", "asked of the exchange", "a call's log", "a call moved")
    first_line = min(happened.index(line) for line in written if line in happened)
    assert {"asked", "asked of the exchange"} <= set(happened)
    assert any(what.startswith(("POST", "DELETE")) for what in happened[:first_line])
