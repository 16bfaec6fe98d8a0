"""The contract's exchange, real: the Asterisk that set-up obtained, with SIP telephones."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cordboard.app.administration.take import spoken_ms
from cordboard.app.clock import Alarm, Clock, SteadyClock
from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.client import AriLink, AriServer
from cordboard.asterisk.config import applications
from cordboard.asterisk.dialplan import ALONE_FAMILY, FALLBACK_FAMILY
from cordboard.asterisk.ports import pick
from cordboard.asterisk.runtime import ensure
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.transport import AriResponse, AriTransport, AriUnavailable
from tests.contracts.exchange.provision import PASSWORD, provision
from tests.contracts.exchange.rig import Rig, RigCaller, RigPhone
from tests.support.exchange import TestExchange
from tests.support.sipcall import SipCall
from tests.support.siplink import Address
from tests.support.sipphone import CallState, Codec, SipPhone

TRUNK_IP = "127.0.0.2"
TRUNK = Trunk(name="trunk", host=TRUNK_IP, match=(TRUNK_IP,))
OUT_IP = "127.0.0.3"
OUT = Trunk(name="out", host=OUT_IP, port=pick(1, OUT_IP)[0], match=(OUT_IP,), codecs=("alaw",))
"""Over which outsiders are called."""
AWAY = Trunk(name="away", host=OUT_IP, port=pick(1, OUT_IP)[0], match=(OUT_IP,), codecs=("alaw",))
"""Where nobody answers the exchange's questions."""
RINGING_HZ = 425
"""The ringing tone of the Netherlands."""
REASONS = {486: "486 Busy Here", 603: "603 Decline", 480: "480 Temporarily Unavailable", 404: "404 Not Found"}


def provider() -> SipPhone:
    """Who answers for all numbers behind trunk `out`."""
    return SipPhone(server=("127.0.0.1", 0), ip=OUT_IP, port=OUT.port or 0, codecs=(Codec.PCMA,))


class CaseClock(SteadyClock):
    """Wakes nobody when the case is over: its adapter would take away the next case's bridges as left behind."""

    is_over = False

    def call_in(self, delay_ms: int, action: Callable[[], None]) -> Alarm:
        return super().call_in(delay_ms, lambda: None if self.is_over else action())


class RealRig(Rig):
    """A running Asterisk for one test; several tests may have the same one after each other."""

    def __init__(self, prefix: str, exchange: TestExchange, provider: SipPhone | None = None) -> None:
        super().__init__(prefix)
        self.exchange = exchange
        self._provider = provider
        self._callers = 0
        self._tones = 400
        self._open: list[SipPhone] = []
        self._replaced: AriServer | None = None
        """The server that stands in the place of the exchange's first one."""
        self.link.set_listener(self._take, lambda: None, lambda: None)
        self._clock = CaseClock()

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def link(self) -> AriLink:
        """The application's connection."""
        return self.exchange.link

    @property
    def sip(self) -> Address:
        """Where the exchange takes SIP."""
        return ("127.0.0.1", self.exchange.settings.ports.sip)

    def next_tone(self) -> int:
        """A tone that nobody else speaks with."""
        self._tones += 200
        return self._tones

    def _take(self, data: bytes) -> None:
        self.events.append(msgspec.json.decode(data))

    async def request(self, method: str, uri: str, *, body: Any = None, **query: str) -> AriResponse:
        return await self.link.request(method, uri, query=query, body=body, timeout_ms=2_000)

    async def wait(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)

    async def make_phone(
        self,
        name: str,
        *,
        registered: bool = True,
        rings: bool = True,
        answers_after_ms: int | None = None,
        rejects_with: int | None = None,
        knows_talk: bool = False,
    ) -> RigPhone:
        await provision(self, self.id(name))
        phone = SipPhone(
            server=self.sip,
            user=self.id(name),
            password=PASSWORD,
            tone_hz=self.next_tone(),
            rings=rings,
            talk_event=knows_talk,
            answers_after_ms=answers_after_ms,
            # One codec: when a telephone changes it while it holds, Asterisk's music for the other side breaks off.
            codecs=(Codec.PCMA,),
            rejects_with=None if rejects_with is None else REASONS[rejects_with],
        )
        await phone.open()
        self._open.append(phone)
        if registered:
            await phone.register()
        return RealPhone(self, phone)

    async def make_caller(self, name: str = "Jansen") -> RigCaller:
        self._callers += 1
        number = f"+3161{self.prefix[2:]}{self._callers:04d}"
        phone = SipPhone(server=self.sip, ip=TRUNK_IP, tone_hz=self.next_tone(), codecs=(Codec.PCMA,))
        await phone.open()
        self._open.append(phone)
        return RealCaller(self, phone, number, name)

    async def make_outsider(
        self,
        number: str,
        *,
        rings: bool = True,
        answers_after_ms: int | None = None,
        rejects_with: int | None = None,
    ) -> RigPhone:
        phone = self._provider
        assert phone is not None, "only the shared exchange has somebody behind trunk out"
        for call in phone.calls:
            await call.hang_up()
        phone.calls.clear()
        phone.server, phone.tone_hz = self.sip, self.next_tone()
        phone.rings_audibly, phone.answers_after_ms = rings, answers_after_ms
        phone.rejects_with = None if rejects_with is None else REASONS[rejects_with]
        await self._trunk_is_up()
        return RealPhone(self, phone, name=number)

    async def _trunk_is_up(self) -> None:
        """While tests run that wait for nothing, the provider hears no question, and the exchange takes it for gone."""
        for _ in range(200):
            # It asks again after fifteen seconds.
            answer = await self.request("GET", "endpoints/PJSIP/t-out")
            if msgspec.json.decode(answer.body)["state"] == "online":
                return
            await self.wait(100)
        raise AssertionError("the trunk is not up within twenty seconds")

    async def make_unasked_outsider(self, number: str) -> RigPhone:
        probe = {"endpoint": "PJSIP/1@t-away", "app": "cordboard", "channelId": self.id("probe")}
        for _ in range(40):
            if await self.status("POST", "channels/create", **probe) == 500:
                break
            await self.request("DELETE", f"channels/{self.id('probe')}")
            await self.wait(500)
        else:
            raise AssertionError("the exchange takes the trunk for up, and nobody is there")
        phone = SipPhone(
            server=self.sip,
            ip=OUT_IP,
            port=AWAY.port or 0,
            tone_hz=self.next_tone(),
            answers_after_ms=20,
            codecs=(Codec.PCMA,),
            # It asks every fifteen seconds, and one of these moments may be now.
            says_it_is_there=False,
        )
        await phone.open()
        self._open.append(phone)
        return RealPhone(self, phone, name=number)

    @property
    def transport(self) -> AriTransport:
        return _Road(self)

    async def leave(self) -> None:
        server = self.exchange.server
        assert server is not None
        await server.stop()
        # What Asterisk writes before it has noticed goes into a closed socket and is lost.
        await asyncio.sleep(0.3)

    async def come_back(self) -> None:
        settings = self.exchange.settings
        server = AriServer(settings.ports.ari, settings.ari_password, applications(settings))
        self.exchange.server = self._replaced = server
        self.link.set_listener(self._take, lambda: None, lambda: None)
        since = self.mark()
        await server.start()
        await self.event("ApplicationRegistered", since=since, within_ms=10_000)

    async def die(self) -> None:
        os.kill(self.exchange.process.pid, signal.SIGKILL)
        await self.exchange.process.ended()
        self.exchange.process.close()
        await self.until(lambda: not self.link.connected, "the socket is down")
        since = self.mark()
        self.exchange.process = ensure(self.exchange.binary, self.exchange.settings)
        await self.exchange.process.ready()
        await self.event("ApplicationRegistered", since=since, within_ms=10_000)

    async def notify(self, channel_name: str, event: str) -> None:
        settings = self.exchange.settings
        client = AmiClient(settings.ports.ami, settings.ami_password)
        try:
            await client.notify(channel_name, event)
        finally:
            await client.close()

    async def fall_back(self, did: str, *phones: RigPhone) -> None:
        settings = self.exchange.settings
        client = AmiClient(settings.ports.ami, settings.ami_password)
        try:
            await client.put(FALLBACK_FAMILY, did, "&".join(f"PJSIP/{phone.name}" for phone in phones))
        finally:
            await client.close()

    async def alone(self) -> Mapping[str, str]:
        settings = self.exchange.settings
        client = AmiClient(settings.ports.ami, settings.ami_password)
        try:
            return await client.family(ALONE_FAMILY)
        finally:
            await client.close()

    def keeps_message(self, name: str) -> bool:
        return (self.exchange.settings.messages_dir / f"{name}.wav").is_file()

    async def spoken_ms(self, name: str) -> int | None:
        return spoken_ms(self.exchange.settings.messages_dir / f"{name}.wav")

    async def close(self) -> None:
        """Leave the exchange as it was found."""
        self._clock.is_over = True
        for phone in self._open:
            await phone.close()
        for call in self._provider.calls if self._provider is not None else ():
            await call.hang_up()
        await self._clear()
        if self._replaced is not None:
            await self._replaced.stop()

    async def _clear(self) -> None:
        with contextlib.suppress(AriUnavailable):
            for channel in await self.ok("GET", "channels"):
                await self.request("DELETE", f"channels/{channel['id']}")
            for bridge in await self.ok("GET", "bridges"):
                await self.request("DELETE", f"bridges/{bridge['id']}")
            application = await self.ok("GET", "applications/cordboard")
            for scheme, key in (("endpoint", "endpoint_ids"), ("deviceState", "device_names")):
                for name in application[key]:
                    uri = "applications/cordboard/subscription"
                    while await self.status("DELETE", uri, eventSource=f"{scheme}:{name}") == 200:
                        pass
            body: dict[str, list[str]] = {"allowed": [], "disallowed": []}
            await self.ok("PUT", "applications/cordboard/eventFilter", body=body)


class _Road:
    """The adapter's connection to it."""

    def __init__(self, rig: RealRig) -> None:
        self._rig = rig

    @property
    def connected(self) -> bool:
        """The application's socket is up."""
        return self._rig.link.connected

    def set_listener(
        self, on_event: Callable[[bytes], None], on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        """Both are told."""

        def both(data: bytes) -> None:
            self._rig._take(data)
            on_event(data)

        self._rig.link.set_listener(both, on_up, on_down)

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """As the link does it."""
        return await self._rig.link.request(method, uri, query=query, body=body)


class RealPhone:
    """A SIP telephone."""

    def __init__(self, rig: RealRig, phone: SipPhone, name: str | None = None) -> None:
        self._rig, self._phone = rig, phone
        self.name = name or phone.user
        self.tone_hz = phone.tone_hz
        self._last: SipCall | None = None

    async def register(self) -> None:
        await self._phone.register()

    async def unregister(self) -> None:
        await self._phone.unregister()

    async def vanish(self) -> None:
        self._phone.vanish()

    async def _call(self) -> SipCall:
        def came() -> bool:
            return any(call.is_incoming for call in self._phone.calls)

        await self._rig.until(came, f"{self.name} is called")
        return self._phone.calls[-1]

    async def rings(self) -> None:
        await (await self._call()).ringing()

    async def answer(self) -> None:
        await (await self._call()).answer()

    async def reject(self, status: int) -> None:
        await (await self._call()).reject(REASONS[status])

    async def hang_up(self) -> None:
        await self._phone.call.hang_up()

    async def dial(self, number: str) -> None:
        await self._phone.dial(number)

    async def hold(self) -> None:
        await self._phone.call.hold()

    async def resume(self) -> None:
        await self._phone.call.resume()

    async def ended(self) -> str:
        end = await (await self._call()).ended()
        elsewhere = end.reason is not None and ("elsewhere" in end.reason or "cause=26" in end.reason)
        return f"{end.how} elsewhere" if elsewhere and end.how == "CANCEL" else end.how

    async def hears(self, *people: RigPhone | RigCaller) -> None:
        await _hears(self._phone.call, people)

    async def hears_ringing(self) -> None:
        await self._phone.call.hears(RINGING_HZ, within_ms=6_000)

    async def hears_music(self) -> None:
        await self._phone.call.hears_music(without=(RINGING_HZ,))

    async def transfer(self, number: str) -> None:
        await self._phone.call.transfer(number)

    async def transfer_to_other(self) -> None:
        first, second = [call for call in self._phone.calls if call.state is CallState.UP][-2:]
        await first.transfer(second)

    async def told_of_transfer(self) -> None:
        def told() -> bool:
            return any("200 OK" in entry.message.body for entry in self._phone.seen("NOTIFY"))

        await self._rig.until(told, "NOTIFY 200")

    async def calls_from(self) -> str:
        call = await self._call()
        return str(call.caller_number)


class RealCaller:
    """A SIP telephone that calls through the trunk."""

    def __init__(self, rig: RealRig, phone: SipPhone, number: str, name: str) -> None:
        self._rig, self._phone, self._name = rig, phone, name
        self.number = number
        self.tone_hz = phone.tone_hz
        self._sip: SipCall | None = None

    @property
    def sip(self) -> SipCall:
        """The call."""
        assert self._sip is not None
        return self._sip

    async def call(self, did: str) -> None:
        self._sip = await self._phone.dial(did, from_number=self.number, from_name=self._name)

    async def rings(self) -> None:
        await self.sip.ringing()

    async def answered(self) -> None:
        await self.sip.answered()

    async def hang_up(self) -> None:
        if self.sip.state is not CallState.ENDED:
            await self.sip.hang_up()

    async def press(self, digit: str) -> None:
        body = f"Signal={digit}\r\nDuration=100\r\n"
        message = self.sip._message("INFO", (("Content-Type", "application/dtmf-relay"),), body)
        await self._phone.link.request(message, self._phone.server)

    async def ended(self) -> str:
        return (await self.sip.ended(within_ms=20_000)).how.split()[0]

    async def hears(self, *people: RigPhone | RigCaller) -> None:
        await _hears(self.sip, people)

    async def hears_music(self) -> None:
        await self.sip.hears_music()

    async def hears_ringing(self) -> None:
        await self.sip.hears(RINGING_HZ, within_ms=6_000)

    async def hears_sound(self) -> None:
        await self.sip.hears_music()

    async def speaks_for(self, ms: int) -> None:
        asyncio.get_running_loop().call_later(ms / 1000, self.sip.say, None)


async def _hears(call: SipCall, people: tuple[RigPhone | RigCaller, ...]) -> None:
    if not people:
        await call.hears_silence()
    for person in people:
        assert isinstance(person, RealPhone | RealCaller)
        assert person.tone_hz is not None
        await call.hears(person.tone_hz)
