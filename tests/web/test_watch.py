"""What machines that watch are told, and who may ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import httpx
import pytest

from cordboard.app.troubles import TroubleCode, Troubles
from cordboard.web import rest
from cordboard.web.metrics import as_text
from cordboard.web.server import make_server
from tests.contracts.storage.samples import BRABANT, PIET, TWENTE
from tests.web.consoles import console, cookies
from tests.web.rig import FIGURES, Rig

pytestmark = pytest.mark.asyncio


def asker(rig: Rig, *, host: str = "127.0.0.1", **changed: Any) -> httpx.AsyncClient:
    """A program at this address, asking a server with these services."""
    app = make_server(replace(rig.services, **changed)) if changed else rig.app
    transport = httpx.ASGITransport(cast(Any, app), client=(host, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver.local")


def health(*, exchange: str = "up", database: str = "ok") -> rest.Health:
    """As the server says it of itself."""
    return rest.Health(
        ok=exchange == "up" and database == "ok",
        version="1",
        exchange=cast(Any, exchange),
        database=cast(Any, database),
        calls=0,
        consoles=0,
    )


async def test_a_server_lives_as_long_as_it_answers(web: Rig) -> None:
    """Whatever else is wrong: starting it anew would not help."""
    async with asker(web, health=lambda: health(exchange="down", database="failing")) as program:
        answer = await program.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize(
    ("exchange", "database", "status", "says"),
    [
        ("up", "ok", 200, "ok\n"),
        ("down", "ok", 503, "exchange away\n"),
        ("up", "failing", 200, "database away\n"),
        ("down", "failing", 503, "exchange away\ndatabase away\n"),
    ],
)
async def test_a_server_is_ready_when_it_can_handle_calls(
    web: Rig, exchange: str, database: str, status: int, says: str
) -> None:
    """It needs the exchange; without the database calls go on."""
    async with asker(web, health=lambda: health(exchange=exchange, database=database)) as program:
        answer = await program.get("/readyz")

    assert (answer.status_code, answer.text) == (status, says)


async def test_figures_are_for_this_machine_or_for_who_has_the_token(web: Rig) -> None:
    """Not for the world, and not for a proxy on this machine that speaks for the world."""
    token = "a long word"
    with_token = {"Authorization": f"Bearer {token}"}
    async with asker(web) as here, asker(web, host="192.0.2.1") as there:
        assert (await here.get("/metrics")).status_code == 200
        assert (await there.get("/metrics")).status_code == 404
        assert (await there.get("/metrics", headers=with_token)).status_code == 404
        assert (await here.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})).status_code == 404
    async with (
        asker(web, metrics_token=token) as here,
        asker(web, host="192.0.2.1", metrics_token=token) as there,
    ):
        assert (await there.get("/metrics", headers=with_token)).status_code == 200
        assert (await there.get("/metrics", headers={"Authorization": "Bearer another"})).status_code == 404
        assert (await here.get("/metrics")).status_code == 404


async def test_figures_are_in_the_form_of_prometheus() -> None:
    """Counters end in _total, labels name ids, and what the exchange does not say is left out."""
    text = as_text(FIGURES).decode()
    without = as_text(replace(FIGURES, tasks=None)).decode()

    for line in (
        'cordboard_info{version="1"} 1.0',
        "cordboard_exchange_up 1.0",
        "cordboard_records_dropped_total 3.0",
        'cordboard_calls{organisation="twente",state="active"} 1.0',
        'cordboard_waiting{organisation="twente",queue="algemeen"} 4.0',
        'cordboard_alarms{code="not_saved"} 1.0',
        'cordboard_threads{process="server"} 5.0',
        "cordboard_exchange_tasks_waiting_max 2.0",
    ):
        assert line in text.splitlines()
    assert "task" not in without


async def test_what_is_wrong_with_the_house_is_shown_to_who_supervises(web: Rig) -> None:
    """At once, with its beginning, until it is over; others are not told."""
    hub = web.services.hub
    troubles = Troubles(lambda: 1_800_000_000_000, hub.trouble_changed)
    hub.troubles = troubles.raised
    web.services.engine.desks[TWENTE].board.agents[PIET].rights = frozenset()
    async with (
        console(web, await cookies(web, "Chantal@twente.example")) as supervisor,
        console(web, await cookies(web, "Piet@twente.example")) as other,
    ):
        troubles.set(TroubleCode.TRUNK_DOWN, on=True, name="provider")
        troubles.set(TroubleCode.TRUNK_DOWN, on=True, name="provider")

        shown = await supervisor.told_op(a="s")
        assert shown["e"] == {
            "k": "alarm",
            "id": "trouble:trunk_down:provider",
            "code": "trunk_down",
            "queue": None,
            "queue_name": None,
            "name": "provider",
            "since": 1_800_000_000_000,
            "until": None,
        }
        troubles.set(TroubleCode.TRUNK_DOWN, on=False, name="provider")
        await supervisor.told_op(a="x", k="alarm", id="trouble:trunk_down:provider")
        troubles.set(TroubleCode.DISK_LOW, on=True)
        gone = {"id": "trouble:disk_low:", "code": "disk_low", "name": None}
        await supervisor.told_op(a="s", e=shown["e"] | gone)
        assert not any(
            op.get("e", {}).get("k") == "alarm" for frame in other.frames for op in frame.get("ops", [])
        )


async def test_a_trouble_of_one_organisation_is_nobody_elses(web: Rig) -> None:
    """Whose trunk is down is their own affair; a full disk is everybody's."""
    hub = web.services.hub
    troubles = Troubles(lambda: 1, hub.trouble_changed)
    hub.troubles = troubles.raised
    troubles.set(TroubleCode.TRUNK_DOWN, on=True, name="theirs", organisation=BRABANT)
    troubles.set(TroubleCode.TRUNK_DOWN, on=True, name="ours", organisation=TWENTE)
    async with console(web, await cookies(web, "Chantal@twente.example")) as supervisor:
        alarms = [e["name"] for e in supervisor.frames[1]["ents"] if e["k"] == "alarm" and e["name"]]

    assert alarms == ["ours"]
