"""An administrator's browser, for the tests of the administration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import sqlalchemy

from cordboard.app.administration.announcements import Announcements
from cordboard.app.engine import Accepted, NotDone
from cordboard.control import Answer, Question
from cordboard.core.requests import Request
from cordboard.core.types import OrganisationId, Right, UserId
from cordboard.wiring.applying import Applying, apply_file, invited_by_letter
from tests.web.rig import OWN, TWENTE, Rig

PIET_IN = "Piet@twente.example"
ORGANISATIONS = "/api/provider/organisations"
"""Where the provider finds them."""


async def asked(web: Rig, request: Request, organisation: OrganisationId = TWENTE) -> Accepted | NotDone:
    """A click, and its answer after the commit."""
    done: asyncio.Future[Accepted | NotDone] = asyncio.get_running_loop().create_future()
    web.services.engine.ask(organisation, request, done.set_result)
    return await asyncio.wait_for(done, 5)


async def one(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """A row."""
    answer = await client.get(f"/api/admin/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def change(client: httpx.AsyncClient, path: str, check: bool = False, **fields: Any) -> httpx.Response:
    """With the version that stands there now."""
    return await _change(client, f"/api/admin/{path}", fields, query="?check=1" if check else "")


async def change_organisation(
    provider: httpx.AsyncClient, organisation: OrganisationId, **fields: Any
) -> httpx.Response:
    """The same, at the provider's level."""
    return await _change(provider, f"{ORGANISATIONS}/{organisation}", fields)


async def _change(
    client: httpx.AsyncClient, path: str, fields: dict[str, Any], *, query: str = ""
) -> httpx.Response:
    there = await client.get(path)
    assert there.status_code == 200, there.text
    headers = OWN | {"If-Match": f'"{there.json()["version"]}"'}
    return await client.patch(path + query, json=fields, headers=headers)


async def make(client: httpx.AsyncClient, resource: str, **fields: Any) -> httpx.Response:
    """A new thing."""
    return await client.post(f"/api/admin/{resource}", json=fields, headers=OWN)


async def delete(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """With the version that stands there now."""
    version = (await one(client, path))["version"]
    return await client.delete(f"/api/admin/{path}", headers=OWN | {"If-Match": f'"{version}"'})


async def apply(
    web: Rig, text: str, organisation: OrganisationId = TWENTE, *, check: bool = False, prune: bool = False
) -> Answer:
    """`cordboard apply` on the running server."""
    to = Applying(
        administration=web.services.administration,
        provider=web.services.provider,
        announcements=announcements_of(web),
        network=None,
        invite=partial(invited_by_letter, web.services.password_links),
    )
    question = Question(ask="apply", text=text, organisation=str(organisation), check=check, prune=prune)
    return await apply_file(to, question)


def announcements_of(web: Rig) -> Announcements:
    """What callers hear, and who may change it."""
    found = web.services.announcements
    assert found is not None
    return found


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and stable code."""
    return answer.status_code, answer.json()["code"]


def errors_of(answer: httpx.Response) -> dict[str, str]:
    """What is wrong with which field."""
    assert code_of(answer) == (422, "invalid"), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


async def give(web: Rig, user: UserId, *rights: Right, organisation: OrganisationId = TWENTE) -> None:
    """These rights and no others, as an administrator would have given them."""
    directories = web.database.directories
    directory = await directories.directory(organisation)
    users = tuple(replace(u, rights=frozenset(rights)) if u.id == user else u for u in directory.users)
    await directories.save(replace(directory, users=users))
    await web.services.tenancy.load()


NO_LINE = "insert on audit"
"""The log of changes takes no line more, as on a full disk."""


@asynccontextmanager
async def refusing(web: Rig, *what: str) -> AsyncIterator[None]:
    """Meanwhile the database will not have that."""
    database = web.database.access
    async with database.writing() as connection:
        for number, one_ in enumerate(what):
            made = f"create trigger refusing{number} before {one_} begin select raise(abort, 'no'); end"
            await connection.execute(sqlalchemy.text(made))
    yield
    async with database.writing() as connection:
        for number in range(len(what)):
            await connection.execute(sqlalchemy.text(f"drop trigger refusing{number}"))


def state_of(web: Rig, organisation: OrganisationId) -> str:
    """All that its board holds."""
    return repr(web.services.engine.desks[organisation].board)
