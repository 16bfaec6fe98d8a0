"""Two organisations with one of everything, each with its secrets, and every route: to see what is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from litestar.routes import HTTPRoute

from cordboard.app.administration.administration import RESOURCES, create_row, resource_of
from cordboard.app.contacts import Contact, ContactId
from cordboard.core.board import Board
from cordboard.core.records import CallBackRow, MessageLeft, Record, RequestedBy
from cordboard.core.requests import ChooseGroup
from cordboard.core.types import CallBackId, CallId, GroupId, QueueId
from cordboard.web.requests.admin import ACTS
from cordboard.web.server import make_server
from tests.contracts.storage.samples import ENSCHEDE, closed, opened, queue
from tests.web.administrator import asked
from tests.web.rig import ALGEMEEN, BRABANT, OWN, PIET, TWENTE, Rig, rig
from tests.web.shapes import smallest_body

SECRET = "Geheim-van-Brabant"
"""Stands in everything that Brabant has; nobody of Twente may ever read it."""
SECRETS = (SECRET, "31765296000", "-breda", "u-anja")
OF_UTRECHT = "Geheim-van-Utrecht"
"""The name of what another group than Piet's has; he reads it nowhere."""
SECRETS_OF_UTRECHT = (OF_UTRECHT, "31302345678", "q-utrecht", "elsewhere")
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
THINGS = {
    "call": "c-theirs",
    "name": "message-c-theirs",
    "contact": "c-anja",
    "thing": "own.a-breda",
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
    "roles": "r-breda",
    "hours": "h-breda",
    "links": "l-breda",
    "own_announcements": "a-breda",
    "trunks": "tr-breda",
    "ldap": "ad-breda",
}
"""Of each kind of configured thing one of Brabant's."""
FIELDS: dict[str, dict[str, Any]] = {
    "roles": {},
    "hours": {},
    "own_announcements": {"text": SECRET},
    "links": {"queue": "q-breda"},
    "trunks": {"host": "sip.brabant.example"},
    "ldap": {"url": "ldaps://ad.brabant.example", "base": "dc=brabant"},
}
"""What else than a name those need that are made here."""
THEIR_SECRETS_ELSEWHERE = ("sip.brabant.example", "ad.brabant.example")


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
            for act in sorted({act for _, act in ACTS}) if "{act}" in self.path else ("",):
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


@asynccontextmanager
async def two_organisations(tmp_path: Path) -> AsyncIterator[Rig]:
    """Twente with two groups and a queue for another one; Brabant with its secrets; a call and a missed one in each."""
    (tmp_path / "index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "message.wav").write_text(SECRET)
    async with rig(tmp_path) as made:
        # Every recording is there, for whoever gets past the question whose it is.
        made.services = replace(made.services, recordings=lambda _name: tmp_path / "message.wav")
        made.app = make_server(made.services)
        await _add_a_queue_elsewhere(made)
        await _fill_brabant(made)
        theirs = tmp_path / "recordings" / BRABANT / "own"
        theirs.mkdir(parents=True)
        (theirs / f"{THEIRS['own_announcements']}.wav").write_text(SECRET)
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


async def take(web: Rig, changed: Any) -> None:
    await web.database.directories.save(changed)
    web.services.administration._desk.take(changed)


async def _add_a_queue_elsewhere(web: Rig) -> None:
    directory = await web.database.directories.directory(TWENTE)
    elsewhere = replace(queue(ELSEWHERE, position=2), groups=frozenset({UTRECHT}), name=OF_UTRECHT)
    group = replace(directory.groups[0], id=UTRECHT, name="Utrecht")
    await take(
        web,
        replace(directory, groups=(*directory.groups, group), queues=(*directory.queues, elsewhere)),
    )
    now = web.services.now()
    records: list[Record] = [
        replace(
            opened("c-elsewhere-left", now - 9_000, queue=ELSEWHERE, name=OF_UTRECHT), number="31302345678"
        ),
        closed("c-elsewhere-left", now - 5_000),
        MessageLeft(
            call=CallId("c-elsewhere-left"),
            name="message-elsewhere",
            ms=4_000,
            to=None,
            queue=ELSEWHERE,
            at=now - 5_000,
        ),
        CallBackRow(
            id=CallBackId("b-elsewhere"),
            queue=ELSEWHERE,
            number="31302345678",
            name=OF_UTRECHT,
            owner=None,
            requested_at=now,
            requested_by=RequestedBy.AGENT,
            entered_at=None,
            due_at=now,
            planned_at=now,
            at=now,
        ),
    ]
    await web.database.journal.append(TWENTE, records)


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
    for name, fields in FIELDS.items():
        row = fields | {"id": THEIRS[name], "name": f"{SECRET} {name}"}
        directory, _ = create_row(resource_of(name), directory, row)
    await take(
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
    return not any(secret in text for secret in (*SECRETS, *THEIR_SECRETS_ELSEWHERE))
