"""One mistake for each invariant that is not the core's: organisations (I13), one server (I14), chat (I16).

Each is put in under the very test that guards the invariant, and that test has to fail.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cordboard.app import projection
from cordboard.app.chat import ChatMessage
from cordboard.app.projection import Viewer
from cordboard.app.views import View
from cordboard.core.board import Board
from cordboard.core.notices import Changed, Thing
from cordboard.core.records import Noted, Why
from cordboard.core.types import CallId, OrganisationId
from cordboard.launch import CannotStart
from cordboard.parent import alone
from tests.web import test_chat, test_live
from tests.web.rig import CHANTAL, TWENTE, Rig, rig

Fault = Callable[[pytest.MonkeyPatch, Rig], None]


@contextmanager
def found() -> Iterator[None]:
    """What stands in here has to be found by a check, and not by a crash."""
    with pytest.raises(AssertionError):
        yield


# --- I13: organisations ---


def news_for_everybody(patch: pytest.MonkeyPatch, web: Rig) -> None:
    """What changes is told to all consoles, and looked up wherever it is found."""
    hub, view_of = web.services.hub, projection.view_of
    changed = hub.changed
    chantal = web.services.tenancy.viewer(CHANTAL)
    assert chantal is not None

    def told_to_all(_organisation: OrganisationId, things: Iterable[Changed]) -> None:
        kept = list(things)
        for organisation in web.services.tenancy.organisations():
            changed(organisation, kept)

    def found_anywhere(board: Board, viewer: Viewer, thing: Thing, id_: str, *_: object) -> View | None:
        elsewhere = hub.board(TWENTE)
        assert elsewhere is not None
        return view_of(board, viewer, thing, id_) or view_of(elsewhere, chantal, thing, id_)

    patch.setattr(hub, "changed", told_to_all)
    patch.setattr(projection, "view_of", found_anywhere)


async def test_what_crosses_organisations_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame of the one organisation names something of the other."""
    async with rig(tmp_path) as web:
        news_for_everybody(monkeypatch, web)
        with found():
            await test_live.test_nothing_of_another_organisation_is_shown_or_can_be_touched(web)


# --- I14: one server at a time writes ---


def _two_at_once(data: Path) -> None:
    with alone(data), pytest.raises(CannotStart), alone(data):
        raise AssertionError("a second one runs on the same data")


def test_a_second_server_on_the_same_data_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lock it is refused; without, two would write."""
    _two_at_once(tmp_path)
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    with found():
        _two_at_once(tmp_path)


# --- I16: chat ---


def written_to_the_log(patch: pytest.MonkeyPatch, web: Rig) -> None:
    """Somebody wanted to see what happens."""
    send = web.services.chat.send

    def tells(sender: Any, to: Any, id_: str, text: str, reply: Any) -> None:
        logging.getLogger("cordboard.app.chat").debug("a message", extra={"text": text})
        logging.getLogger("cordboard.app.chat").debug("to %s: %s", to, text)
        send(sender, to, id_, text, reply)

    patch.setattr(web.services.chat, "send", tells)


def kept_in_the_database(patch: pytest.MonkeyPatch, web: Rig) -> None:
    """Somebody wanted a history of it."""
    hand_over = web.services.chat._lines.hand_over

    def keeps(message: ChatMessage, to: Any) -> None:
        record = Noted(call=CallId("chat"), why=Why.ENDED, agent=to, detail=message.text, at=message.at)
        web.writer.add(message.organisation, [record])
        hand_over(message, to)

    patch.setattr(web.services.chat._lines, "hand_over", keeps)


@pytest.mark.parametrize("fault", [written_to_the_log, kept_in_the_database])
async def test_chat_that_leaves_its_text_behind_is_found(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In a log line, or in a file."""
    async with rig(tmp_path) as web:
        fault(monkeypatch, web)
        with found():
            await test_chat.test_of_a_message_nothing_is_left_on_the_disk_or_in_the_log(web, tmp_path, caplog)
