"""Practice callers on the real exchange: they come in as anybody does, and speak and hear as anybody does."""

from __future__ import annotations

import asyncio
import itertools
import wave
from array import array
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from cordboard.asterisk import messages as ari
from cordboard.asterisk.client import AriServer, claim
from cordboard.asterisk.config import applications
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.settings import PRACTICE_APPLICATION
from cordboard.practice.callers import PracticeCallers
from cordboard.practice.people import PEOPLE, Saying
from cordboard.practice.speech import prepare_speech
from tests.support.exchange import TestExchange, exchange_binary, running_exchange
from tests.support.sipphone import SipCall, SipPhone
from tests.support.tone import has_tone
from tests.support.waiting import until

pytestmark = pytest.mark.exchange

QUEUE = "31534800937"
PASSWORD = "desk-secret"
AGENT_HZ = 600
T = TypeVar("T")


def new_ids(start: str) -> Callable[[], str]:
    """A source of names."""
    numbers = itertools.count(1)
    return lambda: f"{start}-{next(numbers)}"


async def happens(condition: Callable[[], bool], within_s: float = 5) -> None:
    """Wait until it is so."""
    for _ in range(int(within_s / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


class Desk:
    """Just enough of a switchboard: takes callers into a queue and connects them with a phone."""

    def __init__(self, exchange: TestExchange) -> None:
        self.exchange, self.link = exchange, exchange.link
        self.sip = ("127.0.0.1", exchange.settings.ports.sip)
        self.practice = PracticeCallers(exchange.practice_link, new_id=new_ids("p"))
        self.events: list[ari.Event | ari.RawEvent] = []
        """Not looked at yet, in order."""
        self.link.set_listener(
            lambda data: self.events.append(ari.decode_event(data)), lambda: None, lambda: None
        )
        self.practice.start()

    async def ask(self, method: str, uri: str, **body: object) -> None:
        response = await self.link.request(method, uri, body=body or None)
        assert response.is_done, (uri, response)

    async def device(self, name: str) -> None:
        """A phone that may register as `name`."""
        parts: dict[str, dict[str, str]] = {
            "auth": {"auth_type": "userpass", "username": name, "password": PASSWORD},
            "aor": {"max_contacts": "1"},
            "endpoint": {
                "context": "phones",
                "disallow": "all",
                "allow": "alaw",
                "auth": name,
                "aors": name,
                "direct_media": "no",
            },
        }
        for kind, values in parts.items():
            fields = [{"attribute": key, "value": value} for key, value in values.items()]
            await self.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", fields=fields)

    async def event(self, kind: type[T], within_s: float = 5) -> T:
        """The first event of this kind that was not looked at; others stay."""
        async with asyncio.timeout(within_s):
            while True:
                for event in self.events:
                    if isinstance(event, kind):
                        self.events.remove(event)
                        return event
                await asyncio.sleep(0.01)

    async def claimed(self) -> ari.Channel:
        """Claim the next call that comes in, answer it and let it wait; its channel as it was announced."""
        channel = (await self.event(ari.CallBroadcast)).channel
        assert await claim(self.link, channel.id)
        assert (await self.event(ari.StasisStart)).channel.id == channel.id
        await self.ask("POST", f"channels/{channel.id}/answer")
        await self.let_wait(channel)
        return channel

    async def let_wait(self, channel: ari.Channel) -> None:
        """Music; it falls silent when the bridge empties, so it is started anew."""
        await self.ask("POST", "bridges/queue/addChannel", channel=channel.id)
        await self.ask("POST", "bridges/queue/moh")

    async def connect(self, caller: ari.Channel, phone: SipPhone) -> SipCall:
        """Ring the phone, and put both in one bridge when it answers."""
        await self.ask("POST", "channels", endpoint="PJSIP/d-1", app="cordboard", channelId="leg")
        call = await phone.rings()
        await call.answer()
        await self.event(ari.StasisStart)
        await self.ask("POST", "bridges", type="mixing,dtmf_events", bridgeId="talk")
        await self.ask("POST", "bridges/talk/addChannel", channel=["leg", caller.id])
        self.practice.observe(caller.caller.number, "active")
        return call

    async def channels(self) -> list[str]:
        """Names of all channels in the exchange."""
        found = (await self.link.request("GET", "channels")).json()
        assert isinstance(found, list)
        return [str(channel["name"]) for channel in found]

    async def is_empty(self, within_s: float = 3) -> None:
        """Wait until no channel lives and no practice caller is remembered."""
        for _ in range(int(within_s / 0.05)):
            if not await self.channels() and self.practice.alive == 0:
                return
            await asyncio.sleep(0.05)
        raise AssertionError((await self.channels(), self.practice.alive))

    async def heard_by_practice_caller(self, leg: str, seconds: float) -> array[int]:
        """What came in at the calling side of a practice caller."""
        uri = f"channels/{leg}/snoop"
        await self.ask("POST", uri, app="cordboard", spy="in", snoopId="ear")
        # The ear is made at once and enters our application a moment later; until then it is refused (409).
        recording = {"name": "ear", "format": "wav", "ifExists": "overwrite"}
        for _ in range(100):
            if (await self.link.request("POST", "channels/ear/record", body=recording)).is_done:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(seconds)
        await self.ask("POST", "recordings/live/ear/stop")
        await self.ask("DELETE", "channels/ear")
        path = self.exchange.settings.run_dir / "spool/recording/ear.wav"
        await until(lambda: bool(_spoken(path)))
        return _spoken(path)


def _spoken(path: Path) -> array[int]:
    """What was recorded; nothing, as long as the exchange has not written it: that follows the answer to the stop."""
    try:
        with wave.open(str(path), "rb") as file:
            return array("h", file.readframes(file.getnframes()))
    except (wave.Error, EOFError, FileNotFoundError):
        return array("h")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A real exchange with the sentences, and one device."""
    prepare_speech(exchange_binary(), default_sounds())
    async with running_exchange(tmp_path) as exchange:
        desk = Desk(exchange)
        await desk.practice.settle()
        await desk.device("d-1")
        await desk.ask("POST", "bridges", type="holding", bridgeId="queue")
        yield desk


async def test_a_practice_call_comes_in_like_any_other(desk: Desk) -> None:
    """On the endpoint for practice, with the number that was dialled, and with name and number of the caller."""
    assert await desk.practice.call(QUEUE) == 1

    caller = await desk.claimed()

    assert caller.name.startswith("PJSIP/practice-")
    assert caller.dialplan.exten == QUEUE
    assert caller.caller == ari.CallerID(name=PEOPLE[0].name, number=PEOPLE[0].number)


async def test_a_name_with_other_letters_arrives_whole(desk: Desk) -> None:
    """Zoë is Zoë."""
    zoe = next(person for person in PEOPLE if person.slug == "zoe")
    practice = PracticeCallers(desk.exchange.practice_link, new_id=new_ids("z"), people=[zoe])
    practice.start()
    await practice.settle()

    await practice.call(f"+{QUEUE}")
    caller = await desk.claimed()

    assert caller.caller.name == "Zoë Bakker"
    assert caller.dialplan.exten == f"+{QUEUE}"


async def test_agent_and_practice_caller_hear_each_other_through_hold_and_resume(desk: Desk) -> None:
    """Speech when answered, silence when held, speech again when taken back; the agent's tone at the other end."""
    async with SipPhone(server=desk.sip, user="d-1", password=PASSWORD, tone_hz=AGENT_HZ) as phone:
        await phone.register()
        await desk.practice.call(QUEUE)
        caller = await desk.claimed()
        call = await desk.connect(caller, phone)

        await call.hears_music(without=(AGENT_HZ,))
        heard = await desk.heard_by_practice_caller("p-1", 1.0)
        assert has_tone(heard, AGENT_HZ)

        await desk.let_wait(caller)
        desk.practice.observe(caller.caller.number, "held")
        await call.hears_silence(for_ms=3_000, within_ms=6_000)
        music = await desk.heard_by_practice_caller("p-1", 1.0)
        assert not has_tone(music, AGENT_HZ)
        assert max(music) > 500

        await desk.ask("POST", "bridges/talk/addChannel", channel=caller.id)
        desk.practice.observe(caller.caller.number, "active")
        await call.hears_music(without=(AGENT_HZ,))

        await call.hang_up()
        await desk.ask("DELETE", f"channels/{caller.id}")
        await desk.is_empty()


async def test_a_sentence_is_repeated_after_a_pause(desk: Desk) -> None:
    """Speech, silence, speech."""
    async with SipPhone(server=desk.sip, user="d-1", password=PASSWORD, tone_hz=AGENT_HZ) as phone:
        await phone.register()
        await desk.practice.call(QUEUE, urgent=True)
        call = await desk.connect(await desk.claimed(), phone)

        await call.hears_music(without=(AGENT_HZ,))
        await call.hears_silence(for_ms=2_000, within_ms=12_000)
        await call.hears_music(without=(AGENT_HZ,))


async def test_the_end_at_the_practice_caller_is_a_hang_up_for_cordboard(desk: Desk) -> None:
    """The arriving leg leaves at once, and nothing stays behind."""
    await desk.practice.call(QUEUE)
    caller = await desk.claimed()

    await desk.practice.hang_up_all()

    assert (await desk.event(ari.StasisEnd)).channel.id == caller.id
    await desk.is_empty()


async def test_five_call_at_the_same_moment(desk: Desk) -> None:
    """Five different people, and all of them can be told apart."""
    assert await desk.practice.call(QUEUE, count=5) == 5

    callers = [await desk.claimed() for _ in range(5)]

    assert {c.caller.number for c in callers} == {person.number for person in PEOPLE[:5]}
    for caller in callers:
        await desk.ask("DELETE", f"channels/{caller.id}")
    await desk.is_empty()


async def test_a_number_that_nobody_takes_ends_the_call_by_itself(desk: Desk) -> None:
    """Nobody claims it: the dialplan plays its sentence and hangs up, and the caller is forgotten."""
    await desk.practice.call("0209999999")

    await desk.is_empty(within_s=15)


async def test_a_new_server_hangs_up_what_the_old_one_left(desk: Desk) -> None:
    """The calls of others go on."""
    async with SipPhone(server=desk.sip, user="d-1", password=PASSWORD, tone_hz=AGENT_HZ) as phone:
        await phone.register()
        await desk.practice.call(QUEUE)
        call = await desk.connect(await desk.claimed(), phone)

        newcomer = PracticeCallers(desk.exchange.practice_link, new_id=new_ids("n"))
        newcomer.start()
        await newcomer.settle()

        assert (await desk.event(ari.StasisEnd)).channel.name.startswith("PJSIP/practice-")
        await asyncio.sleep(0.2)
        left = await desk.channels()
        assert [name.partition("-0")[0] for name in left] == ["PJSIP/d-1"]
        assert call.end is None


async def test_callers_are_forgotten_when_the_exchange_dies_and_can_be_called_anew(tmp_path: Path) -> None:
    """The link comes back by itself, to an exchange that knows nobody."""
    async with running_exchange(tmp_path, server=False) as exchange:
        settings = exchange.settings
        server = AriServer(settings.ports.ari, settings.ari_password, applications(settings))
        await server.start()
        exchange.server = server
        for name in applications(settings):
            await server.link(name).up()
        practice = PracticeCallers(server.link(PRACTICE_APPLICATION), new_id=new_ids("p"))
        practice.start()
        await practice.settle()
        assert await practice.call(QUEUE, count=3) == 3
        await exchange.process.stop()
        await happens(lambda: not server.link(PRACTICE_APPLICATION).connected)
        assert await practice.call(QUEUE) == 0

        async with running_exchange(tmp_path, server=False, ports=settings.ports,
                                    ari_password=settings.ari_password):  # fmt: skip
            for name in applications(settings):
                await server.link(name).up()
            await happens(lambda: practice.alive == 0)
            assert await practice.call(QUEUE) == 1
            await server.stop()


def test_every_saying_has_its_sound() -> None:
    """After set-up, in the folder that the exchange is given."""
    prepare_speech(exchange_binary(), default_sounds())

    for person in PEOPLE:
        for saying in Saying:
            with wave.open(str(default_sounds() / f"{person.sound(saying)}.wav"), "rb") as file:
                assert 1 < file.getnframes() / file.getframerate() < 10
