"""A SIP telephone for tests, also the caller behind a trunk: registers, rings, answers, holds, hears.

Many fit in one event loop. It does what a person with a telephone does; what it saw stands in `log`, what it
heard in the call's `ear`, all in microseconds UTC. ::

    async with SipPhone(server=exchange, user="d-1", password="…", tone_hz=600) as desk, \\
               SipPhone(server=exchange, ip="127.0.0.2", tone_hz=800) as outside:
        await desk.register()
        call = await outside.dial("0201234567", from_number="0612345678", from_name="Mevr. Jansen")
        ringing = await desk.rings()
        await ringing.answer()
        await call.hears(600)
        await ringing.hears(800)
        await call.hang_up()
        await ringing.ended()
"""

import asyncio
import contextlib
import re
from types import TracebackType
from typing import Self

from tests.support import sip
from tests.support.g711 import Codec
from tests.support.sip import SipMessage
from tests.support.sipcall import CallEnd, CallState, EndedBy, SipCall
from tests.support.sipdialog import ALLOW, Display, SipDialog
from tests.support.siplink import Address, Logged, NotSeen, SipFailure, SipLink

__all__ = ["Address", "CallEnd", "CallState", "Codec", "Display", "EndedBy", "Logged", "NotSeen", "SipCall",
           "SipFailure", "SipPhone"]  # fmt: skip


def auto_answer_delay_s(invite: SipMessage) -> float | None:
    """After how many seconds an INVITE asks to be answered by itself; None when it does not ask.

    Understands `Call-Info: <…>;answer-after=0` and the Alert-Info forms `info=alert-autoanswer` (with
    `delay=`), `Auto Answer` and `answer-after=0` that desk phones document.
    """
    for header in [*invite.all("Call-Info"), *invite.all("Alert-Info")]:
        if after := re.search(r"answer-after\s*=\s*(\d+)", header):
            return float(after.group(1))
    for header in invite.all("Alert-Info"):
        if re.search(r"alert-autoanswer|auto[ -]?answer", header, re.IGNORECASE):
            delay = re.search(r"delay\s*=\s*(\d+)", header)
            return float(delay.group(1)) if delay else 0.0
    return None


class SipPhone:
    """One telephone with one SIP socket and as many calls as come.

    Args:
        server: address of the exchange, or of another `SipPhone` to call that directly.
        user: the registration's and endpoint's name, also the digest user; "" for a trunk caller without one.
        password: of the digest; "" when never asked.
        ip: own address; give trunk callers one that the exchange identifies, such as 127.0.0.2.
        port: own SIP port; 0 takes a free one.
        tone_hz: the tone that is sent in every call; None sends silence.
        rings: sends 180 on an incoming call.
        talk_event: announces `Allow-Events: talk,hold` and obeys these NOTIFYs; otherwise 489.
        obeys_auto_answer: answers by itself when Call-Info or Alert-Info asks for it.
        answers_after_ms: answers every call by itself after so long; None does not.
        rejects_with: rejects every call at once, with a status such as "486 Busy Here"; None does not.
        codecs: offered and accepted, by preference.
        keys: can press keys in calls that it makes.
        says_it_is_there: answers an exchange that asks, outside of any call; one that does not seems away.
    """

    def __init__(
        self,
        *,
        server: Address,
        user: str = "",
        password: str = "",
        ip: str = "127.0.0.1",
        port: int = 0,
        tone_hz: int | None = 600,
        rings: bool = True,
        talk_event: bool = False,
        obeys_auto_answer: bool = True,
        answers_after_ms: int | None = None,
        rejects_with: str | None = None,
        codecs: tuple[Codec, ...] = (Codec.PCMA, Codec.PCMU),
        keys: bool = False,
        says_it_is_there: bool = True,
    ) -> None:
        self.server, self.user, self.password = server, user, password
        self.ip, self.tone_hz, self.codecs, self.keys = ip, tone_hz, codecs, keys
        self.rings_audibly, self.says_it_is_there = rings, says_it_is_there
        self.talk_event, self.obeys_auto_answer = talk_event, obeys_auto_answer
        self.answers_after_ms, self.rejects_with = answers_after_ms, rejects_with
        self.calls: list[SipCall] = []
        """Every call there ever was, ended ones too, in order."""
        self.link = SipLink(self._take)
        self._port = port
        self._living: dict[str, SipCall] = {}
        self._known: dict[str, SipCall] = {}
        self._unseen = 0
        self._registration = sip.new_token()
        self._registrations = 0
        self._is_registered = False

    # -- being there -------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"phone {self.user}: {self.link.account()}")
            for fault in self.link.faults:
                error.add_note(f"and in the background: {fault!r}")
        await self.close(raise_faults=error is None)

    async def open(self) -> None:
        """Bind the socket; nothing is sent yet."""
        await self.link.open(self.ip, self._port)

    async def close(self, *, raise_faults: bool = True) -> None:
        """End all calls, unregister, close the socket.

        Raises:
            BaseException: the first failure of background work, when `raise_faults`.
        """
        if not self.link.deaf:
            # The exchange may be gone already: politeness is tried, not required.
            with contextlib.suppress(NotSeen, SipFailure, TimeoutError):
                async with asyncio.timeout(1):
                    for call in list(self._living.values()):
                        await call.hang_up()
                    if self._is_registered:
                        await self.unregister()
        self.vanish()
        if raise_faults and self.link.faults:
            raise self.link.faults[0]

    def vanish(self) -> None:
        """Be gone without a word, as when the plug is pulled."""
        self.link.close()
        for call in list(self._living.values()):
            call.lost()

    @property
    def deaf(self) -> bool:
        """Ignores whatever arrives, as a hung phone does; what is ignored is not in the log."""
        return self.link.deaf

    @deaf.setter
    def deaf(self, value: bool) -> None:
        self.link.deaf = value

    @property
    def address(self) -> Address:
        """Own SIP address, known once open."""
        return self.link.address

    @property
    def log(self) -> list[Logged]:
        """Every message sent and received, in order, in microseconds."""
        return self.link.log

    def seen(self, what: str, *, sent: bool | None = None) -> list[Logged]:
        """Messages of a method ("CANCEL", responses excluded) or status ("486"); repeats left out.

        Args:
            sent: True only ours, False only theirs, None both.
        """
        wanted = f"SIP/2.0 {what}" if what.isdigit() else f"{what} "
        return [
            entry
            for entry in self.log
            if entry.message.start.startswith(wanted) and not entry.repeated and sent in (None, entry.sent)
        ]

    # -- registering -------------------------------------------------------------------------------

    async def register(self, expires_s: int = 3600, *, within_ms: int = 5000) -> None:
        """Register, with digest when asked.

        Raises:
            SipFailure: refused. NotSeen: no answer.
        """
        request = self._registering(expires_s)
        response = await self.link.request(request, self.server, within_ms=within_ms)
        if response.status in (401, 407):
            request = self._registering(expires_s, self.authorisation(response, request))
            response = await self.link.request(request, self.server, within_ms=within_ms)
        if response.status >= 300:
            raise SipFailure(request, response)
        self._is_registered = expires_s > 0

    def _registering(self, expires_s: int, *proof: tuple[str, str]) -> SipMessage:
        self._registrations += 1
        us = f"<sip:{self.user}@{self.server[0]}>"
        heads = (
            ("Via", self.link.new_via()),
            ("Max-Forwards", "70"),
            ("From", f"{us};tag={sip.new_token()}"),
            ("To", us),
            ("Call-ID", self._registration),
            ("CSeq", f"{self._registrations} REGISTER"),
            ("Contact", self.contact()),
            ("Expires", str(expires_s)),
            ("Allow", ALLOW),
        )
        return SipMessage(f"REGISTER sip:{self.server[0]}:{self.server[1]} SIP/2.0", (*heads, *proof))

    async def unregister(self) -> None:
        """Take the registration back."""
        await self.register(expires_s=0)

    # -- calling and being called ------------------------------------------------------------------

    async def dial(
        self,
        to: str,
        *,
        from_number: str | None = "",
        from_name: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> SipCall:
        """Call a number; returns once the INVITE is sent (`call.invited_us`).

        Args:
            to: number or user name at the server.
            from_number: what the caller says to be; "" says the own user, None withholds it (RFC 3323).
            from_name: display name; "" sends none.
            headers: more headers for the INVITE.
        """
        tag = sip.new_token()
        if from_number is None:
            us = f'"Anonymous" <sip:anonymous@anonymous.invalid>;tag={tag}'
            headers = (*headers, ("Privacy", "id"))
        else:
            us = f"{sip.quoted(from_name)}<sip:{from_number or self.user}@{self.ip}>;tag={tag}"
        target = f"sip:{to}@{self.server[0]}:{self.server[1]}"
        call = SipCall(self, self.server, call_id=sip.new_token(), us=us, them=f"<{target}>", target=target)
        self._add(call)
        await call.place(headers)
        return call

    async def rings(self, *, within_ms: int = 3000) -> SipCall:
        """The next incoming call that was not returned before, though it may be answered by itself already.

        Raises:
            NotSeen: none came within `within_ms` milliseconds.
        """

        def next_call() -> SipCall | None:
            while self._unseen < len(self.calls):
                call = self.calls[self._unseen]
                self._unseen += 1
                if call.is_incoming:
                    return call
            return None

        return await self.link.changes.until(next_call, within_ms, lambda: f"a call; {self.link.account()}")

    @property
    def call(self) -> SipCall:
        """The newest call that has not ended.

        Raises:
            AssertionError: there is none.
        """
        living = [call for call in self.calls if call.state is not CallState.ENDED]
        assert living, f"no call; {self.link.account()}"
        return living[-1]

    # -- what a call asks of its phone -------------------------------------------------------------

    def contact(self) -> str:
        """Own Contact header."""
        user = f"{self.user}@" if self.user else ""
        return f"<sip:{user}{self.address[0]}:{self.address[1]}>"

    def authorisation(self, response: SipMessage, request: SipMessage) -> tuple[str, str]:
        """The header that answers a 401 or 407."""
        asked, given = "WWW-Authenticate", "Authorization"
        if response.status == 407:
            asked, given = "Proxy-Authenticate", "Proxy-Authorization"
        uri = request.start.split()[1]
        # More than one algorithm may be offered, the preferred first (RFC 8760).
        for challenge in response.all(asked):
            with contextlib.suppress(ValueError):
                proof = sip.digest(
                    challenge, user=self.user, password=self.password, method=request.method, uri=uri
                )
                return given, proof
        raise SipFailure(request, response)

    def forget(self, call: SipDialog) -> None:
        """A call ended."""
        self._living.pop(call.call_id, None)

    def _add(self, call: SipCall) -> None:
        self.calls.append(call)
        self._living[call.call_id] = self._known[call.call_id] = call

    def _take(self, message: SipMessage, peer: Address) -> None:
        """A new request, or a 200 that nobody waits for."""
        call = self._known.get(message.require("Call-ID"))
        if call is not None:
            call.take(message, peer)
        elif not message.is_request or message.method == "ACK":
            return
        elif message.method == "INVITE":
            self._take_call(message, peer)
        elif message.method == "OPTIONS":
            if self.says_it_is_there:
                self.link.respond(message, peer, "200 OK", tag=sip.new_token(), headers=(("Allow", ALLOW),))
        else:
            status = "489 Bad Event" if message.method == "NOTIFY" else "481 Call/Transaction Does Not Exist"
            self.link.respond(message, peer, status, tag=sip.new_token())

    def _take_call(self, invite: SipMessage, peer: Address) -> None:
        us = f"{invite.require('To')};tag={sip.new_token()}"
        call = SipCall(self, peer, call_id=invite.require("Call-ID"), us=us, them="", target="")
        call.take_invite(invite)
        self._add(call)
        if self.rejects_with is not None:
            self.link.spawn(call.reject(self.rejects_with))
            return
        if self.rings_audibly:
            call.ring()
        self.link.spawn(self._answer_by_itself(call, invite))

    async def _answer_by_itself(self, call: SipCall, invite: SipMessage) -> None:
        delay_s = auto_answer_delay_s(invite) if self.obeys_auto_answer else None
        if delay_s is None and self.answers_after_ms is not None:
            delay_s = self.answers_after_ms / 1000
        await call.sound()
        if delay_s is None:
            return
        await asyncio.sleep(delay_s)
        await call.answer()
