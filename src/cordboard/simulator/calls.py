"""The life of a channel: it comes in or is called, rings, is answered, held, and ends.

The order of events is that of Asterisk 22.10.1, proven by tests/contracts/exchange against both.
"""

from __future__ import annotations

import re

from cordboard.simulator.bridging import Bridging
from cordboard.simulator.recordings import Recordings
from cordboard.simulator.registry import CHANNEL_VARIABLES, Registry
from cordboard.simulator.things import Channel, Endpoint, Person, Playback, Who
from cordboard.simulator.words import (
    CHANNEL_UNAVAILABLE,
    INTERWORKING,
    NO_ANSWER,
    NORMAL_CLEARING,
    SOFT_HANGUP,
    BridgeKind,
    ChannelState,
    cause_of,
    cause_text,
)

REAP_MS = 1
"""From the wish to hang up until the channel is gone."""
INVITE_MS = 1
"""From the command until the telephone gets the INVITE."""


class Calls:
    """The channels of one exchange."""

    def __init__(self, registry: Registry, bridging: Bridging) -> None:
        self._registry = registry
        self._bridging = bridging
        self._recordings = Recordings(registry)

    # -- beginning --------------------------------------------------------------------------------------------

    def come_in(
        self,
        person: Person,
        endpoint: Endpoint,
        exten: str,
        caller: Who,
        *,
        id_: str | None = None,
        name: str | None = None,
    ) -> Channel:
        """An INVITE from a telephone or trunk; the dialplan takes it from here."""
        channel = Channel(
            id=id_ or self._registry.new_unique_id(),
            name=name or self._registry.new_name(endpoint.name),
            protocol_id=self._registry.new_token(),
            endpoint=endpoint.name,
            state=ChannelState.RING,
            created_ms=self._registry.clock.now(),
            person=person,
            caller=caller,
            context=endpoint.context,
            exten=exten,
            priority=1,
            app_name="",
            app_data="",
            is_outgoing=False,
            at=endpoint,
        )
        self._add(channel, endpoint)
        self._registry.look_at_device(endpoint)
        return channel

    def go_out(
        self,
        endpoint: Endpoint,
        channel_id: str,
        application: str,
        args: list[str],
        *,
        person: Person | None = None,
        name: str | None = None,
    ) -> Channel:
        """A channel towards a telephone, which has not been called yet; `person`: who answers over a trunk."""
        channel = Channel(
            id=channel_id,
            name=name or self._registry.new_name(endpoint.name),
            protocol_id=self._registry.new_token(),
            endpoint=endpoint.name,
            state=ChannelState.DOWN,
            created_ms=self._registry.clock.now(),
            person=person or endpoint.person,
            caller=Who(endpoint.shown_as.name, endpoint.shown_as.number),
            context=endpoint.context,
            exten="s",
            priority=1,
            app_name="AppDial2",
            app_data="(Outgoing Line)",
            is_outgoing=True,
            at=endpoint,
            wanted_by=application,
            args=args,
        )
        self._add(channel, endpoint)
        return channel

    def subscribe(self, channel: Channel) -> None:
        """The application that wants a call of ours hears of it from here on, until it is gone."""
        application = self._registry.applications.get(channel.wanted_by or "")
        if application is not None:
            application.channels[channel.id] += 1

    def _add(self, channel: Channel, endpoint: Endpoint) -> None:
        self._registry.channels[channel.id] = channel
        endpoint.channels.append(channel.id)
        self._registry.tell_of_endpoint("EndpointStateChange", endpoint)
        self._registry.tell_of_channel("ChannelCreated", channel)

    def set_variable(self, channel: Channel, name: str, value: str) -> None:
        """A channel variable, or one of the functions that change what the parties are shown."""
        channel.variables[name] = value
        function = re.fullmatch(r"(CALLERID|CONNECTEDLINE)\((all|name|num)\b.*\)", name)
        if function is None:
            if "(" not in name:
                self._registry.tell_of_channel("ChannelVarset", channel, variable=name, value=value)
            return
        who = channel.caller if function[1] == "CALLERID" else channel.connected
        if function[2] == "all":
            both = re.fullmatch(r'\s*"?([^"<]*?)"?\s*<(.*)>\s*', value)
            who.name, who.number = (both[1], both[2]) if both else ("", value)
        elif function[2] == "name":
            who.name = value
        else:
            who.number = value

    def dial(self, channel: Channel, timeout_ms: int | None) -> None:
        """Call the telephone; it gives up by itself after `timeout_ms` (None: never)."""
        channel.was_dialled = True
        if timeout_ms is not None:
            channel.timeout = self._registry.clock.call_in(timeout_ms, lambda: self._time_out(channel))
        self._registry.soon(INVITE_MS, lambda: self._invite(channel))

    def _invite(self, channel: Channel) -> None:
        if channel.is_gone or channel.ending is not None:
            return
        self._registry.tell_of_dial(channel, "")
        if channel.person is not None:
            channel.person.told_of_call(channel)
        elif channel.at.is_trunk:
            # A number that nobody has: the network says so.
            self.party_refuses(channel, 404)

    def _time_out(self, channel: Channel) -> None:
        if channel.is_up or channel.is_gone or channel.ending is not None:
            return
        if channel.application is not None:
            self._registry.tell_of_channel("ChannelHangupRequest", channel, cause=SOFT_HANGUP, soft=True)
        channel.ending = NO_ANSWER
        self.end(channel, NO_ANSWER, 480)

    # -- what the far end does --------------------------------------------------------------------------------

    def party_rings(self, channel: Channel) -> None:
        """180 from the telephone."""
        if channel.is_gone or channel.state is not ChannelState.DOWN:
            return
        channel.state = ChannelState.RINGING
        self._registry.tell_of_channel("ChannelStateChange", channel)
        self._registry.tell_of_dial(channel, "RINGING")
        self._registry.look_at_device(channel.at)

    def party_answers(self, channel: Channel) -> bool:
        """200 from the telephone; False when nobody wants it any more and it gets a BYE."""
        if channel.is_gone or channel.ending is not None or channel.is_up:
            return False
        self._become_up(channel)
        self._registry.tell_of_dial(channel, "ANSWER")
        if channel.on_up is not None:
            channel.on_up()
        elif channel.application is None and channel.wanted_by is not None:
            if channel.wanted_by in self._registry.applications:
                self.enter_stasis(channel, channel.wanted_by, channel.args)
            else:
                # An originate for an application that nobody registered is carried out and then dies.
                channel.ending = NORMAL_CLEARING
                self._registry.soon(REAP_MS, lambda: self.end(channel, NORMAL_CLEARING, None))
        return True

    def party_refuses(self, channel: Channel, sip_status: int) -> None:
        """486, 603 or another refusal while it rang."""
        self._party_ends(channel, cause_of(sip_status), sip_status)

    def party_hangs_up(self, channel: Channel) -> None:
        """BYE, or CANCEL from a caller who gives up before the answer."""
        if not channel.is_up:
            self._party_ends(channel, INTERWORKING, 487)
        elif channel.is_outgoing:
            self._party_ends(channel, NORMAL_CLEARING, None, says_why=False)
        else:
            # A BYE carries no cause of its own, and a call that came in has none from its INVITE either.
            self._party_ends(channel, 0, None, says_why=False)

    def party_lost(self, channel: Channel) -> None:
        """No sound came for the endpoint's rtp_timeout."""
        self._party_ends(channel, CHANNEL_UNAVAILABLE, None)

    def party_ends(self, channel: Channel, cause: int) -> None:
        """The other half of a wire went, for this reason."""
        self._party_ends(channel, cause, None)

    def _party_ends(
        self, channel: Channel, cause: int, tech_cause: int | None, *, says_why: bool = True
    ) -> None:
        if channel.is_gone or channel.ending is not None:
            return
        channel.ending = cause
        causes: dict[str, object] = {"cause": cause} if says_why else {}
        if tech_cause is not None:
            causes["tech_cause"] = tech_cause
        self._registry.tell_of_channel("ChannelHangupRequest", channel, **causes)
        self._registry.soon(REAP_MS, lambda: self.end(channel, cause, tech_cause))

    def party_holds(self, channel: Channel) -> None:
        """The telephone's own hold key: the other side hears music by itself."""
        if channel.is_up and not channel.is_held_by_party:
            channel.is_held_by_party = True
            self._registry.tell_of_channel("ChannelHold", channel, musicclass="default")
            self._registry.look_at_device(channel.at)

    def party_resumes(self, channel: Channel) -> None:
        """The telephone takes its call back."""
        if channel.is_up and channel.is_held_by_party:
            channel.is_held_by_party = False
            self._registry.tell_of_channel("ChannelUnhold", channel)
            self._registry.look_at_device(channel.at)

    def party_presses(self, channel: Channel, digit: str) -> None:
        """A key: reported unless the channel is in a plain mixing bridge, or in no application's hands."""
        bridge = self._registry.bridges.get(channel.bridge or "")
        heard = bridge is None or bridge.kind is not BridgeKind.MIXING
        if channel.application is not None and heard:
            self._registry.tell_of_channel("ChannelDtmfReceived", channel, digit=digit, duration_ms=100)
        if channel.recording is not None:
            self._recordings.end(channel)
        if bridge is not None and not bridge.is_holding:
            for other in [self._registry.channels[id_] for id_ in bridge.channels if id_ != channel.id]:
                self.send_key(other, digit)

    def send_key(self, channel: Channel, digit: str) -> None:
        """A key for whoever is at the far end."""
        if channel.person is not None:
            channel.person.told_key(channel, digit)

    def party_transfers(self, channel: Channel, number: str | None, other: Channel | None) -> bool:
        """The transfer key: only told, nothing moves; False when the leg is not set to tell (`ari-only`)."""
        if channel.variables.get("PJSIP_TRANSFER_HANDLING()") != "ari-only":
            return False
        destination: dict[str, object] = {"destination": number or (other.exten if other is not None else "")}
        refer_to: dict[str, object] = {"requested_destination": destination}
        if other is not None:
            refer_to["destination_channel"] = other.json(CHANNEL_VARIABLES)
        channel.is_deaf_to_answers = True
        self._registry.tell_of_transfer(channel, refer_to, None)
        return True

    def transfer_progress(self, channel: Channel, state: str) -> None:
        """What the telephone hears of the transfer that it asked for."""
        assert not channel.is_deaf_to_answers, (
            "Asterisk 22.10 dies of this answer: the REFER is not done with"
        )
        self._registry.tell_of_transfer(channel, {"requested_destination": {"destination": ""}}, state)
        if channel.person is not None:
            channel.person.told_event(channel, state)

    # -- what we do -------------------------------------------------------------------------------------------

    def enter_stasis(self, channel: Channel, application: str, args: list[str]) -> None:
        """Hand the channel to an application."""
        channel.application = application
        if channel.is_outgoing:
            channel.app_name, channel.app_data = "Stasis", ",".join([application, *args])
        self._registry.applications[application].channels[channel.id] += 1
        shown = channel.json(CHANNEL_VARIABLES)
        self._registry.tell(application, "StasisStart", args=args, channel=shown)

    def leave_stasis(self, channel: Channel) -> None:
        """Take the channel back from its application."""
        name = channel.application
        if name is None:
            return
        self._bridging.leave(channel)
        self.stop_sounds(channel)
        self._recordings.end(channel)
        channel.application = None
        self._registry.tell(name, "StasisEnd", channel=channel.json(CHANNEL_VARIABLES))
        application = self._registry.applications[name]
        application.drop(application.channels, channel.id)

    def answer(self, channel: Channel) -> None:
        """Answer a caller; nothing happens to one who has been answered."""
        if not channel.is_up:
            self._become_up(channel)
            channel.is_ringing_tone = False
            if channel.person is not None:
                channel.person.told_answered(channel)

    def _become_up(self, channel: Channel) -> None:
        channel.state = ChannelState.UP
        if channel.timeout is not None:
            channel.timeout.cancel()
        self._registry.tell_of_channel("ChannelStateChange", channel)
        self._registry.look_at_device(channel.at)

    def hang_up(self, channel: Channel, cause: int) -> None:
        """End a channel; it is gone a moment later, and until then may be hung up again to no effect."""
        self._registry.tell_of_channel("ChannelHangupRequest", channel, cause=SOFT_HANGUP, soft=True)
        if channel.ending is None:
            channel.ending = cause
            self._registry.soon(REAP_MS, lambda: self.end(channel, cause, None))

    def end(self, channel: Channel, cause: int, tech_cause: int | None) -> None:
        """It is over."""
        if channel.is_gone:
            return
        if channel.timeout is not None:
            channel.timeout.cancel()
        # An originate that times out says nothing on the dial; everything else that fails does.
        if channel.is_outgoing and channel.was_dialled and not channel.is_up and tech_cause != 480:
            statuses = {486: "BUSY", 600: "BUSY", 503: "CONGESTION"}
            self._registry.tell_of_dial(channel, statuses.get(tech_cause or 0, "NOANSWER"))
        self.leave_stasis(channel)
        self._bridging.leave(channel)
        channel.is_gone = True
        endpoint = channel.at
        del self._registry.channels[channel.id]
        endpoint.channels.remove(channel.id)
        causes: dict[str, object] = {"cause": cause, "cause_txt": cause_text(cause)}
        if tech_cause is not None:
            causes["tech_cause"] = tech_cause
        self._registry.tell_of_channel("ChannelDestroyed", channel, **causes)
        for application in self._registry.applications.values():
            application.channels.pop(channel.id, None)
        self._registry.tell_of_endpoint("EndpointStateChange", endpoint)
        self._registry.look_at_device(endpoint)
        if channel.person is not None:
            channel.person.told_ended(channel, cause, tech_cause)
        if channel.on_end is not None:
            channel.on_end()

    @property
    def recordings(self) -> Recordings:
        """What callers say into the exchange."""
        return self._recordings

    # -- sounds -----------------------------------------------------------------------------------------------

    def play(self, channel: Channel, playback: Playback) -> None:
        """Let a channel hear something, after what it is hearing already."""
        self._registry.playbacks[playback.id] = playback
        channel.playbacks.append(playback)
        if len(channel.playbacks) == 1:
            self._registry.soon(0, lambda: self._start(channel, playback))

    def _start(self, channel: Channel, playback: Playback) -> None:
        if playback not in channel.playbacks or playback.state != "queued":
            return
        playback.state = "playing"
        self._tell_of_playback("PlaybackStarted", channel, playback)
        if playback.length_ms is not None:
            playback.timer = self._registry.clock.call_in(
                playback.length_ms, lambda: self.stop(channel, playback, "done")
            )

    def stop(self, channel: Channel, playback: Playback, state: str) -> None:
        """A sound is over; the next one begins."""
        if playback not in channel.playbacks:
            return
        if playback.timer is not None:
            playback.timer.cancel()
        channel.playbacks.remove(playback)
        del self._registry.playbacks[playback.id]
        # Nothing keeps a name from being used twice; the other is found next.
        self._registry.playbacks |= {each.id: each for each in channel.playbacks if each.id == playback.id}
        playback.state = state
        self._tell_of_playback("PlaybackFinished", channel, playback)
        if channel.playbacks and not channel.is_gone:
            self._start(channel, channel.playbacks[0])

    def stop_sounds(self, channel: Channel) -> None:
        """The channel leaves: nothing more can be played to it."""
        while channel.playbacks:
            self.stop(channel, channel.playbacks[-1], "failed")

    def _tell_of_playback(self, kind: str, channel: Channel, playback: Playback) -> None:
        self._registry.tell_of_sound(kind, channel, playback=playback.json())
