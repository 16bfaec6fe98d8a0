"""What the exchange plays and records: sentences for callers, short tones for agents, messages that callers leave.

While it plays to a leg that is in a bridge, Asterisk does nothing else with that leg, and a command that waits for it
holds up every other command on the same connection (22.10, seen). So whatever moves a leg ends its sound first. The
same holds for a leg that is recorded: a variable that was set on one took the three minutes of its message, and no call
could be controlled for so long (22.10, seen).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from cordboard.asterisk import translate
from cordboard.asterisk.wire import Wire
from cordboard.core.commands import Announce, Phrase
from cordboard.core.types import LegId, OrganisationId

log = logging.getLogger(__name__)

END_TONE = "sound:cordboard/tones/end"
RECALL_TONE = "sound:cordboard/tones/recall"
"""Sound files: a `tone:` of several parts cannot be asked for, as a comma ends it, and it goes on in silence for ever,
with the leg deaf for everything else (22.10, seen)."""

RINGING_TONE = "tone:ring"
"""Until it is ended."""
TONES_MAX = 4
"""So many of them are ended before a leg is moved."""

SILENCE_S_MAX = 5
"""A message ends after so much silence."""

Media = Callable[[OrganisationId, Sequence[Phrase], str], list[str]]
"""What has to be played for these phrases of an organisation in this language."""

Spoken = Callable[[str], Awaitable[int | None]]
"""How many milliseconds a recording lasts in which somebody speaks; 0: nobody does; None: it does not lie here."""
SPOKEN_MS_MIN = 1_000
"""Nobody says anything in less; as where the exchange tells how long a message is."""


async def not_here(_name: str) -> int | None:
    """Of an exchange on another machine no recording lies here."""
    return None


class Speaking:
    """The sounds under way."""

    def __init__(
        self, wire: Wire, new_id: Callable[[], str], media: Media, spoken: Spoken = not_here
    ) -> None:
        self._wire = wire
        self._new_id = new_id
        self._media, self._spoken = media, spoken
        self._heard: dict[LegId, str] = {}
        """Id of what each leg hears from us."""
        self._awaited: dict[LegId, str] = {}
        """Id of the sentences whose end the core waits for."""
        self._settled: dict[LegId, set[str]] = {}
        """Ids of those whose end was told, or is not waited for any more."""
        self._may_ring: set[LegId] = set()
        """Legs that may hear a ringing tone of which nothing is known here."""
        self._recorded: dict[LegId, str] = {}
        """Names of the messages that are recorded, or were."""

    async def tone(self, line: LegId, media: str) -> None:
        """A short tone that only this line hears."""
        await self.play(line, [media], f"cb-tone-{self._new_id()}")

    async def ring(self, leg: LegId) -> None:
        """The ringing tone, until it is hushed."""
        await self.play(leg, [RINGING_TONE], ringing_tone(leg))

    def may_ring(self, leg: LegId) -> None:
        """Another Cordboard, or a connection before this one, may have let this leg ring, or may still.

        As long as the leg lives: the tone may come after it was ended.
        """
        self._may_ring.add(leg)

    def may_hear(self, leg: LegId, sound: str) -> None:
        """Another Cordboard may have had this played to the leg: it is hushed as if it was us."""
        self._heard.setdefault(leg, sound)

    def may_record(self, leg: LegId, name: str) -> None:
        """Another Cordboard began to record this of the leg."""
        self._recorded.setdefault(leg, name)

    async def is_recorded(self, leg: LegId) -> bool:
        """It leaves a message, or may: the exchange is asked, as the word of an end may have been lost."""
        name = self._recorded.get(leg)
        if name is None:
            return False
        answer = await self._wire.ask("GET", f"recordings/live/{name}")
        if answer is not None and answer.status == 404 and self._recorded.get(leg) == name:
            del self._recorded[leg]
        return leg in self._recorded

    def will_say(self, leg: LegId) -> str:
        """The core wants something said, whose id this gives; it does not wait for what it wanted before any more."""
        sound = f"{translate.SAID}{self._new_id()}"
        if (before := self._awaited.get(leg)) is not None:
            self._settled.setdefault(leg, set()).add(before)
        self._awaited[leg] = sound
        return sound

    async def say(self, organisation: OrganisationId, command: Announce, sound: str) -> bool:
        """Say these one after the other. False: nothing is said, and the exchange will tell no end of it."""
        media = self._media(organisation, command.phrases, command.language)
        if not media:
            return False
        # Before it begins: who hears something does nothing else (22.10, seen).
        await self.hush(command.leg)
        told = {"variable": translate.HEARS, "value": sound}
        await self._wire.ask("POST", f"channels/{command.leg}/variable", query=told)
        return await self.play(command.leg, media, sound)

    def is_said(self, leg: LegId, sound: str) -> bool:
        """It is over, one way or the other. False: the core must not hear of it.

        The exchange tells each end twice, as two subscriptions cover the leg (22.10, seen), and also that of a
        sentence whose place another has taken. The core would take either for the end of what came after.
        """
        settled = self._settled.setdefault(leg, set())
        if sound in settled:
            return False
        settled.add(sound)
        if self._awaited.get(leg) == sound:
            del self._awaited[leg]
        return True

    async def play(self, leg: LegId, media: list[str], sound: str) -> bool:
        """Play these, one after the other, as one sound of this id. False: it may not be; no end of it will be told."""
        await self.hush(leg)
        self._heard[leg] = sound
        query = {"media": ",".join(media), "playbackId": sound}
        answer = await self._wire.ask("POST", f"channels/{leg}/play", query=query)
        if answer is not None and not answer.is_done:
            self._heard.pop(leg, None)
        # Without an answer it may have begun all the same, and is ended before the leg is moved.
        return answer is not None and answer.is_done

    async def hush(self, leg: LegId) -> None:
        """End what this leg hears from us, so that it can be moved."""
        if await self.is_recorded(leg):
            # What was said until now is the message.
            await self._wire.ask("POST", f"recordings/live/{self._recorded.pop(leg)}/stop")
        tone, sound = ringing_tone(leg), self._heard.pop(leg, None)
        if sound is not None and sound != tone and await self._end(sound) is None:
            self._heard.setdefault(leg, sound)
            return
        if sound != tone and leg not in self._may_ring:
            return
        # Two servers, or two connections, may each have begun a ringing tone, under one name.
        for _ in range(TONES_MAX):
            ended = await self._end(tone)
            if ended is None and sound == tone:
                self._heard.setdefault(leg, tone)
            if not ended:
                return

    async def hears(self, leg: LegId) -> bool:
        """It hears something from us, or may: the exchange is asked, as the word of an end may have been lost."""
        sound = self._heard.get(leg)
        if sound is None:
            return False
        answer = await self._wire.ask("GET", f"playbacks/{sound}")
        if answer is not None and answer.status == 404 and self._heard.get(leg) == sound:
            del self._heard[leg]
        return leg in self._heard

    async def _end(self, sound: str) -> bool | None:
        """End this. False: there was nothing to end; None: that is not known."""
        answer = await self._wire.ask("DELETE", f"playbacks/{sound}")
        return None if answer is None else answer.is_done

    def is_over(self, leg: LegId, sound: str) -> None:
        """The exchange has played it, or could not."""
        # The ringing tone ends by being hushed alone: an end that is told was that of an earlier one.
        if self._heard.get(leg) == sound and sound != ringing_tone(leg):
            del self._heard[leg]

    def forget(self, leg: LegId) -> None:
        """The leg is no more."""
        self._heard.pop(leg, None)
        self._awaited.pop(leg, None)
        self._settled.pop(leg, None)
        self._recorded.pop(leg, None)
        self._may_ring.discard(leg)

    async def record(self, leg: LegId, name: str, ms_max: int, ends_by: str = "any") -> bool:
        """Record until silence, a key or the end. False: it does not; no end of it will be told.

        Args:
            ends_by: which key; `any`: every one.
        """
        query = {
            "name": name,
            "format": "wav",
            "maxDurationSeconds": str(max(1, ms_max // 1000)),
            "maxSilenceSeconds": str(SILENCE_S_MAX),
            "ifExists": "fail",
            "beep": "true",
            "terminateOn": ends_by,
        }
        self._recorded[leg] = name
        answer = await self._wire.ask("POST", f"channels/{leg}/record", query=query)
        if answer is None or not answer.is_done:
            log.warning("a message cannot be recorded", extra={"leg": leg})
            return False
        return True

    async def kept_ms(self, name: str) -> int | None:
        """How long the message of this name is. 0: there is none, or it cannot be heard from here; None: nobody knows.

        Only of a message that is over: until then its file is not whole.
        """
        answer = await self._wire.ask("GET", f"recordings/stored/{name}")
        if answer is None:
            return None
        ms = await self._spoken(name) if answer.is_done else 0
        if ms is None:
            log.warning("a message does not lie where it is looked for", extra={"recording": name})
        return ms if ms is not None and ms > SPOKEN_MS_MIN else 0

    async def throw_away(self, name: str) -> None:
        """Nobody is to hear this recording; what is left of it when the exchange is away goes later."""
        await self._wire.ask("DELETE", f"recordings/stored/{name}")


def ringing_tone(leg: LegId) -> str:
    """Id of this leg's ringing tone: the same for every server, so that the next one can end it."""
    return f"cb-ring-{leg}"
