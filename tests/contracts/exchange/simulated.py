"""The contract's exchange, pretended: time passes only where a case waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cordboard.app.clock import Clock
from cordboard.asterisk.transport import AriResponse, AriTimeout, AriTransport
from cordboard.simulator.dialplan import ALONE_FAMILY, FALLBACK_FAMILY
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.hearing import Heard, Sound
from cordboard.simulator.people import Caller, Habits, Phone
from cordboard.simulator.socket import QUIET_ROUNDS
from tests.contracts.exchange.provision import provision
from tests.contracts.exchange.rig import Rig, RigCaller, RigPhone


class SimulatedRig(Rig):
    """A `SimulatedExchange` for one test."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self.exchange = SimulatedExchange()
        self.listener: Callable[[bytes], None] | None = None
        """The adapter, where a case has one."""
        self.exchange.caller()  # makes the trunk
        self._callers = 0
        self.exchange.connect()
        self._look()

    @property
    def clock(self) -> Clock:
        return self.exchange.clock

    def _look(self) -> None:
        for data in self.exchange.drain_events():
            self.events.append(msgspec.json.decode(data))
            if self.listener is not None:
                self.listener(data)

    async def request(self, method: str, uri: str, *, body: Any = None, **query: str) -> AriResponse:
        response = self.exchange.handle(method, uri, query, body)
        self._look()
        if self.exchange.holds_back_answers():
            raise AriTimeout("no answer from the exchange")
        return response

    async def wait(self, ms: int) -> None:
        if self.listener is None:
            self.exchange.advance(ms)
            self._look()
            return
        end_ms = self.exchange.clock.now() + ms
        await self._settle()
        while self.exchange.clock.step(end_ms):
            await self._settle()

    async def _settle(self) -> None:
        for _ in range(QUIET_ROUNDS):
            self._look()
            await asyncio.sleep(0)

    async def make_unasked_outsider(self, number: str) -> RigPhone:
        habits = Habits(answers_after_ms=20, knows_talk=False)
        phone = self.exchange.outsider(number, habits=habits, trunk="t-away")
        phone.endpoint.seems_away = True
        return SimulatedPhone(self, phone)

    @property
    def transport(self) -> AriTransport:
        return _Road(self)

    async def make_outsider(
        self,
        number: str,
        *,
        rings: bool = True,
        answers_after_ms: int | None = None,
        rejects_with: int | None = None,
    ) -> RigPhone:
        habits = Habits(
            answers_after_ms=answers_after_ms,
            rejects_after_ms=None if rejects_with is None else 0,
            reject_status=rejects_with or 486,
            rings=rings and rejects_with is None,
            knows_talk=False,
        )
        return SimulatedPhone(self, self.exchange.outsider(number, habits=habits, trunk="t-out"))

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
        habits = Habits(
            answers_after_ms=answers_after_ms,
            rejects_after_ms=None if rejects_with is None else 0,
            reject_status=rejects_with or 486,
            rings=rings,
            knows_talk=knows_talk,
        )
        phone = self.exchange.phone(self.id(name), habits=habits, registered=registered)
        self._look()
        return SimulatedPhone(self, phone)

    async def make_caller(self, name: str = "Jansen") -> RigCaller:
        self._callers += 1
        return SimulatedCaller(self, self.exchange.caller(f"+3161000{self._callers:04d}", name))

    async def leave(self) -> None:
        self._look()
        self.exchange.disconnect()

    async def come_back(self) -> None:
        self.exchange.connect()
        self._look()

    async def die(self) -> None:
        self.exchange.die()
        await self.until(self.exchange.is_connected, "the exchange is back")

    async def notify(self, channel_name: str, event: str) -> None:
        assert self.exchange.notify(channel_name, event)

    async def fall_back(self, did: str, *phones: RigPhone) -> None:
        group = "&".join(f"PJSIP/{phone.name}" for phone in phones)
        self.exchange.registry.database[(FALLBACK_FAMILY, did)] = group

    async def alone(self) -> Mapping[str, str]:
        database = self.exchange.registry.database
        return {key: value for (family, key), value in database.items() if family == ALONE_FAMILY}

    def keeps_message(self, name: str) -> bool:
        return name in self.exchange.calls.recordings.kept

    async def spoken_ms(self, name: str) -> int | None:
        return await self.exchange.calls.recordings.spoken_ms(name)


class _Road:
    """The adapter's connection to it."""

    connected = True

    def __init__(self, rig: SimulatedRig) -> None:
        self._rig = rig

    def set_listener(
        self, on_event: Callable[[bytes], None], on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        """It is up already."""
        self._rig.listener = on_event
        on_up()

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """Answered in the same instant."""
        answer = self._rig.exchange.handle(method, uri, query, body)
        asyncio.get_running_loop().call_soon(self._rig._look)
        return answer


class SimulatedPhone:
    """One of its telephones."""

    def __init__(self, rig: SimulatedRig, phone: Phone) -> None:
        self._rig, self._phone = rig, phone
        self.name = phone.endpoint.name
        self.label = phone.label

    async def register(self) -> None:
        self._phone.register()

    async def unregister(self) -> None:
        self._phone.unregister()

    async def vanish(self) -> None:
        self._phone.vanish()

    async def rings(self) -> None:
        await self._rig.until(lambda: self._phone.is_ringing, f"{self.name} rings")

    async def answer(self) -> None:
        self._phone.answer()

    async def reject(self, status: int) -> None:
        self._phone.reject(status)

    async def hang_up(self) -> None:
        self._phone.hang_up()

    async def dial(self, number: str) -> None:
        self._phone.dial(number)
        await self._rig.wait(1)

    async def hold(self) -> None:
        self._phone.hold()

    async def resume(self) -> None:
        self._phone.resume()

    async def ended(self) -> str:
        await self._rig.until(lambda: bool(self._phone.ended), f"{self.name}'s call is over")
        last = self._phone.ended[-1]
        if last.was_answered:
            return "BYE"
        return "CANCEL elsewhere" if last.cause == 26 else "CANCEL"

    async def hears(self, *people: RigPhone | RigCaller) -> None:
        await self._rig.until(lambda: self._phone.hears() == _those(people), f"{self.name} hears {people}")

    async def hears_ringing(self) -> None:
        await self._sound(Sound.RINGING)

    async def hears_music(self) -> None:
        await self._sound(Sound.MUSIC)

    async def _sound(self, sound: Sound) -> None:
        await self._rig.until(lambda: self._phone.hears().sound is sound, f"{self.name}: {sound}")

    async def transfer(self, number: str) -> None:
        self._phone.transfer(number)
        await self._rig.wait(1)

    async def transfer_to_other(self) -> None:
        self._phone.transfer_to_other()
        await self._rig.wait(1)

    async def told_of_transfer(self) -> None:
        await self._rig.until(lambda: "channel_answered" in self._phone.transferred, "transferred")

    async def calls_from(self) -> str:
        await self.rings()
        return self._phone.call.connected.number


class SimulatedCaller:
    """One of its callers."""

    def __init__(self, rig: SimulatedRig, caller: Caller) -> None:
        self._rig, self._caller = rig, caller
        self.number = caller.who.number
        self.label = caller.label

    async def call(self, did: str) -> None:
        self._caller.call(did)

    async def rings(self) -> None:
        await self._rig.until(lambda: self._caller.rang_ms is not None, "the ringing tone")

    async def answered(self) -> None:
        await self._rig.until(lambda: self._caller.answered_ms is not None, "an answer")

    async def hang_up(self) -> None:
        self._caller.hang_up()

    async def press(self, digit: str) -> None:
        self._caller.press(digit)

    async def ended(self) -> str:
        await self._rig.until(lambda: self._caller.ended_ms is not None, "the end", 20_000)
        return "BYE" if self._caller.refused_with is None else str(self._caller.refused_with)

    async def hears(self, *people: RigPhone | RigCaller) -> None:
        await self._rig.until(lambda: self._caller.hears() == _those(people), f"{self.label} hears {people}")

    async def hears_music(self) -> None:
        await self._rig.until(lambda: self._caller.hears() == Heard(Sound.MUSIC), f"{self.label}: music")

    async def hears_ringing(self) -> None:
        await self._rig.until(lambda: self._caller.hears().sound is Sound.RINGING, f"{self.label}: ringing")

    async def hears_sound(self) -> None:
        await self._rig.until(lambda: self._caller.hears().sound is Sound.PLAYBACK, f"{self.label}: a sound")

    async def speaks_for(self, ms: int) -> None:
        self._caller.speaks_for_ms = ms


def _those(people: tuple[RigPhone | RigCaller, ...]) -> Heard:
    labels = frozenset(
        person.label for person in people if isinstance(person, SimulatedPhone | SimulatedCaller)
    )
    return Heard(Sound.PEOPLE, labels) if people else Heard(Sound.SILENCE)
