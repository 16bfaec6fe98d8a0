"""Every route and every live command against organisations that have not taken its module, and against the provider.

Generated like the other matrix, so that a new route or command falls under it: what is not listed in `web.modules` is
the operator's.
"""

from __future__ import annotations

from typing import get_args

import httpx
import pytest

from cordboard.app.modules import BUILT, MODULE_OFF, Module
from cordboard.core.requests import ChooseGroup
from cordboard.core.types import Right
from cordboard.web import wire
from cordboard.web.modules import COMMANDS, OVERVIEW, module_of
from tests.contracts.storage.samples import ENSCHEDE
from tests.web.administrator import asked, change_organisation, code_of
from tests.web.consoles import console, cookies, served
from tests.web.refused import PUBLIC, Route, ask, routes
from tests.web.rig import BRABANT, CHANTAL, EVERYTHING, OWN, PIET, TWENTE, Rig, Socket, log_in
from tests.web.test_refusals_of_commands import VALUES, refusals


async def take_away(provider: httpx.AsyncClient, *modules: Module) -> None:
    """Twente has all modules but these."""
    kept = [module.value for module in Module if module not in modules]
    answer = await change_organisation(provider, TWENTE, modules=kept)
    assert answer.status_code == 200, answer.text


async def code_for(client: httpx.AsyncClient, route: Route, path: str) -> str | None:
    """Of the refusal; None: it is none."""
    answer = await ask(client, route, path)
    body = answer.json() if "json" in answer.headers.get("content-type", "") else None
    return body.get("code") if isinstance(body, dict) else None


@pytest.mark.rule("1.1-l", "X-b")
@pytest.mark.parametrize("module", [module for module in Module if module in BUILT])
async def test_every_route_of_a_module_that_is_not_taken_is_refused(
    web: Rig, provider: httpx.AsyncClient, module: Module
) -> None:
    """Chantal has every right there is in Twente; the other modules go on."""
    await take_away(provider, module)
    wrong = []
    async with web.client() as client:
        await log_in(client)
        for route in routes(web):
            if str(route) in PUBLIC or str(route) == "PUT /api/password":
                continue
            for path in route.filled():
                code = await code_for(client, route, path)
                if (code == MODULE_OFF) is not (module_of(route.path) is module):
                    wrong.append((str(route), path, code))
    assert not wrong
    assert {module_of(route.path) for route in routes(web)} == BUILT | {None}


@pytest.mark.rule("1.1-l", "3.6-a", "X-b")
async def test_live_commands_of_a_module_that_is_not_taken_are_refused(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """Of the call back each of its own; without the operator there is no live channel at all, from that moment on."""
    known = await cookies(web, "Chantal@twente.example")
    theirs = {op for op in get_args(wire.CommandName) if op.startswith(tuple(COMMANDS))}
    async with console(web, known) as socket:
        await asked(web, ChooseGroup(agent=CHANTAL, group=ENSCHEDE))
        await take_away(provider, Module.CALLBACK)

        answers = await refusals(socket, VALUES, theirs)

        assert set(answers.values()) == {MODULE_OFF}
        assert answers.keys() == theirs
        await take_away(provider, Module.OPERATOR)
        assert (await socket.told(t="bye"))["code"] == "auth"
    again = Socket(known)
    async with served(web.live(), again):
        await again.ended()
    assert [frame["t"] for frame in again.frames] == ["bye"]


@pytest.mark.rule("X-a", "X-c")
async def test_only_the_provider_opens_the_provider_s_level_and_it_opens_nothing_else(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """Chantal may do everything in Twente and is refused; Piet has only that right and reads no organisation."""
    wrong = []
    async with web.client() as chantal:
        await log_in(chantal)
        for route in routes(web):
            for path in route.filled():
                if route.path.startswith("/api/provider/"):
                    refused = await ask(chantal, route, path)
                    if code_of(refused) != (403, "no_right"):
                        wrong.append((str(route), path, refused.status_code))
                    opened = await ask(provider, route, path)
                    if opened.status_code == 403:
                        wrong.append((str(route), path, opened.status_code))
                elif route.path.startswith("/api/admin") and route.path not in OVERVIEW:
                    refused = await ask(provider, route, path)
                    if code_of(refused) != (403, "no_right"):
                        wrong.append((str(route), path, refused.status_code))
    assert not wrong
    overview = (await provider.get("/api/admin")).json()
    assert overview == {
        "rights": ["provider.manage"],
        "resources": [{"name": "organisations", "may_change": True}],
        "mail": "smtp",
    }
    seen = (await provider.get(f"/api/provider/organisations/{BRABANT}")).json()
    assert seen.keys() == {
        "id",
        "version",
        "name",
        "country",
        "language",
        "time_zone",
        "modules",
        "numbers",
        "disabled",
        "demo",
        "users",
        "queues",
    }


@pytest.mark.rule("X-b")
async def test_nobody_gives_the_provider_s_right_who_has_not_got_it(
    web: Rig, provider: httpx.AsyncClient
) -> None:
    """Chantal changes users: she can neither give that right, nor take it, nor choose where Piet's letters go."""
    async with web.client() as chantal:
        await log_in(chantal)
        assert Right.PROVIDER not in EVERYTHING
        for user, fields in (
            (CHANTAL, {"rights": ["provider.manage", "admin.users"]}),
            (PIET, {"rights": []}),
            (PIET, {"email": "chantal@twente.example"}),
            (PIET, {"disabled": True}),
        ):
            version = (await chantal.get(f"/api/admin/users/{user}")).json()["version"]
            answer = await chantal.patch(
                f"/api/admin/users/{user}", json=fields, headers=OWN | {"If-Match": version}
            )
            assert code_of(answer) == (403, "right_not_yours"), fields
            assert answer.json()["args"] == {"right": "provider.manage"} or user == CHANTAL
