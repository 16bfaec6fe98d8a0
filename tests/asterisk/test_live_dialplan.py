"""Calls through the real exchange's dialplan, with Cordboard there and without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from cordboard.asterisk import operations, runtime
from cordboard.asterisk.alone import AstdbBook, read
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.client import claim
from cordboard.asterisk.dialplan import TRIES
from cordboard.asterisk.messages import (
    CallBroadcast,
    ChannelStateChange,
    ChannelTransfer,
    ContactStatusChange,
    Event,
    RawEvent,
    StasisStart,
    decode_event,
)
from cordboard.asterisk.provision import DESK_FORMATS, DeviceKind, DeviceProvision, Fallbacks, Provisioner
from cordboard.asterisk.settings import CalledNumberIn, Trunk
from cordboard.asterisk.translate import NAME_CHARACTERS_MAX
from cordboard.asterisk.transport import send
from cordboard.core.types import EndedBy
from tests.support.exchange import TestExchange, running_exchange
from tests.support.sipphone import SipFailure, SipPhone

pytestmark = pytest.mark.exchange

DID = "+31201234567"
PASSWORD = "desk;secret"
CALLER = "0612345678"
TRUNK_PORT = 25190
E = TypeVar("E")


def device(id_: str = "1", kind: DeviceKind = DeviceKind.SIP, password: str = PASSWORD) -> DeviceProvision:
    """A phone of Chantal's."""
    return DeviceProvision(
        id=id_, kind=kind, name='Chantal "C" <x>', extension="201", username=f"d-{id_}", password=password
    )


@dataclass
class Desk:
    """The exchange, and what it tells."""

    exchange: TestExchange
    ami: AmiClient
    phones: Provisioner
    events: asyncio.Queue[Event | RawEvent] = field(default_factory=asyncio.Queue)

    @property
    def sip(self) -> tuple[str, int]:
        """Where phones register."""
        return ("127.0.0.1", self.exchange.settings.ports.sip)

    def phone(self, id_: str = "1", password: str = PASSWORD) -> SipPhone:
        """A desk phone that answers when asked to by NOTIFY."""
        return SipPhone(server=self.sip, user=f"d-{id_}", password=password, tone_hz=600, talk_event=True)

    def outside(self) -> SipPhone:
        """The provider's side of the trunk."""
        return SipPhone(server=self.sip, ip="127.0.0.2", port=TRUNK_PORT, tone_hz=800)

    async def told(self, kind: type[E], within_s: float = 5) -> E:
        """The next event of this kind; others are passed over."""
        async with asyncio.timeout(within_s):
            while not isinstance(event := await self.events.get(), kind):
                pass
            return event


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """An exchange with a trunk, one to nowhere, and one desk phone."""
    trunk = Trunk(name="test", host="127.0.0.2", port=TRUNK_PORT, codecs=("alaw",))
    away = Trunk(name="away", host="127.0.0.3", port=TRUNK_PORT, codecs=("alaw",))
    async with running_exchange(tmp_path, trunks=(trunk, away), emergency_numbers=("999",)) as exchange:
        ami = AmiClient(exchange.settings.ports.ami, exchange.settings.ami_password)
        made = Desk(exchange, ami, Provisioner(exchange.link, ami, exchange.settings))
        exchange.link.set_listener(
            lambda data: made.events.put_nowait(decode_event(data)), lambda: None, lambda: None
        )
        assert await made.phones.write_all([device()]) == 1
        yield made
        await ami.close()


async def test_a_call_in_is_announced_claimed_once_and_starts_with_its_number(desk: Desk) -> None:
    """The start says which number was called and by which trunk it came."""
    async with desk.outside() as caller:
        call = await caller.dial(DID, from_number="0612345678", from_name="Mevr. Jansen")
        offered = await desk.told(CallBroadcast)

        first = await claim(desk.exchange.link, offered.channel.id)
        second = await claim(desk.exchange.link, offered.channel.id)
        started = await desk.told(StasisStart)

        assert (first, second) == (True, False)
        assert started.args == ["did", DID, "t-test"]
        assert (started.channel.caller.number, started.channel.caller.name) == ("0612345678", "Mevr. Jansen")
        await call.hang_up()


async def test_a_waiting_caller_hears_music_and_then_the_agent(desk: Desk) -> None:
    """Answered by NOTIFY talk, as a click in the console does; sound both ways, proven by tones."""
    link = desk.exchange.link
    async with desk.outside() as caller, desk.phone() as phone:
        await phone.register()
        call = await caller.dial(DID, from_number=CALLER)
        waiting = (await desk.told(CallBroadcast)).channel.id
        await claim(link, waiting)
        await desk.told(StasisStart)
        await send(link, operations.channels_answer(channel_id=waiting))
        await send(link, operations.bridges_create(type="holding", bridge_id="cb-wait"))
        await send(link, operations.bridges_start_moh(bridge_id="cb-wait"))
        await send(link, operations.bridges_add_channel(bridge_id="cb-wait", channel=waiting))
        await call.hears_music()

        leg = operations.channels_originate(
            endpoint="PJSIP/d-1", app="cordboard", channel_id="cb-leg", formats=DESK_FORMATS, timeout=20
        )
        name = (await send(link, leg)).json()
        assert isinstance(name, dict)
        ringing = await phone.rings()
        # A NOTIFY before the phone's own "ringing" was seen would find no call to answer.
        while (await desk.told(ChannelStateChange)).channel.state != "Ringing":
            pass
        await desk.ami.notify_talk(name["name"])
        await desk.told(StasisStart)
        await send(link, operations.bridges_create(type="mixing,dtmf_events", bridge_id="cb-talk"))
        await send(link, operations.bridges_add_channel(bridge_id="cb-talk", channel=["cb-leg", waiting]))

        await call.hears(600)
        await ringing.hears(800)
        await send(link, operations.channels_hangup(channel_id="cb-leg"))
        await send(link, operations.channels_hangup(channel_id=waiting))
        await call.ended()
        await ringing.ended()


@pytest.mark.rule("D28")
async def test_an_emergency_call_needs_no_cordboard(desk: Desk) -> None:
    """While Cordboard is down it rings at the first trunk that takes it, with the organisation's number, and sound both
    ways."""
    await desk.phones.write_fallbacks(
        Fallbacks(emergency_trunks={"d-1": ("t-away", "t-test")}, emergency_number={"d-1": "0201234567"})
    )
    other = SipPhone(server=desk.sip, ip="127.0.0.3", port=TRUNK_PORT)
    async with desk.outside() as centre, desk.phone() as phone, other:
        await phone.register()
        assert desk.exchange.server is not None
        await desk.exchange.server.stop()

        call = await phone.dial("999")
        await (await other.rings()).reject("503 Service Unavailable")
        ringing = await centre.rings()
        assert ringing.caller_number == "0201234567"
        await ringing.answer()
        await call.answered()
        await call.hears(800)
        await ringing.hears(600)
        await call.hang_up()
        await ringing.ended()


@pytest.mark.rule("D28")
async def test_an_emergency_call_is_tried_on_trunks_that_seem_to_be_away(desk: Desk) -> None:
    """No provider answered when it was last asked, and one is there again: the call must not wait for that, nor for the
    other."""
    await desk.phones.write_fallbacks(Fallbacks(emergency_trunks={"d-1": ("t-away", "t-test")}))
    seem_away: set[str] = set()
    await send(
        desk.exchange.link,
        operations.applications_subscribe(application_name="cordboard", event_source="endpoint:PJSIP"),
    )
    while len(seem_away) < 2:
        told = await desk.told(ContactStatusChange, within_s=40)
        if told.contact_info.contact_status == "Unreachable":
            seem_away.add(told.endpoint.resource)
    async with desk.outside() as centre, desk.phone() as phone:
        await phone.register()

        call = await phone.dial("999")
        ringing = await centre.rings()
        await ringing.answer()
        await call.answered()
        await call.hears(800)
        await call.hang_up()
        await ringing.ended()


async def test_without_cordboard_the_fallback_group_rings(desk: Desk) -> None:
    """After the tries that a restarting Cordboard is given, never a lost caller."""
    await desk.phones.write_fallbacks(Fallbacks(groups={DID: ("d-1",)}))
    async with desk.outside() as caller, desk.phone() as phone:
        await phone.register()
        assert desk.exchange.server is not None
        await desk.exchange.server.stop()

        call = await caller.dial(DID, from_number=CALLER)
        await call.ringing(within_ms=3000)
        ringing = await phone.rings(within_ms=9000)
        await ringing.answer()
        await call.answered()
        await call.hears(600)
        await ringing.hang_up()
        await call.ended()


async def test_whom_no_telephone_of_the_group_takes_is_offered_to_cordboard_once_more(desk: Desk) -> None:
    """It may be back by then; what was written of the call has no end, for that is Cordboard's to write."""
    await desk.phones.write_fallbacks(Fallbacks(groups={DID: ("d-1",)}))
    async with desk.outside() as caller:
        call = await caller.dial(DID, from_number=CALLER)
        for _ in range(TRIES):
            await desk.told(CallBroadcast)
        offered = (await desk.told(CallBroadcast)).channel.id

        assert await claim(desk.exchange.link, offered)
        assert (await desk.told(StasisStart)).channel.id == offered
        await call.hang_up()
        await asyncio.sleep(0.5)

        assert list(await AstdbBook(desk.ami).entries()) == [f"{offered}/begun"]


async def test_what_a_caller_says_to_be_is_written_down_and_means_nothing_to_the_dialplan(
    desk: Desk,
) -> None:
    """Names that would be expressions, functions, other entries or lines of the management socket; cut when they are
    endless. What means a part of the value cuts the name short, and no more."""
    names = [
        "Zoë Jansen",
        '${SHELL(id)} $[1+1] a" = "a ,b;c|d`e$(f)',
        "%0D%0AResponse: Success%0D%0A",
        "x" * 600,
        "a):0:3",
    ]
    assert desk.exchange.server is not None
    await desk.exchange.server.stop()
    async with desk.outside() as caller:
        for name in names:
            call = await caller.dial(DID, from_number=CALLER, from_name=name)
            await asyncio.sleep(1.5)
            await call.hang_up()
        await asyncio.sleep(1)

    entries, broken = read(await AstdbBook(desk.ami).entries())

    assert not broken
    # Asterisk keeps the backslashes with which a name is sent.
    sent = names[1].replace('"', r"\"")
    found = [entry.name or "" for entry in entries]
    assert [*found[:3], found[4]] == [names[0], sent, names[2].strip(), "a"]
    assert (set(found[3]), len(found[3]) <= NAME_CHARACTERS_MAX) == ({"x"}, True)
    assert [entry.how for entry in entries] == [EndedBy.CALLER] * len(names)
    assert {entry.dialled for entry in entries} == {DID}
    assert {entry.number for entry in entries} == {CALLER}
    assert "SHELL" not in desk.exchange.log_text()


async def test_without_cordboard_a_trunk_of_one_organisation_rings_its_telephones_alone(desk: Desk) -> None:
    """The same number as another organisation's leads elsewhere on its own trunk."""
    groups = {DID: ("d-nobody",), f"hospital-{DID}": ("d-1",)}
    await desk.phones.write_fallbacks(Fallbacks(groups=groups, beginnings={"t-test": "hospital-"}))
    async with desk.outside() as caller, desk.phone() as phone:
        await phone.register()
        assert desk.exchange.server is not None
        await desk.exchange.server.stop()

        call = await caller.dial(DID, from_number=CALLER)
        ringing = await phone.rings(within_ms=9000)
        await ringing.answer()
        await call.answered()
        await ringing.hang_up()
        await call.ended()


async def test_a_call_from_a_phone_is_announced_with_its_device(desk: Desk) -> None:
    """Which number it wants and which device wants it; its transfer key tells us instead of acting."""
    link = desk.exchange.link
    async with desk.phone() as phone:
        await phone.register()
        call = await phone.dial("9")
        await claim(link, (await desk.told(CallBroadcast)).channel.id)
        started = await desk.told(StasisStart)

        assert started.args == ["out", "9", "d-1"]
        assert started.channel.caller.number == "201"
        assert started.channel.caller.name == "Chantal C x"
        await call.hang_up()


async def test_a_stranger_without_the_password_cannot_register(desk: Desk) -> None:
    """Nor with a device's name."""
    async with desk.phone(password="guess") as phone:
        with pytest.raises((SipFailure, AssertionError)):
            await phone.register()


async def test_a_changed_password_counts_at_once_and_a_removed_phone_is_refused(desk: Desk) -> None:
    """Without a reload; what has not changed is not sent again."""
    assert await desk.phones.write_all([device()]) == 0
    assert await desk.phones.write_all([device(password="new;secret")]) == 1
    async with desk.phone(password="new;secret") as phone:
        await phone.register()
    async with desk.phone() as phone:
        with pytest.raises((SipFailure, AssertionError)):
            await phone.register()

    assert await desk.phones.write_all([]) == 1
    async with desk.phone(password="new;secret") as phone:
        with pytest.raises((SipFailure, AssertionError)):
            await phone.register()


async def test_a_phone_may_become_a_browser_phone(desk: Desk) -> None:
    """Nothing of the other kind stays behind."""
    assert await desk.phones.write_all([device(kind=DeviceKind.WEB)]) == 1

    read = operations.asterisk_get_object(config_class="res_pjsip", object_type="endpoint", id="d-1")
    fields = (await send(desk.exchange.link, read)).json()
    assert isinstance(fields, list)
    values = {field["attribute"]: field["value"] for field in fields}
    assert values["webrtc"] == "yes"
    # Bound to loopback a browser could not reach it: ICE names the network cards' addresses.
    assert values["media_address"] == ""


async def test_the_transfer_key_tells_us_instead_of_acting(desk: Desk) -> None:
    """A leg that the phone began is marked so by the dialplan."""
    link = desk.exchange.link
    async with desk.phone() as phone:
        await phone.register()
        call = await phone.dial("201")
        channel = (await desk.told(CallBroadcast)).channel.id
        await claim(link, channel)
        await desk.told(StasisStart)
        await send(link, operations.channels_answer(channel_id=channel))
        await call.answered()

        await refer(call, f"sip:0612345678@127.0.0.1:{desk.sip[1]}")

        transfer = await desk.told(ChannelTransfer)
        assert transfer.refer_to.requested_destination.destination == "0612345678"
        await call.hang_up()


async def refer(call: object, target: str) -> None:
    """Press the transfer key: the test phone has none, so the message is written here."""
    message = call._message("REFER", (("Refer-To", f"<{target}>"),))  # type: ignore[attr-defined]
    await call._owner.link.request(message, call._peer)  # type: ignore[attr-defined]


async def test_a_trunk_may_put_the_called_number_in_the_to_header(tmp_path: Path) -> None:
    """The request goes to the account, the number that the caller dialled stands in To."""
    trunk = Trunk(
        name="test", host="127.0.0.2", port=TRUNK_PORT, codecs=("alaw",), called_number_in=CalledNumberIn.TO
    )
    async with running_exchange(tmp_path, trunks=(trunk,)) as exchange:
        told: asyncio.Queue[Event | RawEvent] = asyncio.Queue()
        exchange.link.set_listener(
            lambda data: told.put_nowait(decode_event(data)), lambda: None, lambda: None
        )
        async with SipPhone(
            server=("127.0.0.1", exchange.settings.ports.sip), ip="127.0.0.2", port=TRUNK_PORT
        ) as caller:
            call = await caller.dial(DID, from_number=CALLER)
            async with asyncio.timeout(5):
                while not isinstance(event := await told.get(), CallBroadcast):
                    pass
            assert event.called == DID
            assert event.channel.dialplan.context == "inbound"
            await call.hang_up()


async def test_settings_that_break_a_line_are_refused_by_ami(desk: Desk) -> None:
    """A value with a line break would be a second action."""
    with pytest.raises(AmiFailed, match="line break"):
        await desk.ami.put("x", "y", "1\r\nAction: Logoff")
    with pytest.raises(AmiFailed):
        await desk.ami.action("NoSuchAction")
    await desk.ami.put("still", "there", "1")


async def test_phones_are_known_again_after_the_exchange_restarts(desk: Desk) -> None:
    """They live in the exchange's own database: Cordboard need not be there first."""
    await desk.exchange.process.stop()
    desk.exchange.process = runtime.ensure(desk.exchange.binary, desk.exchange.settings)
    await desk.exchange.process.ready()

    async with desk.phone() as phone:
        await phone.register()


@pytest.mark.rule("D28")
async def test_fall_backs_that_are_written_anew_are_read_first_and_nothing_is_taken_away_meanwhile(
    desk: Desk,
) -> None:
    """A new server knows nothing of what the exchange holds; more numbers than fit one message are read whole."""
    assert await desk.ami.family("cordboard-fallback") == {}
    many = {f"05348{number:05}": ("d-1", "d-2") for number in range(500)}
    await desk.phones.write_fallbacks(Fallbacks(groups=many))

    desk.phones.forget()
    await desk.phones.write_fallbacks(Fallbacks(groups={"0534800001": ("d-1",), "0534899999": ("d-2",)}))

    assert await desk.ami.family("cordboard-fallback") == {
        "0534800001": "PJSIP/d-1", "0534899999": "PJSIP/d-2",
    }  # fmt: skip
