"""Every route and every live command against everybody who may not: generated, so that a new one falls under it.

X-c and security.md 4.6. A route that is new is asked without a session, by somebody who is disabled, by somebody
without any right, and for things of another organisation; a command as well, and for another group's. What is public
or needs no right stands in a list here, and whoever adds to it has to say so.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from litestar.routes import HTTPRoute

from cordboard.app.administration.administration import RESOURCES
from cordboard.app.contacts import Contact, ContactId
from cordboard.core.board import Board
from cordboard.core.records import MessageLeft, Record
from cordboard.core.requests import ChooseGroup
from cordboard.core.types import CallId, GroupId, MissedId, QueueId, Right
from cordboard.web import wire
from cordboard.web.server import make_server
from tests.contracts.storage.samples import ENSCHEDE, closed, opened, queue
from tests.web.administrator import asked, change, give, state_of
from tests.web.consoles import console, cookies, served
from tests.web.rig import ALGEMEEN, BRABANT, CHANTAL, OWN, PIET, TWENTE, Rig, Socket, log_in, rig
from tests.web.shapes import smallest_body

SECRET = "Geheim-van-Brabant"
"""Stands in everything that Brabant has; nobody of Twente may ever read it."""
SECRETS = (SECRET, "31765296000", "u-anja", "q-breda", "g-breda")
UTRECHT = GroupId("g-utrecht")
ELSEWHERE = QueueId("q-utrecht")

PUBLIC = {
    "GET /api/portal",
    "POST /api/session",
    "DELETE /api/session",
    "POST /api/password/forgotten",
    "POST /api/password/link",
    "POST /api/password",
    "GET /api/health",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/openapi.json",
    "GET /api",
    "GET /api/{path}",
    "GET /",
    "GET /{path}",
}
"""For everybody, or with a secret of its own."""
OF_ONESELF = {
    "GET /api/session",
    "PUT /api/settings",
    "PUT /api/password",
    "GET /api/preferences",
    "PUT /api/preferences",
    "GET /api/second-factor",
    "POST /api/second-factor",
    "PUT /api/second-factor",
    "POST /api/second-factor/off",
    "POST /api/softphone",
    "GET /api/messages",
    "GET /api/missed",
    "GET /api/messages/{name}",
    "GET /api/calls/{call}/log",
    "GET /api/contacts",
    "GET /api/contacts/groups",
    "GET /api/contacts/{contact}",
    "PUT /api/contacts/{contact}/favourite",
    "DELETE /api/contacts/{contact}/favourite",
}
"""What everybody may who is logged in: it is about the person, or filtered by the person's groups."""
THINGS = {
    "call": "c-theirs",
    "name": "message-c-theirs",
    "contact": "c-anja",
    "thing": "nl.theirs",
    "act": "release",
    "maker": "snom",
    "path": "x",
    "organisation": BRABANT,
}
"""What a part of a path is called, and one of Brabant's."""
THEIRS = {
    "organisation": BRABANT,
    "users": "u-anja",
    "groups": "g-breda",
    "queues": "q-breda",
    "devices": "d-9",
    "numbers": "31765296000",
}
"""Of each kind of configured thing one of Brabant's; of others there is none."""
ACTS = ("release", "password", "invitation", "log_out", "test")


@dataclass(frozen=True)
class Route:
    """A method and a path with its parts."""

    method: str
    path: str
    body: Any = None
    """One that can be read; None: it takes none."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def filled(self) -> Iterator[str]:
        """Its addresses, with things of Brabant in every place."""
        if "{resource}" not in self.path:
            yield self.path.format_map(THINGS)
            return
        for resource in (*(one.name for one in RESOURCES), "announcements", "network", "nothing"):
            thing = THEIRS.get(resource, "x-1")
            for act in ACTS if "{act}" in self.path else ("",):
                yield self.path.format_map(THINGS | {"resource": resource, "thing": thing, "act": act})


def routes(web: Rig) -> list[Route]:
    """Every one that the server serves."""
    found = [
        Route(method, re.sub(r":\w+", "", route.path), smallest_body(handler))
        for route in web.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"})
    ]
    assert len(found) > 25
    return found


async def ask(client: httpx.AsyncClient, route: Route, path: str, **headers: str) -> httpx.Response:
    """With a body that it can read, and a version."""
    return await client.request(
        route.method,
        path,
        json=route.body,
        headers=OWN | {"If-Match": '"1"'} | headers,
        follow_redirects=False,
    )


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    """Twente with two groups and a queue for another one; Brabant with its secrets; a call and a missed one in each."""
    (tmp_path / "index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "message.wav").write_text(SECRET)
    async with rig(tmp_path) as made:
        # Every recording is there, for whoever gets past the question whose it is.
        made.services = replace(made.services, recordings=lambda _name: tmp_path / "message.wav")
        made.app = make_server(made.services)
        await _add_a_queue_elsewhere(made)
        await _fill_brabant(made)
        made.arrives("theirs", BRABANT, QueueId("q-breda"))
        made.arrives("elsewhere", TWENTE, ELSEWHERE)
        made.arrives("ours", TWENTE, ALGEMEEN)
        for name, organisation, queue_id in (
            ("theirs-missed", BRABANT, QueueId("q-breda")),
            ("elsewhere-missed", TWENTE, ELSEWHERE),
            ("ours-missed", TWENTE, ALGEMEEN),
        ):
            made.arrives(name, organisation, queue_id)
            made.hangs_up(name, organisation)
            _claim(made.services.engine.desks[organisation].board)
        await asked(made, ChooseGroup(agent=PIET, group=ENSCHEDE))
        await made.writer.flushed()
        yield made


def _claim(board: Board) -> None:
    """Somebody calls each caller who was missed, which nobody else may hear of."""
    somebody = next(iter(board.agents.values()))
    for row in list(board.missed.values()):
        board.missed[row.id] = replace(row, claimed_by=somebody.id, claimed_at=row.at)


async def _take(web: Rig, changed: Any) -> None:
    await web.database.directories.save(changed)
    web.services.administration._desk.take(changed)


async def _add_a_queue_elsewhere(web: Rig) -> None:
    directory = await web.database.directories.directory(TWENTE)
    elsewhere = replace(queue(ELSEWHERE, position=2), groups=frozenset({UTRECHT}), name="Utrecht")
    group = replace(directory.groups[0], id=UTRECHT, name="Utrecht")
    await _take(
        web,
        replace(directory, groups=(*directory.groups, group), queues=(*directory.queues, elsewhere)),
    )


async def _fill_brabant(web: Rig) -> None:
    theirs = Contact(id=ContactId("c-anja"), name=SECRET, numbers=("31765296000",))
    await web.database.contacts.save(BRABANT, theirs)
    now, queue_id = web.services.now(), QueueId("q-breda")
    left = MessageLeft(
        call=CallId("c-missed"), name="message-c-theirs", ms=4_000, to=None, queue=queue_id, at=now - 5_000
    )
    records: list[Record] = [
        opened("c-missed", now - 9_000, queue=queue_id, name=SECRET),
        closed("c-missed", now - 5_000),
        left,
    ]
    await web.database.journal.append(BRABANT, records)
    directory = await web.database.directories.directory(BRABANT)
    await _take(
        web,
        replace(
            directory,
            organisation=replace(directory.organisation, name=SECRET, demo=False),
            groups=tuple(replace(one, name=SECRET) for one in directory.groups),
            users=tuple(replace(one, name=SECRET) for one in directory.users),
            queues=tuple(replace(one, name=SECRET) for one in directory.queues),
            devices=tuple(replace(one, name=SECRET) for one in directory.devices),
        ),
    )


def nothing_leaks(text: str) -> bool:
    """None of Brabant's secrets is in it."""
    return not any(secret in text for secret in SECRETS)


# --- routes ---


@pytest.mark.rule("X-c")
async def test_no_route_opens_without_a_session_or_for_somebody_who_is_disabled(web: Rig) -> None:
    """What is public stands in the list; an old cookie is worth nothing."""
    wrong = []
    async with web.client() as stranger, web.client() as disabled:
        await log_in(disabled, "Piet@twente.example")
        directory = await web.database.directories.directory(TWENTE)
        users = tuple(replace(user, disabled=user.id == PIET) for user in directory.users)
        await web.database.directories.save(replace(directory, users=users))
        for route in routes(web):
            if str(route) in PUBLIC:
                continue
            for path in route.filled():
                for client in (stranger, disabled):
                    answer = await ask(client, route, path)
                    if answer.status_code != 401 or answer.json()["code"] != "no_session":
                        wrong.append((str(route), path, answer.status_code))
    assert not wrong
    known = {str(route) for route in routes(web)}
    assert known >= PUBLIC | OF_ONESELF, f"no such route: {(PUBLIC | OF_ONESELF) - known}"


@pytest.mark.rule("X-c")
async def test_no_route_changes_anything_for_a_foreign_page(web: Rig) -> None:
    """With a good session, but without our header or from another origin (CSRF)."""
    wrong = []
    async with web.client() as client:
        await log_in(client)
        for route in routes(web):
            if route.method == "GET":
                continue
            for path in route.filled():
                bare = await client.request(route.method, path, json={})
                foreign = await ask(client, route, path, Origin="https://elsewhere.example")
                codes = {answer.json().get("code") for answer in (bare, foreign)}
                if codes != {"foreign_page"}:
                    wrong.append((str(route), path, codes))
    assert not wrong


@pytest.mark.rule("X-b")
async def test_who_has_no_right_is_refused_by_every_route_that_takes_one(web: Rig) -> None:
    """Everything that is not about oneself."""
    await give(web, PIET)
    wrong = []
    async with web.client() as client:
        await log_in(client, "Piet@twente.example")
        for route in routes(web):
            if str(route) in PUBLIC | OF_ONESELF:
                continue
            for path in route.filled():
                answer = await ask(client, route, path)
                if answer.status_code != 403 or "right" not in answer.json()["code"]:
                    wrong.append((str(route), path, answer.status_code))
    assert not wrong


@pytest.mark.rule("X-b")
async def test_a_right_of_administration_opens_its_own_resources_only(web: Rig) -> None:
    """With each right alone, every change of another's resource is refused; the provider's opens none of them."""
    wrong = []
    for right in (r for r in Right if r.value.startswith("admin.") or r is Right.PROVIDER):
        await give(web, PIET, right)
        async with web.client() as client:
            await log_in(client, "Piet@twente.example")
            for resource in RESOURCES:
                for method, path in (("POST", ""), ("PATCH", "/x"), ("DELETE", "/x")):
                    answer = await client.request(
                        method,
                        f"/api/admin/{resource.name}{path}",
                        json=None if method == "DELETE" else {},
                        headers=OWN | {"If-Match": '"1"'},
                    )
                    if (answer.status_code == 403) is not (resource.right is not right):
                        wrong.append((right.value, method, resource.name, answer.status_code))
    assert not wrong


@pytest.mark.rule("X-c")
async def test_another_organisations_things_are_not_there(web: Rig) -> None:
    """Chantal may do everything in Twente: what she asks of Brabant does not exist, changes nothing, tells nothing."""
    before = await web.database.directories.directory(BRABANT)
    wrong = []
    async with web.client() as client:
        await log_in(client)
        for route in routes(web):
            with_things = "{" in route.path and route.path != "/{path}"
            if str(route) in PUBLIC:
                continue
            # That there are others is the provider's to know.
            expected = 403 if route.path.startswith("/api/provider/") else 404
            for path in route.filled():
                answer = await ask(client, route, path)
                if not nothing_leaks(answer.text.replace(path, "")) or (
                    with_things and "{thing}" in route.path and answer.status_code != 404
                ):
                    wrong.append((str(route), path, answer.status_code, answer.text[:120]))
                if with_things and "{resource}" not in route.path and answer.status_code != expected:
                    wrong.append((str(route), path, answer.status_code, answer.text[:120]))
                if str(route) == "PUT /api/password":
                    await log_in(client)
    assert not wrong
    assert await web.database.directories.directory(BRABANT) == before


async def test_another_groups_calls_are_not_there(web: Rig) -> None:
    """Piet works in Enschede: the log of a call in Utrecht's queue is nobody's business of his."""
    async with web.client() as client:
        await log_in(client, "Piet@twente.example")
        assert (await client.get("/api/calls/c-elsewhere/log")).status_code == 404
        assert (await client.get("/api/calls/c-ours/log")).status_code == 200


# --- live commands ---

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
