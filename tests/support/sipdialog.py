"""One SIP dialog of a test phone: which messages belong to it, and who the other side says to be (RFC 3261)."""

from dataclasses import dataclass
from typing import Protocol

from tests.support import sip
from tests.support.g711 import Codec
from tests.support.rtp import now_us
from tests.support.sip import SipMessage
from tests.support.siplink import Address, SipLink

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, NOTIFY, INFO"


@dataclass(frozen=True, slots=True)
class Display:
    """What the phone showed of the other party, and since when."""

    at_us: int
    name: str
    number: str


class Owner(Protocol):
    """What a call asks of its phone."""

    link: SipLink
    user: str
    ip: str
    tone_hz: int | None
    codecs: tuple[Codec, ...]
    keys: bool
    talk_event: bool

    def contact(self) -> str: ...

    def authorisation(self, response: SipMessage, request: SipMessage) -> tuple[str, str]: ...

    def forget(self, call: "SipDialog") -> None: ...


class SipDialog:
    """What a call needs to speak and to be spoken to; the call itself is `SipCall`."""

    def __init__(self, owner: Owner, peer: Address, *, call_id: str, us: str, them: str, target: str) -> None:
        self.call_id = call_id
        self.displays: list[Display] = []
        """The other party as shown, with every change by connected line."""
        self._owner, self._link, self._peer = owner, owner.link, peer
        self._us, self._them, self._target = us, them, target
        self._routes: tuple[str, ...] = ()
        self._sequence = 0
        self._ack: SipMessage | None = None
        self._last_invite: SipMessage

    @property
    def caller_name(self) -> str:
        """The other party's name as shown now; "" when unknown."""
        return self.displays[-1].name if self.displays else ""

    @property
    def caller_number(self) -> str:
        """The other party's number as shown now; "" when unknown."""
        return self.displays[-1].number if self.displays else ""

    def _message(self, method: str, extra: tuple[tuple[str, str], ...] = (), body: str = "") -> SipMessage:
        """The next request within this call."""
        self._sequence += 1
        message = SipMessage(
            f"{method} {self._target} SIP/2.0", (*self._heads(self._sequence, method), *extra), body
        )
        if method == "INVITE":
            self._last_invite = message
        return message

    def _heads(self, sequence: int, method: str) -> list[tuple[str, str]]:
        heads = [("Via", self._link.new_via()), ("Max-Forwards", "70")]
        heads += [("Route", route) for route in self._routes]
        heads += [("From", self._us), ("To", self._them), ("Call-ID", self.call_id)]
        return [*heads, ("CSeq", f"{sequence} {method}"), ("Contact", self._owner.contact())]

    def _acknowledge(self, invite: SipMessage) -> None:
        """ACK for a 200: a request of its own, kept because the 200 may be repeated."""
        self._ack = SipMessage(f"ACK {self._target} SIP/2.0", tuple(self._heads(invite.sequence, "ACK")))
        self._link.send(self._ack, self._peer)

    def _acknowledge_refusal(self, invite: SipMessage, response: SipMessage) -> None:
        """ACK for anything but a 200: part of the INVITE's own transaction (RFC 3261 section 17.1.1.3)."""
        heads = tuple(
            (k, v) for k, v in invite.headers if k in ("Via", "From", "Call-ID", "Max-Forwards", "Route")
        )
        extra = (("To", response.require("To")), ("CSeq", f"{invite.sequence} ACK"))
        self._link.send(SipMessage(invite.start.replace("INVITE", "ACK", 1), (*heads, *extra)), self._peer)

    def _respond(
        self,
        request: SipMessage,
        peer: Address,
        status: str,
        headers: tuple[tuple[str, str], ...] = (),
        body: str = "",
    ) -> SipMessage:
        heads = (("Contact", self._owner.contact()), *headers)
        return self._link.respond(request, peer, status, tag=sip.tag_in(self._us), headers=heads, body=body)

    def _respond_ok(self, request: SipMessage, peer: Address, body: str | None) -> SipMessage:
        headers: list[tuple[str, str]] = [("Allow", ALLOW)]
        if self._owner.talk_event:
            headers.append(("Allow-Events", "talk,hold"))
        if body:
            headers.append(("Content-Type", "application/sdp"))
        return self._respond(request, peer, "200 OK", tuple(headers), body or "")

    def _take_dialog(self, message: SipMessage) -> None:
        """Learn the other side's tag, address and route from its INVITE or 200."""
        self._them = message.require("From" if message.is_request else "To")
        contact = message.header("Contact")
        if contact:
            self._target = sip.uri_in(contact)
        routes = [part.strip() for line in message.all("Record-Route") for part in line.split(",")]
        self._routes = tuple(routes if message.is_request else reversed(routes))

    def _note_display(self, message: SipMessage, *, also_from: bool = False) -> None:
        """Show who the other party is: the asserted identity, at first also the From."""
        header = message.header("P-Asserted-Identity")
        if header is None and also_from:
            header = message.require("From")
        if header is None:
            return
        name, number = sip.name_in(header), sip.user_in(header)
        if not self.displays or (self.caller_name, self.caller_number) != (name, number):
            self.displays.append(Display(now_us(), name, number))
