"""What a case of the exchange contract needs from an exchange, pretended or real: written once, done twice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cordboard.app.clock import Clock
from cordboard.asterisk.alone import Entry, read
from cordboard.asterisk.transport import AriResponse, AriTransport

EventObject = dict[str, Any]

NOISE = frozenset(
    {
        "ChannelVarset",
        "ChannelDialplan",
        "ChannelConnectedLine",
        "ChannelCallerId",
        "ChannelCreated",
        "Dial",
        "PeerStatusChange",
        "DeviceStateChanged",
        "EndpointStateChange",
    }
)
"""Events whose place among the others differs from one run of Asterisk to the next, or that nobody uses."""


class RigPhone(Protocol):
    """A telephone that can be registered at the exchange."""

    name: str

    async def register(self) -> None: ...

    async def unregister(self) -> None: ...

    async def vanish(self) -> None:
        """Be gone without a word."""

    async def rings(self) -> None:
        """Wait until it rings."""

    async def answer(self) -> None: ...

    async def reject(self, status: int) -> None: ...

    async def hang_up(self) -> None: ...

    async def hold(self) -> None: ...

    async def resume(self) -> None: ...

    async def dial(self, number: str) -> None:
        """Call somebody from it."""

    async def ended(self) -> str:
        """Wait until its call is over: "CANCEL", "CANCEL elsewhere" or "BYE"."""

    async def hears(self, *people: RigPhone | RigCaller) -> None:
        """Wait until it hears exactly these; nobody means silence."""

    async def hears_ringing(self) -> None:
        """Wait for the ringing tone in the handset."""

    async def hears_music(self) -> None:
        """Wait for music in the handset."""

    async def transfer(self, number: str) -> None:
        """The transfer key, a number, and the key again."""

    async def transfer_to_other(self) -> None:
        """The transfer key between two calls: the one on the first for whom the second is with."""

    async def told_of_transfer(self) -> None:
        """Wait until the telephone has heard that its transfer is done."""

    async def calls_from(self) -> str:
        """Wait until it rings; the number that calls."""


class RigCaller(Protocol):
    """Somebody outside."""

    number: str

    async def call(self, did: str) -> None: ...

    async def rings(self) -> None:
        """Wait for the ringing tone."""

    async def answered(self) -> None:
        """Wait until the call is answered."""

    async def hang_up(self) -> None: ...

    async def press(self, digit: str) -> None: ...

    async def ended(self) -> str:
        """Wait for the end: "BYE", or the status of a refusal such as "486"."""

    async def hears(self, *people: RigPhone | RigCaller) -> None:
        """Wait until they hear exactly these; nobody means silence."""

    async def hears_music(self) -> None:
        """Wait until they hear the music."""

    async def hears_ringing(self) -> None:
        """Wait until they hear the ringing tone, answered though they are."""

    async def hears_sound(self) -> None:
        """Wait until they hear a sentence, or another sound that is no person's."""

    async def speaks_for(self, ms: int) -> None:
        """From now on only silence after so long."""


class Rig(ABC):
    """One exchange in a test's hands: commands, the events seen so far, telephones and callers."""

    def __init__(self, prefix: str) -> None:
        self.events: list[EventObject] = []
        """Everything that arrived, in order."""
        self.prefix = prefix
        """Makes ids that no other test has."""

    # -- what differs ------------------------------------------------------------------------------

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """The time that passes for whoever has this exchange."""

    @abstractmethod
    async def request(self, method: str, uri: str, *, body: Any = None, **query: str) -> AriResponse:
        """Send a command and wait for its answer."""

    @abstractmethod
    async def wait(self, ms: int) -> None:
        """Let time pass."""

    @abstractmethod
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
        """A telephone with an endpoint of its own in the exchange."""

    @abstractmethod
    async def make_caller(self, name: str = "Jansen") -> RigCaller:
        """Somebody with a number of their own, behind the trunk."""

    @abstractmethod
    async def make_outsider(
        self,
        number: str,
        *,
        rings: bool = True,
        answers_after_ms: int | None = None,
        rejects_with: int | None = None,
    ) -> RigPhone:
        """Somebody outside who is called over trunk `out`; one at a time."""

    @abstractmethod
    async def make_unasked_outsider(self, number: str) -> RigPhone:
        """Somebody behind trunk `away`, which left the exchange's questions unanswered and takes calls all the same."""

    @property
    @abstractmethod
    def transport(self) -> AriTransport:
        """The road to the exchange, for the adapter; the rig goes on seeing all events."""

    @abstractmethod
    async def leave(self) -> None:
        """Cordboard goes away: the socket closes."""

    @abstractmethod
    async def come_back(self) -> None:
        """Cordboard listens again; returns when the exchange has dialled in."""

    @abstractmethod
    async def die(self) -> None:
        """Kill -9 for the exchange, and a new start; returns when it has dialled in."""

    @abstractmethod
    async def notify(self, channel_name: str, event: str) -> None:
        """NOTIFY within a call, through the management socket."""

    @abstractmethod
    async def fall_back(self, did: str, *phones: RigPhone) -> None:
        """Write which telephones ring for a number while nobody claims its calls."""

    @abstractmethod
    async def alone(self) -> Mapping[str, str]:
        """What is written down of calls that the exchange handled by itself."""

    async def handled_alone(self, caller: RigCaller) -> Entry:
        """Wait until the end of this caller's call is written down."""
        found: list[Entry] = []
        for _ in range(40):
            found = [one for one in read(await self.alone())[0] if one.number == caller.number]
            if found and found[0].ended_at is not None:
                break
            await self.wait(100)
        [entry] = found
        return entry

    @abstractmethod
    def keeps_message(self, name: str) -> bool:
        """A recording of this name lies where messages are looked for."""

    @abstractmethod
    async def spoken_ms(self, name: str) -> int | None:
        """How long that recording is; 0: nobody speaks in it; None: it does not lie there."""

    # -- what both share ---------------------------------------------------------------------------

    def id(self, name: str) -> str:
        """An id that no other test has."""
        return f"{self.prefix}-{name}"

    def mark(self) -> int:
        """A place in the events, to look only behind it later."""
        return len(self.events)

    async def until(
        self, condition: Callable[[], bool], what: str, within_ms: int = 5_000, every_ms: int = 5
    ) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: it is not within the time; shows the events.
        """
        waited_ms = 0
        while not condition():
            assert waited_ms < within_ms, f"not within {within_ms} ms: {what}\n{self.account()}"
            await self.wait(every_ms)
            waited_ms += every_ms

    async def event(
        self, kind: str, about: str | None = None, *, since: int = 0, within_ms: int = 5_000
    ) -> EventObject:
        """The first event of this type about this channel, bridge, endpoint or device, waited for."""
        found: list[EventObject] = []

        def look() -> bool:
            found.extend(e for e in self.events[since:] if e["type"] == kind and about in (None, *_about(e)))
            return bool(found)

        await self.until(look, f"{kind} about {about}", within_ms)
        return found[0]

    def kinds(self, about: str, since: int = 0) -> list[str]:
        """The types of the events about one channel, without the noise."""
        return [str(e["type"]) for e in self.events[since:] if about in _about(e) and e["type"] not in NOISE]

    def account(self) -> str:
        """The events, for the reader of a failed test."""
        return "\n".join(f"  {e['type']} {' '.join(filter(None, _about(e)))}" for e in self.events[-40:])

    # -- what many cases do ------------------------------------------------------------------------

    async def ok(self, method: str, uri: str, *, body: Any = None, **query: str) -> Any:
        """A command that must succeed; its body, decoded."""
        response = await self.request(method, uri, body=body, **query)
        assert response.is_done, (method, uri, query, response.status, response.body)
        return response.json()

    async def status(self, method: str, uri: str, *, body: Any = None, **query: str) -> int:
        """Only how a command was answered."""
        return (await self.request(method, uri, body=body, **query)).status

    async def message(self, method: str, uri: str, *, body: Any = None, **query: str) -> tuple[int, str]:
        """How a command was refused: status and words."""
        response = await self.request(method, uri, body=body, **query)
        found = response.json()
        assert isinstance(found, dict), response
        return response.status, str(found.get("message", found.get("error")))

    async def announced(self, caller: RigCaller, since: int = 0) -> str:
        """The channel with which a caller is offered to us."""
        found: list[str] = []

        def look() -> bool:
            for event in self.events[since:]:
                if event["type"] == "CallBroadcast" and event["caller"] == caller.number:
                    found.append(str(event["channel"]["id"]))
            return bool(found)

        await self.until(look, f"a CallBroadcast from {caller.number}")
        return found[0]

    async def take(self, caller: RigCaller, *, did: str = "+31880001", answer: bool = True) -> str:
        """A caller calls, is claimed and (unless told otherwise) answered; returns the channel's id."""
        since = self.mark()
        await caller.call(did)
        channel = await self.announced(caller, since)
        assert await self.status("POST", "events/claim", channelId=channel, application="cordboard") == 204
        await self.event("StasisStart", channel)
        if answer:
            await self.ok("POST", f"channels/{channel}/answer")
            await caller.answered()
        return channel

    async def ring(
        self,
        phone: RigPhone,
        name: str = "leg",
        *,
        timeout_s: int = 5,
        variables: dict[str, str] | None = None,
    ) -> str:
        """Call a telephone; returns the channel's id at once."""
        channel = self.id(name)
        await self.ok(
            "POST",
            "channels",
            body={"variables": variables} if variables else None,
            endpoint=f"PJSIP/{phone.name}",
            app="cordboard",
            appArgs="line,one",
            channelId=channel,
            timeout=str(timeout_s),
        )
        return channel

    async def bridge_quietly(self, name: str, kind: str, *channels: str) -> str:
        """A bridge, and the command to put these channels in it."""
        bridge = self.id(name)
        await self.ok("POST", "bridges", type=kind, bridgeId=bridge, name=f"name of {name}")
        await self.ok("POST", f"bridges/{bridge}/addChannel", channel=",".join(channels))
        return bridge

    async def bridge(self, name: str, kind: str, *channels: str) -> str:
        """A bridge with these channels in it, and with music when they wait in it."""
        bridge = self.id(name)
        await self.ok("POST", "bridges", type=kind, bridgeId=bridge, name=f"name of {name}")
        if kind == "holding":
            await self.ok("POST", f"bridges/{bridge}/moh")
        if channels:
            since = self.mark()
            await self.ok("POST", f"bridges/{bridge}/addChannel", channel=",".join(channels))
            for channel in channels:
                await self.event("ChannelEnteredBridge", channel, since=since)
        return bridge


def _about(event: EventObject) -> tuple[str, ...]:
    """The ids of what an event is about."""
    keys = ("channel", "peer", "bridge", "playback")
    found = [event[key]["id"] for key in keys if "id" in event.get(key, ())]
    if "endpoint" in event:
        found.append(event["endpoint"]["resource"])
    if "device_state" in event:
        found.append(event["device_state"]["name"])
    return tuple(str(one) for one in found)
