"""What an administrator changes reaches the real exchange at once: a telephone, its password, a number, a queue."""

from __future__ import annotations

import pytest

from tests.exchange.office import AGENT_HZ, PATIENCE_MS, both_hear, calling
from tests.support.installation import Installation
from tests.support.letters import link_of_letter
from tests.support.siplink import SipFailure
from tests.support.sipphone import SipPhone

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.rule("X-a", "X-c", "1.1-e")
async def test_an_organisation_that_was_made_a_moment_ago_takes_calls(cordboard: Installation) -> None:
    """Its administrator chooses a password by the letter, sets up a queue and a telephone, and answers."""
    async with cordboard.desk("henk") as henk:
        wanted = {"name": "Zorg Almelo", "numbers": ["0546 80 00 00"], "administrator_name": "Marije"}
        wanted["administrator_email"] = "marije@almelo.example"
        status, made = await henk.request("POST", "/api/provider/organisations", json=wanted)
        assert status == 201, made
    link = await link_of_letter(cordboard.data / "outbox")
    async with cordboard.stranger() as marije:
        chosen = {"token": link.split("#")[1], "password": "groene olifant op zolder"}
        status, _ = await marije.request("POST", "/api/password", json=chosen)
        assert status in (200, 204)
        await marije.log_in("marije@almelo.example", "groene olifant op zolder")
        _, group = await marije.request("POST", "/api/admin/groups", json={"name": "Almelo"})
        user = f"/api/admin/users/{made['id']}-administrator"
        _, row = await marije.request("GET", user)
        status, row = await marije.request(
            "PATCH", user, json={"groups": [group["id"]]}, headers={"If-Match": row["version"]}
        )
        assert status == 200, row
        _, device = await marije.request(
            "POST", "/api/admin/devices", json={"name": "Balie", "extension": "201"}
        )
        queue = {"name": "Balie", "groups": [group["id"]], "numbers": ["0546 80 00 00"]}
        status, queue = await marije.request("POST", "/api/admin/queues", json=queue)
        assert status == 201, queue
        balie = SipPhone(
            server=cordboard.sip, user=device["user"], password=device["password"], tone_hz=AGENT_HZ
        )
        async with balie:
            await balie.register(within_ms=PATIENCE_MS)
            await marije.connect()
            await marije.command("device.pair", device=device["id"])
            await marije.command("queue.sign_in", queue=queue["id"])
            async with calling(cordboard, "0546800000") as caller:
                await marije.until(lambda: marije.call(queue_name="Balie"), within_ms=PATIENCE_MS)
                card = marije.call(queue_name="Balie")
                assert card is not None
                await marije.command("call.answer", call=card["id"])
                await marije.until(lambda: marije.call(state="active"), within_ms=PATIENCE_MS)
                await both_hear(caller, balie.calls[-1])
                await caller.hang_up()
            await marije.until(lambda: not marije.calls(), within_ms=PATIENCE_MS)


@pytest.mark.rule("X-d", "1.2-j")
async def test_a_new_telephone_takes_the_calls_of_a_new_queue(cordboard: Installation) -> None:
    """Made over REST while everything runs: it registers, rings and talks, until it gets another password."""
    async with cordboard.desk("henk") as henk:
        status, device = await henk.request(
            "POST", "/api/admin/devices", json={"name": "Balie", "extension": "209"}
        )
        assert status == 201, device
        queue = {"name": "Verkoop", "groups": ["demo-enschede"], "numbers": ["053 480 09 50"]}
        status, made = await henk.request("POST", "/api/admin/queues", json=queue)
        assert status == 201, made
        balie = SipPhone(
            server=cordboard.sip, user=device["user"], password=device["password"], tone_hz=AGENT_HZ
        )
        async with balie:
            await balie.register(within_ms=PATIENCE_MS)
            await henk.command("group.select", group=henk.group("Enschede"))
            await henk.command("device.pair", device=device["id"])
            await henk.until(
                lambda: henk.entities["device", device["id"]]["registered"], within_ms=PATIENCE_MS
            )
            await henk.command("queue.sign_in", queue=made["id"])
            async with calling(cordboard, "0534800950") as caller:
                await henk.until(lambda: henk.call(queue_name="Verkoop"), within_ms=PATIENCE_MS)
                card = henk.call(queue_name="Verkoop")
                assert card is not None
                await henk.command("call.answer", call=card["id"])
                await henk.until(lambda: henk.call(state="active"), within_ms=PATIENCE_MS)
                await both_hear(caller, balie.calls[-1])
                busy, refused = await henk.request("POST", f"/api/admin/devices/{device['id']}/release")
                assert (busy, refused["code"]) == (409, "device_in_call")
                await caller.hang_up()
            await henk.until(lambda: not henk.calls(), within_ms=PATIENCE_MS)

            status, _ = await henk.request("POST", f"/api/admin/devices/{device['id']}/release")
            assert status == 204
            await henk.until(lambda: henk.me["device"] is None, within_ms=PATIENCE_MS)
            _, renewed = await henk.request("POST", f"/api/admin/devices/{device['id']}/password")
            assert renewed["password"] != device["password"]
            with pytest.raises(SipFailure):
                await balie.register(within_ms=PATIENCE_MS)
            balie.password = renewed["password"]
            await balie.register(within_ms=PATIENCE_MS)
