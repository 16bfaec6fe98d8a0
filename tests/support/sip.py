"""SIP messages as text (RFC 3261), digest answers (RFC 7616), and the little SDP (RFC 4566) a phone needs.

Pure: no socket and no clock, only what stands in a message.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.g711 import Codec

_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "c": "content-type",
          # RFC 3261 section 7.3.3, RFC 6665
          "l": "content-length", "s": "subject",
          "k": "supported", "o": "event", "u": "allow-events"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A request or a response."""

    start: str
    """The first line, such as "INVITE sip:201@127.0.0.1 SIP/2.0" or "SIP/2.0 180 Ringing"."""
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> "SipMessage":
        """Read a datagram.

        Raises:
            ValueError: this is no SIP message (a keep-alive of blank lines, say).
        """
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.lstrip("\r\n").split("\r\n")
        if "SIP/2.0" not in start:
            raise ValueError(f"not SIP: {start[:60]!r}")
        headers: list[tuple[str, str]] = []
        for line in lines:
            if line[:1] in " \t" and headers:
                headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
            elif ":" in line:
                name, _, value = line.partition(":")
                headers.append((name.strip(), value.strip()))
        return cls(start, tuple(headers), body)

    def encode(self) -> bytes:
        """The datagram; Content-Length is added here."""
        body = self.body.encode()
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body

    @property
    def is_request(self) -> bool:
        """False for a response."""
        return not self.start.startswith("SIP/2.0 ")

    @property
    def status(self) -> int:
        """The response's code; 0 for a request."""
        return 0 if self.is_request else int(self.start.split()[1])

    @property
    def method(self) -> str:
        """The request's method, or that of the request which is responded to."""
        return self.start.split()[0] if self.is_request else self.require("CSeq").split()[1]

    @property
    def sequence(self) -> int:
        """The number in CSeq."""
        return int(self.require("CSeq").split()[0])

    def header(self, name: str) -> str | None:
        """The first header of this name in whichever form it was written; None when absent."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Every header of this name, in order."""
        wanted = name.lower()
        return [value for key, value in self.headers if _SHORT.get(key.lower(), key.lower()) == wanted]

    def require(self, name: str) -> str:
        """The header, which no SIP message may lack.

        Raises:
            ValueError: it is absent.
        """
        value = self.header(name)
        if value is None:
            raise ValueError(f"{self.start!r} has no {name}")
        return value

    @property
    def branch(self) -> str:
        """What names the transaction."""
        found = re.search(r"branch=([^;,\s]+)", self.require("Via"))
        return found.group(1) if found else ""

    def __str__(self) -> str:
        return self.start


def uri_in(header: str) -> str:
    """The URI of a From, To, Contact, PAI or Refer-To header, without the brackets."""
    found = re.search(r"<([^>]*)>", header)
    return found.group(1) if found else header.split(";")[0].strip()


def name_in(header: str) -> str:
    """The display name; "" when there is none."""
    if "<" not in header:
        return ""
    text = header[: header.index("<")].strip()
    if text[:1] == text[-1:] == '"' and len(text) > 1:
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def user_in(header: str) -> str:
    """The part of the URI before the @: a number or a user name; "" when there is none."""
    found = re.match(r"sips?:([^@;>]*)@", uri_in(header))
    return found.group(1) if found else ""


def tag_in(header: str) -> str:
    """The dialog tag of a From or To; "" when there is none yet."""
    found = re.search(r";\s*tag=([^;\s]+)", header[header.rfind(">") + 1 :])
    return found.group(1) if found else ""


def quoted(name: str) -> str:
    """A display name as it is written, with the space before the bracket; "" stays ""."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '" ' if name else ""


def new_token() -> str:
    """A tag, branch or Call-ID that no living dialog has."""
    return secrets.token_hex(8)


def digest(challenge: str, *, user: str, password: str, method: str, uri: str, body: str = "") -> str:
    """The value of (Proxy-)Authorization that answers a challenge, with MD5 or SHA-256 (RFC 7616).

    Raises:
        ValueError: the challenge wants something else.
    """
    asked = {key.lower(): value.strip('"') for key, value in
             re.findall(r'([\w-]+)\s*=\s*("[^"]*"|[^,\s]+)', challenge)}  # fmt: skip
    algorithm = asked.get("algorithm", "MD5").upper()
    hashing = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}.get(algorithm)
    if not challenge.lower().startswith("digest") or hashing is None:
        raise ValueError(f"cannot answer this challenge: {challenge}")

    def hashed(*parts: str) -> str:
        return hashing(":".join(parts).encode()).hexdigest()

    realm, nonce = asked["realm"], asked["nonce"]
    secret, request = hashed(user, realm, password), hashed(method, uri)
    fields: Mapping[str, str] = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    bare: Mapping[str, str] = {"algorithm": algorithm}
    if "auth" in asked.get("qop", "").split(","):
        cnonce, count = new_token(), "00000001"
        fields = {
            **fields,
            "response": hashed(secret, nonce, count, cnonce, "auth", request),
            "cnonce": cnonce,
        }
        bare = {**bare, "qop": "auth", "nc": count}
    else:
        fields = {**fields, "response": hashed(secret, nonce, request)}
    if "opaque" in asked:
        fields = {**fields, "opaque": asked["opaque"]}
    return "Digest " + ", ".join(
        [
            *(f'{key}="{value}"' for key, value in fields.items()),
            *(f"{key}={value}" for key, value in bare.items()),
        ]
    )


EVENTS = 101
"""RTP payload type of keys, as everybody numbers it."""


@dataclass(frozen=True, slots=True)
class Sdp:
    """What one side says of its sound."""

    ip: str
    port: int
    codecs: tuple[Codec, ...]
    """The G.711 kinds it takes, by preference."""
    direction: str
    """sendrecv, sendonly, recvonly or inactive, seen from the one who wrote it."""

    @classmethod
    def parse(cls, body: str) -> "Sdp | None":
        """The first audio medium; None when the body has none."""
        payloads: list[int] = []
        ip, port, direction, in_audio = "0.0.0.0", 0, "sendrecv", False
        for line in body.replace("\r\n", "\n").split("\n"):
            if line.startswith("m="):
                in_audio = line.startswith("m=audio ") and not payloads
                if in_audio:
                    fields = line.split()
                    port, payloads = int(fields[1]), [int(field) for field in fields[3:]]
            elif line.startswith("c=IN IP4 "):
                ip = line.split()[2]
            elif line[2:] in ("sendrecv", "sendonly", "recvonly", "inactive") and (in_audio or not payloads):
                direction = line[2:]
        if not payloads:
            return None
        return cls(
            ip, port, tuple(codec for pt in payloads for codec in Codec if codec.value == pt), direction
        )

    def encode(self, version: int, *, keys: bool = False) -> str:
        """The body; `version` rises with every change, as RFC 3264 wants. `keys`: they go as events (RFC 4733)."""
        types = " ".join(str(codec.value) for codec in self.codecs)
        maps = [f"a=rtpmap:{codec.value} {codec.name}/8000" for codec in self.codecs]
        if keys:
            types += f" {EVENTS}"
            maps += [f"a=rtpmap:{EVENTS} telephone-event/8000", f"a=fmtp:{EVENTS} 0-15"]
        head = ["v=0", f"o=- 1 {version} IN IP4 {self.ip}", "s=-", f"c=IN IP4 {self.ip}", "t=0 0"]
        medium = [f"m=audio {self.port} RTP/AVP {types}", *maps, "a=ptime:20", f"a={self.direction}"]
        return "\r\n".join([*head, *medium, ""])


def answering(direction: str) -> str:
    """What the answer says to an offer of this direction (RFC 3264 section 6.1)."""
    return {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}.get(direction, "sendrecv")
