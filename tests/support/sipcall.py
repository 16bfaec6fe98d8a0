"""One call of a test phone: its states, its sound, and the ways in which it begins, changes and ends."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar
from urllib.parse import quote

from tests.support import sip
from tests.support.g711 import Codec
from tests.support.rtp import Ear, RtpStream, now_us
from tests.support.sip import Sdp, SipMessage
from tests.support.sipdialog import ALLOW, Display, Owner, SipDialog
from tests.support.siplink import T1_S, T2_S, Address, SipFailure

ACK_WAIT_S = 16.0
"""How long a 200 is repeated without an ACK."""
RING_FOR_EVER_MS = 600_000
KEPT_WHEN_REPEATED = ("Allow", "Content-Type", "Call-Info", "Alert-Info", "P-Asserted-Identity", "Privacy")
"""Headers of a challenged INVITE that its second try carries too; the dialog's own are made anew."""

T = TypeVar("T")


class CallState(Enum):
    """Where a test phone's call is.

    ::

        dialling -> ringing -> up -> ended      (any state -> ended)
    """

    DIALLING = "dialling"
    """Our INVITE is out; nothing rings yet."""
    RINGING = "ringing"
    """Here or there, depending on who called."""
    UP = "up"
    ENDED = "ended"


class EndedBy(Enum):
    """Who ended a call."""

    US = "us"
    THEM = "them"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnd:
    """How a call ended."""

    by: EndedBy
    how: str
    """What did it: BYE, CANCEL, a status such as "486 Busy Here", or "vanished" for `vanish()`."""
    reason: str | None
    """The Reason header (RFC 3326), such as `SIP;cause=200;text="Call completed elsewhere"`."""
    at_us: int


class SipCall(SipDialog):
    """A call as the phone sees it. Made by `SipPhone.dial` or by an INVITE that came in."""

    def __init__(self, owner: Owner, peer: Address, *, call_id: str, us: str, them: str, target: str) -> None:
        super().__init__(owner, peer, call_id=call_id, us=us, them=them, target=target)
        self.state = CallState.DIALLING
        self.is_incoming = False
        self.end: CallEnd | None = None
        self.invite: SipMessage | None = None
        """The first INVITE, with all its headers."""
        self.invited_us = 0
        """When the INVITE left or came; 0 never stays."""
        self.ringing_us: int | None = None
        """When 180 or 183 was sent or came."""
        self.answered_us: int | None = None
        """When 200 was sent or came."""
        self.is_held_by_us = False
        self.is_held_by_them = False
        self._sdp_version = 1
        self._stream: RtpStream | None = None
        self._stream_lock = asyncio.Lock()
        self._keys = asyncio.Lock()
        self._acked = asyncio.Event()
        self._provisional = False
        self._cancel_wanted = False
        self._cancel_sent = False
        self._remote: Sdp | None = None

    # -- what it is --------------------------------------------------------------------------------

    @property
    def ear(self) -> Ear:
        """What is heard in this call; there is sound from the moment that it rings.

        Raises:
            AssertionError: the call has no sound yet.
        """
        assert self._stream is not None, f"{self!r} has no sound yet"
        return self._stream.ear

    def forget_sound(self) -> None:
        """Drop what was heard until now, if there was sound; for calls to which nobody listens for hours."""
        if self._stream is not None:
            self._stream.ear.packets.clear()

    def stop_sound(self) -> None:
        """Neither speak nor listen from here on; the exchange ends a call that has been silent for two minutes."""
        if self._stream is not None:
            self._stream.close()

    def __repr__(self) -> str:
        return f"<SipCall {self.call_id} {self.state.value} {self.caller_number}>"

    # -- waiting -----------------------------------------------------------------------------------

    async def ringing(self, *, within_ms: int = 3000) -> int:
        """Wait for 180 or 183; returns when, in microseconds."""
        return await self._until(lambda: self.ringing_us, within_ms, "ringing")

    async def answered(self, *, within_ms: int = 5000) -> int:
        """Wait until the call is up; returns when, in microseconds."""
        return await self._until(lambda: self.answered_us, within_ms, "an answer")

    async def ended(self, *, within_ms: int = 5000) -> CallEnd:
        """Wait for the end; returns how it ended."""
        return await self._until(lambda: self.end, within_ms, "the end of the call")

    async def shows(
        self, *, name: str | None = None, number: str | None = None, within_ms: int = 3000
    ) -> Display:
        """Wait until the display shows this name, this number, or both."""

        def fitting() -> Display | None:
            last = self.displays[-1] if self.displays else None
            fits = last and name in (None, last.name) and number in (None, last.number)
            return last if fits else None

        return await self._until(fitting, within_ms, f"the display showing {name or ''} {number or ''}")

    async def hears(self, hz: int, *, within_ms: int = 3000, since_us: int | None = None) -> int:
        """Wait until the tone is heard; returns when it began (see `Ear.hears`)."""
        return await self.ear.hears(hz, within_ms=within_ms, since_us=since_us)

    async def hears_silence(self, *, for_ms: int = 500, within_ms: int = 3000) -> int:
        """Wait for unbroken silence (see `Ear.hears_silence`)."""
        return await self.ear.hears_silence(for_ms=for_ms, within_ms=within_ms)

    async def hears_music(self, *, without: tuple[int, ...] = (), within_ms: int = 5000) -> int:
        """Wait for sound that is none of these tones (see `Ear.hears_music`)."""
        return await self.ear.hears_music(without=without, within_ms=within_ms)

    async def _until(self, condition: Callable[[], T | None], within_ms: int, what: str) -> T:
        return await self._link.changes.until(
            condition, within_ms, lambda: f"{what} in {self!r}; {self._link.account()}"
        )

    # -- what the person at the phone does ---------------------------------------------------------

    async def answer(self) -> None:
        """Take the call; returns once the 200 is sent. Nothing happens when it is no longer ringing."""
        stream = await self.sound()
        if self.state is not CallState.RINGING or self.answered_us is not None:
            return
        invite = self._invite_to_answer()
        body = self._sdp_answer(Sdp.parse(invite.body), stream)
        if body is None:
            self._refuse("488 Not Acceptable Here")
            return
        self.state, self.answered_us = CallState.UP, now_us()
        self._link.spawn(self._repeat_until_acked(self._respond_ok(invite, self._peer, body)))
        self._listen_and_speak()

    async def reject(self, status: str = "486 Busy Here") -> None:
        """Refuse a ringing call, with "486 Busy Here" or "603 Decline" for example."""
        if self.state is CallState.RINGING and self.answered_us is None:
            self._refuse(status)

    async def hang_up(self) -> None:
        """End the call as its state asks for: CANCEL, a rejection or BYE. Twice does it once."""
        if self.state is CallState.ENDED:
            return
        if self.state is CallState.UP:
            request = self._message("BYE")
            self._finish(EndedBy.US, "BYE", None)
            await self._link.request(request, self._peer)
        elif self.is_incoming:
            self._refuse("486 Busy Here")
        else:
            self._cancel_wanted = True
            # RFC 3261 section 9.1: a CANCEL may not go out before the other side was heard.
            if self._provisional:
                self._link.spawn(self._send_cancel())
            await self.ended()

    async def hold(self) -> None:
        """Put the other party on hold, as the key on the handset does (re-INVITE, sendonly)."""
        async with self._keys:
            await self._reinvite(held=True)

    async def resume(self) -> None:
        """Take the call back from the handset's own hold (re-INVITE, sendrecv)."""
        async with self._keys:
            await self._reinvite(held=False)

    async def transfer(self, to: "str | SipCall") -> None:
        """The transfer key: to this number, or to whom another call of this phone is with (RFC 3515, RFC 3891).

        Raises:
            SipFailure: the exchange did not take it on; how it goes on comes as NOTIFY.
        """
        us = f"<sip:{self._owner.user}@{self._peer[0]}>"
        whom = f"<sip:{to}@{self._peer[0]}>"
        if isinstance(to, SipCall):
            dialog = f"{to.call_id};to-tag={sip.tag_in(to._them)};from-tag={sip.tag_in(to._us)}"
            whom = us.replace(">", f"?Replaces={quote(dialog)}>")
        request = self._message("REFER", (("Refer-To", whom), ("Referred-By", us)))
        response = await self._link.request(request, self._peer)
        if response.status != 202:
            raise SipFailure(request, response)

    def say(self, tone_hz: int | None) -> None:
        """Send this tone from now on; None is silence."""
        assert self._stream is not None
        self._stream.tone_hz = tone_hz

    async def press(self, keys: str, *, quickly: bool = False) -> None:
        """Press these one after the other; returns when the last one is up again (see `RtpStream.press`)."""
        assert self._stream is not None and self._owner.keys, "this telephone has no keys"
        await self._stream.press(keys, quickly=quickly)

    def hold_back(self) -> None:
        """What it says and presses waits on its way from now on, as in a network that stalls."""
        assert self._stream is not None
        self._stream.hold_back()

    def let_through(self) -> None:
        """All that waited on its way comes at once."""
        assert self._stream is not None
        self._stream.let_through()

    # -- calling out -------------------------------------------------------------------------------

    async def place(self, extra: tuple[tuple[str, str], ...] = ()) -> None:
        """Send the INVITE; everything after that happens by itself."""
        stream = await self.sound()
        sound = Sdp(self._owner.ip, stream.port, self._owner.codecs, "sendrecv")
        offer = sound.encode(self._sdp_version, keys=self._owner.keys)
        headers = (*extra, ("Allow", ALLOW), ("Content-Type", "application/sdp"))
        invite = self._message("INVITE", headers, offer)
        self.invite = invite
        self._launch(invite)
        self._link.spawn(self._conduct(invite))

    def _launch(self, invite: SipMessage) -> None:
        self._link.expect(invite, self._progress)
        self.invited_us = now_us()
        self._link.send(invite, self._peer)

    async def _conduct(self, invite: SipMessage) -> None:
        """See an INVITE of ours through to its final response."""
        response = await self._link.request(invite, self._peer, within_ms=RING_FOR_EVER_MS, sent_already=True)
        if response.status in (401, 407) and not invite.header("Authorization"):
            self._acknowledge_refusal(invite, response)
            extra = [self._owner.authorisation(response, invite)]
            extra += [(k, v) for k, v in invite.headers if k in KEPT_WHEN_REPEATED]
            again = self._message("INVITE", tuple(extra), invite.body)
            self._launch(again)
            await self._conduct(again)
        elif response.status < 300 and self.end is not None:
            # It vanished meanwhile: nothing leaves it any more.
            return
        elif response.status < 300:
            self._take_dialog(response)
            self._note_display(response)
            self._take_sdp(response)
            self._acknowledge(invite)
            self.state, self.answered_us = CallState.UP, now_us()
            self._listen_and_speak()
            self._link.changes.happened()
            if self._cancel_wanted:
                await self.hang_up()
        else:
            self._acknowledge_refusal(invite, response)
            how = response.start.removeprefix("SIP/2.0 ")
            by = EndedBy.US if self._cancel_wanted and response.status == 487 else EndedBy.THEM
            self._finish(by, "CANCEL" if by is EndedBy.US else how, response.header("Reason"))

    def _progress(self, response: SipMessage) -> None:
        self._provisional = True
        if response.status in (180, 183) and self.state is CallState.DIALLING:
            self.state, self.ringing_us = CallState.RINGING, now_us()
        self._note_display(response)
        self._take_sdp(response)
        if self._cancel_wanted and not self._cancel_sent:
            self._link.spawn(self._send_cancel())

    async def _send_cancel(self) -> None:
        if self._cancel_sent:
            return
        self._cancel_sent = True
        request = self._last_invite
        headers = tuple(
            (k, v) for k, v in request.headers if k in ("Via", "From", "To", "Call-ID", "Max-Forwards")
        )
        start = request.start.replace("INVITE", "CANCEL", 1)
        cancel = SipMessage(start, (*headers, ("CSeq", f"{request.sequence} CANCEL")))
        await self._link.request(cancel, self._peer)

    # -- being called, and what arrives within the call --------------------------------------------

    def take_invite(self, invite: SipMessage) -> None:
        """A call comes in: keep it, show who it is."""
        self.invite, self.invited_us, self.is_incoming = invite, now_us(), True
        self._take_dialog(invite)
        self._note_display(invite, also_from=True)
        self.state = CallState.RINGING

    def ring(self) -> None:
        """Tell the caller that it rings here."""
        self.ringing_us = now_us()
        extra = [("Allow-Events", "talk,hold")] if self._owner.talk_event else []
        self._respond(self._invite_to_answer(), self._peer, "180 Ringing", tuple(extra))

    def take(self, message: SipMessage, peer: Address) -> None:
        """A request within this call, or a repeated 200 to our INVITE."""
        if not message.is_request:
            if self._ack is not None and self.state is CallState.UP:
                self._link.send(self._ack, self._peer, repeated=True)
            return
        match message.method:
            case "ACK":
                self._acked.set()
                if message.body:
                    self._take_sdp(message)
                    self._listen_and_speak()
            case "BYE":
                self._respond(message, peer, "200 OK")
                if self.state is not CallState.ENDED:
                    self._finish(EndedBy.THEM, "BYE", message.header("Reason"))
            case "CANCEL":
                self._respond(message, peer, "200 OK")
                if self.state is CallState.RINGING:
                    self._respond(self._invite_to_answer(), self._peer, "487 Request Terminated")
                    self._finish(EndedBy.THEM, "CANCEL", message.header("Reason"))
            case _ if self.state is CallState.ENDED:
                self._respond(message, peer, "481 Call/Transaction Does Not Exist")
            case "INVITE" | "UPDATE":
                self._take_change(message, peer)
            case "NOTIFY":
                self._take_notify(message, peer)
            case "INFO" | "OPTIONS":
                self._respond(message, peer, "200 OK")
            case _:
                self._respond(message, peer, "405 Method Not Allowed", (("Allow", ALLOW),))

    def _take_change(self, message: SipMessage, peer: Address) -> None:
        """A re-INVITE or UPDATE: new sound, a new name on the display, or both."""
        self._note_display(message)
        contact = message.header("Contact")
        if contact:
            self._target = sip.uri_in(contact)
        if message.method == "UPDATE" and not message.body:
            self._respond_ok(message, peer, None)
            return
        assert self._stream is not None
        body = self._sdp_answer(Sdp.parse(message.body), self._stream)
        if body is None:
            self._respond(message, peer, "488 Not Acceptable Here")
            return
        response = self._respond_ok(message, peer, body)
        if message.method == "INVITE":
            self._acked.clear()
            self._link.spawn(self._repeat_until_acked(response))
        if self.state is CallState.UP:
            self._listen_and_speak()

    def _take_notify(self, message: SipMessage, peer: Address) -> None:
        """`Event: talk` answers or resumes, `Event: hold` holds: the BroadWorks remote control of phones."""
        event = (message.header("Event") or "").split(";")[0].strip()
        if not self._owner.talk_event or event not in ("talk", "hold"):
            self._respond(message, peer, "489 Bad Event")
            return
        self._respond(message, peer, "200 OK")
        self._link.spawn(self._obey(event))

    async def _obey(self, event: str) -> None:
        # What "talk" means is known only once the key that was pressed before has had its effect.
        async with self._keys:
            if event == "hold":
                await self._reinvite(held=True)
            elif self.is_held_by_us:
                await self._reinvite(held=False)
            else:
                await self.answer()

    # -- sound -------------------------------------------------------------------------------------

    async def sound(self) -> RtpStream:
        """The call's RTP socket, opened when first asked for."""
        async with self._stream_lock:
            if self._stream is None:
                self._stream = await RtpStream.open(self._owner.ip, self._owner.tone_hz)
                if self.state is CallState.ENDED:
                    self._stream.close()
            return self._stream

    def _take_sdp(self, message: SipMessage) -> None:
        remote = Sdp.parse(message.body)
        if remote is not None:
            self._remote = remote
            self.is_held_by_them = remote.direction in ("sendonly", "inactive")

    def _sdp_answer(self, offer: Sdp | None, stream: RtpStream) -> str | None:
        """Our side of the sound; an offer of our own when they made none; None when no codec fits."""
        ours = self._owner.codecs
        direction = "sendonly" if self.is_held_by_us else "sendrecv"
        if offer is not None:
            ours = tuple(codec for codec in offer.codecs if codec in self._owner.codecs)[:1]
            if not ours:
                return None
            self._remote = offer
            self.is_held_by_them = offer.direction in ("sendonly", "inactive")
            theirs = sip.answering(offer.direction)
            if self.is_held_by_us:
                direction = "sendonly" if theirs in ("sendrecv", "sendonly") else "inactive"
            else:
                direction = theirs
        self._sdp_version += 1
        return Sdp(self._owner.ip, stream.port, ours, direction).encode(self._sdp_version)

    def _listen_and_speak(self) -> None:
        if self._stream is None or self._remote is None:
            return
        self._stream.remote = (self._remote.ip, self._remote.port)
        self._stream.codec = next((c for c in self._remote.codecs if c in self._owner.codecs), Codec.PCMA)
        self._stream.start()
        self._stream.sending = not (self.is_held_by_us or self.is_held_by_them)

    async def _reinvite(self, *, held: bool) -> None:
        assert self.state is CallState.UP, self
        stream = await self.sound()
        self._sdp_version += 1
        direction = "sendonly" if held else "sendrecv"
        offer = Sdp(self._owner.ip, stream.port, self._owner.codecs, direction).encode(self._sdp_version)
        headers: tuple[tuple[str, str], ...] = (("Allow", ALLOW), ("Content-Type", "application/sdp"))
        invite = self._message("INVITE", headers, offer)
        response = await self._link.request(invite, self._peer)
        if response.status in (401, 407):
            self._acknowledge_refusal(invite, response)
            proof = self._owner.authorisation(response, invite)
            invite = self._message("INVITE", (*headers, proof), offer)
            response = await self._link.request(invite, self._peer)
        if response.status >= 300:
            self._acknowledge_refusal(invite, response)
            raise SipFailure(invite, response)
        self._take_sdp(response)
        self._acknowledge(invite)
        # Their answer to our sendonly is recvonly, which is not a hold of theirs.
        self.is_held_by_us = held
        self._listen_and_speak()
        self._link.changes.happened()

    async def _repeat_until_acked(self, response: SipMessage) -> None:
        """RFC 3261 section 13.3.1.4: a 200 to an INVITE is repeated until its ACK comes."""
        pause, spent = T1_S, 0.0
        while spent < ACK_WAIT_S and self.state is CallState.UP:
            try:
                await asyncio.wait_for(self._acked.wait(), pause)
                return
            except TimeoutError:
                spent, pause = spent + pause, min(2 * pause, T2_S)
                if self.state is CallState.UP:
                    self._link.send(response, self._peer, repeated=True)

    def _refuse(self, status: str) -> None:
        self._respond(self._invite_to_answer(), self._peer, status)
        self._finish(EndedBy.US, status, None)

    def _invite_to_answer(self) -> SipMessage:
        assert self.is_incoming, self
        assert self.invite is not None, self
        return self.invite

    def lost(self) -> None:
        """The phone vanished: no message leaves, the sound stops."""
        self._finish(EndedBy.US, "vanished", None)

    def _finish(self, by: EndedBy, how: str, reason: str | None) -> None:
        if self.end is None:
            self.state = CallState.ENDED
            self.end = CallEnd(by=by, how=how, reason=reason, at_us=now_us())
            self._acked.set()
            if self._stream is not None:
                self._stream.close()
            self._owner.forget(self)
            self._link.changes.happened()
