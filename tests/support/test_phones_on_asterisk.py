"""The test phones with a real Asterisk between them: what they say is what an exchange does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.client import claim
from cordboard.asterisk.settings import Trunk
from tests.support.baresip import Baresip
from tests.support.exchange import TestExchange, running_exchange
from tests.support.sipphone import EndedBy, NotSeen, SipFailure, SipPhone

pytestmark = pytest.mark.exchange

PASSWORD = "desk-secret"
AUTO_ANSWER = {"PJSIP_HEADER(add,Call-Info)": "<sip:x>;answer-after=0"}
TRUNK = Trunk(name="test", host="127.0.0.2", match=("127.0.0.2",))


class Desk:
    """Just enough of a switchboard to bring two phones together."""

    def __init__(self, exchange: TestExchange) -> None:
        self.exchange, self.link = exchange, exchange.link
        self.sip = ("127.0.0.1", exchange.settings.ports.sip)
        self.ami = AmiClient(exchange.settings.ports.ami, exchange.settings.ami_password)
        self.events: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self.link.set_listener(
            lambda raw: self.events.put_nowait(msgspec.json.decode(raw)), lambda: None, lambda: None
        )

    async def is_ringing(self, leg: str) -> None:
        """Wait until the exchange knows that this telephone rings: a CANCEL before that bears no reason."""
        for _ in range(100):
            channel = (await self.link.request("GET", f"channels/{leg}")).json()
            if isinstance(channel, dict) and channel.get("state") == "Ringing":
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{leg} does not ring")

    async def ask(self, method: str, uri: str, **body: object) -> None:
        response = await self.link.request(method, uri, body=body or None)
        assert response.is_done, (uri, response)

    async def device(self, name: str) -> None:
        """A phone that may register as `name`."""
        parts: dict[str, dict[str, str]] = {
            "auth": {"auth_type": "userpass", "username": name, "password": PASSWORD},
            "aor": {"max_contacts": "1", "remove_existing": "yes"},
            "endpoint": {
                "context": "phones",
                "disallow": "all",
                "allow": "alaw,ulaw",
                "auth": name,
                "aors": name,
                "direct_media": "no",
                "send_pai": "yes",
                "trust_id_outbound": "yes",
            },
        }
        for kind, values in parts.items():
            fields = [{"attribute": key, "value": value} for key, value in values.items()]
            await self.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", fields=fields)

    async def event(self, kind: str, within_s: float = 5) -> dict[str, object]:
        async with asyncio.timeout(within_s):
            while (event := await self.events.get())["type"] != kind:
                pass
            return event

    async def take_caller(self) -> str:
        """Claim the next call that comes in; returns its channel."""
        channel = _channel(await self.event("CallBroadcast"))
        assert await claim(self.link, channel)
        assert _channel(await self.event("StasisStart")) == channel
        await self.ask("POST", f"channels/{channel}/answer")
        return channel

    async def ring(self, device: str, **variables: str) -> str:
        """Ring a phone, showing "Mevr. Jansen"; returns its channel at once."""
        channel = f"leg-{device}"
        shown = {"CONNECTEDLINE(all,i)": '"Algemeen: Jansen" <0612345678>', **variables}
        await self.ask(
            "POST",
            "channels",
            endpoint=f"PJSIP/{device}",
            app="cordboard",
            channelId=channel,
            variables=shown,
        )
        return channel

    async def channel_name(self, channel: str) -> str:
        response = await self.link.request("GET", f"channels/{channel}")
        found = response.json()
        assert isinstance(found, dict)
        return str(found["name"])

    async def bridge(self, *channels: str) -> None:
        await self.ask("POST", "bridges", type="mixing,dtmf_events", bridgeId="talk")
        await self.ask("POST", "bridges/talk/addChannel", channel=list(channels))


def _channel(event: dict[str, object]) -> str:
    channel = event["channel"]
    assert isinstance(channel, dict)
    return str(channel["id"])


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A real exchange with one trunk that is known by its address, and two devices."""
    async with running_exchange(tmp_path, trunks=(TRUNK,)) as exchange:
        switchboard = Desk(exchange)
        await switchboard.device("d-1")
        await switchboard.device("d-2")
        yield switchboard
        await switchboard.ami.close()


async def test_a_caller_and_a_desk_phone_hear_each_other_through_asterisk(desk: Desk) -> None:
    """Ringing, the shown name, the tones, and the end go through the exchange as through a wire."""
    async with (
        SipPhone(server=desk.sip, user="d-1", password=PASSWORD, tone_hz=600) as phone,
        SipPhone(server=desk.sip, ip="127.0.0.2", tone_hz=800) as outside,
    ):
        await phone.register()
        call = await outside.dial("0201234567", from_number="0612345678", from_name="Mevr. Jansen")
        caller = await desk.take_caller()
        await call.answered()

        leg = await desk.ring("d-1")
        ringing = await phone.rings()
        await ringing.shows(name="Algemeen: Jansen", number="0612345678")
        await ringing.answer()
        await desk.event("StasisStart")
        await desk.bridge(caller, leg)
        await call.hears(600)
        await ringing.hears(800)

        await ringing.hold()
        await desk.event("ChannelHold")
        await ringing.resume()
        await desk.event("ChannelUnhold")
        await call.hears(600)

        await call.hang_up()
        await desk.ask("DELETE", f"channels/{leg}")
        assert (await ringing.ended()).by is EndedBy.THEM


async def test_phones_obey_the_exchanges_ways_to_answer_and_to_stop_ringing(desk: Desk) -> None:
    """By header; and a CANCEL says that somebody else took the call."""
    async with (
        SipPhone(server=desk.sip, user="d-1", password=PASSWORD) as first,
        SipPhone(server=desk.sip, user="d-2", password=PASSWORD) as second,
    ):
        await first.register()
        await second.register()
        await desk.ring("d-1", **AUTO_ANSWER)
        leg = await desk.ring("d-2")
        await (await first.rings()).answered()
        ringing = await second.rings()
        await desk.is_ringing(leg)

        response = await desk.link.request("DELETE", f"channels/{leg}", query={"reason_code": "26"})

        assert response.is_done
        end = await ringing.ended()
        assert end.how == "CANCEL"
        assert end.reason is not None
        assert "elsewhere" in end.reason


async def test_a_phone_with_remote_control_answers_holds_and_resumes_on_notify(desk: Desk) -> None:
    """`Event: talk` while it rings answers it; `hold` and `talk` do what the handset's keys do."""
    async with SipPhone(server=desk.sip, user="d-1", password=PASSWORD, talk_event=True) as phone:
        await phone.register()
        await desk.ring("d-1")
        ringing = await phone.rings()
        name = await desk.channel_name("leg-d-1")

        await desk.ami.notify_talk(name)
        await ringing.answered(within_ms=1000)
        await desk.event("StasisStart")
        await desk.ami.notify_hold(name)
        await desk.event("ChannelHold")
        await desk.ami.notify_talk(name)
        await desk.event("ChannelUnhold")

        assert len(phone.seen("INVITE", sent=True)) == 2


async def test_a_phone_without_remote_control_goes_on_ringing(desk: Desk) -> None:
    """It says 489, of which the exchange tells nobody."""
    async with SipPhone(server=desk.sip, user="d-1", password=PASSWORD) as phone:
        await phone.register()
        await desk.ring("d-1")
        ringing = await phone.rings()

        await desk.ami.notify_talk(await desk.channel_name("leg-d-1"))
        with pytest.raises(NotSeen):
            await ringing.answered(within_ms=200)

        assert len(phone.seen("489", sent=True)) == 1


async def test_a_wrong_password_is_refused_and_unregistering_takes_the_phone_away(desk: Desk) -> None:
    """Digest in both directions of luck."""
    async with SipPhone(server=desk.sip, user="d-1", password="wrong") as stranger:
        with pytest.raises(SipFailure, match="401"):
            await stranger.register()

    async with SipPhone(server=desk.sip, user="d-1", password=PASSWORD) as phone:
        await phone.register()
        await phone.unregister()
        response = await desk.link.request(
            "POST", "channels", body={"endpoint": "PJSIP/d-1", "app": "cordboard", "channelId": "x"}
        )
        assert response.status == 500


async def test_baresip_is_desk_phone_and_caller_through_asterisk(desk: Desk, tmp_path: Path) -> None:
    """Nobody here wrote either end."""
    async with (
        Baresip(tmp_path / "desk", server=desk.sip, user="d-1", password=PASSWORD, tone_hz=600) as phone,
        Baresip(
            tmp_path / "caller", server=desk.sip, user="0612345678", display_name="Mevr. Jansen",
            registers=False, ip="127.0.0.2", tone_hz=800,
        ) as outside,
    ):  # fmt: skip
        await outside.dial("0201234567")
        caller = await desk.take_caller()
        leg = await desk.ring("d-1", **AUTO_ANSWER)
        await phone.event("CALL_ESTABLISHED")
        await desk.event("StasisStart")
        await desk.bridge(caller, leg)

        await phone.ear.hears(800)
        await outside.ear.hears(600)
        await outside.hang_up()
        await desk.event("StasisEnd")
