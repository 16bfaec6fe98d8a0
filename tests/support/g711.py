"""G.711, the two ways telephones have coded speech since 1972 (ITU-T G.711), by table."""

from array import array
from enum import Enum
from functools import cache

from tests.support import tone

FRAME_MS = 20
FRAME_SAMPLES = tone.PHONE_RATE * FRAME_MS // 1000


class Codec(Enum):
    """A codec with its static RTP payload type (RFC 3551)."""

    PCMU = 0
    PCMA = 8

    @property
    def silence(self) -> int:
        """The byte that decodes to (nearly) nothing."""
        return 0xFF if self is Codec.PCMU else 0xD5


def _alaw_sample(code: int) -> int:
    """One A-law byte as a 16-bit sample; even bits are inverted on the wire."""
    code ^= 0x55
    segment, mantissa = (code >> 4) & 7, (code & 15) << 4
    size = mantissa + 8 if segment == 0 else (mantissa + 0x108) << (segment - 1)
    return size if code & 0x80 else -size


def _ulaw_sample(code: int) -> int:
    """One µ-law byte as a 16-bit sample; all bits are inverted on the wire."""
    code = ~code & 0xFF
    size = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return -size if code & 0x80 else size


@cache
def _decoding(codec: Codec) -> tuple[int, ...]:
    one = _alaw_sample if codec is Codec.PCMA else _ulaw_sample
    return tuple(one(code) for code in range(256))


@cache
def _encoding(codec: Codec) -> bytes:
    """For each 13-bit sample (16 bits without the lowest three, which G.711 never keeps) the nearest code."""
    values = sorted((value, code) for code, value in enumerate(_decoding(codec)))
    table, position = bytearray(8192), 0
    for index in range(8192):
        sample = (index - 4096) * 8 + 4
        while position + 1 < 256 and abs(values[position + 1][0] - sample) <= abs(
            values[position][0] - sample
        ):
            position += 1
        table[index] = values[position][1]
    return bytes(table)


def decode(codec: Codec, payload: bytes) -> "array[int]":
    """The samples of an RTP payload."""
    table = _decoding(codec)
    return array("h", [table[code] for code in payload])


def encode(codec: Codec, samples: "array[int]") -> bytes:
    """The RTP payload of these samples."""
    table = _encoding(codec)
    return bytes(table[(sample >> 3) + 4096] for sample in samples)


@cache
def tone_frames(codec: Codec, hz: int | None) -> tuple[bytes, ...]:
    """Frames of 20 ms that sound like `hz` for ever when repeated; None is silence (frames, but quiet)."""
    if hz is None:
        return (bytes([codec.silence]) * FRAME_SAMPLES,)
    second = encode(codec, tone.sine(hz, 1000))
    return tuple(second[at : at + FRAME_SAMPLES] for at in range(0, len(second), FRAME_SAMPLES))
