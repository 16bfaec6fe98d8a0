"""Wakes an exchange that lives, answers, and does not dial us any more.

Seen on 22.10, twice over. A write that failed closes the socket under the thread that reads from it; that thread then
waits for ever for a descriptor that there is not, and nobody dials anew. A signal by which Asterisk itself interrupts
its threads (SIGURG) ends the wait; no call notices. Or a command waits for a leg that hears something or is recorded,
and its thread with it; ending that by another connection lets it go.
"""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

import msgspec

from cordboard.asterisk import messages as ari
from cordboard.asterisk import operations, translate
from cordboard.asterisk.speaking import TONES_MAX, ringing_tone
from cordboard.asterisk.transport import AriTransport, send
from cordboard.core.types import LegId


def awaken(pid: int) -> int:
    """Interrupt the waits of all threads of the exchange; how many were reached. 0: it is not ours to signal."""
    tgkill = getattr(ctypes.CDLL(None), "tgkill", None)
    if tgkill is None:
        return 0
    try:
        threads = os.listdir(Path("/proc") / str(pid) / "task")
    except OSError:
        return 0
    return sum(tgkill(pid, int(thread), int(signal.SIGURG)) == 0 for thread in threads)


async def end_sounds(transport: AriTransport) -> int:
    """End whatever of ours may hold up a command: ringing tones on pieces of wire, sentences, messages; how many.

    Who called a colleague hears silence instead, a sentence is cut short, and a message is what was said until now.

    Args:
        transport: by another connection than the one that hangs.

    Raises:
        AriUnavailable: the exchange does not answer that either.
    """
    answer = await send(transport, operations.channels_list())
    if not answer.is_done:
        return 0
    ended = 0
    for channel in msgspec.json.decode(answer.body, type=list[ari.Channel]):
        if channel.name.startswith("Local/"):
            stop = operations.playbacks_stop(playback_id=ringing_tone(LegId(channel.id)))
            for _ in range(TONES_MAX):
                if not (await send(transport, stop)).is_done:
                    break
                ended += 1
        if (recording := translate.records(channel)) is not None:
            ended += (await send(transport, operations.recordings_stop(recording_name=recording))).is_done
        elif (sound := translate.hears(channel)) is not None:
            ended += (await send(transport, operations.playbacks_stop(playback_id=sound))).is_done
    return ended
