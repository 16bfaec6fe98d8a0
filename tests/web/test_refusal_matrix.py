"""Every route against everybody who may not: generated, so that a new one falls under it.

X-c and security.md 4.6. A route that is new is asked without a session, by somebody who is disabled, by somebody
without any right, and for things of another organisation and of another group; commands in the file of
theirs. What is public, needs no right or is no group's stands in a list, and whoever adds to it has to say so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from cordboard.app.administration.administration import RESOURCES
from cordboard.app.administration.rights import PROTECTED
from cordboard.core.requests import ChooseGroup
from cordboard.core.types import Right
from cordboard.web.requests.admin import ACTS
from tests.web.administrator import PIET_IN, asked, give
from tests.web.refused import (
    PUBLIC,
    SECRETS_OF_UTRECHT,
    THEIRS,
    THINGS,
    UTRECHT,
    Route,
    ask,
    nothing_leaks,
    routes,
    take,
    two_organisations,
)
from tests.web.rig import BRABANT, OWN, PIET, TWENTE, Rig, log_in

OWN_SESSION = {
    "GET /api/session",
    "GET /api/session/desk",
    "PUT /api/settings",
    "PUT /api/password",
    "GET /api/preferences",
    "PUT /api/preferences",
    "GET /api/second-factor",
    "POST /api/second-factor",
    "PUT /api/second-factor",
    "POST /api/second-factor/off",
    "POST /api/softphone",
}
OF_ONESELF = {
    *OWN_SESSION,
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
OF_A_GROUP = {
    "GET /api/calls/{call}/log",
    "GET /api/messages",
    "GET /api/messages/{name}",
    "GET /api/missed",
    "GET /api/callbacks",
}
"""What tells of calls of queues: to who may work for a group of the queue."""
NO_GROUPS = {
    "one's own, whatever the group": {
        *OWN_SESSION,
        "GET /api/history",
        "GET /api/history/file",
        "GET /api/history/{call}/back",
    },
    "the address book is the whole organisation's (3.3)": {
        "GET /api/contacts",
        "GET /api/contacts/groups",
        "GET /api/contacts/export",
        "GET /api/contacts/{contact}",
        "POST /api/contacts",
        "POST /api/contacts/import",
        "PUT /api/contacts/{contact}",
        "DELETE /api/contacts/{contact}",
        "PUT /api/contacts/{contact}/favourite",
        "DELETE /api/contacts/{contact}/favourite",
    },
    "who administers has the whole organisation (X-a), the provider none": {
        "GET /api/admin",
        "GET /api/admin/audit",
        "GET /api/admin/rights",
        "GET /api/admin/{resource}",
        "GET /api/admin/{resource}/{thing}",
        "POST /api/admin/{resource}",
        "PATCH /api/admin/{resource}/{thing}",
        "DELETE /api/admin/{resource}/{thing}",
        "POST /api/admin/{resource}/{thing}/{act}",
        "POST /api/admin/{resource}/{thing}/settings/{maker}",
        "GET /api/announcements/{thing}/sound",
        "PUT /api/announcements/{thing}/sound",
        "DELETE /api/announcements/{thing}/sound",
        "GET /api/announcements/{thing}/telephone",
        "POST /api/announcements/{thing}/telephone",
        "PUT /api/announcements/{thing}/telephone",
        "DELETE /api/announcements/{thing}/telephone",
        "GET /api/announcements/{thing}/telephone/sound",
        "GET /api/provider/organisations",
        "POST /api/provider/organisations",
        "GET /api/provider/organisations/{organisation}",
        "PATCH /api/provider/organisations/{organisation}",
        "DELETE /api/provider/organisations/{organisation}",
        "POST /api/provider/organisations/{organisation}/invitation",
    },
}
"""Where no group decides, and why."""


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    async with two_organisations(tmp_path) as made:
        yield made


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
            for (of, act), (needed, _) in ACTS.items():
                done = await client.post(f"/api/admin/{of}/x/{act}", json={}, headers=OWN)
                if done.status_code != (404 if needed is right else 403):
                    wrong.append((right.value, act, of, done.status_code))
    assert not wrong


def test_the_other_organisation_has_one_of_everything() -> None:
    """A resource that is new is asked for another's too."""
    assert THEIRS.keys() == {resource.name for resource in RESOURCES}


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


def of_utrecht(web: Rig, route: Route) -> list[str]:
    """Its addresses, with every thing of Utrecht in the places where one can be, and what can be asked beside."""
    if route.path == "/api/callbacks":
        now = web.services.now()
        return [f"/api/callbacks?from={now - 60_000}&to={now + 60_000}", "/api/callbacks?number=31302345678"]
    things = THINGS | {"name": "message-elsewhere", "thing": UTRECHT, "resource": "groups"}
    calls = ("c-elsewhere", "c-elsewhere-missed", "c-elsewhere-left")
    found = [route.path.format_map(things | {"call": call}) for call in calls]
    return found if "{call}" in route.path else found[:1]


async def telling_of_utrecht(web: Rig, client: httpx.AsyncClient) -> tuple[set[str], set[str]]:
    """The routes that say something of it, and those that answer to its very things."""
    tell, answered = set(), set()
    for route in routes(web):
        if str(route) in PUBLIC:
            continue
        for path in of_utrecht(web, route):
            answer = await ask(client, route, path)
            if any(secret in answer.text.replace(path, "") for secret in SECRETS_OF_UTRECHT):
                tell.add(str(route))
            if str(route) in OF_A_GROUP and "{" in route.path and answer.status_code != 404:
                answered.add(str(route))
            if str(route) == "PUT /api/password":
                await log_in(client, PIET_IN)
    return tell, answered


@pytest.mark.rule("1.1-r", "X-c")
async def test_no_route_tells_of_another_groups_calls(web: Rig) -> None:
    """Piet works in Enschede, with every right but those of administration; then in Utrecht, and sees all of it."""
    known = {str(route) for route in routes(web)} - PUBLIC
    decided = OF_A_GROUP.union(*NO_GROUPS.values())
    assert known == decided, f"say whether a group decides: {known ^ decided}"
    await give(web, PIET, *(set(Right) - PROTECTED))
    async with web.client() as client:
        await log_in(client, PIET_IN)
        assert await telling_of_utrecht(web, client) == (set(), set())
        assert (await client.get("/api/calls/c-ours/log")).status_code == 200

        await _work_in_utrecht(web)

        tell, answered = await telling_of_utrecht(web, client)
        with_things = {route for route in OF_A_GROUP if "{" in route}
        assert (tell, answered) >= (OF_A_GROUP - with_things, with_things)
        assert tell <= OF_A_GROUP


async def _work_in_utrecht(web: Rig) -> None:
    directory = await web.database.directories.directory(TWENTE)
    users = tuple(
        replace(user, groups=frozenset({UTRECHT})) if user.id == PIET else user for user in directory.users
    )
    await take(web, replace(directory, users=users))
    await asked(web, ChooseGroup(agent=PIET, group=UTRECHT))
