"""The sound of one test call: sends a tone, keeps what it hears with the moment it was heard.

`Ear` is the record and the questions one may ask of it; `RtpStream` is the socket with its
20 ms beat. RFC 3550.
"""

import asyncio
import secrets
import struct
import time
from array import array
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from tests.support import tone
from tests.support.g711 import FRAME_MS, FRAME_SAMPLES, Codec, decode, tone_frames
from tests.support.sip import EVENTS

POLL_S = 0.02
"""How often a listener looks again; answers carry the packets' own times, not this beat's."""
STALL_S = 0.08
"""A beat that comes so late was held up, with all that speaks and listens in this process."""
WINDOW_FRAMES = tone.WINDOW_MS // FRAME_MS


def now_us() -> int:
    """Wall clock in microseconds UTC: comparable with other programs on this machine, such as a browser."""
    return time.time_ns() // 1000


class NotHeard(AssertionError):
    """A listener waited in vain; the message says what was heard instead."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as it came in."""

    at_us: int
    sequence: int
    payload_type: int
    payload: bytes


class Ear:
    """What one side of a call heard."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        """In order of arrival."""
        self.stalls: list[tuple[int, int]] = []
        """From when to when the tests themselves stood still: nobody here spoke or listened."""

    def stalled_us(self, start_us: int, end_us: int) -> int:
        """How much of this time the tests stood still."""
        return sum(max(0, min(end, end_us) - max(start, start_us)) for start, end in self.stalls)

    def samples(self, first: int, last: int) -> "array[int]":
        """The sound of packets `first` up to, not including, `last`."""
        sound: array[int] = array("h")
        for packet in self.packets[max(first, 0) : last]:
            if packet.payload_type in (Codec.PCMU.value, Codec.PCMA.value):
                sound.extend(decode(Codec(packet.payload_type), packet.payload))
        return sound

    def first_heard(self, hz: int, since_us: int = 0, *, from_packet: int = 0) -> int | None:
        """When the tone `hz` began to be heard after `since_us`; None if it was not.

        The time is the arrival of the first packet with the tone, of the first 100 ms that hold it.
        """
        for last in range(from_packet + 1, len(self.packets) + 1):
            if self.packets[last - 1].at_us < since_us or last < WINDOW_FRAMES:
                continue
            # A look at one packet is a fifth of the work and nearly always settles it.
            if not tone.has_tone(self.samples(last - 1, last), hz):
                continue
            start = last - WINDOW_FRAMES
            if self.packets[start].at_us >= since_us and tone.has_tone(self.samples(start, last), hz):
                return self._onset(start, last, hz)
        return None

    def _onset(self, start: int, last: int, hz: int) -> int:
        for index in range(start, last):
            if tone.has_tone(self.samples(index, index + 1), hz):
                return self.packets[index].at_us
        return self.packets[start].at_us

    def heard_between(self, start_us: int, end_us: int, candidates: Iterable[int]) -> list[tone.Span]:
        """Which of the candidate tones were heard when, in windows of 100 ms; alike neighbours are joined."""
        wanted, spans, index = tuple(candidates), [], 0
        step = tone.WINDOW_MS * 1000
        for begin in range(start_us, end_us - step + 1, step):
            while index < len(self.packets) and self.packets[index].at_us < begin:
                index += 1
            last = index
            while last < len(self.packets) and self.packets[last].at_us < begin + step:
                last += 1
            sound = self.samples(index, last)
            tones = tone.tones_in(sound, wanted)
            silent = tone.is_silent(sound)
            spans.append(tone.Span(start_us=begin, end_us=begin + step, tones=tones, silent=silent))
        return tone.join(spans)

    async def hears(self, hz: int, *, within_ms: int = 3000, since_us: int | None = None) -> int:
        """Wait until the tone `hz` is heard; returns when it began, in microseconds.

        Args:
            since_us: sound before this moment does not count; None means "from now on".

        Raises:
            NotHeard: not within `within_ms` milliseconds.
        """
        since = now_us() if since_us is None else since_us
        seen = self._index_at(since)
        deadline = time.monotonic() + within_ms / 1000
        while True:
            have = len(self.packets)
            if (at := self.first_heard(hz, since, from_packet=seen)) is not None:
                return at
            seen = have
            if time.monotonic() > deadline:
                raise NotHeard(f"no {hz} Hz within {within_ms} ms; {self._account(since)}")
            await asyncio.sleep(POLL_S)

    async def hears_silence(
        self, *, for_ms: int = 500, within_ms: int = 3000, since_us: int | None = None
    ) -> int:
        """Wait for `for_ms` of unbroken silence (or nothing sent at all); returns when it began.

        Raises:
            NotHeard: not within `within_ms` milliseconds.
        """
        begin = now_us() if since_us is None else since_us
        seen = self._index_at(begin)
        first = begin
        deadline = time.monotonic() + within_ms / 1000
        while True:
            while seen < len(self.packets):
                if not tone.is_silent(self.samples(seen, seen + 1)):
                    begin = self.packets[seen].at_us + FRAME_MS * 1000
                seen += 1
            if now_us() - begin >= for_ms * 1000:
                return begin
            if time.monotonic() > deadline:
                raise NotHeard(f"no silence of {for_ms} ms within {within_ms} ms; {self._account(first)}")
            await asyncio.sleep(POLL_S)

    async def hears_music(
        self,
        *,
        for_ms: int = 300,
        within_ms: int = 5000,
        without: Iterable[int] = (),
        since_us: int | None = None,
    ) -> int:
        """Wait for `for_ms` of sound in which none of the tones `without` is heard: music or speech.

        Returns when it began. Raises `NotHeard` when it does not come within `within_ms` milliseconds.
        """
        since = now_us() if since_us is None else since_us
        seen, unwanted = self._index_at(since), tuple(without)
        begin: int | None = None
        deadline = time.monotonic() + within_ms / 1000
        while True:
            while seen + WINDOW_FRAMES <= len(self.packets):
                sound = self.samples(seen, seen + WINDOW_FRAMES)
                if tone.is_silent(sound) or tone.tones_in(sound, unwanted):
                    begin = None
                elif begin is None:
                    begin = self.packets[seen].at_us
                seen += WINDOW_FRAMES
                if begin is not None and self.packets[seen - 1].at_us - begin >= (for_ms - FRAME_MS) * 1000:
                    return begin
            if time.monotonic() > deadline:
                raise NotHeard(
                    f"no music of {for_ms} ms within {within_ms} ms; {self._account(since, unwanted)}"
                )
            await asyncio.sleep(POLL_S)

    def _index_at(self, at_us: int) -> int:
        index = len(self.packets)
        while index > 0 and self.packets[index - 1].at_us >= at_us:
            index -= 1
        return index

    def _account(self, since_us: int, candidates: Iterable[int] = ()) -> str:
        """What was heard since then, for the reader of a failed test."""
        first = self._index_at(since_us)
        parts = []
        for at in range(first, len(self.packets), 5 * WINDOW_FRAMES):
            sound = self.samples(at, at + WINDOW_FRAMES)
            loudest = tone.dominant_hz(sound)
            parts.append("silence" if loudest is None else f"{loudest} Hz")
        named = f" (unwanted: {list(candidates)})" if candidates else ""
        return (
            f"{len(self.packets) - first} packets, every half second: {', '.join(parts) or 'nothing'}{named}"
        )


KEYS = "0123456789*#"
"""By their numbers in RFC 4733."""
KEY_BEATS, KEY_PAUSE = 8, 4
"""A key is down for 8 packets of 20 ms, the last three of which tell its end; then 80 ms pass."""
QUICK = (5, 1)
"""60 ms down, of which the end is told three times, and 60 ms up."""


class RtpStream(asyncio.DatagramProtocol):
    """One RTP socket: sends the tone it is told to, to the address it is told, every 20 ms."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.tone_hz: int | None = None
        """The tone that is sent; None sends silence."""
        self.codec = Codec.PCMA
        self.remote: tuple[str, int] | None = None
        """Where to send; None until the other side has said so."""
        self.sending = False
        self.sent_packets = 0
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._next_s = 0.0
        self._ssrc = secrets.randbits(32)
        self._beats = 0
        self._was_sending = False
        self._held_back: list[bytes] | None = None
        self._keys: deque[tuple[int, tuple[int, int], asyncio.Future[None]]] = deque()
        self._key_beats = self._key_stamp = 0

    @classmethod
    async def open(cls, ip: str, tone_hz: int | None) -> "RtpStream":
        """A stream on a free even port of `ip`, as RFC 3550 section 11 wants it."""
        loop = asyncio.get_running_loop()
        while True:
            transport, stream = await loop.create_datagram_endpoint(cls, local_addr=(ip, 0))
            port = cast("tuple[str, int]", transport.get_extra_info("sockname"))[1]
            if port % 2 == 0:
                break
            transport.close()
        stream.port, stream.tone_hz, stream._transport = port, tone_hz, transport
        return stream

    def start(self) -> None:
        """Begin or go on sending."""
        self.sending = True
        if self._beat is None:
            loop = asyncio.get_running_loop()
            self._next_s = loop.time()
            self._beat = loop.call_at(self._next_s, self._tick)

    async def press(self, keys: str, *, quickly: bool = False) -> None:
        """Send these keys as events (RFC 4733), each for a tenth of a second and a bit; returns after the last.

        Args:
            quickly: 60 ms down and 60 ms up, as a telephone that dials from its memory.
        """
        for key in keys:
            pressed = asyncio.get_running_loop().create_future()
            self._keys.append((KEYS.index(key), QUICK if quickly else (KEY_BEATS, KEY_PAUSE), pressed))
            await pressed

    def hold_back(self) -> None:
        """What is sent from now on waits on its way, as in a network that stalls."""
        self._held_back = self._held_back or []

    def let_through(self) -> None:
        """All that waited on its way comes at once."""
        held, self._held_back = self._held_back or [], None
        for packet in held:
            self._send(packet)

    def _send(self, packet: bytes) -> None:
        if self._held_back is not None:
            self._held_back.append(packet)
        elif self._transport is not None and self.remote is not None:
            self._transport.sendto(packet, self.remote)

    def close(self) -> None:
        """Stop; what was heard stays."""
        self.sending = False
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep an RTP packet; RTCP comes to another port and anything else is ignored."""
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        sequence = int.from_bytes(data[2:4], "big")
        head = 12 + 4 * (data[0] & 15)
        self.ear.packets.append(Packet(now_us(), sequence, data[1] & 0x7F, data[head:]))

    def error_received(self, exc: Exception) -> None:
        """The other side closed its port first: ordinary at the end of a call."""

    def _key_instead(self, stamp: int) -> bytes:
        """The packet of a key that is down; b"": none is, or it has just come up."""
        if not self._keys:
            return b""
        event, (beats, pause), pressed = self._keys[0]
        beat, self._key_beats = self._key_beats, self._key_beats + 1
        if beat == 0:
            self._key_stamp = stamp
        if beat >= beats + pause:
            self._keys.popleft()
            self._key_beats = 0
            if not pressed.done():
                pressed.set_result(None)
        if beat >= beats:
            return b""
        # The end is told three times, as one packet may be lost.
        is_over = beat >= beats - 3
        lasted = min(beat + 1, beats - 2) * FRAME_SAMPLES
        kind = EVENTS | (0x80 if beat == 0 else 0)
        head = struct.pack(">BBHII", 0x80, kind, self.sent_packets & 0xFFFF, self._key_stamp, self._ssrc)
        return head + struct.pack(">BBH", event, (0x80 if is_over else 0) | 10, lasted)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        late_s = loop.time() - self._next_s
        if late_s > STALL_S:
            now = now_us()
            self.ear.stalls.append((now - int(late_s * 1_000_000), now))
        if self.sending and self.remote is not None and self._transport is not None:
            frames = tone_frames(self.codec, self.tone_hz)
            sound = frames[self._beats % len(frames)]
            # The mark says that this begins anew after a pause (RFC 3551 section 4.1).
            kind = self.codec.value | (0 if self._was_sending else 0x80)
            stamp = self._beats * FRAME_SAMPLES & 0xFFFFFFFF
            head = struct.pack(">BBHII", 0x80, kind, self.sent_packets & 0xFFFF, stamp, self._ssrc)
            self._send(self._key_instead(stamp) or head + sound)
            self.sent_packets += 1
        self._was_sending = self.sending
        # Time goes on while paused, the packets' numbers do not: a gap in those would look like loss.
        self._beats += 1
        self._next_s += FRAME_MS / 1000
        # A beat that was missed by far is dropped, not made up for with a burst.
        if loop.time() - self._next_s > 0.2:
            self._next_s = loop.time()
        self._beat = loop.call_at(self._next_s, self._tick)
