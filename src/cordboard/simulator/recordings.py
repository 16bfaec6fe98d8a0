"""Messages that callers leave: recorded until a key, silence, the longest time, or the end of the call."""

from __future__ import annotations

from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Channel, Recording


class Recordings:
    """Those under way, and the names of those that are kept."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.kept: dict[str, int] = {}
        """Name -> how long it is, in milliseconds; it outlives the exchange, as a file does. 0: nobody speaks in it."""

    def begin(
        self, channel: Channel, name: str, *, ms_max: int | None, silence_ms_max: int | None
    ) -> Recording:
        """Begin at once; one who is in a bridge cannot be recorded alone (seen on 22.10.1).

        Somebody who is pretended says nothing unless the test says otherwise (`speaks_for_ms`).
        """
        recording = Recording(name, channel.id, self._registry.clock.now())
        if channel.bridge is not None:
            self._registry.soon(0, lambda: self._tell("RecordingFailed", recording, "failed"))
            return recording
        self.kept[name] = 0
        channel.recording = recording
        speaks_ms = getattr(channel.person, "speaks_for_ms", 0)
        ends = [ms for ms in (ms_max, None if silence_ms_max is None else speaks_ms + silence_ms_max) if ms]
        if silence_ms_max is not None and ends and min(ends) == speaks_ms + silence_ms_max:
            recording.silence_ms = silence_ms_max
        self._registry.soon(0, lambda: self._tell("RecordingStarted", recording, "recording"))
        if ends:
            recording.timer = self._registry.clock.call_in(min(ends), lambda: self.end(channel))
        return recording

    async def spoken_ms(self, name: str) -> int | None:
        """How long the one of this name is; None: there is none."""
        return self.kept.get(name)

    def end(self, channel: Channel) -> None:
        """It is over; nothing happens when nothing is recorded."""
        recording, channel.recording = channel.recording, None
        if recording is None:
            return
        lasted_ms = self._registry.clock.now() - recording.began_ms
        over_by_silence = recording.timer is not None and not recording.timer.is_pending
        if recording.timer is not None:
            recording.timer.cancel()
        recording.duration_ms = lasted_ms - (recording.silence_ms if over_by_silence else 0)
        if getattr(channel.person, "speaks_for_ms", 0):
            self.kept[recording.name] = recording.duration_ms
        self._tell("RecordingFinished", recording, "done")

    def _tell(self, kind: str, recording: Recording, state: str) -> None:
        recording.state = state
        channel = self._registry.channels.get(recording.channel)
        if channel is not None:
            self._registry.tell_of_sound(kind, channel, recording=recording.json())
