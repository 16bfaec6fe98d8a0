"""Every live command against everybody who may not: generated, so that a new one falls under it (X-b, X-c)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from cordboard.core.requests import ChooseGroup
from cordboard.core.types import CallId, MissedId
from cordboard.web import wire
from tests.contracts.storage.samples import ENSCHEDE
from tests.web.administrator import asked, change, give, state_of
from tests.web.consoles import console, cookies, served
from tests.web.refused import ELSEWHERE, UTRECHT, nothing_leaks, two_organisations
from tests.web.rig import ALGEMEEN, BRABANT, CHANTAL, PIET, TWENTE, Rig, Socket, log_in

VALUES = {
    "call": "c-theirs",
    "to": "c-theirs",
    "queue": "q-breda",
    "device": "d-9",
    "group": "g-breda",
    "user": "u-anja",
    "missed": "c-theirs-missed",
}
"""An argument that names something, and Brabant's."""
ELSEWHERES = VALUES | {"call": "c-elsewhere", "to": "c-elsewhere", "queue": ELSEWHERE, "group": UTRECHT}
"""The same of another group of one's own organisation; telephones and colleagues are everybody's."""
PLAIN = {"number": "0534801234", "digits": "1", "reason": "Vakantie", "kind": "blind"}
WITHOUT_THINGS = {
    "device.unpair",
    "wrap_up.start",
    "wrap_up.stop",
    "wrap_up.extend",
    "agent.return",
    "agent.pause",
    "call.dial",
    "call.keys",
}
"""About nothing but oneself."""
NEEDS_NO_RIGHT = {
    *(op for op in get_args(wire.CommandName) if op.startswith(("transfer.", "queue.", "group."))),
    "call.reject",
    "call.hold",
    "call.resume",
    "call.hang_up",
    "call.colleague",
    "call.keys",
    "call.conference",
    "device.pair",
    "device.unpair",
    "wrap_up.stop",
    "wrap_up.extend",
    "agent.return",
    "agent.pause",
    "callback.accept",
    "callback.reject",
}
REFUSED_WITHOUT = {
    "call.answer": "no_right",
    "call.dial": "number_not_allowed",
    "wrap_up.start": "wrap_up_not_allowed",
    "chat.send": "no_right",
    "chat.got": "no_right",
    "chat.read": "no_right",
    "callback.make": "no_right",
    "callback.cancel": "no_right",
    "callback.retry": "no_right",
    "missed.claim": "no_right",
    "missed.call": "no_right",
    "missed.release": "no_right",
    "missed.close": "no_right",
}
"""What is answered to somebody without the right that it takes; `practice.call` too."""


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    async with two_organisations(tmp_path) as made:
        yield made


def arguments() -> dict[str, list[str]]:
    """The arguments of every command, from the comments beside its name."""
    text = Path(wire.__file__).read_text()
    found = dict(re.findall(r'^    "([a-z_]+\.[a-z_]+)",\s+# \{([^}]*)\}', text, re.M))
    assert found.keys() == set(get_args(wire.CommandName)), "say beside its name what a command is about"
    return {
        op: [name for part in inside.split(",") for name in re.findall(r"^\s*(\w+)", part)]
        for op, inside in found.items()
    }


async def refusals(socket: Socket, values: dict[str, str], ops: set[str]) -> dict[str, str]:
    """What each of these commands is answered, with these values."""
    answers = {}
    person = dict.fromkeys(("to", "from", "with"), values["user"])
    for op, names in arguments().items():
        if op in ops:
            known = values | PLAIN | (person if op.startswith("chat.") else {})
            args = {name: str(known.get(name, "1")) for name in names if name != "confirmed"}
            command = socket.command(op, id=f"x-{op}", **args)
            answer = await socket.told(t="res", id=command)
            answers[op] = "done" if answer["ok"] else answer["code"]
    return answers


@pytest.mark.rule("X-c")
async def test_no_command_reaches_another_organisation_and_no_frame_tells_of_one(web: Rig) -> None:
    """Chantal has every right, in Twente."""
    about = set(get_args(wire.CommandName)) - WITHOUT_THINGS - {"practice.call"}
    before, told = state_of(web, BRABANT), len(web.exchange.told)
    async with console(web, await cookies(web, "Chantal@twente.example")) as socket:
        await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
        answers = await refusals(socket, VALUES, about)
        frames = repr(socket.frames)

    assert set(answers) == about
    assert "done" not in answers.values(), answers
    assert state_of(web, BRABANT) == before
    assert nothing_leaks(frames)
    assert not any(organisation == BRABANT for organisation, _ in web.exchange.told[told:])


@pytest.mark.rule("1.1-r", "X-c")
async def test_no_command_reaches_another_groups_queue_or_call(web: Rig) -> None:
    """Piet works for Enschede, and nothing of Utrecht is on his screen."""
    about = set(get_args(wire.CommandName)) - WITHOUT_THINGS
    # Telephones and colleagues are everybody's; to sign out where one is not signed in is to have what was asked for.
    about -= {"practice.call", "device.pair", "call.colleague", "queue.sign_out"}
    before = state_of(web, TWENTE)
    async with console(web, await cookies(web, "Piet@twente.example")) as socket:
        answers = await refusals(socket, ELSEWHERES, about)
        frames = repr([frame for frame in socket.frames if frame["t"] != "res"])

    assert "done" not in answers.values(), answers
    assert "c-elsewhere" not in frames and ELSEWHERE not in frames
    assert CallId("c-elsewhere") in web.services.engine.desks[TWENTE].board.calls
    assert before.count("c-elsewhere") == state_of(web, TWENTE).count("c-elsewhere")
    assert MissedId("c-elsewhere-missed") in web.services.engine.desks[TWENTE].board.missed


@pytest.mark.rule("X-b")
async def test_no_command_that_takes_a_right_is_done_without_it(web: Rig) -> None:
    """A command that is new needs a line here: which right, or none."""
    assert set(get_args(wire.CommandName)) == NEEDS_NO_RIGHT | REFUSED_WITHOUT.keys() | {"practice.call"}
    await give(web, PIET)
    board = web.services.engine.desks[TWENTE].board
    board.agents[PIET].rights = frozenset()
    async with console(web, await cookies(web, "Piet@twente.example")) as socket:
        ours = VALUES | {"call": "c-ours", "device": "d-1", "queue": ALGEMEEN, "missed": "c-ours-missed"}
        await refusals(socket, ours, {"device.pair"})
        answers = await refusals(socket, ours, {*REFUSED_WITHOUT, "practice.call"})

    assert answers == REFUSED_WITHOUT | {"practice.call": "no_right"}
    assert not web.practised


@pytest.mark.rule("X-c")
async def test_the_live_channel_is_closed_for_who_is_not_logged_in_or_disabled(web: Rig) -> None:
    """Without a cookie, with a made-up one, and for Piet from the moment in which he is disabled."""
    for known in ({}, {"cordboard": "made-up"}):
        socket = Socket(known)
        async with served(web.live(), socket):
            await socket.ended()
        assert [frame["t"] for frame in socket.frames] == ["bye"]

    async with console(web, await cookies(web, "Piet@twente.example")) as socket, web.client() as client:
        await log_in(client)
        answer = await change(client, f"users/{PIET}", disabled=True)
        assert answer.status_code == 200, answer.text
        assert (await socket.told(t="bye"))["code"] == "auth"
